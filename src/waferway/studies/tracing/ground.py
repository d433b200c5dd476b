"""What the rules of tracing stand on: a plan, its periods, its layout, the cells of its network.

Owns the questions that every rule asks; the layout is made only when a rule needs it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cached_property

from waferway.calendar import Period
from waferway.network.row_units import RowUnits, units_of
from waferway.planning.instance import Instance, lay_out
from waferway.planning.plan import Plan
from waferway.studies.tracing.evidence import Cell, cells_of

__all__ = ["Ground"]

_MOST_DEEP = 12
"""Steps of a chain of recipes that are followed from an item to what it is made of."""


class Ground:
    """A plan with what is needed to take its figures apart."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.network = plan.network
        self.spans: dict[str, Period] = {p.label: p for p in plan.calendar}
        self.decided = dict(zip(plan.calendar.labels, plan.decided, strict=True))
        self.at = {label: t for t, label in enumerate(plan.calendar.labels)}
        self._instances: dict[str, Instance] = {}
        self._chains: dict[str, tuple[Cell, ...]] = {}

    @cached_property
    def units(self) -> RowUnits:
        """Units of cells."""
        return units_of(self.network)

    def layout(self, branch: str) -> Instance:
        """The network laid out on the calendar of the plan, for one branch."""
        if branch not in self._instances:
            m = self.plan.manifest
            own = None if m["own_lines"] is None else frozenset(m["own_lines"])
            self._instances[branch] = lay_out(
                self.network, self.plan.calendar, self.plan.decided,
                base=dt.date.fromisoformat(m["base_date"]), rate=m["discount_rate"],
                party=m["party"] or "", own_lines=own, branch=branch,
                budget_usd=m["budget_usd"],
            )  # fmt: skip
        return self._instances[branch]

    def cells(
        self, table: str, key: str, columns: str, period: str = "", branch: str = ""
    ) -> tuple[Cell, ...]:
        """Cells of a row that hold in a period; without one, all."""
        span = self.spans.get(period)
        return tuple(
            cell
            for column in columns.split()
            for cell in cells_of(self.network, self.units, table, key, column, span, branch)
        )

    def recorded(self, measure: str, subject: str, of: str, period: str) -> tuple[Cell, ...]:
        """Records of what happened that cover a period."""
        from waferway.calendar import period as read_period

        frame = self.network.table("outturn")
        hit = (frame["measure"] == measure) & (frame["subject"] == subject)
        if of:
            hit &= frame["of"] == of
        span = self.spans[period]
        out: list[Cell] = []
        for key, label in zip(frame.index[hit], frame.loc[hit, "period"], strict=True):
            record = read_period(label)
            if record.start < span.end and span.start < record.end:
                out += self.cells("outturn", str(key), "quantity")
        return tuple(out)

    def chain(self, item: str) -> tuple[Cell, ...]:
        """Numbers of every recipe on the way to an item, inputs at any depth."""
        if item not in self._chains:
            parts = self.network.table("recipe_item")
            recipes: list[str] = []
            items, depth = {item}, 0
            while items and depth < _MOST_DEEP:
                makes = parts["role"].eq("out") & parts["item"].isin(items)
                found = [r for r in dict.fromkeys(parts.loc[makes, "recipe"]) if r not in recipes]
                recipes += found
                takes = parts["role"].eq("in") & parts["recipe"].isin(found)
                items, depth = set(parts.loc[takes, "item"]), depth + 1
            rows = parts.index[parts["recipe"].isin(recipes)]
            self._chains[item] = self.rows("recipe_item", rows, "quantity_per_start good_fraction")
        return self._chains[item]

    def rows(self, table: str, keys: Iterable[str], columns: str) -> tuple[Cell, ...]:
        """Cells of several rows."""
        return tuple(cell for key in keys for cell in self.cells(table, str(key), columns))
