"""The figures of a plan, a room for each question.

Owns their order. A figure never computes anything that its table does not show.
"""

from __future__ import annotations

from collections.abc import Callable

from waferway.planning.plan import Plan
from waferway.planning.prices import Prices
from waferway.report.figure import Figure
from waferway.report.figures.bottlenecks import bottlenecks
from waferway.report.figures.builds import builds
from waferway.report.figures.compute_flow import compute_flow
from waferway.report.figures.evidence import evidence
from waferway.report.figures.money import cost, money_by_year
from waferway.report.figures.places import places
from waferway.report.figures.reading import PlanReading
from waferway.report.figures.supply import supply
from waferway.report.figures.use import use

__all__ = ["NAMES", "figures_of", "read_figure"]

DRAWERS: dict[str, Callable[[PlanReading], Figure | None]] = {
    "supply": supply,
    "map": places,
    "bottlenecks": bottlenecks,
    "flow": compute_flow,
    "builds": builds,
    "cost": cost,
    "money": money_by_year,
    "use": use,
    "evidence": evidence,
}
NAMES = tuple(DRAWERS)
"""Names of the figures of a plan, in the order of the report."""


def figures_of(plan: Plan, prices: Prices | None = None) -> list[Figure]:
    """Every figure that the plan has something to say in."""
    reading = PlanReading.of(plan, prices)
    return [figure for draw in DRAWERS.values() if (figure := draw(reading)) is not None]


def read_figure(plan: Plan, name: str) -> Figure:
    """One figure of a plan, by name.

    Parameters
    ----------
    plan : Plan
    name : str
        One of `NAMES`.

    Raises
    ------
    InputError
        If there is no such figure, or the plan has nothing to say in it.
    """
    from waferway.errors import Fault, InputError, Place, nearest

    if name not in DRAWERS:
        near = nearest(name, NAMES)
        raise InputError(
            [Fault(Place(), f'"{name}" is no figure of a plan',
                   why=f"figures are: {', '.join(NAMES)}",
                   suggestion=f"did you mean {near[0]}?" if near else "", kind="unknown figure")],
            "nothing was drawn",
        )  # fmt: skip
    figure = DRAWERS[name](PlanReading.of(plan))
    if figure is None:
        there = ", ".join(f.name for f in figures_of(plan))
        raise InputError(
            [Fault(Place(), f'this plan has nothing to show in "{name}"',
                   why=f"it shows: {there}", kind="empty figure")],
            "nothing was drawn",
        )  # fmt: skip
    return figure
