"""The Merkle tree of RFC 6962: roots, proofs, and their verification.

Owns hashing of leaves and nodes, the positions a proof needs, and the checks. Refuses storage:
hashes come from a `read(level, index)` of the caller, where `level` 0 holds leaf hashes and a
node of level h covers the leaves ``[index * 2**h, (index + 1) * 2**h)``.

Slow twin: ``tests/reference/merkle.py``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

from waferway.evidence.ledger.failures import (
    ConsistencyFailed,
    InclusionFailed,
    IndexOutOfRange,
    ProofLengthWrong,
)

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
Read = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """Hash of a leaf, SHA-256(0x00 || entry).

    Source: RFC 6962, section 2.1.

    Examples
    --------
    >>> leaf_hash(b"").hex()[:16]
    '6e340b9cffb37a98'
    """
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of a node, SHA-256(0x01 || left || right); RFC 6962, section 2.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def largest_power_below(count: int) -> int:
    """Largest power of two below `count`, which is at least 2; where a tree splits.

    >>> [largest_power_below(n) for n in (2, 3, 4, 5, 8, 9)]
    [1, 2, 2, 4, 4, 8]
    """
    return 1 << ((count - 1).bit_length() - 1)


def peaks(size: int) -> list[tuple[int, int]]:
    """Complete subtrees that make up a tree of `size` leaves, largest first, as (level, index).

    Examples
    --------
    >>> peaks(6)
    [(2, 0), (1, 2)]
    """
    found = []
    start = 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            found.append((level, start >> level))
            start += 1 << level
    return found


def range_hash(start: int, end: int, read: Read) -> bytes:
    """Hash of the leaves ``[start, end)``, a range that occurs in a tree.

    Parameters
    ----------
    start, end : int
        ``start`` is a multiple of the smallest power of two that is at least ``end - start``.
    read : callable
        Hash of a complete subtree by (level, index).
    """
    hashes = [read(level, (start >> level) + index) for level, index in peaks(end - start)]
    result = hashes.pop()
    while hashes:
        result = node_hash(hashes.pop(), result)
    return result


def root_hash(size: int, read: Read) -> bytes:
    """Root of the first `size` leaves; of an empty tree SHA-256 of nothing."""
    return range_hash(0, size, read) if size else EMPTY_ROOT


def tree_root(leaf_hashes: Iterable[bytes]) -> bytes:
    """Root over leaf hashes given one by one.

    Examples
    --------
    >>> tree_root([]) == EMPTY_ROOT
    True
    >>> a, b, c = (leaf_hash(x) for x in (b"a", b"b", b"c"))
    >>> tree_root([a, b, c]) == node_hash(node_hash(a, b), c)
    True
    """
    stack: list[bytes] = []
    for index, value in enumerate(leaf_hashes):
        while index & 1:
            value = node_hash(stack.pop(), value)
            index >>= 1
        stack.append(value)
    if not stack:
        return EMPTY_ROOT
    result = stack.pop()
    while stack:
        result = node_hash(stack.pop(), result)
    return result


def inclusion_proof(index: int, size: int, read: Read) -> list[bytes]:
    """Hashes from the leaf's sibling upward that lead from leaf `index` to the root of `size`.

    Raises
    ------
    IndexOutOfRange
        Unless ``0 <= index < size``.

    Source: RFC 6962, section 2.1.1. Reference version: tests/reference/merkle.py.
    """
    if not 0 <= index < size:
        raise IndexOutOfRange(f"leaf {index} is not in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + largest_power_below(end - start)
        if index < middle:
            path.append(range_hash(middle, end, read))
            end = middle
        else:
            path.append(range_hash(start, middle, read))
            start = middle
    path.reverse()
    return path


def consistency_proof(old: int, new: int, read: Read) -> list[bytes]:
    """Hashes that show the tree of `new` leaves to begin with the tree of `old`.

    Empty for equal sizes and for ``old == 0`` (everything grows out of nothing).

    Source: RFC 6962, section 2.1.2. Reference version: tests/reference/merkle.py.
    """
    if not 0 <= old <= new:
        raise IndexOutOfRange(f"no proof leads from size {old} to size {new}")
    if old in (0, new):
        return []
    path: list[bytes] = []
    start, end = 0, new
    whole = True  # the old tree's own root is known to whoever checks
    while old != end:
        middle = start + largest_power_below(end - start)
        if old <= middle:
            path.append(range_hash(middle, end, read))
            end = middle
        else:
            path.append(range_hash(start, middle, read))
            start = middle
            whole = False
    if not whole:
        path.append(range_hash(start, end, read))
    path.reverse()
    return path


def _check_hashes(named: Iterable[tuple[str, bytes]], proof: Sequence[bytes]) -> None:
    for name, value in named:
        if len(value) != HASH_BYTES:
            raise ProofLengthWrong(f"{name} has {len(value)} bytes, not {HASH_BYTES}")
    for value in proof:
        if len(value) != HASH_BYTES:
            raise ProofLengthWrong(f"a hash of the proof has {len(value)} bytes")


def verify_inclusion(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that leaf hash `leaf` is at `index` in the tree of `size` leaves and root `root`.

    Raises
    ------
    IndexOutOfRange, ProofLengthWrong, InclusionFailed

    Source: RFC 9162, section 2.1.3.2.

    Examples
    --------
    >>> a, b = leaf_hash(b"a"), leaf_hash(b"b")
    >>> verify_inclusion(1, 2, b, [a], node_hash(a, b))
    """
    if not 0 <= index < size:
        raise IndexOutOfRange(f"leaf {index} is not in a tree of {size}")
    _check_hashes((("the leaf hash", leaf), ("the root", root)), proof)
    node, last, value = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofLengthWrong("the proof has too many hashes")
        if node & 1 or node == last:
            value = node_hash(sibling, value)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            value = node_hash(value, sibling)
        node >>= 1
        last >>= 1
    if last != 0:
        raise ProofLengthWrong("the proof has too few hashes")
    if value != root:
        raise InclusionFailed(f"leaf {index} and its proof do not give the root of size {size}")


def check_subtree(start: int, end: int) -> None:
    """Raise unless ``[start, end)`` can be a subtree: its width's power of two divides `start`."""
    if not 0 <= start < end or start % (1 << (end - start - 1).bit_length()):
        raise IndexOutOfRange(f"[{start}, {end}) is no subtree")


def verify_subtree_inclusion(
    index: int, start: int, end: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that `leaf` is at `index` in the subtree ``[start, end)`` whose hash is `root`."""
    check_subtree(start, end)
    if not start <= index < end:
        raise IndexOutOfRange(f"leaf {index} is not in [{start}, {end})")
    verify_inclusion(index - start, end - start, leaf, proof, root)


def verify_subtree_consistency(
    start: int, end: int, size: int, proof: Sequence[bytes], subtree: bytes, root: bytes
) -> None:
    """Check that ``[start, end)`` with hash `subtree` is a subtree of the tree of `size` leaves.

    An empty range is part of every tree; its hash is `EMPTY_ROOT` and its proof is empty.

    Raises
    ------
    IndexOutOfRange, ProofLengthWrong, ConsistencyFailed

    Source: draft-ietf-plants-merkle-tree-certs, "Verifying a Subtree Consistency Proof"; for
    ``start == 0`` this is RFC 9162, section 2.1.4.2.
    """
    if 0 <= start == end <= size:
        if proof:
            raise ProofLengthWrong("an empty range has an empty proof")
        if subtree != EMPTY_ROOT:
            raise ConsistencyFailed("the hash of an empty range is SHA-256 of nothing")
        return
    check_subtree(start, end)
    if end > size:
        raise IndexOutOfRange(f"[{start}, {end}) is not in a tree of {size}")
    _check_hashes((("the smaller root", subtree), ("the larger root", root)), proof)
    first, node, last = start, end - 1, size - 1
    while first != node and (node & 1 or node == last):
        first, node, last = first >> 1, node >> 1, last >> 1
    hashes = list(proof)
    if first == node:
        smaller = larger = subtree
    elif hashes:
        smaller = larger = hashes.pop(0)
    else:
        raise ProofLengthWrong("the proof has too few hashes")
    for sibling in hashes:
        if last == 0:
            raise ProofLengthWrong("the proof has too many hashes")
        if node & 1 or node == last:
            if first < node:
                smaller = node_hash(sibling, smaller)
            larger = node_hash(sibling, larger)
            while not node & 1 and node:
                first, node, last = first >> 1, node >> 1, last >> 1
        else:
            larger = node_hash(larger, sibling)
        first, node, last = first >> 1, node >> 1, last >> 1
    if last != 0:
        raise ProofLengthWrong("the proof has too few hashes")
    if smaller != subtree or larger != root:
        raise ConsistencyFailed(f"[{start}, {end}) and the tree of {size} do not share a history")


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree of `new` leaves begins with the tree of `old` leaves.

    Size 0 has no proof, as in the public test vectors; a witness treats it apart.

    Raises
    ------
    IndexOutOfRange, ProofLengthWrong, ConsistencyFailed
    """
    if old < 1 or old > new:
        raise IndexOutOfRange(f"no proof leads from size {old} to size {new}")
    verify_subtree_consistency(0, old, new, proof, old_root, new_root)
