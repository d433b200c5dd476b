"""Sales as observed: units by chip and quarter, weighed on a basis.

Owns reading the claims about sales and rates. Medians are summed and said to be sums of
medians; percentiles are never added.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from waferway.calendar import period
from waferway.demand.given import claims_given, require
from waferway.errors import RangeError
from waferway.evidence.claims import Evidence
from waferway.evidence.dated import claims_about

__all__ = ["BASIS_METRIC", "CLASS_OF_DESIGNER", "EXPORT_CHIPS", "Sales", "observed_sales"]

BASIS_METRIC = {
    "h100e-8bit-dense": "dense 8-bit rate",
    "h100e-16bit-dense": "dense 16-bit rate",
    "h100e-bandwidth": "memory bandwidth",
}
"""Bases and the metric whose ratio to an H100 weighs a chip."""

REFERENCE = {
    "h100e-8bit-dense": "8-bit.h100", "h100e-16bit-dense": "16-bit.h100",
    "h100e-bandwidth": "memory.h100",
}  # fmt: skip
"""Claim on the H100, by basis."""

CLASS_OF_DESIGNER = {"nvidia": "market", "amd": "market", "google": "google", "amazon": "amazon"}
EXPORT_CHIPS = ("a800", "h800", "h20")
"""Versions made for China."""


@dataclass(frozen=True)
class Sales:
    """Units sold, and what they weigh on a basis.

    Attributes
    ----------
    frame : DataFrame
        chip, designer, class (`market`, `china`, `google`, `amazon`), quarter, units (median),
        low, high (5 %, 95 % quantiles), weight, compute (units x weight).
    basis : str
    claims : tuple of str
        Claims read.
    """

    frame: pd.DataFrame
    basis: str
    claims: tuple[str, ...]

    def by_class(self) -> pd.DataFrame:
        """Compute sold, sums of medians: rows quarters, columns classes; no sale is 0."""
        table = self.frame.pivot_table(index="quarter", columns="class", values="compute",
                                       aggfunc="sum")  # fmt: skip
        return table.fillna(0.0).sort_index()


def observed_sales(basis: str = "h100e-8bit-dense", evidence: Evidence | None = None) -> Sales:
    """Sales by chip and quarter.

    Parameters
    ----------
    basis : str
        One of `BASIS_METRIC`.
    evidence : Evidence, optional
        Shipped claims when absent.

    Returns
    -------
    Sales

    Raises
    ------
    RangeError
        If the basis is unknown.

    Examples
    --------
    >>> sales = observed_sales()
    >>> year = sales.frame[sales.frame["quarter"].str.startswith("2024")]
    >>> round(float(year["compute"].sum()) / 1e6, 2)
    4.91
    """
    if basis not in BASIS_METRIC:
        raise RangeError(f'"{basis}" is no basis; choose one of {", ".join(BASIS_METRIC)}')
    facts = claims_given(evidence)
    metric = BASIS_METRIC[basis]
    rates = {claim.subject: claim for claim in claims_about(facts, metric)}
    require(facts, [REFERENCE[basis], "units.h100.2024Q4"])
    reference = rates["chip:h100"].central
    rows, used = [], []
    for claim in claims_about(facts, "units sold"):
        if not claim.subject.startswith("chip:"):
            continue
        rate = rates[claim.subject]
        chip, designer = claim.subject.removeprefix("chip:"), claim.qualifiers["designer"]
        quarter = period(claim.valid_text or "").label
        units, weight = claim.central, (rate.central or np.nan) / (reference or np.nan)
        share = facts.get(f"h200.share.{quarter}")
        if basis == "h100e-bandwidth" and chip == "h100" and share is not None:
            # counted as H100, but with other memory
            part, other = share.central or 0.0, rates["chip:h200"]
            weight = 1.0 - part + part * (other.central or np.nan) / (reference or np.nan)
            used += [share.claim_id, other.claim_id]
        rows.append({
            "chip": chip, "designer": designer,
            "class": "china" if chip in EXPORT_CHIPS else CLASS_OF_DESIGNER[designer],
            "quarter": quarter, "units": units,
            "low": float(claim.p05 if claim.p05 is not None else np.nan),
            "high": float(claim.p95 if claim.p95 is not None else np.nan),
            "weight": weight, "compute": (units or np.nan) * weight,
        })  # fmt: skip
        used += [claim.claim_id, rate.claim_id]
    return Sales(pd.DataFrame(rows), basis, tuple(dict.fromkeys(used)))
