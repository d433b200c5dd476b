"""The claims of the fan, read once and laid out as arrays.

Owns which claim plays which part. Holds no random draw.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from waferway.calendar import end_of, period
from waferway.demand.given import claims_given, require
from waferway.demand.observed import Sales, observed_sales
from waferway.demand.prices import price_usd
from waferway.demand.shortage import NeedDraws, Statement, draw_need
from waferway.demand.spread import Z95, bounds_of
from waferway.evidence.claims import Claim, Evidence
from waferway.evidence.dated import claims_about

__all__ = ["Assumptions", "read_assumptions"]

Floats = NDArray[np.float64]
PARTIES = ("openai", "clouds", "others", "google", "amazon", "china")
SEGMENTS = ("training", "inference", "enterprise")
YEARS = tuple(range(2025, 2033))
CLASS_OF_PARTY = {"openai": "market", "clouds": "market", "others": "market", "google": "google",
                  "amazon": "amazon", "china": "china"}  # fmt: skip
DRIVERS = {
    "training": ("work",), "inference": ("users", "tokens", "flop"), "enterprise": ("work",),
}  # fmt: skip
"""Factors whose growths multiply to the growth of work: users x tokens x FLOP for inference."""
NEEDED = (
    "share.openai", "share.clouds", "price.2024", "price.2025", "price.fall", "packaging.full",
    "shortage.binding", "shortage.jolt", "shortage.statement-error", "life.half", "life.shape",
    "growth.persistence", "growth.shared", "backlog.quarters", "edge.2024", "dem-045",
    "edge.persistence", "edge.spread", "power.per-h100e", "power.gain", "power.ai-share",
    "power.converted", "units.h100.2024Q4", "8-bit.h100", "budget.2025", "work.training.2025",
    "users.inference.2025", "tokens.inference.2025", "flop.inference.2025",
    *(f"segment.{p}.{g}" for p in PARTIES for g in SEGMENTS),
)  # fmt: skip
"""Claims without which no fan can be drawn."""
STATEMENTS = ("shortage.gap-2023", "shortage.orders-2023", "shortage.gap-2024Q2")
"""What others said of need over sales."""
OWN_PRIOR = "shortage.late-2024"
"""What this project takes of the last quarter, of which nobody gave a number."""


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
    short : array of bool, shape (quarters,)
        Quarters in which supply bound, or may have: see `supply_bound`.
    market : array, shape (quarters,)
        Sales of the market, from which the shortage is read.
    market_error : array, shape (quarters,)
        Standard deviation of their logarithms.
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
    short: NDArray[np.bool_]
    market: Floats
    market_error: Floats
    spending_usd: float
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
        parts = [self._nodes(f"{driver}.{segment}") for driver in DRIVERS[segment]]
        gain, gain_spread = self._nodes(f"efficiency.{segment}")
        work = np.sum([growth for growth, _ in parts], axis=0)
        spreads = [gain_spread, *(spread for _, spread in parts)]
        return work - gain, np.sqrt(np.sum(np.square(spreads), axis=0))

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

    def statements(self, others: bool = True, own: bool = True) -> list[Statement]:
        """What was said of the shortfall: by others, and by this project's own prior."""
        error = self.bounds("shortage.statement-error")[1]
        names = [*(STATEMENTS if others else ()), *((OWN_PRIOR,) if own else ())]
        out = []
        for name in names:
            low, best, high = self.bounds(name)
            spread = np.hypot(np.log(high / low) / (2.0 * Z95), error)
            out.append(
                Statement(_quarters(self.evidence[name], self.quarters), best, float(spread))
            )
        return out

    def need_draws(
        self, draws: int, rng: np.random.Generator, statements: list[Statement] | None = None
    ) -> NeedDraws:
        """Need behind the market's sales, draw by draw; all statements when none are given."""
        low, best, high = self.bounds("shortage.jolt")
        said = self.statements() if statements is None else statements
        jolt = best, float(np.log(high / low) / (2.0 * Z95))
        return draw_need(self.market, self.market_error, self.short, said, jolt, draws, rng)

    @property
    def unbound(self) -> NDArray[np.bool_]:
        """Parties whose sales were supply in the shortage: all but China, where rules bind."""
        return np.array([p != "china" for p in PARTIES])

    def capacity_gw(self) -> tuple[Floats, Floats, Floats]:
        """Decimal years, log of the capacity of all data centres in GW, and its spread."""
        at, best, spread = [], [], []
        for year in (2023, 2030, 2032):
            low, value, high = self.bounds(f"power.all-{year}")
            at.append(year + 1.0)
            best.append(np.log(value))
            spread.append(np.log(high / low) / (2.0 * Z95))
        return np.array(at), np.array(best), np.array(spread)

    def basis_factor(self, basis: str) -> Floats:
        """Units of a basis per dense 8-bit unit in what each party bought in 2024."""
        base, other = (observed_sales(b, self.evidence) for b in ("h100e-8bit-dense", basis))
        self.used += [name for name in other.claims if name not in self.used]
        ratio = _of_2024(other) / _of_2024(base)
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
    facts = claims_given(evidence)
    require(facts, NEEDED)
    sales = observed_sales(evidence=facts)
    table = sales.by_class()
    shares = _party_shares(facts)
    past = np.stack([table[CLASS_OF_PARTY[p]].to_numpy() * shares[p] for p in PARTIES])
    quarters = tuple(str(q) for q in table.index)
    short, read = supply_bound(facts, quarters)
    spread = sales.frame.assign(
        s=np.log(sales.frame["high"] / sales.frame["low"]) / (2.0 * Z95) * sales.frame["compute"]
    ).groupby("class")[["s", "compute"]].sum()  # fmt: skip
    level = spread["s"] / spread["compute"]
    market = sales.frame[sales.frame["class"] == "market"]
    error = [float(np.average(np.log(g["high"] / g["low"]) / (2.0 * Z95), weights=g["compute"]))
             for _, g in market.groupby("quarter")]  # fmt: skip
    year = float(past[:, [q.startswith("2024") for q in quarters]].sum())
    split = {(c.subject.removeprefix("class:"), c.qualifiers["segment"]): c.central or 0.0
             for c in claims_about(facts, "segment share of stock")}  # fmt: skip
    share = np.array([[split[p, g] for g in SEGMENTS] for p in PARTIES])
    used = [*sales.claims, "share.openai", "share.clouds", *read,
            *(f"segment.{p}.{g}" for p in PARTIES for g in SEGMENTS)]  # fmt: skip
    return Assumptions(
        facts, past, quarters, np.array([float(level[CLASS_OF_PARTY[p]]) for p in PARTIES]),
        share / share.sum(axis=1, keepdims=True), short, table["market"].to_numpy(),
        np.array(error), year * (facts["price.2024"].central or np.nan), used,
    )  # fmt: skip


def _of_2024(sales: Sales) -> pd.Series:
    table = sales.by_class()
    return table[[str(q).startswith("2024") for q in table.index]].sum()


def _party_shares(facts: Evidence) -> dict[str, float]:
    openai, clouds = facts["share.openai"].central or 0.0, facts["share.clouds"].central or 0.0
    # OpenAI rents from clouds: what is its need is not counted with theirs again
    return {"openai": openai, "clouds": clouds - openai, "others": 1.0 - clouds, "google": 1.0,
            "amazon": 1.0, "china": 1.0}  # fmt: skip


def supply_bound(facts: Evidence, quarters: tuple[str, ...]) -> tuple[NDArray[np.bool_], list[str]]:
    """Quarters in which sales were supply, or may have been, and the claims that say so.

    To early 2024 the claim on lead times says it. After that a quarter is free only if the
    packaging of the quarter before, from which it was sold, surely left some to others.
    """
    stated = facts["shortage.binding"]
    bound = set(_quarters(stated, quarters))
    full, read = facts["packaging.full"].central or 0.0, ["shortage.binding", "packaging.full"]
    for position in range(1, len(quarters)):
        name = f"packaging.left.{quarters[position - 1]}"
        if name in facts:
            read.append(name)
            if bounds_of(facts[name])[0] <= full:
                bound.add(position)
    return np.array([i in bound for i in range(len(quarters))]), read


def _quarters(claim: Claim, quarters: tuple[str, ...]) -> tuple[int, ...]:
    """Positions of the quarters a claim speaks of."""
    first, _, last = (claim.valid_text or "").partition("/")
    start, end = period(first).start, end_of(last or first)
    return tuple(i for i, q in enumerate(quarters) if start <= period(q).start < end)
