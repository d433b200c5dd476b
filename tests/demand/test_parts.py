"""The parts of the fan: retirement, growth, spread, censoring, worth."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference import demand_stock as twin
from waferway.demand import (
    autoregressive,
    chips_for_run,
    fit_censored,
    frontier_runs,
    interpolate_nodes,
    positive_quantile,
    record_growth,
    rental_value,
    stock,
    survival,
    worth_of_serving,
)
from waferway.demand.growth import shared_shocks
from waferway.errors import RangeError
from waferway.evidence.dated import shipped
from waferway.streams import stream

LIVES = st.floats(0.5, 20.0)
SHAPES = st.floats(0.5, 8.0)


@given(st.lists(st.floats(0.0, 1e7), min_size=1, max_size=40), LIVES, SHAPES)
def test_stock_equals_its_twin(sales, life, shape):
    assert stock(sales, life, shape) == pytest.approx(twin.stock(sales, life, shape), rel=1e-9)


@given(st.floats(0.0, 40.0), LIVES, SHAPES)
def test_survival_equals_its_twin(age, life, shape):
    assert survival(age, life, shape) == pytest.approx(twin.survival(age, life, shape), abs=1e-12)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=12), st.floats(-0.95, 0.95))
def test_autoregression_equals_its_twin(noise, persistence):
    ours = autoregressive(noise, persistence)
    assert ours == pytest.approx(twin.autoregressive(noise, persistence))


def test_survival_halves_at_its_half_life_and_refuses_nonsense():
    assert survival(6.0, 6.0, 4.0) == 0.5 and survival(0.0, 6.0, 4.0) == 1.0
    with pytest.raises(RangeError):
        survival(-1.0, 6.0, 4.0)


@given(st.floats(0.01, 10), st.floats(1, 5), st.floats(1, 5))
def test_bounds_of_a_claim_are_its_quantiles(low, up, further):
    median, high = low * up, low * up * further
    deviates = stream(1, "test").standard_normal(20_000)
    found = np.quantile(positive_quantile(low, median, high, deviates), [0.05, 0.5, 0.95])
    assert found == pytest.approx([low, median, high], rel=0.15)


def test_shared_shocks_correlate_by_their_share():
    common = stream(2, "common").standard_normal((200_000, 1))
    own = stream(2, "own").standard_normal((200_000, 2, 1))
    both = shared_shocks(common, own, 0.3)
    assert np.corrcoef(both[:, 0, 0], both[:, 1, 0])[0, 1] == pytest.approx(0.3, abs=0.01)
    assert both.std() == pytest.approx(1.0, abs=0.01)


def test_values_between_years_are_flat_beyond_the_ends():
    assert interpolate_nodes({2025: 1.0}, [2020.0, 2030.0]).tolist() == [1.0, 1.0]
    with pytest.raises(RangeError):
        interpolate_nodes({}, [2025.0])


def _planted(seed, quarters=24, level=10.0, growth=0.12, noise=0.08):
    """Need that supply cuts in the middle third."""
    draws = stream(seed, "planted need").standard_normal(quarters)
    need = np.exp(level + growth * np.arange(quarters) + noise * draws)
    supply = np.where((np.arange(quarters) // 8) % 2 == 1, 0.75 * need, np.inf)
    return need, np.minimum(need, supply), supply


def test_censoring_recovers_planted_need():
    growths, ratios = [], []
    for seed in range(40):
        _, sold, supply = _planted(seed)
        fit = fit_censored(sold, supply)
        growths.append(fit.growth_per_quarter)
        truth = np.exp(10.0 + 0.12 * np.arange(24))
        ratios.append(np.mean(fit.trend[fit.censored] / truth[fit.censored]))
        assert np.all(fit.need[fit.censored] >= sold[fit.censored])
    assert np.mean(growths) == pytest.approx(0.12, abs=0.003)
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.03)


def test_censoring_that_grows_biases_plain_regression_and_not_the_fit():
    slopes, plain = [], []
    for seed in range(40):
        draws = stream(seed, "late shortage").standard_normal(20)
        need = np.exp(0.15 * np.arange(20) + 0.05 * draws)
        supply = np.where(np.arange(20) >= 12, np.exp(0.15 * 12 + 0.08 * (np.arange(20) - 12)), 1e9)
        sold = np.minimum(need, supply)
        slopes.append(fit_censored(sold, supply).growth_per_quarter)
        plain.append(np.polyfit(np.arange(20), np.log(sold), 1)[0])
    assert np.mean(slopes) == pytest.approx(0.15, abs=0.006)
    assert np.mean(plain) < 0.135


def test_all_censored_needs_a_stated_shortfall():
    sales = [1.0, 2.0, 4.0]
    with pytest.raises(RangeError, match="no shortfall is stated"):
        fit_censored(sales, sales)
    fit = fit_censored(sales, sales, {0: (1.25, 0.05), 2: (1.25, 0.05)})
    assert fit.trend / np.array(sales) == pytest.approx([1.25] * 3, rel=0.02)


@pytest.mark.parametrize("sales, supply", [([1.0, 2.0], [1.0, 2.0]), ([1, 2, 0.0], [9, 9, 9]),
                                           ([1.0, 2.0, 3.0], [1.0, 2.0, 2.0])])  # fmt: skip
def test_impossible_sales_are_refused(sales, supply):
    with pytest.raises(RangeError):
        fit_censored(sales, supply)


def test_worth_falls_along_the_curve_and_over_the_years():
    before = worth_of_serving(2024)
    assert before.frame["share"].sum() == pytest.approx(1.0)
    assert before.at(0.99) <= before.at(0.5) <= before.at(0.0)
    assert before.at(1.0) == 0.0
    for year in range(2025, 2033):
        now = worth_of_serving(year)
        assert now.frame["usd"].is_monotonic_decreasing
        assert np.all(now.frame["usd"].to_numpy() < before.frame["usd"].to_numpy())
        assert np.all(now.frame["low_usd"] <= now.frame["usd"])
        assert np.all(now.frame["usd"] <= now.frame["high_usd"])
        before = now
    with pytest.raises(RangeError):
        worth_of_serving(2023)


def test_rent_below_cost_is_worth_nothing():
    assert rental_value(0.5, 3.0, 0.5, 0.5, 0.1) == 0.0


def test_runs_imply_the_chips_that_were_published():
    """Epoch AI's models: compute over rate, utilisation and time against chips stated."""
    runs = frontier_runs()
    known = runs[runs["implied"].notna()]
    assert len(known) >= 8
    off = (known["implied"] / known["chips"] - 1).abs()
    assert off.median() < 0.05


def test_the_growth_claimed_for_training_is_that_of_the_runs():
    runs = frontier_runs()
    growth = record_growth(list(runs["day"]), runs["flop"])
    claim = shipped("waferway.demand")["frontier-growth"]
    assert float(claim.low) < growth < float(claim.high)


@pytest.mark.parametrize("wrong", [(0, 1, 0.5, 1), (1, 1, 0.0, 1), (1, 1, 1.2, 1), (1, 1, 0.5, 0)])
def test_impossible_runs_are_refused(wrong):
    with pytest.raises(RangeError):
        chips_for_run(*wrong)
    with pytest.raises(RangeError):
        record_growth([dt.date(2024, 1, 1)], [1.0])
