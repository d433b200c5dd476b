"""ACT (ISCA 2022): carbon of making logic, from its own table of nodes.

Owns the table ``act_nodes.csv`` (MIT, credit: Gupta et al.) and how gases depend on abatement:
stated at 95 and 99 %, their mean at 97 %, as the authors take it.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files

from waferway.chips.carbon import fab_carbon_g_per_cm2
from waferway.errors import RangeError

__all__ = ["act_carbon_g_per_cm2"]


@lru_cache(maxsize=1)
def _nodes() -> dict[int, dict[str, float]]:
    text = files("waferway.chips.published").joinpath("act_nodes.csv").read_text("utf-8")
    return {
        int(row["node_nm"]): {name: float(value) for name, value in row.items()}
        for row in csv.DictReader(text.splitlines())
    }


def act_carbon_g_per_cm2(
    node_nm: int, *, grid_g_per_kwh: float, yield_fraction: float, abatement: int = 97
) -> float:
    """Emissions per cm2 of good die at a node of the table, g CO2e.

    Examples
    --------
    >>> round(act_carbon_g_per_cm2(7, grid_g_per_kwh=583, yield_fraction=0.875))
    2318
    """
    if node_nm not in _nodes():
        raise RangeError(f"node_nm is {node_nm}; the table has {sorted(_nodes())}")
    row = _nodes()[node_nm]
    low, high = row["gases_95_g_per_cm2"], row["gases_99_g_per_cm2"]
    gases = {95: low, 97: (low + high) / 2, 99: high}
    if abatement not in gases:
        raise RangeError(f"abatement is {abatement}; known: 95, 97, 99")
    return float(
        fab_carbon_g_per_cm2(
            grid_g_per_kwh,
            row["energy_kwh_per_cm2"],
            gases[abatement],
            row["materials_g_per_cm2"],
            yield_fraction,
        )
    )
