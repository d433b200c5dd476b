"""Positive roots of a polynomial, counted in whole numbers.

Owns the certain but slow count, used where rounding leaves a doubt: floats are exact fractions,
so the polynomial is known exactly and Descartes' rule with bisection settles every root. A root
of several multiplicities counts once.
"""

from __future__ import annotations

import itertools
from math import gcd

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["positive_roots"]

_PRIME = (1 << 61) - 1
_BITS = 64  # bits of a root beyond its leading one


def positive_roots(coefficients: ArrayLike) -> NDArray[np.float64]:
    """Distinct positive roots of sum c_k x^k, ascending.

    Parameters
    ----------
    coefficients : array, shape (n + 1,), constant first, finite

    Returns
    -------
    array, each correct to the last bit or the one before

    Source
    ------
    Collins and Akritas, Proc. SYMSAC 1976: Descartes' rule with bisection on the square-free
    part, in integers.

    Examples
    --------
    >>> positive_roots([-6, 11, -6, 1]).tolist()
    [1.0, 2.0, 3.0]
    >>> positive_roots([1, -2, 1]).tolist()
    [1.0]
    """
    ratios = [float(c).as_integer_ratio() for c in np.asarray(coefficients, dtype=float)]
    scale = max(denominator for _, denominator in ratios)  # powers of two: the largest is common
    poly = _primitive([top * (scale // bottom) for top, bottom in ratios])
    while poly and poly[0] == 0:
        poly = poly[1:]
    if len(poly) < 2:
        return np.zeros(0)
    poly = _square_free(poly)
    out: list[float] = []
    if sum(poly) == 0:
        out.append(1.0)
        poly = _divide(poly, 1, 1)
    for inverse in (False, True):
        for top, depth, width in _intervals(poly[::-1] if inverse else poly):
            root = _bisect(poly[::-1] if inverse else poly, top, depth, width)
            out.append(1.0 / root if inverse else root)
    return np.sort(np.array(out))


def _primitive(poly: list[int]) -> list[int]:
    while poly and poly[-1] == 0:
        poly = poly[:-1]
    common = 0
    for number in poly:
        common = gcd(common, number)
    return [number // common for number in poly] if common > 1 else poly


def _square_free(poly: list[int]) -> list[int]:
    slope = [k * number for k, number in enumerate(poly)][1:]
    if _coprime_mod_prime(poly, slope):
        return poly
    a, b = poly, _primitive(slope)
    while len(b) > 1:
        a, b = b, _primitive(_remainder(a, b))
        if not b:
            break
    shared = a if not b else [1]
    return poly if len(shared) < 2 else _primitive(_quotient(poly, shared))


def _coprime_mod_prime(a: list[int], b: list[int]) -> bool:
    """Certain when true: a common factor would survive in the field of a prime."""
    if a[-1] % _PRIME == 0 or b[-1] % _PRIME == 0:
        return False
    a, b = [n % _PRIME for n in a], [n % _PRIME for n in b]
    while b:
        inverse = pow(b[-1], -1, _PRIME)
        while len(a) >= len(b):
            factor = a[-1] * inverse % _PRIME
            shift = len(a) - len(b)
            for k, number in enumerate(b):
                a[k + shift] = (a[k + shift] - factor * number) % _PRIME
            while a and a[-1] == 0:
                a.pop()
        a, b = b, a
    return len(a) == 1


def _remainder(a: list[int], b: list[int]) -> list[int]:
    a = list(a)
    while len(a) >= len(b):
        lead, shift = a[-1], len(a) - len(b)
        a = [number * b[-1] for number in a]
        for k, number in enumerate(b):
            a[k + shift] -= lead * number
        while a and a[-1] == 0:
            a.pop()
        a = _primitive(a)
    return a


def _quotient(a: list[int], b: list[int]) -> list[int]:
    """Quotient a / b up to a constant; b divides a over the rationals."""
    scale = b[-1] ** (len(a) - len(b) + 1)
    rest = [number * scale for number in a]
    out = [0] * (len(a) - len(b) + 1)
    for shift in range(len(out) - 1, -1, -1):
        factor = rest[shift + len(b) - 1] // b[-1]
        out[shift] = factor
        for k, number in enumerate(b):
            rest[shift + k] -= factor * number
    return out


def _divide(poly: list[int], top: int, bottom: int) -> list[int]:
    """Poly without its root top/bottom, up to a constant."""
    return _primitive(_quotient(poly, [-top, bottom]))


def _changes(poly: list[int]) -> int:
    """Sign changes of (1 + x)^n p(1/(1 + x)): bounds the roots in (0, 1)."""
    shifted = poly[::-1]
    size = len(shifted)
    for start in range(size - 1):
        for k in range(size - 2, start - 1, -1):
            shifted[k] += shifted[k + 1]
    signs = [number > 0 for number in shifted if number]
    return sum(a != b for a, b in itertools.pairwise(signs))


def _intervals(poly: list[int]) -> list[tuple[int, int, int]]:
    """Open intervals (top, top + width)/2^depth in (0, 1) with one root; width 0: a root."""
    out: list[tuple[int, int, int]] = []
    todo = [(poly, 0, 0)]
    while todo:
        now, top, depth = todo.pop()
        count = _changes(now)
        if count == 0:
            continue
        if count == 1:
            out.append((top, depth, 1))
            continue
        size = len(now) - 1
        half = [number << (size - k) for k, number in enumerate(now)]  # 2^n p(x/2)
        right = list(half)
        for start in range(size):  # shift by one
            for k in range(size - 1, start - 1, -1):
                right[k] += right[k + 1]
        if right[0] == 0:  # a root in the middle
            out.append((2 * top + 1, depth + 1, 0))
            right = right[1:]
            half = _divide(half, 1, 1)
        todo += [(half, 2 * top, depth + 1), (right, 2 * top + 1, depth + 1)]
    return out


def _sign(poly: list[int], top: int, depth: int) -> int:
    value = 0
    size = len(poly) - 1
    for k in range(size, -1, -1):
        value = value * top + (poly[k] << (depth * (size - k)))
    return (value > 0) - (value < 0)


def _bisect(poly: list[int], top: int, depth: int, width: int) -> float:
    if width == 0:
        return _ratio(top, depth)
    low, high = top, top + 1
    # sign just left of the right end; a root at the end itself belongs to another interval
    high_sign = _sign(poly, high, depth) or _sign_inside(poly, high, depth)
    for _ in range(4000):
        if high.bit_length() > _BITS and (high - low) << _BITS <= low:
            break
        low, high, depth = 2 * low, 2 * high, depth + 1
        middle = (low + high) // 2
        sign = _sign(poly, middle, depth)
        if sign == 0:
            return _ratio(middle, depth)
        if sign == high_sign:
            high = middle
        else:
            low = middle
    return _ratio(low + high, depth + 1)


def _sign_inside(poly: list[int], top: int, depth: int) -> int:
    """Sign just left of a root of the square-free polynomial at top/2^depth."""
    slope = [k * number for k, number in enumerate(poly)][1:]
    return -_sign(slope, top, depth)


def _ratio(top: int, depth: int) -> float:
    return top / (1 << depth)
