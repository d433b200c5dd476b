"""What one good package of a design costs, and why.

Owns the step from a design and a day's technology to a tree of steps (`waferway.chips.flow`).
Refuses numbers of its own: prices, densities and yields come from claims.

A stack is bought at the market price: what it costs its maker is built up from wafers, dies,
bonds and test, and the rest of the price is the maker's margin, a step of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waferway.chips.design import Bin, ChipDesign, Die, Memory, Outline, check_design
from waferway.chips.flow import FlowCost, Step, evaluate_flow
from waferway.chips.learning import defect_density_at
from waferway.chips.nre import ChipNre, family_nre_usd
from waferway.chips.stacks import StackRecipe, stack_yield
from waferway.chips.state import TechState
from waferway.chips.wafer import exact_gross_dies, gross_dies_bound
from waferway.chips.yields import bin_shares, die_yield, harvest_yield
from waferway.errors import Faults

__all__ = ["CostTree", "DieFacts", "StackFacts", "build_tree", "design_nre_usd", "wafer_grid"]

Array = NDArray[np.float64]
JOINING = "assembly"  # group of the steps whose scrap is the packaging yield loss


@dataclass(frozen=True)
class DieFacts:
    """One kind of die on its wafer.

    Attributes
    ----------
    gross, bound : int
        Dies per wafer of the best grid, and what no grid exceeds.
    d0_per_cm2, clustering : array
    plain_yield : array
        Without harvesting.
    made_yield : array
        With harvesting to the lowest bin, and good seams.
    passed : array
        Share that probe and known-good-die tests let pass.
    left : array
        True yield of what passed.
    """

    die: Die
    gross: int
    bound: int
    d0_per_cm2: Any
    clustering: Any
    plain_yield: Array
    made_yield: Array
    passed: Array
    left: Array

    def bins(self) -> list[tuple[Bin, Array]]:
        """Share of gross dies in each bin, best first and before tests; empty without bins."""
        die = self.die
        for block in die.blocks:
            if block.bins:
                shares = bin_shares(
                    die.area_mm2 / 100,
                    self.d0_per_cm2,
                    [b.needed for b in block.bins],
                    count=block.count,
                    area_share=block.area_share,
                    clustering=np.inf if die.yield_model == "poisson" else self.clustering,
                    others=[b.repairable for b in die.blocks if b is not block],
                )
                return list(zip(block.bins, shares, strict=True))
        return []


@dataclass(frozen=True)
class StackFacts:
    """One kind of stack: how its dies stand on a wafer, and its yield."""

    memory: Memory
    core_gross: int
    core_yield: Any
    made_yield: Array
    price_usd: Any


@dataclass(frozen=True)
class CostTree:
    """The tree of one design on one day, evaluated.

    Attributes
    ----------
    last : Step
        Root: a packaged, tested unit with what it needs on its board.
    cost : FlowCost
    dies, stacks : tuple
    package_yield : array
        Share of packages begun that are sold.
    escapes : array
        Share of sold packages that are bad.
    interposer_gross : int or None
    """

    design: ChipDesign
    state: TechState
    last: Step
    cost: FlowCost
    dies: tuple[DieFacts, ...]
    stacks: tuple[StackFacts, ...]
    package_yield: Array
    escapes: Array
    interposer_gross: int | None
    steps: dict[str, Step] = field(repr=False, default_factory=dict)

    @property
    def total_usd(self) -> Array:
        """Cost of one good package."""
        return self.cost.total_usd

    def bill_of_materials(self) -> dict[str, Array]:
        """Cost by component; each includes the losses inside it, joining losses stand apart."""
        out: dict[str, Array] = {}
        for step in self.cost.steps:
            if step.group == JOINING:
                parts = {"packaging": step.needed_usd, "packaging yield loss": step.lost_usd}
            else:
                parts = {step.group: step.needed_usd + step.lost_usd}
            for name, usd in parts.items():
                out[name] = out[name] + usd if name in out else usd
        return out


def _tested(
    state: TechState, tests: tuple[str, ...], wanted: tuple[str, ...], true: Array
) -> tuple[list[tuple[str, Array]], Array]:
    """Share passed by each of the wanted tests that a design does, and the true yield left."""
    passed = []
    left = np.asarray(true, float)
    for test in wanted:
        if test in tests:
            coverage = np.asarray(state.value(f"test:{test}", "coverage"), float)
            passed.append((test, left**coverage))
            left = left ** (1 - coverage)
    return passed, left


class _Builder:
    """Builds the steps of one design; equal parts become one step."""

    def __init__(self, design: ChipDesign, state: TechState, age: float | None) -> None:
        self.design = design
        self.state = state
        self.age = age
        self.steps: dict[str, Step] = {}
        self.dies: list[DieFacts] = []
        self.stacks: list[StackFacts] = []

    def step(
        self,
        name: str,
        cost: Any,
        good: Any = 1.0,
        inputs: tuple[tuple[Step, float], ...] = (),
        group: str = "packaging",
    ) -> Step:
        if name not in self.steps:
            self.steps[name] = Step(name, cost, good, inputs, group)
        return self.steps[name]

    def grid(self) -> dict[str, float]:
        return wafer_grid(self.state)

    def density(self, node: str) -> Any:
        mature = self.state.value(f"node:{node}", "defect_density")
        if self.age is None:
            return mature
        factor = self.state.value("process:any", "start_defect_factor")
        tau = self.state.value("process:any", "learning_time")
        return defect_density_at(self.age, np.asarray(mature) * factor, mature, tau)

    def test_usd(self, test: str, size: float) -> Any:
        name = "time_per_mm2" if test in ("probe", "known-good-die") else "time_per_package"
        seconds = self.state.value(f"test:{test}", name) * size
        return seconds * self.state.value(f"test:{test}", "tester_rate") / 3600

    def die(self, die: Die) -> Step:
        """A known good die: wafer, probe, singulated test."""
        state, tests = self.state, self.design.tests
        grid = self.grid()
        gross = exact_gross_dies(die.width_mm, die.height_mm, **grid)
        d0 = self.density(die.node)
        alpha = state.value("process:any", "clustering")
        area = die.area_mm2 / 100
        clustering: Any = np.inf if die.yield_model == "poisson" else alpha
        plain = die_yield(
            area,
            d0,
            model=die.yield_model,
            clustering=clustering,
            critical_layers=die.critical_layers,
        )
        made = plain
        if die.blocks:
            made = harvest_yield(
                area, d0, [block.repairable for block in die.blocks], clustering=clustering
            )
        made = made * die.stitch_yield
        passed, left = _tested(state, tests, ("probe", "known-good-die"), made)
        shares = dict(passed)
        wafer = self.step(
            f"wafer:{die.node}", state.value(f"node:{die.node}", "wafer_price"), group="logic"
        )
        probe = self.test_usd("probe", die.area_mm2) if "probe" in tests else 0.0
        last = self.step(
            f"die:{die.name}", probe, shares.get("probe", 1.0), ((wafer, 1 / gross),), "logic"
        )
        if "known-good-die" in tests:
            cost = self.test_usd("known-good-die", die.area_mm2)
            last = self.step(
                f"known-good-die:{die.name}",
                cost,
                shares["known-good-die"],
                ((last, 1.0),),
                "logic",
            )
        share = np.asarray(1.0)
        for _, one in passed:
            share = share * one
        bound = gross_dies_bound(die.width_mm, die.height_mm, **grid)
        self.dies.append(DieFacts(die, gross, bound, d0, alpha, plain, made, share, left))
        return last

    def stack(self, memory: Memory) -> Step:
        """A good stack at the market price."""
        name, of = f"{memory.kind}-{memory.gb_per_stack:g}gb", f"memory:{memory.kind}"
        get = self.state.value
        sides = [self.state.parameter(of, f"core_die_{s}").central for s in ("width", "height")]
        gross = exact_gross_dies(sides[0], sides[1], **self.grid())
        core_good = get(of, "core_die_yield")
        recipe = StackRecipe(memory.core_dies)
        good = stack_yield(
            recipe, bond_yield=get(of, "bond_yield"), repair_gain=get(of, "repair_gain")
        )
        wafer = self.step(f"dram-wafer:{memory.kind}", get(of, "dram_wafer_cost"), group="memory")
        core = self.step(f"core-die:{memory.kind}", 0.0, core_good, ((wafer, 1 / gross),), "memory")
        base = self.step(f"base-die:{memory.kind}", get(of, "base_die_cost"), group="memory")
        joined = get(of, "bond_cost") * recipe.bond_count + get(of, "stack_test_cost")
        made = self.step(
            f"stack:{name}",
            joined,
            good,
            ((core, float(memory.core_dies)), (base, 1.0)),
            "memory",
        )
        price = np.asarray(get(of, "price_per_gb")) * memory.gb_per_stack
        margin = np.maximum(price - evaluate_flow(made).total_usd, 0.0)
        self.stacks.append(StackFacts(memory, gross, core_good, good, price))
        return self.step(f"sold:{name}", margin, 1.0, ((made, 1.0),), "memory")

    def interposer(
        self, outline: Outline, carried: tuple[tuple[Step, float], ...]
    ) -> tuple[Step, int]:
        """An interposer; in a chip-first flow it is built around the dies it carries."""
        of = f"package:{self.design.package.kind}"
        get = self.state.value
        grid = self.grid()
        gross = exact_gross_dies(outline.width_mm, outline.height_mm, **grid)
        good = die_yield(
            outline.area_mm2 / 100,
            get(of, "interposer_defects"),
            clustering=get(of, "interposer_clustering"),
        )
        wafer = self.step("interposer-wafer", get(of, "interposer_wafer_price"))
        group = JOINING if carried else "packaging"
        return self.step("interposer", 0.0, good, ((wafer, 1 / gross), *carried), group), gross

    def tree(self) -> CostTree:
        design, get = self.design, self.state.value
        of = f"package:{design.package.kind}"
        on_top: dict[str, list[tuple[Step, int]]] = {}
        good_die: dict[str, Step] = {}
        for die in design.dies:
            good_die[die.name] = self.die(die)
            if die.on:
                on_top.setdefault(die.on, []).append((good_die[die.name], die.count))
        placed: list[tuple[Step, float]] = []
        for die in design.dies:
            if die.on:
                continue
            part = good_die[die.name]
            if die.name in on_top:
                part = self._stacked(die, part, on_top[die.name])
            placed.append((part, float(die.count)))
        bonds = sum(die.count for die in design.dies if not die.on)
        bond_good = np.asarray(get(of, "die_bond_yield"), float) ** bonds
        first = design.package.order == "chip-first"
        gross = None
        if design.package.interposer is None:
            first = False
            current = self.step("place-dies", 0.0, bond_good, tuple(placed), JOINING)
        elif first:
            current, gross = self.interposer(design.package.interposer, tuple(placed))
        else:
            carrier, gross = self.interposer(design.package.interposer, ())
            parts = (*placed, (carrier, 1.0))
            current = self.step("place-dies", 0.0, bond_good, parts, JOINING)
        good = current.good_fraction if first else bond_good
        if design.places_taken:
            stacks = tuple(
                (self.stack(memory), float(memory.stacks))
                for memory in design.memory
                if memory.stacks
            )
            held = np.asarray(get(of, "stack_bond_yield"), float) ** design.places_taken
            current = self.step("place-stacks", 0.0, held, ((current, 1.0), *stacks), JOINING)
            good = good * held
        outline = design.package.substrate
        substrate = self.step("substrate", get(of, "substrate_price") * outline.area_mm2)
        mounted = np.asarray(get(of, "substrate_yield"), float)
        current = self.step(
            "mount",
            get(of, "assembly_cost"),
            mounted,
            ((current, 1.0), (substrate, 1.0)),
            JOINING,
        )
        true = np.asarray(get(of, "final_yield"), float)
        for facts in self.dies:
            true = true * facts.left ** self._copies(facts.die)
        passed, left = _tested(self.state, design.tests, ("final", "system-level"), true)
        good = good * mounted
        for test, share in passed:
            cost = self.test_usd(test, 1.0)
            current = self.step(f"test:{test}", cost, share, ((current, 1.0),), JOINING)
            good = good * share
        if design.power_w > 0:
            board = get("module:any", "auxiliary_fixed")
            board = board + get("module:any", "auxiliary_per_w") * design.power_w
            current = self.step("module", board, 1.0, ((current, 1.0),), "auxiliary")
        return CostTree(
            design, self.state, current, evaluate_flow(current), tuple(self.dies),
            tuple(self.stacks), np.asarray(good), 1 - left, gross, self.steps,
        )  # fmt: skip

    def _copies(self, die: Die) -> int:
        """Dies of this kind in one package, those it stands on counted."""
        base = next((d for d in self.design.dies if d.name == die.on), None)
        return die.count * (base.count if base else 1)

    def _stacked(self, base: Die, part: Step, upper: list[tuple[Step, int]]) -> Step:
        """Dies bonded on a base die; counts of the upper dies are per base die."""
        bonds = sum(count for _, count in upper)
        get = self.state.value
        good = np.asarray(get("package:hybrid-bond", "die_bond_yield"), float) ** bonds
        cost = get("package:hybrid-bond", "bond_cost") * bonds
        inputs = ((part, 1.0), *((step, float(count)) for step, count in upper))
        return self.step(f"bonded:{base.name}", cost, good, inputs, JOINING)


def wafer_grid(state: TechState) -> dict[str, float]:
    """Edge exclusion, street and depth of the notch; central, since a count is no draw."""
    names = {"edge_mm": "edge_exclusion", "street_mm": "street", "notch_mm": "notch_depth"}
    return {key: state.parameter("wafer:300mm", name).central for key, name in names.items()}


def build_tree(
    design: ChipDesign, state: TechState, *, line_age_years: float | None = None
) -> CostTree:
    """The evaluated tree of a design on a day.

    Parameters
    ----------
    design : ChipDesign
    state : TechState
        Central, or with draws: then every number is an array of draws.
    line_age_years : float, optional
        Age of the wafer lines; absent: lines are mature, at the claim's density.

    Raises
    ------
    InputError
        With every fault of the design against the day; no number is returned.
    """
    state = state.with_overrides(**dict(design.assume)) if design.assume else state
    faults = check_design(design, state)
    if not len(faults):
        _check_wafers(design, state, faults)
    faults.raise_any("no number was computed")
    return _Builder(design, state, line_age_years).tree()


def _check_wafers(design: ChipDesign, state: TechState, faults: Faults) -> None:
    """Every die and interposer must fit its wafer at least once."""
    grid = wafer_grid(state)
    parts = {f"dies[{k}].width_mm": die for k, die in enumerate(design.dies)}
    outlines: dict[str, Any] = dict(parts)
    if design.package.interposer is not None:
        outlines["package.interposer"] = design.package.interposer
    for path, part in outlines.items():
        if exact_gross_dies(part.width_mm, part.height_mm, **grid) == 0:
            faults.add(
                design.place(path),
                f"{part.width_mm:g} x {part.height_mm:g} mm does not fit a 300 mm wafer",
                kind="range",
            )
    for memory in design.memory:
        needed = ("dram_wafer_cost", "bond_yield", "core_die_yield", "repair_gain")
        state.check([(f"memory:{memory.kind}", m, design.place("memory")) for m in needed], faults)
    for test in design.tests:
        state.check([(f"test:{test}", "coverage", design.place("tests"))], faults)


def design_nre_usd(design: ChipDesign, state: TechState) -> dict[str, float]:
    """One-off cost by die: design, masks and licences, at central values, USD.

    Dies of one name are paid once; modules of one name and node too.
    """
    state = state.with_overrides(**dict(design.assume)) if design.assume else state
    chips = []
    for die in design.dies:
        node = f"node:{die.node}"
        modules = dict(die.modules_mm2) or {die.name: die.area_mm2}
        spare = max(die.area_mm2 - sum(modules.values()), 0.0)
        chips.append(
            ChipNre(
                die.name,
                die.node,
                state.parameter(node, "design_cost_300mm2").central,
                modules,
                spare,
                masks_usd=state.parameter(node, "mask_set_cost").central,
                ip_usd=die.ip_usd,
            )
        )
    return family_nre_usd(chips)
