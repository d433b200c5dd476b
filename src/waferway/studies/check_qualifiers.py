"""Qualifiers of a claim of the record (item, node, place, counterparty) against what a text says.

Owns what counts as the same, as left open by the text, and as another thing.
"""

from __future__ import annotations

import re

from waferway.evidence.claims import Claim
from waferway.studies.check_reading import ANALYSTS, Asked

__all__ = ["counterparty_fits", "partners_of", "qualifiers_fit"]

_STATES_OF_US = frozenset("us arizona taylor texas ohio indiana idaho abilene new-york".split())
_COUNTRIES = frozenset("kr tw jp cn us de eu".split())
_EQUIVALENT = re.compile(r"equivalen|äquivalen|환산|換算|相当|等效|等价|等值|당량", re.IGNORECASE)


def qualifiers_fit(asked: Asked, fact: Claim, area: frozenset[str]) -> tuple[bool, tuple[str, ...]]:
    """Whether no qualifier differs, and those that the text leaves open."""
    missing = []
    for key, wanted in fact.qualifiers.items():
        found = (
            _scope(asked, fact, area) if key == "scope" else _qualifier(asked, fact, key, wanted)
        )
        if found == "other":
            return False, ()
        if found == "open":
            missing.append(key)
    if "place" not in fact.qualifiers and fact.subject.startswith("org:"):
        sites = [p for p in asked.places_here if p not in _COUNTRIES]
        if sites and fact.metric in {"investment", "capacity", "fabs_new", "subsidy", "capex"}:
            return False, ()  # the text speaks of one site, the record of the whole firm
    if "node" not in fact.qualifiers and asked.node and fact.metric == "capacity":
        return False, ()
    if (
        "item" not in fact.qualifiers
        and fact.metric in {"capacity", "market_share", "revenue"}
        and (asked.item in {"hbm", "hbm3", "hbm3e", "hbm4", "dram", "nand", "cowos"})
    ):
        return False, ()
    if "precision" not in fact.qualifiers and fact.metric == "compute":
        return False, ()
    return True, tuple(missing)


def _qualifier(asked: Asked, fact: Claim, key: str, wanted: str) -> str:
    """``same``, ``open`` or ``other``."""
    claim = asked.claim
    if key == "item":
        return _item(asked, wanted)
    if key == "node":
        if asked.node is None:
            return "open"
        below = fact.qualifiers.get("below") == "yes"
        return "same" if asked.node == wanted and asked.below == below else "other"
    if key == "place":
        return _place(asked, wanted)
    if key == "counterparty":
        return counterparty_fits(asked, fact)
    if key == "product":
        if _EQUIVALENT.search(asked.sentence):
            return "same" if wanted.endswith("-equivalent") else "other"
        if wanted.endswith("-equivalent"):
            return "other"
        return "open" if asked.product is None else "same" if asked.product == wanted else "other"
    if key == "precision":
        known = {w for w in asked.here if w.startswith("precision-")}
        return "open" if not known else "same" if known == {f"precision-{wanted}"} else "other"
    if key == "density":
        return "other" if "sparse" in asked.here else "open"
    if key == "segment":
        if wanted == "semiconductors" and fact.subject != "world":
            return "open"  # analysts count other sales than a firm's own accounts
        words = {"data-centre"} if wanted == "data-centre" else {"semiconductors", "chips"}
        other = "data-centre" in asked.here and wanted != "data-centre"
        return "other" if other else "same" if words & asked.here else "open"
    if key == "wafer_mm":
        size = claim.qualifiers.get("wafer_mm")
        return "open" if size is None else "same" if size == wanted else "other"
    if key == "use":
        return "same" if "gen-ai" in asked.here | asked.before else "open"
    if key == "of":
        return "same" if wanted in asked.here else "other"
    if key == "from":
        return "same" if fact.metric != "distance" or wanted in asked.places_here else "other"
    if key in {"fabs", "phase", "includes", "purpose"}:
        return "open"
    if key == "region" and wanted not in {"world"}:
        return "same" if wanted in asked.places else "open"
    return "same"


def _item(asked: Asked, wanted: str) -> str:
    if wanted == "hbm":
        return "open" if asked.item is None else "same" if asked.item.startswith("hbm") else "other"
    if wanted in {"hbm3", "dram", "nand", "cowos", "electricity"}:
        return "open" if asked.item is None else "same" if asked.item == wanted else "other"
    if wanted == "leading-edge":
        named = "leading-edge" in asked.here and "only" in asked.here
        return "same" if named and asked.carried else "other"
    if wanted == "all-chips":
        narrow = asked.node or (asked.item and asked.item not in {"all-chips", "semiconductors"})
        if narrow or "leading-edge" in asked.near:
            return "other"
        return "same" if "all-chips" in asked.here else "open"
    if wanted == "packaging":
        return "same" if "packaging" in asked.here else "other"
    if wanted == "wafer":
        named = (asked.claim.unit or "").endswith("/wafer") or "per-wafer" in asked.here
        return "same" if named else "other"
    if wanted == "logic":
        return "open"
    return "same"


def _place(asked: Asked, wanted: str) -> str:
    here = asked.places_here or asked.places
    if wanted in here:
        others = [p for p in here if p not in _COUNTRIES and p != wanted]
        return "open" if others else "same"
    if wanted == "us":
        if _STATES_OF_US & set(here) or "chips-act" in asked.here:
            return "same"
        return "open"
    return "other" if [p for p in here if p not in _COUNTRIES] else "open"


def _scope(asked: Asked, fact: Claim, area: frozenset[str]) -> str:
    """Whether the text too speaks of the cluster that the record speaks of."""
    if asked.scope == "country":
        return "open"
    if asked.scope == "cluster" or "cluster" in asked.before or area & set(asked.places_here):
        return "same"
    horizon = fact.valid_to is not None and asked.claim.valid_to == fact.valid_to
    return "same" if horizon else "open"


def partners_of(fact: Claim) -> tuple[str, ...]:
    """Firms on the other side of a deal of the record."""
    names = fact.qualifiers.get("counterparty", "").split()
    return tuple(f"org:{name}" for name in names if name not in {"any", "none"})


def counterparty_fits(asked: Asked, fact: Claim) -> str:
    """``same``, ``open`` or ``other``: the firms on the other side of a deal."""
    wanted = fact.qualifiers["counterparty"]
    firms = {f for f in asked.firms if f.startswith("org:")} - {fact.subject} - ANALYSTS
    if wanted in {"any", "none"}:
        return "same" if not firms else "open"
    if wanted == "sum":
        return "same" if len(firms) > 1 or "together" in asked.here else "open"
    named = set(partners_of(fact))
    if firms == named:
        return "same"
    if firms & named or not firms or fact.metric == "funds_sought":
        return "open"
    return "other"
