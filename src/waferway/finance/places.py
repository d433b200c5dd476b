"""What a fab costs where: total cost over years, its parts, and why two places differ.

Owns total cost of ownership with incentives, operating cost and wafer cost as three named
metrics that are never compared with one another, and the exact split of a gap between two places
over its factors. Refuses to keep one number per country. Fields may be arrays of draws, so that
every part has its interval.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import Fault, Faults, InputError, Place, RangeError

__all__ = ["FabCost", "FabPlace", "compute_per_subsidy", "explain_gap", "fab_cost", "shapley_parts"]

Floats = NDArray[np.float64]
# factor of a gap -> the fields of a place that it swaps
FACTORS: dict[str, tuple[str, ...]] = {
    "construction": ("building", "construction_factor"),
    "equipment": ("equipment",),
    "operations": ("fixed_per_year", "variable_per_wafer"),
    "incentives": ("incentive_rate", "incentive_amount", "incentive_delay_years"),
    "scale": ("wafers_per_month", "scale_exponent", "reference_wafers"),
    "yield": ("good_fraction",),
    "time": ("construction_years", "ramp_years"),
}


@dataclass(frozen=True)
class FabPlace:
    """A fab as it would be built in one place; numbers or arrays of draws, shape (S,).

    Attributes
    ----------
    name : str
    equipment, building : money, before incentives, for a fab of `reference_wafers` a month
    construction_factor : ratio
        Cost of the building here against the reference.
    construction_years : years from decision to first wafer
    ramp_years : years from first wafer to full output, straight
    fixed_per_year : money, at the reference size
    variable_per_wafer : money
    wafers_per_month : full output
    reference_wafers : output to which the costs refer
    scale_exponent : ratio
        Cost of buildings, equipment and fixed cost grow with output to this power.
    good_fraction : usable share of wafers
    incentive_rate : share of capital cost
    incentive_amount : money
    incentive_delay_years : years from first wafer to cash
    claims : tuple of str
    """

    name: str
    equipment: ArrayLike
    building: ArrayLike
    construction_years: ArrayLike
    fixed_per_year: ArrayLike
    variable_per_wafer: ArrayLike
    wafers_per_month: ArrayLike
    reference_wafers: ArrayLike
    construction_factor: ArrayLike = 1.0
    ramp_years: ArrayLike = 0.0
    scale_exponent: ArrayLike = 1.0
    good_fraction: ArrayLike = 1.0
    incentive_rate: ArrayLike = 0.0
    incentive_amount: ArrayLike = 0.0
    incentive_delay_years: ArrayLike = 0.0
    claims: tuple[str, ...] = ()


@dataclass(frozen=True)
class FabCost:
    """Cost of a fab in one place.

    Attributes
    ----------
    place : FabPlace
    years : float
        Of operation counted.
    parts : dict of str to array, money, present value at the decision
        ``building``, ``equipment``, ``operations``, ``incentives`` (negative).
    total : array, money, present value: total cost of ownership with incentives
    wafers : array
        Usable wafers, discounted like money.
    tco_per_wafer, operating_cost_per_wafer, wafer_cost : array, money
        With everything; without capital and incentives; with capital and without incentives.
    """

    place: FabPlace
    years: float
    parts: dict[str, Floats]
    total: Floats
    wafers: Floats
    tco_per_wafer: Floats
    operating_cost_per_wafer: Floats
    wafer_cost: Floats

    def interval(self, name: str = "tco_per_wafer", probabilities: Sequence[float] = (0.1, 0.5,
                 0.9)) -> Floats:  # fmt: skip
        """Quantiles over draws of a metric or a part."""
        value = self.parts.get(name, getattr(self, name, None))
        if value is None:
            raise RangeError(f'"{name}" is no part: {", ".join(self.parts)}')
        return np.asarray(np.quantile(value, probabilities))


def fab_cost(place: FabPlace, rate: ArrayLike, *, years: float = 10.0) -> FabCost:
    """Total cost of ownership of a fab over years of operation, by part.

    Capital is spent evenly over construction; output and operating cost run continuously from
    the first wafer, output rising straight over the ramp; present values are at the decision.

    Parameters
    ----------
    place : FabPlace
    rate : float or array, effective annual, above -1
    years : float, above 0
        Of operation; 10 by convention of the studies that compare countries.

    Returns
    -------
    FabCost

    Raises
    ------
    InputError

    Examples
    --------
    >>> fab = FabPlace("TW", 15e9, 5e9, 1.8, 1.5e9, 2500.0, 50_000, 50_000)
    >>> round(fab_cost(fab, 0.08).tco_per_wafer.item())
    10126
    """
    _check(place, years)
    get = {f: np.asarray(getattr(place, f), dtype=float) for f in place.__dataclass_fields__
           if f not in ("name", "claims")}  # fmt: skip
    growth = np.log1p(np.asarray(rate, dtype=float))
    size = (get["wafers_per_month"] / get["reference_wafers"]) ** get["scale_exponent"]
    start = get["construction_years"]
    capital = _even(growth, 0.0, start)
    building = get["building"] * get["construction_factor"] * size * capital
    equipment = get["equipment"] * size * capital
    running = years * _even(growth, start, start + years)
    ramp = np.minimum(get["ramp_years"], years)
    # output in years at full rate: a straight rise, then full
    rise = _rise(growth, start, ramp, np.where(get["ramp_years"] > 0, get["ramp_years"], 1.0))
    full = (years - ramp) * _even(growth, start + ramp, start + years)
    made = 12.0 * get["wafers_per_month"] * (rise + full)
    operations = get["fixed_per_year"] * size * running + get["variable_per_wafer"] * made
    money = get["incentive_rate"] * (
        get["building"] * get["construction_factor"] * size + get["equipment"] * size
    ) + get["incentive_amount"]  # fmt: skip
    incentives = -money * np.exp(-growth * (start + get["incentive_delay_years"]))
    usable = made * get["good_fraction"]
    parts = {
        name: np.asarray(np.broadcast_arrays(part, usable)[0])
        for name, part in (("building", building), ("equipment", equipment),
                           ("operations", operations), ("incentives", incentives))
    }  # fmt: skip
    total = np.asarray(sum(parts.values(), np.zeros(())))
    return FabCost(
        place, years, parts, total, usable, np.asarray(total / usable),
        np.asarray(operations / usable), np.asarray((total - incentives) / usable),
    )  # fmt: skip


def _even(growth: Floats, low: ArrayLike, high: ArrayLike) -> Floats:
    """Average discount factor over a span; 1 spent evenly over it is worth this."""
    a, b = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    span = b - a
    flat = np.abs(growth * span) < 1e-9
    safe = np.where(flat, 1.0, growth * span)
    factor = np.where(flat, 1.0 - growth * span / 2, -np.expm1(-safe) / safe)
    return np.asarray(np.exp(-growth * a) * factor)


def _rise(growth: Floats, start: Floats, length: Floats, whole: Floats) -> Floats:
    """Discounted integral of s / whole over s from 0 to length, from `start` on."""
    flat = np.abs(growth * length) < 1e-6
    g = np.where(flat, 1.0, growth)
    exact = (1.0 - np.exp(-g * length) * (1.0 + g * length)) / g**2
    near = length**2 / 2 - growth * length**3 / 3
    return np.asarray(np.exp(-growth * start) * np.where(flat, near, exact) / whole)


def _check(place: FabPlace, years: float) -> None:
    faults = []
    where = Place(f"place {place.name}")
    for name in place.__dataclass_fields__:
        if name in ("name", "claims"):
            continue
        value = np.asarray(getattr(place, name), dtype=float)
        positive = name in ("wafers_per_month", "reference_wafers", "good_fraction")
        if not np.isfinite(value).all() or (value < 0).any() or (positive and (value == 0).any()):
            faults.append(Fault(where, f"{name} is {value}; it must be finite and "
                          f"{'above' if positive else 'at least'} 0", kind="range"))  # fmt: skip
        if name in ("good_fraction", "incentive_rate") and (value > 1).any():
            faults.append(Fault(where, f"{name} is {value}; it must be at most 1",
                                suggestion="0.35 means 35 %", kind="range"))  # fmt: skip
    if not years > 0:
        faults.append(Fault(where, f"years is {years}; it must be above 0", kind="tenor"))
    if faults:
        raise InputError(faults, "no cost was computed")


def shapley_parts(
    value: Callable[[frozenset[str]], Any], factors: Sequence[str]
) -> dict[str, Floats]:
    """Split value(all) - value(none) over factors so that the parts add up exactly.

    Parameters
    ----------
    value : callable
        Of the set of factors that have been switched; called once per subset.
    factors : sequence of str, at most about 12

    Returns
    -------
    dict of str to array

    Source
    ------
    Shapley (1953): the average of a factor's effect over all orders of switching.

    Examples
    --------
    >>> shapley_parts(lambda on: 6.0 if len(on) == 2 else 0.0, ["a", "b"])
    {'a': array(3.), 'b': array(3.)}
    """
    n = len(factors)
    known = {
        frozenset(chosen): np.asarray(value(frozenset(chosen)), dtype=float)
        for k in range(n + 1) for chosen in itertools.combinations(factors, k)
    }  # fmt: skip
    out = {}
    for factor in factors:
        others = [other for other in factors if other != factor]
        part = np.zeros(())
        for k in range(n):
            weight = factorial(k) * factorial(n - k - 1) / factorial(n)
            for chosen in itertools.combinations(others, k):
                before = frozenset(chosen)
                part = part + weight * (known[before | {factor}] - known[before])
        out[factor] = np.asarray(part)
    return out


def explain_gap(
    base: FabPlace,
    other: FabPlace,
    rate: ArrayLike,
    *,
    metric: str = "tco_per_wafer",
    years: float = 10.0,
) -> dict[str, Floats]:
    """Why a metric differs between two places, by factor; the parts add up to the gap.

    Parameters
    ----------
    base, other : FabPlace
    rate : float or array
    metric : {"tco_per_wafer", "operating_cost_per_wafer", "wafer_cost", "total"}
        Studies of one country that seem to disagree often state different metrics.
    years : float

    Returns
    -------
    dict of str to array, money
        By factor: construction, equipment, operations, incentives, scale, time, and yield.

    Examples
    --------
    >>> tw = FabPlace("TW", 15e9, 5e9, 1.8, 1.5e9, 2500.0, 50_000, 50_000)
    >>> us = FabPlace("US", 15e9, 5e9, 2.0, 1.6e9, 2600.0, 50_000, 50_000, 2.0)
    >>> parts = explain_gap(tw, us, 0.08)
    >>> gap = fab_cost(us, 0.08).tco_per_wafer - fab_cost(tw, 0.08).tco_per_wafer
    >>> bool(abs(sum(parts.values()) - gap) < 1e-9), parts["equipment"].item()
    (True, 0.0)
    """
    metrics = ("tco_per_wafer", "operating_cost_per_wafer", "wafer_cost", "total")
    if metric not in metrics:
        raise RangeError(f'"{metric}" is not a metric; use {", ".join(metrics)}')

    def value(switched: frozenset[str]) -> Any:
        names = [name for factor in switched for name in FACTORS[factor]]
        mixed = replace(base, **{name: getattr(other, name) for name in names})
        return getattr(fab_cost(mixed, rate, years=years), metric)

    return shapley_parts(value, list(FACTORS))


def compute_per_subsidy(
    compute: Mapping[str, float], subsidy: Mapping[str, float]
) -> dict[str, float | None]:
    """Compute gained per unit of public money, by state; None where nothing was paid.

    Parameters
    ----------
    compute : mapping of state to float
        With its subsidy less without it: what the money moved, not all there is.
    subsidy : mapping of state to float, money, present value, at least 0

    Raises
    ------
    InputError
        If a state is in one mapping only: missing is never zero.

    Examples
    --------
    >>> compute_per_subsidy({"US": 2e6, "JP": 0.0}, {"US": 4e10, "JP": 0.0})
    {'US': 5e-05, 'JP': None}
    """
    faults = Faults()
    for name in sorted(set(compute) ^ set(subsidy)):
        what = "subsidy" if name in compute else "compute"
        faults.add(Place("state"), f"{name} has no {what}", "missing is never zero", kind="missing")
    faults.raise_any("nothing was computed")
    if any(not paid >= 0 for paid in subsidy.values()):
        raise RangeError("subsidies must be at least 0")
    return {n: compute[n] / subsidy[n] if subsidy[n] > 0 else None for n in compute}
