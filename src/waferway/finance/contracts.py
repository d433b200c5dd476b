"""Supply contracts as exact cash: what is paid for what is taken.

Owns take-or-pay with make-up rights, prepayment with its implied loan rate, capacity
reservation, price indexation, allocation in a shortage, late-delivery damages. Each rule is cash
on a realised path; `TakeOrPay.rows` states the same rule as linear rows for a planner, and both
agree. Refuses to decide what to take.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import RangeError, ShapeError
from waferway.finance.roots import Irr, irr

__all__ = [
    "Paid",
    "Prepayment",
    "Reservation",
    "TakeOrPay",
    "allocate",
    "indexed_price",
    "late_damages",
]

Floats = NDArray[np.float64]


def _positive(name: str, value: ArrayLike, above: bool = False) -> Floats:
    array = np.asarray(value, dtype=float)
    ok = (array > 0).all() if above else (array >= 0).all()
    if not ok or not np.isfinite(array).all():
        raise RangeError(f"{name} must be finite and {'above' if above else 'at least'} 0")
    return array


@dataclass(frozen=True)
class Paid:
    """Cash of a contract on a path.

    Attributes
    ----------
    paid : array, shape (..., T), money
    made_up : array, shape (..., T), units taken without paying again
    expired : array, shape (..., T), units paid for and lost
    credit : array, shape (..., T), units paid for and not yet taken, at the end of each period
    """

    paid: Floats
    made_up: Floats
    expired: Floats
    credit: Floats


@dataclass(frozen=True)
class TakeOrPay:
    """Pay p x max(q, m x Q); what is paid and not taken may be taken later within a window.

    Attributes
    ----------
    volume : array, shape (T,), units per period: the agreed Q
    minimum_share : float, 0 to 1: m
    price : array, shape (T,), or float; money per unit
    window_periods : int, at least 0
        Periods after the shortfall in which it can be made up; 0: no right.
    """

    volume: ArrayLike
    minimum_share: float
    price: ArrayLike
    window_periods: int = 0

    def cash(self, taken: ArrayLike) -> Paid:
        """What is paid on a path of quantities taken.

        Quantities above the minimum are made up from the oldest credit first, before they are
        paid for.

        Parameters
        ----------
        taken : array, shape (..., T), units per period, at least 0

        Examples
        --------
        >>> deal = TakeOrPay([100, 100, 100], 0.8, 2.0, window_periods=1)
        >>> result = deal.cash([50, 100, 100])
        >>> result.paid.tolist(), result.expired.tolist()
        ([160.0, 160.0, 200.0], [0.0, 10.0, 0.0])
        """
        q = _positive("taken", taken)
        volume = _positive("volume", self.volume)
        if q.shape[-1:] != volume.shape:
            raise ShapeError(f"taken has shape {q.shape}, the contract {volume.shape}")
        if not 0 <= self.minimum_share <= 1 or self.window_periods < 0:
            raise RangeError("minimum_share lies between 0 and 1, window_periods is at least 0")
        price = np.broadcast_to(_positive("price", self.price), volume.shape)
        least = self.minimum_share * volume
        window = self.window_periods
        vintages = [np.zeros(q.shape[:-1]) for _ in range(window)]  # oldest first
        rows: list[tuple[Floats, ...]] = []
        for t in range(len(volume)):
            short = np.maximum(least[t] - q[..., t], 0.0)
            over = np.maximum(q[..., t] - least[t], 0.0)
            used = np.zeros_like(short)
            for k in range(window):
                part = np.minimum(vintages[k], over - used)
                vintages[k] = vintages[k] - part
                used = used + part
            lost = vintages[0] if window else short
            vintages = [*vintages[1:], short] if window else []
            held = np.asarray(sum(vintages, np.zeros_like(short)))
            rows.append((price[t] * (np.maximum(q[..., t], least[t]) - used), used, lost, held))
        return Paid(*(np.stack(column, axis=-1) for column in zip(*rows, strict=True)))

    def rows(self, taken: ArrayLike) -> tuple[Floats, Floats, Floats]:
        """The same rule as linear rows, for given quantities: min c x, A x <= b, x >= 0.

        Variables are, by period, the units paid for (T), then make-up of vintage s in period t
        for every s < t within the window. With a constant price the least cost equals `cash`.

        Returns
        -------
        (c, A, b)
        """
        q = _positive("taken", taken)
        volume = _positive("volume", self.volume)
        price = np.broadcast_to(_positive("price", self.price), volume.shape)
        least = self.minimum_share * volume
        count = len(volume)
        pairs = [(s, t) for s in range(count) for t in range(s + 1, count)
                 if t - s <= self.window_periods]  # fmt: skip
        size = count + len(pairs)
        cost = np.concatenate([price, np.zeros(len(pairs))])
        a, b = [], []
        for t in range(count):
            row = np.zeros(size)
            row[t] = -1.0
            a.append(row.copy())
            b.append(-least[t])  # pay at least the minimum
            for k, (_, when) in enumerate(pairs):
                row[count + k] = -1.0 if when == t else 0.0
            a.append(row)
            b.append(-max(q[t], least[t]))  # what is taken is paid for now or was before
            credit = np.zeros(size)
            for k, (since, _) in enumerate(pairs):
                credit[count + k] = 1.0 if since == t else 0.0
            a.append(credit)
            b.append(max(least[t] - q[t], 0.0))
        return cost, np.array(a), np.array(b)


@dataclass(frozen=True)
class Prepayment:
    """Cash now, credited per unit later, often with a discount: a loan by the customer.

    Attributes
    ----------
    received : array, shape (T,), money to the supplier
    credit_per_unit : float, money of each unit's price settled from the prepayment
    discount_per_unit : float, money off the price while credit lasts
    """

    received: ArrayLike
    credit_per_unit: float
    discount_per_unit: float = 0.0

    def credited(self, units: ArrayLike) -> Floats:
        """Revenue settled from the prepayment, shape (..., T): never more than is held.

        Examples
        --------
        >>> Prepayment([100.0, 0, 0], 2.0).credited([0, 30, 30]).tolist()
        [0.0, 60.0, 40.0]
        """
        q = _positive("units", units)
        money = _positive("received", self.received)
        _positive("credit_per_unit", self.credit_per_unit, above=True)
        held = np.zeros(q.shape[:-1])
        out = np.zeros(q.shape)
        for t in range(q.shape[-1]):
            held = held + money[t]
            out[..., t] = np.minimum(q[..., t] * self.credit_per_unit, held)
            held = held - out[..., t]
        return out

    def implied_rate(self, units: ArrayLike, periods_per_year: float) -> Irr:
        """Yearly rate that the customer earns on its money through credit and discount.

        Examples
        --------
        >>> deal = Prepayment([100.0, 0.0], 1.0, 0.1)
        >>> deal.implied_rate([0.0, 100.0], 1).rate.round(6).item()
        0.1
        """
        credit = self.credited(units)
        off = self.discount_per_unit * credit / self.credit_per_unit
        return irr(credit + off - _positive("received", self.received), periods_per_year)


@dataclass(frozen=True)
class Reservation:
    """A fee per unit and period for the right to Q units at a strike price.

    Attributes
    ----------
    volume : array, shape (T,), units per period
    fee : float, money per unit reserved and period, due whether used or not
    strike : float, money per unit taken
    """

    volume: ArrayLike
    fee: float
    strike: float

    def cash(self, taken: ArrayLike) -> Floats:
        """Fee and strike on a path; taking more than is reserved is refused.

        Examples
        --------
        >>> Reservation([10, 10], 1.0, 5.0).cash([4, 10]).tolist()
        [30.0, 60.0]
        """
        q, volume = _positive("taken", taken), _positive("volume", self.volume)
        if (q > volume * (1 + 1e-12)).any():
            raise RangeError("more is taken than is reserved")
        return np.asarray(self.fee * volume + self.strike * q)


def indexed_price(base: float, index: ArrayLike, floor: float = 0.0, cap: float = np.inf) -> Floats:
    """Base price times an index that is 1 at signing, within a floor and a cap.

    Parameters
    ----------
    base : float, money
    index : array, above 0
    floor, cap : float, money

    Returns
    -------
    array, money

    Raises
    ------
    RangeError
        If the floor is above the cap, or an index is not above 0.

    Examples
    --------
    >>> indexed_price(100.0, [1.0, 1.3, 0.5], 80.0, 120.0).tolist()
    [100.0, 120.0, 80.0]
    """
    if not 0 <= floor <= cap:
        raise RangeError(f"floor {floor} and cap {cap} must satisfy 0 <= floor <= cap")
    return np.clip(base * _positive("index", index), floor, cap)


def allocate(capacity: ArrayLike, requests: ArrayLike, rule: str) -> Floats:
    """Who gets what in a shortage.

    Parameters
    ----------
    capacity : float or array, shape (...), units, at least 0
    requests : array, shape (..., customers), units, at least 0, in order of rank
    rule : {"pro_rata", "ranked"}
        Same share of every request, or in the order given.

    Returns
    -------
    array, shape (..., customers), units; never above the request

    Examples
    --------
    >>> allocate(60.0, [50, 50], "pro_rata").tolist(), allocate(60.0, [50, 50], "ranked").tolist()
    ([30.0, 30.0], [50.0, 10.0])
    """
    wanted = _positive("requests", requests)
    there = _positive("capacity", capacity)[..., None]
    if rule == "pro_rata":
        total = wanted.sum(axis=-1, keepdims=True)
        share = np.divide(there, total, out=np.ones(np.broadcast_shapes(total.shape, there.shape)),
                          where=total > there)  # fmt: skip
        return np.asarray(wanted * np.minimum(share, 1.0))
    if rule == "ranked":
        before = np.cumsum(wanted, axis=-1) - wanted
        return np.asarray(np.clip(there - before, 0.0, wanted))
    raise RangeError(f'"{rule}" is not a rule; use pro_rata or ranked')


def late_damages(
    days_late: ArrayLike, value: ArrayLike, share_per_day: float, cap_share: float
) -> Floats:
    """Liquidated damages: a share of value per day late, capped.

    Parameters
    ----------
    days_late : array, days
        Early deliveries owe nothing.
    value : array, money
        Of what is late.
    share_per_day, cap_share : float, 0 to 1

    Returns
    -------
    array, money

    Raises
    ------
    RangeError
        If a share leaves 0 to 1.

    Examples
    --------
    >>> late_damages([0, 10, 90], 1000.0, 0.005, 0.2).tolist()
    [0.0, 50.0, 200.0]
    """
    if not 0 <= share_per_day <= 1 or not 0 <= cap_share <= 1:
        raise RangeError("share_per_day and cap_share lie between 0 and 1")
    late = np.maximum(np.asarray(days_late, dtype=float), 0.0)
    return np.asarray(np.minimum(share_per_day * late, cap_share) * _positive("value", value))
