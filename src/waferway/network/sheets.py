"""Workbooks (xlsx): text that stays text, headings with units, the same bytes every time.

Owns the two ways of a cell, out and in. Text that looks like a formula is marked as text; a
formula that a person wrote is read by the value that the spreadsheet program kept beside it.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from waferway.errors import Fault, Faults, InputError, Place
from waferway.network.positions import InSheet
from waferway.network.replacing import new_file

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = [
    "InSheet",
    "SheetRows",
    "add_sheet",
    "new_workbook",
    "open_workbook",
    "plain_text",
    "put_text",
    "too_long",
]

LONGEST = 32_767
"""Characters that a cell can hold."""
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff\r]")
_FORMULA_LIKE = ("=", "+", "-", "@", "\t")
_DATED = dt.datetime(2000, 1, 1)


@dataclass(frozen=True)
class SheetRows:
    """What a sheet holds.

    Attributes
    ----------
    name : str
    columns : dict of str to list
        Cells by heading (without its unit): text, number, date, flag or None.
    headings : dict of str to str
        Headings as written.
    origin : InSheet
    """

    name: str
    columns: dict[str, list[Any]]
    headings: dict[str, str]
    origin: InSheet

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(self.origin.rows)


# -- out ----------------------------------------------------------------------------------------


def add_sheet(
    book: Workbook, name: str, heading: Sequence[str], rows: Iterable[Sequence[Any]],
    notes: Sequence[str] = (), widths: Sequence[int] = (),
) -> Worksheet:  # fmt: skip
    """Add a sheet with a frozen heading that can be filtered.

    Parameters
    ----------
    book : openpyxl Workbook
    name : str
    heading : sequence of str
    rows : iterable of sequence
        Cells: str, float, int, bool, date or None. NaN and None are left empty.
    notes : sequence of str, optional
        Comments on the heading.
    widths : sequence of int, optional
        In characters; measured by the heading and the first rows otherwise.

    Returns
    -------
    Worksheet
    """
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet: Worksheet = book.create_sheet(name)
    bold, fill = Font(bold=True), PatternFill("solid", fgColor="FFE8EDF2")
    for at, title in enumerate(heading, 1):
        cell = sheet.cell(1, at)
        put_text(cell, title)
        cell.font, cell.fill = bold, fill
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if at <= len(notes) and notes[at - 1]:
            note = Comment(_readable(notes[at - 1]), "waferway")
            note.width, note.height = 320, 90
            cell.comment = note
    longest = [max(len(word) for word in title.split(" ")) + 2 for title in heading]
    last = 1
    for last, row in enumerate(rows, 2):
        for at, value in enumerate(row, 1):
            if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
                continue
            put_text(sheet.cell(last, at), value)
            if last < 60:
                longest[at - 1] = max(longest[at - 1], len(str(value)) + 1)
    for at, size in enumerate(widths or longest, 1):
        sheet.column_dimensions[get_column_letter(at)].width = min(max(size, 9), 48)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(1, len(heading)))}{last}"
    return sheet


def put_text(cell: Any, value: Any) -> None:
    """Write one cell; text is text whatever it begins with."""
    if hasattr(value, "item"):  # a scalar of numpy
        value = value.item()
    if isinstance(value, float):
        cell.value = repr(value)  # openpyxl rounds a number to 16 digits; a double may need 17
        cell.data_type = "n"
        return
    if not isinstance(value, str):
        cell.value = value
        if isinstance(value, dt.date):
            cell.number_format = "yyyy-mm-dd"
        return
    cell.value = _readable(value)
    cell.data_type = "s"  # openpyxl takes a leading "=" for a formula
    if value.startswith(_FORMULA_LIKE):
        cell.quotePrefix = True  # editing the cell does not make a formula of it either


def _readable(text: str) -> str:
    """Text with what the format cannot hold written as it prescribes, ``_x000B_``."""
    kept = _ESCAPED.sub(lambda m: f"_x005F_x{m[1]}_", text)
    return _UNPRINTABLE.sub(lambda m: f"_x{ord(m[0]):04X}_", kept)


def too_long(text: str) -> bool:
    """Whether a cell cannot hold a text, as it is written in it."""
    return len(text) > LONGEST // 7 and len(_readable(text)) > LONGEST


@contextmanager
def new_workbook(path: str | Path, *, force: bool = False) -> Iterator[Workbook]:
    """A workbook without sheets, written when the block ends well, whole or not at all.

    Parameters
    ----------
    path : str or Path
        An ``.xlsx`` file.
    force : bool
        Whether a file that is there may be replaced.

    Raises
    ------
    InputError
        If the name does not end in ``.xlsx``.
    OutputExists
        If the file exists and `force` is false.
    """
    from openpyxl import Workbook

    where = Path(path)
    if where.suffix.casefold() != ".xlsx":
        raise InputError(
            [Fault(Place(str(path)), "a workbook ends in .xlsx",
                   suggestion=f"name it {where.parent / (where.stem or 'book')}.xlsx")],
            "nothing was written",
        )  # fmt: skip
    book = Workbook()
    book.remove(book.active)
    with new_file(where, force=force) as draft:
        yield book
        _save(book, draft)


def _save(book: Workbook, path: Path) -> None:
    """Write a workbook with fixed dates inside: the same content, the same bytes."""
    book.properties.creator = "waferway"
    book.properties.created = book.properties.modified = _DATED
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as drawn, zipfile.ZipFile(path, "w") as out:
        for entry in sorted(drawn.namelist()):
            content = drawn.read(entry)
            if entry == "docProps/core.xml":  # openpyxl writes the hour of saving over ours
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2000-01-01T00:00:00Z", content)
            info = zipfile.ZipInfo(entry, (2000, 1, 1, 0, 0, 0))
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            out.writestr(info, content)


# -- in -----------------------------------------------------------------------------------------


def open_workbook(path: Path, faults: Faults) -> Iterator[SheetRows]:
    """Sheets of a workbook with their rows; faults for cells that hold no value.

    Sheets whose name begins with ``_`` are left out.
    """
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, data_only=True)
        drawn = load_workbook(path) if _has_formula(path) else book
    except (zipfile.BadZipFile, KeyError, OSError, ValueError) as broken:
        faults.add(Place(str(path)), f"this is no workbook: {broken}", "",
                   "save it as .xlsx", "workbook")  # fmt: skip
        return
    for sheet in book.worksheets:
        if not sheet.title.startswith("_"):
            yield _rows(str(path), sheet, drawn[sheet.title], faults)


def _has_formula(path: Path) -> bool:
    with zipfile.ZipFile(path) as book:
        return any(
            b"<f>" in content or b"<f " in content
            for name in book.namelist() if name.startswith("xl/worksheets/sheet")
            for content in [book.read(name)]
        )  # fmt: skip


def _rows(file: str, sheet: Worksheet, drawn: Worksheet, faults: Faults) -> SheetRows:
    headings: dict[str, str] = {}
    letters: dict[str, str] = {}
    at: dict[str, int] = {}
    for cell in sheet[1] if sheet.max_row else ():
        written = _text_in(cell.value) if isinstance(cell.value, str) else None
        if cell.value is None or (written is not None and not written.strip()):
            continue
        title = written if written is not None else str(cell.value)
        name = title.split("[", 1)[0].strip()
        if name in at:
            faults.add(Place(file, cell=f"{sheet.title}!{cell.coordinate}"),
                       f"column {name} is given twice", "", "keep one of them",
                       "duplicate-column")  # fmt: skip
        headings[name], letters[name], at[name] = title, cell.column_letter, cell.column - 1
    columns: dict[str, list[Any]] = {name: [] for name in at}
    lines: list[int] = []
    for line, cells in enumerate(sheet.iter_rows(min_row=2), 2):
        values = {name: _value(file, sheet, drawn, cells[column], faults)
                  for name, column in at.items() if column < len(cells)}  # fmt: skip
        if all(value is None for value in values.values()):
            continue
        lines.append(line)
        for name in at:
            columns[name].append(values.get(name))
    return SheetRows(sheet.title, columns, headings, InSheet(file, sheet.title, lines, letters))


def _value(file: str, sheet: Worksheet, drawn: Worksheet, cell: Any, faults: Faults) -> Any:
    place = Place(file, cell=f"{sheet.title}!{cell.coordinate}")
    value = cell.value
    if cell.data_type == "e":
        faults.add(place, f"the cell is the error {value}", "", "mend its formula", "workbook")
        return None
    if value is None and drawn is not sheet and drawn[cell.coordinate].data_type == "f":
        faults.add(place, "the formula has no value",
                   "no spreadsheet program has computed it since it was written",
                   "open and save the workbook in one, or write the value", "workbook")  # fmt: skip
        return None
    if isinstance(value, str):
        return _text_in(value) or None
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.time | dt.timedelta):
        faults.add(place, f"{value} is a time of day", "", "write a date or a number", "date")
        return None
    return value


def plain_text(value: Any) -> str:
    """A cell as text: whole numbers without a fraction, dates as ISO, flags in small letters.

    Examples
    --------
    >>> plain_text(3.0), plain_text(True), plain_text(dt.date(2026, 1, 1)), plain_text(None)
    ('3', 'true', '2026-01-01', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _text_in(text: str) -> str:
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text)
