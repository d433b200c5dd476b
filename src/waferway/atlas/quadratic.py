"""The two programs of balancing, handed to HiGHS: least slack, and least squares.

Owns how they are stated to the solver; what they mean is for `waferway.atlas.balancing`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from waferway.errors import SolverFailed
from waferway.highs import quiet_highs

__all__ = ["extreme", "least_slack", "least_squares"]

Array = NDArray[np.float64]
NEAR = 1e-6
"""Distance, in half-ranges, at which a row or bound is tried as active."""
EXACT = 1e-9


def least_slack(matrix: Array, low: Array, high: Array, floor: Array, ceiling: Array) -> Array:
    """A point in a box for which rows leave their ranges least, summed.

    Parameters
    ----------
    matrix : array, shape (m, n)
    low, high : array, shape (m,)
        Range of each row; may be infinite.
    floor, ceiling : array, shape (n,)
        Of the point.

    Returns
    -------
    array, shape (n,)
        Minimises the sum over rows of the distance of ``matrix @ y`` from its range.

    Examples
    --------
    >>> least_slack(np.array([[1.0]]), np.array([5.0]), np.array([5.0]), np.zeros(1), np.ones(1))
    array([1.])
    """
    m, n = matrix.shape
    wide = np.hstack([matrix, np.eye(m), -np.eye(m)])
    cost = np.concatenate([np.zeros(n), np.ones(2 * m)])
    lower = np.concatenate([floor, np.zeros(2 * m)])
    upper = np.concatenate([ceiling, np.full(2 * m, np.inf)])
    solver = _solver(wide, low, high, lower, upper, cost)
    solver.run()
    return _point(solver)[:n]


def least_squares(
    weight: Array, matrix: Array, low: Array, high: Array, floor: Array, ceiling: Array
) -> tuple[Array, Array]:
    """The smallest point in a box that satisfies rows, and the multipliers of the rows.

    Parameters
    ----------
    weight : array, shape (n, n)
        Positive definite: ``y' weight y`` is minimised.
    matrix, low, high, floor, ceiling
        As for `least_slack`; the rows can be satisfied within the box.

    Returns
    -------
    point : array, shape (n,)
    multipliers : array, shape (m,)
        Change of the minimum for one more unit of the binding side of a row.

    Raises
    ------
    SolverFailed
        If HiGHS finds no optimum.

    Examples
    --------
    >>> y, price = least_squares(np.eye(2), np.array([[1.0, 1.0]]), np.ones(1), np.ones(1),
    ...                          -np.ones(2), np.ones(2))
    >>> y.round(6), price.round(6)
    (array([0.5, 0.5]), array([1.]))
    """
    import highspy

    solver = _solver(matrix, low, high, floor, ceiling, np.zeros(len(floor)))
    hessian = highspy.HighsHessian()
    lower = np.tril(2.0 * weight)
    start, index, value = [0], [], []
    for column in range(len(floor)):
        rows = np.flatnonzero(lower[:, column])
        index += rows.tolist()
        value += lower[rows, column].tolist()
        start.append(len(index))
    hessian.dim_ = len(floor)
    hessian.format_ = highspy.HessianFormat.kTriangular
    hessian.start_ = np.array(start, dtype=np.int32)
    hessian.index_ = np.array(index, dtype=np.int32)
    hessian.value_ = np.array(value)
    solver.passHessian(hessian)
    solver.run()
    point = np.array(solver.getSolution().col_value)
    if not len(point) or solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        point = _point(solver)
    # Its active-set method stops at a tolerance, and on tiny moves sometimes with an error beside
    # the right point: the optimum is made exact, or refused, by its conditions of optimality.
    exact = _exact(weight, matrix, low, high, floor, ceiling, point)
    if exact is not None:
        return exact
    return _point(solver), np.array(solver.getSolution().row_dual)


def _exact(
    weight: Array, matrix: Array, low: Array, high: Array, floor: Array, ceiling: Array, y: Array
) -> tuple[Array, Array] | None:
    """Optimum and row multipliers from a point close to it; None if its neighbours lead nowhere."""
    n = len(y)
    rows = np.vstack([matrix, np.eye(n)])
    lower, upper = np.concatenate([low, floor]), np.concatenate([high, ceiling])
    fixed = lower == upper
    value = rows @ y
    at_low = np.abs(value - lower) <= NEAR
    at_high = ~at_low & (np.abs(value - upper) <= NEAR)
    for _ in range(20 * (n + len(matrix))):
        active = np.flatnonzero(at_low | at_high | fixed)
        goal = np.where(at_high[active], upper[active], lower[active])
        a = rows[active]
        # Stationarity: 2 W y = A' price; active rows hold.
        system = np.block([[2 * weight, -a.T], [a, np.zeros((len(active), len(active)))]])
        found = np.linalg.lstsq(system, np.concatenate([np.zeros(n), goal]), rcond=1e-13)[0]
        point, price = found[:n], found[n:]
        value = rows @ point
        over = np.maximum(value - upper, lower - value)
        over[active] = np.abs(value[active] - goal)
        if over[active].max(initial=0.0) > EXACT:
            return None  # more active rows than can hold at once
        worst = int(np.argmax(over))
        if over[worst] > EXACT:
            at_low[worst], at_high[worst] = value[worst] < lower[worst], value[worst] > upper[worst]
            continue
        # A row at its lower end pushes up (price at least 0), one at its upper end down.
        wrong = np.where(at_high[active], price, -price)
        wrong[fixed[active]] = -np.inf
        if wrong.max(initial=-np.inf) <= EXACT:
            prices = np.zeros(len(rows))
            prices[active] = price
            return np.clip(point, floor, ceiling), prices[: len(matrix)]
        gone = active[int(np.argmax(wrong))]
        at_low[gone] = at_high[gone] = False
    return None


def extreme(
    matrix: Array, low: Array, high: Array, floor: Array, ceiling: Array, column: int, sign: float
) -> Array:
    """The point in a box that satisfies rows and has one coordinate as small as can be.

    Parameters
    ----------
    matrix, low, high, floor, ceiling
        As for `least_slack`; the rows can be satisfied within the box.
    column : int
        Which coordinate.
    sign : float
        1 for the smallest, -1 for the largest.

    Returns
    -------
    array, shape (n,)

    Raises
    ------
    SolverFailed
        If HiGHS finds no optimum.

    Examples
    --------
    >>> extreme(np.array([[1.0, 1.0]]), np.ones(1), np.ones(1), np.zeros(2), np.full(2, 0.75), 0,
    ...         1.0)
    array([0.25, 0.75])
    """
    cost = np.zeros(len(floor))
    cost[column] = sign
    solver = _solver(matrix, low, high, floor, ceiling, cost)
    solver.run()
    return _point(solver)


def _solver(
    matrix: Array, low: Array, high: Array, floor: Array, ceiling: Array, cost: Array
) -> Any:
    import highspy

    m, n = matrix.shape
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = n, m
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, floor, ceiling
    lp.row_lower_, lp.row_upper_ = low, high
    start, index, value = [0], [], []
    for row in range(m):
        columns = np.flatnonzero(matrix[row])
        index += columns.tolist()
        value += matrix[row, columns].tolist()
        start.append(len(index))
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array(start, dtype=np.int32)
    lp.a_matrix_.index_ = np.array(index, dtype=np.int32)
    lp.a_matrix_.value_ = np.array(value)
    solver = quiet_highs()
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("primal_feasibility_tolerance", 1e-10)
    solver.setOptionValue("dual_feasibility_tolerance", 1e-10)
    solver.passModel(lp)
    return solver


def _point(solver: Any) -> Array:
    import highspy

    status = solver.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        raise SolverFailed(f"HiGHS stopped balancing with {solver.modelStatusToString(status)}")
    return np.array(solver.getSolution().col_value)
