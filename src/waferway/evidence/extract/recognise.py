# ruff: noqa: E501 - patterns of many languages read better unbroken
"""Numbers, percentages, ranges, money and measures in any text, without the frame of a claim.

Owns recognition in everyday text: every number counts, with or without unit. Refuses to be used
for claims: there a number needs a thing, and product codes are no numbers. Spans are code points
of the text as given, end exclusive.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from waferway.evidence.extract.bounds import bounded
from waferway.evidence.extract.everyday import everyday_numbers
from waferway.evidence.extract.language import known
from waferway.evidence.extract.measures import measure_symbol, measure_word, percent
from waferway.evidence.extract.money import currency_after, currency_before
from waferway.evidence.extract.numerals import Numeral
from waferway.evidence.extract.shadow import Shadow, shadow

__all__ = ["Recognised", "measures", "money", "numbers", "percentages", "ranges"]


@dataclass(frozen=True, slots=True)
class Recognised:
    """One recognised expression: span, and a value or bounds."""

    start: int
    end: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


def _made(made: Shadow, start: int, end: int, value: Fraction | None) -> Recognised:
    first, last = made.back(start, end)
    return Recognised(first, last, None if value is None else float(value))


def numbers(text: str, lang: str) -> list[Recognised]:
    """Every number of a text.

    Examples
    --------
    >>> [(r.start, r.end, r.value) for r in numbers("three quarters of 2 million", "en")]
    [(0, 14, 0.75), (18, 27, 2000000.0)]
    """
    made = shadow(text)
    return [_made(made, n.start, n.end, n.value) for n in everyday_numbers(made, known(lang))]


def percentages(text: str, lang: str) -> list[Recognised]:
    """Every percentage of a text, on 0 to 100.

    Examples
    --------
    >>> [r.value for r in percentages("百分之三十，七成", "zh")]
    [30.0, 70.0]
    """
    made, tag = shadow(text), known(lang)
    found = []
    for number in everyday_numbers(made, tag, plain=False):
        got = _percent_of(made, number, tag)
        if got is not None:
            found.append(_made(made, *got))
    return found


_TENTHS = {"zh": r"[ ]?(?:成|折)", "ja": r"[ ]?割(?:引き?|引)?", "ko": r"[ ]?할"}
_SHARE_BEFORE = re.compile(r"(?P<base>[百佰千万萬]+)[ ]*分[ ]*[之の][ ]*$")
_BASES = {"百": 100, "佰": 100, "千": 1000, "万": 10000, "萬": 10000}


def _percent_of(made: Shadow, number: Numeral, lang: str) -> tuple[int, int, Fraction] | None:
    lower, value = made.lower, number.value
    if lang == "zh" and re.search(
        r"[一二三四五六七八九]{2}[十百]", lower[number.start : number.end]
    ):
        return None  # 二三十: two or three tens
    said = lower[number.start : number.end]
    if lang == "ja" and re.match(r"百分の|[\d,.]+/100$", said):
        return number.start, number.end, value * 100
    lead = _SHARE_BEFORE.search(lower, max(0, number.start - 12), number.start)
    if lead is not None and lang in {"zh", "ja"}:
        base = 1
        for char in lead["base"]:
            base *= _BASES[char]
        return lead.start(), number.end, value * Fraction(100, base)
    place = number.end
    while lower[place : place + 1] in {" ", "-"} and place - number.end < 3:
        place += 1
    for word in (percent(lang), None):
        got = word.at(lower, place) if word is not None else None
        if got is not None:
            return number.start, got[1], value
    points = _POINTS.get(lang)
    if points is not None and (match := points.match(lower, place)):
        return number.start, match.end(), value
    tenth = re.compile(_TENTHS.get(lang, "(?!)")).match(lower, number.end)
    if tenth is not None:
        return _tenths(lower, number, tenth, lang)
    return None


_POINTS = {
    "zh": re.compile(r"[個个][ ]?百[ ]?分[ ]?[点點]"), "ja": re.compile(r"パ[ ]?ー?[ ]?セ[ ]?ント|ポイント"),
    "fr": re.compile(r"pour-cents?"), "es": re.compile(r"por ciento|por 100"),
    "de": re.compile(r"prozent"), "it": re.compile(r"per cento|percento"), "en": re.compile(r"percents?"),
}  # fmt: skip


def _tenths(
    lower: str, number: Numeral, tenth: re.Match[str], lang: str
) -> tuple[int, int, Fraction] | None:
    value, end = number.value * 10, tenth.end()
    if number.value > 10 and "折" not in tenth[0]:
        return None
    if "折" in tenth[0] and number.value > 10:
        value = number.value
    if "割引" in tenth[0]:
        return number.start, end, 100 - value
    more = re.compile(r"[ ]?([一二三四五六七八九]|\d(?!\d))[ ]?(?P<minute>分)?(?![之の])").match(
        lower, end
    )
    if more is not None and (lang == "zh" or more["minute"]):
        digit = "一二三四五六七八九".find(more[1]) + 1 or int(more[1])
        value, end = value + digit, more.end()
    return number.start, end, value


def money(text: str, lang: str) -> list[Recognised]:
    """Every amount of money of a text, in any currency, in units of that currency.

    Examples
    --------
    >>> [(r.start, r.end, r.value) for r in money("about $ 1.6 million", "en")]
    [(6, 19, 1600000.0)]
    """
    made, tag = shadow(text), known(lang)
    lower = made.lower
    after = currency_after(tag, wide=True)
    found: list[Recognised] = []
    taken = 0
    east = tag in {"zh", "ja", "ko"}
    amounts = everyday_numbers(made, tag, plain=False)
    for index, number in enumerate(amounts):
        if number.start < taken:
            continue
        start, end = number.start, number.end
        sign = _SIGN_BEFORE.search(lower, max(taken, start - 8), start)
        if sign is not None:
            start = sign.start()
        got = None
        link = re.compile(r"[ ]?(?:de |di |d'|of |en )|[ ]?-[ ]?|[ ]?").match(lower, end)
        for spot in dict.fromkeys((link.end() if link else end, end + 1, end)):
            got = after.at(lower, spot)
            if got is not None:
                break
        if got is not None and (sign is None or not re.compile(r"[ ]?[\d.]").match(lower, got[1])):
            end = got[1]
        elif sign is None:
            continue
        following = amounts[index + 1] if index + 1 < len(amounts) else None
        value = number.value
        if east:
            value, end = _small_coin(lower, end, value, tag)
        elif following is not None and got is not None:
            more = _rest(lower, end, following)
            if more is not None:
                value, end = value + following.value / 100, more
        taken = end
        found.append(_made(made, start, end, value))
    return found


_REST_GAP = re.compile(r"[ ](?:(?:and|y|con|e|et|und)[ ])?")
_CENT = re.compile(
    r"[ ](?:cents?|pence|centavos?|c[eé]ntimos?|centimes?|centesimi|rappen)(?!\w)|(?=[.!?]?$|[.!?] | (?:puedes|more))"
)


def _rest(lower: str, end: int, following: Numeral) -> int | None:
    """End of "and forty-five cents" or "50" behind an amount, or None."""
    if not 0 < following.value < 100 or following.value.denominator != 1:
        return None
    if not _REST_GAP.fullmatch(lower, end, following.start):
        return None
    cent = _CENT.match(lower, following.end)
    return cent.end() if cent else None


_SIGN_BEFORE = re.compile(
    rf"(?<![a-z])(?:{currency_before().source}|[nz]\$|₿|dollar|d[oó]lar)[ ]?(?:-[ ]?)?$|人民[币幣元][ ]*$"
)
_SMALL_COINS = {
    "zh": re.compile(r"[ ]?(\d+|[一二三四五六七八九])[角毛](?:[ ]?(\d+|[一二三四五六七八九])分)?"),
    "ja": re.compile(r"[ ]?(\d+)(?:銭|セント)()"),
}


def _small_coin(lower: str, end: int, value: Fraction, lang: str) -> tuple[Fraction, int]:
    pattern = _SMALL_COINS.get(lang)
    match = pattern.match(lower, end) if pattern else None
    if match is None:
        return value, end
    first, second = (
        0 if not p else int(p) if p.isdigit() else "一二三四五六七八九".find(p) + 1
        for p in match.groups()
    )
    return value + Fraction(first * 10 + second if lang == "zh" else first, 100), match.end()


def measures(text: str, lang: str) -> list[Recognised]:
    """Every measured size of a text (length, area, mass, volume, speed, data), by its number.

    Time is left to dates and durations.

    Examples
    --------
    >>> [(r.start, r.end, r.value) for r in measures("a 10-gallon tank, 2.5 km away", "en")]
    [(2, 11, 10.0), (18, 24, 2.5)]
    """
    made, tag = shadow(text), known(lang)
    found = []
    for number in everyday_numbers(made, tag, plain=False, letters=False):
        got = _measure_after(made, number, tag)
        if got is not None:
            found.append(_made(made, number.start, got, number.value))
    return found


_TIME = {"year", "month", "week", "day", "hour", "minute", "second", "quarter", "pp", "bp", "ms",
         "degC", "degF"}  # fmt: skip
_COMPOUND = re.compile(
    r"[ ]?(?:/|per|pro|por|par|al|all')[ ]?(?:h|s|hour|second|stunde|sekunde|hora|segundo|heure|seconde|ora|secondo)\b"
)


def _measure_after(made: Shadow, number: Numeral, lang: str) -> int | None:
    lower, place = made.lower, number.end
    link = re.compile(r"[ ]?-[ ]?|[ ]?(?:de |di |d'|of )|[ ]{0,3}").match(lower, place)
    spot = link.end() if link else place
    blank = re.compile(r"[ ]{0,3}").match(lower, place)
    for start in dict.fromkeys((spot, blank.end() if blank else place, place)):
        for got in (measure_symbol().at(made.text, start), measure_symbol().at(lower, start),
                    measure_word(lang).at(lower, start)):  # fmt: skip
            if got is None or got[0] in _TIME:
                continue
            more = _COMPOUND.match(lower, got[1])
            return more.end() if more else got[1]
    return None


def ranges(text: str, lang: str) -> list[Recognised]:
    """Every range of numbers of a text: between, from ... to, more than, at most.

    Examples
    --------
    >>> [(r.low, r.high) for r in ranges("more than 20 and at most 35, or 5 - 8", "en")]
    [(20.0, 35.0), (5.0, 8.0)]
    """
    made, tag = shadow(text), known(lang)
    found = []
    for start, end, low, high in bounded(made, tag):
        first, last = made.back(start, end)
        found.append(
            Recognised(first, last, None, None if low is None else float(low),
                       None if high is None else float(high))
        )  # fmt: skip
    return found
