"""What is scored beside the hindcast without being its rival: the network alone, and the plan.

Owns reading the frozen plan and giving it a spread, so that it can be scored with the same rule.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from waferway.errors import Faults, Place
from waferway.studies.hindcast.files import lines_of, read_table
from waferway.studies.hindcast.frozen import check_hash
from waferway.studies.hindcast.plan_forecast import PLAN_COLUMNS
from waferway.studies.hindcast.rows import COLUMNS

__all__ = ["NETWORK_ALONE", "PLAN", "floored", "plan_as_forecast", "read_plan"]

NETWORK_ALONE, PLAN = "network alone", "plan"
FLOOR = 0.01
"""A plan that makes nothing is scored as if it made a hundredth of the hindcast's median."""
KEY = ["metric", "subject", "period"]


def read_plan(path: Path | str) -> pd.DataFrame:
    """A plan that `waferway hindcast plan --freeze` wrote.

    Raises
    ------
    InputError
        If it is no such file, a value is below 0, or the hash beside it is another one.
    """
    frame = read_table(path, "nothing was scored")
    faults, where = Faults(), str(path)
    for column in PLAN_COLUMNS:
        if column not in frame.columns:
            wanted = "a plan has the columns " + ", ".join(PLAN_COLUMNS)
            faults.add(Place(where, 1), f"there is no column {column}", wanted, kind="column")
    faults.raise_any("nothing was scored")
    values = pd.to_numeric(frame["value"], errors="coerce")
    for line, value in zip(lines_of(path), values, strict=False):
        if not 0 <= value < np.inf:
            faults.add(Place(where, line), "the value is no number of at least 0", "",
                       "write it anew: waferway hindcast plan --freeze", kind="value")  # fmt: skip
    faults.raise_any("nothing was scored")
    check_hash(path)
    return frame.assign(value=values)


def plan_as_forecast(plan: pd.DataFrame, hindcast: pd.DataFrame) -> pd.DataFrame:
    """A plan with the relative spread of the hindcast around it, in the form of predictions.

    Parameters
    ----------
    plan : DataFrame
        metric, subject, period, unit, value.
    hindcast : DataFrame

    Returns
    -------
    DataFrame
        Quantiles are the value times those of the hindcast over its median. A value below a
        hundredth of the hindcast's median, 0 among them, is raised to it: logarithms of nothing
        have no score.
    """
    both = hindcast.merge(plan[[*KEY, "value"]], on=KEY)
    middle = np.maximum(both["value"], FLOOR * both["p50"])
    out = both[list(COLUMNS)].copy()
    for name in COLUMNS[4:]:
        out[name] = middle * both[name] / both["p50"]
    return out


def floored(plan: pd.DataFrame, hindcast: pd.DataFrame) -> int:
    """Cells of a plan that are scored at the floor."""
    both = hindcast.merge(plan[[*KEY, "value"]], on=KEY)
    return int((both["value"] < FLOOR * both["p50"]).sum())
