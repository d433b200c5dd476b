# ruff: noqa: E501 - patterns of many languages read better unbroken
"""One amount: a numeral with what was found around it, and the words that link the two.

Owns the value. It is read by `amount_scanner` (signs, letters, units), `amount_things` (what is
counted) and `amount_rates` (per month, per wafer).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from waferway.evidence.extract.numerals import Numeral

__all__ = ["Amount", "after_link"]


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
    phrase: int = -1


_LINK = {
    "es": r"(?: de)?[ ]", "it": r"[ ]d'|(?: di| d[ei]gli?| dei)?[ ]", "fr": r"[ ]d'|(?: de| des)?[ ]",
    "en": r"(?: of)?[ ]", "de": r"[ ]", "ko": "[ ]?", "ja": "[ ]?", "zh": "[ ]?",
}  # fmt: skip


@cache
def _link(lang: str) -> re.Pattern[str]:
    return re.compile(_LINK[lang] + "|")


def after_link(lower: str, place: int, lang: str) -> int:
    """Place behind the word that links a number to what it counts: "5 millions de" puces."""
    match = _link(lang).match(lower, place)
    return match.end() if match else place
