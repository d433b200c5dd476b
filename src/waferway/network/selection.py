"""The selections of a limit: ``country=TW|KR; technology=cowos*``.

Owns their grammar and the columns they may name; what is measured is for the planner.
"""

from __future__ import annotations

import fnmatch

__all__ = ["SELECT_COLUMNS", "matches", "parse_selection"]

# column -> tables whose names are valid there; empty: any text
SELECT_COLUMNS: dict[str, tuple[str, ...]] = {
    "line": ("line",),
    "technology": ("technology",),
    "family": (),
    "site": ("site",),
    "place": ("site", "party", "region"),
    "country": ("country",),
    "party": ("party",),
    "recipe": ("recipe",),
    "designer": ("party",),
    "module": ("module",),
    "item": ("item",),
    "kind": (),
    "owner": ("party",),
    "from_place": ("site", "party", "region"),
    "to_place": ("site", "party", "region"),
    "from_country": ("country",),
    "to_country": ("country",),
    "lane": ("lane",),
    "demand": ("demand",),
    "segment": (),
    "region": ("region", "country"),
    "basis": (),
    "customer": ("party",),
    "offer": ("offer",),
}


def parse_selection(text: str) -> list[tuple[str, list[str]]]:
    """Pairs of column and alternatives; all pairs must hold, any alternative will do.

    Raises
    ------
    ValueError
        If a pair has no ``=``.

    Examples
    --------
    >>> parse_selection("country=TW|KR; technology=cowos*")
    [('country', ['TW', 'KR']), ('technology', ['cowos*'])]
    """
    out = []
    for pair in text.split(";"):
        if not pair.strip():
            continue
        column, equals, values = pair.partition("=")
        alternatives = [value.strip() for value in values.split("|")]
        if not equals or not column.strip() or not all(alternatives):
            raise ValueError(pair.strip())
        out.append((column.strip(), alternatives))
    return out


def matches(name: str, pattern: str) -> bool:
    """Whether a name fits an alternative; ``*`` stands for any text, nothing else is special.

    Examples
    --------
    >>> matches("cowos-l", "cowos*"), matches("n[4]", "n[4]")
    (True, True)
    """
    if "*" not in pattern:
        return name == pattern
    return fnmatch.fnmatchcase(name, pattern.replace("[", "[[]").replace("?", "[?]"))
