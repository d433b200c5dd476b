"""Files of the atlas as text, with the place of every cell.

Owns the reading of one CSV file into rows that know their line and column. What the cells must
be is for `waferway.atlas.catalogue` and `waferway.atlas.gate`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from waferway.errors import Fault, InputError, Place
from waferway.network.positions import InCsv

__all__ = ["Sheet", "key_of", "read_sheet"]


@dataclass(frozen=True)
class Sheet:
    """One file.

    Attributes
    ----------
    name : str
        Of the table: the file without its ending.
    columns : tuple of str
        As the heading gives them.
    rows : list of dict of str to str
        Cells without surrounding blanks; a row that is too short has empty cells.
    origin : InCsv
    widths : list of int
        How many cells each row has in the file.
    """

    name: str
    columns: tuple[str, ...]
    rows: list[dict[str, str]]
    origin: InCsv
    widths: list[int]

    def place(self, row: int, column: str = "") -> Place:
        """Where a cell stands; row -1 is the heading."""
        return self.origin.place(row, column)

    def __iter__(self) -> Iterator[tuple[int, dict[str, str]]]:
        return iter(enumerate(self.rows))

    def index(self, key: tuple[str, ...]) -> dict[str, int]:
        """First row of each key."""
        found: dict[str, int] = {}
        for at, row in self:
            found.setdefault(key_of(row, key), at)
        return found

    @cached_property
    def by_name(self) -> dict[str, dict[str, str]]:
        """Rows by the column ``name``."""
        return {row["name"]: row for row in self.rows if row.get("name")}


def key_of(row: dict[str, str], key: tuple[str, ...]) -> str:
    """Key of a row: the cells that name it, joined by a slash."""
    return "/".join(row.get(column, "") for column in key)


def read_sheet(path: Path) -> Sheet:
    r"""Read one CSV file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Sheet

    Raises
    ------
    InputError
        If the file is not UTF-8 text.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "rack.csv"
    >>> _ = file.write_text("name,units\nnvl72,72\n")
    >>> str(read_sheet(file).place(0, "units")).endswith("rack.csv:2:7")
    True
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            [Fault(Place(str(path)), f"is no UTF-8 text: byte {error.start}",
                   suggestion="save it as CSV in UTF-8")],
            "the file was not read",
        ) from None  # fmt: skip
    reader = csv.reader(io.StringIO(text, newline=""))
    heading = [cell.strip() for cell in next(reader, [])]
    rows, first, widths = [], [], []
    begun = reader.line_num + 1
    for cells in reader:
        if cells:
            padded = [*(cell.strip() for cell in cells), *[""] * (len(heading) - len(cells))]
            rows.append(dict(zip(heading, padded, strict=False)))
            first.append(begun)
            widths.append(len(cells))
        begun = reader.line_num + 1
    order = {name: at for at, name in enumerate(heading)}
    origin = InCsv(str(path), text.splitlines(keepends=True), first, order)
    return Sheet(path.stem, tuple(heading), rows, origin, widths)
