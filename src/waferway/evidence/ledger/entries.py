"""Entries of the log: their form, their types, and the owner's signature.

An entry is canonical JSON ``{created, owner_key_id, payload, prev, seq, sig, type}``: `payload`
is the commitment to the fields (`waferway.evidence.ledger.commitments`), `seq` numbers the
owner's entries, `prev` is the leaf hash of the owner's previous one. The signature covers a
domain prefix, the log's origin and every other field, so an entry cannot move to another log.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from waferway.evidence.ledger.canonical import (
    canonical_json,
    check_decimal,
    check_identifier,
    decimal_text,
    read_canonical,
)
from waferway.evidence.ledger.curve import signature_fits
from waferway.evidence.ledger.failures import (
    EntrySignatureInvalid,
    EntryTooLarge,
    MalformedEntry,
    UnknownEntryType,
)
from waferway.evidence.ledger.notes import strict_base64

DOMAIN = b"waferway-ledger-entry/v1\n"
MAX_ENTRY_BYTES = 65_535
MAX_FIELDS_BYTES = 16_000_000
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
HEX32 = re.compile(r"[0-9a-f]{32}")
HEX64 = re.compile(r"[0-9a-f]{64}")
SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]*")
FIELDS = frozenset({"created", "owner_key_id", "payload", "prev", "seq", "sig", "type"})
DECIMAL_FIELDS = ("low", "value", "high", "p05", "p50", "p95", "resolution", "confidence")

# Fields that each type of entry must have, with the form of each; others may stand beside them.
TYPES: dict[str, dict[str, type | tuple[type, ...]]] = {
    "document": {"document_sha256": str},
    "claim": {"claim_id": str, "owner": str},
    "quality": {"rule": str, "claim_id": str, "verdict": str, "reason": str},
    "reconciliation": {"inputs": list, "result": (dict, str)},
    "retraction": {"claim_id": str, "reason": str},
    "erasure": {"index": int, "claim_id": (str, type(None)), "supersedes": list, "reason": str},
    "key-add": {"party": str, "role": str, "public_key": str, "proof": str},
    "key-rotate": {
        "party": str, "role": str, "public_key": str, "proof": str, "old_key_id": str,
    },
    "key-revoke": {"party": str, "key_id": str, "reason": str},
    "policy": {"policy": str},
    "dataset-snapshot": {"inputs": list, "result_sha256": str},
    "model-run": {"inputs": list, "code_version": str, "result_sha256": str},
}  # fmt: skip
IDENTIFIERS = ("owner", "party", "policy", "rule", "subject", "metric")
HASHES = ("document_sha256", "result_sha256")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log, as read.

    Parameters
    ----------
    created : str
        Time the owner states, ``2026-01-31T12:00:00Z``; not to be trusted by itself.
    owner_key_id : str
    payload : bytes, 32 of them
        Commitment to the fields.
    prev : str or None
        Leaf hash (hex) of the owner's previous entry.
    seq : int
        0 for the owner's first entry.
    sig : bytes
    type : str
    """

    created: str
    owner_key_id: str
    payload: bytes
    prev: str | None
    seq: int
    sig: bytes
    type: str

    def unsigned(self) -> bytes:
        """Canonical JSON without the signature."""
        return unsigned_json(
            self.created, self.owner_key_id, self.payload, self.prev, self.seq, self.type
        )

    def __bytes__(self) -> bytes:
        return signed_json(self.unsigned(), self.sig)

    @classmethod
    def parse(cls, data: bytes) -> Entry:
        """Read an entry strictly.

        Raises
        ------
        EntryTooLarge, MalformedEntry, UnknownEntryType, and the errors of `read_canonical`
        """
        if len(data) > MAX_ENTRY_BYTES:
            raise EntryTooLarge(f"the entry has {len(data)} bytes; at most {MAX_ENTRY_BYTES}")
        value = read_canonical(data)
        if not isinstance(value, dict) or value.keys() != FIELDS:
            raise MalformedEntry(f"an entry has exactly the fields {', '.join(sorted(FIELDS))}")
        try:
            commitment, sig = strict_base64(value["payload"]), strict_base64(value["sig"])
        except (TypeError, ValueError, AttributeError) as broken:
            raise MalformedEntry(f"payload and sig are base64: {broken}") from broken
        prev, seq, kind = value["prev"], value["seq"], value["type"]
        faults = [
            name
            for name, right in (
                ("created", isinstance(value["created"], str) and is_time(value["created"])),
                ("owner_key_id", _matches(HEX32, value["owner_key_id"])),
                ("payload", len(commitment) == 32),
                ("prev", prev is None or _matches(HEX64, prev)),
                ("seq", type(seq) is int and seq >= 0),
                ("type", isinstance(kind, str)),
            )
            if not right
        ]
        if faults:
            raise MalformedEntry(f"wrong form of {', '.join(faults)}")
        if kind not in TYPES:
            raise UnknownEntryType(f"{kind!r} is none of {', '.join(TYPES)}")
        return cls(value["created"], value["owner_key_id"], commitment, prev, seq, sig, kind)

    def verify(self, origin: str, public_key: bytes) -> None:
        """Raise unless the signature fits.

        Raises
        ------
        EntrySignatureInvalid, MalleableSignature, SignatureLengthWrong, SmallOrderKey
        """
        if not signature_fits(public_key, self.sig, signed_message(origin, self.unsigned())):
            raise EntrySignatureInvalid(f"not signed by key {self.owner_key_id} for {origin}")


def _base64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode()


def _matches(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def is_time(text: str) -> bool:
    """Whether `text` is a time as entries state it."""
    if not TIME.fullmatch(text):
        return False
    try:
        seconds_of(text)
    except ValueError:
        return False
    return True


def seconds_of(time: str) -> int:
    """Seconds since 1970 of ``2026-01-31T12:00:00Z``.

    >>> seconds_of("1970-01-02T00:00:00Z")
    86400
    """
    return int(dt.datetime.fromisoformat(time).timestamp())


def time_of(seconds: int) -> str:
    """Time in UTC, to the second; the inverse of `seconds_of`."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def unsigned_json(
    created: str, key_id: str, commitment: bytes, prev: str | None, seq: int, kind: str
) -> bytes:
    """What the owner signs, without domain and origin; its arguments need no escapes."""
    before = f'"{prev}"' if prev else "null"
    return (
        f'{{"created":"{created}","owner_key_id":"{key_id}",'
        f'"payload":"{_base64(commitment)}","prev":{before},"seq":{seq},'
        f'"type":"{kind}"}}'
    ).encode()


def signed_message(origin: str, unsigned: bytes) -> bytes:
    """Bytes under the owner's signature: domain, origin, fields."""
    return DOMAIN + origin.encode() + b"\n" + unsigned


def signed_json(unsigned: bytes, sig: bytes) -> bytes:
    """The entry: the signature put at its place in the order of the names."""
    head, _, tail = unsigned.rpartition(b',"type":')
    return head + b',"sig":"' + _base64(sig).encode() + b'","type":' + tail


def possession_message(origin: str, party: str, role: str, public_key: bytes) -> bytes:
    """What a new key signs to show that whoever adds it holds it."""
    return b"waferway-key-possession/v1\n" + canonical_json(
        [origin, party, role, base64.b64encode(public_key).decode()]
    )


def check_payload(kind: str, payload: Mapping[str, Any]) -> None:
    """Raise unless `payload` has the fields that its type of entry needs, in their form.

    Raises
    ------
    UnknownEntryType, MalformedEntry, NonCanonicalDecimal, NegativeZero, NotANumber
    """
    if kind not in TYPES:
        raise UnknownEntryType(f"{kind!r} is none of {', '.join(TYPES)}")
    for name, form in TYPES[kind].items():
        if name not in payload:
            hint = "; give it with --owner where the records leave it out" * (name == "owner")
            raise MalformedEntry(f"a {kind} needs the field {name}{hint}")
        value = payload[name]
        if not isinstance(value, form) or value is True or value is False:
            raise MalformedEntry(f"{name} of a {kind} has the wrong form: {value!r:.60}")
    if kind == "claim":
        for name in DECIMAL_FIELDS:
            number = payload.get(name)
            if number is None:
                continue
            if type(number) is not str:
                raise MalformedEntry(f"{name} of a claim is a decimal string, not {number!r}")
            check_decimal(number)
    claim_id = payload.get("claim_id")
    if claim_id is not None and not _matches(SLUG, claim_id):
        raise MalformedEntry(f"{claim_id!r:.60} is no claim id")
    for name in IDENTIFIERS:
        value = payload.get(name)
        if type(value) is str and not value.isascii():
            check_identifier(value)
    for name in HASHES:
        if name in TYPES[kind] and not _matches(HEX64, payload[name]):
            raise MalformedEntry(f"{name} is a SHA-256 of 64 hex digits")
    if kind == "quality" and payload["verdict"] not in ("pass", "warn", "fail"):
        raise MalformedEntry("the verdict of a rule is pass, warn or fail")


def ledger_payload(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record as a payload: numbers that may be fractions become decimal strings.

    Decimal fields of a claim are rewritten canonically, other floats become decimal strings;
    whole numbers beyond 2^53 - 1 too. Fields that are null are dropped.

    Examples
    --------
    >>> ledger_payload({"claim_id": "c-1", "low": 8e9, "start": 3, "p50": None})
    {'claim_id': 'c-1', 'low': '8000000000', 'start': 3}
    """

    def plain(value: Any) -> Any:
        if isinstance(value, bool) or value is None or isinstance(value, str):
            return value
        if isinstance(value, int) and abs(value) < 2**53:
            return value
        if isinstance(value, Mapping):
            return {str(name): plain(item) for name, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(item) for item in value]
        if isinstance(value, (dt.date, dt.datetime)):
            return value.isoformat()
        return decimal_text(value)

    return {
        name: decimal_text(value) if name in DECIMAL_FIELDS else plain(value)
        for name, value in record.items()
        if value is not None
    }
