"""Gross dies of a round wafer by closed forms, as papers and cost models use them.

Owns the formulas and the ranges of their lengths. The exact count, against which their errors are
measured, is in `waferway.chips.wafer`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import RangeError

__all__ = [
    "checked_lengths",
    "gross_dies_area_ratio",
    "gross_dies_de_vries",
    "gross_dies_ferris_prabhu",
    "gross_dies_patterson",
]

Array = NDArray[np.float64]


def checked_lengths(
    width_mm: ArrayLike,
    height_mm: ArrayLike,
    wafer_mm: float,
    edge_mm: float,
    street_mm: float,
) -> tuple[Array, Array]:
    """Sides of dies, broadcast together, mm; `RangeError` where a length leaves its range."""
    w, h = np.broadcast_arrays(np.asarray(width_mm, float), np.asarray(height_mm, float))
    for name, value in (("width_mm", w), ("height_mm", h)):
        bad = ~(value > 0) | ~np.isfinite(value)
        if bad.any():
            raise RangeError(f"{name} is {value[bad].flat[0]:g}; a die side must be above 0 mm")
    if not (np.isfinite(wafer_mm) and wafer_mm > 0):
        raise RangeError(f"wafer_mm is {wafer_mm:g}; it must be above 0")
    if not 0 <= edge_mm < wafer_mm / 2:
        raise RangeError(f"edge_mm is {edge_mm:g}; it must be at least 0 and leave some wafer")
    if not (np.isfinite(street_mm) and street_mm >= 0):
        raise RangeError(f"street_mm is {street_mm:g}; it must be at least 0")
    return w, h


def gross_dies_area_ratio(
    width_mm: ArrayLike,
    height_mm: ArrayLike,
    *,
    wafer_mm: float = 300.0,
    edge_mm: float = 3.0,
    street_mm: float = 0.1,
) -> Array:
    """Usable wafer area over pitch area, dies/wafer: above what any grid holds.

    Parameters
    ----------
    width_mm, height_mm : array, mm, above 0
        Die without street; broadcast together.
    wafer_mm : float, mm
        Diameter.
    edge_mm : float, mm
        Exclusion at the rim.
    street_mm : float, mm
        Between neighbouring dies.

    Returns
    -------
    array, dies/wafer

    Examples
    --------
    >>> round(float(gross_dies_area_ratio(26.0, 31.3)), 2)
    82.84
    """
    w, h = checked_lengths(width_mm, height_mm, wafer_mm, edge_mm, street_mm)
    return np.asarray(
        np.pi * (wafer_mm - 2 * edge_mm) ** 2 / (4 * (w + street_mm) * (h + street_mm))
    )


def gross_dies_patterson(
    width_mm: ArrayLike,
    height_mm: ArrayLike,
    *,
    wafer_mm: float = 300.0,
    edge_mm: float = 3.0,
    street_mm: float = 0.1,
    edge_factor: float = 1 / np.sqrt(2.0),
) -> Array:
    """Area ratio less ``edge_factor * pi * d / sqrt(A)``, dies/wafer, never below 0.

    About 10 % short for reticle-sized dies. Source: Hennessy & Patterson, Computer
    Architecture, the formula most open tools use.

    Parameters
    ----------
    width_mm, height_mm : array, mm, above 0
        Die without street; broadcast together.
    wafer_mm : float, mm
        Diameter.
    edge_mm : float, mm
        Exclusion at the rim.
    street_mm : float, mm
        Between neighbouring dies.
    edge_factor : float, dimensionless
        Share of the rim that is lost.

    Returns
    -------
    array, dies/wafer

    Examples
    --------
    >>> round(float(gross_dies_patterson(26.0, 31.3)), 2)
    60.02
    """
    w, h = checked_lengths(width_mm, height_mm, wafer_mm, edge_mm, street_mm)
    d = wafer_mm - 2 * edge_mm
    area = (w + street_mm) * (h + street_mm)
    return np.maximum(np.pi * d**2 / (4 * area) - edge_factor * np.pi * d / np.sqrt(area), 0.0)


def gross_dies_de_vries(
    width_mm: ArrayLike,
    height_mm: ArrayLike,
    *,
    wafer_mm: float = 300.0,
    edge_mm: float = 3.0,
    street_mm: float = 0.1,
) -> Array:
    """Patterson's form with the coefficient 0.58, dies/wafer.

    Source: D. K. de Vries, IEEE Trans. Semiconductor Manufacturing 18(1), 2005 (coefficient as
    commonly quoted; its errors are measured in the tests).

    Parameters
    ----------
    width_mm, height_mm : array, mm, above 0
        Die without street; broadcast together.
    wafer_mm : float, mm
        Diameter.
    edge_mm : float, mm
        Exclusion at the rim.
    street_mm : float, mm
        Between neighbouring dies.

    Returns
    -------
    array, dies/wafer

    Examples
    --------
    >>> round(float(gross_dies_de_vries(26.0, 31.3)), 2)
    64.12
    """
    return gross_dies_patterson(
        width_mm,
        height_mm,
        wafer_mm=wafer_mm,
        edge_mm=edge_mm,
        street_mm=street_mm,
        edge_factor=0.58,
    )


def gross_dies_ferris_prabhu(
    width_mm: ArrayLike,
    height_mm: ArrayLike,
    *,
    wafer_mm: float = 300.0,
    edge_mm: float = 3.0,
    street_mm: float = 0.1,
    oblong: bool = False,
) -> Array:
    """Area ratio times ``exp(-2 sqrt(A) / d)``, dies/wafer: within 5 % for squarish dies.

    With `oblong` the mean of the two pitches stands for ``sqrt(A)``, which keeps the error
    below 5 % up to sides of 2.5 : 1 (our own variant; the two agree for squares).

    Source: A. V. Ferris-Prabhu, Introduction to Semiconductor Device Yield Modeling, 1992 (form
    as commonly quoted; its errors are measured in the tests).

    Parameters
    ----------
    width_mm, height_mm : array, mm, above 0
        Die without street; broadcast together.
    wafer_mm : float, mm
        Diameter.
    edge_mm : float, mm
        Exclusion at the rim.
    street_mm : float, mm
        Between neighbouring dies.
    oblong : bool
        Whether the mean of the pitches stands for the side.

    Returns
    -------
    array, dies/wafer

    Examples
    --------
    >>> round(float(gross_dies_ferris_prabhu(26.0, 31.3)), 2)
    68.18
    """
    w, h = checked_lengths(width_mm, height_mm, wafer_mm, edge_mm, street_mm)
    d = wafer_mm - 2 * edge_mm
    area = (w + street_mm) * (h + street_mm)
    side = (w + h) / 2 + street_mm if oblong else np.sqrt(area)
    return np.asarray(np.pi * d**2 / (4 * area) * np.exp(-2 * side / d))
