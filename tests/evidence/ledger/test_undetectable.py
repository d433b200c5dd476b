"""What cannot be detected, shown to be so: docs/evidence/ledger.md says it in words.

Each test does a harm that no check of one file can see, shows that the checks pass, and, where
there is a remedy, that the remedy finds it.
"""

import pytest

from tests.evidence.ledger.worlds import World, claim, seeded
from waferway.evidence.ledger.failures import LedgerError, WitnessRefused
from waferway.evidence.ledger.kept import place_beside
from waferway.evidence.ledger.log import Ledger
from waferway.evidence.ledger.notes import Note, sign_text
from waferway.evidence.ledger.proofs import verify_proof
from waferway.evidence.ledger.witnessing import Witness, get_cosigned


def two_histories(tmp_path, witnesses=0):
    """The thief holds every key of the log and writes a second history."""
    worlds = []
    for name, value in (("true", "50"), ("false", "99")):
        (tmp_path / name).mkdir()
        world = World(tmp_path / name, witnesses=witnesses)
        world.append("claim", claim(0, high=None, low=value))
        worlds.append(world)
    return worlds


def test_a_thief_of_the_keys_rewrites_an_unwitnessed_log(tmp_path):
    true, false = two_histories(tmp_path)
    kept = true.ledger.checkpoint(true.log_key)
    false.ledger.checkpoint(false.log_key)
    assert false.audit(false.log_only).ok
    proof = bytes(false.ledger.prove(3))
    assert verify_proof(proof, false.log_only, owner_keys=[false.owner.verifier]).owner == "lab"
    with pytest.raises(LedgerError, match="forked-log"):  # one kept checkpoint is enough
        verify_proof(proof, false.log_only, kept=kept)
    for world in (true, false):
        world.ledger.close()


def test_a_truncated_log_without_kept_checkpoint_looks_whole(tmp_path):
    world = World(tmp_path, witnesses=0)
    world.ledger.checkpoint(world.log_key)
    world.ledger.store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    backup = world.path.read_bytes()
    world.append("claim", claim(0))
    kept = world.ledger.checkpoint(world.log_key)
    world.ledger.close()
    for path in tmp_path.glob("a.ledger*"):
        path.unlink()
    world.path.write_bytes(backup)
    assert world.audit(world.log_only).ok
    report = world.audit(world.log_only, kept=[kept])
    assert report.findings[0].name() == "rolled-back"


def test_witnesses_that_all_collude_sign_two_histories(tmp_path):
    true, false = two_histories(tmp_path, witnesses=2)
    proofs = []
    for world in (true, false):
        world.ledger.checkpoint(world.log_key)
        _, head, note = world.ledger.latest()
        lines = [
            str(sign_text(note.text, key.verifier, key.sign, world.now_s))
            for key in world.witness_keys
        ]
        world.ledger.add_cosignatures(
            lines, head.size, [key.verifier for key in world.witness_keys]
        )
        proofs.append(bytes(world.ledger.prove(3)))
    verdicts = [verify_proof(proof, true.policy) for proof in proofs]
    assert {verdict.assurance for verdict in verdicts} == {"witnesses"}
    assert verdicts[0].leaf_hash != verdicts[1].leaf_hash
    # One honest witness in every quorum is enough.
    honest = Witness(tmp_path / "h", seeded("h.example", "witness"), [true.log_key.verifier])
    get_cosigned(true.ledger, honest.add_checkpoint, honest.key.verifier)
    with pytest.raises(WitnessRefused):
        get_cosigned(false.ledger, honest.add_checkpoint, honest.key.verifier)
    for world in (true, false):
        world.ledger.close()


def test_misuse_of_an_owners_key_before_its_revocation_stands(tmp_path):
    world = World(tmp_path, witnesses=1)
    thief = world.owner
    world.append("claim", claim(0, note="not what the owner said"), key=thief)
    world.checkpoint()
    revoke = {"party": "lab", "key_id": thief.key_id, "reason": "stolen"}
    world.append("key-revoke", revoke, key=world.root)
    world.checkpoint()
    report = world.audit()
    assert report.ok
    assert report.doubtful == ()  # it was witnessed before the revocation
    world.ledger.close()


def test_order_within_one_witness_interval_is_the_logs_word(tmp_path):
    orders = []
    for name, sequence in (("a", (0, 1)), ("b", (1, 0))):
        (tmp_path / name).mkdir()
        world = World(tmp_path / name, witnesses=1)
        world.join_fab()
        for which in sequence:
            party, key = (("lab", world.owner), ("fab", world.fab))[which]
            world.append("claim", claim(which, party), key=key)
        world.checkpoint()
        assert world.audit().ok
        orders.append([world.ledger.entry(index)[1]["owner"] for index in (5, 6)])
        world.ledger.close()
    assert orders == [["lab", "fab"], ["fab", "lab"]]


def test_false_but_well_formed_claims_are_logged_like_true_ones(tmp_path):
    world = World(tmp_path, witnesses=1)
    world.append("claim", claim(0, low="0", high="100000000"))
    world.checkpoint()
    assert world.audit().ok
    world.ledger.close()


def test_who_stands_behind_a_root_key_is_not_in_the_log(tmp_path):
    world = World(tmp_path, witnesses=0)
    from waferway.evidence.ledger.drafts import key_payload

    impostor = seeded("a-famous-foundry", "root", 13)
    world.append("key-add", key_payload(world.origin, impostor), key=impostor)
    world.ledger.checkpoint(world.log_key)
    assert world.audit(world.log_only).ok
    world.ledger.close()


def test_a_deleted_checkpoint_without_cosignatures_is_not_missed(tmp_path):
    world = World(tmp_path, witnesses=0)
    world.ledger.checkpoint(world.log_key)
    world.append("claim", claim(0))
    world.ledger.checkpoint(world.log_key)
    world.ledger.store.connection.execute("DELETE FROM checkpoint WHERE size = 3")
    assert world.audit(world.log_only).ok
    assert Note.parse(place_beside(world.path).read_bytes())
    world.ledger.close()
    assert Ledger(world.path).store.close() is None
