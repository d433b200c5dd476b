"""The data gate: every rule that an atlas folder must pass, with file, line and column.

Owns the list of rules and their outcome. Rules know declarations, physics and sums; they hold no
row of the shipped atlas, so that they judge any other as well.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from waferway.atlas.catalogue_schema import CATALOGUE, quantities
from waferway.atlas.gate.cells import cells
from waferway.atlas.gate.claims import claims
from waferway.atlas.gate.folder import AtlasFolder, number
from waferway.atlas.gate.likeness import likeness
from waferway.atlas.gate.places import places
from waferway.atlas.gate.products import products
from waferway.atlas.gate.sums import sums
from waferway.atlas.gate.verdict import Verdict
from waferway.atlas.gate.wiring import wiring
from waferway.atlas.gate.witness import witness
from waferway.errors import Fault, InputError, Place
from waferway.network.schema import TABLES

__all__ = ["Verdict", "check_folder", "judge"]

_CATALOGUE_RULES = (cells, claims, witness, products, places, sums, likeness)


def check_folder(folder: str | Path) -> Verdict:
    """Check an atlas folder against every rule.

    Parameters
    ----------
    folder : str or Path
        With the tables of a network (``network.yaml``), with a ``catalogue`` folder, or the
        catalogue's own folder.

    Returns
    -------
    Verdict

    Raises
    ------
    InputError
        If the folder holds no atlas at all.

    Examples
    --------
    >>> from waferway.atlas.world import data_folder
    >>> check_folder(data_folder() / "catalogue").passed
    True
    """
    path = Path(folder)
    atlas = AtlasFolder.read(path) if path.is_dir() else None
    if atlas is None or not (atlas.catalogue or atlas.network):
        raise InputError(
            [
                Fault(
                    Place(str(path)),
                    "there is no atlas here",
                    suggestion="name a folder with network.yaml or with accelerator.csv",
                )
            ],
            "nothing was checked",
        )
    return judge(atlas)


def judge(atlas: AtlasFolder, network: bool = True) -> Verdict:
    """Apply the rules to sheets that are already read.

    Parameters
    ----------
    atlas : AtlasFolder
    network : bool
        Whether the planned network is read and audited too, which takes most of the time.
    """
    found: list[Fault] = []
    for rule in _CATALOGUE_RULES:
        found += list(rule(atlas))
    if network:
        found += list(wiring(atlas))
    grades = Counter(
        cells_of.get("grade", "?")
        for sheet in (*atlas.claims, *atlas.network_claims)
        for cells_of in sheet.rows
    )
    return Verdict(
        tuple(sorted(set(found), key=lambda f: (f.place, f.what))),
        _count(atlas),
        sum(grades.values()),
        dict(sorted(grades.items())),
    )


def _count(atlas: AtlasFolder) -> int:
    """How many numbers the files hold."""
    total = 0
    for name, sheet in atlas.catalogue.items():
        columns = [a.name for q in quantities(CATALOGUE[name]).values() for a in q.values()]
        total += sum(
            number(r.get(c, "")) == number(r.get(c, "")) for r in sheet.rows for c in columns
        )
    for name, sheet in atlas.network.items():
        if name in ("cite", "change"):
            continue
        columns = [a.name for a in TABLES[name].attributes if a.numeric]
        total += sum(bool(r.get(c)) for r in sheet.rows for c in columns)
    return total
