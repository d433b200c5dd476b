"""Purchases, contracts, rights and rules: constraints 8 to 13 of docs/mathematics.md."""

from __future__ import annotations

import math
from fnmatch import fnmatchcase

from tests.reference.planning_rows import FREE, ONE, Sum


class Contracts:
    """Constraints 8 to 13."""

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
        floor = self.read.needed("offer", offer, "floor")
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
            if floor and open_now:  # a contract that stands already
                first = self.steps_of(offer)[0]
                volume = self.read.known("offer_step", f"{offer}/{first}", "volume", t, branch)
                least = floor * self.price(offer, first, t, branch) * volume * months
                self.problem.row(
                    ("standing", branch, offer, label), Sum().add(pays, 1.0), ">=", least
                )
            return
        reserved = ("reservations", offer)
        first_price = self.price(offer, self.steps_of(offer)[0], t, branch)
        if open_now:
            within_reserved = Sum().plus(bought).add(reserved, -months)
            self.problem.row(("reserved", branch, offer, label), within_reserved, "<=")
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
