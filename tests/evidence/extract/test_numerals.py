# ruff: noqa: E501 - tables of cases
"""Numerals: against the slow twin that spells, and worked examples of the reference page."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference.extract_numerals import SPELL
from waferway.evidence.extract import ideographs, numerals
from waferway.evidence.extract.extraction import decimal

EAST = ("zh", "ja", "ko")


def read(text, lang):
    found = ideographs.scan(text, lang) if lang in EAST else numerals.scan(text, lang)
    return [(n.start, n.end, n.value) for n in found]


@pytest.mark.parametrize("lang", sorted(SPELL))
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_every_number_that_can_be_spelled_is_read(lang, data):
    top = 10**12 if lang in EAST else 999_999
    n = data.draw(st.integers(1, top))
    text = SPELL[lang](n)
    assert read(text, lang) == [(0, len(text), n)], text


def grouped(n, places, mark, point):
    whole, _, decimals = f"{n:,.{places}f}".partition(".")
    return whole.replace(",", mark) + (point + decimals if places else "")


@pytest.mark.parametrize(
    ("lang", "mark", "point"),
    [("en", ",", "."), ("es", ".", ","), ("it", ".", ","), ("de", ".", ","), ("fr", " ", ","),
     ("fr", "\u202f", ","), ("zh", ",", "."), ("ja", ",", "."), ("ko", ",", ".")],
)  # fmt: skip
@given(n=st.integers(0, 10**11), places=st.integers(1, 3))
@settings(max_examples=80, deadline=None)
def test_digits_are_read_with_the_marks_of_the_language(lang, mark, point, n, places):
    value = Fraction(n, 10**places)
    text = grouped(Decimal(n) / 10**places, places, mark, point)
    assert read(text, lang) == [(0, len(text), value)]


@pytest.mark.parametrize(
    ("lang", "text", "value"),
    [
        ("es", "470 mil millones", 470 * 10**9), ("es", "un billón", 10**12),
        ("fr", "1,2 milliard", 12 * 10**8), ("fr", "mille milliards", 10**12),
        ("fr", "un billion", 10**12), ("de", "12,5 milliarden", 125 * 10**8),
        ("de", "eine billion", 10**12), ("en", "one trillion", 10**12),
        ("en", "1.15 million", 1_150_000), ("it", "mille miliardi", 10**12),
        ("it", "un bilione", 10**12), ("it", "40mila", 40_000), ("es", "3.200 millones", 32 * 10**8),
        ("de", "eineinhalb millionen", 1_500_000), ("en", "two and a half million", 2_500_000),
        ("fr", "2 milliards et demi", 25 * 10**8), ("es", "dos millones y medio", 2_500_000),
        ("ja", "1兆2,000億", 12 * 10**11), ("ja", "5万5千", 55_000), ("ko", "6조 5천억", 65 * 10**11),
        ("zh", "二十万", 200_000), ("zh", "1,350亿", 135 * 10**9), ("ko", "12만", 120_000),
        ("zh", "三万五", 35_000), ("ja", "三万五", 30_005), ("zh", "三点五亿", 350_000_000),
    ],
)  # fmt: skip
def test_scales_of_the_languages(lang, text, value):
    assert read(text, lang) == [(0, len(text), value)]


@pytest.mark.parametrize(
    ("lang", "text", "values"),
    [
        ("de", "12,5 milliarden euro und zwei werke", [125 * 10**8, 2]),
        ("de", "3 milliarden und zwei werke", [3 * 10**9, 2]),
        ("en", "$1.2 billion a year", [12 * 10**8, 1]),
        ("en", "50,000 300mm wafers", [50_000, 300]),
        ("es", "entre 3.200 y 4.000 millones", [3200, 4 * 10**9]),
        ("en", "three, four and five", [3, 4, 5]),
    ],
)
def test_neighbours_stay_apart(lang, text, values):
    assert [value for _, _, value in read(text, lang)] == values


def test_latin_american_spanish_shows_its_own_marks():
    assert numerals.decimal_mark("cuesta 2,345.50 y 3.2", "es") == "."
    assert numerals.decimal_mark("cuesta 2.345,50", "es") == ","


@given(st.integers(-(10**14), 10**14))
def test_whole_numbers_stay_exact_as_decimals(n):
    assert decimal(Fraction(n)) == n
    assert "E" not in str(decimal(Fraction(n)))
