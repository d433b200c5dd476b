"""Everything of a project that does not depend on its debt.

Owns the arrays, time first, that the waterfall walks through: operating cash, working capital,
book and tax depreciation by date of service, awards, leases. Service dates differ between
scenarios: schedules are looked up by period of service, so that no scenario is looped over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.calendar import Calendar
from waferway.finance.money import Money, plain
from waferway.finance.project import Asset, Financing, Project

__all__ = ["Schedules", "build_schedules", "elapsed_years", "spread_life", "spread_tax"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Schedules:
    """Arrays of shape (T, S), money per period or at its end.

    Attributes
    ----------
    years : array, shape (T,)
        Length of each period.
    tax_year : integer array, shape (T,)
    year_end : boolean array, shape (T,)
        Last period of its tax year within the calendar.
    operation : integer array, shape (S,)
    flows : dict of str to array
        See `build_schedules`.
    """

    years: Floats
    tax_year: Ints
    year_end: NDArray[np.bool_]
    operation: Ints
    flows: dict[str, Floats]


def elapsed_years(calendar: Calendar) -> Floats:
    """Years from the start of the calendar to each period boundary, shape (T + 1,)."""
    return np.concatenate([[0.0], np.cumsum(calendar.months)]) / 12.0


def spread_life(boundaries: Floats, life_years: float) -> Floats:
    """Straight line by period of service: row s starts at boundary s; shape (T + 1, T).

    Examples
    --------
    >>> spread_life(np.array([0.0, 0.5, 1.0, 1.5]), 1.0)[1].tolist()
    [0.0, 0.5, 0.5]
    """
    start = boundaries[:, None]
    low = np.maximum(boundaries[None, :-1], start)
    high = np.minimum(boundaries[None, 1:], start + life_years)
    return np.asarray(np.clip(high - low, 0.0, None) / life_years)


def spread_tax(calendar: Calendar, shares: Floats) -> Floats:
    """Yearly tax shares by period of service: row s serves from period s; shape (T + 1, T).

    The share of a year is spread over its periods in service by their length; the first year's
    over those from service on.
    """
    tax_year = np.array([span.start.year for span in calendar])
    months = calendar.months
    count = len(calendar)
    out = np.zeros((count + 1, count))
    for s in range(count):
        age = tax_year - tax_year[s]
        live = (np.arange(count) >= s) & (age < len(shares))
        for k in np.unique(age[live]):
            here = live & (age == k)
            out[s, here] = shares[k] * months[here] / months[here].sum()
    return out


def _time_first(value: ArrayLike | Money, periods: int, count: int) -> Floats:
    array = np.asarray(plain(value), dtype=float)
    if array.ndim < 2:
        array = np.broadcast_to(array, (1, periods)) if array.ndim else np.full((1, periods), array)
    return np.array(np.broadcast_to(array, (count, periods)).T, order="C")


def _each(value: ArrayLike, count: int) -> Floats:
    return np.array(np.broadcast_to(np.asarray(value, dtype=float), (count,)))


def _steps(level: Floats) -> Floats:
    return np.diff(level, axis=0, prepend=0.0)


def build_schedules(project: Project, financing: Financing, count: int) -> Schedules:
    """Precompute a project for `count` scenarios.

    Flows: revenue, cost (with change of stock), receipts and payments of operation in cash,
    working-capital balances, capex paid, gross cost recognised, capex owed, book and tax
    depreciation, awards (recognised, refunded in cash, against tax, taxable, permanent
    difference), leases, disposal, and the amortisation shares of financing cost.
    """
    calendar = project.calendar
    periods = len(calendar)
    boundaries = elapsed_years(calendar)
    days = np.array([span.days for span in calendar], dtype=float)[:, None]
    flows: dict[str, Floats] = {}
    revenue = _time_first(project.revenue, periods, count)
    cost = _time_first(project.operating_cost, periods, count)
    received = _time_first(project.prepayment_received, periods, count)
    credited = _time_first(project.prepayment_credited, periods, count)
    receivables = (revenue - credited) * project.receivable_days / days
    payables = cost * project.payable_days / days
    inventory = cost * project.inventory_days / days
    if project.winds_up:
        receivables[-1] = payables[-1] = inventory[-1] = 0.0
    flows |= {
        "revenue": revenue, "cost_of_sales": cost - _steps(inventory), "receivables": receivables,
        "payables": payables, "inventory": inventory,
        "unearned_prepayments": np.cumsum(received - credited, axis=0),
        "operating_receipts": revenue - credited + received - _steps(receivables),
        "operating_payments": cost - _steps(payables),
        "tax_rate": _time_first(project.tax_rate, periods, count),
    }  # fmt: skip
    services = [_service(asset, periods, count) for asset in project.assets]
    if project.operation is not None:
        operation = np.minimum(_each(project.operation, count).astype(np.int64), periods)
    else:
        operation = np.minimum.reduce(services) if services else np.zeros(count, dtype=np.int64)
    _add_assets(project, services, flows, boundaries, count)
    _add_leases(project, flows, boundaries, count)
    life = spread_life(boundaries, financing.financing_life_years)
    flows["financing_shares"] = np.ascontiguousarray(life[operation].T)
    tax_year = np.array([span.start.year for span in calendar], dtype=np.int64)
    year_end = np.append(tax_year[1:] != tax_year[:-1], True)
    return Schedules(np.diff(boundaries), tax_year, year_end, operation, flows)


def _service(asset: Asset, periods: int, count: int) -> Ints:
    when = np.broadcast_to(np.asarray(asset.service, dtype=np.int64), (count,))
    return np.asarray(np.minimum(when, periods))


def _add_assets(
    project: Project, services: list[Ints], flows: dict[str, Floats], boundaries: Floats, count: int
) -> None:
    calendar = project.calendar
    periods = len(calendar)
    names = (
        "capex", "gross_cost", "capex_owed", "book_depreciation", "tax_depreciation",
        "award_recognised", "award_refunded", "award_credit", "award_taxable",
        "permanent_difference", "salvage", "tax_value_sold", "book_value_sold",
    )  # fmt: skip
    for name in names:
        flows[name] = np.zeros((periods, count))
    when = np.arange(periods)[:, None]
    everyone = np.arange(count)
    for asset, service in zip(project.assets, services, strict=True):
        paid = _time_first(asset.payments, periods, count)
        total = paid.sum(axis=0)
        inside = service < periods
        award = np.where(inside, _each(asset.award, count), 0.0)
        reduction = np.where(inside, _each(asset.tax_basis_reduction, count), 0.0)
        live = when >= service
        gross = np.where(live, total, np.cumsum(paid, axis=0))
        book_shares = spread_life(boundaries, asset.book_life_years)[service].T
        tax_rows = spread_tax(calendar, np.asarray(asset.tax_shares, dtype=float))
        book = (total - award) * book_shares
        tax = (total - reduction) * tax_rows[service].T
        permanent = (award * (not asset.award_taxable) - reduction) * book_shares
        flows["capex"] += paid
        flows["gross_cost"] += gross
        flows["capex_owed"] += gross - np.cumsum(paid, axis=0)
        flows["award_recognised"][service[inside], everyone[inside]] += award[inside]
        if asset.award_taxable:
            flows["award_taxable"][service[inside], everyone[inside]] += award[inside]
        if asset.award_refundable:
            cash_at = service + asset.award_lag_periods
            arrives = cash_at < periods
            flows["award_refunded"][cash_at[arrives], everyone[arrives]] += award[arrives]
        else:
            flows["award_credit"][service[inside], everyone[inside]] += award[inside]
        if project.winds_up:
            sold = np.where(inside, _each(asset.salvage, count), 0.0)
            flows["salvage"][-1] += sold
            # what is never put into service is written off with the rest
            spent = np.where(inside, total - award, total)
            flows["book_value_sold"][-1] += spent - book.sum(axis=0)
            flows["tax_value_sold"][-1] += np.where(inside, total - reduction, total) - tax.sum(
                axis=0
            )
            whole = award * (not asset.award_taxable) - reduction
            permanent[-1] += whole - permanent.sum(axis=0)
        flows["book_depreciation"] += book
        flows["tax_depreciation"] += tax
        flows["permanent_difference"] += permanent


def _add_leases(project: Project, flows: dict[str, Floats], boundaries: Floats, count: int) -> None:
    periods = len(project.calendar)
    rows = {name: np.zeros(periods) for name in
            ("lease_payments", "lease_interest", "lease_depreciation", "lease_liability",
             "right_of_use")}  # fmt: skip
    lengths = np.diff(boundaries)
    for lease in project.leases:
        paid = np.asarray(plain(lease.payments), dtype=float)
        rate = np.expm1(lengths * np.log1p(lease.rate))
        opening = np.zeros(periods)
        balance = 0.0
        for t in range(periods - 1, lease.start - 1, -1):
            balance = (balance + paid[t]) / (1.0 + rate[t])
            opening[t] = balance
        last = int(np.flatnonzero(paid).max(initial=lease.start))
        span = boundaries[last + 1] - boundaries[lease.start]
        wear = np.zeros(periods)
        wear[lease.start : last + 1] = balance * lengths[lease.start : last + 1] / span
        live = np.arange(periods) >= lease.start
        rows["lease_payments"] += paid
        rows["lease_interest"] += opening * rate
        rows["lease_depreciation"] += wear
        rows["lease_liability"] += np.append(opening[1:], 0.0) * live
        rows["right_of_use"] += np.where(live, balance - np.cumsum(wear), 0.0)
    for name, row in rows.items():
        flows[name] = np.repeat(row[:, None], count, axis=1)
