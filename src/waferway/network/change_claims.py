"""The claim on which a number that a scenario sets, scales or shifts rests.

Owns its wording: method ``assumed:scenario/<name>``, grade D, derived from the claim the
scenario itself cites, where there is one.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from waferway.calendar import day
from waferway.evidence.claims import Claim, Evidence
from waferway.network.change_terms import change_name, first_day_after, first_label
from waferway.network.typed_rows import number_key

__all__ = ["claim_name", "claim_of_change"]


def claim_name(change: dict[str, Any], column: str) -> str:
    """Id of the claim under the numbers that a change gives to a column."""
    return f"scenario:{change['scenario']}:{number_key(change['order'])}:{column}"


def claim_of_change(
    change: dict[str, Any], column: str, unit: str, number: Mapping[str, float],
    evidence: Evidence,
) -> Claim:  # fmt: skip
    """The assumption that a change makes, as a claim.

    Parameters
    ----------
    change : dict
        Row of table `change`.
    column : str
        What it changes.
    unit : str
        Of the number; ``"1"`` for a factor.
    number : mapping of str to float
        low, value and high; NaN is not stated.
    evidence : Evidence
        Where the claim that the scenario cites is looked up.
    """
    stated = {b: None if math.isnan(x) else Decimal(repr(x)) for b, x in number.items()}
    form: Literal["point", "interval", "at_most", "at_least"] = "point"
    if stated["value"] is None:
        form = "at_most" if stated["low"] is None else "at_least"
        form = "interval" if None not in (stated["low"], stated["high"]) else form
    stem = f"change.{change['scenario'].replace(':', '-')}.{number_key(change['order'])}"
    origin = f"{stem}.{column}" if f"{stem}.{column}" in evidence else stem
    first, end = first_label(change), first_day_after(change)
    return Claim(
        claim_id=claim_name(change, column), subject=f"{change['table']}/{change['key']}",
        metric=column, qualifiers={"operation": change["operation"]},
        kind="ratio" if change["operation"] == "multiply" else _kind_of(unit), form=form,
        unit=unit, low=stated["low"], value=stated["value"], high=stated["high"],
        modality="assumed", grade="D", valid_text=change["period"] or None,
        valid_from=day(first) if first else None,
        valid_to=None if end == dt.date.max else end,
        derived_from=(origin,) if origin in evidence else (),
        locator=f"change {change_name(change)}",
        method=f"assumed:scenario/{change['scenario']}",
    )  # fmt: skip


def _kind_of(unit: str) -> Literal["money", "share", "duration", "power", "memory", "count"]:
    first = unit.partition("/")[0]
    if first in ("day", "month", "year"):
        return "duration"
    if first in ("MW", "kW"):
        return "power"
    if first == "GB":
        return "memory"
    if unit == "1":
        return "share"
    return "money" if len(first) == 3 and first.isupper() else "count"
