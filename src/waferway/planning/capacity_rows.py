"""Capacity: what orders bring, how many there may be, what starts may use.

Owns paragraphs 1 to 4 and 11 of the mathematics page.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from waferway.planning.decisions import Decisions, growing_lines
from waferway.planning.instance import Array, Instance
from waferway.planning.lookups import lines_of
from waferway.planning.sums import Rows, Sum, Variable, total

__all__ = ["access", "added_capacity", "capacity", "orders", "rows_of", "stake_capacity", "use"]


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
    yield rows_of(d, "added", v.added.here() - brings + gives + v.retired.here(), "=", 0.0, names,
                common=True)  # fmt: skip
    some, given = capacity(v, d)
    # A line that can lose capacity must not lose more than it has; existing capacity may
    # differ by branch, so this is a row of each branch.
    yield rows_of(d, "capacity", some.take(growing), ">=", -given[growing], names)
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
        left = v.orders.here().take(shut) - opened * most[:, None]
        at_site = [names[b] for b in shut]
        yield rows_of(d, "orders at open sites", left, "<=", 0.0, at_site, common=True)
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
    yield rows_of(d, "earned by orders", v.earned.here() - v.orders.here().take(of), "<=", 0.0,
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
    yield rows_of(d, "use", (used - there * d.months).take(busy), "<=", right[busy],
                [names[i] for i in busy])  # fmt: skip
    foreign = np.setdiff1d(np.unique(lines), owned)
    if len(foreign):
        whole = (d.a["capacity"] + d.a["ordered"]) * d.months
        yield rows_of(d, "use of the line", used.take(foreign), "<=", whole[foreign],
                    [names[i] for i in foreign])  # fmt: skip
        supply = _bought_capacity(v, d)
        yield rows_of(d, "use of what is bought", (used - supply).take(foreign), "<=", 0.0,
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
        yield rows_of(d, "shared use", drawn - all_there, "<=", limit, labels)


def _bought_capacity(v: Decisions, d: Instance) -> Sum:
    """Capacity of others' lines that offers and stakes give, per line."""
    lines = len(d.line)
    of = d.offer["line_index"].to_numpy(dtype=int)
    steps = d.purchase["offer_index"].to_numpy(dtype=int)
    on_line = np.flatnonzero(of[steps] >= 0) if len(steps) else np.array([], dtype=int)
    parts = [v.purchase.into(lines, of[steps[on_line]], on_line)]
    parts += [part * d.months for part in stake_capacity(v, d)]
    return total(lines, d.periods, parts)


def stake_capacity(v: Decisions, d: Instance) -> list[Sum]:
    """Capacity of others' lines that each stake on offer gives once taken: (lines, T) each."""
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
        yield rows_of(d, "activation", used - active * (most[gated] * d.months), "<=", 0.0,
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
        yield rows_of(d, "right", used - right * bound, "<=", (held * bound)[None, :], [labels[a]])


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


def rows_of(
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
