"""Which claims of the record speak of the same thing as a claim of a text, and how far apart.

Owns the meeting of subjects and metrics. Refuses verdicts. A fit is strict where every qualifier
of the record is named in the text, loose where some are left open; a qualifier that differs is no
fit. Qualifiers are met in `check_qualifiers`, units in `check_units`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from waferway.evidence.claims import Claim, Evidence
from waferway.evidence.reconcile.agreement import bounds_of
from waferway.studies.check_families import FAMILIES, Family
from waferway.studies.check_qualifiers import counterparty_fits, partners_of, qualifiers_fit
from waferway.studies.check_reading import Asked
from waferway.studies.check_units import Step, bounds_in

__all__ = ["Fit", "fits"]

ORDER = 20.0  # beyond this factor a text speaks of another quantity, whatever its words
_JOINT_VENTURES = {("org:tsmc", "kumamoto"): "org:jasm", ("org:tsmc", "dresden"): "org:esmc"}
_UNITS_OF_PRODUCT = frozenset("unit GPU chip accelerator item server".split())


@dataclass(frozen=True)
class Fit:
    """A claim of the record that speaks of what a claim of a text speaks of.

    Parameters
    ----------
    fact : Claim
    family : Family
    strict : bool
        Whether subject and every qualifier are named in the text.
    open : tuple of str
        Qualifiers that the text does not name.
    low, high : float
        Bounds of the text's claim in the unit of the record.
    distance : float
        Gap between the two, relative or in points as the family says; 0 where they touch.
    steps : tuple of Step
        Conversions made.
    vague : bool
        Whether the text's bounds are so loose that they say little ("more than 10" of 65).
    """

    fact: Claim
    family: Family
    strict: bool
    open: tuple[str, ...]
    low: float
    high: float
    distance: float
    steps: tuple[Step, ...] = field(default=())
    vague: bool = False

    @property
    def equal(self) -> bool:
        """Whether the two figures are one, within what sources usually differ by."""
        return self.distance <= 1e-9 and not self.vague

    @property
    def far(self) -> bool:
        """Whether the gap is beyond what sources differ by, yet of the same order."""
        if self.distance <= self.family.far - self.family.near + 1e-9:
            return False
        mine = self.low if math.isfinite(self.low) else self.high
        theirs = self.fact.central or 0.0
        return theirs == 0 or mine == 0 or 1 / ORDER <= abs(mine / theirs) <= ORDER


def fits(asked: Asked, evidence: Evidence, day: dt.date | None) -> list[Fit]:
    """All fits of a claim, in the order of the record.

    Parameters
    ----------
    asked : Asked
    evidence : Evidence
        The record, as known on the day of judgement.
    day : date or None
        Day of the text; its year picks the rate of exchange.

    Returns
    -------
    list of Fit
    """
    made = []
    for fact in evidence.values():
        family = FAMILIES.get(fact.metric)
        if family is None or fact.kind == "text" or not _said(asked, family, fact):
            continue
        whose = _subject_fits(asked, fact)
        if not whose:
            continue
        state, missing = qualifiers_fit(asked, fact, _area(fact, evidence))
        if not state:
            continue
        converted = bounds_in(asked.claim, fact, evidence, day)
        if converted is None:
            continue
        low, high, steps = converted
        wide = 0.08 if steps else 0.0
        strict = whose == "sure" and not missing
        made.append(
            Fit(fact, family, strict, missing, low, high,
                _distance(asked.claim, low, high, fact, family, wide), steps,
                _vague(low, high, fact))
        )  # fmt: skip
    return made


def _said(asked: Asked, family: Family, fact: Claim) -> bool:
    claim = asked.claim
    if claim.unit is None or claim.central is None:
        return False
    if claim.kind == "count" and fact.unit == "unit":
        thing, _, _ = claim.unit.partition(":")
        return thing in _UNITS_OF_PRODUCT
    if fact.metric in {"market_share", "item_share", "revenue_share"}:
        return claim.kind == "share" and (
            claim.metric == "market_share"
            or (
                claim.metric == "share"
                and bool({"share", "market", "world"} & asked.here or asked.node)
            )
        )
    if fact.metric == "fab_cost" and (asked.count > 1 or "several" in asked.here):
        return False
    if fact.metric == "capex" and "capex" not in asked.here:
        return False
    if fact.metric == "price" and not (asked.product_here or "per-wafer" in asked.here):
        return False
    if fact.unit == "fab" and claim.metric == "fabs":
        return (fact.metric == "fabs_existing") == (claim.modality in {"reported", "estimate"})
    if fact.metric == "subsidy" and claim.metric not in {"subsidy"}:
        if claim.metric in {"investment", "loan", "revenue", "price"} or "loan" in asked.here:
            return False  # what an award supports, or lends, is not the award
        return claim.kind == "money" and bool({"chips-act", "eu-chips-act", "award"} & asked.here)
    if fact.metric == "build_time" and not {"fabs", "build"} <= asked.here:
        return False
    if fact.metric == "investment" and claim.metric == "funds_sought":
        return fact.subject.startswith(("place:", "org:stargate"))
    if claim.metric in family.said:
        return True
    return claim.kind == fact.kind and claim.kind in {
        "memory", "power", "area", "distance"} and fact.metric in FAMILIES  # fmt: skip


def _subject_fits(asked: Asked, fact: Claim) -> str:
    """``sure``, ``open``, or empty where the subjects differ."""
    kind, _, name = fact.subject.partition(":")
    if kind == "product":
        if fact.metric == "shipments" and asked.subject not in {None, "org:nvidia"}:
            return ""
        if asked.product != name or (asked.many and fact.metric != "shipments"):
            return ""
        return "sure" if asked.product_here else "open"
    if kind == "act":
        word = "chips-act" if name == "chips" else "eu-chips-act"
        return "sure" if word in asked.here and asked.subject is None else ""
    if kind == "tech":
        lone = asked.subject is None and "fabs" in asked.here and asked.node is not None
        return "sure" if lone and asked.product is None else ""
    if fact.subject == "world":
        named = asked.subject is not None and asked.named_here
        if named or asked.product is not None:
            return ""
        if fact.metric == "companies":
            return "sure"
        if "world" in asked.here or asked.claim.qualifiers.get("region") == "world":
            return "sure"
        told = fact.qualifiers.get("item") in {"hbm", "dram"} and asked.item is not None
        return "open" if asked.subject is None and told else ""
    if fact.metric == "distance":
        return "sure" if name in asked.places_here else ""
    if kind == "place":
        if asked.subject == fact.subject:
            return "sure" if asked.sure else "open"
        if asked.subject is None and asked.places and asked.places[0] == name:
            return "sure" if asked.places_here == (name,) else "open"
        return ""
    if fact.subject == "org:stargate" and "org:stargate" in asked.firms:
        return "sure"
    if "org:stargate" in asked.firms and kind == "org":
        return ""
    if (
        fact.subject in asked.firms
        and partners_of(fact)
        and counterparty_fits(asked, fact) == "same"
    ):
        return "sure"  # both sides of a deal are named; whichever the sentence begins with
    for subject in _readings(asked):
        if subject == fact.subject:
            return "sure" if asked.sure else "open"
    return ""


def _readings(asked: Asked) -> Iterable[str]:
    """The subject, also as the joint venture at a named place and as the memory arm of a group."""
    if asked.subject is None:
        return
    yield asked.subject
    for place in asked.places:
        venture = _JOINT_VENTURES.get((asked.subject, place))
        if venture:
            yield venture
    if asked.item and asked.item.startswith(("hbm", "dram")) and "org:sk-group" in asked.subject:
        yield "+".join(sorted(asked.subject.replace("org:sk-group", "org:sk-hynix").split("+")))


def _area(fact: Claim, evidence: Evidence) -> frozenset[str]:
    """All places that the record gives to the scope of a claim of it."""
    scope = fact.qualifiers.get("scope")
    if scope is None:
        return frozenset()
    return frozenset(
        place
        for other in evidence.values()
        if other.subject == fact.subject and other.qualifiers.get("scope") == scope
        for place in other.qualifiers.get("places", "").split()
    )


def _distance(
    claim: Claim, low: float, high: float, fact: Claim, family: Family, wide: float
) -> float:
    """Gap beyond what sources usually differ by; 0 where the two are one figure."""
    first, last = bounds_of(fact)
    # "under 200,000" of a source is near that figure; it does not support any figure below.
    first = 0.8 * last if math.isinf(first) else first
    last = 1.25 * first if math.isinf(last) else last
    reference = max(abs(b) for b in (first, last) if math.isfinite(b))
    scale = 1.0 if family.absolute else max(reference, 1e-12)
    gap = max(0.0, first - high, low - last) / scale
    near = family.near * (2 if claim.approx else 1) + wide
    return 0.0 if gap <= near + 1e-12 else gap - family.near


def _vague(low: float, high: float, fact: Claim) -> bool:
    first, last = bounds_of(fact)
    if math.isinf(high):
        return low < 0.8 * first
    if math.isinf(low):
        return high > 1.2 * last
    same = math.isclose(low, first, rel_tol=0.05) and math.isclose(high, last, rel_tol=0.05)
    return low > 0 and high > 2.5 * low and not same
