"""Infeasible networks with a known cause: what cannot hold together, cell by cell.

Each kind builds a small chain with room everywhere but at the planted cells. `Case.planted` names
every cell of the only minimal conflict.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from waferway.streams import stream

QUARTERS = ["2026Q1", "2026Q2", "2026Q3", "2026Q4"]


@dataclass
class Case:
    """One infeasible network: its tables, what was planted, and how to plan it."""

    kind: str
    seed: int
    integer: bool
    tables: dict[str, list[dict[str, Any]]]
    setting: dict[str, Any]
    planted: set[tuple[str, str, str]]
    arguments: dict[str, Any] = field(default_factory=dict)


class Chain:
    """A fab in Taiwan, a packager there, chips wanted; numbers drawn, room everywhere."""

    def __init__(self, kind: str, seed: int) -> None:
        self.random: np.random.Generator = stream(seed, "infeasible networks", kind)
        self.kind, self.seed = kind, seed
        r = self.random
        self.need = float(np.round(r.uniform(80, 400), 1))
        self.months = 3.0
        self.good = float(np.round(r.uniform(0.6, 0.95), 2))
        self.setting: dict[str, Any] = {
            "start": "2026Q1", "until": "2026Q4", "currency": "USD", "price_year": 2026,
            "title": f"{kind} {seed}", "discount_rate": float(r.choice([0.0, 0.08])),
        }  # fmt: skip
        self.tables: dict[str, list[dict[str, Any]]] = {
            "party": [
                {"name": "fab", "kind": "foundry", "country": "TW"},
                {"name": "osat", "kind": "packager", "country": "TW"},
                {"name": "lab", "kind": "lab", "country": "US"},
                {"name": "other", "kind": "designer", "country": "US"},
                {"name": "trader", "kind": "other", "country": "US"},
            ],
            "item": [
                {"name": "die", "unit": "die", "kind": "die"},
                {"name": "chip", "unit": "chip", "kind": "package", "power_kw": 1.0},
            ],
            "technology": [
                {"name": "logic", "capacity_unit": "wafer:logic/month", "family": "logic"},
                {"name": "pack", "capacity_unit": "start/month", "family": "packaging"},
            ],
            "site": [
                {"name": "hsinchu", "party": "fab", "country": "TW", "lat": 24.8, "lon": 121.0},
                {"name": "phoenix", "party": "fab", "country": "US", "lat": 33.4, "lon": -112.0},
            ],
            "recipe": [
                {"name": "make-die", "technology": "logic", "variable_usd": 10},
                {"name": "pack-chip", "technology": "pack", "variable_usd": 1},
            ],
            "recipe_item": [
                {"recipe": "make-die", "item": "die", "role": "out", "quantity_per_start": 10,
                 "good_fraction": self.good},
                {"recipe": "pack-chip", "item": "die", "role": "in", "quantity_per_start": 1},
                {"recipe": "pack-chip", "item": "chip", "role": "out", "quantity_per_start": 1},
            ],
            "line": [
                {"name": "fab-logic", "site": "hsinchu", "technology": "logic", "party": "fab",
                 "capacity": 10 * self.need},
                {"name": "osat-pack", "site": "hsinchu", "technology": "pack", "party": "osat",
                 "capacity": 10 * self.need},
            ],
            "lane": [{"from_place": "any", "to_place": "any", "days": 0}],
            "demand": [
                {"name": "chips", "party": "lab", "item": "chip", "quantity": self.need,
                 "value_usd": 1000, "must_serve": True},
            ],
        }  # fmt: skip

    def row(self, table: str, name: str) -> dict[str, Any]:
        return next(row for row in self.tables[table] if row.get("name") == name)

    def add(self, table: str, /, **cells: Any) -> dict[str, Any]:
        self.tables.setdefault(table, []).append(cells)
        return cells

    def between(self, low: float, high: float) -> float:
        return float(np.round(self.random.uniform(low, high), 2))

    def pick(self, *choices: Any) -> Any:
        return choices[int(self.random.integers(len(choices)))]

    def short(self, share: float = 0.0) -> float:
        """Packaging capacity that is a share of the need."""
        share = share or self.between(0.3, 0.8)
        capacity = round(self.need * share, 1)
        self.row("line", "osat-pack")["capacity"] = capacity
        return capacity

    def module(self, size: float, **cells: Any) -> dict[str, Any]:
        return self.add("module", **{"name": "pack+1", "line": "osat-pack", "size": size,
                                     "capex_usd": 100, "lead_days": 0, "life_years": 10,
                                     **cells})  # fmt: skip

    def case(self, *planted: tuple[str, str, str], integer: bool = False, **arguments: Any) -> Case:
        return Case(self.kind, self.seed, integer, self.tables, self.setting, set(planted),
                    arguments)  # fmt: skip


DEMAND = ("demand", "chips", "quantity")
PACK = ("line", "osat-pack", "capacity")
TIGHT = 1.4
"""Modules that the demand takes in the integer kinds: one is too few, two are too many."""

# -- causes that also fractions feel ------------------------------------------------------------


def capacity(c: Chain) -> Case:
    line = c.pick("osat-pack", "fab-logic")
    if line == "osat-pack":
        c.short()
    else:
        c.row("line", line)["capacity"] = round(c.between(0.2, 0.8) * c.need / (10 * c.good), 2)
    return c.case(DEMAND, ("line", line, "capacity"))


def late_shortage(c: Chain) -> Case:
    at = c.pick(*QUARTERS[1:])
    c.setting["stock_cover_months"] = 0
    c.row("line", "osat-pack")["capacity"] = {"2026Q1": 10 * c.need, at: round(0.6 * c.need, 1)}
    c.row("demand", "chips")["quantity"] = {"2026Q1": 0.0, at: c.need}
    return c.case(DEMAND, PACK, ("setting", "stock_cover_months", "value"))


def two_demands(c: Chain) -> Case:
    share = c.between(0.4, 0.8)
    c.add("demand", name="more", party="lab", item="chip", quantity=round(share * c.need, 1),
          value_usd=5, must_serve=True)  # fmt: skip
    c.short(1.0 + share / 2)
    return c.case(DEMAND, ("demand", "more", "quantity"), PACK)


def closed_lane(c: Chain) -> Case:
    c.row("demand", "chips")["region"] = "US"
    c.row("demand", "chips")["quantity"] = {"2026Q1": 0.0, "2026Q2": c.need}
    c.setting["stock_cover_months"] = 0
    c.tables["lane"] = [
        {"from_place": "TW", "to_place": "US", "what": "chip", "days": 0,
         "to_date": c.pick("2026-03-31", "2026-02-01")}
    ]  # fmt: skip
    return c.case(DEMAND, ("lane", "TW/US/chip", "to_date"))


def unopened_lane(c: Chain) -> Case:
    c.row("demand", "chips")["region"] = "US"
    c.tables["lane"] = [
        {"from_place": "TW", "to_place": "US", "what": "chip", "from_date": c.pick(
            "2026-06-30", "2026-12-01")}
    ]  # fmt: skip
    return c.case(DEMAND, ("lane", "TW/US/chip", "from_date"))


def no_lane(c: Chain) -> Case:
    c.row("demand", "chips")["region"] = region = c.pick("US", "DE")
    c.tables["lane"] = [{"from_place": "TW", "to_place": "TW", "what": "any"}]
    return c.case(DEMAND, ("lane", f"hsinchu/{region}/chip", ""))


def lane_capacity(c: Chain) -> Case:
    c.row("demand", "chips")["region"] = "US"
    c.tables["lane"] = [
        {"from_place": "TW", "to_place": "US", "what": "chip",
         "capacity": round(c.need * c.between(0.2, 0.9), 1)}
    ]  # fmt: skip
    return c.case(DEMAND, ("lane", "TW/US/chip", "capacity"))


def cap(c: Chain) -> Case:
    c.add("limit", name="export-cap", measure=c.pick("deliveries", "starts"),
          select="", sense="<=", bound=round(0.5 * c.need, 1))  # fmt: skip
    row = c.tables["limit"][0]
    row["select"] = "item=chip" if row["measure"] == "deliveries" else "recipe=pack-chip"
    return c.case(DEMAND, ("limit", "export-cap", "bound"))


def share_cap(c: Chain) -> Case:
    share = c.between(0.2, 0.6)
    c.add("line", name="us-pack", site="phoenix", technology="pack", party="osat",
          capacity=round(c.need * (1 - share) * c.between(0.3, 0.9), 1))  # fmt: skip
    c.add("limit", name="one-country", measure="deliveries", select="country=TW", share_of=
          "item=chip", sense="<=", bound=share)  # fmt: skip
    return c.case(DEMAND, ("limit", "one-country", "bound"), ("line", "us-pack", "capacity"))


def floor_and_cap(c: Chain) -> Case:
    c.row("demand", "chips")["must_serve"] = False
    c.add("limit", name="local-content", measure="deliveries", select="item=chip", sense=">=",
          bound=round(0.8 * c.need, 1))  # fmt: skip
    c.add("limit", name="wafer-cap", measure="starts", select="recipe=make-die", sense="<=",
          bound=round(0.8 * c.need / (10 * c.good) * c.between(0.2, 0.8), 2))  # fmt: skip
    return c.case(("limit", "local-content", "bound"), ("limit", "wafer-cap", "bound"))


def floor(c: Chain) -> Case:
    c.row("demand", "chips")["must_serve"] = False
    bound = round(c.need * c.between(0.6, 0.9), 1)
    c.add("limit", name="local-content", measure="deliveries", select="item=chip", sense=">=",
          bound=bound)  # fmt: skip
    c.row("line", "osat-pack")["capacity"] = round(bound * 0.5, 1)
    return c.case(("limit", "local-content", "bound"), PACK)


def fund(c: Chain) -> Case:
    c.short(0.5)
    c.module(round(c.need / 4, 2), capex_usd=1000)
    c.tables["recipe"][0]["variable_usd"] = c.tables["recipe"][1]["variable_usd"] = 0
    c.add("fund", name="round", amount_usd=c.between(500, 1900), purpose="modules")
    c.add("weight", basis="h100e", item="chip", weight=1)
    return c.case(DEMAND, PACK, ("fund", "round", "amount_usd"), objective="compute",
                  basis="h100e")  # fmt: skip


def budget(c: Chain) -> Case:
    c.short(0.5)
    c.module(round(c.need / 4, 2), capex_usd=1000)
    c.tables["recipe"][0]["variable_usd"] = c.tables["recipe"][1]["variable_usd"] = 0
    c.add("weight", basis="h100e", item="chip", weight=1)
    return c.case(DEMAND, PACK, ("argument", "budget_usd", ""), objective="compute",
                  basis="h100e", budget_usd=c.between(500, 1900))  # fmt: skip


def capex_cap(c: Chain) -> Case:
    c.short(0.5)
    c.module(round(c.need / 4, 2), capex_usd=3000)
    c.add("limit", name="capex", measure="capex_usd", sense="<=", bound=c.between(200, 1900))
    return c.case(DEMAND, PACK, ("limit", "capex", "bound"))


def power(c: Chain) -> Case:
    kept = c.short(0.5)
    c.module(round(c.need / 4, 2))
    c.row("line", "osat-pack")["mw_per_unit"] = 0.1
    c.row("site", "hsinchu")["power_mw"] = round(0.1 * (kept + c.need * c.between(0.1, 0.4)), 2)
    return c.case(DEMAND, PACK, ("site", "hsinchu", "power_mw"))


def water(c: Chain) -> Case:
    kept = c.short(0.5)
    c.module(round(c.need / 4, 2))
    c.row("line", "osat-pack")["water_per_unit"] = 2.0
    c.row("site", "hsinchu")["water_m3"] = round(2.0 * (kept + c.need * c.between(0.1, 0.4)), 2)
    return c.case(DEMAND, PACK, ("site", "hsinchu", "water_m3"))


def stock(c: Chain) -> Case:
    c.tables["recipe"] = [r for r in c.tables["recipe"] if r["name"] != "make-die"]
    c.tables["recipe_item"] = c.tables["recipe_item"][1:]
    c.tables["line"] = [r for r in c.tables["line"] if r["name"] != "fab-logic"]
    c.add("stock", place="hsinchu", item="die", opening=round(c.between(0.1, 0.9) * c.need, 1),
          arrivals=round(c.between(0.1, 0.5) * c.need, 1))  # fmt: skip
    return c.case(DEMAND, ("stock", "hsinchu/die", "arrivals"))


def take_or_pay(c: Chain) -> Case:
    c.row("demand", "chips")["must_serve"] = False
    c.row("recipe", "pack-chip")["party"] = "other"
    booked = round(c.need * c.between(0.5, 0.9), 1)
    c.add("commitment", name="deal", customer="other", supplier="osat", line="osat-pack",
          quantity=booked, force="take_or_pay")  # fmt: skip
    c.row("line", "osat-pack")["capacity"] = round(booked * c.between(0.3, 0.7), 1)
    c.module(booked, total=5, lead_days=c.pick(200, 400))
    return c.case(("commitment", "deal", "quantity"), PACK, ("module", "pack+1", "lead_days"))


def commitment_of_items(c: Chain) -> Case:
    c.row("demand", "chips")["must_serve"] = False
    booked = round(c.need * c.between(0.5, 0.9), 1)
    c.add("commitment", name="deal", customer="lab", supplier="osat", item="chip",
          quantity=booked, force=c.pick("booking", "take_or_pay"))  # fmt: skip
    c.row("line", "osat-pack")["capacity"] = round(booked * c.between(0.3, 0.9), 1)
    return c.case(("commitment", "deal", "quantity"), PACK)


def commitment_and_cap(c: Chain) -> Case:
    c.row("demand", "chips")["must_serve"] = False
    c.add("commitment", name="deal", customer="lab", supplier="osat", item="chip",
          quantity=round(0.9 * c.need, 1), force="take_or_pay")  # fmt: skip
    c.add("limit", name="cap", measure="deliveries", select="item=chip", sense="<=",
          bound=round(c.between(0.2, 0.8) * c.need, 1))  # fmt: skip
    return c.case(("commitment", "deal", "quantity"), ("limit", "cap", "bound"))


def booking(c: Chain) -> Case:
    c.row("recipe", "pack-chip")["party"] = "lab"
    c.row("line", "osat-pack")["capacity"] = round(1.2 * c.need, 1)
    c.add("commitment", name="held", customer="other", supplier="osat", line="osat-pack",
          quantity=round(c.between(0.4, 0.9) * c.need, 1), force="booking")  # fmt: skip
    return c.case(DEMAND, ("commitment", "held", "quantity"), PACK)


def unqualified(c: Chain) -> Case:
    c.add("qualification", line="osat-pack", item="chip", customer="other")
    return c.case(DEMAND, ("qualification", "hsinchu/chip/lab", ""))


def unqualified_input(c: Chain) -> Case:
    c.row("recipe", "pack-chip")["party"] = "lab"
    c.add("qualification", line="fab-logic", item="die", customer="other")
    return c.case(DEMAND, ("qualification", "hsinchu/die/lab", ""))


def late_qualification(c: Chain) -> Case:
    c.add("qualification", line="osat-pack", item="chip", customer="lab",
          from_date=c.pick("2026-06-30", "2026-10-01"))  # fmt: skip
    return c.case(DEMAND, ("qualification", "osat-pack/chip/lab", "from_date"))


def captive(c: Chain) -> Case:
    c.row("item", "chip")["captive_to"] = "other"
    return c.case(DEMAND, ("item", "chip", "captive_to"))


def no_right(c: Chain) -> Case:
    for line in c.tables["line"]:
        line["party"] = "lab"
    recipe = c.pick("make-die", "pack-chip")
    c.row("recipe", recipe)["needs_right"] = True
    return c.case(DEMAND, ("recipe", recipe, "needs_right"), party="lab")


def late_module(c: Chain) -> Case:
    c.short(0.5)
    c.module(round(c.need / 3, 2), lead_days=c.pick(200, 365, 720))
    return c.case(DEMAND, PACK, ("module", "pack+1", "lead_days"))


def early_demand(c: Chain) -> Case:
    c.short(0.5)
    c.module(round(c.need / 3, 2), earliest=c.pick("2026-05-01", "2026-09-15"))
    return c.case(DEMAND, PACK, ("module", "pack+1", "earliest"))


def few_builds(c: Chain) -> Case:
    c.short(0.5)
    c.module(round(c.need / 8, 2), total=int(c.pick(1, 2, 3)))
    return c.case(DEMAND, PACK, ("module", "pack+1", "total"))


def few_builds_a_year(c: Chain) -> Case:
    c.short(0.5)
    c.module(round(c.need / 8, 2), orders_per_year=int(c.pick(1, 2, 3)))
    return c.case(DEMAND, PACK, ("module", "pack+1", "orders_per_year"))


def recipe_window(c: Chain) -> Case:
    c.row("recipe", "pack-chip")["from_date"] = c.pick("2026-05-20", "2026-09-15")
    return c.case(DEMAND, ("recipe", "pack-chip", "from_date"))


def _bought(c: Chain) -> None:
    """Dies are bought from a trader, not made."""
    c.tables["recipe"] = [r for r in c.tables["recipe"] if r["name"] != "make-die"]
    c.tables["recipe_item"] = c.tables["recipe_item"][1:]
    c.tables["line"] = [r for r in c.tables["line"] if r["name"] != "fab-logic"]
    c.add("offer", name="dies", seller="trader", item="die", place="hsinchu")
    c.add("offer_step", offer="dies", step=1, price_usd=5)


def small_offer(c: Chain) -> Case:
    _bought(c)
    c.tables["offer_step"][0]["volume"] = round(c.between(0.2, 0.9) * c.need, 1)
    return c.case(DEMAND, ("offer_step", "dies/1", "volume"))


def late_offer(c: Chain) -> Case:
    _bought(c)
    c.tables["offer"][0]["from_date"] = c.pick("2026-06-30", "2026-10-01")
    return c.case(DEMAND, ("offer", "dies", "from_date"))


def unsigned_offer(c: Chain) -> Case:
    _bought(c)
    c.tables["offer"][0] |= {"reserve": True, "sign_by": c.pick("2025-06-30", "2025-12-31")}
    return c.case(DEMAND, ("offer", "dies", "sign_by"))


def one_branch(c: Chain) -> Case:
    c.short(1.1)
    c.add("branch", name="low", probability=0.5)
    c.add("branch", name="high", probability=0.5)
    c.add("profile", table="demand", key="chips", column="quantity", branch="high",
          value=round(c.need * c.between(1.3, 2.0), 1))  # fmt: skip
    return c.case(DEMAND, PACK)


# -- causes that only whole decisions feel -----------------------------------------------------


def _lumpy(c: Chain, **cells: Any) -> float:
    """Packaging that takes TIGHT modules; returns the size of one."""
    kept = c.short(c.between(0.3, 0.6))
    size = round((c.need - kept) / c.between(1.2, 1.6), 2)
    c.module(size, **cells)
    return size


def whole_capacity(c: Chain) -> Case:
    size = _lumpy(c)
    kept = c.row("line", "osat-pack")["capacity"]
    c.add("limit", name="zoning", measure="capacity", select="line=osat-pack", sense="<=",
          bound=round(kept + size * 1.8, 2))  # fmt: skip
    return c.case(DEMAND, PACK, ("limit", "zoning", "bound"), integer=True)


def whole_capex(c: Chain) -> Case:
    _lumpy(c, capex_usd=3000)
    c.setting["stock_cover_months"] = 0
    c.row("demand", "chips")["quantity"] = {"2026Q1": c.need, "2026Q2": 0.0}
    c.add("limit", name="capex", measure="capex_usd", sense="<=", bound=c.between(1700, 1950))
    return c.case(DEMAND, PACK, ("limit", "capex", "bound"), integer=True)


def whole_fund(c: Chain) -> Case:
    _lumpy(c, capex_usd=1000)
    c.tables["recipe"][0]["variable_usd"] = c.tables["recipe"][1]["variable_usd"] = 0
    c.add("fund", name="round", amount_usd=c.between(1700, 1950), purpose="modules")
    c.add("weight", basis="h100e", item="chip", weight=1)
    return c.case(DEMAND, PACK, ("fund", "round", "amount_usd"), integer=True,
                  objective="compute", basis="h100e")  # fmt: skip


def whole_power(c: Chain) -> Case:
    size = _lumpy(c)
    kept = c.row("line", "osat-pack")["capacity"]
    c.row("line", "osat-pack")["mw_per_unit"] = 0.1
    c.row("site", "hsinchu")["power_mw"] = round(0.1 * (kept + 1.8 * size), 3)
    return c.case(DEMAND, PACK, ("site", "hsinchu", "power_mw"), integer=True)


def whole_orders(c: Chain) -> Case:
    _lumpy(c)
    c.setting["stock_cover_months"] = 0
    c.row("demand", "chips")["quantity"] = {"2026Q1": c.need, "2026Q2": 0.0}
    c.add("limit", name="cranes", measure="orders", sense="<=", bound=c.between(0.57, 0.64))
    return c.case(DEMAND, PACK, ("limit", "cranes", "bound"), integer=True)


def whole_openings(c: Chain) -> Case:
    c.tables["recipe"][0]["variable_usd"] = c.tables["recipe"][1]["variable_usd"] = 0
    c.tables["line"] = [r for r in c.tables["line"] if r["name"] == "fab-logic"]
    each = round(c.need / c.between(1.3, 1.6), 1)
    for name in ("dresden", "osaka"):
        c.add("site", name=name, party="osat", country="TW", opening_usd=1000)
        c.add("line", name=f"{name}-pack", site=name, technology="pack", party="osat",
              capacity=each)  # fmt: skip
    c.add("fund", name="round", amount_usd=c.between(1650, 1950), purpose="openings")
    c.add("weight", basis="h100e", item="chip", weight=1)
    return c.case(DEMAND, ("line", "dresden-pack", "capacity"), ("line", "osaka-pack", "capacity"),
                  ("fund", "round", "amount_usd"), integer=True, objective="compute",
                  basis="h100e")  # fmt: skip


def whole_conversion(c: Chain) -> Case:
    """A line that gives up capacity in lumps, and both are wanted."""
    c.setting["stock_cover_months"] = 0
    size = round(c.need * c.between(0.2, 0.3), 2)
    c.add("item", name="old", unit="chip", kind="package")
    c.add("technology", name="old-pack", capacity_unit="start/month", family="packaging")
    c.add("recipe", name="pack-old", technology="old-pack")
    c.add("recipe_item", recipe="pack-old", item="old", role="out", quantity_per_start=1)
    c.add("line", name="old-line", site="hsinchu", technology="old-pack", party="osat",
          capacity=round(3 * size, 2))  # fmt: skip
    c.add("demand", name="olds", item="old", quantity=round(1.4 * size, 2), value_usd=5,
          must_serve=True)  # fmt: skip
    c.row("line", "osat-pack")["capacity"] = round(c.need - 1.4 * size, 2)
    c.module(size, exchange_line="old-line", exchange_per_unit=1.0)
    return c.case(DEMAND, ("demand", "olds", "quantity"), PACK, ("line", "old-line", "capacity"),
                  integer=True)  # fmt: skip


def whole_activation(c: Chain) -> Case:
    """Two designs, each with masks to pay, and money for one and a half."""
    for row in c.tables["recipe"]:
        row["variable_usd"] = 0
    c.add("item", name="chip2", unit="chip", kind="package")
    c.add("recipe", name="pack-two", technology="pack", activation_usd=1000)
    c.row("recipe", "pack-chip")["activation_usd"] = 1000
    c.add("recipe_item", recipe="pack-two", item="chip2", role="out", quantity_per_start=1)
    c.add("demand", name="twos", item="chip2", quantity=round(c.need / 2, 1), value_usd=5,
          must_serve=True)  # fmt: skip
    c.add("fund", name="round", amount_usd=c.between(1100, 1900), purpose="masks")
    c.add("weight", basis="h100e", item="chip", weight=1)
    return c.case(DEMAND, ("demand", "twos", "quantity"), ("fund", "round", "amount_usd"),
                  integer=True, objective="compute", basis="h100e")  # fmt: skip


def whole_right(c: Chain) -> Case:
    for line in c.tables["line"]:
        line["party"] = "lab"
    for row in c.tables["recipe"]:
        row["variable_usd"] = 0
    c.row("recipe", "pack-chip")["needs_right"] = True
    c.add("right", party="lab", what="pack-chip", cost_usd=1000)
    c.add("fund", name="round", party="lab", amount_usd=c.between(300, 900), purpose="licences")
    c.add("weight", basis="h100e", item="chip", weight=1)
    return c.case(DEMAND, ("recipe", "pack-chip", "needs_right"), ("fund", "round", "amount_usd"),
                  integer=True, objective="compute", basis="h100e", party="lab")  # fmt: skip


def whole_stake(c: Chain) -> Case:
    """A share of a line that money buys only in part."""
    for row in c.tables["recipe"]:
        row["variable_usd"] = 0
    c.row("line", "fab-logic")["party"] = "lab"
    c.row("line", "osat-pack")["capacity"] = round(4 * c.need, 1)
    c.add("stake", owner="lab", owned="osat-pack", share=0.5, price_usd=1000)
    c.add("fund", name="round", party="lab", amount_usd=c.between(600, 900), purpose="stakes")
    c.add("weight", basis="h100e", item="chip", weight=1)
    return c.case(DEMAND, ("fund", "round", "amount_usd"), integer=True, objective="compute",
                  basis="h100e", party="lab")  # fmt: skip


def whole_band(c: Chain) -> Case:
    """A floor and a cap on capacity, and no whole number of modules between them."""
    c.row("demand", "chips")["must_serve"] = False
    kept = c.row("line", "osat-pack")["capacity"] = round(c.need, 1)
    size = round(c.need / 2, 1)
    c.module(size, total=int(c.pick(5, 9)))
    c.add("limit", name="floor", measure="capacity", select="line=osat-pack", sense=">=",
          bound=round(kept + 1.3 * size, 2), from_date="2026-04-01")  # fmt: skip
    c.add("limit", name="roof", measure="capacity", select="line=osat-pack", sense="<=",
          bound=round(kept + 1.7 * size, 2))  # fmt: skip
    return c.case(("limit", "floor", "bound"), ("limit", "roof", "bound"), integer=True)


def whole_sizes(c: Chain) -> Case:
    """Two sizes of module, and no sum of them fits."""
    size = _lumpy(c)
    kept = c.row("line", "osat-pack")["capacity"]
    c.module(round(0.9 * size, 2), name="pack+small", total=1)
    c.add("limit", name="zoning", measure="capacity", select="line=osat-pack", sense="<=",
          bound=round(kept + size * 1.75, 2))  # fmt: skip
    return c.case(DEMAND, PACK, ("limit", "zoning", "bound"), integer=True)


FRACTIONAL = (
    capacity, late_shortage, two_demands, closed_lane, unopened_lane, no_lane, lane_capacity, cap,
    share_cap, floor_and_cap, floor, fund, budget, capex_cap, power, water, stock, take_or_pay,
    commitment_of_items, commitment_and_cap, booking, unqualified, unqualified_input,
    late_qualification, captive, no_right, late_module, early_demand, few_builds,
    few_builds_a_year, recipe_window, small_offer, late_offer, unsigned_offer, one_branch,
)  # fmt: skip
WHOLE = (
    whole_capacity, whole_capex, whole_fund, whole_power, whole_orders, whole_openings,
    whole_conversion, whole_activation, whole_right, whole_stake, whole_band, whole_sizes,
)  # fmt: skip


def cases() -> list[Case]:
    """The hundred: sixty that fractions feel, forty that only whole decisions feel."""
    plain = [FRACTIONAL[i % len(FRACTIONAL)] for i in range(60)]
    whole = [WHOLE[i % len(WHOLE)] for i in range(40)]
    return [kind(Chain(kind.__name__, seed)) for seed, kind in enumerate([*plain, *whole])]
