"""Read a network: a folder of CSV and YAML files, one YAML file, or a workbook.

Owns files and their positions; every fault of every file is raised at once as
``file:line:column``. What the cells mean is for `waferway.network.assembly`.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from waferway.errors import Faults, InputError, Place, nearest
from waferway.evidence.claims import Claim, Evidence, Source, read_evidence
from waferway.evidence.formula_text import unguarded
from waferway.network.assembly import RawTable, assemble, from_raw, no_table, read_settings
from waferway.network.migrations import MIGRATIONS, Translation, translation
from waferway.network.network import Network
from waferway.network.positions import InCsv, InYaml
from waferway.network.schema import SCHEMA_VERSION, SETTINGS, TABLES
from waferway.network.yaml_tree import Tree, parse_yaml

__all__ = ["Reading", "assemble", "read"]

_NOT_YAML = (".csv", ".xls", ".ods", ".parquet", ".json")
_TOP = ("waferway", "setting", "applied", "claims", "sources")


def read(path: str | Path, *, part: bool = False) -> Network:
    r"""Read and check a network.

    Parameters
    ----------
    path : str or Path
        A folder with ``network.yaml`` and one ``<table>.csv`` or ``<table>.yaml`` per table,
        ``claim*.csv`` and ``source*.csv``; or one YAML file with all of it; or a workbook
        (``.xlsx``) with a sheet per table.
    part : bool
        Whether it was cut from a larger network, as in the folder of a party's plan: rows may
        then refer to what was cut away, and only cells are checked.

    Returns
    -------
    Network

    Raises
    ------
    InputError
        With every fault at once.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "net.yaml").write_text(
    ...     "waferway: 1\nparty: {acme: {kind: lab, country: US}}\n")
    >>> read(folder / "net.yaml").table("party").loc["acme", "country"]
    'US'
    """
    reading = Reading()
    reading.part = part
    where = Path(path)
    if where.is_dir():
        reading.folder(where)
    elif where.name == "network.yaml" and where.is_file():
        reading.folder(where.parent)  # the heading of a folder stands for the folder
    elif where.is_file() and where.suffix in _NOT_YAML:
        reading.faults.add(
            Place(str(where)), "neither a folder nor a YAML file nor an .xlsx workbook", "",
            f"a table belongs in a folder beside network.yaml: {where.parent}", "no-file",
        )  # fmt: skip
    elif where.is_file() and where.suffix == ".xlsx":
        from waferway.network.workbook_reading import read_sheets

        read_sheets(where, reading)
    elif where.is_file():
        reading.network_file(where)
    else:
        _missing(where, reading.faults)
    return reading.finish()


def _missing(where: Path, faults: Faults) -> None:
    beside = [p.name for p in where.parent.iterdir()] if where.parent.is_dir() else []
    found = nearest(where.name, beside)
    faults.add(
        Place(str(where)), "there is no such file or folder",
        suggestion=f"did you mean {where.parent / found[0]}?" if found else
        "waferway network new PATH writes an example", kind="no-file",
    )  # fmt: skip


class Reading:
    """What has been read of one network so far."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.raw: list[RawTable] = []
        self.settings: dict[str, tuple[Any, Place]] = {}
        self.settings_place = Place()
        self.applied: tuple[str, ...] = ()
        self.translate = Translation()
        self.unread: set[str] = set()
        self.part = False  # cut from a larger network: references may lead outside
        self.readable = True  # false once a file is of a version that is not known
        self.claims: list[Claim] = []
        self.sources: list[Source] = []

    def finish(self) -> Network:
        """Assemble and check what was read; raise every fault."""
        if not self.readable:
            self.faults.raise_any()
        self._translate_names()
        given = read_settings(
            {name: raw for name, (raw, _) in self.settings.items()},
            lambda name: self.settings[name][1],
            self.faults,
        )
        evidence = Evidence()
        try:
            evidence = Evidence(self.claims, self.sources)
        except InputError as error:
            self._evidence_faults(error)
        self._check_money()
        return from_raw(
            self.raw, given, evidence, self.faults, applied=self.applied,
            unread=self.unread, part=self.part,
            of_setting=lambda name: self.settings.get(name, ("", self.settings_place))[1],
        )  # fmt: skip

    def _translate_names(self) -> None:
        """Cells that name tables and columns follow their renaming."""
        if not self.translate.steps:
            return
        for raw in self.raw:
            if raw.name not in ("profile", "cite", "change") or "table" not in raw.columns:
                continue
            tables = [self.translate.table(str(name or "")) for name in raw.columns["table"]]
            raw.columns["table"] = tables
            if "column" in raw.columns:
                raw.columns["column"] = [
                    self.translate.column(table, str(column or ""))
                    for table, column in zip(tables, raw.columns["column"], strict=True)
                ]

    def _check_money(self) -> None:
        """Files pass from hand to hand: their money says its currency and its prices."""
        money = next(
            (
                f"{table.name}.{column}"
                for table in self.raw
                for column, cells in table.columns.items()
                if column.endswith("_usd") and any(cell not in (None, "") for cell in cells)
            ),
            None,
        )
        known = [attribute.name for attribute in SETTINGS]
        meant = {name if name in known else "".join(nearest(name, known)) for name in self.settings}
        for name, example in (("currency", "USD"), ("price_year", "2024, or nominal")):
            if money and name not in meant:
                self.faults.add(
                    self.settings_place,
                    f"setting {name} is missing",
                    f"{money} holds money",
                    f"for example: {name}: {example}",
                    "money",
                )

    # -- folders --------------------------------------------------------------------------------

    def folder(self, folder: Path) -> None:
        """Read every file of a folder that belongs to a network."""
        main = folder / "network.yaml"
        if main.is_file():
            self.network_file(main)
        else:
            self.faults.add(
                Place(str(folder)), "network.yaml is missing",
                "it holds the schema version and the settings",
                f"write network.yaml with the line: waferway: {SCHEMA_VERSION}", "no-file",
            )  # fmt: skip
        if not self.readable:
            return
        claims, sources = [], []
        for path in sorted(folder.iterdir()):
            if path.suffix not in (".csv", ".yaml", ".yml") or path == main:
                continue
            if path.suffix == ".csv" and path.stem.startswith("claim"):
                claims.append(path)
            elif path.suffix == ".csv" and path.stem.startswith("source"):
                sources.append(path)
            elif self.translate.table(path.stem) not in TABLES:
                self.not_whole(path.stem)
                no_table(path.stem, Place(str(path)), self.faults)
            elif path.suffix == ".csv":
                self.csv_table(path)
            else:
                self.table_file(path)
        try:
            evidence = read_evidence(claims, sources)
            self.claims += evidence.values()
            self.sources += evidence.sources.values()
        except InputError as error:
            self._evidence_faults(error)

    def _evidence_faults(self, error: InputError) -> None:
        self.unread.add("claims")
        self.faults.extend(error.faults)

    def not_whole(self, table: str) -> None:
        """Remember that a table, by its name or the nearest to it, could not be read whole."""
        self.unread |= {table} if table in TABLES else set(nearest(table, TABLES))

    def csv_table(self, path: Path) -> None:
        """Read one table from CSV."""
        table = self.translate.table(path.stem)
        text = self._text(path)
        if text is None:
            self.not_whole(table)
            return
        lines = list(io.StringIO(text, newline=""))
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows: list[list[str]] = []
        first: list[int] = []
        line = 0
        try:
            for row in reader:
                if row:
                    rows.append(row)
                    first.append(line + 1)
                line = reader.line_num
        except csv.Error as error:
            self.not_whole(table)
            self.faults.add(
                Place(str(path), reader.line_num, 1), f"not CSV: {error}", "",
                "write a quote inside a quoted cell twice", "csv",
            )  # fmt: skip
            return
        if not rows:
            self.not_whole(table)
            self.faults.add(
                Place(str(path), 1, 1), "the file has no heading",
                suggestion=f"columns of {table}: {', '.join(TABLES[table].columns)}",
                kind="csv",
            )  # fmt: skip
            return
        heading = [self.translate.column(table, name.strip()) for name in rows[0]]
        order: dict[str, int] = {}
        for ordinal, name in enumerate(heading):
            if name in order:
                place = InCsv(str(path), lines, [1], {name: ordinal}).place(0, name)
                self.faults.add(
                    place, f"column {name} is given twice", "", "keep one of them",
                    "duplicate-column",
                )  # fmt: skip
            order[name] = ordinal
        body = [(at, row) for at, row in zip(first[1:], rows[1:], strict=True)]
        for at, row in body:
            if len(row) != len(heading):
                self.not_whole(table)
                self.faults.add(
                    Place(str(path), at, 1),
                    f"the row has {len(row)} cells, the heading has {len(heading)}",
                    "",
                    "put a cell that contains a comma in double quotes"
                    if len(row) > len(heading)
                    else "write a comma for each empty cell",
                    "csv",
                )
        whole = [[unguarded(cell) for cell in row] for _, row in body if len(row) == len(heading)]
        starts = [at for at, row in body if len(row) == len(heading)]
        columns = zip(*whole, strict=True) if whole else [()] * len(heading)
        cells = {name: list(cells) for name, cells in zip(heading, columns, strict=True)}
        origin = InCsv(str(path), lines, starts, order)
        self.raw.append(RawTable(table, cells, len(whole), origin))

    def _text(self, path: Path) -> str | None:
        try:
            return path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            before = error.object[: error.start].split(b"\n")
            self.faults.add(
                Place(str(path), len(before), len(before[-1]) + 1),
                f"byte {error.object[error.start]:#04x} is not UTF-8",
                suggestion="save the file as UTF-8", kind="encoding",
            )  # fmt: skip
            return None

    # -- YAML -----------------------------------------------------------------------------------

    def _mapping(self, path: Path) -> Tree | None:
        text = self._text(path)
        if text is None:
            return None
        tree = parse_yaml(text, str(path), self.faults)
        if tree is not None and (tree.is_mapping or tree.is_list):
            return tree
        if tree is not None or not text.strip():
            self.faults.add(
                Place(str(path), 1, 1), "the file is no mapping", "",
                f"begin with the line: waferway: {SCHEMA_VERSION}", "yaml-form",
            )  # fmt: skip
        return None

    def network_file(self, path: Path) -> None:
        """Read ``network.yaml``, or a network in one file."""
        tree = self._mapping(path)
        if tree is None:
            return
        if tree.is_list:
            self.faults.add(
                tree.place, "the file is a list, not a mapping", "",
                f"begin with the line: waferway: {SCHEMA_VERSION}", "yaml-form",
            )  # fmt: skip
            return
        self.settings_place = tree.place
        parts = list(tree.items())
        if not self._version(parts, tree):
            self.readable = False
            return
        for written, part, mark in parts:
            name = self.translate.table(written)
            place = Place(str(path), *mark)
            if name == "setting":
                self._settings(part, place)
            elif name == "applied":
                self.applied = tuple(str(entry) for entry in part.plain() or ())
            elif name in ("claims", "sources"):
                self._evidence(name, part)
            elif name in TABLES:
                self._table(name, part, mark)
            elif name != "waferway":
                self.not_whole(written)
                found = nearest(name, [*_TOP, *TABLES])
                self.faults.add(
                    place, f'"{written}" is no part of a network',
                    f"parts are: {', '.join([*_TOP, *TABLES])}",
                    f"did you mean {found[0]}?" if found else "", "unknown-table",
                )  # fmt: skip

    def table_file(self, path: Path) -> None:
        """Read one table from YAML: its rows, or a mapping with the version and the table."""
        tree = self._mapping(path)
        table = self.translate.table(path.stem)
        if tree is None:
            self.not_whole(table)
            return
        parts = list(tree.items()) if tree.is_mapping else []
        if "waferway" not in [name for name, _, _ in parts]:
            self._table(table, tree, tree.mark)
            return
        folder, self.translate = self.translate, Translation()
        if self._version(parts, tree):
            for name, part, mark in parts:
                if self.translate.table(name) == table:
                    self._table(table, part, mark)
                elif name != "waferway":
                    self.faults.add(
                        Place(str(path), *mark), f'"{name}" is not expected here',
                        f"{path.name} holds only waferway and {path.stem}",
                        kind="unknown-table",
                    )  # fmt: skip
        self.translate = folder

    def _version(self, parts: list[tuple[str, Tree, tuple[int, int]]], tree: Tree) -> bool:
        """Take up the version that a file states; False, and a fault, where it is not known."""
        version = next((part for name, part, _ in parts if name == "waferway"), None)
        if version is None:
            self.faults.add(
                tree.place, "the schema version is missing", "",
                f"begin the file with the line: waferway: {SCHEMA_VERSION}", "version",
            )  # fmt: skip
            return True
        return self.take_version(version.plain(), version.place)

    def take_version(self, stated: Any, place: Place) -> bool:
        """Take up a stated version; False, and a fault, where it is not known."""
        number = int(stated) if isinstance(stated, str) and stated.isdigit() else -1
        found = translation(number) if number >= 0 else None
        if found is None:
            known = ", ".join(str(v) for v in sorted({*MIGRATIONS, SCHEMA_VERSION}))
            self.faults.add(
                place, f"schema version {stated} is not known",
                f"this waferway reads versions {known}",
                "a newer waferway reads it" if number > SCHEMA_VERSION else
                f"write waferway: {SCHEMA_VERSION}", "version",
            )  # fmt: skip
            return False
        self.translate = found
        return True

    def _settings(self, tree: Tree, place: Place) -> None:
        self.settings_place = place
        if tree.is_empty:
            return
        if not tree.is_mapping:
            self.faults.add(
                tree.place, "setting is no mapping", "", "write `name: value` lines", "yaml-form"
            )
            return
        for written, part, mark in tree.items():
            name = self.translate.setting(written)
            value = part.plain()
            known = any(name == attribute.name for attribute in SETTINGS)
            at = part.place if isinstance(value, str) and known else Place(part.file, *mark)
            self.settings[name] = (value, at)

    def _table(self, name: str, tree: Tree, mark: tuple[int, int]) -> None:
        """Rows of a table: a mapping of name to row, or a list of rows."""
        key = TABLES[name].key
        rows: list[tuple[dict[str, Any], dict[str, tuple[int, int]]]] = []
        if tree.is_empty:
            return
        if tree.is_mapping and len(key) == 1:
            for row_name, row, row_mark in tree.items():
                if not (row.is_mapping or row.is_empty):
                    self._no_row(name, row)
                    continue
                cells, marks = _row(row, name, self.translate)
                marks[""] = row_mark
                if key[0] in cells and cells[key[0]] != row_name:
                    self.faults.add(
                        Place(row.file, *marks[key[0]]),
                        f'{name} "{row_name}" is also named "{cells[key[0]]}"',
                        "", f"leave out the line `{key[0]}: ...`", "duplicate-name",
                    )  # fmt: skip
                cells[key[0]] = row_name
                marks.setdefault(key[0], row_mark)
                rows.append((cells, marks))
        elif tree.is_list:
            for row in tree.entries():
                if not row.is_mapping:
                    self._no_row(name, row)
                    continue
                rows.append(_row(row, name, self.translate))
        else:
            self.not_whole(name)
            self.faults.add(
                tree.place,
                f"{name} is no {'mapping or ' if len(key) == 1 else ''}list of rows",
                f"its rows are named by {' and '.join(key)}",
                "write a list of rows, each `- {column: value, ...}`",
                "table-form",
            )
            return
        names = dict.fromkeys(column for cells, _ in rows for column in cells)
        columns = {c: [cells.get(c) for cells, _ in rows] for c in names}
        origin = InYaml(tree.file, [marks for _, marks in rows], mark)
        self.raw.append(RawTable(name, columns, len(rows), origin))

    def _no_row(self, name: str, row: Tree) -> None:
        self.not_whole(name)
        self.faults.add(
            row.place, f"a row of {name} is no mapping", "",
            "write its cells as `column: value`", "table-form",
        )  # fmt: skip

    def _evidence(self, name: str, tree: Tree) -> None:
        if tree.is_empty:
            return
        if not tree.is_list:
            self.unread.add("claims")
            self.faults.add(tree.place, f"{name} is no list", kind="yaml-form")
            return
        model: type[Claim] | type[Source] = Claim if name == "claims" else Source
        for entry in tree.entries():
            given = entry.plain()
            if isinstance(given, dict):
                given = {key: value for key, value in given.items() if value is not None}
                if "dist" in given:
                    given["dist"] = _distribution(given["dist"])
            try:
                record = model.model_validate(given)
            except ValidationError as error:
                self.unread.add("claims")
                for problem in error.errors():
                    self._bad_record(entry, problem["loc"], problem["msg"], model)
            else:
                (self.claims if isinstance(record, Claim) else self.sources).append(record)  # type: ignore[arg-type]

    def _bad_record(
        self,
        entry: Tree,
        loc: tuple[int | str, ...],
        message: str,
        model: type[Claim] | type[Source],
    ) -> None:
        column = str(loc[0]) if loc else ""
        at = entry.place
        if entry.is_mapping:
            at = next((part.place for key, part, _ in entry.items() if key == column), at)
        found = nearest(column, model.model_fields) if "extra" in message.lower() else []
        self.faults.add(
            at, f"{model.__name__.lower()} {column or 'entry'}: {message}", "",
            f"did you mean {found[0]}?" if found else "", "evidence",
        )  # fmt: skip


def _distribution(given: Any) -> Any:
    """Parameters of a distribution: JSON text, or a mapping whose numbers are still text."""
    if isinstance(given, dict):
        return {key: _distribution(value) for key, value in given.items()}
    if isinstance(given, list):
        return [_distribution(value) for value in given]
    try:
        return json.loads(given)
    except (TypeError, ValueError):
        return given


def _row(
    tree: Tree, table: str, translate: Translation
) -> tuple[dict[str, Any], dict[str, tuple[int, int]]]:
    """Cells of one row, and where each stands."""
    cells: dict[str, Any] = {}
    marks = {"": tree.mark}
    if not tree.is_mapping:
        return cells, marks
    for written, part, mark in tree.items():
        column = translate.column(table, written)
        cells[column] = part.plain()
        # An unknown column is pointed at by its name, a value by itself.
        marks[column] = mark if part.is_empty or column not in TABLES[table] else part.mark
    return cells, marks
