"""Rows of a network or of the catalogue with the claims under them, for the terminal."""

from __future__ import annotations

import math
import re
from typing import Any

import pandas as pd

from waferway.atlas.catalogue import Catalogue
from waferway.atlas.catalogue_schema import CATALOGUE, bounds_of, quantities
from waferway.errors import Fault, InputError, Place, nearest
from waferway.evidence.claims import Evidence, Source
from waferway.network.network import Network
from waferway.network.row_units import units_of
from waferway.network.schema import TABLES

__all__ = ["describe_entry", "describe_row", "known_in_words"]


def known_in_words(evidence: Evidence, claim_id: str) -> str:
    """Since when a claim could be known, for people.

    Examples
    --------
    >>> from waferway.atlas import world
    >>> known_in_words(world().evidence, "lane.die.days")
    'judgement, applied in every view'
    """
    day, judged = evidence.known_on(claim_id)
    if day is None:
        return "judgement, applied in every view" if judged else "true at any time"
    return f"known {day}" + (", with judgement" if judged else "")


def describe_row(net: Network, table: str, key: str) -> dict[str, Any]:
    """One row: its cells, its dated values, and the claims and sources of each.

    Raises
    ------
    InputError
        If the table or the row does not exist; names the nearest.
    """
    row = _row(net.table(table), table, key)
    cite = net.table("cite")
    cite = cite[(cite["table"] == table) & (cite["key"] == key)]
    profile = net.table("profile")
    profile = profile[(profile["table"] == table) & (profile["key"] == key)]
    lines = [f"{table} {key}"]
    units = units_of(net)
    cells: list[dict[str, Any]] = []
    for attribute in TABLES[table].attributes:
        value = row[attribute.name]
        dated = profile[profile["column"] == attribute.name]
        given = not (value is None or value == "" or (isinstance(value, float) and
                                                      math.isnan(value)))  # fmt: skip
        if not given and dated.empty:
            continue
        expected = units.of_cell(table, key, attribute.name) if attribute.numeric else None
        unit = f" {expected}" if expected and str(expected) != "1" else ""
        if given:
            text = f"{value:g}" if isinstance(value, float) else str(value)
            lines.append(f"  {attribute.name:<20}{text}{unit}")
            cells.append({"column": attribute.name, "value": value, "unit": attribute.unit})
            lines += _claims(net, cite, attribute.name, "", cells[-1])
        for p in dated.itertuples():
            span = p.period or (f"age {p.age_months:g}" if p.age_months == p.age_months else "")
            bounds = "" if p.low != p.low or p.high != p.high else f"  ({p.low:g} to {p.high:g})"
            lines.append(f"  {attribute.name:<20}{span:<9}{p.value:g}{unit}{bounds}")
            cells.append({"column": attribute.name, "period": span, "low": p.low,
                          "value": p.value, "high": p.high, "unit": attribute.unit})  # fmt: skip
            lines += _claims(net, cite, attribute.name, span, cells[-1])
    return {"table": table, "key": key, "cells": cells, "text": "\n".join(lines)}


def _row(frame: pd.DataFrame, table: str, key: str) -> Any:
    """A row by its key; an unknown one names the nearest."""
    if key not in frame.index:
        close = nearest(key, frame.index, count=3)
        raise InputError(
            [Fault(Place(table), f'"{key}" is no row of {table}',
                   suggestion=f"nearest: {', '.join(close)}" if close else
                   f"list them with: waferway atlas list {table}")],
            "nothing was shown",
        )  # fmt: skip
    return frame.loc[key]


def _claims(net: Network, cite: Any, column: str, period: str, cell: dict[str, Any]) -> list[str]:
    rows = cite[(cite["column"] == column) & (cite["period"] == period)]
    out = []
    cell["claims"] = list(rows["claim_id"])
    for claim_id in rows["claim_id"]:
        claim = net.evidence.get(claim_id)
        if claim is None:
            continue
        source = net.evidence.sources.get(claim.source_id or "")
        said = f"{source.publisher}: {source.title}" if source else claim.method
        known = known_in_words(net.evidence, claim_id)
        out.append(f"  {'':<20}[{claim.grade}] {claim_id}: {said}, {known}")
        if source and source.url:
            out.append(f"  {'':<24}{source.url}")
    return out


def describe_entry(cat: Catalogue, table: str, key: str) -> dict[str, Any]:
    """One row of the catalogue: its cells, why numbers are missing, and all claims on each.

    Raises
    ------
    InputError
        If the row does not exist; names the nearest.
    """
    row = _row(cat.table(table), table, key)
    lines = [f"{table} {key}"]
    cells: list[dict[str, Any]] = []
    named = quantities(CATALOGUE[table])
    for attribute in CATALOGUE[table].attributes:
        quantity, bound = bounds_of(attribute.name)
        if attribute.kind != "number":
            if row[attribute.name] not in ("", None):
                lines.append(f"  {attribute.name:<20}{row[attribute.name]}")
                cells.append({"column": attribute.name, "value": row[attribute.name]})
            continue
        if bound not in ("value", "p50"):
            continue
        values = {b: row[a.name] for b, a in named[quantity].items()}
        claims = cat.claims(table, key, quantity)
        state = cat.missing(table, key, quantity)
        unit = re.sub(r"{(\w+)}", lambda word: str(row[word[1]]), attribute.unit)
        cell = {"column": quantity, "unit": unit, "missing": state or None,
                "claims": [claim.claim_id for claim in claims]}  # fmt: skip
        cells.append(
            cell | {b: (None if math.isnan(value) else float(value)) for b, value in values.items()}
        )
        lines.append(f"  {quantity:<20}{state or _interval(values)} {unit}".rstrip())
        for claim in claims:
            source = cat.evidence.sources.get(claim.source_id or "")
            said = _said(source) if source else claim.method
            known = known_in_words(cat.evidence, claim.claim_id)
            lines.append(f"  {'':<20}[{claim.grade}] {claim.central:g}: {said}, {known}")
    beside = _beside(cat, table, key)
    lines += [f"  {other}: {name}" for other, names in beside.items() for name in names]
    return {"table": table, "key": key, "cells": cells, "rows": beside, "text": "\n".join(lines)}


def _beside(cat: Catalogue, table: str, key: str) -> dict[str, list[str]]:
    """Rows of other tables that are about this one, by table."""
    found: dict[str, list[str]] = {}
    for name, declared in CATALOGUE.items():
        for column in declared.key:
            if declared[column].refers and table in declared[column].refers[0].split():
                frame = cat.table(name)
                keys = [str(other) for other in frame.index[frame[column] == key]]
                if keys and name != table:
                    found[name] = keys
    return found


def _said(source: Source) -> str:
    told = source.publisher in source.title
    return source.title if told else f"{source.publisher}: {source.title}"


def _interval(values: dict[str, float]) -> str:
    central = values.get("value", values.get("p50", math.nan))
    ends = [values.get(low, math.nan) for low in ("low", "p05")]
    tops = [values.get(high, math.nan) for high in ("high", "p95")]
    low = next((end for end in ends if not math.isnan(end)), None)
    high = next((end for end in tops if not math.isnan(end)), None)
    text = "" if math.isnan(central) else f"{central:g}"
    if low is not None or high is not None:
        between = [f"{end:g}" if end is not None else "?" for end in (low, high)]
        text += f" ({' to '.join(between)})"
    return text.strip()
