"""Demands: their need and worth, and which stock may serve which.

Owns eligibility by item, place, region and qualification, and how long a delivery stays in
service.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from waferway.errors import RangeError
from waferway.planning.instance import DAYS_PER_MONTH, Array, Instance, outturn_amounts
from waferway.planning.item_layout import eligible_items, origins, qualified_from
from waferway.planning.lookups import dated_values, frame_of

__all__ = ["expand_needs", "expand_services"]


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
    arises, qualified = origins(inst), qualified_from(inst)
    restricted = set(net.filled("qualification")["item"])
    rows: list[dict[str, Any]] = []
    for j, d in inst.demand.iterrows():
        for item, weight in eligible_items(inst, d["demand"]).items():
            for h, place in index[item]:
                since: int | None = 0
                if d["region"] and place != d["region"]:
                    continue
                if not d["region"] and place not in arises[item]:
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
