"""From wafers to compute: what is made of what, and what is lost on the way.

Owns the account behind the flow diagram. It starts from the compute delivered in one year and
goes back through the recipes to the wafers behind it, so that nothing appears or vanishes: every
ribbon counts the compute it carries, and a loss is what would have been compute had nothing
failed. Where a package takes dies and memory stacks, each kind carries an equal part.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import pandas as pd

from waferway.report.drawing import FONT, GREY, SERIES, Spec
from waferway.report.figure import Figure
from waferway.report.figures.lanes import text_width, wrapped
from waferway.report.figures.reading import PlanReading
from waferway.report.names import label_of, link_unit
from waferway.report.notes import Cell
from waferway.report.sankey import Flow, Node, layout, ribbon_path

__all__ = ["Account", "account_of", "compute_flow"]

KINDS = {"die": "Good dies", "stack": "HBM stacks", "package": "Packages", "wafer": "Wafers",
         "interposer": "Interposers", "substrate": "Substrates", "rack": "Racks"}  # fmt: skip
COLOURS = {"wafer": SERIES[0], "memory": SERIES[4], "die": SERIES[0], "stack": SERIES[4],
           "package": SERIES[1], "compute": SERIES[2], "lost": SERIES[6],
           "other": GREY}  # fmt: skip
SMALL = 0.02
"""Sources and designers below this share are drawn together."""
MOST_DEEP = 12
"""Recipes deeper than this are a circle."""


@dataclass
class Account:
    """Compute carried between nodes, and pieces in their own unit.

    Attributes
    ----------
    flows : dict of (str, str) to float
        Compute from node to node.
    pieces : dict of str to float
        Wafers, good dies, stacks, packages; lost ones at lost nodes.
    height : dict of str to int
        Steps before compute is delivered.
    kind, label, unit : dict of str to str
        The unit is told for sources alone: that of the capacity they use.
    """

    flows: dict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    pieces: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    height: dict[str, int] = field(default_factory=dict)
    kind: dict[str, str] = field(default_factory=dict)
    label: dict[str, str] = field(default_factory=dict)
    unit: dict[str, str] = field(default_factory=dict)

    def add(self, source: str, target: str, compute: float) -> None:
        """Add compute to a flow."""
        if compute > 0:
            self.flows[source, target] += compute

    def node(self, name: str, height: int, kind: str, label: str) -> str:
        """Name a node; of two heights the larger stands."""
        self.height[name] = max(self.height.get(name, 0), height)
        self.kind[name], self.label[name] = kind, label
        return name


def account_of(reading: PlanReading, year: int) -> Account:
    """What the compute delivered in a year is made of."""
    plan = reading.plan
    net = plan.network
    weights = net.filled("weight")
    weights = weights[weights["basis"] == plan.manifest["basis"]].set_index("item")["weight"]
    served = plan.tables["served"]
    in_year = served["period"].map(reading.years) == year
    served = served[in_year & served["item"].isin(weights.index)]
    amount = (served["served"].astype(float) * reading.chance(served["branch"])).groupby(
        served["item"]).sum()  # fmt: skip
    account = Account()
    walk = _Walk(reading, year, account)
    party = set(net.table("party").index)
    for item, pieces in amount.items():
        compute = float(pieces) * float(weights[item])
        maker = walk.designer(str(item))
        name = label_of(plan, "party", maker) if maker in party else maker
        end = account.node(f"compute:{name}", 0, "compute", name)
        account.pieces[end] += float(pieces)
        walk.back(str(item), float(pieces), compute, end, 1)
    return account


class _Walk:
    """Goes back through recipes from what is delivered."""

    def __init__(self, reading: PlanReading, year: int, account: Account) -> None:
        plan, self.account = reading.plan, account
        self._net, self._plan = plan.network, plan
        months = [p.label for p in plan.calendar if p.start.year == year]
        middle = months[len(months) // 2]
        parts = self._net.filled("recipe_item")
        quantity = self._net.values("recipe_item", "quantity_per_start", plan.calendar)[middle]
        good = self._net.values("recipe_item", "good_fraction", plan.calendar)[middle].fillna(1.0)
        self._outs: dict[str, list[tuple[str, float, float]]] = defaultdict(list)
        self._ins: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for key, recipe, item, role in zip(
            parts.index, parts["recipe"], parts["item"], parts["role"], strict=True
        ):
            if role == "out":
                self._outs[item].append((recipe, float(quantity[key]), float(good[key])))
            else:
                self._ins[recipe].append((item, float(quantity[key])))
        self._per_start = dict(self._net.filled("recipe")["capacity_per_start"])
        starts = plan.tables["starts"]
        when = {p.label: p.start.year for p in plan.calendar}
        near = starts["period"].map(when).isin((year - 1, year))
        count = starts["starts"].astype(float) * reading.chance(starts["branch"])
        self._starts = count[near].groupby(starts["recipe"]).sum()
        self._ever = count.groupby(starts["recipe"]).sum()

    def designer(self, item: str) -> str:
        """Party of the first recipe of an item, or words where there is none."""
        recipes = self._outs.get(item, [])
        if not recipes:
            return "Bought or rented"
        return str(self._net.table("recipe").loc[recipes[0][0], "party"] or "Any designer")

    def _shares(self, item: str) -> list[tuple[str, float, float, float]]:
        """Recipes behind an item with the share of it each made, near the year."""
        makers = self._outs.get(item, [])
        for starts in (self._starts, self._ever):
            made = [float(starts.get(r, 0.0)) * q * g for r, q, g in makers]
            if sum(made) > 0:
                return [(r, q, g, m / sum(made))
                        for (r, q, g), m in zip(makers, made, strict=True) if m > 0]  # fmt: skip
        return []

    def back(self, item: str, pieces: float, compute: float, to: str, height: int) -> None:
        """Account for good pieces of an item that carry so much compute to a node."""
        account = self.account
        kind = str(self._net.table("item").loc[item, "kind"] or "other")
        shares = self._shares(item) if height < MOST_DEEP else []
        if not shares:
            name = account.node(
                f"bought:{kind}",
                height,
                "other",
                f"{KINDS.get(kind, kind.capitalize())} bought or in stock",
            )
            account.pieces[name] += pieces
            account.add(name, to, compute)
            return
        node = account.node(f"{kind}@{height}", height, kind, KINDS.get(kind, kind.capitalize()))
        account.pieces[node] += pieces
        account.add(node, to, compute)
        for recipe, quantity, good, share in shares:
            if good <= 0 or quantity <= 0:
                continue
            gross, carried = pieces * share / good, compute * share / good
            if good < 1:
                lost = account.node(f"lost:{node}", height - 1, "lost", f"Lost: {_lost(kind)}")
                account.pieces[lost] += gross - pieces * share
                account.add(node, lost, carried - compute * share)
            self._inputs(recipe, gross / quantity, carried, node, height + 1)

    def _inputs(self, recipe: str, starts: float, carried: float, node: str, height: int) -> None:
        account = self.account
        inputs = self._ins.get(recipe, [])
        if not inputs:
            technology = str(self._net.table("recipe").loc[recipe, "technology"] or "")
            label = label_of(self._plan, "technology", technology) if technology else recipe
            family = self._net.table("technology").loc[technology, "family"] if technology else ""
            source = account.node(
                f"from:{technology or recipe}", height,
                "memory" if family in ("stacking", "dram") else "wafer", label,
            )  # fmt: skip
            per = self._per_start.get(recipe, 1.0)
            account.pieces[source] += starts * per
            account.unit[source] = f"{link_unit(self._plan, technology)}s" if technology else ""
            account.add(source, node, carried)
            return
        item = self._net.table("item")
        kinds: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for name, quantity in inputs:
            kinds[str(item.loc[name, "kind"])].append((name, quantity))
        for members in kinds.values():
            total = sum(q for _, q in members)
            for name, quantity in members:
                part = carried / len(kinds) * (quantity / total if total else 1 / len(members))
                self.back(name, starts * quantity, part, node, height)


def _lost(kind: str) -> str:
    return {"die": "defects on the wafer", "stack": "stacking and test",
            "package": "packaging and test"}.get(kind, f"{kind} that fail")  # fmt: skip


def compute_flow(reading: PlanReading) -> Figure | None:
    """Sankey of the last shown year: wafers to dies and stacks to packages to compute."""
    plan = reading.plan
    if not plan.manifest["basis"]:
        return None
    served = plan.tables["served"]
    years = sorted(set(served["period"].map(reading.years).dropna().astype(int)))
    if not years:
        return None
    year = years[-1]
    account = account_of(reading, year)
    if not account.flows:
        return None
    table = _table(account)
    lost = sum(v for (_, t), v in account.flows.items() if account.kind[t] == "lost")
    made = sum(v for (_, t), v in account.flows.items() if account.kind[t] == "compute")
    by_cause = {account.label[t]: 0.0 for (_, t) in account.flows if account.kind[t] == "lost"}
    for (_, t), v in account.flows.items():
        if account.kind[t] == "lost":
            by_cause[account.label[t]] += v
    worst = max(by_cause, key=lambda c: by_cause[c], default="")
    if lost > 0:
        cause = worst.removeprefix("Lost: ")
        title = (
            f"Of what the wafers behind {year} could carry, {made / (made + lost):.0%} becomes "
            f"compute; most is lost to {cause} ({by_cause[worst] / (made + lost):.0%})"
        )
        losses = "Red: lost."
    else:
        first = _largest_source(account)
        title = (
            f"Behind the compute of {year}, {first} carries the most; recipes of this network "
            "count good pieces only"
        )
        losses = "No recipe says which share of its output is good, so losses are inside counts."
    parts = plan.network.table("recipe_item")
    used = set(plan.tables["starts"]["recipe"])
    cells: list[Cell] = [
        ("recipe_item", str(k), "") for k in parts.index[parts["recipe"].isin(used)]
    ]
    return Figure(
        "flow",
        title,
        f"What the compute delivered in {year} is made of, back through the recipes to the wafers. "
        f"Ribbons are as wide as the compute they carry ({plan.manifest['basis']}); where a "
        f"package takes dies and memory stacks, each carries half. {losses} Counts are in each "
        "thing's own unit, on the way to these deliveries alone.",
        lambda width: _draw(account, width),
        table,
        reading.column_notes(table, {"compute carried": cells}),
        "Wafers to compute",
    )


def _largest_source(account: Account) -> str:
    """The line that carries most, and its share of what logic lines carry."""
    logic: dict[str, float] = defaultdict(float)
    for (s, _), v in account.flows.items():
        if account.kind[s] == "wafer":
            logic[account.label[s]] += v
    if not logic:
        return "what is bought"
    best = max(logic, key=lambda name: logic[name])
    return f"{best} ({logic[best] / sum(logic.values()):.0%} of the logic)"


def _table(account: Account) -> pd.DataFrame:
    rows = [
        (account.label[s], account.label[t], v, "yes" if account.kind[t] == "lost" else "")
        for (s, t), v in sorted(account.flows.items(),
                                key=lambda p: (-account.height[p[0][0]], -p[1]))
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["from", "to", "compute carried", "lost"])


def _merged(account: Account) -> Account:
    """The same account with small sources and small designers drawn together."""
    total = sum(v for (_, t), v in account.flows.items() if account.kind[t] == "compute") or 1.0
    through: dict[str, float] = defaultdict(float)
    for (s, t), v in account.flows.items():
        for name in (s, t):
            if name.startswith(("from:", "compute:")):
                through[name] += v
    small = {n for n, v in through.items() if v < SMALL * total}
    new: dict[str, str] = {}
    for prefix, label in (("from:", "Other lines"), ("compute:", "Others")):
        mine = [n for n in small if n.startswith(prefix)]
        if len(mine) > 1:
            new |= {n: f"{prefix}others@{account.height[n]}" for n in mine}
            for n in mine:
                account.label[new[n]], account.kind[new[n]] = label, account.kind[n]
                account.height[new[n]] = account.height[n]
    out = Account(label=account.label, kind=account.kind, height=account.height)
    out.unit = {new.get(name, name): unit for name, unit in account.unit.items()}
    for (s, t), v in account.flows.items():
        out.add(new.get(s, s), new.get(t, t), v)
    for name, pieces in account.pieces.items():
        out.pieces[new.get(name, name)] += pieces
    return out


def _count(pieces: float) -> str:
    for scale, unit in ((1e9, " bn"), (1e6, " M"), (1e3, " k")):
        if pieces >= scale:
            return f"{pieces / scale:.3g}{unit}"
    return f"{pieces:.3g}"


UNIT = {"compute": "chips"}


def _draw(account: Account, width: int) -> Spec:
    narrow = width < 500
    account = _merged(account)
    used = {n for pair in account.flows for n in pair}
    deepest = max(account.height[n] for n in used)
    weight: dict[str, float] = defaultdict(float)
    for (s, t), v in account.flows.items():
        weight[s] += v
        weight[t] += v
    # Logic above memory, larger above smaller, what is lost at the bottom.
    rank = {"wafer": 0, "die": 0, "package": 0, "compute": 0, "memory": 1, "stack": 1, "other": 2,
            "lost": 3}  # fmt: skip
    names = sorted(used, key=lambda n: (-account.height[n], rank.get(account.kind[n], 2),
                                        "others" in n, -weight[n]))  # fmt: skip
    nodes = [
        Node(n, deepest - account.height[n], account.label[n],
             f"{_count(account.pieces[n])} {account.unit.get(n) or UNIT.get(account.kind[n], '')}"
             .strip(),
             account.kind[n])
        for n in names
    ]  # fmt: skip
    flows = [Flow(s, t, v) for (s, t), v in sorted(account.flows.items())]
    high = 500 if narrow else 400
    # Names stand right of their bars; those of the last column need a margin.
    size = 11 if narrow else 12
    last = max(n.column for n in nodes)
    ends = [text for n in nodes if n.column == last for text in (n.label, n.count)]
    margin = min(width * 0.2, max(text_width(t, size + 0.5) for t in ends) + 8)
    bar = 9 if narrow else 12
    inner = width - margin
    bars, ribbons = layout(nodes, flows, inner, high, bar=bar, gap=40 if narrow else 28)
    kind = account.kind
    paths = [
        {
            "path": ribbon_path(r),
            "colour": COLOURS.get("lost" if kind[r.flow.target] == "lost" else kind[r.flow.source],
                                  GREY),
            "tip": {"from": account.label[r.flow.source], "to": account.label[r.flow.target],
                    "compute": _count(r.flow.amount)},
        }
        for r in ribbons
    ]  # fmt: skip
    room = min(inner / max(1, last) - bar - 8, 240.0)
    blocks, words = [], []
    for b in bars:
        blocks.append({
            "x": round(b.x, 1), "y": round(b.y, 1), "w": b.width, "h": round(max(b.height, 1), 1),
            "colour": COLOURS.get(b.node.kind, GREY),
            "tip": {"what": b.node.label, "pieces": b.node.count, "compute": _count(b.amount)},
        })  # fmt: skip
        own = margin - 8 if b.node.column == last else room
        lines = [(text, 600) for text in wrapped(b.node.label, own, size)]
        lines += [(text, 400) for text in wrapped(b.node.count, own, size)]
        top = b.y + b.height / 2 - (len(lines) - 1) * (size + 1.5) / 2
        words += [
            {"x": round(b.x + b.width + 5, 1), "y": round(top + k * (size + 1.5), 1), "text": text,
             "weight": weight}
            for k, (text, weight) in enumerate(lines)
        ]  # fmt: skip
    return {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "width": width - 4, "height": high,
        "padding": {"left": 2, "right": 2, "top": 14, "bottom": 14},
        "background": None, "config": {"aria": False},
        "data": [{"name": "ribbons", "values": paths}, {"name": "bars", "values": blocks},
                 {"name": "words", "values": words}],
        "marks": [
            {"type": "path", "from": {"data": "ribbons"}, "encode": {"enter": {
                "path": {"field": "path"}, "fill": {"field": "colour"},
                "fillOpacity": {"value": 0.38}, "tooltip": {"field": "tip"}}}},
            {"type": "rect", "from": {"data": "bars"}, "encode": {"enter": {
                "x": {"field": "x"}, "y": {"field": "y"}, "width": {"field": "w"},
                "height": {"field": "h"}, "fill": {"field": "colour"},
                "tooltip": {"field": "tip"}}}},
            {"type": "text", "interactive": False, "from": {"data": "words"}, "encode": {"enter": {
                "x": {"field": "x"}, "y": {"field": "y"}, "text": {"field": "text"},
                "fontWeight": {"field": "weight"}, "font": {"value": FONT},
                "fontSize": {"value": size}, "fill": {"value": "currentColor"},
                "baseline": {"value": "middle"}}}},
        ],
    }  # fmt: skip
