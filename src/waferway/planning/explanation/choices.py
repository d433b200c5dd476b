"""The whole decisions of a plan, and the plan solved again without one of them.

Owns columns of integers and small experiments on them: one order fewer, one elsewhere instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import scipy.sparse as sp

from waferway.highs import quiet_highs
from waferway.planning.decisions import Decisions, decide
from waferway.planning.instance import Array, Instance
from waferway.planning.prices import Solved

if TYPE_CHECKING:
    from waferway.planning.plan import Plan

__all__ = ["Choice", "Experiments", "choices_of"]


T = TypeVar("T")


@dataclass(frozen=True)
class Choice:
    """One whole decision that a plan could take in one period.

    Attributes
    ----------
    kind : str
        ``order``, ``opening``, ``activation``, ``right`` or ``stake``.
    name : str
        Module, site, recipe group, right or stake.
    period : str
    column : int
        In the program.
    row, at : int
        Row of its block, and index of the period.
    taken : int
        How often the plan takes it.
    """

    kind: str
    name: str
    period: str
    column: int
    row: int
    at: int
    taken: int


def choices_of(plan: Plan) -> tuple[list[Choice], Instance, Decisions]:
    """Every whole decision in decided periods; layout and decisions of the first branch."""
    at = plan.solved
    d = next(iter(at.instances.values()))
    v = decide(d, plan.manifest["objective"], plan.manifest["basis"])
    x = at.fixed.x
    labels = d.calendar.labels
    out = []
    for kind, block, names in (
        ("order", v.orders, d.module["module"]),
        ("opening", v.opened, d.opening["site"]),
        ("activation", v.activated, d.activation["group"]),
        ("right", v.bought, d.right["right"]),
        ("stake", v.taken, d.stake["stake"]),
    ):
        for row, name in enumerate(names):
            for t in np.flatnonzero(d.decided):
                column = int(at.program.columns[0][block.offset + row * block.width + t])
                if at.program.high[column] > 0:
                    taken = round(float(x[column]))
                    out.append(Choice(kind, str(name), labels[t], column, row, int(t), taken))
    return out, d, v


@dataclass(frozen=True)
class Outcome:
    """A program solved again after a small change of its integers.

    Attributes
    ----------
    value : float
        Of the objective; infinite where nothing satisfies the rows.
    duals : array, per row
    reduced : array, per column
        d(objective) / d(fixed value of a whole decision).
    x : array, per column
    """

    value: float
    duals: Array
    reduced: Array
    x: Array


class Experiments:
    """Asks what a plan would cost with some whole decisions taken once more or once less.

    Everything that is not whole is decided again; other whole decisions stay. Every experiment
    begins from the basis of the plan, so that its answer does not depend on those before it.

    Parameters
    ----------
    at : Solved
    apart : bool
        On a copy of the solver, so that it can run beside others in a thread of its own.
    """

    def __init__(self, at: Solved, *, apart: bool = False) -> None:
        self.at = at
        self.program = at.program
        self.highs = at.fixed.highs
        if apart:
            self.highs = quiet_highs()
            self.highs.passOptions(at.fixed.highs.getOptions())
            self.highs.passModel(at.fixed.highs.getModel())
        self._columns = sp.csc_array(at.program.matrix)
        counts = np.diff(at.program.matrix.indptr)
        whole = at.program.integer[at.program.matrix.indices].astype(float)
        per_row = np.add.reduceat(np.append(whole, 0.0), at.program.matrix.indptr[:-1])
        self._whole_rows = (counts > 0) & (per_row == counts)
        self._level = np.round(at.fixed.x) * at.program.integer
        self._used = at.program.matrix @ self._level

    def plan_itself(self) -> Outcome:
        """The plan as it is."""
        return self._outcome(self._run())

    def allowed(self, changes: dict[int, int]) -> bool:
        """Whether rows and bounds of whole decisions alone allow some changes."""
        p = self.program
        used = self._used
        moved: dict[int, float] = {}
        for column, by in changes.items():
            level = self._level[column] + by
            if not p.low[column] - 1e-9 <= level <= p.high[column] + 1e-9:
                return False
            for k in range(self._columns.indptr[column], self._columns.indptr[column + 1]):
                row = int(self._columns.indices[k])
                if self._whole_rows[row]:
                    moved[row] = moved.get(row, 0.0) + by * float(self._columns.data[k])
        return all(
            p.row_low[r] - 1e-9 <= used[r] + by <= p.row_high[r] + 1e-9 for r, by in moved.items()
        )

    def after(self, changes: dict[int, int]) -> Outcome:
        """The best that can be done after some changes."""
        return self._changed(changes, self._outcome)

    def value_after(self, changes: dict[int, int]) -> float:
        """Its value alone."""
        return self._changed(changes, lambda value: value)

    def _changed(self, changes: dict[int, int], read: Callable[[float], T]) -> T:
        for column, by in changes.items():
            self._fix(column, self._level[column] + by)
        try:
            return read(self._run())
        finally:
            for column in changes:
                self._fix(column, self._level[column])

    def _fix(self, column: int, level: float) -> None:
        seen = level / float(self.at.fixed.scaling.columns[column])
        self.highs.changeColBounds(column, seen, seen)

    def _run(self) -> float:
        """Value of the objective, infinite where nothing satisfies the rows."""
        import highspy

        h, optimal = self.highs, highspy.HighsModelStatus.kOptimal
        h.clearSolver()  # edge weights of the run before would choose another vertex
        h.setBasis(self.at.basis)
        h.run()
        if h.getModelStatus() != optimal:  # a warm basis can lead astray: begin anew
            h.clearSolver()
            h.run()
        if h.getModelStatus() != optimal:
            return float("inf")
        return float(h.getInfo().objective_function_value) / self.at.fixed.scaling.cost

    def _outcome(self, value: float) -> Outcome:
        s = self.at.fixed.scaling
        if not np.isfinite(value):
            empty = np.zeros(0)
            return Outcome(value, empty, empty, empty)
        found = self.highs.getSolution()
        return Outcome(
            value,
            np.array(found.row_dual) * s.rows / s.cost,
            np.array(found.col_dual) / s.columns / s.cost,
            np.array(found.col_value) * s.columns,
        )

    def entries(self, column: int) -> Iterator[tuple[int, float]]:
        """Rows and coefficients of a column."""
        for k in range(self._columns.indptr[column], self._columns.indptr[column + 1]):
            yield int(self._columns.indices[k]), float(self._columns.data[k])


def row_names(at: Solved) -> Any:
    """Branch, family, subject and period of every row of the program, by position."""
    return at.rows.set_index("position")[["branch", "row", "subject", "period"]]
