"""What pays for each build of a plan, and what would have been the next best.

Owns worth, paying periods and alternatives of whole decisions. Definitions are on the
mathematics page, section "Explanations".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from waferway.planning.explanation.choices import (
    Choice,
    Experiments,
    Outcome,
    choices_of,
    row_names,
)

if TYPE_CHECKING:
    from waferway.planning.plan import Plan
    from waferway.planning.prices import Solved

__all__ = ["ALTERNATIVES", "BUILDS", "PAYING", "Builds", "explain_builds"]

BUILDS = ("kind", "name", "period", "taken", "cost_usd", "worth_usd", "value_low_usd",
          "value_high_usd")  # fmt: skip
PAYING = ("kind", "name", "period", "branch", "in_period", "row", "subject", "value_usd",
          "value_without_usd")  # fmt: skip
ALTERNATIVES = ("kind", "name", "period", "instead", "instead_kind", "instead_name",
                "instead_period", "extra_usd", "bound_usd")  # fmt: skip
MOST = 48
"""Builds that are explained: the dearest of a plan; the others are counted."""

WORKERS = 2
"""Builds that are asked about at once."""

TRIALS = 3
"""Alternatives of a class that are solved for one build; the rest is bounded from below."""


@dataclass(frozen=True)
class Builds:
    """Three tables about the whole decisions of a plan, and what stood before each was undone.

    Attributes
    ----------
    builds, paying, alternatives : DataFrame
        See `waferway.planning.explanation.Explanation`.
    left_out : int
        Builds that are not explained, cheaper than all that are.
    plain : Outcome
        The plan itself.
    without : list of (Choice, Outcome)
        The plan with each choice taken once less.
    """

    builds: pd.DataFrame
    paying: pd.DataFrame
    alternatives: pd.DataFrame
    left_out: int
    plain: Outcome
    without: list[tuple[Choice, Outcome]]


def explain_builds(plan: Plan, name: str = "") -> Builds:
    """Worth, paying periods and cheapest rejected alternatives of the builds of a plan.

    Parameters
    ----------
    plan : Plan
    name : str
        Every taking of this module, site, right or stake; default: the last of each, which is
        the one that had to pay with all others standing.
    """
    everything, d, v = choices_of(plan)
    experiments = Experiments(plan.solved)
    plain = experiments.plan_itself()
    cost = plan.solved.program.cost
    taken = _taken(everything, name)
    taken.sort(key=lambda c: (-cost[c.column] * c.taken, c.kind, c.name, c.at))
    kept = taken[:MOST]
    names = row_names(plan.solved)
    group = _groups(d)
    builds, paying, alternatives, without = [], [], [], []
    solved = _tried(kept, everything, group, plan.solved)
    for choice, (less, instead) in zip(kept, solved, strict=True):
        without.append((choice, less))
        mine = (choice.kind, choice.name, choice.period)
        rows = _paying(choice, plain, less, experiments, v, plan, names)
        paying += [(*mine, *row) for row in rows]
        gain = [sum(max(0.0, r[k]) for r in rows) for k in (-2, -1)]
        worth = less.value - plain.value
        builds.append(
            (*mine, choice.taken, float(cost[choice.column]),
             worth if np.isfinite(worth) else np.nan, min(gain), max(gain))
        )  # fmt: skip
        if not np.isfinite(less.value):
            continue
        alternatives.append((*mine, "without", "", "", "", worth, worth))
        for label, found in instead:
            if found.choice is not None:
                other = found.choice
                alternatives.append(
                    (*mine, label, other.kind, other.name, other.period,
                     found.value - plain.value, found.bound - plain.value)
                )  # fmt: skip
    experiments.highs.setBasis(plan.solved.basis)
    return Builds(
        pd.DataFrame(builds, columns=list(BUILDS)),
        pd.DataFrame(paying, columns=list(PAYING)),
        pd.DataFrame(alternatives, columns=list(ALTERNATIVES)),
        len(taken) - len(kept),
        plain,
        without,
    )


def _tried(
    kept: Sequence[Choice], everything: Sequence[Choice], group: dict[tuple[str, str], str],
    at: Solved,
) -> list[tuple[Outcome, list[tuple[str, _Found]]]]:  # fmt: skip
    """The plan without each choice, and the best alternatives of each class; `WORKERS` at once.

    The solver works outside Python's lock, and each experiment begins from the plan's own basis:
    the answers are the same with one worker.
    """
    waiting: SimpleQueue[Experiments] = SimpleQueue()
    workers = min(WORKERS, len(kept))
    for _ in range(workers):
        waiting.put(Experiments(at, apart=True))

    def ask(choice: Choice) -> tuple[Outcome, list[tuple[str, _Found]]]:
        mine = waiting.get()
        try:
            less = mine.after({choice.column: -1})
            if not np.isfinite(less.value):
                return less, []
            return less, [
                (label, _cheapest(choice, [c for c in everything if fits(c)], less, mine))
                for label, fits in _classes(choice, group)
            ]
        finally:
            waiting.put(mine)

    with ThreadPoolExecutor(max(1, workers)) as pool:
        return list(pool.map(ask, kept))


def _taken(everything: Sequence[Choice], name: str) -> list[Choice]:
    """What the plan takes: all of one name, else the last of each."""
    taken = [c for c in everything if c.taken > 0]
    if name:
        return [c for c in taken if c.name == name]
    last = {(c.kind, c.name): c for c in sorted(taken, key=lambda c: c.at)}
    return list(last.values())


def _groups(d: Any) -> dict[tuple[str, str], str]:
    """What may stand for what: modules of one link; openings, rights, stakes among themselves."""
    family = zip(d.module["module"], d.module["family"], strict=True)
    return {("order", name): str(link) for name, link in family}


def _classes(
    choice: Choice, group: dict[tuple[str, str], str]
) -> list[tuple[str, Callable[[Choice], bool]]]:
    """Classes of alternatives: another of the same link then, the same a period beside."""
    mine = group.get((choice.kind, choice.name), choice.kind)

    def another(c: Choice) -> bool:
        same = group.get((c.kind, c.name), c.kind) == mine
        return same and c.at == choice.at and c.name != choice.name

    def beside(c: Choice) -> bool:
        return (c.kind, c.name) == (choice.kind, choice.name) and abs(c.at - choice.at) == 1

    return [("another", another), ("another time", beside)]


@dataclass(frozen=True)
class _Found:
    """The best alternative solved, None where doing without is better, and a bound on all."""

    choice: Choice | None
    value: float
    bound: float


def _cheapest(
    choice: Choice, candidates: Sequence[Choice], less: Outcome, experiments: Experiments
) -> _Found:
    """The candidate with which the plan costs least once the choice is undone.

    The cost is convex in the fixed decisions, so cost without plus reduced cost is a bound from
    below: candidates are solved in the order of their bounds until no bound is better.
    """
    bounds = np.array([less.value + float(less.reduced[c.column]) for c in candidates])
    best = _Found(None, less.value, less.value)
    tried = 0
    for k in np.lexsort((np.array([c.at for c in candidates]), bounds)):
        if bounds[k] >= best.value - 1e-9 * abs(best.value):
            break
        changes = {choice.column: -1, candidates[k].column: 1}
        if not experiments.allowed(changes):
            continue
        if tried == TRIALS:
            return _Found(best.choice, best.value, min(best.value, float(bounds[k])))
        tried += 1
        value = experiments.value_after(changes)
        if value < best.value:
            best = _Found(candidates[k], value, value)
    return best


def _paying(
    choice: Choice,
    plain: Outcome,
    less: Outcome,
    experiments: Experiments,
    v: Any,
    plan: Plan,
    names: pd.DataFrame,
) -> list[tuple[Any, ...]]:
    """Branch, period, row, subject and value of all that one more taking of a choice moves.

    The value is what the row saves (above 0) or asks for (below 0), discounted and expected, at
    the prices of the plan and at those without the choice.
    """
    effects: dict[int, float] = {}
    added = {
        int(plan.solved.program.columns[0][v.added.offset + k]): k for k in range(v.added.size)
    }
    own_rows = {}
    for row, coefficient in experiments.entries(choice.column):
        if names.at[row, "row"] == "added":
            own_rows[row] = coefficient
        else:
            effects[row] = effects.get(row, 0.0) + coefficient
    direct = -float(plan.solved.program.cost[choice.column])
    running: dict[str, float] = {}
    for row, coefficient in own_rows.items():
        # The row says added - brings = 0: the decision `added` moves by minus the coefficient.
        for column, one in _columns_of(plan, row):
            if column in added and one > 0:
                for other, factor in experiments.entries(column):
                    if other != row:
                        effects[other] = effects.get(other, 0.0) - coefficient * factor
                period = str(names.at[row, "period"])
                cost = float(plan.solved.program.cost[column]) * coefficient
                running[period] = running.get(period, 0.0) + cost
    nothing = np.zeros(len(plain.duals))
    out: list[tuple[Any, ...]] = []
    without = less.duals if len(less.duals) else nothing
    for row, coefficient in sorted(effects.items()):
        now, then = coefficient * plain.duals[row], coefficient * without[row]
        if abs(now) + abs(then) > 1e-9:
            branch, family, subject, period = names.loc[row]
            out.append((branch, period, family, subject, now, then if len(less.duals) else np.nan))
    out += [("", period, "running", "", usd, usd) for period, usd in running.items() if usd]
    out.append(("", choice.period, "price", "", direct, direct))
    return out


def _columns_of(plan: Plan, row: int) -> list[tuple[int, float]]:
    matrix = plan.solved.program.matrix
    span = slice(matrix.indptr[row], matrix.indptr[row + 1])
    return [(int(c), float(a)) for c, a in zip(matrix.indices[span], matrix.data[span],
                                               strict=True)]  # fmt: skip
