# %% [markdown]
# # From definition to answer
#
# A logic line, the chips it makes, and more demand than it can serve. All numbers are made up.

# %%
import waferway as ww

net = ww.Network.build(
    {
        "party": [{"name": "foundry", "kind": "foundry", "country": "TW"}],
        "item": [{"name": "die:ai", "unit": "die:ai", "kind": "die"}],
        "technology": [{"name": "logic", "capacity_unit": "wafer:n4/month"}],
        "recipe": [{"name": "make", "technology": "logic", "cycle_days": 90,
                    "variable_usd": "$9000/start"}],
        "recipe_item": [{"recipe": "make", "role": "out", "item": "die:ai",
                         "quantity_per_start": 60, "good_fraction": "70 %"}],
        "line": [{"name": "fab-1", "party": "foundry", "technology": "logic",
                  "capacity": "3k wafer:n4/month"}],
        "module": [{"name": "fab-1+2k", "line": "fab-1", "size": "2k wafer:n4/month",
                    "capex_usd": "$2bn", "lead_days": "18 months", "orders_per_year": 1}],
        "demand": [{"name": "world", "item": "die:ai", "value_usd": "$1500/die:ai",
                    "quantity": {"2026Q1": "120k die:ai/month", "2028Q1": "200k die:ai/month"}}],
    },
    {"title": "One fab", "start": "2026Q1", "until": "2029Q4", "currency": "USD",
     "price_year": 2026, "warmup_months": 6, "now": "2025-06-30"},
)  # fmt: skip

# %% [markdown]
# The warm-up fills the line: without it, nothing arrives in the first 90 days.

# %%
plan = ww.plan(net, gap=0)
print(plan)
print(plan.orders.to_frame())

# %% [markdown]
# What is left unserved, by period, and whether the plan keeps its own rules.

# %%
unserved = plan.unserved.to_xarray()["unserved"].sum("demand")
print(unserved.to_series().round())
verdict = plan.verify()
assert verdict.ok, verdict
assert plan.orders.to_frame()["orders"].sum() >= 1
