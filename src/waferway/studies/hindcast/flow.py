"""From packaging starts to sales: lag, stock and write-downs, quarter by quarter.

Owns the recursion, vectorised over draws. Lags are spread as the planner spreads them
(`waferway.calendar.lag_shares`). The slow twin is in tests/reference/hindcast_flow.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.calendar import Calendar, lag_shares
from waferway.errors import RangeError

__all__ = ["Flow", "flow"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Flow:
    """States of finished goods.

    Attributes
    ----------
    arrivals, sales, stock, written_down : array, shape (N, C, T), packages
        Arrived at the seller, sold, left at the end of the quarter, written down in it.
    """

    arrivals: Floats
    sales: Floats
    stock: Floats
    written_down: Floats


def flow(
    starts: ArrayLike,
    lag_days: ArrayLike,
    sold_share: ArrayLike,
    writedown: ArrayLike,
    calendar: Calendar,
    lost: ArrayLike | None = None,
) -> Flow:
    """Sales that follow from packaging starts.

    Parameters
    ----------
    starts : array, shape (N, C, T), packages
        Started in each period of the calendar, by draw and chip.
    lag_days : array, shape (N,), day, at least 0
        Packaging start to arrival; whole days are used.
    sold_share : array, broadcast to (N, C, T), between 0 and 1
        Share of what is at hand that is sold in the quarter.
    writedown : array, shape (N,), between 0 and 1
        Share of what was left unsold that is written down.
    calendar : Calendar
        T periods.
    lost : array of bool, shape (N, C, T), optional
        Where a product can no longer be sold: all stock is written down.

    Returns
    -------
    Flow
        In each quarter: stock before + arrivals = sales + written down + stock after.

    Raises
    ------
    RangeError
        If shapes disagree or a share leaves 0 to 1.

    Examples
    --------
    >>> cal = Calendar.build("2024Q1", "quarter", "2024Q2")
    >>> flow([[[91.0, 0.0]]], [91], 1.0, [0.0], cal).sales.round(1).tolist()
    [[[0.0, 91.0]]]
    """
    begun = np.asarray(starts, dtype=float)
    if begun.ndim != 3 or begun.shape[2] != len(calendar):
        raise RangeError(f"starts have shape {begun.shape}; the calendar has {len(calendar)} "
                         "periods")  # fmt: skip
    draws, _, periods = begun.shape
    days = np.rint(np.broadcast_to(np.asarray(lag_days, dtype=float), (draws,))).astype(int)
    sold = np.broadcast_to(np.asarray(sold_share, dtype=float), begun.shape)
    gone = np.broadcast_to(np.asarray(writedown, dtype=float), (draws,))
    if np.any((sold < 0) | (sold > 1)) or np.any((gone < 0) | (gone > 1)):
        raise RangeError("shares sold and written down must be between 0 and 1")
    kernels = {day: lag_shares(calendar, float(day)) for day in np.unique(days).tolist()}
    spread = np.stack([kernels[day] for day in days.tolist()])
    arrivals = np.einsum("ncs,nst->nct", begun, spread)
    ended = np.zeros(begun.shape, dtype=bool) if lost is None else np.asarray(lost, dtype=bool)
    sales, stock, down = (np.zeros_like(begun) for _ in range(3))
    held = np.zeros(begun.shape[:2])
    for t in range(periods):
        at_hand = held + arrivals[:, :, t]
        sales[:, :, t] = np.where(ended[:, :, t], 0.0, sold[:, :, t] * at_hand)
        left = at_hand - sales[:, :, t]
        down[:, :, t] = np.where(ended[:, :, t], left, gone[:, None] * left)
        held = left - down[:, :, t]
        stock[:, :, t] = held
    return Flow(arrivals, sales, stock, down)
