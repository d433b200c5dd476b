"""Test: what it lets pass, what escapes, what it costs.

Owns known good die. Refuses to place tests in a flow; where each stands is part of a design.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import RangeError

__all__ = ["Insertion", "escape_rate", "pass_share", "screened", "test_cost_usd"]

Array = NDArray[np.float64]


def _share(name: str, value: ArrayLike) -> Array:
    array = np.asarray(value, float)
    if not ((array >= 0) & (array <= 1)).all():
        raise RangeError(f"{name} leaves the range 0 to 1")
    return array


def pass_share(yield_fraction: ArrayLike, coverage: ArrayLike) -> Array:
    """``Y^T``: share that a test of coverage T lets pass (Williams & Brown, 1981)."""
    return np.asarray(_share("yield_fraction", yield_fraction) ** _share("coverage", coverage))


def escape_rate(yield_fraction: ArrayLike, coverage: ArrayLike) -> Array:
    """``1 - Y^(1-T)``: share of passed units that are bad (Williams & Brown, 1981).

    Examples
    --------
    >>> round(float(escape_rate(0.5, 0.99)), 5)
    0.00691
    """
    return np.asarray(
        1 - _share("yield_fraction", yield_fraction) ** (1 - _share("coverage", coverage))
    )


@dataclass(frozen=True)
class Insertion:
    """One test: how long it takes, what a tester hour costs, how much it finds.

    Attributes
    ----------
    name : str
        ``probe``, ``known-good-die``, ``final`` or ``system-level``.
    seconds : array or float, s per unit
    usd_per_hour : array or float
        Tester and handler together, for all sites.
    coverage : array or float, 0 to 1
    sites : float
        Units tested at once, at least 1.
    """

    name: str
    seconds: ArrayLike
    usd_per_hour: ArrayLike
    coverage: ArrayLike = 1.0
    sites: float = 1.0


def test_cost_usd(insertion: Insertion) -> Array:
    """Cost of one unit tested, USD.

    Examples
    --------
    >>> float(test_cost_usd(Insertion("probe", seconds=36.0, usd_per_hour=200.0, sites=2)))
    1.0
    """
    seconds = np.asarray(insertion.seconds, float)
    rate = np.asarray(insertion.usd_per_hour, float)
    if (seconds < 0).any() or (rate < 0).any():
        raise RangeError(f"test {insertion.name}: seconds and usd_per_hour are at least 0")
    if insertion.sites < 1:
        raise RangeError(f"test {insertion.name}: sites is {insertion.sites:g}; at least 1")
    return np.asarray(seconds / 3600 * rate / insertion.sites)


test_cost_usd.__test__ = False  # type: ignore[attr-defined]  # a cost, not a test case


def screened(yield_fraction: ArrayLike, coverages: list[ArrayLike]) -> tuple[list[Array], Array]:
    """Several tests in a row: share passed by each, and true yield of what passes them all.

    A later test finds only what the earlier ones missed; the product of the passed shares and
    the true yield of the result is the yield that went in.

    Examples
    --------
    >>> passed, true = screened(0.6, [0.9, 0.8])
    >>> [round(float(p), 4) for p in passed], round(float(true), 4)
    ([0.6314, 0.96], 0.9898)
    """
    left = _share("yield_fraction", yield_fraction)
    passed = []
    for coverage in coverages:
        share = pass_share(left, coverage)
        passed.append(share)
        left = np.asarray(left ** (1 - _share("coverage", coverage)))
    return passed, left
