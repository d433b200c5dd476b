"""Builds: worth and alternatives against solving every swap anew, paying rows against prices."""

import numpy as np
import pytest

import waferway as ww
from tests.planning.small_networks import SETTINGS, chip_tables
from waferway.errors import InputError, SolverFailed
from waferway.network.network import Network
from waferway.planning.explanation.builds import explain_builds
from waferway.planning.explanation.choices import Experiments, choices_of
from waferway.planning.solving import solve_fixed


def tables_with_choices():
    """Packaging is short; two modules at the packager, one elsewhere, each worth a look."""
    tables = chip_tables()
    tables["module"] = [
        {"name": "cowos+100", "line": "fab-cowos", "size": 100, "capex_usd": 9e8,
         "lead_days": 90, "orders_per_year": 1, "life_years": 5},
        {"name": "cowos+60", "line": "fab-cowos", "size": 60, "capex_usd": 6e8,
         "lead_days": 30, "orders_per_year": 1, "life_years": 5},
        {"name": "other-cowos+80", "line": "other-cowos", "size": 80, "capex_usd": 8e8,
         "lead_days": 60, "total": 1, "life_years": 5},
    ]  # fmt: skip
    tables["line"].append(
        {"name": "other-cowos", "party": "mem", "technology": "cowos", "capacity": 10}
    )
    return tables


@pytest.fixture(scope="module")
def plan():
    return ww.plan(Network.build(tables_with_choices(), SETTINGS | {"until": "2027Q2"}), gap=0)


def value_of(plan, changes):
    """Cost of the plan with its integers changed, from nothing; infinite where none is left."""
    at = plan.solved
    x = at.fixed.x.copy()
    for column, by in changes.items():
        x[column] += by
        if not at.program.low[column] <= x[column] <= at.program.high[column]:
            return np.inf
    try:
        return solve_fixed(at.program, x).value
    except SolverFailed:
        return np.inf


def test_worth_and_cheapest_alternative_are_those_of_every_swap(plan):
    everything, _, _ = choices_of(plan)
    family = {"cowos+100", "cowos+60", "other-cowos+80"}
    for name in family:
        found = explain_builds(plan, name)
        for choice in (c for c in everything if c.taken and c.name == name):
            mine = found.builds[found.builds["period"] == choice.period].iloc[0]
            without = value_of(plan, {choice.column: -1}) - plan.solved.fixed.value
            assert mine["worth_usd"] == pytest.approx(without, rel=1e-6, abs=1.0)
            options = found.alternatives[found.alternatives["period"] == choice.period]
            options = options.set_index("instead")["extra_usd"]
            for label, fits in (
                ("another", lambda c, o: c.name != o.name and c.at == o.at),
                ("another time", lambda c, o: c.name == o.name and abs(c.at - o.at) == 1),
            ):
                swaps = [
                    value_of(plan, {choice.column: -1, c.column: 1}) - plan.solved.fixed.value
                    for c in everything
                    if fits(c, choice)
                ]
                best = min(swaps, default=np.inf)
                if best >= without - 1e-6 * abs(without):
                    assert label not in options.index  # doing without is as good
                else:
                    assert options[label] == pytest.approx(best, rel=1e-6, abs=1.0)
    assert sum(c.taken for c in everything) >= 2


def test_paying_rows_add_up_to_the_price_of_one_more(plan):
    everything, _, _ = choices_of(plan)
    reduced = Experiments(plan.solved).plan_itself().reduced
    taken = [c for c in everything if c.taken]
    assert taken
    for choice in taken:
        found = explain_builds(plan, choice.name)
        rows = found.paying[found.paying["period"] == choice.period]
        assert rows["value_usd"].sum() == pytest.approx(-reduced[choice.column], rel=1e-6, abs=1.0)
        later = set(plan.calendar.labels[choice.at :])
        assert set(rows.loc[rows["row"] == "use", "in_period"]) <= later


def test_a_build_that_nothing_can_do_without():
    tables = tables_with_choices()
    tables["demand"][0] |= {"must_serve": True, "quantity": {"2026Q1": 0, "2026Q4": 24000}}
    tables["module"] = [dict(tables["module"][0], orders_per_year=2)]
    plan = ww.plan(Network.build(tables, SETTINGS | {"until": "2027Q2"}), gap=0)
    assert plan.explain().builds["worth_usd"].isna().any()
    assert "nothing satisfies the network without it" in str(plan.explain())


def test_explanation_survives_saving(plan, tmp_path):
    told = plan.explain()
    again = ww.Plan.load(plan.save(tmp_path / "p"))
    assert again.is_explained
    assert str(again.explain()) == str(told)
    assert "given these builds" in str(told)
    assert set(told.builds["name"]) == {"cowos+100", "cowos+60", "other-cowos+80"}
    bare = ww.plan(plan.network, gap=0)
    old = ww.Plan.load(bare.save(tmp_path / "old"))
    assert not old.is_explained
    assert old.explain().builds["name"].tolist() == told.builds["name"].tolist()


def test_parts_of_an_explanation(plan):
    told = plan.explain()
    one = told.only(build="cowos+60")
    assert set(one.builds["name"]) == {"cowos+60"}
    assert set(told.only(period="2026Q4").bottlenecks["period"]) <= {"2026Q4"}
    with pytest.raises(InputError, match=r"did you mean cowos\+60"):
        plan.explain(build="cowos-60")
    keys = told.to_json()
    assert keys["given"] == "these builds" and keys["counted_in"] == "USD"


def test_a_party_and_branches():
    tables = chip_tables()
    tables["demand"][0]["party"] = "fab"
    tables["branch"] = [{"name": "low", "probability": 0.4}, {"name": "high", "probability": 0.6}]
    tables["profile"] = [{"table": "demand", "key": "compute", "column": "quantity",
                          "branch": "low", "value": 100.0}]  # fmt: skip
    tables["line"][1]["party"] = "fab"
    tables["module"][0]["capex_usd"] = 5e8
    plan = ww.plan(Network.build(tables, SETTINGS), party="fab", gap=0)
    told = plan.explain()
    assert set(told.bottlenecks["branch"]) == {"high"}
    pays = told.paying[(told.paying["row"] == "use") & (told.paying["value_usd"] > 0)]
    assert set(pays["branch"]) == {"high"}
    assert "in high" in str(told)
    only = told.builds.iloc[0]
    rows = told.paying[told.paying["period"] == only["period"]]
    assert rows["value_usd"].sum() <= only["worth_usd"] + 1.0


def test_nothing_built():
    tables = chip_tables()
    tables.pop("module")
    told = ww.plan(Network.build(tables, SETTINGS)).explain()
    assert told.builds.empty and not told.whole
    assert "given these builds" not in str(told)
