"""Price of an H100 equivalent by year: two claimed years, then a yearly fall."""

from __future__ import annotations

from waferway.errors import RangeError
from waferway.evidence.claims import Evidence

__all__ = ["price_index", "price_usd"]

FIRST, LAST_CLAIMED = 2024, 2025


def price_usd(year: float, fall: float, facts: Evidence, end: str = "best") -> float:
    """Price of an H100 equivalent in the middle of a year.

    Parameters
    ----------
    year : float
        2024 or later; between the two claimed years geometrically.
    fall : float, below 1
        Share by which the price falls each year after 2025.
    facts : Evidence
    end : str
        ``low``, ``best`` or ``high``: which bound of the two claimed prices.

    Returns
    -------
    float, USD per H100 equivalent
    """
    if year < FIRST:
        raise RangeError(f"no price is claimed for {year}; from {FIRST} on")
    field = {"low": "low", "best": "value", "high": "high"}[end]
    first = float(getattr(facts["price.2024"], field))
    second = float(getattr(facts["price.2025"], field))
    if year <= LAST_CLAIMED:
        return float(first * (second / first) ** (year - FIRST))
    return float(second * (1.0 - fall) ** (year - LAST_CLAIMED))


def price_index(year: int, end: str, facts: Evidence) -> float:
    """Price of a year over that of 2024; ``low`` falls fastest, ``high`` slowest.

    Examples
    --------
    >>> from waferway.evidence.dated import shipped
    >>> price_index(2024, "best", shipped("waferway.demand"))
    1.0
    """
    claim = facts["price.fall"]
    fall = {"low": claim.high, "best": claim.value, "high": claim.low}[end]
    return price_usd(year, float(fall or 0), facts) / price_usd(FIRST, 0.0, facts)
