"""The result of a scenario's study: plans side by side, as figures, tables and text.

Owns how it is kept and said. Nothing is planned here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

__all__ = ["ScenarioStudy"]


@dataclass(frozen=True)
class ScenarioStudy:
    """A scenario and what it departs from.

    Attributes
    ----------
    name, description : str
    verdict : str
        ``feasible`` (all that the scenario asks for is served to 99.9 %), ``partly`` (some is
        not), ``infeasible`` (no plan satisfies it), or ``possible`` where it asks for nothing.
    asks : list of dict
        demand, label, unit, needed, served, share: demands that the scenario adds.
    plans : list of dict
        In order: what the scenario departs from, each step towards it, the scenario, and the
        scenario as a surprise where it is one. Keys: name, surprise (day, or None), gap,
        compute (by year: delivered to all, in units of the basis, and where the scenario asks
        for something to other parties than those that ask), binds (by year), money
        (undiscounted, by kind), orders (module to number), conflict (rows that clash, where
        there is no plan).
    basis : str
    seconds : tuple of float
        Processor time of each plan; not part of the result.
    """

    name: str
    description: str
    verdict: str
    asks: list[dict[str, Any]]
    plans: list[dict[str, Any]]
    basis: str
    seconds: tuple[float, ...] = field(default=(), compare=False)

    def to_json(self) -> dict[str, Any]:
        """Plain data: the keys of a results file."""
        return {
            "scenario": self.name,
            "description": self.description,
            "verdict": self.verdict,
            "basis": self.basis,
            "asks": self.asks,
            "plans": self.plans,
        }

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> ScenarioStudy:
        """A study from a results file."""
        return cls(
            content["scenario"], content["description"], content["verdict"], content["asks"],
            content["plans"], content["basis"],
        )  # fmt: skip

    def title(self, place: int) -> str:
        """Name of a plan for people."""
        one = self.plans[place]
        if one["surprise"]:
            return f"{one['name']}, a surprise"
        planned = [p["name"] for p in self.plans]
        return f"{one['name']}, foreseen" if planned.count(one["name"]) > 1 else str(one["name"])

    def compute(self) -> pd.DataFrame:
        """Million units of the basis delivered, years by plans."""
        return pd.DataFrame(
            {
                self.title(k): {row["year"]: row["delivered"] / 1e6 for row in one["compute"]}
                for k, one in enumerate(self.plans)
                if one["compute"]
            }
        )

    def others(self) -> pd.DataFrame:
        """Of that, to other parties than those that ask; empty where nobody asks."""
        return pd.DataFrame(
            {
                self.title(k): {row["year"]: row["to_others"] / 1e6 for row in one["compute"]}
                for k, one in enumerate(self.plans)
                if one["compute"] and "to_others" in one["compute"][0]
            }
        )

    def orders(self) -> pd.DataFrame:
        """Modules of which the last plan orders another number than the first."""
        first, last = self.plans[0]["orders"], self.plans[-1]["orders"]
        names = [n for n in {**first, **last} if first.get(n, 0) != last.get(n, 0)]
        return pd.DataFrame(
            {"before": [first.get(n, 0) for n in names], "after": [last.get(n, 0) for n in names]},
            index=names,
        )

    def markdown(self) -> str:
        """The figures as tables of a page."""
        lines = [f"Verdict of the model: **{self.verdict}**.", ""]
        if self.asks:
            lines += ["| asked for | in all | served | share |", "|---|---:|---:|---:|"]
            lines += [
                f"| {a['label']} ({a['unit']}) | {_count(a['needed'])} | {_count(a['served'])} "
                f"| {a['share']:.1%} |"
                for a in self.asks
            ]
            lines.append("")
        frame = self.compute()
        lines.append(f"Compute delivered to all, million {self.basis}, and what binds most:")
        lines += ["", f"| year | {' | '.join(frame.columns)} | binds in the last |"]
        lines.append("|---|" + "---:|" * len(frame.columns) + "---|")
        binds = {row["year"]: row["technology"] for row in self.plans[-1]["binds"]}
        for year, row in frame.iterrows():
            cells = " | ".join(f"{x:.2f}" for x in row)
            lines.append(f"| {year} | {cells} | {binds.get(year, '')} |")
        total = " | ".join(f"{x:.1f}" for x in frame.sum())
        lines.append(f"| all | {total} | |")
        left = self.others()
        if len(left):
            lines += ["", "Of that, to other parties than those that ask:", ""]
            lines += [
                f"| year | {' | '.join(left.columns)} |",
                "|---|" + "---:|" * len(left.columns),
            ]
            for year, row in left.iterrows():
                lines.append(f"| {year} | {' | '.join(f'{x:.2f}' for x in row)} |")
            lines.append(f"| all | {' | '.join(f'{x:.1f}' for x in left.sum())} |")
        lines += ["", "Money, billion dollars, not discounted:", ""]
        kinds = list(dict.fromkeys(k for p in self.plans for k in p["money"]))
        names = [self.title(k) for k in range(len(self.plans))]
        lines += [f"| | {' | '.join(names)} |", "|---|" + "---:|" * len(names)]
        for kind in kinds:
            cells = " | ".join(f"{p['money'].get(kind, 0.0) / 1e9:.1f}" for p in self.plans)
            lines.append(f"| {kind} | {cells} |")
        changed = self.orders()
        if len(changed):
            lines += ["", "Modules ordered, where the number differs:", ""]
            lines += [f"| module | {names[0]} | {names[-1]} |", "|---|---:|---:|"]
            lines += [f"| {n} | {r.before:g} | {r.after:g} |" for n, r in changed.iterrows()]
        gaps = ", ".join(f"{p['gap']:.2%}" for p in self.plans if p["gap"] is not None)
        return "\n".join([*lines, "", f"Gaps of the plans, in this order: {gaps}."])

    def __str__(self) -> str:
        head = f"{self.name}: {self.description}\nVerdict: {self.verdict}"
        lines = [head]
        for a in self.asks:
            lines.append(
                f"  {a['label']}: {_count(a['served'])} of {_count(a['needed'])} {a['unit']} "
                f"({a['share']:.1%})"
            )
        frame = self.compute()
        lines += ["", f"Compute delivered to all, million {self.basis}"]
        for k, name in enumerate(frame.columns):
            lines.append(f"  ({k + 1}) {name}")
        lines.append("  year" + "".join(f"{f'({k + 1})':>11}" for k in range(len(frame.columns))))
        for year, row in frame.iterrows():
            lines.append(f"  {year}" + "".join(f"{x:>11.2f}" for x in row))
        lines.append("   all" + "".join(f"{x:>11.1f}" for x in frame.sum()))
        lines.append("")
        binds = dict.fromkeys(
            f"{row['technology']}" for row in self.plans[-1]["binds"] if row["worth_usd"] >= 1
        )
        lines.append(f"What binds in the last: {', then '.join(binds) or 'nothing'}")
        for k, one in enumerate(self.plans):
            lines.append(f"Modules ({k + 1}): ${one['money'].get('modules', 0.0) / 1e9:.1f} bn")
            if one["conflict"]:
                lines.append(f"No plan: {one['conflict']}")
        return "\n".join(lines)


def _count(number: float) -> str:
    return f"{number:,.0f}"
