"""A plan's statements against its own money, by hand."""

import numpy as np
import pytest

from tests.studies.route_networks import lab
from waferway.errors import RangeError
from waferway.finance import Financing, Loan, Shareholder, party_statements, statements
from waferway.planning.planner import plan
from waferway.studies.plan_accounts import plan_project
from waferway.studies.route_means import only, standard_routes
from waferway.studies.route_measures import delivered_by_period


@pytest.fixture(scope="module")
def own():
    network = lab()
    route = next(r for r in standard_routes(network, "lab") if r.name == "own")
    return plan(only(network, route, "lab"), party="lab", objective="compute", gap=0.0)


def test_statements_hold_the_plans_money(own):
    project = plan_project(own, 10.0, tax_rate=0.0)
    done = statements(project, Financing((), (Shareholder("lab", 1.0, 1000.0),)))
    money = own.tables["money"]
    capital = money[money["kind"].isin(("modules", "rights", "stakes"))]["usd"].sum()
    running = money[money["kind"].isin(("variable", "fixed", "purchases"))]["usd"].sum()
    assert done.lines["revenue"].sum() == pytest.approx(10 * delivered_by_period(own).sum())
    assert sum(np.sum(asset.payments) for asset in project.assets) == pytest.approx(capital)
    assert np.sum(project.operating_cost) == pytest.approx(running)
    assert max(done.residuals().values()) < 1e-9


def test_debt_and_party_on_top_of_a_plan(own):
    project = plan_project(own, 20.0)
    owners = (Shareholder("lab", 0.6, 2000.0), Shareholder("ally", 0.4, 2000.0))
    deal = Financing((Loan("senior", 1, 0.06, 1, "annuity", gearing=0.3),), owners)
    done = statements(project, deal)
    assert max(done.residuals().values()) < 1e-9
    party = party_statements("lab", [done], funds=2000.0)
    assert party.residual() < 1e-9


def test_wrong_prices(own):
    with pytest.raises(RangeError, match="at least 0"):
        plan_project(own, -1.0)
