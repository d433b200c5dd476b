"""Growth that persists and is shared: autoregressive shocks, and values between years.

Owns the random part of the fan. Randomness comes in as draws, never from here.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import RangeError

__all__ = ["autoregressive", "between", "interpolate_nodes", "shared_shocks"]

Floats = NDArray[np.float64]


def autoregressive(noise: ArrayLike, persistence: ArrayLike) -> Floats:
    """Stationary first-order autoregression of unit variance, along the last axis.

    Parameters
    ----------
    noise : array, shape (..., T)
        Independent standard normal draws.
    persistence : array, broadcast to shape (...), between -1 and 1, both out
        Correlation with the step before.

    Returns
    -------
    array, shape (..., T)
        Each element is standard normal; elements k steps apart correlate by persistence^k.

    Raises
    ------
    RangeError
        If a persistence is not inside (-1, 1).

    Examples
    --------
    >>> autoregressive([1.0, 0.0, 0.0], 0.5).tolist()
    [1.0, 0.5, 0.25]
    """
    draws = np.asarray(noise, dtype=float)
    kept = np.asarray(persistence, dtype=float)
    if np.any(np.abs(kept) >= 1):
        raise RangeError("persistence must be between -1 and 1, both out")
    fresh = np.sqrt(1.0 - kept**2)
    out = np.empty_like(draws)
    out[..., 0] = draws[..., 0]
    for step in range(1, draws.shape[-1]):
        out[..., step] = kept * out[..., step - 1] + fresh * draws[..., step]
    return out


def shared_shocks(common: ArrayLike, own: ArrayLike, share: ArrayLike) -> Floats:
    """Unit-variance shocks of which a share of the variance is common.

    Parameters
    ----------
    common : array, shape (N, Y)
    own : array, shape (N, G, Y)
    share : array, broadcast to (N,), between 0 and 1

    Returns
    -------
    array, shape (N, G, Y)
        Two groups correlate by `share`.
    """
    part = np.asarray(share, dtype=float)
    if np.any((part < 0) | (part > 1)):
        raise RangeError("the shared part must be between 0 and 1")
    spread = np.broadcast_to(part, np.asarray(common).shape[:1])[:, None, None]
    both = np.asarray(common, dtype=float)[:, None, :]
    return np.asarray(np.sqrt(spread) * both + np.sqrt(1.0 - spread) * np.asarray(own, dtype=float))


def interpolate_nodes(nodes: Mapping[int, float], years: ArrayLike) -> Floats:
    """Values between the middles of years, straight lines, flat beyond the ends.

    Parameters
    ----------
    nodes : mapping of int to float
        Value at the middle of each year.
    years : array
        Decimal years; 2025.5 is the middle of 2025.

    Returns
    -------
    array, shape of `years`

    Examples
    --------
    >>> interpolate_nodes({2025: 1.0, 2027: 3.0}, [2025.5, 2026.5, 2030.0]).tolist()
    [1.0, 2.0, 3.0]
    """
    if not nodes:
        raise RangeError("no year has a value")
    at = sorted(nodes)
    middles = [year + 0.5 for year in at]
    return np.asarray(np.interp(np.asarray(years, dtype=float), middles, [nodes[y] for y in at]))


def between(at: ArrayLike, values: ArrayLike, when: ArrayLike) -> Floats:
    """Each path's values between points in time: straight lines, flat beyond the ends.

    Parameters
    ----------
    at : array, shape (K,), ascending
    values : array, shape (N, K)
    when : array, shape (T,)

    Returns
    -------
    array, shape (N, T)

    Examples
    --------
    >>> between([2025.0, 2027.0], [[1.0, 3.0]], [2024.0, 2026.0]).tolist()
    [[1.0, 2.0]]
    """
    points = np.asarray(at, dtype=float)
    weights = np.stack(
        [np.interp(np.asarray(when, dtype=float), points, one) for one in np.eye(len(points))]
    )
    return np.asarray(np.asarray(values, dtype=float) @ weights)
