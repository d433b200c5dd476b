"""Pictures of a chip: a wafer map, a cost waterfall, and a tornado of the uncertainty.

Owns how the results of `waferway.chips` are drawn, and the files they go to. Computes nothing:
every mark is a row of a frame of the result.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from waferway.errors import RangeError
from waferway.report.palette import GREY, SERIES, themed

if TYPE_CHECKING:
    from waferway.chips.results import ChipCost, ChipYield

__all__ = ["PICTURE_FORMS", "cost_waterfall", "tornado", "wafer_picture", "write_picture"]

PICTURE_FORMS = (".svg", ".png", ".pdf")
INK = {"light": ("#1c2127", "#ffffff"), "dark": ("#e8eaed", "#14171b")}
"""Ink and ground of the two themes of a file."""
STATES = {
    "good": ("good", SERIES[0]),
    "repaired": ("good after repair", SERIES[8]),
    "bad": ("bad", SERIES[1]),
    "partial": ("cut by the edge", GREY),
}
PART_COLOURS = {
    "logic": SERIES[0], "memory": SERIES[3], "packaging": SERIES[1],
    "packaging yield loss": SERIES[7], "test": SERIES[4], "auxiliary": SERIES[6],
}  # fmt: skip
Theme = Literal["light", "dark"]


def wafer_picture(result: ChipYield, die: str | None = None) -> dict[str, Any]:
    """The wafer of a die: each place in the colour of what becomes of it.

    How many dies are good, repaired and bad is what the model expects; where they lie is drawn.

    Parameters
    ----------
    result : ChipYield
        Of `waferway.chips.yield_`.
    die : str, optional
        The first die when absent.

    Returns
    -------
    dict
        A Vega-Lite specification.

    Raises
    ------
    RangeError
        If the design has no such die.
    """
    import altair as alt

    name = next(iter(result.wafers)) if die is None else die
    if name not in result.wafers:
        raise RangeError(f"{name!r} is no die; dies are {', '.join(result.wafers)}")
    frame = result.wafers[name].copy()
    frame["right"] = frame["x_mm"] + frame["width_mm"]
    frame["top"] = frame["y_mm"] + frame["height_mm"]
    count = frame["state"].value_counts()
    words = {state: f"{word} ({count.get(state, 0)})" for state, (word, _) in STATES.items()}
    frame["state"] = frame["state"].map(words)
    shown = [state for state in STATES if count.get(state, 0)]
    radius = result.wafer_mm / 2
    reach = float(max(frame["right"].abs().max(), frame["top"].abs().max(),
                      frame["x_mm"].abs().max(), frame["y_mm"].abs().max())) + 1  # fmt: skip
    scale = alt.Scale(domain=[-reach, reach], nice=False)
    part_mm2 = float(frame["width_mm"].iloc[0] * frame["height_mm"].iloc[0])
    colour = alt.Color(
        "state:N",
        scale=alt.Scale(domain=[words[s] for s in shown], range=[STATES[s][1] for s in shown]),
        legend=alt.Legend(title=None, orient="bottom", columns=2),
    )
    whole = frame["state"] != words["partial"]
    x, y = alt.X("x_mm:Q", scale=scale, axis=None), alt.Y("y_mm:Q", scale=scale, axis=None)
    dies = (
        alt.Chart(frame[whole])
        .mark_rect(strokeWidth=1, stroke="white")
        .encode(x=x, x2="right", y=y, y2="top", color=colour)
    )
    cut = (
        alt.Chart(frame[~whole])
        .mark_rect(fillOpacity=0.12, strokeOpacity=0.5, strokeWidth=0.5, stroke=GREY)
        .encode(x=x, x2="right", y=y, y2="top", color=colour)
    )
    crosses = (
        alt.Chart(frame[frame["state"] == words["bad"]].assign(
            middle_x=lambda f: (f["x_mm"] + f["right"]) / 2,
            middle_y=lambda f: (f["y_mm"] + f["top"]) / 2))
        .mark_point(shape="cross", angle=45, color="white", filled=True, opacity=0.9,
                    size=min(90.0, 0.12 * part_mm2))
        .encode(x=alt.X("middle_x:Q", scale=scale, axis=None),
                y=alt.Y("middle_y:Q", scale=scale, axis=None))
    )  # fmt: skip
    rings = [
        _ring(alt, scale, radius, result.notch_mm, 1.5, [1, 0]),
        _ring(alt, scale, radius - result.edge_mm, 0.0, 0.8, [4, 3]),
    ]
    part = next(part for part in result.parts if part["part"] == name)
    gross = round(part["gross"])
    text = (
        f"{result.design}: {gross} dies {name} on a wafer, "
        f"{part['good_per_wafer']:.0f} of them sold"
    )
    about = (
        f"{result.wafer_mm:g} mm wafer, {result.edge_mm:g} mm edge left out (dashed), notch below; "
        f"{result.when[:4]}. Numbers as expected, places drawn."
    )
    chart = alt.layer(cut, dies, crosses, *rings).properties(title=_title(alt, text, about))
    return themed(chart, 460, 460)


def _ring(
    alt: Any, scale: Any, radius: float, notch_mm: float, width: float, dash: list[int]
) -> Any:
    """A circle of the wafer, with its notch at the bottom (drawn as deep as it is)."""
    points = []
    half = notch_mm  # a notch of a right angle is as wide on either side as it is deep
    for k in range(361):
        angle = math.radians(k - 90)
        x, y = radius * math.cos(angle), radius * math.sin(angle)
        if notch_mm and y < 0 and abs(x) < half:
            continue
        points.append((x, y))
    if notch_mm:
        points = [(0.0, -radius + notch_mm), *points, (0.0, -radius + notch_mm)]
    frame = pd.DataFrame(points, columns=["x", "y"]).reset_index()
    return (
        alt.Chart(frame)
        .mark_line(color=GREY, strokeWidth=width, strokeDash=dash)
        .encode(x=alt.X("x:Q", scale=scale, axis=None), y=alt.Y("y:Q", scale=scale, axis=None),
                order="index:Q")
    )  # fmt: skip


def cost_waterfall(result: ChipCost) -> dict[str, Any]:
    """The cost of one good package, part by part, each with its interval.

    Parameters
    ----------
    result : ChipCost
        Of `waferway.chips.cost`.

    Returns
    -------
    dict
        A Vega-Lite specification.
    """
    import altair as alt

    bars = result.waterfall()
    bars["low_usd"] = [r["low_usd"] for r in result.records()]
    bars["high_usd"] = [r["high_usd"] for r in result.records()]
    # The interval of a part is drawn about the end of its bar, of the total about the total.
    bars["from_usd"] = bars["end_usd"] - bars["usd"] + bars["low_usd"]
    bars["to_usd"] = bars["end_usd"] - bars["usd"] + bars["high_usd"]
    bars["said"] = [f"{usd:,.0f}" for usd in bars["usd"]]
    order = list(bars["component"])
    colours = [PART_COLOURS.get(name, GREY) for name in order[:-1]] + [GREY]
    words = alt.Axis(labelAngle=0, labelLimit=90, labelExpr="split(datum.label, ' ')")
    x = alt.X("component:N", sort=order, title=None, axis=words)
    base = alt.Chart(bars)
    body = base.mark_bar(size=52).encode(
        x=x,
        y=alt.Y("start_usd:Q", title="USD for one good package", axis=alt.Axis(tickCount=5)),
        y2="end_usd",
        color=alt.Color("component:N", scale=alt.Scale(domain=order, range=colours), legend=None),
    )
    layers = [body]
    if result.draws:
        layers.append(base.mark_rule(color="currentColor", strokeWidth=1.5).encode(
            x=x, y="from_usd:Q", y2="to_usd"))  # fmt: skip
    layers.append(base.mark_text(dy=-6, fontWeight="bold").encode(
        x=x, y=alt.Y("top:Q"), text="said:N"))  # fmt: skip
    bars["top"] = bars[["end_usd", "to_usd"]].max(axis=1) if result.draws else bars["end_usd"]
    text = f"{result.design}: {result.total_usd:,.0f} USD for one good package"
    about = f"{result.when[:4]}, central values" + (
        f"; thin lines: 5 to 95 % of {result.draws:,} joint draws, of the whole "
        f"{result.total_low_usd:,.0f} to {result.total_high_usd:,.0f} USD"
        if result.draws
        else ""
    )
    return themed(alt.layer(*layers).properties(title=_title(alt, text, about)), 560, 320)


def tornado(result: ChipCost, most: int = 12) -> dict[str, Any]:
    """What the interval of the cost rests on: the total at either end of each parameter.

    Parameters
    ----------
    result : ChipCost
        With its tornado.
    most : int, at least 1
        Parameters drawn, widest first.

    Returns
    -------
    dict
        A Vega-Lite specification.

    Raises
    ------
    RangeError
        If the result has no tornado.
    """
    import altair as alt

    frame = result.tornado().head(most)
    if frame.empty:
        raise RangeError("there is no tornado; compute the cost with tornado=True")
    frame = frame.copy()
    frame["name"] = [_parameter(key) for key in frame["parameter"]]
    frame["name"] += [f" (grade {grade})" if grade else "" for grade in frame["grade"]]
    order = list(frame["name"])
    ends = pd.concat(
        frame.assign(end=f"{side} end of its interval", usd=frame[f"total_at_{side}_usd"],
                     said=[f"{value:,.4g}" for value in frame[side]])
        for side in ("low", "high")
    )  # fmt: skip
    ends["centre"] = result.total_usd
    ends["left"] = ends["usd"] < ends["centre"]
    colour = alt.Color("end:N", legend=alt.Legend(title=None, orient="top"), scale=alt.Scale(
        domain=["low end of its interval", "high end of its interval"],
        range=[SERIES[0], SERIES[1]]))  # fmt: skip
    y = alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=330))
    span = max(float((ends["usd"] - ends["centre"]).abs().max()), 1e-9)
    scale = alt.Scale(domain=[result.total_usd - 1.18 * span, result.total_usd + 1.18 * span],
                      nice=False)  # fmt: skip
    x = alt.X("usd:Q", title="USD for one good package", scale=scale,
              axis=alt.Axis(tickCount=5))  # fmt: skip
    bars = alt.Chart(ends).mark_bar(height=13).encode(x=x, x2="centre", y=y, color=colour)
    left = alt.Chart(ends[ends["left"]]).mark_text(align="right", dx=-4, fontSize=9).encode(
        x=x, y=y, text="said:N")  # fmt: skip
    right = alt.Chart(ends[~ends["left"]]).mark_text(align="left", dx=4, fontSize=9).encode(
        x=x, y=y, text="said:N")  # fmt: skip
    middle = alt.Chart(ends.head(1)).mark_rule(color=GREY, strokeWidth=1.5).encode(x="centre:Q")
    first = _parameter(frame["parameter"].iloc[0])
    text = f"{result.design}: the cost rests most on {first}"
    about = "Each parameter alone at its 5 % and 95 % point, written at the end of its bar"
    chart = alt.layer(bars, left, right, middle).properties(title=_title(alt, text, about))
    return themed(chart, 430, 24 * len(order))


def _parameter(key: str) -> str:
    """``node:n4 wafer_price`` for people: ``wafer price, n4``."""
    subject, _, metric = key.rpartition(" ")
    kind, _, name = subject.partition(":")
    of = {"any": kind, "300mm": ""}.get(name, name)
    words = metric.replace("_", " ").replace(" gb", " GB").replace(" per w", " per W")
    return words + (f", {of}" if of else "")


def _title(alt: Any, text: str, about: str) -> Any:
    lines: list[str] = []
    for word in about.split():
        if not lines or len(lines[-1]) + len(word) > 84:
            lines.append(word)
        else:
            lines[-1] += f" {word}"
    return alt.TitleParams(text=text, subtitle=lines, anchor="start", fontSize=14,
                           subtitleFontSize=11, color="currentColor",
                           subtitleColor="currentColor", offset=12)  # fmt: skip


def write_picture(
    spec: dict[str, Any], path: str | Path, *, theme: Theme = "light", force: bool = False
) -> Path:
    """Draw a specification into an SVG, PNG or PDF file.

    Parameters
    ----------
    spec : dict
        Of the functions above.
    path : str or Path
        Its ending names the form.
    theme : str
        ``light`` or ``dark``: a file stands alone, so its ground is part of it.
    force : bool
        Whether a file that is there may be replaced.

    Returns
    -------
    Path

    Raises
    ------
    RangeError
        If the form or the theme is unknown.
    OutputExists
        If the file exists and `force` is false.
    """
    import vl_convert

    from waferway.network.replacing import new_file

    where = Path(path)
    if where.suffix.lower() not in PICTURE_FORMS:
        raise RangeError(f"{where.name}: a picture ends in {', '.join(PICTURE_FORMS)}")
    if theme not in INK:
        raise RangeError(f"theme is {theme!r}; known: {', '.join(INK)}")
    ink, ground = INK[theme]
    drawn = _coloured(spec, ink) | {"background": ground}
    form = where.suffix.lower()
    with new_file(where, force=force) as file:
        if form == ".svg":
            file.write_text(vl_convert.vegalite_to_svg(drawn), encoding="utf-8")
        elif form == ".png":
            file.write_bytes(vl_convert.vegalite_to_png(drawn, scale=2))
        else:
            file.write_bytes(vl_convert.vegalite_to_pdf(drawn))
    return where


def _coloured(value: Any, ink: str) -> Any:
    """The same with ink in place of `currentColor`, which a file alone cannot take from a page."""
    if isinstance(value, dict):
        return {key: _coloured(part, ink) for key, part in value.items()}
    if isinstance(value, list):
        return [_coloured(part, ink) for part in value]
    return ink if isinstance(value, str) and value == "currentColor" else value
