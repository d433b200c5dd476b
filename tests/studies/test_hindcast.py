"""The hindcast: its gate, its chain, its frozen predictions, its scores."""

import datetime as dt
import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference import hindcast_flow as twin
from tests.studies.synthetic_networks import coverage
from waferway.atlas.world import world
from waferway.calendar import Calendar, day, end_of, period
from waferway.errors import InputError, RangeError
from waferway.evidence.claims import Evidence
from waferway.evidence.dated import shipped
from waferway.studies import hindcast as room
from waferway.studies.hindcast.admission import CUT, Reader, admitted
from waferway.studies.hindcast.frozen import predictions_text
from waferway.studies.hindcast.history import DESIGNERS, PARTS, read_history
from waferway.studies.hindcast.network_content import content_of
from waferway.studies.hindcast.outlook import AHEAD, read_outlook
from waferway.studies.hindcast.rivals import last_value, log_trend
from waferway.studies.hindcast.scoring import interval_score, weighted_interval_score

FROZEN = Path(__file__).parents[2] / "docs" / "hindcast" / "predictions-2025.csv"
CALENDAR = Calendar.build("2024Q1", "quarter", "2024Q4")
SPANS = [(p.start.toordinal(), p.end.toordinal()) for p in CALENDAR]
SHARE = st.floats(0.0, 1.0)


@pytest.fixture(scope="module")
def net():
    return world()


@pytest.fixture(scope="module")
def unconditional(net):
    return room.run(net)


@pytest.fixture(scope="module")
def history():
    return read_history(Reader(shipped("waferway.studies")))


# -- the cut ---------------------------------------------------------------------------------
def test_no_claim_beyond_the_cut_was_read(unconditional):
    read = unconditional.manifest["claims"]
    assert len(read) > 300
    for row in read:
        known = dt.date.fromisoformat(row["known_from"]) if row["known_from"] else None
        if known is not None and known <= CUT:
            continue
        if row["ground"] == "constant":  # of this project; a stretch that it is meant for had begun
            first, stroke, _ = row["period"].partition("/")
            assert known is None, row
            assert not row["period"] or (stroke and day(first) <= CUT), row
        elif row["period"]:  # an outcome, or an assumption about one, of a period that had ended
            assert row["modality"] in ("reported", "estimate", "assumed"), row
            last = end_of(row["period"].rpartition("/")[2]) if row["period"][:2] != "FY" else None
            assert last is None or last <= CUT + dt.timedelta(days=1), row
        else:
            raise AssertionError(row)


def test_forecasts_are_held_to_the_day_they_were_known():
    facts = shipped("waferway.studies")
    assert admitted(facts["pack-018"])
    assert not admitted(facts["pack-018"].model_copy(update={"known_from": dt.date(2025, 1, 2)}))
    later = facts["supply.cowos.2024Q4"].model_copy(
        update={"valid_text": "2025Q1", "valid_from": dt.date(2025, 1, 1),
                "valid_to": dt.date(2025, 3, 31)})  # fmt: skip
    assert not admitted(later)


def test_reading_a_later_claim_stops_the_run():
    facts = shipped("waferway.studies")
    late = facts["hbm.price"].model_copy(update={"known_from": dt.date(2025, 6, 30)})
    other = Evidence([late if c.claim_id == "hbm.price" else c for c in facts.values()],
                     facts.sources.values())  # fmt: skip
    with pytest.raises(InputError, match=r"hbm\.price may not"):
        Reader(other)["hbm.price"]


def test_a_network_planned_with_later_news_is_refused(net, history):
    claims = [
        c.model_copy(update={"known_from": dt.date(2025, 9, 1)}) if c.claim_id == "pack-011" else c
        for c in net.evidence.values()
    ]
    from dataclasses import replace

    later = replace(net, evidence=Evidence(claims, net.evidence.sources.values()))
    with pytest.raises(InputError, match="pack-011"):
        read_outlook(later, history, Reader(shipped("waferway.studies")))


def test_outcomes_read_are_those_of_2024_only():
    for claim in shipped("waferway.studies").values():
        if claim.modality in ("reported", "estimate") and claim.valid_to:
            assert claim.valid_to <= CUT, claim.claim_id


# -- the chain -------------------------------------------------------------------------------
@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=4, max_size=4), st.integers(0, 150), SHARE, SHARE,
       st.lists(st.booleans(), min_size=4, max_size=4))  # fmt: skip
def test_flow_equals_its_twin_and_loses_nothing(starts, days, sold, down, lost):
    ours = room.flow([[starts]], [days], sold, [down], CALENDAR, np.array([[lost]]))
    arrivals, sales, stocks, written = twin.flow(starts, days, sold, down, SPANS, lost)
    for mine, theirs in ((ours.arrivals, arrivals), (ours.sales, sales), (ours.stock, stocks),
                         (ours.written_down, written)):  # fmt: skip
        assert mine[0, 0] == pytest.approx(theirs, rel=1e-9, abs=1e-6)
    before = np.concatenate([[0.0], ours.stock[0, 0, :-1]])
    gone = ours.sales[0, 0] + ours.written_down[0, 0] + ours.stock[0, 0]
    assert before + ours.arrivals[0, 0] == pytest.approx(gone, rel=1e-9, abs=1e-6)


def test_impossible_flows_are_refused():
    with pytest.raises(RangeError):
        room.flow([[[1.0]]], [90], 1.0, [0.0], CALENDAR)
    with pytest.raises(RangeError):
        room.flow([[[1.0] * 4]], [90], 1.5, [0.0], CALENDAR)


def test_the_planner_delivers_what_the_recursion_says(net, unconditional):
    """Starts of a central draw, given to the planner: its deliveries are the recursion's."""
    starts = pd.DataFrame(
        {"h100": [90e3, 60e3, 40e3, 30e3], "h20": [350e3, 300e3, 250e3, 220e3],
         "b200": [750e3, 900e3, 1.1e6, 1.3e6], "v6e": [550e3, 700e3, 850e3, 1.0e6],
         "mi300x": [70e3, 60e3, 55e3, 50e3], "trainium2": [270e3, 330e3, 380e3, 420e3]},
        index=list(AHEAD)).T  # fmt: skip
    table = room.compare_with_planner(net, starts)
    assert len(table) == 24 and table["starts_planned"].sum() > 0.8 * starts.to_numpy().sum()
    assert table["planner"].to_numpy() == pytest.approx(table["recursion"].to_numpy(), rel=1e-6)


def test_content_of_a_wafer_is_the_networks_and_agrees_with_2024(net, history):
    content = content_of(net)
    wafers, logic = history.parts["packaging"], history.parts["logic"]
    made = (wafers * content.logic[:, None]).sum(axis=0)
    # logic wafers by the recipes, nothing fitted, against those published: within 5 %
    assert made == pytest.approx(logic.sum(axis=0), rel=0.05)


def test_leave_one_quarter_out_of_2024_meets_its_goal(net, history):
    """Issue: median absolute error by designer and quarter at most 15 %, better than both."""
    found = room.leave_one_quarter_out(net, history)
    table = found.errors()
    for metric in PARTS:
        row = table.loc[metric]
        assert row["cells"] == 16
        assert row["predicted"] <= 0.15, metric
        assert row["predicted"] < min(row["last_value"], row["log_trend"]), metric
    assert found.passed
    assert 0.80 <= table.loc["all", "cover90"] <= 0.98
    assert abs(table.loc["all", "bias"]) < 0.05


def test_from_the_past_alone_it_still_beats_both_rivals(net, history):
    found = room.leave_one_quarter_out(net, history, past_only=True)
    table = found.errors()
    for metric in (*PARTS, "all"):
        row = table.loc[metric]
        assert row["predicted"] < min(row["last_value"], row["log_trend"]), metric
    assert len(found.frame) == 36 and table.loc["all", "predicted"] < 0.16


def test_what_is_left_out_is_not_used(net, history):
    """Changing the use of a left-out quarter changes no prediction of it."""
    from dataclasses import replace

    content = content_of(net)
    from waferway.studies.hindcast.leave_one_out import predict_quarter, read_priors

    priors = read_priors(Reader(shipped("waferway.studies")))

    for out in range(4):
        best, spread = predict_quarter(history, content, priors, out)
        other = {k: v.copy() for k, v in history.parts.items()}
        whole = {k: v.copy() for k, v in history.designer_parts.items()}
        units = history.units.copy()
        for table in (*other.values(), *whole.values(), units):
            table[:, out] *= 0.6
        changed = replace(history, parts=other, designer_parts=whole, units=units)
        again, wide = predict_quarter(changed, content, priors, out)
        for metric in PARTS:
            assert again[metric] == pytest.approx(best[metric])
            assert wide[metric] == pytest.approx(spread[metric])


# -- predictions -----------------------------------------------------------------------------
def test_predictions_are_frozen_with_their_hash(unconditional):
    text = FROZEN.read_bytes()
    stated = (FROZEN.parent / (FROZEN.name + ".sha256")).read_text().split()
    assert stated == [hashlib.sha256(text).hexdigest(), FROZEN.name]
    frozen = pd.read_csv(FROZEN, dtype={"period": str})
    ours = unconditional.predictions
    assert list(frozen.columns) == list(ours.columns)
    assert frozen[["metric", "subject", "period", "unit"]].equals(
        ours[["metric", "subject", "period", "unit"]])  # fmt: skip
    numbers = ["p05", "p25", "p50", "p75", "p95"]
    # the atlas may learn more; what was predicted stays as it was frozen
    drift = np.abs(np.log(frozen[numbers].to_numpy() / ours[numbers].to_numpy()))
    assert np.median(drift) < 0.05


def test_every_designer_and_quarter_has_every_metric(unconditional):
    table = unconditional.predictions
    for metric in ("logic_wafers", "packaging_wafers", "hbm_usd", "units", "compute_h100e"):
        part = table[table["metric"] == metric]
        for designer in ("nvidia", "google", "amd", "amazon"):
            assert set(part[part["subject"] == designer]["period"]) == {*AHEAD, "2025"}
    assert len(table[table["metric"] == "revenue_usd"]) == 16
    numbers = table[["p05", "p25", "p50", "p75", "p95"]].to_numpy()
    assert np.all(np.diff(numbers, axis=1) >= 0) and np.all(numbers > 0)


def test_frozen_predictions_are_not_written_over(tmp_path, unconditional):
    from waferway.errors import OutputExists

    path = room.frozen_predictions(tmp_path / "new", unconditional.predictions)
    with pytest.raises(OutputExists):
        room.frozen_predictions(path.parent, unconditional.predictions)
    room.frozen_predictions(path.parent, unconditional.predictions, force=True)
    with pytest.raises(RangeError, match="draws"):
        room.run(draws=3)


def test_same_seed_same_bytes(net, unconditional):
    again = room.run(net)
    assert predictions_text(again.predictions) == predictions_text(unconditional.predictions)
    assert dict(again.manifest) == dict(unconditional.manifest)


def _supply(tmp_path, factor=1.6, **changes):
    rows = []
    for k, quarter in enumerate(AHEAD):
        grow = factor ** ((k + 1) / 4)
        row = {"quarter": f"Q{k + 1} 2025", "start_date": period(quarter).start}
        for name, best in (("logic_supply_wafers", 8.4e5), ("cowos_supply_wafers", 1.17e5),
                           ("hbm_supply_usd", 7.46e9)):  # fmt: skip
            for q, wide in (("p5", 0.9), ("p50", 1.0), ("p95", 1.1)):
                row[f"{name}_{q}"] = best * grow * wide
        rows.append(row | changes.get(quarter, {}))
    path = tmp_path / "supply.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def test_given_supply_moves_and_narrows_what_is_predicted(net, tmp_path, unconditional):
    low = room.run(net, room.read_supply(_supply(tmp_path, 1.2)), draws=1500)
    high = room.run(net, room.read_supply(_supply(tmp_path, 2.4)), draws=1500)
    assert low.conditional and low.manifest["supply"].startswith("given")

    def at(found, metric):
        table = found.predictions
        return table[(table["metric"] == metric) & (table["subject"] == "all")
                     & (table["period"] == "2025Q4")].iloc[0]  # fmt: skip

    for metric in ("packaging_wafers", "hbm_usd", "logic_wafers"):
        assert at(high, metric)["p50"] > 1.7 * at(low, metric)["p50"]
        width = [np.log(at(f, metric)["p95"] / at(f, metric)["p05"]) for f in (low, unconditional)]
        assert width[0] < width[1]
    supplied = room.read_supply(_supply(tmp_path, 1.2))
    assert at(low, "packaging_wafers")["p50"] < supplied["packaging_p50"].iloc[-1]


def test_quarters_that_are_not_given_are_drawn_as_seen_at_the_cut(net, tmp_path, unconditional):
    path = _supply(tmp_path, 2.4)
    pd.read_csv(path).head(2).to_csv(path, index=False)
    found = room.run(net, room.read_supply(path), draws=1500)
    assert found.manifest["supply"] == "given for 2025Q1, 2025Q2"

    def at(table, quarter):
        part = table.predictions
        part = part[(part["metric"] == "packaging_wafers") & (part["subject"] == "all")]
        return float(part[part["period"] == quarter]["p50"].iloc[0])

    assert at(found, "2025Q2") > 1.1 * at(unconditional, "2025Q2")
    assert at(found, "2025Q4") == pytest.approx(at(unconditional, "2025Q4"), rel=0.05)


def test_a_short_link_holds_the_others_back(net, tmp_path):
    """Half the HBM with the same packaging: less of everything."""
    plenty = room.read_supply(_supply(tmp_path))
    short = plenty.copy()
    short[["hbm_p5", "hbm_p50", "hbm_p95"]] *= 0.5
    rows = [room.run(net, s, draws=800).predictions for s in (plenty, short)]
    whole = [r[(r["metric"] == "packaging_wafers") & (r["subject"] == "all")
               & (r["period"] == "2025")]["p50"].iloc[0] for r in rows]  # fmt: skip
    assert whole[1] < 0.8 * whole[0]


def test_a_wrong_supply_file_names_all_its_faults(tmp_path):
    path = _supply(tmp_path, **{"2025Q2": {"quarter": "Q1 2025"}})
    with pytest.raises(InputError, match="2025Q1 stands 2 times"):
        room.read_supply(path)
    frame = pd.read_csv(_supply(tmp_path))
    frame.assign(quarter=["Q1 2024", "Q2 2024", "Q3 2024", "Q4 2024"]).to_csv(path, index=False)
    with pytest.raises(InputError, match="no quarter of 2025"):
        room.read_supply(path)
    with pytest.raises(InputError, match="no CSV file"):
        room.read_supply(tmp_path / "missing.csv")
    frame = pd.read_csv(_supply(tmp_path)).rename(columns={"hbm_supply_usd_p50": "hbm_usd_p50"})
    frame.to_csv(path, index=False)
    with pytest.raises(InputError, match="no column hbm_supply_usd_p50"):
        room.read_supply(path)
    frame = pd.read_csv(_supply(tmp_path))
    frame.loc[1, "cowos_supply_wafers_p5"] = -1
    frame.loc[2, "hbm_supply_usd_p95"] = 0
    frame.to_csv(path, index=False)
    with pytest.raises(InputError) as told:
        room.read_supply(path)
    assert len(told.value.faults) == 2


# -- scores ----------------------------------------------------------------------------------
def test_interval_scores_by_hand():
    assert interval_score(1.0, 2.0, 3.0, 0.1) == pytest.approx(1.0 + 20.0)
    # (|y - m| / 2 + 0.25 IS(50 %) + 0.05 IS(90 %)) / 2.5, y at the median
    got = weighted_interval_score([0.0, 1.0, 2.0, 3.0, 4.0], 2.0)
    assert got == pytest.approx((0.25 * 2.0 + 0.05 * 4.0) / 2.5)


@given(st.floats(-3, 3), st.floats(-1, 1))
def test_a_point_is_scored_by_its_distance(outcome, point):
    assert weighted_interval_score([point] * 5, outcome) == pytest.approx(abs(outcome - point))


def test_the_score_is_proper_and_wide_bands_do_not_win():
    """Normal outcomes: the true quantiles score best among scaled and moved ones."""
    from scipy.stats import norm

    from waferway.streams import stream

    y = stream(9, "proper").standard_normal(40_000)
    true = norm.ppf([0.05, 0.25, 0.5, 0.75, 0.95])
    best = weighted_interval_score(np.tile(true, (len(y), 1)), y).mean()
    for scale, shift in ((2.0, 0), (0.5, 0), (4.0, 0), (1.0, 0.5)):
        other = weighted_interval_score(np.tile(scale * true + shift, (len(y), 1)), y).mean()
        assert other > best * 1.02, (scale, shift)


def test_rivals_by_hand():
    flat = last_value([100.0, 110.0, 100.0], 4)
    assert flat[2] == pytest.approx(100.0) and flat[4] / flat[2] == pytest.approx(flat[2] / flat[0])
    assert last_value([100.0, 110.0, 100.0], 1)[4] < flat[4]
    assert log_trend([1.0, 2.0, 4.0, 8.0], 2)[2] == pytest.approx(32.0)
    with pytest.raises(RangeError):
        last_value([1.0, 2.0], 1)


def _outcomes(predictions, tmp_path, shift=1.0):
    rows = predictions[predictions["subject"].isin(["nvidia", "google", "amd", "amazon"])]
    rows = rows[rows["period"].isin(AHEAD)]
    path = tmp_path / "outcomes.csv"
    pd.DataFrame({"metric": rows["metric"], "subject": rows["subject"], "period": rows["period"],
                  "value": rows["p50"] * shift}).to_csv(path, index=False)  # fmt: skip
    return path


def test_a_hindcast_that_was_right_beats_its_rivals(net, tmp_path, unconditional):
    path = _outcomes(unconditional.predictions, tmp_path)
    found = room.score_year(path, predictions=FROZEN, network=net)
    assert found.better and not found.unmatched
    ours = found.summary.loc[("all", "hindcast")]
    assert ours["cells"] == 80 and ours["cover90"] == 1.0 and ours["log_error"] < 0.1
    assert found.to_json()["better_than_rivals"] is True


def test_a_hindcast_that_was_wrong_does_not(net, tmp_path, unconditional, history):
    path = tmp_path / "flat.csv"
    last = dict(zip(DESIGNERS, history.designer_parts["packaging"][:, -1], strict=True))
    rows = [{"metric": "packaging_wafers", "subject": d, "period": q, "value": last[d]}
            for d in DESIGNERS for q in AHEAD]  # fmt: skip
    pd.DataFrame(rows).to_csv(path, index=False)
    assert not room.score_year(path, predictions=FROZEN, network=net).better


def test_wrong_outcomes_name_all_their_faults(tmp_path):
    path = tmp_path / "outcomes.csv"
    pd.DataFrame([
        {"metric": "units", "subject": "nvidia", "period": "2025Q1", "value": 0},
        {"metric": "units", "subject": "nvidia", "period": "2025Q2", "value": "many"},
        {"metric": "units", "subject": "amd", "period": "2025Q2", "value": 5},
        {"metric": "units", "subject": "amd", "period": "2025Q2", "value": 6},
    ]).to_csv(path, index=False)  # fmt: skip
    with pytest.raises(InputError) as told:
        room.read_outcomes(path)
    text = str(told.value)
    assert text.count("no number above 0") == 2 and "twice" in text
    pd.DataFrame([{"metrics": "units"}]).to_csv(path, index=False)
    with pytest.raises(InputError, match="no column subject"):
        room.read_outcomes(path)


def test_outcomes_that_only_the_hindcast_predicts_are_not_judged(net, tmp_path):
    ours = room.read_predictions(FROZEN)
    path = tmp_path / "outcomes.csv"
    path.write_text("metric,subject,period,value\nunits,all,2025,1.2e7\n")
    rivals = ours[ours["subject"] == "nvidia"]
    found = room.score({"hindcast": ours, "network alone": ours, "last_value": rivals},
                       room.read_outcomes(path), ["network alone"])  # fmt: skip
    assert found.better is None and len(found.unmatched) == 1 and not found.unused
    assert "not judged" in str(found) and found.to_json()["better_than_rivals"] is None


def test_rivals_have_years_and_totals(net, tmp_path):
    path = tmp_path / "outcomes.csv"
    path.write_text("metric,subject,period,value\nunits,all,2025,1.2e7\nunits,amd,2025,9e5\n"
                    "hbm_usd,all,2025Q3,7e9\n")  # fmt: skip
    found = room.score_year(path, predictions=FROZEN, network=net)
    assert found.better is not None and not found.unmatched
    assert found.summary.loc[("all", "log_trend"), "cells"] == 3


def test_paths_of_rivals_have_the_quantiles_that_rivals_state(history):
    """Each quarter of the drawn paths against the closed form, by designer."""
    from waferway.studies.hindcast.rival_draws import last_value_paths, log_trend_paths

    series = history.designer_parts["packaging"][2]
    for rule, paths in ((last_value, last_value_paths), (log_trend, log_trend_paths)):
        drawn = np.log(paths(series, 4, 1, "test"))
        for steps in range(1, 5):
            stated = np.log(rule(series, steps))
            cut = np.quantile(drawn[:, steps - 1], [0.05, 0.25, 0.5, 0.75, 0.95])
            assert cut == pytest.approx(stated, abs=0.05 * (stated[4] - stated[0]))


def test_a_file_that_was_changed_or_whose_quantiles_cross_is_refused(tmp_path):
    path = tmp_path / FROZEN.name
    path.write_bytes(FROZEN.read_bytes())
    beside = tmp_path / (FROZEN.name + ".sha256")
    beside.write_bytes((FROZEN.parent / beside.name).read_bytes())
    assert len(room.read_predictions(path)) > 130
    lines = path.read_text().splitlines()
    cells = lines[1].split(",")
    lines[1] = ",".join([*cells[:4], cells[5], cells[4], *cells[6:]])
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(InputError, match=r"csv:2 .*cross"):
        room.read_predictions(path)
    lines[1] = ",".join([*cells[:8], str(float(cells[8]) * 1.01)])
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(InputError, match="not the file that was frozen"):
        room.read_predictions(path)
    beside.unlink()
    assert len(room.read_predictions(path)) > 130


# -- calibration -----------------------------------------------------------------------------
def test_bands_cover_on_synthetic_networks():
    """Stated 90 % bands cover 85-95 %: 60 networks of 64 cells, four metrics."""
    found = coverage(60)
    assert np.all((found >= 0.85) & (found <= 0.95)), found


def test_bands_do_not_hold_where_the_world_is_harsher_than_assumed():
    """Fat tails, a new regime, a supply that errs: some 73-78 % of outcomes, not 90 %.

    The test above shows that the forecaster agrees with itself; this is what it does not know.
    """
    found = coverage(60, harsh=True)
    assert np.all((found >= 0.68) & (found <= 0.82)), found
