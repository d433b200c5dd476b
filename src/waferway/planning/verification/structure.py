"""What may exist in a plan of a network: activities, stocks, flows, services.

Read from the network's tables as docs/mathematics.md says under "Places, stocks, activities".
Nothing is enumerated that the plan does not name: the checks ask whether a row may exist.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from waferway.planning.verification.reading import Clock, ordinal

__all__ = ["Activity", "FlowKey", "StockKey", "Structure"]

Flags = NDArray[np.bool_]


class Activity(NamedTuple):
    """A recipe on a line; positions are rows of their tables, -1 for no row."""

    recipe: str
    line: str
    place: str
    customer: str
    at_recipe: int
    at_line: int
    at_pair: int


class StockKey(NamedTuple):
    """An item at a place, for an owner ("" for the maker's)."""

    item: str
    place: str
    owner: str

    def __str__(self) -> str:
        return f"{self.item} at {self.place}" + (f" for {self.owner}" if self.owner else "")


class FlowKey(NamedTuple):
    """A flow as the plan names it; lane "" is the handover at a place."""

    item: str
    from_place: str
    to_place: str
    owner: str
    lane: str

    def __str__(self) -> str:
        way = f" by {self.lane}" if self.lane else " (handover)"
        owner = f" for {self.owner}" if self.owner else ""
        return f"{self.item} {self.from_place} -> {self.to_place}{owner}{way}"


class Structure:
    """The network's tables as sets and dictionaries of names."""

    def __init__(self, network: Any, clock: Clock, manifest: Mapping[str, Any]) -> None:
        self.network, self.clock = network, clock
        self.party: str = str(manifest.get("party") or "")
        t = network.table
        self.parent = dict(zip(t("party").index, t("party")["parent"], strict=True))
        self.site_country = dict(zip(t("site").index, t("site")["country"], strict=True))
        self.party_country = dict(zip(t("party").index, t("party")["country"], strict=True))
        line = t("line")
        self.line_names = list(line.index)
        self.line_row = {name: row for row, name in enumerate(line.index)}
        self.line_place = [s or p for s, p in zip(line["site"], line["party"], strict=True)]
        self.line_site = list(line["site"])
        self.line_party = list(line["party"])
        self.line_technology = list(line["technology"])
        own = manifest.get("own_lines")
        self.own = np.array([own is None or name in set(own) for name in line.index], dtype=bool)
        self.kind = dict(zip(t("item").index, t("item")["kind"], strict=True))
        self.captive = dict(zip(t("item").index, t("item")["captive_to"], strict=True))
        self.runners = set(self.line_party)
        self.demand_party = [name or "" for name in t("demand")["party"]]
        self.demand_region = [name or "" for name in t("demand")["region"]]
        self._flows: dict[FlowKey, tuple[str, Flags]] = {}
        self._services: dict[tuple[int, str, str], tuple[str, Flags]] = {}

    # -- places -------------------------------------------------------------------------

    def country(self, place: str) -> str:
        """Country of a site, of a headquarters, or of a region that is a country code."""
        if place in self.site_country:
            return self.site_country[place] or ""
        if place in self.party_country:
            return self.party_country[place] or ""
        return place if re.fullmatch("[A-Z]{2}", place) else ""

    def owned(self, party: str, by: str) -> bool:
        """Whether `party` is `by` or belongs to it through `parent`, at any depth."""
        seen = set()
        while party and party not in seen:
            if party == by:
                return True
            seen.add(party)
            party = self.parent.get(party, "")
        return False

    # -- activities ---------------------------------------------------------------------

    @cached_property
    def activities(self) -> list[Activity]:
        """Recipes on lines; in the order of lines, then recipes."""
        recipe, pair = self.network.table("recipe"), self.network.table("line_recipe")
        pairs = {(a, b): i for i, (a, b) in enumerate(zip(pair["line"], pair["recipe"],
                                                          strict=True))}  # fmt: skip
        listed = set(pair["recipe"])
        further: dict[str, list[str]] = {}
        use = self.network.table("recipe_use")
        for name, technology in zip(use["recipe"], use["technology"], strict=True):
            further.setdefault(name, []).append(technology)
        at_place = set(zip(self.line_place, self.line_technology, strict=True))
        of_technology: dict[str, list[tuple[int, str, str]]] = {}
        for row, (name, technology, party) in enumerate(
            zip(recipe.index, recipe["technology"], recipe["party"], strict=True)
        ):
            of_technology.setdefault(technology, []).append((row, name, party))
        out = []
        for row, line in enumerate(self.line_names):
            place = self.line_place[row]
            for at_recipe, name, party in of_technology.get(self.line_technology[row], []):
                at_pair = pairs.get((line, name), -1)
                if name in listed and at_pair < 0:
                    continue
                if all((place, technology) in at_place for technology in further.get(name, [])):
                    out.append(Activity(name, line, place, party or "", at_recipe, row, at_pair))
        return out

    @cached_property
    def may_start(self) -> Flags:
        """Whether windows admit a start; shape (activities, T)."""
        recipes = self.clock.windows(self.network.table("recipe"))
        pairs = self.clock.windows(self.network.table("line_recipe"))
        out = np.ones((len(self.activities), self.clock.size), dtype=bool)
        for row, activity in enumerate(self.activities):
            out[row] = recipes[activity.at_recipe]
            if activity.at_pair >= 0:
                out[row] &= pairs[activity.at_pair]
        return out

    @cached_property
    def recipe_items(self) -> dict[str, list[tuple[int, str, str]]]:
        """(row of recipe_item, role, item) by recipe."""
        frame = self.network.table("recipe_item")
        out: dict[str, list[tuple[int, str, str]]] = {}
        for row, (recipe, role, item) in enumerate(
            zip(frame["recipe"], frame["role"], frame["item"], strict=True)
        ):
            out.setdefault(recipe, []).append((row, role, item))
        return out

    # -- stocks -------------------------------------------------------------------------

    @cached_property
    def qualified(self) -> set[str]:
        """Items with any row in `qualification`."""
        return set(self.network.table("qualification")["item"])

    def drawn(self, item: str, place: str, customer: str) -> StockKey:
        """The stock that an activity of a customer draws on."""
        return StockKey(item, place, customer if item in self.qualified else "")

    @cached_property
    def made(self) -> set[tuple[str, str]]:
        """(item, place) where an activity makes the item."""
        return {
            (item, a.place)
            for a in self.activities
            for _, role, item in self.recipe_items.get(a.recipe, [])
            if role == "out"
        }

    @cached_property
    def used(self) -> set[StockKey]:
        """Stocks that an activity draws on."""
        return {
            self.drawn(item, a.place, a.customer)
            for a in self.activities
            for _, role, item in self.recipe_items.get(a.recipe, [])
            if role == "in"
        }

    @cached_property
    def offer_place(self) -> list[str]:
        """Where an offer on an item delivers; its seller's headquarters if no place is named."""
        frame = self.network.table("offer")
        return [p or s for p, s in zip(frame["place"], frame["seller"], strict=True)]

    @cached_property
    def usable(self) -> Flags:
        """Offers that may be used: all in a party's view, else open ones of those without line."""
        frame = self.network.table("offer")
        return np.array(
            [
                bool(self.party) or (seller not in self.runners and not open_to)
                for seller, open_to in zip(frame["seller"], frame["open_to"], strict=True)
            ],
            dtype=bool,
        )

    @cached_property
    def arises(self) -> set[tuple[str, str]]:
        """(item, place) where the item can arise: made, given by `stock`, or offered."""
        stock, offer = self.network.table("stock"), self.network.table("offer")
        given = set(zip(stock["item"], stock["place"], strict=True))
        offered = {
            (i, p)
            for i, p, usable in zip(offer["item"], self.offer_place, self.usable, strict=True)
            if i and usable
        }
        return self.made | given | offered

    @cached_property
    def regional(self) -> set[tuple[str, str]]:
        """(item, region) where a regional demand can take the item."""
        demand = self.network.table("demand")
        return {
            (item, region)
            for row, region in enumerate(demand["region"])
            if region
            for item in self.eligible[row]
        }

    @cached_property
    def stocks(self) -> set[StockKey]:
        """Every stock that may exist."""
        makers = self.made | self.arises | self.regional
        return {StockKey(item, place, "") for item, place in makers} | self.used

    # -- service ------------------------------------------------------------------------

    @cached_property
    def eligible(self) -> list[dict[str, float]]:
        """Weight by eligible item, for each row of `demand`."""
        weight, demand = self.network.table("weight"), self.network.table("demand")
        bases: dict[str, dict[str, float]] = {}
        for basis, item, value in zip(weight["basis"], weight["item"], weight["weight"],
                                      strict=True):  # fmt: skip
            bases.setdefault(basis, {})[item] = float(value)
        out = []
        for item, basis, party in zip(demand["item"], demand["basis"], demand["party"],
                                      strict=True):  # fmt: skip
            items = {item: 1.0} if item else bases.get(basis, {})
            out.append({
                i: w for i, w in items.items()
                if not self.captive.get(i) or self.owned(party or "", self.captive[i])
            })  # fmt: skip
        return out

    @cached_property
    def qualified_from(self) -> dict[tuple[str, str, str], float]:
        """Earliest day on which (item, customer) may come from a place that makes the item."""
        frame = self.network.table("qualification")
        makes = {
            (a.line, item)
            for a in self.activities
            for _, role, item in self.recipe_items.get(a.recipe, [])
            if role == "out"
        }
        out: dict[tuple[str, str, str], float] = {}
        for line, item, customer, since in zip(frame["line"], frame["item"], frame["customer"],
                                               frame["from_date"], strict=True):  # fmt: skip
            if (line, item) not in makes:
                continue
            key = (item, customer, self.line_place[self.line_row[line]])
            out[key] = min(out.get(key, np.inf), ordinal(since, -np.inf))
        return out

    def service(self, demand: int, item: str, place: str) -> tuple[str, Flags]:
        """Why a service cannot exist ("" if it can), and the periods in which it can."""
        key = (demand, item, place)
        if key not in self._services:
            self._services[key] = self._service(*key)
        return self._services[key]

    def _service(self, demand: int, item: str, place: str) -> tuple[str, Flags]:
        party, region = self.demand_party[demand], self.demand_region[demand]
        always = np.ones(self.clock.size, dtype=bool)
        if item not in self.eligible[demand]:
            return "the item is not eligible for this demand", always
        if region and place != region:
            return f"the demand draws on the stock at {region}", always
        if not region and (item, place) not in self.arises:
            return "the item cannot arise at this place", always
        if item in self.qualified and party:
            since = self.qualified_from.get((item, party, place))
            if since is None:
                return f"no line at this place is qualified by {party}", always
            return "", self.clock.middle >= since
        return "", always

    # -- flows --------------------------------------------------------------------------

    @cached_property
    def lane_row(self) -> dict[str, int]:
        """Row of a lane by key."""
        return {key: row for row, key in enumerate(self.network.table("lane").index)}

    @cached_property
    def lane_covers(self) -> list[tuple[str, str, str]]:
        """from_place, to_place and what of the lanes."""
        frame = self.network.table("lane")
        return list(zip(frame["from_place"], frame["to_place"], frame["what"], strict=True))

    @cached_property
    def lane_open(self) -> Flags:
        """Periods that the lanes' windows admit; shape (lanes, T)."""
        return self.clock.windows(self.network.table("lane"))

    def flow(self, key: FlowKey) -> tuple[str, Flags]:
        """Why a flow cannot exist ("" if it can), and the periods in which it carries."""
        if key not in self._flows:
            self._flows[key] = self._flow(key)
        return self._flows[key]

    def _flow(self, key: FlowKey) -> tuple[str, Flags]:
        item, origin, goal, owner, lane = key
        carries = np.ones(self.clock.size, dtype=bool)
        if not lane:
            if origin != goal or not owner:
                return "only a handover into a customer's stock at its place has no lane", carries
        else:
            if lane not in self.lane_row:
                return "there is no such lane", carries
            first, last, what = self.lane_covers[self.lane_row[lane]]
            if origin == goal:
                return "a flow by lane joins two places", carries
            if first not in ("any", origin, self.country(origin) or origin):
                return "the lane does not begin there", carries
            if last not in ("any", goal, self.country(goal) or goal):
                return "the lane does not end there", carries
            if what not in ("any", item, self.kind.get(item)):
                return "the lane does not carry this item", carries
            carries = self.lane_open[self.lane_row[lane]]
        if (item, origin) not in self.arises:
            return "the item cannot arise at its start", carries
        wanted = StockKey(item, goal, owner) in self.used or (
            not owner and (item, goal) in self.regional
        )
        if not wanted:
            return "nothing draws on the stock at its end", carries
        if owner:
            since = self.qualified_from.get((item, owner, origin))
            if since is None:
                return f"no line at its start is qualified by {owner}", carries
            carries = carries & (self.clock.middle >= since)
        return "", carries
