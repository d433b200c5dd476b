"""What a plan did before a day, as the recorded past of a network.

Owns the turning of starts, deliveries, orders and stocks into `outturn` and `stock`.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pandas as pd

from waferway.errors import RangeError
from waferway.network.network import Network
from waferway.network.typed_rows import frame_of
from waferway.planning.plan import Plan
from waferway.planning.results import TINY

__all__ = ["as_history"]


def as_history(plan: Plan, network: Network, until: dt.date) -> Network:
    """A network in which all that a plan did before a day has happened.

    Parameters
    ----------
    plan : Plan
        Of `network`, in the system view, without branches.
    network : Network
    until : date
        First day that is left to decide; the first of a period of the plan.

    Returns
    -------
    Network
        With starts, deliveries and orders before that day as `outturn`, what lies in stock on it
        (and what is on its way, as if it had arrived) as opening `stock`, and `now` the day
        before. Stock of an item that only qualified suppliers may deliver lies with its maker.

    Raises
    ------
    RangeError
        If the day is not the first of a period, or the plan has branches or a party.
    """
    if plan.manifest["party"] or len(plan.branch_weights) > 1:
        raise RangeError("only a plan of the whole system, without branches, becomes history")
    if until not in {p.start for p in plan.calendar}:
        raise RangeError(f"{until} is not the first day of a period of the plan")
    past = {p.label for p, d in zip(plan.calendar, plan.decided, strict=True)
            if d and p.start < until}  # fmt: skip
    rows: list[dict[str, Any]] = []
    for table, measure, subject, of, amount in (
        ("starts", "starts", "recipe", "line", "starts"),
        ("served", "deliveries", "item", "demand", "served"),
        ("orders", "orders", "module", "", "orders"),
    ):
        frame = plan.tables[table]
        frame = frame[frame["period"].isin(past)]
        keys = [subject, *([of] if of else []), "period"]
        for key, quantity in frame.groupby(keys, sort=False)[amount].sum().items():
            names = dict(zip(keys, key, strict=True))
            rows.append(
                {"measure": measure, "subject": names[subject], "of": names.get(of, ""),
                 "period": names["period"], "quantity": float(quantity)}
            )  # fmt: skip
    recorded = network.table("outturn").to_dict("records")
    kept = [{str(c): v for c, v in row.items()} for row in recorded]
    changed = network.with_tables(
        {"outturn": frame_of("outturn", [*kept, *rows]), "stock": _lying(plan, network, until)}
    )
    return changed.with_settings(now=until - dt.timedelta(days=1))


def _lying(plan: Plan, network: Network, until: dt.date) -> pd.DataFrame:
    """The stock table on a day: what the plan has in stock and on its way at the end of before."""
    last = next(p for p in plan.calendar if p.end == until)
    makers = _makers(network)
    found: dict[tuple[str, str], float] = {}

    def add(place: str, item: str, owner: str, amount: float) -> None:
        at = makers.get((item, owner), place) if owner else place
        found[at, item] = found.get((at, item), 0.0) + amount

    stock = plan.tables["stock"]
    stock = stock[stock["period"] == last.label]
    for row in stock.itertuples():
        add(row.place, row.item, row.owner, float(row.stock))
    days = network.filled("lane")["days"]
    flows = plan.tables["flows"]
    flows = flows[(flows["period"] == last.label) & (flows["lane"] != "")]
    for row in flows.itertuples():
        share = min(float(days[row.lane]) / last.days, 1.0)
        if share > 0:
            add(row.to_place, row.item, row.owner, float(row.flow) * share)
    held = {
        (r["place"], r["item"]): r["arrivals"] for r in network.table("stock").to_dict("records")
    }
    rows = [
        {"place": place, "item": item, "opening": found.get((place, item), 0.0),
         "arrivals": held.get((place, item), math.nan)}
        for place, item in {**found, **held}
    ]  # fmt: skip
    return frame_of("stock", [row for row in rows if row["opening"] > TINY or row["arrivals"] > 0])


def _makers(network: Network) -> dict[tuple[str, str], str]:
    """Place of a qualified maker of an item for a customer, the first that was qualified."""
    line = network.filled("line")
    rows = network.filled("qualification").to_dict("records")
    rows.sort(key=lambda r: (r["from_date"] or dt.date.min, r["line"]))
    out: dict[tuple[str, str], str] = {}
    for row in rows:
        place = line.at[row["line"], "site"] or line.at[row["line"], "party"]
        out.setdefault((row["item"], row["customer"]), str(place))
    return out
