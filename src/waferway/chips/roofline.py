"""Time of a matrix kernel: a calibrated roofline, and how it carries over to another chip.

Owns the kernel law ``t = t0 + ((F / e_c P)^q + (B / e_b W)^q)^(1/q)`` and its fit. Refuses
training and serving, which use it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import RangeError

__all__ = ["Accelerator", "Roofline", "fit_roofline", "kernel_time_s", "matmul_work", "transfer"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Accelerator:
    """Data-sheet figures of a chip, dense rates.

    Attributes
    ----------
    name : str
    peak_flops : float, FLOP/s
        At the number format in use.
    bandwidth_bytes_s : float, bytes/s
    power_w : float, W
        Its power limit; 0 where unknown.
    memory_bytes : float
    link_bytes_s : float, bytes/s
        To other chips of a node, one direction; 0 where unknown.
    bits : int
        Width of the number format of `peak_flops`.
    """

    name: str
    peak_flops: float
    bandwidth_bytes_s: float
    power_w: float = 0.0
    memory_bytes: float = 0.0
    link_bytes_s: float = 0.0
    bits: int = 16

    def __post_init__(self) -> None:
        for field in ("peak_flops", "bandwidth_bytes_s"):
            if not getattr(self, field) > 0:
                raise RangeError(f"{field} of {self.name} must be above 0")

    @property
    def watts_per_tflops(self) -> float:
        """Power per peak rate counted in 16-bit operations, W per TFLOP/s.

        An operation on half the bits takes about half the energy, so that a chip whose 8-bit
        peak is twice its 16-bit peak is as power-limited in both.
        """
        return self.power_w / (self.peak_flops * self.bits / 16 / 1e12)


@dataclass(frozen=True)
class Roofline:
    """Calibrated parameters.

    Attributes
    ----------
    compute_efficiency, bandwidth_efficiency : float
        Shares of the peaks that large kernels reach.
    launch_s : float, s
        Fixed time of a kernel.
    sharpness : float
        q: how sharply the two roofs meet; infinity is the plain maximum.
    """

    compute_efficiency: float
    bandwidth_efficiency: float
    launch_s: float
    sharpness: float

    def vector(self) -> Array:
        """Parameters on the scale of the fit."""
        values = (
            self.compute_efficiency,
            self.bandwidth_efficiency,
            self.launch_s,
            self.sharpness,
        )
        return np.asarray(np.log(np.array(values)))


def matmul_work(
    m: ArrayLike, k: ArrayLike, n: ArrayLike, *, bytes_per_value: float = 2.0
) -> tuple[Array, Array]:
    """FLOPs and bytes of an ``(m, k) x (k, n)`` product, each operand moved once.

    Parameters
    ----------
    m, k, n : array, at least 1
        Sides of the product.
    bytes_per_value : float, bytes
        2 for 16-bit numbers.

    Returns
    -------
    tuple of array
        FLOP, two for each multiply-add; bytes moved.

    Examples
    --------
    >>> flops, moved = matmul_work(2, 3, 4)
    >>> float(flops), float(moved)
    (48.0, 52.0)
    """
    m, k, n = (np.asarray(side, float) for side in (m, k, n))
    return np.asarray(2 * m * k * n), np.asarray(bytes_per_value * (m * k + k * n + m * n))


def kernel_time_s(
    chip: Accelerator, roofline: Roofline, flops: ArrayLike, moved_bytes: ArrayLike
) -> Array:
    """Time of kernels of given work, s.

    Parameters
    ----------
    chip : Accelerator
    roofline : Roofline
    flops : array, FLOP
    moved_bytes : array, bytes
        To and from memory.

    Returns
    -------
    array, s

    Examples
    --------
    >>> a100 = Accelerator("a100", 312e12, 2.039e12)
    >>> law = Roofline(0.74, 0.85, 6.6e-6, 1.4)
    >>> round(float(kernel_time_s(a100, law, *matmul_work(4096, 8192, 8192))) * 1e3, 2)
    2.42
    """
    compute = np.asarray(flops, float) / (roofline.compute_efficiency * chip.peak_flops)
    memory = np.asarray(moved_bytes, float) / (
        roofline.bandwidth_efficiency * chip.bandwidth_bytes_s
    )
    if np.isinf(roofline.sharpness):
        return np.asarray(roofline.launch_s + np.maximum(compute, memory))
    # Scaled by the larger roof, so that powers neither over- nor underflow.
    top = np.maximum(np.maximum(compute, memory), 1e-300)
    low = np.minimum(compute, memory) / top
    q = roofline.sharpness
    return np.asarray(roofline.launch_s + top * np.exp(np.log1p(low**q) / q))


# Widths of the priors (standard deviation of logarithms) that hold a fit near its starting law
# when there are few measurements; a thousand kernels leave them without weight.
PRIOR_WIDTH = np.array([0.15, 0.10, 0.6, 0.4])
MEASUREMENT_WIDTH = 0.10


def fit_roofline(
    chip: Accelerator,
    flops: ArrayLike,
    moved_bytes: ArrayLike,
    measured_s: ArrayLike,
    *,
    prior: Roofline,
) -> Roofline:
    """Parameters that best explain measured kernels, pulled towards a prior law.

    Robust least squares on logarithms of time; each parameter is also drawn to `prior` with a
    width that a few dozen measurements overcome.

    Parameters
    ----------
    flops, moved_bytes, measured_s : array, shape (n,)
    prior : Roofline
        For a new chip: `transfer` of a calibrated one.

    Raises
    ------
    RangeError
        If a measured time is not above 0 or the shapes differ.
    """
    from scipy.optimize import least_squares

    f, b, t = (np.asarray(part, float).ravel() for part in (flops, moved_bytes, measured_s))
    if not len(f) == len(b) == len(t):
        raise RangeError(f"flops, bytes and times have {len(f)}, {len(b)} and {len(t)} entries")
    if not (t > 0).all():
        raise RangeError("measured times must be above 0")
    centre = prior.vector()

    def residuals(x: Array) -> Array:
        law = Roofline(*np.exp(x))
        error = np.log(kernel_time_s(chip, law, f, b) / t) / MEASUREMENT_WIDTH
        soft = np.sign(error) * np.sqrt(2 * (np.sqrt(1 + error**2) - 1))
        return np.concatenate([soft, (x - centre) / PRIOR_WIDTH])

    low = np.log([0.05, 0.05, 1e-8, 1.0])
    high = np.log([1.0, 1.0, 1e-3, 20.0])
    found = least_squares(residuals, np.clip(centre, low + 1e-6, high - 1e-6), bounds=(low, high))
    return Roofline(*(float(value) for value in np.exp(found.x)))


def transfer(
    law: Roofline,
    source: Accelerator,
    target: Accelerator,
    *,
    power_exponent: float,
    most: float = 0.9,
) -> Roofline:
    """A law calibrated on one chip, for another without measurements.

    Chips with less power per peak rate are held further below the peak by their power limit:
    the share of the compute peak scales with watts per FLOP/s to `power_exponent`. The other
    parameters carry over. Where a power limit is unknown nothing is scaled.

    Parameters
    ----------
    law : Roofline
        Calibrated on `source`.
    source, target : Accelerator
    power_exponent : float, at least 0
        0 leaves the efficiency as it is.
    most : float, above 0 to 1
        Highest compute efficiency that is believed.

    Returns
    -------
    Roofline

    Examples
    --------
    >>> a100 = Accelerator("a100", 312e12, 2.039e12, power_w=400)
    >>> h100 = Accelerator("h100", 989e12, 3.35e12, power_w=700)
    >>> law = transfer(Roofline(0.74, 0.85, 6.6e-6, 1.4), a100, h100, power_exponent=0.2)
    >>> round(law.compute_efficiency, 3)
    0.657
    """
    if not (source.power_w > 0 and target.power_w > 0):
        return law
    ratio = (target.watts_per_tflops / source.watts_per_tflops) ** power_exponent
    return replace(law, compute_efficiency=min(law.compute_efficiency * ratio, most))


def mean_absolute_error(
    predicted: Sequence[float] | Array, measured: Sequence[float] | Array
) -> float:
    """Mean of ``|predicted / measured - 1|``."""
    return float(np.mean(np.abs(np.asarray(predicted) / np.asarray(measured) - 1)))
