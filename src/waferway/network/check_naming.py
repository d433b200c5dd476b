"""Checks of rows that name others by words: lanes, bases, limits, records, what-ifs.

Owns what such a word may be. Columns that name one table only are for
`waferway.network.check_cells`.
"""

from __future__ import annotations

from waferway.network.check_time import find_cell
from waferway.network.findings import ITEM_KINDS, Findings, given
from waferway.network.schema import SETTINGS, TABLES
from waferway.network.selection import SELECT_COLUMNS, matches, parse_selection

__all__ = ["check_naming"]

_OUTTURN = {
    "starts": ("recipe", "line"),
    "deliveries": ("item", "demand"),
    "orders": ("module", ""),
}


def check_naming(at: Findings) -> None:
    """Record every word of a lane, limit, demand, record or what-if that means nothing."""
    _lanes(at)
    _bases(at)
    _limits(at)
    _outturns(at)
    _changes(at)


def _lanes(at: Findings) -> None:
    known = {*at.valid("item"), *ITEM_KINDS, "any"}
    unknown = set(at.column("lane", "what")) - known
    names = ("from_place", "to_place", "what")
    for row, (start, end, what) in enumerate(
        zip(*(at.column("lane", name) for name in names), strict=True)
    ):
        if what in unknown:
            at.add(
                ("lane", row, "what"), f'what is "{what}", no item, kind of item or `any`',
                f"kinds: {', '.join(ITEM_KINDS)}", at.guess(what, known, "item"), "dangling",
            )  # fmt: skip
        if start == end and start in {*at.valid("site"), *at.valid("party")}:
            at.add(
                ("lane", row, "to_place"), f"leads from {start} to itself", "",
                "nothing has to move there: leave the lane out", "lane",
            )  # fmt: skip


def _bases(at: Findings) -> None:
    """Demand on a basis without weights, or whose items all lack a source."""
    for row, basis in given(at.column("demand", "basis")):
        if basis not in at.bases:
            at.add(
                ("demand", row, "basis"), f'basis is "{basis}", which has no weights', "",
                at.guess(basis, at.bases, "weight"), "no-weights",
            )  # fmt: skip


def _limits(at: Findings) -> None:
    for column in ("select", "share_of"):
        for row, text in given(at.column("limit", column)):
            try:
                pairs = parse_selection(text)
            except ValueError as error:
                at.add(
                    ("limit", row, column), f'{column} holds "{error}", which is no pair', "",
                    "write column=value; column=value|value", "selection",
                )  # fmt: skip
                continue
            for name, values in pairs:
                _pair(at, row, column, name, values)


def _pair(at: Findings, row: int, column: str, name: str, values: list[str]) -> None:
    cell = ("limit", row, column)
    if name not in SELECT_COLUMNS:
        at.add(
            cell, f'{column} names "{name}", which nothing is selected by',
            f"columns: {', '.join(SELECT_COLUMNS)}",
            at.guess(name, SELECT_COLUMNS, "column"), "unknown-column",
        )  # fmt: skip
        return
    valid: set[str] = set()
    for refers in SELECT_COLUMNS[name]:
        valid |= set(at.valid(refers))
    if name == "family":
        valid = set(TABLES["technology"]["family"].choices)
    elif name == "kind":
        valid = set(ITEM_KINDS)
    elif name in ("basis", "segment"):
        valid = set(at.column("demand", name))
    for value in values:
        if not any(matches(other, value) for other in valid):
            at.add(
                cell, f'{column} has {name}={value}, and there is no such {name}', "",
                at.guess(value, at.valid("country") if "country" in SELECT_COLUMNS[name][:1]
                         else valid, name), "dangling",
            )  # fmt: skip


def _outturns(at: Findings) -> None:
    names = ("measure", "subject", "of")
    for row, (measure, subject, of) in enumerate(
        zip(*(at.column("outturn", name) for name in names), strict=True)
    ):
        if measure not in _OUTTURN:
            continue
        for column, cell, table in zip(
            ("subject", "of"), (subject, of), _OUTTURN[measure], strict=True
        ):
            if not table and cell:
                at.add(
                    ("outturn", row, column), f"{column} is given for {measure}", "",
                    "leave it empty", "outturn",
                )  # fmt: skip
            elif table and not cell:
                at.add(
                    ("outturn", row, column), f"{column} is missing",
                    f"{measure} are of a {_OUTTURN[measure][0]} on a {table}",
                    f"name a {table}", "missing",
                )  # fmt: skip
            elif (
                table
                and cell not in at.valid(table)
                and any(cell in at.valid(other) for other in TABLES["outturn"][column].refers)
            ):
                at.add(
                    ("outturn", row, column), f'{column} is "{cell}", which is no {table}',
                    f"{measure} name a {table} here", at.guess(cell, at.valid(table), table),
                    "dangling",
                )  # fmt: skip


def _changes(at: Findings) -> None:
    """What can be said of a what-if before it is applied."""
    frame = at["change"]
    made = {
        (cells["table"], cells["key"])
        for cells in frame.to_dict("records")
        if cells["operation"] == "row"
    }
    for row, cells in enumerate(frame.to_dict("records")):
        table, key, column = cells["table"], cells["key"], cells["column"]
        operation = cells["operation"]
        if table == "setting":
            valid = [a.name for a in SETTINGS]
            if key not in valid:
                at.add(
                    ("change", row, "key"), f'key is "{key}", which is no setting', "",
                    at.guess(key, valid, "setting"), "unknown-setting",
                )  # fmt: skip
            continue
        if table in ("profile", "cite", "scenario", "change"):
            at.add(
                ("change", row, "table"), f"changes table {table}",
                "a change is made to a cell, by table, key, column and period", "", "change",
            )  # fmt: skip
            continue
        if table and table not in TABLES:
            at.add(
                ("change", row, "table"), f'table is "{table}", which is no table', "",
                at.guess(table, list(TABLES), "table"), "unknown-table",
            )  # fmt: skip
            continue
        if not (table and key and operation):
            continue
        if operation in ("set", "multiply", "add") and not cells["value"]:
            at.add(("change", row, "value"), f"{operation} needs a value", "", "give value",
                   "missing")  # fmt: skip
        if operation in ("set", "multiply", "add") and not column:
            at.add(("change", row, "column"), f"{operation} needs a column", "", "give column",
                   "missing")  # fmt: skip
            continue
        if column and column not in TABLES[table]:
            at.add(
                ("change", row, "column"), f'column is "{column}", which is no column of {table}',
                f"{table} has: {', '.join(TABLES[table].columns)}",
                at.guess(column, TABLES[table].columns, "column"), "unknown-column",
            )  # fmt: skip
            continue
        # Once a scenario is applied, rows that changes name may rightly be gone.
        if (
            operation == "row"
            or "*" in key
            or "=" in key
            or (table, key) in made
            or at.network.applied
        ):
            continue
        if column:
            find_cell(at, "change", row, (table, key, column))
        elif key not in at.valid(table):
            at.add(
                ("change", row, "key"), f'key is "{key}", which is no row of {table}', "",
                at.guess(key, at.valid(table), f"row of {table}"), "dangling",
            )  # fmt: skip
