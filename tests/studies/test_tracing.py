"""Figures of a plan taken apart: parts sum to the figure, cells say what the network says."""

import math
import os

import pytest

import waferway as ww
from tests.planning.verification_networks import full_world, small_party
from tests.planning_networks import generate
from waferway.errors import Infeasible, InputError
from waferway.network.network import Network
from waferway.planning.results import COLUMNS, UNITS
from waferway.studies.tracing import trace

SEEDS = range(60 if os.environ.get("WAFERWAY_THOROUGH") else 12)
REST = "terms that are not taken apart"


@pytest.fixture(scope="module")
def world_plan():
    return ww.plan(full_world(), basis="h100e", gap=1e-6)


@pytest.fixture(scope="module")
def party_plan():
    return ww.plan(small_party(), party="lab", gap=1e-6)


def assert_sums(plan):
    """Every figure of every row equals the sum of its parts; money and capacity without a rest."""
    for kind in sorted(set(plan.tables["money"]["kind"])):
        found = trace(plan, "money", kind=kind)
        rows = plan.tables["money"]
        rows = rows[(rows["kind"] == kind) & rows["period"].isin(plan.labels)]
        chance = rows["branch"].map(plan.branch_weights).astype(float)
        want = float((rows["usd"].astype(float) * chance).sum())
        assert found.value == pytest.approx(want, rel=1e-9, abs=1e-6)
        assert not [p for p in found.parts if p.says == REST], (kind, found)
        assert math.fsum(p.amount for p in found.parts) == pytest.approx(want, rel=1e-6, abs=1e-3)
    for line in sorted(set(plan.tables["capacity"]["line"])):
        found = trace(plan, "capacity", line=line)
        assert not [p for p in found.parts if p.says == REST and abs(p.amount) > 1e-5], found


def test_money_and_capacity_are_taken_apart_exactly(world_plan):
    assert_sums(world_plan)


def test_a_party_s_purchases_with_prepayment_and_premium_are_taken_apart(party_plan):
    assert "purchases" in set(party_plan.tables["money"]["kind"])
    assert_sums(party_plan)


@pytest.mark.parametrize("seed", SEEDS)
def test_generated_plans_are_taken_apart_exactly(seed):
    case = generate(seed)
    try:
        plan = ww.plan(case.network(), now=case.now, gap=1e-6, **case.arguments)
    except Infeasible:
        pytest.skip("this network has no plan")
    assert_sums(plan)


def test_every_table_and_every_year_can_be_asked(world_plan):
    for table in COLUMNS:
        if world_plan.tables[table].empty:
            continue
        found = trace(world_plan, table)
        assert found.unit and "{" not in found.unit, (table, found.unit)
        assert str(found).startswith(table)
        assert math.fsum(p.amount for p in found.parts) == pytest.approx(
            found.value, rel=1e-6, abs=1e-6
        )
        if "period" in COLUMNS[table].split() and table not in ("capacity", "stock", "cash"):
            years = [trace(world_plan, table, period=y).value for y in ("2027", "2028")]
            shown = world_plan.tables[table]["period"].isin(world_plan.labels)
            column = next(iter(UNITS[table]))
            rows = world_plan.tables[table][shown]
            if "branch" not in rows:
                assert sum(years) == pytest.approx(float(rows[column].sum()))


def test_compute_of_a_year_is_what_the_summary_says(world_plan):
    rows = world_plan.summary().compute.set_index("year")
    assert len(rows) > 1
    for year in rows.index:
        assert trace(world_plan, "compute", year=str(year)).value == pytest.approx(
            rows.at[year, "delivered"]
        )


def test_the_atlas_goes_down_to_quotes_sources_and_grades():
    net = ww.world()
    found = trace(net, "line", key="tsmc-cowos", column="capacity", period="2025Q4")
    (part,) = found.parts
    (cell,) = part.cells
    assert cell.period == "2025Q4" and cell.low < cell.value < cell.high
    claims = found.claims.set_index("claim_id")
    assert claims["depth"].max() >= 1, "derived claims are followed to what they derive from"
    below = claims[claims["depth"] > 0]
    assert below["publisher"].notna().any() and below["url"].notna().any()
    assert found.shares() == {"D": 1.0}
    text = str(found)
    assert "Sources" in text and "wafer:cowos/month" in text
    data = found.to_json()
    assert data["parts"][0]["cells"][0]["claims"] == list(cell.claims)


def test_shares_by_grade_weigh_parts_by_size():
    net = Network.build(
        {
            "fund": [
                {"name": "small", "amount_usd": 1e9, "purpose": "fabs"},
            ]
        }
    )
    found = trace(net, "fund", key="small", column="amount_usd")
    assert found.shares() == {"uncited": 1.0} and found.imputed_share() == 0.0


@pytest.mark.parametrize(
    ("what", "where", "says"),
    [
        ("capacty", {}, "did you mean capacity?"),
        ("capacity", {"lne": "x"}, "did you mean line?"),
        ("capacity", {"line": "foundry-n5"}, "is no line"),
        ("capacity", {"period": "2099Q1"}, "is no period or year"),
        ("module", {"key": "nothing", "column": "size"}, "is no row of module"),
    ],
)
def test_wrong_names_are_errors_with_the_nearest(world_plan, what, where, says):
    with pytest.raises(InputError, match="nothing was traced") as fault:
        trace(world_plan, what, **where)
    assert says in str(fault.value)


def test_a_dated_cell_holds_from_its_period_on():
    net = Network.build(
        {
            "fund": [{"name": "f", "amount_usd": 1, "purpose": "x"}],
            "demand": [{"name": "d", "item": "i", "value_usd": {"2026Q1": 5, "2027Q1": 7},
                        "quantity": 1}],
            "item": [{"name": "i", "unit": "die", "kind": "die"}],
            "party": [{"name": "s", "kind": "lab", "country": "US"}],
            "offer": [{"name": "o", "seller": "s", "item": "i"}],
            "offer_step": [{"offer": "o", "step": 1, "price_usd": 1}],
        }
    )  # fmt: skip
    values = {
        when: [c.value for p in trace(net, "demand", key="d", column="value_usd", period=when).parts
               for c in p.cells]
        for when in ("2026Q4", "2027Q1", "2027", "2026H2")
    }  # fmt: skip
    assert values == {"2026Q4": [5], "2027Q1": [7], "2027": [7], "2026H2": [5]}
    spans = trace(net, "demand", key="d", column="value_usd", period="2026").parts
    assert [c.value for p in spans for c in p.cells] == [5]
