"""Dates in eight languages, resolved against the document, never the machine's clock."""

import datetime as dt

import pytest

from waferway.evidence.extract.date_values import bounds
from waferway.evidence.extract.dates import scan

CASES = [
    ("en", "by the end of 2029", [("2029-12-31", "until")]),
    ("en", "in fiscal 2026", [("FY2026", "")]),
    ("en", "in Q3 2027 or 3Q28", [("2027-Q3", ""), ("2028-Q3", "")]),
    ("en", "the third quarter of 2027", [("2027-Q3", "")]),
    ("en", "on June 5, 2025 and 5 March", [("2025-06-05", ""), ("--03-05", "")]),
    ("en", "in the second half of 2027", [("2027-H2", "")]),
    ("en", "from 2024 to 2027", [("2024", "since"), ("2027", "")]),
    ("en", "2024-2027", [("2024", ""), ("2027", "")]),
    ("es", "hasta 2047", [("2047", "until")]),
    ("es", "el 26 de enero", [("--01-26", "")]),
    ("es", "en el ejercicio fiscal 2026", [("FY2026", "")]),
    ("es", "30 de junio de 2029", [("2029-06-30", "")]),
    ("it", "entro il 2030", [("2030", "until")]),
    ("it", "nel terzo trimestre del 2027", [("2027-Q3", "")]),
    ("it", "il 17 aprile 2026", [("2026-04-17", "")]),
    ("fr", "d'ici 2030", [("2030", "until")]),
    ("fr", "depuis 2023", [("2023", "since")]),
    ("fr", "le 1er mars 2025", [("2025-03-01", "")]),
    ("fr", "fin 2029", [("2029-12-31", "")]),
    ("de", "ab dem 3. Quartal 2027", [("2027-Q3", "since")]),
    ("de", "bis Ende 2030", [("2030-12-31", "until")]),
    ("de", "am 30.06.2029", [("2029-06-30", "")]),
    ("de", "im Geschäftsjahr 2026", [("FY2026", "")]),
    ("ko", "2028년까지", [("2028", "until")]),
    ("ko", "4월 17일", [("--04-17", "")]),
    ("ko", "2027년 3분기", [("2027-Q3", "")]),
    ("ja", "2029年末までに", [("2029-12-31", "until")]),
    ("ja", "令和8年", [("2026", "")]),
    ("ja", "2027年1~3月期", [("2027-Q1", "")]),
    ("ja", "2027年度", [("FY2027", "")]),
    ("zh", "2027年第三季度", [("2027-Q3", "")]),
    ("zh", "二〇二七年", [("2027", "")]),
    ("zh", "2029年底前", [("2029-12-31", "until")]),
]


@pytest.mark.parametrize(("lang", "text", "wanted"), CASES, ids=lambda v: str(v)[:28])
def test_dates(lang, text, wanted):
    assert [(hit.value, hit.relation) for hit in scan(text.lower(), lang)] == wanted


@pytest.mark.parametrize(
    ("text", "published", "value"),
    [
        ("el 26 de enero", "2024-01", "2024-01-26"),
        ("el 20 de diciembre", "2024-01", "2023-12-20"),
        ("el 3 de febrero", "2023-12-30", "2024-02-03"),
    ],
)
def test_days_without_a_year_take_the_nearest_one(text, published, value):
    assert [hit.value for hit in scan(text, "es", published)] == [value]


def test_impossible_days_are_no_dates():
    assert scan("el 31 de febrero", "es", "2024-01") == []
    assert scan("2027-13-40", "en") == [] or all(
        hit.value != "2027-13-40" for hit in scan("2027-13-40", "en")
    )


@pytest.mark.parametrize(
    ("value", "begin", "end"),
    [
        ("2027", dt.date(2027, 1, 1), dt.date(2028, 1, 1)),
        ("2027-12", dt.date(2027, 12, 1), dt.date(2028, 1, 1)),
        ("2027-Q4", dt.date(2027, 10, 1), dt.date(2028, 1, 1)),
        ("2027-H1", dt.date(2027, 1, 1), dt.date(2027, 7, 1)),
        ("2023/", dt.date(2023, 1, 1), None), ("/2030", None, dt.date(2031, 1, 1)),
        ("FY2026", None, None), ("--04-17", None, None),
    ],
)  # fmt: skip
def test_bounds_are_half_open(value, begin, end):
    assert bounds(value) == (begin, end)
