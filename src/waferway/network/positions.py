"""Where values stand in the input: file, line, column, found only when someone asks.

Owns the map from rows and columns to places. Positions of a table of ten thousand rows are
kept as a few lists; a `Place` is made when a fault or a trace needs one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from waferway.errors import Place

__all__ = ["InCode", "InCsv", "InSheet", "InYaml", "Listed", "Origin", "Places"]


class Origin(Protocol):
    """Where the rows of one table came from."""

    def place(self, row: int, column: str) -> Place:
        """Place of a cell; column "" is the row itself, row -1 the heading."""
        ...


@dataclass(frozen=True)
class InCode:
    """Rows written in code: the place is ``table[row].column``."""

    table: str

    def place(self, row: int, column: str) -> Place:
        """Place of a cell, as one would write it in code."""
        at = f"{self.table}[{row}]" if row >= 0 else self.table
        return Place(cell=f"{at}.{column}" if column else at)


@dataclass(frozen=True)
class InCsv:
    """Rows of a CSV file.

    Attributes
    ----------
    file : str
    lines : sequence of str
        The text of the file.
    first : sequence of int
        One-based line on which each row begins; the heading is line 1.
    order : mapping of str to int
        Ordinal of each column in the file.
    """

    file: str
    lines: Sequence[str] = field(repr=False)
    first: Sequence[int] = field(repr=False)
    order: Mapping[str, int] = field(repr=False)

    def place(self, row: int, column: str) -> Place:
        """Line, and column of the character with which the cell begins."""
        line = self.first[row] if 0 <= row < len(self.first) else 1
        if column not in self.order:
            return Place(self.file, line, 1)
        down, across = _field_start(self.lines, line - 1, self.order[column])
        return Place(self.file, line + down, across + 1)


def _field_start(lines: Sequence[str], first: int, ordinal: int) -> tuple[int, int]:
    """Lines below `first` and characters from the left at which a field of a record begins."""
    found, quoted, down = 0, False, 0
    while ordinal and first + down < len(lines):
        for across, letter in enumerate(lines[first + down]):
            if letter == '"':
                quoted = not quoted
            elif letter == "," and not quoted:
                found += 1
                if found == ordinal:
                    return down, across + 1
        if not quoted:
            return 0, len(lines[first])
        down += 1
    return 0, 0


@dataclass(frozen=True)
class InSheet:
    """Rows of a sheet: the place is the name of the sheet and the cell.

    Attributes
    ----------
    file, sheet : str
    rows : sequence of int
        One-based row of each row read.
    letters : mapping of str to str
        Column letters by name.
    """

    file: str
    sheet: str
    rows: Sequence[int]
    letters: dict[str, str]

    def place(self, row: int, column: str) -> Place:
        """Place of a cell, as ``demand!C7``; of the heading for row -1."""
        line = self.rows[row] if 0 <= row < len(self.rows) else 1
        return Place(self.file, cell=f"{self.sheet}!{self.letters.get(column, 'A')}{line}")


@dataclass(frozen=True)
class InYaml:
    """Rows of a YAML file: one mapping of column to (line, column) per row, "" for the row."""

    file: str
    marks: Sequence[Mapping[str, tuple[int, int]]] = field(repr=False)
    heading: tuple[int, int] = (1, 1)

    def place(self, row: int, column: str) -> Place:
        """Line and column of the value, else of the row."""
        if not 0 <= row < len(self.marks):
            return Place(self.file, *self.heading)
        marks = self.marks[row]
        return Place(self.file, *marks.get(column, marks.get("", self.heading)))


@dataclass(frozen=True)
class Listed:
    """Rows made while reading, for example from a dated cell: a place for each."""

    places: Sequence[Place] = field(repr=False)

    def place(self, row: int, column: str) -> Place:  # noqa: ARG002
        """Place of the cell from which the row was made."""
        return self.places[row]


class Places(Mapping[tuple[str, str, str], Place]):
    """Places of all cells of a network by (table, key, column), made on demand.

    Parameters
    ----------
    origins : mapping of str to sequence of (int, Origin)
        For each table, how many rows came from which origin, in order.
    keys : mapping of str to sequence of str
        Row keys of each table, in the order read.
    columns : mapping of str to sequence of str
        Columns of each table.
    settings : mapping of str to Place
        Where each setting stands, or would; found as ``("setting", name, "value")``.
    """

    def __init__(
        self,
        origins: Mapping[str, Sequence[tuple[int, Origin]]],
        keys: Mapping[str, Sequence[str]],
        columns: Mapping[str, Sequence[str]],
        settings: Mapping[str, Place] | None = None,
    ) -> None:
        self._settings = settings or {}
        self._origins = origins
        self._keys = keys
        self._columns = columns

    @cached_property
    def _rows(self) -> dict[str, dict[str, int]]:
        return {
            table: {key: row for row, key in reversed(list(enumerate(keys)))}
            for table, keys in self._keys.items()
        }

    def locate(self, table: str, row: int, column: str = "") -> Place:
        """Place of a cell by the number of its row as read."""
        at = row
        for count, origin in self._origins.get(table, ()):
            if at < count:
                return origin.place(at, column)
            at -= count
        return InCode(table).place(row, column)

    def __getitem__(self, name: tuple[str, str, str]) -> Place:
        table, key, column = name
        if table == "setting":
            return self._settings[key]
        return self.locate(table, self._rows[table][key], column)

    def __iter__(self) -> Iterator[tuple[str, str, str]]:
        for table, keys in self._keys.items():
            for key in keys:
                for column in self._columns[table]:
                    yield table, key, column

    def __len__(self) -> int:
        return sum(len(keys) * len(self._columns[table]) for table, keys in self._keys.items())
