"""What lies where, which lines a stake covers, and dated values of chosen rows.

Owns the few questions that every part of the layout asks of a network.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from waferway.network.network import Network
from waferway.planning.instance import (
    Array,
    Instance,
)

__all__ = ["country_of", "dated_values", "frame_of", "lines_of"]


def dated_values(inst: Instance, table: str, column: str, keys: list[str]) -> Array:
    """Dated values of some rows of a table, shape (len(keys), T)."""
    values = inst.network.values(table, column, inst.calendar, inst.branch)
    found: Array = values.loc[keys].to_numpy(dtype=float)
    return found.reshape(len(keys), inst.periods)


def frame_of(rows: list[dict[str, Any]], columns: str) -> pd.DataFrame:
    """A frame with these columns, also where there are no rows."""
    return pd.DataFrame(rows, columns=columns.split())


def country_of(network: Network, place: str) -> str:
    """Country of a site or of a party's headquarters; a region is its own."""
    for table in ("site", "party"):
        if place in network.filled(table).index:
            return str(network.filled(table).loc[place, "country"])
    return place


def lines_of(inst: Instance, owned: str) -> list[str]:
    """Lines that a stake in a party, a site or a line covers."""
    line = inst.line
    hit = (line["line"] == owned) | (line["site"] == owned) | (line["party"] == owned)
    return [str(name) for name in line.loc[hit, "line"]]
