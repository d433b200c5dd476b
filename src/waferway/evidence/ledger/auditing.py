"""Looking back: whether the file is what its entries, signatures and checkpoints say.

Owns `fsck` (bytes, tree, checkpoints) and `audit` (that, and every commitment, every owner's
signature and right, the derived tables, witnesses, and checkpoints kept elsewhere). Findings come
cause first: where one change shows in several places, the first finding names the change.
Nothing is repaired here.
"""

from __future__ import annotations

import bisect
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waferway.evidence.ledger.authority import Head, Registry
from waferway.evidence.ledger.bundles import ALWAYS_SHOWN, find_erasures
from waferway.evidence.ledger.canonical import read_canonical
from waferway.evidence.ledger.checkpoints import Checkpoint, open_checkpoint
from waferway.evidence.ledger.commitments import opened
from waferway.evidence.ledger.entries import Entry
from waferway.evidence.ledger.failures import (
    CheckpointRootAltered,
    CheckpointRowAltered,
    CheckpointSignatureInvalid,
    CheckpointUnsigned,
    CosignatureInvalid,
    CosignatureOrphan,
    DatabaseCorrupt,
    DerivedClaimsAltered,
    DerivedHeadsAltered,
    DerivedKeysAltered,
    DerivedPoliciesAltered,
    EntrySignatureInvalid,
    ForkedLog,
    InconsistentGrowth,
    LedgerError,
    MalformedCheckpoint,
    MalformedNote,
    OriginAltered,
    OriginMismatch,
    PayloadAltered,
    PayloadMissing,
    PayloadNotErased,
    QuorumNotMet,
    ReplayedFromAnotherLog,
    RewrittenHistory,
    RolledBack,
    StaleWitness,
    TailTruncated,
    UnknownKey,
    WitnessClockZero,
)
from waferway.evidence.ledger.merkle import leaf_hash
from waferway.evidence.ledger.notes import Note, Signature, VerifierKey, signature_valid
from waferway.evidence.ledger.policies import WitnessPolicy
from waferway.evidence.ledger.proofs import check_times, cosigning_times
from waferway.evidence.ledger.scanning import Scan, check_rows, name_differences, scan_tree
from waferway.evidence.ledger.store import Store

MAX_FINDINGS = 200


@dataclass(frozen=True)
class AuditReport:
    """What was looked at and what was found; no findings means all of it fits.

    Parameters
    ----------
    size : int
        Entries in the file.
    root : str
        Root over the entries, hex.
    findings : tuple of LedgerError
        Cause first.
    doubtful : tuple of int
        Entries by keys later revoked that no witness had seen before the revocation.
    unchecked : int
        Entries whose fields are withheld, so that rules on their content could not be applied.
    assurance : "none", "kept-checkpoint" or "witnesses"
    """

    origin: str
    size: int
    root: str
    findings: tuple[LedgerError, ...]
    checkpoints: int
    signatures: int
    doubtful: tuple[int, ...] = ()
    unchecked: int = 0
    assurance: str = "none"

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def raise_first(self) -> None:
        """Raise the first finding, if any."""
        if self.findings:
            raise self.findings[0]

    def to_dict(self) -> dict[str, Any]:
        """The report for ``--json``."""
        return {
            "ok": self.ok,
            "origin": self.origin,
            "size": self.size,
            "root": self.root,
            "checkpoints": self.checkpoints,
            "signatures": self.signatures,
            "assurance": self.assurance,
            "unchecked": self.unchecked,
            "doubtful": list(self.doubtful),
            "findings": [finding.to_dict() for finding in self.findings],
        }


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
            one = _Audit(store, log_keys, policy or WitnessPolicy(), kept, other_origins)
            return one.run(deep, max_witness_age_s, now_s)
    except (DatabaseCorrupt, sqlite3.DatabaseError) as broken:
        finding = broken if isinstance(broken, LedgerError) else DatabaseCorrupt(str(broken))
        return AuditReport(store.origin, 0, "", (finding,), 0, 0)
    except (TypeError, AttributeError, OverflowError) as broken:
        # The tables are STRICT; whoever edits the schema can still put text where bytes belong.
        strange = DatabaseCorrupt(f"a row holds a value of the wrong type: {broken}")
        return AuditReport(store.origin, 0, "", (strange,), 0, 0)
    finally:
        store.close()


class _Audit:
    """One pass over one file."""

    def __init__(
        self,
        store: Store,
        log_keys: Sequence[VerifierKey],
        policy: WitnessPolicy,
        kept: Sequence[bytes],
        other_origins: Sequence[str],
    ) -> None:
        self.store, self.policy, self.kept = store, policy, kept
        self.trusted, self.other_origins = log_keys, other_origins
        self.run_sql = store.connection.execute
        self.findings: list[LedgerError] = []
        self.origin = store.origin
        self.signatures = 0
        self.unchecked = 0
        self.signed: list[tuple[int, Checkpoint]] = []
        self.cosigned: dict[int, list[tuple[VerifierKey, Signature]]] = {}
        self.assurance = "none"

    def found(self, finding: LedgerError) -> None:
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(finding)

    def run(self, deep: bool, max_witness_age_s: int | None, now_s: int | None) -> AuditReport:
        rows = self.run_sql("PRAGMA quick_check").fetchall()
        if rows != [("ok",)]:
            raise DatabaseCorrupt(str(rows[0][0])[:200], where=str(self.store.path))
        self.check_origin()
        notes = self.store.checkpoints()
        scan = Scan()
        entry_findings: list[LedgerError] = []
        registry = Registry(self.origin)
        amiss, whole = check_rows(self.store)
        for finding in amiss:
            self.found(finding)
        if whole:
            wanted = {size for _, size, _ in notes} | set(self.kept_sizes())
            scan = scan_tree(self.store, wanted | set(self.note_sizes(notes)))
            keys = self.checkpoint_keys()
            checkpoint_findings = self.check_checkpoints(notes, scan, keys)
            for finding in name_differences(scan, [head for _, head in self.signed]):
                self.found(finding)
            for finding in checkpoint_findings:
                self.found(finding)
            self.check_kept(scan, keys)
            if deep:
                registry, entry_findings = self.replay()
                for finding in entry_findings:
                    self.found(finding)
                self.check_derived(registry)
                self.check_log_key(registry)
            self.check_cosignatures(notes)
            if deep:
                self.check_quorum(max_witness_age_s, now_s)
        doubtful = self.doubtful(registry) if deep else ()
        return AuditReport(
            self.origin, scan.size, scan.root.hex(), tuple(self.findings), len(notes),
            self.signatures, doubtful, self.unchecked, self.assurance,
        )  # fmt: skip

    # ---- rows ----------------------------------------------------------------------------------
    def check_origin(self) -> None:
        found = self.store.fields(1)
        if found is None:
            return
        try:
            stated = read_canonical(found[0]).get("origin", self.origin)
        except (LedgerError, AttributeError):
            return
        if stated != self.origin:
            self.found(
                OriginAltered(f"the file says {self.origin}, its first policy {stated}", "meta")
            )
            self.origin = stated

    # ---- checkpoints ---------------------------------------------------------------------------
    def note_sizes(self, notes: Iterable[tuple[int, int, bytes]]) -> Iterator[int]:
        for _, _, data in notes:
            try:
                yield Checkpoint.parse(Note.parse(data).text).size
            except LedgerError:
                continue

    def kept_sizes(self) -> list[int]:
        return list(self.note_sizes((0, 0, data) for data in self.kept))

    def checkpoint_keys(self) -> list[VerifierKey]:
        keys = list(self.trusted)
        for (text,) in self.run_sql("SELECT vkey FROM log_key ORDER BY idx").fetchall():
            try:
                key = VerifierKey.parse(text)
            except LedgerError:
                continue
            if key not in keys:
                keys.append(key)
        return keys

    def check_checkpoints(
        self, notes: list[tuple[int, int, bytes]], scan: Scan, keys: list[VerifierKey]
    ) -> list[LedgerError]:
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
            if head.origin != self.origin:
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
            self.signatures += 1
            self.signed.append((number, head))
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

    def check_kept(self, scan: Scan, keys: list[VerifierKey]) -> None:
        for number, data in enumerate(self.kept, 1):
            where = f"kept checkpoint {number}"
            try:
                head, _ = open_checkpoint(data, keys, self.origin)
            except LedgerError as broken:
                self.found(type(broken)(broken.what, where))
                continue
            self.signatures += 1
            if head.size > scan.size:
                self.found(
                    RolledBack(f"{head.size} entries were signed, {scan.size} are here", where)
                )
            elif scan.roots.get(head.size) != head.root:
                equal = any(old.size == head.size for _, old in self.signed)
                kind = ForkedLog if equal else InconsistentGrowth
                self.found(kind(f"the first {head.size} entries are not those signed", where))
            elif self.assurance == "none":
                self.assurance = "kept-checkpoint"

    # ---- entries -------------------------------------------------------------------------------
    def replay(self) -> tuple[Registry, list[LedgerError]]:
        """Admit every entry anew."""
        found: list[LedgerError] = []
        faulty: set[int] = set()
        present: list[int] = []
        erasures, erased_by = self.erasures()

        def entry_at(index: int) -> tuple[Entry, Mapping[str, Any] | None]:
            fields = self.store.fields(index)
            payload = read_canonical(fields[0]) if fields else None
            return Entry.parse(self.store.entry(index)), payload

        registry = Registry(self.origin, entry_at=entry_at)
        rows = self.run_sql(
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
                found.append(_at(broken, where))
                continue
            payload = None
            try:
                payload = self.opened(entry, index, fields, salts, erasures)
                registry.admit(index, entry, value, payload, erased=erasures.get(index))
                self.signatures += 1
            except LedgerError as broken:
                faulty.add(index)
                found.append(_at(self.replayed(broken, entry, registry), where))
                known = registry.keys.get(entry.owner_key_id)
                if known:  # go on from here, so that one fault is one finding
                    registry.heads[known.party] = Head(entry.seq, value, entry.created, index)
        for index in present:
            if erased_by[index] not in faulty:
                found.append(PayloadNotErased("fields are still here", where=f"entry {index}"))
        return registry, found

    def opened(
        self,
        entry: Entry,
        index: int,
        fields: bytes | None,
        salts: bytes | None,
        erasures: Mapping[int, object],
    ) -> Mapping[str, Any] | None:
        if fields is None or salts is None:
            if index in erasures:
                return None
            if self.store.mirror and entry.type not in ALWAYS_SHOWN:
                self.unchecked += 1
                return None
            raise PayloadMissing("fields are gone and no erasure is logged")
        try:
            payload = opened(fields, salts, entry.payload)
        except LedgerError as broken:
            raise PayloadAltered(f"fields: {broken}") from broken
        if payload is None:
            raise PayloadAltered("fields or salts do not give the commitment")
        return payload

    def replayed(self, broken: LedgerError, entry: Entry, registry: Registry) -> LedgerError:
        """Name a replay: the signature fits, for another log."""
        known = registry.keys.get(entry.owner_key_id)
        if not isinstance(broken, EntrySignatureInvalid) or known is None:
            return broken
        for origin in self.other_origins:
            try:
                entry.verify(origin, known.public_key)
            except LedgerError:
                continue
            return ReplayedFromAnotherLog(f"was signed for {origin}")
        return broken

    def erasures(self) -> tuple[dict[int, tuple[str | None, tuple[str, ...]]], dict[int, int]]:
        """What is erased, as erasures state it, and by which entry."""
        rows = self.run_sql(
            "SELECT p.idx, p.fields FROM leaf l JOIN payload p USING (idx) "
            'WHERE instr(l.entry, CAST(\'"type":"erasure"\' AS BLOB)) > 0 ORDER BY p.idx'
        )
        erased: dict[int, tuple[str | None, tuple[str, ...]]] = {}
        by: dict[int, int] = {}
        for index, fields in rows:
            try:
                one = find_erasures([read_canonical(fields)])
            except LedgerError:
                continue
            erased |= one
            by |= dict.fromkeys(one, index)
        return erased, by

    # ---- derived tables --------------------------------------------------------------------------
    def check_derived(self, registry: Registry) -> None:
        keys = [
            (k.key_id, k.party, k.role, k.public_key, k.added, k.ended)
            for k in registry.keys.values()
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
            stored = set(self.run_sql(f"SELECT {columns} FROM {table}"))  # noqa: S608
            wrong = stored.symmetric_difference(rows)
            if wrong:
                names = ", ".join(sorted({str(row[0]) for row in wrong})[:3])
                self.found(kind(f"differs from the entries at {names}", where=f"table {table}"))

    def check_log_key(self, registry: Registry) -> None:
        """One of the trusted keys must be the log's by its own entries; later ones may follow."""
        stated = {vkey for _, vkey in registry.log_keys}
        if self.trusted and not any(str(key) in stated for key in self.trusted):
            names = ", ".join(str(key) for key in self.trusted)
            self.found(UnknownKey(f"the log does not name {names} as its key", where="log key"))

    # ---- witnesses -------------------------------------------------------------------------------
    def check_cosignatures(self, notes: list[tuple[int, int, bytes]]) -> None:
        texts = {number: data for number, _, data in notes}
        known = {(key.name, key.key_id): key for key in self.policy.witnesses.values()}
        for number, line in self.run_sql("SELECT checkpoint, line FROM cosignature").fetchall():
            where = f"cosignature under checkpoint {number}"
            if number not in texts:
                self.found(CosignatureOrphan("its checkpoint is gone", where))
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
                self.found(WitnessClockZero(broken.what, where))
                continue
            except LedgerError as broken:
                self.found(CosignatureInvalid(broken.what, where))
                continue
            self.signatures += 1
            self.cosigned.setdefault(number, []).append((key, signature))

    def check_quorum(self, max_age_s: int | None, now_s: int | None) -> None:
        """Newest checkpoint with a quorum, its age, and the times that entries state."""
        if self.policy.quorum == "none":
            return
        bounds: list[tuple[int, int, int]] = []
        newest = None
        for number, head in sorted(self.signed, key=lambda pair: pair[1].size):
            first, last = cosigning_times(self.cosigned.get(number, []))
            if self.policy.met(first):
                early, late = self.policy.not_after(first), self.policy.not_before(last)
                bounds.append((head.size, early or 0, late or 0))
                newest = last
        if newest is None:
            self.found(QuorumNotMet("no checkpoint bears the quorum of witnesses", "checkpoints"))
            return
        if not self.findings:
            self.assurance = "witnesses"
        if max_age_s is not None and now_s is not None:
            fresh = {key for key, time in newest.items() if time >= now_s - max_age_s}
            if not self.policy.met(fresh):
                self.found(StaleWitness(f"no quorum in the last {max_age_s} s", "checkpoints"))
        delay, skew = self.tolerances()
        sizes = [size for size, _, _ in bounds]
        for index, data in self.run_sql("SELECT idx, entry FROM leaf ORDER BY idx"):
            place = bisect.bisect_right(sizes, index)
            before = bounds[place - 1][2] if place else None
            after = bounds[place][1] if place < len(bounds) else None
            try:
                check_times(Entry.parse(data), before, after, delay, skew)
            except LedgerError as broken:
                self.found(_at(broken, f"entry {index}"))

    def tolerances(self) -> tuple[int, int]:
        """Delay and clock skew that the log's own first policy allows, in seconds."""
        found = self.store.fields(1)
        try:
            policy = read_canonical(found[0]) if found else {}
            return int(policy["max_delay_seconds"]), int(policy["clock_skew_seconds"])
        except (LedgerError, KeyError, TypeError, ValueError):
            return 86_400, 300

    def doubtful(self, registry: Registry) -> tuple[int, ...]:
        """Entries of revoked keys after the last cosigned checkpoint before the revocation."""
        revoked = {
            key.key_id: key.ended
            for key in registry.keys.values()
            if key.ended is not None and b'"key-revoke"' in self.store.entry(key.ended)
        }
        if not revoked:
            return ()
        sizes = sorted(head.size for number, head in self.signed if number in self.cosigned)
        found = []
        for index, data in self.run_sql("SELECT idx, entry FROM leaf ORDER BY idx"):
            try:
                ended = revoked.get(Entry.parse(data).owner_key_id)
            except LedgerError:
                continue
            if ended is not None:
                place = bisect.bisect_right(sizes, ended)
                if index >= (sizes[place - 1] if place else 0):
                    found.append(index)
        return tuple(found)


def _at(broken: LedgerError, where: str) -> LedgerError:
    return broken if broken.where else type(broken)(broken.what, where, broken.suggestion)


def kept_checkpoints(path: str | os.PathLike[str]) -> list[bytes]:
    """Checkpoint kept beside the ledger file, if there is one."""
    place = Path(path).with_name(Path(path).name + ".kept")
    return [place.read_bytes()] if place.is_file() else []
