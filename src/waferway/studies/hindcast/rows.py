"""Lines of predictions: quantiles of draws, rounded the same everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["COLUMNS", "QUANTILES", "quantile_row", "short"]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
COLUMNS = ("metric", "subject", "period", "unit", "p05", "p25", "p50", "p75", "p95")


def quantile_row(
    metric: str, subject: str, period: str, unit: str, draws: ArrayLike
) -> dict[str, Any]:
    """One line of predictions: quantiles to four significant digits.

    Examples
    --------
    >>> quantile_row("units", "amd", "2025Q1", "package", [1.0, 2.0, 3.0])["p50"]
    2.0
    """
    cut = np.quantile(np.asarray(draws, dtype=float), QUANTILES)
    values = {f"p{q * 100:02.0f}": float(f"{v:.4g}") for q, v in zip(QUANTILES, cut, strict=True)}
    return {"metric": metric, "subject": subject, "period": period, "unit": unit} | values


def short(value: float) -> str:
    """A number for people: 1.23 M."""
    for size, sign in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g} {sign}"
    return f"{value:.3g}"
