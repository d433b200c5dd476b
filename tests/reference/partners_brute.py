"""Coalitions of the small world in `tests/studies/test_partners.py`, by trying every build.

One year, no lags, no discounting. A chip takes a wafer and a stack. Written from the meaning of
joining alone; no code is shared with the study or the planner.
"""

from __future__ import annotations

import itertools

import numpy as np
from scipy.optimize import linprog

DEMAND, VALUE = 120.0, 60.0
WAFER_PRICE, WAFER_COST, WAFER_VOLUME = 20.0, 5.0, 48.0
STACK_PRICE, STACK_COST, STACK_VOLUME = 10.0, 2.0, 36.0
FAB, FAB_SIZE, FABS = 200.0, 36.0, 2
STACKER, STACKER_SIZE, STACKERS = 60.0, 24.0, 2
SHARE = 0.25


def worth(members: frozenset[str], fund: float) -> float:
    """Worth of the lab with these members: best over every number of builds."""
    fabs = range(FABS + 1) if "foundry" in members else [0]
    stackers = range(STACKERS + 1) if "memory" in members else [0]
    return max(_value(members, fund, f, s) for f, s in itertools.product(fabs, stackers))


def _value(members: frozenset[str], fund: float, fabs: int, stackers: int) -> float:
    """Best quantities for given builds: chips, bought wafers and stacks, cash beyond the fund."""
    wafer = WAFER_COST if "foundry" in members else WAFER_PRICE
    stack = STACK_COST if "memory" in members else STACK_PRICE
    capex = fabs * FAB + stackers * STACKER
    given = SHARE * fabs * FAB if "state" in members else 0.0
    # chips, wafers bought, wafers made, stacks bought, stacks made, spent beyond the fund (none)
    cost = np.array([-VALUE, wafer, WAFER_COST, stack, STACK_COST, 1.0])
    rows = np.array([
        [1, -1, -1, 0, 0, 0],
        [1, 0, 0, -1, -1, 0],
        [0, wafer, WAFER_COST, stack, STACK_COST, -1.0],
    ])  # fmt: skip
    done = linprog(
        cost, A_ub=rows, b_ub=[0, 0, fund - capex + given],
        bounds=[(0, DEMAND), (0, WAFER_VOLUME), (0, fabs * FAB_SIZE), (0, STACK_VOLUME),
                (0, stackers * STACKER_SIZE), (0, 0)],
    )  # fmt: skip
    # Funds bind; a subsidy inside is no gain.
    return -done.fun - capex if done.success else -np.inf


def margins(fund: float) -> dict[str, float]:
    """What the members earn from the lab alone."""
    chips = min(WAFER_VOLUME, STACK_VOLUME, DEMAND)
    chips = min(chips, fund / (WAFER_PRICE + STACK_PRICE))
    return {"foundry": chips * (WAFER_PRICE - WAFER_COST),
            "memory": chips * (STACK_PRICE - STACK_COST), "state": 0.0}  # fmt: skip
