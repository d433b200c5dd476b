"""Keys, signatures, notes, checkpoints, cosignatures, policies."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.evidence.ledger.worlds import ORIGIN, flip, seeded
from waferway.errors import OutputExists
from waferway.evidence.ledger.checkpoints import Checkpoint, open_checkpoint
from waferway.evidence.ledger.curve import GROUP_ORDER, PRIME, checked_key, signature_fits
from waferway.evidence.ledger.failures import (
    LedgerError,
    MalformedCheckpoint,
    MalformedKey,
    MalformedNote,
    MalformedPolicy,
    NonCanonicalKey,
    NoteSignatureInvalid,
    NoTrustedSignature,
    OriginMismatch,
    SmallOrderKey,
)
from waferway.evidence.ledger.keys import PrivateKey
from waferway.evidence.ledger.notes import Note, Signature, VerifierKey, sign_text
from waferway.evidence.ledger.policies import WitnessPolicy

LOG = seeded(ORIGIN, "log")
WITNESSES = [seeded(f"w{i}.example", "witness") for i in range(5)]


def checkpoint_note(size=3, root=bytes(32), signers=(LOG,), origin=ORIGIN):
    text = Checkpoint(origin, size, root).text()
    return bytes(Note(text, tuple(sign_text(text, k.verifier, k.sign, 1000) for k in signers)))


# ---- Ed25519 -----------------------------------------------------------------------------------
def test_all_public_ed25519_vectors(shared_data):
    data = json.loads((shared_data / "tlog-vectors" / "wycheproof-ed25519.json").read_text())
    count = 0
    for group in data["testGroups"]:
        public = bytes.fromhex(group["publicKey"]["pk"])
        for test in group["tests"]:
            try:
                fits = signature_fits(
                    public, bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"])
                )
            except LedgerError:
                fits = False
            assert fits == (test["result"] == "valid"), test["tcId"]
            count += 1
    assert count == 97


# The eight points of small order, and the encodings of theirs that RFC 8032 does not allow
# (Chalkias, Garillot & Nikolaenko, "Taming the many EdDSAs", table 1).
ORDER_8 = bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")
ORDER_8_TOO = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")


def encoded(y, sign=0):
    return (y + (sign << 255)).to_bytes(32, "little")


@pytest.mark.parametrize(
    "public",
    [encoded(1), encoded(PRIME - 1), encoded(0), encoded(0, 1), ORDER_8, ORDER_8_TOO,
     flip(ORDER_8, 31, 7), flip(ORDER_8_TOO, 31, 7)],
)  # fmt: skip
def test_keys_of_small_order_are_refused(public):
    with pytest.raises(SmallOrderKey):
        checked_key(public)


@pytest.mark.parametrize(
    "public",
    [encoded(1, 1), encoded(PRIME - 1, 1), encoded(PRIME), encoded(PRIME, 1), encoded(PRIME + 1),
     encoded(PRIME + 1, 1), encoded(2), b"", bytes(31), bytes(33)],
)  # fmt: skip
def test_keys_without_a_canonical_point_are_refused(public):
    with pytest.raises(NonCanonicalKey):
        checked_key(public)


def test_a_forgery_for_a_small_order_key_is_refused():
    # S = 0, R = identity verifies under some libraries for many messages.
    for message in range(16):
        with pytest.raises(SmallOrderKey):
            signature_fits(ORDER_8, encoded(1) + bytes(32), bytes([message]))


@given(st.binary(max_size=200), st.integers(0, 63), st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_every_signature_bit_counts(message, byte, bit):
    key = seeded("lab", "owner")
    sig = key.sign(message)
    assert signature_fits(key.public, sig, message)
    try:
        assert not signature_fits(key.public, flip(sig, byte, bit), message)
    except LedgerError as named:
        assert named.name() == "malleable-signature"


def test_s_is_below_the_order():
    key = seeded("lab", "owner")
    sig = key.sign(b"m")
    s = int.from_bytes(sig[32:], "little") + GROUP_ORDER
    with pytest.raises(LedgerError, match="malleable-signature"):
        signature_fits(key.public, sig[:32] + s.to_bytes(32, "little"), b"m")


# ---- key files ---------------------------------------------------------------------------------
def test_key_files_are_private_and_never_written_over(tmp_path):
    key = PrivateKey.generate("lab", "owner")
    path = key.save(tmp_path / "k", "a passphrase")
    assert path.stat().st_mode & 0o777 == 0o600
    assert PrivateKey.load(path, "a passphrase") == key
    assert b"ENCRYPTED" in path.read_bytes()
    with pytest.raises(OutputExists):
        key.save(path)


def test_a_key_file_whose_name_was_changed_is_refused(tmp_path):
    path = PrivateKey.generate("lab", "owner").save(tmp_path / "k")
    path.write_text(path.read_text().replace("name lab", "name fab"))
    with pytest.raises(LedgerError, match="key-file-invalid"):
        PrivateKey.load(path)


def test_secrets_stay_out_of_repr():
    assert "secret" not in repr(PrivateKey.generate("lab", "owner"))


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n", "a\u2003b"])
def test_key_names_have_no_blanks_and_no_plus(name):
    with pytest.raises(MalformedKey):
        PrivateKey.generate(name, "owner")


# ---- verifier keys and notes -------------------------------------------------------------------
def test_verifier_keys_round_trip():
    for key in (LOG, WITNESSES[0]):
        assert VerifierKey.parse(str(key.verifier)) == key.verifier


@pytest.mark.parametrize(
    "change",
    [lambda t: t.replace("+", "", 1), lambda t: t + "=", lambda t: t[:-4],
     lambda t: "x" + t, lambda t: t.replace("+", "++", 1)],
)  # fmt: skip
def test_verifier_keys_that_do_not_fit_are_refused(change):
    with pytest.raises(MalformedKey):
        VerifierKey.parse(change(str(LOG.verifier)))


def test_a_verifier_key_of_small_order_is_refused():
    bad = VerifierKey(ORIGIN, 1, encoded(1))
    with pytest.raises(SmallOrderKey):
        VerifierKey.parse(str(bad))


def test_unknown_algorithms_are_named():
    bad = VerifierKey(ORIGIN, 6, LOG.public)
    with pytest.raises(MalformedKey, match="algorithm"):
        VerifierKey.parse(str(bad))


def test_notes_round_trip_and_unknown_signatures_are_ignored():
    data = checkpoint_note(signers=(WITNESSES[0], LOG, WITNESSES[1]))
    note = Note.parse(data)
    assert bytes(note) == data
    assert [key for key, _ in note.verified([LOG.verifier])] == [LOG.verifier]
    with pytest.raises(NoTrustedSignature):
        note.require([WITNESSES[4].verifier])


def test_a_trusted_signature_that_fails_rejects_the_note():
    good = Note.parse(checkpoint_note(signers=(LOG, WITNESSES[0])))
    bad = Signature(WITNESSES[0].name, good.signatures[1].key_id, flip(good.signatures[1].data, 20))
    note = Note(good.text, (good.signatures[0], bad))
    with pytest.raises(NoteSignatureInvalid):
        note.require([LOG.verifier, WITNESSES[0].verifier])
    note.require([LOG.verifier])  # the witness is not known to this reader


GOOD = checkpoint_note()


@pytest.mark.parametrize(
    "data",
    [b"", b"text\n", GOOD[:-1], GOOD.replace(b"\n\n", b"\n"), GOOD + b"x", GOOD + b"\n",
     GOOD.replace(b"3", b"\x07", 1), b"\xff" + GOOD, GOOD.replace("— ".encode(), b"- "),
     GOOD.replace(b"=\n", b"\n"), GOOD + GOOD.split(b"\n\n")[1] * 101, b"x" * 1_000_001],
)  # fmt: skip
def test_malformed_notes_are_named(data):
    with pytest.raises(MalformedNote):
        Note.parse(data)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_note_or_a_named_error(data):
    try:
        note = Note.parse(data)
    except MalformedNote:
        return
    assert bytes(note) == data


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 7))
def test_one_changed_bit_spoils_a_checkpoint(byte, bit):
    with pytest.raises(LedgerError):
        open_checkpoint(flip(GOOD, byte, bit), [LOG.verifier])


@pytest.mark.parametrize(
    "text",
    ["", "o\n", "o\n1\n", "o\n01\nAAAA\n", "o\n-1\nAAAA\n", "o\n1\nAAAA\n", "o\n1\n!\n",
     "o\n1\n" + base64.b64encode(bytes(32)).decode(),
     "\n1\n" + base64.b64encode(bytes(32)).decode() + "\n",
     f"o\n{2**63}\n" + base64.b64encode(bytes(32)).decode() + "\n"],
)  # fmt: skip
def test_malformed_checkpoints_are_named(text):
    with pytest.raises(MalformedCheckpoint):
        Checkpoint.parse(text)


def test_extension_lines_are_kept():
    text = Checkpoint(ORIGIN, 1, bytes(32), ("more",)).text()
    assert Checkpoint.parse(text).extensions == ("more",)


def test_the_origin_must_be_the_keys():
    with pytest.raises(OriginMismatch):
        open_checkpoint(checkpoint_note(origin="other.example"), [LOG.verifier])


def test_a_cosignature_signs_header_time_and_text():
    # c2sp.org/tlog-cosignature, worked: "cosignature/v1\ntime T\n" + text; 8 bytes of time first.
    key = WITNESSES[0]
    line = sign_text("a\n1\nb\n", key.verifier, key.sign, 1679315147)
    assert line.timestamp == 1679315147
    assert signature_fits(key.public, line.data[8:], b"cosignature/v1\ntime 1679315147\na\n1\nb\n")
    with pytest.raises(LedgerError, match="witness-clock-zero"):
        sign_text("a\n", key.verifier, key.sign, 0)


# ---- policies ----------------------------------------------------------------------------------
POLICY = "\n".join(
    [
        f"log {LOG.verifier}",
        *(f"witness {name} {key.verifier}" for name, key in zip("ABCDE", WITNESSES, strict=True)),
        "group left 2 A B C",
        "group right any D E",
        "group both all left right",
        "quorum both",
    ]
)


def test_nested_groups_are_counted():
    policy = WitnessPolicy.parse(POLICY)
    keys = {name: key.verifier for name, key in zip("ABCDE", WITNESSES, strict=True)}
    for names, met in (("ABD", True), ("ABC", False), ("AD", False), ("BCE", True), ("DE", False)):
        assert policy.met(keys[name] for name in names) == met


def test_quorum_times_are_those_of_a_whole_quorum():
    policy = WitnessPolicy.of([LOG.verifier], [key.verifier for key in WITNESSES[:3]], 2)
    times = dict(zip((key.verifier for key in WITNESSES), (30, 10, 20), strict=False))
    assert policy.not_after(times) == 20  # by 20 two had seen it; one liar cannot move this
    assert policy.not_before(times) == 20
    assert policy.not_after({}) is None


@pytest.mark.parametrize(
    "text",
    ["", "quorum nobody", "quorum none\nquorum none", "group g 1 A\nquorum g", "decree x",
     f"log {WITNESSES[0].verifier}\nquorum none", f"witness A {LOG.verifier}\nquorum A",
     f"log {LOG.verifier}\nlog {LOG.verifier}\nquorum none",
     POLICY.replace("group left 2", "group left 4"), POLICY.replace("group left 2", "group left 0"),
     POLICY.replace("any D E", "any D A"), POLICY.replace("witness B", "witness A"),
     POLICY.replace("witness A", "witness none")],
)  # fmt: skip
def test_malformed_policies_are_named(text):
    with pytest.raises(MalformedPolicy):
        WitnessPolicy.parse(text)


def test_comments_and_blanks_are_allowed():
    assert WitnessPolicy.parse(f"# c\n\n \tlog\t{LOG.verifier} https://x\nquorum none\n").logs
