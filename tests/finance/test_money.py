"""Currencies and price bases never mix by accident."""

import datetime as dt

import numpy as np
import pytest

from waferway.calendar import Calendar
from waferway.errors import InputError, RangeError
from waferway.finance.money import DatedIndex, Money, check_same_money, forward_rate, period_rate


def test_quarterly_rate_compounds_to_the_annual():
    assert (1 + period_rate(0.1, 0.25)) ** 4 == pytest.approx(1.1)
    with pytest.raises(RangeError, match=r"0\.08 means 8 %"):
        period_rate(-8, 0.25)


def test_mixing_names_both():
    real = Money(np.ones(2), "USD", "real", 2024, "us-cpi")
    for other in (Money(np.ones(2), "USD"), Money(np.ones(2), "USD", "real", 2020, "us-cpi")):
        with pytest.raises(InputError, match="real 2024 by us-cpi"):
            real + other
    with pytest.raises(InputError, match="2 faults"):
        check_same_money(Money(1.0, "USD"), Money(1.0, "KRW"), Money(1.0, "JPY"))
    assert (Money([1.0, 2.0], "USD") - Money([1.0, 1.0], "USD") * 2).amounts.tolist() == [-1, 0]
    with pytest.raises(RangeError, match="base_year"):
        Money(1.0, "USD", "real")


def test_real_to_nominal_and_over_the_border():
    calendar = Calendar.build("2024", "year", "2026")
    index = DatedIndex.growing("us-cpi", dt.date(2024, 7, 1), 0.03, 5)
    early = DatedIndex("us-cpi", (dt.date(2024, 1, 1), *index.dates), [0.985, *index.levels])
    nominal = Money(np.full(3, 100.0), "USD", "real", 2024, "us-cpi").to_nominal(early, calendar)
    np.testing.assert_allclose(nominal.amounts, [100, 103, 106.09], rtol=1e-3)
    assert nominal.basis == "nominal"
    won = nominal.to_currency("KRW", 1300.0)
    assert won.currency == "KRW" and won.amounts[1] == pytest.approx(nominal.amounts[1] * 1300)
    with pytest.raises(InputError, match="to_nominal first"):
        Money(1.0, "USD", "real", 2024).to_currency("KRW", 1300.0)
    with pytest.raises(InputError, match="cannot use the index kr-cpi"):
        Money(1.0, "USD", "real", 2024, "us-cpi").to_nominal(
            DatedIndex.growing("kr-cpi", dt.date(2024, 1, 1), 0.02, 5), calendar
        )


def test_indices_are_not_extrapolated():
    index = DatedIndex.growing("x", dt.date(2024, 1, 1), 0.1, 2)
    assert index.at(dt.date(2026, 1, 1)) == pytest.approx(1.21)
    with pytest.raises(RangeError, match="lies outside"):
        index.at(dt.date(2026, 1, 2))
    with pytest.raises(RangeError, match="ascend"):
        DatedIndex("x", (dt.date(2024, 1, 1), dt.date(2024, 1, 1)), [1.0, 1.0])
    with pytest.raises(RangeError, match="above 0"):
        DatedIndex("x", (dt.date(2024, 1, 1),), [0.0])


def test_forward_rate_leaves_no_arbitrage():
    forward = forward_rate(1300.0, 0.03, 0.05, 2.0)
    # a dollar lent for two years equals the same dollar lent in won and brought back
    assert 1300.0 * 1.03**2 / forward == pytest.approx(1.05**2)
