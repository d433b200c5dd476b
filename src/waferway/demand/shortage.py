"""Need behind sales of a shortage: a moving trend fitted to free quarters, bounds and statements.

Owns the fit of S = min(D, supply) that the fan draws from. Free quarters are need itself;
quarters in which supply bound give a lower bound; what others said of the shortfall is an
observation with its own error. Growth of need may turn: how fast is learnt from the series.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import RangeError

__all__ = ["NeedDraws", "Statement", "draw_need"]

Floats = NDArray[np.float64]
FIRST_LEVEL, FIRST_GROWTH = 5.0, 0.5
"""Standard deviations of the first level and the first growth: wide against any series here."""
JOLTS = 41
"""Values of the jolt that are weighed."""
CHAINS, WARM, THIN = 200, 300, 15
"""Chains run side by side, sweeps before the first draw, sweeps between draws of a chain."""


@dataclass(frozen=True)
class Statement:
    """What somebody said of need over sales.

    Attributes
    ----------
    quarters : tuple of int
        Positions in the series that it speaks of; a mean of logarithms if there are several.
    ratio : float, above 0
        Need over sales.
    spread : float, above 0
        Standard deviation of its logarithm.
    """

    quarters: tuple[int, ...]
    ratio: float
    spread: float


@dataclass(frozen=True)
class NeedDraws:
    """Draws from what the series and the statements leave possible.

    Attributes
    ----------
    need : array, shape (N, T)
        Need by draw and quarter, in the unit of the sales.
    growth : array, shape (N,)
        Log growth of need into the last quarter.
    jolt : array, shape (N,)
        Standard deviation of the change of growth from quarter to quarter.
    """

    need: Floats
    growth: Floats
    jolt: Floats


def draw_need(
    sales: ArrayLike,
    error: ArrayLike,
    short: ArrayLike,
    statements: Sequence[Statement],
    jolt: tuple[float, float],
    draws: int,
    rng: np.random.Generator,
) -> NeedDraws:
    """Draw need by quarter from sales that supply may have cut.

    Parameters
    ----------
    sales : array, shape (T,), above 0
    error : array, shape (T,), above 0
        Standard deviation of the logarithm of measured sales.
    short : array of bool, shape (T,)
        Quarters in which supply bound.
    statements : sequence of Statement
        May be empty.
    jolt : (float, float)
        Median and standard deviation of the logarithm of how much growth changes in a quarter.
    draws : int, at least 1
    rng : numpy.random.Generator
        From `waferway.streams.stream`.

    Returns
    -------
    NeedDraws

    Raises
    ------
    RangeError
        If fewer than three quarters are given or none is free, shapes differ, or a number is
        not positive.

    Notes
    -----
    Log need y has second differences N(0, jolt^2); y of a free quarter is log sales with their
    error; a statement is log sales + log ratio with its error; in a short quarter measured sales
    lie below y, but for their error. Drawn by Gibbs sampling: what would have been measured
    without the limit given y, y given that (both Gaussian), the jolt given y on a grid.

    Source
    ------
    Local linear trend (Harvey 1989, chapter 2); censored observations (Tobin 1958) by data
    augmentation (Chib 1992, Journal of Econometrics 51).
    Reference version: tests/reference/demand_shortage.py.

    Examples
    --------
    >>> from waferway.streams import stream
    >>> got = draw_need([1.0, 1.1, 1.2, 1.3], [0.05] * 4, [False, False, False, True],
    ...                 [Statement((3,), 1.25, 0.05)], (0.1, 0.5), 200, stream(1, "example"))
    >>> got.need.shape, bool(got.need[:, 3].mean() > 1.3)
    ((200, 4), True)
    """
    sold = np.asarray(sales, dtype=float)
    s, held = np.asarray(error, dtype=float), np.asarray(short, dtype=bool)
    if sold.ndim != 1 or sold.shape != s.shape or sold.shape != held.shape or len(sold) < 3:
        raise RangeError("sales, errors and short quarters must be three series of the same three "
                         "or more quarters")  # fmt: skip
    if not np.all(sold > 0) or np.any(s <= 0) or min(jolt) <= 0 or draws < 1:
        raise RangeError("sales, their errors and the jolt must be above 0, draws at least 1")
    if held.all():
        raise RangeError("supply bound every quarter: nothing says from where need grew; begin "
                         "the series before the shortage")  # fmt: skip
    y = np.log(sold)
    rows, seen, noise = _stated(y, statements)
    grid = jolt[0] * np.exp(jolt[1] * np.linspace(-3.0, 3.0, JOLTS))
    given = [_given(len(y), s, rows, noise, float(tau)) for tau in grid]
    gains, roots = np.stack([g for g, _ in given]), np.stack([r for _, r in given])
    prior = -0.5 * (np.log(grid / jolt[0]) / jolt[1]) ** 2 - (len(y) - 2) * np.log(grid)
    chains = min(CHAINS, draws)
    z = np.tile(y, (chains, 1))
    which = np.full(chains, JOLTS // 2)
    found: list[Floats] = []
    jolts: list[Floats] = []
    sweep = 0
    while len(found) * chains < draws:
        known = np.concatenate([z, np.tile(seen, (chains, 1))], axis=1) - y[0]
        normal = rng.standard_normal((chains, len(y)))
        need = y[0] + np.einsum("nij,nj->ni", gains[which], known)
        need += np.einsum("nij,nj->ni", roots[which], normal)
        bent = (np.diff(need, n=2, axis=1) ** 2).sum(axis=1)
        weight = prior[None, :] - 0.5 * bent[:, None] / grid[None, :] ** 2
        weight = np.exp(weight - weight.max(axis=1, keepdims=True)).cumsum(axis=1)
        which = (weight < (rng.random(chains) * weight[:, -1])[:, None]).sum(axis=1)
        z[:, held] = _above(need[:, held], s[held], y[held], rng)
        sweep += 1
        if sweep > WARM and (sweep - WARM) % THIN == 0:
            found.append(need)
            jolts.append(grid[which])
    logs = np.concatenate(found)[:draws]
    return NeedDraws(np.exp(logs), logs[:, -1] - logs[:, -2], np.concatenate(jolts)[:draws])


def _stated(y: Floats, statements: Sequence[Statement]) -> tuple[Floats, Floats, Floats]:
    """Statements as linear observations of log need: rows, values, standard deviations."""
    rows = [np.eye(len(y))[list(said.quarters)].mean(axis=0) for said in statements]
    table = np.array(rows).reshape(-1, len(y))
    ratios = np.array([said.ratio for said in statements])
    return table, table @ y + np.log(ratios), np.array([said.spread for said in statements])


def _given(
    size: int, error: Floats, rows: Floats, noise: Floats, tau: float
) -> tuple[Floats, Floats]:
    """Log need given what is measured and stated: gain of the mean, root of the covariance.

    Both are relative to a flat series at the level of the first quarter.
    """
    change = np.diff(np.eye(size), axis=0)
    moves = np.vstack([np.eye(size)[:1] / FIRST_LEVEL, change[:1] / FIRST_GROWTH,
                       np.diff(change, axis=0) / tau])  # fmt: skip
    seen = np.vstack([np.eye(size), rows])
    by = seen.T / np.concatenate([error, noise])[None, :] ** 2
    lower = np.linalg.cholesky(moves.T @ moves + by @ seen)
    inverse = np.linalg.inv(lower)
    return inverse.T @ inverse @ by, inverse.T


def _above(mean: Floats, error: Floats, least: Floats, rng: np.random.Generator) -> Floats:
    """Normal draws that lie above a bound."""
    from scipy.special import ndtr, ndtri

    below = ndtr((mean - least) / error)  # share above the bound, mirrored
    share = np.clip(rng.random(mean.shape) * below, 1e-300, None)
    return np.asarray(mean - error * ndtri(share))
