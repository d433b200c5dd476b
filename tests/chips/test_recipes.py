"""Recipes: they cost what the tree costs, carry claims and intervals, and stand beside others."""

from dataclasses import replace

import pytest

from waferway import chips
from waferway.calendar import Calendar
from waferway.chips.recipes import compile_design
from waferway.errors import InputError, RangeError
from waferway.network.checking import check
from waferway.network.network import Network

BINNED = """
name: binned
family: twins
dies:
  - name: gpu
    node: n4
    width_mm: 26
    height_mm: 31.3
    blocks:
      - {name: sm, count: 144, area_share: 0.5,
         bins: [{name: sxm, needed: 132}, {name: cut, needed: 100}]}
memory:
  - {kind: hbm3e, stacks: 4, core_dies: 8, gb_per_stack: 24}
  - {kind: hbm3e, stacks: 2, core_dies: 12, gb_per_stack: 36}
package:
  kind: cowos-s
  interposer: {width_mm: 43.5, height_mm: 38}
  substrate: {width_mm: 55, height_mm: 55}
power_w: 700
"""


@pytest.fixture(scope="module")
def designs(shipped_design):
    named = {name: shipped_design(name) for name in ("h100-sxm", "b200", "mi300x")}
    first = named["h100-sxm"]
    named["chip-first"] = replace(
        first, name="chip-first", package=replace(first.package, kind="info", order="chip-first")
    )
    named["bridge"] = replace(
        first,
        name="bridge",
        package=replace(first.package, kind="emib", interposer=None),
    )
    named["binned"] = chips.parse_design(BINNED)
    return named


NAMES = ["h100-sxm", "b200", "mi300x", "chip-first", "bridge", "binned"]


def explode(compiled):
    """Starts of each recipe per good package, from the recipes' own coefficients alone."""
    need, starts = {f"package:{compiled.design}": 1.0}, {}
    lines = compiled.tables["recipe_item"]
    for recipe in reversed([row["name"] for row in compiled.tables["recipe"]]):
        out = [r for r in lines if r["recipe"] == recipe and r["role"] == "out"]
        good = {r["item"]: r["quantity_per_start"] * r["good_fraction"] for r in out}
        if recipe.startswith("downbin:"):
            starts[recipe] = compiled.starts[recipe]  # the plan decides; here: all of them
        else:
            wanted = sum(need.get(item, 0.0) for item in good)  # of all co-products together
            starts[recipe] = wanted / sum(good.values())
        for item, made in good.items():
            need[item] = need.get(item, 0.0) - starts[recipe] * made
        for r in lines:
            if r["recipe"] == recipe and r["role"] == "in":
                taken = starts[recipe] * r["quantity_per_start"]
                need[r["item"]] = need.get(r["item"], 0.0) + taken
    return starts, need


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("detail", ["network", "full"])
def test_recipes_cost_what_the_tree_costs(designs, name, detail):
    compiled = compile_design(designs[name], year=2025, detail=detail, draws=0)
    starts, left = explode(compiled)
    price = {row["name"]: row["variable_usd"] for row in compiled.tables["recipe"]}
    spent = sum(starts[recipe] * price[recipe] for recipe in starts)
    assert spent == pytest.approx(compiled.total_usd, rel=1e-9)
    cost = chips.cost(designs[name], 2025, draws=0, tornado=False)
    assert spent == pytest.approx(cost.total_usd, rel=1e-9)
    for recipe, count in starts.items():
        assert count == pytest.approx(compiled.starts[recipe], rel=1e-9), recipe
    assert all(abs(rest) < 1e-9 for item, rest in left.items() if not item.startswith("package"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("detail", ["network", "full"])
def test_the_network_accepts_the_tables(designs, name, detail):
    compiled = compile_design(designs[name], year=2025, detail=detail, draws=20)
    net = compiled.network()
    assert f"package:{designs[name].name}" in net.table("item").index
    assert set(net.table("cite")["claim_id"]) <= set(compiled.evidence)
    assert len(compiled.evidence) > 10


def test_wafers_of_different_kinds_are_never_added(designs):
    compiled = compile_design(designs["b200"], year=2025, detail="full", draws=0)
    units = {row["name"]: row["capacity_unit"] for row in compiled.tables["technology"]}
    assert units["n5"] == "wafer:logic/month" and units["dram"] == "wafer:dram/month"
    assert units["interposer"] == "wafer:cowos/month"


def test_years_give_dated_coefficients(designs):
    compiled = compile_design(designs["h100-sxm"], year=[2023, 2025], draws=0)
    rows = [r for r in compiled.tables["profile"] if r["column"] == "variable_usd"]
    by_period = {r["period"]: r["value"] for r in rows if r["key"] == "die:gh100"}
    assert set(by_period) == {"2023", "2025"} and by_period["2023"] != by_period["2025"]
    net = compiled.network()
    values = net.values("recipe", "variable_usd", Calendar.build("2023", "year", "2025"))
    assert values.loc["die:gh100"].iloc[-1] == pytest.approx(by_period["2025"])


def test_a_calendar_gives_its_years(designs):
    calendar = Calendar.build("2024Q3", "quarter", "2026Q1")
    compiled = compile_design(designs["h100-sxm"], year=calendar, draws=0)
    assert compiled.years == (2024, 2025, 2026)


def test_coefficients_carry_intervals(designs):
    compiled = compile_design(designs["b200"], year=2025, draws=200)
    good = next(
        r
        for r in compiled.tables["profile"]
        if r["column"] == "good_fraction" and r["key"] == "die:gb100/out/die:gb100"
    )
    assert good["low"] < good["value"] < good["high"]


def test_bins_are_co_products_and_go_down_only(designs):
    compiled = compile_design(designs["binned"], year=2025, draws=0)
    outs = {
        r["item"]: r["good_fraction"]
        for r in compiled.tables["recipe_item"]
        if r["recipe"] == "die:gpu" and r["role"] == "out"
    }
    assert set(outs) == {"die:gpu:sxm", "die:gpu:cut"}
    whole = chips.yield_(designs["binned"], 2025, draws=0).to_frame().iloc[0]["yield"]
    assert sum(outs.values()) == pytest.approx(whole)
    down = [r for r in compiled.tables["recipe_item"] if r["recipe"].startswith("downbin")]
    assert [(r["role"], r["item"]) for r in down] == [("in", "die:gpu:sxm"), ("out", "die:gpu:cut")]


def test_another_node_is_a_port(designs):
    here = compile_design(designs["b200"], year=2025, draws=0)
    there = compile_design(designs["b200"], node="n3", year=2025, draws=0)
    assert {row["name"] for row in here.tables["technology"]} >= {"n5", "cowos"}
    assert "n3" in {row["name"] for row in there.tables["technology"]}
    assert there.total_usd != here.total_usd


def test_one_off_costs_are_activations_with_reuse(designs):
    compiled = compile_design(designs["binned"], year=2025, draws=0)
    die = next(row for row in compiled.tables["recipe"] if row["name"] == "die:gpu")
    assert die["activation_usd"] > 1e9 and die["reuse_group"] == "twins:gpu"
    assert sum(row["activation_usd"] for row in compiled.tables["recipe"]) == die["activation_usd"]


def test_a_chip_is_planned_beside_the_atlas(designs):
    world = pytest.importorskip("waferway.atlas.world").world()
    own = replace(
        designs["b200"], name="mychip", dies=(replace(designs["b200"].dies[0], name="mydie"),)
    )
    compiled = compile_design(own, year=[2025, 2026], party="openai", draws=20)
    both = compiled.add_to(world)
    assert isinstance(both, Network)
    assert {"pack:mychip", "die:mydie", "pack:b200"} <= set(both.table("recipe").index)
    assert len(both.table("recipe")) == len(world.table("recipe")) + 2  # its stacks are there
    assert set(both.table("cite")["claim_id"]) <= set(both.evidence)
    with pytest.raises(RangeError, match="already"):
        compiled.add_to(both)
    assert both.sha256 != world.sha256
    assert check(both) == []


def test_faults_stop_the_compilation(designs):
    with pytest.raises(InputError, match="did you mean n3"):
        compile_design(designs["b200"], node="N3", year=2025)
    with pytest.raises(RangeError, match="first day that any claim about chips covers"):
        compile_design(designs["b200"], year=[2025, 1990])
    for call in (
        lambda: compile_design(designs["b200"], year=[]),
        lambda: compile_design(designs["b200"], detail="some"),  # type: ignore[arg-type]
    ):
        with pytest.raises(RangeError):
            call()


def test_frames_and_json(designs):
    compiled = compile_design(designs["binned"], year=2025, draws=0)
    assert {"recipe", "item", "quantity_per_start"} <= set(compiled.to_frame().columns)
    assert '"pack:binned"' in compiled.to_json()


def test_what_the_network_counts_already_is_left_out(designs):
    plain = compile_design(designs["h100-sxm"], year=2025, draws=20)
    spare = compile_design(
        designs["h100-sxm"], year=2025, draws=20, variable_costs=False, facility_factor=1.4
    )
    assert all(row["variable_usd"] == 0 for row in spare.tables["recipe"])
    assert not [row for row in spare.tables["cite"] if row["column"] == "variable_usd"]
    once = {c.tables["recipe"][0]["activation_usd"] for c in (plain, spare)}
    assert len(once) == 1 and min(once) > 0
    power = [
        next(row["power_kw"] for row in c.tables["item"] if row["kind"] == "package")
        for c in (plain, spare)
    ]
    assert power == pytest.approx([0.7, 0.98])
    assert spare.network().table("recipe_item").shape == plain.network().table("recipe_item").shape
    with pytest.raises(RangeError, match="at least 1"):
        compile_design(designs["h100-sxm"], year=2025, facility_factor=0.5)
