"""Stock of compute: what was sold and still runs.

Owns survival with age and the identity stock = sum of sales times survival. Knows no growth.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import RangeError

__all__ = ["stock", "survival"]

Floats = NDArray[np.float64]


def survival(age_years: ArrayLike, half_life_years: ArrayLike, shape: ArrayLike) -> Floats:
    """Share of chips still in use at an age.

    Parameters
    ----------
    age_years : array, year, at least 0
    half_life_years : array, year, above 0
        Age at which half are retired.
    shape : array, dimensionless, above 0
        1 is retirement at a constant rate; above it retirement gathers around the half life.

    Returns
    -------
    array, broadcast, between 0 and 1

    Raises
    ------
    RangeError
        If an age is negative, or half life or shape are not positive.

    Source
    ------
    Weibull survival 2^-((age / half life)^shape).
    Reference version: tests/reference/demand_stock.py.

    Examples
    --------
    >>> survival([0.0, 6.0, 12.0], 6.0, 1.0).tolist()
    [1.0, 0.5, 0.25]
    """
    age = np.asarray(age_years, dtype=float)
    half, form = np.asarray(half_life_years, dtype=float), np.asarray(shape, dtype=float)
    if np.any(age < 0) or np.any(half <= 0) or np.any(form <= 0):
        raise RangeError("ages must be at least 0, half life and shape above 0")
    return np.asarray(2.0 ** -((age / half) ** form))


def stock(sales: ArrayLike, half_life_years: float, shape: float) -> Floats:
    """Chips in use at the end of each quarter.

    Parameters
    ----------
    sales : array, shape (..., T), any unit of compute
        Sold in each quarter, on average in its middle.
    half_life_years : float
    shape : float

    Returns
    -------
    array, shape (..., T)
        K(t) = sum over s up to t of sales(s) times survival at (t - s + 1/2) quarters.

    Examples
    --------
    >>> stock([8.0, 8.0], 1e9, 1.0).round(3).tolist()
    [8.0, 16.0]
    """
    sold = np.asarray(sales, dtype=float)
    periods = sold.shape[-1]
    ages = np.arange(periods)[:, None] - np.arange(periods)[None, :]
    kept = np.where(
        ages >= 0, survival((np.maximum(ages, 0) + 0.5) / 4.0, half_life_years, shape), 0.0
    )
    return np.asarray(sold @ kept.T)
