"""A plan's decisions on other numbers, and money rows that hold billions beside dollars."""

import pytest

from tests.studies.route_networks import lab
from waferway.errors import RangeError
from waferway.network.network import Network
from waferway.planning.plan import Plan
from waferway.planning.planner import plan
from waferway.planning.solving import LEAST_KEPT, scaling_of
from waferway.planning.standing import standing


def _scaled_price(network, factor):
    steps = network.table("offer_step").copy()
    steps["price_usd"] *= factor
    return network.with_tables({"offer_step": steps})


def test_decisions_stand_and_the_rest_answers():
    done = plan(lab(), party="lab", objective="compute", gap=0.0)
    same = standing(done, done.network)
    again = standing(done, _scaled_price(done.network, 1.0))
    assert not same.cut
    assert same.delivered.sum() == pytest.approx(again.delivered.sum())
    dearer = standing(done, _scaled_price(done.network, 1.5))
    assert dearer.delivered.sum() <= same.delivered.sum() + 1e-6


def test_decisions_are_cut_where_the_money_does_not_suffice():
    done = plan(lab(), party="lab", objective="compute", gap=0.0)
    fund = done.network.table("fund").copy()
    fund["amount_usd"] = 100.0
    poor = standing(done, done.network.with_tables({"fund": fund}))
    assert poor.cut
    assert poor.spent.sum() <= 100 + 1e-6


def test_a_loaded_plan_and_other_rows_are_refused(tmp_path):
    done = plan(lab(), party="lab", objective="compute")
    loaded = Plan.load(done.save(tmp_path / "p"))
    with pytest.raises(RangeError, match="carries no solution"):
        standing(loaded, loaded.network)
    offer = done.network.table("offer")
    with pytest.raises(RangeError, match="other rows"):
        steps = done.network.table("offer_step").iloc[:1]
        standing(done, done.network.with_tables({"offer": offer.iloc[:1], "offer_step": steps}))


def test_freight_of_a_dollar_counts_beside_a_plant_of_billions():
    """Scaled by its largest term, the row of cash would lose the freight, and overdraw funds."""
    network = Network.build(
        {
            "party": [{"name": "lab", "kind": "lab", "country": "US"},
                      {"name": "vendor", "kind": "memory", "country": "KR"}],
            "site": [{"name": "plant", "party": "lab", "country": "US"}],
            "item": [{"name": "stack", "unit": "stack", "kind": "stack"},
                     {"name": "chip", "unit": "chip", "kind": "package"}],
            "weight": [{"basis": "h", "item": "chip", "weight": 1}],
            "technology": [{"name": "packing", "capacity_unit": "chip/month"}],
            "recipe": [{"name": "pack", "technology": "packing"}],
            "recipe_item": [
                {"recipe": "pack", "item": "stack", "role": "in", "quantity_per_start": 1},
                {"recipe": "pack", "item": "chip", "role": "out", "quantity_per_start": 1}],
            "line": [{"name": "l", "site": "plant", "party": "lab", "technology": "packing"}],
            "module": [{"name": "m", "line": "l", "size": 5e5, "capex_usd": 2.8e9,
                        "lead_days": 0}],
            "lane": [{"from_place": "any", "to_place": "any", "what": "any", "freight_usd": 1}],
            "offer": [{"name": "o", "seller": "vendor", "item": "stack", "place": "vendor",
                       "open_to": "lab"}],
            "offer_step": [{"offer": "o", "step": 1, "price_usd": 500}],
            "demand": [{"name": "need", "party": "lab", "basis": "h", "quantity": 5e5,
                        "value_usd": 1e4}],
            "fund": [{"name": "f", "party": "lab", "amount_usd": 3e9, "purpose": "chips"}],
        },
        {"start": "2026Q1", "until": "2026Q2", "price_year": 2026, "compute_basis": "h"},
    )  # fmt: skip
    done = plan(network, party="lab", objective="compute", gap=0.0)
    verdict = done.verify()
    assert verdict.ok, str(verdict)
    money = done.tables["money"]
    spent = money.loc[money["kind"] != "unserved", "usd"].sum()
    assert spent == pytest.approx(3e9, rel=1e-9)
    assert money.loc[money["kind"] == "freight", "usd"].sum() == pytest.approx(2e8 / 501, rel=1e-6)
    scaling = scaling_of(done.program)
    matrix = abs(done.program.matrix.tocoo())
    seen = matrix.data * scaling.rows[matrix.row] * scaling.columns[matrix.col]
    assert seen[seen > 0].min() >= LEAST_KEPT * (1 - 1e-9)
