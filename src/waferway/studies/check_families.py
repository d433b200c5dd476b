"""Kinds of claims that a check can judge: how each compares.

Owns the declaration of families: which metrics of a text meet which metric of the record, how
far two sources usually differ, and whether the quantity is fixed, changes with time, or is a
plan that its owner may revise. Refuses texts and verdicts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

__all__ = ["FAMILIES", "Family"]


@dataclass(frozen=True)
class Family:
    """How claims of one metric of the record compare with those of a text.

    Parameters
    ----------
    metric : str
        Of the record.
    said : frozenset of str
        Metrics of a text that may mean it.
    nature : "fixed", "state" or "plan"
        Fixed: holds at any time (a data sheet, a distance). State: holds for a period. Plan: its
        owner announces and may revise it; the newest announcement counts.
    near, far : float
        Relative gaps: up to `near` two figures are one, beyond `far` they contradict; between
        the two no verdict is given, since sources differ that much.
    absolute : bool
        Whether `near` and `far` are points of a percentage rather than relative.
    """

    metric: str
    said: frozenset[str]
    nature: Literal["fixed", "state", "plan"]
    near: float
    far: float
    absolute: bool = False


def _family(
    metric: str, said: str, nature: Literal["fixed", "state", "plan"], near: float, far: float,
    *, absolute: bool = False,
) -> tuple[str, Family]:  # fmt: skip
    return metric, Family(metric, frozenset(said.split()), nature, near, far, absolute)


FAMILIES: dict[str, Family] = dict(
    [
        _family("market_share", "market_share share", "state", 1.5, 15.0, absolute=True),
        _family("item_share", "market_share share", "state", 2.0, 20.0, absolute=True),
        _family("revenue_share", "market_share share", "state", 1.0, 8.0, absolute=True),
        _family("capacity", "capacity wafers", "state", 0.07, 0.4),
        _family("output", "capacity wafers shipments", "state", 0.07, 0.4),
        _family("demand", "capacity wafers", "state", 0.07, 0.4),
        _family("revenue", "revenue", "state", 0.03, 0.5),
        _family("investment", "investment amount funds_sought contract_value", "plan", 0.03, 0.15),
        _family("capex", "investment amount", "state", 0.03, 0.25),
        _family("contract_value", "contract_value amount investment", "plan", 0.03, 0.2),
        _family("funds_sought", "funds_sought investment amount", "plan", 0.03, 0.2),
        _family("subsidy", "subsidy amount investment contract_value", "plan", 0.04, 0.15),
        _family("fabs_new", "fabs_new fabs", "plan", 0.0, 0.0),
        _family("research_centres_new", "research_centres_new research_centres", "plan", 0.0, 0.0),
        _family("fabs_existing", "fabs_existing fabs", "state", 0.0, 0.0),
        _family("price", "price amount", "state", 0.15, 0.6),
        _family("memory", "memory", "fixed", 0.015, 0.06),
        _family("bandwidth", "ratio", "fixed", 0.02, 0.1),
        _family("compute", "ratio pflops tflops", "fixed", 0.02, 0.2),
        _family("power", "power power_cap", "plan", 0.03, 0.5),
        _family("area", "area", "fixed", 0.03, 0.15),
        _family("stack", "stack", "fixed", 0.0, 0.0),
        _family("die", "die", "fixed", 0.0, 0.0),
        _family("transistor", "transistor", "fixed", 0.02, 0.1),
        _family(
            "shipments", "shipments gpu chip accelerator unit wafers counted_product", "state",
            0.1, 1.0,
        ),
        _family(
            "purchases", "shipments gpu chip accelerator unit counted_product", "state", 0.05, 0.5
        ),
        _family("fab_cost", "amount investment price", "fixed", 0.1, 0.7),
        _family("distance", "distance length", "fixed", 0.1, 0.3),
        _family("companies", "companies", "state", 0.0, math.inf),
        _family("rank", "rank", "state", 0.0, 0.0),
        _family("build_time", "period lead_time", "state", 0.1, 0.4),
    ]
)  # fmt: skip
