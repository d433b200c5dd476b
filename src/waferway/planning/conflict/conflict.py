"""What clashes in a network that no plan satisfies, and the least change that ends it.

Owns the result: the smallest conflicting set in the network's own words, with places.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from waferway.errors import Place
from waferway.planning.cells import Cells
from waferway.planning.conflict.elastic import NUMBERS, Change, least_change
from waferway.planning.conflict.members import Member
from waferway.planning.conflict.oracle import CutOff, Oracle
from waferway.planning.conflict.relaxable import Relaxable
from waferway.planning.conflict.search import minimal_conflict
from waferway.planning.conflict.wording import say_change, say_clash

__all__ = ["Clash", "Conflict", "Remedy", "find_conflict"]

LARGE = 5_000
"""Rows of a program from which on HiGHS's own irreducible set comes first, to save questions."""

MOST = 12
"""Clashes that are printed of a set that is not the smallest."""

ORDER = (
    "demand", "commitment", "requirement", "limit", "qualification", "right", "captive", "window",
    "sale", "signing", "transport", "late", "builds", "money", "power", "water", "offer", "stock",
    "booking", "capacity", "cover",
)  # fmt: skip
"""Kinds of members, those first that people understand best: of two conflicts the search finds
the one with earlier kinds."""


@dataclass(frozen=True)
class Clash:
    """One cell of a conflict, over all periods in which it takes part.

    Attributes
    ----------
    members : tuple of Member
        One for each period and branch.
    place : Place
        Where the number stands.
    says : str
        In words.
    """

    members: tuple[Member, ...]
    place: Place
    says: str

    @property
    def table(self) -> str:
        """Table of the cell."""
        return self.members[0].table

    @property
    def key(self) -> str:
        """Row of the cell."""
        return self.members[0].key

    @property
    def column(self) -> str:
        """Column of the cell; "" where a row is missing."""
        return self.members[0].column

    @property
    def periods(self) -> list[str]:
        """Labels, in order; empty where the cell is not about time."""
        return list(dict.fromkeys(m.period for m in self.members if m.period))


@dataclass(frozen=True)
class Remedy:
    """Changes that make the network feasible, in words.

    Attributes
    ----------
    changes : tuple of Change
    says : tuple of str
        One sentence for each cell.
    places : tuple of Place
    """

    changes: tuple[Change, ...]
    says: tuple[str, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Conflict:
    """The smallest conflicting set of an infeasible network.

    Attributes
    ----------
    clashes : tuple of Clash
        Together they cannot hold; lifting any one member of any of them ends this conflict.
        Empty where balances and history alone cannot hold.
    whole : bool
        Whether it takes whole modules, openings or contracts to clash: in fractions they agree.
    least : Remedy or None
        The least change of all numbers of the network, relative to what they are; None where
        no change of numbers is enough.
    alone : dict of int to Remedy
        By position of the clash: how much it alone would have to give way; absent where that
        is not enough.
    questions : int
        Programs solved to find it.
    cut_off : tuple of str
        What the time was too short for: ``search`` (the clashes are a conflicting set, not the
        smallest; empty where none was found), ``least`` (the least change is the least of those
        found, or none was found), ``alone``. Empty where all is as said above.
    seconds : float
        Most time there was for the search, and again half as much for the changes.
    """

    clashes: tuple[Clash, ...]
    whole: bool
    least: Remedy | None
    alone: dict[int, Remedy]
    questions: int
    oracle: Oracle = field(repr=False, compare=False)
    cut_off: tuple[str, ...] = ()
    seconds: float = float("inf")

    @property
    def members(self) -> list[Member]:
        """Every member, in the order of the clashes."""
        return [m for clash in self.clashes for m in clash.members]

    def feasible(self, standing: Sequence[Member]) -> bool:
        """Whether the network is feasible when only some members of the conflict stand.

        Balances, definitions and history stand always; everything else is lifted.
        """
        index = {m: i for i, m in enumerate(self.oracle.members.names)}
        return self.oracle.feasible(index[m] for m in standing)

    def __str__(self) -> str:
        whole_search = "search" not in self.cut_off
        if not self.clashes and not whole_search:
            return (
                "no plan satisfies the network; what clashes was not found: the search was cut "
                f"off after {self.seconds:g} s; give it more with --conflict-time"
            )
        if not self.clashes:
            return (
                "no plan satisfies the network: its balances and its history cannot hold, "
                "whatever else is lifted"
            )
        lines = [
            "no plan satisfies the network; "
            + ("this cannot hold:" if len(self.members) == 1 else "these cannot hold together:")
        ]
        shown = self.clashes if whole_search else self.clashes[:MOST]
        lines += [f"  {clash.place}  {clash.says}" for clash in shown]
        if not whole_search:
            more = len(self.clashes) - len(shown)
            lines += [f"  and {more} more (--json lists all)"] * bool(more)
            lines.append(
                f"The search for the smallest set was cut off after {self.seconds:g} s: "
                "some of these may not matter. Give it more with --conflict-time."
            )
        if self.whole:
            lines.append("  (modules and other whole decisions in fractions would satisfy them)")
        if whole_search:
            lines += self._about_lifting()
        lines += self._about_least()
        return "\n".join(lines)

    def _about_lifting(self) -> list[str]:
        """What lifting a member of the smallest set does."""
        lines = []
        if len(self.members) == 1 and self.clashes[0].table in ("demand", "commitment"):
            lines.append("  whatever else is lifted, nothing can be made and delivered by then: "
                         "look at cycle_days, lane days, recipes and lines")  # fmt: skip
        if len(self.members) > 1:
            lines.append("Lifting any one of them ends this conflict.")
        if self.least is not None:
            others = [r.says for r in self.alone.values() if r.says and r.says != self.least.says]
            lines += [f"  enough alone: {'; '.join(says)}" for says in others]
        return lines

    def _about_least(self) -> list[str]:
        """The least change, and whether it is."""
        cut = "least" in self.cut_off
        if self.least is not None and self.least.says:
            found = ("A change that makes the network feasible, the least that was found in time:"
                     if cut else "The least change that makes the network feasible:")  # fmt: skip
            return [found, *(f"  {place}  {text}" for place, text in
                             zip(self.least.places, self.least.says, strict=True))]  # fmt: skip
        if self.least is None and cut:
            return ["Whether a change of numbers alone is enough was not found in time."]
        if self.least is None:
            return ["No change of numbers alone makes the network feasible."]
        return []

    def to_json(self) -> dict[str, Any]:
        """Plain data, for ``--json``."""
        return {
            "feasible": False,
            "cut_off": list(self.cut_off),
            "whole": self.whole,
            "conflict": [
                {"table": c.table, "key": c.key, "column": c.column, "periods": c.periods,
                 "place": str(c.place), "says": c.says,
                 "alone": list(self.alone[i].says) if i in self.alone else None}
                for i, c in enumerate(self.clashes)
            ],
            "least_change": None if self.least is None else [
                {"table": c.member.table, "key": c.member.key, "column": c.member.column,
                 "period": c.member.period, "branch": c.member.branch, "before": _known(c.before),
                 "after": _known(c.after), "amount": c.amount}
                for c in self.least.changes
            ],
            "says": str(self),
        }  # fmt: skip


def _known(number: float) -> float | None:
    return None if number != number else number


def find_conflict(
    relaxable: Relaxable, cells: Cells, seconds: float = float("inf")
) -> Conflict | None:
    """The smallest conflicting set of a program; None where it is feasible after all.

    Parameters
    ----------
    relaxable : Relaxable
    cells : Cells
    seconds : float
        Most time for the search, and again half as much for the changes that would end the
        conflict. What was cut off is said (`Conflict.cut_off`), and depends on the machine.

    Returns
    -------
    Conflict or None

    Notes
    -----
    Cells are searched first, each over all its periods; then the periods of the cells that
    remain. Both searches are QuickXplain, and the answer is minimal in single periods.
    """
    oracle = Oracle(relaxable, seconds)
    cut: tuple[str, ...] = ()
    try:
        single = _search(relaxable, cells, oracle)
    except CutOff:
        cut = ("search",)
        known = oracle.smallest if oracle.smallest is not None else frozenset()
        names = relaxable.members.names
        single = sorted(known, key=lambda i: _rank(names[i], cells))
    if single is None:
        return None
    if not single and not cut:  # what no member can be blamed for, no change can mend
        return Conflict((), False, None, {}, oracle.asked, oracle)
    clashes = _clashes([relaxable.members.names[i] for i in single], cells)
    whole = False
    if not cut and clashes:
        with contextlib.suppress(CutOff):
            whole = oracle.whole and oracle.linear(frozenset(single))
    until = time.perf_counter() + seconds / 2
    least, proven = least_change(relaxable, cells, until=until)
    cut += () if proven else ("least",)
    alone = {}
    for k, clash in enumerate(clashes if "search" not in cut else []):
        entity = clash.members[0].entity
        if (clash.table, clash.column) in NUMBERS:
            found, proven = least_change(relaxable, cells, partial(_is_of, entity), until)
            only = _remedy(found, cells) if proven else None
            cut += () if proven or "alone" in cut else ("alone",)
            if only is not None:
                alone[k] = only
    oracle.until = float("inf")  # whoever asks it further waits for the answer
    return Conflict(tuple(clashes), whole, _remedy(least, cells), alone, oracle.asked, oracle,
                    cut, seconds)  # fmt: skip


def _is_of(entity: tuple[str, str, str], member: Member) -> bool:
    return member.entity == entity


def _search(relaxable: Relaxable, cells: Cells, oracle: Oracle) -> list[int] | None:
    """Members of the smallest set; None where all can stand, empty where nothing need stand."""
    members = relaxable.members
    everything = frozenset(range(len(members)))
    if oracle.feasible(everything):
        return None
    if not oracle.feasible(frozenset()):
        return []
    start = everything
    if len(relaxable.program.row_low) > LARGE and not oracle.linear(everything):
        found = frozenset(oracle.irreducible())
        start = found if found and not oracle.feasible(found) else everything
    groups: dict[tuple[str, ...], list[int]] = {}
    for i in sorted(start, key=lambda i: _rank(members.names[i], cells)):
        groups.setdefault(members.names[i].entity, []).append(i)
    numbered = list(groups.values())

    def hold(some: frozenset[int]) -> bool:
        return oracle.feasible(i for g in some for i in numbered[g])

    kept = minimal_conflict(range(len(numbered)), hold, [])
    single = [i for g in kept for i in numbered[g]]
    return minimal_conflict(single, oracle.feasible, [])


def _rank(member: Member, cells: Cells) -> tuple[object, ...]:
    """Order of search: by kind, then early periods first."""
    kind = member.kind
    if kind == "limit" and cells.value("limit", member.key, "sense") == ">=":
        kind = "requirement"
    if member.column == "captive_to":
        kind = "captive"
    at = cells.calendar.labels.index(member.period) if member.period in cells.calendar.labels else 0
    return ORDER.index(kind), member.table, member.key, member.column, at, member.branch


def _clashes(found: list[Member], cells: Cells) -> list[Clash]:
    by_entity: dict[tuple[str, str, str], list[Member]] = {}
    for member in found:
        by_entity.setdefault(member.entity, []).append(member)
    out = []
    for group in by_entity.values():
        first = group[0]
        place = cells.place(first.table, first.key, first.column, first.period, first.branch)
        out.append(Clash(tuple(group), place, say_clash(group, cells)))
    return out


def _remedy(changes: list[Change] | None, cells: Cells) -> Remedy | None:
    if changes is None:
        return None
    by_entity: dict[tuple[str, str, str], list[Change]] = {}
    for change in changes:
        by_entity.setdefault(change.member.entity, []).append(change)
    says, places = [], []
    for group in by_entity.values():
        m = group[0].member
        says.append(say_change(group, cells))
        places.append(cells.place(m.table, m.key, m.column, m.period, m.branch))
    return Remedy(tuple(changes), tuple(says), tuple(places))
