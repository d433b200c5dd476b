"""The record: what sources say of the AI-chip world, against which texts are checked.

Owns the claims, sources and declared implications beside this file, to which data sheets and
awards of the catalogue are added. They are claims of the one schema (`waferway.evidence.claims`);
no table of the network cites them. Refuses verdicts.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from waferway.atlas.catalogue import catalogue
from waferway.atlas.record.catalogued import from_catalogue
from waferway.evidence.claims import Claim, Evidence, read_evidence
from waferway.evidence.extract.date_values import bounds

__all__ = ["Implication", "implications", "record"]

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Implication:
    """A declared step of arithmetic from one kind of claim to another quantity.

    Parameters
    ----------
    name : str
    start : tuple of str
        Claims of the record from which the step is taken; empty where only texts have them.
    metric, item : str
        Of the claims of a text from which the step may be taken.
    operation : str
        ``divide``, ``multiply``, or ``ratio`` (each of `start` over its counterpart in `by`).
    by : tuple of str
        Claims of the record that it divides or multiplies by; several are alternatives, so the
        result is the interval over them.
    result, unit : str
        Metric and unit of what follows.
    against : tuple of str
        Claims of the record with which the result is compared.
    says : str
        The step in words.
    """

    name: str
    start: tuple[str, ...]
    metric: str
    item: str
    operation: str
    by: tuple[str, ...]
    result: str
    unit: str
    against: tuple[str, ...]
    says: str


@cache
def _whole() -> Evidence:
    read = read_evidence([_FOLDER / "claim.csv"], [_FOLDER / "source.csv"])
    listed = catalogue()
    claims = {claim.claim_id: claim for claim in (*read.values(), *from_catalogue(listed))}
    used = {claim.source_id for claim in claims.values()}
    sources = {
        name: source
        for name, source in {**listed.evidence.sources, **read.sources}.items()
        if name in used
    }
    return Evidence((_dated(claim) for claim in claims.values()), sources.values())


def _dated(claim: Claim) -> Claim:
    first, last = bounds(claim.valid_text) if claim.valid_text else (None, None)
    return claim.model_copy(update={"valid_from": first, "valid_to": last})


def record(known: dt.date | None = None) -> Evidence:
    """Claims of the record with their sources.

    Parameters
    ----------
    known : date, optional
        Only what the world could know on this day.

    Returns
    -------
    Evidence

    Examples
    --------
    >>> record()["record.chip-021"].central, record()["record.chip-021"].unit
    (141.0, 'GB')
    >>> len(record(dt.date(2024, 1, 31))) < len(record())
    True
    """
    return _whole() if known is None else _whole().known(known)


@cache
def implications() -> tuple[Implication, ...]:
    """The declared implications, in file order.

    Examples
    --------
    >>> [made.result for made in implications() if made.name == "dram-power"]
    ['power']
    """
    with (_FOLDER / "implication.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Implication(
                row["name"], tuple(row["start"].split()), row["metric"], row["item"],
                row["operation"], tuple(row["by"].split()), row["result"], row["unit"],
                tuple(row["against"].split()), row["says"],
            )
            for row in csv.DictReader(file)
        )  # fmt: skip
