"""The demand that the atlas ships equals a regeneration from the fan."""

import json

import pytest

from waferway.atlas.world import data_folder, world
from waferway.demand.fan import fan
from waferway.studies.atlas_demand import (
    DEMANDS,
    LAST,
    MANIFEST,
    PATHS,
    SEED,
    demand_rows,
    manifest,
    write_demand_rows,
)


@pytest.fixture(scope="module")
def drawn():
    return fan(until=LAST, paths=PATHS, seed=SEED)


def test_frozen_rows_equal_a_regeneration(drawn):
    rows = demand_rows(drawn)
    profile = world().table("profile")
    frozen = {
        (r["key"], r["period"]): (r["low"], r["value"], r["high"])
        for r in profile.to_dict("records")
        if r["table"] == "demand" and r["column"] == "quantity" and r["key"] in DEMANDS
        and r["period"] >= "2025"
    }  # fmt: skip
    assert set(frozen) == set(rows)
    for key, row in rows.items():
        # one unit of the last of four digits, for platforms that round apart
        assert frozen[key] == pytest.approx(row, rel=1.1e-3), key


def test_the_frozen_manifest_says_what_the_rows_rest_on(drawn):
    frozen = json.loads((data_folder() / MANIFEST).read_text(encoding="utf-8"))
    now = manifest(demand_rows(drawn), drawn)
    assert frozen["claims_sha256"] == now["claims_sha256"]
    assert {k: frozen[k] for k in ("seed", "paths", "until", "basis", "claims", "demands")} == {
        k: now[k] for k in ("seed", "paths", "until", "basis", "claims", "demands")}  # fmt: skip


def test_scenarios_at_both_ends_are_the_ends_of_the_fan(drawn):
    net, rows = world(), demand_rows(drawn)
    for scenario, end in (("demand-low", 0), ("demand-high", 2)):
        profile = net.with_scenario(scenario).table("profile")
        picked = profile[(profile["key"] == "compute-google") & (profile["period"] == "2028Q2")]
        wanted = rows["compute-google", "2028Q2"][end]
        assert float(picked["value"].iloc[0]) == pytest.approx(wanted, rel=1.1e-3)


def test_writing_again_moves_nothing(tmp_path):
    for name in ("profile.csv", "claim.csv", "change.csv"):
        (tmp_path / name).write_bytes((data_folder() / name).read_bytes())
    write_demand_rows(tmp_path)
    for name in ("profile.csv", "claim.csv", "change.csv"):
        assert (tmp_path / name).read_bytes() == (data_folder() / name).read_bytes(), name
