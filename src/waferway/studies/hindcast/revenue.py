"""Yearly revenue of makers, from the wafers, units and memory that were predicted.

Owns the lines of predictions and what the network makes itself: NVIDIA's data centre, Broadcom's
AI chips, HBM of the three memory makers. Whole makers are in `makers`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from waferway.demand.spread import positive_quantile
from waferway.streams import stream
from waferway.studies.hindcast.admission import Reader
from waferway.studies.hindcast.history import CHIPS, DESIGNERS, History
from waferway.studies.hindcast.makers import (
    Memory,
    amd,
    micron,
    nvidia_rest,
    tsmc,
    whole_memory,
)
from waferway.studies.hindcast.rows import quantile_row
from waferway.studies.hindcast.simulate import Drawn, Setting

__all__ = ["revenue_rows"]

Floats = NDArray[np.float64]


def revenue_rows(
    drawn: Drawn, setting: Setting, history: History, reader: Reader, draws: int, seed: int
) -> list[dict[str, Any]]:
    """Lines of predictions, metric ``revenue_usd``.

    Parameters
    ----------
    drawn : Drawn
    setting : Setting
    history : History
    reader : Reader
    draws, seed : int

    Returns
    -------
    list of dict
    """

    def spread(name: str) -> Floats:
        z = stream(seed, "hindcast", f"revenue {name}").standard_normal(draws)
        return positive_quantile(*reader.bounds(name), z)

    quarters = _nvidia(drawn, reader, spread)
    rows = [_row("nvidia data centre", "2025", quarters.sum(axis=1)),
            _row("nvidia data centre", "FY2026", _fiscal(quarters))]  # fmt: skip
    rows.append(_row("broadcom AI chips", "FY2025", _broadcom(drawn, history, reader, spread)))
    market = setting.hbm.sum(axis=1)
    shares = {m: spread(f"hbm.share.{m}") for m in ("skhynix", "samsung", "micron")}
    total = np.sum(list(shares.values()), axis=0)
    for maker, share in shares.items():
        rows.append(_row(f"{maker} HBM", "2025", market * share / total))
    memory = Memory.of(setting, history, reader, shares, draws, seed)
    accelerators, everything = tsmc(drawn, history, reader, spread, draws, seed)
    rows += [_row("tsmc AI accelerators", "2025", accelerators), _row("tsmc", "2025", everything)]
    for subject, values in amd(drawn, history, reader, spread, draws, seed).items():
        rows.append(_row(subject, "2025", values))
    for maker in ("skhynix", "samsung"):
        values = whole_memory(maker, memory, reader, spread, seed)
        rows.append(_row(f"{maker} memory", "2025", values))
    fiscal, calendar = micron(memory, reader, spread, seed)
    rows += [_row("micron memory", "FY2025", fiscal), _row("micron memory", "2025", calendar)]
    rest = nvidia_rest(reader, draws, seed)
    rows.append(_row("nvidia", "FY2026", _fiscal(quarters) + rest))
    return rows


def _nvidia(drawn: Drawn, reader: Reader, spread: Any) -> Floats:
    """Units times price, over the share of compute in data-centre revenue, by quarter (N, T).

    Checked on 2024: FY25Q3 compute revenue of 27.66 bn is 832,000 H100 at 29,300 dollars and
    285,000 H20 at 11,600, inside the claimed prices.
    """
    drift = spread("price.drift")
    compute = np.zeros((len(drift), drawn.units.shape[2]))
    for chip in ("hopper", "h20", "b200"):
        at = list(CHIPS).index(chip)
        compute += drawn.units[:, at] * spread(f"price.{chip}.2024")[:, None]
    for quarter in ("FY25Q1", "FY25Q2", "FY25Q3"):
        _ = reader[f"nvidia.dc.{quarter}"], reader[f"nvidia.compute.{quarter}"]
    return np.asarray(compute * (drift / spread("nvidia.networking"))[:, None])


def _fiscal(quarters: Floats) -> Floats:
    """Fiscal 2026, 27 January 2025 to 25 January 2026: the year, 26 days later.

    The quarter after is the last one grown as it grew, by a factor between 0.9 and 1.25.
    """
    growth = np.clip(quarters[:, 3] / quarters[:, 2], 0.9, 1.25)
    after = quarters[:, 3] * growth
    return np.asarray(quarters.sum(axis=1) + (after * 25 - quarters[:, 0] * 26) / 90)


def _broadcom(drawn: Drawn, history: History, reader: Reader, spread: Any) -> Floats:
    """AI revenue of fiscal 2024 times Google's packaging of the quarters before it and now."""
    base = sum(reader.best(f"broadcom.ai.FY24Q{q}") for q in range(1, 5))
    google = DESIGNERS.index("google")
    owner = np.array([DESIGNERS.index(d) for d in CHIPS.values()])
    now = drawn.packaging[:, owner == google].sum(axis=1)
    past = history.designer_parts["packaging"][google]
    # fiscal years end about 2 November: two thirds of the quarter before them count, and a third
    # of their last one; 2023Q4 is not in the tables and stands in for by 2024Q1
    after = past[3] * 2 / 3 + now[:, :3].sum(axis=1) + now[:, 3] / 3
    before = past[0] * 2 / 3 + past[:3].sum() + past[3] / 3
    return np.asarray(base * after / before * spread("broadcom.other"))


def _row(subject: str, period: str, draws: Floats) -> dict[str, Any]:
    return quantile_row("revenue_usd", subject, period, "USD", draws)
