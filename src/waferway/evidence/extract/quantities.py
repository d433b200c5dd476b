# ruff: noqa: E501 - patterns of many languages read better unbroken
"""Quantities: amounts joined to ranges and changes, with their bounds.

Owns the step from amounts to quantities. Refuses subjects, metrics and dates. Words of the
languages stand in `money`, `measures`, `nouns` and `phrases`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from waferway.evidence.extract import ideographs, numerals
from waferway.evidence.extract.amount_scanner import Scanner
from waferway.evidence.extract.amounts import Amount
from waferway.evidence.extract.dates import DateHit
from waferway.evidence.extract.nouns import CJK
from waferway.evidence.extract.numberwords import words_of
from waferway.evidence.extract.shadow import Shadow

__all__ = ["Quantity", "scan"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """One quantity: spans in the shadow, values in `unit`.

    Parameters
    ----------
    start, end, num_start, num_end : int
        Whole phrase, and the number expression only.
    low, value, high : Fraction or None
        As in a claim.
    unit, kind : str
        Canonical unit and kind of claim.
    approx : bool
    step : Fraction
        Step of the last stated digit, in `unit`.
    before : bool
        First of two points of a change ("from 36 to 22 weeks").
    qualifiers : dict
    """

    start: int
    end: int
    num_start: int
    num_end: int
    low: Fraction | None
    value: Fraction | None
    high: Fraction | None
    unit: str
    kind: str
    approx: bool = False
    step: Fraction = Fraction(1)
    before: bool = False
    qualifiers: dict[str, str] = field(default_factory=dict)


def scan(shadow: Shadow, lang: str, dates: Sequence[DateHit] = ()) -> list[Quantity]:
    """All quantities of a text, in reading order.

    Parameters
    ----------
    shadow : Shadow
    lang : str
        en, es, it, fr, de, ko, ja or zh.
    dates : sequence of DateHit
        Dates of the text; sure ones are no quantities.

    Returns
    -------
    list of Quantity

    Examples
    --------
    >>> from waferway.evidence.extract.shadow import shadow
    >>> [(q.low, q.high, q.unit) for q in scan(shadow("between $3.2bn and $4bn"), "en")]
    [(Fraction(3200000000, 1), Fraction(4000000000, 1), 'USD')]
    """
    scanner = Scanner(shadow, lang, dates)
    if lang in CJK:
        lower = ideographs.hide_units(shadow.lower, lang)
        numbers = ideographs.with_parts(ideographs.scan(lower, lang), lower)
    else:
        numbers = numerals.scan(shadow.lower, lang)
    amounts = [scanner.amount(n) for n in numbers if not scanner.is_blocked(n.start, n.end)]
    return _join(scanner, amounts)


def _same_unit(first: Amount, second: Amount) -> bool:
    if first.unit == second.unit:
        return True
    return (
        first.unit is not None
        and second.unit is not None
        and (second.unit.startswith(first.unit + "/"))
    )


def _join(scanner: Scanner, amounts: list[Amount]) -> list[Quantity]:
    found: list[Quantity] = []
    place = 0
    coin: Amount | None = None
    amounts = [a for a in amounts if a.unit is not None or not a.number.article]
    for amount in amounts:
        if amount.kind == "money":
            coin = amount
        elif amount.unit is None and coin is not None and _same_money(scanner, coin, amount):
            amount.unit, amount.kind = (coin.unit or "").partition("/")[0], "money"
    while place < len(amounts):
        first = amounts[place]
        second = amounts[place + 1] if place + 1 < len(amounts) else None
        if second is not None:
            pair = _pair(scanner, first, second)
            if pair is not None:
                found.extend(pair)
                place += 2
                continue
        single = _single(scanner, first)
        if single is not None:
            found.append(single)
        place += 1
    return found


@dataclass(frozen=True, slots=True)
class _Joint:
    """How two neighbouring amounts hang together."""

    lead_start: int
    opener: re.Match[str] | None
    starter: bool
    is_and: bool
    two_points: bool


def _same_money(scanner: Scanner, coin: Amount, amount: Amount) -> bool:
    """Millions without a unit, behind an amount of money in one sentence, are of that money."""
    if amount.scale < 10**6 or amount.start - coin.end > 160 or scanner.cjk:
        return False
    if re.search(r"[.!?]\s", scanner.text[coin.end : amount.start]):
        return False
    following = scanner.text[amount.end : amount.end + 2].strip()
    return not following[:1].isdigit() and amount.number.digits


def _pair(scanner: Scanner, first: Amount, second: Amount) -> list[Quantity] | None:
    """A range or two points of a change, if the two amounts are joined."""
    units_agree = first.unit is None or _same_unit(first, second)
    sign_shared = first.unit is not None and first.left_sign and second.unit is None
    carried = first.unit is not None and second.unit is None and first.kind != "count"
    if not (sign_shared or carried or (second.unit is not None and units_agree)):
        return None
    joint = _joint(scanner, first, second)
    if joint is None or (carried and not sign_shared and not joint.two_points):
        return None
    unit, kind = second.unit or first.unit or "1", second.kind if second.unit else first.kind
    low, step = _inherit(first, second, joint.two_points)
    if joint.two_points:
        before = Quantity(
            first.start, max(first.end, first.number.end), first.number.start, first.number.end,
            None, low, None, unit, kind, step=step, before=True,
        )  # fmt: skip
        after = Quantity(
            second.start, max(second.end, second.number.end), second.number.start,
            second.number.end, None, second.value, None, unit, kind, step=second.step,
        )  # fmt: skip
        return [
            _bounded(scanner, first, before, bounds=False),
            _bounded(scanner, second, after, bounds=False),
        ]
    if low > second.value:
        return None
    start = first.start
    if joint.opener and (joint.is_and or joint.starter):
        start = joint.lead_start + joint.opener.start()
    made = Quantity(
        start, max(second.end, second.number.end), first.number.start, second.number.end,
        low, None, second.value, unit, kind, step=min(step, second.step),
    )  # fmt: skip
    return [_bounded(scanner, replace(first, start=start), made, bounds=False)]


def _inherit(first: Amount, second: Amount, two_points: bool) -> tuple[Fraction, Fraction]:
    """First end of a pair with the scale of the second, where it has none of its own."""
    if first.scale == 1 and second.scale != 1:
        scaled = first.value * second.scale
        if two_points or scaled <= second.value or first.unit is None:
            return scaled, first.step * second.scale
    return first.value, first.step


def _joint(scanner: Scanner, first: Amount, second: Amount) -> _Joint | None:
    words, lower = scanner.words, scanner.lower
    gap_start = first.end if first.end <= second.start else first.number.end
    gap_end = second.start if gap_start <= second.start else second.number.start
    gap = lower[gap_start:gap_end]
    if gap_end < gap_start or len(gap) > 14:
        return None
    lead_start = max(0, first.start - 28)
    lead = lower[lead_start : first.start]
    opener = words.opener.search(lead)
    opened = opener is not None
    softer = words.approx.search(lead)
    if not opened and softer is not None and softer.start():
        opened = words.opener.search(lead[: softer.start()] + " ") is not None
    starter = words.starter.search(lead) is not None
    bare = re.sub(r"\s*(?:의|を|で|が|は)?\s*", "", gap) if scanner.cjk else gap
    is_joint = any(words.joint.fullmatch(text) for text in (gap, bare))
    is_and = words.joint_and.fullmatch(gap) is not None and (
        _within(scanner, second) if scanner.cjk else opened
    )
    is_step = words.step.fullmatch(gap) is not None
    if not (is_joint or is_and or is_step):
        return None
    if first.number.article and not scanner.cjk:
        return None
    sentence = re.split(r"[.!?。！？\n](?!\d)", lower[max(0, first.start - 110) : first.start])[-1]
    changed = words.change.search(sentence) is not None
    two = not is_and and _two_points(scanner, first, second, gap.strip(), starter, changed, lead)
    if not (is_joint or is_and or two):
        return None
    return _Joint(lead_start, opener, starter, is_and, two)


def _within(scanner: Scanner, second: Amount) -> bool:
    after = scanner.lower[second.end : second.end + 4]
    return bool(re.match(r"[ ]?(?:の間|之[间間]|사이|간)", after))


def _two_points(
    scanner: Scanner, first: Amount, second: Amount, gap: str, starter: bool, changed: bool, lead: str
) -> bool:  # fmt: skip
    """Whether "from A to B" tells a change of one thing rather than a range."""
    if scanner.lang in {"ko", "ja"}:
        return _eastern_change(scanner, first, second, gap, changed)
    if scanner.lang == "zh":
        if gap not in {"至", "到", "~", "-", "–"}:
            return scanner.words.step.fullmatch(gap) is not None
        from_to = gap in {"至", "到"} and re.search(r"[从從由自]", lead[-6:]) is not None
        return from_to and (changed or first.value > second.value)
    if gap in {"-", "–", "~", "or", "o", "ou", "oder"}:
        return False
    if scanner.lang == "de":
        return gap == "auf"
    if first.scale != 1 and second.scale == 1:
        return False
    scaled = first.value * (second.scale if first.scale == 1 else 1)
    if starter and (changed or scaled > second.value):
        return True
    # "del 12 % al 15 %" and "by 600 to 8,900" tell a change by their form.
    if starter and re.search(r"\b(?:del|dal|dai|dall'|des|du)\s*$", lead):
        return True
    return changed and re.search(r"\b(?:by|um|en|di|de|d')\s*$", lead) is not None


def _eastern_change(
    scanner: Scanner, first: Amount, second: Amount, gap: str, changed: bool
) -> bool:
    if gap not in {"에서", "서", "から", "→", "より", "부터"}:
        return False
    after = scanner.lower[second.end : second.end + 8]
    if re.match(
        r"[ ]?(?:の間|사이|の範囲|범위|まで(?!に)|까지(?! ?(?:늘|확대|높|끌|증|오)))", after
    ):
        return False
    arrives = re.match(
        r"(?:へ|に|程度に|로|으로|[ ]?(?:수준|정도|안팎|가량)?(?:으로|로)|[ ]?까지)", after
    )
    return arrives is not None or changed or first.value > second.value


def _single(scanner: Scanner, amount: Amount) -> Quantity | None:
    if amount.unit is None:
        return None
    number = amount.number
    begin = amount.phrase if 0 <= amount.phrase < amount.start else amount.start
    made = Quantity(begin, max(amount.end, number.end), number.start, number.end, None, amount.value, None,
                    amount.unit, amount.kind, step=amount.step)  # fmt: skip
    if _unstated(scanner, amount):
        return None
    return _bounded(scanner, amount, made)


def _unstated(scanner: Scanner, amount: Amount) -> bool:
    """Miliardi di dollari, thousands of jobs, 数百亿元: the number itself is not said."""
    number = amount.number
    if number.digits:
        return False
    said = scanner.lower[number.start : number.end]
    if scanner.cjk:
        return said[0] in "数數几幾수몇"
    first = re.split(r"[ -]", said)[0]
    if number.scale == 1 or first in {"mil", "mille", "cien", "cento", "cent", "hundert", "tausend", "un", "una",
                                      "a", "one", "ein", "eine", "einer", "une", "half", "medio", "mezzo", "demi"}:  # fmt: skip
        return first in {
            "dozens",
            "dutzende",
            "decine",
            "dizaines",
            "centinaia",
            "migliaia",
            "cientos",
            "miles",
        }
    word = words_of(scanner.lang).get(first)
    return word is not None and word.role in {"scale", "dozen"}


def _bounded(scanner: Scanner, amount: Amount, made: Quantity, *, bounds: bool = True) -> Quantity:
    """Read the small words before and behind: about, up to, at least."""
    words, lower = scanner.words, scanner.lower
    approx, most, least = False, False, False
    place = amount.start
    for _ in range(4):
        first = max(0, place - 26)
        lead = lower[first:place]
        hits = [
            (match.start(), name)
            for name, pattern in (("most", words.most), ("least", words.least), ("approx", words.approx))
            if (match := pattern.search(lead)) is not None
        ]  # fmt: skip
        if not hits:
            break
        offset, name = min(hits)
        place = first + offset
        if name == "least" and _DENIED.search(lower, max(0, place - 30), place):
            name = "most"  # no puede suministrar más de 850 MW
        if name != "approx" and _other_sense(scanner, amount, place, lower[place : amount.start]):
            break
        approx = approx or name == "approx"
        most = most or (name == "most" and not least)
        least = least or (name == "least" and not most)
    end = made.end
    for spot in dict.fromkeys((made.num_end, end)):
        approx = approx or words.approx_after.match(lower, spot) is not None
        if words.most_after.match(lower, spot):
            most = True
        elif words.least_after.match(lower, spot):
            least = True
    if not bounds or made.value is None or most == least:
        return replace(made, approx=approx)
    if most:
        return replace(made, approx=approx, value=None, high=made.value)
    return replace(made, approx=approx, value=None, low=made.value)


_DENIED = re.compile(
    r"(?:\b(?:no|non|ne|nunca|cannot|can't|won't|not|nicht|kaum|keine[nsrm]?)\b|\bn')[^,;.!?\d]{0,24}$"
)


def _other_sense(scanner: Scanner, amount: Amount, place: int, word: str) -> bool:
    """A word of bound that means a time or a subject here: over five years, Kredit über."""
    word = word.strip()
    if re.match(r"(?:hasta|fino a|jusqu'à)", word):  # crecieron un 20 %, hasta 4.750 millones
        return scanner.words.change.search(scanner.lower, max(0, place - 45), place) is not None
    if amount.kind == "duration":
        return word in {"over", "über", "oltre", "sobre", "within", "bis", "para", "unter"}
    if scanner.lang == "de":
        if word == "bis":
            return amount.kind != "money" or amount.unit is None
        if word in {"über", "unter"} and amount.kind == "money":
            before = scanner.text[:place].rstrip().rpartition(" ")[2]
            return before[:1].isupper() and before[-1:].isalpha()
    return False
