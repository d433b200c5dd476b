"""Lines, modules and openings, and the capacity that orders of each period bring.

Owns paragraphs 1 to 3 of the mathematics page as arrays: what stands, what an order adds when,
what it costs and keeps.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd

from waferway.calendar import day
from waferway.planning.instance import (
    DAYS_PER_MONTH,
    DAYS_PER_YEAR,
    Array,
    Instance,
)
from waferway.planning.lookups import country_of, dated_values, frame_of

__all__ = ["expand_capacity", "expand_lines", "module_timing"]


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
                "country": country_of(net, place),
                "party": line["party"],
                "site": line["site"],
                "owned": inst.owned(str(name)),
                "may_retire": bool(line["may_retire"]),
            }
        )
    inst.line = frame_of(rows, "line technology family place country party site owned may_retire")
    keys = inst.line["line"].tolist()
    owned = inst.line["owned"].to_numpy(dtype=bool)[:, None]
    expand_capacity(inst)
    inst.a["fixed"] = np.where(owned, dated_values(inst, "line", "fixed_usd", keys), 0.0)
    inst.a["line_variable"] = np.where(owned, dated_values(inst, "line", "variable_usd", keys), 0.0)
    for column in ("mw_per_unit", "water_per_unit"):
        inst.a[column] = net.filled("line").loc[keys, column].to_numpy(dtype=float)
    _expand_openings(inst)
    _expand_modules(inst)


def expand_capacity(inst: Instance) -> None:
    """Existing capacity of the branch, and how much of it may be retired."""
    net = inst.network
    keys = inst.line["line"].tolist()
    owned = inst.line["owned"].to_numpy(dtype=bool)[:, None]
    inst.a["capacity"] = dated_values(inst, "line", "capacity", keys)
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
    inst.module = frame_of(
        rows,
        "module line technology family place country party site opening line_index "
        "exchange_index exchange size left",
    )
    inst.a |= {
        "kappa": kappa, "kappa_full": kappa_full, "ordered": ordered, "paid": paid,
        "worth": worth,
    }  # fmt: skip
    inst.a["price"] = dated_values(inst, "module", "capex_usd", keys)
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


def module_timing(
    inst: Instance, module: str, lead_days: float = 0.0
) -> tuple[Array, Array, Array]:
    """Share of a module's size in service, with and without ramp, were its lead time another.

    Each (T, T), from period of the order to period; and its discounted price less end value
    per price, (T,).
    """
    row = inst.network.filled("module").loc[module]
    ramp = inst.network.aged("module", "ramp", module)
    pay = inst.network.aged("module", "payments", module)
    horizon = inst.years(inst.calendar.end)
    life = float(row["life_years"])
    at_ramp, at_full, _, worth = _timing(inst, lead_days, life, ramp, pay, horizon)
    return at_ramp, at_full, worth


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
