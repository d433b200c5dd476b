"""The unconditional predictions as a file, and its hash.

Owns the bytes: sorted as predicted, four significant digits, plain line ends.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd

from waferway.errors import Fault, Faults, InputError, OutputExists, Place
from waferway.studies.hindcast.files import lines_of, read_table
from waferway.studies.hindcast.rows import COLUMNS

__all__ = [
    "check_hash",
    "freeze",
    "frozen_predictions",
    "predictions_text",
    "read_predictions",
    "sha256_of",
    "with_new_lines",
]


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


def with_new_lines(text: str, predictions: pd.DataFrame) -> str:
    """Frozen predictions with lines added for what they do not hold yet.

    Parameters
    ----------
    text : str
        A file of predictions; its bytes stay as they are, at the start.
    predictions : DataFrame

    Returns
    -------
    str

    Examples
    --------
    >>> row = {"metric": "units", "subject": "amd", "period": "2025", "unit": "package"}
    >>> both = pd.DataFrame([row | dict.fromkeys(COLUMNS[4:], 1.0),
    ...                      row | {"subject": "intel"} | dict.fromkeys(COLUMNS[4:], 2.0)])
    >>> with_new_lines(predictions_text(both.iloc[:1]), both).splitlines()[2]
    'units,intel,2025,package,2,2,2,2,2'
    """
    held = {tuple(line.split(",")[:3]) for line in text.splitlines()[1:]}
    lines = predictions_text(predictions).splitlines()[1:]
    fresh = [line for line in lines if tuple(line.split(",")[:3]) not in held]
    return text + "".join(f"{line}\n" for line in fresh)


def frozen_predictions(
    folder: Path, predictions: pd.DataFrame, force: bool = False, add: bool = False,
    name: str = "predictions-2025.csv",
) -> Path:  # fmt: skip
    """Write predictions and their hash beside them.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    predictions : DataFrame
    force : bool
        Whether frozen predictions may be replaced.
    add : bool
        Whether lines may be added to frozen predictions, which stay byte for byte.
    name : str
        Of the file.

    Returns
    -------
    Path
        The file of predictions; the hash file has the form that ``sha256sum --check`` reads.

    Raises
    ------
    OutputExists
        If predictions are frozen there, and neither `force` nor `add` is true.
    """
    text = predictions_text(predictions)
    path = folder / name
    if path.exists() and add and not force:
        text = with_new_lines(path.read_bytes().decode(), predictions)
    elif path.exists() and not force:
        raise OutputExists(f"{path} exists: predictions are frozen; pass --add to add lines of "
                           "what they do not hold, --force to replace them")  # fmt: skip
    return freeze(path, text, force=True)


def freeze(path: Path, text: str, force: bool = False) -> Path:
    """Write a text and, beside it, its hash in the form that ``sha256sum --check`` reads.

    Raises
    ------
    OutputExists
        If the file exists and `force` is false.
    """
    if path.exists() and not force:
        raise OutputExists(f"{path} exists: it is frozen; pass --force to replace it")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    beside = path.with_name(f"{path.name}.sha256")
    beside.write_bytes(f"{sha256_of(text)}  {path.name}\n".encode())
    return path


def check_hash(path: Path | str) -> None:
    """Compare a frozen file with the hash beside it, if there is one.

    Raises
    ------
    InputError
        If they differ: the file is not what was frozen.
    """
    beside = Path(f"{path}.sha256")
    if not beside.is_file():
        return
    stated = (beside.read_text(encoding="utf-8").split() or [""])[0]
    found = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    if stated != found:
        raise InputError(
            [Fault(Place(str(path)), "is not the file that was frozen",
                   f"its SHA-256 begins {found[:12]}, {beside.name} states {stated[:12] or 'none'}",
                   "restore the file, or move it away from that hash to score it as it is",
                   kind="hash")], "nothing was scored",
        )  # fmt: skip


def read_predictions(path: Path | str) -> pd.DataFrame:
    """Predictions from a file that `frozen_predictions` wrote.

    Raises
    ------
    InputError
        If it is no such file; with every missing column, every row whose quantiles are not
        above 0 or cross; if the hash beside it is that of another file.
    """
    frame = read_table(path, "nothing was scored")
    faults = Faults()
    for column in COLUMNS:
        if column not in frame.columns:
            wanted = "predictions have the columns " + ", ".join(COLUMNS)
            faults.add(Place(str(path), 1), f"there is no column {column}", wanted, kind="column")
    faults.raise_any("nothing was scored")
    names = list(COLUMNS[4:])
    frame[names] = frame[names].apply(pd.to_numeric, errors="coerce")
    for line, row in zip(lines_of(path), frame.to_dict("records"), strict=False):
        cut = [float(row[name]) for name in names]
        if not all(0 < value < float("inf") for value in cut):
            why, what = "scores are of logarithms", "has a quantile that is no number above 0"
        elif cut != sorted(cut):
            why, what = "p05, p25, p50, p75, p95 must not fall", "has quantiles that cross"
        else:
            continue
        name = f"{row['metric']} {row['subject']} {row['period']}"
        faults.add(Place(str(path), line), f"{name} {what}", why, kind="quantile")
    faults.raise_any("nothing was scored")
    check_hash(path)
    return frame
