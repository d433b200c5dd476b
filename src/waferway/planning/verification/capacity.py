"""Capacity: modules, openings, retirement, exchange, orders, power and water (families 1-3, 12)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from waferway.planning.verification.decisions import Decisions
from waferway.planning.verification.reading import (
    MONTH_DAYS,
    YEAR_DAYS,
    Values,
    ordinal,
)
from waferway.planning.verification.result import Findings
from waferway.planning.verification.structure import Structure

__all__ = ["Build", "Capacity", "Orders"]

Floats = NDArray[np.float64]


def text(cell: Any) -> str:
    """A text cell; "" for a missing one."""
    return cell if isinstance(cell, str) else ""


class Build:
    """Average capacity of one module over the days of each period, by day of order."""

    def __init__(self, structure: Structure, values: Values) -> None:
        frame = structure.network.table("module")
        self.names = list(frame.index)
        self.row = {name: row for row, name in enumerate(self.names)}
        self.line = [structure.line_row[line] for line in frame["line"]]
        gives = [text(line) for line in frame["exchange_line"]]
        self.exchange_line = [structure.line_row.get(line, -1) for line in gives]
        self.exchange = values.plain("module", "exchange_per_unit")
        self.size = values.plain("module", "size")
        self.lead = values.plain("module", "lead_days")
        self.life = values.plain("module", "life_years")
        self.ramp = [values.step("module", "ramp", name) for name in self.names]
        self.clock = structure.clock

    def ramped(self, module: int, day: float) -> Floats:
        """With the ramp; shape (T,)."""
        return self._average(module, day, self.ramp[module])

    def full(self, module: int, day: float) -> Floats:
        """With a ramp of 1; shape (T,)."""
        return self._average(module, day, [(0.0, 1.0)])

    def _average(self, module: int, day: float, ramp: list[tuple[float, float]]) -> Floats:
        first = day + self.lead[module]
        last = first + self.life[module] * YEAR_DAYS
        out = np.zeros(self.clock.size)
        for index, (age, share) in enumerate(ramp):
            until = ramp[index + 1][0] if index + 1 < len(ramp) else np.inf
            low = first + age * MONTH_DAYS
            out += share * self.clock.share(low, min(last, first + until * MONTH_DAYS))
        capacity: Floats = self.size[module] * out
        return capacity


class Orders:
    """Orders of a plan and of history, and the capacity they give to lines; shape (lines, T)."""

    def __init__(self, structure: Structure, build: Build, decisions: Decisions) -> None:
        clock, lines = structure.clock, len(structure.line_names)
        self.n = decisions.dense("orders", "orders", "", [(name,) for name in build.names])
        self.added = np.zeros((lines, clock.size))
        self.ordered = np.zeros((lines, clock.size))
        self.past = np.zeros(len(build.names))
        for module, period in np.argwhere(self.n != 0):
            self._book(self.added, build, module, clock.start[period], self.n[module, period])
        outturn = structure.network.table("outturn")
        for measure, subject, when, quantity in zip(
            outturn["measure"], outturn["subject"], outturn["period"], outturn["quantity"],
            strict=True,
        ):  # fmt: skip
            if measure == "orders" and subject in build.row:
                module = build.row[subject]
                self.past[module] += quantity
                self._book(self.ordered, build, module, ordinal(when, np.nan), quantity)
        self.largest = np.abs(self.added) + np.abs(self.ordered)

    @staticmethod
    def _book(out: Floats, build: Build, module: int, day: float, count: float) -> None:
        out[build.line[module]] += count * build.ramped(module, day)
        if build.exchange_line[module] >= 0:
            out[build.exchange_line[module]] -= (
                count * build.exchange[module] * build.full(module, day)
            )


class Capacity:
    """Capacity of every line in one branch, and the rows about it."""

    def __init__(
        self,
        structure: Structure,
        values: Values,
        decisions: Decisions,
        build: Build,
        orders: Orders,
    ) -> None:
        self.structure, self.values, self.decisions = structure, values, decisions
        self.build, self.orders = build, orders
        clock = structure.clock
        self.existing = values("line", "capacity").copy()
        self.retired = decisions.dense(
            "retirements", "retired", "", [(name,) for name in structure.line_names]
        )
        site = structure.network.table("site")
        opens = ~np.isnan(site["opening_usd"].to_numpy(dtype=float))
        self.site_row = {name: row for row, name in enumerate(site.index)}
        self.opened = decisions.dense("openings", "opened", "", [(name,) for name in site.index])
        days = values.plain("site", "opening_days")
        self.opens = opens
        self.theta = np.ones((len(structure.line_names), clock.size))
        self.needs_opening = np.zeros(len(structure.line_names), dtype=bool)
        for row, name in enumerate(structure.line_site):
            at = self.site_row.get(text(name), -1)
            if at >= 0 and opens[at]:
                self.needs_opening[row] = True
                self.theta[row] = sum(
                    (self.opened[at, t] * clock.share(clock.start[t] + days[at])
                     for t in np.flatnonzero(self.opened[at])),
                    np.zeros(clock.size),
                )  # fmt: skip
        # A line of another party has no capacity of the plan's own: it serves through offers,
        # and through stakes taken, which are use and not capacity.
        own = structure.own[:, None]
        self.held = np.where((self.theta == 0) | ~own, 0.0, self.existing * self.theta)
        self.ordered = np.where(own, orders.ordered, 0.0)
        self.added = orders.added - self.retired
        self.staked = self._stakes()
        self.total = self.held + self.ordered + self.added
        self.largest = np.maximum(np.abs(self.held), np.maximum(orders.largest, self.retired))

    def _stakes(self) -> Floats:
        """Capacity of the lines of others, from stakes on offer that the plan takes."""
        structure, clock = self.structure, self.structure.clock
        frame = structure.network.table("stake")
        out = np.zeros_like(self.existing)
        if not structure.party:
            return out
        lead = self.values.plain("stake", "lead_days")
        for (key,), taken in self.decisions.get("stakes", "taken").items():
            if key not in frame.index:
                continue
            row = frame.index.get_loc(key)
            held = sum(
                (taken[t] * clock.share(clock.start[t] + lead[row]) for t in np.flatnonzero(taken)),
                np.zeros(clock.size),
            )
            owned, share = frame["owned"].iloc[row], float(frame["share"].iloc[row])
            for line, name in enumerate(structure.line_names):
                if structure.own[line]:
                    continue
                if owned in (name, structure.line_site[line]) or structure.owned(
                    structure.line_party[line], owned
                ):
                    out[line] += share * self.existing[line] * held
        return out

    def check(self, findings: Findings, branch: str) -> None:
        """Families 1, 2 and 12, and the plan's own table of capacity."""
        structure, decided = self.structure, self.decisions.decided
        names = structure.line_names
        stands = self.existing + self.orders.ordered + self.added
        least = np.where(structure.own[:, None], self.total, stands)
        findings.compare("capacity", names, least, ">=", 0.0,
                         "capacity of a line may not be negative", branch=branch,
                         scale=self.largest, where=decided[None, :])  # fmt: skip
        self._table(findings, branch)
        may = structure.network.table("line")["may_retire"].to_numpy(dtype=bool)
        before = np.concatenate([np.zeros((len(names), 1)), self.retired[:, :-1]], axis=1)
        findings.compare("retirement", names, before, "<=", self.retired,
                         "capacity retired once stays retired", branch=branch,
                         where=decided[None, :])  # fmt: skip
        most = np.where(may[:, None], self.existing, 0.0)
        findings.compare("retirement", names, self.retired, "<=", most,
                         "retired capacity against existing capacity that may be given up",
                         branch=branch, where=decided[None, :])  # fmt: skip
        self._site_limit(findings, branch, "power", "mw_per_unit", "power_mw")
        self._site_limit(findings, branch, "water", "water_per_unit", "water_m3")

    def _table(self, findings: Findings, branch: str) -> None:
        names = self.structure.line_names
        keys = [(name,) for name in names]
        mine = {
            "capacity": self.total, "existing": self.held, "ordered": self.ordered,
            "added": self.added,
        }  # fmt: skip
        for column, right in mine.items():
            left = self.decisions.dense("capacity", column, branch, keys)
            findings.compare("capacity", names, left, "==", right,
                             f"column {column} of the plan's capacity table", branch=branch,
                             scale=self.largest)  # fmt: skip

    def _site_limit(
        self, findings: Findings, branch: str, row: str, per_unit: str, limit: str
    ) -> None:
        sites = list(self.site_row)
        if not sites:
            return
        used = self.values.plain("line", per_unit)[:, None] * self.total
        total = np.zeros((len(sites), self.structure.clock.size))
        for line, site in enumerate(self.structure.line_site):
            if text(site):
                total[self.site_row[site]] += used[line]
        most = self.values("site", limit)
        where = ~np.isnan(most) & self.decisions.decided[None, :]
        findings.compare(row, sites, total, "<=", most, f"{row} of a site against its limit",
                         branch=branch, where=where)  # fmt: skip

    def yearly(self) -> Floats:
        """Most orders in the calendar year of each period; infinite if unknown; (modules, T)."""
        clock = self.structure.clock
        most = np.full((len(self.build.names), clock.size), np.inf)
        rate = self.values("module", "orders_per_year")
        for year in np.unique(clock.year):
            at = clock.year == year
            some = ~np.isnan(rate[:, at])
            known = some.any(axis=1)
            mean = np.where(some, rate[:, at], 0.0).sum(axis=1)[known] / some.sum(axis=1)[known]
            most[np.ix_(known, at)] = np.floor(mean + 1e-9)[:, None]
        return most

    def check_orders(self, findings: Findings, branch: str) -> None:
        """Family 3."""
        structure, clock, n = self.structure, self.structure.clock, self.orders.n
        names = self.build.names
        frame = structure.network.table("module")
        if not names:
            return
        early = np.array([ordinal(v, -np.inf) for v in frame["earliest"]])
        late = np.array([ordinal(v, np.inf) for v in frame["latest"]])
        outside = (clock.start < early[:, None]) | (clock.start > late[:, None])
        findings.compare("orders_window", names, n, "==", 0.0,
                         "orders outside `earliest` to `latest`", branch=branch,
                         where=outside)  # fmt: skip
        most = self.yearly()
        for year in np.unique(clock.year):
            at = clock.year == year
            findings.compare("orders_per_year", [f"{name} in {year}" for name in names],
                             n[:, at].sum(axis=1), "<=", most[:, at][:, 0],
                             "orders in a calendar year", branch=branch)  # fmt: skip
        total = frame["total"].to_numpy(dtype=float)
        findings.compare("orders_total", names, n.sum(axis=1), "<=", total - self.orders.past,
                         "orders against `total` less those of history", branch=branch,
                         where=~np.isnan(total))  # fmt: skip
        bound = np.minimum(np.where(np.isnan(total), np.inf, total)[:, None], most)
        opened = np.cumsum(self.opened, axis=1)
        for module, line in enumerate(self.build.line):
            at = self.site_row.get(text(structure.line_site[line]), -1)
            if at >= 0 and self.opens[at]:
                with np.errstate(invalid="ignore"):
                    right = np.where(opened[at] == 0, 0.0, bound[module] * opened[at])
                findings.compare("opening", [names[module]], n[module][None], "<=", right[None],
                                 "orders at a site that must be opened first",
                                 branch=branch)  # fmt: skip

    def check_once(self, findings: Findings) -> None:
        """Openings, activations, rights and stakes happen at most once."""
        for table, column in (("openings", "opened"), ("activations", "activated"),
                              ("rights", "bought"), ("stakes", "taken")):  # fmt: skip
            for (key,), taken in self.decisions.get(table, column).items():
                findings.compare("once", [key], np.array([taken.sum()]), "<=", 1.0,
                                 f"{table} happen at most once")  # fmt: skip
        for table, of, last in (("rights", "right", ""), ("stakes", "stake", "until_date")):
            frame = self.structure.network.table(of)
            column = {"rights": "bought", "stakes": "taken"}[table]
            for (key,), taken in self.decisions.get(table, column).items():
                if not self.structure.party:
                    findings.say("exists", key, f"the system view takes no {table}")
                elif key in frame.index:
                    start = self.structure.clock.start
                    outside = start < ordinal(frame.at[key, "from_date"], -np.inf)
                    if last:
                        outside |= start > ordinal(frame.at[key, last], np.inf)
                    findings.compare(f"{of}_window", [key], taken[None], "==", 0.0,
                                     f"{table} outside their window",
                                     where=outside[None])  # fmt: skip
        for (key,), taken in self.decisions.get("openings", "opened").items():
            if key in self.site_row and not self.opens[self.site_row[key]] and taken.any():
                findings.say("exists", key, "the site has no opening cost, so nothing opens it")
