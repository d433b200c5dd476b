"""One evaluator for every way of putting a chip together.

Owns the rule that scrap carries everything attached so far. Refuses to know what a step is:
2.5D, fan-out, multi-chip modules, stacking, chip-first and chip-last are trees of steps.

A step takes good outputs of earlier steps, adds a cost, and a share of its outputs is good:
``cost per good output = (sum_i quantity_i cost_i + c) / y``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import RangeError

__all__ = ["Flow", "FlowCost", "Step", "StepCost", "evaluate_flow", "sequence"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """One step, with the steps whose good outputs it takes.

    Attributes
    ----------
    name : str
        Unique in a flow.
    cost_usd : array or float, USD
        Added for each start of this step; at least 0.
    good_fraction : array or float
        Share of starts that are good, above 0 to 1.
    inputs : tuple of (Step, quantity)
        Good outputs of other steps taken per start.
    group : str
        What a bill of materials calls it: ``logic``, ``hbm``, ``packaging``, ``test`` ...
    """

    name: str
    cost_usd: ArrayLike = 0.0
    good_fraction: ArrayLike = 1.0
    inputs: tuple[tuple[Step, float], ...] = ()
    group: str = "packaging"

    def __post_init__(self) -> None:
        cost, good = np.asarray(self.cost_usd, float), np.asarray(self.good_fraction, float)
        if not (cost >= 0).all():
            raise RangeError(f"cost_usd of step {self.name} is {cost.min():g}; at least 0")
        if not ((good > 0) & (good <= 1)).all():
            raise RangeError(f"good_fraction of step {self.name} leaves the range above 0 to 1")
        for step, quantity in self.inputs:
            if quantity <= 0:
                raise RangeError(f"step {self.name} takes {quantity:g} of {step.name}; above 0")


Flow = Step  # a flow is named by its last step


@dataclass(frozen=True)
class StepCost:
    """What one step costs per good final output.

    Attributes
    ----------
    name, group : str
    starts : array
        Starts of the step per good final output.
    spent_usd : array, USD
        Cost added by the step in those starts.
    needed_usd : array, USD
        The same if nothing were ever scrapped.
    lost_usd : array, USD
        Value scrapped at the step to get the needed outputs: its own cost and everything
        attached so far. What a later step scraps of them is counted there.
    """

    name: str
    group: str
    starts: Array
    spent_usd: Array
    needed_usd: Array
    lost_usd: Array


@dataclass(frozen=True)
class FlowCost:
    """Cost of one good final output, with where it is spent and lost.

    Attributes
    ----------
    total_usd : array, USD
        Sum of `spent_usd`; also sum of `needed_usd` and `lost_usd`.
    steps : tuple of StepCost
        Inputs before the steps that take them.
    """

    total_usd: Array
    steps: tuple[StepCost, ...] = field(default=())

    def step(self, name: str) -> StepCost:
        """The step of this name."""
        for step in self.steps:
            if step.name == name:
                return step
        raise RangeError(f"{name!r} is no step; steps are {[s.name for s in self.steps]}")

    def by_group(self, what: str = "spent_usd") -> dict[str, Array]:
        """Sums over the steps of each group, in order of first appearance."""
        out: dict[str, Array] = {}
        for step in self.steps:
            value = getattr(step, what)
            out[step.group] = out[step.group] + value if step.group in out else value
        return out


def sequence(steps: list[Step]) -> Step:
    """Chain steps that each take one output of the one before; returns the last.

    Examples
    --------
    >>> last = sequence([Step("die", 60.0), Step("bond", 5.0, 0.9), Step("test", 2.0, 0.98)])
    >>> round(float(evaluate_flow(last).total_usd), 3)
    75.737
    """
    chained = steps[0]
    for step in steps[1:]:
        chained = Step(
            step.name,
            step.cost_usd,
            step.good_fraction,
            ((chained, 1.0), *step.inputs),
            step.group,
        )
    return chained


def _walk(step: Step, needed: float, starts: Array) -> Iterator[tuple[Step, float, Array]]:
    """Every use of every step below `step`, with its quantity and starts per final output."""
    begun = starts / np.asarray(step.good_fraction, float)
    for source, quantity in step.inputs:
        yield from _walk(source, needed * quantity, begun * quantity)
    yield step, needed, begun


def evaluate_flow(last: Step) -> FlowCost:
    """Cost of one good output of the last step.

    Parameters
    ----------
    last : Step
        Root of the tree. A step used in several places is counted in each.

    Returns
    -------
    FlowCost

    Raises
    ------
    RangeError
        If two different steps share a name.

    Examples
    --------
    Two dies and an interposer, joined at once:

    >>> die = Step("die", 100.0, 0.8, group="logic")
    >>> interposer = Step("interposer", 50.0, 0.95)
    >>> cost = evaluate_flow(Step("join", 20.0, 0.9, ((die, 2), (interposer, 1))))
    >>> round(float(cost.total_usd), 2)
    358.48
    >>> round(float(cost.step("die").starts), 3)
    2.778
    """
    seen: dict[str, Step] = {}
    rows: dict[str, list[Array]] = {}
    value: dict[str, Array] = {}

    def worth(step: Step) -> Array:
        """Cost of one start of a step, inputs included."""
        if step.name not in value:
            total = np.asarray(step.cost_usd, float)
            for source, quantity in step.inputs:
                good = np.asarray(source.good_fraction, float)
                total = total + quantity * worth(source) / good
            value[step.name] = np.asarray(total)
        return value[step.name]

    for step, needed, starts in _walk(last, 1.0, np.asarray(1.0)):
        if seen.setdefault(step.name, step) is not step:
            raise RangeError(f"two different steps are called {step.name}")
        cost = np.asarray(step.cost_usd, float)
        good = np.asarray(step.good_fraction, float)
        lost = needed * (1 - good) / good * worth(step)
        parts = [starts, starts * cost, needed * cost, lost]
        if step.name in rows:
            rows[step.name] = [a + b for a, b in zip(rows[step.name], parts, strict=True)]
        else:
            rows[step.name] = [np.asarray(part) for part in parts]
    steps = tuple(StepCost(name, seen[name].group, *parts) for name, parts in rows.items())
    return FlowCost(worth(last) / np.asarray(last.good_fraction, float), steps)
