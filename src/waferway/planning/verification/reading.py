"""The verifier's own reading of time: periods, windows, lags, dated values, steps of age.

Written from docs/mathematics.md alone; nothing of the model or of `Network.values` is used, so
that a mistake there cannot repeat itself here. All days are ordinals (`date.toordinal`).
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from waferway.calendar import day
from waferway.network.declaration import REQUIRED
from waferway.network.schema import TABLES

__all__ = ["MONTH_DAYS", "YEAR_DAYS", "Clock", "Values", "leaves", "ordinal"]

MONTH_DAYS = 30.4375
YEAR_DAYS = 365.25

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def ordinal(value: Any, empty: float) -> float:
    """Ordinal of a date cell; `empty` where there is none."""
    if value is None or isinstance(value, float) or value is pd.NaT or value == "":
        return empty
    if isinstance(value, dt.datetime | dt.date):
        return float(value.toordinal())
    return float(day(str(value)).toordinal())


def leaves(network: Any) -> list[tuple[str, float]]:
    """Branches without children, and the product of probabilities along their way."""
    frame = network.table("branch")
    if frame.empty:
        return [("", 1.0)]
    parent = dict(zip(frame.index, frame["parent"], strict=True))
    chance = dict(zip(frame.index, frame["probability"], strict=True))
    out = []
    for name in frame.index:
        if name in parent.values():
            continue
        probability, at = 1.0, name
        while at:
            probability, at = probability * float(chance[at]), parent[at]
        out.append((name, probability))
    return out


class Clock:
    """The periods of a plan as numbers; T periods."""

    def __init__(self, calendar: Any) -> None:
        spans = list(calendar)
        self.labels = [span.label for span in spans]
        self.at = {label: index for index, label in enumerate(self.labels)}
        self.start = np.array([span.start.toordinal() for span in spans], dtype=float)
        self.end = np.array([span.end.toordinal() for span in spans], dtype=float)
        self.days = self.end - self.start
        self.middle = self.start + np.floor(self.days / 2)
        self.year = np.array([span.start.year for span in spans])
        self.months = np.array([_months(span.start, span.end) for span in spans])
        self.size = len(spans)
        self._lags: dict[float, Floats] = {}

    def share(self, low: float, high: float = np.inf) -> Floats:
        """Share of the days of each period that lie in [low, high); shape (T,)."""
        inside = np.minimum(self.end, high) - np.maximum(self.start, low)
        shares: Floats = np.clip(inside, 0.0, None) / self.days
        return shares

    def window(self, first: Any, last: Any) -> Flags:
        """Periods whose middle day lies in a window, ends included; shape (T,)."""
        inside: Flags = (self.middle >= ordinal(first, -np.inf)) & (
            self.middle <= ordinal(last, np.inf)
        )
        return inside

    def windows(self, frame: pd.DataFrame) -> Flags:
        """`window` for every row of a table with from_date and to_date; shape (rows, T)."""
        if frame.empty:
            return np.zeros((0, self.size), dtype=bool)
        return np.array(
            [self.window(a, b) for a, b in zip(frame["from_date"], frame["to_date"], strict=True)]
        )

    def lag(self, days: float) -> Floats:
        """Share of what starts in s that arrives in t after `days`; shape (T, T)."""
        if days not in self._lags:
            begin, stop = self.start + days, self.end + days
            shares = np.zeros((self.size, self.size))
            for s in range(self.size):
                both = np.minimum(stop[s], self.end) - np.maximum(begin[s], self.start)
                shares[s] = np.clip(both, 0.0, None) / self.days[s]
            self._lags[days] = shares
        return self._lags[days]

    def arrive(self, amounts: Floats, days: Floats) -> Floats:
        """Amounts by period of start, shape (rows, T), as amounts by period of arrival."""
        out = np.zeros_like(amounts)
        for lag in np.unique(days):
            rows = days == lag
            out[rows] = amounts[rows] if lag == 0 else amounts[rows] @ self.lag(float(lag))
        return out

    def find(self, when: float) -> int:
        """Index of the period that holds a day; T after the last, -1 before the first."""
        if when < self.start[0]:
            return -1
        return int(np.searchsorted(self.end, when, side="right"))


def _months(start: dt.date, end: dt.date) -> float:
    if start.day == 1 and end.day == 1:
        return 12.0 * (end.year - start.year) + end.month - start.month
    return (end - start).days / MONTH_DAYS


class Values:
    """Values of a network's tables over the periods of a clock, for one branch."""

    def __init__(self, network: Any, clock: Clock, branch: str = "") -> None:
        self.network, self.clock, self.branch = network, clock, branch
        self._cache: dict[tuple[str, str], Floats] = {}

    def __call__(self, table: str, column: str) -> Floats:
        """Average over the days of each period, NaN where unknown; shape (rows, T)."""
        if (table, column) not in self._cache:
            self._cache[table, column] = self._dated(table, column)
        return self._cache[table, column]

    def plain(self, table: str, column: str) -> Floats:
        """The plain column with the declared default for missing cells; shape (rows,)."""
        cells: Floats = self.network.table(table)[column].to_numpy(dtype=float)
        default = TABLES[table][column].default
        if default is REQUIRED or default is None:
            return cells
        return np.where(np.isnan(cells), float(default), cells)

    def _dated(self, table: str, column: str) -> Floats:
        clock = self.clock
        plain = self.plain(table, column)
        out = np.repeat(plain[:, None], clock.size, axis=1)
        steps = self._steps.get((table, column), {})
        for row, key in enumerate(self.network.table(table).index):
            if key not in steps:
                continue
            known = [(-np.inf, plain[row]), *sorted(steps[key], key=lambda step: step[0])]
            total = np.zeros(clock.size)
            for index, (since, level) in enumerate(known):
                until = known[index + 1][0] if index + 1 < len(known) else np.inf
                share = clock.share(since, until)
                total += np.where(share > 0, level * share, 0.0)
            out[row] = total
        return out

    @cached_property
    def _line_of_branches(self) -> list[str]:
        """The branch and its ancestors, nearest first, then the plain case."""
        frame = self.network.table("branch")
        chain, at = [], self.branch
        while at and at not in chain:
            chain.append(at)
            at = str(frame.at[at, "parent"] or "") if at in frame.index else ""
        return [*chain, ""]

    @cached_property
    def _profile(self) -> list[tuple[Any, ...]]:
        frame = self.network.table("profile")
        names = ["table", "column", "key", "period", "age_months", "branch"]
        value = frame["value"].to_numpy(dtype=float)
        low, high = frame["low"].to_numpy(dtype=float), frame["high"].to_numpy(dtype=float)
        middle = np.where(np.isnan(low), high, np.where(np.isnan(high), low, (low + high) / 2))
        central = np.where(np.isnan(value), middle, value)
        return list(zip(*(frame[n].tolist() for n in names), central.tolist(), strict=True))

    @cached_property
    def _steps(self) -> dict[tuple[str, str], dict[str, list[tuple[float, float]]]]:
        """Dated steps by (table, column) and row; the nearest branch that has any wins."""
        rank = {name: place for place, name in enumerate(self._line_of_branches)}
        best: dict[tuple[str, str, str], int] = {}
        out: dict[tuple[str, str], dict[str, list[tuple[float, float]]]] = {}
        for table, column, key, when, age, branch, central in self._profile:
            if age == age or branch not in rank:
                continue
            cell = (table, column, key)
            cells = out.setdefault((table, column), {})
            if rank[branch] < best.get(cell, len(rank)):
                best[cell], cells[key] = rank[branch], []
            if rank[branch] == best[cell]:
                cells[key].append((ordinal(when, -np.inf), central))
        return out

    @cached_property
    def _ages(self) -> dict[tuple[str, str, str], list[tuple[float, float]]]:
        out: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
        for table, column, key, _, age, branch, central in self._profile:
            if age == age and not branch:
                out.setdefault((table, column, key), []).append((age, central))
        return {cell: sorted(steps) for cell, steps in out.items()}

    def ages(self, table: str, column: str, key: str) -> list[tuple[float, float]]:
        """(age in months, value from that age on), in order; the plain cell is age 0."""
        steps = self._ages.get((table, column, key), [])
        if steps:
            return steps
        row = self.network.table(table).index.get_loc(key)
        return [(0.0, float(self.plain(table, column)[row]))]

    def step(self, table: str, column: str, key: str) -> list[tuple[float, float]]:
        """Like `ages`, and from age 0 on: before the first age the share is 1."""
        steps = self.ages(table, column, key)
        return steps if steps[0][0] <= 0 else [(0.0, 1.0), *steps]
