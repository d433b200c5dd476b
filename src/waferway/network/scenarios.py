"""What-ifs: the changes of a scenario, applied without copying what they do not touch.

Owns the meaning of a change. Every number that a scenario sets, scales or shifts rests, from
then on, on a claim of its own (method ``assumed:scenario/<name>``, grade D), so that results
can say how much of them is assumption.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal

import pandas as pd

from waferway.calendar import day, end_of
from waferway.errors import Faults, InputError, Place, RangeError, nearest
from waferway.evidence.claims import Claim, Evidence
from waferway.network.assembly import number_key, read_settings
from waferway.network.cells import CellError, Varying, read_date, read_flag, read_number
from waferway.network.checking import check
from waferway.network.declaration import Attribute
from waferway.network.findings import central
from waferway.network.network import Network
from waferway.network.row_selection import reachable, rows_meant
from waferway.network.row_units import Expected, RowUnits
from waferway.network.schema import SETTINGS, TABLES

__all__ = ["apply_scenario"]

_BOUNDS = ("low", "value", "high")
_CLOSING = "nothing was changed"
_PURE = Expected((), ())
_Cell = tuple[str, str, str]


def apply_scenario(network: Network, name: str) -> Network:
    """A network with the changes of a scenario applied, those of its parents first.

    Parameters
    ----------
    network : Network
        Not changed; the result shares every table that no change touches.
    name : str
        Row of table `scenario`.

    Returns
    -------
    Network
        Checked like any other.

    Raises
    ------
    InputError
        If there is no such scenario, it was applied before, a change touches nothing, or the
        changed network has faults; all at once.

    Examples
    --------
    >>> net = Network.build({
    ...     "party": [{"name": "acme", "kind": "lab"}],
    ...     "fund": [{"name": "round", "party": "acme", "amount_usd": "$8bn", "purpose": "fabs"}],
    ...     "scenario": [{"name": "half"}],
    ...     "change": [{"scenario": "half", "order": 1, "table": "fund", "key": "*",
    ...                 "column": "amount_usd", "operation": "multiply", "value": "50 %"}]})
    >>> half = apply_scenario(net, "half")
    >>> float(half.table("fund").loc["round", "amount_usd"])
    4000000000.0
    >>> half.table("party") is net.table("party")
    True
    """
    scenarios = network.tables["scenario"]
    faults = Faults()
    if name not in scenarios.index:
        found = nearest(name, scenarios.index)
        faults.add(
            Place(), f'"{name}" is no scenario',
            f"scenarios are: {', '.join(scenarios.index) or 'none'}",
            f"did you mean {found[0]}?" if found else "", "unknown-scenario",
        )  # fmt: skip
        faults.raise_any(_CLOSING)
    if name in network.applied:
        faults.add(Place(), f"scenario {name} is applied already", kind="applied-twice")
        faults.raise_any(_CLOSING)
    patch = _Patch(network, name, faults)
    for scenario in _line_of(network, name):
        if scenario in network.applied:
            continue
        patch.applied.append(scenario)
        for row in patch.changes_of(scenario):
            patch.apply(row)
    faults.raise_any(_CLOSING)
    changed = patch.network()
    wrong = check(changed)
    if wrong:
        raise InputError(wrong, f"{_CLOSING} (scenario {name})")
    return changed


def _line_of(network: Network, name: str) -> list[str]:
    """A scenario after its parents, the first ancestor first."""
    chain: list[str] = []
    while name and name not in chain:
        chain.append(name)
        name = str(network.tables["scenario"].at[name, "parent"])
    return chain[::-1]


class _Patch:
    """Tables on their way from one network to the next; copied when first touched."""

    def __init__(self, network: Network, name: str, faults: Faults) -> None:
        self.before = network
        self.name = name
        self.faults = faults
        self.applied: list[str] = []
        self.frames: dict[str, pd.DataFrame] = {}
        self.settings: dict[str, Any] = {}
        self.claims: dict[str, Claim] = {}
        self._rows: dict[str, dict[_Cell, list[dict[str, Any]]]] = {}
        self._dirty: set[str] = set()
        self._copied: set[tuple[str, str]] = set()
        self._units: RowUnits | None = None

    # -- reading the tables as they are now -------------------------------------------------------

    def frame(self, table: str) -> pd.DataFrame:
        """A table as it is now."""
        return self.frames.get(table, self.before.tables[table])

    def own(self, table: str) -> pd.DataFrame:
        """A table that may be written to."""
        if table not in self.frames:
            self.frames[table] = self.before.tables[table].copy()
        return self.frames[table]

    def said(self, name: str) -> dict[_Cell, list[dict[str, Any]]]:
        """Rows of `profile` or `cite` by the cell they speak of."""
        if name not in self._rows:
            by_cell: dict[_Cell, list[dict[str, Any]]] = defaultdict(list)
            for row in self.before.tables[name].to_dict("records"):
                by_cell[row["table"], row["key"], row["column"]].append(row)
            self._rows[name] = by_cell
        return self._rows[name]

    def say(self, name: str, cell: _Cell, rows: list[dict[str, Any]]) -> None:
        """Replace all that `profile` or `cite` says of a cell."""
        self._dirty.add(name)
        self.said(name)[cell] = rows

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

    def changes_of(self, scenario: str) -> list[dict[str, Any]]:
        """Changes of one scenario, in order."""
        frame = self.before.tables["change"]
        frame = frame[frame["scenario"] == scenario].sort_values("order", kind="stable")
        rows: list[dict[str, Any]] = frame.to_dict("records")
        return rows

    # -- applying ---------------------------------------------------------------------------------

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
                self.before.place("change", _id(change), "value"),
                f"change {_id(change)}: {what}", error.why, error.suggestion, error.kind,
            )  # fmt: skip

    def _touch(self, change: dict[str, Any]) -> None:
        table, pattern = change["table"], change["key"]
        keys = self.keys(table, pattern)
        if not keys:
            found = nearest(pattern.replace("*", ""), self.frame(table).index)
            what = "fits" if "=" in pattern else "is named"
            self.faults.add(
                self.before.place("change", _id(change), "key"),
                f"change {_id(change)}: no row of {table} {what} {pattern}",
                "a change that touches nothing is a mistake",
                f"did you mean {found[0]}?" if found else "", "touches-nothing",
            )  # fmt: skip
            return
        if change["operation"] == "remove" and not change["column"]:
            self._remove_rows(table, keys)
            return
        a = TABLES[table][change["column"]]
        for key in keys:
            if change["operation"] == "remove":
                self._forget(table, key, a, change)
            elif not a.numeric:
                self._set_plain(table, key, a, change)
            elif change["operation"] == "set":
                self._set(table, key, a, change)
            else:
                self._scale(table, key, a, change)

    def keys(self, table: str, pattern: str) -> list[str]:
        """Rows that a change means."""
        try:
            return rows_meant(self.frame, table, pattern)
        except ValueError as error:
            column = str(error)
            found = nearest(column, reachable(table))
            raise CellError(
                f'key selects by "{column}", which no row of {table} has',
                "a selection is column=value; column=value, of the row or of what it refers to",
                f"did you mean {found[0]}?" if found else "", "selection",
            ) from None  # fmt: skip

    def _remove_rows(self, table: str, keys: Iterable[str]) -> None:
        gone = set(keys)
        self.frames[table] = self.frame(table).drop(index=list(gone))
        for name in ("profile", "cite"):
            for cell in [cell for cell in self.said(name) if cell[0] == table and cell[1] in gone]:
                self.say(name, cell, [])
        self._units = None

    def _forget(self, table: str, key: str, a: Attribute, change: dict[str, Any]) -> None:
        if change["period"]:
            raise CellError("removes a value from a period on", "nothing would be known then",
                            "leave period empty, or set a value")  # fmt: skip
        self._write(table, key, a, math.nan if a.numeric else _nothing(a))
        self._drop_parts(table, key, a.name)

    def _write(self, table: str, key: str, a: Attribute, value: Any) -> None:
        frame = self.own(table)
        if (table, a.name) not in self._copied:
            frame[a.name] = frame[a.name].copy()
            self._copied.add((table, a.name))
        frame.at[key, a.name] = value
        if not a.numeric:
            self._units = None

    def _set_plain(self, table: str, key: str, a: Attribute, change: dict[str, Any]) -> None:
        if change["operation"] != "set" or change["period"]:
            raise CellError(
                f"{table}.{a.name} is no number", "only numbers are scaled, shifted or dated",
                "operation set, without period",
            )  # fmt: skip
        if a.name in TABLES[table].key:
            raise CellError(f"{a.name} names the row", "", "remove the row and add another")
        self._write(table, key, a, _plain_cell(a, change["value"]))

    def _number(self, change: dict[str, Any], expected: Expected | None) -> dict[str, float]:
        cell = read_number(change["value"], expected)
        if isinstance(cell, Varying):
            part = cell.parts[0]
            return {"low": part.low, "value": part.value, "high": part.high}
        if math.isnan(cell):
            raise CellError("value is missing")
        return {"low": math.nan, "value": cell, "high": math.nan}

    def _set(self, table: str, key: str, a: Attribute, change: dict[str, Any]) -> None:
        number = self._number(change, self.units().of_cell(table, key, a.name))
        bounded = not (math.isnan(number["low"]) and math.isnan(number["high"]))
        if not change["period"]:
            self._drop_parts(table, key, a.name)
            self._write(table, key, a, central(number))
            if bounded:
                self._add_part(table, key, a.name, "", "", number)
            self._rest_on(table, key, a, "", change, number)
            return
        cell = (table, key, a.name)
        if change["period"].startswith("age "):
            self._set_age(cell, a, change, number)
            return
        since, end = _since(change, a), _end(change)
        first = _first_label(change)
        parts = self._parts(*cell)
        after = self._after(cell, a, parts, [""], end, False)
        kept = [row for row in parts if _day_of(row) < since]
        self._forget_cites(cell, parts, [*kept, *after])
        self.say("profile", cell, kept)
        self._add_part(*cell, first, "", number)
        self.say("profile", cell, [*self._parts(*cell), *after])
        self._rest_on(table, key, a, first, change, number)

    def _set_age(
        self, cell: _Cell, a: Attribute, change: dict[str, Any], number: dict[str, float]
    ) -> None:
        if not a.aged:
            raise CellError(f"{cell[0]}.{a.name} does not vary by age", "", "give a period",
                            "not-aged")  # fmt: skip
        age = float(change["period"].removeprefix("age "))
        kept = [row for row in self._parts(*cell) if row["age_months"] != age]
        self.say("profile", cell, [*kept, _part(*cell, "", "", number) | {"age_months": age}])
        self._rest_on(cell[0], cell[1], a, f"age {age:g}", change, number)

    def _scale(self, table: str, key: str, a: Attribute, change: dict[str, Any]) -> None:
        factor = change["operation"] == "multiply"
        expected = _PURE if factor else self.units().of_cell(table, key, a.name)
        number = self._number(change, expected)
        by = number["value"]
        if math.isnan(by):
            raise CellError(f"{change['operation']} by a range", "", "give one number")

        def scaled(row: dict[str, Any]) -> dict[str, Any]:
            return row | {b: row[b] * by if factor else row[b] + by for b in _BOUNDS}

        stated = plain = float(self.frame(table).at[key, a.name])
        if math.isnan(plain) and isinstance(a.default, int | float):
            plain = float(a.default)
        parts = self._parts(table, key, a.name)
        if math.isnan(plain) and not parts:
            raise CellError(f"{table} {key}: {a.name} is unknown", "there is nothing to change",
                            "set a value instead")  # fmt: skip
        if not change["period"]:
            after = plain * by if factor else plain + by
            if not math.isnan(after) and (not math.isnan(stated) or after != plain):
                self._write(table, key, a, after)
            if parts:
                self.say("profile", (table, key, a.name), [scaled(row) for row in parts])
            labels = {_label(row) for row in parts} | {""}
        else:
            since, end = _since(change, a), _end(change)
            branches = list(dict.fromkeys(["", *(row["branch"] for row in parts)]))
            later = [row for row in parts if since <= _day_of(row) < end]
            new = [scaled(row) for row in later]
            rest = self._after((table, key, a.name), a, parts, branches, end, True)
            for branch in branches:
                own = [row for row in parts if row["branch"] == branch]
                if any(_day_of(row) == since for row in own) or (branch and not own):
                    continue
                held = max((r for r in own if _day_of(r) < since), key=_day_of, default=None)
                if held is None and math.isnan(plain):
                    continue  # nothing holds yet on that day
                base = held or {"low": math.nan, "value": plain, "high": math.nan}
                label = _first_label(change)
                new.append(scaled(_part(table, key, a.name, label, branch, base)))
            kept = [row for row in parts if _day_of(row) < since]
            self.say("profile", (table, key, a.name), [*kept, *new, *rest])
            labels = {_label(row) for row in new}
        for label in sorted(labels):
            self._rest_on(table, key, a, label, change, number, keep=True)

    def _after(
        self, cell: _Cell, a: Attribute, parts: list[dict[str, Any]], branches: Iterable[str],
        end: dt.date, scales: bool,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """What holds again once a change for a time is over: as if it had not been made."""
        if end == dt.date.max:
            return []
        after = [row for row in parts if _day_of(row) >= end]
        plain = float(self.frame(cell[0]).at[cell[1], cell[2]])
        if math.isnan(plain) and isinstance(a.default, int | float):
            plain = float(a.default)
        for branch in branches:
            own = [row for row in parts if row["branch"] == branch]
            if any(_day_of(row) == end for row in own) or (branch and not own):
                continue
            held = max((r for r in own if _day_of(r) < end), key=_day_of, default=None)
            if held is None and math.isnan(plain):
                if scales:
                    continue  # nothing held, and nothing was changed
                raise CellError(
                    f"{cell[0]} {cell[1]}: {cell[2]} is unknown after {end}",
                    "a change for a time gives back what held before", "leave out its end",
                )  # fmt: skip
            base = held or {"low": math.nan, "value": plain, "high": math.nan}
            label = end.isoformat()
            after.append(_part(*cell, label, branch, base))
            cites = self.said("cite").get(cell, [])
            again = [
                row | {"period": label}
                for row in cites
                if row["period"] == (_label(held) if held else "")
            ]
            if again:
                self.say("cite", cell, [*cites, *again])
        return after

    # -- profile and cite -------------------------------------------------------------------------

    def _parts(self, table: str, key: str, column: str) -> list[dict[str, Any]]:
        return self.said("profile").get((table, key, column), [])

    def _forget_cites(
        self, cell: _Cell, before: list[dict[str, Any]], after: list[dict[str, Any]]
    ) -> None:
        """Drop the claims of profile rows that are gone."""
        gone = {_label(row) for row in before} - {_label(row) for row in after} - {""}
        cites = self.said("cite").get(cell, [])
        if any(row["period"] in gone for row in cites):
            self.say("cite", cell, [row for row in cites if row["period"] not in gone])

    def _drop_parts(self, table: str, key: str, column: str) -> None:
        """Drop all that `profile` and `cite` say of a cell."""
        for name in ("profile", "cite"):
            if self.said(name).get((table, key, column)):
                self.say(name, (table, key, column), [])

    def _add_part(
        self, table: str, key: str, column: str, period: str, branch: str, number: dict[str, Any]
    ) -> None:
        rows = self._parts(table, key, column)
        part = _part(table, key, column, period, branch, number)
        self.say("profile", (table, key, column), [*rows, part])

    def _rest_on(
        self, table: str, key: str, a: Attribute, label: str, change: dict[str, Any],
        number: dict[str, float], *, keep: bool = False,
    ) -> None:  # fmt: skip
        """Let a number cite the claim of its change."""
        claim = self._claim(change, a, table, number)
        cell = (table, key, a.name)
        rows = [row for row in self.said("cite").get(cell, []) if keep or row["period"] != label]
        own = {"table": table, "key": key, "column": a.name, "period": label, "claim_id": claim}
        self.say("cite", cell, [*rows, own])

    def _claim(
        self, change: dict[str, Any], a: Attribute, table: str, number: dict[str, float]
    ) -> str:
        name = f"scenario:{change['scenario']}:{number_key(change['order'])}:{a.name}"
        if name in self.claims:
            return name
        multiply = change["operation"] == "multiply"
        stated = {b: None if math.isnan(x) else Decimal(repr(x)) for b, x in number.items()}
        form: Literal["point", "interval", "at_most", "at_least"] = "point"
        if stated["value"] is None:
            form = "at_most" if stated["low"] is None else "at_least"
            form = "interval" if None not in (stated["low"], stated["high"]) else form
        unit = "1" if multiply else self._unit_text(table, change["key"], a)
        stem = f"change.{change['scenario'].replace(':', '-')}.{number_key(change['order'])}"
        origin = f"{stem}.{a.name}" if f"{stem}.{a.name}" in self.before.evidence else stem
        first, end = _first_label(change), _end(change)
        self.claims[name] = Claim(
            claim_id=name, subject=f"{table}/{change['key']}", metric=a.name,
            qualifiers={"operation": change["operation"]},
            kind="ratio" if multiply else _kind_of(unit), form=form, unit=unit,
            low=stated["low"], value=stated["value"], high=stated["high"], modality="assumed",
            grade="D", valid_text=change["period"] or None,
            valid_from=day(first) if first else None,
            valid_to=None if end == dt.date.max else end,
            derived_from=(origin,) if origin in self.before.evidence else (),
            locator=f"change {_id(change)}", method=f"assumed:scenario/{change['scenario']}",
        )  # fmt: skip
        return name

    def _unit_text(self, table: str, pattern: str, a: Attribute) -> str:
        key = next(iter(self.keys(table, pattern)), "")
        return str(self.units().of_cell(table, key, a.name) or "1")

    # -- rows and settings ------------------------------------------------------------------------

    def _add_row(self, change: dict[str, Any]) -> None:
        table, key = change["table"], change["key"]
        declared = TABLES[table]
        if key in self.frame(table).index:
            raise CellError(f"{table} has a row {key} already", "", "operation set changes it")
        texts = _pairs(change["value"])
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
            a.name: math.nan if a.numeric else _plain_cell(a, texts.get(a.name, ""))
            for a in declared.attributes
        }
        old = self.frame(table)
        row = pd.DataFrame([cells], index=pd.Index([key], dtype="object", name="key"))
        joined = pd.concat([old, row]) if len(old) else row
        kinds = {a.name: "float64" if a.numeric else "object" for a in declared.attributes}
        kinds |= {a.name: "bool" for a in declared.attributes if a.kind == "flag"}
        self.frames[table] = joined.astype(kinds)
        self._units = None
        self._copied -= {(table, column) for column in declared.columns}
        for a in declared.attributes:
            if not a.numeric or not texts.get(a.name):
                continue
            given = change | {"value": texts[a.name], "period": ""}
            if a.name in declared.key:
                self._write(table, key, a, self._number(given, _PURE)["value"])
            else:
                self._set(table, key, a, given)

    def _set_setting(self, change: dict[str, Any]) -> None:
        name = change["key"]
        value: Any = change["value"]
        declared = {a.name: a for a in SETTINGS}
        if change["operation"] in ("multiply", "add") and name in declared:
            by = self._number(change, _PURE if change["operation"] == "multiply" else None)
            now = {**self.before.settings, **self.settings}[name]
            if not declared[name].numeric or now is None:
                raise CellError(f"setting {name} is no number that can change")
            value = now * by["value"] if change["operation"] == "multiply" else now + by["value"]
        elif change["operation"] != "set":
            raise CellError(f"settings know no {change['operation']}", "", "use set")
        place = self.before.place("change", _id(change), "value")
        self.settings |= read_settings({name: value}, lambda _: place, self.faults)

    def network(self) -> Network:
        """The changed network."""
        frames = dict(self.frames)
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


def frame_of(table: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """A table from typed rows, with its keys."""
    declared = TABLES[table]
    keys = [
        "/".join(
            number_key(row[name]) if isinstance(row[name], float) else str(row[name] or "")
            for name in declared.key
        )
        for row in rows
    ]
    index = pd.Index(keys, dtype="object", name="key")
    columns = {}
    for a in declared.attributes:
        dtype = "float64" if a.numeric else ("bool" if a.kind == "flag" else "object")
        columns[a.name] = pd.Series([row[a.name] for row in rows], index=index, dtype=dtype)
    return pd.DataFrame(columns, index=index)


def _id(change: dict[str, Any]) -> str:
    return f"{change['scenario']}/{number_key(change['order'])}"


def _since(change: dict[str, Any], a: Attribute) -> dt.date:
    if not a.dated or change["period"].startswith("age "):
        raise CellError(f"{change['table']}.{a.name} does not vary by period", "",
                        "leave period empty", "not-dated")  # fmt: skip
    return day(_first_label(change))


def _first_label(change: dict[str, Any]) -> str:
    """Label of the first period of a change: ``2027Q1`` of ``2027Q1/2027Q4``; none for an age."""
    if change["period"].startswith("age "):
        return ""
    return str(change["period"]).partition("/")[0].strip()


def _end(change: dict[str, Any]) -> dt.date:
    """First day on which a change no longer holds; the last of all days without an end."""
    last = str(change["period"]).partition("/")[2].strip()
    return end_of(last) if last else dt.date.max


def _day_of(row: dict[str, Any]) -> dt.date:
    try:
        return day(row["period"]) if row["period"] else dt.date.min
    except RangeError:
        return dt.date.min


def _label(row: dict[str, Any]) -> str:
    if row["period"] or math.isnan(row["age_months"]):
        return str(row["period"])
    return f"age {row['age_months']:g}"


def _part(
    table: str, key: str, column: str, period: str, branch: str, number: dict[str, Any]
) -> dict[str, Any]:
    return {
        "table": table, "key": key, "column": column, "period": period, "age_months": math.nan,
        "branch": branch, **{bound: float(number[bound]) for bound in _BOUNDS},
    }  # fmt: skip


def _nothing(a: Attribute) -> Any:
    return {"flag": bool(a.default), "date": None}.get(a.kind, "")


def _plain_cell(a: Attribute, text: str) -> Any:
    if a.kind == "flag":
        return read_flag(text, bool(a.default))
    if a.kind == "date":
        return read_date(text, a.closes)
    return text.strip() or (a.default if isinstance(a.default, str) else "")


def _pairs(text: str) -> dict[str, str]:
    out = {}
    for pair in text.split(";"):
        column, equals, value = pair.partition("=")
        if not pair.strip():
            continue
        if not equals:
            raise CellError(f'value holds "{pair.strip()}", which is no pair', "",
                            "write column=value; column=value")  # fmt: skip
        out[column.strip()] = value.strip()
    return out


def _kind_of(unit: str) -> Literal["money", "share", "duration", "power", "memory", "count"]:
    first = unit.partition("/")[0]
    if first in ("day", "month", "year"):
        return "duration"
    if first in ("MW", "kW"):
        return "power"
    if first == "GB":
        return "memory"
    if unit == "1":
        return "share"
    return "money" if len(first) == 3 and first.isupper() else "count"
