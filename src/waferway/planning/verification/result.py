"""What a verification says: violations by named row, largest residuals, differences of money.

Owns the collector that the checks write into and the frozen result that people read. Knows
nothing of the model; it compares numbers that the checks hand in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["TOLERANCE", "Findings", "Verification", "Violation"]

TOLERANCE = 1e-6
"""Largest residual of a row relative to its scale: its largest absolute term, at least 1."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Violation:
    """One row that a plan breaks.

    Attributes
    ----------
    row : str
        Kind of row, for example ``use``, ``balance``, ``fund``, ``exists``.
    subject : str
        What it is about: a line, a stock (``item at place for owner``), an offer ...
    period, branch : str
        Empty where the row has none.
    left, right : float
        Both sides of the row.
    excess : float
        By how much it is broken, relative to the scale of the row; infinite where the row is
        about names rather than numbers.
    words : str
        The same in words.
    """

    row: str
    subject: str
    period: str
    branch: str
    left: float
    right: float
    excess: float
    words: str

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.subject, self.period, self.branch) if part)
        return f"{self.row} ({where}): {self.words}"


@dataclass(frozen=True)
class Verification:
    """The answer of `verify`.

    Attributes
    ----------
    violations : tuple of Violation
        Worst first within a kind of row, kinds in the order they were checked.
    worst : mapping of str to float
        Largest relative residual by kind of row, broken or not.
    checked : mapping of str to int
        How many rows of each kind were compared.
    cost_usd : float
        Expected discounted cost, recomputed line by line.
    cost_lines : DataFrame
        Columns branch, kind, usd (discounted); `end_value` and the part of module payments
        that falls after the calendar are lines of their own.
    cost_difference : float
        Relative difference of `cost_usd` and the plan's manifest; NaN if that gives none.
    money_difference : float
        Largest relative difference of a cell of the plan's `money` table.
    objective_difference : float
        Relative difference of the minimised objective and the manifest's `objective_value`.
    """

    violations: tuple[Violation, ...]
    worst: Mapping[str, float]
    checked: Mapping[str, int]
    cost_usd: float
    cost_lines: pd.DataFrame = field(repr=False)
    cost_difference: float
    money_difference: float
    objective_difference: float

    @property
    def ok(self) -> bool:
        """Whether no row is broken."""
        return not self.violations

    def to_frame(self) -> pd.DataFrame:
        """Violations as a tidy table, one row each."""
        columns = list(Violation.__dataclass_fields__)
        rows = [[getattr(v, name) for name in columns] for v in self.violations]
        return pd.DataFrame(rows, columns=columns)

    def to_json(self) -> str:
        """One JSON object; numbers that are not finite become null."""
        return json.dumps(
            {
                "ok": self.ok,
                "cost_usd": _finite(self.cost_usd),
                "cost_difference": _finite(self.cost_difference),
                "money_difference": _finite(self.money_difference),
                "objective_difference": _finite(self.objective_difference),
                "worst": {k: _finite(v) for k, v in self.worst.items()},
                "checked": dict(self.checked),
                "cost_lines": [
                    {"branch": branch, "kind": kind, "usd": _finite(usd)}
                    for branch, kind, usd in self.cost_lines.itertuples(index=False)
                ],
                "violations": [
                    {
                        name: _finite(value) if isinstance(value, float) else value
                        for name, value in (
                            (n, getattr(v, n)) for n in Violation.__dataclass_fields__
                        )
                    }
                    for v in self.violations
                ],
            },
            indent=1,
        )

    def __str__(self) -> str:
        broken = pd.Series([v.row for v in self.violations], dtype=object).value_counts()
        head = (
            "the plan holds"
            if self.ok
            else f"the plan breaks {len(self.violations)} row"
            + ("s" if len(self.violations) > 1 else "")
        )
        lines = [
            f"{head}: {sum(self.checked.values()):,} rows checked, tolerance {TOLERANCE:g}",
            f"cost {self.cost_usd:,.0f} (differs by {self.cost_difference:.1e}; "
            f"money table {self.money_difference:.1e}; "
            f"objective {self.objective_difference:.1e})",
            f"{'row':<18}{'checked':>10}{'worst':>10}{'broken':>8}",
        ]
        for row, count in self.checked.items():
            worst = self.worst.get(row, 0.0)
            lines.append(f"{row:<18}{count:>10,}{worst:>10.1e}{int(broken.get(row, 0)):>8}")
        lines += [f"  {violation}" for violation in self.violations[:20]]
        if len(self.violations) > 20:
            lines.append(f"  and {len(self.violations) - 20} more; see to_frame()")
        return "\n".join(lines)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


class Findings:
    """Collects comparisons and turns what is broken into violations."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = list(labels)
        self.violations: list[Violation] = []
        self._worst: dict[str, float] = {}
        self._checked: dict[str, int] = {}
        self._seen: set[tuple[str, str, str, str, str]] = set()

    def compare(
        self,
        row: str,
        subjects: Sequence[str],
        left: Floats,
        sense: str,
        right: Floats | float,
        words: str,
        *,
        branch: str = "",
        scale: Floats | float = 0.0,
        where: NDArray[np.bool_] | None = None,
        periods: Sequence[str] | None = None,
        name: Callable[[int], str] | None = None,
    ) -> None:
        """Compare both sides of rows, shape (subjects, periods) or (subjects,).

        `scale` holds the largest absolute term where it is more than either side; NaN on
        either side is a violation, since a number was needed that nobody knows.
        """
        if left.size == 0:
            return
        flat = left.ndim == 1
        left = left[:, None] if flat else left
        right = np.broadcast_to(
            np.asarray(right, dtype=float)[:, None]
            if flat and np.ndim(right) == 1
            else np.asarray(right, dtype=float),
            left.shape,
        )
        keep = np.ones(left.shape, dtype=bool)
        if where is not None:
            keep = np.broadcast_to(where[:, None] if flat else where, left.shape)
        labels = [""] * left.shape[1] if flat else list(periods or self.labels)
        with np.errstate(invalid="ignore", over="ignore"):
            gap = left - right
            gap = {"<=": gap, ">=": -gap, "==": np.abs(gap)}[sense]
            gap = np.where(left == right, 0.0, gap)  # infinite on both sides
            size = np.maximum(
                1.0,
                np.maximum(
                    _finite_size(left),
                    np.maximum(_finite_size(right), np.asarray(scale, dtype=float)),
                ),
            )
            excess = np.clip(gap / size, 0.0, None)
        excess = np.where(np.isnan(gap), np.inf, excess)
        excess = np.where(keep, excess, 0.0)
        self._checked[row] = self._checked.get(row, 0) + int(keep.sum())
        self._worst[row] = max(self._worst.get(row, 0.0), float(excess.max(initial=0.0)))
        broken = np.argwhere(excess > TOLERANCE)
        order = np.argsort(-excess[tuple(broken.T)], kind="stable")
        for at, when in broken[order]:
            self._add(
                row, name(int(at)) if name else subjects[at], labels[when], branch,
                float(left[at, when]), float(right[at, when]), float(excess[at, when]), words,
                sense,
            )  # fmt: skip

    def say(self, row: str, subject: str, words: str, period: str = "", branch: str = "") -> None:
        """A violation about names rather than numbers."""
        self.count(row, 1)
        self._worst[row] = np.inf
        self._add(row, subject, period, branch, np.nan, np.nan, np.inf, words, "")

    def count(self, row: str, rows: int) -> None:
        """Note that rows of a kind were looked at without a number to compare."""
        self._checked[row] = self._checked.get(row, 0) + rows
        self._worst.setdefault(row, 0.0)

    def _add(
        self, row: str, subject: str, period: str, branch: str, left: float, right: float,
        excess: float, words: str, sense: str,
    ) -> None:  # fmt: skip
        key = (row, subject, period, branch, words)
        if key in self._seen:
            return
        self._seen.add(key)
        if sense:
            if np.isnan(left) or np.isnan(right):
                words = f"{words}: a number that is needed here is unknown"
            else:
                no = {"<=": "is above", ">=": "is below", "==": "is not"}[sense]
                words = f"{words}: {_text(left)} {no} {_text(right)}"
        self.violations.append(Violation(row, subject, period, branch, left, right, excess, words))

    def result(self, **money: Any) -> Verification:
        """The frozen result."""
        return Verification(
            tuple(self.violations),
            MappingProxyType(dict(self._worst)),
            MappingProxyType(dict(self._checked)),
            **money,
        )


def _finite_size(values: Floats) -> Floats:
    size: Floats = np.where(np.isfinite(values), np.abs(values), 0.0)
    return size


def _text(value: float) -> str:
    return f"{value:,.10g}" if abs(value) < 1e12 else f"{value:.10g}"
