"""Whether two documents have one origin: recognised by the claims they share, not their words.

Owns the fingerprint of a document's claims and the decision on a pair. Refuses words: a
translation shares none, and two texts on one firm share many.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from waferway.evidence.claims import Claim

__all__ = ["OriginDecision", "families", "fingerprint", "same_origin"]

Feature = tuple[str, str, str, str, str]

THRESHOLD = 0.5
COMMON = 3


@dataclass(frozen=True)
class OriginDecision:
    """Decision on two documents, with what it rests on.

    Parameters
    ----------
    same : bool
        Jaccard index above 0.5 and at least three common features that are not trivial.
    jaccard : float
        Share of common features, 0 to 1.
    common : tuple
        Features both have and that are not trivial.
    """

    same: bool
    jaccard: float
    common: tuple[Feature, ...]

    def to_json(self) -> dict[str, Any]:
        """The decision as plain data."""
        return {
            "same": self.same,
            "jaccard": round(self.jaccard, 4),
            "common": [" ".join(part for part in feature if part) for feature in self.common],
        }


def _number(value: object) -> str:
    return "" if value is None else f"{float(str(value)):.6g}"


def fingerprint(claims: Iterable[Claim]) -> frozenset[Feature]:
    """Set of (kind, low, value, high, unit) of a document's quantities, and its dates.

    Ratios and shares said in words, ranks and relative sizes are left out: translators change
    them ("a third more").

    Examples
    --------
    >>> from waferway.evidence.extract import claims_in
    >>> sorted(fingerprint(claims_in("Power is capped at 1.4 GW until 2029.")))
    [('date', '', '2029', '', ''), ('power', '', '', '1.4', 'GW')]
    """
    made: set[Feature] = set()
    for claim in claims:
        if claim.kind == "date":
            made.add(("date", "", (claim.valid_text or "").strip("/"), "", ""))
        elif claim.kind != "rank":
            made.add(
                (claim.kind, _number(claim.low), _number(claim.value), _number(claim.high),
                 claim.unit or "")
            )  # fmt: skip
    return frozenset(made)


def _trivial(feature: Feature) -> bool:
    """Small counts and bare years are shared by chance."""
    kind, low, value, high, _ = feature
    if kind == "date":
        return len(value) == 4
    numbers = [float(number) for number in (low, value, high) if number]
    return kind == "count" and all(number <= 3 for number in numbers)


def same_origin(first: Iterable[Claim], second: Iterable[Claim]) -> OriginDecision:
    """Whether two documents, given by their claims, tell the same figures.

    Parameters
    ----------
    first, second : iterable of Claim
        Claims of one document each, from any languages.

    Returns
    -------
    OriginDecision

    Examples
    --------
    >>> from waferway.evidence.extract import claims_in
    >>> one = claims_in("It costs $3bn, needs 1.4 GW and 22 weeks.", lang="en")
    >>> two = claims_in("Kostet 3 Mrd. Dollar, braucht 1,4 GW und 22 Wochen.", lang="de")
    >>> same_origin(one, two).same
    True
    """
    one, two = fingerprint(first), fingerprint(second)
    union = one | two
    shared = one & two
    telling = tuple(sorted(feature for feature in shared if not _trivial(feature)))
    jaccard = len(shared) / len(union) if union else 0.0
    return OriginDecision(jaccard > THRESHOLD and len(telling) >= COMMON, jaccard, telling)


def families(documents: Mapping[str, Sequence[Claim]]) -> dict[str, str]:
    """Family of each document: the first name, in alphabetical order, among those of one origin.

    Examples
    --------
    >>> families({"b.txt": [], "a.txt": []})
    {'a.txt': 'a.txt', 'b.txt': 'b.txt'}
    """
    found = {name: name for name in sorted(documents)}
    for one, two in combinations(sorted(documents), 2):
        if same_origin(documents[one], documents[two]).same:
            keep, drop = sorted((found[one], found[two]))
            found = {name: keep if root == drop else root for name, root in found.items()}
    return found
