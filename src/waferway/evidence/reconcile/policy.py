"""How claims are weighed: grades, half-lives and tolerances.

Owns the numbers of the policy, which are choices and are logged with every result. Refuses
facts. The defaults are the proposals of the project's reference page on evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from waferway.errors import RangeError

__all__ = ["GENERIC_METRICS", "Policy"]

# Metrics that only repeat the kind of a claim: the text did not say what was measured.
GENERIC_METRICS = frozenset(
    "amount share period power memory length area mass energy ratio rank count date start end "
    "wafers companies growth".split()
)


def _proposal() -> Mapping[str, tuple[float, float]]:
    return MappingProxyType(
        {
            "capacity": (12.0, 0.10), "market_share": (6.0, 0.05), "price": (6.0, 0.15),
            "investment": (24.0, 0.05), "lead_time": (3.0, 0.15),
        }
    )  # fmt: skip


@dataclass(frozen=True)
class Policy:
    """A policy of reconciliation.

    Parameters
    ----------
    grades : mapping
        Weight of grades A to D, 0 to 1.
    metrics : mapping
        Half-life in months (above 0) and relative tolerance (at least 0) by metric.
    half_life_months, tolerance : float
        For every other metric.

    Raises
    ------
    RangeError
        If a number leaves its range.

    Examples
    --------
    >>> Policy().of("lead_time")
    (3.0, 0.15)
    """

    grades: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType({"A": 1.0, "B": 0.8, "C": 0.5, "D": 0.2})
    )
    metrics: Mapping[str, tuple[float, float]] = field(default_factory=_proposal)
    half_life_months: float = 12.0
    tolerance: float = 0.05

    def __post_init__(self) -> None:
        for metric, (half_life, tolerance) in (
            *self.metrics.items(), ("other", (self.half_life_months, self.tolerance))
        ):  # fmt: skip
            if half_life <= 0 or tolerance < 0:
                raise RangeError(
                    f"policy for {metric}: half-life {half_life} must be above 0 months and "
                    f"tolerance {tolerance} at least 0"
                )
        for grade, weight in self.grades.items():
            if not 0 < weight <= 1:
                raise RangeError(f"weight of grade {grade} is {weight}, not in (0, 1]")

    def of(self, metric: str) -> tuple[float, float]:
        """Half-life in months and relative tolerance of a metric."""
        return self.metrics.get(metric, (self.half_life_months, self.tolerance))

    def to_json(self) -> dict[str, Any]:
        """The policy as plain data, for the log."""
        return {
            "grades": dict(self.grades),
            "metrics": {name: list(pair) for name, pair in sorted(self.metrics.items())},
            "half_life_months": self.half_life_months,
            "tolerance": self.tolerance,
        }
