"""Routes: one actor who wants compute, and the ways it may take, side by side.

Owns the study that plans each route on the same network with the means of the others closed,
puts the same measures beside one another, evaluates each route's decisions on draws of the
uncertain numbers, and asks where the ranking flips. Nothing is scored by hand: each figure is
of a plan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from waferway.calendar import end_of
from waferway.errors import Fault, InputError, Place, RangeError, nearest
from waferway.network.network import Network
from waferway.network.parties import family
from waferway.planning.plan import Plan
from waferway.studies.route_deals import Screened, screened
from waferway.studies.route_draws import evaluate
from waferway.studies.route_flips import Flip, flip_points
from waferway.studies.route_means import Route, standard_routes
from waferway.studies.route_measures import measure, plan_route, takes_core, tokens_of_compute
from waferway.studies.route_words import described, finding, table_for_people

__all__ = ["RANKINGS", "Routes", "routes"]

RANKINGS = ("compute", "cost")
QUANTILES = (0.1, 0.5, 0.9)
MOST_GAP = 0.01
NOT_TAKEN = "planned, and not taken: too dear, too late, or no gain"


@dataclass(frozen=True)
class Routes:
    """Routes side by side.

    Attributes
    ----------
    party : str
    basis : str
        Compute basis on which all is counted.
    dates : tuple of str
        Dates to whose end compute is counted: `by`, and the end of what is shown.
    ranking : str
        ``compute`` (most delivered by the first date) or ``cost`` (least cost per unit).
    rows : tuple of dict
        One per route, as `measure` gives them, with ``route``, ``label``, ``open``,
        ``why_closed``, ``rank``, ``quantiles``, ``cut_share`` and ``deals``; the mix last.
    flips : tuple of Flip
    manifest : dict
        What was asked, of which input.
    plans : dict of str to Plan
        By route; not part of the JSON.
    """

    party: str
    basis: str
    dates: tuple[str, ...]
    ranking: str
    rows: tuple[dict[str, Any], ...]
    flips: tuple[Flip, ...]
    manifest: dict[str, Any]
    plans: dict[str, Plan] = field(default_factory=dict, repr=False)

    def row(self, route: str) -> dict[str, Any]:
        """The measures of one route.

        Raises
        ------
        RangeError
            If there is no such route; names the nearest.
        """
        for row in self.rows:
            if row["route"] == route:
                return row
        close = nearest(route, [row["route"] for row in self.rows])
        raise RangeError(
            f'"{route}" is no route' + (f"; did you mean {close[0]}?" if close else "")
        )

    @property
    def best(self) -> dict[str, Any] | None:
        """The route that ranks first; the mix, which may use all means, does not rank."""
        return next((row for row in self.rows if row["rank"] == 1), None)

    def to_frame(self) -> pd.DataFrame:
        """One row per route, numbers in their units."""
        return pd.DataFrame([_flat(row, self.dates) for row in self.rows])

    def table(self) -> pd.DataFrame:
        """For people: the same columns for every route."""
        return table_for_people(self)

    def title(self) -> str:
        """The finding."""
        return finding(self)

    def to_json(self) -> dict[str, Any]:
        """Plain data, for ``--json``."""
        return {
            "party": self.party, "basis": self.basis, "dates": list(self.dates),
            "ranking": self.ranking, "best": self.best["route"] if self.best else None,
            "routes": [
                row | {"deals": [deal.to_json() for deal in row["deals"]]} for row in self.rows
            ],
            "flips": [flip.to_json() for flip in self.flips],
            "manifest": self.manifest,
        }  # fmt: skip

    def report(self, path: str | Path, force: bool = False) -> Path:
        """Write the one-file report: table, cash and compute curves, flip points."""
        import waferway

        return Path(waferway.write_routes_report(self, path, force=force))

    def __str__(self) -> str:
        return described(self)


def routes(
    network: Network,
    party: str,
    by: str | None = None,
    now: str | dt.date | None = None,
    until: str | None = None,
    *,
    budget_usd: float | None = None,
    basis: str | None = None,
    ranking: str = "compute",
    gap: float = 5e-3,
    draws: int = 40,
    seed: int = 0,
    flips: bool = False,
    only_routes: Sequence[str] | None = None,
    own_routes: Sequence[Route] = (),
    tokens: float | None = None,
    workers: int = 2,
    say: Callable[[str], None] | None = None,
) -> Routes:
    """Compare the ways one party may get compute.

    Rent, buy, reserve, design, partner, build, acquire, and the mix that the planner finds.
    Each route is a plan of the party's view of the same network, objective ``compute``, within
    the party's funds, with the means of all other routes closed.

    Parameters
    ----------
    network : Network
        Never changed. The party needs a fund, or `budget_usd` is given.
    party : str
    by : str, optional
        Label to whose end compute is counted for the ranking, for example ``2028Q4``. Default:
        the end of what is shown.
    now, until : str, optional
        Last day of history, and last day shown; as in `plan`.
    budget_usd : float, optional
        One more fund, without cost of capital, beside those of the network.
    basis : str, optional
        Compute basis; default: the network's setting.
    ranking : str
        ``compute`` or ``cost``.
    gap : float
        Relative gap of each plan, at most 0.01.
    draws : int
        Draws of the network's intervals on which the decisions of each route are evaluated; 0
        for none.
    seed : int
        Of the draws and of the solver, at least 0.
    flips : bool
        Also find the price and the date at which the ranking flips; takes many plans.
    only_routes : sequence of str, optional
        Names of the routes to plan; default: all.
    own_routes : sequence of Route, optional
        Further routes: any declared set of means.
    tokens : float, optional
        Output tokens that one unit of compute serves over its life; default: the shipped claims.
    workers : int
        Processes; the result is the same for any number.
    say : callable, optional
        Told what is being done.

    Returns
    -------
    Routes

    Raises
    ------
    InputError
        If the party is unknown, or has neither fund nor budget, or a route is unknown.
    RangeError
        If an argument is out of range.

    Examples
    --------
    >>> net = Network.build({
    ...     "party": [{"name": "lab", "kind": "lab"}, {"name": "vendor", "kind": "designer"},
    ...               {"name": "cloud", "kind": "cloud"}],
    ...     "item": [{"name": "chip", "unit": "chip", "kind": "package"},
    ...              {"name": "rented", "unit": "chip", "kind": "compute"}],
    ...     "weight": [{"basis": "h", "item": "chip", "weight": 2.0},
    ...                {"basis": "h", "item": "rented", "weight": 1.0}],
    ...     "offer": [{"name": "buy", "seller": "vendor", "item": "chip", "open_to": "lab"},
    ...               {"name": "rent", "seller": "cloud", "item": "rented", "open_to": "lab"}],
    ...     "offer_step": [{"offer": "buy", "step": 1, "price_usd": 10, "volume": 5},
    ...                    {"offer": "rent", "step": 1, "price_usd": 8, "volume": 5}],
    ...     "demand": [{"name": "need", "party": "lab", "basis": "h", "quantity": 100,
    ...                 "value_usd": 100}],
    ...     "fund": [{"name": "round", "party": "lab", "amount_usd": 100, "purpose": "chips"}]},
    ...     {"start": "2026Q1", "until": "2026Q4", "price_year": 2026, "compute_basis": "h"})
    >>> found = routes(net, "lab", draws=0, workers=1)
    >>> [(r["route"], round(r["delivered"]["2026Q4"], 1)) for r in found.rows if r["rank"]]
    [('buy', 20.0), ('rent', 12.5)]
    """
    _check(network, party, budget_usd, ranking, gap, draws, only_routes)
    last = str(until or network.setting("until") or "")
    if not last:
        raise RangeError('until is not known; pass until= or set it, for example "2030Q4"')
    first = str(by or last)
    if end_of(first) > end_of(last):
        raise RangeError(f"by is {first}, after the last day planned ({last}); give a later until")
    dates: tuple[str, ...] = (_label(first, by), _label(last, until))
    dates = dates if end_of(dates[0]) < end_of(dates[1]) else dates[:1]
    asked = {
        "party": party, "now": now, "until": last, "objective": "compute",
        "budget_usd": budget_usd, "basis": basis, "gap": gap, "seed": seed,
    }  # fmt: skip
    chosen = _chosen(network, party, only_routes, own_routes)
    per_unit = tokens_of_compute() if tokens is None else tokens
    jobs = [(network, route, asked, dates, per_unit, draws, seed, ranking) for route in chosen]
    live = [job for job in jobs if job[1].is_open]
    done = dict(zip([job[1].name for job in live], _run(live, workers, say), strict=True))
    rows, plans = [], {}
    for route in chosen:
        if not route.is_open:
            rows.append(_closed(route, dates, route.why_closed))
            continue
        row, plans[route.name] = done[route.name]
        rows.append(row)
    rows = _ranked(rows, ranking, dates[0])
    when = _signing(network, plans)
    for row in rows:
        row["deals"] = [] if not row["open"] else screened(
            network, party, sorted(row["used"]), plans[row["route"]], when)  # fmt: skip
        row["antitrust"] = _flag(row["deals"])
    found: tuple[Flip, ...] = ()
    if flips:
        found = flip_points(network, {r.name: r for r in chosen}, rows, asked, dates[0], ranking,
                            workers=workers, say=say)  # fmt: skip
    any_plan = next(iter(plans.values()), None)
    manifest = {
        "network_sha256": network.sha256, "scenarios": list(network.applied), "party": party,
        "now": any_plan.manifest["now"] if any_plan else None, "by": dates[0], "until": dates[-1],
        "ranking": ranking, "gap_asked": gap, "draws": draws, "seed": seed,
        "budget_usd": budget_usd, "objective": "compute", "tokens_per_compute": per_unit,
        "waferway": any_plan.manifest["waferway"] if any_plan else None,
    }  # fmt: skip
    used_basis = str(any_plan.manifest["basis"]) if any_plan else str(basis or "")
    return Routes(party, used_basis, dates, ranking, tuple(rows), found, manifest, plans)


def _label(text: str, given: str | None) -> str:
    """A date as asked for; a day from the settings as the year or quarter that it closes."""
    if given is not None:
        return str(given)
    day = end_of(text) - dt.timedelta(days=1)
    return f"{day.year}Q{(day.month + 2) // 3}" if (day + dt.timedelta(days=1)).day == 1 else text


def _check(
    network: Network, party: str, budget: float | None, ranking: str, gap: float, draws: int,
    names: Sequence[str] | None,
) -> None:  # fmt: skip
    if ranking not in RANKINGS:
        close = nearest(ranking, RANKINGS)
        raise RangeError(f'"{ranking}" is no ranking; use {" or ".join(RANKINGS)}'
                         + (f" (did you mean {close[0]}?)" if close else ""))  # fmt: skip
    if not 0 <= gap <= MOST_GAP:
        raise RangeError(
            f"gap is {gap}; routes are compared within {MOST_GAP:.0%}, so at most that"
        )
    if draws < 0:
        raise RangeError(f"draws is {draws}; it must be at least 0")
    standard_routes(network, party)  # names an unknown party
    funds = network.filled("fund")
    if budget is None and not funds["party"].isin(family(network, party)).any():
        raise InputError(
            [Fault(Place("fund"), f"{party} has no fund, and no budget was given",
                   "without a bound on money a route has no size: it would take all there is",
                   'pass budget_usd= (--budget "$9bn"), add a fund, or apply a scenario that has '
                   "one (--scenario)", kind="no-fund")],
            "no route was planned",
        )  # fmt: skip
    if budget is not None and not budget >= 0:
        raise RangeError(f"budget_usd is {budget}; it must be at least 0")
    del names


def _chosen(
    network: Network, party: str, names: Sequence[str] | None, own: Sequence[Route]
) -> list[Route]:  # fmt: skip
    every = [*standard_routes(network, party), *own]
    if names is None:
        return every
    known = [route.name for route in every]
    faults = []
    for name in names:
        if name not in known:
            close = nearest(name, known)
            faults.append(Fault(Place("route"), f'"{name}" is no route',
                                f"routes are: {', '.join(known)}",
                                f"did you mean {close[0]}?" if close else "",
                                kind="unknown-route"))  # fmt: skip
    if faults:
        raise InputError(faults, "no route was planned")
    return [route for route in every if route.name in names]


def _run(
    jobs: Sequence[tuple[Any, ...]], workers: int, say: Callable[[str], None] | None
) -> list[tuple[dict[str, Any], Plan]]:  # fmt: skip
    if workers <= 1 or len(jobs) <= 1:
        out = []
        for job in jobs:
            if say is not None:
                say(f"planning {job[1].name}")
            out.append(_one(*job))
        return out
    with ProcessPoolExecutor(min(workers, len(jobs)), get_context("spawn")) as pool:
        waiting = [pool.submit(_one, *job) for job in jobs[::-1]]  # the mix takes longest
        out = []
        for job, answer in zip(jobs[::-1], waiting, strict=True):
            out.append(answer.result())
            if say is not None:
                say(f"planned {job[1].name}")
        return out[::-1]


def _one(
    network: Network, route: Route, asked: dict[str, Any], dates: tuple[str, ...],
    tokens: float, draws: int, seed: int, ranking: str,
) -> tuple[dict[str, Any], Plan]:  # fmt: skip
    """One route: its plan, its measures, its decisions on draws."""
    taken, result, options = plan_route(network, route, asked, dates[0], ranking)
    row: dict[str, Any] = {
        "route": route.name, "label": route.label, "open": True, "why_closed": "", "rank": None,
        "option": "" if taken is route else taken.name, "options": options,
    }  # fmt: skip
    if not takes_core(result, taken):
        row = _closed(route, dates, NOT_TAKEN) | {"options": options}
        return row | {"gap": result.manifest["gap"]}, replace(result, program=None, solution=None)
    row |= measure(network, result, dates, tokens)
    row |= evaluate(result, dates, draws, seed, QUANTILES)
    return row, replace(result, program=None, solution=None)


def _closed(route: Route, dates: tuple[str, ...], why: str) -> dict[str, Any]:
    """A route that the network does not give the party: every measure unknown, never zero."""
    empty = dict.fromkeys(
        "cost_per_compute_usd cost_per_million_tokens_usd peak_cash_usd total_capital_usd "
        "net_present_cost_usd first_wafer first_delivery country supplier gap status rank "
        "cut_share quantiles".split()
    )
    lists: dict[str, Any] = {
        name: [] for name in ("binds", "rights", "qualifications", "periods", "compute_curve",
                              "cash_curve_usd")}  # fmt: skip
    return {
        "route": route.name, "label": route.label, "open": False, "option": "", "options": [],
        "why_closed": why,
        "delivered": dict.fromkeys(dates), **empty, **lists, "dependence": {}, "used": {},
    }  # fmt: skip


def _ranked(rows: list[dict[str, Any]], ranking: str, when: str) -> list[dict[str, Any]]:
    """Rows by rank, then those that deliver nothing or are closed, then the mix."""
    live = [
        r for r in rows if r["open"] and r["route"] != "mix" and (r["delivered"][when] or 0) > 0
    ]
    if ranking == "compute":
        live.sort(key=lambda r: (-r["delivered"][when], r["cost_per_compute_usd"]))
    else:
        live.sort(key=lambda r: (r["cost_per_compute_usd"], -r["delivered"][when]))
    for place, row in enumerate(live, start=1):
        row["rank"] = place
    mix = [r for r in rows if r["route"] == "mix"]
    return [*live, *(r for r in rows if r not in live and r not in mix), *mix]


def _signing(network: Network, plans: dict[str, Plan]) -> dt.date:
    """Day on which deals are taken to be notified: the day after history."""
    any_plan = next(iter(plans.values()), None)
    if any_plan is None:
        return dt.date.fromisoformat(str(network.setting("start")))
    return dt.date.fromisoformat(str(any_plan.manifest["now"])) + dt.timedelta(days=1)


def _flag(deals: Sequence[Screened]) -> str:
    """The worst flag of the deals of a route; ``no deal`` where there is none."""
    flags = [deal.flag for deal in deals]
    for flag in ("flagged", "depends on tail", "not screened", "clear"):
        if flag in flags:
            return flag
    return "no deal"


def _flat(row: dict[str, Any], dates: tuple[str, ...]) -> dict[str, Any]:
    out = {k: row[k] for k in ("rank", "route", "label", "open")}
    for when in dates:
        spread = (row["quantiles"] or {}).get(when, {})
        out |= {f"delivered_{when}": row["delivered"][when],
                **{f"{q}_{when}": spread.get(q, np.nan)
                   for q in ("p10", "p50", "p90")}}  # fmt: skip
    for name in ("cost_per_compute_usd", "cost_per_million_tokens_usd", "peak_cash_usd",
                 "total_capital_usd", "first_wafer", "first_delivery", "antitrust", "gap",
                 "why_closed"):  # fmt: skip
        out[name] = row[name]
    for kind in ("country", "supplier"):
        out[kind] = row[kind]["name"] if row[kind] else None
        out[f"{kind}_share"] = row[kind]["share"] if row[kind] else None
    return out
