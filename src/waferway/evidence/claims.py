"""The claim: a value with unit, interval, dates, grade and source.

Owns the one schema of claims for documents, the ledger and the atlas. Refuses reconciliation
(`waferway.evidence.reconcile`) and anything about models.
"""

from __future__ import annotations

import csv
import datetime as dt
import graphlib
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from waferway.errors import Faults, Place, nearest
from waferway.evidence.formula_text import unguarded

__all__ = ["Claim", "Evidence", "Source", "read_evidence", "read_record"]

Grade = Literal["A", "B", "C", "D"]
Modality = Literal["reported", "planned", "forecast", "estimate", "rumoured", "assumed"]
Basis = Literal[
    "announced", "built", "tool_installed", "qualified", "usable", "measured_output", "modelled"
]
Form = Literal[
    "point", "interval", "at_least", "at_most", "quantiles", "distribution", "category", "date"
]
Kind = Literal[
    "money", "count", "share", "distance", "duration", "date", "ratio", "rank", "power",
    "memory", "price", "area", "mass", "energy", "text",
]  # fmt: skip


class Claim(BaseModel):
    """One claim; see the reference page for the meaning of each field.

    Numbers are decimals in `unit`; missing is None, never 0. `low <= value <= high`,
    `p05 <= p50 <= p95`; "up to" fills only `high`, "at least" only `low`.

    Examples
    --------
    >>> claim = Claim(claim_id="c-1", subject="tech:cowos", metric="capacity", kind="count",
    ...     form="interval", low=8000, value=8500, high=9000, unit="wafer/month",
    ...     modality="estimate", basis="usable", grade="C", valid_text="2023-05",
    ...     known_from="2023-06-01", source_id="s-1", locator="row pack-001", method="hand")
    >>> claim.central
    8500.0
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    claim_id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:+-]*$")
    owner: str | None = None
    subject: str
    subject_text: str | None = None
    metric: str
    qualifiers: dict[str, str] = Field(default_factory=dict)
    kind: Kind
    form: Form
    missing: Literal["not_applicable", "unknown", "withheld"] | None = None
    low: Decimal | None = None
    value: Decimal | None = None
    high: Decimal | None = None
    p05: Decimal | None = None
    p50: Decimal | None = None
    p95: Decimal | None = None
    dist: dict[str, Any] | None = None
    category: str | None = None
    unit: str | None = None
    unit_text: str | None = None
    price_year: int | None = None
    approx: bool = False
    resolution: Decimal | None = None
    modality: Modality
    basis: Basis | None = None
    grade: Grade
    attribution: str | None = None
    confidence: float | None = Field(default=None, ge=0, le=1)
    rank: Literal["preferred", "normal", "deprecated"] = "normal"
    rank_reason: str | None = None
    valid_text: str | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    known_from: dt.date | None = None
    source_id: str | None = None
    locator: str | None = None
    document_sha256: str | None = None
    lang: str | None = None
    start: int | None = None
    end: int | None = None
    num_start: int | None = None
    num_end: int | None = None
    quote: str | None = None
    method: str
    derived_from: tuple[str, ...] = ()
    qualifies: str | None = None
    supersedes: str | None = None
    correlation_group: str | None = None
    reviewer: str | None = None
    reviewed_on: dt.date | None = None

    @model_validator(mode="after")
    def _invariants(self) -> Claim:
        ordered = [number for number in (self.low, self.value, self.high) if number is not None]
        if ordered != sorted(ordered):
            raise ValueError("low <= value <= high does not hold")
        quantiles = [number for number in (self.p05, self.p50, self.p95) if number is not None]
        if quantiles != sorted(quantiles):
            raise ValueError("p05 <= p50 <= p95 does not hold")
        numbers = ordered + quantiles
        if self.missing and numbers:
            raise ValueError(f"the value is {self.missing}, yet a number is given")
        if numbers and not self.unit:
            raise ValueError("a number needs a unit (1 for a pure number)")
        if not self.missing and not self._fits_form():
            raise ValueError(f"the filled fields do not fit form {self.form}")
        span = (self.start, self.num_start, self.num_end, self.end)
        if None not in span and not self.start <= self.num_start < self.num_end <= self.end:  # type: ignore[operator]
            raise ValueError("start <= num_start < num_end <= end does not hold")
        late = self.valid_from and self.known_from and self.valid_from > self.known_from
        if self.modality == "reported" and late:
            raise ValueError("reported before it came about: valid_from is after known_from")
        return self

    def _fits_form(self) -> bool:
        has = {name: getattr(self, name) is not None for name in ("low", "value", "high")}
        return {
            "point": has["value"],
            "interval": has["low"] and has["high"],
            "at_least": has["low"] and not has["high"],
            "at_most": has["high"] and not has["low"],
            "quantiles": self.p50 is not None or (self.p05 is not None and self.p95 is not None),
            "distribution": self.dist is not None,
            "category": self.category is not None,
            "date": self.valid_text is not None or self.valid_from is not None,
        }[self.form]

    @property
    def imputed(self) -> bool:
        """Whether the number fills a gap rather than reports a source."""
        return self.method.startswith("imputed:")

    @property
    def central(self) -> float | None:
        """Value, else median, else midpoint of the interval, else its one bound."""
        for number in (self.value, self.p50):
            if number is not None:
                return float(number)
        for pair in ((self.low, self.high), (self.p05, self.p95)):
            bounds = [float(bound) for bound in pair if bound is not None]
            if bounds:
                return sum(bounds) / len(bounds)
        return None


class Source(BaseModel):
    """One source; `family` is its independence key (translations and syndications share it)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source_id: str
    publisher: str
    title: str
    url: str | None = None
    published: str | None = None
    retrieved: dt.date | None = None
    licence: str | None = None
    redistribution: Literal["open", "quote_only", "private"] = "quote_only"
    sha256: str | None = None
    lang: str = "en"
    family: str | None = None


class Evidence(Mapping[str, Claim]):
    """Claims by id, with their sources.

    Parameters
    ----------
    claims : iterable of Claim
    sources : iterable of Source

    Raises
    ------
    InputError
        If an id repeats, a source or a claim derived from is unknown, or derivations run in a
        circle; all such faults at once.
    """

    def __init__(self, claims: Iterable[Claim] = (), sources: Iterable[Source] = ()) -> None:
        faults = Faults()
        self._claims: dict[str, Claim] = {}
        self.sources: dict[str, Source] = {}
        for source in sources:
            if source.source_id in self.sources:
                faults.add(Place("source"), f"source {source.source_id} is given twice")
            self.sources[source.source_id] = source
        for claim in claims:
            if claim.claim_id in self._claims:
                faults.add(Place("claim"), f"claim {claim.claim_id} is given twice")
            self._claims[claim.claim_id] = claim
        for claim in self._claims.values():
            if claim.source_id and claim.source_id not in self.sources:
                faults.add(
                    Place("claim"),
                    f"claim {claim.claim_id} cites {claim.source_id}, which is no source",
                    suggestion=_guess(claim.source_id, self.sources),
                )
            for origin in (*claim.derived_from, claim.supersedes, claim.qualifies):
                if origin and origin not in self._claims:
                    faults.add(
                        Place("claim"),
                        f"claim {claim.claim_id} rests on {origin}, which is no claim",
                        suggestion=_guess(origin, self._claims),
                    )
        circle = self._circle()
        if circle:
            faults.add(Place("claim"), f"claims rest on one another: {' -> '.join(circle)}")
        faults.raise_any("the evidence was not read")

    def __getitem__(self, claim_id: str) -> Claim:
        return self._claims[claim_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._claims)

    def __len__(self) -> int:
        return len(self._claims)

    def _circle(self) -> list[str]:
        graph = {
            name: [*claim.derived_from, *([claim.supersedes] if claim.supersedes else [])]
            for name, claim in self._claims.items()
        }
        try:
            graphlib.TopologicalSorter(graph).prepare()
        except graphlib.CycleError as error:
            return list(error.args[1])
        return []

    def known(self, when: dt.date) -> Evidence:
        """Claims the world could know on a day; superseded ones are out.

        A derived claim is known once all it rests on is known.
        """
        visible: dict[str, bool] = {}

        def is_known(claim_id: str) -> bool:
            if claim_id not in visible:
                claim = self._claims[claim_id]
                visible[claim_id] = (claim.known_from is None or claim.known_from <= when) and all(
                    is_known(origin) for origin in claim.derived_from
                )
            return visible[claim_id]

        kept = [claim for claim in self._claims.values() if is_known(claim.claim_id)]
        replaced = {claim.supersedes for claim in kept if claim.supersedes}
        needed = {origin for claim in kept for origin in claim.derived_from}
        kept = [c for c in kept if c.claim_id not in replaced or c.claim_id in needed]
        names = {claim.claim_id for claim in kept}
        kept = [
            claim
            if claim.supersedes in names or claim.supersedes is None
            else claim.model_copy(update={"supersedes": None})
            for claim in kept
        ]
        return Evidence(kept, self.sources.values())

    def known_on(self, claim_id: str) -> tuple[dt.date | None, bool]:
        """Since when a claim could be known, and whether judgement is part of it.

        Parameters
        ----------
        claim_id : str

        Returns
        -------
        day : date or None
            The latest `known_from` of the claim and of all that it rests on; None if none of
            them has one.
        judged : bool
            Whether an imputation without a date is among them: a judgement of ours, which has no
            day on which the world could know it and holds in the view of every day.

        Examples
        --------
        >>> def claim(name, known, method, *origins):
        ...     return Claim(claim_id=name, subject="x", metric="m", kind="count", form="point",
        ...         value=1, unit="1", modality="estimate", grade="D", known_from=known,
        ...         method=method, derived_from=origins)
        >>> said = Evidence([claim("a", "2023-05-11", "hand"), claim("b", None, "imputed:guess"),
        ...                  claim("c", None, "derived:a x b", "a", "b")])
        >>> said.known_on("c"), said.known_on("b")
        ((datetime.date(2023, 5, 11), True), (None, True))
        """
        days, judged = [], False
        ahead, seen = [claim_id], {claim_id}
        while ahead:
            claim = self._claims[ahead.pop()]
            if claim.known_from:
                days.append(claim.known_from)
            elif claim.imputed:
                judged = True
            fresh = set(claim.derived_from) - seen
            seen |= fresh
            ahead += fresh
        return max(days, default=None), judged

    def roots(self, claim_id: str) -> list[Claim]:
        """The claims that a claim rests on in the end; itself when it is derived from none."""
        claim = self._claims[claim_id]
        if not claim.derived_from:
            return [claim]
        found: dict[str, Claim] = {}
        for origin in claim.derived_from:
            for root in self.roots(origin):
                found[root.claim_id] = root
        return list(found.values())

    def late_premises(self) -> list[tuple[Claim, Claim]]:
        """Claims that say to be known before what they rest on: pairs of claim and premise.

        A claim without a day of knowledge says nothing about it and is not among them.
        """
        return [
            (claim, self._claims[origin])
            for claim in self._claims.values()
            for origin in claim.derived_from
            if claim.known_from is not None
            and (known := self._claims[origin].known_from) is not None
            and known > claim.known_from
        ]

    @cached_property
    def sha256(self) -> str:
        """Hash of all claims and sources, independent of their order."""
        lines = sorted(
            json.dumps(record.model_dump(mode="json"), sort_keys=True)
            for record in (*self._claims.values(), *self.sources.values())
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _guess(name: str, valid: Iterable[str]) -> str:
    found = nearest(name, valid)
    return f"did you mean {found[0]}?" if found else ""


def read_evidence(
    claim_files: Iterable[Path], source_files: Iterable[Path], known: Iterable[Source] = ()
) -> Evidence:
    """Read claims and sources from CSV files with the columns of the two schemas.

    `known` are sources read before; a row that names one of them again is not read twice.

    Empty cells are missing; `qualifiers` is written ``region=world; wafer_mm=300``,
    `derived_from` as ids separated by blanks, `dist` as JSON.

    Raises
    ------
    InputError
        With every fault of every file, each with its file and line.
    """
    faults = Faults()
    claims: list[Claim] = []
    sources: list[Source] = []
    for path in claim_files:
        claims += [c for c in _rows(path, Claim, faults) if isinstance(c, Claim)]
    for path in source_files:
        sources += [s for s in _rows(path, Source, faults) if isinstance(s, Source)]
    faults.raise_any("the evidence was not read")
    before = {source.source_id: source for source in known}
    after = [source for source in sources if source.source_id not in before]
    return Evidence(claims, [*before.values(), *after])


def _rows(path: Path, model: type[Claim] | type[Source], faults: Faults) -> Iterator[BaseModel]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        for name in reader.fieldnames or []:
            if name not in model.model_fields:
                faults.add(
                    Place(str(path), 1),
                    f"{name} is not a column of {model.__name__.lower()}",
                    suggestion=_guess(name, model.model_fields),
                )
        for cells in reader:
            row = {k: unguarded(v) if isinstance(v, str) else v for k, v in cells.items()}
            record = read_record(row, model, lambda _: Place(str(path), reader.line_num), faults)
            if record is not None:
                yield record


def read_record(
    row: Mapping[str, Any],
    model: type[Claim] | type[Source],
    place: Callable[[str], Place],
    faults: Faults,
) -> Claim | Source | None:
    """One claim or source from the cells of a table; None, and faults, where it does not fit.

    Parameters
    ----------
    row : mapping of str to cell
        Empty cells are missing; `qualifiers` is written ``region=world; wafer_mm=300``,
        `derived_from` as ids separated by blanks, `dist` as JSON.
    model : type
        `Claim` or `Source`.
    place : callable (column) -> Place
    faults : Faults
        Where faults are collected.
    """
    fields = model.model_fields
    cells: dict[str, Any] = {k: v for k, v in row.items() if k in fields and v not in (None, "")}
    if "qualifiers" in cells:
        pairs = (pair.partition("=") for pair in str(cells["qualifiers"]).split(";"))
        cells["qualifiers"] = {k.strip(): v.strip() for k, _, v in pairs if k.strip()}
    if "derived_from" in cells:
        cells["derived_from"] = tuple(str(cells["derived_from"]).split())
    who = cells.get("claim_id") or cells.get("source_id") or "a row"
    if "dist" in cells:
        try:
            cells["dist"] = json.loads(cells["dist"])
        except (TypeError, ValueError) as broken:
            faults.add(place("dist"), f"dist: no JSON: {broken}", why=f"in {who}")
            return None
    try:
        return model.model_validate(cells)
    except ValidationError as error:
        for problem in error.errors():
            column = ".".join(str(part) for part in problem["loc"]) or "row"
            at = str(problem["loc"][0]) if problem["loc"] else ""
            faults.add(place(at), f"{column}: {problem['msg']}", why=f"in {who}")
        return None
