"""Columns and rows of the slow twin, and how they reach HiGHS one by one."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import highspy

ONE = ("one",)
FREE = math.inf


class Sum(dict):
    """A sum of variables times coefficients; the key `ONE` holds its constant."""

    def add(self, variable: tuple, coefficient: float) -> Sum:
        """Add one term."""
        if coefficient:
            self[variable] = self.get(variable, 0.0) + coefficient
        return self

    def plus(self, other: Sum, factor: float = 1.0) -> Sum:
        """Add another sum times a factor."""
        for variable, coefficient in other.items():
            self.add(variable, factor * coefficient)
        return self

    def value(self, values: dict) -> float:
        """What the sum is worth."""
        return sum(c * (1.0 if v == ONE else values.get(v, 0.0)) for v, c in self.items())


@dataclass
class Rows:
    """A linear programme as dictionaries.

    Attributes
    ----------
    columns : dict of variable to [low, high, whole]
    rows : list of (name, Sum, sense, right side)
    """

    columns: dict[tuple, list] = field(default_factory=dict)
    rows: list[tuple] = field(default_factory=list)

    def variable(
        self, name: tuple, low: float = 0.0, high: float = FREE, *, whole: bool = False
    ) -> tuple:
        """Declare a variable."""
        assert name not in self.columns, name
        self.columns[name] = [low, high, whole]
        return name

    def row(self, name: tuple, terms: Sum, sense: str, right: float = 0.0) -> None:
        """Declare a constraint; the constant of the sum moves to the right."""
        right = right - terms.get(ONE, 0.0)
        kept = {v: c for v, c in terms.items() if v != ONE}
        for variable in kept:
            assert variable in self.columns, (name, variable)
        self.rows.append((name, Sum(kept), sense, right))

    def broken(self, values: dict, tolerance: float = 1e-6) -> list[tuple]:
        """Rows and bounds that some values do not keep, with the amount."""
        out = []
        for variable, (low, high, whole) in self.columns.items():
            value = values.get(variable, 0.0)
            if value < low - tolerance or value > high + tolerance:
                out.append((("bound", *variable), value, low, high))
            if whole and abs(value - round(value)) > tolerance:
                out.append((("whole", *variable), value, low, high))
        for name, terms, sense, right in self.rows:
            got = terms.value(values)
            scale = tolerance * max([1.0, abs(right), *(abs(c) for c in terms.values())])
            over = {"<=": got - right, ">=": right - got, "=": abs(got - right)}[sense]
            if over > scale:
                out.append((name, got, sense, right))
        return out


def minimise(problem: Rows, objective: Sum, gap: float) -> tuple[str, float | None, dict]:
    """Hand a problem to HiGHS row by row; status, objective and values by variable.

    Whole numbers are fixed at the plan and the rest is solved once more, so that the objective
    is not blurred by the tolerance on whole numbers.
    """
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("mip_rel_gap", gap)
    solver.setOptionValue("mip_abs_gap", 1e-9)
    for name in ("mip_feasibility", "primal_feasibility", "dual_feasibility"):
        solver.setOptionValue(f"{name}_tolerance", 1e-9)
    number = {}
    for variable, (low, high, whole) in problem.columns.items():
        number[variable] = len(number)
        lower = -highspy.kHighsInf if low == -FREE else low
        upper = highspy.kHighsInf if high == FREE else high
        solver.addCol(objective.get(variable, 0.0), lower, upper, 0, [], [])
        if whole:
            solver.changeColIntegrality(number[variable], highspy.HighsVarType.kInteger)
    for _name, terms, sense, right in problem.rows:
        low = right if sense in (">=", "=") else -highspy.kHighsInf
        high = right if sense in ("<=", "=") else highspy.kHighsInf
        if not terms:
            if not (low <= 1e-9 and high >= -1e-9):
                return "infeasible", None, {}
            continue
        at = [number[variable] for variable in terms]
        solver.addRow(low, high, len(at), at, list(terms.values()))
    solver.changeObjectiveOffset(objective.get(ONE, 0.0))
    status = _run(solver)
    if status != "optimal":
        return status, None, {}
    values = list(solver.getSolution().col_value)
    result = solver.getObjectiveValue()
    wholes = [variable for variable, (_, _, whole) in problem.columns.items() if whole]
    if wholes:
        for variable in wholes:
            at = number[variable]
            solver.changeColIntegrality(at, highspy.HighsVarType.kContinuous)
            solver.changeColBounds(at, round(values[at]), round(values[at]))
        if _run(solver) == "optimal":
            values = list(solver.getSolution().col_value)
            result = solver.getObjectiveValue()
    return "optimal", result, {variable: values[at] for variable, at in number.items()}


def _run(solver: highspy.Highs) -> str:
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kUnboundedOrInfeasible:
        solver.setOptionValue("presolve", "off")
        solver.run()
        status = solver.getModelStatus()
    if status in (highspy.HighsModelStatus.kSolveError, highspy.HighsModelStatus.kUnknown):
        for name in ("mip_feasibility", "primal_feasibility", "dual_feasibility"):
            solver.setOptionValue(f"{name}_tolerance", 1e-7)
        solver.clearSolver()
        solver.run()
        status = solver.getModelStatus()
    return {
        highspy.HighsModelStatus.kOptimal: "optimal",
        highspy.HighsModelStatus.kInfeasible: "infeasible",
        highspy.HighsModelStatus.kUnbounded: "unbounded",
    }.get(status, str(status))
