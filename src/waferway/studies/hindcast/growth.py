"""Growth of the parts of revenue that the network does not make, from forecasts known by the cut.

Owns the two rules fixed before any number was collected: the best value is the median of the
forecasts found; the spread is their range, or the error of past forecasts if that is larger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.demand.spread import Z95
from waferway.errors import RangeError
from waferway.studies.hindcast.admission import Reader

__all__ = ["Growth", "growth_of", "memory_without_hbm", "past_error"]

Floats = NDArray[np.float64]
PAST = {"memory": ("2019", "2021", "2022", "2023"), "other": ("2019", "2021", "2022")}
"""Years of which a forecast and its outcome are among the claims."""


@dataclass(frozen=True)
class Growth:
    """A ratio of two years.

    Attributes
    ----------
    best : float, above 0
    width : float
        Distance of its 5 and 95 % from the best, in logarithms.
    """

    best: float
    width: float

    def draw(self, z: ArrayLike) -> Floats:
        """Values at standard normal deviates."""
        return np.asarray(self.best * np.exp(self.width / Z95 * np.asarray(z, dtype=float)))


def growth_of(forecasts: Sequence[float], error: float) -> Growth:
    """Growth from forecasts and from how much such forecasts erred.

    Parameters
    ----------
    forecasts : sequence of float, above 0, at least one
        Ratios, one a publisher.
    error : float
        Root mean square error of past forecasts, in logarithms.

    Returns
    -------
    Growth
        Median; the larger of the range of the forecasts and the error at 90 %.

    Examples
    --------
    >>> found = growth_of([1.0, 1.1, 1.2], 0.1)
    >>> round(found.best, 3), round(found.width, 3)
    (1.1, 0.164)
    """
    values = np.asarray(forecasts, dtype=float)
    if len(values) == 0 or not np.all(values > 0):
        raise RangeError("growth needs at least one forecast above 0")
    best = float(np.median(values))
    apart = float(np.abs(np.log(values / best)).max())
    return Growth(best, max(apart, Z95 * error))


def past_error(reader: Reader, kind: str) -> float:
    """Root mean square log error of forecasts of one year made at the end of the year before.

    Parameters
    ----------
    reader : Reader
    kind : str
        ``memory``, or ``other``: semiconductors without memory.
    """
    pairs = [(reader.best(f"past.{kind}.{year}.said"), reader.best(f"past.{kind}.{year}.was"))
             for year in PAST[kind]]  # fmt: skip
    errors = np.log([said / was for said, was in pairs])
    return float(np.sqrt(np.mean(errors**2)))


def memory_without_hbm(reader: Reader, hbm: tuple[float, float]) -> Growth:
    """Growth of memory in 2025 when HBM is taken out of each forecast of it.

    Parameters
    ----------
    reader : Reader
    hbm : tuple of float
        HBM of 2024 and 2025, USD, for publishers that give none.
    """

    def level(name: str) -> float:
        return reader.best(f"memory.{name}")

    ratios = []
    for who in ("trendforce", "gartner"):
        base = level(f"{who}.2024") - level(f"{who}.hbm.2024")
        ratios.append((level(f"{who}.2025") - level(f"{who}.hbm.2025")) / base)
    ratios.append((level("wsts.2025") - hbm[1]) / (level("wsts.2024") - hbm[0]))
    # IDC gives growth alone: on the median of what the others say of 2024
    whole = float(np.median([level(f"{who}.2024") for who in ("trendforce", "gartner", "wsts")]))
    ratios.append((whole * level("idc.growth.2025") - hbm[1]) / (whole - hbm[0]))
    # a supply that is given may exceed all memory that a publisher expected: that says nothing
    return growth_of([r for r in ratios if r > 0], past_error(reader, "memory"))
