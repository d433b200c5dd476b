"""A flat map with insets, drawn by hand as SVG: coastlines, places, no script.

Owns the projection (equirectangular, centred on the Pacific so that Asia and America stand
side by side) and the placing of marks. Coastlines: Natural Earth 1:110m (public domain),
simplified to 0.35 degrees.
"""

from __future__ import annotations

import csv
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from waferway.planning.plan import Plan
from waferway.report.names import label_of
from waferway.report.palette import FAMILY_COLOURS, GREY

__all__ = ["draw_map", "placed_lines"]

INSETS = (
    ("Korea", 125.6, 34.2, 129.8, 38.2),
    ("Taiwan", 119.2, 21.8, 122.4, 25.5),
    ("Arizona", -113.6, 32.2, -110.4, 34.8),
)


def _outlines() -> list[np.ndarray]:
    rows: dict[int, list[tuple[float, float]]] = {}
    path = Path(__file__).with_name("coastlines.csv")
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault(int(row["outline"]), []).append((float(row["lon"]), float(row["lat"])))
    return [np.array(points) for points in rows.values()]


def _path(points: np.ndarray, frame: tuple[float, float, float, float], box: tuple[float, ...],
          shift: float) -> str:  # fmt: skip
    x, y = _project(points[:, 0] + shift, points[:, 1], frame, box)
    steps = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    return f"M{steps.replace(' ', 'L')}Z"


def _project(
    lon: np.ndarray, lat: np.ndarray, frame: tuple[float, float, float, float],
    box: tuple[float, ...],
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    west, south, east, north = frame
    left, top, width, height = box
    x = left + (np.asarray(lon) - west) / (east - west) * width
    y = top + (north - np.asarray(lat)) / (north - south) * height
    return x, y


def draw_map(frame: pd.DataFrame) -> str:
    """SVG of places by family, sized by what is spent there.

    Parameters
    ----------
    frame : DataFrame
        place, country, lat, lon, family, capacity, ``spent, USD``, ``drawn at``.
    """
    width, height = 700.0, 268.0
    world_frame = (-15.0, -8.0, 300.0, 62.0)
    world_box = (0.0, 0.0, width, 178.0)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        'font-family="system-ui, sans-serif" font-size="10">',
        '<clipPath id="map-world"><rect x="0" y="0" width="700" height="178"/></clipPath>',
        '<g clip-path="url(#map-world)">',
    ]
    coast = _outlines()
    land = f'fill="{GREY}" fill-opacity="0.22" stroke="none"'
    shapes = [_path(o, world_frame, world_box, s) for o in coast for s in (0.0, 360.0)]
    parts.append(f'<path d="{"".join(shapes)}" {land}/>')
    spots = _spots(frame)
    parts += [_mark(s, world_frame, world_box, wrap=True) for s in spots]
    parts.append("</g>")
    left = 0.0
    for name, west, south, east, north in INSETS:
        box = (left, 186.0, 130.0, 82.0)
        inset = _fitted((west, south, east, north), box)
        inside = [s for s in spots if inset[0] <= s["lon"] <= inset[2]
                  and inset[1] <= s["lat"] <= inset[3]]  # fmt: skip
        clip = f"map-{name.lower()}"
        parts.append(
            f'<clipPath id="{clip}"><rect x="{left:g}" y="186" width="130" height="82"/>'
            f'</clipPath><g clip-path="url(#{clip})">'
            f'<path d="{"".join(_path(o, inset, box, 0.0) for o in coast)}" {land}/>'
        )
        parts += [_mark(s, inset, box, wrap=False) for s in inside]
        parts.append(
            f'</g><rect x="{left + 0.5:g}" y="186.5" width="129" height="81" fill="none" '
            f'stroke="{GREY}" stroke-opacity="0.6"/>'
            f'<text x="{left + 5:g}" y="198" fill="currentColor">{escape(name)}</text>'
        )
        left += 140.0
    parts.append(_legend(sorted(set(frame["family"])), left + 8.0, 198.0))
    parts.append("</svg>")
    return "".join(parts)


def _fitted(frame: tuple[float, float, float, float], box: tuple[float, ...]) -> tuple[
        float, float, float, float]:  # fmt: skip
    """Widen a frame so that a degree is about as long in both directions at its latitude."""
    west, south, east, north = frame
    stretch = np.cos(np.radians((south + north) / 2))
    want = box[2] / box[3] * (north - south) / stretch
    extra = max(0.0, want - (east - west)) / 2
    return (west - extra, south, east + extra, north)


def _spots(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """One mark per place and family; what is built there sets its size."""
    spots = []
    most = max(1.0, float(frame["spent, USD"].max()))
    for (place, family, drawn), group in frame.groupby(["place", "family", "drawn at"]):
        spent = float(group["spent, USD"].sum())
        spots.append(
            {
                "lat": float(group["lat"].iloc[0]), "lon": float(group["lon"].iloc[0]),
                "radius": 2.6 + 5.0 * (spent / most) ** 0.5, "family": family,
                "ring": drawn == "headquarters",
                "says": f"{place}: {', '.join(dict.fromkeys(group['does']))}",
            }
        )  # fmt: skip
    return sorted(spots, key=lambda s: -s["radius"])


def _mark(spot: dict[str, Any], frame: tuple[float, float, float, float], box: tuple[float, ...],
          *, wrap: bool) -> str:  # fmt: skip
    lon = spot["lon"] + (360.0 if wrap and spot["lon"] < frame[0] else 0.0)
    x, y = _project(np.array([lon]), np.array([spot["lat"]]), frame, box)
    # Families at one place stand beside one another, in the order of the legend.
    order = list(FAMILY_COLOURS).index(spot["family"]) if spot["family"] in FAMILY_COLOURS else 0
    dx = (order - 1.5) * 2.4
    colour = FAMILY_COLOURS.get(spot["family"], GREY)
    style = (
        f'fill="none" stroke="{colour}" stroke-width="1.6"'
        if spot["ring"]
        else f'fill="{colour}" fill-opacity="0.8"'
    )
    return (
        f'<circle cx="{x[0] + dx:.1f}" cy="{y[0]:.1f}" r="{spot["radius"]:.1f}" {style}>'
        f"<title>{escape(spot['says'])}</title></circle>"
    )


def _legend(families: list[str], x: float, y: float) -> str:
    parts = []
    for i, family in enumerate(families):
        colour = FAMILY_COLOURS.get(family, GREY)
        parts.append(
            f'<circle cx="{x + 5:g}" cy="{y + 15 * i - 3:g}" r="4" fill="{colour}"/>'
            f'<text x="{x + 14:g}" y="{y + 15 * i:g}" fill="currentColor">{escape(family)}</text>'
        )
    at = y + 15 * len(families)
    parts.append(
        f'<circle cx="{x + 5:g}" cy="{at - 3:g}" r="4" fill="none" stroke="{GREY}" '
        f'stroke-width="1.6"/><text x="{x + 14:g}" y="{at:g}" fill="currentColor">'
        "company pool, at headquarters</text>"
    )
    return "".join(parts)


def placed_lines(plan: Plan) -> pd.DataFrame:
    """Every line with a known point: what it does, its last capacity, what is spent on it."""
    net = plan.network
    line, site, party = net.table("line"), net.table("site"), net.table("party")
    technology = net.table("technology")
    last = plan.labels[-1]
    cap = plan.tables["capacity"]
    cap = cap[cap["period"] == last]
    chance = cap["branch"].map(plan.branch_weights).astype(float)
    capacity = (cap["capacity"].astype(float) * chance).groupby(cap["line"]).sum()
    orders = plan.tables["orders"]
    orders = orders[orders["period"].isin(plan.labels)]
    module = net.table("module")
    price = net.values("module", "capex_usd", plan.calendar)
    spent: dict[str, float] = {}
    for key, period, count in zip(orders["module"], orders["period"], orders["orders"],
                                  strict=True):  # fmt: skip
        of = module.loc[key, "line"]
        spent[of] = spent.get(of, 0.0) + float(count) * float(price.loc[key, period])
    rows = []
    for name, row in line.iterrows():
        where = site.loc[row["site"]] if row["site"] else party.loc[row["party"]]
        if np.isnan(where["lat"]) or np.isnan(where["lon"]):
            continue
        kind = technology.loc[row["technology"]]
        rows.append(
            {
                "line": name,
                "place": label_of(plan, "site", row["site"]) if row["site"]
                else label_of(plan, "party", row["party"]),
                "country": where["country"],
                "lat": float(where["lat"]),
                "lon": float(where["lon"]),
                "family": kind["family"],
                "does": label_of(plan, "technology", row["technology"]),
                "capacity": float(capacity.get(name, 0.0)),
                "unit": kind["capacity_unit"],
                "spent, USD": spent.get(str(name), 0.0),
                "drawn at": "site" if row["site"] else "headquarters",
            }
        )  # fmt: skip
    return pd.DataFrame(rows)
