"""Which link of the chain a row of the program belongs to, and what one unit of it is.

Owns the names of links that people read: wafer, HBM stack, packaging, power, money, rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from waferway.network.network import Network

__all__ = ["Link", "link_of"]

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
        return Link("transport", subject, "unit")
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
    if measure.endswith("power_mw"):
        return Link("power", name, "MW")
    if measure == "capex_usd":
        return Link("money", name, "USD")
    return Link("limit", name, "unit")


def _offer(network: Network, name: str) -> Link:
    offer = network.table("offer").loc[name]
    if offer["line"]:
        sold = _technology(network, str(network.table("line").at[offer["line"], "technology"]))
        return Link(sold.link, name, sold.unit)
    item = network.table("item").loc[offer["item"]]
    kind = str(item["kind"])
    return Link(KIND_LINKS.get(kind, kind or "item"), name, str(item["unit"]))
