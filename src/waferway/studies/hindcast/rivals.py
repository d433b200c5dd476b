"""Two naive rivals, each with a distribution from its own past errors.

Owns last value and log-linear trend. They see the same outcomes to the cut as the hindcast.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from waferway.errors import RangeError
from waferway.studies.hindcast.admission import Reader
from waferway.studies.hindcast.history import CHIPS, DESIGNERS, History
from waferway.studies.hindcast.revenue_series import revenue_series
from waferway.studies.hindcast.rival_draws import last_value_paths, log_trend_paths
from waferway.studies.hindcast.rows import COLUMNS, QUANTILES, quantile_row

__all__ = ["RIVALS", "last_value", "log_trend", "rival_predictions"]

Floats = NDArray[np.float64]
RIVALS = ("last_value", "log_trend")
SEED = 2024


def last_value(series: ArrayLike, steps: int) -> Floats:
    """Quantiles of the value some steps ahead if nothing changes.

    Parameters
    ----------
    series : array, shape (H,), above 0, H at least 3
    steps : int, at least 1

    Returns
    -------
    array, shape (5,)
        5, 25, 50, 75, 95 %: the last value times exp(t s sqrt(steps)), s the root mean square
        of past one-step errors and t Student's with as many degrees of freedom as errors.

    Examples
    --------
    >>> last_value([1.0, 1.1, 1.0], 1).round(2).tolist()[2]
    1.0
    """
    from scipy.stats import t as student

    logs = _logs(series)
    errors = np.diff(logs)
    spread = float(np.sqrt(np.mean(errors**2)) * np.sqrt(steps))
    return np.asarray(np.exp(logs[-1] + spread * student.ppf(QUANTILES, df=len(errors))))


def log_trend(series: ArrayLike, steps: int) -> Floats:
    """Quantiles of the value some steps ahead along a line through the logarithms.

    Parameters
    ----------
    series : array, shape (H,), above 0, H at least 3
    steps : int, at least 1

    Returns
    -------
    array, shape (5,)
        Predictive distribution of the regression: Student's t with H - 2 degrees of freedom,
        residual spread times sqrt(1 + 1/H + leverage).

    Examples
    --------
    >>> log_trend([1.0, 2.0, 4.0, 8.0], 1).round(2).tolist()[2]
    16.0
    """
    from scipy.stats import t as student

    logs = _logs(series)
    x = np.arange(len(logs), dtype=float)
    slope, level = np.polyfit(x, logs, 1)
    left = logs - level - slope * x
    spread = max(float(np.sqrt((left**2).sum() / (len(logs) - 2))), 0.02)
    at = len(logs) - 1.0 + steps
    lever = np.sqrt(1 + 1 / len(logs) + (at - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum())
    wide = spread * lever * student.ppf(QUANTILES, df=len(logs) - 2)
    return np.asarray(np.exp(level + slope * at + wide))


def rival_predictions(
    history: History, weight: Floats, reader: Reader | None = None
) -> pd.DataFrame:
    """Predictions of both rivals, by designer, quarter and year, in total, and by maker.

    Parameters
    ----------
    history : History
    weight : array, shape (C,)
        H100 equivalents a package.
    reader : Reader, optional
        Of the claims on revenue; without it no revenue is predicted.

    Returns
    -------
    DataFrame
        As `Hindcast.predictions`, with a column ``rival``. Years and ``all`` are sums of draws;
        designers err independently.
    """
    owner = np.array([DESIGNERS.index(d) for d in CHIPS.values()])
    metrics = {
        "logic_wafers": (history.designer_parts["logic"], "wafer:logic"),
        "packaging_wafers": (history.designer_parts["packaging"], "wafer:cowos"),
        "hbm_usd": (history.designer_parts["hbm"], "USD"),
        "units": (_by(owner, history.units), "package"),
        "compute_h100e": (_by(owner, history.units * weight[:, None]), "h100e-8bit-dense"),
    }
    rows = []
    for metric, (values, unit) in metrics.items():
        for d, designer in enumerate(DESIGNERS):
            for steps in range(1, 5):
                for rival, rule in (("last_value", last_value), ("log_trend", log_trend)):
                    cut = rule(values[d], steps)
                    rows.append({
                        "rival": rival, "metric": metric, "subject": designer,
                        "period": f"2025Q{steps}", "unit": unit,
                        **dict(zip(COLUMNS[4:], [float(f"{v:.4g}") for v in cut], strict=True)),
                    })  # fmt: skip
        rows += _sums(metric, values, unit)
    series = {} if reader is None else revenue_series(reader, history)
    for (subject, period), (values, ahead) in series.items():
        for rival, rule in (("last_value", last_value), ("log_trend", log_trend)):
            # quarters that err together: quantiles of the year are sums of theirs
            cut = np.sum([rule(values, steps) for steps in ahead], axis=0)
            rows.append({
                "rival": rival, "metric": "revenue_usd", "subject": subject, "period": period,
                "unit": "USD",
                **dict(zip(COLUMNS[4:], [float(f"{v:.4g}") for v in cut], strict=True)),
            })  # fmt: skip
    return pd.DataFrame(rows)


def _sums(metric: str, values: Floats, unit: str) -> list[dict[str, Any]]:
    """Years by designer, and quarters and year of all, from paths of both rivals."""
    rows = []
    for rival, rule in (("last_value", last_value_paths), ("log_trend", log_trend_paths)):
        paths = np.stack([rule(values[d], 4, SEED, f"{rival} {metric} {designer}")
                          for d, designer in enumerate(DESIGNERS)])  # fmt: skip
        cells = {(designer, "2025"): paths[d].sum(axis=1) for d, designer in enumerate(DESIGNERS)}
        whole = paths.sum(axis=0)
        cells |= {("all", f"2025Q{t + 1}"): whole[:, t] for t in range(4)}
        cells["all", "2025"] = whole.sum(axis=1)
        rows += [{"rival": rival} | quantile_row(metric, subject, period, unit, draws)
                 for (subject, period), draws in cells.items()]  # fmt: skip
    return rows


def _by(owner: NDArray[np.int64], values: Floats) -> Floats:
    return np.stack([values[owner == d].sum(axis=0) for d in range(len(DESIGNERS))])


def _logs(series: ArrayLike) -> Floats:
    values = np.asarray(series, dtype=float)
    if values.ndim != 1 or len(values) < 3 or not np.all(values > 0):
        raise RangeError("a rival needs at least three positive values in a row")
    logs: Floats = np.log(values)
    return logs
