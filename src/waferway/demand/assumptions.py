"""The claims of the fan, read once and laid out as arrays.

Owns which claim plays which part. Holds no random draw.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from waferway.demand.censoring import CensoredFit, fit_censored
from waferway.demand.observed import Sales, observed_sales
from waferway.demand.prices import price_usd
from waferway.demand.spread import Z95, bounds_of
from waferway.evidence.claims import Evidence
from waferway.evidence.dated import claims_about, shipped

__all__ = ["Assumptions", "read_assumptions"]

Floats = NDArray[np.float64]
PARTIES = ("openai", "clouds", "others", "google", "amazon", "china")
SEGMENTS = ("training", "inference", "enterprise")
YEARS = tuple(range(2025, 2033))
CLASS_OF_PARTY = {"openai": "market", "clouds": "market", "others": "market", "google": "google",
                  "amazon": "amazon", "china": "china"}  # fmt: skip
SHORT_FROM = "2023Q2"
"""First quarter in which sales were supply (claim shortage.binding)."""


@dataclass
class Assumptions:
    """Arrays made from claims.

    Attributes
    ----------
    evidence : Evidence
    past : array, shape (parties, quarters)
        Compute sold to each party, dense 8-bit H100 equivalents, sums of medians.
    quarters : tuple of str
        Of `past`.
    level_spread : array, shape (parties,)
        Standard deviation of log sales, from the percentiles of units.
    segment_share : array, shape (parties, segments); rows add to 1
    short_sales : array, shape (parties,)
        Sold in the quarters in which sales were supply; 0 for China, where rules bind.
    spending_usd : float
        On accelerators in 2024.
    used : list of str
        Claims read.
    """

    evidence: Evidence
    past: Floats
    quarters: tuple[str, ...]
    level_spread: Floats
    segment_share: Floats
    short_sales: Floats
    spending_usd: float
    shortage: CensoredFit
    used: list[str] = field(default_factory=list)
    years: tuple[int, ...] = YEARS

    def bounds(self, claim_id: str) -> tuple[float, float, float]:
        """Low, best and high of a claim, noted as read."""
        if claim_id not in self.used:
            self.used.append(claim_id)
        return bounds_of(self.evidence[claim_id])

    @property
    def persistence(self) -> float:
        """Correlation of growth with that of the year before."""
        return self.bounds("growth.persistence")[1]

    @property
    def shared(self) -> float:
        """Share of growth shocks common to all."""
        return self.bounds("growth.shared")[1]

    def _nodes(self, prefix: str) -> tuple[Floats, Floats]:
        """Log of best value and its spread for each year, straight lines between claims."""
        at, best, spread = [], [], []
        for year in self.years:
            if f"{prefix}.{year}" in self.evidence:
                low, value, high = self.bounds(f"{prefix}.{year}")
                at.append(year)
                best.append(np.log(value))
                spread.append(np.log(high / low) / (2.0 * Z95))
        return np.interp(self.years, at, best), np.interp(self.years, at, spread)

    def net_growth(self, segment: str) -> tuple[Floats, Floats]:
        """Log growth of stock wanted a year, and its spread, each shape (years,)."""
        work, work_spread = self._nodes(f"work.{segment}")
        gain, gain_spread = self._nodes(f"efficiency.{segment}")
        return work - gain, np.hypot(work_spread, gain_spread)

    def budget_growth(self) -> tuple[Floats, Floats]:
        """Log growth of budgets a year, and its spread."""
        return self._nodes("budget")

    def price(self, year: float, fall: ArrayLike, deviate: ArrayLike) -> Floats:
        """Price of an H100 equivalent by path, USD."""
        falls, z = np.asarray(fall, dtype=float), np.asarray(deviate, dtype=float)
        for name in ("price.2024", "price.2025"):
            self.bounds(name)
        ends = {e: price_usd(min(year, 2025.0), 0.0, self.evidence, e)
                for e in ("low", "best", "high")}  # fmt: skip
        spread = np.log(ends["high"] / ends["low"]) / (2.0 * Z95)
        later = (1.0 - falls) ** max(year - 2025.0, 0.0)
        return np.asarray(ends["best"] * np.exp(spread * z) * later)

    def shortage_bounds(self) -> tuple[float, float, float]:
        """Need over sales in the quarters of shortage: low, best, high.

        Best is the censored fit of market sales; the interval has the relative width that the
        stated shortfalls have.
        """
        best = float(self.shortage.need.sum() / self.short_sales[:3].sum())
        low, middle, high = (
            np.mean([self.bounds(f"shortage.{y}")[i] for y in (2023, 2024)]) for i in range(3)
        )
        excess = best - 1.0
        wide = (low - 1.0) / (middle - 1.0), (high - 1.0) / (middle - 1.0)
        return 1.0 + excess * float(wide[0]), best, 1.0 + excess * float(wide[1])

    def basis_factor(self, basis: str) -> Floats:
        """Units of a basis per dense 8-bit unit in what each party bought in 2024."""
        base, other = (_of_2024(observed_sales(b, self.evidence)) for b in
                       ("h100e-8bit-dense", basis))  # fmt: skip
        ratio = other / base
        return np.array([float(ratio[CLASS_OF_PARTY[p]]) for p in PARTIES])


def read_assumptions(evidence: Evidence | None = None) -> Assumptions:
    """Read the claims of the fan.

    Parameters
    ----------
    evidence : Evidence, optional
        Shipped claims when absent.

    Returns
    -------
    Assumptions

    Examples
    --------
    >>> known = read_assumptions()
    >>> round(float(known.past.sum()) / 1e6, 1)
    6.5
    """
    facts = evidence or shipped("waferway.demand")
    sales = observed_sales(evidence=facts)
    table = sales.by_class()
    shares = _party_shares(facts)
    past = np.stack([table[CLASS_OF_PARTY[p]].to_numpy() * shares[p] for p in PARTIES])
    quarters = tuple(str(q) for q in table.index)
    short = np.array([q >= SHORT_FROM for q in quarters])
    short_sales = past[:, short].sum(axis=1)
    short_sales[PARTIES.index("china")] = 0.0
    spread = sales.frame.assign(
        s=np.log(sales.frame["high"] / sales.frame["low"]) / (2.0 * Z95) * sales.frame["compute"]
    ).groupby("class")[["s", "compute"]].sum()  # fmt: skip
    level = spread["s"] / spread["compute"]
    year = float(past[:, [q.startswith("2024") for q in quarters]].sum())
    split = {(c.subject.removeprefix("class:"), c.qualifiers["segment"]): c.central or 0.0
             for c in claims_about(facts, "segment share of stock")}  # fmt: skip
    share = np.array([[split[p, g] for g in SEGMENTS] for p in PARTIES])
    used = [*sales.claims, "share.openai", "share.clouds", "shortage.binding",
            *(f"segment.{p}.{g}" for p in PARTIES for g in SEGMENTS)]  # fmt: skip
    return Assumptions(
        facts, past, quarters, np.array([float(level[CLASS_OF_PARTY[p]]) for p in PARTIES]),
        share / share.sum(axis=1, keepdims=True), short_sales,
        year * (facts["price.2024"].central or np.nan), _shortage(facts, table["market"]), used,
    )  # fmt: skip


def _of_2024(sales: Sales) -> pd.Series:
    table = sales.by_class()
    return table[[str(q).startswith("2024") for q in table.index]].sum()


def _party_shares(facts: Evidence) -> dict[str, float]:
    openai, clouds = facts["share.openai"].central or 0.0, facts["share.clouds"].central or 0.0
    # OpenAI rents from clouds: what is its need is not counted with theirs again
    return {"openai": openai, "clouds": clouds - openai, "others": 1.0 - clouds, "google": 1.0,
            "amazon": 1.0, "china": 1.0}  # fmt: skip


def _shortage(facts: Evidence, market: pd.Series) -> CensoredFit:
    """Need behind market sales in the quarters in which sales were supply."""
    window = market[[str(q) >= SHORT_FROM for q in market.index]]
    labels = [str(q) for q in window.index]
    stated = {}
    for claim in (facts["shortage.2023"], facts["shortage.2024"]):
        low, best, high = bounds_of(claim)
        label = claim.valid_text or ""
        stated[labels.index(label)] = (best, float(np.log(high / low) / (2.0 * Z95)))
    return fit_censored(window.to_numpy(), window.to_numpy(), stated)
