"""Public money for building: what is earned, when, and what it does to the tax basis.

Owns dated incentives and the decision, lot by lot, whether the event that counts falls into the
window. A day late loses all: nothing is averaged over dates. Refuses to guess how two incentives
stack: every pair that meets must be said. Rates and windows are claims.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from waferway.errors import Faults, InputError, Place, nearest
from waferway.evidence.claims import Claim, Evidence
from waferway.evidence.dated import shipped

__all__ = ["Award", "Incentive", "Lots", "award", "incentive_from_claim", "shipped_incentives"]

Floats = NDArray[np.float64]
_INSTRUMENTS = (
    "investment_credit", "grant", "soft_loan", "equity_stake", "tax_holiday", "price_support",
    "demand_guarantee",
)  # fmt: skip
_EVENTS = ("construction_start", "placed_in_service", "payment", "milestone")


@dataclass(frozen=True)
class Incentive:
    """One incentive as a dated record.

    Attributes
    ----------
    name : str
        Family; versions of one award and steps of one rate share it.
    instrument : str
        ``investment_credit``, ``grant``, ``soft_loan``, ``equity_stake``, ``tax_holiday``,
        ``price_support`` or ``demand_guarantee``.
    event : {"construction_start", "placed_in_service", "payment", "milestone"}
        Whose date must lie in `event_from` to `event_to`, both included.
    rate : float, optional
        Share of the qualified cost, 0 to 1.
    amount : float, optional
        Money in all; give this or `rate`.
    currency : str
        Of `amount` and `cap`.
    place : str
        Country or site where it is earned; empty: anywhere.
    construction_from, construction_before : datetime.date, optional
        Construction must start on or after the one and before the other.
    event_from, event_to : datetime.date, optional
    cap : float, optional
        Most that is paid in all.
    refundable : bool
        Paid in cash; else only set against tax due.
    lag_days : float
        From the event to the cash, at least 0.
    taxable : bool
        Whether it is income for tax.
    basis_reduction : float
        Share of the award taken off the depreciable tax basis, 0 to 1.
    probability : float
        That an award once earned is paid, 0 to 1; used only in `Award.expected`.
    clawback_years : float
        Years after service in which a breach takes it back.
    known_from : datetime.date, optional
    claim_ids : tuple of str
    """

    name: str
    instrument: str
    event: str
    rate: float | None = None
    amount: float | None = None
    currency: str = ""
    place: str = ""
    construction_from: dt.date | None = None
    construction_before: dt.date | None = None
    event_from: dt.date | None = None
    event_to: dt.date | None = None
    cap: float | None = None
    refundable: bool = True
    lag_days: float = 0.0
    taxable: bool = False
    basis_reduction: float = 0.0
    probability: float = 1.0
    clawback_years: float = 0.0
    known_from: dt.date | None = None
    claim_ids: tuple[str, ...] = field(default=(), compare=False)

    def check(self, faults: Faults) -> None:
        """Add every fault of this record."""
        place = Place(f"incentive {self.name}")
        if self.instrument not in _INSTRUMENTS:
            near = nearest(self.instrument, _INSTRUMENTS)
            faults.add(
                place, f'"{self.instrument}" is not an instrument', kind="instrument",
                why="known: " + ", ".join(_INSTRUMENTS),
                suggestion=f"did you mean {near[0]}?" if near else "",
            )  # fmt: skip
        if self.event not in _EVENTS:
            faults.add(
                place, f'"{self.event}" is not an event', "known: " + ", ".join(_EVENTS),
                kind="event",
            )  # fmt: skip
        if (self.rate is None) == (self.amount is None):
            faults.add(place, "give a rate or an amount, one of the two", kind="amount")
        if self.amount is not None and not self.currency:
            faults.add(place, "an amount needs its currency", kind="currency")
        dates = (self.construction_from, self.construction_before, self.event_from, self.event_to)
        if self.instrument == "investment_credit" and not any(dates):
            faults.add(
                place,
                "the credit has no dates",
                "a credit counts by the start of construction and by service; without them "
                "nobody can say whether it is earned",
                "give construction_before and event_from or event_to",
                kind="credit_dates",
            )
        if self.event_from and self.event_to and self.event_to < self.event_from:
            faults.add(place, f"the window ends on {self.event_to}, before it begins on "
                       f"{self.event_from}", kind="window")  # fmt: skip
        for name in ("rate", "basis_reduction", "probability"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                faults.add(place, f"{name} is {value}; it must lie between 0 and 1",
                           suggestion="0.35 means 35 %", kind="range")  # fmt: skip
        for name in ("amount", "cap", "lag_days", "clawback_years"):
            value = getattr(self, name)
            if value is not None and not value >= 0:
                faults.add(place, f"{name} is {value}; it must be at least 0", kind="range")


@dataclass(frozen=True)
class Lots:
    """Assets as an incentive sees them.

    Attributes
    ----------
    cost : array, shape (..., L), money
        Qualified cost of each lot.
    currency : str
    place : tuple of str
        Names the project answers to: its site, its country.
    construction_start, event : datetime64[D] arrays, broadcastable to `cost`
        NaT where it never happens or is unknown to happen. `event` gives one array by kind of
        event: ``placed_in_service``, ``payment``, ``milestone``.
    """

    cost: Floats
    currency: str
    place: tuple[str, ...]
    construction_start: NDArray[np.datetime64]
    event: Mapping[str, NDArray[np.datetime64]]


@dataclass(frozen=True)
class Award:
    """What one family of incentives gives.

    Attributes
    ----------
    name : str
    amount : array, shape (..., L), money of the lots
    expected : array, shape (..., L)
        Amount times probability.
    basis_reduction : array, shape (..., L), money
    taxable, refundable : bool
    lag_days : float
    event : str
    reasons : dict of str to float
        Why a lot earns nothing, with the share of (scenario, lot) pairs it stops.
    claim_ids : tuple of str
    """

    name: str
    amount: Floats
    expected: Floats
    basis_reduction: Floats
    taxable: bool
    refundable: bool
    lag_days: float
    event: str
    reasons: dict[str, float]
    claim_ids: tuple[str, ...]


def award(
    incentives: Sequence[Incentive],
    lots: Lots,
    *,
    lowers_base: Mapping[tuple[str, str], bool] | None = None,
    known: dt.date | None = None,
) -> list[Award]:
    """What a project earns, by family.

    Parameters
    ----------
    incentives : sequence of Incentive
        Several records of one family are steps by date (25 % then 35 %) or versions of an
        award: of those whose window holds the one known last counts.
    lots : Lots
    lowers_base : mapping of (str, str) to bool, optional
        Whether the first family's award lowers the base of the second's rate. Needed for every
        pair in which both give money and the second has a rate; evaluated in order of need.
    known : datetime.date, optional
        Records known later are left out.

    Returns
    -------
    list of Award, in the order of first mention

    Raises
    ------
    InputError
        With all faults: credits without dates, projects without dates, currencies mixed, pairs
        whose stacking is not said.

    Examples
    --------
    >>> facts = [i for i in shipped_incentives() if i.name == "us-48d"]
    >>> day = lambda text: np.array([np.datetime64(text)])
    >>> for start in ("2026-12-31", "2027-01-01"):
    ...     lots = Lots(np.array([1000.0]), "USD", ("US",), day(start),
    ...                 {"placed_in_service": day("2029-06-30")})
    ...     [result] = award(facts, lots)
    ...     result.amount.tolist(), list(result.reasons)
    ([350.0], [])
    ([0.0], ['construction starts on or after 2027-01-01'])
    """
    faults = Faults()
    families: dict[str, list[Incentive]] = {}
    for one in incentives:
        one.check(faults)
        if known is None or one.known_from is None or one.known_from <= known:
            families.setdefault(one.name, []).append(one)
    cost = np.asarray(lots.cost, dtype=float)
    if not np.isfinite(cost).all() or (cost < 0).any():
        faults.add(Place("project"), "qualified cost must be finite and at least 0", kind="range")
    for one in incentives:
        money = one.amount is not None or one.cap is not None
        if money and one.currency and one.currency != lots.currency:
            faults.add(
                Place(f"incentive {one.name}"),
                f"the incentive is in {one.currency}, the project in {lots.currency}",
                "currencies never mix without a dated rate",
                "convert the amount of the incentive at a dated rate first",
                kind="currency",
            )
        if one.event != "construction_start" and one.event not in lots.event:
            faults.add(
                Place(f"incentive {one.name}"),
                f"the project gives no date of {one.event.replace('_', ' ')}",
                "the incentive is earned by that date",
                f"add it to Lots.event: {', '.join(lots.event) or 'none'} given",
                kind="credit_dates",
            )
    faults.raise_any("no incentive was computed")
    gross: dict[str, Award] = {n: _family(n, records, lots) for n, records in families.items()}
    pairs = lowers_base or {}
    _require_pairs(gross, families, pairs)
    return list(_stack(gross, families, lots, pairs).values())


def _qualifies(
    one: Incentive, lots: Lots, shape: tuple[int, ...]
) -> tuple[NDArray[np.bool_], dict[str, NDArray[np.bool_]]]:
    start = np.broadcast_to(np.asarray(lots.construction_start, dtype="datetime64[D]"), shape)
    event = start if one.event == "construction_start" else lots.event[one.event]
    event = np.broadcast_to(np.asarray(event, dtype="datetime64[D]"), shape)
    stops: dict[str, NDArray[np.bool_]] = {}
    if one.place and one.place not in lots.place:
        stops[f"not in {one.place}"] = np.ones(shape, dtype=bool)
    what = one.event.replace("_", " ")
    bounds = [
        (one.construction_before, start, "construction starts on or after", np.greater_equal),
        (one.construction_from, start, "construction starts before", np.less),
        (one.event_from, event, f"{what} before", np.less),
        (one.event_to, event, f"{what} after", np.greater),
    ]
    stops[f"no date of {what}"] = np.isnat(event)
    for bound, dates, words, compare in bounds:
        if bound is not None:
            stops[f"{words} {bound}"] = compare(dates, np.datetime64(bound)) | np.isnat(dates)
    ok = ~np.any(list(stops.values()), axis=0)
    return ok, stops


def _family(name: str, records: list[Incentive], lots: Lots) -> Award:
    cost = np.asarray(lots.cost, dtype=float)
    amount, reduction = np.zeros(cost.shape), np.zeros(cost.shape)
    chance = np.ones(cost.shape)
    open_ = np.ones(cost.shape, dtype=bool)
    reasons: dict[str, NDArray[np.bool_]] = {}
    common: dict[str, list[NDArray[np.bool_]]] = {}
    used: list[str] = []
    newest = sorted(records, key=lambda one: one.known_from or dt.date.min, reverse=True)
    for one in newest:
        ok, stops = _qualifies(one, lots, cost.shape)
        take = ok & open_
        for why, where in stops.items():
            reasons[why] = reasons.get(why, np.zeros(cost.shape, dtype=bool)) | where
            common[why] = [*common.get(why, []), where]
        if one.rate is not None:
            gives = np.where(take, one.rate * cost, 0.0)
        else:
            base = np.where(take, cost, 0.0)
            total = base.sum(axis=-1, keepdims=True)
            share = np.divide(base, total, out=np.zeros_like(base), where=total > 0)
            # an award never exceeds the cost it is for
            gives = share * np.minimum(one.amount or 0.0, total)
        if one.cap is not None:
            total = gives.sum(axis=-1, keepdims=True)
            gives *= np.minimum(1.0, np.divide(one.cap, total, out=np.ones_like(total),
                                               where=total > 0))  # fmt: skip
        amount += gives
        reduction += one.basis_reduction * gives
        chance = np.where(take, one.probability, chance)
        open_ &= ~ok
        if take.any():
            used += one.claim_ids
    reasons = {why: where & open_ for why, where in reasons.items()}
    # what stops every step of the rate is the reason; else all that stop one are named
    shared = {
        why: np.all(stops, axis=0) & open_
        for why, stops in common.items()
        if len(stops) == len(newest)
    }
    if any(where.any() for where in shared.values()):
        reasons = shared
    first = newest[0]
    return Award(
        name, amount, amount * chance, reduction, first.taxable, first.refundable,
        first.lag_days, first.event,
        {why: float(where.mean()) for why, where in reasons.items() if where.any()},
        tuple(used),
    )  # fmt: skip


def _require_pairs(
    gross: Mapping[str, Award],
    families: Mapping[str, list[Incentive]],
    pairs: Mapping[tuple[str, str], bool],
) -> None:
    faults = Faults()
    for first, one in gross.items():
        for second, other in gross.items():
            by_rate = any(record.rate is not None for record in families[second])
            if first == second or not by_rate or not one.amount.any() or not other.amount.any():
                continue
            if (first, second) not in pairs:
                faults.add(
                    Place("stacking"),
                    f"nobody says whether {first} lowers the base of {second}",
                    "both give money to this project",
                    f'lowers_base={{("{first}", "{second}"): True or False}}',
                    kind="stacking",
                )
    faults.raise_any("no incentive was computed")


def _stack(
    gross: dict[str, Award],
    families: Mapping[str, list[Incentive]],
    lots: Lots,
    pairs: Mapping[tuple[str, str], bool],
) -> dict[str, Award]:
    done: dict[str, Award] = {}
    cost = np.asarray(lots.cost, dtype=float)

    def settle(name: str, trail: tuple[str, ...]) -> Award:
        if name in done:
            return done[name]
        if name in trail:
            raise InputError(
                [*_one_fault(f"bases lower one another in a circle: {' -> '.join(trail)}")],
                "no incentive was computed",
            )
        off = np.zeros(cost.shape)
        for other in gross:
            if other != name and pairs.get((other, name), False) and gross[other].amount.any():
                off = off + settle(other, (*trail, name)).amount
        if off.any():
            lower = replace(lots, cost=np.maximum(cost - off, 0.0))
            done[name] = _family(name, families[name], lower)
        else:
            done[name] = gross[name]
        return done[name]

    return {name: settle(name, ()) for name in gross}


def _one_fault(what: str) -> Faults:
    faults = Faults()
    faults.add(Place("stacking"), what, kind="stacking")
    return faults


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def incentive_from_claim(claim: Claim) -> Incentive:
    """Read an incentive from a claim whose qualifiers hold its windows.

    Qualifiers: instrument, event, place, construction_from, construction_before, service_from,
    service_to (or event_from, event_to), cash (``refundable`` or ``against_tax``), taxable
    (``yes``, ``no``), basis_reduction, lag_days, cap, probability, clawback_years.
    """
    q = claim.qualifiers
    central = claim.central
    by_rate = claim.metric == "rate"
    number = {
        name: float(q[name])
        for name in ("basis_reduction", "lag_days", "cap", "probability", "clawback_years")
        if name in q
    }
    return Incentive(
        name=claim.subject.removeprefix("incentive:"),
        instrument=q.get("instrument", ""),
        event=q.get("event", ""),
        rate=central if by_rate else None,
        amount=None if by_rate else central,
        currency="" if by_rate else claim.unit or "",
        place=q.get("place", ""),
        construction_from=_date(q.get("construction_from")),
        construction_before=_date(q.get("construction_before")),
        event_from=_date(q.get("service_from") or q.get("event_from")),
        event_to=_date(q.get("service_to") or q.get("event_to")),
        refundable=q.get("cash") != "against_tax",
        taxable=q.get("taxable") == "yes",
        known_from=claim.known_from,
        claim_ids=(claim.claim_id,),
        **number,
    )


def shipped_incentives(evidence: Evidence | None = None) -> list[Incentive]:
    """Every incentive among the shipped claims, or among those given.

    Examples
    --------
    >>> sorted({one.place for one in shipped_incentives()})
    ['DE', 'JP', 'KR', 'US']
    """
    facts = evidence or shipped("waferway.finance")
    return [
        incentive_from_claim(claim)
        for claim in facts.values()
        if claim.subject.startswith("incentive:") and claim.metric in ("rate", "amount")
    ]
