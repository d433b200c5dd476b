"""Need behind sales of a shortage: twin, planted truth, what pulls, what the fan carries."""

import datetime as dt

import numpy as np
import pytest

from tests.reference import demand_shortage as twin
from waferway.demand import PARTIES, Statement, draw_need, fan, fit_censored
from waferway.demand.assumptions import read_assumptions, supply_bound
from waferway.demand.fan import _start
from waferway.errors import RangeError
from waferway.evidence.claims import Evidence
from waferway.evidence.dated import shipped
from waferway.streams import stream

JOLT = (0.1, 0.73)


@pytest.fixture(scope="module")
def known():
    return read_assumptions()


def _changed(**updates):
    facts = shipped("waferway.demand")
    return Evidence([c.model_copy(update=updates.get(c.claim_id.replace(".", "_").replace("-", "_"),
                                                     {})) for c in facts.values()],
                    facts.sources.values())  # fmt: skip


def test_draws_equal_a_slow_twin(known):
    """Gibbs with precisions against weighed draws with covariances, on the shipped claims."""
    drawn = known.need_draws(40_000, stream(1, "twin"))
    said = [(s.quarters, s.ratio, s.spread) for s in known.statements()]
    low, best, high = (known.bounds("shortage.jolt")[i] for i in range(3))
    jolt = best, np.log(high / low) / (2 * 1.6448536269514722)
    logs, weight = twin.weighed_need(known.market, known.market_error, known.short, said, jolt,
                                     20_000, 3)  # fmt: skip
    assert weight.sum() ** 2 / np.square(weight).sum() > 2_000  # enough of them count
    for t in range(len(known.market)):
        wanted = twin.weighed_quantile(logs[:, t], weight, [0.05, 0.5, 0.95])
        assert np.quantile(np.log(drawn.need[:, t]), [0.05, 0.5, 0.95]) == pytest.approx(
            wanted, abs=0.035), known.quarters[t]  # fmt: skip


def test_a_censored_line_equals_its_likelihood():
    for seed in range(5):
        draws = stream(seed, "line").standard_normal(20)
        need = np.exp(0.15 * np.arange(20) + 0.1 * draws)
        supply = np.where(np.arange(20) >= 12, np.exp(0.15 * 12 + 0.08 * (np.arange(20) - 12)), 1e9)
        sold = np.minimum(need, supply)
        growth, spread = twin.tobit_line(sold, supply)
        fit = fit_censored(sold, supply)
        assert fit.growth_per_quarter == pytest.approx(growth, abs=1e-4)
        assert fit.spread == pytest.approx(spread, rel=1e-2)


def test_planted_need_lies_in_its_band():
    """Growth turns, supply cuts the second half by a quarter, one statement in the middle of it."""
    inside = []
    for seed in range(40):
        rng = stream(seed, "planted turn")
        growth = 0.1 + np.cumsum(0.08 * rng.standard_normal(14))
        need = np.exp(np.cumsum(growth))
        short = np.arange(14) >= 7
        sold = np.where(short, 0.75 * need, need)
        sold = sold * np.exp(0.05 * rng.standard_normal(14))
        got = draw_need(sold, [0.05] * 14, short, [Statement((10,), 1 / 0.75, 0.1)], JOLT, 800,
                        stream(seed, "draws"))  # fmt: skip
        low, high = np.quantile(got.need[:, short].sum(axis=1), [0.05, 0.95])
        inside.append(low < need[short].sum() < high)
    assert 30 <= sum(inside) <= 40  # 36 expected; three standard deviations


def test_free_quarters_sales_and_statements_all_pull(known):
    """Free quarters were unused before; statements bound need from above."""
    short, market = known.short, known.market

    def ratio(sales, said):
        got = draw_need(sales, known.market_error, short, said, JOLT, 3_000, stream(2, "pull"))
        return np.quantile(got.need[:, short].sum(axis=1) / sales[short].sum(), [0.05, 0.5, 0.95])

    said = known.statements()
    assert not short[:5].any() and short[5:].all()
    alone, stated = ratio(market, []), ratio(market, said)
    assert alone[0] > 1.0 and alone[2] > 5 * stated[2]
    higher = market * np.where(short, 1.0, 2.0)  # free sales twice as high: a smaller leap
    assert ratio(higher, said)[1] < stated[1] - 0.02
    double = [Statement(s.quarters, 2.0, s.spread) for s in said]
    assert ratio(market, double)[1] > stated[1] + 0.3


def test_what_binds_is_read_from_statements_and_packaging():
    quarters = ("2023Q1", "2023Q2", "2024Q1", "2024Q2", "2024Q3", "2024Q4")
    held, read = supply_bound(shipped("waferway.demand"), quarters)
    assert held.tolist() == [False, True, True, True, True, True]
    assert {"packaging.left.2024Q1", "shortage.binding"} <= set(read)
    idle = _changed(packaging_left_2024Q2={"low": 0.2, "value": 0.3, "high": 0.4})
    assert supply_bound(idle, quarters)[0].tolist() == [False, True, True, True, False, True]


def test_series_that_cannot_be_fitted_are_refused():
    with pytest.raises(RangeError, match="begin the series before the shortage"):
        draw_need([1.0, 2.0, 3.0], [0.1] * 3, [True] * 3, [], JOLT, 10, stream(1, "x"))
    with pytest.raises(RangeError, match="three"):
        draw_need([1.0, 2.0], [0.1] * 2, [False] * 2, [], JOLT, 10, stream(1, "x"))
    with pytest.raises(RangeError, match="above 0"):
        draw_need([1.0, 0.0, 3.0], [0.1] * 3, [False] * 3, [], JOLT, 10, stream(1, "x"))


def test_the_fan_starts_from_draws_of_the_fit_not_from_a_point(known):
    start = _start(known, 2_000, 5)
    missed = start.unserved.sum(axis=(1, 2))
    assert np.all(missed >= 0) and missed.std() / missed.mean() > 0.2
    assert np.all(start.unserved[:, PARTIES.index("china")] == 0)
    assert start.growth.std() > 0.03


@pytest.mark.parametrize("package", ["waferway.demand", "waferway.studies"])
def test_no_claim_is_known_before_what_it_rests_on(package):
    late = shipped(package).late_premises()
    assert [(a.claim_id, b.claim_id) for a, b in late] == []


def test_a_claim_known_before_its_premise_is_found():
    planted = _changed(dis_034={"known_from": dt.date(2025, 3, 1), "valid_from": None})
    found = {(a.claim_id, b.claim_id) for a, b in planted.late_premises()}
    assert ("shortage.orders-2023", "dis-034") in found


def test_what_was_learnt_after_2024_moves_no_assumption_about_later_years():
    """Claims of the fan on 2025 and later were known by the end of 2024."""
    known = read_assumptions()
    used = fan(until="2025Q1", paths=4).manifest["claims"]
    late = [name for name in used if (claim := known.evidence[name]).known_from is not None
            and claim.known_from > dt.date(2024, 12, 31)
            and (claim.valid_text or "2024")[:4] > "2024"]  # fmt: skip
    assert late == []
