"""Rows and tree of a ledger file, against what its entries give.

Owns the count of rows, the tree recomputed from the entries, and the naming of what explains a
difference between the two. Refuses signatures, which are the audit's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from waferway.evidence.ledger.checkpoints import Checkpoint
from waferway.evidence.ledger.failures import (
    EntryAltered,
    LeafDeleted,
    LeafHashAltered,
    LeafInserted,
    LeafMissing,
    LeafRenumbered,
    LeavesSwapped,
    LedgerError,
    NodeAltered,
    NodeMissing,
    NodeSurplus,
    PayloadOrphan,
    TailTruncated,
)
from waferway.evidence.ledger.merkle import EMPTY_ROOT, leaf_hash, node_hash
from waferway.evidence.ledger.store import Store, node_count

MAX_DIFFERENCES = 100_000


@dataclass
class Scan:
    """Tree recomputed from the entries, compared with the stored one."""

    size: int = 0
    root: bytes = EMPTY_ROOT
    roots: dict[int, bytes] = field(default_factory=dict)
    differences: dict[tuple[int, int], tuple[bytes, bytes]] = field(default_factory=dict)


def check_rows(store: Store) -> tuple[list[LedgerError], bool]:
    """What is amiss with indices and numbers of rows, and whether the tree can be read at all."""
    found: list[LedgerError] = []
    run_sql = store.connection.execute
    count, low, high = run_sql(
        "SELECT count(*), coalesce(min(idx), 0), coalesce(max(idx), -1) FROM leaf"
    ).fetchone()
    nodes, last = run_sql("SELECT count(*), coalesce(max(id), -1) FROM node").fetchone()
    held = _size_of(nodes)
    if low < 0 or (high >= count and node_count(count) == nodes):
        where = low if low < 0 else high
        found.append(LeafRenumbered("no log has this index", where=f"entry {where}"))
    elif high + 1 != count:
        (gap,) = run_sql(
            "SELECT min(idx) + 1 FROM leaf WHERE idx + 1 NOT IN (SELECT idx FROM leaf)"
        ).fetchone()
        if low > 0:
            gap = 0
        found.append(LeafMissing("no entry stands here", where=f"entry {gap}"))
    elif last + 1 != nodes:
        found.append(NodeMissing(f"{last + 1 - nodes} hashes are absent", where="tree"))
    elif held > count:
        found.append(_too_many_hashes(store, count, nodes, held))
    elif held < count or node_count(held) != nodes:
        signed = max((size for _, size, _ in store.checkpoints()), default=0)
        if node_count(held) == nodes and signed <= held:
            found.append(LeafInserted("the tree does not know it", where=f"entry {held}"))
        elif nodes > node_count(count):
            found.append(NodeSurplus("a hash of no entry", where="tree"))
        else:
            found.append(NodeMissing("hashes of the last entries are absent", where="tree"))
    orphan = run_sql(
        "SELECT idx FROM payload WHERE idx NOT IN (SELECT idx FROM leaf) LIMIT 1"
    ).fetchone()
    whole = not found
    if orphan and whole:
        found.append(PayloadOrphan("fields of no entry", where=f"payload {orphan[0]}"))
    return found, whole


def _too_many_hashes(store: Store, count: int, nodes: int, held: int) -> LedgerError:
    if node_count(held) != nodes or count == 0:
        return NodeSurplus("hashes of no entry", where="tree")
    if leaf_hash(store.entry(count - 1)) == store.read(0, count - 1):
        return TailTruncated("only their hashes remain", f"entries {count}-{held - 1}")
    return LeafDeleted("later entries were moved down", where=_first_shift(store, count))


def _first_shift(store: Store, count: int) -> str:
    for index in range(count):
        if leaf_hash(store.entry(index)) != store.read(0, index):
            return f"entry {index}"
    return "an entry"


def scan_tree(store: Store, wanted: set[int]) -> Scan:
    """Recompute every node from the entries, in the order in which they are stored.

    Parameters
    ----------
    wanted : set of int
        Sizes whose roots are kept.
    """
    found = Scan()
    run_sql = store.connection.execute
    stored = run_sql("SELECT hash FROM node ORDER BY id")
    stack: list[bytes] = []
    if 0 in wanted:
        found.roots[0] = EMPTY_ROOT
    differences = found.differences
    index = 0
    for (entry,) in run_sql("SELECT entry FROM leaf ORDER BY idx"):
        node = leaf_hash(entry)
        (old,) = stored.fetchone()
        if old != node and len(differences) < MAX_DIFFERENCES:
            differences[0, index] = (node, bytes(old))
        mark, level = index, 0
        while mark & 1:
            node = node_hash(stack.pop(), node)
            mark >>= 1
            level += 1
            (old,) = stored.fetchone()
            if old != node and len(differences) < MAX_DIFFERENCES:
                differences[level, mark] = (node, bytes(old))
        stack.append(node)
        index += 1
        if index in wanted:
            found.roots[index] = _fold(stack)
    found.size = index
    found.root = _fold(stack)
    found.roots[index] = found.root
    return found


def name_differences(scan: Scan, signed: Iterable[Checkpoint]) -> list[LedgerError]:
    """Which change explains where the stored tree differs from the entries.

    Parameters
    ----------
    signed : iterable of Checkpoint
        Heads that the log signed; they decide where the tree cannot.
    """
    found: list[LedgerError] = []
    heads = list(signed)
    leaves = sorted(index for level, index in scan.differences if level == 0)
    computed = [scan.differences[0, index][0] for index in leaves]
    stored = [scan.differences[0, index][1] for index in leaves]
    run = leaves and leaves[-1] - leaves[0] + 1 == len(leaves)
    if len(leaves) > 1 and sorted(computed) == sorted(stored):
        places = ", ".join(str(index) for index in leaves[:6])
        found.append(LeavesSwapped("changed places", where=f"entries {places}"))
    elif len(leaves) > 2 and run and computed[1:] == stored[:-1]:
        found.append(LeafInserted("later entries were moved up", where=f"entry {leaves[0]}"))
    elif len(leaves) > 2 and run and computed[:-1] == stored[1:]:
        found.append(LeafDeleted("later entries were moved down", where=f"entry {leaves[0]}"))
    else:
        for index in leaves:
            kind = EntryAltered if _tree_knew(scan, index, heads) else LeafHashAltered
            found.append(kind("entry and hash differ", where=f"entry {index}"))
    for level, index in sorted(scan.differences):
        below = {(level - 1, 2 * index), (level - 1, 2 * index + 1)}
        if level and not below & scan.differences.keys():
            found.append(
                NodeAltered("is not of its children", f"node level {level}, index {index}")
            )
    return found


def _tree_knew(scan: Scan, index: int, heads: Iterable[Checkpoint]) -> bool:
    """Whether the rest of the tree agrees with the stored hash rather than with the entry."""
    if (index | 1) < scan.size:
        return (1, index // 2) in scan.differences
    return not any(head.size > index and scan.roots.get(head.size) == head.root for head in heads)


def _fold(stack: list[bytes]) -> bytes:
    if not stack:
        return EMPTY_ROOT
    node = stack[-1]
    for left in reversed(stack[:-1]):
        node = node_hash(left, node)
    return node


def _size_of(nodes: int) -> int:
    """Largest size whose tree has at most `nodes` hashes."""
    size = nodes // 2
    while node_count(size + 1) <= nodes:
        size += 1
    return size
