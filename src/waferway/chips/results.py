"""What the verbs return: frozen results that become frames and JSON.

Owns the shape of results. Refuses to compute and to draw; pictures are made from the frames.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

__all__ = [
    "ChipComparison",
    "ChipCompute",
    "ChipCost",
    "ChipYield",
]


def _clean(value: Any) -> Any:
    """A JSON value: missing numbers are null, numpy becomes plain."""
    if isinstance(value, dict):
        return {str(k): _clean(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(v) for v in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and (value != value or value in (float("inf"), -float("inf"))):
        return None
    return value


class _Result:
    """Shared faces of a result: records, frame, JSON."""

    def records(self) -> list[dict[str, Any]]:
        """Rows of the main table."""
        raise NotImplementedError

    def header(self) -> dict[str, Any]:
        """What holds for the whole result."""
        raise NotImplementedError

    def to_frame(self) -> pd.DataFrame:
        """The main table."""
        return pd.DataFrame(self.records())

    def to_json(self) -> str:
        """One JSON object: the header and the rows of the main table."""
        body = self.header() | {"rows": self.records()}
        return json.dumps(_clean(body), ensure_ascii=False, sort_keys=False)


@dataclass(frozen=True)
class ChipCost(_Result):
    """Cost of one good package.

    Attributes
    ----------
    design, when : str
    total_usd, total_low_usd, total_high_usd : float
        Central value, and the 5 % and 95 % points of the draws.
    components : tuple of dict
        Bill of materials: component, usd, low_usd, high_usd, share.
    steps : tuple of dict
        Each step of the flow: starts, spent, needed and lost per good package.
    nre_usd : float
        One-off, never divided by a volume.
    nre : dict of str to float
        By die.
    carbon_low_kg, carbon_high_kg : float
        Per good package; `carbon_low_name` and `carbon_high_name` name the models.
    tornado_rows : tuple of dict
        Parameter, total at its 5 % and 95 % points, its claim and grade; widest first.
    claims : tuple of str
        Claims the number rests on.
    """

    design: str
    when: str
    total_usd: float
    total_low_usd: float
    total_high_usd: float
    components: tuple[dict[str, Any], ...]
    steps: tuple[dict[str, Any], ...]
    package_yield: float
    escape_rate: float
    nre_usd: float
    nre: dict[str, float]
    carbon_low_kg: float
    carbon_high_kg: float
    carbon_low_name: str
    carbon_high_name: str
    tornado_rows: tuple[dict[str, Any], ...] = ()
    claims: tuple[str, ...] = ()
    draws: int = 0
    seed: int = 0
    notes: tuple[str, ...] = ()

    def records(self) -> list[dict[str, Any]]:
        """Bill of materials with its total."""
        total = {
            "component": "total",
            "usd": self.total_usd,
            "low_usd": self.total_low_usd,
            "high_usd": self.total_high_usd,
            "share": 1.0,
        }
        return [*self.components, total]

    def header(self) -> dict[str, Any]:
        """Everything that is not a table."""
        names = (
            "design", "when", "package_yield", "escape_rate", "nre_usd", "nre", "carbon_low_kg",
            "carbon_high_kg", "carbon_low_name", "carbon_high_name", "draws", "seed", "notes",
            "claims",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}

    def waterfall(self) -> pd.DataFrame:
        """Bars of a waterfall: component, start, end, usd; the last bar is the total."""
        rows, at = [], 0.0
        for part in self.components:
            rows.append(
                {
                    "component": part["component"],
                    "start_usd": at,
                    "end_usd": at + part["usd"],
                    "usd": part["usd"],
                    "kind": "part",
                }
            )
            at += part["usd"]
        rows.append(
            {
                "component": "total",
                "start_usd": 0.0,
                "end_usd": self.total_usd,
                "usd": self.total_usd,
                "kind": "total",
            }
        )
        return pd.DataFrame(rows)

    def tornado(self) -> pd.DataFrame:
        """What the uncertainty rests on: one row per parameter, widest first."""
        return pd.DataFrame(list(self.tornado_rows))

    def flow(self) -> pd.DataFrame:
        """The steps of the flow."""
        return pd.DataFrame(list(self.steps))


@dataclass(frozen=True)
class ChipYield(_Result):
    """Yield of every part of a design.

    Attributes
    ----------
    parts : tuple of dict
        part, kind, gross, bound, plain_yield, yield, low, high, good_per_wafer,
        wafers_per_1000_packages.
    bins : tuple of dict
        die, bin, needed, share of all dies.
    maps : dict of str to DataFrame
        Wafer map of each die: x_mm, y_mm, width_mm, height_mm.
    wafers : dict of str to DataFrame
        The same with the state of each die, and the dies that the edge cuts.
    """

    design: str
    when: str
    parts: tuple[dict[str, Any], ...]
    bins: tuple[dict[str, Any], ...]
    package_yield: float
    package_yield_low: float
    package_yield_high: float
    escape_rate: float
    wafer_mm: float
    edge_mm: float
    notch_mm: float
    maps: dict[str, pd.DataFrame] = field(default_factory=dict, compare=False, repr=False)
    wafers: dict[str, pd.DataFrame] = field(default_factory=dict, compare=False, repr=False)
    notes: tuple[str, ...] = ()

    def records(self) -> list[dict[str, Any]]:
        """One row per part."""
        return list(self.parts)

    def header(self) -> dict[str, Any]:
        """Everything that is not the main table; wafer maps are frames only."""
        names = (
            "design", "when", "bins", "package_yield", "package_yield_low", "package_yield_high",
            "escape_rate", "wafer_mm", "edge_mm", "notch_mm", "notes",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}

    def wafer_map(self, die: str | None = None) -> pd.DataFrame:
        """Dies of the best grid; of the first die unless named."""
        return self.maps[die] if die is not None else next(iter(self.maps.values()))


@dataclass(frozen=True)
class ChipCompute(_Result):
    """What a design computes.

    Attributes
    ----------
    equivalents : dict of str to float or None
        Weight by basis; None where nothing is stated.
    training_flops : dict of str to float
        Effective training rate per chip by fleet size, FLOP/s.
    serving : dict
        Rates per chip of the reference model (Llama-2-70B, 294 + 294 tokens).
    rows : tuple of dict
        measure, value, low, high, unit, basis.
    """

    design: str
    when: str
    equivalents: dict[str, float | None]
    rows: tuple[dict[str, Any], ...]
    notes: tuple[str, ...] = ()

    def records(self) -> list[dict[str, Any]]:
        """One row per measure."""
        return list(self.rows)

    def header(self) -> dict[str, Any]:
        """Everything that is not the main table."""
        return {
            "design": self.design,
            "when": self.when,
            "equivalents": self.equivalents,
            "notes": self.notes,
        }


@dataclass(frozen=True)
class ChipComparison(_Result):
    """Several designs side by side; one row each."""

    when: str
    rows: tuple[dict[str, Any], ...]
    notes: tuple[str, ...] = ()

    def records(self) -> list[dict[str, Any]]:
        """One row per design."""
        return list(self.rows)

    def header(self) -> dict[str, Any]:
        """Everything that is not the main table."""
        return {"when": self.when, "notes": self.notes}
