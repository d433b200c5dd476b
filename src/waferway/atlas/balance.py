"""The atlas held against its totals: identities as declared data, balanced, with what clashes.

Owns the reading of the identities beside this file, which claims they are about, and the report
of a balance. The mathematics is in `waferway.atlas.balancing`.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from waferway.atlas.balancing import Balanced, Cell, Conflict, Identity, Term, balance_cells
from waferway.errors import Faults, Place, nearest
from waferway.evidence.claims import Claim, Evidence
from waferway.network.network import Network

__all__ = ["Balance", "balance", "cell_of", "read_identities"]

ROUNDING = 0.025
"""Largest share of a number that its own rounding can be, where a claim states no interval."""


@dataclass(frozen=True)
class Balance:
    """The claims of a network held against the identities between them.

    Attributes
    ----------
    result : Balanced
        Cells are claims, in their own units.
    unstated : dict of str to str
        Identities that could not be stated, and why.
    network : Network
    """

    result: Balanced
    unstated: dict[str, str]
    network: Network

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Claims that cannot be had together: findings, never repaired."""
        return self.result.conflicts

    def moved(self, least: float = 1e-3) -> pd.DataFrame:
        """Claims that moved by at least this many half-ranges, the furthest first."""
        frame = self.result.cells
        frame = frame[frame["move"].abs() >= least]
        return frame.reindex(frame["move"].abs().sort_values(ascending=False).index)

    def balanced_network(self) -> Network:
        """The network with the balanced values in the cells that cite a moved claim directly.

        Each rests on a new claim (method ``derived:balance``) beside the one that moved. Cells
        that cite a claim derived from a moved one keep their value: its formula is text.
        """
        network = self.network
        frame = self.moved(1e-9).set_index("name")
        names = [n for n in frame.index if n in network.evidence]
        cite = network.table("cite")
        touched = cite[cite["claim_id"].isin(names)]
        profile = network.table("profile").copy()
        tables: dict[str, pd.DataFrame] = {}
        rows: dict[tuple[str, str, str, str], list[Any]] = {}
        for key, t, k, c, period in zip(
            profile.index, *(profile[n] for n in ("table", "key", "column", "period")), strict=True
        ):
            rows.setdefault((t, k, c, period), []).append(key)
        for t, k, c, period, claim in zip(
            *(touched[n] for n in ("table", "key", "column", "period", "claim_id")), strict=True
        ):
            factor = float(frame.at[claim, "balanced"]) / float(frame.at[claim, "value"])
            for key in rows.get((t, k, c, period), []):
                held = profile.loc[key, ["low", "value", "high"]].astype(float)
                middle = held["value"] if not math.isnan(held["value"]) else held.mean()
                profile.loc[key, "value"] = middle * factor
            if not period:
                own = tables.setdefault(t, network.table(t).copy())
                if not math.isnan(own.at[k, c]):
                    own.at[k, c] = float(own.at[k, c]) * factor
        claims = [self._claim(network.evidence[name], frame.loc[name]) for name in names]
        new = {c.derived_from[0]: c.claim_id for c in claims}
        changed = cite.copy()
        changed["claim_id"] = [new.get(name, name) for name in cite["claim_id"]]
        changed.index = pd.Index(
            ["/".join(parts) for parts in zip(*(changed[c] for c in changed.columns), strict=True)],
            dtype="object", name=cite.index.name,
        )  # fmt: skip
        evidence = Evidence(
            [*network.evidence.values(), *claims], network.evidence.sources.values()
        )
        balanced = network.with_tables({**tables, "profile": profile, "cite": changed})
        return replace(balanced, evidence=evidence, applied=(*network.applied, "balanced"))

    def _claim(self, old: Claim, row: pd.Series) -> Claim:
        of = [
            name
            for name, cells in self._cells_of().items()
            if old.claim_id in cells and name not in self._clashing()
        ]
        return Claim(
            claim_id=f"{old.claim_id}.balanced", subject=old.subject, metric=old.metric,
            kind=old.kind, form="point", low=old.low,
            value=Decimal(repr(float(row["balanced"]))), high=old.high, unit=old.unit,
            modality="assumed", basis=old.basis, grade="D", valid_text=old.valid_text,
            known_from=old.known_from, derived_from=(old.claim_id,),
            method=f"derived:balance with {', '.join(sorted(of))}",
        )  # fmt: skip

    def _clashing(self) -> set[str]:
        return {name for c in self.conflicts for name in c.identities}

    def _cells_of(self) -> dict[str, tuple[str, ...]]:
        return {one.name: one.cells for one in read_identities()}

    def to_json(self) -> dict[str, Any]:
        """Plain data, for ``--json``."""
        frame = self.result.identities
        return {
            "objective": round(self.result.objective, 9),
            "identities": frame.round(9).to_dict(orient="records"),
            "moved": self.moved().round(9).to_dict(orient="records"),
            "conflicts": [
                {"identities": list(c.identities), "claims": list(c.cells),
                 "shortfall": round(c.shortfall, 6), "doubts": [_plain(d) for d in c.doubts],
                 "says": self.says(c)}
                for c in self.conflicts
            ],
            "unstated": self.unstated,
        }  # fmt: skip

    def says(self, conflict: Conflict) -> str:
        """A conflict in words: what clashes, by how much, what to doubt."""
        evidence = self.network.evidence
        titles = self.result.identities.set_index("name")
        unit = str(titles.at[conflict.identities[0], "unit"])
        lines = [
            f"These {len(conflict.cells)} claims cannot be had together, by "
            f"{_figure(conflict.shortfall)} {unit}:"
        ]
        lines += [f"  rule: {titles.at[name, 'title']}" for name in conflict.identities]
        cells = self.result.cells.set_index("name")
        for name in conflict.cells:
            c = evidence[name]
            low, high = float(cells.at[name, "low"]), float(cells.at[name, "high"])
            lines.append(
                f"  {name}: {c.subject} {c.metric} {_figure(low)} to {_figure(high)} "
                f"{c.unit} ({c.source_id or c.method})"
            )
        for doubt in conflict.doubts:
            if "leaves_out" in doubt:
                sums = " and ".join(_figure(v) for v in doubt["values"].values())
                lines.append(
                    f"  doubt: the total may leave {evidence[doubt['leaves_out']].subject} out; "
                    f"without it {sums} agree"
                )
        needed = [d for d in conflict.doubts if "cell" in d][:4]
        lines += [
            f"  or: {d['cell']} would have to be {_figure(d['needed'])} ({d['change']:+.1%})"
            for d in needed
        ]
        return "\n".join(lines)

    def __str__(self) -> str:
        frame = self.result.identities
        lines = [f"{'':<4}{'identity':<24}{'before':>16}{'after':>16}  unit"]
        for row in frame.itertuples():
            lines.append(
                f"{row.kind:<4}{row.name:<24}{_figure(row.before):>16}{_figure(row.after):>16}"
                f"  {row.unit}" + ("" if row.status == "met" else f"  {row.status}")
            )
        lines += [f"    {name}: not stated: {why}" for name, why in self.unstated.items()]
        moved = self.moved(0.005)
        if len(moved):
            lines += ["", "Moved, in half-ranges of each claim"]
            lines += [
                f"{row.move:>+8.2f}  {row.name}: {_figure(row.value)} -> {_figure(row.balanced)}"
                + ("  (at its bound)" if row.at_bound else "")
                for row in moved.head(20).itertuples()
            ]
            if len(moved) > 20:
                lines.append(f"          and {len(moved) - 20} more, less")
        for conflict in self.conflicts:
            lines += ["", self.says(conflict)]
        return "\n".join(lines)


def balance(network: Network, correlation: float = 0.5) -> Balance:
    """Hold the claims of a network against the identities between them.

    Parameters
    ----------
    network : Network
        With evidence; never changed.
    correlation : float
        0 to below 1: between claims of one `correlation_group`.

    Returns
    -------
    Balance
        Every identity whose claims the network has, before and after the least change; what
        moved, and why; claims that clash. A view of an earlier day has fewer claims: identities
        that lack one are listed as unstated.

    Examples
    --------
    >>> from waferway.atlas import world
    >>> found = balance(world())
    >>> clash = next(c for c in found.conflicts if c.identities == ("hbm-2024",))
    >>> clash.cells
    ('hbm-012', 'hbm-013', 'hbm-014.range', 'hbm-018.wafers')
    >>> clash.doubts[0]["leaves_out"]
    'hbm-014.range'
    """
    kept: list[Identity] = []
    unstated: dict[str, str] = {}
    for one in read_identities():
        missing = [n for n in one.cells if n not in network.evidence]
        if missing:
            unstated[one.name] = f"nothing says {missing[0]}"
        else:
            kept.append(one)
    names = dict.fromkeys(n for one in kept for n in one.cells)
    cells = [cell_of(network.evidence[name]) for name in names]
    return Balance(balance_cells(cells, kept, correlation), unstated, network)


def cell_of(claim: Claim) -> Cell:
    """A claim as an uncertain cell.

    Bounds are those stated, quantiles where no bounds are; a number without either is taken to
    be rounded: half a unit of its last digit, at most 2.5 % of it.

    Examples
    --------
    >>> made = dict(subject="s", metric="m", kind="count", unit="1", modality="estimate",
    ...             grade="C", method="hand", form="point")
    >>> cell_of(Claim(claim_id="a", value="250000", **made)).half
    5000.0
    >>> cell_of(Claim(claim_id="b", value="831881", **made)).half
    0.5
    """
    low = claim.low if claim.low is not None else claim.p05
    high = claim.high if claim.high is not None else claim.p95
    value = claim.central
    if value is None:
        value = 0.0
    step = _rounding(value) if claim.resolution is None else float(claim.resolution) / 2
    step = step or 1e-9
    bottom = float(low) if low is not None else value - step
    top = float(high) if high is not None else value + step
    if not bottom < top:
        bottom, top = bottom - step, top + step
    return Cell(claim.claim_id, bottom, value, top, claim.correlation_group or "")


def _rounding(value: float) -> float:
    """Half a unit of the last digit that is not zero, at most 2.5 % of the number."""
    if value == 0:
        return 0.0
    text = f"{abs(value):.12g}"
    if "e" in text:
        exponent = int(text.split("e")[1]) - len(text.split("e")[0].replace(".", "")) + 1
    elif "." in text:
        exponent = -len(text.split(".")[1])
    else:
        exponent = len(text) - len(text.rstrip("0"))
    return min(0.5 * 10.0**exponent, ROUNDING * abs(value))


def read_identities(folder: Path | None = None) -> list[Identity]:
    """The declared identities, in the order of their file.

    Parameters
    ----------
    folder : Path, optional
        With ``identity.csv`` (identity, kind, title, unit, sense, tolerance, constant) and
        ``term.csv`` (identity, term, coefficient, claim_id, power): terms of one number are
        multiplied, then all are added. Default: those of the atlas.

    Raises
    ------
    InputError
        With every fault of both files.
    """
    folder = folder or Path(__file__).parent / "identities"
    faults = Faults()
    heads = _rows(folder / "identity.csv")
    known = {head["identity"] for _, head in heads}
    parts: dict[str, dict[str, tuple[float, list[tuple[str, float]]]]] = {}
    for line, row in _rows(folder / "term.csv"):
        place = Place(str(folder / "term.csv"), line)
        if row["identity"] not in known:
            found = nearest(row["identity"], known)
            faults.add(place, f'"{row["identity"]}" is no identity', "",
                       f"did you mean {found[0]}?" if found else "")  # fmt: skip
            continue
        try:
            coefficient, power = float(row["coefficient"]), float(row["power"] or 1)
        except ValueError:
            faults.add(place, "coefficient and power are numbers")
            continue
        of = parts.setdefault(row["identity"], {})
        held = of.setdefault(row["term"], (coefficient, []))
        if held[0] != coefficient:
            faults.add(place, f"term {row['term']} has two coefficients")
        held[1].append((row["claim_id"], power))
    out = []
    for line, head in heads:
        terms = [Term(c, tuple(p)) for c, p in parts.get(head["identity"], {}).values()]
        if not terms:
            faults.add(Place(str(folder / "identity.csv"), line),
                       f"identity {head['identity']} has no terms")  # fmt: skip
        if head["constant"]:
            terms.append(Term(float(head["constant"]), ()))
        out.append(
            Identity(head["identity"], head["kind"], head["title"], tuple(terms),
                     head["sense"] or "=", float(head["tolerance"] or 0), head["unit"])
        )  # fmt: skip
    faults.raise_any("nothing was balanced")
    return out


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(enumerate(csv.DictReader(file), 2))


def _figure(x: float) -> str:
    size = abs(x)
    if size >= 1e9 or 0 < size < 1e-3:
        return f"{x:.4g}"
    digits = 0 if size >= 1000 or x == round(x) else 1 if size >= 10 else 3
    text = f"{x:,.{digits}f}"
    return "0" if text.strip("-0.,") == "" else text


def _plain(doubt: dict[str, Any]) -> dict[str, Any]:
    return {
        k: {n: round(float(x), 6) for n, x in v.items()} if isinstance(v, dict)
        else round(float(v), 6) if isinstance(v, float) else v
        for k, v in doubt.items()
    }  # fmt: skip
