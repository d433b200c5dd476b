"""Audit of checkpoints: signatures, roots, sizes, and those that someone kept from earlier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from waferway.evidence.ledger.audit_report import Pass
from waferway.evidence.ledger.checkpoints import Checkpoint, open_checkpoint
from waferway.evidence.ledger.failures import (
    CheckpointRootAltered,
    CheckpointRowAltered,
    CheckpointSignatureInvalid,
    CheckpointUnsigned,
    ForkedLog,
    InconsistentGrowth,
    LedgerError,
    MalformedCheckpoint,
    MalformedNote,
    OriginMismatch,
    RewrittenHistory,
    RolledBack,
    TailTruncated,
)
from waferway.evidence.ledger.notes import Note, VerifierKey
from waferway.evidence.ledger.scanning import Scan

__all__ = ["check_checkpoints", "check_kept", "checkpoint_keys", "note_sizes"]


def note_sizes(notes: Iterable[tuple[int, int, bytes]]) -> Iterator[int]:
    """Sizes that checkpoints state; those that cannot be read state none."""
    for _, _, data in notes:
        try:
            yield Checkpoint.parse(Note.parse(data).text).size
        except LedgerError:
            continue


def checkpoint_keys(audit: Pass) -> list[VerifierKey]:
    """Keys to hold checkpoints against: the trusted ones, then those that the file names."""
    keys = list(audit.trusted)
    for (text,) in audit.run_sql("SELECT vkey FROM log_key ORDER BY idx").fetchall():
        try:
            key = VerifierKey.parse(text)
        except LedgerError:
            continue
        if key not in keys:
            keys.append(key)
    return keys


def check_checkpoints(
    audit: Pass, notes: list[tuple[int, int, bytes]], scan: Scan, keys: list[VerifierKey]
) -> list[LedgerError]:
    """Findings on the checkpoints of the file; those that are signed are kept in the pass."""
    found: list[LedgerError] = []
    by_size: dict[int, bytes] = {}
    for number, size, data in notes:
        where = f"checkpoint {number} of size {size}"
        try:
            note = Note.parse(data)
            head = Checkpoint.parse(note.text)
        except (MalformedNote, MalformedCheckpoint) as broken:
            found.append(type(broken)(broken.what, where))
            continue
        if head.origin != audit.origin:
            found.append(OriginMismatch(f"is of {head.origin}", where))
            continue
        if head.size != size:
            found.append(CheckpointRowAltered(f"its text says size {head.size}", where))
        right_root = scan.roots.get(head.size) == head.root
        try:
            signed = bool(note.verified(keys))
        except LedgerError as broken:
            if right_root or head.size > scan.size:
                found.append(CheckpointSignatureInvalid(broken.what, where))
            else:
                found.append(CheckpointRootAltered("neither tree nor signature fit", where))
            continue
        if not signed:
            found.append(CheckpointUnsigned("no key of the log signed it", where))
            continue
        audit.signatures += 1
        audit.signed.append((number, head))
        if by_size.setdefault(head.size, head.root) != head.root:
            found.insert(0, ForkedLog("two roots are signed for one size", where))
        elif head.size > scan.size:
            found.append(
                TailTruncated(
                    f"the log signed {head.size} entries and has {scan.size}",
                    f"entries {scan.size}-{head.size - 1}",
                )
            )
        elif not right_root:
            found.append(RewrittenHistory("its entries do not give the signed root", where))
    return found


def check_kept(audit: Pass, scan: Scan, keys: list[VerifierKey]) -> None:
    """Hold the file against checkpoints that someone kept from earlier."""
    for number, data in enumerate(audit.kept, 1):
        where = f"kept checkpoint {number}"
        try:
            head, _ = open_checkpoint(data, keys, audit.origin)
        except LedgerError as broken:
            audit.found(type(broken)(broken.what, where))
            continue
        audit.signatures += 1
        if head.size > scan.size:
            audit.found(RolledBack(f"{head.size} entries were signed, {scan.size} are here", where))
        elif scan.roots.get(head.size) != head.root:
            equal = any(old.size == head.size for _, old in audit.signed)
            kind = ForkedLog if equal else InconsistentGrowth
            audit.found(kind(f"the first {head.size} entries are not those signed", where))
        elif audit.assurance == "none":
            audit.assurance = "kept-checkpoint"
