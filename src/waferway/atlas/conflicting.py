"""The smallest set of claims that cannot be had together, and what would end the conflict."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from waferway.atlas.linearised import (
    ROUNDS,
    TOLERANCE,
    Cell,
    Identity,
    adjust,
    bounds,
    clipped,
    closest,
    linear,
)
from waferway.atlas.quadratic import extreme
from waferway.errors import SolverFailed

__all__ = ["Conflict", "smallest_conflict"]


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


def smallest_conflict(table: Mapping[str, Cell], identities: list[Identity]) -> Conflict:
    """A smallest set of identities and bounds that clash, by taking away one at a time.

    What is left clashes, and does not without any one member: each is solved again, with all
    the others, until none falls out.
    """
    kept = list(identities)
    for one in identities:
        rest = [other for other in kept if other.name != one.name]
        if rest and not _possible(table, rest, set()):
            kept = rest
    names = list(dict.fromkeys(n for one in kept for n in one.cells))
    free: set[str] = set()
    before = -1
    while len(free) != before:  # a second round changes nothing where identities are linear
        before = len(free)
        for name in names:
            if name not in free and not _possible(table, kept, free | {name}):
                free.add(name)
    bound = tuple(n for n in names if n not in free)
    point, _ = closest([table[n] for n in names], kept)
    gap = sum(
        max(abs(r) - one.tolerance, 0.0) if one.sense == "=" else max(r - one.tolerance, 0.0)
        for one in kept
        for r in [one.at(point)]
    )
    return Conflict(
        tuple(one.name for one in kept), bound, float(gap), _doubts(table, kept, bound, free)
    )


def _possible(
    table: Mapping[str, Cell], identities: Sequence[Identity], free: Collection[str]
) -> bool:
    """Whether identities can hold when the bounds of some cells are set aside."""
    names = list(dict.fromkeys(n for one in identities for n in one.cells))
    return closest([table[n] for n in names], identities, free)[1] <= TOLERANCE


def _doubts(
    table: Mapping[str, Cell], identities: list[Identity], bound: Sequence[str], free: set[str]
) -> tuple[dict[str, Any], ...]:
    """What would end a conflict: a cell left out of a sum, or another value of a cell."""
    out: list[dict[str, Any]] = []
    for name in bound:
        for one in identities:
            shorter = one.without(name)
            if name not in one.cells or not 1 < len(shorter.terms) < len(one.terms):
                continue
            rest = [shorter if other.name == one.name else other for other in identities]
            cells = [table[n] for n in dict.fromkeys(n for o in rest for n in o.cells)]
            start, slack = closest(cells, rest, free)
            if slack <= TOLERANCE:
                values, _ = adjust(cells, rest, start, 0.0, free)
                out.append({"leaves_out": name, "identity": one.name,
                            "values": {n: values[n] for n in shorter.cells}})  # fmt: skip
    needed: list[dict[str, Any]] = []
    cells = [table[n] for n in dict.fromkeys(n for one in identities for n in one.cells)]
    for name in bound:
        cell = table[name]
        start, slack = closest(cells, identities, {*free, name})
        if slack > TOLERANCE:
            continue
        value = _nearest(cells, identities, cell, start, {*free, name})
        needed.append({"cell": name, "needed": value,
                       "change": (value - cell.value) / abs(cell.value or 1.0)})  # fmt: skip
    needed.sort(key=lambda d: abs(d["change"]))
    return (*out, *needed)


def _nearest(
    cells: Sequence[Cell], identities: Sequence[Identity], cell: Cell, start: dict[str, float],
    free: Collection[str],
) -> float:  # fmt: skip
    """The value of one cell closest to the claimed one with which the identities hold."""
    name = cell.name
    column = next(k for k, c in enumerate(cells) if c.name == name)
    low, high = bounds(cells, free)
    x = dict(start)
    toward = 1.0 if x[name] > cell.value else -1.0
    (low if toward > 0 else high)[column] = 0.0  # no further than the claimed value
    for _ in range(ROUNDS):
        program = linear(cells, identities, x)
        try:
            y = extreme(program.matrix, program.low, program.high, low, high, column, toward)
        except SolverFailed:  # products bend away: where the identities held is an answer still
            return start[name]
        moved = {
            c.name: clipped(c, c.value + v * c.half, free) for c, v in zip(cells, y, strict=True)
        }
        done = abs(moved[name] - x[name]) <= 1e-9 * max(abs(x[name]), 1.0)
        x = moved
        if done:
            break
    return x[name]
