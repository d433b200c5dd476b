"""The page of a check: texts with their claims marked, verdicts, arithmetic and sources.

Owns the page of `waferway check --html`. It runs no script, opens offline and prints; all that
comes from a text or the record is escaped by the template.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from waferway.errors import OutputExists
from waferway.evidence.extract.files import Document
from waferway.report.writing import write_bytes
from waferway.studies.check import Check, Finding

__all__ = ["render_check", "write_check"]

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
    target = Path(path)
    if target.exists() and not force:
        raise OutputExists(f"{target} exists; pass --force to replace it, or name another file")
    write_bytes(target, render_check(check).encode())
    return target


def render_check(check: Check) -> str:
    """The page of a check as HTML text."""
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    from waferway import __version__

    environment = Environment(
        loader=PackageLoader("waferway.report"), autoescape=True, trim_blocks=True
    )
    folder = Path(__file__).parent / "templates"
    style = (folder / "check.css").read_text(encoding="utf-8").strip()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    numbered = {id(finding): k for k, finding in enumerate(check.findings, 1)}
    facts = {fact["claim_id"]: fact for fact in check.to_json()["facts"]}
    return environment.get_template("check.html").render(
        title="What the text claims, and what the record says",
        style=Markup(style),  # noqa: S704  our own file
        style_hash=digest,
        counts=[(WORDS[name], name, number) for name, number in check.count().items() if number],
        documents=[
            {
                "name": d.name, "lang": d.lang, "published": d.published,
                "pieces": _pieces(d, check.of(d.name), numbered),
                "findings": [_shown(f, numbered[id(f)], check) for f in check.of(d.name)],
            }
            for d in check.documents
        ],
        misfits=check.misfits,
        facts=[_sourced(fact, check) for fact in facts.values()],
        record=check.evidence.sha256,
        version=__version__,
    )  # fmt: skip


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
