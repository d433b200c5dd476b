"""One-off costs: design, masks, IP, shared over a family of products.

Owns what is paid once. Refuses to divide by a volume: a plan decides volumes, so one-off costs
stay one-off (`waferway.network` calls them activations).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import RangeError

__all__ = ["ChipNre", "NreShares", "chip_nre_usd", "family_nre_usd"]

Array = NDArray[np.float64]
REFERENCE_MM2 = 300.0  # the size of chip for which the node figures are quoted


@dataclass(frozen=True)
class NreShares:
    """How the quoted cost of a 300 mm2 chip divides; shares sum to 1."""

    modules: float = 0.5
    chip: float = 0.3
    fixed: float = 0.2

    def __post_init__(self) -> None:
        if abs(self.modules + self.chip + self.fixed - 1) > 1e-9:
            raise RangeError("the shares of modules, chip and fixed cost sum to 1")


@dataclass(frozen=True)
class ChipNre:
    """A chip to be designed: its node's figure, and the modules it is made of.

    Attributes
    ----------
    name : str
        Chips of one name in a family are designed once.
    node : str
    node_nre_usd : float
        For a 300 mm2 chip at this node.
    modules_mm2 : mapping of str to float
        Area of each module; modules of one name and node are designed once.
    overhead_mm2 : float
        Area beside the modules (links between dies).
    masks_usd, ip_usd : float
    """

    name: str
    node: str
    node_nre_usd: float
    modules_mm2: Mapping[str, float]
    overhead_mm2: float = 0.0
    masks_usd: float = 0.0
    ip_usd: float = 0.0

    @property
    def area_mm2(self) -> float:
        """Whole area."""
        return sum(self.modules_mm2.values()) + self.overhead_mm2


def chip_nre_usd(
    area_mm2: ArrayLike,
    node_nre_usd: ArrayLike,
    *,
    shares: NreShares | None = None,
    new_modules_mm2: ArrayLike | None = None,
    masks_usd: ArrayLike = 0.0,
    ip_usd: ArrayLike = 0.0,
) -> Array:
    """Design cost of one chip, USD.

    Modules cost per mm2 of what is new, the chip per mm2 of the whole, and a fixed part.

    Parameters
    ----------
    area_mm2 : array, mm2, at least 0
        Of the whole chip.
    node_nre_usd : array, USD
        Of a chip of `REFERENCE_MM2` designed anew at the node.
    shares : NreShares, optional
        How that splits into modules, chip and what is fixed.
    new_modules_mm2 : array, mm2, optional
        Area designed anew; default the whole.
    masks_usd, ip_usd : array, USD
        Added as they are.

    Returns
    -------
    array, USD

    Raises
    ------
    RangeError
        If an area is negative.

    Examples
    --------
    >>> float(chip_nre_usd(600.0, 542e6).round(-5))
    975600000.0
    """
    split = shares or NreShares()
    area = np.asarray(area_mm2, float)
    new = area if new_modules_mm2 is None else np.asarray(new_modules_mm2, float)
    if (area < 0).any() or (new < 0).any():
        raise RangeError("areas are at least 0")
    per_mm2 = np.asarray(node_nre_usd, float) / REFERENCE_MM2
    design = per_mm2 * (
        split.modules * new + split.chip * area + split.fixed * REFERENCE_MM2 * (area > 0)
    )
    return np.asarray(design + np.asarray(masks_usd, float) + np.asarray(ip_usd, float))


def family_nre_usd(
    chips: Iterable[ChipNre], *, shares: NreShares | None = None
) -> dict[str, float]:
    """One-off cost of a family by chip; what an earlier chip paid for is free to later ones.

    Returns
    -------
    dict of str to float
        USD by chip name, in order; sums to the cost of the family.

    Raises
    ------
    RangeError
        If two different chips share a name.

    Examples
    --------
    >>> core = {"core": 200.0}
    >>> small = ChipNre("small", "n5", 542e6, core)
    >>> large = ChipNre("large", "n5", 542e6, core | {"cache": 100.0})
    >>> paid = family_nre_usd([small, large, small])
    >>> {name: round(usd / 1e6, 1) for name, usd in paid.items()}
    {'small': 397.5, 'large': 361.3}
    """
    paid: dict[str, ChipNre] = {}
    modules: set[tuple[str, str]] = set()
    out: dict[str, float] = {}
    for chip in chips:
        if chip.name in paid:
            if paid[chip.name] != chip:
                raise RangeError(f"two different chips are called {chip.name}")
            continue
        paid[chip.name] = chip
        new = sum(
            area for name, area in chip.modules_mm2.items() if (name, chip.node) not in modules
        )
        modules |= {(name, chip.node) for name in chip.modules_mm2}
        out[chip.name] = float(
            chip_nre_usd(
                chip.area_mm2,
                chip.node_nre_usd,
                shares=shares,
                new_modules_mm2=new,
                masks_usd=chip.masks_usd,
                ip_usd=chip.ip_usd,
            )
        )
    return out
