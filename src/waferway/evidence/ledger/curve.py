"""Ed25519: which public keys and signatures are fit to be trusted, and plain verification.

Owns the checks that common libraries leave out: public keys must be canonical encodings of
points that are not of small order, since for small-order keys anybody can sign. Refuses secrets;
private keys live in `waferway.evidence.ledger.keys`.

Source: RFC 8032, section 5.1; Chalkias, Garillot & Nikolaenko, "Taming the many EdDSAs",
SSR 2020.
"""

from __future__ import annotations

from functools import lru_cache

from waferway.errors import MissingExtra
from waferway.evidence.ledger.failures import (
    MalleableSignature,
    NonCanonicalKey,
    SignatureLengthWrong,
    SmallOrderKey,
)

__all__ = [
    "GROUP_ORDER",
    "PRIME",
    "Ed25519PrivateKey",
    "checked_key",
    "serialization",
    "signature_fits",
]

PRIME = 2**255 - 19
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE_D = -121665 * pow(121666, PRIME - 2, PRIME) % PRIME
ROOT_OF_MINUS_ONE = pow(2, (PRIME - 1) // 4, PRIME)

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )
except ImportError as missing:  # pragma: no cover - exercised on installations without the extra
    raise MissingExtra(
        "the ledger needs the package cryptography: pip install 'waferway[ledger]'"
    ) from missing


def _decode(public_key: bytes) -> tuple[int, int]:
    number = int.from_bytes(public_key, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= PRIME:
        raise NonCanonicalKey("the key's coordinate is not below 2^255 - 19")
    square = (y * y - 1) * pow(CURVE_D * y * y + 1, PRIME - 2, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if (x * x - square) % PRIME:
        x = x * ROOT_OF_MINUS_ONE % PRIME
    if (x * x - square) % PRIME:
        raise NonCanonicalKey("the key is no point of the curve")
    if x == 0 and sign:
        raise NonCanonicalKey("the key states the sign of zero")
    return (PRIME - x if x & 1 != sign else x), y


def _double(x: int, y: int) -> tuple[int, int]:
    product = CURVE_D * x * x % PRIME * y % PRIME * y % PRIME
    return (
        2 * x * y * pow(1 + product, PRIME - 2, PRIME) % PRIME,
        (y * y + x * x) * pow(1 - product, PRIME - 2, PRIME) % PRIME,
    )


@lru_cache(maxsize=4096)
def checked_key(public_key: bytes) -> Ed25519PublicKey:
    """Verifier of a public key that is safe to trust.

    Parameters
    ----------
    public_key : bytes, 32 of them

    Raises
    ------
    NonCanonicalKey
        If the bytes are no canonical encoding of a point of the curve.
    SmallOrderKey
        If eight times the point is the neutral element.

    Examples
    --------
    >>> checked_key(bytes([1] + 31 * [0]))
    Traceback (most recent call last):
        ...
    waferway.evidence.ledger.failures.SmallOrderKey: anybody can sign for this key [small-order-key]
    """
    if len(public_key) != 32:
        raise NonCanonicalKey(f"an Ed25519 key has 32 bytes, not {len(public_key)}")
    point = _decode(public_key)
    for _ in range(3):
        point = _double(*point)
    if point == (0, 1):
        raise SmallOrderKey("anybody can sign for this key")
    return Ed25519PublicKey.from_public_bytes(public_key)


def signature_fits(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the Ed25519 signature fits; malformed ones raise what is wrong with them.

    Raises
    ------
    NonCanonicalKey, SmallOrderKey, SignatureLengthWrong, MalleableSignature
    """
    verifier = checked_key(public_key)
    if len(signature) != 64:
        raise SignatureLengthWrong(f"the signature has {len(signature)} bytes, not 64")
    if int.from_bytes(signature[32:], "little") >= GROUP_ORDER:
        raise MalleableSignature("S is not below the order of the group")
    try:
        verifier.verify(signature, message)
    except InvalidSignature:
        return False
    return True
