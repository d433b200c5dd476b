"""Dated periods: months, quarters, years, mixed steps, fiscal to calendar.

Owns periods, calendars and the share of a lagged flow that falls in each period. Refuses
units (`waferway.units`) and money.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from waferway.errors import RangeError

__all__ = [
    "Calendar",
    "Period",
    "day",
    "end_of",
    "fiscal_to_calendar",
    "fiscal_year",
    "lag_shares",
    "period",
]

_STEPS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_LABEL = re.compile(
    r"^(?P<year>\d{4})(?:-?Q(?P<quarter>[1-4])|-?H(?P<half>[12])|-(?P<month>0[1-9]|1[0-2]))?$"
)


@dataclass(frozen=True, order=True)
class Period:
    """A half-open span of days [start, end) with its label.

    Attributes
    ----------
    start, end : datetime.date
        `end` is the first day after the period.
    label : str
        ``2025Q1``, ``2025-03``, ``2025H1``, ``2025`` or ``FY2025``.
    """

    start: dt.date
    end: dt.date
    label: str

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.end - self.start).days

    @property
    def months(self) -> float:
        """Length in months: whole for calendar periods, days / 30.4375 otherwise."""
        if self.start.day == 1 and self.end.day == 1:
            return float((self.end.year - self.start.year) * 12 + self.end.month - self.start.month)
        return self.days / 30.4375

    @property
    def middle(self) -> dt.date:
        """The day in the middle, used for discounting."""
        return self.start + dt.timedelta(days=self.days // 2)

    def __str__(self) -> str:
        return self.label


def day(text: str | dt.date) -> dt.date:
    """Read a date: ISO day, or the first day of a labelled period.

    Examples
    --------
    >>> day("2024Q3"), day("2024-01-31")
    (datetime.date(2024, 7, 1), datetime.date(2024, 1, 31))
    """
    if isinstance(text, dt.date):
        return text
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
        try:
            return dt.date.fromisoformat(text.strip())
        except ValueError:
            raise RangeError(f'"{text}" is not a day of the calendar') from None
    return period(text).start


def end_of(text: str | dt.date) -> dt.date:
    """First day after a date or labelled period: "until 2030Q4" includes that quarter.

    Examples
    --------
    >>> end_of("2030Q4"), end_of("2024-12-31")
    (datetime.date(2031, 1, 1), datetime.date(2025, 1, 1))
    """
    if isinstance(text, dt.date):
        return text + dt.timedelta(days=1)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
        return day(text) + dt.timedelta(days=1)
    return period(text).end


@lru_cache(maxsize=4096)
def period(label: str) -> Period:
    """Read a period label: ``2025``, ``2025H1``, ``2025Q1``, ``2025-Q1`` or ``2025-03``.

    Raises
    ------
    RangeError
        If the text is no such label; fiscal labels need their year end (`fiscal_year`).

    Examples
    --------
    >>> period("2024Q1").days
    91
    """
    found = _LABEL.match(label.strip())
    if not found:
        raise RangeError(
            f'"{label}" is not a period; write 2025, 2025H1, 2025Q1 or 2025-03'
            + (" (a fiscal year needs its year end: fiscal_year)" if "FY" in label else "")
        )
    year = int(found["year"])
    if not 1 <= year < dt.MAXYEAR:  # the day after the last one must exist
        raise RangeError(f'"{label}" leaves the calendar; years go from 0001 to {dt.MAXYEAR - 1}')
    if found["quarter"]:
        return _span(year, 3 * (int(found["quarter"]) - 1), "quarter")
    if found["half"]:
        return _span(year, 6 * (int(found["half"]) - 1), "half")
    if found["month"]:
        return _span(year, int(found["month"]) - 1, "month")
    return _span(year, 0, "year")


def _first(year: int, month0: int) -> dt.date:
    return dt.date(year + month0 // 12, month0 % 12 + 1, 1)


def _span(year: int, month0: int, step: str) -> Period:
    start, end = _first(year, month0), _first(year, month0 + _STEPS[step])
    label = {
        "month": f"{start.year}-{start.month:02d}",
        "quarter": f"{start.year}Q{(start.month - 1) // 3 + 1}",
        "half": f"{start.year}H{(start.month - 1) // 6 + 1}",
        "year": f"{start.year}",
    }[step]
    return Period(start, end, label)


def fiscal_year(year: int, ends: dt.date, quarter: int | None = None) -> Period:
    """A fiscal year of 52 weeks (364 days), or one of its 13-week quarters.

    Parameters
    ----------
    year : int
        Fiscal year label, for example 2025 for NVIDIA's year that ended on 26 January 2025.
    ends : datetime.date
        Last day of the fiscal year.
    quarter : int, optional
        1 to 4.

    Examples
    --------
    >>> p = fiscal_year(2025, dt.date(2025, 1, 26), 2); p.start, p.end
    (datetime.date(2024, 4, 29), datetime.date(2024, 7, 29))
    """
    stop = ends + dt.timedelta(days=1)
    start = stop - dt.timedelta(days=364)
    if quarter is None:
        return Period(start, stop, f"FY{year}")
    first = start + dt.timedelta(days=91 * (quarter - 1))
    return Period(first, first + dt.timedelta(days=91), f"FY{year}Q{quarter}")


def fiscal_to_calendar(values: Mapping[Period, float], target: Period) -> float:
    """Share fiscal volumes out to a calendar period by days of overlap.

    Parameters
    ----------
    values : mapping of Period to float
        Volumes per fiscal period, any unit that adds over time.
    target : Period
        Calendar period, wholly covered by the keys.

    Returns
    -------
    float
        In the unit of `values`.

    Raises
    ------
    RangeError
        If a day of `target` is covered by no key, or by two: missing is never zero.

    Notes
    -----
    NVIDIA H100, fiscal 2025: Q2 680,302 and Q3 831,881 give the third calendar quarter of 2024
    as 680,302 x 28/91 + 831,881 x 64/91.

    Examples
    --------
    >>> q2 = fiscal_year(2025, dt.date(2025, 1, 26), 2)
    >>> q3 = fiscal_year(2025, dt.date(2025, 1, 26), 3)
    >>> round(fiscal_to_calendar({q2: 680302, q3: 831881}, period("2024Q3")))
    794383
    """
    total, covered = 0.0, 0
    for span, value in values.items():
        overlap = (min(span.end, target.end) - max(span.start, target.start)).days
        if overlap > 0:
            total += value * overlap / span.days
            covered += overlap
    if covered != target.days:
        raise RangeError(
            f"{covered} of the {target.days} days of {target} are covered by the given periods"
        )
    return total


@dataclass(frozen=True)
class Calendar(Sequence[Period]):
    """Contiguous periods in order: the time axis of a plan.

    Examples
    --------
    >>> cal = Calendar.build("2029Q3", [("quarter", "2030Q4"), ("year", "2032")])
    >>> [p.label for p in cal]
    ['2029Q3', '2029Q4', '2030Q1', '2030Q2', '2030Q3', '2030Q4', '2031', '2032']
    """

    periods: tuple[Period, ...]

    def __post_init__(self) -> None:
        for before, after in zip(self.periods, self.periods[1:], strict=False):
            if before.end != after.start:
                raise RangeError(f"{before} and {after} do not follow one another")
        if not self.periods:
            raise RangeError("a calendar needs at least one period")

    @classmethod
    def build(
        cls, start: str | dt.date, steps: Sequence[tuple[str, str]] | str, until: str = ""
    ) -> Calendar:
        """Periods from `start`, by one step or by several in turn.

        Parameters
        ----------
        start : str or date
            First day, or label of the first period.
        steps : str, or sequence of (step, until)
            ``month``, ``quarter``, ``half`` or ``year``; a single step needs `until`.
        until : str
            Label or day that the last period contains.
        """
        plan = [(steps, until)] if isinstance(steps, str) else list(steps)
        at = day(start)
        out: list[Period] = []
        for step, last in plan:
            if step not in _STEPS:
                raise RangeError(f'"{step}" is not a step; use {", ".join(_STEPS)}')
            stop = end_of(last)
            width = _STEPS[step]
            if at.day != 1 or (at.month - 1) % width:
                raise RangeError(f"{at} does not begin a {step}")
            while at < stop:
                span = _span(at.year, at.month - 1, step)
                out.append(span)
                at = span.end
        if not out:
            raise RangeError(f"nothing between {start} and {plan[-1][1]}")
        return cls(tuple(out))

    def __getitem__(self, key: int | slice) -> Period | tuple[Period, ...]:  # type: ignore[override]
        return self.periods[key]

    def __len__(self) -> int:
        return len(self.periods)

    def __iter__(self) -> Iterator[Period]:
        return iter(self.periods)

    @property
    def labels(self) -> list[str]:
        """Labels in order."""
        return [p.label for p in self.periods]

    @property
    def start(self) -> dt.date:
        """First day."""
        return self.periods[0].start

    @property
    def end(self) -> dt.date:
        """First day after the last period."""
        return self.periods[-1].end

    @property
    def months(self) -> NDArray[np.float64]:
        """Length of each period in months, shape (T,)."""
        return np.array([p.months for p in self.periods])

    def find(self, when: dt.date) -> int:
        """Index of the period that contains a day; -1 before the first, T after the last."""
        if when < self.start:
            return -1
        for index, span in enumerate(self.periods):
            if when < span.end:
                return index
        return len(self.periods)

    def years_from(self, base: dt.date) -> NDArray[np.float64]:
        """Years from `base` to the middle of each period, for discounting; shape (T,)."""
        return np.array([(p.middle - base).days / 365.25 for p in self.periods])


def lag_shares(calendar: Calendar, days: float) -> NDArray[np.float64]:
    """Share of what starts in period s that arrives in period t, `days` later.

    Starts are spread evenly over their period, so the shares of one start may fall in two
    periods or, with mixed steps, in several; what arrives after the last period is left out.
    Never rounded to whole periods.

    Parameters
    ----------
    calendar : Calendar
        T periods.
    days : float
        Cycle or transit time, at least 0.

    Returns
    -------
    array, shape (T, T)
        Row s, column t; rows sum to 1 unless output falls beyond the last period.

    Source
    ------
    Overlap of two uniform spans; for equal periods of length h and days = k h + f it is
    1 - f/h at lag k and f/h at lag k + 1.

    Examples
    --------
    >>> cal = Calendar.build("2024Q1", "quarter", "2024Q2")
    >>> lag_shares(cal, 84).round(3)
    array([[0.077, 0.923],
           [0.   , 0.077]])
    """
    if not days >= 0:
        raise RangeError(f"cycle or transit time is {days} days; it must be at least 0")
    starts = np.array([(p.start - calendar.start).days for p in calendar], dtype=float)
    ends = np.array([(p.end - calendar.start).days for p in calendar], dtype=float)
    low = np.maximum((starts + days)[:, None], starts[None, :])
    high = np.minimum((ends + days)[:, None], ends[None, :])
    shares: NDArray[np.float64] = np.clip(high - low, 0.0, None) / (ends - starts)[:, None]
    return shares
