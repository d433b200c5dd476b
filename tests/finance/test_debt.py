"""Debt: the cases of the spec, brute force, and refusals."""

import numpy as np
import numpy_financial
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waferway.errors import RangeError, ShapeError
from waferway.finance import debt as d

CFADS = np.array([300.0, 320, 340, 360, 380])


def test_sculpting_case_of_the_spec():
    loan = d.sculpt(CFADS, 1.40, 0.07)
    assert loan.debt == pytest.approx(987.852, abs=5e-4)
    np.testing.assert_allclose(loan.service, CFADS / 1.4)
    np.testing.assert_allclose(loan.closing, [842.716, 673.134, 477.397, 253.672, 0], atol=5e-4)
    opening = np.r_[loan.debt, loan.closing[:-1]]
    ratios = d.cover(CFADS, opening, loan.service, 0.07)
    np.testing.assert_allclose(ratios.llcr, 1.4)
    np.testing.assert_allclose(ratios.plcr, 1.4)
    assert ratios.minimum == pytest.approx(1.4)


@settings(deadline=None)
@given(st.lists(st.floats(-50, 500), min_size=1, max_size=12), st.floats(0, 0.3), st.floats(1, 3))
def test_sculpted_debt_is_repaid_exactly(cash, rate, target):
    loan = d.sculpt(cash, target, rate)
    balance = float(loan.debt)
    for service, interest in zip(loan.service, loan.interest, strict=True):
        assert interest == pytest.approx(balance * rate, abs=1e-6)
        balance += interest - service
    assert balance == pytest.approx(0, abs=1e-6)


def test_profiles_against_the_oracle():
    np.testing.assert_allclose(
        d.repayments(1000.0, 0.07, 10, "annuity"),
        -numpy_financial.ppmt(0.07, np.arange(1, 11), 10, 1000.0),
    )
    assert d.repayments(90.0, 0.1, 4, "equal", 1).tolist() == [0, 30, 30, 30]
    assert d.repayments(90.0, 0.1, 3, "bullet").tolist() == [0, 0, 90]
    np.testing.assert_allclose(d.repayments([1.0, 2.0], 0.1, 5, "annuity").sum(axis=1), [1, 2])


def test_minimum_cover_is_reported_with_its_period():
    loan = d.sculpt(CFADS, 1.4, 0.07)
    opening = np.r_[loan.debt, loan.closing[:-1]]
    weak = CFADS * [1, 1, 0.5, 1, 1]
    ratios = d.cover(weak, opening, loan.service, 0.07)
    assert ratios.minimum == pytest.approx(0.7)
    assert ratios.minimum_period == 2
    assert ratios.llcr[3] == pytest.approx(1.4) and ratios.llcr[0] < 1.4
    none = d.cover([1.0, 1.0], [0.0, 0.0], [0.0, 0.0], 0.05)
    assert np.isnan(none.minimum) and none.minimum_period == -1


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0, 500), min_size=1, max_size=8).filter(lambda c: sum(c) > 1),
    st.floats(0, 1), st.floats(0, 0.2), st.floats(0, 0.1), st.floats(0, 0.02),
    st.sampled_from(["pro_rata", "equity_first", "debt_first"]),
)  # fmt: skip
def test_the_circle_of_construction_closes(costs, gearing, rate, fee, idle, rule):
    deal = d.construction_debt(
        costs, gearing, rate, upfront_fee=fee, commitment_fee=idle, draw_rule=rule
    )
    assert deal.residual < 1e-9
    drawn = 0.0
    for t, cost in enumerate(costs):  # walk the given facility, independently
        interest = drawn * rate
        charge = max(float(deal.facility) - drawn, 0) * idle + (t == 0) * fee * deal.facility
        assert deal.interest[t] == pytest.approx(interest, abs=1e-7)
        assert deal.fees[t] == pytest.approx(charge, abs=1e-7)
        assert deal.draws[t] + deal.equity[t] == pytest.approx(cost + interest + charge, abs=1e-7)
        drawn += deal.draws[t]
    assert drawn == pytest.approx(deal.facility, rel=1e-8, abs=1e-9)
    assert drawn == pytest.approx(gearing * deal.uses.sum(), rel=1e-8, abs=1e-9)


def test_draw_rules_order_the_money():
    first = d.construction_debt([100.0] * 4, 0.5, 0.1, draw_rule="equity_first")
    last = d.construction_debt([100.0] * 4, 0.5, 0.1, draw_rule="debt_first")
    assert first.draws[0] == 0 and last.equity[0] == 0
    assert first.interest.sum() < last.interest.sum()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: d.repayments(1.0, 0.1, -2, "equal"), "the tenor is -2 periods"),
        (lambda: d.repayments(1.0, 0.1, 3, "equal", 3), "grace is 3 of 3"),
        (lambda: d.repayments(1.0, 0.1, 3, "level"), "not a profile"),
        (lambda: d.sculpt(CFADS, 0.0, 0.07), "dscr is 0"),
        (lambda: d.sculpt(CFADS, 1.4, -1.0), "above -1"),
        (lambda: d.construction_debt([1.0], 1.2, 0.1), "gearing is 1.2"),
        (lambda: d.construction_debt([-1.0], 0.2, 0.1), "at least 0"),
        (lambda: d.construction_debt([1.0], 0.2, 0.1, draw_rule="equity"), "not a rule"),
        (lambda: d.construction_debt([1.0], 0.2, 0.1, upfront_fee=1.0), "upfront_fee"),
    ],
)
def test_bad_input_says_what(call, words):
    with pytest.raises(RangeError, match=words):
        call()


def test_shapes_must_agree():
    with pytest.raises(ShapeError, match="dscr"):
        d.sculpt(CFADS, [1.4, 1.5], 0.07)
