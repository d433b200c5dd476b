"""The columns of the table of routes, measured on a plan.

Owns what each column means. All of it is arithmetic on the plan's tables and its prices; money
goes through `waferway.finance`, so that it is measured there without the model.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waferway.calendar import end_of
from waferway.evidence.dated import shipped
from waferway.finance.plans import plan_flows
from waferway.network.network import Network
from waferway.network.parties import family
from waferway.planning.plan import Plan
from waferway.planning.planner import plan as plan_network
from waferway.planning.prices import restored
from waferway.planning.solving import solve_fixed
from waferway.studies.route_chain import dependence
from waferway.studies.route_means import Route, only

__all__ = [
    "cost_per_compute",
    "cumulative",
    "delivered_by_period",
    "measure",
    "plan_route",
    "score_of",
    "takes_core",
    "tokens_of_compute",
    "until_index",
]

Floats = NDArray[np.float64]
BIND_SHARE = 0.25
"""A row binds if one per cent more of it adds at least this share of the largest such gain."""
ROWS_IN_WORDS = {
    "fund": "money",
    "cash": "money",
    "budget": "money",
    "volume": "volume on offer",
    "room on the line": "capacity on offer",
    "limit": "rule",
    "use": "capacity",
    "use of what is bought": "capacity bought",
    "orders per year": "orders a year",
    "total orders": "modules in all",
}


def delivered_by_period(plan: Plan) -> Floats:
    """Compute delivered to demand on the basis, expected over branches, shape (T,)."""
    table = plan.network.filled("weight")
    table = table[table["basis"] == plan.manifest["basis"]]
    weight = dict(zip(table["item"], table["weight"], strict=True))
    demand = plan.network.filled("demand")
    on_basis = set(demand.index[demand["basis"] == plan.manifest["basis"]])
    served = plan.tables["served"]
    served = served[served["demand"].isin(on_basis)]
    amount = (
        served["served"].astype(float)
        * served["item"].map(weight).astype(float)
        * served["branch"].map(plan.branch_weights).astype(float)
    )
    by_period = amount.groupby(served["period"]).sum()
    return np.asarray(by_period.reindex(plan.calendar.labels).fillna(0.0), dtype=float)


def until_index(plan: Plan, last: str | dt.date) -> int:
    """Number of periods that end on or before the last day of a label."""
    end = end_of(last)
    return sum(p.end <= end for p in plan.calendar)


def cumulative(delivered: Floats, plan: Plan, dates: Sequence[str]) -> list[float]:
    """Compute delivered from the first period to the end of each date."""
    return [float(delivered[: until_index(plan, when)].sum()) for when in dates]


def score_of(plan: Plan, when: str, ranking: str) -> float:
    """What a ranking compares, larger is better: compute by a date, or the cost of a unit."""
    if ranking == "compute":
        return cumulative(delivered_by_period(plan), plan, [when])[0]
    cost = cost_per_compute(plan)
    return -np.inf if cost is None else -cost


def takes_core(plan: Plan, route: Route) -> bool:
    """Whether a plan uses what makes its route what it is; else it is another route."""
    return bool(set(_used(plan)) & route.core)


def plan_route(
    network: Network, route: Route, asked: dict[str, Any], when: str, ranking: str
) -> tuple[Route, Plan, list[dict[str, Any]]]:  # fmt: skip
    """Plan a route, or each of its options.

    Returns
    -------
    Route
        The route, or its best option.
    Plan
        Of it.
    list of dict
        Its options, where it has some: ``option``, ``of``, ``taken``, ``delivered`` by the date,
        ``cost_per_compute_usd``, ``gap``. An option that its own plan does without is not taken,
        whatever that plan delivers.
    """
    best: tuple[float, Route, Plan] | None = None
    rows = []
    for option in route.options or (route,):
        result = plan_network(only(network, option, str(asked["party"])), **asked)
        takes = takes_core(result, option)
        score = score_of(result, when, ranking) if takes else -np.inf
        rows.append(
            {"option": option.name, "of": option.label, "taken": takes,
             "delivered": cumulative(delivered_by_period(result), result, [when])[0],
             "cost_per_compute_usd": cost_per_compute(result), "gap": result.manifest["gap"]}
        )  # fmt: skip
        if best is None or score > best[0]:
            best = (score, option, result)
    if best is None:
        raise AssertionError("an open route has means")
    return best[1], best[2], rows if route.options else []


def measure(network: Network, plan: Plan, dates: Sequence[str], tokens: float) -> dict[str, Any]:
    """The columns of one route.

    Parameters
    ----------
    network : Network
        The whole network, from which the plan was cut.
    plan : Plan
    dates : sequence of str
        Dates to whose end compute is counted; the last is the end of what is shown.
    tokens : float
        Output tokens that one unit of compute serves over its life, above 0.

    Returns
    -------
    dict
        See the reference page of JSON keys.
    """
    delivered = delivered_by_period(plan)
    m = plan.manifest
    base = dt.date.fromisoformat(m["base_date"])
    weights = plan.branch_weights
    money = plan.tables["money"]
    flows = plan_flows(money, plan.calendar, base, probability=weights) if len(money) else None
    shown = until_index(plan, dates[-1])
    net_cost, worth = _present(plan, delivered)
    outflow = flows.probability @ flows.outflow() if flows else np.zeros(len(plan.calendar))
    capital = flows.expected(flows.total_capital()) if flows else 0.0
    needed = np.maximum.accumulate(flows.outflow().cumsum(axis=1), axis=1) if flows else None
    peak = flows.expected(needed[:, shown - 1]) if flows and needed is not None else 0.0
    unit = net_cost / worth if worth > 0 else None
    chain = dependence(network, plan, plan.calendar.labels[shown - 1]) if worth > 0 else {}
    used = _used(plan)
    return {
        "delivered": dict(zip(dates, cumulative(delivered, plan, dates), strict=True)),
        "cost_per_compute_usd": unit,
        "cost_per_million_tokens_usd": None if unit is None else unit / tokens * 1e6,
        "peak_cash_usd": float(peak),
        "total_capital_usd": float(capital),
        "net_present_cost_usd": net_cost,
        "first_wafer": _first_wafer(plan),
        "first_delivery": _first(plan, delivered),
        "binds": binding(plan),
        "country": _top(chain.get("country", {})),
        "supplier": _top(chain.get("supplier", {})),
        "dependence": chain,
        "rights": sorted(set(plan.tables["rights"]["right"])),
        "qualifications": _qualifications(network, plan),
        "used": used,
        "gap": m["gap"],
        "status": m["status"],
        "periods": list(plan.calendar.labels),
        "compute_curve": [float(x) for x in np.cumsum(delivered)],
        "cash_curve_usd": [float(x) for x in -np.cumsum(outflow)],
    }


def _present(plan: Plan, delivered: Floats) -> tuple[float, float]:
    """Present cost net of what is left at the end, and compute discounted like money."""
    m = plan.manifest
    base = dt.date.fromisoformat(m["base_date"])
    factor = (1.0 + float(m["discount_rate"])) ** -plan.calendar.years_from(base)
    at = dict(zip(plan.calendar.labels, factor, strict=True))
    money = plan.tables["money"]
    lost = money[money["kind"] == "unserved"]
    usd = lost["usd"].astype(float) * lost["branch"].map(plan.branch_weights).astype(float)
    opportunity = float((usd * lost["period"].map(at).astype(float)).sum())
    return float(m["cost_usd"]) - opportunity, float(delivered @ factor)


def cost_per_compute(plan: Plan) -> float | None:
    """Levelised cost of a unit of compute; None where nothing is delivered.

    Present cost, less what modules are worth at the end, over compute discounted like money,
    over the whole calendar.
    """
    net_cost, worth = _present(plan, delivered_by_period(plan))
    return net_cost / worth if worth > 0 else None


def tokens_of_compute() -> float:
    """Output tokens that one H100 equivalent serves over its life, from the shipped claims.

    Examples
    --------
    >>> round(tokens_of_compute() / 1e9)
    135
    """
    facts = shipped("waferway.finance")
    rate = facts["fin-tokens-h100e-day"].central or 0.0
    life = facts["fin-life-h100e"].central or 0.0
    return rate * 365.25 * life


def _top(shares: dict[str, float]) -> dict[str, Any] | None:
    if not shares:
        return None
    name = next(iter(shares))
    return {"name": name, "share": shares[name]}


def _first(plan: Plan, amounts: Floats) -> str | None:
    there = np.flatnonzero(amounts > 1e-6 * max(1.0, float(amounts.max(initial=0.0))))
    return plan.calendar.labels[int(there[0])] if len(there) else None


def _first_wafer(plan: Plan) -> str | None:
    """First period in which a wafer of the party's own account is started; None: never."""
    technology = plan.network.filled("technology")["family"]
    recipe = plan.network.filled("recipe")
    wafers = recipe["technology"].map(technology).isin(("logic", "dram", "stacking"))
    starts = plan.tables["starts"]
    run = starts[starts["recipe"].isin(set(recipe.index[wafers]))]
    order = {label: t for t, label in enumerate(plan.calendar.labels)}
    decided = [p for p in set(run["period"]) if plan.decided[order[p]]]
    return min(decided, key=order.__getitem__) if decided else None


def _used(plan: Plan) -> dict[str, float]:
    """Means that the plan used, and how much: purchases, modules, stakes, rights."""
    out: dict[str, float] = {}
    for table, name, column in (
        ("purchases", "offer", "quantity"), ("reservations", "offer", "volume"),
        ("orders", "module", "orders"), ("stakes", "stake", "taken"),
        ("rights", "right", "bought"),
    ):  # fmt: skip
        frame = plan.tables[table]
        for key, amount in frame[column].astype(float).groupby(frame[name]).sum().items():
            if table != "reservations" or str(key) not in out:
                out[str(key)] = float(amount)
    return dict(sorted(out.items()))


def binding(plan: Plan) -> list[dict[str, Any]]:
    """What binds: rows of which one per cent more would add most compute, builds standing.

    Returns
    -------
    list of dict
        ``what``, ``of`` and ``gain_percent`` (compute added by one per cent more, as a share of
        what is delivered), by falling gain; those near the largest.
    """
    program, x, _ = restored(plan)
    fixed = solve_fixed(program, x)
    gains: dict[tuple[str, str], float] = {}
    for block in program.names:
        span = slice(block.first, block.first + len(block.row))
        right = np.where(np.isfinite(program.row_high[span]), program.row_high[span], 0.0)
        gain = np.clip(-fixed.duals[span] * right, 0.0, None)
        if block.name in ("balance", "demand", "cover") or not gain.any():
            continue
        for row, amount in zip(block.row, gain, strict=True):
            key = (ROWS_IN_WORDS.get(block.name, block.name), str(block.subject[row]))
            gains[key] = gains.get(key, 0.0) + float(amount)
    for (what, of), amount in _at_bounds(plan, program, fixed).items():
        gains[what, of] = gains.get((what, of), 0.0) + amount
    most = max(gains.values(), default=0.0)
    if most <= 0:
        # Everything divisible is slack: what holds it back is the size of the next step.
        steps = [t for t in ("orders", "stakes", "rights") if len(plan.tables[t])]
        return [{"what": "the next whole step", "of": name, "gain_percent": None}
                for name in steps[:1]]  # fmt: skip
    total = abs(fixed.value) or 1.0
    found = [
        {"what": what, "of": of, "gain_percent": amount / total}
        for (what, of), amount in gains.items() if amount >= BIND_SHARE * most
    ]  # fmt: skip
    return sorted(found, key=lambda row: (-row["gain_percent"], row["what"], row["of"]))


def _at_bounds(plan: Plan, program: Any, fixed: Any) -> dict[tuple[str, str], float]:
    """Gains of decisions that stand at their upper bound: volumes on offer."""
    from waferway.planning.planner import formulate

    _, _, instances = restored(plan)
    branches, _ = formulate(list(instances.values()), list(plan.branch_weights.values()),
                            plan.manifest["objective"], plan.manifest["basis"])  # fmt: skip
    reduced = np.asarray(fixed.highs.getSolution().col_dual, dtype=float)
    reduced = reduced / fixed.scaling.columns / fixed.scaling.cost
    out: dict[tuple[str, str], float] = {}
    for w, (d, v, _, _) in enumerate(branches):
        block = v.purchase
        if not block.size:
            continue
        at = program.columns[w][block.offset : block.offset + block.size]
        high = np.where(np.isfinite(program.high[at]), program.high[at], 0.0)
        gain = np.clip(-reduced[at], 0.0, None) * high
        gain = gain.reshape(block.rows, block.width).sum(axis=1)
        for row, amount in enumerate(gain):
            if amount > 0:
                key = ("volume on offer", str(d.purchase["offer"].iloc[row]))
                out[key] = out.get(key, 0.0) + float(amount)
    return out


def _qualifications(network: Network, plan: Plan) -> list[str]:
    """Qualifications that the items drawn on need, with the day from which they hold."""
    rows = network.filled("qualification")
    mine = family(network, str(plan.manifest["party"]))
    parts = plan.network.filled("recipe_item")
    run = set(plan.tables["starts"]["recipe"])
    items = set(parts.loc[(parts["role"] == "in") & parts["recipe"].isin(run), "item"])
    need = items & set(rows["item"])
    out = []
    for item in sorted(need):
        fit = rows[(rows["item"] == item) & rows["customer"].isin(mine)]
        days = [d.isoformat() if d else "held" for d in fit["from_date"]]
        held = ", ".join(f"{line} ({day})" for line, day in zip(fit["line"], days, strict=True))
        out.append(f"{item}: {held or 'nobody is qualified'}")
    return out
