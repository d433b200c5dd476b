"""Chiplet Actuary (Feng & Ma, DAC 2022): recurring cost of dies and packages.

Owns the formulas of that model, written from their description. Our own evaluator
(`waferway.chips.flow`) computes the package; the parameters here are the authors'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waferway.chips.flow import Step, evaluate_flow
from waferway.chips.wafer_formulas import gross_dies_patterson
from waferway.chips.yields import negative_binomial_yield
from waferway.errors import RangeError

__all__ = ["INTEGRATIONS", "ActuaryCost", "ActuaryDie", "recurring_cost"]

Array = NDArray[np.float64]
STREET_MM, EDGE_MM, CLUSTERING = 0.2, 5.0, 10.0
C4_USD_PER_MM2, MICRO_BUMP_USD_PER_MM2 = 0.005, 0.01
SUBSTRATE_USD_PER_MM2, SUBSTRATE_SCALE = 0.005, 4.0
INTEGRATIONS = ("SoC", "MCM", "InFO", "2.5D")


@dataclass(frozen=True)
class _Interposer:
    wafer_usd: float
    d0_per_cm2: float
    clustering: float
    scale: float
    bond_yield: float
    substrate_yield: float = 0.99


_INTERPOSER = {
    "InFO": _Interposer(1200.0, 0.05, 3.0, 1.2, 0.98),
    "2.5D": _Interposer(1937.0, 0.06, 6.0, 1.1, 0.95),
}
_BOND_ON_SUBSTRATE = 0.99


@dataclass(frozen=True)
class ActuaryDie:
    """Dies of one kind in a package.

    Attributes
    ----------
    area_mm2 : float
        Links included.
    wafer_usd, d0_per_cm2 : float
        Of the node; 0 and 0 for a dummy, which costs only its bumps and its bond.
    count : int
    """

    area_mm2: float
    wafer_usd: float
    d0_per_cm2: float
    count: int = 1


@dataclass(frozen=True)
class ActuaryCost:
    """The five parts of the model, USD per good package."""

    raw_chips_usd: float
    defect_chips_usd: float
    raw_package_usd: float
    defect_package_usd: float
    wasted_known_good_dies_usd: float

    @property
    def packaging_usd(self) -> float:
        """Package, its defects and the dies wasted in it."""
        return self.raw_package_usd + self.defect_package_usd + self.wasted_known_good_dies_usd

    @property
    def total_usd(self) -> float:
        """Sum of the parts."""
        return self.raw_chips_usd + self.defect_chips_usd + self.packaging_usd


def _raw_usd(area_mm2: float, wafer_usd: float) -> float:
    side = float(np.sqrt(area_mm2))
    count = float(gross_dies_patterson(side, side, edge_mm=EDGE_MM, street_mm=STREET_MM))
    if count <= 0:
        raise RangeError(f"{area_mm2:g} mm2 does not fit a wafer in this model")
    return wafer_usd / count


def recurring_cost(
    dies: Sequence[ActuaryDie],
    integration: str,
    *,
    chip_first: bool = False,
    compat: str = "",
) -> ActuaryCost:
    """Recurring cost of one package.

    Parameters
    ----------
    dies : sequence of ActuaryDie
        One kind per element.
    integration : str
        ``SoC``, ``MCM``, ``InFO`` or ``2.5D``.
    chip_first : bool
        Fan-out built around the dies: they are lost with every fault of the interposer.
    compat : str
        ``actuary`` repeats the model's own code, in which the micro-bumps of several equal
        dies on one interposer are paid once; empty pays for each.

    Source
    ------
    Feng & Ma, Chiplet Actuary: A Quantitative Cost Model and Multi-Chiplet Architecture
    Exploration, DAC 2022.

    Examples
    --------
    >>> half = ActuaryDie(440.0, 16988.0, 0.11)
    >>> round(recurring_cost([half, half], "2.5D").total_usd, 2)
    641.46
    """
    if integration not in INTEGRATIONS:
        raise RangeError(f"integration is {integration!r}; known: {', '.join(INTEGRATIONS)}")
    if compat not in ("", "actuary"):
        raise RangeError(f'compat is {compat!r}; known: "" and "actuary"')
    on_silicon = integration in _INTERPOSER
    silicon = sum(die.area_mm2 * die.count for die in dies)
    count = sum(die.count for die in dies)
    raw = bumps = defect = 0.0
    for die in dies:
        made = _raw_usd(die.area_mm2, die.wafer_usd) if die.wafer_usd else 0.0
        good = float(negative_binomial_yield(die.area_mm2 / 100, die.d0_per_cm2, CLUSTERING))
        raw += made * die.count
        defect += made * (1 / good - 1) * die.count
        per_mm2 = MICRO_BUMP_USD_PER_MM2 if on_silicon else C4_USD_PER_MM2
        paid_once = compat == "actuary" and on_silicon
        bumps += per_mm2 * die.area_mm2 * (1 if paid_once else die.count)
    chips = Step("chips", raw + defect + bumps, 1.0, group="chips")
    if not on_silicon:
        substrate_mm2 = SUBSTRATE_SCALE * silicon
        layers = (
            1.0
            if count == 1
            else (2.0 if substrate_mm2 > 900 else 1.75 if substrate_mm2 > 289 else 1.5)
        )
        package = Step("package", substrate_mm2 * SUBSTRATE_USD_PER_MM2 * layers, group="package")
        last = Step("bond", 0.0, _BOND_ON_SUBSTRATE**count, ((chips, 1.0), (package, 1.0)))
    else:
        kind = _INTERPOSER[integration]
        area = kind.scale * silicon
        interposer_usd = _raw_usd(area, kind.wafer_usd) + C4_USD_PER_MM2 * area
        interposer_good = float(
            negative_binomial_yield(area / 100, kind.d0_per_cm2, kind.clustering)
        )
        bond = kind.bond_yield**count
        substrate_usd = SUBSTRATE_SCALE * area * SUBSTRATE_USD_PER_MM2
        substrate = Step("substrate", substrate_usd, group="package")
        if chip_first:
            interposer = Step(
                "interposer", interposer_usd, interposer_good, ((chips, 1.0),), "package"
            )
            joined = interposer
        else:
            interposer = Step("interposer", interposer_usd, interposer_good, group="package")
            joined = Step("bond", 0.0, bond, ((chips, 1.0), (interposer, 1.0)))
        last = Step(
            "mount", 0.0, kind.substrate_yield, ((joined, 1.0), (substrate, 1.0)), "package"
        )
    cost = evaluate_flow(last)
    spent, needed = cost.by_group("spent_usd"), cost.by_group("needed_usd")
    package_raw = float(needed["package"])
    return ActuaryCost(
        raw_chips_usd=raw + bumps,
        defect_chips_usd=defect,
        raw_package_usd=package_raw,
        defect_package_usd=float(spent["package"]) - package_raw,
        wasted_known_good_dies_usd=float(spent["chips"] - needed["chips"]),
    )
