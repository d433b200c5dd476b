"""ttm-cas (Princeton, ISCA 2023): time to market and cost of one product, and its agility.

Owns the formulas of that model, written anew; its two node tables (effort of the tape-out,
labour per gate) stand in ``ttm_nodes.csv`` with credit to its authors (BSD-3). Prices, densities
and rates of nodes are given by the caller.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from waferway.chips.wafer_formulas import gross_dies_patterson
from waferway.chips.yields import negative_binomial_yield
from waferway.errors import RangeError

__all__ = ["TimeToMarket", "TtmNode", "agility_scores", "time_to_market"]

HOURS_PER_WEEK, WORK_HOURS_PER_WEEK = 168.0, 40.0
CLUSTERING = 3.0
TRANSISTORS_PER_GATE = 6.0


@dataclass(frozen=True)
class TtmNode:
    """Inputs of the model for one process.

    Attributes
    ----------
    node_nm : int
        Names the row of effort and labour.
    wafer_usd, mask_set_usd, ip_usd : float, USD
    transistors_per_mm2, d0_per_cm2 : float
    fab_latency_weeks : float
    wafers_per_hour : float
        0 means that nothing is produced.
    """

    node_nm: int
    wafer_usd: float
    mask_set_usd: float
    ip_usd: float
    transistors_per_mm2: float
    d0_per_cm2: float
    fab_latency_weeks: float
    wafers_per_hour: float


@dataclass(frozen=True)
class TimeToMarket:
    """Weeks by phase, and money.

    Attributes
    ----------
    tapeout_weeks, queue_weeks, foundry_weeks, packaging_weeks : float
        Infinite in the queue and the foundry where the process makes nothing.
    cost_usd, wafers, die_mm2 : float
    """

    tapeout_weeks: float
    queue_weeks: float
    foundry_weeks: float
    packaging_weeks: float
    cost_usd: float
    wafers: float
    die_mm2: float

    @property
    def total_weeks(self) -> float:
        """Sum of the phases."""
        return self.tapeout_weeks + self.queue_weeks + self.foundry_weeks + self.packaging_weeks


@lru_cache(maxsize=1)
def _effort() -> dict[int, tuple[float, float]]:
    text = files("waferway.chips.published").joinpath("ttm_nodes.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return {
        int(row["node_nm"]): (
            float(row["tapeout_hours_per_transistor"]),
            float(row["backend_labour_usd_per_gate"]),
        )
        for row in rows
    }


def time_to_market(
    node: TtmNode,
    *,
    final_chips: float,
    transistors: float,
    unique_transistors: float,
    engineers: float,
    parallel_share: float = 1.0,
    queue_weeks: float = 1.0,
    dies_per_package: int = 1,
    packaging_share: float = 0.5,
) -> TimeToMarket:
    """Weeks from design to chips, and what they cost.

    Parameters
    ----------
    node : TtmNode
    final_chips : float
        Good packages wanted.
    transistors, unique_transistors : float
        Of one die; unique ones must be laid out.
    engineers : float
    parallel_share : float, 0 to 1
        Share of the tape-out that the engineers can divide among them.
    queue_weeks : float
        Wafers ahead, in weeks of the line's rate.
    packaging_share : float, 0 to 1
        Of the base latency after the fab; it does not change the sum.

    Source
    ------
    Ning, Tziantzioulis & Wentzlaff, Supply Chain Aware Computer Architecture, ISCA 2023.

    Examples
    --------
    >>> n5 = TtmNode(5, 16988, 18.1e6, 2_644_200, 138.2e6, 0.2, 20, 141.25)
    >>> run = time_to_market(n5, final_chips=1e6, transistors=4.3e9, unique_transistors=514e6,
    ...     engineers=100)
    >>> round(run.total_weeks, 6), round(run.cost_usd)
    (28.148513, 80733283)
    """
    if node.node_nm not in _effort():
        raise RangeError(f"node_nm is {node.node_nm}; the model knows {sorted(_effort())}")
    positive = {"final_chips": final_chips, "transistors": transistors, "engineers": engineers}
    for name, value in positive.items():
        if not value > 0:
            raise RangeError(f"{name} is {value:g}; it must be above 0")
    if not (0 <= parallel_share <= 1 and 0 <= packaging_share <= 1):
        raise RangeError("parallel_share and packaging_share are 0 to 1")
    per_transistor, per_gate_usd = _effort()[node.node_nm]
    hours = 96 + unique_transistors * per_transistor
    tapeout = hours * (1 - parallel_share + parallel_share / engineers) / WORK_HOURS_PER_WEEK
    die_mm2 = transistors / node.transistors_per_mm2
    side = math.sqrt(die_mm2)
    gross = float(gross_dies_patterson(side, side, edge_mm=0, street_mm=0))
    good = gross * float(negative_binomial_yield(die_mm2 / 100, node.d0_per_cm2, CLUSTERING))
    if good <= 0:
        raise RangeError(f"a die of {die_mm2:g} mm2 does not fit a wafer in this model")
    wafers = final_chips * dies_per_package / good
    if node.wafers_per_hour > 0:
        queue = queue_weeks
        foundry = node.fab_latency_weeks + wafers / node.wafers_per_hour / HOURS_PER_WEEK
    else:
        queue = foundry = math.inf
    packaging = 6 + transistors * 9.2e-11 + die_mm2 * 1.5e-5
    cost = (
        node.ip_usd
        + 5_000 * hours / WORK_HOURS_PER_WEEK
        + 100e3 / 52 * engineers * tapeout
        + per_gate_usd * unique_transistors / TRANSISTORS_PER_GATE
        + 105_000
        + node.mask_set_usd
        + wafers * node.wafer_usd
        + 21 * final_chips
    )
    return TimeToMarket(tapeout, queue, foundry, packaging, cost, wafers, die_mm2)


def agility_scores(total_weeks: Sequence[float], wafer_rate_share: Sequence[float]) -> list[float]:
    """``1 / |d weeks / d rate|`` between neighbouring rates: higher suffers less from a loss.

    Examples
    --------
    >>> agility_scores([30.0, 28.0], [0.5, 1.0])
    [0.25]
    """
    if len(total_weeks) != len(wafer_rate_share):
        raise RangeError("total_weeks and wafer_rate_share have different lengths")
    out = []
    for k in range(1, len(total_weeks)):
        slower = abs(total_weeks[k] - total_weeks[k - 1])
        rate = abs(wafer_rate_share[k] - wafer_rate_share[k - 1])
        out.append(math.inf if slower == 0 else rate / slower)
    return out
