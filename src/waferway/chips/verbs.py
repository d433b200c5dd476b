"""The verbs: cost, yields, compute, compare of a design.

Owns what is run for each verb and how central values, draws and tornados are put together.
`compile` stands in `waferway.chips.recipes`. Each verb takes a design, a path of a design file,
and a year or day, and returns a result.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from waferway.chips.carbon import CarbonRange, carbon_range
from waferway.chips.costing import CostTree, build_tree, design_nre_usd
from waferway.chips.design import ChipDesign
from waferway.chips.design_file import read_design
from waferway.chips.equivalents import dense_peak_flops, equivalents, memory_bandwidth
from waferway.chips.fleet import FleetLaw
from waferway.chips.results import ChipComparison, ChipCompute, ChipCost, ChipYield
from waferway.chips.roofline import Accelerator, Roofline, transfer
from waferway.chips.serving import (
    Serving,
    cost_per_million_tokens_usd,
    cost_per_training_flop_usd,
    serve,
)
from waferway.chips.state import Z95, Parameter, TechState, tech_state
from waferway.chips.training import Transformer
from waferway.chips.wafer import wafer_map
from waferway.chips.yields import bin_shares
from waferway.evidence.claims import Evidence

__all__ = ["compare", "compute", "cost", "yields_of"]

Design = ChipDesign | str | Path
When = int | str | dt.date
DRAWS = 2000
WAFER_CM2 = np.pi * 15.0**2


def _open(
    design: Design,
    when: When,
    node: str | None,
    evidence: Evidence | None,
    known: str | dt.date | None,
) -> tuple[ChipDesign, TechState]:
    from dataclasses import replace

    chip = design if isinstance(design, ChipDesign) else read_design(design)
    if node is not None:
        dies = tuple(replace(die, node=node) for die in chip.dies)
        chip = replace(chip, dies=dies)
    return chip, tech_state(when, evidence=evidence, known=known)


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


def _carbon(tree: CostTree) -> CarbonRange:
    """Emissions per good package: logic by two models, other parts at their bounds."""
    state = tree.state
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
    chip, state = _open(design, when, node, evidence, known)
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
    carbon = _carbon(tree)
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
        carbon_low_kg=float(carbon.low_kg),
        carbon_high_kg=float(carbon.high_kg),
        carbon_low_name=carbon.low_name,
        carbon_high_name=carbon.high_name,
        tornado_rows=rows,
        claims=tuple(p.claim.claim_id for p in parameters if p.claim is not None),
        draws=draws,
        seed=seed,
        notes=_notes(parameters),
    )


def _notes(parameters: list[Parameter]) -> tuple[str, ...]:
    weak = sum(1 for p in parameters if p.claim is not None and p.claim.grade == "D")
    own = sum(1 for p in parameters if p.claim is None)
    out = [f"{weak} of {len(parameters)} parameters rest on claims of grade D (own estimates)"]
    if own:
        out.append(f"{own} parameters are the design's own assumptions, without interval")
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
    chip, state = _open(design, when, node, evidence, known)
    tree = build_tree(chip, state, line_age_years=line_age_years)
    drawn = tree
    if draws:
        drawn = build_tree(chip, state.drawn(draws, seed), line_age_years=line_age_years)
    edge = state.parameter("wafer:300mm", "edge_exclusion").central
    street = state.parameter("wafer:300mm", "street").central
    parts, bins, maps = [], [], {}
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
        chart = wafer_map(die.width_mm, die.height_mm, edge_mm=edge, street_mm=street)
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
        low, high, float(tree.escapes), 300.0, edge, maps,
    )  # fmt: skip


LLAMA = Transformer("llama2-70b", 8192, 80, 64, 32000, 4096, 3.5, 8, gated=True)
PROMPT_TOKENS = OUTPUT_TOKENS = 294.45  # means of the MLPerf data set for this model


def _roofline(state: TechState) -> Roofline:
    get = state.value
    return Roofline(
        float(get("kernel:matmul", "compute_share")),
        float(get("kernel:matmul", "bandwidth_share")),
        float(get("kernel:matmul", "launch_time")),
        float(get("kernel:matmul", "sharpness")),
    )


def compute(
    design: Design,
    when: When,
    *,
    node: str | None = None,
    fleet: Iterable[int] = (256, 1024, 4096, 16384),
    global_batch: int = 4096,
    software: str | None = None,
    usd_per_hour: float | None = None,
    evidence: Evidence | None = None,
    known: str | dt.date | None = None,
) -> ChipCompute:
    """What a chip computes: equivalents on four bases, kernels, training, serving.

    Parameters
    ----------
    fleet : iterable of int
        Numbers of chips for training throughput.
    global_batch : int
        Sequences per training step.
    software : str, optional
        Family of serving software; the design's own when absent.
    usd_per_hour : float, optional
        Cost of one chip for an hour, owned or rented; gives cost per token and per training FLOP.

    Returns
    -------
    ChipCompute
        Rows only for what the design states: a design without an 8-bit rate has no serving row.
    """
    chip, state = _open(design, when, node, evidence, known)
    # A design is priced nowhere here, but a faulty one must not get a number either.
    from waferway.chips.design import check_design

    check_design(chip, state).raise_any("no number was computed")
    worth = equivalents(chip, state)
    rows: list[dict[str, Any]] = []
    notes = list(worth.notes)

    def add(measure: str, value: float, unit: str, basis: str, spread: Any = None) -> None:
        low, high = spread if spread is not None else (np.nan, np.nan)
        rows.append(
            {"measure": measure, "value": value, "low": low, "high": high, "unit": unit,
             "basis": basis}
        )  # fmt: skip

    for basis, weight in worth.weights.items():
        if weight is not None:
            add("equivalent", weight, "H100e", basis)
        else:
            notes.append(f"{basis}: the design states nothing on this basis")
    bandwidth = memory_bandwidth(chip, state)
    memory = (chip.compute.memory_gb or chip.memory_gb) * 1e9
    wide, narrow = dense_peak_flops(chip, 16), dense_peak_flops(chip, 8)
    a100 = Accelerator(
        "a100-sxm",
        float(state.value("chip:a100-sxm", "dense_16bit")),
        float(state.value("chip:a100-sxm", "memory_bandwidth")),
        float(state.value("chip:a100-sxm", "power")),
    )
    exponent = float(state.value("kernel:matmul", "power_exponent"))
    if wide and bandwidth:
        own = Accelerator(chip.name, wide, bandwidth, chip.power_w, memory)
        law = transfer(_roofline(state), a100, own, power_exponent=exponent)
        add("large matrix products", law.compute_efficiency * wide, "flop/s", "16-bit dense")
        add("streaming", law.bandwidth_efficiency * bandwidth, "B/s", "memory")
    peak = narrow or wide
    if peak:
        share = state.parameter("training:fleet", "utilisation")
        fleet_law = FleetLaw(
            {},
            share.central,
            0.0,
            float(state.value("training:fleet", "overhead")),
            float(state.value("training:fleet", "run_share")),
        )
        for n in fleet:
            rate = float(fleet_law.flops_per_chip("", peak, n, global_batch, whole_run=True))
            spread = (rate * share.low / share.central, rate * share.high / share.central)
            add(f"training, {n} chips", rate, "flop/s", f"6ND, batch {global_batch}", spread)
            if usd_per_hour is not None:
                usd = [float(cost_per_training_flop_usd(usd_per_hour, r)) for r in (rate, *spread)]
                basis = f"6ND, batch {global_batch}"
                add(f"cost of 1e21 training FLOP, {n} chips", usd[0], "USD", basis, usd[:0:-1])
    if peak and bandwidth and memory:
        width = 8 if narrow else 16
        link = chip.compute.link_bytes_s or 0.0
        own = Accelerator(chip.name, peak, bandwidth, chip.power_w, memory, link, width)
        law = transfer(_roofline(state), a100, own, power_exponent=exponent)
        held = float(state.value("serving:decode", "memory_share"))
        weight_bytes = width / 8
        group = 1
        while group < 64 and group * memory * held < LLAMA.parameters * weight_bytes * 1.15:
            group *= 2
        if group == 1 or link:
            served = Serving(
                LLAMA, PROMPT_TOKENS, OUTPUT_TOKENS, group, weight_bytes, 1.0, memory_share=held
            )
            quality = state.parameter(
                f"software:{software or chip.compute.software}", "serving_share"
            )
            rates = serve(
                served,
                own,
                law,
                link_efficiency=float(state.value("serving:decode", "link_share")),
                software=quality.central,
            )
            for measure, rate in (
                ("serving, generated tokens", rates.output_tokens_s),
                ("serving, decode alone", rates.decode_tokens_s),
                ("serving, prefill alone", rates.prefill_tokens_s),
            ):
                each = rate / group
                spread = (
                    each * quality.low / quality.central,
                    each * quality.high / quality.central,
                )
                add(measure, each, "token/s", f"Llama-2-70B, groups of {group}", spread)
                if usd_per_hour is not None and measure.startswith("serving, generated"):
                    usd = [
                        float(cost_per_million_tokens_usd(usd_per_hour, r)) for r in (each, *spread)
                    ]
                    basis = f"Llama-2-70B, groups of {group}"
                    add("cost of a million generated tokens", usd[0], "USD", basis, usd[:0:-1])
        else:
            notes.append("serving: state compute.link to serve with several chips")
    if chip.power_w:
        add("power", chip.power_w, "W", "stated")
    return ChipCompute(chip.name, state.when.isoformat(), worth.weights, tuple(rows), tuple(notes))


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
            chip, _ = _open(design, when, None, evidence, known)
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
