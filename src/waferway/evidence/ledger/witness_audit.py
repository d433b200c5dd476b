"""Audit of witnesses: cosignatures, the quorum and its age, and the times that entries state."""

from __future__ import annotations

import bisect

from waferway.evidence.ledger.audit_report import Pass
from waferway.evidence.ledger.authority import Registry
from waferway.evidence.ledger.canonical import read_canonical
from waferway.evidence.ledger.entries import Entry
from waferway.evidence.ledger.failures import (
    CosignatureInvalid,
    CosignatureOrphan,
    LedgerError,
    QuorumNotMet,
    StaleWitness,
    WitnessClockZero,
)
from waferway.evidence.ledger.notes import Note, Signature, signature_valid
from waferway.evidence.ledger.proofs import check_times, cosigning_times

__all__ = ["check_cosignatures", "check_quorum", "doubtful_entries"]


def check_cosignatures(audit: Pass, notes: list[tuple[int, int, bytes]]) -> None:
    """Check every cosignature of a known witness; those that hold are kept in the pass."""
    texts = {number: data for number, _, data in notes}
    known = {(key.name, key.key_id): key for key in audit.policy.witnesses.values()}
    for number, line in audit.run_sql("SELECT checkpoint, line FROM cosignature").fetchall():
        where = f"cosignature under checkpoint {number}"
        if number not in texts:
            audit.found(CosignatureOrphan("its checkpoint is gone", where))
            continue
        try:
            signature = Signature.parse(line)
            key = known.get((signature.name, signature.key_id))
            if key is None:
                continue
            text = Note.parse(texts[number]).text
            if not signature_valid(key, signature, text):
                raise CosignatureInvalid(f"{key.name} did not sign this")
        except WitnessClockZero as broken:
            audit.found(WitnessClockZero(broken.what, where))
            continue
        except LedgerError as broken:
            audit.found(CosignatureInvalid(broken.what, where))
            continue
        audit.signatures += 1
        audit.cosigned.setdefault(number, []).append((key, signature))


def check_quorum(audit: Pass, max_age_s: int | None, now_s: int | None) -> None:
    """Newest checkpoint with a quorum, its age, and the times that entries state."""
    if audit.policy.quorum == "none":
        return
    bounds: list[tuple[int, int, int]] = []
    newest = None
    for number, head in sorted(audit.signed, key=lambda pair: pair[1].size):
        first, last = cosigning_times(audit.cosigned.get(number, []))
        if audit.policy.met(first):
            early, late = audit.policy.not_after(first), audit.policy.not_before(last)
            bounds.append((head.size, early or 0, late or 0))
            newest = last
    if newest is None:
        audit.found(QuorumNotMet("no checkpoint bears the quorum of witnesses", "checkpoints"))
        return
    if not audit.findings:
        audit.assurance = "witnesses"
    if max_age_s is not None and now_s is not None:
        fresh = {key for key, time in newest.items() if time >= now_s - max_age_s}
        if not audit.policy.met(fresh):
            audit.found(StaleWitness(f"no quorum in the last {max_age_s} s", "checkpoints"))
    delay, skew = _tolerances(audit)
    sizes = [size for size, _, _ in bounds]
    for index, data in audit.run_sql("SELECT idx, entry FROM leaf ORDER BY idx"):
        place = bisect.bisect_right(sizes, index)
        before = bounds[place - 1][2] if place else None
        after = bounds[place][1] if place < len(bounds) else None
        try:
            check_times(Entry.parse(data), before, after, delay, skew)
        except LedgerError as broken:
            audit.found(broken.at(f"entry {index}"))


def _tolerances(audit: Pass) -> tuple[int, int]:
    """Delay and clock skew that the log's own first policy allows, in seconds."""
    found = audit.store.fields(1)
    try:
        policy = read_canonical(found[0]) if found else {}
        return int(policy["max_delay_seconds"]), int(policy["clock_skew_seconds"])
    except (LedgerError, KeyError, TypeError, ValueError):
        return 86_400, 300


def doubtful_entries(audit: Pass, registry: Registry) -> tuple[int, ...]:
    """Entries of revoked keys after the last cosigned checkpoint before the revocation."""
    revoked = {
        key.key_id: key.ended
        for key in registry.keys.values()
        if key.ended is not None and b'"key-revoke"' in audit.store.entry(key.ended)
    }
    if not revoked:
        return ()
    sizes = sorted(head.size for number, head in audit.signed if number in audit.cosigned)
    found = []
    for index, data in audit.run_sql("SELECT idx, entry FROM leaf ORDER BY idx"):
        try:
            ended = revoked.get(Entry.parse(data).owner_key_id)
        except LedgerError:
            continue
        if ended is not None:
            place = bisect.bisect_right(sizes, ended)
            if index >= (sizes[place - 1] if place else 0):
                found.append(index)
    return tuple(found)
