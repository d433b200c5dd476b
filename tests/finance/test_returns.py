"""Present values and the measures made from them."""

import datetime as dt

import numpy as np
import numpy_financial
import pytest
import pyxirr

from waferway.errors import RangeError, ShapeError
from waferway.finance import returns as r

FLOWS = np.array([-1000, -2000, -1000, 600, 900, 1200, 1200, 1200, 1200], dtype=float)


def test_spec_case_to_the_printed_digits():
    assert r.npv(FLOWS, 0.10, np.arange(9)) == pytest.approx(18.9458, abs=5e-5)
    assert r.mirr(FLOWS, 0.06, 0.10) == pytest.approx(0.0958231, abs=5e-8)


def test_npv_and_mirr_equal_the_oracles():
    rng = np.random.default_rng(1)
    flows = rng.normal(size=(200, 21)) * 1e6
    rates = rng.uniform(-0.3, 0.8, 200)
    ours = r.npv(flows, rates, np.arange(21))
    for row, rate, value in zip(flows, rates, ours, strict=True):
        assert value == pytest.approx(pyxirr.npv(rate, row), rel=1e-9)
        assert value == pytest.approx(numpy_financial.npv(rate, row), rel=1e-9)
    many = r.mirr(flows, 0.06, 0.1)
    for row, value in zip(flows, many, strict=True):
        assert value == pytest.approx(numpy_financial.mirr(row, 0.06, 0.1), abs=1e-9)
        assert value == pytest.approx(pyxirr.mirr(row, 0.06, 0.1), abs=1e-9)


def test_dated_value_equals_the_oracle():
    dates = [dt.date(2024, 1, 1), dt.date(2024, 11, 30), dt.date(2028, 2, 29)]
    flows = [-100.0, 50.0, 90.0]
    value = r.npv(flows, 0.08, r.act365(dates, dates[0]))
    assert value == pytest.approx(pyxirr.xnpv(0.08, dates, flows), abs=1e-9)


def test_timing_is_said_and_moves_the_value():
    end, mid = (r.npv([100.0], 0.21, r.period_times(1, t)) for t in ("end", "mid"))
    assert mid == pytest.approx(end * 1.1)
    with pytest.raises(RangeError, match="start, mid or end"):
        r.period_times(3, "late")
    with pytest.raises(RangeError):
        r.period_times(0, "end")


def test_payback_simple_discounted_never_and_without_outlay():
    times = np.arange(4.0)
    assert r.payback_years([-100, 40, 40, 40], times) == pytest.approx(2.5)
    assert np.isnan(r.payback_years([-100, 40, 40, 40], times, 0.1))
    assert np.isnan(r.payback_years([-100, 1, 1, 1], times))
    assert r.payback_years([1, 1, 1, 1], times) == 0
    assert r.payback_years([0.0, -10.0, 5.0, 10.0], times) == pytest.approx(2.5)
    many = r.payback_years([[-100, 60, 60, 0], [-10, 60, 60, 0]], times)
    np.testing.assert_allclose(many, [1 + 40 / 60, 10 / 60])


def test_annuity_and_equivalents():
    assert r.annuity_factor(0.07, 20) == pytest.approx(-numpy_financial.pv(0.07, 20, 1))
    assert r.annuity_factor(0.0, 7) == 7
    assert r.equivalent_annual_cost(1000, 0.08, 10) == pytest.approx(
        -numpy_financial.pmt(0.08, 10, 1000)
    )
    with pytest.raises(RangeError, match="tenor is -3"):
        r.annuity_factor(0.1, -3)


def test_levelised_cost_is_the_break_even_price():
    costs, made, times = np.array([500.0, 20, 20, 20]), np.array([0.0, 10, 12, 9]), np.arange(4.0)
    price = r.levelised_cost(costs, made, 0.09, times)
    assert r.npv(price * made - costs, 0.09, times) == pytest.approx(0, abs=1e-9)
    assert np.isnan(r.levelised_cost(costs, np.zeros(4), 0.09, times))
    with pytest.raises(RangeError):
        r.levelised_cost(costs, -made, 0.09, times)


def test_profitability_index():
    assert r.profitability_index(FLOWS, 0.10, np.arange(9)) > 1
    assert np.isnan(r.profitability_index([1.0, 1.0], 0.1, [0.0, 1.0]))


def test_wacc_spec_case_and_percent_slips():
    assert r.wacc(0.6, 0.12, 0.06, 0.21) == pytest.approx(0.09096, abs=1e-12)
    with pytest.raises(RangeError, match=r"0\.21 means 21 %"):
        r.wacc(0.6, 0.12, 0.06, 21)
    with pytest.raises(RangeError, match="equity_share"):
        r.wacc(1.2, 0.12, 0.06, 0.21)


def test_bad_input_is_refused():
    with pytest.raises(ShapeError):
        r.npv(FLOWS, 0.1, np.arange(3))
    with pytest.raises(RangeError, match="above -1"):
        r.npv(FLOWS, -1.0, np.arange(9))
    with pytest.raises(RangeError, match="finite"):
        r.npv([np.nan], 0.1, [0.0])
    with pytest.raises(RangeError, match="ascend"):
        r.payback_years([1.0, -1.0], [1.0, 0.0])
