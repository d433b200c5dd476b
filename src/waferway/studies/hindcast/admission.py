"""Which claims a hindcast may read, and the proof that it read no other.

Owns the cut. A claim is admitted if it was known by the cut, or if it reports, estimates or
assumes an outcome of a period that had ended by then: later releases may say what happened
before the cut, never what came after. Forecasts, plans and assumptions about the time after it
are held to the day they were known.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from waferway.calendar import day, end_of
from waferway.errors import Fault, InputError, Place, RangeError
from waferway.evidence.claims import Claim, Evidence
from waferway.network.network import Network

__all__ = ["CUT", "Reader", "admitted"]

CUT = dt.date(2024, 12, 31)
OUTCOMES = ("reported", "estimate", "assumed")
_CONSTANTS = ("assumed:", "imputed:")


def admitted(claim: Claim, cut: dt.date = CUT) -> bool:
    """Whether a claim may be read by a hindcast made as of a day.

    Parameters
    ----------
    claim : Claim
        Not derived; of derived claims every root is asked.
    cut : date

    Returns
    -------
    bool

    Examples
    --------
    >>> from waferway.evidence.dated import shipped
    >>> facts = shipped("waferway.studies")
    >>> admitted(facts["supply.cowos.2024Q4"]), facts["supply.cowos.2024Q4"].known_from > CUT
    (True, True)
    """
    if claim.known_from is not None and claim.known_from <= cut:
        return True
    last = claim.valid_to or _last_day(claim.valid_text)
    if last is not None and not _standing(claim, cut):
        return claim.modality in OUTCOMES and last <= cut
    # constants of this project: shapes of chips, cycle times, definitions
    return claim.known_from is None and claim.method.startswith((*_CONSTANTS, "hand", "derived:"))


def _standing(claim: Claim, cut: dt.date) -> bool:
    """Whether a judgement is meant for a stretch of time that had begun by the cut."""
    first, stroke, _ = (claim.valid_text or "").partition("/")
    try:
        return claim.known_from is None and bool(stroke) and day(first) <= cut
    except RangeError:
        return False


def _last_day(text: str | None) -> dt.date | None:
    if not text:
        return None
    try:
        return end_of(text.rpartition("/")[2]) - dt.timedelta(days=1)
    except RangeError:
        return None


class Reader:
    """Claims, read through a gate that notes every one.

    Parameters
    ----------
    evidence : Evidence
    cut : date

    Raises
    ------
    InputError
        On reading a claim that rests on what was not admitted; it names the root.
    """

    def __init__(self, evidence: Evidence, cut: dt.date = CUT) -> None:
        self.evidence, self.cut = evidence, cut
        self.read: dict[str, Claim] = {}

    def __getitem__(self, claim_id: str) -> Claim:
        claim = self.evidence[claim_id]
        self.note(claim, self.evidence)
        return claim

    def note(self, claim: Claim, evidence: Evidence) -> None:
        """Admit a claim by its roots, or refuse."""
        for root in _roots(claim, evidence):
            if not admitted(root, self.cut):
                raise InputError(
                    [Fault(Place("hindcast"), f"claim {claim.claim_id} may not be read",
                           f"{root.claim_id} was known from {root.known_from} and holds for "
                           f"{root.valid_text or 'no stated period'}; the cut is {self.cut}",
                           "use a claim that was known by then", kind="claim")],
                    "nothing was predicted",
                )  # fmt: skip
            self.read[root.claim_id] = root

    def note_cell(
        self, network: Network, table: str, key: str, column: str, until: str = ""
    ) -> None:
        """Admit the claims that a cell of a network cites.

        Dated rows count up to the cut, or up to the period `until` if one is named.
        """
        last = end_of(until) - dt.timedelta(days=1) if until else self.cut
        cite = network.table("cite")
        rows = cite[(cite["table"] == table) & (cite["key"] == key) & (cite["column"] == column)]
        for name, label in zip(rows["claim_id"], rows["period"], strict=True):
            if name in network.evidence and (not label or _begins(label) <= last):
                self.note(network.evidence[name], network.evidence)

    def bounds(self, claim_id: str) -> tuple[float, float, float]:
        """Low, best and high of a claim."""
        from waferway.demand.spread import bounds_of

        return bounds_of(self[claim_id])

    def best(self, claim_id: str) -> float:
        """Best value of a claim."""
        return float(self[claim_id].central or float("nan"))

    def manifest(self) -> list[dict[str, Any]]:
        """Every claim read: id, modality, day of knowledge, period, and on which ground."""
        return [
            {
                "claim_id": name, "modality": claim.modality,
                "known_from": str(claim.known_from or ""), "period": claim.valid_text or "",
                "ground": "known by the cut"
                if claim.known_from is not None and claim.known_from <= self.cut
                else "outcome of a period that had ended"
                if claim.valid_text and not _standing(claim, self.cut)
                else "constant",
            }
            for name, claim in sorted(self.read.items())
        ]  # fmt: skip


def _roots(claim: Claim, evidence: Evidence) -> list[Claim]:
    """The claim itself if the day it states settles it; else what it is derived from."""
    if claim.claim_id in evidence and claim.derived_from and claim.known_from is None:
        return [r for name in claim.derived_from for r in _roots(evidence[name], evidence)]
    return [claim]


def _begins(label: str) -> dt.date:
    try:
        from waferway.calendar import day

        return day(label)
    except RangeError:
        return dt.date.min
