"""Claims that a caller gives: the shipped ones, others in their place, or single ones changed.

Owns what counts as evidence here and what is said when a claim is missing. Nothing falls back in
silence: evidence that is empty is not the shipped evidence.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from waferway.errors import Fault, Faults, InputError, Place, nearest
from waferway.evidence.claims import Claim, Evidence, Source, read_record
from waferway.evidence.dated import shipped

__all__ = ["claims_given", "require", "with_assumptions"]

USER = "user-assumptions"
"""Source of claims that a user's file changes and that name no source."""
NUMBERS = ("low", "value", "high", "p05", "p50", "p95")


def claims_given(evidence: Evidence | None) -> Evidence:
    """The evidence to read: the shipped claims when none is given.

    Raises
    ------
    InputError
        If what is given is no evidence, such as the name of a file.

    Examples
    --------
    >>> len(claims_given(None)) > 200
    True
    """
    if evidence is None:
        return shipped("waferway.demand")
    if not isinstance(evidence, Evidence):
        raise InputError(
            [Fault(Place("evidence"), f"evidence is {evidence!r}, which is no evidence",
                   "the fan reads claims, not a file by its name",
                   'give ww.demand.with_assumptions("my-claims.csv"), or None for the shipped',
                   kind="evidence")], "nothing was drawn",
        )  # fmt: skip
    return evidence


def require(evidence: Evidence, names: Iterable[str]) -> None:
    """Check that claims are there.

    Raises
    ------
    InputError
        Naming each claim that is missing.
    """
    missing = [name for name in names if name not in evidence]
    if missing:
        some = ", ".join(missing[:5]) + (
            f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        )
        raise InputError(
            [Fault(Place("claims"), f"no claim {some} is in the evidence",
                   "the fan needs them; sales to 2024 were published in 2026, so claims as they "
                   "were known on an earlier day do not carry it",
                   "change single claims of the shipped evidence: ww.demand.with_assumptions(file)",
                   kind="claim")], "nothing was drawn",
        )  # fmt: skip


def with_assumptions(path: str | Path, evidence: Evidence | None = None) -> Evidence:
    """Evidence with single claims changed by a file.

    Parameters
    ----------
    path : str or Path
        CSV with the columns of claims: `claim_id` and what changes, for example ``low``, ``value``,
        ``high``, ``rank_reason``; cells that are empty or missing stay as they are. A claim that
        names no source of its own becomes an assumption of grade D by the user.
    evidence : Evidence, optional
        What is changed; the shipped claims when absent.

    Returns
    -------
    Evidence

    Raises
    ------
    InputError
        If the file is not there or has no `claim_id`, or a row names no claim of the evidence or
        does not make a claim; all such faults at once.
    """
    facts, file, faults = claims_given(evidence), Path(path), Faults()
    if not file.is_file():
        raise InputError(
            [Fault(Place(str(file)), "there is no such file", "assumptions are read from a CSV",
                   "give a file with the columns claim_id, low, value, high", kind="file")],
            "nothing was read",
        )  # fmt: skip
    changed: dict[str, Claim] = {}
    with file.open(encoding="utf-8-sig", newline="") as opened:
        reader = csv.DictReader(opened)
        columns = list(reader.fieldnames or [])
        for name in columns:
            if name not in Claim.model_fields:
                near = nearest(str(name), Claim.model_fields)
                faults.add(Place(str(file), 1), f'"{name}" is no column of a claim',
                           "columns are those of claims",
                           f"did you mean {near[0]}?" if near else "leave it out")  # fmt: skip
        if "claim_id" not in columns:
            faults.add(Place(str(file), 1), "there is no column claim_id",
                       "a row says by claim_id which claim it changes", "add it")  # fmt: skip
        faults.raise_any("no assumption was changed")
        for row in reader:
            claim = _changed(facts, row, file, reader.line_num, changed, faults)
            if claim is not None:
                changed[claim.claim_id] = claim
    faults.raise_any("no assumption was changed")
    sources = dict(facts.sources)
    if any(claim.source_id == USER for claim in changed.values()):
        title = f"Assumptions of {file.name}"
        sources[USER] = Source(source_id=USER, publisher="the user",
                               title=title, redistribution="private")  # fmt: skip
    return Evidence([changed.get(c.claim_id, c) for c in facts.values()], sources.values())


def _changed(
    facts: Evidence, row: dict[str, Any], file: Path, line: int, before: dict[str, Claim],
    faults: Faults,
) -> Claim | None:  # fmt: skip
    """The claim a row makes of the one it names."""
    place = Place(str(file), line)
    name = (row.get("claim_id") or "").strip()
    if name not in facts:
        near = nearest(name, facts)
        hint = f"did you mean {near[0]}?" if near else "see manifest.claims of the fan"
        faults.add(
            place, f'there is no claim "{name}"', "a row changes a claim that is there", hint
        )
        return None
    if name in before:
        faults.add(place, f"{name} is changed twice", "one row a claim", "leave one out")
        return None
    cells = {k: v.strip() for k, v in row.items() if isinstance(v, str) and v.strip()}
    old = facts[name]
    if any(cells.get(number) for number in NUMBERS):
        cells = _interval(old, cells)
    cells = {"source_id": USER, "grade": "D", "modality": "assumed", "method": "imputed:user",
             "rank_reason": "assumed by the user", "locator": f"{file.name}, line {line}",
             "derived_from": "", **cells}  # fmt: skip
    kept = {k: v for k, v in old.model_dump(mode="json").items()
            if v is not None and k not in ("derived_from", "qualifiers")}  # fmt: skip
    if cells["source_id"] == USER:
        kept.pop("known_from", None)
    marks = "; ".join(f"{k}={v}" for k, v in old.qualifiers.items())
    merged = {**kept, "qualifiers": marks, **cells}
    made = read_record(merged, Claim, lambda _: place, faults)
    return made if isinstance(made, Claim) else None


def _interval(old: Claim, cells: dict[str, str]) -> dict[str, str]:
    """Bounds that a row leaves out move with its best value, as far as they were apart before."""
    if "value" in cells and old.value:
        try:
            factor = float(cells["value"]) / float(old.value)
        except ValueError:
            return cells  # reading the record names the fault
        for end in ("low", "high"):
            bound = getattr(old, end)
            if end not in cells and bound is not None:
                cells[end] = repr(float(bound) * factor)
    return cells
