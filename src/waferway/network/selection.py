"""What a limit may select, and how its selections are read.

Owns the small language of `limit.select` and `limit.share_of`: ``column=value`` pairs joined by
``;``, all of which must hold; a value may list alternatives with ``|`` and use ``*``.
"""

from __future__ import annotations

import fnmatch

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from waferway.errors import RangeError

__all__ = ["SELECTABLE", "parse_selection", "selected"]

_LINE = ("line", "technology", "family", "place", "country", "party")
_ACTIVITY = ("recipe", "designer", *_LINE)
_DELIVERY = (
    "demand", "segment", "basis", "region", "customer", "item", "kind", "place", "country",
)  # fmt: skip
SELECTABLE: dict[str, tuple[str, ...]] = {
    "starts": _ACTIVITY,
    "output": (*_ACTIVITY, "item", "kind"),
    "capacity": _LINE,
    "site_power_mw": _LINE,
    "orders": ("module", *_LINE),
    "capex_usd": ("module", *_LINE),
    "flow": ("lane", "item", "kind", "owner", "from_place", "to_place", "from_country",
             "to_country"),
    "deliveries": _DELIVERY,
    "delivered_power_mw": _DELIVERY,
}  # fmt: skip
"""Columns that a selection may name, by measure. `party` runs the line, `designer` owns the
recipe, `customer` needs the demand, `owner` holds the receiving stock."""


def parse_selection(text: str) -> list[tuple[str, list[str]]]:
    """Pairs of column and alternatives.

    Examples
    --------
    >>> parse_selection("country=TW|KR; technology=cowos*")
    [('country', ['TW', 'KR']), ('technology', ['cowos*'])]
    """
    pairs = []
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        column, equals, value = part.partition("=")
        if not equals or not value.strip():
            raise RangeError(f'"{part}" is not a selection; write column=value')
        pairs.append((column.strip(), [choice.strip() for choice in value.split("|")]))
    return pairs


def selected(frame: pd.DataFrame, text: str) -> NDArray[np.bool_]:
    """Rows of a frame that a selection admits; shape (rows,)."""
    keep = np.ones(len(frame), dtype=bool)
    for column, choices in parse_selection(text):
        values = frame[column].astype(str)
        keep &= np.array(
            [any(fnmatch.fnmatchcase(value, choice) for choice in choices) for value in values],
            dtype=bool,
        )
    return keep
