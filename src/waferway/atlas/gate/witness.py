"""Rules on what any claim says of itself: its words, its clock, and one source with two voices.

Judges claims of the catalogue and of the planned network alike.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import get_args

from waferway.atlas.gate.folder import AtlasFolder, Row, fault, number, span
from waferway.atlas.validity import DATES
from waferway.errors import Fault, nearest
from waferway.evidence.claims import Form, Kind, Modality

__all__ = ["witness"]

_WORDS = {"modality": get_args(Modality), "kind": get_args(Kind), "form": get_args(Form)}
_METHODS = ("hand", "definition", "extract:", "import:", "derived:", "imputed:", "model:")
_APART = 0.005
_QUARTER, _LABEL = re.compile(r"\bQ([1-4]) (20\d\d)\b"), re.compile(r"(\d{4})Q([1-4])")


def witness(atlas: AtlasFolder) -> Iterator[Fault]:
    """Faults of single claims, and of claims of one source that cannot both be read rightly."""
    published = {
        row.get("source_id", ""): row.get("published", "")
        for sheet in atlas.sources
        for row in sheet.rows
        if row.get("publisher") != "waferway"
    }
    said: dict[tuple[str, ...], Row] = {}
    known = {
        row.get("claim_id", ""): row.get("known_from", "")
        for sheet in (*atlas.claims, *atlas.network_claims)
        for row in sheet.rows
    }
    for sheet in (*atlas.claims, *atlas.network_claims):
        for at, _ in sheet:
            row = Row(sheet, at)
            yield from _words(row)
            yield from _dated(row)
            yield from _after_premises(row, known)
            yield from _other_quarter(row)
            yield from _clock(row, published.get(row["source_id"], ""))
            if row["method"] == "hand":
                yield from _again(row, said)


def _words(row: Row) -> Iterator[Fault]:
    name = row["claim_id"]
    for column, words in _WORDS.items():
        if row[column] not in words:
            guess = nearest(row[column], words)
            yield fault(
                "choice",
                row,
                column,
                f'{name}: {column} is "{row[column]}"',
                f"one of {', '.join(words)}",
                f"did you mean {guess[0]}?" if guess else "",
            )
    if not row["method"].startswith(_METHODS):
        yield fault(
            "choice",
            row,
            "method",
            f'{name}: method is "{row["method"]}"',
            f"one of {', '.join(_METHODS)}",
            "say how the figure came about: hand, if it was read from the source",
        )


def _dated(row: Row) -> Iterator[Fault]:
    """Every claim says for when it holds or since when it is known; judgements the former."""
    if not any(row[name] for name in DATES):
        yield fault(
            "date",
            row,
            "valid_text",
            f"{row['claim_id']} has neither a validity nor a day of knowledge",
            "a number without either holds for no time",
            "a judgement names the time for which it is meant, for example 2023/2030",
        )


def _after_premises(row: Row, known: Mapping[str, str]) -> Iterator[Fault]:
    """What is derived is known no earlier than what it is derived from."""
    mine = row["known_from"]
    late = {o: known.get(o, "") for o in row["derived_from"].split() if known.get(o, "") > mine}
    if mine and late:
        origin = max(late, key=lambda name: late[name])
        yield fault(
            "before-the-fact",
            row,
            "known_from",
            f"{row['claim_id']} is known from {mine}, {origin} from {late[origin]}",
            "it is derived from that",
            f"date it {late[origin]}, or derive it from what was known before",
        )


def _other_quarter(row: Row) -> Iterator[Fault]:
    """A figure of a quarter does not cite the row of another one."""
    named = set(_QUARTER.findall(row["locator"]))
    mine = _LABEL.fullmatch(row["valid_text"])
    if row["method"] != "hand" or not mine or len(named) != 1 or "fiscal" in row["locator"]:
        return
    quarter, year = named.pop()
    if (year, quarter) != mine.groups():
        yield fault(
            "date",
            row,
            "valid_text",
            f"{row['claim_id']} holds for {row['valid_text']}, its place in the source is "
            f"Q{quarter} {year}",
            "",
            "a fiscal quarter for the calendar's, or the row of another quarter?",
        )


def _clock(row: Row, published: str) -> Iterator[Fault]:
    """A view is known once its source is out; a fact once it has come about.

    What an owner reported (a data sheet, an award, a law) may be known before the collection
    that repeats it; an estimate or a forecast is its source's own, and is not.
    """
    known = span(row["known_from"]) if row["known_from"] else None
    if known is None:
        return
    out = span(published) if published else None
    view = row["modality"] in ("estimate", "forecast") and row["method"] == "hand"
    if out and view and known[0] < out[0].replace(day=1):  # many dates are right to the month
        yield fault(
            "before-the-fact",
            row,
            "known_from",
            f"{row['claim_id']} is known from {row['known_from']}, its source from {published}",
            f"{row['source_id']} is the one that says it ({row['modality']})",
            "date it by its source; a source that repeats older figures is not the one to cite",
        )
    text = row["valid_text"].split("/")[0]
    valid = span(row["valid_from"] or text) if row["valid_from"] or text else None
    if row["modality"] == "reported" and valid and valid[0] > known[0]:
        yield fault(
            "before-the-fact",
            row,
            "known_from",
            f"{row['claim_id']} is reported before it came about",
            f"valid {row['valid_from'] or text}, known {row['known_from']}",
            "a plan is `planned`, a view of the future `forecast`",
        )


def _again(row: Row, said: dict[tuple[str, ...], Row]) -> Iterator[Fault]:
    """One source gives one thing at one time one figure."""
    what = tuple(
        row[c]
        for c in ("subject", "metric", "qualifiers", "valid_text", "valid_from", "valid_to",
                  "source_id", "basis", "modality", "unit")
    )  # fmt: skip
    first = said.setdefault(what, row)
    if first is row or row["method"] == "definition":
        return
    mine, theirs = _reach(row), _reach(first)
    centres = (_centre(row), _centre(first))
    near = math.isclose(*centres, rel_tol=_APART) if not any(map(math.isnan, centres)) else True
    if near and mine[0] <= theirs[1] * (1 + _APART) and theirs[0] <= mine[1] * (1 + _APART):
        return
    yield fault(
        "two-voices",
        row,
        "value" if row["value"] else "p50",
        f"{row['claim_id']} and {first['claim_id']} give one thing two figures",
        f"same subject, metric, time and source ({row['source_id']})",
        "one was read wrongly, or they differ in scope: say so in valid_text or qualifiers",
    )


def _centre(row: Row) -> float:
    return next((number(row[b]) for b in ("value", "p50") if row[b]), math.nan)


def _reach(row: Row) -> tuple[float, float]:
    given = [number(row[b]) for b in ("low", "value", "high", "p05", "p50", "p95") if row[b]]
    return (min(given), max(given)) if given else (-math.inf, math.inf)
