"""Two plans in figures: where capacity moved, compute side by side, money side by side.

Owns the drawings of a difference. What differs was found by `waferway.studies.comparison`.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from waferway.planning.plan import Plan
from waferway.planning.summary import money as said_money
from waferway.report.drawing import GREY, SERIES, Spec, framed
from waferway.report.figure import Figure
from waferway.report.figures.reading import inline
from waferway.report.names import label_of
from waferway.report.world import View, borders, crowds, fitted, land, region_name
from waferway.studies.comparison import PlanDifference

__all__ = ["capacity_moved", "compute_changed", "money_changed"]

MORE, LESS = SERIES[0], SERIES[1]
INSETS = 3


def compute_changed(found: PlanDifference) -> Figure | None:
    """Compute delivered by year, before and after, with what is left unmet."""
    supply = found.supply.dropna()
    if supply.empty:
        return None
    last = supply.iloc[-1]
    unit, word = (1e6, "million ") if last["delivered_after"] >= 2e6 else (1.0, "")
    change = supply["delivered_after"] - supply["delivered_before"]
    at = change.abs().idxmax()
    moved = float(change[at])
    if abs(moved) <= 1e-6 * max(1.0, float(supply["delivered_before"].max())):
        title = "Compute delivered does not change"
    else:
        share = moved / max(float(supply.loc[at, "delivered_before"]), 1e-9)
        title = (
            f"Compute changes most in {int(supply.loc[at, 'year'])}: "
            f"{moved / unit:+,.3g} {word}({share:+.0%})"
        )
    rows = [
        {"year": str(int(r.year)), "plan": name, "amount": getattr(r, f"delivered_{side}") / unit}
        for r in supply.itertuples() for name, side in (("before", "before"), ("after", "after"))
    ]  # fmt: skip
    table = supply.rename(columns={
        "delivered_before": "delivered, before", "delivered_after": "delivered, after",
        "unmet_before": "unmet, before", "unmet_after": "unmet, after",
    })  # fmt: skip
    return Figure(
        "compute", title,
        f"Compute delivered each year, {word}units of {found.basis}, before and after.",
        lambda width: _side_by_side(rows, "year", f"{word}{found.basis} a year", width),
        table, {}, "Compute",
    )  # fmt: skip


def money_changed(found: PlanDifference) -> Figure | None:
    """Spending by kind, before and after."""
    money = found.money[found.money["kind"] != "discounted cost"]
    if money.empty:
        return None
    change = money["after_usd"] - money["before_usd"]
    at = change.abs().idxmax()
    sign = "+" if change[at] > 0 else ""
    title = f"Money changes most for {money.loc[at, 'kind']}: {sign}{said_money(change[at])}"
    rows = [
        {"kind": r.kind, "plan": name, "amount": getattr(r, f"{name}_usd") / 1e9}
        for r in money.itertuples() for name in ("before", "after")
    ]  # fmt: skip
    table = found.money.rename(columns={"before_usd": "before, USD", "after_usd": "after, USD"})
    return Figure(
        "money", title,
        "Undiscounted, over the shown periods, where it differs. Unserved and shortfall are worth "
        "lost and damages, not money spent.",
        lambda width: _side_by_side(rows, "kind", "USD bn", width), table, {}, "Money",
    )  # fmt: skip


def _side_by_side(rows: list[dict[str, Any]], field: str, axis: str, width: int) -> Spec:
    import altair as alt

    order = list(dict.fromkeys(r[field] for r in rows))
    chart = (
        alt.Chart(inline(pd.DataFrame(rows)))
        .mark_bar()
        .encode(
            x=alt.X(f"{field}:O", title=None, sort=order,
                    axis=alt.Axis(labelAngle=-40 if field == "kind" else 0)),
            xOffset=alt.XOffset("plan:N", sort=["before", "after"]),
            y=alt.Y("amount:Q", title=axis, axis=alt.Axis(tickCount=5)),
            color=alt.Color("plan:N", sort=["before", "after"],
                            scale=alt.Scale(domain=["before", "after"], range=[GREY, SERIES[0]])),
            tooltip=[alt.Tooltip(f"{field}:N"), alt.Tooltip("plan:N"),
                     alt.Tooltip("amount:Q", format=",.4g", title=axis)],
        )
        .properties(height=230 if width < 500 else 280)
    )  # fmt: skip
    return framed(chart.to_dict(), width)


def capacity_moved(found: PlanDifference, plan: Plan) -> Figure | None:
    """Map of the places where capacity differs at the end: more, or less."""
    spots = _spots(found, plan)
    if not spots:
        return None
    more = [s for s in spots if s["change"] > 0]
    less = [s for s in spots if s["change"] < 0]
    parts = [f"more at {len(more)} places" * bool(more), f"less at {len(less)}" * bool(less)]
    title = "Capacity moves: " + " and ".join(p for p in parts if p)
    columns = ["place", "country", "line", "before", "after", "unit", "period"]
    table = pd.DataFrame(spots)[columns]
    return Figure(
        "map", title,
        "Marks: lines whose capacity differs, in the last period in which it does; the larger, "
        "the larger the share of the line that moved. Lines without a known point are in the list "
        "of lines only.",
        lambda width: _map(spots, width), table, {}, "Map",
    )  # fmt: skip


def _spots(found: PlanDifference, plan: Plan) -> list[dict[str, Any]]:
    net = plan.network
    line, site, party = net.table("line"), net.table("site"), net.table("party")
    units = net.table("technology")["capacity_unit"]
    out = []
    for row in found.capacity.itertuples():
        if row.line not in line.index:
            continue
        own = line.loc[row.line]
        where = site.loc[own["site"]] if own["site"] else party.loc[own["party"]]
        before, after = (0.0 if math.isnan(v) else float(v) for v in (row.before, row.after))
        if math.isnan(where["lat"]) or math.isnan(where["lon"]):
            continue
        at = ("site", own["site"]) if own["site"] else ("party", own["party"])
        share = abs(after - before) / max(before, after)
        out.append({
            "place": label_of(plan, *at), "country": where["country"],
            "line": label_of(plan, "line", row.line), "lon": float(where["lon"]),
            "lat": float(where["lat"]), "change": after - before, "before": before,
            "after": after, "unit": units[own["technology"]], "period": row.period,
            "which": "more" if after > before else "less", "size": round(50 + 250 * share, 1),
            "said": f"{before:,.0f} -> {after:,.0f} {units[own['technology']]}",
        })  # fmt: skip
    return out


def _map(spots: list[dict[str, Any]], width: int) -> Spec:
    points = list(dict.fromkeys((s["lon"], s["lat"]) for s in spots))
    wide = width - 16
    world = View("world", "equirectangular", (150.0, 28.0), wide / math.radians(322), wide,
                 round(wide * (0.30 if width < 500 else 0.27)))  # fmt: skip
    if not all(world.sees(*p) for p in points):
        world = View("world", "equirectangular", (150.0, 15.0), wide / math.radians(360), wide,
                     round(wide * 0.42))  # fmt: skip
    crowd = crowds(points)[:INSETS]
    columns = 1 if width < 500 else max(1, min(3, len(crowd)))
    inset = (width - 16 - 10 * (columns - 1)) / columns if crowd else 0.0
    views = []
    for members in crowd:
        inside = [points[m] for m in members]
        lon, lat = (sum(v) / len(inside) for v in zip(*inside, strict=True))
        country = next(s["country"] for s in spots if (s["lon"], s["lat"]) == inside[0])
        views.append(fitted(region_name(lon, lat, str(country)), inside, inset, 180.0))
    drawn = [_view(v, spots, named=True) for v in views]
    rows: list[Spec] = [_view(world, spots, named=False)]
    if drawn:
        rows.append({"hconcat" if columns > 1 else "vconcat": drawn, "spacing": 10})
    spec: Spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "datasets": {"land": [{"type": "Feature", "geometry": land()}],
                     "borders": [{"type": "Feature", "geometry": borders()}]},
        "vconcat": rows, "spacing": 10,
    }  # fmt: skip
    out = framed(spec, width)
    out["config"]["view"] = {"stroke": GREY, "strokeOpacity": 0.6, "fill": None}
    return out


def _view(view: View, spots: list[dict[str, Any]], *, named: bool) -> dict[str, Any]:
    inside = [{**s, "x": round(view.at(s["lon"], s["lat"])[0], 1),
               "y": round(view.at(s["lon"], s["lat"])[1], 1)}
              for s in spots if view.sees(s["lon"], s["lat"])]  # fmt: skip
    at = {axis: {"field": axis, "type": "quantitative", "scale": None, "axis": None}
          for axis in ("x", "y")}  # fmt: skip
    colour = {
        "field": "which", "type": "nominal",
        "scale": {"domain": ["more", "less"], "range": [MORE, LESS]},
        "legend": None if named else {"symbolType": "circle", "symbolOpacity": 1},
    }  # fmt: skip
    tips = [{"field": n, "type": "nominal"} for n in ("place", "line", "said")]
    layers: list[dict[str, Any]] = [
        {"data": {"name": "land"},
         "mark": {"type": "geoshape", "fill": GREY, "fillOpacity": 0.22, "stroke": None}},
        {"data": {"name": "borders"},
         "mark": {"type": "geoshape", "filled": False, "stroke": GREY, "strokeOpacity": 0.5,
                  "strokeWidth": 0.6}},
        {"data": {"values": inside}, "mark": {"type": "point", "filled": True, "opacity": 0.75},
         "encoding": {**at, "color": colour, "tooltip": tips,
                      "size": {"field": "size", "type": "quantitative", "scale": None}}},
    ]  # fmt: skip
    if named:
        words = [{"word": view.name, "x": 6, "y": 14}, *_words(view, inside)]
        mark = {"type": "text", "align": "left", "fontSize": 11, "baseline": "middle"}
        text = {**at, "text": {"field": "word", "type": "nominal"}}
        layers.append({"data": {"values": words}, "mark": mark, "encoding": text})
    return {"width": view.width, "height": view.height, "projection": view.projection(),
            "layer": layers}  # fmt: skip


def _words(view: View, inside: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A name to the right of each place that has room for it; the rest are in the table."""
    out: list[dict[str, Any]] = []
    spots = list(dict.fromkeys((s["x"], s["y"], s["place"]) for s in inside))
    for x, y, place in spots:
        end = x + 12 + 6.0 * len(place)
        covers = any(x < a < end + 6 and abs(b - y) < 12 for a, b, _ in spots)
        if end <= view.width and not covers and all(abs(w["y"] - y) > 13 for w in out):
            out.append({"word": place, "x": x + 12, "y": y})
    return out
