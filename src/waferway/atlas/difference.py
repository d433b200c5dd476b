"""What a release of the atlas moved against another: rows, cells, claims.

Owns the comparison of two atlas folders as data. What it moves in a plan is for
`waferway.studies`.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waferway.atlas.catalogue_schema import CATALOGUE
from waferway.atlas.sheets import Sheet, key_of, read_sheet
from waferway.atlas.world import data_folder
from waferway.errors import Fault, InputError, Place
from waferway.network.schema import TABLES

__all__ = ["Change", "DataDiff", "compare"]


@dataclass(frozen=True, order=True)
class Change:
    """One thing that differs.

    Attributes
    ----------
    table, key, column : str
        Column is empty for a whole row.
    kind : str
        added, removed or changed.
    before, after : str
        Texts of the cell; empty for rows.
    """

    table: str
    key: str
    column: str
    kind: str
    before: str = ""
    after: str = ""

    @property
    def ratio(self) -> float | None:
        """New over old, where both are numbers."""
        try:
            old, new = float(self.before), float(self.after)
        except ValueError:
            return None
        return new / old if old else None

    def __str__(self) -> str:
        if not self.column:
            return f"{self.kind:<8} {self.table}/{self.key}"
        ratio = f"  ({100 * (self.ratio - 1):+.3g} %)" if self.ratio is not None else ""
        return (
            f"{self.kind:<8} {self.table}/{self.key}.{self.column}: {self.before or 'blank'} -> "
            f"{self.after or 'blank'}{ratio}"
        )


@dataclass(frozen=True)
class DataDiff:
    """All that differs between two atlas folders.

    Attributes
    ----------
    old, new : str
        Versions, or folders where they have none.
    changes : tuple of Change
    """

    old: str
    new: str
    changes: tuple[Change, ...]

    def counts(self) -> dict[str, dict[str, int]]:
        """By table, how many rows were added or removed and cells changed."""
        found: dict[str, Counter[str]] = {}
        for change in self.changes:
            found.setdefault(change.table, Counter())[change.kind] += 1
        return {table: dict(sorted(kinds.items())) for table, kinds in sorted(found.items())}

    def to_json(self) -> dict[str, Any]:
        """As ``waferway atlas diff --json`` prints it."""
        return {
            "old": self.old,
            "new": self.new,
            "counts": self.counts(),
            "changes": [
                {"table": c.table, "key": c.key, "column": c.column, "kind": c.kind,
                 "before": c.before, "after": c.after}
                for c in self.changes
            ],
        }  # fmt: skip

    def text(self, most: int = 40) -> str:
        """For people: counts by table, then the changes that are not of claims, up to `most`."""
        if not self.changes:
            return f"{self.old} and {self.new} hold the same data"
        lines = [f"{self.old} -> {self.new}: {len(self.changes)} differences"]
        for table, kinds in self.counts().items():
            said = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
            lines.append(f"  {table:<28} {said}")
        told = [c for c in self.changes if c.table.rpartition(".")[2] not in ("claim", "cite")]
        lines += [str(change) for change in told[:most]]
        if len(told) > most:
            lines.append(f"... and {len(told) - most} more; --json lists all")
        return "\n".join(lines)


def compare(old: str | Path, new: str | Path) -> DataDiff:
    """Compare two atlas folders, row by row and cell by cell.

    Parameters
    ----------
    old, new : str or Path
        Folders of CSV files: the atlas, or what `export` wrote.

    Returns
    -------
    DataDiff
        Sorted by table, key and column; the order of rows in a file does not count.

    Raises
    ------
    InputError
        If a folder holds no table.

    Examples
    --------
    >>> from waferway.atlas.world import data_folder
    >>> compare(data_folder(), data_folder()).changes
    ()
    """
    before, after = _tables(Path(old)), _tables(Path(new))
    changes: list[Change] = []
    for name in sorted({*before, *after}):
        a, b = _keyed(name, before.get(name)), _keyed(name, after.get(name))
        changes += [Change(name, key, "", "removed") for key in a if key not in b]
        changes += [Change(name, key, "", "added") for key in b if key not in a]
        for key in a:
            if key not in b:
                continue
            for column in dict.fromkeys((*a[key], *b[key])):
                left, right = a[key].get(column, ""), b[key].get(column, "")
                if left != right and not _same(left, right):
                    changes.append(Change(name, key, column, "changed", left, right))
    return DataDiff(_version(Path(old)), _version(Path(new)), tuple(sorted(changes)))


def _tables(folder: Path) -> dict[str, Sheet]:
    found = {path.stem: read_sheet(path) for path in sorted(folder.glob("*.csv"))}
    inner = folder / "catalogue"
    found |= {f"catalogue.{p.stem}": read_sheet(p) for p in sorted(inner.glob("*.csv"))}
    if not found:
        raise InputError(
            [Fault(Place(str(folder)), "there is no atlas here",
                   suggestion="name a folder of CSV files, e.g. of waferway atlas export")],
            "nothing was compared",
        )  # fmt: skip
    return found


def _keyed(name: str, sheet: Sheet | None) -> dict[str, dict[str, str]]:
    if sheet is None:
        return {}
    inside, _, table = name.rpartition(".")
    if table.startswith(("claim", "source")):
        columns: tuple[str, ...] = (table.partition("-")[0] + "_id",)
    else:
        declared = (CATALOGUE if inside else TABLES).get(table)
        columns = declared.key if declared else sheet.columns[:1]
    found: dict[str, dict[str, str]] = {}
    for row in sheet.rows:
        key = key_of(row, columns)
        while key in found:
            key += "'"
        found[key] = row
    return found


def _same(left: str, right: str) -> bool:
    try:
        return float(left) == float(right)
    except ValueError:
        return False


def _version(folder: Path) -> str:
    name = "the shipped atlas" if folder.resolve() == data_folder().resolve() else str(folder)
    path = folder / "datapackage.json"
    if not path.is_file():
        return name
    said = json.loads(path.read_text(encoding="utf-8"))
    return f"{name} (version {said.get('version', '?')})"
