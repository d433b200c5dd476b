"""The page of a check: texts with their claims marked, verdicts, arithmetic and sources.

Owns what stands on the page of `waferway check --html`. It runs no script, opens offline and
prints; all that comes from a text or the record is escaped by the page builder.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from waferway.evidence.extract.files import Document
from waferway.report.page import Page, Section, render_page, write_page
from waferway.studies.check import Check, Finding

__all__ = ["check_page", "render_check", "write_check"]

WORDS = {
    "supported": "supported", "contradicted": "contradicted",
    "differs_in_scope": "differs in scope", "differs_in_time": "differs in time",
    "infeasible": "infeasible", "not_checkable": "not checkable",
}  # fmt: skip


def write_check(check: Check, path: str | Path, force: bool = False) -> Path:
    """Write the page of a check, atomically.

    Parameters
    ----------
    check : Check
    path : path
        File to write; must not exist unless `force`.
    force : bool

    Returns
    -------
    Path

    Raises
    ------
    OutputExists
    """
    return write_page(check_page(check), path, force)


def render_check(check: Check) -> str:
    """The page of a check as HTML text."""
    return render_page(check_page(check))


def check_page(check: Check) -> Page:
    """The page of a check: each text with its claims marked, misfits, the record.

    Examples
    --------
    >>> from waferway.evidence.extract.files import Document
    >>> from waferway.studies.check import check_documents
    >>> note = Document("note.txt", "The H200 carries 141 GB of memory.", "en", None)
    >>> page = check_page(check_documents([note]))
    >>> page.answer[0], [section.name for section in page.sections]
    ('1 claim: 1 supported.', ['document-1', 'record'])
    """
    numbered = {id(finding): k for k, finding in enumerate(check.findings, 1)}
    sections = [
        Section(f"document-{k}", document.name, document.name, template="check_text.html",
                part=_text_part(document, check, numbered))
        for k, document in enumerate(check.documents, 1)
    ]  # fmt: skip
    if check.misfits:
        title = "Announcements that do not fit each other"
        sections.append(Section("misfits", title, "Misfits", template="check_misfits.html",
                                part={"misfits": check.misfits}))  # fmt: skip
    facts = [_sourced(fact, check) for fact in check.to_json()["facts"]]
    if facts:
        sections.append(Section("record", "Claims of the record", "Record",
                                template="check_record.html", part={"facts": facts}))  # fmt: skip
    counts = ", ".join(f"{number} {word}" for word, _, number in _counts(check.findings))
    many = len(check.findings)
    claims = f"{many} claim{'' if many == 1 else 's'}: {counts}." if many else "No claim was found."
    return Page(
        title="What the text claims, and what the record says",
        kind="waferway check",
        asked=", ".join(document.name for document in check.documents),
        answer=[claims, "What the record is silent on is called not checkable."],
        sections=sections,
        manifest={"record_sha256": check.evidence.sha256},
        style="check.css",
    )


def _counts(findings: Sequence[Finding]) -> list[tuple[str, str, int]]:
    """Word, name and number of each verdict that was given."""
    given = Counter[str](finding.verdict for finding in findings)
    return [(word, name, given[name]) for name, word in WORDS.items() if given[name]]


def _text_part(document: Document, check: Check, numbered: dict[int, int]) -> dict[str, Any]:
    findings = check.of(document.name)
    return {
        "lang": document.lang, "published": document.published, "counts": _counts(findings),
        "pieces": _pieces(document, findings, numbered),
        "findings": [_shown(f, numbered[id(f)], check) for f in findings],
    }  # fmt: skip


def _pieces(
    document: Document, findings: list[Finding], numbered: dict[int, int]
) -> list[dict[str, Any]]:
    """The text in stretches, each with the finding that marks it, if any.

    A figure marks its quote. A statement marks its sentence where no figure stands in it, else
    only its number follows the sentence.
    """
    marks = []
    figures = [f for f in findings if f.claim.num_start is not None]
    for finding in findings:
        start, end = finding.claim.start or 0, finding.claim.end or 0
        if finding.claim.num_start is None and any(
            start <= (f.claim.start or 0) < end for f in figures
        ):
            start = end
        marks.append((start, end, finding))
    marks.sort(key=lambda mark: (mark[0], mark[1]))
    pieces: list[dict[str, Any]] = []
    place = 0
    for start, end, finding in marks:
        begin, stop = max(place, start), max(place, end)
        if begin > place:
            pieces.append({"text": document.text[place:begin], "verdict": None, "number": None})
        pieces.append(
            {"text": document.text[begin:stop], "verdict": finding.verdict,
             "number": numbered[id(finding)]}
        )  # fmt: skip
        place = stop
    pieces.append({"text": document.text[place:], "verdict": None, "number": None})
    return pieces


def _shown(finding: Finding, number: int, check: Check) -> dict[str, Any]:
    made = finding.to_json()
    then = made["verdict_then"]
    return {
        **made, "number": number, "word": WORDS[finding.verdict],
        "quote": " ".join((finding.claim.quote or "").split()),
        "then": WORDS[then] if then and then != finding.verdict else None,
        "sources": [_sourced(_found(name, check), check) for name in made["record"]],
    }  # fmt: skip


def _found(name: str, check: Check) -> dict[str, Any]:
    fact = check.evidence[name]
    return {
        "claim_id": name, "grade": fact.grade, "source_id": fact.source_id,
        "known_from": fact.known_from, "locator": fact.locator,
    }  # fmt: skip


def _sourced(fact: dict[str, Any], check: Check) -> dict[str, Any]:
    source = check.evidence.sources.get(str(fact["source_id"]))
    url = source.url if source and (source.url or "").startswith(("http://", "https://")) else None
    return {**fact, "title": source.title if source else "", "url": url}
