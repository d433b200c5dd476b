"""What is fitted to 2024 over what the planner's network says: its measured error.

Owns the table of factors, product by product, with the quarters that each rests on.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from waferway.calendar import Calendar
from waferway.studies.hindcast.calibration import content_factors, fit_lag, lag_quarters
from waferway.studies.hindcast.history import CHIPS, QUARTERS, History
from waferway.studies.hindcast.network_content import Content

__all__ = ["fitted_factors"]


def fitted_factors(history: History, content: Content) -> pd.DataFrame:
    """Factors of the calibrated hindcast, all of 2024 known.

    Parameters
    ----------
    history : History
    content : Content

    Returns
    -------
    DataFrame
        component (logic wafers, HBM dollars, packages sold, lag), chip, factor (outcome over
        network; of lag: days fitted over days of the network), quarters.

    Examples
    --------
    >>> from waferway.atlas import world
    >>> from waferway.evidence.dated import shipped
    >>> from waferway.studies.hindcast.admission import Reader
    >>> from waferway.studies.hindcast.history import read_history
    >>> from waferway.studies.hindcast.network_content import content_of
    >>> past = read_history(Reader(shipped("waferway.studies")))
    >>> found = fitted_factors(past, content_of(world()))
    >>> sorted(found["component"].unique())
    ['HBM dollars', 'lag', 'logic wafers', 'packages sold']
    """
    wafers = history.parts["packaging"]
    rows = []
    for label, kind, rate in (("logic wafers", "logic", content.logic),
                              ("HBM dollars", "hbm", content.hbm)):  # fmt: skip
        used = history.parts[kind]
        known = (used > 0) & (wafers > 0) & (rate[:, None] > 0)
        rows += _rows(label, content_factors(used, wafers, rate), known)
    calendar = Calendar.build(QUARTERS[0], "quarter", QUARTERS[-1])
    begun = wafers * content.packages[:, None]
    fit = fit_lag(begun, history.units, content.weight, calendar)
    rows += _rows("packages sold", fit.factor,
                  lag_quarters(begun, history.units, calendar, fit.days))  # fmt: skip
    days = f"{fit.days:.0f} days fitted, {content.cycle_days:.0f} in the network"
    rows.append({"component": "lag", "chip": "all", "factor": fit.days / content.cycle_days,
                 "quarters": days})  # fmt: skip
    return pd.DataFrame(rows)


def _rows(
    label: str, factors: NDArray[np.float64], known: NDArray[np.bool_]
) -> list[dict[str, object]]:
    return [
        {"component": label, "chip": chip, "factor": float(factor),
         "quarters": ", ".join(q for q, seen in zip(QUARTERS, mine, strict=True) if seen)}
        for chip, factor, mine in zip(CHIPS, factors, known, strict=True) if mine.any()
    ]  # fmt: skip
