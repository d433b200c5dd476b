"""Claims brought together: groups with a value, bounds, sources and conflicts.

Owns the order of the steps of the reference page: group, drop, collapse, weigh, report. Refuses
to overwrite: both sides of every conflict stay, and the inputs are named so that a result can be
computed again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from waferway.evidence.claims import Claim, Source
from waferway.evidence.extract.names import SAME_NAME, likeness
from waferway.evidence.reconcile.agreement import (
    Relation,
    bounds_of,
    in_unit,
    overlap,
    relate,
    weighted_median,
)
from waferway.evidence.reconcile.origin import families as origin_families
from waferway.evidence.reconcile.policy import Policy

__all__ = ["Group", "Reconciliation", "one_subject", "reconcile_claims"]

_MONTH_DAYS = 365.25 / 12


@dataclass(frozen=True)
class Group:
    """Claims on one subject, metric, scope and time, and what they say together.

    Parameters
    ----------
    subject, metric : str
    qualifiers : mapping
    unit : str or None
    valid_text : str or None
        Time as first stated.
    value : float or None
        Weighted median; None where only bounds are known.
    low, high : float or None
        Union of the intervals, each grown by age; None where open.
    sources : int
        Independent sources: families, not documents.
    claims : tuple of str
        Contributing claim ids, one for each family.
    set_aside : tuple of str
        Claims of a family that already has a voice.
    conflicts : tuple of Relation
    imputed : bool
        Whether the group rests on imputed values alone.
    """

    subject: str
    metric: str
    qualifiers: Mapping[str, str]
    unit: str | None
    valid_text: str | None
    value: float | None
    low: float | None
    high: float | None
    sources: int
    claims: tuple[str, ...]
    set_aside: tuple[str, ...] = ()
    conflicts: tuple[Relation, ...] = ()
    imputed: bool = False

    def to_json(self) -> dict[str, Any]:
        """The group as plain data."""
        return {
            "subject": self.subject, "metric": self.metric, "qualifiers": dict(self.qualifiers),
            "unit": self.unit, "valid_text": self.valid_text, "value": self.value,
            "low": self.low, "high": self.high, "sources": self.sources,
            "claims": list(self.claims), "set_aside": list(self.set_aside),
            "conflicts": [relation.to_json() for relation in self.conflicts],
            "imputed": self.imputed,
        }  # fmt: skip


@dataclass(frozen=True)
class Reconciliation:
    """Result of a reconciliation, with all that is needed to compute it again.

    Parameters
    ----------
    groups : tuple of Group
    relations : tuple of Relation
        Of every pair on one subject and metric from different documents.
    families : mapping
        Family by source.
    inputs_sha256 : str
        Hash of claims, policy and day.
    as_of : date or None
    policy : Policy
    """

    groups: tuple[Group, ...]
    relations: tuple[Relation, ...]
    families: Mapping[str, str]
    inputs_sha256: str
    as_of: dt.date | None
    policy: Policy
    claims: Mapping[str, Claim] = field(default_factory=dict, repr=False)

    def of_kind(self, kind: str) -> list[Relation]:
        """Relations of one kind."""
        return [relation for relation in self.relations if relation.kind == kind]

    @property
    def conflicts(self) -> list[Relation]:
        """Pairs that contradict each other."""
        return self.of_kind("contradict")

    def to_json(self) -> dict[str, Any]:
        """One object: groups, relations, families, policy, day and hash of the inputs."""
        return {
            "groups": [group.to_json() for group in self.groups],
            "relations": [relation.to_json() for relation in self.relations],
            "families": dict(sorted(self.families.items())),
            "policy": self.policy.to_json(),
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "inputs_sha256": self.inputs_sha256,
        }

    def __str__(self) -> str:
        """Conflicts first, then differences, then agreements."""
        lines = []
        for kind, title in (
            ("contradict", "contradict"), ("differ_scope", "differ in scope"),
            ("differ_time", "differ in time"), ("agree", "agree"),
            ("one_origin", "have one origin"),
        ):  # fmt: skip
            for relation in self.of_kind(kind):
                first, second = self.claims[relation.first], self.claims[relation.second]
                lines.append(
                    f"{title}: {first.subject} {first.metric}: {first.quote or first.claim_id!r} "
                    f"({first.source_id}) and {second.quote or second.claim_id!r} "
                    f"({second.source_id}); {relation.reason}"
                )
        return "\n".join(lines) or "no two claims speak of the same thing"


def one_subject(claims: Sequence[Claim]) -> dict[str, str]:
    """Subject ids brought together: unresolved names that are spellings of one name become one.

    Examples
    --------
    >>> from waferway.evidence.extract import claims_in
    >>> one = claims_in("Kye Hyun Kim's firm will pay $3bn.")
    >>> sorted(one_subject(one).values()) == sorted({c.subject for c in one})
    True
    """
    written: dict[str, str] = {}
    for claim in sorted(claims, key=lambda c: c.claim_id):
        written.setdefault(claim.subject, claim.subject_text or claim.subject)
    found = {subject: subject for subject in sorted(written)}
    loose = [s for s in found if s.startswith("unresolved:") and s != "unresolved:unnamed"]
    for one, two in combinations(loose, 2):
        if likeness(written[one], written[two]) >= SAME_NAME:
            keep, drop = sorted((found[one], found[two]))
            found = {name: keep if root == drop else root for name, root in found.items()}
    return found


def _independent(claims: Sequence[Claim], sources: Mapping[str, Source]) -> dict[str, str]:
    """Family of each source: its own word, else the origin seen from the claims."""
    by_source: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_source[claim.source_id or claim.claim_id].append(claim)
    seen = origin_families(by_source)
    return {
        name: (sources[name].family or root) if name in sources else root
        for name, root in seen.items()
    }


def reconcile_claims(
    claims: Iterable[Claim],
    *,
    sources: Iterable[Source] = (),
    policy: Policy | None = None,
    as_of: dt.date | None = None,
    imputed: bool = True,
) -> Reconciliation:
    """Bring claims together.

    Parameters
    ----------
    claims : iterable of Claim
        Dates are left out: they qualify other claims.
    sources : iterable of Source, optional
        Their `family` says which are not independent; the rest is found by shared claims.
    policy : Policy, optional
    as_of : date, optional
        Ages are counted to this day; without it the latest `known_from` counts. The machine's
        clock is never read.
    imputed : bool
        Whether imputed claims take part.

    Returns
    -------
    Reconciliation

    Examples
    --------
    >>> from waferway.evidence.extract import claims_in
    >>> one = claims_in("Hanbit's lead times are 36 weeks.", source_id="a")
    >>> two = claims_in("At Hanbit lead times are 37 weeks.", source_id="b")
    >>> made = reconcile_claims([*one, *two])
    >>> [(g.metric, g.value, g.sources) for g in made.groups]
    [('lead_time', 36.5, 2)]
    """
    rules = policy or Policy()
    given = sorted(claims, key=lambda claim: claim.claim_id)
    replaced = {claim.supersedes for claim in given if claim.supersedes}
    kept = [
        claim
        for claim in given
        if claim.rank != "deprecated"
        and claim.claim_id not in replaced
        and (imputed or not claim.imputed)
    ]
    known = [claim.known_from for claim in given if claim.known_from]
    day = as_of or (max(known) if known else None)
    families = _independent(kept, {source.source_id: source for source in sources})
    subjects = one_subject(kept)
    buckets: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in kept:
        if claim.kind != "date" and not claim.missing:
            buckets[subjects[claim.subject], claim.metric].append(claim)
    relations: list[Relation] = []
    groups: list[Group] = []
    for (subject, metric), members in sorted(buckets.items()):
        relations += _relations(members, rules, families)
        groups += [
            _group(subject, metric, group, rules, families, day) for group in _alike(members)
        ]
    return Reconciliation(
        tuple(groups), tuple(sorted(relations)), families, _digest(given, rules, day), as_of,
        rules, {claim.claim_id: claim for claim in given},
    )  # fmt: skip


def _relations(
    members: Sequence[Claim], policy: Policy, families: dict[str, str]
) -> list[Relation]:
    """Relations of claims of different documents; each claim meets its nearest counterpart."""
    by_id = {claim.claim_id: claim for claim in members}
    found = {}
    for one, two in combinations(members, 2):
        if one.source_id == two.source_id and one.source_id is not None:
            continue
        found[one.claim_id, two.claim_id] = relate(one, two, policy, families)
    agreed = {
        (claim_id, other.source_id)
        for relation in found.values()
        if relation.kind in {"agree", "one_origin"}
        for claim_id, other in (
            (relation.first, by_id[relation.second]),
            (relation.second, by_id[relation.first]),
        )
    }
    kept = []
    for relation in found.values():
        first, second = by_id[relation.first], by_id[relation.second]
        matched = (first.claim_id, second.source_id) in agreed or (
            second.claim_id, first.source_id) in agreed  # fmt: skip
        # A text that gives two figures for one metric does not contradict a text with one of them.
        if relation.kind == "contradict" and matched:
            continue
        kept.append(relation)
    return kept


def _alike(members: Sequence[Claim]) -> list[list[Claim]]:
    """Claims of one scope, unit and overlapping time together."""
    groups: list[list[Claim]] = []
    for claim in members:
        for group in groups:
            lead = group[0]
            if (
                lead.qualifiers == claim.qualifiers
                and lead.basis == claim.basis
                and in_unit(claim, lead.unit) is not None
                and all(overlap(claim, other) for other in group)
            ):
                group.append(claim)
                break
        else:
            groups.append([claim])
    return groups


def _group(
    subject: str, metric: str, members: list[Claim], policy: Policy, families: dict[str, str],
    day: dt.date | None,
) -> Group:  # fmt: skip
    preferred = [claim for claim in members if claim.rank == "preferred"]
    members = preferred or members
    voices: dict[str, Claim] = {}
    aside: list[str] = []
    for claim in sorted(members, key=_standing):
        family = families.get(claim.source_id or claim.claim_id, claim.source_id or claim.claim_id)
        if family in voices:
            aside.append(claim.claim_id)
        else:
            voices[family] = claim
    heard = sorted(voices.values(), key=lambda claim: claim.claim_id)
    half_life, _ = policy.of(metric)
    unit = heard[0].unit
    values, weights, lows, highs = [], [], [], []
    for claim in heard:
        factor = in_unit(claim, unit) or 1.0
        age = _age_months(claim, day)
        low, high = (bound * factor for bound in bounds_of(claim))
        growth = math.sqrt(1 + age / half_life)
        centre = claim.central
        if centre is not None and math.isfinite(low) and math.isfinite(high):
            values.append(centre * factor)
            weights.append(policy.grades.get(claim.grade, 0.2) * 2 ** (-age / half_life))
            middle = (low + high) / 2
            low, high = middle - (middle - low) * growth, middle + (high - middle) * growth
        lows.append(low)
        highs.append(high)
    conflicts = tuple(
        sorted(
            relation
            for one, two in combinations(heard, 2)
            if (relation := relate(one, two, policy, families)).kind == "contradict"
        )
    )
    return Group(
        subject, metric, dict(heard[0].qualifiers), unit, heard[0].valid_text,
        weighted_median(values, weights) if values else None,
        _finite(min(lows)), _finite(max(highs)), len(heard),
        tuple(claim.claim_id for claim in heard), tuple(sorted(aside)), conflicts,
        all(claim.imputed for claim in heard),
    )  # fmt: skip


def _standing(claim: Claim) -> tuple[str, dt.date, str]:
    return claim.grade, claim.known_from or dt.date.max, claim.claim_id


def _age_months(claim: Claim, day: dt.date | None) -> float:
    if day is None or claim.known_from is None:
        return 0.0
    return max(0.0, (day - claim.known_from).days / _MONTH_DAYS)


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _digest(claims: Sequence[Claim], policy: Policy, day: dt.date | None) -> str:
    lines = [json.dumps(claim.model_dump(mode="json"), sort_keys=True) for claim in claims]
    lines += [json.dumps(policy.to_json(), sort_keys=True), day.isoformat() if day else ""]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
