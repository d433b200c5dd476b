"""Concentration: worked cases, the shared tables, the gate and control."""

import csv
import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waferway.errors import Faults, InputError, RangeError
from waferway.market import shares as c

DAY = dt.date(2025, 6, 30)


def market(shares, **more):
    return c.Market("m", "wafers", "world", "revenue", DAY, shares, **more)


def test_worked_cases(shared_data):
    path = shared_data / "chip-economics-checks" / "hhi_examples_visible.csv"
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
        shares = [float(share) for share in row["shares_percent"].split(";")]
        assert c.hhi(shares) == float(row["hhi_before"])


def test_dram_first_quarter_2023_of_trendforce():
    result = c.concentration(
        market({"Samsung": 43.2, "Micron": 28.2, "SK hynix": 23.9, "Nanya": 2.2})
    )
    assert result.hhi_low == pytest.approx(3237.53, abs=1e-9)
    assert result.hhi_high == pytest.approx(3237.53 + 2.5**2, abs=1e-9)
    assert result.depends_on_tail
    assert pytest.approx(1347.96) == 2 * 28.2 * 23.9


@pytest.fixture(scope="module")
def eto(shared_data):
    folder = shared_data / "eto-chip-explorer-2026-08"
    with (folder / "provision.csv").open(encoding="utf-8", newline="") as file:
        provision = list(csv.DictReader(file))
    with (folder / "providers.csv").open(encoding="utf-8", newline="") as file:
        kinds = {row["provider_id"]: row["provider_type"] for row in csv.DictReader(file)}
    rows = []
    for row in provision:
        if row["share_provided"]:
            rows.append(
                {"item": row["provided_id"], "kind": kinds[row["provider_id"]],
                 "year": row["year"], "provider": row["provider_id"],
                 "share_percent": float(row["share_provided"])}
            )  # fmt: skip
    return rows


def test_expected_concentration_of_42_items(shared_data, eto):
    path = shared_data / "compute-supply-checks" / "eto-2025-concentration-expected.csv"
    groups = {}
    for row in eto:
        if row["year"] == "2025":
            groups.setdefault((row["item"], row["kind"]), []).append(row["share_percent"])
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
        shares = groups[row["provided_id"], row["t"]]
        assert len(shares) == int(row["n"])
        assert c.hhi(shares) == pytest.approx(float(row["HHI"]), abs=0.005)
        assert c.concentration_ratio(shares, 1) == pytest.approx(float(row["CR1"]), abs=0.05)
        assert c.concentration_ratio(shares, 4) == pytest.approx(float(row["CR4"]), abs=0.051)


def test_gate_finds_the_groups_that_do_not_add_up(eto):
    """Named in the notes on the table: countries of N84 in 2019, N6, S1, S2, S3 in 2022."""
    faults = [f for f in c.check_shares(eto) if f.kind == "sum"]
    said = " ".join(fault.what for fault in faults)
    for item, year in [("N84", 2019), ("N6", 2022), ("S1", 2022), ("S2", 2022), ("S3", 2022)]:
        assert any(f"item {item}," in f.what and f"year {year}" in f.what for f in faults), said
    assert not any("year 2025" in fault.what for fault in faults)


def test_gate_finds_every_planted_fault_and_nothing_else():
    good = [{"item": i, "kind": "firm", "year": 2025, "provider": p, "share_percent": s}
            for i in "xyz" for p, s in (("ASML", 80), ("Nikon", 12), ("Canon", 8))]  # fmt: skip
    known = {"known_members": ["ASML", "Nikon", "Canon"]}
    assert len(c.check_shares(good, **known)) == 0

    def kinds(rows):
        return {fault.kind for fault in c.check_shares(rows, **known)}

    assert kinds([*good, good[0]]) == {"repeated", "sum"}
    assert kinds([{**good[0], "share_percent": 180}, *good[1:]]) == {"share", "sum"}
    assert kinds([{**good[0], "share_percent": ""}, *good[1:]]) == {"missing", "sum"}
    assert kinds([{**good[0], "provider": "ASLM"}, *good[1:]]) == {"name"}
    assert kinds([{**row, "share_percent": row["share_percent"] / 100} for row in good]) == {
        "fraction"
    }
    assert kinds([{**good[0], "year": 2022}, *good[1:]]) == {"sum"}
    assert kinds([{**good[0], "share_percent": "61%"}, *good[1:]]) == {"share", "sum"}
    [fault] = c.check_shares([{**good[0], "provider": "ASLM"}, *good[1:]], **known)
    assert str(fault.place) == "shares:2" and "did you mean ASML?" in fault.suggestion


@settings(deadline=None)
@given(st.floats(0, 100), st.floats(0.1, 100))
def test_tail_bounds_hold_for_any_split(rest, largest):
    low, high = c.tail_bounds(rest, largest)
    size = min(rest, largest)
    parts, left = [], rest
    rng = np.random.default_rng(1)
    while left > 1e-9 and len(parts) < 400:
        part = min(left, size * rng.random()) if len(parts) < 399 else min(left, size)
        parts.append(part)
        left -= part
    assert low == 0
    assert float(np.sum(np.square(parts))) <= high + 1e-6


def test_indices_are_bounded_and_refuse_slips():
    assert c.effective_number(c.hhi([25] * 4)) == 4
    assert c.concentration_ratio([[50, 30, 20], [np.nan, 60, 40]], 2).tolist() == [80, 100]
    for bad in ([-1, 101], [30, 130]):
        with pytest.raises(RangeError, match="30 means 30 %"):
            c.hhi(bad)
    with pytest.raises(RangeError):
        c.concentration_ratio([1.0], 0)
    with pytest.raises(RangeError):
        c.tail_bounds(120.0)
    with pytest.raises(RangeError):
        c.tail_bounds(10.0, 0.0)


def test_market_faults_are_reported_together():
    faults = Faults()
    c.Market("m", "", "world", "", DAY, {"a": 80, "b": 40, "c": -1}).check(faults)
    text = " ".join(fault.what for fault in faults)
    for words in ["product is not said", "unit is not said", "add to 119", "c has a share of -1"]:
        assert words in text
    with pytest.raises(InputError, match="no shares"):
        c.concentration(market({}))


def test_control_by_date():
    stakes = [
        c.Stake("sony", "jasm", 0.2), c.Stake("tsmc", "jasm", 0.8, dt.date(2022, 1, 1)),
        c.Stake("parent", "tsmc", 0.6, dt.date(2030, 1, 1)),
    ]  # fmt: skip
    assert c.controllers(["jasm"], stakes, dt.date(2021, 1, 1)) == {"jasm": "jasm"}
    assert c.controllers(["jasm"], stakes, dt.date(2024, 1, 1)) == {"jasm": "tsmc"}
    assert c.controllers(["jasm"], stakes, dt.date(2031, 1, 1)) == {"jasm": "parent"}
    golden = [c.Stake("state", "firm", 0.1, controls=True), c.Stake("fund", "firm", 0.6,
              controls=False)]  # fmt: skip
    assert c.controllers(["firm"], golden, DAY) == {"firm": "state"}


def test_stakes_above_one_and_circles_are_errors():
    with pytest.raises(InputError) as caught:
        c.controllers(
            ["a"],
            [c.Stake("x", "a", 0.7), c.Stake("y", "a", 0.6), c.Stake("a", "x", 51)],
            DAY,
        )
    text = str(caught.value)
    for words in ["stakes above one", "x controls a already", "0.51 means 51 %", "circle"]:
        assert words in text


def test_modified_index_of_a_silent_stake():
    """Two equal firms; one owner holds half of the other's profit: weight 0.5 of 2,500 each way."""
    base, added = c.modified_hhi([50, 50], [[1.0, 0.5], [0.0, 0.5]], [[1.0, 0.0], [0.0, 1.0]])
    assert base == 5000
    assert added == pytest.approx(0.5 * 50 * 50)
    with pytest.raises(RangeError, match="shape"):
        c.modified_hhi([50, 50], [1.0, 1.0])
