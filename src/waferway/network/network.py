"""The network itself: typed tables, settings, evidence; values over time.

Owns access. Reading and writing files, checking and scenarios are rooms beside it; a network
is never changed in place, every operation returns a new one that shares what did not change.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from waferway.calendar import Calendar, day
from waferway.errors import Fault, Faults, InputError, Place, RangeError, nearest
from waferway.evidence.claims import Evidence
from waferway.network.schema import SCHEMA_VERSION, SETTINGS, TABLES

__all__ = ["Network"]

_SETTING = {attribute.name: attribute for attribute in SETTINGS}


@cache
def empty_table(name: str) -> pd.DataFrame:
    """A table without rows, with the columns and types of its declaration."""
    declared = TABLES[name]
    columns = {
        a.name: pd.Series(
            [], dtype="float64" if a.numeric else ("bool" if a.kind == "flag" else "object")
        )
        for a in declared.attributes
    }
    return pd.DataFrame(columns, index=pd.Index([], dtype="object", name="key"))


@dataclass(frozen=True, eq=False)
class Network:
    """Typed tables of one network.

    Build one with `waferway.read`, `waferway.world` or `Network.build`; the constructor takes
    tables as they are, without checks.

    Attributes
    ----------
    tables : mapping of str to DataFrame
        One frame per table of the schema, indexed by row key (key columns joined by ``/``).
        Numbers are float64 with NaN for missing, dates `datetime.date` or None, text and
        references str with "" for missing, flags bool. Treat them as read-only.
    settings : mapping
        Declared settings by name; missing ones have their default.
    evidence : Evidence
        Claims and sources that `cite` names.
    places : mapping of (table, key, column) to Place
        Where values were read; empty for networks built in code.
    applied : tuple of str
        Scenarios applied, in order.
    """

    tables: Mapping[str, pd.DataFrame]
    settings: Mapping[str, Any] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=Evidence)
    places: Mapping[tuple[str, str, str], Place] = field(
        default_factory=dict, repr=False, compare=False
    )
    applied: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        full = {
            name: self.tables[name] if name in self.tables else empty_table(name) for name in TABLES
        }
        object.__setattr__(self, "tables", MappingProxyType(full))
        filled = {name: a.default for name, a in _SETTING.items()} | dict(self.settings)
        object.__setattr__(self, "settings", MappingProxyType(filled))

    @classmethod
    def build(
        cls,
        tables: Mapping[str, Iterable[Mapping[str, Any]]],
        settings: Mapping[str, Any] | None = None,
        evidence: Evidence | None = None,
    ) -> Network:
        """Build and check a network from rows written in code.

        Parameters
        ----------
        tables : mapping of str to iterable of mapping
            Rows by table. A cell is a number in the declared unit, text with a unit
            (``"20k wafers/month"``), or a mapping of periods to such values.
        settings : mapping, optional
        evidence : Evidence, optional

        Returns
        -------
        Network

        Raises
        ------
        InputError
            With every fault at once.

        Examples
        --------
        >>> net = Network.build({"party": [{"name": "acme", "kind": "lab", "country": "US"}]})
        >>> net.table("party").loc["acme", "country"]
        'US'
        """
        from waferway.network.assembly import assemble

        return assemble(tables, settings or {}, evidence or Evidence())

    def table(self, name: str) -> pd.DataFrame:
        """One table, indexed by row key.

        Raises
        ------
        InputError
            If there is no such table; names the nearest.
        """
        if name not in self.tables:
            raise InputError(
                [
                    Fault(
                        Place(),
                        f'"{name}" is no table of a network',
                        why=f"tables are: {', '.join(TABLES)}",
                        suggestion=_did_you_mean(name, TABLES),
                    )
                ],
                "nothing was returned",
            )
        return self.tables[name]

    def filled(self, name: str) -> pd.DataFrame:
        """One table with declared defaults in the place of missing cells."""
        if name not in self._filled:
            frame = self.table(name).copy()
            for attribute in TABLES[name].attributes:
                if attribute.numeric and isinstance(attribute.default, int | float):
                    frame[attribute.name] = frame[attribute.name].fillna(attribute.default)
            self._filled[name] = frame
        return self._filled[name]

    @cached_property
    def _filled(self) -> dict[str, pd.DataFrame]:
        return {}

    def setting(self, name: str) -> Any:
        """Value of a setting, or its default."""
        if name not in self.settings:
            raise InputError(
                [
                    Fault(
                        Place(),
                        f'"{name}" is no setting',
                        suggestion=_did_you_mean(name, _SETTING),
                    )
                ],
                "nothing was returned",
            )
        return self.settings[name]

    def place(self, table: str, key: str, column: str = "") -> Place:
        """Where a value was read, as near as is known."""
        for column_name in (column, ""):
            found = self.places.get((table, key, column_name))
            if found:
                return found
        cell = f'{table}["{key}"]'
        return Place(cell=f"{cell}.{column}" if column else cell)

    # -- values over time -------------------------------------------------------------------

    def values(
        self,
        table: str,
        column: str,
        calendar: Calendar,
        branch: str = "",
        bound: str = "value",
    ) -> pd.DataFrame:
        """Values of one column over the periods of a calendar.

        Parameters
        ----------
        table, column : str
        calendar : Calendar
            T periods.
        branch : str
            Name of a branch; its profile, else that of its nearest ancestor, replaces the
            plain one cell by cell.
        bound : str
            ``value``, or ``low`` or ``high`` (falling back to the central value).

        Returns
        -------
        DataFrame, shape (rows, T), in the unit of the column
            Average over the days of each period; NaN where nothing is known.
        """
        frame = self.table(table)
        declared = TABLES[table][column]
        if frame.empty:
            return pd.DataFrame(index=frame.index, columns=calendar.labels, dtype="float64")
        fallback = np.nan if declared.required else _number(declared.default)
        plain = frame[column].to_numpy(dtype=float)
        out = np.repeat(plain[:, None], len(calendar), axis=1)
        steps = self._steps(table, column, branch, bound)
        for row, key in enumerate(frame.index):
            if key in steps:
                first = fallback if np.isnan(plain[row]) else plain[row]
                out[row] = _average(steps[key], calendar, first)
            elif np.isnan(plain[row]):
                out[row] = fallback
        return pd.DataFrame(out, index=frame.index, columns=calendar.labels)

    def aged(
        self, table: str, column: str, key: str
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Step function of age for one cell: ages in months, and the value from each age on.

        A cell without ages is one step at age 0.
        """
        rows = self._aged_rows.get((table, column, key))
        if rows:
            ages, values = zip(*rows, strict=True)
            return np.array(ages), np.array(values)
        plain = float(self.table(table).at[key, column])
        if np.isnan(plain):
            plain = _number(TABLES[table][column].default)
        return np.array([0.0]), np.array([plain])

    @cached_property
    def profile_rows(self) -> dict[tuple[str, str], list[tuple[Any, ...]]]:
        """Rows of `profile` by (table, column): key, period, age, branch, low, value, high."""
        out: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
        frame = self.tables["profile"]
        columns = ["table", "column", "key", "period", "age_months", "branch"]
        bounds = ["low", "value", "high"]
        for table, column, *rest in zip(
            *(frame[name].tolist() for name in (*columns, *bounds)), strict=True
        ):
            out.setdefault((table, column), []).append(tuple(rest))
        return out

    @cached_property
    def _aged_rows(self) -> dict[tuple[str, str, str], list[tuple[float, float]]]:
        out: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
        for (table, column), rows in self.profile_rows.items():
            for key, _period, age, branch, low, value, high in rows:
                if not np.isnan(age) and not branch:
                    central = _bound(low, value, high, "value")
                    out.setdefault((table, column, key), []).append((age, central))
        return {key: sorted(rows) for key, rows in out.items()}

    def _steps(
        self, table: str, column: str, branch: str, bound: str
    ) -> dict[str, list[tuple[dt.date, float]]]:
        """Dated steps per row key; the deepest branch that says anything about a cell wins."""
        lineage = self.lineage(branch)
        rank = {name: depth for depth, name in enumerate(lineage)}
        best: dict[str, int] = {}
        found: dict[str, list[tuple[dt.date, float]]] = {}
        for key, period, age, of_branch, low, value, high in self.profile_rows.get(
            (table, column), []
        ):
            if of_branch not in rank or not np.isnan(age):
                continue
            depth = rank[of_branch]
            if depth < best.get(key, -1):
                continue
            if depth > best.get(key, -1):
                best[key] = depth
                found[key] = []
            since = day(period) if period else dt.date.min
            found[key].append((since, _bound(low, value, high, bound)))
        return {key: sorted(rows) for key, rows in found.items()}

    def lineage(self, branch: str) -> list[str]:
        """The plain case (""), then the ancestors of a branch, then the branch itself."""
        chain: list[str] = []
        at = branch
        while at:
            if at in chain or at not in self.tables["branch"].index:
                raise RangeError(f'"{at}" is no branch, or its parents run in a circle')
            chain.append(at)
            at = str(self.tables["branch"].at[at, "parent"])
        return ["", *reversed(chain)]

    @cached_property
    def leaves(self) -> list[tuple[str, float]]:
        """Branches without children and their probabilities; the plain case alone otherwise."""
        frame = self.tables["branch"]
        if frame.empty:
            return [("", 1.0)]
        parents = set(frame["parent"])
        out = []
        for name in frame.index:
            if name not in parents:
                chain = self.lineage(name)[1:]
                out.append((name, float(np.prod([frame.at[b, "probability"] for b in chain]))))
        total = sum(probability for _, probability in out)
        return [(name, probability / total) for name, probability in out]

    # -- new networks from this one ---------------------------------------------------------

    def with_tables(self, changed: Mapping[str, pd.DataFrame]) -> Network:
        """A network in which some tables are replaced; the others are shared, not copied."""
        return replace(self, tables={**self.tables, **changed})

    def with_settings(self, **settings: Any) -> Network:
        """A network in which some settings are replaced; None gives the default back.

        Raises
        ------
        InputError
            If a setting is unknown or its value cannot be read; all faults at once.

        Examples
        --------
        >>> net = Network.build({}).with_settings(until="2030Q4", discount_rate="8 %")
        >>> net.setting("until"), net.setting("discount_rate")
        (datetime.date(2030, 12, 31), 0.08)
        """
        from waferway.network.settings import read_settings

        faults = Faults()
        given = read_settings(settings, lambda name: Place(cell=f"settings.{name}"), faults)
        faults.raise_any("nothing was changed")
        kept = {name: value for name, value in self.settings.items() if name not in settings}
        return replace(self, settings=kept | given)

    def with_scenario(self, *names: str) -> Network:
        """A network with the changes of one or several scenarios applied in turn.

        Raises
        ------
        InputError
            If a scenario is unknown or a change touches nothing; all faults at once.
        """
        from waferway.network.scenarios import apply_scenario

        changed = self
        for name in names:
            changed = apply_scenario(changed, name)
        return changed

    def without_imputed(self) -> Network:
        """A network in which every imputed number is unknown again.

        Rows that cannot stand without it go, and so do the rows that refer to them; what went
        is listed by comparing the two networks.
        """
        from waferway.network.imputed import drop_imputed

        return drop_imputed(self)

    # -- identity ---------------------------------------------------------------------------

    @cached_property
    def sha256(self) -> str:
        """Content hash: settings, tables in key order, evidence; never file names or order."""
        digest = hashlib.sha256(f"waferway network {SCHEMA_VERSION}\n".encode())
        plain = {k: _plain(v) for k, v in sorted(self.settings.items())}
        digest.update(json.dumps(plain, sort_keys=True).encode())
        for name in TABLES:
            frame = self.tables[name]
            if frame.empty:
                continue
            ordered = frame.sort_index(kind="stable")
            records = [
                [name, *(_plain(cell) for cell in row)]
                for row in ordered.itertuples(index=False, name=None)
            ]
            digest.update(json.dumps(records, ensure_ascii=False).encode())
        digest.update(self.evidence.sha256.encode())
        return digest.hexdigest()

    def __eq__(self, other: object) -> bool:
        """Whether two networks say the same, whatever the order of rows or where it was read."""
        if not isinstance(other, Network):
            return NotImplemented
        return self.sha256 == other.sha256 and self.applied == other.applied

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled as what it was made of, for worker processes."""
        parts = (dict(self.tables), dict(self.settings), self.evidence, self.places, self.applied)
        return Network, parts

    def _repr_html_(self) -> str:
        import waferway

        return str(waferway.show_network(self))

    def __repr__(self) -> str:
        counts = [f"{len(f)} {name}" for name, f in self.tables.items() if len(f)]
        title = self.settings.get("title") or "network"
        return f"<{title}: {', '.join(counts) or 'empty'}; {len(self.evidence)} claims>"


def _did_you_mean(name: str, valid: Iterable[str]) -> str:
    found = nearest(name, valid)
    return f"did you mean {found[0]}?" if found else ""


def _number(value: Any) -> float:
    return np.nan if value is None or isinstance(value, str) else float(value)


def _plain(value: Any) -> Any:
    """A JSON value that is the same for equal cells; missing numbers become null."""
    if isinstance(value, float | np.floating):
        return None if np.isnan(value) else repr(float(value))
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, np.bool_ | bool):
        return bool(value)
    return value


def _bound(low: float, value: float, high: float, bound: str) -> float:
    central = value if not np.isnan(value) else np.nanmean([low, high])
    wanted = {"low": low, "value": central, "high": high}[bound]
    return float(central if np.isnan(wanted) else wanted)


def _average(
    steps: list[tuple[dt.date, float]], calendar: Calendar, before: float
) -> NDArray[np.float64]:
    """Day-weighted average of a step function over each period."""
    starts = [when.toordinal() for when, _ in steps]
    levels = [before, *(level for _, level in steps)]
    edges = np.array([calendar.start.toordinal(), *(p.end.toordinal() for p in calendar)])
    out = np.zeros(len(calendar))
    spans = [dt.date.min.toordinal(), *starts, dt.date.max.toordinal()]
    for level, low, high in zip(levels, spans, spans[1:], strict=False):
        overlap = np.clip(np.minimum(edges[1:], high) - np.maximum(edges[:-1], low), 0, None)
        touched = overlap > 0
        out[touched] += level * overlap[touched]
    averaged: NDArray[np.float64] = out / np.diff(edges)
    # A level that holds for a whole period is returned as it is, free of rounding.
    for index, span in enumerate(calendar):
        inside = [
            lv for lv, s in zip(levels[1:], starts, strict=True) if s <= span.start.toordinal()
        ]
        changes = [s for s in starts if span.start.toordinal() < s < span.end.toordinal()]
        if not changes:
            averaged[index] = inside[-1] if inside else before
    return averaged
