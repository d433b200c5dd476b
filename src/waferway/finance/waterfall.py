"""The walk through time: tax, draws, debt service by rank, reserves, distributions.

Owns one pass over the periods for all scenarios at once, given the size of each loan and its
repayment schedule. Refuses to size anything (`waferway.finance.accounts` finds the fixed
point) and to form statements.

Order within a period: operating cash, tax, awards, capital spending; during construction loans
and equity fund what is missing; in operation the cash available for debt service pays loans by
rank (interest, overdue, principal), then the reserve is filled, then the sweep prepays, then the
rest is distributed unless a test locks it up.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from waferway.finance.project import Financing, Project
from waferway.finance.schedules import Schedules

__all__ = ["LoanPlan", "Walk", "walk"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_] | None  # None: every scenario


@dataclass
class LoanPlan:
    """A loan as one pass sees it.

    Attributes
    ----------
    facility : array, shape (S,), money
    rate : array, shape (T, S), per period
    idle_rate : array, shape (T, 1), per period on what is undrawn
    shares : array, shape (T, S)
        Scheduled principal as a share of the balance at the start of operation.
    ahead : array, shape (T, S)
        Scheduled service of the periods that the reserve covers, per unit of that balance.
    window : array, shape (T, S), years of each period in which principal is due, else 0
    """

    facility: Floats
    rate: Floats
    idle_rate: Floats
    shares: Floats
    ahead: Floats
    window: Floats


@dataclass
class Walk:
    """Lines of shape (T, S), and per loan; see `waferway.finance.accounts.LINES`."""

    lines: dict[str, Floats]
    loans: list[dict[str, Floats]]
    uses: Floats


_LINES = (
    "tax_paid", "tax_due", "taxable_income", "loss_carried_forward", "award_used", "award_pool",
    "financing_cost", "financing_capitalised", "financing_amortised", "financing_asset",
    "operating_cash", "cfads", "equity_called", "support_equity", "distributions", "cash",
    "reserve", "locked",
)  # fmt: skip
_LOAN_LINES = (
    "draw", "interest", "fees", "paid", "due", "principal_paid", "balance", "overdue", "sweep",
    "dscr", "cash_before",
)  # fmt: skip


def walk(
    project: Project,
    financing: Financing,
    schedules: Schedules,
    plans: list[LoanPlan],
    total_uses: Floats,
) -> Walk:
    """One pass over all periods.

    Parameters
    ----------
    project, financing : see `waferway.finance.project`
    schedules : Schedules
    plans : list of LoanPlan, in the order of `financing.loans`
    total_uses : array, shape (S,), money
        Uses of the construction period that draws are shared over.

    Returns
    -------
    Walk
    """
    periods, count = schedules.flows["revenue"].shape
    lines = {name: np.zeros((periods, count)) for name in _LINES}
    loans = [{name: np.zeros((periods, count)) for name in _LOAN_LINES} for _ in plans]
    order = sorted(range(len(plans)), key=lambda k: financing.loans[k].rank)
    state = _State(count, len(plans))
    lent = sum((plan.facility for plan in plans), np.zeros(count))
    equity_total = np.maximum(total_uses - lent, 0.0)
    shared_by = np.maximum(total_uses, lent)  # more debt than uses is never drawn
    walker = _Walker(project, financing, schedules, plans, order, state, lines, loans)
    walker.equity_total, walker.shared_by = equity_total, shared_by
    for t in range(periods):
        building = t < schedules.operation
        walker.cost_of_money(t, building)
        walker.operate(t)
        # most periods are all construction or all operation: masks are needed in the others only
        if building.any():
            walker.build(t, None if building.all() else building)
        if not building.all():
            walker.serve(t, None if not building.any() else ~building)
        walker.close(t)
    return Walk(lines, loans, state.uses)


class _State:
    """What is carried from one period to the next, per scenario."""

    def __init__(self, count: int, loans: int) -> None:
        self.balance = [np.zeros(count) for _ in range(loans)]
        self.drawn = [np.zeros(count) for _ in range(loans)]
        self.overdue = [np.zeros(count) for _ in range(loans)]
        self.base = [np.zeros(count) for _ in range(loans)]
        self.cash = np.zeros(count)
        self.reserve = np.zeros(count)
        self.equity = np.zeros(count)
        self.uses = np.zeros(count)
        self.financing = np.zeros(count)
        self.financing_left = np.zeros(count)
        self.income_of_year = np.zeros(count)
        self.losses = np.zeros(count)
        self.credits = np.zeros(count)


def _where(mask: Mask, value: Floats, other: Floats | float) -> Floats:
    """Value where the mask holds; everywhere when there is no mask."""
    return value if mask is None else np.where(mask, value, other)


@dataclass
class _Walker:
    """One pass: the steps of a period, on the state of all scenarios."""

    project: Project
    financing: Financing
    schedules: Schedules
    plans: list[LoanPlan]
    order: list[int]
    state: _State
    lines: dict[str, Floats]
    loans: list[dict[str, Floats]]
    equity_total: Floats = field(default_factory=lambda: np.zeros(0))
    shared_by: Floats = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        f = self.schedules.flows
        self.last = len(self.schedules.years) - 1
        self.taxable_before_finance = (
            f["revenue"] - f["cost_of_sales"] - f["lease_payments"] - f["tax_depreciation"]
            + f["award_taxable"] + f["salvage"] - f["tax_value_sold"]
        )  # fmt: skip
        self.cash_before_tax = (
            f["operating_receipts"] - f["operating_payments"] - f["lease_payments"]
            + f["salvage"] + f["award_refunded"]
        )  # fmt: skip
        self.has_credits = bool(f["award_credit"].any())

    def cost_of_money(self, t: int, building: NDArray[np.bool_]) -> None:
        """Interest and fees, what of them is capitalised, and its amortisation."""
        state, lines = self.state, self.lines
        cost = np.zeros_like(state.cash)
        for k, plan in enumerate(self.plans):
            interest = state.balance[k] * plan.rate[t]
            fees = np.zeros_like(cost)
            if building.any():
                idle = np.maximum(plan.facility - state.drawn[k], 0.0)
                fees = np.where(building, idle * plan.idle_rate[t], 0.0)
            if t == 0:
                fees = fees + self.financing.loans[k].upfront_fee * plan.facility
            self.loans[k]["interest"][t], self.loans[k]["fees"][t] = interest, fees
            cost += interest + fees
        capitalised = cost * building
        state.financing += capitalised
        amortised = np.minimum(
            state.financing * self.schedules.flows["financing_shares"][t], state.financing_left
        )
        state.financing_left = state.financing_left + capitalised - amortised
        if t == self.last and self.project.winds_up:
            amortised = amortised + state.financing_left
            state.financing_left = np.zeros_like(cost)
        lines["financing_cost"][t], lines["financing_capitalised"][t] = cost, capitalised
        lines["financing_amortised"][t] = amortised
        lines["financing_asset"][t] = state.financing_left

    def operate(self, t: int) -> None:
        """Tax of the year in its last period, after losses and credits; cash before finance."""
        state, lines, flows = self.state, self.lines, self.schedules.flows
        income = self.taxable_before_finance[t] - (
            lines["financing_cost"][t] - lines["financing_capitalised"][t]
            + lines["financing_amortised"][t]
        )  # fmt: skip
        lines["taxable_income"][t] = income
        state.income_of_year = state.income_of_year + income
        cash = self.cash_before_tax[t]
        if self.has_credits:
            state.credits = state.credits + flows["award_credit"][t]
        if self.schedules.year_end[t]:
            year = state.income_of_year
            if self.project.refunds_losses:
                base = year
            else:
                gain = np.maximum(year, 0.0)
                relief = np.minimum(state.losses, self.project.loss_limit * gain)
                state.losses = state.losses - relief + (gain - year)
                base = gain - relief
            due = flows["tax_rate"][t] * base
            lines["tax_due"][t] = lines["tax_paid"][t] = due
            cash = cash - due
            if self.has_credits:
                used = np.minimum(state.credits, np.maximum(due, 0.0))
                state.credits = state.credits - used
                lines["award_used"][t] = used
                cash = cash + used
            state.income_of_year = np.zeros_like(year)
        lines["loss_carried_forward"][t] = state.losses
        lines["award_pool"][t] = state.credits
        lines["operating_cash"][t] = cash
        lines["cfads"][t] = cash - flows["capex"][t]

    def build(self, t: int, mask: Mask) -> None:
        """Fund what is missing during construction."""
        state, lines = self.state, self.lines
        cost, cfads = lines["financing_cost"][t], lines["cfads"][t]
        rule = self.financing.draw_rule
        need = np.maximum(cost - cfads + self.financing.minimum_cash - state.cash, 0.0)
        short = _where(mask, need, 0.0)
        remaining = short
        if rule == "equity_first":
            remaining = short - np.minimum(short, np.maximum(self.equity_total - state.equity, 0))
        pot = remaining
        left = [np.maximum(p.facility - state.drawn[k], 0.0) for k, p in enumerate(self.plans)]
        whole = sum(left, np.zeros_like(short))
        drawn = np.zeros_like(short)
        for k, plan in enumerate(self.plans):
            if rule == "debt_first":
                draw = np.minimum(remaining, left[k])
            else:
                amount, parts, of = (
                    (short, plan.facility, self.shared_by) if rule == "pro_rata"
                    else (pot, left[k], whole)
                )  # fmt: skip
                ratio = np.divide(parts, of, out=np.zeros_like(short), where=of > 0)
                draw = np.minimum(amount * ratio, left[k])
            remaining, drawn = remaining - draw, drawn + draw
            state.drawn[k] = state.drawn[k] + draw
            state.balance[k] = state.balance[k] + draw
            rows = self.loans[k]
            rows["draw"][t] = draw
            rows["paid"][t] = _where(mask, rows["interest"][t], rows["paid"][t])
        equity = np.maximum(short - drawn, 0.0)
        state.equity = state.equity + equity
        state.uses = state.uses + short
        lines["equity_called"][t] = equity
        state.cash = _where(mask, state.cash + cfads - cost + short, state.cash)

    def serve(self, t: int, mask: Mask) -> None:
        """Pay loans by rank, fill the reserve, sweep, distribute."""
        state, lines = self.state, self.lines
        cfads, least = lines["cfads"][t], self.financing.minimum_cash
        release = t == self.last and self.project.winds_up
        pot = state.cash + cfads - (0.0 if release else least)
        reserve = state.reserve
        hole = np.maximum(-pot, 0.0)
        from_reserve = np.minimum(hole, reserve)
        support = hole - from_reserve
        reserve, pot = reserve - from_reserve, np.maximum(pot, 0.0)
        locked = np.zeros(len(pot), dtype=bool)
        ahead: Floats | float = 0.0
        before = cfads
        for k in self.order:
            rows, terms, plan = self.loans[k], self.financing.loans[k], self.plans[k]
            starts = self.schedules.operation == t
            if starts.any():  # the balance after the last draw is what the schedule repays
                state.base[k] = np.where(starts, state.balance[k], state.base[k])
            base = state.base[k]
            scheduled = np.minimum(
                plan.shares[t] * base, np.maximum(state.balance[k] - state.overdue[k], 0.0)
            )
            interest = rows["interest"][t]
            service = interest + scheduled
            due = service + state.overdue[k]
            paid = np.minimum(due, pot + reserve)
            from_pot = np.minimum(paid, pot)
            pot, reserve = pot - from_pot, reserve - (paid - from_pot)
            overdue = due - paid
            overdue = np.where(overdue > 1e-9 * due, overdue, 0.0)
            ratio = np.divide(before, service, out=np.full_like(pot, np.nan),
                              where=service > 1e-9 * base)  # fmt: skip
            locked |= (ratio < terms.lockup_dscr * (1 - 1e-9)) | (overdue > 0)
            if terms.reserve_periods:
                ahead = ahead + plan.ahead[t] * base
            balance = state.balance[k] - (paid - interest)
            balance = np.where(np.abs(balance) < 1e-12 * base, 0.0, balance)
            rows["cash_before"][t] = _where(mask, before, np.nan)
            rows["dscr"][t] = _where(mask, ratio, np.nan)
            rows["due"][t] = _where(mask, service, 0.0)
            rows["paid"][t] = _where(mask, paid, rows["paid"][t])
            rows["principal_paid"][t] = _where(mask, paid - interest, 0.0)
            rows["overdue"][t] = _where(mask, overdue, 0.0)
            state.overdue[k] = _where(mask, overdue, 0.0)
            state.balance[k] = _where(mask, balance, state.balance[k])
            before = before - service
        top_up = np.minimum(np.maximum(ahead - reserve, 0.0), pot)
        freed = np.maximum(reserve - ahead, 0.0)
        pot, reserve = pot - top_up + freed, reserve + top_up - freed
        if release:
            pot, reserve = pot + reserve, np.zeros_like(reserve)
        for k in self.order:
            share = self.financing.loans[k].sweep
            if share:
                sweep = _where(mask, np.minimum(share * pot, state.balance[k]), 0.0)
                state.balance[k] = state.balance[k] - sweep
                self.loans[k]["sweep"][t], pot = sweep, pot - sweep
        spread = np.where(locked, 0.0, pot)
        floor = 0.0 if release else least
        lines["support_equity"][t] = _where(mask, support, 0.0)
        lines["distributions"][t] = _where(mask, spread, 0.0)
        lines["locked"][t] = _where(mask, locked * 1.0, 0.0)
        state.cash = _where(mask, floor + pot - spread, state.cash)
        state.reserve = _where(mask, reserve, state.reserve)

    def close(self, t: int) -> None:
        """Note the balances at the end of the period."""
        self.lines["cash"][t], self.lines["reserve"][t] = self.state.cash, self.state.reserve
        for k, rows in enumerate(self.loans):
            rows["balance"][t] = self.state.balance[k]
