"""Rules on the planned network of an atlas: its own reading, its audit, and its claims.

Reading refuses what the schema refuses; the audit proves citations. Added here: where an audit
finding stands in the files, figures of claims that no unit allows, and bases that mix.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from waferway.atlas.audit import audit
from waferway.atlas.catalogue import read_catalogue
from waferway.atlas.gate.folder import AtlasFolder, Row, fault, number, span
from waferway.atlas.gate.places import circles
from waferway.atlas.sheets import Sheet, key_of
from waferway.errors import Fault, InputError, Place, nearest
from waferway.network.network import Network
from waferway.network.reading import read
from waferway.network.schema import TABLES

__all__ = ["of_claim", "wiring"]

# Most that a claim in a unit can state; beyond it the unit slipped.
_MOST = {
    "degree": 180.0,
    "W": 6000.0,
    "%": 400.0,
    "GB/package": 1200.0,
    "GB/stack": 100.0,
    "kW/package": 12.0,
    "wafer:logic/month": 2e6,
    "wafer:dram/month": 4e6,
    "wafer:hbm/month": 1.5e6,
    "wafer:cowos/month": 1e6,
    "USD/wafer:logic": 1e5,
    "USD/wafer:cowos": 5e6,
    "USD/package": 1e6,
    "H100e/package": 100.0,
    "day": 3000.0,
    "package/wafer:cowos": 200.0,
    "die/start": 1500.0,
    "GW": 1000.0,
    "month": 240.0,
    "package": 2e7,
    "H100e": 1e9,
}
_STRENGTH = (
    "modelled",
    "announced",
    "built",
    "tool_installed",
    "qualified",
    "usable",
    "measured_output",
)


def wiring(atlas: AtlasFolder) -> Iterator[Fault]:
    """Faults of the network tables, with file and line."""
    yield from _own(atlas)
    if atlas.catalogue:
        try:
            read_catalogue(atlas.inner, tuple(Path(s.origin.file) for s in atlas.outer_sources))
        except InputError as error:
            yield from error.faults
    for name in ("party", "scenario"):
        sheet = atlas.network.get(name)
        if sheet is not None and "parent" in sheet.columns:
            yield from circles([Row(sheet, at) for at, _ in sheet], "parent")
    rows = [Row(sheet, at) for sheet in atlas.network_claims for at, _ in sheet]
    by_id: dict[str, Row] = {}
    for row in rows:
        if row["claim_id"] in by_id or row["claim_id"] in atlas.claim_by_id:
            yield fault("repeated-id", row, "claim_id", f"claim {row['claim_id']} is given twice")
        by_id.setdefault(row["claim_id"], row)
    for row in rows:
        yield from of_claim(atlas, row, by_id)
    yield from _stakes(atlas)
    yield from _bases(atlas, by_id)
    yield from _spikes(atlas)


def _own(atlas: AtlasFolder) -> Iterator[Fault]:
    if not (atlas.path / "network.yaml").is_file():
        return
    try:
        network = read(atlas.path)
    except InputError as error:
        yield from error.faults
        return
    yield from _audited(atlas, network)


def _audited(atlas: AtlasFolder, network: Network) -> Iterator[Fault]:
    claims = {
        cells.get("claim_id", ""): sheet.place(at)
        for sheet in atlas.network_claims
        for at, cells in sheet
    }
    for finding in audit(network).findings:
        place = Place(str(atlas.path))
        if finding.where.startswith("claim "):
            place = claims.get(finding.where.removeprefix("claim "), place)
        else:
            place = _cell(atlas, finding.where) or place
        yield Fault(place, f"{finding.where}: {finding.what}", kind="citation")


def _cell(atlas: AtlasFolder, where: str) -> Place | None:
    """File and line of ``table/key.column@period``."""
    cell, _, period = where.partition("@")
    table, _, rest = cell.partition("/")
    key, _, column = rest.rpartition(".")
    if period:
        sheet = atlas.network.get("profile")
        age = period.removeprefix("age ")
        wanted: tuple[str, ...] = (table, key, column, age)
        names = ("table", "key", "column", "period" if age == period else "age_months")
        for at, cells in sheet or ():
            if tuple(cells.get(n, "") for n in names) == wanted and sheet is not None:
                return sheet.place(at, "value")
        return None
    sheet = atlas.network.get(table)
    if sheet is None or table not in TABLES:
        return None
    return _row_of(sheet, TABLES[table].key, key, column)


def _row_of(sheet: Sheet, names: tuple[str, ...], key: str, column: str) -> Place | None:
    at = sheet.index(names).get(key)
    if at is None:
        at = next((i for i, c in sheet if key_of(c, names).strip("/") == key), None)
    return None if at is None else sheet.place(at, column)


def of_claim(atlas: AtlasFolder, row: Row, by_id: dict[str, Row]) -> Iterator[Fault]:
    """Faults of one claim of the planned network: reach, day, source, premises, basis."""
    name = row["claim_id"]
    most = _MOST.get(row["unit"], math.inf)
    for bound in ("low", "value", "high", "p05", "p50", "p95"):
        if row[bound] and abs(number(row[bound])) > most:
            yield fault(
                "range",
                row,
                bound,
                f"{name}: {row[bound]} {row['unit']}",
                f"at most {most:g} is possible",
                "did the unit slip?",
            )
    known = span(row["known_from"]) if row["known_from"] else None
    if known and known[0] > atlas.day:
        yield fault(
            "future",
            row,
            "known_from",
            f"{name} is known from {row['known_from']}",
            f"the atlas was made on {atlas.day}",
        )
    if row["source_id"] and row["source_id"] not in atlas.source_ids:
        guess = nearest(row["source_id"], atlas.source_ids)
        said = f"did you mean {guess[0]}?" if guess else "add it to source.csv"
        yield fault(
            "source", row, "source_id", f"{name} cites {row['source_id']}, no source", "", said
        )
    for origin in row["derived_from"].split():
        if origin not in by_id and origin not in atlas.claim_by_id:
            guess = nearest(origin, by_id)
            yield fault(
                "source",
                row,
                "derived_from",
                f"{name} rests on {origin}, which is no claim",
                "",
                f"did you mean {guess[0]}?" if guess else "",
            )
    wafers = row["unit"].startswith("wafer") and "/" not in row["unit"].removesuffix("/month")
    if row["metric"].split(",")[0] == "capacity" and wafers and not row["basis"]:
        yield fault("basis", row, "basis", f"{name} is a capacity without a basis")
    yield from _mixed(row, by_id)


def _mixed(row: Row, by_id: dict[str, Row]) -> Iterator[Fault]:
    """A figure derived from capacities is no firmer than the weakest of them."""
    if not row["basis"] or not row["derived_from"]:
        return
    bases = [
        by_id[origin]["basis"]
        for origin in row["derived_from"].split()
        if origin in by_id and by_id[origin]["basis"] in _STRENGTH
    ]
    if not bases or row["basis"] not in _STRENGTH:
        return
    weakest = min(_STRENGTH.index(basis) for basis in bases)
    if _STRENGTH.index(row["basis"]) > max(weakest, _STRENGTH.index("announced")):
        yield fault(
            "basis",
            row,
            "basis",
            f"{row['claim_id']} is {row['basis']}, derived from {', '.join(bases)}",
            "bases never mix: it is no firmer than the weakest",
        )


def _stakes(atlas: AtlasFolder) -> Iterator[Fault]:
    sheet = atlas.network.get("stake")
    held: dict[str, float] = {}
    for at, cells in sheet or ():
        if sheet is None or cells.get("price_usd"):
            continue
        row = Row(sheet, at)
        held[cells.get("owned", "")] = held.get(cells.get("owned", ""), 0) + row.number("share")
        if held[cells.get("owned", "")] > 1.005:
            yield fault(
                "sum",
                row,
                "share",
                f"stakes in {cells['owned']} sum to {100 * held[cells['owned']]:.4g} %",
            )


def _bases(atlas: AtlasFolder, by_id: dict[str, Row]) -> Iterator[Fault]:
    """A line names a basis that its capacity has, and nothing firm lies in the future."""
    line, cite = atlas.network.get("line"), atlas.network.get("cite")
    if line is None or cite is None:
        return
    had: dict[str, set[str]] = {}
    for cells in cite.rows:
        if (cells.get("table"), cells.get("column")) == ("line", "capacity"):
            claim = by_id.get(cells.get("claim_id", ""))
            had.setdefault(cells.get("key", ""), set()).add(claim["basis"] if claim else "")
    for at, cells in line:
        row, bases = Row(line, at), had.get(cells.get("name", ""), set()) - {""}
        if bases and not row["basis"]:
            yield fault(
                "basis",
                row,
                "basis",
                f"{cells['name']} has a capacity and no basis",
                f"its claims are {', '.join(sorted(bases))}",
                "say which kind of figure its capacity is",
            )
        if row["basis"] and bases and row["basis"] not in bases:
            yield fault(
                "basis",
                row,
                "basis",
                f"{cells['name']} is {row['basis']}, its claims are {', '.join(sorted(bases))}",
                "bases never mix",
            )
    for row in by_id.values():
        when = span(row["valid_text"].split("/")[0]) if row["valid_text"] else None
        firm = row["basis"] in _STRENGTH and _STRENGTH.index(row["basis"]) > 1
        if firm and when and when[0] > atlas.day:
            yield fault(
                "basis",
                row,
                "basis",
                f"{row['claim_id']} is {row['basis']} in {row['valid_text']}: the future",
                "a plan is `announced`, a forecast `modelled`",
            )


def _spikes(atlas: AtlasFolder) -> Iterator[Fault]:
    """Capacity that leaps up for one period, or falls, slipped by a unit."""
    profile = atlas.network.get("profile")
    series: dict[str, list[Row]] = {}
    for at, cells in profile or ():
        if (cells.get("table"), cells.get("column")) == ("line", "capacity") and profile:
            series.setdefault(cells.get("key", ""), []).append(Row(profile, at))
    for name, rows in series.items():
        rows.sort(key=lambda row: row["period"])
        for a, b, c in zip(rows, rows[1:], rows[2:], strict=False):
            left, here, right = (row.number("value") for row in (a, b, c))
            leap = left > 0 and right > 0
            if leap and (here > 1.8 * max(left, right) or here < min(left, right) / 1.8):
                yield fault(
                    "jump",
                    b,
                    "value",
                    f"{name} {b['period']}: {here:g} between {left:g} and {right:g}",
                    "",
                    "a quarter for a month, or thousands?",
                )
