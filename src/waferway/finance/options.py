"""Real options: the worth of being able to wait, expand, stop or switch.

Owns the closed form for one factor and a fixed date, the binomial lattice with leakage for any
payoff and early exercise, and least-squares Monte Carlo for several factors with a lower and an
upper bound. Refuses to add an option value to a plan that already holds the flexibility as
recourse: there the option is worth the plan with recourse less the plan without.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import erf, exp, log, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import RangeError
from waferway.streams import stream

__all__ = [
    "Bounds",
    "abandon",
    "black_scholes",
    "defer",
    "expand",
    "lattice",
    "least_squares",
]

Floats = NDArray[np.float64]


def _check(value: float, strike: float, volatility: float, years: float) -> None:
    for name, number in (("value", value), ("strike", strike), ("volatility", volatility)):
        if not number >= 0:
            raise RangeError(f"{name} is {number}; it must be at least 0")
    if not years > 0:
        raise RangeError(f"the tenor is {years} years; it must be above 0")


def black_scholes(
    value: float,
    strike: float,
    volatility: float,
    rate: float,
    years: float,
    *,
    leakage: float = 0.0,
    kind: str = "call",
) -> float:
    """Right to buy (call) or sell (put) a project at one date.

    Parameters
    ----------
    value, strike : float, money, above 0
        Present value of the project, and what it costs (or what is got for it).
    volatility : float, per square-root year
    rate, leakage : float, continuous, per year
        Risk-free rate, and the share of value that waiting loses.
    years : float, above 0
    kind : {"call", "put"}

    Source
    ------
    Black and Scholes (1973), Merton (1973).

    Examples
    --------
    >>> round(black_scholes(1000, 1100, 0.30, 0.05, 2), 3)
    169.952
    """
    _check(value, strike, volatility, years)
    if volatility == 0 or value == 0 or strike == 0:
        raise RangeError("value, strike and volatility must be above 0 in the closed form")
    spread = volatility * sqrt(years)
    d1 = (log(value / strike) + (rate - leakage + volatility**2 / 2) * years) / spread
    sign = {"call": 1.0, "put": -1.0}.get(kind)
    if sign is None:
        raise RangeError(f'"{kind}" is not a kind; use call or put')

    def normal(x: float) -> float:
        return 0.5 * (1.0 + erf(x / sqrt(2.0)))

    held = value * exp(-leakage * years) * normal(sign * d1)
    owed = strike * exp(-rate * years) * normal(sign * (d1 - spread))
    return sign * (held - owed)


def lattice(
    payoff: Callable[[Floats, float], ArrayLike],
    value: float,
    volatility: float,
    rate: float,
    years: float,
    steps: int,
    *,
    leakage: float = 0.0,
    early: bool = True,
    keep: Callable[[Floats, float], ArrayLike] | None = None,
) -> float:
    """Worth of a right on a recombining binomial tree.

    Parameters
    ----------
    payoff : callable
        Of project values (array) and time in years: what exercise gives.
    value : float, money, above 0
    volatility : float, above 0
    rate, leakage : float, continuous, per year
    years : float, above 0
    steps : int, at least 1
    early : bool
        Whether it may be exercised before the last date.
    keep : callable, optional
        Payoff at the end when it is not exercised; nothing when absent.

    Raises
    ------
    RangeError
        If the steps are too few for the drift: a probability leaves 0 to 1.

    Source
    ------
    Cox, Ross and Rubinstein (1979).

    Examples
    --------
    >>> call = lambda v, t: np.maximum(v - 1100, 0)
    >>> round(lattice(call, 1000, 0.3, 0.05, 2, 2), 3)
    169.777
    >>> round(lattice(call, 1000, 0.3, 0.05, 2, 2000, leakage=0.08), 2)
    101.16
    """
    _check(value, 0.0, volatility, years)
    if steps < 1:
        raise RangeError(f"steps is {steps}; it must be at least 1")
    dt = years / steps
    up = exp(volatility * sqrt(dt))
    growth = exp((rate - leakage) * dt)
    if up == 1.0:
        raise RangeError("volatility must be above 0")
    p = (growth - 1 / up) / (up - 1 / up)
    if not 0 <= p <= 1:
        raise RangeError(f"{steps} steps are too few: the probability is {p:.3f}; take more")
    discount = exp(-rate * dt)
    powers = np.arange(-steps, steps + 1, 2, dtype=float)
    ends = value * up**powers
    worth = np.asarray(payoff(ends, years), dtype=float)
    if keep is not None:
        worth = np.maximum(worth, np.asarray(keep(ends, years), dtype=float))
    worth = np.maximum(worth, 0.0) if keep is None else worth
    for n in range(steps - 1, -1, -1):
        worth = discount * (p * worth[1:] + (1 - p) * worth[:-1])
        if early:
            now = value * up ** np.arange(-n, n + 1, 2, dtype=float)
            worth = np.maximum(worth, np.asarray(payoff(now, n * dt), dtype=float))
    return float(worth[0])


def defer(
    value: float,
    cost: float,
    volatility: float,
    rate: float,
    years: float,
    steps: int = 500,
    *,
    leakage: float = 0.0,
) -> float:
    """Worth of the right to build within some years, and not at once.

    Parameters
    ----------
    value : float, money, at least 0
        Of the project, if it were built today.
    cost : float, money, at least 0
        Of building it.
    volatility : float, above 0, per square root of a year
    rate, leakage : float, continuous, per year
        Interest, and what the project pays out while one waits.
    years : float, above 0
    steps : int, at least 1

    Returns
    -------
    float, money

    Raises
    ------
    RangeError
        If a value leaves its range.

    Examples
    --------
    >>> defer(1000, 1100, 0.3, 0.05, 2) > max(1000 - 1100, 0)
    True
    """
    _check(value, cost, volatility, years)
    return lattice(lambda v, _: v - cost, value, volatility, rate, years, steps, leakage=leakage)


def expand(
    value: float,
    factor: float,
    cost: float,
    volatility: float,
    rate: float,
    years: float,
    steps: int = 500,
    *,
    leakage: float = 0.0,
) -> float:
    """Extra worth of a project that may be scaled up once by `factor` at a cost.

    Parameters
    ----------
    value : float, money, at least 0
        Of the project as it is.
    factor : float, at least 1
        Size after, over size before.
    cost : float, money, at least 0
        Of the expansion.
    volatility : float, above 0, per square root of a year
    rate, leakage : float, continuous, per year
        Interest, and what the project pays out while one waits.
    years : float, above 0
    steps : int, at least 1

    Returns
    -------
    float, money

    Raises
    ------
    RangeError
        If a value leaves its range.

    Examples
    --------
    >>> round(expand(1000, 1.0, 0.0, 0.3, 0.05, 2), 6)
    0.0
    """
    _check(value, cost, volatility, years)
    if not factor >= 1:
        raise RangeError(f"factor is {factor}; it must be at least 1")
    gain = factor - 1.0
    return lattice(
        lambda v, _: gain * v - cost, value, volatility, rate, years, steps, leakage=leakage
    )


def abandon(
    value: float,
    salvage: float,
    volatility: float,
    rate: float,
    years: float,
    steps: int = 500,
    *,
    leakage: float = 0.0,
) -> float:
    """Extra worth of a project that may be given up for its salvage.

    Parameters
    ----------
    value : float, money, at least 0
        Of the project if it is kept.
    salvage : float, money, at least 0
        What giving it up brings.
    volatility : float, above 0, per square root of a year
    rate, leakage : float, continuous, per year
        Interest, and what the project pays out while one waits.
    years : float, above 0
    steps : int, at least 1

    Returns
    -------
    float, money

    Raises
    ------
    RangeError
        If a value leaves its range.

    Examples
    --------
    >>> abandon(1000, 600, 0.3, 0.05, 2) > abandon(1000, 500, 0.3, 0.05, 2)
    True
    """
    _check(value, salvage, volatility, years)
    return lattice(lambda v, _: salvage - v, value, volatility, rate, years, steps, leakage=leakage)


@dataclass(frozen=True)
class Bounds:
    """Worth of an option with several factors.

    Attributes
    ----------
    low, low_error : float
        Value of the fitted rule on fresh paths: biased low; and its standard error.
    high, high_error : float
        Dual upper bound and its standard error.
    """

    low: float
    low_error: float
    high: float
    high_error: float


def least_squares(
    payoff: Callable[[Floats, float], Floats],
    values: ArrayLike,
    volatilities: ArrayLike,
    correlation: ArrayLike,
    rate: float,
    years: float,
    steps: int,
    *,
    leakage: ArrayLike = 0.0,
    paths: int = 20_000,
    outer: int = 400,
    inner: int = 200,
    degree: int = 3,
    seed: int = 0,
) -> Bounds:
    """Worth of a right on several correlated factors, between two bounds.

    Parameters
    ----------
    payoff : callable
        Of factors (array, shape (..., F)) and time in years: array (...), what exercise gives.
    values, volatilities : array, shape (F,)
    correlation : array, shape (F, F)
    rate : float, continuous
    years : float, above 0
    steps : int
        Dates of exercise.
    leakage : float or array, shape (F,)
    paths : int
        For the fit, and again for the low bound.
    outer, inner : int
        Paths of the dual and subpaths at each of its dates.
    degree : int
        Of the polynomial in the payoff and the logs of the factors.
    seed : int

    Returns
    -------
    Bounds

    Source
    ------
    Longstaff and Schwartz, Review of Financial Studies 14 (2001): only paths in the money are
    fitted. Andersen and Broadie, Management Science 50 (2004): dual by nested simulation.
    """
    start = np.log(np.asarray(values, dtype=float))
    sigma = np.asarray(volatilities, dtype=float)
    root = np.linalg.cholesky(np.asarray(correlation, dtype=float))
    dt = years / steps
    drift = (rate - np.asarray(leakage, dtype=float) - sigma**2 / 2) * dt
    discount = exp(-rate * dt)

    def move(logs: Floats, source: np.random.Generator) -> Floats:
        shock = source.standard_normal(logs.shape) @ root.T
        return np.asarray(logs + drift + sigma * sqrt(dt) * shock)

    def walk(count: int, source: np.random.Generator) -> Floats:
        out = np.empty((steps + 1, count, len(start)))
        out[0] = start
        for n in range(steps):
            out[n + 1] = move(out[n], source)
        return out

    def gives(logs: Floats, n: int) -> Floats:
        return np.asarray(np.maximum(np.asarray(payoff(np.exp(logs), n * dt), dtype=float), 0.0))

    def design(logs: Floats, n: int) -> Floats:
        spread = np.maximum(sigma * sqrt(max(n, 1) * dt), 1e-12)
        x = (logs - start - drift * n) / spread
        pay = gives(logs, n)
        scale = max(float(np.exp(start).sum()), 1e-300)
        columns = [np.ones(len(logs)), pay / scale, (pay / scale) ** 2]
        for k in range(1, degree + 1):
            columns += [x[:, f] ** k for f in range(x.shape[1])]
        for i in range(x.shape[1]):
            columns += [x[:, i] * x[:, j] for j in range(i)]
        return np.stack(columns, axis=1)

    fit_paths = walk(paths, stream(seed, "finance", "options", "fit"))
    cash = gives(fit_paths[steps], steps)
    rules: dict[int, Floats] = {}
    for n in range(steps - 1, 0, -1):
        cash = cash * discount
        now = gives(fit_paths[n], n)
        inside = now > 0
        basis = design(fit_paths[n][inside], n)
        if inside.sum() > basis.shape[1]:
            rules[n] = np.asarray(np.linalg.lstsq(basis, cash[inside], rcond=None)[0], dtype=float)
            hold = basis @ rules[n]
            cash[inside] = np.where(now[inside] >= hold, now[inside], cash[inside])

    def stops(logs: Floats, n: int) -> NDArray[np.bool_]:
        now = gives(logs, n)
        if n == steps:
            return np.ones(len(now), dtype=bool)
        if n not in rules:
            return np.zeros(len(now), dtype=bool)
        return (now > 0) & (now >= design(logs, n) @ rules[n])

    def follow(logs: Floats, n: int, source: np.random.Generator) -> Floats:
        """Payoff of the fitted rule from date n on, discounted to date n; not stopping at n."""
        out = np.zeros(len(logs))
        alive = np.arange(len(logs))
        factor = 1.0
        for m in range(n + 1, steps + 1):
            logs, factor = move(logs, source), factor * discount
            stop = stops(logs, m)
            out[alive[stop]] = factor * gives(logs[stop], m)
            alive, logs = alive[~stop], logs[~stop]
            if not alive.size:
                break
        return out

    fresh = np.repeat(start[None], paths, axis=0)
    sample = follow(fresh, 0, stream(seed, "finance", "options", "low"))
    at_once = float(gives(start[None], 0)[0])
    low = max(at_once, float(sample.mean()))
    # dual: a martingale from the value of the rule; the best stop in hindsight, less it, bounds
    source = stream(seed, "finance", "options", "high")
    logs = np.repeat(start[None], outer, axis=0)

    def onward(logs: Floats, n: int) -> Floats:
        many = np.repeat(logs, inner, axis=0)
        return np.asarray(follow(many, n, source).reshape(len(logs), inner).mean(axis=1))

    hold = onward(logs, 0)
    martingale = np.zeros(outer)
    best = gives(logs, 0)
    factor = 1.0
    for n in range(1, steps + 1):
        logs, factor = move(logs, source), factor * discount
        now = gives(logs, n)
        next_hold = onward(logs, n) if n < steps else np.zeros(outer)
        worth = np.where(stops(logs, n), now, next_hold)
        martingale = martingale + factor * worth - factor / discount * hold
        best = np.maximum(best, factor * now - martingale)
        hold = next_hold
    return Bounds(
        low, float(sample.std(ddof=1) / sqrt(paths)),
        max(low, float(best.mean())), float(best.std(ddof=1) / sqrt(outer)),
    )  # fmt: skip
