"""H100-equivalents on four stated bases; dense rates only.

Owns the weights by which chips are compared. Refuses to say "H100-equivalent" without a basis,
and sparse peak rates.
"""

from __future__ import annotations

from dataclasses import dataclass

from waferway.chips.design import NUMBER_FORMATS, ChipDesign
from waferway.chips.state import TechState
from waferway.errors import Fault, InputError, Place

__all__ = ["BASES", "Equivalents", "dense_peak_flops", "equivalents", "memory_bandwidth"]

# basis -> (metric of the reference claim, what is counted)
BASES = {
    "h100e-16bit-dense": ("dense_16bit", "peak dense rate of 16-bit formats"),
    "h100e-8bit-dense": ("dense_8bit", "peak dense rate of 8-bit formats"),
    "h100e-bandwidth": ("memory_bandwidth", "memory bandwidth"),
    "h100e-measured": ("measured_llama2_70b_offline", "tokens/s, MLPerf Inference v4.1, "
                       "Llama-2-70B offline"),
}  # fmt: skip
REFERENCE = "chip:h100-sxm"
MEASURED = "llama2-70b-offline"
SUSPECT_SPARSE = 1.9  # an 8-bit rate beyond 2 x the 16-bit rate by this factor looks sparse


@dataclass(frozen=True)
class Equivalents:
    """How many H100s one chip is worth.

    Attributes
    ----------
    weights : dict of str to float or None
        By basis; None where the design states nothing on it. Missing is never zero.
    notes : tuple of str
        Doubts about the figures.
    """

    weights: dict[str, float | None]
    notes: tuple[str, ...] = ()


def dense_peak_flops(design: ChipDesign, bits: int) -> float | None:
    """Highest peak dense rate among the formats of this width, FLOP/s; None when not stated.

    Examples
    --------
    >>> from waferway.chips.design import Compute, Outline, Package
    >>> chip = ChipDesign("c", (), Package("mcm", Outline(1, 1)),
    ...     compute=Compute({"fp8": 2e15, "int8": 2.1e15}))
    >>> dense_peak_flops(chip, 8), dense_peak_flops(chip, 16)
    (2100000000000000.0, None)
    """
    rates = [
        rate
        for name, rate in design.compute.dense_flops.items()
        if NUMBER_FORMATS[name] == bits and name != "tf32"
    ]
    return max(rates) if rates else None


def memory_bandwidth(design: ChipDesign, state: TechState) -> float | None:
    """Bytes per second as stated, else from the stacks and the claims on their kind."""
    stated = design.compute.bandwidth_bytes_s
    if stated is not None:
        return stated
    total = 0.0
    for memory in design.memory:
        found = state.find(f"memory:{memory.kind}", "stack_bandwidth")
        if found is None:
            return None
        total += memory.stacks * found.central * 1e9
    return total or None


def equivalents(design: ChipDesign, state: TechState) -> Equivalents:
    """Weights of a design against the H100 SXM on four bases.

    Parameters
    ----------
    design : ChipDesign
        `compute.measured` may hold ``llama2-70b-offline`` in tokens/s per chip.
    state : TechState
        Holds the reference claims.

    Raises
    ------
    InputError
        If a stated 8-bit rate looks like a sparse one: more than 3.8 times the 16-bit rate.
    """
    own = {
        "dense_16bit": dense_peak_flops(design, 16),
        "dense_8bit": dense_peak_flops(design, 8),
        "memory_bandwidth": memory_bandwidth(design, state),
        "measured_llama2_70b_offline": design.compute.measured.get(MEASURED),
    }
    high, low = own["dense_8bit"], own["dense_16bit"]
    if high and low and high > 2 * SUSPECT_SPARSE * low:
        raise InputError(
            [
                Fault(
                    design.place("compute.dense_flops"),
                    f"8-bit rate of {high:g} FLOP/s is {high / low:.1f} times the 16-bit rate",
                    "a dense 8-bit rate is at most about twice the 16-bit one",
                    "give the dense rate: data sheets often print the sparse one",
                    "sparse",
                )
            ],
            "no number was computed",
        )
    notes = []
    if high is None and low is not None:
        notes.append("no 8-bit format: the 8-bit basis counts the 16-bit rate, which runs 8-bit")
        own["dense_8bit"] = low
    weights: dict[str, float | None] = {}
    for basis, (metric, _) in BASES.items():
        value = own[metric]
        found = state.find(REFERENCE, metric)
        if found is None:
            raise InputError([state.missing(REFERENCE, metric, Place("claims"))])
        weights[basis] = None if value is None else value / found.central
    return Equivalents(weights, tuple(notes))
