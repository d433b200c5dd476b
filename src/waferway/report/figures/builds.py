"""The build-out: what is ordered when, when it is there, when it is needed, what must not slip."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from waferway.planning.summary import money
from waferway.report.drawing import Spec, framed
from waferway.report.figure import Figure
from waferway.report.figures.lanes import Lanes, legend_columns
from waferway.report.figures.reading import FAMILY_COLOURS, PlanReading, inline
from waferway.report.figures.use import use_of
from waferway.report.names import label_of

__all__ = ["Build", "builds", "builds_of", "critical_path"]

SLIP = 45
"""Days: an order whose capacity is in use within so many days of being there has no slack; half
a period of the calendar, below which the plan cannot see."""


@dataclass(frozen=True)
class Build:
    """One order of modules.

    Attributes
    ----------
    module, line : str
    ordered, ready : date
        Day of the order and of the first capacity.
    needed : date or None
        First day from which the line uses more than it could without this order; None where it
        never does in the shown periods.
    count, size, price_usd : float
        Modules; capacity added at full ramp; price.
    at_limit : bool
        As many as may be ordered in that calendar year.
    """

    module: str
    line: str
    ordered: dt.date
    ready: dt.date
    needed: dt.date | None
    count: float
    size: float
    price_usd: float
    at_limit: bool

    @property
    def slack_days(self) -> int | None:
        """Days by which it could come later without being missed; None where not needed."""
        return None if self.needed is None else max(0, (self.needed - self.ready).days)

    @property
    def critical(self) -> bool:
        """Whether it is missed as soon as it is late."""
        return self.slack_days is not None and self.slack_days <= SLIP


def builds_of(reading: PlanReading) -> list[Build]:
    """Every order of the shown periods, by line and date."""
    plan = reading.plan
    orders = plan.tables["orders"]
    orders = orders[orders["period"].isin(plan.labels)]
    module = plan.network.filled("module")
    price = plan.network.values("module", "capex_usd", plan.calendar)
    most = plan.network.values("module", "orders_per_year", plan.calendar)
    period = {p.label: p for p in plan.calendar}
    year = orders["period"].map({label: p.start.year for label, p in period.items()})
    by_year = orders["orders"].astype(float).groupby([orders["module"], year]).sum()
    found: list[Build] = []
    lines = orders["module"].map(module["line"])
    for line in dict.fromkeys(lines):
        mine = orders[lines == line]
        at = mine["period"].map({label: k for k, label in enumerate(period)})
        need = _need_over_base(reading, str(line))
        before = 0.0
        for k in at.sort_values(kind="stable").index:
            key, label = str(mine.loc[k, "module"]), str(mine.loc[k, "period"])
            count = float(mine.loc[k, "orders"])
            size = count * float(module.loc[key, "size"])
            ordered = period[label].start
            ready = ordered + dt.timedelta(days=round(float(module.loc[key, "lead_days"])))
            needed = next(
                (max(period[name].start, ready) for name, over in need.items()
                 if over > before * (1 + 1e-9) + 1e-6 and period[str(name)].end > ready), None,
            )  # fmt: skip
            limit = float(most.loc[key, label])
            found.append(Build(
                key, str(line), ordered, ready, needed, count, size,
                count * float(price.loc[key, label]),
                limit == limit and by_year[key, ordered.year] >= limit - 1e-6,
            ))  # fmt: skip
            before += size
    return found


def _need_over_base(reading: PlanReading, line: str) -> pd.Series:
    """Use of a line beyond what it has without modules, by shown period; the most over branches.

    A pool that recipes draw on besides their own line is not used line by line: there the use
    of the whole technology is set against all of it.
    """
    plan = reading.plan
    table = plan.tables["capacity"]
    table = table[table["period"].isin(plan.labels)]
    technology = plan.network.table("line")["technology"]
    mine = table[table["line"] == line]
    if technology[line] in set(plan.network.table("recipe_use")["technology"]):
        used = use_of(reading)
        used = used[used.index.get_level_values("technology") == technology[line]]
        used = used.droplevel("technology").reindex(plan.labels).fillna(0.0)
        same = table[table["line"].map(technology) == technology[line]]
        whole = (same["capacity"].astype(float) * reading.chance(same["branch"])).groupby(
            same["period"]).sum()  # fmt: skip
        own = (mine["added"].astype(float) * reading.chance(mine["branch"])).groupby(
            mine["period"]).sum()  # fmt: skip
        return (used - (whole - own)).reindex(plan.labels).fillna(0.0)
    over = mine["used"].astype(float) - (
        mine["capacity"].astype(float) - mine["added"].astype(float)
    )
    return over.groupby(mine["period"]).max().reindex(plan.labels).fillna(0.0)


def critical_path(found: Sequence[Build]) -> list[Build]:
    """The longest chain of orders none of which may slip.

    An order waits for the one before it on the same line where that one took all that may be
    ordered in its year; the chain ends with the latest first capacity.
    """
    best: list[Build] = []
    for line in dict.fromkeys(b.line for b in found):
        chain: list[Build] = []
        for build in [b for b in found if b.line == line]:
            if not build.critical:
                chain = []
                continue
            follows = bool(chain) and chain[-1].at_limit
            chain = [*chain, build] if follows else [build]
            if _days(chain) > _days(best):
                best = chain
    return best


def _days(chain: Sequence[Build]) -> int:
    return (chain[-1].ready - chain[0].ordered).days if chain else 0


def builds(reading: PlanReading) -> Figure | None:
    """Gantt of orders with lead times, slack and the critical path."""
    plan = reading.plan
    found = builds_of(reading)
    if not found:
        return None
    path = critical_path(found)
    total = sum(b.price_usd for b in found)
    late = [b for b in found if b.critical]
    if path:
        first, last = path[0], path[-1]
        line = label_of(plan, "line", last.line)
        orders = f"{len(path)} orders in a row" if len(path) > 1 else "one order"
        count = f"{len(found)} order{'' if len(found) == 1 else 's'}"
        slip = (
            "which may not slip" if len(found) == 1 else "none of which may slip"
            if len(late) == len(found) else f"{len(late)} of which may not slip"
        )  # fmt: skip
        title = (
            f"{money(total)} of new capacity in {count}, {slip}; the critical path is {line}: "
            f"{orders}, {first.ordered:%Y-%m} to first capacity in {last.ready:%Y-%m}"
        )
    else:
        title = f"{money(total)} of new capacity in {len(found)} orders; each has slack"
    table = pd.DataFrame(
        {
            "line": [label_of(plan, "line", b.line) for b in found],
            "module": [b.module for b in found],
            "ordered": [b.ordered.isoformat() for b in found],
            "first capacity": [b.ready.isoformat() for b in found],
            "first needed": [b.needed.isoformat() if b.needed else "not in these years"
                             for b in found],
            "slack, days": [None if b.slack_days is None else float(b.slack_days) for b in found],
            "critical path": ["yes" if b in path else "" for b in found],
            "modules": [b.count for b in found],
            "capacity added": [b.size for b in found],
            "price, USD": [b.price_usd for b in found],
        }
    )  # fmt: skip
    notes = reading.column_notes(table, {
        "first capacity": [[("module", b.module, "lead_days")] for b in found],
        "price, USD": [[("module", b.module, "capex_usd")] for b in found],
        "capacity added": [[("module", b.module, "size")] for b in found],
    })  # fmt: skip
    hover = [notes[i, "price, USD"].hover if (i, "price, USD") in notes else "cites nothing"
             for i in range(len(found))]  # fmt: skip
    return Figure(
        "builds",
        title,
        "A bar an order, from the order to the first capacity, coloured by what is built. A thin "
        "line after it is slack: how much later it could come before the line uses more than it "
        "has without it. Framed bars have none; the critical path is the longest chain of them, "
        "each waiting for the yearly limit of the one before, and is marked with dots. What is "
        "added to each line at full ramp stands behind its name.",
        lambda width: _draw(reading, found, path, hover, width),
        table,
        notes,
        "Build-out",
    )


def _draw(
    reading: PlanReading, found: list[Build], path: list[Build], hover: list[str], width: int
) -> Spec:
    import altair as alt

    plan = reading.plan
    narrow = width < 500
    technology = plan.network.table("technology")["family"]
    of = plan.network.table("line")["technology"]
    first = {line: min(b.ordered for b in found if b.line == line)
             for line in {b.line for b in found}}  # fmt: skip
    lines = sorted(first, key=lambda line: -sum(b.price_usd for b in found if b.line == line))
    name: dict[str, str] = {}
    for line in lines:
        size = sum(b.size for b in found if b.line == line)
        label = f"{label_of(plan, 'line', line)} +{size / 1e3:,.3g}k" if size >= 1000 else (
            f"{label_of(plan, 'line', line)} +{size:,.3g}")  # fmt: skip
        name[line] = label if label not in name.values() else f"{label} ({line})"
    part: dict[str, int] = {}
    rows = []
    for b, why in zip(found, hover, strict=True):
        k = part.get(b.line, 0)
        part[b.line] = k + 1
        rows.append({
            "line": name[b.line], "part": k, "from": b.ordered.isoformat(),
            "to": b.ready.isoformat(),
            "needed": max(b.needed, b.ready).isoformat() if b.needed else b.ready.isoformat(),
            "family": technology[of[b.line]] or "other", "critical": b.critical, "path": b in path,
            "modules": f"{b.count:g} x {b.module}", "price": money(b.price_usd),
            "slack": "not needed in these years" if b.slack_days is None else
            f"{b.slack_days} days", "hover": why,
        })  # fmt: skip
    frame = pd.DataFrame(rows)
    lanes = Lanes([name[line] for line in lines], narrow, 11,
                  {name[line]: part[line] for line in lines})  # fmt: skip
    families = [f for f in FAMILY_COLOURS if f in set(frame["family"])]
    families += sorted(set(frame["family"]) - set(families))
    colour = alt.Scale(
        domain=families, range=[FAMILY_COLOURS.get(f, FAMILY_COLOURS["other"]) for f in families]
    )
    base = alt.Chart(inline(lanes.placed(frame, "line", "part")))
    axis = alt.Axis(format="%Y", tickCount="year", labelFlush=False, grid=True)
    tips = [alt.Tooltip("line:N"), alt.Tooltip("modules:N"), alt.Tooltip("price:N"),
            alt.Tooltip("from:N", title="ordered"), alt.Tooltip("to:N", title="first capacity"),
            alt.Tooltip("slack:N"), alt.Tooltip("hover:N", title="grade, source")]  # fmt: skip
    paint = alt.Color("family:N", scale=colour,
                      legend=alt.Legend(columns=legend_columns(families, width)))  # fmt: skip
    slack = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("to:T", title=None, axis=axis), x2="needed:T", **lanes.middle(),
        color=paint,
    )  # fmt: skip
    bars = base.mark_bar(strokeWidth=1.5).encode(
        x=alt.X("from:T", title=None, axis=axis), x2="to:T", **lanes.span(),
        color=paint,
        fillOpacity=alt.condition("datum.critical", alt.value(0.75), alt.value(0.35)),
        stroke=alt.condition("datum.critical", alt.value("currentColor"),
                             alt.value("transparent")),
        tooltip=tips,
    )  # fmt: skip
    layers = [slack, bars]
    if path:
        joints = frame[frame["path"]].copy()
        placed = lanes.placed(joints, "line", "part").sort_values("from")
        ends = pd.DataFrame({
            "at": placed["from"],
            "lane_mid": placed["lane_mid"],
        })  # fmt: skip
        last = placed.tail(1)
        ends = pd.concat([ends, pd.DataFrame({"at": last["to"], "lane_mid": last["lane_mid"]})])
        dots = alt.Chart(inline(ends.assign(step=range(len(ends)))))
        layers.append(
            dots.mark_line(
                color="currentColor", strokeWidth=2,
                point=alt.OverlayMarkDef(color="currentColor", filled=True, size=34),
            ).encode(x=alt.X("at:T", title=None, axis=axis), **lanes.middle(),
                     order=alt.Order("step:Q"))
        )  # fmt: skip
    chart = alt.layer(*layers, *lanes.names(width)).properties(height=lanes.height)
    return framed(chart.to_dict(validate=False), width, lanes.spare)
