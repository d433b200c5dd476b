"""What one claim of a text asks of the record: whose, of what, where, when, how sure.

Owns the reading of a claim together with the words of scope around it. Refuses the record and
verdicts. A subject that the sentence leaves open is said to be open, never guessed.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from waferway.evidence.claims import Claim
from waferway.evidence.extract.topics import Hit, Topics

__all__ = ["Asked", "read_claims"]

ANALYSTS = frozenset(
    "org:trendforce org:semi org:mckinsey org:gartner org:omdia org:bloomberg org:reuters".split()
)
_EMPLOYER = {
    "person:sam-altman": "org:openai", "person:jensen-huang": "org:nvidia",
    "person:kwak-noh-jung": "org:sk-hynix", "person:kyung-kye-hyun": "org:samsung",
}  # fmt: skip
_ITEMS = ("hbm4 hbm3e hbm3 hbm2e hbm dram nand cowos electricity semiconductors all-chips").split()


@dataclass(frozen=True)
class Asked:
    """A claim of a text with the words that say what it is about.

    Parameters
    ----------
    claim : Claim
    document : str
    subject : str or None
        Firm, firms joined by ``+``, or None where the sentence leaves it open.
    sure : bool
        Whether the subject is the only one that the sentence allows.
    product, item, node : str or None
        Nearest ones; None where there is none or two are equally near.
    places : tuple of str
        Named in the sentence, else in the one before; `places_here` in the sentence only.
    firms : tuple of str
        Named in the clause where any is, else in the sentence.
    product_here : bool
        Whether the product stands in the sentence itself.
    here : frozenset of str
        Words of scope in the sentence; `near` those of the clause, `before` of the sentence before.
    scope : str or None
        ``country`` or ``cluster``, where the words around the number say so.
    count : int
        Quantities of the same kind in the sentence.
    below : bool
        Whether the sentence speaks of a node "and below".
    many : bool
        Whether the sentence counts several units and nothing says that the figure is of each.
    named_here : bool
        Whether the subject stands in the sentence itself.
    several : bool
        Whether the sentence speaks of several fabs without counting them.
    """

    claim: Claim
    document: str
    subject: str | None
    sure: bool
    product: str | None
    item: str | None
    node: str | None
    places: tuple[str, ...]
    places_here: tuple[str, ...]
    firms: tuple[str, ...]
    product_here: bool
    here: frozenset[str]
    near: frozenset[str]
    before: frozenset[str]
    scope: str | None
    count: int
    below: bool = False
    many: bool = False
    named_here: bool = False
    several: bool = False
    sentence: str = ""

    @property
    def carried(self) -> bool:
        """Whether no firm stands in the sentence itself, so that its subject is carried over."""
        return not any(f.startswith("org:") and f not in ANALYSTS for f in self.firms)

    @property
    def about(self) -> str:
        """Whose figure and of what, in words; a subject that is not sure is marked."""
        who = (self.subject or "").replace("org:", "").replace("place:", "").replace("+", " and ")
        if who.startswith("unresolved:"):
            who = self.claim.subject_text or ""
        parts = [who + ("" if self.sure or not who else " (perhaps)")]
        parts += [self.product or "", self.item or "", f"{self.node} nm" if self.node else ""]
        parts += [", ".join(self.places_here)]
        return "; ".join(part for part in parts if part) or "nothing named"

    @property
    def refused(self) -> str:
        """Why a claim is not judged at all; empty where it is."""
        if "denied" in self.near:
            return "the sentence denies something; what it denies is not told apart here"
        if "supposed" in self.here:
            return "the sentence supposes this; it does not claim it"
        if self.claim.qualifiers.get("state") == "before":
            return "this is the earlier of two figures of a change, and its time is not stated"
        return ""


def read_claims(claims: Sequence[Claim], topics: Topics, document: str) -> list[Asked]:
    """Read all quantities of one document.

    Parameters
    ----------
    claims : sequence of Claim
        Of this document; dates are left out.
    topics : Topics
        Of the same text.
    document : str

    Returns
    -------
    list of Asked

    Examples
    --------
    >>> from waferway.evidence.extract import claims_in
    >>> text = "SK hynix held 53% of the HBM market in 2023."
    >>> asked, = read_claims(claims_in(text), Topics(text, "en"), "a.txt")
    >>> asked.subject, asked.item, asked.claim.valid_text
    ('org:sk-hynix', 'hbm', '2023')
    """
    counted = [claim for claim in claims if claim.kind != "date" and claim.start is not None]
    spans = {c.claim_id: topics.sentence(topics.place_of(c.num_start or 0)) for c in counted}
    made = []
    for claim in counted:
        units = any(
            spans[other.claim_id] == spans[claim.claim_id] and other is not claim and _units(other)
            for other in counted
        )
        peers = [
            other for other in counted
            if spans[other.claim_id] == spans[claim.claim_id] and other.kind == claim.kind
            and other.unit == claim.unit and other.qualifiers.get("state") != "before"
        ]  # fmt: skip
        one = _read(claim, topics, document, peers)
        made.append(replace(one, many=units and "each" not in one.near))
    return made


def _units(claim: Claim) -> bool:
    thing = (claim.unit or "").partition(":")[0]
    return thing in {"GPU", "accelerator", "chip", "server", "unit", "item", "rack"} and (
        (claim.central or 0) > 1
    )


def _read(claim: Claim, topics: Topics, document: str, peers: Sequence[Claim]) -> Asked:
    place = topics.place_of(claim.num_start or 0)
    end = topics.place_of(claim.end or 0)
    span, earlier = topics.sentence(place), topics.before(place)
    clause = _clause(topics, span, place, end)
    subject, sure = _subject(claim, topics, span, earlier, clause, peers)
    words = frozenset(hit.name for hit in topics.within(*span, "word"))
    item = _nearest(topics, span, earlier, place, end, "word", _ITEMS, clause)
    places_here = tuple(topics.names(*span, "place"))
    return Asked(
        claim=claim, document=document, subject=subject, sure=sure,
        product=_nearest(topics, span, earlier, place, end, "product", None, clause),
        item=item, node=_nearest(topics, span, (0, 0), place, end, "node", None, clause),
        places=places_here or tuple(topics.names(*earlier, "place")), places_here=places_here,
        firms=tuple(topics.names(*_firms_span(topics, span, clause, len(peers) == 1), "org")),
        product_here=bool(topics.names(*span, "product")), here=words,
        near=frozenset(hit.name for hit in topics.within(*clause, "word")),
        before=frozenset(hit.name for hit in topics.within(*earlier, "word")),
        scope=_scope(topics, span, place, end, words), count=len(peers), below="below" in words,
        sentence=topics.text[slice(*span)],
        named_here=_named_here(claim, subject, topics, span),
        several=_several_fabs(topics, span),
    )  # fmt: skip


def _firms_span(
    topics: Topics, span: tuple[int, int], clause: tuple[int, int], alone: bool
) -> tuple[int, int]:
    """Where the firms of a figure stand: its clause, or the sentence if it has no other figure."""
    whole = alone or topics.has("together", *span)
    return span if whole or not _known(topics.within(*clause, "org")) else clause


def _several_fabs(topics: Topics, span: tuple[int, int]) -> bool:
    """Whether a word for several stands right before a word for fabs, or contains it."""
    words = topics.within(*span, "word")
    many = [hit.end for hit in words if hit.name == "several"]
    fabs = [hit.start for hit in words if hit.name == "fabs"]
    return any(-12 <= start - end <= 40 for end in many for start in fabs)


def _named_here(claim: Claim, subject: str | None, topics: Topics, span: tuple[int, int]) -> bool:
    """Whether the subject stands in the sentence, rather than being carried over into it."""
    if subject is None:
        return False
    if subject.startswith("place:"):
        return subject.removeprefix("place:") in topics.names(*span, "place")
    names = set(topics.names(*span, "org"))
    return bool(names & {*subject.split("+"), claim.subject}) or any(
        mention.entity == claim.subject
        for mention in topics.mentions
        if span[0] <= mention.start < span[1]
    )


def _clause(topics: Topics, span: tuple[int, int], start: int, end: int) -> tuple[int, int]:
    """Stretch between commas and semicolons around a number."""
    text, (first, last) = topics.text, span
    for at in range(start - 1, first - 1, -1):
        if text[at] in ";；、，,:：" and not _within_number(text, at):
            first = at + 1
            break
    for at in range(end, last):
        if text[at] in ";；、，,:：" and not _within_number(text, at):
            last = at
            break
    return first, last


def _within_number(text: str, at: int) -> bool:
    return 0 < at < len(text) - 1 and text[at - 1].isdigit() and text[at + 1].isdigit()


def _known(hits: Sequence[Hit]) -> list[str]:
    return list(
        dict.fromkeys(h.name for h in hits if h.name.startswith("org:") and h.name not in ANALYSTS)
    )


def _subject(
    claim: Claim, topics: Topics, span: tuple[int, int], earlier: tuple[int, int],
    clause: tuple[int, int], peers: Sequence[Claim],
) -> tuple[str | None, bool]:  # fmt: skip
    """Whose figure it is, and whether the sentence leaves no other reading."""
    said = _EMPLOYER.get(claim.subject, claim.subject)
    said = "unresolved:unnamed" if said in ANALYSTS else said  # who says it, not whose it is
    inside = _known(topics.within(*span, "org"))
    if claim.subject in _EMPLOYER:
        named = any(m.entity == claim.subject for m in topics.mentions
                    if span[0] <= m.start < span[1])  # fmt: skip
        return said, named
    if said.startswith("place:") and said.removeprefix("place:") not in topics.names(
        *span, "place"
    ):
        said = "unresolved:unnamed" if inside else said
    around = (earlier[0] if earlier[1] else span[0], span[1])
    stranger = said.startswith("unresolved:") and not _noise(said, topics, around)
    if not inside:
        if said.startswith("place:"):
            return said, said.removeprefix("place:") in topics.names(*span, "place")
        if stranger or said.startswith("org:"):
            return said, False  # carried over from before: only agreement may count
        previous = _known(topics.within(*earlier, "org"))
        return (previous[0], False) if len(previous) == 1 else (None, False)
    if len(inside) == 1:
        if said.startswith("place:"):
            return said, True
        return inside[0], not stranger
    here = _known(topics.within(*clause, "org"))
    if said.startswith("place:"):
        return said, True
    if len(peers) == 1 and "together" in {h.name for h in topics.within(*span, "word")}:
        return "+".join(sorted(here if len(here) > 1 else inside)), True
    if len(here) == 1 and len(peers) > 1:
        return here[0], not stranger
    if len(inside) == len(peers) and _alternate(topics, span, inside, peers):
        return inside[list(peers).index(claim)], True
    if len(here) == 1:
        return here[0], here[0] == said
    return (said, False) if said in inside else (None, False)


def _alternate(
    topics: Topics, span: tuple[int, int], firms: Sequence[str], peers: Sequence[Claim]
) -> bool:
    """Whether firms and figures take turns: A 53 %, B 38 %; or 53 % A, 38 % B."""
    spots = [(topics.place_of(peer.num_start or 0), "figure") for peer in peers]
    for firm in firms:
        hits = [h.start for h in topics.within(*span, "org") if h.name == firm]
        spots.append((hits[0], "firm"))
    order = [what for _, what in sorted(spots)]
    return all(one != two for one, two in itertools.pairwise(order))


def _noise(said: str, topics: Topics, span: tuple[int, int]) -> bool:
    """Whether an unknown name is a place or a word at the start of a sentence."""
    name = said.removeprefix("unresolved:")
    if name == "unnamed":
        return True
    for mention in topics.mentions:
        if mention.entity != said:
            continue
        inside = span[0] <= mention.start < span[1]
        if not inside or topics.within(mention.start, mention.end, "place"):
            continue
        first = topics.sentence(mention.start)[0]
        begins = topics.text[first : mention.start].strip(" '\"«“(") == ""
        if not begins or " " in mention.text or topics.lang in {"ko", "ja", "zh"}:
            return False
    return True


def _nearest(
    topics: Topics, span: tuple[int, int], earlier: tuple[int, int], start: int, end: int,
    kind: str, names: Sequence[str] | None, clause: tuple[int, int],
) -> str | None:  # fmt: skip
    """Nearest name of a kind: in the clause, in the sentence, else in the sentence before."""
    for stretch in (clause, span, earlier):
        hits = [h for h in topics.within(*stretch, kind) if names is None or h.name in names]
        if not hits:
            continue
        if stretch == earlier:
            found = list(dict.fromkeys(_general(h.name) for h in hits))
            return hits[0].name if len(found) == 1 else None

        def gap(hit: Hit) -> tuple[int, int]:
            away = start - hit.end if hit.end <= start else hit.start - end
            order = names.index(hit.name) if names else 0
            return max(0, away) + (0 if hit.end <= start else 12), order

        best = min(hits, key=gap)
        close = [h for h in hits if h.start == best.start]
        return min(close, key=lambda h: names.index(h.name) if names else 0).name
    return None


def _general(name: str) -> str:
    return "hbm" if name.startswith("hbm") else name


def _scope(
    topics: Topics, span: tuple[int, int], start: int, end: int, words: frozenset[str]
) -> str | None:
    """Country where its words stand closely about the number; cluster where one is named."""
    last = min(span[1], end + 48)
    numbers = [at for at in range(end, last) if topics.text[at].isdigit()]
    stop = numbers[0] if numbers else last
    if topics.has("country", end, stop) or topics.has("country", max(span[0], start - 20), start):
        return "country"
    return "cluster" if "cluster" in words else None
