# ruff: noqa: E501 - patterns of many languages read better unbroken
"""What stands at one numeral: signs before it, scale letters, percent, currency, units.

Owns the order in which the neighbours of a numeral are tried. Refuses ranges and bounds:
`quantities` joins amounts.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from functools import cache

from waferway.evidence.extract import ideographs
from waferway.evidence.extract.amount_rates import Rates
from waferway.evidence.extract.amount_things import Things
from waferway.evidence.extract.amounts import Amount, after_link
from waferway.evidence.extract.codes import masks
from waferway.evidence.extract.dates import DateHit
from waferway.evidence.extract.measures import KIND, measure_symbol, measure_word, percent
from waferway.evidence.extract.money import (
    currency_after,
    currency_before,
    iso,
    money_words_before,
)
from waferway.evidence.extract.nouns import CJK
from waferway.evidence.extract.numerals import Numeral
from waferway.evidence.extract.phrases import Phrases, phrases_of
from waferway.evidence.extract.shadow import Shadow

__all__ = ["Scanner"]

_SCALE_LETTERS = re.compile(
    r"[ ]?(?:(?P<k>[kK])|(?P<m>M{1,2}|m|mm|mn|mln|Mio\.?)|(?P<b>[bB]n?|bln|G|Md|Mds|Mrd\.?|mld)|(?P<t>[tT]n?|trn))(?![A-Za-zÀ-ÿ0-9])"
)
_LETTER_VALUES = {"k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12}
_ABBREVIATED = re.compile(r"(?:mio|mrd|bio|mln|mld|md|bn|mn|mds|mill)\.?$")


@cache
def _sign_before() -> re.Pattern[str]:
    return re.compile(
        rf"(?<![a-z])(?:{currency_before().source})[ ]?$|(?:{money_words_before().source})$"
    )


class Scanner:
    """Reads amounts of one text; knows its dates and the spans no number may be read in."""

    def __init__(self, shadow: Shadow, lang: str, dates: Sequence[DateHit]) -> None:
        self.shadow, self.lang = shadow, lang
        self.text, self.lower = shadow.text, shadow.lower
        self.cjk = lang in CJK
        self.words: Phrases = phrases_of(lang)
        self.things, self.rates = Things(shadow, lang), Rates(shadow, lang)
        taken = [(hit.start, hit.end) for hit in dates if hit.sure]
        blocked = masks(shadow, lang)
        self.dates = sorted(taken)
        self.blocked = sorted(taken + blocked)
        self.ends = self._running_ends(self.blocked)
        self.traditional = lang == "zh" and bool(re.search("[億萬與國產臺廠]", self.text))

    @staticmethod
    def _running_ends(spans: list[tuple[int, int]]) -> list[int]:
        ends, furthest = [], 0
        for _, end in spans:
            furthest = max(furthest, end)
            ends.append(furthest)
        return ends

    def is_blocked(self, start: int, end: int) -> bool:
        """Whether a span touches a date, a product code or the like."""
        place = bisect_right(self.blocked, (end - 1, 1 << 60)) - 1
        return place >= 0 and self.ends[place] > start

    def amount(self, number: Numeral) -> Amount:
        """What stands around one numeral."""
        lower = self.lower
        found = Amount(number, number.start, number.end, number.value, number.step, number.scale)
        self._minus(found)
        sign = self._sign(found)
        self._letters(found, sign)
        self._percent_words(found)
        if sign is not None:
            found.unit = iso(sign, self.lang, traditional=self.traditional)
            found.kind, found.left_sign = "money", True
            after = currency_after(self.lang).at(lower, after_link(lower, found.end, self.lang))
            if after is not None and (sign in {"USD", "yen"} or after[0] == sign):
                found.unit = iso(after[0], self.lang, traditional=self.traditional)
                found.end = after[1]
            elif after is not None and self.lower[found.end : after[1]].strip() in {
                "元",
                "圆",
                "圓",
            }:
                found.end = after[1]
        elif found.unit is None:
            self._right(found)
        if found.unit is not None and found.kind != "ratio":
            self.rates.read(found)
        return found

    def _minus(self, found: Amount) -> None:
        place = found.start
        if place and self.text[place - 1] == "-" and (place == 1 or self.text[place - 2] in " (\n"):
            found.start, found.value = place - 1, -found.value

    def _sign(self, found: Amount) -> str | None:
        place = found.start
        match = _sign_before().search(self.lower, max(0, place - 10), place)
        if match is None:
            return None
        sign = money_words_before().at(self.lower, match.start(), place)
        sign = sign or currency_before().at(self.lower, match.start(), place)
        if sign is None or (match[0].strip().isalpha() and self.text[match.start()].islower()):
            return None
        found.start = match.start()
        return sign[0]

    def _letters(self, found: Amount, sign: str | None) -> None:
        if found.number.scale != 1 or not found.number.digits:
            return
        match = _SCALE_LETTERS.match(self.text, found.end)
        if match is None:
            return
        money = sign is not None and not match[0].startswith(" m")
        after = self.text[match.end() : match.end() + 5].lstrip()
        money = money or (after[:1] in "€$£¥₩" and bool(after)) or after[:3] in {"EUR", "USD"}
        plain_k = match["k"] is not None and match[0] == "k"
        # "5.4 M chips": a capital letter and a word behind it
        worded = match[0].strip() in {"M", "B", "K", "bn"} and re.match(
            r"[ ](?!to |and |or |in |of |at )[a-zà-ÿ]{3}", self.text[match.end() : match.end() + 5]
        )
        if money or plain_k or worded:
            factor = _LETTER_VALUES[match.lastgroup or "k"]
            found.end = match.end()
            found.value, found.step, found.scale = (
                found.value * factor, found.step * factor, Fraction(factor))  # fmt: skip

    def _percent_words(self, found: Amount) -> None:
        """Chinese and Japanese parts of a hundred before or behind the number."""
        lower, start = self.lower, found.start
        if self.lang in {"zh", "ja"}:
            lead = re.compile(r"(?P<base>[百千万])[ ]?分[ ]?[之の][ ]?$").search(
                lower, max(0, start - 6), start
            )
            if lead:
                size = {"百": 1, "千": 10, "万": 100}[lead["base"]]
                found.start, found.value = lead.start(), found.value / size
                found.unit, found.kind = "%", "share"
                return
            tenth = re.compile(r"[ ]?(?:成(?![本果立员員功長长为為])|割(?!引|合|り)|折)").match(
                lower, found.end
            )
            if tenth and not (self.lang == "zh" and "割" in tenth[0]) and "折" not in tenth[0]:
                found.value, found.step = found.value * 10, found.step * 10
                found.end = tenth.end()
                more = re.compile(r"([一二三四五六七八九]|\d(?![\d.,]))[ ]?分?(?![之の])").match(
                    lower, found.end
                )
                if more and (self.lang == "zh" or more[0].endswith("分")):
                    digit = ideographs.scan(more[1], "zh")
                    if digit:
                        found.value += digit[0].value
                        found.end = more.end()
                found.unit, found.kind = "%", "share"
        elif self.lang == "ko":
            tenth = re.compile(r"할(?=[ ]|을|이|의|로|에|가)").match(lower, found.end)
            if tenth:
                found.value, found.end = found.value * 10, tenth.end()
                found.unit, found.kind = "%", "share"

    def _right(self, found: Amount) -> None:
        text, lower, lang = self.text, self.lower, self.lang
        place = found.end
        if found.number.article:
            if self.cjk:
                self.things.counted(found, place)
            else:
                self.things.head_noun(found, place)
            return
        if _ABBREVIATED.search(lower, max(0, place - 5), place) and text[place : place + 1] == ".":
            place += 1
        blank = place + 1 if text[place : place + 1] in {" ", "-", "\u00a0"} else place
        for spot in dict.fromkeys((blank, place)):
            got = percent(lang).at(lower, spot)
            if got is not None:
                points = measure_word(lang).at(lower, spot)
                if points is not None and points[0] == "pp" and points[1] > got[1]:
                    got = points
                self._take(found, got)
                return
        spot = after_link(lower, place, lang)
        for start in dict.fromkeys((spot, blank, place)):
            got = currency_after(lang).at(lower, start)
            if got is not None and not (self.cjk and self._coin_in_word(start, got)):
                bare = lower[start : got[1]] == "元"
                found.unit = iso(got[0], lang, traditional=self.traditional, bare=bare)
                found.kind, found.end = "money", got[1]
                return
        if found.number.digits:
            for start in dict.fromkeys((place, blank)):
                got = measure_symbol().at(text, start)
                if got is not None and self._symbol_fits(got, start, place):
                    self._take(found, got)
                    return
        for start in dict.fromkeys((spot, blank, place)):
            got = measure_word(lang).at(lower, start)
            if got is not None and self._word_fits(found, got, start):
                self._take(found, got)
                return
        got_times = self.words.times.match(lower, place)
        if got_times and self._times_fit(found, got_times):
            found.unit, found.kind, found.end = "1", "ratio", got_times.end()
            return
        if self.cjk:
            self.things.counted(found, place)
        else:
            self.things.head_noun(found, place)
        if found.unit is None and found.number.fraction and found.number.value < 1:
            said = lower[found.number.start : found.number.end]
            halved = (
                "half" in said
                or "halb" in said
                or "mezz" in said
                or "demi" in said
                or "medi" in said
            )
            halved = halved or said.startswith(("mitad", "moit", "met"))
            small = found.value >= Fraction(1, 100)
            if (
                "/" not in said
                and small
                and not halved
                and (self.cjk or " " in said or "-" in said)
            ):
                found.unit, found.kind = "1", "ratio"

    def _coin_in_word(self, start: int, got: tuple[str, int]) -> bool:
        word = self.lower[start : got[1]]
        after = self.lower[got[1] : got[1] + 1]
        return (word == "元" and after in {"件", "素", "旦", "器"}) or (
            word == "원" and after in set("가격점칙")
        )

    def _symbol_fits(self, got: tuple[str, int], start: int, place: int) -> bool:
        unit, end = got
        symbol = self.text[start:end]
        after = self.text[end : end + 1]
        if symbol == '"' and (
            start != place or re.search('["“„]', self.text[max(0, place - 14) : place])
        ):
            return False
        if len(symbol) == 1 and start != place:
            # "5 m" and "60 t" are units; "12 h" is a time of day in French; "3 s" is none.
            return symbol in "mtgWV°" and not after.isalnum()
        if len(symbol) == 1 and symbol in "shlLt" and after == "-":
            return False
        return not (unit in {"L", "V"} and start != place)

    def _word_fits(self, found: Amount, got: tuple[str, int], start: int) -> bool:
        unit, end = got
        if unit in {"year", "month", "week", "day", "hour", "minute", "second"}:
            if self.words.ago.match(self.lower, end):
                return False
            if found.number.article:
                return False
            if (
                unit == "year"
                and found.number.digits
                and not found.number.grouped
                and found.value >= 1900
            ):
                return False
            if self.lang == "ja" and unit == "year" and self.lower[start:end] == "年":
                return self.lower[end : end + 1] not in {"度", "代", "末", "産"}
            if (
                self.lang in {"zh", "ja", "ko"}
                and unit == "minute"
                and self.lower[end : end + 1] in {"之", "の", "기"}
            ):
                return False
        if unit == "pp" and self.lang == "fr" and self.lower[start:end] == "points":
            return found.number.digits
        if unit == "deg" or (unit == "gal" and self.lang == "de"):
            return found.number.digits
        return not (found.number.article and unit not in {"%", "pp"} and not self.cjk)

    def _times_fit(self, found: Amount, match: re.Match[str]) -> bool:
        sign = match[0].strip()
        if sign in {"x", "×"}:
            return found.number.digits and not re.match(
                r"\s?\d", self.lower[match.end() : match.end() + 2]
            )
        if found.number.article:
            return False
        per = re.match(r"\s?(?:a|per|pro|al|am|par|im) ", self.lower[match.end() : match.end() + 6])
        return per is None

    def _take(self, found: Amount, got: tuple[str, int]) -> None:
        found.unit, found.end = got
        found.kind = KIND.get(got[0], "ratio" if "/" in got[0] or "FLOPS" in got[0] else "count")
