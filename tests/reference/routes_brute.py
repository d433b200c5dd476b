"""Routes of the small world in `tests/studies/route_networks.py`, by trying everything.

Written from the page of routes alone: each way to invest is tried in each year, and what is left
of the money is spent by a small linear program. No code is shared with the planner.
"""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.optimize import linprog

YEARS = (2026, 2027, 2028)
END = dt.date(2029, 1, 1)


@dataclass(frozen=True)
class World:
    """Prices, volumes a month, and dates of the small world."""

    money: float = 1000.0
    rent: float = 25.0
    buy: float = 40.0
    wafer: float = 18.0
    toll: float = 12.0
    right: float = 200.0
    module: float = 300.0
    partner: float = 350.0
    maker: float = 900.0
    module_days: int = 365
    right_days: int = 0
    stake_days: int = 0
    volumes: dict[str, float] = field(
        default_factory=lambda: {"rent": 5.0, "buy": 4.0, "wafer": 4.0}
    )


def years_left(year: int) -> float:
    """Compute-years that a chip of a year gives until the end, counted from the middle day."""
    first, after = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
    middle = first + dt.timedelta(days=(after - first).days // 2)
    return (END - middle).days / 365.25


def share(year: int, since: dt.date) -> float:
    """Share of the days of a year on or after a day."""
    first, after = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
    return min(1.0, max(0.0, (after - since).days / (after - first).days))


def best(world: World, route: str) -> tuple[float, float]:
    """(objective, compute by the end) of the best plan of one route."""
    found = (0.0, 0.0)
    for right, stake, modules in _choices(route):
        value = _value(world, route, right, stake, modules)
        if value is not None and value[0] > found[0]:
            found = value
    return found


def _choices(route: str):
    once = [None, *YEARS]
    rights = once if route in ("fabless", "partner", "own", "acquire") else [None]
    late = [None, 2027, 2028] if route == "acquire" else once
    stakes = late if route in ("partner", "acquire") else [None]
    builds = itertools.product(range(4), repeat=3) if route == "own" else [(0, 0, 0)]
    return itertools.product(rights, stakes, [b for b in builds if sum(b) <= 3])


def _value(world, route, right, stake, modules):
    spent, left = 0.0, 0.0
    opens = [0.0] * 3
    if right is not None:
        spent += world.right
        since = dt.date(right, 1, 1) + dt.timedelta(days=world.right_days)
        opens = [share(y, since) for y in YEARS]
    line = [0.0] * 3
    if stake is not None:
        spent += world.partner if route == "partner" else world.maker
        size = 0.4 * 3 if route == "partner" else 3
        since = dt.date(stake, 1, 1) + dt.timedelta(days=world.stake_days)
        line = [size * 12 * share(y, since) for y in YEARS]
    for year, count in zip(YEARS, modules, strict=True):
        since = dt.date(year, 1, 1) + dt.timedelta(days=world.module_days)
        spent += count * world.module
        line = [a + count * 2 * 12 * share(y, since) for a, y in zip(line, YEARS, strict=True)]
        remaining = max(0.0, min(3.0, 3.0 - (END - since).days / 365.25))
        left += count * world.module * remaining / 3.0
    if spent > world.money + 1e-9:
        return None
    kinds = {  # weight, cost of one, whether it needs the right, which capacity it draws on
        "rent": [(1, world.rent, False, "rent")],
        "buy": [(2, world.buy, False, "buy")],
        "reserve": [(2, world.wafer + world.toll, False, "wafer")],
        "fabless": [(3, world.wafer, True, "wafer")],
        "partner": [(3, 0.0, True, "line"), (2, world.toll, False, "line")],
        "own": [(3, 2.0, True, "line"), (2, 2.0 + world.toll, False, "line")],
        "acquire": [(3, 0.0, True, "line"), (2, world.toll, False, "line")],
    }[route]
    gain, cost, cap_rows, caps, upper = [], [], [], [], []
    for k, (weight, price, needs, draws) in enumerate(kinds):
        for t, year in enumerate(YEARS):
            room = line[t] if draws == "line" else 12 * world.volumes[draws]
            gain.append(100 * years_left(year) * weight - 1e-3 * price)
            cost.append(price)
            upper.append(room if not needs else opens[t] * _most(world, route))
            if k == 0:
                row = np.zeros(len(kinds) * 3)
                row[t::3] = 1.0
                cap_rows.append(row)
                caps.append(room)
    done = linprog(
        -np.array(gain), A_ub=np.vstack([np.array(cost)[None, :], *[r[None, :] for r in cap_rows]]),
        b_ub=np.array([world.money - spent, *caps]), bounds=[(0, u) for u in upper],
    )  # fmt: skip
    if not done.success:
        return None
    weights = np.repeat([k[0] for k in kinds], 3)
    return -done.fun - 1e-3 * (spent - left), float(weights @ done.x)


def _most(world: World, route: str) -> float:
    """Capacity that a recipe with a right can have at most in a year."""
    return {"fabless": 48.0, "partner": 14.4, "own": 72.0, "acquire": 36.0}[route]


def ahead(
    world: World, route: str, prices: tuple[str, ...], factor: float, rival: float, *, leads: bool
) -> bool:
    """Whether a route at a factor on its prices ranks before a rival."""
    moved = replace(world, **{name: getattr(world, name) * factor for name in prices})
    mine = best(moved, route)[1]
    return mine >= rival if leads else mine > rival
