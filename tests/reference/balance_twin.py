"""Balancing, slow and plain: every cell a variable, SciPy's SLSQP, no linearisation of ours."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize

from waferway.atlas.balancing import Cell, Identity


def adjust(
    cells: Sequence[Cell], identities: Sequence[Identity], correlation: float
) -> tuple[dict[str, float], float] | None:
    """Values and objective of the least change; None where SLSQP finds no point."""
    m = np.array([c.value for c in cells])
    s = np.array([c.half for c in cells])
    matrix = np.eye(len(cells))
    for i, j in itertools.permutations(range(len(cells)), 2):
        if cells[i].group and cells[i].group == cells[j].group:
            matrix[i, j] = correlation
    inverse = np.linalg.inv(matrix)

    def named(y):
        return {c.name: float(v) for c, v in zip(cells, m + s * y, strict=True)}

    rules = []
    for one in identities:
        size = max(abs(one.at(named(np.ones(len(cells)) * 0.3))), 1.0)
        for sign in (1.0, -1.0) if one.sense == "=" else (1.0,):
            rules.append(
                {
                    "type": "ineq",
                    "fun": lambda y, o=one, z=size, s=sign: (o.tolerance - s * o.at(named(y))) / z,
                }
            )
    bounds = [((c.low - c.value) / c.half, (c.high - c.value) / c.half) for c in cells]
    best = None
    for start in (0.0, 0.2, -0.2):
        first = np.clip(np.full(len(cells), start), *np.array(bounds).T)
        found = minimize(lambda y: y @ inverse @ y, first, bounds=bounds, constraints=rules,
                         method="SLSQP", options={"maxiter": 500, "ftol": 1e-13})  # fmt: skip
        ok = all(rule["fun"](found.x) > -1e-7 for rule in rules)
        if ok and (best is None or found.fun < best.fun):
            best = found
    return None if best is None else (named(best.x), float(best.fun))


def possible(cells: Sequence[Cell], identities: Sequence[Identity]) -> bool:
    """Whether linear identities can hold within the bounds, by SciPy's linear program."""
    from scipy.optimize import linprog

    above, right = [], []
    for one in identities:
        row = [sum(t.coefficient for t in one.terms if dict(t.powers).get(c.name)) for c in cells]
        constant = sum(t.coefficient for t in one.terms if not t.powers)
        above.append(row)
        right.append(one.tolerance - constant)
        if one.sense == "=":
            above.append([-x for x in row])
            right.append(one.tolerance + constant)
    found = linprog(np.zeros(len(cells)), above, right, bounds=[(c.low, c.high) for c in cells])
    return bool(found.status == 0)
