"""Rules on the claims of the catalogue: each number has one that states it, and says enough.

A claim carries unit, grade, dates and source, and a basis where it speaks of capacity.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator

from waferway.atlas.catalogue_schema import BASES, CATALOGUE, GRADES, quantities
from waferway.atlas.gate.folder import AtlasFolder, Row, fault, number, span
from waferway.errors import Fault

__all__ = ["claims"]

TOLERANCE = 1e-6  # relative; values are written with nine digits
_BOUNDS = ("low", "value", "high", "p05", "p50", "p95")
# Factors by which a figure slips when its unit does: thousands, a dozen months, the quarters of
# a year, the months of a quarter, and sparse for dense rates.
_SLIPS = {1000.0: "thousands", 12.0: "a year for a month", 1e6: "millions", 100.0: "per cent"}
_SLIPS_OF_RATE = {2.0: "sparse for dense", **_SLIPS}
_SLIPS_OF_STARTS = {3.0: "a quarter for a month", **_SLIPS}


def claims(atlas: AtlasFolder) -> Iterator[Fault]:
    """Faults of claims, and numbers that no claim states."""
    yield from _ids(atlas)
    for row in atlas.claim_rows:
        yield from _carries(atlas, row)
    stating = set()
    for table, row, quantity, name in atlas.numbers:
        stating.add(name)
        yield from _stated(atlas, table, row, quantity, name)
    yield from _orphans(atlas)
    for name in sorted(stating & set(atlas.claim_by_id)):
        yield from _beside(atlas, atlas.claim_by_id[name])


def _ids(atlas: AtlasFolder) -> Iterator[Fault]:
    seen: dict[str, Row] = {}
    for row in atlas.claim_rows:
        name = row["claim_id"]
        if name in seen:
            yield fault(
                "repeated-id",
                row,
                "claim_id",
                f"claim {name} is given twice",
                f"first in line {seen[name].place().line}",
            )
        seen.setdefault(name, row)
    again: dict[tuple[str, ...], Row] = {}
    for row in atlas.claim_rows:
        what = tuple(row[c] for c in ("subject", "metric", "valid_text", "source_id", *_BOUNDS))
        if what in again and row["claim_id"] != again[what]["claim_id"]:
            yield fault(
                "repeated-claim",
                row,
                "claim_id",
                f"{row['claim_id']} repeats {again[what]['claim_id']}",
                "same subject, metric, dates, source and figures",
            )
        again.setdefault(what, row)
    sources: dict[str, Row] = {}
    for sheet in atlas.sources:
        for at, cells in sheet:
            row, name = Row(sheet, at), cells.get("source_id", "")
            before = sources.get(name)
            same = before and before.sheet is not sheet and before["url"] == row["url"]
            if before and not same:  # a source that two folders share is one source
                yield fault("repeated-id", row, "source_id", f"source {name} is given twice")
            sources.setdefault(name, row)
            if cells.get("published") and span(cells["published"]) is None:
                yield fault("date", row, "published", f'"{cells["published"]}" is no date')


def _carries(atlas: AtlasFolder, row: Row) -> Iterator[Fault]:
    """Unit, grade, dates, source, basis; and figures in order."""
    name = row["claim_id"]
    figures = [(b, number(row[b])) for b in _BOUNDS if row[b]]
    for bound, value in figures:
        if math.isnan(value):
            yield fault("number", row, bound, f'{name}: {bound} is "{row[bound]}", no number')
    if not figures and not row["missing"]:
        yield fault("empty-claim", row, "value", f"{name} states no figure")
    for order in (_BOUNDS[:3], _BOUNDS[3:]):
        values = [(b, number(row[b])) for b in order if row[b]]
        for (left, a), (right, b) in itertools.pairwise(values):
            if a > b:
                yield fault("order", row, right, f"{name}: {right} {b:g} is below {left} {a:g}")
    if not row["unit"]:
        yield fault("unit", row, "unit", f"{name} has no unit")
    if row["grade"] not in GRADES:
        yield fault(
            "grade", row, "grade", f'{name}: grade is "{row["grade"]}"', "one of A, B, C, D"
        )
    known = span(row["known_from"]) if row["known_from"] else None
    if row["known_from"] and (known is None or len(row["known_from"]) != 10):
        yield fault("date", row, "known_from", f'{name}: "{row["known_from"]}" is no day')
    elif known and known[0] > atlas.day:
        yield fault(
            "future",
            row,
            "known_from",
            f"{name} is known from {row['known_from']}",
            f"the atlas was made on {atlas.day}",
        )
    valid = span(re.split("/", row["valid_text"])[0]) if row["valid_text"] else None
    if known and valid and row["modality"] == "reported" and valid[0] > known[0]:
        yield fault(
            "before-the-fact",
            row,
            "known_from",
            f"{name} is reported before it came about",
            f"valid {row['valid_text']}",
            "a plan is `planned`, a view of the future `forecast`",
        )
    if not row["source_id"]:
        yield fault("source", row, "source_id", f"{name} has no source")
    elif row["source_id"] not in atlas.source_ids:
        yield fault("source", row, "source_id", f"{name} cites {row['source_id']}, no source")
    if not row["locator"]:
        yield fault("source", row, "locator", f"{name} does not say where in its source it stands")
    if row["metric"] == "wafers_per_month" and row["basis"] not in BASES:
        yield fault(
            "basis",
            row,
            "basis",
            f'{name}: basis is "{row["basis"]}"',
            "a capacity says what kind of figure it is: " + ", ".join(BASES),
        )
    yield from _imputed(row)


def _imputed(row: Row) -> Iterator[Fault]:
    name = row["claim_id"]
    if row["method"].startswith("imputed:"):
        if row["grade"] != "D":
            yield fault(
                "grade",
                row,
                "grade",
                f"{name} is imputed and graded {row['grade']}",
                "imputations are D",
            )
        if not row["rank_reason"]:
            yield fault("imputed", row, "rank_reason", f"{name} is imputed without a reason")
        if not row["low"] or not row["high"]:
            yield fault("imputed", row, "low", f"{name} is imputed without an interval")
    elif row["grade"] != "A" and not row["known_from"]:
        yield fault("date", row, "known_from", f"{name} does not say since when it is known")


def _stated(atlas: AtlasFolder, table: str, row: Row, quantity: str, name: str) -> Iterator[Fault]:
    """The cells of a quantity agree with the claim that states it."""
    columns = quantities(CATALOGUE[table])[quantity]
    claim = atlas.claim_by_id.get(name)
    held = {b: row.number(a.name) for b, a in columns.items()}
    if all(math.isnan(value) for value in held.values()):
        if claim is not None:
            a = columns.get("value") or columns["p50"]
            yield fault("claim", row, a.name, f"{table}.{a.name} is missing, yet {name} states it")
        return
    if claim is None:
        a = next(columns[b] for b, value in held.items() if not math.isnan(value))
        yield fault(
            "claim",
            row,
            a.name,
            f"{table}.{a.name} rests on no claim",
            f"{name} is not in claim.csv",
        )
        return
    for bound, value in held.items():
        theirs = number(claim[bound])
        if math.isnan(value) and math.isnan(theirs):
            continue
        if math.isnan(value) or math.isnan(theirs):
            if bound in ("low", "high") and math.isnan(value):
                continue  # the claim may be wider than the table
            yield fault(
                "claim",
                row,
                columns[bound].name,
                f"{table}.{columns[bound].name} is {row[columns[bound].name] or 'blank'}",
                f"{name} says {claim[bound] or 'nothing'}",
            )
        elif not math.isclose(value, theirs, rel_tol=TOLERANCE, abs_tol=1e-12):
            ratio = value / theirs if theirs else math.inf
            yield fault(
                "claim",
                row,
                columns[bound].name,
                f"{table}.{columns[bound].name} is {value:g}, {name} says {theirs:g}",
                f"a factor of {ratio:.4g}",
            )
    unit = (columns.get("value") or columns["p50"]).unit
    for word in re.findall(r"{(\w+)}", unit):
        unit = unit.replace("{" + word + "}", row[word])
    if claim["unit"] != unit:
        yield fault(
            "unit",
            claim,
            "unit",
            f'{name} is in "{claim["unit"]}"',
            f'{table}.{quantity} is in "{unit}"',
        )
    basis = row["basis"]
    if basis and quantity == "wafers_per_month" and claim["basis"] != basis:
        yield fault(
            "basis",
            row,
            "basis",
            f"{table} says {basis}, {name} says {claim['basis']}",
            "bases never mix",
        )
    late, mine = span(row["known_from"] or "1900"), span(claim["known_from"] or "1900")
    if late and mine and mine[0] < late[0] and row["known_from"] and claim["known_from"]:
        gap = (late[0] - mine[0]).days
        if gap > 800:
            yield fault(
                "stale",
                claim,
                "known_from",
                f"{name} was known {gap} days before its row",
                f"the row is public from {row['known_from']}",
            )


def _orphans(atlas: AtlasFolder) -> Iterator[Fault]:
    for row in atlas.claim_rows:
        table, _, key = row["subject"].partition(":")
        if table not in CATALOGUE:
            yield fault(
                "subject",
                row,
                "subject",
                f"{row['claim_id']} is on {row['subject']}",
                "a subject is TABLE:KEY of the catalogue",
            )
        elif atlas.row(table, key) is None:
            yield fault("subject", row, "subject", f"there is no {table} {key}")
        elif row["metric"] not in quantities(CATALOGUE[table]):
            yield fault("subject", row, "metric", f"{table} has no quantity {row['metric']}")


def _beside(atlas: AtlasFolder, claim: Row) -> Iterator[Fault]:
    """Other claims on the same number: slips of unit between them, and newer ones."""
    mine = _central(claim)
    others = [
        row
        for row in atlas.claims_on[claim["subject"], claim["metric"]]
        if row["claim_id"] != claim["claim_id"]
    ]
    metric = claim["metric"]
    rate = metric.endswith(("tflops", "tops"))
    slips = _SLIPS_OF_RATE if rate else _SLIPS_OF_STARTS if "per_month" in metric else _SLIPS
    for row in others:
        theirs = _central(row)
        if not (mine > 0 and theirs > 0):
            continue
        ratio = max(mine / theirs, theirs / mine)
        for factor, what in slips.items():
            if abs(ratio / factor - 1) < 0.03:
                yield fault(
                    "slip",
                    claim,
                    "value" if claim["value"] else "p50",
                    f"{claim['claim_id']} is {ratio:.3g} times {row['claim_id']} or the reverse",
                    f"that looks like {what}",
                )
    if claim["rank"] == "preferred":
        return
    for row in others:
        newer = row["known_from"] > claim["known_from"] and row["grade"] <= claim["grade"]
        if newer and row["rank"] != "deprecated" and claim["known_from"]:
            yield fault(
                "stale",
                claim,
                "known_from",
                f"{claim['claim_id']} is older than {row['claim_id']} on the same thing",
                "",
                "state the newer, or rank the older as preferred with a reason",
            )


def _central(row: Row) -> float:
    for bound in ("value", "p50"):
        if row[bound]:
            return number(row[bound])
    ends = [number(row[b]) for b in ("low", "high", "p05", "p95") if row[b]]
    return sum(ends) / len(ends) if ends else math.nan
