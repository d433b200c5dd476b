"""What every verb begins with: the design, ported to a node if asked, and the day's technology.

Owns the opening of arguments. Refuses to check or compute.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from waferway.chips.design import ChipDesign
from waferway.chips.design_file import read_design
from waferway.chips.state import TechState, tech_state
from waferway.evidence.claims import Evidence

__all__ = ["Design", "When", "open_design"]

Design = ChipDesign | str | Path
When = int | str | dt.date


def open_design(
    design: Design,
    when: When,
    node: str | None,
    evidence: Evidence | None,
    known: str | dt.date | None,
) -> tuple[ChipDesign, TechState]:
    """The design of a path or as given, every die moved to `node`, and the state on a day."""
    chip = design if isinstance(design, ChipDesign) else read_design(design)
    if node is not None:
        dies = tuple(replace(die, node=node) for die in chip.dies)
        chip = replace(chip, dies=dies)
    return chip, tech_state(when, evidence=evidence, known=known, overrides=chip.assume)
