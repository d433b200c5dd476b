"""From raw cells to a network: types, units, keys, cells that vary; then every check.

Owns the one way in. Files, workbooks and rows written in code all become `RawTable`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from waferway.errors import Faults, Place
from waferway.evidence.claims import Evidence
from waferway.network.checking import faults_of
from waferway.network.column_reading import read_numbers, read_plain
from waferway.network.intake import Intake, RawTable, merge, name_rows, no_table
from waferway.network.network import Network
from waferway.network.positions import InCode, Places
from waferway.network.row_units import RowUnits
from waferway.network.schema import TABLES
from waferway.network.settings import DECLARED_SETTINGS, read_settings
from waferway.network.typed_rows import typed_frame
from waferway.units import CURRENCIES

__all__ = ["assemble", "from_raw"]


def assemble(
    tables: Mapping[str, Iterable[Mapping[str, Any]]],
    settings: Mapping[str, Any],
    evidence: Evidence,
) -> Network:
    """Build and check a network from rows written in code.

    Parameters
    ----------
    tables : mapping of str to iterable of mapping, mapping of name to row, or DataFrame
        Rows by table; see `Network.build` for the forms of a cell.
    settings : mapping
    evidence : Evidence

    Returns
    -------
    Network

    Raises
    ------
    InputError
        With every fault at once.

    Examples
    --------
    >>> net = assemble({"site": {"fab1": {"party": "acme", "country": "US"}},
    ...     "party": [{"name": "acme", "kind": "foundry"}]}, {}, Evidence())
    >>> net.table("site").loc["fab1", "party"]
    'acme'
    """
    faults = Faults()
    raw = [found for name, rows in tables.items() if (found := _in_code(name, rows, faults))]
    given = read_settings(settings, _setting_in_code, faults)
    return from_raw(raw, given, evidence, faults, closing="nothing was built", keep_places=False)


def _setting_in_code(name: str) -> Place:
    return Place(cell=f"settings.{name}")


def _in_code(name: str, rows: Any, faults: Faults) -> RawTable | None:
    if name not in TABLES:
        no_table(name, Place(cell=name), faults)
        return None
    if isinstance(rows, pd.DataFrame):
        columns = {
            str(c): [None if missing else cell for cell, missing in
                     zip(rows[c].tolist(), rows[c].isna().tolist(), strict=True)]
            for c in rows.columns
        }  # fmt: skip
        return RawTable(name, columns, len(rows), InCode(name))
    if isinstance(rows, Mapping):
        key = TABLES[name].key
        if len(key) > 1:
            faults.add(
                Place(cell=name),
                f"{name} is a mapping, but its rows are named by {' and '.join(key)}",
                suggestion="give a list of rows",
                kind="table-form",
            )
            return None
        rows = [{key[0]: of, **row} for of, row in rows.items()]
    listed = list(rows)
    names = dict.fromkeys(column for row in listed for column in row)
    columns = {c: [row.get(c) for row in listed] for c in names}
    return RawTable(name, columns, len(listed), InCode(name))


def from_raw(
    raw: Sequence[RawTable],
    settings: Mapping[str, Any],
    evidence: Evidence,
    faults: Faults,
    *,
    closing: str = "nothing was read",
    keep_places: bool = True,
    applied: tuple[str, ...] = (),
    of_setting: Callable[[str], Place] | None = None,
    unread: Collection[str] = (),
    part: bool = False,
) -> Network:
    """Build and check a network from raw tables; raise every fault at once.

    Parameters
    ----------
    raw : sequence of RawTable
        Several may bear the same name; their rows follow one another.
    settings : mapping
        In their declared types (`read_settings`).
    evidence : Evidence
    faults : Faults
        What was already found wrong.
    closing : str
        How the error ends.
    keep_places : bool
        Whether the network remembers where its values stood.
    applied : tuple of str
        Scenarios that the tables already contain.
    of_setting : callable (name) -> Place, optional
        Where a setting stands.
    unread : collection of str
        Tables (or ``claims``) some of whose rows could not be read: what refers to them is not
        faulted for it.
    part : bool
        Whether it was cut from a larger network that was checked whole: its rows may refer to
        what was cut away, and only its cells are checked.
    """
    work = Intake(faults)
    for name in TABLES:
        merge(name, [table for table in raw if table.name == name], work)
    for name in TABLES:
        read_plain(TABLES[name], work)
        name_rows(TABLES[name], work)
    currency = str(settings.get("currency", "USD"))
    units = RowUnits(work.cells, work.keys, currency if currency in CURRENCIES else "USD")
    for name in TABLES:
        read_numbers(TABLES[name], work, units)
    frames = {
        name: typed_frame(TABLES[name], work.keys[name], work.cells[name])
        for name in TABLES
        if work.keys[name]
    }
    stands = {} if of_setting is None else {n: of_setting(n) for n in DECLARED_SETTINGS}
    places = Places(work.origins, work.keys, {n: TABLES[n].columns for n in TABLES}, stands)
    network = Network(frames, settings, evidence, places if keep_places else {}, applied)
    if not part:
        _check(network, places, of_setting or _setting_in_code, work, unread)
    faults.raise_any(closing)
    return network


def _check(
    network: Network,
    places: Places,
    of_setting: Callable[[str], Place],
    work: Intake,
    unread: Collection[str],
) -> None:
    def locate(table: str, row: int, column: str) -> Place:
        return of_setting(column) if table == "setting" else places.locate(table, row, column)

    work.faults.extend(faults_of(network, locate, work.poisoned, unread))
