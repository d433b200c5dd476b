"""Figures of a text in the unit of the record, as steps of arithmetic, and in words for people.

Owns the units that meet, and conversion of money with a dated rate of the record.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from waferway.evidence.claims import Claim, Evidence
from waferway.evidence.reconcile.agreement import bounds_of

__all__ = ["Step", "amount", "bounds_in", "money_in", "number"]

_SCALES: dict[str, dict[str, float]] = {
    "power": {"GW": 1e9, "MW": 1e6, "kW": 1e3, "W": 1.0},
    "memory": {"TB": 1e3, "GB": 1.0, "GiB": 1.0, "MB": 1e-3},  # makers write GB for both
    "speed": {"PB/s": 1e6, "TB/s": 1e3, "GB/s": 1.0},
    "flops": {"EFLOPS": 1e6, "PFLOPS": 1e3, "TFLOPS": 1.0},
    "time": {"year": 365.25, "month": 30.4375, "week": 7.0, "day": 1.0},
    "length": {"mi": 1.609344, "km": 1.0, "m": 1e-3},
    "area": {"km2": 1e6, "ha": 1e4, "m2": 1.0, "cm2": 1e-4, "mm2": 1e-6},
    "wafers": {
        "wafer/year": 1.0, "wafer/month": 12.0, "wafer/week": 365.25 / 7, "wafer/day": 365.25,
    },
}  # fmt: skip
_FACTORS = {
    unit: (what, factor) for what, scale in _SCALES.items() for unit, factor in scale.items()
}


@dataclass(frozen=True)
class Step:
    """One step of arithmetic: in words, its result, and the claims it rests on."""

    says: str
    claims: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """The step as plain data."""
        return {"says": self.says, "claims": list(self.claims)}


def money_in(
    currency: str, other: str, evidence: Mapping[str, Claim], year: int
) -> tuple[float, Step] | None:
    """Factor from one currency to another at the average rate of a year, as a step.

    Where the record has no rate of that year, that of the nearest year is taken and named.

    Examples
    --------
    >>> from waferway.atlas.record import record
    >>> factor, step = money_in("USD", "KRW", record(), 2023)
    >>> factor, step.claims
    (1306.0, ('record.fx.krw.2023',))
    """
    if currency == other:
        return 1.0, Step("")
    used, factor, parts = [], 1.0, []
    for code, power in ((currency, -1), (other, 1)):
        if code == "USD":
            continue
        rates = {
            int(claim.valid_text or 0): claim
            for claim in evidence.values()
            if claim.metric == "exchange_rate" and claim.unit == f"{code}/USD"
        }
        if not rates:
            return None
        nearest = min(rates, key=lambda y: (abs(y - year), y))
        rate = rates[nearest]
        factor *= (rate.central or math.nan) ** power
        used.append(rate.claim_id)
        parts.append(f"{rate.central:,g} {code}/USD ({nearest})")
    return factor, Step(f"{currency} to {other} at {', '.join(parts)}", tuple(used))


def bounds_in(
    claim: Claim, fact: Claim, evidence: Evidence, day: dt.date | None
) -> tuple[float, float, tuple[Step, ...]] | None:
    """Bounds of a claim in the unit of another, and the steps; None where the units never meet.

    Parameters
    ----------
    claim, fact : Claim
        Of the text and of the record; the result is in the unit of the latter.
    evidence : Evidence
        Where rates of exchange are looked up.
    day : date or None
        Its year picks the rate.
    """
    low, high = bounds_of(claim)
    unit, other = claim.unit or "", fact.unit or ""
    if unit == other or (claim.kind == "count" and other == "unit"):
        return low, high, ()
    if {unit, other} <= {"1", "rank"}:
        return low, high, ()
    if claim.kind == "money" and fact.kind == "money":
        year = (day or fact.known_from or dt.date(2024, 1, 1)).year
        rate = money_in(unit.partition("/")[0], other.partition("/")[0], evidence, year)
        if rate is None or (
            unit.partition("/")[2] and unit.partition("/")[2] != other.partition("/")[2]
        ):
            return None
        factor, step = rate
        if not step.says:
            return low, high, ()
        said = f"{amount(low, high, unit)} = {amount(low * factor, high * factor, other)}"
        return low * factor, high * factor, (Step(f"{said}: {step.says}", step.claims),)
    mine, theirs = _FACTORS.get(unit), _FACTORS.get(other)
    if mine is None or theirs is None or mine[0] != theirs[0]:
        return None
    factor = mine[1] / theirs[1]
    step = Step(f"{amount(low, high, unit)} = {amount(low * factor, high * factor, other)}")
    return low * factor, high * factor, (step,) if factor != 1.0 and mine[0] == "wafers" else ()


def number(value: float) -> str:
    """A number for people: 470 billion, 16,667, 0.5.

    Examples
    --------
    >>> number(470e9), number(16666.7), number(0.5)
    ('470 billion', '16,667', '0.5')
    """
    for size, word in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")):
        if abs(value) >= size:
            return f"{value / size:.4g}{word}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def amount(low: float, high: float, unit: str = "") -> str:
    """An interval with its unit in words.

    Examples
    --------
    >>> amount(13, 13, "fab"), amount(-math.inf, 1.4, "GW"), amount(8e9, 10e9, "USD")
    ('13 fabs', 'at most 1.4 GW', '8 billion to 10 billion USD')
    """
    words = {"1": "", "wafer/month": "wafers a month", "wafer/year": "wafers a year"}.get(
        unit, unit
    )
    if re.fullmatch("[a-z_]{3,}", unit) and (low, high) != (1, 1):
        words = unit[:-1] + "ies" if unit.endswith("y") and unit != "day" else unit + "s"
    words = words.replace("_", " ")
    if math.isinf(low) or math.isinf(high):
        said = f"at most {number(high)}" if math.isinf(low) else f"at least {number(low)}"
    else:
        said = number(low) if math.isclose(low, high) else f"{number(low)} to {number(high)}"
    return f"{said} {words}".strip()
