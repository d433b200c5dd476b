"""Carbon of making a chip, as a range whose two ends are named.

Owns embodied emissions. Refuses emissions of use. All per cm2 of die are g CO2e.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import RangeError

__all__ = ["CarbonRange", "carbon_range", "fab_carbon_g_per_cm2"]

Array = NDArray[np.float64]


def fab_carbon_g_per_cm2(
    grid_g_per_kwh: ArrayLike,
    energy_kwh_per_cm2: ArrayLike,
    gases_g_per_cm2: ArrayLike,
    materials_g_per_cm2: ArrayLike,
    yield_fraction: ArrayLike,
) -> Array:
    """``(grid x energy + gases + materials) / yield``, g CO2e per cm2 of good die.

    Source: Gupta et al., ACT, ISCA 2022.

    Parameters
    ----------
    grid_g_per_kwh : array, g CO2e/kWh, at least 0
    energy_kwh_per_cm2 : array, kWh/cm2 of wafer, at least 0
    gases_g_per_cm2, materials_g_per_cm2 : array, g CO2e/cm2 of wafer, at least 0
    yield_fraction : array, above 0 to 1

    Returns
    -------
    array, g CO2e/cm2 of good die

    Raises
    ------
    RangeError
        If a value leaves its range.

    Examples
    --------
    7 nm on a grid of 583 g/kWh:

    >>> round(float(fab_carbon_g_per_cm2(583, 2.15, 275, 500, 0.875)))
    2318
    """
    good = np.asarray(yield_fraction, float)
    if not ((good > 0) & (good <= 1)).all():
        raise RangeError("yield_fraction leaves the range above 0 to 1")
    parts = [
        np.asarray(part, float)
        for part in (grid_g_per_kwh, energy_kwh_per_cm2, gases_g_per_cm2, materials_g_per_cm2)
    ]
    if any((part < 0).any() for part in parts):
        raise RangeError("grid, energy, gases and materials are at least 0")
    grid, energy, gases, materials = parts
    return np.asarray((grid * energy + gases + materials) / good)


@dataclass(frozen=True)
class CarbonRange:
    """Emissions of one good unit between two named models.

    Attributes
    ----------
    low_kg, high_kg : array, kg CO2e
    low_name, high_name : str
        Which model gives which end.
    """

    low_kg: Array
    high_kg: Array
    low_name: str
    high_name: str


def carbon_range(
    wafer_cm2: ArrayLike,
    good_dies: ArrayLike,
    models_g_per_cm2: dict[str, ArrayLike],
) -> CarbonRange:
    """Emissions of a good die from emissions per processed wafer area, by several models.

    The whole wafer is charged to its good dies, so edge loss and yield are counted once.

    Parameters
    ----------
    wafer_cm2 : array, cm2
        Area of the wafer.
    good_dies : array, dies/wafer, above 0
    models_g_per_cm2 : dict of str to array
        Emissions per cm2 of processed wafer (not yet divided by yield), by model.

    Examples
    --------
    >>> r = carbon_range(706.9, 46.0, {"act": 2028.0, "imec": 1440.0})
    >>> r.low_name, round(float(r.low_kg), 1), r.high_name, round(float(r.high_kg), 1)
    ('imec', 22.1, 'act', 31.2)
    """
    if len(models_g_per_cm2) < 2:
        raise RangeError("a range needs at least two models")
    per_die = np.asarray(wafer_cm2, float) / np.asarray(good_dies, float) / 1000
    values = {name: np.asarray(g, float) * per_die for name, g in models_g_per_cm2.items()}
    order = sorted(values, key=lambda name: float(np.mean(values[name])))
    return CarbonRange(values[order[0]], values[order[-1]], order[0], order[-1])
