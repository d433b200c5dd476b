"""An atlas folder as the gate sees it: raw sheets of the catalogue and of the network.

Owns which file is what, and the small readings that rules share: a number of a cell, the spans
of a date, the claims on a thing. Nothing is refused here, so that one fault hides no other.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from waferway.atlas.catalogue import claim_id
from waferway.atlas.catalogue_schema import CATALOGUE, quantities
from waferway.atlas.sheets import Sheet, key_of, read_sheet
from waferway.calendar import day, end_of
from waferway.errors import Fault, Place, RangeError
from waferway.network.schema import TABLES

__all__ = ["AtlasFolder", "Row", "fault", "number", "over", "span"]


@dataclass(frozen=True)
class Row:
    """One row and where it stands."""

    sheet: Sheet
    at: int

    def __getitem__(self, column: str) -> str:
        return self.sheet.rows[self.at].get(column, "")

    def number(self, column: str) -> float:
        """Number of a cell; NaN when it is missing or no number."""
        return number(self[column])

    def place(self, column: str = "") -> Place:
        """Where a cell stands."""
        return self.sheet.place(self.at, column)


def number(text: str) -> float:
    """Number of a text; NaN when it is none."""
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def over(left: float, right: float) -> float:
    """Ratio of two figures; NaN where there is none."""
    return left / right if right and math.isfinite(right) else math.nan


def span(text: str) -> tuple[dt.date, dt.date] | None:
    """First day of a date or period, and the first day after it; None when it is neither."""
    try:
        return day(text.replace("-Q", "Q").replace("-H", "H")), end_of(
            text.replace("-Q", "Q").replace("-H", "H")
        )
    except (RangeError, ValueError):
        return None


def fault(
    kind: str, row: Row, column: str, what: str, why: str = "", suggestion: str = ""
) -> Fault:
    """A fault of one cell."""
    return Fault(row.place(column), what, why, suggestion, kind)


@dataclass(frozen=True)
class AtlasFolder:
    """Raw sheets of an atlas.

    Attributes
    ----------
    path, inner : Path
        The folder, and that of its catalogue.
    catalogue, network : dict of str to Sheet
        By table.
    claims, network_claims, sources : list of Sheet
    """

    path: Path
    inner: Path
    catalogue: dict[str, Sheet]
    network: dict[str, Sheet]
    claims: list[Sheet]
    network_claims: list[Sheet]
    sources: list[Sheet]

    @classmethod
    def read(cls, path: Path) -> AtlasFolder:
        """Read what a folder holds; a folder may be the network, the catalogue, or both."""
        inner = path / "catalogue" if (path / "catalogue").is_dir() else path
        found = cls(path, inner, {}, {}, [], [], [])
        for folder in dict.fromkeys((path, inner)):
            for file in sorted(folder.glob("*.csv")):
                sheet = read_sheet(file)
                if file.stem.startswith("claim"):
                    (found.claims if folder == inner else found.network_claims).append(sheet)
                elif file.stem.startswith("source"):
                    found.sources.append(sheet)
                elif folder == inner and file.stem in CATALOGUE:
                    found.catalogue[file.stem] = sheet
                elif folder == path and file.stem in TABLES:
                    found.network[file.stem] = sheet
        if inner == path and (path.parent / "network.yaml").is_file():  # the catalogue alone
            found.sources.extend(map(read_sheet, sorted(path.parent.glob("source*.csv"))))
        return found

    def rows(self, table: str) -> list[Row]:
        """Rows of a table of the catalogue."""
        sheet = self.catalogue.get(table)
        return [Row(sheet, at) for at, _ in sheet] if sheet else []

    def row(self, table: str, key: str) -> Row | None:
        """A row of the catalogue by key."""
        at = self._keys.get(table, {}).get(key)
        return None if at is None else Row(self.catalogue[table], at)

    @cached_property
    def _keys(self) -> dict[str, dict[str, int]]:
        return {name: sheet.index(CATALOGUE[name].key) for name, sheet in self.catalogue.items()}

    @cached_property
    def claim_rows(self) -> list[Row]:
        """Claims of the catalogue."""
        return [Row(sheet, at) for sheet in self.claims for at, _ in sheet]

    @cached_property
    def claim_by_id(self) -> dict[str, Row]:
        """The first claim of each id."""
        found: dict[str, Row] = {}
        for row in self.claim_rows:
            found.setdefault(row["claim_id"], row)
        return found

    @cached_property
    def claims_on(self) -> dict[tuple[str, str], list[Row]]:
        """Claims by subject and metric."""
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.claim_rows:
            found[row["subject"], row["metric"]].append(row)
        return found

    @cached_property
    def numbers(self) -> list[tuple[str, Row, str, str]]:
        """Every quantity of every row: table, row, quantity, id of the claim that states it."""
        found = []
        for name, table in CATALOGUE.items():
            names = list(quantities(table))
            for row in self.rows(name):
                key = key_of(row.sheet.rows[row.at], table.key)
                found += [(name, row, q, claim_id(name, key, q)) for q in names]
        return found

    @cached_property
    def source_ids(self) -> set[str]:
        """Names of sources."""
        return {row.get("source_id", "") for sheet in self.sources for row in sheet.rows}

    @property
    def outer_sources(self) -> list[Sheet]:
        """Sources that stand outside the catalogue's folder."""
        return [s for s in self.sources if Path(s.origin.file).parent != self.inner]

    @cached_property
    def day(self) -> dt.date:
        """The day of the atlas: the last on which a source was read."""
        days = [
            span(row["retrieved"]) for s in self.sources for row in s.rows if row.get("retrieved")
        ]
        return max((found[0] for found in days if found), default=dt.date.max)
