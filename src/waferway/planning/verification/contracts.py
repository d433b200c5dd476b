"""Buying and owing: offers, reservations, payments, commitments (families 8-10)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from waferway.planning.verification.capacity import text
from waferway.planning.verification.operation import Operation, Sum
from waferway.planning.verification.reading import ordinal
from waferway.planning.verification.result import Findings

__all__ = ["Contracts"]

Floats = NDArray[np.float64]


class Contracts:
    """Offers and commitments in one branch, and the rows about them."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        structure, values, decisions = operation.structure, operation.values, operation.decisions
        self.structure, self.clock, self.decided = structure, operation.clock, operation.decided
        self.branch = operation.branch
        self.offer = structure.network.table("offer")
        self.names = list(self.offer.index)
        self.open = self.clock.windows(self.offer)
        volumes = decisions.get("reservations", "volume")
        self.g = np.array([volumes.get((name,), np.zeros(1))[0] for name in self.names])
        self.p = decisions.dense(
            "payments", "payment_usd", self.branch, [(name,) for name in self.names]
        )
        self.price = values("offer_step", "price_usd")
        self.first_price = np.full((len(self.names), self.clock.size), np.nan)
        self.first_volume = np.zeros((len(self.names), self.clock.size))
        volume = values("offer_step", "volume")
        step = structure.network.table("offer_step")["step"].to_numpy(dtype=float)
        for row in range(len(self.names)):
            mine = np.flatnonzero(operation.step_offer == row)
            if mine.size:
                first = mine[np.argmin(step[mine])]
                self.first_price[row] = self.price[first]
                self.first_volume[row] = volume[first]
        self.due = Sum(len(self.names), self.clock.size)
        self.due.add(operation.step_offer, _known(self.price, operation.q))
        commitment = structure.network.table("commitment")
        self.commitment = commitment
        self.in_force = self.clock.windows(commitment)
        self.e = decisions.dense(
            "shortfall", "quantity", self.branch, [(name,) for name in commitment.index]
        )
        self.quantity = values("commitment", "quantity")

    def net_payments(self) -> Floats:
        """Payments, premium and prepayment less what is credited, by offer; (offers, T)."""
        operation, months = self.operation, self.clock.months
        values = operation.values
        premium = values.plain("offer", "premium_usd")[:, None]
        prepaid = values.plain("offer", "prepayment")[:, None]
        reserved = self.g[:, None] * self.open * self.decided
        out: Floats = self.p + premium * reserved * months
        out = out - prepaid * _known(self.first_price, operation.bought)
        if self.decided.any() and len(self.names):
            signing = prepaid * _known(self.first_price, reserved * months)
            out[:, int(np.argmax(self.decided))] += signing.sum(axis=1)
        return out

    def check(self, findings: Findings) -> None:
        """Families 8, 9 and 10."""
        if self.names:
            self._offers(findings)
            self._reservations(findings)
        if len(self.commitment):
            self._commitments(findings)

    def _offers(self, findings: Findings) -> None:
        operation, months, decided = self.operation, self.clock.months, self.decided
        steps = operation.step_names
        volume = operation.values("offer_step", "volume")
        findings.compare("offer_volume", steps, operation.q, "<=", volume * months,
                         "purchases against the volume of the step", branch=self.branch,
                         where=~np.isnan(volume) & decided)  # fmt: skip
        usable = self.open & self.structure.usable[:, None]
        findings.compare("offer_window", self.names, operation.bought, "==", 0.0,
                         "purchases while the offer is not open", branch=self.branch,
                         where=~usable & decided)  # fmt: skip
        on_line = [row for row, line in enumerate(self.offer["line"]) if text(line)]
        if not on_line:
            return
        share = operation.values("offer", "share")[on_line]
        lines = [self.structure.line_row[self.offer["line"].iloc[row]] for row in on_line]
        booked = self._bookings(lambda customer: not self.structure.owned(
            customer, self.structure.party))  # fmt: skip
        capacity = operation.capacity
        free = np.clip(
            capacity.existing[lines] + capacity.orders.ordered[lines] - booked[lines], 0.0, None
        )
        findings.compare("line_offer", [self.names[row] for row in on_line],
                         operation.bought[on_line], "<=", share * free * months,
                         "capacity bought against the share of what bookings leave",
                         branch=self.branch, where=decided[None, :])  # fmt: skip

    def _bookings(self, counts: object) -> Floats:
        """Booked capacity by line, of the customers that count; shape (lines, T)."""
        out = np.zeros((len(self.structure.line_names), self.clock.size))
        for row, (line, customer, force) in enumerate(
            zip(self.commitment["line"], self.commitment["customer"], self.commitment["force"],
                strict=True)
        ):  # fmt: skip
            if text(line) and force != "letter_of_intent" and counts(customer):  # type: ignore[operator]
                out[self.structure.line_row[line]] += np.where(
                    self.in_force[row], self.quantity[row], 0.0
                )
        return out

    def _reservations(self, findings: Findings) -> None:
        operation, months, decided = self.operation, self.clock.months, self.decided
        reserve = self.offer["reserve"].to_numpy(dtype=bool)
        inside = self.open & decided
        findings.compare("reservation", self.names, operation.bought, "<=",
                         self.g[:, None] * months, "purchases against the reserved volume",
                         branch=self.branch, where=reserve[:, None] & inside)  # fmt: skip
        findings.compare("payment", self.names, self.p, ">=", self.due.total,
                         "payment against what is bought", branch=self.branch,
                         scale=self.due.largest, where=decided[None, :])  # fmt: skip
        floor = operation.values.plain("offer", "floor")[:, None]
        # With a floor and without `reserve` the contract stands already, for its first volume.
        stands = np.where(np.isnan(self.first_volume), 0.0, self.first_volume)
        owed = np.where(reserve[:, None], self.g[:, None], stands)
        inside &= self.structure.usable[:, None]
        least = floor * _known(self.first_price, owed * months * inside)
        findings.compare("payment", self.names, self.p, ">=", least,
                         "payment against the floor of take-or-pay", branch=self.branch,
                         where=inside)  # fmt: skip
        first = self.clock.start[int(np.argmax(decided))] if decided.any() else np.inf
        late = np.array([ordinal(v, np.inf) < first for v in self.offer["sign_by"]])
        findings.compare("reservation", self.names, self.g, "==", 0.0,
                         "reserved after the last day of signing", where=late)  # fmt: skip

    def _commitments(self, findings: Findings) -> None:
        operation, structure, months = self.operation, self.structure, self.clock.months
        frame = self.commitment
        priced = ~np.isnan(frame["price_usd"].to_numpy(dtype=float))
        findings.compare("shortfall", list(frame.index), self.e, "==", 0.0,
                         "shortfall of a commitment without a price", branch=self.branch,
                         where=~priced[:, None] & self.decided[None, :])  # fmt: skip
        if structure.party:
            return
        main = operation.use[:, None] * operation.x
        customers = np.array([a.customer for a in operation.activities], dtype=object)
        pairs = {
            (line, customer)
            for line, customer, force in zip(frame["line"], frame["customer"], frame["force"],
                                             strict=True)
            if text(line) and force != "letter_of_intent"
        }  # fmt: skip
        for line, customer in sorted(pairs):
            at = structure.line_row[line]
            others = main[(operation.line_of == at) & (customers != customer)].sum(axis=0)
            booked = self._bookings(lambda who, customer=customer: who == customer)[at]
            capacity = operation.capacity
            stands = capacity.ordered[at] + np.where(
                capacity.needs_opening[at], 0.0, capacity.existing[at]
            )
            booked = np.minimum(booked, stands)
            findings.compare(
                "commitment", [f"{line} for {customer}"], others[None], "<=",
                (months * (operation.capacity.total[at] - booked))[None],
                "what others use leaves the booked capacity free", branch=self.branch,
                scale=(months * np.maximum(booked, np.abs(operation.capacity.total[at])))[None],
                where=((booked != 0) & self.decided)[None],
            )  # fmt: skip
        for row, name in enumerate(frame.index):
            force, customer = frame["force"].iloc[row], frame["customer"].iloc[row]
            if force == "letter_of_intent":
                continue
            where = (self.in_force[row] & self.decided)[None]
            owed = (self.quantity[row] * months)[None]
            if text(frame["line"].iloc[row]):
                if force != "take_or_pay":
                    continue
                at = structure.line_row[frame["line"].iloc[row]]
                mine = (operation.line_of == at) & (customers == customer)
                taken = main[mine].sum(axis=0) + self.e[row]
            else:
                taken = self._reached(row) + self.e[row]
            findings.compare("commitment", [name], taken[None], ">=", owed,
                             "what the customer takes against what it booked",
                             branch=self.branch, where=where)  # fmt: skip

    def _reached(self, row: int) -> Floats:
        """What of an item reaches a customer from a supplier; shape (T,)."""
        operation, structure = self.operation, self.structure
        item, customer = self.commitment["item"].iloc[row], self.commitment["customer"].iloc[row]
        supplier = self.commitment["supplier"].iloc[row]
        places = {
            a.place
            for a in structure.activities
            if structure.line_party[a.at_line] == supplier
            and any(r == "out" and i == item for _, r, i in
                    structure.recipe_items.get(a.recipe, []))
        }  # fmt: skip
        party = structure.network.table("demand")["party"]
        out = np.zeros(self.clock.size)
        for at, (demand, what, place) in enumerate(operation.served_keys):
            if what == item and place in places and party[demand] == customer:
                out += operation.y[at]
        for at, flow in enumerate(operation.flow_keys):
            if flow.item == item and flow.from_place in places and flow.owner == customer:
                out += operation.f[at]
        return out


def _known(numbers: Floats, amounts: Floats) -> Floats:
    """A product that an unknown number makes unknown only where there is an amount."""
    product: Floats = np.where(amounts == 0, 0.0, numbers * amounts)
    return product
