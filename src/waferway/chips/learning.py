"""How defects and cost fall as a line and an industry learn.

Owns learning over time and over volume. Refuses calendars: time is years since the line started.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import RangeError

__all__ = ["defect_density_at", "fit_defect_learning", "wright_cost", "wright_exponent"]

Array = NDArray[np.float64]


def defect_density_at(
    years: ArrayLike,
    start_per_cm2: ArrayLike,
    mature_per_cm2: ArrayLike,
    learning_years: ArrayLike,
    *,
    transferred: ArrayLike = 0.0,
) -> Array:
    """``D(t) = D_mature + (D_start - D_mature) (1 - transferred) exp(-t / tau)``, 1/cm2.

    Parameters
    ----------
    years : array, year
        Since volume start **of the line**; before it the starting value holds.
    start_per_cm2, mature_per_cm2 : array, 1/cm2
    learning_years : array, year, above 0
        Time constant tau.
    transferred : array, 0 to 1
        Share of the learning that a copied process brings with it.

    Examples
    --------
    >>> defect_density_at([0.0, 1.0, 10.0], 0.3, 0.08, 1.0).round(3)
    array([0.3  , 0.161, 0.08 ])
    """
    t = np.maximum(np.asarray(years, float), 0.0)
    start, mature = np.asarray(start_per_cm2, float), np.asarray(mature_per_cm2, float)
    tau, share = np.asarray(learning_years, float), np.asarray(transferred, float)
    if (tau <= 0).any():
        raise RangeError(f"learning_years is {tau.min():g}; it must be above 0")
    if (mature < 0).any() or (start < mature).any():
        raise RangeError("start_per_cm2 must be at least mature_per_cm2, and that at least 0")
    if ((share < 0) | (share > 1)).any():
        raise RangeError("transferred must be 0 to 1")
    return np.asarray(mature + (start - mature) * (1 - share) * np.exp(-t / tau))


def fit_defect_learning(
    years: ArrayLike, density_per_cm2: ArrayLike, *, mature_per_cm2: float
) -> tuple[float, float]:
    """Start density and time constant that best fit dated disclosures, given the mature level.

    Least squares on ``log(D - D_mature)``.

    Returns
    -------
    (start_per_cm2, learning_years)

    Raises
    ------
    RangeError
        If fewer than two points lie above the mature level or the density does not fall.

    Examples
    --------
    >>> t = np.array([0.0, 0.5, 1.5]); d = 0.05 + 0.2 * np.exp(-t / 0.8)
    >>> start, tau = fit_defect_learning(t, d, mature_per_cm2=0.05)
    >>> round(start, 6), round(tau, 6)
    (0.25, 0.8)
    """
    t, d = np.asarray(years, float), np.asarray(density_per_cm2, float)
    above = d > mature_per_cm2
    if len(np.unique(t[above])) < 2:
        raise RangeError("a fit needs at least two dates above the mature level")
    slope, level = np.polyfit(t[above], np.log(d[above] - mature_per_cm2), 1)
    if slope >= 0:
        raise RangeError("the densities do not fall; no learning can be fitted")
    return float(np.exp(level) + mature_per_cm2), float(-1 / slope)


def wright_exponent(progress_ratio: ArrayLike) -> Array:
    """Exponent b of ``cost = c1 x^-b`` whose cost falls to `progress_ratio` at each doubling.

    Examples
    --------
    >>> round(float(wright_exponent(0.8)), 4)
    0.3219
    """
    ratio = np.asarray(progress_ratio, float)
    if ((ratio <= 0) | (ratio > 1)).any():
        raise RangeError("progress_ratio must be above 0 and at most 1")
    return np.asarray(-np.log2(ratio))


def wright_cost(
    first_cost_usd: ArrayLike, cumulative_units: ArrayLike, progress_ratio: ArrayLike
) -> Array:
    """Cost of the latest unit after a cumulative volume (Wright, 1936), USD.

    Examples
    --------
    >>> float(wright_cost(100.0, 8.0, 0.8).round(6))
    51.2
    """
    units = np.asarray(cumulative_units, float)
    if (units < 1).any():
        raise RangeError("cumulative_units must be at least 1")
    return np.asarray(np.asarray(first_cost_usd, float) * units ** -wright_exponent(progress_ratio))
