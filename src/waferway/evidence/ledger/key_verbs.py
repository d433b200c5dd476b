"""Keys of a log and its parties: made, added, rotated, ended.

Owns the verbs on keys. Private keys stay in their files; only public halves are returned.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from waferway.evidence.ledger.drafts import Receipt

__all__ = ["add_key", "new_key", "revoke_key", "rotate_key"]

PathLike = str | os.PathLike[str]


def new_key(path: PathLike, name: str, role: str, passphrase: str | None = None) -> str:
    """Make a private key in a new file of mode 0600; return its public half.

    Parameters
    ----------
    path : path
        Never written over.
    name : str
        Party (roles ``root``, ``owner``), origin (``log``) or witness (``witness``).
    role : "log", "witness", "root" or "owner"
    passphrase : str, optional
        Encrypts the file.

    Returns
    -------
    str
        Verifier key, ``name+id+base64``: this is what others need.
    """
    from waferway.errors import RangeError
    from waferway.evidence.ledger.keys import ROLES, PrivateKey

    found = [known for known in ROLES if known == role]
    if not found:
        raise RangeError(f"role is {role!r}; it is one of {', '.join(ROLES)}")
    key = PrivateKey.generate(name, found[0])
    key.save(path, passphrase)
    return str(key.verifier)


def add_key(
    path: PathLike, *, new: PathLike, root: PathLike | None = None, passphrase: str | None = None
) -> Receipt:
    """Add a party's key: its first root key signs for itself, others need `root`.

    Parameters
    ----------
    path : path
        Ledger file.
    new : path
        Key file to add.
    root : path, optional
        Root key of the party; a first root key needs none.
    passphrase : str, optional
        Of the key files.
    """
    from waferway.evidence.ledger.drafts import Draft, key_payload
    from waferway.evidence.ledger.keys import PrivateKey
    from waferway.evidence.ledger.log import Ledger

    key = PrivateKey.load(new, passphrase)
    signer = key if root is None else PrivateKey.load(root, passphrase)
    with Ledger(path) as ledger:
        return ledger.append([Draft("key-add", key_payload(ledger.origin, key))], signer)


def rotate_key(
    path: PathLike,
    *,
    new: PathLike,
    old: PathLike,
    root: PathLike,
    passphrase: str | None = None,
) -> Receipt:
    """Put the key in file `new` in the place of the one in `old`; the root key signs.

    For the log's key the next checkpoint is made at once and signed by both, so that whoever
    knows only the old key can follow. To rotate a root key, `root` is the old one.

    Parameters
    ----------
    path : path
        Ledger file.
    new, old : path
        Key files, of one party and role.
    root : path
        Root key of the party.
    passphrase : str, optional
        Of the key files.
    """
    from waferway.evidence.ledger.drafts import Draft, key_payload
    from waferway.evidence.ledger.failures import MalformedEntry
    from waferway.evidence.ledger.keys import PrivateKey
    from waferway.evidence.ledger.log import Ledger

    fresh, past = PrivateKey.load(new, passphrase), PrivateKey.load(old, passphrase)
    signer = PrivateKey.load(root, passphrase)
    if fresh.role != past.role or fresh.name != past.name:
        raise MalformedEntry(
            f"{past.role} key of {past.name} cannot become {fresh.role} key of {fresh.name}"
        )
    with Ledger(path) as ledger:
        payload = key_payload(ledger.origin, fresh, past.key_id, signer.name)
        receipt = ledger.append([Draft("key-rotate", payload)], signer)
        if fresh.role == "log":
            ledger.checkpoint(fresh, old_key=past)
    return receipt


def revoke_key(
    path: PathLike,
    key_id: str,
    *,
    root: PathLike,
    reason: str,
    passphrase: str | None = None,
) -> Receipt:
    """End a key; what it signed before stays, up to what witnesses had seen by then.

    Parameters
    ----------
    path : path
        Ledger file.
    key_id : str
        Id of the key in entries, 32 hex digits.
    root : path
        Root key of its party.
    reason : str
        For everybody to read.
    passphrase : str, optional
        Of the key files.
    """
    from waferway.evidence.ledger.drafts import Draft
    from waferway.evidence.ledger.keys import PrivateKey
    from waferway.evidence.ledger.log import Ledger

    signer = PrivateKey.load(root, passphrase)
    payload = {"party": signer.name, "key_id": key_id, "reason": reason}
    with Ledger(path) as ledger:
        return ledger.append([Draft("key-revoke", payload)], signer)
