"""Yearly revenue of whole makers: what the network makes of it, grown as drawn, and the rest.

Owns TSMC, AMD, the memory makers and NVIDIA in total. The method was fixed before its numbers
were collected: docs/hindcast/revenue.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waferway.evidence.dated import shipped
from waferway.streams import stream
from waferway.studies.hindcast.admission import Reader
from waferway.studies.hindcast.growth import Growth, growth_of, memory_without_hbm, past_error
from waferway.studies.hindcast.history import CHIPS, History
from waferway.studies.hindcast.simulate import Drawn, Setting

__all__ = [
    "AMD_CHIPS",
    "Memory",
    "amd",
    "micron",
    "nvidia_rest",
    "older_units",
    "tsmc",
    "whole_memory",
]

Floats = NDArray[np.float64]
Spread = Callable[[str], Floats]
AMD_CHIPS = ("mi300x", "mi300a", "mi308x", "mi325x")
COMMON = 0.8
"""Part of the variance of growth without HBM that the three makers share."""
QUARTERS = ("2024Q1", "2024Q2", "2024Q3", "2024Q4")


def tsmc(
    drawn: Drawn, history: History, reader: Reader, spread: Spread, draws: int, seed: int
) -> tuple[Floats, Floats]:
    """AI accelerators and total of 2025, USD, by draw.

    The wafers of named designers explain a part of what TSMC calls AI; that part grows as the
    wafers and their prices, what remains of AI as forecasts of AI chips.
    """
    logic, packaging = spread("tsmc.logic.price.2024"), spread("tsmc.cowos.price.2024")
    wafers = {kind: history.designer_parts[kind].sum() for kind in ("logic", "packaging")}
    before = logic * wafers["logic"] + packaging * wafers["packaging"]
    after = logic * spread("tsmc.price.logic.2025") * drawn.logic.sum(axis=(1, 2))
    after += packaging * spread("tsmc.price.cowos.2025") * drawn.packaging.sum(axis=(1, 2))
    total = sum(reader.best(f"tsmc.revenue.2023Q{q}") for q in range(1, 5))
    whole = total * spread("tsmc.growth.2024")
    ai = whole * spread("tsmc.ai.share.2024")
    made = np.minimum(before / ai, 1.0)
    unexplained = _drawn("AI", draws, seed, growth_of(
        [reader.best("ai.gartner.2025"), 1.0 + reader.best("tf-nvidia-units"),
         reader.best("ai.amd.2025")], reader.best("error.ai")))  # fmt: skip
    ai_next = ai * (made * after / before + (1.0 - made) * unexplained)
    rest = _drawn("TSMC without AI", draws, seed, growth_of(
        [reader.best("rest.trendforce.2025"), reader.best("rest.gartner.2025")],
        past_error(reader, "other")))  # fmt: skip
    _ = reader["tsmc.packaging.share.2024"]
    return np.asarray(ai_next), np.asarray(ai_next + (whole - ai) * rest)


def amd(
    drawn: Drawn, history: History, reader: Reader, spread: Spread, draws: int, seed: int
) -> dict[str, Floats]:
    """Accelerators, data centre and total of 2025, USD, by draw."""
    guided = spread("amd.accelerators.2024")
    price = {chip: spread(f"amd.price.{chip}") for chip in ("mi300a", "mi308x", "mi325x")}
    price["mi300x"] = np.ones(draws)
    names = list(CHIPS)
    before = spread("amd.price.mi250x") * older_units(reader).sum()
    after = np.zeros(draws)
    for chip in AMD_CHIPS:
        at = names.index(chip)
        before = before + price[chip] * history.units[at].sum()
        after += price[chip] * drawn.units[:, at].sum(axis=1)
    accelerators = guided * after / before * spread("price.drift")
    growth = _drawn("AMD without accelerators", draws, seed, _machines(reader))
    early = spread("amd.accelerators.2024Q1") + spread("amd.accelerators.2024Q2")
    half = reader.best("amd.dc.2024Q1") + reader.best("amd.dc.2024Q2") - early
    servers = half * (1.0 + spread("amd.server.second-half"))
    year = reader.best("amd.revenue.2024Q1") + reader.best("amd.revenue.2024Q2")
    rest = year + spread("amd.guided.2024Q3") + spread("amd.guided.2024Q4") - guided
    return {
        "amd accelerators": accelerators,
        "amd data centre": accelerators + servers * growth,
        "amd": accelerators + rest * growth,
    }


def nvidia_rest(reader: Reader, draws: int, seed: int) -> Floats:
    """Fiscal 2026 without data centre, USD, by draw: the last four quarters known, grown.

    The middle of fiscal 2026 lies 15 months after that of those quarters.
    """
    base = sum(reader.best(f"nvidia.revenue.{q}") - reader.best(f"nvidia.dc.{q}")
               for q in ("FY24Q4", "FY25Q1", "FY25Q2", "FY25Q3"))  # fmt: skip
    yearly = _machines(reader)
    growth = Growth(yearly.best**1.25, yearly.width)
    return np.asarray(base * _drawn("NVIDIA without data centre", draws, seed, growth))


@dataclass(frozen=True)
class Memory:
    """HBM by maker, and the growth of what is not HBM.

    Attributes
    ----------
    past, ahead : dict of str to array, shape (N, 4), USD
        HBM in the quarters of 2024 and of 2025.
    growth : Growth
        Of memory without HBM, 2025 over 2024.
    common : array, shape (N,)
        Standard normal deviates that the makers share.
    """

    past: Mapping[str, Floats]
    ahead: Mapping[str, Floats]
    growth: Growth
    common: Floats

    @classmethod
    def of(
        cls,
        setting: Setting,
        history: History,
        reader: Reader,
        shares: Mapping[str, Floats],
        draws: int,
        seed: int,
    ) -> Memory:
        """HBM from shares of 2025 by draw; shares of 2024 lie midway from those of 2023."""
        total = np.sum(list(shares.values()), axis=0)
        old = {m: reader.best(f"hbm-{n}") for m, n in
               (("skhynix", "004"), ("samsung", "005"), ("micron", "006"))}  # fmt: skip
        then = {m: (old[m] + share / total) / 2.0 for m, share in shares.items()}
        supply = history.supply["hbm"]
        ahead = {m: setting.hbm * (s / total)[:, None] for m, s in shares.items()}
        past = {m: then[m][:, None] * supply[None, :] for m in shares}
        ours = (float(supply.sum()), float(np.median(setting.hbm.sum(axis=1))))
        common = stream(seed, "hindcast", "memory without HBM").standard_normal(draws)
        return cls(past, ahead, memory_without_hbm(reader, ours), common)

    def deviates(self, maker: str, seed: int) -> Floats:
        """Standard normal deviates of one maker."""
        own = stream(seed, "hindcast", f"memory of {maker}").standard_normal(len(self.common))
        return np.asarray(np.sqrt(COMMON) * self.common + np.sqrt(1.0 - COMMON) * own)


def whole_memory(maker: str, memory: Memory, reader: Reader, spread: Spread, seed: int) -> Floats:
    """All memory of SK hynix or Samsung in 2025, USD, by draw."""
    key = {"skhynix": "skhynix.revenue", "samsung": "samsung.memory"}[maker]
    first, second = (reader.best(f"{key}.{q}") / spread(f"won.{q}") for q in QUARTERS[:2])
    half = first + second
    year = {"trendforce": reader.best("memory.trendforce.2024"),
            "gartner": reader.best("memory.gartner.chips.2024")}  # fmt: skip
    known = sum(reader.best(f"world.{kind}.{q}") for kind in ("dram", "nand") for q in QUARTERS[:2])
    over = Growth(float(np.median(list(year.values()))) / known,
                  reader.best("memory.half.error"))  # fmt: skip
    z = stream(seed, "hindcast", f"half of {maker}").standard_normal(len(half))
    rest = half * over.draw(z) - memory.past[maker].sum(axis=1)
    growth = memory.growth.draw(memory.deviates(maker, seed))
    return np.asarray(memory.ahead[maker].sum(axis=1) + rest * growth)


def micron(memory: Memory, reader: Reader, spread: Spread, seed: int) -> tuple[Floats, Floats]:
    """Fiscal 2025, and the four fiscal quarters from December 2024, USD, by draw.

    A fiscal quarter ends a month before that of the calendar: a third of it is the quarter
    before. Quarters after the last guided one hold its memory without HBM, grown to what was
    expected of them.
    """
    quarters = np.concatenate([memory.past["micron"][:, 3:], memory.ahead["micron"]], axis=1)
    hbm = quarters[:, :-1] / 3.0 + quarters[:, 1:] * 2.0 / 3.0
    first, second = spread("micron.guided.FY25Q1"), spread("micron.guided.FY25Q2")
    plain = second - hbm[:, 0]
    expected = (reader.best("micron.citi.FY2025") - reader.best("micron.guided.FY25Q1")
                - reader.best("micron.guided.FY25Q2")) / 2.0  # fmt: skip
    later = float(np.median(hbm[:, 1:3].mean(axis=1)))
    # HBM of a supply that is given may exceed all that was expected: a tenth of it is then left
    other = max(expected - later, expected / 10.0)
    growth = growth_of([other / float(np.median(plain))], past_error(reader, "memory"))
    steady = plain * growth.draw(memory.deviates("micron", seed))
    fiscal = first + second + 2.0 * steady + hbm[:, 1:3].sum(axis=1)
    return np.asarray(fiscal), np.asarray(second + 3.0 * steady + hbm[:, 1:4].sum(axis=1))


def _machines(reader: Reader) -> Growth:
    """Growth of what is sold with computers at large: CPUs, graphics, others."""
    return growth_of([reader.best("rest.gartner.2025"), reader.best("rest.idc.2025")],
                     past_error(reader, "other"))  # fmt: skip


def _drawn(name: str, draws: int, seed: int, growth: Growth) -> Floats:
    z = stream(seed, "hindcast", f"growth {name}").standard_normal(draws)
    return growth.draw(z)


def older_units(reader: Reader) -> Floats:
    """MI250X sold by quarter of 2024: no longer drawn in 2025."""
    sold = Reader(shipped("waferway.demand"), reader.cut)
    units = np.array([sold.best(f"units.mi250x.{q}") for q in QUARTERS])
    reader.read.update(sold.read)
    return units
