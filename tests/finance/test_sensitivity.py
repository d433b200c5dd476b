"""What moves a result."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waferway.errors import InputError, RangeError
from waferway.evidence.dated import shipped
from waferway.finance import sensitivity as s


@settings(deadline=None)
@given(st.floats(-10, 10), st.floats(0, 5), st.floats(0, 5), st.floats(0, 1))
def test_triangle_quantile_inverts_its_distribution(low, a, b, u):
    mode, high = low + a, low + a + b
    x = float(s.Interval(low, mode, high).quantile(u))
    assert low - 1e-9 <= x <= high + 1e-9
    width = high - low
    if width < 1e-3 or min(x - low, high - x) < 1e-6:
        return
    if x < mode:
        back = (x - low) ** 2 / (width * a)
    elif b > 1e-9:
        back = 1 - (high - x) ** 2 / (width * b)
    else:
        return
    assert back == pytest.approx(u, abs=1e-6)


def test_draws_are_stratified_grouped_and_independent_of_other_inputs():
    price = s.Interval(1, 2, 3, group="chips")
    cost = s.Interval(10, 20, 30, group="chips")
    alone = s.draw({"x": s.Interval(0, 1, 2)}, 500, 4)["x"]
    many = s.draw({"price": price, "cost": cost, "x": s.Interval(0, 1, 2)}, 500, 4)
    np.testing.assert_array_equal(alone, many["x"])
    np.testing.assert_allclose(many["cost"], 10 * many["price"])
    assert abs(np.corrcoef(many["x"], many["price"])[0, 1]) < 0.15
    assert many["price"].std() == pytest.approx(2 / 24**0.5, rel=0.01)
    assert (s.draw({"k": s.Interval(5, 5, 5)}, 3, 1)["k"] == 5).all()


def test_claims_become_intervals_only_with_both_ends():
    facts = shipped("waferway.finance")
    assert s.from_claim(facts["fin-wacc-tsmc-1"]) == s.Interval(
        0.07, 0.083, 0.095, "", ("fin-wacc-tsmc-1",)
    )
    assert s.from_claim(facts["fin-tax-us"]).low == s.from_claim(facts["fin-tax-us"]).high == 0.21
    with pytest.raises(InputError, match="fin-labour-share is one-sided"):
        s.from_claim(facts["fin-labour-share"])


def test_tornado_orders_by_swing_and_calls_once():
    calls = []

    def evaluate(x):
        calls.append(1)
        return x["a"] * x["b"]

    table = s.tornado(evaluate, {"a": s.Interval(1, 2, 3), "b": s.Interval(0, 10, 12)})
    assert calls == [1]
    assert table.loc["a", "result_at_low"] == 10 and table.loc["a", "result_at_high"] == 30
    assert table.index.tolist() == ["b", "a"] and table.attrs["base"] == 20


def test_flip_points_are_all_found_and_exact():
    found = s.flip_point(lambda x: (x - 1.25) * (x - 2) * (x - 3.1), 0, 4)
    np.testing.assert_allclose(found, [1.25, 2, 3.1], atol=1e-10)
    assert s.flip_point(lambda x: x**2 + 1, -1, 1) == []
    assert s.flip_point(lambda x: (x - 0.5) ** 2, 0, 1) == []  # touches, does not turn
    with pytest.raises(RangeError, match="above low"):
        s.flip_point(lambda x: x, 1, 0)
    with pytest.raises(RangeError, match="not defined"):
        s.flip_point(lambda x: x * np.nan, 0, 1)


def test_wacc_methods_flip_a_project_between_their_intervals():
    """Two published WACCs of one foundry differ by method: the switch point lies between."""
    from waferway.finance.returns import npv

    flows = np.array([-1000.0] + [156.0] * 10)
    [switch] = s.flip_point(lambda r: npv(np.tile(flows, (len(r), 1)), r, np.arange(11.0)),
                            0.07, 0.108)  # fmt: skip
    facts = shipped("waferway.finance")
    assert facts["fin-wacc-tsmc-1"].central < switch < facts["fin-wacc-tsmc-2"].central


def test_rank_variance_sums_to_what_is_explained():
    rng = np.random.default_rng(1)
    x = {name: rng.random(4000) for name in "abc"}
    shares = s.rank_variance(x, 3 * x["a"] + x["b"])
    assert list(shares) == ["a", "b", "c"]
    assert shares["a"] == pytest.approx(0.9, abs=0.02) and shares["c"] < 0.01
    assert s.rank_variance({"a": np.ones(5)}, np.arange(5.0)) == {"a": 0.0}


def test_fan_counts_what_is_undefined():
    result = s.fan([1, 2, 3, np.nan])
    assert result["p50"] == 2 and result["undefined"] == 1
    assert result["standard_error"] == pytest.approx(1 / 3**0.5)
    assert s.fan([np.nan]) == {"undefined": 1.0}


def test_bad_intervals():
    with pytest.raises(RangeError, match="does not hold"):
        s.Interval(2, 1, 3)
    with pytest.raises(RangeError, match="draws is 0"):
        s.draw({}, 0, 1)


def test_tail_of_the_spec_and_of_the_normal():
    assert s.tail_risk([0, 10, 100], 0.95, [0.90, 0.06, 0.04]) == pytest.approx((10, 82))
    from scipy.stats import norm

    var, cvar = s.tail_risk(norm.ppf((np.arange(200_000) + 0.5) / 200_000), 0.95)
    assert (var, cvar) == pytest.approx((1.6449, 2.0627), abs=2e-4)
    with pytest.raises(RangeError, match=r"0\.95 means 95 %"):
        s.tail_risk([1.0], 95)


@settings(deadline=None)
@given(st.lists(st.floats(-100, 100), min_size=1, max_size=12), st.floats(0.05, 0.95))
def test_tail_equals_the_minimum_that_defines_it(losses, level):
    x = np.array(losses)
    best = min(v + np.maximum(x - v, 0).mean() / (1 - level) for v in losses)
    assert s.tail_risk(losses, level)[1] == pytest.approx(best, abs=1e-9)
