"""The tree of RFC 6962, section 2.1, word for word: recursive, slow, obvious."""

import hashlib


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(entries):
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = split(len(entries))
    return hashlib.sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m, entries):
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def proof(m, entries):
    return subproof(m, entries, True)


def subproof(m, entries, whole):
    if m == len(entries):
        return [] if whole else [mth(entries)]
    k = split(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], whole), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


def subtree_proof(start, end, entries, whole=True):
    """Proof that [start, end) is a subtree: the same recursion, entered anywhere."""
    if start == 0 and end == len(entries):
        return [] if whole else [mth(entries)]
    k = split(len(entries))
    if end <= k:
        return [*subtree_proof(start, end, entries[:k], whole), mth(entries[k:])]
    if k <= start:
        return [*subtree_proof(start - k, end - k, entries[k:], whole), mth(entries[:k])]
    return [*subtree_proof(0, end - k, entries[k:], False), mth(entries[:k])]


def tile_hashes(level, number, entries):
    """Hashes of a tile by the formula of C2SP tlog-tiles."""
    width = 256**level
    found = []
    for i in range(256):
        start = (number * 256 + i) * width
        if start + width > len(entries):
            break
        found.append(mth(entries[start : start + width]))
    return found
