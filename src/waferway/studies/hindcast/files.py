"""Reading the CSV files of the hindcast: what cannot be read is told with its place."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd

from waferway.errors import Fault, InputError, Place

__all__ = ["lines_of", "read_table"]


def read_table(path: Path | str, outcome: str) -> pd.DataFrame:
    """A CSV as text cells and numbers.

    Parameters
    ----------
    path : Path
    outcome : str
        What did not happen if it cannot be read, for example ``nothing was scored``.

    Returns
    -------
    DataFrame

    Raises
    ------
    InputError
        If the file is not there, is no CSV in UTF-8, or holds no row.
    """
    try:
        frame = pd.read_csv(path, dtype={"subject": str, "period": str, "metric": str,
                                         "quarter": str}, encoding="utf-8")  # fmt: skip
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as why:
        reason = (why.strerror if isinstance(why, OSError) else None) or str(why).strip()
        raise InputError(
            [Fault(Place(str(path)), "is no CSV file that can be read", reason,
                   "give a CSV in UTF-8 with a header", kind="file")], outcome,
        ) from None  # fmt: skip
    if frame.empty:
        raise InputError(
            [Fault(Place(str(path)), "holds no row", "", "add rows below the header",
                   kind="file")], outcome,
        )  # fmt: skip
    return frame


def lines_of(path: Path | str) -> list[int]:
    """Line of the file at which each row of `read_table` begins, blank lines left out."""
    with Path(path).open(encoding="utf-8", newline="") as handle:
        rows = csv.reader(handle)
        found, before = [], 0
        for row in rows:
            if row:
                found.append(before + 1)
            before = rows.line_num
    return found[1:]
