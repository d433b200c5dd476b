"""Which rows a change means: a name, a pattern, or a selection such as ``country=TW``.

Owns how a row is asked for what another row says of it: a module has the country of the site at
which its line stands. The grammar is that of `waferway.network.selection`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from waferway.network.schema import TABLES
from waferway.network.selection import matches, parse_selection

__all__ = ["reachable", "rows_meant"]

Frames = Callable[[str], pd.DataFrame]


def reachable(table: str) -> list[str]:
    """Columns that a selection of rows of a table may name: its own, then those it refers to.

    Examples
    --------
    >>> "country" in reachable("module"), "segment" in reachable("module")
    (True, False)
    """
    seen, found, waiting = {table}, [], [table]
    while waiting:
        here = waiting.pop(0)
        found += [a.name for a in TABLES[here].attributes if not a.numeric and a.name not in found]
        for a in TABLES[here].attributes:
            more = [other for other in a.refers if other in TABLES and other not in seen]
            seen |= set(more)
            waiting += more
    return found


def rows_meant(frame_of: Frames, table: str, key: str) -> list[str]:
    """Keys of the rows that a change means.

    Parameters
    ----------
    frame_of : callable
        Gives the frame of a table, as it is now.
    table : str
    key : str
        A row key; a pattern with ``*``; or pairs of column and alternatives, as in a limit:
        ``country=TW; technology=cowos*``. A column that the table lacks is looked up in the
        rows that a row refers to, nearest first: the country of a line is that of its site,
        or of its party when it has none.

    Returns
    -------
    list of str
        In the order of the table; empty when nothing fits.

    Raises
    ------
    ValueError
        If a selection has a pair without ``=``, or names a column out of reach.

    Examples
    --------
    >>> from waferway.network.network import Network
    >>> net = Network.build({"party": [{"name": "a", "kind": "lab", "country": "TW"},
    ...                                {"name": "b", "kind": "lab", "country": "KR"}]})
    >>> rows_meant(net.table, "party", "country=TW|JP")
    ['a']
    """
    names = [str(name) for name in frame_of(table).index]
    if key in names:
        return [key]
    if "=" not in key:
        return [name for name in names if matches(name, key)]
    pairs = parse_selection(key)
    known = reachable(table)
    for column, _ in pairs:
        if column not in known:
            raise ValueError(column)
    return [
        name
        for name in names
        if all(_fits(_value(frame_of, table, name, column), wanted) for column, wanted in pairs)
    ]


def _fits(value: Any, wanted: Iterable[str]) -> bool:
    return any(matches(str(value or ""), alternative) for alternative in wanted)


def _value(frame_of: Frames, table: str, key: str, column: str) -> Any:
    """What a row, or the nearest row it refers to, says under a column; empty when none does."""
    waiting, seen = [(table, key)], {(table, key)}
    while waiting:
        here, name = waiting.pop(0)
        frame = frame_of(here)
        if name not in frame.index:
            continue
        if column in TABLES[here] and not TABLES[here][column].numeric:
            value = frame.at[name, column]
            if value not in ("", None):
                return value
        for a in TABLES[here].attributes:
            target = "" if a.numeric else frame.at[name, a.name]
            if not a.refers or not target:
                continue
            for other in a.refers:
                if other in TABLES and (other, str(target)) not in seen:
                    seen.add((other, str(target)))
                    waiting.append((other, str(target)))
    return ""
