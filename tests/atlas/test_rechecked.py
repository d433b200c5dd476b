"""Claims read again, by program, against the rows they cite, where the shared data are present.

A claim says where its figure stands: the id under which a fact was tabulated, or the row and the
column of a published table. What can be looked up is looked up, and must agree.
"""

from __future__ import annotations

import csv
import math
import re
from functools import cache
from pathlib import Path

import pytest

from waferway.atlas import catalogue, world
from waferway.evidence.claims import Claim

SHARED = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data are not here")

FACTORS = {
    "USD billion": 1e9, "USD million": 1e6, "USD trillion": 1e12, "KRW trillion": 1e12,
    "JPY trillion": 1e12, "JPY billion": 1e9, "EUR billion": 1e9, "%": 0.01,
    "GiB": 1.073741824, "months": 30.4375, "12-inch-equivalent wafers/year": 1 / 12,
}  # fmt: skip
KEPT = {"%", "GiB", "GiB/package", "month"}  # units that a claim may keep as its source writes them
Found = dict[str, float]


@cache
def table(path: str) -> list[dict[str, str]]:
    with (SHARED / path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@cache
def by(path: str, column: str) -> dict[str, dict[str, str]]:
    return {row[column]: row for row in table(path)}


def number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def fact(name: str, claim: Claim) -> Found | None:
    """A row of the tabulated facts, in the unit of the claim."""
    if name in by("facts/facts.csv", "id"):
        row, keys = by("facts/facts.csv", "id")[name], ("value_low", "value", "value_high")
    elif name in by("capacity-facts/capacity_facts.csv", "fact_id"):
        row = by("capacity-facts/capacity_facts.csv", "fact_id")[name]
        keys = ("value_low", "value_mode", "value_high")
    else:
        return None
    factor = 1.0 if claim.unit in KEPT else FACTORS.get(row["unit"], 1.0)
    if row["unit"].startswith("million ") and claim.unit != row["unit"]:
        factor = 1e6
    if str(claim.unit).startswith("USD*month/wafer"):
        factor /= 1000  # the row is for 1,000 wafers a month
    values = dict(zip(("low", "value", "high"), (factor * number(row[k]) for k in keys),
                      strict=True))  # fmt: skip
    return {bound: value for bound, value in values.items() if not math.isnan(value)}


def of_epoch_hardware(claim: Claim) -> Found | None:
    name, _, column = (claim.locator or "").rpartition(": ")
    row = by("epoch-ml-hardware/ml_hardware_2026-03.csv", "Hardware name").get(name)
    if row is None or column not in row or not row[column]:
        return None
    scale = {"TB/s": 1e-12, "GB": 1e-9, "TFLOP/s": 1e-12, "TOP/s": 1e-12,
             "1e9 transistor": 1e-3}.get(claim.unit or "", 1.0)  # fmt: skip
    return {"value": float(row[column]) * scale}


def of_volumes(claim: Claim) -> Found | None:
    said = re.fullmatch(r"(\S+) (.+) (Q\d \d{4}): (units|h100e) at .*", claim.locator or "")
    if said is None:
        return None
    for row in table("compute-supply-checks/epoch-chip-units-2022-2024.csv"):
        if (row["designer"], row["chip"], row["quarter"]) == said.groups()[:3]:
            return {p: float(row[f"{said[4]}_{q}"])
                    for p, q in (("p05", "p5"), ("p50", "p50"), ("p95", "p95"))}  # fmt: skip
    return None


def of_holdings(claim: Claim) -> Found | None:
    said = re.fullmatch(r"(\w+) (owners|other), cumulative totals(?: \(inputs\))?, (.+): "
                        r"(units|h100e) at .*", claim.locator or "")  # fmt: skip
    if said is None:
        return None
    folder = "owners_csv_export" if said[2] == "owners" else "data_inputs"
    name = f"epoch-ai-chip-counts/{folder}/{said[1]}_{said[2]}_cumulative_totals.csv"
    row = by(name, "Name")[said[3]]
    columns = {
        "units": ("Number of Units (5th percentile)", "Number of Units",
                  "Number of Units (95th percentile)"),
        "h100e": ("H100e (5th percentile)", "Compute estimate in H100e (median)",
                  "H100e (95th percentile)"),
    }[said[4]]  # fmt: skip
    return dict(zip(("p05", "p50", "p95"), (float(row[c]) for c in columns), strict=True))


def of_data_centres(claim: Claim) -> Found | None:
    said = re.fullmatch(r"(.+), (\d{4}-\d\d-\d\d): (Power \(MW\)|H100 equivalents)",
                        claim.locator or "")  # fmt: skip
    if said is None:
        return None
    for row in table("epoch-data-centers/data_center_timelines.csv"):
        if (row["Data center"], row["Date"]) == said.groups()[:2] and row[said[3]]:
            return {"value": float(row[said[3]])}
    return None


def of_campuses(claim: Claim) -> Found | None:
    said = re.match(r"(AIFAB-\d+)", claim.locator or "")
    names = {"lat": "latitude", "lon": "longitude"}
    metric = names.get(claim.metric, claim.metric)
    column = f"{metric}_wgs84" if metric in names.values() else None
    if said is None or column is None:
        return None
    value = float(by("ai-chip-fab-atlas/atlas-campuses.csv", "campus_id")[said[1]][column])
    digits = 4 if claim.subject.startswith("site.") else 9
    return {"value": round(value, digits)}


def of_governance(claim: Claim) -> Found | None:
    if claim.metric != "governance":
        return None
    name = "wgi-2022/worldbank_governance_indicator_2022_normalised.csv"
    return {"value": float(by(name, "Country/Territory")[(claim.locator or "").split(":")[0]]
                           ["2022"])}  # fmt: skip


def of_sites(claim: Claim) -> Found | None:
    said = re.match(r"tabulated as (site-\d+)", claim.locator or "")
    if said is None:
        return None
    column = {"lat": "lat", "lon": "lon", "wafers_per_month": "capacity_wspm"}[claim.metric]
    return {"value": float(by("facts/sites.csv", "id")[said[1]][column])}


def looked_up(claim: Claim) -> Found | None:
    """Figures of the row that a claim cites; None where no program can tell."""
    said = re.match(r"tabulated as ([a-z]+-\d+|F\d+);", claim.locator or "")
    if claim.method != "hand":
        return of_sites(claim)
    if said:
        return fact(said[1], claim)
    if claim.claim_id in by("facts/facts.csv", "id"):
        return fact(claim.claim_id, claim)
    for look in (of_epoch_hardware, of_volumes, of_holdings, of_data_centres, of_campuses,
                 of_governance, of_sites):  # fmt: skip
        found = look(claim)
        if found is not None:
            return found
    return None


@pytest.mark.parametrize("part", ["catalogue", "network"])
def test_claims_agree_with_the_rows_they_cite(part: str) -> None:
    evidence = catalogue().evidence if part == "catalogue" else world().evidence
    checked, wrong = 0, []
    for claim in evidence.values():
        found = None if claim.form == "date" else looked_up(claim)
        if found is None:
            continue
        checked += 1
        for bound, value in found.items():
            mine = getattr(claim, bound)
            if mine is None and bound == "value":
                mine = claim.central
            if mine is None or not math.isclose(float(mine), value, rel_tol=1e-6):
                wrong.append((claim.claim_id, bound, mine, value))
    assert not wrong, wrong[:20]
    assert checked >= {"catalogue": 1100, "network": 170}[part]
