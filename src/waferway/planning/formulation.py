"""The model, stated once: every family of constraints, in the order of the mathematics page.

Owns the translation of `docs/mathematics.md` into sums; each function is one numbered paragraph
of that page. Capacity stands in `capacity_rows`, money in `spending`. Refuses solvers
(`solving`) and branches (`extensive`): it states one branch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from waferway.errors import RangeError
from waferway.planning.capacity_rows import access, added_capacity, capacity, orders, rows_of, use
from waferway.planning.decisions import Decisions
from waferway.planning.instance import Array, Instance
from waferway.planning.selected import selected
from waferway.planning.spending import module_payments, spending
from waferway.planning.sums import Rows, Sum, total

__all__ = ["FAMILIES", "constraints"]


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
    yield rows_of(
        d,
        "balance",
        v.stock.here() - v.stock.before(d.first) - made + taken - arrived + left - bought + served
        + v.scrap.here(),
        "=",
        right,
        labels,
    )  # fmt: skip
    cover = float(d.network.setting("stock_cover_months"))
    yield rows_of(d, "cover", v.stock.here() - (taken + left + served) * (cover / d.months), "<=",
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
    yield rows_of(d, "payment", v.payment.here() - owed, ">=", 0.0, names)
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
        return module_payments(v, d, keep), nothing
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
    yield rows_of(d, "cash", left, "=", -fixed[None, :], ["cash"])
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
