# ruff: noqa: E501 - tables of cases
"""Offsets, detection, names, bounds, the model provider: properties and worked examples."""

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.evidence.extract.invented import SENTENCES
from waferway.errors import InputError, RangeError
from waferway.evidence.extract import LANGUAGES, claims_in, detect, extract, likeness
from waferway.evidence.extract.meetings import meetings_in
from waferway.evidence.extract.names import SAME_NAME
from waferway.evidence.extract.provider import claims_from_model, endpoint
from waferway.evidence.extract.shadow import shadow

TEXTS = [text for _, text, _, _ in SENTENCES]


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_exact_quotes(text):
    for lang in ("en", "zh", "ko"):
        for claim in claims_in(text, lang=lang):
            assert claim.quote == text[claim.start : claim.end]


@given(st.sampled_from(TEXTS), st.sampled_from(["NFD", "NFKC", "NFC"]))
@settings(max_examples=60, deadline=None)
def test_offsets_hold_for_other_forms_of_the_same_text(text, form):
    changed = unicodedata.normalize(form, text)
    claims = claims_in(changed)
    assert all(claim.quote == changed[claim.start : claim.end] for claim in claims)
    if form == "NFD":  # decomposed accents and jamo change offsets, not claims
        plain = [(c.low, c.value, c.high, c.unit) for c in claims_in(text)]
        assert [(c.low, c.value, c.high, c.unit) for c in claims] == plain


def test_full_width_digits_keep_their_code_points():
    text = "😀約１２万枚のウエハー"
    (claim,) = claims_in(text, lang="ja")
    assert (claim.value, claim.unit, claim.approx) == (120_000, "wafer", True)
    assert text[claim.num_start : claim.num_end] == "１２万"


@given(st.text(max_size=80))
def test_shadow_keeps_lengths_and_leads_back(text):
    made = shadow(text)
    assert len(made.text) == len(made.lower)
    if made.origin is not None:
        assert len(made.origin) == len(made.text) + 1
        assert list(made.origin) == sorted(made.origin)
        assert made.origin[-1] == len(text)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_language_of_each_invented_sentence_is_seen(lang):
    for tag, text, _, _ in SENTENCES:
        if tag == lang:
            assert detect(text) == lang, text


def test_a_claim_is_replayable_and_carries_its_document():
    text = SENTENCES[0][1]
    one, two = claims_in(text), claims_in(text)
    assert one == two
    assert len({claim.claim_id for claim in one}) == len(one)
    assert {claim.document_sha256 for claim in one} == {one[0].document_sha256}


@pytest.mark.parametrize(
    ("text", "form", "approx"),
    [
        ("up to 300 MW", "at_most", False), ("at least 300 MW", "at_least", False),
        ("no less than 300 MW", "at_least", False), ("no more than 300 MW", "at_most", False),
        ("about 300 MW", "point", True), ("between 300 and 400 MW", "interval", False),
        ("300-400 MW", "interval", False), ("up to about 300 MW", "at_most", True),
        ("over five years", "point", False),
    ],
)  # fmt: skip
def test_bounds(text, form, approx):
    (claim,) = claims_in(text, lang="en")
    assert (claim.form, claim.approx) == (form, approx)


@pytest.mark.parametrize(
    ("text", "lang", "points"),
    [
        ("Lead times fell from 36 to 22 weeks.", "en", [36, 22]),
        ("El plazo bajó de 36 a 22 semanas.", "es", [36, 22]),
        ("Die Quote stieg von 42 auf 50 Prozent.", "de", [42, 50]),
        ("점유율은 42%에서 50%로 올랐다.", "ko", [42, 50]),
        ("良率已由78.5%升至91%。", "zh", [78.5, 91]),
        ("シェアは18%から23%に上昇した。", "ja", [18, 23]),
    ],
)
def test_a_change_is_two_points_and_no_range(text, lang, points):
    claims = claims_in(text, lang=lang)
    assert [float(claim.value) for claim in claims] == points
    assert claims[0].qualifiers.get("state") == "before"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Kyung Kye-hyun", "Kye Hyun Kyung"), ("Chey Tae-won", "Tae-won Chey"),
        ("Kwak Noh-jung", "곽노정"), ("Park Jung-ho", "Pak Chong-ho"), ("Choi Tae-won", "최태원"),
    ],
)  # fmt: skip
def test_spellings_of_one_name(one, two):
    assert likeness(one, two) >= SAME_NAME


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Kwak Noh-jung", "Chey Tae-won"), ("Sam Altman", "Kwak Noh-jung"),
        ("Sam Altman", "Sundar Pichai"), ("Hanbit", "Northgate"), ("John Smith", "Jane Schmidt"),
    ],
)  # fmt: skip
def test_other_names_stay_apart(one, two):
    assert likeness(one, two) < SAME_NAME


def test_meetings():
    (made,) = meetings_in("Altman ha incontrato Kye Hyun Kyung il 26 gennaio 2024.", lang="it")
    assert made.people == ("person:sam-altman", "person:kyung-kye-hyun")
    assert made.date == "2024-01-26"


def test_a_model_may_add_only_what_is_quoted_exactly():
    text = "Power is 1.4 GW; again 1.4 GW at the gate, and a moat of nine metres."
    answer = json.dumps(
        {
            "claims": [
                {"quote": "1.4 GW", "value": 1.4, "unit": "GW", "kind": "power"},
                {
                    "quote": "1.4 GW",
                    "value": 1.4,
                    "unit": "GW",
                    "kind": "power",
                    "start": 23,
                    "end": 29,
                },
                {"quote": "1.5 GW", "value": 1.5, "unit": "GW", "kind": "power"},
                {"quote": "a moat", "value": 9, "unit": "m", "kind": "no such kind"},
                "no object",
            ]
        }
    )
    found = claims_from_model(text, lambda prompt: answer, "en")
    assert [(c.start, c.quote) for c in found] == [(23, "1.4 GW")]
    assert found[0].method == "model:provider"
    assert claims_from_model(text, lambda prompt: "no json", "en") == []


def test_a_model_never_overrides_the_rules():
    text = "Power is 1.4 GW."
    rules = claims_in(text)
    answer = '{"claims": [{"quote": "1.4 GW", "value": 99, "unit": "GW", "kind": "power"}]}'
    assert claims_from_model(text, lambda prompt: answer, "en", rules=rules) == rules


def test_an_endpoint_needs_an_http_address():
    with pytest.raises(RangeError, match="http"):
        endpoint("file:///etc/passwd", "m")


def test_faults_are_told_at_once(tmp_path):
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError) as caught:
        extract([tmp_path / "bad.txt", tmp_path / "missing.txt"])
    assert "bad.txt" in str(caught.value) and "missing.txt" in str(caught.value)


def test_unknown_language_and_date_are_said():
    with pytest.raises(RangeError, match="not one of"):
        claims_in("12 GW", lang="xx")
    with pytest.raises(RangeError, match="published"):
        claims_in("12 GW", published="January")


@pytest.mark.parametrize(
    ("lang", "text", "wanted"),
    [
        ("de", "Das 17-Milliarden-Euro-Werk nutzt 22-Nanometer-Technik.", [(17e9, "EUR"), (22, "nm")]),
        ("de", "Er gibt 3 Milliarden Euro, weitere 2 Milliarden folgen.", [(3e9, "EUR"), (2e9, "EUR")]),
        ("de", "12,5 Milliarden Euro und zwei Werke", [(12.5e9, "EUR"), (2, "fab")]),
        ("en", "$58bn 2026, $100bn 2028", [(58e9, "USD"), (100e9, "USD")]),
        ("en", "It costs $2 billion a year.", [(2e9, "USD/year")]),
        ("en", "5.4 M chips and 900k wafers", [(5.4e6, "chip"), (900e3, "wafer")]),
        ("en", 'he said "300" and left', []),
        ("en", "a half-time talk about the Medio Oriente", []),
        ("it", "15mila fette a settimana", [(15e3, "wafer/week")]),
        ("fr", "un chantier de 5,7 mrds€", [(5.7e9, "EUR")]),
        ("es", "1.000 millones de dólares (unos 900 millones de euros)", [(1e9, "USD"), (9e8, "EUR")]),
        ("ko", "17만장서 25만장으로 늘린다", [(17e4, "wafer"), (25e4, "wafer")]),
        ("ja", "1台2億ユーロ", [(2e8, "EUR")]),
        ("zh", "120万千瓦", [(1.2e6, "kW")]),
        ("zh", "投資1,200億元，興建兩座晶圓廠", [(1.2e11, "TWD"), (2, "fab")]),
    ],
)  # fmt: skip
def test_turns_of_phrase(lang, text, wanted):
    found = [(float(c.value), c.unit) for c in claims_in(text, lang=lang) if c.kind != "date"]
    assert found == wanted


@pytest.mark.parametrize(
    "text", ["1" * 9000, "A " * 1500, "mil " * 800, "5% " * 400, "万" * 3000, "(" * 3000]
)
def test_hostile_text_is_read_without_fault(text):
    for lang in ("en", "zh", "ko"):
        for claim in claims_in(text, lang=lang):
            assert claim.quote == text[claim.start : claim.end]
