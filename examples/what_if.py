# %% [markdown]
# # What if
#
# The small network that `waferway network new` writes, with its scenario and one of our own.

# %%
from importlib.resources import files

import pandas as pd

import waferway as ww

net = ww.read(files("waferway.network") / "example.yaml")

# %% [markdown]
# A scenario of our own: add a row to two tables. The network itself does not change.

# %%
rows = {
    "scenario": [{"name": "slow-tools", "description": "modules six months later"}],
    "change": [{"scenario": "slow-tools", "order": 1, "table": "module", "key": "*",
                "column": "lead_days", "operation": "add", "value": "6 months"}],
}  # fmt: skip
tables = {name: frame.copy() for name, frame in net.tables.items()}
for name, added in rows.items():
    new = pd.DataFrame(added)
    new.index = new["name"] if name == "scenario" else new["scenario"] + "/" + new["order"].map(str)
    tables[name] = pd.concat([tables[name], new]).fillna(dict.fromkeys(("parent", "period"), ""))
wider = net.with_tables(tables)
assert net.sha256 != wider.sha256

# %%
lines = []
for names in ([], ["hbm-late"], ["slow-tools"], ["hbm-late", "slow-tools"]):
    plan = ww.plan(wider.with_scenario(*names), gap=0)
    unserved = plan.unserved.to_frame()
    lines.append(
        {
            "scenario": " + ".join(names) or "as it stands",
            "modules": int(plan.orders.to_frame()["orders"].sum()),
            "unserved": unserved["unserved"].sum() / unserved["need"].sum(),
            "cost, bn USD": plan.manifest["cost_usd"] / 1e9,
        }
    )
table = pd.DataFrame(lines).set_index("scenario")
print(table.round(3))
assert (table["cost, bn USD"] >= table["cost, bn USD"].iloc[0] - 1e-6).all()
