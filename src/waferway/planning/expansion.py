"""Tables to activities, stocks, flows, services and contracts: the rules of existence.

Owns which pairs exist (the section "Places, stocks, activities" of the mathematics page) and
the arrays that go with them. Each function fills one part of an `Instance`, in order.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd

from waferway.calendar import day
from waferway.errors import RangeError
from waferway.network.network import Network
from waferway.planning.instance import (
    DAYS_PER_MONTH,
    DAYS_PER_YEAR,
    Array,
    Entries,
    Instance,
    outturn_amounts,
)

__all__ = [
    "expand_activities",
    "expand_capacity",
    "expand_contracts",
    "expand_flows",
    "expand_line_offers",
    "expand_lines",
    "expand_money",
    "expand_needs",
    "expand_services",
    "expand_stocks",
    "family",
]


def family(network: Network, party: str) -> set[str]:
    """A party and all it owns through `parent`, at any depth."""
    parents = network.filled("party")["parent"]
    found = {party}
    while True:
        more = {name for name, parent in parents.items() if parent in found} - found
        if not more:
            return found
        found |= more


def _value(inst: Instance, table: str, column: str, keys: list[str]) -> Array:
    """Dated values of some rows of a table, shape (len(keys), T)."""
    values = inst.network.values(table, column, inst.calendar, inst.branch)
    found: Array = values.loc[keys].to_numpy(dtype=float)
    return found.reshape(len(keys), inst.periods)


def _frame(rows: list[dict[str, Any]], columns: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split())


def _country(network: Network, place: str) -> str:
    for table in ("site", "party"):
        if place in network.filled(table).index:
            return str(network.filled(table).loc[place, "country"])
    return place


# -- capacity -----------------------------------------------------------------------------


def expand_lines(inst: Instance) -> None:
    """Lines, modules, openings, and the capacity that orders of each period bring."""
    net = inst.network
    technology = net.filled("technology")
    rows = []
    for name, line in net.filled("line").iterrows():
        place = line["site"] or line["party"]
        rows.append(
            {
                "line": name,
                "technology": line["technology"],
                "family": technology.loc[line["technology"], "family"],
                "place": place,
                "country": _country(net, place),
                "party": line["party"],
                "site": line["site"],
                "owned": inst.owned(str(name)),
                "may_retire": bool(line["may_retire"]),
            }
        )
    inst.line = _frame(rows, "line technology family place country party site owned may_retire")
    keys = inst.line["line"].tolist()
    owned = inst.line["owned"].to_numpy(dtype=bool)[:, None]
    expand_capacity(inst)
    inst.a["fixed"] = np.where(owned, _value(inst, "line", "fixed_usd", keys), 0.0)
    inst.a["line_variable"] = np.where(owned, _value(inst, "line", "variable_usd", keys), 0.0)
    for column in ("mw_per_unit", "water_per_unit"):
        inst.a[column] = net.filled("line").loc[keys, column].to_numpy(dtype=float)
    _expand_openings(inst)
    _expand_modules(inst)


def expand_capacity(inst: Instance) -> None:
    """Existing capacity of the branch, and how much of it may be retired."""
    net = inst.network
    keys = inst.line["line"].tolist()
    owned = inst.line["owned"].to_numpy(dtype=bool)[:, None]
    inst.a["capacity"] = _value(inst, "line", "capacity", keys)
    inst.a["existing"] = np.where(owned, inst.a["capacity"], 0.0)
    # Retirement is common to all branches: at most what stands in every one of them.
    leaves = [
        net.values("line", "capacity", inst.calendar, leaf).loc[keys].to_numpy(dtype=float)
        for leaf, _ in net.leaves
        if inst.line["may_retire"].any()
    ]
    least = np.min(leaves, axis=0) if leaves else inst.a["capacity"]
    inst.a["retirable"] = np.where(owned, least.reshape(inst.a["capacity"].shape), 0.0)


def _expand_openings(inst: Instance) -> None:
    site = inst.network.filled("site")
    used = set(inst.line.loc[inst.line["owned"], "site"])
    names = [s for s in site.index if s in used and not math.isnan(site.loc[s, "opening_usd"])]
    inst.opening = pd.DataFrame(
        {"site": names, "cost": [float(site.loc[s, "opening_usd"]) for s in names]}
    )
    theta = np.zeros((len(names), inst.periods, inst.periods))
    for i, name in enumerate(names):
        for t in range(inst.periods):
            if inst.decided[t]:
                theta[i, t] = inst.share_from(t, float(site.loc[name, "opening_days"]))
    inst.a["theta"] = theta
    position = {name: i for i, name in enumerate(names)}
    inst.line["opening"] = [position.get(s, -1) for s in inst.line["site"]]


def _service(inst: Instance, since: float, until: float, ages: Array, shares: Array) -> Array:
    """Average of a ramp over each period, in service between two days; shape (T,)."""
    start = np.array([p.start.toordinal() for p in inst.calendar], dtype=float)
    end = np.array([p.end.toordinal() for p in inst.calendar], dtype=float)
    if ages[0] > 0:  # before its first row a ramp is 1, its default
        ages, shares = np.append(0.0, ages), np.append(1.0, shares)
    edges = [since + age * DAYS_PER_MONTH for age in ages] + [np.inf]
    out = np.zeros(inst.periods)
    for low, high, share in zip(edges, edges[1:], shares, strict=False):
        high = min(high, until)
        overlap = np.clip(np.minimum(end, high) - np.maximum(start, low), 0.0, None)
        out += share * overlap
    averaged: Array = out / (end - start)
    return averaged


def _expand_modules(inst: Instance) -> None:
    net = inst.network
    table = net.filled("module")
    index = {name: i for i, name in enumerate(inst.line["line"])}
    keys = [k for k in table.index if inst.owned(str(table.loc[k, "line"]))]
    count = len(keys)
    t_count = inst.periods
    rows = []
    kappa = np.zeros((count, t_count, t_count))
    kappa_full = np.zeros((count, t_count, t_count))
    ordered = np.zeros((len(inst.line), t_count))
    paid = np.zeros((count, t_count, t_count))
    worth = np.zeros((count, t_count))
    allowed = np.zeros((count, t_count), dtype=bool)
    outturn = net.filled("outturn")
    past = outturn[outturn["measure"] == "orders"]
    horizon = inst.years(inst.calendar.end)
    timing: dict[tuple[Any, ...], tuple[Array, Array, Array, Array]] = {}
    records = dict(zip(keys, table.loc[keys].to_dict(orient="records"), strict=True))
    line_records = inst.line[
        ["line", "technology", "family", "place", "country", "party", "site", "opening"]
    ].to_dict(orient="records")
    for b, key in enumerate(keys):
        m = records[key]
        ages, ramp = net.aged("module", "ramp", key)
        pay = net.aged("module", "payments", key)
        lead, life = float(m["lead_days"]), float(m["life_years"])
        line, giver = index[m["line"]], index.get(m["exchange_line"], -1)
        # Many modules share lead, life, ramp and payments: their shares over time are one.
        same = (lead, life, *(tuple(x) for x in (ages, ramp, *pay)))
        if same not in timing:
            timing[same] = _timing(inst, lead, life, (ages, ramp), pay, horizon)
        at_ramp, at_full, paid[b], worth[b] = timing[same]
        kappa[b], kappa_full[b] = m["size"] * at_ramp, m["size"] * at_full
        early, late = m["earliest"], m["latest"]
        allowed[b] = [
            bool(d) and (not early or p.start >= early) and (not late or p.start <= late)
            for p, d in zip(inst.calendar, inst.decided, strict=True)
        ]
        done = 0.0
        mine = past[past["subject"] == key]
        for label, quantity in zip(mine["period"], mine["quantity"], strict=True):
            since = day(label).toordinal() + lead
            until = since + life * DAYS_PER_YEAR
            ordered[line] += quantity * m["size"] * _service(inst, since, until, ages, ramp)
            if giver >= 0:
                gone = _service(inst, since, until, *ALWAYS)
                ordered[giver] -= quantity * m["size"] * m["exchange_per_unit"] * gone
            done += quantity
        left = math.inf if math.isnan(m["total"]) else max(0.0, m["total"] - done)
        rows.append(
            {
                "module": key,
                **line_records[line],
                "line_index": line,
                "exchange_index": giver,
                "exchange": float(m["exchange_per_unit"]),
                "size": float(m["size"]),
                "left": left,
            }
        )  # fmt: skip
    inst.module = _frame(
        rows,
        "module line technology family place country party site opening line_index "
        "exchange_index exchange size left",
    )
    inst.a |= {
        "kappa": kappa, "kappa_full": kappa_full, "ordered": ordered, "paid": paid,
        "worth": worth,
    }  # fmt: skip
    inst.a["price"] = _value(inst, "module", "capex_usd", keys)
    inst.a["may_order"] = allowed.astype(float)
    years = np.array([p.start.year for p in inst.calendar])
    yearly = np.full((count, t_count), np.inf)
    for leaf, _ in net.leaves:  # orders are common: the bound of every leaf holds
        values = net.values("module", "orders_per_year", inst.calendar, leaf)
        rate = values.loc[keys].to_numpy(dtype=float).reshape(count, t_count)
        for year in sorted(set(years)):
            now = years == year
            known = ~np.isnan(rate[:, now])
            some = known.any(axis=1)
            mean = np.nansum(rate[some][:, now], axis=1) / known[some].sum(axis=1)
            bound = np.floor(mean + 1e-9)[:, None]
            yearly[np.ix_(some, now)] = np.minimum(yearly[np.ix_(some, now)], bound)
    inst.a["yearly"] = yearly
    most = np.minimum(yearly, inst.module["left"].to_numpy(dtype=float)[:, None])
    inst.a["most_orders"] = np.where(allowed & inst.decided, most, 0.0)


ALWAYS = (np.array([0.0]), np.array([1.0]))
"""A step function of age that is 1 from the start."""


def _timing(
    inst: Instance,
    lead: float,
    life: float,
    ramp: tuple[Array, Array],
    pay: tuple[Array, Array],
    horizon: float,
) -> tuple[Array, Array, Array, Array]:
    """Shares over time of an order placed in each period.

    Capacity with and without ramp and the price paid, each (T, T) from period of the order to
    period; discounted price less end value per price, (T,).
    """
    t_count = inst.periods
    at_ramp, at_full, paid = (np.zeros((t_count, t_count)) for _ in range(3))
    worth = np.zeros(t_count)
    for t, p in enumerate(inst.calendar):
        if not inst.decided[t]:
            continue
        since = p.start.toordinal() + lead
        until = since + life * DAYS_PER_YEAR
        at_ramp[t] = _service(inst, since, until, *ramp)
        at_full[t] = _service(inst, since, until, *ALWAYS)
        factor = 0.0
        for age, share in zip(*pay, strict=True):
            when = p.start + dt.timedelta(days=math.floor(age * DAYS_PER_MONTH))
            slot = inst.calendar.find(when)
            if slot < t_count:
                paid[t, slot] += share
                factor += share * inst.delta[slot]
            else:
                factor += share * float(inst.discount(inst.years(when)))
        first = inst.years(p.start) + lead / DAYS_PER_YEAR
        worth[t] = factor - _end_value(inst.rate, life, first, horizon)
    return at_ramp, at_full, paid, worth


def _end_value(rate: float, life: float, first: float, horizon: float) -> float:
    """Worth today of the annuities of one module that the calendar leaves unused, per price.

    A 300 M module of 10 years at 8 %, used for 4, keeps 206.7 M then and 151.9 M today.
    """
    left = max(0.0, min(life, life - (horizon - first)))
    if left == 0.0:
        return 0.0
    if rate == 0.0:
        return left / life
    recovery = rate / (1.0 - (1.0 + rate) ** -life)
    unused = (1.0 - (1.0 + rate) ** -left) / rate
    return float(recovery * unused * (1.0 + rate) ** -max(horizon, first))


# -- activities and stocks ----------------------------------------------------------------


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
    inst.activity = _frame(
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
    variable = _value(inst, "recipe", "variable_usd", act["recipe"].tolist())
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


def lines_of(inst: Instance, owned: str) -> list[str]:
    """Lines that a stake in a party, a site or a line covers."""
    line = inst.line
    hit = (line["line"] == owned) | (line["site"] == owned) | (line["party"] == owned)
    return [str(name) for name in line.loc[hit, "line"]]


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
    inst.stock = _frame(
        [
            {"item": i, "kind": kinds[i], "place": p, "owner": o, "country": _country(net, p)}
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


def _usable_offers(inst: Instance) -> list[str]:
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
        for k in _usable_offers(inst)
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
    country = {p: _country(net, p) for p in inst.stock["place"].unique()}
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
    inst.flow = _frame(
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
    freight = _value(inst, "lane", "freight_usd", keys)
    tariff = _value(inst, "lane", "tariff", keys)
    worth = np.nan_to_num(_value(inst, "item", "value_usd", flow["item"].tolist()))
    on_lane = (which >= 0)[:, None]
    safe = np.maximum(which, 0)
    none_there = np.zeros((len(flow), inst.periods))
    inst.a["freight"] = np.where(on_lane, freight[safe], 0.0) if keys else none_there
    inst.a["tariff"] = np.where(on_lane, tariff[safe] * worth, 0.0) if keys else none_there
    inst.a["lane_capacity"] = _value(inst, "lane", "capacity", keys) * inst.months


def expand_needs(inst: Instance) -> None:
    """Need and worth of every demand of the branch."""
    keys = inst.demand["demand"].tolist()
    need = _value(inst, "demand", "quantity", keys)
    inst.a["known_demand"] = (~np.isnan(need)).astype(float)
    flows = (inst.demand["measure"] == "flow").to_numpy(dtype=bool)[:, None]
    inst.a["need"] = np.nan_to_num(np.where(flows, need * inst.months, need))
    worth = _value(inst, "demand", "value_usd", keys)
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
    inst.serve = _frame(
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
    inst.a["served_mw"] = _value(inst, "item", "power_kw", serve["item"].tolist()) / 1000.0
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


# -- contracts and money -----------------------------------------------------------------


def expand_contracts(inst: Instance) -> None:
    """Offers with their steps, commitments, rights and stakes on sale."""
    net = inst.network
    table, steps = net.filled("offer"), net.filled("offer_step")
    index = {
        (i, p): h
        for h, (i, p, o) in enumerate(
            zip(inst.stock["item"], inst.stock["place"], inst.stock["owner"], strict=True)
        )
        if not o
    }
    line_index = {name: i for i, name in enumerate(inst.line["line"])}
    offers, purchases = [], []
    signing = inst.calendar.periods[inst.first].start
    for key in _usable_offers(inst):
        o = table.loc[key]
        reserve_until = o["sign_by"]
        offers.append(
            {
                "offer": key, "seller": o["seller"], "item": o["item"], "line": o["line"],
                "line_index": line_index.get(o["line"], -1),
                "stock_index": index.get((o["item"], o["place"] or o["seller"]), -1),
                "reserve": bool(o["reserve"]), "premium": float(o["premium_usd"]),
                "prepayment": float(o["prepayment"]), "floor": float(o["floor"]),
                "signable": not reserve_until or reserve_until >= signing,
                "from_date": o["from_date"], "to_date": o["to_date"],
                "lag": inst.lag(float(o["lead_days"])) if o["item"] else 0,
            }
        )  # fmt: skip
        mine = steps[steps["offer"] == key].sort_values("step")
        purchases += [
            {"offer": key, "step": int(step), "offer_index": len(offers) - 1, "key": k}
            for k, step in zip(mine.index, mine["step"], strict=True)
        ]
    inst.offer = _frame(
        offers,
        "offer seller item line line_index stock_index reserve premium prepayment floor signable "
        "from_date to_date lag",
    )
    inst.purchase = _frame(purchases, "offer step offer_index key")
    which = inst.purchase["offer_index"].to_numpy(dtype=int)
    keys = inst.purchase["key"].tolist()
    window = inst.window(inst.offer["from_date"], inst.offer["to_date"]) & inst.decided
    inst.a["offer_open"] = window.astype(float)
    volume = _value(inst, "offer_step", "volume", keys) * inst.months
    inst.a["volume"] = np.where(window[which], np.where(np.isnan(volume), np.inf, volume), 0.0)
    price = _value(inst, "offer_step", "price_usd", keys)
    if (np.isnan(price) & window[which]).any():
        bad = keys[int(np.argmax((np.isnan(price) & window[which]).any(axis=1)))]
        raise RangeError(f"the price of offer step {bad} is unknown in some period it is open")
    inst.a["offer_price"] = np.nan_to_num(price)
    first_price = np.zeros((len(inst.offer), inst.periods))
    for q in reversed(range(len(inst.purchase))):
        first_price[which[q]] = inst.a["offer_price"][q]
    inst.a["first_price"] = first_price
    _expand_commitments(inst)
    expand_line_offers(inst)
    _expand_rights(inst)


def _expand_commitments(inst: Instance) -> None:
    table = inst.network.filled("commitment")
    line_index = {name: i for i, name in enumerate(inst.line["line"])}
    binding = table[table["force"] != "letter_of_intent"]
    keys = list(binding.index)
    inst.commitment = binding.reset_index(drop=True)[
        ["name", "customer", "supplier", "line", "item", "force", "price_usd",
         "from_date", "to_date"]
    ].rename(columns={"name": "commitment"})  # fmt: skip
    inst.commitment["line_index"] = [line_index.get(x, -1) for x in inst.commitment["line"]]
    window = inst.window(inst.commitment["from_date"], inst.commitment["to_date"])
    quantity = np.nan_to_num(_value(inst, "commitment", "quantity", keys)) * inst.months
    inst.a["committed"] = np.where(window & inst.decided, quantity, 0.0)


def expand_line_offers(inst: Instance) -> None:
    """What the bookings of others leave of a line, times the standing share."""
    share = _value(inst, "offer", "share", inst.offer["offer"].tolist())
    room = np.full((len(inst.offer), inst.periods), np.inf)
    own = family(inst.network, inst.party) if inst.party else set()
    for e, line in enumerate(inst.offer["line_index"]):
        if line < 0:
            continue
        booked = np.zeros(inst.periods)
        for o, (other, customer) in enumerate(
            zip(inst.commitment["line_index"], inst.commitment["customer"], strict=True)
        ):
            if other == line and customer not in own:
                booked += inst.a["committed"][o]
        total = (inst.a["capacity"][line] + inst.a["ordered"][line]) * inst.months
        room[e] = share[e] * np.clip(total - booked, 0.0, None)
    inst.a["offer_room"] = room


def _expand_rights(inst: Instance) -> None:
    """Rights and stakes on sale, and from when those bought in each period count."""
    net = inst.network
    shape = (inst.periods, inst.periods)
    own = family(net, inst.party) if inst.party else set()
    rights = net.filled("right")
    sale = [
        k for k in rights.index
        if inst.party and rights.loc[k, "party"] in own
        and not math.isnan(rights.loc[k, "cost_usd"])
    ]  # fmt: skip
    inst.right = _frame(
        [
            {"right": k, "what": rights.loc[k, "what"], "cost": float(rights.loc[k, "cost_usd"]),
             "from_date": rights.loc[k, "from_date"]}
            for k in sale
        ],
        "right what cost from_date",
    )  # fmt: skip
    inst.a["right_share"] = np.array(
        [[inst.share_from(t, float(rights.loc[k, "lead_days"])) for t in range(inst.periods)]
         for k in sale]
    ).reshape(len(sale), *shape)  # fmt: skip
    held: dict[str, Array] = {}
    for k in rights.index:
        if rights.loc[k, "party"] in own and math.isnan(rights.loc[k, "cost_usd"]):
            since = inst.window([rights.loc[k, "from_date"]], [None])[0].astype(float)
            what = rights.loc[k, "what"]
            held[what] = np.maximum(held.get(what, np.zeros(inst.periods)), since)
    inst.held_rights = held
    stakes = net.filled("stake")
    offered = [
        k for k in stakes.index
        if inst.party and stakes.loc[k, "owner"] in own
        and not math.isnan(stakes.loc[k, "price_usd"])
    ]  # fmt: skip
    inst.stake = _frame(
        [
            {"stake": k, "owned": stakes.loc[k, "owned"], "share": float(stakes.loc[k, "share"]),
             "cost": float(stakes.loc[k, "price_usd"]), "from_date": stakes.loc[k, "from_date"],
             "until_date": stakes.loc[k, "until_date"]}
            for k in offered
        ],
        "stake owned share cost from_date until_date",
    )  # fmt: skip
    inst.a["stake_share"] = np.array(
        [[inst.share_from(t, float(stakes.loc[k, "lead_days"])) for t in range(inst.periods)]
         for k in offered]
    ).reshape(len(offered), *shape)  # fmt: skip


def expand_money(inst: Instance, budget_usd: float | None) -> None:
    """Incentives, funds, limits; prices net of the incentives that are not capped."""
    net = inst.network
    starts = [p.start for p in inst.calendar]
    capped = []
    price = inst.a["price"].copy()
    table = net.filled("incentive")
    for key in table.index:
        row = table.loc[key]
        where = inst.module["site"].eq(row["place"]) | inst.module["country"].eq(row["place"])
        inside = np.array(
            [
                (not row["from_date"] or s >= row["from_date"])
                and (not row["to_date"] or s <= row["to_date"])
                for s in starts
            ]
        )
        covers = where.to_numpy(dtype=bool)[:, None] & inside
        if math.isnan(row["amount_usd"]):
            price -= row["share_of_capex"] * inst.a["price"] * covers
        else:
            capped += [
                {"incentive": key, "module_index": b, "share": float(row["share_of_capex"]),
                 "amount": float(row["amount_usd"]), "covers": covers[b]}
                for b in np.flatnonzero(where)
            ]  # fmt: skip
    inst.a["net_price"] = price
    inst.incentive = _frame(capped, "incentive module_index share amount covers")
    funds = net.filled("fund")
    mine = family(net, inst.party) if inst.party else {""}
    rows = [
        {"fund": k, "amount": float(funds.loc[k, "amount_usd"]),
         "rate": float(funds.loc[k, "cost_of_capital"]), "from_date": funds.loc[k, "from_date"],
         "to_date": funds.loc[k, "to_date"]}
        for k in funds.index
        if funds.loc[k, "party"] in mine
    ]  # fmt: skip
    if budget_usd is not None:
        rows.append({"fund": "budget", "amount": float(budget_usd), "rate": 0.0})
    inst.fund = _frame(rows, "fund amount rate from_date to_date").astype(object)
    opened = [d if isinstance(d, dt.date) else None for d in inst.fund["from_date"]]
    closed = [d if isinstance(d, dt.date) else None for d in inst.fund["to_date"]]
    inst.a["may_draw"] = (inst.window(opened, closed) & inst.decided).astype(float)
    holding = net.filled("item")["holding_usd"]
    inst.a["holding"] = np.outer(
        [float(holding[i]) for i in inst.stock["item"]], inst.months
    ).reshape(len(inst.stock), inst.periods)
    limits = net.filled("limit")
    inst.limit = limits.reset_index(drop=True)[
        ["name", "measure", "select", "share_of", "sense", "from_date", "to_date"]
    ].rename(columns={"name": "limit"})
    inst.a["bound"] = _value(inst, "limit", "bound", list(limits.index))
    holds = inst.window(inst.limit["from_date"], inst.limit["to_date"]) & inst.decided
    inst.a["limit_holds"] = (holds & ~np.isnan(inst.a["bound"])).astype(float)
