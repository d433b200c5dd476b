# %% [markdown]
# # Figures: shown in a notebook, saved as files
#
# A plan, its figures and its tables show themselves in a notebook, without script and without
# network. The network is the small one of `waferway network new`; its numbers are made up.

# %%
import tempfile
from pathlib import Path

import waferway as ww
from waferway.network.writing import write_example

with tempfile.TemporaryDirectory() as folder:
    net = ww.read(write_example(Path(folder) / "network.yaml"))
net

# %% [markdown]
# The plan shows its answer and its first figure.

# %%
plan = ww.plan(net)
plan

# %% [markdown]
# Any figure can be asked for by name: supply, map, bottlenecks, flow, builds, cost, money, use or
# evidence. Its title states what it finds; its table holds the numbers that are drawn.

# %%
flow = plan.figure("flow")
print(flow.title)
print(flow.table.to_string(index=False))
flow

# %% [markdown]
# SVG, PNG and PDF, in a light and a dark theme.

# %%
with tempfile.TemporaryDirectory() as folder:
    written = [flow.save(Path(folder) / f"flow.{form}", "dark") for form in ("svg", "png", "pdf")]
    assert all(path.stat().st_size > 2_000 for path in written)

# %% [markdown]
# Tables show their units.

# %%
shown = plan.capacity._repr_html_()
assert "capacity [{capacity}]" in shown and "<script" not in plan._repr_html_()
plan.capacity
