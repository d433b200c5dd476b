"""What binds, when, and what one more unit would be worth, by year.

Owns the figure of a plan that was not explained; one that was shows the table of its explanation,
period by period (`waferway.report.figures.timeline`).
"""

from __future__ import annotations

import math

import pandas as pd

from waferway.report.drawing import SERIES, Spec, framed
from waferway.report.figure import Figure
from waferway.report.figures.lanes import Lanes
from waferway.report.figures.reading import PlanReading, inline
from waferway.report.figures.timeline import span_of, timeline
from waferway.report.names import link_label, link_unit, spell_years
from waferway.report.notes import Cell
from waferway.report.wording import listed, short_money

__all__ = ["bottlenecks"]

WORTH = 1.0
"""Least worth of one more unit that is shown, USD."""


def bottlenecks(reading: PlanReading) -> Figure | None:
    """Worth of one more unit of each link by year; the dearest link of each year is framed."""
    plan, prices = reading.plan, reading.prices
    if plan.is_explained:
        return timeline(reading)
    if prices.unit != "USD" or prices.links.empty:
        return None
    links = prices.links[prices.links["worth_usd"] >= WORTH]
    if links.empty:
        return None
    links = links.assign(
        label=[link_label(plan, t) for t in links["technology"]],
        unit=[link_unit(plan, t) for t in links["technology"]],
        year=links["year"].astype(int),
    ).reset_index(drop=True)
    best = prices.binding()
    best = best[best["worth_usd"] >= WORTH]
    first = {(str(t), int(y)) for t, y in zip(best["technology"], best["year"], strict=True)}
    links["most"] = [
        (str(t), int(y)) in first for t, y in zip(links["technology"], links["year"], strict=True)
    ]
    runs: dict[str, list[int]] = {}
    for t, y in zip(best["technology"], best["year"], strict=True):
        runs.setdefault(link_label(plan, str(t)), []).append(int(y))
    title = "What holds the plan back most: " + listed(
        [f"{name} in {spell_years(sorted(years))}" for name, years in runs.items()]
    )
    columns = ["label", "year", "unit", "worth_usd", "low_usd", "high_usd", "percent_usd", "line"]
    table = links[columns].rename(
        columns={"label": "link", "worth_usd": "worth of one more, USD", "low_usd": "low, USD",
                 "high_usd": "high, USD", "percent_usd": "worth of one more per cent, USD",
                 "line": "at line"}
    )  # fmt: skip
    rules = set(plan.network.table("limit").index)
    cells: list[list[Cell]] = [
        [("limit", str(t), "")] if t in rules else [("line", str(line), "capacity")]
        for t, line in zip(links["technology"], links["line"], strict=True)
    ]
    notes = reading.column_notes(table, {"worth of one more, USD": cells})
    hover = [
        notes[at, "worth of one more, USD"].hover if (at, "worth of one more, USD") in notes else
        "cites nothing" for at in range(len(table))
    ]  # fmt: skip
    return Figure(
        "bottlenecks",
        title,
        "For each link and year: what one more unit of it would be worth, given these builds, on "
        "average over the year (this plan keeps no explanation, which tells period by period), at "
        "the line where it is worth most; empty: nothing. Framed: the link of which one more per "
        "cent is worth most in that year. The darker, the more that per cent is worth. The table "
        "gives the unit, and the interval between the worth of a little more and of a little less.",
        lambda width: _draw(links.assign(hover=hover), width),
        table,
        notes,
        "What binds",
    )


def _draw(links: pd.DataFrame, width: int) -> Spec:
    import altair as alt

    narrow = width < 500
    order = list(
        links.groupby("label")["percent_usd"].sum().sort_values(ascending=False).index
    )  # fmt: skip
    years = [str(y) for y in range(links["year"].min(), links["year"].max() + 1)]
    most = float(links["percent_usd"].max()) or 1.0
    cells = pd.DataFrame(
        {
            "label": links["label"],
            "year": links["year"].astype(str),
            "said": [short_money(w) for w in links["worth_usd"]],
            "weight": [0.10 + 0.40 * math.sqrt(max(0.0, p) / most) for p in links["percent_usd"]],
            "most": links["most"].astype(bool),
            "span": [
                span_of(a, b) for a, b in zip(links["low_usd"], links["high_usd"], strict=True)
            ],
            "percent": [short_money(p) for p in links["percent_usd"]],
            "unit": links["unit"],
            "hover": links["hover"],
        }
    )
    x = alt.X("year:O", title=None, sort=years,
              scale=alt.Scale(domain=years, paddingInner=0.04, paddingOuter=0),
              axis=alt.Axis(labelAngle=0, orient="top", domain=False, ticks=False))  # fmt: skip
    tips = [
        alt.Tooltip("label:N", title="link"), alt.Tooltip("year:N"),
        alt.Tooltip("said:N", title="one more unit"), alt.Tooltip("unit:N"),
        alt.Tooltip("span:N", title="interval"),
        alt.Tooltip("percent:N", title="one more per cent"),
        alt.Tooltip("hover:N", title="grade, source"),
    ]  # fmt: skip
    units = dict(zip(links["label"], links["unit"], strict=True))
    named = {o: f"{o}, one more {units[o]}" for o in order}
    lanes = Lanes([named[o] for o in order], narrow, 28)
    cells["label"] = cells["label"].map(named)
    base = alt.Chart(inline(lanes.placed(cells, "label")))
    boxes = base.mark_rect(color=SERIES[1], strokeWidth=2).encode(
        x=x, tooltip=tips, **lanes.span(),
        fillOpacity=alt.FillOpacity("weight:Q", scale=None, legend=None),
        stroke=alt.condition("datum.most", alt.value(SERIES[1]), alt.value("transparent")),
    )  # fmt: skip
    words = base.mark_text(fontSize=11 if narrow else 12).encode(
        x=x, text="said:N", **lanes.middle()
    )
    return framed(
        alt.layer(boxes, words, *lanes.names(width))
        .properties(height=lanes.height)
        .to_dict(validate=False),
        width,
        lanes.spare,
    )
