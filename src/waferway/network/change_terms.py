"""What a row of table `change` says: its name, the time it speaks of, the pairs of a new row.

Owns the words of a change. What they do to a network is for `waferway.network.changes`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from waferway.calendar import day, end_of
from waferway.network.cells import CellError, read_date, read_flag
from waferway.network.declaration import Attribute
from waferway.network.typed_rows import number_key

__all__ = [
    "change_name",
    "first_day_after",
    "first_day_of",
    "first_label",
    "plain_cell",
    "read_pairs",
]


def change_name(change: dict[str, Any]) -> str:
    """Name of a change for people: scenario and order."""
    return f"{change['scenario']}/{number_key(change['order'])}"


def first_day_of(change: dict[str, Any], a: Attribute) -> dt.date:
    """First day on which a change of an attribute holds; an error where it cannot be dated."""
    if not a.dated or change["period"].startswith("age "):
        raise CellError(f"{change['table']}.{a.name} does not vary by period", "",
                        "leave period empty", "not-dated")  # fmt: skip
    return day(first_label(change))


def first_label(change: dict[str, Any]) -> str:
    """Label of the first period of a change: ``2027Q1`` of ``2027Q1/2027Q4``; none for an age."""
    if change["period"].startswith("age "):
        return ""
    return str(change["period"]).partition("/")[0].strip()


def first_day_after(change: dict[str, Any]) -> dt.date:
    """First day on which a change no longer holds; the last of all days without an end."""
    last = str(change["period"]).partition("/")[2].strip()
    return end_of(last) if last else dt.date.max


def plain_cell(a: Attribute, text: str) -> Any:
    """The value of a cell that is no number."""
    if a.kind == "flag":
        return read_flag(text, bool(a.default))
    if a.kind == "date":
        return read_date(text, a.closes)
    return text.strip() or (a.default if isinstance(a.default, str) else "")


def read_pairs(text: str) -> dict[str, str]:
    """Pairs of column and text that give a new row its cells.

    Raises
    ------
    CellError
        Where a part is no pair.

    Examples
    --------
    >>> read_pairs("party=acme; country=US")
    {'party': 'acme', 'country': 'US'}
    """
    out = {}
    for pair in text.split(";"):
        column, equals, value = pair.partition("=")
        if not pair.strip():
            continue
        if not equals:
            raise CellError(f'value holds "{pair.strip()}", which is no pair', "",
                            "write column=value; column=value")  # fmt: skip
        out[column.strip()] = value.strip()
    return out
