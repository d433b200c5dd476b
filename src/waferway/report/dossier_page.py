"""The page of a dossier: what several texts say together, in tables with quotes.

Owns the page of `waferway evidence dossier --html`. All text of the documents is escaped by the
page builder.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from waferway.evidence.claims import Claim
from waferway.evidence.dossier import Dossier
from waferway.evidence.extract.files import spoken
from waferway.report.page import Page, Section, render_page, write_page

__all__ = ["dossier_page", "render_dossier", "write_dossier"]

_RELATIONS = (
    ("contradict", "contradictions", "Where they contradict each other"),
    ("differ_scope", "scope", "Where they differ in scope"),
    ("differ_time", "time", "Where they differ in time"),
    ("agree", "agreement", "Where they agree"),
    ("one_origin", "origin", "Same figure from one origin"),
)


def write_dossier(dossier: Dossier, path: str | Path, force: bool = False) -> Path:
    """Write the page of a dossier, atomically.

    Raises
    ------
    OutputExists
        If the file exists and `force` is false.
    """
    return write_page(dossier_page(dossier), path, force=force)


def render_dossier(dossier: Dossier) -> str:
    """The page of a dossier as HTML text."""
    return render_page(dossier_page(dossier))


def dossier_page(dossier: Dossier) -> Page:
    """The dossier as a page: documents, meetings, sums, plans, relations.

    Examples
    --------
    >>> import tempfile
    >>> from waferway.evidence.dossier import dossier
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "note.txt"
    ...     _ = path.write_text("Sam Altman met TSMC on 3 June 2025 about $3bn.", encoding="utf-8")
    ...     page = dossier_page(dossier([path]))
    >>> [section.name for section in page.sections]
    ['documents', 'meetings', 'sums']
    """
    families = dossier.reconciliation.families
    counts = [len(dossier.extraction.of(d.name)) for d in dossier.documents]
    documents = pd.DataFrame(
        {
            "document": [d.name for d in dossier.documents],
            "language": [d.lang for d in dossier.documents],
            "claims": counts,
            "one origin with": [
                families.get(d.name, d.name) if families.get(d.name, d.name) != d.name else ""
                for d in dossier.documents
            ],
        }
    )
    met = pd.DataFrame(
        [
            {
                "date": m.date or "not stated",
                "who": ", ".join(_named(who) for who in (*m.people, *m.organisations)),
                "document": name, "quote": " ".join(m.quote.split()),
            }
            for name, m in dossier.meetings
        ]
    )  # fmt: skip
    sections = [
        _table("documents", f"{len(dossier.documents)} documents", "Documents", documents),
        _table("meetings", "Who met whom, when", "Meetings", met),
        _table("sums", "Sums, the largest first", "Sums", _claims(dossier.sums)),
        _table("plans", "Plans and forecasts", "Plans", _claims(dossier.plans)),
        *(_relations(dossier, *names) for names in _RELATIONS),
    ]
    return Page(
        title="What the texts say together",
        kind="waferway evidence dossier",
        asked=", ".join(d.name for d in dossier.documents),
        answer=_answer(dossier, sum(counts)),
        sections=[section for section in sections if section is not None],
        manifest={"inputs_sha256": dossier.reconciliation.inputs_sha256},
    )


def _answer(dossier: Dossier, claims: int) -> list[str]:
    made = dossier.reconciliation
    voices = len({made.families.get(d.name, d.name) for d in dossier.documents})
    said = [
        f"{len(dossier.documents)} texts from {voices} independent origins make {claims} claims; "
        f"{len(made.of_kind('agree'))} pairs agree and {len(made.conflicts)} contradict."
    ]
    several = [_named(who) for who, names in dossier.people.items() if len(names) > 1]
    if several:
        said.append(f"Named by more than one text: {', '.join(several)}.")
    return said


def _table(name: str, title: str, menu: str, table: pd.DataFrame) -> Section | None:
    return None if table.empty else Section(name, title, menu, table=table)


def _claims(claims: Sequence[Claim]) -> pd.DataFrame:
    return pd.DataFrame([_row(claim) for claim in claims])


def _row(claim: Claim) -> dict[str, str]:
    return {
        "subject": claim.subject_text or _named(claim.subject),
        "metric": claim.metric.replace("_", " "), "says": spoken(claim),
        "time": claim.valid_text or "", "as": claim.modality,
        "quote": " ".join((claim.quote or "").split()), "document": claim.source_id or "",
    }  # fmt: skip


def _relations(dossier: Dossier, kind: str, name: str, title: str) -> Section | None:
    claims = dossier.reconciliation.claims
    rows = [
        {
            "metric": claims[pair.first].metric.replace("_", " "),
            "one says": _both(claims[pair.first]), "the other says": _both(claims[pair.second]),
            "why": pair.reason,
        }
        for pair in dossier.reconciliation.of_kind(kind)
    ]  # fmt: skip
    return _table(name, title, title.removeprefix("Where they ").capitalize(), pd.DataFrame(rows))


def _both(claim: Claim) -> str:
    quote = " ".join((claim.quote or claim.locator or "").split())
    time = f" [{claim.valid_text}]" if claim.valid_text else ""
    return f"{spoken(claim)}{time}: “{quote}” ({claim.source_id})"


def _named(name: str) -> str:
    plain = name.partition(":")[2].replace("-", " ") or name
    words = [
        w.upper() if len(w) <= 3 and name.startswith("org:") else w.title() for w in plain.split()
    ]
    return " ".join(words)
