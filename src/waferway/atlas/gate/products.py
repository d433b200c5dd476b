"""Rules on accelerators, their parts, racks and volumes: what physics and counting allow.

Each rule ties figures of different columns or rows, so that a slip in one shows even where the
cell and its claim agree: sparse rates, dies counted as packages, gigabytes of the wrong stack.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator
from statistics import median

from waferway.atlas.gate.folder import AtlasFolder, Row, fault, over, span
from waferway.errors import Fault

__all__ = ["products"]

# Bandwidth of one stack, TB/s: speed of the standard times width, with 8 % for faster bins.
_STACK_TB_S = {"HBM2": 0.32, "HBM2E": 0.50, "HBM3": 0.90, "HBM3E": 1.28, "HBM4": 3.0}
_STACK_GB = {"HBM2": 8.0, "HBM2E": 16.0, "HBM3": 24.0, "HBM3E": 36.0, "HBM4": 64.0}
_SPARE = 1.08
_H100_TFLOPS = 1979.0  # dense 8-bit, the unit of an H100 equivalent
# Known dense ladders stay below these; a sparse figure against a dense one is at least 4.
_FP8_OVER_BF16, _FP4_OVER_FP8, _INT8_OVER_BF16 = 3.9, 3.9, 2.6
_RETICLE_MM2 = 860.0


def products(atlas: AtlasFolder) -> Iterator[Fault]:
    """Faults between columns and rows of accelerators, parts, racks, volumes and holdings."""
    rows = atlas.rows("accelerator")
    for row in rows:
        yield from _rates(row)
        yield from _memory(row)
        yield from _dies(row)
    yield from _siblings(rows)
    yield from _parts(atlas)
    yield from _racks(atlas)
    yield from _volumes(atlas)
    yield from _holdings(atlas)
    yield from _weights(atlas)
    yield from _recipes(atlas)


def _rates(row: Row) -> Iterator[Fault]:
    name = row["name"]
    bf16, fp8, fp4, int8 = (
        row.number(c) for c in ("bf16_tflops", "fp8_tflops", "fp4_tflops", "int8_tops")
    )
    for column, high, low, most in (
        ("fp8_tflops", fp8, bf16, _FP8_OVER_BF16),
        ("fp4_tflops", fp4, fp8, _FP4_OVER_FP8),
        ("int8_tops", int8, bf16, _INT8_OVER_BF16 if math.isnan(fp8) else _FP8_OVER_BF16),
    ):
        if over(high, low) > most:
            yield fault(
                "sparse",
                row,
                column,
                f"{name}: {column} is {over(high, low):.3g} times the next wider format",
                f"dense rates stay below {most:g}",
                "is it the sparse figure?",
            )
    if fp8 < 0.97 * bf16:
        yield fault(
            "sparse",
            row,
            "bf16_tflops",
            f"{name}: bf16 {bf16:g} is above fp8 {fp8:g}",
            "a narrower format is never slower",
            "is the wider one sparse?",
        )
    if fp4 < 0.97 * fp8:
        yield fault("sparse", row, "fp8_tflops", f"{name}: fp8 {fp8:g} is above fp4 {fp4:g}")
    power = row.number("tdp_w")
    if not 0.05 <= over(bf16, power) <= 3.2 and not math.isnan(over(bf16, power)):
        yield fault(
            "efficiency",
            row,
            "bf16_tflops",
            f"{name}: {over(bf16, power):.3g} dense TFLOP/s per watt",
            "known chips lie between 0.05 and 3.2",
            "units of rate or power?",
        )
    if over(bf16, row.number("transistors")) > 19:
        yield fault(
            "sparse",
            row,
            "bf16_tflops",
            f"{name}: {bf16 / row.number('transistors'):.3g} dense TFLOP/s for 1e9 transistors",
            "known chips lie below 14",
            "sparse, or another unit?",
        )


def _memory(row: Row) -> Iterator[Fault]:
    name, kind = row["name"], row["memory_type"]
    stacks, size, rate = (row.number(c) for c in ("memory_stacks", "memory_gb", "bandwidth_tb_s"))
    if kind in _STACK_TB_S and stacks > 0:
        if over(rate, stacks) > _STACK_TB_S[kind] * _SPARE:
            yield fault(
                "stack",
                row,
                "bandwidth_tb_s",
                f"{name}: {over(rate, stacks):.3g} TB/s a stack",
                f"{kind} gives at most {_STACK_TB_S[kind]:g}",
                "stacks, generation or bandwidth is wrong",
            )
        if over(size, stacks) > _STACK_GB[kind] * _SPARE:
            yield fault(
                "stack",
                row,
                "memory_gb",
                f"{name}: {over(size, stacks):.3g} GB a stack",
                f"{kind} holds at most {_STACK_GB[kind]:g}",
            )
        if over(size, stacks) < 3.9:
            yield fault(
                "stack",
                row,
                "memory_gb",
                f"{name}: {over(size, stacks):.3g} GB a stack",
                "no stack is so small",
            )
        if over(rate, stacks) < 0.1:
            yield fault(
                "stack",
                row,
                "bandwidth_tb_s",
                f"{name}: {over(rate, stacks):.3g} TB/s a stack",
                "no stack is so slow",
                "GB/s and TB/s?",
            )
    if kind in ("GDDR6", "LPDDR5") and stacks > 0:
        yield fault("stack", row, "memory_stacks", f"{name} has {kind} and stacks of HBM")


def _dies(row: Row) -> Iterator[Fault]:
    name, dies, area, total = (
        row["name"],
        row.number("compute_dies"),
        row.number("die_mm2"),
        row.number("total_die_mm2"),
    )
    if area > _RETICLE_MM2:
        yield fault(
            "reticle",
            row,
            "die_mm2",
            f"{name}: a die of {area:g} mm2",
            f"an exposure field is {_RETICLE_MM2:g} mm2",
            "is it the area of several dies, or of a package?",
        )
    if dies * area > total * 1.02:
        yield fault(
            "dies",
            row,
            "total_die_mm2",
            f"{name}: {dies:g} dies of {area:g} mm2 exceed {total:g} in all",
        )
    if dies == dies and dies != int(dies):
        yield fault("dies", row, "compute_dies", f"{name}: {dies:g} dies")
    low, value = row.number("cost_usd"), row.number("price_usd")
    if low > value:
        yield fault("money", row, "cost_usd", f"{name} costs {low:g} to make and {value:g} to buy")
    density = over(row.number("transistors") * 1e3, total if total > 0 else dies * area)
    if density > 350 or density < 4:
        yield fault(
            "density",
            row,
            "transistors",
            f"{name}: {density:.3g} million transistors on a mm2",
            "known processes lie between 4 and 350",
            "area of a die for that of all dies, or thousands?",
        )


def _siblings(rows: list[Row]) -> Iterator[Fault]:
    """Products with one and the same die cannot differ upward by the factor of sparsity."""
    groups: dict[tuple[str, float, float], list[Row]] = defaultdict(list)
    for row in rows:
        area, dies = row.number("die_mm2"), row.number("compute_dies")
        if area > 0 and dies > 0:
            groups[row["designer"], area, dies].append(row)
    for members in groups.values():
        for column in ("bf16_tflops", "fp8_tflops", "int8_tops"):
            values = {m["name"]: m.number(column) for m in members}
            known = {n: v for n, v in values.items() if not math.isnan(v)}
            for row in members:
                rest = [v for n, v in known.items() if n != row["name"]]
                if rest and known.get(row["name"], 0) > 1.7 * median(rest):
                    yield fault(
                        "sparse",
                        row,
                        column,
                        f"{row['name']}: {column} is {known[row['name']]:g}; others with "
                        f"the same die have {median(rest):g}",
                        "",
                        "is it the sparse figure?",
                    )


def _parts(atlas: AtlasFolder) -> Iterator[Fault]:
    for row in atlas.rows("accelerator_part"):
        whole = atlas.row("accelerator", row["accelerator"])
        if whole is None:
            continue
        count = row.number("quantity")
        pairs = {"compute_die": "compute_dies", "hbm_stack": "memory_stacks"}
        if row["kind"] in pairs:
            column = pairs[row["kind"]]
            said = whole.number(column)
            if not math.isnan(said) and not math.isnan(count) and count != said:
                what = (
                    f"{row['accelerator']} has {count:g} of {row['part']} in accelerator_part and "
                    f"{said:g} in accelerator"
                )
                yield fault("parts", row, "quantity", what, "a die is not a package")
                yield fault("parts", whole, column, what, "a die is not a package")
        if row["kind"] == "compute_die":
            area, said = row.number("area_mm2"), whole.number("die_mm2")
            if abs(over(area, said) - 1) > 0.02:
                yield fault("parts", row, "area_mm2", f"{area:g} mm2 here, {said:g} there")
        if row["kind"] == "hbm_stack":
            made, said = count * row.number("memory_gb"), whole.number("memory_gb")
            if not math.isnan(over(made, said)) and not 0.97 <= over(made, said) <= 1.2:
                yield fault(
                    "parts",
                    row,
                    "memory_gb",
                    f"{row['accelerator']}: stacks hold {made:g} GB, the unit {said:g}",
                    "a unit gives nearly all that its stacks hold",
                )
        if row["kind"] == "package" and count < 2:
            yield fault("parts", row, "quantity", "a superchip of one package is a package")


def _racks(atlas: AtlasFolder) -> Iterator[Fault]:
    for row in atlas.rows("rack"):
        unit = atlas.row("accelerator", row["accelerator"])
        if unit is None:
            continue
        count = row.number("units")
        memory = count * unit.number("memory_gb") / 1000
        if abs(over(memory, row.number("memory_tb")) - 1) > 0.06:
            yield fault(
                "parts",
                row,
                "units",
                f"{row['name']}: {count:g} units hold {memory:.3g} TB, the rack {row['memory_tb']}",
                "racks count packages, superchips or dies: which?",
            )
        power = over(row.number("power_kw"), count * unit.number("tdp_w") / 1000)
        if not 0.9 <= power <= 3 and not math.isnan(power):
            yield fault(
                "power", row, "power_kw", f"{row['name']}: {power:.3g} times the power of its units"
            )
        price = over(row.number("price_usd"), count)
        if not 5e3 <= price <= 3e5 and not math.isnan(price):
            yield fault("money", row, "price_usd", f"{row['name']}: {price:.3g} USD for a unit")


def _best(row: Row) -> float:
    rates = [row.number(c) for c in ("fp8_tflops", "int8_tops")]
    known = [rate for rate in rates if not math.isnan(rate)]
    return max(known, default=row.number("bf16_tflops"))


def _volumes(atlas: AtlasFolder) -> Iterator[Fault]:
    series: dict[str, list[tuple[object, Row]]] = defaultdict(list)
    for row in atlas.rows("volume"):
        unit = atlas.row("accelerator", row["accelerator"])
        when = span(row["period"])
        if unit is None or when is None:
            continue
        series[row["accelerator"]].append((when[0], row))
        if row["designer"] and row["designer"] != unit["designer"]:
            yield fault(
                "reference", row, "designer", f"{row['accelerator']} is by {unit['designer']}"
            )
        weight = _best(unit) / _H100_TFLOPS
        for end in ("_p05", "_p50", "_p95"):
            ratio = over(over(row.number("h100e" + end), row.number("units" + end)), weight)
            if not math.isnan(ratio) and not 1 / 1.2 < ratio < 1.2:
                yield fault(
                    "weight",
                    row,
                    "units" + end,
                    f"{row['accelerator']} {row['period']}: an H100 equivalent for "
                    f"{over(1, ratio * weight):.3g} units, its rate says {over(1, weight):.3g}",
                    "units, equivalents or rate slipped",
                    "dies for packages? sparse for dense?",
                )
        if row["known_from"] and (known := span(row["known_from"])) and known[0] < when[1]:
            yield fault(
                "before-the-fact",
                row,
                "known_from",
                f"sales of {row['period']} known on {row['known_from']}",
            )
    for points in series.values():
        points.sort(key=lambda point: str(point[0]))
        yield from _gaps(points, "units_p50")
        for (_, a), (_, b) in itertools.pairwise(points):
            ratio = over(b.number("units_p50"), a.number("units_p50"))
            if not math.isnan(ratio) and not 0.02 <= ratio <= 50:
                yield fault(
                    "jump",
                    b,
                    "units_p50",
                    f"{b['accelerator']}: {ratio:.3g} times the quarter before",
                    "thousands?",
                )


def _gaps(points: list[tuple[object, Row]], column: str) -> Iterator[Fault]:
    """A series by quarter leaves none out; what is not known is a row that says so."""
    for (_, a), (_, b) in itertools.pairwise(points):
        end, begin = span(a["period"]), span(b["period"])
        if end and begin and end[1] < begin[0]:
            for row in (a, b):
                yield fault(
                    "gap",
                    row,
                    "period",
                    f"no row between {a['period']} and {b['period']}",
                    "a fiscal quarter or year taken for the calendar's?",
                    f"add the quarters between, with {column.partition('_')[0]} unknown if nobody "
                    "counts them",
                )


_HELD = tuple(f"{what}_{q}" for what in ("units", "h100e") for q in ("p05", "p50", "p95"))


def _holdings(atlas: AtlasFolder) -> Iterator[Fault]:
    """Chips held never fall, and all owners together hold what was sold."""
    held: dict[tuple[str, str], list[tuple[object, Row]]] = defaultdict(list)
    total: dict[tuple[str, str], float] = defaultdict(float)
    last: dict[tuple[str, str], Row] = {}
    for row in atlas.rows("holding"):
        when = span(row["period"])
        if when is None:
            continue
        held[row["owner"], row["designer"]].append((when[0], row))
        total[row["designer"], row["period"]] += row.number("units_p50")
        last[row["designer"], row["period"]] = row
        ratio = over(row.number("h100e_p50"), row.number("units_p50"))
        if not math.isnan(ratio) and not 0.03 <= ratio <= 12:
            yield fault("weight", row, "h100e_p50", f"{ratio:.3g} H100 equivalents for a unit")
    for points in held.values():
        points.sort(key=lambda point: str(point[0]))
        yield from _gaps(points, "units_p50")
        for (_, a), (_, b) in itertools.pairwise(points):
            for column in _HELD:
                if b.number(column) < 0.97 * a.number(column):
                    yield fault(
                        "jump",
                        b,
                        column,
                        f"{b['owner']} holds {b.number(column):g} of {b['designer']}, "
                        f"{a.number(column):g} a quarter before",
                        "nothing retires in this table",
                    )
    sold: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in atlas.rows("volume"):
        sold[row["designer"], row["period"]].append(row)
    for designer in sorted({name for name, _ in sold}):
        running = 0.0
        for period in sorted(p for d, p in sold if d == designer):
            rows = sold[designer, period]
            running += sum(row.number("units_p50") for row in rows)
            ratio = over(total.get((designer, period), math.nan), running)
            if math.isnan(ratio) or 0.9 <= ratio <= 1.1:
                continue
            what = f"owners hold {ratio:.3g} times what {designer} had sold by {period}"
            most = max(rows, key=lambda row: row.number("units_p50"))
            for row in (most, last[designer, period]):
                yield fault("sum", row, "units_p50", what, "", "a quarter for a month? thousands?")


def _weights(atlas: AtlasFolder) -> Iterator[Fault]:
    """The planned network weighs a product by the dense rate that the catalogue gives."""
    sheet = atlas.network.get("weight")
    by_item = {row["item"]: row for row in atlas.rows("accelerator") if row["item"]}
    for at, cells in sheet or ():
        unit = by_item.get(cells.get("item", ""))
        if unit is None or cells.get("basis") != "h100e-8bit-dense" or sheet is None:
            continue
        row = Row(sheet, at)
        ratio = over(row.number("weight"), _best(unit) / _H100_TFLOPS)
        if not math.isnan(ratio) and not 0.8 <= ratio <= 1.25:
            yield fault(
                "weight",
                row,
                "weight",
                f"{cells['item']} weighs {row['weight']}, its dense rate gives "
                f"{_best(unit) / _H100_TFLOPS:.4g}",
                "sparse for dense?",
            )


def _recipes(atlas: AtlasFolder) -> Iterator[Fault]:
    """Recipes of the planned network take the dies and the memory that a product has."""
    takes, items = atlas.network.get("recipe_item"), atlas.network.get("item")
    if takes is None or items is None:
        return
    by_recipe: dict[str, list[Row]] = defaultdict(list)
    for at, cells in takes:
        by_recipe[cells.get("recipe", "")].append(Row(takes, at))
    made = {row["item"]: row for row in atlas.rows("accelerator") if row["item"]}
    size = {name: Row(items, at).number("memory_gb") for name, at in items.index(("name",)).items()}
    for rows in by_recipe.values():
        given = [made[row["item"]] for row in rows if row["role"] == "out" and row["item"] in made]
        if len(given) != 1:
            continue
        inputs = [row for row in rows if row["role"] == "in"]
        dies = [row for row in inputs if row["item"].startswith("die:")]
        stacks = [row for row in inputs if size.get(row["item"], math.nan) > 0]
        for column, part, total, low, high in (
            ("compute_dies", dies, sum(r.number("quantity_per_start") for r in dies), 0.7, 1.4),
            (
                "memory_gb",
                stacks,
                sum(r.number("quantity_per_start") * size[r["item"]] for r in stacks),
                0.8,
                1.35,
            ),
        ):
            ratio = over(total, given[0].number(column))
            if part and not math.isnan(ratio) and not low <= ratio <= high:
                yield fault(
                    "parts",
                    part[0],
                    "quantity_per_start",
                    f"{part[0]['recipe']} takes {total:g}, {given[0]['name']} has "
                    f"{given[0][column]} ({column})",
                    "dies, stacks and packages are not one another",
                )
