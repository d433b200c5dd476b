"""Rules that hold a figure against those of comparable rows, for slips that its claim repeats.

A person who misreads a page writes the same wrong figure in the cell and in the claim. Nothing
then disagrees but the rest of the atlas: what a stack, a fab or a month of the same kind shows. A
figure far outside all of those is a fault, until its claim says who read it again and when
(`reviewer`, `reviewed_on`).
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from waferway.atlas.catalogue import claim_id
from waferway.atlas.catalogue_schema import CATALOGUE, bounds_of
from waferway.atlas.gate.folder import AtlasFolder, Row, fault, over, span
from waferway.atlas.sheets import key_of
from waferway.errors import Fault
from waferway.network.schema import TABLES

__all__ = ["likeness"]

_AGAIN = (
    "if the page does say so, name in its claim who read it again, and when (reviewer, reviewed_on)"
)
_LINES = 5.5
_WIDER = 5 / 3  # bounds may lie farther out than values
_FAR = 3.0  # beyond the smallest and the largest of all comparable figures


@dataclass(frozen=True)
class _Alike:
    """Figures of one column that are of a size.

    Attributes
    ----------
    table, columns : str
        Columns of one quantity; each is held against all of them.
    by : callable
        From a row, what makes rows comparable; None leaves the row out.
    far : float
    """

    table: str
    columns: tuple[str, ...]
    by: Callable[[AtlasFolder, Row], object] = lambda _atlas, _row: True
    far: float = _FAR
    network: bool = False


def _kind(_atlas: AtlasFolder, row: Row) -> object:
    return row["kind"]


def _part(atlas: AtlasFolder, row: Row) -> object:
    items = atlas.network.get("item")
    found = items.by_name.get(row["item"]) if items is not None else None
    return True if row["role"] == "in" and found and found.get("kind") == "stack" else None


def _counted(_atlas: AtlasFolder, row: Row) -> object:
    return (row["kind"], row["unit"])


def _stack(_atlas: AtlasFolder, row: Row) -> object:
    return row["kind"] if row["kind"] == "hbm_stack" else None


def _family(atlas: AtlasFolder, row: Row) -> object:
    found = atlas.network["technology"].by_name.get(row["technology"]) if row["technology"] else {}
    return (found or {}).get("family")


def _subject(atlas: AtlasFolder, row: Row) -> object:
    """Plants of one kind of wafers; companies and the world have series instead."""
    return row["unit"] if atlas.row("facility", row["of"]) else None


def _range(name: str) -> tuple[str, str, str]:
    return (f"{name}_low", name, f"{name}_high")


_ALIKE = (
    _Alike("process", _range("wafer_price_usd"), _kind),
    _Alike("process", _range("defects_per_cm2"), _kind),
    _Alike("process", _range("die_yield"), _kind),
    _Alike("process", _range("cycle_days"), _kind),
    _Alike("process", _range("capex_usd_per_kwpm"), _kind),
    _Alike("process", _range("mask_set_usd"), _kind),
    _Alike("accelerator", _range("price_usd")),
    _Alike("accelerator", _range("cost_usd")),
    _Alike("accelerator", _range("die_mm2")),
    _Alike("accelerator", _range("fp4_tflops")),
    _Alike("accelerator", ("transistors",)),
    _Alike("accelerator_part", _range("memory_gb"), _stack),
    _Alike("capacity", ("wafers_per_month",), _subject, 7.0),
    _Alike("country", _range("build_days")),
    _Alike("country", _range("permit_months")),
    _Alike("country", _range("run_cost_factor")),
    _Alike("country", ("governance",)),
    _Alike("award", _range("investment_usd"), far=8.0),
    _Alike("input", _range("price_usd"), _counted),
    _Alike("input", _range("per_year"), _counted),
    _Alike("rack", _range("price_usd")),
    _Alike("rack", _range("memory_tb")),
    _Alike("item", ("value_usd",), _kind, network=True),
    _Alike("item", ("power_kw",), _kind, network=True),
    _Alike("item", ("memory_gb",), _kind, network=True),
    _Alike("line", ("variable_usd",), _family, network=True),
    _Alike("module", ("capex_usd",), network=True),
    _Alike("module", ("lead_days",), network=True),
    _Alike("recipe", ("cycle_days",), _family, network=True),
    _Alike("recipe", ("capacity_per_start",), _family, network=True),
    _Alike("recipe_item", ("quantity_per_start",), _part, 4.0, network=True),
    _Alike("weight", ("weight",), lambda _atlas, row: row["basis"], network=True),
    _Alike("right", ("cost_usd",), network=True),
    _Alike("right", ("lead_days",), network=True),
)


def likeness(atlas: AtlasFolder) -> Iterator[Fault]:
    """Faults of figures that no comparable row comes near."""
    reviewed = _Reviewed(atlas)
    for alike in _ALIKE:
        yield from _outliers(atlas, alike, reviewed)
    yield from _ratios(atlas, reviewed)
    yield from _steps(atlas, reviewed)
    yield from _wholes(atlas, reviewed)
    yield from _profiles(atlas, reviewed)
    yield from _lines(atlas, reviewed)
    yield from _outturns(atlas, reviewed)
    yield from _stakes(atlas, reviewed)
    yield from _units(atlas, reviewed)


class _Reviewed:
    """Whether somebody read a figure again."""

    def __init__(self, atlas: AtlasFolder) -> None:
        self._named = {
            row["claim_id"]
            for sheet in (*atlas.claims, *atlas.network_claims)
            if "reviewed_on" in sheet.columns
            for row in sheet.rows
            if row["reviewed_on"] and row.get("reviewer")
        }
        self._cited: dict[tuple[str, ...], str] = {}
        for _, cells in atlas.network.get("cite", ()):
            cell = tuple(cells.get(c, "") for c in ("table", "key", "column", "period"))
            self._cited[cell] = cells.get("claim_id", "")

    def of(self, table: str, row: Row, column: str, network: bool, period: str = "") -> bool:
        """Whether the claim of a cell has a reviewer."""
        if not self._named:
            return False
        if network:
            key = row["key"] if period else key_of(row.sheet.rows[row.at], TABLES[table].key)
            return self._cited.get((table, key, column, period), "") in self._named
        key = key_of(row.sheet.rows[row.at], CATALOGUE[table].key)
        return claim_id(table, key, bounds_of(column)[0]) in self._named


def _rows(atlas: AtlasFolder, table: str, network: bool) -> list[Row]:
    if not network:
        return atlas.rows(table)
    sheet = atlas.network.get(table)
    return [] if sheet is None else [Row(sheet, at) for at, _ in sheet]


def _outliers(atlas: AtlasFolder, alike: _Alike, reviewed: _Reviewed) -> Iterator[Fault]:
    groups: dict[object, list[Row]] = defaultdict(list)
    if alike.network and "technology" not in atlas.network:
        return
    for row in _rows(atlas, alike.table, alike.network):
        what = alike.by(atlas, row)
        if what is not None:
            groups[what].append(row)
    for members in groups.values():
        held = [[v for c in alike.columns if (v := row.number(c)) > 0] for row in members]
        for at, row in enumerate(members):
            others = [v for i, values in enumerate(held) if i != at for v in values]
            if not others or reviewed.of(alike.table, row, alike.columns[0], alike.network):
                continue
            low, high = min(others), max(others)
            for column in alike.columns:
                value, far = row.number(column), alike.far
                if column.endswith(("_low", "_high")):
                    far *= _WIDER
                if value > 0 and not low / far <= value <= high * far:
                    yield _far(row, column, f"{alike.table}.{column}", value, low, high)


def _far(row: Row, column: str, what: str, value: float, low: float, high: float) -> Fault:
    times = value / high if value > high else low / value
    return fault(
        "unlike",
        row,
        column,
        f"{what} is {value:.6g}; comparable rows show {low:.6g} to {high:.6g}",
        f"{times:.3g} times beyond them all: thousands, another currency, a year for a month?",
        _AGAIN,
    )


# Per unit of another column of the same product: name, over, least, most.
_RATIOS = (
    ("bandwidth_tb_s", "memory_gb", 5e-3, 0.09, "TB/s for a GB"),
    ("bandwidth_tb_s", "bf16_tflops", 8e-4, 0.032, "TB/s for a dense 16-bit TFLOP/s"),
    ("tdp_w", "bf16_tflops", 0.1, 8.0, "W for a dense 16-bit TFLOP/s"),
    ("memory_gb", "tdp_w", 0.02, 1.6, "GB for a W"),
)


def _ratios(atlas: AtlasFolder, reviewed: _Reviewed) -> Iterator[Fault]:
    """Figures of one product that stand in a known proportion."""
    for row in atlas.rows("accelerator"):
        for column, by, least, most, what in _RATIOS:
            ratio = over(row.number(column), row.number(by))
            if math.isnan(ratio) or least <= ratio <= most:
                continue
            if not reviewed.of("accelerator", row, column, False):
                yield fault(
                    "unlike",
                    row,
                    column,
                    f"{row['name']}: {ratio:.3g} {what}",
                    f"products lie between {least:g} and {most:g}: bits for bytes, thousands?",
                    _AGAIN,
                )
        size = row.number("memory_gb")
        if size >= 4 and abs(2 * size - round(2 * size)) > 1e-9:
            yield fault(
                "unlike",
                row,
                "memory_gb",
                f"{row['name']} holds {size:g} GB",
                "memory is sold in whole and half GB: GiB converted, or GB for GiB?",
                "give the figure of the data sheet",
            )


_ANY_BASIS = "any"
# Least and most from one point to the next, most for each year between them. What is planned may
# stand far above what is in use: Micron's HBM grew 6.7 times in 2024, of which a slip of a quarter
# makes 20. The world's capacity of one kind is slow.
_GROWTH = ((0.7, 2.9), (0.5, 8.5))
_GROWTH_OF_WORLD = (0.7, 1.8)


def _steps(atlas: AtlasFolder, reviewed: _Reviewed) -> Iterator[Fault]:
    """Capacity of a company or of the world neither leaps nor collapses from year to year."""
    series: dict[tuple[str, ...], list[tuple[str, Row]]] = defaultdict(list)
    for row in atlas.rows("capacity"):
        when = span(row["period"])
        if when is None or atlas.row("facility", row["of"]) is not None:
            continue
        process = row["process"] if row["unit"] == "wafer:logic" else ""
        for basis in (row["basis"], _ANY_BASIS):
            series[row["of"], row["unit"], process, basis].append((str(when[1]), row))
    for (of, unit, _, basis), points in series.items():
        least, most = _GROWTH[basis == _ANY_BASIS]
        if of == "world":
            least, most = _GROWTH_OF_WORLD
        points.sort(key=lambda point: point[0])
        for (then, a), (now, b) in itertools.pairwise(points):
            ratio = over(_central(b), _central(a))
            years = max(int(now[:4]) - int(then[:4]), 1)
            if math.isnan(ratio) or least <= ratio <= most**years:
                continue
            for row in (a, b):
                if not reviewed.of("capacity", row, "wafers_per_month", False):
                    yield fault(
                        "jump",
                        row,
                        "wafers_per_month",
                        f"{of}, {unit}: {_central(a):.6g} in {a['period']}, {_central(b):.6g} in "
                        f"{b['period']}",
                        f"{ratio:.3g} times: a quarter or a year for a month?",
                        _AGAIN,
                    )


def _wholes(atlas: AtlasFolder, reviewed: _Reviewed) -> Iterator[Fault]:
    """HBM is part of DRAM; a deal in GW has a price for one."""
    world = [row for row in atlas.rows("capacity") if row["of"] == "world"]
    dram = [_central(row) for row in world if row["unit"] == "wafer:dram"]
    for row in world:
        part = over(_central(row), max(dram, default=math.nan))
        far = row["unit"] == "wafer:hbm" and part > 0.45
        if far and not reviewed.of("capacity", row, "wafers_per_month", False):
            yield fault(
                "sum",
                row,
                "wafers_per_month",
                f"HBM takes {part:.0%} of all DRAM wafers",
                "known figures lie below 30 %",
                "a quarter or a year for a month?",
            )
    for row in atlas.rows("deal"):
        each = over(row.number("value_usd"), row.number("quantity"))
        if row["unit"] != "GW" or math.isnan(each) or 2e9 <= each <= 2e11:
            continue
        if not reviewed.of("deal", row, "value_usd", False):
            yield fault(
                "unlike",
                row,
                "value_usd",
                f"{row['name']}: {each:.3g} USD for a GW",
                "deals lie between 5e9 and 7e10: thousands, won, or MW for GW?",
                _AGAIN,
            )


def _central(row: Row) -> float:
    values = [row.number(f"wafers_per_month{end}") for end in ("", "_low", "_high")]
    return next((v for v in values if not math.isnan(v)), math.nan)


def _profiles(atlas: AtlasFolder, reviewed: _Reviewed) -> Iterator[Fault]:
    """A dated figure of the planned network against the other dates of its row."""
    sheet = atlas.network.get("profile")
    series: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for at, cells in sheet or ():
        if sheet is not None and cells.get("period"):
            series[cells["table"], cells["key"], cells["column"]].append(Row(sheet, at))
    for (table, key, column), rows in series.items():
        rows.sort(key=lambda row: row["period"])
        values = [row.number("value") for row in rows]
        ramp = (table, column) in (("line", "capacity"), ("limit", "bound"))
        for at, row in enumerate(rows):
            others = [v for i, v in enumerate(values) if i != at and v > 0]
            if not others or not values[at] > 0:
                continue
            low, high = min(others), max(others)
            first = ramp and (at == 0 or (at + 1 < len(rows) and values[at] <= values[at + 1]))
            far = values[at] > high * _FAR or values[at] < low / (20 if first else _FAR)
            if far and not reviewed.of(table, row, column, True, row["period"]):
                where = f"{table}/{key}.{column}@{row['period']}"
                yield _far(row, "value", where, values[at], low, high)
        if (table, column) == ("recipe_item", "good_fraction"):
            yield from _yields(rows)


def _yields(rows: list[Row]) -> Iterator[Fault]:
    for row in rows:
        if row.number("value") < 0.05:
            yield fault(
                "unlike",
                row,
                "value",
                f"{row['key']}: {row.number('value'):.3g} of what is started is good",
                "no line in volume yields under 5 %: per cent divided twice?",
                "a good fraction lies between 0 and 1",
            )


def _lines(atlas: AtlasFolder, reviewed: _Reviewed) -> Iterator[Fault]:
    """The most that a line ever has, against lines of its family, at a site or in a pool."""
    sheet, profile = atlas.network.get("line"), atlas.network.get("profile")
    if sheet is None or profile is None or "technology" not in atlas.network:
        return
    most: dict[str, tuple[float, Row, str]] = {}
    for row in _rows(atlas, "line", True):
        if row.number("capacity") > 0:
            most[row["name"]] = (row.number("capacity"), row, "capacity")
    for row in _rows(atlas, "profile", True):
        if (row["table"], row["column"]) == ("line", "capacity"):
            before = most.get(row["key"])
            if before is None or row.number("value") > before[0]:
                most[row["key"]] = (row.number("value"), row, "value")
    groups: dict[object, list[str]] = defaultdict(list)
    for row in _rows(atlas, "line", True):
        if row["name"] in most:
            groups[_family(atlas, row), bool(row["site"])].append(row["name"])
    for names in groups.values():
        for name in names:
            value, row, column = most[name]
            others = [most[n][0] for n in names if n != name and most[n][0] > 0]
            period = row["period"] if column == "value" else ""
            if not others or value <= 0 or reviewed.of("line", row, "capacity", True, period):
                continue
            if value > _LINES * max(others) or value < min(others) / (4 * _LINES):
                yield _far(row, column, f"line/{name}.capacity", value, min(others), max(others))


def _outturns(atlas: AtlasFolder, reviewed: _Reviewed) -> Iterator[Fault]:
    """What was started in a quarter, against the other quarters of it and what the line can do."""
    series: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in _rows(atlas, "outturn", True):
        series[row["measure"], row["subject"], row["of"]].append(row)
    for (_, subject, of), rows in series.items():
        if subject.startswith("other:") and len(rows) < 2:
            continue
        values = [row.number("quantity") for row in rows]
        for at, row in enumerate(rows):
            others = [v for i, v in enumerate(values) if i != at and v > 0]
            if not others or not values[at] > 0 or reviewed.of("outturn", row, "quantity", True):
                continue
            high = max(others)
            if values[at] > 6 * high:
                yield _far(row, "quantity", f"{subject} at {of}", values[at], min(others), high)
    yield from _beyond(atlas)


def _beyond(atlas: AtlasFolder) -> Iterator[Fault]:
    """Starts of a quarter that fill a line more than twice."""
    recipes, lines = atlas.network.get("recipe"), atlas.network.get("line")
    profile = atlas.network.get("profile")
    if recipes is None or lines is None or profile is None:
        return
    most: dict[str, float] = defaultdict(float)
    for name, cells in lines.by_name.items():
        at = lines.index(("name",))[name]
        most[name] = max(most[name], Row(lines, at).number("capacity") if cells["capacity"] else 0)
    for at, cells in profile:
        if (cells["table"], cells["column"]) == ("line", "capacity"):
            most[cells["key"]] = max(most[cells["key"]], Row(profile, at).number("value"))
    used: dict[tuple[str, str], list[tuple[float, Row]]] = defaultdict(list)
    for row in _rows(atlas, "outturn", True):
        recipe = recipes.by_name.get(row["subject"])
        if row["measure"] != "starts" or recipe is None:
            continue
        each = float(recipe["capacity_per_start"] or 1)
        used[row["of"], row["period"]].append((row.number("quantity") * each, row))
    for (of, period), parts in used.items():
        total, room = sum(p for p, _ in parts), 3 * most.get(of, 0)
        if room > 0 and total > 1.5 * room:
            _, row = max(parts, key=lambda part: part[0])
            yield fault(
                "sum",
                row,
                "quantity",
                f"starts of {period} take {total:.6g} of {of}, which has {room:.6g} in a quarter",
                "",
                "a year for a quarter, or thousands?",
            )


def _stakes(atlas: AtlasFolder, reviewed: _Reviewed) -> Iterator[Fault]:
    """What a whole costs at the price of a share: a fab or a firm."""
    for row in _rows(atlas, "stake", True):
        whole = over(row.number("price_usd"), row.number("share"))
        if math.isnan(whole) or 2e9 <= whole <= 5e12:
            continue
        if not reviewed.of("stake", row, "price_usd", True):
            yield fault(
                "unlike",
                row,
                "price_usd",
                f"{row['owned']}: a whole for {whole:.3g} USD at this price of a share",
                "fabs and chip makers lie between 2e9 and 5e12: thousands, per cent, or won?",
                _AGAIN,
            )


def _units(atlas: AtlasFolder, reviewed: _Reviewed) -> Iterator[Fault]:
    """The planned network against the catalogue: power and memory of one product."""
    items = atlas.network.get("item")
    for unit in atlas.rows("accelerator"):
        cells = items.by_name.get(unit["item"]) if items is not None and unit["item"] else None
        if cells is None or items is None:
            continue
        row = Row(items, items.index(("name",))[unit["item"]])
        for column, whole, least, most, what in (
            ("power_kw", unit.number("tdp_w") / 1000, 0.9, 3.0, "times its design power"),
            ("memory_gb", unit.number("memory_gb"), 0.85, 1.2, "times the memory it has"),
        ):
            ratio = over(row.number(column), whole)
            if math.isnan(ratio) or least <= ratio <= most:
                continue
            if not reviewed.of("item", row, column, True):
                yield fault(
                    "unlike",
                    row,
                    column,
                    f"{unit['item']}: {row[column]} is {ratio:.3g} {what} in the catalogue",
                    f"{unit['name']}; between {least:g} and {most:g} is possible",
                    "dies for packages, W for kW, or the wrong product?",
                )
