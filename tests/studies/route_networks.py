"""A small world with every route, small enough to be worked out by hand."""

from __future__ import annotations

from typing import Any

from waferway.network.network import Network

__all__ = ["lab"]


def lab(money_usd: float = 1000.0, **changes: list[dict[str, Any]]) -> Network:
    """A lab with a fund, one of each means; years 2026 to 2028, no lags, no discounting.

    One chip is 2 units of compute, a rented one 1, an own one 3. An own chip is one wafer of a
    foundry, of the lab's own plant, of a plant in part, or of a maker.
    """
    tables: dict[str, list[dict[str, Any]]] = {
        "party": [
            {"name": "lab", "kind": "lab", "country": "US"},
            {"name": "cloud", "kind": "cloud", "country": "US"},
            {"name": "vendor", "kind": "designer", "country": "US"},
            {"name": "foundry", "kind": "foundry", "country": "TW"},
            {"name": "maker", "kind": "foundry", "country": "KR"},
        ],
        "item": [
            {"name": "rented", "unit": "chip", "kind": "compute"},
            {"name": "chip", "unit": "chip", "kind": "package"},
            {"name": "own", "unit": "chip", "kind": "package", "captive_to": "lab"},
        ],
        "weight": [
            {"basis": "h", "item": "rented", "weight": 1},
            {"basis": "h", "item": "chip", "weight": 2},
            {"basis": "h", "item": "own", "weight": 3},
        ],
        "technology": [
            {"name": "logic", "capacity_unit": "wafer/month", "family": "logic"},
        ],
        "recipe": [
            {"name": "own", "technology": "logic", "party": "lab", "needs_right": True},
            {"name": "chip", "technology": "logic", "party": "vendor"},
            {"name": "toll", "technology": "logic", "party": "lab", "variable_usd": 12},
        ],
        "recipe_item": [
            {"recipe": "own", "item": "own", "role": "out", "quantity_per_start": 1},
            {"recipe": "chip", "item": "chip", "role": "out", "quantity_per_start": 1},
            {"recipe": "toll", "item": "chip", "role": "out", "quantity_per_start": 1},
        ],
        "line": [
            {"name": "foundry-line", "party": "foundry", "technology": "logic", "capacity": 4},
            {"name": "maker-line", "party": "maker", "technology": "logic", "capacity": 3},
            {"name": "plant", "party": "lab", "technology": "logic", "variable_usd": 2},
        ],
        "module": [
            {"name": "plant+2", "line": "plant", "size": 2, "capex_usd": 300, "lead_days": 365,
             "total": 3, "life_years": 3},
        ],
        "offer": [
            {"name": "rent", "seller": "cloud", "item": "rented", "open_to": "lab"},
            {"name": "buy", "seller": "vendor", "item": "chip", "open_to": "lab"},
            {"name": "wafers", "seller": "foundry", "line": "foundry-line", "open_to": "lab",
             "reserve": True, "prepayment": 0.2},
        ],
        "offer_step": [
            {"offer": "rent", "step": 1, "price_usd": 25, "volume": 5},
            {"offer": "buy", "step": 1, "price_usd": 40, "volume": 4},
            {"offer": "wafers", "step": 1, "price_usd": 18},
        ],
        "right": [{"party": "lab", "what": "own", "cost_usd": 200, "lead_days": 0}],
        "stake": [
            {"owner": "lab", "owned": "maker-line", "share": 0.4, "price_usd": 350,
             "from_date": "2026-01-01"},
            {"owner": "lab", "owned": "maker", "share": 1, "price_usd": 900,
             "from_date": "2026-01-02"},
        ],
        "demand": [
            {"name": "need", "party": "lab", "basis": "h", "quantity": 1000, "value_usd": 100},
        ],
        "fund": [
            {"name": "round", "party": "lab", "amount_usd": money_usd, "purpose": "compute"},
        ],
    }  # fmt: skip
    settings = {
        "start": "2026", "until": "2028", "step": "year", "currency": "USD", "price_year": 2026,
        "discount_rate": 0.0, "compute_basis": "h",
    }  # fmt: skip
    return Network.build({**tables, **changes}, settings)
