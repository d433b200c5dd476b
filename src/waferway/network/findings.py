"""What every check needs: the tables, where their cells stand, and how a fault is written.

Owns the wording that all faults share (who, nearest name, list of what there is).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from waferway.calendar import day
from waferway.errors import Faults, Place, RangeError, nearest
from waferway.network.countries import COUNTRIES
from waferway.network.network import Network
from waferway.network.schema import TABLES

__all__ = ["ITEM_KINDS", "Findings", "Step", "level", "some"]

Step = tuple[dt.date, float]
ITEM_KINDS = TABLES["item"]["kind"].choices
_BUDGET = 200_000
_ALIASES = {"UK": "GB", "USA": "US", "KOR": "KR", "TWN": "TW", "JPN": "JP", "CHN": "CN",
            "ROC": "TW", "PRC": "CN", "UAE": "AE"}  # fmt: skip


class Findings:
    """Faults of one network on their way to being raised.

    Parameters
    ----------
    network : Network
    locate : callable (table, row, column) -> Place
    poisoned : collection of (table, row, column)
        Cells that could not be read; nothing more is said of them.
    unread : collection of str
        Tables (or ``claims``) that could not be read whole.
    """

    def __init__(
        self,
        network: Network,
        locate: Callable[[str, int, str], Place],
        poisoned: Collection[tuple[str, int, str]] = frozenset(),
        unread: Collection[str] = (),
    ) -> None:
        self.network = network
        self.faults = Faults()
        self.locate = locate
        self._poisoned = poisoned
        self.unread = set(unread)
        self._budget = _BUDGET  # names compared in all: a thousand faults stay affordable

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.network.tables[table]

    def column(self, table: str, column: str) -> list[Any]:
        """Cells of a column as a list."""
        cells: list[Any] = self[table][column].tolist()
        return cells

    def numbers(self, table: str, column: str) -> NDArray[np.float64]:
        """Cells of a numeric column."""
        out: NDArray[np.float64] = self[table][column].to_numpy(dtype=float)
        return out

    def sound(self, table: str, row: int, column: str) -> bool:
        """Whether a cell could be read."""
        return (table, row, column) not in self._poisoned

    def sound_cell(self, table: str, key: str, column: str) -> bool:
        """Whether a cell given by its key could be read."""
        if not any(cell[0] == table and cell[2] == column for cell in self._poisoned):
            return True
        return self.sound(table, list(self[table].index).index(key), column)

    def add(
        self,
        cell: tuple[str, int, str],
        what: str,
        why: str = "",
        suggestion: str = "",
        kind: str = "fault",
    ) -> None:
        """Record a fault of a cell, ``(table, row, column)``, unless it could not be read."""
        table, row, column = cell
        if cell in self._poisoned:
            return
        key = self[table].index[row]
        who = f'{table} "{key}"' if key else f"{table} row {row + 1}"
        self.faults.add(self.locate(table, row, column), f"{who}: {what}", why, suggestion, kind)

    # -- names ----------------------------------------------------------------------------------

    @cached_property
    def regions(self) -> set[str]:
        """Regions: the names that demands deliver to."""
        return {region for region in self.column("demand", "region") if region}

    @cached_property
    def bases(self) -> set[str]:
        """Compute bases that have weights."""
        return set(self.column("weight", "basis"))

    def valid(self, refers: str) -> Collection[str]:
        """Names that a reference to `refers` may take."""
        if refers == "country":
            return COUNTRIES
        if refers == "region":
            return self.regions
        if refers == "any":
            return ("any",)
        return self._names(refers)

    def _names(self, table: str) -> Collection[str]:
        if table not in self._cached_names:
            self._cached_names[table] = set(self[table].index)
        return self._cached_names[table]

    @cached_property
    def _cached_names(self) -> dict[str, set[str]]:
        return {}

    def guess(self, name: str, valid: Collection[str], noun: str) -> str:
        """The nearest right name, or what there is to choose from."""
        if valid is COUNTRIES:
            code = _country(name)
            return code or "write a code of ISO 3166, for example TW, KR, US"
        country = _country(name) if "TW" in valid and "KR" in valid else ""
        names = [other for other in valid if other not in COUNTRIES]
        self._budget -= len(names)
        found = nearest(name, names) if self._budget > 0 else []
        if country or found:
            return country or f"did you mean {found[0]}?"
        return f"there are: {some(names)}" if set(names) - {"any"} else f"there is no {noun} yet"

    # -- values over time -----------------------------------------------------------------------

    @cached_property
    def profile(self) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
        """Readable rows of `profile` by cell, each with its row number and first day."""
        out: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
        frame = self["profile"]
        for row, cells in enumerate(frame.to_dict("records")):
            try:
                since = day(cells["period"]) if cells["period"] else dt.date.min
            except RangeError:
                continue
            out[cells["table"], cells["key"], cells["column"]].append(
                cells | {"row": row, "since": since}
            )
        return out

    def varies(self, table: str, column: str) -> set[str]:
        """Keys of rows for which `profile` says something about a column."""
        return self._varying.get((table, column), set())

    @cached_property
    def _varying(self) -> dict[tuple[str, str], set[str]]:
        out: dict[tuple[str, str], set[str]] = defaultdict(set)
        cells = (self.column("profile", name) for name in ("table", "key", "column"))
        for table, key, column in zip(*cells, strict=True):
            out[table, column].add(key)
        return out

    def steps(self, table: str, row: int, column: str) -> list[Step]:
        """Plain value and dated values of a cell outside branches, in order; NaN: unknown."""
        plain = float(self[table][column].iloc[row])
        default = TABLES[table][column].default
        if np.isnan(plain) and isinstance(default, int | float):
            plain = float(default)
        out = [(dt.date.min, plain)]
        for cells in self.profile.get((table, self[table].index[row], column), ()):
            if not cells["branch"] and np.isnan(cells["age_months"]):
                out.append((cells["since"], central(cells)))
        return sorted(out, key=lambda step: step[0])


def _country(name: str) -> str:
    """The code that a country's name, alias or lower-case code stands for, as a question."""
    code = _ALIASES.get(name.upper(), name.upper())
    if code not in COUNTRIES and len(name) > 3:
        found = nearest(name, COUNTRIES.values(), cutoff=0.8)
        code = next((c for c, country in COUNTRIES.items() if found and country == found[0]), "")
    return f"did you mean {code} ({COUNTRIES[code]})?" if code in COUNTRIES else ""


def central(cells: dict[str, Any]) -> float:
    """Value of a profile row, else the middle of its bounds; NaN when it has none."""
    if not np.isnan(cells["value"]):
        return float(cells["value"])
    bounds = [cells[name] for name in ("low", "high") if not np.isnan(cells[name])]
    return float(sum(bounds) / len(bounds)) if bounds else float("nan")


def level(steps: Iterable[Step], when: dt.date) -> float:
    """Value that a step function has on a day."""
    value = float("nan")
    for since, number in steps:
        if since <= when:
            value = number
    return value


def some(names: Iterable[str], count: int = 6) -> str:
    """The first names, and how many more there are."""
    listed = sorted(names)
    rest = len(listed) - count
    return ", ".join(listed[:count]) + (f" and {rest} more" if rest > 0 else "")


def given(cells: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """Rows in which a text or date is given."""
    return ((row, cell) for row, cell in enumerate(cells) if cell)
