"""Amounts that know their currency and price basis.

Owns the rule that nominal and real money, and money of two currencies, never add by accident,
and the dated indices (deflators, exchange rates) that turn one into the other. Refuses to hold
any rate: an exchange rate or an inflation rate is an argument or a claim.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.calendar import Calendar
from waferway.errors import Fault, Faults, InputError, Place, RangeError

__all__ = ["DatedIndex", "Money", "check_same_money", "forward_rate", "period_rate", "plain"]

Floats = NDArray[np.float64]


def period_rate(annual: ArrayLike, years: ArrayLike) -> Floats:
    """Effective rate over a part of a year: (1 + r)^years - 1.

    Examples
    --------
    >>> period_rate(0.0824, 0.25).round(4).item()
    0.02
    """
    rate = np.asarray(annual, dtype=float)
    if not (rate > -1).all():
        raise RangeError(f"the annual rate is {rate.min()}; it must be above -1 (0.08 means 8 %)")
    return np.asarray(np.expm1(np.asarray(years, dtype=float) * np.log1p(rate)))


def forward_rate(
    spot: ArrayLike, rate_quote: ArrayLike, rate_base: ArrayLike, years: ArrayLike
) -> Floats:
    """Forward exchange rate by covered interest parity, in quote per base.

    Parameters
    ----------
    spot : float or array, quote currency per unit of base currency, above 0
    rate_quote, rate_base : float or array, effective annual interest of the two currencies
    years : float or array

    Examples
    --------
    >>> forward_rate(1300.0, 0.03, 0.05, 2.0).round(2).item()
    1250.95
    """
    ratio = (1 + period_rate(rate_quote, years)) / (1 + period_rate(rate_base, years))
    return np.asarray(np.asarray(spot, dtype=float) * ratio)


@dataclass(frozen=True)
class DatedIndex:
    """A level by date: a deflator, a price index, an exchange rate.

    Attributes
    ----------
    name : str
        For example ``us-cpi`` or ``KRW/USD``; results carry it.
    dates : tuple of datetime.date
        Ascending.
    levels : array, shape (N,), above 0
    """

    name: str
    dates: tuple[dt.date, ...]
    levels: Floats

    def __post_init__(self) -> None:
        levels = np.asarray(self.levels, dtype=float)
        if levels.shape != (len(self.dates),) or not (levels > 0).all():
            raise RangeError(f"index {self.name} needs one level above 0 for each date")
        if any(b <= a for a, b in zip(self.dates, self.dates[1:], strict=False)):
            raise RangeError(f"the dates of index {self.name} must ascend")
        object.__setattr__(self, "levels", levels)

    def at(self, when: dt.date) -> float:
        """Level on a day, at a constant rate of growth between dates; nothing is extrapolated.

        Examples
        --------
        >>> index = DatedIndex("cpi", (dt.date(2024, 1, 1), dt.date(2025, 1, 1)), [100.0, 104.0])
        >>> round(index.at(dt.date(2024, 7, 1)), 2)
        101.97
        """
        days = [date.toordinal() for date in self.dates]
        if not days[0] <= when.toordinal() <= days[-1]:
            raise RangeError(
                f"index {self.name} runs from {self.dates[0]} to {self.dates[-1]}; "
                f"{when} lies outside: extend it with evidence"
            )
        return float(np.exp(np.interp(when.toordinal(), days, np.log(self.levels))))

    def over(self, calendar: Calendar) -> Floats:
        """Level in the middle of each period, shape (T,)."""
        return np.array([self.at(span.middle) for span in calendar])

    @classmethod
    def growing(cls, name: str, base: dt.date, rate: float, years: int) -> DatedIndex:
        """An index that grows at a constant yearly rate from 1 on the base day."""
        dates = [base.replace(year=base.year + k) for k in range(years + 1)]
        return cls(name, tuple(dates), (1.0 + rate) ** np.arange(years + 1.0))


@dataclass(frozen=True)
class Money:
    """Dated amounts with their currency and price basis.

    Attributes
    ----------
    amounts : array, shape (..., T)
    currency : str
        ISO 4217 code.
    basis : {"nominal", "real"}
    base_year : int or None
        Year of the prices, for real amounts.
    deflator : str
        Name of the index that links real to nominal.

    Examples
    --------
    >>> Money(np.array([1.0]), "USD") + Money(np.array([1.0]), "KRW")
    Traceback (most recent call last):
        ...
    waferway.errors.InputError: <in memory>  USD (nominal) and KRW (nominal) do not add
                 amounts must share currency, price basis, base year and deflator
                 convert one first: .to_currency(rate) or .to_nominal(index, calendar)
    1 fault; nothing was computed.
    """

    amounts: Floats
    currency: str
    basis: Literal["nominal", "real"] = "nominal"
    base_year: int | None = None
    deflator: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "amounts", np.asarray(self.amounts, dtype=float))
        if (self.basis == "real") != (self.base_year is not None):
            raise RangeError("real money needs a base_year, nominal money has none")

    @property
    def kind(self) -> str:
        """Currency and price basis in words."""
        real = f"real {self.base_year}" + (f" by {self.deflator}" if self.deflator else "")
        return f"{self.currency} ({'nominal' if self.basis == 'nominal' else real})"

    def __add__(self, other: Money) -> Money:
        check_same_money(self, other)
        return replace(self, amounts=self.amounts + other.amounts)

    def __sub__(self, other: Money) -> Money:
        check_same_money(self, other)
        return replace(self, amounts=self.amounts - other.amounts)

    def __mul__(self, factor: ArrayLike) -> Money:
        return replace(self, amounts=self.amounts * np.asarray(factor, dtype=float))

    def to_nominal(self, index: DatedIndex, calendar: Calendar) -> Money:
        """Real amounts at the prices of each period; nominal amounts are returned unchanged."""
        if self.basis == "nominal":
            return self
        if self.deflator and index.name != self.deflator:
            raise InputError(
                [Fault(Place(), f"{self.kind} cannot use the index {index.name}", kind="basis",
                       suggestion=f"give the index {self.deflator}")], "nothing was computed",
            )  # fmt: skip
        ratio = index.over(calendar) / index.at(dt.date(self.base_year or 0, 7, 1))
        return Money(self.amounts * ratio, self.currency)

    def to_currency(self, currency: str, rate: ArrayLike) -> Money:
        """In another currency, at `rate` units of it per unit of this one; nominal only."""
        if self.basis == "real":
            raise InputError(
                [Fault(Place(), f"{self.kind} is not converted while it is real", kind="basis",
                       why="exchange rates link nominal money", suggestion="to_nominal first")],
                "nothing was computed",
            )  # fmt: skip
        return Money(self.amounts * np.asarray(rate, dtype=float), currency)


def check_same_money(*amounts: Money) -> None:
    """Raise with every amount that differs from the first in currency or price basis.

    Raises
    ------
    InputError
    """
    faults = Faults()
    for other in amounts[1:]:
        if other.kind != amounts[0].kind:
            faults.add(
                Place(),
                f"{amounts[0].kind} and {other.kind} do not add",
                "amounts must share currency, price basis, base year and deflator",
                "convert one first: .to_currency(rate) or .to_nominal(index, calendar)",
                kind="currency",
            )
    faults.raise_any("nothing was computed")


def plain(value: ArrayLike | Money) -> ArrayLike:
    """Amounts of money, or the array itself.

    Examples
    --------
    >>> plain(Money(np.array([1.0]), "USD")).tolist()
    [1.0]
    """
    return value.amounts if isinstance(value, Money) else value
