"""What the world could know on a day: the atlas cut by the dates of its claims.

Owns the rule of the cut. A cell whose claim was not yet public falls back to the newest claim of
the same subject, metric and period that was; without one it is unknown, and rows that cannot
stand without it go, with all that refers to them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace

import pandas as pd

from waferway.calendar import day, end_of
from waferway.evidence.claims import Claim, Evidence
from waferway.network.network import Network
from waferway.network.row_selection import rows_meant
from waferway.network.row_units import units_of
from waferway.network.schema import TABLES

__all__ = ["as_known", "rests_on"]

_NOT_YET = "imputed:not-yet-known"
# Rows that say that something came about, on the day they name.
_FACTS = ("incentive", "qualification")


def as_known(network: Network, known: str | dt.date) -> Network:
    """A network that rests only on claims public on a day.

    Parameters
    ----------
    network : Network
    known : str or date
        A day, or a period label: its last day.

    Returns
    -------
    Network
        With `now` no later than that day, evidence cut, and last-start dates of products that
        lie beyond it forgotten: their successors may not have been known. Where what happened
        was not all recorded by then, no record stays and a plan makes up the past (setting
        `past`). Qualifications and awards that begin later are out, unless a claim of that day
        foresaw them. Judgements (imputations without a date) stay, see `rests_on`; so do
        what-ifs, less the changes that mean only rows which were not yet known.

    Raises
    ------
    RangeError
        If `known` is no date.

    Examples
    --------
    >>> from waferway.atlas import world
    >>> "pack:b200" in as_known(world(), "2024-01-31").table("recipe").index
    False
    """
    last = known if isinstance(known, dt.date) else end_of(known) - dt.timedelta(days=1)
    evidence = network.evidence.known(last)
    fallen = _fall_back(network, evidence)
    cut = replace(fallen, evidence=_marked(network.evidence, evidence)).without_imputed()
    cut = replace(cut, evidence=evidence)
    recipe = cut.table("recipe").copy()
    recipe["to_date"] = [None if end and end > last else end for end in recipe["to_date"]]
    before = network.setting("now")
    now = min(last, before) if before else last
    outturn = cut.table("outturn")
    # Part of a record would pass for the whole: what it leaves out would not have happened.
    whole = all(key in outturn.index for key in network.table("outturn").index)
    done = [whole and end_of(period) - dt.timedelta(days=1) <= now for period in outturn["period"]]
    cited = cut.table("cite")
    lost = {key for key, keep in zip(outturn.index, done, strict=True) if not keep}
    kept = ~((cited["table"] == "outturn") & cited["key"].isin(list(lost)))
    facts = {}
    for name in _FACTS:
        gone = _not_yet_said(network, name, evidence, last)
        facts[name] = cut.table(name).drop(index=list(gone), errors="ignore")
    facts["qualification"] = _of_lines_that_make(cut, facts["qualification"])
    for name, frame in facts.items():
        kept &= (cited["table"] != name) | cited["key"].isin(list(frame.index))
    seen = cut.with_tables(
        {"recipe": recipe, "outturn": outturn[done], "cite": cited[kept], **facts}
    )
    change = _changes_of_rows_left(network, seen)
    return seen.with_tables({"change": change}).with_settings(now=now, past="reconstructed")


def _not_yet_said(network: Network, name: str, known: Evidence, last: dt.date) -> set[str]:
    """Rows that begin after a day, unless a claim known by then says that they will."""
    cited = network.table("cite")
    cited = cited[(cited["table"] == name) & (cited["column"] == "from_date")]
    foreseen = {k for k, c in zip(cited["key"], cited["claim_id"], strict=True) if c in known}
    since = network.table(name)["from_date"]
    return {str(k) for k, day_ in since.items() if day_ and day_ > last and k not in foreseen}


def _of_lines_that_make(cut: Network, qualified: pd.DataFrame) -> pd.DataFrame:
    """Qualifications of lines that, as far as is known, can make the item."""
    out = cut.table("recipe_item")
    out = out[out["role"] == "out"]
    recipe, line = cut.table("recipe"), cut.table("line")
    makes = {
        (recipe["technology"].get(r), i) for r, i in zip(out["recipe"], out["item"], strict=True)
    }
    of = line["technology"].to_dict()
    rows = zip(qualified["line"], qualified["item"], strict=True)
    return qualified[[(of.get(at), item) in makes for at, item in rows]]


def _changes_of_rows_left(network: Network, cut: Network) -> pd.DataFrame:
    """Changes of what-ifs, without those that mean only rows which were not yet known."""
    change = cut.table("change")

    def left(row: dict[str, str]) -> bool:
        if row["table"] not in TABLES or row["operation"] == "row":
            return True
        try:
            means = rows_meant(network.table, row["table"], row["key"])
            return not means or bool(rows_meant(cut.table, row["table"], row["key"]))
        except ValueError:  # a selection that cannot be read: its scenario says so
            return True

    return change[[left({str(c): v for c, v in row.items()}) for row in change.to_dict("records")]]


def rests_on(network: Network) -> dict[str, int]:
    """How many numbers of a network rest on dated claims, and how many on judgement.

    Parameters
    ----------
    network : Network

    Returns
    -------
    dict of str to int
        ``dated``: all that the number rests on could be known on some day. ``with judgement``: so
        could a part, and an undated imputation of ours comes in. ``judgement alone``: nothing has
        a day; such numbers are the same in every view. ``definition``: true at any time.

    Examples
    --------
    >>> from waferway.atlas import world
    >>> found = rests_on(world(known="2024-01-31"))
    >>> sorted(found), found["judgement alone"] > 0
    (['dated', 'definition', 'judgement alone', 'with judgement'], True)
    """
    counts = {"dated": 0, "with judgement": 0, "judgement alone": 0, "definition": 0}
    cited = network.table("cite")
    cells: dict[tuple[str, ...], list[tuple[dt.date | None, bool]]] = defaultdict(list)
    columns = (cited[name] for name in ("table", "key", "column", "period", "claim_id"))
    for *cell, claim_id in zip(*columns, strict=True):
        if claim_id in network.evidence:
            cells[tuple(cell)].append(network.evidence.known_on(claim_id))
    for found in cells.values():
        dated = any(day for day, _ in found)
        judged = any(one for _, one in found)
        if dated:
            counts["with judgement" if judged else "dated"] += 1
        else:
            counts["judgement alone" if judged else "definition"] += 1
    return counts


def _marked(all_claims: Evidence, known: Evidence) -> Evidence:
    """Evidence in which what is not yet known counts as imputed, and nothing else does."""
    return Evidence(
        claim.model_copy(
            update={
                "method": "hand" if name in known else _NOT_YET,
                "derived_from": (),
                "supersedes": None,
                "qualifies": None,
                "source_id": None,
            }
        )
        for name, claim in all_claims.items()
    )


def _fall_back(network: Network, known: Evidence) -> Network:
    """Replace claims not yet known by the newest known one on the same thing."""
    newest: dict[tuple[str, str, str], Claim] = {}
    for claim in known.values():
        what = (claim.subject, claim.metric, _time(claim))
        if claim.central is None or claim.rank == "deprecated":
            continue
        if what not in newest or _since(claim) > _since(newest[what]):
            newest[what] = claim
    units = units_of(network)
    frames = {name: network.table(name).copy() for name in TABLES}
    rows: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    profile = frames["profile"]
    for index, row in zip(profile.index, profile.to_dict("records"), strict=True):
        rows[row["table"], row["key"], row["column"], row["period"]].append(str(index))
    cite = frames["cite"]
    for index, row in zip(cite.index, cite.to_dict("records"), strict=True):
        late = network.evidence.get(row["claim_id"])
        if late is None or late.claim_id in known:
            continue
        instead = newest.get((late.subject, late.metric, _time(late)))
        expected = units.of_cell(row["table"], row["key"], row["column"])
        if instead is None or expected is None:
            continue
        cell = (row["table"], row["key"], row["column"])
        stated = {"low": instead.low, "value": instead.central, "high": instead.high}
        numbers = {
            bound: expected.read(f"{number} {instead.unit}").central
            for bound, number in stated.items()
            if number is not None
        }
        if row["period"]:
            for at in rows[(*cell, row["period"])]:
                for bound in ("low", "value", "high"):
                    profile.loc[at, bound] = numbers.get(bound, float("nan"))
        else:
            frames[cell[0]].loc[cell[1], cell[2]] = numbers["value"]
        cite.loc[index, "claim_id"] = instead.claim_id
    frames["cite"] = cite.set_index(pd.Index(_keys(cite), dtype="object", name="key"))
    return network.with_tables(frames)


def _time(claim: Claim) -> str:
    """The time a claim states; a stretch that a judgement of ours is meant for states none."""
    text = claim.valid_text or ""
    return "" if claim.known_from is None and "/" in text else text


def _since(claim: Claim) -> dt.date:
    return claim.known_from or day("1900")


def _keys(cite: pd.DataFrame) -> list[str]:
    columns = TABLES["cite"].key
    return ["/".join(parts) for parts in zip(*(cite[c] for c in columns), strict=True)]
