"""Typed rows of a table and their keys: the last step on every way into a network.

Owns how a row is named and which column type a declared attribute has. Text is not read here;
`waferway.network.assembly` reads it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from waferway.network.declaration import Attribute, Table
from waferway.network.schema import TABLES

__all__ = ["column_type", "frame_of", "number_key", "typed_frame"]


def number_key(number: float) -> str:
    """A number as part of a row key: no trailing ``.0``, "" for missing.

    Examples
    --------
    >>> number_key(3.0), number_key(0.5), number_key(float("nan"))
    ('3', '0.5', '')
    """
    if math.isnan(number):
        return ""
    return repr(number).removesuffix(".0")


def column_type(a: Attribute) -> str:
    """Type of the column of an attribute: numbers are floats, so that missing stays missing."""
    if a.numeric:
        return "float64"
    return "bool" if a.kind == "flag" else "object"


def typed_frame(
    declared: Table, keys: Sequence[str], columns: Mapping[str, Sequence[Any]]
) -> pd.DataFrame:
    """A table from columns that are read already.

    Parameters
    ----------
    declared : Table
    keys : sequence of str
        Name of each row.
    columns : mapping of str to sequence
        One entry for each declared attribute.
    """
    index = pd.Index(keys, dtype="object", name="key")
    series = {
        a.name: pd.Series(columns[a.name], index=index, dtype=column_type(a))
        for a in declared.attributes
    }
    return pd.DataFrame(series, index=index)


def frame_of(table: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """A table from typed rows, with its keys.

    Parameters
    ----------
    table : str
    rows : sequence of mapping
        Each with every declared column, in its declared type.

    Examples
    --------
    >>> cite = {"table": "site", "key": "fab1", "column": "lat", "period": "", "claim_id": "c1"}
    >>> frame_of("cite", [cite]).index.tolist()
    ['site/fab1/lat//c1']
    """
    declared = TABLES[table]
    keys = [
        "/".join(
            number_key(row[name]) if isinstance(row[name], float) else str(row[name] or "")
            for name in declared.key
        )
        for row in rows
    ]
    return typed_frame(declared, keys, {a.name: [row[a.name] for row in rows]
                                        for a in declared.attributes})  # fmt: skip
