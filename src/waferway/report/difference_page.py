"""The page of a difference: what changed from one plan to another, first cause first.

Owns the order of the page; the figures are drawn in `waferway.report.figures.changes`.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from waferway.network.difference import NetworkDifference, cell_lines
from waferway.planning.plan import Plan
from waferway.planning.summary import money
from waferway.report.figures.changes import capacity_moved, compute_changed, money_changed
from waferway.report.page import Page, Section, write_page
from waferway.studies.comparison import PlanDifference

__all__ = ["difference_page", "write_difference"]


def write_difference(
    found: PlanDifference | NetworkDifference, path: str | Path, plan: Plan | None = None,
    force: bool = False,
) -> Path:  # fmt: skip
    """Write the page of a difference, atomically.

    Parameters
    ----------
    found : PlanDifference or NetworkDifference
    path : path
        File to write; must not exist unless `force`.
    plan : Plan, optional
        The later plan, for the map; none for two networks.
    force : bool

    Returns
    -------
    Path

    Raises
    ------
    OutputExists
    """
    return write_page(difference_page(found, plan), path, force)


def difference_page(found: PlanDifference | NetworkDifference, plan: Plan | None = None) -> Page:
    """The page of a difference as plain data."""
    if isinstance(found, NetworkDifference):
        count = len(found.cells) + len(found.rows) + len(found.settings)
        answer = [f"{count} inputs differ." if found else "No input differs."]
        return Page("Two networks", "waferway diff", "", answer, _inputs(found))
    if not found:
        return Page("Two plans", "waferway diff", _question(plan), _answer(found))
    sections = []
    if len(found.question):
        sections.append(Section("asked", "What was asked", "Asked", table=found.question))
    sections += _inputs(found.inputs)
    if len(found.decisions):
        first = found.decisions.iloc[0]
        title = f"Decisions part in {first['period']}: {first['kind']} of {first['what']}"
        sections.append(Section("decisions", title, "Decisions", table=found.decisions))
    figures = [compute_changed(found), capacity_moved(found, plan) if plan else None,
               money_changed(found)]  # fmt: skip
    sections += [Section.of(figure) for figure in figures if figure is not None]
    if len(found.capacity):
        sections.append(Section("lines", "Lines whose capacity differs", "Lines",
                                table=found.capacity))  # fmt: skip
    return Page("Two plans", "waferway diff", _question(plan), _answer(found), sections)


def _question(plan: Plan | None) -> str:
    return "" if plan is None else f"{plan.manifest['start']} to {plan.manifest['until']}"


def _answer(found: PlanDifference) -> list[str]:
    if not found:
        return ["The two plans are the same."]
    count = len(found.inputs.cells) + len(found.inputs.rows) + len(found.inputs.settings)
    said = [f"{count} inputs and {len(found.decisions)} decisions differ."]
    supply = found.supply.dropna()
    if len(supply):
        last = supply.iloc[-1]
        said.append(
            f"Compute in {int(last['year'])}: {last['delivered_before'] / 1e6:,.4g} -> "
            f"{last['delivered_after'] / 1e6:,.4g} million {found.basis}."
        )
    elif found.not_compared:
        said.append(f"Compute is {found.not_compared}.")
    cost = found.money[found.money["kind"] == "discounted cost"]
    if len(cost):
        before, after = cost.iloc[0]["before_usd"], cost.iloc[0]["after_usd"]
        said.append(
            f"Discounted cost, unserved demand at its value: {money(before)} -> {money(after)}."
        )
    if found.within_gap:
        said.append(
            "The two costs lie within the gaps of the two solves: decisions that differ may be "
            "equally good."
        )
    return said


def _inputs(found: NetworkDifference) -> list[Section]:
    if not found:
        return []
    out = []
    if len(found.settings):
        table = found.settings.astype(str)
        out.append(Section("settings", "Settings", "Settings", table=table))
    lines = cell_lines(found.cells)
    if lines:
        cells = found.cells.drop(columns=["claims_before", "claims_after", "age_months"])
        cells = cells.astype(object).where(cells.notna(), None)
        out.append(Section("inputs", f"{len(lines)} inputs changed", "Inputs",
                           paragraphs=lines[:12], table=pd.DataFrame(cells)))  # fmt: skip
    if len(found.rows):
        out.append(Section("rows", f"{len(found.rows)} rows added or removed", "Rows",
                           table=found.rows))  # fmt: skip
    if len(found.claims):
        out.append(Section("claims", f"{len(found.claims)} claims added, removed or changed",
                           "Claims", table=found.claims))  # fmt: skip
    return out
