"""OR-Library capacitated facility location, each instance as a network.

Published optima: J.E. Beasley, EJOR 33 (1988) 314-325; demand may be split. The cost of a pair is
for serving all of a customer, so a unit of freight costs that over the demand.
"""

import csv

import pytest

from waferway.network.network import Network
from waferway.planning import plan

INSTANCES = (
    "cap61", "cap63", "cap71", "cap73", "cap91", "cap93", "cap101", "cap103", "cap121", "cap123",
    "cap131", "cap133",
)  # fmt: skip


def read_instance(path):
    numbers = iter(path.read_text().split())
    facilities, customers = int(next(numbers)), int(next(numbers))
    sites = [(float(next(numbers)), float(next(numbers))) for _ in range(facilities)]
    demand = [float(next(numbers)) for _ in range(customers)]
    cost = [[float(next(numbers)) for _ in range(customers)] for _ in range(facilities)]
    return sites, demand, cost


def location_network(sites, demand, cost):
    tables = {
        "party": [{"name": "firm", "kind": "other", "country": "GB"}],
        "item": [{"name": "good", "unit": "unit", "kind": "other"}],
        "technology": [{"name": "warehouse", "capacity_unit": "unit/month"}],
        "recipe": [{"name": "supply", "technology": "warehouse"}],
        "recipe_item": [
            {"recipe": "supply", "item": "good", "role": "out", "quantity_per_start": 1}
        ],
        "site": [
            {"name": f"f{j}", "party": "firm", "country": "GB", "opening_usd": fixed}
            for j, (_, fixed) in enumerate(sites)
        ],
        "line": [
            {"name": f"w{j}", "site": f"f{j}", "party": "firm", "technology": "warehouse",
             "capacity": capacity}
            for j, (capacity, _) in enumerate(sites)
        ],
        "demand": [
            {"name": f"c{i}", "region": f"c{i}", "item": "good", "quantity": amount,
             "value_usd": 0, "must_serve": True}
            for i, amount in enumerate(demand)
        ],
        "lane": [
            {"from_place": f"f{j}", "to_place": f"c{i}", "freight_usd": cost[j][i] / amount}
            for j in range(len(sites))
            for i, amount in enumerate(demand)
        ],
    }  # fmt: skip
    settings = {
        "start": "2026-01", "until": "2026-01", "step": "month", "discount_rate": 0,
        "currency": "USD", "price_year": 1988,
    }  # fmt: skip
    return Network.build(tables, settings)


@pytest.mark.shared
@pytest.mark.parametrize("name", INSTANCES)
def test_published_optimum(name, shared_data):
    folder = shared_data / "orlib-cflp"
    with (folder / "optima.csv").open() as file:
        optima = {
            row["instance"]: float(row["optimum_multi_source"]) for row in csv.DictReader(file)
        }
    network = location_network(*read_instance(folder / f"{name}.txt"))
    result = plan(network, gap=1e-9)
    assert result.manifest["cost_usd"] == pytest.approx(optima[name], rel=1e-6)
