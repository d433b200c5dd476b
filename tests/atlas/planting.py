"""Faults planted in a copy of the atlas, and clean variants of it, by seed.

A planter changes files as a person would: one cell, a cell with its claim, a row, a name. It
gives back what it touched, so that a test can ask whether the gate points there.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from waferway.atlas.catalogue import claim_id
from waferway.atlas.catalogue_schema import CATALOGUE, bounds_of
from waferway.atlas.sheets import key_of
from waferway.network.schema import TABLES

Rng = np.random.Generator
Row = dict[str, str]


@dataclass
class Copy:
    """An atlas folder that may be changed."""

    folder: Path
    touched: set[tuple[str, str]] = field(default_factory=set)  # file name, first cell of the row

    @classmethod
    def of(cls, atlas: Path, target: Path) -> Copy:
        shutil.copytree(atlas, target)
        return cls(target)

    def path(self, table: str) -> Path:
        inner = table in CATALOGUE or table in ("claim", "source")
        return self.folder / ("catalogue" if inner else "") / f"{table.removeprefix('net-')}.csv"

    def read(self, table: str) -> list[Row]:
        with self.path(table).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def write(self, table: str, rows: list[Row]) -> None:
        with self.path(table).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def touch(self, table: str, row: Row) -> None:
        self.touched.add((self.path(table).name, next(iter(row.values()))))

    def pick(self, table: str, rng: Rng, where: Callable[[Row], bool]) -> tuple[list[Row], Row]:
        rows = self.read(table)
        found = [row for row in rows if where(row)]
        return rows, found[int(rng.integers(len(found)))]

    def set(self, table: str, row: Row, column: str, value: str, rows: list[Row],
            claim: bool = False) -> None:  # fmt: skip
        """Change a cell, and the claim that states it if `claim`."""
        row[column] = value
        self.write(table, rows)
        self.touch(table, row)
        if claim:
            quantity, bound = bounds_of(column)
            name = claim_id(table, key_of(row, CATALOGUE[table].key), quantity)
            claims = self.read("claim")
            for other in claims:
                if other["claim_id"] == name:
                    other[bound] = value
                    self.touch("claim", other)
            self.write("claim", claims)


Plant = Callable[[Copy, Rng], None]


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def text_of(value: float) -> str:
    return np.format_float_positional(float(f"{value:.9g}"), trim="-")


def scaled(table: str, columns: tuple[str, ...], factor: float, claim: bool,
           where: Callable[[Row], bool] = lambda row: True) -> Plant:  # fmt: skip
    """Multiply cells of one row by a factor, with their claims or without."""

    def plant(copy: Copy, rng: Rng) -> None:
        rows, row = copy.pick(
            table, rng, lambda r: where(r) and all(is_number(r[c]) for c in columns)
        )
        for column in columns:
            copy.set(table, row, column, text_of(float(row[column]) * factor), rows, claim)

    return plant


def cell(table: str, column: str, value: str, claim: bool = False,
         where: Callable[[Row], bool] = lambda row: True) -> Plant:  # fmt: skip
    """Overwrite one cell."""

    def plant(copy: Copy, rng: Rng) -> None:
        rows, row = copy.pick(table, rng, lambda r: where(r) and bool(r[column]))
        copy.set(table, row, column, value, rows, claim)

    return plant


def repeated(table: str) -> Plant:
    def plant(copy: Copy, rng: Rng) -> None:
        rows, row = copy.pick(table, rng, lambda r: True)
        copy.write(table, [*rows, dict(row)])
        copy.touch(table, row)

    return plant


def swapped(where: Callable[[Row], bool]) -> Plant:
    def plant(copy: Copy, rng: Rng) -> None:
        rows, row = copy.pick("facility", rng, where)
        lat, lon = row["lat"], row["lon"]
        copy.set("facility", row, "lat", lon, rows, claim=True)
        copy.set("facility", row, "lon", lat, rows, claim=True)

    return plant


def circle(table: str, column: str) -> Plant:
    def plant(copy: Copy, rng: Rng) -> None:
        rows, row = copy.pick(table, rng, lambda r: bool(r[column]))
        names = {r["name"]: r for r in rows}
        above = names[row[column]]
        while above[column]:
            above = names[above[column]]
        copy.set(table, above, column, row["name"], rows)

    return plant


def claim_cell(column: str, value: str, where: Callable[[Row], bool]) -> Plant:
    def plant(copy: Copy, rng: Rng) -> None:
        rows, row = copy.pick("claim", rng, where)
        row[column] = value
        copy.write("claim", rows)
        copy.touch("claim", row)
        table, _, key = row["subject"].partition(":")
        for other in copy.read(table):
            if key_of(other, CATALOGUE[table].key) == key:
                copy.touch(table, other)

    return plant


def shares(copy: Copy, rng: Rng) -> None:
    """Shares of one whole raised until they sum to 212 %."""
    rows = copy.read("share")
    group = [r for r in rows if r["of"] == "hbm-market" and r["period"] == "2022"]
    for row, share in zip(group, ("0.99", "0.68", "0.45"), strict=True):
        copy.set("share", row, "share", share, rows, claim=True)
    del rng


def owners(copy: Copy, rng: Rng) -> None:
    rows, row = copy.pick("facility_owner", rng, lambda r: float(r["share"]) < 0.7)
    copy.set("facility_owner", row, "share", "0.95", rows, claim=True)
    for other in rows:
        if other["facility"] == row["facility"]:
            copy.touch("facility_owner", other)


def own_currency(copy: Copy, rng: Rng) -> None:
    """Won, yen or euros entered as dollars."""
    rows, row = copy.pick("award", rng, lambda r: r["currency"] in ("KRW", "JPY"))
    copy.set("award", row, "amount_usd", row["amount"], rows, claim=True)


def backwards(table: str, left: str, right: str) -> Plant:
    """Two bounds exchanged, in the cells and in the claim."""

    def plant(copy: Copy, rng: Rng) -> None:
        rows, row = copy.pick(
            table, rng,
            lambda r: is_number(r[left]) and is_number(r[right]) and r[left] != r[right],
        )  # fmt: skip
        low, high = row[left], row[right]
        copy.set(table, row, left, high, rows, claim=True)
        copy.set(table, row, right, low, rows, claim=True)

    return plant


def stale_state(copy: Copy, rng: Rng) -> None:
    rows, row = copy.pick("facility_status", rng, lambda r: r["status"] != "operating")
    for other in rows:
        if other["facility"] == row["facility"]:
            other["as_of"] = f"2011-0{1 + len(copy.touched)}-15"
            other["known_from"] = "2012-01-01"
            copy.touch("facility_status", other)
    copy.write("facility_status", rows)


def stale_claim(copy: Copy, rng: Rng) -> None:
    """A number states an older claim though a newer of the same worth is there."""
    rows, row = copy.pick(
        "claim",
        rng,
        lambda r: (
            r["rank"] == "preferred" and r["grade"] == "C" and "" < r["known_from"] < "2026-10-01"
        ),
    )
    others = [r for r in rows if (r["subject"], r["metric"]) == (row["subject"], row["metric"])]
    for other in others:
        if other is not row:
            other.update(known_from="2026-10-01", grade="C")
    row.update(rank="normal", rank_reason="")
    copy.write("claim", rows)
    copy.touch("claim", row)


def basis_of_both(copy: Copy, rng: Rng) -> None:
    """A plan for the future entered as usable capacity, in the table and in its claim."""
    rows, row = copy.pick(
        "capacity", rng, lambda r: r["basis"] == "announced" and r["period"][:4] >= "2027"
    )
    old = claim_id("capacity", key_of(row, CATALOGUE["capacity"].key), "wafers_per_month")
    row["basis"] = "usable"
    new = claim_id("capacity", key_of(row, CATALOGUE["capacity"].key), "wafers_per_month")
    copy.write("capacity", rows)
    copy.touch("capacity", row)
    claims = copy.read("claim")
    for claim in claims:
        if claim["claim_id"] == old:
            claim.update(claim_id=new, basis="usable",
                         subject="capacity:" + key_of(row, CATALOGUE["capacity"].key))  # fmt: skip
    copy.write("claim", claims)


def net_cell(table: str, column: str, change: Callable[[str], str],
             where: Callable[[Row], bool] = lambda row: True) -> Plant:  # fmt: skip
    """Change one cell of the planned network."""

    def plant(copy: Copy, rng: Rng) -> None:
        name = f"net-{table}"
        rows, row = copy.pick(name, rng, lambda r: where(r) and bool(r[column]))
        row[column] = change(row[column])
        copy.write(name, rows)
        copy.touch(name, row)
        copy.touched.add((f"{table}.csv", "*"))

    return plant


def uncited(copy: Copy, rng: Rng) -> None:
    rows = copy.read("net-cite")
    names = [r for r in rows if r["table"] == "recipe_item"]
    gone = names[int(rng.integers(len(names)))]
    copy.write("net-cite", [r for r in rows if r is not gone])
    copy.touched |= {("recipe_item.csv", "*"), ("profile.csv", "*")}  # dated values stand there


def net_circle(copy: Copy, rng: Rng) -> None:
    rows = copy.read("net-party")
    for row in rows:
        row.setdefault("parent", "")
    rows[0]["parent"], rows[1]["parent"] = rows[1]["name"], rows[0]["name"]
    copy.write("net-party", rows)
    copy.touch("net-party", rows[0])
    copy.touch("net-party", rows[1])
    del rng


def both_weight(copy: Copy, rng: Rng) -> None:
    """The sparse weight in the network, in the cell and in its claim."""
    rows, row = copy.pick("net-weight", rng, lambda r: r["item"] in (
        "package:h200", "package:mi300x", "package:v5p", "package:b200"))  # fmt: skip
    row["weight"] = text_of(2 * float(row["weight"]))
    copy.write("net-weight", rows)
    copy.touch("net-weight", row)
    cited = next(r["claim_id"] for r in copy.read("net-cite")
                 if r["table"] == "weight" and r["key"].endswith(row["item"]))  # fmt: skip
    claims = copy.read("net-claim")
    for claim in claims:
        if claim["claim_id"] == cited:
            claim["value"] = row["weight"]
            claim["low"] = claim["high"] = ""
    copy.write("net-claim", claims)


def with_claim(table: str, column: str, factor: float, where: Callable[[Row], bool]) -> Plant:
    """Multiply a cell of the planned network, and every bound of the claim that it cites."""

    def plant(copy: Copy, rng: Rng) -> None:
        name = f"net-{table}"
        rows, row = copy.pick(name, rng, where)
        row[column] = text_of(factor * float(row[column]))
        copy.write(name, rows)
        copy.touched.add((f"{table}.csv", next(iter(row.values()))))
        dated = table == "profile"
        cell = (row["table"], row["key"], row["column"], row["period"]) if dated else (
            table, key_of(row, TABLES[table].key), column, "")  # fmt: skip
        for bound in ("low", "high") if dated else ():
            row[bound] = text_of(factor * float(row[bound])) if row[bound] else ""
        copy.write(name, rows)
        cited = next(r["claim_id"] for r in copy.read("net-cite")
                     if (r["table"], r["key"], r["column"], r["period"]) == cell)  # fmt: skip
        for file in sorted(copy.folder.glob("claim*.csv")):
            claims = copy.read(f"net-{file.stem}")
            for claim in claims:
                if claim["claim_id"] == cited:
                    for bound in ("low", "value", "high"):
                        if claim[bound]:
                            claim[bound] = text_of(factor * float(claim[bound]))
            copy.write(f"net-{file.stem}", claims)

    return plant


def _inside(row: Row) -> bool:
    return row["key"] == "tsmc-cowos" and "2024" in row["period"] and row["column"] == "capacity"


def _in(*countries: str) -> Callable[[Row], bool]:
    return lambda row: row["country"] in countries


def _memory(row: Row) -> bool:
    return row["accelerator"].startswith("nvidia") and row["kind"] == "hbm_stack"


H100 = ("nvidia-h100-sxm", "nvidia-h200", "amd-mi300x", "nvidia-b200")


def _named(*names: str) -> Callable[[Row], bool]:
    return lambda row: row["name"] in names


def _of(*names: str) -> Callable[[Row], bool]:
    return lambda row: row["accelerator"] in names


PLANTS: list[tuple[str, Plant]] = [
    *[(f"repeated id in {t}", repeated(t)) for t in (
        "accelerator", "facility", "volume", "award", "share", "capacity", "country",
        "facility_event", "claim", "source")],
    ("shares sum to 212 %", shares),
    ("owners hold more than all", owners), ("owners hold more than all, again", owners),
    ("a share in per cent", cell("share", "share", "53")),
    ("a share in per cent, with its claim", cell("share", "share", "53", claim=True)),
    *[(f"thousands in a cell of {t}", scaled(t, (c,), f, False)) for t, c, f in (
        ("capacity", "wafers_per_month", 1000), ("capacity", "wafers_per_month", 0.001),
        ("volume", "units_p50", 0.001), ("award", "amount_usd", 0.001),
        ("holding", "units_p50", 1000), ("data_centre", "power_mw", 0.001))],
    *[(f"thousands in {t}.{c}, with its claim", scaled(t, (c,), f, True, w)) for t, c, f, w in (
        ("capacity", "wafers_per_month", 1000, lambda r: r["unit"] == "wafer:logic"),
        ("volume", "units_p50", 1000, lambda r: True),
        ("data_centre", "power_mw", 1000, lambda r: r["h100e"] not in ("unknown", "0")),
        ("accelerator", "tdp_w", 1000, lambda r: True),
        ("accelerator", "bandwidth_tb_s", 1000, lambda r: True),
        ("process", "wafer_price_usd", 0.001, lambda r: True),
        ("process", "capex_usd_per_kwpm", 1000, lambda r: True),
        ("rack", "power_kw", 1000, lambda r: True),
        ("accelerator", "transistors", 1000, lambda r: is_number(r["die_mm2"])),
        ("award", "amount_usd", 0.001, lambda r: True))],
    *[("a quarter for a month", scaled("capacity", ("wafers_per_month",), 3, False))] * 2,
    ("a month for a quarter", scaled("volume", ("units_p50",), 1 / 3, False)),
    ("a quarter for a month in the main product, with its claims", scaled(
        "volume", tuple(f"{q}_{p}" for q in ("units", "h100e") for p in ("p05", "p50", "p95")), 3,
        True, lambda r: r["accelerator"] == "nvidia-h100-sxm" and r["period"] >= "2023Q3")),
    ("a year for a month", scaled("capacity", ("wafers_per_month",), 12, False)),
    *[("own currency as dollars", own_currency)] * 4,
    ("an exchange rate upside down", scaled("rate", ("per_usd",), 1e-6, False)),
    *[("dies counted as packages", scaled("accelerator", ("compute_dies",), 2, True,
       lambda r: r["counted"] == "package" and is_number(r["die_mm2"])))] * 2,
    ("dies counted as packages in sales", scaled("volume", ("units_p50",), 2, True,
     _of("nvidia-b200", "nvidia-h100-sxm"))),
    ("dies counted in a rack", scaled("rack", ("units",), 2, True)),
    ("superchips counted in a rack", scaled("rack", ("units",), 0.5, True)),
    ("a superchip of one package", cell("accelerator_part", "quantity", "1", True,
     lambda r: r["kind"] == "package")),
    ("stacks of the wrong size", scaled("accelerator_part", ("memory_gb",), 2, True, _memory)),
    ("the area of two dies for one", scaled("accelerator", ("die_mm2",), 2, True, lambda r: (
        is_number(r["die_mm2"]) and float(r["die_mm2"]) > 440))),
    *[(f"a circle in {t}", circle(t, c)) for t, c in (
        ("facility", "parent"), ("organisation", "parent"), ("accelerator", "predecessor"),
        ("award", "supersedes"))],
    ("its own parent", cell("facility", "parent", "tsmc-fab21-1", where=_named("tsmc-fab21-1"))),
    ("a latitude of 267195", cell("facility", "lat", "267195")),
    ("a latitude of 267195, with its claim", cell("facility", "lat", "267195", True)),
    ("a longitude of 1202641", cell("facility_point", "lon", "1202641", True)),
    *[(f"swapped coordinates in {c}", swapped(_in(c))) for c in ("KR", "TW", "DE", "IL", "IE")],
    ("the sign of a longitude", scaled("facility", ("lon",), -1, True, _in("US"))),
    ("a plant in another country", cell("facility", "country", "BR", where=_in("TW"))),
    ("a stale state", stale_state), ("a stale state, again", stale_state),
    ("a stale claim", stale_claim), ("a stale claim, again", stale_claim),
    *[(f"bounds of {t} out of order", backwards(t, a, b)) for t, a, b in (
        ("volume", "units_p05", "units_p50"), ("volume", "h100e_p05", "h100e_p95"),
        ("holding", "units_p50", "units_p95"), ("process", "wafer_price_usd_low",
                                                "wafer_price_usd_high"),
        ("capacity", "wafers_per_month_low", "wafers_per_month_high"))],
    ("sparse in a cell", scaled("accelerator", ("fp8_tflops",), 2, False)),
    *[(f"sparse {c} with its claim", scaled("accelerator", (c,), 2, True, _named(*H100)))
      for c in ("fp8_tflops", "fp8_tflops", "bf16_tflops")],
    ("sparse fp4 with its claim", scaled("accelerator", ("fp4_tflops",), 2, True,
     _named("nvidia-b200", "nvidia-b100", "amd-mi355x"))),
    ("sparse int8 of all formats", scaled("accelerator", ("fp8_tflops", "int8_tops",
     "bf16_tflops"), 2, True, _named("nvidia-h200"))),
    *[("another basis in the table", cell("capacity", "basis", "measured_output",
       where=lambda r: r["basis"] == "announced"))] * 2,
    ("another basis in the claim", claim_cell("basis", "measured_output",
     lambda r: r["basis"] == "announced")),
    ("no basis", claim_cell("basis", "", lambda r: r["basis"] == "usable")),
    *[("a plan as usable capacity, with its claim", basis_of_both)] * 2,
    ("packages of a memory plant", cell("capacity", "unit", "wafer:cowos",
     where=lambda r: r["unit"] == "wafer:dram" and r["of"].startswith("samsung-p"))),
    *[(f"a claim without {c}", claim_cell(c, "", lambda r: r["method"] == "hand"
       and r["known_from"])) for c in ("unit", "grade", "source_id", "known_from", "locator")],
    ("a claim in another unit", claim_cell("unit", "wafer/quarter",
     lambda r: r["unit"] == "wafer/month")),
    ("a claim of an unknown source", claim_cell("source_id", "hearsay", lambda r: True)),
    ("known in the future", claim_cell("known_from", "2031-01-01", lambda r: r["known_from"])),
    ("zero for unknown", cell("accelerator", "die_mm2", "0",
     where=lambda r: r["die_mm2"] == "unknown")),
    ("blank for unknown", cell("accelerator", "die_mm2", "",
     where=lambda r: r["die_mm2"] == "unknown")),
    ("a comma in a number", cell("accelerator", "tdp_w", "1,000")),
    ("a plant of nobody", cell("facility", "operator", "tsnc")),
    ("a kind that is none", cell("facility", "kind", "logik")),
    ("a date that is none", cell("facility_event", "date", "2024-13")),
    ("reached in 2031", cell("facility_event", "date", "2031-05",
     where=lambda r: r["modality"] == "reported")),
    ("network: thousands", net_cell("line", "capacity", lambda v: text_of(1000 * float(v)))),
    ("network: a quarter for a month", net_cell(
        "profile", "value", lambda v: text_of(3 * float(v)),
        lambda r: r["column"] == "capacity" and r["period"])),
    ("network: latitude", net_cell("site", "lat", lambda v: "267195")),
    ("network: won as dollars", net_cell("module", "capex_usd",
     lambda v: text_of(1325 * float(v)))),
    ("network: no claim", uncited), ("network: circular parents", net_circle),
    ("network: sparse weight, with its claim", both_weight),
    ("network: another basis", net_cell("line", "basis", lambda v: "measured_output",
     lambda r: r["basis"] == "announced")),
    ("network: a quarter for a month, with its claim", with_claim("profile", "value", 3, _inside)),
    ("network: dies as packages, with its claim", with_claim(
        "recipe_item", "quantity_per_start", 2,
        lambda r: r["recipe"] in ("pack:b200", "pack:h100") and r["item"].startswith("die:"))),
    ("network: swapped coordinates", net_cell("site", "lat", lambda v: "-97.45",
     lambda r: r["name"] == "taylor")),
]  # fmt: skip


def clean_variant(copy: Copy, rng: Rng) -> None:
    """Change what may change: order of rows, figures by some per cent, points by metres."""
    for name in ("accelerator", "facility", "volume", "claim"):
        rows = copy.read(name)
        copy.write(name, [rows[i] for i in rng.permutation(len(rows))])
    _jitter(copy, rng, "accelerator", ("tdp_w", "price_usd"), 0.03)
    _jitter(copy, rng, "capacity", ("wafers_per_month",), 0.08)
    _jitter(copy, rng, "process", ("wafer_price_usd", "capex_usd_per_kwpm"), 0.05)
    _jitter(copy, rng, "data_centre", ("power_mw",), 0.1)
    _jitter(copy, rng, "facility", ("lat", "lon"), 2e-5)
    _together(copy, rng)


def _jitter(copy: Copy, rng: Rng, table: str, names: tuple[str, ...], size: float) -> None:
    rows, claims = copy.read(table), {c["claim_id"]: c for c in copy.read("claim")}
    for row in rows:
        if rng.random() < 0.7:
            continue
        factor = 1 + size * (2 * rng.random() - 1)
        for name in names:
            claim = claims.get(claim_id(table, key_of(row, CATALOGUE[table].key), name))
            if claim is None or claim["rank"] == "preferred":
                continue
            for column in (f"{name}_low", name, f"{name}_high"):
                if is_number(row.get(column, "")):
                    row[column] = text_of(float(row[column]) * factor)
            for bound in ("low", "value", "high"):
                if claim[bound]:
                    claim[bound] = text_of(float(claim[bound]) * factor)
    copy.write(table, rows)
    copy.write("claim", list(claims.values()))


def _together(copy: Copy, rng: Rng) -> None:
    """Sales of a product-quarter move together, as a revision of their source would."""
    rows, claims = copy.read("volume"), {c["claim_id"]: c for c in copy.read("claim")}
    for row in rows:
        factor = 1 + 0.05 * (2 * rng.random() - 1)
        for quantity in ("units", "h100e"):
            key = claim_id("volume", key_of(row, CATALOGUE["volume"].key), quantity)
            for bound in ("p05", "p50", "p95"):
                value = text_of(float(row[f"{quantity}_{bound}"]) * factor)
                row[f"{quantity}_{bound}"] = claims[key][bound] = value
    copy.write("volume", rows)
    copy.write("claim", list(claims.values()))


assert set(TABLES).isdisjoint(CATALOGUE)
