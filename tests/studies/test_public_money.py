"""Fabs by country, and compute per unit of public money."""

import numpy as np
import pytest

from tests.studies.test_partners import world
from waferway.errors import InputError, RangeError
from waferway.planning.planner import plan
from waferway.studies.fab_countries import fab_countries
from waferway.studies.route_measures import delivered_by_period
from waferway.studies.subsidies import subsidies


def test_parts_add_up_and_gaps_are_explained():
    found = fab_countries(("TW", "US", "JP"), node="3nm", draws=1)
    for row in found.rows:
        parts = sum(row[name]["p50"] for name in ("building", "equipment", "operations",
                                                  "incentives"))  # fmt: skip
        assert parts == pytest.approx(row["total"]["p50"], rel=1e-9)
        assert sum(row["gap_parts"].values()) == pytest.approx(row["gap"], rel=1e-9, abs=1e-9)
    first, us = found.rows[0], found.rows[1]
    assert us["gap"] == pytest.approx(
        us["tco_per_wafer"]["p50"] - first["tco_per_wafer"]["p50"], rel=1e-6
    )
    assert us["incentives"]["p50"] < 0 and first["incentives"]["p50"] == 0
    assert us["building"]["p50"] > 1.5 * first["building"]["p50"]
    assert found.rows[2]["assumed"] == ["operating cost", "the price of a building"]


def test_intervals_widen_with_draws_and_words_name_the_metric():
    found = fab_countries(("TW", "US"), draws=300, seed=3)
    spread = found.rows[0]["tco_per_wafer"]
    assert spread["p10"] < spread["p50"] < spread["p90"]
    text = str(found)
    assert "US against TW" in text and "10 years of operation" in text
    again = fab_countries(("TW", "US"), draws=300, seed=3)
    assert again.to_json() == found.to_json()


def test_a_start_one_day_late_loses_the_credit():
    early = fab_countries(("US",), start="2026-12-31", draws=1).rows[0]
    late = fab_countries(("US",), start="2027-01-01", draws=1).rows[0]
    assert early["incentives"]["p50"] < 0 and late["incentives"]["p50"] == 0


def test_unknown_names():
    with pytest.raises(RangeError, match="3nm or 2nm"):
        fab_countries(node="4nm")
    with pytest.raises(InputError, match="construction to production"):
        fab_countries(("BR",))


def test_compute_per_unit_of_public_money_by_hand():
    """A capital gift that makes the difference: without it nobody builds the second module."""
    net = world(fund=1e6)
    offer = net.table("offer").copy()
    offer.loc["wafers", "share"] = 1.0
    module = net.table("module").copy()
    module.loc["logic+3", "capex_usd"] = 36 * 60.0  # a chip is worth 60: only a gift pays for it
    demand = net.table("demand").copy()
    net = net.with_tables({"module": module, "demand": demand})
    found = subsidies(net, gap=0.0)
    [row] = found.rows
    assert row["state"] == "state"
    whole, bare = (
        plan(net, gap=0.0),
        plan(net.with_tables({"incentive": net.table("incentive").iloc[:0]}), gap=0.0),
    )
    gained = float(delivered_by_period(whole).sum() - delivered_by_period(bare).sum())
    assert row["compute_gained"] == pytest.approx(gained)
    ordered = float(whole.tables["orders"].set_index("module")["orders"].get("logic+3", 0.0))
    assert row["paid_usd"] == pytest.approx(0.25 * 36 * 60 * ordered, rel=2e-3)
    if row["paid_usd"]:
        assert row["compute_per_usd"] == pytest.approx(gained / row["paid_usd"])
    assert np.isfinite(row["paid_usd"])


def test_no_state_no_row():
    net = world()
    bare = net.with_tables({"incentive": net.table("incentive").iloc[:0]})
    assert "no state pays" in str(subsidies(bare))
