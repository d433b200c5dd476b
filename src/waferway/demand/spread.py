"""From the interval of a claim to draws.

Owns one rule: a positive quantity given by low, best and high has its median at the best value
and its 5 % and 95 % quantiles at the bounds, each side lognormal. Shares and one-sided claims
are refused by the callers that cannot use them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import Fault, InputError, Place, RangeError
from waferway.evidence.claims import Claim

__all__ = ["Z95", "bounds_of", "positive_quantile"]

Floats = NDArray[np.float64]
Z95 = 1.6448536269514722
"""95 % quantile of the standard normal distribution."""


def positive_quantile(low: float, median: float, high: float, z: ArrayLike) -> Floats:
    """Value of a two-piece lognormal at a standard normal deviate.

    Parameters
    ----------
    low, median, high : float, above 0, ascending
        5 %, 50 % and 95 % quantiles.
    z : array
        Standard normal deviates.

    Returns
    -------
    array, shape of `z`, above 0

    Raises
    ------
    RangeError
        If the three do not ascend from above zero.

    Source
    ------
    Split normal distribution in logarithms (Fechner; Wallis 2014, Statistical Science 29(1)),
    with the mode's weights replaced by equal halves, so that the median is `median`.

    Examples
    --------
    >>> positive_quantile(1.0, 2.0, 8.0, [-Z95, 0.0, Z95]).round(6).tolist()
    [1.0, 2.0, 8.0]
    """
    if not 0 < low <= median <= high:
        raise RangeError(f"0 < {low} <= {median} <= {high} does not hold")
    at = np.asarray(z, dtype=float)
    down, up = np.log(median / low) / Z95, np.log(high / median) / Z95
    return np.asarray(median * np.exp(np.where(at < 0, down, up) * at))


def bounds_of(claim: Claim) -> tuple[float, float, float]:
    """Low, best and high of a claim; equal where it gives a point.

    Raises
    ------
    InputError
        If the claim is one-sided: a bound alone has no distribution.
    """
    low = claim.low if claim.low is not None else claim.p05
    high = claim.high if claim.high is not None else claim.p95
    best = claim.central
    if best is None or (low is None) != (high is None) or claim.form in ("at_least", "at_most"):
        raise InputError(
            [Fault(Place("claims"), f"claim {claim.claim_id} is one-sided",
                   "an upper or lower bound alone has no distribution",
                   "give the other bound", kind="interval")], "nothing was drawn",
        )  # fmt: skip
    if low is None or high is None:
        return best, best, best
    return float(low), best, float(high)
