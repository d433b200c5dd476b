"""The report of a plan: which sections it has and what stands in them.

Owns the order of the page and its prose; the page itself is built by `waferway.report.page`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from waferway.planning.plan import Plan
from waferway.planning.prices import Prices
from waferway.report.figures import figures_of
from waferway.report.page import Page, Section, render_page, write_page
from waferway.report.prose import answer, asked, imputed_lines
from waferway.report.writing import check_target

__all__ = ["plan_page", "render_report", "report"]


def report(plan: Plan, path: str | Path, force: bool = False, deciders: Any = None) -> Path:
    """Write the one-file report of a plan, atomically.

    Parameters
    ----------
    plan : Plan
    path : path
        File to write; must not exist unless `force`.
    force : bool
    deciders : Deciders, optional
        The plan at both ends of what decides it (`waferway plan --sensitivity`).

    Returns
    -------
    Path

    Raises
    ------
    OutputExists
    """
    check_target(path, force)  # before the work of drawing
    return write_page(plan_page(plan, deciders), path, force)


def render_report(plan: Plan, deciders: Any = None, prices: Prices | None = None) -> str:
    """The report of a plan as HTML text."""
    return render_page(plan_page(plan, deciders, prices))


def plan_page(plan: Plan, deciders: Any = None, prices: Prices | None = None) -> Page:
    """The report of a plan as plain data; sections may be added before it is rendered."""
    prices = prices or plan.prices(intervals=True)
    summary = plan.summary()
    sections = [Section.of(figure) for figure in figures_of(plan, prices)]
    if deciders is not None:
        sections.append(Section("deciders", deciders.title(), "Low and high",
                                paragraphs=[deciders.note()], table=deciders.table()))  # fmt: skip
    gaps = imputed_lines(plan)
    sections.append(
        Section("sources", "What this plan rests on", "Sources", paragraphs=[str(summary.evidence)],
                points=gaps, points_title=f"Every number that fills a gap ({len(gaps)})")
    )  # fmt: skip
    title = plan.manifest["title"] or "Plan of a network"
    whose = f": the plan of {plan.manifest['party']}" if plan.manifest["party"] else ""
    return Page(
        f"{title}{whose}", "waferway plan", asked(plan), answer(plan, summary, prices), sections,
        plan.manifest,
    )  # fmt: skip
