"""Forms of the atlas, what a release moved, and the verbs of the command line for both."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import pytest

from waferway.atlas import catalogue, world
from waferway.atlas.audit import drawn_claims
from waferway.atlas.catalogue_schema import CATALOGUE
from waferway.atlas.difference import compare
from waferway.atlas.export import DEFINED, FLAT_COLUMNS, JUDGED, export, geojson
from waferway.atlas.gate import check_folder
from waferway.atlas.release import describe
from waferway.atlas.validity import dated, fill_validity, horizon, meant_for
from waferway.atlas.world import data_folder
from waferway.cli import run
from waferway.errors import InputError, OutputExists, RangeError


def test_the_same_bytes_twice(tmp_path: Path) -> None:
    first = export(data_folder(), tmp_path / "one", ["parquet", "geojson", "flat"])
    second = export(data_folder(), tmp_path / "two", ["parquet", "geojson", "flat"])
    assert [p.name for p in first] == [p.name for p in second]
    assert len(first) > 40
    for a, b in zip(first, second, strict=True):
        assert a.read_bytes() == b.read_bytes(), a.name


def test_parquet_keeps_numbers_units_and_gaps(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    export(data_folder(), tmp_path / "out", ["parquet"])
    table = pq.read_table(tmp_path / "out" / "parquet" / "catalogue-accelerator.parquet")
    frame = table.to_pandas().set_index("name")
    assert frame.loc["nvidia-h100-sxm", "memory_gb"] == 80
    assert frame["tdp_w"].dtype == float
    assert frame["tdp_w"].isna().sum() == catalogue().table("accelerator")["tdp_w"].isna().sum()
    assert table.schema.field("tdp_w").metadata[b"unit"] == b"W"


def test_maps_are_what_rfc_7946_asks_for() -> None:
    """Positions are longitude first; the box of a collection holds its points, and no more."""
    made = geojson(world(), catalogue())
    plants = catalogue().table("facility")
    for content in made.values():
        assert content["type"] == "FeatureCollection"
        assert "crs" not in content  # WGS 84 is the only one there is
        names = [feature["id"] for feature in content["features"]]
        assert len(set(names)) == len(names)
        points = [f["geometry"]["coordinates"] for f in content["features"] if f["geometry"]]
        for feature in content["features"]:
            assert feature["type"] == "Feature"
            assert {"geometry", "properties"} <= set(feature)
        assert all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in points)
        west, south, east, north = content["bbox"]
        assert (west, east) == (min(x for x, _ in points), max(x for x, _ in points))
        assert (south, north) == (min(y for _, y in points), max(y for _, y in points))
    for feature in made["facilities"]["features"]:
        lon, lat = feature["geometry"]["coordinates"]
        row = plants.loc[feature["id"]]
        assert (lon, lat) == pytest.approx((row["lon"], row["lat"]), abs=1e-6)


def test_points_of_openstreetmap_stand_apart() -> None:
    found = geojson(world(), catalogue())
    assert "ODbL" in found["facilities-osm"]["attribution"]
    assert len(found["facilities-osm"]["features"]) == 16
    mapped = {tuple(f["geometry"]["coordinates"]) for f in found["facilities-osm"]["features"]}
    ours = {tuple(f["geometry"]["coordinates"]) for f in found["facilities"]["features"]}
    assert not mapped & ours
    assert len(found["lines"]["features"]) == len(world().table("line"))
    for feature in found["facilities"]["features"]:
        lon, lat = feature["geometry"]["coordinates"]
        assert -180 <= lon <= 180
        assert -90 <= lat <= 90


def test_the_flat_table_has_the_columns_of_planners(tmp_path: Path) -> None:
    (path,) = export(data_folder(), tmp_path / "out", ["flat"])
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0])[:7] == (
        "technology", "parameter", "value", "unit", "source", "further description",
        "currency_year",
    )  # fmt: skip
    assert tuple(rows[0]) == FLAT_COLUMNS
    assert len({row["claim_id"] for row in rows}) == len(rows) > 3500
    assert all(row["unit"] and row["grade"] and row["source"] and row["hash"] for row in rows)
    float(rows[0]["value"])


def test_every_number_of_the_flat_table_has_its_dates_and_its_money_a_year(tmp_path: Path) -> None:
    (path,) = export(data_folder(), tmp_path / "out", ["flat"])
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row["claim_id"]: row for row in csv.DictReader(file)}
    assert all(row["known_from"] for row in rows.values())
    for row in rows.values():
        if row["known_from"] in (JUDGED, DEFINED):
            assert row["valid"], row["claim_id"]
        else:
            dt.date.fromisoformat(row["known_from"])
        money = any(code in row["unit"] for code in ("USD", "EUR", "JPY", "KRW", "TWD"))
        year = row["currency_year"]
        assert (year == "nominal" or (len(year) == 4 and year.isdigit())) if money else year == ""
    assert rows["party.openai.lat"]["known_from"] == JUDGED
    assert rows["party.openai.lat"]["valid"] == "2023/2030"
    assert rows["identity.one"]["known_from"] == DEFINED
    assert rows["package.h20.cowos-use"]["known_from"] == "2026-05-31"  # its premise's
    assert rows["offer.rent.price.2025"]["currency_year"] == "2025"
    assert rows["pack.amd-next-consigned.fee"]["currency_year"] == "nominal"  # holds for years


def test_a_judgement_is_meant_for_the_time_of_the_cells_that_cite_it() -> None:
    """Every claim has a date; filling again changes nothing; the rule covers what cites it."""
    network = world()
    assert all(dated(c) for c in (*network.evidence.values(), *catalogue().evidence.values()))
    found = meant_for(network)
    assert found["share.non-ai.n3"] == "2025/2030"  # drawn into the demand from 2025 on
    assert found["party.openai.lat"] == horizon(network) == "2023/2030"
    bare = network.evidence["share.non-ai.n3"].model_copy(update={"valid_text": None})
    assert not dated(bare)


def test_validity_is_written_where_nothing_is_said_and_only_there(tmp_path: Path) -> None:
    export(data_folder(), tmp_path / "atlas", ["csv"])
    path = tmp_path / "atlas" / "claim.csv"
    whole = path.read_text(encoding="utf-8")
    line = next(x for x in whole.splitlines() if x.startswith("party.openai.lat,"))
    path.write_text(whole.replace(line, line.replace("2023/2030", "")), encoding="utf-8")
    said = [str(f) for f in check_folder(tmp_path / "atlas").faults]
    assert any("party.openai.lat has neither a validity nor a day" in one for one in said), said
    assert fill_validity(tmp_path / "atlas") == [path]
    assert path.read_text(encoding="utf-8") == whole
    assert fill_validity(tmp_path / "atlas") == []


def test_what_is_derived_is_known_no_earlier_than_its_premises(tmp_path: Path) -> None:
    assert world().evidence.late_premises() == []
    export(data_folder(), tmp_path / "atlas", ["csv"])
    path = tmp_path / "atlas" / "claim.csv"
    whole = path.read_text(encoding="utf-8")
    line = next(x for x in whole.splitlines() if x.startswith("package.h20.cowos-use,"))
    path.write_text(
        whole.replace(line, line.replace("2023/2030,,", "2023/2030,2023-11-09,")), encoding="utf-8"
    )
    said = [str(f) for f in check_folder(tmp_path / "atlas").faults]
    assert any("package.h20.per-cowos-wafer from 2026-05-31" in one for one in said), said


def test_an_export_is_an_atlas_and_is_not_written_over(tmp_path: Path) -> None:
    export(data_folder(), tmp_path / "out", ["csv"])
    assert compare(tmp_path / "out", data_folder()).changes == ()
    assert describe(tmp_path / "out")["root"] == describe(data_folder())["root"]
    with pytest.raises(OutputExists):
        export(data_folder(), tmp_path / "out", ["csv"])
    with pytest.raises(RangeError, match="did you mean parquet"):
        export(data_folder(), tmp_path / "new", ["parket"])


def test_a_difference_names_row_cell_and_ratio(tmp_path: Path) -> None:
    export(data_folder(), tmp_path / "old", ["csv"])
    path = tmp_path / "old" / "catalogue" / "accelerator.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("nvidia-h100-sxm,"))
    lines[at] = lines[at].replace(",700,", ",350,")
    gone = next(i for i, line in enumerate(lines) if line.startswith("tesla-d1,"))
    path.write_text("\n".join([*lines[:gone], *lines[gone + 1 :]]) + "\n", encoding="utf-8")
    found = compare(tmp_path / "old", data_folder())
    said = [str(change) for change in found.changes]
    assert said == [
        "changed  catalogue.accelerator/nvidia-h100-sxm.tdp_w: 350 -> 700  (+100 %)",
        "added    catalogue.accelerator/tesla-d1",
    ]
    assert found.counts() == {"catalogue.accelerator": {"added": 1, "changed": 1}}
    with pytest.raises(InputError, match="there is no atlas here"):
        compare(tmp_path, data_folder())


def test_the_description_follows_the_declarations() -> None:
    found = {r["name"]: r for r in describe(data_folder())["resources"]}
    for name, table in CATALOGUE.items():
        resource = found[f"catalogue.{name}"]
        fields = [field["name"] for field in resource["schema"]["fields"]]
        assert fields == list(table.columns), name
        assert resource["schema"]["primaryKey"] == list(table.key)
        assert "unknown" in resource["schema"]["missingValues"]
        for foreign in resource["schema"]["foreignKeys"]:
            target = foreign["reference"]["resource"]
            assert not target or target in found
    assert found["catalogue.facility_point"]["licenses"][0]["name"] == "ODbL-1.0"


def test_a_draw_covers_network_and_catalogue() -> None:
    drawn = drawn_claims(data_folder(), 50, seed=5)
    assert [c.claim_id for c in drawn] == [c.claim_id for c in drawn_claims(data_folder(), 50, 5)]
    in_catalogue = [c for c in drawn if c.claim_id in catalogue().evidence]
    assert 0 < len(in_catalogue) < 50
    assert not [c for c in drawn if c.method.startswith(("imputed:", "derived:"))]


def test_the_verbs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["atlas", "list", "--json"]) == 0
    counts = json.loads(capsys.readouterr().out)
    assert counts["catalogue"]["accelerator"] >= 40
    assert run(["atlas", "show", "accelerator", "nvidia-h100-sxm", "--json"]) == 0
    cells = {c["column"]: c for c in json.loads(capsys.readouterr().out)["cells"]}
    assert cells["price_usd"]["low"] < cells["price_usd"]["value"] < cells["price_usd"]["high"]
    assert len(cells["price_usd"]["claims"]) > 2
    assert run(["atlas", "show", "accelerator", "nvidia-h10-sxm"]) == 2
    assert "nvidia-h100-sxm" in capsys.readouterr().err
    assert run(["atlas", "audit"]) == 0
    assert "no fault" in capsys.readouterr().out
    assert run(["atlas", "audit", str(tmp_path)]) == 2
    export(data_folder(), tmp_path / "bad", ["csv"])
    path = tmp_path / "bad" / "catalogue" / "facility.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",23.1163", ",267195", 1), encoding="utf-8")
    capsys.readouterr()
    assert run(["atlas", "audit", str(tmp_path / "bad"), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert not said["passed"]
    assert any("facility.csv" in f["place"] and "267195" in f["what"] for f in said["faults"])
    assert run(["atlas", "diff", str(tmp_path / "bad"), "--json"]) == 0
    moved = json.loads(capsys.readouterr().out)["changes"]
    assert [(c["table"], c["column"]) for c in moved] == [("catalogue.facility", "lat")]


def test_our_own_word_is_graded_d(tmp_path: Path) -> None:
    export(data_folder(), tmp_path / "atlas", ["csv"])
    path = tmp_path / "atlas" / "catalogue" / "accelerator_part.csv"
    whole = path.read_text(encoding="utf-8")
    assert ",waferway,C," not in whole
    path.write_text(whole.replace(",waferway,D,", ",waferway,C,", 1), encoding="utf-8")
    said = [str(f) for f in check_folder(tmp_path / "atlas").faults]
    assert [one for one in said if "rests on our own word and is graded C" in one], said
