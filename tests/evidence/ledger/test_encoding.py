"""Canonical JSON, decimals, commitments, entries."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.evidence.ledger.worlds import ORIGIN, flip, seeded
from waferway.evidence.ledger.canonical import (
    canonical_json,
    check_decimal,
    decimal_text,
    read_canonical,
)
from waferway.evidence.ledger.commitments import check_disclosed, commit, disclose, fits
from waferway.evidence.ledger.entries import (
    TYPES,
    Entry,
    check_payload,
    ledger_payload,
    signed_json,
    time_of,
    unsigned_json,
)
from waferway.evidence.ledger.failures import FieldNotCommitted, LedgerError, MalformedEntry

NAMES = st.text("abcdefghijklmnopqrstuvwxyz_éü한", min_size=1, max_size=8)
LEAVES = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4)
)
few = settings(max_examples=30, deadline=None)
PAYLOADS = st.dictionaries(NAMES, VALUES, min_size=1, max_size=12)


@few
@given(PAYLOADS)
def test_canonical_json_round_trips(value):
    data = canonical_json(value)
    assert read_canonical(data) == value
    assert json.loads(data) == value
    assert canonical_json(dict(reversed(value.items()))) == data


def test_rfc_8785_order_is_by_utf16_units():
    # RFC 8785, section 3.2.3: U+1F600 sorts before U+FF21, since its first unit is D83D.
    value = {"\u20ac": 1, "\r": 2, "\uff21": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    order = list(json.loads(canonical_json(value)))
    assert order == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\uff21"]


def test_rfc_8785_escapes():
    # RFC 8785, section 3.2.2.2.
    text = "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/"
    assert canonical_json(text).decode() == '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'


@pytest.mark.parametrize(
    "data, name",
    [
        (b'{"a":1,"a":1}', "duplicate-json-key"), (b"NaN", "not-a-number"),
        (b"[-Infinity]", "not-a-number"), (b"-0", "negative-zero"), (b"-0.0", "negative-zero"),
        (b"1.5", "fraction-as-number"), (b"1e3", "fraction-as-number"),
        (b"9007199254740992", "number-too-large"), (b"1" * 5000, "number-too-large"),
        (b'{"b":1,"a":1}', "non-canonical-json"), (b'{"a": 1}', "non-canonical-json"),
        (b'"\\u0041"', "non-canonical-json"), (b"01", "non-canonical-json"),
        (b"{", "non-canonical-json"), (b'"\\ud800"', "invalid-utf8"), (b"\xff", "invalid-utf8"),
        ('{"e\u0301":1}'.encode(), "non-nfc-identifier"), (b"[" * 100_000, "non-canonical-json"),
        (b"[" * 700 + b"]" * 700, "non-canonical-json"),
        (b"\xef\xbb\xbf1", "non-canonical-json"), (b"", "non-canonical-json"),
    ],
)  # fmt: skip
def test_other_spellings_are_refused_by_name(data, name):
    with pytest.raises(LedgerError) as caught:
        read_canonical(data)
    assert caught.value.name() == name


@given(st.binary(max_size=60))
def test_any_bytes_are_canonical_or_a_named_error(data):
    try:
        value = read_canonical(data)
    except LedgerError:
        return
    assert canonical_json(value) == data


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_decimal_strings_are_exact_and_canonical(number):
    text = decimal_text(number)
    check_decimal(text)
    assert Decimal(text) == number


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300))
def test_floats_keep_their_value(number):
    assert float(decimal_text(number)) == number


@pytest.mark.parametrize("text", ["1.0", "01", "+1", "1e3", ".5", "5.", "1,5", "", " 1", "-0.0"])
def test_second_spellings_of_decimals_are_refused(text):
    with pytest.raises(LedgerError):
        check_decimal(text)


# ---- commitments -------------------------------------------------------------------------------
@few
@given(PAYLOADS)
def test_commitments_fit_their_payload_and_no_other(payload):
    made = commit(payload)
    assert made.fields == canonical_json(payload)
    assert fits(made.fields, made.salts, made.root)
    assert not fits(made.fields, flip(made.salts, len(made.salts) - 1), made.root)
    assert not fits(canonical_json({**payload, "more_": 1}), made.salts + bytes(16), made.root)


@few
@given(PAYLOADS, st.data())
def test_single_fields_are_shown_and_checked(payload, data):
    made = commit(payload)
    name = data.draw(st.sampled_from(sorted(payload)))
    (shown,) = disclose(made.fields, made.salts, [name])
    assert check_disclosed(shown, made.root) == (name, payload[name])
    for change in ({"value": "other"}, {"name": "other"}, {"index": 99}, {"salt": "AAAA"}):
        if {**shown, **change} != shown:
            with pytest.raises(FieldNotCommitted):
                check_disclosed({**shown, **change}, made.root)


def test_equal_payloads_have_unequal_commitments():
    # Otherwise a guess could be tested against an erased entry.
    assert commit({"value": "1"}).root != commit({"value": "1"}).root


def test_salts_are_of_128_bits_for_each_field():
    assert len(commit({"a": 1, "b": 2}).salts) == 32


def test_a_field_that_is_not_there_is_named():
    made = commit({"a": 1})
    with pytest.raises(FieldNotCommitted, match="it has a"):
        disclose(made.fields, made.salts, ["b"])


# ---- entries -----------------------------------------------------------------------------------
def entry_bytes(kind="claim"):
    key = seeded("lab", "owner")
    unsigned = unsigned_json(time_of(0), key.key_id, bytes(32), None, 0, kind)
    return signed_json(unsigned, key.sign(unsigned))


def test_entries_are_canonical_json_and_round_trip():
    data = entry_bytes()
    assert bytes(Entry.parse(data)) == data
    assert canonical_json(json.loads(data)) == data


def test_the_signature_covers_origin_and_every_field():
    key = seeded("lab", "owner")
    from waferway.evidence.ledger.entries import signed_message

    unsigned = unsigned_json(time_of(0), key.key_id, bytes(32), None, 0, "claim")
    sig = key.sign(signed_message(ORIGIN, unsigned))
    entry = Entry.parse(signed_json(unsigned, sig))
    entry.verify(ORIGIN, key.public)
    for origin, change in (
        ("other.example", {}), (ORIGIN, {"seq": 1}), (ORIGIN, {"created": time_of(1)}),
        (ORIGIN, {"type": "document"}), (ORIGIN, {"prev": 64 * "0"}),
        (ORIGIN, {"payload": bytes(31) + b"\x01"}), (ORIGIN, {"owner_key_id": 32 * "0"}),
    ):  # fmt: skip
        values = {name: getattr(entry, name) for name in Entry.__slots__}
        with pytest.raises(LedgerError, match="entry-signature-invalid"):
            Entry(**{**values, **change}).verify(origin, key.public)


@given(st.integers(0, len(entry_bytes()) - 1), st.integers(0, 7))
def test_a_changed_entry_is_another_entry_or_a_named_error(byte, bit):
    try:
        entry = Entry.parse(flip(entry_bytes(), byte, bit))
    except LedgerError:
        return
    assert entry != Entry.parse(entry_bytes())


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_demands_its_fields(kind):
    with pytest.raises(MalformedEntry, match=f"a {kind} needs the field"):
        check_payload(kind, {"note": "x"})


def test_records_become_payloads():
    record = {"claim_id": "c", "owner": "lab", "low": 0.1, "value": Decimal("1E+3"), "high": None,
              "qualifiers": {"region": "world"}, "start": 4, "big": 2**60}  # fmt: skip
    payload = ledger_payload(record)
    assert payload == {
        "claim_id": "c", "owner": "lab", "low": "0.1", "value": "1000",
        "qualifiers": {"region": "world"}, "start": 4, "big": str(2**60),
    }  # fmt: skip
    check_payload("claim", payload)
    canonical_json(payload)


@pytest.mark.parametrize("value", [50, 50.0, True])
def test_numbers_of_a_claim_are_decimal_strings(value):
    with pytest.raises(MalformedEntry, match="decimal string"):
        check_payload("claim", {"claim_id": "c", "owner": "lab", "low": value})
