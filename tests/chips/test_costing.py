"""Cost of a design: published bills of materials, worked examples, the verbs."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from waferway import chips
from waferway.chips.batch import batch_cost
from waferway.chips.costing import build_tree, design_nre_usd
from waferway.chips.flow import Step, evaluate_flow
from waferway.chips.state import Z95, Parameter, quantile, tech_state
from waferway.chips.wafer import exact_gross_dies
from waferway.chips.yields import RepairableBlocks, die_yield, harvest_yield
from waferway.errors import InputError, RangeError
from waferway.evidence.claims import Evidence
from waferway.evidence.dated import shipped


@pytest.fixture(scope="module")
def b200(shipped_design):
    return chips.cost(shipped_design("b200"), 2025, draws=2000, seed=1)


def test_published_bill_of_materials(b200, shared_data):
    path = shared_data / "chip-economics-checks" / "bom_b200_visible.csv"
    with path.open() as file:
        wanted = {row["component"]: row for row in csv.DictReader(file)}
    names = {
        "logic dies": "logic",
        "HBM3E 192 GB": "memory",
        "packaging": "packaging",
        "packaging yield loss": "packaging yield loss",
        "auxiliary": "auxiliary",
    }
    got = b200.to_frame().set_index("component")
    for component, ours in names.items():
        published = float(wanted[component]["usd_mid"])
        assert got.loc[ours, "low_usd"] <= published <= got.loc[ours, "high_usd"], component
    total = float(wanted["total"]["usd_mid"])
    assert b200.total_usd == pytest.approx(total, rel=0.15)
    assert float(wanted["total"]["usd_low"]) <= b200.total_usd
    assert b200.total_usd <= float(wanted["total"]["usd_high"])
    assert b200.total_low_usd <= total <= b200.total_high_usd


@pytest.mark.parametrize(
    ("design", "year", "row"), [("h200-sxm", 2025, "chip-027"), ("b200", 2025, "chip-041")]
)
def test_published_totals_of_other_estimates(shipped_design, shared_data, design, year, row):
    """The same parameters for every chip; the published value or its low bound within 15 %."""
    with (shared_data / "facts" / "facts.csv").open() as file:
        fact = next(r for r in csv.DictReader(file) if r["id"] == row)
    ours = chips.cost(shipped_design(design), year, draws=0, tornado=False).total_usd
    low, high = float(fact["value_low"]), float(fact["value_high"])
    assert low * 0.85 <= ours <= high * 1.15
    assert min(abs(ours / low - 1), abs(ours / float(fact["value"]) - 1)) <= 0.15


def test_published_totals_nothing_was_set_by(shipped_design, shared_data):
    """MI355X, and a GB200 superchip as two packages: no parameter was chosen with them in hand."""
    with (shared_data / "facts" / "facts.csv").open() as file:
        facts = {r["id"]: r for r in csv.DictReader(file)}
    ours = chips.cost(shipped_design("mi355x"), 2026, draws=0, tornado=False).total_usd
    assert ours == pytest.approx(float(facts["chip-102"]["value"]), rel=0.15)
    packages = 2 * chips.cost(shipped_design("gb200"), 2026, draws=0, tornado=False).total_usd
    whole = float(facts["chip-054"]["value"])
    assert 0.85 * whole <= packages <= whole  # the rest is its processor and board


def test_parts_sum_to_the_total(b200):
    frame = b200.to_frame().set_index("component")
    assert frame.drop("total")["usd"].sum() == pytest.approx(b200.total_usd, rel=1e-12)
    assert b200.flow()["spent_usd"].sum() == pytest.approx(b200.total_usd, rel=1e-12)
    bars = b200.waterfall()
    assert bars["end_usd"].iloc[-1] == pytest.approx(bars["end_usd"].iloc[-2])
    assert b200.total_low_usd < b200.total_usd < b200.total_high_usd


def test_tornado_is_ordered_and_cites_claims(b200):
    rows = b200.tornado()
    assert (np.diff(rows["swing_usd"]) <= 0).all()
    assert set(rows["claim_id"]) <= set(shipped("waferway.chips"))
    assert set(b200.claims) <= set(shipped("waferway.chips"))
    assert "memory:hbm3e price_per_gb" in set(rows["parameter"].head(3))


def test_json_holds_every_row(b200):
    body = json.loads(b200.to_json())
    assert body["design"] == "b200" and len(body["rows"]) == 6
    assert body["nre_usd"] > 1e9


def test_seeds_repeat_and_differ(shipped_design):
    design = shipped_design("h100-sxm")
    one, same, other = (
        chips.cost(design, 2024, draws=200, seed=seed, tornado=False) for seed in (1, 1, 2)
    )
    assert one == same and one.total_high_usd != other.total_high_usd


def test_worked_example_of_the_reference_page():
    """Two dies, ten bonds at 0.99, substrate 0.99: dies, stacks, interposers per 1,000."""
    gross = exact_gross_dies(26.0, 30.8)
    good = float(harvest_yield(8.008, 0.1, [RepairableBlocks(144, 132, 0.5)], clustering=3))
    assert gross == 68 and good == pytest.approx(0.687, abs=5e-4)
    wafer = Step("wafer", 17000.0)
    die = Step("die", 0.0, good, ((wafer, 1 / gross),))
    stack = Step("stack", 360.0)
    interposer = Step("interposer", 500.0, 0.98)
    joined = Step("join", 0.0, 0.99**10, ((die, 2), (stack, 8), (interposer, 1)))
    cost = evaluate_flow(Step("mount", 60.0, 0.99, ((joined, 1),)))
    starts = {name: 1000 * float(cost.step(name).starts) for name in ("wafer", "stack")}
    assert starts["wafer"] == pytest.approx(47.8, abs=0.05)
    assert starts["stack"] == pytest.approx(8935, abs=1)
    assert 1000 * float(cost.step("die").starts) * good == pytest.approx(2234, abs=1)
    assert 1000 * float(cost.step("interposer").starts) == pytest.approx(1140, abs=1)
    assert 1000 * float(cost.step("interposer").starts) / 24 == pytest.approx(47.5, abs=0.05)


def columns_of(design, state):
    """Columns of the batch that say the same as a design with one kind of die."""
    tree = build_tree(design, state)
    die, block = design.dies[0], design.dies[0].blocks[0]
    memory, of = design.memory[0], f"package:{design.package.kind}"
    stack, steps = tree.stacks[0], tree.steps
    get = state.value
    core = get(f"memory:{memory.kind}", "dram_wafer_cost") / stack.core_gross / stack.core_yield
    outline = design.package.interposer
    return {
        "die_width_mm": die.width_mm, "die_height_mm": die.height_mm, "dies": die.count,
        "d0_per_cm2": get(f"node:{die.node}", "defect_density"),
        "clustering": get("process:any", "clustering"),
        "wafer_usd": get(f"node:{die.node}", "wafer_price"),
        "repairable_share": block.area_share, "blocks": block.count,
        "blocks_needed": block.needed,
        "probe_usd": steps[f"die:{die.name}"].cost_usd,
        "probe_coverage": get("test:probe", "coverage"),
        "kgd_usd": steps[f"known-good-die:{die.name}"].cost_usd,
        "kgd_coverage": get("test:known-good-die", "coverage"),
        "stacks": memory.stacks, "stack_places": design.places_taken,
        "core_dies": memory.core_dies, "core_die_usd": core,
        "base_die_usd": get(f"memory:{memory.kind}", "base_die_cost"),
        "bond_usd": get(f"memory:{memory.kind}", "bond_cost"),
        "stack_bond_yield": get(f"memory:{memory.kind}", "bond_yield"),
        "stack_test_usd": get(f"memory:{memory.kind}", "stack_test_cost"),
        "stack_price_usd": stack.price_usd,
        "interposer_mm2": outline.area_mm2,
        "interposer_wafer_usd": get(of, "interposer_wafer_price"),
        "interposer_gross": tree.interposer_gross,
        "interposer_d0_per_cm2": get(of, "interposer_defects"),
        "interposer_clustering": get(of, "interposer_clustering"),
        "die_attach_yield": get(of, "die_bond_yield"),
        "stack_attach_yield": get(of, "stack_bond_yield"),
        "substrate_usd": steps["substrate"].cost_usd,
        "assembly_usd": get(of, "assembly_cost"),
        "mount_yield": get(of, "substrate_yield"),
        "final_yield": get(of, "final_yield"),
        "final_usd": steps["test:final"].cost_usd,
        "final_coverage": get("test:final", "coverage"),
        "system_usd": steps["test:system-level"].cost_usd,
        "system_coverage": get("test:system-level", "coverage"),
        "auxiliary_usd": steps["module"].cost_usd,
        "node_nre_usd": get(f"node:{die.node}", "design_cost_300mm2"),
        "masks_usd": get(f"node:{die.node}", "mask_set_cost"),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["h100-sxm", "h200-sxm", "b200"])
@pytest.mark.parametrize("harvest", ["table", "quadrature"])
def test_a_million_designs_cost_what_one_does(shipped_design, name, harvest):
    design, state = shipped_design(name), tech_state(2024)
    tree = build_tree(design, state)
    many = batch_cost(columns_of(design, state), harvest=harvest)
    near = 3e-5 if harvest == "table" else 1e-9
    assert float(many.total_usd[0]) == pytest.approx(float(tree.total_usd), rel=near)
    assert float(many.package_yield[0]) == pytest.approx(float(tree.package_yield), rel=1e-6)
    nre = sum(design_nre_usd(design, state).values())
    assert float(many.nre_usd[0]) == pytest.approx(nre, rel=1e-9)


def test_younger_lines_cost_more(shipped_design):
    design = shipped_design("h100-sxm")
    ages = [
        chips.cost(design, 2024, draws=0, tornado=False, line_age_years=age).total_usd
        for age in (0.0, 1.0, 20.0)
    ]
    mature = chips.cost(design, 2024, draws=0, tornado=False).total_usd
    assert ages[0] > ages[1] > ages[2] and ages[2] == pytest.approx(mature)


def test_no_test_lets_bad_dies_through(shipped_design):
    design = shipped_design("h100-sxm")
    blind = replace(design, tests=("probe", "final", "system-level"))
    assert float(build_tree(blind, tech_state(2024)).package_yield) < float(
        build_tree(design, tech_state(2024)).package_yield
    )
    open_end = replace(design, tests=("probe", "known-good-die"))
    assert float(build_tree(open_end, tech_state(2024)).escapes) > 0.01


def test_own_values_take_the_place_of_claims(small_text):
    text = small_text + "assume: {node:n5 wafer_price: 10000, node:n5 defect_density: 0.2}\n"
    cost = chips.cost(chips.parse_design(text), 2024, draws=50)
    assert cost.total_usd != chips.cost(chips.parse_design(small_text), 2024, draws=0).total_usd
    assert "2 parameters are the design's own" in " ".join(cost.notes)


def test_a_process_of_ones_own(small_text):
    """A node that no claim knows can be computed once its values are assumed."""
    text = small_text.replace("node: n5", "node: own")
    with pytest.raises(InputError, match="node:own is not known"):
        chips.cost(chips.parse_design(text), 2024)
    text += """
assume:
  node:own wafer_price: 12000
  node:own defect_density: 0.15
  node:own fab_time: 18
  node:own design_cost_300mm2: 4e8
  node:own mask_set_cost: 1.5e7
"""
    cost = chips.cost(chips.parse_design(text), 2024, draws=50)
    assert "2 parameters are the design's own" in " ".join(cost.notes)  # price and density
    compiled = chips.compile(chips.parse_design(text), year=2024, draws=0)
    assert "own" in {row["name"] for row in compiled.tables["technology"]}
    assert compiled.total_usd == pytest.approx(cost.total_usd, rel=1e-12)


def test_assumptions_are_checked(small_text):
    for line, said in (
        ("node:n5 wafer_prise: 1", "did you mean node:n5 wafer_price"),
        ("wafer_price: 1", "not a subject and a metric"),
        ("test:probe coverage: 1.5", "0 to 1"),
        ("node:n5 wafer_price: -1", "at least 0"),
    ):
        design = chips.parse_design(small_text + f"assume: {{{line}}}\n")
        with pytest.raises(InputError, match=said):
            chips.cost(design, 2024)


def test_chip_first_needs_no_place_step(shipped_design):
    design = shipped_design("h100-sxm")
    first = replace(design, package=replace(design.package, kind="info", order="chip-first"))
    tree = build_tree(first, tech_state(2024))
    assert "place-dies" not in tree.steps
    assert float(tree.cost.step("die:gh100").starts) > 1


def test_what_was_not_known_is_not_used(shipped_design):
    with pytest.raises(InputError, match="no number was computed"):
        chips.cost(shipped_design("h200-sxm"), 2024, known="2019-01-01")


def test_quantiles_meet_the_bounds():
    share = Parameter("a", "bond_yield", 0.9, 0.97, 0.99, "1", None)
    np.testing.assert_allclose(quantile(share, np.array([-Z95, 0, Z95])), [0.9, 0.97, 0.99])
    assert (quantile(share, np.linspace(-8, 8, 99)) < 1).all()
    with pytest.raises(RangeError):
        tech_state(2024).drawn(0, 1)


def test_every_default_is_a_dated_claim_with_an_interval():
    for claim in shipped("waferway.chips").values():
        assert claim.low is not None and claim.high is not None and claim.value is not None
        assert claim.valid_from is not None and claim.known_from is not None
        assert claim.source_id and claim.locator


def test_yield_verb(shipped_design):
    text = """
name: binned
dies:
  - name: gpu
    node: n4
    width_mm: 26
    height_mm: 31.3
    blocks:
      - {name: sm, count: 144, area_share: 0.5,
         bins: [{name: full, needed: 144}, {name: sxm, needed: 132}, {name: pcie, needed: 114}]}
package: {kind: flip-chip, substrate: {width_mm: 50, height_mm: 50}}
"""
    result = chips.yield_(chips.parse_design(text), 2024, draws=100)
    part = result.to_frame().iloc[0]
    assert part["gross"] == 67 and part["low"] < part["yield"] < part["high"]
    assert sum(row["share"] for row in result.bins) == pytest.approx(part["yield"], abs=0.01)
    assert len(result.wafer_map()) == 67 and len(result.wafer_map("gpu")) == 67
    assert json.loads(result.to_json())["bins"][0]["bin"] == "full"
    whole = chips.yield_(shipped_design("b200"), 2025, draws=0)
    assert list(whole.to_frame()["kind"]) == ["die", "stack", "interposer"]


def test_compare(shipped_design):
    designs = [shipped_design(name) for name in ("h100-sxm", "b200")]
    table = chips.compare(designs, 2025, draws=100).to_frame().set_index("design")
    assert table.loc["b200", "h100e-8bit-dense"] == pytest.approx(4500 / 1979)
    assert np.isnan(table.loc["b200", "h100e-measured"])
    broken = replace(designs[0], name="broken", power_w=-1.0)
    with pytest.raises(InputError, match="power_w"):
        chips.compare([designs[1], broken], 2025, draws=0)


def test_carbon_is_a_range_with_named_ends(b200):
    assert (b200.carbon_low_name, b200.carbon_high_name) == ("imec", "act")
    assert 0 < b200.carbon_low_kg < b200.carbon_high_kg


def test_unknown_carbon_is_missing_not_zero(small_text):
    kept = Evidence(
        [c for c in shipped("waferway.chips").values() if c.metric != "fab_gases"],
        shipped("waferway.chips").sources.values(),
    )
    cost = chips.cost(chips.parse_design(small_text), 2024, draws=0, tornado=False, evidence=kept)
    assert np.isnan(cost.carbon_low_kg) and "carbon is unknown" in " ".join(cost.notes)
    assert json.loads(cost.to_json())["carbon_low_kg"] is None


def test_four_small_dies_against_one_large(shared_data):
    """Naples: four dies of 213 mm2 cost 0.59 of a monolith, with 10 % more silicon."""
    path = shared_data / "chip-economics-checks" / "amd_chiplet_claims_visible.csv"
    with path.open() as file:
        claims = {row["claim"]: float(row["value"]) for row in csv.DictReader(file)}
    area = 4 * 213 / (1 + claims["silicon area overhead of the 4-die version"])
    state = tech_state(2017)
    density = state.parameter("node:n16", "defect_density")
    alpha = state.parameter("process:any", "clustering")

    def per_good(mm2, d0, clustering):
        side = mm2**0.5
        good = die_yield(mm2 / 100, d0, clustering=clustering)
        return 1 / (exact_gross_dies(side, side) * float(good))

    ratio = [
        4 * per_good(213, d0, clustering) / per_good(area, d0, clustering)
        for d0, clustering in ((density.low, alpha.low), (density.high, alpha.high))
    ]
    published = claims["EPYC Naples 4-die cost versus hypothetical monolith"]
    assert ratio[1] <= published <= ratio[0]


def test_licences_are_paid_once_and_spares_of_a_stack_can_gain(shipped_design):
    design = shipped_design("h100-sxm")
    state = tech_state(2024)
    plain = design_nre_usd(design, state)["gh100"]
    bought = replace(design, dies=(replace(design.dies[0], ip_usd=25e6),))
    assert design_nre_usd(bought, state)["gh100"] == pytest.approx(plain + 25e6)
    more = state.with_overrides(**{"memory:hbm3 repair_gain": 1.05})
    before, after = (build_tree(design, s).stacks[0].made_yield for s in (state, more))
    assert float(after) == pytest.approx(1.05 * float(before))
    deep = state.with_overrides(**{"wafer:300mm notch_depth": 6.0})
    assert build_tree(design, deep).dies[0].gross <= build_tree(design, state).dies[0].gross
