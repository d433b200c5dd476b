"""Internal rates: against two oracles, a slow twin, and cases with known roots."""

import numpy as np
import numpy_financial
import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference.finance_roots import rates as sturm_rates
from waferway.errors import RangeError, ShapeError
from waferway.finance.exact_roots import positive_roots
from waferway.finance.roots import irr, sign_changes, xirr


def with_rates(rates):
    """Flows whose internal rates are exactly the given ones (up to rounding)."""
    flows = np.array([-1.0])
    for rate in rates:
        flows = np.convolve(flows, [1.0, -(1.0 + rate)])
    return flows


def test_spec_case_to_the_printed_digits():
    assert irr([-1000, -2000, -1000, 600, 900] + [1200] * 4).rate == pytest.approx(
        0.1012373, abs=5e-8
    )


def test_two_roots_are_both_said():
    result = irr([-1000, 2300, -1320])
    assert result.status == "several" and result.several
    assert np.isnan(result.rate)
    np.testing.assert_allclose(result.rates, [0.1, 0.2], atol=1e-12)
    np.testing.assert_allclose(np.polyval([-1000, 2300, -1320], 1.1), 0, atol=1e-9)


@pytest.mark.parametrize(
    "rates",
    [
        (0.1, 0.2, 0.3), (-0.5, 0.25, 4.0), (0.05, 0.0500001), (-0.9, -0.2, 0.0, 0.6),
        (0.0, 0.1), (1.0,), (0.01, 0.02, 0.03, 0.04), (12.0, 80.0),
    ],
)  # fmt: skip
def test_all_roots_of_products_of_known_factors(rates):
    result = irr(with_rates(rates))
    assert result.count == len(rates)
    np.testing.assert_allclose(result.rates[: len(rates)], rates, atol=1e-4 / 10 ** len(rates))


def test_a_double_root_counts_once():
    result = irr([-100, 220, -121])
    assert result.count == 1
    assert result.rate == pytest.approx(0.1, abs=1e-15)


@pytest.mark.parametrize(
    ("flows", "changes"), [([1, 2, 3], 0), ([-1, -2], 0), ([0, 0], 0), ([5], 0), ([1, -1, 1], 2)]
)
def test_no_root_is_said(flows, changes):
    result = irr(flows)
    assert result.status == "none"
    assert np.isnan(result.rate)
    assert result.sign_changes == changes


def test_a_hundred_and_sixty_quarters_and_extreme_rates():
    flows = np.r_[[-1e9] * 12, np.full(148, 4e7)]
    rate = irr(flows, 4).rate
    discount = (1 + rate) ** (-np.arange(160) / 4)
    assert abs(flows @ discount) < 1e-12 * (np.abs(flows) @ discount)
    assert irr(np.r_[-1.0, np.zeros(399), 1e300]).rate == pytest.approx(
        1e300 ** (1 / 400) - 1, rel=1e-12
    )


def test_both_oracles_agree_on_ordinary_projects():
    rng = np.random.default_rng(5)
    flows = np.c_[-rng.uniform(50, 900, (400, 2)), rng.uniform(1, 100, (400, 19))]
    ours = irr(flows).rate
    theirs = np.array([pyxirr.irr(row) for row in flows])
    np.testing.assert_allclose(ours, theirs, atol=1e-9, rtol=0)
    slow = np.array([numpy_financial.irr(row) for row in flows[:60]])
    np.testing.assert_allclose(ours[:60], slow, atol=1e-9, rtol=0)


FLOWS = st.lists(
    st.one_of(st.integers(-50, 50).map(float), st.floats(-1e6, 1e6).map(lambda f: round(f, 2))),
    min_size=2, max_size=9,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(FLOWS)
def test_every_root_of_any_flow_equals_the_slow_twin(flows):
    expected = sturm_rates(flows)
    result = irr(flows)
    found = result.rates[~np.isnan(result.rates)]
    assert result.count == len(expected) == len(found)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9)
    assert result.count <= result.sign_changes


@settings(max_examples=60, deadline=None)
@given(FLOWS)
def test_dated_and_periodic_search_agree(flows):
    if len(flows) < 2:
        return
    periodic = irr(flows)
    gaps = np.diff(np.log1p(periodic.rates[: int(periodic.count)]))
    if (gaps < 1e-5).any():
        return  # nearly double roots: only the exact count decides
    dated = xirr(flows, np.arange(len(flows), dtype=float))
    if dated.count == periodic.count:
        kept = periodic.rates[: int(periodic.count)]
        np.testing.assert_allclose(dated.rates[: int(dated.count)], kept, rtol=1e-6, atol=1e-7)
    else:  # a nearly double root, seen by one search only
        assert dated.sign_changes > 1


def test_dated_flows_against_the_oracle():
    rng = np.random.default_rng(8)
    for _ in range(40):
        days = np.sort(rng.choice(4000, 15, replace=False))
        flows = np.r_[-rng.uniform(200, 400, 3), rng.uniform(20, 120, 12)]
        start = np.datetime64("2024-01-01")
        expected = pyxirr.xirr(start + days, flows)
        assert xirr(flows, (days - days[0]) / 365).rate == pytest.approx(expected, abs=1e-9)


def test_many_rows_equal_one_by_one_whatever_the_block():
    flows = np.random.default_rng(2).normal(size=(700, 3, 9))
    whole = irr(flows)
    assert whole.rate.shape == (700, 3)
    for i in (0, 13, 699):
        one = irr(flows[i, 1])
        assert one.count == whole.count[i, 1]
        np.testing.assert_array_equal(one.rates, whole.rates[i, 1][: len(one.rates)])


def test_rate_is_effective_annual():
    assert irr([-100.0, 0, 0, 0, 121.0], 4).rate == pytest.approx(0.21)
    assert irr([-100.0, 0, 0, 0, 121.0]).rate == pytest.approx(1.21**0.25 - 1)


def test_bad_input_is_refused():
    with pytest.raises(RangeError, match="must be finite"):
        irr([1.0, np.nan])
    with pytest.raises(RangeError, match="periods_per_year"):
        irr([1.0, -1.0], 0)
    with pytest.raises(ShapeError, match="times_years"):
        xirr([1.0, -1.0], [0.0])
    with pytest.raises(RangeError):
        xirr([1.0, np.inf], [0.0, 1.0])


def test_sign_changes_leave_zeros_out():
    assert sign_changes([-1, 0, 0, 1, 0, -1]) == 2


@pytest.mark.parametrize(
    ("poly", "roots"),
    [
        ([0, 0, -1, 1], [1.0]), ([5], []), ([0, 0], []), ([1, 1], []),
        ([-1, 4], [0.25]), ([4, -12, 9], [2 / 3]), ([-0.5, 1.5, -1], [0.5, 1.0]),
        (np.convolve(np.convolve([-3, 8], [-3, 8]), [-1, 2]), [0.375, 0.5]),
    ],
)  # fmt: skip
def test_exact_roots(poly, roots):
    np.testing.assert_allclose(positive_roots(poly), roots, rtol=1e-15)
