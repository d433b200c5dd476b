"""The verifier of plans: every row of docs/mathematics.md recomputed from the data.

Written from that page, the network's tables and the plan's tables alone; it shares nothing
with the model that made the plan. `verify` is its one door.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from waferway.planning.verification.capacity import Build, Capacity, Orders
from waferway.planning.verification.contracts import Contracts
from waferway.planning.verification.decisions import Decisions
from waferway.planning.verification.limits import check_limits
from waferway.planning.verification.money import Money
from waferway.planning.verification.operation import Operation
from waferway.planning.verification.reading import Clock, Values, leaves, ordinal
from waferway.planning.verification.result import TOLERANCE, Findings, Verification, Violation
from waferway.planning.verification.structure import Structure

__all__ = ["TOLERANCE", "Verification", "Violation", "verify"]


def verify(plan: Any) -> Verification:
    """Recompute a plan from its network and decisions, row by row.

    Parameters
    ----------
    plan : Plan
        Anything with `network`, `calendar`, `decided`, `manifest` and `tables` of a plan.

    Returns
    -------
    Verification
        `ok` when every row holds within 1e-6 of its scale (its largest absolute term, at
        least 1), every name exists, and cost, money and objective are those recomputed.

    Source
    ------
    docs/mathematics.md, families 1 to 14 and Cost.

    Examples
    --------
    >>> from waferway.calendar import Calendar
    >>> from waferway.network.network import Network
    >>> from types import SimpleNamespace
    >>> empty = SimpleNamespace(
    ...     network=Network({}), calendar=Calendar.build("2027", "year", "2027"),
    ...     decided=[True], manifest={"objective": "cost", "cost_usd": 0.0,
    ...     "objective_value": 0.0}, tables={})
    >>> verify(empty).ok
    True
    """
    clock = Clock(plan.calendar)
    findings = Findings(clock.labels)
    structure = Structure(plan.network, clock, plan.manifest)
    decisions = Decisions(plan, structure, findings)
    cost = objective = size = objective_size = 0.0
    money_difference = 0.0
    lines: list[tuple[str, str, float]] = []
    name, basis = str(plan.manifest.get("objective", "cost")), plan.manifest.get("basis") or ""
    for branch, probability in leaves(plan.network):
        values = Values(plan.network, clock, branch)
        build = Build(structure, values)
        orders = Orders(structure, build, decisions)
        capacity = Capacity(structure, values, decisions, build, orders)
        operation = Operation(structure, values, decisions, capacity)
        contracts = Contracts(operation)
        capacity.check(findings, branch)
        capacity.check_orders(findings, branch)
        operation.check(findings)
        contracts.check(findings)
        money = Money(operation, contracts)
        money.check(findings)
        check_limits(operation, money, findings)
        parts = money.cost_lines()
        lines += [(branch, kind, usd) for kind, usd in parts.items()]
        cost += probability * sum(parts.values())
        value, largest = money.objective(name, basis)
        objective += probability * value
        size = max(size, *(abs(usd) for usd in parts.values()))
        objective_size = max(objective_size, largest)
        money_difference = max(money_difference, money.money_difference)
    capacity.check_once(findings)
    _manifest(findings, plan, money)
    return findings.result(
        cost_usd=cost,
        cost_lines=pd.DataFrame(lines, columns=["branch", "kind", "usd"]),
        cost_difference=_difference(findings, plan, "cost", "cost_usd", cost, size),
        money_difference=money_difference,
        objective_difference=_difference(
            findings, plan, "objective", "objective_value", objective, objective_size
        ),
    )


def _manifest(findings: Findings, plan: Any, money: Money) -> None:
    """What the manifest says of money and of the bound is what was checked."""
    said = plan.manifest
    if said.get("discount_rate") is not None:
        findings.compare("manifest", ["discount_rate"], np.array([float(said["discount_rate"])]),
                         "==", money.rate, "discount rate of the manifest")  # fmt: skip
    if said.get("base_date"):
        findings.compare("manifest", ["base_date"], np.array([ordinal(said["base_date"], np.nan)]),
                         "==", money.base, "day to which the manifest discounts")  # fmt: skip
    bound, value = said.get("bound"), said.get("objective_value")
    if bound is not None and value is not None and np.isfinite([bound, value]).all():
        findings.compare("manifest", ["bound"], np.array([float(bound)]), "<=", float(value),
                         "bound of the manifest against its objective")  # fmt: skip


def _difference(
    findings: Findings, plan: Any, row: str, name: str, mine: float, size: float
) -> float:
    """Relative difference of a total and the manifest's; a row of its own."""
    theirs = plan.manifest.get(name)
    if theirs is None or (row == "objective" and np.isnan(mine)):
        if theirs is None:
            findings.say(row, name, "the manifest does not say it")
        return float("nan")
    findings.compare(row, [name], np.array([float(theirs)]), "==", mine,
                     f"{name} of the manifest against the sum of the lines recomputed",
                     scale=size)  # fmt: skip
    return abs(float(theirs) - mine) / max(1.0, size, abs(mine))
