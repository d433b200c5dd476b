"""Quarterly revenue of makers to the cut, on which the naive rivals rest.

Owns which quarters are known of each maker, and how many lie between them and the year
predicted: results to mid-2024, the tables to their end, and HBM and AI as the network has them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from waferway.studies.hindcast.admission import Reader
from waferway.studies.hindcast.history import CHIPS, History
from waferway.studies.hindcast.makers import AMD_CHIPS, older_units

__all__ = ["revenue_series"]

Floats = NDArray[np.float64]
Series = tuple[Floats, tuple[int, ...]]
RESULTS = ("2023Q1", "2023Q2", "2023Q3", "2023Q4", "2024Q1", "2024Q2")
NVIDIA = ("FY23Q1", "FY23Q2", "FY23Q3", "FY23Q4", "FY24Q1", "FY24Q2", "FY24Q3", "FY24Q4",
          "FY25Q1", "FY25Q2", "FY25Q3")  # fmt: skip
MICRON = ("FY23Q2", "FY23Q3", "FY23Q4", "FY24Q1", "FY24Q2", "FY24Q3")
BROADCOM = ("FY24Q1", "FY24Q2", "FY24Q3", "FY24Q4")
HBM_SHARE = {"skhynix": "hbm-004", "samsung": "hbm-005", "micron": "hbm-006"}


def revenue_series(reader: Reader, history: History) -> dict[tuple[str, str], Series]:
    """Series of each subject and period, and the steps ahead of the quarters of the period.

    Parameters
    ----------
    reader : Reader
    history : History

    Returns
    -------
    dict of (subject, period) to (array of USD a quarter, tuple of steps)

    Examples
    --------
    >>> from waferway.evidence.dated import shipped
    >>> from waferway.studies.hindcast.history import read_history
    >>> gate = Reader(shipped("waferway.studies"))
    >>> values, steps = revenue_series(gate, read_history(gate))["tsmc", "2025"]
    >>> len(values), steps
    (6, (3, 4, 5, 6))
    """

    def of(key: str, quarters: tuple[str, ...]) -> Floats:
        return np.array([reader.best(f"{key}.{quarter}") for quarter in quarters])

    next_year, after_half = (1, 2, 3, 4), (3, 4, 5, 6)
    after_one = (2, 3, 4, 5)
    samsung = sum(of(f"samsung.{kind}", RESULTS[-3:]) for kind in ("dram", "nand"))
    found: dict[tuple[str, str], Series] = {
        ("tsmc", "2025"): (of("tsmc.revenue", RESULTS), after_half),
        ("amd", "2025"): (of("amd.revenue", RESULTS), after_half),
        ("amd data centre", "2025"): (of("amd.dc", RESULTS), after_half),
        ("skhynix memory", "2025"): (
            of("skhynix.revenue", RESULTS) / reader.best("won.2024Q2"), after_half),
        ("samsung memory", "2025"): (np.asarray(samsung), after_half),
        ("micron memory", "FY2025"): (of("micron.revenue", MICRON), after_one),
        ("micron memory", "2025"): (of("micron.revenue", MICRON), after_half),
        ("nvidia", "FY2026"): (of("nvidia.revenue", NVIDIA), after_one),
        ("nvidia data centre", "FY2026"): (of("nvidia.dc", NVIDIA), after_one),
        # its fiscal quarters end a month after those of the calendar
        ("nvidia data centre", "2025"): (of("nvidia.dc", NVIDIA), after_one),
        ("broadcom AI chips", "FY2025"): (of("broadcom.ai", BROADCOM), next_year),
        ("tsmc AI accelerators", "2025"): (_tsmc_ai(reader, history), next_year),
        ("amd accelerators", "2025"): (_amd_accelerators(reader, history), next_year),
    }  # fmt: skip
    for maker, claim in HBM_SHARE.items():
        found[f"{maker} HBM", "2025"] = (history.supply["hbm"] * reader.best(claim), next_year)
    return found


def _tsmc_ai(reader: Reader, history: History) -> Floats:
    """AI of 2024 as guided, by quarter as the wafers of named designers are worth."""
    worth = reader.best("tsmc.logic.price.2024") * history.designer_parts["logic"].sum(axis=0)
    worth += reader.best("tsmc.cowos.price.2024") * history.designer_parts["packaging"].sum(axis=0)
    year = sum(reader.best(f"tsmc.revenue.2023Q{q}") for q in range(1, 5))
    year *= reader.best("tsmc.growth.2024") * reader.best("tsmc.ai.share.2024")
    return np.asarray(year * worth / worth.sum())


def _amd_accelerators(reader: Reader, history: History) -> Floats:
    """Accelerators of 2024 as guided, by quarter as units times relative price."""
    worth = reader.best("amd.price.mi250x") * older_units(reader)
    for chip in AMD_CHIPS:
        price = 1.0 if chip == "mi300x" else reader.best(f"amd.price.{chip}")
        worth = worth + price * history.units[list(CHIPS).index(chip)]
    return np.asarray(reader.best("amd.accelerators.2024") * worth / worth.sum())
