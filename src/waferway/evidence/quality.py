"""Quality rules: what may be wrong with a claim, as records that can be signed and logged.

Owns the rules and their versions. A rule passes, warns or fails and says why; it never changes or
drops a claim. Refuses verdicts on the world: whether a claim is true is not asked here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from waferway.evidence.claims import Claim, Source
from waferway.evidence.extract.codes import masks
from waferway.evidence.extract.files import Extraction
from waferway.evidence.extract.measures import KIND
from waferway.evidence.extract.shadow import shadow
from waferway.evidence.reconcile import Policy, Reconciliation, reconcile_claims

__all__ = ["RULES", "Quality", "QualityVerdict", "quality_of", "quality_of_texts"]

RULES: dict[str, str] = {
    "unit-dimension": "the unit is of the kind of the claim",
    "metric-range": "the value lies where such a quantity can lie",
    "quote": "the quote stands in the text at its place",
    "distractor": "the number is no part of a product code",
    "duplicate": "no other document of the same origin says the same",
    "staleness": "the claim is younger than two half-lives of its metric",
    "contradiction": "no claim on the same subject, metric, scope and time disagrees",
    "price-basis": "money of a distant year states its price year, a conversion its rate",
    "owner": "the claim has an owner, and one who may own claims",
    "single-source": "what results rest on is said by more than one independent source",
    "time": "the time is resolved: no fiscal year, no day without a year",
}
VERSION = 1
_MONTH_DAYS = 30.4375
DISTANT_YEARS = 5
_ANY_SIGN = frozenset({"growth", "margin", "change", "latitude", "longitude"})


@dataclass(frozen=True)
class QualityVerdict:
    """What one rule says of one claim.

    Attributes
    ----------
    rule : str
        Name and version, ``quote@1``.
    claim_id : str
    verdict : "pass", "warn" or "fail"
    reason : str
    """

    rule: str
    claim_id: str
    verdict: Literal["pass", "warn", "fail"]
    reason: str

    def to_json(self) -> dict[str, str]:
        """The record as the ledger takes it (``waferway ledger append --type quality``)."""
        return {
            "rule": self.rule, "claim_id": self.claim_id, "verdict": self.verdict,
            "reason": self.reason,
        }  # fmt: skip


@dataclass(frozen=True)
class Quality:
    """Verdicts of all rules on all claims, in the order of claims and rules."""

    verdicts: tuple[QualityVerdict, ...]

    @property
    def passed(self) -> bool:
        """Whether no rule fails."""
        return all(one.verdict != "fail" for one in self.verdicts)

    def to_json(self) -> dict[str, Any]:
        """One object: whether all hold, counts by rule, and the records."""
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for one in self.verdicts:
            counts[one.rule][one.verdict] += 1
        return {
            "ok": self.passed,
            "counts": {rule: dict(sorted(found.items())) for rule, found in sorted(counts.items())},
            "quality": [one.to_json() for one in self.verdicts],
        }

    def __str__(self) -> str:
        """What does not pass, then the counts."""
        lines = [
            f"{one.verdict.upper():<5}{one.rule:<18}{one.claim_id}: {one.reason}"
            for one in self.verdicts
            if one.verdict != "pass"
        ]
        found = Counter(one.verdict for one in self.verdicts)
        said = ", ".join(f"{found[verdict]} {verdict}" for verdict in ("pass", "warn", "fail"))
        return "\n".join([*lines, said])


def quality_of(
    claims: Iterable[Claim],
    *,
    sources: Iterable[Source] = (),
    texts: Mapping[str, str] | None = None,
    as_of: dt.date | None = None,
    policy: Policy | None = None,
    owners: Collection[str] | None = None,
    load_bearing: Collection[str] = (),
) -> Quality:
    """Judge claims by every rule that applies to them.

    Parameters
    ----------
    claims : iterable of Claim
    sources : iterable of Source, optional
        Their `family` says which are not independent.
    texts : mapping of source id to text, optional
        Documents as stored; without one the rules on quotes do not apply.
    as_of : date, optional
        Day to which ages are counted; default the latest `known_from`. No clock is read.
    policy : Policy, optional
        Half-lives and tolerances.
    owners : collection of str, optional
        Parties that may own claims.
    load_bearing : collection of str
        Claims that results rest on.

    Returns
    -------
    Quality

    Examples
    --------
    >>> from waferway.evidence.extract import claims_in
    >>> text = "The yield is 140%."
    >>> found = quality_of(claims_in(text, source_id="a", owner="lab"), texts={"a": text})
    >>> [(one.rule, one.reason) for one in found.verdicts if one.verdict == "fail"]
    [('metric-range@1', '140 % is above 100')]
    """
    given = list(claims)
    rules = policy or Policy()
    made = reconcile_claims(given, sources=sources, policy=rules, as_of=as_of)
    known = [claim.known_from for claim in given if claim.known_from]
    day = as_of or (max(known) if known else None)
    by_id = {claim.claim_id: claim for claim in given}
    pairs = _pairs(made)
    voices = {
        name: group.sources for group in made.groups for name in (*group.claims, *group.set_aside)
    }
    found: list[QualityVerdict] = []
    for claim in given:
        text = (texts or {}).get(claim.source_id or "")
        checks = (
            ("unit-dimension", _unit(claim)), ("metric-range", _range(claim)),
            ("quote", _quote(claim, text)), ("distractor", _distractor(claim, text)),
            ("duplicate", _duplicate(claim, pairs, by_id)),
            ("staleness", _stale(claim, day, rules)),
            ("contradiction", _contradicts(claim, pairs, by_id)),
            ("price-basis", _price(claim)), ("owner", _owner(claim, owners)),
            ("single-source", _single(claim, voices, load_bearing)), ("time", _time(claim)),
        )  # fmt: skip
        for name, outcome in checks:
            if outcome is not None:
                verdict, reason = outcome
                found.append(QualityVerdict(f"{name}@{VERSION}", claim.claim_id, verdict, reason))
    return Quality(tuple(found))


def quality_of_texts(extraction: Extraction, **options: Any) -> Quality:
    """Judge the claims of extracted documents; `options` as for `quality_of`."""
    texts = {document.name: document.text for document in extraction.documents}
    return quality_of(extraction.claims, texts=texts, **options)


Outcome = tuple[Literal["pass", "warn", "fail"], str] | None


def _pairs(made: Reconciliation) -> dict[str, list[tuple[str, str, str]]]:
    """For each claim the relations it stands in: kind, other claim, reason."""
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for relation in made.relations:
        found[relation.first].append((relation.kind, relation.second, relation.reason))
        found[relation.second].append((relation.kind, relation.first, relation.reason))
    return found


def _unit(claim: Claim) -> Outcome:
    if claim.unit is None:
        return None
    base = claim.unit.partition("/")[0]
    if claim.kind == "money":
        right = re.fullmatch("[A-Z]{3}", base) is not None
    elif claim.unit in KIND or claim.kind in set(KIND.values()) - {"ratio"}:
        right = KIND.get(claim.unit, KIND.get(base)) == claim.kind or claim.kind == "ratio"
    else:
        right = True
    return ("pass", "") if right else ("fail", f"{claim.unit} is no unit of {claim.kind}")


def _range(claim: Claim) -> Outcome:
    numbers = [float(n) for n in (claim.low, claim.value, claim.high) if n is not None]
    if not numbers:
        return None
    if claim.metric in _ANY_SIGN or any(word in claim.metric for word in _ANY_SIGN):
        return "pass", ""
    if min(numbers) < 0:
        return "fail", f"{min(numbers):g} {claim.unit} is below 0"
    bounded = claim.kind == "share" and claim.metric in {"market_share", "yield", "cost_share"}
    if bounded and max(numbers) > 100:
        return "fail", f"{max(numbers):g} {claim.unit} is above 100"
    if claim.kind == "rank" and min(numbers) < 1:
        return "fail", f"rank {min(numbers):g} is below 1"
    if claim.kind == "count" and claim.form == "point" and numbers[0] % 1 and "/" not in (
        claim.unit or ""
    ):  # fmt: skip
        return "warn", f"{numbers[0]:g} is no whole number of {claim.unit}"
    return "pass", ""


def _quote(claim: Claim, text: str | None) -> Outcome:
    if claim.quote is None or claim.start is None or text is None:
        return None
    if text[claim.start : claim.end] == claim.quote:
        return "pass", ""
    return "fail", f"characters {claim.start} to {claim.end} of {claim.source_id} say otherwise"


def _distractor(claim: Claim, text: str | None) -> Outcome:
    if text is None or claim.num_start is None or claim.num_end is None or not claim.lang:
        return None
    made = shadow(text)
    for start, end in masks(made, claim.lang):
        first, last = made.back(start, end)
        if first <= claim.num_start and claim.num_end <= last:
            return "fail", f"the number is part of {text[first:last]!r}"
    return "pass", ""


def _duplicate(
    claim: Claim, pairs: Mapping[str, Sequence[tuple[str, str, str]]], by_id: Mapping[str, Claim]
) -> Outcome:
    twins = [other for kind, other, _ in pairs.get(claim.claim_id, ()) if kind == "one_origin"]
    if not twins:
        return "pass", ""
    return "warn", f"one voice with {twins[0]} of {by_id[twins[0]].source_id}"


def _stale(claim: Claim, day: dt.date | None, policy: Policy) -> Outcome:
    if day is None or claim.known_from is None:
        return None
    half_life, _ = policy.of(claim.metric)
    months = (day - claim.known_from).days / _MONTH_DAYS
    if months <= 2 * half_life:
        return "pass", ""
    return (
        "warn",
        f"known for {months:.0f} months; its half-life is {half_life:g}",
    )


def _contradicts(
    claim: Claim, pairs: Mapping[str, Sequence[tuple[str, str, str]]], by_id: Mapping[str, Claim]
) -> Outcome:
    against = [
        (other, reason) for kind, other, reason in pairs.get(claim.claim_id, ())
        if kind == "contradict"
    ]  # fmt: skip
    if not against:
        return "pass", ""
    other, reason = against[0]
    return "warn", f"{other} of {by_id[other].source_id} disagrees: {reason}"


def _price(claim: Claim) -> Outcome:
    if claim.kind != "money":
        return None
    if claim.method.startswith("derived:") and not claim.derived_from:
        return "fail", "converted or computed, yet no claim is named that it rests on"
    ahead = claim.valid_to and claim.known_from and claim.price_year is None
    if ahead and claim.valid_to.year - claim.known_from.year > DISTANT_YEARS:  # type: ignore[union-attr]
        return "warn", f"money until {claim.valid_text} without a price year"
    return "pass", ""


def _owner(claim: Claim, owners: Collection[str] | None) -> Outcome:
    if claim.owner is None:
        return "warn", "nobody owns the claim, so nobody can retract it"
    if owners is not None and claim.owner not in owners:
        return "fail", f"{claim.owner} may not own claims here"
    return "pass", ""


def _single(claim: Claim, voices: Mapping[str, int], load_bearing: Collection[str]) -> Outcome:
    if claim.claim_id not in load_bearing:
        return None
    count = voices.get(claim.claim_id, 1)
    if count > 1:
        return "pass", ""
    return "warn", "results rest on it, and one source alone says it"


def _time(claim: Claim) -> Outcome:
    if claim.valid_text is None:
        return None
    if claim.valid_text.startswith("FY"):
        return "warn", f"{claim.valid_text} is a fiscal year; its days are not resolved"
    if claim.valid_text.startswith("--"):
        return "warn", f"{claim.valid_text} has no year"
    return "pass", ""
