"""Recipes on lines: what can be started where and when, and what starting it takes and costs.

Owns which activities exist, the pools that further use draws on, and one-off costs. What they make
and take is for `item_layout`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd

from waferway.planning.instance import Instance, outturn_amounts
from waferway.planning.lookups import dated_values, frame_of, lines_of

__all__ = ["expand_activities"]


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
