"""Three statements of a project, for all scenarios at once.

Owns the income statement, cash flow and balance sheet made from one walk, the search for loans
that fit their own walk (a step of it is in `loan_sizing`), and the tests that the statements
close. Refuses inputs with faults. Inflow is positive in cash lines; an amount is positive as its
name says.

The slow twin, one scenario and one period at a time, is tests/reference/finance_statements.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waferway.errors import RangeError, nearest
from waferway.finance.debt import Cover, cover
from waferway.finance.loan_sizing import first_plans, first_uses, resize
from waferway.finance.project import Financing, Project
from waferway.finance.returns import npv
from waferway.finance.roots import Irr, irr
from waferway.finance.schedules import Schedules, build_schedules, elapsed_years
from waferway.finance.waterfall import LoanPlan, Walk, walk

__all__ = ["BALANCE", "CASH", "INCOME", "Statements", "statements"]

Floats = NDArray[np.float64]

# statement -> line: sign in the total that follows; 0 marks the totals themselves
INCOME: dict[str, int] = {
    "revenue": 1, "cost_of_sales": -1, "ebitda": 0, "book_depreciation": -1,
    "lease_depreciation": -1, "disposal_result": 1, "operating_result": 0, "interest_expense": -1,
    "lease_interest": -1, "financing_amortised": -1, "result_before_tax": 0, "tax_expense": -1,
    "net_income": 0,
}  # fmt: skip
CASH: dict[str, int] = {
    "operating_receipts": 1, "operating_payments": -1, "lease_payments": -1, "tax_paid": -1,
    "award_used": 1, "award_refunded": 1, "salvage": 1, "capex": -1, "draws": 1,
    "interest_paid": -1, "fees_paid": -1, "principal_paid": -1, "swept": -1,
    "equity_called": 1, "support_equity": 1, "distributions": -1, "change_in_cash": 0,
}  # fmt: skip
BALANCE: dict[str, int] = {
    "cash": 1, "reserve": 1, "receivables": 1, "inventory": 1, "award_receivable": 1,
    "fixed_assets": 1, "financing_asset": 1, "right_of_use": 1, "total_assets": 0,
    "payables": -1, "capex_owed": -1, "unearned_prepayments": -1, "deferred_tax": -1,
    "lease_liability": -1, "debt": -1, "paid_in": -1, "retained": -1, "total_claims": 0,
}  # fmt: skip
# inputs that feed a line, by the names used in Project.claims; derived lines name other lines
_FEEDS: dict[str, tuple[str, ...]] = {
    "revenue": ("revenue",), "operating_receipts": ("revenue", "prepayment_received"),
    "cost_of_sales": ("operating_cost",), "operating_payments": ("operating_cost",),
    "book_depreciation": ("assets",), "capex": ("assets",), "tax_paid": ("tax_rate", "revenue",
    "operating_cost", "assets", "loans"), "tax_expense": ("tax_rate", "revenue", "operating_cost",
    "assets", "loans"), "interest_expense": ("loans",), "interest_paid": ("loans",),
    "award_refunded": ("awards",), "award_used": ("awards",), "lease_payments": ("leases",),
}  # fmt: skip


@dataclass(frozen=True)
class Statements:
    """Statements of a project.

    Attributes
    ----------
    project, financing : the inputs
    lines : mapping of str to array, shape (S, T), money
        Every line of `INCOME`, `CASH` and `BALANCE`, the tax ledger (``taxable_income``,
        ``tax_due``, ``loss_carried_forward``), ``cfads`` and ``locked`` (0 or 1).
    loans : mapping of str to mapping of str to array, shape (S, T)
        By loan: draw, interest, fees, due, paid, principal_paid, sweep, balance, overdue, dscr.
    facility : mapping of str to array, shape (S,)
        Size of each loan.
    uses : array, shape (S,)
        Funded in construction: cost, interest and fees, less own cash.
    residual : float
        Relative change of the loans in the last sizing pass.
    passes : int
    """

    project: Project
    financing: Financing
    lines: Mapping[str, Floats]
    loans: Mapping[str, Mapping[str, Floats]]
    facility: Mapping[str, Floats]
    uses: Floats
    operation: NDArray[np.int64]
    residual: float
    passes: int

    def line(self, name: str) -> Floats:
        """One line, shape (S, T); an unknown name names the nearest."""
        if name not in self.lines:
            near = nearest(name, self.lines)
            raise RangeError(
                f'"{name}" is no line' + (f"; did you mean {near[0]}?" if near else "")
            )
        return self.lines[name]

    @property
    def equity_flows(self) -> Floats:
        """Distributions less equity put in, shape (S, T): the owners' side, inflow positive."""
        return np.asarray(
            self.lines["distributions"] - self.lines["equity_called"]
            - self.lines["support_equity"]
        )  # fmt: skip

    @property
    def project_flows(self) -> Floats:
        """Cash of the project before finance, shape (S, T).

        The tax in it is the tax paid, after the shield of interest: adjusted present value on
        the flows as they are. For a WACC use the flows of a run without loans.
        """
        return self.lines["cfads"]

    def times_years(self, timing: str = "end") -> Floats:
        """Years from the start of the calendar to each flow; ``start``, ``mid`` or ``end``."""
        edge = elapsed_years(self.project.calendar)
        return {"start": edge[:-1], "mid": (edge[:-1] + edge[1:]) / 2, "end": edge[1:]}[timing]

    def npv(self, rate: Any, *, timing: str, flows: str = "project") -> Floats:
        """Net present value, shape (S,), of the project's or the equity's flows."""
        chosen = self.project_flows if flows == "project" else self.equity_flows
        return npv(chosen, rate, self.times_years(timing))

    def irr(self, flows: str = "project") -> Irr:
        """Internal rates, effective annual, for a calendar of equal steps."""
        months = self.project.calendar.months
        if np.ptp(months) > 0:
            raise RangeError("the calendar mixes steps; use waferway.finance.roots.xirr")
        chosen = self.project_flows if flows == "project" else self.equity_flows
        return irr(chosen, 12.0 / months[0])

    def cover(self, loan: str) -> Cover:
        """DSCR, LLCR and PLCR of a loan, on the cash after loans of better rank."""
        rows = self.loans[loan]
        opening = np.concatenate(
            [np.zeros((len(rows["balance"]), 1)), rows["balance"][:, :-1]], axis=1
        )
        served = np.arange(opening.shape[1]) >= self.operation[:, None]
        cash = np.where(served, rows["cash_before"], 0.0)
        return cover(np.nan_to_num(cash), np.where(served, opening, 0.0), rows["due"], rows["rate"])

    def breaches(self, scenario: int = 0) -> list[tuple[str, str, str, float]]:
        """Tests failed in a scenario: (loan, test, period, shortfall in money).

        Tests: ``lock-up`` and ``default`` by DSCR (shortfall of cash against the required
        cover), ``unpaid`` (service overdue) and ``support`` (owners cover an operating deficit).
        """
        out: list[tuple[str, str, str, float]] = []
        labels = self.project.calendar.labels
        for loan in self.financing.loans:
            rows = self.loans[loan.name]
            for t, label in enumerate(labels):
                ratio = rows["dscr"][scenario, t]
                for test, level in (("lock-up", loan.lockup_dscr), ("default", loan.default_dscr)):
                    if ratio < level * (1 - 1e-9):
                        due = rows["due"][scenario, t]
                        out.append((loan.name, test, label, float((level - ratio) * due)))
                if rows["overdue"][scenario, t] > 0:
                    out.append((loan.name, "unpaid", label, float(rows["overdue"][scenario, t])))
        for t, label in enumerate(labels):
            if self.lines["support_equity"][scenario, t] > 0:
                amount = float(self.lines["support_equity"][scenario, t])
                out.append(("equity", "support", label, amount))
        return out

    def called_by(self) -> dict[str, Floats]:
        """Equity put in by owner, shape (S, T)."""
        total = self.lines["equity_called"] + self.lines["support_equity"]
        return {owner.party: owner.share * total for owner in self.financing.shareholders}

    def funding_gap(self) -> dict[str, Floats]:
        """By owner, shape (S, T): calls to date beyond its funds; zeros where they suffice."""
        out = {}
        for owner in self.financing.shareholders:
            funds = np.asarray(owner.funds, dtype=float)
            called = np.cumsum(self.called_by()[owner.party], axis=1)
            out[owner.party] = np.maximum(called - (funds[:, None] if funds.ndim else funds), 0.0)
        return out

    def residuals(self) -> dict[str, float]:
        """Largest gap of each identity over all periods and scenarios, relative to its size.

        ``balance``: assets against claims. ``cash``: opening plus flows against closing.
        ``tax``: taxable income against the book result and the differences between the two.
        ``debt``: opening plus draws less repayment against closing. ``indirect``: cash from
        operations by way of net income against receipts less payments.
        """
        return _residuals(self)

    def frame(self, statement: str = "all", scenario: int = 0, *, yearly: bool = False) -> Any:
        """A statement as a table: lines down, periods (or years) across.

        Balances of a year are those of its last period; flows are summed.
        """
        import pandas as pd

        parts = {"income": INCOME, "cash": CASH, "balance": BALANCE}
        names = parts.get(statement, {**INCOME, **CASH, **BALANCE})
        table = pd.DataFrame(
            [self.lines[name][scenario] for name in names],
            index=pd.Index(list(names), name=f"line [{self.project.currency}]"),
            columns=self.project.calendar.labels,
        )
        if not yearly:
            return table
        years = [span.start.year for span in self.project.calendar]
        grouped = table.T.groupby(years)
        sums, closing = grouped.sum().T, grouped.last().T
        held = [name for name in names if name in BALANCE]
        sums.loc[held] = closing.loc[held]
        return sums

    def trace(self, name: str) -> tuple[str, ...]:
        """Claim ids behind a line: those of its inputs; all of them for totals."""
        self.line(name)
        claims = self.project.claims
        feeds = _FEEDS.get(name)
        if feeds is None:
            keys = list(claims)
        else:
            keys = [k for k in claims if k in feeds or k.split(":")[0] + "s" in feeds]
        return tuple(dict.fromkeys(claim for key in keys for claim in claims[key]))


def statements(
    project: Project, financing: Financing | None = None, *, tolerance: float = 1e-9
) -> Statements:
    """Three statements of a project under a financing.

    Parameters
    ----------
    project : Project
    financing : Financing, optional
        All equity when absent.
    tolerance : float
        Relative change of loans at which sizing stops; tested and reported.

    Returns
    -------
    Statements

    Raises
    ------
    InputError
        With every fault of the inputs.
    RangeError
        If sizing does not settle.

    Examples
    --------
    >>> from waferway.calendar import Calendar
    >>> from waferway.finance.project import Asset, Loan
    >>> plant = Project("plant", "USD", Calendar.build("2025", "year", "2030"),
    ...     revenue=[0, 500, 500, 500, 500, 500], operating_cost=[0, 100, 100, 100, 100, 100],
    ...     assets=(Asset("tools", [1000, 0, 0, 0, 0, 0], 1, 5, [0.2] * 5),), tax_rate=0.25)
    >>> deal = Financing((Loan("senior", 1, 0.06, 4, "sculpted", target_dscr=1.5),))
    >>> result = statements(plant, deal)
    >>> result.loans["senior"]["dscr"][0, 1:5].round(6).tolist()
    [1.5, 1.5, 1.5, 1.5]
    >>> max(result.residuals().values()) < 1e-9
    True
    """
    money = financing or Financing()
    count = project.check(money)
    schedules = build_schedules(project, money, count)
    plans = first_plans(project, money, schedules, count)
    uses = first_uses(schedules, plans)
    result = walk(project, money, schedules, plans, uses)
    change, passes = (0.0 if not plans else np.inf), 1
    memory: dict[int, tuple[Floats, Floats]] = {}
    while change > tolerance:
        if passes >= 80:
            raise RangeError(f"the loans do not settle: relative change {change:.1e}")
        change = resize(money, schedules, plans, result, uses, memory)
        uses = np.maximum(result.uses, 0.0)
        result = walk(project, money, schedules, plans, uses)
        passes += 1
        grown = np.abs(result.uses - uses) / np.maximum(np.abs(uses), 1e-300)
        change = max(change, float(grown.max(initial=0.0)))
    return _assemble(project, money, schedules, plans, result, change, passes)


def _assemble(
    project: Project,
    financing: Financing,
    schedules: Schedules,
    plans: list[LoanPlan],
    result: Walk,
    change: float,
    passes: int,
) -> Statements:
    f, w = schedules.flows, result.lines
    zeros = np.zeros_like(f["revenue"])

    def total(name: str) -> Floats:
        return np.asarray(sum((loan[name] for loan in result.loans), zeros))

    lines = {**f, **w}
    lines["ebitda"] = f["revenue"] - f["cost_of_sales"]
    lines["disposal_result"] = f["salvage"] - f["book_value_sold"]
    lines["operating_result"] = (
        lines["ebitda"] - f["book_depreciation"] - f["lease_depreciation"]
        + lines["disposal_result"]
    )  # fmt: skip
    lines["interest_expense"] = w["financing_cost"] - w["financing_capitalised"]
    lines["result_before_tax"] = (
        lines["operating_result"] - lines["interest_expense"] - f["lease_interest"]
        - w["financing_amortised"]
    )  # fmt: skip
    lines["tax_expense"] = f["tax_rate"] * (lines["result_before_tax"] - f["permanent_difference"])
    lines["net_income"] = lines["result_before_tax"] - lines["tax_expense"]
    lines["draws"], lines["interest_paid"] = total("draw"), total("interest")
    lines["fees_paid"], lines["swept"] = total("fees"), total("sweep")
    lines["principal_paid"] = total("principal_paid")
    lines["debt"] = total("balance")
    lines["change_in_cash"] = sum(
        (sign * lines[name] for name, sign in CASH.items() if sign), zeros
    )  # fmt: skip
    lines["deferred_tax"] = np.cumsum(lines["tax_expense"] - w["tax_paid"], axis=0)
    lines["award_receivable"] = np.cumsum(
        f["award_recognised"] - f["award_refunded"] - w["award_used"], axis=0
    )
    worn = np.cumsum(f["book_depreciation"] + f["book_value_sold"], axis=0)
    lines["fixed_assets"] = f["gross_cost"] - np.cumsum(f["award_recognised"], axis=0) - worn
    lines["paid_in"] = np.cumsum(w["equity_called"] + w["support_equity"], axis=0)
    lines["retained"] = np.cumsum(lines["net_income"] - w["distributions"], axis=0)
    signs = [(name, sign) for name, sign in BALANCE.items() if sign]
    lines["total_assets"] = sum((lines[n] for n, s in signs if s > 0), zeros)
    lines["total_claims"] = sum((lines[n] for n, s in signs if s < 0), zeros)
    loans = {
        loan.name: {**{n: a.T for n, a in rows.items()}, "rate": plan.rate.T}
        for loan, rows, plan in zip(financing.loans, result.loans, plans, strict=True)
    }
    facility = {loan.name: plan.facility
                for loan, plan in zip(financing.loans, plans, strict=True)}  # fmt: skip
    flat = {name: np.asarray(array).T for name, array in lines.items()}
    return Statements(
        project, financing, flat, loans, facility, result.uses, schedules.operation, change, passes
    )


def _residuals(s: Statements) -> dict[str, float]:
    lines = s.lines
    size = np.maximum(np.abs(lines["total_assets"]).max(initial=0.0), 1e-300)

    def gap(array: Floats) -> float:
        return float(np.abs(array).max(initial=0.0) / size)

    before = np.diff(lines["cash"] + lines["reserve"], axis=1, prepend=0.0)
    # overdue interest is not paid: interest_paid counts what accrued, principal_paid is less
    debt = np.diff(lines["debt"], axis=1, prepend=0.0)
    moves = lines["draws"] - lines["principal_paid"] - lines["swept"]
    differences = (
        lines["book_depreciation"] - lines["tax_depreciation"] + lines["lease_depreciation"]
        + lines["lease_interest"] - lines["lease_payments"] + lines["award_taxable"]
        + lines["book_value_sold"] - lines["tax_value_sold"]
    )  # fmt: skip
    tax = lines["taxable_income"] - lines["result_before_tax"] - differences
    working = (
        lines["receivables"] + lines["inventory"] - lines["payables"]
        - lines["unearned_prepayments"]
    )  # fmt: skip
    indirect = (
        lines["net_income"] + lines["tax_expense"] + lines["book_depreciation"]
        + lines["lease_depreciation"] + lines["lease_interest"] + lines["interest_expense"]
        + lines["financing_amortised"] - lines["disposal_result"]
        - np.diff(working, axis=1, prepend=0.0)
    )  # fmt: skip
    direct = lines["operating_receipts"] - lines["operating_payments"]
    return {
        "balance": gap(lines["total_assets"] - lines["total_claims"]),
        "cash": gap(before - lines["change_in_cash"]),
        "tax": gap(tax),
        "debt": gap(debt - moves),
        "indirect": gap(indirect - direct),
    }
