"""A dossier: what several documents say together, where they agree and where they do not.

Owns the gathering of meetings, sums, plans, agreements and conflicts with their quotes, as data
and as plain text. Refuses drawing (`waferway.report`) and verdicts against the record
(`waferway.studies`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waferway.evidence.claims import Claim
from waferway.evidence.extract.files import Document, Extraction, extract, spoken
from waferway.evidence.extract.meetings import Meeting, meetings_in
from waferway.evidence.reconcile import Policy, Reconciliation, reconcile_claims

__all__ = ["Dossier", "dossier"]

_TITLES = (
    ("contradict", "Where they contradict each other"),
    ("differ_scope", "Where they differ in scope"),
    ("differ_time", "Where they differ in time"),
    ("agree", "Where they agree"),
    ("one_origin", "Same figure from one origin (one voice)"),
)


@dataclass(frozen=True)
class Dossier:
    """What documents say together.

    Parameters
    ----------
    extraction : Extraction
    reconciliation : Reconciliation
    meetings : tuple of (document name, Meeting)
    """

    extraction: Extraction
    reconciliation: Reconciliation
    meetings: tuple[tuple[str, Meeting], ...]

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents, as read."""
        return self.extraction.documents

    @property
    def sums(self) -> list[Claim]:
        """Claims in money, the largest first; different currencies are not compared."""
        money = [claim for claim in self.extraction.claims if claim.kind == "money"]
        return sorted(money, key=lambda c: (c.unit or "", -(c.central or 0.0), c.claim_id))

    @property
    def plans(self) -> list[Claim]:
        """Quantities that are planned, forecast or rumoured."""
        ahead = {"planned", "forecast", "rumoured"}
        return [c for c in self.extraction.claims if c.modality in ahead and c.kind != "date"]

    @property
    def people(self) -> dict[str, list[str]]:
        """Persons who met somebody, with the documents that say so."""
        found: dict[str, list[str]] = {}
        for name, meeting in self.meetings:
            for person in meeting.people:
                if name not in found.setdefault(person, []):
                    found[person].append(name)
        return dict(sorted(found.items()))

    def to_json(self) -> dict[str, Any]:
        """One object: documents, meetings, people, sums, plans, claims and reconciliation."""
        families = self.reconciliation.families
        return {
            "documents": [
                {
                    "name": document.name, "lang": document.lang, "published": document.published,
                    "characters": len(document.text),
                    "claims": len(self.extraction.of(document.name)),
                    "family": families.get(document.name, document.name),
                }
                for document in self.documents
            ],
            "meetings": [{"document": name, **m.to_json()} for name, m in self.meetings],
            "people": self.people,
            "sums": [claim.claim_id for claim in self.sums],
            "plans": [claim.claim_id for claim in self.plans],
            **self.extraction.to_json(),
            "reconciliation": self.reconciliation.to_json(),
        }  # fmt: skip

    def __str__(self) -> str:
        """The dossier as plain text, with quotes."""
        lines = ["DOCUMENTS"]
        for document in self.documents:
            family = self.reconciliation.families.get(document.name, document.name)
            note = f"; one origin with {family}" if family != document.name else ""
            count = len(self.extraction.of(document.name))
            lines.append(f"  {document.name}: {document.lang}, {count} claims{note}")
        lines += ["", "WHO MET WHOM"]
        for name, meeting in self.meetings:
            who = ", ".join(meeting.people + meeting.organisations)
            lines.append(f"  {meeting.date or 'no date'}: {who} ({name})")
            lines.append(f"    {_quoted(meeting.quote)}")
        several = {who: names for who, names in self.people.items() if len(names) > 1}
        lines += [f"  {who} in {' and '.join(names)}" for who, names in several.items()]
        lines += ["", "SUMS"]
        lines += [_line(claim) for claim in self.sums]
        lines += ["", "PLANS AND FORECASTS"]
        lines += [_line(claim) for claim in self.plans]
        claims = self.reconciliation.claims
        for kind, title in _TITLES:
            relations = self.reconciliation.of_kind(kind)
            if not relations:
                continue
            lines += ["", title.upper()]
            for relation in relations:
                first, second = claims[relation.first], claims[relation.second]
                lines.append(f"  {first.subject} {first.metric}: {relation.reason}")
                lines += [f"  {_line(first)}", f"  {_line(second)}"]
        return "\n".join(lines)


def _line(claim: Claim) -> str:
    time = f" [{claim.valid_text}]" if claim.valid_text else ""
    return (
        f"  {claim.subject} {claim.metric}: {spoken(claim)}{time}, {claim.modality}; "
        f"{_quoted(claim.quote or claim.locator or '')} ({claim.source_id})"
    )


def _quoted(text: str) -> str:
    text = " ".join(text.split())
    return f'"{text if len(text) <= 240 else text[:237] + "..."}"'


def dossier(
    files: Sequence[str | Path],
    *,
    lang: str | None = None,
    published: str | None = None,
    policy: Policy | None = None,
) -> Dossier:
    """Gather what text files say together.

    Parameters
    ----------
    files : sequence of path
    lang, published : str, optional
        As for `waferway.evidence.extract.extract`.
    policy : Policy, optional

    Returns
    -------
    Dossier

    Raises
    ------
    InputError
        If files cannot be read; all of them at once.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "note.txt"
    ...     _ = path.write_text("Sam Altman met TSMC on 3 June 2025 about $3bn.", encoding="utf-8")
    ...     made = dossier([path])
    >>> made.people, [claim.quote for claim in made.sums]
    ({'person:sam-altman': ['note.txt']}, ['$3bn'])
    """
    found = extract(files, lang=lang, published=published)
    met = [
        (document.name, meeting)
        for document in found.documents
        for meeting in meetings_in(document.text, lang=document.lang, published=document.published)
    ]
    return Dossier(found, reconcile_claims(found.claims, policy=policy), tuple(met))
