"""Where a number comes from, in words: grade and source for hover, claims for the list below.

Owns the wording of evidence under figures. Refuses to judge it: grades are the claims' own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from waferway.evidence.claims import Claim
from waferway.network.network import Network

__all__ = ["Cell", "ClaimLine", "Note", "Notes"]

Cell = tuple[str, str, str]
"""Table, key and column of a network; an empty column means every cited column of the row."""
SPELLED = 12
"""Up to so many claims are listed one by one; more are counted by source."""
GRADES = {"A": "official", "B": "several independent", "C": "analyst or press",
          "D": "own estimate or arithmetic"}  # fmt: skip


@dataclass(frozen=True)
class ClaimLine:
    """One claim, or several of one source, as people read it."""

    grade: str
    says: str
    publisher: str
    title: str
    url: str


@dataclass(frozen=True)
class Note:
    """Where one number comes from.

    Attributes
    ----------
    grade : str
        Weakest grade behind it.
    hover : str
        One line: grades and sources.
    lines : tuple of ClaimLine
    count : int
        Claims behind it.
    imputed : int
        Of these, numbers that fill a gap.
    """

    grade: str
    hover: str
    lines: tuple[ClaimLine, ...]
    count: int
    imputed: int


class Notes:
    """Notes of the cells of one network; the same claims give the same note.

    Examples
    --------
    >>> Notes(Network.build({})).of([("line", "fab", "capacity")]) is None
    True
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._cited: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(dict)
        cite = network.table("cite")
        for table, key, column, claim_id in zip(
            cite["table"], cite["key"], cite["column"], cite["claim_id"], strict=True
        ):
            self._cited[table, key].setdefault(column, []).append(claim_id)
        self._roots: dict[str, list[Claim]] = {}
        self._made: dict[frozenset[str], Note] = {}

    def of(self, cells: Iterable[Cell]) -> Note | None:
        """The note of some cells together; None where they cite nothing."""
        names: list[str] = []
        for table, key, column in cells:
            row = self._cited.get((table, key), {})
            for name in [column] if column else list(row):
                names += row.get(name, ())
        return self.of_claims(names)

    def of_claims(self, names: Iterable[str]) -> Note | None:
        """The note of claims by their ids; None where the network knows none of them."""
        claims = {root.claim_id: root for name in names for root in self._root_claims(name)}
        if not claims:
            return None
        return self._note(frozenset(claims), list(claims.values()))

    def _root_claims(self, claim_id: str) -> list[Claim]:
        if claim_id not in self._roots:
            known = claim_id in self._network.evidence
            self._roots[claim_id] = list(self._network.evidence.roots(claim_id)) if known else []
        return self._roots[claim_id]

    def _note(self, ids: frozenset[str], claims: list[Claim]) -> Note:
        if ids in self._made:
            return self._made[ids]
        by_source: dict[str, list[Claim]] = defaultdict(list)
        for claim in claims:
            by_source[claim.source_id or ""].append(claim)
        groups = sorted(by_source.items(), key=lambda pair: (-len(pair[1]), pair[0]))
        hover: list[str] = []
        lines: list[ClaimLine] = []
        for source_id, members in groups:
            publisher, title, url = self._source(source_id)
            grades = "".join(sorted({str(c.grade) for c in members}))
            if len(hover) < 3:
                hover.append(f"{grades}: {publisher}")
            if len(claims) <= SPELLED:
                lines += [ClaimLine(str(c.grade), _said(c), publisher, title, url) for c in members]
            else:
                counted = f"{len(members)} claim{'s' if len(members) > 1 else ''}"
                lines.append(ClaimLine(grades, counted, publisher, title, url))
        more = f"; {len(groups) - 3} more sources" if len(groups) > 3 else ""
        weakest = max(str(c.grade) for c in claims)
        note = Note(
            weakest,
            f"Grade {weakest}, {GRADES[weakest]}. {'; '.join(hover)}{more}",
            tuple(lines),
            len(claims),
            sum(c.imputed for c in claims),
        )
        self._made[ids] = note
        return note

    def _source(self, source_id: str) -> tuple[str, str, str]:
        source = self._network.evidence.sources.get(source_id)
        if source is None:
            return "waferway", "own estimates", ""
        url = source.url or ""
        return (
            source.publisher,
            source.title,
            url if url.startswith(("https://", "http://")) else "",
        )


def _said(claim: Claim) -> str:
    """What a claim says, in one line."""
    bounds = ""
    if claim.low is not None and claim.high is not None and claim.low != claim.high:
        bounds = f" ({claim.low:f} to {claim.high:f})"
    when = f", {claim.valid_text}" if claim.valid_text else ""
    if claim.central is None:
        amount = claim.category or claim.missing or "in words"
    else:
        amount = f"{claim.central:g} {claim.unit or ''}".strip()
    filled = "; fills a gap" if claim.imputed else ""
    why = claim.rank_reason or claim.locator or ""
    why = f". {why}" if claim.imputed and why else ""
    return f"{claim.subject} {claim.metric}{when}: {amount}{bounds}{filled}{why}"
