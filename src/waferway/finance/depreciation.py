"""Wear for the books and for the tax office.

Owns depreciation schedules built from their rule: declining balance with switch to straight
line, straight line, the first-year conventions of the US system (MACRS), bonus shares by date,
and capital consumption by declining balance. Refuses to hold any printed table: the IRS
percentages come out of the rule when each year is rounded as the IRS rounds it.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import RangeError
from waferway.evidence.claims import Evidence
from waferway.evidence.dated import claims_about, holds, in_force, shipped

__all__ = [
    "bonus_share",
    "convention_for",
    "declining_balance",
    "macrs",
    "macrs_for_class",
    "straight_line",
    "tax_shield",
]

Floats = NDArray[np.float64]
_QUARTERS = {f"mid-quarter-{q}": q for q in (1, 2, 3, 4)}
_MONTHS = {f"mid-month-{m}": m for m in range(1, 13)}


def _first_share(convention: str) -> Fraction:
    """Share of a full year that counts in the year of service."""
    if convention == "full-year":
        return Fraction(1)
    if convention == "half-year":
        return Fraction(1, 2)
    if convention in _QUARTERS:
        return Fraction(9 - 2 * _QUARTERS[convention], 8)
    if convention in _MONTHS:
        return Fraction(25 - 2 * _MONTHS[convention], 24)
    raise RangeError(
        f'"{convention}" is not a convention; use full-year, half-year, mid-quarter-1 to -4 or '
        "mid-month-1 to -12"
    )


def macrs(
    life_years: float,
    factor: float,
    convention: str,
    *,
    bonus: float = 0.0,
    decimals: int | None = None,
) -> Floats:
    """Yearly shares of the basis written off, from the year of service on.

    Parameters
    ----------
    life_years : float, above 0
        Recovery period; 27.5 is allowed.
    factor : float, at least 1
        2.0 or 1.5 for declining balance that switches to straight line over the remaining life
        when that is larger; 1.0 for straight line.
    convention : str
        ``full-year``, ``half-year``, ``mid-quarter-1`` to ``-4`` (quarter of service) or
        ``mid-month-1`` to ``-12`` (month of service).
    bonus : float, between 0 and 1
        Share written off at once; the rest follows the schedule.
    decimals : int, optional
        Round each year to so many decimals of the whole and carry the rounded rest, as the IRS
        does in Publication 946; exact when absent.

    Returns
    -------
    array, shape (years,), shares that sum to 1

    Raises
    ------
    RangeError

    Source
    ------
    26 USC 168; Rev. Proc. 87-57; IRS Publication 946, appendix A. Reference version:
    tests/reference/finance_depreciation.py. Two printed figures leave the rule: table A-2 has
    7.000 for year 2 of 20-year property (7.008 by rule), and table A-7a spreads rounding into
    the first year (2.461 for January; 2.457 by rule).

    Examples
    --------
    >>> macrs(5, 2.0, "half-year").round(4).tolist()
    [0.2, 0.32, 0.192, 0.1152, 0.1152, 0.0576]
    >>> macrs(7, 2.0, "half-year", decimals=4).tolist()
    [0.1429, 0.2449, 0.1749, 0.1249, 0.0893, 0.0892, 0.0893, 0.0446]
    """
    if not life_years > 0:
        raise RangeError(f"life_years is {life_years}; it must be above 0")
    if not factor >= 1:
        raise RangeError(f"factor is {factor}; it must be at least 1 (2.0 means 200 %)")
    if not 0 <= bonus <= 1:
        raise RangeError(f"bonus is {bonus}; it must lie between 0 and 1 (0.4 means 40 %)")
    life = Fraction(life_years).limit_denominator(1200)
    speed = Fraction(factor).limit_denominator(1000) / life
    first = _first_share(convention)
    rest, used = Fraction(1), Fraction(0)
    out: list[Fraction] = []
    while rest > 0:
        left = life - used
        span = first if not out else Fraction(1)
        share = rest if left <= span else rest * max(speed, 1 / left) * span
        if decimals is not None and left > span:
            # straight line in full years repeats; the IRS recomputes it from the rounded rest
            share = _rounded(share, decimals)
        out.append(min(share, rest))
        rest -= out[-1]
        used += span
    shares = np.array([float(share) for share in out]) * (1.0 - bonus)
    shares[0] += bonus
    return shares


def _rounded(share: Fraction, decimals: int) -> Fraction:
    number = Decimal(share.numerator) / Decimal(share.denominator)
    return Fraction(number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def macrs_for_class(
    life_years: int,
    convention: str,
    when: dt.date,
    *,
    bonus: float = 0.0,
    published: bool = False,
    evidence: Evidence | None = None,
) -> Floats:
    """As `macrs`, with the factor that the law gives the class on a date.

    Parameters
    ----------
    life_years : int
        A recovery period of the general system: 3, 5, 7, 10, 15 or 20.
    convention : str
    when : datetime.date
        Day placed in service.
    bonus : float, between 0 and 1
    published : bool
        Round as the printed tables do.
    evidence : Evidence, optional
        The shipped claims when absent.

    Examples
    --------
    >>> macrs_for_class(15, "half-year", dt.date(2024, 5, 1), published=True)[:4].tolist()
    [0.05, 0.095, 0.0855, 0.077]
    """
    facts = evidence or shipped("waferway.finance")
    life = str(life_years)
    factor = in_force(facts, "tax:us-macrs", "declining_balance_factor", when, life_years=life)
    decimals = None
    if published:
        claim = in_force(facts, "tax:us-macrs", "published_decimals", when, life_years=life)
        decimals = int(claim.central or 0)
    return macrs(life_years, factor.central or 0.0, convention, bonus=bonus, decimals=decimals)


def convention_for(
    basis_by_quarter: ArrayLike, when: dt.date, evidence: Evidence | None = None
) -> str:
    """Half-year, or mid-quarter when too much is placed in service in the last quarter.

    Parameters
    ----------
    basis_by_quarter : array, shape (4,), money, at least 0
        Basis placed in service in each quarter of the tax year, buildings left out.
    when : datetime.date
        A day of the tax year, for the threshold in force.
    evidence : Evidence, optional

    Returns
    -------
    str
        ``half-year`` or ``mid-quarter``; append the quarter of service for `macrs`.

    Examples
    --------
    >>> convention_for([0, 0, 59, 41], dt.date(2025, 1, 1))
    'mid-quarter'
    >>> convention_for([0, 0, 60, 40], dt.date(2025, 1, 1))
    'half-year'
    """
    basis = np.asarray(basis_by_quarter, dtype=float)
    if basis.shape != (4,) or not (basis >= 0).all() or basis.sum() == 0:
        raise RangeError("basis_by_quarter must be four numbers of at least 0, not all 0")
    facts = evidence or shipped("waferway.finance")
    threshold = in_force(facts, "tax:us-macrs", "mid_quarter_threshold", when).central or 0.0
    return "mid-quarter" if basis[3] > threshold * basis.sum() else "half-year"


def bonus_share(
    acquired: dt.date, in_service: dt.date, evidence: Evidence | None = None
) -> tuple[float, str]:
    """Share that the US lets a taxpayer write off at once, by two dates.

    Parameters
    ----------
    acquired, in_service : datetime.date
        Binding contract to acquire, and service.
    evidence : Evidence, optional

    Returns
    -------
    share : float, between 0 and 1
        0 where no claim covers both dates.
    claim_id : str
        The claim it rests on; empty for 0.

    Raises
    ------
    RangeError
        If service comes before acquisition.

    Examples
    --------
    >>> bonus_share(dt.date(2025, 1, 19), dt.date(2025, 6, 1))[0]
    0.4
    >>> bonus_share(dt.date(2025, 1, 20), dt.date(2025, 6, 1))[0]
    1.0
    """
    if in_service < acquired:
        raise RangeError(f"in service on {in_service}, before it was acquired on {acquired}")
    facts = evidence or shipped("waferway.finance")
    for claim in claims_about(facts, "bonus_share", "tax:us-168k"):
        window = claim.qualifiers
        begins = dt.date.fromisoformat(window.get("acquired_from", "0001-01-01"))
        ends = dt.date.fromisoformat(window.get("acquired_to", "9999-12-31"))
        if holds(claim, in_service) and begins <= acquired <= ends:
            return claim.central or 0.0, claim.claim_id
    return 0.0, ""


def straight_line(life_years: float, periods_per_year: float = 1.0) -> Floats:
    """Equal shares per period over a life; a last part period where the life does not divide.

    Examples
    --------
    >>> straight_line(2.5).round(9).tolist()
    [0.4, 0.4, 0.2]
    """
    if not (life_years > 0 and periods_per_year > 0):
        raise RangeError(f"life_years is {life_years}; it must be above 0")
    length = life_years * periods_per_year
    count = int(np.ceil(length - 1e-9))
    shares = np.full(count, 1.0 / length)
    shares[-1] = 1.0 - shares[:-1].sum()
    return shares


def declining_balance(rate: float, years: int) -> Floats:
    """Share of the first cost consumed in each year at a constant rate of what is left.

    The rest stays: this is an economic rent (CSET's capital consumption), not a tax schedule.

    Examples
    --------
    >>> declining_balance(0.2529, 3).round(4).tolist()
    [0.2529, 0.1889, 0.1412]
    """
    if not 0 < rate < 1:
        raise RangeError(f"rate is {rate}; it must lie between 0 and 1")
    return np.asarray(rate * (1.0 - rate) ** np.arange(years))


def tax_shield(
    basis: ArrayLike, shares: ArrayLike, tax: ArrayLike, rate: ArrayLike, first_year: float = 1.0
) -> Floats:
    """Present value of the tax saved by writing off a basis.

    Parameters
    ----------
    basis : float or array, shape (...), money
        What may be written off: after the reduction by a credit where there is one.
    shares : array, shape (years,)
    tax : float or array, between 0 and 1
    rate : float or array, effective annual
    first_year : float, years
        From the valuation date to the first saving; 1 for year-end flows.

    Examples
    --------
    >>> tax_shield(1000.0, macrs(5, 2.0, "half-year"), 0.21, 0.10).round(2).item()
    162.38
    >>> tax_shield(1000.0, [1.0], 0.21, 0.10).round(2).item()
    190.91
    >>> tax_shield(650.0, macrs(5, 2.0, "half-year"), 0.21, 0.10).round(2).item()
    105.55
    """
    part = np.asarray(shares, dtype=float)
    times = first_year + np.arange(len(part))
    factor = (1.0 + np.asarray(rate, dtype=float)[..., None]) ** -times
    return np.asarray(
        np.asarray(basis, dtype=float) * np.asarray(tax, dtype=float) * (part * factor).sum(-1)
    )
