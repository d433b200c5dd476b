"""The verb yield: how much of each wafer becomes good parts.

Owns the rows of dies, stacks and interposers, bins, and wafer maps. Refuses yield models
(`waferway.chips.yields`) and the tree the numbers come from (`waferway.chips.costing`).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from waferway.chips.costing import CostTree, DieFacts, StackFacts, build_tree, wafer_grid
from waferway.chips.opening import Design, When, open_design
from waferway.chips.results import ChipYield
from waferway.chips.wafer_map import wafer_map, wafer_states
from waferway.evidence.claims import Evidence

__all__ = ["interval", "yields_of"]

DRAWS = 2000
Row = dict[str, Any]


def interval(values: Any) -> tuple[float, float]:
    """The 5 % and 95 % points of draws; twice the value where there are none."""
    array = np.asarray(values, float)
    if array.ndim == 0:
        return float(array), float(array)
    low, high = np.quantile(array, [0.05, 0.95])
    return float(low), float(high)


def yields_of(
    design: Design,
    when: When,
    *,
    node: str | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    line_age_years: float | None = None,
    evidence: Evidence | None = None,
    known: str | dt.date | None = None,
) -> ChipYield:
    """Gross and good dies, stacks and interposers of a design, bins and wafer maps.

    Parameters are those of `waferway.chips.verbs.cost`; `seed` also places the good dies on the
    wafers that are drawn.
    """
    chip, state = open_design(design, when, node, evidence, known)
    tree = drawn = build_tree(chip, state, line_age_years=line_age_years)
    if draws:
        drawn = build_tree(chip, state.drawn(draws, seed), line_age_years=line_age_years)
    parts = [_die(tree, *pair) for pair in zip(tree.dies, drawn.dies, strict=True)]
    parts += [_stack(tree, *pair) for pair in zip(tree.stacks, drawn.stacks, strict=True)]
    if tree.interposer_gross:
        parts.append(_interposer(tree, drawn, tree.interposer_gross))
    bins = [
        {"die": facts.die.name, "bin": one.name, "needed": one.needed, "share": float(share)}
        for facts in tree.dies
        for one, share in facts.bins()
    ]
    grid = wafer_grid(state)
    charts = {die.name: wafer_map(die.width_mm, die.height_mm, **grid) for die in chip.dies}
    wafers = {
        facts.die.name: wafer_states(
            charts[facts.die.name], plain_yield=float(facts.plain_yield),
            sold_yield=float(facts.passed), name=facts.die.name, seed=seed,
        )
        for facts in tree.dies
    }  # fmt: skip
    low, high = interval(drawn.package_yield)
    first = next(iter(charts.values()))
    return ChipYield(
        design=chip.name,
        when=state.when.isoformat(),
        parts=tuple(parts),
        bins=tuple(bins),
        package_yield=float(tree.package_yield),
        package_yield_low=low,
        package_yield_high=high,
        escape_rate=float(tree.escapes),
        wafer_mm=first.wafer_mm,
        edge_mm=first.edge_mm,
        notch_mm=first.notch_mm,
        maps={name: chart.frame() for name, chart in charts.items()},
        wafers=wafers,
    )


def _part(name: str, kind: str, node: str, good: float, drawn: Any, **more: Any) -> Row:
    """A row; what does not apply to its kind is missing."""
    low, high = interval(drawn)
    row: Row = {
        "part": name, "kind": kind, "node": node, "area_mm2": np.nan, "gross": np.nan,
        "bound": np.nan, "plain_yield": good, "yield": good, "low": low, "high": high,
    }  # fmt: skip
    return row | more


def _die(tree: CostTree, facts: DieFacts, drawn: DieFacts) -> Row:
    die, good = facts.die, float(facts.passed)
    starts = float(tree.cost.step(f"die:{die.name}").starts)
    return _part(
        die.name, "die", die.node, good, drawn.passed, area_mm2=die.area_mm2, gross=facts.gross,
        bound=facts.bound, plain_yield=float(facts.plain_yield), good_per_wafer=facts.gross * good,
        wafers_per_1000_packages=1000 * starts / facts.gross,
    )  # fmt: skip


def _stack(tree: CostTree, made: StackFacts, drawn: StackFacts) -> Row:
    memory, good = made.memory, float(made.made_yield)
    wafers = float(tree.cost.step(f"core-die:{memory.kind}").starts) / made.core_gross
    per_wafer = made.core_gross * float(made.core_yield) / memory.core_dies
    return _part(
        f"{memory.kind}-{memory.gb_per_stack:g}gb", "stack", memory.kind, good, drawn.made_yield,
        gross=made.core_gross, good_per_wafer=per_wafer * good,
        wafers_per_1000_packages=1000 * wafers,
    )  # fmt: skip


def _interposer(tree: CostTree, drawn: CostTree, gross: int) -> Row:
    good = float(np.asarray(tree.steps["interposer"].good_fraction))
    starts = float(tree.cost.step("interposer").starts)
    outline = tree.design.package.interposer
    return _part(
        "interposer", "interposer", tree.design.package.kind, good,
        drawn.steps["interposer"].good_fraction,
        area_mm2=outline.area_mm2 if outline else np.nan, gross=gross,
        good_per_wafer=gross * good, wafers_per_1000_packages=1000 * starts / gross,
    )  # fmt: skip
