"""The verb compute: what a design computes, from its data sheet and the claims of a day.

Owns the joining of equivalents, kernel law, fleets and serving for one design.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from waferway.chips.design import check_design
from waferway.chips.equivalents import dense_peak_flops, equivalents, memory_bandwidth
from waferway.chips.fleet import FleetLaw
from waferway.chips.opening import Design, When, open_design
from waferway.chips.results import ChipCompute
from waferway.chips.roofline import Accelerator, Roofline, transfer
from waferway.chips.serving import (
    Serving,
    cost_per_million_tokens_usd,
    cost_per_training_flop_usd,
    serve,
)
from waferway.chips.state import Z95, Parameter, TechState, tech_state
from waferway.chips.training import Transformer
from waferway.evidence.claims import Evidence

__all__ = ["compute", "fleet_law", "kernel_law"]

LLAMA = Transformer("llama2-70b", 8192, 80, 64, 32000, 4096, 3.5, 8, gated=True)
PROMPT_TOKENS = OUTPUT_TOKENS = 294.45  # means of the MLPerf data set for this model


def kernel_law(chip: Accelerator, when: When | TechState = 2024) -> Roofline:
    """Law of matrix kernels for a chip that was not measured, from the claims of a day.

    The law calibrated on A100 is transferred by data-sheet figures, see
    `waferway.chips.roofline.transfer`; for measured kernels of the chip itself it is the prior of
    `waferway.chips.roofline.fit_roofline`.

    Examples
    --------
    >>> h100 = Accelerator("h100-sxm", 989.4e12, 3.35e12, power_w=700)
    >>> round(kernel_law(h100).compute_efficiency, 2)
    0.66
    """
    state = when if isinstance(when, TechState) else tech_state(when)

    def get(subject: str, metric: str) -> float:
        return float(state.value(subject, metric))

    names = ("compute_share", "bandwidth_share", "launch_time", "sharpness")
    law = Roofline(*(get("kernel:matmul", name) for name in names))
    a100 = Accelerator(
        "a100-sxm",
        get("chip:a100-sxm", "dense_16bit"),
        get("chip:a100-sxm", "memory_bandwidth"),
        get("chip:a100-sxm", "power"),
    )
    return transfer(law, a100, chip, power_exponent=get("kernel:matmul", "power_exponent"))


def fleet_law(when: When | TechState = 2024) -> FleetLaw:
    """Training throughput of a family that was not measured, from the claims of a day.

    Examples
    --------
    >>> law = fleet_law()
    >>> round(float(law.flops_per_chip("new", 1e15, 256, 2048)) / 1e12)
    460
    """
    state = when if isinstance(when, TechState) else tech_state(when)
    share = state.parameter("training:fleet", "utilisation")
    spread = float(np.log(share.high / share.low) / (2 * Z95))
    return FleetLaw(
        {},
        share.central,
        spread,
        float(state.value("training:fleet", "overhead")),
        float(state.value("training:fleet", "run_share")),
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
    chip, state = open_design(design, when, node, evidence, known)
    # A design is priced nowhere here, but a faulty one must not get a number either.
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
    if wide and bandwidth:
        own = Accelerator(chip.name, wide, bandwidth, chip.power_w, memory)
        law = kernel_law(own, state)
        add("large matrix products", law.compute_efficiency * wide, "flop/s", "16-bit dense")
        add("streaming", law.bandwidth_efficiency * bandwidth, "B/s", "memory")
    peak = narrow or wide
    if peak:
        share = state.parameter("training:fleet", "utilisation")
        trained = fleet_law(state)
        for n in fleet:
            rate = float(trained.flops_per_chip("", peak, n, global_batch, whole_run=True))
            spread = (rate * share.low / share.central, rate * share.high / share.central)
            add(f"training, {n} chips", rate, "flop/s", f"6ND, batch {global_batch}", spread)
            if usd_per_hour is not None:
                usd = [float(cost_per_training_flop_usd(usd_per_hour, r)) for r in (rate, *spread)]
                basis = f"6ND, batch {global_batch}"
                add(f"cost of 1e21 training FLOP, {n} chips", usd[0], "USD", basis, usd[:0:-1])
    for width, top in (
        (8, narrow),
        (16, None if narrow else wide),
        (4, dense_peak_flops(chip, 4)),
    ):
        if top and bandwidth and memory:
            own = Accelerator(
                chip.name, top, bandwidth, chip.power_w, memory, chip.compute.link_bytes_s or 0.0,
                width,
            )  # fmt: skip
            law = kernel_law(own, state)
            quality = state.parameter(
                f"software:{software or chip.compute.software}", "serving_share"
            )
            _serving_rows(add, notes, state, own, law, quality, usd_per_hour)
    if chip.power_w:
        add("power", chip.power_w, "W", "stated")
    return ChipCompute(chip.name, state.when.isoformat(), worth.weights, tuple(rows), tuple(notes))


def _serving_rows(
    add: Callable[..., None],
    notes: list[str],
    state: TechState,
    own: Accelerator,
    law: Roofline,
    quality: Parameter,
    usd_per_hour: float | None,
) -> None:
    """Rows of the reference model on the smallest group of chips that holds it."""
    name = "serving" if own.bits >= 8 else f"serving {own.bits}-bit"
    held = float(state.value("serving:decode", "memory_share"))
    weight_bytes = own.bits / 8
    group = 1
    while group < 64 and group * own.memory_bytes * held < LLAMA.parameters * weight_bytes * 1.15:
        group *= 2
    if group > 1 and not own.link_bytes_s:
        notes.append(f"{name}: state compute.link to serve with several chips")
        return
    served = Serving(
        LLAMA, PROMPT_TOKENS, OUTPUT_TOKENS, group, weight_bytes, 1.0, memory_share=held
    )
    rates = serve(
        served,
        own,
        law,
        link_efficiency=float(state.value("serving:decode", "link_share")),
        software=quality.central,
    )
    basis = f"Llama-2-70B, {own.bits}-bit, groups of {group}"
    bounds = (quality.low / quality.central, quality.high / quality.central)
    for measure, rate in (
        ("generated tokens", rates.output_tokens_s / group),
        ("decode alone", rates.decode_tokens_s / group),
        ("prefill alone", rates.prefill_tokens_s / group),
    ):
        spread = (rate * bounds[0], rate * bounds[1])
        add(f"{name}, {measure}", rate, "token/s", basis, spread)
        if usd_per_hour is not None and measure == "generated tokens":
            usd = [float(cost_per_million_tokens_usd(usd_per_hour, r)) for r in (rate, *spread)]
            add(f"{name}, cost of a million generated tokens", usd[0], "USD", basis, usd[:0:-1])
