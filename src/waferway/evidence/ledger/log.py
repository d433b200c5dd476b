"""A log that one operator runs: append, checkpoint, prove, erase.

Owns the order of things that keeps a log honest: an entry is signed inside the transaction that
stores it; a checkpoint leaves this module only after its commit is durable; before anything is
signed the file is compared with the highest checkpoint kept outside it, so that a restored backup
cannot fork the log. Refuses rules (`authority`), tables (`store`) and looking back (`auditing`).
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from waferway.evidence.ledger.authority import superseded_ids
from waferway.evidence.ledger.canonical import canonical_json, read_canonical
from waferway.evidence.ledger.chain import Chain
from waferway.evidence.ledger.checkpoints import Checkpoint, open_checkpoint
from waferway.evidence.ledger.commitments import commit, disclose
from waferway.evidence.ledger.drafts import (
    Draft,
    Receipt,
    SignedEntry,
    key_payload,
    opened_payload,
    payload_of,
)
from waferway.evidence.ledger.entries import Entry
from waferway.evidence.ledger.failures import (
    ForkedLog,
    InconsistentGrowth,
    IndexOutOfRange,
    MalformedEntry,
    MirrorOnly,
    NotCheckpointed,
    PayloadMissing,
    ReferenceBroken,
    RevokedKey,
    RolledBack,
    UnknownKey,
    located,
)
from waferway.evidence.ledger.kept import keep, kept_beside
from waferway.evidence.ledger.keys import PrivateKey
from waferway.evidence.ledger.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_hash,
)
from waferway.evidence.ledger.notes import Note, Signature, VerifierKey, sign_text
from waferway.evidence.ledger.proofs import Proof
from waferway.evidence.ledger.store import Store


class Ledger:
    """An append-only log in one file.

    Parameters
    ----------
    path : path
    timeout_s : float
        Waiting time for another writer.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> log_key = PrivateKey.generate("example.org/ledger", "log")
    >>> root = PrivateKey.generate("lab-a", "root")
    >>> owner = PrivateKey.generate("lab-a", "owner")
    >>> ledger = Ledger.create(folder / "l.sqlite", log_key, root, owner)
    >>> ledger.append([Draft("claim", {"claim_id": "c-1", "owner": "lab-a", "value": "470"})],
    ...               owner).size
    4
    >>> note = ledger.checkpoint(log_key)
    >>> proof = ledger.prove(3)
    >>> proof.index, len(proof.hashes)
    (3, 2)
    >>> ledger.close()
    """

    def __init__(self, path: str | os.PathLike[str], timeout_s: float = 30.0) -> None:
        self.store = Store(path, timeout_s)
        self.path = self.store.path
        self.origin = self.store.origin

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        log_key: PrivateKey,
        root_key: PrivateKey,
        owner_key: PrivateKey | None = None,
        *,
        max_delay_s: int = 86_400,
        clock_skew_s: int = 300,
        time_s: int | None = None,
    ) -> Ledger:
        """Make a log whose origin is the name of `log_key` and whose operator is `root_key`'s.

        The first entries are the operator's root key, the log's policy and, where given, the
        operator's signing key.

        Parameters
        ----------
        max_delay_s : int
            How long before the log saw it an entry may say it was made; part of the policy.
        clock_skew_s : int
            How far clocks may differ; part of the policy.
        """
        if log_key.role != "log" or root_key.role != "root":
            raise MalformedEntry("a log starts with a key of role log and one of role root")
        Store.create(path, log_key.name).close()
        ledger = cls(path)
        policy = {
            "policy": "log",
            "origin": log_key.name,
            "log_key": str(log_key.verifier),
            "max_delay_seconds": max_delay_s,
            "clock_skew_seconds": clock_skew_s,
        }
        drafts = [
            Draft("key-add", key_payload(log_key.name, root_key)),
            Draft("policy", policy),
        ]
        if owner_key is not None:
            drafts.append(Draft("key-add", key_payload(log_key.name, owner_key)))
        ledger.append(drafts, root_key, time_s=time_s)
        return ledger

    def close(self) -> None:
        """Close the file."""
        self.store.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- append ------------------------------------------------------------------------------
    def append(
        self, drafts: Iterable[Draft], key: PrivateKey, time_s: int | None = None
    ) -> Receipt:
        """Sign and store entries, all or none; durable when this returns.

        Parameters
        ----------
        drafts : iterable of Draft
        key : PrivateKey
            The owner's; of role root for keys and policies, of role owner for the rest.
        time_s : int, optional
            Seconds since 1970 that the entries state; default this machine's clock. Never before
            the owner's previous entry: a clock set back does not go into the log.

        Raises
        ------
        LedgerError
            By name: what is wrong with the first entry that cannot be taken.
        """
        prepared: list[tuple[str, Mapping[str, Any]]] = []
        committed = []
        for number, draft in enumerate(drafts, 1):
            with located(f"{self.path}, record {number}"):
                prepared.append((draft.type, payload_of(draft)))
                committed.append((*prepared[-1], commit(prepared[-1][1])))
        with self.store.writing() as connection:
            size = self._checked_size()
            registry, claims = self.store.registry()
            claims.expect([str(p.get("claim_id")) for kind, p in prepared if kind == "claim"])
            chain = Chain(self.origin, key, registry.heads.get(key.name), time_s)
            stored: list[tuple[bytes, bytes]] = []
            beside: list[tuple[int, bytes, bytes]] = []
            for offset, (kind, payload, sealed) in enumerate(committed):
                entry, data, value = chain.add(kind, sealed)
                with located(f"{self.path}, record {offset + 1}"):
                    signer = registry.admit(
                        size + offset, entry, value.hex(), payload, signed_here=True
                    )
                    if signer.public_key != key.public:
                        raise UnknownKey(f"key {key.key_id} in the log is another one")
                stored.append((data, value))
                beside.append((size + offset, sealed.fields, sealed.salts))
                if kind == "erasure":
                    connection.execute("DELETE FROM payload WHERE idx = ?", (payload["index"],))
            self.store.extend(size, stored)
            connection.executemany("INSERT INTO payload VALUES (?, ?, ?)", beside)
            self.store.save_registry(registry, claims)
        hashes = tuple(value.hex() for _, value in stored)
        return Receipt(self.origin, size, size + len(stored), hashes)

    def append_signed(self, entries: Iterable[SignedEntry]) -> Receipt:
        """Take in entries that others signed, after checking each.

        Raises
        ------
        LedgerError
            By name; nothing is stored then.
        """
        batch = list(entries)
        for signed in batch:
            if signed.fields is None:
                value = leaf_hash(signed.entry).hex()
                raise PayloadMissing("an entry comes with its fields", where=f"leaf {value}")
        with self.store.writing():
            size = self._checked_size()
            stored = self._admit_signed(batch, size)
        hashes = tuple(value.hex() for _, value in stored)
        return Receipt(self.origin, size, size + len(stored), hashes)

    def _admit_signed(self, batch: Sequence[SignedEntry], size: int) -> list[tuple[bytes, bytes]]:
        registry, claims = self.store.registry()
        connection = self.store.connection
        stored = []
        for offset, signed in enumerate(batch):
            entry = Entry.parse(signed.entry)
            payload = opened_payload(entry, signed.fields or b"", signed.salts or b"")
            value = leaf_hash(signed.entry)
            with located(f"{self.path}, entry {offset + 1} of those sent"):
                registry.admit(size + offset, entry, value.hex(), payload)
            stored.append((signed.entry, value))
            connection.execute(
                "INSERT INTO payload VALUES (?, ?, ?)",
                (size + offset, signed.fields, signed.salts),
            )
            if entry.type == "erasure":
                connection.execute("DELETE FROM payload WHERE idx = ?", (payload["index"],))
        self.store.extend(size, stored)
        self.store.save_registry(registry, claims)
        return stored

    def draft_signed(
        self, drafts: Iterable[Draft], key: PrivateKey, time_s: int | None = None
    ) -> list[SignedEntry]:
        """Sign entries for this log without storing them: a party's part before it sends them."""
        with self.store.reading():
            registry, _ = self.store.registry()
        chain = Chain(self.origin, key, registry.heads.get(key.name), time_s)
        made = []
        for draft in drafts:
            sealed = commit(payload_of(draft))
            _, data, _ = chain.add(draft.type, sealed)
            made.append(SignedEntry(data, sealed.fields, sealed.salts))
        return made

    def erase(self, index: int, key: PrivateKey, reason: str, time_s: int | None = None) -> Receipt:
        """Drop fields and salts of one's own entry; signatures and proofs stay valid.

        Raises
        ------
        ForeignErasure, PayloadMissing, IndexOutOfRange
        """
        entry, payload = self.entry(index)
        if payload is None:
            raise PayloadMissing("is erased already", where=f"entry {index}")
        claim = entry.type == "claim"
        receipt = self.append(
            [
                Draft(
                    "erasure",
                    {
                        "index": index,
                        "claim_id": payload["claim_id"] if claim else None,
                        "supersedes": list(superseded_ids(payload)) if claim else [],
                        "reason": reason,
                    },
                )
            ],
            key,
            time_s,
        )
        # The old page may still stand in the write-ahead file; put it through and cut that file.
        with self.store.guarded():
            self.store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return receipt

    def _checked_size(self) -> int:
        """Present size, after comparing the file with what was kept outside it."""
        if self.store.mirror:
            raise MirrorOnly("the file mirrors another party's log", where=str(self.path))
        size = self.store.size()
        kept = kept_beside(self.path)
        if kept is not None:
            self.compare_with(kept, size)
        return size

    def compare_with(self, note: bytes, size: int | None = None) -> Checkpoint:
        """Raise unless the log grew out of the signed checkpoint `note`.

        Raises
        ------
        RolledBack, InconsistentGrowth, and the errors of `open_checkpoint`
        """
        size = self.store.size() if size is None else size
        kept, _ = open_checkpoint(note, self.log_keys(), self.origin)
        if kept.size > size:
            raise RolledBack(
                f"the log has {size} entries; a checkpoint of {kept.size} was already given out",
                where=str(self.path),
                suggestion="restore the newest copy; never append to an older one",
            )
        if root_hash(kept.size, self.store.read) != kept.root:
            equal = any(old == kept.size for _, old, _ in self.store.checkpoints())
            kind = ForkedLog if equal else InconsistentGrowth
            raise kind(f"the first {kept.size} entries are not those signed", where=str(self.path))
        return kept

    # ---- checkpoints -------------------------------------------------------------------------
    def log_keys(self) -> list[VerifierKey]:
        """Keys that signed or sign the log's checkpoints, newest last."""
        with self.store.guarded():
            rows = self.store.connection.execute("SELECT vkey FROM log_key ORDER BY idx").fetchall()
        return [VerifierKey.parse(text) for (text,) in rows]

    def checkpoint(self, log_key: PrivateKey, old_key: PrivateKey | None = None) -> bytes:
        """Sign the present head, keep it, and only then give it out.

        Parameters
        ----------
        log_key : PrivateKey
            The log's present key.
        old_key : PrivateKey, optional
            The previous key signs too, so that whoever knows only it can follow a rotation.

        Raises
        ------
        UnknownKey, RevokedKey, RolledBack, InconsistentGrowth
        """
        with self.store.writing() as connection:
            size = self._checked_size()
            keys = self.log_keys()
            if log_key.verifier not in keys:
                raise UnknownKey(
                    f"{log_key.verifier} is no key of {self.origin}", str(self.path),
                    f"sign with the key of {keys[-1]}",
                )  # fmt: skip
            if log_key.verifier != keys[-1]:
                raise RevokedKey(
                    f"{log_key.verifier} was rotated out", str(self.path),
                    f"sign with the key of {keys[-1]}",
                )  # fmt: skip
            kept = None if log_key.path is None else kept_beside(log_key.path)
            if kept is not None:
                self.compare_with(kept, size)
            head = Checkpoint(self.origin, size, root_hash(size, self.store.read))
            signers = [log_key] if old_key is None else [old_key, log_key]
            text = head.text()
            note = bytes(
                Note(text, tuple(sign_text(text, key.verifier, key.sign) for key in signers))
            )
            row = connection.execute("SELECT id FROM checkpoint WHERE note = ?", (note,)).fetchone()
            if row is None:
                connection.execute(
                    "INSERT INTO checkpoint (size, note) VALUES (?, ?)", (size, note)
                )
        with self.store.writing():  # so that a slower writer cannot put an older one back
            keep(note, self.path, log_key.path)
        return note

    def latest(self, size: int | None = None, above: int = -1) -> tuple[int, Checkpoint, Note]:
        """Newest checkpoint (number, head, note with cosignatures), or the one of `size`.

        Raises
        ------
        NotCheckpointed
        """
        with self.store.guarded():
            query = "SELECT id, note FROM checkpoint WHERE size > ?"
            if size is not None:
                query += f" AND size = {int(size)}"
            row = self.store.connection.execute(
                query + " ORDER BY size DESC, id DESC LIMIT 1", (above,)
            ).fetchone()
        if row is None:
            raise NotCheckpointed("no checkpoint covers this yet", where=str(self.path))
        note = self.store.note(row[0], row[1])
        return row[0], Checkpoint.parse(note.text), note

    def add_cosignatures(
        self, lines: Iterable[str], size: int, witnesses: Iterable[VerifierKey]
    ) -> int:
        """Keep cosignatures of trusted witnesses under the newest checkpoint of `size`.

        Returns
        -------
        int
            How many were kept; those of unknown keys are ignored.

        Raises
        ------
        NoteSignatureInvalid
        """
        number, _, note = self.latest(size)
        more = [Signature.parse(line) for line in lines]
        trusted = Note(note.text, tuple(more)).verified(witnesses)
        with self.store.writing() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO cosignature VALUES (?, ?)",
                [(number, str(signature)) for _, signature in trusted],
            )
        return len(trusted)

    # ---- reading -----------------------------------------------------------------------------
    @property
    def size(self) -> int:
        """Number of entries."""
        return self.store.size()

    def root(self, size: int | None = None) -> bytes:
        """Root of the first `size` entries, by default of all."""
        with self.store.reading():
            return root_hash(self.size if size is None else size, self.store.read)

    def entry(self, index: int) -> tuple[Entry, dict[str, Any] | None]:
        """Entry and its payload (None where erased)."""
        found = self.store.fields(index)
        return Entry.parse(self.store.entry(index)), read_canonical(found[0]) if found else None

    def index_of_claim(self, claim_id: str) -> int:
        """Index of the entry that logged a claim; raises `IndexOutOfRange`."""
        with self.store.guarded():
            row = self.store.connection.execute(
                "SELECT idx FROM claim WHERE claim_id = ?", (claim_id,)
            ).fetchone()
        if row is None:
            raise IndexOutOfRange(f"claim {claim_id} is not in the log", where=str(self.path))
        return int(row[0])

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Consistency proof between two sizes."""
        with self.store.reading():
            return consistency_proof(old, new, self.store.read)

    def prove(
        self,
        index: int,
        size: int | None = None,
        *,
        show: Sequence[str] = (),
        earlier: bool = False,
        kept_size: int | None = None,
    ) -> Proof:
        """Proof that entry `index` is in the log, to be verified offline.

        Parameters
        ----------
        size : int, optional
            Size of the checkpoint to prove against; by default the newest that covers the entry.
        show : names of fields
            Fields of the payload to disclose; the others stay hidden.
        earlier : bool
            Whether to add the newest cosigned checkpoint without the entry, for the time bound
            "not before".
        kept_size : int, optional
            Size of a checkpoint that the verifier keeps; adds the path between the two.

        Raises
        ------
        IndexOutOfRange, NotCheckpointed, PayloadMissing, FieldNotCommitted
        """
        with self.store.reading():
            data = self.store.entry(index)
            _, head, note = self.latest(size, above=index)
            extra: dict[str, Any] = {"entry": read_canonical(data)}
            if show:
                found = self.store.fields(index)
                if found is None:
                    raise PayloadMissing("fields are erased", where=f"entry {index}")
                extra["fields"] = disclose(found[0], found[1], list(show))
            if earlier:
                before = self._cosigned_before(index)
                if before is not None:
                    extra["earlier"] = bytes(before).decode()
            if kept_size is not None:
                old, new = sorted((kept_size, head.size))
                way = consistency_proof(old, new, self.store.read)
                hashes = [base64.b64encode(value).decode() for value in way]
                extra["consistency"] = {"old": old, "new": new, "hashes": hashes}
            path = inclusion_proof(index, head.size, self.store.read)
        return Proof(canonical_json(extra), index, tuple(path), bytes(note))

    def reference(self, index: int) -> dict[str, Any]:
        """Name of an entry for other logs: origin, size, index, leaf hash.

        ``size`` is that of the newest checkpoint, so whoever holds a checkpoint of it can check.
        """
        _, head, _ = self.latest(above=index)
        value = leaf_hash(self.store.entry(index)).hex()
        return {"origin": self.origin, "size": head.size, "index": index, "leaf_hash": value}

    def check_reference(self, reference: Mapping[str, Any]) -> None:
        """Raise `ReferenceBroken` unless this log (or mirror) holds what `reference` names."""
        index, size = int(reference["index"]), int(reference["size"])
        if reference["origin"] != self.origin or not 0 <= index < size <= self.size:
            raise ReferenceBroken(f"names nothing in {self.origin}, which has {self.size} entries")
        if leaf_hash(self.store.entry(index)).hex() != reference["leaf_hash"]:
            raise ReferenceBroken("another entry stands there", where=f"entry {index}")

    def _cosigned_before(self, index: int) -> Note | None:
        rows = self.store.connection.execute(
            "SELECT DISTINCT size FROM checkpoint WHERE size <= ? "
            "AND id IN (SELECT checkpoint FROM cosignature) ORDER BY size DESC LIMIT 1",
            (index,),
        ).fetchall()
        return self.latest(rows[0][0])[2] if rows else None
