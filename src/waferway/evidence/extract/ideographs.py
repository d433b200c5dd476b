# ruff: noqa: E501 - tables of numerals read better unbroken
"""Numerals in Chinese, Japanese and Korean: chains of digits, numeral characters and scales.

Owns the way from such chains to exact values with their spans in the shadow. Refuses to know
units; whether a short chain is a number or part of a word is decided where its unit is seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache

from waferway.evidence.extract.numerals import LONGEST, Numeral, evaluate

__all__ = ["hide_units", "native_korean", "scan", "with_parts"]

_DIGITS = {
    **dict(zip("〇零一二三四五六七八九", (0, *range(10)), strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True)),
    **dict(zip("貳參肆伍陸柒捌玖", (2, 3, 4, 5, 6, 7, 8, 9), strict=True)),
    "两": 2, "兩": 2, "倆": 2, "俩": 2, "壱": 1, "弐": 2, "参": 3, "叄": 3, "○": 0, "洞": 0, "幺": 1,
}  # fmt: skip
_DIGITS.pop("洞")
_DIGITS.pop("幺")
_SCALES = {
    "十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "廿": 20, "卅": 30,
    "万": 10**4, "萬": 10**4, "億": 10**8, "亿": 10**8, "兆": 10**12, "京": 10**16,
}  # fmt: skip
_KOREAN_DIGITS = dict(zip("영일이삼사오육칠팔구", range(10), strict=True)) | {"공": 0, "륙": 6}
_KOREAN_SCALES = {"십": 10, "백": 100, "천": 1000, "만": 10**4, "억": 10**8, "조": 10**12,
                  "경": 10**16}  # fmt: skip
_FORMAL = frozenset("伍陆陸肆参參拾仟佰")
_VAGUE = {"几": 1, "幾": 1, "数": 1, "數": 1, "수": 1, "몇": 1, "多": 0, "余": 0, "餘": 0, "여": 0}

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d])|\d+\.\d+(?!\d|\.\d)|\d+|(?<![\w.])\.\d+(?![\d.])"
_NATIVE = {
    "한": 1, "하나": 1, "두": 2, "둘": 2, "세": 3, "셋": 3, "석": 3, "서": 3, "네": 4, "넷": 4,
    "넉": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10, "열한": 11,
    "열두": 12, "열세": 13, "열네": 14, "열다섯": 15, "열여섯": 16, "열일곱": 17, "열여덟": 18,
    "열아홉": 19, "스무": 20, "스물": 20, "스물한": 21, "스물두": 22, "서른": 30, "마흔": 40,
    "쉰": 50,
}  # fmt: skip


def native_korean() -> dict[str, int]:
    """Native Korean numbers as they stand before a counter.

    Examples
    --------
    >>> native_korean()["열두"]
    12
    """
    return dict(_NATIVE)


@cache
def _pattern(lang: str) -> re.Pattern[str]:
    if lang == "ko":
        chars = "".join({**_KOREAN_DIGITS, **_KOREAN_SCALES})
        scales = "".join(_KOREAN_SCALES)
        lead = rf"(?<![a-z0-9_])(?<!\d\.)(?:{_NUMBER})"
        return re.compile(
            rf"(?P<mixed>{lead}(?:[ ]?[여]?[{scales}]+(?:[ ]?(?:\d[\d,]*(?:\.\d+)?)"
            rf"(?=[ ]?[{scales}]))?)*(?:(?<=[{scales}])[ ]?\d[\d,]*(?![\d.]))?)"
            rf"|(?P<words>(?<![가-힣])[수몇]?[{chars}]*[{scales}][{chars}]*"
            rf"(?:[ ][{chars}]*[{scales}])*)"
        )
    chars = "".join({**_DIGITS, **_SCALES})
    # "some tens": a vague word counts only in front of a scale or inside a chain.
    some = "几幾数數" if lang == "zh" else "数"
    vague = f"|[{some}](?=[{''.join(_SCALES)}])|(?<=[{chars}])[{some}](?=[万萬億亿]|[个個][^百])"
    return re.compile(
        rf"(?P<run>(?:(?<![a-z0-9_])(?<!\d\.)(?:{_NUMBER})|[{chars}]{vague})"
        rf"(?:{_NUMBER}|[{chars}]{vague}|(?<=[\d{chars}])[多余餘][ ]?(?=[万萬億亿])"
        rf"|点(?=[一二三四五六七八九零〇壹贰叁肆伍陆柒捌玖貳參陸\d])"
        rf"|點(?=[一二三四五六七八九零〇壹贰叁肆伍陆柒捌玖貳參陸\d])|半(?=[万萬億亿])"
        rf"|(?<=[{chars}])・(?=[一二三四五六七八九〇零]))*)"
    )


def scan(lower: str, lang: str) -> list[Numeral]:
    """All numerals of a lower-case shadow in reading order.

    Parameters
    ----------
    lower : str
    lang : str
        zh, ja or ko.

    Returns
    -------
    list of Numeral

    Examples
    --------
    >>> [(n.start, n.end, int(n.value)) for n in scan("月産5万5千枚、1兆2,000億円", "ja")]
    [(2, 6, 55000), (8, 16, 1200000000000)]
    >>> [int(n.value) for n in scan("6조 5천억 원", "ko")]
    [6500000000000]
    """
    found: list[Numeral] = []
    for match in _pattern(lang).finditer(lower):
        found.extend(_chain(match[0], match.start(), lang))
    if lang == "ko":
        found.extend(_natives(lower))
        found.sort(key=lambda numeral: numeral.start)
    return found


_NATIVE_PATTERN = re.compile(
    r"(?<![가-힣])(" + "|".join(sorted(_NATIVE, key=len, reverse=True)) + r")(?=[ ]?[가-힣])"
)


def _natives(lower: str) -> Iterator[Numeral]:
    for match in _NATIVE_PATTERN.finditer(lower):
        value = _NATIVE[match[1]]
        yield Numeral(match.start(), match.end(), Fraction(value), article=value == 1)


_UNIT_STARTS = re.compile(
    r"千(?=瓦|米|克|兆|字[节節]|比特|赫)|百(?=[万萬]瓦|分[点點])|十(?=[亿億]瓦)|兆(?=瓦|字|赫|位元)"
)


def hide_units(lower: str, lang: str) -> str:
    """Hide characters of scale that begin a Chinese unit (千瓦), so that 120万千瓦 keeps its 万.

    Examples
    --------
    >>> hide_units("1.2千瓦", "zh")
    '1.2_瓦'
    """
    return _UNIT_STARTS.sub("_", lower) if lang == "zh" else lower


_OF = re.compile(r"[ ]?(?:分之|分の|분의)[ ]?")


def with_parts(found: list[Numeral], lower: str) -> list[Numeral]:
    """Numerals with denominators and numerators joined (三分之二); hundredths are left to percent.

    Examples
    --------
    >>> [n.value for n in with_parts(scan("3분의 2", "ko"), "3분의 2")]
    [Fraction(2, 3)]
    """
    made: list[Numeral] = []
    for number in found:
        before = made[-1] if made else None
        if (
            before is not None
            and before.value > 1
            and lower[before.start : before.end] not in {"百", "千", "万", "백"}
            and _OF.fullmatch(lower, before.end, number.start)
        ):
            made[-1] = Numeral(
                before.start, number.end, number.value / before.value,
                digits=number.digits, fraction=True,
            )  # fmt: skip
        else:
            made.append(number)
    return made


_PIECE = re.compile(rf"{_NUMBER}|.", re.DOTALL)


def _chain(text: str, offset: int, lang: str) -> Iterator[Numeral]:
    """Numerals of one run: usually one, several where the run is no single number."""
    digits, scales = (_KOREAN_DIGITS, _KOREAN_SCALES) if lang == "ko" else (_DIGITS, _SCALES)
    tokens: list[tuple[str, Fraction, int, int]] = []
    for match in _PIECE.finditer(text):
        piece = match[0]
        start, end = match.span()
        if end - start > LONGEST:
            return
        if piece[-1].isdigit() and piece[-1].isascii():
            tokens.append(("num", Fraction("0" + piece.replace(",", "")), start, end))
        elif piece in digits:
            if tokens and tokens[-1][0] in {"digit", "row"}:
                _, value, first, _ = tokens[-1]
                tokens[-1] = ("row", value * 10 + digits[piece], first, end)
            else:
                tokens.append(("digit", Fraction(digits[piece]), start, end))
        elif piece in scales:
            tokens.append(("scale", Fraction(scales[piece]), start, end))
        elif piece in _VAGUE:
            tokens.append(("vague", Fraction(_VAGUE[piece]), start, end))
        elif piece in "点點・":
            tokens.append(("point", Fraction(0), start, end))
        elif piece == "半":
            tokens.append(("half", Fraction(1, 2), start, end))
    if tokens and tokens[0][0] == "scale" and tokens[0][1] >= 10**4:
        tokens = tokens[1:] if any(role != "scale" for role, *_ in tokens) else []
    if len(tokens) == 1 and text in _FORMAL:
        return  # 陆地, 拾起: formal numerals alone are other words
    while tokens:
        for count in range(len(tokens), 0, -1):
            total = _value(tokens[:count], lang)
            if total is not None:
                yield _numeral(tokens[:count], total, offset, text)
                tokens = tokens[count:]
                break
        else:
            tokens = tokens[1:]


def _value(tokens: list[tuple[str, Fraction, int, int]], lang: str) -> Fraction | None:
    if tokens[-1][0] in {"point"}:
        return None
    plain: list[tuple[str, Fraction]] = []
    place = 0
    while place < len(tokens):
        role, value, start, end = tokens[place]
        if role == "point":
            if not plain or place + 1 >= len(tokens):
                return None
            decimals = tokens[place + 1]
            if decimals[0] not in {"digit", "row", "num"}:
                return None
            width = decimals[3] - decimals[2]
            plain.append(("point", decimals[1] / 10**width))
            place += 2
            continue
        if role == "vague":
            if value and not plain:
                plain.append(("digit", value))
            place += 1
            continue
        if role == "digit" and value == 0 and plain:
            place += 1  # 零 only holds a place
            plain.append(("zero", value))
            continue
        if role == "row" and lang == "zh" and end - start == 2 and plain and value < 10:
            plain.append(("num", value))  # 五亿零六: the scale is said
            place += 1
            continue
        plain.append((role, value))
        place += 1
    return _combine(plain, lang)


def _combine(tokens: list[tuple[str, Fraction]], lang: str) -> Fraction | None:
    """Value of digits and scales; the largest scale multiplies what stands before it."""
    point = next((i for i, t in enumerate(tokens) if t[0] == "point"), None)
    if point is not None:
        head = _combine(tokens[:point], lang)
        if head is None:
            return None
        value = head + tokens[point][1]
        for role, size in tokens[point + 1 :]:
            if role != "scale":
                return None
            value *= size
        return value
    # 两千四百五 and 三万五 leave the last scale unsaid in Chinese, not in Japanese.
    if (lang == "zh" and len(tokens) > 1 and tokens[-1][0] in {"digit", "num"}
            and tokens[-2][0] == "scale" and tokens[-2][1] >= 100 and tokens[-1][1] < 10
            and tokens[-1][1].denominator == 1 and tokens[-1][0] == "digit"):  # fmt: skip
        tokens = [*tokens, ("scale", tokens[-2][1] / 10)]
    roles = [
        ("add" if role in {"digit"} else "num" if role == "row" else role, value)
        for role, value in tokens
        if role != "zero"
    ]
    if not roles:
        return Fraction(0)
    return _positional(roles)


def _positional(tokens: list[tuple[str, Fraction]]) -> Fraction | None:
    sizes = [(size, place) for place, (role, size) in enumerate(tokens) if role == "scale"]
    if not sizes:
        return evaluate(tokens) if len(tokens) == 1 else None
    size, place = max(sizes)
    before, after = tokens[:place], tokens[place + 1 :]
    head = Fraction(1) if not before else _positional(before)
    tail = Fraction(0) if not after else _positional(after)
    if head is None or tail is None or tail >= size or head <= 0:
        return None
    return head * size + tail


def _numeral(
    tokens: list[tuple[str, Fraction, int, int]], value: Fraction, offset: int, text: str
) -> Numeral:
    scale = Fraction(1)
    for role, size, _, _ in reversed(tokens):
        if role != "scale":
            break
        scale *= size
    raw = [text[start:end] for role, _, start, end in tokens if role == "num"]
    places = len(raw[-1].partition(".")[2]) if raw else 0
    grouped = scale != 1 or any("," in piece or "." in piece for piece in raw)
    digits = bool(raw)
    return Numeral(
        offset + tokens[0][2], offset + tokens[-1][3], value, scale,
        Fraction(1, 10**places) * scale, digits,
        article=not digits and value == 1 and len(tokens) == 1, grouped=grouped,
    )  # fmt: skip
