"""Layout of a flow diagram: where nodes stand and which way ribbons go.

Owns geometry; knows nothing of what flows. Widths are exact: what enters a node leaves it, and a
ribbon is as wide at both ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Bar", "Flow", "Node", "Ribbon", "layout", "ribbon_path"]


@dataclass(frozen=True)
class Node:
    """What flows run between.

    Attributes
    ----------
    name : str
    column : int
        0 is where everything starts.
    label, count : str
        What it is, and how many in its own unit.
    kind : str
        For its colour; ``lost`` nodes stand below the others of their column.
    """

    name: str
    column: int
    label: str
    count: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Flow:
    """An amount from one node to another, above 0."""

    source: str
    target: str
    amount: float


@dataclass(frozen=True)
class Bar:
    """A node, placed: px from the top left."""

    node: Node
    x: float
    y: float
    width: float
    height: float
    amount: float


@dataclass(frozen=True)
class Ribbon:
    """A flow, placed; `y0` and `y1` are the upper edges at its two ends."""

    flow: Flow
    x0: float
    x1: float
    y0: float
    y1: float
    height: float


def layout(
    nodes: Sequence[Node],
    flows: Sequence[Flow],
    width: float,
    height: float,
    *,
    bar: float = 12.0,
    gap: float = 14.0,
    gaps: Mapping[int, float] | None = None,
) -> tuple[list[Bar], list[Ribbon]]:
    """Place nodes in columns and ribbons between them.

    Parameters
    ----------
    nodes : sequence of Node
        In the order in which they stand within their column.
    flows : sequence of Flow
        From a column to a later one.
    width, height : float
        Of the whole drawing, px.
    bar, gap : float
        Width of a bar; least free height between two nodes of a column.
    gaps : mapping of int to float, optional
        Another free height for some columns.

    Returns
    -------
    bars : list of Bar
    ribbons : list of Ribbon

    Examples
    --------
    >>> bars, ribbons = layout([Node("a", 0, "a"), Node("b", 1, "b")], [Flow("a", "b", 5.0)],
    ...                        100, 50)
    >>> [(b.x, b.y, b.height) for b in bars], ribbons[0].height
    ([(0.0, 0.0, 50.0), (88.0, 0.0, 50.0)], 50.0)
    """
    into, out = (
        dict.fromkeys([n.name for n in nodes], 0.0),
        dict.fromkeys([n.name for n in nodes], 0.0),
    )
    for flow in flows:
        out[flow.source] += flow.amount
        into[flow.target] += flow.amount
    size = {name: max(into[name], out[name]) for name in into}
    columns = sorted({n.column for n in nodes})
    free = {c: (gaps or {}).get(c, gap) for c in columns}
    members = {c: [n for n in nodes if n.column == c] for c in columns}
    scale = min(
        (height - free[c] * (len(members[c]) - 1)) / total
        for c in columns
        if (total := sum(size[n.name] for n in members[c])) > 0
    )
    step = (width - bar) / max(1, columns[-1] - columns[0])
    bars: dict[str, Bar] = {}
    for c in columns:
        used = sum(size[n.name] for n in members[c]) * scale
        y = 0.0
        space = free[c]
        if len(members[c]) > 1 and any(n.kind == "lost" for n in members[c]):
            # What is lost falls to the bottom of its column.
            space = free[c]
        rest = height - used - space * (len(members[c]) - 1)
        for node in members[c]:
            tall = size[node.name] * scale
            if node.kind == "lost" and rest > 0:
                y += rest
                rest = 0.0
            bars[node.name] = Bar(node, (c - columns[0]) * step, y, bar, tall, size[node.name])
            y += tall + space
    order = {n.name: k for k, n in enumerate(nodes)}
    leaving = {name: bar_.y for name, bar_ in bars.items()}
    coming = dict(leaving)
    start: dict[Flow, float] = {}
    end: dict[Flow, float] = {}
    for flow in sorted(flows, key=lambda f: (order[f.source], bars[f.target].y, order[f.target])):
        start[flow] = leaving[flow.source]
        leaving[flow.source] += flow.amount * scale
    for flow in sorted(flows, key=lambda f: (order[f.target], bars[f.source].y, order[f.source])):
        end[flow] = coming[flow.target]
        coming[flow.target] += flow.amount * scale
    ribbons = [
        Ribbon(flow, bars[flow.source].x + bar, bars[flow.target].x, start[flow], end[flow],
               flow.amount * scale)
        for flow in flows
    ]  # fmt: skip
    return [bars[n.name] for n in nodes], ribbons


def ribbon_path(ribbon: Ribbon) -> str:
    """Outline of a ribbon as an SVG path.

    Examples
    --------
    >>> ribbon_path(Ribbon(Flow("a", "b", 1.0), 0, 10, 0, 4, 2))
    'M0,0C5,0 5,4 10,4L10,6C5,6 5,2 0,2Z'
    """
    r, middle = ribbon, (ribbon.x0 + ribbon.x1) / 2

    def at(x: float, y: float) -> str:
        return f"{round(x, 1):g},{round(y, 1):g}"

    top = f"M{at(r.x0, r.y0)}C{at(middle, r.y0)} {at(middle, r.y1)} {at(r.x1, r.y1)}"
    low0, low1 = r.y0 + r.height, r.y1 + r.height
    bottom = f"L{at(r.x1, low1)}C{at(middle, low1)} {at(middle, low0)} {at(r.x0, low0)}Z"
    return top + bottom
