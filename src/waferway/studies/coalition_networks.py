"""The network as a coalition sees it: offers at cost, lines that grow, funds in one pocket.

Owns what joining changes in the tables, and the cash cost of what is offered. Nothing is planned
here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from waferway.network.network import Network
from waferway.network.parties import family

__all__ = ["cash_cost", "joined"]

NO_EMERGENCY = 100.0


def joined(
    network: Network, party: str, members: Sequence[str], everyone: Sequence[str] = ()
) -> Network:
    """The network as a coalition sees it.

    Parameters
    ----------
    network : Network
    party : str
    members : sequence of str
        Who has joined the party.
    everyone : sequence of str
        Who might have: incentives of states among them that have not joined are not given.

    Returns
    -------
    Network
        Offers of members to the party at cost, without prepayment, premium or floor; a copy of
        each line of a member that can grow, without capacity of its own, run by the party; the
        members' funds as the party's.
    """
    mine = family(network, party)
    inside = set(members)
    offer, steps = network.table("offer").copy(), network.table("offer_step").copy()
    profile = network.table("profile").copy()
    theirs = offer["seller"].isin(inside) & offer["open_to"].isin(mine | {""})
    for name in offer.index[theirs]:
        cost = cash_cost(network, offer.loc[name])
        for key in steps.index[steps["offer"] == name]:
            dated = (profile["table"] == "offer_step") & (profile["key"] == key)
            dated &= profile["column"] == "price_usd"
            price = steps.at[key, "price_usd"]
            if cost is None:
                continue
            profile = profile[~dated]
            steps.at[key, "price_usd"] = cost if math.isnan(price) else min(cost, price)
    for column in ("premium_usd", "prepayment", "floor"):
        offer[column] = offer[column].astype(float).where(~theirs, 0.0)
    changed = {"offer": offer, "offer_step": steps, "profile": profile}
    changed |= _grown(network, party, inside, profile)
    fund = network.table("fund").copy()
    fund["party"] = fund["party"].where(~fund["party"].isin(inside), party)
    changed["fund"] = fund
    incentive = network.table("incentive")
    away = set(everyone) - inside
    changed["incentive"] = incentive[~incentive["state"].isin(away)]
    # Funds bind: at this price a borrowed dollar costs more within the period than it brings.
    return network.with_tables(changed).with_settings(emergency_cash_cost=NO_EMERGENCY)


def _grown(
    network: Network, party: str, inside: set[str], profile: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Lines of members that can grow, again, as lines of the coalition without capacity."""
    line, module = network.table("line"), network.table("module")
    pairs = network.table("line_recipe")
    theirs = set(line.index[line["party"].isin(inside)])
    new = module["line"].isin(theirs) & (module["exchange_line"].fillna("") == "")
    grows = sorted(set(module.loc[new, "line"]))
    extra_lines, extra_pairs, extra_modules, extra_profile = [], [], [], []
    homes: dict[str, str] = {}

    def again(frame: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
        out = frame.copy()
        out.index = pd.Index([names[k] for k in frame.index], dtype="object", name="key")
        return out

    for name in grows:
        copy = f"{party}@{name}"
        row = again(line.loc[[name]], {name: copy})
        row["name"], row["party"], row["capacity"] = copy, party, 0.0
        if not row["site"].iloc[0]:  # a company pool stands at its owner's headquarters
            home = str(line.at[name, "party"])
            row["site"] = f"{party}@{home}"
            homes[home] = f"{party}@{home}"
        extra_lines.append(row)
        listed = pairs[pairs["line"] == name]
        keys = {k: f"{copy}/{r}" for k, r in zip(listed.index, listed["recipe"], strict=True)}
        if keys:
            rows = again(listed, keys)
            rows["line"] = copy
            extra_pairs.append(rows)
        growing = module[new & (module["line"] == name)]
        keys = {k: f"{party}@{k}" for k in growing.index}
        rows = again(growing, keys)
        rows["name"], rows["line"] = list(keys.values()), copy
        extra_modules.append(rows)
        of_module = (profile["table"] == "module") & profile["key"].isin(keys)
        of_line = (profile["table"] == "line") & (profile["key"] == name)
        of_line &= profile["column"] != "capacity"
        for hit, table in ((of_module, keys), (of_line, {name: copy})):
            said = profile[hit].copy()
            said["key"] = [table[k] for k in said["key"]]
            said.index = pd.Index([f"{party}@{i}" for i in said.index], name="key")
            extra_profile.append(said)
    site, owner = network.table("site"), network.table("party")
    rows = [
        {column: None if site[column].dtype == object else math.nan for column in site.columns}
        | {"name": name, "label": name, "party": party, "country": owner.at[home, "country"]}
        for home, name in sorted(homes.items())
    ]
    places = pd.DataFrame(rows, columns=site.columns, index=[r["name"] for r in rows])
    places = places.astype(site.dtypes.to_dict()) if len(site) else places
    return {
        "site": _with(site, [places]), "line": _with(line, extra_lines),
        "line_recipe": _with(pairs, extra_pairs),
        "module": _with(module, extra_modules), "profile": _with(profile, extra_profile),
    }  # fmt: skip


def _with(frame: pd.DataFrame, more: list[pd.DataFrame]) -> pd.DataFrame:
    live = [part for part in more if len(part)]
    return pd.concat([frame, *live]) if live else frame


def cash_cost(network: Network, offer: Any) -> float | None:
    """Cash cost of one unit of what is offered; None where the network does not tell.

    Of a line: its variable cost. Of an item: its cheapest known way over the seller's own lines,
    inputs at their customs value.
    """
    line = network.filled("line")
    if offer["line"]:
        return _variable(network, str(offer["line"]))
    recipe, parts = network.filled("recipe"), network.filled("recipe_item")
    use, item = network.filled("recipe_use"), network.filled("item")
    ways = []
    for name in parts.loc[(parts["role"] == "out") & (parts["item"] == offer["item"]), "recipe"]:
        technology = recipe.at[name, "technology"]
        own = line.index[(line["party"] == offer["seller"]) & (line["technology"] == technology)]
        if not len(own):
            continue
        spent = float(recipe.at[name, "variable_usd"])
        spent += float(recipe.at[name, "capacity_per_start"]) * _variable(network, str(own[0]))
        for other, amount in zip(
            use.loc[use["recipe"] == name, "technology"],
            use.loc[use["recipe"] == name, "capacity_per_start"], strict=True,
        ):  # fmt: skip
            also = line.index[(line["party"] == offer["seller"]) & (line["technology"] == other)]
            spent += float(amount) * (_variable(network, str(also[0])) if len(also) else 0.0)
        given = parts[(parts["recipe"] == name) & (parts["role"] == "in")]
        worth = given["item"].map(item["value_usd"]).fillna(0.0).astype(float)
        spent += float((given["quantity_per_start"].astype(float) * worth).sum())
        out = parts[(parts["recipe"] == name) & (parts["role"] == "out")
                    & (parts["item"] == offer["item"])].iloc[0]  # fmt: skip
        good = float(out["quantity_per_start"]) * float(out["good_fraction"])
        if good > 0:
            ways.append(spent / good)
    return min(ways) if ways else None


def _variable(network: Network, line: str) -> float:
    """Variable cost of a line: its cell, else the first of its dated values."""
    plain = float(network.table("line").at[line, "variable_usd"])
    if not math.isnan(plain):
        return plain
    rows = network.profile_rows.get(("line", "variable_usd"), [])
    dated = [row[5] for row in rows if row[0] == line]
    return float(dated[0]) if dated else 0.0
