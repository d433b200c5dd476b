"""Monte Carlo of a project's statements."""

import numpy as np
import pytest

from waferway.calendar import Calendar
from waferway.errors import RangeError
from waferway.finance import Asset, Financing, Interval, Loan, Project, monte_carlo
from waferway.finance.depreciation import macrs

QUARTERS = Calendar.build("2025Q1", "quarter", "2034Q4")
INTERVALS = {
    "price": Interval(12e3, 15e3, 19e3), "capex": Interval(9e9, 10e9, 12e9),
    "delay": Interval(0, 1, 4), "cost": Interval(1.2e8, 1.5e8, 2e8),
}  # fmt: skip


def build(x):
    t = np.arange(len(QUARTERS))
    start = 8 + np.rint(x["delay"]).astype(int)
    ramp = np.clip((t - start[:, None] + 1) / 6, 0, 1)
    wafers = 60_000.0 * ramp
    capex = (t < start[:, None]) * (x["capex"] / start)[:, None]
    tools = Asset("tools", capex, start, 5, macrs(5, 2.0, "half-year"))
    loan = Loan("senior", 1, 0.06, 5, "sculpted", target_dscr=1.6, max_gearing=0.6)
    running = (t >= start[:, None]) * x["cost"][:, None]
    project = Project("fab", "USD", QUARTERS, wafers * x["price"][:, None], running, (tools,), 0.21,
                      start, 45, 30, 60)  # fmt: skip
    return project, Financing((loan,), minimum_cash=1e7)


def run(draws=300, seed=3):
    return monte_carlo(build, INTERVALS, draws=draws, seed=seed, discount_rate=0.08,
                       equity_rate=0.12, timing="mid")  # fmt: skip


def test_every_scenario_closes_and_the_summary_is_ordered():
    result = run()
    assert max(result.statements.residuals().values()) < 1e-10
    table = result.summary()
    assert (table["p10"] <= table["p50"]).all() and (table["p50"] <= table["p90"]).all()
    assert result.several_irr == 0 and (table["undefined"] == 0).all()
    assert next(iter(result.drivers)) == "price"
    lines = result.line_fan("cash")
    assert lines.shape == (3, 40)
    zero = result.statements.npv(result.measures["irr_equity"], timing="end", flows="equity")
    np.testing.assert_allclose(zero, 0, atol=1e-2)


def test_delay_lowers_the_value():
    result = run()
    late = np.rint(result.inputs["delay"])
    value = result.measures["npv_equity"]
    assert value[late >= 3].mean() < value[late <= 1].mean()


def test_same_seed_same_answer_and_draws_must_fit():
    np.testing.assert_array_equal(run(40).measures["npv_equity"], run(40).measures["npv_equity"])
    with pytest.raises(RangeError, match="40 scenarios, 50 were drawn"):
        monte_carlo(lambda x: build({k: v[:40] for k, v in x.items()}), INTERVALS, draws=50,
                    seed=1, discount_rate=0.1, equity_rate=0.1, timing="end")  # fmt: skip
