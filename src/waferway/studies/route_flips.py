"""Where the ranking of routes flips: the price, and the date.

Owns one-way roots. The price or the dates of one route's own means are moved step by step, the
route is planned again at each, and the first step in which it changes rank with the leading
route is narrowed by bisection. The other routes stay as they are. Builds come in whole modules,
so a rank can change and change back; what does both within one step of the scan is not seen.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import pandas as pd

from waferway.calendar import day
from waferway.errors import Infeasible
from waferway.network.network import Network
from waferway.studies.route_means import Route
from waferway.studies.route_measures import plan_route, score_of, takes_core

__all__ = ["Flip", "delayed", "flip_points", "repriced"]

PRICE_SCAN = tuple(2.0 ** (k / 2) for k in range(1, 9))
"""Factors tried one after another: to 16 times, or a sixteenth of, the price."""
DAYS_SCAN = tuple(float(122 * k) for k in range(1, 10))
"""Days tried one after another: to three years later, or earlier."""
PRICE_STEP = 1.02
DAYS_STEP = 8


@dataclass(frozen=True)
class Flip:
    """Where one route changes rank with another.

    Attributes
    ----------
    route, against : str
    lever : str
        ``price`` (of everything that the route buys, builds or takes) or ``date`` (of all that
        it waits for).
    value : float or None
        Factor on its prices, or days by which its dates move (negative: earlier); None where
        nothing in the range flips the ranking.
    low, high : float or None
        Bracket of the root: the ranking is one way at `low` and the other at `high`.
    range : (float, float)
        Searched.
    plans : int
        Plans that it took.
    """

    route: str
    against: str
    lever: str
    value: float | None
    low: float | None
    high: float | None
    range: tuple[float, float]
    plans: int

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {**self.__dict__, "range": list(self.range)}

    def __str__(self) -> str:
        low, high = self.range
        if self.lever == "price":
            if self.value is None:
                return f"{self.route}: no factor between {low:g} and {high:g} on its prices"
            return f"{self.route}: at {self.value:.3g} times its prices"
        if self.value is None:
            return f"{self.route}: no shift of its dates between {low:,.0f} and {high:,.0f} days"
        way = "later" if self.value > 0 else "earlier"
        return f"{self.route}: with its dates {abs(self.value):,.0f} days {way}"


def repriced(network: Network, route: Route, factor: float) -> Network:
    """The network with the prices of a route's own means multiplied.

    Offers by step, modules, rights and stakes; premiums too. Funds stay.
    """
    steps = network.table("offer_step")
    mine = set(steps.index[steps["offer"].isin(route.offers)])
    targets = (
        ("offer_step", "price_usd", mine), ("offer", "premium_usd", route.offers),
        ("module", "capex_usd", route.modules), ("right", "cost_usd", route.rights),
        ("stake", "price_usd", route.stakes),
    )  # fmt: skip
    changed: dict[str, pd.DataFrame] = {}
    profile = network.table("profile").copy()
    for table, column, keys in targets:
        frame = changed.get(table, network.table(table)).copy()
        hit = frame.index.isin(keys)
        frame[column] = (
            frame[column].astype(float).where(~hit, frame[column].astype(float) * factor)
        )
        changed[table] = frame
        dated = (profile["table"] == table) & (profile["column"] == column)
        dated &= profile["key"].isin(keys)
        profile.loc[dated, ["low", "value", "high"]] *= factor
    return network.with_tables({**changed, "profile": profile})


def delayed(network: Network, route: Route, days: int) -> Network:
    """The network with all that a route waits for moved by a number of days.

    First days of its offers (their prices stay on their days; before the first one, that one
    holds), lead times of its modules, rights and stakes, and of offers without a first day; a
    lead time is never below 0.
    """
    offer = network.table("offer").copy()
    hit = offer.index.isin(route.offers)
    offer["from_date"] = [
        _moved(when, days) if mine else when
        for when, mine in zip(offer["from_date"], hit, strict=True)
    ]
    undated = hit & offer["from_date"].isna()
    lead = offer["lead_days"].astype(float)
    offer["lead_days"] = lead.where(~undated, (lead.fillna(0.0) + days).clip(lower=0.0))
    changed = {"offer": offer, "offer_step": _held_back(network, route) if days < 0 else
               network.table("offer_step")}  # fmt: skip
    for table, keys in (("module", route.modules), ("right", route.rights),
                        ("stake", route.stakes)):  # fmt: skip
        frame = network.table(table).copy()
        lead = frame["lead_days"].astype(float)
        mine = frame.index.isin(keys)
        frame["lead_days"] = lead.where(~mine, (lead.fillna(0.0) + days).clip(lower=0.0))
        changed[table] = frame
    return network.with_tables(changed)


def _held_back(network: Network, route: Route) -> pd.DataFrame:
    """Steps of a route's offers whose first dated price and volume hold before their day too.

    An offer that opens earlier would else have no price in its first periods.
    """
    steps = network.table("offer_step").copy()
    mine = set(steps.index[steps["offer"].isin(route.offers)])
    for column in ("price_usd", "volume"):
        first: dict[str, tuple[dt.date, float]] = {}
        for row in network.profile_rows.get(("offer_step", column), []):
            key, label, _age, branch, low, value, high = row
            if key not in mine or branch or not label:
                continue
            known = value if not math.isnan(value) else 0.5 * (low + high)
            since = day(label)
            if not math.isnan(known) and (key not in first or since < first[key][0]):
                first[key] = (since, known)
        for key, (_, known) in first.items():
            if math.isnan(steps.at[key, column]):
                steps.at[key, column] = known
    return steps


def _moved(when: dt.date | None, days: int) -> dt.date | None:
    return when + dt.timedelta(days=days) if when else when


def flip_points(
    network: Network,
    known: Mapping[str, Route],
    rows: Sequence[dict[str, Any]],
    asked: dict[str, Any],
    when: str,
    ranking: str,
    *,
    levers: Sequence[str] = ("price", "date"),
    workers: int = 2,
    say: Callable[[str], None] | None = None,
) -> tuple[Flip, ...]:
    """Flip points of every route against the leader, and of the leader against the next.

    Parameters
    ----------
    network : Network
    known : mapping of str to Route
    rows : sequence of dict
        Ranked, as `routes` has them.
    asked : dict
        Arguments of `plan`.
    when : str
        Date of the ranking.
    ranking : str

    Returns
    -------
    tuple of Flip
        Two per route (price, date), in order of rank; of a route with options, those of the
        option taken. The mix has none: it may use all means.
    """
    ranked = [row for row in rows if row["open"] and row["route"] != "mix"]
    score = {row["route"]: _score(row, when, ranking) for row in ranked}
    order = [row["route"] for row in ranked]
    if len(order) < 2:
        return ()
    jobs = []
    taken = {row["route"]: row["option"] for row in ranked}
    for name in order:
        rival = order[1] if name == order[0] else order[0]
        route = next((o for o in known[name].options if o.name == taken[name]), known[name])
        for lever in levers:
            jobs.append((network, route, lever, score[rival], rival, name == order[0],
                         asked, when, ranking))  # fmt: skip
    if workers <= 1:
        found = []
        for job in jobs:
            if say is not None:
                say(f"moving the {job[2]} of {job[1].name}")
            found.append(_flip(*job))
        return tuple(found)
    with ProcessPoolExecutor(min(workers, len(jobs)), get_context("spawn")) as pool:
        waiting = [pool.submit(_flip, *job) for job in jobs]
        found = []
        for job, answer in zip(jobs, waiting, strict=True):
            found.append(answer.result())
            if say is not None:
                say(f"moved the {job[2]} of {job[1].name}")
        return tuple(found)


def _score(row: dict[str, Any], when: str, ranking: str) -> float:
    if ranking == "compute":
        return float(row["delivered"][when] or 0.0)
    cost = row["cost_per_compute_usd"]
    return -math.inf if cost is None else -float(cost)


def _flip(
    network: Network, route: Route, lever: str, rival_score: float, rival: str, leads: bool,
    asked: dict[str, Any], when: str, ranking: str,
) -> Flip:  # fmt: skip
    """Bisect one lever of one route; the leader is made worse, the others better."""
    taken = 0

    def ahead(move: float) -> bool:
        nonlocal taken
        taken += 1
        moved = (repriced(network, route, math.exp(move)) if lever == "price"
                 else delayed(network, route, round(move)))  # fmt: skip
        try:
            way, result, _ = plan_route(moved, route, asked, when, ranking)
        except Infeasible:
            return False
        mine = score_of(result, when, ranking) if takes_core(result, way) else -math.inf
        return mine > rival_score if not leads else mine >= rival_score

    scan = [math.log(f) for f in PRICE_SCAN] if lever == "price" else list(DAYS_SCAN)
    scan = scan if leads else [-move for move in scan]
    step = math.log(PRICE_STEP) if lever == "price" else float(DAYS_STEP)
    ends = sorted((1.0, math.exp(scan[-1]))) if lever == "price" else sorted((0.0, scan[-1]))
    searched = (ends[0], ends[1])
    name = route.name.partition(":")[0]
    near, far = 0.0, None
    for move in scan:
        if ahead(move) != leads:
            far = move
            break
        near = move
    if far is None:
        return Flip(name, rival, lever, None, None, None, searched, taken)
    while abs(far - near) > step:
        middle = 0.5 * (near + far)
        if ahead(middle) == leads:
            near = middle
        else:
            far = middle
    shown = [math.exp(x) if lever == "price" else float(round(x)) for x in (near, far)]
    middle = math.exp(0.5 * (near + far)) if lever == "price" else round(0.5 * (near + far))
    return Flip(name, rival, lever, float(middle), min(shown), max(shown), searched, taken)
