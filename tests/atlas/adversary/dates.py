"""Ends before starts, stale values, fiscal quarters, things known before they were."""

from __future__ import annotations

import math
import re

import numpy as np

from tests.atlas.adversary.book import (
    Book,
    Figure,
    catalogue_figures,
    cited_claims,
    num,
    pick,
    plant,
    show,
    some,
    table_file,
)


def _early(text: str) -> str:
    """The same date, six years earlier."""
    return re.sub(r"\d{4}", lambda m: str(int(m[0]) - 6), text, count=1)


for _table, _net in (
    ("facility_owner", False),
    ("rule", False),
    ("deal", False),
    ("commitment", True),
    ("incentive", True),
    ("offer", True),
    ("limit", True),
    ("stake", True),
):

    def _ends(book: Book, rng: np.random.Generator, table: str = _table, net: bool = _net) -> bool:
        name = table_file(table, net)
        end = "until_date" if table == "stake" else "to_date"
        rows = [r for r in book.rows(name) if r.get("from_date")]
        row = pick(rng, rows)
        assert isinstance(row, dict)
        book.set(name, row, **{end: _early(row["from_date"])})
        return True

    plant(f"end before start: {_table}", _net)(_ends)


@plant("production before ground breaking")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = "catalogue/facility_event.csv"
    rows = [r for r in book.rows(name) if r["event"] == "production"]
    row = pick(rng, rows)
    assert isinstance(row, dict)
    year = int(row["date"][:4]) + 2
    if year > 2026:
        return False
    book.append(
        name, {**row, "event": "ground_breaking", "date": str(year), "modality": row["modality"]}
    )
    book.touch(name, row)
    return True


@plant("reached milestone of the future")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = "catalogue/facility_event.csv"
    row = pick(rng, [r for r in book.rows(name) if r["modality"] == "reported"])
    assert isinstance(row, dict)
    book.set(name, row, date=str(int(rng.integers(2028, 2033))))
    return True


@plant("planned milestone of the past, known after it")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = "catalogue/facility_event.csv"
    row = pick(rng, [r for r in book.rows(name) if r["modality"] == "planned" and r["known_from"]])
    assert isinstance(row, dict)
    book.set(name, row, date=str(int(row["known_from"][:4]) - 4))
    return True


@plant("launched before announced")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = "catalogue/accelerator.csv"
    row = pick(rng, [r for r in book.rows(name) if r["announced"] and r["launched"]])
    assert isinstance(row, dict)
    book.set(name, row, announced=row["launched"], launched=row["announced"])
    if row["announced"][:7] == row["launched"][:7]:
        book.set(name, row, launched=_early(row["launched"]))
    return True


@plant("successor launched before its predecessor")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = "catalogue/accelerator.csv"
    row = pick(rng, [r for r in book.rows(name) if r["predecessor"] and r["launched"]])
    assert isinstance(row, dict)
    for column in ("announced", "launched"):
        if row[column]:
            book.set(name, row, **{column: _early(row[column])})
    return True


@plant("status of the future")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = "catalogue/facility_status.csv"
    row = some(book, rng, name)
    assert row
    book.set(name, row, as_of="2028" + row["as_of"][4:])
    return True


@plant("stale status")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = "catalogue/facility_status.csv"
    row = some(book, rng, name)
    assert row
    if sum(r["facility"] == row["facility"] for r in book.rows(name)) > 1:
        return False  # a newer state stands beside it
    book.set(name, row, as_of=_early(row["as_of"]), known_from=_early(row["known_from"]))
    return True


@plant("stale value: the older claim states the number")
def _(book: Book, rng: np.random.Generator) -> bool:
    table, quantity = pick(
        rng,
        [
            ("accelerator", "price_usd"),
            ("process", "wafer_price_usd"),
            ("accelerator", "memory_gb"),
            ("accelerator", "tdp_w"),
        ],
    )
    figures = [
        f
        for f in catalogue_figures(book, table, quantity)
        if f.claims and f.claims[0][1]["method"] == "hand" and f.claims[0][1]["known_from"]
    ]
    if not figures:
        return False
    one = pick(rng, figures)
    assert isinstance(one, Figure)
    name, claim = one.claims[0]
    newer = {
        **claim,
        "claim_id": claim["claim_id"] + ".2",
        "value": show(num(claim["value"]) * 1.2),
        "low": "",
        "high": "",
        "known_from": "2026-11-20",
        "valid_text": "2026-11",
        "rank": "normal",
        "rank_reason": "",
    }
    if math.isnan(num(claim["value"])) or claim["known_from"] >= newer["known_from"]:
        return False
    book.append(name, newer)
    book.set(name, claim, rank="normal", rank_reason="")
    return True


@plant("award: version older than what it replaces")
def _(book: Book, rng: np.random.Generator) -> bool:
    name = "catalogue/award.csv"
    row = pick(rng, [r for r in book.rows(name) if r["supersedes"]])
    assert isinstance(row, dict)
    book.set(name, row, date=_early(row["date"]))
    return True


for _table in ("volume", "holding"):

    def _fiscal(book: Book, rng: np.random.Generator, table: str = _table) -> bool:
        name = f"catalogue/{table}.csv"
        row = some(book, rng, name)
        assert row
        book.set(name, row, period=f"FY{int(row['period'][:4]) + 1}Q{row['period'][-1]}")
        return True

    plant(f"fiscal quarter written as one: {_table}")(_fiscal)

    def _shifted(book: Book, rng: np.random.Generator, table: str = _table) -> bool:
        """FY2025Q3 of NVIDIA entered as 2025Q3: the row and its claims are renamed alike."""
        name = f"catalogue/{table}.csv"
        rows = [r for r in book.rows(name) if r["designer"] == "nvidia"]
        row = pick(rng, rows)
        assert isinstance(row, dict)
        new = f"{int(row['period'][:4]) + 1}{row['period'][4:]}"
        key = ("accelerator",) if table == "volume" else ("owner", "designer")
        if any(all(r[k] == row[k] for k in key) and r["period"] == new for r in rows):
            return False
        for figure in [f for q in ("units", "h100e") for f in catalogue_figures(book, table, q)]:
            if figure.row is row:
                for claims, claim in figure.claims:
                    book.set(
                        claims,
                        claim,
                        **{
                            c: claim[c].replace(row["period"], new)
                            for c in ("claim_id", "subject", "valid_text")
                        },
                    )
        book.set(name, row, period=new)
        return True

    plant(f"fiscal quarter as calendar quarter, coherent: {_table}")(_shifted)


for _net in (False, True):

    def _soon(book: Book, rng: np.random.Generator, network: bool = _net) -> bool:
        """A view known before its source was published."""
        out = {
            r["source_id"]: r["published"]
            for n in book.sheets
            if "source" in n
            for r in book.rows(n)
        }
        found = [
            (n, r)
            for n, r in cited_claims(book, network)
            if r["method"] == "hand"
            and r["known_from"]
            and len(out.get(r["source_id"], "")) >= 7
            and r["modality"] in ("estimate", "forecast")
            and r["source_id"][:8] != "waferway"
        ]
        name, row = pick(rng, found)  # type: ignore[misc]
        year = int(out[row["source_id"]][:4]) - int(rng.integers(1, 4))
        book.set(name, row, known_from=f"{year}-06-30")
        return True

    plant(f"known before published: {'net' if _net else 'catalogue'}", _net)(_soon)

    def _late(book: Book, rng: np.random.Generator, network: bool = _net) -> bool:
        found = [(n, r) for n, r in cited_claims(book, network) if r["known_from"]]
        name, row = pick(rng, found)  # type: ignore[misc]
        book.set(name, row, known_from=f"{int(rng.integers(2028, 2035))}-03-31")
        return True

    plant(f"known in the future: {'net' if _net else 'catalogue'}", _net)(_late)

    def _foreseen(book: Book, rng: np.random.Generator, network: bool = _net) -> bool:
        """A reported figure of a year, known years before the year."""
        found = [
            (n, r)
            for n, r in cited_claims(book, network)
            if r["known_from"]
            and r["modality"] in ("reported", "estimate")
            and r["method"] == "hand"
            and re.match(r"20[12]\d", r["valid_text"])
        ]
        name, row = pick(rng, found)  # type: ignore[misc]
        row_year = int(row["valid_text"][:4])
        book.set(name, row, known_from=f"{row_year - 2}-06-30", modality="reported")
        return True

    plant(f"reported before it came about: {'net' if _net else 'catalogue'}", _net)(_foreseen)
