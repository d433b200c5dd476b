"""Who makes, holds, moves and wants what, and which variables that gives."""

from __future__ import annotations

import datetime as dt
import math
import re

from tests.reference.planning_reading import within
from tests.reference.planning_rows import FREE


class Sets:
    """Activities, stocks, flows, sources of each demand, and the variables over them."""

    # -- names of things ------------------------------------------------------------------------

    def _leaves(self) -> list[tuple[str, float]]:
        branches = self.table["branch"]
        parents = {row["parent"] for row in branches.values()}
        out = []
        for name in branches:
            if name in parents:
                continue
            probability, at = 1.0, name
            while at:
                probability *= branches[at]["probability"]
                at = branches[at]["parent"]
            out.append((name, probability))
        return out or [("", 1.0)]

    def place_of(self, line: str) -> str:
        """Site of a line, else its party."""
        row = self.table["line"][line]
        return row["site"] or row["party"]

    def country_of(self, place: str) -> str:
        """Country of a site, of a party, or a region that is itself a country code."""
        for table in ("site", "party"):
            if place in self.table[table]:
                return self.table[table][place]["country"]
        return place if re.fullmatch("[A-Z][A-Z]", place) else ""

    def owns(self, owner: str, owned: str) -> bool:
        """Whether a party is another or owns it through any number of parents."""
        while owned:
            if owned == owner:
                return True
            owned = self.table["party"][owned]["parent"]
        return False

    def takes(self, recipe: str, role: str) -> list[str]:
        """Keys of the rows of recipe_item with a role."""
        return [
            key
            for key, row in self.table["recipe_item"].items()
            if row["recipe"] == recipe and row["role"] == role
        ]

    def item_of(self, key: str) -> str:
        return self.table["recipe_item"][key]["item"]

    def customer(self, recipe: str, item: str) -> str:
        """Owner of the stock that an activity draws an input from."""
        return self.table["recipe"][recipe]["party"] if item in self.qualified else ""

    # -- places, stocks, activities -------------------------------------------------------------

    def _sets(self) -> None:
        table = self.table
        self.qualified = {row["item"] for row in table["qualification"].values()}
        self.lines_at: dict[str, list[str]] = {}
        for line in table["line"]:
            self.lines_at.setdefault(self.place_of(line), []).append(line)

        self.activities: list[tuple[str, str]] = []
        for recipe, row in table["recipe"].items():
            listed = [r for r in table["line_recipe"].values() if r["recipe"] == recipe]
            for line in table["line"]:
                if table["line"][line]["technology"] != row["technology"]:
                    continue
                if listed and line not in [r["line"] for r in listed]:
                    continue
                here = [
                    table["line"][other]["technology"]
                    for other in self.lines_at[self.place_of(line)]
                ]
                if all(use["technology"] in here for use in self.further(recipe)):
                    self.activities.append((recipe, line))

        sellers_with_lines = {row["party"] for row in table["line"].values()}
        self.offers = [
            key
            for key, row in table["offer"].items()
            if self.party_view
            or (row["item"] and not row["open_to"] and row["seller"] not in sellers_with_lines)
        ]

        arises: set[tuple[str, str]] = set()  # (item, place)
        self.drawn_on: dict[tuple[str, str], set[str]] = {}  # (item, place) -> owners
        self.stocks: list[tuple[str, str, str]] = []  # item, place, owner

        def stock(item: str, place: str, owner: str) -> None:
            if (item, place, owner) not in self.stocks:
                self.stocks.append((item, place, owner))

        for recipe, line in self.activities:
            place = self.place_of(line)
            for key in self.takes(recipe, "out"):
                arises.add((self.item_of(key), place))
                stock(self.item_of(key), place, "")
            for key in self.takes(recipe, "in"):
                item = self.item_of(key)
                owner = self.customer(recipe, item)
                self.drawn_on.setdefault((item, place), set()).add(owner)
                stock(item, place, owner)
        for row in table["stock"].values():
            arises.add((row["item"], row["place"]))
            stock(row["item"], row["place"], "")
        for offer in self.offers:
            item = table["offer"][offer]["item"]
            if item:
                arises.add((item, self.delivered_at(offer)))
                stock(item, self.delivered_at(offer), "")
        self.eligible: dict[str, list[tuple[str, float]]] = {}
        for demand, row in table["demand"].items():
            self.eligible[demand] = self._eligible(demand)
            if row["region"]:
                for item, _ in self.eligible[demand]:
                    self.drawn_on.setdefault((item, row["region"]), set()).add("")
                    stock(item, row["region"], "")
        self.arises = sorted(arises)

        self.sources: list[tuple[str, str, str]] = []  # demand, item, place
        for demand, row in table["demand"].items():
            for item, _ in self.eligible[demand]:
                if row["region"]:
                    self.sources.append((demand, item, row["region"]))
                else:
                    for other, place in self.arises:
                        if other == item:
                            self.sources.append((demand, item, place))
        self._flows()

    def further(self, recipe: str) -> list[dict]:
        """Rows of recipe_use of a recipe."""
        return [row for row in self.table["recipe_use"].values() if row["recipe"] == recipe]

    def delivered_at(self, offer: str) -> str:
        row = self.table["offer"][offer]
        return row["place"] or row["seller"]

    def _eligible(self, demand: str) -> list[tuple[str, float]]:
        row = self.table["demand"][demand]
        if row["item"]:
            candidates = [(row["item"], 1.0)]
        else:
            candidates = [
                (weight["item"], weight["weight"])
                for weight in self.table["weight"].values()
                if weight["basis"] == row["basis"]
            ]
        out = []
        for item, weight in candidates:
            captive = self.table["item"][item]["captive_to"]
            if not captive or self.owns(captive, row["party"]):
                out.append((item, weight))
        return out

    def _flows(self) -> None:
        """Flows as (item, from_place, to_place, owner, lane); lane "" is a handover."""
        self.flows: list[tuple[str, str, str, str, str]] = []
        for lane, row in self.table["lane"].items():
            for item, start in self.arises:
                if row["what"] not in ("any", item, self.table["item"][item]["kind"]):
                    continue
                if row["from_place"] not in ("any", start, self.country_of(start)):
                    continue
                for (wanted, end), owners in self.drawn_on.items():
                    if wanted != item or start == end:
                        continue
                    if row["to_place"] not in ("any", end, self.country_of(end)):
                        continue
                    for owner in sorted(owners):
                        if not owner or self.qualified_making(start, item, owner):
                            self.flows.append((item, start, end, owner, lane))
        for item, place, owner in self.stocks:
            handover = owner and (item, place, "") in self.stocks
            if handover and self.qualified_making(place, item, owner):
                self.flows.append((item, place, place, owner, ""))

    def qualified_making(self, place: str, item: str, customer: str) -> list[dt.date]:
        """Dates from which lines at a place that make an item are qualified for a customer."""
        out = []
        for row in self.table["qualification"].values():
            if (row["item"], row["customer"]) != (item, customer):
                continue
            line = row["line"]
            if line not in self.table["line"] or self.place_of(line) != place:
                continue
            made = {
                self.item_of(key)
                for recipe, at in self.activities
                if at == line
                for key in self.takes(recipe, "out")
            }
            if item in made:
                out.append(row["from_date"] or dt.date.min)
        return out

    def flow_open(self, flow: tuple, t: int) -> bool:
        """Whether a flow carries in a period."""
        item, start, _end, owner, lane = flow
        if lane and not self.read.admits(self.table["lane"][lane], t):
            return False
        if owner:
            return self.read.middle(t) >= min(self.qualified_making(start, item, owner))
        return True

    def may_start(self, recipe: str, line: str, t: int) -> bool:
        """Whether the windows of a recipe and of its row on the line admit a period."""
        row = self.line_recipe(recipe, line)
        return self.read.admits(self.table["recipe"][recipe], t) and (
            row is None or self.read.admits(row, t)
        )

    def line_recipe(self, recipe: str, line: str) -> dict | None:
        for row in self.table["line_recipe"].values():
            if (row["recipe"], row["line"]) == (recipe, line):
                return row
        return None

    def may_serve(self, demand: str, item: str, place: str, t: int, branch: str) -> bool:
        """Whether an item at a place can serve a demand in a decided period."""
        if self.read.dated("demand", demand, "quantity", t, branch) is None:
            return False
        customer = self.table["demand"][demand]["party"]
        if item in self.qualified and customer:
            dates = self.qualified_making(place, item, customer)
            return bool(dates) and self.read.middle(t) >= min(dates)
        return True

    # -- decisions ------------------------------------------------------------------------------

    def _variables(self) -> None:
        table, declare = self.table, self.problem.variable
        self.modules = [m for m, row in table["module"].items() if row["line"] in self.own]
        self.opening = [s for s, row in table["site"].items() if not math.isnan(row["opening_usd"])]
        self.group_of = {
            recipe: row["reuse_group"] or recipe for recipe, row in table["recipe"].items()
        }
        self.group_usd: dict[str, float] = {}
        for recipe, group in self.group_of.items():
            usd = self.read.needed("recipe", recipe, "activation_usd")
            if usd > 0:
                self.group_usd[group] = max(usd, self.group_usd.get(group, 0.0))
        self.retiring = [
            line for line, row in table["line"].items() if row["may_retire"] and line in self.own
        ]
        self.rights, self.stakes = [], []
        if self.party_view:
            self.rights = [k for k, r in table["right"].items() if not math.isnan(r["cost_usd"])]
            self.stakes = [k for k, r in table["stake"].items() if not math.isnan(r["price_usd"])]
        self.capped = [
            k for k, row in table["incentive"].items() if not math.isnan(row["amount_usd"])
        ]
        for t in self.decided:
            when, label = self.read.calendar[t].start, self.labels[t]
            for module in self.modules:
                row = table["module"][module]
                admitted = within(row["earliest"], when, row["latest"])
                declare(("orders", module, label), 0.0, FREE if admitted else 0.0, whole=True)
                for incentive in self.capped:
                    if self.earns(incentive, module, t):
                        declare(("incentives", incentive, module, label))
            for site in self.opening:
                declare(("openings", site, label), 0.0, 1.0, whole=True)
            for group in self.group_usd:
                declare(("activations", group, label), 0.0, 1.0, whole=True)
            for line in self.retiring:
                declare(("retirements", line, label))
            for line in table["line"]:
                declare(("added", line, label), -FREE)
            for right in self.rights:
                since = table["right"][right]["from_date"]
                declare(("rights", right, label), 0.0, float(within(since, when, None)), whole=True)
            for stake in self.stakes:
                row = table["stake"][stake]
                admitted = within(row["from_date"], when, row["until_date"])
                declare(("stakes", stake, label), 0.0, float(admitted), whole=True)
        first = self.read.calendar[self.decided[0]].start
        for offer in self.offers:
            row = table["offer"][offer]
            if row["reserve"]:
                closed = row["sign_by"] is not None and row["sign_by"] < first
                declare(("reservations", offer), 0.0, 0.0 if closed else FREE)
        for branch, _ in self.leaves:
            for t in self.read.periods:
                self._branch_variables(branch, t)

    def _branch_variables(self, branch: str, t: int) -> None:
        declare, label, decided = self.problem.variable, self.labels[t], self.read.decided[t]
        for recipe, line in self.activities:
            started = self.outturn("starts", recipe, line, t)
            low = 0.0 if decided else started
            high = (FREE if self.may_start(recipe, line, t) else 0.0) if decided else started
            declare(("starts", branch, recipe, line, label), low, high)
        for demand, item, place in self.sources:
            name = ("served", branch, demand, item, place, label)
            if decided:
                able = self.may_serve(demand, item, place, t, branch)
                declare(name, 0.0, FREE if able else 0.0)
            else:
                able = [s for s in self.sources if s[:2] == (demand, item)]
                past = self.outturn("deliveries", item, demand, t) / len(able)
                declare(name, past, past)
        if not decided:
            return
        for flow in self.flows:
            declare(("flows", branch, *flow, label), 0.0, FREE if self.flow_open(flow, t) else 0.0)
        for offer in self.offers:
            row = self.table["offer"][offer]
            for step in self.steps_of(offer):
                high = 0.0
                if self.read.admits(row, t):
                    volume = self.read.dated("offer_step", f"{offer}/{step}", "volume", t, branch)
                    high = FREE if volume is None else volume * self.read.months(t)
                declare(("purchases", branch, offer, step, label), 0.0, high)
            declare(("payments", branch, offer, label))
        for demand, row in self.table["demand"].items():
            known = self.read.dated("demand", demand, "quantity", t, branch) is not None
            high = FREE if known and not row["must_serve"] else 0.0
            declare(("unserved", branch, demand, label), 0.0, high)
            may = known and self.goal == "compute" and row["basis"] == self.basis != ""
            declare(("surplus", branch, demand, label), 0.0, FREE if may else 0.0)
        for item, place, owner in self.stocks:
            declare(("stock", branch, item, place, owner, label))
            declare(("scrap", branch, item, place, owner, label))

    def outturn(self, measure: str, subject: str, of: str, t: int) -> float:
        """What happened in a past period, shared out by days."""
        return sum(
            row["quantity"] * self.read.overlap(row["period"], t)
            for row in self.table["outturn"].values()
            if (row["measure"], row["subject"], row["of"]) == (measure, subject, of)
        )

    def steps_of(self, offer: str) -> list[int]:
        rows = self.table["offer_step"].values()
        return sorted(int(row["step"]) for row in rows if row["offer"] == offer)
