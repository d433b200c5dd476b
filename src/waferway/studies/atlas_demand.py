"""The demand that the atlas ships: generated from the fan, frozen with its manifest.

Owns the step from paths of need to rows of the atlas: which parties make up which demand, how
wafers of edge devices fall to nodes, the quantiles written, their rounding.
`python -m waferway.studies.atlas_demand` writes the rows; a test holds the frozen rows to a
regeneration.
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
from waferway.studies.atlas_worth import worth_rows

__all__ = ["DEMANDS", "MANIFEST", "NODES", "demand_rows", "drawn_fan", "manifest", "need_worth",
           "write_demand_rows"]  # fmt: skip

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
NODES = {
    "n3-other": (80_191.0, 0.33, False), "sf3-other": (6_000.0, 0.02, False),
    "n2-other": (0.0, 0.5, True), "sf2-other": (0.0, 0.08, True),
    "intel18a-other": (0.0, 0.07, True),
}  # fmt: skip
"""Demand for wafers of one node outside AI: wafers a month in 2024 (demand.n3-other.2024,
demand.sf3-other.2024), share of all N3-class wafers in 2030 (share.non-ai.*), and whether the node
begins in mid-2025."""
EDGE_YEARS = tuple(range(2025, 2031))
H20_WEIGHT = 0.1496
"""H100 equivalents of an H20 (package.h20.weight)."""
H20_QUARTERS = ("2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2")
"""Quarters the row of 2025 holds for; after them the H20 is not made (demand.h20-china.end)."""
_SCENARIOS = {"demand-low": 0, "demand-high": 2}
Row = tuple[float, float, float]


def drawn_fan() -> Fan:
    """The fan that is frozen: without a limit of power, which the atlas has of its own."""
    return fan(until=LAST, paths=PATHS, seed=SEED, power=False)


def demand_rows(paths: Fan | None = None) -> dict[tuple[str, str], Row]:
    """Rows of the atlas from the fan.

    Parameters
    ----------
    paths : Fan, optional
        The fan that is frozen (seed 2024, 4,000 paths) when absent.

    Returns
    -------
    dict of (demand, period) to (low, value, high)
        5 %, 50 % and 95 % quantiles, four significant digits: H100 equivalents a month by quarter,
        packages of the H20 and wafers a month by year.

    Examples
    --------
    >>> from waferway.demand import fan
    >>> rows = demand_rows(fan(until="2030Q4", paths=20, seed=1))
    >>> sorted({name for name, _ in rows if name.startswith("compute")})
    ['compute-amazon', 'compute-google', 'compute-market', 'compute-openai']
    """
    drawn = paths or drawn_fan()
    out: dict[tuple[str, str], Row] = {}
    for name, parties in DEMANDS.items():
        monthly = np.sum([drawn.paths(party) for party in parties], axis=0) / 3.0
        cut = np.quantile(monthly, [0.05, 0.5, 0.95], axis=0)
        for t, quarter in enumerate(drawn.quarters):
            low, value, high = (_rounded(v) for v in cut[:, t])
            out[name, quarter] = (low, value, high)
    served = [drawn.quarters.index(q) for q in H20_QUARTERS]
    packages = drawn.paths("china")[:, served].mean(axis=1) / 3.0 / H20_WEIGHT
    out["h20-china", "2025"] = _cut(packages)
    for year in EDGE_YEARS:
        inside = [i for i, q in enumerate(drawn.quarters) if q.startswith(str(year))]
        wafers = drawn.paths(segment="edge")[:, inside].mean(axis=1)
        for name, share in _node_shares(year).items():
            begun = "2025Q3" if year == 2025 and NODES[name][2] else str(year)
            out[name, begun] = _cut(wafers * share)
    return out


def _node_shares(year: int) -> dict[str, float]:
    """Share of each node in the N3-class wafers of a year.

    Wafers of nodes that run in 2024 go straight to their share of 2030; those of later nodes are
    a tenth of it in the second half of 2025 and rise in five equal steps.
    """
    all_2030 = 8e6 / 12.0
    wafers, weight = {}, {}
    for name, (start, share, late) in NODES.items():
        end = share * all_2030
        if not late:
            wafers[name] = start + (end - start) * (year - 2024) / 6.0
        else:
            wafers[name] = end / 10.0 if year == 2025 else end * (year - 2025) / 5.0
        weight[name] = wafers[name] * (0.5 if late and year == 2025 else 1.0)
    total = sum(weight.values())
    return {name: value / total for name, value in wafers.items()}


def _cut(values: NDArray[np.float64]) -> Row:
    low, best, high = (_rounded(v) for v in np.quantile(values, [0.05, 0.5, 0.95]))
    return low, best, high


def need_worth(rows: dict[tuple[str, str], Row]) -> dict[tuple[str, str], Row]:
    """Worth of serving by demand and year, weighed with the best values of need.

    Parameters
    ----------
    rows : dict
        As `demand_rows` gives them.

    Returns
    -------
    dict of (demand, year) to (low, best, high)
    """
    share: dict[int, float] = {}
    for year in sorted({int(when[:4]) for name, when in rows if name in DEMANDS}):
        inside = {name: sum(v[1] for (n, w), v in rows.items() if n == name and w[:4] == str(year))
                  for name in DEMANDS}  # fmt: skip
        share[year] = inside["compute-openai"] / sum(inside.values())
    return worth_rows(share)


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

    Quantities of the compute demands, of the H20 for China and of N3-class wafers, and worths of
    serving, are replaced where they stand in `profile.csv`, `claim.csv` and, for the scenarios at
    both ends, `change.csv`; nothing else moves.

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
    drawn = drawn_fan()
    rows = demand_rows(drawn)
    worth = need_worth(rows)
    drawn_by = f"p05, p50, p95 of the demand fan, seed {SEED}, {PATHS} paths"
    cells_of = {("quantity", *key): row for key, row in rows.items()}
    cells_of |= {("value_usd", *key): row for key, row in worth.items()}
    claim_of = _claim_ids()
    by_claim = {claim_of[key]: (key, row) for key, row in cells_of.items()}

    def profile(cells: dict[str, str]) -> None:
        key = (cells["column"], cells["key"], cells["period"])
        if cells["table"] == "demand" and key in cells_of:
            _set(cells, cells_of[key])

    def claim(cells: dict[str, str]) -> None:
        if cells["claim_id"] in by_claim:
            (column, name, _), row = by_claim[cells["claim_id"]]
            _set(cells, row)
            cells["method"], cells["derived_from"] = _ground(column, name, drawn_by)

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


def _claim_ids() -> dict[tuple[str, str, str], str]:
    """Claim behind each dated cell of a demand; claims of earlier views of the world are not it."""
    with (data_folder() / "cite.csv").open(encoding="utf-8", newline="") as file:
        return {(r["column"], r["key"], r["period"]): r["claim_id"] for r in csv.DictReader(file)
                if r["table"] == "demand" and not r["claim_id"].startswith("early.")}  # fmt: skip


def _ground(column: str, name: str, drawn_by: str) -> tuple[str, str]:
    """Method and premises of a claim of the atlas that the fan gives."""
    if column == "quantity":
        if name in NODES:
            node = name.removesuffix("-other")
            return (f"derived:edge wafers, {drawn_by}; x share of the node in the year",
                    f"demand.fan share.non-ai.{node}")  # fmt: skip
        if name == "h20-china":
            return (f"derived:need of China to mid-2026, {drawn_by}; / weight / 3 months",
                    "demand.fan package.h20.weight")  # fmt: skip
        return f"derived:{drawn_by}; / 3 months", "demand.fan"
    if name == "compute-openai":
        return "derived:top step of the worth of serving", "demand.fan"
    if name == "hbm-other":
        return ("derived:800 GB / 80 GB of an H100 x worth of an H100 equivalent",
                "demand.fan tech.hbm.gb-per-wafer chip-006")  # fmt: skip
    if name == "cowos-other":
        return ("derived:28.5 packages of H100 class x worth of an H100 equivalent",
                "demand.fan package.h100.per-cowos-wafer")  # fmt: skip
    return "derived:worth of serving, mean of the steps that OpenAI leaves", "demand.fan"


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
