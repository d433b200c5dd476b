"""Reconciliation: what claims of several sources say together, and where they do not fit.

Owns origin, relations, groups. Refuses extraction and models.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from waferway.evidence.extract.files import extract
from waferway.evidence.reconcile.agreement import Relation, relate
from waferway.evidence.reconcile.origin import OriginDecision, families, fingerprint, same_origin
from waferway.evidence.reconcile.policy import Policy
from waferway.evidence.reconcile.reconciliation import (
    Group,
    Reconciliation,
    one_subject,
    reconcile_claims,
)

__all__ = [
    "Group",
    "OriginDecision",
    "Policy",
    "Reconciliation",
    "Relation",
    "families",
    "fingerprint",
    "one_subject",
    "reconcile",
    "reconcile_claims",
    "relate",
    "same_origin",
]


def reconcile(
    files: Sequence[str | Path],
    *,
    lang: str | None = None,
    published: str | None = None,
    policy: Policy | None = None,
) -> Reconciliation:
    """Extract the claims of text files and bring them together.

    Parameters
    ----------
    files : sequence of path
    lang, published : str, optional
        As for `waferway.evidence.extract.extract`.
    policy : Policy, optional

    Returns
    -------
    Reconciliation

    Raises
    ------
    InputError
        If files cannot be read; all of them at once.
    """
    found = extract(files, lang=lang, published=published)
    return reconcile_claims(found.claims, policy=policy)
