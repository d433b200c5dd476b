"""Rules on claims that no table of an atlas cites: those from which engines and studies compute.

Judges a pair of files, claims and their sources, by every rule that speaks of a claim alone.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from waferway.atlas.audit import NO_REASON, lacks
from waferway.atlas.gate.folder import AtlasFolder, Row, fault
from waferway.atlas.gate.verdict import Verdict
from waferway.atlas.gate.wiring import of_claim
from waferway.atlas.gate.witness import witness
from waferway.atlas.sheets import read_sheet
from waferway.errors import Fault, InputError
from waferway.evidence.claims import read_evidence

__all__ = ["check_claims"]


def check_claims(folder: str | Path) -> Verdict:
    """Check ``claims.csv`` and ``sources.csv`` of a folder.

    Parameters
    ----------
    folder : str or Path

    Returns
    -------
    Verdict
        Each claim with a figure counts as one number.

    Raises
    ------
    InputError
        If the folder lacks one of the two files.

    Examples
    --------
    >>> from importlib import resources
    >>> from pathlib import Path
    >>> check_claims(Path(str(resources.files("waferway.demand"))) / "data").passed
    True
    """
    path = Path(folder)
    claims, sources = path / "claims.csv", path / "sources.csv"
    sheet = read_sheet(claims)
    atlas = AtlasFolder(path, path, {}, {}, [], [sheet], [read_sheet(sources)])
    found: list[Fault] = list(witness(atlas))
    rows = [Row(sheet, at) for at, _ in sheet]
    by_id = {row["claim_id"]: row for row in rows}
    for row in rows:
        found += of_claim(atlas, row, by_id)
    numbers = 0
    try:
        evidence = read_evidence([claims], [sources])
    except InputError as error:
        found += error.faults
    else:
        # Some files have no column for a reason: an own estimate gives it as its place.
        own = {name for name, source in evidence.sources.items() if source.publisher == "waferway"}
        for claim in evidence.values():
            numbers += claim.central is not None
            row = by_id[claim.claim_id]
            found += [
                fault("citation", row, "claim_id", f"{claim.claim_id}: {what}")
                for what in lacks(claim)
                if what != NO_REASON or not (claim.source_id in own and claim.locator)
            ]
    return Verdict(
        tuple(sorted(set(found), key=lambda f: (f.place, f.what))),
        numbers,
        len(rows),
        dict(sorted(Counter(row["grade"] or "?" for row in rows).items())),
    )
