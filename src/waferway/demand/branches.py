"""The fan as branches of a network: low, median and high need with probabilities.

Owns the step from paths to three futures that a plan decides under. Knows nothing of how a plan
weighs them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from waferway.demand.fan import PARTIES, Fan
from waferway.errors import RangeError, nearest
from waferway.network.network import Network
from waferway.network.typed_rows import frame_of

__all__ = ["with_need_branches"]

BRANCHES = {"need-low": (0.05, 0.185), "need-median": (0.5, 0.63), "need-high": (0.95, 0.185)}
"""Quantile of need and probability of each branch."""
ATLAS = {"compute-market": ("clouds", "others"), "compute-openai": ("openai",),
         "compute-google": ("google",), "compute-amazon": ("amazon",)}  # fmt: skip


def with_need_branches(
    network: Network, fan: Fan, demands: Mapping[str, Sequence[str]] | None = None
) -> Network:
    """A network with three futures of need: low, median, high.

    Parameters
    ----------
    network : Network
        Without branches.
    fan : Fan
    demands : mapping of str to sequence of str, optional
        Demand of the network, and the parties of the fan that it is made of; those of the atlas
        when absent. Need is written in units of the fan's basis a month.

    Returns
    -------
    Network
        Branches need-low, need-median and need-high, with 5, 50 and 95 % quantiles of each demand
        by quarter and probabilities 0.185, 0.63 and 0.185. Quarters before the fan stay as they
        are in each.

    Raises
    ------
    RangeError
        If the network has branches, or a demand or party is not there.

    Source
    ------
    Extended Pearson-Tukey approximation (Keefer and Bodily 1983, Management Science 29(5)):
    these three points and weights keep mean and variance of most smooth distributions.

    Examples
    --------
    >>> from waferway.atlas import world
    >>> from waferway.demand import fan
    >>> net = with_need_branches(world(), fan(until="2031Q1", paths=50, power=False))
    >>> [(name, round(share, 3)) for name, share in net.leaves]
    [('need-low', 0.185), ('need-median', 0.63), ('need-high', 0.185)]
    """
    made = dict(demands or ATLAS)
    if len(network.table("branch")):
        raise RangeError("the network has branches; give one without")
    known = list(network.table("demand").index)
    for name, parties in made.items():
        _there(name, known, "demand of the network")
        for party in parties:
            _there(party, PARTIES, "party of the fan")
    rows = [{str(c): v for c, v in row.items()}
            for row in network.table("profile").to_dict("records")]  # fmt: skip
    first = fan.quarters[0]
    before = [row for row in rows if row["table"] == "demand" and row["column"] == "quantity"
              and row["key"] in made and row["period"] and row["period"] < first]  # fmt: skip
    branches = []
    for branch, (level, probability) in BRANCHES.items():
        branches.append({"name": branch, "parent": "", "probability": probability})
        rows += [row | {"branch": branch} for row in before]
        for name, parties in made.items():
            monthly = np.sum([fan.paths(party) for party in parties], axis=0) / 3.0
            for quarter, need in zip(
                fan.quarters, np.quantile(monthly, level, axis=0), strict=True
            ):
                rows.append({
                    "table": "demand", "key": name, "column": "quantity", "period": quarter,
                    "age_months": math.nan, "branch": branch, "low": math.nan,
                    "value": float(f"{need:.4g}"), "high": math.nan,
                })  # fmt: skip
    rows.sort(key=lambda r: (r["table"], r["key"], r["column"], r["branch"], r["period"]))
    return network.with_tables(
        {"profile": frame_of("profile", rows), "branch": frame_of("branch", branches)}
    )


def _there(name: str, names: Sequence[str], what: str) -> None:
    if name not in names:
        near = nearest(name, names)
        raise RangeError(f'"{name}" is no {what}'
                         + (f"; did you mean {near[0]}?" if near else ""))  # fmt: skip
