"""The plan: tables with units, what they rest on, and the ways to look at them.

Owns the result of `plan`: its tables, manifest, saving and loading. Pictures and pages are made
elsewhere; `report` and `verify` hand the plan over.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from waferway.calendar import Calendar, Period
from waferway.errors import Fault, InputError, OutputExists, Place
from waferway.evidence.formula_text import guarded_frame
from waferway.network.network import Network
from waferway.network.replacing import new_folder
from waferway.planning.results import COLUMNS, UNITS

if TYPE_CHECKING:
    import xarray as xr

    from waferway.planning.explanation import Explanation
    from waferway.planning.extensive import Program
    from waferway.planning.prices import Prices, Solved
    from waferway.planning.summary import Summary
    from waferway.planning.verification import Verification

__all__ = ["Plan", "ResultTable"]

PLAN_VERSION = 1


@dataclass(frozen=True)
class ResultTable:
    """One table of a plan, with the unit of every number.

    Examples
    --------
    >>> table = ResultTable("orders", pd.DataFrame({"module": ["m"], "period": ["2026Q1"],
    ...                                             "orders": [2.0]}), {"orders": "module"})
    >>> table.to_xarray()["orders"].dims
    ('module', 'period')
    """

    name: str
    frame: pd.DataFrame
    units: Mapping[str, str]

    def to_frame(self) -> pd.DataFrame:
        """A copy, free to change; units in ``frame.attrs["units"]``."""
        out = self.frame.copy()
        out.attrs["units"] = dict(self.units)
        return out

    def to_xarray(self) -> xr.Dataset:
        """The numbers on named axes; absent rows are 0."""
        axes = [c for c in self.frame.columns if c not in self.units]
        axes = [c for c in axes if c != "branch" or len(set(self.frame[c])) > 1]
        numbers = list(self.units)
        out = self.frame.groupby(axes, sort=False, observed=True)[numbers].sum().to_xarray()
        out = out.fillna(0.0)
        for name, unit in self.units.items():
            out[name].attrs["unit"] = unit
        return out

    def _repr_html_(self) -> str:
        import waferway

        return str(waferway.show_table(self.frame, self.units))

    def __repr__(self) -> str:
        units = ", ".join(f"{name} [{unit}]" for name, unit in self.units.items())
        return f"<{self.name}: {len(self.frame)} rows; {units}>"


@dataclass(frozen=True, eq=False)
class Plan:
    """What `plan` found; a result never changes its inputs.

    Attributes
    ----------
    network : Network
        As planned; in a party view cut down to what the party decides.
    calendar : Calendar
        Warm-up and tail included.
    decided, shown : array of bool, shape (T,)
        Periods that were decided; periods that reports show.
    manifest : dict
        What was asked, of which input, with which code; same inputs, same manifest.
    tables : dict of str to DataFrame
        Tidy; also as attributes with units: ``plan.capacity.to_frame()``.
    volatile : dict
        Seconds and machine: beside the hash.
    """

    network: Network
    calendar: Calendar
    decided: NDArray[np.bool_]
    shown: NDArray[np.bool_]
    manifest: dict[str, Any]
    tables: dict[str, pd.DataFrame]
    volatile: dict[str, Any] = field(default_factory=dict)
    program: Program | None = None
    solution: NDArray[np.float64] | None = None

    def __getattr__(self, name: str) -> ResultTable:
        if name in COLUMNS:
            return ResultTable(name, self.tables[name], UNITS[name])
        raise AttributeError(f"a plan has no {name!r}; its tables are {', '.join(COLUMNS)}")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *COLUMNS})

    @property
    def labels(self) -> list[str]:
        """Labels of the shown periods."""
        return [p.label for p, s in zip(self.calendar, self.shown, strict=True) if s]

    @cached_property
    def branch_weights(self) -> dict[str, float]:
        """Probability of each branch; the plain case alone is ""."""
        return {b["branch"]: b["probability"] for b in self.manifest["branches"]}

    def summary(self) -> Summary:
        """Compute delivered, unmet, spending, what binds, and how much rests on what."""
        from waferway.planning.summary import summarise

        return summarise(self)

    def prices(self, *, intervals: bool = False) -> Prices:
        """What one more unit would be worth, given these builds; see `Prices`."""
        from waferway.planning.prices import prices_of

        if intervals not in self._prices:
            self._prices[intervals] = prices_of(self, intervals=intervals)
        return self._prices[intervals]

    @cached_property
    def _prices(self) -> dict[bool, Prices]:
        return {}

    @cached_property
    def solved(self) -> Solved:
        """The plan solved again with its integers fixed: where prices come from."""
        from waferway.planning.prices import solved

        return solved(self)

    def bottlenecks(self) -> pd.DataFrame:
        """What binds in each period and what one more unit is worth; draw this one."""
        if self._explained:
            return self._explained[""].bottlenecks
        from waferway.planning.explanation import bottlenecks

        return bottlenecks(self)

    def explain(self, build: str = "") -> Explanation:
        """Why the plan is as it is: what binds, what pays for each build, what moves it.

        Parameters
        ----------
        build : str
            Every order of one module (or opening, right, stake); default: the last of each.

        Returns
        -------
        Explanation
            Its text is the answer in sentences; its tables carry every figure. Prices are given
            the builds of the plan. A plan folder written by ``waferway plan`` keeps it; else it
            is computed here, in a few seconds for a network like the atlas.

        Raises
        ------
        InputError
            If the plan has no such build.
        """
        from waferway.planning.explanation import explain

        if build not in self._explained:
            if build:
                self.explain().only(build=build)  # names the nearest where there is none
            self._explained[build] = explain(self, build)
        return self._explained[build]

    @property
    def is_explained(self) -> bool:
        """Whether the explanation is at hand, from the folder or computed before."""
        return "" in self._explained

    @cached_property
    def _explained(self) -> dict[str, Explanation]:
        return {}

    def verify(self) -> Verification:
        """Recompute feasibility and every cost from the data, without the model code."""
        from waferway.planning.verification import verify

        return verify(self)

    def report(self, path: str | Path, force: bool = False) -> Path:
        """Write the one-file report; opens offline."""
        import waferway

        return Path(waferway.write_report(self, path, force=force))

    def figure(self, name: str) -> Any:
        """One figure of the report: shows itself in a notebook, saves as SVG, PNG or PDF.

        Parameters
        ----------
        name : str
            supply, map, bottlenecks, flow, builds, cost, money, use or evidence.

        Returns
        -------
        Figure

        Raises
        ------
        InputError
            If there is no such figure, or the plan has nothing to show in it.
        """
        import waferway

        return waferway.figure(self, name)

    def to_excel(self, path: str | Path, force: bool = False) -> Path:
        """Write summary, manifest and tables as a workbook, units in the headings."""
        from waferway.planning.workbook import write_results

        return write_results(self, path, force=force)

    def _repr_html_(self) -> str:
        import waferway

        return str(waferway.show_plan(self))

    def __repr__(self) -> str:
        gap = self.manifest["gap"]
        told = "gap not told" if gap is None else f"gap {gap:.2%}"
        whose = self.manifest["party"] or "the system"
        return (
            f"<Plan of {whose}: {self.manifest['start']} to {self.manifest['until']}, "
            f"objective {self.manifest['objective']}, cost {self.manifest['cost_usd']:.6g} USD, "
            f"{told} ({self.manifest['status']})>"
        )

    # -- saving -------------------------------------------------------------------------------

    def save(
        self, path: str | Path, force: bool = False, pages: Mapping[str, str] | None = None
    ) -> Path:
        """Write manifest, tables (Parquet and CSV) and the network to a new folder.

        An explanation that was asked for is kept in it, see `explain`.

        Parameters
        ----------
        path : path
            Folder; must not exist unless `force`.
        force : bool
            Replace an existing plan folder. Another folder is never replaced.
        pages : mapping of str to str, optional
            Further files by name, for example ``{"plan.html": html}``.

        Returns
        -------
        Path

        Raises
        ------
        OutputExists
            If the folder exists and `force` is not given, or is not a plan folder.
        """
        from waferway.network.writing import write

        target = Path(path)
        check_replaceable(target, force)
        with new_folder(target, force=force, ours=lambda _: True) as building:
            (building / "tables").mkdir()
            for name, frame in self.tables.items():
                if frame.empty and name not in ("starts", "orders", "unserved"):
                    continue
                frame.to_parquet(building / "tables" / f"{name}.parquet", index=False)
                guarded_frame(frame).to_csv(building / "tables" / f"{name}.csv", index=False)
            if "" in self._explained:
                self._explained[""].write(building)
            write(self.network, building / "network")
            manifest = {"plan_version": PLAN_VERSION, **self.manifest,
                        "shown": [bool(s) for s in self.shown],
                        "decided": [bool(s) for s in self.decided],
                        "spans": [[p.start.isoformat(), p.end.isoformat()]
                                  for p in self.calendar]}  # fmt: skip
            _write_json(building / "manifest.json", manifest)
            _write_json(building / "volatile.json", self.volatile)
            for name, content in (pages or {}).items():
                (building / name).write_text(content, encoding="utf-8")
        return target

    @classmethod
    def load(cls, path: str | Path) -> Plan:
        """Read a plan folder.

        Raises
        ------
        InputError
            If the folder is not a plan, or of a newer version.
        """
        from waferway.network.reading import read

        folder = Path(path)
        manifest_file = folder / "manifest.json"
        if not manifest_file.is_file():
            raise InputError(
                [
                    Fault(
                        Place(str(path)),
                        "is no plan folder",
                        why="it has no manifest.json",
                        suggestion="write one with: waferway plan",
                        kind="not a plan",
                    )
                ]
            )
        manifest = json.loads(manifest_file.read_text(encoding="utf-8"))
        if manifest.pop("plan_version") > PLAN_VERSION:
            raise InputError(
                [Fault(Place(str(manifest_file)), "was written by a newer waferway",
                       suggestion="update waferway")]
            )  # fmt: skip
        shown = np.array(manifest.pop("shown"))
        decided = np.array(manifest.pop("decided"))
        spans = manifest.pop("spans")
        calendar = Calendar(
            tuple(
                Period(dt.date.fromisoformat(a), dt.date.fromisoformat(b), label)
                for (a, b), label in zip(spans, manifest["periods"], strict=True)
            )
        )
        tables = {}
        for name, columns in COLUMNS.items():
            file = folder / "tables" / f"{name}.parquet"
            empty = pd.DataFrame(columns=columns.split())
            tables[name] = pd.read_parquet(file) if file.is_file() else empty
        volatile = json.loads((folder / "volatile.json").read_text(encoding="utf-8"))
        # A party's plan keeps the part of the network that the party decides on.
        network = read(folder / "network", part=bool(manifest["party"]))
        found = cls(network, calendar, decided, shown, manifest, tables, volatile)
        from waferway.planning.explanation import Explanation

        kept = Explanation.read(folder)
        if kept is not None:
            found._explained[""] = kept
        return found


def check_replaceable(target: Path, force: bool) -> None:
    """Refuse to write over anything but a plan folder, and over that only with `force`."""
    if not target.exists():
        return
    if not force:
        raise OutputExists(f"{target} exists; pass --force to replace it, or name another folder")
    if not (target / "manifest.json").is_file():
        raise OutputExists(f"{target} exists and is no plan folder; it is left alone")


def _write_json(path: Path, content: Any) -> None:
    path.write_text(
        json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8"
    )
