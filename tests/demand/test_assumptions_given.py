"""Claims that a user gives: single ones changed, others in their place, and what is said if not."""

import datetime as dt

import numpy as np
import pytest

from waferway.demand import (
    compare_forecasts,
    fan,
    frontier_runs,
    observed_sales,
    with_assumptions,
    worth_of_serving,
)
from waferway.demand.assumptions import PARTIES, read_assumptions
from waferway.errors import InputError, RangeError
from waferway.evidence.claims import Evidence
from waferway.evidence.dated import shipped


def _file(tmp_path, text):
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_one_driver_moves_its_segment_and_no_other(tmp_path):
    path = _file(tmp_path, "claim_id,low,value,high,rank_reason\n"
                 "tokens.inference.2025,7,9,12,agents\n")  # fmt: skip
    mine = with_assumptions(path)
    assert mine["tokens.inference.2025"].value == 9
    assert mine["tokens.inference.2025"].rank_reason == "agents"
    plain, moved = read_assumptions(), read_assumptions(mine)
    grown = moved.net_growth("inference")[0][0] - plain.net_growth("inference")[0][0]
    assert grown == pytest.approx(np.log(9 / 3.6))
    assert np.array_equal(moved.net_growth("training")[0], plain.net_growth("training")[0])
    drawn = fan(until="2025Q4", paths=100, evidence=mine)
    base = fan(until="2025Q4", paths=100)
    assert drawn.paths(segment="inference").sum() > base.paths(segment="inference").sum()
    assert drawn.manifest["claims_sha256"] != base.manifest["claims_sha256"]


def test_a_value_alone_carries_its_interval_with_it(tmp_path):
    claim = with_assumptions(_file(tmp_path, "claim_id,value\nlife.half,12\n"))["life.half"]
    assert (float(claim.low), float(claim.value), float(claim.high)) == (9.0, 12.0, 16.0)
    assert claim.grade == "D" and claim.source_id == "user-assumptions" and claim.known_from is None


def test_all_faults_of_a_file_are_named_with_their_lines(tmp_path):
    path = _file(tmp_path, "claim_id,low,value,high\nlife.haf,1,2,3\nlife.half,9,6,7\n"
                 "life.shape,3,4,6\nlife.shape,3,4,6\n")  # fmt: skip
    with pytest.raises(InputError) as told:
        with_assumptions(path)
    text = str(told.value)
    assert 'no claim "life.haf"' in text and "did you mean life.half" in text
    assert "low <= value <= high" in text and "changed twice" in text and "mine.csv" in text
    with pytest.raises(InputError, match="did you mean claim_id"):
        with_assumptions(_file(tmp_path, "claim,value\nlife.half,3\n"))
    with pytest.raises(InputError, match="no such file"):
        with_assumptions(tmp_path / "none.csv")


def test_empty_evidence_is_not_the_shipped_evidence():
    for ask in (lambda e: fan(until="2025Q1", paths=2, evidence=e), observed_sales_of, worth_of):
        with pytest.raises(InputError, match="evidence"):
            ask(Evidence())
    assert frontier_runs(Evidence()).empty
    assert compare_forecasts(fan(until="2025Q1", paths=2), Evidence()).empty


def observed_sales_of(evidence):
    return observed_sales(evidence=evidence)


def worth_of(evidence):
    return worth_of_serving(2026, evidence)


def test_claims_of_an_earlier_day_say_what_they_lack():
    early = shipped("waferway.demand").known(dt.date(2024, 12, 31))
    with pytest.raises(InputError, match=r"units\.h100\.2024Q4.*\n.*published in 2026"):
        fan(until="2025Q1", paths=2, evidence=early)


def test_wrong_calls_say_what_to_write():
    with pytest.raises(RangeError, match='until="2030Q4"'):
        fan(until=2030)
    with pytest.raises(InputError, match="with_assumptions"):
        fan(evidence="x.csv")
    with pytest.raises(RangeError, match="from 2024 to 2032"):
        worth_of_serving(2040)


def test_bandwidth_counts_the_h200_as_it_is_and_is_in_the_manifest():
    sales = observed_sales("h100e-bandwidth").frame.set_index(["chip", "quarter"])
    assert sales.loc[("h100", "2024Q2"), "weight"] == 1.0
    assert sales.loc[("h100", "2024Q4"), "weight"] == pytest.approx(1 + 0.44 * (4.8 / 3.35 - 1))
    used = fan(until="2025Q1", paths=3, basis="h100e-bandwidth").manifest["claims"]
    assert {"memory.h100", "memory.h200", "h200.share.2024Q4"} <= set(used)
    used = fan(until="2025Q1", paths=3, basis="h100e-16bit-dense").manifest["claims"]
    assert "16-bit.h100" in used and "memory.h100" not in used
    factor = read_assumptions().basis_factor("h100e-bandwidth")
    assert 1.05 < factor[PARTIES.index("clouds")] < 1.15
