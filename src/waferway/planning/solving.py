"""HiGHS on a program: options, progress, interruption, prices.

Owns the talk with the solver. A run stopped by Ctrl-C or the clock keeps its best answer and
says its gap.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from waferway.errors import Infeasible, SolverFailed
from waferway.highs import quiet_highs
from waferway.planning.extensive import Program
from waferway.planning.instance import Array

__all__ = ["Answer", "FixedAnswer", "Progress", "Scaling", "scaling_of", "solve", "solve_fixed"]


@dataclass(frozen=True)
class Progress:
    """One report of a running solver; gap is relative, NaN while unknown."""

    seconds: float
    incumbent: float
    bound: float
    gap: float
    nodes: int


@dataclass(frozen=True)
class Answer:
    """What the solver found.

    Attributes
    ----------
    x : array, per column
    value, bound : float
        Objective with its constant, and the proven bound.
    gap : float
        Relative, as HiGHS defines it: |value - bound| / |value|.
    status : str
        ``optimal``, ``gap``, ``time limit``, ``interrupted``.
    seconds : float
    nodes, iterations : int
    """

    x: Array
    value: float
    bound: float
    gap: float
    status: str
    seconds: float
    nodes: int
    iterations: int


@dataclass(frozen=True)
class Scaling:
    """How the solver sees a program: powers of ten that bring its numbers near one another.

    Money of whole networks is counted in billions. Unscaled, the shipped atlas took HiGHS 1.16
    twice as many simplex iterations, and it called a plan of one party with funds optimal that
    was 6 % from it. Integer columns are left as they are.

    Attributes
    ----------
    cost : float
        Objective seen / objective.
    rows, columns : array
        Row seen / row; decision / decision seen.
    """

    cost: float
    rows: Array
    columns: Array


LEAST_KEPT = 1e-7
"""HiGHS drops coefficients below 1e-9; scaled rows keep theirs well above."""


def scaling_of(program: Program) -> Scaling:
    """Money in millions, rows with a largest coefficient near 1, costs at most near 100,000."""
    columns = np.where(program.money & ~program.integer, 1e6, 1.0)
    matrix = program.matrix
    rows = np.ones(matrix.shape[0])
    counts = np.diff(matrix.indptr)
    if matrix.nnz:
        seen = np.abs(matrix.data) * columns[matrix.indices]
        filled = np.flatnonzero(counts)
        largest = np.zeros(matrix.shape[0])
        largest[filled] = np.maximum.reduceat(seen, matrix.indptr[:-1][filled])
        wide = largest > 1e5
        rows[wide] = 10.0 ** -np.floor(np.log10(largest[wide]))
        # A row of money holds plants at billions beside freight at a dollar. Scaled by the
        # largest, the freight would be below what HiGHS keeps, and funds would be overdrawn.
        least = np.full(matrix.shape[0], np.inf)
        shown = np.where(seen > 0, seen, np.inf)
        least[filled] = np.minimum.reduceat(shown, matrix.indptr[:-1][filled])
        lost = wide & (least * rows < LEAST_KEPT)
        rows[lost] = 10.0 ** np.ceil(np.log10(LEAST_KEPT / least[lost]))
    most = float(np.abs(program.cost * columns).max(initial=0.0))
    cost = 1.0 if most <= 1e5 else float(10.0 ** (5 - np.floor(np.log10(most))))
    return Scaling(cost, rows, columns)


def _plain(program: Program) -> Scaling:
    """The program as it stands."""
    rows, columns = program.matrix.shape
    return Scaling(1.0, np.ones(rows), np.ones(columns))


def highs_of(program: Program, scaling: Scaling | None = None) -> Any:
    """A HiGHS object that holds a program as scaled, silent."""
    import highspy

    scaling = scaling or scaling_of(program)
    h = quiet_highs()
    # Costs are scaled down, so the tolerance on them is too.
    h.setOptionValue("dual_feasibility_tolerance", 1e-9)
    lp = highspy.HighsLp()
    by_column = sp.csc_array(program.matrix)
    lp.num_row_, lp.num_col_ = by_column.shape
    lp.col_cost_ = program.cost * scaling.columns * scaling.cost
    lp.offset_ = program.constant * scaling.cost
    lp.col_lower_ = program.low / scaling.columns
    lp.col_upper_ = program.high / scaling.columns
    lp.row_lower_ = program.row_low * scaling.rows
    lp.row_upper_ = program.row_high * scaling.rows
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = by_column.indptr
    lp.a_matrix_.index_ = by_column.indices
    lp.a_matrix_.value_ = _seen(by_column, scaling)
    if h.passModel(lp) == highspy.HighsStatus.kError:
        raise SolverFailed("HiGHS refused the program: a coefficient is not a finite number")
    whole = np.flatnonzero(program.integer).astype(np.int32)
    if len(whole):
        kinds = np.full(len(whole), highspy.HighsVarType.kInteger)
        h.changeColsIntegrality(len(whole), whole, kinds)
    return h


def _seen(by_column: Any, scaling: Scaling) -> Array:
    """Coefficients as the solver sees them."""
    seen: Array = by_column.data
    if (scaling.rows != 1.0).any():
        seen = seen * scaling.rows[by_column.indices]
    if (scaling.columns != 1.0).any():
        seen = seen * np.repeat(scaling.columns, np.diff(by_column.indptr))
    return seen


def solve(
    program: Program,
    *,
    gap: float,
    time_limit: float | None = None,
    seed: int = 0,
    threads: int = 1,
    progress: Callable[[Progress], None] | None = None,
    start: Array | None = None,
    target: float | None = None,
) -> Answer:
    """Minimise a program.

    Parameters
    ----------
    program : Program
    gap : float
        Relative gap at which to stop, at least 0.
    time_limit : float, optional
        Seconds; the best answer so far is kept, and is not reproducible.
    seed, threads : int
    progress : callable, optional
        Called with `Progress` about once a second.
    start : array, optional
        A point to begin from, per column.
    target : float, optional
        Value that is good enough: the first answer below it ends the search.

    Returns
    -------
    Answer

    Raises
    ------
    Infeasible
        If no plan satisfies the rows.
    SolverFailed
        If the solver stopped without an answer.
    """
    import highspy

    codes = highspy.HighsModelStatus
    began = time.perf_counter()
    # Scales made for billions can be the wrong ones for a network of a hundred dollars.
    for scaling in (scaling_of(program), _plain(program)):
        h = highs_of(program, scaling)
        h.setOptionValue("mip_rel_gap", float(gap))
        h.setOptionValue("random_seed", int(seed))
        h.setOptionValue("threads", int(threads))
        if time_limit is not None:
            h.setOptionValue("time_limit", float(time_limit))
        if target is not None:
            h.setOptionValue("objective_target", float(target * scaling.cost))
        if start is not None:
            solution = highspy.HighsSolution()
            solution.col_value = list(start / scaling.columns)
            h.setSolution(solution)
        stopped = _run(h, program, progress, began, scaling.cost)
        status = h.getModelStatus()
        if stopped or status not in (codes.kNotset, codes.kSolveError, codes.kUnknown):
            break
    seconds = time.perf_counter() - began
    if status == codes.kUnboundedOrInfeasible:  # presolve cannot tell; the simplex can
        h.setOptionValue("presolve", "off")
        h.run()
        status = h.getModelStatus()
    info = h.getInfo()
    if status in (codes.kInfeasible, codes.kUnboundedOrInfeasible):
        raise Infeasible("no plan satisfies all rows of the network")
    if status == codes.kUnbounded:
        raise SolverFailed("the program is unbounded: something earns without limit")
    x = np.array(h.getSolution().col_value, dtype=float)
    if len(x):
        x = x * scaling.columns
    if not len(x) or not info.primal_solution_status == 2:
        raise SolverFailed(f"HiGHS stopped without an answer: {h.modelStatusToString(status)}")
    value = float(info.objective_function_value) / scaling.cost
    if program.integer.any():
        bound, reached = float(info.mip_dual_bound) / scaling.cost, float(info.mip_gap)
        nodes = int(info.mip_node_count)
    else:
        bound, reached, nodes = value, 0.0, 0
    words = {
        codes.kOptimal: "optimal" if reached <= 1e-9 else "gap",
        codes.kObjectiveTarget: "gap",
        codes.kTimeLimit: "time limit",
        codes.kInterrupt: "interrupted",
    }
    word = "interrupted" if stopped else words.get(status, h.modelStatusToString(status))
    return Answer(x, value, bound, reached, word, seconds, nodes, int(info.simplex_iteration_count))


def _run(
    h: Any,
    program: Program,
    progress: Callable[[Progress], None] | None,
    began: float,
    scale: float,
) -> bool:
    """Run with progress; True when Ctrl-C stopped it."""
    import signal
    import threading

    asked = {"stop": False}
    last = {"at": began}

    def check(event: Any) -> None:
        if asked["stop"]:
            event.interrupt()

    def report(event: Any) -> None:
        now = time.perf_counter()
        if progress is None or now - last["at"] < 1.0:
            return
        last["at"] = now
        out = event.data_out
        value, bound = float(out.mip_primal_bound) / scale, float(out.mip_dual_bound) / scale
        gap = abs(value - bound) / max(abs(value), 1e-12) if np.isfinite(value) else np.nan
        progress(Progress(now - began, value, bound, gap, int(out.mip_node_count)))

    h.cbSimplexInterrupt += check
    if program.integer.any():
        # The logging callback is silent when output is off; this one is asked all the time.
        h.cbMipInterrupt += report
        h.cbMipInterrupt += check
    in_main = threading.current_thread() is threading.main_thread()
    previous = None
    if in_main:

        def on_interrupt(_number: int, _frame: Any) -> None:
            asked["stop"] = True

        previous = signal.signal(signal.SIGINT, on_interrupt)
    # The solver runs beside the main thread, which alone hears Ctrl-C.
    worker = threading.Thread(target=h.run, daemon=True)
    try:
        worker.start()
        while worker.is_alive():
            worker.join(0.05)
    finally:
        if in_main and previous is not None:
            signal.signal(signal.SIGINT, previous)
    return asked["stop"]


@dataclass(frozen=True)
class FixedAnswer:
    """A program solved with its integers fixed.

    Attributes
    ----------
    x : array, per column
    duals : array, per row
        d(objective) / d(right side).
    value : float
    highs : object
        The solved HiGHS, warm, for small changes; it sees the program through `scaling`.
    scaling : Scaling
    """

    x: Array
    duals: Array
    value: float
    highs: Any
    scaling: Scaling


def solve_fixed(program: Program, x: Array) -> FixedAnswer:
    """Re-solve with the integers fixed: prices "given these builds".

    Raises
    ------
    SolverFailed
        If the fixed program has no optimum, which means that the integers were not feasible.
    """
    import highspy

    fixed = np.round(x[program.integer])
    low, high = program.low.copy(), program.high.copy()
    low[program.integer] = high[program.integer] = fixed
    relaxed = replace(program, low=low, high=high, integer=np.zeros_like(program.integer))
    for scaling in (scaling_of(program), _plain(program)):
        h = highs_of(relaxed, scaling)
        h.setOptionValue("threads", 1)
        h.run()
        if h.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            break
    else:
        raise SolverFailed("with its integers fixed the plan has no optimum; ask for a smaller gap")
    solution = h.getSolution()
    return FixedAnswer(
        np.array(solution.col_value, dtype=float) * scaling.columns,
        np.array(solution.row_dual, dtype=float) * scaling.rows / scaling.cost,
        float(h.getInfo().objective_function_value) / scaling.cost,
        h,
        scaling,
    )
