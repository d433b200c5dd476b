"""waferway: plan, simulate and finance networks of AI-chip factories.

The face is this module: ``import waferway as ww`` and then ``ww.world()``, ``ww.plan(net)``.
Everything is loaded on first use, so that importing stays light.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.2.0"

# public name -> (module, attribute)
_FACE: dict[str, tuple[str, str | None]] = {
    "Calendar": ("waferway.calendar", "Calendar"),
    "Network": ("waferway.network.network", "Network"),
    "Plan": ("waferway.planning.plan", "Plan"),
    "check": ("waferway.studies.check", "check"),
    "balance": ("waferway.atlas.balance", "balance"),
    "chips": ("waferway.chips", None),
    "fab_countries": ("waferway.studies.fab_countries", "fab_countries"),
    "subsidies": ("waferway.studies.subsidies", "subsidies"),
    "finance": ("waferway.finance", None),
    "hindcast": ("waferway.studies.hindcast", None),
    "market": ("waferway.market", None),
    "diff": ("waferway.studies.comparison", "diff"),
    "demand": ("waferway.demand", None),
    "figure": ("waferway.report.figures", "read_figure"),
    "figures": ("waferway.report.figures", "figures_of"),
    "errors": ("waferway.errors", None),
    "plan": ("waferway.planning.planner", "plan"),
    "into_branches": ("waferway.atlas.sampling", "into_branches"),
    "plan_project": ("waferway.studies.plan_accounts", "plan_project"),
    "partners": ("waferway.studies.partners", "partners"),
    "routes": ("waferway.studies.routes", "routes"),
    "read": ("waferway.network.reading", "read"),
    "render_report": ("waferway.report.plan_page", "render_report"),
    "write_routes_report": ("waferway.report.routes_page", "write_routes_report"),
    "write_report": ("waferway.report.plan_page", "report"),
    "run_scenario": ("waferway.studies.scenarios", "run_scenario"),
    "sample": ("waferway.atlas.sampling", "sample"),
    "trace": ("waferway.studies.tracing", "trace"),
    "show_network": ("waferway.report.notebook", "network_html"),
    "show_plan": ("waferway.report.notebook", "plan_html"),
    "show_table": ("waferway.report.notebook", "table_html"),
    "catalogue": ("waferway.atlas.catalogue", "catalogue"),
    "world": ("waferway.atlas.world", "world"),
    "write": ("waferway.network.writing", "write"),
}

__all__ = ["__version__", *_FACE]


def __getattr__(name: str) -> Any:
    if name not in _FACE:
        raise AttributeError(f"module 'waferway' has no attribute {name!r}")
    module_name, attribute = _FACE[name]
    module = importlib.import_module(module_name)
    value = module if attribute is None else getattr(module, attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
