"""Shapes of the world, and where a point of it stands in a drawing.

Owns coastlines and borders (Natural Earth 1:110m, public domain, simplified to 0.3 degrees, finer
around Korea, Japan and Taiwan), two projections, and the grouping of places that crowd.
Singapore and Hong Kong have no shape at this scale.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

__all__ = ["View", "borders", "crowds", "fitted", "great_circle", "land"]

NEAR = 2.6
"""Degrees within which two places crowd one another on a map of the world."""
REGIONS = (
    ("Taiwan", 119.0, 21.5, 122.5, 25.8), ("Korea", 125.0, 33.0, 130.0, 38.8),
    ("Japan", 129.0, 30.5, 146.0, 46.0), ("Arizona", -115.0, 31.2, -109.0, 37.0),
    ("Texas", -107.0, 25.5, -93.5, 36.5), ("California", -124.5, 32.5, -114.2, 42.0),
    ("Oregon", -124.6, 42.0, -116.5, 46.3), ("New York", -79.8, 40.5, -72.0, 45.1),
    ("Ireland", -10.6, 51.4, -5.9, 55.5), ("Israel", 34.2, 29.4, 35.9, 33.4),
    ("Singapore", 103.5, 1.1, 104.2, 1.6),
)  # fmt: skip
"""Names of regions by west, south, east, north; elsewhere a crowd bears its country's code."""


@lru_cache(maxsize=1)
def land() -> dict[str, Any]:
    """Land as one GeoJSON geometry, rings clockwise as the drawing engine wants them."""
    return {"type": "MultiPolygon", "coordinates": [[r] for r in _read("coastlines.csv")]}


@lru_cache(maxsize=1)
def borders() -> dict[str, Any]:
    """Borders between countries as one GeoJSON geometry; no political statement."""
    return {"type": "MultiLineString", "coordinates": _read("borders.csv")}


def _read(name: str) -> list[list[list[float]]]:
    lines: dict[str, list[list[float]]] = {}
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as file:
        for number, lon, lat in list(csv.reader(file))[1:]:
            lines.setdefault(number, []).append([float(lon), float(lat)])
    return list(lines.values())


@dataclass(frozen=True)
class View:
    """A window on the world.

    Attributes
    ----------
    name : str
    kind : str
        ``equirectangular`` for the world, ``mercator`` for an inset.
    centre : (float, float)
        Longitude and latitude in the middle of the window.
    scale : float
        Px a radian at the centre.
    width, height : float
        Px.
    """

    name: str
    kind: str
    centre: tuple[float, float]
    scale: float
    width: float
    height: float

    def projection(self) -> dict[str, Any]:
        """The projection as Vega-Lite wants it, turned so that the centre is in the middle."""
        lon, lat = self.centre
        return {
            "type": self.kind, "rotate": [-lon, 0, 0], "scale": round(self.scale, 3),
            "center": [0, round(lat, 4)], "translate": [self.width / 2, self.height / 2],
            "clipExtent": [[0, 0], [self.width, self.height]],
        }  # fmt: skip

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """Where a point stands, px from the top left; it may be outside.

        Examples
        --------
        >>> View("world", "equirectangular", (150.0, 30.0), 100.0, 600, 200).at(150.0, 30.0)
        (300.0, 100.0)
        """
        east = (lon - self.centre[0] + 180.0) % 360.0 - 180.0
        north = _north(self.kind, lat) - _north(self.kind, self.centre[1])
        return (self.width / 2 + self.scale * math.radians(east),
                self.height / 2 - self.scale * north)  # fmt: skip

    def sees(self, lon: float, lat: float) -> bool:
        """Whether a point is inside."""
        x, y = self.at(lon, lat)
        return 0 <= x <= self.width and 0 <= y <= self.height


def _north(kind: str, lat: float) -> float:
    if kind == "equirectangular":
        return math.radians(lat)
    return math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))


def fitted(name: str, points: Sequence[tuple[float, float]], width: float, height: float) -> View:
    """An inset that shows all points with a margin, and at least about 150 km."""
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    centre = ((min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2)
    span_x = max(math.radians(max(lons) - min(lons)), 0.025)
    span_y = max(_north("mercator", max(lats)) - _north("mercator", min(lats)), 0.025)
    scale = min(width * 0.62 / span_x, height * 0.66 / span_y)
    return View(name, "mercator", centre, scale, width, height)


def crowds(points: Sequence[tuple[float, float]], least: int = 2) -> list[list[int]]:
    """Groups of places that stand too close to tell apart on a map of the world, largest first.

    Parameters
    ----------
    points : sequence of (lon, lat)
        Distinct places.
    least : int
        Smallest group.

    Examples
    --------
    >>> crowds([(121.0, 24.8), (120.3, 23.1), (127.1, 37.2), (121.2, 24.9)])
    [[0, 1, 3]]
    """
    group = list(range(len(points)))
    for i, (lon_i, lat_i) in enumerate(points):
        for j in range(i):
            lon_j, lat_j = points[j]
            if abs(lat_i - lat_j) <= NEAR and abs(lon_i - lon_j) <= NEAR:
                old, new = group[i], group[j]
                group = [new if g == old else g for g in group]
    found: dict[int, list[int]] = {}
    for i, g in enumerate(group):
        found.setdefault(g, []).append(i)
    large = [members for members in found.values() if len(members) >= least]
    return sorted(large, key=lambda members: (-len(members), members[0]))


def region_name(lon: float, lat: float, country: str) -> str:
    """Name of the region a point is in.

    Examples
    --------
    >>> region_name(121.0, 24.8, "TW"), region_name(2.3, 48.9, "FR")
    ('Taiwan', 'FR')
    """
    for name, west, south, east, north in REGIONS:
        if west <= lon <= east and south <= lat <= north:
            return name
    return country


def great_circle(a: tuple[float, float], b: tuple[float, float], name: int) -> dict[str, Any]:
    """The shortest way between two points as a GeoJSON feature; the engine bends it."""
    return {"type": "Feature", "id": name,
            "geometry": {"type": "LineString", "coordinates": [list(a), list(b)]}}  # fmt: skip
