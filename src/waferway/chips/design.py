"""A chip as its designer states it: dies, memory, package, tests, compute.

Owns the nouns of a design and the faults a design can have by itself or against the technology
of its day. Refuses defaults of the world (claims) and files (`waferway.chips.design_file`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from waferway.chips.state import SHARES, TechState
from waferway.chips.yields import YIELD_MODELS, RepairableBlocks
from waferway.errors import Faults, Place, nearest

__all__ = [
    "NUMBER_FORMATS",
    "PACKAGE_ORDERS",
    "TESTS",
    "Bin",
    "BlockClass",
    "ChipDesign",
    "Compute",
    "Die",
    "Memory",
    "Outline",
    "Package",
    "check_design",
]

TESTS = ("probe", "known-good-die", "final", "system-level")
PACKAGE_ORDERS = ("chip-last", "chip-first")
# Number formats in which peak rates are stated, with bits; always dense.
NUMBER_FORMATS = {
    "fp64": 64, "fp32": 32, "tf32": 32, "bf16": 16, "fp16": 16, "fp8": 8, "int8": 8,
    "fp6": 6, "fp4": 4, "int4": 4,
}  # fmt: skip
INTERPOSER_KINDS = ("cowos-s", "cowos-l", "cowos-r", "info", "silicon-interposer")


@dataclass(frozen=True)
class Bin:
    """A product that a die can become: the good blocks it needs."""

    name: str
    needed: int


@dataclass(frozen=True)
class BlockClass:
    """Equal blocks of a die, some of which may fail.

    `bins` are ordered from the one that needs most; empty: one bin that needs `needed`.
    """

    name: str
    count: int
    needed: int
    area_share: float
    bins: tuple[Bin, ...] = ()

    @property
    def least(self) -> int:
        """Blocks that the lowest bin needs."""
        return min([b.needed for b in self.bins], default=self.needed)

    @property
    def repairable(self) -> RepairableBlocks:
        """The class as the yield model takes it, at its lowest bin."""
        return RepairableBlocks(self.count, self.least, self.area_share)


@dataclass(frozen=True)
class Die:
    """One kind of die.

    Attributes
    ----------
    name, node : str
    width_mm, height_mm : float
        Without street.
    count : int
        In one package; of a stacked die, on each die it stands on.
    blocks : tuple of BlockClass
    yield_model : str
    stitched : bool
        Exposed as several fields joined: may exceed the reticle, at `stitch_yield`.
    on : str
        Die on which it is stacked (3D); empty: beside the others.
    modules_mm2 : mapping of str to float
        Reused blocks that are designed once in a family; empty: the die is one module.
    ip_usd : float
        Licences of bought blocks, paid once.
    """

    name: str
    node: str
    width_mm: float
    height_mm: float
    count: int = 1
    blocks: tuple[BlockClass, ...] = ()
    yield_model: str = "negative-binomial"
    critical_layers: int = 10
    stitched: bool = False
    stitch_yield: float = 1.0
    on: str = ""
    modules_mm2: Mapping[str, float] = field(default_factory=dict)
    ip_usd: float = 0.0

    @property
    def area_mm2(self) -> float:
        """Area without street."""
        return self.width_mm * self.height_mm

    @property
    def bins(self) -> tuple[Bin, ...]:
        """Bins of the first class that has any, best first."""
        return next((block.bins for block in self.blocks if block.bins), ())


@dataclass(frozen=True)
class Memory:
    """Stacks of high-bandwidth memory beside the dies.

    `dummy_stacks` take a place and a bond but hold no memory.
    """

    kind: str
    stacks: int
    core_dies: int
    gb_per_stack: float
    dummy_stacks: int = 0


@dataclass(frozen=True)
class Outline:
    """A rectangle, mm."""

    width_mm: float
    height_mm: float

    @property
    def area_mm2(self) -> float:
        """Area."""
        return self.width_mm * self.height_mm


@dataclass(frozen=True)
class Package:
    """How the parts are put together: a kind that claims describe, an order, two outlines."""

    kind: str
    substrate: Outline
    interposer: Outline | None = None
    order: str = "chip-last"


@dataclass(frozen=True)
class Compute:
    """Peak rates and measured ones.

    Attributes
    ----------
    dense_flops : mapping of str to float, FLOP/s
        Peak by number format, dense; integer formats count operations.
    bandwidth_bytes_s : float or None
        Of the memory; None: from the stacks.
    measured : mapping of str to float
        Measured rates by workload, for example tokens/s of a named benchmark.
    software : str
        Family of serving software that claims measure (``nvidia``, ``amd``), or ``any``.
    """

    dense_flops: Mapping[str, float] = field(default_factory=dict)
    bandwidth_bytes_s: float | None = None
    memory_gb: float | None = None
    measured: Mapping[str, float] = field(default_factory=dict)
    link_bytes_s: float | None = None
    software: str = "any"


@dataclass(frozen=True)
class ChipDesign:
    """A chip: one kind of package with all that is in it.

    Attributes
    ----------
    name, label : str
    dies : tuple of Die
    package : Package
    memory : tuple of Memory
    tests : tuple of str
        Which of probe, known-good-die, final and system-level tests are done.
    power_w : float
    compute : Compute
    family : str
        Designs of one family pay for equal dies once; empty: its own.
    assume : mapping of str to float
        Values by ``subject metric`` that take the place of claims.
    places : mapping of str to Place
        Where each value was read, by path (``dies[0].width_mm``).
    """

    name: str
    dies: tuple[Die, ...]
    package: Package
    memory: tuple[Memory, ...] = ()
    tests: tuple[str, ...] = TESTS
    power_w: float = 0.0
    compute: Compute = field(default_factory=Compute)
    family: str = ""
    label: str = ""
    assume: Mapping[str, float] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict, compare=False, repr=False)

    def place(self, path: str) -> Place:
        """Where a value was read, or where it stands in the object."""
        return self.places.get(path, Place(cell=f"{self.name}.{path}"))

    @property
    def stacks(self) -> int:
        """Stacks with memory."""
        return sum(memory.stacks for memory in self.memory)

    @property
    def places_taken(self) -> int:
        """Stack positions, dummies included."""
        return sum(memory.stacks + memory.dummy_stacks for memory in self.memory)

    @property
    def memory_gb(self) -> float:
        """Memory in the stacks, GB; what the vendor states may be less."""
        return sum(memory.stacks * memory.gb_per_stack for memory in self.memory)


def check_design(design: ChipDesign, state: TechState | None = None) -> Faults:
    """Everything wrong with a design, alone or against the technology of a day.

    Returns
    -------
    Faults
        Empty when a design can be computed.
    """
    faults = Faults()
    if not design.dies:
        faults.add(design.place("dies"), "a design needs at least one die", kind="empty")
    names = [die.name for die in design.dies]
    for index, die in enumerate(design.dies):
        _check_die(design, die, f"dies[{index}]", names, faults)
    for index, memory in enumerate(design.memory):
        _check_memory(design, memory, f"memory[{index}]", faults)
    _check_package(design, faults)
    for index, test in enumerate(design.tests):
        if test not in TESTS:
            _unknown(faults, design.place(f"tests[{index}]"), test, TESTS, "a test")
    if not (math.isfinite(design.power_w) and design.power_w >= 0):
        faults.add(design.place("power_w"), f"power_w is {design.power_w:g}", "at least 0 W")
    for name, rate in design.compute.dense_flops.items():
        path = f"compute.dense_flops.{name}"
        if name not in NUMBER_FORMATS:
            _unknown(faults, design.place(path), name, NUMBER_FORMATS, "a number format")
        elif not rate > 0:
            faults.add(design.place(path), f"{path} is {rate:g}", "a rate is above 0")
    if state is not None:
        _check_against(design, state, faults)
    return faults


def _unknown(faults: Faults, place: Place, name: str, known: object, noun: str) -> None:
    valid = list(known)  # type: ignore[call-overload]
    near = nearest(name, valid)
    faults.add(
        place,
        f'"{name}" is not {noun}',
        f"known: {', '.join(valid)}",
        f"did you mean {near[0]}?" if near else "",
        "unknown-name",
    )


def _positive(faults: Faults, place: Place, path: str, value: float, unit: str) -> None:
    if not (math.isfinite(value) and value > 0):
        faults.add(place, f"{path} is {value:g}", f"it must be above 0 {unit}", kind="range")


def _check_die(design: ChipDesign, die: Die, at: str, names: list[str], faults: Faults) -> None:
    def place(name: str) -> Place:
        return design.place(f"{at}.{name}")

    if names.count(die.name) > 1 and names.index(die.name) != int(at[5:-1]):
        faults.add(place("name"), f'two dies are called "{die.name}"', kind="duplicate")
    _positive(faults, place("width_mm"), "width_mm", die.width_mm, "mm")
    _positive(faults, place("height_mm"), "height_mm", die.height_mm, "mm")
    if die.count < 1:
        faults.add(place("count"), f"count is {die.count}", "at least 1", kind="range")
    if die.yield_model not in YIELD_MODELS:
        _unknown(faults, place("yield_model"), die.yield_model, YIELD_MODELS, "a yield model")
    if die.blocks and die.yield_model not in ("negative-binomial", "poisson"):
        faults.add(
            place("yield_model"),
            f"blocks of die {die.name} cannot be harvested under {die.yield_model}",
            "harvesting is defined for poisson and negative-binomial",
            kind="conflict",
        )
    if die.on and die.on not in names:
        _unknown(faults, place("on"), die.on, names, "a die of this design")
    if die.on == die.name:
        faults.add(place("on"), f"die {die.name} cannot stand on itself", kind="circle")
    if not (math.isfinite(die.ip_usd) and die.ip_usd >= 0):
        faults.add(place("ip_usd"), f"ip_usd is {die.ip_usd:g}", "at least 0 USD", kind="range")
    modules = sum(die.modules_mm2.values())
    over = modules > abs(die.area_mm2) * 1.0001
    if any(not area > 0 for area in die.modules_mm2.values()) or (die.modules_mm2 and over):
        faults.add(
            place("modules_mm2"),
            f"modules of {die.name} take {modules:g} mm2",
            f"each is above 0, together at most the die's {die.area_mm2:g} mm2",
            kind="range",
        )
    if not 0 < die.stitch_yield <= 1:
        faults.add(place("stitch_yield"), f"stitch_yield is {die.stitch_yield:g}", "above 0 to 1")
    share = 0.0
    for index, block in enumerate(die.blocks):
        spot = design.place(f"{at}.blocks[{index}]")
        share += max(block.area_share, 0.0)
        if block.count < 1:
            faults.add(spot, f"count of {block.name} is {block.count}", "at least 1")
        if not 0 <= block.area_share <= 1:
            faults.add(spot, f"area_share of {block.name} is {block.area_share:g}", "0 to 1")
        for needed in [block.needed, *(b.needed for b in block.bins)]:
            if not 0 <= needed <= block.count:
                faults.add(spot, f"{block.name} needs {needed} good blocks", f"0 to {block.count}")
        needs = [b.needed for b in block.bins]
        if needs != sorted(set(needs), reverse=True):
            faults.add(spot, f"bins of {block.name} need {needs}", "fall from the best bin down")
    if share > 1 + 1e-9:
        faults.add(
            place("blocks"),
            f"area shares of the blocks of {die.name} sum to {share:g}",
            "at most 1",
            kind="range",
        )


def _check_memory(design: ChipDesign, memory: Memory, at: str, faults: Faults) -> None:
    for name, value, least in (
        ("stacks", memory.stacks, 0),
        ("core_dies", memory.core_dies, 1),
        ("dummy_stacks", memory.dummy_stacks, 0),
    ):
        if value < least:
            faults.add(design.place(f"{at}.{name}"), f"{name} is {value}", f"at least {least}")
    _positive(faults, design.place(f"{at}.gb_per_stack"), "gb_per_stack", memory.gb_per_stack, "GB")


def _check_package(design: ChipDesign, faults: Faults) -> None:
    package = design.package
    if package.order not in PACKAGE_ORDERS:
        _unknown(faults, design.place("package.order"), package.order, PACKAGE_ORDERS, "an order")
    outlines = {"substrate": package.substrate}
    if package.interposer is not None:
        outlines["interposer"] = package.interposer
    for name, outline in outlines.items():
        for side in ("width_mm", "height_mm"):
            path = f"package.{name}.{side}"
            _positive(faults, design.place(path), path, getattr(outline, side), "mm")
    if package.kind in INTERPOSER_KINDS and package.interposer is None:
        faults.add(
            design.place("package"),
            f"a package of kind {package.kind} needs an interposer",
            suggestion="give interposer: {width_mm: ..., height_mm: ...}",
            kind="missing",
        )
    if package.interposer is not None and not (
        package.interposer.area_mm2 <= package.substrate.area_mm2
    ):
        faults.add(
            design.place("package.interposer"),
            "the interposer is larger than the substrate",
            f"{package.interposer.area_mm2:g} and {package.substrate.area_mm2:g} mm2",
            kind="conflict",
        )


def _check_against(design: ChipDesign, state: TechState, faults: Faults) -> None:
    """Reticle, room beside the dies, and every claim the design needs on its day."""
    reticle = state.find("reticle:full", "width"), state.find("reticle:full", "height")
    if reticle[0] and reticle[1]:
        short, long = sorted((reticle[0].central, reticle[1].central))
        for index, die in enumerate(design.dies):
            a, b = sorted((die.width_mm, die.height_mm))
            if not die.stitched and (a > short or b > long):
                faults.add(
                    design.place(f"dies[{index}].width_mm"),
                    f"die {die.name} of {die.width_mm:g} x {die.height_mm:g} mm is beyond the "
                    f"reticle",
                    f"one exposure covers {short:g} x {long:g} mm",
                    "split it, or set stitched: true with a stitch_yield",
                    "reticle",
                )
    for index, die in enumerate(design.dies):
        place = design.place(f"dies[{index}].node")
        needed = ["wafer_price", "defect_density", "fab_time", "design_cost_300mm2",
                  "mask_set_cost"]  # fmt: skip
        if state.find(f"node:{die.node}", "wafer_price") is None and die.node not in state.subjects(
            "node:"
        ):
            needed = needed[:1]  # an unknown node is one fault, not five
        state.check([(f"node:{die.node}", metric, place) for metric in needed], faults)
    for index, memory in enumerate(design.memory):
        place = design.place(f"memory[{index}].kind")
        state.check([(f"memory:{memory.kind}", "price_per_gb", place)], faults)
    place = design.place("package.kind")
    wanted = ["die_bond_yield"]
    if design.package.interposer is not None and design.package.kind in state.subjects("package:"):
        wanted.append("interposer_wafer_price")
    state.check([(f"package:{design.package.kind}", metric, place) for metric in wanted], faults)
    software = design.place("compute.software")
    state.check([(f"software:{design.compute.software}", "serving_share", software)], faults)
    if any(die.on for die in design.dies):
        state.check([("package:hybrid-bond", "die_bond_yield", place)], faults)
    _check_assumed(design, state, faults)
    _check_room(design, state, faults)


def _check_assumed(design: ChipDesign, state: TechState, faults: Faults) -> None:
    """Assumed values name a subject and a metric that some claim has, and stay in range."""
    metrics = state.metrics()
    for key, value in design.assume.items():
        place = design.place(f"assume.{key}")
        subject, _, metric = key.rpartition(" ")
        if metric not in metrics or ":" not in subject:
            near = nearest(key, [f"{s} {m}" for s, m in state.pairs()], cutoff=0.6)
            faults.add(
                place,
                f'"{key}" is not a subject and a metric',
                "written as the claims name them, for example node:n5 wafer_price",
                f"did you mean {near[0]}?" if near else "",
                "unknown-name",
            )
        share = metric.endswith(SHARES)
        if not math.isfinite(value) or value < 0 or (share and value > 1):
            limits = "0 to 1" if share else "at least 0"
            faults.add(place, f"{key} is {value:g}", f"it must be {limits}", kind="range")


def _check_room(design: ChipDesign, state: TechState, faults: Faults) -> None:
    """Stacks stand in two rows along the longer side; all parts fit the carrier's area."""
    gap = state.find("package:any", "attach_gap")
    outline = design.package.interposer or design.package.substrate
    if gap is None or not design.memory:
        return
    footprints = []
    for memory in design.memory:
        sides = [
            state.find(f"memory:{memory.kind}", f"footprint_{side}") for side in ("width", "height")
        ]
        if sides[0] is None or sides[1] is None:
            return
        footprints.append((sides[0].central, sides[1].central))
    edge = max(outline.width_mm, outline.height_mm)
    wide = max(min(f) for f in footprints) + gap.central
    room = 2 * math.floor((edge + gap.central) / wide)
    carrier = "interposer" if design.package.interposer else "substrate"
    if design.places_taken > room:
        faults.add(
            design.place("memory"),
            f"{design.places_taken} stacks do not fit beside the dies",
            f"two edges of {edge:g} mm of the {carrier} hold {room} stacks of {wide:g} mm",
            f"use fewer stacks or a longer {carrier}",
            "edge",
        )
    used = sum(die.area_mm2 * die.count for die in design.dies if not die.on) + sum(
        (memory.stacks + memory.dummy_stacks) * f[0] * f[1]
        for memory, f in zip(design.memory, footprints, strict=True)
    )
    if used > outline.area_mm2:
        faults.add(
            design.place("package"),
            f"dies and stacks take {used:.0f} mm2",
            f"the {carrier} has {outline.area_mm2:.0f} mm2",
            f"enlarge the {carrier}",
            "area",
        )
