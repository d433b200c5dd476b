"""Sizes and repayment profiles of loans, from one walk of the accounts to the next.

Owns a step of the fixed point: debt costs interest, interest moves tax and uses, these move debt.
Arrays are of shape (T, S): periods by scenarios.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from waferway.finance.debt import sculpt
from waferway.finance.money import period_rate
from waferway.finance.project import Financing, Project
from waferway.finance.schedules import Schedules, elapsed_years
from waferway.finance.waterfall import LoanPlan, Walk

__all__ = ["first_plans", "first_uses", "resize"]

Floats = NDArray[np.float64]


def first_plans(
    project: Project, financing: Financing, schedules: Schedules, count: int
) -> list[LoanPlan]:
    """Loans before the first walk: fixed or geared to the spending, with a first profile."""
    periods = len(schedules.years)
    flows = schedules.flows
    building = np.arange(periods)[:, None] < schedules.operation
    spend = np.where(building, flows["capex"] - flows["award_refunded"], 0.0).sum(axis=0)
    plans = []
    for loan in financing.loans:
        annual = np.asarray(loan.rate, dtype=float)
        if annual.ndim == 2:
            annual = annual.T
        elif annual.ndim == 1:
            annual = annual[:, None]
        rate = np.broadcast_to(period_rate(annual, schedules.years[:, None]), (periods, count))
        idle = period_rate(loan.commitment_fee, schedules.years[:, None])
        window = _windows(project, schedules, loan.tenor_years, loan.grace_years)
        if loan.facility is not None:
            facility = np.array(np.broadcast_to(np.asarray(loan.facility, dtype=float), (count,)))
        elif loan.gearing is not None:
            facility = loan.gearing * np.maximum(spend, 0.0)
        else:
            facility = np.zeros(count)
        shares = _shares(loan.profile, window, rate)
        plan = LoanPlan(facility, np.array(rate), idle, shares, np.zeros((periods, count)), window)
        plan.ahead = _ahead(plan, loan.reserve_periods)
        plans.append(plan)
    return plans


def first_uses(schedules: Schedules, plans: list[LoanPlan]) -> Floats:
    """What construction needs before interest is known, by scenario, money."""
    building = np.arange(len(schedules.years))[:, None] < schedules.operation
    spend = np.where(building, schedules.flows["capex"], 0.0).sum(axis=0)
    lent = sum((plan.facility for plan in plans), np.zeros(len(spend)))
    return np.asarray(np.maximum(spend, lent))


def resize(
    financing: Financing,
    schedules: Schedules,
    plans: list[LoanPlan],
    result: Walk,
    uses: Floats,
    memory: dict[int, tuple[Floats, Floats]],
) -> float:
    """New sizes and schedules from the last walk; returns the largest relative change."""
    change = 0.0
    scale = np.maximum(np.maximum(result.uses, uses), 1e-300)
    order = sorted(range(len(plans)), key=lambda k: financing.loans[k].rank)
    cash = result.lines["cfads"].copy()
    running = np.arange(len(schedules.years))[:, None] >= schedules.operation
    for k in order:
        loan, plan = financing.loans[k], plans[k]
        old, old_shares = plan.facility, plan.shares
        if loan.gearing is not None:
            wanted = loan.gearing * result.uses
            plan.facility = _secant(memory, k, old, wanted)
        elif loan.target_dscr is not None:
            window = plan.window
            able = np.where((window > 0) & running, np.maximum(cash, 0.0) / loan.target_dscr, 0.0)
            if loan.profile != "sculpted":
                # the weakest period sets the level of a fixed profile
                unit = plan.shares + plan.rate * np.maximum(
                    1.0 - np.concatenate([np.zeros((1, plan.shares.shape[1])),
                                          np.cumsum(plan.shares, axis=0)[:-1]]), 0.0)  # fmt: skip
                live = (plan.shares > 0) & (window > 0)
                ratio = np.where(live, able / np.where(live, unit, 1.0), np.inf).min(axis=0)
                size = np.where(np.isfinite(ratio), ratio, 0.0)
            else:
                active = np.where(window > 0, plan.rate, 0.0)
                size = sculpt(able.T, 1.0, active.T).debt
                plan.shares = np.where(size > 0, _share_of(able, window, plan.rate), old_shares)
            plan.facility = np.minimum(size, loan.max_gearing * result.uses)
            plan.ahead = _ahead(plan, loan.reserve_periods)
        moved = np.abs(plan.facility - old) / scale
        change = max(change, float(moved.max(initial=0.0)))
        turned = np.abs(plan.shares - old_shares).max(initial=0.0)
        change = max(change, float(turned))
        cash -= np.where(running, result.loans[k]["due"], 0.0)
    return change


def _secant(
    memory: dict[int, tuple[Floats, Floats]], k: int, old: Floats, wanted: Floats
) -> Floats:
    """Next size of a loan geared to its uses: linear pro rata, so the secant step is exact."""
    error = wanted - old
    new = wanted
    if k in memory:
        past, past_error = memory[k]
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = (error - past_error) / (old - past)
            step = old - error / slope
        safe = np.isfinite(step) & (step >= 0) & (slope < -0.2)
        new = np.where(safe, step, wanted)
    memory[k] = (old, error)
    return np.asarray(new)


def _windows(project: Project, schedules: Schedules, tenor: float, grace: float) -> Floats:
    """Length of each period within the repayment window, in years, shape (T, S); 0 outside."""
    edge = elapsed_years(project.calendar)
    start = edge[schedules.operation]
    ends = edge[1:, None]
    inside = (ends - start <= tenor + 1e-6) & (edge[:-1, None] >= start - 1e-9)
    paying = ends - start > grace + 1e-6
    length: Floats = np.where(inside & paying, schedules.years[:, None], 0.0)
    # a tenor that ends inside a period is repaid in full in that period's predecessor, or at once
    none = length.sum(axis=0) == 0
    first = (edge[:-1, None] >= start - 1e-9) & (edge[:-1, None] < start + 1e-9)
    return np.asarray(np.where(none & first, schedules.years[:, None], length))


def _shares(profile: str, window: Floats, rate: Floats) -> Floats:
    """Principal by period as a share of the opening debt, shape (T, S)."""
    total = window.sum(axis=0)
    if profile == "bullet":
        last = len(window) - 1 - (window[::-1] > 0).argmax(axis=0)
        return np.asarray((np.arange(len(window))[:, None] == last) * (total > 0) * 1.0)
    if profile == "equal":
        return np.asarray(np.divide(window, total, out=np.zeros_like(window), where=total > 0))
    # annuity, and the first guess of a sculpted loan: service in proportion to time
    return _share_of(window, window, rate)


def _share_of(service: Floats, window: Floats, rate: Floats) -> Floats:
    """Principal shares of the debt that a service in the window repays."""
    # interest of periods of grace is paid as it falls due, so the debt stands still in them
    active = np.where(window > 0, rate, 0.0)
    loan = sculpt(np.where(window > 0, service, 0.0).T, 1.0, active.T)
    debt = np.where(loan.debt > 0, loan.debt, 1.0)
    return np.asarray(np.where(window > 0, (loan.principal / debt[:, None]).T, 0.0))


def _ahead(plan: LoanPlan, periods: int) -> Floats:
    """Scheduled service of the next periods per unit of opening debt, shape (T, S)."""
    if periods == 0:
        return np.zeros_like(plan.shares)
    before = 1.0 - np.concatenate([np.zeros((1, plan.shares.shape[1])),
                                   np.cumsum(plan.shares, axis=0)[:-1]])  # fmt: skip
    owed = np.where(plan.shares.sum(axis=0) > 0, np.maximum(before, 0.0), 0.0)
    service = plan.shares + owed * plan.rate
    total = np.concatenate([np.zeros((1, service.shape[1])), np.cumsum(service, axis=0)])
    last = len(service)
    stop = np.minimum(np.arange(last) + 1 + periods, last)
    return np.asarray(total[stop] - total[np.arange(last) + 1])
