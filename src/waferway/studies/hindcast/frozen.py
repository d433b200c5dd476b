"""The unconditional predictions as a file, and its hash.

Owns the bytes: sorted as predicted, four significant digits, plain line ends.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd

from waferway.errors import Faults, OutputExists, Place
from waferway.studies.hindcast.files import read_table
from waferway.studies.hindcast.rows import COLUMNS

__all__ = ["frozen_predictions", "predictions_text", "read_predictions", "sha256_of"]


def predictions_text(predictions: pd.DataFrame) -> str:
    """Predictions as CSV text, the same bytes everywhere."""
    lines = [",".join(COLUMNS)]
    for row in predictions[list(COLUMNS)].to_dict("records"):
        cells = [str(row[name]) for name in COLUMNS[:4]]
        lines.append(",".join([*cells, *(f"{row[name]:.10g}" for name in COLUMNS[4:])]))
    return "\n".join(lines) + "\n"


def sha256_of(text: str) -> str:
    """Hash of the text of a file of predictions.

    Examples
    --------
    >>> sha256_of("")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(text.encode()).hexdigest()


def frozen_predictions(folder: Path, predictions: pd.DataFrame, force: bool = False) -> Path:
    """Write ``predictions-2025.csv`` and ``predictions-2025.csv.sha256``.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    predictions : DataFrame
    force : bool
        Whether frozen predictions may be replaced.

    Returns
    -------
    Path
        The file of predictions; the hash file has the form that ``sha256sum --check`` reads.

    Raises
    ------
    OutputExists
        If predictions are frozen there and `force` is false.
    """
    text = predictions_text(predictions)
    path = folder / "predictions-2025.csv"
    if path.exists() and not force:
        raise OutputExists(f"{path} exists: predictions are frozen; pass --force to replace them")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    beside = folder / f"{path.name}.sha256"
    beside.write_bytes(f"{sha256_of(text)}  {path.name}\n".encode())
    return path


def read_predictions(path: Path | str) -> pd.DataFrame:
    """Predictions from a file that `frozen_predictions` wrote.

    Raises
    ------
    InputError
        If it is no such file; with every missing column.
    """
    frame = read_table(path, "nothing was scored")
    faults = Faults()
    for column in COLUMNS:
        if column not in frame.columns:
            wanted = "predictions have the columns " + ", ".join(COLUMNS)
            faults.add(Place(str(path), 1), f"there is no column {column}", wanted, kind="column")
    faults.raise_any("nothing was scored")
    return frame
