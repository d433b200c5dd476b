"""A program whose members can be lifted one by one.

Owns which cell stands behind which row and bound of the program. The formulation is used as it
is, on the opened network; what only the opened network allows is held shut by its cause.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from waferway.network.network import Network
from waferway.planning.capacity_layout import module_timing
from waferway.planning.conflict.members import Member, Members
from waferway.planning.conflict.opening import closed_flows, closed_services
from waferway.planning.decisions import Decisions
from waferway.planning.extensive import Program
from waferway.planning.instance import Instance
from waferway.planning.selected import selected

__all__ = ["Relaxable", "relaxable"]

GATES = frozenset({"activation", "right", "orders at open sites"})
"""Rows that let nothing through until a yes-or-no decision is taken, by a large number."""

WIDER = 100.0
"""Factor on those large numbers: they are as tight as the cells that members may lift."""


@dataclass(frozen=True)
class Relaxable:
    """The program without any member, and what each member adds to it.

    Attributes
    ----------
    program : Program
        Every row and column of the opened network; column bounds without any member.
    members : Members
    network : Network
        As planned.
    """

    program: Program
    members: Members
    network: Network


def relaxable(
    network: Network,
    real: Sequence[Instance],
    open_: Sequence[tuple[Instance, Decisions]],
    program: Program,
) -> Relaxable:
    """Find the members of a program.

    Parameters
    ----------
    network : Network
        As planned.
    real, open_ : sequences of Instance
        Layout of each branch, of the network and of the opened network.
    program : Program
        Of the opened network.

    Returns
    -------
    Relaxable
    """
    members = Members()
    builder = _Builder(network, members, _with_wide_gates(program), len(real) > 1)
    for w, (d, (o, v)) in enumerate(zip(real, open_, strict=True)):
        builder.columns(w, d, o, v)
    builder.rows([o for o, _ in open_])
    with_early = builder.early_orders(open_[0][0], open_[0][1])
    return Relaxable(with_early, members, network)


class _Builder:
    """Walks over blocks of decisions and rows and names the cell behind each."""

    def __init__(self, network: Network, members: Members, program: Program, many: bool) -> None:
        self.network, self.members, self.program, self.many = network, members, program, many
        self.low, self.high = program.low.copy(), program.high.copy()

    # -- bounds of decisions ------------------------------------------------------------------

    def columns(self, w: int, real: Instance, d: Instance, v: Decisions) -> None:
        """Bounds of every block of one branch."""
        at = self.program.columns[w]

        def column(block: Any, row: int, t: int) -> int:
            return int(at[block.offset + row * block.width + (t if block.width > 1 else 0)])

        def shut(block: Any, row: int, t: int, cell: tuple[str, str, str], kind: str) -> None:
            where = column(block, row, t)
            self.high[where] = np.inf
            self.members.hold_high(where, self._member(d, cell, t, kind, block.common), 0.0)

        decided = np.flatnonzero(d.decided)
        if w == 0:
            self._order_bounds(d, v, shut, column)
            for k, sign in enumerate(d.offer["signable"]):
                if d.offer["reserve"][k] and not sign:
                    cell = ("offer", str(d.offer["offer"][k]), "sign_by")
                    where = column(v.reserved, k, 0)
                    self.high[where] = np.inf
                    self.members.hold_high(where, Member(*cell, kind="signing"), 0.0)
            for block, frame, table in ((v.bought, d.right, "right"), (v.taken, d.stake, "stake")):
                for k in range(block.rows):
                    for t in decided[block.upper[k][decided] == 0]:
                        late = _opens_later(frame["from_date"][k], d.calendar.periods[int(t)].start)
                        name = "from_date" if late or table == "right" else "until_date"
                        shut(block, k, t, (table, str(frame[table][k]), name), "sale")
                        self.high[column(block, k, int(t))] = 1.0
        for k, t in zip(*np.nonzero((d.a["may_start"] <= 0) & d.decided), strict=True):
            for cell in _start_causes(d, int(k), int(t)):
                shut(v.starts, int(k), int(t), cell, "window")
        never = set()
        for closed in closed_flows(real, d):
            if closed.cause[2] == "never":
                never.add((closed.row, closed.period))
                continue
            shut(v.flow, closed.row, closed.period, closed.cause, "transport"
                 if closed.cause[0] == "lane" else "qualification")  # fmt: skip
        for row, t in never:
            self.high[column(v.flow, row, t)] = 0.0
        for closed in closed_services(real, d):
            if d.a["known_demand"][d.serve["demand_index"][closed.row], closed.period] > 0:
                shut(v.served, closed.row, closed.period, closed.cause, "qualification")
        self._purchase_bounds(d, v, column)
        must = d.demand["must_serve"].to_numpy(dtype=bool)
        for j in np.flatnonzero(must):
            for t in decided[(d.a["need"][j][decided] > 0)]:
                where = column(v.unserved, int(j), int(t))
                self.high[where] = d.a["need"][j, t]
                cell = ("demand", str(d.demand["demand"][j]), "quantity")
                self.members.hold_high(where, self._member(d, cell, int(t), "demand"), 0.0)
        for k in range(v.drawn.rows):
            for t in decided[v.drawn.upper[k][decided] == 0]:
                name = str(d.fund["fund"][k])
                opens = d.fund["from_date"][k]
                early = _opens_later(opens, d.calendar.periods[int(t)].middle)
                shut(v.drawn, k, int(t), ("fund", name, "from_date" if early else "to_date"),
                     "money")  # fmt: skip
        floor = float(d.network.setting("cash_floor_usd"))
        if floor > 0 and v.cash.rows:
            cell = ("setting", "cash_floor_usd", "value")
            for t in decided:
                where = column(v.cash, 0, int(t))
                self.low[where] = 0.0
                self.members.hold_low(where, self._member(d, cell, int(t), "money"), floor)

    def _order_bounds(
        self, d: Instance, v: Decisions, shut: Callable[..., None], column: Callable[..., int]
    ) -> None:
        for b, name in enumerate(d.module["module"]):
            left = float(d.module["left"][b])
            for t in np.flatnonzero(d.decided):
                where = column(v.orders, b, int(t))
                self.high[where] = np.inf
                if d.a["may_order"][b, t] <= 0:
                    opens = d.network.filled("module").at[name, "earliest"]
                    early = _opens_later(opens, d.calendar.periods[int(t)].start)
                    shut(v.orders, b, int(t), ("module", str(name),
                         "earliest" if early else "latest"), "late")  # fmt: skip
                yearly = float(d.a["yearly"][b, t])
                if np.isfinite(yearly):
                    self.members.hold_high(where, self._yearly(str(name), d, int(t)), yearly)
                if np.isfinite(left):
                    cell = Member("module", str(name), "total", kind="builds")
                    self.members.hold_high(where, cell, left)

    def _yearly(self, name: str, d: Instance, t: int) -> Member:
        year = str(d.calendar.periods[t].start.year)
        return Member("module", name, "orders_per_year", year, kind="builds")

    def _purchase_bounds(self, d: Instance, v: Decisions, column: Callable[..., int]) -> None:
        of = d.purchase["offer_index"].to_numpy(dtype=int)
        for q in range(v.purchase.rows):
            offer = str(d.offer["offer"][of[q]])
            for t in np.flatnonzero(d.decided):
                where = column(v.purchase, q, int(t))
                bound = float(self.program.high[where])
                if not np.isfinite(bound):
                    continue
                self.high[where] = np.inf
                if d.a["offer_open"][of[q], t] > 0:
                    cell = _step_cell(str(d.purchase["key"][q]))
                else:
                    opens = d.offer["from_date"][of[q]]
                    early = _opens_later(opens, d.calendar.periods[int(t)].middle)
                    cell = _offer_cell(offer, "from_date" if early else "to_date")
                self.members.hold_high(where, self._member(d, cell, int(t), "offer"), bound)

    def _member(
        self, d: Instance, cell: tuple[str, str, str], t: int, kind: str, common: bool = False
    ) -> Member:
        branch = d.branch if self.many and not common else ""
        return Member(*cell, d.calendar.labels[t], branch, kind)

    # -- rows -----------------------------------------------------------------------------------

    def rows(self, instances: Sequence[Instance]) -> None:
        """The cells behind every row; rows without any are what a network is."""
        layouts = {d.branch: d for d in instances}
        common = instances[0]
        for block in self.program.names:
            d = layouts[block.branch]
            for k in range(len(block.row)):
                subject, t = block.subject[int(block.row[k])], int(block.period[k])
                row = block.first + k
                if block.name == "activation" and self._opens(row):
                    continue  # what the line has is said by its other rows
                for line, coefficient in self._draws(d, block.name, subject):
                    cell = ("line", line, "capacity")
                    self.members.draw(row, self._member(d, cell, t, "capacity"), coefficient)
                for cell, kind, timed in self._cells(d, block.name, subject):
                    if cell[2] == "orders_per_year":
                        member = self._yearly(cell[1], common, t)
                    elif not timed:
                        member = Member(*cell, kind=kind)
                    else:
                        member = self._member(d, cell, t, kind)
                    self.members.hold_row(row, member)

    def _draws(self, d: Instance, row: str, subject: str) -> list[tuple[str, float]]:
        """Lines whose capacity counts in a row, and how much a unit of it does."""
        if row in ("power_mw", "water_m3"):
            rate = d.a["mw_per_unit" if row == "power_mw" else "water_per_unit"]
            keep = (d.line["site"] == subject).to_numpy(dtype=bool)
        elif row == "limit":
            rule = d.limit[d.limit["limit"] == subject].iloc[0]
            if rule["measure"] not in ("capacity", "site_power_mw") or rule["share_of"]:
                return []
            power = rule["measure"] == "site_power_mw"
            rate = d.a["mw_per_unit"] if power else np.ones(len(d.line))
            keep = selected(d.line, str(rule["select"]), subject)
        else:
            return []
        keep = keep & d.line["owned"].to_numpy(dtype=bool)
        return [(str(d.line["line"][k]), float(rate[k])) for k in np.flatnonzero(keep)]

    def _opens(self, row: int) -> bool:
        """Whether some yes-or-no decision opens a gate."""
        matrix = self.program.matrix
        return bool(self.program.integer[matrix.indices[matrix.indptr[row] :
                                                        matrix.indptr[row + 1]]].any())  # fmt: skip

    def _cells(
        self, d: Instance, row: str, subject: str
    ) -> list[tuple[tuple[str, str, str], str, bool]]:
        """Cells, kind and whether they are about time, of one row."""
        if row in ("use", "capacity", "use of the line"):
            return [(("line", subject, "capacity"), "capacity", True)]
        if row == "shared use":
            technology, _, place = subject.rpartition(" at ")
            here = (d.line["technology"] == technology) & (d.line["place"] == place)
            return [(("line", n, "capacity"), "capacity", True) for n in d.line["line"][here]]
        if row == "cover":
            return [(("setting", "stock_cover_months", "value"), "cover", False)]
        if row == "orders a year":
            return [(("module", subject.rpartition(" ")[0], "orders_per_year"), "builds", True)]
        if row == "orders in all":
            return [(("module", subject, "total"), "builds", False)]
        if row == "room on the line":
            line = str(d.offer.loc[d.offer["offer"] == subject, "line"].iloc[0])
            share = (_offer_cell(subject, "share"), "offer", True)
            return [share, (("line", line, "capacity"), "capacity", True)]
        if row == "booking":
            customer, _, line = subject.rpartition(" on ")
            of = (d.commitment["customer"] == customer) & (d.commitment["line"] == line)
            booked = [(("commitment", n, "quantity"), "booking", True)
                      for n in d.commitment["commitment"][of]]  # fmt: skip
            return [*booked, (("line", line, "capacity"), "capacity", True)]
        if row == "right":
            return [(("recipe", subject.rpartition(" on ")[0], "needs_right"), "right", True)]
        if row == "activation":
            line = subject.rpartition(" on ")[2]
            return [(("line", line, "capacity"), "capacity", True)]
        if row == "fund":
            cell = ("fund", subject, "amount_usd")
            return [(cell if subject in d.network.table("fund").index
                     else ("argument", "budget_usd", ""), "money", False)]  # fmt: skip
        if row in ("power_mw", "water_m3"):
            # What stands draws power too, and a line that stands is a cell like any other.
            rate = d.a["mw_per_unit" if row == "power_mw" else "water_per_unit"]
            draws = (d.line["site"] == subject) & (rate > 0) & (
                (d.a["existing"] + d.a["ordered"]).max(axis=1) > 0)  # fmt: skip
            kind = "power" if row == "power_mw" else "water"
            lines = [(("line", n, "capacity"), "capacity", True) for n in d.line["line"][draws]]
            return [(("site", subject, row), kind, True), *lines]
        columns = {
            "commitment": ("commitment", "quantity", "commitment"),
            "lane": ("lane", "capacity", "transport"),
            "limit": ("limit", "bound", "limit"),
        }
        if row in columns:
            table, column, kind = columns[row]
            return [((table, subject, column), kind, True)]
        return []

    # -- what a network has not: orders that count at once, and more from outside --------------

    def early_orders(self, d: Instance, v: Decisions) -> Program:
        """Add columns for orders without lead time and for supply from outside, held shut."""
        wide = sp.csc_array(self.program.matrix)
        added = [_Extra(wide.shape[0])]
        extra = added[0]
        at = self.program.columns[0]
        lead = d.network.filled("module")["lead_days"]
        own = {block.first + k: block.name
               for block in self.program.names for k in range(len(block.row))}  # fmt: skip
        position = {
            (block.subject[int(r)], int(t)): block.first + k
            for block in self.program.names
            if block.name == "added"
            for k, (r, t) in enumerate(zip(block.row, block.period, strict=True))
        }
        for b, name in enumerate(d.module["module"]):
            if float(lead[name]) <= 0:
                continue
            ramp, full, _ = module_timing(d, str(name))
            size, exchange = float(d.module["size"][b]), float(d.module["exchange"][b])
            giver = int(d.module["exchange_index"][b])
            for t in np.flatnonzero(d.decided):
                column = int(at[v.orders.offset + b * v.orders.width + t])
                start, end = wide.indptr[column], wide.indptr[column + 1]
                terms: dict[int, float] = {
                    int(i): float(x)
                    for i, x in zip(wide.indices[start:end], wide.data[start:end], strict=True)
                    if own[int(i)] != "added"
                }
                for line, share in (
                    (str(d.module["line"][b]), -size * ramp[t]),
                    (str(d.line["line"][giver]) if giver >= 0 else "", size * exchange * full[t]),
                ):
                    for s in np.flatnonzero(share) if line else ():
                        terms[position[line, int(s)]] = float(share[s])
                shut = Member("module", str(name), "lead_days", kind="late")
                extra.add(terms, shut, integer=True, like=column)
        self._supply(d, extra)
        return self._widened(extra, len(self.low))

    def _supply(self, d: Instance, extra: _Extra) -> None:
        """More of what `stock` gives: a member of the row that gives it."""
        lying = d.network.filled("stock")
        keys = {f"{i} at {p}": k for k, i, p in
                zip(lying.index, lying["item"], lying["place"], strict=True)}  # fmt: skip
        for block in self.program.names:
            if block.name != "balance":
                continue
            for k in range(len(block.row)):
                key = keys.get(block.subject[int(block.row[k])])
                if key is not None:
                    shut = Member("stock", str(key), "arrivals", kind="stock")
                    extra.add({block.first + k: -1.0}, shut)

    def _widened(self, extra: _Extra, count: int) -> Program:
        p = self.program
        more = len(extra.members)
        high = np.append(self.high, np.full(more, np.inf))
        for k, (member, like) in enumerate(zip(extra.members, extra.like, strict=True)):
            self.members.hold_high(count + k, member, 0.0)
            if like >= 0:
                for _, of, bound in list(self._of_column(like)):
                    self.members.hold_high(count + k, self.members.names[of], bound)
        matrix = sp.hstack([p.matrix, extra.matrix()], format="csr") if more else p.matrix
        zeros = np.zeros(more)
        return replace(
            p, matrix=sp.csr_array(matrix), cost=np.zeros(count + more),
            low=np.append(self.low, zeros), high=high,
            integer=np.append(p.integer, np.array(extra.integer, dtype=bool)),
            money=np.append(p.money, zeros.astype(bool)), constant=0.0,
        )  # fmt: skip

    def _of_column(self, column: int) -> list[tuple[int, int, float]]:
        if not hasattr(self, "_by_column"):
            self._by_column: dict[int, list[tuple[int, int, float]]] = defaultdict(list)
            for held in self.members.highs:
                self._by_column[held[0]].append(held)
        return self._by_column[column]


def _with_wide_gates(program: Program) -> Program:
    """Gates as wide as any capacity that lifting a member may give."""
    matrix = sp.csr_array(program.matrix, copy=True)
    high = program.row_high.copy()
    for block in program.names:
        if block.name in GATES:
            first, last = block.first, block.first + len(block.row)
            inside = slice(matrix.indptr[first], matrix.indptr[last])
            opens = program.integer[matrix.indices[inside]] & (matrix.data[inside] < 0)
            matrix.data[inside] = np.where(opens, WIDER, 1.0) * matrix.data[inside]
            high[first:last] *= WIDER
    return replace(program, matrix=matrix, row_high=high)


class _Extra:
    """Further columns of a program, in the making."""

    def __init__(self, height: int) -> None:
        self.height = height
        self.members: list[Member] = []
        self.integer: list[bool] = []
        self.like: list[int] = []
        self._rows: list[int] = []
        self._columns: list[int] = []
        self._values: list[float] = []

    def add(
        self, terms: dict[int, float], member: Member, *, integer: bool = False, like: int = -1
    ) -> None:
        at = len(self.members)
        self.members.append(member)
        self.integer.append(integer)
        self.like.append(like)
        self._rows += list(terms)
        self._columns += [at] * len(terms)
        self._values += list(terms.values())

    def matrix(self) -> Any:
        shape = (self.height, len(self.members))
        return sp.csr_array((self._values, (self._rows, self._columns)), shape=shape)


def _opens_later(opens: Any, when: dt.date) -> bool:
    """Whether a first day is known and after a day."""
    return isinstance(opens, dt.date) and when < opens


def _start_causes(d: Instance, k: int, t: int) -> list[tuple[str, str, str]]:
    """Windows of the recipe and of its line that keep an activity from starting."""
    middle, act = d.calendar.periods[t].middle, d.activity
    found = []
    for table, key, opens, closes in (
        ("recipe", act["recipe"][k], act["from_date"][k], act["to_date"][k]),
        ("line_recipe", act["pair"][k], act["pair_from"][k], act["pair_to"][k]),
    ):
        if opens and middle < opens:
            found.append((table, str(key), "from_date"))
        elif closes and middle > closes:
            found.append((table, str(key), "to_date"))
    return found


def _offer_cell(offer: str, column: str) -> tuple[str, str, str]:
    """An offer, or the commitment that a party view made into one."""
    if offer.startswith("commitment:"):
        key = offer.removeprefix("commitment:")
        return "commitment", key, column if column.endswith("_date") else "quantity"
    return "offer", offer, column


def _step_cell(key: str) -> tuple[str, str, str]:
    if key.startswith("commitment:"):
        return "commitment", key.removeprefix("commitment:").rpartition("/")[0], "quantity"
    return "offer_step", key, "volume"
