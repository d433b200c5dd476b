"""Harvest yield of many dies at once, by one-dimensional tables.

Owns the shortcut that makes clustered harvesting cheap. With D gamma-distributed about D0, the
factor ``exp(-D A (1-f))`` of the area that cannot be repaired only rescales the gamma:

    E[e^(-l x (1-f)) T(l f x)] = (1 + l (1-f)/a)^-a  G(l f / (1 + l (1-f)/a))

with l = A D0, T the binomial tail and ``G(u) = E[T(u x)]``. For given blocks and clustering G is
a function of one number, tabulated once and interpolated; the table checks itself between its
nodes. The direct quadrature (32 nodes) stands beside it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waferway.chips.yields import POISSON_SHAPE, RepairableBlocks, binomial_tail, harvest_yield
from waferway.chips.yields import _gamma_nodes as gamma_nodes
from waferway.errors import RangeError

__all__ = ["HARVEST_TOLERANCE", "clustered_harvest"]

Array = NDArray[np.float64]
HARVEST_TOLERANCE = 1e-5  # largest error of the interpolation, checked when a table is made
MOST_KINDS = 64  # more kinds of blocks and clustering than this are integrated one by one
QUADRATURE_NODES = 32


@lru_cache(maxsize=256)
def _table(count: int, needed: int, clustering: float, top: float) -> tuple[Array, float]:
    """Values of G on an even grid over 0 ... top, and the inverse of the step."""
    blocks = [RepairableBlocks(count, needed, 1.0)]
    size = 4096
    while True:
        grid = np.linspace(0.0, top, size + 1)
        values = harvest_yield(grid, 1.0, blocks, clustering=clustering)
        middle = (grid[1:] + grid[:-1]) / 2
        true = harvest_yield(middle, 1.0, blocks, clustering=clustering)
        error = np.abs((values[1:] + values[:-1]) / 2 - true).max()
        if error <= HARVEST_TOLERANCE:
            return values, size / top
        if size >= 131_072:
            raise RangeError(f"a table for {needed} of {count} blocks does not converge")
        size *= 4


def _scaled(faults: Any, clustering: Any, share: Any) -> tuple[Any, Any]:
    """Yield of the fixed area, and the argument of G."""
    fixed = faults * (1 - share)
    if isinstance(clustering, float) and clustering > POISSON_SHAPE:
        return np.exp(-fixed), faults * share
    growth = 1 + fixed / clustering
    return np.exp(-clustering * np.log(growth)), faults * share / growth


def clustered_harvest(
    faults: Any,
    clustering: Any,
    share: Any,
    count: Any,
    needed: Any,
    *,
    method: str = "table",
) -> Any:
    """Harvest yield of one class of blocks for many dies.

    Parameters
    ----------
    faults : array
        ``A D0``, area without street.
    clustering, share, count, needed : array or float
    method : str
        ``table`` or ``quadrature``.

    Returns
    -------
    array, 0 to 1

    Examples
    --------
    >>> yields = clustered_harvest(np.array([0.407, 0.814]), 3.0, 0.5, 144.0, 132.0)
    >>> yields.round(5)
    array([0.82128, 0.68273])
    """
    if method not in ("table", "quadrature"):
        raise RangeError(f"method is {method!r}; known: table, quadrature")
    arrays = [np.asarray(x, float) for x in (faults, clustering, share, count, needed)]
    if all(a.size == 1 for a in arrays[1:2] + arrays[3:]):
        a, n, k = (float(x.flat[0]) for x in (arrays[1], arrays[3], arrays[4]))
        return _one_kind(arrays[0], a, arrays[2], n, k, method)
    each = np.broadcast_arrays(*arrays)
    kinds, which = np.unique(np.stack([each[1], each[3], each[4]]), axis=1, return_inverse=True)
    if kinds.shape[1] > MOST_KINDS:
        return _direct(*each)
    load, part = each[0], each[2]
    out = np.empty(load.shape)
    for index, (shape, blocks, least) in enumerate(kinds.T):
        rows = which.ravel() == index
        out[rows] = _one_kind(load[rows], shape, part[rows], blocks, least, method)
    return out


def _one_kind(
    faults: Array, clustering: float, share: Any, count: float, needed: float, method: str
) -> Array:
    fixed, scaled = _scaled(faults, float(clustering), share)
    if method == "quadrature":
        return np.asarray(fixed * _tail_mean(scaled, clustering, count, needed))
    largest = float(scaled.max(initial=0.0))
    top = 2.0 ** max(np.ceil(np.log2(largest * (1 + 1e-9))), 0) if largest > 0 else 1.0
    values, per_step = _table(int(count), int(needed), float(clustering), float(top))
    at = scaled * per_step
    below = np.minimum(at.astype(np.intp), len(values) - 2)
    base = values[below]
    return np.asarray(fixed * (base + (at - below) * (values[below + 1] - base)))


def _tail_mean(scaled: Array, clustering: float, count: float, needed: float) -> Array:
    if clustering > POISSON_SHAPE:
        return binomial_tail(count, needed, np.exp(-scaled / count))
    total = np.zeros(scaled.shape)
    for point, weight in zip(*gamma_nodes(float(clustering), QUADRATURE_NODES), strict=True):
        if weight > 1e-12:
            total += weight * binomial_tail(count, needed, np.exp(-scaled * (point / count)))
    return total


def _direct(faults: Array, clustering: Array, share: Array, count: Array, needed: Array) -> Array:
    """Every row by itself: quantiles of its own gamma."""
    from scipy.special import gammaincinv

    points, weights = np.polynomial.legendre.leggauss(QUADRATURE_NODES)
    shape = np.minimum(clustering, POISSON_SHAPE)
    fixed, scaled = _scaled(faults, shape, share)
    total = np.zeros(faults.shape)
    for point, weight in zip((points + 1) / 2, weights / 2, strict=True):
        x = gammaincinv(shape, point) / shape
        total += weight * binomial_tail(count, needed, np.exp(-scaled * x / count))
    return np.asarray(fixed * total)
