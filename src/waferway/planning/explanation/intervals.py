"""Left and right prices of chosen rows: what a little less costs, what a little more is worth.

Owns degeneracy. The price of a row holds to one side when its basis stays feasible for a small
step to that side; where it does not, the program is solved again at that step.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from waferway.planning.instance import Array
from waferway.planning.prices import NUDGE, Solved

__all__ = ["bound_interval", "price_intervals"]

TOLERANCE = 1e-7
"""Feasibility tolerance of the solver: a decision this near its bound is at it."""


def price_intervals(at: Solved, positions: NDArray[np.int64]) -> tuple[Array, Array]:
    """d(objective)/d(right side) of rows to the right and to the left.

    Parameters
    ----------
    at : Solved
    positions : array of int, shape (N,)
        Rows with an upper bound that binds, or equalities.

    Returns
    -------
    right, left : array, shape (N,)
        NaN where the program has no answer on that side.

    Notes
    -----
    Moving the right side of row i by e moves the basic decisions by e times column i of the
    inverse of the basis. While none of them passes a bound, the dual stays what it is.
    """
    highs = at.fixed.highs
    highs.setBasis(at.basis)
    highs.run()
    dual = at.fixed.duals[positions]
    right, left = dual.copy(), dual.copy()
    holds = [_holds(highs, state, int(i)) for state in [_Basic.of(highs)] for i in positions]
    for k, (up, down) in enumerate(holds):
        if not up:
            right[k] = _stepped(at, int(positions[k]), 1.0)
        if not down:
            left[k] = _stepped(at, int(positions[k]), -1.0)
    highs.setBasis(at.basis)
    return right, left


class _Basic:
    """Basic decisions: which lie at a bound, and the sign with which a row moves them."""

    def __init__(self, low: NDArray[np.bool_], high: NDArray[np.bool_], sign: Array) -> None:
        self.low, self.high, self.sign = low, high, sign

    @classmethod
    def of(cls, highs: Any) -> _Basic:
        basic = np.asarray(highs.getBasicVariables()[1])
        solution, lp = highs.getSolution(), highs.getLp()
        is_row = basic < 0
        of_row, of_column = np.where(is_row, -basic - 1, 0), np.where(is_row, 0, basic)

        def chosen(rows: Any, columns: Any) -> Array:
            first, second = np.append(rows, 0.0), np.append(columns, 0.0)
            return np.where(is_row, first[of_row], second[of_column])

        value = chosen(solution.row_value, solution.col_value)
        low = chosen(lp.row_lower_, lp.col_lower_)
        high = chosen(lp.row_upper_, lp.col_upper_)
        near = TOLERANCE * np.maximum(1.0, np.abs(value))
        return cls(value - low <= near, high - value <= near, np.where(is_row, -1.0, 1.0))


def _holds(highs: Any, basic: _Basic, row: int) -> tuple[bool, bool]:
    """Whether the basis stays feasible for a step up and for a step down of a right side."""
    moved = np.asarray(highs.getBasisInverseCol(row)[1]) * basic.sign
    rises, falls = moved > 1e-9, moved < -1e-9
    up = not ((rises & basic.high) | (falls & basic.low)).any()
    down = not ((falls & basic.high) | (rises & basic.low)).any()
    return up, down


def _stepped(at: Solved, row: int, sign: float) -> float:
    """Slope of the objective over a small step of one right side, in the units of the program."""
    import highspy

    highs, scaling, program = at.fixed.highs, at.fixed.scaling, at.program
    seen = scaling.rows[row]
    low, high = float(program.row_low[row] * seen), float(program.row_high[row] * seen)
    edge = high if np.isfinite(high) else low
    step = NUDGE * max(1.0, abs(edge)) * sign
    highs.changeRowBounds(
        row, low + step if low == high or not np.isfinite(high) else low, high + step
    )
    highs.run()
    fine = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    if not fine:
        highs.setBasis(at.basis)
    value = float(highs.getInfo().objective_function_value) / scaling.cost
    highs.changeRowBounds(row, low, high)
    return (value - at.fixed.value) / (step / seen) if fine else float("nan")


def bound_interval(at: Solved, column: int) -> tuple[float, float]:
    """d(objective)/d(upper bound) of a decision at its bound, to the right and to the left."""
    import highspy

    highs, scaling, program = at.fixed.highs, at.fixed.scaling, at.program
    seen = float(scaling.columns[column])
    low, high = float(program.low[column]) / seen, float(program.high[column]) / seen
    sides = []
    for sign in (1.0, -1.0):
        step = NUDGE * max(1.0, abs(high)) * sign
        highs.changeColBounds(column, min(low, high + step), high + step)
        highs.run()
        fine = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        value = float(highs.getInfo().objective_function_value) / scaling.cost
        sides.append((value - at.fixed.value) / (step * seen) if fine else float("nan"))
        if not fine:
            highs.setBasis(at.basis)
    highs.changeColBounds(column, low, high)
    return sides[0], sides[1]
