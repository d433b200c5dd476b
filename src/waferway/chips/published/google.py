"""The programme model of google/chiplets-cost-model: five years of one product, year by year.

Owns the arithmetic of that model in its own file format, its quirks included: the substrate is
counted twice in the yield loss (once in the materials, once by itself); good dies per wafer are
whole; the yield of the test step adds a share of repaired dies that may exceed 1; densities
headed "per cm2" reproduce its published unit prices when they are read per square inch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from waferway.errors import Fault, InputError, Place, RangeError

__all__ = ["ProgrammeCost", "programme_cost", "read_programme"]

YEARS = 5
CM2_PER_SQUARE_INCH = 6.4516
Row = Mapping[str, str]


@dataclass(frozen=True)
class ProgrammeCost:
    """Cost of the programme, one value per year, USD.

    `unit_usd` is per unit of demand; `margin_usd` the price asked less that.
    """

    material_usd: tuple[float, ...]
    masks_usd: tuple[float, ...]
    nre_usd: tuple[float, ...]
    assembly_scrap_usd: tuple[float, ...]
    quality_usd: tuple[float, ...]
    operating_usd: tuple[float, ...]
    ip_usd: tuple[float, ...]
    assembly_usd: tuple[float, ...]
    test_usd: tuple[float, ...]
    total_usd: tuple[float, ...]
    unit_usd: tuple[float, ...]
    margin_usd: tuple[float, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row per kind of cost, one column per year."""
        columns = [f"year{year}" for year in range(1, YEARS + 1)]
        return pd.DataFrame.from_dict(self.__dict__, orient="index", columns=columns)


def read_programme(path: Path) -> list[dict[str, str]]:
    """Rows of an input file: the first holds the programme's settings, the others the parts."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows: list[dict[str, str]] = frame.to_dict("records")
    needed = {"DeviceType", "DimensionX", "AssemblySteps", "YieldModel"}
    missing = sorted(needed - set(frame.columns))
    if missing or len(rows) < 2 or rows[0]["DeviceType"]:
        raise InputError(
            [
                Fault(
                    Place(str(path), 1),
                    "this is no programme of google/chiplets-cost-model",
                    why=f"missing columns: {', '.join(missing)}"
                    if missing
                    else "the first row holds settings (no DeviceType), the others parts",
                )
            ]
        )
    return rows


def _number(row: Row, column: str, default: float = 0.0) -> float:
    text = row[column].strip()
    if not text:
        return default
    try:
        return float(text)
    except ValueError:
        raise RangeError(
            f"{column} of part {row.get('SN', '')!r} is {text!r}; ranges are not drawn here"
        ) from None


def _area_mm2(row: Row, head: Row) -> float:
    street = _number(row, "SawStreet(mm)")
    spare = _number(head, "RecArea") * _number(head, "RecSpares")
    return (_number(row, "DimensionX") + street) * (_number(row, "DimensionY") + street) + spare


def _gross_dies(row: Row, head: Row) -> int:
    if _number(row, "DimensionX") == 0 or _number(row, "DimensionY") == 0:
        return 0
    diameter, area = _number(row, "WaferSize(mm)"), _area_mm2(row, head)
    return round((diameter - 6) * math.pi * (diameter / (4 * area) - 1 / math.sqrt(2 * area)))


def _model_yield(head: Row, row: Row, faults: float) -> float:
    if head["YieldModel"] == "Murphy":
        return ((1 - math.exp(-faults)) / faults) ** 2 if faults else 1.0
    if head["YieldModel"] == "Bose Einstein":
        return float((1 + faults) ** -int(row["N"]))
    raise RangeError(f"YieldModel is {head['YieldModel']!r}; known: Murphy, Bose Einstein")


def _unit_price_usd(row: Row, head: Row, year: int) -> float:
    """Price of one good part: stated, else from its wafer or substrate."""
    stated = row[f"ForecastUnitPriceYr{year}($)"].strip()
    if stated:
        return float(stated)
    if row["DeviceType"] == "Substrate":
        return _number(row, f"SubstrateUnitPriceYr{year}($)") / _number(row, f"WaferYieldYr{year}")
    gross = _gross_dies(row, head)
    if gross == 0:
        return 0.0
    density = _number(row, f"DefectDensityYr{year}(Defects/cm^2)") / CM2_PER_SQUARE_INCH
    good = _number(row, f"WaferYieldYr{year}") or _model_yield(
        head, row, density * _area_mm2(row, head) / 100
    )
    price = _number(row, "WaferPriceYr1($)")
    for later in range(2, year + 1):
        cheaper = price * (1 - _number(row, "WaferPriceAnnualDiscountFactor(%)") / 100)
        price = _number(row, f"WaferPriceYr{later}($)", cheaper)
    probe = _number(row, "ProbeCost($)")
    if not row["ProbeCost($)"].strip():
        seconds = sum(
            _number(row, f"Insrtn{k}") / (_number(row, f"Sites{k}") or 1.0) for k in (1, 2)
        )
        probe = _number(row, "ProberRate($/hr)") * seconds / 3600
    return price / int(gross * good) + probe


def _step_yield(row: Row, head: Row, year: int) -> float:
    """Yield that the test times use: the model's, plus a term for repaired dies."""
    stated = row[f"WaferYieldYr{year}"].strip()
    if stated:
        return float(stated)
    density = _number(row, f"DefectDensityYr{year}(Defects/cm^2)")
    spares, baseline = int(_number(head, "RecSpares")), int(_number(head, "RecBaseline"))
    p = int(_number(head, "RecArea")) / 100 * density
    n = baseline + spares
    repaired = math.comb(n, spares) * p**spares * (1 - p) ** (n - spares)
    return _model_yield(head, row, density * _area_mm2(row, head) / 100) + repaired


def _test_usd(head: Row, good: float) -> float:
    def h(name: str) -> float:
        return _number(head, name)

    sort = (h("WSa($/hr)") + h("WSh($/hr)")) / 3600
    sort *= h("WSdi") * h("WSci") + (1 - good * h("WSxi")) * h("WSdi") * h("WSri")
    final = (h("FTa($/hr)") + h("FTh($/hr)")) / 3600
    final *= h("FTci") * h("FTdi") + (1 - good * (h("WSxi") - h("FTxi"))) * h("FTri") * h("FTdi")
    system = (h("SLTa($/hr)") + h("SLTh($/hr)")) / 3600
    system *= h("SLTdi") * (good + (1 - good) * (1 - h("FTxi")))
    return sort + final + system


def _assembly_steps(head: Row, parts: Sequence[Row]) -> list[tuple[list[int], float]]:
    """How many of each part are attached at each step, and the yield of the step."""
    steps = []
    for k in range(1, int(head["AssemblySteps"]) + 1):
        attached = [
            int(_number(part, f"AssemblySeq{k}"))
            if _number(part, "DimensionX") > 0 and _number(part, "DimensionY") > 0
            else 0
            for part in parts
        ]
        stated = head[f"AssyYield{k}"].strip()
        good = float(stated) if stated else _number(head, f"AssyPerStepYield{k}") ** sum(attached)
        steps.append((attached, good))
    return steps


def programme_cost(rows: Sequence[Row]) -> ProgrammeCost:
    """Cost of a programme, repeated as the model computes it.

    Parameters
    ----------
    rows : sequence of mapping
        As `read_programme` gives them.

    Returns
    -------
    ProgrammeCost

    Raises
    ------
    RangeError
        If a cell is not a number (the model's stochastic ranges are not drawn).

    Source
    ------
    github.com/google/chiplets-cost-model (Apache-2.0); formulas only.
    """
    head, parts = rows[0], list(rows[1:])
    steps = _assembly_steps(head, parts)
    board = next(part for part in parts if part["DeviceType"] == "Substrate")
    years: dict[str, list[float]] = {name: [] for name in ProgrammeCost.__dataclass_fields__}
    for year in range(1, YEARS + 1):
        price = [_unit_price_usd(part, head, year) for part in parts]
        demand = [_number(part, f"ForecastDemandYr{year}") for part in parts]
        asp = _number(head, f"AspYr{year}($)")
        worth = [p * d for p, d in zip(price, demand, strict=True)]
        at_board = parts.index(board)
        substrate = worth[at_board]
        scrap = sum(
            sum(w * n for w, n in zip(worth, attached, strict=True)) * (1 - good)
            for attached, good in steps
        )
        final = _number(head, f"FinalPackageTestYieldYr{year}")
        system = _number(head, f"SLTYieldYr{year}")
        lost = 1 + (1 - final) + (1 - system) * final
        material = sum(worth)
        now = {
            "material_usd": material,
            "masks_usd": sum(_number(p, "MaskSetCost") for p in parts) if year == 1 else 0.0,
            "nre_usd": sum(_number(r, "NRE($)") for r in rows) if year == 1 else 0.0,
            "assembly_scrap_usd": scrap,
            "quality_usd": sum(
                w * _number(p, f"QualityYr{year}") / 1e6 for w, p in zip(worth, parts, strict=True)
            ),
            "operating_usd": sum(
                d * _number(p, f"OperatingUnitCostYr{year}($)")
                for d, p in zip(demand, parts, strict=True)
            ),
            "ip_usd": sum(
                asp * _number(p, f"IpInterfaceCostAspYr{year}") * d
                + _number(p, f"IpInterfaceCostYr{year}($)")
                for d, p in zip(demand, parts, strict=True)
            ),
            "assembly_usd": _number(head, f"PackageAssemblyCostYr{year}($)") * demand[at_board],
            "test_usd": sum(_test_usd(head, _step_yield(p, head, year)) for p in parts),
        }
        total = sum(value for name, value in now.items() if name != "material_usd")
        total += (material + substrate) * lost
        now["total_usd"] = total
        now["unit_usd"] = total / demand[0]
        now["margin_usd"] = asp - now["unit_usd"]
        for name, value in now.items():
            years[name].append(value)
    return ProgrammeCost(**{name: tuple(values) for name, values in years.items()})
