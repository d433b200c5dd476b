"""Quality rules: each passes, warns and fails where it should, and its records can be logged."""

import datetime as dt
import json

import pytest

from waferway.evidence import ledger
from waferway.evidence.claims import Claim
from waferway.evidence.extract import claims_in
from waferway.evidence.extract.files import Document, Extraction
from waferway.evidence.quality import RULES, quality_of, quality_of_texts


def claim(**fields):
    made = {
        "claim_id": "c-1", "owner": "lab", "subject": "org:x", "metric": "capacity",
        "kind": "count", "form": "point", "value": 100, "unit": "wafer/month",
        "modality": "reported", "grade": "C", "known_from": "2025-01-01", "source_id": "a",
        "method": "hand", **fields,
    }  # fmt: skip
    return Claim.model_validate(made)


def verdict(rule, *claims, which=0, **options):
    found = quality_of(claims, **options)
    mine = [one for one in found.verdicts if one.rule == f"{rule}@1"
            and one.claim_id == claims[which].claim_id]  # fmt: skip
    return mine[0].verdict if mine else None


@pytest.mark.parametrize(
    ("rule", "good", "bad", "outcome"),
    [
        ("unit-dimension", {"kind": "power", "unit": "GW"}, {"kind": "power", "unit": "km"},
         "fail"),
        ("unit-dimension", {"kind": "money", "unit": "USD/wafer"}, {"kind": "money", "unit": "GW"},
         "fail"),
        ("metric-range", {"value": 5}, {"value": -5}, "fail"),
        ("metric-range", {"kind": "share", "unit": "%", "metric": "yield", "value": 99},
         {"kind": "share", "unit": "%", "metric": "yield", "value": 140}, "fail"),
        ("metric-range", {"kind": "share", "unit": "%", "metric": "growth", "value": -37},
         {"kind": "rank", "unit": "1", "metric": "rank", "value": 0}, "fail"),
        ("metric-range", {"unit": "fab", "value": 3}, {"unit": "fab", "value": "2.5"}, "warn"),
        ("owner", {}, {"owner": None}, "warn"),
        ("time", {"valid_text": "2025"}, {"valid_text": "FY2026"}, "warn"),
        ("time", {"valid_text": "2025-04-17"}, {"valid_text": "--04-17"}, "warn"),
        ("price-basis", {"kind": "money", "unit": "USD"},
         {"kind": "money", "unit": "USD", "method": "derived:fx"}, "fail"),
        ("price-basis", {"kind": "money", "unit": "USD", "price_year": 2025, "modality": "planned",
                         "valid_text": "/2047", "valid_to": "2048-01-01"},
         {"kind": "money", "unit": "USD", "modality": "planned", "valid_text": "/2047",
          "valid_to": "2048-01-01"}, "warn"),
    ],
)  # fmt: skip
def test_rules_on_one_claim(rule, good, bad, outcome):
    assert verdict(rule, claim(**good)) == "pass"
    assert verdict(rule, claim(**bad)) == outcome


def test_an_owner_who_may_not_own_fails():
    assert verdict("owner", claim(), owners={"lab"}) == "pass"
    assert verdict("owner", claim(), owners={"other"}) == "fail"


def test_a_quote_that_is_not_in_the_text_fails():
    text = "Power is capped at 1.4 GW."
    (one,) = claims_in(text, source_id="a", owner="lab")
    assert verdict("quote", one, texts={"a": text}) == "pass"
    assert verdict("quote", one, texts={"a": "x" + text}) == "fail"
    assert verdict("quote", one) is None


def test_a_number_of_a_product_code_is_a_distractor():
    text = "It uses the H200 now."
    wrong = claim(start=12, end=16, num_start=13, num_end=16, quote="H200", lang="en")
    assert verdict("distractor", wrong, texts={"a": text}) == "fail"
    right = claims_in("It has 36 fabs.", source_id="a")[0]
    assert verdict("distractor", right, texts={"a": "It has 36 fabs."}) == "pass"


def test_age_is_counted_in_half_lives():
    old = claim(metric="price", kind="money", unit="USD", known_from="2022-01-01")
    assert verdict("staleness", old, as_of=dt.date(2022, 9, 1)) == "pass"
    assert verdict("staleness", old, as_of=dt.date(2024, 1, 1)) == "warn"


def test_claims_that_disagree_warn_on_both_sides():
    one = claim(metric="lead_time", kind="duration", unit="week", value=36)
    two = claim(claim_id="c-2", metric="lead_time", kind="duration", unit="week", value=22,
                source_id="b")  # fmt: skip
    assert {verdict("contradiction", one, two, which=k) for k in (0, 1)} == {"warn"}
    assert verdict("contradiction", one) == "pass"


def test_translations_are_duplicates_and_load_bearing_claims_want_two_sources():
    english = "Hanbit pays $3bn, needs 1.4 GW and 22 weeks."
    german = "Hanbit GmbH zahlt 3 Mrd. Dollar, braucht 1,4 GW und 22 Wochen."
    made = [*claims_in(english, lang="en", source_id="a"),
            *claims_in(german, lang="de", source_id="b")]  # fmt: skip
    power = next(c for c in made if c.kind == "power").claim_id
    found = quality_of(made, load_bearing={power}).verdicts
    assert any(one.rule == "duplicate@1" and one.verdict == "warn" for one in found)
    assert [one.verdict for one in found if one.rule == "single-source@1"] == ["warn"]


def test_every_rule_is_exercised_and_records_go_into_the_log(tmp_path, capsys):
    from waferway.cli import run

    text = "Hanbit will invest $3bn in two fabs by 2040. Lead times are 36 weeks."
    (tmp_path / "note.txt").write_text(text, encoding="utf-8")
    made = quality_of_texts(
        Extraction((Document("note.txt", text, "en", "2025-01-31"),),
                   tuple(claims_in(text, source_id="note.txt", published="2025-01-31")))
    )  # fmt: skip
    assert {one.rule.partition("@")[0] for one in made.verdicts} | {"single-source"} == set(RULES)
    assert made.passed and "warn" in str(made)
    arguments = ["evidence", "quality", str(tmp_path / "note.txt"), "--owner", "lab", "--json"]
    assert run(arguments) == 0
    content = json.loads(capsys.readouterr().out)
    log = ledger.init(tmp_path / "a.ledger", origin="lab/q", party="lab", keys=tmp_path / "k")
    ids = {record["claim_id"] for record in content["quality"]}
    ledger.append(log["ledger"], [{"claim_id": name, "owner": "lab"} for name in sorted(ids)],
                  key=log["owner_key"])  # fmt: skip
    records = tmp_path / "q.json"
    records.write_text(json.dumps(content), encoding="utf-8")
    logged = ["ledger", "append", str(log["ledger"]), str(records), "--type", "quality",
              "--key", str(log["owner_key"])]  # fmt: skip
    assert run(logged) == 0
    assert ledger.audit(log["ledger"], log=[log["log_key"]]).ok
