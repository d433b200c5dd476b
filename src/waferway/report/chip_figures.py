"""Figures of a chip: a wafer map, a cost waterfall, and a tornado of the uncertainty.

Owns how the results of `waferway.chips` are drawn, and the page of a chip. Computes nothing:
every mark is a row of a frame of the result.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from waferway.errors import RangeError
from waferway.network.network import Network
from waferway.report.drawing import GREY, SERIES, Spec, framed
from waferway.report.figure import Figure
from waferway.report.notes import Note, Notes
from waferway.report.page import Page, Section
from waferway.report.wording import cell_text

if TYPE_CHECKING:
    from waferway.chips.results import ChipCompute, ChipCost, ChipYield
    from waferway.evidence.claims import Evidence

__all__ = ["chip_page", "cost_figure", "titled", "tornado_figure", "wafer_figure"]

STATES = {
    "good": ("good", SERIES[0]),
    "repaired": ("good after repair", SERIES[7]),
    "bad": ("bad", SERIES[1]),
    "partial": ("cut by the edge", GREY),
}
PART_COLOURS = {
    "logic": SERIES[0], "memory": SERIES[3], "packaging": SERIES[1],
    "packaging yield loss": SERIES[6], "test": SERIES[4], "auxiliary": SERIES[5],
}  # fmt: skip


def wafer_figure(result: ChipYield, die: str | None = None) -> Figure:
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
    Figure

    Raises
    ------
    RangeError
        If the design has no such die.

    Examples
    --------
    >>> from importlib.resources import files
    >>> from waferway import chips
    >>> h100 = files("waferway.chips") / "designs" / "h100-sxm.yaml"
    >>> wafer_figure(chips.yield_(h100, 2025, draws=0)).title
    'A wafer holds 67 dies gh100; 46 are sold'
    """
    name = next(iter(result.wafers)) if die is None else die
    if name not in result.wafers:
        raise RangeError(f"{name!r} is no die; dies are {', '.join(result.wafers)}")
    part = next(part for part in result.parts if part["part"] == name)
    frame = result.wafers[name]
    count = {state: int((frame["state"] == state).sum()) for state in STATES}
    table = pd.DataFrame(
        [(word, count[state]) for state, (word, _) in STATES.items() if count[state]],
        columns=["what becomes of it", "dies"],
    )
    return Figure(
        f"wafer-{_slug(name)}",
        f"A wafer holds {round(part['gross'])} dies {name}; {part['good_per_wafer']:.0f} are sold",
        f"{result.design}, {result.when[:4]}: wafer of {result.wafer_mm:g} mm with its notch, "
        f"{result.edge_mm:g} mm of edge left out (dashed). How many dies are good, mended by spare "
        "blocks or bad (crossed) is as expected; where they lie is drawn.",
        lambda width: _draw_wafer(result, name, width),
        table,
        menu=f"Wafer of {name}",
    )


def _draw_wafer(result: ChipYield, name: str, width: int) -> Spec:
    import altair as alt

    frame = result.wafers[name].copy()
    frame["right"] = frame["x_mm"] + frame["width_mm"]
    frame["top"] = frame["y_mm"] + frame["height_mm"]
    frame["middle_x"] = (frame["x_mm"] + frame["right"]) / 2
    frame["middle_y"] = (frame["y_mm"] + frame["top"]) / 2
    count = frame["state"].value_counts()
    words = {state: f"{word} ({count.get(state, 0)})" for state, (word, _) in STATES.items()}
    shown = [state for state in STATES if count.get(state, 0)]
    partial, bad = frame["state"] == "partial", frame["state"] == "bad"
    frame["state"] = frame["state"].map(words)
    reach = float(frame[["x_mm", "y_mm", "right", "top"]].abs().to_numpy().max()) + 1
    scale = alt.Scale(domain=[-reach, reach], nice=False)
    side = min(width, 520)
    area_px = (
        float(frame["width_mm"].iloc[0] * frame["height_mm"].iloc[0]) * (side / reach / 2) ** 2
    )
    palette = alt.Scale(domain=[words[s] for s in shown], range=[STATES[s][1] for s in shown])
    colour = alt.Color("state:N", scale=palette,
                       legend=alt.Legend(title=None, orient="bottom", columns=2))  # fmt: skip

    def at(field: str, channel: Any) -> Any:
        return channel(f"{field}:Q", scale=scale, axis=None)

    def boxes(rows: pd.DataFrame, **look: Any) -> Any:
        return alt.Chart(_rows(alt, rows)).mark_rect(**look).encode(
            x=at("x_mm", alt.X), x2="right", y=at("y_mm", alt.Y), y2="top", color=colour
        )  # fmt: skip

    crosses = alt.Chart(_rows(alt, frame[bad])).mark_point(
        shape="cross", angle=45, color="white", filled=True, opacity=0.9, size=0.08 * area_px,
    ).encode(x=at("middle_x", alt.X), y=at("middle_y", alt.Y))  # fmt: skip
    layers = [
        boxes(frame[partial], fillOpacity=0.12, stroke=GREY, strokeOpacity=0.5, strokeWidth=0.5),
        boxes(frame[~partial], stroke="white", strokeWidth=1 if area_px > 60 else 0.5),
        crosses,
    ]
    radius = result.wafer_mm / 2
    for points, look in (
        (_circle(radius, result.notch_mm), {"strokeWidth": 1.5}),
        (_circle(radius - result.edge_mm, 0.0), {"strokeWidth": 0.8, "strokeDash": [4, 3]}),
    ):
        layers.append(
            alt.Chart(_rows(alt, points)).mark_line(color=GREY, **look).encode(
                x=at("x", alt.X), y=at("y", alt.Y), order="k:Q")
        )  # fmt: skip
    spec: Spec = alt.layer(*layers).properties(height=side).to_dict()
    out = framed(spec, side)
    out["autosize"] = {"type": "pad"}  # a wafer is round
    return out


def _circle(radius: float, notch_mm: float) -> pd.DataFrame:
    """Points of a circle; a notch of a right angle at the bottom, as deep as it is."""
    around = [math.radians(angle - 90) for angle in range(361)]
    points = [(radius * math.cos(a), radius * math.sin(a)) for a in around]
    if notch_mm:
        tip = (0.0, -radius + notch_mm)
        rest = [(x, y) for x, y in points if y > 0 or abs(x) >= notch_mm]
        points = [tip, *rest, tip]
    return pd.DataFrame(points, columns=["x", "y"]).assign(k=range(len(points)))


def cost_figure(result: ChipCost) -> Figure:
    """The cost of one good package, part by part as a waterfall, each with its interval.

    Parameters
    ----------
    result : ChipCost
        Of `waferway.chips.cost`.

    Returns
    -------
    Figure
    """
    parts = pd.DataFrame(result.records())
    largest = parts.iloc[:-1].sort_values("usd", ascending=False).iloc[0]
    interval = (
        f" Thin lines: 5 to 95 % of {result.draws:,} joint draws; of the whole "
        f"{result.total_low_usd:,.0f} to {result.total_high_usd:,.0f} USD."
        if result.draws
        else ""
    )
    table = parts.rename(columns={"component": "part", "usd": "USD", "low_usd": "5 %",
                                  "high_usd": "95 %"})  # fmt: skip
    if not result.draws:
        table = table.drop(columns=["5 %", "95 %"])
    return Figure(
        "cost",
        f"{result.design}: {result.total_usd:,.0f} USD for one good package, "
        f"{largest['share']:.0%} of it {largest['component']}",
        f"Bars: USD of {result.when[:4]}, central values, each on top of the one before.{interval}",
        lambda width: _draw_cost(result, width),
        table,
        menu="Cost",
    )


def _draw_cost(result: ChipCost, width: int) -> Spec:
    import altair as alt

    bars = result.waterfall()
    records = result.records()
    begin = bars["end_usd"] - bars["usd"]
    # The interval of a part is drawn about the end of its bar, of the total about the total.
    bars["from_usd"] = begin + [r["low_usd"] for r in records]
    bars["to_usd"] = begin + [r["high_usd"] for r in records]
    bars["top"] = bars[["end_usd", "to_usd"]].max(axis=1)
    bars["said"] = [f"{usd:,.0f}" for usd in bars["usd"]]
    order = list(bars["component"])
    colours = [PART_COLOURS.get(name, GREY) for name in order[:-1]] + [GREY]
    words = (
        alt.Axis(labelAngle=0, labelLimit=90, labelExpr="split(datum.label, ' ')")
        if width > 500
        else alt.Axis(labelAngle=-40, labelLimit=150)
    )
    x = alt.X("component:N", sort=order, title=None, axis=words)
    base = alt.Chart(_rows(alt, bars))
    palette = alt.Scale(domain=order, range=colours)
    body = base.mark_bar().encode(
        x=x,
        y=alt.Y("start_usd:Q", title="USD", axis=alt.Axis(tickCount=5)),
        y2="end_usd",
        color=alt.Color("component:N", scale=palette, legend=None),
    )
    layers = [body]
    if result.draws:
        rule = base.mark_rule(color="currentColor", strokeWidth=1.5)
        layers.append(rule.encode(x=x, y="from_usd:Q", y2="to_usd"))
    text = base.mark_text(dy=-6, fontWeight="bold", fontSize=12 if width > 500 else 10)
    layers.append(text.encode(x=x, y="top:Q", text="said:N"))
    return framed(alt.layer(*layers).properties(height=300).to_dict(), width)


def tornado_figure(result: ChipCost, most: int = 12, evidence: Evidence | None = None) -> Figure:
    """What the interval of the cost rests on: the total at either end of each parameter.

    Parameters
    ----------
    result : ChipCost
        With its tornado.
    most : int, at least 1
        Parameters drawn, widest first; the table holds all.
    evidence : Evidence, optional
        Claims, for the notes under the table; those of `waferway.chips` when absent.

    Returns
    -------
    Figure

    Raises
    ------
    RangeError
        If the result has no tornado.
    """
    frame = result.tornado()
    if frame.empty:
        raise RangeError("there is no tornado; compute the cost with tornado=True")
    table = pd.DataFrame(
        {
            "parameter": [_words(key) for key in frame["parameter"]],
            "low": frame["low"],
            "high": frame["high"],
            "unit": frame["unit"],
            "total at low, USD": frame["total_at_low_usd"],
            "total at high, USD": frame["total_at_high_usd"],
            "grade": frame["grade"],
        }
    )
    return Figure(
        "tornado",
        f"{result.design}: the cost rests most on {_words(frame['parameter'].iloc[0])}",
        "Bars: USD for one good package with one parameter at its 5 % or its 95 % point, which "
        "stands at the end of its bar, and all others at their central values.",
        lambda width: _draw_tornado(result, most if width > 500 else min(most, 8), width),
        table,
        _claim_notes(frame, evidence),
        "What decides",
    )


def _draw_tornado(result: ChipCost, most: int, width: int) -> Spec:
    import altair as alt

    frame = result.tornado().head(most).copy()
    frame["name"] = [_words(key) for key in frame["parameter"]]
    order = list(frame["name"])
    sides = ("low", "high")
    ends = pd.concat(
        frame.assign(
            end=f"{side} end of its interval",
            usd=frame[f"total_at_{side}_usd"],
            centre=result.total_usd,
            said=[cell_text(float(value), side) for value in frame[side]],
        )
        for side in sides
    )
    below = ends["usd"] < ends["centre"]
    colour = alt.Color(
        "end:N",
        legend=alt.Legend(title=None, orient="top", columns=2 if width > 500 else 1),
        scale=alt.Scale(domain=[f"{side} end of its interval" for side in sides],
                        range=[SERIES[0], SERIES[1]]),
    )  # fmt: skip
    limit = 250 if width > 500 else 130
    y = alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=limit))
    span = max(float((ends["usd"] - ends["centre"]).abs().max()), 1e-9)
    room = (1.2 if width > 500 else 1.5) * span
    scale = alt.Scale(domain=[result.total_usd - room, result.total_usd + room], nice=False)
    x = alt.X("usd:Q", title="USD for one good package", scale=scale,
              axis=alt.Axis(tickCount=5 if width > 500 else 3))  # fmt: skip

    def said(rows: pd.DataFrame, align: Any, dx: int) -> Any:
        text = alt.Chart(_rows(alt, rows)).mark_text(align=align, dx=dx, fontSize=10)
        return text.encode(x=x, y=y, text="said:N")

    bars = alt.Chart(_rows(alt, ends)).mark_bar(height=13)
    middle = alt.Chart(_rows(alt, ends.head(1))).mark_rule(color=GREY, strokeWidth=1.5)
    chart = alt.layer(
        bars.encode(x=x, x2="centre", y=y, color=colour),
        said(ends[below], "right", -4),
        said(ends[~below], "left", 4),
        middle.encode(x="centre:Q"),
    )
    return framed(chart.properties(height=24 * len(order)).to_dict(), width)


def _claim_notes(frame: pd.DataFrame, evidence: Evidence | None) -> Mapping[tuple[int, str], Note]:
    """The claim under each parameter, for the low and high of its row."""
    if evidence is None:
        from waferway.evidence.dated import shipped

        evidence = shipped("waferway.chips")
    notes = Notes(Network.build({}, evidence=evidence))
    out: dict[tuple[int, str], Note] = {}
    for at, claim_id in enumerate(frame["claim_id"]):
        note = notes.of_claims([claim_id])
        if note is not None:
            out |= {(at, "low"): note, (at, "high"): note}
    return out


def chip_page(
    cost: ChipCost, yields: ChipYield, compute: ChipCompute, evidence: Evidence | None = None
) -> Page:
    """The page of a chip: cost, what it rests on, wafers, and what it computes.

    Parameters
    ----------
    cost, yields, compute
        Results for one design and one day.
    evidence : Evidence, optional
        Claims behind them; those of `waferway.chips` when absent.

    Returns
    -------
    Page
    """
    figures = [cost_figure(cost)]
    if cost.tornado_rows:
        figures.append(tornado_figure(cost, evidence=evidence))
    figures += [wafer_figure(yields, die) for die in yields.wafers]
    parts = pd.DataFrame(yields.records()).drop(columns=["bound", "plain_yield", "kind"])
    parts = parts.rename(
        columns={"good_per_wafer": "good a wafer", "low": "yield, 5 %", "high": "yield, 95 %",
                 "area_mm2": "area, mm2", "wafers_per_1000_packages": "wafers for 1,000 packages"}
    )  # fmt: skip
    worth = pd.DataFrame(compute.records())
    for unit in ("flop/s", "B/s"):  # as people read them
        large = worth["unit"] == unit
        worth.loc[large, ["value", "low", "high"]] /= 1e12
        worth.loc[large, "unit"] = f"T{unit}"
    sections = [
        *(Section.of(figure) for figure in figures),
        Section("parts", "Parts of the package on their wafers", "Parts", table=parts),
        Section("compute", "What one package computes", "Compute", table=worth,
                points=[*cost.notes, *compute.notes], points_title="Notes"),
    ]  # fmt: skip
    interval = f" ({cost.total_low_usd:,.0f} to {cost.total_high_usd:,.0f})" if cost.draws else ""
    answer = [
        f"One good package costs {cost.total_usd:,.0f} USD{interval}; design and masks "
        f"{cost.nre_usd / 1e6:,.0f} million USD once.",
        f"Of packages begun {yields.package_yield:.0%} are sold.",
    ]
    weights = [f"{w:.3g} on {b}" for b, w in compute.equivalents.items() if w is not None]
    if weights:
        answer.append(f"H100 equivalents: {', '.join(weights)}.")
    manifest = {"design": cost.design, "when": cost.when, "draws": cost.draws, "seed": cost.seed}
    return Page(cost.design, "waferway chips", f"{cost.design}, {cost.when}", answer, sections,
                manifest)  # fmt: skip


def titled(figure: Figure) -> Figure:
    """The figure with its title and description in the drawing, for a file that stands alone."""

    def draw(width: int) -> Spec:
        spec = dict(figure.draw(width))
        wide = int(spec.get("width", width))
        spec["title"] = {
            "text": _lines(figure.title, wide / 8.6),
            "subtitle": _lines(figure.description, wide / 7),
            "anchor": "start", "frame": "bounds", "fontSize": 14, "subtitleFontSize": 11,
            "color": "currentColor", "subtitleColor": "currentColor", "offset": 12,
        }  # fmt: skip
        return spec

    return replace(figure, draw=draw)


def _lines(text: str, most: float) -> list[str]:
    out: list[str] = []
    for word in text.split():
        if out and len(out[-1]) + len(word) < most:
            out[-1] += f" {word}"
        else:
            out.append(word)
    return out


def _rows(alt: Any, frame: pd.DataFrame) -> Any:
    plain = frame.astype(object).where(frame.notna(), None)
    return alt.InlineData(values=plain.to_dict(orient="records"))


def _words(key: str) -> str:
    """``node:n4 wafer_price`` for people: ``wafer price, n4``."""
    subject, _, metric = key.rpartition(" ")
    kind, _, name = subject.partition(":")
    of = {"any": kind, "300mm": ""}.get(name, name)
    words = metric.replace("_", " ").replace(" gb", " GB").replace(" per w", " per W")
    return words + (f", {of}" if of else "")


def _slug(name: str) -> str:
    return "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in name)
