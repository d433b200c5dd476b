"""Harvest yield of many dies at once, by one-dimensional tables.

Owns the shortcut that makes clustered harvesting cheap. With D gamma-distributed about D0, the
factor ``exp(-D A (1-f))`` of the area that cannot be repaired only rescales the gamma:

    E[e^(-l x (1-f)) T(l f x)] = (1 + l (1-f)/a)^-a  G(l f / (1 + l (1-f)/a))

with l = A D0, T the binomial tail and ``G(u) = E[T(u x)]``. For given blocks and clustering G is
a function of one number, tabulated once and interpolated; the table checks itself between its
nodes. The direct quadrature (32 nodes) stands beside it; it takes over where kinds of blocks or
shapes of the gamma are too many for tables.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
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
MOST_SHAPES = 8  # more shapes of the gamma than this for one kind of blocks are done together
ROWS_PER_TABLE = 2048  # fewer rows of one kind than this are integrated, not tabulated
STEPS = 32  # shapes of the grid of nodes for each doubling
LARGEST_SHAPE = 2.0**20  # beyond it the gamma is so narrow that 1e-6 of the yield is not at stake
STRETCH = 4096  # rows that stay in the nearest cache
QUADRATURE_NODES = 32
MOST_SPARE = 32  # spare blocks up to which the tail is summed term by term
LARGEST_LOAD = 600.0  # e^-600 is nothing, and no power of what stands beside it overflows


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
    shape = np.broadcast_shapes(*(a.shape for a in arrays))
    load, alpha, part, blocks, least = (np.broadcast_to(a, shape).ravel() for a in arrays)
    out = np.empty(load.shape)
    for rows in _groups(blocks, least):
        n, k = float(blocks[rows[0]]), float(least[rows[0]])
        shapes = np.unique(alpha[rows])
        if len(shapes) > MOST_SHAPES:
            out[rows] = _many_shapes(load[rows], alpha[rows], part[rows], n, k)
            continue
        for one in shapes:
            at = rows if len(shapes) == 1 else rows[alpha[rows] == one]
            # A table is worth its making where many rows use it.
            way = method if len(at) >= ROWS_PER_TABLE else "quadrature"
            out[at] = _one_kind(load[at], float(one), part[at], n, k, way)
    return out.reshape(shape)


def _groups(blocks: Array, least: Array) -> list[NDArray[np.intp]]:
    """Rows of equal blocks together."""
    key = blocks * 1e6 + least
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order])) + 1
    return np.split(order, starts)


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
        return _tail(scaled, count, needed)
    total = np.zeros(scaled.shape)
    for point, weight in zip(*gamma_nodes(float(clustering), QUADRATURE_NODES), strict=True):
        if weight > 1e-12:
            total += weight * _tail(scaled * point, count, needed)
    return total


def _tail(load: Array, count: float, needed: float) -> Array:
    """P[Bin(N, e^(-load/N)) >= k]: few spare blocks by Horner's rule, many by the incomplete beta.

    With ``r = e^(load/N) - 1`` the tail is ``e^-load sum_j C(N, j) r^j`` over up to N - k bad
    blocks: positive terms only, so that nothing cancels.
    """
    spare = int(count - needed)
    if not 0 <= spare <= MOST_SPARE or float(count) % 1 or float(needed) % 1:
        return binomial_tail(count, needed, np.exp(-load / count))
    load = np.minimum(load, LARGEST_LOAD)
    r = np.expm1(load / count)
    factors = [math.comb(int(count), j) for j in range(spare + 1)]
    total = np.full(load.shape, float(factors[-1]))
    for factor in reversed(factors[:-1]):
        total *= r
        total += factor
    total *= np.exp(-load)
    return np.asarray(np.minimum(total, 1.0, out=total))


@lru_cache(maxsize=16)
def _node_grid(first: int, last: int) -> tuple[Array, Array]:
    """Gauss-Laguerre nodes and weights for shapes ``2^(j / STEPS)``, j from `first` to `last`."""
    found = [gamma_nodes(2.0 ** (j / STEPS), QUADRATURE_NODES) for j in range(first, last + 1)]
    points, weights = (np.ascontiguousarray(np.array(part).T) for part in zip(*found, strict=True))
    return points, weights


def _many_shapes(
    faults: Array, clustering: Array, share: Array, count: float, needed: float
) -> Array:
    """One kind of blocks, each row with its own shape of the gamma.

    Nodes and weights of Gauss-Laguerre are smooth in the shape: they are computed on a grid of
    its logarithm and interpolated by cubics (error of the yield below 1e-7, tested).
    """
    shape = np.minimum(clustering, LARGEST_SHAPE)
    fixed, scaled = _scaled(faults, shape, share)
    place = np.log2(shape) * STEPS
    first, last = int(np.floor(place.min())) - 1, int(np.ceil(place.max())) + 2
    points, weights = _node_grid(first, last)
    used = weights.max(axis=1) > 1e-12
    out = np.empty(shape.shape)
    for start in range(0, len(out), STRETCH):
        rows = slice(start, start + STRETCH)
        nodes = zip(points[used], weights[used], strict=True)
        out[rows] = _interpolated_mean(scaled[rows], place[rows] - first, nodes, count, needed)
    return np.asarray(fixed * out)


def _interpolated_mean(
    scaled: Array, place: Array, nodes: Iterable[tuple[Array, Array]], count: float, needed: float
) -> Array:
    below = np.floor(place).astype(np.intp)
    t = place - below
    # Lagrange's weights of the four neighbours at -1, 0, 1 and 2.
    near = (
        -t * (t - 1) * (t - 2) / 6,
        (t + 1) * (t - 1) * (t - 2) / 2,
        -(t + 1) * t * (t - 2) / 2,
        (t + 1) * t * (t - 1) / 6,
    )
    total = np.zeros(scaled.shape)
    for x, w in nodes:
        point, weight = np.zeros(scaled.shape), np.zeros(scaled.shape)
        for k, part in enumerate(near):
            point += part * x[below + (k - 1)]
            weight += part * w[below + (k - 1)]
        total += weight * _tail(scaled * point, count, needed)
    return total
