"""Dated facts that ship with a package: which claim holds on a day.

Owns the lookup of rates, thresholds and lives by subject, metric, qualifiers and date. Refuses
to choose between claims that differ: two answers are an error that names both, and no answer
is an error that names what there is. Nothing is averaged here.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib import resources
from pathlib import Path

from waferway.errors import Fault, InputError, Place, nearest
from waferway.evidence.claims import Claim, Evidence, read_evidence

__all__ = ["claims_about", "holds", "in_force", "shipped"]


@cache
def shipped(package: str) -> Evidence:
    """Claims and sources in the `data` folder of a package.

    Parameters
    ----------
    package : str
        For example ``"waferway.finance"``; its folder has ``data/claims.csv`` and
        ``data/sources.csv``.

    Returns
    -------
    Evidence

    Examples
    --------
    >>> len(shipped("waferway.market")) > 0
    True
    """
    folder = Path(str(resources.files(package))) / "data"
    return read_evidence([folder / "claims.csv"], [folder / "sources.csv"])


def holds(claim: Claim, when: dt.date) -> bool:
    """Whether a day lies in the claim's dates of validity, both ends included; open ends hold."""
    return (claim.valid_from is None or claim.valid_from <= when) and (
        claim.valid_to is None or when <= claim.valid_to
    )


def claims_about(
    evidence: Evidence, metric: str, subject: str | None = None, **qualifiers: str
) -> list[Claim]:
    """Claims on a metric, by subject and qualifiers, in the order of the file.

    Parameters
    ----------
    evidence : Evidence
    metric : str
    subject : str, optional
        All subjects when absent.
    **qualifiers : str
        Every one must be among the claim's qualifiers; the claim may have more.
    """
    return [
        claim
        for claim in evidence.values()
        if claim.metric == metric
        and (subject is None or claim.subject == subject)
        and all(claim.qualifiers.get(name) == value for name, value in qualifiers.items())
    ]


def in_force(
    evidence: Evidence,
    subject: str,
    metric: str,
    when: dt.date,
    known: dt.date | None = None,
    **qualifiers: str,
) -> Claim:
    """The one claim that holds on a day.

    Parameters
    ----------
    evidence : Evidence
    subject, metric : str
    when : datetime.date
        The claim's dates of validity contain it.
    known : datetime.date, optional
        Only what could be known on that day; everything when absent.
    **qualifiers : str
        See `claims_about`.

    Returns
    -------
    Claim
        Among several that hold, the one of rank `preferred`, then the one known last.

    Raises
    ------
    InputError
        If none holds (the message lists the subjects or dates there are), or if two that are
        equally good differ.

    Examples
    --------
    >>> facts = shipped("waferway.finance")
    >>> claim = in_force(facts, "country:US", "corporate_tax_rate", dt.date(2026, 1, 1))
    >>> claim.central
    0.21
    """
    family = claims_about(evidence, metric, subject, **qualifiers)
    found = [
        claim
        for claim in family
        if holds(claim, when)
        and claim.rank != "deprecated"
        and (known is None or claim.known_from is None or claim.known_from <= known)
    ]
    wanted = f"{metric} of {subject}" + "".join(f", {k} {v}" for k, v in qualifiers.items())
    if not found:
        raise InputError(
            [Fault(Place("claims"), f"no claim gives the {wanted} on {when}", _why(evidence, metric,
             subject, family), "give a value or a claim of your own", kind="claim")],
            "nothing was computed",
        )  # fmt: skip
    best = max(_order(claim) for claim in found)
    first, *others = [claim for claim in found if _order(claim) == best]
    for other in others:
        if (other.low, other.value, other.high) != (first.low, first.value, first.high):
            raise InputError(
                [Fault(Place("claims"), f"two claims give the {wanted} on {when}",
                 f"{first.claim_id} and {other.claim_id} differ",
                 "mark one as preferred or deprecated, or ask with a further qualifier",
                 kind="claim")],
                "nothing was computed",
            )  # fmt: skip
    return first


def _order(claim: Claim) -> tuple[bool, dt.date]:
    return claim.rank == "preferred", claim.known_from or dt.date.min


def _why(evidence: Evidence, metric: str, subject: str, family: list[Claim]) -> str:
    if family:
        spans = [f"{c.claim_id} {c.valid_from or '...'} to {c.valid_to or '...'}" for c in family]
        return "there is " + ", ".join(spans)
    subjects = dict.fromkeys(claim.subject for claim in claims_about(evidence, metric))
    if subjects:
        near = nearest(subject, subjects)
        return (f"did you mean {near[0]}? " if near else "") + "known: " + ", ".join(subjects)
    metrics = nearest(metric, {claim.metric for claim in evidence.values()})
    return f"no claim has the metric {metric}" + (
        f"; did you mean {metrics[0]}?" if metrics else ""
    )
