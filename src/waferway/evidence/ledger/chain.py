"""The chain of one owner's entries: each names the hash of the one before.

Owns the signing of new entries in their order. Whether a log may take them is for `authority`.
"""

from __future__ import annotations

from waferway.evidence.ledger.authority import Head
from waferway.evidence.ledger.commitments import Committed
from waferway.evidence.ledger.drafts import now
from waferway.evidence.ledger.entries import (
    Entry,
    signed_json,
    signed_message,
    time_of,
    unsigned_json,
)
from waferway.evidence.ledger.keys import PrivateKey
from waferway.evidence.ledger.merkle import leaf_hash

__all__ = ["Chain"]


class Chain:
    """Entries that an owner adds to a log, one after another.

    Parameters
    ----------
    origin : str
        Name of the log.
    key : PrivateKey
        The owner's.
    head : Head, optional
        The owner's newest entry in the log.
    time_s : int, optional
        Seconds since 1970 that the entries state; default this machine's clock. Never before the
        head: a clock set back does not go into the log.
    """

    def __init__(
        self, origin: str, key: PrivateKey, head: Head | None, time_s: int | None = None
    ) -> None:
        self.origin = origin
        self.key = key
        self.created = time_of(now() if time_s is None else time_s)
        if head:
            self.created = max(self.created, head.created)
        self.prev: str | None = head.leaf_hash if head else None
        self.seq = head.seq + 1 if head else 0

    def add(self, kind: str, sealed: Committed) -> tuple[Entry, bytes, bytes]:
        """Sign the next entry; its parts, its bytes and its leaf hash."""
        created, prev, seq = self.created, self.prev, self.seq
        unsigned = unsigned_json(created, self.key.key_id, sealed.root, prev, seq, kind)
        sig = self.key.sign(signed_message(self.origin, unsigned))
        data = signed_json(unsigned, sig)
        value = leaf_hash(data)
        self.prev, self.seq = value.hex(), seq + 1
        return Entry(created, self.key.key_id, sealed.root, prev, seq, sig, kind), data, value
