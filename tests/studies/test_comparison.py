"""Plans and networks side by side: every change is found, none is invented, causes come first."""

import dataclasses
import datetime as dt
import json

import pandas as pd
import pytest

import waferway as ww
from tests.planning.verification_networks import full_world
from waferway.errors import InputError
from waferway.network.network import Network
from waferway.network.schema import TABLES


@pytest.fixture(scope="module")
def plans():
    return tuple(ww.plan(full_world(demand=d), basis="h100e", gap=1e-6) for d in (60.0, 75.0))


def test_a_network_does_not_differ_from_itself_in_another_order():
    net = full_world()
    turned = net.with_tables({name: frame.iloc[::-1] for name, frame in net.tables.items()})
    assert not ww.diff(net, turned) and str(ww.diff(net, turned)) == "No input differs."


def test_every_number_and_text_of_every_table_is_compared():
    """One cell at a time is changed; the difference is that cell and nothing else."""
    net = full_world()
    count = 0
    for table, frame in net.tables.items():
        if table in ("profile", "cite") or frame.empty:
            continue
        for attribute in TABLES[table].attributes:
            changed = frame.copy()
            was = changed[attribute.name].iloc[0]
            if attribute.numeric:
                now = 1.0 if was != was else float(was) + 1.0
            elif attribute.kind == "flag":
                now = not was
            elif attribute.kind == "date":
                now = dt.date(2029, 1, 1)
            else:
                now = f"{was}x"
            changed[attribute.name] = [now, *changed[attribute.name].iloc[1:]]
            found = ww.diff(net, net.with_tables({table: changed}))
            assert [(c.table, c.key, c.column) for c in found.cells.itertuples()] == [
                (table, str(frame.index[0]), attribute.name)
            ]
            count += 1
    assert count > 100


def test_dated_values_intervals_rows_settings_and_claims_are_compared():
    old = ww.world()
    new = old.with_scenario("demand-high").with_settings(discount_rate="9 %")
    found = ww.diff(old, new)
    assert list(found.settings["setting"]) == ["discount_rate"]
    assert {"compute-market", "compute-openai"} <= set(found.cells["key"])
    assert set(found.cells["column"]) == {"quantity"}
    first = found.cells.iloc[0]
    assert first["unit"] == "h100e-8bit-dense/month"
    assert first["claims_before"] and first["claims_after"] != first["claims_before"]
    days = list(found.cells["period"])
    assert days == sorted(days), "what takes effect first comes first"
    back = ww.diff(new, old)
    assert len(back.cells) == len(found.cells)
    json.dumps(found.to_json())


def test_added_and_removed_rows_are_named_once_not_cell_by_cell():
    one = {"name": "a", "kind": "lab", "country": "US"}
    two = {"name": "b", "kind": "lab", "country": "US"}
    found = ww.diff(Network.build({"party": [one]}), Network.build({"party": [one, two]}))
    assert found.rows.to_dict("records") == [{"table": "party", "key": "b", "change": "added"}]
    assert found.cells.empty


def test_a_plan_does_not_differ_from_itself_saved_and_loaded(plans, tmp_path):
    from waferway.planning.plan import Plan

    plans[0].save(tmp_path / "p")
    found = ww.diff(plans[0], Plan.load(tmp_path / "p"))
    assert not found, str(found)


def test_causes_come_before_effects(plans):
    text = str(ww.diff(*plans))
    titles = ["Inputs", "Compute on", "Money"]
    places = [text.index(title) for title in titles]
    assert places == sorted(places)


def test_differences_of_supply_and_money_are_those_of_the_summaries(plans):
    found = ww.diff(*plans)
    for side, plan in zip(("before", "after"), plans, strict=True):
        rows = plan.summary().compute.set_index("year")
        theirs = found.supply.set_index("year")
        assert theirs[f"delivered_{side}"].to_dict() == pytest.approx(rows["delivered"].to_dict())
        cost = found.money.set_index("kind").at["discounted cost", f"{side}_usd"]
        assert cost == pytest.approx(plan.manifest["cost_usd"])


def test_decisions_are_those_that_differ_the_earliest_first(plans):
    found = ww.diff(*plans)
    for row in found.decisions.itertuples():
        if row.kind != "orders":
            continue
        for side, plan in (("before", plans[0]), ("after", plans[1])):
            orders = plan.tables["orders"]
            hit = (orders["module"] == row.what) & (orders["period"] == row.period)
            assert float(orders.loc[hit, "orders"].sum()) == pytest.approx(getattr(row, side))
    periods = list(found.decisions["period"])
    assert periods == sorted(periods)


def test_a_plan_and_a_network_cannot_be_compared(plans):
    with pytest.raises(InputError, match=r"compare the network of the plan"):
        ww.diff(plans[0], plans[0].network)


def test_costs_within_the_gaps_are_said_to_be():
    net = full_world()
    rough, fine = ww.plan(net, gap=0.2), ww.plan(net, gap=1e-6)
    found = ww.diff(rough, fine)
    lost = abs(rough.manifest["cost_usd"] - fine.manifest["cost_usd"])
    slack = sum(p.manifest["gap"] * abs(p.manifest["cost_usd"]) for p in (rough, fine))
    assert found.within_gap == (lost <= slack)


def test_a_demand_that_one_plan_lacks_is_said_to_be_missing(plans):
    found = dataclasses.replace(ww.diff(*plans), demands=pd.DataFrame(
        [{"demand": "other", "unmet_before": 0.25, "unmet_after": float("nan")}]))  # fmt: skip
    assert "other: 25.0% -> no such demand" in str(found) and "nan" not in str(found)


def test_compute_on_different_bases_is_not_compared_and_the_reason_is_given(plans):
    found = ww.diff(plans[0], plans[0])
    assert found.not_compared == "" and found.basis == "h100e"
    other = dataclasses.replace(plans[1], manifest={**plans[1].manifest, "basis": "tokens"})
    found = ww.diff(plans[0], other)
    assert found.supply.empty and found.basis == ""
    assert "the first plan counts it on h100e, the second on tokens" in str(found)
    assert "tokens" in found.to_json()["not_compared"]
    none = dataclasses.replace(plans[1], manifest={**plans[1].manifest, "basis": ""})
    assert "the second plan has no compute basis, the other h100e" in str(ww.diff(plans[0], none))
