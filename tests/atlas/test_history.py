"""The frozen history of 2024 against published component use by designer and quarter.

Source: Epoch AI, "Data on AI Chip Components", May 2026 release, CC BY (table by designer).
The packaging starts of a quarter are the units sold in the next one, so component use in the
first three quarters tests recipes and lag. Built from the same release, and so no test:

- the fourth quarter (its starts are the published CoWoS wafers times packages per wafer);
- packages per wafer of H20, MI300A/X, the TPUs and Trainium (pooled over the same three
  quarters), the share of H200 and the prices per GB by kind of stack (from HBM dollars): their
  cells test the pooling and the lag only.

Independent are the CoWoS cells of NVIDIA in the first three quarters, to the extent of H100, H200
and B200 (packages per wafer from TrendForce and the press): about three quarters of those wafers.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from waferway.atlas import world
from waferway.calendar import Calendar
from waferway.network.network import Network

DESIGNERS = {"NVIDIA": "nvidia", "AMD": "amd", "Google": "google", "Amazon": "amazon"}
BY_CONSTRUCTION = {"Q4 2024"}


@pytest.fixture(scope="module")
def net() -> Network:
    return world()


def _use(net: Network) -> dict[tuple[str, str], dict[str, float]]:
    """Component use by (designer, quarter) from packaging starts times recipes."""
    recipe, items = net.table("recipe"), net.table("recipe_item")
    calendar = Calendar.build("2024Q1", "quarter", "2024Q1")
    good = net.values("recipe_item", "good_fraction", calendar).iloc[:, 0]
    out_rows = items[items["role"] == "out"]
    made = (out_rows["quantity_per_start"] * good[out_rows.index]).set_axis(out_rows["item"])
    worth, kind = net.table("item")["value_usd"], net.table("item")["kind"]
    out: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    history = net.table("outturn")
    packed = history[(history["measure"] == "starts") & history["subject"].str.startswith("pack:")]
    for name, period, starts in zip(
        packed["subject"], packed["period"], packed["quantity"], strict=True
    ):
        cell = out[recipe.loc[name, "party"], period]
        cell["cowos_wafers"] += starts * recipe.loc[name, "capacity_per_start"]
        inputs = items[(items["recipe"] == name) & (items["role"] == "in")]
        for item, quantity in zip(inputs["item"], inputs["quantity_per_start"], strict=True):
            if item.startswith("die:"):
                cell["logic_wafers"] += starts * quantity / made[item]
            elif kind[item] == "stack":
                cell["hbm_cost_usd"] += starts * quantity * worth[item]
    return out


def _published(folder: Path) -> list[dict[str, str]]:
    path = folder / "compute-supply-checks" / "epoch-components-by-designer-2024.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["designer"] in DESIGNERS]


@pytest.mark.parametrize("component", ["cowos_wafers", "logic_wafers", "hbm_cost_usd"])
def test_component_use_of_2024_lies_inside_the_published_bands(
    net: Network, shared_data: Path, component: str
) -> None:
    use = _use(net)
    outside = []
    for row in _published(shared_data):
        quarter = f"{row['quarter'][3:]}{row['quarter'][:2]}"
        got = use[DESIGNERS[row["designer"]], quarter][component]
        low, high = float(row[f"{component}_p5"]), float(row[f"{component}_p95"])
        if not low <= got <= high:
            kind = "by construction" if row["quarter"] in BY_CONSTRUCTION else "free"
            outside.append(f"{row['designer']} {quarter} ({kind}): {low:.4g} {got:.4g} {high:.4g}")
    assert not outside, "\n".join(outside)
