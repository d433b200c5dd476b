"""Who met whom: meetings a text tells of, with their quote.

Owns the words for meeting in eight languages and who stands around them. Refuses to decide who
a name is beyond the registry of names.
"""
# ruff: noqa: E501 - patterns of many languages read better unbroken

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from waferway.evidence.extract import dates as dating
from waferway.evidence.extract.binding import sentences
from waferway.evidence.extract.language import detect, known
from waferway.evidence.extract.names import Mention, mentions
from waferway.evidence.extract.shadow import shadow

__all__ = ["Meeting", "meetings_in"]

_MET = {
    "en": r"\bmet\b|\bmeets?\b|\bmeeting with|held talks with|talks with|visited",
    "es": r"se reuni[oó]|reunirse|reuni[oó]n con|se reunieron|se encontr[oó] con|encuentro con",
    "it": r"ha incontrato|incontr(?:are|ò|a|ano|ato|ati)\b|incontro con|hanno incontrato|riunione con",
    "fr": r"a rencontr[eé]|rencontr(?:er|e|é|és)\b|s'est entretenu|entretien avec|réunion avec|rencontre avec",
    "de": r"\btraf\b|getroffen|trifft|treffen mit|kam mit .{3,60} zusammen|gespr[aä]che? mit",
    "ko": r"만났|만나|회동|회담|면담|미팅",
    "ja": r"会談|面会|会い|会った|会合",
    "zh": r"会[见面晤]|會[見面晤]|会谈|會談|拜[访訪]|[会會]面",
}


@dataclass(frozen=True)
class Meeting:
    """One meeting as a text tells it.

    Parameters
    ----------
    people : tuple of str
        Ids of persons, in reading order, each once.
    organisations : tuple of str
        Ids of firms named in the same sentence.
    date : str or None
        Date stated in the sentence.
    start, end : int
        Code points of the sentence.
    quote : str
        `text[start:end]`.
    """

    people: tuple[str, ...]
    organisations: tuple[str, ...]
    date: str | None
    start: int
    end: int
    quote: str

    def to_json(self) -> dict[str, Any]:
        """The meeting as plain data."""
        return {
            "people": list(self.people), "organisations": list(self.organisations),
            "date": self.date, "start": self.start, "end": self.end, "quote": self.quote,
        }  # fmt: skip


def _is_person(mention: Mention) -> bool:
    if mention.entity.startswith("person:"):
        return True
    words = re.findall(r"[^\W\d_][\w'-]*", mention.text)
    return mention.entity.startswith("unresolved:") and 2 <= len(words) <= 4


def meetings_in(
    text: str, *, lang: str | None = None, published: str | None = None
) -> list[Meeting]:
    """Meetings of a text: sentences with a word for meeting and at least one person and one other.

    Examples
    --------
    >>> made, = meetings_in("Sam Altman met Kwak Noh-jung of SK hynix.", lang="en")
    >>> made.people, made.organisations
    (('person:sam-altman', 'person:kwak-noh-jung'), ('org:sk-hynix',))
    """
    tag = known(lang) if lang else detect(text)
    made = shadow(text)
    names = mentions(made.text, tag)
    hits = dating.scan(made.lower, tag, published)
    pattern = re.compile(_MET[tag])
    found = []
    for first, last in sentences(made.text):
        if not pattern.search(made.lower, first, last):
            continue
        inside = [name for name in names if first <= name.start < last]
        people = tuple(dict.fromkeys(n.entity for n in inside if _is_person(n)))
        firms = tuple(dict.fromkeys(n.entity for n in inside if n.entity.startswith("org:")))
        if not people or len(people) + len(firms) < 2:
            continue
        days = [hit.value for hit in hits if first <= hit.start < last]
        start, end = made.back(first, last)
        found.append(Meeting(people, firms, days[0] if days else None, start, end, text[start:end]))
    return found
