"""The parts of a network that can clash, and what of the program each of them holds in place.

Owns the map from cells of the network to rows and bounds of the program. A member is one cell,
in one period where the cell is about time. Balances, definitions and history are no members:
they are what a network is, and stay when every member is lifted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from waferway.planning.instance import Array

__all__ = ["Member", "Members"]


@dataclass(frozen=True, order=True)
class Member:
    """One cell of the network that takes part in a conflict, in one period and branch.

    Attributes
    ----------
    table, key, column : str
        The cell. A missing row (no lane, no qualification) has its would-be key and no column.
    period : str
        Label; a year for yearly bounds; "" where the cell is not about time.
    branch : str
    kind : str
        What it does, in a word: ``demand``, ``capacity``, ``limit``, ...
    """

    table: str
    key: str
    column: str
    period: str = ""
    branch: str = ""
    kind: str = field(default="", compare=False)

    @property
    def entity(self) -> tuple[str, str, str]:
        """The cell, whatever the period."""
        return self.table, self.key, self.column


class Members:
    """Every member of a program, with the rows it holds and the bounds it sets.

    A row falls away when any of its members is lifted. A bound is the tightest of its members
    that stand.
    """

    def __init__(self) -> None:
        self.names: list[Member] = []
        self._index: dict[Member, int] = {}
        self.rows: list[tuple[int, int]] = []
        self.highs: list[tuple[int, int, float]] = []
        self.lows: list[tuple[int, int, float]] = []
        self.draws: dict[tuple[int, int], float] = {}

    def __len__(self) -> int:
        return len(self.names)

    def of(self, member: Member) -> int:
        """Number of a member."""
        if member not in self._index:
            self._index[member] = len(self.names)
            self.names.append(member)
        return self._index[member]

    def hold_row(self, row: int, member: Member) -> None:
        """A row of the program that stands because of a member."""
        self.rows.append((row, self.of(member)))

    def hold_high(self, column: int, member: Member, bound: float) -> None:
        """An upper bound that stands because of a member."""
        self.highs.append((column, self.of(member), bound))

    def hold_low(self, column: int, member: Member, bound: float) -> None:
        """A lower bound that stands because of a member."""
        self.lows.append((column, self.of(member), bound))

    def draw(self, row: int, member: Member, coefficient: float) -> None:
        """More of a member (capacity) counts in a row (power, a rule), that much a unit."""
        self.draws[row, self.of(member)] = coefficient

    def rows_of(self, standing: Iterable[int], count: int) -> np.ndarray:
        """Rows of the program that fall away when only some members stand; shape (count,)."""
        gone = np.zeros(count, dtype=bool)
        if self.rows:
            table = np.array(self.rows, dtype=np.int64)
            stands = np.zeros(len(self), dtype=bool)
            stands[list(standing)] = True
            gone[table[~stands[table[:, 1]], 0]] = True
        return gone

    def bounds(self, standing: Iterable[int], low: Array, high: Array) -> tuple[Array, Array]:
        """Column bounds when only some members stand, from the bounds without any."""
        stands = np.zeros(len(self), dtype=bool)
        stands[list(standing)] = True
        low, high = low.copy(), high.copy()
        for column, member, bound in self.highs:
            if stands[member]:
                high[column] = min(high[column], bound)
        for column, member, bound in self.lows:
            if stands[member]:
                low[column] = max(low[column], bound)
        return low, high
