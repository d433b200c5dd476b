"""Numbers of everyday text: signs, powers, dozens, parts of a whole, digits in groups.

Owns what news of the field does not need but numbers in general do. Refuses units.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from waferway.evidence.extract import ideographs, numerals
from waferway.evidence.extract.numberwords import words_of
from waferway.evidence.extract.numerals import Numeral
from waferway.evidence.extract.shadow import Shadow

__all__ = ["everyday_numbers"]

_LETTERS = {"k": 3, "m": 6, "g": 9, "b": 9, "t": 12}
_LETTER = re.compile(r"[ ]?([kmgbt])(?![a-z0-9à-ÿ/^])")
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_POWER = re.compile(r"[ ]?(?:\^|\*\*)[ ]?([+-]{0,2}\d+)|(?:e|[ ]?[x×*][ ]?10\^)([+-]?\d+)(?![\w])")
_SIGN = {
    "en": "minus|negative", "es": "menos", "fr": "moins", "de": "minus", "it": "meno",
    "zh": "负|負", "ja": "マイナス|負の?|ー(?=[0-9])", "ko": "마이너스",
}  # fmt: skip
_OUT_OF = {
    "en": r"[ ]+(?:out of|over)[ ]+", "es": r"[ ]+(?:de cada|sobre|en)[ ]+", "fr": r"[ ]+sur[ ]+",
    "de": r"[ ]+von[ ]+", "it": r"[ ]+su[ ]+",
}  # fmt: skip


def everyday_numbers(
    made: Shadow, lang: str, *, plain: bool = True, letters: bool = True
) -> list[Numeral]:
    """Numbers of a text, in reading order.

    Parameters
    ----------
    made : Shadow
    lang : str
    plain : bool
        Whether only numbers that stand alone count: not a digit glued to a unit ("29km").

    letters : bool
        Whether a letter behind digits scales them (10k); not where it may be a unit (10 m).

    Examples
    --------
    >>> from waferway.evidence.extract.shadow import shadow
    >>> [int(n.value) for n in everyday_numbers(shadow("minus two dozen, 10k"), "en")]
    [-24, 10000]
    """
    lower = made.lower
    if lang == "ja":  # 5、450 groups thousands
        lower = re.sub(r"(?<=\d)、(?=\d{3}(?!\d))", ",", lower)
    links = [match.span() for match in _LINK.finditer(lower)]
    east = lang in {"zh", "ja", "ko"}
    if not plain:
        lower = ideographs.hide_units(lower, lang)
    found = ideographs.scan(lower, lang) if east else numerals.scan(lower, lang, _mark(lang))
    found = [n for n in found if not any(a <= n.start < b for a, b in links)]
    if east:
        found = list(_eastern_parts(found, lower, lang))
        found = [n for n in found if not _in_word(n, lower)]
    if east and plain:
        found = [n for n in found if not (n.scale == 1 and _GLUED.match(lower, n.end))]
    found = [_lettered(n, lower) for n in found] if letters else found
    found = _apart([_signed(_powered(n, lower), lower, lang) for n in found])
    if not east:
        found = list(_out_of(found, lower, lang))
    return [n for n in found if _stands(n, lower, lang, plain)]


# Numbers that are one word with their unit are amounts, not numbers.
_GLUED = re.compile(r"ドル|美[元刀]|パーセント|ミリ|キロ")


def _apart(found: list[Numeral]) -> list[Numeral]:
    """Without numbers that lie inside the one before (the exponent of a power)."""
    kept: list[Numeral] = []
    for number in found:
        if not kept or number.start >= kept[-1].end:
            kept.append(number)
    return kept


_WORDS = re.compile(
    r"三星|三菱|三井|四川|四国|千葉|百度|九州|九条|一切|一定|一些|一样|一樣|一直|一起|一般|一部|一方|一旦|十足|十分|万一|统一|唯一|統一|"
    r"百分[点點]|四日市|六本木|第一时间|一点|一番|一緒|一度|一見|七夕|八百屋|一所懸命|世界一"
)


def _in_word(number: Numeral, lower: str) -> bool:
    """Whether the number is part of a word that is no number (四川, 一切, 百分点)."""
    return any(
        match.start() <= number.start and number.end <= match.end()
        for match in _WORDS.finditer(lower, max(0, number.start - 3), number.end + 3)
    )


def _mark(lang: str) -> str:
    return "," if lang in numerals.COMMA_LANGUAGES else "."


def _lettered(number: Numeral, lower: str) -> Numeral:
    match = _LETTER.match(lower, number.end)
    if match is None or not number.digits or number.scale != 1:
        return number
    factor = Fraction(10) ** _LETTERS[match[1]]
    return replace(number, end=match.end(), value=number.value * factor, scale=factor)


def _powered(number: Numeral, lower: str) -> Numeral:
    match = _POWER.match(lower, number.end)
    if match is None or not number.digits:
        return number
    power = match[1] if match[1] is not None else match[2]
    exponent = int(power.replace("--", "").replace("+", ""))
    if abs(exponent) > 300:
        return number
    base = Fraction(10) if match[2] is not None else number.value
    value = base**exponent if base else Fraction(0)
    return replace(number, end=match.end(), value=number.value * value if match[2] else value)


def _signed(number: Numeral, lower: str, lang: str) -> Numeral:
    start = number.start
    lead = lower[max(0, start - 12) : start]
    blank = "" if lang in {"zh", "ja"} else " ?"
    match = re.search(rf"(?:{_SIGN[lang]})[ ]?{blank}$", lead)
    if match is None:
        before = r"(?<![a-z0-9.,)%-])" if lang in {"zh", "ja", "ko"} else r"(?<![\w.,)%-])"
        match = re.search(rf"{before}-[ ]*$", lead)
        if match is None:
            return number
    return replace(number, start=start - (len(lead) - match.start()), value=-number.value)


def _out_of(found: list[Numeral], lower: str, lang: str) -> Iterator[Numeral]:
    """Two out of five, uno su venti."""
    pattern = re.compile(_OUT_OF[lang])
    place = 0
    while place < len(found):
        first = found[place]
        second = found[place + 1] if place + 1 < len(found) else None
        if (
            second is not None
            and pattern.fullmatch(lower, first.end, second.start)
            and 0 < first.value < second.value < 1900
            and first.value.denominator == 1
        ):
            yield Numeral(first.start, second.end, first.value / second.value,
                          digits=first.digits, fraction=True)  # fmt: skip
            place += 2
            continue
        yield first
        place += 1


_PART_GAP = re.compile(r"[ ]{0,2}分[ ]{0,2}[之の][ ]{0,2}(?P<minus>マイナス|-)?[ ]?|분의 ?")
_WHOLE_GAP = re.compile(r"[ ]?(?:又|と|零|,|、)?[ ]?(?=.)")


def _eastern_parts(found: list[Numeral], lower: str, lang: str) -> Iterator[Numeral]:
    """三分の二, 五又三分之一, 3분의 2, 2の3乗, 3/5, dozens."""
    merged = _bridged(found, lower, lang)
    place = 0
    while place < len(merged):
        first = merged[place]
        following = merged[place + 1 : place + 3]
        part = _part(lower, first, following[0]) if following else None
        if part is not None:
            place += 2
            yield part
            continue
        if len(following) == 2 and re.fullmatch(
            r"[ ]?(?:又|と)[ ]?", lower[first.end : following[0].start]
        ):
            part = _part(lower, following[0], following[1])
            if part is not None:
                place += 3
                yield replace(part, start=first.start, value=first.value + part.value)
                continue
        place += 1
        yield _dozens(first, lower)


def _part(lower: str, first: Numeral, second: Numeral) -> Numeral | None:
    gap = lower[first.end : second.start]
    parts = _PART_GAP.fullmatch(gap)
    if parts is not None and first.value:
        if parts[0].endswith("之") and lower[first.start : first.end] == "百":
            return replace(second, start=second.start)
        sign = -1 if parts.groupdict().get("minus") else 1
        return Numeral(first.start, second.end, sign * second.value / first.value,
                       digits=first.digits, fraction=True)  # fmt: skip
    power = re.compile(r"[ ]?乗").match(lower, second.end)
    if power is not None and re.fullmatch(r"[ ]?の[ ]?(?:マイナス|-|負の)?[ ]?", gap):
        exponent = second.value * (-1 if re.search(r"マイナス|-|負", gap) else 1)
        if exponent.denominator == 1 and abs(exponent) < 300 and first.value:
            value = first.value ** int(exponent)
            return Numeral(first.start, power.end(), Fraction(value), digits=first.digits)
    if gap == "/" and second.value and first.digits and second.digits and first.step == 1:
        after, before = lower[second.end : second.end + 1], lower[first.start - 1 : first.start]
        if after != "/" and (before != "/" or not first.start):
            return Numeral(first.start, second.end, first.value / second.value, digits=True,
                           fraction=True)  # fmt: skip
    return None


def _dozens(number: Numeral, lower: str) -> Numeral:
    match = re.compile(r"[ ]?(?:ダース|打(?=$|[^算开開架])|다스)").match(lower, number.end)
    if match is None:
        return number
    return replace(number, end=match.end(), value=number.value * 12, scale=Fraction(12))


def _bridged(found: list[Numeral], lower: str, lang: str) -> list[Numeral]:
    """Chains with blanks inside (两千 四 百 五) are one number in Chinese."""
    if lang == "ko" or " " not in lower:
        return found
    squeezed, places = [], []
    for index, char in enumerate(lower):
        if char == " " and index and index + 1 < len(lower):
            before = lower[:index].rstrip(" ")[-1:]
            after = lower[index:].lstrip(" ")[:1]
            han_before, han_after = before in _HAN_DIGITS, after in _HAN_DIGITS
            if (
                (han_before and han_after)
                or (han_after and before.isdigit())
                or (han_before and before in "万萬千百十億亿兆" and after.isdigit())
            ):
                continue
        squeezed.append(char)
        places.append(index)
    places.append(len(lower))
    made = []
    for number in ideographs.scan("".join(squeezed), lang):
        start = places[number.start]
        made.append(replace(number, start=start, end=places[number.end - 1] + 1))
    return made


_HAN_DIGITS = frozenset(
    "〇零一二三四五六七八九十百千万萬億亿兆两兩壹贰叁肆伍陆柒捌玖拾佰仟貳參陸點点几幾半余餘多"
)


def _stands(number: Numeral, lower: str, lang: str, plain: bool) -> bool:
    after = lower[number.end : number.end + 1]
    if lang in {"zh", "ja", "ko"}:
        return True
    before = lower[number.start - 1 : number.start] if number.start else ""
    if (before.isalpha() or before == "_") and not _CODED.search(lower, 0, number.start):
        return False
    if plain and number.digits and (after.isalpha() or after == "_"):
        return False
    if number.article and number.value > 0:
        if _PRONOUN.search(lower, max(0, number.start - 12), number.start):
            return False
        said = lower[number.start : number.end]
        return not plain or said in _COUNTING.get(lang, frozenset())
    if number.fraction and not number.digits and plain:
        said = lower[number.start : number.end]
        single = words_of(lang).table.get(said)
        if single is not None and single.role == "part":
            return said in {"quart", "tiers", "quarter", "drittel", "viertel"}
    return True


_CODED = re.compile(r"(?<![a-z])(?:usd|eur|gbp|krw|jpy|cny|rmb|twd|inr|chf|hkd|sgd)$")
_PRONOUN = re.compile(r"\b(?:this|that|which|the|no|any|each|every|another|last) $")
_COUNTING = {
    "en": frozenset({"one"}), "es": frozenset({"un", "uno", "una"}), "fr": frozenset({"un", "une"}),
    "it": frozenset({"un", "uno", "una"}), "de": frozenset({"eins", "ein", "eine", "einer"}),
}  # fmt: skip
