"""Chips: what a design costs, yields and computes, and how it becomes recipes.

The verbs, one function each; every one takes a design or the path of a design file and a year::

    cost      cost of one good package, its parts, intervals, tornado, NRE, carbon
    yield_    gross and good dies, stacks, interposers, bins, wafer maps
    compute   H100-equivalents on four bases, kernels, training, serving
    compile   items and recipes of a network, with the claims they rest on
    compare   several designs side by side

Everything is loaded on first use.
"""

from __future__ import annotations

import importlib
from typing import Any

# public name -> (module, attribute)
_FACE = {
    "ChipComparison": ("waferway.chips.results", "ChipComparison"),
    "ChipCompute": ("waferway.chips.results", "ChipCompute"),
    "ChipCost": ("waferway.chips.results", "ChipCost"),
    "ChipDesign": ("waferway.chips.design", "ChipDesign"),
    "ChipYield": ("waferway.chips.results", "ChipYield"),
    "CompiledChip": ("waferway.chips.recipes", "CompiledChip"),
    "batch_cost": ("waferway.chips.batch", "batch_cost"),
    "compare": ("waferway.chips.verbs", "compare"),
    "compile": ("waferway.chips.recipes", "compile_design"),
    "compute": ("waferway.chips.performance", "compute"),
    "cost": ("waferway.chips.verbs", "cost"),
    "design_schema": ("waferway.chips.design_file", "design_schema"),
    "fleet_law": ("waferway.chips.performance", "fleet_law"),
    "gross_dies": ("waferway.chips.wafer", "gross_dies"),
    "kernel_law": ("waferway.chips.performance", "kernel_law"),
    "parse_design": ("waferway.chips.design_file", "parse_design"),
    "read_design": ("waferway.chips.design_file", "read_design"),
    "tech_state": ("waferway.chips.state", "tech_state"),
    "yield_": ("waferway.chips.part_yields", "yields_of"),
}

__all__ = sorted(_FACE)  # names are resolved by __getattr__


def __getattr__(name: str) -> Any:
    if name not in _FACE:
        raise AttributeError(f"module 'waferway.chips' has no attribute {name!r}")
    module_name, attribute = _FACE[name]
    value = getattr(importlib.import_module(module_name), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_FACE})
