"""The uncertain numbers of a network: each with its range, its claim and the periods it holds.

Owns the reading of ranges: that of the dated value itself, else that of the claim it cites.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waferway.calendar import Calendar, day
from waferway.evidence.claims import Claim
from waferway.network.network import Network

__all__ = ["Number", "numbers_of"]


@dataclass(frozen=True)
class Number:
    """One number with a range.

    Attributes
    ----------
    cell : tuple of str
        table, key, column.
    since : str
        Period from which it holds; "" for a number that always holds.
    claim : str
        Claim it cites first; "" where it cites none.
    low, value, high : float
        In the unit of the cell.
    holds : array of bool, shape (T,)
        Periods most of whose days it holds.
    """

    cell: tuple[str, str, str]
    since: str
    claim: str
    low: float
    value: float
    high: float
    holds: NDArray[np.bool_]

    @property
    def relative(self) -> float:
        """Half the range over the value; 0 where the value is 0."""
        return (self.high - self.low) / (2.0 * abs(self.value)) if self.value else 0.0


def numbers_of(network: Network, calendar: Calendar) -> dict[tuple[str, str, str], list[Number]]:
    """Numbers with a range, by cell.

    Returns
    -------
    dict of (table, key, column) to list of Number, in the order of time
    """
    cited: dict[tuple[str, str, str, str], str] = {}
    cite = network.table("cite")
    for table, key, column, period, claim in zip(
        cite["table"], cite["key"], cite["column"], cite["period"], cite["claim_id"], strict=True
    ):
        cited.setdefault((table, key, column, period), claim)
    out: dict[tuple[str, str, str], list[Number]] = defaultdict(list)
    dated: dict[tuple[str, str, str], list[tuple[dt.date, str, float, float, float]]] = defaultdict(
        list
    )
    for (table, column), rows in network.profile_rows.items():
        for key, period, age, branch, low, value, high in rows:
            if not branch and math.isnan(age):
                since = day(period) if period else dt.date.min
                dated[table, key, column].append((since, period, low, value, high))
    for cell, steps in dated.items():
        steps.sort(key=lambda step: step[0])
        ends = [*(since for since, *_ in steps[1:]), dt.date.max]
        for (since, period, low, value, high), end in zip(steps, ends, strict=True):
            claim = cited.get((*cell, period), "")
            central = value if not math.isnan(value) else (low + high) / 2.0
            low, high = _range(low, high, central, network.evidence.get(claim))
            if high > low:
                holds = np.array([since <= p.middle < end for p in calendar])
                out[cell].append(Number(cell, period, claim, low, central, high, holds))
    always = np.ones(len(calendar), dtype=bool)
    for (table, key, column, period), claim in cited.items():
        cell = (table, key, column)
        if period or cell in dated or key not in network.table(table).index:
            continue
        value = network.filled(table).at[key, column]
        if not isinstance(value, float | np.floating) or math.isnan(value):
            continue
        low, high = _range(math.nan, math.nan, float(value), network.evidence.get(claim))
        if high > low:
            out[cell].append(Number(cell, "", claim, low, float(value), high, always))
    return dict(out)


def _range(low: float, high: float, value: float, claim: Claim | None) -> tuple[float, float]:
    """The range of the number itself, else that of its claim, around the value."""
    if not math.isnan(low) and not math.isnan(high):
        return low, high
    if claim is None:
        return value, value
    ends = (claim.low, claim.high) if claim.low is not None else (claim.p05, claim.p95)
    central = claim.central
    if ends[0] is None or ends[1] is None or not central:
        return value, value
    # The claim may be in another unit or scale than the cell: its range is taken relatively.
    return value * float(ends[0]) / central, value * float(ends[1]) / central
