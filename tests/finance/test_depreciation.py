"""Wear: the rule against the printed tables of IRS Publication 946, and against a slow twin."""

import csv
import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference.finance_depreciation import macrs as slow_macrs
from waferway.errors import RangeError
from waferway.finance import depreciation as d

# IRS Publication 946, table A-1 (half-year) and table A-2 (mid-quarter, first quarter), percent
HALF_YEAR = {
    3: [33.33, 44.45, 14.81, 7.41],
    5: [20.00, 32.00, 19.20, 11.52, 11.52, 5.76],
    7: [14.29, 24.49, 17.49, 12.49, 8.93, 8.92, 8.93, 4.46],
    10: [10.00, 18.00, 14.40, 11.52, 9.22, 7.37, 6.55, 6.55, 6.56, 6.55, 3.28],
    15: [5.00, 9.50, 8.55, 7.70, 6.93, 6.23, 5.90, 5.90, 5.91, 5.90, 5.91, 5.90, 5.91, 5.90,
         5.91, 2.95],
    20: [3.750, 7.219, 6.677, 6.177, 5.713, 5.285, 4.888, 4.522, 4.462, 4.461, 4.462, 4.461,
         4.462, 4.461, 4.462, 4.461, 4.462, 4.461, 4.462, 4.461, 2.231],
}  # fmt: skip
FIRST_QUARTER = {
    3: [58.33, 27.78, 12.35, 1.54],
    5: [35.00, 26.00, 15.60, 11.01, 11.01, 1.38],
    7: [25.00, 21.43, 15.31, 10.93, 8.75, 8.74, 8.75, 1.09],
    10: [17.50, 16.50, 13.20, 10.56, 8.45, 6.76, 6.55, 6.55, 6.56, 6.55, 0.82],
    15: [8.75, 9.13, 8.21, 7.39, 6.65, 5.99, 5.90, 5.91, 5.90, 5.91, 5.90, 5.91, 5.90, 5.91,
         5.90, 0.74],
}  # fmt: skip
LAST_QUARTER = {  # table A-5
    5: [5.00, 38.00, 22.80, 13.68, 10.94, 9.58],
    7: [3.57, 27.55, 19.68, 14.06, 10.04, 8.73, 8.73, 7.64],
    15: [1.25, 9.88, 8.89, 8.00, 7.20, 6.48, 5.90, 5.90, 5.90, 5.91, 5.90, 5.91, 5.90, 5.91,
         5.90, 5.17],
}  # fmt: skip
WHEN = dt.date(2020, 6, 1)


@pytest.mark.parametrize("life", HALF_YEAR)
def test_half_year_table_in_every_printed_digit(life):
    shares = d.macrs_for_class(life, "half-year", WHEN, published=True)
    np.testing.assert_allclose(100 * shares, HALF_YEAR[life], rtol=0, atol=1e-9)


@pytest.mark.parametrize("life", FIRST_QUARTER)
def test_first_quarter_table_in_every_printed_digit(life):
    shares = d.macrs_for_class(life, "mid-quarter-1", WHEN, published=True)
    np.testing.assert_allclose(100 * shares, FIRST_QUARTER[life], rtol=0, atol=1e-9)


@pytest.mark.parametrize("life", LAST_QUARTER)
def test_last_quarter_table(life):
    shares = 100 * d.macrs_for_class(life, "mid-quarter-4", WHEN, published=True)
    np.testing.assert_allclose(shares, LAST_QUARTER[life], rtol=0, atol=0.0101)
    np.testing.assert_allclose(shares.sum(), 100)


def test_shared_table(shared_data):
    path = shared_data / "chip-economics-checks" / "macrs_visible.csv"
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
        life = int(row["class"].split("-")[0])
        expected = [float(share) for share in row["rates"].split(";")]
        np.testing.assert_allclose(
            d.macrs_for_class(life, row["convention"], WHEN).round(4), expected, atol=1e-12
        )


@settings(deadline=None)
@given(
    st.sampled_from([2.5, 3.0, 4.0, 5.0, 7.0, 9.5, 10.0, 15.0, 20.0, 27.5, 39.0, 50.0]),
    st.sampled_from([1.0, 1.25, 1.5, 2.0]),
    st.sampled_from(
        ["full-year", "half-year", *(f"mid-quarter-{q}" for q in range(1, 5)),
         *(f"mid-month-{m}" for m in range(1, 13))]
    ),
)  # fmt: skip
def test_rule_equals_the_slow_twin_and_writes_off_everything(life, factor, convention):
    shares = d.macrs(life, factor, convention)
    first = {"full": 1.0, "half": 0.5}.get(convention[:4])
    if first is None:
        number = int(convention.rsplit("-", 1)[1])
        first = (4.5 - number) / 4 if "quarter" in convention else (12.5 - number) / 12
    np.testing.assert_allclose(shares, slow_macrs(life, factor, first), atol=1e-12)
    assert shares.sum() == pytest.approx(1, abs=1e-12)
    assert (shares > 0).all()


def test_shield_cases_of_the_spec():
    five = d.macrs(5, 2.0, "half-year")
    for basis, shares, expected in [
        (1000, five, 162.38), (1000, [1.0], 190.91), (650, five, 105.55), (650, [1.0], 124.09),
    ]:  # fmt: skip
        assert d.tax_shield(basis, shares, 0.21, 0.10) == pytest.approx(expected, abs=5e-3)


@pytest.mark.parametrize(
    ("acquired", "service", "share"),
    [
        ("2018-01-01", "2022-12-31", 1.0), ("2018-01-01", "2023-01-01", 0.8),
        ("2020-01-01", "2024-12-31", 0.6), ("2025-01-19", "2026-03-01", 0.2),
        ("2025-01-19", "2027-01-01", 0.0), ("2025-01-20", "2027-01-01", 1.0),
        ("2017-09-27", "2018-01-01", 0.0),
    ],
)  # fmt: skip
def test_bonus_turns_on_both_dates(acquired, service, share):
    got, claim = d.bonus_share(dt.date.fromisoformat(acquired), dt.date.fromisoformat(service))
    assert got == share
    assert bool(claim) == (share > 0)


def test_bonus_comes_first_and_the_rest_follows_the_schedule():
    shares = d.macrs(5, 2.0, "half-year", bonus=0.4)
    np.testing.assert_allclose(shares, 0.6 * d.macrs(5, 2.0, "half-year") + np.eye(6)[0] * 0.4)
    np.testing.assert_allclose(d.macrs(5, 2.0, "half-year", bonus=1.0)[0], 1.0)


def test_book_schedules():
    np.testing.assert_allclose(d.straight_line(5, 4), np.full(20, 0.05))
    assert d.straight_line(2.3, 4).sum() == pytest.approx(1)
    np.testing.assert_allclose(d.declining_balance(0.2529, 2), [0.2529, 0.2529 * 0.7471])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: d.macrs(-5, 2.0, "half-year"), "life_years is -5"),
        (lambda: d.macrs(5, 0.5, "half-year"), "factor is 0.5"),
        (lambda: d.macrs(5, 2.0, "half"), "not a convention"),
        (lambda: d.macrs(5, 2.0, "half-year", bonus=40), "0.4 means 40 %"),
        (lambda: d.straight_line(0), "life_years is 0"),
        (lambda: d.declining_balance(25.29, 3), "between 0 and 1"),
        (lambda: d.bonus_share(dt.date(2025, 2, 1), dt.date(2025, 1, 1)), "before it was acquired"),
        (lambda: d.convention_for([1, 2, 3], WHEN), "four numbers"),
    ],
)
def test_bad_input_says_what_and_why(call, words):
    with pytest.raises(RangeError, match=words):
        call()
