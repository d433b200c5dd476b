"""Figures of scenarios: what is lost and when, what is built instead, how large a claim is.

Owns how a scenario is drawn. Every mark is a number of a study's result; nothing is planned here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from waferway.report.drawing import GREY, SERIES, Spec, framed
from waferway.report.figure import Figure
from waferway.report.figures.lanes import Lanes
from waferway.report.figures.reading import inline
from waferway.studies.route_words import amount
from waferway.studies.scenario_study import ScenarioStudy

__all__ = ["parts_by_period", "routes_by_money", "scenario_figure", "sizes"]

SMALL = 0.03
"""Share of a year's compute below which two plans count as alike: gaps and stock allow as much."""
MODULES = 14
"""Most modules in a figure of orders."""


def scenario_figure(study: ScenarioStudy) -> Figure:
    """What a scenario changes: compute by year, or, where that hardly moves, what is built.

    Where the scenario asks for something, the compute is that of the others: what it costs them.

    Parameters
    ----------
    study : ScenarioStudy

    Returns
    -------
    Figure

    Examples
    --------
    >>> plans = [{"name": name, "surprise": None, "gap": 0.0, "binds": [], "money": {},
    ...           "orders": {}, "conflict": "", "compute": [{"year": 2027, "delivered": made}]}
    ...          for name, made in (("as shipped", 4e6), ("closed", 1e6))]
    >>> scenario_figure(ScenarioStudy("closed", "", "possible", [], plans, "h100e")).title
    'closed: 75 % less compute in 2027'
    """
    left = study.others()
    frame = left if len(left) else study.compute()
    base = frame.columns[0]
    change = frame.div(frame[base], axis=0) - 1.0
    change = change.drop(columns=base)
    if change.abs().to_numpy().max() < SMALL or study.plans[-1]["compute"] == []:
        return _orders(study)
    return _compute(study, frame, change, bool(len(left)))


def _compute(
    study: ScenarioStudy, frame: pd.DataFrame, change: pd.DataFrame, others: bool
) -> Figure:
    last = change.columns[-1]
    year = change[last].abs().idxmax()
    share = change.at[year, last]
    whose = "for others" if others else ""
    more = "less" if share < 0 else "more"
    title = " ".join(
        f"{last}: {abs(share):.0%} {more} compute {whose} in {year}".replace("%", " %").split()
    )
    rows = [
        {"year": str(y), "plan": name, "share": float(change.at[y, name]),
         "made": float(frame.at[y, name])}
        for name in change.columns for y in change.index
    ]  # fmt: skip
    table = frame.rename_axis("year").reset_index()
    return Figure(
        "scenario", title,
        f"Compute delivered {'to other parties than those that ask ' if others else ''}by year, "
        f"in per cent of {frame.columns[0]}, on {study.basis}. The table gives millions.",
        lambda width: _bars_by_year(rows, list(change.columns), width), table, menu="Compute",
    )  # fmt: skip


def _bars_by_year(rows: list[dict[str, Any]], plans: list[str], width: int) -> Spec:
    import altair as alt

    years = list(dict.fromkeys(r["year"] for r in rows))
    every = max(1, len(years) // (6 if width < 500 else 12))
    frame = pd.DataFrame(rows)
    x = alt.X("year:O", title=None, sort=years,
              axis=alt.Axis(labelAngle=0, orient="top", domain=False, ticks=False,
                            values=years[::every]))  # fmt: skip
    offset = alt.XOffset("plan:N", sort=plans)
    low, high = min(0.0, frame["share"].min()), max(0.0, frame["share"].max())
    room = 0.12 * (high - low)  # for the numbers at the ends of the bars
    y = alt.Y(
        "share:Q",
        title="against the first plan",
        axis=alt.Axis(format=".0%", tickCount=5),
        scale=alt.Scale(domain=[low - room, high + room * (high > 0)], nice=False),
    )
    bars = alt.Chart(inline(frame)).mark_bar().encode(
        x=x, xOffset=offset, y=y,
        color=alt.Color("plan:N", sort=plans, legend=alt.Legend(columns=1, labelLimit=0)
                        if len(plans) > 1 else None,
                        scale=alt.Scale(domain=plans, range=list(_colours(len(plans))))),
        tooltip=[alt.Tooltip("plan:N"), alt.Tooltip("year:O"),
                 alt.Tooltip("share:Q", format="+.1%", title="against the first"),
                 alt.Tooltip("made:Q", format=",.2f", title="million")],
    )  # fmt: skip
    layers = [bars]
    if len(years) * len(plans) <= (10 if width < 500 else 24):
        for part, baseline, dy in ((frame["share"] <= -0.01, "top", 3),
                                   (frame["share"] >= 0.01, "bottom", -3)):  # fmt: skip
            if part.any():
                layers.append(
                    alt.Chart(inline(frame[part])).mark_text(baseline=baseline, dy=dy, fontSize=11)
                    .encode(x=x, xOffset=offset, y=y, text=alt.Text("share:Q", format=".0%"))
                )  # fmt: skip
    chart = alt.layer(*layers).properties(height=230 if width < 500 else 260)
    return framed(chart.to_dict(), width)


def _colours(count: int) -> Sequence[str]:
    """The last plan, which is the scenario at its worst, in the same colour everywhere."""
    return [*(GREY, SERIES[0], SERIES[2])[: count - 1], SERIES[1]] if count > 1 else [SERIES[1]]


def _orders(study: ScenarioStudy) -> Figure:
    """Modules ordered before and after, where the number differs."""
    frame = study.orders()
    moved = (frame["after"] - frame["before"]).abs().sort_values(ascending=False, kind="stable")
    frame = frame.loc[moved.index[:MODULES]]
    names = [study.title(0), study.title(len(study.plans) - 1)]
    if frame.empty:
        title = f"{names[-1]}: neither compute nor modules change"
        frame = pd.DataFrame(
            {"before": [float(sum(study.plans[0]["orders"].values()))],
             "after": [float(sum(study.plans[-1]["orders"].values()))]}, index=["all modules"],
        )  # fmt: skip
    else:
        first = frame.iloc[0]
        title = (f"{names[-1]}: compute hardly moves; {frame.index[0]} is ordered "
                 f"{first['after']:g} times, not {first['before']:g}")  # fmt: skip
    rows = [
        {"module": str(name), "plan": plan, "orders": float(row[side])}
        for name, row in frame.iterrows()
        for plan, side in zip(names, ("before", "after"), strict=True)
    ]
    table = frame.rename_axis("module").reset_index()
    table = table.rename(columns={"before": names[0], "after": names[1]})
    return Figure(
        "scenario", title,
        "Modules ordered over all years, where the number differs most: a line joins the two "
        "plans. Plans within the same gap may order others.",
        lambda width: _dumbbells(rows, names, width), table, menu="Modules",
    )  # fmt: skip


def _dumbbells(rows: list[dict[str, Any]], plans: list[str], width: int) -> Spec:
    import altair as alt

    frame = pd.DataFrame(rows)
    lanes = Lanes(list(dict.fromkeys(frame["module"])), width < 500, 22)
    ends = frame.pivot_table(index="module", columns="plan", values="orders", sort=False)
    joined = ends.reset_index().rename(columns={plans[0]: "one", plans[1]: "other"})
    x = alt.X("orders:Q", title="modules", axis=alt.Axis(tickCount=6), scale=alt.Scale(zero=True))
    line = alt.Chart(inline(lanes.placed(joined, "module"))).mark_rule(
        color=GREY, strokeWidth=2
    ).encode(x=alt.X("one:Q", title="modules"), x2="other:Q", **lanes.middle())  # fmt: skip
    dots = alt.Chart(inline(lanes.placed(frame, "module"))).mark_point(
        filled=True, size=80, opacity=1
    ).encode(
        x=x, **lanes.middle(),
        color=alt.Color("plan:N", sort=plans,
                        scale=alt.Scale(domain=plans, range=[GREY, SERIES[1]])),
        shape=alt.Shape("plan:N", sort=plans,
                        scale=alt.Scale(domain=plans, range=["circle", "diamond"])),
        tooltip=[alt.Tooltip("module:N"), alt.Tooltip("plan:N"), alt.Tooltip("orders:Q")],
    )  # fmt: skip
    chart = alt.layer(line, dots, *lanes.names(width)).properties(height=lanes.height)
    return framed(chart.to_dict(), width, lanes.spare)


def sizes(
    title: str, description: str, unit: str, rows: Sequence[tuple[str, float, float, bool]]
) -> Figure:
    """Sizes that lie far apart, side by side on a scale of powers of ten.

    Parameters
    ----------
    title, description, unit : str
    rows : sequence of (name, low, high, ours)
        Low and high are the same where there is one number; `ours` marks what is claimed
        against what is there.

    Examples
    --------
    >>> sizes("A small fab", "Wafers.", "wafers", [("it", 1e4, 1e4, True)]).table.shape
    (1, 3)
    """
    frame = pd.DataFrame(rows, columns=["name", "low", "high", "ours"])
    frame["said"] = [
        amount(a) if a == b else f"{amount(a)} to {amount(b)}"
        for a, b in zip(frame["low"], frame["high"], strict=True)
    ]
    table = frame[["name", "low", "high"]].rename(columns={"low": f"low, {unit}",
                                                           "high": f"high, {unit}"})  # fmt: skip
    return Figure("scenario", title, description, lambda width: _sizes(frame, unit, width), table,
                  menu="Sizes")  # fmt: skip


def _sizes(frame: pd.DataFrame, unit: str, width: int) -> Spec:
    import altair as alt

    lanes = Lanes(list(frame["name"]), width < 500, 26)
    floor = 10.0 ** (len(str(int(frame["low"].min()))) - 1)
    placed = lanes.placed(frame.assign(floor=floor), "name")
    top = float(frame["high"].max())
    scale = alt.Scale(type="log", domain=[floor, top * (30 if width < 500 else 8)], nice=False)
    tens = [floor * 10**k for k in range(12) if floor * 10**k <= top]
    axis = alt.Axis(values=tens, format="~s")
    colour = alt.condition("datum.ours", alt.value(SERIES[1]), alt.value(GREY))
    base = alt.Chart(inline(placed))
    low = base.mark_bar().encode(
        x=alt.X("floor:Q", scale=scale, title=unit, axis=axis), x2="low:Q", color=colour,
        **lanes.span(),
    )  # fmt: skip
    high = base.mark_bar(opacity=0.45).encode(
        x=alt.X("low:Q", scale=scale, title=unit, axis=axis), x2="high:Q", color=colour,
        **lanes.span(),
    )  # fmt: skip
    words = base.mark_text(align="left", baseline="middle", dx=5, fontSize=12).encode(
        x=alt.X("high:Q", scale=scale, title=unit, axis=axis), text="said:N", **lanes.middle()
    )
    chart = alt.layer(low, high, words, *lanes.names(width)).properties(height=lanes.height)
    return framed(chart.to_dict(), width, lanes.spare)


def parts_by_period(
    title: str, description: str, unit: str, rows: Sequence[Mapping[str, Any]]
) -> Figure:
    """Parts of a whole, period by period, stacked.

    Parameters
    ----------
    title, description, unit : str
    rows : sequence of mapping
        period, part, amount.

    Examples
    --------
    >>> parts_by_period("Most is sold to others", "Units.", "units", [
    ...     {"period": "2024Q1", "part": "one", "amount": 1.0}]).name
    'scenario'
    """
    frame = pd.DataFrame(rows)
    table = frame.pivot_table(index="period", columns="part", values="amount", sort=False)
    return Figure("scenario", title, description, lambda width: _stacks(frame, unit, width),
                  table.reset_index(), menu="Parts")  # fmt: skip


def _stacks(frame: pd.DataFrame, unit: str, width: int) -> Spec:
    import altair as alt

    parts = list(dict.fromkeys(frame["part"]))
    colours = [GREY, *SERIES[1:]][: len(parts)]  # the first part is what all others are
    chart = (
        alt.Chart(inline(frame.assign(place=frame["part"].map(parts.index))))
        .mark_bar()
        .encode(
            x=alt.X("period:O", title=None, sort=list(dict.fromkeys(frame["period"])),
                    axis=alt.Axis(labelAngle=0)),
            y=alt.Y("amount:Q", title=unit, axis=alt.Axis(tickCount=5)),
            order=alt.Order("place:Q"),
            color=alt.Color("part:N", sort=parts, scale=alt.Scale(domain=parts, range=colours),
                            legend=alt.Legend(columns=1, labelLimit=0)),
            tooltip=[alt.Tooltip("period:O"), alt.Tooltip("part:N"),
                     alt.Tooltip("amount:Q", format=",.0f")],
        )
        .properties(height=220)
    )  # fmt: skip
    return framed(chart.to_dict(), width)


def routes_by_money(
    title: str, description: str, unit: str, rows: Sequence[Mapping[str, Any]]
) -> Figure:
    """Compute by route, side by side for several cases, with an interval where there is one.

    Parameters
    ----------
    title, description, unit : str
    rows : sequence of mapping
        route, case, amount, low, high (None where none was drawn).

    Examples
    --------
    >>> routes_by_money("Buying leads", "Compute.", "million", [
    ...     {"route": "Buy", "case": "9 billion", "amount": 1.0, "low": 0.5, "high": 2.0}]).name
    'scenario'
    """
    frame = pd.DataFrame(rows)
    table = frame.rename(columns={"amount": unit, "low": "P10", "high": "P90"})
    if table["P10"].isna().all():
        table = table.drop(columns=["P10", "P90"])
    return Figure("scenario", title, description, lambda width: _routes(frame, unit, width), table,
                  menu="Routes")  # fmt: skip


def _routes(frame: pd.DataFrame, unit: str, width: int) -> Spec:
    import altair as alt

    cases = list(dict.fromkeys(frame["case"]))
    order = list(dict.fromkeys(frame["route"]))
    lanes = Lanes(order, width < 500, 15, dict.fromkeys(order, len(cases)))
    placed = lanes.placed(frame.assign(part=frame["case"].map(cases.index)), "route", "part")
    x = alt.X("amount:Q", title=unit, axis=alt.Axis(tickCount=6))
    colours = [GREY, SERIES[1], SERIES[0]][: len(cases)] if len(cases) > 1 else [SERIES[1]]
    legend = alt.Legend(columns=1, labelLimit=0) if len(cases) > 1 else None
    bars = alt.Chart(inline(placed)).mark_bar().encode(
        x=x, x2=alt.X2Datum(0), **lanes.span(),
        color=alt.Color("case:N", sort=cases, legend=legend,
                        scale=alt.Scale(domain=cases, range=colours)),
        tooltip=[alt.Tooltip("route:N"), alt.Tooltip("case:N"),
                 alt.Tooltip("amount:Q", format=",.2f", title=unit)],
    )  # fmt: skip
    layers: list[Any] = [bars]
    drawn = placed[placed["low"].notna()]
    if len(drawn):
        layers.append(
            alt.Chart(inline(drawn)).mark_rule(strokeWidth=2, color="currentColor").encode(
                x=alt.X("low:Q", title=unit), x2="high:Q", **lanes.middle())
        )  # fmt: skip
    chart = alt.layer(*layers, *lanes.names(width)).properties(height=lanes.height)
    return framed(chart.to_dict(), width, lanes.spare)
