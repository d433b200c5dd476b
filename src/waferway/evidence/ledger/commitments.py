"""Commitments: what a log entry holds instead of its fields.

A payload's fields are committed to by the root of a small RFC 6962 tree. Its leaves, in canonical
order of the names, are ``salt || "name":value`` in canonical JSON, with a secret salt of 16 bytes
for each field. Fields and salts lie beside the log. So one field can be shown without the others
(`disclose`), and dropping fields and salts erases them while signatures and proofs stay valid:
without the salt a guess cannot be tested against the commitment.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from waferway.evidence.ledger.canonical import canonical_json, check_identifier, read_canonical
from waferway.evidence.ledger.failures import (
    FieldNotCommitted,
    InvalidUtf8,
    LedgerError,
    MalformedEntry,
)
from waferway.evidence.ledger.merkle import inclusion_proof, tree_root, verify_inclusion

SALT_BYTES = 16
_string = json.encoder.encode_basestring  # C code where there is one


@dataclass(frozen=True)
class Committed:
    """A payload with its salts and its commitment.

    Parameters
    ----------
    fields : bytes
        Canonical JSON object.
    salts : bytes
        16 secret bytes a field, in the order of the fields.
    root : bytes, 32 of them
        What the entry holds.
    """

    fields: bytes
    salts: bytes
    root: bytes


def _encoded(payload: Mapping[str, Any]) -> list[str]:
    """``"name":value`` of each field in canonical order; names sort by UTF-16 units."""
    names = sorted(payload)
    if not all(map(str.isascii, names)):
        names.sort(key=lambda name: name.encode("utf-16-be"))
        for name in names:
            check_identifier(name)
    texts = []
    for name in names:
        value = payload[name]
        text = _string(value) if type(value) is str else canonical_json(value).decode()
        texts.append(f"{_string(name)}:{text}")
    return texts


def _leaves(texts: list[str], salts: bytes) -> list[bytes]:
    sha256 = hashlib.sha256
    return [
        sha256(b"\x00" + salts[at : at + 16] + text.encode()).digest()
        for text, at in zip(texts, range(0, 16 * len(texts), 16), strict=True)
    ]


def _root(texts: list[str], salts: bytes) -> bytes:
    """Root of the fields' tree, level by level; a node without a sibling moves up as it is."""
    sha256 = hashlib.sha256
    level = _leaves(texts, salts)
    while len(level) > 1:
        odd = level[-1:] if len(level) & 1 else []
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + odd
    return level[0]


def commit(payload: Mapping[str, Any], salts: bytes | None = None) -> Committed:
    """Commit to the fields of a payload that `check_payload` or `read_canonical` has passed.

    Parameters
    ----------
    payload : mapping
        At least one field.
    salts : bytes, optional
        16 bytes a field; fresh secret ones by default.

    Examples
    --------
    >>> one = commit({"value": "470", "unit": "GUSD"}, salts=bytes(32))
    >>> one.fields
    b'{"unit":"GUSD","value":"470"}'
    >>> one.root == commit({"unit": "GUSD", "value": "470"}, salts=bytes(32)).root
    True
    """
    if not payload:
        raise MalformedEntry("a payload has at least one field")
    try:
        texts = _encoded(payload)
        fields = ("{" + ",".join(texts) + "}").encode()
    except UnicodeEncodeError as broken:
        raise InvalidUtf8("the text holds half of a surrogate pair") from broken
    if salts is None:
        salts = secrets.token_bytes(SALT_BYTES * len(texts))
    elif len(salts) != SALT_BYTES * len(texts):
        raise MalformedEntry(f"{len(texts)} fields need {SALT_BYTES * len(texts)} bytes of salt")
    return Committed(fields, salts, _root(texts, salts))


def opened(fields: bytes, salts: bytes, root: bytes) -> dict[str, Any] | None:
    """Payload of canonical `fields` if they and `salts` give the commitment `root`, else None.

    Raises
    ------
    LedgerError
        Where the fields are not canonical JSON, by name.
    """
    payload = read_canonical(fields)
    if not isinstance(payload, dict) or len(salts) != SALT_BYTES * len(payload) or not payload:
        return None
    return payload if _root(_encoded(payload), salts) == root else None


def fits(fields: bytes, salts: bytes, root: bytes) -> bool:
    """Whether canonical `fields` and `salts` give the commitment `root`."""
    return opened(fields, salts, root) is not None


def disclose(fields: bytes, salts: bytes, names: list[str]) -> list[dict[str, Any]]:
    """Show the named fields of a payload and nothing of the others.

    Returns
    -------
    list of dict
        name, value, salt, index, count, proof: what `check_disclosed` needs.

    Raises
    ------
    FieldNotCommitted
        If the payload has no such field.

    Examples
    --------
    >>> one = commit({"value": "470", "unit": "GUSD", "owner": "ww"})
    >>> shown = disclose(one.fields, one.salts, ["value"])
    >>> check_disclosed(shown[0], one.root)
    ('value', '470')
    """
    payload = read_canonical(fields)
    order = list(payload)
    leaves = _leaves(_encoded(payload), salts)

    def read(level: int, index: int) -> bytes:
        return tree_root(leaves[index << level : (index + 1) << level])

    shown = []
    for name in names:
        if name not in payload:
            raise FieldNotCommitted(f"the payload has no field {name}; it has {', '.join(order)}")
        index = order.index(name)
        path = inclusion_proof(index, len(leaves), read)
        shown.append(
            {
                "name": name,
                "value": payload[name],
                "salt": base64.b64encode(salts[index * 16 : index * 16 + 16]).decode(),
                "index": index,
                "count": len(leaves),
                "proof": [base64.b64encode(value).decode() for value in path],
            }
        )
    return shown


def check_disclosed(shown: Mapping[str, Any], root: bytes) -> tuple[str, Any]:
    """Name and value of a disclosed field, checked against the commitment in its entry.

    Raises
    ------
    FieldNotCommitted
        If name, value, salt or place are not what the owner committed to.
    """
    try:
        salt = base64.b64decode(shown["salt"], validate=True)
        path = [base64.b64decode(text, validate=True) for text in shown["proof"]]
        name, value = shown["name"], shown["value"]
        index, count = int(shown["index"]), int(shown["count"])
        text = canonical_json({name: value})[1:-1]
        leaf = hashlib.sha256(b"\x00" + salt + text).digest()
        verify_inclusion(index, count, leaf, path, root)
        if len(salt) == SALT_BYTES:
            return name, value
        broken: Exception = ValueError("a salt has 16 bytes")
    except (LedgerError, KeyError, TypeError, ValueError, AttributeError) as raised:
        broken = raised
    label = shown.get("name", "?") if isinstance(shown, Mapping) else "?"
    raise FieldNotCommitted(f"field {label} does not fit: {broken}") from broken
