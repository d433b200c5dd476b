"""A plan as a project with three statements: what it builds are assets, what it runs is cost.

Owns the step from a plan's money to a `waferway.finance.Project`, so that tax, depreciation, debt
and cover are of the plan's own cash flows. The price at which compute earns is the caller's: a
plan knows what compute is worth, not who pays for it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from waferway.calendar import Calendar
from waferway.errors import Fault, InputError, Place, RangeError
from waferway.finance.plans import CAPITAL, plan_flows
from waferway.finance.project import Asset, Project
from waferway.planning.plan import Plan
from waferway.planning.results import NOT_SPENT
from waferway.studies.route_measures import delivered_by_period

__all__ = ["plan_project"]


def plan_project(
    plan: Plan,
    price_per_compute_usd: ArrayLike,
    *,
    name: str = "plan",
    tax_rate: ArrayLike = 0.21,
    book_life_years: float = 5.0,
    tax_shares: Sequence[float] = (0.2, 0.32, 0.192, 0.1152, 0.1152, 0.0576),
) -> Project:
    """A plan as a project, for `waferway.finance.statements`.

    Parameters
    ----------
    plan : Plan
        With one branch, and a compute basis.
    price_per_compute_usd : float or array, shape (T,), at least 0
        Earned when a unit of compute is delivered; T are all periods of the plan.
    name : str
    tax_rate : float or array, shape (T,), 0 to 1
    book_life_years : float, above 0
    tax_shares : sequence of float
        Share of the tax basis by year from service on; default: 5-year MACRS, half-year.

    Returns
    -------
    Project
        Assets: one per kind of capital spending and per period in which some of it is paid; each
        enters service in the period of its last payment or of the first compute, whichever is
        later. All other spending but interest (which the project's own debt bears) is operating
        cost. History is left out: the project begins with the first decided period.

    Raises
    ------
    InputError
        If the plan has branches.
    RangeError
        If a price is negative or does not fit the periods.

    Examples
    --------
    >>> import waferway as ww
    >>> net = ww.Network.build({
    ...     "party": [{"name": "lab", "kind": "lab"}, {"name": "vendor", "kind": "designer"}],
    ...     "item": [{"name": "chip", "unit": "chip", "kind": "package"}],
    ...     "weight": [{"basis": "h", "item": "chip", "weight": 1}],
    ...     "offer": [{"name": "buy", "seller": "vendor", "item": "chip", "open_to": "lab"}],
    ...     "offer_step": [{"offer": "buy", "step": 1, "price_usd": 10, "volume": 5}],
    ...     "demand": [{"name": "need", "party": "lab", "basis": "h", "quantity": 5,
    ...                 "value_usd": 100}]},
    ...     {"start": "2026", "until": "2027", "step": "year", "price_year": 2026,
    ...      "compute_basis": "h"})
    >>> project = plan_project(ww.plan(net, party="lab"), 15.0)
    >>> from waferway.finance import Financing, Shareholder, statements
    >>> result = statements(project, Financing((), (Shareholder("lab", 1.0, 0.0),)))
    >>> result.lines["revenue"][0].tolist(), project.operating_cost.tolist()
    ([900.0, 900.0], [600.0, 600.0])
    """
    if len(plan.branch_weights) > 1:
        raise InputError(
            [Fault(Place("plan"), f"the plan has {len(plan.branch_weights)} branches",
                   "a project has one course of events", "plan one branch, or average first",
                   kind="branches")],
            "no project was made",
        )  # fmt: skip
    price = np.broadcast_to(np.asarray(price_per_compute_usd, dtype=float), len(plan.calendar))
    if not (np.isfinite(price) & (price >= 0)).all():
        raise RangeError("price_per_compute_usd must be finite and at least 0")
    first = int(np.argmax(plan.decided))
    periods = plan.calendar.periods[first:]
    count = len(periods)
    money = plan.tables["money"]
    money = money[~money["kind"].isin((*NOT_SPENT, "interest"))]
    base = dt.date.fromisoformat(plan.manifest["base_date"])
    delivered = delivered_by_period(plan)[first:]
    live = np.flatnonzero(delivered > 0)
    opening = int(live[0]) if len(live) else count
    assets: list[Asset] = []
    running = np.zeros(count)
    if len(money):
        flows = plan_flows(money, plan.calendar, base, probability={money["branch"].iloc[0]: 1.0})
        for k, kind in enumerate(flows.kinds):
            spent = flows.spent[0, k, first:]
            if kind not in CAPITAL:
                running = running + spent
                continue
            for t in np.flatnonzero(np.abs(spent) > 1e-9):
                paid = np.zeros(count)
                paid[t] = spent[t]
                service = min(max(int(t), opening), count)
                assets.append(_asset(f"{kind} {periods[t].label}", paid, service,
                                     book_life_years, tax_shares))  # fmt: skip
    return Project(
        name, str(plan.network.setting("currency")), Calendar(tuple(periods)),
        price[first:] * delivered, running, tuple(assets), tax_rate,
        operation=None if assets else (opening if opening < count else 0),
    )  # fmt: skip


def _asset(
    name: str, paid: Any, service: int, life: float, shares: Sequence[float]
) -> Asset:  # fmt: skip
    if not life > 0 or not math.isfinite(life):
        raise RangeError(f"book_life_years is {life}; it must be above 0")
    return Asset(name, paid, service, life, list(shares))
