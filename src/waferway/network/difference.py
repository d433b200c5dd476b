"""What changed from one network to another: settings, rows, cells, claims.

Owns the comparison and its words. Refuses to say what a change does: that needs plans.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from waferway.network.network import Network
from waferway.network.row_units import RowUnits, units_of
from waferway.network.schema import TABLES

__all__ = ["NetworkDifference", "difference", "unit_of_cell"]

_APART = ("profile", "cite")
"""Tables compared cell by cell of what they describe, not as rows of their own."""
CELL_COLUMNS = [
    "table", "key", "column", "period", "age_months", "branch", "before", "after",
    "before_low", "before_high", "after_low", "after_high", "unit", "claims_before",
    "claims_after",
]  # fmt: skip
_MOST = 40
"""Lines of text per section; frames and JSON hold everything."""


@dataclass(frozen=True)
class NetworkDifference:
    """What changed from one network to another.

    Attributes
    ----------
    settings : DataFrame
        setting, before, after.
    rows : DataFrame
        table, key, change (``added`` or ``removed``).
    cells : DataFrame
        One row per number, text or date that differs between rows that stand in both networks:
        table, key, column, period (of a dated value), age_months, branch, before, after, their
        intervals, unit, and the ids of the claims cited before and after. Missing is None or
        NaN, never 0. Ordered by the first day on which the change takes effect.
    claims : DataFrame
        claim_id, change (``added``, ``removed``, ``changed``).
    """

    settings: pd.DataFrame
    rows: pd.DataFrame
    cells: pd.DataFrame
    claims: pd.DataFrame

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return any(len(f) for f in (self.settings, self.rows, self.cells, self.claims))

    def to_json(self) -> dict[str, Any]:
        """Plain data, for ``--json``; missing values are null."""
        return {
            name: [{str(k): _plain(v) for k, v in row.items()}
                   for row in frame.to_dict(orient="records")]
            for name, frame in self.__dict__.items()
        }  # fmt: skip

    def __str__(self) -> str:
        if not self:
            return "No input differs."
        lines = [f"setting {r.setting}: {_said(r.before)} -> {_said(r.after)}"
                 for r in self.settings.itertuples()]  # fmt: skip
        for change in ("removed", "added"):
            rows = self.rows[self.rows["change"] == change]
            for table, group in rows.groupby("table", sort=False):
                names = list(group["key"])
                more = f" and {len(names) - 6} more" if len(names) > 6 else ""
                lines.append(f"{change}: {table} {', '.join(names[:6])}{more}")
        said = cell_lines(self.cells)
        lines += said[:_MOST]
        if len(said) > _MOST:
            lines.append(f"and {len(said) - _MOST} more cells (--json lists all)")
        if len(self.claims):
            counts = self.claims["change"].value_counts()
            parts = ", ".join(
                f"{counts[c]} {c}" for c in ("added", "removed", "changed") if c in counts
            )
            lines.append(f"claims: {parts}")
        return "\n".join(lines)


def cell_lines(cells: pd.DataFrame) -> list[str]:
    """One line per cell; the dated values of one cell share a line.

    Examples
    --------
    >>> before = Network.build({"party": [{"name": "acme", "kind": "lab", "country": "US"}]})
    >>> after = Network.build({"party": [{"name": "acme", "kind": "cloud", "country": "US"}]})
    >>> cell_lines(difference(before, after).cells)
    ['party[acme].kind: lab -> cloud']
    """
    out = []
    for (table, key, column, branch), group in cells.groupby(
        ["table", "key", "column", "branch"], sort=False
    ):
        where = f"{table}[{key}].{column}" + (f" in branch {branch}" if branch else "")
        first = group.iloc[0]
        unit = f" {first['unit']}" if first["unit"] not in ("", "1") else ""
        spans = [_span(p, a) for p, a in zip(group["period"], group["age_months"], strict=True)]
        ratios = [_ratio(b, a) for b, a in zip(group["before"], group["after"], strict=True)]
        if len(group) > 1 and all(r is not None for r in ratios) and _close(ratios):
            out.append(f"{where}: x {ratios[0]:.4g} from {spans[0]} to {spans[-1]}")
            continue
        change = f"{_said(first['before'])} -> {_said(first['after'])}{unit}"
        interval = _interval_change(first)
        at = f" ({spans[0]})" if spans[0] else ""
        more = "1 more date" if len(group) == 2 else f"{len(group) - 1} more dates"
        rest = f"; {more}, to {spans[-1]}" if len(group) > 1 else ""
        out.append(f"{where}{at}: {change}{interval}{rest}")
    return out


def difference(before: Network, after: Network) -> NetworkDifference:
    """What changed from one network to another.

    Parameters
    ----------
    before, after : Network

    Returns
    -------
    NetworkDifference
        Empty where both say the same, whatever the order of their rows.

    Examples
    --------
    >>> row = {"name": "round", "amount_usd": 1e9, "purpose": "fabs"}
    >>> before = Network.build({"fund": [row]})
    >>> after = Network.build({"fund": [{**row, "amount_usd": 2e9}]})
    >>> print(difference(before, after))
    fund[round].amount_usd: 1e+09 -> 2e+09 USD
    """
    settings = [
        {"setting": name, "before": before.settings.get(name), "after": after.settings.get(name)}
        for name in sorted({*before.settings, *after.settings})
        if _differ(before.settings.get(name), after.settings.get(name))
    ]
    rows: list[dict[str, Any]] = []
    cells: list[dict[str, Any]] = []
    for table in TABLES:
        if table in _APART:
            continue
        old, new = before.table(table), after.table(table)
        rows += [{"table": table, "key": k, "change": "removed"} for k in old.index
                 if k not in new.index]  # fmt: skip
        rows += [{"table": table, "key": k, "change": "added"} for k in new.index
                 if k not in old.index]  # fmt: skip
        both = old.index.intersection(new.index)
        if len(both):
            cells += _plain_cells(table, old.loc[both], new.loc[both])
    gone = {(r["table"], r["key"]) for r in rows}
    cells += _dated_cells(before, after, gone)
    frame = _with_claims(before, after, pd.DataFrame(cells, columns=CELL_COLUMNS))
    claims = _claim_changes(before, after)
    return NetworkDifference(
        pd.DataFrame(settings, columns=["setting", "before", "after"]),
        pd.DataFrame(rows, columns=["table", "key", "change"]),
        frame,
        pd.DataFrame(claims, columns=["claim_id", "change"]),
    )


def _plain_cells(table: str, old: pd.DataFrame, new: pd.DataFrame) -> list[dict[str, Any]]:
    out = []
    for attribute in TABLES[table].attributes:
        left, right = old[attribute.name].tolist(), new[attribute.name].tolist()
        for key, was, now in zip(old.index, left, right, strict=True):
            if _differ(was, now):
                out.append(_cell(table, str(key), attribute.name, "", math.nan, "", was, now))
    return out


def _cell(
    table: str, key: str, column: str, period: str, age: float, branch: str, was: Any, now: Any,
    bounds: tuple[float, float, float, float] = (math.nan,) * 4,
) -> dict[str, Any]:  # fmt: skip
    row = (table, key, column, period, age, branch, was, now, *bounds, "", (), ())
    return dict(zip(CELL_COLUMNS, row, strict=True))


def _dated_cells(
    before: Network, after: Network, gone: set[tuple[str, str]]
) -> list[dict[str, Any]]:
    def rows(net: Network) -> dict[tuple[Any, ...], tuple[float, float, float]]:
        frame = net.table("profile")
        columns = ("table", "key", "column", "period", "age_months", "branch")
        names = zip(*(frame[c].tolist() for c in columns), strict=True)
        numbers = zip(*(frame[c].tolist() for c in ("low", "value", "high")), strict=True)
        # NaN is unlike itself: an absent age is keyed by None.
        return {
            (*name[:4], None if math.isnan(name[4]) else name[4], name[5]): bounds
            for name, bounds in zip(names, numbers, strict=True)
        }

    old, new = rows(before), rows(after)
    out = []
    none = (math.nan,) * 3
    for at in dict.fromkeys([*old, *new]):
        if at[:2] in gone:
            continue
        was, now = old.get(at, none), new.get(at, none)
        if any(_differ(a, b) for a, b in zip(was, now, strict=True)):
            table, key, column, period, age, branch = at
            out.append(_cell(table, key, column, period, math.nan if age is None else age, branch,
                             was[1], now[1], (was[0], was[2], now[0], now[2])))  # fmt: skip
    return out


def _with_claims(before: Network, after: Network, cells: pd.DataFrame) -> pd.DataFrame:
    """Cells with their units and claims, in the order in which they take effect."""
    if cells.empty:
        return cells
    touched = set(zip(cells["table"], cells["key"], strict=True))
    cited = [_cited(net, touched) for net in (before, after)]
    units = units_of(after)
    old = units_of(before)
    for index, cell in cells.iterrows():
        at = (cell["table"], cell["key"], cell["column"], _span(cell["period"], cell["age_months"]))
        cells.at[index, "claims_before"] = cited[0].get(at, ())
        cells.at[index, "claims_after"] = cited[1].get(at, ())
        attribute = TABLES[cell["table"]][cell["column"]]
        if attribute.numeric:
            net, known = (after, units) if at[1] in after.table(at[0]).index else (before, old)
            cells.at[index, "unit"] = unit_of_cell(net, known, *at[:3])
    order = cells.assign(_first=[_first_day(p) for p in cells["period"]])
    return order.sort_values("_first", kind="stable").drop(columns="_first").reset_index(drop=True)


def _cited(
    net: Network, touched: set[tuple[str, str]]
) -> dict[tuple[str, str, str, str], tuple[str, ...]]:
    frame = net.table("cite")
    out: dict[tuple[str, str, str, str], tuple[str, ...]] = {}
    for table, key, column, period, claim in zip(
        *(frame[c].tolist() for c in ("table", "key", "column", "period", "claim_id")), strict=True
    ):
        if (table, key) in touched:
            at = (table, key, column, period)
            out[at] = (*out.get(at, ()), claim)
    return out


def unit_of_cell(net: Network, units: RowUnits, table: str, key: str, column: str) -> str:
    """Unit of a cell in words; need on a compute basis is counted on that basis."""
    unit = str(units.of_cell(table, key, column) or TABLES[table][column].unit)
    if table in ("demand", "weight") and key in net.table(table).index:
        basis = net.table(table).at[key, "basis"]
        return unit.replace("item", str(basis)) if basis else unit
    return unit


def _claim_changes(before: Network, after: Network) -> list[dict[str, str]]:
    old, new = before.evidence, after.evidence
    if old.sha256 == new.sha256:
        return []
    out = [{"claim_id": c, "change": "removed"} for c in old if c not in new]
    out += [{"claim_id": c, "change": "added"} for c in new if c not in old]
    return out + [{"claim_id": c, "change": "changed"} for c in old
                  if c in new and old[c] != new[c]]  # fmt: skip


def _first_day(period: str) -> dt.date:
    from waferway.calendar import day

    return day(period) if period else dt.date.min


def _span(period: str, age: float) -> str:
    return period or ("" if math.isnan(age) else f"age {age:g}")


def _missing(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _differ(was: Any, now: Any) -> bool:
    if _missing(was) or _missing(now):
        return _missing(was) != _missing(now)
    return bool(was != now)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if _missing(value):
        return None if value != "" else ""
    return value.isoformat() if isinstance(value, dt.date) else value


def _said(value: Any) -> str:
    if _missing(value):
        return "unknown"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _ratio(was: Any, now: Any) -> float | None:
    numbers = isinstance(was, float) and isinstance(now, float)
    if not numbers or _missing(was) or _missing(now) or was == 0:
        return None
    return float(now / was)


def _close(ratios: list[float | None]) -> bool:
    known = [r for r in ratios if r is not None]
    return max(known) - min(known) <= 1e-9 * max(abs(r) for r in known)


def _interval_change(cell: pd.Series) -> str:
    """The interval, where it changed and the central value did not tell."""
    pairs = [(cell["before_low"], cell["after_low"]), (cell["before_high"], cell["after_high"])]
    if not any(_differ(a, b) for a, b in pairs):
        return ""
    (low0, low1), (high0, high1) = pairs
    if _missing(low1) and _missing(high1):
        return ", interval dropped"
    return f", interval {_said(low0)} to {_said(high0)} -> {_said(low1)} to {_said(high1)}"
