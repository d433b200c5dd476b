"""The supply of a year as a file gives it, and the check that its units are the right ones.

Owns reading Epoch AI's component supply columns. A number far from the last known quarter is
refused by its place: a wrong unit (billions for dollars, a month for a quarter) looks like that.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from waferway.errors import Faults, Place, nearest
from waferway.evidence.dated import shipped
from waferway.studies.hindcast.admission import Reader
from waferway.studies.hindcast.files import lines_of, read_table
from waferway.studies.hindcast.outlook import AHEAD

__all__ = ["FEWEST_TIMES", "KINDS", "MOST_TIMES", "read_supply"]

KINDS = {
    "logic": ("logic_supply_wafers", "logic", "wafers a quarter"),
    "packaging": ("cowos_supply_wafers", "cowos", "wafers a quarter"),
    "hbm": ("hbm_supply_usd", "hbm", "US dollars a quarter"),
}
"""Column, name among the claims, and unit of each supply."""
BANDS = ("p5", "p50", "p95")
FEWEST_TIMES = {"p5": 1.0 / 3.0, "p50": 0.5, "p95": 0.5}
MOST_TIMES = 5.0
"""Times the supply of 2024Q4 beyond which a number is taken for one in another unit.

A half, not a third: a growing supply given by month lies between the two.
"""


def read_supply(path: Path | str, insist: bool = False) -> pd.DataFrame:
    """Supply by quarter from a CSV with the columns of Epoch AI's component supply table.

    Parameters
    ----------
    path : Path
        Columns ``quarter`` (``Q1 2025`` or ``2025Q1``), and for each of
        ``logic_supply_wafers``, ``cowos_supply_wafers`` (wafers a quarter), ``hbm_supply_usd``
        (US dollars a quarter) the suffixes ``_p5``, ``_p50``, ``_p95``; further columns and
        other years are ignored.
    insist : bool
        Whether numbers far from 2024Q4 are taken as they stand.

    Returns
    -------
    DataFrame
        Index the four quarters of 2025; columns KIND_p5, KIND_p50, KIND_p95 for logic,
        packaging, hbm. Quarters that the file does not give are NaN: their supply is drawn as
        it could be seen at the cut.

    Raises
    ------
    InputError
        With every missing column, quarter or impossible number at once; and, unless `insist`,
        every number below half (p5: a third) or above five times that of 2024Q4.
    """
    frame = read_table(path, "no supply was read")
    faults, where = Faults(), str(path)
    _check_columns(frame, faults, where)
    header = list(frame.columns)
    quarters = [_quarter(str(q)) for q in frame["quarter"]]
    lines = dict(zip(quarters, lines_of(path), strict=False))
    _check_quarters(quarters, faults, where)
    frame.index = pd.Index(quarters, name="quarter")
    chosen = frame.reindex(list(AHEAD))
    out = pd.DataFrame(index=chosen.index)
    for kind, (name, _, _) in KINDS.items():
        for q in BANDS:
            out[f"{kind}_{q}"] = pd.to_numeric(chosen[f"{name}_{q}"], errors="coerce")
    last = _last_known()
    for quarter in AHEAD:
        if quarter in lines:
            _check_row(out.loc[quarter], quarter, header, lines[quarter], last, insist,
                       faults, where)  # fmt: skip
    faults.raise_any("no supply was read")
    return out


def _check_columns(frame: pd.DataFrame, faults: Faults, where: str) -> None:
    wanted = ["quarter", *(f"{n}_{q}" for n, _, _ in KINDS.values() for q in BANDS)]
    for column in wanted:
        if column not in frame.columns:
            near = nearest(column, frame.columns)
            faults.add(Place(where, 1), f"there is no column {column}",
                       "a supply file has the columns of Epoch AI's component supply table",
                       f"did you mean {near[0]}?" if near else "", kind="column")  # fmt: skip
    faults.raise_any("no supply was read")


def _check_quarters(quarters: list[str], faults: Faults, where: str) -> None:
    counts = {quarter: quarters.count(quarter) for quarter in AHEAD}
    for quarter, count in counts.items():
        if count > 1:
            faults.add(Place(where), f"{quarter} stands {count} times", "", "keep one row",
                       kind="quarter")  # fmt: skip
    if not any(counts.values()):
        faults.add(Place(where), "no quarter of 2025 is given",
                   f"it gives {', '.join(quarters[:6])}",
                   "write quarters as Q1 2025 or 2025Q1", kind="quarter")  # fmt: skip
    faults.raise_any("no supply was read")


def _check_row(
    row: pd.Series, quarter: str, header: list[str], line: int, last: Mapping[str, float],
    insist: bool, faults: Faults, where: str,
) -> None:  # fmt: skip
    """Faults of one quarter: no ascending positive numbers, or a unit that cannot be right."""
    for kind, (name, _, unit) in KINDS.items():
        low, mid, high = (float(row[f"{kind}_{q}"]) for q in BANDS)
        if not 0 < low <= mid <= high < np.inf:
            faults.add(Place(where, line, header.index(f"{name}_p5") + 1),
                       f"{name} of {quarter} is {low:g}, {mid:g}, {high:g}",
                       "p5, p50, p95 must be above 0 and ascend", kind="value")  # fmt: skip
            continue
        if insist:
            continue
        for q, value in zip(BANDS, (low, mid, high), strict=True):
            if FEWEST_TIMES[q] <= value / last[kind] <= MOST_TIMES:
                continue
            faults.add(
                Place(where, line, header.index(f"{name}_{q}") + 1),
                f"{name}_{q} of {quarter} is {value:g}",
                f"the unit is {unit}, and 2024Q4 had {last[kind]:g}: this is "
                f"{value / last[kind]:.3g} times as much",
                f"{_guess(kind, value / last[kind])}; if the number is right, pass --insist",
                kind="unit",
            )  # fmt: skip


def _guess(kind: str, times: float) -> str:
    """What may have gone wrong with a number so many times that of the last quarter."""
    if times < 1e-4:
        scale = "billions" if times < 1e-7 else "millions" if kind == "hbm" else "thousands"
        return f"is it in {scale}? give the number in full"
    if times < FEWEST_TIMES["p50"]:
        return "is it by month, or in thousands? give the whole quarter, in full"
    return "is it by year, or another unit? give the quarter"


def _last_known() -> dict[str, float]:
    reader = Reader(shipped("waferway.studies"))
    return {kind: reader.best(f"supply.{key}.2024Q4") for kind, (_, key, _) in KINDS.items()}


def _quarter(text: str) -> str:
    parts = text.replace("-", " ").split()
    if len(parts) == 2 and parts[0].startswith("Q"):
        return f"{parts[1]}{parts[0]}"
    return "".join(parts)
