"""Text in CSV files that a spreadsheet would compute instead of show.

Owns the one mark against it: an apostrophe in front, which spreadsheets take for "this is text"
and our readers take away again. Numbers are left alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["guarded", "guarded_frame", "unguarded"]

_FORMULA = re.compile(r"'*[\s\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[\d.][\d.,]*(?:[eE][+-]?\d+)?(?:\s?%)?")


def guarded(text: str) -> str:
    """A cell of a CSV file, with an apostrophe in front where a spreadsheet would compute it.

    Examples
    --------
    >>> guarded("=cmd|'/c calc'!A1"), guarded("@SUM(1)"), guarded("-5"), guarded("N4 - N3")
    ("'=cmd|'/c calc'!A1", "'@SUM(1)", '-5', 'N4 - N3')
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """The text that was guarded.

    Examples
    --------
    >>> [unguarded(guarded(text)) for text in ("=1+1", "'=1+1", "it's", "'quoted'", "")]
    ['=1+1', "'=1+1", "it's", "'quoted'", '']
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def guarded_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """A table for a CSV file, with every text guarded.

    Examples
    --------
    >>> import pandas as pd
    >>> guarded_frame(pd.DataFrame({"who": ["+a"], "built": [-2.0]})).to_dict("list")
    {'who': ["'+a"], 'built': [-2.0]}
    """
    texts = [c for c in frame.columns if frame[c].dtype.kind not in "biuf"]
    return frame.assign(
        **{c: [guarded(v) if isinstance(v, str) else v for v in frame[c]] for c in texts}
    )
