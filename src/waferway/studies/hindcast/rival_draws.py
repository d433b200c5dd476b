"""Years and totals of the naive rivals: sums of draws, not of quantiles.

Owns paths whose value in each quarter has exactly the distribution that `rivals` states for it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from waferway.streams import stream

__all__ = ["DRAWS", "last_value_paths", "log_trend_paths"]

Floats = NDArray[np.float64]
DRAWS = 20_000


def last_value_paths(series: Floats, steps: int, seed: int, name: str) -> Floats:
    """Paths of a value that takes its past steps anew, shape (draws, steps).

    The scale of the steps is as uncertain as few steps leave it, the same along a path: each
    quarter is Student's t with as many degrees of freedom as steps were seen.

    Examples
    --------
    >>> paths = last_value_paths(np.array([1.0, 1.1, 1.0]), 2, 1, "doc")
    >>> round(float(np.median(paths[:, 1])), 2)
    1.0
    """
    logs = np.log(series)
    errors = np.diff(logs)
    rng = stream(seed, "hindcast", f"rival {name}")
    freedom = len(errors)
    scale = np.sqrt(np.mean(errors**2)) / np.sqrt(rng.chisquare(freedom, DRAWS) / freedom)
    walk = rng.standard_normal((DRAWS, steps)).cumsum(axis=1)
    return np.asarray(np.exp(logs[-1] + scale[:, None] * walk))


def log_trend_paths(series: Floats, steps: int, seed: int, name: str) -> Floats:
    """Paths along an uncertain line through the logarithms, shape (draws, steps).

    Level and slope are drawn once a path, from the regression, and each quarter has its own
    residual.

    Examples
    --------
    >>> paths = log_trend_paths(np.array([1.0, 2.0, 4.0, 8.0]), 2, 1, "doc")
    >>> round(float(np.median(paths[:, 1])))
    32
    """
    logs = np.log(series)
    count = len(logs)
    x = np.arange(count, dtype=float)
    slope, level = np.polyfit(x, logs, 1)
    left = logs - level - slope * x
    freedom = count - 2
    best = max(float(np.sqrt((left**2).sum() / freedom)), 0.02)
    rng = stream(seed, "hindcast", f"rival {name}")
    scale = best / np.sqrt(rng.chisquare(freedom, DRAWS) / freedom)
    middle = rng.standard_normal(DRAWS) / np.sqrt(count)
    turn = rng.standard_normal(DRAWS) / np.sqrt(((x - x.mean()) ** 2).sum())
    noise = rng.standard_normal((DRAWS, steps))
    ahead = count - 1.0 + np.arange(1, steps + 1)
    off = middle[:, None] + turn[:, None] * (ahead - x.mean())[None, :] + noise
    return np.asarray(np.exp(level + slope * ahead[None, :] + scale[:, None] * off))
