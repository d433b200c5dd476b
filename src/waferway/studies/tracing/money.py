"""Money of a plan taken apart: by kind, by what is paid for.

Owns one rule per kind of the money table. Amounts come from the layout of the plan, so that the
parts of a figure sum to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from waferway.planning.lookups import lines_of
from waferway.studies.tracing.evidence import Part
from waferway.studies.tracing.ground import Ground

__all__ = ["money_parts"]


def money_parts(ground: Ground, kind: str, branch: str, periods: list[str]) -> list[Part]:
    """Parts of the money of one kind, of one branch, over some periods, in USD."""
    rule = _RULES.get(kind)
    return [] if rule is None else list(rule(ground, branch, periods))


def _modules(ground: Ground, branch: str, periods: list[str]) -> Iterator[Part]:
    d = ground.layout(branch)
    index = {name: b for b, name in enumerate(d.module["module"])}
    at = [ground.at[p] for p in periods]
    orders = ground.plan.tables["orders"]
    for (module, when), n in orders.groupby(["module", "period"])["orders"].sum().items():
        b, t = index[module], ground.at[when]
        amount = float(n * d.a["net_price"][b, t] * d.a["paid"][b, t, at].sum())
        if amount:
            cells = ground.cells("module", module, "capex_usd", when)
            cells += ground.cells("module", module, "payments")
            yield Part(f"{n:g} x {module} ordered {when}", amount, cells)
    earned = ground.plan.tables["incentives"]
    share = ground.network.filled("incentive")["share_of_capex"]
    for row in earned.itertuples():
        b, t = index[row.module], ground.at[row.period]
        price = d.a["price"][b, t] * float(share[row.incentive])
        amount = -float(row.orders * price * d.a["paid"][b, t, at].sum())
        if amount:
            yield Part(f"incentive {row.incentive} for {row.module} ordered {row.period}", amount,
                       ground.cells("incentive", row.incentive, "share_of_capex"))  # fmt: skip


def _fixed(ground: Ground, branch: str, periods: list[str]) -> Iterator[Part]:
    d = ground.layout(branch)
    index = {name: i for i, name in enumerate(d.line["line"])}
    frame = _in(ground.plan.tables["capacity"], branch, periods)
    for line, rows in frame.groupby("line", sort=False):
        if line not in index:
            continue
        at = [ground.at[p] for p in rows["period"]]
        rate = d.a["fixed"][index[line], at] * d.months[at]
        amount = float((rows["capacity"].to_numpy(dtype=float) * rate * d.decided[at]).sum())
        if amount:
            yield Part(f"capacity of {line}", amount,
                       ground.cells("line", str(line), "fixed_usd", periods[0]))  # fmt: skip
    yield from _fixed_of_stakes(ground, branch, periods)


def _fixed_of_stakes(ground: Ground, branch: str, periods: list[str]) -> Iterator[Part]:
    """A stake pays its share of the fixed cost of the lines it covers, from `lead_days` on."""
    d = ground.layout(branch)
    if d.stake.empty:
        return
    rates = ground.network.values("line", "fixed_usd", ground.plan.calendar, branch)
    stands = d.a["capacity"] + d.a["ordered"]
    at = [ground.at[p] for p in periods]
    names = d.stake["stake"].tolist()
    for row in ground.plan.tables["stakes"].itertuples():
        k = names.index(row.stake)
        share = row.taken * d.a["stake_share"][k][ground.at[row.period]] * d.stake["share"][k]
        for line in lines_of(d, d.stake["owned"][k]):
            i = d.line["line"].tolist().index(line)
            if d.line["owned"][i]:
                continue
            cost = rates.loc[line].to_numpy(dtype=float) * d.months * share * stands[i]
            amount = float(cost[at].sum())
            if amount:
                cells = ground.cells("line", line, "fixed_usd capacity", periods[0])
                cells += ground.cells("stake", str(row.stake), "share")
                yield Part(f"stake {row.stake} in {line}", amount, cells)


def _variable(ground: Ground, branch: str, periods: list[str]) -> Iterator[Part]:
    d = ground.layout(branch)
    recipe, network = ground.network.filled("recipe"), ground.network
    own = network.values("recipe", "variable_usd", ground.plan.calendar, branch)
    line_at = {name: i for i, name in enumerate(d.line["line"])}
    frame = _in(ground.plan.tables["starts"], branch, periods)
    for (made, line), rows in frame.groupby(["recipe", "line"], sort=False):
        at = [ground.at[p] for p in rows["period"]]
        rate = own.loc[made].to_numpy(dtype=float)[at]
        use = float(recipe.at[made, "capacity_per_start"])
        rate = rate + (use * d.a["line_variable"][line_at[line], at] if line in line_at else 0.0)
        starts = rows["starts"].to_numpy(dtype=float) * d.decided[at]
        amount = float(np.where(starts == 0, 0.0, starts * rate).sum())
        if amount:
            cells = ground.cells("recipe", str(made), "variable_usd capacity_per_start", periods[0])
            yield Part(
                f"{starts.sum():,.6g} starts of {made} on {line}",
                amount,
                (*cells, *ground.cells("line", str(line), "variable_usd", periods[0])),
            )


def _moved(column: str) -> Callable[[Ground, str, list[str]], Iterator[Part]]:
    def rule(ground: Ground, branch: str, periods: list[str]) -> Iterator[Part]:
        network, calendar = ground.network, ground.plan.calendar
        rates = network.values("lane", column, calendar, branch)
        worth = network.filled("item")["value_usd"]
        frame = _in(ground.plan.tables["flows"], branch, periods)
        frame = frame[frame["lane"].isin(rates.index)]
        for (lane, item), rows in frame.groupby(["lane", "item"], sort=False):
            at = [ground.at[p] for p in rows["period"]]
            rate = np.nan_to_num(rates.loc[lane].to_numpy(dtype=float)[at])
            if column == "tariff":
                rate = np.where(rate == 0, 0.0, rate * float(worth[item]))
            amount = float((rows["flow"].to_numpy(dtype=float) * rate).sum())
            if amount:
                yield Part(f"{item} by {lane}", amount,
                           ground.cells("lane", str(lane), column, periods[0]))  # fmt: skip

    return rule


def _holding(ground: Ground, branch: str, periods: list[str]) -> Iterator[Part]:
    d = ground.layout(branch)
    rate = ground.network.filled("item")["holding_usd"]
    frame = _in(ground.plan.tables["stock"], branch, periods)
    for item, rows in frame.groupby("item", sort=False):
        at = [ground.at[p] for p in rows["period"]]
        months = d.months[at] * d.decided[at]
        amount = float((rows["stock"].to_numpy(dtype=float) * months).sum() * rate[item])
        if amount:
            yield Part(f"stock of {item}", amount,
                       ground.cells("item", str(item), "holding_usd"))  # fmt: skip


def _purchases(ground: Ground, branch: str, periods: list[str]) -> Iterator[Part]:
    """Payments, premiums and prepayments, less the credit for what is drawn."""
    d, plan = ground.layout(branch), ground.plan
    at = [ground.at[p] for p in periods]
    paid = _in(plan.tables["payments"], branch, periods).groupby("offer")["payment_usd"].sum()
    drawn = _in(plan.tables["purchases"], branch, periods)
    volume = plan.tables["reservations"].groupby("offer")["volume"].sum()
    steps = ground.network.table("offer_step")
    for e, offer in enumerate(d.offer["offer"]):
        terms = d.offer.iloc[e]
        months = d.a["offer_open"][e] * d.months
        reserved = float(volume.get(offer, 0.0))
        amount = float(paid.get(offer, 0.0)) + reserved * terms["premium"] * months[at].sum()
        if d.first in at:
            first = float((d.a["first_price"][e] * months).sum())
            amount += terms["prepayment"] * reserved * first
        own = drawn[drawn["offer"] == offer]
        credit = d.a["first_price"][e, [ground.at[p] for p in own["period"]]]
        amount -= terms["prepayment"] * float((own["quantity"].to_numpy(float) * credit).sum())
        if amount:
            keys = [str(k) for k in steps.index[steps["offer"] == offer]]
            cells = [
                c for k in keys for c in ground.cells("offer_step", k, "price_usd", periods[0])
            ]
            cells += ground.cells("offer", str(offer), "prepayment floor premium_usd")
            yield Part(f"under {offer}", float(amount), tuple(cells))


def _once(table: str, name: str, count: str, of: str, price: str) -> Callable[
    [Ground, str, list[str]], Iterator[Part]
]:  # fmt: skip
    def rule(ground: Ground, branch: str, periods: list[str]) -> Iterator[Part]:
        del branch
        frame = ground.plan.tables[table]
        frame = frame[frame["period"].isin(periods)]
        for row in frame.to_dict(orient="records"):
            key = str(row[name])
            cells = ground.cells(of, key, price)
            usd = cells[0].value if cells else 0.0
            yield Part(f"{key} in {row['period']}", float(row[count]) * usd, cells)

    return rule


def _activations(ground: Ground, branch: str, periods: list[str]) -> Iterator[Part]:
    del branch
    recipe = ground.network.table("recipe")
    frame = ground.plan.tables["activations"]
    for row in frame[frame["period"].isin(periods)].itertuples():
        members = [str(k) for k in recipe.index
                   if k == row.group or recipe.at[k, "reuse_group"] == row.group]  # fmt: skip
        dearest = max(members, key=lambda k: _or_zero(recipe.at[k, "activation_usd"]))
        usd = _or_zero(recipe.at[dearest, "activation_usd"])
        yield Part(f"{row.group} in {row.period}", float(row.activated) * usd,
                   ground.cells("recipe", dearest, "activation_usd"))  # fmt: skip


def _unserved(ground: Ground, branch: str, periods: list[str]) -> Iterator[Part]:
    network = ground.network
    value = network.values("demand", "value_usd", ground.plan.calendar, branch)
    measure = network.table("demand")["measure"]
    d = ground.layout(branch)
    frame = _in(ground.plan.tables["unserved"], branch, periods)
    for demand, rows in frame.groupby("demand", sort=False):
        at = [ground.at[p] for p in rows["period"]]
        months = d.months[at] if measure[demand] == "stock" else 1.0
        worth = np.nan_to_num(value.loc[demand].to_numpy(dtype=float)[at]) * d.decided[at] * months
        amount = float((rows["unserved"].to_numpy(dtype=float) * worth).sum())
        if amount:
            cells = ground.cells("demand", str(demand), "value_usd quantity", periods[0], branch)
            yield Part(f"{demand} left unserved", amount, cells)


def _shortfall(ground: Ground, branch: str, periods: list[str]) -> Iterator[Part]:
    frame = _in(ground.plan.tables["shortfall"], branch, periods)
    for commitment, rows in frame.groupby("commitment", sort=False):
        cells = ground.cells("commitment", str(commitment), "price_usd")
        usd = cells[0].value if cells else 0.0
        amount = float(rows["quantity"].astype(float).sum()) * usd
        if amount:
            yield Part(f"short of {commitment}", amount, cells)


def _interest(ground: Ground, branch: str, periods: list[str]) -> Iterator[Part]:
    d = ground.layout(branch)
    held = np.triu(np.ones((d.periods, d.periods)), 1) + 0.5 * np.eye(d.periods)
    upto = held * d.months / 12.0
    at = [ground.at[p] for p in periods]
    rates = ground.network.filled("fund")["cost_of_capital"]
    draws = ground.plan.tables["draws"]
    for fund, rows in draws[draws["branch"] == branch].groupby("fund", sort=False):
        drawn = np.zeros(d.periods)
        drawn[[ground.at[p] for p in rows["period"]]] = rows["usd"].to_numpy(dtype=float)
        rate = float(rates.get(fund, 0.0))
        amount = float((drawn @ upto)[at].sum() * rate)
        if amount:
            yield Part(f"drawn from {fund}", amount,
                       ground.cells("fund", str(fund), "cost_of_capital"))  # fmt: skip
    cash = ground.plan.tables["cash"]
    cash = cash[cash["branch"] == branch]
    borrowed = np.zeros(d.periods)
    borrowed[[ground.at[p] for p in cash["period"]]] = cash["emergency"].to_numpy(dtype=float)
    rate = float(ground.network.setting("emergency_cash_cost"))
    amount = float((borrowed @ upto)[at].sum() * rate)
    if amount:
        yield Part(f"emergency cash at {rate:.4g} a year", amount)


def _in(frame: pd.DataFrame, branch: str, periods: list[str]) -> pd.DataFrame:
    return frame[(frame["branch"] == branch) & frame["period"].isin(periods)]


def _or_zero(value: float) -> float:
    return 0.0 if value != value else float(value)


_RULES: dict[str, Callable[[Ground, str, list[str]], Iterator[Part]]] = {
    "modules": _modules,
    "fixed": _fixed,
    "variable": _variable,
    "freight": _moved("freight_usd"),
    "tariffs": _moved("tariff"),
    "holding": _holding,
    "purchases": _purchases,
    "openings": _once("openings", "site", "opened", "site", "opening_usd"),
    "rights": _once("rights", "right", "bought", "right", "cost_usd"),
    "stakes": _once("stakes", "stake", "taken", "stake", "price_usd"),
    "activations": _activations,
    "unserved": _unserved,
    "shortfall": _shortfall,
    "interest": _interest,
}
