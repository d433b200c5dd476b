"""What the plan costs: where the money goes, and when."""

from __future__ import annotations

from typing import Any

import pandas as pd

from waferway.planning.results import NOT_SPENT
from waferway.planning.summary import money
from waferway.report.drawing import GREY, SERIES, Spec, framed
from waferway.report.figure import Figure
from waferway.report.figures.lanes import Lanes, legend_columns
from waferway.report.figures.reading import FAMILY_COLOURS, PlanReading, inline
from waferway.report.notes import Cell

__all__ = ["cost", "money_by_year", "spent_by_part"]

WORDS = {
    "modules": "New capacity", "variable": "Making chips, wafer by wafer",
    "fixed": "Running the lines", "freight": "Freight", "tariff": "Tariffs",
    "purchases": "Chips and capacity bought", "payments": "Payments under contracts",
    "openings": "Opening sites", "activations": "Designs and masks", "holding": "Holding stock",
    "rights": "Rights", "stakes": "Stakes", "incentives": "Public money", "interest": "Interest",
}  # fmt: skip


def spent_by_part(reading: PlanReading) -> pd.DataFrame:
    """Expected undiscounted money over the shown periods: part, kind, family, usd.

    New capacity is split by the family of what is built, where the parts add up to what the
    plan's own table of money says; else it stays whole.
    """
    plan = reading.plan
    frame = plan.tables["money"]
    frame = frame[frame["period"].isin(plan.labels) & ~frame["kind"].isin(NOT_SPENT)]
    usd = frame["usd"].astype(float) * reading.chance(frame["branch"])
    whole = usd.groupby(frame["kind"]).sum()
    rows: list[tuple[str, str, str, float]] = []
    for kind, amount in whole.items():
        split = _by_family(reading) if kind == "modules" else {}
        total = sum(split.values())
        # Payments spread over time may fall outside the shown periods: shares, not sums.
        if split and total > 0:
            rows += [
                (f"{WORDS['modules']}: {family}", "modules", family, amount * part / total)
                for family, part in split.items()
            ]
        else:
            rows.append((WORDS.get(str(kind), str(kind).capitalize()), str(kind), "", amount))
    out = pd.DataFrame(rows, columns=["part", "kind", "family", "usd"])
    return out[out["usd"].abs() > 0.5].reset_index(drop=True)


def _by_family(reading: PlanReading) -> dict[str, float]:
    plan = reading.plan
    orders = plan.tables["orders"]
    module, line = plan.network.table("module"), plan.network.table("line")
    technology = plan.network.table("technology")
    price = plan.network.values("module", "capex_usd", plan.calendar)
    out: dict[str, float] = {}
    for key, period, count in zip(orders["module"], orders["period"], orders["orders"],
                                  strict=True):  # fmt: skip
        family = str(technology.loc[line.loc[module.loc[key, "line"], "technology"], "family"])
        family = family or "other"
        out[family] = out.get(family, 0.0) + float(count) * float(price.loc[key, period])
    return out


def cost(reading: PlanReading) -> Figure | None:
    """Waterfall from nothing to all that is spent."""
    plan = reading.plan
    parts = spent_by_part(reading)
    if parts.empty:
        return None
    outgoing = parts[parts["usd"] > 0].sort_values("usd", ascending=False)
    incoming = parts[parts["usd"] < 0].sort_values("usd")
    steps = pd.concat([outgoing, incoming], ignore_index=True)
    total = float(steps["usd"].sum())
    steps["to_usd"] = steps["usd"].cumsum()
    steps["from_usd"] = steps["to_usd"] - steps["usd"]
    steps["share of spending"] = steps["usd"] / total if total else float("nan")
    biggest = steps.iloc[0]
    capacity = float(parts.loc[parts["kind"] == "modules", "usd"].sum())
    title = (
        f"{money(total)} in all, {f'of which {money(capacity)}' if capacity > 0 else 'none of it'} "
        "for new capacity; the largest part is "
        f"{_lower(biggest['part'])} ({biggest['usd'] / total:.0%})"
    )
    table = steps[["part", "usd", "share of spending"]].rename(columns={"usd": "USD"})
    table = pd.concat(
        [table, pd.DataFrame([{"part": "All", "USD": total, "share of spending": 1.0}])],
        ignore_index=True,
    )
    cells = [_cells_of(reading, kind, family) for kind, family in
             zip(steps["kind"], steps["family"], strict=True)]  # fmt: skip
    notes = reading.column_notes(table, {"USD": [*cells, []]})
    hover = [notes[i, "USD"].hover if (i, "USD") in notes else "" for i in range(len(steps))]
    year = plan.network.setting("price_year")
    prices = f"USD bn of {year}" if year else "USD bn"
    return Figure(
        "cost",
        title,
        f"Each bar starts where the one above ends; {prices}, undiscounted, "
        f"{plan.manifest['start']} to {plan.manifest['until']}. What unserved demand would have "
        "been worth and damages for promises not kept are not money spent and are not here.",
        lambda width: _waterfall(steps.assign(hover=hover), total, width),
        table,
        notes,
        "Cost",
    )


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _cells_of(reading: PlanReading, kind: str, family: str) -> list[Cell]:
    net = reading.plan.network
    if kind == "modules":
        module, line, technology = net.table("module"), net.table("line"), net.table("technology")
        built = set(reading.plan.tables["orders"]["module"])
        return [
            ("module", str(key), "capex_usd")
            for key, of in module["line"].items()
            if key in built
            and (not family or technology.loc[line.loc[of, "technology"], "family"] == family)
        ]
    where = {
        "variable": [("recipe", "variable_usd"), ("line", "variable_usd")],
        "fixed": [("line", "fixed_usd")], "freight": [("lane", "freight_usd")],
        "tariff": [("lane", "tariff")], "purchases": [("offer_step", "price_usd")],
        "payments": [("offer_step", "price_usd")], "openings": [("site", "opening_usd")],
        "activations": [("recipe", "activation_usd")], "holding": [("item", "holding_usd")],
    }.get(kind, [])  # fmt: skip
    return [(t, str(key), column) for t, column in where for key in net.table(t).index]


def _waterfall(steps: pd.DataFrame, total: float, width: int) -> Spec:
    import altair as alt

    narrow = width < 500
    bars = pd.DataFrame(
        {
            "part": steps["part"],
            "a": steps["from_usd"] / 1e9, "b": steps["to_usd"] / 1e9,
            "right": steps[["from_usd", "to_usd"]].max(axis=1) / 1e9,
            "said": [money(v) for v in steps["usd"]],
            "colour": [FAMILY_COLOURS.get(f, "#3b9fae") if f else GREY for f in steps["family"]],
            "hover": steps["hover"],
        }
    )  # fmt: skip
    bars.loc[len(bars)] = {
        "part": "All", "a": 0.0, "b": total / 1e9, "right": total / 1e9, "said": money(total),
        "colour": SERIES[7], "hover": "",
    }  # fmt: skip
    lanes = Lanes(list(bars["part"]), narrow, 28)
    most = max(float(bars["right"].max()), 1e-9)
    x = {"scale": alt.Scale(domain=[min(0.0, float(bars[["a", "b"]].min().min())), most * 1.17],
                            nice=False)}  # fmt: skip
    axis = alt.Axis(tickCount=5, orient="bottom")
    base = alt.Chart(inline(lanes.placed(bars, "part")))
    tips = [alt.Tooltip("part:N"), alt.Tooltip("said:N", title="USD"),
            alt.Tooltip("hover:N", title="grade, source")]  # fmt: skip
    drawn = base.mark_bar().encode(
        x=alt.X("a:Q", title="USD bn", axis=axis, **x), x2="b:Q", **lanes.span(),
        color=alt.Color("colour:N", scale=None, legend=None), tooltip=tips,
    )  # fmt: skip
    words = base.mark_text(align="left", dx=5).encode(
        x=alt.X("right:Q", title="USD bn", axis=axis, **x), text="said:N", **lanes.middle()
    )
    named = lanes.names(width)
    chart: Any = alt.layer(drawn, words, *named).properties(height=lanes.height)
    return framed(chart.to_dict(validate=False), width, lanes.spare)


def money_by_year(reading: PlanReading) -> Figure | None:
    """Spending by kind and year."""
    frame = reading.plan.tables["money"]
    frame = frame[frame["period"].isin(reading.years) & ~frame["kind"].isin(NOT_SPENT)]
    if frame.empty:
        return None
    usd = frame["usd"].astype(float) * reading.chance(frame["branch"])
    by = usd.groupby([frame["period"].map(reading.years).astype(int), frame["kind"]]).sum()
    by.index.names = ["year", "kind"]
    long = by.rename("usd").reset_index()
    long = long[long["usd"].abs() > 0.5]
    if long.empty:
        return None
    long["part"] = [WORDS.get(k, k.capitalize()) for k in long["kind"]]
    order = list(long.groupby("part")["usd"].sum().sort_values(ascending=False).index)
    wide = long.pivot_table(index="year", columns="part", values="usd", aggfunc="sum")
    wide = wide.fillna(0.0)[order].reset_index()
    wide.columns.name = None
    per_year = long.groupby("year")["usd"].sum()
    peak = int(per_year.idxmax())
    title = f"Spending peaks in {peak} at {money(float(per_year[peak]))}" + (
        f" and is {money(float(per_year.iloc[-1]))} in {per_year.index[-1]}"
        if peak != per_year.index[-1]
        else f", up from {money(float(per_year.iloc[0]))} in {per_year.index[0]}"
        if len(per_year) > 1
        else ""
    )
    table = wide.rename(columns={k: f"{k}, USD" for k in order})
    kinds = dict(zip(long["part"], long["kind"], strict=True))
    columns = {f"{part}, USD": _cells_of(reading, kinds[part], "") for part in order}
    return Figure(
        "money",
        title,
        "Money spent each year, USD bn, undiscounted, by kind.",
        lambda width: _by_year(long, order, width),
        table,
        reading.column_notes(table, dict(columns)),
        "Money by year",
    )


def _by_year(long: pd.DataFrame, order: list[str], width: int) -> Spec:
    import altair as alt

    drawn = long.assign(
        bn=long["usd"] / 1e9, year=long["year"].astype(str), said=[money(v) for v in long["usd"]]
    )
    bars = alt.Chart(inline(drawn)).mark_bar().encode(
        x=alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0),
                scale=alt.Scale(padding=0.25)),
        y=alt.Y("bn:Q", title="USD bn a year", axis=alt.Axis(tickCount=5)),
        color=alt.Color("part:N", sort=order, scale=alt.Scale(
            domain=order, range=[SERIES[k % len(SERIES)] for k in range(len(order))]),
            legend=alt.Legend(columns=legend_columns(order, width))),
        tooltip=[alt.Tooltip("year:N"), alt.Tooltip("part:N"),
                 alt.Tooltip("said:N", title="spent")],
    )  # fmt: skip
    return framed(bars.properties(height=220).to_dict(validate=False), width)
