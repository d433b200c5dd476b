"""The verbs: cost, yields and compare of a design.

Owns what is run for each verb and how central values, draws and tornados are put together.
`compute` stands in `waferway.chips.performance`, `compile` in
`waferway.chips.recipes`. Each verb takes a design, a path of a design file,
and a year or day, and returns a result.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from waferway.chips.costing import CostTree, build_tree, design_nre_usd, wafer_grid
from waferway.chips.design import ChipDesign
from waferway.chips.footprint import package_carbon
from waferway.chips.opening import Design, When, open_design
from waferway.chips.performance import compute
from waferway.chips.results import ChipComparison, ChipCost, ChipYield
from waferway.chips.state import Z95, Parameter, TechState, tech_state
from waferway.chips.wafer_map import wafer_map, wafer_states
from waferway.chips.yields import bin_shares
from waferway.evidence.claims import Evidence

__all__ = ["compare", "cost", "yields_of"]

DRAWS = 2000


def _interval(values: Any) -> tuple[float, float]:
    array = np.asarray(values, float)
    if array.ndim == 0:
        return float(array), float(array)
    low, high = np.quantile(array, [0.05, 0.95])
    return float(low), float(high)


def _parameters(tree: CostTree) -> list[Parameter]:
    """Parameters that a tree rests on, found by asking for them again."""
    asked: dict[str, Parameter] = {}

    class Recorder(TechState):
        def parameter(self, subject: str, metric: str) -> Parameter:
            found = super().parameter(subject, metric)
            asked.setdefault(found.key, found)
            return found

    fields = {name: getattr(tree.state, name) for name in TechState.__dataclass_fields__}
    build_tree(tree.design, Recorder(**(fields | {"draws": 0, "seed": None})))
    return list(asked.values())


def cost(
    design: Design,
    when: When,
    *,
    node: str | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    tornado: bool = True,
    line_age_years: float | None = None,
    evidence: Evidence | None = None,
    known: str | dt.date | None = None,
) -> ChipCost:
    """Cost of one good package, with what it rests on.

    Parameters
    ----------
    design : ChipDesign, str or Path
        A design or the path of its file.
    when : int, str or date
        A year means its middle.
    node : str, optional
        Takes the place of the node of every die.
    draws, seed : int
        Joint draws of all parameters for the intervals; 0 draws: no intervals.
    tornado : bool
        Whether to move each parameter to its bounds.
    line_age_years : float, optional
        Age of the wafer lines; absent: mature.
    evidence : Evidence, optional
        Claims; those shipped when absent.
    known : str or date, optional
        Only claims known on that day.

    Returns
    -------
    ChipCost

    Raises
    ------
    InputError
        With every fault of the design against the day.
    """
    chip, state = open_design(design, when, node, evidence, known)
    tree = build_tree(chip, state, line_age_years=line_age_years)
    central = {name: float(usd) for name, usd in tree.bill_of_materials().items()}
    bounds = {name: (usd, usd) for name, usd in central.items()}
    total = float(tree.total_usd)
    low = high = total
    if draws:
        drawn = build_tree(chip, state.drawn(draws, seed), line_age_years=line_age_years)
        bounds = {name: _interval(usd) for name, usd in drawn.bill_of_materials().items()}
        low, high = _interval(drawn.total_usd)
    components = tuple(
        {
            "component": name,
            "usd": usd,
            "low_usd": bounds[name][0],
            "high_usd": bounds[name][1],
            "share": usd / total,
        }
        for name, usd in central.items()
    )
    steps = tuple(
        {
            "step": step.name,
            "group": step.group,
            "starts": float(step.starts),
            "spent_usd": float(step.spent_usd),
            "needed_usd": float(step.needed_usd),
            "lost_usd": float(step.lost_usd),
        }
        for step in tree.cost.steps
    )
    parameters = _parameters(tree)
    rows = _tornado(chip, state, parameters, total, line_age_years) if tornado else ()
    nre = design_nre_usd(chip, state)
    carbon = package_carbon(tree)
    return ChipCost(
        design=chip.name,
        when=state.when.isoformat(),
        total_usd=total,
        total_low_usd=low,
        total_high_usd=high,
        components=components,
        steps=steps,
        package_yield=float(tree.package_yield),
        escape_rate=float(tree.escapes),
        nre_usd=sum(nre.values()),
        nre=nre,
        carbon_low_kg=float(carbon.low_kg) if carbon else np.nan,
        carbon_high_kg=float(carbon.high_kg) if carbon else np.nan,
        carbon_low_name=carbon.low_name if carbon else "",
        carbon_high_name=carbon.high_name if carbon else "",
        tornado_rows=rows,
        claims=tuple(p.claim.claim_id for p in parameters if p.claim is not None),
        draws=draws,
        seed=seed,
        notes=_notes(parameters, carbon is not None),
    )


def _notes(parameters: list[Parameter], carbon: bool) -> tuple[str, ...]:
    weak = sum(1 for p in parameters if p.claim is not None and p.claim.grade == "D")
    own = sum(1 for p in parameters if p.claim is None)
    out = [f"{weak} of {len(parameters)} parameters rest on claims of grade D (own estimates)"]
    if own:
        out.append(f"{own} parameters are the design's own assumptions, without interval")
    if not carbon:
        out.append("carbon is unknown: no claims for a node of the design")
    return tuple(out)


def _tornado(
    chip: ChipDesign,
    state: TechState,
    parameters: list[Parameter],
    total: float,
    age: float | None,
) -> tuple[dict[str, Any], ...]:
    rows: list[dict[str, Any]] = []
    for parameter in parameters:
        if parameter.low == parameter.high:
            continue
        ends = [
            float(build_tree(chip, state.pin(parameter.key, z), line_age_years=age).total_usd)
            for z in (-Z95, Z95)
        ]
        rows.append(
            {
                "parameter": parameter.key,
                "low": parameter.low,
                "central": parameter.central,
                "high": parameter.high,
                "unit": parameter.unit,
                "total_at_low_usd": ends[0],
                "total_at_high_usd": ends[1],
                "swing_usd": abs(ends[1] - ends[0]),
                "total_usd": total,
                "grade": parameter.claim.grade if parameter.claim else "",
                "claim_id": parameter.claim.claim_id if parameter.claim else "",
            }
        )
    rows.sort(key=lambda row: (-float(row["swing_usd"]), str(row["parameter"])))
    return tuple(row for row in rows if float(row["swing_usd"]) > 1e-9 * total)


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

    Parameters are those of `cost`.
    """
    chip, state = open_design(design, when, node, evidence, known)
    tree = build_tree(chip, state, line_age_years=line_age_years)
    drawn = tree
    if draws:
        drawn = build_tree(chip, state.drawn(draws, seed), line_age_years=line_age_years)
    grid = wafer_grid(state)
    parts, bins, maps, states = [], [], {}, {}
    for facts, sample in zip(tree.dies, drawn.dies, strict=True):
        die = facts.die
        low, high = _interval(sample.passed)
        starts = float(tree.cost.step(f"die:{die.name}").starts)
        parts.append(
            {
                "part": die.name,
                "kind": "die",
                "node": die.node,
                "area_mm2": die.area_mm2,
                "gross": facts.gross,
                "bound": facts.bound,
                "plain_yield": float(facts.plain_yield),
                "yield": float(facts.passed),
                "low": low,
                "high": high,
                "good_per_wafer": facts.gross * float(facts.passed),
                "wafers_per_1000_packages": 1000 * starts / facts.gross,
            }
        )
        for block in die.blocks:
            if block.bins:
                others = [b.repairable for b in die.blocks if b is not block]
                shares = bin_shares(
                    die.area_mm2 / 100,
                    facts.d0_per_cm2,
                    [b.needed for b in block.bins],
                    count=block.count,
                    area_share=block.area_share,
                    clustering=np.inf if die.yield_model == "poisson" else facts.clustering,
                    others=others,
                )
                bins += [
                    {"die": die.name, "bin": b.name, "needed": b.needed, "share": float(share)}
                    for b, share in zip(block.bins, shares, strict=True)
                ]
        chart = wafer_map(die.width_mm, die.height_mm, **grid)
        states[die.name] = wafer_states(
            chart, plain_yield=float(facts.plain_yield), sold_yield=float(facts.passed),
            name=die.name, seed=seed,
        )  # fmt: skip
        maps[die.name] = pd.DataFrame(
            {
                "x_mm": chart.x_mm,
                "y_mm": chart.y_mm,
                "width_mm": die.width_mm,
                "height_mm": die.height_mm,
            }
        )
    for made, drawn_stack in zip(tree.stacks, drawn.stacks, strict=True):
        memory = made.memory
        name = f"{memory.kind}-{memory.gb_per_stack:g}gb"
        low, high = _interval(drawn_stack.made_yield)
        wafers = float(tree.cost.step(f"core-die:{memory.kind}").starts) / made.core_gross
        per_wafer = made.core_gross * float(made.core_yield) / memory.core_dies
        parts.append(
            {
                "part": name,
                "kind": "stack",
                "node": memory.kind,
                "area_mm2": np.nan,
                "gross": made.core_gross,
                "bound": np.nan,
                "plain_yield": float(made.made_yield),
                "yield": float(made.made_yield),
                "low": low,
                "high": high,
                "good_per_wafer": per_wafer * float(made.made_yield),
                "wafers_per_1000_packages": 1000 * wafers,
            }
        )
    if tree.interposer_gross:
        step = tree.cost.step("interposer")
        low, high = _interval(drawn.steps["interposer"].good_fraction)
        good = float(np.asarray(tree.steps["interposer"].good_fraction))
        outline = chip.package.interposer
        parts.append(
            {
                "part": "interposer",
                "kind": "interposer",
                "node": chip.package.kind,
                "area_mm2": outline.area_mm2 if outline else np.nan,
                "gross": tree.interposer_gross,
                "bound": np.nan,
                "plain_yield": good,
                "yield": good,
                "low": low,
                "high": high,
                "good_per_wafer": tree.interposer_gross * good,
                "wafers_per_1000_packages": 1000 * float(step.starts) / tree.interposer_gross,
            }
        )
    low, high = _interval(drawn.package_yield)
    return ChipYield(
        chip.name, state.when.isoformat(), tuple(parts), tuple(bins), float(tree.package_yield),
        low, high, float(tree.escapes), chart.wafer_mm, chart.edge_mm, chart.notch_mm, maps, states,
    )  # fmt: skip


def compare(
    designs: Iterable[Design],
    when: When,
    *,
    draws: int = DRAWS,
    seed: int = 0,
    evidence: Evidence | None = None,
    known: str | dt.date | None = None,
) -> ChipComparison:
    """Several designs side by side: cost, yield, compute, memory, carbon, and their ratios.

    Raises
    ------
    InputError
        With the faults of every design.
    """
    from waferway.errors import Faults, InputError

    faults, rows = Faults(), []
    for design in designs:
        try:
            given = {"evidence": evidence, "known": known}
            spent = cost(design, when, draws=draws, seed=seed, tornado=False, **given)  # type: ignore[arg-type]
            worth = compute(design, when, **given)  # type: ignore[arg-type]
            chip, _ = open_design(design, when, None, evidence, known)
        except InputError as error:
            faults.extend(error.faults)
            continue
        row: dict[str, Any] = {
            "design": spent.design,
            "usd": spent.total_usd,
            "low_usd": spent.total_low_usd,
            "high_usd": spent.total_high_usd,
            "nre_usd": spent.nre_usd,
            "package_yield": spent.package_yield,
            "memory_gb": chip.compute.memory_gb or chip.memory_gb,
            "power_w": chip.power_w,
            "carbon_low_kg": spent.carbon_low_kg,
            "carbon_high_kg": spent.carbon_high_kg,
        }
        for basis, weight in worth.equivalents.items():
            row[basis] = np.nan if weight is None else weight
            row[f"usd_per_{basis}"] = np.nan if not weight else spent.total_usd / weight
        rows.append(row)
    faults.raise_any("no number was computed")
    return ChipComparison(tech_state(when).when.isoformat(), tuple(rows))
