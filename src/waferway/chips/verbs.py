"""The verbs cost and compare of a design.

Owns what is run for each verb and how central values, draws and tornados are put together.
`yield_` stands in `waferway.chips.part_yields`, `compute` in `waferway.chips.performance`,
`compile` in `waferway.chips.recipes`. Each verb takes a design or the path of a design file, and a
year or day, and returns a result.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import numpy as np

from waferway.chips.costing import CostTree, build_tree, design_nre_usd
from waferway.chips.design import ChipDesign
from waferway.chips.footprint import package_carbon
from waferway.chips.opening import Design, When, open_design
from waferway.chips.part_yields import interval
from waferway.chips.performance import compute
from waferway.chips.results import ChipComparison, ChipCost
from waferway.chips.state import Z95, Parameter, TechState, tech_state
from waferway.evidence.claims import Evidence

__all__ = ["compare", "cost"]

DRAWS = 2000


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
        bounds = {name: interval(usd) for name, usd in drawn.bill_of_materials().items()}
        low, high = interval(drawn.total_usd)
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

    Parameters
    ----------
    designs : iterable of design or path
    when : int, str or date
        Year or day whose technology counts.
    draws : int
        Of the intervals.
    seed : int
    evidence : Evidence, optional
        Default: what is shipped.
    known : str or date, optional
        Leave out what was not known on that day.

    Returns
    -------
    ChipComparison

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
