"""Quantiles of a route: its decisions, as taken, on draws of the uncertain numbers.

Owns the spread of what a route delivers. Builds, reservations, rights and stakes stand; prices,
yields, volumes, dates and money are drawn from the intervals of the network's claims.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from waferway.atlas.sampling import sample
from waferway.errors import Infeasible, RangeError
from waferway.network.network import Network
from waferway.planning.plan import Plan
from waferway.planning.standing import standing
from waferway.studies.route_measures import until_index

__all__ = ["evaluate"]


def evaluate(
    plan: Plan,
    dates: Sequence[str],
    draws: int,
    seed: int,
    probabilities: Sequence[float] = (0.1, 0.5, 0.9),
) -> dict[str, Any]:
    """Compute delivered by each date over draws, decisions standing.

    Parameters
    ----------
    plan : Plan
        Of a route, as solved.
    dates : sequence of str
    draws : int, at least 0
    seed : int
        Draws of one seed are the same numbers for every route.
    probabilities : sequence of float

    Returns
    -------
    dict
        ``quantiles``: by date, ``p10`` and so on, empty without draws; ``cut_share``: share of
        draws in which the decisions did not all fit (mostly: the money did not suffice), so that
        less was done.
    """
    if not draws:
        return {"quantiles": {}, "cut_share": None}
    drawn = sample(_pruned(plan.network), draws, seed)
    counts = [until_index(plan, when) for when in dates]
    found = np.zeros((draws, len(dates)))
    cut = 0
    for i in range(draws):
        try:
            outcome = standing(plan, drawn[i])
        except Infeasible:  # nothing of what was decided can stand: nothing is delivered
            cut += 1
            continue
        found[i] = [outcome.delivered[:n].sum() for n in counts]
        cut += outcome.cut
    spread = np.quantile(found, probabilities, axis=0)
    if not np.isfinite(spread).all():
        raise RangeError("a draw delivered no number")
    return {
        "quantiles": {
            when: {f"p{p * 100:.0f}": float(spread[k, j]) for k, p in enumerate(probabilities)}
            for j, when in enumerate(dates)
        },
        "cut_share": cut / draws,
    }


def _pruned(network: Network) -> Network:
    """Without what `profile` and `cite` say of rows that a party's view has left out."""
    there = {name: set(frame.index) for name, frame in network.tables.items()}
    kept = {}
    for name in ("profile", "cite"):
        frame = network.table(name)
        mine = [
            key in there[table] for table, key in zip(frame["table"], frame["key"], strict=True)
        ]
        kept[name] = frame[np.array(mine, dtype=bool)]
    return network.with_tables(kept)
