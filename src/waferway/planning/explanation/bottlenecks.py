"""What binds in each period, and what one more unit of it is worth: the table to draw.

Owns the tidy frame of bottlenecks, link by link. Sentences are made in `wording`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from waferway.planning.decisions import decide
from waferway.planning.explanation.intervals import bound_interval, price_intervals
from waferway.planning.explanation.links import link_of
from waferway.planning.prices import used_by_compute

if TYPE_CHECKING:
    from waferway.planning.plan import Plan

__all__ = ["COLUMNS", "bottlenecks"]

COLUMNS = (
    "branch", "period", "link", "what", "row", "value_usd", "low_usd", "high_usd", "unit",
    "amount", "percent_usd",
)  # fmt: skip
ROWS = ("use", "use of what is bought", "use of the line", "shared use", "limit", "power_mw",
        "water_m3", "cash", "fund", "lane", "room on the line")  # fmt: skip
"""Families of rows that are links of the chain."""

TINY = 1e-6
"""Worth, relative to the largest of its link, below which a row does not bind."""


def bottlenecks(plan: Plan) -> pd.DataFrame:
    """What binds in each shown, decided period and what one more unit is worth.

    This is the table to draw as a timeline of bottlenecks: one row for each branch, period and
    thing that binds. Prices are given the builds of the plan: integers are fixed and the rest is
    solved again.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    DataFrame
        branch, period; link (wafer, HBM stack, packaging, substrate, power, money, limit, ...);
        what (technology, rule, site, fund, lane or offer); row (the line, price step or other,
        where one more unit is worth most); value_usd: what one more unit, used once in the
        period, is worth in the money of the period, at least 0; low_usd, high_usd: what a
        little more is worth and what a little less would cost (equal to value_usd where the
        price is unique; NaN where one side has no answer); unit: of what; amount: units used on
        the way to compute, of all uses where no basis is counted; percent_usd: what one more
        per cent of that amount is worth, by which links counted in different units compare.
        Under the objective ``compute`` worth is counted in compute, see `Plan.explain`.
    """
    found = [_of_rows(plan), _of_offers(plan)]
    found = [frame for frame in found if len(frame)]
    if not found:
        return pd.DataFrame(columns=list(COLUMNS))
    table = pd.concat(found, ignore_index=True)
    order = {label: t for t, label in enumerate(plan.calendar.labels)}
    table = table.assign(at=table["period"].map(order))
    table = table.sort_values(["branch", "at", "percent_usd", "what", "row"],
                              ascending=[True, True, False, True, True])  # fmt: skip
    return table[list(COLUMNS)].reset_index(drop=True)


def _of_offers(plan: Plan) -> pd.DataFrame:
    """Price steps of offers that are sold out, and what one more unit on offer is worth."""
    at = plan.solved
    highs = at.fixed.highs
    highs.setBasis(at.basis)
    highs.run()
    reduced = np.array(highs.getSolution().col_dual) / at.fixed.scaling.columns
    reduced = reduced / at.fixed.scaling.cost
    ahead = set(_ahead(plan))
    out = []
    for w, (branch, d) in enumerate(at.instances.items()):
        block = decide(d, plan.manifest["objective"], plan.manifest["basis"]).purchase
        for q in range(block.rows):
            offer = str(d.purchase["offer"][q])
            link = link_of(plan.network, "volume", offer)
            for t in range(d.periods):
                column = int(at.program.columns[w][block.offset + q * block.width + t])
                high, label = float(at.program.high[column]), d.calendar.labels[t]
                if link is None or label not in ahead or not 0 < high < np.inf:
                    continue
                factor = plan.branch_weights[branch] * float(d.delta[t])
                worth = -reduced[column] / factor
                if worth <= TINY or at.fixed.x[column] < high * (1 - 1e-9):
                    continue
                sides = [-side / factor for side in bound_interval(at, column)]
                low, top = min([worth, *sides]), max([worth, *sides])
                out.append(
                    (branch, label, link.link, link.what, str(d.purchase["key"][q]), worth,
                     max(0.0, low), top, link.unit, high, 0.01 * worth * high)
                )  # fmt: skip
    highs.setBasis(at.basis)
    return pd.DataFrame(out, columns=list(COLUMNS))


def _of_rows(plan: Plan) -> pd.DataFrame:
    """Rows of the program that bind, the dearest of each thing and period."""
    at = plan.solved
    rows = at.rows[at.rows["row"].isin(ROWS) & at.rows["period"].isin(_ahead(plan))]
    rows = rows[np.isfinite(at.program.row_high[rows["position"].to_numpy(dtype=int)])]
    worth = rows["worth"].abs().where(rows["row"] == "cash", rows["worth"])
    full = _full(plan, rows)
    rows = rows.assign(worth=worth.clip(lower=0.0))[(worth > 0) | full]
    if rows.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    pairs = rows[["row", "subject"]].drop_duplicates()
    known = {(r, s): link_of(plan.network, r, s) for r, s in pairs.itertuples(index=False)}
    links = [known[r, s] for r, s in zip(rows["row"], rows["subject"], strict=True)]
    rows = rows.assign(
        link=[x.link if x else None for x in links], what=[x.what if x else None for x in links],
        unit=[x.unit if x else None for x in links],
    ).dropna(subset="link")  # fmt: skip
    most = rows.groupby("link")["worth"].transform("max")
    # A row that is full may have no price here and yet cost much when it is a little less.
    rows = _with_amounts(plan, rows[(rows["worth"] > TINY * most) | full[rows.index]])
    group = ["branch", "period", "link", "what"]
    percent = rows.groupby(group)["percent_usd"].transform("sum")
    amount = rows.groupby(group)["amount"].transform("sum")
    rows = rows.assign(percent_usd=percent, amount=amount)
    best = rows.sort_values(["worth", "subject"], ascending=[False, True]).groupby(group).head(1)
    best = best.assign(**_intervals(plan, best))
    largest = best[["worth", "high_usd"]].max(axis=1)
    best = best[largest > TINY * np.fmax(largest.groupby(best["link"]).transform("max"), TINY)]
    best = best.drop(columns="row").rename(columns={"subject": "row", "worth": "value_usd"})
    return best[list(COLUMNS)].reset_index(drop=True)


def _ahead(plan: Plan) -> list[str]:
    """Labels of periods that are shown and were decided."""
    both = zip(plan.calendar, plan.shown, plan.decided, strict=True)
    return [p.label for p, shown, decided in both if shown and decided]


def _full(plan: Plan, rows: pd.DataFrame) -> pd.Series:
    """Rows with room above 0 that are used up."""
    at = plan.solved
    positions = rows["position"].to_numpy(dtype=int)
    room, activity = at.program.row_high[positions], at.program.matrix @ at.fixed.x
    left = room - activity[positions]
    full = (left <= 1e-7 * np.maximum(1.0, np.abs(room))) & (room > 0)
    return pd.Series(full, index=rows.index)


def _with_amounts(plan: Plan, rows: pd.DataFrame) -> pd.DataFrame:
    """Units of each row in use, and what one more per cent of them is worth; dead rows go."""
    at = plan.solved
    room = pd.Series(at.program.row_high[rows["position"].to_numpy(dtype=int)], index=rows.index)
    on_line = rows["row"].isin(("use", "use of what is bought", "use of the line"))
    key = pd.MultiIndex.from_frame(rows[["branch", "subject", "period"]])
    compute = used_by_compute(plan).reindex(key).fillna(0.0).to_numpy()
    amount = pd.Series(np.where(on_line, compute, room.clip(lower=0.0)), index=rows.index)
    amount = amount.where(rows["row"] != "cash", 0.0)
    rows = rows.assign(amount=amount, percent_usd=0.01 * rows["worth"] * amount)
    # A line without capacity has a price but no use: its row is degenerate and says nothing.
    there = _capacity(plan).reindex(key).fillna(0.0).to_numpy()
    return rows[~on_line | (there > 0)]


def _capacity(plan: Plan) -> pd.Series:
    table = plan.tables["capacity"]
    whole = table["capacity"].astype(float) + table["used"].astype(float)
    return whole.groupby([table["branch"], table["line"], table["period"]]).sum()


def _intervals(plan: Plan, best: pd.DataFrame) -> dict[str, Any]:
    """Low and high price of each row, in the money of its period."""
    at = plan.solved
    positions = best["position"].to_numpy(dtype=int)
    right, left = price_intervals(at, positions)
    when = {label: t for t, label in enumerate(plan.calendar.labels)}
    factor = np.array(
        [
            plan.branch_weights[b] * at.instances[b].delta[when[p]]
            for b, p in zip(best["branch"], best["period"], strict=True)
        ]
    )
    sides = np.abs(np.array([right, left])) / factor
    value = best["worth"].to_numpy(dtype=float)
    missing = np.isnan(sides).any(axis=0)
    low = np.fmin(np.nanmin(np.vstack([sides, value]), axis=0), value)
    high = np.fmax(np.nanmax(np.vstack([sides, value]), axis=0), value)
    return {"low_usd": low, "high_usd": np.where(missing, np.nan, high)}
