"""Carbon of one good package of a design.

Owns which parts are counted and by which model. Refuses emissions of use, and formulas of the
models (`waferway.chips.carbon`).
"""

from __future__ import annotations

import numpy as np

from waferway.chips.carbon import CarbonRange, carbon_range
from waferway.chips.costing import CostTree

__all__ = ["package_carbon"]

WAFER_CM2 = np.pi * 15.0**2
METRICS = ("fab_energy", "fab_gases", "fab_materials", "fab_carbon_imec")


def package_carbon(tree: CostTree) -> CarbonRange | None:
    """Emissions per good package; None where a node has no claims on carbon.

    Logic by two models (ACT and imec.netzero), the whole wafer charged to its good dies; memory,
    interposer and assembly at the low bound of their claims with the one and the high bound
    with the other.
    """
    state = tree.state
    wanted = [("place:taiwan", "grid_carbon")] + [
        (f"node:{facts.die.node}", metric) for facts in tree.dies for metric in METRICS
    ]
    if any(state.find(*pair) is None for pair in wanted):
        return None
    grid = state.value("place:taiwan", "grid_carbon")
    act, imec = np.zeros(()), np.zeros(())
    for facts in tree.dies:
        node = f"node:{facts.die.node}"
        raw = grid * state.value(node, "fab_energy") + state.value(node, "fab_gases")
        raw = raw + state.value(node, "fab_materials")
        wafers = tree.cost.step(f"die:{facts.die.name}").starts / facts.gross
        one = carbon_range(
            WAFER_CM2, 1.0, {"act": raw, "imec": state.value(node, "fab_carbon_imec")}
        )
        by_name = {one.low_name: one.low_kg, one.high_name: one.high_kg}
        act, imec = act + wafers * by_name["act"], imec + wafers * by_name["imec"]
    for low_high, name in ((0, "imec"), (1, "act")):
        other = _other_carbon_kg(tree, low_high)
        act, imec = (act + other, imec) if name == "act" else (act, imec + other)
    pair = sorted([("act", act), ("imec", imec)], key=lambda p: float(np.mean(p[1])))
    return CarbonRange(np.asarray(pair[0][1]), np.asarray(pair[1][1]), pair[0][0], pair[1][0])


def _other_carbon_kg(tree: CostTree, high: int) -> float:
    """Memory, interposer and assembly, kg, at the low or high bound of their claims."""

    def bound(subject: str, metric: str) -> float:
        found = tree.state.find(subject, metric)
        return 0.0 if found is None else (found.low, found.high)[high]

    total = bound("package:any", "carbon_per_package")
    for stack in tree.stacks:
        memory = stack.memory
        name = f"stack:{memory.kind}-{memory.gb_per_stack:g}gb"
        starts = float(np.mean(tree.cost.step(name).starts))
        per_gb = bound(f"memory:{memory.kind}", "carbon_per_gb")
        total += starts * memory.gb_per_stack * per_gb
    if tree.interposer_gross:
        wafers = float(np.mean(tree.cost.step("interposer").starts)) / tree.interposer_gross
        of = f"package:{tree.design.package.kind}"
        total += wafers * WAFER_CM2 * bound(of, "interposer_carbon")
    return total / 1000
