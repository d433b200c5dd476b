"""Check: what a text claims, what the record says, and what the model says of it.

Owns the order of the work (extract, read, meet the record, judge, imply, plan) and the result.
Each claim is judged twice: on all that is known, and on what was known when the text appeared.
Refuses to judge what the record is silent on; such claims are named as not checkable, with the
reason. The machine's clock is never read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import wrap
from typing import Any

from waferway.atlas.record import record
from waferway.evidence.claims import Claim, Evidence
from waferway.evidence.extract.date_values import bounds
from waferway.evidence.extract.extraction import claims_in
from waferway.evidence.extract.files import Document, read_documents
from waferway.evidence.extract.topics import Topics
from waferway.evidence.reconcile.agreement import bounds_of
from waferway.studies.check_implications import Implied, Misfit, implied, misfits
from waferway.studies.check_matching import fits
from waferway.studies.check_plans import Planned, plan_for
from waferway.studies.check_reading import Asked, read_claims
from waferway.studies.check_statements import judge_statement, statements
from waferway.studies.check_units import Step, amount
from waferway.studies.check_verdicts import VERDICTS, Judgement, Verdict, judge

__all__ = ["Check", "Finding", "check", "check_documents"]

PLANS = 3  # planner runs of one check at most; each takes seconds
WIDTH = 80
"""Columns of the text of a check."""


@dataclass(frozen=True)
class Finding:
    """One claim of a text with its verdicts.

    Attributes
    ----------
    claim : Claim
        As extracted: quote, place, value, unit, time.
    judgement : Judgement
        On all that the record holds.
    then : Judgement or None
        On what was known on the day of the text; None where the text has no date.
    implied : tuple of Implied
        What follows from the claim, with the arithmetic.
    planned : Planned or None
        What the planner says of it.
    about : str
        Whose figure and of what it was read to be, with the words around it.
    """

    claim: Claim
    judgement: Judgement
    then: Judgement | None
    implied: tuple[Implied, ...] = ()
    planned: Planned | None = None
    about: str = ""

    @property
    def verdict(self) -> Verdict:
        """The verdict on all that is known."""
        return self.judgement.verdict

    def to_json(self) -> dict[str, Any]:
        """The finding as plain data; every number with the claims it rests on."""
        claim, made = self.claim, self.judgement
        return {
            "claim_id": claim.claim_id, "document": claim.source_id, "quote": claim.quote,
            "start": claim.start, "end": claim.end, "about": self.about,
            "metric": claim.metric, "says": _said(claim), "time": claim.valid_text,
            "modality": claim.modality, "verdict": made.verdict, "reason": made.reason,
            "binds": made.binds,
            "verdict_then": self.then.verdict if self.then else None,
            "reason_then": self.then.reason if self.then else None,
            "arithmetic": [step.to_json() for step in made.steps],
            "record": [fact.claim_id for fact in made.facts],
            "implies": [
                {"says": one.says, "arithmetic": [step.to_json() for step in one.steps],
                 "record": [fact.claim_id for fact in one.facts], "binds": one.binds}
                for one in self.implied
            ],
            "plan": None if self.planned is None else {
                "says": self.planned.says, "party": self.planned.party,
                "fund_usd": self.planned.fund_usd, "basis": self.planned.basis,
                "delivered": [list(row) for row in self.planned.delivered],
                "network_sha256": self.planned.sha256,
            },
        }  # fmt: skip


@dataclass(frozen=True)
class Check:
    """Verdicts on the claims of texts.

    Attributes
    ----------
    documents : tuple of Document
    findings : tuple of Finding
        In the order of documents and of reading.
    misfits : tuple of Misfit
        Announcements of the record that the texts touch and that do not fit each other.
    evidence : Evidence
        The record.
    """

    documents: tuple[Document, ...]
    findings: tuple[Finding, ...]
    misfits: tuple[Misfit, ...]
    evidence: Evidence

    @property
    def passed(self) -> bool:
        """Whether no claim is contradicted or infeasible."""
        return not any(f.verdict in {"contradicted", "infeasible"} for f in self.findings)

    def of(self, name: str) -> list[Finding]:
        """Findings of one document."""
        return [finding for finding in self.findings if finding.claim.source_id == name]

    def count(self) -> dict[str, int]:
        """How many claims by verdict."""
        found = Counter(finding.verdict for finding in self.findings)
        return {verdict: found[verdict] for verdict in VERDICTS}

    def facts(self) -> list[Claim]:
        """Claims of the record that any verdict, implication or misfit rests on, by id."""
        used: dict[str, Claim] = {}
        for finding in self.findings:
            made = [*finding.judgement.facts, *(finding.then.facts if finding.then else ())]
            made += [fact for one in finding.implied for fact in one.facts]
            names = [name for step in finding.judgement.steps for name in step.claims]
            made += [self.evidence[name] for name in names if name in self.evidence]
            used.update({fact.claim_id: fact for fact in made})
        for misfit in self.misfits:
            used.update({fact.claim_id: fact for fact in misfit.facts})
        return [used[name] for name in sorted(used)]

    def to_json(self) -> dict[str, Any]:
        """One object: documents, counts, claims, misfits, the facts and sources used."""
        facts = self.facts()
        names = sorted({fact.source_id for fact in facts if fact.source_id})
        return {
            "ok": self.passed,
            "documents": [
                {"name": d.name, "lang": d.lang, "published": d.published,
                 "sha256": _digest(d.text), "claims": len(self.of(d.name))}
                for d in self.documents
            ],
            "counts": self.count(),
            "claims": [finding.to_json() for finding in self.findings],
            "misfits": [
                {"name": m.name, "says": m.says, "known_from": m.known_from.isoformat(),
                 "arithmetic": [s.to_json() for s in m.steps],
                 "record": [fact.claim_id for fact in m.facts]}
                for m in self.misfits
            ],
            "facts": [_fact(fact) for fact in facts],
            "sources": [
                {"source_id": name, "publisher": s.publisher, "title": s.title, "url": s.url}
                for name in names for s in (self.evidence.sources[name],)
            ],
            "record_sha256": self.evidence.sha256,
        }  # fmt: skip

    def __str__(self) -> str:
        """Verdicts by document, then announcements that do not fit each other."""
        lines: list[str] = []
        for document in self.documents:
            dated = f", {document.published}" if document.published else ""
            lines.append(f"{document.name} ({document.lang}{dated})")
            for finding in self.of(document.name):
                lines += _lines(finding, self.evidence)
        if self.misfits:
            lines += ["", "Announcements that do not fit each other"]
            for misfit in self.misfits:
                lines += _folded(2, f"{misfit.says}; known since {misfit.known_from}")
                lines += _steps(4, misfit.steps)
        counts = ", ".join(
            f"{number} {verdict.replace('_', ' ')}" for verdict, number in self.count().items()
            if number
        )  # fmt: skip
        lines += ["", f"{len(self.findings)} claims: {counts or 'none found'}"]
        return "\n".join(lines)


def _said(claim: Claim) -> str:
    if claim.form == "category":
        return f"{claim.metric.replace('_', ' ')}: {claim.category}"
    return amount(*bounds_of(claim), claim.unit or "")


def _fact(fact: Claim) -> dict[str, Any]:
    return {
        "claim_id": fact.claim_id, "subject": fact.subject, "metric": fact.metric,
        "qualifiers": dict(fact.qualifiers), "says": _said(fact), "time": fact.valid_text,
        "modality": fact.modality, "grade": fact.grade,
        "known_from": fact.known_from.isoformat() if fact.known_from else None,
        "source_id": fact.source_id, "locator": fact.locator,
    }  # fmt: skip


def _folded(indent: int, text: str, hang: int = 4) -> list[str]:
    """Lines of at most `WIDTH` columns; words are kept whole, so that ids can be copied."""
    return wrap(
        text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent + hang),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _steps(indent: int, steps: Sequence[Step]) -> list[str]:
    cited = [f" [{', '.join(step.claims)}]" if step.claims else "" for step in steps]
    pairs = zip(steps, cited, strict=True)
    return [line for step, names in pairs for line in _folded(indent, step.says + names)]


def _lines(finding: Finding, evidence: Evidence) -> list[str]:
    made, claim = finding.judgement, finding.claim
    quote = " ".join((claim.quote or "").split())
    quote = quote if len(quote) <= 90 else quote[:87] + "..."
    verdict = f"{made.verdict.replace('_', ' ').upper():<17}"
    lines = _folded(2, f"{verdict}{quote!r}: {made.reason}", len(verdict))
    if finding.then and finding.then.verdict != made.verdict:
        before = finding.then.verdict.replace("_", " ")
        lines += _folded(4, f"known then: {before}: {finding.then.reason}")
    if made.binds:
        lines += _folded(4, f"binds: {made.binds}")
    lines += _steps(4, made.steps)
    for one in finding.implied:
        lines += _folded(4, one.says)
        lines += _steps(6, one.steps)
    if finding.planned:
        lines += _folded(4, f"planner: {finding.planned.says}")
    for fact in made.facts[:3]:
        source = evidence.sources.get(fact.source_id or "")
        said = f"{source.title}" if source else fact.method
        lines += _folded(4, f"[{fact.grade}] {fact.claim_id}: {_said(fact)}; {said}")
    return lines


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def check(
    files: str | Path | Sequence[str | Path],
    *,
    lang: str | None = None,
    published: str | None = None,
    plans: bool = True,
) -> Check:
    """What text files claim, what the record says, and what the model says of it.

    Parameters
    ----------
    files : path or sequence of path
        UTF-8 texts in en, es, it, fr, de, ko, ja or zh.
    lang : str, optional
        Of all files; detected for each if not given.
    published : str, optional
        Day or month of all files: dates without a year are read against it, and each claim is
        judged a second time on what was known then.
    plans : bool
        Whether announced sums of parties of the atlas are run through the planner.

    Returns
    -------
    Check

    Raises
    ------
    InputError
        If files cannot be read; all of them at once.
    RangeError
        If `lang` or `published` cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "note.txt"
    ...     _ = path.write_text("The H200 carries 96 GB of memory.", encoding="utf-8")
    ...     found = check(path)
    >>> found.findings[0].verdict, found.findings[0].judgement.reason
    ('contradicted', 'the record has 141 GB, the text 96 GB')
    """
    paths = [files] if isinstance(files, str | Path) else list(files)
    return check_documents(read_documents(paths, lang=lang, published=published), plans=plans)


def check_documents(documents: Sequence[Document], *, plans: bool = True) -> Check:
    """The same for documents that are read already; see `check`."""
    whole = record()
    findings: list[Finding] = []
    left = PLANS if plans else 0
    for document in documents:
        for finding, wants in _findings(document, whole):
            if wants is not None and left and finding.judgement.verdict != "not_checkable":
                left -= 1
                planned = plan_for(wants, whole, _day(document))
                finding = replace(finding, planned=planned)
            findings.append(finding)
    touched = {
        name for finding in findings
        for fact in finding.judgement.facts for name in (fact.claim_id, fact.subject)
    } | {one.steps[0].claims[-1] for f in findings for one in f.implied if one.steps}  # fmt: skip
    rules = {one.rule for finding in findings for one in finding.implied}
    found = tuple(m for m in misfits(whole) if m.name in rules or _touches(m, touched))
    return Check(tuple(documents), tuple(findings), found, whole)


def _touches(misfit: Misfit, touched: set[str]) -> bool:
    own = [f for f in misfit.facts if f.subject != "world" and not f.subject.startswith("tech:")]
    return any(fact.claim_id in touched for fact in own)


def _day(document: Document) -> dt.date | None:
    last = bounds(document.published)[1] if document.published else None
    return last - dt.timedelta(days=1) if last else None


def _findings(document: Document, whole: Evidence) -> list[tuple[Finding, Asked | None]]:
    """Findings of one document in reading order, each with the claim to plan, if any."""
    topics = Topics(document.text, document.lang)
    claims = claims_in(
        document.text, lang=document.lang, published=document.published, source_id=document.name
    )
    day = _day(document)
    past = whole.known(day) if day else None
    asked = read_claims(claims, topics, document.name)
    made: list[tuple[Finding, Asked | None]] = []
    for one in asked:
        finding = _finding(one, asked, whole, past, day)
        made.append((finding, one if _is_plan(one) else None))
    for claim in statements(document, topics, _digest(document.text)):
        then = judge_statement(claim, past) if past is not None else None
        about = claim.subject.partition(":")[2].replace("-", " ")
        made.append((Finding(claim, judge_statement(claim, whole), then, about=about), None))
    return sorted(made, key=lambda pair: (pair[0].claim.start or 0, pair[0].claim.claim_id))


def _is_plan(asked: Asked) -> bool:
    claim = asked.claim
    ahead = claim.modality in {"planned", "rumoured"} or claim.metric == "funds_sought"
    return claim.kind == "money" and ahead and bool({"chips", "fabs", "data-centre"} & asked.here)


def _finding(
    one: Asked, others: Sequence[Asked], whole: Evidence, past: Evidence | None,
    day: dt.date | None,
) -> Finding:  # fmt: skip
    now = judge(one, fits(one, whole, day), day)
    then = judge(one, fits(one, past, day), day) if past is not None else None
    follows = tuple(implied(one, others, whole))
    earlier = tuple(implied(one, others, past)) if past is not None else ()
    now = _bound(now, follows)
    then = _bound(then, earlier) if then else None
    return Finding(one.claim, now, then, follows, about=one.about)


def _bound(made: Judgement, follows: Sequence[Implied]) -> Judgement:
    """A plan that cannot be is infeasible, whoever announced it; what the record says stays."""
    stopped = next((one for one in follows if one.binds), None)
    if stopped is None or made.verdict == "contradicted":
        return made
    known = "" if made.verdict == "not_checkable" else f"; as announced: {made.reason}"
    return Judgement(
        "infeasible", f"{stopped.says}{known}", (*made.facts, *stopped.facts), made.steps,
        stopped.binds,
    )  # fmt: skip
