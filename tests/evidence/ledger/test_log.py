"""Append, checkpoint, prove, erase, rotate: what an honest operator does."""

import sqlite3
import subprocess
import sys
import threading

import pytest

from tests.evidence.ledger.worlds import START_S, World, claim, seeded
from waferway.errors import OutputExists
from waferway.evidence.ledger.checkpoints import open_checkpoint
from waferway.evidence.ledger.drafts import Draft, SignedEntry, key_payload
from waferway.evidence.ledger.entries import seconds_of
from waferway.evidence.ledger.failures import LedgerError
from waferway.evidence.ledger.kept import place_beside
from waferway.evidence.ledger.log import Ledger
from waferway.evidence.ledger.merkle import verify_consistency
from waferway.evidence.ledger.policies import WitnessPolicy
from waferway.evidence.ledger.proofs import Proof, verify_proof
from waferway.evidence.ledger.store import node_count, node_id


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.ledger.close()


def test_nodes_are_stored_in_the_order_in_which_they_are_completed():
    # The order of Go's sumdb (tlog.StoredHashIndex): leaf 0, leaf 1, their node, leaf 2, ...
    order = []
    for leaf in range(200):
        level, index = 0, leaf
        order.append((level, index))
        while index & 1:
            level, index = level + 1, index >> 1
            order.append((level, index))
    assert [node_id(*place) for place in order] == list(range(len(order)))
    assert node_count(200) == len(order)


def test_the_files_are_private(world):
    world.checkpoint()
    for path in world.folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


def test_no_private_key_is_in_the_file(world):
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    world.furnish()
    world.ledger.store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    data = world.path.read_bytes()
    for key in (world.log_key, world.root, world.owner, world.fab, *world.witness_keys):
        raw = key.secret.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        assert raw not in data
        assert raw.hex().encode() not in data


def test_a_ledger_is_never_written_over(world):
    with pytest.raises(OutputExists):
        Ledger.create(world.path, world.log_key, world.root)


def test_a_batch_is_taken_whole_or_not_at_all(world):
    size, root = world.ledger.size, world.ledger.root()
    with pytest.raises(LedgerError, match="owner-mismatch"):
        world.append("claim", claim(0), claim(1), claim(2, "fab"))
    assert (world.ledger.size, world.ledger.root()) == (size, root)
    assert world.append("claim", claim(0), claim(1)).size == size + 2


def test_a_claim_id_stands_once_even_within_a_batch(world):
    with pytest.raises(LedgerError, match="claim-id-reused"):
        world.append("claim", claim(0), claim(0))


def test_payloads_may_be_canonical_bytes(world):
    world.append("claim", b'{"claim_id":"c-1","owner":"lab","value":"470"}')
    assert world.ledger.entry(3)[1] == {"claim_id": "c-1", "owner": "lab", "value": "470"}
    with pytest.raises(LedgerError, match="non-canonical-json"):
        world.append("claim", b'{"owner":"lab","claim_id":"c-2"}')
    with pytest.raises(LedgerError, match="malformed-entry"):
        world.append("claim", b"[]")


def test_entries_hold_commitments_and_no_payload(world):
    world.append("claim", claim(0, note="a very private remark"))
    assert b"private" not in world.ledger.store.entry(3)


def test_a_clock_set_back_does_not_go_into_the_log(world):
    world.ledger.append([Draft("claim", claim(0))], world.owner, time_s=START_S + 500)
    world.ledger.append([Draft("claim", claim(1))], world.owner, time_s=START_S - 500)
    assert seconds_of(world.ledger.entry(4)[0].created) == START_S + 500


def test_growth_is_proved_between_any_two_sizes(world):
    roots = {world.ledger.size: world.ledger.root()}
    for i in range(12):
        world.append("claim", claim(i))
        roots[world.ledger.size] = world.ledger.root()
    sizes = sorted(roots)
    for old in sizes:
        for new in sizes:
            if old <= new:
                proof = world.ledger.consistency(old, new)
                verify_consistency(old, new, roots[old], roots[new], proof)


def test_equal_heads_are_one_checkpoint(world):
    first = world.checkpoint(cosigned=False)
    assert world.checkpoint(cosigned=False) == first
    assert len(world.ledger.store.checkpoints()) == 1


def test_a_checkpoint_is_kept_beside_file_and_key(world):
    path = world.log_key.save(world.folder / "log.key")
    from waferway.evidence.ledger.keys import PrivateKey

    note = world.ledger.checkpoint(PrivateKey.load(path))
    assert (world.folder / "a.ledger.kept").read_bytes() == note
    assert (world.folder / "log.key.kept").read_bytes() == note


def test_the_copy_kept_beside_the_key_alone_stops_a_restored_backup(world):
    from waferway.evidence.ledger.keys import PrivateKey

    key = PrivateKey.load(world.log_key.save(world.folder / "log.key"))
    world.ledger.store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    backup = world.path.read_bytes()
    world.append("claim", claim(0))
    world.ledger.checkpoint(key)
    world.ledger.close()
    world.path.write_bytes(backup)
    (world.folder / "a.ledger.kept").unlink()
    world.ledger = Ledger(world.path)
    world.append("claim", claim(1))  # nobody can know yet
    with pytest.raises(LedgerError, match=r"\[(inconsistent-growth|forked-log|rolled-back)\]"):
        world.ledger.checkpoint(key)


def test_proofs_carry_what_an_offline_verifier_needs(world):
    world.furnish()
    kept = bytes(world.ledger.latest(13)[2])
    proof = bytes(world.ledger.prove(14, show=["low", "unit"], earlier=True, kept_size=13))
    verdict = verify_proof(
        proof, world.policy, owner_keys=[world.owner.verifier], kept=kept, max_delay_s=86_400
    )
    assert verdict.assurance == "witnesses"
    assert verdict.quorum == "2 of 2"
    assert verdict.owner == "lab"
    assert verdict.fields == {"low": "50", "unit": "%"}
    assert verdict.not_before_s < seconds_of(verdict.entry.created) < verdict.not_after_s
    assert verdict.cautions == ()
    assert bytes(Proof.parse(proof)) == proof


def test_assurance_is_none_without_witnesses_and_says_so(world):
    world.checkpoint()
    verdict = verify_proof(bytes(world.ledger.prove(1)), world.log_only)
    assert verdict.assurance == "none"
    assert any("another history" in text for text in verdict.cautions)
    kept = world.ledger.checkpoint(world.log_key)
    assert (
        verify_proof(bytes(world.ledger.prove(1)), world.log_only, kept=kept).assurance
        == "kept-checkpoint"
    )


def test_a_kept_checkpoint_without_a_path_gives_no_assurance(world):
    kept = world.checkpoint()
    world.append("claim", claim(0))
    world.checkpoint()
    verdict = verify_proof(bytes(world.ledger.prove(3)), world.log_only, kept=kept)
    assert verdict.assurance == "none"
    assert any("no path" in text for text in verdict.cautions)


def test_a_proof_against_an_older_checkpoint_reaches_a_newer_kept_one(world):
    world.checkpoint()
    world.append("claim", claim(0))
    kept = world.checkpoint()
    proof = world.ledger.prove(1, size=3, kept_size=4)
    assert verify_proof(bytes(proof), world.log_only, kept=kept).assurance == "kept-checkpoint"


def test_proofs_stay_small_and_hide_the_rest(world):
    world.append("claim", *(claim(i, secret_note="hidden") for i in range(300)))
    world.checkpoint()
    proof = bytes(world.ledger.prove(100, show=["unit"]))
    assert len(bytes(world.ledger.prove(100))) < 2048
    extra = Proof.parse(proof).extra
    assert b"hidden" not in extra
    assert b"market_share" not in extra


# ---- erasure -----------------------------------------------------------------------------------
def test_erasure_leaves_no_trace_of_the_fields_and_breaks_no_proof(world):
    world.append("claim", claim(0, note="UNIQUE-PRIVATE-REMARK"))
    world.checkpoint()
    before = bytes(world.ledger.prove(3))
    world.ledger.erase(3, world.owner, "asked for", world.tick())
    world.checkpoint()
    assert world.ledger.entry(3)[1] is None
    verify_proof(before, world.policy, owner_keys=[world.owner.verifier])
    verify_proof(bytes(world.ledger.prove(3)), world.policy, owner_keys=[world.owner.verifier])
    with pytest.raises(LedgerError, match="payload-missing"):
        world.ledger.prove(3, show=["note"])
    with pytest.raises(LedgerError, match="payload-missing"):
        world.ledger.erase(3, world.owner, "again")
    world.ledger.close()
    for path in world.folder.iterdir():
        assert b"UNIQUE-PRIVATE-REMARK" not in path.read_bytes(), path
    assert world.audit().ok
    world.ledger = Ledger(world.path)


# ---- keys --------------------------------------------------------------------------------------
def test_all_keys_rotate_and_the_log_goes_on(world):
    owner2, root2 = seeded("lab", "owner", 2), seeded("lab", "root", 2)
    log2 = seeded(world.origin, "log", 2)
    world.append("claim", claim(0))
    old_note = world.checkpoint()
    world.append(
        "key-rotate", key_payload(world.origin, owner2, world.owner.key_id), key=world.root
    )
    world.append("key-rotate", key_payload(world.origin, root2, world.root.key_id), key=world.root)
    payload = key_payload(world.origin, log2, world.log_key.key_id, "lab")
    world.append("key-rotate", payload, key=root2)
    world.append("claim", claim(1), key=owner2)
    both = world.ledger.checkpoint(log2, old_key=world.log_key)
    open_checkpoint(both, [world.log_key.verifier])  # whoever knows only the old key follows
    open_checkpoint(both, [log2.verifier])
    world.append("claim", claim(2, supersedes="c-lab-0"), key=owner2)
    world.ledger.checkpoint(log2)
    report = world.audit(WitnessPolicy.of([log2.verifier]), kept=[old_note])
    assert report.ok, report.findings
    with pytest.raises(LedgerError, match="revoked-key"):
        world.append("claim", claim(3), key=world.owner)


def test_entries_before_a_revocation_stand_and_the_unwitnessed_ones_are_doubtful(world):
    world.append("claim", claim(0))  # 3, witnessed
    world.checkpoint()
    world.append("claim", claim(1))  # 4, not witnessed before the revocation
    revoke = {"party": "lab", "key_id": world.owner.key_id, "reason": "laptop lost"}
    world.append("key-revoke", revoke, key=world.root)  # 5
    world.checkpoint()
    report = world.audit()
    assert report.ok
    assert report.doubtful == (4,)


# ---- entries of others -------------------------------------------------------------------------
def test_entries_signed_elsewhere_are_checked_and_taken(world):
    world.join_fab()
    made = world.ledger.draft_signed(
        [Draft("claim", claim(i, "fab")) for i in range(3)], world.fab, world.tick()
    )
    assert world.ledger.append_signed(made).size == 8
    with pytest.raises(LedgerError, match="sequence-broken"):
        world.ledger.append_signed(made)
    (fresh,) = world.ledger.draft_signed([Draft("claim", claim(9, "fab"))], world.fab)
    with pytest.raises(LedgerError, match="payload-altered"):
        world.ledger.append_signed(
            [SignedEntry(fresh.entry, fresh.fields.replace(b"53", b"54"), fresh.salts)]
        )
    with pytest.raises(LedgerError, match="payload-missing"):
        world.ledger.append_signed([SignedEntry(fresh.entry, None, None)])
    (thief,) = world.ledger.draft_signed(
        [Draft("claim", claim(9, "fab"))], seeded("fab", "owner", 66)
    )
    with pytest.raises(LedgerError, match="unknown-key"):
        world.ledger.append_signed([thief])
    world.checkpoint()
    assert world.audit().ok


# ---- two writers -------------------------------------------------------------------------------
WRITER = """
import sys
sys.path[:0] = sys.argv[5].split("|")
from tests.evidence.ledger.worlds import World, claim
from waferway.evidence.ledger.drafts import Draft
from waferway.evidence.ledger.log import Ledger
folder, party, batches, size, _ = sys.argv[1:]
world = World(folder, open_new=False)
key = {"lab": world.owner, "fab": world.fab}[party]
with Ledger(world.path) as ledger:
    for batch in range(int(batches)):
        ledger.append([Draft("claim", claim(f"{batch}-{i}", party)) for i in range(int(size))], key)
        if party == "lab":
            ledger.checkpoint(world.log_key)
"""


def test_two_appenders_at_once_never_fork_the_log(world):
    world.join_fab()
    start = world.ledger.size
    path = "|".join(sys.path)
    running = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(world.folder), party, "25", "4", path])
        for party in ("lab", "fab")
    ]
    assert [process.wait(120) for process in running] == [0, 0]
    assert world.ledger.size == start + 200
    world.ledger.checkpoint(world.log_key)
    report = world.audit(world.log_only, kept=[place_beside(world.path).read_bytes()])
    assert report.ok, report.findings
    sizes = [size for _, size, _ in world.ledger.store.checkpoints()]
    assert len(sizes) == len(set(sizes)) >= 25


def test_two_appenders_with_one_key_keep_one_chain(world):
    def run(worker):
        with Ledger(world.path) as ledger:
            for i in range(10):
                ledger.append([Draft("claim", claim(f"{worker}-{i}"))], world.owner)

    threads = [threading.Thread(target=run, args=(worker,)) for worker in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert world.ledger.size == 33
    assert world.audit(world.log_only).ok


def test_a_failed_append_leaves_no_lock(world):
    with pytest.raises(LedgerError):
        world.append("claim", {"claim_id": "c"})
    other = sqlite3.connect(world.path, timeout=0.1, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("ROLLBACK")
    other.close()
