"""Rules on plants: where they stand, who owns them, what happens when."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator

from waferway.atlas.boxes import BOXES
from waferway.atlas.gate.folder import AtlasFolder, Row, fault, over, span
from waferway.errors import Fault

__all__ = ["circles", "places"]

_OF_KIND = {
    "logic": {"wafer:logic"},
    "dram": {"wafer:dram", "wafer:hbm"},
    "nand": {"wafer:nand"},
    "packaging": {"wafer:cowos", "wafer:hbm"},
}
_ORDER = (
    "announced",
    "ground_breaking",
    "shell_complete",
    "tool_in",
    "pilot",
    "production",
    "full_output",
)
_STALE_DAYS = 1100
_STALE_RUNNING_DAYS = 6 * 365  # a plant that runs changes less often
_WAFERS_MM = ("150", "200", "300")
_GRACE_DAYS = 45  # a figure for the end of a month may be published as the month begins
_LARGEST_PLANT = 300_000.0


def places(atlas: AtlasFolder) -> Iterator[Fault]:
    """Faults of points, owners, states, milestones and capacities of plants."""
    yield from _points(atlas)
    yield from _twins(atlas)
    yield from _owners(atlas)
    yield from _states(atlas)
    yield from _events(atlas)
    yield from _capacities(atlas)
    for table, column in (
        ("facility", "parent"),
        ("organisation", "parent"),
        ("accelerator", "predecessor"),
        ("award", "supersedes"),
    ):
        yield from circles(atlas.rows(table), column)


def circles(rows: list[Row], column: str, name: str = "name") -> Iterator[Fault]:
    """Rows that are, through a column, their own ancestors."""
    above = {row[name]: row[column] for row in rows}
    for row in rows:
        path, at = [row[name]], row[column]
        while at and at in above and at not in path:
            path.append(at)
            at = above[at]
        if at and at == row[name]:
            yield fault("circle", row, column, f"{' -> '.join([*path, at])}: a circle")


def _apart_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    lat = math.radians((a[0] + b[0]) / 2)
    return 111.2 * math.hypot(a[0] - b[0], (a[1] - b[1]) * math.cos(lat))


def _points(atlas: AtlasFolder) -> Iterator[Fault]:
    at = {r["name"]: (r.number("lat"), r.number("lon")) for r in atlas.rows("facility")}
    for row in atlas.rows("facility"):
        here = at[row["name"]]
        yield from _inside(row, row["country"], *here)
        if row["parent"] in at and _apart_km(here, at[row["parent"]]) > 30:
            yield fault(
                "far",
                row,
                "lat",
                f"{row['name']} lies {_apart_km(here, at[row['parent']]):.0f} km from its "
                f"campus {row['parent']}",
            )
        site = atlas.network.get("site")
        if row["site"] and site is not None:
            other = site.by_name.get(row["site"])
            if other is None:
                yield fault("reference", row, "site", f"{row['site']} is no site of the network")
            else:
                there = (float(other["lat"] or "nan"), float(other["lon"] or "nan"))
                if _apart_km(here, there) > 12:
                    yield fault(
                        "far",
                        row,
                        "lat",
                        f"{row['name']} lies "
                        f"{_apart_km(here, there):.0f} km from site {row['site']}",
                    )
    for row in atlas.rows("facility_point"):
        here = (row.number("lat"), row.number("lon"))
        if row["facility"] in at and _apart_km(here, at[row["facility"]]) > 12:
            yield fault(
                "far",
                row,
                "lat",
                f"the point of {row['facility']} lies "
                f"{_apart_km(here, at[row['facility']]):.0f} km from its town",
            )
    for name in ("site", "party"):
        sheet = atlas.network.get(name)
        for number, cells in sheet or ():
            if sheet is not None and cells.get("lat"):
                row = Row(sheet, number)
                yield from _inside(row, row["country"], row.number("lat"), row.number("lon"))


def _inside(row: Row, country: str, lat: float, lon: float) -> Iterator[Fault]:
    box = BOXES.get(country)
    if box is None or math.isnan(lat) or math.isnan(lon):
        return
    south, west, north, east = box
    if south <= lat <= north and west <= lon <= east:
        return
    swapped = south <= lon <= north and west <= lat <= east
    yield fault(
        "outside",
        row,
        "lat",
        f"{row['name']} at {lat:g}, {lon:g} is not in {country}",
        f"{country} lies between {south:g} and {north:g} north, {west:g} and {east:g} east",
        "latitude and longitude are swapped" if swapped else "is the country right, and the sign?",
    )


def _twins(atlas: AtlasFolder) -> Iterator[Fault]:
    seen: dict[tuple[str, ...], Row] = {}
    for row in atlas.rows("facility"):
        what = tuple(row[c].casefold() for c in ("operator", "label", "country", "place"))
        if what in seen:
            yield fault(
                "repeated-id",
                row,
                "label",
                f"{row['name']} is {seen[what]['name']} under another id",
            )
        seen.setdefault(what, row)


def _owners(atlas: AtlasFolder) -> Iterator[Fault]:
    stakes: dict[str, list[Row]] = defaultdict(list)
    for row in atlas.rows("facility_owner"):
        stakes[row["facility"]].append(row)
        begin, end = span(row["from_date"]), span(row["to_date"]) if row["to_date"] else None
        if begin and end and end[1] <= begin[0]:
            yield fault(
                "dates", row, "to_date", f"ends {row['to_date']}, begins {row['from_date']}"
            )
    for facility, rows in stakes.items():
        for row in rows:
            day = span(row["from_date"])
            if day is None:
                continue
            together = [
                r
                for r in rows
                if (b := span(r["from_date"]))
                and b[0] <= day[0]
                and not (r["to_date"] and (e := span(r["to_date"])) and e[1] <= day[0])
            ]
            total = sum(r.number("share") for r in together if not math.isnan(r.number("share")))
            if total > 1.005 or (total < 0.98 and len(together) > 1):
                yield fault(
                    "sum",
                    row,
                    "share",
                    f"shares of {facility} sum to {100 * total:.4g} %",
                    f"on {row['from_date']}: " + ", ".join(r["owner"] for r in together),
                    "shares are parts of 1, not per cent; who is not named is `other`",
                )
                break


def _states(atlas: AtlasFolder) -> Iterator[Fault]:
    newest: dict[str, Row] = {}
    for row in atlas.rows("facility_status"):
        when = span(row["as_of"])
        if when is None:
            continue
        if row["known_from"] and (known := span(row["known_from"])) and known[1] < when[0]:
            yield fault(
                "before-the-fact",
                row,
                "known_from",
                f"state of {row['as_of']} known on {row['known_from']}",
            )
        if row["facility"] not in newest or row["as_of"] > newest[row["facility"]]["as_of"]:
            newest[row["facility"]] = row
    for row in newest.values():
        when = span(row["as_of"])
        moving = row["status"] not in ("operating",)
        if when and moving and (atlas.day - when[0]).days > _STALE_DAYS:
            yield fault(
                "stale",
                row,
                "as_of",
                f"{row['facility']} was {row['status']} on {row['as_of']}",
                f"the atlas was made on {atlas.day}",
                "look for its state today, or say uncertain",
            )
        if when and (atlas.day - when[0]).days > _STALE_RUNNING_DAYS:
            yield fault(
                "stale", row, "as_of", f"the state of {row['facility']} is of {row['as_of']}"
            )


def _events(atlas: AtlasFolder) -> Iterator[Fault]:
    reached: dict[tuple[str, str], dict[str, Row]] = defaultdict(dict)
    for row in atlas.rows("facility_event"):
        when = span(row["date"])
        known = span(row["known_from"]) if row["known_from"] else None
        if when is None:
            continue
        told = "reported" if row["modality"] == "reported" else row["known_from"]
        reached[row["facility"], told].setdefault(row["event"], row)
        if row["modality"] == "reported":
            if when[0] > atlas.day:
                yield fault("future", row, "date", f"reported for {row['date']}")
            if known and known[0] < when[0]:
                yield fault(
                    "before-the-fact",
                    row,
                    "known_from",
                    f"reached in {row['date']}, known on {row['known_from']}",
                )
        elif known and when[1] < known[0]:
            yield fault(
                "dates",
                row,
                "date",
                f"{row['modality']} for {row['date']}, said on {row['known_from']}",
                "a plan looks forward",
            )
    for (facility, _), events in reached.items():
        held = [(name, events[name]) for name in _ORDER if name in events]
        for (left, a), (right, b) in itertools.pairwise(held):
            begin, end = span(a["date"]), span(b["date"])
            if begin and end and end[1] <= begin[0]:
                yield fault(
                    "dates", b, "date", f"{facility}: {right} {b['date']} before {left} {a['date']}"
                )


def _capacities(atlas: AtlasFolder) -> Iterator[Fault]:
    series: dict[tuple[str, str, str], list[tuple[object, Row]]] = defaultdict(list)
    for row in atlas.rows("capacity"):
        plant = atlas.row("facility", row["of"])
        value = row.number("wafers_per_month")
        if plant is not None:
            if row["unit"] not in _OF_KIND.get(plant["kind"], {row["unit"]}):
                yield fault(
                    "mixed-units",
                    row,
                    "unit",
                    f"{row['of']} is a {plant['kind']} plant, counted in {row['unit']}",
                    "starts of logic, DRAM, HBM and packaging are different wafers",
                )
            if value > _LARGEST_PLANT:
                yield fault(
                    "range",
                    row,
                    "wafers_per_month",
                    f"{row['of']}: {value:g} wafers a month in one plant",
                    f"none passes {_LARGEST_PLANT:g}",
                    "a year or a quarter?",
                )
        size = row["wafer_mm"]
        if size not in _WAFERS_MM:
            yield fault(
                "wafer-size",
                row,
                "wafer_mm",
                f'{row["of"]}: wafers of "{size}" mm',
                "a start is one of 150, 200 or 300 mm: they must not be added",
                "give the size of the wafers counted; equivalents have that of the equivalent",
            )
        fine = row["process"] or row["unit"] in ("wafer:dram", "wafer:hbm", "wafer:cowos")
        if (fine or row["of"] == "world") and size in ("150", "200"):
            yield fault(
                "wafer-size",
                row,
                "wafer_mm",
                f"{row['of']}: {row['process'] or row['unit']} on {size} mm",
                "processes of the catalogue, memory and interposers are made on 300 mm",
                "a 300 mm wafer is 2.25 of 200 mm",
            )
        process = atlas.row("process", row["process"])
        if process is not None and process["unit"] and process["unit"] != row["unit"]:
            yield fault(
                "mixed-units",
                row,
                "unit",
                f"{row['process']} makes {process['unit']}, not {row['unit']}",
            )
        when, known = span(row["period"]), span(row["known_from"] or "1900")
        if (
            when
            and row["basis"] == "announced"
            and known
            and when[1] < known[0]
            and row["known_from"]
        ):
            gap = (known[0] - when[1]).days
            if gap > 400:
                yield fault(
                    "stale",
                    row,
                    "period",
                    f"announced for {row['period']}, said in {row['known_from']}",
                )
        if when and row["basis"] in ("usable", "measured_output", "qualified", "tool_installed"):
            if when[0] > atlas.day:
                yield fault(
                    "basis",
                    row,
                    "basis",
                    f"{row['basis']} in {row['period']}: the future",
                    "a plan is `announced`, a forecast `modelled`",
                )
            if row["known_from"] and known and (when[0] - known[0]).days > _GRACE_DAYS:
                yield fault(
                    "basis",
                    row,
                    "basis",
                    f"{row['basis']} in {row['period']}, known on {row['known_from']}",
                    "a plan is `announced`, a forecast `modelled`",
                )
        if when and not math.isnan(value):
            series[row["of"], row["unit"], row["basis"]].append((when[0], row))
    for (of, unit, _), points in series.items():
        same = [(t, r) for t, r in points if r["process"] == points[0][1]["process"]]
        same.sort(key=lambda point: str(point[0]))
        for (_, a), (_, b) in itertools.pairwise(same):
            ratio = over(b.number("wafers_per_month"), a.number("wafers_per_month"))
            if not math.isnan(ratio) and not 1 / 12 <= ratio <= 12:
                yield fault(
                    "jump",
                    b,
                    "wafers_per_month",
                    f"{of}, {unit}: {ratio:.3g} times the figure before",
                    "thousands, or a year for a month?",
                )
