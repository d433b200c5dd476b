"""A million entries: proofs stay small and right, and the whole tree checks.

Times are benchmarks (``python -m benchmarks.ledger --full``), not tests.
"""

import pytest

from tests.evidence.ledger.worlds import World, claim
from waferway.evidence.ledger.auditing import fsck
from waferway.evidence.ledger.merkle import (
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from waferway.evidence.ledger.proofs import verify_proof
from waferway.streams import stream

SIZE = 1_000_000


@pytest.mark.slow
def test_proofs_at_a_million_entries(tmp_path):
    world = World(tmp_path, witnesses=2)
    world.append("claim", *(claim(i) for i in range(997)))  # 1,000 signed entries with the keys
    store = world.ledger.store
    roots = {}
    for start in range(1000, SIZE, 99_900):
        plain = [b"x%0323d" % i for i in range(start, min(start + 99_900, SIZE))]
        with store.writing():
            store.extend(start, [(entry, leaf_hash(entry)) for entry in plain])
        roots[world.ledger.size] = world.ledger.root()
    assert world.ledger.size == SIZE
    world.checkpoint()
    for index in (3, 500, 999):
        proof = bytes(world.ledger.prove(index))
        assert len(proof) <= 2048
        verdict = verify_proof(proof, world.policy, owner_keys=[world.owner.verifier])
        assert verdict.assurance == "witnesses"
    draw = stream(3, "a million")
    for index in draw.integers(SIZE, size=2000):
        path = inclusion_proof(int(index), SIZE, store.read)
        assert len(path) <= 20
        verify_inclusion(int(index), SIZE, store.read(0, int(index)), path, roots[SIZE])
    for old, root in roots.items():
        path = world.ledger.consistency(old, SIZE)
        verify_consistency(old, SIZE, root, roots[SIZE], path)
    world.ledger.close()
    assert fsck(world.path, [world.log_key.verifier]).ok
