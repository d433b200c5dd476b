"""A conflict and its remedy in words.

Owns the sentence of each kind of cell. A number is said with its unit and its periods.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from waferway.planning.cells import Cells, figure
from waferway.planning.conflict.elastic import Change
from waferway.planning.conflict.members import Member

__all__ = ["say_change", "say_clash", "spell_periods"]

Say = Callable[[Member, Cells], str]


def spell_periods(labels: Sequence[str], every: Sequence[str]) -> str:
    """Labels in words, runs as spans.

    Examples
    --------
    >>> year = ["2026Q1", "2026Q2", "2026Q3", "2026Q4"]
    >>> spell_periods(["2026Q1", "2026Q2", "2026Q4"], year)
    '2026Q1 to 2026Q2 and 2026Q4'
    """
    known = [label for label in every if label in set(labels)]
    runs: list[list[str]] = []
    for label in known:
        if runs and every.index(runs[-1][-1]) + 1 == every.index(label):
            runs[-1].append(label)
        else:
            runs.append([label])
    said = [r[0] if len(r) == 1 else f"{r[0]} to {r[-1]}" for r in runs]
    said += [label for label in dict.fromkeys(labels) if label not in set(every)]
    return " and ".join(said)


def say_clash(group: Sequence[Member], cells: Cells) -> str:
    """One cell of a conflict, with what it says and when."""
    m = group[0]
    text = _SAYS.get((m.table, m.column), _plain)(m, cells)
    last = max((x for x in group if x.period), default=m, key=lambda x: _order(x, cells))
    if last.period != m.period and (values := _both(m, last, cells)):
        text += f" ({values} in {last.period})"
    when = spell_periods([x.period for x in group if x.period], cells.calendar.labels)
    branches = ", ".join(dict.fromkeys(x.branch for x in group if x.branch))
    if when:
        text += f", in {when}"
    return text + (f" (branch {branches})" if branches else "")


def _order(m: Member, cells: Cells) -> int:
    return cells.calendar.labels.index(m.period) if m.period in cells.calendar.labels else -1


def _both(first: Member, last: Member, cells: Cells) -> str:
    """The number at the end of the periods, where it is another than at their start."""
    ends = [cells.value(x.table, x.key, x.column, x.period, x.branch) for x in (first, last)]
    if not all(isinstance(x, float) for x in ends) or ends[0] == ends[1]:
        return ""
    return figure(ends[1])


def _plain(m: Member, cells: Cells) -> str:
    return f'{m.table} "{m.key}" has {m.column} {_value(m, cells)}'


def _value(m: Member, cells: Cells) -> str:
    value = cells.value(m.table, m.key, m.column, m.period, m.branch)
    unit = cells.unit(m.table, m.key, m.column)
    if isinstance(value, float):
        return f"{figure(value)} {unit}".rstrip()
    return str(value)


def _demand(m: Member, cells: Cells) -> str:
    return f'demand "{m.key}" must be served: {_value(m, cells)}'


def _capacity(m: Member, cells: Cells) -> str:
    return f'line "{m.key}" has a capacity of {_value(m, cells)}'


def _limit(m: Member, cells: Cells) -> str:
    sense = cells.value("limit", m.key, "sense")
    measure = cells.value("limit", m.key, "measure")
    of = cells.value("limit", m.key, "share_of")
    word = "at most" if sense == "<=" else "at least"
    share = f" of what {of} counts" if of else ""
    return f'limit "{m.key}" asks for {word} {_value(m, cells)}{share} ({measure})'


def _yearly(m: Member, cells: Cells) -> str:
    return f'module "{m.key}" can be ordered {_times(m, cells)} a year'


def _total(m: Member, cells: Cells) -> str:
    return f'module "{m.key}" can be ordered {_times(m, cells)} in all'


def _times(m: Member, cells: Cells) -> str:
    value = cells.value(m.table, m.key, m.column, m.period, m.branch)
    return f"{figure(float(value))} time{'' if value == 1 else 's'}"


def _lead(m: Member, cells: Cells) -> str:
    return f'module "{m.key}" takes {_value(m, cells)}s from order to first capacity'


def _date(words: str) -> Say:
    def say(m: Member, cells: Cells) -> str:
        return f'{m.table} "{m.key}" {words} {_value(m, cells)}'

    return say


def _no_lane(m: Member, cells: Cells) -> str:
    del cells
    start, end, item = m.key.split("/", 2)
    return f"no lane carries {item} from {start} to {end}"


def _lane(m: Member, cells: Cells) -> str:
    return f'lane "{m.key}" carries at most {_value(m, cells)}'


def _no_qualification(m: Member, cells: Cells) -> str:
    del cells
    place, item, customer = m.key.split("/", 2)
    return f"no line at {place} is qualified to supply {item} to {customer}"


def _commitment(m: Member, cells: Cells) -> str:
    row = {c: cells.value("commitment", m.key, c) for c in ("customer", "supplier", "force")}
    held = f"{_value(m, cells)} for {row['customer']} at {row['supplier']}"
    if m.kind == "booking":
        return f'commitment "{m.key}" keeps free {held}'
    if m.kind == "offer":
        return f'commitment "{m.key}" gives {held}'
    return f'commitment "{m.key}" must be met: {held}'


def _fund(m: Member, cells: Cells) -> str:
    return f'fund "{m.key}" holds {_value(m, cells)}'


def _budget(m: Member, cells: Cells) -> str:
    del m, cells
    return "the budget given to the plan is spent"


def _captive(m: Member, cells: Cells) -> str:
    return f'item "{m.key}" serves only {_value(m, cells)}'


def _right(m: Member, cells: Cells) -> str:
    del cells
    return f'recipe "{m.key}" needs a right that is not held'


def _stock(m: Member, cells: Cells) -> str:
    opening = cells.value("stock", m.key, "opening")
    unit = cells.unit("stock", m.key, "opening")
    return f'stock "{m.key}" holds {figure(float(opening))} {unit} and gets {_value(m, cells)}'


def _cover(m: Member, cells: Cells) -> str:
    return f"stock may cover at most {_value(m, cells)} months of use"


def _site(m: Member, cells: Cells) -> str:
    what = "power" if m.column == "power_mw" else "water"
    return f'site "{m.key}" has {_value(m, cells)} of {what}'


def _step(m: Member, cells: Cells) -> str:
    return f'offer step "{m.key}" sells at most {_value(m, cells)}'


def _share(m: Member, cells: Cells) -> str:
    return f'offer "{m.key}" sells {_value(m, cells)} of what bookings leave of its line'


_SAYS: dict[tuple[str, str], Say] = {
    ("demand", "quantity"): _demand,
    ("line", "capacity"): _capacity,
    ("limit", "bound"): _limit,
    ("module", "orders_per_year"): _yearly,
    ("module", "total"): _total,
    ("module", "lead_days"): _lead,
    ("module", "earliest"): _date("cannot be ordered before"),
    ("module", "latest"): _date("cannot be ordered after"),
    ("lane", "from_date"): _date("is closed until"),
    ("lane", "to_date"): _date("is closed after"),
    ("lane", ""): _no_lane,
    ("lane", "capacity"): _lane,
    ("qualification", ""): _no_qualification,
    ("qualification", "from_date"): _date("holds only from"),
    ("commitment", "quantity"): _commitment,
    ("fund", "amount_usd"): _fund,
    ("fund", "from_date"): _date("can be drawn only from"),
    ("fund", "to_date"): _date("can be drawn only until"),
    ("argument", ""): _budget,
    ("item", "captive_to"): _captive,
    ("recipe", "needs_right"): _right,
    ("recipe", "from_date"): _date("cannot be started before"),
    ("recipe", "to_date"): _date("cannot be started after"),
    ("line_recipe", "from_date"): _date("cannot be started before"),
    ("line_recipe", "to_date"): _date("cannot be started after"),
    ("stock", "arrivals"): _stock,
    ("setting", "value"): _cover,
    ("site", "power_mw"): _site,
    ("site", "water_m3"): _site,
    ("offer_step", "volume"): _step,
    ("offer", "share"): _share,
    ("offer", "from_date"): _date("is open only from"),
    ("offer", "to_date"): _date("is open only until"),
    ("offer", "sign_by"): _date("had to be signed by"),
    ("right", "from_date"): _date("can be bought only from"),
    ("stake", "from_date"): _date("can be taken only from"),
    ("stake", "until_date"): _date("can be taken only until"),
}  # fmt: skip


def say_change(group: Sequence[Change], cells: Cells) -> str:
    """A change of one cell over its periods; the largest where they differ."""
    largest = max(group, key=lambda change: change.amount)
    m = largest.member
    unit = cells.unit(m.table, m.key, m.column)
    when = spell_periods([c.member.period for c in group if c.member.period], cells.calendar.labels)
    name = "the budget" if m.table == "argument" else f'{m.table} "{m.key}"'
    at = f" in {when}" if when else ""
    most = " at most" if len({round(c.amount, 9) for c in group}) > 1 else ""
    if math.isnan(largest.after):
        counted = unit or "of what it counts a month"
        return f"{name}{at}:{most} {figure(largest.amount)} more {counted}"
    falls = largest.after < largest.before
    word = "missing" if falls else "more"
    return (
        f"{name}{at}: {figure(largest.before)} -> {figure(largest.after)} {unit} "
        f"({word}{most} {figure(largest.amount)})"
    ).replace("  ", " ")
