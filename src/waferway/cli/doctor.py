"""What `waferway doctor` looks at."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from typing import Any

__all__ = ["examine"]

PARTS = (
    "numpy", "pandas", "xarray", "scipy", "linopy", "highspy", "pydantic", "ruamel.yaml", "altair",
    "vl-convert-python", "pyarrow", "typer",
)  # fmt: skip
OPTIONAL = ("cryptography", "numba")


def examine() -> dict[str, Any]:
    """Versions, and a two-period plan solved and verified."""
    checks = [
        {"name": "python", "ok": sys.version_info >= (3, 11), "says": platform.python_version()},
        {"name": "system", "ok": True, "says": f"{platform.system()} {platform.machine()}"},
    ]
    for part in (*PARTS, *OPTIONAL):
        try:
            checks.append({"name": part, "ok": True, "says": importlib.metadata.version(part)})
        except importlib.metadata.PackageNotFoundError:
            says = "missing" if part in PARTS else "not installed (optional)"
            checks.append({"name": part, "ok": part not in PARTS, "says": says})
    for name, trial in (("solver", _solve), ("charts", _draw), ("atlas", _load)):
        try:
            checks.append({"name": name, "ok": True, "says": trial()})
        except Exception as fault:
            checks.append({"name": name, "ok": False, "says": f"{type(fault).__name__}: {fault}"})
    return {"ok": all(check["ok"] for check in checks), "checks": checks}


def _solve() -> str:
    import waferway

    net = waferway.Network.build(
        {
            "party": [{"name": "p", "kind": "foundry", "country": "TW"}],
            "item": [{"name": "chip", "unit": "chip", "kind": "package"}],
            "technology": [{"name": "t", "capacity_unit": "wafer/month"}],
            "recipe": [{"name": "r", "technology": "t"}],
            "recipe_item": [
                {"recipe": "r", "item": "chip", "role": "out", "quantity_per_start": 1}
            ],
            "line": [{"name": "l", "party": "p", "technology": "t", "capacity": 1}],
            "demand": [{"name": "d", "item": "chip", "quantity": 2, "value_usd": 1}],
        },
        {"start": "2026Q1", "until": "2026Q2", "currency": "USD", "price_year": 2026},
    )
    result = waferway.plan(net)
    if not result.verify().ok:
        raise AssertionError("a two-quarter plan does not verify")
    return "a two-quarter plan is solved and verified"


def _draw() -> str:
    import vl_convert

    vl_convert.vegalite_to_svg({"mark": "point", "data": {"values": [{}]}})
    return "a figure is drawn"


def _load() -> str:
    import waferway

    net = waferway.world()
    return f"{len(net.table('line'))} lines, {len(net.evidence)} claims"
