"""Quarters that were left out: how far each forecaster was off, and whether that tells them apart.

Owns the measures and the words; the predictions are made in `leave_one_out`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from waferway.streams import stream
from waferway.studies.hindcast.history import PARTS
from waferway.studies.hindcast.scoring import weighted_interval_score

__all__ = ["GOAL", "SURE", "LeftOut", "chance_better"]

Floats = NDArray[np.float64]
Z90, Z80 = 1.6448536269514722, 1.2815515655446004
FIVE = np.array([-Z90, -0.6744897501960817, 0.0, 0.6744897501960817, Z90])
GOAL = 0.15
"""Largest median absolute error of a metric."""
SURE = 0.95
"""Chance of being better from which two forecasters count as told apart."""
FORECASTERS = {"predicted": "hindcast", "network_alone": "network alone",
               "last_value": "last value", "log_trend": "log trend"}  # fmt: skip
RIVALS = ("last_value", "log_trend")


@dataclass(frozen=True)
class LeftOut:
    """Predictions of quarters that were left out.

    Attributes
    ----------
    frame : DataFrame
        metric, designer, quarter, outcome, predicted, network_alone (fitted factors at 1),
        last_value, log_trend, spread (standard deviation of the logarithm of what is predicted,
        calibrated or not), in_source_band.
    past_only : bool
        Whether only the quarters before were used.
    factors : DataFrame, optional
        chip, component, factor, quarters: what was fitted to 2024, for the page.
    """

    frame: pd.DataFrame
    past_only: bool = False
    factors: pd.DataFrame | None = None

    def _part(self, metric: str) -> pd.DataFrame:
        return self.frame if metric == "all" else self.frame[self.frame["metric"] == metric]

    def errors(self) -> pd.DataFrame:
        """Median absolute error, bias, coverage, and the errors of the others.

        Returns
        -------
        DataFrame
            Index the metric and ``all``; columns predicted, network_alone, last_value, log_trend
            (medians of absolute relative errors), log_error (median absolute log error), bias
            (mean log error), cover80, cover90 (share of outcomes inside the interval),
            in_source_band (share of predictions inside the source's own 90 % band), cells.
        """
        table, rows = self.table(), {}
        for metric in (*PARTS, "all"):
            ours = table.loc[metric, "hindcast"]
            rows[metric] = {
                **{name: float(table.loc[(metric, label), "error"])
                   for name, label in FORECASTERS.items()},
                **{name: float(ours[name]) for name in ("log_error", "bias", "cover80", "cover90")},
                "in_source_band": float(self._part(metric)["in_source_band"].mean()),
                "cells": int(ours["cells"]),
            }  # fmt: skip
        return pd.DataFrame(rows).T

    def table(self) -> pd.DataFrame:
        """The same measures for every forecaster.

        Returns
        -------
        DataFrame
            Index (metric, forecaster); error (median absolute, relative), log_error, bias,
            cover80, cover90, score (mean weighted interval score of logarithms), cells. Rivals
            state no band here: their coverage and score are missing.
        """
        rows = {}
        for metric in (*PARTS, "all"):
            part = self._part(metric)
            for name, label in FORECASTERS.items():
                off = np.log(part[name] / part["outcome"])
                row = {"error": float((part[name] / part["outcome"] - 1.0).abs().median()),
                       "log_error": float(off.abs().median()), "bias": float(off.mean()),
                       "cover80": np.nan, "cover90": np.nan, "score": np.nan,
                       "cells": float(len(part))}  # fmt: skip
                if name not in RIVALS:
                    wide = part["spread"].to_numpy()
                    bands = off.to_numpy()[:, None] + wide[:, None] * FIVE
                    row |= {
                        "cover80": float((off.abs() <= Z80 * wide).mean()),
                        "cover90": float((off.abs() <= Z90 * wide).mean()),
                        "score": float(weighted_interval_score(bands, np.zeros(len(off))).mean()),
                    }
                rows[metric, label] = row
        found = pd.DataFrame(rows).T
        found.index = found.index.set_names(["metric", "forecaster"])
        return found

    def comparisons(self, seed: int = 2024) -> pd.DataFrame:
        """Whether few cells can tell the hindcast, or the network alone, from the rivals.

        Returns
        -------
        DataFrame
            metric, forecaster, rival, won (cells in which the forecaster errs less), cells,
            p_better (`chance_better`), distinguishable (p_better at least 0.95, or at most
            0.05).
        """
        rows = []
        for metric in (*PARTS, "all"):
            part = self._part(metric)
            off = {name: (part[name] / part["outcome"] - 1.0).abs().to_numpy()
                   for name in FORECASTERS}  # fmt: skip
            for name in ("predicted", "network_alone"):
                for rival in RIVALS:
                    chance = chance_better(off[name], off[rival], seed)
                    rows.append({
                        "metric": metric, "forecaster": FORECASTERS[name],
                        "rival": FORECASTERS[rival], "won": int((off[name] < off[rival]).sum()),
                        "cells": len(part), "p_better": chance,
                        "distinguishable": bool(chance >= SURE or chance <= 1.0 - SURE),
                    })  # fmt: skip
        return pd.DataFrame(rows)

    def designers(self, metric: str) -> pd.DataFrame:
        """Median absolute error of each forecaster by designer: four cells each."""
        part = self._part(metric)
        off = pd.DataFrame({label: (part[name] / part["outcome"] - 1.0).abs()
                            for name, label in FORECASTERS.items()})  # fmt: skip
        return off.groupby(part["designer"], sort=False).median()

    @property
    def passed(self) -> bool:
        """Whether each metric is within 15 % and better than both rivals."""
        table = self.errors().loc[list(PARTS)]
        beaten = table[list(RIVALS)].min(axis=1) > table["predicted"]
        return bool((table["predicted"] <= GOAL).all() and beaten.all())

    def to_json(self) -> dict[str, Any]:
        """Plain data; missing numbers are null."""
        plain = self.table().reset_index().astype(object)
        plain = plain.where(plain.notna(), None)
        return {
            "passed": self.passed, "goal": GOAL, "past_only": self.past_only,
            "errors": self.errors().rename_axis("metric").reset_index().to_dict(orient="records"),
            "forecasters": plain.to_dict(orient="records"),
            "comparisons": self.comparisons().to_dict(orient="records"),
            "packaging_by_designer": self.designers("packaging").reset_index().to_dict(
                orient="records"),
            "factors": [] if self.factors is None else self.factors.to_dict(orient="records"),
            "cells": self.frame.to_dict(orient="records"),
        }  # fmt: skip

    def __str__(self) -> str:
        what = "Quarters of 2024 from those before" if self.past_only else (
            "Leave one quarter of 2024 out")  # fmt: skip
        lines = [f"{what}: median absolute error by designer and quarter",
                 f"{'':<11}{'':<14}{'error':>7}{'bias':>8}{'in 80 %':>9}{'in 90 %':>9}"
                 f"{'score':>8}{'cells':>7}"]  # fmt: skip
        before = ""
        for (metric, label), r in self.table().iterrows():
            known = np.isfinite(r["score"])
            tail = f"{r['cover80']:>9.0%}{r['cover90']:>9.0%}{r['score']:>8.3f}" if known else (
                f"{'-':>9}{'-':>9}{'-':>8}")  # fmt: skip
            name = metric if metric != before else ""
            lines.append(f"{name!s:<11}{label!s:<14}{r['error']:>7.1%}{r['bias']:>8.1%}{tail}"
                         f"{r['cells']:>7.0f}")  # fmt: skip
            before = metric
        lines += ["", "Told apart by so few cells? Chance of the lower error, cells drawn anew",
                  f"  {'':<11}{'':<15}{'than':<11}{'chance':>7}{'won':>10}"]  # fmt: skip
        for row in self.comparisons().to_dict("records"):
            words = "" if row["distinguishable"] else "  not distinguishable"
            won = f"{row['won']} of {row['cells']}"
            lines.append(f"  {row['metric']:<11}{row['forecaster']:<15}{row['rival']:<11}"
                         f"{row['p_better']:>7.2f}{won:>10}{words}")  # fmt: skip
        labels = "".join(f"{label:>15}" for label in FORECASTERS.values())
        lines += ["", "Packaging by designer, median absolute error", f"  {'':<10}{labels}"]
        for designer, row in self.designers("packaging").iterrows():
            cells = "".join(f"{row[label]:>15.1%}" for label in FORECASTERS.values())
            lines.append(f"  {designer!s:<10}{cells}")
        if self.factors is not None:
            lines += ["", *_factor_lines(self.factors)]
        return "\n".join(lines)


def chance_better(ours: Floats, theirs: Floats, seed: int, draws: int = 10_000) -> float:
    """Chance that a median error is the lower one, when the cells are drawn anew.

    Parameters
    ----------
    ours, theirs : array, shape (cells,)
        Absolute errors of two forecasters in the same cells.
    seed, draws : int

    Returns
    -------
    float
        Share of bootstrap samples of cells with the lower median; a tie counts half.

    Examples
    --------
    >>> chance_better(np.array([1.0, 1.0]), np.array([1.0, 1.0]), 1)
    0.5
    """
    pick = stream(seed, "hindcast", "bootstrap").integers(0, len(ours), (draws, len(ours)))
    mine, other = np.median(ours[pick], axis=1), np.median(theirs[pick], axis=1)
    return float((mine < other).mean() + 0.5 * (mine == other).mean())


def _factor_lines(factors: pd.DataFrame) -> list[str]:
    lines = ["Fitted to 2024: outcome over the network's recipes (network alone: 1)"]
    for row in factors.to_dict("records"):
        lines.append(f"  {row['component']:<18}{row['chip']:<12}{row['factor']:>7.3f}  "
                     f"{row['quarters']}")  # fmt: skip
    return lines
