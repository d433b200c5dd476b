"""The figures of a plan: each a finding, a chart, a table, and its sources.

Owns what a reader sees of a plan. A figure never computes anything that its table does not
show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from waferway.planning.plan import Plan
from waferway.planning.prices import Prices
from waferway.planning.results import NOT_SPENT
from waferway.planning.summary import compute_by_year, money
from waferway.report.names import label_of, link_label, link_unit, spell_years, years_shown
from waferway.report.palette import FAMILY_COLOURS, GREY, SERIES, svg, themed

if TYPE_CHECKING:
    pass

__all__ = ["Figure", "figures_of"]


@dataclass(frozen=True)
class Figure:
    """One figure of a report.

    Attributes
    ----------
    name : str
        Anchor in the page.
    title : str
        The finding, in a sentence.
    description : str
        What is drawn, for those who do not see it.
    drawing : str
        SVG.
    table : DataFrame
        The numbers of the drawing, with people's column names.
    cells : list of (table, column, keys)
        Network cells the figure rests on, for its sources; None means all rows.
    """

    name: str
    title: str
    description: str
    drawing: str
    table: pd.DataFrame
    cells: list[tuple[str, str, list[str] | None]]


def figures_of(plan: Plan, prices: Prices) -> list[Figure]:
    """Every figure that the plan has something to say in."""
    drawers: list[Callable[[Plan, Prices], Figure | None]] = [
        supply_and_demand, bottlenecks, utilisation, builds, money_by_year, sites, grades,
    ]  # fmt: skip
    return [figure for draw in drawers if (figure := draw(plan, prices)) is not None]


def _altair() -> Any:
    import altair as alt

    return alt


# -- supply against demand ------------------------------------------------------------------


def supply_and_demand(plan: Plan, prices: Prices) -> Figure | None:
    """Compute delivered by designer against the fan of need."""
    del prices
    basis = plan.manifest["basis"]
    if not basis:
        return None
    alt = _altair()
    supply = _delivered_by_designer(plan)
    fan = _fan(plan)
    if supply.empty:
        return None
    totals = compute_by_year(plan)
    last = totals.iloc[-1]
    unit = 1e6
    order = list(supply.groupby("designer")["delivered"].sum().sort_values(ascending=False).index)
    x = alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0))
    bars = (
        alt.Chart(supply.assign(millions=supply["delivered"] / unit))
        .mark_bar(size=26)
        .encode(x=x, y=alt.Y("millions:Q", title=f"{basis}, millions a year"),
                color=alt.Color("designer:N", sort=order), order=alt.Order("rank:Q"))
    )  # fmt: skip
    fan_millions = fan.assign(**{c: fan[c] / unit for c in ("low", "middle", "high")})
    band = (
        alt.Chart(fan_millions)
        .mark_area(opacity=0.22, color=GREY, clip=True)
        .encode(x=x, y=alt.Y("low:Q", scale=alt.Scale(domain=[0, _ceiling(fan, supply) / unit])),
                y2="high:Q")
    )  # fmt: skip
    middle = alt.Chart(fan_millions).mark_line(
        color="currentColor", strokeDash=[5, 3], clip=True
    ).encode(x=x, y="middle:Q")  # fmt: skip
    table = fan.merge(totals, on="year", how="outer")[
        ["year", "delivered", "low", "middle", "high", "unmet_share"]
    ].rename(columns={"low": "need, low", "middle": "need, middle", "high": "need, high",
                      "unmet_share": "unmet share"})  # fmt: skip
    title = (
        f"{last['delivered'] / unit:,.0f} million of the {last['needed'] / unit:,.0f} million "
        f"wanted in {int(last['year'])} are delivered"
    )
    demands = plan.network.table("demand")
    keys = list(demands.index[demands["basis"] == basis])
    return Figure(
        "supply",
        title,
        "Bars: compute delivered each year, by designer. Band and dashed line: the low, middle "
        "and high need. Years up to the end of history are recorded, not planned.",
        svg(themed(alt.layer(band, bars, middle), 620, 300), "supply"),
        table,
        [("demand", "quantity", keys), ("weight", "weight", None)],
    )


def _ceiling(fan: pd.DataFrame, supply: pd.DataFrame) -> float:
    """Top of the axis: the middle need and the supply fit; the high need may leave the frame."""
    most = supply.groupby("year")["delivered"].sum().max()
    return float(max(fan["middle"].max(), most) * 1.25)


def _delivered_by_designer(plan: Plan) -> pd.DataFrame:
    basis = plan.manifest["basis"]
    weights = plan.network.filled("weight")
    weights = weights[weights["basis"] == basis].set_index("item")["weight"].astype(float)
    parts, recipe = plan.network.table("recipe_item"), plan.network.table("recipe")
    designer = {
        item: recipe.loc[r, "party"] or "anyone"
        for r, item, role in zip(parts["recipe"], parts["item"], parts["role"], strict=True)
        if role == "out" and r in recipe.index
    }
    years = years_shown(plan)
    served = plan.tables["served"]
    served = served[served["period"].isin(years) & served["item"].isin(weights.index)]
    frame = pd.DataFrame(
        {
            "year": served["period"].map(years),
            "designer": [designer.get(i, "bought or rented") for i in served["item"]],
            "delivered": served["served"].astype(float)
            * served["item"].map(weights)
            * served["branch"].map(plan.branch_weights).astype(float),
        }
    )
    frame = frame.groupby(["year", "designer"], as_index=False)["delivered"].sum()
    frame["designer"] = [
        label_of(plan, "party", d) if d in plan.network.table("party").index else d
        for d in frame["designer"]
    ]
    rank = frame.groupby("designer")["delivered"].sum().rank(ascending=False)
    return frame.assign(rank=frame["designer"].map(rank))


def _fan(plan: Plan) -> pd.DataFrame:
    demand = plan.network.table("demand")
    keys = demand.index[(demand["basis"] == plan.manifest["basis"]) & (demand["measure"] == "flow")]
    years = years_shown(plan)
    out: dict[str, pd.Series] = {}
    for bound, name in (("low", "low"), ("value", "middle"), ("high", "high")):
        need = plan.network.values("demand", "quantity", plan.calendar, bound=bound).loc[keys]
        amount = need.sum(axis=0) * plan.calendar.months
        amount = amount[[label for label in amount.index if label in years]]
        out[name] = amount.groupby(amount.index.map(years)).sum()
    frame = pd.DataFrame(out)
    frame.index.name = "year"
    return frame.reset_index()


# -- what binds -------------------------------------------------------------------------------


def bottlenecks(plan: Plan, prices: Prices) -> Figure | None:
    """Worth of one more unit of each technology, by year."""
    alt = _altair()
    links = prices.links[prices.links["worth_usd"] >= 1.0]
    if links.empty or prices.unit != "USD":
        return None
    links = links.assign(
        link=[link_label(plan, t) for t in links["technology"]],
        said=[money(w).replace(".00", "") for w in links["worth_usd"]],
        size=np.log10(links["worth_usd"].clip(lower=1.0)),
    )
    order = list(links.groupby("link")["worth_usd"].sum().sort_values(ascending=False).index)
    base = alt.Chart(links).encode(
        x=alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0, orient="top")),
        y=alt.Y("link:N", sort=order, title=None, axis=alt.Axis(labelLimit=250)),
    )
    boxes = base.mark_rect().encode(
        opacity=alt.Opacity("size:Q", legend=None, scale=alt.Scale(range=[0.08, 0.6])),
        color=alt.value(SERIES[1]),
    )
    words = base.mark_text(color="currentColor").encode(text="said:N")
    best = prices.binding()
    best = best[best["worth_usd"] >= 1.0]
    runs: dict[str, list[int]] = {}
    for row in best.itertuples():
        runs.setdefault(link_label(plan, row.technology), []).append(int(row.year))
    said = [f"{name} in {spell_years(years)}" for name, years in runs.items()]
    table = links.assign(unit=[link_unit(plan, t) for t in links["technology"]])
    columns = ["link", "year", "unit", "worth_usd", "low_usd", "high_usd", "percent_usd", "line"]
    table = table[columns].rename(
        columns={"worth_usd": "worth of one more, USD", "low_usd": "low", "high_usd": "high",
                 "percent_usd": "worth of one more per cent, USD", "line": "at line"}
    )  # fmt: skip
    return Figure(
        "bottlenecks",
        "What binds most: " + "; ".join(said),
        "For each link and year: what one more unit of capacity used in that year would be worth, "
        "given these builds, at the line where it is worth most. Empty: nothing. The interval "
        "in the table is the worth of a little more and the loss from a little less; links are "
        "compared by what one more per cent of each is worth.",
        svg(themed(boxes + words, 560, 26 * max(3, len(order))), "bottlenecks"),
        table,
        [("line", "capacity", None), ("recipe_item", "quantity_per_start", None)],
    )


def utilisation(plan: Plan, prices: Prices) -> Figure | None:
    """Capacity and its use by technology."""
    del prices
    alt = _altair()
    frame = plan.tables["capacity"]
    frame = frame[frame["period"].isin(plan.labels)]
    line = plan.network.table("line")
    chance = frame["branch"].map(plan.branch_weights).astype(float)
    there = (
        (frame["capacity"].astype(float) * chance)
        .groupby([frame["line"].map(line["technology"]), frame["period"]])
        .sum()
    )
    there.index.names = ["technology", "period"]
    both = pd.DataFrame({"capacity": there, "used": _use_of(plan)}).fillna(0.0)
    both = both[both.index.get_level_values("period").isin(plan.labels)]
    order = {label: t for t, label in enumerate(plan.labels)}
    both = both.reset_index().sort_values(
        ["technology", "period"], key=lambda c: c.map(order) if c.name == "period" else c
    )
    both = both[both.groupby("technology")["capacity"].transform("max") > 0]
    if both.empty:
        return None
    start = {p.label: p.start.isoformat() for p in plan.calendar}
    both["date"] = both["period"].map(start)
    both["link"] = [label_of(plan, "technology", t) for t in both["technology"]]
    both = both[both["capacity"] > 0]
    drawn = both.assign(c=both["capacity"] / 1e3, u=both["used"] / 1e3)
    x = alt.X("date:T", title=None, axis=alt.Axis(format="'%y", tickCount="year", grid=False))
    there = (
        alt.Chart(drawn)
        .mark_line(interpolate="step-after", color=GREY, strokeWidth=2)
        .encode(x=x, y=alt.Y("c:Q", title=None, axis=alt.Axis(tickCount=4)))
    )
    used = (
        alt.Chart(drawn)
        .mark_area(interpolate="step-after", color=SERIES[0], opacity=0.55)
        .encode(x=x, y="u:Q")
    )
    chart = (
        alt.layer(used, there)
        .properties(width=165, height=80)
        .facet(facet=alt.Facet("link:N", title=None), columns=3)
        .resolve_scale(y="independent", x="shared")
    )
    spec = chart.to_dict()
    frame_spec = themed(alt.Chart(pd.DataFrame({"a": [1]})).mark_point(), 1, 1)
    for name in ("config", "background", "padding"):
        spec[name] = frame_spec[name]
    decided = both[both["period"].isin(
        [p.label for p, d in zip(plan.calendar, plan.decided, strict=True) if d])]  # fmt: skip
    share = decided.groupby("link")[["used", "capacity"]].sum()
    full = (share["used"] / share["capacity"]).sort_values(ascending=False)
    return Figure(
        "use",
        "Fullest lines: " + ", ".join(f"{n} {v:.0%}" for n, v in full.head(3).items()),
        "Grey line: capacity; blue area: what is used, by technology, thousands of its unit a "
        "month.",
        svg(spec, "use"),
        both[["link", "period", "capacity", "used"]],
        [("line", "capacity", None)],
    )


def _use_of(plan: Plan) -> pd.Series:
    """Use of every technology per month, further pools included, by technology and period."""
    starts = plan.tables["starts"]
    recipe, further = plan.network.filled("recipe"), plan.network.filled("recipe_use")
    months = dict(zip(plan.calendar.labels, plan.calendar.months, strict=True))
    rate = (
        starts["starts"].astype(float)
        * starts["branch"].map(plan.branch_weights).astype(float)
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


# -- builds and money ----------------------------------------------------------------------


def builds(plan: Plan, prices: Prices) -> Figure | None:
    """When which modules are ordered, and when they give their first capacity."""
    del prices
    alt = _altair()
    orders = plan.tables["orders"]
    orders = orders[orders["period"].isin(plan.labels)]
    if orders.empty:
        return None
    module, line = plan.network.filled("module"), plan.network.table("line")
    technology = plan.network.table("technology")
    price = plan.network.values("module", "capex_usd", plan.calendar)
    start = {p.label: p.start for p in plan.calendar}
    rows = []
    for key, period, count in zip(orders["module"], orders["period"], orders["orders"],
                                  strict=True):  # fmt: skip
        of = line.loc[module.loc[key, "line"]]
        first = pd.Timestamp(start[period]) + pd.Timedelta(days=module.loc[key, "lead_days"])
        rows.append(
            {
                "line": label_of(plan, "line", module.loc[key, "line"]),
                "module": key,
                "family": technology.loc[of["technology"], "family"],
                "ordered": start[period].isoformat(),
                "first capacity": first.date().isoformat(),
                "modules": float(count),
                "capacity added": float(count * module.loc[key, "size"]),
                "price, USD": float(count * price.loc[key, period]),
            }
        )
    frame = pd.DataFrame(rows)
    order = list(frame.groupby("line")["ordered"].min().sort_values().index)
    families = [f for f in FAMILY_COLOURS if f in set(frame["family"])]
    colour = alt.Color("family:N", scale=alt.Scale(
        domain=families, range=[FAMILY_COLOURS[f] for f in families]))  # fmt: skip
    base = alt.Chart(frame.rename(columns={"first capacity": "ready"})).encode(
        y=alt.Y("line:N", sort=order, title=None, axis=alt.Axis(labelLimit=300))
    )
    spans = base.mark_rule(strokeWidth=2, opacity=0.5).encode(
        x=alt.X("ordered:T", title=None, axis=alt.Axis(format="%Y", tickCount="year")),
        x2="ready:T", color=colour,
    )  # fmt: skip
    dots = base.mark_circle(opacity=0.9).encode(
        x="ordered:T", color=colour,
        size=alt.Size("modules:Q", legend=None, scale=alt.Scale(range=[30, 260])),
    )  # fmt: skip
    total = frame["price, USD"].sum()
    biggest = frame.groupby("line")["price, USD"].sum().sort_values(ascending=False)
    return Figure(
        "builds",
        f"{money(total)} of modules are ordered; most of it for {biggest.index[0]} "
        f"({money(biggest.iloc[0])})",
        "One dot an order, larger for more modules; the line reaches to the first capacity.",
        svg(themed(spans + dots, 430, 17 * max(4, len(order))), "builds"),
        frame.drop(columns="family"),
        [("module", "capex_usd", sorted(set(frame["module"]))),
         ("module", "lead_days", sorted(set(frame["module"])))],
    )  # fmt: skip


def money_by_year(plan: Plan, prices: Prices) -> Figure | None:
    """Spending by kind and year."""
    del prices
    alt = _altair()
    years = years_shown(plan)
    frame = plan.tables["money"]
    frame = frame[frame["period"].isin(years) & ~frame["kind"].isin(NOT_SPENT)]
    if frame.empty:
        return None
    usd = frame["usd"].astype(float) * frame["branch"].map(plan.branch_weights).astype(float)
    by = usd.groupby([frame["period"].map(years), frame["kind"]]).sum()
    by.index.names = ["year", "kind"]
    table = by.rename("usd").reset_index()
    table = table[table["usd"].abs() > 0]
    order = list(table.groupby("kind")["usd"].sum().sort_values(ascending=False).index)
    bars = alt.Chart(table.assign(bn=table["usd"] / 1e9)).mark_bar(size=26).encode(
        x=alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0)),
        y=alt.Y("bn:Q", title="USD bn a year"),
        color=alt.Color("kind:N", sort=order),
    )  # fmt: skip
    wide = table.pivot_table(index="year", columns="kind", values="usd", aggfunc="sum")
    wide = wide.fillna(0.0)[order].reset_index()
    wide.columns.name = None
    total = table["usd"].sum()
    return Figure(
        "money",
        f"{money(total)} are spent, undiscounted; {order[0]} is the largest part "
        f"({money(table.loc[table['kind'] == order[0], 'usd'].sum())})",
        "Money spent each year, by kind. What unserved demand would have been worth and the "
        "damages for promises not kept are not money spent and are not here.",
        svg(themed(bars, 620, 240), "money"),
        wide.rename(columns={k: f"{k}, USD" for k in order}),
        [("module", "capex_usd", None), ("line", "variable_usd", None)],
    )


# -- map -------------------------------------------------------------------------------------


def sites(plan: Plan, prices: Prices) -> Figure | None:
    """Where the lines stand, with insets where they crowd."""
    del prices
    from waferway.report.world_map import draw_map, placed_lines

    frame = placed_lines(plan)
    if frame.empty:
        return None

    share = frame.groupby("country")["capacity"].count().sort_values(ascending=False)
    built = frame[frame["spent, USD"] > 0]
    by_country = built.groupby("country")["spent, USD"].sum().sort_values(ascending=False)
    if len(by_country):
        said = ", ".join(f"{c} {v / by_country.sum():.0%}" for c, v in by_country.head(3).items())
        title = f"Module money by country: {said}"
    else:
        title = f"Lines stand in {len(share)} countries, most in {share.index[0]}"
    return Figure(
        "map",
        title,
        "Each mark is a place with lines, by what they do; larger where more is built. A ring "
        "is a company pool drawn at headquarters, because no source gives its sites.",
        draw_map(frame),
        frame[["place", "country", "does", "capacity", "unit", "spent, USD", "drawn at"]],
        [("site", "lat", None)],
    )


# -- evidence ----------------------------------------------------------------------------------


def grades(plan: Plan, prices: Prices) -> Figure | None:
    """What the plan rests on, by grade."""
    del prices
    alt = _altair()
    shares = _evidence(plan)
    total = sum(shares.numbers.values())
    if not total:
        return None
    names = {"A": "A official", "B": "B several independent", "C": "C analyst or press",
             "D": "D own estimate", "uncited": "uncited"}  # fmt: skip
    rows = [("numbers", g, n / total) for g, n in shares.numbers.items()]
    rows += [("compute delivered", g, s) for g, s in shares.compute.items()]
    rows += [("module money", g, s) for g, s in shares.modules.items()]
    frame = pd.DataFrame(rows, columns=["of", "grade", "share"])
    frame["grade"] = frame["grade"].map(names)
    domain = [n for n in names.values() if n in set(frame["grade"])]
    colours = dict(zip(names.values(), (SERIES[2], SERIES[8], SERIES[0], SERIES[1], SERIES[7]),
                       strict=True))  # fmt: skip
    chart = alt.Chart(frame).mark_bar().encode(
        y=alt.Y("of:N", title=None, sort=["numbers", "compute delivered", "module money"]),
        x=alt.X("share:Q", title=None, axis=alt.Axis(format="%"), stack="normalize"),
        color=alt.Color("grade:N", scale=alt.Scale(
            domain=domain, range=[colours[d] for d in domain])),
        order=alt.Order("grade:N"),
    )  # fmt: skip
    weak = shares.compute.get("D", 0.0)
    return Figure(
        "evidence",
        f"{shares.numbers.get('D', 0) / total:.0%} of the numbers are our own estimates or "
        f"arithmetic; {shares.imputed} fill gaps; {weak:.0%} of the compute rests on at least "
        "one of grade D",
        "Share by grade of the weakest claim: of all cited numbers, of the compute delivered "
        "(every recipe from wafer to package), and of the money spent on modules.",
        svg(themed(chart, 500, 90), "evidence"),
        frame.rename(columns={"of": "of what"}),
        [],
    )


def _evidence(plan: Plan) -> Any:
    from waferway.planning.evidence_shares import evidence_shares

    return evidence_shares(plan)
