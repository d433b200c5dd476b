"""Small random networks that together use every part of docs/mathematics.md.

One seed gives one network. Each feature draws from a stream of its own, so a feature can be left
out without changing the rest: that is how a disagreement is made smaller.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st

from waferway.calendar import Calendar, day
from waferway.network.network import Network
from waferway.streams import stream

__all__ = ["FEATURES", "Case", "cases", "generate"]

STEPS: dict[str, tuple[str, Any, str]] = {
    "months": ("2025-01", "month", "2025-07"),
    "quarters": ("2025Q1", "quarter", "2026Q2"),
    "halves": ("2025H1", "half", "2027H1"),
    "years": ("2025", "year", "2028"),
    "mixed": ("2025-01", [("month", "2025-03"), ("quarter", "2025Q4"), ("year", "2027")], "2027"),
}
SITES = ("s-tw", "s-us", "s-kr")


@dataclass
class Case:
    """A network and how to plan it.

    Attributes
    ----------
    tables, settings : dict
        What `Network.build` takes.
    arguments : dict
        For `waferway.plan`: step, objective, budget_usd, party.
    calendar : Calendar
        The calendar that the page asks for.
    now : date or None
        Last day of history.
    features : set of str
        Which features the network has.
    """

    seed: int
    tables: dict[str, list[dict[str, Any]]]
    settings: dict[str, Any]
    arguments: dict[str, Any]
    calendar: Calendar
    now: dt.date | None
    features: set[str] = field(default_factory=set)

    def network(self) -> Network:
        """Build and check the network."""
        return Network.build(self.tables, self.settings)


class Maker:
    """Draws one network, feature by feature."""

    def __init__(self, seed: int, without: Collection[str]) -> None:
        self.seed, self.without = seed, without
        self.tables: dict[str, list[dict[str, Any]]] = {}
        self.settings: dict[str, Any] = {}
        self.arguments: dict[str, Any] = {}
        self.features: set[str] = set()
        self.random = self.stream("network")

    def stream(self, purpose: str) -> np.random.Generator:
        return stream(self.seed, "planning networks", purpose)

    def has(self, feature: str, chance: float) -> bool:
        """Draw whether a feature is in; its own stream follows."""
        if feature in self.features:
            return True
        self.random = self.stream(feature)
        drawn = self.random.random() < chance
        if drawn and feature not in self.without:
            self.features.add(feature)
            return True
        return False

    def add(self, table: str, /, **cells: Any) -> dict[str, Any]:
        self.tables.setdefault(table, []).append(cells)
        return cells

    def row(self, table: str, name: str) -> dict[str, Any]:
        return next(row for row in self.tables[table] if row["name"] == name)

    def names(self, table: str) -> list[str]:
        return [row["name"] for row in self.tables.get(table, [])]

    def between(self, low: float, high: float, digits: int = 3) -> float:
        return round(float(self.random.uniform(low, high)), digits)

    def pick(self, *choices: Any) -> Any:
        return choices[int(self.random.integers(len(choices)))]

    def date(self, low: float = 0.1, high: float = 0.9) -> dt.date:
        """A day inside the calendar."""
        days = (self.calendar.end - self.calendar.start).days
        return self.calendar.start + dt.timedelta(days=int(days * self.random.uniform(low, high)))

    def window(self) -> dict[str, dt.date]:
        """A window that opens or closes inside the calendar, or both."""
        kind = self.pick("from", "to", "both")
        first, last = sorted([self.date(), self.date()])
        return {
            "from": {"from_date": first},
            "to": {"to_date": last},
            "both": {"from_date": first, "to_date": last + dt.timedelta(days=40)},
        }[kind]

    def dated(
        self, table: str, key: str, column: str, low: float, high: float, branch: str = ""
    ) -> None:
        """Two or three dated values of a cell."""
        periods = [span.label for span in self.calendar]
        extra = [self.date().isoformat(), f"{self.date().year}-{self.date().month:02d}"]
        wanted = {str(self.random.choice([*periods[1:], *extra])) for _ in range(2)}
        for label in sorted(wanted):
            self.profile(table, key, column, self.between(low, high), period=label, branch=branch)

    def profile(self, table: str, key: str, column: str, value: float, /, **cells: Any) -> None:
        given: dict[str, Any] = {"value": value}
        if self.random.random() < 0.2:  # an interval without a central value: its midpoint
            given = {"low": 0.75 * value, "high": 1.25 * value}
            if column in ("ramp", "survival", "good_fraction", "payments", "share"):
                given = {"value": value}
        since = day(cells["period"]) if "period" in cells else None
        for row in self.tables.get("profile", []):  # one value of a cell on one day
            cell = (row["table"], row["key"], row["column"], row.get("branch"))
            same = cell == (table, key, column, cells.get("branch"))
            if same and since is not None and "period" in row and day(row["period"]) == since:
                return
        self.add("profile", table=table, key=key, column=column, **given, **cells)

    # -- time -----------------------------------------------------------------------------------

    def time(self) -> None:
        name = self.pick(*STEPS)
        if not self.has("calendar", 0.75):
            name = "quarters"
        start, step, until = STEPS[name]
        self.arguments |= {"start": start, "step": step, "until": until}
        self.calendar = Calendar.build(start, step, "" if isinstance(step, list) else until)
        warm = tail = 0
        if name in ("months", "quarters") and self.has("edges", 0.3):
            width = {"months": 1, "quarters": 3}[name]
            warm, tail = (int(self.random.integers(0, 3)) * width for _ in range(2))
            self.settings |= {"warmup_months": warm, "tail_months": tail}
            first = _months_later(self.calendar.start, -warm)
            last = _months_later(self.calendar.end, tail) - dt.timedelta(days=1)
            self.calendar = Calendar.build(first, step, last.isoformat())
        self.now: dt.date | None = None
        if warm:  # nothing is history: the warm-up is planned
            self.now = self.calendar.start - dt.timedelta(days=1)
            self.settings["now"] = self.now
        if self.has("history", 0.35):
            days = (self.calendar[int(self.random.integers(0, 2))].end).toordinal() - 1
            if self.random.random() < 0.3:
                days += int(self.random.integers(1, 20))
            self.now = dt.date.fromordinal(days)
            self.settings["now"] = self.now
        self.settings["discount_rate"] = self.pick(0.0, 0.05, 0.08, 0.2)
        self.settings["stock_cover_months"] = self.pick(0.0, 1.0, 3.0, 6.0)
        if self.has("base date", 0.2):
            self.settings["base_date"] = self.date(0.0, 0.5)

    # -- what makes what ------------------------------------------------------------------------

    def chain(self) -> None:
        add = self.add
        for name, kind, country in (
            ("fab", "foundry", "TW"),
            ("osat", "packager", "KR"),
            ("mem", "memory", "KR"),
            ("nv", "designer", "US"),
            ("holdco", "investor", "US"),
            ("lab", "lab", "US"),
            ("trader", "other", "US"),
        ):
            add("party", name=name, kind=kind, country=country)
        self.row("party", "lab")["parent"] = "holdco"
        add("site", name="s-tw", party="fab", country="TW")
        add("site", name="s-us", party="fab", country="US")
        add("site", name="s-kr", party="osat", country="KR")
        for name in ("n5", "dram", "pack", "test"):
            family = {"n5": "logic", "dram": "dram", "pack": "packaging", "test": "test"}[name]
            add("technology", name=name, capacity_unit="wafers/month", family=family)
        for name, kind in (
            ("gas", "material"),
            ("die", "die"),
            ("bin", "die"),
            ("hbm", "stack"),
            ("pkg", "package"),
            ("pkg2", "package"),
        ):
            add(
                "item", name=name, unit=f"{kind}s" if kind != "material" else "units", kind=kind,
                holding_usd=self.between(0, 0.5), value_usd=self.between(1, 40),
                power_kw=self.between(0.2, 2),
            )  # fmt: skip
        days = (0.0, 10.5, 20.0, 45.0, 84.0, 100.0)
        add("recipe", name="die-a", technology="n5", cycle_days=self.pick(*days),
            capacity_per_start=self.pick(1.0, 0.8), variable_usd=self.between(0, 10))  # fmt: skip
        add("recipe", name="hbm-a", technology="dram", cycle_days=self.pick(*days),
            variable_usd=self.between(0, 5))  # fmt: skip
        add("recipe", name="pkg-a", technology="pack", cycle_days=self.pick(*days),
            variable_usd=self.between(0, 3))  # fmt: skip
        add("recipe", name="pkg-b", technology="pack", cycle_days=self.pick(*days[:3]),
            capacity_per_start=self.pick(1.0, 1.4), variable_usd=self.between(0, 3))  # fmt: skip
        self.part("die-a", "out", "die", 2, 6, good_fraction=self.between(0.5, 0.95))
        self.part("hbm-a", "out", "hbm", 1, 4, good_fraction=self.between(0.7, 1))
        self.part("pkg-a", "in", "die", 1, 1.5)
        self.part("pkg-a", "in", "hbm", 1, 2)
        self.part("pkg-a", "out", "pkg", 1, 1, good_fraction=self.between(0.8, 1))
        self.part("pkg-b", "in", "die", 1, 1.2)
        self.part("pkg-b", "out", "pkg2", 1, 1)
        self.line("l-n5", "s-tw", "n5", "fab", 4, 15)
        self.line("l-pack", "s-kr", "pack", "osat", 10, 40)
        self.line("l-dram", self.pick("", "s-kr"), "dram", "mem", 8, 20)
        add("lane", from_place="any", to_place="any", what="any", days=self.pick(0.0, 5.0, 14.0),
            freight_usd=self.between(0, 1))  # fmt: skip
        add("weight", basis="h100e", item="pkg", weight=1.0)
        add("weight", basis="h100e", item="pkg2", weight=self.between(0.3, 0.8))
        self.demand("d-main", 15, 50, 40, 120, basis="h100e")

    def part(self, recipe: str, role: str, item: str, low: float, high: float, **cells) -> None:
        self.add("recipe_item", recipe=recipe, role=role, item=item,
                 quantity_per_start=self.between(low, high), **cells)  # fmt: skip

    def line(
        self, name: str, site: str, technology: str, party: str, low: float, high: float
    ) -> None:
        self.add(
            "line", name=name, site=site or None, technology=technology, party=party,
            capacity=self.between(low, high), fixed_usd=self.between(0, 4),
            variable_usd=self.between(0, 4), mw_per_unit=self.between(0.1, 1),
            water_per_unit=self.between(1, 9),
        )  # fmt: skip

    def demand(
        self, name: str, low: float, high: float, cheap: float, dear: float, **cells: Any
    ) -> None:
        self.add("demand", name=name, quantity=self.between(low, high),
                 value_usd=self.between(cheap, dear), **cells)  # fmt: skip

    def more_recipes(self) -> None:
        if self.has("gas", 0.5):
            self.part("die-a", "in", "gas", 0.5, 2)
            self.offer("o-gas", "gas", "s-tw", 0.5, 3, steps=self.pick(1, 2, 3))
        if self.has("by-product", 0.4):
            self.part("die-a", "out", "bin", 0.5, 2, good_fraction=self.between(0.5, 1))
            parts = self.tables["recipe_item"]
            taken = [p for p in parts if (p["recipe"], p["role"]) == ("pkg-b", "in")]
            if self.pick(True, False):
                taken[0]["item"] = "bin"
        if self.has("second recipe", 0.4):
            self.add("recipe", name="die-b", technology="n5", cycle_days=self.between(0, 95, 1),
                     variable_usd=self.between(0, 10), **self.window())  # fmt: skip
            self.part("die-b", "out", "die", 2, 5)
            if self.pick(True, False):
                self.part("die-b", "out", "pkg2", 0.2, 0.5)
        if self.has("designers", 0.4):
            for recipe in ("die-a", "pkg-a", "pkg-b"):
                self.row("recipe", recipe)["party"] = self.pick("nv", "lab", None)
        if self.has("second fab", 0.5):
            self.line("l-n5-us", "s-us", "n5", "fab", 2, 8)
        if self.has("second packager", 0.5):
            self.line("l-pack-tw", "s-tw", "pack", "fab", 5, 20)
        if self.has("further pool", 0.35):
            self.line("l-test", "s-kr", "test", "osat", 5, 20)
            self.add("recipe_use", recipe=self.pick("pkg-a", "pkg-b"), technology="test",
                     capacity_per_start=self.between(0.3, 0.8))  # fmt: skip
        if self.has("further use of a main pool", 0.15):
            self.add("recipe_use", recipe="die-a", technology="pack", capacity_per_start=0.3)
            if "second packager" not in self.features:
                self.line("l-pack-tw", "s-tw", "pack", "fab", 5, 20)
        if self.has("recipes by line", 0.4):
            lines = [r["name"] for r in self.tables["line"] if r["technology"] == "n5"]
            for line in lines[: self.pick(1, 2)]:
                extra = self.window() if self.random.random() < 0.3 else {}
                self.add("line_recipe", line=line, recipe="die-a",
                         good_fraction=self.between(0.6, 1),
                         cycle_days=self.pick(None, 30.0, 91.0), **extra)  # fmt: skip
                if self.pick(True, False):
                    self.dated("line_recipe", f"{line}/die-a", "good_fraction", 0.6, 1)
        if self.has("recipe windows", 0.2):
            recipe = self.pick("die-a", "pkg-a", "pkg-b", "hbm-a")
            self.row("recipe", recipe).update(self.window())
        if self.has("dated values", 0.6):
            for _ in range(3):
                self.dated(*self.pick(
                    ("line", "l-n5", "capacity", 3, 15),
                    ("line", "l-pack", "capacity", 10, 40),
                    ("line", "l-n5", "fixed_usd", 0, 5),
                    ("line", "l-dram", "variable_usd", 0, 5),
                    ("recipe", "die-a", "variable_usd", 0, 10),
                    ("recipe_item", "die-a/out/die", "quantity_per_start", 2, 6),
                    ("recipe_item", "die-a/out/die", "good_fraction", 0.4, 1),
                    ("recipe_item", "pkg-a/in/hbm", "quantity_per_start", 1, 2),
                    ("item", "die", "value_usd", 1, 40),
                    ("lane", "any/any/any", "freight_usd", 0, 2),
                    ("lane", "any/any/any", "tariff", 0, 0.3),
                ))  # fmt: skip
        if self.has("activation", 0.4):
            usd = self.between(50, 800)
            recipes = self.names("recipe")
            chosen = {self.pick(*recipes) for _ in range(2)}
            for recipe in sorted(chosen):
                self.row("recipe", recipe)["activation_usd"] = usd
            if self.pick(True, False):
                for recipe in sorted(chosen | {self.pick(*recipes)}):
                    self.row("recipe", recipe)["reuse_group"] = "shared"

    # -- capacity -------------------------------------------------------------------------------

    def investment(self) -> None:
        if self.has("module", 0.8):
            self.module("m-n5", "l-n5", 2, 8)
        if self.has("second module", 0.5):
            self.module("m-pack", "l-pack", 5, 20)
            if self.pick(True, False):
                self.module("m-pack-big", "l-pack", 20, 30)
        if self.has("conversion", 0.35):
            target = self.pick("l-pack", "l-dram")
            self.module("m-convert", target, 2, 8)
            self.row("module", "m-convert").update(
                exchange_line="l-n5", exchange_per_unit=self.between(0.1, 0.8), capex_usd=50.0
            )
        if self.has("opening", 0.4):
            if "second fab" not in self.features:
                self.line("l-n5-us", "s-us", "n5", "fab", 2, 8)
            self.module("m-us", "l-n5-us", 2, 8)
            self.row("site", "s-us").update(
                opening_usd=self.between(50, 1500), opening_days=self.pick(0.0, 30.0, 100.5)
            )
        if self.has("retirement", 0.4):
            for line in self.names("line"):
                if self.pick(True, False):
                    row = self.row("line", line)
                    row["may_retire"] = True
                    row["fixed_usd"] = self.between(5, 60)
        if self.has("power and water", 0.35):
            site = self.pick(*SITES)
            power, water = self.peak(site, "mw_per_unit"), self.peak(site, "water_per_unit")
            self.row("site", site)["power_mw"] = power + self.between(0, 2)
            self.row("site", site)["water_m3"] = water + self.between(0, 20)
            if self.pick(True, False):
                self.dated("site", site, "power_mw", power, power + 3)
        if self.has("incentive", 0.4):
            place = self.pick("TW", "US", "KR", "s-tw", "s-kr")
            window = self.window() if self.pick(True, False) else {}
            self.add("incentive", name="i-open", place=place,
                     share_of_capex=self.between(0.05, 0.4), **window)  # fmt: skip
        if self.has("capped incentive", 0.4):
            for number in range(self.pick(1, 2)):
                self.add(
                    "incentive", name=f"i-cap-{number}", place=self.pick("TW", "KR", "s-tw"),
                    share_of_capex=self.between(0.1, 0.3), amount_usd=self.between(50, 900),
                )  # fmt: skip

    def peak(self, site: str, per_unit: str) -> float:
        """What the lines of a site draw at the most capacity they have without modules."""
        total = 0.0
        for row in self.tables["line"]:
            if row["site"] == site:
                seen = [row["capacity"], 40.0 if row["name"] == "l-pack" else 0.0]
                for profile in self.tables.get("profile", []):
                    if (profile["key"], profile["column"]) == (row["name"], "capacity"):
                        seen.append(profile.get("value", profile.get("high")))
                total += max(seen) * row[per_unit]
        return total

    def module(self, name: str, line: str, low: float, high: float) -> None:
        size = self.between(low, high)
        row = self.add(
            "module", name=name, line=line, size=size, capex_usd=size * self.between(10, 250),
            lead_days=self.pick(0.0, 30.0, 75.5, 150.0), life_years=self.pick(0.9, 3.0, 10.0),
        )  # fmt: skip
        kind = self.pick("total", "yearly", "both")
        if kind != "yearly":
            row["total"] = self.pick(1, 2, 4)
        if kind != "total":
            row["orders_per_year"] = self.pick(1.0, 2.0, 3.5)
            if self.pick(True, False):
                self.dated("module", name, "orders_per_year", 0, 3)
        if self.pick(True, False):
            ages = [self.pick(0.0, 0.0, 0.5), self.pick(1.0, 3.0), self.pick(4.0, 6.5)]
            for age, share in zip(ages, [self.between(0, 0.4), 0.7, 1.0], strict=True):
                self.profile("module", name, "ramp", share, age_months=age)
        if self.pick(True, False):
            part = self.between(0.2, 0.6)
            for age, share in ((0.0, part), (self.pick(2.0, 5.0), 0.3), (14.0, 0.7 - part)):
                self.profile("module", name, "payments", round(share, 6), age_months=age)
        if self.random.random() < 0.3:
            row["earliest"] = self.date(0.0, 0.4)
        if self.random.random() < 0.3:
            row["latest"] = self.date(0.5, 1.0)
        if self.pick(True, False):
            self.dated("module", name, "capex_usd", 10 * size, 250 * size)

    # -- transport and trade --------------------------------------------------------------------

    def transport(self) -> None:
        if self.has("lanes by country", 0.5):
            for _ in range(3):
                lane = {
                    "from_place": self.pick("TW", "KR", "any", "s-tw", "s-kr"),
                    "to_place": self.pick("KR", "TW", "US", "any"),
                    "what": self.pick("die", "stack", "any", "package", "hbm"),
                }
                have = [(r["from_place"], r["to_place"], r["what"]) for r in self.tables["lane"]]
                if tuple(lane.values()) in have:
                    continue
                row = self.add(
                    "lane", **lane, days=self.pick(0.0, 3.0, 33.3, 95.0),
                    freight_usd=self.between(0, 1), tariff=self.pick(0.0, 0.1, 0.25),
                )  # fmt: skip
                if self.pick(True, False):
                    row["capacity"] = self.between(2, 30)
                    if self.pick(True, False):
                        self.dated("lane", "/".join(lane.values()), "capacity", 2, 40)
                if self.random.random() < 0.3:
                    row.update(self.window())
        if self.has("no lane for all", 0.25):
            row = self.tables["lane"][0]
            row["what"] = "die"
            others = [lane for lane in self.tables["lane"][1:] if lane["from_place"] != "any"]
            self.tables["lane"][1:] = others
            keys = [
                f"{lane['from_place']}/{lane['to_place']}/{lane['what']}"
                for lane in self.tables["lane"]
            ]
            self.tables["profile"] = [
                p for p in self.tables.get("profile", [])
                if p["table"] != "lane" or p["key"] in keys
            ]  # fmt: skip
            for profile in self.tables.get("profile", []):
                if profile["table"] == "lane" and profile["key"] == "any/any/any":
                    profile["key"] = "any/any/die"
            self.add("lane", from_place="any", to_place="any", what="hbm", freight_usd=0.3)
        if self.has("stock", 0.5):
            for place, item in (("s-kr", "die"), ("s-kr", "hbm"), ("mem", "hbm")):
                if self.pick(True, False):
                    self.add("stock", place=place, item=item, opening=self.between(0, 80),
                             arrivals=self.between(0, 6))  # fmt: skip
                    if self.pick(True, False):
                        self.dated("stock", f"{place}/{item}", "arrivals", 0, 6)
        if self.has("offers", 0.5):
            self.offer("o-hbm", "hbm", "s-kr", 4, 20, steps=self.pick(1, 2))
        if self.has("reserved offer", 0.4):
            item = self.pick("hbm", "die")
            self.offer("o-reserved", item, self.pick("s-kr", None), 2, 15, steps=self.pick(1, 2))
            row = self.row("offer", "o-reserved")
            row.update(
                reserve=True, floor=self.pick(0.0, 0.5, 1.0), premium_usd=self.between(0, 1),
                prepayment=self.pick(0.0, 0.2, 0.6),
            )  # fmt: skip
            if self.pick(True, False):
                row["sign_by"] = self.date(-0.1, 0.5)
        if self.has("standing contract", 0.25):
            self.offer("o-standing", self.pick("hbm", "die"), "s-kr", 2, 15, steps=2)
            self.row("offer", "o-standing")["floor"] = self.pick(0.4, 1.0)
        if self.has("private offer", 0.2):
            self.offer("o-private", "hbm", "s-kr", 1, 5, steps=1)
            self.row("offer", "o-private")["open_to"] = self.pick("nv", "lab")
        if self.has("offer of a maker", 0.2):
            self.offer("o-maker", "hbm", "s-kr", 1, 5, steps=1)
            self.row("offer", "o-maker")["seller"] = "mem"
        if self.has("qualification", 0.4):
            self.row("recipe", "pkg-a")["party"] = self.pick("nv", "lab")
            customer = self.row("recipe", "pkg-a")["party"]
            since = self.pick(None, self.date(0.0, 0.6))
            self.add("qualification", line="l-dram", item="hbm", customer=customer, from_date=since)
            if self.pick(True, False):
                self.add("qualification", line="l-n5", item="die",
                         customer=self.pick("nv", "lab"))  # fmt: skip

    def offer(
        self, name: str, item: str, place: str | None, low: float, high: float, *, steps: int
    ) -> None:
        row = self.add("offer", name=name, seller="trader", item=item, place=place,
                       lead_days=self.pick(0.0, 12.0, 40.0))  # fmt: skip
        if self.random.random() < 0.3:
            row.update(self.window())
        prices = sorted(self.between(low, high) for _ in range(steps))
        if self.random.random() < 0.2:
            prices.reverse()  # a step may be dearer than the next one: nothing forbids it
        for number, price in enumerate(prices, 1):
            step = self.add("offer_step", offer=name, step=number, price_usd=price,
                            volume=self.between(2, 40))  # fmt: skip
            if number == steps and self.random.random() < 0.3:
                step["volume"] = None
            if self.random.random() < 0.3:
                self.dated("offer_step", f"{name}/{number}", "price_usd", low, high)
            if step["volume"] and self.random.random() < 0.3:
                self.dated("offer_step", f"{name}/{number}", "volume", 2, 40)

    def contracts(self) -> None:
        if self.has("booking on a line", 0.35):
            capacity = self.row("line", "l-n5")["capacity"]
            for number, customer in enumerate(("nv", "lab")[: self.pick(1, 2)]):
                window = self.window() if self.pick(True, False) else {}
                self.add(
                    "commitment", name=f"k-line-{number}", customer=customer, supplier="fab",
                    line="l-n5", quantity=round(0.12 * self.between(0.2, 1) * capacity, 4),
                    force=self.pick("booking", "booking", "take_or_pay", "letter_of_intent"),
                    price_usd=self.between(1, 40), **window,
                )  # fmt: skip
        if self.has("contract on an item", 0.35):
            item, supplier = self.pick(("hbm", "mem"), ("die", "fab"), ("pkg", "osat"))
            self.add(
                "commitment", name="k-item", customer=self.pick("nv", "lab"), supplier=supplier,
                item=item, quantity=self.between(1, 10), price_usd=self.between(1, 40),
                force=self.pick("booking", "take_or_pay"),
            )  # fmt: skip
            if self.pick(True, False):
                self.dated("commitment", "k-item", "quantity", 0, 10)

    # -- demand ---------------------------------------------------------------------------------

    def needs(self) -> None:
        if self.has("demand for an item", 0.6):
            self.demand("d-pkg2", 3, 25, 10, 60, item="pkg2", party=self.pick("lab", "nv", None))
        if self.has("demand for dies", 0.3):
            self.demand("d-die", 3, 25, 5, 40, item="die", party=self.pick("lab", "nv", None))
        if self.has("regional demand", 0.4):
            region = self.pick("US", "east", "JP")
            self.demand("d-region", 3, 20, 30, 150, basis="h100e", region=region,
                        segment="training")  # fmt: skip
            if region == "US":
                self.add("lane", from_place="any", to_place="US", what="package", days=6.0,
                         tariff=0.05)  # fmt: skip
            else:
                self.add("lane", from_place="any", to_place=region, what="package", days=6.0)
        if self.has("stock demand", 0.4):
            self.demand("d-fleet", 20, 60, 1, 10, item=self.pick("pkg", "pkg2"), measure="stock",
                        party=self.pick("lab", None))  # fmt: skip
            if self.pick(True, False):
                rising = self.row("demand", "d-fleet")["quantity"]
                for span in list(self.calendar)[1::2]:
                    rising += self.between(0, 40)
                    self.profile("demand", "d-fleet", "quantity", rising, period=span.label)
            for age, left in ((0.0, 1.0), (5.0, 0.9), (11.5, 0.6)):
                self.profile("demand", "d-fleet", "survival", left, age_months=age)
        if self.has("must serve", 0.25):
            self.offer("o-rescue", "pkg2", "s-kr", 60, 200, steps=1)
            for row in self.tables["offer_step"]:
                if row["offer"] == "o-rescue":
                    row["volume"] = None
            row = self.row("offer", "o-rescue")
            for column in ("from_date", "to_date"):
                row.pop(column, None)
            row["lead_days"] = 0.0
            self.tables["profile"] = [
                p for p in self.tables.get("profile", [])
                if (p["key"], p["column"]) != ("o-rescue/1", "volume")
            ]  # fmt: skip
            self.demand("d-must", 1, 8, 10, 20, item="pkg2", must_serve=True)
        if self.has("captive", 0.3):
            self.row("item", self.pick("pkg", "pkg2"))["captive_to"] = self.pick("holdco", "nv")
            if self.pick(True, False):
                self.row("demand", "d-main")["party"] = "lab"
        if self.has("captive", 0.3) and "d-must" in self.names("demand"):
            self.row("item", "pkg2").pop("captive_to", None)
        if self.has("unknown demand", 0.25):
            row = self.row("demand", "d-main")
            value = row.pop("quantity")
            middle = self.calendar[len(self.calendar) // 2].label
            self.profile("demand", "d-main", "quantity", value, period=middle)
        elif self.has("dated demand", 0.5):
            self.dated("demand", "d-main", "quantity", 10, 60)
            if self.pick(True, False):
                self.dated("demand", "d-main", "value_usd", 40, 120)

    # -- rules, money, futures, history ---------------------------------------------------------

    def rules(self) -> None:
        for number in range(3):
            if not self.has(f"limit {number}", 0.35):
                continue
            measure, select, share_of, sense, low, high = self.pick(
                ("starts", "recipe=die-a", "", "<=", 2, 10),
                ("starts", "technology=pack; country=KR", "technology=pack", "<=", 0.4, 0.9),
                ("output", "item=hbm", "", "<=", 3, 30),
                ("output", "kind=die; party=fab", "", "<=", 5, 40),
                ("output", "family=logic; place=s-tw|s-us", "kind=die|stack", "<=", 0.4, 0.9),
                ("capacity", "technology=pack|n5", "", "<=", 60, 90),
                ("capacity", "line=l-pack*", "", "<=", 45, 70),
                ("orders", "module=m-*", "", "<=", 0.1, 1),
                ("capex_usd", "country=TW", "", "<=", 20, 600),
                ("capex_usd", "", "", "<=", 20, 600),
                ("flow", "to_country=KR; item=die", "", "<=", 5, 40),
                ("flow", "item=hbm; from_country=KR", "item=hbm", "<=", 0.2, 0.9),
                ("flow", "kind=package", "", "<=", 3, 20),
                ("deliveries", "item=pkg2", "", "<=", 2, 15),
                ("deliveries", "country=KR", "kind=package", ">=", 0.05, 0.5),
                ("deliveries", "customer=lab", "", "<=", 2, 15),
                ("delivered_power_mw", "", "", "<=", 0.005, 0.05),
                ("delivered_power_mw", "kind=package; demand=d-main", "", "<=", 0.005, 0.05),
                ("site_power_mw", "", "", "<=", 70, 90),
                ("site_power_mw", "place=s-tw", "country=TW|KR|US", "<=", 0.7, 1),
            )
            if "lab" in select and "lab" not in [d.get("party") for d in self.tables["demand"]]:
                continue
            if "module" in select and "module" not in self.tables:
                continue
            window = self.window() if self.random.random() < 0.4 else {}
            name = f"r-{number}"
            self.add("limit", name=name, measure=measure, select=select, share_of=share_of,
                     sense=sense, bound=self.between(low, high, 4), **window)  # fmt: skip
            if self.random.random() < 0.3 and measure not in ("capacity", "site_power_mw"):
                self.dated("limit", name, "bound", low, high)

    def money(self) -> None:
        if self.has("funds", 0.3):
            for number in range(self.pick(1, 2)):
                window = self.window() if self.pick(True, False) else {}
                self.add(
                    "fund", name=f"f-{number}", amount_usd=self.between(200, 20000),
                    purpose="all", cost_of_capital=self.pick(0.0, 0.08, 0.3), **window,
                )  # fmt: skip
            self.add("fund", name="f-other", amount_usd=1000.0, purpose="own", party="nv")
            self.settings["emergency_cash_cost"] = self.pick(0.25, 0.5, 0.9)
            self.settings["cash_floor_usd"] = self.pick(0.0, 0.0, 25.0)
        if self.has("budget", 0.15):
            self.arguments["budget_usd"] = self.between(500, 20000)

    def futures(self) -> None:
        if not self.has("branches", 0.4):
            return
        add = self.add
        tree = self.pick("two", "three", "tree")
        if tree == "tree":
            add("branch", name="b-low", probability=0.4)
            add("branch", name="b-high", probability=0.6)
            add("branch", name="b-high-1", parent="b-high", probability=0.25)
            add("branch", name="b-high-2", parent="b-high", probability=0.75)
        else:
            names = ["b-low", "b-high", "b-third"][: 2 if tree == "two" else 3]
            shares = {2: [0.3, 0.7], 3: [0.5, 0.2, 0.3]}[len(names)]
            for name, share in zip(names, shares, strict=True):
                add("branch", name=name, probability=share)
        for branch in self.names("branch"):
            if self.pick(True, False):
                self.dated("demand", "d-main", "quantity", 10, 90, branch=branch)
            if self.pick(True, False):
                self.dated("line", "l-pack", "capacity", 5, 40, branch=branch)
            if self.pick(True, False):
                self.dated("recipe_item", "die-a/out/die", "good_fraction", 0.3, 1, branch=branch)
            if self.random.random() < 0.3:
                self.profile("lane", self._first_lane(), "tariff", self.between(0, 0.5),
                             branch=branch)  # fmt: skip

        if self.has("values by branch", 0.5):
            branches, names = self.names("branch"), self.names
            wanted = [("line", "l-n5", "variable_usd", 0, 9), ("line", "l-n5", "fixed_usd", 0, 9),
                      ("demand", "d-main", "value_usd", 20, 150)]  # fmt: skip
            wanted += [("module", m, "capex_usd", 50, 1500) for m in names("module")]
            wanted += [("module", m, "orders_per_year", 0, 3) for m in names("module")]
            wanted += [("commitment", k, "quantity", 0, 2) for k in names("commitment")]
            wanted += [("demand", d, "quantity", 2, 40) for d in names("demand")[1:]
                       if d not in ("d-must", "d-fleet")]  # fmt: skip
            for row in self.tables.get("offer_step", []):
                wanted.append(("offer_step", f"{row['offer']}/{row['step']}", "price_usd", 1, 20))
            for row in self.tables.get("stock", []):
                wanted.append(("stock", f"{row['place']}/{row['item']}", "arrivals", 0, 9))
            for row in self.tables.get("limit", []):
                if row["sense"] == "<=" and not row["share_of"] and row["measure"] != "capacity":
                    bound = row["bound"]
                    if row["measure"] != "site_power_mw":
                        wanted.append(("limit", row["name"], "bound", bound / 2, bound * 2))
            for _ in range(5):
                cell = wanted[int(self.random.integers(len(wanted)))]
                self.dated(*cell, branch=self.pick(*branches))

    def _first_lane(self) -> str:
        row = self.tables["lane"][0]
        return f"{row['from_place']}/{row['to_place']}/{row['what']}"

    def history(self) -> None:
        if not self.has("history", 0.35):
            return
        labels = [span.label for span in self.calendar]
        before = "2024Q4"
        add = self.add
        line = "l-n5"
        add("outturn", measure="starts", subject="die-a", of=line, period=labels[0],
            quantity=self.between(2, 20))  # fmt: skip
        if self.pick(True, False):
            add("outturn", measure="starts", subject="pkg-a", of="l-pack",
                period=self.pick("2025", "2025H1", labels[0]),
                quantity=self.between(2, 20))  # fmt: skip
        if self.pick(True, False):
            add("outturn", measure="starts", subject="hbm-a", of="l-dram", period="2024-12",
                quantity=self.between(2, 20))  # fmt: skip
        if self.pick(True, False):
            add("outturn", measure="deliveries", subject="pkg", of="d-main", period=labels[0],
                quantity=self.between(2, 20))  # fmt: skip
        if "stock demand" in self.features:
            add("outturn", measure="deliveries", subject=self.row("demand", "d-fleet")["item"],
                of="d-fleet", period=labels[0], quantity=self.between(2, 15))  # fmt: skip
        for module in self.names("module"):
            if self.pick(True, False):
                add("outturn", measure="orders", subject=module,
                    period=self.pick(before, labels[0], "2024-07-15"), quantity=1.0)  # fmt: skip

    def goals(self) -> None:
        self.arguments["objective"] = "cost"
        if self.has("another objective", 0.35):
            self.arguments["objective"] = self.pick("compute", "value")
            if self.arguments["objective"] == "compute":
                self.arguments["basis"] = "h100e"
                for row in self.tables.get("offer_step", []):
                    if row["volume"] is None and row["offer"] != "o-rescue":
                        row["volume"] = 30.0
                for name in ("o-rescue",):  # compute without bound would be bought without bound
                    for row in self.tables.get("offer_step", []):
                        if row["offer"] == name:
                            row["volume"] = 400.0

    # -- one party's view -----------------------------------------------------------------------

    def party_view(self) -> None:
        if not self.has("party view", 0.3):
            return
        party = self.pick("nv", "nv", "fab", "osat", "holdco")
        self.arguments["party"] = party
        add = self.add
        if party in ("nv", "holdco"):
            designer = {"nv": "nv", "holdco": "lab"}[party]
            for recipe in ("die-a", "pkg-a", "pkg-b"):
                self.row("recipe", recipe)["party"] = self.pick(designer, designer, None)
            for line, seller in (("l-n5", "fab"), ("l-pack", "osat")):
                self._line_offer(f"o-{line}", line, seller)
                if self.pick(True, False):
                    self._line_offer(f"o-more-{line}", line, seller)
            self.offer("o-hbm-view", "hbm", "s-kr", 2, 8, steps=2)
            self.row("offer", "o-hbm-view")["seller"] = "mem"
            if self.pick(True, False):
                self.row("offer", "o-hbm-view")["open_to"] = self.pick("nv", "lab", "holdco")
        if party == "nv" and self.pick(True, False):
            self.row("demand", "d-main")["party"] = "nv"
        else:
            self.row("demand", "d-main")["party"] = {"nv": "nv", "holdco": "lab"}.get(party, party)
        if self.has("rights", 0.5):
            recipe = self.pick("die-a", "pkg-a", "pkg-b")
            self.row("recipe", recipe)["needs_right"] = True
            technology = self.row("recipe", recipe)["technology"]
            kind = self.pick("held", "sale", "both")
            if kind != "sale":
                add("right", party=party, what=recipe, from_date=self.pick(None, self.date()))
            if kind != "held":
                add("right", party=party, what=technology, cost_usd=self.between(5, 500),
                    lead_days=self.pick(0.0, 40.0),
                    from_date=self.pick(None, self.date(0, 0.5)))  # fmt: skip
        if self.has("stakes", 0.5):
            kind = self.pick("offered", "held", "both")
            if kind != "held":
                add("stake", owner=party, owned=self.pick("l-n5", "s-kr"),
                    share=self.between(0.1, 0.5), price_usd=self.between(20, 2000),
                    lead_days=self.pick(0.0, 45.0), from_date=self.pick(None, self.date(0, 0.4)),
                    until_date=self.pick(None, self.date(0.5, 1)))  # fmt: skip
            if kind != "offered":
                add("stake", owner=party, owned=self.pick("l-dram", "l-pack"),
                    share=self.between(0.1, 0.5))  # fmt: skip
        if self.has("own contracts", 0.5):
            for number, force in enumerate(("booking", "take_or_pay")):
                if self.pick(True, False):
                    add("commitment", name=f"k-own-{number}", customer=party, supplier="fab",
                        line="l-n5", quantity=self.between(0.1, 0.4), force=force,
                        price_usd=self.between(2, 20), **self.window())  # fmt: skip
            if self.pick(True, False):
                add("commitment", name="k-own-item", customer=party, supplier="mem", item="hbm",
                    quantity=self.between(1, 6), force=self.pick("booking", "take_or_pay"),
                    price_usd=self.between(2, 8))  # fmt: skip
        if self.has("own funds", 0.4):
            add("fund", name="f-party", amount_usd=self.between(500, 9000), purpose="all",
                party=party, cost_of_capital=self.pick(0.0, 0.1))  # fmt: skip

    def _line_offer(self, name: str, line: str, seller: str) -> None:
        self.add("offer", name=name, seller=seller, line=line, share=self.between(0.3, 1))
        self.add("offer_step", offer=name, step=1, price_usd=self.between(1, 20),
                 volume=self.pick(None, self.between(2, 10)))  # fmt: skip
        if self.pick(True, False):
            self.dated("offer", name, "share", 0.2, 1)
        if self.random.random() < 0.3:
            self.row("offer", name).update(
                reserve=True, floor=0.5, premium_usd=self.between(0, 1), prepayment=0.2
            )


def _months_later(when: dt.date, months: int) -> dt.date:
    index = when.year * 12 + when.month - 1 + months
    return dt.date(index // 12, index % 12 + 1, 1)


def generate(seed: int, without: Collection[str] = ()) -> Case:
    """One small network, drawn from a seed.

    Parameters
    ----------
    seed : int
    without : collection of str
        Features to leave out.
    """
    maker = Maker(seed, without)
    for draw in (
        maker.time, maker.chain, maker.more_recipes, maker.investment, maker.transport,
        maker.contracts, maker.needs, maker.rules, maker.money, maker.futures, maker.history,
        maker.goals, maker.party_view,
    ):  # fmt: skip
        maker.random = maker.stream(draw.__name__)
        draw()
    return Case(
        seed, maker.tables, maker.settings, maker.arguments, maker.calendar, maker.now,
        maker.features,
    )  # fmt: skip


FEATURES = tuple(sorted({feature for seed in range(120) for feature in generate(seed).features}))
"""Every feature that some network has."""


def cases() -> st.SearchStrategy[Case]:
    """Cases drawn by hypothesis; a failing one is shrunk by leaving features out."""
    return st.builds(
        generate, st.integers(0, 100_000), st.sets(st.sampled_from(FEATURES), max_size=20)
    )
