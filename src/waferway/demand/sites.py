"""Power: what an H100 equivalent draws at its site, and what sites can take on.

Owns the limit of power on need. Data centres have so much capacity; accelerators may take a
share of it at most, and no more a quarter than what is new, what other servers give up, and what
retired accelerators leave.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waferway.demand.assumptions import Assumptions
from waferway.demand.growth import between
from waferway.demand.spread import positive_quantile
from waferway.streams import stream

__all__ = ["Sites", "draw_sites", "kilowatt"]

Floats = NDArray[np.float64]


def kilowatt(known: Assumptions, middles: Floats, before: int, paths: int, seed: int) -> Floats:
    """Site power of an H100 equivalent by quarter of sale, past and future, kW, (N, quarters)."""
    rng = stream(seed, "demand", "power of a chip")
    each = positive_quantile(*known.bounds("power.per-h100e"), rng.standard_normal(paths))
    gain = positive_quantile(*known.bounds("power.gain"), rng.standard_normal(paths))
    years = np.concatenate([np.zeros(before), np.maximum(middles - 2024.5, 0.0)])
    return np.asarray(each[:, None] * gain[:, None] ** -years[None, :])


@dataclass(frozen=True)
class Sites:
    """Power of data centres, GW.

    Attributes
    ----------
    capacity : array, shape (N, T + 1)
        Of all data centres, from the end of the past on.
    share : array, shape (N,)
        Most of it that accelerators may take.
    converted : array, shape (N,)
        Part of what is not theirs that can be turned over to them in a year.
    """

    capacity: Floats
    share: Floats
    converted: Floats

    def room(self, t: int, before: Floats, kept: Floats) -> Floats:
        """Power for new accelerators in a quarter, (N,).

        Parameters
        ----------
        t : int
        before : array, shape (N,)
            Drawn by accelerators at the end of the quarter before.
        kept : array, shape (N,)
            What is left of that after retirement.
        """
        old, new = self.capacity[:, t], self.capacity[:, t + 1]
        turned = self.converted / 4.0 * np.maximum(old - before, 0.0)
        fresh = np.maximum(new - old, 0.0) + turned + before - kept
        return np.asarray(np.clip(np.minimum(self.share * new - kept, fresh), 0.0, None))


def draw_sites(known: Assumptions, middles: Floats, paths: int, seed: int) -> Sites:
    """Draws of what data centres can power."""
    at, best, spread = known.capacity_gw()
    rng = stream(seed, "demand", "power")
    level = best[None, :] + spread[None, :] * rng.standard_normal(paths)[:, None]
    share = positive_quantile(*known.bounds("power.ai-share"), rng.standard_normal(paths))
    turned = positive_quantile(*known.bounds("power.converted"), rng.standard_normal(paths))
    ends = np.concatenate([middles[:1] - 0.125, middles + 0.125])
    return Sites(np.exp(between(at, level, ends)), np.minimum(share, 1.0), turned)
