"""Looking back: whether the file is what its entries, signatures and checkpoints say.

Owns `fsck` (bytes, tree, checkpoints) and `audit` (that, and every commitment, every owner's
signature and right, the derived tables, witnesses, and checkpoints kept elsewhere), and the order
in which the parts look: `scanning`, `checkpoint_audit`, `entry_audit`, `witness_audit`. Nothing
is repaired here.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence

from waferway.evidence.ledger.audit_report import AuditReport, Pass
from waferway.evidence.ledger.authority import Registry
from waferway.evidence.ledger.checkpoint_audit import (
    check_checkpoints,
    check_kept,
    checkpoint_keys,
    note_sizes,
)
from waferway.evidence.ledger.entry_audit import (
    check_derived,
    check_log_key,
    check_origin,
    replay,
)
from waferway.evidence.ledger.failures import DatabaseCorrupt, LedgerError
from waferway.evidence.ledger.kept import kept_beside
from waferway.evidence.ledger.notes import VerifierKey
from waferway.evidence.ledger.policies import WitnessPolicy
from waferway.evidence.ledger.scanning import Scan, check_rows, name_differences, scan_tree
from waferway.evidence.ledger.store import Store
from waferway.evidence.ledger.witness_audit import (
    check_cosignatures,
    check_quorum,
    doubtful_entries,
)

__all__ = ["AuditReport", "audit", "fsck", "kept_checkpoints"]


def fsck(path: str | os.PathLike[str], log_keys: Iterable[VerifierKey] = ()) -> AuditReport:
    """Check bytes, rows, every node of the tree, and every checkpoint's signature and root.

    Parameters
    ----------
    log_keys : iterable of VerifierKey
        Keys to trust for checkpoints; by default those that the file itself names.
    """
    return _look(path, tuple(log_keys), deep=False)


def audit(
    path: str | os.PathLike[str],
    policy: WitnessPolicy | None = None,
    *,
    kept: Iterable[bytes] = (),
    other_origins: Iterable[str] = (),
    max_witness_age_s: int | None = None,
    now_s: int | None = None,
) -> AuditReport:
    """Check everything that can be checked from the file, keys and kept checkpoints.

    Parameters
    ----------
    policy : WitnessPolicy, optional
        Key of the log (else the file's own word counts), witnesses and quorum.
    kept : iterable of bytes
        Signed checkpoints that the auditor, or anybody, kept from earlier.
    other_origins : iterable of str
        Other logs of these parties, to tell a replayed entry from a forged one.
    max_witness_age_s, now_s : int, optional
        Report a newest quorum that is older than this.
    """
    return _look(
        path,
        tuple(policy.logs) if policy else (),
        deep=True,
        policy=policy,
        kept=tuple(kept),
        other_origins=tuple(other_origins),
        max_witness_age_s=max_witness_age_s,
        now_s=now_s,
    )


def _look(
    path: str | os.PathLike[str],
    log_keys: Sequence[VerifierKey],
    deep: bool,
    policy: WitnessPolicy | None = None,
    kept: Sequence[bytes] = (),
    other_origins: Sequence[str] = (),
    max_witness_age_s: int | None = None,
    now_s: int | None = None,
) -> AuditReport:
    try:
        store = Store(path)
    except DatabaseCorrupt as broken:
        return AuditReport(str(path), 0, "", (broken,), 0, 0)
    try:
        with store.reading():
            one = Pass(store, log_keys, policy or WitnessPolicy(), kept, other_origins)
            return _run(one, deep, max_witness_age_s, now_s)
    except (DatabaseCorrupt, sqlite3.DatabaseError) as broken:
        finding = broken if isinstance(broken, LedgerError) else DatabaseCorrupt(str(broken))
        return AuditReport(store.origin, 0, "", (finding,), 0, 0)
    except (TypeError, AttributeError, OverflowError) as broken:
        # The tables are STRICT; whoever edits the schema can still put text where bytes belong.
        strange = DatabaseCorrupt(f"a row holds a value of the wrong type: {broken}")
        return AuditReport(store.origin, 0, "", (strange,), 0, 0)
    finally:
        store.close()


def _run(one: Pass, deep: bool, max_witness_age_s: int | None, now_s: int | None) -> AuditReport:
    rows = one.run_sql("PRAGMA quick_check").fetchall()
    if rows != [("ok",)]:
        raise DatabaseCorrupt(str(rows[0][0])[:200], where=str(one.store.path))
    check_origin(one)
    notes = one.store.checkpoints()
    scan = Scan()
    entry_findings: list[LedgerError] = []
    registry = Registry(one.origin)
    amiss, whole = check_rows(one.store)
    for finding in amiss:
        one.found(finding)
    if whole:
        wanted = {size for _, size, _ in notes} | set(note_sizes((0, 0, data) for data in one.kept))
        scan = scan_tree(one.store, wanted | set(note_sizes(notes)))
        keys = checkpoint_keys(one)
        checkpoint_findings = check_checkpoints(one, notes, scan, keys)
        for finding in name_differences(scan, [head for _, head in one.signed]):
            one.found(finding)
        for finding in checkpoint_findings:
            one.found(finding)
        check_kept(one, scan, keys)
        if deep:
            registry, entry_findings = replay(one)
            for finding in entry_findings:
                one.found(finding)
            check_derived(one, registry)
            check_log_key(one, registry)
        check_cosignatures(one, notes)
        if deep:
            check_quorum(one, max_witness_age_s, now_s)
    doubtful = doubtful_entries(one, registry) if deep else ()
    return AuditReport(
        one.origin, scan.size, scan.root.hex(), tuple(one.findings), len(notes),
        one.signatures, doubtful, one.unchecked, one.assurance,
    )  # fmt: skip


def kept_checkpoints(path: str | os.PathLike[str]) -> list[bytes]:
    """Checkpoint kept beside the ledger file, if there is one."""
    kept = kept_beside(path)
    return [] if kept is None else [kept]
