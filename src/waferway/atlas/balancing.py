"""Balancing: uncertain numbers adjusted, least, so that sums and products agree with totals.

Owns the mathematics: cells with bounds, identities as sums of products, the least change that
satisfies them, and the smallest set of claims that cannot be had together. Which identities hold
in the world is for `waferway.atlas.identities`. Nothing is repaired in silence: what cannot be
balanced is named, its values stay as claimed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from waferway.atlas.quadratic import extreme, least_slack, least_squares
from waferway.errors import RangeError

__all__ = ["Balanced", "Cell", "Conflict", "Identity", "Term", "balance_cells"]

Array = NDArray[np.float64]
TOLERANCE = 1e-6
"""Slack, in half-ranges of an identity, from which on it counts as unsatisfied."""
ROUNDS = 60


@dataclass(frozen=True)
class Cell:
    """An uncertain number.

    Attributes
    ----------
    name : str
    low, value, high : float
        Bounds and the most likely value, `low < high`, `low <= value <= high`.
    group : str
        Cells of one group are correlated; empty: of none.
    """

    name: str
    low: float
    value: float
    high: float
    group: str = ""

    @property
    def half(self) -> float:
        """Half the range: the unit in which a change of the cell is counted."""
        return (self.high - self.low) / 2


@dataclass(frozen=True)
class Term:
    """A coefficient times powers of cells."""

    coefficient: float
    powers: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Identity:
    """A sum of terms that is zero, or at most zero, within a tolerance.

    Attributes
    ----------
    name, kind, title : str
    terms : tuple of Term
    sense : str
        ``=`` or ``<=``.
    tolerance : float
        Largest absolute value (``=``) or value (``<=``) that satisfies it, in its own unit.
    unit : str
    """

    name: str
    kind: str
    title: str
    terms: tuple[Term, ...]
    sense: str = "="
    tolerance: float = 0.0
    unit: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """Names of its cells, each once."""
        return tuple(dict.fromkeys(name for term in self.terms for name, _ in term.powers))

    def at(self, x: Mapping[str, float]) -> float:
        """Its residual."""
        return float(
            sum(
                t.coefficient * math.prod(x[name] ** power for name, power in t.powers)
                for t in self.terms
            )
        )

    def slope(self, x: Mapping[str, float]) -> dict[str, float]:
        """Derivative of its residual by each cell."""
        out = dict.fromkeys(self.cells, 0.0)
        for t in self.terms:
            for name, power in t.powers:
                rest = math.prod(x[n] ** p for n, p in t.powers if n != name)
                out[name] += t.coefficient * power * x[name] ** (power - 1) * rest
        return out

    def without(self, name: str) -> Identity:
        """The identity without the terms in which a cell stands."""
        kept = tuple(t for t in self.terms if name not in dict(t.powers))
        return Identity(self.name, self.kind, self.title, kept, self.sense, self.tolerance,
                        self.unit)  # fmt: skip


@dataclass(frozen=True)
class Conflict:
    """Claims that cannot be had together.

    Attributes
    ----------
    identities, cells : tuple of str
        The smallest set: without any one of them the rest can be satisfied.
    shortfall : float
        Distance between what the identities need and what the bounds allow, in their unit, at
        the closest point (sum over the identities).
    doubts : tuple of dict
        What would end it, the least first: ``leaves_out`` a cell (its term taken away), or a
        `cell` and the value it would have to have (`needed`), with the change relative to its
        value.
    """

    identities: tuple[str, ...]
    cells: tuple[str, ...]
    shortfall: float
    doubts: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Balanced:
    """What balancing found.

    Attributes
    ----------
    cells : DataFrame
        name, low, value, high, balanced, move (in half-ranges), at_bound.
    identities : DataFrame
        name, kind, title, before, after (residuals in its unit), multiplier (change of the
        objective, a sum of squared moves, for one more unit on the right), status (``met``: it
        held before; ``balanced``; ``conflict``).
    conflicts : tuple of Conflict
    objective : float
        Sum of squared moves, in half-ranges, correlation counted.
    """

    cells: pd.DataFrame
    identities: pd.DataFrame
    conflicts: tuple[Conflict, ...] = ()
    objective: float = 0.0
    notes: tuple[str, ...] = field(default=())


def balance_cells(
    cells: Iterable[Cell], identities: Iterable[Identity], correlation: float = 0.5
) -> Balanced:
    """Adjust cells within their bounds, least, so that identities hold.

    Parameters
    ----------
    cells : iterable of Cell
    identities : iterable of Identity
        Over these cells.
    correlation : float
        0 to below 1: between cells of one group.

    Returns
    -------
    Balanced
        Minimises the sum of squared moves, each in half-ranges of its cell (with the inverse
        correlation matrix between cells of a group), subject to bounds and identities. Slack
        has a price so high that it stays only where nothing within the bounds satisfies the
        identities; such identities are taken out one smallest conflicting set at a time, and
        reported. Products are balanced by successive linearisation.

    Raises
    ------
    RangeError
        If bounds are not in order, an identity names no cell, or a name is given twice.

    Source
    ------
    Least-squares adjustment of national accounts: Stone, Champernowne & Meade, Review of
    Economic Studies 9(2), 1942. Reference version: tests/reference/balance_twin.py.

    Examples
    --------
    >>> found = balance_cells(
    ...     [Cell("quarter", 105, 117, 129), Cell("three months", 105, 112.5, 120)],
    ...     [Identity("same", "I4", "", (Term(1, (("quarter", 1),)),
    ...                                  Term(-1, (("three months", 1),))))])
    >>> found.cells["balanced"].round(1).tolist()
    [113.8, 113.8]
    """
    ordered = list(identities)
    table = _checked(list(cells), ordered, correlation)
    conflicts: list[Conflict] = []
    found = {name: cell.value for name, cell in table.items()}
    price: dict[str, float] = {}
    for part in _components(table, ordered):
        values, multipliers, clashes = _balance_part(table, part, correlation)
        found |= values
        price |= multipliers
        conflicts += clashes
    clashing = {name for c in conflicts for name in c.identities}
    start = {name: cell.value for name, cell in table.items()}
    rows = []
    for one in ordered:
        before, after = one.at(start), one.at(found)
        status = "conflict" if one.name in clashing else "balanced"
        if status == "balanced" and _holds(one, before) and abs(price.get(one.name, 0.0)) < 1e-9:
            status = "met"
        rows.append((one.name, one.kind, one.title, one.unit, before, after,
                     price.get(one.name, 0.0), status))  # fmt: skip
    frame = pd.DataFrame(
        [
            (n, c.low, c.value, c.high, found[n], (found[n] - c.value) / c.half,
             bool(min(found[n] - c.low, c.high - found[n]) <= 1e-6 * c.half))
            for n, c in table.items()
        ],
        columns="name low value high balanced move at_bound".split(),
    )  # fmt: skip
    columns = "name kind title unit before after multiplier status".split()
    return Balanced(
        frame, pd.DataFrame(rows, columns=columns), tuple(conflicts),
        float(_squares(list(table.values()), frame["move"].to_numpy(float), correlation)),
    )  # fmt: skip


def _holds(one: Identity, residual: float) -> bool:
    room = one.tolerance * (1 + 1e-9) + 1e-12
    return residual <= room and (one.sense == "<=" or residual >= -room)


def _checked(cells: list[Cell], identities: list[Identity], correlation: float) -> dict[str, Cell]:
    table: dict[str, Cell] = {}
    if not 0 <= correlation < 1:
        raise RangeError(f"correlation is {correlation}; it must be at least 0 and below 1")
    for cell in cells:
        if cell.name in table:
            raise RangeError(f"cell {cell.name} is given twice")
        if not cell.low < cell.high or not cell.low <= cell.value <= cell.high:
            raise RangeError(
                f"cell {cell.name} has {cell.low:g}, {cell.value:g}, {cell.high:g}; "
                "low < high and low <= value <= high must hold"
            )
        table[cell.name] = cell
    for one in identities:
        strange = [name for name in one.cells if name not in table]
        if strange:
            raise RangeError(f"identity {one.name} names {strange[0]}, which is no cell")
        if one.sense not in ("=", "<="):
            raise RangeError(f'identity {one.name} has sense "{one.sense}"; use = or <=')
    return table


def _components(table: Mapping[str, Cell], identities: Sequence[Identity]) -> list[list[Identity]]:
    """Identities that share cells or groups of cells, directly or through others."""
    parts: list[tuple[set[tuple[str, str]], list[Identity]]] = []
    for one in identities:
        names = {("group", table[n].group) if table[n].group else ("", n) for n in one.cells}
        members = [one]
        rest = []
        for other_names, others in parts:
            if names & other_names:
                names |= other_names
                members = [*others, *members]
            else:
                rest.append((other_names, others))
        parts = [*rest, (names, members)]
    return [members for _, members in parts]


def _balance_part(
    table: Mapping[str, Cell], identities: list[Identity], correlation: float
) -> tuple[dict[str, float], dict[str, float], list[Conflict]]:
    """Values and multipliers of one component, and its conflicts."""
    conflicts: list[Conflict] = []
    left = list(identities)
    while left:
        names = list(dict.fromkeys(n for one in left for n in one.cells))
        cells = [table[n] for n in names]
        x, slack = _closest(cells, left)
        if slack <= TOLERANCE:
            groups = {c.group for c in cells} - {""}
            tied = [c for c in table.values() if c.group in groups and c.name not in x]
            cells, x = [*cells, *tied], x | {c.name: c.value for c in tied}
            values, multipliers = _adjust(cells, left, x, correlation)
            return values, multipliers, conflicts
        clash = _smallest_conflict(table, left, x)
        conflicts.append(clash)
        left = [one for one in left if one.name not in clash.identities]
    return {}, {}, conflicts


@dataclass(frozen=True)
class _Linear:
    """Identities at a point, in half-ranges: ``low <= matrix y <= high``."""

    matrix: Array
    low: Array
    high: Array
    scale: Array


def _linear(
    cells: Sequence[Cell], identities: Sequence[Identity], x: Mapping[str, float]
) -> _Linear:
    place = {cell.name: k for k, cell in enumerate(cells)}
    matrix = np.zeros((len(identities), len(cells)))
    low, high, scale = (np.zeros(len(identities)) for _ in range(3))
    for i, one in enumerate(identities):
        at = one.at(x)
        for name, slope in one.slope(x).items():
            cell = cells[place[name]]
            matrix[i, place[name]] = slope * cell.half
            at -= slope * (x[name] - cell.value)
        # Divided by how far its cells could move it, so that residuals of all are alike.
        scale[i] = max(float(np.linalg.norm(matrix[i])), 1e-300)
        matrix[i] /= scale[i]
        high[i] = (one.tolerance - at) / scale[i]
        low[i] = -math.inf if one.sense == "<=" else (-one.tolerance - at) / scale[i]
    return _Linear(matrix, low, high, scale)


def _bounds(cells: Sequence[Cell]) -> tuple[Array, Array]:
    low = np.array([(c.low - c.value) / c.half for c in cells])
    high = np.array([(c.high - c.value) / c.half for c in cells])
    return low, high


def _closest(
    cells: Sequence[Cell], identities: Sequence[Identity]
) -> tuple[dict[str, float], float]:
    """A point within the bounds with the least slack, and that slack in half-ranges."""
    x = {c.name: c.value for c in cells}
    low, high = _bounds(cells)
    best, least, radius = dict(x), _slack(cells, identities, x), math.inf
    for _ in range(ROUNDS):
        if least <= TOLERANCE * 1e-3:
            break
        y0 = np.array([(x[c.name] - c.value) / c.half for c in cells])
        program = _linear(cells, identities, x)
        y = least_slack(program.matrix, program.low, program.high,
                        np.maximum(low, y0 - radius), np.minimum(high, y0 + radius))  # fmt: skip
        moved = {c.name: _clipped(c, c.value + v * c.half) for c, v in zip(cells, y, strict=True)}
        slack = _slack(cells, identities, moved)
        step = float(np.abs(y - y0).max(initial=0.0))
        if slack < least - 1e-12:
            best, least, x = moved, slack, moved
            if step < 1e-10:
                break
        else:
            radius = min(radius, step) / 4
            if radius < 1e-9:
                break
    return best, least


def _clipped(cell: Cell, x: float) -> float:
    return float(min(max(x, cell.low), cell.high))


def _slack(cells: Sequence[Cell], identities: Sequence[Identity], x: Mapping[str, float]) -> float:
    program = _linear(cells, identities, x)
    y = np.array([(x[c.name] - c.value) / c.half for c in cells])
    value = program.matrix @ y
    over = np.maximum(value - program.high, 0) + np.maximum(program.low - value, 0)
    return float(over.sum())


def _adjust(
    cells: Sequence[Cell], identities: Sequence[Identity], x: dict[str, float], correlation: float
) -> tuple[dict[str, float], dict[str, float]]:
    """The least change that satisfies all, by successive quadratic programs."""
    low, high = _bounds(cells)
    weight = _inverse(cells, correlation)
    y = np.array([(x[c.name] - c.value) / c.half for c in cells])
    duals = np.zeros(len(identities))
    scale = np.ones(len(identities))
    damping = 1.0
    for turn in range(ROUNDS):
        program = _linear(cells, identities, x)
        found, duals = least_squares(weight, program.matrix, program.low, program.high, low, high)
        scale = program.scale
        step = found - y
        if turn > 20:
            damping = 0.5  # products far from their point can step to and fro
        y = y + damping * step
        x = {c.name: _clipped(c, c.value + v * c.half) for c, v in zip(cells, y, strict=True)}
        if float(np.abs(step).max(initial=0.0)) < 1e-9:
            break
    price = {one.name: float(d / s) for one, d, s in zip(identities, duals, scale, strict=True)}
    return x, price


def _inverse(cells: Sequence[Cell], correlation: float) -> Array:
    """Inverse of the correlation matrix of the cells."""
    matrix = np.eye(len(cells))
    for i, a in enumerate(cells):
        for j, b in enumerate(cells):
            if i != j and a.group and a.group == b.group:
                matrix[i, j] = correlation
    return np.asarray(np.linalg.inv(matrix))


def _squares(cells: Sequence[Cell], y: Array, correlation: float) -> float:
    moved = {int(k) for k in np.flatnonzero(np.abs(y) > 1e-12)}
    groups = {cells[k].group for k in moved} - {""}
    kept = [k for k, c in enumerate(cells) if k in moved or c.group in groups]
    mine = [cells[k] for k in kept]
    return float(y[kept] @ _inverse(mine, correlation) @ y[kept]) if kept else 0.0


# -- conflicts ------------------------------------------------------------------------------------


def _smallest_conflict(
    table: Mapping[str, Cell], identities: list[Identity], x: dict[str, float]
) -> Conflict:
    """A smallest set of identities and bounds that clash, by taking away one at a time."""
    kept = list(identities)
    for one in identities:
        rest = [other for other in kept if other.name != one.name]
        if rest and not _possible(table, rest, set(), x):
            kept = rest
    names = list(dict.fromkeys(n for one in kept for n in one.cells))
    free: set[str] = set()
    for name in names:
        if not _possible(table, kept, free | {name}, x):
            free.add(name)
    bound = tuple(n for n in names if n not in free)
    cells = [table[n] for n in names]
    point, _ = _closest(cells, kept)
    gap = sum(
        max(abs(r) - one.tolerance, 0.0) if one.sense == "=" else max(r - one.tolerance, 0.0)
        for one in kept
        for r in [one.at(point)]
    )
    return Conflict(
        tuple(one.name for one in kept), bound, float(gap), _doubts(table, kept, bound, free, x)
    )


def _wide(cell: Cell) -> Cell:
    """A cell whose bounds are set aside: anything of its sign."""
    size = 1e3 * max(abs(cell.low), abs(cell.high), cell.half)
    return Cell(cell.name, 0.0 if cell.low >= 0 else -size, cell.value, size, cell.group)


def _possible(
    table: Mapping[str, Cell], identities: Sequence[Identity], free: set[str], x: dict[str, float]
) -> bool:
    """Whether identities can hold when the bounds of some cells are set aside."""
    del x
    names = list(dict.fromkeys(n for one in identities for n in one.cells))
    cells = [_wide(table[n]) if n in free else table[n] for n in names]
    # Slack is judged in half-ranges of the cells as claimed, not of the widened ones.
    point, _ = _closest(cells, identities)
    return _slack([table[n] for n in names], identities, point) <= TOLERANCE


def _doubts(
    table: Mapping[str, Cell], identities: list[Identity], bound: Sequence[str], free: set[str],
    x: dict[str, float],
) -> tuple[dict[str, Any], ...]:  # fmt: skip
    """What would end a conflict: a cell left out of a sum, or another value of a cell."""
    out: list[dict[str, Any]] = []
    for name in bound:
        for one in identities:
            shorter = one.without(name)
            if name not in one.cells or not 1 < len(shorter.terms) < len(one.terms):
                continue
            rest = [shorter if other.name == one.name else other for other in identities]
            if _possible(table, rest, free, x):
                names = list(dict.fromkeys(n for o in rest for n in o.cells))
                cells = [_wide(table[n]) if n in free else table[n] for n in names]
                start, _ = _closest(cells, rest)
                values, _ = _adjust(cells, rest, start, 0.0)
                out.append({"leaves_out": name, "identity": one.name,
                            "values": {n: values[n] for n in shorter.cells}})  # fmt: skip
    needed: list[dict[str, Any]] = []
    for name in bound:
        cell = table[name]
        names = list(dict.fromkeys(n for one in identities for n in one.cells))
        cells = [_wide(table[n]) if n in (*free, name) else table[n] for n in names]
        start, slack = _closest(cells, identities)
        if slack > TOLERANCE:
            continue
        value = _nearest(cells, identities, name, cell, start)
        needed.append({"cell": name, "needed": value,
                       "change": (value - cell.value) / abs(cell.value or 1.0)})  # fmt: skip
    needed.sort(key=lambda d: abs(d["change"]))
    return (*out, *needed)


def _nearest(
    cells: Sequence[Cell], identities: Sequence[Identity], name: str, cell: Cell,
    start: dict[str, float],
) -> float:  # fmt: skip
    """The value of one cell closest to the claimed one with which the identities hold."""
    column = next(k for k, c in enumerate(cells) if c.name == name)
    low, high = _bounds(cells)
    x = dict(start)
    for _ in range(ROUNDS):
        program = _linear(cells, identities, x)
        toward = 1.0 if x[name] > cell.value else -1.0
        y = extreme(program.matrix, program.low, program.high, low, high, column, toward)
        moved = {c.name: _clipped(c, c.value + v * c.half) for c, v in zip(cells, y, strict=True)}
        done = abs(moved[name] - x[name]) <= 1e-9 * max(abs(x[name]), 1.0)
        x = moved
        if done:
            break
    return x[name]
