# %% [markdown]
# # An own chip beside H200 and B200
#
# A design of your own goes the way of the accelerators in the shipped atlas: from a design file
# to cost and compute, then to recipes that a plan can choose. The chip here is made up.

# %%
from importlib.resources import files

import waferway as ww

chip = ww.chips.parse_design("""
name: own
label: Own accelerator
dies:
  - name: own
    node: n3
    width_mm: 24
    height_mm: 27
    blocks:
      - {name: core, count: 96, needed: 88, area_share: 0.5}
memory:
  - {kind: hbm3e, stacks: 2, core_dies: 12, gb_per_stack: 36}
package:
  kind: cowos-s
  interposer: {width_mm: 40, height_mm: 30}
  substrate: {width_mm: 60, height_mm: 60}
power_w: 450
compute:
  dense_flops: {bf16: 1250 Tflop/s, fp8: 2500 Tflop/s}
  bandwidth: 2.4 TB/s
""")

# %% [markdown]
# What it costs and computes, beside two chips on the market.

# %%
designs = files("waferway.chips") / "designs"
rivals = [designs / f"{name}.yaml" for name in ("h200-sxm", "b200")]
side_by_side = ww.chips.compare([chip, *rivals], 2025, draws=200).to_frame().set_index("design")
columns = ["usd", "low_usd", "high_usd", "nre_usd", "memory_gb", "h100e-8bit-dense"]
print(side_by_side[columns].T.map("{:,.4g}".format))

# %% [markdown]
# Its recipes, in the shipped atlas. The lines of the atlas charge for wafers, so the recipes do
# not; its packages count 1.4 W at the site for each of their own. `openai` owns the design; it has
# booked 12-high HBM3E in the atlas.

# %%
compiled = ww.chips.compile(
    chip, year=2025, party="openai", variable_costs=False, facility_factor=1.4, draws=200
)
net = compiled.add_to(ww.world())
print(compiled.to_frame()[["recipe", "role", "item", "quantity_per_start", "good_fraction"]])

# %% [markdown]
# The most compute that can be had to the end of 2026: what is packaged, from 2025 on. At least
# cost the plan would leave it alone: design and masks of a chip on N3 cost about 2 bn USD. At 600 W
# it would do so too: power binds in 2025, and B200 gives more compute for each W.

# %%
plan = ww.plan(net, until="2026Q4", objective="compute", gap=0.01)
starts = plan.starts.to_frame().query("recipe.str.startswith('pack:') and period >= '2025'")
packed = starts.groupby("recipe")["starts"].sum().sort_values(ascending=False)
print((packed.head(8) / 1e6).round(2))
assert packed["pack:own"] > 0 and packed["pack:b200"] > 0
assert plan.verify().ok
