"""What a group is worth, and how its gain may be split so that nobody leaves.

Owns the arithmetic of cooperation: superadditivity, the core, the nucleolus where the core is not
empty, the Shapley value where it is. Refuses to know where values come from.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from waferway.errors import RangeError
from waferway.finance.places import shapley_parts

__all__ = ["Split", "groups", "nucleolus", "split", "superadditivity"]

Group = frozenset[str]
Floats = NDArray[np.float64]
MOST_PLAYERS = 8


@dataclass(frozen=True)
class Split:
    """How the worth of all together is shared.

    Attributes
    ----------
    method : str
        ``nucleolus`` (in the core) or ``shapley`` (the core is empty).
    shares : dict of str to float
        Of each player; they add to the worth of all together.
    gains : dict of str to float
        Shares less what each is worth alone; they add to the gain.
    gain : float
        Worth of all together less the sum of what each is worth alone.
    core : bool
        Whether some split leaves no group a reason to go.
    slack : float
        Least that any group is better off inside the split than alone; negative without core.
    tight : tuple of tuple of str
        Groups with just that slack.
    reason : str
    """

    method: str
    shares: dict[str, float]
    gains: dict[str, float]
    gain: float
    core: bool
    slack: float
    tight: tuple[tuple[str, ...], ...]
    reason: str

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {**self.__dict__, "tight": [list(group) for group in self.tight]}


def groups(players: Sequence[str]) -> list[Group]:
    """Every group that is not empty, small ones first.

    Examples
    --------
    >>> [sorted(g) for g in groups(["a", "b"])]
    [['a'], ['b'], ['a', 'b']]
    """
    return [
        frozenset(chosen)
        for size in range(1, len(players) + 1)
        for chosen in itertools.combinations(players, size)
    ]


def superadditivity(
    worth: Mapping[Group, float], players: Sequence[str], tolerance: float
) -> list[dict[str, Any]]:  # fmt: skip
    """Pairs of groups that are worth more apart than together.

    Parameters
    ----------
    worth : mapping of group to float
    players : sequence of str
    tolerance : float, at least 0
        What planning to a gap may have cost.

    Returns
    -------
    list of dict
        ``first``, ``second``, ``together``, ``apart``, ``shortfall``; empty where none is.

    Examples
    --------
    >>> a, b = frozenset("a"), frozenset("b")
    >>> superadditivity({a: 1.0, b: 2.0, a | b: 2.5}, ["a", "b"], 0.0)[0]["shortfall"]
    0.5
    """
    out = []
    every = groups(players)
    for one, two in itertools.combinations(every, 2):
        if one & two:
            continue
        apart = worth[one] + worth[two]
        if worth[one | two] < apart - tolerance:
            out.append(
                {"first": sorted(one), "second": sorted(two), "together": worth[one | two],
                 "apart": apart, "shortfall": apart - worth[one | two]}
            )  # fmt: skip
    return out


def split(worth: Mapping[Group, float], players: Sequence[str], tolerance: float = 0.0) -> Split:
    """Share what all are worth together.

    Parameters
    ----------
    worth : mapping of group to float
        Of every group that is not empty.
    players : sequence of str, at most 8
    tolerance : float, at least 0
        The core counts as not empty down to this slack.

    Returns
    -------
    Split

    Raises
    ------
    RangeError
        If a group has no worth, or there are too many players.

    Source
    ------
    Nucleolus: Schmeidler (1969), by a sequence of linear programs; Shapley value: Shapley (1953).

    Examples
    --------
    One seller, two buyers: whoever lacks the seller has nothing, so the seller takes it all.

    >>> s, b, c = frozenset("s"), frozenset("b"), frozenset("c")
    >>> v = {s: 0, b: 0, c: 0, s | b: 10, s | c: 10, b | c: 0, s | b | c: 10}
    >>> done = split(v, ["s", "b", "c"])
    >>> done.method, {k: round(x, 6) + 0.0 for k, x in done.shares.items()}
    ('nucleolus', {'s': 10.0, 'b': 0.0, 'c': 0.0})
    """
    if len(players) > MOST_PLAYERS:
        raise RangeError(f"{len(players)} players; at most {MOST_PLAYERS} can be split among")
    missing = [g for g in groups(players) if g not in worth]
    if missing:
        raise RangeError(f"group {', '.join(sorted(missing[0]))} has no worth")
    everyone = frozenset(players)
    alone = {name: float(worth[frozenset({name})]) for name in players}
    gain = float(worth[everyone]) - sum(alone.values())
    shares, slack = nucleolus(worth, players)
    core = slack >= -tolerance
    if core:
        method = "nucleolus"
    else:
        parts = shapley_parts(lambda on: worth[on] if on else 0.0, players)
        shares, method = {name: float(x) for name, x in parts.items()}, "shapley"
    inside = {g: sum(shares[n] for n in g) - worth[g] for g in groups(players) if g != everyone}
    least = min(inside.values(), default=0.0)
    near = 1e-6 * max(1.0, abs(gain))
    tight = tuple(tuple(sorted(g)) for g in inside if inside[g] <= least + near)
    small = 1e-9 * max(1.0, abs(gain), *(abs(x) for x in alone.values()))
    gains = {n: shares[n] - alone[n] for n in players}
    gains = {n: 0.0 if abs(x) <= small else x for n, x in gains.items()}
    return Split(
        method, shares, gains, gain, core, least, tight,
        _reason(method, players, least, tight, gain),
    )  # fmt: skip


def _reason(
    method: str, players: Sequence[str], slack: float, tight: Sequence[tuple[str, ...]],
    gain: float,
) -> str:  # fmt: skip
    if len(players) == 1:
        return "one player has nothing to split"
    who = " and ".join(tight[0]) if tight else ""
    if method == "shapley":
        return (
            f"the core is empty: however the worth is split, some group gains by leaving "
            f"({who} by {-slack:.6g}); the Shapley value pays each its average addition"
        )
    if gain <= 0:
        return "there is no gain to split: each keeps what it is worth alone"
    nearest = f"in the core: no group gains by leaving; the group nearest to leaving is {who}, "
    if abs(slack) <= 1e-6 * abs(gain):
        return f"{nearest}which is as well off outside"
    return f"{nearest}which is {slack:.6g} better off inside"


def nucleolus(
    worth: Mapping[Group, float], players: Sequence[str]
) -> tuple[dict[str, float], float]:  # fmt: skip
    """The split whose least satisfied groups are as satisfied as can be, one after another.

    Returns
    -------
    dict of str to float
    float
        Slack of the least satisfied group; at least 0 exactly when the core is not empty.
    """
    everyone = frozenset(players)
    free = [g for g in groups(players) if g != everyone]
    scale = max((abs(float(x)) for x in worth.values()), default=1.0) or 1.0
    held: list[tuple[Floats, float]] = [(_member(everyone, players), worth[everyone] / scale)]
    first: float | None = None
    x = np.zeros(len(players))
    while free and np.linalg.matrix_rank(np.array([row for row, _ in held])) < len(players):
        above = np.array([[*-_member(g, players), 1.0] for g in free])
        limit = np.array([-worth[g] / scale for g in free])
        equal = np.array([[*row, 0.0] for row, _ in held])
        done = linprog(
            [0.0] * len(players) + [-1.0], A_ub=above, b_ub=limit, A_eq=equal,
            b_eq=[value for _, value in held], bounds=[(None, None)] * (len(players) + 1),
        )  # fmt: skip
        x, slack = done.x[:-1], float(done.x[-1])
        first = slack if first is None else first
        # Groups whose constraint carries a price hold in every optimum; from now on as equations.
        bound = [g for g, price in zip(free, done.ineqlin.marginals, strict=True) if price < -1e-9]
        for group in bound:
            held.append((_member(group, players), worth[group] / scale + slack))
        free = [g for g in free if g not in bound and not _fixed(g, held, players)]
    if len(players) == 1:
        return {players[0]: float(worth[everyone])}, 0.0
    if np.linalg.matrix_rank(np.array([row for row, _ in held])) == len(players):
        x = np.linalg.lstsq(
            np.array([row for row, _ in held]), np.array([v for _, v in held]), rcond=None
        )[0]
    shares = {name: float(value) * scale for name, value in zip(players, x, strict=True)}
    return shares, (first or 0.0) * scale


def _member(group: Group, players: Sequence[str]) -> Floats:
    return np.array([1.0 if name in group else 0.0 for name in players])


def _fixed(group: Group, held: list[tuple[Floats, float]], players: Sequence[str]) -> bool:
    """Whether what a group gets follows from what is held already."""
    rows = np.array([row for row, _ in held])
    return bool(
        np.linalg.matrix_rank(np.vstack([rows, _member(group, players)]))
        == np.linalg.matrix_rank(rows)
    )
