"""How full the lines are."""

from __future__ import annotations

import pandas as pd

from waferway.report.drawing import GREY, SERIES, Spec, framed
from waferway.report.figure import Figure
from waferway.report.figures.reading import PlanReading, inline
from waferway.report.names import label_of
from waferway.report.notes import Cell
from waferway.report.wording import listed

__all__ = ["use", "use_of"]


def use(reading: PlanReading) -> Figure | None:
    """Capacity and its use by technology."""
    plan = reading.plan
    frame = plan.tables["capacity"]
    frame = frame[frame["period"].isin(plan.labels)]
    if frame.empty:
        return None
    line = plan.network.table("line")
    amount = frame["capacity"].astype(float) * reading.chance(frame["branch"])
    there = amount.groupby([frame["line"].map(line["technology"]), frame["period"]]).sum()
    there.index.names = ["technology", "period"]
    both = pd.DataFrame({"capacity": there, "used": use_of(reading)}).fillna(0.0)
    both = both[both.index.get_level_values("period").isin(plan.labels)].reset_index()
    at = {label: t for t, label in enumerate(plan.labels)}
    both = both.assign(at=both["period"].map(at)).sort_values(["technology", "at"])
    both = both[both.groupby("technology")["capacity"].transform("max") > 0]
    both = both[both["capacity"] > 0]
    if both.empty:
        return None
    start = {p.label: p.start.isoformat() for p in plan.calendar}
    both["date"] = both["period"].map(start)
    both["link"] = [label_of(plan, "technology", t) for t in both["technology"]]
    units = plan.network.table("technology")["capacity_unit"]
    both["unit"] = [str(units[t]) for t in both["technology"]]
    decided = [p.label for p, d in zip(plan.calendar, plan.decided, strict=True) if d]
    ahead = both[both["period"].isin(decided)]
    ahead = ahead if len(ahead) else both
    share = ahead.groupby("link")[["used", "capacity"]].sum()
    full = (share["used"] / share["capacity"]).sort_values(ascending=False)
    both["used share"] = both["used"] / both["capacity"]
    table = both[["link", "period", "capacity", "used", "unit", "used share"]].reset_index(
        drop=True
    )
    lines = {t: list(line.index[line["technology"] == t]) for t in set(both["technology"])}
    cells: list[list[Cell]] = [
        [("line", key, "capacity") for key in lines[t]] for t in both["technology"]
    ]
    emptiest = f"; emptiest {full.index[-1]} ({full.iloc[-1]:.0%})" if len(full) > 3 else ""
    said = listed([f"{name} ({value:.0%})" for name, value in full.head(3).items()])
    return Figure(
        "use",
        f"Fullest over the years that are planned: {said}{emptiest}",
        "Grey line: capacity; blue area: what is used, by technology, in thousands of its own "
        "unit. Each chart has its own scale.",
        lambda width: _draw(both, width),
        table,
        reading.column_notes(table, {"capacity": cells}),
        "Use of lines",
    )


def _draw(both: pd.DataFrame, width: int) -> Spec:
    import altair as alt

    columns = 2 if width < 500 else 3
    drawn = pd.DataFrame(
        {
            "link": both["link"], "date": both["date"],
            "c": (both["capacity"] / 1e3).round(4), "u": (both["used"] / 1e3).round(4),
        }
    )  # fmt: skip
    x = alt.X("date:T", title=None,
              axis=alt.Axis(format="’%y", tickCount=4, grid=False, labelFontSize=11,
                            labelFlush=False))  # fmt: skip
    base = alt.Chart().encode(x=x)
    there = base.mark_line(interpolate="step-after", color=GREY, strokeWidth=2).encode(
        y=alt.Y("c:Q", title=None, axis=alt.Axis(tickCount=3, labelFontSize=11, minExtent=34))
    )
    used = base.mark_area(interpolate="step-after", color=SERIES[0], opacity=0.6).encode(
        y=alt.Y("u:Q", title=None)
    )
    one = (width - 20) // columns - 46
    chart = (
        alt.layer(used, there, data=inline(drawn))
        .properties(width=one, height=70)
        .facet(facet=alt.Facet("link:N", title=None, sort=list(dict.fromkeys(both["link"]))),
               columns=columns, spacing=14)
        .resolve_scale(y="independent", x="shared")
    )  # fmt: skip
    spec: Spec = framed(chart.to_dict(validate=False), width)
    spec["config"]["header"] |= {"labelLimit": one + 44, "labelFontSize": 11}
    return spec


def use_of(reading: PlanReading) -> pd.Series:
    """Use of every technology per month, further pools included, by technology and period."""
    plan = reading.plan
    starts = plan.tables["starts"]
    recipe, further = plan.network.filled("recipe"), plan.network.filled("recipe_use")
    months = dict(zip(plan.calendar.labels, plan.calendar.months, strict=True))
    rate = (
        starts["starts"].astype(float)
        * reading.chance(starts["branch"])
        / starts["period"].map(months).astype(float)
    )
    main = pd.DataFrame(
        {"technology": starts["recipe"].map(recipe["technology"]), "period": starts["period"],
         "use": rate * starts["recipe"].map(recipe["capacity_per_start"]).astype(float)}
    )  # fmt: skip
    parts = [main]
    for name, technology, amount in zip(
        further["recipe"], further["technology"], further["capacity_per_start"], strict=True
    ):
        of = starts["recipe"] == name
        parts.append(
            pd.DataFrame({"technology": technology, "period": starts.loc[of, "period"],
                          "use": rate[of] * float(amount)})
        )  # fmt: skip
    return pd.concat(parts).groupby(["technology", "period"])["use"].sum()
