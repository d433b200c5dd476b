"""How one cell is read: numbers, quantities with units, dates, flags, and cells that vary.

Owns the forms a cell may take. A cell that varies (by period, age, branch, or with bounds) is
split into its plain number and rows for `profile`; whether the column may vary is for
`waferway.network.checking` to say.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from waferway.calendar import day, end_of, period
from waferway.errors import Fault, RangeError, UnitError
from waferway.network.row_units import Expected

__all__ = ["CellError", "Part", "Varying", "read_date", "read_flag", "read_number", "tidy_period"]

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_AGE = re.compile(r"age\s+(\d+(?:\.\d+)?)(?:\s*months?)?")
_CURRENCIES = re.compile(r"([A-Z]{3}) is \1; ([A-Z]{3}) is \2")
_TRUE, _FALSE = {"true", "yes"}, {"false", "no"}
_BOUNDS = ("low", "value", "high")


class CellError(Exception):
    """A cell cannot be read: what is wrong, why, and what to try."""

    def __init__(self, what: str, why: str = "", suggestion: str = "", kind: str = "cell") -> None:
        super().__init__(what)
        self.what, self.why, self.suggestion, self.kind = what, why, suggestion, kind


@dataclass(frozen=True)
class Part:
    """One row for `profile` that a cell gave: when it holds, and its numbers."""

    period: str = ""
    age_months: float = math.nan
    branch: str = ""
    low: float = math.nan
    value: float = math.nan
    high: float = math.nan
    claims: tuple[str, ...] = ()


@dataclass
class Varying:
    """A cell that varies: its plain number, rows for `profile`, and claims of the plain cell."""

    plain: float = math.nan
    parts: list[Part] = field(default_factory=list)
    claims: tuple[str, ...] = ()


def read_number(raw: Any, expected: Expected | None) -> float | Varying:
    """Read a number, a quantity in text, or a mapping of periods, ages, bounds or branches.

    Raises
    ------
    CellError
        If it is none of these, or its unit does not mix with what the row counts in.
    """
    if isinstance(raw, Mapping):
        return _varying(raw, expected)
    low, value, high = _triple(raw, expected)
    if math.isnan(low) and math.isnan(high):
        return value
    return Varying(_central(low, value, high), [Part(low=low, value=value, high=high)])


def _central(low: float, value: float, high: float) -> float:
    if not math.isnan(value):
        return value
    bounds = [bound for bound in (low, high) if not math.isnan(bound)]
    return sum(bounds) / len(bounds)


def _triple(raw: Any, expected: Expected | None) -> tuple[float, float, float]:
    """Low, value and high of a scalar; NaN where not given."""
    nan = math.nan
    if raw is None:
        return nan, nan, nan
    if isinstance(raw, bool | np.bool_):
        raise CellError(f"is {str(bool(raw)).lower()}, not a number", kind="number")
    if isinstance(raw, int | float | np.integer | np.floating):
        return nan, float(raw), nan
    if not isinstance(raw, str):
        raise CellError(
            f"is {type(raw).__name__} {raw!r}, not a number",
            "a number, text with a unit, or a mapping of periods to such values",
            kind="number",
        )
    text = raw.strip()
    if not text:
        return nan, nan, nan
    if _NUMBER.fullmatch(text):
        return nan, float(text), nan
    if text.casefold().lstrip("+-.") in ("nan", "inf", "infinity"):
        raise CellError(
            f'is "{text}", not a finite number', "", "leave the cell empty where nothing is known",
            kind="not-finite",
        )  # fmt: skip
    try:
        quantity = (expected or Expected((), ())).read(text)
    except UnitError as error:
        raise _unit_fault(text, expected, error.faults[0]) from None
    return tuple(  # type: ignore[return-value]
        nan if bound is None else bound for bound in (quantity.low, quantity.value, quantity.high)
    )


def _unit_fault(text: str, expected: Expected | None, fault: Fault) -> CellError:
    what = fault.what.removeprefix(f'"{text}" ')
    if what != fault.what:
        return CellError(f'is "{text}", which {what}', fault.why, _write(expected), "number")
    if _CURRENCIES.fullmatch(fault.why):
        why = "currencies do not convert by themselves: an exchange rate is a claim"
        return CellError(f'is "{text}": {what}', why, _write(expected), "unit")
    return CellError(
        f'is "{text}": {what}', fault.why, fault.suggestion or _write(expected), "unit"
    )


def _write(expected: Expected | None) -> str:
    goal = str(expected or "1")
    if goal == "1":
        return "write a plain number or a percentage"
    return f"write a number of {goal}"


def _varying(raw: Mapping[Any, Any], expected: Expected | None) -> Varying:
    cell = Varying()
    for key, inner in raw.items():
        name = _key(key)
        if name in _BOUNDS or name in ("cite", "always"):
            continue
        if name == "branch":
            if not isinstance(inner, Mapping):
                raise CellError("has a branch without names", "", "branch: {name: value}")
            for branch, of_branch in inner.items():
                cell.parts += _of_branch(str(branch), of_branch, expected)
            continue
        cell.parts += _dated(name, inner, expected)
    plain = {_key(k): v for k, v in raw.items() if _key(k) in (*_BOUNDS, "cite")}
    if "always" in {_key(key) for key in raw}:
        inner = next(v for k, v in raw.items() if _key(k) == "always")
        if any(name in plain for name in _BOUNDS):
            raise CellError("has both `always` and bounds", "", "keep one of them")
        plain |= dict(inner) if isinstance(inner, Mapping) else {"value": inner}
    low, value, high, claims = _bounds(plain, expected)
    if not (math.isnan(low) and math.isnan(high)):
        cell.parts.insert(0, Part(low=low, value=value, high=high))
    if not all(math.isnan(number) for number in (low, value, high)):
        cell.plain = _central(low, value, high)
    cell.claims = claims
    return cell


def _key(key: Any) -> str:
    return key.isoformat() if isinstance(key, dt.date) else str(key).strip()


def _of_branch(branch: str, raw: Any, expected: Expected | None) -> Iterator[Part]:
    inner = read_number(raw, expected)
    if not isinstance(inner, Varying):
        yield Part(branch=branch, value=inner)
        return
    bounded = [part for part in inner.parts if not part.period and math.isnan(part.age_months)]
    if not bounded and not math.isnan(inner.plain):
        yield Part(branch=branch, value=inner.plain, claims=inner.claims)
    for part in inner.parts:
        if part.branch:
            raise CellError(f"has a branch inside branch {branch}", "", "give each on its own")
        claims = inner.claims if part in bounded else part.claims
        yield Part(part.period, part.age_months, branch, part.low, part.value, part.high, claims)


def _dated(name: str, raw: Any, expected: Expected | None) -> Iterator[Part]:
    age = _AGE.fullmatch(name)
    when = "" if age else tidy_period(name)
    if not age:
        try:
            day(when)
        except RangeError:
            raise CellError(
                f'has "{name}", which is neither a period, an age, nor a bound',
                "periods: 2024, 2024H1, 2024Q1, 2024-03, 2024-03-31; ages: `age 6` (months); "
                "bounds: low, value, high; also: always, branch, cite",
                kind="period",
            ) from None
    if isinstance(raw, Mapping):
        strange = [str(key) for key in raw if _key(key) not in (*_BOUNDS, "cite")]
        if strange:
            raise CellError(f'has "{strange[0]}" inside {name}', "inside: low, value, high, cite")
        low, value, high, claims = _bounds({_key(k): v for k, v in raw.items()}, expected)
    else:
        low, value, high = _triple(raw, expected)
        claims = ()
    if all(math.isnan(number) for number in (low, value, high)):
        raise CellError(
            f"has no number for {name}", "", "leave the period out where nothing is known"
        )
    yield Part(when, float(age[1]) if age else math.nan, "", low, value, high, claims)


def _bounds(
    raw: Mapping[str, Any], expected: Expected | None
) -> tuple[float, float, float, tuple[str, ...]]:
    found = {}
    for name in _BOUNDS:
        low, value, high = _triple(raw.get(name), expected)
        if not (math.isnan(low) and math.isnan(high)):
            if len([bound for bound in _BOUNDS if bound in raw]) > 1 or name != "value":
                raise CellError(f"has a range as {name}", "", "give one number for each bound")
            return low, value, high, _claims(raw.get("cite"))
        found[name] = value
    return found["low"], found["value"], found["high"], _claims(raw.get("cite"))


def _claims(raw: Any) -> tuple[str, ...]:
    if raw is None:
        return ()
    return tuple(raw.split()) if isinstance(raw, str) else tuple(str(claim) for claim in raw)


def read_date(raw: Any, closes: bool) -> dt.date | None:
    """Read a day, or a period label: its first day, or its last where `closes`.

    Raises
    ------
    CellError
        If it is neither.
    """
    if raw is None or (isinstance(raw, float) and math.isnan(raw)):
        return None
    if isinstance(raw, dt.datetime):
        return raw.date()
    if isinstance(raw, dt.date):
        return raw
    text = str(raw).strip()
    if not text:
        return None
    try:
        return end_of(text) - dt.timedelta(days=1) if closes else day(text)
    except (RangeError, OverflowError, ValueError):
        raise CellError(
            f'is "{text}", which is no date',
            "a day or a period: 2024-03-31, 2024Q1, 2024-03, 2024",
            kind="date",
        ) from None


def read_flag(raw: Any, default: bool) -> bool:
    """Read true or false.

    Raises
    ------
    CellError
        If it is neither.
    """
    if isinstance(raw, bool | np.bool_):
        return bool(raw)
    text = "" if raw is None else str(raw).strip().casefold()
    if not text:
        return default
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise CellError(f'is "{raw}"', "", "write true or false", kind="flag")


@lru_cache(maxsize=4096)
def tidy_period(text: str) -> str:
    """A period label in its one spelling (``2025-Q1`` is 2025Q1); other text as it is."""
    stripped = text.strip()
    try:
        return period(stripped).label
    except RangeError:
        return stripped
