"""Debt: sizing, repayment, cover ratios, and the circle of interest during construction.

Owns the arithmetic of one loan against a stream of cash available for debt service (CFADS).
Rates are effective per period here; a caller with annual rates converts with
`waferway.finance.money.period_rate`. Refuses priorities between loans
(`waferway.finance.waterfall`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import RangeError, ShapeError

__all__ = [
    "ConstructionDebt",
    "Cover",
    "Sculpted",
    "construction_debt",
    "cover",
    "repayments",
    "sculpt",
]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sculpted:
    """Debt whose service follows the cash.

    Attributes
    ----------
    debt : array, shape (...), money
    service, interest, principal : array, shape (..., T)
    closing : array, shape (..., T)
        Balance after each payment; the last is 0.
    """

    debt: Floats
    service: Floats
    interest: Floats
    principal: Floats
    closing: Floats


def sculpt(cfads: ArrayLike, dscr: ArrayLike, rate: ArrayLike) -> Sculpted:
    """The largest debt whose service is CFADS over a target cover in every period.

    Parameters
    ----------
    cfads : array, shape (..., T), money; what is below 0 serves no debt
    dscr : float or array, shape (...) or (..., T), above 0
    rate : float or array, shape (...) or (..., T), per period, above -1

    Returns
    -------
    Sculpted

    Source
    ------
    debt = sum of CFADS_t / DSCR / prod (1 + rate).

    Examples
    --------
    >>> loan = sculpt([300, 320, 340, 360, 380], 1.40, 0.07)
    >>> loan.debt.round(3).item(), loan.closing.round(3).tolist()
    (987.852, [842.716, 673.134, 477.397, 253.672, 0.0])
    """
    cash = np.maximum(np.asarray(cfads, dtype=float), 0.0)
    target = _over_time(dscr, cash.shape, "dscr")
    rates = _over_time(rate, cash.shape, "rate")
    if not (target > 0).all():
        raise RangeError(f"dscr is {target.min()}; it must be above 0")
    if not (rates > -1).all():
        raise RangeError(f"rate is {rates.min()}; it must be above -1")
    service = cash / target
    opening = np.zeros_like(service)
    balance = np.zeros(service.shape[:-1])
    for t in range(service.shape[-1] - 1, -1, -1):
        balance = (balance + service[..., t]) / (1.0 + rates[..., t])
        opening[..., t] = balance
    interest = opening * rates
    principal = service - interest
    closing = np.concatenate([opening[..., 1:], np.zeros((*opening.shape[:-1], 1))], axis=-1)
    return Sculpted(np.asarray(balance), service, interest, principal, closing)


def _over_time(value: ArrayLike, shape: tuple[int, ...], name: str) -> Floats:
    """Broadcast a scalar, a value per scenario or one per scenario and period."""
    array = np.asarray(value, dtype=float)
    if array.ndim and array.shape == shape[:-1] and array.shape != shape:
        array = array[..., None]
    try:
        return np.broadcast_to(array, shape)
    except ValueError:
        raise ShapeError(f"{name} has shape {array.shape}, the cash flows {shape}") from None


def repayments(
    debt: ArrayLike, rate: float, periods: int, profile: str, grace_periods: int = 0
) -> Floats:
    """Scheduled principal of a loan by period.

    Parameters
    ----------
    debt : float or array, shape (...), money
    rate : float, per period, above -1
    periods : int, at least 1
        Tenor, grace included.
    profile : {"annuity", "equal", "bullet"}
    grace_periods : int, from 0 to periods - 1
        Interest only.

    Returns
    -------
    array, shape (..., periods), money, at least 0

    Examples
    --------
    >>> repayments(100.0, 0.1, 3, "annuity").round(2).tolist()
    [30.21, 33.23, 36.56]
    """
    if periods < 1:
        raise RangeError(f"the tenor is {periods} periods; it must be at least 1")
    if not 0 <= grace_periods < periods:
        raise RangeError(f"grace is {grace_periods} of {periods} periods; it must be shorter")
    count = periods - grace_periods
    shares = np.zeros(periods)
    if profile == "equal":
        shares[grace_periods:] = 1.0 / count
    elif profile == "bullet":
        shares[-1] = 1.0
    elif profile == "annuity":
        growth = (1.0 + rate) ** np.arange(count)
        shares[grace_periods:] = growth / growth.sum()
    else:
        raise RangeError(f'"{profile}" is not a profile; use annuity, equal or bullet')
    return np.asarray(np.asarray(debt, dtype=float)[..., None] * shares)


@dataclass(frozen=True)
class Cover:
    """Cover ratios of a loan.

    Attributes
    ----------
    dscr : array, shape (..., T)
        NaN where nothing is due.
    llcr, plcr : array, shape (..., T)
        Present value, at the rate of the debt, of CFADS to maturity and to the end, over the
        balance before the payment of the period; NaN where there is no balance.
    minimum : array, shape (...)
        Smallest DSCR; NaN without service.
    minimum_period : integer array, shape (...)
        Where it occurs; -1 without service.
    """

    dscr: Floats
    llcr: Floats
    plcr: Floats
    minimum: Floats
    minimum_period: NDArray[np.int64]


def cover(cfads: ArrayLike, opening: ArrayLike, service: ArrayLike, rate: ArrayLike) -> Cover:
    """DSCR, LLCR and PLCR by period.

    Parameters
    ----------
    cfads, opening, service : array, shape (..., T), money
        `opening` is the balance at the start of each period, `service` what is due in it.
    rate : float or array, per period

    Examples
    --------
    >>> loan = sculpt([300.0, 320.0], 1.4, 0.07)
    >>> ratios = cover([300.0, 320.0], [loan.debt, loan.closing[0]], loan.service, 0.07)
    >>> ratios.dscr.round(6).tolist(), ratios.llcr.round(6).tolist()
    ([1.4, 1.4], [1.4, 1.4])
    """
    cash, balance, due = np.broadcast_arrays(
        np.asarray(cfads, dtype=float), np.asarray(opening, dtype=float),
        np.asarray(service, dtype=float),
    )  # fmt: skip
    rates = _over_time(rate, cash.shape, "rate")
    tiny = 1e-9 * np.maximum(np.abs(balance).max(axis=-1, keepdims=True), 1e-300)
    owed = balance > tiny
    worth, project_worth = np.zeros(cash.shape[:-1]), np.zeros(cash.shape[:-1])
    loan_value, project_value = np.zeros_like(cash), np.zeros_like(cash)
    for t in range(cash.shape[-1] - 1, -1, -1):
        discount = 1.0 + rates[..., t]
        project_worth = (project_worth + cash[..., t]) / discount
        worth = np.where(owed[..., t], (worth + cash[..., t]) / discount, 0.0)
        loan_value[..., t], project_value[..., t] = worth, project_worth
    with np.errstate(divide="ignore", invalid="ignore"):
        dscr = np.where(due > tiny, cash / due, np.nan)
        llcr = np.where(owed, loan_value / balance, np.nan)
        plcr = np.where(owed, project_value / balance, np.nan)
    filled = np.where(np.isnan(dscr), np.inf, dscr)
    at = filled.argmin(axis=-1)
    least = filled.min(axis=-1)
    none = np.isinf(least)
    return Cover(
        dscr, llcr, plcr, np.where(none, np.nan, least), np.where(none, -1, at).astype(np.int64)
    )


@dataclass(frozen=True)
class ConstructionDebt:
    """Funding of a construction period.

    Attributes
    ----------
    facility : array, shape (...), money
    draws, equity, interest, fees : array, shape (..., T)
    uses : array, shape (..., T)
        Cost, interest and fees: draws + equity.
    residual : float
        Largest gap between the facility and gearing x uses, relative: the test of the circle.
    """

    facility: Floats
    draws: Floats
    equity: Floats
    interest: Floats
    fees: Floats
    uses: Floats
    residual: float


SMALLEST_GEARING = 1e-12
"""Below this share of debt the total uses, facility / gearing, have no digits left: no debt."""


def construction_debt(
    costs: ArrayLike,
    gearing: float,
    rate: ArrayLike,
    *,
    upfront_fee: float = 0.0,
    commitment_fee: ArrayLike = 0.0,
    draw_rule: str = "pro_rata",
) -> ConstructionDebt:
    """Debt of `gearing` times all uses, its own interest and fees among them.

    Flows fall at the end of their period: a draw bears interest from the next period on; the
    upfront fee is due in the first period, the commitment fee on what is undrawn at its start.

    Parameters
    ----------
    costs : array, shape (..., T), money, at least 0
    gearing : float, from 0 to 1
    rate : float or array, shape (...) or (..., T), per period
    upfront_fee : float, from 0 to 1
        Share of the facility.
    commitment_fee : float or array, per period on the undrawn part
    draw_rule : {"pro_rata", "equity_first", "debt_first"}

    Returns
    -------
    ConstructionDebt

    Notes
    -----
    Given the facility, uses follow in one pass; the facility is where gearing times uses equals
    itself. Pro rata this is linear and two passes solve it. With equity or debt first it is
    linear between breakpoints and increasing more slowly than the facility, so that secant
    steps between two bounds end after a few passes; the residual is tested and reported.

    Examples
    --------
    >>> deal = construction_debt([100.0, 100.0], 0.6, 0.05)
    >>> deal.facility.round(6).item(), deal.interest.tolist()
    (121.8, [0.0, 3.0])
    """
    spend = np.asarray(costs, dtype=float)
    if not 0 <= gearing <= 1:
        raise RangeError(f"gearing is {gearing}; it must lie between 0 and 1")
    if not 0 <= upfront_fee < 1:
        raise RangeError(f"upfront_fee is {upfront_fee}; it must lie between 0 and 1")
    if not (spend >= 0).all():
        raise RangeError("construction costs must be at least 0")
    if draw_rule not in ("pro_rata", "equity_first", "debt_first"):
        raise RangeError(f'"{draw_rule}" is not a rule; use pro_rata, equity_first or debt_first')
    rates = _over_time(rate, spend.shape, "rate")
    idle = _over_time(commitment_fee, spend.shape, "commitment_fee")

    def run(facility: Floats, total: Floats) -> tuple[Floats, ...]:
        drawn, paid = np.zeros_like(facility), np.zeros_like(facility)
        rows: list[tuple[Floats, ...]] = []
        for t in range(spend.shape[-1]):
            interest = drawn * rates[..., t]
            fee = np.maximum(facility - drawn, 0.0) * idle[..., t]
            if t == 0:
                fee = fee + upfront_fee * facility
            need = spend[..., t] + interest + fee
            if draw_rule == "pro_rata":
                draw = gearing * need
            elif draw_rule == "debt_first":
                draw = np.minimum(need, np.maximum(facility - drawn, 0.0))
            else:
                draw = need - np.minimum(need, np.maximum(total - facility - paid, 0.0))
            drawn, paid = drawn + draw, paid + need - draw
            rows.append((draw, need - draw, interest, fee, need))
        return tuple(np.stack(column, axis=-1) for column in zip(*rows, strict=True))

    if gearing < SMALLEST_GEARING:
        gearing = 0.0

    def gap(facility: Floats) -> Floats:
        # the facility that the uses under a given facility would justify, less that facility
        total = facility / gearing if gearing else facility + np.inf
        return np.asarray(gearing * run(facility, total)[4].sum(axis=-1) - facility)

    base = gearing * spend.sum(axis=-1)
    low, high = base.copy(), base * 2.0 + 1e-300
    for _ in range(60):
        short = gap(high) > 0
        if not short.any() or gearing == 0:
            break
        high = np.where(short, 2.0 * high, high)
    facility, f_low, f_high = low, gap(low), gap(high)
    for turn in range(200):
        with np.errstate(divide="ignore", invalid="ignore"):
            step = low - f_low * (high - low) / (f_high - f_low)
        step = np.where(np.isfinite(step), step, 0.5 * (low + high))
        if turn % 8 == 7:
            step = 0.5 * (low + high)
        facility, error = step, gap(step)
        if (np.abs(error) <= 1e-13 * np.maximum(base, 1e-300)).all():
            break
        low, f_low = np.where(error > 0, step, low), np.where(error > 0, error, f_low)
        high, f_high = np.where(error > 0, high, step), np.where(error > 0, f_high, error)
    draws, equity, interest, fees, uses = run(
        facility, facility / gearing if gearing else facility + np.inf
    )
    total = uses.sum(axis=-1)
    mismatch = np.abs(draws.sum(axis=-1) - gearing * total) / np.maximum(total, 1e-300)
    residual = float(np.max(mismatch, initial=0.0))
    if residual > 1e-9:
        raise RangeError(f"the debt of the construction period does not close: {residual:.1e}")
    return ConstructionDebt(facility, draws, equity, interest, fees, uses, residual)
