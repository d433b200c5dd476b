"""What serving compute is worth: a step curve that falls, not one price.

Owns the steps: who pays all-in capital, the top of the price range, the usual price, and those
for whom renting out just pays. Shares of the steps are a prior and say so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from waferway.demand.given import claims_given, require
from waferway.demand.prices import price_index
from waferway.errors import RangeError
from waferway.evidence.claims import Evidence
from waferway.evidence.dated import claims_about

__all__ = ["Worth", "rental_value", "worth_of_serving"]

Floats = NDArray[np.float64]
HOURS = 8766.0
FIRST, LAST = 2024, 2032
USED = ("worth.all-in", "worth.purchase", "rent.three-year", "rent.use", "rent.cost", "rent.return",
        "price.2024", "price.2025", "price.fall")  # fmt: skip


@dataclass(frozen=True)
class Worth:
    """Worth of serving need in one year, step by step.

    Attributes
    ----------
    year : int
    frame : DataFrame
        step, share (of need, adds to 1), low_usd, usd, high_usd per H100 equivalent, falling.
    claims : tuple of str
    """

    year: int
    frame: pd.DataFrame
    claims: tuple[str, ...]

    def at(self, served: float) -> float:
        """Worth of one more unit when a share of need is served; 0 beyond all of it.

        Parameters
        ----------
        served : float, at least 0
            Share of need.

        Returns
        -------
        float, USD per H100 equivalent
        """
        if served < 0:
            raise RangeError(f"share served is {served}; it must be at least 0")
        reached = self.frame["share"].cumsum().to_numpy()
        index = int(np.searchsorted(reached, served, side="right"))
        return float(self.frame["usd"].iloc[index]) if index < len(reached) else 0.0


def rental_value(
    usd_per_hour: ArrayLike,
    years: float,
    use: ArrayLike,
    cost_per_hour: ArrayLike,
    yearly_return: ArrayLike,
) -> Floats:
    """Most that a firm would pay for a chip that it rents out.

    Parameters
    ----------
    usd_per_hour : array, USD/hour
        Rent, for each hour sold.
    years : float, above 0
    use : array, between 0 and 1
        Share of hours sold.
    cost_per_hour : array, USD/hour
        Running cost, for each hour.
    yearly_return : array, above 0
        Return asked.

    Returns
    -------
    array, USD, at least 0
        (rent x use - cost) x hours a year, as a continuous annuity.

    Examples
    --------
    >>> round(float(rental_value(2.59, 3.0, 0.7, 0.5, 0.12)))
    29272
    """
    rate = np.log1p(np.asarray(yearly_return, dtype=float))
    if not years > 0 or np.any(rate <= 0):
        raise RangeError("years and the return asked must be above 0")
    earned = np.asarray(usd_per_hour, dtype=float) * np.asarray(use, dtype=float)
    yearly = (earned - np.asarray(cost_per_hour, dtype=float)) * HOURS
    return np.asarray(np.maximum(yearly * (1.0 - np.exp(-rate * years)) / rate, 0.0))


def worth_of_serving(year: int, evidence: Evidence | None = None) -> Worth:
    """The step curve of one year.

    Parameters
    ----------
    year : int, 2024 to 2032
    evidence : Evidence, optional

    Returns
    -------
    Worth

    Examples
    --------
    >>> curve = worth_of_serving(2024)
    >>> curve.frame["usd"].is_monotonic_decreasing, round(curve.at(0.0))
    (True, 50000)
    """
    facts = claims_given(evidence)
    if not FIRST <= year <= LAST:
        raise RangeError(
            f"no worth of an H100 equivalent can be said for {year}: prices are claimed for 2024 "
            f"and 2025, and their fall is carried to {LAST}; give a year from {FIRST} to {LAST}"
        )
    require(facts, USED)
    level = {name: price_index(year, end, facts) for name, end in
             (("low", "low"), ("usd", "best"), ("high", "high"))}  # fmt: skip
    capital, price = facts["worth.all-in"], facts["worth.purchase"]
    rent = _rent(facts)
    steps = [
        ("all-in", capital.low, capital.value, capital.high),
        ("purchase-high", price.value, price.high, price.high),
        ("purchase", price.low, price.value, price.high),
        ("rental", rent[0], min(rent[1], float(price.value or 0)), rent[2]),
    ]
    shares = {c.qualifiers["step"]: c for c in claims_about(facts, "share of need")}
    total = sum(shares[s[0]].central or 0.0 for s in steps)
    rows = []
    for name, low, best, high in steps:
        rows.append({
            "step": name, "share": (shares[name].central or 0.0) / total,
            "low_usd": float(low or 0) * level["low"], "usd": float(best or 0) * level["usd"],
            "high_usd": float(high or 0) * level["high"],
        })  # fmt: skip
    frame = pd.DataFrame(rows).sort_values("usd", ascending=False, ignore_index=True)
    return Worth(year, frame, (*USED, *(c.claim_id for c in shares.values())))


def _rent(facts: Evidence) -> tuple[float, float, float]:
    """Value of three years of rent: low, best, high, each input at its end."""
    rent, use = facts["rent.three-year"], facts["rent.use"]
    cost, wanted = facts["rent.cost"], facts["rent.return"]

    def at(a: str, b: str) -> float:
        good = [float(getattr(claim, a)) for claim in (rent, use)]
        bad = [float(getattr(claim, b)) for claim in (cost, wanted)]
        return float(rental_value(good[0], 3.0, good[1], bad[0], bad[1]))

    return at("low", "high"), at("value", "value"), at("high", "low")
