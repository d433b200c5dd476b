"""Parameters fitted to the quarters before the cut: content a wafer, lag, spreads.

Owns every fit of the hindcast. What the network says is the prior; outcomes move it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.calendar import Calendar, lag_shares
from waferway.errors import RangeError

__all__ = [
    "LagFit",
    "content_factors",
    "fit_lag",
    "innovation_spread",
    "lag_quarters",
    "log_odds",
    "pooled_spread",
    "spread_between",
]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LagFit:
    """Lag from packaging start to sale.

    Attributes
    ----------
    days : float
        Best lag.
    spread_days : float
        Half the width of the lags whose misfit is within a quarter of the best.
    factor : array, shape (C,)
        Units sold over units arriving, by product, drawn towards 1.
    spread : float
        Standard deviation of what is left in log units.
    """

    days: float
    spread_days: float
    factor: Floats
    spread: float


def innovation_spread(log_shares: ArrayLike, prior: float, prior_weight: float = 6.0) -> Floats:
    """Standard deviation of quarterly changes, few observations drawn towards a prior.

    Parameters
    ----------
    log_shares : array, shape (D, H)
        NaN where a quarter is left out.
    prior : float, above 0
    prior_weight : float
        Quarters of evidence that the prior is worth.

    Returns
    -------
    array, shape (D,)
        Root of (w prior^2 + sum of squared changes) / (w + number of changes).

    Source
    ------
    Mean of the scaled inverse chi-squared posterior of a variance with known mean 0.

    Examples
    --------
    >>> innovation_spread([[0.0, 0.3]], 0.1, 6.0).round(3).tolist()
    [0.146]
    """
    if not prior > 0:
        raise RangeError(f"the prior spread is {prior}; it must be above 0")
    steps = np.diff(np.asarray(log_shares, dtype=float), axis=1)
    seen = np.isfinite(steps)
    squares = np.where(seen, steps, 0.0) ** 2
    count = seen.sum(axis=1)
    return np.asarray(np.sqrt((prior_weight * prior**2 + squares.sum(1)) / (prior_weight + count)))


def log_odds(share: ArrayLike) -> Floats:
    """Logarithm of a share over the rest.

    Examples
    --------
    >>> log_odds([0.5]).tolist()
    [0.0]
    """
    part = np.asarray(share, dtype=float)
    return np.asarray(np.log(part / (1.0 - part)))


def pooled_spread(series: ArrayLike, prior: float, prior_weight: float = 4.0) -> float:
    """Root mean square of the quarterly changes of all rows together, drawn towards a prior.

    Parameters
    ----------
    series : array, shape (D, H)
        NaN where a quarter is left out.
    prior : float, above 0
    prior_weight : float
        Changes that the prior is worth.

    Returns
    -------
    float

    Examples
    --------
    >>> round(pooled_spread([[0.0, 0.1], [0.0, -0.1]], 0.2, 2.0), 4)
    0.1581
    """
    steps = np.diff(np.asarray(series, dtype=float), axis=1)
    seen = steps[np.isfinite(steps)]
    total = prior_weight * prior**2 + float((seen**2).sum())
    return float(np.sqrt(total / (prior_weight + len(seen))))


def content_factors(
    parts: ArrayLike, wafers: ArrayLike, content: ArrayLike, seen: ArrayLike | None = None
) -> Floats:
    """Parts used over what the network says that the wafers take, by product.

    Parameters
    ----------
    parts : array, shape (C, H)
        Wafers of logic, or dollars of HBM.
    wafers : array, shape (C, H)
        Packaging wafers.
    content : array, shape (C,)
        Of a packaging wafer, by the network; 0 where a product takes none.
    seen : array of bool, shape (H,), optional
        Quarters that may be used.

    Returns
    -------
    array, shape (C,)
        Geometric mean over the quarters; 1 where there is nothing to compare.

    Examples
    --------
    >>> content_factors([[2.2, 4.4]], [[1.0, 2.0]], [2.0]).round(3).tolist()
    [1.1]
    """
    used, made = np.asarray(parts, dtype=float), np.asarray(wafers, dtype=float)
    rate = np.asarray(content, dtype=float)[:, None]
    open_ = np.ones(used.shape[1], dtype=bool) if seen is None else np.asarray(seen, dtype=bool)
    known = (used > 0) & (made > 0) & (rate > 0) & open_[None, :]
    logs = np.log(np.where(known, used, 1.0) / np.where(known, made * rate, 1.0))
    count = known.sum(axis=1)
    return np.asarray(np.exp(np.where(count > 0, logs.sum(1) / np.maximum(count, 1), 0.0)))


def fit_lag(
    starts: ArrayLike, units: ArrayLike, weight: ArrayLike, calendar: Calendar,
    days: ArrayLike = tuple(range(46, 122, 2)), prior_spread: float = 0.10,
) -> LagFit:  # fmt: skip
    """Lag at which packaging starts best explain later sales.

    Parameters
    ----------
    starts, units : array, shape (C, H), packages
    weight : array, shape (C,)
        Importance of a product, for example its H100 equivalents.
    calendar : Calendar
        H quarters.
    days : array
        Lags tried.
    prior_spread : float
        Standard deviation of log factors around 1.

    Returns
    -------
    LagFit
        The first quarter is left out: what was started before it is not known.
    """
    begun, sold = np.asarray(starts, dtype=float), np.asarray(units, dtype=float)
    tried = np.asarray(days, dtype=float)
    fits = [_lag_misfit(begun, sold, np.asarray(weight, dtype=float), calendar, float(lag))
            for lag in tried]  # fmt: skip
    misfit = np.array([fit[0] for fit in fits])
    best = int(np.argmin(misfit))
    near = tried[misfit <= 1.25 * misfit[best]]
    _, logs, known = fits[best]
    number = known.sum(axis=1)
    noise = float(np.sqrt(max(misfit[best], 1e-6)))
    pull = number / (number + (noise / prior_spread) ** 2)
    mean = np.where(known, logs, 0.0).sum(1) / np.maximum(number, 1)
    return LagFit(float(tried[best]), float(max(near.max() - near.min(), 8.0) / 2.0),
                  np.exp(pull * mean), noise)  # fmt: skip


def lag_quarters(
    starts: ArrayLike, units: ArrayLike, calendar: Calendar, days: float
) -> NDArray[np.bool_]:
    """Product and quarter, (C, H), of which `fit_lag` compares sales with arrivals."""
    begun, sold = np.asarray(starts, dtype=float), np.asarray(units, dtype=float)
    return _lag_misfit(begun, sold, np.ones(len(begun)), calendar, days)[2]


def _lag_misfit(
    begun: Floats, sold: Floats, weight: Floats, calendar: Calendar, lag: float
) -> tuple[float, Floats, NDArray[np.bool_]]:
    """Weighted mean square of log sales over arrivals, the logs, and where they are known."""
    arriving = begun @ lag_shares(calendar, lag)
    # a product in its first quarter has had no full quarter before
    known = (arriving > 0) & (sold > 0) & (np.cumsum(begun > 0, axis=1) > 1)
    known[:, 0] = False
    logs = np.log(np.where(known, sold, 1.0) / np.where(known, arriving, 1.0))
    mass = weight[:, None] * np.where(known, sold, 0.0)
    return float((mass * logs**2).sum() / mass.sum()), logs, known


def spread_between(values: ArrayLike, prior: float, prior_weight: float = 3.0) -> float:
    """Spread of logs around their mean, drawn towards a prior.

    Examples
    --------
    >>> round(spread_between([1.0, 1.0], 0.1, 3.0), 4)
    0.0866
    """
    logs = np.log(np.asarray(values, dtype=float))
    logs = logs[np.isfinite(logs)]
    freedom = max(len(logs) - 1, 0)
    squares = float(((logs - logs.mean()) ** 2).sum()) if len(logs) else 0.0
    return float(np.sqrt((prior_weight * prior**2 + squares) / (prior_weight + freedom)))
