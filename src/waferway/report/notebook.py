"""How things show themselves in a notebook: figure and table, no script, no network.

Owns the HTML of cells. Everything that comes from data is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from waferway.report.wording import cell_text

if TYPE_CHECKING:
    from waferway.network.network import Network
    from waferway.planning.plan import Plan
    from waferway.report.figure import Figure

__all__ = ["figure_html", "network_html", "plan_html", "table_html"]

ROWS = 30
"""Rows of a table that a notebook shows."""


def figure_html(figure: Figure) -> str:
    """A figure with its finding and its table, folded away."""
    return (
        f'<figure style="margin:0"><figcaption><strong>{escape(figure.title)}</strong></figcaption>'
        f'<div style="max-width:46rem" role="img" aria-label="{escape(figure.title)}">'
        f"{figure.svg('page')}</div><p>{escape(figure.description)}</p></figure>"
        f"<details><summary>Table</summary>{table_html(figure.table)}</details>"
    )


def plan_html(plan: Plan) -> str:
    """A plan: its answer in sentences, its first figure, and compute by year."""
    from waferway.report.figures import figures_of
    from waferway.report.prose import answer, asked

    summary = plan.summary()
    said = "".join(f"<p>{escape(s)}</p>" for s in answer(plan, summary, plan.prices()))
    first = figures_of(plan, plan.prices())[:1]
    drawn = "".join(figure_html(figure) for figure in first)
    title = escape(str(plan.manifest["title"] or "Plan of a network"))
    return f"<div><strong>{title}</strong><p>{escape(asked(plan))}</p>{said}{drawn}</div>"


def network_html(network: Network) -> str:
    """A network: its title, and how many rows each table has, with what the table is."""
    from waferway.network.schema import TABLES

    rows = [
        {"table": name, "rows": len(frame), "what": TABLES[name].meaning}
        for name, frame in network.tables.items()
        if len(frame)
    ]
    title = escape(str(network.setting("title") or "A network"))
    body = table_html(pd.DataFrame(rows)) if rows else "<p>No rows.</p>"
    return f"<div><strong>{title}</strong>{body}</div>"


def table_html(frame: pd.DataFrame, units: Mapping[str, str] | None = None) -> str:
    """A table as people read it, with units in its headers; long ones are cut and say so.

    Examples
    --------
    >>> table_html(pd.DataFrame({"who": ["<b>"], "built": [2000.0]}), {"built": "module"})[:60]
    '<table><thead><tr><th>who</th><th>built [module]</th></tr></'
    """
    known = units or {}
    heads = "".join(
        f"<th>{escape(f'{c} [{known[str(c)]}]' if str(c) in known else str(c))}</th>"
        for c in frame.columns
    )
    rows = []
    for values in frame.head(ROWS).astype(object).itertuples(index=False, name=None):
        cells = "".join(
            f"<td>{escape(cell_text(v, str(c)))}</td>"
            for c, v in zip(frame.columns, values, strict=True)
        )
        rows.append(f"<tr>{cells}</tr>")
    more = f"<p>{len(frame) - ROWS:,} more rows</p>" if len(frame) > ROWS else ""
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>{more}"
