# ruff: noqa: E501 - patterns of many languages read better unbroken
"""One amount: a numeral with the unit, money or counted thing that stands around it.

Owns what is found at one numeral: signs before it, scale letters, percent, currency, units,
head nouns and counters, rates. Refuses ranges and bounds: `quantities` joins amounts.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from waferway.evidence.extract import ideographs
from waferway.evidence.extract.codes import MODEL, masks
from waferway.evidence.extract.dates import DateHit
from waferway.evidence.extract.measures import KIND, measure_symbol, measure_word, percent
from waferway.evidence.extract.money import (
    currency_after,
    currency_before,
    iso,
    money_words_before,
)
from waferway.evidence.extract.nouns import CJK, adjectives, counter, noun, special
from waferway.evidence.extract.numerals import Numeral
from waferway.evidence.extract.phrases import Phrases, phrases_of
from waferway.evidence.extract.shadow import Shadow

__all__ = ["Amount", "Scanner"]


@dataclass(slots=True)
class Amount:
    """A numeral with what was found around it; spans in the shadow, values in `unit`.

    `phrase` is where the whole phrase begins if that is before `start`; `left_sign` says that
    the currency stood before the number.
    """

    number: Numeral
    start: int
    end: int
    value: Fraction
    step: Fraction
    scale: Fraction
    unit: str | None = None
    kind: str = "count"
    left_sign: bool = False
    wordy_noun: bool = False
    phrase: int = -1


_FLOW = frozenset(
    "wafer chip die GPU accelerator unit server rack module package stack vehicle smartphone "
    "substrate t panel job order TWh GWh MWh kWh".split()
)
_SCALE_LETTERS = re.compile(
    r"[ ]?(?:(?P<k>[kK])|(?P<m>M{1,2}|m|mm|mn|mln|Mio\.?)|(?P<b>[bB]n?|bln|G|Md|Mds|Mrd\.?|mld)|(?P<t>[tT]n?|trn))(?![A-Za-zÀ-ÿ0-9])"
)
_LETTER_VALUES = {"k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12}
_ABBREVIATED = re.compile(r"(?:mio|mrd|bio|mln|mld|md|bn|mn|mds|mill)\.?$")
_LINK = {
    "es": r"(?: de)?[ ]", "it": r"[ ]d'|(?: di| d[ei]gli?| dei)?[ ]", "fr": r"[ ]d'|(?: de| des)?[ ]",
    "en": r"(?: of)?[ ]", "de": r"[ ]", "ko": "[ ]?", "ja": "[ ]?", "zh": "[ ]?",
}  # fmt: skip


@cache
def _link(lang: str) -> re.Pattern[str]:
    return re.compile(_LINK[lang] + "|")


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

    # -- one numeral ------------------------------------------------------------------------

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
            after = currency_after(self.lang).at(lower, self._gap(found.end))
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
            self._rates(found)
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

    def _gap(self, place: int) -> int:
        match = _link(self.lang).match(self.lower, place)
        return match.end() if match else place

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
                self._counted(found, place)
            else:
                self._head_noun(found, place)
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
        spot = self._gap(place)
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
            self._counted(found, place)
        else:
            self._head_noun(found, place)
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

    # -- things -----------------------------------------------------------------------------

    def _head_noun(self, found: Amount, place: int) -> None:
        lower, lang = self.lower, self.lang
        stop = re.compile(r"[,.;:!?()\[\]\n–]|$").search(lower, place)
        limit = min(place + 70, stop.start() if stop else len(lower))
        names, function = noun(lang), adjectives(lang)
        if lower[place : place + 1] not in {" ", "-", "\u00a0"}:
            return
        spot = self._gap(place) if lower[place] != "-" else place + 1
        model: str | None = None
        word = re.compile(r"[^\s,.;:()]+")
        for step in range(5 if lang in {"en", "de"} else 4):
            if spot >= limit:
                return
            code = MODEL.match(self.text, spot)
            if code is not None and model is None:
                model = code[0]
                after = self.text[code.end() : code.end() + 1]
                plural = re.match(r"s(?!\w)", self.text[code.end() :]) is not None
                got = None
                if after == "-":
                    spot = code.end() + 1
                    continue
                end = code.end() + (1 if plural else 0)
                follow = names.at(lower, end + 1, limit) if after == " " else None
                if follow is None and re.search(r"\d[a-z]*s?$", code[0]) and step == 0:
                    clean = code[0].removesuffix("s")
                    if self._is_processor(clean):
                        found.unit, found.end, found.kind = f"GPU:{clean}", end, "count"
                        return
                spot = end + 1
                continue
            got = names.at(lower, spot, limit)
            if got is not None:
                self._name(found, got, model)
                return
            token = word.match(lower, spot, limit)
            size = token is not None and _SIZE.fullmatch(token[0]) is not None
            if token is None or token[0] in function or (token[0][0].isdigit() and not size):
                return
            if lang == "de" and self.text[spot].isupper() and "-" not in token[0]:
                return  # another German noun: the number counts that
            if lang in {"es", "it", "fr"} and step >= 2:
                return
            spot = token.end() + 1
            if lower[token.end() : token.end() + 1] not in {" ", "-"}:
                return

    def _is_processor(self, code: str) -> bool:
        return bool(
            re.match(r"(?:H|A|B|V|L|P|GB|GH|MI|R|VR|TPU|RTX)\d", code)
        ) and not code.startswith("HBM")

    def _name(self, found: Amount, got: tuple[str, int], model: str | None) -> None:
        thing, end = got
        if found.number.article and not (
            self.lang == "en" and self.lower[found.start : found.start + 3] == "one"
            and thing in {"fab", "packaging_plant", "research_centre", "data_centre", "line", "power_plant"}
            and self.lower[max(0, found.start - 4) : found.start] not in {"the ", "his ", "hat "}
        ):  # fmt: skip
            return
        if thing == "fab" and (more := special(self.lang)) is not None:
            extended = more.at(self.lower, end)
            if extended is not None:
                thing, end = extended
        if thing in {"GPU", "accelerator"}:
            if model is None and self.lang in {"es", "it", "fr", "en"}:
                behind = MODEL.match(self.text, end + 1)
                brand = re.match(r"(?: (?:de |d')?[A-Z][a-z]+)? ", self.text[end:])
                if behind is None and brand is not None:
                    behind = MODEL.match(self.text, end + brand.end())
                if behind is not None and not behind[0].startswith("HBM"):
                    model, end = behind[0], behind.end()
            if model is not None:
                thing = f"GPU:{model}"
        found.unit, found.end, found.kind = thing, end, "count"
        found.wordy_noun = not found.number.digits

    def _counted(self, found: Amount, place: int) -> None:
        lower, lang = self.lower, self.lang
        spot = place + 1 if lower[place : place + 1] == " " else place
        more = re.compile(r"[多余餘여][ ]?").match(lower, spot)
        if more:
            spot = more.end()
        got = counter(lang).at(lower, spot)
        if got is not None and found.value == 1 and _EACH.match(lower, got[1]):
            return
        if found.number.article and (got is None or got[0] != "unit" or lang != "ko"):
            return
        if got is None:
            direct = noun(lang).at(lower, spot)
            stated = found.number.digits or found.number.scale != 1
            if direct is not None and stated and (spot == place or lang != "ko"):
                self._settle(found, direct[0], direct[1])
            return
        kind, end = got
        if kind in {"item", "unit", "chip", "fab"} and (near := self._code_near(found.start, end)):
            found.unit, found.end, found.kind = f"GPU:{near[0]}", near[1], "count"
            return
        thing = self._near_noun(kind, end, found.start)
        if thing is None and kind in {"item", "room"}:
            return
        self._settle(found, thing[0] if thing else kind, max(end, thing[1]) if thing else end)
        if thing and thing[2] < found.start and lower[thing[2] : found.start].count(" ") < 3:
            found.phrase = thing[2] if found.start - thing[2] < 14 else -1

    def _code_near(self, start: int, end: int) -> tuple[str, int] | None:
        """A processor right before a count or right behind its counter: H100を35万個, 35万块H100."""
        behind = MODEL.match(self.text, end + (self.text[end : end + 1] == " "))
        if behind is not None and self._is_processor(behind[0]):
            return behind[0], behind.end()
        lead = self.text[max(0, start - 24) : start]
        for code in reversed(list(MODEL.finditer(lead))):
            joined = _JOINED.fullmatch(lead, code.end())
            if joined is not None and self._is_processor(code[0]):
                return code[0], end
        return None

    def _settle(self, found: Amount, thing: str, end: int) -> None:
        if thing in {"GPU", "accelerator"}:
            lead = self.text[max(0, found.start - 24) : end]
            code = [m for m in MODEL.finditer(lead) if not m[0].startswith("HBM")]
            if code and self._is_processor(code[-1][0]):
                thing = f"GPU:{code[-1][0]}"
        found.unit, found.end, found.kind = thing, end, "count"

    def _near_noun(self, kind: str, end: int, before: int) -> tuple[str, int, int] | None:
        """The thing a counter counts: the noun behind it, else the nearest one before."""
        lower = self.lower
        stop = re.compile(r"[，,。.、;:!?()（）「」\n]|\d+[,.]?\d*(?=[^\d]*(?:元|円|원|%))").search(
            lower, end
        )
        limit = min(end + 14, stop.start() if stop else len(lower))
        link = re.compile(r"[ ]?(?:의|の|的)?[ ]?").match(lower, end)
        spot = link.end() if link else end
        fits = _FITS.get(kind)
        reach = (
            limit
            if self.lang == "zh" or spot > end + 1 or lower[end : end + 1] in "の의"
            else min(limit, spot + 8)
        )
        if self.lang == "ja" and lower[end : end + 1] != "の":
            reach = 0
        if self.lang == "ko" and re.match(
            r"(?:를|을|이|가|은|는|에|로|과|와|씩|까지|부터|으로)(?![가-힣])", lower[end:]
        ):
            reach = 0
        if reach > spot:
            behind = noun(self.lang).all(lower, spot, reach)
            found = [hit for hit in behind if fits is None or hit[0] in fits]
            if found:
                if self.lang == "zh" or self.lang == "ko":
                    first = found[0]
                    chain = [hit for hit in found if hit[1] - first[2] <= 2]
                    pick = chain[-1] if self.lang == "zh" and kind == "company" else first
                    return pick[0], pick[2], pick[1]
                return found[0][0], found[0][2], found[0][1]
        window = max(0, before - 18)
        cut = max(
            (
                m.end()
                for m in re.compile(r"[，,。、;!?（）「」\n]").finditer(lower, window, before)
            ),
            default=window,
        )
        ahead = [h for h in noun(self.lang).all(lower, cut, before) if fits is None or h[0] in fits]
        if kind == "wafer":  # 半導体を月5万枚: sheets are wafers unless the chips follow
            ahead = [hit for hit in ahead if hit[0] != "chip"]
        if ahead:
            return ahead[-1][0], end, ahead[-1][1]
        return None

    # -- rates ------------------------------------------------------------------------------

    def _rates(self, found: Amount) -> None:
        unit = found.unit or ""
        match = self.words.rate_after.match(self.lower, found.end)
        flow = unit.partition(":")[0] in _FLOW
        if found.kind == "money":
            self._money_rate(found, match)
            return
        if not flow:
            return
        if match is None and (kind := _SORT.match(self.lower, found.end)):
            match = self.words.rate_after.match(self.lower, kind.end())
        if match:
            found.unit = f"{unit}/{match.lastgroup}"
            found.end = match.end()
            return
        inner = self.lower[found.number.end : found.end]
        window = self.lower[max(0, found.start - 46) : found.start]
        for mark in (". ", "; ", "。", "；", "\n", "，" if unit != "wafer" else "。"):
            window = window.rpartition(mark)[2]
        for place in (inner, window):
            hits = list(self.words.rate_before.finditer(place))
            if hits and (place is inner or self._rate_reaches(place, hits[-1], unit)):
                found.unit = f"{unit}/{hits[-1].lastgroup}"
                if place is window and len(place) - hits[-1].start() < 8:
                    found.phrase = found.start - len(place) + hits[-1].start()
                return
        if re.search(r"wspm|wpm", inner):
            found.unit = f"{unit}/month"

    def _rate_reaches(self, window: str, hit: re.Match[str], unit: str) -> bool:
        between = window[hit.end() :]
        if unit == "wafer":
            return True
        if hit.lastgroup == "year" and len(between) > 24:
            return False
        return not re.search(r"\d", between) or len(between) < 12

    def _money_rate(self, found: Amount, match: re.Match[str] | None) -> None:
        if match is not None and match.lastgroup in {"month", "year", "week", "day", "hour"}:
            found.unit = f"{found.unit}/{match.lastgroup}"
            found.end = match.end()
            return
        per = self.words.per.match(self.lower, found.end)
        if per is not None:
            got = noun(self.lang).at(self.lower, per.end())
            if got is not None and got[0] in {
                "wafer",
                "chip",
                "die",
                "server",
                "rack",
                "stack",
                "package",
                "module",
                "GPU",
            }:
                said = self.lower[per.end() : got[1]]
                if got[0] == "chip" and re.search(r"(?:ores|s|ori)$", said) and not self.cjk:
                    return  # "por semiconductores" is what it was for, no rate
                found.unit, found.end = f"{found.unit}/{got[0]}", got[1]
                return
            hour = re.compile(r"kwh|mwh").match(self.lower, per.end())
            if hour:
                found.unit = f"{found.unit}/{hour[0].replace('w', 'W').replace('mW', 'MW')}"
                found.end = hour.end()
                return
        if self.cjk:
            lead = self.lower[max(0, found.start - 14) : found.start]
            each = re.search(
                r"(?:ウエハー?|ウェハー?)(?:1枚|一枚)?(?:当たり|あたり)|웨이퍼[ ]?(?:한[ ]?|1)?장당|(?:每片|单片|單片)(?:晶[圆圓])?",
                lead,
            )
            if each:
                found.unit = f"{found.unit}/wafer"


# A size that stands between a count and its noun: 50,000 300mm wafers.
_SIZE = re.compile(r"\d+(?:mm|nm|-inch|-mm|-nm|in|gb|kw|\"|-zoll)(?:-class)?")
# What a count may be of, between the thing and its rate: obleas de DRAM al mes.
_SORT = re.compile(
    r" (?:(?:de|di|d'|of|aus|for) ?)?(?:dram|hbm\d?e?|nand|cowos|silici(?:o|um)|silicon|l[oó]gic[ao]?|"
    r"logique|memori[ae]|mémoire|memory)(?= )"
)
# What may stand between a product and its count: H100を, H100 GPU, H100을 약.
_JOINED = re.compile(
    r"(?:[ ]?(?:gpu|GPU|チップ|칩|芯片|晶片))?(?:を|が|は|も|の|을|를|이|가|은|는)?[ ]?(?:約|约|약)?"
)
# One counter and a price or rate behind it: 1台約2億ユーロ, 1장당.
_EACH = re.compile(r"[ ]?(?:当たり|あたり|につき|当り|당|に付き|[约約]?\d|平均)")
_PLANTS = {"fab", "packaging_plant", "research_centre", "data_centre", "power_plant", "site",
           "building", "cleanroom"}  # fmt: skip
_FITS: dict[str, frozenset[str] | None] = {
    "company": frozenset({"company", "supplier", "customer", "investor", "partner", *_PLANTS}),
    "person": frozenset({"person", "job", "customer", "investor"}),
    "country": frozenset({"country"}),
    "wafer": frozenset({"wafer", "GPU", "chip", "accelerator", "module", "substrate", "die"}),
    "unit": frozenset({"tool:EUV", "tool:DUV", "tool", "server", "rack", "GPU", "accelerator", "unit",
                       "vehicle", "smartphone", "reactor"}),
    "site": frozenset({*_PLANTS, "company", "line", "supplier", "customer"}),
    "fab": frozenset({*_PLANTS, "tool:EUV", "tool:DUV", "tool", "reactor", "line", "GPU",
                      "accelerator", "server", "rack", "chip"}),
    "building": frozenset({*_PLANTS}),
    "line": frozenset({"line"}),
    "layer": frozenset({"layer"}),
    "chip": frozenset({"chip", "GPU", "accelerator", "die", "stack", "module", "package", "substrate"}),
    "share": frozenset({"share"}),
    "rack": frozenset({"rack", "server"}),
    "item": None, "room": frozenset({"cleanroom"}), "stack": frozenset({"stack"}),
    "server": frozenset({"server"}), "job": frozenset({"job"}),
}  # fmt: skip
