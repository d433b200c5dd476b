"""Sentences of an explanation: nothing is called nothing, and units are those of what binds."""

import pandas as pd
import pytest

import waferway as ww
from tests.planning.small_networks import SETTINGS, chip_tables
from waferway.network.network import Network
from waferway.planning.explanation import Explanation
from waferway.planning.explanation.explanation import TABLES
from waferway.planning.explanation.links import limit_unit, link_of, link_unit


def told(rows, builds=(), claims=(), counted_in="USD"):
    """An explanation of hand-made tables."""
    frames = {name: pd.DataFrame(columns=list(columns)) for name, columns in TABLES.items()}
    frames["bottlenecks"] = pd.DataFrame(rows, columns=list(TABLES["bottlenecks"]))
    if builds:
        frames["builds"] = pd.DataFrame(builds, columns=list(TABLES["builds"]))
    if claims:
        frames["claims"] = pd.DataFrame(claims, columns=list(TABLES["claims"]))
    return Explanation(**frames, counted_in=counted_in, left_out=0, whole=True,
                       periods=("2026Q1", "2026Q2"))  # fmt: skip


def row(what, value, low, high, link="wafer", period="2026Q1"):
    return ("", period, link, what, what, value, low, high, "wafer", 1.0, 0.01 * value)


def test_a_link_that_is_worth_nothing_either_way_is_not_named():
    found = told([row("dear", 5e3, 5e3, 5e3), row("idle", 0.0, 0.0, 0.004)])
    assert "dear" in str(found) and "idle" not in str(found) and "$0.00" not in str(found)


def test_one_more_worth_nothing_and_one_less_dear_are_both_said():
    text = str(told([row("full", 0.0, 0.0, 130.0)]))
    assert "one more wafer is worth nothing, one less costs $130" in text


def test_an_interval_with_worth_on_both_sides_is_said():
    text = " ".join(str(told([row("bent", 50.0, 20.0, 130.0)])).split())
    assert "one more wafer is worth $20.0, one less costs $130" in text


def test_a_side_without_an_answer_is_at_least():
    text = " ".join(str(told([row("open", 50.0, 20.0, float("nan"))])).split())
    assert "one more wafer is worth at least $20.0" in text


def test_where_all_are_worth_nothing_nothing_binds():
    assert "nothing binds" in str(told([row("idle", 0.0, 0.0, 0.0)]))


def test_worth_in_compute_is_counted_in_compute():
    text = " ".join(str(told([row("dear", 5.0, 5.0, 5.0)], counted_in="h100e")).split())
    assert "worth up to 5 h100e" in text


def test_earlier_orders_are_said_to_be_left_out():
    build = ("order", "fab+5k", "2026Q1", 1, 1e6, 0.001, 0.0, 0.0)
    claims = [
        ("order", "fab+5k", "2026Q1", "c", "line", "x", "capacity", "", 0.1, 0.0, 0, 1),
        ("order", "fab+5k", "2026Q1", "d", "line", "y", "capacity", "", 0.1, 5e3, 0, 1),
    ]
    text = str(told([row("dear", 5.0, 5.0, 5.0)], [build], claims))
    assert "waferway explain PLAN --build NAME" in " ".join(text.split())
    assert "would cost the same" in " ".join(text.split())
    assert "[d]" in text and "[c]" not in text  # what moves nothing does not move it


LIMITS = [
    ({"measure": "deliveries", "select": "item=chip"}, "package"),
    ({"measure": "deliveries"}, "item delivered"),
    ({"measure": "capacity"}, "unit of capacity"),
    ({"measure": "flow", "select": "kind=stack"}, "stack"),
    ({"measure": "output", "select": "item=die|stack"}, "item made"),
    ({"measure": "starts"}, "start"),
    ({"measure": "orders"}, "module"),
    ({"measure": "capex_usd"}, "USD"),
    ({"measure": "delivered_power_mw"}, "MW"),
    ({"measure": "capacity", "select": "technology=cowos"}, "wafer:cowos"),
]


@pytest.mark.parametrize(("rule", "unit"), LIMITS)
def test_the_unit_of_a_limit_is_that_of_what_it_counts(rule, unit):
    tables = chip_tables()
    tables["limit"] = [{"name": "rule", "sense": "<=", "bound": 5, **rule}]
    net = Network.build(tables, SETTINGS)
    assert limit_unit(net, "rule") == link_unit(net, "rule") == unit
    assert link_of(net, "limit", "rule").unit == unit


def test_a_plan_names_the_unit_of_the_rule_that_binds():
    tables = chip_tables()
    tables["limit"] = [{"name": "grid", "measure": "delivered_power_mw", "sense": "<=",
                        "bound": "3 MW/month"}]  # fmt: skip
    plan = ww.plan(Network.build(tables, {**SETTINGS, "compute_basis": "h100e"}), gap=0)
    assert "one more MW is worth $" in str(plan.summary())
    assert set(plan.summary().binding["unit"]) == {"MW"}


def test_a_plan_for_compute_counts_worth_in_compute():
    net = Network.build(chip_tables(), {**SETTINGS, "compute_basis": "h100e"})
    text = str(ww.plan(net, objective="compute", gap=0).summary())
    binds = [line for line in text.splitlines() if "is worth" in line]
    assert binds and not any("$" in line for line in binds)
