"""Tables on their way from one network to the next: copied when first touched.

Owns what is written, and that `profile` and `cite` follow the cell they speak of. Which changes
are made, and what they mean, is for `waferway.network.changes`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pandas as pd

from waferway.calendar import day
from waferway.errors import RangeError
from waferway.evidence.claims import Claim, Evidence
from waferway.network.declaration import Attribute
from waferway.network.network import Network
from waferway.network.row_units import RowUnits
from waferway.network.schema import TABLES
from waferway.network.typed_rows import column_type, frame_of

__all__ = ["BOUNDS", "Cell", "Patch", "day_of_part", "label_of_part", "part_of_cell"]

BOUNDS = ("low", "value", "high")
Cell = tuple[str, str, str]
"""Table, key and column."""


class Patch:
    """A network being changed.

    Parameters
    ----------
    before : Network
        Never changed; `network` shares every table that nothing touched.
    """

    def __init__(self, before: Network) -> None:
        self.before = before
        self.applied: list[str] = []
        self.settings: dict[str, Any] = {}
        self.claims: dict[str, Claim] = {}
        self._frames: dict[str, pd.DataFrame] = {}
        self._rows: dict[str, dict[Cell, list[dict[str, Any]]]] = {}
        self._dirty: set[str] = set()
        self._copied: set[tuple[str, str]] = set()
        self._units: RowUnits | None = None

    # -- the tables as they are now ---------------------------------------------------------------

    def frame(self, table: str) -> pd.DataFrame:
        """A table as it is now."""
        return self._frames.get(table, self.before.tables[table])

    def units(self) -> RowUnits:
        """Units of the rows as they are now."""
        if self._units is None:
            columns = {}
            for table, declared in TABLES.items():
                frame = self.frame(table)
                columns[table] = {
                    a.name: frame[a.name].tolist() for a in declared.attributes if not a.numeric
                }
            keys = {table: list(self.frame(table).index) for table in TABLES}
            self._units = RowUnits(columns, keys, str(self.before.settings["currency"]))
        return self._units

    def plain(self, cell: Cell, a: Attribute) -> float:
        """The number in a cell itself, or its default; NaN where there is neither."""
        number = float(self.frame(cell[0]).at[cell[1], cell[2]])
        if math.isnan(number) and isinstance(a.default, int | float):
            return float(a.default)
        return number

    # -- rows and cells ---------------------------------------------------------------------------

    def write(self, cell: Cell, value: Any) -> None:
        """Put a value into a cell."""
        table, key, column = cell
        if table not in self._frames:
            self._frames[table] = self.before.tables[table].copy()
        frame = self._frames[table]
        if (table, column) not in self._copied:
            frame[column] = frame[column].copy()
            self._copied.add((table, column))
        frame.at[key, column] = value
        if not TABLES[table][column].numeric:
            self._units = None

    def add_row(self, table: str, key: str, cells: dict[str, Any]) -> None:
        """Add a row, with a typed value for every declared column."""
        old = self.frame(table)
        row = pd.DataFrame([cells], index=pd.Index([key], dtype="object", name="key"))
        joined = pd.concat([old, row]) if len(old) else row
        self._frames[table] = joined.astype(
            {a.name: column_type(a) for a in TABLES[table].attributes}
        )
        self._units = None
        self._copied -= {(table, column) for column in TABLES[table].columns}

    def remove_rows(self, table: str, keys: Iterable[str]) -> None:
        """Take rows out, with all that `profile` and `cite` say of them."""
        gone = set(keys)
        self._frames[table] = self.frame(table).drop(index=list(gone))
        for name in ("profile", "cite"):
            for cell in [cell for cell in self.said(name) if cell[0] == table and cell[1] in gone]:
                self.say(name, cell, [])
        self._units = None

    # -- profile and cite -------------------------------------------------------------------------

    def said(self, name: str) -> dict[Cell, list[dict[str, Any]]]:
        """Rows of `profile` or `cite` by the cell they speak of."""
        if name not in self._rows:
            by_cell: dict[Cell, list[dict[str, Any]]] = defaultdict(list)
            for row in self.before.tables[name].to_dict("records"):
                by_cell[row["table"], row["key"], row["column"]].append(row)
            self._rows[name] = by_cell
        return self._rows[name]

    def say(self, name: str, cell: Cell, rows: list[dict[str, Any]]) -> None:
        """Replace all that `profile` or `cite` says of a cell."""
        self._dirty.add(name)
        self.said(name)[cell] = rows

    def parts(self, cell: Cell) -> list[dict[str, Any]]:
        """Rows of `profile` on a cell."""
        return self.said("profile").get(cell, [])

    def add_part(self, cell: Cell, period: str, branch: str, number: dict[str, Any]) -> None:
        """Add a row to `profile`."""
        self.say("profile", cell, [*self.parts(cell), part_of_cell(cell, period, branch, number)])

    def drop_parts(self, cell: Cell) -> None:
        """Drop all that `profile` and `cite` say of a cell."""
        for name in ("profile", "cite"):
            if self.said(name).get(cell):
                self.say(name, cell, [])

    def keep_cites_of(
        self, cell: Cell, before: list[dict[str, Any]], after: list[dict[str, Any]]
    ) -> None:
        """Drop the claims of profile rows that are gone."""
        gone = {label_of_part(p) for p in before} - {label_of_part(p) for p in after} - {""}
        cites = self.said("cite").get(cell, [])
        if any(row["period"] in gone for row in cites):
            self.say("cite", cell, [row for row in cites if row["period"] not in gone])

    def cite(self, cell: Cell, label: str, claim: str, *, keep: bool) -> None:
        """Let what a cell says of a period rest on a claim, beside or instead of those before."""
        rows = [row for row in self.said("cite").get(cell, []) if keep or row["period"] != label]
        table, key, column = cell
        own = {"table": table, "key": key, "column": column, "period": label, "claim_id": claim}
        self.say("cite", cell, [*rows, own])

    # -- the next network -------------------------------------------------------------------------

    def network(self) -> Network:
        """The changed network."""
        frames = dict(self._frames)
        for name in sorted(self._dirty):
            rows = [row for rows in self.said(name).values() for row in rows]
            frames[name] = frame_of(name, rows)
        evidence = self.before.evidence
        if self.claims:
            evidence = Evidence(
                [*(c for c in evidence.values() if c.claim_id not in self.claims),
                 *self.claims.values()],
                evidence.sources.values(),
            )  # fmt: skip
        return replace(
            self.before,
            tables={**self.before.tables, **frames},
            settings={**self.before.settings, **self.settings},
            evidence=evidence,
            applied=(*self.before.applied, *self.applied),
        )


def part_of_cell(cell: Cell, period: str, branch: str, number: dict[str, Any]) -> dict[str, Any]:
    """A row of `profile`: what a cell is from a period on, in a branch."""
    table, key, column = cell
    return {
        "table": table, "key": key, "column": column, "period": period, "age_months": math.nan,
        "branch": branch, **{bound: float(number[bound]) for bound in BOUNDS},
    }  # fmt: skip


def day_of_part(part: dict[str, Any]) -> dt.date:
    """First day of a row of `profile`; the first of all days where it has none."""
    try:
        return day(part["period"]) if part["period"] else dt.date.min
    except RangeError:
        return dt.date.min


def label_of_part(part: dict[str, Any]) -> str:
    """How `cite` names a row of `profile`: its period, or its age."""
    if part["period"] or math.isnan(part["age_months"]):
        return str(part["period"])
    return f"age {part['age_months']:g}"
