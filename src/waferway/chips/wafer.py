"""How many rectangular dies one round wafer holds: exactly, and at most.

Owns the grid of dies and the cache of exact counts; the closed forms are in `wafer_formulas`.
Refuses yield, and dies beyond the wafer.

A die of ``w x h`` counts when its four corners lie inside radius ``R = wafer/2 - edge`` (the
closed disc). Dies stand on a grid of pitch ``(w + s, h + s)``; the grid may be shifted.

Why the exact count is cheap: for a grid row at height ``y`` the lower-left corners that fit form
an interval of half-width ``c(y) = sqrt(R^2 - (|y| + h/2)^2) - w/2`` about the same centre for
every row. A row therefore holds ``m = floor(2c / p)`` dies, and one more where the horizontal
shift lies in an arc about 0 (m even) or about half a pitch (m odd) of width ``r = 2c - m p``.
Over horizontal shifts the best count is a depth of nested arcs about two opposite points; over
vertical shifts it can change only where an even and an odd arc begin to touch, that is where
``c_j + c_k`` is a whole number of pitches: two corners, a known distance apart, on one circle.
Those heights have a closed form, so the maximum is found by trying all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.chips.wafer_formulas import (
    checked_lengths,
    gross_dies_area_ratio,
    gross_dies_de_vries,
    gross_dies_ferris_prabhu,
    gross_dies_patterson,
)
from waferway.errors import RangeError

__all__ = [
    "EXACT_SIZES",
    "GrossDies",
    "exact_gross_dies",
    "gross_dies",
    "gross_dies_bound",
]

Array = NDArray[np.float64]
SLACK_MM = 1e-9  # a corner this far outside still counts: rounding, not geometry
EXACT_SIZES = 10_000  # more distinct die sizes than this are counted by Ferris-Prabhu
CHUNK = 4_000_000  # elements of the largest intermediate array

Method = Literal["auto", "exact", "ferris-prabhu", "patterson", "de-vries", "area-ratio"]


@dataclass(frozen=True)
class GrossDies:
    """Gross dies per wafer of one or many die sizes, and how they were counted.

    Attributes
    ----------
    count : array, dies/wafer
        Whole numbers where `method` is ``exact``.
    method : str
        ``exact`` or the name of the closed form that was used.
    note : str
        Why the method is not exact, where it was chosen automatically; else empty.
    """

    count: Array
    method: str
    note: str = ""


@dataclass(frozen=True)
class _Grid:
    """Rows of one orientation: everything the count over shifts needs."""

    w: float
    h: float
    px: float
    py: float
    radius: float
    lowest: float  # no die reaches below this height (notch); -inf without one

    @property
    def rows(self) -> NDArray[np.int64]:
        last = int(np.ceil(self.radius / self.py)) + 1
        return np.arange(-last, last + 1)

    @property
    def v_end(self) -> float:
        """Shifts beyond half a pitch repeat by symmetry, unless a notch breaks it."""
        return self.py if np.isfinite(self.lowest) else self.py / 2

    def half_widths(self, v: Array) -> Array:
        """Half-width c of the row intervals, shape (len(v), rows), mm; NaN for no room."""
        centre = v[:, None] + self.rows[None, :] * self.py
        reach = np.abs(centre) + self.h / 2
        with np.errstate(invalid="ignore"):
            c = np.sqrt((self.radius + SLACK_MM) ** 2 - reach**2) - self.w / 2 + SLACK_MM
        c[c < 0] = np.nan
        c[centre - self.h / 2 < self.lowest - SLACK_MM] = np.nan
        return np.asarray(c)

    def candidates(self) -> Array:
        """Every vertical shift at which the best count can change, in [0, v_end]."""
        j = self.rows
        high = j >= 0  # rows above the centre for every shift in the range
        centre_low = np.where(high, j * self.py, j * self.py + self.v_end)
        nearest = np.abs(centre_low) + self.h / 2
        fits = nearest < self.radius
        j, high = j[fits], high[fits]
        a, b = np.meshgrid(np.arange(len(j)), np.arange(len(j)), indexing="ij")
        keep = a <= b
        ja, jb, up_a, up_b = j[a[keep]], j[b[keep]], high[a[keep]], high[b[keep]]
        # Corner of row a at (L_a, s_a) and of row b at (-L_b, +-s_b) lie on the circle and are
        # a known vector (-D, e) apart; s is the distance of the far edge of a row from y = 0.
        same = up_a == up_b
        sign = np.where(up_a, 1.0, -1.0)
        e = np.where(same, (jb - ja) * self.py * sign, -(ja - jb) * self.py * sign - self.h)
        whole = np.arange(int(np.floor(2 * self.radius / self.px)) + 1)
        found = [np.array([0.0, self.v_end])]
        step = max(1, CHUNK // max(len(whole), 1))
        for start in range(0, len(ja), step):
            cut = slice(start, start + step)
            dx = self.w + whole[None, :] * self.px
            chord2 = dx**2 + e[cut, None] ** 2
            with np.errstate(invalid="ignore"):
                away = np.sqrt(self.radius**2 - chord2 / 4)
            # midpoint of the chord stands at right angles to it, `away` from the centre
            mid = away * dx / np.sqrt(chord2)
            for root in (mid, -mid):
                s_a = root - e[cut, None] / 2
                v = np.where(up_a[cut, None], s_a - self.h / 2, self.h / 2 - s_a)
                v = v - ja[cut, None] * self.py
                inside = np.isfinite(v) & (v >= -1e-7) & (v <= self.v_end + 1e-7) & (s_a > 0)
                found.append(np.clip(v[inside], 0.0, self.v_end))
        if np.isfinite(self.lowest):
            v = (self.lowest + self.h / 2) % self.py
            found.append(np.array([v]))
        return np.unique(np.concatenate(found))

    def best(self) -> tuple[int, int, float, float]:
        """Best count, free-row bound, and the shifts (u, v) that reach the best count."""
        candidates = self.candidates()
        best, bound, at = 0, 0, (0.0, 0.0)
        step = max(1, CHUNK // (4 * len(self.rows)))
        for start in range(0, len(candidates), step):
            v = candidates[start : start + step]
            c = self.half_widths(v)
            room = np.isfinite(c)
            m = np.where(room, np.floor(2 * np.where(room, c, 0.0) / self.px), 0.0)
            top = (m + room).sum(axis=1)
            bound = max(bound, int(top.max(initial=0)))
            worth = top > best
            if not worth.any():
                continue
            v, c, m, room = v[worth], c[worth], m[worth], room[worth]
            count, shift = _deepest(c, m, room, self.px)
            which = int(np.argmax(count))
            if count[which] > best:
                best, at = int(count[which]), (float(shift[which]), float(v[which]))
        return best, bound, *at


def _deepest(
    c: Array, m: Array, room: NDArray[np.bool_], px: float
) -> tuple[NDArray[np.int64], Array]:
    """Most dies over horizontal shifts, and the shift in [0, px/2], for each vertical shift."""
    half = np.where(room, c, 0.0) - m * px / 2  # half-width of the arc
    even = room & (m % 2 == 0)
    odd = room & ~even
    ends = np.where(even, half, np.inf)  # an even arc covers u <= half
    starts = np.where(odd, np.maximum(px / 2 - half, 0.0), np.inf)  # an odd one u >= this
    position = np.concatenate([starts, ends], axis=1)
    change = np.concatenate([odd.astype(int), -even.astype(int)], axis=1)
    order = np.argsort(position, axis=1, kind="stable")  # starts come first among equals
    depth = np.cumsum(np.take_along_axis(change, order, axis=1), axis=1)
    base = (m * room).sum(axis=1).astype(int) + even.sum(axis=1)
    best = np.argmax(depth, axis=1)
    rows = np.arange(len(c))
    at_start = depth[rows, best] > 0
    shift = np.where(at_start, position[rows, order[rows, best]], 0.0)
    return base + np.maximum(depth[rows, best], 0), shift


def orientation(
    w: float, h: float, wafer_mm: float, edge_mm: float, street_mm: float, notch_mm: float
) -> tuple[_Grid, bool]:
    """The grid to search (fewest rows), and whether it is turned by 90 degrees."""
    radius = wafer_mm / 2 - edge_mm
    lowest = -(wafer_mm / 2 - notch_mm) if notch_mm > edge_mm else -np.inf
    turned = w > h and not np.isfinite(lowest)
    if turned:
        w, h = h, w
    return _Grid(w, h, w + street_mm, h + street_mm, radius, lowest), turned


@lru_cache(maxsize=65536)
def best_grid(
    w: float, h: float, wafer_mm: float, edge_mm: float, street_mm: float, notch_mm: float
) -> tuple[int, int, float, float]:
    grid, _ = orientation(w, h, wafer_mm, edge_mm, street_mm, notch_mm)
    return grid.best()


def checked_grid(
    width_mm: float, height_mm: float, wafer_mm: float, edge_mm: float, street_mm: float,
    notch_mm: float,
) -> tuple[float, float, float, float, float, float]:  # fmt: skip
    """Lengths of a die and its wafer as `best_grid` takes them, mm, each in its range."""
    w, h = checked_lengths(width_mm, height_mm, wafer_mm, edge_mm, street_mm)
    if not 0 <= notch_mm < wafer_mm / 2:
        raise RangeError(f"notch_mm is {notch_mm:g}; it must be at least 0 and leave some wafer")
    return float(w), float(h), float(wafer_mm), float(edge_mm), float(street_mm), float(notch_mm)


def exact_gross_dies(
    width_mm: float,
    height_mm: float,
    *,
    wafer_mm: float = 300.0,
    edge_mm: float = 3.0,
    street_mm: float = 0.1,
    notch_mm: float = 0.0,
) -> int:
    """Most dies that any shift of one grid puts on the wafer.

    Parameters
    ----------
    width_mm, height_mm : float, mm, above 0
        Die without street.
    wafer_mm : float, mm
        Diameter.
    edge_mm : float, mm
        Exclusion: corners stay this far from the rim.
    street_mm : float, mm
        Between neighbouring dies.
    notch_mm : float, mm
        Depth from the rim below which no die may reach, at the bottom of the wafer; matters
        only where it exceeds `edge_mm`.

    Returns
    -------
    int, dies/wafer; 0 when not one die fits

    Raises
    ------
    RangeError
        If a length leaves its range.

    Source
    ------
    Derived in the docstring of this module; the slow twin is ``tests/reference/chips_wafer.py``.

    Examples
    --------
    >>> exact_gross_dies(26.0, 31.3)
    67
    >>> exact_gross_dies(8, 12, edge_mm=5, street_mm=0.2)
    611
    """
    return best_grid(*checked_grid(width_mm, height_mm, wafer_mm, edge_mm, street_mm, notch_mm))[0]


def gross_dies_bound(
    width_mm: float,
    height_mm: float,
    *,
    wafer_mm: float = 300.0,
    edge_mm: float = 3.0,
    street_mm: float = 0.1,
    notch_mm: float = 0.0,
) -> int:
    """No grid holds more dies than this: each row may slide freely, dies/wafer.

    Parameters
    ----------
    width_mm, height_mm : float, mm, above 0
        Die without street.
    wafer_mm, edge_mm, street_mm, notch_mm : float, mm
        As in `exact_gross_dies`.

    Returns
    -------
    int, dies/wafer

    Raises
    ------
    RangeError
        If a length leaves its range.

    Examples
    --------
    >>> gross_dies_bound(8, 12, edge_mm=5, street_mm=0.2)
    620
    """
    return best_grid(*checked_grid(width_mm, height_mm, wafer_mm, edge_mm, street_mm, notch_mm))[1]


def gross_dies(
    width_mm: ArrayLike,
    height_mm: ArrayLike,
    *,
    wafer_mm: float = 300.0,
    edge_mm: float = 3.0,
    street_mm: float = 0.1,
    method: Method = "auto",
) -> GrossDies:
    """Gross dies per wafer of many die sizes.

    Parameters
    ----------
    width_mm, height_mm : array, mm, above 0
        Broadcast together.
    wafer_mm, edge_mm, street_mm : float, mm
    method : str
        ``auto`` counts exactly up to 10,000 distinct sizes, else by Ferris-Prabhu and says so.

    Returns
    -------
    GrossDies

    Raises
    ------
    RangeError
        If a length leaves its range or the method is unknown.

    Examples
    --------
    >>> gross_dies([26.0, 26.0], [31.3, 33.0]).count
    array([67., 64.])
    """
    lengths = {"wafer_mm": wafer_mm, "edge_mm": edge_mm, "street_mm": street_mm}
    w, h = checked_lengths(width_mm, height_mm, **lengths)
    closed = {
        "ferris-prabhu": gross_dies_ferris_prabhu,
        "patterson": gross_dies_patterson,
        "de-vries": gross_dies_de_vries,
        "area-ratio": gross_dies_area_ratio,
    }
    if method in closed:
        return GrossDies(closed[method](w, h, **lengths), method)
    if method not in ("auto", "exact"):
        raise RangeError(f"method is {method!r}; known: auto, exact, {', '.join(closed)}")
    shorter, longer = np.minimum(w, h).ravel(), np.maximum(w, h).ravel()
    sizes, back = np.unique(np.stack([shorter, longer], axis=1), axis=0, return_inverse=True)
    if method == "auto" and len(sizes) > EXACT_SIZES:
        note = f"{len(sizes)} distinct die sizes: counted by Ferris-Prabhu, within 5 % to 2.5 : 1"
        counts = gross_dies_ferris_prabhu(w, h, **lengths, oblong=True)
        return GrossDies(counts, "ferris-prabhu", note)
    counts = np.array(
        [
            best_grid(float(a), float(b), float(wafer_mm), float(edge_mm), float(street_mm), 0.0)[0]
            for a, b in sizes
        ],
        dtype=float,
    )
    return GrossDies(counts[back.ravel()].reshape(w.shape), "exact")
