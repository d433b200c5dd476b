"""Ways of one party to compute, each with its own means.

Owns what a route may use: a declared set of offers, rights, stakes, modules and designs of the
same network. Everything else of the network stays as it is, so routes differ in nothing but
their means. Refuses to score: what a route delivers is for the planner.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from waferway.network.network import Network
from waferway.network.parties import check_party, family

__all__ = ["Route", "only", "standard_routes"]


@dataclass(frozen=True)
class Route:
    """One way to compute: what may be used, by name of row.

    Attributes
    ----------
    name, label : str
    offers, rights, stakes, modules : frozenset of str
        Rows of the network that the party may use on this route; rights already held, stakes
        already held and contracts that stand are there on every route.
    closed_recipes : frozenset of str
        Designs that are not made on this route.
    core : frozenset of str
        Those of the means without which the route would be another one.
    options : tuple of Route
        Where a route can be taken in several ways that exclude one another (one partner, one
        target): each is planned, and the best is the route.
    why_closed : str
        Why the network gives the party no such route; empty where it does.
    """

    name: str
    label: str
    offers: frozenset[str] = frozenset()
    rights: frozenset[str] = frozenset()
    stakes: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    closed_recipes: frozenset[str] = frozenset()
    core: frozenset[str] = frozenset()
    options: tuple[Route, ...] = ()
    why_closed: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the network gives the party this route."""
        return not self.why_closed


@dataclass(frozen=True)
class _Means:
    """What the network offers to a party, by kind."""

    rent: frozenset[str]
    buy: frozenset[str]
    reserved_chips: frozenset[str]
    reserved: frozenset[str]
    spot: frozenset[str]
    rights: frozenset[str]
    partner_stakes: frozenset[str]
    maker_stakes: frozenset[str]
    own_modules: frozenset[str]
    partner_modules: frozenset[str]
    bought_designs: frozenset[str]
    others_designs: frozenset[str]


def standard_routes(network: Network, party: str) -> tuple[Route, ...]:
    """The ways to compute that a network gives a party.

    Parameters
    ----------
    network : Network
    party : str

    Returns
    -------
    tuple of Route
        Always all eight, in that order; one without means says why it is closed.

        ``rent``: offers of items of kind ``compute``. ``buy``: offers of items with a weight on
        a compute basis. ``reserve``: offers with ``reserve``, of such items or of lines and
        parts, for designs that need no right to be bought. ``fabless``: own designs (rights on
        sale are open; designs of items that others make or sell are closed) on lines and parts of
        others, with or without reservation. ``partner``: one stake on offer of at most half, or
        the modules of the lines held in part. ``own``: modules of lines that the party runs.
        ``acquire``: one stake on offer of more than half. On the last three, offers of
        lines of a family that the stake or the modules cover with capacity are closed: who
        builds logic does not rent it; all else
        that own designs need may be rented. ``mix``: everything.

    Raises
    ------
    InputError
        If the party is unknown; names the nearest.
    """
    check_party(network, party)
    mine = family(network, party)
    has = _means(network, mine)
    capacity = has.reserved | has.spot
    every_right = has.rights
    own_lines = _lines_behind(network, "", has.own_modules)

    def taking(name: str, stake: str) -> Route:
        lines = _lines_behind(network, stake, frozenset())
        return Route(f"{name}:{network.filled('stake').at[stake, 'owned']}", stake,
                     offers=_beside(network, capacity, lines), rights=every_right,
                     stakes=frozenset({stake}), core=frozenset({stake}))  # fmt: skip

    partners = [taking("partner", stake) for stake in sorted(has.partner_stakes)]
    if has.partner_modules:
        shared = _lines_behind(network, "", has.partner_modules)
        partners.append(
            Route("partner:shared lines", "modules of lines held in part",
                  offers=_beside(network, capacity, shared), rights=every_right,
                  modules=has.partner_modules, core=has.partner_modules)
        )  # fmt: skip
    makers = [taking("acquire", stake) for stake in sorted(has.maker_stakes)]
    chips = has.buy | has.reserved_chips
    return (
        _route("rent", "Rent compute", has.rent, "no offer of rented compute is open to it",
               offers=has.rent),
        _route("buy", "Buy accelerators", has.buy, "no offer of accelerators is open to it",
               offers=has.buy),
        _route("reserve", "Reserve capacity with prepayment", has.reserved | has.reserved_chips,
               "no offer that can be reserved is open to it",
               offers=has.reserved | has.reserved_chips, closed_recipes=has.bought_designs),
        _route("fabless", "Own design at a foundry", capacity if _designs(network, mine) else (),
               "it has no design of its own, or nobody offers capacity for one",
               offers=capacity, rights=every_right, closed_recipes=has.others_designs),
        _several("partner", "Partner in a fab", partners,
                 "no stake of at most half is on offer to it, and it holds none that can grow"),
        _route("own", "Build own plants", has.own_modules, "no line of its own can grow",
               offers=_beside(network, capacity, own_lines), rights=every_right,
               modules=has.own_modules),
        _several("acquire", "Acquire a maker", makers,
                 "no stake of more than half is on offer to it"),
        _route("mix", "Mix of all", [*has.rent, *chips, *capacity, *has.partner_stakes,
                                     *has.maker_stakes, *has.own_modules, *has.partner_modules],
               "nothing is open to it", offers=has.rent | chips | capacity, rights=every_right,
               stakes=has.partner_stakes | has.maker_stakes,
               modules=has.own_modules | has.partner_modules),
    )  # fmt: skip


_NONE: frozenset[str] = frozenset()


def _route(
    name: str, label: str, core: Iterable[str], why: str, *, offers: frozenset[str] = _NONE,
    rights: frozenset[str] = _NONE, stakes: frozenset[str] = _NONE,
    modules: frozenset[str] = _NONE, closed_recipes: frozenset[str] = _NONE,
) -> Route:  # fmt: skip
    """A route, or why there is none."""
    core = frozenset(core)
    return Route(name, label, offers, rights, stakes, modules, closed_recipes, core,
                 why_closed="" if core else why)  # fmt: skip


def _several(name: str, label: str, options: list[Route], why: str) -> Route:
    """A route that is the best of its options."""

    def all_of(field: str) -> frozenset[str]:
        return frozenset().union(*(getattr(option, field) for option in options))

    return Route(
        name, label, offers=all_of("offers"), rights=all_of("rights"), stakes=all_of("stakes"),
        modules=all_of("modules"), core=all_of("core"), options=tuple(options),
        why_closed="" if options else why,
    )  # fmt: skip


def only(network: Network, route: Route, party: str) -> Network:
    """The network with the means of all other routes closed to a party.

    Contracts that stand, rights and stakes already held, and rows of others stay.
    """
    mine = family(network, party)
    offer, right = network.table("offer"), network.table("right")
    stake, module = network.table("stake"), network.table("module")
    recipe, line = network.table("recipe"), network.table("line")
    to_party = offer["open_to"].isin(mine | {""}) & ~offer["seller"].isin(mine)
    on_sale = right["party"].isin(mine) & right["cost_usd"].notna()
    offered = stake["owner"].isin(mine) & stake["price_usd"].notna()
    held = _held_lines(network, mine)
    grows = module["line"].isin(set(line.index[line["party"].isin(mine)]) | held)
    kept_offers = offer[~to_party | offer.index.isin(route.offers)]
    steps = network.table("offer_step")
    closed = recipe.index.isin(route.closed_recipes)
    changed: dict[str, pd.DataFrame] = {
        "offer": kept_offers,
        "offer_step": steps[steps["offer"].isin(kept_offers.index)],
        "right": right[~on_sale | right.index.isin(route.rights)],
        "stake": stake[~offered | stake.index.isin(route.stakes)],
        "module": module[~grows | module.index.isin(route.modules)],
        "recipe": recipe[~closed],
    }
    for name in ("recipe_item", "recipe_use", "line_recipe"):
        frame = network.table(name)
        changed[name] = frame[frame["recipe"].isin(changed["recipe"].index)]
    return network.with_tables(changed)


def _means(network: Network, mine: set[str]) -> _Means:
    offer, item = network.filled("offer"), network.filled("item")
    weighted = set(network.filled("weight")["item"])
    offer = offer[offer["open_to"].isin(mine | {""}) & ~offer["seller"].isin(mine)]
    kind = offer["item"].map(item["kind"]).fillna("")
    reserve = offer["reserve"].astype(bool)
    rent = kind == "compute"
    chip = ~rent & offer["item"].isin(weighted)
    capacity = ~rent & ~chip

    right = network.filled("right")
    sale = right[right["party"].isin(mine) & right["cost_usd"].notna()]
    stake = network.filled("stake")
    on_offer = stake[stake["owner"].isin(mine) & stake["price_usd"].notna()]
    most = on_offer["share"].astype(float) > 0.5
    line, module = network.filled("line"), network.filled("module")
    able = module[(module["total"].isna()) | (module["total"] > 0)]
    convertible = able["exchange_line"].isin({""} | set(line.index[line["party"].isin(mine)]))
    able = able[convertible]
    run = able["line"].isin(line.index[line["party"].isin(mine)])
    shared = able["line"].isin(_held_lines(network, mine))
    bought = _needs_bought_right(network, mine, set(sale["what"]))
    return _Means(
        frozenset(offer.index[rent]), frozenset(offer.index[chip & ~reserve]),
        frozenset(offer.index[chip & reserve]), frozenset(offer.index[capacity & reserve]),
        frozenset(offer.index[capacity & ~reserve]), frozenset(sale.index),
        frozenset(on_offer.index[~most]), frozenset(on_offer.index[most]),
        frozenset(able.index[run]), frozenset(able.index[shared & ~run]),
        frozenset(bought), frozenset(_others_designs(network, mine)),
    )  # fmt: skip


def _needs_bought_right(network: Network, mine: set[str], sale: set[str]) -> set[str]:
    """Recipes that only a right on sale opens to the party."""
    recipe, right = network.filled("recipe"), network.filled("right")
    held = set(right.loc[right["party"].isin(mine) & right["cost_usd"].isna(), "what"])
    return {
        str(name)
        for name, needs, technology in zip(
            recipe.index, recipe["needs_right"], recipe["technology"], strict=True
        )
        if needs and ({name, technology} & sale) and not ({name, technology} & held)
    }


def _others_designs(network: Network, mine: set[str]) -> set[str]:
    """Recipes open to the party for chips that others make or sell too."""
    recipe, parts = network.filled("recipe"), network.filled("recipe_item")
    weighted = set(network.filled("weight")["item"])
    offer = network.filled("offer")
    sold = set(offer.loc[~offer["seller"].isin(mine), "item"])
    outputs = parts[(parts["role"] == "out") & parts["item"].isin(weighted)]
    owner = outputs["recipe"].map(recipe["party"]).fillna("")
    made = set(outputs.loc[~owner.isin(mine | {""}), "item"])
    others = outputs["item"].isin(made | sold)
    return {str(r) for r in outputs.loc[others & owner.isin(mine | {""}), "recipe"]}


def _designs(network: Network, mine: set[str]) -> bool:
    """Whether the party has a chip of its own to make."""
    recipe, parts = network.filled("recipe"), network.filled("recipe_item")
    weighted = set(network.filled("weight")["item"])
    outputs = parts[(parts["role"] == "out") & parts["item"].isin(weighted)]
    owner = outputs["recipe"].map(recipe["party"]).fillna("")
    open_to_it = set(outputs.loc[owner.isin(mine | {""}), "recipe"])
    return bool(open_to_it - _others_designs(network, mine))


def _held_lines(network: Network, mine: set[str]) -> set[str]:
    """Lines of others in which the party already holds a stake."""
    stake, line = network.filled("stake"), network.filled("line")
    owned = set(stake.loc[stake["owner"].isin(mine) & stake["price_usd"].isna(), "owned"])
    hit = line.index.isin(owned) | line["site"].isin(owned) | line["party"].isin(owned)
    return set(line.index[hit & ~line["party"].isin(mine)])


def _lines_behind(network: Network, stake: str, modules: frozenset[str]) -> set[str]:
    """Lines that a stake covers with capacity, now or dated, and lines that modules add to."""
    line, profile = network.filled("line"), network.table("profile")
    grown = set(network.filled("module").loc[sorted(modules), "line"])
    if not stake:
        return grown
    owned = network.filled("stake").at[stake, "owned"]
    hit = (line.index == owned) | (line["site"] == owned) | (line["party"] == owned)
    dated = profile[(profile["table"] == "line") & (profile["column"] == "capacity")]
    later = set(dated.loc[(dated["value"].fillna(dated["high"]) > 0), "key"])
    return grown | set(line.index[hit & ((line["capacity"] > 0) | line.index.isin(later))])


def _beside(network: Network, capacity: frozenset[str], lines: set[str]) -> frozenset[str]:
    """Offers of capacity that these lines do not replace: those of other families, and parts."""
    line, technology = network.filled("line"), network.filled("technology")
    families = technology["family"]
    covered = {families[t] for t in line.loc[sorted(lines), "technology"]}
    offer = network.filled("offer").loc[sorted(capacity)]
    sold = offer["line"].map(line["technology"]).map(families)
    return frozenset(offer.index[~sold.isin(covered)])
