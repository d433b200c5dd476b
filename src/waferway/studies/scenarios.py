"""What a shipped what-if changes: planned beside what it departs from, in figures.

Owns the comparison: which plans belong to a scenario, what it asks for and what of that is
served, what it costs others, what binds, and a verdict by a stated rule. A scenario whose changes
all begin on a later day comes as a surprise: then the plan is made twice, once as if it had been
known all along, and once with everything before that day as it was planned without it.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from waferway.calendar import day
from waferway.errors import Infeasible, RangeError
from waferway.network.network import Network
from waferway.network.typed_rows import frame_of
from waferway.planning.plan import Plan
from waferway.planning.planner import plan as plan_network
from waferway.planning.results import NOT_SPENT, TINY

__all__ = ["ScenarioStudy", "as_history", "begins", "run_scenario"]

GAP = 0.01
SERVED = 0.999
"""Share of what is asked from which on it counts as served."""
FINE_TO = dt.date(2031, 1, 1)
"""Years after 2030, whatever the step before: what is known of 2040 is no better than a year."""
LONG = dt.date(2036, 1, 1)
"""A horizon beyond this day is planned by half-years to 2030, and first among the roundings of the
relaxed plan, so that it is planned in minutes."""


@dataclass(frozen=True)
class ScenarioStudy:
    """A scenario and what it departs from.

    Attributes
    ----------
    name, description : str
    verdict : str
        ``feasible`` (all that the scenario asks for is served to 99.9 %), ``partly`` (some is
        not), ``infeasible`` (no plan satisfies it), or ``possible`` where it asks for nothing.
    asks : list of dict
        demand, label, unit, needed, served, share: demands that the scenario adds.
    plans : list of dict
        In order: what the scenario departs from, each step towards it, the scenario, and the
        scenario as a surprise where it is one. Keys: name, surprise (day, or None), gap,
        compute (by year: delivered to all, in units of the basis, and where the scenario asks
        for something to other parties than those that ask), binds (by year), money
        (undiscounted, by kind), orders (module to number), conflict (rows that clash, where
        there is no plan).
    basis : str
    seconds : tuple of float
        Processor time of each plan; not part of the result.
    """

    name: str
    description: str
    verdict: str
    asks: list[dict[str, Any]]
    plans: list[dict[str, Any]]
    basis: str
    seconds: tuple[float, ...] = field(default=(), compare=False)

    def to_json(self) -> dict[str, Any]:
        """Plain data: the keys of a results file."""
        return {
            "scenario": self.name,
            "description": self.description,
            "verdict": self.verdict,
            "basis": self.basis,
            "asks": self.asks,
            "plans": self.plans,
        }

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> ScenarioStudy:
        """A study from a results file."""
        return cls(
            content["scenario"], content["description"], content["verdict"], content["asks"],
            content["plans"], content["basis"],
        )  # fmt: skip

    def title(self, place: int) -> str:
        """Name of a plan for people."""
        one = self.plans[place]
        if one["surprise"]:
            return f"{one['name']}, a surprise"
        planned = [p["name"] for p in self.plans]
        return f"{one['name']}, foreseen" if planned.count(one["name"]) > 1 else str(one["name"])

    def compute(self) -> pd.DataFrame:
        """Million units of the basis delivered, years by plans."""
        return pd.DataFrame(
            {
                self.title(k): {row["year"]: row["delivered"] / 1e6 for row in one["compute"]}
                for k, one in enumerate(self.plans)
                if one["compute"]
            }
        )

    def others(self) -> pd.DataFrame:
        """Of that, to other parties than those that ask; empty where nobody asks."""
        return pd.DataFrame(
            {
                self.title(k): {row["year"]: row["to_others"] / 1e6 for row in one["compute"]}
                for k, one in enumerate(self.plans)
                if one["compute"] and "to_others" in one["compute"][0]
            }
        )

    def orders(self) -> pd.DataFrame:
        """Modules of which the last plan orders another number than the first."""
        first, last = self.plans[0]["orders"], self.plans[-1]["orders"]
        names = [n for n in {**first, **last} if first.get(n, 0) != last.get(n, 0)]
        return pd.DataFrame(
            {"before": [first.get(n, 0) for n in names], "after": [last.get(n, 0) for n in names]},
            index=names,
        )

    def markdown(self) -> str:
        """The figures as tables of a page."""
        lines = [f"Verdict of the model: **{self.verdict}**.", ""]
        if self.asks:
            lines += ["| asked for | in all | served | share |", "|---|---:|---:|---:|"]
            lines += [
                f"| {a['label']} ({a['unit']}) | {_count(a['needed'])} | {_count(a['served'])} "
                f"| {a['share']:.1%} |"
                for a in self.asks
            ]
            lines.append("")
        frame = self.compute()
        lines.append(f"Compute delivered to all, million {self.basis}, and what binds most:")
        lines += ["", f"| year | {' | '.join(frame.columns)} | binds in the last |"]
        lines.append("|---|" + "---:|" * len(frame.columns) + "---|")
        binds = {row["year"]: row["technology"] for row in self.plans[-1]["binds"]}
        for year, row in frame.iterrows():
            cells = " | ".join(f"{x:.2f}" for x in row)
            lines.append(f"| {year} | {cells} | {binds.get(year, '')} |")
        total = " | ".join(f"{x:.1f}" for x in frame.sum())
        lines.append(f"| all | {total} | |")
        left = self.others()
        if len(left):
            lines += ["", "Of that, to other parties than those that ask:", ""]
            lines += [
                f"| year | {' | '.join(left.columns)} |",
                "|---|" + "---:|" * len(left.columns),
            ]
            for year, row in left.iterrows():
                lines.append(f"| {year} | {' | '.join(f'{x:.2f}' for x in row)} |")
            lines.append(f"| all | {' | '.join(f'{x:.1f}' for x in left.sum())} |")
        lines += ["", "Money, billion dollars, not discounted:", ""]
        kinds = list(dict.fromkeys(k for p in self.plans for k in p["money"]))
        names = [self.title(k) for k in range(len(self.plans))]
        lines += [f"| | {' | '.join(names)} |", "|---|" + "---:|" * len(names)]
        for kind in kinds:
            cells = " | ".join(f"{p['money'].get(kind, 0.0) / 1e9:.1f}" for p in self.plans)
            lines.append(f"| {kind} | {cells} |")
        changed = self.orders()
        if len(changed):
            lines += ["", "Modules ordered, where the number differs:", ""]
            lines += [f"| module | {names[0]} | {names[-1]} |", "|---|---:|---:|"]
            lines += [f"| {n} | {r.before:g} | {r.after:g} |" for n, r in changed.iterrows()]
        gaps = ", ".join(f"{p['gap']:.2%}" for p in self.plans if p["gap"] is not None)
        return "\n".join([*lines, "", f"Gaps of the plans, in this order: {gaps}."])

    def __str__(self) -> str:
        head = f"{self.name}: {self.description}\nVerdict: {self.verdict}"
        lines = [head]
        for a in self.asks:
            lines.append(
                f"  {a['label']}: {_count(a['served'])} of {_count(a['needed'])} {a['unit']} "
                f"({a['share']:.1%})"
            )
        frame = self.compute()
        lines += ["", f"Compute delivered to all, million {self.basis}"]
        for k, name in enumerate(frame.columns):
            lines.append(f"  ({k + 1}) {name}")
        lines.append("  year" + "".join(f"{f'({k + 1})':>11}" for k in range(len(frame.columns))))
        for year, row in frame.iterrows():
            lines.append(f"  {year}" + "".join(f"{x:>11.2f}" for x in row))
        lines.append("   all" + "".join(f"{x:>11.1f}" for x in frame.sum()))
        lines.append("")
        binds = dict.fromkeys(
            f"{row['technology']}" for row in self.plans[-1]["binds"] if row["worth_usd"] >= 1
        )
        lines.append(f"What binds in the last: {', then '.join(binds) or 'nothing'}")
        for k, one in enumerate(self.plans):
            lines.append(f"Modules ({k + 1}): ${one['money'].get('modules', 0.0) / 1e9:.1f} bn")
            if one["conflict"]:
                lines.append(f"No plan: {one['conflict']}")
        return "\n".join(lines)


def run_scenario(
    network: Network,
    name: str,
    gap: float = GAP,
    party: str | None = None,
    say: Callable[[str], None] | None = None,
) -> ScenarioStudy:
    """Plan a scenario and what it departs from, and state the differences.

    Parameters
    ----------
    network : Network
        With the scenario in its tables, not applied; never changed.
    name : str
        Row of table `scenario`. It is compared with the network as given and with each of its
        parents, as far as they have the same calendar.
    gap : float
        Relative gap of every plan.
    party : str, optional
        Whose plans; None is the system view. A surprise is planned in the system view only.
    say : callable, optional
        Told what is being planned.

    Returns
    -------
    ScenarioStudy

    Raises
    ------
    InputError
        If there is no such scenario, or it does not fit the network.
    """
    changed = network.with_scenario(name)  # unknown names fail here, before any work
    chain = [*_parents(network, name), name]
    steps = [("as shipped", network)]
    steps += [(one, network.with_scenario(one)) for one in chain[:-1]] + [(name, changed)]
    steps = [(one, net) for one, net in steps if _calendar(net) == _calendar(changed)]
    demand = changed.filled("demand")
    new = demand.index.difference(steps[0][1].table("demand").index)
    asking = set(demand.loc[new, "party"]) - {""}
    plans, rows = [], []
    clock = [time.process_time()]
    for one, net in steps:
        plan, row = _planned(net, one, party, gap, asking, say)
        plans.append(plan)
        rows.append(row)
        clock.append(time.process_time())
    when = begins(network, name)
    before = next((p for p in plans[-2::-1] if p is not None), None)
    if when is not None and party is None and before is not None and plans[-1] is not None:
        surprised = as_history(before, steps[-2][1], when).with_scenario(name)
        plan, row = _planned(surprised, name, party, gap, asking, say, before, when)
        plans.append(plan)
        rows.append(row)
        clock.append(time.process_time())
    asks = [] if plans[-1] is None else _asks(steps[0][1], plans[-1])
    return ScenarioStudy(
        name, str(network.table("scenario").at[name, "description"]),
        _verdict(plans[-1], asks), asks, rows, str(changed.setting("compute_basis") or ""),
        tuple(b - a for a, b in itertools.pairwise(clock)),
    )  # fmt: skip


def begins(network: Network, name: str) -> dt.date | None:
    """First day that a scenario changes, where all of its own changes begin later than `now`.

    Parameters
    ----------
    network : Network
    name : str

    Returns
    -------
    date or None
        None where some change holds always, or from a day before the end of history.

    Examples
    --------
    >>> import waferway as ww
    >>> begins(ww.world(), "taiwan-closure")
    datetime.date(2027, 1, 1)
    """
    rows = network.table("change")
    rows = rows[rows["scenario"] == name]
    days: list[dt.date] = []
    added: dict[tuple[str, str], dt.date] = {}
    for row in rows.sort_values("order").to_dict("records"):
        cell = (row["table"], row["key"])
        if cell in added:
            continue  # part of a row that the scenario itself adds
        if row["operation"] == "row":
            pairs = dict(p.split("=", 1) for p in row["value"].split(";") if "=" in p)
            text = {k.strip(): v.strip() for k, v in pairs.items()}.get("from_date", "")
            if text:
                added[cell] = day(text)
        else:
            text = row["period"].partition("/")[0]
        if not text or text.startswith("age "):
            return None
        days.append(day(text))
    now = network.setting("now")
    if not days or now is None or min(days) <= now:
        return None
    return min(days)


def as_history(plan: Plan, network: Network, until: dt.date) -> Network:
    """A network in which all that a plan did before a day has happened.

    Parameters
    ----------
    plan : Plan
        Of `network`, in the system view, without branches.
    network : Network
    until : date
        First day that is left to decide; the first of a period of the plan.

    Returns
    -------
    Network
        With starts, deliveries and orders before that day as `outturn`, what lies in stock on it
        (and what is on its way, as if it had arrived) as opening `stock`, and `now` the day
        before. Stock of an item that only qualified suppliers may deliver lies with its maker.

    Raises
    ------
    RangeError
        If the day is not the first of a period, or the plan has branches or a party.
    """
    if plan.manifest["party"] or len(plan.branch_weights) > 1:
        raise RangeError("only a plan of the whole system, without branches, becomes history")
    if until not in {p.start for p in plan.calendar}:
        raise RangeError(f"{until} is not the first day of a period of the plan")
    past = {p.label for p, d in zip(plan.calendar, plan.decided, strict=True)
            if d and p.start < until}  # fmt: skip
    rows: list[dict[str, Any]] = []
    for table, measure, subject, of, amount in (
        ("starts", "starts", "recipe", "line", "starts"),
        ("served", "deliveries", "item", "demand", "served"),
        ("orders", "orders", "module", "", "orders"),
    ):
        frame = plan.tables[table]
        frame = frame[frame["period"].isin(past)]
        keys = [subject, *([of] if of else []), "period"]
        for key, quantity in frame.groupby(keys, sort=False)[amount].sum().items():
            names = dict(zip(keys, key, strict=True))
            rows.append(
                {"measure": measure, "subject": names[subject], "of": names.get(of, ""),
                 "period": names["period"], "quantity": float(quantity)}
            )  # fmt: skip
    recorded = network.table("outturn").to_dict("records")
    kept = [{str(c): v for c, v in row.items()} for row in recorded]
    changed = network.with_tables(
        {"outturn": frame_of("outturn", [*kept, *rows]), "stock": _lying(plan, network, until)}
    )
    return changed.with_settings(now=until - dt.timedelta(days=1))


def _lying(plan: Plan, network: Network, until: dt.date) -> pd.DataFrame:
    """The stock table on a day: what the plan has in stock and on its way at the end of before."""
    last = next(p for p in plan.calendar if p.end == until)
    makers = _makers(network)
    found: dict[tuple[str, str], float] = {}

    def add(place: str, item: str, owner: str, amount: float) -> None:
        at = makers.get((item, owner), place) if owner else place
        found[at, item] = found.get((at, item), 0.0) + amount

    stock = plan.tables["stock"]
    stock = stock[stock["period"] == last.label]
    for row in stock.itertuples():
        add(row.place, row.item, row.owner, float(row.stock))
    days = network.filled("lane")["days"]
    flows = plan.tables["flows"]
    flows = flows[(flows["period"] == last.label) & (flows["lane"] != "")]
    for row in flows.itertuples():
        share = min(float(days[row.lane]) / last.days, 1.0)
        if share > 0:
            add(row.to_place, row.item, row.owner, float(row.flow) * share)
    held = {
        (r["place"], r["item"]): r["arrivals"] for r in network.table("stock").to_dict("records")
    }
    rows = [
        {"place": place, "item": item, "opening": found.get((place, item), 0.0),
         "arrivals": held.get((place, item), math.nan)}
        for place, item in {**found, **held}
    ]  # fmt: skip
    return frame_of("stock", [row for row in rows if row["opening"] > TINY or row["arrivals"] > 0])


def _makers(network: Network) -> dict[tuple[str, str], str]:
    """Place of a qualified maker of an item for a customer, the first that was qualified."""
    line = network.filled("line")
    rows = network.filled("qualification").to_dict("records")
    rows.sort(key=lambda r: (r["from_date"] or dt.date.min, r["line"]))
    out: dict[tuple[str, str], str] = {}
    for row in rows:
        place = line.at[row["line"], "site"] or line.at[row["line"], "party"]
        out.setdefault((row["item"], row["customer"]), str(place))
    return out


def _parents(network: Network, name: str) -> list[str]:
    parent = network.table("scenario")["parent"]
    chain: list[str] = []
    at = str(parent[name])
    while at and at not in chain:
        chain.append(at)
        at = str(parent[at])
    return chain[::-1]


def _calendar(network: Network) -> tuple[Any, ...]:
    return tuple(network.setting(name) for name in ("start", "until", "now", "step"))


def _planned(
    network: Network, name: str, party: str | None, gap: float, asking: set[str],
    say: Callable[[str], None] | None, before: Plan | None = None,
    surprise: dt.date | None = None,
) -> tuple[Plan | None, dict[str, Any]]:  # fmt: skip
    until = network.setting("until")
    step: Any = None
    long = until is not None and until > LONG
    if until is not None and until > FINE_TO:
        fine = str(network.setting("step"))
        fine = "half" if long and fine in ("month", "quarter") else fine
        step = [(fine, "2030Q4"), ("year", str(until))]
    if say is not None:
        say(f"planning {name}" + (f", a surprise on {surprise}" if surprise else ""))
    row: dict[str, Any] = {
        "name": name, "surprise": surprise.isoformat() if surprise else None, "gap": None,
        "compute": [], "binds": [], "money": {}, "orders": {}, "conflict": "",
    }  # fmt: skip
    try:
        plan = plan_network(network, party=party, step=step, gap=gap, by_rounding=long)
    except Infeasible as error:
        return None, row | {"conflict": str(error)}
    return plan, row | _figures(plan, asking, before, surprise)


def _figures(
    plan: Plan, asking: set[str], before: Plan | None, surprise: dt.date | None
) -> dict[str, Any]:
    """Figures of a plan; what was done before a surprise is that of the plan before."""
    shown = {p.label: p.start for p, s in zip(plan.calendar, plan.shown, strict=True) if s}
    spent: dict[str, float] = {}
    ordered: dict[str, float] = {}
    for one in (plan, before):
        if one is None:
            continue
        mine = {
            label
            for label, start in shown.items()
            if surprise is None or (start >= surprise) == (one is plan)
        }
        money = one.tables["money"]
        money = money[money["period"].isin(mine) & ~money["kind"].isin(NOT_SPENT)]
        for kind, usd in money.groupby("kind", sort=True)["usd"].sum().items():
            spent[str(kind)] = spent.get(str(kind), 0.0) + float(usd)
        orders = one.tables["orders"]
        orders = orders[orders["period"].isin(mine)]
        for module, number in orders.groupby("module", sort=True)["orders"].sum().items():
            ordered[str(module)] = ordered.get(str(module), 0.0) + float(number)
    links = plan.prices().binding()
    made = _delivered(plan)
    compute = [{"year": int(y), "delivered": _rounded(amount, 0)} for y, amount in made.items()]
    if asking:
        left = _delivered(plan, asking)
        for row in compute:
            row["to_others"] = _rounded(left.get(row["year"], 0.0), 0)
    return {
        "gap": _rounded(plan.manifest["gap"], 6),
        "compute": compute,
        "binds": [
            {"year": int(r.year), "technology": r.technology, "worth_usd": _rounded(r.worth_usd, 0)}
            for r in links.itertuples()
            if r.worth_usd >= 1
        ],
        "money": {k: _rounded(v, -6) for k, v in sorted(spent.items()) if v >= 1e6},
        "orders": {k: round(v) for k, v in sorted(ordered.items()) if v >= 0.5},
        "conflict": "",
    }


def _rounded(x: float | None, digits: int) -> float | None:
    return None if x is None else round(float(x), digits)


def _delivered(plan: Plan, besides: Collection[str] = ()) -> pd.Series:
    """Compute delivered by year to all parties but some, in units of the plan's basis."""
    weight = plan.network.filled("weight")
    weight = weight[weight["basis"] == plan.manifest["basis"]].set_index("item")["weight"]
    year = {p.label: p.start.year for p, s in zip(plan.calendar, plan.shown, strict=True) if s}
    served = plan.tables["served"]
    served = served[served["item"].isin(weight.index) & served["period"].isin(year)]
    party = plan.network.filled("demand")["party"]
    served = served[~served["demand"].map(party).isin(list(besides))]
    amount = served["served"].astype(float) * served["item"].map(weight).astype(float)
    amount = amount * served["branch"].map(plan.branch_weights).astype(float)
    return amount.groupby(served["period"].map(year)).sum().sort_index()


def _asks(before: Network, plan: Plan) -> list[dict[str, Any]]:
    """Demands of the plan that the network it departs from does not have."""
    demand = plan.network.filled("demand")
    items = plan.network.table("item")
    shown = set(plan.labels)
    frame = plan.tables["unserved"]
    frame = frame[frame["period"].isin(shown)]
    out = []
    for name in demand.index.difference(before.table("demand").index, sort=False):
        mine = frame[frame["demand"] == name]
        needed, unserved = float(mine["need"].sum()), float(mine["unserved"].sum())
        item = demand.at[name, "item"]
        unit = str(items.at[item, "unit"]) if item else str(demand.at[name, "basis"])
        out.append({
            "demand": name, "label": str(demand.at[name, "label"] or name), "unit": unit,
            "needed": _rounded(needed, 1), "served": _rounded(needed - unserved, 1),
            "share": _rounded((needed - unserved) / needed if needed else 1.0, 4),
        })  # fmt: skip
    return out


def _verdict(plan: Plan | None, asks: list[dict[str, Any]]) -> str:
    if plan is None:
        return "infeasible"
    if not asks:
        return "possible"
    return "feasible" if all(a["share"] >= SERVED for a in asks) else "partly"


def _count(number: float) -> str:
    return f"{number:,.0f}"
