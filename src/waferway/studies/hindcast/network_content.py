"""Content of a packaging wafer by product, from the network, as arrays.

Owns nothing but the layout of `coefficients` in the order of `history.CHIPS`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waferway.network.network import Network
from waferway.studies.hindcast.admission import Reader
from waferway.studies.hindcast.coefficients import HOPPER, chips_of
from waferway.studies.hindcast.history import CHIPS, QUARTERS

__all__ = ["Content", "content_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Content:
    """What a packaging wafer of each product holds, shape (C,) each.

    Attributes
    ----------
    packages : packages
    logic : wafers of logic
    hbm : USD of HBM; Hopper as H100
    weight : H100 equivalents a package
    hopper_all_h200 : float
        USD of HBM on a packaging wafer of H200 alone.
    tall_over_short : float
        Price of an HBM3E stack of 36 GB over one of 24 GB.
    cycle_days : float
        Packaging start to sale, as the network has it.
    h200 : array, shape (4,)
        Share of H200 in the Hopper packages started in the quarters of 2024, as recorded.
    """

    packages: Floats
    logic: Floats
    hbm: Floats
    weight: Floats
    hopper_all_h200: float
    tall_over_short: float
    cycle_days: float
    h200: Floats


def content_of(network: Network, reader: Reader | None = None) -> Content:
    """Read the content of a packaging wafer from the recipes of a network.

    Examples
    --------
    >>> from waferway.atlas import world
    >>> content_of(world()).packages.round(1)[:3].tolist()
    [28.5, 28.9, 16.0]
    """
    names = [c for c in CHIPS if c != HOPPER] + ["h100", "h200"]
    chips = chips_of(network, names, reader=reader)
    chosen = [chips["h100" if name == HOPPER else name] for name in CHIPS]
    packages = np.array([c.packages_per_wafer for c in chosen])
    h200, value = chips["h200"], network.table("item")["value_usd"].astype(float)
    if reader is not None:
        reader.note_cell(network, "item", "hbm3e-36gb", "value_usd")
    return Content(
        packages, packages * np.array([c.logic_per_package for c in chosen]),
        packages * np.array([c.hbm_per_package for c in chosen]),
        np.array([c.weight for c in chosen]),
        h200.packages_per_wafer * h200.hbm_per_package,
        float(value["hbm3e-36gb"] / value["hbm3e-24gb"]), chosen[0].cycle_days,
        _recorded_h200(network, reader),
    )  # fmt: skip


def _recorded_h200(network: Network, reader: Reader | None) -> Floats:
    """Share of H200 in Hopper starts by quarter of 2024; 0 where none is recorded."""
    rows = network.table("outturn")
    rows = rows[(rows["measure"] == "starts") & rows["subject"].isin(["pack:h100", "pack:h200"])]
    rows = rows[rows["period"].isin(QUARTERS)]
    if reader is not None:
        for key in rows.index:
            reader.note_cell(network, "outturn", str(key), "quantity")
    made = rows.pivot_table("quantity", "period", "subject", "sum", fill_value=0.0)
    made = made.reindex(index=list(QUARTERS), columns=["pack:h100", "pack:h200"], fill_value=0.0)
    total = made.sum(axis=1)
    return np.asarray((made["pack:h200"] / total.where(total > 0, 1.0)).astype(float))
