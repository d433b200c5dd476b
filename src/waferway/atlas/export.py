"""Other forms of the atlas: Parquet, GeoJSON, and the flat table that energy planners read.

Owns the writing of exports. CSV with its description stays the truth; an export is made from it
and is the same byte for byte whenever it is made.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from waferway.atlas.catalogue import Catalogue, read_catalogue
from waferway.atlas.catalogue_schema import CATALOGUE
from waferway.atlas.release import DATA_VERSION, write_description
from waferway.calendar import day, end_of
from waferway.errors import OutputExists, RangeError, nearest
from waferway.evidence.claims import Claim, Evidence, Source
from waferway.network.network import Network

__all__ = ["FLAT_COLUMNS", "FORMS", "export", "flat_rows", "geojson"]

FLAT_COLUMNS = (
    "technology", "parameter", "value", "unit", "source", "further description",
    "currency_year", "low", "high", "basis", "grade", "valid", "known_from", "claim_id", "hash",
)  # fmt: skip
"""The seven columns of PyPSA/technology-data, then what ours say beyond them.

`currency_year` of an amount of money is its price year, else the one year for which it holds, else
"nominal": in money of the day on which it is paid.
"""

JUDGED, DEFINED = "judgement, applied in every view", "definition, true at any time"
"""What stands for a day of knowledge where there is none."""

FORMS = ("csv", "parquet", "geojson", "flat")
_MONEY = re.compile(r"\b(USD|EUR|JPY|KRW|TWD)\b")
_DAY = dt.timedelta(days=1)
_OSM = "(c) OpenStreetMap contributors, ODbL 1.0"


def export(
    folder: Path, out: str | Path, forms: Iterable[str] = ("csv",), *, force: bool = False
) -> list[Path]:
    """Write an atlas folder in other forms.

    Parameters
    ----------
    folder : Path
        The atlas, as CSV.
    out : str or Path
        Folder to write, new unless `force`.
    forms : iterable of str
        Of csv, parquet, geojson, flat.
    force : bool
        Whether to replace an earlier export.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    RangeError
        If a form is unknown.
    OutputExists
        If `out` exists and `force` is false.

    Examples
    --------
    >>> import tempfile
    >>> from waferway.atlas.world import data_folder
    >>> target = Path(tempfile.mkdtemp()) / "release"
    >>> [path.name for path in export(data_folder(), target, ["flat"])]
    ['technology-data.csv']
    """
    wanted = list(forms)
    for form in wanted:
        if form not in FORMS:
            guess = nearest(form, FORMS)
            hint = f"did you mean {guess[0]}?" if guess else f"one of {', '.join(FORMS)}"
            raise RangeError(f'there is no form "{form}"; {hint}')
    target = Path(out)
    if target.exists() and not force:
        raise OutputExists(f"{target} exists; --force replaces it")
    making = target.with_name(target.name + ".making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    if "csv" in wanted:
        _copy(folder, making)
    if "parquet" in wanted:
        _parquet(folder, making / "parquet")
    if {"geojson", "flat"} & set(wanted):
        from waferway.network.reading import read

        network = read(folder)
        catalogue = read_catalogue(folder / "catalogue", tuple(sorted(folder.glob("source*.csv"))))
        if "geojson" in wanted:
            places = making / "geojson"
            places.mkdir()
            for name, content in geojson(network, catalogue).items():
                text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
                (places / f"{name}.geojson").write_text(text, encoding="utf-8")
        if "flat" in wanted:
            rows = flat_rows((network.evidence, catalogue.evidence))
            (making / "flat").mkdir()
            _write_csv(making / "flat" / "technology-data.csv", FLAT_COLUMNS, rows)
    if target.exists():
        shutil.rmtree(target)
    making.rename(target)
    return sorted(path for path in target.rglob("*") if path.is_file())


def _copy(folder: Path, target: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in (".csv", ".yaml", ".md"):
            to = target / path.relative_to(folder)
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(path.read_bytes().replace(b"\r\n", b"\n"))
    write_description(target)


def _parquet(folder: Path, target: Path) -> None:
    """Every table as one Parquet file; numbers as doubles, missing ones null, the rest text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from waferway.atlas.sheets import read_sheet
    from waferway.network.schema import TABLES

    for path in sorted([*folder.glob("*.csv"), *(folder / "catalogue").glob("*.csv")]):
        inside = path.parent != folder
        declared = (CATALOGUE if inside else TABLES).get(path.stem)
        sheet = read_sheet(path)
        arrays, fields = [], []
        for column in sheet.columns:
            texts = [row[column] for row in sheet.rows]
            numeric = declared is not None and column in declared and declared[column].numeric
            if numeric and all(_is_number(text) or not _is_written(text) for text in texts):
                kind = pa.float64()
                cells: list[Any] = [float(t) if _is_number(t) else None for t in texts]
            else:
                kind = pa.string()
                cells = [text or None for text in texts]
            notes = {}
            if declared is not None and column in declared:
                notes = {"unit": declared[column].unit, "meaning": declared[column].meaning}
            arrays.append(pa.array(cells, kind))
            fields.append(pa.field(column, kind, metadata=notes or None))
        table = pa.Table.from_arrays(
            arrays, schema=pa.schema(fields, metadata={"atlas": DATA_VERSION})
        )
        name = f"catalogue-{path.stem}" if inside else path.stem
        target.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, target / f"{name}.parquet", compression="zstd",
                       store_schema=True)  # fmt: skip


def _is_written(text: str) -> bool:
    from waferway.atlas.catalogue_schema import MISSING

    return bool(text) and text not in MISSING


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def geojson(network: Network, catalogue: Catalogue) -> dict[str, Any]:
    """Plants and lines as points; points of OpenStreetMap in a collection of their own.

    Parameters
    ----------
    network : Network
    catalogue : Catalogue

    Returns
    -------
    dict of str to dict
        ``facilities``, ``lines`` and ``facilities-osm``, each a GeoJSON FeatureCollection
        (RFC 7946: longitude first).

    Examples
    --------
    >>> from waferway.atlas import catalogue, world
    >>> sorted(geojson(world(), catalogue()))
    ['facilities', 'facilities-osm', 'lines']
    """
    plants = catalogue.table("facility")
    status = catalogue.table("facility_status").sort_values("as_of", kind="stable")
    newest = status.groupby("facility").last()
    features = []
    for key, row in plants.iterrows():
        said = {c: row[c] for c in ("label", "operator", "kind", "makes", "country", "place",
                                    "precision", "parent", "grade")}  # fmt: skip
        if key in newest.index:
            said |= {"status": newest.loc[key, "status"], "as_of": newest.loc[key, "as_of"]}
        features.append(_point(str(key), row["lat"], row["lon"], said))
    points = catalogue.table("facility_point")
    mapped = [
        _point(str(row["facility"]), row["lat"], row["lon"],
               {"label": plants.loc[row["facility"], "label"], "feature": row["feature"]})
        for _, row in points.iterrows()
    ]  # fmt: skip
    lines, sites = network.table("line"), network.table("site")
    party = network.table("party")
    standing = []
    for key, row in lines.iterrows():
        pool = not row["site"]
        place = party.loc[row["party"]] if pool else sites.loc[row["site"]]
        said = {c: row[c] or "" for c in ("label", "technology", "party", "site", "basis")}
        standing.append(_point(str(key), place["lat"], place["lon"], {**said, "pool": pool}))
    return {
        "facilities": _collection(features, "CC BY 4.0, waferway atlas " + DATA_VERSION),
        "facilities-osm": _collection(mapped, _OSM),
        "lines": _collection(standing, "CC BY 4.0, waferway atlas " + DATA_VERSION),
    }


def _point(key: str, lat: float, lon: float, said: dict[str, Any]) -> dict[str, Any]:
    known = lat == lat and lon == lon
    geometry = {"type": "Point", "coordinates": [round(float(lon), 6), round(float(lat), 6)]}
    return {
        "type": "Feature",
        "id": key,
        "geometry": geometry if known else None,
        "properties": said,
    }


def _collection(features: list[dict[str, Any]], attribution: str) -> dict[str, Any]:
    """A collection with its bounding box: west, south, east, north (RFC 7946, section 5)."""
    points = [f["geometry"]["coordinates"] for f in features if f["geometry"]]
    box = (
        [
            min(x for x, _ in points),
            min(y for _, y in points),
            max(x for x, _ in points),
            max(y for _, y in points),
        ]
        if points
        else None
    )
    found = {"type": "FeatureCollection", "attribution": attribution, "features": features}
    return {**found, "bbox": box} if box else found


def flat_rows(evidences: Iterable[Evidence]) -> Iterator[tuple[str, ...]]:
    """Every claim with a number as one row of `FLAT_COLUMNS`.

    Parameters
    ----------
    evidences : iterable of Evidence

    Yields
    ------
    tuple of str
        `technology` is the subject, `parameter` the metric; `hash` is that of the claim.
    """
    for evidence in evidences:
        for name in sorted(evidence):
            claim = evidence[name]
            if claim.central is not None:
                yield _flat(claim, evidence)


def _flat(claim: Claim, evidence: Evidence) -> tuple[str, ...]:
    source = evidence.sources.get(claim.source_id or "")
    said = f"{_said(source)}. {source.url or ''}".strip() if source else ""
    if not said:
        said = claim.method
    words = [claim.locator or "", claim.rank_reason or "", claim.method]
    low = claim.low if claim.low is not None else claim.p05
    high = claim.high if claim.high is not None else claim.p95
    content = json.dumps(claim.model_dump(mode="json"), sort_keys=True)
    return (
        claim.subject, claim.metric, f"{claim.central:.10g}", claim.unit or "", said,
        "; ".join(word for word in words if word), _currency_year(claim),
        "" if low is None else str(low), "" if high is None else str(high), claim.basis or "",
        claim.grade, _valid(claim), _known(claim, evidence), claim.claim_id,
        hashlib.sha256(content.encode()).hexdigest(),
    )  # fmt: skip


def _valid(claim: Claim) -> str:
    if claim.valid_text or not (claim.valid_from or claim.valid_to):
        return claim.valid_text or ""
    return f"{claim.valid_from or ''}/{claim.valid_to or ''}"


def _known(claim: Claim, evidence: Evidence) -> str:
    """Day of knowledge, of what it is derived from as well; without one, why there is none."""
    known, judged = evidence.known_on(claim.claim_id)
    return str(known) if known else JUDGED if judged else DEFINED


def _currency_year(claim: Claim) -> str:
    """Year of the money of an amount: stated, else that of its time, if that is one year."""
    if not _MONEY.search(claim.unit or ""):
        return ""
    if claim.price_year:
        return str(claim.price_year)
    try:
        parts = [part for part in _valid(claim).split("/") if part]
        years = {y for part in parts for y in (day(part).year, (end_of(part) - _DAY).year)}
    except RangeError:  # a fiscal year lies in two
        years = set()
    open_ended = _valid(claim).startswith("/") or _valid(claim).endswith("/")
    return str(years.pop()) if len(years) == 1 and not open_ended else "nominal"


def _said(source: Source) -> str:
    return (
        source.title
        if source.publisher in source.title
        else (f"{source.publisher}: {source.title}")
    )


def _write_csv(path: Path, heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
