"""The tree against its slow twin and the public vectors."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference import merkle as slow
from waferway.evidence.ledger import merkle
from waferway.evidence.ledger.checkpoints import open_checkpoint
from waferway.evidence.ledger.failures import (
    ConsistencyFailed,
    InclusionFailed,
    IndexOutOfRange,
    LedgerError,
    ProofLengthWrong,
)
from waferway.evidence.ledger.notes import VerifierKey
from waferway.evidence.ledger.tiles import bundle_bytes, bundle_entries, tile_path, tiles_of

ENTRIES = [bytes([i]) * (i % 5) for i in range(140)]


def reader(entries):
    hashes = [merkle.leaf_hash(entry) for entry in entries]
    return lambda level, index: merkle.tree_root(hashes[index << level : (index + 1) << level])


def grow(size):
    return ENTRIES[:size], reader(ENTRIES[:size])


@given(st.integers(0, 140))
def test_root_is_that_of_the_definition(size):
    entries, read = grow(size)
    assert merkle.root_hash(size, read) == slow.mth(entries)
    assert merkle.tree_root(merkle.leaf_hash(entry) for entry in entries) == slow.mth(entries)


@given(st.integers(1, 140), st.data())
def test_inclusion_proof_is_that_of_the_definition_and_holds(size, data):
    index = data.draw(st.integers(0, size - 1))
    entries, read = grow(size)
    proof = merkle.inclusion_proof(index, size, read)
    assert proof == slow.path(index, entries)
    merkle.verify_inclusion(index, size, merkle.leaf_hash(entries[index]), proof, slow.mth(entries))


@given(st.integers(1, 140), st.data())
def test_consistency_proof_is_that_of_the_definition_and_holds(new, data):
    old = data.draw(st.integers(1, new))
    entries, read = grow(new)
    proof = merkle.consistency_proof(old, new, read)
    assert proof == slow.proof(old, entries)
    merkle.verify_consistency(old, new, slow.mth(entries[:old]), slow.mth(entries), proof)


@given(st.integers(1, 100), st.integers(0, 6), st.data())
def test_subtrees_are_consistent_with_their_tree(size, level, data):
    start = data.draw(st.integers(0, (size - 1) >> level)) << level
    end = data.draw(st.integers(start + 1, min(size, start + (1 << level))))
    entries = ENTRIES[:size]
    proof = slow.subtree_proof(start, end, entries)
    inner, root = slow.mth(entries[start:end]), slow.mth(entries)
    merkle.verify_subtree_consistency(start, end, size, proof, inner, root)
    with pytest.raises(LedgerError):
        merkle.verify_subtree_consistency(start, end, size, [*proof, root], inner, root)


@settings(max_examples=200)
@given(st.integers(1, 64), st.data())
def test_no_proof_holds_after_one_bit_has_changed(size, data):
    index = data.draw(st.integers(0, size - 1))
    entries, read = grow(size)
    values = [merkle.leaf_hash(entries[index]), *merkle.inclusion_proof(index, size, read),
              slow.mth(entries)]  # fmt: skip
    which = data.draw(st.integers(0, len(values) - 1))
    byte, bit = data.draw(st.integers(0, 31)), data.draw(st.integers(0, 7))
    changed = bytearray(values[which])
    changed[byte] ^= 1 << bit
    values[which] = bytes(changed)
    with pytest.raises(InclusionFailed):
        merkle.verify_inclusion(index, size, values[0], values[1:-1], values[-1])


@given(st.integers(1, 64), st.integers(-2, 70))
def test_a_proof_holds_at_no_other_index(size, other):
    entries, read = grow(size)
    index = size // 2
    proof = merkle.inclusion_proof(index, size, read)
    if other == index or (0 <= other < size and entries[other] == entries[index] and size == 1):
        return
    with pytest.raises((InclusionFailed, ProofLengthWrong, IndexOutOfRange)):
        merkle.verify_inclusion(
            other, size, merkle.leaf_hash(entries[index]), proof, slow.mth(entries)
        )


def test_a_leaf_is_no_node():
    a, b = merkle.leaf_hash(b"a"), merkle.leaf_hash(b"b")
    assert merkle.leaf_hash(a + b) != merkle.node_hash(a, b)


def test_sizes_out_of_range_are_named():
    _, read = grow(4)
    for call in (
        lambda: merkle.inclusion_proof(4, 4, read),
        lambda: merkle.inclusion_proof(0, 0, read),
        lambda: merkle.consistency_proof(5, 4, read),
        lambda: merkle.verify_inclusion(-1, 4, bytes(32), [], bytes(32)),
        lambda: merkle.verify_consistency(0, 4, merkle.EMPTY_ROOT, bytes(32), []),
        lambda: merkle.check_subtree(3, 5),
        lambda: merkle.verify_subtree_consistency(4, 8, 7, [], bytes(32), bytes(32)),
    ):
        with pytest.raises(IndexOutOfRange):
            call()
    assert merkle.consistency_proof(0, 4, read) == []
    assert merkle.consistency_proof(4, 4, read) == []


def test_equal_sizes_need_equal_roots():
    with pytest.raises(ConsistencyFailed):
        merkle.verify_consistency(4, 4, bytes(32), bytes([1]) * 32, [])


# ---- public vectors (transparency-dev/merkle, Apache-2.0) --------------------------------------
def raw(text):
    return base64.b64decode(text or "")


def run_vector(kind, v):
    proof = [raw(text) for text in v["proof"] or []]
    if kind == "inclusion":
        merkle.verify_inclusion(
            v["leafIdx"], v["treeSize"], raw(v["leafHash"]), proof, raw(v["root"])
        )
    elif kind == "consistency":
        merkle.verify_consistency(v["size1"], v["size2"], raw(v["root1"]), raw(v["root2"]), proof)
    elif kind == "subtreeinclusion":
        merkle.verify_subtree_inclusion(
            v["leafIdx"], v["start"], v["end"], raw(v["leafHash"]), proof, raw(v["root"])
        )
    else:
        merkle.verify_subtree_consistency(
            v["start"], v["end"], v["size"], proof, raw(v["root1"]), raw(v["root2"])
        )


def test_all_public_merkle_vectors(shared_data):
    vectors = json.loads((shared_data / "tlog-vectors" / "merkle-proofs.json").read_text())
    wrong = []
    for name, vector in vectors.items():
        try:
            run_vector(name.split("/")[0], vector)
            held = True
        except LedgerError:
            held = False
        if held == vector["wantErr"]:
            wrong.append(name)
    assert not wrong
    assert len(vectors) == 301


def test_a_real_log_is_read_whole(shared_data):
    folder = shared_data / "tlog-vectors" / "tessera-log"
    key = VerifierKey.parse(
        "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
    )
    roots = {}
    for size in range(11):
        head, _ = open_checkpoint((folder / f"checkpoint.{size}").read_bytes(), [key])
        roots[head.size] = head.root
    data = (folder / tile_path("entries", 0, 10)).read_bytes()
    entries = bundle_entries(data)
    assert bundle_bytes(entries) == data
    assert [entry.decode() for entry in entries[:3]] == ["one", "two", "three"]
    for size, root in roots.items():
        assert slow.mth(entries[:size]) == root
    for _, number, width in tiles_of(10):
        tile = (folder / tile_path(0, number, width)).read_bytes()
        assert tile == b"".join(slow.tile_hashes(0, number, entries))
    # The worked example of the specification: lengths and first bytes of the proofs.
    read = reader(entries)
    proof = [base64.b64encode(value).decode() for value in merkle.inclusion_proof(2, 10, read)]
    assert [text[:8] for text in proof] == ["9xWrP6pd", "T1X2Gdkh", "g0ZoeYWt", "+aOLtO2s"]
    assert len(merkle.consistency_proof(3, 10, read)) == 5
    last = merkle.consistency_proof(8, 10, read)
    assert [base64.b64encode(value).decode()[:8] for value in last] == ["+aOLtO2s"]


@given(st.integers(1, 600))
@settings(max_examples=25)
def test_tiles_cover_the_tree_as_the_specification_says(size):
    widths = {}
    for level, _, width in tiles_of(size):
        widths[level] = widths.get(level, 0) + width
    assert widths == {level: size // 256**level for level in range(4) if size // 256**level}
