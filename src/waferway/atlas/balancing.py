"""Balancing: uncertain numbers adjusted, least, so that sums and products agree with totals.

Owns the mathematics: cells with bounds, identities as sums of products, the least change that
satisfies them, and the smallest set of claims that cannot be had together. Which identities hold
in the world is for `waferway.atlas.identities`. Nothing is repaired in silence: what cannot be
balanced is named, its values stay as claimed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from waferway.atlas.conflicting import Conflict, smallest_conflict
from waferway.atlas.linearised import (
    TOLERANCE,
    Array,
    Cell,
    Identity,
    Term,
    adjust,
    closest,
    inverse,
)
from waferway.errors import RangeError

__all__ = ["Balanced", "Cell", "Conflict", "Identity", "Term", "balance_cells"]


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
        x, slack = closest(cells, left)
        if slack <= TOLERANCE:
            groups = {c.group for c in cells} - {""}
            tied = [c for c in table.values() if c.group in groups and c.name not in x]
            cells, x = [*cells, *tied], x | {c.name: c.value for c in tied}
            values, multipliers = adjust(cells, left, x, correlation)
            return values, multipliers, conflicts
        clash = smallest_conflict(table, left)
        conflicts.append(clash)
        left = [one for one in left if one.name not in clash.identities]
    return {}, {}, conflicts


def _squares(cells: Sequence[Cell], y: Array, correlation: float) -> float:
    moved = {int(k) for k in np.flatnonzero(np.abs(y) > 1e-12)}
    groups = {cells[k].group for k in moved} - {""}
    kept = [k for k, c in enumerate(cells) if k in moved or c.group in groups]
    mine = [cells[k] for k in kept]
    return float(y[kept] @ inverse(mine, correlation) @ y[kept]) if kept else 0.0
