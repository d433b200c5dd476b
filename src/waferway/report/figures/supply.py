"""Supply against the fan of demand."""

from __future__ import annotations

import pandas as pd

from waferway.planning.summary import compute_by_year
from waferway.report.drawing import GREY, SERIES, Spec, framed
from waferway.report.figure import Figure
from waferway.report.figures.lanes import legend_columns
from waferway.report.figures.reading import PlanReading, inline
from waferway.report.names import label_of, spell_years
from waferway.report.notes import Cell

__all__ = ["delivered_by_designer", "demand_fan", "supply"]

MOST = 7
"""Designers shown by name; the smallest beyond that are drawn together."""


def supply(reading: PlanReading) -> Figure | None:
    """Compute delivered by designer against the low, middle and high need."""
    plan = reading.plan
    basis = plan.manifest["basis"]
    if not basis:
        return None
    bars, fan = delivered_by_designer(reading), demand_fan(reading)
    totals = compute_by_year(plan)
    if bars.empty or fan.empty or totals.empty:
        return None
    unit, word = _unit(max(float(fan["high"].max()), float(totals["delivered"].max())))
    last = totals.iloc[-1]
    top = fan[fan["year"] == last["year"]].iloc[0]
    title = (
        f"In {int(last['year'])} the plan delivers {last['delivered'] / unit:,.3g} {word}".rstrip()
        + f", {_against(last, top, unit)}"
    )
    table = fan.merge(totals, on="year", how="outer")
    table["planned"] = [
        "planned" if year in reading.decided_years else "recorded" for year in table["year"]
    ]
    table = table[["year", "planned", "delivered", "low", "middle", "high", "unmet_share"]]
    table = table.rename(columns={"planned": "recorded or planned", "low": "need, low",
                                  "middle": "need, middle", "high": "need, high",
                                  "unmet_share": "unmet share"})  # fmt: skip
    by_designer = bars.pivot_table(index="year", columns="designer", values="delivered",
                                   aggfunc="sum").fillna(0.0).reset_index()  # fmt: skip
    by_designer.columns.name = None
    past = [int(y) for y in table["year"] if y not in reading.decided_years]
    recorded = f" Recorded, not planned: {spell_years(past)}." if past else ""
    top_of_frame = ceiling(fan, totals)
    most = float(fan["high"].max())
    if most > top_of_frame:
        when = int(fan.loc[fan["high"].idxmax(), "year"])
        recorded += f" The high need leaves the frame; it is {most / unit:,.3g} {word} in {when}."
    return Figure(
        "supply",
        title,
        f"Bars: compute delivered each year, {word or 'units'} of {basis}, by designer. Grey band "
        f"and dashed line: the low, middle and high need.{recorded}",
        lambda width: _draw(
            bars, fan, unit, f"{word} of {basis} a year".strip(), top_of_frame, width
        ),
        table,
        reading.column_notes(table, _cells(reading, bars, table)),
        "Supply and demand",
        {f"Table of what each designer delivers, {basis}": by_designer},
    )


def _against(last: pd.Series, top: pd.Series, unit: float) -> str:
    """Supply beside the need in words: the share of the middle, and where in the fan."""
    share = last["delivered"] / last["needed"] if last["needed"] else 1.0
    low, high = f"{top['low'] / unit:,.3g}", f"{top['high'] / unit:,.3g}"
    if top["low"] == top["high"]:
        return f"{share:.0%} of the need"
    said = f"{share:.0%} of the middle need, "
    if last["delivered"] < top["low"]:
        return f"{said}short of even the low need ({low})"
    if last["delivered"] > top["high"]:
        return f"{said}above the high need ({high})"
    return f"{said}between the low ({low}) and the high need ({high})"


def _unit(most: float) -> tuple[float, str]:
    for unit, word in ((1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if most >= 2 * unit:
            return unit, word
    return 1.0, ""


def ceiling(fan: pd.DataFrame, totals: pd.DataFrame) -> float:
    """Top of the frame: the middle need and the supply fit; a far higher need may leave it."""
    most = max(float(fan["middle"].max()), float(totals["delivered"].max()))
    high = float(fan["high"].max())
    return high if high <= 2.0 * most else 1.6 * most


def _draw(
    bars: pd.DataFrame, fan: pd.DataFrame, unit: float, axis: str, top: float, width: int
) -> Spec:
    import altair as alt

    narrow = width < 500
    order = list(bars.groupby("designer")["delivered"].sum().sort_values(ascending=False).index)
    order.sort(key=lambda name: name == "others")
    years = sorted(set(fan["year"]) | set(bars["year"]))
    sort = [str(y) for y in years]
    x = alt.X("year:O", title=None, sort=sort, scale=alt.Scale(domain=sort, padding=0.25),
              axis=alt.Axis(labelAngle=0, labelFlush=False))  # fmt: skip
    bars = bars.assign(
        year=bars["year"].astype(str), amount=bars["delivered"] / unit,
        rank=[order.index(d) for d in bars["designer"]],
        said=[f"{v / unit:,.3g}" for v in bars["delivered"]],
    )  # fmt: skip
    spread = fan.assign(
        year=fan["year"].astype(str), low=fan["low"] / unit, middle=fan["middle"] / unit,
        high=fan["high"] / unit,
        said=[f"{a / unit:,.3g} / {b / unit:,.3g} / {c / unit:,.3g}"
              for a, b, c in zip(fan["low"], fan["middle"], fan["high"], strict=True)],
    )  # fmt: skip
    tips = [alt.Tooltip("year:N"), alt.Tooltip("designer:N"), alt.Tooltip("said:N", title=axis)]
    drawn = (
        alt.Chart(inline(bars))
        .mark_bar(stroke=None)
        .encode(
            x=x, y=alt.Y("amount:Q", title=axis, axis=alt.Axis(tickCount=5),
                    scale=alt.Scale(domain=[0, top / unit], nice=True)),
            color=alt.Color("designer:N", sort=order, scale=alt.Scale(
                domain=order, range=list(SERIES[: len(order)])),
                legend=alt.Legend(columns=legend_columns(order, width))),
            order=alt.Order("rank:Q"), tooltip=tips,
        )
    )  # fmt: skip
    need = [alt.Tooltip("year:N"), alt.Tooltip("said:N", title="need, low / middle / high")]
    base = alt.Chart(inline(spread)).encode(x=x)
    band = base.mark_area(opacity=0.22, color=GREY, clip=True).encode(
        y=alt.Y("low:Q", title=axis), y2="high:Q"
    )
    edges = [
        base.mark_line(color=GREY, strokeWidth=1, clip=True).encode(y=alt.Y(f"{end}:Q", title=axis))
        for end in ("low", "high")
    ]
    middle = base.mark_line(
        color="currentColor", strokeDash=[5, 3], strokeWidth=2,
        point=alt.OverlayMarkDef(color="currentColor", size=25, filled=True),
    ).encode(y=alt.Y("middle:Q", title=axis), tooltip=need)  # fmt: skip
    words = [
        alt.Chart(inline(pd.DataFrame([{"word": f"{end} need".strip(), "year": year, "at": at}])))
        .mark_text(align="right", dx=-6, dy=-9, fontSize=12)
        .encode(x=x, y=alt.Y("at:Q", title=axis), text="word:N")
        for end, year, at in _named_ends(spread, top / unit)
    ]
    chart = alt.layer(band, *edges, drawn, middle, *words).properties(height=250 if narrow else 320)
    return framed(chart.to_dict(validate=False), width)


def _named_ends(spread: pd.DataFrame, top: float) -> list[tuple[str, str, float]]:
    """Where the words for high and middle need stand: in the last year in which there is room."""
    out: list[tuple[str, str, float]] = []
    alone = bool((spread["high"] == spread["middle"]).all())
    for end in ("high",) if alone else ("high", "middle"):
        for year, at in zip(spread["year"][::-1], spread[end][::-1], strict=True):
            near = [y for _, y2, y in out if y2 == year]
            if at <= top * 0.97 and all(abs(at - y) > 0.08 * top for y in near):
                out.append(("" if alone else end, str(year), float(at)))
                break
    return out


def delivered_by_designer(reading: PlanReading) -> pd.DataFrame:
    """Expected compute delivered: year, designer (label), delivered (units of the basis)."""
    plan = reading.plan
    weights = plan.network.filled("weight")
    weights = weights[weights["basis"] == plan.manifest["basis"]].set_index("item")["weight"]
    parts, recipe = plan.network.table("recipe_item"), plan.network.table("recipe")
    designer = {
        item: recipe.loc[r, "party"] or "any designer"
        for r, item, role in zip(parts["recipe"], parts["item"], parts["role"], strict=True)
        if role == "out" and r in recipe.index
    }
    served = plan.tables["served"]
    served = served[served["period"].isin(reading.years) & served["item"].isin(weights.index)]
    known = set(plan.network.table("party").index)
    names = {
        item: label_of(plan, "party", designer[item]) if designer.get(item) in known
        else designer.get(item, "bought or rented")
        for item in set(served["item"])
    }  # fmt: skip
    frame = pd.DataFrame(
        {
            "year": served["period"].map(reading.years).astype(int),
            "designer": served["item"].map(names),
            "delivered": served["served"].astype(float)
            * served["item"].map(weights).astype(float)
            * reading.chance(served["branch"]),
        }
    )
    rank = frame.groupby("designer")["delivered"].sum().sort_values(ascending=False)
    named = set(rank.index if len(rank) <= MOST else rank.index[: MOST - 1])
    frame["designer"] = [d if d in named else "others" for d in frame["designer"]]
    return frame.groupby(["year", "designer"], as_index=False)["delivered"].sum()


def demand_fan(reading: PlanReading) -> pd.DataFrame:
    """Low, middle and high need on the basis: year, low, middle, high."""
    plan = reading.plan
    demand = plan.network.table("demand")
    keys = demand.index[(demand["basis"] == plan.manifest["basis"]) & (demand["measure"] == "flow")]
    out: dict[str, pd.Series] = {}
    for bound, name in (("low", "low"), ("value", "middle"), ("high", "high")):
        need = plan.network.values("demand", "quantity", plan.calendar, bound=bound).loc[keys]
        amount = need.sum(axis=0) * plan.calendar.months
        amount = amount[[label for label in amount.index if label in reading.years]]
        out[name] = amount.groupby(amount.index.map(reading.years)).sum()
    frame = pd.DataFrame(out)
    frame.index.name = "year"
    return frame.reset_index()


def _cells(
    reading: PlanReading, bars: pd.DataFrame, table: pd.DataFrame
) -> dict[str, list[list[Cell]] | list[Cell]]:
    del bars, table
    plan = reading.plan
    basis = plan.manifest["basis"]
    demand = plan.network.table("demand")
    weight = plan.network.table("weight")
    need: list[Cell] = [("demand", k, "quantity") for k in demand.index[demand["basis"] == basis]]
    served = set(plan.tables["served"]["item"])
    mine = weight[(weight["basis"] == basis) & weight["item"].isin(served)]
    made: list[Cell] = [("weight", k, "weight") for k in mine.index]
    parts = plan.network.table("recipe_item")
    made += [("recipe_item", k, "") for k in parts.index[parts["item"].isin(served)]]
    return {"delivered": made, "need, low": need, "need, middle": need, "need, high": need}
