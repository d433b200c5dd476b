"""Worth of dated flows: present values and the measures made from them.

Owns discounting and what follows from it. Inflow is positive; rates are effective annual; the
time of every flow is an argument, so that year-end and mid-year are never mixed by accident.
Refuses internal rates (`waferway.finance.roots`) and any tax or debt.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import RangeError, ShapeError

__all__ = [
    "act365",
    "annuity_factor",
    "equivalent_annual_cost",
    "levelised_cost",
    "mirr",
    "npv",
    "payback_years",
    "period_times",
    "profitability_index",
    "wacc",
]

Floats = NDArray[np.float64]


def period_times(periods: int, timing: str, periods_per_year: float = 1.0) -> Floats:
    """Years from the start of the first period to the flow of each.

    Parameters
    ----------
    periods : int, at least 1
    timing : {"start", "mid", "end"}
        Where in its period a flow falls; there is no default.
    periods_per_year : float, above 0

    Returns
    -------
    array, shape (periods,), years

    Examples
    --------
    >>> period_times(3, "mid", 4).tolist()
    [0.125, 0.375, 0.625]
    """
    shift = {"start": 0.0, "mid": 0.5, "end": 1.0}
    if timing not in shift:
        raise RangeError(f'timing is "{timing}"; it must be start, mid or end')
    if periods < 1 or not periods_per_year > 0:
        raise RangeError(f"{periods} periods, {periods_per_year} a year: both must be positive")
    return np.asarray((np.arange(periods) + shift[timing]) / periods_per_year)


def act365(dates: Iterable[dt.date], base: dt.date) -> Floats:
    """Years from `base` to each date by actual days over 365, the convention of XNPV.

    Examples
    --------
    >>> act365([dt.date(2024, 1, 1), dt.date(2025, 1, 1)], dt.date(2024, 1, 1)).round(4).tolist()
    [0.0, 1.0027]
    """
    return np.array([(date - base).days / 365.0 for date in dates])


def _checked(flows: ArrayLike, times_years: ArrayLike) -> tuple[Floats, Floats]:
    values = np.atleast_1d(np.asarray(flows, dtype=float))
    times = np.asarray(times_years, dtype=float)
    if times.shape != values.shape[-1:]:
        raise ShapeError(f"flows have shape {values.shape}, times_years {times.shape}")
    if not (np.isfinite(values).all() and np.isfinite(times).all()):
        raise RangeError("flows and times must be finite; leave out what is unknown")
    return values, times


def _rate(rate: ArrayLike, name: str = "rate") -> Floats:
    value = np.asarray(rate, dtype=float)
    if not (value > -1).all():
        raise RangeError(f"{name} is {value.min()}; it must be above -1 (0.1 means 10 %)")
    return value


def npv(flows: ArrayLike, rate: ArrayLike, times_years: ArrayLike) -> Floats:
    """Present value of dated flows.

    Parameters
    ----------
    flows : array, shape (..., T), money, inflow positive
    rate : float or array, shape (...), effective annual, above -1
        On the same basis as the flows: nominal with nominal, real with real.
    times_years : array, shape (T,), years from the valuation date
        From `period_times` or `act365`.

    Returns
    -------
    array, shape (...), money

    Raises
    ------
    RangeError, ShapeError

    Examples
    --------
    >>> flows = [-1000, -2000, -1000, 600, 900, 1200, 1200, 1200, 1200]
    >>> npv(flows, 0.10, range(9)).round(4).item()
    18.9458
    """
    values, times = _checked(flows, np.asarray(list(times_years) if isinstance(times_years, range)
                                               else times_years))  # fmt: skip
    factor = (1.0 + _rate(rate)[..., None]) ** -times
    return np.asarray((values * factor).sum(axis=-1))


def mirr(flows: ArrayLike, finance_rate: float, reinvest_rate: float) -> Floats:
    """Modified internal rate of equally spaced flows, per period.

    Outflows are discounted at the finance rate, inflows carried to the end at the reinvestment
    rate. Defined where flows of both signs exist, else NaN; unlike the IRR it is unique.

    Parameters
    ----------
    flows : array, shape (..., T), money; first flow now
    finance_rate, reinvest_rate : float, per period, above -1

    Returns
    -------
    array, shape (...), per period

    Examples
    --------
    >>> flows = [-1000, -2000, -1000, 600, 900, 1200, 1200, 1200, 1200]
    >>> mirr(flows, 0.06, 0.10).round(7).item()
    0.0958231
    """
    values, times = _checked(flows, np.arange(np.atleast_1d(flows).shape[-1]))
    _rate(finance_rate, "finance_rate"), _rate(reinvest_rate, "reinvest_rate")
    last = len(times) - 1
    paid = -(np.minimum(values, 0.0) * (1.0 + finance_rate) ** -times).sum(axis=-1)
    received = (np.maximum(values, 0.0) * (1.0 + reinvest_rate) ** (last - times)).sum(axis=-1)
    defined = (paid > 0) & (received > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = (received / paid) ** (1.0 / max(last, 1)) - 1.0
    return np.asarray(np.where(defined, rate, np.nan))


def payback_years(
    flows: ArrayLike, times_years: ArrayLike, rate: ArrayLike | None = None
) -> Floats:
    """First time at which what came in covers what went out, for good or not.

    Parameters
    ----------
    flows : array, shape (..., T), money
    times_years : array, shape (T,), years, ascending
    rate : float or array, shape (...), optional
        Discount first; simple payback when absent.

    Returns
    -------
    array, shape (...), years
        Interpolated between two flows; NaN where it never pays back, 0 or the first time where
        nothing was paid out before.

    Examples
    --------
    >>> payback_years([-100.0, 60.0, 80.0], [0.0, 1.0, 2.0]).item()
    1.5
    """
    values, times = _checked(flows, times_years)
    if (np.diff(times) < 0).any():
        raise RangeError("times_years must ascend")
    if rate is not None:
        values = values * (1.0 + _rate(rate)[..., None]) ** -times
    total = values.cumsum(axis=-1)
    owed = (total < 0).argmax(axis=-1)
    ever_owed = (total < 0).any(axis=-1)
    after = np.arange(values.shape[-1]) > owed[..., None]
    covered = (total >= 0) & after
    at = covered.argmax(axis=-1)
    before = np.take_along_axis(total, np.maximum(at - 1, 0)[..., None], -1)[..., 0]
    gained = np.take_along_axis(values, at[..., None], -1)[..., 0]
    start, stop = times[np.maximum(at - 1, 0)], times[at]
    with np.errstate(divide="ignore", invalid="ignore"):
        when = start + (stop - start) * (-before / gained)
    out = np.where(covered.any(axis=-1), when, np.nan)
    return np.asarray(np.where(ever_owed, out, times[0]))


def profitability_index(flows: ArrayLike, rate: ArrayLike, times_years: ArrayLike) -> Floats:
    """Present value of inflows over present value of outflows; NaN without outflow.

    Parameters
    ----------
    flows : array, shape (..., T), money
        Inflow positive.
    rate : array, effective, per year
    times_years : array, shape (T,), years

    Returns
    -------
    array, dimensionless

    Examples
    --------
    >>> profitability_index([-100.0, 121.0], 0.1, [0.0, 1.0]).round(6).item()
    1.1
    """
    values, _ = _checked(flows, times_years)
    paid = -npv(np.minimum(values, 0), rate, times_years)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(
            np.where(paid > 0, npv(np.maximum(values, 0), rate, times_years) / paid, np.nan)
        )


def annuity_factor(rate: ArrayLike, years: ArrayLike) -> Floats:
    """Present value of 1 at the end of each of `years` years: (1 - (1+r)^-n)/r, n for r = 0.

    Examples
    --------
    >>> annuity_factor(0.08, 10).round(4).item()
    6.7101
    """
    r, n = np.broadcast_arrays(_rate(rate), np.asarray(years, dtype=float))
    if not (n > 0).all():
        raise RangeError(f"the tenor is {n.min()} years; it must be above 0")
    small = np.abs(r) < 1e-12
    safe = np.where(small, 1.0, r)
    return np.asarray(np.where(small, n, -np.expm1(-n * np.log1p(r)) / safe))


def equivalent_annual_cost(present_cost: ArrayLike, rate: ArrayLike, years: ArrayLike) -> Floats:
    """The level payment at each year end with the same present value, in money a year.

    Parameters
    ----------
    present_cost : array, money
    rate : array, effective, per year
    years : array, above 0

    Returns
    -------
    array, money a year

    Examples
    --------
    >>> equivalent_annual_cost(1000.0, 0.08, 10).round(3).item()
    149.029
    """
    return np.asarray(np.asarray(present_cost, dtype=float) / annuity_factor(rate, years))


def levelised_cost(
    costs: ArrayLike, outputs: ArrayLike, rate: ArrayLike, times_years: ArrayLike
) -> Floats:
    """Present cost over present output: the constant price at which the project breaks even.

    Parameters
    ----------
    costs : array, shape (..., T), money, cost positive
    outputs : array, shape (..., T), units such as good wafers or H100-equivalents, at least 0
    rate : float or array, shape (...)
        Real when the price is to stay constant in real money.
    times_years : array, shape (T,)

    Returns
    -------
    array, shape (...), money per unit; NaN where nothing is made

    Examples
    --------
    >>> levelised_cost([100.0, 10.0], [0.0, 11.0], 0.1, [0.0, 1.0]).round(4).item()
    10.9091
    """
    made = npv(outputs, rate, times_years)
    if (np.asarray(outputs, dtype=float) < 0).any():
        raise RangeError("outputs must be at least 0")
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(made > 0, npv(costs, rate, times_years) / made, np.nan))


def wacc(
    equity_share: ArrayLike, cost_of_equity: ArrayLike, cost_of_debt: ArrayLike, tax: ArrayLike
) -> Floats:
    """Weighted average cost of capital: E k_e + (1 - E) k_d (1 - t).

    Where leverage changes over time discount at the unlevered rate and add the tax shields
    instead (adjusted present value): `npv` of the flows plus `npv` of the shields.

    Parameters
    ----------
    equity_share, tax : float or array, between 0 and 1
    cost_of_equity, cost_of_debt : float or array, effective annual

    Examples
    --------
    >>> wacc(0.6, 0.12, 0.06, 0.21).round(5).item()
    0.09096
    """
    share, levy = np.asarray(equity_share, dtype=float), np.asarray(tax, dtype=float)
    for name, value in (("equity_share", share), ("tax", levy)):
        if not ((value >= 0) & (value <= 1)).all():
            raise RangeError(f"{name} is {value}; it must lie between 0 and 1 (0.21 means 21 %)")
    equity = _rate(cost_of_equity, "cost_of_equity")
    debt = _rate(cost_of_debt, "cost_of_debt")
    return np.asarray(share * equity + (1 - share) * debt * (1 - levy))
