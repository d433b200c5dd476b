"""A witness: one party's promise that another's log has only grown.

Owns the witness' memory (one small SQLite file: newest head of each log it watches), the protocol
of C2SP tlog-witness, a server on the loopback address, and the log's side of the conversation.
Checking and storing are one transaction, so two requests at once cannot make a witness sign a
rollback.

Source: c2sp.org/tlog-witness.
"""

from __future__ import annotations

import base64
import http.server
import os
import re
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from waferway.evidence.ledger.checkpoints import Checkpoint
from waferway.evidence.ledger.drafts import now
from waferway.evidence.ledger.failures import (
    LedgerError,
    NoteSignatureInvalid,
    NoTrustedSignature,
    RolledBack,
    WitnessClockZero,
    WitnessConflict,
    WitnessRefused,
)
from waferway.evidence.ledger.keys import PrivateKey
from waferway.evidence.ledger.log import Ledger
from waferway.evidence.ledger.merkle import EMPTY_ROOT, verify_consistency
from waferway.evidence.ledger.notes import Note, VerifierKey, sign_text, strict_base64

OLD = re.compile(rb"old (0|[1-9][0-9]{0,18})")
SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"
MAX_REQUEST_BYTES = 100_000


@dataclass(frozen=True)
class Reply:
    """Status, body and type of a witness' answer, as over HTTP."""

    status: int
    body: bytes
    content_type: str = TEXT_TYPE


def _refuse(status: int, why: str) -> Reply:
    return Reply(status, f"{why}\n".encode())


class Witness:
    """Watches logs; cosigns heads that grew out of the last one it saw.

    Parameters
    ----------
    path : path
        Its memory; made with mode 0600 if absent.
    key : PrivateKey
        Of role witness. One key serves one witness: the signature does not bind the name.
    logs : iterable of VerifierKey
        Keys of the logs it watches; the key's name is the log's origin. More than one key for
        one origin stands for a rotation.
    clock : callable
        Seconds since 1970.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        key: PrivateKey,
        logs: Iterable[VerifierKey],
        clock: Callable[[], int] = now,
    ) -> None:
        if key.role != "witness":
            raise WitnessRefused(f"a witness signs with a key of role witness, not {key.role}")
        self.path, self.key, self.clock = Path(path), key, clock
        self.logs: dict[str, list[VerifierKey]] = {}
        for log in logs:
            self.logs.setdefault(log.name, []).append(log)
        if not self.path.exists():
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        with self._connect() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS seen (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, "
                "root BLOB NOT NULL, note BLOB NOT NULL, time INTEGER NOT NULL)"
            )
        connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    def seen(self, origin: str) -> tuple[int, bytes]:
        """Size and root of the newest head it signed; (0, empty root) at first."""
        connection = self._connect()
        try:
            return self._seen(connection, origin)[:2]
        finally:
            connection.close()

    @staticmethod
    def _seen(connection: sqlite3.Connection, origin: str) -> tuple[int, bytes, int]:
        row = connection.execute(
            "SELECT size, root, time FROM seen WHERE origin = ?", (origin,)
        ).fetchone()
        return (row[0], bytes(row[1]), row[2]) if row else (0, EMPTY_ROOT, 0)

    def add_checkpoint(self, request: bytes) -> Reply:
        """Answer one request: 200 with a cosignature, or why not.

        400 not a request, or old size above the new; 403 no valid signature by the log; 404
        unknown log; 409 another size is on record (it is the body); 422 the proof does not hold,
        or equal sizes have unequal roots.
        """
        head, _, tail = request.partition(b"\n\n")
        lines = head.split(b"\n")
        match = OLD.fullmatch(lines[0])
        try:
            if match is None or len(request) > MAX_REQUEST_BYTES:
                return _refuse(400, "the first line is not 'old N'")
            proof = [strict_base64(line.decode("ascii")) for line in lines[1:]]
            if len(proof) > 63 or any(len(value) != 32 for value in proof):
                return _refuse(400, "a proof has at most 63 hashes of 32 bytes")
            note = Note.parse(tail)
            checkpoint = Checkpoint.parse(note.text)
        except (ValueError, LedgerError) as broken:
            return _refuse(400, str(broken))
        keys = self.logs.get(checkpoint.origin)
        if keys is None:
            return _refuse(404, "this witness does not watch that log")
        try:
            note.require(keys)
        except (NoTrustedSignature, NoteSignatureInvalid, LedgerError) as broken:
            return _refuse(403, str(broken))
        return self._compare(int(match[1]), checkpoint, proof, note)

    def _compare(self, old: int, checkpoint: Checkpoint, proof: list[bytes], note: Note) -> Reply:
        if old > checkpoint.size:
            return _refuse(400, "the old size is above the new one")
        connection = self._connect()
        try:
            connection.execute("BEGIN IMMEDIATE")
            size, root, last = self._seen(connection, checkpoint.origin)
            if old != size:
                return Reply(409, f"{size}\n".encode(), SIZE_TYPE)
            why = _not_grown(old, root, checkpoint, proof)
            if why:
                return _refuse(422, why)
            time = max(self.clock(), last)
            try:
                signature = sign_text(note.text, self.key.verifier, self.key.sign, time)
            except WitnessClockZero as broken:
                return _refuse(500, str(broken))
            connection.execute(
                "INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?)",
                (checkpoint.origin, checkpoint.size, checkpoint.root, bytes(note), time),
            )
            connection.execute("COMMIT")
        finally:
            connection.rollback()
            connection.close()
        return Reply(200, f"{signature}\n".encode())


def _not_grown(old: int, root: bytes, new: Checkpoint, proof: list[bytes]) -> str:
    """Why `new` does not follow from what the witness saw; empty if it does."""
    if new.size == 0 and new.root != EMPTY_ROOT:
        return "an empty tree has the root SHA-256 of nothing"
    if old == 0 or old == new.size:
        if proof:
            return "no proof is due"
        if old == new.size and root != new.root:
            return "equal sizes, unequal roots: the log has forked"
        return ""
    try:
        verify_consistency(old, new.size, root, new.root, proof)
    except LedgerError as broken:
        return str(broken)
    return ""


def cosign_request(ledger: Ledger, old: int) -> tuple[bytes, int]:
    """Request for a cosignature of the newest checkpoint, and its size.

    Raises
    ------
    RolledBack
        If the witness has seen more entries than the log has.
    """
    _, head, note = ledger.latest()
    if old > head.size:
        raise RolledBack(
            f"a witness has seen {old} entries; the newest checkpoint has {head.size}",
            where=str(ledger.path),
            suggestion="make a checkpoint; if that is no help, this is an old copy of the log",
        )
    proof = ledger.consistency(old, head.size)
    lines = [f"old {old}", *(base64.b64encode(value).decode() for value in proof), ""]
    return "".join(f"{line}\n" for line in lines).encode() + bytes(note), head.size


def get_cosigned(
    ledger: Ledger,
    ask: Callable[[bytes], Reply],
    witness: VerifierKey,
    old: int = 0,
) -> int:
    """Ask a witness to sign the newest checkpoint, and keep its signature.

    Parameters
    ----------
    ask : callable
        `Witness.add_checkpoint`, or `over_http` with an address.
    witness : VerifierKey
        Only its signature is kept.
    old : int
        Size that the witness saw last; it says so itself where this is wrong.

    Returns
    -------
    int
        Size that was signed.

    Raises
    ------
    RolledBack, WitnessConflict, WitnessRefused, NoteSignatureInvalid
    """
    for attempt in range(2):
        body, size = cosign_request(ledger, old)
        reply = ask(body)
        if reply.status == 200:
            lines = reply.body.decode().splitlines()
            if not ledger.add_cosignatures(lines, size, [witness]):
                raise WitnessRefused(f"the answer bears no signature of {witness.name}")
            return size
        if reply.status != 409 or attempt:
            break
        text = reply.body.decode().strip()
        if not text.isdecimal():
            break
        old = int(text)
    kind = WitnessConflict if reply.status == 409 else WitnessRefused
    raise kind(f"{reply.status}: {reply.body.decode(errors='replace').strip()}", witness.name)


def over_http(url: str) -> Callable[[bytes], Reply]:
    """Ask the witness at an address that the user gave."""

    def ask(body: bytes) -> Reply:
        if not url.startswith(("http://", "https://")):
            raise WitnessRefused(f"{url} is no web address")
        request = urllib.request.Request(url.rstrip("/") + "/add-checkpoint", body)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return Reply(answer.status, answer.read(MAX_REQUEST_BYTES))
        except urllib.error.HTTPError as refused:
            with refused:
                return Reply(refused.code, refused.read(MAX_REQUEST_BYTES))
        except OSError as broken:
            raise WitnessRefused(f"cannot be reached: {broken}", where=url) from broken

    return ask


def server(witness: Witness, port: int = 0) -> http.server.ThreadingHTTPServer:
    """HTTP server of a witness on the loopback address; `port` 0 takes a free one."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if self.path != "/add-checkpoint":
                reply = _refuse(404, "POST /add-checkpoint")
            elif not length.isdecimal() or int(length) > MAX_REQUEST_BYTES:
                reply = _refuse(400, f"a request has at most {MAX_REQUEST_BYTES} bytes")
            else:
                reply = witness.add_checkpoint(self.rfile.read(int(length)))
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep quiet; what a witness signs is in its file."""

    return http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
