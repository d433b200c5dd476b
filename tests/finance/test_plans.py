"""The money of a plan as flows."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from waferway.calendar import Calendar
from waferway.errors import InputError, RangeError
from waferway.finance.plans import plan_flows

YEARS = Calendar.build("2025", "year", "2027")
BASE = dt.date(2025, 1, 1)


def table():
    rows = [("low", "2025", "modules", 100.0), ("low", "2026", "fixed", 10.0),
            ("low", "2026", "fixed", 5.0), ("high", "2025", "modules", 100.0),
            ("high", "2027", "unserved", 40.0), ("high", "2026", "purchases", 30.0)]  # fmt: skip
    return pd.DataFrame(rows, columns=["branch", "period", "kind", "usd"])


def test_curves_capital_and_present_cost():
    flows = plan_flows(table(), YEARS, BASE, probability={"low": 0.25, "high": 0.75})
    np.testing.assert_allclose(flows.outflow(), [[100, 15, 0], [100, 30, 0]])
    np.testing.assert_allclose(flows.total_capital(), [100, 100])
    np.testing.assert_allclose(flows.peak_cash(), [115, 130])
    np.testing.assert_allclose(flows.peak_cash([0, 50, 0]), [100, 100])
    years = [(p.middle - BASE).days / 365.25 for p in YEARS]
    by_hand = 100 * 1.08 ** -years[0] + 30 * 1.08 ** -years[1]
    assert flows.present_cost(0.08)[1] == pytest.approx(by_hand)
    assert flows.present_cost(0.08, unserved=True)[1] == pytest.approx(
        by_hand + 40 * 1.08 ** -years[2]
    )
    assert flows.expected(flows.outflow().sum(axis=1)) == pytest.approx(0.25 * 115 + 0.75 * 130)
    assert flows.frame("low").loc["fixed", "2026"] == 15
    assert flows.frame().loc["purchases", "2026"] == pytest.approx(22.5)
    with pytest.raises(RangeError, match="above -1"):
        flows.present_cost(-1)


def test_every_fault_at_once():
    bad = table()
    bad.loc[0, "period"] = "2031"
    bad.loc[1, "kind"] = "fxied"
    bad.loc[2, "usd"] = np.nan
    with pytest.raises(InputError) as caught:
        plan_flows(bad, YEARS, BASE, probability={"low": 0.5},
                   kinds=["modules", "fixed", "purchases", "unserved"])  # fmt: skip
    text = str(caught.value)
    for words in ["2031 is no period", "did you mean fixed?", "not finite", "branch high has no"]:
        assert words in text
    with pytest.raises(InputError, match=r"probabilities add to 0\.9"):
        plan_flows(table(), YEARS, BASE, probability={"low": 0.5, "high": 0.4})
    with pytest.raises(InputError, match="no column usd"):
        plan_flows(table().rename(columns={"usd": "usd_"}), YEARS, BASE)
