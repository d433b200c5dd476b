"""Cost line by line, end value, discounting, cash and funds, objectives (family 14, Cost)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from waferway.planning.verification.capacity import text
from waferway.planning.verification.contracts import Contracts
from waferway.planning.verification.decisions import KINDS
from waferway.planning.verification.operation import Operation, Sum
from waferway.planning.verification.reading import MONTH_DAYS, YEAR_DAYS, ordinal
from waferway.planning.verification.result import Findings

__all__ = ["Money", "end_value"]

Floats = NDArray[np.float64]
NOT_SPENT = ("interest", "unserved")


def end_value(price: float, rate: float, life: float, first: float, end: float) -> float:
    """What the unused annuities of one module are worth today.

    Parameters
    ----------
    price : float, USD
    rate : float, per year
    life : float, years of service
    first, end : float, years from the base date
        First capacity, and the end of the calendar.

    Returns
    -------
    float, USD

    Examples
    --------
    >>> round(end_value(300.0, 0.08, 10.0, 0.0, 4.0), 1)
    151.9
    """
    if life <= 0:
        return 0.0
    left = max(0.0, min(life, life - (end - first)))
    if rate == 0:
        return price * left / life
    recovery = rate / (1 - (1 + rate) ** -life)
    worth: float = price * recovery * (1 - (1 + rate) ** -left) / rate
    return float(worth * (1 + rate) ** -max(end, first))


class Money:
    """Undiscounted money by kind and period, discounted cost by kind, for one branch."""

    def __init__(self, operation: Operation, contracts: Contracts) -> None:
        self.operation, self.contracts = operation, contracts
        self.structure, self.clock = operation.structure, operation.clock
        self.decided, self.branch = operation.decided, operation.branch
        network = self.structure.network
        self.rate = float(network.setting("discount_rate"))
        first = self.clock.start[int(np.argmax(self.decided))]
        self.base = ordinal(network.setting("base_date"), float(first))
        self.years = (self.clock.middle - self.base) / YEAR_DAYS
        self.discount = (1 + self.rate) ** -self.years
        self.lines: dict[str, Floats] = {kind: np.zeros(self.clock.size) for kind in KINDS}
        self.after = 0.0
        """Module payments after the calendar, discounted by their own day."""
        self.kept = 0.0
        """End values, discounted."""
        self._modules()
        self._once()
        self._running()
        self._funds()

    # -- lines ---------------------------------------------------------------------------

    def _modules(self) -> None:
        """Payments, incentives and end values of the plan's orders."""
        operation, clock, build = self.operation, self.clock, self.operation.capacity.build
        n = operation.capacity.orders.n
        price = operation.values("module", "capex_usd")
        self.paid = np.zeros((len(build.names), clock.size))
        owed = np.where(n == 0, 0.0, n * price)
        frame = self.structure.network.table("incentive")
        share = operation.values.plain("incentive", "share_of_capex")
        capped = ~np.isnan(frame["amount_usd"].to_numpy(dtype=float))
        self.earned: dict[str, Floats] = {}
        self.incentive_room: list[tuple[str, str, Floats, Floats]] = []
        for row, name in enumerate(frame.index):
            low = ordinal(frame["from_date"].iloc[row], -np.inf)
            high = ordinal(frame["to_date"].iloc[row], np.inf)
            admitted = (clock.start >= low) & (clock.start <= high)
            earned = np.zeros_like(n)
            for module, line in enumerate(build.line):
                place = self.structure.line_place[line]
                covers = frame["place"].iloc[row] in (place, self.structure.country(place))
                room = n[module] * (admitted & covers)
                if not capped[row]:
                    earned[module] = room
                    continue
                count = operation.decisions.dense(
                    "incentives", "orders", "", [(name, build.names[module])]
                )[0]
                earned[module] = count
                self.incentive_room.append((name, build.names[module], count, room))
            worth = np.where(earned == 0, 0.0, share[row] * price * earned)
            owed -= worth
            if capped[row]:
                self.earned[name] = worth
        end = (clock.end[-1] - self.base) / YEAR_DAYS
        for module, t in np.argwhere(n != 0):
            for age, part in operation.values.ages("module", "payments", build.names[module]):
                when = clock.start[t] + np.floor(age * MONTH_DAYS)
                at = clock.find(when)
                if at < clock.size:
                    self.paid[module, at] += part * owed[module, t]
                else:
                    years = (when - self.base) / YEAR_DAYS
                    self.after += part * owed[module, t] * (1 + self.rate) ** -years
            begins = (clock.start[t] + build.lead[module] - self.base) / YEAR_DAYS
            self.kept += end_value(
                owed[module, t], self.rate, float(build.life[module]), begins, end
            )
        self.lines["modules"] = self.paid.sum(axis=0)

    def _once(self) -> None:
        """Openings, activations, rights and stakes."""
        network, decisions = self.structure.network, self.operation.decisions
        for table, column, kind, of, price in (
            ("openings", "opened", "openings", "site", "opening_usd"),
            ("rights", "bought", "rights", "right", "cost_usd"),
            ("stakes", "taken", "stakes", "stake", "price_usd"),
        ):
            frame = network.table(of)
            for (key,), taken in decisions.get(table, column).items():
                if key in frame.index:
                    usd = float(frame.at[key, price])
                    self.lines[kind] = self.lines[kind] + np.where(taken == 0, 0.0, usd * taken)
        for (key,), done in decisions.get("activations", "activated").items():
            if key in decisions.groups:
                self.lines["activations"] = (
                    self.lines["activations"] + decisions.groups[key][0] * done
                )

    def _running(self) -> None:
        operation, months = self.operation, self.clock.months
        values, capacity = operation.values, operation.capacity
        decided = self.decided
        # What it costs to run a line of another party is in the price of its offers; a stake
        # taken pays its share of the fixed cost.
        fixed = _known(values("line", "fixed_usd"), capacity.total + capacity.staked) * months
        self.lines["fixed"] = _total(fixed, decided)
        x = np.where(decided, operation.x, 0.0)
        own = _known(values("recipe", "variable_usd")[operation.recipe_of], x)
        used = x * (operation.use * self.structure.own[operation.line_of])[:, None]
        line = _known(values("line", "variable_usd")[operation.line_of], used)
        self.lines["variable"] = _total(own, decided) + _total(line, decided)
        self.lines["purchases"] = _total(self.contracts.net_payments(), decided)
        lane = self.structure.network.table("lane")
        if len(operation.flow_keys) and len(lane):
            by_lane = operation.lane_of >= 0
            at, f = operation.lane_of[by_lane], operation.f[by_lane]
            freight = _known(values("lane", "freight_usd")[at], f)
            tariff = values("lane", "tariff")[at]
            worth = values("item", "value_usd")[operation.item_of_flow[by_lane]]
            tariffs = np.where((f == 0) | (tariff == 0), 0.0, f * tariff * worth)
            self.lines["freight"] = _total(freight, decided)
            self.lines["tariffs"] = _total(tariffs, decided)
        items = self.structure.network.table("item").index.get_indexer(
            [key.item for key in operation.stock_keys]
        )
        holding = values.plain("item", "holding_usd")[items]
        self.lines["holding"] = _total(holding[:, None] * months * operation.level, decided)
        price = self.contracts.commitment["price_usd"].to_numpy(dtype=float)
        missed = _known(np.repeat(price[:, None], self.clock.size, axis=1), self.contracts.e)
        self.lines["shortfall"] = _total(missed, decided)
        worth = values("demand", "value_usd")
        self.unit_worth = float(np.nanmax(np.abs(worth), initial=0.0)) if worth.size else 0.0
        self.unserved = _known(worth, operation.u)
        stock = (self.structure.network.table("demand")["measure"] == "stock").to_numpy()
        self.unserved = np.where(stock[:, None], months, 1.0) * self.unserved
        self.lines["unserved"] = _total(self.unserved, decided)

    # -- cash ----------------------------------------------------------------------------

    def _funds(self) -> None:
        """Funds that bind: their draws, interest, cash."""
        network, decisions = self.structure.network, self.operation.decisions
        frame = network.table("fund")
        mine = [bool(self.structure.party) or not text(party) for party in frame["party"]]
        self.binding = [name for name, bind in zip(frame.index, mine, strict=True) if bind]
        self.amount = {name: float(frame.at[name, "amount_usd"]) for name in self.binding}
        rate = dict(zip(frame.index, self.operation.values.plain("fund", "cost_of_capital"),
                        strict=True))  # fmt: skip
        self.drawn: dict[str, Floats] = {}
        for (name,), usd in decisions.get("draws", "usd", self.branch).items():
            self.drawn[name] = usd
            if name not in frame.index and decisions.budget is not None:
                self.amount[name], rate[name] = decisions.budget, 0.0
        self.binds = bool(self.binding) or decisions.budget is not None
        if not self.binds:
            self.emergency = np.zeros(self.clock.size)
            return
        years = self.clock.months / 12
        self.emergency = decisions.dense("cash", "emergency", self.branch, [()])[0]
        interest = float(network.setting("emergency_cash_cost")) * years * _held(self.emergency)
        for name, usd in self.drawn.items():
            interest = interest + rate.get(name, 0.0) * years * _held(usd)
        self.lines["interest"] = np.where(self.decided, interest, 0.0)

    def check(self, findings: Findings) -> None:
        """Incentives, cash, funds and the plan's own table of money."""
        self._check_incentives(findings)
        self._check_cash(findings)
        found = self.operation.decisions.get("money", "usd", self.branch)
        theirs = np.array([found.get((kind,), np.zeros(self.clock.size)) for kind in KINDS])
        mine = np.array([self.lines[kind] for kind in KINDS])
        # A unit of each demand is the least that unserved demand is counted in.
        unit = np.array([[self.unit_worth if kind == "unserved" else 0.0] for kind in KINDS])
        findings.compare("money", list(KINDS), theirs, "==", mine,
                         "the plan's table of money against the cost recomputed",
                         branch=self.branch, scale=unit)  # fmt: skip
        size = np.maximum(np.maximum(1.0, unit), np.abs(mine))
        self.money_difference = float(np.max(np.abs(theirs - mine) / size, initial=0.0))

    def _check_incentives(self, findings: Findings) -> None:
        for name, module, count, room in self.incentive_room:
            findings.compare("incentive", [f"{name} for {module}"], count[None], "<=", room[None],
                             "orders that earn an incentive against orders it covers",
                             branch=self.branch)  # fmt: skip
        frame = self.structure.network.table("incentive")
        for name, worth in self.earned.items():
            findings.compare("incentive", [name], np.array([worth.sum()]), "<=",
                             float(frame.at[name, "amount_usd"]),
                             "all that is earned against the amount",
                             branch=self.branch)  # fmt: skip

    def _check_cash(self, findings: Findings) -> None:
        decisions, clock, decided = self.operation.decisions, self.clock, self.decided
        cash, drawn, emergency = (
            decisions.dense("cash", column, self.branch, [()])
            for column in ("cash", "drawn", "emergency")
        )
        if not self.binds:
            for words, amounts in (("cash", cash), ("draws", drawn), ("emergency", emergency)):
                findings.compare("cash", [words], amounts, "==", 0.0, "no fund binds this plan",
                                 branch=self.branch)  # fmt: skip
            return
        for name, usd in self.drawn.items():
            if name not in self.amount:
                findings.say("fund", name, "this fund does not bind this plan", branch=self.branch)
                continue
            findings.compare("fund", [name], np.array([usd.sum()]), "<=", self.amount[name],
                             "draws against the amount of the fund",
                             branch=self.branch)  # fmt: skip
        frame = self.structure.network.table("fund")
        for name in self.binding:
            inside = clock.window(frame.at[name, "from_date"], frame.at[name, "to_date"])
            usd = self.drawn.get(name, np.zeros(clock.size))
            findings.compare("fund", [name], usd[None], "==", 0.0,
                             "drawn outside the window of the fund", branch=self.branch,
                             where=~inside[None])  # fmt: skip
        total = sum(self.drawn.values(), np.zeros(clock.size))
        findings.compare("cash", ["drawn"], drawn, "==", total[None],
                         "column drawn against the draws by fund", branch=self.branch)  # fmt: skip
        spent = sum(
            (usd for kind, usd in self.lines.items() if kind not in NOT_SPENT),
            np.zeros(clock.size),
        )
        before = np.concatenate([[0.0], cash[0, :-1]])
        right = before + total + emergency[0] - spent - self.lines["interest"]
        side = Sum(1, clock.size)
        for part in (before, total, emergency[0], *self.lines.values()):
            side.add([0], part[None])
        findings.compare("cash", ["cash"], cash, "==", right[None],
                         "cash against cash before, draws, spending and interest",
                         branch=self.branch, scale=side.largest, where=decided[None])  # fmt: skip
        floor = float(self.structure.network.setting("cash_floor_usd"))
        findings.compare("cash", ["cash"], cash, ">=", floor, "cash against its floor",
                         branch=self.branch, scale=side.largest, where=decided[None])  # fmt: skip

    # -- totals --------------------------------------------------------------------------

    def cost_lines(self) -> dict[str, float]:
        """Discounted cost by kind."""
        out = {kind: float(usd @ self.discount) for kind, usd in self.lines.items()}
        out["modules_after_end"] = self.after
        out["end_value"] = -self.kept
        return out

    def objective(self, name: str, basis: str) -> tuple[float, float]:
        """The minimised objective and its largest absolute part; NaN for one not known here."""
        lines = self.cost_lines()
        cost = sum(lines.values())
        largest = max(1.0, *(abs(usd) for usd in lines.values()))
        operation, months = self.operation, self.clock.months
        if name == "cost":
            return cost, largest
        values = operation.values
        if name == "value":
            worth = values("demand", "value_usd") * values("demand", "quantity") * months
            worth = np.where(np.isnan(values("demand", "quantity")), 0.0, worth)
            total = float((_total(worth, self.decided) * self.discount).sum())
            return cost - total, max(largest, abs(total))
        if name != "compute":
            return np.nan, 1.0
        frame = self.structure.network.table("demand")
        counted = (frame["basis"] == basis).to_numpy()
        highest = values("demand", "value_usd")[counted][:, self.decided]
        known = highest[~np.isnan(highest)]
        worth_of_unit = float(known.max()) if known.size else 1.0
        left = (self.clock.end[-1] - self.clock.middle) / YEAR_DAYS
        amounts = operation.weight_of[:, None] * operation.y
        amounts = amounts[counted[operation.demand_of]] if len(amounts) else amounts
        compute = worth_of_unit * float(_total(amounts, self.decided) @ left)
        others = float(_total(self.unserved[~counted], self.decided) @ self.discount)
        rest = cost - lines["unserved"]
        return -compute + others + rest / 1000, max(1.0, compute, others, abs(rest) / 1000)


def _known(numbers: Floats, amounts: Floats) -> Floats:
    """A product that an unknown number makes unknown only where there is an amount."""
    product: Floats = np.where(amounts == 0, 0.0, numbers * amounts)
    return product


def _total(terms: Floats, decided: NDArray[np.bool_]) -> Floats:
    total: Floats = np.where(decided, terms.sum(axis=0), 0.0)
    return total


def _held(drawn: Floats) -> Floats:
    """What is owed on average in each period: all drawn before, half of what is drawn in it."""
    return np.asarray(drawn.cumsum() - 0.5 * drawn)
