"""The tables of a plan as arrays, and what is wrong with their rows.

Owns the form of the tables: columns, names that must exist, no row twice, finite and not
negative numbers, whole numbers where decisions are whole, nothing decided in the past.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from waferway.planning.verification.reading import leaves, ordinal
from waferway.planning.verification.result import Findings
from waferway.planning.verification.structure import FlowKey, StockKey, Structure

__all__ = ["Decisions"]

Floats = NDArray[np.float64]
Key = tuple[str, ...]

# name: (columns that name a row, columns of numbers); a table with "period" has one row each.
COLUMNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "starts": (("branch", "recipe", "line", "period"), ("starts",)),
    "capacity": (("branch", "line", "period"),
                 ("capacity", "existing", "ordered", "added", "used")),
    "orders": (("module", "period"), ("orders",)),
    "openings": (("site", "period"), ("opened",)),
    "activations": (("group", "period"), ("activated",)),
    "retirements": (("line", "period"), ("retired",)),
    "reservations": (("offer",), ("volume",)),
    "rights": (("right", "period"), ("bought",)),
    "stakes": (("stake", "period"), ("taken",)),
    "incentives": (("incentive", "module", "period"), ("orders",)),
    "flows": (("branch", "item", "from_place", "to_place", "owner", "lane", "period"), ("flow",)),
    "purchases": (("branch", "offer", "step", "period"), ("quantity",)),
    "payments": (("branch", "offer", "period"), ("payment_usd",)),
    "served": (("branch", "demand", "item", "place", "period"), ("served",)),
    "unserved": (("branch", "demand", "period"), ("unserved", "surplus")),
    "stock": (("branch", "item", "place", "owner", "period"), ("stock", "scrap")),
    "shortfall": (("branch", "commitment", "period"), ("quantity",)),
    "money": (("branch", "period", "kind"), ("usd",)),
    "cash": (("branch", "period"), ("drawn", "emergency", "cash")),
    "draws": (("branch", "fund", "period"), ("usd",)),
}  # fmt: skip
LISTED = {"capacity": "line", "unserved": "demand"}
WHOLE = {"orders": np.inf, "openings": 1, "activations": 1, "rights": 1, "stakes": 1}
SIGNED = {("capacity", "added"), ("capacity", "capacity"), ("cash", "cash"), ("money", "usd"),
          ("capacity", "ordered")}  # fmt: skip
ALLOWED_IN_PAST = {"starts", "served", "capacity", "money"}


class Decisions:
    """Numbers of a plan by name: for each table, branch and row key, arrays over periods."""

    def __init__(self, plan: Any, structure: Structure, findings: Findings) -> None:
        self.structure, self.clock = structure, structure.clock
        self.decided = np.asarray(plan.decided, dtype=bool)
        self.branches = [name for name, _ in leaves(plan.network)]
        self.groups = groups_of(plan.network)
        self.manifest = plan.manifest
        self.budget = budget_of(plan.manifest)
        self._findings = findings
        self._arrays: dict[tuple[str, str, str], dict[Key, Floats]] = {}
        self.needs: dict[Key, float] = {}
        """What the plan says is needed, by branch, demand and period, if it says so."""
        self._known = self._names()
        if len(self.decided) != self.clock.size:
            findings.say("table", "decided", f"{len(self.decided)} flags for {self.clock.size} "
                         "periods")  # fmt: skip
            self.decided = np.resize(self.decided, self.clock.size)
        now = plan.manifest.get("now")
        if now:
            history = self.clock.end <= ordinal(now, -np.inf) + 1
            for t in np.flatnonzero(history == self.decided):
                findings.say("history", "decided", f"the manifest says now is {now}",
                             self.clock.labels[int(t)])  # fmt: skip
        for name in plan.tables:
            if name not in COLUMNS:
                findings.count("table", 1)
        for name in COLUMNS:
            self._read(name, plan.tables.get(name))

    def get(self, table: str, column: str, branch: str = "") -> dict[Key, Floats]:
        """Arrays over periods (or scalars as shape (1,)) by the other key columns."""
        return self._arrays.get((table, column, branch), {})

    def dense(self, table: str, column: str, branch: str, keys: Iterable[Key]) -> Floats:
        """One row per key, zero where the plan has none; shape (keys, T)."""
        found = self.get(table, column, branch)
        zero = np.zeros(self.clock.size)
        rows = [found.get(key, zero) for key in keys]
        return np.array(rows) if rows else np.zeros((0, self.clock.size))

    # -- reading -------------------------------------------------------------------------

    def _read(self, name: str, frame: pd.DataFrame | None) -> None:
        findings = self._findings
        keys, numbers = COLUMNS[name]
        common = "branch" not in keys
        for branch in [""] if common else self.branches:
            for column in numbers:
                self._arrays[name, column, branch] = {}
        if frame is None or frame.empty:
            if name in LISTED and len(self.structure.network.table(LISTED[name])):
                findings.say("table", name, "the plan has no such table, or no row in it")
            return
        missing = [c for c in (*keys, *numbers) if c not in frame.columns]
        if missing:
            findings.say("table", name, f"columns are missing: {', '.join(missing)}")
            return
        findings.count("table", len(frame))
        # Columns as lists and rows as tuples: plain Python is faster here than frames of text.
        names = {key: _texts(key, frame[key].tolist()) for key in keys}
        rows = list(zip(*(names[key] for key in keys), strict=True))
        values = self._numbers(name, names, rows, _numeric(frame, numbers))
        first: set[Key] = set()
        for whole in rows:
            if whole in first:
                findings.say("duplicate", _subject(keys, whole), f"two rows in {name}")
            first.add(whole)
        self._exist(name, names)
        others = [key for key in keys if key not in ("branch", "period")]
        rest = list(zip(*(names[key] for key in others), strict=True)) or [()] * len(rows)
        branch_of = [""] * len(rows) if common else names["branch"]
        width = self.clock.size if "period" in keys else 1
        at = (
            [self.clock.at.get(label, -1) for label in names["period"]]
            if width > 1 or ("period" in keys)
            else [0] * len(rows)
        )
        tables = {
            branch: [self._arrays[name, column, branch] for column in numbers]
            for branch in ([""] if common else self.branches)
        }
        for row, (branch, key, when) in enumerate(zip(branch_of, rest, at, strict=True)):
            if branch not in tables or when < 0:
                continue
            for index, arrays in enumerate(tables[branch]):
                array = arrays.get(key)
                if array is None:
                    array = arrays[key] = np.zeros(width)
                array[when] += values[row, index]
        if name in LISTED:
            self._complete(name, first)
        if name == "unserved" and "need" in frame.columns:
            needs = _numeric(frame, ("need",))[:, 0].tolist()
            for whole, need in zip(rows, needs, strict=True):
                self.needs[whole] = need

    def _numbers(
        self, name: str, names: dict[str, list[str]], rows: list[Key], values: Floats
    ) -> Floats:
        findings, (keys, columns) = self._findings, COLUMNS[name]

        def subject(row: int) -> str:
            return _subject(keys, rows[row])

        for bad, cell in np.argwhere(~np.isfinite(values)).tolist():
            findings.say("table", subject(bad), f"{columns[cell]} in {name} is no finite number")
        values = np.where(np.isfinite(values), values, 0.0)
        for index, column in enumerate(columns):
            if (name, column) not in SIGNED:
                findings.compare("non_negative", [], values[:, index], ">=", 0.0,
                                 f"{column} in {name}", name=subject)  # fmt: skip
        if name in WHOLE:
            findings.compare("integrality", [], values[:, 0], "==", np.round(values[:, 0]),
                             f"{columns[0]} must be whole", name=subject)  # fmt: skip
            if np.isfinite(WHOLE[name]):
                findings.compare("once", [], values[:, 0], "<=", float(WHOLE[name]),
                                 f"{columns[0]} is 0 or 1", name=subject)  # fmt: skip
        if "period" in names and name not in ALLOWED_IN_PAST:
            past_labels = {
                label for label, d in zip(self.clock.labels, self.decided, strict=True) if not d
            }
            past = np.array([label in past_labels for label in names["period"]], dtype=bool)
            findings.compare(
                "history", [], np.abs(values).max(axis=1), "==", 0.0,
                f"{name} has a row in the past, which no plan decides", where=past, name=subject,
            )  # fmt: skip
        return values

    # -- names ---------------------------------------------------------------------------

    def _names(self) -> dict[str, Callable[[str], bool]]:
        table = self.structure.network.table
        clock = self.structure.clock

        def rows(name: str) -> Callable[[str], bool]:
            keys = set(table(name).index)
            return lambda text: text in keys

        branches = set(self.branches)
        places = {p for _, p in self.structure.arises} | {
            key.place for key in self.structure.stocks
        }
        return {
            "branch": lambda text: text in branches,
            "period": lambda text: text in clock.at,
            "recipe": rows("recipe"), "line": rows("line"), "module": rows("module"),
            "site": rows("site"), "offer": rows("offer"), "right": rows("right"),
            "stake": rows("stake"), "incentive": rows("incentive"), "item": rows("item"),
            "demand": rows("demand"), "commitment": rows("commitment"),
            "group": lambda text: text in self.groups,
            "from_place": lambda text: text in places, "to_place": lambda text: text in places,
            "place": lambda text: text in places,
            "owner": lambda text: not text or text in table("party").index,
            "lane": lambda text: not text or text in table("lane").index,
            "fund": lambda text: text in table("fund").index or self.budget is not None,
            "step": lambda text: text.isdigit(),
            "kind": lambda text: text in KINDS,
        }  # fmt: skip

    def _exist(self, name: str, names: dict[str, list[str]]) -> None:
        for column, texts in names.items():
            for text in dict.fromkeys(texts):
                if not self._known[column](text):
                    self._findings.say("exists", f"{name}: {text or '(empty)'}",
                                       f"the network has no such {column}")  # fmt: skip
        combined: Callable[[Any], tuple[str, Any]] | None = _combined(name, self.structure)
        if combined is None:
            return
        columns = [c for c in COLUMNS[name][0] if c not in ("branch", "period")]
        for key in dict.fromkeys(zip(*(names[c] for c in columns), strict=True)):
            why, subject = combined(key)
            if why:
                self._findings.say("exists", str(subject), f"{name}: {why}")

    def _complete(self, name: str, have: set[Key]) -> None:
        """`capacity` and `unserved` list every row of every period."""
        for branch in self.branches:
            for key in self.structure.network.table(LISTED[name]).index:
                for label in self.clock.labels:
                    if (branch, key, label) not in have:
                        self._findings.say("table", key, f"no row in {name}", label, branch)


KINDS = (
    "modules", "openings", "activations", "rights", "stakes", "fixed", "variable", "purchases",
    "freight", "tariffs", "holding", "shortfall", "interest", "unserved",
)  # fmt: skip


def _combined(name: str, structure: Structure) -> Callable[[Any], tuple[str, Any]] | None:
    """A test of whole rows: names may exist one by one, yet not together."""
    if name == "starts":
        pairs = {(a.recipe, a.line) for a in structure.activities}
        return lambda key: (
            "" if tuple(key) in pairs else "the recipe does not run on this line",
            " on ".join(key),
        )
    if name == "stock":
        return lambda key: (
            "" if StockKey(*key) in structure.stocks else "nothing makes, gives or uses it there",
            StockKey(*key),
        )
    if name == "flows":
        return lambda key: (structure.flow(FlowKey(*key))[0], FlowKey(*key))
    if name == "served":
        row = {key: i for i, key in enumerate(structure.network.table("demand").index)}
        return lambda key: (
            structure.service(row[key[0]], key[1], key[2])[0] if key[0] in row else "",
            f"{key[1]} from {key[2]} to {key[0]}",
        )
    if name == "purchases":
        steps = structure.network.table("offer_step")
        have = {(o, str(int(s))) for o, s in zip(steps["offer"], steps["step"], strict=True)}
        return lambda key: (
            "" if tuple(key) in have else "the offer has no such step",
            f"{key[0]} step {key[1]}",
        )
    return None


def _texts(column: str, cells: list[Any]) -> list[str]:
    if column == "step":
        cells = [int(c) if isinstance(c, float) and c.is_integer() else c for c in cells]
    return [
        cell if isinstance(cell, str) else "" if cell is None or cell != cell else str(cell)
        for cell in cells
    ]


def _numeric(frame: pd.DataFrame, columns: tuple[str, ...]) -> Floats:
    """Numbers of a table; what is no number becomes NaN, which is reported."""
    cells = [pd.to_numeric(frame[column], errors="coerce") for column in columns]
    return np.column_stack([np.asarray(column, dtype=float) for column in cells])


def _subject(keys: tuple[str, ...], row: Key) -> str:
    return ", ".join(text for key, text in zip(keys, row, strict=True) if text and key != "branch")


def groups_of(network: Any) -> dict[str, tuple[float, list[str]]]:
    """Activation groups: cost and recipes by name; one without cost is no group."""
    frame = network.table("recipe")
    cost = np.nan_to_num(frame["activation_usd"].to_numpy(dtype=float))
    out: dict[str, tuple[float, list[str]]] = {}
    for name, group, usd in zip(frame.index, frame["reuse_group"], cost, strict=True):
        before, recipes = out.get(group or name, (0.0, []))
        out[group or name] = (max(before, usd), [*recipes, name])
    return {name: entry for name, entry in out.items() if entry[0] > 0}


def budget_of(manifest: Any) -> float | None:
    """Money that the caller gave, if any."""
    value = manifest.get("budget_usd")
    return None if value is None or value != value else float(value)
