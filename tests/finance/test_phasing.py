"""Spending curves, dates of service, ramps, and a slip over the cliff of a credit."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waferway.calendar import Calendar
from waferway.errors import InputError, RangeError
from waferway.finance import phasing as p
from waferway.finance.accounts import statements
from waferway.finance.incentives import Incentive, Lots, award, shipped_incentives
from waferway.finance.project import Asset, Project

QUARTERS = Calendar.build("2025Q1", "quarter", "2034Q4")
D = np.datetime64


@settings(deadline=None)
@given(st.floats(1, 20), st.floats(0.1, 0.9))
def test_curves_rise_from_nothing_to_all(steepness, middle):
    for curve in (p.logistic_curve(steepness, middle), p.beta_curve(1 + middle, steepness)):
        assert curve[0] == 0 and curve[-1] == pytest.approx(1)
        assert (np.diff(curve) >= -1e-15).all()


@settings(deadline=None)
@given(st.floats(0, 0.4), st.floats(0, 0.3), st.integers(0, 300), st.integers(100, 1200))
def test_all_money_is_paid_once(deposit, retention, days, length):
    start = D("2026-02-11")
    paid = p.spend(
        [1000.0, 500.0], QUARTERS, start, start + length, p.logistic_curve(), deposit_share=deposit,
        deposit_days=float(days), retention_share=retention, retention_days=180.0,
    )  # fmt: skip
    np.testing.assert_allclose(paid.sum(axis=1), [1000, 500])
    np.testing.assert_allclose(paid[0], 2 * paid[1])


def test_money_outside_the_calendar_is_an_error():
    with pytest.raises(RangeError, match="% of the money falls outside"):
        p.spend(1.0, QUARTERS, D("2034-01-01"), D("2036-01-01"), [0.0, 1.0])
    with pytest.raises(RangeError, match="extend it"):
        p.spend(1.0, QUARTERS, D("2025-01-01"), D("2026-01-01"), [0.0, 1.0], deposit_share=0.1,
                deposit_days=30.0)  # fmt: skip
    with pytest.raises(RangeError, match="rise from 0 to 1"):
        p.spend(1.0, QUARTERS, D("2025-01-01"), D("2026-01-01"), [0.0, 0.5])
    with pytest.raises(RangeError, match="end after the start"):
        p.spend(1.0, QUARTERS, D("2026-01-01"), D("2026-01-01"), [0.0, 1.0])


@pytest.mark.parametrize(
    ("country", "days"), [("JP", 584), ("KR", 620), ("TW", 654), ("CN", 701), ("US", 736)]
)
def test_construction_times_are_claims(country, days):
    assert p.construction_days(country, dt.date(2024, 6, 1))[0] == days
    with pytest.raises(InputError, match="known: country:JP"):
        p.construction_days("XX", dt.date(2024, 6, 1))


def test_service_dates_and_refusals():
    dates, at = p.service_dates(D("2034-06-01"), 365.0, QUARTERS)
    assert str(dates) == "2035-06-01" and at == 40
    with pytest.raises(RangeError, match="before the calendar"):
        p.service_dates(D("2020-01-01"), 10.0, QUARTERS)
    with pytest.raises(RangeError, match="less than no time"):
        p.service_dates(D("2026-01-01"), 10.0, QUARTERS, -20.0)
    with pytest.raises(RangeError, match=r"0\.95 means 95 %"):
        p.usable_output(1.0, 1.0, 1.0, 95.0, 1.0)


def test_a_slip_of_one_day_over_the_window_costs_the_whole_credit():
    """The chain from dates to value: the same fab, started a day apart."""
    start = np.array(["2026-12-31", "2027-01-01"], dtype="datetime64[D]")
    dates, at = p.service_dates(start, 736.0, QUARTERS)
    capex = p.spend(10e9, QUARTERS, start, dates, p.logistic_curve())
    lots = Lots(capex.sum(axis=1)[:, None], "USD", ("US",), start[:, None],
                {"placed_in_service": dates[:, None]})  # fmt: skip
    awards = award([i for i in shipped_incentives() if i.name == "us-48d"], lots)
    asset = p.with_awards(Asset("fab", capex, at, 5, [0.2] * 5), awards, 0, QUARTERS)
    np.testing.assert_allclose(asset.award, [3.5e9, 0])
    live = np.arange(40) >= at[:, None]
    result = statements(Project("fab", "USD", QUARTERS, live * 1.2e9, live * 2e8, (asset,), 0.21))
    value = result.npv(0.08, timing="mid")
    assert value[0] - value[1] > 1.5e9
    assert max(result.residuals().values()) < 1e-12


def test_awards_of_two_ways_of_paying_need_two_assets():
    lots = Lots(np.array([100.0]), "USD", (), D("2026-01-01"), {"milestone": D("2026-06-01")})
    one = Incentive("a", "grant", "milestone", amount=10.0, currency="USD")
    two = Incentive("b", "grant", "milestone", amount=10.0, currency="USD", taxable=True)
    asset = Asset("x", np.zeros(40), 0, 5, [1.0])
    with pytest.raises(InputError, match="a and b differ in taxable"):
        p.with_awards(asset, award([one, two], lots), 0, QUARTERS)
    plain = p.with_awards(asset, award([one], lots), 0, QUARTERS)
    assert plain.award == 10 and p.with_awards(asset, [], 0, QUARTERS) is asset
