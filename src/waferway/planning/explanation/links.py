"""Which link of the chain a row of the program belongs to, and what one unit of it is.

Owns the names of links that people read: wafer, HBM stack, packaging, power, money, rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from waferway.network.selection import matches, parse_selection

if TYPE_CHECKING:
    from waferway.network.network import Network

__all__ = ["Link", "limit_unit", "link_of", "link_unit"]

FAMILY_LINKS = {
    "logic": "wafer",
    "dram": "memory wafer",
    "stacking": "HBM stack",
    "packaging": "packaging",
    "substrate": "substrate",
    "test": "test",
    "assembly": "assembly",
}
"""Link of a technology by its family; any other family is its own link."""

KIND_LINKS = {"wafer": "wafer", "die": "die", "stack": "HBM stack", "substrate": "substrate"}
"""Link of a bought item by its kind; any other kind is its own link."""


@dataclass(frozen=True)
class Link:
    """One link: its name, what of it is meant (a technology, a rule, a fund), and its unit."""

    link: str
    what: str
    unit: str


def link_of(network: Network, row: str, subject: str) -> Link | None:
    """Link of a row of the program by its family and subject; None where it is no link.

    Parameters
    ----------
    network : Network
    row : str
        Family of rows, as in `Prices.rows`.
    subject : str
        Name within it: a line, a rule, a site.

    Returns
    -------
    Link or None

    Examples
    --------
    >>> from waferway.network.network import Network
    >>> net = Network.build({"limit": [{"name": "grid", "measure": "site_power_mw",
    ...                                 "sense": "<=", "bound": "5 MW"}]})
    >>> link_of(net, "limit", "grid")
    Link(link='power', what='grid', unit='MW')
    """
    if row in ("use", "use of what is bought", "use of the line"):
        return _technology(network, str(network.table("line").at[subject, "technology"]))
    if row == "shared use":
        return _technology(network, subject.rpartition(" at ")[0])
    if row == "limit":
        return _rule(network, subject)
    if row == "power_mw":
        return Link("power", subject, "MW")
    if row == "water_m3":
        return Link("water", subject, "m3/month")
    if row == "cash":
        return Link("money", "cash", "USD")
    if row == "fund":
        return Link("money", subject, "USD")
    if row == "lane":
        moved = str(network.table("lane").at[subject, "what"])
        item = network.table("item")
        units = set(item.loc[(item["name"] == moved) | (item["kind"] == moved), "unit"])
        return Link("transport", subject, str(units.pop()) if len(units) == 1 else "item moved")
    if row in ("volume", "room on the line"):
        return _offer(network, subject)
    return None


def _technology(network: Network, name: str) -> Link:
    table = network.filled("technology")
    family = str(table.at[name, "family"])
    unit = str(table.at[name, "capacity_unit"]).split("/")[0]
    return Link(FAMILY_LINKS.get(family, family or "other"), name, unit)


def _rule(network: Network, name: str) -> Link:
    measure = str(network.table("limit").at[name, "measure"])
    named = {"capex_usd": "money"}
    link = "power" if measure.endswith("power_mw") else named.get(measure, "limit")
    return Link(link, name, limit_unit(network, name))


def limit_unit(network: Network, name: str) -> str:
    """What one more unit of a limit is: the unit of what its measure counts.

    Parameters
    ----------
    network : Network
    name : str
        Row of table `limit`.

    Returns
    -------
    str
        For a share, the unit of what is shared. Where the things it selects are counted in
        different units, a word for all of them.

    Examples
    --------
    >>> from waferway.network.network import Network
    >>> net = Network.build({
    ...     "item": [{"name": "chip", "unit": "package", "kind": "package"}],
    ...     "limit": [{"name": "ramp", "measure": "deliveries", "select": "item=chip",
    ...                "sense": "<=", "bound": "5 package/month"}]})
    >>> limit_unit(net, "ramp")
    'package'
    """
    row = network.table("limit").loc[name]
    measure = str(row["measure"])
    fixed = {
        "starts": "start", "orders": "module", "capex_usd": str(network.setting("currency")),
        "delivered_power_mw": "MW", "site_power_mw": "MW",
    }  # fmt: skip
    if measure in fixed:
        return fixed[measure]
    asked = dict(parse_selection(str(row["select"] or "")))
    if measure == "capacity":
        lines = network.table("line").loc[_chosen(network, "line", asked), "technology"]
        technology = network.table("technology").loc[sorted(set(lines)), "capacity_unit"]
        units = {str(u).split("/")[0] for u in technology}
        return units.pop() if len(units) == 1 else "unit of capacity"
    units = set(network.table("item").loc[_chosen(network, "item", asked), "unit"])
    word = {"output": "item made", "flow": "item moved", "deliveries": "item delivered"}
    return str(units.pop()) if len(units) == 1 else word[measure]


def link_unit(network: Network, name: str) -> str:
    """What one more unit of a technology or a limit is: a wafer, a stack, a MW.

    Parameters
    ----------
    network : Network
    name : str
        Row of table `technology` or `limit`, as in `Prices.links`.

    Examples
    --------
    >>> import waferway as ww
    >>> link_unit(ww.world(), "cowos"), link_unit(ww.world(), "power")
    ('wafer', 'MW')
    """
    table = network.table("technology")
    if name in table.index:
        return str(table.at[name, "capacity_unit"]).split("/")[0].split(":")[0]
    return limit_unit(network, name) if name in network.table("limit").index else "unit"


def _chosen(network: Network, table: str, asked: dict[str, list[str]]) -> list[str]:
    """Rows of a table that a selection admits, by what the table itself can tell."""
    frame = network.table(table)
    keep = list(frame.index)
    for column, choices in asked.items():
        if column == table or column in frame.columns:
            said = {n: n if column == table else str(frame.at[n, column]) for n in keep}
            keep = [n for n in keep if any(matches(said[n], c) for c in choices)]
    return keep


def _offer(network: Network, name: str) -> Link:
    offer = network.table("offer").loc[name]
    if offer["line"]:
        sold = _technology(network, str(network.table("line").at[offer["line"], "technology"]))
        return Link(sold.link, name, sold.unit)
    item = network.table("item").loc[offer["item"]]
    kind = str(item["kind"])
    return Link(KIND_LINKS.get(kind, kind or "item"), name, str(item["unit"]))
