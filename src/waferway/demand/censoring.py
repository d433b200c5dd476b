"""Need behind sales that were supply: S = min(D, supply), fitted.

Owns the correction of sales for the shortage that censored them. Refuses to guess how short
supply was where nothing says so: a stated shortfall enters as an observation of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import RangeError

__all__ = ["CensoredFit", "fit_censored"]

Floats = NDArray[np.float64]
NEAR = 0.98
"""Sales of at least this share of supply count as supply."""


@dataclass(frozen=True)
class CensoredFit:
    """Need fitted to censored sales.

    Attributes
    ----------
    need : array, shape (T,)
        Best value of need by quarter: sales where they were free, the expected need given that
        it was at least the sales where they were supply (geometric mean).
    trend : array, shape (T,)
        exp(level + growth x quarter).
    growth_per_quarter : float
        Slope of the logarithm.
    spread : float
        Standard deviation of log need around its trend.
    censored : array of bool, shape (T,)
    """

    need: Floats
    trend: Floats
    growth_per_quarter: float
    spread: float
    censored: NDArray[np.bool_]


def fit_censored(
    sales: ArrayLike,
    supply: ArrayLike,
    shortfalls: Mapping[int, tuple[float, float]] | None = None,
    iterations: int = 500,
) -> CensoredFit:
    """Fit log-linear need to sales that supply may have cut.

    Parameters
    ----------
    sales : array, shape (T,), above 0
        Sold by quarter.
    supply : array, shape (T,)
        Most that could have been sold; infinite where supply was no limit.
    shortfalls : mapping of int to (ratio, spread), optional
        By quarter: need over sales as others stated it, and its standard deviation in logs.
    iterations : int
        Steps of expectation and maximisation at most.

    Returns
    -------
    CensoredFit

    Raises
    ------
    RangeError
        If fewer than three quarters are given, sales are not positive, exceed supply by more
        than 2 %, or every quarter is censored and no shortfall is stated: then nothing bounds
        need from above.

    Source
    ------
    Tobin 1958 (Econometrica 26(1)), in logarithms, by expectation-maximisation: censored values
    are replaced by the mean and variance of the truncated normal distribution.

    Examples
    --------
    >>> fit = fit_censored([1.0, 2.0, 4.0, 5.0], [9.0, 9.0, 9.0, 5.0])
    >>> bool(fit.need[3] > 5.0), fit.censored.tolist()
    (True, [False, False, False, True])
    """
    sold, cap = np.asarray(sales, dtype=float), np.asarray(supply, dtype=float)
    stated = dict(shortfalls or {})
    if sold.shape != cap.shape or sold.ndim != 1 or len(sold) < 3:
        raise RangeError("sales and supply must be two series of the same three or more quarters")
    if not np.all(sold > 0) or np.any(sold > cap * 1.02):
        raise RangeError("sales must be positive and not above supply")
    censored = sold >= NEAR * cap
    if censored.all() and not stated:
        raise RangeError("every quarter is censored and no shortfall is stated: nothing says how "
                         "far need was above sales")  # fmt: skip
    y, x = np.log(sold), np.arange(len(sold), dtype=float)
    at = np.concatenate([x, np.array(sorted(stated), dtype=float)])
    extra = np.array([y[q] + np.log(stated[q][0]) for q in sorted(stated)])
    noise = np.array([stated[q][1] for q in sorted(stated)])
    mean, variance = y.copy(), np.zeros_like(y)
    sigma, fitted, slope = 0.3, y.copy(), 0.0
    for _ in range(iterations):
        values = np.concatenate([mean, extra])
        weights = np.concatenate([np.full(len(y), sigma**-2), 1.0 / (sigma**2 + noise**2)])
        design = np.column_stack([np.ones_like(at), at])
        normal = design.T @ (weights[:, None] * design)
        level, new_slope = np.linalg.solve(normal, design.T @ (weights * values))
        fitted = level + new_slope * x
        new_sigma = float(np.sqrt(np.mean((mean - fitted) ** 2 + variance)))
        new_sigma = max(new_sigma, 1e-4)
        done = abs(new_slope - slope) < 1e-10 and abs(new_sigma - sigma) < 1e-10
        sigma, slope = new_sigma, float(new_slope)
        mean, variance = _truncated(fitted, sigma, y, censored)
        if done:
            break
    need = np.exp(np.where(censored, mean, y))
    return CensoredFit(need, np.exp(fitted), slope, sigma, censored)


def _truncated(
    fitted: Floats, sigma: float, least: Floats, censored: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Mean and variance of log need, known where sales were free, truncated where not."""
    from scipy.stats import norm

    alpha = np.clip((least - fitted) / sigma, -30.0, 30.0)
    hazard = np.exp(norm.logpdf(alpha) - norm.logsf(alpha))  # inverse Mills ratio
    mean = np.where(censored, fitted + sigma * hazard, least)
    variance = np.where(censored, sigma**2 * np.maximum(1 + alpha * hazard - hazard**2, 0.0), 0.0)
    return mean, variance
