"""Where the dies of the best grid stand on a wafer, and what becomes of them.

Owns the map. Refuses to count (`waferway.chips.wafer`) and to draw (`waferway.report`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from waferway.chips.wafer import SLACK_MM, best_grid, checked_grid, orientation
from waferway.streams import stream

__all__ = ["WaferMap", "wafer_map", "wafer_states"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class WaferMap:
    """Where each die of the best grid stands.

    Attributes
    ----------
    x_mm, y_mm : array, shape (n,), mm
        Lower-left corners; the wafer's centre is the origin.
    cut_x_mm, cut_y_mm : array, mm
        Those of the places that the edge cuts.
    width_mm, height_mm, wafer_mm, edge_mm, street_mm, notch_mm : float, mm
    bound : int
        Free-row bound: no grid holds more.
    """

    x_mm: Array
    y_mm: Array
    cut_x_mm: Array
    cut_y_mm: Array
    width_mm: float
    height_mm: float
    wafer_mm: float
    edge_mm: float
    street_mm: float
    notch_mm: float
    bound: int

    @property
    def count(self) -> int:
        """Dies on the map."""
        return len(self.x_mm)

    def frame(self) -> pd.DataFrame:
        """One row per die: x_mm, y_mm, width_mm, height_mm."""
        return pd.DataFrame({"x_mm": self.x_mm, "y_mm": self.y_mm, "width_mm": self.width_mm,
                             "height_mm": self.height_mm})  # fmt: skip


def wafer_map(
    width_mm: float,
    height_mm: float,
    *,
    wafer_mm: float = 300.0,
    edge_mm: float = 3.0,
    street_mm: float = 0.1,
    notch_mm: float = 0.0,
) -> WaferMap:
    """The dies of a best grid, one by one.

    Parameters
    ----------
    width_mm, height_mm : float, mm, above 0
        Die without street.
    wafer_mm, edge_mm, street_mm, notch_mm : float, mm
        As in `waferway.chips.wafer.exact_gross_dies`.

    Returns
    -------
    WaferMap
        Centres in mm from the middle of the wafer.

    Raises
    ------
    RangeError
        If a length leaves its range.

    Examples
    --------
    >>> chart = wafer_map(26.0, 31.3)
    >>> chart.count, chart.bound
    (67, 69)
    """
    lengths = checked_grid(width_mm, height_mm, wafer_mm, edge_mm, street_mm, notch_mm)
    count, bound, u, v = best_grid(*lengths)
    grid, turned = orientation(*lengths)
    c = grid.half_widths(np.array([v]))[0]
    xs: list[Array] = []
    ys: list[Array] = []
    cut_x: list[Array] = []
    cut_y: list[Array] = []
    for row, half in zip(grid.rows, c, strict=True):
        below = v + row * grid.py - grid.h / 2
        # Every place of the row whose die touches the wafer; the whole ones lie in the middle.
        nearest = max(below, -(below + grid.h), 0.0)
        if nearest >= wafer_mm / 2:
            continue
        reach = np.sqrt((wafer_mm / 2) ** 2 - nearest**2) + grid.w / 2
        places = u + np.arange(np.ceil((-reach - u) / grid.px),
                               np.floor((reach - u) / grid.px) + 1) * grid.px  # fmt: skip
        whole = np.abs(places) <= (-1.0 if np.isnan(half) else half + SLACK_MM)
        for across, up, inside in ((xs, ys, whole), (cut_x, cut_y, ~whole)):
            across.append(places[inside] - grid.w / 2)
            up.append(np.full(int(inside.sum()), below))
    x, y, px, py = (
        np.concatenate(part) if part else np.empty(0) for part in (xs, ys, cut_x, cut_y)
    )
    if turned:
        x, y, px, py = y, x, py, px
    if len(x) != count:
        raise AssertionError(f"map of {len(x)} dies disagrees with the count {count}")
    order = np.lexsort((x, y))
    return WaferMap(x[order], y[order], px, py, *lengths, bound)


def wafer_states(
    chart: WaferMap, *, plain_yield: float, sold_yield: float, name: str, seed: int = 0
) -> pd.DataFrame:
    """A wafer of a map, die by die: how many of each state are expected, where is drawn.

    Parameters
    ----------
    chart : WaferMap
    plain_yield, sold_yield : float, 0 to 1
        Share of dies without a fault, and of those that tests let pass; what lies between was
        mended by spare blocks.
    name : str
        Of the die; names the stream of the draw.

    Returns
    -------
    DataFrame
        x_mm, y_mm (lower-left corner), width_mm, height_mm, state: ``good``, ``repaired``,
        ``bad``, or ``partial`` for a die that the edge cuts.

    Examples
    --------
    >>> states = wafer_states(wafer_map(26.0, 31.3), plain_yield=0.47, sold_yield=0.68, name="gpu")
    >>> states["state"].value_counts().to_dict()["good"]
    31
    """
    good = round(chart.count * min(plain_yield, sold_yield))
    mended = max(round(chart.count * sold_yield) - good, 0)
    states = np.array(["bad"] * chart.count, dtype=object)
    order = stream(seed, "chips", "wafer", name).permutation(chart.count)
    states[order[:good]] = "good"
    states[order[good : good + mended]] = "repaired"
    rows = [(chart.x_mm, chart.y_mm, states)]
    rows.append((chart.cut_x_mm, chart.cut_y_mm, np.full(len(chart.cut_x_mm), "partial", object)))
    x, y, state = (np.concatenate(column) for column in zip(*rows, strict=True))
    return pd.DataFrame({"x_mm": x, "y_mm": y, "width_mm": chart.width_mm,
                         "height_mm": chart.height_mm, "state": state})  # fmt: skip
