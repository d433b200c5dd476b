"""The tamper matrix: every kind of tampering is found, under its own name.

Each case starts from a furnished log that audits clean, does one thing to it (or to a proof, a
bundle, a key, a request), and gives the first error found. `test_every_name_is_found` holds the
list complete: an error that no case produces is no promise.
"""

import base64
import json
import sqlite3

import pytest

from tests.evidence.ledger.worlds import (
    World,
    cell,
    claim,
    flip,
    flip_cell,
    raw_append,
    raw_entry,
    rebuild_tree,
    seeded,
    sql,
    truncate,
)
from waferway.evidence.ledger.bundles import export_bundle, import_bundle
from waferway.evidence.ledger.canonical import canonical_json, read_canonical
from waferway.evidence.ledger.checkpoints import Checkpoint
from waferway.evidence.ledger.curve import GROUP_ORDER, PRIME
from waferway.evidence.ledger.drafts import Draft, key_payload
from waferway.evidence.ledger.entries import possession_message
from waferway.evidence.ledger.failures import NAMES, LedgerError
from waferway.evidence.ledger.keys import PrivateKey
from waferway.evidence.ledger.log import Ledger
from waferway.evidence.ledger.notes import Note, Signature, VerifierKey, sign_text
from waferway.evidence.ledger.policies import WitnessPolicy
from waferway.evidence.ledger.proofs import Proof, verify_proof
from waferway.evidence.ledger.store import node_id
from waferway.evidence.ledger.tiles import tile_path
from waferway.evidence.ledger.witnessing import Reply, Witness, get_cosigned

CASES = []


def case(*names):
    """Register a case; its function gives the first error, or raises it."""

    def register(function):
        CASES.append((names, function))
        return function

    return register


@pytest.fixture(scope="module")
def furnished(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("furnished")).furnish()
    yield world
    world.ledger.close()


@pytest.fixture
def world(furnished, tmp_path):
    return furnished.copy(tmp_path)


def first(report):
    assert not report.ok, "nothing was found"
    return report.findings[0]


def raised(function, *args, **more):
    with pytest.raises(LedgerError) as caught:
        function(*args, **more)
    return caught.value


# ---- bytes of the file -------------------------------------------------------------------------
@case("payload-altered")
def one_bit_in_the_fields(world):
    flip_cell(world, "payload", "fields", 8, 20)
    return first(world.audit())


@case("payload-altered")
def one_bit_in_a_salt(world):
    flip_cell(world, "payload", "salts", 8, 3)
    return first(world.audit())


@case("payload-altered")
def fields_rewritten_with_an_equal_value(world):
    text = "replace(CAST(fields AS TEXT), '\"50\"', '50')"
    sql(world, f"UPDATE payload SET fields = CAST({text} AS BLOB) WHERE idx = 8")
    return first(world.audit())


@case("database-corrupt")
def the_types_of_a_table_loosened(world):
    sql(
        world,
        "ALTER TABLE leaf RENAME TO old",
        "CREATE TABLE leaf (idx INTEGER PRIMARY KEY, entry)",
        "INSERT INTO leaf SELECT idx, CAST(entry AS TEXT) FROM old",
    )
    return first(world.audit())


@case("entry-altered")
def one_bit_in_an_entry(world):
    flip_cell(world, "leaf", "entry", 8, 200)
    return first(world.audit())


@case("entry-altered")
def one_bit_in_the_last_entry(world):
    flip_cell(world, "leaf", "entry", 18, 40)
    return first(world.audit())


@case("leaf-hash-altered")
def one_bit_in_a_leaf_hash(world):
    flip_cell(world, "node", "hash", node_id(0, 6), by="id")
    return first(world.audit())


@case("node-altered")
def one_bit_in_an_inner_node(world):
    flip_cell(world, "node", "hash", node_id(2, 1), by="id")
    return first(world.audit())


@case("database-corrupt")
def a_page_of_the_file_overwritten(world):
    data = bytearray(world.path.read_bytes())
    for page in range(4096, len(data), 4096):
        data[page : page + 64] = b"\xff" * 64
    world.path.write_bytes(data)
    return first(world.audit())


@case("database-corrupt")
def the_header_of_the_file_overwritten(world):
    world.path.write_bytes(b"no database here" + world.path.read_bytes()[16:])
    return first(world.audit())


@case("not-a-ledger")
def the_format_changed(world):
    sql(world, "UPDATE meta SET value = 'waferway-ledger/9' WHERE name = 'format'")
    return raised(world.audit)


@case("origin-altered")
def the_origin_changed(world):
    sql(world, "UPDATE meta SET value = 'other.example' WHERE name = 'origin'")
    return first(world.audit())


# ---- rows --------------------------------------------------------------------------------------
@case("leaf-missing")
def an_entry_deleted(world):
    sql(world, "DELETE FROM leaf WHERE idx = 9")
    return first(world.audit())


@case("leaf-missing")
def the_first_entry_deleted(world):
    sql(world, "DELETE FROM leaf WHERE idx = 0")
    return first(world.audit())


@case("leaf-deleted")
def an_entry_deleted_and_the_rest_moved_down(world):
    sql(world, "DELETE FROM leaf WHERE idx = 9")
    for index in range(10, 20):
        sql(world, f"UPDATE leaf SET idx = {index - 1} WHERE idx = {index}")
    return first(world.audit())


@case("leaf-inserted")
def an_entry_added_behind_the_tree(world):
    entry = cell(world, "SELECT entry FROM leaf WHERE idx = 18")
    sql(world, ("INSERT INTO leaf VALUES (20, ?)", entry))
    return first(world.audit())


@case("leaf-inserted")
def an_entry_put_between_and_the_last_dropped(world):
    entry = cell(world, "SELECT entry FROM leaf WHERE idx = 18")
    sql(world, "DELETE FROM leaf WHERE idx = 19")
    for index in range(18, 8, -1):
        sql(world, f"UPDATE leaf SET idx = {index + 1} WHERE idx = {index}")
    sql(world, ("INSERT INTO leaf VALUES (9, ?)", entry + b" "))
    return first(world.audit())


@case("leaves-swapped")
def two_entries_swapped(world):
    sql(world, "UPDATE leaf SET idx = -1 WHERE idx = 6", "UPDATE leaf SET idx = 6 WHERE idx = 9",
        "UPDATE leaf SET idx = 9 WHERE idx = -1")  # fmt: skip
    return first(world.audit())


@case("leaf-renumbered")
def the_last_entry_renumbered(world):
    sql(world, "UPDATE leaf SET idx = 25 WHERE idx = 19")
    return first(world.audit())


@case("leaf-renumbered")
def an_entry_given_a_negative_index(world):
    sql(world, "UPDATE leaf SET idx = -3 WHERE idx = 4")
    return first(world.audit())


@case("tail-truncated")
def the_last_entries_deleted(world):
    sql(world, "DELETE FROM leaf WHERE idx >= 18")
    return first(world.audit())


@case("tail-truncated")
def the_tail_deleted_with_its_hashes(world):
    truncate(world, 15, checkpoints=False)
    return first(world.audit())


@case("node-missing")
def a_hash_deleted(world):
    sql(world, f"DELETE FROM node WHERE id = {node_id(1, 2)}")
    return first(world.audit())


@case("node-missing")
def the_last_hashes_deleted(world):
    sql(world, f"DELETE FROM node WHERE id >= {node_id(0, 16)}")
    return first(world.audit())


@case("node-surplus")
def a_hash_added(world):
    sql(world, ("INSERT INTO node SELECT max(id) + 1, ? FROM node", bytes(32)))
    sql(world, ("INSERT INTO node SELECT max(id) + 1, ? FROM node", bytes(32)))
    return first(world.audit())


@case("payload-missing")
def fields_deleted_without_an_erasure(world):
    sql(world, "DELETE FROM payload WHERE idx = 8")
    return first(world.audit())


@case("payload-orphan")
def fields_added_for_no_entry(world):
    sql(world, "INSERT INTO payload VALUES (77, X'7B7D', X'')")
    return first(world.audit())


@case("payload-not-erased")
def erased_fields_put_back(tmp_path):
    world = World(tmp_path, witnesses=0)
    world.append("claim", claim(0))
    kept = world.ledger.store.fields(3)
    world.ledger.erase(3, world.owner, "asked for", world.tick())
    world.ledger.close()
    assert world.audit().ok
    sql(world, ("INSERT INTO payload VALUES (3, ?, ?)", *kept))
    return first(world.audit())


@case("derived-claims-altered")
def a_retraction_hidden_in_the_table(world):
    sql(world, "UPDATE claim SET status = 'live', by_idx = NULL WHERE claim_id = 'c-lab-0'")
    return first(world.audit())


@case("derived-claims-altered")
def a_claim_hidden_in_the_table(world):
    sql(world, "DELETE FROM claim WHERE claim_id = 'c-fab-1'")
    return first(world.audit())


@case("derived-keys-altered")
def a_key_slipped_into_the_table(world):
    thief = seeded("lab", "owner", 99)
    sql(
        world,
        ("INSERT INTO key VALUES (?, 'lab', 'owner', ?, 2, NULL)", thief.key_id, thief.public),
    )
    return first(world.audit())


@case("derived-keys-altered")
def a_log_key_slipped_into_the_table(world):
    thief = seeded(world.origin, "log", 99)
    sql(world, ("INSERT INTO log_key VALUES (?, 1)", str(thief.verifier)))
    return first(world.audit())


@case("derived-heads-altered")
def a_head_changed_in_the_table(world):
    sql(world, "UPDATE head SET seq = seq + 1 WHERE party = 'fab'")
    return first(world.audit())


@case("derived-policies-altered")
def a_policy_hidden_in_the_table(world):
    sql(world, "DELETE FROM policy WHERE name = 'tolerance'")
    return first(world.audit())


# ---- checkpoints and cosignatures --------------------------------------------------------------
def edit_note(world, change):
    """Rewrite the newest checkpoint's bytes in the file."""
    note = cell(world, "SELECT note FROM checkpoint WHERE id = 2")
    sql(world, ("UPDATE checkpoint SET note = ? WHERE id = 2", change(note)))
    return first(world.audit(world.log_only))


@case("checkpoint-root-altered")
def one_bit_in_a_signed_root(world):
    def change(note):
        lines = note.split(b"\n")
        lines[2] = base64.b64encode(flip(base64.b64decode(lines[2])))
        return b"\n".join(lines)

    return edit_note(world, change)


def edit_signature(note, at):
    parsed = Note.parse(note)
    raw = parsed.signatures[0].key_id + parsed.signatures[0].data
    raw = flip(raw, at)
    return bytes(Note(parsed.text, (Signature(parsed.signatures[0].name, raw[:4], raw[4:]),)))


@case("checkpoint-signature-invalid")
def one_bit_in_a_signature(world):
    return edit_note(world, lambda note: edit_signature(note, 9))


@case("checkpoint-unsigned")
def one_bit_in_a_key_id(world):
    return edit_note(world, lambda note: edit_signature(note, 1))


@case("origin-mismatch")
def the_checkpoint_of_another_log(world):
    other = Checkpoint("other.example", 3, bytes(32)).text()
    signature = sign_text(other, world.log_key.verifier, world.log_key.sign)
    return edit_note(world, lambda _: bytes(Note(other, (signature,))))


@case("malformed-note")
def a_checkpoint_that_is_no_note(world):
    return edit_note(world, lambda note: note.replace(b"\n\n", b"\n"))


@case("malformed-checkpoint")
def a_checkpoint_of_size_with_leading_zero(world):
    return edit_note(world, lambda note: note.replace(b"\n18\n", b"\n018\n"))


@case("checkpoint-row-altered")
def the_size_beside_a_checkpoint_changed(world):
    sql(world, "UPDATE checkpoint SET size = 12 WHERE id = 1")
    return first(world.audit())


@case("cosignature-orphan")
def a_checkpoint_deleted(world):
    sql(world, "DELETE FROM checkpoint WHERE id = 1")
    return first(world.audit())


def edit_cosignature(world, change):
    line = cell(world, "SELECT line FROM cosignature WHERE checkpoint = 2 ORDER BY line LIMIT 1")
    old = Signature.parse(line)
    new = str(Signature(old.name, old.key_id, change(old.data)))
    sql(world, ("UPDATE cosignature SET line = ? WHERE line = ?", new, line))
    return first(world.audit())


@case("cosignature-invalid")
def one_bit_in_a_cosignature(world):
    return edit_cosignature(world, lambda data: flip(data, 30))


@case("cosignature-invalid")
def one_second_in_a_cosignature(world):
    return edit_cosignature(world, lambda data: flip(data, 7))


@case("witness-clock-zero")
def a_cosignature_of_time_zero(world):
    return edit_cosignature(world, lambda data: bytes(8) + data[8:])


@case("quorum-not-met")
def cosignatures_deleted(world):
    sql(world, "DELETE FROM cosignature")
    return first(world.audit())


@case("unknown-key")
def a_log_key_that_the_log_never_named(world):
    stranger = seeded(world.origin, "log", 5).verifier
    return first(world.audit(WitnessPolicy.of([stranger])))


# ---- history -----------------------------------------------------------------------------------
@case("rewritten-history")
def an_entry_changed_and_the_tree_recomputed(world):
    flip_cell(world, "leaf", "entry", 8, 20)
    rebuild_tree(world)
    return first(world.audit())


@case("rolled-back")
def the_log_rolled_back_behind_a_kept_checkpoint(world):
    kept = cell(world, "SELECT note FROM checkpoint WHERE id = 2")
    truncate(world, 14)
    return next(
        finding for finding in world.audit(world.log_only, kept=[kept]).findings
        if not finding.name().startswith("derived")
    )  # fmt: skip


@case("rolled-back")
def an_old_copy_of_the_file_restored(world, furnished):
    kept = furnished.path.with_name("a.ledger.kept").read_bytes()
    truncate(world, 14)
    world.path.with_name("a.ledger.kept").write_bytes(kept)
    ledger = Ledger(world.path)
    error = raised(ledger.append, [Draft("claim", claim(50))], world.owner)
    assert raised(ledger.checkpoint, world.log_key).name() == error.name()
    ledger.close()
    return error


def sign_head(world, size, root):
    head = Checkpoint(world.origin, size, root)
    return bytes(
        Note(head.text(), (sign_text(head.text(), world.log_key.verifier, world.log_key.sign),))
    )


@case("forked-log")
def two_roots_signed_for_one_size(world):
    note = sign_head(world, 18, bytes(32))
    sql(world, ("INSERT INTO checkpoint (size, note) VALUES (18, ?)", note))
    return first(world.audit(world.log_only))


@case("forked-log")
def another_root_kept_for_the_same_size(world):
    kept = sign_head(world, 18, bytes(32))
    return first(world.audit(world.log_only, kept=[kept]))


@case("inconsistent-growth")
def another_history_behind_a_kept_checkpoint(world):
    kept = sign_head(world, 11, bytes(32))
    return first(world.audit(world.log_only, kept=[kept]))


@case("backdated-entry")
def an_entry_that_states_a_time_before_its_predecessor(world):
    raw_append(world, raw_entry(world, "claim", claim(60), world.owner, created_s=1_600_000_000))
    return first(world.audit())


@case("backdated-entry")
def an_entry_that_states_a_time_long_before_witnesses_saw_it(tmp_path):
    world = World(tmp_path)
    world.tick(10)
    world.checkpoint()
    world.now_s += 100 * 86_400
    world.checkpoint()  # empty days, witnessed
    for witness, key in zip(world.witnesses, world.witness_keys, strict=True):
        get_cosigned(world.ledger, witness.add_checkpoint, key.verifier)
    stated = world.now_s - 50 * 86_400
    world.ledger.append([Draft("claim", claim(0))], world.owner, time_s=stated)
    world.checkpoint()
    world.ledger.close()
    return first(world.audit())


@case("future-entry")
def an_entry_that_states_a_time_after_witnesses_saw_it(tmp_path):
    world = World(tmp_path)
    world.ledger.append([Draft("claim", claim(0))], world.owner, time_s=world.now_s + 9000)
    world.checkpoint()
    world.ledger.close()
    return first(world.audit())


@case("stale-witness")
def witnesses_that_fell_silent(world):
    return first(world.audit(max_witness_age_s=3600, now_s=world.now_s + 86_400))


# ---- entries by tamperers with keys ------------------------------------------------------------
def forged(world, kind, payload, key, **more):
    raw_append(world, raw_entry(world, kind, payload, key, **more))
    return first(world.audit(world.log_only))


@case("entry-signature-invalid")
def one_bit_in_an_unwitnessed_entry_and_the_tree_recomputed(world):
    flip_cell(world, "leaf", "entry", 18, 20)
    rebuild_tree(world)
    return first(world.audit())


@case("unknown-key")
def an_entry_by_a_stranger(world):
    return forged(world, "claim", claim(60), seeded("lab", "owner", 7))


@case("revoked-key")
def an_entry_by_a_revoked_key(world):
    ledger = Ledger(world.path)
    revoke = {"party": "lab", "key_id": world.owner.key_id, "reason": "lost"}
    ledger.append([Draft("key-revoke", revoke)], world.root)
    ledger.close()
    return forged(world, "claim", claim(60), world.owner)


@case("revoked-key")
def an_entry_by_a_key_that_was_rotated_out(world):
    ledger = Ledger(world.path)
    new = key_payload(world.origin, seeded("lab", "owner", 8), world.owner.key_id)
    ledger.append([Draft("key-rotate", new)], world.root)
    ledger.close()
    return forged(world, "claim", claim(60), world.owner)


@case("owner-mismatch")
def a_claim_in_the_name_of_another(world):
    return forged(world, "claim", claim(60, "lab"), world.fab)


@case("replayed-from-another-log")
def an_entry_signed_for_another_log(world):
    entry = raw_entry(world, "claim", claim(60), world.owner, origin="other.example")
    raw_append(world, entry)
    return first(world.audit(world.log_only, other_origins=["other.example"]))


@case("sequence-broken")
def an_entry_replayed_in_the_same_log(world):
    old = tuple(cell(world, f"SELECT {c} FROM {t} WHERE idx = 18") for c, t in
                (("entry", "leaf"), ("fields", "payload"), ("salts", "payload")))  # fmt: skip
    raw_append(world, old)
    return first(world.audit())


@case("previous-mismatch")
def an_entry_that_points_past_its_predecessor(world):
    return forged(world, "claim", claim(60), world.owner, prev=64 * "0")


@case("malleable-signature")
def a_signature_with_s_plus_the_order(world):
    def sign(message):
        sig = world.owner.sign(message)
        s = int.from_bytes(sig[32:], "little") + GROUP_ORDER
        return sig[:32] + s.to_bytes(32, "little")

    return forged(world, "claim", claim(60), world.owner, sign=sign)


@case("signature-length-wrong")
def a_signature_with_garbage_after_it(world):
    return forged(
        world, "claim", claim(60), world.owner, sign=lambda m: world.owner.sign(m) + b"\x00"
    )


def key_entry(world, public, party="lab", role="owner", proof=None, key=None, kind="key-add"):
    proof = bytes(64) if proof is None else proof
    payload = {"party": party, "role": role, "public_key": base64.b64encode(public).decode(),
               "proof": base64.b64encode(proof).decode()}  # fmt: skip
    return forged(world, kind, payload, key or world.root)


@case("small-order-key")
def a_key_for_which_anybody_can_sign(world):
    return key_entry(world, bytes([1]) + bytes(31))


@case("non-canonical-key")
def a_key_in_a_second_encoding(world):
    return key_entry(world, (PRIME + 1).to_bytes(32, "little"))


@case("possession-unproven")
def a_key_that_did_not_sign_for_itself(world):
    return key_entry(world, seeded("lab", "owner", 3).public)


@case("key-reused")
def the_key_of_another_party_taken(world):
    public = world.owner.public
    proof = world.owner.sign(possession_message(world.origin, "fab", "owner", public))
    return key_entry(world, public, "fab", "owner", proof, world.fab_root)


@case("party-taken")
def a_second_root_key_for_a_party(world):
    thief = seeded("fab", "root", 9)
    return forged(world, "key-add", key_payload(world.origin, thief), thief, seq=0)


@case("root-key-needed")
def a_key_added_by_a_signing_key(world):
    return forged(
        world, "key-add", key_payload(world.origin, seeded("lab", "owner", 4)), world.owner
    )


@case("key-of-another-party")
def a_key_added_for_another_party(world):
    return forged(
        world, "key-add", key_payload(world.origin, seeded("lab", "owner", 4)), world.fab_root
    )


@case("foreign-retraction")
def the_claim_of_another_retracted(world):
    return forged(world, "retraction", {"claim_id": "c-lab-4", "reason": "no"}, world.fab)


@case("foreign-supersession")
def the_claim_of_another_replaced(world):
    return forged(world, "claim", claim(9, "fab", supersedes="c-lab-4"), world.fab)


@case("foreign-erasure")
def the_fields_of_another_erased(world):
    payload = {"index": 9, "claim_id": "c-lab-4", "supersedes": [], "reason": "no"}
    return forged(world, "erasure", payload, world.fab)


@case("foreign-erasure")
def the_fields_of_a_key_erased(world):
    ledger = Ledger(world.path)
    error = raised(ledger.erase, 2, world.root, "hide")
    ledger.close()
    assert error.name() == "malformed-entry"  # a root key erases nothing at all
    payload = {"index": 18, "claim_id": "c-lab-5", "supersedes": [], "reason": "misstated"}
    return forged(world, "erasure", payload, world.owner)


@case("claim-id-reused")
def a_claim_id_used_twice(world):
    return forged(world, "claim", claim(4), world.owner)


@case("claim-id-reused")
def the_id_of_an_erased_claim_used_again(world):
    return forged(world, "claim", claim(2), world.owner)


@case("unknown-claim")
def a_claim_retracted_that_never_was(world):
    return forged(world, "retraction", {"claim_id": "c-none", "reason": "x"}, world.owner)


@case("claim-not-live")
def a_claim_retracted_twice(world):
    return forged(world, "retraction", {"claim_id": "c-lab-0", "reason": "x"}, world.owner)


@case("unauthorised-policy")
def a_policy_by_somebody_else(world):
    return forged(world, "policy", {"policy": "tolerance", "market_share": "99"}, world.fab)


@case("unauthorised-policy")
def the_log_key_rotated_by_somebody_else(world):
    new = seeded(world.origin, "log", 6)
    payload = key_payload(world.origin, new, world.log_key.key_id, "fab")
    return forged(world, "key-rotate", payload, world.fab_root)


@case("input-not-logged")
def a_run_on_entries_to_come(world):
    run = {"inputs": [99], "code_version": "0.1", "result_sha256": 64 * "c"}
    return forged(world, "model-run", run, world.owner)


# ---- encoding ----------------------------------------------------------------------------------
def spelled(world, change):
    """Entry of the right owner in a spelling that only looks equal."""
    entry, fields, salts = raw_entry(world, "claim", claim(60), world.owner)
    raw_append(world, (change(entry), fields, salts))
    return first(world.audit(world.log_only))


@case("duplicate-json-key")
def an_entry_with_a_key_twice(world):
    return spelled(world, lambda entry: entry.replace(b'{"created"', b'{"seq":0,"created"'))


@case("not-a-number")
def an_entry_with_nan(world):
    return spelled(world, lambda entry: entry.replace(b'"seq":14', b'"seq":NaN'))


@case("negative-zero")
def an_entry_with_minus_zero(world):
    return spelled(world, lambda entry: entry.replace(b'"seq":14', b'"seq":-0'))


@case("number-too-large")
def an_entry_with_a_huge_integer(world):
    return spelled(world, lambda entry: entry.replace(b'"seq":14', b'"seq":9007199254740993'))


@case("fraction-as-number")
def an_entry_with_a_fraction(world):
    return spelled(world, lambda entry: entry.replace(b'"seq":14', b'"seq":14.0'))


@case("non-canonical-json")
def an_entry_with_keys_out_of_order(world):
    def change(entry):
        value = json.loads(entry)
        return json.dumps(dict(reversed(value.items())), separators=(",", ":")).encode()

    return spelled(world, change)


@case("non-canonical-json")
def an_entry_with_a_blank(world):
    return spelled(world, lambda entry: entry.replace(b",", b", ", 1))


@case("non-nfc-identifier")
def an_entry_with_a_decomposed_key(world):
    return spelled(world, lambda entry: entry.replace(b'"seq"', '"se\u0301q"'.encode()))


@case("invalid-utf8")
def an_entry_that_is_not_utf8(world):
    return spelled(world, lambda entry: entry.replace(b'"claim"', b'"cl\xffim"'))


@case("unknown-entry-type")
def an_entry_of_unknown_type(world):
    return forged(world, "decree", {"x": "y"}, world.owner)


@case("malformed-entry")
def an_entry_with_a_further_field(world):
    return spelled(world, lambda entry: entry.replace(b'"type"', b'"tail":1,"type"'))


@case("entry-too-large")
def an_entry_too_large_for_a_bundle(world):
    return spelled(world, lambda entry: entry + b" " * 70_000)


@case("non-canonical-decimal")
def a_claim_with_a_second_spelling_of_its_number(world):
    ledger = Ledger(world.path)
    error = raised(ledger.append, [Draft("claim", claim(60, value="5e1"))], world.owner)
    assert raised(
        ledger.append, [Draft("claim", claim(60, value="50.0"))], world.owner
    ).name() == error.name()  # fmt: skip
    ledger.close()
    return error


@case("negative-zero")
def a_claim_with_minus_zero(world):
    return forged(world, "claim", claim(60, value="-0"), world.owner)


@case("not-a-number")
def a_claim_with_nan(world):
    return forged(world, "claim", claim(60, value="NaN"), world.owner)


@case("non-nfc-identifier")
def a_claim_on_a_decomposed_subject(world):
    return forged(world, "claim", claim(60, subject="org:Cafe\u0301"), world.owner)


# ---- keys --------------------------------------------------------------------------------------
@case("malformed-key")
def a_verifier_key_with_another_id(world):
    text = str(world.log_key.verifier).replace("+", "+0", 1)
    return raised(VerifierKey.parse, text)


@case("key-file-exposed")
def a_key_file_that_others_can_read(world):
    path = world.owner.save(world.folder / "o.key")
    path.chmod(0o640)
    return raised(PrivateKey.load, path)


@case("key-file-invalid")
def a_key_file_with_the_wrong_passphrase(world):
    path = world.owner.save(world.folder / "o.key", "right")
    assert PrivateKey.load(path, "right") == world.owner
    assert raised(PrivateKey.load, path).name() == "key-file-invalid"
    return raised(PrivateKey.load, path, "wrong")


# ---- proofs ------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def proof(furnished):
    return furnished.ledger.prove(8, show=["unit"], kept_size=13)


def checked(world, proof, **more):
    return raised(verify_proof, bytes(proof), world.policy, **more)


def other(proof, **more):
    return Proof(**{"extra": proof.extra, "index": proof.index, "hashes": proof.hashes,
                    "checkpoint": proof.checkpoint, **more})  # fmt: skip


@case("malformed-proof")
def a_proof_of_another_version(world, proof):
    return raised(verify_proof, bytes(proof).replace(b"@v1", b"@v2"), world.policy)


@case("malformed-proof")
def a_proof_whose_index_has_a_leading_zero(world, proof):
    return raised(verify_proof, bytes(proof).replace(b"index 8", b"index 08"), world.policy)


@case("index-out-of-range")
def a_proof_of_an_index_beyond_the_tree(world, proof):
    return checked(world, other(proof, index=18))


@case("proof-length-wrong")
def a_proof_with_a_hash_too_few(world, proof):
    return checked(world, other(proof, hashes=proof.hashes[:-1]))


@case("proof-length-wrong")
def a_proof_with_a_hash_too_many(world, proof):
    return checked(world, other(proof, hashes=(*proof.hashes, bytes(32))))


@case("inclusion-failed")
def a_proof_of_the_neighbour(world, proof):
    return checked(world, other(proof, index=9))


@case("inclusion-failed")
def a_proof_with_another_entry(world, proof):
    return checked(world, proof, entry=cell(world, "SELECT entry FROM leaf WHERE idx = 9"))


@case("note-signature-invalid")
def a_proof_under_a_changed_checkpoint(world, proof):
    return checked(world, other(proof, checkpoint=proof.checkpoint.replace(b"\n18\n", b"\n19\n")))


@case("no-trusted-signature")
def a_proof_of_an_unknown_log(world, proof):
    stranger = WitnessPolicy.of([seeded("other.example", "log").verifier])
    return raised(verify_proof, bytes(proof), stranger)


@case("quorum-not-met")
def a_proof_without_its_cosignatures(world, proof):
    note = Note.parse(proof.checkpoint)
    return checked(world, other(proof, checkpoint=bytes(Note(note.text, note.signatures[:2]))))


@case("unknown-key")
def a_proof_of_an_entry_of_another_owner(world, proof):
    return checked(world, proof, owner_keys=[world.fab.verifier])


def edited(proof, change):
    extra = read_canonical(proof.extra)
    change(extra)
    return other(proof, extra=canonical_json(extra))


@case("field-not-committed")
def a_disclosed_value_changed(world, proof):
    return checked(world, edited(proof, lambda extra: extra["fields"][0].update(value="wafer")))


@case("field-not-committed")
def a_disclosed_name_changed(world, proof):
    return checked(world, edited(proof, lambda extra: extra["fields"][0].update(name="metric")))


@case("consistency-failed")
def a_path_to_another_past(world, proof, furnished):
    def change(extra):
        hashes = extra["consistency"]["hashes"]
        hashes[0] = base64.b64encode(flip(base64.b64decode(hashes[0]))).decode()

    kept = bytes(furnished.ledger.latest(13)[2])
    verify_proof(proof, world.policy, kept=kept)  # unchanged it holds
    return checked(world, edited(proof, change), kept=kept)


@case("stale-witness")
def a_proof_that_is_old(world, proof):
    return checked(world, proof, max_witness_age_s=60, now_s=world.now_s + 9999)


@case("malformed-policy")
def a_policy_that_counts_one_key_twice(world):
    key = world.witness_keys[0].verifier
    return raised(WitnessPolicy.of, [world.log_key.verifier], [key, key], 2)


# ---- bundles -----------------------------------------------------------------------------------
@pytest.fixture
def bundle(furnished, tmp_path):
    export_bundle(furnished.ledger, tmp_path / "bundle")
    return tmp_path / "bundle"


def refused(world, bundle, into="mirror"):
    error = raised(import_bundle, bundle, world.folder / into, world.policy)
    assert not (world.folder / into).exists() or into != "mirror", "a refused bundle left a file"
    return error


@case("missing-tile")
def a_bundle_without_a_tile(world, bundle):
    (bundle / tile_path(0, 0, 18)).unlink()
    return refused(world, bundle)


@case("missing-tile")
def a_bundle_without_entries(world, bundle):
    (bundle / tile_path("entries", 0, 18)).unlink()
    return refused(world, bundle)


@case("wrong-partial-tile")
def a_tile_of_another_width(world, bundle):
    path = bundle / tile_path(0, 0, 18)
    path.write_bytes(path.read_bytes()[:-32])
    return refused(world, bundle)


@case("wrong-partial-tile")
def a_tile_with_one_bit_changed(world, bundle):
    path = bundle / tile_path(0, 0, 18)
    path.write_bytes(flip(path.read_bytes(), 100))
    return refused(world, bundle)


@case("bundle-entry-mismatch")
def a_bundled_entry_with_one_bit_changed(world, bundle):
    path = bundle / tile_path("entries", 0, 18)
    path.write_bytes(flip(path.read_bytes(), 50))
    return refused(world, bundle)


@case("payload-altered")
def bundled_fields_changed(world, bundle):
    path = bundle / "payloads.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"c-fab-1"', b'"c-fab-9"'))
    return refused(world, bundle)


@case("payload-missing")
def bundled_key_entries_withheld(world, bundle):
    path = bundle / "payloads.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[1:]))
    return refused(world, bundle)


@case("rolled-back")
def a_bundle_shorter_than_the_mirror(world, bundle, furnished, tmp_path):
    import_bundle(bundle, tmp_path / "m", world.policy)
    short = World(tmp_path, open_new=False)
    ledger_path = tmp_path / "short.ledger"
    ledger = Ledger.create(ledger_path, world.log_key, world.root, world.owner)
    ledger.checkpoint(world.log_key)
    export_bundle(ledger, tmp_path / "short")
    ledger.close()
    return raised(import_bundle, tmp_path / "short", tmp_path / "m", short.log_only)


@case("inconsistent-growth")
def a_bundle_of_another_history(world, bundle, tmp_path):
    import_bundle(bundle, tmp_path / "m", world.policy)
    ledger = Ledger.create(tmp_path / "x.ledger", world.log_key, world.root, world.owner)
    ledger.append([Draft("claim", claim(i)) for i in range(30)], world.owner)
    ledger.checkpoint(world.log_key)
    export_bundle(ledger, tmp_path / "x")
    ledger.close()
    return raised(import_bundle, tmp_path / "x", tmp_path / "m", world.log_only)


@case("mirror-only")
def an_entry_appended_to_a_mirror(world, bundle, tmp_path):
    import_bundle(bundle, tmp_path / "m", world.policy)
    ledger = Ledger(tmp_path / "m")
    error = raised(ledger.append, [Draft("claim", claim(70))], world.owner)
    ledger.close()
    return error


# ---- operation ---------------------------------------------------------------------------------
@case("reference-broken")
def a_reference_to_another_entry(world, furnished):
    reference = furnished.ledger.reference(6)
    ledger = Ledger(world.path)
    ledger.check_reference(reference)
    error = raised(ledger.check_reference, {**reference, "index": 7})
    ledger.close()
    return error


@case("ledger-busy")
def a_writer_that_holds_the_file(world):
    holder = sqlite3.connect(world.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    ledger = Ledger(world.path, timeout_s=0.05)
    error = raised(ledger.append, [Draft("claim", claim(70))], world.owner)
    holder.execute("ROLLBACK")
    holder.close()
    ledger.close()
    return error


@case("not-checkpointed")
def a_proof_before_the_checkpoint(world):
    ledger = Ledger(world.path)
    error = raised(ledger.prove, 19)
    ledger.close()
    return error


@case("revoked-key")
def a_checkpoint_by_the_log_key_that_was_rotated_out(world):
    ledger = Ledger(world.path)
    new = seeded(world.origin, "log", 6)
    payload = key_payload(world.origin, new, world.log_key.key_id, "lab")
    ledger.append([Draft("key-rotate", payload)], world.root)
    ledger.checkpoint(new, old_key=world.log_key)
    error = raised(ledger.checkpoint, world.log_key)
    ledger.close()
    return error


@case("witness-conflict")
def a_witness_that_others_keep_moving(world, furnished):
    def ask(_):
        return Reply(409, b"5\n", "text/x.tlog.size")

    return raised(get_cosigned, furnished.ledger, ask, world.witness_keys[0].verifier)


@case("rolled-back")
def a_witness_that_has_seen_more(world, furnished):
    def ask(_):
        return Reply(409, b"500\n", "text/x.tlog.size")

    return raised(get_cosigned, furnished.ledger, ask, world.witness_keys[0].verifier)


@case("witness-refused")
def a_witness_that_does_not_know_the_log(world, furnished):
    stranger = Witness(world.folder / "s.seen", seeded("s.example", "witness"), [])
    return raised(get_cosigned, furnished.ledger, stranger.add_checkpoint, stranger.key.verifier)


# ---- the test ----------------------------------------------------------------------------------
IDS = [function.__name__ for _, function in CASES]


@pytest.mark.parametrize("names, function", CASES, ids=IDS)
def test_tampering_is_found_under_its_name(names, function, request):
    wanted = function.__code__.co_varnames[: function.__code__.co_argcount]
    given = {name: request.getfixturevalue(name) for name in wanted}
    error = function(**given)
    assert error.name() in names, error


def test_the_furnished_log_is_clean(furnished, world):
    report = world.audit(now_s=world.now_s, max_witness_age_s=3600)
    assert report.ok, report.findings
    assert report.size == 20
    assert report.assurance == "witnesses"


def test_every_name_is_found():
    found = {name for names, _ in CASES for name in names}
    assert found == NAMES.keys()
    assert len(CASES) >= 40
