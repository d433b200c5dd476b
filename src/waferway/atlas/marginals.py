"""What one uncertain number may be: PERT, uniform, lognormal, metalog, two-piece, empirical.

Owns the fit of a distribution to what a claim states, and its value at a normal score. Knows
nothing of networks, of seeds or of what moves together (`waferway.atlas.sampling`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waferway.errors import RangeError
from waferway.evidence.claims import Claim

__all__ = ["Marginal", "from_bounds", "from_claim", "from_quantiles", "scores_to_values"]

Array = NDArray[np.float64]
Z95 = 1.6448536269514722
"""Normal score of the 95 % quantile."""
LOGIT95 = math.log(19.0)
SYMMETRIC = 0.02  # how far p50^2 may be from p05 p95, relatively, for a lognormal
STEEPEST = 1.66711  # |a3 / a2| from which a three-term metalog stops to be one


@dataclass(frozen=True)
class Marginal:
    """A distribution of one number.

    Attributes
    ----------
    family : str
        ``pert`` (low, mode, high), ``uniform`` (low, high), ``lognormal`` (median, standard
        deviation of the logarithm), ``normal`` (mean, standard deviation), ``metalog`` and
        ``log_metalog`` (a1, a2, a3), ``two_piece`` and ``log_two_piece`` (median, standard
        deviation below, above), ``empirical`` (values in order).
    parameters : tuple of float
    """

    family: str
    parameters: tuple[float, ...]

    def scaled(self, factor: float) -> Marginal:
        """The distribution of the number times a factor above 0.

        Examples
        --------
        >>> Marginal("pert", (1.0, 2.0, 4.0)).scaled(10.0).parameters
        (10.0, 20.0, 40.0)
        """
        p = self.parameters
        if self.family == "lognormal":
            return Marginal(self.family, (p[0] * factor, p[1]))
        if self.family in ("log_metalog", "log_two_piece"):
            return Marginal(self.family, (p[0] + math.log(factor), *p[1:]))
        return Marginal(self.family, tuple(x * factor for x in p))


def from_bounds(low: float, value: float, high: float) -> Marginal | None:
    """PERT from bounds and mode, uniform from bounds alone; None where nothing is uncertain.

    Parameters
    ----------
    low, value, high : float
        NaN for not stated. Bounds are the ends of the range, not quantiles.

    Returns
    -------
    Marginal or None

    Raises
    ------
    RangeError
        If the mode lies outside its bounds.

    Source
    ------
    PERT: beta with a = 1 + 4 (mode - low) / (high - low), b = 6 - a (Malcolm, Roseboom, Clark
    & Fazar, Operations Research 7(5), 1959).

    Examples
    --------
    >>> from_bounds(480.0, 800.0, 1030.0).family
    'pert'
    >>> from_bounds(480.0, math.nan, 1030.0).family
    'uniform'
    >>> from_bounds(800.0, 800.0, 800.0) is None
    True
    """
    if math.isnan(low) or math.isnan(high) or not low < high:
        return None
    if math.isnan(value):
        return Marginal("uniform", (low, high))
    if not low <= value <= high:
        raise RangeError(f"the mode {value:g} lies outside [{low:g}, {high:g}]")
    return Marginal("pert", (low, value, high))


def from_quantiles(p05: float, p50: float, p95: float) -> Marginal | None:
    """A distribution that has exactly these quantiles.

    Parameters
    ----------
    p05, p50, p95 : float
        In order; `p50` may be NaN.

    Returns
    -------
    Marginal or None
        Lognormal where all are positive and p50^2 is p05 p95 within 2 % (the median and the
        outer ratio are then met exactly); otherwise a metalog of three terms, of the logarithm
        where all are positive; a two-piece normal where no metalog has these quantiles. None
        where they are equal.

    Source
    ------
    Metalog: Keelin, Decision Analysis 13(4), 2016.

    Examples
    --------
    >>> from_quantiles(50.0, 100.0, 200.0).family
    'lognormal'
    >>> from_quantiles(50.0, 100.0, 150.0).family
    'log_metalog'
    >>> from_quantiles(-1.0, 0.0, 30.0).family
    'two_piece'
    """
    if not p05 < p95:
        return None
    positive = p05 > 0
    if math.isnan(p50):
        p50 = math.sqrt(p05 * p95) if positive else (p05 + p95) / 2
    if positive and abs(p50 * p50 / (p05 * p95) - 1.0) <= SYMMETRIC:
        return Marginal("lognormal", (p50, math.log(p95 / p05) / (2 * Z95)))
    prefix = "log_" if positive else ""
    a, b, c = (math.log(q) if positive else q for q in (p05, p50, p95))
    a2 = (c - a) / (2 * LOGIT95)
    a3 = (a + c - 2 * b) / (2 * 0.45 * LOGIT95)
    if a2 > 0 and abs(a3 / a2) < STEEPEST:
        return Marginal(f"{prefix}metalog", (b, a2, a3))
    return Marginal(f"{prefix}two_piece", (b, (b - a) / Z95, (c - b) / Z95))


def from_claim(claim: Claim) -> Marginal | None:
    """The distribution that a claim states, in its own unit; None where it states no spread.

    Parameters
    ----------
    claim : Claim
        `dist` is taken first (``{"family": "lognormal", "median": 9, "sigma": 0.2}``; ``pert``:
        low, mode, high; ``uniform``: low, high; ``metalog``: a, and ``log``; ``empirical``:
        values), then quantiles, then bounds. A bound on one side alone states no spread.

    Raises
    ------
    RangeError
        If `dist` has an unknown family or lacks a parameter.
    """
    if claim.dist:
        return _from_dist(claim.claim_id, claim.dist)
    p05, p50, p95 = (_float(q) for q in (claim.p05, claim.p50, claim.p95))
    if not math.isnan(p05) and not math.isnan(p95):
        return from_quantiles(p05, p50, p95)
    return from_bounds(_float(claim.low), _float(claim.value), _float(claim.high))


def scores_to_values(marginals: Sequence[Marginal], scores: Array) -> Array:
    """Values of distributions at standard normal scores.

    Parameters
    ----------
    marginals : sequence of Marginal, length N
    scores : array, shape (draws, N)

    Returns
    -------
    array, shape (draws, N)
        Each column has the distribution of its marginal where its scores are standard normal.

    Examples
    --------
    >>> scores_to_values([from_quantiles(50, 100, 200)], np.array([[0.0], [Z95]])).round(6)
    array([[100.],
           [200.]])
    """
    out = np.empty_like(scores)
    families: dict[str, list[int]] = {}
    for column, marginal in enumerate(marginals):
        families.setdefault(marginal.family, []).append(column)
    for family, columns in families.items():
        mine = [marginals[column].parameters for column in columns]
        z = scores[:, columns]
        if family == "empirical":
            out[:, columns] = _empirical(mine, z)
            continue
        p = np.array(mine).T
        found = _PLAIN[family.removeprefix("log_")](p, z)
        out[:, columns] = np.exp(found) if family.startswith("log_") else found
    return out


def _pert(p: Array, z: Array) -> Array:
    from scipy.special import betaincinv, ndtr

    low, mode, high = p
    a = 1.0 + 4.0 * (mode - low) / (high - low)
    found: Array = low + (high - low) * betaincinv(a, 6.0 - a, ndtr(z))
    return found


def _uniform(p: Array, z: Array) -> Array:
    from scipy.special import ndtr

    found: Array = p[0] + (p[1] - p[0]) * ndtr(z)
    return found


def _lognormal(p: Array, z: Array) -> Array:
    return np.asarray(p[0] * np.exp(p[1] * z))


def _normal(p: Array, z: Array) -> Array:
    return np.asarray(p[0] + p[1] * z)


def _metalog(p: Array, z: Array) -> Array:
    from scipy.special import log_ndtr, ndtr

    logit = log_ndtr(z) - log_ndtr(-z)
    return np.asarray(p[0] + p[1] * logit + p[2] * (ndtr(z) - 0.5) * logit)


def _two_piece(p: Array, z: Array) -> Array:
    return np.asarray(p[0] + np.where(z < 0, p[1], p[2]) * z)


def _empirical(values: Sequence[tuple[float, ...]], z: Array) -> Array:
    from scipy.special import ndtr

    shares = ndtr(z)
    columns = [
        np.asarray(own)[np.minimum((shares[:, k] * len(own)).astype(int), len(own) - 1)]
        for k, own in enumerate(values)
    ]
    return np.stack(columns, axis=1)


_PLAIN = {
    "pert": _pert,
    "uniform": _uniform,
    "lognormal": _lognormal,
    "normal": _normal,
    "metalog": _metalog,
    "two_piece": _two_piece,
}


def _float(number: Any) -> float:
    return math.nan if number is None else float(number)


_NEEDED = {
    "pert": ("low", "mode", "high"),
    "uniform": ("low", "high"),
    "lognormal": ("median", "sigma"),
    "normal": ("mean", "sigma"),
    "metalog": ("a",),
    "empirical": ("values",),
}


def _from_dist(claim: str, dist: Mapping[str, Any]) -> Marginal | None:
    family = str(dist.get("family", ""))
    if family not in _NEEDED:
        raise RangeError(
            f'claim {claim}: dist has family "{family}"; families are {", ".join(_NEEDED)}'
        )
    missing = [name for name in _NEEDED[family] if name not in dist]
    if missing:
        raise RangeError(f"claim {claim}: dist of family {family} lacks {', '.join(missing)}")
    if family == "pert":
        return from_bounds(*(float(dist[name]) for name in _NEEDED["pert"]))
    if family == "empirical":
        return Marginal(family, tuple(sorted(float(x) for x in dist["values"])))
    if family == "metalog":
        own = [float(x) for x in dist["a"]]
        if len(own) != 3 or own[1] <= 0 or abs(own[2] / own[1]) >= STEEPEST:
            raise RangeError(f"claim {claim}: a metalog here has three terms and a density")
        return Marginal("log_metalog" if dist.get("log") else family, tuple(own))
    return Marginal(family, tuple(float(dist[name]) for name in _NEEDED[family]))
