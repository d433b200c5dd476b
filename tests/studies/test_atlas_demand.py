"""The demand that the atlas ships equals a regeneration from the fan."""

import json

import pytest

from waferway.atlas.world import data_folder, world
from waferway.demand.worth import worth_of_serving
from waferway.studies.atlas_demand import (
    DEMANDS,
    MANIFEST,
    NODES,
    demand_rows,
    drawn_fan,
    manifest,
    need_worth,
    write_demand_rows,
)


@pytest.fixture(scope="module")
def drawn():
    return drawn_fan()


def _frozen(column, names, since):
    profile = world().table("profile")
    return {
        (r["key"], r["period"]): (r["low"], r["value"], r["high"])
        for r in profile.to_dict("records")
        if r["table"] == "demand" and r["column"] == column and r["key"] in names
        and r["period"] >= since
    }  # fmt: skip


def test_frozen_rows_equal_a_regeneration(drawn):
    rows = demand_rows(drawn)
    frozen = _frozen("quantity", {*DEMANDS, *NODES}, "2025")
    china = _frozen("quantity", {"h20-china"}, "2025")
    assert {*frozen, ("h20-china", "2025")} == set(rows)
    # after the H20 no product may go to China: the row at the end of the product stays
    assert china["h20-china", "2026-07-01"][1] == 0
    for key, row in rows.items():
        # one unit of the last of four digits, for platforms that round apart
        assert (frozen | china)[key] == pytest.approx(row, rel=1.1e-3), key


def test_worth_of_the_plan_is_the_curve_of_the_engine(drawn):
    rows = demand_rows(drawn)
    worth = need_worth(rows)
    frozen = _frozen("value_usd", {*DEMANDS, "hbm-other", "cowos-other"}, "2024")
    assert set(frozen) == set(worth)
    for key, row in worth.items():
        assert frozen[key] == pytest.approx(row, rel=1.1e-3), key
    for year in range(2025, 2031):
        need = {name: sum(rows[k][1] for k in rows if k[0] == name and k[1][:4] == str(year))
                for name in DEMANDS}  # fmt: skip
        curve = worth_of_serving(year).frame
        mean = sum(worth[name, str(year)][1] * need[name] for name in DEMANDS) / sum(need.values())
        assert mean == pytest.approx(float((curve["share"] * curve["usd"]).sum()), rel=1e-3)
        assert worth["compute-openai", str(year)][1] == pytest.approx(
            curve["usd"].iloc[0], rel=1e-3
        )


def test_nodes_share_out_the_edge_of_the_fan(drawn):
    rows = demand_rows(drawn)
    edge = drawn.quantiles(segment="edge", step="year")["p50"]
    for year in range(2026, 2031):
        parts = sum(rows[name, str(year)][1] for name in NODES)
        assert parts == pytest.approx(edge[str(year)], rel=2e-3)
    half = sum(rows[n, "2025Q3" if late else "2025"][1] * (0.5 if late else 1.0)
               for n, (_, _, late) in NODES.items())  # fmt: skip
    assert half == pytest.approx(edge["2025"], rel=2e-3)


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
