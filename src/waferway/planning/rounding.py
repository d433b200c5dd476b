"""A plan among the roundings of the relaxed plan.

Owns the way round the tree of a long horizon: the relaxed plan, which orders fractions of modules,
is a bound and shows where a good plan lies. Its roundings are searched alone, and the search ends
as soon as one of them lies within the gap of the relaxed plan.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from waferway.errors import Infeasible, SolverFailed
from waferway.planning.extensive import Program
from waferway.planning.instance import Array
from waferway.planning.solving import Answer, Progress, solve, solve_fixed

__all__ = ["rounded", "solve_by_rounding"]

CARRIES = (0.5, 0.4, 0.3, 0.2, 0.1)
"""Tried in this order: a module is ordered when its running sum lacks less than this of a whole."""
WHOLE = 1e-6


def rounded(fractions: Array, carry: float) -> Array:
    """Whole numbers whose running sums follow those of fractions, along the last axis.

    Parameters
    ----------
    fractions : array, shape (..., T)
        At least 0.
    carry : float
        What a running sum may lack of a whole number to count as one, 0 to 1.

    Returns
    -------
    array, shape (..., T)

    Examples
    --------
    >>> rounded(np.array([[0.4, 0.4, 0.4, 0.8]]), 0.3)
    array([[0., 1., 0., 1.]])
    """
    sums = np.floor(np.cumsum(fractions, axis=-1) + carry + WHOLE)
    return np.diff(sums, axis=-1, prepend=0.0)


def solve_by_rounding(
    program: Program,
    series: list[NDArray[np.int64]],
    *,
    gap: float,
    time_limit: float | None = None,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
) -> Answer:
    """Minimise a program: first among the roundings of its relaxation, then in the whole.

    Parameters
    ----------
    program : Program
    series : list of array of int, shape (rows, T)
        Whole columns in order of their periods.
    gap : float
        Relative gap at which to stop, at least 0.
    time_limit : float, optional
        Seconds in all; the best answer so far is kept, and is not reproducible.
    seed : int
    progress : callable, optional
        Called about once a second; its bound is that of the relaxed plan.

    Returns
    -------
    Answer
        Its bound is the value of the relaxed plan where a rounding lies within the gap.

    Raises
    ------
    Infeasible, SolverFailed
        As `waferway.planning.solving.solve`.
    """
    began = time.perf_counter()

    def left() -> float | None:
        return None if time_limit is None else max(1.0, time_limit + began - time.perf_counter())

    relaxed = solve(replace(program, integer=np.zeros_like(program.integer)), gap=gap, seed=seed,
                    time_limit=time_limit)  # fmt: skip
    if relaxed.status == "interrupted":
        raise SolverFailed("stopped before there was a plan")
    if relaxed.status != "optimal":  # stopped: its value is no bound
        return solve(program, gap=gap, time_limit=left(), seed=seed, progress=progress)
    start = _best_rounding(program, series, relaxed.x, relaxed.value, gap)
    whole = program.integer
    low, high = program.low.copy(), program.high.copy()
    low[whole] = np.maximum(low[whole], np.floor(relaxed.x[whole] + WHOLE))
    high[whole] = np.minimum(high[whole], np.ceil(relaxed.x[whole] - WHOLE))
    # (value - bound) / |value| is at most the gap.
    bound = relaxed.value
    enough = bound / (1.0 - gap) if bound >= 0 else bound / (1.0 + gap)
    try:
        found = solve(replace(program, low=low, high=high), gap=gap / 4, time_limit=left(),
                      seed=seed, start=start, target=enough,
                      progress=_against(bound, progress))  # fmt: skip
    except (Infeasible, SolverFailed):  # not every relaxed plan has a rounding
        return solve(program, gap=gap, time_limit=left(), seed=seed, start=start,
                     progress=progress)  # fmt: skip
    reached = max(0.0, found.value - bound) / max(abs(found.value), 1e-12)
    stopped = found.status in ("interrupted", "time limit")
    if reached > gap and not stopped:
        return solve(program, gap=gap, time_limit=left(), seed=seed, start=found.x,
                     progress=progress)  # fmt: skip
    status = found.status if stopped else "optimal" if reached <= 1e-9 else "gap"
    return replace(found, bound=bound, gap=reached, status=status,
                   seconds=time.perf_counter() - began)  # fmt: skip


def _against(
    bound: float, progress: Callable[[Progress], None] | None
) -> Callable[[Progress], None] | None:
    """Progress of the narrowed search, told against the bound of the whole."""
    if progress is None:
        return None

    def tell(now: Progress) -> None:
        apart = now.incumbent - bound
        progress(replace(now, bound=bound, gap=apart / max(abs(now.incumbent), 1e-12)))

    return tell


def _best_rounding(
    program: Program, series: list[NDArray[np.int64]], x: Array, bound: float, gap: float
) -> Array | None:
    """The first rounding by running sums within the gap, else the best; None where none holds."""
    best, least = None, np.inf
    for carry in CARRIES:
        tried = x.copy()
        for columns in series:
            tried[columns] = np.minimum(rounded(x[columns], carry), program.high[columns])
        try:
            fixed = solve_fixed(program, tried)
        except SolverFailed:
            continue
        if fixed.value < least:
            best, least = fixed.x, fixed.value
        if least - bound <= gap * abs(least):
            break
    return best
