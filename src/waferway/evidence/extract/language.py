# ruff: noqa: E501 - tables of many languages read better unbroken
"""Which of the eight languages a text is written in.

Owns a decision from scripts and small words. Refuses other languages: the nearest is returned
with the share of evidence, and the caller decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from waferway.errors import RangeError, nearest

__all__ = ["LANGUAGES", "detect", "known"]

LANGUAGES = ("en", "es", "it", "fr", "de", "ko", "ja", "zh")

_SMALL_WORDS = {
    "en": "the of and to in is that for it with as was on are by this from at be have has will its an which or said not up",
    "es": "el la los las de del que y en un una para con por se su es al lo más como ha son sus entre pero sin sobre este está",
    "it": "il lo la gli le di del della dei che e in un una per con si sono è al da nel alla delle più come anche ha dell nella tra",
    "fr": "le la les des du de et un une en pour que qui dans sur est au aux par avec il plus se sa ses pas ce cette l d son à",
    "de": "der die das und in den von zu mit im für auf ist des dem ein eine nicht sich als auch es an werden aus bei will wird rund",
}  # fmt: skip
_SETS = {lang: frozenset(words.split()) for lang, words in _SMALL_WORDS.items()}
_MARKS = {"es": "ñ¿¡", "de": "äöüß", "fr": "çêœàâîôûë", "it": "ìò", "en": ""}


def detect(text: str) -> str:
    """Language of a text.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        One of `LANGUAGES`; en where nothing speaks for another.

    Examples
    --------
    >>> detect("Die erste Linie soll ab dem 3. Quartal 2027 laufen.")
    'de'
    >>> detect("月産5万5千枚のウエハーを生産する"), detect("月产能合计达到二十万片")
    ('ja', 'zh')
    """
    sample = unicodedata.normalize("NFC", text[:20_000])
    hangul = len(re.findall(r"[\uac00-\ud7a3\u1100-\u11ff]", sample))
    kana = len(re.findall(r"[\u3041-\u30fa]", sample))
    han = len(re.findall(r"[\u4e00-\u9fff]", sample))
    latin = len(re.findall(r"[A-Za-z\u00c0-\u024f]", sample))
    if (hangul + kana + han) * 3 > latin:
        if hangul > kana + han:
            return "ko"
        return "ja" if kana * 12 > han else "zh"
    words = Counter(re.findall(r"[^\W\d_]+", sample.lower()))
    score = {
        lang: sum(words[word] for word in small)
        + 0.5 * sum(sample.lower().count(mark) for mark in _MARKS[lang])
        for lang, small in _SETS.items()
    }
    return max(score, key=lambda lang: (score[lang], lang == "en"))


def known(lang: str) -> str:
    """The language tag, checked; region subtags are dropped.

    Raises
    ------
    RangeError
        If the language is none of the eight.
    """
    tag = lang.lower().partition("-")[0]
    if tag not in LANGUAGES:
        guess = nearest(tag, LANGUAGES)
        hint = f"; did you mean {guess[0]}?" if guess else ""
        raise RangeError(f"lang is {lang!r}, not one of {', '.join(LANGUAGES)}{hint}")
    return tag
