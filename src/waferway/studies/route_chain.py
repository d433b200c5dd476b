"""What stands behind a delivered chip: the suppliers and countries without which it would not be.

Owns dependence: the share of a plan's compute that would be lost if one supplier, or one
country, stopped, followed up the chain of recipes. Production falls to its scarcest input, so a
chip depends on a country by the largest share that the country has in any step of its making.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd

from waferway.calendar import Calendar
from waferway.network.network import Network
from waferway.planning.plan import Plan

__all__ = ["dependence"]

Shares = dict[str, float]


class _Chain:
    """Shares of suppliers and countries behind the items of a network."""

    def __init__(self, network: Network, calendar: Calendar) -> None:
        self.network = network
        self.line = network.filled("line")
        self.recipe = network.filled("recipe")
        self.parts = network.filled("recipe_item")
        self.pairs = network.filled("line_recipe")
        self.country = _countries(network)
        capacity = network.values("line", "capacity", calendar)
        self.capacity = capacity.mean(axis=1).fillna(0.0)
        self._known: dict[tuple[str, str], tuple[Shares, Shares]] = {}

    def behind(self, item: str, seller: str, trail: tuple[str, ...] = ()) -> tuple[Shares, Shares]:
        """Suppliers and countries behind an item that a seller delivers; '' is anyone."""
        if (item, seller) in self._known:
            return self._known[item, seller]
        makers = set(self.parts.loc[(self.parts["role"] == "out") & (self.parts["item"] == item),
                                    "recipe"])  # fmt: skip
        mine = {r for r in makers if self.recipe.at[r, "party"] in (seller, "")}
        usable = {r for r in mine if self._lines(r, seller)} or mine
        suppliers: Shares = {seller: 1.0} if seller else {}
        if not usable or item in trail:
            home = self.country.get(seller, "")
            return suppliers, ({home: 1.0} if home else {})
        steps: list[tuple[Shares, Shares]] = []
        for recipe in sorted(usable)[:1]:  # variants of one design share their chain
            lines = self._lines(recipe, seller)
            steps.append(self._shares(lines))
            inputs = self.parts[(self.parts["role"] == "in") & (self.parts["recipe"] == recipe)]
            steps += [self.behind(part, "", (*trail, item)) for part in inputs["item"]]
        found = _worst([(suppliers, {}), *steps])
        if not found[1] and self.country.get(seller):
            found = (found[0], {self.country[seller]: 1.0})
        self._known[item, seller] = found
        return found

    def _lines(self, recipe: str, seller: str) -> list[str]:
        """Lines on which a recipe runs: the seller's own where it has some."""
        technology = self.recipe.at[recipe, "technology"]
        able = self.line.index[self.line["technology"] == technology]
        listed = set(self.pairs.loc[self.pairs["recipe"] == recipe, "line"])
        able = [name for name in able if not listed or name in listed]
        own = [name for name in able if self.line.at[name, "party"] == seller]
        return own or list(able)

    def _shares(self, lines: list[str]) -> tuple[Shares, Shares]:
        """Shares of capacity by who runs it and where it stands."""
        size = {name: float(self.capacity.get(name, 0.0)) for name in lines}
        return self.of_amounts(size)

    def of_amounts(self, amounts: Mapping[str, float]) -> tuple[Shares, Shares]:
        """Shares of amounts by line, by supplier and country of the line."""
        total = sum(amounts.values())
        suppliers: Shares = defaultdict(float)
        countries: Shares = defaultdict(float)
        for name, amount in amounts.items():
            if total > 0:
                suppliers[str(self.line.at[name, "party"])] += amount / total
                countries[self.place(name)] += amount / total
        countries.pop("", None)
        return dict(suppliers), dict(countries)

    def place(self, line: str) -> str:
        """Country of a line."""
        at = self.line.at[line, "site"] or self.line.at[line, "party"]
        return self.country.get(at, "")


def dependence(network: Network, plan: Plan, last: str) -> dict[str, Shares]:
    """Share of a plan's compute that depends on each supplier and each country.

    Parameters
    ----------
    network : Network
        The whole network that the plan was cut from: it knows who makes what is bought.
    plan : Plan
        Of a party.
    last : str
        Label of the last period counted.

    Returns
    -------
    dict of str to (dict of str to float)
        ``supplier`` and ``country``, each by falling share, 0 to 1. What an item without a
        recipe rests on (rented compute) is its seller alone.
    """
    chain = _Chain(network, plan.calendar)
    sources = _sources(plan, chain, last)
    total = sum(amount for amount, _ in sources)
    out: dict[str, Shares] = {"supplier": {}, "country": {}}
    for amount, found in sources:
        for kind, shares in zip(("supplier", "country"), found, strict=True):
            for name, share in shares.items():
                out[kind][name] = out[kind].get(name, 0.0) + amount * share / total
    ordered = {}
    for kind, shares in out.items():
        by_share = sorted(shares.items(), key=lambda pair: (-pair[1], pair[0]))
        ordered[kind] = {name: float(share) for name, share in by_share if share > 0}
    return ordered


def _sources(plan: Plan, chain: _Chain, last: str) -> list[tuple[float, tuple[Shares, Shares]]]:
    """Compute by where it came from: each offer, and each chip that the party makes itself."""
    weights = _weights(plan)
    inside = set(plan.calendar.labels[: plan.calendar.labels.index(last) + 1])
    offer = plan.network.filled("offer")
    bought = plan.tables["purchases"]
    bought = bought[bought["period"].isin(inside)]
    quantity = bought["quantity"].astype(float) * bought["branch"].map(plan.branch_weights)
    by_offer = quantity.groupby(bought["offer"]).sum()
    served = plan.tables["served"]
    served = served[served["period"].isin(inside) & served["item"].isin(weights.index)]
    amount = served["served"].astype(float) * served["branch"].map(plan.branch_weights)
    by_item = amount.groupby(served["item"]).sum()
    out = []
    for item, count in by_item.items():
        sellers = {
            str(offer.at[o, "seller"]): float(by_offer[o])
            for o in by_offer.index if offer.at[o, "item"] == item
        }  # fmt: skip
        from_offers = min(float(count), sum(sellers.values()))
        for seller, part in sellers.items():
            out.append((part / sum(sellers.values()) * from_offers * weights[item],
                        chain.behind(str(item), seller)))  # fmt: skip
        made = float(count) - from_offers
        if made > 1e-6 * float(count):
            out.append((made * weights[item], _made(plan, chain, str(item))))
    return out


def _made(plan: Plan, chain: _Chain, item: str) -> tuple[Shares, Shares]:
    """Behind a chip that the party has made: the lines it used, and whom it buys parts from."""
    starts = plan.tables["starts"]
    parts = plan.network.filled("recipe_item")
    offer = plan.network.filled("offer")
    bought = plan.tables["purchases"]
    quantity = bought["quantity"].astype(float).groupby(bought["offer"]).sum()
    steps: list[tuple[Shares, Shares]] = []
    todo, seen = [item], set()
    while todo:
        part = todo.pop()
        if part in seen:
            continue
        seen.add(part)
        makers = set(parts.loc[(parts["role"] == "out") & (parts["item"] == part), "recipe"])
        run = starts[starts["recipe"].isin(makers)]
        use = run["recipe"].map(plan.network.filled("recipe")["capacity_per_start"])
        amounts = (run["starts"].astype(float) * use.astype(float)).groupby(run["line"]).sum()
        if len(amounts):
            steps.append(chain.of_amounts({str(k): float(v) for k, v in amounts.items()}))
            todo += list(parts.loc[(parts["role"] == "in")
                                   & parts["recipe"].isin(set(run["recipe"])), "item"])  # fmt: skip
        sellers = {o: q for o, q in quantity.items() if offer.at[o, "item"] == part}
        whole = sum(sellers.values())
        mixed: tuple[Shares, Shares] = ({}, {})
        for name, amount in sellers.items():
            for into, shares in zip(mixed, chain.behind(part, str(offer.at[name, "seller"])),
                                    strict=True):  # fmt: skip
                for who, share in shares.items():
                    into[who] = into.get(who, 0.0) + share * amount / whole
        if whole:
            steps.append(mixed)
    return _worst(steps)


def _worst(steps: list[tuple[Shares, Shares]]) -> tuple[Shares, Shares]:
    """The largest share of each supplier and country in any step: the scarcest input decides."""
    suppliers: Shares = {}
    countries: Shares = {}
    for by_supplier, by_country in steps:
        for into, shares in ((suppliers, by_supplier), (countries, by_country)):
            for name, share in shares.items():
                into[name] = max(into.get(name, 0.0), share)
    return suppliers, countries


def _countries(network: Network) -> dict[str, str]:
    out: dict[str, str] = {}
    for table in ("party", "site"):
        frame = network.filled(table)
        out |= {str(k): str(c) for k, c in zip(frame.index, frame["country"], strict=True) if c}
    return out


def _weights(plan: Plan) -> Any:
    table = plan.network.filled("weight")
    table = table[table["basis"] == plan.manifest["basis"]]
    return pd.Series(table["weight"].to_numpy(dtype=float), index=list(table["item"]))
