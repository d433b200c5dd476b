"""Yield of a die: classical models, harvesting of partly good dies, bins.

Owns the step from defect density to the share of good dies. Refuses wafer geometry and cost.

Areas are in cm2 (1 cm2 = 100 mm2) and without street; densities in defects per cm2. All functions
take arrays that broadcast together.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import RangeError

__all__ = [
    "YIELD_MODELS",
    "RepairableBlocks",
    "bin_shares",
    "bose_einstein_yield",
    "die_yield",
    "harvest_yield",
    "murphy_yield",
    "negative_binomial_yield",
    "parametric_bin_shares",
    "poisson_yield",
    "rectangular_yield",
    "seeds_yield",
]

Array = NDArray[np.float64]
YIELD_MODELS: tuple[str, ...] = (
    "poisson", "murphy", "rectangular", "seeds", "negative-binomial", "bose-einstein",
)  # fmt: skip


def _not_negative(name: str, value: ArrayLike) -> Array:
    array = np.asarray(value, dtype=float)
    bad = ~(array >= 0) | ~np.isfinite(array)
    if bad.any():
        raise RangeError(f"{name} is {array[bad].flat[0]:g}; it must be at least 0")
    return array


def _positive(name: str, value: ArrayLike) -> Array:
    array = np.asarray(value, dtype=float)
    bad = ~(array > 0)
    if bad.any():
        raise RangeError(f"{name} is {array[bad].flat[0]:g}; it must be above 0")
    return array


def _faults(area_cm2: ArrayLike, d0_per_cm2: ArrayLike) -> Array:
    area = _not_negative("area_cm2", area_cm2)
    return np.asarray(area * _not_negative("d0_per_cm2", d0_per_cm2))


def poisson_yield(area_cm2: ArrayLike, d0_per_cm2: ArrayLike) -> Array:
    """``exp(-A D0)``: defects fall independently of one another.

    Examples
    --------
    >>> round(float(poisson_yield(8.14, 0.2)), 3)
    0.196
    """
    return np.asarray(np.exp(-_faults(area_cm2, d0_per_cm2)))


def murphy_yield(area_cm2: ArrayLike, d0_per_cm2: ArrayLike) -> Array:
    """``((1 - exp(-A D0)) / (A D0))^2``: density spread as a triangle (Murphy, 1964).

    Examples
    --------
    >>> round(float(murphy_yield(8.14, 0.2)), 3), float(murphy_yield(0.0, 0.2))
    (0.244, 1.0)
    """
    faults = _faults(area_cm2, d0_per_cm2)
    return np.asarray(_mean_exponential(faults) ** 2)


def rectangular_yield(area_cm2: ArrayLike, d0_per_cm2: ArrayLike) -> Array:
    """``(1 - exp(-2 A D0)) / (2 A D0)``: density spread evenly over 0 ... 2 D0."""
    return _mean_exponential(2 * _faults(area_cm2, d0_per_cm2))


def _mean_exponential(x: Array) -> Array:
    """``(1 - exp(-x)) / x``; 1 at 0."""
    safe = np.where(x > 0, x, 1.0)
    return np.where(x > 0, -np.expm1(-safe) / safe, 1.0)


def seeds_yield(area_cm2: ArrayLike, d0_per_cm2: ArrayLike) -> Array:
    """``1 / (1 + A D0)``: density spread exponentially (Seeds, 1967).

    Examples
    --------
    >>> round(float(seeds_yield(8.14, 0.2)), 3)
    0.381
    """
    return np.asarray(1 / (1 + _faults(area_cm2, d0_per_cm2)))


def negative_binomial_yield(
    area_cm2: ArrayLike, d0_per_cm2: ArrayLike, clustering: ArrayLike
) -> Array:
    """``(1 + A D0 / a)^-a``: density spread as a gamma of shape `clustering`.

    `clustering` (alpha) to infinity gives Poisson back, 1 gives Seeds.

    Source: Stapper, Armstrong & Saji, Proc. IEEE 71(4), 1983.

    Examples
    --------
    >>> round(float(negative_binomial_yield(8.14, 0.2, 3)), 3)
    0.272
    """
    a = _positive("clustering", clustering)
    faults = _faults(area_cm2, d0_per_cm2)
    finite = np.where(np.isinf(a), 1.0, a)
    return np.where(np.isinf(a), np.exp(-faults), np.exp(-finite * np.log1p(faults / finite)))


def bose_einstein_yield(
    area_cm2: ArrayLike, d_layer_per_cm2: ArrayLike, critical_layers: ArrayLike
) -> Array:
    """``(1 + A D)^-n`` with the density D of **one** critical layer and n layers.

    A density of the whole process, D0, is entered as ``D0 / n``.

    Examples
    --------
    >>> round(float(bose_einstein_yield(2.0, 0.2 / 10, 10)), 6)
    0.675564
    """
    n = _positive("critical_layers", critical_layers)
    area = _not_negative("area_cm2", area_cm2)
    layer = _not_negative("d_layer_per_cm2", d_layer_per_cm2)
    return np.asarray(np.exp(-n * np.log1p(area * layer)))


def die_yield(
    area_cm2: ArrayLike,
    d0_per_cm2: ArrayLike,
    *,
    model: str = "negative-binomial",
    clustering: ArrayLike = 3.0,
    critical_layers: ArrayLike = 10.0,
) -> Array:
    """Yield by the named model; `d0_per_cm2` is of the whole process in all of them.

    Parameters
    ----------
    area_cm2 : array, cm2, at least 0
    d0_per_cm2 : array, defects/cm2, at least 0
    model : str
        One of `YIELD_MODELS`.
    clustering : array, dimensionless, above 0
        Of the negative binomial only; large is Poisson.
    critical_layers : array, above 0
        Of the Bose-Einstein model only.

    Returns
    -------
    array, 0 to 1
        Share of dies without a killing defect.

    Raises
    ------
    RangeError
        If the model is unknown or a value leaves its range.

    Examples
    --------
    >>> die_yield([1.0, 8.0], 0.1, model="poisson").round(3)
    array([0.905, 0.449])
    """
    simple: dict[str, Callable[[ArrayLike, ArrayLike], Array]] = {
        "poisson": poisson_yield,
        "murphy": murphy_yield,
        "rectangular": rectangular_yield,
        "seeds": seeds_yield,
    }
    if model in simple:
        return simple[model](area_cm2, d0_per_cm2)
    if model == "negative-binomial":
        return negative_binomial_yield(area_cm2, d0_per_cm2, clustering)
    if model == "bose-einstein":
        n = _positive("critical_layers", critical_layers)
        return bose_einstein_yield(area_cm2, _not_negative("d0", d0_per_cm2) / n, n)
    raise RangeError(f"model is {model!r}; known: {', '.join(YIELD_MODELS)}")


@dataclass(frozen=True)
class RepairableBlocks:
    """Equal blocks of a die of which some may be switched off.

    Attributes
    ----------
    count : int
        Blocks on the die, at least 1.
    needed : int
        Blocks that must work, 0 to `count`.
    area_share : float
        Share of the die's area in these blocks together, 0 to 1.
    """

    count: int
    needed: int
    area_share: float

    def __post_init__(self) -> None:
        if self.count < 1:
            raise RangeError(f"count is {self.count}; a class has at least 1 block")
        if not 0 <= self.needed <= self.count:
            raise RangeError(f"needed is {self.needed}; it must be 0 to {self.count}")
        if not 0 <= self.area_share <= 1:
            raise RangeError(f"area_share is {self.area_share:g}; it must be 0 to 1")


def binomial_tail(count: ArrayLike, needed: ArrayLike, p: ArrayLike) -> Array:
    """P[Bin(count, p) >= needed] by the regularised incomplete beta function."""
    from scipy.special import betainc

    n, k = np.asarray(count, float), np.asarray(needed, float)
    k_safe = np.maximum(k, 1.0)
    return np.where(k <= 0, 1.0, betainc(k_safe, n - k_safe + 1, np.asarray(p, float)))


@lru_cache(maxsize=256)
def _gamma_nodes(shape: float, nodes: int) -> tuple[Array, Array]:
    """Nodes and weights for the mean of f(x), x gamma of this shape and mean 1.

    Generalised Gauss-Laguerre by the eigenvalues of its Jacobi matrix (Golub & Welsch 1969),
    which does not overflow for large shapes.
    """
    from scipy.linalg import eigh_tridiagonal

    index = np.arange(nodes)
    points, vectors = eigh_tridiagonal(
        2 * index + shape, np.sqrt(index[1:] * (index[1:] + shape - 1))
    )
    return points / shape, vectors[0] ** 2


# Above this shape the gamma is so narrow that Poisson and gamma agree to double precision.
POISSON_SHAPE = 1e8
MANY_SHAPES = 64  # more distinct shapes than this are integrated over quantiles, all at once


def _mean_by_quantiles(
    conditional: Callable[[Array], Array], d0: Array, clustering: Array
) -> Array:
    """The same mean by 96 Gauss-Legendre nodes over the quantiles of the gamma, error < 1e-4."""
    from scipy.special import gammaincinv

    points, weights = np.polynomial.legendre.leggauss(96)
    shape = np.minimum(clustering, POISSON_SHAPE)
    total = np.zeros(np.broadcast_shapes(d0.shape, shape.shape))
    for point, weight in zip((points + 1) / 2, weights / 2, strict=True):
        total = total + weight * conditional(d0 * gammaincinv(shape, point) / shape)
    return total


def _mean_over_density(
    conditional: Callable[[Array], Array], d0: Array, clustering: Array
) -> Array:
    """Mean of a conditional yield over D ~ Gamma(clustering, mean d0).

    The node count doubles until the mean no longer changes by 1e-9 (at most 512 nodes).
    """
    shapes = np.unique(clustering)
    if len(shapes) > MANY_SHAPES:
        return _mean_by_quantiles(conditional, d0, clustering)
    out = np.empty(np.broadcast_shapes(d0.shape, clustering.shape))
    clustering = np.broadcast_to(clustering, out.shape)
    for shape in shapes:
        where = clustering == shape
        if shape > POISSON_SHAPE:
            out[where] = conditional(np.broadcast_to(d0, out.shape))[where]
            continue
        previous = None
        for nodes in (32, 64, 128, 256, 512):
            points, weights = _gamma_nodes(float(shape), nodes)
            total = np.zeros(out.shape)
            for point, weight in zip(points, weights, strict=True):
                if weight > 1e-18:
                    total = total + weight * conditional(d0 * point)
            if previous is not None and np.abs(total - previous).max(initial=0.0) < 1e-9:
                break
            previous = total
        out[where] = total[where]
    return out


def harvest_yield(
    area_cm2: ArrayLike,
    d0_per_cm2: ArrayLike,
    blocks: Sequence[RepairableBlocks],
    *,
    clustering: ArrayLike = np.inf,
) -> Array:
    """Share of dies that work with enough good blocks of every class.

    Given the density D, the area outside the blocks must be free of defects and each class must
    keep its needed blocks: ``exp(-D A (1-f)) prod_c P[Bin(N_c, exp(-D A f_c / N_c)) >= k_c]``.
    The classes share one D, so the mean over its gamma is taken last.

    Parameters
    ----------
    area_cm2, d0_per_cm2 : array, cm2 and 1/cm2
    blocks : sequence of RepairableBlocks
        Empty: the plain yield.
    clustering : array, above 0; infinity (the default) is Poisson

    Returns
    -------
    array, 0 to 1

    Raises
    ------
    RangeError
        If the shares of the classes exceed 1 or a value leaves its range.

    Source
    ------
    Koren & Koren, Proc. IEEE 86(9), 1998; slow twin: tests/reference/chips_yields.py (Monte
    Carlo).

    Examples
    --------
    132 of 144 blocks in half of 8.14 cm2, D0 0.1, clustering 3:

    >>> round(float(harvest_yield(8.14, 0.1, [RepairableBlocks(144, 132, 0.5)], clustering=3)), 5)
    0.68273
    """
    shares = sum(block.area_share for block in blocks)
    if shares > 1 + 1e-12:
        raise RangeError(f"area shares of the block classes sum to {shares:g}; at most 1")
    area = _not_negative("area_cm2", area_cm2)
    d0 = _not_negative("d0_per_cm2", d0_per_cm2)
    a = _positive("clustering", clustering)
    area, d0, a = np.broadcast_arrays(area, d0, a)

    def conditional(density: Array) -> Array:
        good = np.exp(-density * area * max(1 - shares, 0.0))
        for block in blocks:
            p = np.exp(-density * area * block.area_share / block.count)
            good = good * binomial_tail(block.count, block.needed, p)
        return good

    return _mean_over_density(conditional, d0, a)


def bin_shares(
    area_cm2: ArrayLike,
    d0_per_cm2: ArrayLike,
    needed: Sequence[int],
    *,
    count: int,
    area_share: float,
    clustering: ArrayLike = np.inf,
    others: Sequence[RepairableBlocks] = (),
) -> Array:
    """Share of dies in each of several ordered bins of one block class.

    Parameters
    ----------
    needed : sequence of int
        Blocks each bin needs, strictly falling: the best bin first.
    count, area_share : int, float
        The class of blocks that the bins divide.
    others : sequence of RepairableBlocks
        Further classes that every bin must satisfy.

    Returns
    -------
    array, shape (bins, ...), each die in the best bin it reaches; sums to the harvest yield of
    the last bin

    Raises
    ------
    RangeError
        If the thresholds do not fall.

    Examples
    --------
    >>> full, sxm, pcie = bin_shares(8.14, 0.1, [144, 132, 114], count=144, area_share=0.5)
    >>> round(float(full), 3), round(float(sxm), 3), round(float(pcie), 3)
    (0.443, 0.223, 0.0)
    """
    if any(a <= b for a, b in itertools.pairwise(needed)) or not needed:
        raise RangeError(f"needed is {list(needed)}; thresholds fall from the best bin down")
    reached = np.stack(
        [
            harvest_yield(
                area_cm2,
                d0_per_cm2,
                [RepairableBlocks(count, k, area_share), *others],
                clustering=clustering,
            )
            for k in needed
        ]
    )
    return np.diff(reached, axis=0, prepend=0.0).clip(min=0.0)


def parametric_bin_shares(
    thresholds: Sequence[float],
    centre: float,
    spread: float,
    *,
    family: Literal["normal", "lognormal"] = "normal",
) -> Array:
    """Share of good dies in bins of a measured quantity such as speed; the best bin first.

    Parameters
    ----------
    thresholds : sequence of float
        Lower limits, strictly falling; dies below the last fail.
    centre, spread : float
        Mean and standard deviation; for ``lognormal`` the median and the standard deviation of
        the logarithm.

    Returns
    -------
    array, shape (bins,); sums to the share above the last threshold

    Examples
    --------
    >>> parametric_bin_shares([2.0, 1.8], centre=1.9, spread=0.1).round(3)
    array([0.159, 0.683])
    """
    from scipy.stats import norm

    limits = np.asarray(thresholds, dtype=float)
    if (np.diff(limits) >= 0).any():
        raise RangeError(f"thresholds are {list(thresholds)}; they fall from the best bin down")
    if spread <= 0:
        raise RangeError(f"spread is {spread:g}; it must be above 0")
    if family == "lognormal":
        if centre <= 0 or (limits <= 0).any():
            raise RangeError("a lognormal quantity and its thresholds are above 0")
        limits, centre = np.log(limits), float(np.log(centre))
    elif family != "normal":
        raise RangeError(f"family is {family!r}; known: normal, lognormal")
    return np.asarray(np.diff(norm.sf((limits - centre) / spread), prepend=0.0))
