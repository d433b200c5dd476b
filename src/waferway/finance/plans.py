"""The money of a plan as dated flows.

Owns the step from a plan's money table (branch, period, kind, amount) to cash curves, peak cash,
total capital and present value, without the model. Refuses to read a plan object: the table and
the calendar are arguments, so that any source of decisions can be measured the same way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.calendar import Calendar
from waferway.errors import Faults, Place, RangeError, nearest

__all__ = ["CAPITAL", "PlanFlows", "plan_flows"]

Floats = NDArray[np.float64]
# kinds of spending that buy something lasting; the others run
CAPITAL = ("modules", "openings", "activations", "rights", "stakes")
# kinds that are no cash: the worth of demand left unserved is an opportunity
NOT_CASH = ("unserved",)


@dataclass(frozen=True)
class PlanFlows:
    """Money of a plan by branch and period.

    Attributes
    ----------
    calendar : Calendar
    branches : tuple of str
    kinds : tuple of str
    spent : array, shape (branches, kinds, T), money, spending positive
    probability : array, shape (branches,)
    base : datetime.date
        To which present values refer.
    """

    calendar: Calendar
    branches: tuple[str, ...]
    kinds: tuple[str, ...]
    spent: Floats
    probability: Floats
    base: dt.date

    def outflow(self) -> Floats:
        """Cash spent by period, shape (branches, T): kinds that are no cash left out."""
        live = [k for k, kind in enumerate(self.kinds) if kind not in NOT_CASH]
        return np.asarray(self.spent[:, live].sum(axis=1))

    def total_capital(self) -> Floats:
        """Spending on what lasts, shape (branches,), undiscounted."""
        live = [k for k, kind in enumerate(self.kinds) if kind in CAPITAL]
        return np.asarray(self.spent[:, live].sum(axis=(1, 2)))

    def cash_curve(self, income: ArrayLike = 0.0) -> Floats:
        """Cumulative cash, shape (branches, T), with income per period, shape (T,) or (B, T)."""
        earned = np.broadcast_to(np.asarray(income, dtype=float), self.outflow().shape)
        return np.asarray(np.cumsum(earned - self.outflow(), axis=1))

    def peak_cash(self, income: ArrayLike = 0.0) -> Floats:
        """Most money needed at any time, shape (branches,)."""
        return np.asarray(np.maximum(-self.cash_curve(income).min(axis=1), 0.0))

    def present_cost(self, rate: float, *, unserved: bool = False) -> Floats:
        """Present value of spending, shape (branches,).

        A period is discounted from its middle day, in years of 365.25 days, as plans do.

        Parameters
        ----------
        rate : float, effective annual, above -1
        unserved : bool
            Count the worth of unserved demand as well.
        """
        if not rate > -1:
            raise RangeError(f"rate is {rate}; it must be above -1 (0.08 means 8 %)")
        factor = (1.0 + rate) ** -self.calendar.years_from(self.base)
        flows = self.spent.sum(axis=1) if unserved else self.outflow()
        return np.asarray(flows @ factor)

    def expected(self, values: ArrayLike) -> float:
        """Expectation over branches of one number per branch."""
        return float(self.probability @ np.asarray(values, dtype=float))

    def frame(self, branch: str | None = None) -> Any:
        """Money by kind (rows) and period (columns) of a branch, or expected over branches."""
        import pandas as pd

        rows = (
            np.tensordot(self.probability, self.spent, 1) if branch is None
            else self.spent[self.branches.index(branch)]
        )  # fmt: skip
        return pd.DataFrame(rows, list(self.kinds), self.calendar.labels)


def plan_flows(
    money: Any,
    calendar: Calendar,
    base: dt.date,
    *,
    probability: Mapping[str, float] | None = None,
    kinds: Sequence[str] | None = None,
) -> PlanFlows:
    """Read a money table into flows.

    Parameters
    ----------
    money : pandas.DataFrame
        Columns branch, period, kind, usd; rows of one cell are added, absent cells are 0 (the
        table lists what is spent).
    calendar : Calendar
        Of the plan; every period of the table is one of its labels.
    base : datetime.date
    probability : mapping of branch to float, optional
        Needed with more than one branch; adds to 1.
    kinds : sequence of str, optional
        The kinds there may be; unknown ones are an error.

    Returns
    -------
    PlanFlows

    Raises
    ------
    InputError

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"branch": ["", ""], "period": ["2025", "2026"],
    ...                       "kind": ["modules", "fixed"], "usd": [100.0, 10.0]})
    >>> flows = plan_flows(table, Calendar.build("2025", "year", "2026"), dt.date(2025, 1, 1))
    >>> flows.total_capital().tolist(), flows.peak_cash([0.0, 50.0]).tolist()
    ([100.0], [100.0])
    """
    faults = Faults()
    for column in ("branch", "period", "kind", "usd"):
        if column not in money.columns:
            near = nearest(column, map(str, money.columns))
            faults.add(Place("money"), f"the table has no column {column}",
                       suggestion=f"is it {near[0]}?" if near else "", kind="column")  # fmt: skip
    faults.raise_any("no flow was computed")
    labels = {label: t for t, label in enumerate(calendar.labels)}
    branches = tuple(dict.fromkeys(map(str, money["branch"])))
    found = tuple(dict.fromkeys(map(str, money["kind"])))
    amounts = np.asarray(money["usd"], dtype=float)
    for row, (label, kind, usd) in enumerate(
        zip(money["period"], money["kind"], amounts, strict=True), start=1
    ):
        place = Place("money", row)
        if label not in labels:
            faults.add(place, f"{label} is no period of the calendar", kind="period")
        if kinds is not None and kind not in kinds:
            near = nearest(str(kind), kinds)
            faults.add(
                place,
                f"{kind} is no kind of money",
                suggestion=f"did you mean {near[0]}?" if near else "",
                kind="name",
            )
        if not np.isfinite(usd):
            faults.add(place, "the amount is not finite", "missing is never zero", kind="missing")
    chance = probability or ({branches[0]: 1.0} if len(branches) == 1 else {})
    for branch in branches:
        if branch not in chance:
            faults.add(Place("branch"), f"branch {branch} has no probability", kind="missing")
    total = sum(chance.get(branch, 0.0) for branch in branches)
    if branches and abs(total - 1) > 1e-9 and all(b in chance for b in branches):
        faults.add(Place("branch"), f"probabilities add to {total:g}", kind="range")
    faults.raise_any("no flow was computed")
    spent = np.zeros((len(branches), len(found), len(calendar)))
    at = (
        [branches.index(str(b)) for b in money["branch"]],
        [found.index(str(k)) for k in money["kind"]],
        [labels[label] for label in money["period"]],
    )
    np.add.at(spent, at, amounts)
    weights = np.array([chance[branch] for branch in branches])
    return PlanFlows(calendar, branches, found, spent, weights, base)
