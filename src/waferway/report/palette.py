"""Colours and the plain chart frame that every figure shares.

Owns legibility: marks keep a contrast of at least 3:1 on white and on near-black, text takes
the colour of the page, so that one drawing serves light and dark.
"""

from __future__ import annotations

from typing import Any

__all__ = ["FAMILY_COLOURS", "GREY", "SERIES", "svg", "themed"]

SERIES = (
    "#2f7fc1", "#d1762a", "#2c9a6b", "#b8559c", "#8268c9", "#7f8a94", "#b08a1e", "#c9504a",
    "#3b9fae", "#6f8f3a",
)  # fmt: skip
GREY = "#7f8a94"
FAMILY_COLOURS = {
    "logic": SERIES[0],
    "dram": SERIES[3],
    "stacking": SERIES[4],
    "packaging": SERIES[1],
    "substrate": SERIES[6],
    "other": GREY,
}


def themed(chart: Any, width: int, height: int) -> dict[str, Any]:
    """A chart as a Vega-Lite specification in the common frame.

    `currentColor` follows the page, so the background stays empty.
    """
    spec: dict[str, Any] = chart.properties(width=width, height=height).to_dict()
    text = {"labelColor": "currentColor", "titleColor": "currentColor", "labelFontSize": 11,
            "titleFontSize": 11, "titleFontWeight": "normal"}  # fmt: skip
    spec["background"] = None
    # The page's font may be wider than the one the drawing was measured with.
    spec["padding"] = {"left": 22, "right": 14, "top": 5, "bottom": 5}
    spec["config"] = {
        "aria": False,
        "font": "system-ui, sans-serif",
        "view": {"stroke": None},
        "axis": {**text, "domainColor": GREY, "tickColor": GREY, "gridColor": GREY,
                 "gridOpacity": 0.25},
        "legend": {**text, "orient": "top", "title": None, "labelLimit": 220, "columns": 4},
        "header": {**text, "labelFontSize": 12},
        "text": {"color": "currentColor", "fontSize": 11},
        "range": {"category": list(SERIES)},
    }  # fmt: skip
    return spec


def svg(spec: dict[str, Any], name: str) -> str:
    """Draw a specification; the drawing scales with the page and carries no script.

    Ids in the drawing are renamed after the figure: the drawing engine counts them through the
    life of the process, and two drawings in one page must not share one.
    """
    import re

    import vl_convert

    drawing: str = vl_convert.vegalite_to_svg(spec)
    # The page styles it: fixed sizes would overflow a phone.
    head, rest = drawing.split(">", 1)
    head = head.replace(' width="', ' data-width="', 1).replace(' height="', ' data-height="', 1)
    text = f"{head}>{rest}"
    ids = dict.fromkeys(re.findall(r'\bid="([^"]+)"', text))
    new = {old: f"{name}-{k}" for k, old in enumerate(ids)}
    text = re.sub(r'\bid="([^"]+)"', lambda m: f'id="{new[m[1]]}"', text)
    return re.sub(r"url\(#([^)]+)\)", lambda m: f"url(#{new.get(m[1], m[1])})", text)
