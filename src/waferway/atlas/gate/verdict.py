"""What the data gate says of a folder."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from waferway.errors import Fault

__all__ = ["Verdict"]


@dataclass(frozen=True)
class Verdict:
    """What the gate says of a folder.

    Attributes
    ----------
    faults : tuple of Fault
        In order of file, line and column; empty when the folder passes.
    numbers : int
        Cells and profile rows that hold a number.
    claims : int
    grades : dict of str to int
        Claims by grade.
    """

    faults: tuple[Fault, ...]
    numbers: int
    claims: int
    grades: dict[str, int]

    @property
    def passed(self) -> bool:
        """Whether there is no fault."""
        return not self.faults

    def to_json(self) -> dict[str, Any]:
        """As ``waferway atlas audit --json`` prints it."""
        return {
            "passed": self.passed,
            "numbers": self.numbers,
            "claims": self.claims,
            "grades": self.grades,
            "kinds": dict(sorted(Counter(fault.kind for fault in self.faults).items())),
            "faults": [
                {
                    "place": str(f.place),
                    "kind": f.kind,
                    "what": f.what,
                    "why": f.why,
                    "try": f.suggestion,
                }
                for f in self.faults
            ],
        }

    def __str__(self) -> str:
        graded = ", ".join(f"{count} {grade}" for grade, count in sorted(self.grades.items()))
        head = f"{self.numbers} numbers on {self.claims} claims ({graded})"
        if self.passed:
            return f"{head}: every one has unit, grade, dates and source; no fault"
        lines = [str(fault) for fault in self.faults]
        return "\n".join([*lines, f"{head}: {len(self.faults)} faults"])
