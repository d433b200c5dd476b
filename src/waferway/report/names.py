"""Names and periods of a plan, for people.

Owns wording that figures and sentences share.
"""

from __future__ import annotations

from waferway.planning.explanation.links import link_unit as unit_of_link
from waferway.planning.plan import Plan

__all__ = ["label_of", "link_label", "link_unit", "spell_years", "years_shown"]


def years_shown(plan: Plan) -> dict[str, int]:
    """Calendar year of every shown period, by label."""
    return {p.label: p.start.year for p, s in zip(plan.calendar, plan.shown, strict=True) if s}


def label_of(plan: Plan, table: str, key: str) -> str:
    """Label of a row where it has one, else its key."""
    frame = plan.network.table(table)
    if key in frame.index and "label" in frame and frame.loc[key, "label"]:
        return str(frame.loc[key, "label"])
    return key


def link_label(plan: Plan, link: str) -> str:
    """Name of a technology or of a limit, for people."""
    if link in plan.network.table("technology").index:
        return label_of(plan, "technology", link)
    return f"{link} (limit)"


def link_unit(plan: Plan, link: str) -> str:
    """What one more unit of a technology or a limit is: a wafer, a stack, a MW."""
    return unit_of_link(plan.network, link)


def spell_years(years: list[int]) -> str:
    """Years in words: runs as spans.

    Examples
    --------
    >>> spell_years([2025, 2026, 2027, 2030])
    '2025-2027, 2030'
    """
    parts, start = [], years[0]
    for before, year in zip(years, [*years[1:], 0], strict=True):
        if year != before + 1:
            parts.append(f"{start}" if start == before else f"{start}-{before}")
            start = year
    return ", ".join(parts)
