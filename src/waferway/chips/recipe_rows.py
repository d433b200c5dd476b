"""The recipes of one design in one year, from its cost tree.

Owns which steps of the tree belong to which recipe, and what a start of each takes and gives.
Refuses rows, dates and claims (`waferway.chips.recipes`).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from waferway.chips.costing import CostTree
from waferway.chips.design import Die

__all__ = ["Recipe", "recipes_of_tree"]

# Nodes that run on the lines of another: the technology of a network is the family.
FAMILY = {"n4": "n5", "n6": "n7", "n12": "n16", "a16": "n2"}
TESTER_UNIT = "unit:tester-hour/month"
COWOS = ("cowos-s", "cowos-l", "cowos-r")
LOGIC_UNIT, DRAM_UNIT, HBM_UNIT, COWOS_UNIT = (
    f"wafer:{kind}/month" for kind in ("logic", "dram", "hbm", "cowos")
)


@dataclass
class Recipe:
    """A recipe of one year.

    Attributes
    ----------
    technology : tuple of str
        Name, capacity unit and family of the main pool.
    variable_usd : array, USD/start
    starts : array
        Starts per good package.
    inputs : dict
        Item to quantity per start.
    outputs : dict
        Item to gross quantity per start and good fraction.
    uses : dict
        Further pools and their capacity per start.
    subjects : tuple of str
        Subjects of the claims that the coefficients rest on.
    """

    name: str
    label: str
    technology: tuple[str, str, str]  # name, capacity unit, family
    variable_usd: Any
    starts: Any
    inputs: dict[str, Any]
    outputs: dict[str, tuple[Any, Any]]  # item -> gross quantity, good fraction
    capacity: float = 1.0
    cycle_days: float = 0.0
    activation_usd: float = 0.0
    reuse_group: str = ""
    uses: dict[tuple[str, str, str], float] = field(default_factory=dict)
    subjects: tuple[str, ...] = ()


def _node_technology(node: str) -> tuple[str, str, str]:
    return FAMILY.get(node, node), LOGIC_UNIT, "logic"


def _die_item(die: Die, bin_name: str = "") -> str:
    return f"die:{die.name}:{bin_name}" if bin_name else f"die:{die.name}"


def _bins(tree: CostTree, index: int) -> list[tuple[str, Any]]:
    """Items a die becomes with the share of gross dies in each, best bin first."""
    facts = tree.dies[index]
    found = facts.bins()
    if found:
        scale = facts.passed / np.sum([share for _, share in found], axis=0)
        return [(_die_item(facts.die, one.name), share * scale) for one, share in found]
    return [(_die_item(facts.die), facts.passed)]


def recipes_of_tree(tree: CostTree, nre: Mapping[str, float], detail: str) -> list[Recipe]:
    """Recipes of one year from its tree.

    Parameters
    ----------
    tree : CostTree
        Central or with draws; the coefficients are arrays of the same kind.
    nre : mapping of str to float
        One-off cost by die, USD.
    detail : str
        ``network`` or ``full``, see `waferway.chips.recipes.compile_design`.
    """
    out: list[Recipe] = []
    cost, design, state = tree.cost, tree.design, tree.state
    used: dict[str, Any] = {}  # items the package takes per good package
    for index, facts in enumerate(tree.dies):
        die = facts.die
        begun = cost.step(f"die:{die.name}").starts
        wafers = begun / facts.gross
        spent = wafers * np.asarray(tree.steps[f"wafer:{die.node}"].cost_usd)
        for name in (f"die:{die.name}", f"known-good-die:{die.name}"):
            if name in tree.steps:
                spent = spent + cost.step(name).spent_usd
        made = _bins(tree, index)
        weeks = state.parameter(f"node:{die.node}", "fab_time").central
        wafer_usd = np.asarray(tree.steps[f"wafer:{die.node}"].cost_usd)
        label = f"{die.name}: wafer start to good dies"
        subjects = (f"node:{die.node}", "process:any", "test:probe", "test:known-good-die")
        start = Recipe(
            f"die:{die.name}", label, _node_technology(die.node), spent / wafers, wafers, {},
            {item: (float(facts.gross), share) for item, share in made},
            cycle_days=7 * weeks, activation_usd=nre[die.name],
            reuse_group=f"{design.family or design.name}:{die.name}", subjects=subjects,
        )  # fmt: skip
        if detail == "full":
            wafer = f"wafer:{die.name}"
            out.append(
                replace(start, name=wafer, label=f"{die.name}: processed wafer",
                        variable_usd=wafer_usd, outputs={wafer: (1.0, 1.0)},
                        subjects=subjects[:2])
            )  # fmt: skip
            hours = facts.gross * _probe_hours(tree, die)
            turnaround = state.parameter("test:any", "turnaround_time").central
            start = replace(
                start, technology=("probe", TESTER_UNIT, "test"), inputs={wafer: 1.0},
                variable_usd=spent / wafers - wafer_usd, capacity=hours, cycle_days=7 * turnaround,
                activation_usd=0.0, reuse_group="", label=f"{die.name}: wafer to good dies",
            )  # fmt: skip
        out.append(start)
        items = [item for item, _ in made]
        for better, lower in itertools.pairwise(items):
            step = f"downbin:{better.removeprefix('die:')}"
            # Every die of a better bin may serve as the next lower one, never the reverse.
            moved = wafers * facts.gross * sum(s for i, s in made[: items.index(lower)])
            out.append(
                Recipe(step, f"{better} sold as {lower}", _node_technology(die.node), 0.0,
                        moved, {better: 1.0}, {lower: (1.0, 1.0)}, capacity=0.0,
                        subjects=subjects)
            )  # fmt: skip
        used[items[-1]] = facts.passed * begun
    for stack in tree.stacks:
        memory = stack.memory
        item = f"{memory.kind}-{memory.gb_per_stack:g}gb"
        if item not in used:
            out += _stack_recipes(tree, item, memory.kind, detail)
            used[item] = 0.0
        used[item] = used[item] + cost.step(f"sold:{item}").starts * (
            memory.stacks / sum(m.stacks for m in design.memory
                                if f"{m.kind}-{m.gb_per_stack:g}gb" == item)
        )  # fmt: skip
    out += _package_recipes(tree, used, detail)
    return out


def _probe_hours(tree: CostTree, die: Die) -> float:
    """Tester hours of one die before the package."""
    return sum(
        tree.state.parameter(f"test:{test}", "time_per_mm2").central * die.area_mm2 / 3600
        for test in ("probe", "known-good-die")
        if test in tree.design.tests
    )


def _stack_recipes(tree: CostTree, item: str, kind: str, detail: str) -> list[Recipe]:
    cost, steps = tree.cost, tree.steps
    facts = next(s for s in tree.stacks if f"{s.memory.kind}-{s.memory.gb_per_stack:g}gb" == item)
    cores = facts.memory.core_dies
    begun = cost.step(f"stack:{item}").starts
    wafers = begun * cores / np.asarray(facts.core_yield) / facts.core_gross
    price = np.asarray(steps[f"dram-wafer:{kind}"].cost_usd)
    per_stack = np.asarray(steps[f"base-die:{kind}"].cost_usd) + np.asarray(
        steps[f"stack:{item}"].cost_usd
    )
    margin = np.asarray(steps[f"sold:{item}"].cost_usd)
    weeks = tree.state.parameter(f"memory:{kind}", "stack_time").central
    label = f"{item}: DRAM wafer to tested stack"
    per_wafer = begun / wafers
    variable = price + per_wafer * (per_stack + facts.made_yield * margin)
    subjects = (f"memory:{kind}",)
    if detail == "network":
        return [
            Recipe(f"stack:{item}", label, ("hbm-tsv", HBM_UNIT, "stacking"), variable, wafers,
                    {}, {item: (per_wafer, facts.made_yield)}, cycle_days=7 * weeks,
                    uses={("dram", DRAM_UNIT, "dram"): 1.0}, subjects=subjects)
        ]  # fmt: skip
    front = tree.state.parameter("memory:any", "front_end_share").central
    core, base = f"core-die:{kind}", f"base-die:{kind}"
    base_usd = np.asarray(steps[base].cost_usd)
    return [
        Recipe(core, f"{kind}: DRAM core dies", ("dram", DRAM_UNIT, "dram"), price, wafers, {},
                {core: (float(facts.core_gross), np.asarray(facts.core_yield))},
                cycle_days=7 * weeks * front, subjects=subjects),
        Recipe(base, f"{kind}: base die, bought", ("base-die", "die/month", "dram"), base_usd,
                begun, {}, {base: (1.0, 1.0)}, subjects=subjects),
        Recipe(f"stack:{item}", f"{item}: dies to tested stack",
                ("hbm-tsv", "stack/month", "stacking"),
                per_stack - base_usd + facts.made_yield * margin, begun,
                {core: float(cores), base: 1.0}, {item: (1.0, facts.made_yield)},
                cycle_days=7 * weeks * (1 - front), subjects=subjects),
    ]  # fmt: skip


def _package_recipes(tree: CostTree, used: Mapping[str, Any], detail: str) -> list[Recipe]:
    design, cost = tree.design, tree.cost
    kind = design.package.kind
    item = f"package:{design.name}"
    begun = 1 / np.asarray(tree.package_yield)
    if any(die.on for die in design.dies):
        begun = np.asarray(begun)
    parts = ("wafer:", "die:", "known-good-die:", "dram-wafer:", "core-die:", "base-die:",
             "stack:", "sold:")  # fmt: skip
    mine = [step for step in cost.steps if not step.name.startswith(parts)]
    spent = sum((step.spent_usd for step in mine), np.asarray(0.0))
    taken = {name: quantity / begun for name, quantity in used.items()}
    weeks = tree.state.parameter(f"package:{kind}", "packaging_time").central
    subjects = (f"package:{kind}", "package:hybrid-bond", "test:final", "test:system-level",
                "module:any")  # fmt: skip
    pack = Recipe(
        f"pack:{design.name}", f"{design.label or design.name}: dies and stacks to sold unit",
        ("cowos", COWOS_UNIT, "packaging") if kind in COWOS else (kind, "package/month",
                                                                   "packaging"),
        spent / begun, begun, taken, {item: (1.0, np.asarray(tree.package_yield))},
        cycle_days=7 * weeks, subjects=subjects,
    )  # fmt: skip
    if tree.interposer_gross is None:
        return [pack]
    step = cost.step("interposer")
    wafers = step.starts / tree.interposer_gross
    if detail == "network":
        pack.technology = ("cowos", COWOS_UNIT, "packaging") if kind in COWOS else (
            kind, COWOS_UNIT, "packaging")  # fmt: skip
        pack.capacity = float(np.mean(wafers / begun))
        return [pack]
    carrier, board = f"interposer:{design.name}", f"substrate:{design.name}"
    made = np.asarray(tree.steps["interposer"].good_fraction)
    first = design.package.order == "chip-first"
    out = []
    if not first:
        wafer_usd = cost.step("interposer-wafer").spent_usd
        out.append(
            Recipe(carrier, "interposer wafer to interposers", ("interposer", COWOS_UNIT,
                    "packaging"), wafer_usd / wafers, wafers, {},
                    {carrier: (float(tree.interposer_gross), made)}, cycle_days=7 * weeks / 2,
                    subjects=subjects[:1])
        )  # fmt: skip
        taken[carrier] = step.starts * made / begun
        spent = spent - wafer_usd
    boards = cost.step("substrate")
    out.append(
        Recipe(board, "package substrate", ("substrate", "substrate/month", "substrate"),
                boards.spent_usd / boards.starts, boards.starts, {}, {board: (1.0, 1.0)},
                subjects=subjects[:1])
    )  # fmt: skip
    taken[board] = boards.starts / begun
    hours = sum(
        tree.state.parameter(f"test:{test}", "time_per_package").central / 3600
        for test in ("final", "system-level")
        if test in design.tests
    )
    uses = {("test", TESTER_UNIT, "test"): hours} if hours else {}
    pack = replace(
        pack, technology=(f"assembly:{kind}", "package/month", "packaging"), inputs=taken,
        variable_usd=(spent - boards.spent_usd) / begun, cycle_days=7 * weeks / 2, uses=uses,
    )  # fmt: skip
    return [*out, pack]
