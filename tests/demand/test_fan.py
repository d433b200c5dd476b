"""The fan: identities, units, names, reproducibility, forecasts."""

from pathlib import Path

import numpy as np
import pytest

from waferway.demand import BASES, PARTIES, compare_forecasts, fan, observed_sales
from waferway.demand.assumptions import read_assumptions
from waferway.demand.sites import Sites
from waferway.errors import InputError, RangeError
from waferway.evidence.claims import Evidence
from waferway.evidence.dated import shipped

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def drawn():
    return fan(paths=400, seed=3)


def test_sales_of_2024_are_the_published_ones():
    frame = observed_sales().frame
    year = frame[frame["quarter"].str.startswith("2024")]
    by_designer = year.groupby("designer")["compute"].sum() / 1e6
    # specs: NVIDIA 3.33, Google 0.73, AMD 0.55, Amazon 0.30, all 4.91 million
    assert by_designer.round(2).to_dict() == {
        "nvidia": 3.33, "google": 0.73, "amd": 0.55, "amazon": 0.30}  # fmt: skip
    assert year["units"].sum() / 1e6 == pytest.approx(7.28, abs=0.005)


def test_same_seed_same_fan_and_another_seed_another(drawn):
    again = fan(paths=400, seed=3)
    assert np.array_equal(again.need, drawn.need) and again.manifest == drawn.manifest
    assert not np.array_equal(fan(paths=400, seed=4).need, drawn.need)


def test_a_shorter_horizon_is_the_beginning_of_a_longer_one(drawn):
    short = fan(until="2026Q4", paths=400, seed=3)
    assert np.allclose(short.need, drawn.need[..., :8])


def test_stock_is_what_was_sold_less_what_retired(drawn):
    """K(t) - K(t-1) = sales kept - retirement, so stock never grows by more than sales."""
    sales = drawn.paths()
    growth = np.diff(drawn.stock, axis=1)
    assert np.all(growth <= sales[:, 1:] * (1 + 1e-9))
    assert np.all(drawn.stock > 0)


def test_need_stays_within_budgets_and_power(drawn):
    assert np.all(drawn.paths() <= drawn.affordable * (1 + 1e-9))
    assert np.all(drawn.paths() <= drawn.powered * (1 + 1e-9))


def test_power_limits_what_money_alone_would_buy(drawn):
    """2030: sites of 60 GW that grow to 195 hold about 137 GW of accelerators, not 220."""
    free = fan(paths=400, seed=3, power=False)
    last = drawn.quarters.index("2030Q4")
    assert np.median(free.power_gw[:, last]) > 180 > np.median(drawn.power_gw[:, last])
    ceiling = 298 * 1.3  # the high case of all data centres, and what lies above its 95 %
    assert np.mean(drawn.power_gw[:, last] < ceiling) > 0.99
    assert np.all(np.isinf(free.powered))
    assert np.all(drawn.paths()[:, 0] <= free.paths()[:, 0] * (1 + 1e-9))


def test_sites_bound_power_by_share_growth_and_conversion():
    sites = Sites(np.array([[100.0, 110.0]]), np.array([0.5]), np.array([0.2]))
    ten = np.array([10.0])
    # 10 new, a twentieth of the 90 that are not theirs, nothing retired
    assert sites.room(0, ten, ten) == pytest.approx([10 + 0.05 * 90])
    assert sites.room(0, ten, np.array([8.0])) == pytest.approx([16.5])  # what retires is free
    assert sites.room(0, np.array([54.0]), np.array([54.0])) == pytest.approx([1.0])  # half of 110
    assert sites.room(0, np.array([60.0]), np.array([60.0])) == pytest.approx([0.0])


def test_parties_and_segments_add_up(drawn):
    total = drawn.paths()
    assert np.sum([drawn.paths(p) for p in PARTIES], axis=0) == pytest.approx(total)
    segments = [drawn.paths(segment=s) for s in ("training", "inference", "enterprise")]
    assert np.sum(segments, axis=0) == pytest.approx(total)
    market = np.sum([drawn.paths(p) for p in ("openai", "clouds", "others")], axis=0)
    assert drawn.paths("market") == pytest.approx(market)


def test_quantiles_rise_and_years_are_not_sums_of_percentiles(drawn):
    table = drawn.quantiles()
    assert np.all(np.diff(table.to_numpy(), axis=1) >= 0)
    year = drawn.quantiles(step="year").loc["2027"]
    quarters = table[[q.startswith("2027") for q in table.index]]
    assert year["p95"] < quarters["p95"].sum() and year["p05"] > quarters["p05"].sum()


def test_edge_is_wafers_and_has_no_party(drawn):
    table = drawn.quantiles(segment="edge", step="year")
    # 8 million wafers a year outside generative AI in 2030 (McKinsey), as wafers a month
    assert table.loc["2030", "p50"] == pytest.approx(8e6 / 12, rel=0.12)
    frame = drawn.to_frame()
    assert set(frame[frame["segment"] == "edge"]["unit"]) == {"wafer:logic/month"}
    with pytest.raises(RangeError, match="leave the party out"):
        drawn.paths("google", "edge")


@pytest.mark.parametrize("basis", BASES)
def test_bases_weigh_the_same_purchases(basis):
    base, other = fan(until="2025Q2", paths=20), fan(until="2025Q2", paths=20, basis=basis)
    factor = read_assumptions().basis_factor(basis)
    assert other.need == pytest.approx(base.need * factor[None, :, None, None])


def test_china_buys_bandwidth():
    """H20: 0.15 of an H100 by FLOP, 1.19 by bandwidth (specs, atlas.md section 2)."""
    factor = read_assumptions().basis_factor("h100e-bandwidth")
    assert factor[PARTIES.index("china")] == pytest.approx(1.19 / 0.15, rel=0.02)


@pytest.mark.parametrize("wrong", [{"basis": "h100"}, {"paths": 0}, {"until": "2024Q4"},
                                   {"until": "2033Q1"}, {"until": "2026"}])  # fmt: skip
def test_wrong_calls_are_refused(wrong):
    with pytest.raises(RangeError):
        fan(**wrong)


def test_wrong_names_are_told_the_right_ones(drawn):
    with pytest.raises(RangeError, match="did you mean openai"):
        drawn.paths("openia")
    with pytest.raises(RangeError, match="did you mean training"):
        drawn.paths(segment="trainig")


def test_every_assumption_is_a_claim_with_grade_source_and_interval(drawn):
    facts = shipped("waferway.demand")
    assert drawn.manifest["claims_sha256"] == facts.sha256
    for name in drawn.manifest["claims"]:
        claim = facts[name]
        assert claim.grade and claim.source_id and claim.known_from, name
        if claim.method.startswith("imputed:"):
            assert claim.grade == "D" and claim.rank_reason, name


def test_a_one_sided_claim_is_refused():
    facts = shipped("waferway.demand")
    broken = facts["life.half"].model_copy(update={"low": None})
    other = Evidence([broken if c.claim_id == "life.half" else c for c in facts.values()],
                     facts.sources.values())  # fmt: skip
    with pytest.raises(InputError, match="one-sided"):
        fan(until="2025Q1", paths=5, evidence=other)


def test_longer_life_needs_fewer_sales():
    facts = shipped("waferway.demand")
    short = facts["life.half"].model_copy(
        update={"low": facts["life.half"].low / 3, "value": facts["life.half"].value / 3,
                "high": facts["life.half"].high / 3})  # fmt: skip
    other = Evidence([short if c.claim_id == "life.half" else c for c in facts.values()],
                     facts.sources.values())  # fmt: skip
    with_short = fan(until="2026Q4", paths=100, evidence=other).paths().sum()
    assert with_short > fan(until="2026Q4", paths=100).paths().sum()


def test_forecasts_stand_beside_the_fan_in_order(drawn):
    table = compare_forecasts(drawn)
    assert table["known_from"].is_monotonic_increasing
    said = table.set_index("claim_id")
    # specs, atlas.md section 7: 1.01 million and 3.64 million Hopper against JPMorgan's
    assert said.loc["jpm-h100-2023", "outcome"] == pytest.approx(1.01e6, rel=0.01)
    assert said.loc["jpm-h100-2024", "outcome"] == pytest.approx(3.64e6, rel=0.01)
    assert said.loc["epoch-h100-2024", "outcome"] == pytest.approx(2.68e6, rel=0.01)
    told = table[table["p50"].isna() & table["outcome"].isna()]
    assert (told["reason"] != "").all()
    assert said.loc["ai2027-stock-2027", ["p05", "p50", "p95"]].is_monotonic_increasing


def test_power_spending_and_capital_are_converted_with_named_factors(drawn):
    said = compare_forecasts(drawn).set_index("claim_id")
    facts = shipped("waferway.demand")
    ends = [drawn.quarters.index(q) for q in ("2025Q4", "2030Q4")]
    added = drawn.power_gw[:, ends[1]] - drawn.power_gw[:, ends[0]]
    assert said.loc["dem-050", "p50"] == pytest.approx(np.median(added))
    spent = drawn.paths() * drawn.price_usd
    year = np.array([q.startswith("2028") for q in drawn.quarters])
    assert said.loc["amd-tam", "p50"] == pytest.approx(np.median(spent[:, year].sum(axis=1)))
    five = np.array(["2026" <= q < "2031" for q in drawn.quarters])
    capital = spent[:, five].sum(axis=1) * facts["capital.over-chips"].central
    assert said.loc["dem-050.capital", "p95"] == pytest.approx(np.quantile(capital, 0.95))
    # kW of what is bought in 2027-30: 1.37 less 29 % a year, near what sites plan
    assert 0.3 < said.loc["density.kw", "p50"] < 0.64
    for name in ("dem-050", "amd-tam", "dem-050.capital", "dem-028", "density.kw"):
        factors = said.loc[name, "factor"].replace(",", "").split()
        assert factors and all(one in facts for one in factors), name
    above = said.loc["epoch-gpu-2030", "above"]
    year = np.array([q.startswith("2030") for q in drawn.quarters])
    assert above == np.mean(drawn.paths()[:, year].sum(axis=1) >= 1e8)


def test_the_frozen_hindcast_stands_beside_the_fan(drawn):
    """The claim is the frozen file; need overlaps what may be sold, and the page says how far."""
    frozen = (ROOT / "docs" / "hindcast" / "predictions-2025.csv").read_text().splitlines()
    row = next(line for line in frozen if line.startswith("compute_h100e,all,2025,")).split(",")
    claim = shipped("waferway.demand")["hindcast-2025"]
    assert (claim.p05, claim.p50, claim.p95) == (float(row[4]), float(row[6]), float(row[8]))
    said = compare_forecasts(drawn).set_index("claim_id").loc["hindcast-2025"]
    assert said["p95"] > said["value"] > said["p05"] and said["above"] > 0.1
