"""Rates of return and statements: side by side with numpy-financial and pyxirr, one run.

Run with ``python -m benchmarks.finance_rates``. Ratios are asserted; seconds are recorded.
"""

import json
import os
import time

import numpy as np
import numpy_financial
import pyxirr

from waferway.calendar import Calendar
from waferway.finance import Asset, Financing, Interval, Loan, Project, irr, macrs, monte_carlo
from waferway.finance.accounts import statements


def best(call, repeats=3):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def busy(call, repeats=3):
    """Seconds of the processor: what a bound can be held against on a machine that is shared."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times)


def rates():
    rng = np.random.default_rng(0)
    flows = np.c_[-rng.uniform(300, 2000, 100_000), rng.uniform(10, 100, (100_000, 20))]
    ours = best(lambda: irr(flows))
    few = flows[:300]
    slow = best(lambda: [numpy_financial.irr(row) for row in few], 1) / len(few)
    some = flows[:5_000]
    quick = best(lambda: [pyxirr.irr(row) for row in some], 1) / len(some)
    agree = np.abs(irr(some).rate - [pyxirr.irr(row) for row in some]).max()
    mixed = rng.normal(size=(10_000, 21))
    return {
        "irr_100000_s": ours, "irr_100000_cpu_s": busy(lambda: irr(flows)),
        "irr_us": ours / 1e5 * 1e6,
        "numpy_financial_us": slow * 1e6, "pyxirr_us": quick * 1e6,
        "ratio_numpy_financial": slow / (ours / 1e5), "ratio_pyxirr": quick / (ours / 1e5),
        "largest_difference": float(agree), "all_roots_10000_random_s": best(lambda: irr(mixed)),
    }  # fmt: skip


QUARTERS = Calendar.build("2025Q1", "quarter", "2034Q4")


def build(x):
    t = np.arange(40)
    start = 8 + np.rint(x["delay"]).astype(int)
    ramp = np.clip((t - start[:, None] + 1) / 6, 0, 1)
    capex = (t < start[:, None]) * (x["capex"] / start)[:, None]
    award = 0.35 * 0.8 * x["capex"]
    assets = (
        Asset("shell", 0.2 * capex, start, 20, macrs(39, 1.0, "mid-month-6")),
        Asset("tools", 0.8 * capex, start, 5, macrs(5, 2.0, "half-year"), award=award,
              award_lag_periods=4, tax_basis_reduction=award),
    )  # fmt: skip
    loans = (
        Loan("senior", 1, 0.06, 6, "sculpted", target_dscr=1.6, max_gearing=0.6, upfront_fee=0.015,
             commitment_fee=0.004, reserve_periods=2, lockup_dscr=1.2),
        Loan("sub", 2, 0.09, 7, "annuity", gearing=0.1, sweep=0.3),
    )  # fmt: skip
    project = Project(
        "fab", "USD", QUARTERS, 60_000 * ramp * x["price"][:, None],
        (t >= start[:, None]) * x["cost"][:, None], assets, 0.21, start, 45, 30, 60,
    )  # fmt: skip
    return project, Financing(loans, minimum_cash=1e7)


INTERVALS = {
    "price": Interval(12e3, 15e3, 19e3), "capex": Interval(9e9, 10e9, 12e9),
    "delay": Interval(0, 1, 4), "cost": Interval(1.2e8, 1.5e8, 2e8),
}  # fmt: skip


def draws():
    def run(count):
        return monte_carlo(build, INTERVALS, draws=count, seed=1, discount_rate=0.08,
                           equity_rate=0.12, timing="mid")  # fmt: skip

    result = run(1_000)
    many = build(run(10_000).inputs)
    return {
        "monte_carlo_1000_s": best(lambda: run(1_000)),
        "monte_carlo_1000_cpu_s": busy(lambda: run(1_000)),
        "waterfall_10000x40_s": best(lambda: statements(*many), 2),
        "largest_residual": max(result.statements.residuals().values()),
    }


def main():
    figures = {**rates(), **draws()}
    figures["load"] = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(json.dumps({name: float(f"{value:.4g}") for name, value in figures.items()}, indent=1))
    assert figures["ratio_numpy_financial"] >= 50
    assert figures["irr_100000_cpu_s"] <= 1.0
    assert figures["monte_carlo_1000_cpu_s"] <= 1.0
    assert figures["largest_difference"] < 1e-9
    assert figures["largest_residual"] < 1e-9
    return figures


if __name__ == "__main__":
    main()
