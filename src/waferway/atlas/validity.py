"""The time for which a claim is meant, where its source names none.

Owns one rule. A judgement of ours has no day on which the world could know it: it is applied in
every view. It still has a validity, the time for which it is meant: the periods of the cells that
cite it (a dated cell holds until the next one of its row); without such, those of the claims
derived from it; without any, the horizon of the atlas.
``python -m waferway.atlas.validity`` writes it where a claim of the atlas has neither a validity
nor a day of knowledge.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from waferway.calendar import day, end_of
from waferway.errors import RangeError
from waferway.evidence.claims import Claim
from waferway.network.network import Network

__all__ = ["DATES", "dated", "fill_validity", "horizon", "meant_for"]

DATES = ("valid_text", "valid_from", "valid_to", "known_from")
"""Fields of a claim of which one at least is filled."""


def dated(claim: Claim) -> bool:
    """Whether a claim says for when it holds, or since when it is known.

    Examples
    --------
    >>> claim = Claim(claim_id="c", subject="x", metric="m", kind="count", form="point", value=1,
    ...               unit="1", modality="assumed", grade="D", method="imputed:judgement")
    >>> dated(claim), dated(claim.model_copy(update={"valid_text": "2024/2030"}))
    (False, True)
    """
    return any(getattr(claim, name) is not None for name in DATES)


def horizon(network: Network) -> str:
    """The years that a network plans or records, warm-up included.

    Examples
    --------
    >>> from waferway.atlas import world
    >>> horizon(world())
    '2023/2030'
    """
    start, until = network.setting("start"), network.setting("until")
    months = start.year * 12 + start.month - 1 - int(network.setting("warmup_months"))
    return f"{months // 12}/{until.year}"


def meant_for(network: Network) -> dict[str, str]:
    """The time for which each claim of a network is meant, by the rule of this module.

    Parameters
    ----------
    network : Network

    Returns
    -------
    dict of str to str
        By claim id: a period, or the first and the last with a stroke between them.

    Examples
    --------
    >>> from waferway.atlas import world
    >>> meant_for(world())["party.openai.lat"]
    '2023/2030'
    """
    whole = horizon(network)
    cited = _cited(network, whole)
    users = defaultdict(list)
    for claim in network.evidence.values():
        for origin in claim.derived_from:
            users[origin].append(claim.claim_id)
    found: dict[str, str] = {}
    for name in network.evidence:
        labels, ahead, seen = set(cited.get(name, ())), list(users[name]), {name}
        while ahead and not labels:  # the nearest that are cited
            labels = {label for user in ahead for label in cited.get(user, ())}
            seen |= set(ahead)
            ahead = [n for user in ahead for n in users[user] if n not in seen]
        found[name] = _over(labels) if labels else whole
    return found


def _cited(network: Network, whole: str) -> dict[str, set[str]]:
    """Periods of the cells that cite a claim."""
    cells: dict[tuple[str, ...], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    frame = network.table("cite")
    columns = (frame[name] for name in ("table", "key", "column", "period", "claim_id"))
    for table, key, column, label, name in zip(*columns, strict=True):
        cells[table, key, column][label].add(name)
    out: dict[str, set[str]] = defaultdict(set)
    for labels in cells.values():
        steps = sorted(filter(_is_period, labels), key=day)
        ends = dict(itertools.pairwise(steps))
        for label, names in labels.items():
            held = whole
            if label in steps:
                after = ends.get(label)
                last = whole.partition("/")[2] if after is None else ""
                if after and end_of(label) < day(after):
                    last = str(day(after) - dt.timedelta(days=1))
                held = _over({label, last or label})
            for name in names:
                out[name].add(held)
    return out


def _is_period(label: str) -> bool:
    try:
        end_of(label)
    except (RangeError, ValueError):
        return False
    return bool(label)


def _over(labels: set[str]) -> str:
    """From the first to the last of some periods, in their words."""
    parts = [part for label in labels for part in label.split("/")]
    first = min(parts, key=lambda part: (day(part), end_of(part)))
    last = max(parts, key=lambda part: (end_of(part), day(part)))
    return first if first == last else f"{first}/{last}"


def fill_validity(folder: Path) -> list[Path]:
    """Write the validity of each claim of an atlas that has no date at all.

    Parameters
    ----------
    folder : Path
        An atlas. Claims that are compiled from designs are written by
        `waferway.atlas.compiled_tables`.

    Returns
    -------
    list of Path
        The files changed.
    """
    from waferway.atlas.compiled import CLAIMS
    from waferway.network.reading import read

    network = read(folder)
    found, whole = meant_for(network), horizon(network)
    changed = []
    for path in _files(folder):
        before = path.read_text(encoding="utf-8")
        rows = list(csv.DictReader(io.StringIO(before, newline="")))
        if path.name == CLAIMS or not rows:
            continue
        for row in rows:
            if not any(row.get(name) for name in DATES):
                row["valid_text"] = found.get(row["claim_id"], whole)
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        if text.getvalue() != before:
            path.write_text(text.getvalue(), encoding="utf-8")
            changed.append(path)
    return changed


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob("claim*.csv"))
    yield from sorted((folder / "catalogue").glob("claim*.csv"))


if __name__ == "__main__":
    from waferway.atlas.release import write_description
    from waferway.atlas.world import data_folder

    if fill_validity(data_folder()):
        write_description(data_folder())
