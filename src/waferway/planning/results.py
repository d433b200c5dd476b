"""From the numbers of a solution to the tidy tables of a plan.

Owns the form of results: one row per thing, branch and period, with its names. Refuses to
judge: prices are in `prices`, verification in `verification`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from waferway.planning.capacity_rows import capacity
from waferway.planning.decisions import Decisions, growing_lines
from waferway.planning.extensive import Program
from waferway.planning.instance import Array, Instance
from waferway.planning.spending import Objective, objective, spending
from waferway.planning.sums import Variable

__all__ = ["UNITS", "tables_of"]

UNITS: dict[str, dict[str, str]] = {
    "starts": {"starts": "start/period"},
    "capacity": {
        "capacity": "{capacity}", "existing": "{capacity}", "ordered": "{capacity}",
        "added": "{capacity}", "used": "{capacity}",
    },
    "orders": {"orders": "module"},
    "openings": {"opened": "1"},
    "activations": {"activated": "1"},
    "retirements": {"retired": "{capacity}"},
    "reservations": {"volume": "{item}/month"},
    "rights": {"bought": "1"},
    "stakes": {"taken": "1"},
    "incentives": {"orders": "module"},
    "flows": {"flow": "{item}/period"},
    "purchases": {"quantity": "{item}/period"},
    "payments": {"payment_usd": "USD/period"},
    "served": {"served": "{item}/period"},
    "unserved": {"unserved": "{demand}/period", "surplus": "{demand}/period",
                 "need": "{demand}/period"},
    "stock": {"stock": "{item}", "scrap": "{item}/period"},
    "shortfall": {"quantity": "{item}/period"},
    "money": {"usd": "USD/period"},
    "cash": {"drawn": "USD/period", "emergency": "USD/period", "cash": "USD"},
    "draws": {"usd": "USD/period"},
}  # fmt: skip
"""Unit of every number of every table; names in braces stand for the row's own unit."""

COLUMNS: dict[str, str] = {
    "starts": "branch recipe line period starts",
    "capacity": "branch line period capacity existing ordered added used",
    "orders": "module period orders",
    "openings": "site period opened",
    "activations": "group period activated",
    "retirements": "line period retired",
    "reservations": "offer volume",
    "rights": "right period bought",
    "stakes": "stake period taken",
    "incentives": "incentive module period orders",
    "flows": "branch item from_place to_place owner lane period flow",
    "purchases": "branch offer step period quantity",
    "payments": "branch offer period payment_usd",
    "served": "branch demand item place period served",
    "unserved": "branch demand period unserved surplus need",
    "stock": "branch item place owner period stock scrap",
    "shortfall": "branch commitment period quantity",
    "money": "branch period kind usd",
    "cash": "branch period drawn emergency cash",
    "draws": "branch fund period usd",
}
NOT_SPENT = ("unserved", "shortfall")
"""Kinds of the money table that are worth lost or damages owed, not money spent on the network."""
TINY = 1e-8
"""Amounts below this are rounding of the solver, and small enough for the verifier not to miss."""


def tables_of(
    branches: Sequence[tuple[Instance, Decisions, Objective, float]],
    program: Program,
    x: Array,
) -> tuple[dict[str, pd.DataFrame], float]:
    """Tidy tables of a solution, and its expected cost whatever was minimised."""
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in COLUMNS}
    cost = 0.0
    for w, (d, v, _, probability) in enumerate(branches):
        values = x[program.columns[w]]
        for block in v:
            if block.integer:
                own = slice(block.offset, block.offset + block.size)
                values[own] = np.round(values[own])
        plain = objective(v, d, "cost")
        cost += probability * (float((plain.cost + plain.common) @ values) + plain.constant)
        if w == 0:
            _common_tables(parts, d, v, values)
        _branch_tables(parts, d, v, values)
    tables = {
        name: (
            pd.concat(frames, ignore_index=True)
            if frames
            else pd.DataFrame(columns=columns.split())
        )[columns.split()]
        for name, columns in COLUMNS.items()
        for frames in [[f for f in parts[name] if len(f)]]
    }
    return tables, cost


def _grid(block: Variable, values: Array) -> Array:
    return values[block.offset : block.offset + block.size].reshape(block.rows, block.width)


def _long(
    d: Instance, frame: pd.DataFrame, names: dict[str, str], columns: dict[str, Array],
    *, every: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """Rows of (subject, period) where some column is not zero, or all of them."""
    first = next(iter(columns.values()))
    if not first.size:
        return pd.DataFrame()
    keep = np.any([np.abs(c) > TINY for c in columns.values()], axis=0)
    if every:
        keep = np.ones_like(keep)
    row, t = np.nonzero(keep)
    labels = np.array(d.calendar.labels, dtype=object)
    out: dict[str, Any] = {
        shown: frame[column].to_numpy(dtype=object)[row] for column, shown in names.items()
    }
    out["branch"], out["period"] = d.branch, labels[t]
    for name, values in columns.items():
        out[name] = values[row, t]
    return pd.DataFrame(out)


def _common_tables(
    parts: dict[str, list[pd.DataFrame]], d: Instance, v: Decisions, values: Array
) -> None:
    growing = d.line.loc[growing_lines(d)].reset_index(drop=True)
    earned = d.incentive.copy()
    earned["module"] = [d.module["module"][b] for b in d.incentive["module_index"]]
    for table, frame, names, block, column in (
        ("orders", d.module, {"module": "module"}, v.orders, "orders"),
        ("openings", d.opening, {"site": "site"}, v.opened, "opened"),
        ("activations", d.activation, {"group": "group"}, v.activated, "activated"),
        ("retirements", growing, {"line": "line"}, v.retired, "retired"),
        ("rights", d.right, {"right": "right"}, v.bought, "bought"),
        ("stakes", d.stake, {"stake": "stake"}, v.taken, "taken"),
        ("incentives", earned, {"incentive": "incentive", "module": "module"}, v.earned, "orders"),
    ):
        parts[table].append(_long(d, frame, names, {column: _grid(block, values)}))
    volume = _grid(v.reserved, values)[:, 0] if v.reserved.size else np.zeros(0)
    keep = volume > TINY
    parts["reservations"].append(
        pd.DataFrame({"offer": d.offer["offer"][keep], "volume": volume[keep]})
    )


def _branch_tables(
    parts: dict[str, list[pd.DataFrame]], d: Instance, v: Decisions, values: Array
) -> None:
    starts = _grid(v.starts, values)
    parts["starts"].append(
        _long(d, d.activity, {"recipe": "recipe", "line": "line"}, {"starts": starts})
    )
    parts["capacity"].append(_capacity_table(d, v, values, starts))
    flow = {n: n for n in ("item", "from_place", "to_place", "owner", "lane")}
    parts["flows"].append(_long(d, d.flow, flow, {"flow": _grid(v.flow, values)}))
    steps = {"offer": "offer", "step": "step"}
    parts["purchases"].append(_long(d, d.purchase, steps, {"quantity": _grid(v.purchase, values)}))
    parts["payments"].append(
        _long(d, d.offer, {"offer": "offer"}, {"payment_usd": _grid(v.payment, values)})
    )
    names = {"demand": "demand", "item": "item", "place": "place"}
    parts["served"].append(_long(d, d.serve, names, {"served": _grid(v.served, values)}))
    need = np.where(d.decided, d.a["need"], 0.0)
    columns = {"unserved": _grid(v.unserved, values), "surplus": _grid(v.surplus, values),
               "need": need}  # fmt: skip
    parts["unserved"].append(_long(d, d.demand, {"demand": "demand"}, columns, every=True))
    lying = {n: n for n in ("item", "place", "owner")}
    columns = {"stock": _grid(v.stock, values), "scrap": _grid(v.scrap, values)}
    parts["stock"].append(_long(d, d.stock, lying, columns))
    parts["shortfall"].append(
        _long(d, d.commitment, {"commitment": "commitment"},
              {"quantity": _grid(v.shortfall, values)})
    )  # fmt: skip
    parts["money"].append(_money_table(d, v, values))
    if len(d.fund):
        drawn = _grid(v.drawn, values)
        parts["draws"].append(_long(d, d.fund, {"fund": "fund"}, {"usd": drawn}))
        one = pd.DataFrame({"cash": ["cash"]})
        columns = {"drawn": drawn.sum(axis=0)[None, :], "emergency": _grid(v.emergency, values),
                   "cash_": _grid(v.cash, values)}  # fmt: skip
        frame = _long(d, one, {}, columns, every=True)
        parts["cash"].append(frame.rename(columns={"cash_": "cash"}))


def _capacity_table(d: Instance, v: Decisions, values: Array, starts: Array) -> pd.DataFrame:
    there, given = capacity(v, d)
    level = there.dense(values) + given
    use = np.zeros_like(level)
    lines = d.activity["line_index"].to_numpy(dtype=int)
    np.add.at(use, lines, starts * d.activity["use"].to_numpy(dtype=float)[:, None])
    # What was asked of capacity in the past is recorded, not decided: there it is as dated.
    open_share = np.where((d.line["opening"] < 0).to_numpy()[:, None], d.a["existing"], 0.0)
    added = v.added.into(len(d.line), growing_lines(d), np.arange(v.added.rows)).dense(values)
    existing = np.where((d.line["opening"] < 0).to_numpy()[:, None], open_share,
                        level - added - d.a["ordered"])  # fmt: skip
    columns = {"capacity": level, "existing": existing, "ordered": d.a["ordered"],
               "added": added, "used": use / d.months}  # fmt: skip
    return _long(d, d.line, {"line": "line"}, columns, every=True)


def _money_table(d: Instance, v: Decisions, values: Array) -> pd.DataFrame:
    rows = []
    for kind, (part, given) in spending(v, d).items():
        amount = part.dense(values)[0] + given
        rows += [(d.branch, p, kind, usd) for p, usd in zip(d.calendar.labels, amount, strict=True)
                 if abs(usd) > TINY]  # fmt: skip
    lost = (_grid(v.unserved, values) * d.a["unserved_worth"]).sum(axis=0) * d.decided
    rows += [(d.branch, p, "unserved", usd) for p, usd in zip(d.calendar.labels, lost, strict=True)
             if usd > TINY]  # fmt: skip
    return pd.DataFrame(rows, columns=["branch", "period", "kind", "usd"])
