"""From a specification to SVG, PNG and PDF, through the installed `vl-convert-python`.

Owns legibility: marks keep a contrast of at least 3:1 on white and on near-black; text takes the
colour of the page, so that one drawing serves light and dark, or the colour of a chosen theme.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any, Literal

__all__ = [
    "GREY", "NARROW", "SERIES", "THEMES", "WIDE", "Spec", "Theme", "draw_pdf", "draw_png",
    "draw_svg", "framed", "themed",
]  # fmt: skip

Spec = dict[str, Any]
Theme = Literal["page", "light", "dark"]

WIDE, NARROW = 736, 352
"""Widths of a drawing in px: on a desktop or on paper, and on a phone."""
GREY = "#7f8a94"
SERIES = (
    "#2f7fc1", "#d1762a", "#2c9a6b", "#b8559c", "#8268c9", "#b08a1e", "#c9504a", "#3b9fae",
    "#6f8f3a", GREY,
)  # fmt: skip
THEMES: dict[str, tuple[str, str]] = {
    "page": ("transparent", "currentColor"),
    "light": ("#fdfdfc", "#1b1e22"),
    "dark": ("#16181b", "#e6e7e8"),
}
"""Ground and text colour of each theme."""
FONT = "Arial, 'Liberation Sans', Helvetica, Arimo, sans-serif"
"""Fonts of one width: the still drawings are laid out with the second of them."""


def framed(spec: Spec, width: int, left: float = 0.0) -> Spec:
    """A specification in the frame that all share: no ground, text in the page's colour.

    A single or layered chart is fitted to `width`; a chart of charts is left as wide as it is.
    `left` px more are kept free at the left edge.
    """
    text = {"labelColor": "currentColor", "titleColor": "currentColor", "labelFontSize": 12,
            "titleFontSize": 12, "titleFontWeight": "normal"}  # fmt: skip
    narrow = width < 500
    out: Spec = dict(spec)
    out["background"] = "transparent"
    out["padding"] = {"left": 4 + left, "right": 10, "top": 5, "bottom": 5}
    if not {"vconcat", "hconcat", "concat", "facet"} & out.keys():
        out["width"] = width
        out["autosize"] = {"type": "fit-x", "contains": "padding"}
    out["config"] = {
        "aria": False,
        "font": FONT,
        "view": {"stroke": None},
        "axis": {**text, "domainColor": GREY, "tickColor": GREY, "gridColor": GREY,
                 "gridOpacity": 0.25},
        "legend": {**text, "orient": "top", "title": None, "labelLimit": 220,
                   "columns": 2 if narrow else 4, "symbolType": "square", "columnPadding": 24},
        "header": {**text, "labelFontSize": 12},
        "text": {"color": "currentColor", "fontSize": 12},
        "range": {"category": list(SERIES)},
    }  # fmt: skip
    return out


def themed(spec: Spec, theme: Theme) -> Spec:
    """A specification with ground and text of a theme; data are left as they are."""
    if theme == "page":
        return spec
    ground, text = THEMES[theme]

    def turned(part: Any) -> Any:
        if isinstance(part, dict):
            return {k: v if k in ("datasets", "values") else turned(v) for k, v in part.items()}
        if isinstance(part, list):
            return [turned(p) for p in part]
        if part == "currentColor":
            return text
        return part

    out: Spec = turned(spec)
    out["background"] = ground
    return out


def draw_svg(spec: Spec, name: str, theme: Theme, title: str, description: str) -> str:
    """Draw a specification; the drawing carries no script, no style and no address.

    Ids in the drawing are renamed after the figure: the drawing engine counts them through the
    life of the process, and two drawings in one page must not share one. A drawing for a page
    scales with it; a drawing for a file has a size, a title and a description.
    """
    import vl_convert

    turned = themed(spec, theme)
    engine = (
        vl_convert.vega_to_svg
        if "/vega/" in str(spec.get("$schema", ""))
        else vl_convert.vegalite_to_svg
    )
    drawn: str = engine(turned, allowed_base_urls=[])
    # Only inside tags: what data say stands between them, and stays as it is.
    names: dict[str, str] = {}
    text = _TAG.sub(lambda tag: _cleaned(tag[0], name, names), drawn)
    head, rest = text.split(">", 1)
    if theme == "page":
        head = re.sub(r' (width|height)="[^"]*"', "", head)
        return f'{head} aria-hidden="true" focusable="false">{rest}'
    said = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
    return f'{head} role="img">{said}{rest}'


_TAG = re.compile(r"<[^>]+>")
_UNWANTED = re.compile(
    r' (?:style|role|class|aria-[a-z]+|xmlns:xlink|version|on\w+)="[^"]*"'
    r'| (?:xlink:)?href="(?!#)[^"]*"'  # a drawing leads nowhere and loads nothing
)
_PLACED = re.compile(r'\b(?:d|transform|[xy][12]?|width|height)="[^"]*"')
_LONG = re.compile(r"-?\d+\.\d{2,}(?:e-?\d+)?")


def _cleaned(tag: str, name: str, names: dict[str, str]) -> str:
    tag = _UNWANTED.sub("", tag)
    tag = _PLACED.sub(lambda m: _LONG.sub(lambda n: _short(n[0]), m[0]), tag)

    def renamed(old: str) -> str:
        return names.setdefault(old, f"{name}-{len(names)}")

    tag = re.sub(r'\bid="([^"]+)"', lambda m: f'id="{renamed(m[1])}"', tag)
    return re.sub(r"url\(#([^)]+)\)", lambda m: f"url(#{renamed(m[1])})", tag)


def _short(number: str) -> str:
    """A coordinate to a tenth of a px; digits beyond that only make the file longer."""
    short = f"{float(number):.1f}".removesuffix(".0")
    return "0" if short == "-0" else short


def draw_png(svg: str, scale: float) -> bytes:
    """A drawing as PNG, `scale` dots a px."""
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg, scale=scale))


def draw_pdf(svg: str) -> bytes:
    """A drawing as PDF of one page."""
    import vl_convert

    return bytes(vl_convert.svg_to_pdf(svg))
