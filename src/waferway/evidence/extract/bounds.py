"""Ranges of plain numbers: between and from ... to, comparisons, and pairs of comparisons.

Owns comparison words of the languages whose everyday ranges are tested. Refuses units.
"""
# ruff: noqa: E501 - patterns of many languages read better unbroken

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from waferway.evidence.extract.everyday import everyday_numbers
from waferway.evidence.extract.numerals import Numeral
from waferway.evidence.extract.shadow import Shadow

__all__ = ["bounded"]

Span = tuple[int, int, Fraction | None, Fraction | None]


@dataclass(frozen=True)
class _Words:
    """Patterns before (`...$`) and behind (`^...`) a number, and between two numbers."""

    low_before: str
    high_before: str
    equal_before: str
    low_after: str
    high_after: str
    between: str
    between_and: str
    through: str
    joined: str
    equal_after: str = "(?!)"
    between_after: str = ""


_TABLE = {
    "en": _Words(
        low_before=r"(?:more|greater|larger|higher|bigger|over|older|taller|longer) (?:than )?(?:or )?(?:equals? (?:to |than )?)?|(?:at least|no less than|not less than|no fewer than|above|over|exceed(?:s|ed|ing)?|minimum of|from)(?: or equal to)? |(?:equal(?:s)? (?:to )?or (?:more|greater|larger|higher|bigger) than )|>=? ?|≥ ?|> ?= ?",
        high_before=r"(?:less|fewer|smaller|lower|younger|shorter) (?:than )?(?:or )?(?:equals? (?:to |than )?)?|(?:at most|no more than|not more than|up to|below|under|beneath|maximum of)(?: or equal to)? |(?:equals? (?:to )?or (?:less|smaller|lower|fewer) than )|<=? ?|≤ ?|< ?= ?",
        equal_before=r"equals? to |equals? |= ?",
        low_after=r" or (?:more|above|greater|larger|higher|over)(?! than \d)| and above|\+", high_after=r" or (?:less|below|fewer|smaller|lower|under)(?! than \d)| and below",
        between=r"(?:in )?between ", between_and=r" and ", through=r" ?(?:to|through|thru|till|until|~|-|–|--) ?", joined=r",? ?(?:and|but|,) (?:(?:is |are )?)?",
    ),
    "es": _Words(
        low_before=r"(?:mayor(?:es)?|superior(?:es)?|m[aá]s(?: alt[oa]s?| grandes?)?|mejor)(?: o igual(?:es)?)? (?:que|a|de)(?: los| las)? |igual(?:es)? o (?:mayor(?:es)?|superior(?:es)?) (?:que|a|de) |(?:al menos|como m[ií]nimo|por lo menos|no menos de|no menor(?:es)? (?:de|a|que)|por encima de|m[ií]nimo de?) |m[aá]s de |>=? ?|≥ ?|superan? (?:los |las )?|exced\w+ (?:de )?(?:los |las )?",
        high_before=r"(?:menor(?:es)?|inferior(?:es)?|menos|m[aá]s baj[oa]s?|m[aá]s pequeñ[oa]s?)(?: o igual(?:es)?)? (?:que|a|de)(?: los| las)? |igual(?:es)? o (?:menor(?:es)?|inferior(?:es)?) (?:que|a|de) |(?:como m[aá]ximo|como mucho|a lo sumo|no m[aá]s de|no mayor(?:es)? (?:de|a|que)|por debajo de|hasta|m[aá]ximo) |<=? ?|≤ ?",
        equal_before=r"igual(?:es)? (?:a|que) |equivalente a |= ?",
        low_after=r" o (?:mayor(?:es)?|m[aá]s|superior(?:es)?)(?! (?:de|que|a) \d)", high_after=r" o (?:menor(?:es)?|menos|inferior(?:es)?)(?! (?:de|que|a) \d)",
        between=r"(?:entre|de entre) (?:el |la |los |las )?", between_and=r" y (?:el |la |los |las )?", through=r" ?(?:a|hasta|~|-|–|--) ?", joined=r",? ?(?:y|e|pero|,) ",
    ),
    "fr": _Words(
        low_before=r"(?:sup[eé]rieure?s?|plus (?:grande?s?|[eé]lev[eé]e?s?|hautes?|nombreux|nombreuses))(?: ou [eé]gale?s?)? (?:à|a|que|de) |[eé]gale?s? ou sup[eé]rieure?s? à |(?:au moins|au minimum|pas moins de|au-dessus de|au dessus de|à partir de)(?: ou [eé]gale?s? à)? |plus (?:de|que|d')(?: ou [eé]gale?s? à)? ?|>=? ?|≥ ?|d[eé]passe(?:nt)? |exc[eè]de(?:nt)? ",
        high_before=r"(?:inf[eé]rieure?s?|plus (?:petite?s?|faibles?|basse?s?|bas))(?: ou [eé]g(?:ale?s?|aux))? (?:à|a|que|de) |[eé]gale?s? ou inf[eé]rieure?s? à |(?:au plus|au maximum|pas plus de|en dessous de|en-dessous de|au-dessous de|jusqu'à)(?: ou [eé]gale?s? à)? |moins (?:de|que|d')(?: ou [eé]gale?s? à)? ?|<=? ?|≤ ?",
        equal_before=r"[eé]gale?s? à |= ?",
        low_after=r" ou (?:plus|sup[eé]rieure?)(?! (?:de|que|à) \d)", high_after=r" ou (?:moins|inf[eé]rieure?)(?! (?:de|que|à) \d)",
        between=r"(?:comprise?s? )?entre (?:le |la |les )?", between_and=r" et (?:le |la |les )?", through=r" ?(?:à|~|-|–|--|jusqu'à) ?", joined=r",? ?(?:et|mais|,) (?:(?:est |y est |sont )?)?",
    ),
    "de": _Words(
        low_before=r"(?:mehr|größer|höher) als |(?:mindestens|wenigstens|über) ", high_before=r"(?:weniger|kleiner|niedriger|geringer) als |(?:höchstens|maximal|unter|bis zu) ",
        equal_before=r"gleich ", low_after=r" oder mehr", high_after=r" oder weniger", between=r"zwischen ", between_and=r" und ", through=r" ?(?:bis|~|-|–) ?", joined=r",? ?(?:und|aber|,) ",
    ),
    "it": _Words(
        low_before=r"(?:maggior[ei]|superior[ei]) (?:di|a) |(?:più di|almeno|oltre) ", high_before=r"(?:minor[ei]|inferior[ei]) (?:di|a) |(?:meno di|al massimo|fino a) ",
        equal_before=r"uguale a ", low_after=r" o più", high_after=r" o meno", between=r"(?:tra|fra) ", between_and=r" e ", through=r" ?(?:a|~|-|–) ?", joined=r",? ?(?:e|ma|,) ",
    ),
    "zh": _Words(
        low_before=r"(?:大于|大過|大过|超[過过]|高于|高於|多于|多於|多过|过|不小于|不小於|不少于|不少於|不低于|不低於|至少[是有]?[为為]?|最少是?|最小|最低[为為]?|起码|比|少说也?有?|胜过)(?:或者?等[于於]|等[于於])?[ ]?|[>≥]=?[ ]?|大于或者等于",
        high_before=r"(?:小于|小於|低于|低於|少于|少於|不大于|不大於|不多于|不多於|不超[过過]|不高于|不高於|至多[为為是]?|最多[为為是]?|最大[为為]?|最高[为為]?|未超过)(?:或者?等[于於]|等[于於])?[ ]?|[<≤]=?[ ]?",
        equal_before=r"等[于於]|正好是?|=[ ]?", low_after=r"[ ]?(?:或者?)?(?:以上|更多|之上|更大|或更多|有余|高|大|多(?=[ 。，,]|$))", high_after=r"[ ]?(?:或者?)?(?:以下|更少|之下|更小|以内|或更少|低|小|少(?=[ 。，,]|$))",
        between=r"(?:介于|在|处于)?[ ]?", between_and=r"[ ]?(?:和|与|與|跟|到|至|~|-)[ ]?", through=r"[ ]?(?:到|至|~|-|–|--)[ ]?(?:大约|约)?", joined=r"[ ]?(?:且|并且?|而且|，|,|、|同时)?[ ]?", between_after=r"[个個]?(?:之?[间間]|中间)",
    ),
    "ja": _Words(
        low_before=r"(?:少なくとも|最低でも?|大なりイコール|大なり|[>≥]=?)[ ]?", high_before=r"(?:最大で?|多くても|多くとも|小なりイコール|小なり|小さいイコール|せいぜい|[<≤]=?)[ ]?",
        equal_before=r"(?:イコール|=)[ ]?", low_after=r"[ ]?(?:個|人|つ|歳)?(?:以上|を?超え(?:る|て)?|を上回る?|を?より(?:も)?(?:大き[いく]|多[いく]|高[いく]|上)|もしくはそれ以上|またはそれ以上|かそれ以上|より上|ある|強)", high_after=r"[ ]?(?:個|人|つ|歳)?(?:以下|未満|を下回る?|より(?:も)?(?:小さ[いく]|少な[いく]|低[いく]|下)|もしくはそれ以下|またはそれ以下|かそれ以下|まで|足らず)",
        between="", between_and=r"[ ]?と[ ]?", through=r"[ ]?(?:個|人)?(?:から|~|-|–|ー)[ ]?", joined=r"[ ]?(?:、|,|そして|かつ|で|，)?[ ]?", equal_after=r"に等しい", between_after=r"(?:個|人)?(?:の間|間)",
    ),
}  # fmt: skip
_TABLE["ko"] = _Words("(?!)", "(?!)", "(?!)", r"[ ]?이상|[ ]?초과", r"[ ]?이하|[ ]?미만", "", r"[과와] ?", r" ?(?:~|-|에서) ?", " ?")  # fmt: skip


@cache
def _compiled(lang: str) -> dict[str, re.Pattern[str]]:
    words = _TABLE[lang]
    lead = r"(?<![^\W_])" if lang not in {"zh", "ja", "ko"} else ""
    return {
        "low_before": re.compile(rf"{lead}(?:{words.low_before})$"),
        "high_before": re.compile(rf"{lead}(?:{words.high_before})$"),
        "equal_before": re.compile(rf"{lead}(?:{words.equal_before})$"),
        "low_after": re.compile(words.low_after), "high_after": re.compile(words.high_after),
        "between": re.compile(rf"{lead}(?:{words.between})$"), "joined": re.compile(words.joined),
        "between_and": re.compile(words.between_and), "through": re.compile(words.through),
        "equal_after": re.compile(words.equal_after), "between_after": re.compile(words.between_after),
    }  # fmt: skip


def bounded(made: Shadow, lang: str) -> list[Span]:
    """Ranges of a text as (start, end, low, high) in the shadow.

    Examples
    --------
    >>> from waferway.evidence.extract.shadow import shadow
    >>> [(int(low), high) for _, _, low, high in bounded(shadow("más de 30 años"), "es")]
    [(30, None)]
    """
    lower = made.lower
    numbers = everyday_numbers(made, lang, plain=False)
    singles: list[Span] = []
    place = 0
    while place < len(numbers):
        first = numbers[place]
        second = numbers[place + 1] if place + 1 < len(numbers) else None
        pair = _two(lower, lang, first, second) if second is not None else None
        if pair is not None:
            singles.append(pair)
            place += 2
            continue
        one = _one(lower, lang, first)
        if one is not None:
            singles.append(one)
        place += 1
    return list(_merged(singles, lower, lang))


def _two(lower: str, lang: str, first: object, second: object) -> Span | None:
    from waferway.evidence.extract.numerals import Numeral

    assert isinstance(first, Numeral) and isinstance(second, Numeral)  # noqa: S101
    patterns = _compiled(lang)
    gap = lower[first.end : second.start]
    value = second.value
    if value < 0 and gap.strip() == "" and lower[second.start] == "-":
        gap, value = "-", -value
    lead = lower[max(0, first.start - 24) : first.start]
    opened = patterns["between"].search(lead)
    after = patterns["between_after"].match(lower, second.end)
    east = lang in {"zh", "ja", "ko"}
    if patterns["between_and"].fullmatch(gap):
        if east and (after is None or not after[0]):
            return (
                None
                if not patterns["through"].fullmatch(gap)
                else (first.start, second.end, first.value, value)
            )
        if not east and opened is None:
            return None
        start = first.start - (len(lead) - opened.start()) if opened and not east else first.start
        end = after.end() if east and after else second.end
        return _ordered(start, end, first.value, value)
    if not patterns["through"].fullmatch(gap):
        return None
    if re.fullmatch(r" ?(?:-|–|/) ?", gap) and (_phone(lower, first.start, second.end) or (
            first.digits and second.digits and len(lower[second.start : second.end].lstrip("-")) == 2
            and lower[second.start :].lstrip("-")[:1] == "0")):  # fmt: skip
        return None
    end = second.end
    if lang in {"ja", "zh"}:
        tail = re.compile(r"(?:個|人|位|年|月)?(?:未満|まで|以下)(?:の間)?").match(lower, end)
        end = tail.end() if tail else end
    start = first.start
    starter = re.search(r"(?:from|desde|de|von|da|entre) $", lead)
    if starter is not None and not east and gap.strip() not in {"-", "~", "–"}:
        start -= len(lead) - starter.start()
        if lang == "fr":
            start = first.start
    return _ordered(start, end, first.value, value)


def _ordered(start: int, end: int, low: Fraction, high: Fraction) -> Span | None:
    return (start, end, low, high) if low < high else None


def _phone(lower: str, start: int, end: int) -> bool:
    around = lower[max(0, start - 1) : start] + lower[end : end + 2]
    return bool(re.search(r"[-/+.]\d?|\d", around))


def _one(lower: str, lang: str, number: Numeral) -> Span | None:
    patterns = _compiled(lang)
    lead = lower[max(0, number.start - 44) : number.start]
    offset = number.start - len(lead)
    value = number.value
    low_after = patterns["low_after"].match(lower, number.end)
    high_after = patterns["high_after"].match(lower, number.end)
    equal = patterns["equal_before"].search(lead)
    low, high = patterns["low_before"].search(lead), patterns["high_before"].search(lead)
    hits = [(m.start(), name) for name, m in (("high", high), ("low", low), ("equal", equal)) if m]
    if hits:
        start, name = min(hits)
        end = number.end
        if name == "equal":
            if low_after:
                return offset + start, low_after.end(), value, None
            if high_after:
                return offset + start, high_after.end(), None, value
            return offset + start, end, value, value
        if lang == "zh" and lead[start:].startswith("比"):
            if high_after:
                return offset + start, high_after.end(), None, value
            return (offset + start, low_after.end(), value, None) if low_after else None
        tail = re.compile(r" or equals?(?: to(?: it)?)?| o igual(?! a)| ou [eé]gal(?! à \d)").match(
            lower, end
        )
        if tail:
            end = tail.end()
        elif name == "low" and low_after and lang in {"zh", "ja"}:
            end = low_after.end()
        elif name == "high" and high_after and lang in {"zh", "ja"}:
            end = high_after.end()
        return (
            (offset + start, end, value, None)
            if name == "low"
            else (offset + start, end, None, value)
        )
    same = patterns["equal_after"].match(lower, number.end)
    if same:
        return number.start, same.end(), value, value
    if low_after:
        return number.start, low_after.end(), value, None
    if lang == "zh" and re.search(r"[几幾余餘多]", lower[number.start : number.end]):
        return number.start, number.end, value, None
    return (number.start, high_after.end(), None, value) if high_after else None


def _merged(singles: list[Span], lower: str, lang: str) -> Iterator[Span]:
    """More than 20 and less than 35 is one range."""
    joined = _compiled(lang)["joined"]
    place = 0
    while place < len(singles):
        first = singles[place]
        if place + 1 < len(singles):
            second = singles[place + 1]
            gap = lower[first[1] : second[0]]
            low = first[2] if first[3] is None else second[2] if second[3] is None else None
            high = second[3] if first[3] is None else first[3] if second[3] is None else None
            open_ended = (first[3] is None) != (second[3] is None) and (first[2] is None) != (
                second[2] is None
            )
            if (
                joined.fullmatch(gap)
                and open_ended
                and low is not None
                and high is not None
                and low < high
            ):
                close = re.compile(r"の間").match(lower, second[1]) if lang == "ja" else None
                yield first[0], close.end() if close else second[1], low, high
                place += 2
                continue
        yield first
        place += 1
