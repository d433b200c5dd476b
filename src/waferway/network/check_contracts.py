"""Checks of what is owned, booked, added and sold: shares, commitments, modules, offers.

Owns sums that may not pass a whole: shares of a thing, and bookings on a line.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict

from waferway.network.findings import Findings, given, level

__all__ = ["check_contracts"]

_EITHER = (
    ("demand", "item", "basis"), ("offer", "item", "line"), ("commitment", "line", "item")
)  # fmt: skip


def check_contracts(at: Findings) -> None:
    """Record every fault of stakes, commitments, modules and offers read together."""
    _either_or(at)
    _stakes(at)
    _commitments(at)
    _modules(at)
    _offers(at)


def _either_or(at: Findings) -> None:
    for table, first, second in _EITHER:
        pairs = zip(at.column(table, first), at.column(table, second), strict=True)
        for row, (one, other) in enumerate(pairs):
            if bool(one) == bool(other):
                what = (
                    f"names both {first} and {second}" if one else f"names no {first} or {second}"
                )
                at.add(
                    (table, row, first), what, f"a {table} is on one of the two",
                    f"keep {first} or {second}" if one else f"give {first} or {second}",
                    "either-or",
                )  # fmt: skip


def _stakes(at: Findings) -> None:
    """Shares held in one thing sum to at most one on every date."""
    held: dict[str, list[tuple[dt.date, str, float, int]]] = defaultdict(list)
    names = ("owner", "owned", "from_date", "share", "price_usd")
    for row, (owner, owned, since, share, price) in enumerate(
        zip(*(at.column("stake", name) for name in names), strict=True)
    ):
        if math.isnan(price) and not math.isnan(share):
            held[owned].append((since or dt.date.min, owner, share, row))
    for owned, rows in held.items():
        now: dict[str, float] = {}
        for since, owner, share, row in sorted(rows):
            now[owner] = share
            total = sum(now.values())
            if total > 1 + 1e-9:
                when = "" if since == dt.date.min else f" from {since}"
                at.add(
                    ("stake", row, "share"), f"shares of {owned} sum to {total:g}{when}",
                    ", ".join(f"{who} {part:g}" for who, part in now.items()),
                    "shares sum to at most 1; date the stake that was sold", "stake",
                )  # fmt: skip
                break


def _commitments(at: Findings) -> None:
    """Booked capacity of a line is at most what it has and what may be added."""
    booked: dict[str, list[int]] = defaultdict(list)
    force = at.column("commitment", "force")
    for row, line in given(at.column("commitment", "line")):
        if force[row] in ("booking", "take_or_pay"):
            booked[line].append(row)
    lines = {name: row for row, name in enumerate(at["line"].index)}
    for line, rows in booked.items():
        if line in lines and at.sound("line", lines[line], "capacity"):
            _commitments_of(at, line, lines[line], rows)


def _commitments_of(at: Findings, line: str, line_row: int, rows: list[int]) -> None:
    capacity = at.steps("line", line_row, "capacity")
    start = at.column("commitment", "from_date")
    end = at.column("commitment", "to_date")
    steps = {row: at.steps("commitment", row, "quantity") for row in rows}
    dates = {since for since, _ in capacity} | {s for row in rows for s, _ in steps[row]}
    dates |= {start[row] for row in rows if start[row]}
    # What lies before the plan, or before anything is known of the line, is no one's booking.
    unknown = math.isnan(at.numbers("line", "capacity")[line_row]) and len(capacity) > 1
    floor = at.network.settings["start"] or (capacity[1][0] if unknown else dt.date.min)
    for when in sorted({max(when, floor) for when in dates}):
        active = [
            row
            for row in rows
            if (not start[row] or start[row] <= when) and (not end[row] or when <= end[row])
        ]
        total = sum(q for row in active if not math.isnan(q := level(steps[row], when)))
        have = level(capacity, when)
        most = have + _may_be_added(at, line, when)
        if math.isnan(most) or total <= most * (1 + 1e-9):
            continue
        since = "" if when == dt.date.min else f" from {when}"
        at.add(
            ("commitment", active[-1], "quantity"),
            f"commitments on line {line} are {total:g}{since}, its capacity is {have:g}"
            + (f", at most {most:g} with modules" if most > have else ""),
            "they are: " + ", ".join(at["commitment"].index[row] for row in active),
            "lower a quantity, end one earlier, or add capacity or a module", "overbooked",
        )  # fmt: skip
        return


def _may_be_added(at: Findings, line: str, when: dt.date) -> float:
    extra = 0.0
    frame = at["module"]
    for cells in frame[frame["line"] == line].to_dict("records"):
        lead = 0.0 if math.isnan(cells["lead_days"]) else cells["lead_days"]
        first = cells["earliest"]
        if first and (when - first).days < lead:
            continue
        if math.isnan(cells["total"]):
            return math.inf
        extra += cells["total"] * cells["size"]
    return extra


def _modules(at: Findings) -> None:
    ratio = at.numbers("module", "exchange_per_unit")
    for row, (line, other) in enumerate(
        zip(at.column("module", "line"), at.column("module", "exchange_line"), strict=True)
    ):
        if other and other == line:
            at.add(
                ("module", row, "exchange_line"), f"exchanges line {line} with itself", "",
                "name the line that gives up capacity", "exchange",
            )  # fmt: skip
        if other and math.isnan(ratio[row]):
            at.add(
                ("module", row, "exchange_line"), f"says not how much {other} gives up", "",
                "give exchange_per_unit", "exchange",
            )  # fmt: skip
        if not other and ratio[row] > 0:
            at.add(
                ("module", row, "exchange_per_unit"), "says not which line gives up capacity",
                "", "give exchange_line", "exchange",
            )  # fmt: skip


def _offers(at: Findings) -> None:
    priced = set(at.column("offer_step", "offer"))
    for row, name in enumerate(at["offer"].index):
        if name and name not in priced:
            at.add(
                ("offer", row, "name"), "has no price", "it has no row in offer_step",
                "add a step with price_usd", "no-price",
            )  # fmt: skip
