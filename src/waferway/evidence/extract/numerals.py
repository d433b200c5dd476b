# ruff: noqa: E501 - one pattern a line
"""Numerals in five alphabetic languages: digits, separators, words, scales, halves, parts.

Owns the way from characters to exact values (fractions) with their spans in the shadow. Refuses
to know units, money or dates. The slow obvious twin is `tests/reference/extract_numerals.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

from waferway.evidence.extract.numberwords import Word, Words, words_of

__all__ = ["Numeral", "decimal_mark", "evaluate", "scan"]

# A longer row of digits is a key or a hash, no number.
LONGEST = 40
COMMA_LANGUAGES = frozenset({"es", "fr", "de", "it"})


@dataclass(frozen=True, slots=True)
class Numeral:
    """One number expression.

    Parameters
    ----------
    start, end : int
        Span in the shadow, end exclusive.
    value : Fraction
        Exact value.
    scale : Fraction
        Factor of the scale words after the last digit or word (1e9 for "12.5 billion"), which a
        range passes on to its first end.
    step : Fraction
        Step of the last stated digit.
    digits : bool
        Whether it is written with digits at all.
    article : bool
        Whether it is only a word that is also an article ("ein", "une").
    grouped : bool
        Whether it has thousands separators, a decimal part or a scale (so it is no year).
    fraction : bool
        Whether it is a part of one (a third, 3/4).
    """

    start: int
    end: int
    value: Fraction
    scale: Fraction = Fraction(1)
    step: Fraction = Fraction(1)
    digits: bool = False
    article: bool = False
    grouped: bool = False
    fraction: bool = False


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    role: str  # add, num, scale, half, part, dozen, join
    value: Fraction
    step: Fraction = Fraction(1)
    grouped: bool = False
    article: bool = False
    fraction: bool = False


_CODES = "usd|eur|krw|jpy|twd|cny|rmb|gbp|inr|sgd|chf|hkd"
_BEFORE = (
    r"(?:(?<![a-z0-9_à-ÿ.,])|(?<=[^0-9a-zà-ÿ][.,])|(?<=^[.,])"
    + "".join(f"|(?<={code})" for code in _CODES.split("|"))
    + ")"
)
_BLANK = "[ \u00a0\u202f]"
_WORD = r"[^\W\d_]+"


@cache
def _token_pattern(mark: str) -> re.Pattern[str]:
    group, point = (",", r"\.") if mark == "." else (r"\.", ",")
    other = r"\d+\.\d+" if mark == "," else r"\d+,\d{1,2}(?![\d,])"
    digits = (
        rf"{_BEFORE}(?:"
        rf"(?P<mixed>\d+{_BLANK}\d+/\d+(?![\d/]))"
        rf"|(?P<ratio>\d+/\d+(?![\d/]))"
        rf"|(?P<group>\d{{1,3}}(?P<mark>{group}|{_BLANK}|')\d{{3}}(?:(?P=mark)\d{{3}})*(?:{point}\d+)?(?![\d]))"
        rf"|(?P<plain>\d+{point}\d+(?!\d)|(?<![\d\w]){point}\d+|\d+(?!{point}\d|\d))"
        rf"|(?P<other>{other})"
        rf"|(?P<rest>\d+)"
        rf")"
    )
    return re.compile(rf"{digits}|(?P<word>{_WORD})")


def decimal_mark(text: str, lang: str) -> str:
    """Decimal mark of a text: that of its language, unless the text itself shows the other.

    Latin American Spanish writes 1,234.5; a text that uses only that form is read that way.

    Examples
    --------
    >>> decimal_mark("1.234,5 y 12,5", "es"), decimal_mark("cuestan 2,345.50 y 3.2", "es")
    (',', '.')
    """
    if lang not in COMMA_LANGUAGES:
        return "."
    dotted = len(re.findall(r"\d,\d{3}(?:\.\d+)?(?![\d,])", text))
    commas = len(re.findall(r"\d,\d{1,2}(?!\d)|\d\.\d{3}(?![\d.])", text))
    short = len(re.findall(r"\d\.\d{1,2}(?![\d.])", text))
    return "." if dotted and short and not commas else ","


def _digit_token(match: re.Match[str], mark: str) -> _Token:
    start, end = match.span()
    raw = match[0]
    if match["mixed"] or match["ratio"]:
        whole, _, ratio = raw.rpartition(" ") if match["mixed"] else ("0", "", raw)
        top, bottom = ratio.split("/")
        if int(bottom) == 0:
            return _Token(start, end, "num", Fraction(int(whole or 0)), grouped=True)
        return _Token(start, end, "num", int(whole) + Fraction(int(top), int(bottom)),
                      Fraction(1, int(bottom)), True, fraction=True)  # fmt: skip
    if match["group"]:
        raw = re.sub(r"[ '\u00a0\u202f]", "", raw)
        raw = raw.replace("." if mark == "," else ",", "")
    raw = raw.replace(",", ".")
    places = len(raw.partition(".")[2])
    grouped = bool(match["group"]) or places > 0
    return _Token(start, end, "num", Fraction(raw), Fraction(1, 10**places), grouped)


def _tokens(lower: str, words: Words, mark: str) -> Iterator[_Token]:
    table, joins = words.table, words.joins
    matches = list(_token_pattern(mark).finditer(lower))
    index = 0
    while index < len(matches):
        match = matches[index]
        index += 1
        if match["word"] is None:
            if match.end() - match.start() > LONGEST:
                continue
            yield _digit_token(match, mark)
            continue
        word = match[0]
        if word in _CHAINS:
            for count in (3, 2):
                tail = matches[index : index + count - 1]
                if len(tail) == count - 1 and all(m["word"] for m in tail):
                    chain = lower[match.start() : tail[-1].end()].replace(" ", "-")
                    found = table.get(chain)
                    glued = " " not in lower[match.start() : tail[-1].end()]
                    if found is not None and (glued or found.role != "part"):
                        index += count - 1
                        yield _Token(match.start(), tail[-1].end(), found.role, found.value)
                        break
            else:
                yield from _word_token(match, words.get(word), joins, words)
            continue
        yield from _word_token(match, words.get(word), joins, words)


# First words of chains that are one entry of a table: quatre-vingt, dix-sept, twenty-first.
_CHAINS = frozenset(
    "quatre dix vingt trente quarante cinquante twenty thirty forty fifty sixty seventy eighty "
    "ninety".split()
)


def _word_token(
    match: re.Match[str], found: Word | None, joins: frozenset[str], words: Words
) -> Iterator[_Token]:
    word = match[0]
    if found is not None:
        yield _Token(
            match.start(), match.end(), found.role, found.value, article=word in words.article
        )
    elif word in joins:
        # The Spanish y also stands inside numbers (treinta y cinco).
        yield _Token(match.start(), match.end(), "join", Fraction(1 if word == "y" else 0))
    elif word in words.point:
        yield _Token(match.start(), match.end(), "point", Fraction(0))


def evaluate(tokens: Sequence[tuple[str, Fraction]]) -> Fraction | None:
    """Value of a chain of number words, or None if the chain is no number.

    Roles: `num` (digits; nothing may follow but a scale), `add` (a word; what follows must fit
    into its trailing zeros), `scale` (multiplies all before it, adds all after it), `half`,
    `part` (a denominator), `dozen`, `join` ("and").

    Examples
    --------
    >>> evaluate([("num", Fraction(470)), ("scale", Fraction(1000)), ("scale", Fraction(10**6))])
    Fraction(470000000000, 1)
    """
    if not tokens or tokens[0][0] == "join" or tokens[-1][0] == "join":
        return None
    role, value = tokens[-1]
    if role == "half" and len(tokens) > 1:
        rest = list(tokens[:-1])
        joined = rest[-1][0] == "join"
        if joined:
            rest.pop()
            if len(rest) > 1 and rest[-1] == ("add", Fraction(1)):
                rest.pop()
        elif rest[-1][1] == 1 and rest[-1][0] in {"add", "lead"}:  # "and a half"
            rest.pop()
            if not rest:
                return value
            joined = rest[-1][0] == "join"
            if joined:
                rest.pop()
        whole = evaluate(rest)
        if whole is None or (not joined and rest[-1][0] == "scale"):
            return None
        return whole + value * (rest[-1][1] if rest[-1][0] == "scale" else 1)
    if role == "part":
        return _with_part(tokens)
    if role == "dozen":
        count = evaluate(tokens[:-1]) if len(tokens) > 1 else Fraction(1)
        return None if count is None else count * value
    if any(kind == "scale" for kind, _ in tokens):
        return _scaled(tokens)
    return _additive(tokens)


def _scaled(tokens: Sequence[tuple[str, Fraction]]) -> Fraction | None:
    """The largest scale multiplies what stands before it and adds what follows."""
    scales = [(size, -place) for place, (kind, size) in enumerate(tokens) if kind == "scale"]
    size, minus = max(scales)
    before, after = list(tokens[:-minus]), list(tokens[1 - minus :])
    if before and before[-1][0] == "join":
        return None
    counted = any(kind == "num" for kind, _ in before)
    if after and (after[0][0] == "lead" or (counted and after[0][0] == "add")):
        return None  # "1.2 billion a year": the article is no number
    if len(after) == 1 and after[0][0] == "num" and (size > 1000 or after[0][1] >= 1000):
        return None  # "$58bn 2026" is a sum and a year
    if after and after[0][0] == "join":
        after = after[1:]
        written = all(kind != "num" for kind, _ in tokens)  # "12,5 Milliarden und zwei Werke"
        if not after or after[0][0] == "lead":
            return None
        if after[0][0] != "half" and not (written and size <= 1000):
            return None
    head = Fraction(1) if not before else evaluate(before)
    tail = Fraction(0) if not after else evaluate(after)
    if head is None or tail is None or tail >= size or head <= 0:
        return None
    return head * size + tail


def _with_part(tokens: Sequence[tuple[str, Fraction]]) -> Fraction | None:
    size = tokens[-1][1]
    before = list(tokens[:-1])
    if not before:
        return size
    if before[-1][0] == "join":
        return None
    for place in range(len(before) - 1, 0, -1):
        if before[place][0] != "join":
            continue
        whole, top = evaluate(before[:place]), evaluate(before[place + 1 :])
        if whole is None or top is None or top * size >= 1:
            continue
        inside = before[place][1] == 1 and _room(before[place - 1][1]) == 10 and top < 10
        if not inside:
            role, last = before[place - 1]
            return whole + top * size * (last if role == "scale" and last >= 1000 else 1)
    top = evaluate(before)
    return None if top is None else top * size


def _additive(tokens: Sequence[tuple[str, Fraction]]) -> Fraction | None:
    total, room, joined = Fraction(0), None, False
    for role, value in tokens:
        if role == "join":
            if room is None or room == 0:
                return None
            joined = True
            continue
        if role == "half":
            return value if room is None else None
        if role == "num":
            if room is not None:
                return None
            total, room = value, Fraction(0)
            continue
        if room is not None and not (0 < value < room):
            return None
        if joined and value >= 100:
            return None
        total += value
        room = _room(value)
        joined = False
    return total


def _room(value: Fraction) -> Fraction:
    """How large a word may follow: 5 after 20, 45 after 200, 19 after the French 60 and 80."""
    if value in (60, 80):
        return Fraction(20)
    if value.denominator != 1 or value < 20 or value % 10:
        return Fraction(0)
    return Fraction(100) if value % 100 == 0 else Fraction(10)


_GAP = re.compile(r"[ \u00a0\u202f]{0,3}|[ ]{0,2}-[ ]{0,2}|[ ]?\n[ ]?|' ?")


def _runs(lower: str, tokens: Iterator[_Token]) -> Iterator[list[_Token]]:
    run: list[_Token] = []
    for token in tokens:
        if run and not _GAP.fullmatch(lower, run[-1].end, token.start):
            yield run
            run = []
        run.append(token)
    if run:
        yield run


def scan(lower: str, lang: str, mark: str | None = None) -> list[Numeral]:
    """All numerals of a lower-case shadow in reading order.

    Parameters
    ----------
    lower : str
    lang : str
        en, es, fr, de or it.
    mark : str, optional
        Decimal mark; that of the text if not given.

    Returns
    -------
    list of Numeral

    Examples
    --------
    >>> [(n.start, n.end, float(n.value)) for n in scan("12,5 milliarden und zwei werke", "de")]
    [(0, 15, 12500000000.0), (20, 24, 2.0)]
    """
    words = words_of(lang)
    mark = mark or decimal_mark(lower, lang)
    found: list[Numeral] = []
    for run in _runs(lower, _tokens(lower, words, mark)):
        found.extend(_numerals(run))
    return found


def _numerals(run: list[_Token]) -> Iterator[Numeral]:
    place = 0
    while place < len(run):
        if run[place].role in {"join", "point"}:
            place += 1
            continue
        count, value = _longest(run[place : place + 24])
        if count == 0:
            place += 1
            continue
        taken = run[place : place + count]
        place += count
        numeral = _numeral(taken, value)
        if place + 1 < len(run) and run[place].role == "point" and not numeral.article:
            mixed, used = _longest(run[place + 1 : place + 8])
            last = run[place + mixed].role if mixed else ""
            if mixed and (last in {"part", "half"} or run[place + mixed].fraction):
                size = numeral.scale if numeral.scale >= 1000 else 1
                yield replace(numeral, end=run[place + mixed].end, value=numeral.value + used * size,
                              grouped=True)  # fmt: skip
                place += 1 + mixed
                continue
        if place + 1 < len(run) and run[place].role == "point" and numeral.scale <= 100:
            extra, more = _decimals(run[place + 1 :])
            if extra:
                numeral = replace(numeral, value=numeral.value + more[0], end=more[2],
                                  step=more[1], scale=Fraction(1), grouped=True)  # fmt: skip
                place += 1 + extra
                while place < len(run) and run[place].role == "scale":
                    size = run[place].value
                    numeral = replace(numeral, value=numeral.value * size, end=run[place].end,
                                      scale=numeral.scale * size,
                                      step=numeral.step * size)  # fmt: skip
                    place += 1
        yield numeral


def _longest(tokens: list[_Token]) -> tuple[int, Fraction]:
    pairs: list[tuple[str, Fraction]] = []
    for token in tokens:
        pair = (token.role, token.value)
        if token.role == "point" or (pairs and pair == pairs[-1]):
            break
        pairs.append(pair)
    for count in range(len(pairs), 0, -1):
        value = evaluate(pairs[:count])
        if value is not None:
            return count, value
    return 0, Fraction(0)


def _numeral(taken: list[_Token], value: Fraction) -> Numeral:
    scale = Fraction(1)
    for token in reversed(taken):
        if token.role not in {"scale", "dozen"}:
            break
        scale *= token.value
    digits = [token for token in taken if token.role == "num"]
    step = digits[-1].step if digits else Fraction(1)
    return Numeral(
        taken[0].start, taken[-1].end, value, scale, step * scale, bool(digits),
        article=len(taken) == 1 and taken[0].article,
        grouped=scale != 1 or any(token.grouped for token in taken),
        fraction=taken[-1].role in {"part", "half"} or any(token.fraction for token in taken),
    )  # fmt: skip


def _decimals(tokens: list[_Token]) -> tuple[int, tuple[Fraction, Fraction, int]]:
    """Spoken decimals after the point: digit by digit, or as one number."""
    singles: list[_Token] = []
    for token in tokens:
        if token.role not in {"add", "num"} or token.value >= 10 or token.value.denominator != 1:
            break
        singles.append(token)
    if singles and (len(singles) > 1 or singles[0].value == 0 or len(tokens) == 1
                    or tokens[1].role in {"scale", "part"}):  # fmt: skip
        text = "".join(str(token.value) for token in singles)
        return len(singles), (Fraction(int(text), 10 ** len(text)), Fraction(1, 10 ** len(text)),
                              singles[-1].end)  # fmt: skip
    pairs: list[tuple[str, Fraction]] = []
    for token in tokens:
        if token.role not in {"add", "num", "join"}:
            break
        pairs.append((token.role, token.value))
    for count in range(len(pairs), 0, -1):
        value = evaluate(pairs[:count])
        if value is not None and value.denominator == 1:
            size = 10 ** len(str(value))
            return count, (value / size, Fraction(1, size), tokens[count - 1].end)
    return 0, (Fraction(0), Fraction(1), 0)
