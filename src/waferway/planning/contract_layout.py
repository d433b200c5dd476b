"""Offers, commitments, rights, stakes, incentives, funds and limits as frames and arrays.

Owns what is agreed, allowed and paid for; what exists and moves is for `activity_layout`,
`item_layout` and `service_layout`.
"""

from __future__ import annotations

import datetime as dt
import math

import numpy as np

from waferway.errors import RangeError
from waferway.network.parties import family
from waferway.planning.instance import (
    Array,
    Instance,
)
from waferway.planning.item_layout import usable_offers
from waferway.planning.lookups import dated_values, frame_of

__all__ = ["expand_contracts", "expand_line_offers", "expand_money"]


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
    for key in usable_offers(inst):
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
    inst.offer = frame_of(
        offers,
        "offer seller item line line_index stock_index reserve premium prepayment floor signable "
        "from_date to_date lag",
    )
    inst.purchase = frame_of(purchases, "offer step offer_index key")
    which = inst.purchase["offer_index"].to_numpy(dtype=int)
    keys = inst.purchase["key"].tolist()
    window = inst.window(inst.offer["from_date"], inst.offer["to_date"]) & inst.decided
    inst.a["offer_open"] = window.astype(float)
    volume = dated_values(inst, "offer_step", "volume", keys) * inst.months
    inst.a["volume"] = np.where(window[which], np.where(np.isnan(volume), np.inf, volume), 0.0)
    price = dated_values(inst, "offer_step", "price_usd", keys)
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
    quantity = np.nan_to_num(dated_values(inst, "commitment", "quantity", keys)) * inst.months
    inst.a["committed"] = np.where(window & inst.decided, quantity, 0.0)


def expand_line_offers(inst: Instance) -> None:
    """What the bookings of others leave of a line, times the standing share."""
    share = dated_values(inst, "offer", "share", inst.offer["offer"].tolist())
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
    inst.right = frame_of(
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
    inst.stake = frame_of(
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
    inst.incentive = frame_of(capped, "incentive module_index share amount covers")
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
    inst.fund = frame_of(rows, "fund amount rate from_date to_date").astype(object)
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
    inst.a["bound"] = dated_values(inst, "limit", "bound", list(limits.index))
    holds = inst.window(inst.limit["from_date"], inst.limit["to_date"]) & inst.decided
    inst.a["limit_holds"] = (holds & ~np.isnan(inst.a["bound"])).astype(float)
