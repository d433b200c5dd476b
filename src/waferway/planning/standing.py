"""A plan's decisions on another day's numbers: what they deliver when the data turn out otherwise.

Owns the second look at a plan: builds, reservations, rights and stakes stand as decided, and the
rest (what is started, shipped, drawn and bought) answers to the numbers as they turn out.
Refuses to decide anything anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waferway.errors import Infeasible, RangeError, SolverFailed
from waferway.network.network import Network
from waferway.planning.extensive import Program
from waferway.planning.instance import Array, lay_out
from waferway.planning.plan import Plan
from waferway.planning.planner import formulate
from waferway.planning.solving import solve
from waferway.planning.spending import spending

__all__ = ["Standing", "standing"]

DECIDED = ("orders", "opened", "activated", "retired", "reserved", "bought", "taken")
"""Blocks of decisions that stand; all of them are common to the branches."""


@dataclass(frozen=True)
class Standing:
    """What the decisions of a plan do on other numbers.

    Attributes
    ----------
    delivered : array, shape (T,), units of the compute basis per period, expected over branches
    spent : array, shape (T,), money per period, expected over branches
    cut : bool
        True where the decisions did not all fit (money, or a promise that cannot be kept): they
        were then the most that may be done, and less of them was done.
    """

    delivered: Array
    spent: Array
    cut: bool


def standing(plan: Plan, network: Network, *, gap: float = 1e-3) -> Standing:
    """Keep the decisions of a plan and let the rest answer to other numbers.

    Parameters
    ----------
    plan : Plan
        As solved (not loaded from files).
    network : Network
        The plan's own network (``plan.network``) with other numbers in the same rows.
    gap : float
        Relative, at least 0; matters only where decisions are cut.

    Returns
    -------
    Standing

    Raises
    ------
    RangeError
        If the plan does not carry its solution, or the network has other rows than the plan.
    Infeasible
        If even fewer of the decisions do not fit.

    Examples
    --------
    The decisions of a plan on its own numbers deliver what the plan said:

    >>> import waferway as ww
    >>> net = ww.Network.build({
    ...     "party": [{"name": "lab", "kind": "lab"}, {"name": "vendor", "kind": "designer"}],
    ...     "item": [{"name": "chip", "unit": "chip", "kind": "package"}],
    ...     "weight": [{"basis": "h", "item": "chip", "weight": 2.0}],
    ...     "offer": [{"name": "buy", "seller": "vendor", "item": "chip", "open_to": "lab"}],
    ...     "offer_step": [{"offer": "buy", "step": 1, "price_usd": 10, "volume": 5}],
    ...     "demand": [{"name": "need", "party": "lab", "basis": "h", "quantity": 100,
    ...                 "value_usd": 100}]},
    ...     {"start": "2026Q1", "until": "2026Q2", "price_year": 2026, "compute_basis": "h"})
    >>> done = ww.plan(net, party="lab")
    >>> standing(done, done.network).delivered.round(6).tolist()
    [30.0, 30.0]
    """
    if plan.program is None or plan.solution is None:
        raise RangeError("the plan carries no solution; plan again instead of loading it")
    m = plan.manifest
    own = None if m["own_lines"] is None else frozenset(m["own_lines"])
    instances = [
        lay_out(
            network, plan.calendar, plan.decided, base=dt.date.fromisoformat(m["base_date"]),
            rate=m["discount_rate"], party=m["party"] or "", own_lines=own, branch=name,
            budget_usd=m["budget_usd"],
        )
        for name in plan.branch_weights
    ]  # fmt: skip
    chances = list(plan.branch_weights.values())
    branches, program = formulate(instances, chances, m["objective"], m["basis"])
    if program.matrix.shape[1] != plan.program.matrix.shape[1]:
        raise RangeError("the network has other rows than the plan's own; change numbers only")
    _, decisions, _, _ = branches[0]
    fixed = np.concatenate(
        [program.columns[0][block.offset : block.offset + block.size]
         for block in decisions if block.name in DECIDED and block.size]
        or [np.zeros(0, dtype=np.int64)]
    )  # fmt: skip
    x, cut = _solved(program, plan.solution, fixed, gap)
    delivered, spent = np.zeros(len(plan.calendar)), np.zeros(len(plan.calendar))
    for w, (d, v, _, chance) in enumerate(branches):
        values = x[program.columns[w]]
        delivered += chance * _delivered(d, v, values, str(m["basis"]))
        for part, given in spending(v, d).values():
            spent += chance * (part.dense(values)[0] + given)
    return Standing(delivered, spent, cut)


def _solved(
    program: Program, solution: Array, fixed: NDArray[np.int64], gap: float
) -> tuple[Array, bool]:
    """The rest solved around the decisions: kept exactly, else as the most that may be done."""
    as_decided = np.clip(solution[fixed], 0.0, None)
    as_decided = np.where(program.integer[fixed], np.round(as_decided), as_decided)
    low, high = program.low.copy(), program.high.copy()
    low[fixed] = high[fixed] = as_decided
    whole = program.integer.copy()
    whole[fixed] = False
    try:
        return solve(replace(program, low=low, high=high, integer=whole), gap=gap).x, False
    except (Infeasible, SolverFailed):
        low[fixed] = 0.0
        return solve(replace(program, low=low, high=high), gap=gap).x, True


def _delivered(d: Any, v: Any, values: Array, basis: str) -> Array:
    """Compute served by period."""
    of: Sequence[int] = d.serve["demand_index"].to_numpy(dtype=int)
    on_basis = (d.demand["basis"] == basis).to_numpy(dtype=bool)[of]
    weight = d.serve["weight"].to_numpy(dtype=float) * on_basis
    block = v.served
    served = values[block.offset : block.offset + block.size].reshape(block.rows, block.width)
    return np.asarray(weight @ served) if block.size else np.zeros(d.periods)
