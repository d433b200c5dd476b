"""Activities, stocks, flows and services: the rules of existence.

Owns which pairs exist (the section "Places, stocks, activities" of the mathematics page) and the
arrays that go with them.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd

from waferway.errors import RangeError
from waferway.planning.instance import (
    DAYS_PER_MONTH,
    Array,
    Entries,
    Instance,
    outturn_amounts,
)
from waferway.planning.lookups import country_of, dated_values, family, frame_of, lines_of

__all__ = [
    "expand_activities",
    "expand_flows",
    "expand_needs",
    "expand_services",
    "expand_stocks",
    "usable_offers",
]


def expand_activities(inst: Instance) -> None:
    """Recipes on lines: what can be started where, and when."""
    net = inst.network
    recipe, pair_table = net.filled("recipe"), net.filled("line_recipe")
    listed: dict[str, set[str]] = defaultdict(set)
    for line, name in zip(pair_table["line"], pair_table["recipe"], strict=True):
        listed[name].add(line)
    further: dict[str, list[tuple[str, float]]] = defaultdict(list)
    use_table = net.filled("recipe_use")
    for name, technology, amount in zip(
        use_table["recipe"], use_table["technology"], use_table["capacity_per_start"], strict=True
    ):
        further[name].append((technology, float(amount)))
    by_technology: dict[str, list[int]] = defaultdict(list)
    at_place: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, (technology, place) in enumerate(
        zip(inst.line["technology"], inst.line["place"], strict=True)
    ):
        by_technology[technology].append(i)
        at_place[place, technology].append(i)
    reachable = _reached_lines(inst)
    line_records = inst.line[
        ["line", "technology", "family", "place", "country", "party", "owned"]
    ].to_dict(orient="records")
    rows: list[dict[str, Any]] = []
    for name, r in recipe.iterrows():
        for i in by_technology[r["technology"]]:
            line = line_records[i]
            if listed[str(name)] and line["line"] not in listed[str(name)]:
                continue
            if not line["owned"] and line["line"] not in reachable:
                continue
            if any(not at_place[str(line["place"]), k] for k, _ in further[str(name)]):
                continue
            key = f"{line['line']}/{name}"
            listed_here = key in pair_table.index
            pair = pair_table.loc[key] if listed_here else None
            cycle = r["cycle_days"]
            if pair is not None and not math.isnan(pair["cycle_days"]):
                cycle = pair["cycle_days"]
            rows.append(
                {
                    "recipe": name, "designer": r["party"],
                    **line,
                    "line_index": i, "use": float(r["capacity_per_start"]),
                    "days": float(cycle), "pair": key if listed_here else "",
                    "needs_right": bool(r["needs_right"]),
                    "group": r["reuse_group"] or name,
                    "from_date": r["from_date"], "to_date": r["to_date"],
                    "pair_from": pair["from_date"] if pair is not None else None,
                    "pair_to": pair["to_date"] if pair is not None else None,
                }
            )  # fmt: skip
    inst.activity = frame_of(
        rows,
        "recipe designer line technology family place country party owned line_index use days "
        "pair needs_right group from_date to_date pair_from pair_to",
    )
    act = inst.activity
    allowed = inst.window(act["from_date"], act["to_date"]) & inst.window(
        act["pair_from"], act["pair_to"]
    )
    inst.a["may_start"] = (allowed & inst.decided).astype(float)
    use = act["use"].to_numpy(dtype=float)[:, None]
    variable = dated_values(inst, "recipe", "variable_usd", act["recipe"].tolist())
    lines = act["line_index"].to_numpy(dtype=int)
    inst.a["start_cost"] = variable + use * inst.a["line_variable"][lines]
    history = np.zeros((len(act), inst.periods))
    for a, (name, line_name) in enumerate(zip(act["recipe"], act["line"], strict=True)):
        recorded = outturn_amounts(inst, "starts", name, line_name)
        if recorded is not None:
            history[a] = recorded
    inst.a["past_starts"] = history
    _expand_shared_pools(inst, further, at_place)
    _expand_activations(inst)


def _reached_lines(inst: Instance) -> set[str]:
    """Lines of others that offers of capacity or stakes on offer reach."""
    offers, stakes = inst.network.filled("offer"), inst.network.filled("stake")
    found = set(offers["line"]) - {""}
    for owned, price in zip(stakes["owned"], stakes["price_usd"], strict=True):
        if not math.isnan(price):
            found |= set(lines_of(inst, owned))
    return found


def _expand_shared_pools(
    inst: Instance,
    further: dict[str, list[tuple[str, float]]],
    at_place: dict[tuple[str, str], list[int]],
) -> None:
    """Places and technologies that further use draws on: rows of (activity, pool, use)."""
    pools: dict[tuple[str, str], int] = {}
    rows, cols, amounts = [], [], []
    for a, (name, place) in enumerate(
        zip(inst.activity["recipe"], inst.activity["place"], strict=True)
    ):
        for technology, amount in further[name]:
            pool = pools.setdefault((place, technology), len(pools))
            rows.append(pool)
            cols.append(a)
            amounts.append(amount)
    for (place, technology), pool in list(pools.items()):
        for a, (p, k, use) in enumerate(
            zip(inst.activity["place"], inst.activity["technology"], inst.activity["use"],
                strict=True)
        ):  # fmt: skip
            if (p, k) == (place, technology):
                rows.append(pool)
                cols.append(a)
                amounts.append(use)
    value = np.repeat(np.array(amounts, dtype=float)[:, None], inst.periods, axis=1)
    inst.a["pool_use"] = value.reshape(len(rows), inst.periods)
    inst.a["pool_rows"] = np.array(rows, dtype=np.int64)
    inst.a["pool_cols"] = np.array(cols, dtype=np.int64)
    inst.pools = [at_place[key] for key in pools]


def _expand_activations(inst: Instance) -> None:
    table = inst.network.filled("recipe")
    act = inst.activity
    cost: dict[str, float] = {}
    for name, group in zip(act["recipe"], act["group"], strict=True):
        cost[group] = max(cost.get(group, 0.0), float(table.loc[name, "activation_usd"]))
    started = {
        group for group, past in zip(act["group"], inst.a["past_starts"], strict=True) if past.any()
    }
    outturn = inst.network.filled("outturn")
    ran = set(outturn.loc[outturn["measure"] == "starts", "subject"])
    started |= {table.loc[n, "reuse_group"] or n for n in ran if n in table.index}
    groups = [g for g, usd in cost.items() if usd > 0 and g not in started]
    inst.activation = pd.DataFrame({"group": groups, "cost": [cost[g] for g in groups]})
    position = {g: i for i, g in enumerate(groups)}
    act["activation"] = [position.get(g, -1) for g in act["group"]]


def _qualified(inst: Instance) -> dict[tuple[str, str, str], dt.date | None]:
    """(line, item, customer) to the first day; empty where nothing is restricted."""
    q = inst.network.filled("qualification")
    return {
        (line, item, customer): first
        for line, item, customer, first in zip(
            q["line"], q["item"], q["customer"], q["from_date"], strict=True
        )
    }


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


# -- flows and services -------------------------------------------------------------------


def _origins(inst: Instance) -> dict[str, set[str]]:
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


def _qualified_from(inst: Instance) -> dict[tuple[str, str, str], int]:
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
    origins, qualified = _origins(inst), _qualified_from(inst)
    country = {p: country_of(net, p) for p in inst.stock["place"].unique()}
    what = lanes["what"].tolist()
    rows: list[dict[str, Any]] = []
    for item in sorted(wants):
        for (to_place, owner), target in sorted(wants[item].items()):
            for from_place in sorted(origins[item]):
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


def expand_needs(inst: Instance) -> None:
    """Need and worth of every demand of the branch."""
    keys = inst.demand["demand"].tolist()
    need = dated_values(inst, "demand", "quantity", keys)
    inst.a["known_demand"] = (~np.isnan(need)).astype(float)
    flows = (inst.demand["measure"] == "flow").to_numpy(dtype=bool)[:, None]
    inst.a["need"] = np.nan_to_num(np.where(flows, need * inst.months, need))
    worth = dated_values(inst, "demand", "value_usd", keys)
    wanting = np.isnan(worth) & (np.nan_to_num(need) > 0) & inst.decided
    if wanting.any():
        bad = keys[int(np.argmax(wanting.any(axis=1)))]
        raise RangeError(f"the value of demand {bad} is unknown in some period; give value_usd")
    inst.a["unserved_worth"] = np.nan_to_num(np.where(flows, worth, worth * inst.months))


def expand_services(inst: Instance) -> None:
    """Demands, and which stock may serve which."""
    net = inst.network
    table = net.filled("demand")
    inst.demand = table.reset_index(drop=True)[
        ["name", "party", "segment", "region", "item", "basis", "measure", "must_serve"]
    ].rename(columns={"name": "demand"})
    expand_needs(inst)
    index: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for h, (item, place, owner) in enumerate(
        zip(inst.stock["item"], inst.stock["place"], inst.stock["owner"], strict=True)
    ):
        if not owner:
            index[item].append((h, place))
    origins, qualified = _origins(inst), _qualified_from(inst)
    restricted = set(net.filled("qualification")["item"])
    rows: list[dict[str, Any]] = []
    for j, d in inst.demand.iterrows():
        for item, weight in eligible_items(inst, d["demand"]).items():
            for h, place in index[item]:
                since: int | None = 0
                if d["region"] and place != d["region"]:
                    continue
                if not d["region"] and place not in origins[item]:
                    continue
                if item in restricted and d["party"] and not d["region"]:
                    since = qualified.get((item, place, d["party"]))
                if since is None:
                    continue
                rows.append(
                    {
                        "demand": d["demand"], "demand_index": j, "stock_index": h,
                        "item": item, "kind": inst.stock["kind"][h], "place": place,
                        "country": inst.stock["country"][h], "weight": weight, "since": since,
                        "segment": d["segment"], "basis": d["basis"], "region": d["region"],
                        "customer": d["party"],
                    }
                )  # fmt: skip
    inst.serve = frame_of(
        rows,
        "demand demand_index stock_index item kind place country weight since segment basis "
        "region customer",
    )
    serve = inst.serve
    middle = np.array([p.middle.toordinal() for p in inst.calendar])
    allowed = middle >= serve["since"].to_numpy(dtype=float)[:, None]
    inst.a["may_serve"] = (allowed & inst.decided).astype(float)
    history = np.zeros((len(serve), inst.periods))
    pairs = serve.groupby(["demand", "item"], sort=False).indices if len(serve) else {}
    for (name, item), members in pairs.items():
        recorded = outturn_amounts(inst, "deliveries", item, name)
        if recorded is not None:
            history[members] = recorded / len(members)
    inst.a["past_served"] = history
    inst.a["served_mw"] = dated_values(inst, "item", "power_kw", serve["item"].tolist()) / 1000.0
    inst.a["survival"] = _survival(inst)


def _survival(inst: Instance) -> Array:
    """Share of deliveries of period t' still in service in t, shape (J, T, T)."""
    out = np.zeros((len(inst.demand), inst.periods, inst.periods))
    middles = [p.middle.toordinal() for p in inst.calendar]
    for j, (name, measure) in enumerate(
        zip(inst.demand["demand"], inst.demand["measure"], strict=True)
    ):
        if measure != "stock":
            continue
        ages, shares = inst.network.aged("demand", "survival", name)
        for s in range(inst.periods):
            out[j, s, s] = 1.0
            for t in range(s + 1, inst.periods):
                age = (middles[t] - middles[s]) / DAYS_PER_MONTH
                step = int(np.searchsorted(ages, age, side="right")) - 1
                out[j, s, t] = shares[step] if step >= 0 else 1.0
    return out
