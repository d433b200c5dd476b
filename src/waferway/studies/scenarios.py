"""What a shipped what-if changes: planned beside what it departs from, in figures.

Owns the comparison: which plans belong to a scenario, what it asks for and what of that is
served, what it costs others, what binds, and a verdict by a stated rule. A scenario whose changes
all begin on a later day comes as a surprise: then the plan is made twice, once as if it had been
known all along, and once with everything before that day as it was planned without it.
"""

from __future__ import annotations

import datetime as dt
import itertools
import time
from collections.abc import Callable, Collection
from typing import Any

import pandas as pd

from waferway.calendar import day
from waferway.errors import Infeasible
from waferway.network.change_terms import first_label, read_pairs
from waferway.network.network import Network
from waferway.network.scenarios import line_of
from waferway.planning.history import as_history
from waferway.planning.plan import Plan
from waferway.planning.planner import plan as plan_network
from waferway.planning.results import NOT_SPENT
from waferway.studies.scenario_study import ScenarioStudy

__all__ = ["begins", "run_scenario"]

GAP = 0.01
SERVED = 0.999
"""Share of what is asked from which on it counts as served."""
FINE_TO = dt.date(2031, 1, 1)
"""Years after 2030, whatever the step before: what is known of 2040 is no better than a year."""
LONG = dt.date(2036, 1, 1)
"""A horizon beyond this day is planned by half-years to 2030, and first among the roundings of the
relaxed plan, so that it is planned in minutes."""


def run_scenario(
    network: Network,
    name: str,
    gap: float = GAP,
    party: str | None = None,
    say: Callable[[str], None] | None = None,
    departed: dict[str, Plan] | None = None,
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
    departed : dict of str to Plan, optional
        Plans of what the scenario departs from, by name (``as shipped``, its parents), made
        before with the same numbers: they are not made again. Those that are made are added.

    Returns
    -------
    ScenarioStudy

    Raises
    ------
    InputError
        If there is no such scenario, or it does not fit the network.
    """
    changed = network.with_scenario(name)  # unknown names fail here, before any work
    chain = line_of(network, name)
    steps = [("as shipped", network)]
    steps += [(one, network.with_scenario(one)) for one in chain[:-1]] + [(name, changed)]
    steps = [(one, net) for one, net in steps if _calendar(net) == _calendar(changed)]
    demand = changed.filled("demand")
    new = demand.index.difference(steps[0][1].table("demand").index)
    asking = set(demand.loc[new, "party"]) - {""}
    plans, rows = [], []
    clock = [time.process_time()]
    departed = {} if departed is None else departed
    for one, net in steps:
        given = departed.get(one) if one != name else None
        plan, row = _planned(net, one, party, gap, asking, say, given=given)
        if plan is not None and one != name:
            departed[one] = plan
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
            text = read_pairs(row["value"]).get("from_date", "")
            if text:
                added[cell] = day(text)
        else:
            text = first_label(row)
        if not text:
            return None
        days.append(day(text))
    now = network.setting("now")
    if not days or now is None or min(days) <= now:
        return None
    return min(days)


def _calendar(network: Network) -> tuple[Any, ...]:
    return tuple(network.setting(name) for name in ("start", "until", "now", "step"))


def _planned(
    network: Network, name: str, party: str | None, gap: float, asking: set[str],
    say: Callable[[str], None] | None, before: Plan | None = None,
    surprise: dt.date | None = None, given: Plan | None = None,
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
        plan = given or plan_network(
            network, party=party, step=step, gap=gap, by_rounding=long or None
        )
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
