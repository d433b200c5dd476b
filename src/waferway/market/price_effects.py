"""What a merger does to prices under three textbook models.

Owns the compensating saving under Cournot, the gross upward pricing pressure index, and a logit
model calibrated on shares, prices and margins. Refuses market definition and efficiencies beyond
those given. Shares are fractions here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import RangeError, SolverFailed

__all__ = ["Logit", "calibrate_logit", "cournot_saving", "guppi", "logit_merger"]

Floats = NDArray[np.float64]


def cournot_saving(first: ArrayLike, second: ArrayLike, elasticity: ArrayLike) -> Floats:
    """Cut of the merged firm's marginal cost, as a share of it, that restores the price.

    Parameters
    ----------
    first, second : array, fractions of the market, 0 to 1
    elasticity : float or array, above 0
        Of market demand, in absolute value.

    Returns
    -------
    array
        2ab / (e (a + b) - a^2 - b^2); infinite where the denominator is not positive: then no
        Cournot equilibrium with positive cost has these shares.

    Source
    ------
    Werden and Froeb, Economics Letters 58 (1998).

    Examples
    --------
    >>> cournot_saving(0.2, 0.3, 1.5).round(5).item()
    0.19355
    """
    a, b, e = (np.asarray(v, dtype=float) for v in (first, second, elasticity))
    if not ((a >= 0) & (b >= 0) & (a + b <= 1 + 1e-9)).all():
        raise RangeError("shares are fractions of at least 0 that add to at most 1")
    if not (e > 0).all():
        raise RangeError(f"elasticity is {e}; give its absolute value, above 0")
    below = e * (a + b) - a**2 - b**2
    out = np.divide(2 * a * b, below, out=np.full(np.broadcast(a, b, e).shape, np.inf),
                    where=below > 0)  # fmt: skip
    return np.asarray(np.where(a * b == 0, 0.0, out))


def guppi(diversion: ArrayLike, margin_other: ArrayLike, price_ratio: ArrayLike = 1.0) -> Floats:
    """Gross upward pricing pressure: diversion to the partner x its margin x price ratio.

    Parameters
    ----------
    diversion : array, 0 to 1
        Share of lost sales that goes to the partner.
    margin_other : array, 0 to 1
        Partner's margin as a share of its price.
    price_ratio : array, above 0
        Partner's price over one's own.

    Examples
    --------
    >>> guppi(0.25, 0.4).item()
    0.1
    """
    d, m, p = (np.asarray(v, dtype=float) for v in (diversion, margin_other, price_ratio))
    if not ((d >= 0) & (d <= 1) & (m >= 0) & (m <= 1)).all() or not (p > 0).all():
        raise RangeError("diversion and margin lie between 0 and 1, the price ratio above 0")
    return np.asarray(d * m * p)


@dataclass(frozen=True)
class Logit:
    """A calibrated logit market of differentiated products.

    Attributes
    ----------
    shares : array, shape (N,), fractions of all buyers; the rest buys elsewhere
    prices, costs : array, shape (N,), money
    owner : tuple of str, by product
    price_weight : float, above 0
        Utility lost per unit of money.
    utility : array, shape (N,)
        Mean utility at a price of 0; the outside good has 0.
    """

    shares: Floats
    prices: Floats
    costs: Floats
    owner: tuple[str, ...]
    price_weight: float
    utility: Floats

    def demand(self, prices: ArrayLike) -> Floats:
        """Shares at given prices."""
        value = self.utility - self.price_weight * np.asarray(prices, dtype=float)
        top = max(0.0, float(value.max()))
        weight = np.exp(value - top)
        return np.asarray(weight / (np.exp(-top) + weight.sum()))


def calibrate_logit(
    shares: ArrayLike, prices: ArrayLike, margins: ArrayLike, owner: Sequence[str]
) -> Logit:
    """Fit a logit market in Bertrand equilibrium to shares, prices and margins.

    Parameters
    ----------
    shares : array, shape (N,), fractions above 0 that add to less than 1
        Of all buyers: what is missing is the outside good.
    prices : array, shape (N,), above 0
    margins : array, shape (N,), shares of price, 0 to 1; NaN where unknown
        At least one; the price weight is the least-squares fit to all of them.
    owner : sequence of str, by product

    Returns
    -------
    Logit

    Source
    ------
    Werden and Froeb, J. Law, Economics and Organization 10 (1994): the margin in money of every
    product of a firm is 1 / (weight x (1 - share of the firm)).

    Examples
    --------
    >>> market = calibrate_logit([0.3, 0.2], [1.0, 1.0], [0.5, float("nan")], ["a", "b"])
    >>> round(market.price_weight, 4)
    2.8571
    """
    s, p = np.asarray(shares, dtype=float), np.asarray(prices, dtype=float)
    m = np.asarray(margins, dtype=float)
    if not (s > 0).all() or s.sum() >= 1:
        raise RangeError("shares are fractions above 0 that add to less than 1 (outside good)")
    if not (p > 0).all() or not len(s) == len(p) == len(m) == len(owner):
        raise RangeError("prices must be above 0, and all inputs of one length")
    known = ~np.isnan(m)
    if not known.any() or not ((m[known] > 0) & (m[known] < 1)).all():
        raise RangeError("give at least one margin, as a share of price between 0 and 1")
    firm = _firm_share(s, owner)
    unit = 1.0 / (1.0 - firm)  # margin in money times the price weight
    shape = unit / p
    weight = float((shape[known] ** 2).sum() / (shape[known] * m[known]).sum())
    costs = p - unit / weight
    utility = np.log(s) - np.log(1 - s.sum()) + weight * p
    return Logit(s, p, costs, tuple(owner), weight, utility)


def _firm_share(shares: Floats, owner: Sequence[str]) -> Floats:
    total: dict[str, float] = {}
    for name, share in zip(owner, shares, strict=True):
        total[name] = total.get(name, 0.0) + float(share)
    return np.array([total[name] for name in owner])


def logit_merger(market: Logit, first: str, second: str, cost_saving: float = 0.0) -> Floats:
    """Prices after two owners become one, in the new Bertrand equilibrium.

    Parameters
    ----------
    market : Logit
    first, second : str
        Owners that merge.
    cost_saving : float, from 0 to below 1
        Cut of the merging products' costs.

    Returns
    -------
    array, shape (N,), money

    Raises
    ------
    SolverFailed
        If the equilibrium is not found to 1e-12 of the prices.

    Examples
    --------
    >>> market = calibrate_logit([0.3, 0.2], [1.0, 1.0], [0.5, float("nan")], ["a", "b"])
    >>> (logit_merger(market, "a", "b") > market.prices).all().item()
    True
    """
    for name in (first, second):
        if name not in market.owner:
            raise RangeError(f'"{name}" owns nothing; owners: {", ".join(set(market.owner))}')
    if not 0 <= cost_saving < 1:
        raise RangeError(f"cost_saving is {cost_saving}; it must lie between 0 and 1")
    owner = [first if name == second else name for name in market.owner]
    merging = np.array([name == first for name in owner])
    costs = np.where(merging, market.costs * (1.0 - cost_saving), market.costs)
    prices = market.prices.copy()

    def reply(p: Floats) -> Floats:
        firm = _firm_share(market.demand(p), owner)
        return np.asarray(costs + 1.0 / (market.price_weight * (1.0 - firm)))

    for _ in range(10_000):
        new = reply(prices)
        # a full reply overshoots where shares are large: half a step always settles
        step = 0.5 * (new - prices)
        prices = prices + step
        if np.abs(step).max() <= 1e-14 * np.abs(prices).max():
            break
    gap = float(np.abs(reply(prices) - prices).max() / np.abs(prices).max())
    if gap > 1e-12:
        raise SolverFailed(f"the equilibrium after the merger was not found: gap {gap:.1e}")
    return prices
