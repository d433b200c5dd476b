"""The timeline of bottlenecks: the table of a plan's explanation, drawn period by period.

Owns the figure of a plan that was explained. The numbers are those of `waferway explain`.
"""

from __future__ import annotations

import math

import pandas as pd

from waferway.planning.plan import Plan
from waferway.report.drawing import SERIES, Spec, framed
from waferway.report.figure import Figure
from waferway.report.figures.lanes import Lanes
from waferway.report.figures.reading import PlanReading, inline
from waferway.report.names import label_of, link_label, spell_years
from waferway.report.notes import Cell
from waferway.report.wording import listed, short_money

__all__ = ["span_of", "timeline"]

WORTH = 1.0
"""Least worth of one more unit, or cost of one less, that is shown, USD."""


def timeline(reading: PlanReading) -> Figure | None:
    """When each link binds, by period; the dearest link of each period is framed."""
    plan = reading.plan
    told = plan.explain()
    frame = told.bottlenecks
    if told.counted_in != "USD" or frame.empty:
        return None
    frame = frame[frame[["value_usd", "high_usd"]].max(axis=1) >= WORTH].reset_index(drop=True)
    if frame.empty:
        return None
    names = {(a, b): _named(plan, a, b) for a, b in zip(frame["link"], frame["what"], strict=True)}
    frame = frame.assign(
        label=[names[a, b] for a, b in zip(frame["link"], frame["what"], strict=True)],
        unit=[str(u).split(":")[0] for u in frame["unit"]],
    )
    columns = ["label", "period", "unit", "value_usd", "low_usd", "high_usd", "percent_usd", "row"]
    if len(plan.branch_weights) > 1:
        columns.insert(0, "branch")
    table = frame[columns].rename(
        columns={"label": "link", "value_usd": "worth of one more, USD",
                 "low_usd": "low, USD", "high_usd": "high, USD",
                 "percent_usd": "worth of one more per cent, USD", "row": "at"}
    )  # fmt: skip
    notes = reading.column_notes(
        table, {"worth of one more, USD": [_cells(plan, w, r) for w, r in
                                           zip(frame["what"], frame["row"], strict=True)]}
    )  # fmt: skip
    hover = [
        notes[at, "worth of one more, USD"].hover if (at, "worth of one more, USD") in notes else
        "cites nothing" for at in range(len(table))
    ]  # fmt: skip
    cells = _cells_drawn(plan, frame.assign(hover=hover))
    first = cells[cells["most"]]
    years: dict[str, list[int]] = {}
    start = {p.label: p.start.year for p in plan.calendar}
    for label, period in zip(first["label"], first["period"], strict=True):
        years.setdefault(label, []).append(start[period])
    runs = [f"{name} in {spell_years(sorted(set(found)))}" for name, found in years.items()]
    said = [p for p in plan.labels if p in set(_decided(plan))]
    return Figure(
        "bottlenecks",
        "What holds the plan back most: " + listed(runs),
        "From the explanation of this plan, period by period, as `waferway explain` tells it. A "
        "box: the link binds in that period; the darker, the more one more per cent of it is "
        "worth, given these builds. Framed: the link of which that is worth most in the period. "
        "Beside each row: the most that one more unit is worth in any period. The table gives "
        "every period with its unit, and the interval between what a little more is worth and "
        "what a little less costs.",
        lambda width: _draw(cells, said, width),
        table,
        notes,
        "What binds",
    )  # fmt: skip


def span_of(low: float, high: float) -> str:
    """An interval in words."""
    if low != low or high != high:
        return "not measured"
    return short_money(low) if low == high else f"{short_money(low)} to {short_money(high)}"


def _decided(plan: Plan) -> list[str]:
    both = zip(plan.calendar, plan.shown, plan.decided, strict=True)
    return [p.label for p, shown, decided in both if shown and decided]


def _named(plan: Plan, link: str, what: str) -> str:
    """Name of what binds, for people."""
    for table in ("technology", "limit"):
        if what in plan.network.table(table).index:
            return link_label(plan, what)
    for table in ("site", "fund", "lane", "offer"):
        if what in plan.network.table(table).index:
            return f"{label_of(plan, table, what)} ({link})"
    return what if what == link else f"{what} ({link})"


def _cells(plan: Plan, what: str, row: str) -> list[Cell]:
    """Numbers of the network that a bottleneck is about."""
    for table, key, column in (
        ("line", row, "capacity"), ("limit", what, ""), ("offer_step", row, ""),
        ("fund", what, ""), ("site", what, "power_mw"), ("lane", what, "capacity"),
    ):  # fmt: skip
        if key in plan.network.table(table).index:
            return [(table, key, column)]
    return []


def _cells_drawn(plan: Plan, frame: pd.DataFrame) -> pd.DataFrame:
    """One row a link and period: the branch in which it is worth most, per cent expected."""
    chance = frame["branch"].map(plan.branch_weights).astype(float)
    frame = frame.assign(expected=frame["percent_usd"] * chance)
    group = ["label", "period"]
    total = frame.groupby(group)["expected"].transform("sum")
    frame = frame.assign(percent=total).sort_values("value_usd", ascending=False, kind="stable")
    best = frame.groupby(group, sort=False).head(1).reset_index(drop=True)
    top = best.groupby("period")["percent"].transform("max")
    return best.assign(most=(best["percent"] == top) & (best["percent"] > 0))


def _draw(cells: pd.DataFrame, periods: list[str], width: int) -> Spec:
    import altair as alt

    narrow = width < 500
    total = cells.groupby("label")["percent"].sum().sort_values(ascending=False, kind="stable")
    most = float(cells["percent"].max()) or 1.0
    unit = dict(zip(cells["label"], cells["unit"], strict=True))
    named = {o: f"{o}, one more {unit[o]}" for o in total.index}
    lanes = Lanes([named[o] for o in total.index], narrow, 24)
    drawn = pd.DataFrame(
        {
            "label": cells["label"].map(named),
            "period": cells["period"],
            "weight": [0.18 + 0.60 * math.sqrt(max(0.0, p) / most) for p in cells["percent"]],
            "most": cells["most"].astype(bool),
            "said": [short_money(w) for w in cells["value_usd"]],
            "span": [span_of(a, b) for a, b in zip(cells["low_usd"], cells["high_usd"],
                                                   strict=True)],
            "percent": [short_money(p) for p in cells["percent"]],
            "unit": cells["unit"],
            "at": cells["row"],
            "hover": cells["hover"],
        }
    )  # fmt: skip
    highest = cells.groupby("label")["value_usd"].max()
    said = pd.DataFrame({
        "label": [named[o] for o in total.index],
        "said": [f"up to {short_money(highest[o])}" if highest[o] >= WORTH else "nothing"
                 for o in total.index],
    })  # fmt: skip
    years = list({p[:4]: p for p in reversed(periods)}.values())[::-1]  # the first of each year
    every = max(1, math.ceil(len(years) / (6 if narrow else 9)))
    x = alt.X("period:O", title=None, sort=periods,
              scale=alt.Scale(domain=periods, paddingInner=0.08, paddingOuter=0),
              axis=alt.Axis(labelAngle=0, orient="top", domain=False, ticks=False,
                            values=years[::every],
                            labelExpr="slice(datum.value, 0, 4)"))  # fmt: skip
    tips = [
        alt.Tooltip("label:N", title="link"), alt.Tooltip("period:N"),
        alt.Tooltip("said:N", title="one more unit"), alt.Tooltip("unit:N"),
        alt.Tooltip("span:N", title="interval"),
        alt.Tooltip("percent:N", title="one more per cent"), alt.Tooltip("at:N"),
        alt.Tooltip("hover:N", title="grade, source"),
    ]  # fmt: skip
    boxes = alt.Chart(inline(lanes.placed(drawn, "label"))).mark_rect(
        color=SERIES[1], strokeWidth=1.5
    ).encode(
        x=x, tooltip=tips, **lanes.span(),
        fillOpacity=alt.FillOpacity("weight:Q", scale=None, legend=None),
        stroke=alt.condition("datum.most", alt.value(SERIES[1]), alt.value("transparent")),
    )  # fmt: skip
    words = alt.Chart(inline(lanes.placed(said, "label"))).mark_text(
        align="left", baseline="middle", fontSize=11 if narrow else 12, dx=6
    ).encode(x=alt.value("width"), text="said:N", **lanes.middle())  # fmt: skip
    return framed(
        alt.layer(boxes, words, *lanes.names(width))
        .properties(height=lanes.height)
        .to_dict(validate=False),
        width,
        lanes.spare,
    )
