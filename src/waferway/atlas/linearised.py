"""Cells, identities, and the programs that balance them: linear at a point, point after point.

Owns the point within bounds with the least slack and the least change that satisfies all. Every
change is counted in half-ranges of a cell as claimed, also where its bounds are set aside.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waferway.atlas.quadratic import least_slack, least_squares

__all__ = ["Cell", "Identity", "Linear", "Term", "adjust", "bounds", "clipped", "closest",
           "inverse", "linear"]  # fmt: skip

Array = NDArray[np.float64]
TOLERANCE = 1e-6
"""Slack, in half-ranges of an identity, from which on it counts as unsatisfied."""
ROUNDS = 60
NEARLY_ZERO = 1e-9
"""Share of its lower bound that a positive cell keeps when its bounds are set aside."""


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
class Linear:
    """Identities at a point, in half-ranges: ``low <= matrix y <= high``."""

    matrix: Array
    low: Array
    high: Array
    scale: Array


def linear(cells: Sequence[Cell], identities: Sequence[Identity], x: Mapping[str, float]) -> Linear:
    """The identities at a point, each divided by how far its cells could move it."""
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
    return Linear(matrix, low, high, scale)


def _ends(cell: Cell, free: Collection[str]) -> tuple[float, float]:
    """Bounds of a cell; set aside: any number of its sign, however large.

    A positive cell stays above zero, as identities may divide by it.
    """
    if cell.name not in free:
        return cell.low, cell.high
    return (cell.low * NEARLY_ZERO if cell.low >= 0 else -math.inf), math.inf


def bounds(cells: Sequence[Cell], free: Collection[str] = ()) -> tuple[Array, Array]:
    """Bounds in half-ranges as claimed, also where bounds are set aside."""
    ends = [_ends(c, free) for c in cells]
    low = np.array([(low - c.value) / c.half for c, (low, _) in zip(cells, ends, strict=True)])
    high = np.array([(high - c.value) / c.half for c, (_, high) in zip(cells, ends, strict=True)])
    return low, high


def closest(
    cells: Sequence[Cell], identities: Sequence[Identity], free: Collection[str] = ()
) -> tuple[dict[str, float], float]:
    """A point within the bounds with the least slack, and that slack in half-ranges.

    The bounds of cells in `free` are set aside.
    """
    x = {c.name: c.value for c in cells}
    low, high = bounds(cells, free)
    best, least, radius = dict(x), _slack(cells, identities, x), math.inf
    for _ in range(ROUNDS):
        if least <= TOLERANCE * 1e-3:
            break
        y0 = np.array([(x[c.name] - c.value) / c.half for c in cells])
        program = linear(cells, identities, x)
        y = least_slack(program.matrix, program.low, program.high,
                        np.maximum(low, y0 - radius), np.minimum(high, y0 + radius))  # fmt: skip
        moved = {
            c.name: clipped(c, c.value + v * c.half, free) for c, v in zip(cells, y, strict=True)
        }
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


def clipped(cell: Cell, x: float, free: Collection[str] = ()) -> float:
    """The value of a cell closest to `x` that its bounds allow."""
    low, high = _ends(cell, free)
    return float(min(max(x, low), high))


def _slack(cells: Sequence[Cell], identities: Sequence[Identity], x: Mapping[str, float]) -> float:
    program = linear(cells, identities, x)
    y = np.array([(x[c.name] - c.value) / c.half for c in cells])
    value = program.matrix @ y
    over = np.maximum(value - program.high, 0) + np.maximum(program.low - value, 0)
    return float(over.sum())


def adjust(
    cells: Sequence[Cell], identities: Sequence[Identity], x: dict[str, float],
    correlation: float, free: Collection[str] = (),
) -> tuple[dict[str, float], dict[str, float]]:  # fmt: skip
    """The least change that satisfies all, by successive quadratic programs."""
    low, high = bounds(cells, free)
    weight = inverse(cells, correlation)
    y = np.array([(x[c.name] - c.value) / c.half for c in cells])
    duals = np.zeros(len(identities))
    scale = np.ones(len(identities))
    damping = 1.0
    for turn in range(ROUNDS):
        program = linear(cells, identities, x)
        found, duals = least_squares(weight, program.matrix, program.low, program.high, low, high)
        scale = program.scale
        step = found - y
        if turn > 20:
            damping = 0.5  # products far from their point can step to and fro
        y = y + damping * step
        x = {c.name: clipped(c, c.value + v * c.half, free)
             for c, v in zip(cells, y, strict=True)}  # fmt: skip
        if float(np.abs(step).max(initial=0.0)) < 1e-9:
            break
    price = {one.name: float(d / s) for one, d, s in zip(identities, duals, scale, strict=True)}
    return x, price


def inverse(cells: Sequence[Cell], correlation: float) -> Array:
    """Inverse of the correlation matrix of the cells."""
    matrix = np.eye(len(cells))
    for i, a in enumerate(cells):
        for j, b in enumerate(cells):
            if i != j and a.group and a.group == b.group:
                matrix[i, j] = correlation
    return np.asarray(np.linalg.inv(matrix))
