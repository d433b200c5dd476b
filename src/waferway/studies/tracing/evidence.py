"""A traced figure: its parts, the cells they are made of, the claims under the cells.

Owns the shares of a figure by grade. A part is as good as its weakest claim; a figure is graded
by the sizes of its parts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from waferway.calendar import Period, day
from waferway.evidence.claims import Claim, Evidence
from waferway.network.difference import unit_of_cell
from waferway.network.network import Network
from waferway.network.row_units import RowUnits
from waferway.network.schema import TABLES

__all__ = ["UNCITED", "Cell", "Part", "Trace", "cells_of"]

UNCITED = "uncited"
_GRADES = ("A", "B", "C", "D", UNCITED)
_MOST_PARTS = 8
_MOST_CELLS = 6


@dataclass(frozen=True)
class Cell:
    """One number of a network and the claims it cites.

    Attributes
    ----------
    table, key, column : str
    period : str
        Date or age from which the value holds; empty for a plain value.
    value, low, high : float
        NaN where not given.
    unit : str
    claims : tuple of str
        Ids; empty: the number cites nothing.
    """

    table: str
    key: str
    column: str
    period: str
    value: float
    low: float
    high: float
    unit: str
    claims: tuple[str, ...]

    def __str__(self) -> str:
        at = f" ({self.period})" if self.period else ""
        bounds = "" if math.isnan(self.low) or math.isnan(self.high) else (
            f" [{self.low:.6g} to {self.high:.6g}]"
        )  # fmt: skip
        unit = f" {self.unit}" if self.unit not in ("", "1") else ""
        return f"{self.table}[{self.key}].{self.column}{at} = {self.value:.6g}{bounds}{unit}"


@dataclass(frozen=True)
class Part:
    """A term of a figure.

    Attributes
    ----------
    says : str
        In words.
    amount : float
        In the unit of the figure; the parts of a figure sum to it.
    cells : tuple of Cell
        Numbers the term is made of.
    """

    says: str
    amount: float
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Trace:
    """A figure down to its claims and their sources.

    Attributes
    ----------
    figure : str
        What was traced, in words.
    value : float
    unit : str
    formula : str
        How the parts make the figure, and what of it the plan decided.
    parts : tuple of Part
        Largest first.
    evidence : Evidence
        Of the network; `claims` and `sources` hold those that the figure rests on.
    """

    figure: str
    value: float
    unit: str
    formula: str
    parts: tuple[Part, ...]
    evidence: Evidence = field(repr=False)

    @cached_property
    def claims(self) -> pd.DataFrame:
        """Claims under the figure: those cited, and those they derive from at any depth.

        claim_id, depth (0: cited), grade, imputed, subject, metric, value, low, high, unit,
        quote, locator, method, known_from, source_id, publisher, title, url.
        """
        cited = [c for part in self.parts for cell in part.cells for c in cell.claims]
        depth = {c: 0 for c in cited if c in self.evidence}
        queue = list(depth)
        for claim_id in queue:
            for below in self.evidence[claim_id].derived_from:
                if below not in depth and below in self.evidence:
                    depth[below] = depth[claim_id] + 1
                    queue.append(below)
        rows = [_claim_row(self.evidence, c, d) for c, d in depth.items()]
        return pd.DataFrame(rows, columns=list(_CLAIM_COLUMNS))

    def shares(self) -> dict[str, float]:
        """Share of the figure by the weakest grade under each part; "uncited" where none is."""
        return _shares((_grade(part, self.evidence), abs(part.amount)) for part in self.parts)

    def imputed_share(self) -> float:
        """Share of the figure with an imputed value among what a part rests on directly."""
        weighed = ((_imputed(part, self.evidence), abs(part.amount)) for part in self.parts)
        return _shares(("imputed" if yes else "stated", size) for yes, size in weighed).get(
            "imputed", 0.0
        )

    def to_json(self) -> dict[str, Any]:
        """Plain data, for ``--json``; missing numbers are null."""
        return {
            "figure": self.figure, "value": _null(self.value), "unit": self.unit,
            "formula": self.formula, "shares": self.shares(),
            "imputed_share": self.imputed_share(),
            "parts": [
                {"says": p.says, "amount": _null(p.amount),
                 "grade": _grade(p, self.evidence), "imputed": _imputed(p, self.evidence),
                 "cells": [{k: _null(v) if isinstance(v, float) else
                            list(v) if isinstance(v, tuple) else v
                            for k, v in c.__dict__.items()} for c in p.cells]}
                for p in self.parts
            ],
            "claims": [{k: _null(v) for k, v in row.items()}
                       for row in self.claims.to_dict(orient="records")],
        }  # fmt: skip

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit not in ("", "1") else ""
        lines = [f"{self.figure} = {self.value:,.6g}{unit}", self.formula]
        shares = ", ".join(f"{share:.0%} {grade}" for grade, share in self.shares().items())
        if shares:
            imputed = f"{self.imputed_share():.0%} has an imputed value"
            lines.append(f"Weakest grade under it: {shares}; {imputed}.")
        seen: dict[str, int] = {}
        for part in self.parts[:_MOST_PARTS]:
            lines += ["", f"{part.amount:>14,.6g}  {part.says}"]
            shown = sorted(part.cells, key=lambda c: _cell_grade(c, self.evidence), reverse=True)
            for cell in shown[:_MOST_CELLS]:
                lines.append(f"{'':16}{cell}")
                for claim_id in cell.claims or ("",):
                    lines += _claim_lines(self.evidence, claim_id, seen)
            if len(shown) > _MOST_CELLS:
                lines.append(f"{'':16}and {len(shown) - _MOST_CELLS} more numbers")
        rest = self.parts[_MOST_PARTS:]
        if rest:
            amount = math.fsum(part.amount for part in rest)
            lines += ["", f"{amount:>14,.6g}  {len(rest)} smaller parts (--json lists all)"]
        if seen:
            lines += ["", "Sources"]
            lines += [f"  [{n}] {_source_line(self.evidence, s)}" for s, n in seen.items()]
        return "\n".join(lines)


_CLAIM_COLUMNS = (
    "claim_id", "depth", "grade", "imputed", "subject", "metric", "value", "low", "high", "unit",
    "quote", "locator", "method", "known_from", "source_id", "publisher", "title", "url",
)  # fmt: skip


def cells_of(
    network: Network, units: RowUnits, table: str, key: str, column: str,
    span: Period | None = None, branch: str = "",
) -> tuple[Cell, ...]:  # fmt: skip
    """Cells that give a column of a row its value in a period (or for good).

    Parameters
    ----------
    network : Network
    units : RowUnits
    table, key, column : str
    span : Period, optional
        Without it, every dated value is a cell.
    branch : str

    Returns
    -------
    tuple of Cell
        The dated values that hold within the period, else the plain one; values by age all.
    """
    cited = _cites(network).get((table, key, column), {})
    unit = unit_of_cell(network, units, table, key, column)
    lineage = network.lineage(branch)
    rows = [
        row for row in network.profile_rows.get((table, column), [])
        if row[0] == key and row[3] in lineage
    ]  # fmt: skip
    dated = sorted(
        (row for row in rows if math.isnan(row[2])),
        key=lambda row: day(row[1]).toordinal() if row[1] else 0,
    )
    if span is not None:
        later = [row for row in dated if row[1] and day(row[1]) >= span.end]
        within = [row for row in dated if row not in later]
        started = [row for row in within if not row[1] or day(row[1]) <= span.start]
        dated = [*started[-1:], *(row for row in within if row not in started)]
    out = [
        Cell(table, key, column, f"age {row[2]:g}" if not math.isnan(row[2]) else row[1],
             *_central(row[4], row[5], row[6]), unit,
             cited.get(f"age {row[2]:g}" if not math.isnan(row[2]) else row[1], ()))
        for row in [*dated, *(row for row in rows if not math.isnan(row[2]))]
    ]  # fmt: skip
    if out:
        return tuple(out)
    frame = network.table(table)
    if key not in frame.index:
        return ()
    value = frame.at[key, column]
    if not TABLES[table][column].numeric or value is None or math.isnan(value):
        return ()
    nan = math.nan
    return (Cell(table, key, column, "", float(value), nan, nan, unit, cited.get("", ())),)


def _central(low: float, value: float, high: float) -> tuple[float, float, float]:
    known = [b for b in (low, high) if not math.isnan(b)]
    central = value if not math.isnan(value) else math.fsum(known) / len(known)
    return central, low, high


def _cites(network: Network) -> dict[tuple[str, str, str], dict[str, tuple[str, ...]]]:
    """Claims by cell and date; kept with the network, which never changes."""
    kept: dict[tuple[str, str, str], dict[str, tuple[str, ...]]] | None
    kept = network.__dict__.get("_traced_cites")
    if kept is None:
        kept = {}
        frame = network.table("cite")
        names = ("table", "key", "column", "period", "claim_id")
        for table, key, column, period, claim in zip(
            *(frame[n].tolist() for n in names), strict=True
        ):
            at = kept.setdefault((table, key, column), {})
            at[period] = (*at.get(period, ()), claim)
        network.__dict__["_traced_cites"] = kept
    return kept


def _cell_grade(cell: Cell, evidence: Evidence) -> str:
    grades = [evidence[c].grade for c in cell.claims if c in evidence]
    return max(grades, default=UNCITED)


def _grade(part: Part, evidence: Evidence) -> str:
    return max((_cell_grade(cell, evidence) for cell in part.cells), default=UNCITED)


def _imputed(part: Part, evidence: Evidence) -> bool:
    return any(evidence[c].imputed for cell in part.cells for c in cell.claims if c in evidence)


def _shares(sized: Iterable[tuple[str, float]]) -> dict[str, float]:
    amounts: dict[str, float] = {}
    for name, size in sized:
        amounts[name] = amounts.get(name, 0.0) + size
    total = math.fsum(amounts.values())
    order = [*_GRADES, *(n for n in amounts if n not in _GRADES)]
    return {n: amounts[n] / total for n in order if amounts.get(n, 0.0) > 0} if total else {}


def _claim_row(evidence: Evidence, claim_id: str, depth: int) -> dict[str, Any]:
    claim = evidence[claim_id]
    source = evidence.sources.get(claim.source_id or "")
    found = (
        claim_id, depth, claim.grade, claim.imputed, claim.subject, claim.metric, claim.central,
        None if claim.low is None else float(claim.low),
        None if claim.high is None else float(claim.high), claim.unit, claim.quote,
        claim.locator, claim.method,
        None if claim.known_from is None else claim.known_from.isoformat(), claim.source_id,
        source.publisher if source else None, source.title if source else None,
        source.url if source else None,
    )  # fmt: skip
    return dict(zip(_CLAIM_COLUMNS, found, strict=True))


def _claim_lines(evidence: Evidence, claim_id: str, seen: dict[str, int]) -> list[str]:
    claim = evidence.get(claim_id)
    if claim is None:
        return [f"{'':18}cites no claim"]
    where = ""
    if claim.source_id:
        where = f" [{seen.setdefault(claim.source_id, len(seen) + 1)}]"
    said = f', "{claim.quote}"' if claim.quote else f", {claim.locator}" if claim.locator else ""
    how = "" if claim.method == "hand" else f", {claim.method}"
    lines = [f"{'':18}{claim.grade}{where} {claim_id}{how}{said}"]
    if claim.derived_from:
        names = ", ".join(_with_source(evidence, c, seen) for c in claim.derived_from[:4])
        lines.append(f"{'':20}from {names}")
    return lines


def _with_source(evidence: Evidence, claim_id: str, seen: dict[str, int]) -> str:
    claim: Claim | None = evidence.get(claim_id)
    if claim is None or not claim.source_id:
        return claim_id
    number = seen.setdefault(claim.source_id, len(seen) + 1)
    return f"{claim_id} ({claim.grade} [{number}])"


def _source_line(evidence: Evidence, source_id: str) -> str:
    source = evidence.sources.get(source_id)
    if source is None:
        return source_id
    parts = [f"{source.publisher}: {source.title}", source.published, source.url]
    return ", ".join(str(part) for part in parts if part)


def _null(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value
