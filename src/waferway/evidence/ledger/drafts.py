"""What goes into a log and comes out of an append: drafts, signed entries, receipts.

Owns the small values that callers build, the payload of a key's entry, and durable files.
"""

from __future__ import annotations

import base64
import contextlib
import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waferway.evidence.ledger.canonical import read_canonical
from waferway.evidence.ledger.commitments import opened
from waferway.evidence.ledger.entries import MAX_FIELDS_BYTES, Entry, possession_message
from waferway.evidence.ledger.failures import EntryTooLarge, MalformedEntry, PayloadAltered
from waferway.evidence.ledger.keys import PrivateKey


@dataclass(frozen=True)
class Draft:
    """An entry to be: its type, and its payload as a mapping or as canonical JSON bytes.

    Examples
    --------
    >>> Draft("document", {"document_sha256": 64 * "0"}).type
    'document'
    """

    type: str
    payload: Mapping[str, Any] | bytes


@dataclass(frozen=True)
class SignedEntry:
    """An entry that its owner signed elsewhere, with fields and salts (None where withheld)."""

    entry: bytes
    fields: bytes | None
    salts: bytes | None


@dataclass(frozen=True)
class Receipt:
    """What an append acknowledges: entries ``first .. size - 1`` are durable."""

    origin: str
    first: int
    size: int
    leaf_hashes: tuple[str, ...]


def now() -> int:
    """Seconds since 1970 by this machine's clock, which nobody else needs to believe."""
    return int(time.time())


def write_durably(path: Path, data: bytes) -> None:
    """Replace a file as a whole; after this returns a crash does not lose it."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    with contextlib.suppress(OSError):
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def key_payload(
    origin: str, new: PrivateKey, old_key_id: str | None = None, party: str | None = None
) -> dict[str, Any]:
    """Payload that adds the key `new`, or puts it in the place of `old_key_id`.

    `party` is the operator for the log's own key; other keys bear their party's name.
    """
    party = party if party is not None and new.role == "log" else new.name
    payload: dict[str, Any] = {
        "party": party,
        "role": new.role,
        "public_key": base64.b64encode(new.public).decode(),
        "proof": base64.b64encode(
            new.sign(possession_message(origin, party, new.role, new.public))
        ).decode(),
    }
    if old_key_id is not None:
        payload["old_key_id"] = old_key_id
    return payload


def payload_of(draft: Draft) -> Mapping[str, Any]:
    """Payload of a draft as a mapping; raises what is wrong with its bytes."""
    payload = read_canonical(draft.payload) if isinstance(draft.payload, bytes) else draft.payload
    if not isinstance(payload, Mapping):
        raise MalformedEntry("a payload is an object of named fields")
    if isinstance(draft.payload, bytes) and len(draft.payload) > MAX_FIELDS_BYTES:
        raise EntryTooLarge(f"fields of more than {MAX_FIELDS_BYTES} bytes; log their hash")
    return payload


def opened_payload(entry: Entry, fields: bytes, salts: bytes) -> dict[str, Any]:
    """Payload that fits its entry's commitment; raises `PayloadAltered`."""
    payload = opened(fields, salts, entry.payload)
    if payload is None:
        raise PayloadAltered("the fields are not those that the entry commits to")
    return payload
