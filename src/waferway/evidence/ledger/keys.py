"""Private keys: made, stored and used outside the ledger file.

Owns key files (mode 0600, passphrase optional) and signing. One key has one name and one role:
``log`` signs checkpoints, ``witness`` cosigns, ``root`` adds and revokes a party's keys, ``owner``
signs entries. Refuses files that others on the machine can read.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from waferway.errors import OutputExists
from waferway.evidence.ledger.canonical import check_identifier
from waferway.evidence.ledger.curve import Ed25519PrivateKey, serialization
from waferway.evidence.ledger.failures import KeyFileExposed, KeyFileInvalid
from waferway.evidence.ledger.notes import COSIGNATURE, ED25519, VerifierKey, check_name

Role = Literal["log", "witness", "root", "owner"]
ROLES: tuple[Role, ...] = ("log", "witness", "root", "owner")
HEADER = "waferway-key/v1"


def entry_key_id(party: str, public_key: bytes) -> str:
    """Id by which entries name their signer: 32 hex digits over party and public key.

    128 bits, since an id of the 32 bits of a signed note can be matched on purpose.
    """
    return hashlib.sha256(b"waferway-key/v1\n" + party.encode() + b"\n" + public_key).hexdigest()[
        :32
    ]


@dataclass(frozen=True)
class PrivateKey:
    """A private key with its name and role.

    Parameters
    ----------
    name : str
        Party, log origin or witness; no blanks, no plus sign, Unicode form C.
    role : "log", "witness", "root" or "owner"
    path : Path or None
        File it came from.
    public : bytes, 32 of them
        Public half; follows from `secret`.
    key_id : str
        Id in entries; follows from name and public half.

    Examples
    --------
    >>> key = PrivateKey.generate("lab-a", "owner")
    >>> len(key.key_id), len(key.sign(b"text"))
    (32, 64)
    """

    name: str
    role: Role
    secret: Ed25519PrivateKey = field(repr=False, compare=False)
    path: Path | None = field(default=None, compare=False)
    public: bytes = field(default=b"")
    key_id: str = field(default="")

    def __post_init__(self) -> None:
        check_name(self.name)
        check_identifier(self.name)
        raw = self.secret.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
        object.__setattr__(self, "public", raw)
        object.__setattr__(self, "key_id", entry_key_id(self.name, raw))

    @classmethod
    def generate(cls, name: str, role: Role, seed: bytes | None = None) -> PrivateKey:
        """New key; `seed` (32 secret bytes) makes it repeatable, for tests only."""
        made = Ed25519PrivateKey
        return cls(name, role, made.from_private_bytes(seed) if seed else made.generate())

    @property
    def verifier(self) -> VerifierKey:
        """Public half in the format of signed notes."""
        return VerifierKey(
            self.name, COSIGNATURE if self.role == "witness" else ED25519, self.public
        )

    def sign(self, message: bytes) -> bytes:
        """Ed25519 signature, 64 bytes."""
        return self.secret.sign(message)

    def save(self, path: str | os.PathLike[str], passphrase: str | None = None) -> Path:
        """Write the key to a new file of mode 0600, encrypted where a passphrase is given.

        Raises
        ------
        OutputExists
            A key file is never written over.
        """
        path = Path(path)
        how: serialization.KeySerializationEncryption = (
            serialization.BestAvailableEncryption(passphrase.encode())
            if passphrase
            else serialization.NoEncryption()
        )
        pem = self.secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how
        )
        head = f"{HEADER}\nname {self.name}\nrole {self.role}\npublic {self.verifier}\n"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as exists:
            raise OutputExists(f"{path} exists; a key is never written over") from exists
        with os.fdopen(handle, "wb") as file:
            file.write(head.encode() + pem)
            file.flush()
            os.fsync(file.fileno())
        return path

    @classmethod
    def load(cls, path: str | os.PathLike[str], passphrase: str | None = None) -> PrivateKey:
        """Read a key file.

        Raises
        ------
        KeyFileExposed
            If group or others may read it.
        KeyFileInvalid
            If it is absent or damaged, or its passphrase is wrong or missing.
        """
        path = Path(path)
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as broken:
            raise KeyFileInvalid(f"cannot be read: {broken}", where=str(path)) from broken
        if sys.platform != "win32" and mode & 0o077:
            raise KeyFileExposed(
                f"mode {mode:04o} lets others read the key",
                where=str(path),
                suggestion=f"chmod 600 {path}",
            )
        head, _, pem = text.partition("-----BEGIN")
        lines = head.splitlines()
        fields = dict(line.split(" ", 1) for line in lines[1:] if " " in line)
        role = fields.get("role", "")
        if lines[:1] != [HEADER] or role not in ROLES or "name" not in fields:
            raise KeyFileInvalid("no waferway key file", where=str(path))
        try:
            secret = serialization.load_pem_private_key(
                ("-----BEGIN" + pem).encode(), passphrase.encode() if passphrase else None
            )
        except TypeError as broken:
            hint = "give no passphrase" if passphrase else "give its passphrase"
            raise KeyFileInvalid(str(broken), where=str(path), suggestion=hint) from broken
        except ValueError as broken:
            raise KeyFileInvalid("wrong passphrase or damaged file", where=str(path)) from broken
        if not isinstance(secret, Ed25519PrivateKey):
            raise KeyFileInvalid("the key is no Ed25519 key", where=str(path))
        key = cls(fields["name"], role, secret, path)
        if str(key.verifier) != fields.get("public"):
            raise KeyFileInvalid("the public key in the file is another one's", where=str(path))
        return key
