"""Checks of values over time and age, of what they rest on, and of branches."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import re
from collections import defaultdict
from typing import Any

import numpy as np

from waferway.calendar import day, end_of
from waferway.errors import RangeError
from waferway.network.check_cells import out_of_range
from waferway.network.declaration import Attribute
from waferway.network.findings import Findings, central
from waferway.network.schema import TABLES

__all__ = ["check_time"]

_FIRST, _LAST = dt.date(1950, 1, 1), dt.date(2200, 1, 1)
_AGE = re.compile(r"age \d+(\.\d+)?")
_AGE = re.compile(r"age \d+(\.\d+)?")
_NOT_CELLS = ("profile", "cite", "change")


def check_time(at: Findings) -> None:
    """Record every fault of `profile`, `cite`, `outturn` periods, payments and branches."""
    _periods(at)
    _profile(at)
    _cite(at)
    _overlaps(at)
    _payments(at)
    _branches(at)


def _periods(at: Findings) -> None:
    for table in ("profile", "outturn", "change"):
        for row, text in enumerate(at.column(table, "period")):
            if not text or (table == "change" and _AGE.fullmatch(text)):
                continue
            first, _, last = text.partition("/") if table == "change" else (text, "", "")
            try:
                when = day(first)
                over = end_of(last) if last else None
            except RangeError as error:
                at.add((table, row, "period"), f"period: {error}", "", "", "period")
                continue
            if over is not None and over <= when:
                at.add(
                    (table, row, "period"), f'period is "{text}", which ends before it begins',
                    "", "write first/last", "period",
                )  # fmt: skip
            if not _FIRST <= when < _LAST:
                at.add(
                    (table, row, "period"), f'period is "{text}"',
                    f"periods lie between {_FIRST.year} and {_LAST.year}", "", "period-range",
                )  # fmt: skip


def find_cell(at: Findings, table: str, row: int, cells: tuple[str, str, str]) -> Attribute | None:
    """Attribute of the cell that a row names; None, and a fault, where there is none."""
    name, key, column = cells
    if name not in TABLES or name in _NOT_CELLS:
        valid = [other for other in TABLES if other not in _NOT_CELLS]
        at.add(
            (table, row, "table"), f'table is "{name}", which is no table of values', "",
            at.guess(name, valid, "table"), "unknown-table",
        )  # fmt: skip
        return None
    if column not in TABLES[name]:
        at.add(
            (table, row, "column"), f'column is "{column}", which is no column of {name}',
            f"{name} has: {', '.join(TABLES[name].columns)}",
            at.guess(column, TABLES[name].columns, "column"), "unknown-column",
        )  # fmt: skip
        return None
    if key not in at.valid(name):
        if name in at.unread:
            return None
        at.add(
            (table, row, "key"), f'key is "{key}", which is no row of {name}',
            f"rows of {name} are named by {'/'.join(TABLES[name].key)}",
            at.guess(key, at.valid(name), f"row of {name}"), "dangling",
        )  # fmt: skip
        return None
    return TABLES[name][column]


def _rows(at: Findings, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = at[table].to_dict("records")
    return rows


def _profile(at: Findings) -> None:
    told: set[tuple[str, str, str]] = set()
    for row, cells in enumerate(_rows(at, "profile")):
        if not (cells["table"] and cells["key"] and cells["column"]):
            continue  # already reported as missing
        a = find_cell(at, "profile", row, (cells["table"], cells["key"], cells["column"]))
        if a is None:
            continue
        cell = (cells["table"], cells["key"], cells["column"])
        if cell not in told and not _may_vary(at, row, cells, a):
            told.add(cell)
        _interval(at, row, cells, a)


def _may_vary(at: Findings, row: int, cells: dict[str, Any], a: Attribute) -> bool:
    """Whether a cell may vary as a profile row says; a fault where it may not."""
    what = f"{cells['table']}.{a.name}"
    aged = not math.isnan(cells["age_months"])
    if not a.numeric:
        at.add(("profile", row, "column"), f"{what} is no number", "only numbers vary",
               "", "not-dated")  # fmt: skip
        return False
    if cells["period"] and aged:
        at.add(
            ("profile", row, "age_months"), "has both a period and an age", "",
            "keep the period for dated columns, the age for aged ones", "not-dated",
        )  # fmt: skip
    elif (cells["period"] or cells["branch"]) and not a.dated:
        word = "period" if cells["period"] else "branch"
        dated = [b.name for b in TABLES[cells["table"]].attributes if b.dated]
        at.add(
            ("profile", row, word), f"{what} does not vary by {word}",
            f"dated columns of {cells['table']}: {', '.join(dated) or 'none'}",
            "give one value; an age where the column goes by age" if a.aged else "give one value",
            "not-dated",
        )  # fmt: skip
    elif aged and not a.aged:
        aging = [b.name for b in TABLES[cells["table"]].attributes if b.aged]
        at.add(
            ("profile", row, "age_months"), f"{what} does not vary by age",
            f"columns of {cells['table']} that do: {', '.join(aging) or 'none'}",
            "give periods" if a.dated else "give one value", "not-aged",
        )  # fmt: skip
    else:
        return True
    return False


def _interval(at: Findings, row: int, cells: dict[str, Any], a: Attribute) -> None:
    named = [(name, cells[name]) for name in ("low", "value", "high")]
    numbers = [(name, number) for name, number in named if not math.isnan(number)]
    readable = all(at.sound("profile", row, name) for name, _ in named)
    if not numbers and readable:
        at.add(("profile", row, "value"), "has no number", "", "give value, or low and high",
               "missing")  # fmt: skip
    for (first, lower), (second, upper) in itertools.pairwise(numbers):
        if lower > upper:
            at.add(
                ("profile", row, second), f"{second} {upper:g} is below {first} {lower:g}",
                "low <= value <= high", "exchange them, or correct one", "interval",
            )  # fmt: skip
    low = -math.inf if a.low is None else a.low
    high = math.inf if a.high is None else a.high
    for name, number in numbers:
        if not low <= number <= high or math.isinf(number):
            out_of_range(at, ("profile", row, name), a, number, f"{name} of {a.name}")


def _cite(at: Findings) -> None:
    evidence = at.network.evidence
    for row, cells in enumerate(_rows(at, "cite")):
        unknown = cells["claim_id"] and cells["claim_id"] not in evidence
        if unknown and "claims" not in at.unread:
            at.add(
                ("cite", row, "claim_id"),
                f'claim_id is "{cells["claim_id"]}", which is no claim', "",
                at.guess(cells["claim_id"], evidence, "claim"), "unknown-claim",
            )  # fmt: skip
        if not (cells["table"] and cells["key"] and cells["column"]):
            continue
        a = find_cell(at, "cite", row, (cells["table"], cells["key"], cells["column"]))
        cell = (cells["table"], cells["key"], cells["column"])
        if a is None or not cells["period"] or not at.sound_cell(*cell):
            continue
        have = _labels(at, cell)
        if cells["period"] not in have:
            at.add(
                ("cite", row, "period"),
                f'period is "{cells["period"]}", for which the cell has no value',
                f"it has values for: {', '.join(sorted(have))}" if have else
                "it has one value, for always",
                at.guess(cells["period"], have, "period") if have else "leave period empty",
                "dangling",
            )  # fmt: skip


def _labels(at: Findings, cell: tuple[str, str, str]) -> set[str]:
    labels = set()
    for cells in at.profile.get(cell, ()):
        if cells["period"]:
            labels.add(cells["period"])
        elif not math.isnan(cells["age_months"]):
            labels.add(f"age {cells['age_months']:g}")
    return labels


def _overlaps(at: Findings) -> None:
    for (table, key, column), rows in at.profile.items():
        seen: dict[tuple[Any, ...], dict[str, Any]] = {}
        for cells in rows:
            age = None if math.isnan(cells["age_months"]) else cells["age_months"]
            code = (cells["since"], age, cells["branch"])
            if code in seen and cells["period"] != seen[code]["period"]:
                at.add(
                    ("profile", cells["row"], "period"),
                    f"periods {seen[code]['period']} and {cells['period']} overlap",
                    f"both begin on {cells['since']}, and a value holds until the next one",
                    "keep one of the two", "overlap",
                )  # fmt: skip
            seen.setdefault(code, cells)
            _twice(at, (table, key, column), cells)


def _twice(at: Findings, cell: tuple[str, str, str], cells: dict[str, Any]) -> None:
    """A cell with a plain number and a different one in an always-valid profile row."""
    table, key, column = cell
    if cells["period"] or cells["branch"] or not math.isnan(cells["age_months"]):
        return
    if table not in TABLES or column not in TABLES[table] or not TABLES[table][column].numeric:
        return
    if key not in at.valid(table):
        return
    plain = at.numbers(table, column)[at[table].index.get_indexer_for([key])[0]]
    said = central(cells)
    if not math.isnan(plain) and not math.isnan(said) and not math.isclose(plain, said):
        at.add(
            ("profile", cells["row"], "value"),
            f"{column} is {said:g} here and {plain:g} in the table",
            "a profile row without period holds always", "make them equal, or empty one",
            "two-values",
        )  # fmt: skip


def _payments(at: Findings) -> None:
    """Payments of a module sum to one over its ages."""
    plain = at.numbers("module", "payments")
    for row, key in enumerate(at["module"].index):
        ages = [
            central(cells)
            for cells in at.profile.get(("module", key, "payments"), ())
            if not math.isnan(cells["age_months"])
        ]
        if not ages and math.isnan(plain[row]):
            continue
        total = sum(ages) if ages else plain[row]
        if not math.isnan(total) and abs(total - 1) > 1e-6:
            at.add(
                ("module", row, "payments"), f"payments sum to {total:g}",
                "they are shares of the price and sum to 1",
                f"{'add' if total < 1 else 'take away'} {abs(1 - total):g}", "payments",
            )  # fmt: skip


def _branches(at: Findings) -> None:
    """Probabilities of the branches of one parent sum to one."""
    siblings: dict[str, list[int]] = defaultdict(list)
    for row, parent in enumerate(at.column("branch", "parent")):
        siblings[parent].append(row)
    probability = at.numbers("branch", "probability")
    for parent, rows in siblings.items():
        total = float(np.sum(probability[rows]))
        if math.isnan(total) or abs(total - 1) <= 1e-6:
            continue
        names = ", ".join(at["branch"].index[row] for row in rows)
        of = f"the branches of {parent}" if parent else "the first branches"
        at.add(
            ("branch", rows[0], "probability"), f"probabilities of {of} sum to {total:g}",
            f"they are: {names}", "make them sum to 1", "probability",
        )  # fmt: skip
