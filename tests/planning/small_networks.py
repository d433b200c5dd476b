"""Small networks for tests of plans: one that a person can check by hand."""

from waferway.network.network import Network

SETTINGS = {
    "start": "2026Q1", "until": "2027Q4", "currency": "USD", "price_year": 2026,
    "title": "A small network", "discount_rate": 0.0,
}  # fmt: skip


def chip_tables():
    """A fab, a memory maker, a packager; one design; compute wanted by one lab."""
    return {
        "party": [
            {"name": "fab", "kind": "foundry", "country": "TW", "lat": 24.8, "lon": 121.0},
            {"name": "mem", "kind": "memory", "country": "KR", "lat": 37.2, "lon": 127.4},
            {"name": "lab", "kind": "lab", "country": "US", "lat": 37.8, "lon": -122.4},
        ],
        "item": [
            {"name": "die", "unit": "die", "kind": "die"},
            {"name": "stack", "unit": "stack", "kind": "stack"},
            {"name": "chip", "unit": "package", "kind": "package", "power_kw": 1.0},
        ],
        "weight": [{"basis": "h100e", "item": "chip", "weight": 1}],
        "technology": [
            {"name": "logic", "capacity_unit": "wafer:logic/month", "family": "logic"},
            {"name": "hbm", "capacity_unit": "wafer:hbm/month", "family": "stacking"},
            {"name": "cowos", "capacity_unit": "wafer:cowos/month", "family": "packaging"},
        ],
        "recipe": [
            {"name": "make-die", "technology": "logic", "variable_usd": 10000},
            {"name": "make-stack", "technology": "hbm", "variable_usd": 5000},
            {"name": "pack", "technology": "cowos", "variable_usd": 3000},
        ],
        "recipe_item": [
            {"recipe": "make-die", "item": "die", "role": "out", "quantity_per_start": 60,
             "good_fraction": 0.75},
            {"recipe": "make-stack", "item": "stack", "role": "out", "quantity_per_start": 40},
            {"recipe": "pack", "item": "die", "role": "in", "quantity_per_start": 30},
            {"recipe": "pack", "item": "stack", "role": "in", "quantity_per_start": 150},
            {"recipe": "pack", "item": "chip", "role": "out", "quantity_per_start": 30,
             "good_fraction": 0.95},
        ],
        "line": [
            {"name": "fab-logic", "party": "fab", "technology": "logic", "capacity": 1000},
            {"name": "mem-hbm", "party": "mem", "technology": "hbm", "capacity": 5000},
            {"name": "fab-cowos", "party": "fab", "technology": "cowos", "capacity": 800},
        ],
        "module": [
            {"name": "cowos+100", "line": "fab-cowos", "size": 100, "capex_usd": 5e6,
             "lead_days": 180, "orders_per_year": 2, "life_years": 10}
        ],
        "lane": [{"from_place": "any", "to_place": "any", "days": 7, "freight_usd": 1}],
        "demand": [
            {"name": "compute", "party": "lab", "basis": "h100e", "quantity": 40000,
             "value_usd": 20000}
        ],
    }  # fmt: skip


def chip_network(**settings):
    return Network.build(chip_tables(), SETTINGS | settings)
