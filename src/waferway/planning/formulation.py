"""The model, stated once: decisions, constraints, spending, objective.

Owns the translation of `docs/mathematics.md` into sums; each function below is one numbered
paragraph of that page. Refuses solvers (`solving`) and branches (`extensive`): it states one
branch, and which decisions are common to all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waferway.errors import RangeError
from waferway.planning.instance import Array, Instance
from waferway.planning.selected import selected
from waferway.planning.sums import Rows, Sum, Variable, total

__all__ = ["Decisions", "Objective", "constraints", "decide", "objective", "spending"]

COST_IN_COMPUTE = 1e-3
"""Weight of money under the objective `compute`: it breaks ties, it does not decide."""


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


# -- capacity: paragraphs 1 to 4 ------------------------------------------------------------


def capacity(v: Decisions, d: Instance) -> tuple[Sum, Array]:
    """Capacity of every line: a sum, and the part that no decision moves."""
    lines = len(d.line)
    parts = [v.added.into(lines, growing_lines(d), np.arange(v.added.rows))]
    given = d.a["ordered"].copy()
    site = d.line["opening"].to_numpy(dtype=int)
    always = site < 0
    given[always] += d.a["existing"][always]
    shut = np.flatnonzero(~always)
    if len(shut):
        theta = list(d.a["theta"])
        one = np.ones((len(shut), d.periods))
        opened = v.opened.into(len(shut), np.arange(len(shut)), site[shut], one, theta, site[shut])
        opened = opened * d.a["existing"][shut]
        parts.append(opened.take(np.arange(len(shut)), shut, lines))
    return total(lines, d.periods, parts), given


def added_capacity(v: Decisions, d: Instance) -> Iterator[Rows]:
    """1: what orders bring, less what conversions and retirement take."""
    growing = growing_lines(d)
    if not len(growing):
        return
    position = {line: i for i, line in enumerate(growing)}
    modules = np.arange(len(d.module))
    own = [position[i] for i in d.module["line_index"]]
    one = np.ones((len(modules), d.periods))
    brings = v.orders.into(len(growing), own, modules, one, list(d.a["kappa"]), modules)
    givers = np.flatnonzero(d.module["exchange_index"] >= 0)
    rate = d.module["exchange"].to_numpy(dtype=float)[givers]
    gives = v.orders.into(
        len(growing),
        [position[d.module["exchange_index"][b]] for b in givers],
        givers,
        np.repeat(rate[:, None], d.periods, axis=1),
        list(d.a["kappa_full"]),
        givers,
    )
    names = [d.line["line"][i] for i in growing]
    yield _rows(d, "added", v.added.here() - brings + gives + v.retired.here(), "=", 0.0, names,
                common=True)  # fmt: skip
    some, given = capacity(v, d)
    # A line that can lose capacity must not lose more than it has; existing capacity may
    # differ by branch, so this is a row of each branch.
    yield _rows(d, "capacity", some.take(growing), ">=", -given[growing], names)
    later = d.decided.copy()
    later[d.first] = False
    if d.line["may_retire"].any():
        where = np.tile(later, (len(growing), 1))
        yield Rows("retirement", v.retired.here() - v.retired.before(d.first), ">=",
                   np.zeros((len(growing), d.periods)), where, names, common=True)  # fmt: skip


def orders(v: Decisions, d: Instance) -> Iterator[Rows]:
    """3: at most so many a year, so many in all, and only where the site is open."""
    names = d.module["module"].tolist()
    years = np.array([p.start.year for p in d.calendar])
    for year in sorted({int(y) for y in years[d.decided]}):
        members = (years == year) & d.decided
        at = int(np.argmax(members))
        bound = d.a["yearly"][:, at]
        known = np.flatnonzero(np.isfinite(bound) & (bound < d.module["left"]))
        # One period alone is bounded by the variable itself.
        if members.sum() > 1 and len(known):
            yield _once(d, "orders a year", v.orders, known, members, bound[known],
                        [f"{names[b]} {year}" for b in known], at)  # fmt: skip
    capped = np.flatnonzero(np.isfinite(d.module["left"].to_numpy(dtype=float)))
    if len(capped):
        yield _once(d, "orders in all", v.orders, capped, d.decided,
                    d.module["left"].to_numpy(dtype=float)[capped],
                    [names[b] for b in capped], d.first)  # fmt: skip
    site = d.module["opening"].to_numpy(dtype=int)
    shut = np.flatnonzero(site >= 0)
    if len(shut):
        upto = np.triu(np.ones((d.periods, d.periods)))
        most = d.a["most_orders"][shut].max(axis=1)
        if not np.isfinite(most).all():
            name = names[shut[int(np.argmax(~np.isfinite(most)))]]
            raise ValueError(f"module {name} stands at a site to be opened: give it a total")
        opened = v.opened.into(
            len(shut), np.arange(len(shut)), site[shut], 1.0, [np.eye(d.periods), upto], 1
        )
        yield _rows(d, "orders at open sites", v.orders.here().take(shut) - opened * most[:, None],
                    "<=", 0.0, [names[b] for b in shut], common=True)  # fmt: skip
    for name, events, labels in (
        ("opened once", v.opened, d.opening["site"]),
        ("activated once", v.activated, d.activation["group"]),
        ("bought once", v.bought, d.right["right"]),
        ("taken once", v.taken, d.stake["stake"]),
    ):
        if events.rows:
            yield _once(d, name, events, np.arange(events.rows), d.decided,
                        np.ones(events.rows), labels.tolist(), d.first)  # fmt: skip
    if len(d.incentive):
        yield from _capped_incentives(v, d)


def _capped_incentives(v: Decisions, d: Instance) -> Iterator[Rows]:
    of = d.incentive["module_index"].to_numpy(dtype=int)
    labels = [f"{r}/{d.module['module'][b]}" for r, b in zip(d.incentive["incentive"], of,
                                                             strict=True)]  # fmt: skip
    yield _rows(d, "earned by orders", v.earned.here() - v.orders.here().take(of), "<=", 0.0,
                labels, common=True)  # fmt: skip
    names = list(dict.fromkeys(d.incentive["incentive"]))
    target = np.array([names.index(n) for n in d.incentive["incentive"]])
    share = d.incentive["share"].to_numpy(dtype=float)[:, None] * d.a["price"][of]
    amount = np.array([d.incentive.loc[target == i, "amount"].iloc[0] for i in range(len(names))])
    everywhen = np.zeros((d.periods, d.periods))
    everywhen[d.decided, d.first] = 1.0
    left = v.earned.into(len(names), target, np.arange(v.earned.rows), share,
                         [everywhen], 0)  # fmt: skip
    where = np.zeros((len(names), d.periods), dtype=bool)
    where[:, d.first] = True
    right = np.repeat(amount[:, None], d.periods, axis=1)
    yield Rows("incentive amount", left, "<=", right, where, names, common=True)


def _once(
    d: Instance,
    name: str,
    block: Variable,
    members: NDArray[np.int64],
    periods: NDArray[np.bool_],
    bound: Array,
    subject: list[str],
    at: int,
) -> Rows:
    """The sum of some periods is bounded; the row stands in period `at`."""
    gather = np.zeros((d.periods, d.periods))
    gather[periods, at] = 1.0
    left = block.into(len(members), np.arange(len(members)), members, 1.0, [gather], 0)
    where = np.zeros((len(members), d.periods), dtype=bool)
    where[:, at] = True
    return Rows(name, left, "<=", np.repeat(bound[:, None], d.periods, axis=1), where, subject,
                common=True)  # fmt: skip


def use(v: Decisions, d: Instance) -> Iterator[Rows]:
    """4: starts use no more than there is, of the line and of every shared pool."""
    act = d.activity
    lines = act["line_index"].to_numpy(dtype=int)
    amount = np.repeat(act["use"].to_numpy(dtype=float)[:, None], d.periods, axis=1)
    used = v.starts.into(len(d.line), lines, np.arange(len(act)), amount)
    there, given = capacity(v, d)
    right = given * d.months
    names = d.line["line"].tolist()
    owned = np.flatnonzero(d.line["owned"].to_numpy(dtype=bool))
    busy = owned[np.isin(owned, lines)]
    yield _rows(d, "use", (used - there * d.months).take(busy), "<=", right[busy],
                [names[i] for i in busy])  # fmt: skip
    foreign = np.setdiff1d(np.unique(lines), owned)
    if len(foreign):
        whole = (d.a["capacity"] + d.a["ordered"]) * d.months
        yield _rows(d, "use of the line", used.take(foreign), "<=", whole[foreign],
                    [names[i] for i in foreign])  # fmt: skip
        supply = _bought_capacity(v, d)
        yield _rows(d, "use of what is bought", (used - supply).take(foreign), "<=", 0.0,
                    [names[i] for i in foreign])  # fmt: skip
    if d.pools:
        pools = len(d.pools)
        drawn = v.starts.into(pools, d.a["pool_rows"].astype(np.int64),
                              d.a["pool_cols"].astype(np.int64), d.a["pool_use"])  # fmt: skip
        member = np.array([i for pool in d.pools for i in pool])
        into = np.repeat(np.arange(pools), [len(pool) for pool in d.pools])
        all_there = (there * d.months).take(member, into, pools)
        limit = np.zeros((pools, d.periods))
        np.add.at(limit, into, right[member])
        if len(foreign):
            all_there = all_there + _bought_capacity(v, d).take(member, into, pools)
        labels = [f"{d.line['technology'][pool[0]]} at {d.line['place'][pool[0]]}"
                  for pool in d.pools]  # fmt: skip
        yield _rows(d, "shared use", drawn - all_there, "<=", limit, labels)


def _bought_capacity(v: Decisions, d: Instance) -> Sum:
    """Capacity of others' lines that offers and stakes give, per line."""
    lines = len(d.line)
    of = d.offer["line_index"].to_numpy(dtype=int)
    steps = d.purchase["offer_index"].to_numpy(dtype=int)
    on_line = np.flatnonzero(of[steps] >= 0) if len(steps) else np.array([], dtype=int)
    parts = [v.purchase.into(lines, of[steps[on_line]], on_line)]
    parts += [part * d.months for part in _stake_capacity(v, d)]
    return total(lines, d.periods, parts)


def _stake_capacity(v: Decisions, d: Instance) -> list[Sum]:
    from waferway.planning.expansion import lines_of

    index = {name: i for i, name in enumerate(d.line["line"])}
    parts = []
    for k in range(len(d.stake)):
        members = [index[name] for name in lines_of(d, d.stake["owned"][k])]
        members = [i for i in members if not d.line["owned"][i]]
        here = v.taken.into(len(members), np.arange(len(members)), [k] * len(members), 1.0,
                            [d.a["stake_share"][k]], 0)  # fmt: skip
        there = d.a["capacity"][members] + d.a["ordered"][members]
        parts.append(
            (here * (there * d.stake["share"][k])).take(
                np.arange(len(members)), members, len(d.line)
            )
        )
    return parts


# -- items: paragraphs 5 to 7 ----------------------------------------------------------------


def balance(v: Decisions, d: Instance) -> Iterator[Rows]:
    """5 and 6: what lies at a place changes by what is made, taken, moved, bought, served."""
    stocks = len(d.stock)
    if not stocks:
        return
    made = v.starts.into(stocks, d.makes.rows, d.makes.cols, d.makes.value, d.lags, d.makes.lag)
    taken = v.starts.into(stocks, d.takes.rows, d.takes.cols, d.takes.value)
    lanes = np.arange(len(d.flow))
    days = np.array([d.lag_days.index(x) if x in d.lag_days else d.lag(x) for x in d.flow["days"]],
                    dtype=np.int64)  # fmt: skip
    arrived = v.flow.into(stocks, d.flow["target"].to_numpy(dtype=int), lanes, 1.0, d.lags, days)
    left = v.flow.into(stocks, d.flow["source"].to_numpy(dtype=int), lanes)
    offer = d.purchase["offer_index"].to_numpy(dtype=int)
    target = d.offer["stock_index"].to_numpy(dtype=int)
    items = np.flatnonzero(target[offer] >= 0) if len(offer) else np.array([], dtype=int)
    lag = d.offer["lag"].to_numpy(dtype=int)
    bought = v.purchase.into(stocks, target[offer[items]], items, 1.0, d.lags, lag[offer[items]])
    served = v.served.into(stocks, d.serve["stock_index"].to_numpy(dtype=int),
                           np.arange(len(d.serve)))  # fmt: skip
    right = d.a["arrivals"].copy()
    right[:, d.first] += d.a["opening_stock"]
    labels = [
        f"{i} at {p}" + (f" for {o}" if o else "")
        for i, p, o in zip(d.stock["item"], d.stock["place"], d.stock["owner"], strict=True)
    ]
    yield _rows(
        d,
        "balance",
        v.stock.here() - v.stock.before(d.first) - made + taken - arrived + left - bought + served
        + v.scrap.here(),
        "=",
        right,
        labels,
    )  # fmt: skip
    cover = float(d.network.setting("stock_cover_months"))
    yield _rows(d, "cover", v.stock.here() - (taken + left + served) * (cover / d.months), "<=",
                0.0, labels)  # fmt: skip


def demand(v: Decisions, d: Instance) -> Iterator[Rows]:
    """7: what is served and what is not add up to the need."""
    names = d.demand["demand"].tolist()
    count = len(names)
    if not count:
        return
    of = d.serve["demand_index"].to_numpy(dtype=int)
    weight = d.serve["weight"].to_numpy(dtype=float)
    wide = np.repeat(weight[:, None], d.periods, axis=1)
    stock_target = (d.demand["measure"] == "stock").to_numpy(dtype=bool)
    in_service = [np.eye(d.periods), *d.a["survival"]]
    kernel = np.where(stock_target[of], of + 1, 0) if len(of) else of
    served = v.served.into(count, of, np.arange(len(of)), wide, in_service, kernel)
    where = np.tile(d.decided, (count, 1)) & (d.a["known_demand"] > 0)
    yield Rows("demand", served + v.unserved.here() - v.surplus.here(), "=", d.a["need"], where,
               names)  # fmt: skip


# -- contracts: paragraphs 8 to 11 -----------------------------------------------------------


def contracts(v: Decisions, d: Instance) -> Iterator[Rows]:
    """8 and 9: offers, reservations, take-or-pay, and what bookings leave of a line."""
    names = d.offer["offer"].tolist()
    count = len(names)
    if not count:
        return
    of = d.purchase["offer_index"].to_numpy(dtype=int)
    steps = np.arange(len(of))
    drawn = v.purchase.into(count, of, steps)
    owed = v.purchase.into(count, of, steps, d.a["offer_price"])
    open_now = d.a["offer_open"] > 0
    reserved = v.reserved.into(count, np.arange(count), np.arange(count),
                               np.tile(d.months, (count, 1)))  # fmt: skip
    on_line = np.isfinite(d.a["offer_room"]) & open_now
    if on_line.any():
        room = np.where(np.isfinite(d.a["offer_room"]), d.a["offer_room"], 0.0)
        yield Rows("room on the line", drawn, "<=", room, on_line, names)
    need = d.offer["reserve"].to_numpy(dtype=bool)[:, None] & open_now
    if need.any():
        yield Rows("reservation", drawn - reserved, "<=", np.zeros((count, d.periods)), need,
                   names)  # fmt: skip
    yield _rows(d, "payment", v.payment.here() - owed, ">=", 0.0, names)
    floor = d.offer["floor"].to_numpy(dtype=float)[:, None] * d.a["first_price"]
    # Without a reservation to sign, the contract stands already: its volume is what is paid.
    signing = d.offer["reserve"].to_numpy(dtype=bool)[:, None]
    owing = (floor > 0) & open_now
    if (owing & signing).any():
        yield Rows("take or pay", v.payment.here() - reserved * floor, ">=",
                   np.zeros((count, d.periods)), owing & signing, names)  # fmt: skip
    if (owing & ~signing).any():
        volume = np.zeros((count, d.periods))
        for q in reversed(range(len(of))):
            volume[of[q]] = d.a["volume"][q]
        endless = owing & ~signing & ~np.isfinite(volume)
        if endless.any():
            name = names[int(np.argmax(endless.any(axis=1)))]
            raise RangeError(
                f"offer {name} is take-or-pay without a volume; give its first step one"
            )
        yield Rows("take or pay", v.payment.here(), ">=",
                   floor * np.where(np.isfinite(volume), volume, 0.0), owing & ~signing,
                   names)  # fmt: skip


def commitments(v: Decisions, d: Instance) -> Iterator[Rows]:
    """10: bookings keep capacity free for the customer; take-or-pay is used at least."""
    if d.party or not len(d.commitment):
        return
    act = d.activity
    amount = np.repeat(act["use"].to_numpy(dtype=float)[:, None], d.periods, axis=1)
    there, given = capacity(v, d)
    table = d.commitment
    for line in sorted(set(table["line_index"]) - {-1}):
        on_line = (act["line_index"] == line).to_numpy(dtype=bool)
        for customer in dict.fromkeys(table.loc[table["line_index"] == line, "customer"]):
            mine = (table["line_index"] == line) & (table["customer"] == customer)
            booked = d.a["committed"][mine.to_numpy(dtype=bool)].sum(axis=0)
            booked = np.minimum(booked, np.maximum(given[line], 0.0) * d.months)
            others = np.flatnonzero(on_line & (act["designer"] != customer).to_numpy(dtype=bool))
            used = v.starts.into(1, np.zeros(len(others)), others, amount[others])
            where = (booked > 0)[None, :] & d.decided
            yield Rows("booking", used - (there * d.months).take([line]), "<=",
                       (given[line] * d.months - booked)[None, :], where,
                       [f"{customer} on {d.line['line'][line]}"])  # fmt: skip
    firm = table["force"].eq("take_or_pay") & (table["line_index"] >= 0)
    for o in (int(i) for i in np.flatnonzero(firm)):
        theirs = np.flatnonzero(
            (act["line_index"] == table["line_index"][o]).to_numpy(dtype=bool)
            & (act["designer"] == table["customer"][o]).to_numpy(dtype=bool)
        )
        used = v.starts.into(1, np.zeros(len(theirs)), theirs, amount[theirs])
        yield _at_least(v, d, o, used)
    for o in (int(i) for i in np.flatnonzero(table["item"] != "")):
        yield _at_least(v, d, o, _reaches(v, d, o))


def _at_least(v: Decisions, d: Instance, o: int, left: Sum) -> Rows:
    quantity = d.a["committed"][o][None, :]
    missing = v.shortfall.into(1, [0], [o])
    return Rows("commitment", left + missing, ">=", quantity, (quantity > 0) & d.decided,
                [d.commitment["commitment"][o]])  # fmt: skip


def _reaches(v: Decisions, d: Instance, o: int) -> Sum:
    """What reaches a customer from the places where its supplier makes an item."""
    row = d.commitment.loc[o]
    places = {
        d.stock["place"][h]
        for h, a in zip(d.makes.rows, d.makes.cols, strict=True)
        if d.stock["item"][h] == row["item"] and d.activity["party"][a] == row["supplier"]
    }
    direct = np.flatnonzero(
        (d.serve["item"] == row["item"])
        & (d.serve["customer"] == row["customer"])
        & d.serve["place"].isin(places)
    )
    moved = np.flatnonzero(
        (d.flow["item"] == row["item"])
        & (d.flow["owner"] == row["customer"])
        & d.flow["from_place"].isin(places)
    )
    return v.served.into(1, np.zeros(len(direct)), direct) + v.flow.into(
        1, np.zeros(len(moved)), moved
    )


def access(v: Decisions, d: Instance) -> Iterator[Rows]:
    """11: no start before activation, and in the party view none without a right."""
    act = d.activity
    most = _most_capacity(d)[act["line_index"].to_numpy(dtype=int)]
    amount = act["use"].to_numpy(dtype=float)[:, None]
    gated = np.flatnonzero(act["activation"] >= 0)
    labels = (act["recipe"] + " on " + act["line"]).tolist()
    upto = np.triu(np.ones((d.periods, d.periods)))
    if len(gated):
        active = v.activated.into(len(gated), np.arange(len(gated)), act["activation"][gated],
                                  1.0, [np.eye(d.periods), upto], 1)  # fmt: skip
        used = v.starts.here().take(gated) * amount[gated]
        yield _rows(d, "activation", used - active * (most[gated] * d.months), "<=", 0.0,
                    [labels[a] for a in gated])  # fmt: skip
    if not d.party:
        return
    needing = np.flatnonzero(act["needs_right"].to_numpy(dtype=bool))
    for a in needing:
        opens = {act["recipe"][a], act["technology"][a]}
        held = np.max([d.held_rights.get(x, np.zeros(d.periods)) for x in opens], axis=0)
        buys = np.flatnonzero(d.right["what"].isin(opens))
        shares = [d.a["right_share"][r] for r in buys]
        right = v.bought.into(1, np.zeros(len(buys)), buys, 1.0, shares, np.arange(len(buys)))
        bound = most[a] * d.months
        used = v.starts.here().take([a]) * amount[a]
        yield _rows(d, "right", used - right * bound, "<=", (held * bound)[None, :], [labels[a]])


def _most_capacity(d: Instance) -> Array:
    """The most capacity that each line can have, for tight links; shape (L, T)."""
    most = np.maximum(d.a["capacity"] + d.a["ordered"], 0.0)
    for b, line in enumerate(d.module["line_index"]):
        allowed = d.a["most_orders"][b] > 0
        possible = np.zeros(d.periods)
        years = np.array([p.start.year for p in d.calendar])
        for year in sorted({int(y) for y in years}):
            here = allowed & (years == year)
            if here.any():
                possible[int(np.argmax(here))] += d.a["most_orders"][b][here].max()
        count = np.minimum(np.cumsum(possible), d.module["left"][b])
        if not np.isfinite(count).all():
            count = np.where(np.isfinite(count), count, 1e6)
        most[line] += count * d.module["size"][b]
    return most


# -- rules and money: paragraphs 12 to 14 ----------------------------------------------------


def supplies(v: Decisions, d: Instance) -> Iterator[Rows]:
    """12: power and water of sites."""
    there, given = capacity(v, d)
    sites = d.network.filled("site")
    for column, name in (("mw_per_unit", "power_mw"), ("water_per_unit", "water_m3")):
        cap = d.network.values("site", name, d.calendar, d.branch)
        for site in sites.index:
            bound = cap.loc[site].to_numpy(dtype=float)
            lines = np.flatnonzero(((d.line["site"] == site) & d.line["owned"]).to_numpy(bool))
            rate = d.a[column][lines]
            if np.isnan(bound).all() or not rate.any():
                continue
            wide = np.repeat(rate[:, None], d.periods, axis=1)
            left = (there.take(lines) * wide).collapse()
            right = (np.nan_to_num(bound) - (wide * given[lines]).sum(axis=0))[None, :]
            where = ~np.isnan(bound)[None, :] & d.decided
            yield Rows(name, left, "<=", right, where, [site])


def lanes(v: Decisions, d: Instance) -> Iterator[Rows]:
    """Lane capacity: all items of a lane together."""
    cap = d.a["lane_capacity"]
    for i in np.flatnonzero(~np.isnan(cap).all(axis=1)):
        members = np.flatnonzero(d.flow["lane_index"] == i)
        if len(members):
            left = v.flow.into(1, np.zeros(len(members)), members)
            where = ~np.isnan(cap[[i]]) & d.decided
            yield Rows("lane", left, "<=", np.nan_to_num(cap[[i]]), where,
                       [d.network.filled("lane").index[i]])  # fmt: skip


def limits(v: Decisions, d: Instance) -> Iterator[Rows]:
    """13: caps, floors, shares and bans."""
    for i in range(len(d.limit)):
        row = d.limit.loc[i]
        left, given = _measured(v, d, row["measure"], row["select"], row["limit"])
        bound = d.a["bound"][i]
        where = (d.a["limit_holds"][i] > 0)[None, :]
        if row["share_of"] is not None and row["share_of"] != "":
            whole, whole_given = _measured(v, d, row["measure"], row["share_of"], row["limit"])
            filled = np.nan_to_num(bound)[None, :]
            left = left - whole * filled
            right = filled * whole_given - given
        else:
            level = row["measure"] in ("capacity", "site_power_mw")
            right = np.nan_to_num(bound if level else bound * d.months)[None, :] - given
        yield Rows("limit", left, row["sense"], right, where, [row["limit"]])


def _measured(
    v: Decisions, d: Instance, measure: str, select: str, limit: str
) -> tuple[Sum, Array]:
    """One row of T expressions that a limit counts, and the part that no decision moves."""
    nothing = np.zeros((1, d.periods))
    select = "" if select == "*" else select
    if measure == "starts":
        keep = np.flatnonzero(selected(d.activity, select, limit))
        return v.starts.into(1, np.zeros(len(keep)), keep), nothing
    if measure == "output":
        frame = d.activity.loc[d.makes.cols].reset_index(drop=True)
        frame["item"] = d.stock["item"].to_numpy()[d.makes.rows]
        frame["kind"] = d.stock["kind"].to_numpy()[d.makes.rows]
        keep = np.flatnonzero(selected(frame, select, limit))
        return v.starts.into(1, np.zeros(len(keep)), d.makes.cols[keep], d.makes.value[keep],
                             d.lags, d.makes.lag[keep]), nothing  # fmt: skip
    if measure in ("capacity", "site_power_mw"):
        keep = np.flatnonzero(
            selected(d.line, select, limit) & d.line["owned"].to_numpy(dtype=bool)
        )
        there, given = capacity(v, d)
        scale = np.ones((len(keep), d.periods))
        if measure == "site_power_mw":
            scale = np.repeat(d.a["mw_per_unit"][keep][:, None], d.periods, axis=1)
        part = (there.take(keep) * scale).collapse()
        return part, (scale * given[keep]).sum(axis=0)[None, :]
    if measure == "orders":
        keep = np.flatnonzero(selected(d.module, select, limit))
        return v.orders.into(1, np.zeros(len(keep)), keep), nothing
    if measure == "capex_usd":
        keep = np.flatnonzero(selected(d.module, select, limit))
        return _module_payments(v, d, keep), nothing
    if measure == "flow":
        keep = np.flatnonzero(selected(d.flow, select, limit))
        return v.flow.into(1, np.zeros(len(keep)), keep), nothing
    keep = np.flatnonzero(selected(d.serve, select, limit))
    value: Array | float = 1.0
    if measure == "delivered_power_mw":
        value = np.where(d.decided, d.a["served_mw"][keep], 0.0)
        if np.isnan(value).any():
            item = d.serve["item"][keep[int(np.argmax(np.isnan(value).any(axis=1)))]]
            raise RangeError(
                f"limit {limit} counts the power of {item}, whose power_kw is unknown in some "
                "period; give it, or narrow the limit's select"
            )
    return v.served.into(1, np.zeros(len(keep)), keep, value), nothing


def _module_payments(v: Decisions, d: Instance, keep: NDArray[np.int64]) -> Sum:
    """Payments for modules by the period in which they fall; one row."""
    zeros = np.zeros(len(keep))
    paid = v.orders.into(1, zeros, keep, d.a["net_price"][keep], list(d.a["paid"][keep]),
                         np.arange(len(keep)))  # fmt: skip
    if len(d.incentive):
        of = d.incentive["module_index"].to_numpy(dtype=int)
        rows = np.flatnonzero(np.isin(of, keep))
        share = d.incentive["share"].to_numpy(dtype=float)[rows, None] * d.a["price"][of[rows]]
        paid = paid - v.earned.into(1, np.zeros(len(rows)), rows, share,
                                    list(d.a["paid"][of[rows]]), np.arange(len(rows)))  # fmt: skip
    return paid


def spending(v: Decisions, d: Instance) -> dict[str, tuple[Sum, Array]]:
    """Money spent by kind and period: one row of T expressions, and the fixed part (T,)."""
    none = np.zeros(d.periods)
    fixed = d.a["fixed"] * d.months
    there, given = capacity(v, d)
    given = np.where(d.line["owned"].to_numpy(dtype=bool)[:, None], given, 0.0)
    running = (there * fixed).collapse()
    for part in _stake_capacity(v, d):
        rate = d.network.values("line", "fixed_usd", d.calendar, d.branch)
        cost = rate.loc[d.line["line"]].to_numpy(dtype=float) * d.months
        running = running + (part * cost).collapse()
    of = d.purchase["offer_index"].to_numpy(dtype=int)
    steps = np.arange(len(of))
    offers = np.arange(len(d.offer))
    zeros = np.zeros(len(offers))
    prepaid = d.offer["prepayment"].to_numpy(dtype=float)
    months_open = d.a["offer_open"] * d.months
    premium = d.offer["premium"].to_numpy(dtype=float)[:, None] * months_open
    signing = np.zeros((len(offers), d.periods))
    signing[:, d.first] = prepaid * (d.a["first_price"] * months_open).sum(axis=1)
    credit = d.a["offer_price"] * 0.0
    if len(of):
        credit = prepaid[of][:, None] * d.a["first_price"][of]
    purchases = (
        v.payment.here().collapse()
        + v.reserved.into(1, zeros, offers, premium + signing)
        - v.purchase.into(1, np.zeros(len(of)), steps, credit)
    )
    price = np.nan_to_num(d.commitment["price_usd"].to_numpy(dtype=float))
    out = {
        "modules": (_module_payments(v, d, np.arange(len(d.module))), none),
        "openings": (_events(v.opened, d.opening["cost"], d), none),
        "activations": (_events(v.activated, d.activation["cost"], d), none),
        "rights": (_events(v.bought, d.right["cost"], d), none),
        "stakes": (_events(v.taken, d.stake["cost"], d), none),
        "fixed": (running, np.where(d.decided, (fixed * given).sum(axis=0), 0.0)),
        "variable": ((v.starts.here() * (d.a["start_cost"] * d.decided)).collapse(), none),
        "purchases": (purchases, none),
        "freight": ((v.flow.here() * d.a["freight"]).collapse(), none),
        "tariffs": ((v.flow.here() * d.a["tariff"]).collapse(), none),
        "holding": ((v.stock.here() * d.a["holding"]).collapse(), none),
        "shortfall": ((v.shortfall.here() * price[:, None]).collapse(), none),
    }
    if len(d.fund):
        out["interest"] = (interest(v, d), none)
    return out


def _events(block: Variable, cost: object, d: Instance) -> Sum:
    usd = np.asarray(cost, dtype=float)
    return block.into(1, np.zeros(block.rows), np.arange(block.rows),
                      np.repeat(usd[:, None], d.periods, axis=1).reshape(block.rows, -1)
                      if block.rows else 1.0)  # fmt: skip


def interest(v: Decisions, d: Instance) -> Sum:
    """Cost of what is drawn and not repaid, of funds and of emergency cash."""
    # What is drawn in a period is drawn evenly over it and bears half of its interest.
    held = np.triu(np.ones((d.periods, d.periods)), 1) + 0.5 * np.eye(d.periods)
    upto = held * d.months / 12.0
    rate = d.fund["rate"].to_numpy(dtype=float)
    funds = v.drawn.into(1, np.zeros(len(rate)), np.arange(len(rate)), rate, [upto], 0)
    emergency = float(d.network.setting("emergency_cash_cost"))
    return funds + v.emergency.into(1, [0], [0], emergency, [upto], 0)


def cash(v: Decisions, d: Instance) -> Iterator[Rows]:
    """14: cash carries over; funds are drawn once."""
    if not len(d.fund):
        return
    names = d.fund["fund"].tolist()
    parts = spending(v, d)
    out = total(1, d.periods, [part for part, _ in parts.values()])
    fixed = np.sum([given for _, given in parts.values()], axis=0)
    drawn = v.drawn.here().collapse()
    left = v.cash.here() - v.cash.before(d.first) - drawn - v.emergency.here() + out
    yield _rows(d, "cash", left, "=", -fixed[None, :], ["cash"])
    gather = np.zeros((d.periods, d.periods))
    gather[d.decided, d.first] = 1.0
    where = np.zeros((len(names), d.periods), dtype=bool)
    where[:, d.first] = True
    amount = d.fund["amount"].to_numpy(dtype=float)
    total_drawn = v.drawn.into(len(names), np.arange(len(names)), np.arange(len(names)), 1.0,
                               [gather], 0)  # fmt: skip
    yield Rows("fund", total_drawn, "<=", np.repeat(amount[:, None], d.periods, axis=1), where,
               names)  # fmt: skip


Family = Callable[[Decisions, Instance], Iterator[Rows]]
FAMILIES: tuple[tuple[Family, frozenset[str]], ...] = (
    (added_capacity, frozenset({"capacity"})),
    (orders, frozenset()),
    (use, frozenset({"capacity"})),
    (balance, frozenset()),
    (demand, frozenset({"need"})),
    (contracts, frozenset({"capacity"})),
    (commitments, frozenset({"capacity"})),
    (access, frozenset({"capacity"})),
    (supplies, frozenset({"capacity"})),
    (lanes, frozenset()),
    (limits, frozenset({"capacity"})),
    (cash, frozenset({"capacity"})),
)
"""Every family of constraints, in the order of the mathematics page, and which of the values
that may differ by branch (`waferway.planning.instance.BRANCHED`) its rows read."""


def constraints(v: Decisions, d: Instance) -> Iterator[Rows]:
    """Every constraint of one branch."""
    for family, _ in FAMILIES:
        yield from family(v, d)


def _rows(
    d: Instance,
    name: str,
    left: Sum,
    sense: str,
    right: Array | float,
    subject: list[str],
    *,
    common: bool = False,
) -> Rows:
    """Rows that hold in every decided period."""
    shape = (left.rows, d.periods)
    bound = np.broadcast_to(np.asarray(right, dtype=float), shape)
    return Rows(name, left, sense, bound, np.tile(d.decided, (left.rows, 1)), subject, common)


# -- objective -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Objective:
    """What one branch minimises: a coefficient for every decision, and a constant.

    Attributes
    ----------
    cost : array, shape (decisions,)
        Of decisions of this branch.
    common : array, shape (decisions,)
        Of decisions common to all branches, counted once.
    constant, common_constant : float
    """

    cost: Array
    common: Array
    constant: float
    common_constant: float = 0.0


_COMMON_KINDS = frozenset({"modules", "openings", "activations", "rights", "stakes"})


def objective(
    v: Decisions, d: Instance, name: str = "cost", basis: str = "", value: float = 1.0
) -> Objective:
    """The objective of one branch: expected cost, value, or compute.

    Parameters
    ----------
    name : str
        ``cost``, ``value`` or ``compute``.
    basis : str
        Compute basis, for ``compute``.
    value : float
        nu of the mathematics page: highest value of the demand on the basis.
    """
    shape = v.size
    common, own = np.zeros(shape), np.zeros(shape)
    constant = 0.0
    weight = COST_IN_COMPUTE if name == "compute" else 1.0
    for kind, (part, given) in spending(v, d).items():
        target = common if kind in _COMMON_KINDS else own
        np.add.at(target, part.label, weight * part.value * d.delta[part.cell])
        constant += weight * float((given * d.delta).sum())
    common += weight * _beyond(v, d)
    on_basis = (d.demand["basis"] == basis).to_numpy(dtype=bool)
    worth = d.a["unserved_worth"] * d.delta * d.decided
    if name == "compute":
        worth = np.where(on_basis[:, None], 0.0, worth)
        of = d.serve["demand_index"].to_numpy(dtype=int)
        end = d.years(d.calendar.end)
        psi = np.clip(end - d.calendar.years_from(d.base), 0.0, None) * d.decided
        gain = d.serve["weight"].to_numpy(dtype=float)[:, None] * psi * value
        gain = np.where(on_basis[of][:, None], gain, 0.0)
        own[v.served.offset : v.served.offset + v.served.size] -= gain.ravel()
    if v.unserved.size:
        own[v.unserved.offset : v.unserved.offset + v.unserved.size] += worth.ravel()
    if name == "value":
        constant -= float((worth * d.a["need"]).sum())
    return Objective(own, common, constant)


def objective_like(base: Objective, v: Decisions, d: Instance) -> Objective:
    """The objective `cost` of a branch that differs from `base` only in need and its worth."""
    own = base.cost.copy()
    worth = d.a["unserved_worth"] * d.delta * d.decided
    own[v.unserved.offset : v.unserved.offset + v.unserved.size] = worth.ravel()
    return Objective(own, base.common, base.constant)


def _beyond(v: Decisions, d: Instance) -> Array:
    """Payments after the calendar, less what modules are still worth at its end."""
    out = np.zeros(v.size)
    if not v.orders.size:
        return out
    inside = (d.a["paid"] * d.delta).sum(axis=2)
    change = d.a["worth"] - inside
    at = v.orders.offset
    out[at : at + v.orders.size] += (d.a["net_price"] * change).ravel()
    if len(d.incentive):
        of = d.incentive["module_index"].to_numpy(dtype=int)
        share = d.incentive["share"].to_numpy(dtype=float)[:, None] * d.a["price"][of]
        at = v.earned.offset
        out[at : at + v.earned.size] -= (share * change[of]).ravel()
    return out
