# %% [markdown]
# # What knowing the future would be worth
#
# Modules are ordered before anybody knows which demand comes. One plan with two branches decides
# the orders once; two plans that each know their future cost less. The difference is the most that
# a perfect forecast is worth. All numbers are made up.

# %%
import waferway as ww


def network(branches: dict[str, float], later: dict[str, str]) -> ww.Network:
    """One fab whose later demand depends on the branch; one branch alone is the plain case."""
    # A branch that says anything about a cell says all of it: the years before 2028 too.
    paths = {name: {"2026Q1": "80k die:ai/month", "2028Q1": value} for name, value in later.items()}
    quantity = {"branch": paths} if len(branches) > 1 else next(iter(paths.values()))
    tables = {
        "party": [{"name": "foundry", "kind": "foundry", "country": "TW"}],
        "item": [{"name": "die:ai", "unit": "die:ai", "kind": "die"}],
        "technology": [{"name": "logic", "capacity_unit": "wafer:n4/month"}],
        "recipe": [{"name": "make", "technology": "logic", "variable_usd": "$9000/start"}],
        "recipe_item": [{"recipe": "make", "role": "out", "item": "die:ai",
                         "quantity_per_start": 40}],
        "line": [{"name": "fab", "party": "foundry", "technology": "logic",
                  "capacity": "2k wafer:n4/month"}],
        "module": [{"name": "fab+1k", "line": "fab", "size": "1k wafer:n4/month",
                    "capex_usd": "$1.2bn", "lead_days": "24 months", "life_years": 8}],
        "demand": [{"name": "world", "item": "die:ai", "value_usd": "$1200/die:ai",
                    "quantity": quantity}],
    }  # fmt: skip
    if len(branches) > 1:
        tables["branch"] = [{"name": n, "probability": p} for n, p in branches.items()]
    return ww.Network.build(
        tables,
        {"title": "One fab, two futures", "start": "2026Q1", "until": "2029Q4",
         "currency": "USD", "price_year": 2026, "discount_rate": 0.1},
    )  # fmt: skip


# %%
chance = {"low": 0.5, "high": 0.5}
later = {"low": "80k die:ai/month", "high": "240k die:ai/month"}
together = ww.plan(network(chance, later), gap=0)
alone = {
    name: ww.plan(network({name: 1.0}, {name: quantity}), gap=0) for name, quantity in later.items()
}

# %%
wait_and_see = sum(chance[name] * plan.manifest["cost_usd"] for name, plan in alone.items())
here_and_now = together.manifest["cost_usd"]
for name, plan in {"not knowing": together, **alone}.items():
    print(f"{name:<12}{plan.orders.to_frame()['orders'].sum():4.0f} modules   "
          f"{plan.manifest['cost_usd'] / 1e9:8.3f} bn USD")  # fmt: skip
print(f"knowing is worth at most {(here_and_now - wait_and_see) / 1e6:,.0f} M USD")
assert here_and_now >= wait_and_see - 1e-3
