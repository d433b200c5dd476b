"""Statements of a text that are no quantity: who met whom, which memory, which place in a ranking.

Owns the making of claims of kind `text` from such sentences, and their verdicts. Refuses every
sentence that denies, supposes or compares: what it says is not told apart here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal

from waferway.evidence.claims import Claim, Evidence
from waferway.evidence.extract.date_values import bounds
from waferway.evidence.extract.extraction import claim_id
from waferway.evidence.extract.files import Document
from waferway.evidence.extract.meetings import Meeting, meetings_in
from waferway.evidence.extract.names import mentions
from waferway.evidence.extract.topics import Topics
from waferway.studies.check_verdicts import Judgement

__all__ = ["judge_statement", "statements"]

METHOD = "extract:statements@1.0"
_MEMORIES = ("hbm4", "hbm3e", "hbm3", "hbm2e")
EMPLOYER = {
    "person:sam-altman": "org:openai", "person:jensen-huang": "org:nvidia",
    "person:kwak-noh-jung": "org:sk-hynix", "person:kyung-kye-hyun": "org:samsung",
    "person:chey-tae-won": "org:sk-group",
}  # fmt: skip
_PURPOSE = re.compile(
    r"\b(?:to|for|about|on|per|para|sobre|pour|au sujet|um|zur|über)\b"
    r"|위해|ため|讨论|討論|商讨|商討"
)
NEAR_DAYS = 7  # beyond, the same two may have met again
_UNLIKELY = 90.0  # per cent that "almost only" means at least


def statements(document: Document, topics: Topics, digest: str) -> list[Claim]:
    """Claims of kind text, share or rank that a document makes without a figure.

    Parameters
    ----------
    document : Document
    topics : Topics
        Of its text.
    digest : str
        SHA-256 of its text.

    Returns
    -------
    list of Claim

    Examples
    --------
    >>> text = "The H200 uses HBM3E memory."
    >>> made, = statements(Document("a.txt", text, "en"), Topics(text, "en"), "0")
    >>> made.subject, made.metric, made.category
    ('product:h200', 'memory_type', 'HBM3E')
    """
    found = [*_met(document, digest), *_memory(document, topics, digest),
             *_ranks(document, topics, digest), *_only(document, topics, digest)]  # fmt: skip
    unique = {claim.claim_id: claim for claim in found}
    return sorted(unique.values(), key=lambda c: (c.start or 0, c.claim_id))


def _claim(
    document: Document, digest: str, start: int, end: int, metric: str, subject: str,
    **fields: object,
) -> Claim:  # fmt: skip
    day = _day(document.published)
    filled = {"kind": "text", "form": "category", "modality": "reported", "grade": "C", **fields}
    label = f"{metric} {subject} {filled.get('category') or ''}"
    return Claim.model_validate(
        {
            "claim_id": claim_id(digest, start, end, label, METHOD), "subject": subject,
            "metric": metric, "known_from": day, "source_id": document.name,
            "document_sha256": digest, "lang": document.lang, "start": start, "end": end,
            "quote": document.text[start:end], "method": METHOD, "confidence": 0.8, **filled,
        }
    )  # fmt: skip


def _day(published: str | None) -> dt.date | None:
    last = bounds(published)[1] if published else None
    return last - dt.timedelta(days=1) if last else None


def _met(document: Document, digest: str) -> Iterator[Claim]:
    day = _day(document.published)
    for meeting in meetings_in(document.text, lang=document.lang, published=document.published):
        host, *others = meeting.people
        if not host.startswith("person:"):
            continue
        known = [p for p in others if p.startswith("person:")]
        for other in known or _visited(meeting, document.lang):
            if other == EMPLOYER.get(host):
                continue
            first, last = bounds(meeting.date) if meeting.date else (None, None)
            ahead = bool(first and day and first > day)
            yield _claim(
                document, digest, meeting.start, meeting.end, "meeting", host, category=other,
                valid_text=meeting.date, valid_from=first, valid_to=last,
                modality="planned" if ahead else "reported",
            )  # fmt: skip


def _visited(meeting: Meeting, lang: str) -> list[str]:
    """Firms met: those named before the sentence turns to the purpose of the meeting."""
    spots = [m for m in mentions(meeting.quote, lang) if m.entity in meeting.organisations]
    spots = [m for m in spots if m.entity not in EMPLOYER.values() or m.entity != "org:openai"]
    if not spots:
        return []
    cut = _PURPOSE.search(meeting.quote, spots[0].end)
    last = cut.start() if cut and lang not in {"ko", "ja"} else len(meeting.quote)
    return list(dict.fromkeys(m.entity for m in spots if m.start < last))


def _plain(topics: Topics, span: tuple[int, int]) -> bool:
    words = {hit.name for hit in topics.within(*span, "word")}
    return not words & {"denied", "supposed"}


def _memory(document: Document, topics: Topics, digest: str) -> Iterator[Claim]:
    """One product and one kind of memory in a sentence that compares nothing."""
    for span in topics.sentences:
        products = topics.names(*span, "product")
        kinds = [n for n in topics.names(*span, "word") if n in _MEMORIES]
        if len(products) != 1 or len(kinds) != 1 or not _plain(topics, span):
            continue
        if topics.has("dearer", *span) or not topics.has("uses", *span):
            continue
        start, end = topics.back(*span)
        yield _claim(
            document, digest, start, end, "memory_type", f"product:{products[0]}",
            category=kinds[0].upper(),
        )  # fmt: skip


def _ranks(document: Document, topics: Topics, digest: str) -> Iterator[Claim]:
    """A country behind others in making chips: a rank of at least one more than they are."""
    for span in topics.sentences:
        hits = [h for h in topics.within(*span) if h.name == "behind"]
        if len(hits) != 1 or not topics.has("all-chips", *span) or not _plain(topics, span):
            continue
        if topics.has("other-field", *span):  # equipment, design: another ranking
            continue
        first, rest = (
            [p for p in topics.names(*stretch, "place") if len(p) == 2]
            for stretch in ((span[0], hits[0].start), (hits[0].end, span[1]))
        )
        if document.lang in {"ko", "ja"}:  # the place in the ranking comes last
            first, rest = first[:1], [*first[1:], *rest]
        if len(first) != 1 or not rest or first[0] in rest:
            continue
        start, end = topics.back(*span)
        yield _claim(
            document, digest, start, end, "rank", f"place:{first[0]}", kind="rank",
            form="at_least", low=Decimal(len(set(rest)) + 1), unit="1",
            qualifiers={"item": "all-chips", "region": "world"},
        )  # fmt: skip


def _only(document: Document, topics: Topics, digest: str) -> Iterator[Claim]:
    """Chips made almost only in one place: a share of at least nine tenths."""
    for span in topics.sentences:
        hits = [h for h in topics.within(*span) if h.name == "almost-only"]
        if len(hits) != 1 or not topics.has("chips", *span) or not _plain(topics, span):
            continue
        if not topics.has("made", *span) or _firms(topics, span):
            continue
        if document.lang not in {"ko", "ja", "zh"} and not _located(topics, hits[0].end, span[1]):
            continue
        places = topics.names(*span, "place")
        if len(places) != 1 or topics.names(*span, "product"):
            continue
        start, end = topics.back(*span)
        yield _claim(
            document, digest, start, end, "market_share", f"place:{places[0]}", kind="share",
            form="at_least", low=Decimal(str(_UNLIKELY)), unit="%",
            qualifiers={"said": "almost only"},
        )  # fmt: skip


def judge_statement(claim: Claim, evidence: Evidence) -> Judgement:
    """Verdict on one statement.

    Parameters
    ----------
    claim : Claim
        Of `statements`.
    evidence : Evidence
        The record, as known on the day of judgement.

    Returns
    -------
    Judgement

    Examples
    --------
    >>> from waferway.atlas.record import record
    >>> text = "The H200 uses HBM3 memory."
    >>> made, = statements(Document("a.txt", text, "en"), Topics(text, "en"), "0")
    >>> judge_statement(made, record()).verdict
    'contradicted'
    """
    same = [
        fact for fact in evidence.values()
        if fact.metric == claim.metric and fact.subject == claim.subject
    ]  # fmt: skip
    if claim.metric == "meeting":
        there = [
            fact for fact in same
            if claim.category in {fact.category, EMPLOYER.get(fact.category or "")}
        ]  # fmt: skip
        return _judge_meeting(claim, there)
    if claim.metric == "memory_type":
        return _judge_memory(claim, same)
    if claim.metric == "rank":
        return _judge_rank(claim, same)
    return _judge_only(same)


def _judge_meeting(claim: Claim, same: list[Claim]) -> Judgement:
    if not same:
        return Judgement("not_checkable", "the record has no such meeting; it may have been held")
    dated = [fact for fact in same if _overlap(claim, fact)]
    facts = tuple(dated or same)
    with_whom = ", ".join(_person(f.category or "") for f in facts)
    said = f"the record has a meeting with {with_whom} on {facts[0].valid_text}"
    said += f" ({facts[0].locator})" if facts[0].locator else ""
    if dated or claim.valid_text is None or claim.valid_text.startswith("--"):
        return Judgement("supported", said, facts)
    if _days_apart(claim, facts[0]) > NEAR_DAYS:
        return Judgement("not_checkable", f"{said}; the text may speak of another meeting", facts)
    return Judgement("differs_in_time", f"{said}, the text on {claim.valid_text}", facts)


def _days_apart(claim: Claim, fact: Claim) -> int:
    if claim.valid_from is None or fact.valid_from is None:
        return 10**6
    return abs((claim.valid_from - fact.valid_from).days)


def _person(name: str) -> str:
    return name.partition(":")[2].replace("-", " ")


def _overlap(claim: Claim, fact: Claim) -> bool:
    begins = max(c.valid_from or dt.date.min for c in (claim, fact))
    return begins < min(c.valid_to or dt.date.max for c in (claim, fact))


def _judge_memory(claim: Claim, same: list[Claim]) -> Judgement:
    if not same:
        return Judgement(
            "not_checkable", f"the record does not say which memory {claim.subject} has"
        )
    named = {(fact.category or "").upper() for fact in same}
    said = f"the record has {', '.join(sorted(named))} on {claim.subject.partition(':')[2].upper()}"
    if claim.category in named:
        return Judgement("supported", said, tuple(same))
    return Judgement("contradicted", f"{said}, the text {claim.category}", tuple(same))


def _judge_rank(claim: Claim, same: list[Claim]) -> Judgement:
    if not same:
        return Judgement("not_checkable", "the record has no rank of it")
    rank, least = same[0].central or 0.0, float(claim.low or 0)
    times = same[0].valid_text
    said = (
        f"the record has rank {rank:g} by capacity for {times}; the text implies {least:g} or lower"
    )
    if least > rank:
        return Judgement("contradicted", said, tuple(same[:1]))
    return Judgement("supported", said, tuple(same[:1]))


def _firms(topics: Topics, span: tuple[int, int]) -> list[str]:
    return [name for name in topics.names(*span, "org") if name.startswith("org:")]


def _located(topics: Topics, start: int, end: int) -> bool:
    """Whether a place stands behind "in" there: "almost all are made in Taiwan"."""
    return any(
        re.search(r"\b(?:in|en|a|à)\s+$", topics.text[max(0, hit.start - 4) : hit.start])
        for hit in topics.within(start, end, "place")
    )


def _judge_only(same: list[Claim]) -> Judgement:
    past = [fact for fact in same if fact.modality in {"reported", "estimate"}]
    if not past:
        return Judgement("not_checkable", "the record has no share of it")
    most = max(past, key=lambda fact: fact.central or 0.0)
    said = (
        f"the record's largest share of it is {most.central:g} % for {most.valid_text}; "
        f"almost only would be {_UNLIKELY:g} % or more"
    )
    verdict = "supported" if (most.central or 0) >= _UNLIKELY - 5 else "contradicted"
    return Judgement("supported" if verdict == "supported" else "contradicted", said, (most,))
