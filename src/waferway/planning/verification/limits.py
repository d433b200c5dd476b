"""Limits: caps, floors, shares and bans (family 13), with their own reading of selections."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from waferway.planning.verification.capacity import text
from waferway.planning.verification.money import Money
from waferway.planning.verification.operation import Operation
from waferway.planning.verification.result import Findings

__all__ = ["check_limits"]

Floats = NDArray[np.float64]
LEVELS = ("capacity", "site_power_mw")


def check_limits(operation: Operation, money: Money, findings: Findings) -> None:
    """Compare every limit that is in force."""
    frame = operation.structure.network.table("limit")
    bound = operation.values("limit", "bound")
    inside = operation.clock.windows(frame)
    months = operation.clock.months
    for row, name in enumerate(frame.index):
        measure = frame["measure"].iloc[row]
        labels, terms = _measured(measure, operation, money)
        chosen = terms[_select(labels, text(frame["select"].iloc[row]), len(terms))]
        left = chosen.sum(axis=0)
        largest = np.abs(chosen).max(axis=0, initial=0.0)
        share = text(frame["share_of"].iloc[row])
        if share:
            whole = terms[_select(labels, share, len(terms))].sum(axis=0)
            right = bound[row] * whole
        else:
            right = bound[row] * (1.0 if measure in LEVELS else months)
        findings.compare(
            "limit", [name], left[None], frame["sense"].iloc[row], right[None],
            f"{measure} selected against the bound", branch=operation.branch,
            scale=largest[None],
            where=(inside[row] & operation.decided & ~np.isnan(bound[row]))[None],
        )  # fmt: skip


Labels = dict[str, list[str]]


def _measured(measure: str, operation: Operation, money: Money) -> tuple[Labels, Floats]:
    """Names of what is measured, and its amounts; shape (things, T)."""
    structure = operation.structure
    if measure in ("starts", "output"):
        rows = list(range(len(operation.activities)))
        amounts, items = operation.x, [""] * len(rows)
        if measure == "output":
            rows = operation.out_activity.tolist()
            amounts, items = operation.output, operation.out_item
        labels = _lines(operation, [operation.activities[r].at_line for r in rows])
        labels["recipe"] = [operation.activities[r].recipe for r in rows]
        labels["designer"] = [operation.activities[r].customer for r in rows]
        if measure == "output":
            labels["item"] = items
            labels["kind"] = [structure.kind[i] for i in items]
        return labels, amounts
    if measure in LEVELS:
        labels = _lines(operation, list(range(len(structure.line_names))))
        total = operation.capacity.total
        if measure == "site_power_mw":
            total = operation.values.plain("line", "mw_per_unit")[:, None] * total
        return labels, total
    if measure in ("orders", "capex_usd"):
        build = operation.capacity.build
        labels = _lines(operation, build.line) | {"module": build.names}
        return labels, operation.capacity.orders.n if measure == "orders" else money.paid
    if measure == "flow":
        keys = operation.flow_keys
        return {
            "lane": [k.lane for k in keys], "item": [k.item for k in keys],
            "kind": [structure.kind.get(k.item, "") for k in keys],
            "owner": [k.owner for k in keys],
            "from_place": [k.from_place for k in keys], "to_place": [k.to_place for k in keys],
            "from_country": [structure.country(k.from_place) for k in keys],
            "to_country": [structure.country(k.to_place) for k in keys],
        }, operation.f  # fmt: skip
    frame = structure.network.table("demand")
    demands = [d for d, _, _ in operation.served_keys]
    labels = {
        column: [text(frame.at[d, of]) for d in demands]
        for column, of in (("segment", "segment"), ("basis", "basis"), ("region", "region"),
                           ("customer", "party"))
    }  # fmt: skip
    labels["demand"] = demands
    labels["item"] = [i for _, i, _ in operation.served_keys]
    labels["kind"] = [structure.kind.get(i, "") for i in labels["item"]]
    labels["place"] = [p for _, _, p in operation.served_keys]
    labels["country"] = [structure.country(p) for p in labels["place"]]
    amounts = operation.y
    if measure == "delivered_power_mw":
        rows = structure.network.table("item").index.get_indexer(labels["item"])
        power = operation.values("item", "power_kw")[rows] / 1000
        amounts = np.where(amounts == 0, 0.0, amounts * power)
    return labels, amounts


def _lines(operation: Operation, rows: list[int]) -> Labels:
    structure = operation.structure
    families = structure.network.table("technology")["family"]
    return {
        "line": [structure.line_names[r] for r in rows],
        "technology": [structure.line_technology[r] for r in rows],
        "family": [families[structure.line_technology[r]] for r in rows],
        "place": [structure.line_place[r] for r in rows],
        "country": [structure.country(structure.line_place[r]) for r in rows],
        "party": [structure.line_party[r] for r in rows],
    }


def _select(labels: Labels, selection: str, size: int) -> NDArray[np.bool_]:
    """`column=value` pairs joined by `;`; a value lists alternatives with `|`, uses `*`."""
    keep = np.ones(size, dtype=bool)
    for pair in filter(str.strip, selection.split(";")):
        column, _, value = pair.partition("=")
        patterns = [
            re.compile(".*".join(re.escape(part) for part in choice.strip().split("*")), re.DOTALL)
            for choice in value.split("|")
        ]
        found = labels[column.strip()]
        keep &= np.array(
            [any(p.fullmatch(name or "") for p in patterns) for name in found], dtype=bool
        )
    return keep
