# %% [markdown]
# # The shipped atlas, to the end of 2026
#
# `waferway plan` goes to 2030; a shorter horizon is quick and enough to look at the tables. Read
# every figure with the grades printed at the end.

# %%
import waferway as ww

net = ww.world()
plan = ww.plan(net, until="2026Q4", gap=0.01)
print(plan)

# %% [markdown]
# Use of every line in its busiest quarter.

# %%
capacity = plan.capacity.to_frame()
capacity = capacity[capacity["capacity"] > 0]
decided = capacity[capacity["period"] >= "2025"]
use = (decided["used"] / decided["capacity"]).groupby(decided["line"]).max()
print(use.sort_values(ascending=False).head(12).round(2))

# %% [markdown]
# One number and the claims under it.

# %%
row = net.table("cite").query("table == 'line' and key == 'tsmc-cowos' and column == 'capacity'")
for claim_id in row["claim_id"].tail(3):
    claim = net.evidence.get(claim_id)
    print(f"[{claim.grade}] {claim_id}: {claim.value:g} {claim.unit}")

# %%
summary = plan.summary()
print(summary.evidence)
assert plan.verify().ok
