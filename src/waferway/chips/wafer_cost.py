"""What a processed wafer costs: by breakdown, and by the age of the equipment.

Owns wafer cost and the price model of CSET (2020). Refuses prices as facts; those are claims.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import RangeError

__all__ = [
    "CapitalPrice",
    "WaferCost",
    "capital_consumed_usd",
    "capital_price",
    "implied_age_years",
    "wafer_cost",
]

Array = NDArray[np.float64]
# Parameters of the model as published (Khan & Mann, AI Chips, CSET 2020, appendix), not facts
# of a fab: yearly depreciation of the price of installed equipment, and price over capital.
CSET_DEPRECIATION = 0.2529
CSET_MARKUP = 4.011
# The published table stops depreciating at this age: its 16/12 nm row (4.5 years by the
# calendar) consumes 993 of 11,220 USD, as at 3.6 years. Results say where the cap was used.
CSET_OLDEST_YEARS = 3.6


@dataclass(frozen=True)
class WaferCost:
    """Cost of one wafer by kind, USD/wafer."""

    depreciation_usd: float
    materials_usd: float
    labour_usd: float
    utilities_usd: float
    overhead_usd: float

    @property
    def total_usd(self) -> float:
        """Sum of the kinds."""
        return (
            self.depreciation_usd
            + self.materials_usd
            + self.labour_usd
            + self.utilities_usd
            + self.overhead_usd
        )

    def shares(self) -> dict[str, float]:
        """Share of each kind in the total."""
        names = ("depreciation", "materials", "labour", "utilities", "overhead")
        return {name: getattr(self, f"{name}_usd") / self.total_usd for name in names}


def wafer_cost(
    capex_usd: float,
    wafers_per_month: float,
    *,
    life_years: float,
    utilisation: float,
    materials_usd: float,
    labour_usd_per_year: float,
    kwh_per_wafer: float,
    usd_per_kwh: float,
    overhead_share: float,
) -> WaferCost:
    """Cost of a wafer from the fab that makes it.

    Parameters
    ----------
    capex_usd, wafers_per_month : float
        Of the whole line at full capacity.
    life_years : float, above 0
        Straight-line depreciation.
    utilisation : float, above 0 to 1
        Fixed cost is spread over the wafers made: less use is dearer.
    materials_usd : float, USD/wafer
    labour_usd_per_year : float
    kwh_per_wafer, usd_per_kwh : float
    overhead_share : float
        On top of the other kinds together.

    Examples
    --------
    >>> cost = wafer_cost(20e9, 50_000, life_years=5, utilisation=0.9, materials_usd=1500,
    ...     labour_usd_per_year=150e6, kwh_per_wafer=1500, usd_per_kwh=0.1, overhead_share=0.1)
    >>> round(cost.total_usd), round(cost.shares()["depreciation"], 2)
    (10269, 0.72)
    """
    if not (capex_usd >= 0 and wafers_per_month > 0 and life_years > 0):
        raise RangeError("capex_usd at least 0; wafers_per_month and life_years above 0")
    if not 0 < utilisation <= 1:
        raise RangeError(f"utilisation is {utilisation:g}; above 0 to 1")
    made = wafers_per_month * 12 * utilisation
    depreciation = capex_usd / life_years / made
    labour = labour_usd_per_year / made
    utilities = kwh_per_wafer * usd_per_kwh
    overhead = overhead_share * (depreciation + materials_usd + labour + utilities)
    return WaferCost(depreciation, materials_usd, labour, utilities, overhead)


def capital_consumed_usd(
    capital_per_wafer_usd: ArrayLike,
    age_years: ArrayLike,
    *,
    depreciation: ArrayLike = CSET_DEPRECIATION,
) -> Array:
    """``capital r (1-r)^age``: capital that a wafer of this year uses up, USD.

    Examples
    --------
    >>> round(float(capital_consumed_usd(16746.0, 0.0)))
    4235
    """
    age = np.asarray(age_years, float)
    if (age < 0).any():
        raise RangeError(f"age_years is {age.min():g}; at least 0")
    r = np.asarray(depreciation, float)
    return np.asarray(np.asarray(capital_per_wafer_usd, float) * r * (1 - r) ** age)


@dataclass(frozen=True)
class CapitalPrice:
    """Price of a wafer from the capital it consumes, USD/wafer.

    Attributes
    ----------
    consumed_usd, price_usd : array
    age_years : array
        Age that was used.
    capped : array of bool
        Where the calendar says older than the model goes.
    """

    consumed_usd: Array
    price_usd: Array
    age_years: Array
    capped: NDArray[np.bool_]

    @property
    def other_usd(self) -> Array:
        """Other costs and markup."""
        return self.price_usd - self.consumed_usd


def capital_price(
    capital_per_wafer_usd: ArrayLike,
    age_years: ArrayLike,
    *,
    depreciation: ArrayLike = CSET_DEPRECIATION,
    markup: ArrayLike = CSET_MARKUP,
    oldest_years: float = CSET_OLDEST_YEARS,
) -> CapitalPrice:
    """Price of a wafer: consumed capital times a markup for every other cost and the margin.

    Parameters
    ----------
    capital_per_wafer_usd : array, USD
        Installed equipment per yearly wafer.
    age_years : array, year
        From mass production to the day of the price; beyond `oldest_years` it counts as that,
        as in the published table, and the result says so.

    Source
    ------
    Khan & Mann, AI Chips: What They Are and Why They Matter, CSET, 2020.

    Examples
    --------
    >>> round(float(capital_price(16746.0, 0.0).price_usd))
    16987
    """
    age = np.asarray(age_years, float)
    used = np.minimum(age, oldest_years)
    consumed = capital_consumed_usd(capital_per_wafer_usd, used, depreciation=depreciation)
    return CapitalPrice(consumed, consumed * np.asarray(markup, float), used, age > used)


def implied_age_years(
    capital_per_wafer_usd: ArrayLike,
    consumed_usd: ArrayLike,
    *,
    depreciation: ArrayLike = CSET_DEPRECIATION,
) -> Array:
    """Age at which the model gives a stated consumption: a check of a table against dates.

    Examples
    --------
    The 16/12 nm row of the 2020 table is younger than its calendar says (4.5 years):

    >>> round(float(implied_age_years(11220.0, 993.0)), 1)
    3.6
    """
    r = np.asarray(depreciation, float)
    share = np.asarray(consumed_usd, float) / (np.asarray(capital_per_wafer_usd, float) * r)
    return np.asarray(np.log(share) / np.log1p(-r))
