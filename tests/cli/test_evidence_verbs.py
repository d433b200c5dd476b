"""`waferway evidence`: every verb once, and wrong calls with their whole error."""

import json

import pytest

from waferway.evidence.claims import Claim
from waferway.evidence.extract import extract

TEXT = "Hanbit's lead times are 36 weeks. 🏭 Power is capped at 1.4 GW.\n"


@pytest.fixture
def note(tmp_path):
    path = tmp_path / "note.txt"
    path.write_bytes(TEXT.encode())
    return path


def test_extract_prints_every_field_of_the_schema(note, waferway):
    found = waferway("evidence", "extract", note, "--json")
    assert found.code == 0 and found.err == ""
    claims = found.json()["claims"]
    assert {claim["quote"] for claim in claims} >= {"36 weeks", "1.4 GW"}
    for claim in claims:
        assert set(claim) == set(Claim.model_fields)
        assert TEXT[claim["start"] : claim["end"]] == claim["quote"]
        Claim.model_validate(claim)
    assert claims == json.loads(json.dumps(extract([note]).to_json()))["claims"]


def test_extract_for_people(note, waferway):
    found = waferway("evidence", "extract", note, "--published", "2025-03", "--lang", "en")
    assert found.code == 0 and "'1.4 GW'" in found.out and "(en)" in found.out


def test_what_extract_prints_can_be_logged(note, waferway, tmp_path):
    claims = tmp_path / "claims.json"
    claims.write_text(waferway("evidence", "extract", note, "--json").out, encoding="utf-8")
    path = tmp_path / "c.ledger"
    given = ("--origin", "lab.example/claims", "--party", "lab", "--keys", tmp_path / "k")
    made = waferway("ledger", "init", path, *given, "--json").json()
    found = waferway("ledger", "append", path, claims, "--owner", "lab", "--key",
                     made["owner_key"])  # fmt: skip
    assert found.code == 0, found.err


def test_reconcile(note, waferway, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text("At Hanbit lead times are 20 weeks.", encoding="utf-8")
    body = waferway("evidence", "reconcile", note, other, "--json").json()
    group = next(group for group in body["groups"] if group["metric"] == "lead_time")
    assert group["sources"] == 2 and len(group["conflicts"]) == 1
    found = waferway("evidence", "reconcile", note, other)
    assert found.code == 0 and "contradict: " in found.out


def test_dossier(waferway, tmp_path):
    path = tmp_path / "met.txt"
    path.write_text("Sam Altman met TSMC on 3 June 2025 about $3bn.", encoding="utf-8")
    body = waferway("evidence", "dossier", path, "--json").json()
    assert body["people"] == {"person:sam-altman": ["met.txt"]}
    assert [claim["quote"] for claim in body["claims"] if claim["kind"] == "money"] == ["$3bn"]
    found = waferway("evidence", "dossier", path)
    assert found.code == 0 and "WHO MET WHOM" in found.out


@pytest.mark.parametrize("verb", ["extract", "reconcile", "dossier"])
def test_wrong_calls(verb, note, waferway, tmp_path):
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9 costs $3")
    found = waferway("evidence", verb, tmp_path / "none.txt", note, tmp_path / "latin.txt")
    assert found.code == 2 and found.out == ""
    assert "none.txt  cannot be read: No such file or directory" in found.err
    assert "latin.txt  not UTF-8: byte 3 is 0xe9" in found.err
    assert found.err.endswith("2 faults; no claims were extracted.\n")
    found = waferway("evidence", verb, note, "--published", "2025-13")
    assert found.code == 2 and "2025-13" in found.err
    found = waferway("evidence", verb, note, "--lang", "xx")
    assert found.code == 2 and "xx" in found.err
    found = waferway("evidence", verb)
    assert found.code == 2 and "Missing argument" in found.err


def test_a_model_needs_address_and_name(note, waferway):
    found = waferway("evidence", "extract", note, "--model", "m")
    assert (found.code, found.err) == (
        2, "--model-url and --model go together; give both or neither\n"
    )  # fmt: skip
    found = waferway("evidence", "extract", note, "--model", "m", "--model-url", "ftp://x")
    assert found.code == 2 and "must begin with http" in found.err
    closed = "http://127.0.0.1:9/v1/chat/completions"
    found = waferway("evidence", "extract", note, "--model", "m", "--model-url", closed)
    assert found.code == 2 and found.err.endswith("1 fault; no claims were extracted.\n")
