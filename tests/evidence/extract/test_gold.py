"""Extraction against the shared hand-made annotations: news texts and invented texts."""

import json

import pytest

from tests.evidence.extract.scoring import Score, score
from waferway.evidence.extract import claims_in, extract

NEWS = ("000_55168836866e2e4a", "001_2730880aec09d845", "004_7656fdf8e60fc9fd")
INVENTED = ("syn-de-1", "syn-en-1", "syn-ja-1", "syn-ko-1", "syn-zh-1")


def load(folder, name):
    text = (folder / f"{name}.txt").read_bytes().decode("utf-8")
    return text, json.loads((folder / f"{name}.gold.json").read_text(encoding="utf-8"))


def claims_of(folder, name):
    text, gold = load(folder, name)
    # The annotations take January 2024 as the month of the three news texts.
    return text, gold, claims_in(text, published="2024-01" if name in NEWS else None)


def test_news_quantities_and_dates(shared_data):
    total = Score()
    for name in NEWS:
        _, gold, claims = claims_of(shared_data / "claims-gold", name)
        score(claims, gold, total)
    assert total.f1("quantity") >= 0.95, total.notes
    assert total.f1("date") >= 0.90, total.notes


@pytest.mark.parametrize("name", INVENTED)
def test_invented_texts(shared_data, name):
    _, gold, claims = claims_of(shared_data / "claims-gold", name)
    result = score(claims, gold)
    assert result.f1("quantity") >= 0.95, result.notes
    assert result.f1("date") >= 0.90, result.notes


@pytest.mark.parametrize("name", NEWS + INVENTED)
def test_quotes_are_exact_and_product_codes_are_no_quantities(shared_data, name):
    text, gold, claims = claims_of(shared_data / "claims-gold", name)
    assert claims
    for claim in claims:
        assert claim.quote == text[claim.start : claim.end]
        assert claim.start <= claim.num_start < claim.num_end <= claim.end
        for code in gold["distractors"]:
            assert not (claim.num_start < code["end"] and code["start"] < claim.num_end), code


def test_languages_are_detected(shared_data):
    folder = shared_data / "claims-gold"
    for name in NEWS + INVENTED:
        text, gold = load(folder, name)
        assert claims_in(text)[0].lang == gold["lang"], name


def test_files_and_json(shared_data):
    path = shared_data / "claims-gold" / "syn-en-1.txt"
    made = extract([path]).to_json()
    first = made["claims"][0]
    assert first["quote"] == "between $3.2bn and $4bn"
    assert (first["start"], first["end"], first["unit"]) == (30, 53, "USD")
    assert first["claim_id"].startswith("x-") and len(first["claim_id"]) == 18
