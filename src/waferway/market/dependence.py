"""Dependence on one supplier or one country.

Owns single-source exposure and exposure by country over many items, in value. Firms and
countries are two partitions: a call is about one of them. Refuses any probability of disruption.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from waferway.errors import Fault, InputError, Place, RangeError, nearest
from waferway.evidence.claims import Evidence
from waferway.evidence.dated import claims_about, shipped
from waferway.market.shares import concentration_ratio, hhi

__all__ = ["Exposure", "exposure", "single_source_threshold"]


def single_source_threshold(evidence: Evidence | None = None) -> float:
    """Largest share, in percent, from which an item counts as single-source; a convention.

    Examples
    --------
    >>> single_source_threshold()
    90.0
    """
    facts = evidence or shipped("waferway.market")
    [claim] = claims_about(facts, "threshold:largest_share_percent", "measure:single-source")
    return claim.central or 0.0


@dataclass(frozen=True)
class Exposure:
    """Exposure of a basket of items.

    Attributes
    ----------
    items : pandas.DataFrame
        By item: value, hhi, cr1, largest provider, whether single-source, value at stake (value
        times the largest share); by falling value at stake.
    by_provider : pandas.Series
        Share of the basket's value that comes from each provider; the rest is unlisted.
    single_source_share : float
        Share of value in single-source items.
    single_source_count_share : float
    basket_hhi : float
        Of providers' shares of value.
    """

    items: Any
    by_provider: Any
    single_source_share: float
    single_source_count_share: float
    basket_hhi: float


def exposure(
    shares_percent: Mapping[str, Mapping[str, float]],
    value: Mapping[str, float],
    *,
    threshold_percent: float | None = None,
    evidence: Evidence | None = None,
) -> Exposure:
    """Exposure of items to their providers (all firms, or all countries).

    Parameters
    ----------
    shares_percent : mapping of item to (provider to share in percent)
    value : mapping of item to float, money, at least 0
        What the basket spends on, or would lose without, each item.
    threshold_percent : float, optional
        See `single_source_threshold`.

    Returns
    -------
    Exposure

    Raises
    ------
    InputError
        If an item has no value, or a value no item.

    Examples
    --------
    >>> result = exposure({"euv": {"ASML": 100}, "hbm": {"a": 53, "b": 38}},
    ...                   {"euv": 10.0, "hbm": 30.0})
    >>> result.single_source_share, result.by_provider["ASML"].item()
    (0.25, 0.25)
    """
    import pandas as pd

    faults = [
        Fault(Place("value"), f"{item} has no value", "missing is never zero", kind="missing")
        for item in shares_percent if item not in value
    ]  # fmt: skip
    for item in value:
        if item not in shares_percent:
            near = nearest(item, shares_percent)
            faults.append(
                Fault(Place("value"), f"{item} has no shares",
                      suggestion=f"did you mean {near[0]}?" if near else "", kind="name")
            )  # fmt: skip
    if faults:
        raise InputError(faults, "no exposure was computed")
    if any(not v >= 0 for v in value.values()) or not sum(value.values()) > 0:
        raise RangeError("values must be at least 0 and not all 0")
    bar = single_source_threshold(evidence) if threshold_percent is None else threshold_percent
    total = sum(value.values())
    rows = []
    providers: dict[str, float] = {}
    for item, shares in shares_percent.items():
        listed = list(shares.values())
        lead = max(shares, key=lambda name: shares[name])
        cr1 = float(concentration_ratio(listed, 1))
        rows.append(
            {
                "item": item, "value": value[item], "hhi": float(hhi(listed)), "cr1": cr1,
                "largest": lead, "single_source": cr1 >= bar,
                "value_at_stake": value[item] * cr1 / 100,
            }
        )  # fmt: skip
        for name, share in shares.items():
            providers[name] = providers.get(name, 0.0) + value[item] * share / 100 / total
    items = pd.DataFrame(rows).set_index("item").sort_values("value_at_stake", ascending=False)
    by_provider = pd.Series(providers, dtype=float).sort_values(ascending=False)
    single = items["single_source"]
    return Exposure(
        items, by_provider, float(items.loc[single, "value"].sum() / total), float(single.mean()),
        float(((100 * by_provider) ** 2).sum()),
    )  # fmt: skip
