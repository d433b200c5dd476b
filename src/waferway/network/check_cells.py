"""Checks of single cells and of names: keys, required cells, ranges, choices, references."""

from __future__ import annotations

import math
import re
from collections import Counter

import numpy as np

from waferway.errors import UnitError, nearest
from waferway.network.declaration import Attribute, Table
from waferway.network.findings import Findings, given
from waferway.network.schema import TABLES
from waferway.units import CURRENCIES, unit

__all__ = ["check_cells"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]*")
_NAMELIKE = {("demand", "region"), ("demand", "basis")}
_SPANS = (("from_date", "to_date"), ("from_date", "until_date"), ("earliest", "latest"))
# Reading decides these by the measure, so one name in several tables is no clash there.
_DECIDED_BY_MEASURE = {("outturn", "subject"), ("outturn", "of")}
_MONTHLY = 12.0


def check_cells(at: Findings) -> None:
    """Record every fault of single cells, and of names that clash."""
    for table in TABLES.values():
        if at[table.name].empty:
            continue
        _keys(at, table)
        for attribute in table.attributes:
            _required(at, table, attribute)
            if attribute.numeric:
                _range(at, table, attribute)
            elif attribute.kind == "choice":
                _choice(at, table, attribute)
            elif attribute.kind == "reference":
                _reference(at, table, attribute)
            if attribute.kind == "name" or (table.name, attribute.name) in _NAMELIKE:
                _name(at, table, attribute)
        _spans(at, table)
    _units(at)
    _coordinates(at)
    _settings(at)
    _circles(at)


def _keys(at: Findings, table: Table) -> None:
    keys = list(at[table.name].index)
    if len(set(keys)) == len(keys):
        return
    first: dict[str, int] = {}
    for row, key in enumerate(keys):
        if key not in first:
            first[key] = row
            continue
        before = at.locate(table.name, first[key], "")
        names = " and ".join(table.key)
        at.add(
            (table.name, row, table.key[0]),
            "the row is given twice",
            f"rows of {table.name} are named by {names}; the first is at {before}",
            "keep one of the two",
            "duplicate-key",
        )


def _required(at: Findings, table: Table, a: Attribute) -> None:
    if not a.required:
        return
    cells = at[table.name][a.name]
    missing = cells.isna() if a.numeric else (cells == "") | cells.isna()
    if not missing.any():
        return
    varying = at.varies(table.name, a.name) if a.numeric else set()
    for row in np.flatnonzero(missing.to_numpy()):
        if at[table.name].index[row] in varying:
            continue
        example = f"one of {', '.join(a.choices)}" if a.choices else ""
        if a.numeric and a.unit not in ("", "1"):
            example = f"a number of {a.unit}"
        at.add(
            (table.name, int(row), a.name), f"{a.name} is missing", a.meaning,
            f"give {example or a.name}", "missing",
        )  # fmt: skip


def _range(at: Findings, table: Table, a: Attribute) -> None:
    numbers = at.numbers(table.name, a.name)
    low = -math.inf if a.low is None else a.low
    high = math.inf if a.high is None else a.high
    with np.errstate(invalid="ignore"):
        bad = (numbers < low) | (numbers > high) | np.isinf(numbers)
        whole = a.kind == "integer"
        broken = (numbers != np.floor(numbers)) & np.isfinite(numbers) if whole else bad
    for row in np.flatnonzero(bad):
        cell = (table.name, int(row), a.name)
        out_of_range(at, cell, a, float(numbers[row]), a.name)
    if whole:
        for row in np.flatnonzero(broken & ~bad):
            at.add(
                (table.name, int(row), a.name), f"{a.name} is {numbers[row]:g}",
                "it counts, so it is a whole number", f"write {round(numbers[row])}", "integer",
            )  # fmt: skip


def out_of_range(
    at: Findings, cell: tuple[str, int, str], a: Attribute, number: float, what: str
) -> None:
    """Record that a number leaves the range of its attribute."""
    if math.isinf(number):
        at.add(
            cell, f"{what} is {number:g}, not a finite number", "",
            "leave the cell empty where there is no limit", "not-finite",
        )  # fmt: skip
        return
    if a.low is not None and a.high is not None:
        allowed, kind = f"it lies between {a.low:g} and {a.high:g}", "range"
    elif a.low == 0:
        allowed, kind = "it is never negative", "negative"
    else:
        allowed, kind = f"it is at least {a.low:g}", "range"
    share = a.high == 1 and 2 <= number <= 100
    hint = f"for a percentage write {number:g} %" if share else ""
    at.add(cell, f"{what} is {number:g}", allowed, hint, kind)


def _choice(at: Findings, table: Table, a: Attribute) -> None:
    cells = at.column(table.name, a.name)
    if set(cells) <= {"", *a.choices}:
        return
    for row, cell in given(cells):
        if cell not in a.choices:
            found = nearest(cell, a.choices)
            at.add(
                (table.name, row, a.name), f'{a.name} is "{cell}"',
                f"choices: {', '.join(a.choices)}",
                f"did you mean {found[0]}?" if found else "", "choice",
            )  # fmt: skip


def _name(at: Findings, table: Table, a: Attribute) -> None:
    for row, cell in given(at.column(table.name, a.name)):
        if _NAME.fullmatch(cell):
            continue
        right = re.sub(r"[^A-Za-z0-9._:+-]+", "-", cell).strip("-._:+")
        at.add(
            (table.name, row, a.name), f'{a.name} "{cell}" cannot be a name',
            "names begin with a letter or digit and hold letters, digits and . _ : + -",
            f"write {right}" + (", and keep this one as label" if "label" in table else "")
            if right else "", "name",
        )  # fmt: skip


def _reference(at: Findings, table: Table, a: Attribute) -> None:
    cells = at.column(table.name, a.name)
    used = set(cells) - {""}
    valid = {refers: at.valid(refers) for refers in a.refers}
    known = {refers: used & set(names) for refers, names in valid.items()}
    unknown = used - set().union(*known.values())
    if unknown and not at.unread & set(a.refers):
        everything = (
            next(iter(valid.values()))
            if len(valid) == 1
            else dict.fromkeys(n for names in valid.values() for n in names)
        )
        noun = _either(a.refers)
        for row, cell in given(cells):
            if cell in unknown:
                at.add(
                    (table.name, row, a.name), f'{a.name} is "{cell}", which is no {noun}', "",
                    at.guess(cell, everything, noun), "dangling",
                )  # fmt: skip
    if len(a.refers) > 1 and (table.name, a.name) not in _DECIDED_BY_MEASURE:
        _ambiguous(at, table, a, known)


def _ambiguous(at: Findings, table: Table, a: Attribute, known: dict[str, set[str]]) -> None:
    count = Counter(name for names in known.values() for name in names)
    # A region may be named by its country's code: they mean the same place.
    same = known.get("region", set()) & known.get("country", set())
    clash = {name for name, times in count.items() if times - (name in same) > 1}
    for row, cell in given(at.column(table.name, a.name)):
        if cell in clash:
            tables = [refers for refers, names in known.items() if cell in names]
            at.add(
                (table.name, row, a.name), f'{a.name} is "{cell}", which has two meanings',
                f"it is a {' and a '.join(tables)}", f"rename the {tables[0]}", "ambiguous",
            )  # fmt: skip


def _either(refers: tuple[str, ...]) -> str:
    nouns = [{"country": "country code", "any": "`any`"}.get(name, name) for name in refers]
    return nouns[0] if len(nouns) == 1 else f"{', '.join(nouns[:-1])} or {nouns[-1]}"


def _spans(at: Findings, table: Table) -> None:
    for first, last in _SPANS:
        if first not in table or last not in table:
            continue
        pairs = zip(at.column(table.name, first), at.column(table.name, last), strict=True)
        for row, (start, end) in enumerate(pairs):
            if start and end and start > end:
                at.add(
                    (table.name, row, last), f"{last} {end} lies before {first} {start}",
                    "", "exchange the two, or correct one", "backwards",
                )  # fmt: skip


def _units(at: Findings) -> None:
    for table, column in (("item", "unit"), ("technology", "capacity_unit")):
        for row, cell in given(at.column(table, column)):
            try:
                read = unit(cell)
            except UnitError as error:
                fault = error.faults[0]
                at.add((table, row, column), f"{column}: {fault.what}", fault.why,
                       fault.suggestion, "unit")  # fmt: skip
                continue
            dimensions = dict(read.dimensions)
            time = dimensions.pop("time", 0)
            if table == "item" and time:
                at.add(
                    (table, row, column), f'unit is "{cell}", a rate',
                    "items are counted; rates are per month by themselves",
                    f"write {cell.split('/')[0]}", "unit",
                )  # fmt: skip
            elif (
                table == "technology"
                and dimensions != {"power": 1}
                and (time != -1 or not math.isclose(read.factor, _MONTHLY * _scale(cell)))
            ):
                at.add(
                    (table, row, column), f'capacity_unit is "{cell}"',
                    "capacity is a rate per month", f"write {cell.split('/')[0]}/month", "unit",
                )  # fmt: skip


def _scale(text: str) -> float:
    return unit(text.partition("/")[0] or "1").factor


def _coordinates(at: Findings) -> None:
    for table in ("party", "site"):
        if at[table].empty:
            continue
        lat, lon = np.isnan(at.numbers(table, "lat")), np.isnan(at.numbers(table, "lon"))
        for row in np.flatnonzero(lat != lon):
            missing = "lat" if lat[row] else "lon"
            at.add(
                (table, int(row), "lon" if missing == "lat" else "lat"),
                f"{missing} is missing", "a place on the map needs both", "give lat and lon",
                "coordinates",
            )  # fmt: skip


def _settings(at: Findings) -> None:
    settings = at.network.settings
    currency = settings["currency"]
    if currency not in CURRENCIES:
        found = nearest(str(currency), CURRENCIES, cutoff=0.6)
        _setting(at, "currency", f'is "{currency}", which is no currency code',
                 f"did you mean {found[0]}?" if found else "for example USD, EUR, KRW")  # fmt: skip
    start, until, now = (settings[name] for name in ("start", "until", "now"))
    if start and until and start > until:
        _setting(at, "until", f"is {until}, before start {start}", "exchange the two")
    if now and until and now >= until:
        _setting(at, "now", f"is {now}, so that nothing is left to decide until {until}", "")
    basis = settings["compute_basis"]
    if basis and basis not in at.bases and "weight" not in at.unread:
        _setting(at, "compute_basis", f'is "{basis}", which has no weights',
                 at.guess(basis, at.bases, "weight"))  # fmt: skip


def _setting(at: Findings, name: str, what: str, suggestion: str) -> None:
    place = at.locate("setting", 0, name)
    at.faults.add(place, f"setting {name} {what}", "", suggestion, "setting")


def _circles(at: Findings) -> None:
    """Parents that run in a circle."""
    for table in ("party", "branch", "scenario"):
        parent = dict(zip(at[table].index, at.column(table, "parent"), strict=True))
        for row, name in enumerate(at[table].index):
            chain = [name]
            while parent.get(chain[-1]) and parent[chain[-1]] not in chain:
                chain.append(parent[chain[-1]])
            if parent.get(chain[-1]) == name and name == min(chain):
                at.add(
                    (table, row, "parent"), "parents run in a circle",
                    " -> ".join([*chain, name]), "leave one of these parents empty", "circle",
                )  # fmt: skip
