"""History: past starts and deliveries are those of `outturn`, shared out by days."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from waferway.calendar import period
from waferway.planning.verification.capacity import text
from waferway.planning.verification.reading import Clock
from waferway.planning.verification.result import Findings

__all__ = ["check_history", "started_before"]

Floats = NDArray[np.float64]


def _spread(clock: Clock, label: str) -> Floats:
    """Shares of an outturn period that fall in the periods of the plan, by days."""
    span = period(label)
    low, high = float(span.start.toordinal()), float(span.end.toordinal())
    shares: Floats = clock.share(low, high) * clock.days / (high - low)
    return shares


def _rows(operation: Any) -> list[tuple[str, str, str, str, float]]:
    frame = operation.structure.network.table("outturn")
    columns = ("measure", "subject", "of", "period", "quantity")
    return list(zip(*(frame[column] for column in columns), strict=True))


def started_before(operation: Any) -> set[str]:
    """Recipes of which history records a start, whenever."""
    return {
        subject
        for measure, subject, _, _, quantity in _rows(operation)
        if measure == "starts" and quantity > 0
    }


def check_history(operation: Any, findings: Findings) -> None:
    """Compare what the plan shows of the past with `outturn`."""
    past, structure, clock = ~operation.decided, operation.structure, operation.clock
    if not past.any():
        return
    activity = {(a.recipe, a.line): i for i, a in enumerate(operation.activities)}
    begun = np.zeros_like(operation.x)
    taken: dict[tuple[str, str], Floats] = {}
    for measure, subject, of, when, quantity in _rows(operation):
        if measure == "starts" and (subject, of) in activity:
            begun[activity[subject, of]] += quantity * _spread(clock, when)
        elif measure == "deliveries":
            before = taken.get((of, subject), np.zeros(clock.size))
            taken[of, subject] = before + quantity * _spread(clock, when)
    findings.compare(
        "history",
        [f"{a.recipe} on {a.line}" for a in operation.activities],
        operation.x,
        "==",
        begun,
        "past starts are those of history",
        branch=operation.branch,
        where=past[None, :],
    )
    expected: dict[tuple[str, ...], Floats] = {}
    row = {name: at for at, name in enumerate(operation.demands)}
    regions = structure.network.table("demand")["region"]
    for (demand, item), amounts in taken.items():
        if demand not in row:
            continue
        region = text(regions[demand])
        places = [region] if region else [p for i, p in structure.arises if i == item]
        able = [p for p in places if not structure.service(row[demand], item, p)[0]]
        for place in able:
            expected[demand, item, place] = amounts / len(able)
    zero = np.zeros(clock.size)
    keys = list(dict.fromkeys([*expected, *operation.served_keys]))
    have = dict(zip(operation.served_keys, operation.y, strict=True))
    if keys:
        findings.compare(
            "history",
            [f"{i} from {p} to {d}" for d, i, p in keys],
            np.array([have.get(key, zero) for key in keys]),
            "==",
            np.array([expected.get(key, zero) for key in keys]),
            "past deliveries are those of history, spread evenly",
            branch=operation.branch,
            where=past[None, :],
        )
