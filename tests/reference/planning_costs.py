"""What a plan costs, and the money it needs: constraint 14 and the section "Cost"."""

from __future__ import annotations

import datetime as dt
import math

from tests.reference.planning_reading import DAYS_OF_A_MONTH, DAYS_OF_A_YEAR, within
from tests.reference.planning_rows import FREE, ONE, Sum


class Costs:
    """Costs of each branch and period, cash, and the objective."""

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
                declare(("emergency", branch, label), 0.0, 0.0 if self.goal == "compute" else FREE)
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
                            interest.add(name, rate * years * (0.5 if before == t else 1.0))
                for before in self.decided:
                    if before <= t:
                        part = 0.5 if before == t else 1.0  # drawn evenly over the period
                        name = ("emergency", branch, self.labels[before])
                        interest.add(name, dear * years * part)
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
