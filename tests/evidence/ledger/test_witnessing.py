"""Witnesses: the protocol's answers, races, HTTP, stale views."""

import base64
import threading

import pytest

from tests.evidence.ledger.worlds import ORIGIN, World, claim, seeded
from waferway.evidence.ledger.checkpoints import Checkpoint
from waferway.evidence.ledger.failures import LedgerError, WitnessRefused
from waferway.evidence.ledger.log import Ledger
from waferway.evidence.ledger.merkle import EMPTY_ROOT
from waferway.evidence.ledger.notes import Note, Signature, sign_text
from waferway.evidence.ledger.proofs import verify_proof
from waferway.evidence.ledger.witnessing import (
    Witness,
    cosign_request,
    get_cosigned,
    over_http,
    server,
)


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path, witnesses=1)
    world.append("claim", *(claim(i) for i in range(4)))
    world.ledger.checkpoint(world.log_key)  # size 7
    yield world
    world.ledger.close()


def head(world, size, root, signer=None, origin=ORIGIN):
    text = Checkpoint(origin, size, root).text()
    key = signer or world.log_key
    return bytes(Note(text, (sign_text(text, key.verifier, key.sign),)))


def request(old, proof, note):
    lines = [f"old {old}", *(base64.b64encode(value).decode() for value in proof)]
    return "".join(f"{line}\n" for line in lines).encode() + b"\n" + note


def grown(world):
    """The witness has seen 7; the log now has 9."""
    get_cosigned(world.ledger, world.witnesses[0].add_checkpoint, world.witness_keys[0].verifier)
    world.append("claim", claim(10), claim(11))
    return world.ledger.checkpoint(world.log_key)


def test_a_first_and_a_grown_head_are_signed(world):
    note = grown(world)
    body, size = cosign_request(world.ledger, 7)
    assert size == 9
    reply = world.witnesses[0].add_checkpoint(body)
    assert reply.status == 200
    signature = Signature.parse(reply.body.decode().rstrip("\n"))
    signed = Note.parse(note).with_signatures([signature])
    assert signed.verified([world.witness_keys[0].verifier])
    assert signature.timestamp == world.now_s
    assert world.witnesses[0].seen(ORIGIN)[0] == 9


def answers(world):
    """(name, request, status, body) for every answer but 200."""
    note = grown(world)
    proof = world.ledger.consistency(7, 9)
    root9 = world.ledger.root()
    wrong = [bytes(32), *proof[1:]]
    stranger = seeded(ORIGIN, "log", 9)
    elsewhere = seeded("other.example", "log")
    foreign = head(world, 9, root9, elsewhere, "other.example")
    same = head(world, 7, world.ledger.root(7))
    return [
        ("no request", b"hello", 400, None),
        ("leading zero", request(7, proof, note).replace(b"old 7", b"old 07"), 400, None),
        ("proof line is no hash", request(7, [b"short"], note), 400, None),
        ("64 hashes", request(7, [bytes(32)] * 64, note), 400, None),
        ("no checkpoint", b"old 7\n\n", 400, None),
        ("old above new", request(10, [], note), 400, None),
        ("unknown origin", request(0, [], foreign), 404, None),
        ("unknown key", request(7, proof, head(world, 9, root9, stranger)), 403, None),
        ("broken signature", request(7, proof, note.replace(b"\n9\n", b"\n8\n")), 403, None),
        ("another old size", request(3, proof, note), 409, b"7\n"),
        ("old size zero", request(0, [], note), 409, b"7\n"),
        ("wrong proof", request(7, wrong, note), 422, None),
        ("proof too long", request(7, [*proof, bytes(32)], note), 422, None),
        ("equal size, other root", request(7, [], head(world, 7, bytes(32))), 422, None),
        ("equal size, needless proof", request(7, [bytes(32)], same), 422, None),
        ("fork", request(7, proof, head(world, 9, bytes(32))), 422, None),
    ]  # fmt: skip


def test_every_other_answer_is_the_protocols(world):
    for name, body, status, text in answers(world):
        reply = world.witnesses[0].add_checkpoint(body)
        assert reply.status == status, (name, reply)
        if text is not None:
            assert (reply.body, reply.content_type) == (text, "text/x.tlog.size")
    assert world.witnesses[0].seen(ORIGIN)[0] == 7, "a refusal moved the witness"


def test_an_empty_tree_has_one_root_and_size_zero_no_proof(world):
    witness = Witness(
        world.folder / "n.seen", seeded("n.example", "witness"), [world.log_key.verifier]
    )
    assert witness.add_checkpoint(request(0, [], head(world, 0, bytes(32)))).status == 422
    assert (
        witness.add_checkpoint(request(0, [bytes(32)], head(world, 7, world.ledger.root()))).status
        == 422
    )
    assert witness.add_checkpoint(request(0, [], head(world, 0, EMPTY_ROOT))).status == 200
    assert witness.add_checkpoint(request(0, [], head(world, 7, world.ledger.root()))).status == 200


def test_time_is_never_zero_and_never_runs_back(world):
    key = seeded("n.example", "witness")
    clock = [0]
    witness = Witness(world.folder / "n.seen", key, [world.log_key.verifier], lambda: clock[0])
    body = request(0, [], head(world, 0, EMPTY_ROOT))
    assert witness.add_checkpoint(body).status == 500
    times = []
    for clock[0] in (100, 50, 120):
        reply = witness.add_checkpoint(body)
        times.append(Signature.parse(reply.body.decode().rstrip("\n")).timestamp)
    assert times == [100, 100, 120]


def test_a_witness_that_restarts_remembers(world):
    grown(world)
    again = Witness(
        world.witnesses[0].path, world.witness_keys[0], [world.log_key.verifier], world.clock
    )
    assert again.seen(ORIGIN)[0] == 7
    assert again.add_checkpoint(request(0, [], head(world, 9, bytes(32)))).status == 409


def test_of_racing_requests_one_wins_and_the_witness_never_goes_back(world):
    witness = world.witnesses[0]
    roots = {size: world.ledger.root(size) for size in range(3, 8)}
    replies = []

    def ask(size):
        replies.append(
            (size, witness.add_checkpoint(request(0, [], head(world, size, roots[size]))))
        )

    threads = [threading.Thread(target=ask, args=(size,)) for size in roots]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [size for size, reply in replies if reply.status == 200]
    assert len(won) == 1
    assert all(reply.body == f"{won[0]}\n".encode() for _, reply in replies if reply.status == 409)
    assert witness.seen(ORIGIN) == (won[0], roots[won[0]])


def test_two_logs_that_fork_cannot_both_be_witnessed(world, tmp_path):
    (tmp_path / "fork").mkdir()
    twin = World(tmp_path / "fork", witnesses=1)  # same keys, another history
    twin.append("claim", *(claim(i, note="other") for i in range(7)))
    twin.ledger.checkpoint(twin.log_key)
    verifier = world.witness_keys[0].verifier
    get_cosigned(world.ledger, world.witnesses[0].add_checkpoint, verifier)
    with pytest.raises(WitnessRefused, match="422"):
        get_cosigned(twin.ledger, world.witnesses[0].add_checkpoint, verifier)
    twin.ledger.close()


def test_over_http_on_the_loopback_address(world):
    site = server(world.witnesses[0])
    thread = threading.Thread(target=site.serve_forever)
    thread.start()
    try:
        host, port = site.server_address[:2]
        assert host == "127.0.0.1"
        ask = over_http(f"http://127.0.0.1:{port}")
        assert get_cosigned(world.ledger, ask, world.witness_keys[0].verifier, old=3) == 7
        assert ask(b"hello").status == 400
        assert ask(request(0, [], head(world, 7, bytes(32)))).body == b"7\n"
        assert over_http(f"http://127.0.0.1:{port}/other")(b"x").status == 404
    finally:
        site.shutdown()
        site.server_close()
        thread.join()
    assert verify_proof(bytes(world.ledger.prove(3)), world.policy).witnesses == ("w0.example",)
    with pytest.raises(WitnessRefused, match="cannot be reached"):
        ask(b"x")
    with pytest.raises(WitnessRefused, match="no web address"):
        over_http("file:///etc/passwd")(b"x")


def test_only_the_asked_witness_is_kept(world):
    stranger = Witness(
        world.folder / "s.seen", seeded("s.example", "witness"), [world.log_key.verifier]
    )
    with pytest.raises(WitnessRefused, match="no signature of w0"):
        get_cosigned(world.ledger, stranger.add_checkpoint, world.witness_keys[0].verifier)
    assert world.ledger.store.cosignatures(1) == []


def test_a_key_of_another_role_is_no_witness(world):
    with pytest.raises(WitnessRefused):
        Witness(world.folder / "x.seen", world.owner, [])


def test_cosigning_again_keeps_first_and_last_time(world):
    verifier = world.witness_keys[0].verifier
    first = world.now_s
    for _ in range(4):
        get_cosigned(world.ledger, world.witnesses[0].add_checkpoint, verifier)
        world.tick(1000)
    proof = bytes(world.ledger.prove(3))
    verdict = verify_proof(proof, world.policy, max_witness_age_s=1500, now_s=world.now_s)
    assert verdict.not_after_s == first
    with pytest.raises(LedgerError, match="stale-witness"):
        verify_proof(proof, world.policy, max_witness_age_s=500, now_s=world.now_s)


def test_an_old_ledger_is_told_what_the_witness_has_seen(world):
    world.ledger.store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    backup = world.path.read_bytes()
    grown(world)
    get_cosigned(world.ledger, world.witnesses[0].add_checkpoint, world.witness_keys[0].verifier)
    world.ledger.close()
    for path in world.folder.glob("a.ledger*"):
        path.unlink()
    world.path.write_bytes(backup)
    world.ledger = Ledger(world.path)
    with pytest.raises(LedgerError, match="rolled-back"):
        get_cosigned(
            world.ledger, world.witnesses[0].add_checkpoint, world.witness_keys[0].verifier
        )
