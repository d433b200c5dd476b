"""From the formulation to one sparse program: linopy for a branch, repetition for many.

Owns the extensive form: common decisions once, the rest once per branch. Each branch keeps its
own sparse rows, so a coefficient that is zero in one branch and not in another is never lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from waferway.errors import Infeasible
from waferway.planning.decisions import Decisions
from waferway.planning.formulation import FAMILIES, constraints
from waferway.planning.instance import Array, Instance
from waferway.planning.spending import Objective
from waferway.planning.sums import Rows

__all__ = ["Program", "RowName", "assemble", "to_linopy"]


MONEY = frozenset({"payment", "drawn", "emergency", "cash"})
"""Blocks of decisions that are amounts of money."""


@dataclass(frozen=True)
class RowName:
    """Where a block of rows of a program stands, and what its rows are.

    Attributes
    ----------
    name, branch : str
    subject : list of str
        Of each row of the block.
    first : int
        Position of its first row in the program.
    row, period : array of int
        Row of the block and period of each program row, in order.
    """

    name: str
    branch: str
    subject: list[str]
    first: int
    row: NDArray[np.int64]
    period: NDArray[np.int64]


@dataclass(frozen=True)
class Program:
    """A mixed-integer program: minimise c x, row_low <= A x <= row_high, low <= x <= high.

    Attributes
    ----------
    matrix : scipy.sparse.csr_array
    cost, low, high : array, per column
    integer : array of bool
    row_low, row_high : array
    constant : float
    names : list of RowName
    columns : list of array of int
        Column of every decision label, per branch.
    money : array of bool
        Columns that are amounts of money; the solver counts them in millions.
    """

    matrix: Any
    cost: Array
    low: Array
    high: Array
    integer: NDArray[np.bool_]
    row_low: Array
    row_high: Array
    constant: float
    names: list[RowName]
    columns: list[NDArray[np.int64]]
    money: NDArray[np.bool_]

    def size(self) -> tuple[int, int, int]:
        """Rows, columns, integer columns."""
        return (*self.matrix.shape, int(self.integer.sum()))


def _checked(
    rows: Rows, calendar_labels: Sequence[str], *, keep_broken: bool = False
) -> NDArray[np.bool_]:
    """Rows that have terms; a row without any that cannot hold is an infeasible network.

    With `keep_broken` such a row stays, for the program to be infeasible by.
    """
    counts = np.bincount(rows.left.cell, minlength=rows.left.rows * rows.left.periods)
    has_terms = (counts > 0).reshape(rows.left.rows, rows.left.periods)
    bare = rows.where & ~has_terms
    slack = {"<=": rows.right, ">=": -rows.right, "=": -np.abs(rows.right)}[rows.sense]
    broken = bare & (slack < -1e-9 * np.maximum(1.0, np.abs(rows.right)))
    if broken.any() and keep_broken:
        return np.asarray(rows.where & (has_terms | broken))
    if broken.any():
        row, t = (int(x[0]) for x in np.nonzero(broken))
        raise Infeasible(
            f"{rows.name} of {rows.subject[row]} in {calendar_labels[t]} asks for "
            f"{rows.sense} {rows.right[row, t]:g}, and no decision contributes to it"
        )
    return np.asarray(rows.where & has_terms)


def to_linopy(v: Decisions, d: Instance, goal: Objective) -> Any:
    """One branch as a `linopy.Model`: every block a named variable, every family named rows.

    Dimensions are the row number within a block and the period; use it to read the model, or
    to hand it to any solver linopy knows.
    """
    import linopy
    import xarray as xr

    model = linopy.Model()
    labels = d.calendar.labels
    shown: dict[str, int] = {}
    for block in v:
        if not block.size:
            continue
        coords = [np.arange(block.rows), labels if block.width > 1 else [labels[d.first]]]
        made = model.add_variables(
            lower=xr.DataArray(block.lower, coords=coords, dims=["row", "period"]),
            upper=xr.DataArray(block.upper, coords=coords, dims=["row", "period"]),
            integer=block.integer,
            name=block.name,
        )
        shown[block.name] = int(made.labels.values.ravel()[0]) - block.offset
    if any(shown.values()):
        raise AssertionError("linopy numbers decisions otherwise than the formulation")
    used: dict[str, int] = {}
    for rows in constraints(v, d):
        mask = _checked(rows, labels)
        if not mask.any():
            continue
        number = used[rows.name] = used.get(rows.name, 0) + 1
        axes: dict[str, Any] = {"row": np.arange(rows.left.rows), "period": labels}
        model.add_constraints(
            linopy.LinearExpression(_padded(rows, mask, axes), model),
            rows.sense,
            xr.DataArray(rows.right, coords=axes, dims=["row", "period"]),
            name=rows.name if number == 1 else f"{rows.name} {number}",
            mask=xr.DataArray(mask, coords=axes, dims=["row", "period"]),
        )
    cost = goal.cost + goal.common
    at = np.flatnonzero(cost)
    terms = xr.Dataset({"coeffs": ("_term", cost[at]), "vars": ("_term", at)})
    model.add_objective(linopy.LinearExpression(terms, model))
    return model


def _padded(rows: Rows, mask: NDArray[np.bool_], coords: dict[str, Any]) -> Any:
    """The terms of a sum as linopy wants them: (row, period, term), padded with -1."""
    import xarray as xr

    cell, label, value = _merged(rows)
    keep = mask.ravel()[cell]
    cell, label, value = cell[keep], label[keep], value[keep]
    counts = np.bincount(cell, minlength=mask.size)
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    slot = np.arange(len(cell)) - first[cell]
    width = max(1, int(counts.max(initial=1)))
    coeffs = np.full((mask.size, width), np.nan)
    names = np.full((mask.size, width), -1, dtype=np.int64)
    coeffs[cell, slot], names[cell, slot] = value, label
    shape = (*mask.shape, width)
    dims = ("row", "period", "_term")
    return xr.Dataset(
        {"coeffs": (dims, coeffs.reshape(shape)), "vars": (dims, names.reshape(shape))},
        coords=coords,
    )


def _merged(rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
    """Terms by cell and label, each pair once."""
    order = np.lexsort((rows.left.label, rows.left.cell))
    cell, label = rows.left.cell[order], rows.left.label[order]
    value = rows.left.value[order]
    if not len(cell):
        return cell, label, value
    new = np.concatenate([[True], (np.diff(cell) != 0) | (np.diff(label) != 0)])
    return cell[new], label[new], np.add.reduceat(value, np.flatnonzero(new))


def assemble(
    v: Decisions,
    branches: Sequence[tuple[Instance, Decisions, Objective, float]],
    *,
    keep_broken: bool = False,
) -> Program:
    """The program of all branches.

    Parameters
    ----------
    v : Decisions
        Of the first branch; gives the numbering.
    branches : sequence of (Instance, Decisions, Objective, probability)
        Decisions of every branch have the same numbering and may have other bounds.
    keep_broken : bool
        Keep rows that no decision contributes to and that cannot hold, to find out why.

    Returns
    -------
    Program
    """
    shared = np.concatenate(
        [np.full(block.size, block.common) for block in v] or [np.zeros(0, dtype=bool)]
    )
    n_common, n_own = int(shared.sum()), int((~shared).sum())
    columns = []
    for w in range(len(branches)):
        at = np.empty(v.size, dtype=np.int64)
        at[shared] = np.arange(n_common)
        at[~shared] = n_common + w * n_own + np.arange(n_own)
        columns.append(at)
    width = n_common + len(branches) * n_own
    cost, low, high = np.zeros(width), np.zeros(width), np.zeros(width)
    integer = np.zeros(width, dtype=bool)
    money = np.zeros(width, dtype=bool)
    constant = 0.0
    first: list[list[_Block]] = []
    pieces: list[tuple[_Block, NDArray[np.int64]]] = []
    names: list[RowName] = []
    height = 0
    for w, (d, decisions, goal, probability) in enumerate(branches):
        at = columns[w]
        cost[at] += probability * (goal.cost + goal.common)
        constant += probability * goal.constant
        for block in decisions:
            own = at[block.offset : block.offset + block.size]
            low[own], high[own] = block.lower.ravel(), block.upper.ravel()
            integer[own] = block.integer
            money[own] = block.name in MONEY
        for number, (family, reads) in enumerate(FAMILIES):
            # A family that reads nothing the branch changed has the rows of the first branch.
            if w and d.changed is not None and not reads & d.changed:
                blocks = first[number]
            else:
                found = (_block(rows, d, keep_broken) for rows in family(decisions, d))
                blocks = [block for block in found if block is not None]
            if w == 0:
                first.append(blocks)
            for piece in blocks:
                if piece.rows.common and w > 0:
                    continue
                pieces.append((piece, at))
                names.append(
                    RowName(piece.rows.name, d.branch, piece.rows.subject, height,
                            piece.cells // d.periods, piece.cells % d.periods)
                )  # fmt: skip
                height += len(piece.cells)
    row_low = np.concatenate([p.low for p, _ in pieces] or [np.zeros(0)])
    row_high = np.concatenate([p.high for p, _ in pieces] or [np.zeros(0)])
    counts = np.concatenate([p.counts for p, _ in pieces] or [np.zeros(0, dtype=np.int64)])
    matrix = sp.csr_array(
        (
            np.concatenate([p.value for p, _ in pieces] or [np.zeros(0)]),
            np.concatenate([at[p.label] for p, at in pieces] or [np.zeros(0, dtype=np.int64)]),
            np.concatenate([[0], np.cumsum(counts)]),
        ),
        shape=(height, width),
    )
    return Program(
        matrix, cost, low, high, integer, row_low, row_high, constant, names, columns, money
    )


@dataclass(frozen=True)
class _Block:
    """Rows of one family that hold, with their merged terms in row order."""

    rows: Rows
    cells: NDArray[np.int64]
    counts: NDArray[np.int64]
    label: NDArray[np.int64]
    value: Array
    low: Array
    high: Array


def _block(rows: Rows, d: Instance, keep_broken: bool) -> _Block | None:
    mask = _checked(rows, d.calendar.labels, keep_broken=keep_broken)
    if not mask.any():
        return None
    cells = np.flatnonzero(mask.ravel())
    cell, label, value = _merged(rows)
    keep = mask.ravel()[cell]
    counts = np.bincount(cell[keep], minlength=mask.size)[cells]
    right = rows.right.ravel()[cells]
    return _Block(
        rows, cells, counts, label[keep], value[keep],
        right if rows.sense in (">=", "=") else np.full(len(cells), -np.inf),
        right if rows.sense in ("<=", "=") else np.full(len(cells), np.inf),
    )  # fmt: skip
