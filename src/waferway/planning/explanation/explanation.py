"""The explanation of a plan: tables, sentences, and the folder that keeps them.

Owns `Explanation`. It is computed where the plan is, and read back from the plan folder, so that
reading it takes no solver.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from waferway.errors import Fault, InputError, Place, nearest
from waferway.evidence.formula_text import guarded_frame
from waferway.planning.explanation.bottlenecks import COLUMNS as BOTTLENECKS
from waferway.planning.explanation.bottlenecks import bottlenecks
from waferway.planning.explanation.builds import ALTERNATIVES, BUILDS, PAYING, explain_builds
from waferway.planning.explanation.influence import Influence
from waferway.planning.explanation.wording import sentences
from waferway.planning.prices import counted_in

if TYPE_CHECKING:
    from waferway.planning.plan import Plan

__all__ = ["TABLES", "Explanation", "explain"]

CLAIMS = ("kind", "name", "period", "claim", "table", "key", "column", "since", "relative",
          "effect_usd", "low", "high")  # fmt: skip
TABLES = {
    "bottlenecks": BOTTLENECKS, "builds": BUILDS, "paying": PAYING,
    "alternatives": ALTERNATIVES, "claims": CLAIMS,
}  # fmt: skip
"""Columns of every table of an explanation; a plan folder keeps them in ``explanation/``."""

VERSION = 1
FOLDER = "explanation"


@dataclass(frozen=True)
class Explanation:
    """Why a plan is as it is, given its builds.

    Worths and effects are expected and discounted to the base date, but for `bottlenecks`, which
    counts in the money of each period. Under the objective ``compute`` they are counted in
    compute, as `counted_in` says.

    Attributes
    ----------
    bottlenecks : DataFrame
        See `waferway.planning.explanation.bottlenecks`.
    builds : DataFrame
        kind (order, opening, activation, right, stake), name, period, taken (how often then);
        cost_usd: price of one, net of what it is still worth at the end; worth_usd: what the
        plan would lose without one of them, its price saved, all else that is not whole decided
        again (NaN: nothing satisfies the network without it; below 0: it does not pay, within
        the gap of the plan); value_low_usd, value_high_usd: what its capacity is worth at the
        prices with it, and at those without it.
    paying : DataFrame
        For each build: branch, in_period, row (family), subject, value_usd (what one more of it
        saves there; below 0: what it asks for, such as its price), value_without_usd (the same
        at the prices without it). `value_usd` of a build sums to what one more would save.
    alternatives : DataFrame
        For each build: instead (``without``; ``another`` of the same link in the same period;
        ``another time``: the same, one period beside), instead_kind, instead_name,
        instead_period; extra_usd: by how much the plan would cost more, bound_usd: the least
        that any of its class can cost more (equal where all were solved).
    claims : DataFrame
        For the plan (kind ``plan``) and each build: the five claims that move its cost, or
        worth, most: claim ("" where the number cites none), table, key, column, since; relative:
        half the range over the value; effect_usd: first-order effect of that half range upwards;
        low, high: ends of the number, in its unit.
    counted_in : str
        ``USD``, or the compute basis.
    left_out : int
        Builds that are not explained, cheaper than all that are.
    whole : bool
        Whether the plan has whole decisions, so that prices are given the builds.
    """

    bottlenecks: pd.DataFrame
    builds: pd.DataFrame
    paying: pd.DataFrame
    alternatives: pd.DataFrame
    claims: pd.DataFrame
    counted_in: str
    left_out: int
    whole: bool
    periods: tuple[str, ...] = ()

    def only(self, *, build: str = "", period: str = "") -> Explanation:
        """The part about one build or one period.

        Raises
        ------
        InputError
            If the explanation has no such build or period; names the nearest.
        """
        tables = {name: getattr(self, name) for name in TABLES}
        if build:
            _known(build, self.builds["name"], "build")
            for name in ("builds", "paying", "alternatives", "claims"):
                tables[name] = tables[name][tables[name]["name"] == build]
            tables["bottlenecks"] = tables["bottlenecks"].iloc[:0]
        if period:
            _known(period, self.periods, "period")
            tables["bottlenecks"] = tables["bottlenecks"][tables["bottlenecks"]["period"] == period]
            tables["paying"] = tables["paying"][tables["paying"]["in_period"] == period]
            if not build:
                for name in ("builds", "alternatives", "claims"):
                    tables[name] = tables[name][tables[name]["period"] == period]
        return Explanation(**tables, counted_in=self.counted_in, left_out=self.left_out,
                           whole=self.whole, periods=self.periods)  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """Plain data, for ``--json``."""
        out: dict[str, Any] = {
            "feasible": True, "given": "these builds" if self.whole else "",
            "counted_in": self.counted_in, "left_out": self.left_out,
        }  # fmt: skip
        for name in TABLES:
            frame = getattr(self, name)
            out[name] = frame.astype(object).where(frame.notna(), None).to_dict(orient="records")
        out["says"] = self.sentences()
        return out

    def sentences(self) -> list[str]:
        """What the tables say, most important first."""
        return sentences(self)

    def __str__(self) -> str:
        return "\n".join(
            textwrap.fill(
                line,
                80,
                subsequent_indent=" " * (6 + len(line) - len(line.lstrip())),
                break_on_hyphens=False,
                break_long_words=False,
            )
            for line in self.sentences()
        )

    def _repr_html_(self) -> str:
        return f"<pre>{self}</pre>" + str(self.bottlenecks.head(60).to_html(index=False, border=0))

    # -- in the plan folder -------------------------------------------------------------------

    def write(self, folder: Path) -> None:
        """Keep the tables in ``explanation/`` of a plan folder."""
        target = folder / FOLDER
        target.mkdir()
        for name in TABLES:
            frame = getattr(self, name)
            frame.to_parquet(target / f"{name}.parquet", index=False)
            guarded_frame(frame).to_csv(target / f"{name}.csv", index=False)
        about = {"version": VERSION, "counted_in": self.counted_in, "left_out": self.left_out,
                 "whole": self.whole, "periods": list(self.periods)}  # fmt: skip
        text = json.dumps(about, indent=1, sort_keys=True)
        (target / "explanation.json").write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Explanation | None:
        """The explanation that a plan folder keeps; None where it keeps none of this version."""
        about = folder / FOLDER / "explanation.json"
        if not about.is_file():
            return None
        told = json.loads(about.read_text(encoding="utf-8"))
        if told.pop("version") != VERSION:
            return None
        tables = {name: pd.read_parquet(folder / FOLDER / f"{name}.parquet") for name in TABLES}
        told["periods"] = tuple(told["periods"])
        return cls(**tables, **told)


def _known(name: str, valid: Sequence[str] | pd.Series, what: str) -> None:
    names = list(dict.fromkeys(valid))
    if name not in names:
        close = nearest(name, names)
        raise InputError(
            [Fault(Place(), f'"{name}" is no {what} of this plan',
                   why=f"it has: {', '.join(names[:12])}{', ...' if len(names) > 12 else ''}"
                   if names else f"it has no {what}",
                   suggestion=f"did you mean {close[0]}?" if close else "")],
            "nothing was explained",
        )  # fmt: skip


def explain(plan: Plan, build: str = "") -> Explanation:
    """Explain a plan, or every taking of one of its builds; see `Plan.explain`."""
    found = explain_builds(plan, build)
    influence = Influence(plan)
    claims = []
    if not build:
        claims.append(influence.most(found.plain).assign(kind="plan", name="", period=""))
    for choice, outcome in found.without:
        if len(outcome.x):
            most = influence.most(outcome, found.plain)
            claims.append(most.assign(kind=choice.kind, name=choice.name, period=choice.period))
    claims = [frame for frame in claims if len(frame)]
    table = pd.concat(claims, ignore_index=True) if claims else pd.DataFrame(columns=list(CLAIMS))
    shown = tuple(plan.labels)
    return Explanation(
        bottlenecks(plan) if not build else pd.DataFrame(columns=list(BOTTLENECKS)),
        found.builds, found.paying, found.alternatives, table[list(CLAIMS)],
        counted_in(plan), found.left_out, bool(plan.solved.program.integer.any()), shown,
    )  # fmt: skip
