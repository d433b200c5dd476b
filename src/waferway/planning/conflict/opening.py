"""What a network would allow if it were open: lanes, qualifications and captive items lifted.

Owns restrictions that act by absence. A flow for which there is no lane, or no qualification,
does not exist in the program; to say that it is missing, the network is laid out a second time
with those restrictions lifted, and what only exists there is closed again, each with its cause.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from waferway.network.network import Network
from waferway.network.parties import family
from waferway.planning.instance import Instance

__all__ = ["ANY_LANE", "Closed", "closed_flows", "closed_services", "opened"]

ANY_LANE = "any/any/any (nobody's)"
"""Key of the lane that an opened network has everywhere."""


@dataclass(frozen=True)
class Closed:
    """A decision of the opened network that is closed in the real one, and by which cell.

    Attributes
    ----------
    row, period : int
        Of the block of decisions.
    cause : tuple of str
        table, key, column.
    """

    row: int
    period: int
    cause: tuple[str, str, str]


def opened(network: Network) -> Network:
    """A network with every lane, every qualification, and no captive item."""
    changed: dict[str, pd.DataFrame] = {}
    lane = network.filled("lane")
    if not ((lane["from_place"] == "any") & (lane["to_place"] == "any")
            & (lane["what"] == "any")).any():  # fmt: skip
        extra = {"from_place": "any", "to_place": "any", "what": "any", "days": 0.0,
                 "freight_usd": 0.0, "tariff": 0.0, "capacity": np.nan,
                 "from_date": None, "to_date": None}  # fmt: skip
        changed["lane"] = _with_rows(lane, [extra], [ANY_LANE])
    item = network.filled("item")
    if (item["captive_to"] != "").any():
        changed["item"] = item.assign(captive_to="")
    rows = network.filled("qualification")
    if len(rows):
        changed["qualification"] = _everybody_qualified(network, rows)
    return network.with_tables(changed) if changed else network


def _with_rows(frame: pd.DataFrame, rows: list[dict[str, object]], keys: list[str]) -> pd.DataFrame:
    more = pd.DataFrame(rows, index=keys, columns=frame.columns)
    if frame.empty:
        return more
    both = pd.concat([frame.astype(object), more.astype(object)])
    return both.astype(frame.dtypes.to_dict())


def _everybody_qualified(network: Network, rows: pd.DataFrame) -> pd.DataFrame:
    """Every line that makes a restricted item is qualified for everybody, always."""
    parts, recipe = network.filled("recipe_item"), network.filled("recipe")
    line, demand = network.filled("line"), network.filled("demand")
    out = rows.assign(from_date=None)
    seen = set(zip(rows["line"], rows["item"], rows["customer"], strict=True))
    new: list[dict[str, object]] = []
    for item in dict.fromkeys(rows["item"]):
        made = parts[(parts["item"] == item) & (parts["role"] == "out")]["recipe"]
        takers = parts[(parts["item"] == item) & (parts["role"] == "in")]["recipe"]
        customers = {*recipe.loc[takers, "party"], *demand["party"]} - {""}
        makers = line.index[line["technology"].isin(recipe.loc[made, "technology"])]
        new += [
            {"line": name, "item": item, "customer": customer, "from_date": None}
            for name in makers
            for customer in sorted(customers)
            if (name, item, customer) not in seen
        ]
    keys = [f"{r['line']}/{r['item']}/{r['customer']}" for r in new]
    return _with_rows(out, new, keys) if new else out


def closed_flows(real: Instance, open_: Instance) -> Iterator[Closed]:
    """Flows of the opened network that the real one does not allow, period by period."""
    names = ["item", "from_place", "to_place", "owner", "lane"]
    allowed = {
        key: real.a["may_flow"][i] > 0
        for i, key in enumerate(real.flow[names].itertuples(index=False, name=None))
    }
    qualified = _qualified_days(real)
    lanes = real.network.filled("lane")
    middle = [p.middle for p in real.calendar]
    on_lanes: dict[tuple[str, ...], int] = defaultdict(int)
    for key in open_.flow[names].itertuples(index=False, name=None):
        on_lanes[key[:4]] += key[4] != ANY_LANE
    for i, key in enumerate(open_.flow[names].itertuples(index=False, name=None)):
        item, start, end, owner, lane = key
        held = allowed.get(key, np.zeros(real.periods, dtype=bool))
        for t in np.flatnonzero(real.decided & ~held):
            if lane == ANY_LANE:
                # Where some lane is there, it is the one to open; nobody's lane stays shut.
                column = "" if not on_lanes[key[:4]] else "never"
                yield Closed(i, int(t), ("lane", f"{start}/{end}/{item}", column))
            elif lane:
                opens, closes = lanes.at[lane, "from_date"], lanes.at[lane, "to_date"]
                if opens and middle[t] < opens:
                    yield Closed(i, int(t), ("lane", lane, "from_date"))
                elif closes and middle[t] > closes:
                    yield Closed(i, int(t), ("lane", lane, "to_date"))
            if owner:
                since = qualified.get((item, start, owner))
                if since is None:
                    yield Closed(i, int(t), ("qualification", f"{start}/{item}/{owner}", ""))
                elif since[0] > middle[t].toordinal():
                    yield Closed(i, int(t), ("qualification", since[1], "from_date"))


def _qualified_days(real: Instance) -> dict[tuple[str, str, str], tuple[int, str]]:
    """(item, place, customer) to the first day a line there is qualified, and by which row."""
    rows = real.network.filled("qualification")
    place = dict(zip(real.line["line"], real.line["place"], strict=True))
    makes = {
        (real.activity["line"][a], real.stock["item"][h])
        for h, a in zip(real.makes.rows, real.makes.cols, strict=True)
    }
    found: dict[tuple[str, str, str], tuple[int, str]] = {}
    for name, line, item, customer, first in zip(
        rows.index, rows["line"], rows["item"], rows["customer"], rows["from_date"], strict=True
    ):
        if (line, item) in makes:
            key = (item, place[line], customer)
            since = (first.toordinal() if first else 0, str(name))
            found[key] = min(since, found.get(key, since))
    return found


def closed_services(real: Instance, open_: Instance) -> Iterator[Closed]:
    """Services of the opened network that the real one does not allow."""
    names = ["demand", "item", "place"]
    allowed = {
        key: real.a["may_serve"][i] > 0
        for i, key in enumerate(real.serve[names].itertuples(index=False, name=None))
    }
    qualified = _qualified_days(real)
    restricted = set(real.network.filled("qualification")["item"])
    captive = real.network.filled("item")["captive_to"]
    middle = [p.middle.toordinal() for p in real.calendar]
    for i, key in enumerate(open_.serve[names].itertuples(index=False, name=None)):
        _, item, place = key
        customer, region = open_.serve.at[i, "customer"], open_.serve.at[i, "region"]
        held = allowed.get(key, np.zeros(real.periods, dtype=bool))
        kept = captive[item] and customer not in family(real.network, captive[item])
        for t in np.flatnonzero(real.decided & ~held):
            if kept:
                yield Closed(i, int(t), ("item", item, "captive_to"))
            if item in restricted and customer and not region:
                since = qualified.get((item, place, customer))
                if since is None:
                    cause = ("qualification", f"{place}/{item}/{customer}", "")
                    yield Closed(i, int(t), cause)
                elif since[0] > middle[t]:
                    yield Closed(i, int(t), ("qualification", since[1], "from_date"))
