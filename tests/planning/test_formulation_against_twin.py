"""`waferway.plan` against the slow twin, both written from docs/mathematics.md, to 1e-6.

A slice runs always; WAFERWAY_THOROUGH=1 runs several hundred networks, and asks of every feature
that it changes the optimum of some network.
"""

import datetime as dt
import os

import pytest
from hypothesis import HealthCheck, given, settings

import waferway
from tests.planning_networks import FEATURES, cases, generate
from tests.reference.planning_twin import Model, Twin, solve
from waferway.errors import Infeasible
from waferway.network.network import Network
from waferway.planning.view import cut_down

THOROUGH = bool(os.environ.get("WAFERWAY_THOROUGH"))
SEEDS = range(400 if THOROUGH else 56)
AGREEMENT = 1e-6


def model_of(case, net):
    """The twin's model; a party's view is cut down first."""
    asked, own = case.arguments, None
    if "party" in asked:
        net, mine = cut_down(net, asked["party"])
        own = sorted(mine)
    basis, budget = asked.get("basis"), asked.get("budget_usd")
    return Model(net, case.calendar, case.now, asked["objective"], basis, own, budget)


def twin_of(case, net):
    """The twin's answer."""
    return model_of(case, net).solve(1e-9)


def plan_of(case, net):
    """The planner's answer, None where it finds none."""
    try:
        return waferway.plan(net, now=case.now, gap=1e-9, **case.arguments)
    except Infeasible:
        return None


def agree(case):
    """Assert that planner and twin find the same optimum of a case, or both none."""
    net = case.network()
    twin, plan = twin_of(case, net), plan_of(case, net)
    named = f"generate({case.seed}): {sorted(case.features)}"
    assert twin.status in ("optimal", "infeasible"), (twin.status, named)
    if plan is None:
        assert twin.status == "infeasible", f"only the planner finds {named} infeasible"
        return
    assert twin.status == "optimal", f"only the twin finds {named} infeasible"
    assert plan.calendar.labels == case.calendar.labels
    assert plan.decided.tolist() == [
        case.now is None or span.end > case.now + dt.timedelta(days=1) for span in case.calendar
    ]
    found = plan.manifest["objective_value"]
    assert found == pytest.approx(twin.objective, rel=AGREEMENT, abs=AGREEMENT), named
    if case.arguments["objective"] == "cost":
        assert plan.manifest["cost_usd"] == pytest.approx(twin.cost, rel=AGREEMENT), named


@pytest.mark.parametrize("seed", SEEDS)
def test_planner_and_twin_agree(seed):
    agree(generate(seed))


@settings(
    max_examples=40 if THOROUGH else 4, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(cases())
def test_planner_and_twin_agree_on_any_subset_of_features(case):
    agree(case)


def test_the_slice_has_every_feature():
    used = set().union(*(generate(seed).features for seed in SEEDS))
    assert used == set(FEATURES)


@pytest.mark.skipif(not THOROUGH, reason="WAFERWAY_THOROUGH=1: every feature, one by one")
@pytest.mark.parametrize("feature", FEATURES)
def test_every_feature_changes_some_optimum(feature):
    # A feature that never binds would let both programs be wrong about it.
    for seed in range(400):
        case = generate(seed)
        if feature not in case.features:
            continue
        less = generate(seed, {feature})
        with_it, without = twin_of(case, case.network()), twin_of(less, less.network())
        if not with_it.status == without.status == "optimal":
            continue
        if with_it.objective != pytest.approx(without.objective, rel=1e-4):
            return
    pytest.fail(f"{feature} changes nothing in any network")


@pytest.mark.skipif(not THOROUGH, reason="WAFERWAY_THOROUGH=1: every kind of row, one by one")
def test_every_kind_of_row_binds_somewhere():
    # Without it, both programs could leave a row out and still agree.
    implied = {"capacity"}  # by the use of a line, which is not negative
    binding, seen = set(), set()
    for seed in range(400):
        case = generate(seed)
        model = model_of(case, case.network())
        whole, rows = model.solve(1e-9), model.problem.rows
        if whole.status != "optimal":
            continue
        kinds = {name[0] for name, *_ in rows}
        seen |= kinds
        for kind in sorted(kinds - binding - implied):
            model.problem.rows = [row for row in rows if row[0][0] != kind]
            less = model.solve(1e-9)
            if less.status != "optimal" or abs(less.objective - whole.objective) > 1e-4 * abs(
                whole.objective
            ):
                binding.add(kind)
    assert seen - binding == implied


def small(**tables) -> Network:
    """A line, a recipe and a demand; more tables as given."""
    rows = {
        "party": [{"name": "fab", "kind": "foundry", "country": "TW"}],
        "item": [{"name": "chip", "unit": "chips", "kind": "package"}],
        "technology": [{"name": "logic", "capacity_unit": "wafers/month"}],
        "recipe": [{"name": "make", "technology": "logic"}],
        "recipe_item": [
            {"recipe": "make", "item": "chip", "role": "out", "quantity_per_start": 1.0}
        ],
        "line": [{"name": "l1", "party": "fab", "technology": "logic", "capacity": 10.0}],
        "demand": [{"name": "d", "item": "chip", "quantity": 12.0, "value_usd": 5.0}],
    }
    for table, more in tables.items():
        rows[table] = [*rows.get(table, []), *more]
    return Network.build(rows, {"start": "2025Q1", "until": "2025Q4", "discount_rate": 0.0})


def test_the_smallest_network_by_hand():
    # 10 of 12 a month are made for a year: 24 are unserved, worth 5 each.
    net = small()
    assert waferway.plan(net).manifest["objective_value"] == pytest.approx(120.0)
    calendar = waferway.plan(net).calendar
    assert solve(net, calendar, None) == Twin(
        "optimal", pytest.approx(120.0), pytest.approx(120.0), solve(net, calendar, None).values
    )


def test_warm_up_periods_are_planned():
    # "Warm-up and tail are planned and not shown": nothing of the calendar is history unless
    # `now` says so, and the work in process of the first shown period comes from the warm-up.
    net = small().with_settings(warmup_months=6)
    plan = waferway.plan(net)
    assert len(plan.calendar) == 6
    assert plan.decided.tolist() == [True] * 6
    assert plan.shown.tolist() == [False] * 2 + [True] * 4
    assert plan.manifest["objective_value"] == pytest.approx(180.0)


def test_capacity_given_up_is_there_in_every_branch():
    # Page (2): what is retired stands in every branch, also where modules would cover for it.
    net = small(
        module=[{"name": "m", "line": "l1", "size": 6.0, "capex_usd": 1.0, "lead_days": 0.0,
                 "total": 1}],
        branch=[{"name": "low", "probability": 0.5}, {"name": "high", "probability": 0.5}],
        profile=[{"table": "line", "key": "l1", "column": "capacity", "value": 4.0,
                  "branch": "low"}],
    )  # fmt: skip
    line = net.table("line").assign(may_retire=True, fixed_usd=50.0)
    net = net.with_tables({"line": line})
    plan = waferway.plan(net, gap=1e-9)
    assert plan.tables["retirements"]["retired"].max() == pytest.approx(4.0)
    twin = solve(net, plan.calendar, None)
    assert plan.manifest["objective_value"] == pytest.approx(twin.objective, rel=AGREEMENT)


def test_offers_never_sell_more_of_a_line_than_it_has():
    # Page (4) holds for each line: two offers of 0.8 of a line do not make it 1.6 lines.
    net = small(
        party=[{"name": "nv", "kind": "designer", "country": "US"}],
        offer=[{"name": f"o{n}", "seller": "fab", "line": "l1", "share": 0.8} for n in (1, 2)],
        offer_step=[{"offer": f"o{n}", "step": 1, "price_usd": 1.0} for n in (1, 2)],
    )
    net = net.with_tables({"demand": net.table("demand").assign(party="nv")})
    plan = waferway.plan(net, party="nv", gap=1e-9)
    # 10 a month are bought at 1, 2 a month stay unserved at 5: 120 + 120.
    assert plan.manifest["objective_value"] == pytest.approx(240.0)
    assert plan.tables["starts"]["starts"].sum() == pytest.approx(120.0)


@pytest.mark.parametrize("of", [{"line": "l1"}, {"item": "chip"}])
def test_own_take_or_pay_is_paid_whether_drawn_or_not(of):
    # Party view: "take-or-pay has a floor of 1 on a reservation of the whole quantity".
    booked = {"name": "k", "customer": "nv", "supplier": "fab", "quantity": 2.0, "price_usd": 3.0}
    net = small(
        party=[{"name": "nv", "kind": "designer", "country": "US"}],
        commitment=[booked | of | {"force": "take_or_pay"}],
    )
    plan = waferway.plan(net, party="nv", gap=1e-9)
    assert plan.manifest["objective_value"] == pytest.approx(2.0 * 3.0 * 12.0)


def test_own_booking_is_paid_only_when_drawn():
    booked = {"name": "k", "customer": "nv", "supplier": "fab", "quantity": 2.0, "price_usd": 3.0}
    net = small(
        party=[{"name": "nv", "kind": "designer", "country": "US"}],
        commitment=[booked | {"line": "l1", "force": "booking"}],
    )
    assert waferway.plan(net, party="nv").manifest["objective_value"] == pytest.approx(0.0)
    net = net.with_tables({"demand": net.table("demand").assign(party="nv")})
    # 2 a month at 3, the other 10 unserved at 5.
    found = waferway.plan(net, party="nv", gap=1e-9).manifest["objective_value"]
    assert found == pytest.approx(12.0 * (2 * 3 + 10 * 5))


def test_emergency_cash_helps_in_yearly_plans_too():
    # Nothing funded but 1 of the 120 that a year of fixed cost takes, at 100 % a year: what is
    # drawn in the year bears half of its interest, eps (1 - 1/2) = 120 - 1; 24 chips are unserved.
    net = small(fund=[{"name": "f", "amount_usd": 1.0, "purpose": "all"}])
    net = net.with_tables({"line": net.table("line").assign(fixed_usd=1.0)})
    plan = waferway.plan(net, step="year", until="2025", gap=1e-9)
    cash = plan.tables["cash"]
    assert cash["emergency"].tolist() == pytest.approx([238.0])
    assert plan.manifest["objective_value"] == pytest.approx(120.0 + 119.0 + 120.0)
