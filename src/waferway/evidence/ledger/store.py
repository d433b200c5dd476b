"""The SQLite file of a log: tables, transactions, reading.

Owns the file and its tables; every change is one ``BEGIN IMMEDIATE`` transaction in WAL mode with
``synchronous=FULL``, so that what is acknowledged survives a crash and two writers take turns.
Refuses rules (`authority`) and keys.

Tables: ``leaf`` (entries), ``node`` (hash of every complete subtree), ``payload`` (fields and
salts beside the log), ``checkpoint`` (all kept), ``cosignature``; derived from the entries and
rebuilt by audits: ``key``, ``log_key``, ``head``, ``claim``, ``policy``.

A node of level h and index i is stored under the number of hashes that the log held when it was
completed: with m = (i + 1) * 2**h - 1 leaves before its last one, 2 m - (ones in m) + h. So rows
are only ever added at the end (the order of Go's sumdb).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from waferway.errors import OutputExists
from waferway.evidence.ledger.authority import ClaimState, Head, KeyState, Registry
from waferway.evidence.ledger.canonical import read_canonical
from waferway.evidence.ledger.entries import Entry
from waferway.evidence.ledger.failures import (
    DatabaseCorrupt,
    IndexOutOfRange,
    LedgerBusy,
    NodeMissing,
    NotALedger,
)
from waferway.evidence.ledger.merkle import leaf_hash, node_hash, peaks
from waferway.evidence.ledger.notes import Note, Signature

Erasures = dict[int, tuple[str | None, tuple[str, ...]]]
FindErasures = Callable[[Iterable[dict[str, Any]]], Erasures]
FORMAT = "waferway-ledger/1"
SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE leaf (idx INTEGER PRIMARY KEY, entry BLOB NOT NULL) STRICT;
CREATE TABLE node (id INTEGER PRIMARY KEY, hash BLOB NOT NULL) STRICT;
CREATE TABLE payload (idx INTEGER PRIMARY KEY, fields BLOB NOT NULL, salts BLOB NOT NULL) STRICT;
CREATE TABLE checkpoint (id INTEGER PRIMARY KEY, size INTEGER NOT NULL, note BLOB NOT NULL) STRICT;
CREATE INDEX checkpoint_size ON checkpoint (size);
CREATE TABLE cosignature (
    checkpoint INTEGER NOT NULL, line TEXT NOT NULL, PRIMARY KEY (checkpoint, line)
) WITHOUT ROWID, STRICT;
CREATE TABLE key (
    key_id TEXT PRIMARY KEY, party TEXT NOT NULL, role TEXT NOT NULL, public_key BLOB NOT NULL,
    added INTEGER NOT NULL, ended INTEGER
) WITHOUT ROWID, STRICT;
CREATE TABLE log_key (vkey TEXT PRIMARY KEY, idx INTEGER NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE head (
    party TEXT PRIMARY KEY, seq INTEGER NOT NULL, leaf_hash TEXT NOT NULL, created TEXT NOT NULL,
    idx INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE TABLE claim (
    claim_id TEXT PRIMARY KEY, idx INTEGER NOT NULL, party TEXT NOT NULL, status TEXT NOT NULL,
    by_idx INTEGER
) WITHOUT ROWID, STRICT;
CREATE TABLE policy (name TEXT PRIMARY KEY, idx INTEGER NOT NULL) WITHOUT ROWID, STRICT;
"""


def node_id(level: int, index: int) -> int:
    """Row of the node; see the module's text.

    >>> [node_id(0, i) for i in range(5)], node_id(1, 0), node_id(2, 0)
    ([0, 1, 3, 4, 7], 2, 6)
    """
    last = ((index + 1) << level) - 1
    return 2 * last - last.bit_count() + level


def node_count(size: int) -> int:
    """Hashes that a log of `size` entries holds."""
    return 2 * size - size.bit_count()


class ClaimTable(MutableMapping[str, ClaimState]):
    """Claims of the file with the changes of one transaction over them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.changed: dict[str, ClaimState] = {}
        self._absent: set[str] = set()

    def expect(self, claim_ids: list[str]) -> None:
        """Look up many ids at once, so that asking for those that are absent costs nothing."""
        present: set[str] = set()
        for at in range(0, len(claim_ids), 500):
            some = claim_ids[at : at + 500]
            marks = ",".join("?" * len(some))
            query = f"SELECT claim_id FROM claim WHERE claim_id IN ({marks})"  # noqa: S608
            present.update(row[0] for row in self._connection.execute(query, some))
        self._absent = set(claim_ids) - present

    def _stored(self, claim_id: str) -> ClaimState | None:
        if claim_id in self._absent:
            return None
        row = self._connection.execute(
            "SELECT idx, party, status, by_idx FROM claim WHERE claim_id = ?", (claim_id,)
        ).fetchone()
        return ClaimState(*row) if row else None

    def __getitem__(self, claim_id: str) -> ClaimState:
        state = self.changed.get(claim_id) or self._stored(claim_id)
        if state is None:
            raise KeyError(claim_id)
        return state

    def __contains__(self, claim_id: object) -> bool:
        return claim_id in self.changed or self._stored(str(claim_id)) is not None

    def __setitem__(self, claim_id: str, state: ClaimState) -> None:
        self.changed[claim_id] = state

    def __delitem__(self, claim_id: str) -> None:
        raise TypeError("a claim never leaves the log")

    def __iter__(self) -> Iterator[str]:
        for (claim_id,) in self._connection.execute("SELECT claim_id FROM claim"):
            yield claim_id

    def __len__(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM claim").fetchone()[0])


def _like_a_ledger(path: Path) -> bool:
    """Whether a file begins like SQLite, or holds the tables of a ledger behind a broken header.

    A damaged ledger is for an audit to find; any other file was named by mistake.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    return not start or start.startswith(b"SQLite format 3\0") or b"CREATE TABLE leaf" in start


class Store:
    """One ledger file.

    Parameters
    ----------
    path : path
        An existing ledger; `Store.create` makes one.
    timeout_s : float
        How long to wait for another writer before `LedgerBusy`.

    Raises
    ------
    NotALedger, DatabaseCorrupt, LedgerBusy
    """

    def __init__(self, path: str | os.PathLike[str], timeout_s: float = 30.0) -> None:
        self.path = Path(path)
        if self.path.is_dir():
            raise NotALedger("this is a folder", where=str(path))
        if not self.path.is_file():
            raise NotALedger("there is no such file", str(path), "waferway ledger init makes one")
        if not _like_a_ledger(self.path):
            raise NotALedger("the file is no ledger", where=str(path))
        self.connection = sqlite3.connect(self.path, timeout=timeout_s, isolation_level=None)
        with self.guarded():
            self.connection.execute("PRAGMA synchronous = FULL")
            self.connection.execute("PRAGMA secure_delete = ON")
            try:
                self.meta = dict(self.connection.execute("SELECT name, value FROM meta"))
            except sqlite3.OperationalError as broken:
                if "locked" in str(broken):
                    raise
                self.connection.close()
                raise NotALedger("the file is no ledger", where=str(path)) from broken
        if self.meta.get("format") != FORMAT or "origin" not in self.meta:
            self.connection.close()
            raise NotALedger(
                f"format {self.meta.get('format')!r}; this version knows {FORMAT}", str(path),
                "a newer waferway reads newer formats",
            )  # fmt: skip

    @classmethod
    def create(cls, path: str | os.PathLike[str], origin: str, mirror: bool = False) -> Store:
        """Make a new file of mode 0600; raises `OutputExists`."""
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError as exists:
            raise OutputExists(f"{path} exists; a ledger is never written over") from exists
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("BEGIN IMMEDIATE")
            for statement in SCHEMA.split(";"):
                connection.execute(statement)
            connection.executemany(
                "INSERT INTO meta VALUES (?, ?)",
                [("format", FORMAT), ("origin", origin), ("mirror", "yes" if mirror else "no")],
            )
            connection.execute("COMMIT")
        finally:
            connection.close()
        return cls(path)

    @property
    def origin(self) -> str:
        """Origin of the log."""
        return str(self.meta["origin"])

    @property
    def mirror(self) -> bool:
        """Whether the file mirrors another party's log."""
        return self.meta.get("mirror") == "yes"

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Give errors of SQLite their names here."""
        try:
            yield
        except sqlite3.OperationalError as broken:
            if "locked" in str(broken) or "busy" in str(broken):
                raise LedgerBusy(
                    "another process is writing", where=str(self.path), suggestion="try again"
                ) from broken
            raise DatabaseCorrupt(str(broken), where=str(self.path)) from broken
        except sqlite3.DatabaseError as broken:
            raise DatabaseCorrupt(str(broken), where=str(self.path)) from broken

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One durable change: all of the block or nothing."""
        with self.guarded():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
            except BaseException:
                self.connection.rollback()
                raise
            self.connection.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One unmoving view of the file."""
        with self.guarded():
            nested = self.connection.in_transaction
            if not nested:
                self.connection.execute("BEGIN")
            try:
                yield self.connection
            finally:
                if not nested:
                    self.connection.rollback()

    # ---- tree --------------------------------------------------------------------------------
    def size(self) -> int:
        """Number of entries."""
        with self.guarded():
            return int(
                self.connection.execute("SELECT coalesce(max(idx), -1) FROM leaf").fetchone()[0] + 1
            )

    def read(self, level: int, index: int) -> bytes:
        """Hash of a complete subtree; raises `NodeMissing`."""
        row = self.connection.execute(
            "SELECT hash FROM node WHERE id = ?", (node_id(level, index),)
        ).fetchone()
        if row is None:
            raise NodeMissing(f"level {level}, index {index} is absent", where=str(self.path))
        return bytes(row[0])

    def extend(self, start: int, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """Add (entry, leaf hash) pairs at `start`, the present size, with all their nodes."""
        stack = [self.read(level, index) for level, index in peaks(start)]
        rows: list[tuple[int, bytes]] = []
        leaves: list[tuple[int, bytes]] = []
        number, index = node_count(start), start
        for entry, value in entries:
            leaves.append((index, entry))
            rows.append((number, value))
            number += 1
            mark, node = index, value
            while mark & 1:
                node = node_hash(stack.pop(), node)
                rows.append((number, node))
                number += 1
                mark >>= 1
            stack.append(node)
            index += 1
        self.connection.executemany("INSERT INTO leaf VALUES (?, ?)", leaves)
        self.connection.executemany("INSERT INTO node VALUES (?, ?)", rows)

    def entry(self, index: int) -> bytes:
        """Bytes of one entry; raises `IndexOutOfRange`."""
        with self.guarded():
            row = self.connection.execute(
                "SELECT entry FROM leaf WHERE idx = ?", (index,)
            ).fetchone()
        if row is None:
            raise IndexOutOfRange(f"the log has no entry {index}", where=str(self.path))
        return bytes(row[0])

    def fields(self, index: int) -> tuple[bytes, bytes] | None:
        """Fields and salts of an entry; None where they are erased or withheld."""
        with self.guarded():
            row = self.connection.execute(
                "SELECT fields, salts FROM payload WHERE idx = ?", (index,)
            ).fetchone()
        return (bytes(row[0]), bytes(row[1])) if row else None

    # ---- derived state -----------------------------------------------------------------------
    def registry(self) -> tuple[Registry, ClaimTable]:
        """State of the derived tables, for the next entry."""

        def entry_at(index: int) -> tuple[Entry, dict[str, object] | None]:
            found = self.fields(index)
            return Entry.parse(self.entry(index)), read_canonical(found[0]) if found else None

        claims = ClaimTable(self.connection)
        registry = Registry(self.origin, claims, entry_at)
        registry.restore(
            (KeyState(*row) for row in self.connection.execute("SELECT * FROM key")),
            {
                party: Head(seq, leaf, created, index)
                for party, seq, leaf, created, index in self.connection.execute(
                    "SELECT party, seq, leaf_hash, created, idx FROM head"
                )
            },
            dict(self.connection.execute("SELECT name, idx FROM policy")),
            self.connection.execute("SELECT idx, vkey FROM log_key ORDER BY idx").fetchall(),
            self._operator(),
        )
        registry.incomplete = self.mirror and self._withheld()
        return registry, claims

    def _withheld(self) -> bool:
        query = "SELECT 1 FROM leaf WHERE idx NOT IN (SELECT idx FROM payload) LIMIT 1"
        return self.connection.execute(query).fetchone() is not None

    def _operator(self) -> str | None:
        row = self.connection.execute("SELECT party FROM key WHERE added = 0").fetchone()
        return str(row[0]) if row else None

    def save_registry(self, registry: Registry, claims: ClaimTable) -> None:
        """Write a changed state to the derived tables."""
        run = self.connection.executemany
        keys = [registry.keys[key_id] for key_id in registry.changed_keys]
        run(
            "INSERT OR REPLACE INTO key VALUES (?, ?, ?, ?, ?, ?)",
            [(k.key_id, k.party, k.role, k.public_key, k.added, k.ended) for k in keys],
        )
        run(
            "INSERT OR REPLACE INTO head VALUES (?, ?, ?, ?, ?)",
            [(p, h.seq, h.leaf_hash, h.created, h.index) for p, h in registry.heads.items()],
        )
        run("INSERT OR REPLACE INTO policy VALUES (?, ?)", list(registry.policies.items()))
        run("INSERT OR REPLACE INTO log_key (idx, vkey) VALUES (?, ?)", registry.log_keys)
        run(
            "INSERT OR REPLACE INTO claim VALUES (?, ?, ?, ?, ?)",
            sorted((i, c.index, c.party, c.status, c.by) for i, c in claims.changed.items()),
        )

    def rebuild(self, find_erasures: FindErasures) -> None:
        """Make the derived tables anew from the entries, whose signatures were checked before.

        Needed where a mirror learns late, from an erasure, the id of a claim that was withheld.
        """
        registry, _ = self.registry()
        registry = Registry(self.origin, entry_at=registry.entry_at)
        rows = self.connection.execute(
            "SELECT l.idx, l.entry, p.fields FROM leaf l LEFT JOIN payload p USING (idx) "
            "ORDER BY l.idx"
        ).fetchall()
        opened = {index: read_canonical(fields) for index, _, fields in rows if fields is not None}
        erasures = find_erasures(opened.values())
        for index, data, _ in rows:
            registry.admit(
                index,
                Entry.parse(data),
                leaf_hash(data).hex(),
                opened.get(index),
                signed_here=True,
                erased=erasures.get(index),
            )
        for table in ("key", "log_key", "head", "claim", "policy"):
            self.connection.execute(f"DELETE FROM {table}")  # noqa: S608
        claims = ClaimTable(self.connection)
        claims.changed.update(registry.claims)
        self.save_registry(registry, claims)

    # ---- checkpoints -------------------------------------------------------------------------
    def checkpoints(self) -> list[tuple[int, int, bytes]]:
        """Number, size and note of every checkpoint, in the order they were made."""
        with self.guarded():
            return self.connection.execute(
                "SELECT id, size, note FROM checkpoint ORDER BY id"
            ).fetchall()

    def note(self, checkpoint: int, data: bytes) -> Note:
        """Note of a checkpoint with its cosignatures: of each witness the first and the last."""
        ends: dict[tuple[str, bytes], list[Signature]] = {}
        for line in self.cosignatures(checkpoint):
            signature = Signature.parse(line)
            ends.setdefault((signature.name, signature.key_id), []).append(signature)
        more = []
        for signatures in ends.values():
            signatures.sort(key=lambda signature: signature.timestamp)
            more += [signatures[0], signatures[-1]]
        return Note.parse(data).with_signatures(more)

    def cosignatures(self, checkpoint: int) -> list[str]:
        """Signature lines that witnesses set under a checkpoint."""
        with self.guarded():
            return [
                line
                for (line,) in self.connection.execute(
                    "SELECT line FROM cosignature WHERE checkpoint = ? ORDER BY line", (checkpoint,)
                )
            ]
