"""Every block of decisions of a plan, with its bounds.

Owns the tables of decisions on the mathematics page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waferway.planning.instance import Array, Instance
from waferway.planning.sums import Variable

__all__ = ["Decisions", "decide", "growing_lines"]


@dataclass(frozen=True)
class Decisions:
    """Every block of decisions, by the name of its quantity; see the mathematics page."""

    orders: Variable
    opened: Variable
    activated: Variable
    retired: Variable
    added: Variable
    reserved: Variable
    bought: Variable
    taken: Variable
    earned: Variable
    starts: Variable
    flow: Variable
    purchase: Variable
    payment: Variable
    served: Variable
    unserved: Variable
    surplus: Variable
    stock: Variable
    scrap: Variable
    shortfall: Variable
    drawn: Variable
    emergency: Variable
    cash: Variable

    def __iter__(self) -> Iterator[Variable]:
        return iter(self.__dict__.values())

    @property
    def size(self) -> int:
        """Number of decisions of one branch, common ones included."""
        return sum(block.size for block in self)


def growing_lines(d: Instance) -> NDArray[np.int64]:
    """Lines whose capacity can change: they have modules, give up capacity, or may retire."""
    lines = {*d.module["line_index"], *d.module["exchange_index"]} - {-1}
    lines |= set(np.flatnonzero(d.line["may_retire"] & d.line["owned"]))
    return np.array(sorted(lines), dtype=np.int64)


def decide(d: Instance, objective_name: str = "cost", basis: str = "") -> Decisions:
    """The decisions of one branch, with their bounds."""
    blocks: dict[str, Variable] = {}
    offset = 0
    t_count = d.periods
    inside = d.decided.astype(float)

    def block(
        name: str,
        rows: int,
        upper: Array | float = np.inf,
        lower: Array | float = 0.0,
        *,
        integer: bool = False,
        common: bool = False,
        width: int = t_count,
    ) -> None:
        nonlocal offset
        shape = (rows, width)
        high = np.broadcast_to(np.asarray(upper, dtype=float), shape).copy()
        low = np.broadcast_to(np.asarray(lower, dtype=float), shape).copy()
        blocks[name] = Variable(name, offset, rows, width, t_count, low, high, integer, common)
        offset += rows * width

    unbounded = np.where(d.decided, np.inf, 0.0)
    growing = growing_lines(d)
    free = np.where(d.decided, -np.inf, 0.0)
    retiring = d.line["may_retire"].to_numpy(dtype=bool)[growing]
    block("orders", len(d.module), d.a["most_orders"], integer=True, common=True)
    block("opened", len(d.opening), inside, integer=True, common=True)
    block("activated", len(d.activation), inside, integer=True, common=True)
    block(
        "retired",
        len(growing),
        np.where(retiring[:, None] & d.decided, d.a["retirable"][growing], 0.0),
        common=True,
    )
    block("added", len(growing), unbounded, free, common=True)
    signable = d.offer["reserve"].to_numpy(dtype=bool) & d.offer["signable"].to_numpy(dtype=bool)
    block("reserved", len(d.offer), np.where(signable, np.inf, 0.0)[:, None], common=True, width=1)
    block(
        "bought", len(d.right), _sale_days(d, d.right, "from_date", None), integer=True, common=True
    )
    block(
        "taken",
        len(d.stake),
        _sale_days(d, d.stake, "from_date", "until_date"),
        integer=True,
        common=True,
    )
    block("earned", len(d.incentive), _earnable(d), common=True)

    past = np.where(d.decided, 0.0, d.a["past_starts"])
    block("starts", len(d.activity), np.where(d.a["may_start"] > 0, np.inf, past), past)
    block("flow", len(d.flow), np.where(d.a["may_flow"] > 0, np.inf, 0.0))
    block("purchase", len(d.purchase), d.a["volume"])
    block("payment", len(d.offer), unbounded)
    history = np.where(d.decided, 0.0, d.a["past_served"])
    wanted = d.a["known_demand"][d.serve["demand_index"].to_numpy(dtype=int)]
    allowed = (d.a["may_serve"] > 0) & (wanted > 0)
    block("served", len(d.serve), np.where(allowed, np.inf, history), history)
    must = d.demand["must_serve"].to_numpy(dtype=bool)[:, None]
    known = (d.a["known_demand"] > 0) & d.decided
    block("unserved", len(d.demand), np.where(known & ~must, d.a["need"], 0.0))
    beyond = (d.demand["basis"] == basis).to_numpy(dtype=bool) & (objective_name == "compute")
    block("surplus", len(d.demand), np.where(known & beyond[:, None], np.inf, 0.0))
    block("stock", len(d.stock), unbounded)
    block("scrap", len(d.stock), unbounded)
    soft = ~np.isnan(d.commitment["price_usd"].to_numpy(dtype=float))
    block("shortfall", len(d.commitment), np.where(soft[:, None], d.a["committed"], 0.0))
    funded = 1 if len(d.fund) else 0
    block("drawn", len(d.fund), np.where(d.a["may_draw"] > 0, np.inf, 0.0))
    # Under `compute` money hardly counts, so a priced emergency line would undo every budget.
    block("emergency", funded, 0.0 if objective_name == "compute" else unbounded)
    floor = float(d.network.setting("cash_floor_usd"))
    block("cash", funded, unbounded, np.where(d.decided, floor, 0.0))
    return Decisions(**blocks)  # fmt: skip


def _sale_days(d: Instance, frame, opens: str, closes: str | None) -> Array:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """1 in decided periods whose first day lies in the days of sale."""
    start = np.array([p.start.toordinal() for p in d.calendar])
    low = np.array([x.toordinal() if x else 0 for x in frame[opens]], dtype=int)
    high = np.array(
        [x.toordinal() if x else 10**7 for x in (frame[closes] if closes else [None] * len(frame))],
        dtype=int,
    )
    inside = (start >= low[:, None]) & (start <= high[:, None]) & d.decided
    return inside.astype(float)


def _earnable(d: Instance) -> Array:
    covers = np.array(list(d.incentive["covers"]), dtype=float).reshape(-1, d.periods)
    return np.where(covers > 0, np.inf, 0.0)
