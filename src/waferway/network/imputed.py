"""The layer of imputed numbers, switched off.

Owns the rule of what cannot stand without an imputed number: a row that loses a required value,
a recipe that loses an input or an output, whatever refers to such a row.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd

from waferway.evidence.claims import Evidence
from waferway.network.network import Network
from waferway.network.schema import TABLES
from waferway.network.selection import SELECT_COLUMNS, matches, parse_selection

__all__ = ["drop_imputed"]

Cell = tuple[str, str, str]
# Rows that are parts of a whole: without one of its parts the whole would say something else.
_PARTS = {"recipe_item": ("recipe", "recipe"), "recipe_use": ("recipe", "recipe")}


def drop_imputed(network: Network) -> Network:
    """A network in which every number that rests on imputed claims alone is unknown again.

    Parameters
    ----------
    network : Network

    Returns
    -------
    Network
        Not checked: with parts of the world unknown, an item may have no source left. Tables
        that lose nothing are shared.

    Examples
    --------
    >>> net = Network.build({"party": [{"name": "acme", "kind": "lab"}]})
    >>> drop_imputed(net) == net
    True
    """
    unknown = _imputed_cells(network)
    if not unknown:
        return network
    frames = {name: frame.copy() for name, frame in network.tables.items()}
    profile = frames["profile"]
    cells = list(zip(profile["table"], profile["key"], profile["column"], strict=True))
    labels = [_label(p, a) for p, a in zip(profile["period"], profile["age_months"], strict=True)]
    cited = _cited(network)
    gone = [
        label in unknown.get(cell, set())
        or ("" in unknown.get(cell, set()) and (cell, label) not in cited)
        or any(said.startswith("age ") for said in unknown.get(cell, set()))
        for cell, label in zip(cells, labels, strict=True)
    ]
    frames["profile"] = profile[~np.array(gone, dtype=bool)]
    for (table, key, column), periods in unknown.items():
        if "" in periods and table in frames and key in frames[table].index:
            a = TABLES[table][column]
            empty = math.nan if a.numeric else (None if a.kind == "date" else a.default or "")
            frames[table].at[key, column] = empty
    _drop_rows(frames)
    _drop_loose_ends(frames, unknown)
    kept = {
        name: network.tables[name] if frame.equals(network.tables[name]) else frame
        for name, frame in frames.items()
    }
    return network.with_tables(kept)


def _label(period: str, age: float) -> str:
    return period if period or math.isnan(age) else f"age {age:g}"


def _cited(network: Network) -> set[tuple[Cell, str]]:
    frame = network.tables["cite"]
    columns = (frame[name] for name in ("table", "key", "column", "period"))
    return {((t, k, c), period) for t, k, c, period in zip(*columns, strict=True)}


def _imputed_cells(network: Network) -> dict[Cell, set[str]]:
    """Periods ("" for the plain value) of each cell for which every cited claim is imputed."""
    claims: dict[tuple[Cell, str], list[str]] = defaultdict(list)
    frame = network.tables["cite"]
    for t, k, c, period, claim in zip(
        *(frame[n] for n in ("table", "key", "column", "period", "claim_id")), strict=True
    ):
        claims[(t, k, c), period].append(claim)
    out: dict[Cell, set[str]] = defaultdict(set)
    for (cell, period), names in claims.items():
        if all(rests_on_imputation(network.evidence, name) for name in names):
            out[cell].add(period)
    return dict(out)


def rests_on_imputation(evidence: Evidence, claim_id: str) -> bool:
    """Whether a claim is imputed, or derived from nothing but imputed claims."""
    if claim_id not in evidence:
        return False
    claim = evidence[claim_id]
    if claim.imputed or not claim.derived_from:
        return claim.imputed
    return all(root.imputed for root in evidence.roots(claim_id))


def _drop_rows(frames: dict[str, pd.DataFrame]) -> None:
    """Drop rows that lack a required number, and in turn all that refer to what is gone."""
    gone: dict[str, set[str]] = {name: set() for name in TABLES}
    said: dict[tuple[str, str], set[str]] = defaultdict(set)
    profile = frames["profile"]
    for table, key, column in zip(*(profile[n] for n in ("table", "key", "column")), strict=True):
        said[table, column].add(key)
    for name, declared in TABLES.items():
        if name in ("profile", "cite"):
            continue
        for a in declared.attributes:
            if a.numeric and a.required:
                missing = frames[name].index[frames[name][a.name].isna()]
                gone[name] |= set(missing) - said[name, a.name]
    module = frames["module"]
    loose = module["exchange_per_unit"].isna() & (module["exchange_line"] != "")
    gone["module"] |= set(module.index[loose])
    while _cut(frames, gone):
        for name in TABLES:
            if name not in ("profile", "cite", "change"):
                gone[name] |= _referring(frames, name, gone)


def _cut(frames: dict[str, pd.DataFrame], gone: dict[str, set[str]]) -> bool:
    changed = False
    for name, keys in gone.items():
        frame = frames[name]
        keep = ~frame.index.isin(list(keys))
        if keep.all():
            continue
        changed = True
        if name in _PARTS:
            column, whole = _PARTS[name]
            gone[whole] |= set(frame[column][~keep])
        frames[name] = frame[keep]
    return changed


def _referring(frames: dict[str, pd.DataFrame], name: str, gone: dict[str, set[str]]) -> set[str]:
    """Rows of a table that name a row that is gone, and no other row of that name."""
    frame = frames[name]
    out: set[str] = set()
    for a in TABLES[name].attributes:
        refers = tuple(r for r in a.refers if r in TABLES)
        if (name, a.name) == ("lane", "what"):
            refers = ("item",)
        if not refers:
            continue
        lost = set().union(*(gone[r] for r in refers))
        lost -= set().union(*(set(frames[r].index) for r in refers))
        out |= set(frame.index[frame[a.name].isin(list(lost))])
    if name == "demand":
        bases = set(frames["weight"]["basis"])
        basis = frame["basis"]
        out |= set(frame.index[(basis != "") & ~basis.isin(list(bases))])
    if name == "offer":
        out |= set(frame.index[~frame.index.isin(list(frames["offer_step"]["offer"]))])
    if name == "limit":
        out |= {key for key, text in frame["select"].items() if not _selects(frames, text)}
    return out


def _selects(frames: dict[str, pd.DataFrame], text: str) -> bool:
    """Whether every name a selection gives still exists."""
    try:
        pairs = parse_selection(text)
    except ValueError:
        return True
    for column, values in pairs:
        tables = SELECT_COLUMNS.get(column, ())
        if not tables or any(table not in TABLES for table in tables):
            continue
        names: set[Any] = set().union(*(set(frames[table].index) for table in tables))
        if not any(matches(name, value) for value in values for name in names):
            return False
    return True


def _several(key: str) -> bool:
    """Whether a change names rows by a pattern or a selection."""
    return "*" in key or "=" in key


def _drop_loose_ends(frames: dict[str, pd.DataFrame], unknown: dict[Cell, set[str]]) -> None:
    """Drop what `profile`, `cite` and `change` say of rows and values that are gone."""
    keys = {name: set(frame.index) for name, frame in frames.items()}
    for name in ("profile", "cite", "change"):
        frame = frames[name]
        stands = [
            table not in keys
            or key in keys[table]
            or (name == "change" and ("*" in key or "=" in key))
            for table, key in zip(frame["table"], frame["key"], strict=True)
        ]
        if name == "change":
            rows = frame["operation"] == "row"
            stands = [ok or row for ok, row in zip(stands, rows, strict=True)]
        frames[name] = frame[np.array(stands, dtype=bool)]
    profile = frames["profile"]
    left = {
        ((t, k, c), _label(p, a))
        for t, k, c, p, a in zip(
            *(profile[n] for n in ("table", "key", "column", "period", "age_months")), strict=True
        )
    }
    cite = frames["cite"]
    said = zip(*(cite[n] for n in ("table", "key", "column", "period")), strict=True)
    stands = [
        period not in unknown.get((t, k, c), set())
        and (period == "" or ((t, k, c), period) in left)
        for t, k, c, period in said
    ]
    frames["cite"] = cite[np.array(stands, dtype=bool)]
