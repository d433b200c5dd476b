"""Training throughput of fleets whose layout is unknown: what is measured, against scale.

Owns one law for all chips, calibrated per family with partial pooling, so that a new chip has a
prior. At a fixed global batch G the share of the peak falls with the number of chips n:
``throughput per chip = P u_family / (1 + k n / G)``: pipeline fill, collectives and stragglers
cost as much as k sequences per chip whatever the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.chips.state import Z95, TechState, tech_state
from waferway.errors import RangeError

__all__ = ["FleetLaw", "FleetPrior", "FleetRun", "fit_fleet", "training_flops"]

Array = NDArray[np.float64]


def training_flops(parameters: float, tokens: ArrayLike) -> Array:
    """``6 N D``: model FLOPs of training N weights on D tokens."""
    return np.asarray(6 * parameters * np.asarray(tokens, float))


@dataclass(frozen=True)
class FleetRun:
    """One measured run.

    Attributes
    ----------
    family : str
        Chips that share an efficiency.
    peak_flops : float, FLOP/s
        Dense peak per chip at the format used: 8-bit floating point, else 8-bit integer.
    chips, global_batch : int
    flops_per_chip : float, FLOP/s
        ``6 N D / (time x chips)``.
    whole_run : bool
        Whether the time includes evaluation and checkpoints; else it is of the training step.
    """

    family: str
    peak_flops: float
    chips: int
    global_batch: int
    flops_per_chip: float
    whole_run: bool = False


@dataclass(frozen=True)
class FleetLaw:
    """Calibrated law.

    Attributes
    ----------
    utilisation : dict of str to float
        By family, at vanishing chips per sequence.
    prior_utilisation, prior_spread : float
        Of a family without measurements; spread of the logarithm.
    overhead : float
        k, in sequences per chip and step.
    run_share : float
        Training throughput over a whole run against that of a step.
    """

    utilisation: dict[str, float]
    prior_utilisation: float
    prior_spread: float
    overhead: float
    run_share: float

    def flops_per_chip(
        self,
        family: str,
        peak_flops: float,
        chips: ArrayLike,
        global_batch: ArrayLike,
        *,
        whole_run: bool = False,
    ) -> Array:
        """Effective training rate per chip, FLOP/s; an unknown family gets the prior.

        Examples
        --------
        >>> law = FleetLaw({"h100": 0.48}, 0.46, 0.1, 0.2, 0.91)
        >>> round(float(law.flops_per_chip("h100", 1979e12, 512, 2048)) / 1e12)
        905
        """
        n, g = np.asarray(chips, float), np.asarray(global_batch, float)
        if (n <= 0).any() or (g <= 0).any():
            raise RangeError("chips and global_batch must be above 0")
        u = self.utilisation.get(family, self.prior_utilisation)
        share = self.run_share if whole_run else 1.0
        return np.asarray(peak_flops * u * share / (1 + self.overhead * n / g))


@dataclass(frozen=True)
class FleetPrior:
    """What is believed of fleets before any is measured: centre and spread of logarithms.

    Attributes
    ----------
    utilisation, overhead, run : (float, float)
        Of the logarithms of `FleetLaw.utilisation`, `overhead` and `run_share`.
    family_spread, noise : float
        Between families, and of one measured run.
    """

    utilisation: tuple[float, float]
    overhead: tuple[float, float]
    run: tuple[float, float]
    family_spread: float
    noise: float

    @classmethod
    def of(cls, state: TechState | None = None) -> FleetPrior:
        """The prior of the claims ``training:prior``.

        Examples
        --------
        >>> FleetPrior.of().noise
        0.03
        """
        state = state or tech_state(2024)

        def logarithm(metric: str) -> tuple[float, float]:
            found = state.parameter("training:prior", metric)
            spread = float(np.log(found.high / found.low)) / (2 * Z95)
            return float(np.log(found.central)), spread

        return cls(
            logarithm("utilisation"), logarithm("overhead"), logarithm("run_share"),
            float(state.value("training:prior", "family_spread")),
            float(state.value("training:prior", "noise")),
        )  # fmt: skip


def fit_fleet(runs: Sequence[FleetRun], prior: FleetPrior | None = None) -> FleetLaw:
    """Calibrate on measured runs, families pooled towards their common mean.

    Parameters
    ----------
    runs : sequence of FleetRun
        At least one.
    prior : FleetPrior, optional
        Default: that of the claims.

    Returns
    -------
    FleetLaw
        The most probable parameters given the runs and the prior.
    """
    from scipy.optimize import least_squares

    if not runs:
        raise RangeError("a calibration needs at least one run")
    prior = prior or FleetPrior.of()
    families = sorted({run.family for run in runs})
    index = np.array([families.index(run.family) for run in runs])
    ratio = np.array([run.chips / run.global_batch for run in runs])
    wanted = np.log([run.flops_per_chip / run.peak_flops for run in runs])
    whole = np.array([run.whole_run for run in runs])

    def residuals(x: Array) -> Array:
        centre, overhead, run, *family = x
        got = np.array(family)[index] - np.log1p(np.exp(overhead) * ratio) + run * whole
        return np.concatenate(
            [
                (got - wanted) / prior.noise,
                (np.array(family) - centre) / prior.family_spread,
                [
                    (value - middle) / spread
                    for value, (middle, spread) in zip(
                        (centre, overhead, run),
                        (prior.utilisation, prior.overhead, prior.run),
                        strict=True,
                    )
                ],
            ]
        )

    begin = prior.utilisation[0]
    start = np.array([begin, prior.overhead[0], prior.run[0]] + [begin] * len(families))
    x = least_squares(residuals, start).x
    centre, overhead, run, *family = (float(value) for value in x)
    return FleetLaw(
        {name: float(np.exp(u)) for name, u in zip(families, family, strict=True)},
        float(np.exp(centre)),
        prior.family_spread,
        float(np.exp(overhead)),
        float(np.exp(run)),
    )
