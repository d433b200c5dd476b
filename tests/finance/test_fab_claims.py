"""Fabs by country from claims: intervals, credits by date, and gaps that are said."""

import datetime as dt

import pytest

from waferway.errors import InputError
from waferway.finance.fab_claims import fab_in_country
from waferway.finance.places import explain_gap, fab_cost

START = dt.date(2026, 6, 1)
FAB = "3nm-50000-wafers-per-month"
RUN = {"fixed_per_year": 1.5e9, "variable_per_wafer": 2500.0, "wafers_per_month": 50_000,
       "reference_wafers": 50_000}  # fmt: skip


def test_ten_year_cost_by_country_with_parts_and_interval():
    costs = {c: fab_cost(fab_in_country(c, FAB, START, **RUN), 0.083) for c in ("TW", "US")}
    for cost in costs.values():
        low, mid, high = cost.interval("wafer_cost")
        assert low <= mid <= high
        assert sum(cost.parts.values()) == pytest.approx(cost.total)
    us, tw = costs["US"], costs["TW"]
    assert us.wafer_cost.mean() > tw.wafer_cost.mean()  # building costs twice, later output
    assert us.parts["building"].mean() == pytest.approx(2 * tw.parts["building"].mean(), rel=0.02)
    assert us.parts["incentives"].mean() < 0 == tw.parts["incentives"].mean()
    parts = explain_gap(tw.place, us.place, 0.083)
    gap = us.tco_per_wafer - tw.tco_per_wafer
    assert sum(parts.values()) == pytest.approx(gap)
    assert {"fin-capex-3nm", "fin-equipment-share", "fin-build-us", "fin-48d-35",
            "fin-place-us-construction"} <= set(us.place.claims)  # fmt: skip


def test_credits_follow_the_start_of_construction():
    rates = {
        start: fab_in_country("US", FAB, start, **RUN).incentive_rate
        for start in (dt.date(2026, 12, 31), dt.date(2027, 1, 1))
    }
    assert list(rates.values()) == [0.35, 0.0]
    assert fab_in_country("KR", FAB, START, construction_factor=1.0, **RUN).incentive_rate == 0.20


def test_everything_that_no_claim_gives_is_said_at_once():
    with pytest.raises(InputError) as caught:
        fab_in_country(
            "JP",
            "3nm-50000-wafer-per-month",
            START,
            fixed_per_year=None,
            variable_per_wafer=1.0,
            wafers_per_month=1.0,
            reference_wafers=1.0,
        )
    text = str(caught.value)
    for words in ["did you mean fab:3nm-50000-wafers-per-month?", "ratio of country:JP",
                  "fixed_per_year is not given", "3 faults"]:  # fmt: skip
        assert words in text
