"""The catalogue: accelerators, facilities, volumes, awards and rules, each number with its claim.

Owns reading of the catalogue beside the planned network, its tables as frames, and its view as
known on a day. One rule ties numbers to evidence: the number of quantity Q in row K of table T
is stated by the claim whose id is ``T.K.Q``; other claims with subject ``T:K`` and metric Q are
further views of the same thing, kept side by side.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from waferway.atlas.catalogue_schema import CATALOGUE, MISSING, quantities
from waferway.atlas.sheets import Sheet, key_of, read_sheet
from waferway.calendar import day, end_of
from waferway.errors import InputError, Place, nearest
from waferway.evidence.claims import Claim, Evidence, read_evidence

__all__ = ["Catalogue", "catalogue", "claim_id", "read_catalogue"]


def claim_id(table: str, key: str, quantity: str) -> str:
    """Id of the claim that states a number of the catalogue.

    Examples
    --------
    >>> claim_id("volume", "nvidia-h100-sxm/2024Q1", "units")
    'volume.nvidia-h100-sxm-2024Q1.units'
    """
    return re.sub(r"[^A-Za-z0-9._:+-]+", "-", f"{table}.{key}.{quantity}").strip("-.")


@dataclass(frozen=True)
class Catalogue:
    """The catalogue as read.

    Attributes
    ----------
    tables : dict of str to DataFrame
        By table; index is the key. Numbers are floats, missing ones NaN; other cells are text,
        missing ones empty.
    evidence : Evidence
        Its claims and their sources.
    """

    tables: dict[str, pd.DataFrame] = field(repr=False)
    evidence: Evidence = field(repr=False)
    states: dict[str, dict[str, dict[str, str]]] = field(repr=False)

    def table(self, name: str) -> pd.DataFrame:
        """One table.

        Raises
        ------
        InputError
            If there is no such table; names the nearest.

        Examples
        --------
        >>> catalogue().table("accelerator").loc["nvidia-h100-sxm", "memory_gb"]
        np.float64(80.0)
        """
        if name not in self.tables:
            guess = nearest(name, self.tables)
            raise InputError(
                [_fault(f"there is no table {name} in the catalogue",
                        f"did you mean {guess[0]}?" if guess else
                        f"it has: {', '.join(self.tables)}")]
            )  # fmt: skip
        return self.tables[name]

    def missing(self, table: str, key: str, quantity: str) -> str:
        """Why a number is missing: unknown, not_applicable or withheld; empty when it is there.

        Examples
        --------
        >>> catalogue().missing("accelerator", "nvidia-l4", "memory_stacks")
        'not_applicable'
        """
        return self.states[table][key].get(quantity, "")

    def claims(self, table: str, key: str, quantity: str) -> list[Claim]:
        """Claims on a number, the one that states it first.

        Examples
        --------
        >>> claims = catalogue().claims("accelerator", "nvidia-h100-sxm", "memory_gb")
        >>> claims[0].claim_id, float(claims[0].value)
        ('accelerator.nvidia-h100-sxm.memory_gb', 80.0)
        """
        first = claim_id(table, key, quantity)
        found = self._by_subject.get((f"{table}:{key}", quantity), [])
        return sorted(found, key=lambda claim: (claim.claim_id != first, claim.claim_id))

    @cached_property
    def _by_subject(self) -> dict[tuple[str, str], list[Claim]]:
        found: dict[tuple[str, str], list[Claim]] = defaultdict(list)
        for claim in self.evidence.values():
            found[claim.subject, claim.metric].append(claim)
        return found

    def known(self, when: str | dt.date) -> Catalogue:
        """The catalogue as the world could know it on a day.

        Rows not yet public are out. A number whose claim was not yet public is stated by the
        newest claim on the same thing that was, else it is unknown. Counts that only a later
        retrospective gives are therefore out, however early the quarter they speak of.

        Parameters
        ----------
        when : str or date
            A day, or a period label: its last day.

        Examples
        --------
        >>> len(catalogue().known("2024-01-31").table("volume"))
        0
        """
        last = when if isinstance(when, dt.date) else end_of(when) - dt.timedelta(days=1)
        evidence = self.evidence.known(last)
        tables, states = {}, {}
        for name, frame in self.tables.items():
            since = [dt.date.fromisoformat(text) if text else None for text in frame["known_from"]]
            kept = frame[[first is None or first <= last for first in since]].copy()
            states[name] = {key: dict(self.states[name][key]) for key in kept.index}
            if name == "accelerator":  # released after the day: not yet known when
                kept["launched"] = [
                    "" if text and day(_plain(text)) > last else text for text in kept["launched"]
                ]
            for key in kept.index:
                self._fall_back(name, str(key), kept, states[name][key], evidence)
            tables[name] = kept
        return Catalogue(tables, evidence, states)

    def _fall_back(
        self, table: str, key: str, frame: pd.DataFrame, state: dict[str, str], known: Evidence
    ) -> None:
        """Restate the numbers of a row by claims that were public."""
        for quantity, columns in quantities(CATALOGUE[table]).items():
            if quantity in state or claim_id(table, key, quantity) in known:
                continue
            others = [c for c in self.claims(table, key, quantity) if c.claim_id in known]
            newest = max(others, key=lambda c: (c.known_from or dt.date.min, c.claim_id),
                         default=None)  # fmt: skip
            for bound, attribute in columns.items():
                number = getattr(newest, bound) if newest else None
                frame.loc[key, attribute.name] = math.nan if number is None else float(number)
            if newest is None:
                state[quantity] = "unknown"


def _plain(text: str) -> str:
    """A date of the catalogue as `waferway.calendar` writes it."""
    return text.replace("-Q", "Q").replace("-H", "H")


def catalogue(known: str | dt.date | None = None) -> Catalogue:
    """The shipped catalogue.

    Parameters
    ----------
    known : str or date, optional
        Only what the world could know on this day.

    Returns
    -------
    Catalogue

    Examples
    --------
    >>> len(catalogue().table("accelerator")) >= 40
    True
    """
    from waferway.atlas.world import data_folder

    sources = tuple(sorted(data_folder().glob("source*.csv")))
    found = read_catalogue(data_folder() / "catalogue", sources)
    return found if known is None else found.known(known)


def read_catalogue(folder: Path, sources: tuple[Path, ...] = ()) -> Catalogue:
    """Read the catalogue of a folder.

    Parameters
    ----------
    folder : Path
        With one file a table, ``claim*.csv`` and ``source*.csv``.
    sources : tuple of Path
        Files of sources shared with the planned network.

    Returns
    -------
    Catalogue

    Raises
    ------
    InputError
        If a table is missing or a cell of a quantity is neither a number nor a word for its
        absence. All other rules are checked by `waferway.atlas.gate`.
    """
    tables: dict[str, pd.DataFrame] = {}
    states: dict[str, dict[str, dict[str, str]]] = {}
    faults = []
    for name, declared in CATALOGUE.items():
        path = folder / f"{name}.csv"
        if not path.is_file():
            faults.append(_fault(f"{path.name} is missing", f"it belongs in {folder}"))
            continue
        sheet = read_sheet(path)
        states[name] = {}
        columns: dict[str, list[Any]] = {c: [] for c in declared.columns}
        for at, row in sheet:
            state = states[name].setdefault(key_of(row, declared.key), {})
            for attribute in declared.attributes:
                text = row.get(attribute.name, "")
                columns[attribute.name].append(
                    _number(text, sheet, at, attribute.name, faults) if attribute.numeric else text
                )
            for quantity, bounds in quantities(declared).items():
                central = bounds.get("value") or bounds["p50"]
                if row.get(central.name, "") in MISSING:
                    numbers = [row.get(a.name, "") for a in bounds.values() if a is not central]
                    if not any(numbers):
                        state[quantity] = row[central.name]
        index = pd.Index([key_of(row, declared.key) for row in sheet.rows], dtype=object)
        tables[name] = pd.DataFrame(columns, index=index)
    if faults:
        raise InputError(faults, "the catalogue was not read")
    outside = read_evidence((), sources).sources.values()
    evidence = read_evidence(
        sorted(folder.glob("claim*.csv")), sorted(folder.glob("source*.csv")), outside
    )
    return Catalogue(tables, evidence, states)


def _number(text: str, sheet: Sheet, row: int, column: str, faults: list[Any]) -> float:
    if not text or text in MISSING:
        return math.nan
    try:
        return float(text)
    except ValueError:
        faults.append(
            _fault(f'{column} is "{text}", no number', f"or one of: {', '.join(MISSING)}",
                   sheet.place(row, column))
        )  # fmt: skip
        return math.nan


def _fault(what: str, suggestion: str, place: Place | None = None) -> Any:
    from waferway.errors import Fault

    return Fault(place or Place(), what, suggestion=suggestion)
