"""Merger rules as dated data.

Owns reading of rules from claims and their evaluation. A rule is a set of conditions that must
all hold; each condition is a claim with threshold, sense and source. Inequalities are applied
exactly as written: shares are taken on a grid of a millionth of a percentage point and compared
in whole numbers, so that a value on a boundary never crosses it by rounding. A draft is in no
date's force; it is shown as what would be.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import Fault, Faults, InputError, Place, nearest
from waferway.evidence.claims import Claim, Evidence
from waferway.evidence.dated import shipped

__all__ = ["Condition", "Rule", "grid", "read_rules", "rules_on"]

Ints = NDArray[np.int64]
GRID = 10**6  # parts of a percentage point; squares then have GRID**2 parts of an HHI point
_SENSES = {">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal}
MEASURES = {"hhi_after": 2, "hhi_before": 2, "hhi_change": 2, "merged_share_percent": 1}


def grid(values: ArrayLike, power: int = 1) -> Ints:
    """Percent (power 1) or HHI points (power 2) in whole parts.

    Examples
    --------
    >>> grid([30.1]).tolist()
    [30100000]
    """
    scaled = np.asarray(values, dtype=float) * float(GRID) ** power
    return np.rint(scaled).astype(np.int64)


@dataclass(frozen=True)
class Condition:
    """One inequality of a rule; `claim_id` is the claim that gives its threshold."""

    measure: str
    sense: str
    threshold: float
    claim_id: str

    def holds(self, measures: Mapping[str, Ints]) -> NDArray[np.bool_]:
        """Whether it holds for measures in whole parts."""
        bound = grid(self.threshold, MEASURES[self.measure])
        return np.asarray(_SENSES[self.sense](measures[self.measure], bound))

    def __str__(self) -> str:
        return f"{self.measure} {self.sense} {self.threshold:g}"


@dataclass(frozen=True)
class Rule:
    """A rule set's test.

    Attributes
    ----------
    rule_id, regime, jurisdiction : str
    outcome : str
        What the rule says when all conditions hold: ``presumption``, ``no_concern_likely`` ...
    status : {"in_force", "draft"}
    conditions : tuple of Condition
    valid_from, valid_to : datetime.date, optional
        Both included.
    known_from : datetime.date, optional
    source_id, source, locator : str
    """

    rule_id: str
    regime: str
    jurisdiction: str
    outcome: str
    status: str
    conditions: tuple[Condition, ...]
    valid_from: dt.date | None
    valid_to: dt.date | None
    known_from: dt.date | None
    source_id: str
    source: str
    locator: str

    def holds(self, measures: Mapping[str, Ints]) -> NDArray[np.bool_]:
        """Whether every condition holds."""
        return np.asarray(np.logical_and.reduce([c.holds(measures) for c in self.conditions]))


def read_rules(evidence: Evidence | None = None) -> tuple[Rule, ...]:
    """All rules among the claims, in the order of the file.

    Raises
    ------
    InputError
        If a rule's claims disagree about its dates or outcome, or name an unknown measure.

    Examples
    --------
    >>> [str(c) for c in read_rules()[0].conditions]
    ['hhi_after > 2500', 'hhi_change > 200']
    """
    facts = evidence or shipped("waferway.market")
    faults = Faults()
    groups: dict[str, list[Claim]] = {}
    for claim in facts.values():
        if claim.subject.startswith("rule:"):
            groups.setdefault(claim.subject.removeprefix("rule:"), []).append(claim)
    rules = []
    for rule_id, claims in groups.items():
        place = Place(f"rule {rule_id}")
        conditions = []
        for claim in claims:
            measure = claim.metric.removeprefix("threshold:")
            sense = claim.qualifiers.get("sense", "")
            if measure not in MEASURES or sense not in _SENSES or claim.central is None:
                near = nearest(measure, MEASURES)
                faults.add(place, f"claim {claim.claim_id} is no condition: {measure} {sense}",
                           "measures: " + ", ".join(MEASURES) + "; senses: " + " ".join(_SENSES),
                           f"did you mean {near[0]}?" if near else "", kind="rule")  # fmt: skip
                continue
            conditions.append(Condition(measure, sense, claim.central, claim.claim_id))
        head = claims[0]
        for claim in claims[1:]:
            shared = ("regime", "outcome", "status", "jurisdiction")
            same = all(claim.qualifiers.get(q) == head.qualifiers.get(q) for q in shared)
            if not same or (claim.valid_from, claim.valid_to) != (head.valid_from, head.valid_to):
                faults.add(place, f"claims {head.claim_id} and {claim.claim_id} disagree",
                           "the conditions of a rule share regime, outcome, status and dates",
                           kind="rule")  # fmt: skip
        source = facts.sources.get(head.source_id or "")
        rules.append(
            Rule(
                rule_id,
                head.qualifiers.get("regime", ""),
                head.qualifiers.get("jurisdiction", ""),
                head.qualifiers.get("outcome", ""),
                head.qualifiers.get("status", "in_force"),
                tuple(conditions),
                head.valid_from,
                head.valid_to,
                head.known_from,
                head.source_id or "",
                source.title if source else "",
                head.locator or "",
            )
        )
    faults.raise_any("no rule was read")
    return tuple(rules)


def rules_on(
    when: dt.date,
    jurisdictions: Sequence[str] = ("US", "EU"),
    evidence: Evidence | None = None,
) -> tuple[Rule, ...]:
    """Rules for a deal notified on a day: those in force, and drafts known by then.

    Raises
    ------
    InputError
        If a jurisdiction has no rule in force on that day; lists what there is.

    Examples
    --------
    >>> sorted({rule.regime for rule in rules_on(dt.date(2023, 12, 17))})
    ['eu-2004', 'us-2010']
    """
    facts = evidence or shipped("waferway.market")
    everything = read_rules(facts)
    chosen = []
    for name in jurisdictions:
        own = [rule for rule in everything if rule.jurisdiction == name]
        if not own:
            places = dict.fromkeys(rule.jurisdiction for rule in everything)
            raise InputError(
                [Fault(Place("jurisdiction"), f"there are no rules of {name}",
                       "known: " + ", ".join(places), kind="name")], "no deal was screened",
            )  # fmt: skip
        now = [rule for rule in own if rule.status == "in_force" and _holds(rule, when)]
        if not now:
            binding = [rule for rule in own if rule.status == "in_force"]
            spans = dict.fromkeys(
                f"{rule.regime} from {rule.valid_from} to {rule.valid_to or '...'}"
                for rule in binding
            )
            raise InputError(
                [Fault(Place("date"), f"no rule of {name} was in force on {when}",
                       "there are: " + "; ".join(spans), kind="date")], "no deal was screened",
            )  # fmt: skip
        drafts = [
            rule for rule in own
            if rule.status == "draft" and (rule.known_from is None or rule.known_from <= when)
        ]  # fmt: skip
        chosen += [*now, *drafts]
    return tuple(chosen)


def _holds(rule: Rule, when: dt.date) -> bool:
    return (rule.valid_from is None or rule.valid_from <= when) and (
        rule.valid_to is None or when <= rule.valid_to
    )
