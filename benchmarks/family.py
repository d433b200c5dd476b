"""Generated networks for benchmarks: sites x technologies x items x quarters x branches.

Every site runs every technology; each item is made from the one before it; three lanes lead
from each site to others and the last items are wanted in six regions. Modules are integer.
"""

from __future__ import annotations

from waferway.network.network import Network
from waferway.streams import stream

__all__ = ["family_network"]


def family_network(
    sites: int = 30, technologies: int = 8, items: int = 12, quarters: int = 40, branches: int = 20,
    seed: int = 1,
) -> Network:  # fmt: skip
    """A network of the family, with a demand path of its own for each branch."""
    draw = stream(seed, "family")
    names = [f"i{k:02d}" for k in range(items)]
    wanted = names[-3:]
    years = [f"{2026 + q // 4}Q{q % 4 + 1}" for q in range(quarters)]
    tables: dict[str, list[dict]] = {
        "party": [{"name": "firm", "kind": "foundry", "country": "TW"}],
        "item": [{"name": n, "unit": "unit", "kind": "other", "holding_usd": 0.1} for n in names],
        "technology": [
            {"name": f"t{k}", "capacity_unit": "wafer/month"} for k in range(technologies)
        ],
        "recipe": [
            {"name": f"make-{n}", "technology": f"t{k % technologies}", "cycle_days": 60 + 5 * k,
             "variable_usd": 10.0}
            for k, n in enumerate(names)
        ],
        "recipe_item": [
            {"recipe": f"make-{n}", "item": n, "role": "out", "quantity_per_start": 10,
             "good_fraction": 0.8}
            for n in names
        ] + [
            {"recipe": f"make-{n}", "item": names[k - 1], "role": "in", "quantity_per_start": 5}
            for k, n in enumerate(names) if k
        ],
        "site": [{"name": f"s{s:02d}", "party": "firm", "country": "TW"} for s in range(sites)],
        "line": [
            {"name": f"l{s:02d}-{k}", "site": f"s{s:02d}", "technology": f"t{k}", "party": "firm",
             "capacity": float(draw.integers(50, 150))}
            for s in range(sites) for k in range(technologies)
        ],
        "module": [
            {"name": f"m{s:02d}-{k}", "line": f"l{s:02d}-{k}", "size": 50, "capex_usd": 1e5,
             "lead_days": 365, "orders_per_year": 2, "total": 6}
            for s in range(sites) for k in range(technologies)
        ],
        "lane": [
            {"from_place": f"s{s:02d}", "to_place": f"s{(s + step) % sites:02d}", "days": 7,
             "freight_usd": 1.0}
            for s in range(sites) for step in (1, 2, 3)
        ] + [
            {"from_place": f"s{s:02d}", "to_place": f"r{r}", "days": 14, "freight_usd": 2.0}
            for s in range(sites) for r in (s % 6, (s + 1) % 6)
        ],
        "branch": [{"name": f"b{w:02d}", "probability": 1 / branches} for w in range(branches)],
        "demand": [
            {"name": f"d-{n}-{r}", "region": f"r{r}", "item": n, "value_usd": 500.0,
             "quantity": {years[0]: 500.0}}
            for n in wanted for r in range(6)
        ],
        "profile": [
            {"table": "demand", "key": f"d-{n}-{r}", "column": "quantity", "period": y,
             "branch": f"b{w:02d}", "value": float(v)}
            for n in wanted for r in range(6) for w in range(branches)
            for y, v in zip(years[::4], 500.0 * draw.lognormal(0.05, 0.2, -(-quarters // 4)
                                                              ).cumprod(), strict=True)
        ],
    }  # fmt: skip
    settings = {"start": years[0], "until": years[-1], "currency": "USD", "price_year": 2026}
    return Network.build(tables, settings)
