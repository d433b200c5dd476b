"""A project's statements over draws of its uncertain inputs.

Owns the loop from intervals to draws to statements to quantiles, with the inputs that drive the
result. Refuses to know the project: the caller builds it from the draws, all scenarios at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waferway.errors import RangeError
from waferway.finance.accounts import Statements, statements
from waferway.finance.project import Financing, Project
from waferway.finance.sensitivity import Interval, draw, fan, rank_variance

__all__ = ["MonteCarlo", "monte_carlo"]

Floats = NDArray[np.float64]
Build = Callable[[Mapping[str, Floats]], tuple[Project, Financing]]


@dataclass(frozen=True)
class MonteCarlo:
    """Statements over draws and what they say.

    Attributes
    ----------
    statements : Statements
        S scenarios.
    inputs : mapping of str to array, shape (S,)
    measures : mapping of str to array, shape (S,)
        ``npv_project``, ``npv_equity``, ``irr_project``, ``irr_equity`` (NaN where there is none
        or several), ``peak_equity``, ``minimum_dscr``.
    several_irr : int
        Scenarios whose equity flows have several internal rates.
    drivers : mapping of str to float
        Share of the rank variance of ``npv_equity`` by input.
    seed : int
    """

    statements: Statements
    inputs: Mapping[str, Floats]
    measures: Mapping[str, Floats]
    several_irr: int
    drivers: Mapping[str, float]
    seed: int

    def summary(self, probabilities: Sequence[float] = (0.1, 0.5, 0.9)) -> Any:
        """Quantiles, mean and standard error of each measure, as a table."""
        import pandas as pd

        return pd.DataFrame({n: fan(v, probabilities) for n, v in self.measures.items()}).T

    def line_fan(self, name: str, probabilities: Sequence[float] = (0.1, 0.5, 0.9)) -> Any:
        """Quantiles of a line of the statements by period."""
        import pandas as pd

        rows = np.quantile(self.statements.line(name), probabilities, axis=0)
        labels = [f"p{round(100 * p)}" for p in probabilities]
        return pd.DataFrame(rows, labels, self.statements.project.calendar.labels)


def monte_carlo(
    build: Build,
    intervals: Mapping[str, Interval],
    *,
    draws: int,
    seed: int,
    discount_rate: float,
    equity_rate: float,
    timing: str,
) -> MonteCarlo:
    """Draw inputs, build the project once for all draws, and measure it.

    Parameters
    ----------
    build : callable
        Takes a mapping of input to array, shape (S,), and gives the project and its financing
        with scenarios as the leading axis.
    intervals : mapping of str to Interval
    draws : int
    seed : int
    discount_rate, equity_rate : float, effective annual
        Of the project's and the owners' flows.
    timing : {"start", "mid", "end"}

    Returns
    -------
    MonteCarlo

    Examples
    --------
    >>> from waferway.calendar import Calendar
    >>> from waferway.finance.project import Asset
    >>> def build(x):
    ...     revenue = np.outer(x["price"], [0.0, 100, 100, 100])
    ...     tools = Asset("tools", [150.0, 0, 0, 0], 1, 3, [1 / 3] * 3)
    ...     return Project("fab", "USD", Calendar.build("2025", "year", "2028"), revenue, 10.0,
    ...                    (tools,), 0.2), Financing()
    >>> result = monte_carlo(build, {"price": Interval(0.8, 1.0, 1.2)}, draws=200, seed=1,
    ...                      discount_rate=0.08, equity_rate=0.12, timing="end")
    >>> sorted(result.measures)[:2], round(result.drivers["price"], 2)
    (['irr_equity', 'irr_project'], 1.0)
    """
    inputs = draw(intervals, draws, seed)
    project, financing = build(inputs)
    result = statements(project, financing)
    count = len(result.uses)
    if count not in (1, draws):
        raise RangeError(f"the project has {count} scenarios, {draws} were drawn")
    equity = result.irr("equity")
    worst = [np.nan_to_num(result.loans[loan.name]["dscr"], nan=np.inf).min(axis=1)
             for loan in financing.loans]  # fmt: skip
    lowest = np.min(worst, axis=0) if worst else np.full(count, np.nan)
    measures = {
        "npv_project": result.npv(discount_rate, timing=timing),
        "npv_equity": result.npv(equity_rate, timing=timing, flows="equity"),
        "irr_project": result.irr("project").rate,
        "irr_equity": equity.rate,
        "peak_equity": -np.minimum(np.cumsum(result.equity_flows, axis=1).min(axis=1), 0.0),
        "minimum_dscr": np.where(np.isinf(lowest), np.nan, lowest),
    }
    target = np.broadcast_to(measures["npv_equity"], (draws,))
    return MonteCarlo(
        result, inputs, measures, int(equity.several.sum()), rank_variance(inputs, target), seed
    )
