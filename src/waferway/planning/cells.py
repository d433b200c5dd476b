"""Cells of a network as people see them: value in a period, unit, place in the files.

Owns the way from (table, key, column, period) to what stands in the files.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from waferway.calendar import Calendar, day
from waferway.errors import Place
from waferway.network.network import Network
from waferway.network.row_units import RowUnits, units_of
from waferway.network.schema import TABLES

__all__ = ["Cells", "figure"]


@dataclass(frozen=True)
class Cells:
    """Looks up values, units and places of a network.

    Parameters
    ----------
    network : Network
    calendar : Calendar
    """

    network: Network
    calendar: Calendar

    @cached_property
    def _units(self) -> RowUnits:
        return units_of(self.network)

    def unit(self, table: str, key: str, column: str) -> str:
        """Unit of a cell; "" where it has none."""
        if table not in TABLES or column not in TABLES[table] or not TABLES[table][column].unit:
            return ""
        expected = self._units.of_cell(table, key, column)
        text = "" if expected is None else str(expected)
        if expected is not None and expected.free:
            text = text.replace("item", self._noun(table, key), 1)
        return "" if text == "1" else text

    def _noun(self, table: str, key: str) -> str:
        """What a row counts where its unit is a noun of its own."""
        row = self.network.table(table).loc[key]
        names = [str(row[c]) for c in ("item", "basis", "what") if c in row.index and row[c]]
        if table == "offer_step":
            names = [str(self.network.table("offer").at[row["offer"], "item"] or "unit")]
        return names[0] if names else "unit"

    def value(self, table: str, key: str, column: str, period: str = "", branch: str = "") -> Any:
        """Value of a cell in a period (or year) of the calendar; NaN or "" where unknown."""
        if table == "setting":
            return self.network.setting(key)
        frame = self.network.filled(table)
        if key not in frame.index or column not in frame.columns:
            return math.nan
        if TABLES[table][column].dated and TABLES[table][column].numeric:
            row = self._dated(table, column, branch)
            at = self._period(period)
            return float(row.at[key, at]) if at else float(row.loc[key].iloc[0])
        return frame.at[key, column]

    def _dated(self, table: str, column: str, branch: str) -> Any:
        known = self.__dict__.setdefault("_values", {})
        if (table, column, branch) not in known:
            known[table, column, branch] = self.network.values(table, column, self.calendar, branch)
        return known[table, column, branch]

    def _period(self, period: str) -> str:
        """The label, or the first period that begins in a year."""
        if period in self.calendar.labels:
            return period
        inside = [p.label for p in self.calendar if str(p.start.year) == period]
        return inside[0] if inside else ""

    def place(self, table: str, key: str, column: str, period: str = "", branch: str = "") -> Place:
        """Where the value that holds in a period stands: the dated row, else the cell."""
        if table == "argument":
            return Place(cell=key)
        if table == "setting":
            return self.network.places.get((table, key, column)) or Place(cell=f"setting.{key}")
        dated = self._profile_row(table, key, column, self._period(period), branch)
        if dated:
            place = self.network.place("profile", dated, "value")
            if place.file:
                return place
        if key in self.network.table(table).index:
            return self.network.place(table, key, column)
        return self._near(table, key)

    def _profile_row(self, table: str, key: str, column: str, period: str, branch: str) -> str:
        """Key of the profile row of a cell that holds in a period; "" without any."""
        frame = self.network.table("profile")
        rows = frame[(frame["table"] == table) & (frame["key"] == key)]
        rows = rows[(rows["column"] == column) & rows["age_months"].isna()]
        lineage = self.network.lineage(branch)
        rows = rows[rows["branch"].isin(lineage)]
        if rows.empty:
            return ""
        last = dt.date.max
        if period:
            last = self.calendar.periods[self.calendar.labels.index(period)].end
        depth = [lineage.index(b) for b in rows["branch"]]
        since = [day(p) if p else dt.date.min for p in rows["period"]]
        held = [(d, s, str(k)) for d, s, k in zip(depth, since, rows.index, strict=True)
                if s < last]  # fmt: skip
        return max(held)[2] if held else ""

    def _near(self, table: str, key: str) -> Place:
        """The place nearest to a row that is not there: one that shares a name with it."""
        parts = key.split("/")
        frame = self.network.table(table)
        best, shared = "", 0
        for row in frame.index:
            alike = sum(part in str(row).split("/") for part in parts)
            if alike > shared:
                best, shared = str(row), alike
        if best:
            return self.network.place(table, best)
        if len(frame):
            return Place(self.network.place(table, str(frame.index[0])).file, cell=table)
        return Place(cell=table)


def figure(value: float) -> str:
    """A number in at most five figures, with separators.

    Examples
    --------
    >>> figure(1234567.0), figure(0.25), figure(100.0)
    ('1,234,600', '0.25', '100')
    """
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    digits = 4 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    return f"{rounded:,.{max(0, digits)}f}".rstrip("0").rstrip(".") if digits > 0 else (
        f"{rounded:,.0f}"
    )  # fmt: skip
