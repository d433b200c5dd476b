"""Stocks and flows: which items can lie where, for whom, and how they get there.

Owns which pairs exist (the section "Places, stocks, activities" of the mathematics page) and the
arrays that go with them. Activities come from `activity_layout`; demands are for `service_layout`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from typing import Any

import numpy as np

from waferway.errors import RangeError
from waferway.network.parties import family
from waferway.planning.instance import Entries, Instance
from waferway.planning.lookups import country_of, dated_values, frame_of

__all__ = [
    "eligible_items",
    "expand_flows",
    "expand_stocks",
    "origins",
    "qualified_from",
    "usable_offers",
]


def expand_stocks(inst: Instance) -> None:
    """Items at places for owners, and which activity makes or takes them."""
    net = inst.network
    table = net.filled("recipe_item")
    item_of: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for key, recipe, item, role in zip(
        table.index, table["recipe"], table["item"], table["role"], strict=True
    ):
        item_of[recipe].append((key, item, role))
    restricted = set(net.filled("qualification")["item"])
    stocks: dict[tuple[str, str, str], int] = {}

    def stock(item: str, place: str, owner: str = "") -> int:
        return stocks.setdefault((item, place, owner), len(stocks))

    made: list[tuple[int, int, str, str]] = []
    taken: list[tuple[int, int, str]] = []
    act = inst.activity
    for a, (recipe, designer, place) in enumerate(
        zip(act["recipe"], act["designer"], act["place"], strict=True)
    ):
        for key, item, role in item_of[recipe]:
            if role == "out":
                made.append((stock(item, place), a, key, act["pair"][a]))
            else:
                owner = designer if item in restricted else ""
                taken.append((stock(item, place, owner), a, key))
    lying = net.filled("stock")
    for place, item in zip(lying["place"], lying["item"], strict=True):
        stock(item, place)
    for item, place in _delivered(inst):
        stock(item, place)
    for item, region in _regional(inst):
        stock(item, region)
    kinds = net.filled("item")["kind"]
    inst.stock = frame_of(
        [
            {"item": i, "kind": kinds[i], "place": p, "owner": o, "country": country_of(net, p)}
            for i, p, o in stocks
        ],
        "item kind place owner country",
    )
    opening = np.zeros(len(stocks))
    arrivals = np.zeros((len(stocks), inst.periods))
    flowing = net.values("stock", "arrivals", inst.calendar, inst.branch)
    for key, place, item, level in zip(
        lying.index, lying["place"], lying["item"], lying["opening"], strict=True
    ):
        h = stocks[item, place, ""]
        opening[h] = 0.0 if math.isnan(level) else level
        arrivals[h] = flowing.loc[key].to_numpy(dtype=float) * inst.months
    inst.a["opening_stock"], inst.a["arrivals"] = opening, arrivals
    quantity = net.values("recipe_item", "quantity_per_start", inst.calendar, inst.branch)
    good = net.values("recipe_item", "good_fraction", inst.calendar, inst.branch)
    factor = net.values("line_recipe", "good_fraction", inst.calendar, inst.branch)
    gross = {k: quantity.loc[k].to_numpy(dtype=float) for k in quantity.index}
    net_good = {k: gross[k] * good.loc[k].to_numpy(dtype=float) for k in good.index}
    on_line = {k: factor.loc[k].to_numpy(dtype=float) for k in factor.index}
    rows = np.array([m[0] for m in made], dtype=np.int64)
    cols = np.array([m[1] for m in made], dtype=np.int64)
    value = np.array([net_good[k] * on_line.get(pair, 1.0) for _, _, k, pair in made])
    lag = np.array([inst.lag(act["days"][a]) for a in cols], dtype=np.int64)
    inst.makes = Entries(rows, cols, value.reshape(len(made), inst.periods), lag)
    inst.takes = Entries(
        np.array([m[0] for m in taken], dtype=np.int64),
        np.array([m[1] for m in taken], dtype=np.int64),
        np.array([gross[k] for _, _, k in taken]).reshape(len(taken), inst.periods),
        np.zeros(len(taken), dtype=np.int64),
    )
    for name, entries in (("making", inst.makes), ("taking", inst.takes)):
        used = entries.value[:, inst.decided]
        if np.isnan(used).any():
            bad = int(np.argmax(np.isnan(used).any(axis=1)))
            recipe = act["recipe"][entries.cols[bad]]
            raise RangeError(f"{name} of recipe {recipe} is unknown in some period; give a value")
    inst.makes.value[np.isnan(inst.makes.value)] = 0.0
    inst.takes.value[np.isnan(inst.takes.value)] = 0.0


def usable_offers(inst: Instance) -> list[str]:
    """Offers of the view: all in a cut-down network, outside sellers only in the system view."""
    offers = inst.network.filled("offer")
    if inst.party:
        return list(offers.index)
    makers = set(inst.network.filled("line")["party"])
    return [
        k
        for k in offers.index
        if offers.loc[k, "seller"] not in makers and not offers.loc[k, "open_to"]
    ]


def _delivered(inst: Instance) -> list[tuple[str, str]]:
    """(item, place) that offers deliver."""
    offers = inst.network.filled("offer")
    return [
        (offers.loc[k, "item"], offers.loc[k, "place"] or offers.loc[k, "seller"])
        for k in usable_offers(inst)
        if offers.loc[k, "item"]
    ]


def eligible_items(inst: Instance, demand: str) -> dict[str, float]:
    """Items that may serve a demand, with their weight."""
    net = inst.network
    row = net.filled("demand").loc[demand]
    if row["item"]:
        weights = {row["item"]: 1.0}
    else:
        w = net.filled("weight")
        w = w[w["basis"] == row["basis"]]
        weights = dict(zip(w["item"], w["weight"].astype(float), strict=True))
    captive = net.filled("item")["captive_to"]
    return {
        item: weight
        for item, weight in weights.items()
        if weight > 0 and (not captive[item] or row["party"] in family(net, captive[item]))
    }


def _regional(inst: Instance) -> list[tuple[str, str]]:
    """(item, region) that regional demands can take."""
    demand = inst.network.filled("demand")
    return [
        (item, region)
        for name, region in zip(demand.index, demand["region"], strict=True)
        if region
        for item in eligible_items(inst, name)
    ]


def origins(inst: Instance) -> dict[str, set[str]]:
    """Places where each item can arise: made, lying or arriving, delivered by an offer."""
    found: dict[str, set[str]] = defaultdict(set)
    for h in inst.makes.rows:
        found[inst.stock["item"][h]].add(inst.stock["place"][h])
    lying = inst.network.filled("stock")
    for place, item in zip(lying["place"], lying["item"], strict=True):
        found[item].add(place)
    for item, place in _delivered(inst):
        found[item].add(place)
    return found


def _qualified(inst: Instance) -> dict[tuple[str, str, str], dt.date | None]:
    """(line, item, customer) to the first day; empty where nothing is restricted."""
    q = inst.network.filled("qualification")
    return {
        (line, item, customer): first
        for line, item, customer, first in zip(
            q["line"], q["item"], q["customer"], q["from_date"], strict=True
        )
    }


def qualified_from(inst: Instance) -> dict[tuple[str, str, str], int]:
    """(item, place, customer) to the ordinal day from which a line there may deliver."""
    rows = _qualified(inst)
    found: dict[tuple[str, str, str], int] = {}
    for h, a in zip(inst.makes.rows, inst.makes.cols, strict=True):
        item, place = inst.stock["item"][h], inst.stock["place"][h]
        line = inst.activity["line"][a]
        for (of_line, of_item, customer), first in rows.items():
            if (of_line, of_item) == (line, item):
                since = first.toordinal() if first else 0
                key = (item, place, customer)
                found[key] = min(since, found.get(key, since))
    return found


def expand_flows(inst: Instance) -> None:
    """Movements of items over lanes, and from the maker to the customer at one place."""
    net = inst.network
    lanes = net.filled("lane")
    by_ends: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, ends in enumerate(zip(lanes["from_place"], lanes["to_place"], strict=True)):
        by_ends[ends].append(i)
    kinds = net.filled("item")["kind"]
    index = {
        (i, p, o): h
        for h, (i, p, o) in enumerate(
            zip(inst.stock["item"], inst.stock["place"], inst.stock["owner"], strict=True)
        )
    }
    wants: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    for h in inst.takes.rows:
        item, place, owner = inst.stock.loc[h, ["item", "place", "owner"]]
        wants[item][place, owner] = int(h)
    for item, region in _regional(inst):
        wants[item][region, ""] = index[item, region, ""]
    arises, qualified = origins(inst), qualified_from(inst)
    country = {p: country_of(net, p) for p in inst.stock["place"].unique()}
    what = lanes["what"].tolist()
    rows: list[dict[str, Any]] = []
    for item in sorted(wants):
        for (to_place, owner), target in sorted(wants[item].items()):
            for from_place in sorted(arises[item]):
                since = qualified.get((item, from_place, owner)) if owner else 0
                if since is None or (from_place == to_place and not owner):
                    continue
                entry = {
                    "item": item, "kind": kinds[item], "from_place": from_place,
                    "to_place": to_place, "owner": owner, "source": index[item, from_place, ""],
                    "target": target, "since": since, "from_country": country[from_place],
                    "to_country": country[to_place],
                }  # fmt: skip
                if from_place == to_place:
                    rows.append({**entry, "lane": "", "lane_index": -1, "days": 0.0})
                    continue
                leaves = {"any", from_place, country[from_place]}
                enters = {"any", to_place, country[to_place]}
                pairs = ((s, e) for s in leaves for e in enters)
                for i in sorted({i for pair in pairs for i in by_ends.get(pair, [])}):
                    if what[i] in ("any", item, kinds[item]):
                        days = float(lanes["days"].iloc[i])
                        rows.append(
                            {**entry, "lane": lanes.index[i], "lane_index": i, "days": days}
                        )
    inst.flow = frame_of(
        rows,
        "item kind from_place to_place owner source target since from_country to_country lane "
        "lane_index days",
    )
    flow = inst.flow
    which = flow["lane_index"].to_numpy(dtype=int)
    keys = lanes.index.tolist()
    none = [None] * len(flow)
    opens = [lanes["from_date"].iloc[i] if i >= 0 else None for i in which]
    closes = [lanes["to_date"].iloc[i] if i >= 0 else None for i in which]
    middle = np.array([p.middle.toordinal() for p in inst.calendar])
    open_now = inst.window(opens or none, closes or none)
    open_now &= middle >= flow["since"].to_numpy(dtype=float)[:, None]
    inst.a["may_flow"] = (open_now & inst.decided).astype(float)
    freight = dated_values(inst, "lane", "freight_usd", keys)
    tariff = dated_values(inst, "lane", "tariff", keys)
    worth = np.nan_to_num(dated_values(inst, "item", "value_usd", flow["item"].tolist()))
    on_lane = (which >= 0)[:, None]
    safe = np.maximum(which, 0)
    none_there = np.zeros((len(flow), inst.periods))
    inst.a["freight"] = np.where(on_lane, freight[safe], 0.0) if keys else none_there
    inst.a["tariff"] = np.where(on_lane, tariff[safe] * worth, 0.0) if keys else none_there
    inst.a["lane_capacity"] = dated_values(inst, "lane", "capacity", keys) * inst.months
