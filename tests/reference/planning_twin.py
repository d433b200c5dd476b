"""The slow, obvious twin of the planner: the full extensive form, one plain row at a time.

Written from docs/mathematics.md alone; the section numbers below are that page's. It knows
nothing of `waferway.planning`, and it shares no values over time with it either
(`planning_reading`).
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from tests.reference.planning_reading import DAYS_OF_A_MONTH, DAYS_OF_A_YEAR, Reading, within
from tests.reference.planning_rows import FREE, ONE, Rows, Sum, minimise

from waferway.calendar import Calendar, day
from waferway.network.network import Network

__all__ = ["Model", "Twin", "solve"]


@dataclass
class Twin:
    """What the twin found.

    Attributes
    ----------
    status : str
        ``optimal``, ``infeasible`` or ``unbounded``; the rest is empty unless optimal.
    objective, cost : float
        What was minimised, and the expected cost of the same plan.
    values : dict of variable to float
        Variables are tuples: ("starts", branch, recipe, line, period), ...
    """

    status: str
    objective: float | None = None
    cost: float | None = None
    values: dict = field(default_factory=dict)


def solve(
    network: Network,
    calendar: Calendar,
    now: dt.date | None,
    objective: str = "cost",
    basis: str | None = None,
    party_own_lines: list[str] | None = None,
    budget_usd: float | None = None,
    gap: float = 1e-9,
) -> Twin:
    """Solve a network exactly; `party_own_lines` marks a network cut down to a party's view."""
    model = Model(network, calendar, now, objective, basis, party_own_lines, budget_usd)
    return model.solve(gap)


class Model:
    """The extensive form of one network."""

    def __init__(
        self,
        network: Network,
        calendar: Calendar,
        now: dt.date | None,
        objective: str = "cost",
        basis: str | None = None,
        party_own_lines: list[str] | None = None,
        budget_usd: float | None = None,
    ) -> None:
        self.read = Reading(network, calendar, now)
        self.table = self.read.rows
        self.goal = objective
        self.basis = basis or self.read.settings["compute_basis"] or ""
        self.party_view = party_own_lines is not None
        self.own = set(self.table["line"] if party_own_lines is None else party_own_lines)
        self.budget = budget_usd
        self.problem = Rows()
        self.unserved_cost = Sum()  # worth of what is not served, by variable
        self.other_cost = Sum()  # every other cost
        self.spent: dict[tuple, Sum] = {}  # (branch, t) -> money that leaves the cash
        self.decided = [t for t in self.read.periods if self.read.decided[t]]
        self.labels = calendar.labels
        self.leaves = self._leaves()
        self._sets()
        self._variables()
        self._capacity()
        self._orders()
        self._use()
        self._balance()
        self._demand()
        self._purchase()
        self._commitments()
        self._activation_and_rights()
        self._power_water_lanes()
        self._operation_cost()
        self._module_cost()
        self._limits()
        self._money()

    def solve(self, gap: float) -> Twin:
        """Minimise the objective."""
        status, result, values = minimise(self.problem, self.objective(), gap)
        if status != "optimal":
            return Twin(status)
        cost = self.unserved_cost.value(values) + self.other_cost.value(values)
        return Twin(status, result, cost, values)

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

    # -- 8, 9: purchases and contracts ----------------------------------------------------------

    def bought(self, offer: str, t: int, branch: str) -> Sum:
        out = Sum()
        for step in self.steps_of(offer):
            out.add(("purchases", branch, offer, step, self.labels[t]), 1.0)
        return out

    def price(self, offer: str, step: int, t: int, branch: str) -> float:
        return self.read.known("offer_step", f"{offer}/{step}", "price_usd", t, branch)

    def _purchase(self) -> None:
        for branch, _ in self.leaves:
            for t in self.decided:
                for offer in self.offers:
                    self._offer(offer, t, branch)
                if self.party_view:
                    for line in self.table["line"]:
                        if line not in self.own:
                            self._bought_capacity(line, t, branch)

    def _offer(self, offer: str, t: int, branch: str) -> None:
        row, label, months = self.table["offer"][offer], self.labels[t], self.read.months(t)
        bought = self.bought(offer, t, branch)
        open_now = self.read.admits(row, t)
        if row["line"]:
            line = row["line"]
            left = self.existing(line, t, branch) + self.ordered(line, t)
            left -= self.booked(line, t, branch)
            share = self.read.known("offer", offer, "share", t, branch)
            most = share * max(0.0, left) * months
            self.problem.row(("offer share", branch, offer, label), bought, "<=", most)
        pays = ("payments", branch, offer, label)
        drawn_price = Sum().add(pays, 1.0)
        for step in self.steps_of(offer):
            name = ("purchases", branch, offer, step, label)
            drawn_price.add(name, -self.price(offer, step, t, branch))
        self.problem.row(("pay what is drawn", branch, offer, label), drawn_price, ">=")
        self.charge(t, branch, pays, 1.0)
        if not row["reserve"]:
            return
        reserved = ("reservations", offer)
        first_price = self.price(offer, self.steps_of(offer)[0], t, branch)
        if open_now:
            within_reserved = Sum().plus(bought).add(reserved, -months)
            self.problem.row(("reserved", branch, offer, label), within_reserved, "<=")
            floor = self.read.needed("offer", offer, "floor")
            least = Sum().add(pays, 1.0).add(reserved, -floor * first_price * months)
            self.problem.row(("floor", branch, offer, label), least, ">=")
            premium = self.read.needed("offer", offer, "premium_usd")
            self.charge(t, branch, reserved, premium * months)
        prepaid = self.read.needed("offer", offer, "prepayment")
        for name in bought:
            self.charge(t, branch, name, -prepaid * first_price)
        if t == self.decided[0]:
            for later in self.decided:
                if self.read.admits(row, later):
                    price = self.price(offer, self.steps_of(offer)[0], later, branch)
                    self.charge(t, branch, reserved, prepaid * price * self.read.months(later))

    def booked(self, line: str, t: int, branch: str) -> float:
        """Bookings of others on a line, per month."""
        total = 0.0
        for name, row in self.table["commitment"].items():
            binding = row["line"] == line and row["force"] != "letter_of_intent"
            if binding and self.read.admits(row, t):
                total += self.read.known("commitment", name, "quantity", t, branch)
        return total

    def taken(self, stake: str, t: int) -> Sum:
        """Share of a period in which a stake on offer, once taken, gives capacity."""
        out = Sum()
        days = self.read.needed("stake", stake, "lead_days")
        for before in self.decided:
            if before <= t:
                name = ("stakes", stake, self.labels[before])
                out.add(name, self.read.share_after(days, before, t))
        return out

    def stakes_in(self, line: str) -> list[str]:
        row = self.table["line"][line]
        return [
            key
            for key in self.stakes
            if self.table["stake"][key]["owned"] in (line, row["site"], row["party"])
        ]

    def bought_of(self, line: str, t: int, branch: str) -> Sum:
        """What the party may use of a line of others: what it buys, and its taken stakes."""
        out = Sum()
        for offer in self.offers:
            if self.table["offer"][offer]["line"] == line:
                out.plus(self.bought(offer, t, branch))
        for stake in self.stakes_in(line):
            share = self.read.needed("stake", stake, "share")
            capacity = share * self.existing(line, t, branch) * self.read.months(t)
            out.plus(self.taken(stake, t), capacity)
        return out

    def _bought_capacity(self, line: str, t: int, branch: str) -> None:
        terms = Sum()
        for recipe, at in self.activities:
            if at == line:
                terms.add(("starts", branch, recipe, line, self.labels[t]), self.use(recipe))
        terms.plus(self.bought_of(line, t, branch), -1.0)
        self.problem.row(("bought capacity", branch, line, self.labels[t]), terms, "<=")

    # -- 10: commitments ------------------------------------------------------------------------

    def _commitments(self) -> None:
        if self.party_view:
            return
        binding = {
            name: row
            for name, row in self.table["commitment"].items()
            if row["force"] != "letter_of_intent"
        }
        for branch, _ in self.leaves:
            for t in self.decided:
                in_force = {n: r for n, r in binding.items() if self.read.admits(r, t)}
                for line, customer in sorted(
                    {(r["line"], r["customer"]) for r in in_force.values() if r["line"]}
                ):
                    booked = sum(
                        self.read.known("commitment", name, "quantity", t, branch)
                        for name, row in in_force.items()
                        if (row["line"], row["customer"]) == (line, customer)
                    )
                    months = self.read.months(t)
                    others = Sum().plus(self.capacity(line, t, branch), -months)
                    for recipe, at in self.activities:
                        if at == line and self.table["recipe"][recipe]["party"] != customer:
                            name = ("starts", branch, recipe, line, self.labels[t])
                            others.add(name, self.use(recipe))
                    here = (branch, line, customer, self.labels[t])
                    stands = self.ordered(line, t)
                    if self.table["line"][line]["site"] not in self.opening:
                        stands += self.existing(line, t, branch)
                    kept = min(booked, stands)
                    self.problem.row(("kept free", *here), others, "<=", -kept * months)
                for name, row in in_force.items():
                    if row["item"] or row["force"] == "take_or_pay":
                        self._taken_or_paid(name, row, t, branch)

    def _taken_or_paid(self, name: str, row: dict, t: int, branch: str) -> None:
        label, customer = self.labels[t], row["customer"]
        short = ("shortfall", branch, name, label)
        priced = not math.isnan(row["price_usd"])
        self.problem.variable(short, 0.0, FREE if priced else 0.0)
        if priced:
            self.charge(t, branch, short, row["price_usd"])
        terms = Sum().add(short, 1.0)
        if row["line"]:
            for recipe, line in self.activities:
                of = self.table["recipe"][recipe]["party"]
                if line == row["line"] and of == customer:
                    terms.add(("starts", branch, recipe, line, label), self.use(recipe))
        else:
            places = {
                self.place_of(line)
                for recipe, line in self.activities
                if self.table["line"][line]["party"] == row["supplier"]
                and row["item"] in [self.item_of(key) for key in self.takes(recipe, "out")]
            }
            for demand, item, place in self.sources:
                of = self.table["demand"][demand]["party"]
                if item == row["item"] and place in places and of == customer:
                    terms.add(("served", branch, demand, item, place, label), 1.0)
            for flow in self.flows:
                if flow[0] == row["item"] and flow[1] in places and flow[3] == customer:
                    terms.add(("flows", branch, *flow, label), 1.0)
        wanted = self.read.known("commitment", name, "quantity", t, branch)
        wanted *= self.read.months(t)
        self.problem.row(("commitment", branch, name, label), terms, ">=", wanted)

    # -- 11: activation and rights --------------------------------------------------------------

    def most_capacity(self, line: str, t: int, branch: str) -> float:
        total = self.existing(line, t, branch) + self.ordered(line, t)
        for module in self.modules:
            if self.table["module"][module]["line"] == line:
                most = self.most_orders(module, t)
                assert most < FREE, f"no bound on orders of {module} is known"
                total += self.read.needed("module", module, "size") * most
        return total

    def activated_before(self, group: str) -> bool:
        """Whether the outturn records a start of a group, whenever."""
        return any(
            row["measure"] == "starts"
            and row["quantity"] > 0
            and self.group_of[row["subject"]] == group
            for row in self.table["outturn"].values()
        )

    def _activation_and_rights(self) -> None:
        for recipe, line in self.activities:
            group = self.group_of[recipe]
            row = self.table["recipe"][recipe]
            for branch, _ in self.leaves:
                for t in self.decided:
                    label = self.labels[t]
                    starts = Sum().add(("starts", branch, recipe, line, label), self.use(recipe))
                    if group in self.group_usd and not self.activated_before(group):
                        most = self.read.months(t) * self.most_capacity(line, t, branch)
                        terms = Sum().plus(starts)
                        for before in self.decided:
                            if before <= t:
                                terms.add(("activations", group, self.labels[before]), -most)
                        here = (branch, recipe, line, label)
                        self.problem.row(("activation", *here), terms, "<=")
                    if self.party_view and row["needs_right"]:
                        most = self.read.months(t) * self.most_capacity(line, t, branch)
                        terms = Sum().plus(starts).plus(self.right_to(recipe, t), -most)
                        self.problem.row(("right", branch, recipe, line, label), terms, "<=")

    def right_to(self, recipe: str, t: int) -> Sum:
        """Rights to a recipe or its technology that count in a period."""
        out = Sum()
        for key, row in self.table["right"].items():
            if row["what"] not in (recipe, self.table["recipe"][recipe]["technology"]):
                continue
            if key not in self.rights:
                held = row["from_date"] is None or self.read.middle(t) >= row["from_date"]
                out.add(ONE, float(held))
                continue
            days = self.read.needed("right", key, "lead_days")
            for before in self.decided:
                if before <= t:
                    name = ("rights", key, self.labels[before])
                    out.add(name, self.read.share_after(days, before, t))
        return out

    # -- 12: power, water, lanes ----------------------------------------------------------------

    def _power_water_lanes(self) -> None:
        for branch, _ in self.leaves:
            for t in self.decided:
                label = self.labels[t]
                for site in self.table["site"]:
                    for limit, per_unit in (
                        ("power_mw", "mw_per_unit"),
                        ("water_m3", "water_per_unit"),
                    ):
                        most = self.read.dated("site", site, limit, t, branch)
                        if most is None:
                            continue
                        terms = Sum()
                        for line in self.table["line"]:
                            if self.table["line"][line]["site"] == site and line in self.own:
                                each = self.read.needed("line", line, per_unit)
                                terms.plus(self.capacity(line, t, branch), each)
                        self.problem.row((limit, branch, site, label), terms, "<=", most)
                for lane in self.table["lane"]:
                    most = self.read.dated("lane", lane, "capacity", t, branch)
                    if most is None:
                        continue
                    terms = Sum()
                    for flow in self.flows:
                        if flow[4] == lane:
                            terms.add(("flows", branch, *flow, label), 1.0)
                    most *= self.read.months(t)
                    self.problem.row(("lane", branch, lane, label), terms, "<=", most)

    # -- 13: limits -----------------------------------------------------------------------------

    def _limits(self) -> None:
        for name, row in self.table["limit"].items():
            for branch, _ in self.leaves:
                for t in self.decided:
                    if not self.read.admits(row, t):
                        continue
                    bound = self.read.known("limit", name, "bound", t, branch)
                    terms = self.measured(row["measure"], row["select"], t, branch)
                    if row["share_of"]:
                        whole = self.measured(row["measure"], row["share_of"], t, branch)
                        terms.plus(whole, -bound)
                        right = 0.0
                    elif row["measure"] in ("capacity", "site_power_mw"):
                        right = bound
                    else:
                        right = bound * self.read.months(t)
                    here = ("limit", branch, name, self.labels[t])
                    self.problem.row(here, terms, row["sense"], right)

    def measured(self, measure: str, select: str, t: int, branch: str) -> Sum:
        """Sum of what a limit selects in a period."""
        out = Sum()
        for attributes, terms in self.measurable(measure, t, branch):
            if selected(attributes, select):
                out.plus(terms)
        return out

    def of_line(self, line: str) -> dict[str, str]:
        row = self.table["line"][line]
        place = self.place_of(line)
        return {
            "line": line,
            "technology": row["technology"],
            "family": self.table["technology"][row["technology"]]["family"],
            "site": row["site"],
            "place": place,
            "country": self.country_of(place),
            "party": row["party"],
        }

    def measurable(self, measure: str, t: int, branch: str) -> list[tuple[dict, Sum]]:
        """Everything that a measure counts in a period, with what a selection may name."""
        label, out = self.labels[t], []
        items = self.table["item"]
        if measure in ("starts", "output"):
            for recipe, line in self.activities:
                of = self.of_line(line) | {
                    "recipe": recipe,
                    "designer": self.table["recipe"][recipe]["party"],
                }
                if measure == "starts":
                    out.append((of, Sum().add(("starts", branch, recipe, line, label), 1.0)))
                    continue
                for key in self.takes(recipe, "out"):
                    item = self.item_of(key)
                    made = of | {"item": item, "kind": items[item]["kind"]}
                    out.append((made, self.arriving(key, recipe, line, t, branch)))
        elif measure in ("capacity", "site_power_mw"):
            for line in self.table["line"]:
                each = 1.0
                if measure == "site_power_mw":
                    each = self.read.needed("line", line, "mw_per_unit")
                out.append((self.of_line(line), Sum().plus(self.capacity(line, t, branch), each)))
        elif measure in ("orders", "capex_usd"):
            for module in self.modules:
                of = self.of_line(self.table["module"][module]["line"]) | {"module": module}
                if measure == "orders":
                    out.append((of, Sum().add(("orders", module, label), 1.0)))
                else:
                    out.append((of, self.module_payments(module, t, branch)))
        elif measure == "flow":
            for flow in self.flows:
                item, start, end, owner, lane = flow
                of = {
                    "lane": lane,
                    "item": item,
                    "kind": items[item]["kind"],
                    "owner": owner,
                    "from_place": start,
                    "to_place": end,
                    "from_country": self.country_of(start),
                    "to_country": self.country_of(end),
                }
                out.append((of, Sum().add(("flows", branch, *flow, label), 1.0)))
        else:
            assert measure in ("deliveries", "delivered_power_mw"), measure
            for demand, item, place in self.sources:
                row = self.table["demand"][demand]
                of = {
                    "demand": demand,
                    "segment": row["segment"],
                    "basis": row["basis"],
                    "region": row["region"],
                    "customer": row["party"],
                    "item": item,
                    "kind": items[item]["kind"],
                    "place": place,
                    "country": self.country_of(place),
                }
                each = 1.0
                if measure == "delivered_power_mw":
                    each = self.read.dated("item", item, "power_kw", t, branch)
                    each = None if each is None else each / 1000.0
                out.append((of, Served(branch, demand, item, place, label, each)))
        return out

    # -- cost -----------------------------------------------------------------------------------

    def charge(
        self, t: int, branch: str, variable: tuple, usd: float, *, spent: bool = True
    ) -> None:
        """A cost of one branch in one period."""
        probability = dict(self.leaves)[branch]
        discount = self.read.discount(self.read.middle(t))
        self.other_cost.add(variable, probability * discount * usd)
        if spent:
            self.spent.setdefault((branch, t), Sum()).add(variable, usd)

    def charge_all(self, t: int, variable: tuple, usd: float) -> None:
        """A cost that all branches share."""
        for branch, _ in self.leaves:
            self.charge(t, branch, variable, usd)

    def charge_sum(self, t: int, branch: str, terms: Sum, usd: float) -> None:
        for variable, coefficient in terms.items():
            self.charge(t, branch, variable, coefficient * usd)

    def _operation_cost(self) -> None:
        read, table = self.read, self.table
        for t in self.decided:
            label = self.labels[t]
            for site in self.opening:
                self.charge_all(t, ("openings", site, label), table["site"][site]["opening_usd"])
            for group, usd in self.group_usd.items():
                self.charge_all(t, ("activations", group, label), usd)
            for right in self.rights:
                usd = table["right"][right]["cost_usd"]
                self.charge_all(t, ("rights", right, label), usd)
            for stake in self.stakes:
                usd = table["stake"][stake]["price_usd"]
                self.charge_all(t, ("stakes", stake, label), usd)
            for branch, probability in self.leaves:
                self._line_cost(t, branch)
                for recipe, line in self.activities:
                    usd = read.known("recipe", recipe, "variable_usd", t, branch)
                    if line in self.own:
                        each = read.known("line", line, "variable_usd", t, branch)
                        usd += each * self.use(recipe)
                    self.charge(t, branch, ("starts", branch, recipe, line, label), usd)
                for flow in self.flows:
                    if flow[4]:
                        usd = self.freight_and_tariff(flow, t, branch)
                        self.charge(t, branch, ("flows", branch, *flow, label), usd)
                for item, place, owner in self.stocks:
                    usd = read.needed("item", item, "holding_usd") * read.months(t)
                    self.charge(t, branch, ("stock", branch, item, place, owner, label), usd)
                for demand, row in table["demand"].items():
                    worth = self.worth(demand, t, branch)
                    if worth is None:
                        continue
                    name = ("unserved", branch, demand, label)
                    discount = read.discount(read.middle(t))
                    months = read.months(t) if row["measure"] == "stock" else 1.0
                    self.unserved_cost.add(name, probability * discount * worth * months)

    def worth(self, demand: str, t: int, branch: str) -> float | None:
        """Value of a unit of a demand; None where the demand is unknown."""
        if self.read.dated("demand", demand, "quantity", t, branch) is None:
            return None
        return self.read.known("demand", demand, "value_usd", t, branch)

    def _line_cost(self, t: int, branch: str) -> None:
        for line in self.table["line"]:
            usd = self.read.known("line", line, "fixed_usd", t, branch) * self.read.months(t)
            if line in self.own:
                self.charge_sum(t, branch, self.capacity(line, t, branch), usd)
            for stake in self.stakes_in(line):
                if line not in self.own:
                    share = self.read.needed("stake", stake, "share")
                    part = share * self.existing(line, t, branch) * usd
                    self.charge_sum(t, branch, self.taken(stake, t), part)

    def freight_and_tariff(self, flow: tuple, t: int, branch: str) -> float:
        item, lane = flow[0], flow[4]
        usd = self.read.known("lane", lane, "freight_usd", t, branch)
        tariff = self.read.known("lane", lane, "tariff", t, branch)
        if tariff:
            usd += tariff * self.read.known("item", item, "value_usd", t, branch)
        return usd

    # -- cost of modules ------------------------------------------------------------------------

    def earns(self, incentive: str, module: str, t: int) -> bool:
        """Whether an order of a period earns an incentive."""
        row = self.table["incentive"][incentive]
        place = self.place_of(self.table["module"][module]["line"])
        covered = row["place"] in (place, self.country_of(place))
        return covered and within(row["from_date"], self.read.calendar[t].start, row["to_date"])

    def module_price(self, module: str, t: int, branch: str) -> Sum:
        """What the orders of a module in a period cost, net of incentives."""
        label = self.labels[t]
        price = self.read.known("module", module, "capex_usd", t, branch)
        out = Sum().add(("orders", module, label), price)
        for incentive in self.table["incentive"]:
            if not self.earns(incentive, module, t):
                continue
            share = self.read.needed("incentive", incentive, "share_of_capex")
            if incentive in self.capped:
                out.add(("incentives", incentive, module, label), -share * price)
            else:
                out.add(("orders", module, label), -share * price)
        return out

    def payment_days(self, module: str, t: int) -> list[tuple[dt.date, float]]:
        first = self.read.calendar[t].start
        return [
            (first + dt.timedelta(days=math.floor(age * DAYS_OF_A_MONTH)), share)
            for age, share in self.read.ages("module", module, "payments")
        ]

    def module_payments(self, module: str, t: int, branch: str) -> Sum:
        """Payments of a period for the orders of all periods."""
        out = Sum()
        period = self.read.calendar[t]
        for ordered in self.decided:
            for when, share in self.payment_days(module, ordered):
                if period.start <= when < period.end:
                    out.plus(self.module_price(module, ordered, branch), share)
        return out

    def _module_cost(self) -> None:
        end = self.read.calendar.end
        for module in self.modules:
            for t in self.decided:
                for branch, probability in self.leaves:
                    self.charge_sum(t, branch, self.module_payments(module, t, branch), 1.0)
                    price = self.module_price(module, t, branch)
                    for when, share in self.payment_days(module, t):
                        if when >= end:
                            later = probability * share * self.read.discount(when)
                            self.other_cost.plus(price, later)
                    self.other_cost.plus(price, -probability * self.end_value(module, t))
        for incentive in self.capped:
            share = self.read.needed("incentive", incentive, "share_of_capex")
            earned = [
                (module, t)
                for module in self.modules
                for t in self.decided
                if self.earns(incentive, module, t)
            ]
            for module, t in earned:
                most = Sum().add(("incentives", incentive, module, self.labels[t]), 1.0)
                most.add(("orders", module, self.labels[t]), -1.0)
                self.problem.row(("earned", incentive, module, self.labels[t]), most, "<=")
            amount = self.table["incentive"][incentive]["amount_usd"]
            for branch, _ in self.leaves:
                total = Sum()
                for module, t in earned:
                    price = self.read.known("module", module, "capex_usd", t, branch)
                    name = ("incentives", incentive, module, self.labels[t])
                    total.add(name, share * price)
                self.problem.row(("incentive", branch, incentive), total, "<=", amount)

    def end_value(self, module: str, t: int) -> float:
        """What is left at the end of each dollar of a module ordered in a period, today."""
        rate = self.read.settings["discount_rate"]
        life = self.read.needed("module", module, "life_years")
        lead = self.read.needed("module", module, "lead_days")
        ordered = self.read.calendar[t].start
        first = ((ordered - self.read.base_date).days + lead) / DAYS_OF_A_YEAR
        end = (self.read.calendar.end - self.read.base_date).days / DAYS_OF_A_YEAR
        remaining = max(0.0, min(life, life - (end - first)))
        if rate == 0:
            return remaining / life
        recovery = rate / (1 - (1 + rate) ** (-life))
        then = recovery * (1 - (1 + rate) ** (-remaining)) / rate
        return then * (1 + rate) ** (-max(end, first))

    # -- 14: money ------------------------------------------------------------------------------

    def _money(self) -> None:
        funds: dict[str, tuple[float, float, dict | None]] = {}
        for name, row in self.table["fund"].items():
            if self.party_view or not row["party"]:
                rate = self.read.needed("fund", name, "cost_of_capital")
                funds[name] = (row["amount_usd"], rate, row)
        if self.budget is not None:
            funds["the budget"] = (self.budget, 0.0, None)
        if not funds:
            return
        dear = self.read.settings["emergency_cash_cost"]
        declare = self.problem.variable
        for branch, _ in self.leaves:
            for t in self.decided:
                label = self.labels[t]
                declare(("cash", branch, label), max(0.0, self.read.settings["cash_floor_usd"]))
                declare(("emergency", branch, label))
                for fund, (_, _, row) in funds.items():
                    may = row is None or self.read.admits(row, t)
                    declare(("draws", branch, fund, label), 0.0, FREE if may else 0.0)
            for fund, (amount, _, _) in funds.items():
                drawn = Sum()
                for t in self.decided:
                    drawn.add(("draws", branch, fund, self.labels[t]), 1.0)
                self.problem.row(("fund", branch, fund), drawn, "<=", amount)
            for t in self.decided:
                cash = Sum().add(("cash", branch, self.labels[t]), 1.0)
                if t - 1 in self.decided:
                    cash.add(("cash", branch, self.labels[t - 1]), -1.0)
                cash.plus(self.spent.get((branch, t), Sum()))
                cash.add(("emergency", branch, self.labels[t]), -1.0)
                interest, years = Sum(), self.read.months(t) / 12.0
                for fund, (_, rate, _) in funds.items():
                    cash.add(("draws", branch, fund, self.labels[t]), -1.0)
                    for before in self.decided:
                        if before <= t:
                            name = ("draws", branch, fund, self.labels[before])
                            interest.add(name, rate * years)
                for before in self.decided:
                    if before <= t:
                        interest.add(("emergency", branch, self.labels[before]), dear * years)
                cash.plus(interest)
                self.problem.row(("cash", branch, self.labels[t]), cash, "=")
                for name, usd in interest.items():
                    self.charge(t, branch, name, usd, spent=False)

    # -- objective ------------------------------------------------------------------------------

    def objective(self) -> Sum:
        """The sum that is minimised."""
        if self.goal == "cost":
            return Sum().plus(self.unserved_cost).plus(self.other_cost)
        if self.goal == "value":
            return Sum().plus(self.unserved_cost).plus(self.other_cost).add(ONE, -self.all_worth())
        assert self.goal == "compute", self.goal
        out = Sum().plus(self.other_cost, 1.0 / 1000.0)
        demands = self.table["demand"]
        on_basis = [d for d, row in demands.items() if row["basis"] == self.basis != ""]
        for name, usd in self.unserved_cost.items():
            if name[2] not in on_basis:
                out.add(name, usd)
        for branch, probability in self.leaves:
            values = [
                self.read.dated("demand", demand, "value_usd", t, branch)
                for demand in on_basis
                for t in self.decided
            ]
            highest = max([v for v in values if v is not None], default=1.0)
            for demand, item, place in self.sources:
                if demand not in on_basis:
                    continue
                weight = dict(self.eligible[demand])[item]
                for t in self.decided:
                    left = (self.read.calendar.end - self.read.middle(t)).days / DAYS_OF_A_YEAR
                    name = ("served", branch, demand, item, place, self.labels[t])
                    out.add(name, -probability * left * highest * weight)
        return out

    def all_worth(self) -> float:
        """Expected worth of all demand of the decided periods."""
        total = 0.0
        for branch, probability in self.leaves:
            for demand in self.table["demand"]:
                for t in self.decided:
                    worth = self.worth(demand, t, branch)
                    if worth is not None:
                        wanted = self.read.known("demand", demand, "quantity", t, branch)
                        discount = self.read.discount(self.read.middle(t))
                        months = self.read.months(t)
                        total += probability * discount * worth * wanted * months
        return total


class Served(Sum):
    """Deliveries times what each counts; asks for the number only when selected."""

    def __init__(
        self, branch: str, demand: str, item: str, place: str, label: str, each: float | None
    ) -> None:
        super().__init__()
        self.each = each
        self.add(("served", branch, demand, item, place, label), 1.0)

    def items(self):  # type: ignore[override]
        """Terms; fails where a number that is needed is unknown."""
        assert self.each is not None, "power_kw is needed"
        return [(name, self.each) for name in self.keys() if self.each]


def selected(attributes: dict[str, str], select: str) -> bool:
    """Whether all pairs of a selection hold; values list alternatives and may use ``*``."""
    for pair in select.split(";"):
        if not pair.strip():
            continue
        column, _, alternatives = pair.partition("=")
        value = attributes[column.strip()]
        if not any(fnmatchcase(value, choice.strip()) for choice in alternatives.split("|")):
            return False
    return True
