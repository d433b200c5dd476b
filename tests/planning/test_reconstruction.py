"""A past of which nothing is recorded: nothing happened, or it is made up; never both."""

from __future__ import annotations

import pytest

from tests.planning.small_networks import chip_network, chip_tables
from waferway.network.network import Network
from waferway.planning import plan

PAST = {"warmup_months": 12, "now": "2025Q4", "discount_rate": 0.1}  # sooner is better


def slow(**settings) -> Network:
    """Half a year from a wafer to a chip, and no record of the year before."""
    tables = chip_tables()
    for recipe, days in (("make-die", 91), ("pack", 91)):
        next(r for r in tables["recipe"] if r["name"] == recipe)["cycle_days"] = days
    return Network.build(tables, chip_network().settings | PAST | settings)


def served(of) -> list[float]:
    table = of.tables["served"]
    return table.groupby("period")["served"].sum().reindex(of.labels).fillna(0.0).tolist()


def test_without_a_record_nothing_is_under_way():
    found = plan(slow())
    assert served(found)[0] == 0.0 and served(found)[-1] > 0.0
    assert found.manifest["past"] == "recorded"


def test_a_reconstructed_past_is_what_the_lines_could_do():
    found = plan(slow(past="reconstructed"))
    amounts = served(found)
    # 800 wafers a month, 30 chips at 0.95: 68,400 begun in the last quarter of 92 days, of which
    # what was begun on 90 arrives in the first one shown, 91 days later.
    assert amounts[0] == pytest.approx(800 * 3 * 30 * 0.95 * 90 / 92, rel=1e-6)
    starts = found.network.table("outturn")
    assert set(starts["period"]) <= {"2025Q1", "2025Q2", "2025Q3", "2025Q4"}
    assert "orders" not in set(starts["measure"])
    assert found.verify().ok
    assert found.manifest["past"] == "reconstructed"
    assert found.manifest["network_sha256"] == slow(past="reconstructed").sha256


def test_a_record_rules_over_a_reconstruction():
    net = slow(past="reconstructed")
    rows = [{"measure": "starts", "subject": "pack", "of": "fab-cowos", "period": "2025Q4",
             "quantity": 10}]  # fmt: skip
    tables = {**chip_tables(), "outturn": rows}
    for recipe in tables["recipe"]:
        recipe["cycle_days"] = 91 if recipe["name"] != "make-stack" else 0
    recorded = Network.build(tables, net.settings)
    found = plan(recorded)
    assert len(found.network.table("outturn")) == 1
    assert served(found)[0] == pytest.approx(10 * 30 * 0.95 * 90 / 92, rel=1e-6)


def test_a_past_with_branches_is_that_of_the_central_values():
    tables = chip_tables()
    for recipe in tables["recipe"]:
        recipe["cycle_days"] = 91
    tables["branch"] = [{"name": "high", "probability": 0.5}, {"name": "low", "probability": 0.5}]
    tables["profile"] = [
        {"table": "demand", "key": "compute", "column": "quantity", "branch": "high",
         "value": 60000}
    ]  # fmt: skip
    net = Network.build(tables, chip_network().settings | PAST | {"past": "reconstructed"})
    found = plan(net)
    assert found.verify().ok
    assert sorted(found.branch_weights) == ["high", "low"]
    assert len(found.network.table("outturn")) > 0
