"""Outcomes to the cut, as arrays: parts by chip, supply, units.

Owns reading them through the gate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waferway.evidence.claims import Evidence
from waferway.evidence.dated import shipped
from waferway.studies.hindcast.admission import Reader

__all__ = ["CHIPS", "DESIGNERS", "PARTS", "QUARTERS", "History", "read_history"]

Floats = NDArray[np.float64]
DESIGNERS = ("nvidia", "google", "amd", "amazon")
CHIPS = {
    "hopper": "nvidia", "h20": "nvidia", "b200": "nvidia",
    "v5e": "google", "v5p": "google", "v6e": "google",
    "mi300x": "amd", "mi300a": "amd", "mi308x": "amd", "mi325x": "amd",
    "trainium1": "amazon", "trainium2": "amazon",
}  # fmt: skip
PARTS = {"logic": "logic", "packaging": "cowos", "hbm": "hbm"}
QUARTERS = ("2024Q1", "2024Q2", "2024Q3", "2024Q4")
UNITS_OF = {"hopper": ("h100",), "h20": ("h20",), "b200": ("b200",)}


@dataclass(frozen=True)
class History:
    """What happened in the quarters before the cut.

    Attributes
    ----------
    quarters : tuple of str
    parts : dict of str to array, shape (chips, quarters)
        `logic` and `packaging` wafers and `hbm` dollars by chip; a product that was not made
        yet has 0.
    designer_parts : dict of str to array, shape (designers, quarters)
        The same by designer, as published (medians do not add).
    bands : dict of str to (low, high), each shape (designers, quarters)
        The source's 5 and 95 % of `designer_parts`.
    supply : dict of str to array, shape (quarters,)
        Of the world.
    units : array, shape (chips, quarters)
        Sold; Hopper holds H100 and H200.
    """

    quarters: tuple[str, ...]
    parts: dict[str, Floats]
    designer_parts: dict[str, Floats]
    bands: dict[str, tuple[Floats, Floats]]
    supply: dict[str, Floats]
    units: Floats


def read_history(reader: Reader, evidence: Evidence | None = None) -> History:
    """Outcomes of 2024 through the gate of a reader.

    Parameters
    ----------
    reader : Reader
        Over the claims of `waferway.studies`.
    evidence : Evidence, optional
        Claims about units sold; those of `waferway.demand` when absent.

    Returns
    -------
    History
    """
    sold = Reader(evidence or shipped("waferway.demand"), reader.cut)

    def best(name: str, gate: Reader) -> float:
        # a chip without a claim in a quarter was not made in it: the table lists all that were
        return gate.best(name) if name in gate.evidence else 0.0

    parts = {
        kind: np.array([[best(f"chip.{chip}.{key}.{q}", reader) for q in QUARTERS]
                        for chip in CHIPS])
        for kind, key in PARTS.items()
    }  # fmt: skip
    whole = {
        kind: np.array([[best(f"designer.{d}.{key}.{q}", reader) for q in QUARTERS]
                        for d in DESIGNERS])
        for kind, key in PARTS.items()
    }  # fmt: skip
    bands = {kind: (_bound(reader, key, 0), _bound(reader, key, 2)) for kind, key in PARTS.items()}
    supply = {
        kind: np.array([reader.best(f"supply.{key}.{q}") for q in QUARTERS])
        for kind, key in PARTS.items()
    }
    units = np.array([
        [sum(best(f"units.{one}.{q}", sold) for one in UNITS_OF.get(chip, (chip,)))
         for q in QUARTERS] for chip in CHIPS
    ])  # fmt: skip
    reader.read.update(sold.read)
    return History(QUARTERS, parts, whole, bands, supply, units)


def _bound(reader: Reader, key: str, which: int) -> Floats:
    return np.array([[reader.bounds(f"designer.{d}.{key}.{q}")[which] for q in QUARTERS]
                     for d in DESIGNERS])  # fmt: skip
