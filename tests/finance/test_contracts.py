"""Contracts: exact cash against the linear rows, a slow ledger, and worked paths."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from waferway.errors import RangeError, ShapeError
from waferway.finance import contracts as c


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 150), st.floats(10, 100)), min_size=1, max_size=7),
    st.floats(0, 1), st.integers(0, 4),
)  # fmt: skip
def test_take_or_pay_cash_equals_the_linear_rows(path, share, window):
    taken, volume = np.array(path).T
    deal = c.TakeOrPay(volume, share, 3.0, window)
    cash = deal.cash(taken)
    cost, a, b = deal.rows(taken)
    best = linprog(cost, a, b, method="highs")
    assert best.status == 0
    assert cash.paid.sum() == pytest.approx(best.fun, abs=1e-6)


def slow_ledger(taken, volume, share, price, window):
    """Oldest credit first, kept as a list of (period, units)."""
    vintages, paid, expired = [], [], []
    for t, (q, agreed) in enumerate(zip(taken, volume, strict=True)):
        least = share * agreed
        over, used = max(q - least, 0), 0.0
        for entry in vintages:
            part = min(entry[1], over - used)
            entry[1] -= part
            used += part
        paid.append(price * (max(q, least) - used))
        if least > q:
            vintages.append([t, least - q])
        expired.append(sum(units for since, units in vintages if t - since >= window))
        vintages = [entry for entry in vintages if t - entry[0] < window]
    return paid, expired


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 150), st.floats(10, 100)), min_size=1, max_size=9),
    st.floats(0, 1), st.integers(0, 4),
)  # fmt: skip
def test_take_or_pay_equals_the_slow_ledger(path, share, window):
    taken, volume = np.array(path).T
    result = c.TakeOrPay(volume, share, 3.0, window).cash(taken)
    paid, expired = slow_ledger(taken, volume, share, 3.0, window)
    np.testing.assert_allclose(result.paid, paid, atol=1e-9)
    np.testing.assert_allclose(result.expired, expired, atol=1e-9)
    lost_or_used = result.made_up.sum() + result.expired.sum() + result.credit[-1]
    assert lost_or_used == pytest.approx(np.maximum(share * volume - taken, 0).sum(), abs=1e-6)


def test_take_or_pay_over_scenarios():
    deal = c.TakeOrPay([100.0, 100.0], 0.9, [1.0, 2.0], 1)
    paths = np.array([[90.0, 100.0], [0.0, 180.0]])
    np.testing.assert_allclose(deal.cash(paths).paid, [[90, 200], [90, 180]])


def test_prepayment_is_a_loan():
    deal = c.Prepayment([100.0, 0, 0, 0, 0], 1.0, 0.1)
    units = np.array([0, 40.0, 40, 40, 0])
    np.testing.assert_allclose(deal.credited(units), [0, 40, 40, 20, 0])
    flows = np.array([-100, 44, 44, 22, 0])
    rate = deal.implied_rate(units, 1).rate
    assert (flows / (1 + rate) ** np.arange(5)).sum() == pytest.approx(0, abs=1e-9)
    assert deal.implied_rate(units, 4).rate == pytest.approx((1 + rate) ** 4 - 1)


def test_reservation_index_allocation_damages():
    with pytest.raises(RangeError, match="more is taken than is reserved"):
        c.Reservation([10.0], 1.0, 5.0).cash([11.0])
    assert c.indexed_price(10.0, [2.0], cap=15.0).tolist() == [15.0]
    assert c.allocate([200.0, 60.0], [50, 50], "pro_rata").tolist() == [[50, 50], [30, 30]]
    assert c.allocate(0.0, [50, 50], "ranked").tolist() == [0, 0]
    assert c.late_damages([-5.0], 10.0, 0.1, 0.5).tolist() == [0.0]


@settings(deadline=None)
@given(st.floats(0, 300), st.lists(st.floats(0, 100), min_size=1, max_size=6))
def test_allocation_gives_all_there_is_and_no_more(capacity, requests):
    for rule in ("pro_rata", "ranked"):
        got = c.allocate(capacity, requests, rule)
        assert got.sum() == pytest.approx(min(capacity, sum(requests)), abs=1e-9)
        assert (got <= np.array(requests) + 1e-12).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: c.TakeOrPay([1.0], 1.5, 1.0).cash([1.0]), "minimum_share"),
        (lambda: c.TakeOrPay([1.0], 0.5, 1.0).cash([-1.0]), "taken"),
        (lambda: c.indexed_price(1.0, [1.0], 3.0, 2.0), "floor 3"),
        (lambda: c.allocate(1.0, [1.0], "fair"), "not a rule"),
        (lambda: c.late_damages([1.0], 1.0, 5.0, 0.1), "share_per_day"),
        (lambda: c.Prepayment([1.0], 0.0).credited([1.0]), "credit_per_unit"),
    ],
)
def test_bad_input(call, words):
    with pytest.raises(RangeError, match=words):
        call()
    with pytest.raises(ShapeError):
        c.TakeOrPay([1.0], 0.5, 1.0).cash([1.0, 2.0])
