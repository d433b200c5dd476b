"""From a text to claims.

Owns the order of the steps (shadow, dates, quantities, binding) and the making of claims with
exact code points. Refuses files, prints nothing, and never reads a clock.
"""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import re
from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction

from waferway.errors import RangeError
from waferway.evidence.claims import Claim
from waferway.evidence.extract import dates as dating
from waferway.evidence.extract import quantities as measuring
from waferway.evidence.extract.binding import Context, Reading
from waferway.evidence.extract.date_values import bounds
from waferway.evidence.extract.dates import DateHit
from waferway.evidence.extract.language import detect, known
from waferway.evidence.extract.names import mentions
from waferway.evidence.extract.quantities import Quantity
from waferway.evidence.extract.shadow import Shadow, shadow

__all__ = ["METHOD", "claim_id", "claims_in", "decimal"]

METHOD = "extract:rules@1.0"


def decimal(value: Fraction) -> Decimal:
    """A fraction as a decimal of at most 15 significant digits, without exponent.

    Examples
    --------
    >>> decimal(Fraction(12_500_000_000)), decimal(Fraction(1, 3))
    (Decimal('12500000000'), Decimal('0.333333333333333'))
    """
    with localcontext() as context:
        context.prec = 15
        made = Decimal(value.numerator) / Decimal(value.denominator)
    return Decimal(format(made.normalize(), "f"))


def claim_id(document: str, start: int, end: int, metric: str, method: str) -> str:
    """Id of an extracted claim: `x-` and 16 hex digits of a SHA-256.

    Examples
    --------
    >>> claim_id("ab12", 0, 4, "price", METHOD)
    'x-54f9051a605b65ba'
    """
    text = "\n".join((document, str(start), str(end), metric, method))
    return "x-" + hashlib.sha256(text.encode()).hexdigest()[:16]


def _known_from(published: str | None) -> dt.date | None:
    if published is None:
        return None
    match = re.fullmatch(r"(\d{4})-(\d\d)(?:-(\d\d))?", published)
    if match is not None:
        year, month = int(match[1]), int(match[2])
        last = calendar.monthrange(year, month)[1] if 1 <= month <= 12 else 0
        number = int(match[3]) if match[3] else last
        if 1 <= number <= last:
            return dt.date(year, month, number)
    raise RangeError(f"published is {published!r}; write a day (2024-01-26) or a month (2024-01)")


def claims_in(
    text: str,
    *,
    lang: str | None = None,
    published: str | None = None,
    source_id: str | None = None,
    grade: str = "C",
    owner: str | None = None,
) -> list[Claim]:
    """Claims of one text, in reading order.

    Parameters
    ----------
    text : str
        Exactly as stored; offsets of the claims are code points into it, end exclusive.
    lang : str, optional
        en, es, it, fr, de, ko, ja or zh; detected if not given.
    published : str, optional
        Date of the document (day or month); resolves dates without a year and fills
        `known_from`. Never taken from the machine's clock.
    source_id, owner : str, optional
    grade : str
        A to D; C is press.

    Returns
    -------
    list of Claim
        Every quote is `text[start:end]`.

    Raises
    ------
    RangeError
        If `lang` or `published` cannot be read.

    Examples
    --------
    >>> claim, = claims_in("Ein HBM4-Stapel koste etwa 1.850 US-Dollar.")
    >>> claim.quote, claim.value, claim.unit, claim.approx, claim.metric
    ('1.850 US-Dollar', Decimal('1850'), 'USD', True, 'price')
    """
    tag = known(lang) if lang else detect(text)
    known_from = _known_from(published)
    made = shadow(text)
    hits = dating.scan(made.lower, tag, published)
    found = measuring.scan(made, tag, hits)
    hits = _kept_dates(hits, found)
    context = Context(made.text, made.lower, tag, mentions(made.text, tag), hits)
    maker = _Maker(text, made, tag, known_from, source_id, grade, owner)
    claims: list[Claim] = []
    by_quantity: list[tuple[Quantity, str]] = []
    for quantity in found:
        claim = maker.quantity(quantity, context.read(quantity))
        by_quantity.append((quantity, claim.claim_id))
        claims.append(claim)
    for hit in hits:
        reading = context.read_date(hit, found)
        claims.append(maker.date(hit, reading, _qualified(hit, by_quantity, context)))
    unique = {claim.claim_id: claim for claim in claims}
    return sorted(unique.values(), key=lambda claim: (claim.start or 0, claim.end or 0))


def _kept_dates(hits: Sequence[DateHit], found: Sequence[Quantity]) -> list[DateHit]:
    """Bare numbers that were read as a quantity after all are no dates."""
    starts = [q.num_start for q in found]

    def is_read(hit: DateHit) -> bool:
        place = bisect_left(starts, hit.num_end) - 1
        return place >= 0 and found[place].num_end > hit.num_start

    return [hit for hit in hits if hit.sure or not is_read(hit)]


def _qualified(
    hit: DateHit, by_quantity: Sequence[tuple[Quantity, str]], context: Context
) -> str | None:
    first, last = context.sentence(hit.num_start)
    low, high = (bisect_left(by_quantity, p, key=lambda q: q[0].num_start) for p in (first, last))
    inside = by_quantity[low:high]
    if not inside:
        return None
    return min(inside, key=lambda pair: abs(pair[0].start - hit.start))[1]


class _Maker:
    """Fills claims of one document."""

    def __init__(
        self, text: str, made: Shadow, lang: str, known_from: dt.date | None,
        source_id: str | None, grade: str, owner: str | None,
    ) -> None:  # fmt: skip
        self.text, self.made, self.lang = text, made, lang
        self.known_from, self.source_id, self.owner = known_from, source_id, owner
        self.grade = grade
        self.document = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def quantity(self, quantity: Quantity, reading: Reading) -> Claim:
        form = (
            "point" if quantity.value is not None
            else "interval" if quantity.low is not None and quantity.high is not None
            else "at_least" if quantity.low is not None else "at_most"
        )  # fmt: skip
        numbers = {
            name: None if value is None else decimal(value)
            for name, value in (
                ("low", quantity.low), ("value", quantity.value), ("high", quantity.high))
        }  # fmt: skip
        digits = quantity.num_end - quantity.num_start > 0 and any(
            char.isdigit() for char in self.made.text[quantity.num_start : quantity.num_end]
        )
        return self._claim(
            quantity.start, quantity.end, quantity.num_start, quantity.num_end, reading,
            kind=quantity.kind, form=form, unit=quantity.unit, approx=quantity.approx,
            resolution=decimal(abs(quantity.step)),
            qualifiers=dict(sorted(quantity.qualifiers.items())),
            confidence=0.95 if digits else 0.85, **numbers,
        )  # fmt: skip

    def date(self, hit: DateHit, reading: Reading, qualifies: str | None) -> Claim:
        return self._claim(
            hit.start, hit.end, hit.num_start, hit.num_end, reading, kind="date", form="date",
            qualifies=qualifies, confidence=0.95 if hit.sure else 0.7,
        )  # fmt: skip

    def _claim(
        self, start: int, end: int, num_start: int, num_end: int, reading: Reading, **fields: object
    ) -> Claim:
        first, last = self.made.back(start, end)
        num_first, num_last = self.made.back(num_start, num_end)
        first, last = min(first, num_first), max(last, num_last)
        begins, ends = bounds(reading.valid_text) if reading.valid_text else (None, None)
        modality = reading.modality
        if modality == "reported" and begins and self.known_from and begins > self.known_from:
            modality = "forecast"
        qualifiers = {**reading.qualifiers, **(fields.pop("qualifiers", None) or {})}  # type: ignore[dict-item]
        unit = fields.get("unit")
        return Claim.model_validate(
            {
                "claim_id": claim_id(self.document, first, last, reading.metric, METHOD),
                "owner": self.owner, "subject": reading.subject,
                "subject_text": reading.subject_text, "metric": reading.metric,
                "qualifiers": dict(sorted(qualifiers.items())),
                "modality": modality, "grade": self.grade, "attribution": reading.attribution,
                "valid_text": reading.valid_text, "valid_from": begins, "valid_to": ends,
                "known_from": self.known_from, "source_id": self.source_id,
                "document_sha256": self.document, "lang": self.lang,
                "start": first, "end": last, "num_start": num_first, "num_end": num_last,
                "quote": self.text[first:last], "method": METHOD,
                "unit_text": self.text[num_last:last].strip() or None if unit else None,
                **fields,
            }
        )  # fmt: skip
