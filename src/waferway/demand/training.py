"""Frontier training: what a run takes of the stock, and how the largest run grows.

Owns the arithmetic of a run and its calibration on published runs. The fan takes the growth of
training work from a claim; this is the check that the claim fits the runs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from waferway.demand.given import claims_given
from waferway.errors import RangeError
from waferway.evidence.claims import Evidence
from waferway.evidence.dated import claims_about

__all__ = ["chips_for_run", "frontier_runs", "record_growth"]

Floats = NDArray[np.float64]


def chips_for_run(
    flop: ArrayLike, tflops: ArrayLike, utilisation: ArrayLike, days: ArrayLike
) -> Floats:
    """Chips that a training run keeps busy.

    Parameters
    ----------
    flop : array, FLOP, above 0
    tflops : array, TFLOP/s, above 0
        Dense rate of a chip at the precision of the run.
    utilisation : array, between 0 and 1, 0 out
        Share of that rate that is reached.
    days : array, day, above 0

    Returns
    -------
    array, chips

    Raises
    ------
    RangeError
        If an input leaves its range.

    Source
    ------
    FLOP / (utilisation x rate x time).

    Examples
    --------
    >>> round(float(chips_for_run(2.1e25, 312.0, 0.34, 95.0)))  # GPT-4 ran on about 25,000 A100
    24118
    """
    work, rate = np.asarray(flop, dtype=float), np.asarray(tflops, dtype=float) * 1e12
    used, time = np.asarray(utilisation, dtype=float), np.asarray(days, dtype=float) * 86_400.0
    if np.any(work <= 0) or np.any(rate <= 0) or np.any(time <= 0):
        raise RangeError("compute, rate and days of a run must be above 0")
    if np.any((used <= 0) | (used > 1)):
        raise RangeError("utilisation must be above 0 and at most 1")
    return np.asarray(work / (rate * used * time))


def record_growth(days: Sequence[dt.date], flop: ArrayLike) -> float:
    """Growth a year of the largest run so far, a line through the logarithms of records.

    Parameters
    ----------
    days : sequence of date
    flop : array, shape of `days`, FLOP

    Returns
    -------
    float, times a year

    Raises
    ------
    RangeError
        If fewer than two runs are records.

    Examples
    --------
    >>> record_growth([dt.date(2020, 1, 1), dt.date(2021, 1, 1), dt.date(2021, 6, 1)],
    ...               [1.0, 4.0, 2.0]).__round__(2)
    3.99
    """
    order = np.argsort([d.toordinal() for d in days])
    years = np.array([d.toordinal() / 365.25 for d in days])[order]
    values = np.asarray(flop, dtype=float)[order]
    record = values >= np.maximum.accumulate(values)
    if record.sum() < 2:
        raise RangeError("fewer than two runs are records; growth has no slope")
    slope = np.polyfit(years[record] - years[0], np.log(values[record]), 1)[0]
    return float(np.exp(slope))


def frontier_runs(evidence: Evidence | None = None) -> pd.DataFrame:
    """Published runs, and the chips that their compute, time and utilisation imply.

    Returns
    -------
    DataFrame
        model, day, flop, hours, utilisation, chips (as published), implied (NaN where time or
        utilisation is not published).

    Examples
    --------
    >>> runs = frontier_runs()
    >>> 3.5 < record_growth(list(runs["day"]), runs["flop"]) < 5.0
    True
    """
    facts = claims_given(evidence)
    rows = []
    for claim in claims_about(facts, "training compute"):
        model = claim.subject.removeprefix("model:")

        def best(name: str, model: str = model) -> float:
            found = facts.get(f"run.{model}.{name}")
            return float(found.central or np.nan) if found else float("nan")

        flop, hours, used = best("flop"), best("hours"), best("use")
        known = hours == hours and used == used
        rows.append({
            "model": model, "day": claim.valid_from, "flop": flop, "hours": hours,
            "utilisation": used, "chips": best("chips"),
            "implied": float(chips_for_run(flop, best("rate"), used, hours / 24.0))
            if known else float("nan"),
        })  # fmt: skip
    return pd.DataFrame(rows)
