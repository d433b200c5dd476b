"""The one-file report: a page that opens offline, prints, and runs no script.

Owns the page: template, style, content security policy. Everything that comes from data is
escaped by the template; only our own drawings are inserted as they are.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from waferway.errors import OutputExists
from waferway.planning.plan import Plan
from waferway.planning.prices import Prices
from waferway.report.figures import Figure, figures_of
from waferway.report.prose import answer, asked, imputed_lines, sources_of

__all__ = ["render_report", "report"]

ROWS = 400
MENU = {
    "supply": "Supply and demand", "bottlenecks": "What binds", "use": "Use of lines",
    "builds": "Builds", "money": "Money", "map": "Map", "evidence": "Evidence",
}  # fmt: skip


def report(plan: Plan, path: str | Path, force: bool = False, deciders: Any = None) -> Path:
    """Write the one-file report of a plan, atomically.

    Parameters
    ----------
    plan : Plan
    path : path
        File to write; must not exist unless `force`.
    force : bool
    deciders : Deciders, optional
        The plan at both ends of what decides (`waferway plan --sensitivity`).

    Returns
    -------
    Path

    Raises
    ------
    OutputExists
    """
    target = Path(path)
    if target.exists() and not force:
        raise OutputExists(f"{target} exists; pass --force to replace it, or name another file")
    html = render_report(plan, deciders=deciders)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, building = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(html)
        Path(building).chmod(0o644)
        Path(building).replace(target)
    except BaseException:
        Path(building).unlink(missing_ok=True)
        raise
    return target


def render_report(plan: Plan, deciders: Any = None, prices: Prices | None = None) -> str:
    """The report of a plan as HTML text."""
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    from waferway import __version__

    prices = prices or plan.prices(intervals=True)
    summary = plan.summary()
    environment = Environment(
        loader=PackageLoader("waferway.report"), autoescape=True, trim_blocks=True
    )
    style = (Path(__file__).parent / "templates" / "page.css").read_text(encoding="utf-8").strip()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    title = plan.manifest["title"] or "Plan of a network"
    whose = f": the plan of {plan.manifest['party']}" if plan.manifest["party"] else ""
    return environment.get_template("plan.html").render(
        title=f"{title}{whose}",
        style=Markup(style),  # noqa: S704  our own file
        style_hash=digest,
        asked=asked(plan),
        answer=answer(plan, summary, prices),
        figures=[_shown(plan, figure, Markup) for figure in figures_of(plan, prices)],
        deciders=None if deciders is None else _decided(deciders),
        evidence=str(summary.evidence),
        imputed=imputed_lines(plan),
        manifest=[(key, _said(value)) for key, value in sorted(plan.manifest.items())],
        version=__version__,
    )


def _shown(plan: Plan, figure: Figure, markup: Any) -> dict[str, Any]:
    lines, grades, claims = sources_of(plan, figure)
    rows = figure.table.head(ROWS)
    return {
        "name": figure.name,
        "menu": MENU.get(figure.name, figure.name),
        "title": figure.title,
        "description": figure.description,
        "drawing": markup(figure.drawing),
        "columns": list(figure.table.columns),
        "rows": _rows(rows),
        "rows_shown": len(rows),
        "rows_total": len(figure.table),
        "rows_cut": len(rows) < len(figure.table),
        "sources": lines,
        "grades": grades,
        "claims": claims,
    }


def _rows(frame: pd.DataFrame) -> list[list[dict[str, Any]]]:
    return [
        [
            {"text": _cell(value, str(column)), "number": isinstance(value, int | float),
             "why": ""}
            for column, value in zip(frame.columns, row, strict=True)
        ]
        for row in frame.astype(object).itertuples(index=False, name=None)
    ]  # fmt: skip


def _cell(value: Any, column: str) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "not known"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if column == "year":
        return f"{value:.0f}"
    if "share" in column:
        return f"{value:.1%}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:,.4g}"


def _decided(deciders: Any) -> dict[str, Any]:
    frame = deciders.table()
    return {
        "title": deciders.title(),
        "note": deciders.note(),
        "columns": list(frame.columns),
        "rows": _rows(frame),
    }


def _said(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], str):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
