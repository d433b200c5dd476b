"""Money that moves between the members of a coalition: margins on custom, public money.

Owns what is taken from a plan for it. Within a coalition such money only changes pockets.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np

from waferway.network.network import Network
from waferway.planning.plan import Plan
from waferway.planning.prices import restored
from waferway.studies.coalition_networks import cash_cost

__all__ = ["margin", "public_money"]


def margin(network: Network, alone: Plan, member: str) -> float:
    """What a member earns on what the party, alone, buys from it: price less cash cost, today."""
    _, _, instances = restored(alone)
    d = next(iter(instances.values()))
    at = {label: t for t, label in enumerate(alone.calendar.labels)}
    offer = network.filled("offer")
    total = 0.0
    volume = dict(zip(alone.tables["reservations"]["offer"],
                      alone.tables["reservations"]["volume"], strict=True))  # fmt: skip
    for e, name in enumerate(d.offer["offer"]):
        if name not in offer.index or offer.at[name, "seller"] != member:
            continue
        cost = cash_cost(network, offer.loc[name])
        if cost is None:
            continue
        paid = np.zeros(len(alone.calendar))
        rows = alone.tables["payments"]
        rows = rows[rows["offer"] == name]
        for period, usd in zip(rows["period"], rows["payment_usd"], strict=True):
            paid[at[period]] += float(usd)
        drawn = np.zeros(len(alone.calendar))
        rows = alone.tables["purchases"]
        rows = rows[rows["offer"] == name]
        for period, count in zip(rows["period"], rows["quantity"], strict=True):
            drawn[at[period]] += float(count)
        months = d.a["offer_open"][e] * d.months
        kept = float(volume.get(name, 0.0))
        ahead = float(d.offer["prepayment"].iloc[e])
        paid += float(d.offer["premium"].iloc[e]) * kept * months
        paid[d.first] += ahead * kept * float((d.a["first_price"][e] * months).sum())
        paid -= ahead * d.a["first_price"][e] * drawn
        total += float(((paid - cost * drawn) * d.delta).sum())
    return total


def public_money(done: Plan, inside: set[str]) -> float:
    """What states in the coalition pay towards its modules, less what that is worth at the end.

    Within a coalition a subsidy only moves money, so it is taken off its worth.
    """
    incentive = done.network.filled("incentive")
    if not incentive["state"].isin(inside).any() or not len(done.tables["orders"]):
        return 0.0
    _, _, instances = restored(done)
    d = next(iter(instances.values()))
    at = {label: t for t, label in enumerate(done.calendar.labels)}
    row = {name: b for b, name in enumerate(d.module["module"])}
    total = 0.0
    for name, period, count in done.tables["orders"][["module", "period", "orders"]].to_numpy():
        b, t = row[name], at[period]
        given = _uncapped_share(incentive, inside, d.module.iloc[b], _first_day(done, t))
        total += float(count) * given * float(d.a["price"][b, t] * d.a["worth"][b, t])
    for name, module, period, count in done.tables["incentives"].to_numpy():
        if incentive.at[name, "state"] in inside:
            b, t = row[module], at[period]
            share = float(incentive.at[name, "share_of_capex"])
            total += float(count) * share * float(d.a["price"][b, t] * d.a["worth"][b, t])
    return total


def _uncapped_share(incentive: Any, inside: set[str], module: Any, day: dt.date) -> float:
    """Share of a module's price that uncapped incentives of states in the coalition pay."""
    share = 0.0
    for row in incentive.itertuples():
        covers = row.place in (module["site"], module["country"])
        in_time = (not row.from_date or day >= row.from_date) and (
            not row.to_date or day <= row.to_date
        )
        if row.state in inside and math.isnan(row.amount_usd) and covers and in_time:
            share += float(row.share_of_capex)
    return share


def _first_day(done: Plan, t: int) -> dt.date:
    """First day of a period."""
    return done.calendar.periods[t].start
