"""The same year through the planner, to see whether its program agrees with the recursion.

Owns the check that the hindcast speaks of the planner. The planner is given the packaging
starts of a central draw as the most it may start, and asked for most compute; what it delivers
must be what the recursion of `flow` delivers at the network's own lag.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from waferway.calendar import Calendar, period
from waferway.network.network import Network
from waferway.network.schema import TABLES
from waferway.planning.planner import plan as plan_network
from waferway.studies.hindcast.flow import flow
from waferway.studies.hindcast.outlook import AHEAD

__all__ = ["compare_with_planner"]

PAST = ("2024Q1", "2024Q2", "2024Q3", "2024Q4")
ABUNDANT = 1e9


def compare_with_planner(network: Network, starts: pd.DataFrame, gap: float = 1e-4) -> pd.DataFrame:
    """Deliveries of one year by the planner and by the recursion.

    Parameters
    ----------
    network : Network
        With recorded packaging starts of the year before.
    starts : DataFrame
        Index product (``h100`` for the recipe ``pack:h100``), columns the quarters ahead:
        packages started.
    gap : float
        Of the plan.

    Returns
    -------
    DataFrame
        product, quarter, starts_asked, starts_planned, planner, recursion (packages delivered).
    """
    opened = _opened(network, starts)
    result = plan_network(opened, start=AHEAD[0], until=AHEAD[-1], now="2024-12-31",
                          step="quarter", objective="compute", gap=gap)  # fmt: skip
    served = result.tables["served"]
    activity = result.tables["starts"]
    calendar = Calendar.build(PAST[0], "quarter", AHEAD[-1])
    recorded = network.table("outturn")
    recorded = recorded[recorded["measure"] == "starts"]
    rows = []
    for product in starts.index:
        recipe, item = f"pack:{product}", f"package:{product}"
        past = [_sum(recorded[recorded["subject"] == recipe], q, "quantity") for q in PAST]
        made = [_sum(activity[activity["recipe"] == recipe], q, "starts") for q in AHEAD]
        lag = float(network.filled("recipe").loc[recipe, "cycle_days"])
        ours = flow(np.array([[past + made]]), lag, 1.0, 0.0, calendar).sales[0, 0]
        for t, quarter in enumerate(AHEAD):
            rows.append({
                "product": product, "quarter": quarter,
                "starts_asked": float(starts.loc[product, quarter]), "starts_planned": made[t],
                "planner": _sum(served[served["item"] == item], quarter, "served"),
                "recursion": float(ours[len(PAST) + t]),
            })  # fmt: skip
    return pd.DataFrame(rows)


def _sum(rows: pd.DataFrame, quarter: str, column: str) -> float:
    return float(rows[rows["period"] == quarter][column].astype(float).sum())


def _opened(network: Network, starts: pd.DataFrame) -> Network:
    """The network with need in abundance, and packaging starts capped at those given."""
    limits = []
    for product in starts.index:
        for quarter in AHEAD:
            span = period(quarter)
            limits.append(_limit(f"hindcast:{product}:{quarter}", f"recipe=pack:{product}",
                                 float(starts.loc[product, quarter]) / span.months, span.start,
                                 span.end - dt.timedelta(days=1)))  # fmt: skip
    named = {f"pack:{product}" for product in starts.index}
    others = [r for r in network.table("recipe").index if r.startswith("pack:") and r not in named]
    for recipe in others:
        limits.append(_limit(f"hindcast:{recipe}", f"recipe={recipe}", 0.0,
                             period(AHEAD[0]).start, period(AHEAD[-1]).end))  # fmt: skip
    table = network.table("limit")
    blank = {a.name: None if a.kind == "date" else ("" if not a.numeric else float("nan"))
             for a in TABLES["limit"].attributes}  # fmt: skip
    fresh = pd.DataFrame([blank | row for row in limits], index=[row["name"] for row in limits])
    kept = table[~table.index.isin(["power", "export-licence"])]
    return network.with_tables({
        "limit": pd.concat([kept, fresh[list(table.columns)]]),
        "commitment": network.table("commitment").iloc[:0],
        "recipe": _lasting(network, named), "profile": _abundant(network, kept.index),
    })  # fmt: skip


def _limit(name: str, select: str, bound: float, start: dt.date, end: dt.date) -> dict[str, Any]:
    return {"name": name, "measure": "starts", "select": select, "sense": "<=", "bound": bound,
            "from_date": start, "to_date": end}  # fmt: skip


def _lasting(network: Network, named: set[str]) -> pd.DataFrame:
    """Recipes that may be started all year."""
    recipe = network.table("recipe").copy()
    chosen = recipe.index.isin(named)
    recipe.loc[chosen, ["from_date", "to_date"]] = None
    return recipe


def _abundant(network: Network, limits: pd.Index) -> pd.DataFrame:
    """Compute demand beyond reach from 2025 on, and no dated bound of a dropped limit."""
    profile = network.table("profile").copy()
    demand = network.table("demand")
    compute = set(demand.index[(demand["basis"] != "") | demand["item"].str.startswith("package:")])
    ahead = np.array([p >= "2025" for p in profile["period"]])
    big = (profile["table"] == "demand") & profile["key"].isin(compute) & ahead
    big &= profile["column"] == "quantity"
    profile.loc[big, ["low", "value", "high"]] = ABUNDANT
    dropped = (profile["table"] == "limit") & ~profile["key"].isin(limits)
    dropped |= profile["table"] == "commitment"
    return profile[~dropped]
