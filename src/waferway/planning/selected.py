"""Which rows a limit selects.

Owns the columns that each measure offers; their grammar is `waferway.network.selection`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from waferway.errors import RangeError, nearest
from waferway.network.selection import matches, parse_selection

__all__ = ["selected"]


def selected(frame: pd.DataFrame, text: str, limit: str) -> NDArray[np.bool_]:
    """Rows of a frame that a selection admits; shape (rows,).

    Raises
    ------
    RangeError
        If the measure of the limit knows no such column.
    """
    keep = np.ones(len(frame), dtype=bool)
    for column, choices in parse_selection(text):
        if column not in frame.columns:
            close = nearest(column, frame.columns)
            raise RangeError(
                f'limit {limit} selects by "{column}", which its measure does not have'
                + (f"; did you mean {close[0]}?" if close else "")
            )
        keep &= np.array(
            [any(matches(str(name), choice) for choice in choices) for name in frame[column]],
            dtype=bool,
        )
    return keep
