"""When capital is spent, when a fab opens, how it ramps, and what a slip costs.

Owns the cumulative curves of spending, retention and contingency, the dates of construction by
country, the ramp between installed, qualified and usable capacity, and the step from awarded
incentives to the assets of a project. Refuses statements.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.calendar import Calendar
from waferway.errors import Faults, Place, RangeError
from waferway.evidence.claims import Evidence
from waferway.evidence.dated import in_force, shipped
from waferway.finance.incentives import Award
from waferway.finance.project import Asset

__all__ = [
    "beta_curve",
    "construction_days",
    "logistic_curve",
    "service_dates",
    "spend",
    "usable_output",
    "with_awards",
]

Floats = NDArray[np.float64]


def logistic_curve(steepness: float = 8.0, middle: float = 0.5, points: int = 1001) -> Floats:
    """Cumulative share of spending over the build, as an S from 0 to 1.

    Parameters
    ----------
    steepness : float, above 0
    middle : float, between 0 and 1
        Share of the build at which spending is fastest.
    points : int
        Even points over the build.

    Examples
    --------
    >>> logistic_curve(points=3).round(6).tolist()
    [0.0, 0.5, 1.0]
    """
    if not steepness > 0 or not 0 < middle < 1:
        raise RangeError("steepness must be above 0 and middle between 0 and 1")
    raw = 1.0 / (1.0 + np.exp(-steepness * (np.linspace(0, 1, points) - middle)))
    return np.asarray((raw - raw[0]) / (raw[-1] - raw[0]))


def beta_curve(a: float, b: float, points: int = 1001) -> Floats:
    """Cumulative share of spending by a beta distribution over the build.

    Parameters
    ----------
    a, b : float, at least 1
        (2, 2) is an even S; a above b spends late.

    Examples
    --------
    >>> beta_curve(2, 2, 3).round(4).tolist()
    [0.0, 0.5, 1.0]
    """
    if not (a >= 1 and b >= 1):
        raise RangeError("a and b must be at least 1")
    from scipy.special import betainc

    return np.asarray(betainc(a, b, np.linspace(0, 1, points)))


def spend(
    total: ArrayLike,
    calendar: Calendar,
    start: ArrayLike,
    end: ArrayLike,
    curve: ArrayLike,
    *,
    deposit_share: float = 0.0,
    deposit_days: float = 0.0,
    retention_share: float = 0.0,
    retention_days: float = 0.0,
) -> Floats:
    """Payments by period for work that runs between two dates along a curve.

    Parameters
    ----------
    total : float or array, shape (S,), money, at least 0
        With contingency where it is drawn.
    calendar : Calendar
    start, end : datetime64[D], scalar or shape (S,)
        First and last day of the work; end after start.
    curve : array, shape (N,), cumulative share over the work, from 0 to 1
        `logistic_curve`, `beta_curve`, or one's own.
    deposit_share : float, 0 to 1
        Paid `deposit_days` before the start: commitment comes before payment for tools.
    retention_share : float, 0 to 1
        Of every payment, held back until `retention_days` after the end.

    Returns
    -------
    array, shape (T,) or (S, T), money

    Raises
    ------
    RangeError
        If money would fall outside the calendar: nothing is dropped silently.

    Examples
    --------
    >>> paid = spend(100.0, Calendar.build("2025", "year", "2027"), np.datetime64("2025-01-01"),
    ...              np.datetime64("2027-01-01"), [0.0, 1.0])
    >>> paid.round(3).tolist()
    [50.0, 50.0, 0.0]
    """
    money = np.asarray(total, dtype=float)
    first = np.asarray(start, dtype="datetime64[D]").astype(np.int64).astype(float)
    last = np.asarray(end, dtype="datetime64[D]").astype(np.int64).astype(float)
    shape = np.asarray(curve, dtype=float)
    if not (money >= 0).all() or not (last > first).all():
        raise RangeError("total must be at least 0 and the end after the start")
    if shape[0] != 0 or abs(shape[-1] - 1) > 1e-12 or (np.diff(shape) < 0).any():
        raise RangeError("curve must rise from 0 to 1")
    shares = (deposit_share, retention_share)
    if not all(0 <= share <= 1 for share in shares) or min(deposit_days, retention_days) < 0:
        raise RangeError("shares lie between 0 and 1, days are at least 0")
    epoch = np.datetime64("1970-01-01")
    edges = np.array([np.datetime64(p.start) for p in calendar] + [np.datetime64(calendar.end)])
    days = (edges - epoch).astype(float)
    count = np.broadcast_shapes(money.shape, first.shape, last.shape)
    money, first, last = (np.broadcast_to(v, count).reshape(-1) for v in (money, first, last))
    grid = np.linspace(0, 1, len(shape))
    out = np.empty((len(money), len(calendar)))
    for s in range(len(money)):  # one interpolation per scenario; the curve itself is shared
        progress = np.interp((days - first[s]) / (last[s] - first[s]), grid, shape)
        work = (1.0 - deposit_share) * (1.0 - retention_share) * np.diff(progress)
        for share, when in (
            (deposit_share, first[s] - deposit_days),
            ((1.0 - deposit_share) * retention_share, last[s] + retention_days),
        ):
            at = int(np.searchsorted(days, when, side="right")) - 1
            if share and not 0 <= at < len(work):
                raise RangeError("a payment falls outside the calendar; extend it")
            if share:
                work[at] += share
        if abs(work.sum() - 1.0) > 1e-9:
            raise RangeError(
                f"{100 * (1 - work.sum()):.3g} % of the money falls outside the calendar; extend it"
            )
        out[s] = money[s] * work
    return out.reshape(*count, len(calendar))


def construction_days(
    country: str, when: dt.date, evidence: Evidence | None = None
) -> tuple[float, str]:
    """Days from start of construction to production in a country, and the claim behind it.

    Parameters
    ----------
    country : str
        ISO code of two letters.
    when : date
        Day on which construction starts; the claim in force on it counts.
    evidence : Evidence, optional
        Default: what is shipped.

    Returns
    -------
    days : float
    claim_id : str

    Examples
    --------
    >>> construction_days("JP", dt.date(2024, 6, 1))
    (584.0, 'fin-build-jp')
    """
    facts = evidence or shipped("waferway.finance")
    claim = in_force(facts, f"country:{country}", "construction_to_production", when)
    return claim.central or 0.0, claim.claim_id


def service_dates(
    construction_start: ArrayLike, days: ArrayLike, calendar: Calendar, slip_days: ArrayLike = 0.0
) -> tuple[NDArray[np.datetime64], NDArray[np.int64]]:
    """Dates of service, and the period of each: T where it lies beyond the calendar.

    Parameters
    ----------
    construction_start : array of dates
    days : array, days, at least 0
        From start of construction to service.
    calendar : Calendar
    slip_days : array, days
        Added to `days`.

    Returns
    -------
    dates : array of dates
    at : array of int
        Period of each date.

    Raises
    ------
    RangeError
        If a date lies before the calendar, or the time is negative.

    Examples
    --------
    >>> cal = Calendar.build("2025Q1", "quarter", "2027Q4")
    >>> dates, at = service_dates(np.datetime64("2025-01-01"), 736.0, cal, [0, 90])
    >>> dates.astype(str).tolist(), at.tolist()
    (['2027-01-07', '2027-04-07'], [8, 9])
    """
    delay = np.rint(np.asarray(days, dtype=float) + np.asarray(slip_days, dtype=float))
    if not (delay >= 0).all():
        raise RangeError("construction cannot take less than no time")
    start = np.asarray(construction_start, dtype="datetime64[D]")
    dates = start + delay.astype("timedelta64[D]")
    edges = np.array([np.datetime64(p.start) for p in calendar] + [np.datetime64(calendar.end)])
    at = np.searchsorted(edges, dates, side="right") - 1
    if (at < 0).any():
        raise RangeError(f"service before the calendar starts on {calendar.start}")
    return dates, np.asarray(at, dtype=np.int64)


def usable_output(
    installed: ArrayLike,
    qualified_share: ArrayLike,
    good_fraction: ArrayLike,
    utilisation: ArrayLike,
    demand: ArrayLike,
) -> Floats:
    """Output that earns: min(demand, installed x qualified x good x utilisation).

    Installed, qualified and usable capacity are three curves, never one.

    Parameters
    ----------
    installed : array, units a period
    qualified_share, good_fraction, utilisation : array, 0 to 1
    demand : array, units a period

    Returns
    -------
    array, units a period

    Raises
    ------
    RangeError
        If a share leaves 0 to 1.

    Examples
    --------
    >>> usable_output([100.0, 100.0], [0.2, 1.0], 0.9, 0.95, 60.0).round(2).tolist()
    [17.1, 60.0]
    """
    shares = [np.asarray(v, dtype=float) for v in (qualified_share, good_fraction, utilisation)]
    for name, value in zip(("qualified_share", "good_fraction", "utilisation"), shares,
                           strict=True):  # fmt: skip
        if not ((value >= 0) & (value <= 1)).all():
            raise RangeError(f"{name} lies between 0 and 1 (0.95 means 95 %)")
    made = np.asarray(installed, dtype=float) * shares[0] * shares[1] * shares[2]
    return np.asarray(np.minimum(made, np.asarray(demand, dtype=float)))


def with_awards(asset: Asset, awards: Sequence[Award], lot: int, calendar: Calendar) -> Asset:
    """The asset with what its lot has been awarded.

    Parameters
    ----------
    asset : Asset
    awards : sequence of Award
        From `waferway.finance.incentives.award`.
    lot : int
        Index of the asset among the lots.
    calendar : Calendar
        Turns the lag in days into whole periods, rounded up: cash never comes early.

    Raises
    ------
    InputError
        If awards to one asset differ in how they are paid or taxed: split the asset.
    """
    faults = Faults()
    live = [one for one in awards if one.amount[..., lot].any()]
    for one in live[1:]:
        for term in ("taxable", "refundable", "lag_days"):
            if getattr(one, term) != getattr(live[0], term):
                faults.add(
                    Place(f"asset {asset.name}"),
                    f"{live[0].name} and {one.name} differ in {term}",
                    "one asset keeps one way of paying its awards",
                    "split the asset into lots, one for each award",
                    kind="award",
                )
    faults.raise_any("no asset was changed")
    if not live:
        return asset
    shortest = min(span.days for span in calendar)
    return replace(
        asset,
        award=sum(one.amount[..., lot] for one in live),
        tax_basis_reduction=sum(one.basis_reduction[..., lot] for one in live),
        award_taxable=live[0].taxable,
        award_refundable=live[0].refundable,
        award_lag_periods=int(np.ceil(live[0].lag_days / shortest)),
    )
