"""Internal rates of return: all of them, for many cash flows at once.

Owns the search for the rates at which the present value of equally spaced or dated flows is
zero. Refuses to pick one of several: then the rate is not a number and every root is given.

With x = 1/(1 + r), present value is a polynomial in x and rates above -100 % are its positive
roots. One change of sign among the flows means exactly one root (Descartes); more means none to
as many as there are changes. The latter are isolated by the Bernstein form of Descartes' rule
with a bound on rounding, and where rounding leaves a doubt by the same rule in whole numbers, so
that no root is missed or made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import RangeError, ShapeError
from waferway.finance.exact_roots import positive_roots

__all__ = ["Irr", "irr", "sign_changes", "xirr"]

Floats = NDArray[np.float64]
_BLOCK = 4096  # rows per block: two work arrays of a block fit in the second-level cache
_EPS = float(np.finfo(float).eps)


@dataclass(frozen=True)
class Irr:
    """Internal rates of return of one or many cash flows.

    Attributes
    ----------
    rate : array, shape (...), 1/year
        The rate where there is exactly one; NaN where there is none or there are several.
    rates : array, shape (..., K), 1/year
        Every rate above -1, ascending, padded with NaN; K is the largest count, at least 1.
    count : integer array, shape (...)
        Number of distinct rates above -1.
    sign_changes : integer array, shape (...)
        Changes of sign among the nonzero flows: an upper bound on the count.
    """

    rate: Floats
    rates: Floats
    count: NDArray[np.int64]
    sign_changes: NDArray[np.int64]

    @property
    def several(self) -> NDArray[np.bool_]:
        """Where more than one rate makes the present value zero: report a MIRR instead."""
        return np.asarray(self.count > 1)

    @property
    def status(self) -> NDArray[np.str_]:
        """``none``, ``unique`` or ``several`` for each flow."""
        return np.asarray(np.array(["none", "unique", "several"])[np.clip(self.count, 0, 2)])


def sign_changes(flows: ArrayLike) -> NDArray[np.int64]:
    """Changes of sign along the last axis, zeros left out.

    Examples
    --------
    >>> sign_changes([[-1, 0, 2], [-1, 2, -1]]).tolist()
    [1, 2]
    """
    signs = np.sign(np.asarray(flows, dtype=float)).astype(np.int8)
    last = np.zeros(signs.shape[:-1], dtype=np.int8)
    count = np.zeros(signs.shape[:-1], dtype=np.int64)
    for t in range(signs.shape[-1]):
        now = signs[..., t]
        count += now * last < 0
        last = np.where(now != 0, now, last)
    return count


def irr(flows: ArrayLike, periods_per_year: float = 1.0) -> Irr:
    """Every internal rate of return of equally spaced flows.

    Parameters
    ----------
    flows : array, shape (..., T), money, inflow positive; finite, T at least 1
        First flow now, then one per period; leading axes are projects or scenarios.
    periods_per_year : float, above 0
        4 for quarters; the rate returned is effective annual.

    Returns
    -------
    Irr

    Raises
    ------
    RangeError
        If a flow is not finite: missing is never zero.

    Source
    ------
    Descartes' rule of signs; Bernstein form after Lane and Riesenfeld, BIT 21 (1981). One sign
    change: Newton on ln(later flows) - ln(earlier flows) over ln x, whose slope lies between
    1 and T, which gives the bracket. Reference version: tests/reference/finance_roots.py.

    Examples
    --------
    >>> irr([-1000, -2000, -1000, 600, 900, 1200, 1200, 1200, 1200]).rate.round(7).item()
    0.1012373
    >>> two = irr([-1000, 2300, -1320])
    >>> two.rates.round(9).tolist(), two.status.item()
    ([0.1, 0.2], 'several')
    """
    values = np.atleast_1d(np.asarray(flows, dtype=float))
    if not periods_per_year > 0:
        raise RangeError(f"periods_per_year is {periods_per_year}; it must be above 0")
    if values.size == 0 or not np.isfinite(values).all():
        raise RangeError("flows must be finite and at least one; leave out what is unknown")
    rows = values.reshape(-1, values.shape[-1])
    changes = sign_changes(rows)
    found: list[tuple[int, Floats]] = []
    single = np.flatnonzero(changes == 1)
    rate = np.full(len(rows), np.nan)
    for start in range(0, len(single), _BLOCK):
        block = single[start : start + _BLOCK]
        rate[block] = np.expm1(-periods_per_year * _one_root(rows[block]))
    count = (changes == 1).astype(np.int64)
    multiple = np.flatnonzero(changes > 1)
    for start in range(0, len(multiple), _BLOCK):
        block = multiple[start : start + _BLOCK]
        for row, logs in zip(block, _several_roots(rows[block]), strict=True):
            found.append((row, np.sort(np.expm1(-periods_per_year * logs))))
    width = max([1, *(len(roots) for _, roots in found)])
    rates = np.full((len(rows), width), np.nan)
    rates[:, 0] = rate
    for row, roots in found:
        count[row] = len(roots)
        rates[row, : len(roots)] = roots
        rate[row] = roots[0] if len(roots) == 1 else np.nan
    shape = values.shape[:-1]
    return Irr(
        rate.reshape(shape),
        rates.reshape(*shape, width),
        count.reshape(shape),
        changes.reshape(shape),
    )


def _one_root(rows: Floats) -> Floats:
    """Logarithm of x at the one positive root of each row (N, T); one sign change each."""
    first = rows[np.arange(len(rows)), (rows != 0).argmax(axis=1)] < 0
    flow = np.where(first[:, None], rows, -rows).T
    # axis 0: power of x; then earlier (paid) and later (received); then row
    parts = np.ascontiguousarray(np.stack([np.maximum(-flow, 0.0), np.maximum(flow, 0.0)], axis=1))
    steps = len(parts) - 1
    guess = np.zeros(len(rows))
    low, high = np.full(len(rows), -np.inf), np.full(len(rows), np.inf)
    out = np.full(len(rows), np.nan)
    active = np.arange(len(rows))
    for turn in range(200):
        gap, slope = _log_ratio(parts, guess)
        wild = ~np.isfinite(gap)
        if wild.any():
            gap[wild], slope[wild] = _log_ratio_far(parts[:, :, wild], guess[wild])
        low = np.maximum(low, np.where(gap > 0, guess - gap, guess - gap / steps))
        high = np.minimum(high, np.where(gap > 0, guess - gap / steps, guess - gap))
        step = guess - gap / slope
        done = np.abs(step - guess) <= 4 * _EPS * np.maximum(1.0, np.abs(guess))
        done |= high - low <= 2 * _EPS * np.abs(high)
        better = (step >= low) & (step <= high) & (turn % 16 != 15)
        guess = np.where(better, step, 0.5 * (low + high))
        if done.any():
            out[active[done]] = np.where(better, step, guess)[done]
            keep = ~done
            active, guess, low, high = active[keep], guess[keep], low[keep], high[keep]
            parts = np.ascontiguousarray(parts[:, :, keep])
            if not active.size:
                break
    out[active] = guess
    return out


def _log_ratio(parts: Floats, logs: Floats) -> tuple[Floats, Floats]:
    """Logarithm of received over paid and its slope in ln x, by Horner's rule on both at once."""
    with np.errstate(all="ignore"):
        x = np.exp(logs)
        value = parts[-1].copy()
        slope = np.zeros_like(value)
        for power in range(len(parts) - 2, -1, -1):
            slope *= x
            slope += value
            value *= x
            value += parts[power]
        slope *= x / value
        gap = np.log(value[1]) - np.log(value[0])
        rise = slope[1] - slope[0]
        gap[~np.isfinite(rise)] = np.nan
    return gap, rise


def _log_ratio_far(parts: Floats, logs: Floats) -> tuple[Floats, Floats]:
    """As `_log_ratio`, scaled so that no power of x leaves the range of a float."""
    with np.errstate(divide="ignore"):
        terms = np.log(parts) + np.arange(len(parts))[:, None, None] * logs
    top = terms.max(axis=0)
    share = np.exp(terms - top)
    total = share.sum(axis=0)
    power = (share * np.arange(len(parts))[:, None, None]).sum(axis=0) / total
    value = top + np.log(total)
    return value[1] - value[0], power[1] - power[0]


def _several_roots(rows: Floats) -> list[Floats]:
    """Logarithm of x at every positive root of each row, by bisection in the Bernstein form."""
    scaled = rows / np.abs(rows).max(axis=1, keepdims=True)
    degree = rows.shape[1] - 1
    roots: list[list[float]] = [[] for _ in rows]
    doubtful = np.zeros(len(rows), dtype=bool)
    balanced = np.flatnonzero(np.abs(scaled.sum(axis=1)) <= 4 * degree * _EPS)
    doubtful[balanced] = True  # a root at or near a rate of zero: settle it in whole numbers
    for inverse in (False, True):
        powers = scaled[:, ::-1] if inverse else scaled
        intervals = _isolate(powers, degree, doubtful)
        row, low, high, rising = intervals
        if row.size:
            at = _refine(powers[row], low, high, rising)
            for index, root in zip(row, at, strict=True):
                roots[index].append(-np.log(root) if inverse else np.log(root))
    return [
        np.log(positive_roots(rows[index])) if doubtful[index] else np.array(roots[index])
        for index in range(len(rows))
    ]


def _bernstein(degree: int) -> Floats:
    """Matrix from powers to Bernstein coefficients on (0, 1); entries C(i, k)/C(n, k)."""
    matrix = np.zeros((degree + 1, degree + 1))
    matrix[:, 0] = 1.0
    for k in range(1, degree + 1):
        ratio = (np.arange(degree + 1) - k + 1) / (degree - k + 1)
        matrix[:, k] = matrix[:, k - 1] * np.maximum(ratio, 0.0)
    return matrix


def _isolate(
    powers: Floats, degree: int, doubtful: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], Floats, Floats, NDArray[np.bool_]]:
    """Intervals in (0, 1) with one root each; marks rows where rounding hides the count."""
    matrix = _bernstein(degree)
    row = np.flatnonzero(~doubtful)
    form = powers[row] @ matrix.T
    error = (degree + 2) * _EPS * (np.abs(powers[row]) @ matrix.T)
    low, width = np.zeros(len(row)), 1.0
    out: list[tuple[Any, ...]] = []
    for _ in range(48):
        unsure = ((np.abs(form) <= error) & (error > 0)).any(axis=1)
        doubtful[row[unsure]] = True
        keep = ~doubtful[row]
        row, form, error, low = row[keep], form[keep], error[keep], low[keep]
        changes = sign_changes(form)
        one = changes == 1
        if one.any():
            last = form[one][np.arange(one.sum()), degree - (form[one][:, ::-1] != 0).argmax(1)]
            out.append((row[one], low[one], low[one] + width, last > 0))
        more = changes > 1
        if not more.any():
            break
        row, low = row[more], low[more]
        width /= 2
        left, left_error, form, error = _halve(form[more], error[more])
        row, low = np.concatenate([row, row]), np.concatenate([low, low + width])
        form, error = np.concatenate([left, form]), np.concatenate([left_error, error])
    else:
        doubtful[row] = True
    if not out:
        empty = np.zeros(0)
        return np.zeros(0, dtype=np.int64), empty, empty, np.zeros(0, dtype=bool)
    rows, lows, highs, rising = (np.concatenate(column) for column in zip(*out, strict=True))
    sure = ~doubtful[rows]
    return rows[sure], lows[sure], highs[sure], rising[sure]


def _halve(form: Floats, error: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """De Casteljau at the middle: left and right halves with the rounding each carries."""
    form, error = form.copy(), error.copy()
    left, left_error = np.empty_like(form), np.empty_like(error)
    size = form.shape[1]
    for level in range(size):
        left[:, level], left_error[:, level] = form[:, 0], error[:, 0]
        stop = size - level
        if stop > 1:
            mean = 0.5 * (form[:, : stop - 1] + form[:, 1:stop])
            form[:, : stop - 1] = mean
            error[:, : stop - 1] = 0.5 * (error[:, : stop - 1] + error[:, 1:stop]) + _EPS * np.abs(
                mean
            )
    # what is left in place is the right half, in order
    return left, left_error, form, error


def _refine(powers: Floats, low: Floats, high: Floats, rising: NDArray[np.bool_]) -> Floats:
    """The root in each interval, by Newton kept inside a shrinking bracket."""
    sign = np.where(rising, 1.0, -1.0)
    at = 0.5 * (low + high)
    for turn in range(120):
        value, slope = powers[:, -1].copy(), np.zeros(len(at))
        for power in range(powers.shape[1] - 2, -1, -1):
            slope = slope * at + value
            value = value * at + powers[:, power]
        value, slope = value * sign, slope * sign
        high, low = np.where(value > 0, at, high), np.where(value <= 0, at, low)
        with np.errstate(all="ignore"):
            step = at - value / slope
        inside = (step > low) & (step < high) & (turn % 12 != 11)
        new = np.where(value == 0, at, np.where(inside, step, 0.5 * (low + high)))
        moved = np.abs(new - at)
        at = new
        if (moved <= 2 * _EPS * at).all():
            break
    return at


def xirr(flows: ArrayLike, times_years: ArrayLike) -> Irr:
    """Every internal rate of return of dated flows.

    Parameters
    ----------
    flows : array, shape (..., T), money, inflow positive; finite
    times_years : array, shape (T,), years from the valuation date, finite
        Actual/365 by convention (`waferway.finance.returns.act365`); any order.

    Returns
    -------
    Irr

    Raises
    ------
    RangeError, ShapeError

    Source
    ------
    Rolle's theorem on sums of exponentials: dividing by the first term and differentiating
    removes a term, and the roots lie between those of the derivative.

    Examples
    --------
    >>> xirr([-1000.0, 600.0, 600.0], [0.0, 1.0, 2.0]).rate.round(6).item()
    0.130662
    """
    values = np.atleast_1d(np.asarray(flows, dtype=float))
    times = np.asarray(times_years, dtype=float)
    if times.shape != values.shape[-1:]:
        raise ShapeError(f"flows have shape {values.shape}, times_years {times.shape}")
    if not (np.isfinite(values).all() and np.isfinite(times).all()) or values.size == 0:
        raise RangeError("flows and times must be finite and at least one")
    unique, place = np.unique(times, return_inverse=True)
    rows = np.zeros((values[..., 0].size, len(unique)))
    np.add.at(rows.T, place, values.reshape(-1, len(times)).T)
    found = [np.sort(np.expm1(-_exponential_roots(row, unique))) for row in rows]
    count = np.array([len(roots) for roots in found], dtype=np.int64)
    rates = np.full((len(rows), max(1, count.max())), np.nan)
    for index, roots in enumerate(found):
        rates[index, : len(roots)] = roots
    rate = np.where(count == 1, rates[:, 0], np.nan)
    shape = values.shape[:-1]
    return Irr(
        rate.reshape(shape),
        rates.reshape(*shape, -1),
        count.reshape(shape),
        sign_changes(rows).reshape(shape),
    )


def _exponential_roots(weights: Floats, powers: Floats) -> Floats:
    """Roots u of sum w_i exp(p_i u), powers ascending: between those of its derivative."""
    kept = weights != 0
    weights, powers = weights[kept], powers[kept]
    chain: list[tuple[Floats, Floats]] = []
    while len(weights) > 1 and sign_changes(weights) > 0:
        powers = powers - powers[0]
        chain.append((weights / np.abs(weights).max(), powers))
        weights, powers = (weights * powers)[1:], powers[1:]
    roots: Sequence[float] = ()
    for terms, exponents in reversed(chain):
        roots = _between(terms, exponents, roots)
    return np.array(roots)


def _between(terms: Floats, exponents: Floats, stationary: Sequence[float]) -> list[float]:
    def sign_at(u: float) -> float:
        parts = np.log(np.abs(terms)) + exponents * u
        scaled = np.sign(terms) * np.exp(parts - parts.max())
        total = float(scaled.sum())
        return 0.0 if abs(total) <= 4 * _EPS * float(np.abs(scaled).sum()) else np.sign(total)

    reach = 1.0
    left_sign, right_sign = np.sign(terms[0]), np.sign(terms[-1])
    low = min(stationary, default=0.0)
    high = max(stationary, default=0.0)
    while sign_at(low - reach) != left_sign or sign_at(high + reach) != right_sign:
        reach *= 2
    knots = [low - reach, *stationary, high + reach]
    signs = [float(sign_at(u)) for u in knots]
    out: list[float] = []
    for a, b, sa, sb in zip(knots, knots[1:], signs, signs[1:], strict=False):
        if sa == 0 and not (out and out[-1] == a):
            out.append(a)  # a stationary point that is a root: a double one
        if sa * sb < 0:
            for _ in range(200):
                middle = 0.5 * (a + b)
                if middle in (a, b):
                    break
                sign = sign_at(middle)
                if sign == 0:
                    a = b = middle
                elif sign == sa:
                    a = middle
                else:
                    b = middle
            out.append(0.5 * (a + b))
    return out
