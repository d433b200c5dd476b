"""The demand that the atlas ships: generated from the fan, frozen with its manifest.

Owns the step from paths of need to rows of the atlas: which parties make up which demand, the
quantiles written, their rounding. `python -m waferway.studies.atlas_demand` writes the rows;
a test holds the frozen rows to a regeneration.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waferway.atlas.world import data_folder
from waferway.demand.fan import Fan, fan

__all__ = ["DEMANDS", "MANIFEST", "demand_rows", "manifest", "write_demand_rows"]

SEED, PATHS = 2024, 4000
LAST = "2031Q1"
"""Last quarter the atlas plans demand for: the end of its tail."""
DIGITS = 4
"""Significant digits written: as many as hold on every platform, and more than are known."""
MANIFEST = "demand-fan.json"
DEMANDS = {
    "compute-market": ("clouds", "others"),
    "compute-openai": ("openai",),
    "compute-google": ("google",),
    "compute-amazon": ("amazon",),
}
"""Demand of the atlas, and the parties of the fan that it is made of."""
_SCENARIOS = {"demand-low": 0, "demand-high": 2}
Row = tuple[float, float, float]


def demand_rows(paths: Fan | None = None) -> dict[tuple[str, str], Row]:
    """Rows of the atlas from the fan.

    Parameters
    ----------
    paths : Fan, optional
        The fan that is frozen (seed 2024, 4,000 paths) when absent.

    Returns
    -------
    dict of (demand, quarter) to (low, value, high)
        5 %, 50 % and 95 % quantiles, H100 equivalents a month, four significant digits.

    Examples
    --------
    >>> from waferway.demand import fan
    >>> rows = demand_rows(fan(until="2025Q1", paths=20, seed=1))
    >>> sorted(name for name, _ in rows)
    ['compute-amazon', 'compute-google', 'compute-market', 'compute-openai']
    """
    drawn = paths or fan(until=LAST, paths=PATHS, seed=SEED)
    out: dict[tuple[str, str], Row] = {}
    for name, parties in DEMANDS.items():
        monthly = np.sum([drawn.paths(party) for party in parties], axis=0) / 3.0
        cut = np.quantile(monthly, [0.05, 0.5, 0.95], axis=0)
        for t, quarter in enumerate(drawn.quarters):
            low, value, high = (_rounded(v) for v in cut[:, t])
            out[name, quarter] = (low, value, high)
    return out


def manifest(rows: dict[tuple[str, str], Row], drawn: Fan) -> dict[str, Any]:
    """What the frozen rows were made from.

    Returns
    -------
    dict
        basis, seed, paths, until, hash of the claims, claims read, hash of the rows.
    """
    lines = "\n".join(f"{d} {q} {r[0]:g} {r[1]:g} {r[2]:g}" for (d, q), r in sorted(rows.items()))
    return dict(drawn.manifest) | {
        "demands": {name: list(parties) for name, parties in DEMANDS.items()},
        "rows_sha256": hashlib.sha256(lines.encode()).hexdigest(),
    }


def write_demand_rows(folder: Path | None = None) -> Path:
    """Freeze the rows of the fan in the tables of the atlas.

    Quantities of the four compute demands from 2025 on are replaced where they stand in
    `profile.csv`, `claim.csv` and, for the scenarios at both ends, `change.csv`; nothing else
    moves.

    Parameters
    ----------
    folder : Path, optional
        Of the atlas tables; the shipped ones when absent.

    Returns
    -------
    Path
        The manifest, `demand-fan.json`.
    """
    to = folder or data_folder()
    drawn = fan(until=LAST, paths=PATHS, seed=SEED)
    rows = demand_rows(drawn)
    method = f"derived:p05, p50, p95 of the demand fan, seed {SEED}, {PATHS} paths; / 3 months"

    def profile(cells: dict[str, str]) -> None:
        key = (cells["key"], cells["period"])
        if cells["table"] == "demand" and cells["column"] == "quantity" and key in rows:
            _set(cells, rows[key])

    def claim(cells: dict[str, str]) -> None:
        name, _, quarter = cells["claim_id"].removeprefix("demand.").partition(".quantity.")
        if (name, quarter) in rows:
            _set(cells, rows[name, quarter])
            cells["method"], cells["derived_from"] = method, "demand.fan"

    def change(cells: dict[str, str]) -> None:
        key = (cells["key"], cells["period"])
        wanted = cells["table"] == "demand" and cells["column"] == "quantity" and key in rows
        if wanted and cells["scenario"] in _SCENARIOS:
            cells["value"] = f"{rows[key][_SCENARIOS[cells['scenario']]]:.0f}"

    for name, edit in (("profile.csv", profile), ("claim.csv", claim), ("change.csv", change)):
        _rewrite(to / name, edit)
    path = to / MANIFEST
    path.write_text(json.dumps(manifest(rows, drawn), indent=1) + "\n", encoding="utf-8")
    return path


def _set(cells: dict[str, str], row: Row) -> None:
    for column, number in zip(("low", "value", "high"), row, strict=True):
        cells[column] = f"{number:.0f}"


def _rounded(value: float | NDArray[np.float64]) -> float:
    return float(f"{float(value):.{DIGITS}g}")


def _rewrite(path: Path, edit: Callable[[dict[str, str]], None]) -> None:
    """Edit rows in place; lines that do not change keep their bytes."""
    lines = path.read_text(encoding="utf-8").splitlines()
    head = next(csv.reader([lines[0]]))
    out = [lines[0]]
    for line in lines[1:]:
        cells = dict(zip(head, next(csv.reader([line])), strict=True))
        before = dict(cells)
        edit(cells)
        out.append(line if cells == before else _line([cells[c] for c in head]))
    path.write_text("\n".join(out) + "\n", encoding="utf-8")


def _line(cells: list[str]) -> str:
    to = io.StringIO()
    csv.writer(to, lineterminator="").writerow(cells)
    return to.getvalue()


if __name__ == "__main__":
    import sys

    sys.stdout.write(f"{write_demand_rows()}\n")
