"""Capacity, use, balance and demand: constraints 1 to 7 of docs/mathematics.md."""

from __future__ import annotations

import math

from tests.reference.planning_reading import DAYS_OF_A_MONTH, within
from tests.reference.planning_rows import FREE, ONE, Sum
from waferway.calendar import day


class Operation:
    """Constraints 1 to 7."""

    # -- 1, 2: capacity and retirement ----------------------------------------------------------

    def existing(self, line: str, t: int, branch: str) -> float:
        return self.read.known("line", line, "capacity", t, branch)

    def ordered(self, line: str, t: int) -> float:
        """Capacity from orders in history, less what they took in exchange."""
        total = 0.0
        for row in self.table["outturn"].values():
            if row["measure"] != "orders":
                continue
            module, when = row["subject"], day(row["period"])
            of = self.table["module"][module]
            if of["line"] == line:
                total += row["quantity"] * self.read.in_service(module, when, t, ramped=True)
            if of["exchange_line"] == line:
                share = self.read.needed("module", module, "exchange_per_unit")
                lost = self.read.in_service(module, when, t, ramped=False)
                total -= share * row["quantity"] * lost
        return total

    def opened(self, site: str, t: int) -> Sum:
        """Theta: the share of a period in which an opened site is in use."""
        days = self.read.needed("site", site, "opening_days")
        out = Sum()
        for before in self.decided:
            if before <= t:
                name = ("openings", site, self.labels[before])
                out.add(name, self.read.share_after(days, before, t))
        return out

    def capacity(self, line: str, t: int, branch: str) -> Sum:
        """Capacity of a line in a decided period."""
        out = Sum().add(ONE, self.ordered(line, t)).add(("added", line, self.labels[t]), 1.0)
        site, existing = self.table["line"][line]["site"], self.existing(line, t, branch)
        if site in self.opening:
            return out.plus(self.opened(site, t), existing)
        return out.add(ONE, existing)

    def _capacity(self) -> None:
        for t in self.decided:
            label = self.labels[t]
            for line in self.table["line"]:
                state = Sum().add(("added", line, label), 1.0)
                for module in self.modules:
                    row = self.table["module"][module]
                    for before in self.decided:
                        if before > t:
                            continue
                        when = self.read.calendar[before].start
                        name = ("orders", module, self.labels[before])
                        if row["line"] == line:
                            state.add(name, -self.read.in_service(module, when, t, ramped=True))
                        if row["exchange_line"] == line:
                            share = self.read.needed("module", module, "exchange_per_unit")
                            lost = self.read.in_service(module, when, t, ramped=False)
                            state.add(name, share * lost)
                if line in self.retiring:
                    state.add(("retirements", line, label), 1.0)
                self.problem.row(("state", line, label), state, "=")
                for branch, _ in self.leaves:
                    self.problem.row(
                        ("capacity", branch, line, label), self.capacity(line, t, branch), ">="
                    )
            for line in self.retiring:
                retired = Sum().add(("retirements", line, label), 1.0)
                for branch, _ in self.leaves:
                    most = self.existing(line, t, branch)
                    self.problem.row(("retirement", branch, line, label), retired, "<=", most)
                if t - 1 in self.decided:
                    before = ("retirements", line, self.labels[t - 1])
                    step = Sum().plus(retired).add(before, -1.0)
                    self.problem.row(("retired for good", line, label), step, ">=")

    # -- 3: orders ------------------------------------------------------------------------------

    def yearly(self, module: str, year: int) -> float:
        """Most orders of the periods that start in a calendar year, in every branch."""
        most = FREE
        for branch, _ in self.leaves:
            bounds = [
                self.read.dated("module", module, "orders_per_year", t, branch)
                for t in self.read.periods
                if self.read.calendar[t].start.year == year
            ]
            known = [bound for bound in bounds if bound is not None]
            if known:
                most = min(most, math.floor(sum(known) / len(known) + 1e-9))
        return most

    def total(self, module: str) -> float:
        """Most orders in all, less those of history."""
        bound = self.read.number("module", module, "total")
        if bound is None:
            return FREE
        past = [
            row["quantity"]
            for row in self.table["outturn"].values()
            if (row["measure"], row["subject"]) == ("orders", module)
        ]
        return bound - sum(past)

    def most_orders(self, module: str, t: int) -> float:
        """Most orders possible up to and in a period."""
        by_year: dict[int, float] = {}
        row = self.table["module"][module]
        for before in self.decided:
            when = self.read.calendar[before].start
            if before <= t and within(row["earliest"], when, row["latest"]):
                by_year[when.year] = self.yearly(module, when.year)
        return min(self.total(module), sum(by_year.values()))

    def _orders(self) -> None:
        for module in self.modules:
            every = Sum()
            years: dict[int, Sum] = {}
            for t in self.decided:
                name = ("orders", module, self.labels[t])
                every.add(name, 1.0)
                years.setdefault(self.read.calendar[t].start.year, Sum()).add(name, 1.0)
            if self.total(module) < FREE:
                self.problem.row(("total", module), every, "<=", self.total(module))
            for year, orders in years.items():
                if self.yearly(module, year) < FREE:
                    most = self.yearly(module, year)
                    self.problem.row(("yearly", module, year), orders, "<=", most)
            site = self.table["line"][self.table["module"][module]["line"]]["site"]
            if site in self.opening:
                for t in self.decided:
                    most = min(
                        self.total(module),
                        self.yearly(module, self.read.calendar[t].start.year),
                    )
                    assert most < FREE, f"no bound on orders of {module} is known"
                    terms = Sum().add(("orders", module, self.labels[t]), 1.0)
                    for before in self.decided:
                        if before <= t:
                            terms.add(("openings", site, self.labels[before]), -most)
                    self.problem.row(("orders after opening", module, self.labels[t]), terms, "<=")
        for kind, names in (
            ("openings", self.opening),
            ("activations", self.group_usd),
            ("rights", self.rights),
            ("stakes", self.stakes),
        ):
            for name in names:
                once = Sum()
                for t in self.decided:
                    once.add((kind, name, self.labels[t]), 1.0)
                self.problem.row(("once", kind, name), once, "<=", 1.0)

    # -- 4: use ---------------------------------------------------------------------------------

    def use(self, recipe: str) -> float:
        return self.read.needed("recipe", recipe, "capacity_per_start")

    def _use(self) -> None:
        for branch, _ in self.leaves:
            for t in self.decided:
                label, months = self.labels[t], self.read.months(t)
                for line in self.table["line"]:
                    terms = Sum().plus(self.capacity(line, t, branch), -months)
                    if line not in self.own:  # reached by offers and stakes only
                        stands = self.existing(line, t, branch) + self.ordered(line, t)
                        terms = Sum().add(ONE, -months * stands)
                    for recipe, at in self.activities:
                        if at == line:
                            terms.add(("starts", branch, recipe, line, label), self.use(recipe))
                    self.problem.row(("use", branch, line, label), terms, "<=")
                for place, technology in self._further_pools():
                    self._further_use(branch, t, place, technology)

    def _further_pools(self) -> list[tuple[str, str]]:
        out = []
        for recipe, line in self.activities:
            for row in self.further(recipe):
                pool = (self.place_of(line), row["technology"])
                if pool not in out:
                    out.append(pool)
        return out

    def _further_use(self, branch: str, t: int, place: str, technology: str) -> None:
        terms = Sum()
        for recipe, line in self.activities:
            if self.place_of(line) != place:
                continue
            name = ("starts", branch, recipe, line, self.labels[t])
            if self.table["line"][line]["technology"] == technology:
                terms.add(name, self.use(recipe))
            for row in self.further(recipe):
                if row["technology"] == technology:
                    terms.add(name, row["capacity_per_start"])
        for line in self.lines_at[place]:
            if self.table["line"][line]["technology"] != technology:
                continue
            if line in self.own:
                terms.plus(self.capacity(line, t, branch), -self.read.months(t))
            else:
                terms.plus(self.bought_of(line, t, branch), -1.0)
        self.problem.row(("further use", branch, place, technology, self.labels[t]), terms, "<=")

    # -- 5, 6: balance and cover ----------------------------------------------------------------

    def cycle_days(self, recipe: str, line: str) -> float:
        row = self.line_recipe(recipe, line)
        if row is not None and not math.isnan(row["cycle_days"]):
            return row["cycle_days"]
        return self.read.needed("recipe", recipe, "cycle_days")

    def good_output(self, key: str, line: str, t: int, branch: str) -> float:
        """Good output of one start of a period: quantity, the recipe's and the line's fraction."""
        recipe = self.table["recipe_item"][key]["recipe"]
        quantity = self.read.known("recipe_item", key, "quantity_per_start", t, branch)
        quantity *= self.read.known("recipe_item", key, "good_fraction", t, branch)
        if self.line_recipe(recipe, line) is not None:
            row = f"{line}/{recipe}"
            quantity *= self.read.known("line_recipe", row, "good_fraction", t, branch)
        return quantity

    def arriving(self, key: str, recipe: str, line: str, t: int, branch: str) -> Sum:
        """Output of an activity that arrives in a period, from starts of all periods."""
        out = Sum()
        for before in self.read.periods:
            share = self.read.lag(self.cycle_days(recipe, line), before, t)
            if before <= t and share:
                good = self.good_output(key, line, before, branch)
                name = ("starts", branch, recipe, line, self.labels[before])
                out.add(name, good * share)
        return out

    def drawn(self, item: str, place: str, owner: str, t: int, branch: str) -> Sum:
        """What leaves a stock: inputs, flows, deliveries."""
        out, label = Sum(), self.labels[t]
        for recipe, line in self.activities:
            if self.place_of(line) == place and self.customer(recipe, item) == owner:
                for key in self.takes(recipe, "in"):
                    if self.item_of(key) == item:
                        quantity = self.read.known(
                            "recipe_item", key, "quantity_per_start", t, branch
                        )
                        out.add(("starts", branch, recipe, line, label), quantity)
        if owner == "":
            for flow in self.flows:
                if flow[:2] == (item, place):
                    out.add(("flows", branch, *flow, label), 1.0)
            for demand, of, at in self.sources:
                if (of, at) == (item, place):
                    out.add(("served", branch, demand, item, place, label), 1.0)
        return out

    def received(self, item: str, place: str, owner: str, t: int, branch: str) -> Sum:
        """What comes into a stock: arrivals, outputs, flows, purchases."""
        out = Sum()
        if owner == "":
            if f"{place}/{item}" in self.table["stock"]:
                rate = self.read.known("stock", f"{place}/{item}", "arrivals", t, branch)
                out.add(ONE, rate * self.read.months(t))
            for recipe, line in self.activities:
                if self.place_of(line) == place:
                    for key in self.takes(recipe, "out"):
                        if self.item_of(key) == item:
                            out.plus(self.arriving(key, recipe, line, t, branch))
            for offer in self.offers:
                row = self.table["offer"][offer]
                if (row["item"], self.delivered_at(offer)) == (item, place):
                    days = self.read.needed("offer", offer, "lead_days")
                    for before in self.decided:
                        for step in self.steps_of(offer):
                            name = ("purchases", branch, offer, step, self.labels[before])
                            if before <= t:
                                out.add(name, self.read.lag(days, before, t))
        for flow in self.flows:
            if (flow[0], flow[2], flow[3]) == (item, place, owner):
                lane = flow[4]
                days = self.read.needed("lane", lane, "days") if lane else 0.0
                for before in self.decided:
                    if before <= t:
                        name = ("flows", branch, *flow, self.labels[before])
                        out.add(name, self.read.lag(days, before, t))
        return out

    def _balance(self) -> None:
        cover = self.read.settings["stock_cover_months"]
        for branch, _ in self.leaves:
            for item, place, owner in self.stocks:
                for t in self.decided:
                    here = (branch, item, place, owner, self.labels[t])
                    leaving = self.drawn(item, place, owner, t, branch)
                    terms = Sum().add(("stock", *here), 1.0).add(("scrap", *here), 1.0)
                    terms.plus(leaving)
                    terms.plus(self.received(item, place, owner, t, branch), -1.0)
                    if t - 1 in self.decided:
                        before = ("stock", branch, item, place, owner, self.labels[t - 1])
                        terms.add(before, -1.0)
                    elif owner == "" and f"{place}/{item}" in self.table["stock"]:
                        opening = self.read.needed("stock", f"{place}/{item}", "opening")
                        terms.add(ONE, -opening)
                    self.problem.row(("balance", *here), terms, "=")
                    most = Sum().add(("stock", *here), 1.0)
                    most.plus(leaving, -cover / self.read.months(t))
                    self.problem.row(("cover", *here), most, "<=")

    # -- 7: demand ------------------------------------------------------------------------------

    def _demand(self) -> None:
        for branch, _ in self.leaves:
            for demand, row in self.table["demand"].items():
                weight = dict(self.eligible[demand])
                for t in self.decided:
                    wanted = self.read.dated("demand", demand, "quantity", t, branch)
                    if wanted is None:
                        continue
                    here = (branch, demand, self.labels[t])
                    terms = Sum().add(("unserved", *here), 1.0).add(("surplus", *here), -1.0)
                    periods = [t] if row["measure"] == "flow" else range(t + 1)
                    for before in periods:
                        left = self.survival(demand, before, t)
                        for of, item, place in self.sources:
                            if of == demand:
                                name = (branch, demand, item, place, self.labels[before])
                                terms.add(("served", *name), left * weight[item])
                    if row["measure"] == "flow":
                        wanted *= self.read.months(t)
                    self.problem.row(("demand", *here), terms, "=", wanted)

    def survival(self, demand: str, before: int, t: int) -> float:
        """Share of the deliveries of a period still in service in another."""
        if before == t:
            return 1.0
        days = (self.read.middle(t) - self.read.middle(before)).days
        return self.read.at_age("demand", demand, "survival", days / DAYS_OF_A_MONTH)
