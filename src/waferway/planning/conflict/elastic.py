"""The least change of numbers that makes a network feasible.

Owns the elastic program: every number that a member stands for may give way at a price, and the
total of relative changes is least. Bans, dates and rights are no numbers; they stay.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from waferway.calendar import Calendar
from waferway.planning.cells import Cells
from waferway.planning.conflict.members import Member
from waferway.planning.conflict.relaxable import Relaxable
from waferway.planning.extensive import Program
from waferway.planning.instance import Array
from waferway.planning.solving import highs_of, scaling_of

__all__ = ["Change", "least_change"]

NUMBERS = frozenset({
    ("demand", "quantity"), ("line", "capacity"), ("module", "orders_per_year"),
    ("module", "total"), ("limit", "bound"), ("fund", "amount_usd"), ("argument", ""),
    ("site", "power_mw"), ("site", "water_m3"), ("lane", "capacity"),
    ("commitment", "quantity"), ("offer_step", "volume"), ("stock", "arrivals"),
})  # fmt: skip
"""Cells that may give way, by (table, column)."""

FALLING = frozenset({("demand", "quantity"), ("commitment", "quantity")})
"""Cells that give way downwards: what is asked for. Limits give way in their own sense."""


@dataclass(frozen=True)
class Change:
    """One number of the least change.

    Attributes
    ----------
    member : Member
    before, after : float
        In the unit of the cell; NaN where the cell has no single value (a share of a changing
        total, a stock that is all there is).
    amount : float
        How much it gives way, always above 0, in the unit of the cell (for a share: of what is
        counted, per month).
    """

    member: Member
    before: float
    after: float
    amount: float


def least_change(
    relaxable: Relaxable, cells: Cells, among: Callable[[Member], bool] | None = None,
    until: float = np.inf,
) -> tuple[list[Change] | None, bool]:  # fmt: skip
    """Change as little as possible, in all, relative to the numbers as they are.

    Parameters
    ----------
    relaxable : Relaxable
    cells : Cells
    among : callable, optional
        Only these members may give way.
    until : float
        When to stop looking, on the clock of `time.perf_counter`.

    Returns
    -------
    changes : list of Change, or None
        None where no change of these numbers makes the network feasible, or none was found.
    proven : bool
        Whether the search came to its end: else the change is the least of those found.
    """
    import highspy

    members = relaxable.members
    chosen = [
        i
        for i, m in enumerate(members.names)
        if (m.table, m.column) in NUMBERS and (among is None or among(m))
    ]
    if not chosen:
        return None, True
    left = min(until - time.perf_counter(), 1e9)
    if left <= 0:
        return None, False
    program, weights = _elastic(relaxable, cells, chosen)
    scaling = scaling_of(program)
    h = highs_of(program, scaling)
    h.setOptionValue("threads", 1)
    h.setOptionValue("mip_rel_gap", 1e-6)
    h.setOptionValue("time_limit", left)
    h.run()
    codes = highspy.HighsModelStatus
    proven = h.getModelStatus() in (codes.kOptimal, codes.kInfeasible)
    if h.getInfo().primal_solution_status != int(highspy.SolutionStatus.kSolutionStatusFeasible):
        return None, proven
    x = np.array(h.getSolution().col_value) * scaling.columns
    found = []
    for k, i in enumerate(chosen):
        amount = float(x[len(x) - len(chosen) + k])
        if amount * weights[k] > 1e-7:
            found.append(_change(members.names[i], amount, cells))
    return found, proven


def _change(member: Member, amount: float, cells: Cells) -> Change:
    before = _size(member, cells)
    falls = (member.table, member.column) in FALLING
    if member.table == "limit":
        falls = cells.value("limit", member.key, "sense") == ">="
        if cells.value("limit", member.key, "share_of"):
            return Change(member, before, float("nan"), amount)
    if member.table == "stock":
        return Change(member, float("nan"), float("nan"), amount)
    after = before - amount if falls else before + amount
    return Change(member, before, 0.0 if abs(after) < 1e-9 * abs(before) else after, amount)


def _size(member: Member, cells: Cells) -> float:
    if member.table == "argument":
        return float("nan")
    return float(cells.value(member.table, member.key, member.column, member.period, member.branch))


def _elastic(relaxable: Relaxable, cells: Cells, chosen: Iterable[int]) -> tuple[Program, Array]:
    """The program with a column by which each chosen member gives way, and their weights."""
    p, members = relaxable.program, relaxable.members
    at = {i: k for k, i in enumerate(chosen)}
    slack = _Terms()
    for (row, i), coefficient in members.draws.items():
        if i in at:
            slack.add(row, at[i], coefficient)
    for row, i in members.rows:
        if i in at and (row, i) not in members.draws:
            asks = not np.isfinite(p.row_high[row])
            # That a line has no less than nothing is a row in capacity, not in what is used.
            level = asks and members.names[i].table == "line"
            months = 1.0 if level else _months(members.names[i], cells)
            slack.add(row, at[i], months if asks else -months)
    standing = [i for i in range(len(members)) if i not in at]
    low, high = members.bounds(standing, p.low, p.high)
    bounds: dict[tuple[int, int], float] = {}
    for column, i, bound in members.highs:
        if i in at:
            key = (column, i)
            bounds[key] = min(bound, bounds.get(key, np.inf))
    further, extra = _Terms(), _Terms()
    right: list[float] = []
    of_stock: dict[int, int] = {}
    for (column, i), bound in bounds.items():
        row = len(right)
        if members.names[i].table == "stock":  # all that comes in addition, over all periods
            row = of_stock.setdefault(i, row)
        further.add(row, column, 1.0)
        extra.add(row, at[i], -_months(members.names[i], cells))
        right += [bound] * (row == len(right))
    shape = (len(p.row_low), len(at))
    matrix = sp.block_array(
        [[p.matrix, slack.matrix(*shape)],
         [further.matrix(len(right), len(low)), extra.matrix(len(right), len(at))]],
        format="csr",
    ) if right else sp.hstack([p.matrix, slack.matrix(*shape)], format="csr")  # fmt: skip
    names = [members.names[i] for i in at]
    weights = _weights(names, cells)
    zeros = np.zeros(len(at))
    money = np.array([n.table in ("fund", "argument") for n in names], dtype=bool)
    program = replace(
        p, matrix=sp.csr_array(matrix), cost=np.append(np.zeros(len(low)), weights),
        low=np.append(low, zeros), high=np.append(high, np.full(len(at), np.inf)),
        integer=np.append(p.integer, zeros.astype(bool)), money=np.append(p.money, money),
        row_low=np.append(p.row_low, np.full(len(right), -np.inf)),
        row_high=np.append(p.row_high, np.array(right)),
    )  # fmt: skip
    return program, weights


def _weights(names: list[Member], cells: Cells) -> Array:
    """1 / the number as it is; where it is 0, 1 / the largest of its column."""
    sizes = np.array([abs(_size(m, cells)) for m in names])
    largest: dict[tuple[str, str], float] = defaultdict(float)
    for m, size in zip(names, sizes, strict=True):
        if np.isfinite(size):
            largest[m.table, m.column] = max(largest[m.table, m.column], float(size))
    most = max(largest["demand", "quantity"], 1.0)
    scale = np.array([largest[m.table, m.column] or most for m in names])
    safe = np.where(np.isfinite(sizes) & (sizes > 0), sizes, scale)
    return np.asarray(1.0 / safe)


def _months(member: Member, cells: Cells) -> float:
    """What one unit of a cell is on the right side of its row: months of a rate, 1 of a level."""
    if not member.period or member.period not in cells.calendar.labels:
        return 1.0
    months = float(_length(cells.calendar, member.period))
    if member.table == "demand":
        return months if cells.value("demand", member.key, "measure") == "flow" else 1.0
    if member.table == "limit":
        level = cells.value("limit", member.key, "measure") in ("capacity", "site_power_mw")
        return 1.0 if level else months
    if member.table == "site":
        return 1.0
    return months


def _length(calendar: Calendar, label: str) -> float:
    return float(calendar.months[calendar.labels.index(label)])


class _Terms:
    """Entries of a sparse matrix, in the making."""

    def __init__(self) -> None:
        self._at: dict[tuple[int, int], float] = {}

    def add(self, row: int, column: int, value: float) -> None:
        self._at[row, column] = value

    def matrix(self, height: int, width: int) -> sp.csr_array:
        rows = [r for r, _ in self._at]
        columns = [c for _, c in self._at]
        return sp.csr_array((list(self._at.values()), (rows, columns)), shape=(height, width))
