"""A recorded year left free: how much compute it could have made, and where the rest went.

Owns the test of belief that a planner must pass before it is asked about the future: left free
to make the most compute of a year that is known, which link does it hit first, and how does
its excess over what was sold split into the mix of products, the bookings of others, and lag?
Each step is a plan with one more rule, so the parts add up exactly.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd

from waferway.calendar import Period, period
from waferway.errors import RangeError
from waferway.network.network import Network
from waferway.network.schema import TABLES
from waferway.planning.plan import Plan
from waferway.planning.planner import plan as plan_network

__all__ = ["FreeHistory", "free_history"]

SLACK = 0.999
"""Recorded amounts are rounded: a floor a thousandth below them keeps the plan feasible."""


@dataclass(frozen=True)
class FreeHistory:
    """A recorded year left free.

    Attributes
    ----------
    year : int
    basis : str
    free : float
        Most compute that could have been packaged in the year, in units of the basis.
    with_bookings : float
        The same when users outside the table keep what they used.
    with_mix : float
        The same when, besides, no product is packaged more than recorded.
    recorded : float
        What was delivered.
    bottleneck : str
        Technology of which one more per cent would have given most compute, left free.
    worth : DataFrame
        technology, worth (compute per unit of capacity), percent (compute for one more per
        cent), left free.
    """

    year: int
    basis: str
    free: float
    with_bookings: float
    with_mix: float
    recorded: float
    bottleneck: str
    worth: pd.DataFrame

    @property
    def parts(self) -> dict[str, float]:
        """The excess over history: contracts of others, mix, and lag with stock (the rest)."""
        return {
            "contracts": self.free - self.with_bookings,
            "mix": self.with_bookings - self.with_mix,
            "lag": self.with_mix - self.recorded,
        }

    def __str__(self) -> str:
        lines = [
            f"Most compute of {self.year}, left free: {self.free / 1e6:.2f} million {self.basis}; "
            f"recorded {self.recorded / 1e6:.2f} million.",
            f"First bottleneck: {self.bottleneck}.",
        ]
        names = {
            "contracts": "capacity kept by users outside the table",
            "mix": "the products that were made instead of the best one",
            "lag": "lag from packaging to sale, and stock (what is left)",
        }
        for part, amount in self.parts.items():
            lines.append(f"{amount / 1e6:>8.2f} million: {names[part]}")
        return "\n".join(lines)


def free_history(network: Network, year: int = 2024, gap: float = 1e-3) -> FreeHistory:
    """Leave a recorded year free and split its excess over history.

    Parameters
    ----------
    network : Network
        With `outturn` starts and deliveries of the year, a compute basis, and dated capacity
        from the year before, which fills the pipeline.
    year : int
    gap : float

    Returns
    -------
    FreeHistory

    Raises
    ------
    RangeError
        If the network records no packaging starts in the year.
    """
    basis = str(network.setting("compute_basis"))
    mix = _mix(network, year, basis)
    if not any(limit["bound"] for limit in mix):
        raise RangeError(f"the network records no packaging starts in {year}")
    open_network = _bare(network, basis)
    booked = _with_limits(open_network, _bookings(network, year, basis))
    mixed = _with_limits(booked, mix)
    plans = [_most_compute(net, year, basis, gap) for net in (open_network, booked, mixed)]
    amounts = [_delivered(result, year, basis) for result in plans]
    worth = _worth(plans[0], year)
    return FreeHistory(
        year, basis, amounts[0], amounts[1], amounts[2], _recorded(network, year, basis),
        str(worth["technology"].iloc[0]), worth,
    )  # fmt: skip


def _bare(network: Network, basis: str) -> Network:
    """Without outturn, so that the past is decided; with the pipeline of the year before.

    Packages count when they are packaged: the lag from there to the sale is what is left at
    the end.
    """
    recipe = network.table("recipe").copy()
    recipe.loc[recipe.index.isin(_compute_recipes(network, basis)), "cycle_days"] = 0.0
    empty = network.table("outturn").iloc[:0]
    months = max(12, int(network.setting("warmup_months") or 0))
    return network.with_tables({"outturn": empty, "recipe": recipe}).with_settings(
        warmup_months=months, tail_months=12, now=None
    )


def _most_compute(network: Network, year: int, basis: str, gap: float) -> Plan:
    before = f"{year - 2}-12-31"
    return plan_network(
        network, start=f"{year}Q1", until=f"{year}Q4", now=before, step="quarter",
        objective="compute", basis=basis, gap=gap,
    )  # fmt: skip


def _delivered(result: Plan, year: int, basis: str) -> float:
    weight = _weights(result.network, basis)
    served = result.tables["served"]
    inside = served["period"].isin([f"{year}Q{q}" for q in range(1, 5)])
    served = served[inside & served["item"].isin(weight.index)]
    return float((served["served"].astype(float) * served["item"].map(weight)).sum())


def _weights(network: Network, basis: str) -> pd.Series:
    table = network.filled("weight")
    table = table[table["basis"] == basis]
    return table.set_index("item")["weight"].astype(float)


def _worth(result: Plan, year: int) -> pd.DataFrame:
    links = result.prices().links
    links = links[links["year"] == year].sort_values("percent_usd", ascending=False)
    frame = links[["technology", "worth_usd", "percent_usd"]].reset_index(drop=True)
    return frame.rename(columns={"worth_usd": "worth", "percent_usd": "percent"})


def _recorded(network: Network, year: int, basis: str) -> float:
    weight = _weights(network, basis)
    rows = network.table("outturn")
    rows = rows[(rows["measure"] == "deliveries") & rows["subject"].isin(weight.index)]
    rows = rows[[period(p).start.year == year for p in rows["period"]]]
    return float((rows["quantity"].astype(float) * rows["subject"].map(weight)).sum())


def _compute_recipes(network: Network, basis: str) -> set[str]:
    parts = network.table("recipe_item")
    items = set(_weights(network, basis).index)
    return set(parts.loc[(parts["role"] == "out") & parts["item"].isin(items), "recipe"])


def _bookings(network: Network, year: int, basis: str) -> list[dict[str, Any]]:
    """Users outside the table keep the packaging and the memory they are recorded to have used."""
    named = _compute_recipes(network, basis)
    recipe, technology = network.filled("recipe"), network.table("technology")
    parts = network.table("recipe_item")
    passed_on = set(parts.loc[parts["role"] == "in", "item"])
    final = {
        r
        for r, item, role in zip(parts["recipe"], parts["item"], parts["role"], strict=True)
        if role == "out" and item not in passed_on
    }
    rows = network.table("outturn")
    rows = rows[(rows["measure"] == "starts") & rows["subject"].isin(final - named)]
    limits = []
    for (name, label), group in rows.groupby(["subject", "period"]):
        family = technology.loc[recipe.loc[name, "technology"], "family"]
        span = period(label)
        if family in ("packaging", "stacking") and span.start.year == year:
            bound = SLACK * float(group["quantity"].sum()) / span.months
            limits.append(_limit(f"booked:{name}:{label}", f"recipe={name}", ">=", bound, span))
    return limits


def _mix(network: Network, year: int, basis: str) -> list[dict[str, Any]]:
    """No product is packaged more than recorded, quarter by quarter.

    Amounts, not shares: a product that cannot reach its share would pull all others down.
    """
    named = _compute_recipes(network, basis)
    rows = network.table("outturn")
    rows = rows[(rows["measure"] == "starts") & rows["subject"].isin(named)]
    made = rows.groupby(["subject", "period"])["quantity"].sum()
    limits = []
    for name in sorted(named):
        for quarter in range(1, 5):
            span = period(f"{year}Q{quarter}")
            quantity = float(made.get((name, span.label), 0.0))
            limits.append(_limit(f"mix:{name}:{span.label}", f"recipe={name}", "<=",
                                 quantity / span.months, span))  # fmt: skip
    return limits


def _limit(name: str, select: str, sense: str, bound: float, span: Period) -> dict[str, Any]:
    return {
        "name": name, "measure": "starts", "select": select, "sense": sense, "bound": bound,
        "from_date": span.start, "to_date": span.end - dt.timedelta(days=1),
    }  # fmt: skip


def _with_limits(network: Network, rows: list[dict[str, Any]]) -> Network:
    if not rows:
        return network
    table = network.table("limit")
    blank = {a.name: None if a.kind == "date" else ("" if not a.numeric else float("nan"))
             for a in TABLES["limit"].attributes}  # fmt: skip
    more = pd.DataFrame([blank | row for row in rows], index=[row["name"] for row in rows])
    more.index.name = table.index.name
    joined = more if table.empty else pd.concat([table, more[list(table.columns)]])
    return network.with_tables({"limit": joined})
