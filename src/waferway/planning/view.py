"""The party view: a network cut down to what one party decides.

Owns the rule of whose plan it is. What the party does not run it reaches only through offers.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pandas as pd

from waferway.network.network import Network
from waferway.network.parties import check_party, family
from waferway.network.schema import TABLES

__all__ = ["cut_down"]


def cut_down(network: Network, party: str) -> tuple[Network, frozenset[str]]:
    """The network that a party decides on, and the lines that are its own.

    Parameters
    ----------
    network : Network
    party : str

    Returns
    -------
    Network
        Own lines (shared ones scaled to the stake), own recipes and those of no party, own
        demand and funds, offers open to the party, own commitments turned into offers.
    frozenset of str
        Lines the party decides on; other lines are only reached through offers.

    Raises
    ------
    InputError
        If the party is unknown; names the nearest.
    """
    check_party(network, party)
    mine = family(network, party)
    changed: dict[str, pd.DataFrame] = {}
    shares = _held(network, mine)
    line = network.filled("line")
    own = frozenset(line.index[line["party"].isin(mine)]) | frozenset(shares)
    offers, profile = _open_offers(network, mine)
    steps = network.filled("offer_step")
    steps = steps[steps["offer"].isin(offers.index)]
    offers, steps, profile = _from_commitments(network, mine, offers, steps, profile)
    changed["offer"], changed["offer_step"] = offers, steps
    reached = set(offers["line"]) - {""} | _offered_lines(network, mine)
    keep_line = line.index.isin(own) | line.index.isin(reached)
    changed["line"] = line[keep_line]
    module = network.filled("module")
    convertible = module["exchange_line"].isin(own | {""})
    changed["module"] = module[module["line"].isin(own) & convertible].copy()
    recipe = network.filled("recipe")
    changed["recipe"] = recipe[recipe["party"].isin(mine | {""})]
    for name in ("recipe_item", "recipe_use", "line_recipe"):
        frame = network.filled(name)
        frame = frame[frame["recipe"].isin(changed["recipe"].index)]
        if name == "line_recipe":
            frame = frame[frame["line"].isin(changed["line"].index)]
        changed[name] = frame
    demand = network.filled("demand")
    changed["demand"] = demand[demand["party"].isin(mine)]
    stock = network.filled("stock")
    places = set(line.loc[sorted(own), "site"]) | set(line.loc[sorted(own), "party"]) | mine
    changed["stock"] = stock[stock["place"].isin(places)]
    fund = network.filled("fund")
    changed["fund"] = fund[fund["party"].isin(mine)]
    right = network.filled("right")
    changed["right"] = right[right["party"].isin(mine)]
    limit = network.filled("limit")
    changed["limit"] = limit[limit["sense"] != ">="]
    changed["qualification"] = network.filled("qualification").iloc[:0]
    commitment = network.filled("commitment")
    changed["commitment"] = commitment[~commitment["customer"].isin(mine)]
    stake = network.filled("stake")
    on_sale = stake["owner"].isin(mine) & stake["price_usd"].notna()
    changed["stake"] = stake[on_sale]
    outturn = network.filled("outturn")
    changed["outturn"] = outturn[
        ((outturn["measure"] == "starts") & outturn["of"].isin(own)
         & outturn["subject"].isin(changed["recipe"].index))
        | ((outturn["measure"] == "deliveries") & outturn["of"].isin(changed["demand"].index))
        | ((outturn["measure"] == "orders") & outturn["subject"].isin(changed["module"].index))
    ]  # fmt: skip
    changed["profile"] = profile
    cut = network.with_tables(changed)
    return _scaled(cut, shares), own


def _held(network: Network, mine: set[str]) -> dict[str, tuple[float, dt.date | None]]:
    """Share of each line of others that the party holds, and from when."""
    stakes, line = network.filled("stake"), network.filled("line")
    held: dict[str, tuple[float, dt.date | None]] = {}
    for owner, owned, share, price, since in zip(
        stakes["owner"], stakes["owned"], stakes["share"], stakes["price_usd"],
        stakes["from_date"], strict=True,
    ):  # fmt: skip
        if owner not in mine or not math.isnan(price):
            continue
        covered = line.index[
            (line.index == owned) | (line["site"] == owned) | (line["party"] == owned)
        ]
        for name in covered:
            if line.loc[name, "party"] not in mine:
                before = held.get(name, (0.0, None))[0]
                held[name] = (before + float(share), since)
    return held


def _offered_lines(network: Network, mine: set[str]) -> set[str]:
    stakes, line = network.filled("stake"), network.filled("line")
    offered = stakes[stakes["owner"].isin(mine) & stakes["price_usd"].notna()]["owned"]
    hit = line.index.isin(offered) | line["site"].isin(offered) | line["party"].isin(offered)
    return set(line.index[hit])


def _open_offers(network: Network, mine: set[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Offers open to the party; a qualified item only from the day it is qualified."""
    offers = network.filled("offer")
    keep = offers["open_to"].isin(mine | {""}) & ~offers["seller"].isin(mine)
    offers = offers[keep].copy()
    rows = network.filled("qualification")
    line = network.filled("line")
    for key in list(offers.index):
        item, seller = offers.loc[key, "item"], offers.loc[key, "seller"]
        if not item or item not in set(rows["item"]):
            continue
        lines = set(line.index[line["party"] == seller])
        fit = rows[(rows["item"] == item) & rows["customer"].isin(mine) & rows["line"].isin(lines)]
        if fit.empty:
            offers = offers.drop(index=key)
            continue
        days = [d for d in fit["from_date"] if d]
        since = None if len(days) < len(fit) else min(days)
        given = offers.loc[key, "from_date"]
        if since and (not given or since > given):
            offers.at[key, "from_date"] = since
    return offers, network.filled("profile")


def _from_commitments(
    network: Network,
    mine: set[str],
    offers: pd.DataFrame,
    steps: pd.DataFrame,
    profile: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Own commitments as offers with their volume and price; take-or-pay with a floor."""
    table = network.filled("commitment")
    own = table[table["customer"].isin(mine) & (table["force"] != "letter_of_intent")]
    if own.empty:
        return offers, steps, profile
    new_offers: list[dict[str, Any]] = []
    new_steps: list[dict[str, Any]] = []
    moved = []
    for key in own.index:
        row = own.loc[key]
        firm = row["force"] == "take_or_pay"
        line = network.filled("line")
        place = row["supplier"]
        if row["line"]:
            place = line.loc[row["line"], "site"] or line.loc[row["line"], "party"]
        blank = {a.name: _blank(a) for a in TABLES["offer"].attributes}
        new_offers.append(
            blank
            | {
                "name": f"commitment:{key}", "seller": row["supplier"], "item": row["item"],
                "line": row["line"], "place": "" if row["line"] else place, "floor": float(firm),
                "from_date": row["from_date"], "to_date": row["to_date"],
            }
        )  # fmt: skip
        price = row["price_usd"]
        new_steps.append(
            {
                "offer": f"commitment:{key}", "step": 1.0, "volume": row["quantity"],
                "price_usd": 0.0 if math.isnan(price) else price,
            }
        )  # fmt: skip
        dated = profile[
            (profile["table"] == "commitment") & (profile["key"] == key)
            & (profile["column"] == "quantity")
        ].copy()  # fmt: skip
        dated["table"], dated["key"], dated["column"] = (
            "offer_step", f"commitment:{key}/1", "volume",
        )  # fmt: skip
        dated.index = pd.Index([f"commitment/{i}" for i in dated.index], name="key")
        moved.append(dated)
    more_offers = pd.DataFrame(new_offers, index=[o["name"] for o in new_offers])
    more_steps = pd.DataFrame(new_steps, index=[f"{s['offer']}/1" for s in new_steps])
    join = [frame for frame in (profile, *moved) if not frame.empty]
    return (
        _joined(offers, more_offers),
        _joined(steps, more_steps),
        pd.concat(join) if join else profile,
    )


def _blank(attribute: Any) -> Any:
    if attribute.numeric:
        default = attribute.default
        return float(default) if isinstance(default, int | float) else math.nan
    if attribute.kind == "flag":
        return bool(attribute.default)
    return None if attribute.kind == "date" else ""


def _joined(frame: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    more = more[list(frame.columns)]
    return more if frame.empty else pd.concat([frame, more])


def _scaled(network: Network, shares: dict[str, tuple[float, dt.date | None]]) -> Network:
    """Lines held in part, with that share of their capacity and of their modules."""
    if not shares:
        return network
    line, module = network.filled("line").copy(), network.filled("module").copy()
    profile = network.filled("profile").copy()
    for name, (share, since) in shares.items():
        line.at[name, "capacity"] *= share
        hit = (profile["table"] == "line") & (profile["column"] == "capacity")
        hit &= profile["key"] == name
        profile.loc[hit, ["low", "value", "high"]] *= share
        for key in module.index[module["line"] == name]:
            module.at[key, "size"] *= share
            module.at[key, "capex_usd"] *= share
            early = module.at[key, "earliest"]
            if since and (not early or since > early):
                module.at[key, "earliest"] = since
            priced = (profile["table"] == "module") & (profile["column"] == "capex_usd")
            priced &= profile["key"] == key
            profile.loc[priced, ["low", "value", "high"]] *= share
    return network.with_tables({"line": line, "module": module, "profile": profile})
