"""The year ahead, as it could be seen at the cut: arrays made from claims.

Owns which claim plays which part in the prediction. Holds no random draw.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waferway.calendar import Calendar
from waferway.network.network import Network
from waferway.studies.hindcast.admission import Reader
from waferway.studies.hindcast.history import CHIPS, DESIGNERS, History

__all__ = ["Outlook", "read_outlook"]

Floats = NDArray[np.float64]
Z = 1.6448536269514722
AHEAD = ("2025Q1", "2025Q2", "2025Q3", "2025Q4")
CITED = ("pack-018", "pack-019", "pack-020", "pack-021", "tf-cowos-growth", "tf-gb200-share",
         "tf-blackwell-share", "tf-nvidia-units", "tf-12hi-share", "tf-hbm-consumption",
         "rule.2022-10", "rule.2023-10", "jpm-cowos-2024")  # fmt: skip
"""Forecasts and rules on which the assumptions rest."""


@dataclass(frozen=True)
class Outlook:
    """What was expected of the year ahead; T quarters, D designers, C products.

    Attributes
    ----------
    target, target_spread : array, shape (D,)
        Share of packaging towards which each designer's share tends; spread of its log odds.
    reversion : float
        Part of the distance that remains after a quarter.
    mix, mix_spread : array, shape (C, T)
        Share of its designer's packaging; spread of its log.
    h200 : array, shape (T,)
        Share of H200 in Hopper.
    ultra : array, shape (T,)
        Share of Blackwell with stacks of 36 GB.
    succession : array, shape (D, T)
        Spread of log content a wafer, from products not yet known.
    packaging, packaging_spread : array, shape (T,)
        World supply, wafers a quarter, and the spread of its log.
    hbm, hbm_spread : array, shape (T,)
        World supply, USD a quarter.
    share_prior : float
        Spread of the log odds of a share in a quarter, before 2024 is seen.
    named_spread, named_hbm_spread : float
    hbm_price : array, shape (T,)
        Over that of 2024.
    hazard, reuse : float
        Export rule that ends the product for China; packaging freed and used.
    sold_share : tuple of float
        Share of what is at hand that is sold in a quarter: low, best, high.
    writedown : float
    """

    target: Floats
    target_spread: Floats
    reversion: float
    mix: Floats
    mix_spread: Floats
    h200: Floats
    ultra: Floats
    succession: Floats
    packaging: Floats
    packaging_spread: Floats
    hbm: Floats
    hbm_spread: Floats
    share_prior: float
    named_spread: float
    named_hbm_spread: float
    hbm_price: Floats
    hazard: float
    reuse: float
    sold_share: tuple[float, float, float]
    writedown: float


def read_outlook(network: Network, history: History, reader: Reader) -> Outlook:
    """Read the outlook through the gate.

    Parameters
    ----------
    network : Network
        Its dated packaging lines give the plan of capacity.
    history : History
    reader : Reader

    Returns
    -------
    Outlook
    """
    for claim in CITED:
        _ = reader[claim]
    targets = [reader.bounds(f"target.{d}") for d in DESIGNERS]
    odds = np.log([[x / (1.0 - x) for x in t] for t in targets])
    mix = np.empty((len(CHIPS), 4))
    spread = np.empty_like(mix)
    for c, chip in enumerate(CHIPS):
        ends = [reader.bounds(f"mix.{chip}.{q}") for q in ("2025Q1", "2025Q4")]
        mix[c] = np.exp(np.interp(range(4), [0, 3], np.log([e[1] for e in ends])))
        spread[c] = np.interp(range(4), [0, 3], [np.log(e[2] / e[0]) / (2 * Z) for e in ends])
    h200 = [reader.best(f"h200.{q}") for q in ("2025Q1", "2025Q4")]
    ultra = [reader.best(f"ultra.{q}") for q in ("2025Q1", "2025Q4")]
    lasting = np.array([[reader.best(f"succession.{d}.{q}") for q in ("2025Q1", "2025Q4")]
                        for d in DESIGNERS])  # fmt: skip
    grow = np.array([0.25, 0.5, 0.75, 1.0])
    hbm = history.supply["hbm"]
    year = hbm.sum() * (1.0 + reader.best("tf-hbm-growth")) * reader.best("hbm.price")
    price = 1.0 + (reader.best("hbm.price") - 1.0) * grow
    return Outlook(
        odds[:, 1], (odds[:, 2] - odds[:, 0]) / (2 * Z), reader.best("reversion"), mix, spread,
        np.interp(range(4), [0, 3], h200), np.interp(range(4), [0, 3], ultra),
        np.array([np.interp(range(4), [0, 3], ends) for ends in lasting]),
        _packaging(network, history, reader), reader.best("capacity.error") * np.sqrt(grow),
        _towards(float(hbm[-1]), float(year)), reader.best("hbm.error") * np.sqrt(grow),
        reader.best("share.prior"), reader.best("named.spread"), reader.best("named.hbm.spread"),
        price, reader.best("export.hazard"),
        reader.best("export.reuse"), reader.bounds("sold.share"), reader.best("writedown"),
    )  # fmt: skip


def _packaging(network: Network, history: History, reader: Reader) -> Floats:
    """Wafers a quarter from the dated lines of the network, as announced by the cut."""
    calendar = Calendar.build(AHEAD[0], "quarter", AHEAD[-1])
    technology = network.table("line")["technology"]
    capacity = network.values("line", "capacity", calendar)
    share = reader.best("osat.share")
    total = np.zeros(4)
    for line, kind in technology.items():
        if kind == "cowos":
            planned = capacity.loc[line].fillna(0.0).to_numpy() * calendar.months
            if planned.sum() > 0:
                reader.note_cell(network, "line", str(line), "capacity", until=AHEAD[-1])
                tsmc = network.table("line").loc[line, "party"] == "tsmc"
                total += planned * (1.0 if tsmc else share)
    out = reader.best("capacity.output")
    # the announced plan is reached gradually: no step in the first quarter
    return np.asarray(np.maximum(total * out, history.supply["packaging"][-1]))


def _towards(last: float, year: float) -> Floats:
    """Four quarters of steady growth from the last one, that add up to a year."""
    low, high = 0.5, 3.0
    for _ in range(80):
        middle = (low + high) / 2.0
        total = last * sum(middle**k for k in range(1, 5))
        low, high = (middle, high) if total < year else (low, middle)
    return np.array([last * low**k for k in range(1, 5)])
