"""What a chip takes, read from the network that the planner uses.

Owns the step from recipes to coefficients: packages per packaging wafer, logic wafers and HBM
dollars per package, weight, lag. Nothing here is fitted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from waferway.calendar import Calendar
from waferway.errors import RangeError
from waferway.network.network import Network
from waferway.studies.hindcast.admission import Reader

__all__ = ["Chip", "chips_of"]

BASIS = "h100e-8bit-dense"
HOPPER = "hopper"
"""H100 and H200 together: outcomes do not tell them apart."""


@dataclass(frozen=True)
class Chip:
    """One product of the network.

    Attributes
    ----------
    name, designer : str
    packages_per_wafer : float
        Per packaging wafer.
    logic_per_package : float
        Wafers of logic that its dies take, yield included.
    hbm_per_package : float
        USD of HBM stacks.
    weight : float
        H100 equivalents a package.
    cycle_days : float
        Packaging start to unit sold.
    """

    name: str
    designer: str
    packages_per_wafer: float
    logic_per_package: float
    hbm_per_package: float
    weight: float
    cycle_days: float


def chips_of(
    network: Network, names: list[str], period: str = "2024Q4", reader: Reader | None = None
) -> dict[str, Chip]:
    """Coefficients of products, from their recipes.

    Parameters
    ----------
    network : Network
        With recipes ``pack:NAME`` and the recipes of the dies they take.
    names : list of str
    period : str
        At which dated yields are taken.
    reader : Reader, optional
        Gate through which the claims of every cell used are noted.

    Returns
    -------
    dict of str to Chip

    Raises
    ------
    RangeError
        If the network has no such recipe, or no recipe makes a die.

    Examples
    --------
    >>> from waferway.atlas import world
    >>> chip = chips_of(world(), ["h100"])["h100"]
    >>> round(chip.packages_per_wafer, 1), chip.weight
    (28.5, 1.0)
    """
    calendar = Calendar.build(period, "quarter", period)
    parts, recipe = network.table("recipe_item"), network.filled("recipe")
    good = network.values("recipe_item", "good_fraction", calendar).iloc[:, 0].fillna(1.0)
    value = network.values("item", "value_usd", calendar).iloc[:, 0]
    kind = network.table("item")["kind"]
    capacity = network.values("recipe", "capacity_per_start", calendar).iloc[:, 0]
    weights = network.filled("weight")
    weights = weights[weights["basis"] == BASIS].set_index("item")["weight"].astype(float)
    makers = _makers(network)
    found = {}
    for name in names:
        key = f"pack:{name}"
        if key not in recipe.index:
            raise RangeError(f'the network has no recipe "{key}"')
        mine = parts[parts["recipe"] == key]
        out = mine[mine["role"] == "out"]
        made = float((out["quantity_per_start"] * good.loc[out.index]).sum())
        logic = hbm = 0.0
        _note(reader, network, "recipe", key, "capacity_per_start", "cycle_days")
        _note(reader, network, "weight", f"{BASIS}/{out['item'].iloc[0]}", "weight")
        for row_key, item, quantity in zip(
            mine.index, mine["item"], mine["quantity_per_start"], strict=True
        ):
            if mine.loc[row_key, "role"] != "in" or kind.loc[item] not in ("die", "stack"):
                continue
            _note(reader, network, "recipe_item", str(row_key), "quantity_per_start")
            if item in makers:
                maker = makers[item]
                per_wafer = float(parts.loc[maker, "quantity_per_start"] * good.loc[maker])
                logic += float(quantity) / per_wafer
                _note(reader, network, "recipe_item", maker, "quantity_per_start", "good_fraction")
            else:
                hbm += float(quantity) * float(value.loc[item])
                _note(reader, network, "item", item, "value_usd")
        found[name] = Chip(
            name, str(recipe.loc[key, "party"]), made / float(capacity.loc[key]), logic / made,
            hbm / made, float(weights.loc[out["item"].iloc[0]]),
            float(recipe.loc[key, "cycle_days"]),
        )  # fmt: skip
    return found


def _makers(network: Network) -> dict[str, str]:
    """Row of `recipe_item` that makes each die: first recipe named like the die."""
    parts = network.table("recipe_item")
    logic = set(network.table("technology").query("family == 'logic'").index)
    recipe = network.table("recipe")
    makers: dict[str, str] = {}
    for key, name, item, role in zip(
        parts.index, parts["recipe"], parts["item"], parts["role"], strict=True
    ):
        if role == "out" and str(recipe.loc[name, "technology"]) in logic:
            makers.setdefault(item, str(key))
    return makers


def _note(reader: Reader | None, network: Network, table: str, key: str, *columns: str) -> None:
    if reader is not None:
        for column in columns:
            reader.note_cell(network, table, key, column)


def blend(name: str, first: Chip, second: Chip, share: float) -> Chip:
    """Two products that outcomes do not tell apart, by share of the second."""

    def mixed(a: float, b: float) -> float:
        return float(np.interp(share, [0.0, 1.0], [a, b]))

    return Chip(
        name, first.designer,
        mixed(first.packages_per_wafer, second.packages_per_wafer),
        mixed(first.logic_per_package, second.logic_per_package),
        mixed(first.hbm_per_package, second.hbm_per_package),
        mixed(first.weight, second.weight), first.cycle_days,
    )  # fmt: skip
