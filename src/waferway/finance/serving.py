"""What a chip earns by serving tokens.

Owns the profit and loss of a serving fleet: lease cost against token revenue by class. Refuses
throughput (a law of `waferway.chips`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import Faults, Place, nearest

__all__ = ["Serving", "serving_result"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Serving:
    """Profit and loss of a period.

    Attributes
    ----------
    cost, revenue, profit : array, money
    margin : array
        Profit over cost; NaN without cost.
    revenue_by_class : mapping of str to array, money
    cost_per_million_tokens : array, money
        Over all tokens that are paid for.
    """

    cost: Floats
    revenue: Floats
    profit: Floats
    margin: Floats
    revenue_by_class: Mapping[str, Floats]
    cost_per_million_tokens: Floats


def serving_result(
    nodes: ArrayLike,
    accelerators_per_node: ArrayLike,
    hours: ArrayLike,
    lease_price_per_hour: ArrayLike,
    tokens: Mapping[str, ArrayLike],
    price_per_million: Mapping[str, ArrayLike],
) -> Serving:
    """Cost = nodes x accelerators x hours x lease price; revenue = tokens x price by class.

    Parameters
    ----------
    nodes : float or array, average in service, at least 0
    accelerators_per_node : float or array, at least 0
    hours : float or array, at least 0
    lease_price_per_hour : float or array, money per accelerator-hour, at least 0
    tokens : mapping of class to float or array, tokens in the period, at least 0
        Classes exclude one another: cached input, uncached input, output.
    price_per_million : mapping of class to float or array, money per million tokens

    Returns
    -------
    Serving

    Raises
    ------
    InputError
        If a class has no price or a price no class, or a number is negative; all at once.

    Examples
    --------
    DeepSeek V3, 24 hours (open-infra-index, February 2025):

    >>> day = serving_result(226.75, 8, 24, 2.0,
    ...     {"cached": 342e9, "uncached": 266e9, "output": 168e9},
    ...     {"cached": 0.14, "uncached": 0.55, "output": 2.19})
    >>> day.cost.item(), round(day.margin.item(), 2)
    (87072.0, 5.46)
    """
    faults = Faults()
    for name in tokens:
        if name not in price_per_million:
            near = nearest(name, price_per_million)
            faults.add(Place("price_per_million"), f"{name} tokens have no price",
                       "missing is never zero: served for nothing is a price of 0",
                       f"did you mean {near[0]}?" if near else "", kind="missing")  # fmt: skip
    for name in price_per_million:
        if name not in tokens:
            faults.add(Place("tokens"), f"there is a price and no count of {name} tokens",
                       kind="missing")  # fmt: skip
    numbers = {
        "nodes": nodes, "accelerators_per_node": accelerators_per_node, "hours": hours,
        "lease_price_per_hour": lease_price_per_hour,
        **{f"{k} tokens": v for k, v in tokens.items()},
        **{f"price of {k}": v for k, v in price_per_million.items()},
    }  # fmt: skip
    for name, value in numbers.items():
        if not (np.asarray(value, dtype=float) >= 0).all():
            faults.add(Place(name), f"{name} is {value}; it must be at least 0", kind="range")
    faults.raise_any("no result was computed")
    rented = [np.asarray(v, dtype=float) for v in (nodes, accelerators_per_node, hours)]
    cost = np.asarray(
        rented[0] * rented[1] * rented[2] * np.asarray(lease_price_per_hour, dtype=float)
    )
    by_class = {
        name: np.asarray(
            np.asarray(count, dtype=float) * np.asarray(price_per_million[name], dtype=float) / 1e6
        )
        for name, count in tokens.items()
    }
    revenue = np.asarray(sum(by_class.values(), np.zeros(())))
    served = np.asarray(sum((np.asarray(t, dtype=float) for t in tokens.values()), np.zeros(())))
    with np.errstate(divide="ignore", invalid="ignore"):
        margin = np.where(cost > 0, (revenue - cost) / cost, np.nan)
        per_million = np.where(served > 0, cost / served * 1e6, np.nan)
    return Serving(cost, revenue, revenue - cost, margin, by_class, per_million)
