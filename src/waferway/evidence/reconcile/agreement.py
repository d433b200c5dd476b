"""How two claims relate: agree, differ in time or scope, contradict, or have one origin.

Owns the comparison of a pair and the value of a group. Refuses to drop either side of a
conflict. Deterministic: the same claims, policy and day give the same answer in any order.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from waferway.errors import UnitError
from waferway.evidence.claims import Claim
from waferway.evidence.reconcile.policy import GENERIC_METRICS, Policy
from waferway.units import convert

__all__ = ["Relation", "bounds_of", "gap", "in_unit", "overlap", "relate", "weighted_median"]

Kind = Literal["agree", "one_origin", "differ_time", "differ_scope", "contradict", "not_comparable"]


@dataclass(frozen=True, order=True)
class Relation:
    """How two claims relate.

    Parameters
    ----------
    first, second : str
        Claim ids, first < second.
    kind : str
        agree, one_origin, differ_time, differ_scope, contradict or not_comparable.
    reason : str
        The arithmetic or the fields that differ.
    """

    first: str
    second: str
    kind: Kind
    reason: str

    def to_json(self) -> dict[str, Any]:
        """The relation as plain data."""
        return {
            "first": self.first,
            "second": self.second,
            "kind": self.kind,
            "reason": self.reason,
        }


def bounds_of(claim: Claim) -> tuple[float, float]:
    """Lower and upper bound of a claim; a point is its own bounds, an open side is infinite.

    Examples
    --------
    >>> from waferway.evidence.extract import claims_in
    >>> bounds_of(claims_in("capped at 1.4 GW")[0])
    (-inf, 1.4)
    """
    point = claim.value if claim.value is not None else claim.p50
    low = claim.low if claim.low is not None else claim.p05 if claim.p05 is not None else point
    high = claim.high if claim.high is not None else claim.p95 if claim.p95 is not None else point
    return (
        -math.inf if low is None else float(low),
        math.inf if high is None else float(high),
    )


def in_unit(claim: Claim, unit: str | None) -> float | None:
    """Factor from the claim's unit to another, or None where they do not mix.

    Examples
    --------
    >>> from waferway.evidence.extract import claims_in
    >>> in_unit(claims_in("300 MW")[0], "GW")
    0.001
    """
    if claim.unit == unit:
        return 1.0
    if claim.unit is None or unit is None or claim.kind in {"money", "count", "share", "ratio"}:
        return None
    try:
        return convert(1.0, claim.unit, unit)
    except UnitError:
        return None


def gap(first: Claim, second: Claim) -> float:
    """Distance between the intervals of two claims in the unit of the first; 0 if they touch."""
    factor = in_unit(second, first.unit)
    if factor is None:
        return math.nan
    low, high = bounds_of(first)
    other_low, other_high = (bound * factor for bound in bounds_of(second))
    return max(0.0, other_low - high, low - other_high)


def overlap(first: Claim, second: Claim) -> bool | None:
    """Whether the times two claims are about overlap; None where one of them states none."""
    if first.valid_text is None or second.valid_text is None:
        return True if first.valid_text == second.valid_text else None
    if first.valid_text == second.valid_text:
        return True
    dated = [c for c in (first, second) if c.valid_from is not None or c.valid_to is not None]
    if len(dated) < 2:  # fiscal years and days without a year compare as they are written
        return False
    begins = [claim.valid_from or dt.date.min for claim in (first, second)]
    ends = [claim.valid_to or dt.date.max for claim in (first, second)]
    return max(begins) < min(ends)


def relate(
    first: Claim, second: Claim, policy: Policy, families: dict[str, str] | None = None
) -> Relation:
    """Relation of two claims on one subject and metric.

    Parameters
    ----------
    first, second : Claim
    policy : Policy
        Its tolerance decides, never below the resolution of either claim.
    families : dict, optional
        Family by source; claims of one family are one voice.

    Returns
    -------
    Relation

    Examples
    --------
    >>> from waferway.evidence.extract import claims_in
    >>> one, = claims_in("Lead times are 36 weeks.", source_id="a")
    >>> two, = claims_in("Lead times are 22 weeks.", source_id="b")
    >>> relate(one, two, Policy()).kind
    'contradict'
    """
    if second.claim_id < first.claim_id:
        first, second = second, first
    made = _relate(first, second, policy, families or {})
    return Relation(first.claim_id, second.claim_id, *made)


def _relate(
    first: Claim, second: Claim, policy: Policy, families: dict[str, str]
) -> tuple[Kind, str]:
    distance = gap(first, second)
    if math.isnan(distance):
        return "not_comparable", f"units {first.unit} and {second.unit} do not mix"
    one, two = (families.get(c.source_id or "", c.source_id or "") for c in (first, second))
    voice = one == two and bool(one)
    _, tolerance = policy.of(first.metric)
    factor = in_unit(second, first.unit) or 1.0
    reference = max(_size(first), _size(second) * factor)
    steps = [_step(claim) for claim in (first, second)]
    allowed = max([tolerance * reference, *steps])
    equal = distance <= allowed
    says = f"gap {distance:.6g} {first.unit or ''}, allowed {allowed:.6g}"
    times = overlap(first, second)
    if first.qualifiers != second.qualifiers or first.basis != second.basis:
        names = sorted(
            name
            for name in {*first.qualifiers, *second.qualifiers}
            if first.qualifiers.get(name) != second.qualifiers.get(name)
        ) or ["basis"]
        return "differ_scope", f"{', '.join(names)} differ; {says}"
    if times is False:
        return "differ_time", f"{first.valid_text} and {second.valid_text} do not overlap"
    if equal:
        if voice and first.source_id != second.source_id:
            return "one_origin", f"both in family {one}; {says}"
        return "agree", says
    if first.source_id == second.source_id and first.source_id:
        return "not_comparable", "two figures of one text; it does not say they are one quantity"
    if times is None:
        return "differ_time", "one of the two states no time"
    if first.metric in GENERIC_METRICS:
        return "not_comparable", f"{first.metric} does not say what was measured"
    if first.modality != second.modality:
        return "differ_scope", f"{first.modality} against {second.modality}; {says}"
    return "contradict", says


def _step(claim: Claim) -> float:
    """Resolution of a claim; things counted one by one are counted exactly."""
    if claim.resolution is None or (claim.kind == "count" and claim.resolution <= 1):
        return 0.0
    return float(claim.resolution)


def _size(claim: Claim) -> float:
    return max((abs(bound) for bound in bounds_of(claim) if math.isfinite(bound)), default=0.0)


def weighted_median(values: Sequence[float], weights: Sequence[float]) -> float:
    """Weighted median; the midpoint where half the weight lies on each side.

    Examples
    --------
    >>> weighted_median([90.0, 91.0], [1.0, 1.0])
    90.5
    """
    pairs = sorted(zip(values, weights, strict=True))
    half = math.fsum(weights) / 2
    below = 0.0
    for place, (value, weight) in enumerate(pairs):
        below += weight
        if math.isclose(below, half, rel_tol=1e-12) and place + 1 < len(pairs):
            return (value + pairs[place + 1][0]) / 2
        if below > half:
            return value
    return pairs[-1][0]
