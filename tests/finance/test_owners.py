"""Statements of a party: consolidation by control, equity method, and bad stakes."""

import numpy as np
import pytest

from waferway.calendar import Calendar
from waferway.errors import InputError
from waferway.finance.accounts import statements
from waferway.finance.owners import party_statements
from waferway.finance.project import Asset, Financing, Loan, Project, Shareholder

YEARS = Calendar.build("2025", "year", "2031")


def project(name, share, controls=None, currency="USD", calendar=YEARS):
    count = len(calendar)
    plant = Project(
        name, currency, calendar, np.r_[0, np.full(count - 1, [[400.0], [500.0]][1])], 100.0,
        (Asset("tools", np.r_[1000.0, np.zeros(count - 1)], 1, 5, [0.2] * 5),), 0.2,
    )  # fmt: skip
    owners = (Shareholder("openai", share, 1e4, controls),
              Shareholder("softbank", 1 - share, 1e4, False))  # fmt: skip
    loans = (Loan("bank", 1, 0.06, 4, "annuity", gearing=0.5, recourse=name == "own"),)
    return statements(plant, Financing(loans, owners))


def test_control_consolidates_and_shares_do_not():
    own, minority = project("own", 0.6), project("jv", 0.3)
    party = party_statements("openai", [own, minority], funds=2000.0)
    assert party.consolidated == ("own",)
    assert party.residual() < 1e-12
    lines = party.lines
    np.testing.assert_allclose(lines["revenue"], own.lines["revenue"])
    np.testing.assert_allclose(
        lines["party_income"],
        own.lines["net_income"] - lines["minority_income"] + lines["income_from_investments"],
    )
    np.testing.assert_allclose(lines["recourse_debt"], 0.6 * own.lines["debt"])
    np.testing.assert_allclose(
        lines["own_cash"][0, -1],
        2000 + 0.6 * own.equity_flows.sum() + 0.3 * minority.equity_flows.sum(),
    )
    assert (lines["funding_gap"] == 0).all()
    assert party.frame().loc["total_assets"].to_numpy() == pytest.approx(lines["total_claims"][0])


def test_control_without_majority_and_majority_without_control():
    golden = party_statements("openai", [project("own", 0.4, True)], funds=2000.0)
    silent = party_statements("openai", [project("own", 0.6, False)], funds=2000.0)
    assert golden.consolidated == ("own",) and silent.consolidated == ()
    assert golden.residual() < 1e-12 and silent.residual() < 1e-12
    assert (silent.lines["revenue"] == 0).all() and silent.lines["investments"].any()


def test_calls_beyond_the_money_show_as_a_gap():
    party = party_statements("openai", [project("own", 0.6)], funds=[100.0])
    assert party.lines["funding_gap"].max() > 0
    assert party.residual() < 1e-12


def test_faults():
    other = project("yen", 0.5, currency="JPY", calendar=Calendar.build("2025", "year", "2032"))
    with pytest.raises(InputError) as caught:
        party_statements("openai", [project("own", 0.6), other], funds=np.inf)
    text = str(caught.value)
    for words in ["yen is in JPY, own in USD", "different calendars", "without funds"]:
        assert words in text
    with pytest.raises(InputError, match="stake in none"):
        party_statements("g42", [project("own", 0.6)], funds=1.0)
