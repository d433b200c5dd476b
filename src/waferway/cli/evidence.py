"""Rows of a network with the claims under their numbers, for the terminal."""

from __future__ import annotations

import math
from typing import Any

from waferway.errors import Fault, InputError, Place, nearest
from waferway.network.network import Network
from waferway.network.schema import TABLES

__all__ = ["describe_row"]


def describe_row(net: Network, table: str, key: str) -> dict[str, Any]:
    """One row: its cells, its dated values, and the claims and sources of each.

    Raises
    ------
    InputError
        If the table or the row does not exist; names the nearest.
    """
    frame = net.table(table)
    if key not in frame.index:
        close = nearest(key, frame.index, count=3)
        raise InputError(
            [Fault(Place(table), f'"{key}" is no row of {table}',
                   suggestion=f"nearest: {', '.join(close)}" if close else
                   f"list them with: waferway atlas list {table}")],
            "nothing was shown",
        )  # fmt: skip
    row = frame.loc[key]
    cite = net.table("cite")
    cite = cite[(cite["table"] == table) & (cite["key"] == key)]
    profile = net.table("profile")
    profile = profile[(profile["table"] == table) & (profile["key"] == key)]
    lines = [f"{table} {key}"]
    cells: list[dict[str, Any]] = []
    for attribute in TABLES[table].attributes:
        value = row[attribute.name]
        dated = profile[profile["column"] == attribute.name]
        given = not (value is None or value == "" or (isinstance(value, float) and
                                                      math.isnan(value)))  # fmt: skip
        if not given and dated.empty:
            continue
        unit = f" {attribute.unit}" if attribute.unit not in ("", "1") else ""
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
        known = f", known {claim.known_from}" if claim.known_from else ""
        out.append(f"  {'':<20}[{claim.grade}] {claim_id}: {said}{known}")
        if source and source.url:
            out.append(f"  {'':<24}{source.url}")
    return out
