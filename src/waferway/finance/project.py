"""What a project is: flows, assets, loans, leases and owners, as plain frozen records.

Owns the inputs of the three statements and their check: every fault is collected and raised
once. All amounts are nominal, of one currency, positive as their name says, given as arrays or
as `Money` (then currency and price basis are checked); scenarios are leading axes. Refuses to
compute (`waferway.finance.accounts`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.calendar import Calendar
from waferway.errors import Faults, Place, nearest
from waferway.finance.money import Money, plain

__all__ = ["Asset", "Financing", "Lease", "Loan", "Project", "Shareholder"]

PROFILES = ("sculpted", "annuity", "equal", "bullet")
DRAW_RULES = ("pro_rata", "equity_first", "debt_first")


@dataclass(frozen=True)
class Asset:
    """Something bought, put into service and worn.

    Attributes
    ----------
    name : str
    payments : array, shape (T,) or (S, T), money, at least 0
    service : int or array, shape (S,)
        Index of the period of first service; T or more: not within the horizon.
    book_life_years : float, above 0
        Straight line in the books.
    tax_shares : array, shape (years,), sums to at most 1
        Share of the tax basis by tax year, from the year of service on.
    award : float or array, shape (S,), money, at least 0
        Public money earned at service; lowers the book basis.
    award_lag_periods : int, at least 0
        From service to cash, where it is refundable.
    award_refundable, award_taxable : bool
    tax_basis_reduction : float or array, shape (S,), money
        What the award takes off the tax basis.
    salvage : float or array, shape (S,), money
        Received in the last period when the project winds up.
    """

    name: str
    payments: ArrayLike | Money
    service: int | NDArray[np.int64]
    book_life_years: float
    tax_shares: ArrayLike
    award: ArrayLike = 0.0
    award_lag_periods: int = 0
    award_refundable: bool = True
    award_taxable: bool = False
    tax_basis_reduction: ArrayLike = 0.0
    salvage: ArrayLike = 0.0


@dataclass(frozen=True)
class Lease:
    """A right of use: payments at period ends, discounted at the rate of the lease.

    Attributes
    ----------
    name : str
    payments : array, shape (T,), money, at least 0
    rate : float, effective annual
    start : int
        Period at whose start the right begins; earlier payments are refused.
    """

    name: str
    payments: ArrayLike | Money
    rate: float
    start: int = 0


@dataclass(frozen=True)
class Loan:
    """One layer of debt, drawn during construction and repaid from operation on.

    Attributes
    ----------
    name : str
    rank : int
        1 is paid first; within a rank in the order given.
    rate : float or array, shape (T,) or (S, T), effective annual
    tenor_years : float, above 0
        From the start of operation.
    profile : {"sculpted", "annuity", "equal", "bullet"}
    facility : float or array, shape (S,), optional
        Money; give exactly one of `facility`, `gearing`, `target_dscr`.
    gearing : float, optional
        Share of all uses of the construction period, its interest and fees among them.
    target_dscr : float, optional
        Sized on the cash after loans of better rank; `max_gearing` still binds.
    max_gearing : float
    grace_years : float
        From the start of operation, interest only.
    upfront_fee : float
        Share of the facility, in the first period.
    commitment_fee : float, effective annual on what is undrawn
    sweep : float, 0 to 1
        Share of the cash left after service that prepays the loan.
    reserve_periods : int
        Scheduled service of so many periods ahead is kept in reserve.
    lockup_dscr, default_dscr : float
        Below the first nothing is distributed; below the second the loan is in default.
    recourse : bool
        Whether the owners answer for it.
    currency : str
        Empty: that of the project.
    """

    name: str
    rank: int
    rate: ArrayLike
    tenor_years: float
    profile: str
    facility: ArrayLike | None = None
    gearing: float | None = None
    target_dscr: float | None = None
    max_gearing: float = 1.0
    grace_years: float = 0.0
    upfront_fee: float = 0.0
    commitment_fee: float = 0.0
    sweep: float = 0.0
    reserve_periods: int = 0
    lockup_dscr: float = 0.0
    default_dscr: float = 0.0
    recourse: bool = False
    currency: str = ""


@dataclass(frozen=True)
class Shareholder:
    """An owner: economic share, control and money apart.

    Attributes
    ----------
    party : str
    share : float, 0 to 1
        Of calls and distributions.
    funds : float or array, shape (S,), money
        What it can put in; None is an error, infinity is a statement.
    controls : bool, optional
        Who consolidates the project; None: the one with more than half.
    currency : str
        Of the funds; empty: that of the project.
    """

    party: str
    share: float
    funds: ArrayLike | None
    controls: bool | None = None
    currency: str = ""


@dataclass(frozen=True)
class Financing:
    """Loans, owners and the rules between them.

    Attributes
    ----------
    loans : tuple of Loan
    shareholders : tuple of Shareholder
        Shares add to 1.
    draw_rule : {"pro_rata", "equity_first", "debt_first"}
    minimum_cash : float, money
    financing_life_years : float
        Over which capitalised interest and fees are written off, in books and tax.
    """

    loans: tuple[Loan, ...] = ()
    shareholders: tuple[Shareholder, ...] = ()
    draw_rule: str = "pro_rata"
    minimum_cash: float = 0.0
    financing_life_years: float = 10.0


@dataclass(frozen=True)
class Project:
    """One project over a calendar, in one currency, nominal.

    Attributes
    ----------
    name : str
    currency : str
    calendar : Calendar
        T periods; tax years are calendar years.
    revenue, operating_cost : array, shape (T,) or (S, T), money per period, at least 0
        Accrued; working capital turns them into cash.
    assets : tuple of Asset
    tax_rate : float or array, shape (T,) or (S, T), 0 to 1
    operation : int or array, shape (S,), optional
        First period of operation; the earliest service when absent.
    receivable_days, payable_days, inventory_days : float
        Receivables on revenue paid in cash, the others on operating cost.
    prepayment_received, prepayment_credited : array, shape (T,) or (S, T)
        Customers' money now, and the part of revenue settled with it later.
    leases : tuple of Lease
    loss_limit : float, 0 to 1
        Largest share of a year's income that earlier losses may offset.
    refunds_losses : bool
        Losses are relieved at once (an owner's group uses them); else carried forward.
    winds_up : bool
        In the last period working capital and cash are released and assets sold.
    claims : mapping of str to tuple of str
        Claim ids behind each input, by its name (``revenue``, ``asset:tools`` ...).
    """

    name: str
    currency: str
    calendar: Calendar
    revenue: ArrayLike | Money
    operating_cost: ArrayLike | Money
    assets: tuple[Asset, ...]
    tax_rate: ArrayLike
    operation: int | NDArray[np.int64] | None = None
    receivable_days: float = 0.0
    payable_days: float = 0.0
    inventory_days: float = 0.0
    prepayment_received: ArrayLike | Money = 0.0
    prepayment_credited: ArrayLike | Money = 0.0
    leases: tuple[Lease, ...] = ()
    loss_limit: float = 1.0
    refunds_losses: bool = False
    winds_up: bool = True
    claims: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def check(self, financing: Financing) -> int:
        """Raise with every fault of the project and its financing; return the scenario count.

        Raises
        ------
        InputError
        """
        faults = Faults()
        count = _check_shapes(self, financing, faults)
        _check_project(self, faults)
        _check_financing(self, financing, faults)
        faults.raise_any("no statement was computed")
        return count


def _inputs(project: Project, financing: Financing) -> dict[str, tuple[ArrayLike | Money, bool]]:
    """Arrays by name; True where the last axis is time."""
    found: dict[str, tuple[ArrayLike | Money, bool]] = {
        name: (getattr(project, name), True)
        for name in ("revenue", "operating_cost", "tax_rate", "prepayment_received",
                     "prepayment_credited")
    }  # fmt: skip
    if project.operation is not None:
        found["operation"] = (project.operation, False)
    for asset in project.assets:
        where = f"asset {asset.name}"
        found[f"{where} payments"] = (asset.payments, True)
        for name in ("service", "award", "tax_basis_reduction", "salvage"):
            found[f"{where} {name}"] = (getattr(asset, name), False)
    for lease in project.leases:
        found[f"lease {lease.name} payments"] = (lease.payments, True)
    for loan in financing.loans:
        found[f"loan {loan.name} rate"] = (loan.rate, True)
        if loan.facility is not None:
            found[f"loan {loan.name} facility"] = (loan.facility, False)
    for owner in financing.shareholders:
        if owner.funds is not None:
            found[f"shareholder {owner.party} funds"] = (owner.funds, False)
    return found


def _check_shapes(project: Project, financing: Financing, faults: Faults) -> int:
    periods = len(project.calendar)
    counts: dict[int, str] = {}
    for name, (value, timed) in _inputs(project, financing).items():
        if isinstance(value, Money) and value.kind != f"{project.currency} (nominal)":
            faults.add(
                Place(name), f"{name} is in {value.kind}, the project in {project.currency} "
                "(nominal)", "currencies and price bases never mix without a dated index",
                "use .to_nominal(index, calendar) and .to_currency(code, rate) first",
                kind="currency",
            )  # fmt: skip
        array = np.asarray(plain(value), dtype=float)
        unbounded = name.endswith("funds")
        if np.isnan(array).any() or (not unbounded and np.isinf(array).any()):
            faults.add(Place(name), f"{name} is not finite", "missing is never zero",
                       "give the number, or leave the scenario out", kind="missing")  # fmt: skip
        signed = name.endswith("rate") and name.startswith("loan")
        if not signed and (array < 0).any():
            faults.add(Place(name), f"{name} is {np.nanmin(array):g}; it must be at least 0",
                       kind="range")  # fmt: skip
        if array.ndim > (2 if timed else 1):
            faults.add(Place(name), f"{name} has shape {array.shape}", "too many axes",
                       "use (S, T) with time last, or (S,)", kind="shape")  # fmt: skip
            continue
        if timed and array.ndim and array.shape[-1] != periods:
            faults.add(Place(name), f"{name} has {array.shape[-1]} periods",
                       f"the calendar has {periods}", kind="shape")  # fmt: skip
        if array.ndim == (2 if timed else 1) and array.shape[0] > 1:
            counts.setdefault(array.shape[0], name)
    if len(counts) > 1:
        said = ", ".join(f"{name} {count}" for count, name in counts.items())
        faults.add(Place("project"), f"scenarios disagree: {said}", kind="shape")
    return next(iter(counts), 1)


def _check_project(project: Project, faults: Faults) -> None:
    here = Place(f"project {project.name}")
    rate = np.asarray(project.tax_rate, dtype=float)
    if (rate > 1).any():
        faults.add(here, f"tax_rate is {rate.max():g}; it must lie between 0 and 1",
                   suggestion="0.21 means 21 %", kind="range")  # fmt: skip
    for name in ("receivable_days", "payable_days", "inventory_days"):
        if not getattr(project, name) >= 0:
            faults.add(here, f"{name} is {getattr(project, name)}; it must be at least 0",
                       kind="range")  # fmt: skip
    if not 0 <= project.loss_limit <= 1:
        faults.add(here, f"loss_limit is {project.loss_limit}; it must lie between 0 and 1",
                   kind="range")  # fmt: skip
    received = np.asarray(plain(project.prepayment_received), dtype=float)
    credited = np.asarray(plain(project.prepayment_credited), dtype=float)
    try:
        owed = np.cumsum(
            np.broadcast_to(received - credited, (1, len(project.calendar)))
            if (received - credited).ndim == 0
            else received - credited,
            axis=-1,
        )
    except ValueError:
        owed = np.zeros(1)
    scale = max(1.0, float(np.abs(received).max(initial=0.0)))
    if (owed < -1e-9 * scale).any():
        faults.add(
            here,
            "more prepayment is credited than was received",
            "the unearned part is a liability and never negative",
            kind="prepayment",
        )
    for asset in project.assets:
        place = Place(f"asset {asset.name}")
        if not asset.book_life_years > 0:
            faults.add(place, f"book_life_years is {asset.book_life_years}; it must be above 0",
                       kind="tenor")  # fmt: skip
        shares = np.asarray(asset.tax_shares, dtype=float)
        if shares.ndim != 1 or (shares < 0).any() or shares.sum() > 1 + 1e-9:
            faults.add(place, "tax_shares must be shares by year that add to at most 1",
                       kind="range")  # fmt: skip
        if asset.award_lag_periods < 0:
            faults.add(place, f"award_lag_periods is {asset.award_lag_periods}; it must be at "
                       "least 0", kind="range")  # fmt: skip
    for lease in project.leases:
        place = Place(f"lease {lease.name}")
        paid = np.asarray(plain(lease.payments), dtype=float)
        if lease.rate <= -1:
            faults.add(place, f"rate is {lease.rate}; it must be above -1", kind="range")
        if paid.ndim == 1 and lease.start > 0 and paid[: lease.start].any():
            faults.add(place, "a payment falls before the lease starts", kind="tenor")


def _check_financing(project: Project, financing: Financing, faults: Faults) -> None:
    if financing.draw_rule not in DRAW_RULES:
        faults.add(Place("financing"), f'"{financing.draw_rule}" is not a draw rule',
                   "known: " + ", ".join(DRAW_RULES), kind="name")  # fmt: skip
    if not financing.financing_life_years > 0:
        faults.add(Place("financing"), "financing_life_years must be above 0", kind="tenor")
    for loan in financing.loans:
        _check_loan(loan, project.currency, faults)
    geared = sum(loan.gearing or 0.0 for loan in financing.loans)
    if geared > 1 + 1e-12:
        faults.add(Place("financing"), f"the gearings add to {geared:g}; at most 1", kind="range")
    total = 0.0
    for owner in financing.shareholders:
        place = Place(f"shareholder {owner.party}")
        total += owner.share
        if not 0 <= owner.share <= 1:
            faults.add(place, f"the stake is {owner.share:g}; it must lie between 0 and 1",
                       suggestion="0.49 means 49 %", kind="stake")  # fmt: skip
        if owner.funds is None:
            faults.add(
                place,
                f"{owner.party} has a stake and no funds",
                "equity calls must be met by somebody's money; missing is never zero",
                "give its funds, or numpy.inf to say that they do not bind",
                kind="funds",
            )
        if owner.currency and owner.currency != project.currency:
            _mixed(place, f"the funds of {owner.party}", owner.currency, project.currency, faults)
    if financing.shareholders and abs(total - 1) > 1e-9:
        words = "stakes above one" if total > 1 else "stakes below one"
        faults.add(Place("shareholders"), f"the stakes add to {total:g}: {words}",
                   ", ".join(f"{o.party} {o.share:g}" for o in financing.shareholders),
                   "the stakes of a project add to 1", kind="stake")  # fmt: skip


def _mixed(place: Place, what: str, theirs: str, ours: str, faults: Faults) -> None:
    faults.add(place, f"{what} is in {theirs}, the project in {ours}",
               "currencies never mix without a dated rate",
               "convert with waferway.finance.money first", kind="currency")  # fmt: skip


def _check_loan(loan: Loan, currency: str, faults: Faults) -> None:
    place = Place(f"loan {loan.name}")
    if not loan.tenor_years > 0:
        faults.add(place, f"the tenor is {loan.tenor_years:g} years; it must be above 0",
                   "a loan is repaid after it is drawn", kind="tenor")  # fmt: skip
    if not 0 <= loan.grace_years < max(loan.tenor_years, 1e-300):
        faults.add(place, f"grace is {loan.grace_years:g} of {loan.tenor_years:g} years; it must "
                   "be at least 0 and shorter than the tenor", kind="tenor")  # fmt: skip
    sized = [x is not None for x in (loan.facility, loan.gearing, loan.target_dscr)]
    if sum(sized) != 1:
        faults.add(
            place,
            "the loan is sized by " + ("nothing" if not any(sized) else "several"),
            suggestion="give one of facility, gearing, target_dscr",
            kind="size",
        )
    if loan.profile not in PROFILES:
        near = nearest(loan.profile, PROFILES)
        faults.add(place, f'"{loan.profile}" is not a profile', "known: " + ", ".join(PROFILES),
                   f"did you mean {near[0]}?" if near else "", kind="name")  # fmt: skip
    if loan.profile == "sculpted" and loan.target_dscr is None:
        faults.add(place, "a sculpted loan needs target_dscr", kind="size")
    if loan.target_dscr is not None and not loan.target_dscr > 0:
        faults.add(place, f"target_dscr is {loan.target_dscr}; it must be above 0", kind="range")
    for name in ("gearing", "max_gearing", "upfront_fee", "sweep"):
        value = getattr(loan, name)
        if value is not None and not 0 <= value <= 1:
            faults.add(place, f"{name} is {value}; it must lie between 0 and 1",
                       suggestion="0.7 means 70 %", kind="range")  # fmt: skip
    if np.any(np.asarray(loan.rate, dtype=float) <= -1):
        faults.add(place, "the rate must be above -1", kind="range")
    if loan.currency and loan.currency != currency:
        _mixed(place, f"loan {loan.name}", loan.currency, currency, faults)
