"""Networks that between them use every table a plan may speak of; the verifier's own set.

Small enough to plan in a second each. `full_world` has branches, openings, conversion, lags,
qualification, funds and limits; `small_party` is a party's view with offers, rights and stakes.
"""

from waferway.network.network import Network

SETTINGS = {
    "start": "2027Q1",
    "until": "2028Q4",
    "step": "quarter",
    "currency": "USD",
    "price_year": 2026,
    "discount_rate": 0.08,
}


def profile(table, key, column, period, value, branch="", age=None):
    row = {"table": table, "key": key, "column": column, "value": value}
    if period:
        row["period"] = period
    if branch:
        row["branch"] = branch
    if age is not None:
        row["age_months"] = age
    return row


def full_world(demand=60.0, funds=True, branches=True, history=True):
    """A chain of wafers, stacks and packages in three countries, short of everything."""
    tables = {
        "party": [
            {"name": "foundry", "kind": "foundry", "country": "TW"},
            {"name": "mem1", "kind": "memory", "country": "KR"},
            {"name": "mem2", "kind": "memory", "country": "KR"},
            {"name": "chipco", "kind": "designer", "country": "US"},
            {"name": "cloud", "kind": "cloud", "country": "US", "parent": "chipco"},
            {"name": "trader", "kind": "other", "country": "SG"},
        ],
        "item": [
            {"name": "die", "unit": "die", "kind": "die", "holding_usd": 0.1, "value_usd": 50},
            {"name": "stack", "unit": "stack", "kind": "stack", "value_usd": 120},
            {"name": "package", "unit": "package", "kind": "package", "captive_to": "chipco",
             "holding_usd": 2, "value_usd": 900, "power_kw": 1.2},
            {"name": "old", "unit": "package", "kind": "package", "value_usd": 300,
             "power_kw": 0.7},
            {"name": "substrate", "unit": "substrate", "kind": "substrate", "value_usd": 8},
        ],
        "weight": [
            {"basis": "h100e", "item": "package", "weight": 1.0},
            {"basis": "h100e", "item": "old", "weight": 0.4},
        ],
        "technology": [
            {"name": "n4", "capacity_unit": "wafer/month", "family": "logic"},
            {"name": "hbm", "capacity_unit": "wafer/month", "family": "dram"},
            {"name": "ddr", "capacity_unit": "wafer/month", "family": "dram"},
            {"name": "cowos", "capacity_unit": "wafer/month", "family": "packaging"},
            {"name": "test", "capacity_unit": "wafer/month", "family": "test"},
        ],
        "recipe": [
            {"name": "dies", "technology": "n4", "party": "chipco", "cycle_days": 84,
             "variable_usd": 200, "activation_usd": 3000, "reuse_group": "design"},
            {"name": "dies2", "technology": "n4", "party": "chipco", "cycle_days": 70,
             "variable_usd": 220, "activation_usd": 2500, "reuse_group": "design",
             "from_date": "2027-10-01"},
            {"name": "stacks", "technology": "hbm", "cycle_days": 60, "variable_usd": 40},
            {"name": "packages", "technology": "cowos", "party": "chipco", "cycle_days": 20,
             "capacity_per_start": 0.8},
            {"name": "olds", "technology": "cowos", "cycle_days": 10, "to_date": "2028-06-30"},
        ],
        "recipe_item": [
            {"recipe": "dies", "role": "out", "item": "die", "quantity_per_start": 6,
             "good_fraction": 0.6},
            {"recipe": "dies2", "role": "out", "item": "die", "quantity_per_start": 7,
             "good_fraction": 0.7},
            {"recipe": "stacks", "role": "out", "item": "stack", "quantity_per_start": 8,
             "good_fraction": 0.8},
            {"recipe": "packages", "role": "in", "item": "die", "quantity_per_start": 2},
            {"recipe": "packages", "role": "in", "item": "stack", "quantity_per_start": 4},
            {"recipe": "packages", "role": "in", "item": "substrate", "quantity_per_start": 1},
            {"recipe": "packages", "role": "out", "item": "package", "quantity_per_start": 1,
             "good_fraction": 0.9},
            {"recipe": "olds", "role": "in", "item": "die", "quantity_per_start": 1},
            {"recipe": "olds", "role": "out", "item": "old", "quantity_per_start": 1},
        ],
        "recipe_use": [
            {"recipe": "packages", "technology": "test", "capacity_per_start": 2.0},
        ],
        "site": [
            {"name": "tainan", "party": "foundry", "country": "TW", "power_mw": 55,
             "water_m3": 900},
            {"name": "arizona", "party": "foundry", "country": "US", "opening_usd": 4000,
             "opening_days": 120},
            {"name": "hsinchu", "party": "foundry", "country": "TW"},
        ],
        "line": [
            {"name": "n4tw", "site": "tainan", "technology": "n4", "party": "foundry",
             "capacity": 20, "mw_per_unit": 2, "water_per_unit": 30, "fixed_usd": 30,
             "variable_usd": 10},
            {"name": "n4us", "site": "arizona", "technology": "n4", "party": "foundry",
             "capacity": 4, "fixed_usd": 50},
            {"name": "hbm1", "technology": "hbm", "party": "mem1", "capacity": 12,
             "fixed_usd": 20, "may_retire": True},
            {"name": "ddr1", "technology": "ddr", "party": "mem1", "capacity": 30,
             "fixed_usd": 5, "may_retire": True},
            {"name": "hbm2", "technology": "hbm", "party": "mem2", "capacity": 15,
             "fixed_usd": 18},
            {"name": "pack", "site": "hsinchu", "technology": "cowos", "party": "foundry",
             "capacity": 18, "fixed_usd": 12},
            {"name": "tester", "site": "hsinchu", "technology": "test", "party": "foundry",
             "capacity": 50},
        ],
        "line_recipe": [
            {"line": "n4tw", "recipe": "dies", "good_fraction": 1.05},
            {"line": "n4us", "recipe": "dies", "cycle_days": 95, "good_fraction": 0.9,
             "from_date": "2027-07-01"},
        ],
        "module": [
            {"name": "n4us+5", "line": "n4us", "size": 5, "capex_usd": 9000, "lead_days": 200,
             "life_years": 6, "total": 4, "orders_per_year": 2.5},
            {"name": "hbm1+3", "line": "hbm1", "size": 3, "capex_usd": 1500, "lead_days": 100,
             "exchange_line": "ddr1", "exchange_per_unit": 1.5, "earliest": "2027-02-01",
             "latest": "2028-03-31", "life_years": 8},
            {"name": "pack+4", "line": "pack", "size": 4, "capex_usd": 1200, "lead_days": 150,
             "orders_per_year": 2},
        ],
        "stock": [
            {"place": "tainan", "item": "die", "opening": 40},
            {"place": "hsinchu", "item": "substrate", "opening": 10, "arrivals": 4},
        ],
        "lane": [
            {"from_place": "TW", "to_place": "TW", "what": "any", "days": 2, "freight_usd": 0.5},
            {"from_place": "US", "to_place": "TW", "what": "die", "days": 12, "freight_usd": 1,
             "tariff": 0.02},
            {"from_place": "KR", "to_place": "TW", "what": "stack", "days": 5,
             "freight_usd": 0.8, "capacity": 90},
            {"from_place": "any", "to_place": "US", "what": "package", "days": 9,
             "freight_usd": 4, "tariff": 0.05},
            {"from_place": "SG", "to_place": "any", "what": "any", "days": 4, "freight_usd": 0.2,
             "from_date": "2027-04-01"},
        ],
        "offer": [
            {"name": "substrates", "seller": "trader", "item": "substrate", "place": "trader",
             "lead_days": 30},
            {"name": "stacks-deal", "seller": "trader", "item": "old", "place": "trader",
             "reserve": True, "premium_usd": 3, "prepayment": 0.1, "floor": 0.6,
             "from_date": "2027-04-01", "to_date": "2028-09-30"},
        ],
        "offer_step": [
            {"offer": "substrates", "step": 1, "price_usd": 10, "volume": 8},
            {"offer": "substrates", "step": 2, "price_usd": 16, "volume": 30},
            {"offer": "stacks-deal", "step": 1, "price_usd": 310, "volume": 3},
            {"offer": "stacks-deal", "step": 2, "price_usd": 340, "volume": 9},
        ],
        "commitment": [
            {"name": "booked", "customer": "chipco", "supplier": "foundry", "line": "pack",
             "quantity": 6, "force": "booking"},
            {"name": "paid", "customer": "chipco", "supplier": "foundry", "line": "n4tw",
             "quantity": 19, "force": "take_or_pay", "price_usd": 400},
            {"name": "stacks-for", "customer": "chipco", "supplier": "mem1", "item": "stack",
             "quantity": 95, "force": "booking", "price_usd": 90, "from_date": "2027-07-01"},
            {"name": "letter", "customer": "cloud", "supplier": "mem2", "item": "stack",
             "quantity": 500, "force": "letter_of_intent"},
        ],
        "qualification": [
            {"line": "hbm1", "item": "stack", "customer": "chipco"},
            {"line": "hbm2", "item": "stack", "customer": "chipco", "from_date": "2027-09-01"},
        ],
        "demand": [
            {"name": "compute", "party": "cloud", "region": "US", "basis": "h100e",
             "quantity": demand, "value_usd": 3000, "segment": "training"},
            {"name": "olds", "item": "old", "quantity": 12, "value_usd": 400},
            {"name": "fleet", "basis": "h100e", "party": "chipco", "measure": "stock",
             "quantity": 90, "value_usd": 60},
        ],
        "incentive": [
            {"name": "itc", "state": "chipco", "place": "US", "share_of_capex": 0.25},
            {"name": "grant", "place": "US", "share_of_capex": 0.2, "amount_usd": 2500,
             "to_date": "2028-06-30"},
        ],
        "limit": [
            {"name": "power", "measure": "delivered_power_mw", "select": "customer=cloud",
             "sense": "<=", "bound": 0.05},
            {"name": "share", "measure": "output", "select": "country=TW; item=die",
             "share_of": "item=die", "sense": "<=", "bound": 0.97, "from_date": "2028-07-01"},
            {"name": "capex", "measure": "capex_usd", "sense": "<=", "bound": 2500},
            {"name": "hbmshare", "measure": "starts", "select": "line=hbm1|hbm2; family=d*",
             "sense": "<=", "bound": 24},
        ],
        "profile": [
            profile("module", "n4us+5", "payments", "", 0.4, age=0),
            profile("module", "n4us+5", "payments", "", 0.6, age=5),
            profile("module", "n4us+5", "ramp", "", 0.3, age=0),
            profile("module", "n4us+5", "ramp", "", 1.0, age=4),
            profile("module", "pack+4", "ramp", "", 0.5, age=0),
            profile("module", "pack+4", "ramp", "", 1.0, age=6),
            profile("demand", "compute", "quantity", "2027Q1", demand),
            profile("demand", "compute", "quantity", "2028Q1", 1.6 * demand),
            profile("demand", "fleet", "survival", "", 1.0, age=0),
            profile("demand", "fleet", "survival", "", 0.8, age=8),
            profile("lane", "US/TW/die", "tariff", "2028-02-10", 0.08),
            profile("recipe_item", "stacks/out/stack", "good_fraction", "2027Q1", 0.7),
            profile("recipe_item", "stacks/out/stack", "good_fraction", "2027Q3", 0.82),
            profile("line", "hbm2", "capacity", "2028Q2", 21),
            profile("module", "pack+4", "capex_usd", "2028Q1", 1000),
        ],
    }  # fmt: skip
    if branches:
        tables["branch"] = [
            {"name": "boom", "probability": 0.4},
            {"name": "calm", "probability": 0.6},
            {"name": "crisis", "parent": "calm", "probability": 0.5},
            {"name": "steady", "parent": "calm", "probability": 0.5},
        ]
        tables["profile"] += [
            profile("demand", "compute", "quantity", "2027Q1", 1.2 * demand, "boom"),
            profile("demand", "compute", "quantity", "2028Q1", 2.4 * demand, "boom"),
            profile("demand", "compute", "quantity", "2028Q1", 0.9 * demand, "calm"),
            profile("line", "n4tw", "capacity", "2027Q1", 20, "crisis"),
            profile("line", "n4tw", "capacity", "2028Q1", 19, "crisis"),
        ]
    if funds:
        tables["fund"] = [
            {"name": "debt", "amount_usd": 200_000, "purpose": "build", "cost_of_capital": 0.06},
            {"name": "equity", "amount_usd": 900_000, "purpose": "all",
             "cost_of_capital": 0.1, "from_date": "2027-04-01"},
        ]  # fmt: skip
    if history:
        tables["outturn"] = [
            {"measure": "starts", "subject": "dies", "of": "n4tw", "period": "2026Q4",
             "quantity": 55},
            {"measure": "starts", "subject": "stacks", "of": "hbm1", "period": "2026Q4",
             "quantity": 30},
            {"measure": "deliveries", "subject": "package", "of": "fleet", "period": "2026",
             "quantity": 44},
            {"measure": "orders", "subject": "pack+4", "period": "2026Q3", "quantity": 1},
        ]  # fmt: skip
        tables["recipe"][0].pop("activation_usd")
        tables["recipe"][1].pop("activation_usd")
        tables["recipe"][2] |= {"activation_usd": 100}
        tables["recipe"][4] |= {"activation_usd": 150}
    settings = SETTINGS | {"tail_months": 6}
    if history:
        settings |= {"warmup_months": 6, "now": "2026-12-31"}
    return Network.build(tables, settings)


def small_party():
    """A lab that buys capacity, stacks and rented packages, a right, a stake and its own line."""
    tables = {
        "party": [
            {"name": "lab", "kind": "lab", "country": "US"},
            {"name": "foundry", "kind": "foundry", "country": "TW"},
            {"name": "mem", "kind": "memory", "country": "KR"},
            {"name": "rival", "kind": "lab", "country": "US"},
        ],
        "item": [
            {"name": "die", "unit": "die", "kind": "die", "value_usd": 40},
            {"name": "stack", "unit": "stack", "kind": "stack", "value_usd": 100},
            {"name": "chip", "unit": "package", "kind": "package", "value_usd": 700,
             "holding_usd": 3},
        ],
        "technology": [
            {"name": "n3", "capacity_unit": "wafer/month", "family": "logic"},
            {"name": "pack", "capacity_unit": "wafer/month", "family": "packaging"},
        ],
        "recipe": [
            {"name": "own-dies", "technology": "n3", "party": "lab", "cycle_days": 50,
             "variable_usd": 15, "activation_usd": 500, "needs_right": True},
            {"name": "packing", "technology": "pack", "cycle_days": 15},
        ],
        "recipe_item": [
            {"recipe": "own-dies", "role": "out", "item": "die", "quantity_per_start": 5,
             "good_fraction": 0.8},
            {"recipe": "packing", "role": "in", "item": "die", "quantity_per_start": 1},
            {"recipe": "packing", "role": "in", "item": "stack", "quantity_per_start": 2},
            {"recipe": "packing", "role": "out", "item": "chip", "quantity_per_start": 1},
        ],
        "site": [{"name": "texas", "party": "lab", "country": "US"}],
        "line": [
            {"name": "n3tw", "technology": "n3", "party": "foundry", "capacity": 40,
             "fixed_usd": 10, "variable_usd": 5},
            {"name": "packus", "site": "texas", "technology": "pack", "party": "lab",
             "capacity": 20, "fixed_usd": 8, "variable_usd": 1},
        ],
        "module": [
            {"name": "packus+10", "line": "packus", "size": 10, "capex_usd": 900,
             "lead_days": 120, "orders_per_year": 2},
        ],
        "lane": [
            {"from_place": "TW", "to_place": "US", "what": "die", "days": 10, "freight_usd": 1,
             "tariff": 0.1},
            {"from_place": "KR", "to_place": "US", "what": "stack", "days": 14,
             "freight_usd": 1},
        ],
        "offer": [
            {"name": "wafers", "seller": "foundry", "line": "n3tw", "share": 0.5},
            {"name": "hbm", "seller": "mem", "item": "stack", "place": "mem", "reserve": True,
             "premium_usd": 2, "prepayment": 0.2, "floor": 0.7, "sign_by": "2027-06-30",
             "lead_days": 45},
        ],
        "offer_step": [
            {"offer": "wafers", "step": 1, "price_usd": 60, "volume": 6},
            {"offer": "wafers", "step": 2, "price_usd": 90},
            {"offer": "hbm", "step": 1, "price_usd": 130, "volume": 100},
        ],
        "commitment": [
            {"name": "rival-wafers", "customer": "rival", "supplier": "foundry",
             "line": "n3tw", "quantity": 16, "force": "booking"},
        ],
        "right": [
            {"party": "lab", "what": "own-dies", "cost_usd": 700, "lead_days": 30,
             "from_date": "2027-01-01"},
        ],
        "stake": [
            {"owner": "lab", "owned": "n3tw", "share": 0.1, "price_usd": 2500,
             "lead_days": 60, "until_date": "2028-06-30", "from_date": "2027-02-01"},
        ],
        "demand": [
            {"name": "training", "party": "lab", "item": "chip", "quantity": 35,
             "value_usd": 900},
        ],
        "fund": [
            {"name": "round", "party": "lab", "amount_usd": 400_000, "purpose": "chips",
             "cost_of_capital": 0.05},
        ],
    }  # fmt: skip
    return Network.build(tables, SETTINGS | {"tail_months": 3})
