"""One encoding per value: the JSON of RFC 8785 without floating-point numbers.

Owns writing and strict reading of canonical JSON and canonical decimal strings. Numbers that may
be fractions are decimal strings, so nothing is lost to binary floating point; JSON numbers are
integers within plus or minus 2^53 - 1.
"""

from __future__ import annotations

import json
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from waferway.evidence.ledger.failures import (
    DuplicateJsonKey,
    FractionAsNumber,
    InvalidUtf8,
    NegativeZero,
    NonCanonicalDecimal,
    NonCanonicalJson,
    NonNfcIdentifier,
    NotANumber,
    NumberTooLarge,
)

EXACT = 2**53 - 1
DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?")


def _utf16(pair: tuple[str, Any]) -> bytes:
    return pair[0].encode("utf-16-be", "surrogatepass")


def _check(value: Any) -> Any:
    """The value with every object in RFC 8785 order; raises on what has no canonical form."""
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) > EXACT:
            raise NumberTooLarge(f"{value} is beyond 2^53 - 1", suggestion=f'write "{value}"')
        return value
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise NotANumber(f"{value} has no JSON form; missing numbers are null")
        raise FractionAsNumber(
            f"{value} is a binary fraction", suggestion=f'write "{decimal_text(value)}"'
        )
    if isinstance(value, (list, tuple)):
        return [_check(item) for item in value]
    if isinstance(value, dict):
        for name in value:
            if not isinstance(name, str):
                raise NonCanonicalJson(f"key {name!r} is no text")
            check_identifier(name)
        return {name: _check(item) for name, item in sorted(value.items(), key=_utf16)}
    raise NonCanonicalJson(f"{type(value).__name__} has no JSON form")


def check_identifier(name: str) -> None:
    """Raise `NonNfcIdentifier` unless `name` is in Unicode normal form C."""
    if not name.isascii() and not unicodedata.is_normalized("NFC", name):
        raise NonNfcIdentifier(
            f"{name!r} is not in normal form C",
            suggestion=f"write {unicodedata.normalize('NFC', name)!r}",
        )


def canonical_json(value: Any) -> bytes:
    """RFC 8785 bytes of a value of text, whole numbers, true, false, null, lists and objects.

    Raises
    ------
    NotANumber, FractionAsNumber, NumberTooLarge, NonNfcIdentifier, InvalidUtf8, NonCanonicalJson

    Examples
    --------
    >>> canonical_json({"b": [1, None], "a": "€"}).decode()
    '{"a":"€","b":[1,null]}'
    >>> canonical_json({"low": 0.5})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    waferway.evidence.ledger.failures.FractionAsNumber: ...
    """
    text = json.dumps(_check(value), ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError as broken:
        raise InvalidUtf8("the text holds half of a surrogate pair") from broken


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise DuplicateJsonKey(f"key {twice!r} stands twice in one object")
    for name in result:
        check_identifier(name)
    return result


def _integer(text: str) -> int:
    if text == "-0":
        raise NegativeZero("-0 is written as 0")
    if len(text) > 17 or abs(int(text)) > EXACT:
        shown = text if len(text) <= 40 else text[:37] + "..."
        raise NumberTooLarge(f"{shown} is beyond 2^53 - 1", suggestion="write it as a string")
    return int(text)


def _fraction(text: str) -> NoReturn:
    if text.startswith("-0") and not text.strip("-0.eE+"):
        raise NegativeZero(f"{text} is written as 0")
    raise FractionAsNumber(f"{text} is a fraction", suggestion=f'write "{text}"')


def _constant(text: str) -> NoReturn:
    raise NotANumber(f"{text} is no number; missing numbers are null")


def read_canonical(data: bytes) -> Any:
    """Value of canonical JSON; anything that is not the one encoding of its value is refused.

    Raises
    ------
    InvalidUtf8, DuplicateJsonKey, NotANumber, NegativeZero, NumberTooLarge, FractionAsNumber,
    NonNfcIdentifier, NonCanonicalJson

    Examples
    --------
    >>> read_canonical(b'{"a":1,"a":2}')  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    waferway.evidence.ledger.failures.DuplicateJsonKey: ...
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as broken:
        raise InvalidUtf8(f"byte {broken.start} is not UTF-8") from broken
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_fraction,
            parse_constant=_constant,
        )
        again = canonical_json(value)
    except json.JSONDecodeError as broken:
        raise NonCanonicalJson(f"no JSON: {broken.msg} at character {broken.pos}") from broken
    except RecursionError as deep:
        raise NonCanonicalJson("nested too deeply") from deep
    if again != data:
        raise NonCanonicalJson(
            "the bytes are not the one encoding of RFC 8785",
            suggestion="sort keys, drop blanks, write characters unescaped",
        )
    return value


def decimal_text(number: int | float | str | Decimal) -> str:
    """Canonical decimal string: no exponent, no trailing zeros, 0 without a sign.

    Raises
    ------
    NotANumber, NonCanonicalDecimal

    Examples
    --------
    >>> decimal_text(1.50), decimal_text(Decimal("1E+3")), decimal_text("-0"), decimal_text(2**64)
    ('1.5', '1000', '0', '18446744073709551616')
    """
    try:
        value = Decimal(repr(number) if isinstance(number, float) else number)
    except InvalidOperation as broken:
        raise NonCanonicalDecimal(f"{number!r} is no decimal number") from broken
    if not value.is_finite():
        raise NotANumber(f"{number} is no number; missing numbers are null")
    if not -400 < value.adjusted() < 400:
        raise NonCanonicalDecimal(f"{number!r} has more than 400 digits")
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def check_decimal(text: str) -> None:
    """Raise unless `text` is the canonical decimal string of its number.

    Raises
    ------
    NotANumber, NegativeZero, NonCanonicalDecimal
    """
    if not DECIMAL.fullmatch(text):
        if text.lower().lstrip("+-") in ("nan", "inf", "infinity", "snan"):
            raise NotANumber(f"{text!r} is no number; missing numbers are null")
        if text.startswith("-0") and not text.strip("-0.eE+"):
            raise NegativeZero(f"{text!r} is written as '0'")
        raise NonCanonicalDecimal(f"{text!r} is not in canonical decimal form")
    if text == "-0":
        raise NegativeZero("'-0' is written as '0'")
