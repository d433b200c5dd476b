"""`waferway hindcast score`: predictions against outcomes, and against naive rivals.

Owns proper scores of quantile predictions. A wide band costs its width, so that it cannot win
by covering everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from waferway.errors import Fault, Faults, InputError, Place, nearest
from waferway.studies.hindcast.files import read_table
from waferway.studies.hindcast.keys import Unused, keys_text, split_outcomes, unit_slips
from waferway.studies.hindcast.rows import QUANTILES

__all__ = ["Score", "interval_score", "read_outcomes", "score", "weighted_interval_score"]

Floats = NDArray[np.float64]
KEY = ["metric", "subject", "period"]
NAMES = [f"p{q * 100:02.0f}" for q in QUANTILES]
Z = {0.05: -1.6448536269514722, 0.25: -0.6744897501960817, 0.5: 0.0}
Z80 = 1.2815515655446004
MOST_LISTED = 8


def interval_score(low: ArrayLike, high: ArrayLike, outcome: ArrayLike, alpha: float) -> Floats:
    """Width of an interval plus 2 / alpha times the distance of an outcome outside it.

    Source
    ------
    Gneiting & Raftery 2007, Journal of the American Statistical Association 102(477), eq. 43.

    Examples
    --------
    >>> interval_score([1.0, 1.0], [2.0, 2.0], [1.5, 2.5], 0.1).tolist()
    [1.0, 11.0]
    """
    a, b = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    y = np.asarray(outcome, dtype=float)
    return np.asarray((b - a) + 2.0 / alpha * (np.maximum(a - y, 0.0) + np.maximum(y - b, 0.0)))


def weighted_interval_score(quantiles: ArrayLike, outcome: ArrayLike) -> Floats:
    """Weighted interval score of five quantiles: the CRPS they know of.

    Parameters
    ----------
    quantiles : array, shape (..., 5)
        5, 25, 50, 75, 95 %.
    outcome : array, shape (...)

    Returns
    -------
    array, shape (...)
        (|y - median| / 2 + sum of alpha / 2 times the interval scores at 50 and 90 %) / 2.5.
        It tends to the continuous ranked probability score as quantiles are added.

    Source
    ------
    Bracher, Ray, Gneiting & Reich 2021, PLOS Computational Biology 17(2), eq. 2.

    Examples
    --------
    >>> weighted_interval_score([1.0, 1.0, 1.0, 1.0, 1.0], 3.0).round(6).tolist()
    2.0
    """
    q, y = np.asarray(quantiles, dtype=float), np.asarray(outcome, dtype=float)
    total = 0.5 * np.abs(y - q[..., 2])
    for low, high, alpha in ((1, 3, 0.5), (0, 4, 0.1)):
        total = total + alpha / 2.0 * interval_score(q[..., low], q[..., high], y, alpha)
    return np.asarray(total / 2.5)


@dataclass(frozen=True)
class Score:
    """How predictions did.

    Attributes
    ----------
    summary : DataFrame
        Index (metric, forecaster); columns cells, log_error (median absolute), bias (mean log
        of predicted over outcome), cover50, cover80, cover90, wis (mean weighted interval score
        of logarithms, the CRPS in relative terms), wis_units (mean, in the unit of the metric),
        interval90 (mean interval score of logarithms).
    cells : DataFrame
        One row per forecaster and outcome.
    unmatched : tuple of str
        Outcomes that a rival does not predict, by forecaster.
    unused : tuple of Unused
        Outcomes that the hindcast does not predict: they are not scored.
    unit_warnings : tuple of str
        Outcomes whose unit is in doubt; they are scored as they stand.
    companions : tuple of str
        Forecasters that are scored but are no rivals.
    notes : tuple of str
        What a reader must know of how a forecaster was scored.
    """

    summary: pd.DataFrame
    cells: pd.DataFrame
    unmatched: tuple[str, ...]
    unused: tuple[Unused, ...] = ()
    unit_warnings: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def better(self) -> bool | None:
        """Whether the hindcast scores better than each rival, over the cells all predict.

        None where no rival predicts any of the outcomes: it is not judged. The network alone and
        the plan are no rivals.
        """
        if "all" not in self.summary.index.get_level_values("metric"):
            return None
        total = self.summary.xs("all", level="metric")["wis"]
        rivals = [value for name, value in total.items()
                  if name != "hindcast" and name not in self.companions]  # fmt: skip
        return bool(all(total["hindcast"] < value for value in rivals)) if rivals else None

    def to_json(self) -> dict[str, Any]:
        """Plain data; missing numbers are null."""
        rows = self.summary.reset_index().to_dict(orient="records")
        cells = self.cells.to_dict(orient="records")
        return {"better_than_rivals": self.better, "summary": [_plain(r) for r in rows],
                "cells": [_plain(r) for r in cells], "unmatched": list(self.unmatched),
                "unused": [vars(u) for u in self.unused],
                "unit_warnings": list(self.unit_warnings), "notes": list(self.notes)}  # fmt: skip

    def __str__(self) -> str:
        lines = ["Score of logarithms (lower is better), errors and coverage",
                 f"{'':<30}{'cells':>6}{'score':>8}{'error':>8}{'bias':>8}{'50 %':>6}{'80 %':>6}"
                 f"{'90 %':>6}"]  # fmt: skip
        for (metric, name), row in self.summary.iterrows():
            label = f"{metric} {name}"
            lines.append(
                f"{label:<30}{row['cells']:>6.0f}{row['wis']:>8.3f}{row['log_error']:>8.3f}"
                f"{row['bias']:>8.3f}{row['cover50']:>6.0%}{row['cover80']:>6.0%}"
                f"{row['cover90']:>6.0%}"
            )
        if self.unused:
            used = len(self.cells[self.cells["forecaster"] == "hindcast"])
            given = used + len(self.unused)
            lines += ["", f"{len(self.unused)} of {given} outcomes were not used: nothing "
                      "predicts them", *_listed(self.unused)]  # fmt: skip
        if self.unit_warnings:
            lines += ["", "units in doubt; these outcomes were scored as they stand",
                      *_listed(self.unit_warnings)]  # fmt: skip
        if self.unmatched:
            lines += ["", "no rival for", *_listed(self.unmatched)]
        if self.notes:
            lines += ["", *(line for note in self.notes for line in wrap(note, 78))]
        verdict = {
            None: "not judged: no rival predicts any of these outcomes",
            True: "better than both rivals",
            False: "not better than both rivals",
        }
        lines += ["", f"The hindcast is {verdict[self.better]}."]
        return "\n".join(lines)


def score(
    forecasts: Mapping[str, pd.DataFrame], outcomes: pd.DataFrame,
    companions: Sequence[str] = (), notes: Sequence[str] = (),
) -> Score:  # fmt: skip
    """Score predictions and their rivals on the same outcomes.

    Parameters
    ----------
    forecasts : mapping of str to DataFrame
        Predictions by forecaster; the first is ``hindcast``.
    outcomes : DataFrame
        metric, subject, period, value, above 0; stated_unit, where the file gives one.
    companions : sequence of str
        Forecasters that are no rivals.
    notes : sequence of str

    Returns
    -------
    Score
        Totals (``all``) are over cells that the hindcast and every rival predict, so that none
        wins by leaving out what is hard; a companion that predicts fewer shows fewer cells.

    Raises
    ------
    InputError
        If the hindcast predicts none of the outcomes; with the nearest keys, and all keys.
    """
    ours = next(iter(forecasts.values()))
    outcomes, unused = split_outcomes(outcomes, ours)
    if outcomes.empty:
        near = "; ".join(str(one) for one in unused[:MOST_LISTED])
        raise InputError(
            [Fault(Place("outcomes"), f"the hindcast predicts none of these {len(unused)} outcomes",
                   near, "the keys are " + keys_text(ours).replace("\n", ". "), kind="outcome")],
            "nothing was scored",
        )  # fmt: skip
    parts, unmatched = [], []
    for name, predicted in forecasts.items():
        joined = outcomes.merge(predicted, on=KEY, how="left")
        missing = joined["p50"].isna()
        if name not in companions:
            unmatched += [f"{name}: {' '.join(row)}" for row in joined.loc[missing, KEY].to_numpy()]
        parts.append(_cells(name, joined[~missing]))
    slips = unit_slips(outcomes.merge(ours, on=KEY))
    cells = pd.concat([part for part in parts if len(part)], ignore_index=True)
    judged = cells[~cells["forecaster"].isin(list(companions))]
    counted = judged.groupby(KEY)["forecaster"].nunique()
    whole = counted[counted == len(forecasts) - len(companions)].index
    common = pd.MultiIndex.from_frame(cells[KEY]).isin(whole)
    table = {}
    for metric in dict.fromkeys(cells["metric"]):
        for name in forecasts:
            mine = cells[(cells["metric"] == metric) & (cells["forecaster"] == name)]
            if len(mine):
                table[metric, name] = _summary(mine)
    for name in forecasts:
        mine = cells[common & (cells["forecaster"] == name)]
        if len(mine):
            table["all", name] = _summary(mine)
    summary = pd.DataFrame(table).T
    summary.index = pd.MultiIndex.from_tuples(table, names=["metric", "forecaster"])
    return Score(summary, cells, tuple(unmatched), unused, slips, tuple(companions), tuple(notes))


def _listed(items: Sequence[object]) -> list[str]:
    more = len(items) - MOST_LISTED
    lines = []
    for item in items[:MOST_LISTED]:
        lines += wrap(str(item), 78, initial_indent="  ", subsequent_indent="    ")
    return [*lines, *([f"  and {more} more"] if more > 0 else [])]


def _cells(name: str, joined: pd.DataFrame) -> pd.DataFrame:
    quantiles = joined[NAMES].to_numpy(dtype=float)
    logs, outcome = np.log(quantiles), joined["value"].to_numpy(dtype=float)
    y = np.log(outcome)
    # 10 and 90 % between the quantiles known, straight in normal deviates
    share = (Z80 + Z[0.25]) / (Z[0.25] - Z[0.05])
    low80 = logs[:, 1] + (logs[:, 0] - logs[:, 1]) * share
    high80 = logs[:, 3] + (logs[:, 4] - logs[:, 3]) * share
    out = joined[[*KEY]].copy()
    out.insert(0, "forecaster", name)
    out["outcome"] = outcome
    out["p50"] = quantiles[:, 2]
    out["log_error"] = logs[:, 2] - y
    out["in50"] = (logs[:, 1] <= y) & (y <= logs[:, 3])
    out["in80"] = (low80 <= y) & (y <= high80)
    out["in90"] = (logs[:, 0] <= y) & (y <= logs[:, 4])
    out["wis"] = weighted_interval_score(logs, y)
    out["wis_units"] = weighted_interval_score(quantiles, outcome)
    out["interval90"] = interval_score(logs[:, 0], logs[:, 4], y, 0.1)
    return out


def _summary(cells: pd.DataFrame) -> dict[str, float]:
    return {
        "cells": float(len(cells)), "log_error": float(cells["log_error"].abs().median()),
        "bias": float(cells["log_error"].mean()), "cover50": float(cells["in50"].mean()),
        "cover80": float(cells["in80"].mean()), "cover90": float(cells["in90"].mean()),
        "wis": float(cells["wis"].mean()), "wis_units": float(cells["wis_units"].mean()),
        "interval90": float(cells["interval90"].mean()),
    }  # fmt: skip


def read_outcomes(path: Path | str) -> pd.DataFrame:
    """Outcomes from a CSV.

    Parameters
    ----------
    path : Path
        Columns metric, subject, period, value; a column unit is compared with that of the
        prediction, further ones are ignored.

    Returns
    -------
    DataFrame
        metric, subject, period, value, and stated_unit where the file has a column unit.

    Raises
    ------
    InputError
        With every fault at once: missing columns, values that are not positive numbers,
        repeated cells. Rows with other keys than those of predictions are no fault here: `score`
        tells of them.
    """
    frame = read_table(path, "nothing was scored")
    faults, where = Faults(), str(path)
    for column in (*KEY, "value"):
        if column not in frame.columns:
            near = nearest(column, frame.columns)
            faults.add(Place(where, 1), f"there is no column {column}",
                       "outcomes have the columns metric, subject, period, value",
                       f"did you mean {near[0]}?" if near else "", kind="column")  # fmt: skip
    faults.raise_any("nothing was scored")
    frame["value"] = pd.to_numeric(frame["value"], errors="coerce")
    for key in KEY:
        frame[key] = frame[key].astype(str).str.strip()
    for line, row in enumerate(frame.to_dict("records"), start=2):
        if not 0 < row["value"] < np.inf:
            faults.add(Place(where, line), f"the value of {row['metric']} {row['subject']} "
                       f"{row['period']} is no number above 0", "scores are of logarithms",
                       kind="value")  # fmt: skip
    for key in frame.loc[frame.duplicated(KEY), KEY].to_numpy():
        faults.add(Place(where), f"{' '.join(key)} stands twice", "", "keep one", kind="repeat")
    faults.raise_any("nothing was scored")
    found = frame[[*KEY, "value"]]
    return found.assign(stated_unit=frame["unit"]) if "unit" in frame.columns else found


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(k): None if isinstance(v, float) and v != v
            else bool(v) if isinstance(v, np.bool_) else v for k, v in row.items()}  # fmt: skip
