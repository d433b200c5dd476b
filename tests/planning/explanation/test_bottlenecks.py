"""What binds and what one more unit is worth, against planning again with one more unit."""

import numpy as np
import pytest

import waferway as ww
from tests.planning.small_networks import SETTINGS, chip_tables
from waferway.network.network import Network
from waferway.planning.explanation.links import link_of

PLAIN = {**SETTINGS, "until": "2026Q4"}


def fixed_tables(**cells):
    """The small network without modules, so that nothing is integer."""
    tables = chip_tables()
    tables.pop("module")
    for table, rows in cells.items():
        tables[table] = tables.get(table, []) + rows
    return tables


def replanned(tables, line, period, extra):
    """Cost of a plan with `extra` more capacity of a line in one period."""
    net = Network.build(tables, PLAIN)
    plain = {row["name"]: row["capacity"] for row in tables["line"]}
    quarters = ["2026Q1", "2026Q2", "2026Q3", "2026Q4"]
    level = {q: plain[line] + (extra if q == period else 0.0) for q in quarters}
    changed = [dict(row, capacity=level) if row["name"] == line else row for row in tables["line"]]
    net = Network.build({**tables, "line": changed}, PLAIN)
    return ww.plan(net, gap=0).manifest["cost_usd"]


def test_value_is_what_a_plan_with_one_more_unit_saves():
    tables = fixed_tables()
    plan = ww.plan(Network.build(tables, PLAIN), gap=0)
    found = plan.bottlenecks()
    uses = found[found["row"].isin([row["name"] for row in tables["line"]])]
    assert len(uses) >= 4
    for row in uses.itertuples():
        step = 0.01
        less = replanned(tables, row.row, row.period, -step)
        more = replanned(tables, row.row, row.period, step)
        here = plan.manifest["cost_usd"]
        slopes = sorted([(here - more) / (3 * step), (less - here) / (3 * step)])
        assert row.low_usd == pytest.approx(slopes[0], rel=1e-5, abs=1e-6)
        assert row.high_usd == pytest.approx(slopes[1], rel=1e-5, abs=1e-6)
        assert row.low_usd <= row.value_usd <= row.high_usd


def test_a_degenerate_price_is_an_interval():
    # Logic for exactly what packaging takes: one more wafer is worth nothing, one less a chip.
    tables = fixed_tables()
    tables["line"][0]["capacity"] = 800 * 30 / 45
    tables["line"][1]["capacity"] = 1e6
    tables["lane"] = [{"from_place": "any", "to_place": "any", "days": 0}]
    plan = ww.plan(Network.build(tables, {**PLAIN, "until": "2026Q1"}), gap=0)
    found = plan.bottlenecks().set_index("what")
    both = found.loc[["logic", "cowos"]]
    assert (both["low_usd"] < 1e-6).all()
    assert (both["high_usd"] > 1000).all()


def test_columns_and_links():
    tables = fixed_tables(
        limit=[
            {"name": "grid", "measure": "delivered_power_mw", "sense": "<=", "bound": "3 MW/month"}
        ]
    )
    found = ww.plan(Network.build(tables, PLAIN)).bottlenecks()
    assert {"branch", "period", "link", "what", "row", "value_usd", "low_usd", "high_usd",
            "unit", "amount", "percent_usd"} == set(found.columns)  # fmt: skip
    power = found[found["link"] == "power"]
    assert set(power["what"]) == {"grid"} and set(power["unit"]) == {"MW"}
    assert (found["value_usd"] >= 0).all()
    assert np.isfinite(found["low_usd"]).all()


def test_nothing_binds_without_demand():
    tables = fixed_tables()
    tables["demand"][0]["quantity"] = 0
    assert ww.plan(Network.build(tables, PLAIN)).bottlenecks().empty


def test_branches_have_prices_of_their_own():
    tables = fixed_tables(
        branch=[{"name": "low", "probability": 0.5}, {"name": "high", "probability": 0.5}],
        profile=[{"table": "demand", "key": "compute", "column": "quantity", "branch": "low",
                  "value": 100.0}],
    )  # fmt: skip
    found = ww.plan(Network.build(tables, PLAIN)).bottlenecks()
    assert set(found["branch"]) == {"high"}


def test_links_of_rows():
    net = Network.build(
        fixed_tables(limit=[{"name": "capex", "measure": "capex_usd", "sense": "<=", "bound": 5}]),
        PLAIN,
    )
    assert link_of(net, "use", "mem-hbm").link == "HBM stack"
    assert link_of(net, "use", "fab-logic").link == "wafer"
    assert link_of(net, "limit", "capex").link == "money"
    assert link_of(net, "balance", "x") is None


def test_a_sold_out_offer_is_a_bottleneck():
    tables = fixed_tables(
        offer=[{"name": "dies", "seller": "trader", "item": "die", "place": "fab"}],
        offer_step=[{"offer": "dies", "step": 1, "price_usd": 5, "volume": 4000}],
        party=[{"name": "trader", "kind": "other", "country": "US"}],
    )
    tables["line"][0]["capacity"] = 100
    plan = ww.plan(Network.build(tables, PLAIN), gap=0)
    found = plan.bottlenecks()
    mine = found[found["what"] == "dies"]
    assert set(mine["row"]) == {"dies/1"} and set(mine["link"]) == {"die"}
    less = dict(tables, offer_step=[{**tables["offer_step"][0], "volume": {
        "2026Q1": 4000, "2026Q2": 3999, "2026Q3": 4000}}])  # fmt: skip
    lost = ww.plan(Network.build(less, PLAIN), gap=0).manifest["cost_usd"]
    worth = mine.set_index("period")["value_usd"]["2026Q2"]
    assert worth == pytest.approx((lost - plan.manifest["cost_usd"]) / 3, rel=1e-6)
