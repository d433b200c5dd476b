"""Audit of entries: every owner's signature and right, every commitment, the derived tables.

Owns the replay: each entry is admitted anew by the rules of `authority`. What was derived from
the entries when they were logged must come out the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waferway.evidence.ledger.audit_report import MAX_FINDINGS, Pass
from waferway.evidence.ledger.authority import Head, Registry
from waferway.evidence.ledger.bundles import ALWAYS_SHOWN, find_erasures
from waferway.evidence.ledger.canonical import read_canonical
from waferway.evidence.ledger.commitments import opened
from waferway.evidence.ledger.entries import Entry
from waferway.evidence.ledger.failures import (
    DerivedClaimsAltered,
    DerivedHeadsAltered,
    DerivedKeysAltered,
    DerivedPoliciesAltered,
    EntrySignatureInvalid,
    LedgerError,
    OriginAltered,
    PayloadAltered,
    PayloadMissing,
    PayloadNotErased,
    ReplayedFromAnotherLog,
    UnknownKey,
)
from waferway.evidence.ledger.merkle import leaf_hash

__all__ = ["check_derived", "check_log_key", "check_origin", "replay"]


def check_origin(audit: Pass) -> None:
    """Hold the origin in the file against its first policy, which is signed."""
    found = audit.store.fields(1)
    if found is None:
        return
    try:
        stated = read_canonical(found[0]).get("origin", audit.origin)
    except (LedgerError, AttributeError):
        return
    if stated != audit.origin:
        audit.found(
            OriginAltered(f"the file says {audit.origin}, its first policy {stated}", "meta")
        )
        audit.origin = stated


def replay(audit: Pass) -> tuple[Registry, list[LedgerError]]:
    """Admit every entry anew."""
    found: list[LedgerError] = []
    faulty: set[int] = set()
    present: list[int] = []
    erasures, erased_by = _erasures(audit)

    def entry_at(index: int) -> tuple[Entry, Mapping[str, Any] | None]:
        fields = audit.store.fields(index)
        payload = read_canonical(fields[0]) if fields else None
        return Entry.parse(audit.store.entry(index)), payload

    registry = Registry(audit.origin, entry_at=entry_at)
    rows = audit.run_sql(
        "SELECT l.idx, l.entry, p.fields, p.salts FROM leaf l "
        "LEFT JOIN payload p USING (idx) ORDER BY l.idx"
    )
    for index, data, fields, salts in rows:
        if len(found) >= MAX_FINDINGS:
            break
        where = f"entry {index}"
        value = leaf_hash(data).hex()
        if fields is not None and index in erasures:
            present.append(index)
        try:
            entry = Entry.parse(data)
        except LedgerError as broken:
            found.append(broken.at(where))
            continue
        payload = None
        try:
            payload = _payload(audit, entry, index, fields, salts, erasures)
            registry.admit(index, entry, value, payload, erased=erasures.get(index))
            audit.signatures += 1
        except LedgerError as broken:
            faulty.add(index)
            found.append(_named(audit, broken, entry, registry).at(where))
            known = registry.keys.get(entry.owner_key_id)
            if known:  # go on from here, so that one fault is one finding
                registry.heads[known.party] = Head(entry.seq, value, entry.created, index)
    for index in present:
        if erased_by[index] not in faulty:
            found.append(PayloadNotErased("fields are still here", where=f"entry {index}"))
    return registry, found


def _payload(
    audit: Pass,
    entry: Entry,
    index: int,
    fields: bytes | None,
    salts: bytes | None,
    erasures: Mapping[int, object],
) -> Mapping[str, Any] | None:
    if fields is None or salts is None:
        if index in erasures:
            return None
        if audit.store.mirror and entry.type not in ALWAYS_SHOWN:
            audit.unchecked += 1
            return None
        raise PayloadMissing("fields are gone and no erasure is logged")
    try:
        payload = opened(fields, salts, entry.payload)
    except LedgerError as broken:
        raise PayloadAltered(f"fields: {broken}") from broken
    if payload is None:
        raise PayloadAltered("fields or salts do not give the commitment")
    return payload


def _named(audit: Pass, broken: LedgerError, entry: Entry, registry: Registry) -> LedgerError:
    """Name a replay: the signature fits, for another log."""
    known = registry.keys.get(entry.owner_key_id)
    if not isinstance(broken, EntrySignatureInvalid) or known is None:
        return broken
    for origin in audit.other_origins:
        try:
            entry.verify(origin, known.public_key)
        except LedgerError:
            continue
        return ReplayedFromAnotherLog(f"was signed for {origin}")
    return broken


def _erasures(audit: Pass) -> tuple[dict[int, tuple[str | None, tuple[str, ...]]], dict[int, int]]:
    """What is erased, as erasures state it, and by which entry."""
    rows = audit.run_sql(
        "SELECT p.idx, p.fields FROM leaf l JOIN payload p USING (idx) "
        'WHERE instr(l.entry, CAST(\'"type":"erasure"\' AS BLOB)) > 0 ORDER BY p.idx'
    )
    erased: dict[int, tuple[str | None, tuple[str, ...]]] = {}
    by: dict[int, int] = {}
    for index, fields in rows:
        try:
            erasure = find_erasures([read_canonical(fields)])
        except LedgerError:
            continue
        erased |= erasure
        by |= dict.fromkeys(erasure, index)
    return erased, by


def check_derived(audit: Pass, registry: Registry) -> None:
    """Hold the derived tables against what the entries say."""
    keys = [
        (k.key_id, k.party, k.role, k.public_key, k.added, k.ended) for k in registry.keys.values()
    ]
    heads = [(p, h.seq, h.leaf_hash, h.created, h.index) for p, h in registry.heads.items()]
    claims = [(i, c.index, c.party, c.status, c.by) for i, c in registry.claims.items()]
    log_keys = [(index, vkey) for index, vkey in registry.log_keys]
    for table, columns, rows, kind in (
        ("key", "key_id, party, role, public_key, added, ended", keys, DerivedKeysAltered),
        ("log_key", "idx, vkey", log_keys, DerivedKeysAltered),
        ("head", "party, seq, leaf_hash, created, idx", heads, DerivedHeadsAltered),
        ("claim", "claim_id, idx, party, status, by_idx", claims, DerivedClaimsAltered),
        ("policy", "name, idx", list(registry.policies.items()), DerivedPoliciesAltered),
    ):
        stored = set(audit.run_sql(f"SELECT {columns} FROM {table}"))  # noqa: S608
        wrong = stored.symmetric_difference(rows)
        if wrong:
            names = ", ".join(sorted({str(row[0]) for row in wrong})[:3])
            audit.found(kind(f"differs from the entries at {names}", where=f"table {table}"))


def check_log_key(audit: Pass, registry: Registry) -> None:
    """One of the trusted keys must be the log's by its own entries; later ones may follow."""
    stated = {vkey for _, vkey in registry.log_keys}
    if audit.trusted and not any(str(key) in stated for key in audit.trusted):
        names = ", ".join(str(key) for key in audit.trusted)
        audit.found(UnknownKey(f"the log does not name {names} as its key", where="log key"))
