"""Ways to corrupt a plan, each with the rows that may name it.

A corruption takes a plan (its tables already copied) and a generator, changes one thing, and
returns the rows of which at least one must be reported; None where the plan has nothing of the
kind. It never makes a change that leaves the plan right.
"""

from types import SimpleNamespace

import numpy as np
import pandas as pd

EMPTY = {
    "stock": ["branch", "item", "place", "owner", "period", "stock", "scrap"],
    "flows": ["branch", "item", "from_place", "to_place", "owner", "lane", "period", "flow"],
    "orders": ["module", "period", "orders"],
}


def copied(plan):
    """A plan whose tables and manifest may be changed."""
    tables = {name: frame.copy() for name, frame in plan.tables.items()}
    for name, columns in EMPTY.items():
        tables.setdefault(name, pd.DataFrame(columns=columns))
    return SimpleNamespace(
        network=plan.network, calendar=plan.calendar, decided=np.array(plan.decided),
        shown=np.array(plan.shown), manifest=dict(plan.manifest),
        tables=tables,
    )  # fmt: skip


def pick(plan, rng, name, column, least=1e-3, decided=None):
    """A random row of a table whose cell is worth changing; None if there is none."""
    frame = plan.tables.get(name)
    if frame is None or frame.empty:
        return None
    good = frame[column].abs() > least
    if decided is not None and "period" in frame:
        at = {label: i for i, label in enumerate(plan.calendar.labels)}
        good &= frame["period"].map(lambda p: bool(plan.decided[at[p]]) == decided)
    rows = frame.index[good]
    return None if rows.empty else rows[rng.integers(len(rows))]


def scaled(name, column, factor, rows, decided=True):
    """Multiply one number of a table."""

    def corrupt(plan, rng):
        at = pick(plan, rng, name, column, decided=decided)
        if at is None:
            return None
        frame = plan.tables[name]
        frame[column] = frame[column].astype(float)
        frame.loc[at, column] *= factor
        return rows

    corrupt.__name__ = f"{name}.{column} times {factor}"
    return corrupt


def shifted(name, column, rows):
    """Move one row to the next period (the one before, at the end)."""

    def corrupt(plan, rng):
        at = pick(plan, rng, name, column, decided=True)
        if at is None:
            return None
        frame, labels = plan.tables[name], list(plan.calendar.labels)
        old = labels.index(frame.loc[at, "period"])
        new = labels[old + 1] if old + 1 < len(labels) else labels[old - 1]
        same = frame.drop(columns=[c for c in frame if c not in KEYS]).copy()
        target = same.loc[at].copy()
        target["period"] = new
        there = frame.index[(same == target).all(axis=1)]
        if len(there):
            frame.loc[there[0], column] += frame.loc[at, column]
            frame.loc[at, column] = 0.0
        else:
            frame.loc[at, "period"] = new
        return rows

    corrupt.__name__ = f"{name} moved by a period"
    return corrupt


KEYS = {
    "branch", "recipe", "line", "period", "module", "site", "group", "offer", "right", "stake",
    "incentive", "item", "from_place", "to_place", "owner", "lane", "step", "demand", "place",
    "commitment", "kind", "fund",
}  # fmt: skip


def dropped(name, column, rows, where=None):
    """Take one row away."""

    def corrupt(plan, rng):
        if where is not None and name in plan.tables and not plan.tables[name].empty:
            column_, value = where
            inside = plan.tables[name][column_] == value
            kept = plan.tables[name]
            plan.tables[name] = kept[inside]
            at = pick(plan, rng, name, column, decided=True)
            plan.tables[name] = kept
        else:
            at = pick(plan, rng, name, column, decided=True)
        if at is None:
            return None
        plan.tables[name] = plan.tables[name].drop(index=at)
        return rows

    corrupt.__name__ = f"a row of {name} dropped" + (f" ({where[1]})" if where else "")
    return corrupt


def renamed(name, key, rows):
    """Let a row name something that is not there."""

    def corrupt(plan, rng):
        frame = plan.tables.get(name)
        if frame is None or frame.empty:
            return None
        at = frame.index[rng.integers(len(frame))]
        frame[key] = frame[key].astype(object)
        frame.loc[at, key] = "nowhere-at-all"
        return rows

    corrupt.__name__ = f"{name} names an unknown {key}"
    return corrupt


def doubled(name):
    """The same row twice."""

    def corrupt(plan, rng):
        frame = plan.tables.get(name)
        if frame is None or frame.empty:
            return None
        at = frame.index[rng.integers(len(frame))]
        plan.tables[name] = pd.concat([frame, frame.loc[[at]]], ignore_index=True)
        return {"duplicate"}

    corrupt.__name__ = f"a row of {name} twice"
    return corrupt


def unit_moved(plan, rng):
    """One unit of a flow ends elsewhere."""
    at = pick(plan, rng, "flows", "flow", 1.0)
    if at is None:
        return None
    frame = plan.tables["flows"]
    row = frame.loc[at].copy()
    frame.loc[at, "flow"] -= 1.0
    others = [p for p in frame["to_place"].unique() if p not in (row["to_place"],)]
    row["to_place"] = others[rng.integers(len(others))] if others else row["from_place"]
    row["flow"] = 1.0
    plan.tables["flows"] = pd.concat([frame, row.to_frame().T], ignore_index=True)
    plan.tables["flows"]["flow"] = plan.tables["flows"]["flow"].astype(float)
    return {"balance"}


def stock_invented(plan, rng):
    """Something lies where nothing came in."""
    frame = plan.tables["stock"]
    at = pick(plan, rng, "starts", "starts", decided=True)
    outs = plan.network.table("recipe_item")
    if at is None:
        return None
    start = plan.tables["starts"].loc[at]
    line = plan.network.table("line").loc[start["line"]]
    item = outs[(outs["recipe"] == start["recipe"]) & (outs["role"] == "out")]["item"].iloc[0]
    row = {"branch": start["branch"], "item": item, "place": line["site"] or line["party"],
           "owner": "", "period": start["period"], "stock": 7.0, "scrap": 0.0}  # fmt: skip
    keys = ["branch", "item", "place", "owner", "period"]
    there = frame.index[(frame[keys] == pd.Series({k: row[k] for k in keys})).all(axis=1)]
    if len(there):
        frame.loc[there[0], "stock"] += 7.0
    else:
        plan.tables["stock"] = pd.concat([frame, pd.DataFrame([row])], ignore_index=True)
    return {"balance"}


def served_beyond_supply(plan, rng):
    """More is served than there is, and the unserved demand is lowered to match."""
    at = pick(plan, rng, "served", "served", decided=True)
    if at is None:
        return None
    plan.tables["served"].loc[at, "served"] *= 1.25
    row = plan.tables["served"].loc[at]
    left = plan.tables["unserved"]
    match = (left["branch"] == row["branch"]) & (left["demand"] == row["demand"]) & (
        left["period"] == row["period"]
    )  # fmt: skip
    left.loc[match, "unserved"] = (left.loc[match, "unserved"] - 0.2 * row["served"]).clip(lower=0)
    return {"balance"}


def order_halved(plan, rng):
    at = pick(plan, rng, "orders", "orders")
    if at is None:
        return None
    plan.tables["orders"]["orders"] = plan.tables["orders"]["orders"].astype(float)
    plan.tables["orders"].loc[at, "orders"] /= 2
    return {"integrality", "capacity", "use", "money"}


def history_changed(plan, rng):
    for name in ("starts", "served"):
        at = pick(plan, rng, name, name, decided=False)
        if at is not None:
            plan.tables[name].loc[at, name] *= 1.1
            return {"history"}
    return None


def order_in_the_past(plan, rng):
    if plan.decided.all() or plan.tables["orders"].empty:
        return None
    plan.tables["orders"].loc[plan.tables["orders"].index[0], "period"] = plan.calendar.labels[0]
    return {"history"}


def flow_on_a_closed_lane(plan, rng):
    """A flow sent by a lane that does not cover it."""
    frame = plan.tables["flows"]
    lanes = plan.network.table("lane")
    at = pick(plan, rng, "flows", "flow")
    if at is None:
        return None
    row = frame.loc[at]
    wrong = [key for key in lanes.index if lanes.at[key, "what"] not in ("any", row["item"])]
    if not wrong:
        return None
    frame.loc[at, "lane"] = wrong[rng.integers(len(wrong))]
    return {"exists"}


def fund_overdrawn(plan, rng):
    at = pick(plan, rng, "draws", "usd")
    if at is None:
        return None
    name = plan.tables["draws"].loc[at, "fund"]
    funds = plan.network.table("fund")["amount_usd"]
    most = float(funds[name]) if name in funds.index else float(plan.manifest["budget_usd"])
    plan.tables["draws"].loc[at, "usd"] += most + 1.0
    return {"fund"}


def budget_broken(plan, rng):
    """Money is spent that no fund gave: cash of one period is raised."""
    at = pick(plan, rng, "cash", "drawn")
    if at is None:
        return None
    plan.tables["cash"].loc[at, "cash"] += 50.0
    return {"cash"}


def number_of_the_manifest(name, rows):
    def corrupt(plan, rng):
        plan.manifest[name] *= 1.0001
        return rows

    corrupt.__name__ = f"manifest {name}"
    return corrupt


def negative(name, column):
    def corrupt(plan, rng):
        at = pick(plan, rng, name, column, decided=True)
        if at is None:
            return None
        plan.tables[name].loc[at, column] *= -1.0
        return {"non_negative"}

    corrupt.__name__ = f"{name}.{column} negative"
    return corrupt


def not_a_number(plan, rng):
    at = pick(plan, rng, "served", "served", decided=True)
    if at is None:
        return None
    plan.tables["served"].loc[at, "served"] = np.nan
    return {"table"}


CORRUPTIONS = (
    unit_moved,
    shifted("starts", "starts", {"balance", "use", "start_window", "capacity"}),
    dropped("money", "usd", {"money"}, where=("kind", "tariffs")),
    budget_broken,
    order_halved,
    scaled("capacity", "capacity", 1.2, {"capacity"}),
    stock_invented,
    served_beyond_supply,
    fund_overdrawn,
    scaled("payments", "payment_usd", 0.9, {"payment"}),
    flow_on_a_closed_lane,
    history_changed,
    scaled("money", "usd", 1.01, {"money"}),
    scaled("starts", "starts", 0.5, {"balance", "capacity", "commitment"}),
    scaled("starts", "starts", 1.5, {"balance", "capacity", "use"}),
    shifted("orders", "orders", {"capacity", "money"}),
    scaled("unserved", "unserved", 0.5, {"demand"}),
    scaled("purchases", "quantity", 0.5, {"balance", "use"}),
    scaled("reservations", "volume", 0.5, {"reservation", "money"}, decided=None),
    dropped("openings", "opened", {"opening", "capacity"}),
    dropped("activations", "activated", {"activation"}),
    dropped("orders", "orders", {"capacity"}),
    dropped("flows", "flow", {"balance"}),
    dropped("served", "served", {"demand"}),
    dropped("stock", "stock", {"balance"}),
    dropped("capacity", "capacity", {"table"}),
    dropped("retirements", "retired", {"retirement", "capacity"}),
    dropped("rights", "bought", {"right", "money"}),
    dropped("stakes", "taken", {"use", "money"}),
    scaled("retirements", "retired", 1.1, {"capacity", "retirement"}),
    scaled("stock", "stock", 2.0, {"balance", "cover"}),
    scaled("stock", "scrap", 0.5, {"balance"}),
    scaled("cash", "emergency", 2.0, {"cash", "money"}),
    scaled("incentives", "orders", 2.0, {"incentive", "money"}),
    scaled("capacity", "used", 0.9, {"capacity"}, decided=True),
    scaled("draws", "usd", 0.5, {"cash"}),
    renamed("starts", "line", {"exists"}),
    renamed("flows", "lane", {"exists"}),
    renamed("served", "demand", {"exists"}),
    renamed("unserved", "period", {"exists"}),
    renamed("money", "kind", {"exists"}),
    renamed("purchases", "offer", {"exists"}),
    doubled("flows"),
    doubled("served"),
    doubled("orders"),
    negative("flows", "flow"),
    negative("starts", "starts"),
    number_of_the_manifest("cost_usd", {"cost"}),
    number_of_the_manifest("objective_value", {"objective"}),
    order_in_the_past,
    not_a_number,
)
