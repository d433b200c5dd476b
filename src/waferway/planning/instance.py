"""A network laid out for the model: index frames, and arrays over periods.

Owns the expansion of tables into activities, stocks, flows and services, and every number the
formulation needs, in its units. Refuses to know variables or solvers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from waferway.calendar import Calendar, lag_shares, period
from waferway.network.network import Network

__all__ = ["Entries", "Instance", "lay_out", "lay_out_like"]

Array = NDArray[np.float64]
DAYS_PER_MONTH = 30.4375
DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class Entries:
    """Which column enters which row: the sparse incidence of a sum.

    Attributes
    ----------
    rows, cols : array of int, shape (N,)
    value : array, shape (N, T)
        Coefficient in the period of the column.
    lag : array of int, shape (N,)
        Index into `Instance.lags`; 0 is no lag.
    """

    rows: NDArray[np.int64]
    cols: NDArray[np.int64]
    value: Array
    lag: NDArray[np.int64]


@dataclass
class Instance:
    """Index frames and arrays of one network on one calendar, for one branch.

    `changed` names what differs from the branch it was laid out like (`BRANCHED`); None means
    that anything may.

    Frames carry the columns that limits select on. Arrays are (rows, T) over the frame that
    their name starts with; rates have become amounts per period.
    """

    network: Network
    calendar: Calendar
    decided: NDArray[np.bool_]
    base: dt.date
    rate: float
    party: str = ""
    own_lines: frozenset[str] | None = None
    branch: str = ""
    changed: frozenset[str] | None = None
    lag_days: list[float] = field(default_factory=lambda: [0.0])
    lags: list[Array] = field(default_factory=list)

    # -- time -----------------------------------------------------------------------------
    @cached_property
    def months(self) -> Array:
        """Length of each period, shape (T,)."""
        return self.calendar.months

    @property
    def periods(self) -> int:
        """T."""
        return len(self.calendar)

    @property
    def first(self) -> int:
        """Index of the first decided period."""
        return int(np.argmax(self.decided))

    def discount(self, years: Array | float) -> Array:
        """Factor for money that many years after the base date."""
        return np.asarray((1.0 + self.rate) ** -np.asarray(years, dtype=float))

    @cached_property
    def delta(self) -> Array:
        """Discount factor of each period, shape (T,)."""
        return self.discount(self.calendar.years_from(self.base))

    def years(self, when: dt.date) -> float:
        """Years from the base date."""
        return (when - self.base).days / DAYS_PER_YEAR

    def lag(self, days: float) -> int:
        """Index of the lag kernel for a number of days."""
        if not self.lags:
            self.lags.append(np.eye(self.periods))
        if days not in self.lag_days:
            self.lag_days.append(days)
            self.lags.append(lag_shares(self.calendar, days))
        return self.lag_days.index(days)

    def window(self, start: Iterable[Any], end: Iterable[Any]) -> NDArray[np.bool_]:
        """Periods whose middle day lies in the window of each row, shape (rows, T)."""
        middle = np.array([p.middle.toordinal() for p in self.calendar])
        low = np.array([d.toordinal() if d else 0 for d in start], dtype=np.int64)
        high = np.array([d.toordinal() if d else 10**7 for d in end], dtype=np.int64)
        inside: NDArray[np.bool_] = (middle >= low[:, None]) & (middle <= high[:, None])
        return inside

    def share_from(self, index: int, days: float) -> Array:
        """Share of the days of each period on or after the first day of `index` plus `days`."""
        since = self.calendar.periods[index].start.toordinal() + days
        start = np.array([p.start.toordinal() for p in self.calendar], dtype=float)
        end = np.array([p.end.toordinal() for p in self.calendar], dtype=float)
        share: Array = np.clip(end - np.maximum(start, since), 0.0, None) / (end - start)
        return share

    # -- frames ---------------------------------------------------------------------------
    line: pd.DataFrame = field(default_factory=pd.DataFrame)
    activity: pd.DataFrame = field(default_factory=pd.DataFrame)
    stock: pd.DataFrame = field(default_factory=pd.DataFrame)
    flow: pd.DataFrame = field(default_factory=pd.DataFrame)
    serve: pd.DataFrame = field(default_factory=pd.DataFrame)
    demand: pd.DataFrame = field(default_factory=pd.DataFrame)
    module: pd.DataFrame = field(default_factory=pd.DataFrame)
    offer: pd.DataFrame = field(default_factory=pd.DataFrame)
    purchase: pd.DataFrame = field(default_factory=pd.DataFrame)
    commitment: pd.DataFrame = field(default_factory=pd.DataFrame)
    opening: pd.DataFrame = field(default_factory=pd.DataFrame)
    activation: pd.DataFrame = field(default_factory=pd.DataFrame)
    right: pd.DataFrame = field(default_factory=pd.DataFrame)
    stake: pd.DataFrame = field(default_factory=pd.DataFrame)
    incentive: pd.DataFrame = field(default_factory=pd.DataFrame)
    fund: pd.DataFrame = field(default_factory=pd.DataFrame)
    limit: pd.DataFrame = field(default_factory=pd.DataFrame)
    makes: Entries = field(default_factory=lambda: no_entries(0))
    takes: Entries = field(default_factory=lambda: no_entries(0))
    pools: list[list[int]] = field(default_factory=list)
    held_rights: dict[str, Array] = field(default_factory=dict)
    # -- arrays: shape (rows of the frame, T) -------------------------------------------------
    a: dict[str, Array] = field(default_factory=dict)

    def owned(self, line: str) -> bool:
        """Whether the plan decides on a line rather than buys from it."""
        return self.own_lines is None or line in self.own_lines


def no_entries(periods: int) -> Entries:
    """A sum without terms."""
    none = np.array([], dtype=np.int64)
    return Entries(none, none, np.zeros((0, periods)), none)


def lay_out(
    network: Network,
    calendar: Calendar,
    decided: NDArray[np.bool_],
    *,
    base: dt.date,
    rate: float,
    party: str = "",
    own_lines: frozenset[str] | None = None,
    branch: str = "",
    budget_usd: float | None = None,
) -> Instance:
    """Lay a network out for the model.

    Parameters
    ----------
    network : Network
        As planned: with scenarios applied and, in a party view, cut down.
    calendar : Calendar
        T periods.
    decided : array of bool, shape (T,)
        False in past periods.
    base : date
        Day to which money is discounted.
    rate : float
        Per year.
    party, own_lines
        Party view: whose, and the lines it decides on.
    branch : str
        Leaf branch whose values to use.
    budget_usd : float, optional
        A fund without cost, added by the caller.

    Returns
    -------
    Instance
    """
    from waferway.planning.activity_layout import expand_activities
    from waferway.planning.capacity_layout import expand_lines
    from waferway.planning.contract_layout import expand_contracts, expand_money
    from waferway.planning.item_layout import expand_flows, expand_stocks
    from waferway.planning.service_layout import expand_services

    inst = Instance(network, calendar, decided, base, rate, party, own_lines, branch)
    inst.lag(0.0)
    expand_lines(inst)
    expand_activities(inst)
    expand_stocks(inst)
    expand_flows(inst)
    expand_services(inst)
    expand_contracts(inst)
    expand_money(inst, budget_usd)
    return inst


BRANCHED: dict[tuple[str, str], str] = {
    ("demand", "quantity"): "need",
    ("demand", "value_usd"): "need",
    ("line", "capacity"): "capacity",
}
"""Cells whose values may differ by branch without a new layout, and what they change."""


def lay_out_like(base: Instance, branch: str, budget_usd: float | None = None) -> Instance:
    """The layout of another branch, sharing with `base` all that its values do not change.

    Demand and capacity are what most branches are about: those are read again, the rest is
    shared. A branch that says anything else is laid out anew.
    """
    from waferway.planning.capacity_layout import expand_capacity
    from waferway.planning.contract_layout import expand_line_offers
    from waferway.planning.service_layout import expand_needs

    lineage = {*base.network.lineage(branch), *base.network.lineage(base.branch)} - {""}
    says = {
        cell
        for cell, rows in base.network.profile_rows.items()
        if any(row[3] in lineage for row in rows)
    }
    if not says <= BRANCHED.keys():
        return lay_out(
            base.network, base.calendar, base.decided, base=base.base, rate=base.rate,
            party=base.party, own_lines=base.own_lines, branch=branch, budget_usd=budget_usd,
        )  # fmt: skip
    changed = frozenset(BRANCHED[cell] for cell in says)
    inst = replace(base, branch=branch, changed=changed, a=dict(base.a))
    if "capacity" in changed:
        expand_capacity(inst)
        expand_line_offers(inst)
    if "need" in changed:
        expand_needs(inst)
    return inst


def outturn_amounts(inst: Instance, measure: str, subject: str, of: str) -> Array | None:
    """Recorded amount of one subject in each past period, shape (T,); None without record."""
    rows = inst.network.filled("outturn")
    if rows.empty:
        return None
    rows = rows[(rows["measure"] == measure) & (rows["subject"] == subject) & (rows["of"] == of)]
    if rows.empty:
        return None
    out = np.zeros(inst.periods)
    for label, quantity in zip(rows["period"], rows["quantity"], strict=True):
        span = period(label)
        for t, p in enumerate(inst.calendar):
            overlap = (min(p.end, span.end) - max(p.start, span.start)).days
            if overlap > 0 and not inst.decided[t]:
                out[t] += quantity * overlap / span.days
    return out
