"""Price effects: worked cases and first-order conditions."""

import numpy as np
import pytest

from waferway.errors import RangeError
from waferway.market import price_effects as pe


def test_cournot_and_guppi_cases_of_the_spec():
    assert pe.cournot_saving(0.2, 0.3, 1.5) == pytest.approx(0.19355, abs=5e-6)
    assert pe.guppi(0.25, 0.4) == pytest.approx(0.10)
    assert pe.cournot_saving(0.0, 0.3, 1.5) == 0
    assert np.isinf(pe.cournot_saving(0.5, 0.5, 0.4))


def test_cournot_saving_restores_the_price():
    """Linear-cost Cournot with constant elasticity, before and after, solved directly."""
    a, b, e, price = 0.2, 0.3, 1.5, 1.0
    cost_a, cost_b = price * (1 - a / e), price * (1 - b / e)
    merged_cost = price * (1 - (a + b) / e)  # the cost at which the old price is an equilibrium
    average = (a * cost_a + b * cost_b) / (a + b)
    assert pe.cournot_saving(a, b, e) == pytest.approx(1 - merged_cost / average)


def market(margins=(0.4, np.nan, np.nan)):
    return pe.calibrate_logit([0.3, 0.25, 0.2], [10.0, 12.0, 9.0], margins, ["a", "b", "c"])


def test_calibration_reproduces_shares_and_margins():
    fit = market()
    np.testing.assert_allclose(fit.demand(fit.prices), fit.shares, rtol=1e-12)
    assert 1 - fit.costs[0] / fit.prices[0] == pytest.approx(0.4)
    both = market((0.4, 0.35, np.nan))
    found = 1 - both.costs / both.prices
    assert abs(found[0] - 0.4) < 0.05 and abs(found[1] - 0.35) < 0.05


def profit_slope(fit, prices, owner, name, costs):
    """Numerical derivative of the firm's profit in each of its prices."""
    own = [k for k, o in enumerate(owner) if o == name]
    out = []
    for k in own:
        step = 1e-6
        values = []
        for sign in (-1, 1):
            moved = prices.copy()
            moved[k] += sign * step
            share = fit.demand(moved)
            values.append(sum(share[m] * (moved[m] - costs[m]) for m in own))
        out.append((values[1] - values[0]) / (2 * step))
    return out


def test_prices_after_the_merger_are_an_equilibrium():
    fit = market()
    after = pe.logit_merger(fit, "a", "b", cost_saving=0.02)
    costs = fit.costs * [0.98, 0.98, 1.0]
    owner = ["a", "a", "c"]
    for name in ("a", "c"):
        np.testing.assert_allclose(profit_slope(fit, after, owner, name, costs), 0, atol=1e-7)
    assert (pe.logit_merger(fit, "a", "b") > fit.prices).all()
    # enough saving lowers the price of the merged firm
    assert (pe.logit_merger(fit, "a", "b", 0.5)[:2] < fit.prices[:2]).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: pe.cournot_saving(20, 30, 1.5), "fractions"),
        (lambda: pe.cournot_saving(0.2, 0.3, -1.5), "absolute value"),
        (lambda: pe.guppi(0.25, 1.4), "between 0 and 1"),
        (lambda: pe.calibrate_logit([0.6, 0.5], [1, 1], [0.5, 0.5], "ab"), "outside good"),
        (lambda: market((np.nan, np.nan, np.nan)), "at least one margin"),
        (lambda: pe.logit_merger(market(), "a", "z"), "owns nothing"),
        (lambda: pe.logit_merger(market(), "a", "b", 1.0), "cost_saving"),
        (lambda: pe.calibrate_logit([0.3], [0.0], [0.5], "a"), "prices must be above 0"),
    ],
)
def test_bad_input(call, words):
    with pytest.raises(RangeError, match=words):
        call()
