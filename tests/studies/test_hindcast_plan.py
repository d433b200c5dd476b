"""The plan as a forecaster: what it may see, what its numbers are, how it is scored."""

import datetime as dt
import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from waferway.atlas.world import world
from waferway.errors import InputError, OutputExists
from waferway.studies import hindcast as room
from waferway.studies.hindcast.admission import CUT, admitted
from waferway.studies.hindcast.companions import floored, plan_as_forecast, read_plan
from waferway.studies.hindcast.frozen import freeze
from waferway.studies.hindcast.history import DESIGNERS
from waferway.studies.hindcast.outlook import AHEAD

DOCS = Path(__file__).parents[2] / "docs" / "hindcast"
KEY = ["metric", "subject", "period"]


@pytest.fixture(scope="module")
def net():
    return world()


@pytest.fixture(scope="module")
def planned(net):
    return room.plan_forecast(net)


def test_the_view_rests_on_nothing_beyond_the_cut(net):
    view = room.view_at_the_cut(net)
    assert len(view.evidence) > 1000 and view.setting("now") == CUT
    later = [c for c in view.evidence.values() if c.known_from and c.known_from > CUT]
    assert len(later) > 30
    for claim in later:
        assert admitted(claim), claim.claim_id
    ends = [row for row in view.table("outturn")["period"] if row > "2024Q4"]
    assert not ends and len(view.table("outturn")) > 100


def test_a_limit_of_later_sources_is_not_seen(net):
    """Site power rests on forecasts and sites of 2025 and 2026."""
    assert "power" in net.table("limit").index
    assert "power" not in room.view_at_the_cut(net).table("limit").index


def test_later_numbers_do_not_move_the_view(net):
    """Every dated number of a later claim is made seven times as large: the view is the same."""
    one = room.view_at_the_cut(net)
    cite, profile = net.table("cite"), net.table("profile").copy()
    late = cite[~cite["claim_id"].isin(list(one.evidence)) & (cite["period"] != "")]
    cells = set(late[["table", "key", "column", "period"]].itertuples(index=False, name=None))
    hit = [row in cells for row in profile[["table", "key", "column", "period"]].itertuples(
        index=False, name=None)]  # fmt: skip
    assert sum(hit) > 100
    profile.loc[hit, ["low", "value", "high"]] *= 7.0
    two = room.view_at_the_cut(net.with_tables({"profile": profile}))
    for table in ("profile", "demand", "line", "limit", "recipe", "commitment"):
        assert one.table(table).equals(two.table(table)), table


def test_a_plan_has_the_keys_of_the_predictions_and_adds_up(planned):
    frozen = room.read_predictions(DOCS / "predictions-2025.csv")
    frozen = frozen[frozen["metric"] != "revenue_usd"]
    assert {tuple(r) for r in planned.values[KEY].to_numpy()} == {
        tuple(r) for r in frozen[KEY].to_numpy()}  # fmt: skip
    table = planned.values.set_index(KEY)["value"]
    assert table.notna().all() and (table >= 0).all()
    for metric in ("units", "hbm_usd", "packaging_wafers"):
        whole = sum(table[metric, d, q] for d in DESIGNERS for q in AHEAD)
        assert whole == pytest.approx(table[metric, "all", "2025"])
    assert table["compute_h100e", "all", "2025"] > 1e6
    # the first quarter is delivered from what was started in 2024: it is not the plan's choice
    assert table["units", "amd", "2025Q1"] > 0


def test_a_plan_is_frozen_and_read_back(planned, tmp_path):
    path = freeze(tmp_path / "plan-2025.csv", planned.text())
    with pytest.raises(OutputExists):
        freeze(path, planned.text())
    again = read_plan(path)
    assert np.allclose(again["value"], planned.values["value"], rtol=1e-3)
    text = path.read_text()
    path.write_text(text.replace("nvidia,2025Q1,package,", "nvidia,2025Q1,package,1"))
    with pytest.raises(InputError, match="not the file that was frozen"):
        read_plan(path)
    path.write_text(text.replace("nvidia,2025Q1,package,", "nvidia,2025Q1,package,-"))
    with pytest.raises(InputError, match="at least 0"):
        read_plan(path)


def test_a_point_has_the_spread_of_the_hindcast_and_nothing_is_a_hundredth():
    row = {"metric": "units", "subject": "amd", "unit": "package"}
    ours = pd.DataFrame([
        row | {"period": p, "p05": 50.0, "p25": 80.0, "p50": 100.0, "p75": 120.0, "p95": 200.0}
        for p in ("2025Q1", "2025Q2")])  # fmt: skip
    plan = pd.DataFrame([row | {"period": "2025Q1", "value": 60.0},
                         row | {"period": "2025Q2", "value": 0.0}])  # fmt: skip
    found = plan_as_forecast(plan, ours)
    assert found.iloc[0][["p05", "p50", "p95"]].tolist() == [30.0, 60.0, 120.0]
    assert found.iloc[1]["p50"] == pytest.approx(1.0) and floored(plan, ours) == 1


def test_the_plan_and_the_network_alone_are_scored_but_are_no_rivals(net, planned, tmp_path):
    frozen = tmp_path / "predictions-2025.csv"
    frozen.write_bytes((DOCS / frozen.name).read_bytes())
    freeze(tmp_path / "plan-2025.csv", planned.text())
    happened = tmp_path / "outcomes.csv"
    values = planned.values[planned.values["value"] > 0]
    values[[*KEY, "value"]].to_csv(happened, index=False)
    found = room.score_year(happened, predictions=frozen, network=net, draws=200)
    rows = found.summary.xs("all", level="metric")
    assert list(rows.index) == ["hindcast", "network alone", "plan", "last_value", "log_trend"]
    # told its own numbers the plan is right, and that does not count against the hindcast
    assert rows.loc["plan", "log_error"] < 1e-3
    rivals = rows.loc[["last_value", "log_trend"], "wis"]
    assert found.better is bool((rows.loc["hindcast", "wis"] < rivals).all())
    assert "The plan is a point" in str(found)


def test_what_is_frozen_beside_the_predictions_has_its_hash_and_manifest():
    for name in ("plan-2025.csv", "network-alone-2025.csv"):
        stated = (DOCS / f"{name}.sha256").read_text().split()[0]
        assert hashlib.sha256((DOCS / name).read_bytes()).hexdigest() == stated
    assert len(read_plan(DOCS / "plan-2025.csv")) == 125
    manifest = json.loads((DOCS / "plan-2025.manifest.json").read_text())
    assert manifest["cut"] == "2024-12-31" and manifest["plan"]["now"] == "2024-12-31"
    assert dt.date.fromisoformat(manifest["cut"]) == CUT and manifest["plan"]["reproducible"]
