"""A stack of memory dies: yield of the stack and cost of a good one.

Owns HBM. Refuses the price a maker asks (a claim) and packaging of the stack beside logic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import RangeError

__all__ = ["StackRecipe", "stack_cost_usd", "stack_yield"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class StackRecipe:
    """How a stack is made.

    Attributes
    ----------
    core_dies : int
        DRAM dies above the base die, at least 1.
    bonds : int or None
        Bonding steps that can fail; None: one per core die. ``core_dies - 1`` where the first
        core die and the base die are one bond with the package.
    """

    core_dies: int
    bonds: int | None = None

    def __post_init__(self) -> None:
        if self.core_dies < 1:
            raise RangeError(f"core_dies is {self.core_dies}; at least 1")
        if self.bonds is not None and not 0 <= self.bonds <= self.core_dies:
            raise RangeError(f"bonds is {self.bonds}; 0 to the number of core dies")

    @property
    def bond_count(self) -> int:
        """Bonding steps."""
        return self.core_dies if self.bonds is None else self.bonds


def stack_yield(
    recipe: StackRecipe,
    *,
    bond_yield: ArrayLike,
    core_yield: ArrayLike = 1.0,
    base_yield: ArrayLike = 1.0,
    repair_gain: ArrayLike = 1.0,
) -> Array:
    """``y_core^n y_base y_bond^m x repair``, never above 1.

    Parameters
    ----------
    bond_yield, core_yield, base_yield : array, 0 to 1
        `core_yield` is of dies that enter the stack: 1 for tested good dies.
    repair_gain : array, at least 1
        Factor gained by spare rows, columns and vias.

    Examples
    --------
    >>> [round(float(stack_yield(StackRecipe(n), bond_yield=y)), 2)
    ...  for n, y in ((8, 0.90), (8, 0.98), (12, 0.99))]
    [0.43, 0.85, 0.89]
    """
    parts = {"bond_yield": bond_yield, "core_yield": core_yield, "base_yield": base_yield}
    arrays = {name: np.asarray(value, float) for name, value in parts.items()}
    for name, value in arrays.items():
        if not ((value >= 0) & (value <= 1)).all():
            raise RangeError(f"{name} leaves the range 0 to 1")
    gain = np.asarray(repair_gain, float)
    if not (gain >= 1).all():
        raise RangeError(f"repair_gain is {gain.min():g}; at least 1")
    whole = (
        arrays["core_yield"] ** recipe.core_dies
        * arrays["base_yield"]
        * arrays["bond_yield"] ** recipe.bond_count
    )
    return np.asarray(np.minimum(whole * gain, 1.0))


def stack_cost_usd(
    recipe: StackRecipe,
    *,
    core_die_usd: ArrayLike,
    base_die_usd: ArrayLike,
    bond_usd: ArrayLike,
    test_usd: ArrayLike,
    stack_yield_fraction: ArrayLike,
) -> Array:
    """Cost of one good stack, USD: everything in it, over the share that is good.

    Parameters
    ----------
    recipe : StackRecipe
    core_die_usd, base_die_usd : array, USD/die
    bond_usd : array, USD for each bond
    test_usd : array, USD/stack
    stack_yield_fraction : array, above 0 to 1

    Returns
    -------
    array, USD/stack

    Raises
    ------
    RangeError
        If the yield leaves its range.

    Examples
    --------
    >>> float(stack_cost_usd(StackRecipe(8), core_die_usd=10, base_die_usd=12, bond_usd=1,
    ...     test_usd=20, stack_yield_fraction=0.8))
    150.0
    """
    good = np.asarray(stack_yield_fraction, float)
    if not ((good > 0) & (good <= 1)).all():
        raise RangeError("stack_yield_fraction leaves the range above 0 to 1")
    spent = (
        recipe.core_dies * np.asarray(core_die_usd, float)
        + np.asarray(base_die_usd, float)
        + recipe.bond_count * np.asarray(bond_usd, float)
        + np.asarray(test_usd, float)
    )
    return np.asarray(spent / good)
