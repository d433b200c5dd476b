"""Signed notes and cosignatures of C2SP: the text formats at every edge of the ledger.

Owns verifier keys (``name+id+key``), reading, signing and checking of notes, and the timestamped
cosignatures of witnesses. The byte before a public key names the algorithm, so that others can
join: 0x01 Ed25519 over the note, 0x04 Ed25519 cosignature with time. Refuses to know what a note
says; checkpoints are in `waferway.evidence.ledger.checkpoints`.

Source: c2sp.org/signed-note, c2sp.org/tlog-cosignature.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from waferway.evidence.ledger.curve import checked_key, signature_fits
from waferway.evidence.ledger.failures import (
    MalformedKey,
    MalformedNote,
    NoteSignatureInvalid,
    NoTrustedSignature,
    WitnessClockZero,
)

ED25519 = 0x01
COSIGNATURE = 0x04
MAX_NOTE_BYTES = 1_000_000
MAX_SIGNATURES = 100
_LINE = re.compile(r"— (\S+) (\S+)")


def strict_base64(text: str) -> bytes:
    """Bytes of standard base64, refusing every other spelling of the same bytes."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as broken:
        raise ValueError(f"{text[:60]!r} is not base64") from broken
    if base64.b64encode(data).decode() != text:
        raise ValueError(f"{text[:60]!r} is not the one base64 spelling of its bytes")
    return data


def check_name(name: str) -> str:
    """The name of a key, checked: not empty, no white space, no plus sign."""
    if not name or "+" in name or any(char.isspace() or ord(char) < 0x21 for char in name):
        raise MalformedKey(f"{name!r} is no key name: no blanks, no plus sign, not empty")
    return name


def note_key_id(name: str, algorithm: int, public_key: bytes) -> bytes:
    """Four bytes that, with the name, say which key signed a note; not a secure hash."""
    return hashlib.sha256(f"{name}\n".encode() + bytes([algorithm]) + public_key).digest()[:4]


@dataclass(frozen=True)
class VerifierKey:
    """Name, algorithm and public key of a signer of notes.

    Examples
    --------
    >>> key = VerifierKey.parse(
    ...     "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx")
    >>> key.algorithm, key.key_id.hex()
    (1, '33d7b496')
    """

    name: str
    algorithm: int
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that stand before this key's signatures."""
        return note_key_id(self.name, self.algorithm, self.public_key)

    def __str__(self) -> str:
        material = base64.b64encode(bytes([self.algorithm]) + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{material}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read ``name+hex id+base64 of algorithm and key``.

        Raises
        ------
        MalformedKey, NonCanonicalKey, SmallOrderKey
        """
        parts = text.strip().split("+", 2)
        if len(parts) != 3:
            raise MalformedKey(f"{text[:60]!r} is not name+id+key")
        name, identity, material = parts
        check_name(name)
        try:
            raw = strict_base64(material)
        except ValueError as broken:
            raise MalformedKey(str(broken)) from broken
        if len(raw) != 33 or raw[0] not in (ED25519, COSIGNATURE):
            raise MalformedKey(
                f"key {name} has an algorithm or length that is not known here",
                suggestion="known are 0x01 (Ed25519) and 0x04 (Ed25519 cosignature)",
            )
        key = cls(name, raw[0], raw[1:])
        if key.key_id.hex() != identity:
            raise MalformedKey(f"id {identity} does not belong to key {name}; {key.key_id.hex()}")
        checked_key(key.public_key)
        return key


@dataclass(frozen=True)
class Signature:
    """One signature line of a note."""

    name: str
    key_id: bytes
    data: bytes

    def __str__(self) -> str:
        return f"— {self.name} {base64.b64encode(self.key_id + self.data).decode()}"

    @property
    def timestamp(self) -> int:
        """Seconds since 1970 of a cosignature."""
        return int.from_bytes(self.data[:8], "big")

    @classmethod
    def parse(cls, line: str) -> Signature:
        """Read ``— name base64``; raises `MalformedNote`."""
        match = _LINE.fullmatch(line)
        if not match:
            raise MalformedNote(f"{line[:60]!r} is no signature line")
        try:
            name, raw = check_name(match[1]), strict_base64(match[2])
        except (MalformedKey, ValueError) as broken:
            raise MalformedNote(f"{line[:60]!r}: {broken}") from broken
        if len(raw) < 5:
            raise MalformedNote(f"the signature of {name} is too short")
        return cls(name, raw[:4], raw[4:])


@dataclass(frozen=True)
class Note:
    """Text and signature lines; nothing is trusted before `verified`."""

    text: str
    signatures: tuple[Signature, ...] = field(default=())

    @classmethod
    def parse(cls, data: bytes) -> Note:
        """Read a note; raises `MalformedNote`."""
        if len(data) > MAX_NOTE_BYTES:
            raise MalformedNote(f"the note has more than {MAX_NOTE_BYTES} bytes")
        try:
            whole = data.decode()
        except UnicodeDecodeError as broken:
            raise MalformedNote("the note is not UTF-8") from broken
        if any(char < " " and char != "\n" for char in whole):
            raise MalformedNote("the note holds control characters")
        cut = whole.rfind("\n\n")
        if cut < 0 or not whole.endswith("\n") or cut + 2 == len(whole):
            raise MalformedNote("the note has no signatures after an empty line")
        lines = whole[cut + 2 : -1].split("\n")
        if len(lines) > MAX_SIGNATURES:
            raise MalformedNote(f"the note has more than {MAX_SIGNATURES} signatures")
        return cls(whole[: cut + 1], tuple(Signature.parse(line) for line in lines))

    def __bytes__(self) -> bytes:
        lines = "".join(f"{signature}\n" for signature in self.signatures)
        return f"{self.text}\n{lines}".encode()

    def with_signatures(self, more: Iterable[Signature]) -> Note:
        """The note with further signature lines, none of them twice."""
        return Note(self.text, tuple(dict.fromkeys((*self.signatures, *more))))

    def verified(self, trusted: Iterable[VerifierKey]) -> list[tuple[VerifierKey, Signature]]:
        """Signatures by trusted keys, with the key; those of unknown keys are ignored.

        A witness may have signed more than once, at different times.

        Raises
        ------
        NoteSignatureInvalid
            If a trusted key's signature does not fit.
        """
        known = {(key.name, key.key_id): key for key in trusted}
        found = []
        for signature in dict.fromkeys(self.signatures):
            key = known.get((signature.name, signature.key_id))
            if key is None:
                continue
            if not signature_valid(key, signature, self.text):
                raise NoteSignatureInvalid(
                    "the signature does not fit the text", where=f"signature of {key.name}"
                )
            found.append((key, signature))
        return found

    def require(self, trusted: Iterable[VerifierKey]) -> list[tuple[VerifierKey, Signature]]:
        """As `verified`, and raise `NoTrustedSignature` where no trusted key signed."""
        keys = list(trusted)
        found = self.verified(keys)
        if not found:
            raise NoTrustedSignature(
                "no signature is by " + (", ".join(key.name for key in keys) or "any given key")
            )
        return found


def cosigned_message(text: str, timestamp: int) -> bytes:
    """What a witness signs: header, time, the note's text."""
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def signature_valid(key: VerifierKey, signature: Signature, text: str) -> bool:
    """Whether one signature line by `key` fits `text`.

    Raises
    ------
    WitnessClockZero, MalleableSignature, SignatureLengthWrong
    """
    if key.algorithm == ED25519:
        return signature_fits(key.public_key, signature.data, text.encode())
    if not 0 < signature.timestamp < 2**63:
        raise WitnessClockZero("the time of a cosignature is from 1 to 2^63 - 1")
    message = cosigned_message(text, signature.timestamp)
    return signature_fits(key.public_key, signature.data[8:], message)


Sign = Callable[[bytes], bytes]


def sign_text(text: str, key: VerifierKey, sign: Sign, timestamp: int = 0) -> Signature:
    """Signature line of `key` on `text`; `timestamp` counts for cosignatures only."""
    if key.algorithm == ED25519:
        return Signature(key.name, key.key_id, sign(text.encode()))
    if not 0 < timestamp < 2**63:
        raise WitnessClockZero("the time of a cosignature is from 1 to 2^63 - 1")
    data = timestamp.to_bytes(8, "big") + sign(cosigned_message(text, timestamp))
    return Signature(key.name, key.key_id, data)
