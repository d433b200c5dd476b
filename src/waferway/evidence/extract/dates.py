"""Dates in eight languages: days, months, quarters, halves, fiscal years, years, their ends.

Owns the reading of absolute dates, and of dates that need the document's date to be resolved.
How dates are written is in `date_patterns`, what they say in `date_values`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from waferway.evidence.extract.date_patterns import CJK_RELATION, before_date, date_patterns
from waferway.evidence.extract.date_values import date_value

__all__ = ["DateHit", "scan"]


@dataclass(frozen=True, slots=True)
class DateHit:
    """One date: spans in the shadow and the normalised value.

    Parameters
    ----------
    start, end : int
        The phrase ("3. Quartal 2027", "fiscal 2026").
    num_start, num_end : int
        The part that says the date.
    value : str
        ISO day, month or year, `2027-Q3`, `2025-H1`, `FY2026`, `--04-17`.
    relation : str
        `until`, `since` or empty.
    sure : bool
        False for a bare number that may be a count after all.
    """

    start: int
    end: int
    num_start: int
    num_end: int
    value: str
    relation: str = ""
    sure: bool = True


def scan(lower: str, lang: str, published: str | None = None) -> list[DateHit]:
    """All dates of a lower-case shadow, in reading order, none overlapping.

    Parameters
    ----------
    lower : str
    lang : str
        en, es, it, fr, de, ko, ja or zh.
    published : str, optional
        Date of the document, ISO day or month; resolves days without a year.

    Returns
    -------
    list of DateHit

    Examples
    --------
    >>> [(hit.value, hit.relation) for hit in scan("ab dem 3. quartal 2027, bis ende 2029", "de")]
    [('2027-Q3', 'since'), ('2029-12-31', 'until')]
    >>> [hit.value for hit in scan("el 26 de enero", "es", "2024-01")]
    ['2024-01-26']
    """
    taken = bytearray(len(lower) + 1)
    hits: list[DateHit] = []
    for kind, pattern in date_patterns(lang):
        for match in pattern.finditer(lower):
            start, end = match.span()
            if any(taken[start:end]):
                continue
            hits.extend(_relate(hit, lower, lang) for hit in _hits(kind, match, lang, published))
            taken[start:end] = b"\x01" * (end - start)
    hits.sort(key=lambda hit: hit.start)
    return hits


def _hits(kind: str, match: re.Match[str], lang: str, published: str | None) -> Iterator[DateHit]:
    spans = {
        name.partition("__")[0]: match.span(name)
        for name, text in match.groupdict().items()
        if text is not None
    }
    got = {name: match.string[first:last] for name, (first, last) in spans.items()}
    value = date_value(kind, got, lang, published)
    if value is None:
        return
    start, end = match.span()
    num = (start, end)
    if kind == "fiscal" and "year" in got and lang not in CJK_RELATION:
        num = spans["year"]
    if kind == "year" and ("end" in got or "part" in got):
        num = (spans["end" if "end" in got else "part"][1], end)
    sure = kind != "year" or "end" in got or "part" in got or lang in CJK_RELATION
    if kind == "years":
        split, first = spans["to"][0], spans["year"][1]
        yield DateHit(start, first, start, first, got["year"])
        later = got["to"] if len(got["to"]) == 4 else got["year"][:2] + got["to"]
        yield DateHit(split, end, split, end, later)
        return
    yield DateHit(start, end, *num, value, "", sure)


def _relate(hit: DateHit, lower: str, lang: str) -> DateHit:
    relation, sure = "", hit.sure
    if lang in CJK_RELATION:
        until, since = CJK_RELATION[lang]
        if re.compile(until).match(lower, hit.end):
            relation = "until"
        elif re.compile(since).match(lower, hit.end):
            relation = "since"
    else:
        lead = lower[max(0, hit.start - 32) : hit.start]
        match = before_date(lang).search(lead)
        if match:
            relation = "until" if match["until"] else "since" if match["since"] else ""
            sure = True
    if relation == hit.relation and sure == hit.sure:
        return hit
    return DateHit(hit.start, hit.end, hit.num_start, hit.num_end, hit.value, relation, sure)
