"""Is the network feasible when only some of its members stand? HiGHS answers.

Owns the talk with the solver about infeasibility: warm linear programs, integer ones only where
the linear one has an answer, and the irreducible set that HiGHS itself finds.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from waferway.errors import SolverFailed
from waferway.planning.conflict.relaxable import Relaxable
from waferway.planning.solving import highs_of, scaling_of

__all__ = ["CutOff", "Oracle"]

FROM_LP_IRREDUCIBLE = 6
"""`iis_strategy` of HiGHS: from the infeasible linear program, made irreducible. The default, 0,
was seen to return a valid and empty set."""


class CutOff(Exception):
    """The time for a question is over; never leaves this package."""


class Oracle:
    """Feasibility of a program with any choice of its members standing.

    Parameters
    ----------
    relaxable : Relaxable
    seconds : float
        Most time for all questions together; none is begun after it.

    Attributes
    ----------
    smallest : frozenset of int, or None
        The fewest members known to clash.
    """

    def __init__(self, relaxable: Relaxable, seconds: float = np.inf) -> None:
        self.until = time.perf_counter() + seconds
        self.smallest: frozenset[int] | None = None
        program = relaxable.program
        self.members = relaxable.members
        self.program = program
        self.scaling = scaling_of(program)
        self.whole = bool(program.integer.any())
        self._linear = highs_of(replace(program, integer=np.zeros_like(program.integer)))
        self._linear.setOptionValue("threads", 1)
        self._mixed: Any = None
        self._known: dict[frozenset[int], bool] = {}
        self.asked = 0

    def _set(self, h: Any, standing: frozenset[int]) -> None:
        p, s = self.program, self.scaling
        gone = self.members.rows_of(standing, len(p.row_low))
        low, high = self.members.bounds(standing, p.low, p.high)
        rows = np.arange(len(p.row_low), dtype=np.int32)
        columns = np.arange(len(low), dtype=np.int32)
        if len(rows):
            h.changeRowsBounds(
                len(rows), rows,
                np.where(gone, -np.inf, p.row_low * s.rows),
                np.where(gone, np.inf, p.row_high * s.rows),
            )  # fmt: skip
        h.changeColsBounds(len(columns), columns, low / s.columns, high / s.columns)

    def linear(self, standing: Iterable[int]) -> bool:
        """Whether the program without its integrality is feasible."""
        self._set(self._linear, frozenset(standing))
        return _feasible(self._linear, self.until)

    def feasible(self, standing: Iterable[int]) -> bool:
        """Whether some plan satisfies the members that stand.

        Raises
        ------
        SolverFailed
            If HiGHS cannot tell.
        CutOff
            If the time is over before it can.
        """
        key = frozenset(standing)
        if key not in self._known:
            self.asked += 1
            found = self.linear(key) and (not self.whole or self._integer(key))
            self._known[key] = found
            if not found and (self.smallest is None or len(key) < len(self.smallest)):
                self.smallest = key
        return self._known[key]

    def _integer(self, standing: frozenset[int]) -> bool:
        # A linear answer that happens to be whole is an answer.
        x = np.asarray(self._linear.getSolution().col_value)[self.program.integer]
        if np.abs(x - np.round(x)).max(initial=0.0) < 1e-7:
            return True
        if self._mixed is None:
            self._mixed = highs_of(self.program)
            self._mixed.setOptionValue("threads", 1)
        self._set(self._mixed, standing)
        self._mixed.clearSolver()
        return _feasible(self._mixed, self.until, counts_all=False)

    def irreducible(self) -> set[int]:
        """Members of the irreducible set that HiGHS finds with all of them standing.

        Empty where it finds none. Rows and bounds of columns both count: a ban is a bound.
        """
        import highspy

        everything = frozenset(range(len(self.members)))
        h = self._linear
        self._set(h, everything)
        h.setOptionValue("iis_strategy", FROM_LP_IRREDUCIBLE)
        _limit_time(h, self.until)
        status, iis = h.getIis()
        if status == highspy.HighsStatus.kError or not iis.valid_:
            return set()
        rows, columns = set(iis.row_index_), set(iis.col_index_)
        bound = dict(zip(iis.col_index_, iis.col_bound_, strict=True))
        found = {m for row, m in self.members.rows if row in rows}
        for held, side in ((self.members.highs, _UPPER), (self.members.lows, _LOWER)):
            found |= {m for column, m, _ in held if column in columns and bound[column] in side}
        return found


_LOWER, _UPPER = frozenset({2, 4}), frozenset({3, 4})
"""Kinds of bounds in an irreducible set: 2 lower, 3 upper, 4 both."""


def _limit_time(h: Any, until: float, counts_all: bool = True) -> None:
    """Let the next run of HiGHS end with the time.

    For linear programs HiGHS 1.16 counts the seconds of all runs of one object against its limit
    (`counts_all`), for integer ones those of the run.

    Raises
    ------
    CutOff
        If the time is over.
    """
    left = until - time.perf_counter()
    if left <= 0:
        raise CutOff
    spent = h.getRunTime() if counts_all else 0.0
    h.setOptionValue("time_limit", float(left + spent))


def _feasible(h: Any, until: float, counts_all: bool = True) -> bool:
    import highspy

    codes = highspy.HighsModelStatus
    _limit_time(h, until, counts_all)
    h.run()
    status = h.getModelStatus()
    if status in (codes.kUnboundedOrInfeasible, codes.kUnknown, codes.kSolveError):
        h.clearSolver()
        h.setOptionValue("presolve", "off")
        _limit_time(h, until, counts_all)
        h.run()
        h.setOptionValue("presolve", "choose")
        status = h.getModelStatus()
    if status == codes.kOptimal:
        return True
    if status == codes.kInfeasible:
        return False
    if status == codes.kTimeLimit:
        raise CutOff
    raise SolverFailed(f"HiGHS cannot tell what clashes: {h.modelStatusToString(status)}")
