"""What moves a result: draws of intervals, tornado, flip points, shares of rank variance.

Owns everything that asks "what if this input were different" of a function that is vectorised
over scenarios. Refuses to know what the function computes. The only randomness is
`waferway.streams`; draws of one input do not move when another is added.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import Fault, InputError, Place, RangeError
from waferway.evidence.claims import Claim
from waferway.streams import stream

__all__ = [
    "Interval",
    "draw",
    "fan",
    "flip_point",
    "from_claim",
    "rank_variance",
    "tail_risk",
    "tornado",
]

Floats = NDArray[np.float64]
Evaluate = Callable[[Mapping[str, Floats]], ArrayLike]


@dataclass(frozen=True)
class Interval:
    """An uncertain input: low, mode and high of a triangle.

    Attributes
    ----------
    low, mode, high : float, ascending; all equal for a number that is known
    group : str
        Inputs of one group move together (same rank); empty: alone.
    claims : tuple of str
    """

    low: float
    mode: float
    high: float
    group: str = ""
    claims: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.low <= self.mode <= self.high:
            raise RangeError(f"{self.low} <= {self.mode} <= {self.high} does not hold")

    def quantile(self, u: ArrayLike) -> Floats:
        """Inverse distribution function of the triangle.

        Examples
        --------
        >>> Interval(0.0, 0.5, 1.0).quantile([0.0, 0.5, 1.0]).tolist()
        [0.0, 0.5, 1.0]
        """
        p = np.asarray(u, dtype=float)
        width = self.high - self.low
        if width == 0:
            return np.full(p.shape, self.low)
        turn = (self.mode - self.low) / width
        left = self.low + np.sqrt(np.maximum(p * width * (self.mode - self.low), 0.0))
        right = self.high - np.sqrt(np.maximum((1 - p) * width * (self.high - self.mode), 0.0))
        return np.asarray(np.where(p < turn, left, right))


def from_claim(claim: Claim, group: str = "") -> Interval:
    """Interval of a claim with both bounds, or a point; one-sided claims are refused.

    Examples
    --------
    >>> from waferway.evidence.dated import shipped
    >>> from_claim(shipped("waferway.finance")["fin-wacc-tsmc-1"]).low
    0.07
    """
    low, high, value = claim.low, claim.high, claim.value
    if (low is None) != (high is None) or claim.central is None:
        raise InputError(
            [Fault(Place("claims"), f"claim {claim.claim_id} is one-sided",
                   "an upper or lower bound alone has no distribution",
                   "give the other bound", kind="interval")], "nothing was drawn",
        )  # fmt: skip
    mode = float(value) if value is not None else claim.central
    ends = (mode, mode) if low is None or high is None else (float(low), float(high))
    return Interval(ends[0], mode, ends[1], group, (claim.claim_id,))


def draw(intervals: Mapping[str, Interval], draws: int, seed: int) -> dict[str, Floats]:
    """Latin hypercube draws of each input.

    Parameters
    ----------
    intervals : mapping of str to Interval
    draws : int, at least 1
    seed : int, at least 0

    Returns
    -------
    dict of str to array, shape (draws,)

    Examples
    --------
    >>> sample = draw({"price": Interval(1.0, 2.0, 3.0)}, 1000, 7)
    >>> bool(abs(sample["price"].mean() - 2.0) < 0.01)
    True
    """
    if draws < 1:
        raise RangeError(f"draws is {draws}; it must be at least 1")
    ranks: dict[str, Floats] = {}
    out = {}
    for name, interval in intervals.items():
        key = f"group {interval.group}" if interval.group else f"input {name}"
        if key not in ranks:
            source = stream(seed, "finance", "draw", key)
            cells = source.permutation(draws)
            ranks[key] = (cells + source.random(draws)) / draws
        out[name] = interval.quantile(ranks[key])
    return out


def fan(values: ArrayLike, probabilities: Sequence[float] = (0.1, 0.5, 0.9)) -> dict[str, float]:
    """Quantiles, mean and its standard error over draws; NaN counts beside them.

    Examples
    --------
    >>> fan([1.0, 2.0, 3.0])["p50"]
    2.0
    """
    array = np.asarray(values, dtype=float)
    good = array[np.isfinite(array)]
    out = {"undefined": float(array.size - good.size)}
    if good.size:
        out |= {f"p{round(100 * p)}": float(np.quantile(good, p)) for p in probabilities}
        out["mean"] = float(good.mean())
        out["standard_error"] = float(good.std(ddof=1) / good.size**0.5) if good.size > 1 else 0.0
    return out


def tail_risk(
    losses: ArrayLike, level: float, weights: ArrayLike | None = None
) -> tuple[float, float]:
    """Value at risk and conditional value at risk of losses (for NPV at risk give -NPV).

    Parameters
    ----------
    losses : array, shape (S,), finite
    level : float, between 0 and 1
        0.95 looks at the worst 5 %.
    weights : array, shape (S,), at least 0, optional
        Probabilities up to a factor; equal when absent.

    Returns
    -------
    (float, float)
        VaR: least v with P(loss <= v) >= level. CVaR: mean of the worst 1 - level, an atom at the
        boundary being split.

    Source
    ------
    Rockafellar and Uryasev, J. Banking & Finance 26 (2002).

    Examples
    --------
    >>> tuple(round(v, 9) for v in tail_risk([0.0, 10.0, 100.0], 0.95, [0.90, 0.06, 0.04]))
    (10.0, 82.0)
    """
    x = np.asarray(losses, dtype=float)
    w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=float)
    if not 0 < level < 1:
        raise RangeError(f"level is {level}; it must lie between 0 and 1 (0.95 means 95 %)")
    if not np.isfinite(x).all() or not (w >= 0).all() or not w.sum() > 0:
        raise RangeError("losses must be finite, weights at least 0 and not all 0")
    order = np.argsort(x, kind="stable")
    x, p = x[order], w[order] / w.sum()
    reached = np.cumsum(p)
    at = int(np.searchsorted(reached, level - 1e-12))
    above = float((p[at + 1 :] * (x[at + 1 :] - x[at])).sum())
    return float(x[at]), float(x[at] + above / (1.0 - level))


def tornado(evaluate: Evaluate, intervals: Mapping[str, Interval]) -> Any:
    """Result at the low and the high end of each input, the others at their mode.

    Parameters
    ----------
    evaluate : callable
        Takes a mapping of input to array, shape (S,), and gives shape (S,): all ends are
        evaluated in one call.
    intervals : mapping of str to Interval

    Returns
    -------
    pandas.DataFrame
        By input: low, high, result_at_low, result_at_high, swing; widest first. The attribute
        ``base`` of ``frame.attrs`` is the result at all modes.

    Examples
    --------
    >>> table = tornado(lambda x: 3 * x["a"] + x["b"],
    ...                 {"b": Interval(0, 1, 2), "a": Interval(0, 1, 2)})
    >>> table.index.tolist(), table.attrs["base"]
    (['a', 'b'], 4.0)
    """
    import pandas as pd

    names = list(intervals)
    count = 2 * len(names) + 1
    inputs = {name: np.full(count, intervals[name].mode, dtype=float) for name in names}
    for k, name in enumerate(names):
        inputs[name][2 * k + 1] = intervals[name].low
        inputs[name][2 * k + 2] = intervals[name].high
    result = np.asarray(evaluate(inputs), dtype=float)
    table = pd.DataFrame(
        {
            "low": [intervals[n].low for n in names], "high": [intervals[n].high for n in names],
            "result_at_low": result[1::2], "result_at_high": result[2::2],
        }, index=pd.Index(names, name="input"),
    )  # fmt: skip
    table["swing"] = (table["result_at_high"] - table["result_at_low"]).abs()
    table = table.sort_values("swing", ascending=False, kind="stable")
    table.attrs["base"] = float(result[0])
    return table


def flip_point(
    difference: Callable[[Floats], ArrayLike],
    low: float,
    high: float,
    *,
    grid: int = 65,
    tolerance: float = 1e-12,
) -> list[float]:
    """Every value of one input at which a ranking turns, between two bounds.

    Parameters
    ----------
    difference : callable
        Value of one alternative less the other, for an array of values of the input.
    low, high : float
    grid : int
        Points of the first sweep: two turns within one step are not seen.
    tolerance : float
        Of the input, relative to `high` - `low`.

    Returns
    -------
    list of float, ascending; empty where the ranking does not turn

    Examples
    --------
    >>> [round(x, 6) for x in flip_point(lambda x: (x - 1) * (x - 3), 0.0, 4.0)]
    [1.0, 3.0]
    """
    if not high > low:
        raise RangeError(f"high {high} must be above low {low}")
    points = np.linspace(low, high, grid)
    signs = np.sign(np.asarray(difference(points), dtype=float))
    if np.isnan(signs).any():
        raise RangeError("the difference is not defined everywhere between the bounds")
    # an exact zero counts where the sign differs on its two sides
    kept = np.flatnonzero(signs)
    turns = [k for k in range(len(kept) - 1) if signs[kept[k]] != signs[kept[k + 1]]]
    left, right = points[kept[turns]], points[kept[np.asarray(turns, dtype=int) + 1]]
    side = signs[kept[turns]]
    while len(left) and (right - left > tolerance * (high - low)).any():
        middle = 0.5 * (left + right)
        if ((middle == left) | (middle == right)).all():
            break
        sign = np.sign(np.asarray(difference(middle), dtype=float))
        left, right = np.where(sign == side, middle, left), np.where(sign == side, right, middle)
    return [float(x) for x in 0.5 * (left + right)]


def rank_variance(inputs: Mapping[str, ArrayLike], result: ArrayLike) -> dict[str, float]:
    """Share of the variance of the result's ranks that each input explains, largest first.

    Squared rank correlations, scaled to add to the share explained by all of them in a linear
    fit of ranks; the rest is interaction and noise.

    Examples
    --------
    >>> x = np.arange(100.0)
    >>> rank_variance({"x": x, "noise": np.cos(7 * x)}, 3 * x)["x"] > 0.99
    True
    """
    target = _ranks(np.asarray(result, dtype=float))
    columns = {name: _ranks(np.asarray(value, dtype=float)) for name, value in inputs.items()}
    live = {name: c for name, c in columns.items() if c.std() > 0}
    if target.std() == 0 or not live:
        return dict.fromkeys(inputs, 0.0)
    design = np.stack([(c - c.mean()) / c.std() for c in live.values()], axis=1)
    y = (target - target.mean()) / target.std()
    fitted = design @ np.linalg.lstsq(design, y, rcond=None)[0]
    explained = float((fitted**2).mean())
    squares = {name: float((design[:, k] @ y / len(y)) ** 2) for k, name in enumerate(live)}
    total = sum(squares.values())
    shares = {name: explained * squares.get(name, 0.0) / total for name in inputs}
    return dict(sorted(shares.items(), key=lambda pair: -pair[1]))


def _ranks(values: Floats) -> Floats:
    order = values.argsort(kind="stable")
    ranks = np.empty(len(values))
    ranks[order] = np.arange(len(values), dtype=float)
    unique, place = np.unique(values, return_inverse=True)
    if len(unique) < len(values):  # ties share their mean rank
        sums = np.bincount(place, ranks)
        ranks = (sums / np.bincount(place))[place]
    return ranks
