"""A plan as the figures read it.

Owns what several figures need of a plan: its prices, its years, notes on its numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from waferway.planning.plan import Plan
from waferway.planning.prices import Prices
from waferway.report.names import years_shown
from waferway.report.notes import Cell, Note, Notes

__all__ = ["FAMILY_COLOURS", "PlanReading", "inline"]

FAMILY_COLOURS = {
    "logic": "#2f7fc1",
    "dram": "#b8559c",
    "stacking": "#8268c9",
    "packaging": "#d1762a",
    "substrate": "#b08a1e",
    "other": "#7f8a94",
}


@dataclass(frozen=True, eq=False)
class PlanReading:
    """A plan, its prices, and the notes of its network."""

    plan: Plan
    given: Prices | None = None
    notes: Notes = field(repr=False, default=None)  # type: ignore[assignment]

    @classmethod
    def of(cls, plan: Plan, prices: Prices | None = None) -> PlanReading:
        """Read a plan; prices are measured when a figure asks for them."""
        return cls(plan, prices, Notes(plan.network))

    @cached_property
    def prices(self) -> Prices:
        """Prices with their intervals."""
        return self.given or self.plan.prices(intervals=True)

    @cached_property
    def years(self) -> dict[str, int]:
        """Calendar year of every shown period."""
        return years_shown(self.plan)

    @cached_property
    def decided_years(self) -> list[int]:
        """Shown years in which something is decided."""
        plan = self.plan
        return sorted({
            p.start.year
            for p, d, s in zip(plan.calendar, plan.decided, plan.shown, strict=True)
            if d and s
        })  # fmt: skip

    def chance(self, branches: pd.Series) -> pd.Series:
        """Probability of the branch of each row."""
        return branches.map(self.plan.branch_weights).astype(float)

    def note(self, cells: Iterable[Cell]) -> Note | None:
        """Where numbers of the network come from."""
        return self.notes.of(cells)

    def column_notes(
        self, table: pd.DataFrame, columns: dict[str, list[list[Cell]] | list[Cell]]
    ) -> dict[tuple[int, str], Note]:
        """Notes of a table: for each column one list of cells a row, or one for all rows."""
        out: dict[tuple[int, str], Note] = {}
        for column, cells in columns.items():
            if not cells:
                continue
            same = isinstance(cells[0], tuple)
            for at in range(len(table)):
                own: Any = cells if same else cells[at]
                note = self.notes.of(own)
                if note is not None:
                    out[at, column] = note
        return out


def inline(frame: pd.DataFrame) -> Any:
    """Rows for a chart; what is missing is null, and no name of a column comes from data."""
    import altair as alt

    plain = frame.astype(object).where(frame.notna(), None)
    return alt.InlineData(values=plain.to_dict(orient="records"))
