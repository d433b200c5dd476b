"""What a change does: it sets, scales or shifts numbers, and adds or removes rows and values.

Owns the meaning of each operation. Every number that a change gives rests, from then on, on a
claim of its own, so that results can say how much of them is assumption.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable
from typing import Any

from waferway.errors import Faults, nearest
from waferway.network.cells import CellError, Varying, read_number
from waferway.network.change_claims import claim_name, claim_of_change
from waferway.network.change_terms import (
    change_name,
    first_day_after,
    first_day_of,
    first_label,
    plain_cell,
    read_pairs,
)
from waferway.network.declaration import Attribute
from waferway.network.findings import central
from waferway.network.patch import (
    BOUNDS,
    Cell,
    Patch,
    day_of_part,
    label_of_part,
    part_of_cell,
)
from waferway.network.row_selection import reachable, rows_meant
from waferway.network.row_units import Expected
from waferway.network.schema import SETTINGS, TABLES
from waferway.network.settings import read_settings

__all__ = ["Changes"]

_PURE = Expected((), ())


class Changes:
    """Changes made to a patch, one after another.

    Parameters
    ----------
    patch : Patch
        Written to.
    faults : Faults
        Where a change that cannot be made is recorded.
    """

    def __init__(self, patch: Patch, faults: Faults) -> None:
        self.patch = patch
        self.before = patch.before
        self.faults = faults

    def apply(self, change: dict[str, Any]) -> None:
        """Apply one change, or record why it cannot be."""
        try:
            if change["table"] == "setting":
                self._set_setting(change)
            elif change["operation"] == "row":
                self._add_row(change)
            else:
                self._touch(change)
        except CellError as error:
            what = f"value {error.what}" if error.what.startswith("is ") else error.what
            self.faults.add(
                self.before.place("change", change_name(change), "value"),
                f"change {change_name(change)}: {what}", error.why, error.suggestion, error.kind,
            )  # fmt: skip

    def _touch(self, change: dict[str, Any]) -> None:
        table, pattern = change["table"], change["key"]
        keys = self._rows(table, pattern)
        if not keys:
            found = nearest(pattern.replace("*", ""), self.patch.frame(table).index)
            what = "fits" if "=" in pattern else "is named"
            self.faults.add(
                self.before.place("change", change_name(change), "key"),
                f"change {change_name(change)}: no row of {table} {what} {pattern}",
                "a change that touches nothing is a mistake",
                f"did you mean {found[0]}?" if found else "", "touches-nothing",
            )  # fmt: skip
            return
        if change["operation"] == "remove" and not change["column"]:
            self.patch.remove_rows(table, keys)
            return
        a = TABLES[table][change["column"]]
        if change["operation"] in ("multiply", "add") and a.numeric:
            # Of several rows, those whose number is unknown stay unknown.
            keys = [key for key in keys if not self._unknown((table, key, a.name), a)] or keys[:1]
        for key in keys:
            cell = (table, key, a.name)
            if change["operation"] == "remove":
                self._forget(cell, a, change)
            elif not a.numeric:
                self._set_plain(cell, a, change)
            elif change["operation"] == "set":
                self._set(cell, a, change)
            else:
                self._scale(cell, a, change)

    def _rows(self, table: str, pattern: str) -> list[str]:
        """Rows that a change means."""
        try:
            return rows_meant(self.patch.frame, table, pattern)
        except ValueError as error:
            column = str(error)
            found = nearest(column, reachable(table))
            raise CellError(
                f'key selects by "{column}", which no row of {table} has',
                "a selection is column=value; column=value, of the row or of what it refers to",
                f"did you mean {found[0]}?" if found else "", "selection",
            ) from None  # fmt: skip

    # -- one cell ---------------------------------------------------------------------------------

    def _forget(self, cell: Cell, a: Attribute, change: dict[str, Any]) -> None:
        if change["period"]:
            raise CellError("removes a value from a period on", "nothing would be known then",
                            "leave period empty, or set a value")  # fmt: skip
        nothing = {"flag": bool(a.default), "date": None}.get(a.kind, "")
        self.patch.write(cell, math.nan if a.numeric else nothing)
        self.patch.drop_parts(cell)

    def _set_plain(self, cell: Cell, a: Attribute, change: dict[str, Any]) -> None:
        if change["operation"] != "set" or change["period"]:
            raise CellError(
                f"{cell[0]}.{a.name} is no number", "only numbers are scaled, shifted or dated",
                "operation set, without period",
            )  # fmt: skip
        if a.name in TABLES[cell[0]].key:
            raise CellError(f"{a.name} names the row", "", "remove the row and add another")
        self.patch.write(cell, plain_cell(a, change["value"]))

    def _set(self, cell: Cell, a: Attribute, change: dict[str, Any]) -> None:
        number = _number(change, self.patch.units().of_cell(*cell))
        if not change["period"]:
            self.patch.drop_parts(cell)
            self.patch.write(cell, central(number))
            if not (math.isnan(number["low"]) and math.isnan(number["high"])):
                self.patch.add_part(cell, "", "", number)
            self._rest_on(cell, "", change, number)
            return
        if change["period"].startswith("age "):
            self._set_age(cell, a, change, number)
            return
        since, end = first_day_of(change, a), first_day_after(change)
        first = first_label(change)
        parts = self.patch.parts(cell)
        after = self._after(cell, a, parts, [""], end, False)
        kept = [part for part in parts if day_of_part(part) < since]
        self.patch.keep_cites_of(cell, parts, [*kept, *after])
        self.patch.say("profile", cell, [*kept, part_of_cell(cell, first, "", number), *after])
        self._rest_on(cell, first, change, number)

    def _set_age(
        self, cell: Cell, a: Attribute, change: dict[str, Any], number: dict[str, float]
    ) -> None:
        if not a.aged:
            raise CellError(f"{cell[0]}.{a.name} does not vary by age", "", "give a period",
                            "not-aged")  # fmt: skip
        age = float(change["period"].removeprefix("age "))
        kept = [part for part in self.patch.parts(cell) if part["age_months"] != age]
        part = part_of_cell(cell, "", "", number) | {"age_months": age}
        self.patch.say("profile", cell, [*kept, part])
        self._rest_on(cell, f"age {age:g}", change, number)

    def _scale(self, cell: Cell, a: Attribute, change: dict[str, Any]) -> None:
        factor = change["operation"] == "multiply"
        number = _number(change, _PURE if factor else self.patch.units().of_cell(*cell))
        by = number["value"]
        if math.isnan(by):
            raise CellError(f"{change['operation']} by a range", "", "give one number")

        def scaled(part: dict[str, Any]) -> dict[str, Any]:
            return part | {b: part[b] * by if factor else part[b] + by for b in BOUNDS}

        stated = float(self.patch.frame(cell[0]).at[cell[1], a.name])
        plain = self.patch.plain(cell, a)
        parts = self.patch.parts(cell)
        if self._unknown(cell, a):
            raise CellError(f"{cell[0]} {cell[1]}: {a.name} is unknown",
                            "there is nothing to change", "set a value instead")  # fmt: skip
        if change["period"]:
            labels = self._scale_for_a_time(cell, a, change, scaled)
        else:
            after = plain * by if factor else plain + by
            if not math.isnan(after) and (not math.isnan(stated) or after != plain):
                self.patch.write(cell, after)
            if parts:
                self.patch.say("profile", cell, [scaled(part) for part in parts])
            labels = {label_of_part(part) for part in parts} | {""}
        for label in sorted(labels):
            self._rest_on(cell, label, change, number, keep=True)

    def _unknown(self, cell: Cell, a: Attribute) -> bool:
        return math.isnan(self.patch.plain(cell, a)) and not self.patch.parts(cell)

    def _scale_for_a_time(
        self, cell: Cell, a: Attribute, change: dict[str, Any],
        scaled: Callable[[dict[str, Any]], dict[str, Any]],
    ) -> set[str]:  # fmt: skip
        """Scale what a cell is while a change holds; the labels of what was scaled."""
        parts, plain = self.patch.parts(cell), self.patch.plain(cell, a)
        since, end = first_day_of(change, a), first_day_after(change)
        branches = list(dict.fromkeys(["", *(part["branch"] for part in parts)]))
        new = [scaled(part) for part in parts if since <= day_of_part(part) < end]
        rest = self._after(cell, a, parts, branches, end, True)
        for branch in branches:
            base = _held(parts, branch, since, plain)
            if base is not None:
                new.append(scaled(part_of_cell(cell, first_label(change), branch, base)))
        kept = [part for part in parts if day_of_part(part) < since]
        self.patch.say("profile", cell, [*kept, *new, *rest])
        return {label_of_part(part) for part in new}

    def _after(
        self, cell: Cell, a: Attribute, parts: list[dict[str, Any]], branches: Iterable[str],
        end: dt.date, scales: bool,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """What holds again once a change for a time is over: as if it had not been made."""
        if end == dt.date.max:
            return []
        after = [row for row in parts if day_of_part(row) >= end]
        plain = self.patch.plain(cell, a)
        for branch in branches:
            own = [row for row in parts if row["branch"] == branch]
            if any(day_of_part(row) == end for row in own) or (branch and not own):
                continue
            held = max((r for r in own if day_of_part(r) < end), key=day_of_part, default=None)
            if held is None and math.isnan(plain):
                if scales:
                    continue  # nothing held, and nothing was changed
                raise CellError(
                    f"{cell[0]} {cell[1]}: {cell[2]} is unknown after {end}",
                    "a change for a time gives back what held before", "leave out its end",
                )  # fmt: skip
            base = held or {"low": math.nan, "value": plain, "high": math.nan}
            label = end.isoformat()
            after.append(part_of_cell(cell, label, branch, base))
            cites = self.patch.said("cite").get(cell, [])
            again = [
                row | {"period": label}
                for row in cites
                if row["period"] == (label_of_part(held) if held else "")
            ]
            if again:
                self.patch.say("cite", cell, [*cites, *again])
        return after

    def _rest_on(
        self, cell: Cell, label: str, change: dict[str, Any], number: dict[str, float], *,
        keep: bool = False,
    ) -> None:  # fmt: skip
        """Let a number cite the claim of its change."""
        name = claim_name(change, cell[2])
        if name not in self.patch.claims:
            unit = "1"
            if change["operation"] != "multiply":
                key = next(iter(self._rows(cell[0], change["key"])), "")
                unit = str(self.patch.units().of_cell(cell[0], key, cell[2]) or "1")
            self.patch.claims[name] = claim_of_change(
                change, cell[2], unit, number, self.before.evidence
            )
        self.patch.cite(cell, label, name, keep=keep)

    # -- rows and settings ------------------------------------------------------------------------

    def _add_row(self, change: dict[str, Any]) -> None:
        table, key = change["table"], change["key"]
        declared = TABLES[table]
        if key in self.patch.frame(table).index:
            raise CellError(f"{table} has a row {key} already", "", "operation set changes it")
        texts = read_pairs(change["value"])
        named = key.split("/")
        if len(named) != len(declared.key):
            raise CellError(
                f"key {key} does not name a row of {table}",
                f"rows are named by {'/'.join(declared.key)}",
            )  # fmt: skip
        texts |= dict(zip(declared.key, named, strict=True))
        strange = [column for column in texts if column not in declared]
        if strange:
            found = nearest(strange[0], declared.columns)
            raise CellError(
                f"{strange[0]} is not a column of {table}", f"{table} has: "
                f"{', '.join(declared.columns)}", f"did you mean {found[0]}?" if found else "",
                "unknown-column",
            )  # fmt: skip
        cells = {
            a.name: math.nan if a.numeric else plain_cell(a, texts.get(a.name, ""))
            for a in declared.attributes
        }
        self.patch.add_row(table, key, cells)
        for a in declared.attributes:
            if not a.numeric or not texts.get(a.name):
                continue
            given = change | {"value": texts[a.name], "period": ""}
            if a.name in declared.key:
                self.patch.write((table, key, a.name), _number(given, _PURE)["value"])
            else:
                self._set((table, key, a.name), a, given)

    def _set_setting(self, change: dict[str, Any]) -> None:
        name = change["key"]
        value: Any = change["value"]
        declared = {a.name: a for a in SETTINGS}
        if change["operation"] in ("multiply", "add") and name in declared:
            by = _number(change, _PURE if change["operation"] == "multiply" else None)
            now = {**self.before.settings, **self.patch.settings}[name]
            if not declared[name].numeric or now is None:
                raise CellError(f"setting {name} is no number that can change")
            value = now * by["value"] if change["operation"] == "multiply" else now + by["value"]
        elif change["operation"] != "set":
            raise CellError(f"settings know no {change['operation']}", "", "use set")
        place = self.before.place("change", change_name(change), "value")
        self.patch.settings |= read_settings({name: value}, lambda _: place, self.faults)


def _number(change: dict[str, Any], expected: Expected | None) -> dict[str, float]:
    """Bounds that a change states, in the expected unit; NaN is not stated."""
    cell = read_number(change["value"], expected)
    if isinstance(cell, Varying):
        part = cell.parts[0]
        return {"low": part.low, "value": part.value, "high": part.high}
    if math.isnan(cell):
        raise CellError("value is missing")
    return {"low": math.nan, "value": cell, "high": math.nan}


def _held(
    parts: list[dict[str, Any]], branch: str, since: dt.date, plain: float
) -> dict[str, Any] | None:
    """What holds in a branch on a day on which no row begins; None where one does."""
    own = [part for part in parts if part["branch"] == branch]
    if any(day_of_part(part) == since for part in own) or (branch and not own):
        return None
    held = max((p for p in own if day_of_part(p) < since), key=day_of_part, default=None)
    if held is None and math.isnan(plain):
        return None  # nothing holds yet on that day
    return held or {"low": math.nan, "value": plain, "high": math.nan}
