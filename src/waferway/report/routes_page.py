"""The one-file report of routes: table, compute and cash curves, spread, flip points, deals.

Owns how routes are drawn. Every number comes from the study; nothing is computed here but the
scale of an axis.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd

from waferway.calendar import end_of
from waferway.market.deals import Finding
from waferway.report.drawing import GREY, SERIES, Spec, framed
from waferway.report.figure import Figure
from waferway.report.page import Page, Section, render_page, write_page
from waferway.studies.route_words import amount, usd
from waferway.studies.routes import Routes

__all__ = ["render_routes", "routes_page", "write_routes_report"]


def write_routes_report(found: Routes, path: str | Path, force: bool = False) -> Path:
    """Write the one-file report of routes, atomically.

    Parameters
    ----------
    found : Routes
    path : path
        Must not exist unless `force`.
    force : bool

    Returns
    -------
    Path

    Raises
    ------
    OutputExists
    """
    return write_page(routes_page(found), path, force)


def render_routes(found: Routes) -> str:
    """The report of routes as HTML text."""
    return render_page(routes_page(found))


def routes_page(found: Routes) -> Page:
    """The report of routes as a page of sections."""
    m = found.manifest
    asked = (
        f"{found.party}: routes to compute on {found.basis}, planned from {m['now']} to "
        f"{found.dates[-1]}, ranked by {_ranking(found)}."
    )
    if m["scenarios"]:
        asked += f" Scenarios: {', '.join(m['scenarios'])}."
    sections = [
        Section("table", found.title(), "Routes", table=_delivery(found), paragraphs=[
            "Each row is a plan of the same network, with the means of all other routes closed. "
            "The mix may use all of them and does not rank. Compute is a count of deliveries; "
            "what a rented unit gives for three years counts like a bought one."]),
        Section("later", f"By {found.dates[-1]}, and what it costs", "Later", table=_later(found)),
        Section("means", "What each route needs and depends on", "Means", table=_means(found)),
    ]  # fmt: skip
    options = _options(found)
    if options is not None:
        sections.append(options)
    for figure in (_curves(found, "compute"), _spread(found), _curves(found, "cash")):
        if figure is not None:
            sections.append(Section.of(figure))
    sections.append(_flips(found))
    deals = _deals(found)
    if deals is not None:
        sections.append(deals)
    return Page(
        f"Routes to compute for {found.party}", kind="waferway routes", asked=asked,
        answer=[f"{found.title()}."], sections=sections,
        manifest={k: v for k, v in m.items() if v is not None},
    )  # fmt: skip


def _options(found: Routes) -> Section | None:
    """Routes that can be taken in several ways: which partner, which target."""
    rows = [
        {"route": row["label"], "option": option["option"].partition(":")[2],
         "taken": "yes" if option["taken"] else "no: its plan does without it",
         f"compute by {found.dates[0]}": amount(option["delivered"]),
         "cost per unit of compute": usd(option["cost_per_compute_usd"])}
        for row in found.rows for option in row["options"]
    ]  # fmt: skip
    if not rows:
        return None
    row = next((row for row in found.rows if row["option"]), None)
    said = "No option is taken" if row is None else \
        f"{row['label']}: {row['option'].partition(':')[2]} brings most"  # fmt: skip
    how = "Stakes that exclude one another are planned one by one; the best is the route."
    return Section("options", said, "Options", [how], table=pd.DataFrame(rows))


def _ranking(found: Routes) -> str:
    if found.ranking == "compute":
        return f"compute delivered by {found.dates[0]}"
    return "cost per unit of compute"


def _delivery(found: Routes) -> pd.DataFrame:
    when = found.dates[0]
    return found.table()[
        ["rank", "route", f"compute by {when}", f"P10 / P50 / P90 by {when}",
         "cost per unit of compute", "peak cash", "first delivery"]
    ]  # fmt: skip


def _later(found: Routes) -> pd.DataFrame:
    when = found.dates[-1]
    dated = [f"compute by {when}", f"P10 / P50 / P90 by {when}"] if len(found.dates) > 1 else []
    return found.table()[
        ["route", *dated, "cost per million tokens", "total capital", "first wafer", "gap"]
    ]


def _means(found: Routes) -> pd.DataFrame:
    return found.table()[
        ["route", "what binds", "most dependent on country", "most dependent on supplier",
         "rights", "qualifications", "antitrust"]
    ]  # fmt: skip


def _scale(most: float, money: bool = False) -> tuple[float, str]:
    for unit, word in ((1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if most >= 2 * unit:
            return unit, (f"USD {word}" if money else word)
    return 1.0, "USD" if money else "units"


def _open(found: Routes) -> list[dict[str, Any]]:
    return [row for row in found.rows if row["open"] and any(row["compute_curve"])]


def _curves(found: Routes, kind: str) -> Figure | None:
    """Cumulative compute, or cumulative cash, by route."""
    rows = _open(found)
    if not rows:
        return None
    key = "compute_curve" if kind == "compute" else "cash_curve_usd"
    last = end_of(found.dates[-1])
    points = [
        {"route": row["label"], "period": label, "day": end_of(label) - dt.timedelta(days=1),
         "value": value}
        for row in rows
        for label, value in zip(row["periods"], row[key], strict=True)
        if end_of(label) <= last
    ]  # fmt: skip
    frame = pd.DataFrame(points)
    shown = frame.groupby("day")["value"].apply(lambda v: v.abs().max() > 0)
    frame = frame[frame["day"] >= max(shown[shown].index.min() - dt.timedelta(days=366),
                                      frame["day"].min())]  # fmt: skip
    unit, word = _scale(float(frame["value"].abs().max()), kind == "cash")
    frame["value"] = frame["value"] / unit
    order = [row["label"] for row in rows]
    best = found.best
    if kind == "compute":
        title = f"Compute delivered over time: {best['label'].lower()} leads by {found.dates[0]}" \
            if best else "Compute delivered over time"  # fmt: skip
        about = f"Lines: compute delivered so far, {word} of {found.basis}."
        axis = f"{word} of {found.basis}, so far"
    else:
        first = min(rows, key=lambda row: row["first_delivery"] or "9")
        title = f"Cash over time: {first['label'].lower()} delivers first, in " \
            f"{first['first_delivery']}"  # fmt: skip
        about = f"Lines: money spent so far, {word}, below zero; no income is counted."
        axis = f"{word}, spent so far"
    table = frame.pivot_table(index="period", columns="route", values="value", sort=False)
    table = table[order].reset_index()
    table.columns.name = None
    table = table.rename(columns={name: f"{name}, {word}" for name in order})
    return Figure(
        kind, title, about, lambda width: _draw_lines(frame, order, axis, width), table,
        menu="Compute" if kind == "compute" else "Cash",
    )  # fmt: skip


def _draw_lines(frame: pd.DataFrame, order: list[str], axis: str, width: int) -> Spec:
    import altair as alt

    data = alt.Data(values=[
        row | {"day": row["day"].isoformat(), "said": f"{row['value']:,.3g}"}
        for row in frame.to_dict("records")
    ])  # fmt: skip
    colours = [*SERIES[: len(order)], *[GREY] * max(0, len(order) - len(SERIES))]
    chart = alt.Chart(data).mark_line(interpolate="step-after", strokeWidth=2)
    spec = chart.encode(
        x=alt.X("day:T", title=None, axis=alt.Axis(format="%Y", tickCount="year")),
        y=alt.Y("value:Q", title=axis, axis=alt.Axis(tickCount=5)),
        color=alt.Color("route:N", sort=order, title=None,
                        scale=alt.Scale(domain=order, range=colours)),
        strokeDash=alt.StrokeDash("route:N", sort=order, title=None, scale=alt.Scale(
            domain=order, range=[[1, 0], [6, 3], [2, 2], [8, 2, 2, 2]] * 3)),
        tooltip=[alt.Tooltip("route:N"), alt.Tooltip("period:N"), alt.Tooltip("said:N",
                                                                              title=axis)],
    ).properties(height=300)  # fmt: skip
    return framed(spec.to_dict(), width)


def _spread(found: Routes) -> Figure | None:
    """P10 to P90 of each route by the first date."""
    when = found.dates[0]
    rows = [row for row in _open(found) if (row["quantiles"] or {}).get(when)]
    if not rows:
        return None
    table = pd.DataFrame([{"route": row["label"], "as planned": row["delivered"][when],
                           **row["quantiles"][when]} for row in rows])  # fmt: skip
    unit, word = _scale(float(table["p90"].max()))
    drawn = table.assign(**{c: table[c] / unit for c in ("as planned", "p10", "p50", "p90")})
    order = list(table["route"])
    widest = max(rows, key=lambda r: _ratio(r["quantiles"][when]))
    title = (f"Decisions kept, numbers drawn: {widest['label'].lower()} is the least certain "
             f"by {when}")  # fmt: skip
    draws = found.manifest["draws"]
    return Figure(
        "spread", title,
        f"Bars: P10 to P90 of compute delivered by {when} over {draws} draws of the network's "
        f"intervals, decisions kept; line: P50; ring: as planned; {word} of {found.basis}.",
        lambda width: _draw_spread(drawn, order, f"{word} of {found.basis} by {when}", width),
        table.rename(columns={c: f"{c}, {found.basis}" for c in ("as planned", "p10", "p50",
                                                                 "p90")}),
        menu="Spread",
    )  # fmt: skip


def _ratio(spread: dict[str, float]) -> float:
    return (spread["p90"] - spread["p10"]) / spread["p50"] if spread["p50"] > 0 else 0.0


def _draw_spread(frame: pd.DataFrame, order: list[str], axis: str, width: int) -> Spec:
    import altair as alt

    rows = [
        {"route": r["route"], "plan": r["as planned"], "p10": r["p10"], "p50": r["p50"],
         "p90": r["p90"],
         "said": f"{r['p10']:,.3g} / {r['p50']:,.3g} / {r['p90']:,.3g}; "
                 f"as planned {r['as planned']:,.3g}"}
        for r in frame.to_dict("records")
    ]  # fmt: skip
    base = alt.Chart(alt.Data(values=rows))
    y = alt.Y(
        "route:N", sort=order, title=None, axis=alt.Axis(labelLimit=200 if width > 500 else 130)
    )
    x = alt.X("p10:Q", title=axis, axis=alt.Axis(tickCount=5))
    tip = [alt.Tooltip("route:N"), alt.Tooltip("said:N", title="P10 / P50 / P90")]
    chart = alt.layer(
        base.mark_bar(height=12, color=SERIES[0], opacity=0.75).encode(x=x, x2="p90:Q", y=y,
                                                                       tooltip=tip),
        base.mark_tick(thickness=3, size=20, color=SERIES[1]).encode(x="p50:Q", y=y, tooltip=tip),
        base.mark_point(filled=False, size=70, color=GREY, strokeWidth=2).encode(
            x="plan:Q", y=y, tooltip=tip),
    )  # fmt: skip
    return framed(chart.properties(height=30 * len(order)).to_dict(), width)


def _flips(found: Routes) -> Section:
    if not found.flips:
        return Section("flips", "Where the ranking flips was not asked", "Flips",
                       paragraphs=["Ask for it with --flips: it takes many plans."])  # fmt: skip
    rows = [
        {"route": found.row(flip.route)["label"], "against": found.row(flip.against)["label"],
         "what is moved": "its prices" if flip.lever == "price" else "its dates",
         "the ranking flips": str(flip).partition(": ")[2], "plans": flip.plans}
        for flip in found.flips
    ]  # fmt: skip
    live = [flip for flip in found.flips if flip.value is not None]
    said = f"{len(live)} of {len(found.flips)} levers flip the ranking within their range"
    return Section(
        "flips",
        said,
        "Flips",
        table=pd.DataFrame(rows),
        paragraphs=[
            "One route's prices or dates are moved, that route is planned again, the others stay."
        ],
    )


def _deals(found: Routes) -> Section | None:
    rows: list[dict[str, Any]] = []
    rules: dict[str, str] = {}
    for row in found.rows:
        for deal in row["deals"]:
            for screen in deal.screens:
                says = "; ".join(f"{f.rule.rule_id}: {f.answer}" for f in screen.findings)
                rules |= {f.rule.rule_id: _rule(f) for f in screen.findings}
                rows.append({
                    "route": row["label"], "deal": screen.deal.name,
                    "market": f"{screen.market.product}, {screen.market.unit}, "
                              f"{screen.market.date}",
                    "HHI before": screen.before.hhi_low, "HHI after": screen.hhi_after[0],
                    "change": screen.hhi_change, "flag": screen.flag, "rules": says,
                })  # fmt: skip
    if not rows:
        return None
    flagged = sum(r["flag"] == "flagged" for r in rows)
    return Section(
        "deals", f"{flagged} of {len(rows)} screens of deals are flagged", "Deals",
        table=pd.DataFrame(rows),
        paragraphs=["A screen, not a legal conclusion. The market is taken to be the capacity of "
                    "a family of technologies in the whole network, which is a proxy. Not seen by "
                    "any index: market definition, foreign investment review, export control, "
                    "vertical effects, turnover thresholds."],
        points=[rules[name] for name in sorted(rules)], points_title="The rules and their sources",
    )  # fmt: skip


def _rule(finding: Finding) -> str:
    """A rule with its test, its source, and whether it is in force."""
    tests = " and ".join(str(condition) for condition in finding.rule.conditions)
    draft = "" if finding.mood == "is" else " (a draft, not in force)"
    return f"{finding.rule.rule_id}{draft}: {tests}; {finding.rule.source}, {finding.rule.locator}"
