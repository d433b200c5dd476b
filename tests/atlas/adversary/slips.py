"""Slips of a factor: units, currencies, counts, in a cell alone or with its claim."""

from __future__ import annotations

import numpy as np

from tests.atlas.adversary.book import (
    PLANTS,
    RATES,
    Book,
    Figure,
    Plant,
    catalogue_figures,
    network_figures,
    pick,
    usual_ladder,
)
from waferway.atlas.catalogue_schema import CATALOGUE
from waferway.network.schema import TABLES

SLIPS: list[tuple[str, str, str, float, bool]] = []  # kind, table, quantity, factor, dated


def _slips() -> None:
    def add(kind: str, factors: tuple[float, ...], *cells: str) -> None:
        for cell in cells:
            table, quantity = cell.split(".")
            for factor in factors:
                SLIPS.append((kind, table, quantity, factor, False))

    thousand = (1000.0, 1e-3)
    add(
        "thousands",
        thousand,
        "process.wafer_price_usd",
        "process.mask_set_usd",
        "process.capex_usd_per_kwpm",
        "accelerator.price_usd",
        "accelerator.transistors",
        "accelerator.bf16_tflops",
        "accelerator.fp8_tflops",
        "accelerator.bandwidth_tb_s",
        "accelerator.cost_usd",
        "capacity.wafers_per_month",
        "volume.units",
        "volume.h100e",
        "holding.units",
        "award.amount_usd",
        "award.amount",
        "award.investment_usd",
        "deal.value_usd",
        "data_centre.h100e",
        "rack.price_usd",
        "input.price_usd",
        "accelerator_part.memory_gb",
    )
    add("per quarter as per month", (3.0, 1 / 3), "capacity.wafers_per_month")
    add("per year as per month", (12.0, 1 / 12), "capacity.wafers_per_month", "input.per_year")
    add("per year as per quarter", (4.0, 0.25), "volume.units", "volume.h100e")
    add(
        "won as dollars",
        (1364.0,),
        "award.amount_usd",
        "award.investment_usd",
        "process.wafer_price_usd",
        "accelerator.price_usd",
        "deal.value_usd",
    )
    add(
        "yen as dollars",
        (150.0,),
        "award.amount_usd",
        "process.wafer_price_usd",
        "accelerator.price_usd",
        "rack.price_usd",
    )
    add(
        "Taiwan dollars as dollars",
        (32.0,),
        "process.wafer_price_usd",
        "award.amount_usd",
        "accelerator.price_usd",
        "process.mask_set_usd",
    )
    add("dies as packages", (2.0,), "volume.units")
    add(
        "sparse as dense",
        (2.0,),
        "accelerator.fp8_tflops",
        "accelerator.bf16_tflops",
        "accelerator.int8_tops",
        "accelerator.fp4_tflops",
    )
    add("GiB as GB", (1.073741824, 1 / 1.073741824), "accelerator.memory_gb")
    add("Gbit as GB", (8.0, 0.125), "accelerator.memory_gb", "accelerator_part.memory_gb")
    add("Tbit/s as TB/s", (8.0, 0.125), "accelerator.bandwidth_tb_s")
    add("kW as MW", thousand, "rack.power_kw", "data_centre.power_mw", "accelerator.tdp_w")
    add(
        "cm2 as mm2",
        (100.0, 0.01),
        "accelerator.die_mm2",
        "accelerator.total_die_mm2",
        "accelerator_part.area_mm2",
    )
    add("per inch2 as per cm2", (6.4516,), "process.defects_per_cm2")
    add("weeks as days", (1 / 7,), "process.cycle_days")
    add("months as days", (1 / 30.4,), "country.build_days", "process.cycle_days")
    add(
        "percent as share",
        (100.0, 0.01),
        "share.share",
        "facility_owner.share",
        "process.die_yield",
        "country.governance",
    )
    add("years as months", (1 / 12,), "country.permit_months")
    add("superchips as packages", (0.5,), "rack.units")
    add("dies as packages", (2.0,), "rack.units")
    add("rate upside down", (-1.0,), "rate.per_usd")


_slips()

NETWORK_SLIPS: list[tuple[str, str, str, float, bool]] = [
    ("thousands", "profile:line", "capacity", 1000.0, True),
    ("thousands", "profile:line", "capacity", 1e-3, True),
    ("per quarter as per month", "profile:line", "capacity", 3.0, True),
    ("per year as per month", "profile:line", "capacity", 12.0, True),
    ("thousands", "line", "capacity", 1000.0, False),
    ("per year as per month", "line", "capacity", 12.0, False),
    ("thousands", "line", "variable_usd", 1000.0, False),
    ("won as dollars", "module", "capex_usd", 1364.0, False),
    ("yen as dollars", "module", "capex_usd", 150.0, False),
    ("thousands", "module", "capex_usd", 1e-3, False),
    ("months as days", "module", "lead_days", 1 / 30.4, False),
    ("thousands", "item", "value_usd", 1000.0, False),
    ("won as dollars", "item", "value_usd", 1364.0, False),
    ("kW as MW", "item", "power_kw", 1000.0, False),
    ("kW as MW", "item", "power_kw", 1e-3, False),
    ("Gbit as GB", "item", "memory_gb", 8.0, False),
    ("thousands", "outturn", "quantity", 1000.0, False),
    ("per year as per quarter", "outturn", "quantity", 4.0, False),
    ("sparse as dense", "weight", "weight", 2.0, False),
    ("percent as share", "incentive", "share_of_capex", 100.0, False),
    ("percent as share", "stake", "share", 100.0, False),
    ("thousands", "recipe_item", "quantity_per_start", 1000.0, False),
    ("thousands", "profile:demand", "quantity", 1000.0, True),
    ("per year as per quarter", "profile:demand", "quantity", 12.0, True),
    ("thousands", "offer_step", "price_usd", 1000.0, False),
    ("thousands", "stake", "price_usd", 1e-3, False),
    ("weeks as days", "recipe", "cycle_days", 1 / 7, False),
    ("percent as share", "profile:recipe_item", "good_fraction", 100.0, True),
    ("percent as share", "profile:recipe_item", "good_fraction", 0.01, True),
]


def slip_figures(book: Book, table: str, quantity: str, dated: bool) -> list[Figure]:
    if table.startswith("profile:") or (table in TABLES and table not in CATALOGUE):
        return network_figures(book, table.removeprefix("profile:"), quantity, dated)
    return catalogue_figures(book, table, quantity)


def slip(table: str, quantity: str, factor: float, dated: bool, coherent: bool) -> Plant:
    def do(book: Book, rng: np.random.Generator) -> bool:
        figures = slip_figures(book, table, quantity, dated)
        if table == "volume" and factor == 2.0:  # packages of two dies only
            twin = {
                r["name"]
                for r in book.rows("catalogue/accelerator.csv")
                if r["compute_dies"] == "2"
            }
            figures = [f for f in figures if f.row["accelerator"] in twin]
        if not figures:
            return False
        one = pick(rng, figures)
        assert isinstance(one, Figure)
        k = 1 / one.value**2 if factor < 0 else factor
        usual = usual_ladder(one, k) if quantity in RATES and k == 2.0 else one.believable(k)
        if one.value == 0 or (coherent and usual):
            return False
        one.scale(k, coherent)
        return True

    return do


for _k, _t, _q, _f, _d in SLIPS:
    for _way in (False, True):
        _said = f"{_k}: {_t}.{_q} x {_f:.4g}{', coherent' if _way else ''}"
        PLANTS[_said] = (False, slip(_t, _q, _f, _d, _way))
for _k, _t, _q, _f, _d in NETWORK_SLIPS:
    for _way in (False, True):
        _said = f"{_k}: net {_t}.{_q} x {_f:.4g}{', coherent' if _way else ''}"
        PLANTS[_said] = (True, slip(_t, _q, _f, _d, _way))
