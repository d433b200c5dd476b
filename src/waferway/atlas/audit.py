"""Proof that every number of a network rests on a claim that agrees with it.

Owns the audit of an atlas: completeness of citations, agreement of values after conversion of
units, and what each claim must carry. Whether a claim reads its source rightly is for people;
`draw` picks the claims they check.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from waferway.atlas.validity import dated
from waferway.errors import RangeError, UnitError
from waferway.evidence.claims import Claim, Evidence
from waferway.network.network import Network
from waferway.network.row_units import Expected, units_of
from waferway.network.schema import TABLES
from waferway.streams import stream

__all__ = ["Audit", "Finding", "audit", "draw", "drawn_claims", "lacks"]

TOLERANCE = 1e-6  # relative; values are written with nine digits
_APART = ("profile", "cite", "change")
_OURS = ("imputed:", "derived:")
NO_REASON = "is imputed without a reason"


@dataclass(frozen=True)
class Finding:
    """One cell or claim that fails.

    Attributes
    ----------
    where : str
        ``table/key.column@period``, or ``claim ID``.
    what : str
    """

    where: str
    what: str


@dataclass(frozen=True)
class Audit:
    """Outcome of an audit.

    Attributes
    ----------
    numbers : int
        Cells and profile rows that hold a number.
    grades : dict of str to int
        Of those that cite a claim, how many by its grade; a cell with several counts its worst.
    imputed : int
        How many rest on a named imputation or a scenario alone.
    findings : tuple of Finding
        Everything that fails; empty when the atlas passes.
    """

    numbers: int
    grades: dict[str, int]
    imputed: int
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing fails."""
        return not self.findings

    def __str__(self) -> str:
        shares = ", ".join(f"{n} {grade}" for grade, n in sorted(self.grades.items()))
        head = f"{self.numbers} numbers, all cited" if self.passed else f"{self.numbers} numbers"
        lines = [f"{head}: {shares}; {self.imputed} imputed"]
        lines += [f"{f.where}: {f.what}" for f in self.findings]
        return "\n".join(lines)


@dataclass(frozen=True)
class _Number:
    """A number of the network and where it stands."""

    table: str
    key: str
    column: str
    label: str
    low: float
    value: float
    high: float

    @property
    def where(self) -> str:
        return f"{self.table}/{self.key}.{self.column}" + (f"@{self.label}" if self.label else "")


def audit(network: Network) -> Audit:
    """Check that each number of a network cites claims, and that they agree.

    Parameters
    ----------
    network : Network

    Returns
    -------
    Audit

    Examples
    --------
    >>> net = Network.build({"fund": [{"name": "round", "amount_usd": 8e9, "purpose": "fabs"}]})
    >>> print(audit(net))
    1 numbers: ; 0 imputed
    fund/round.amount_usd: cites no claim
    """
    cited = _citations(network)
    units = units_of(network)
    findings: list[Finding] = []
    grades: Counter[str] = Counter()
    imputed = count = 0
    for number in _numbers(network):
        count += 1
        names = cited.get((number.table, number.key, number.column, number.label), [])
        claims = [network.evidence[name] for name in names if name in network.evidence]
        if not claims:
            findings.append(Finding(number.where, "cites no claim"))
            continue
        grades[max(claim.grade for claim in claims)] += 1
        imputed += all(claim.imputed or claim.method.startswith("assumed:") for claim in claims)
        expected = units.of_cell(number.table, number.key, number.column)
        wrong = [_disagrees(number, claim, expected) for claim in claims]
        if all(wrong):
            findings.append(Finding(number.where, f"{claims[0].claim_id} {wrong[0]}"))
    used = {name for names in cited.values() for name in names}
    for name in sorted(used):
        if name in network.evidence:
            findings += [Finding(f"claim {name}", what) for what in lacks(network.evidence[name])]
    return Audit(count, dict(grades), imputed, tuple(findings))


def draw(network: Network, count: int = 50, seed: int = 0) -> list[Claim]:
    """Claims for people to check against their sources, by a published seed.

    Parameters
    ----------
    network : Network
    count : int
        How many; claims that are our own arithmetic or imputation are not drawn.
    seed : int
        At least 0.

    Returns
    -------
    list of Claim

    Raises
    ------
    RangeError
        If there are fewer claims than `count`.

    Examples
    --------
    >>> from waferway.atlas import world
    >>> len(draw(world(), count=5, seed=1))
    5
    """
    return _picked(network.evidence, count, seed)


def drawn_claims(folder: Path, count: int = 50, seed: int = 0) -> list[Claim]:
    """Claims of a whole atlas, network and catalogue, for people to check against their sources.

    Parameters
    ----------
    folder : Path
        An atlas.
    count : int
        How many; claims that are our own arithmetic or imputation are not drawn.
    seed : int
        At least 0.

    Returns
    -------
    list of Claim
        In order of their ids.

    Raises
    ------
    RangeError
        If there are fewer claims than `count`.

    Examples
    --------
    >>> from waferway.atlas.world import data_folder
    >>> len(drawn_claims(data_folder(), count=3, seed=1))
    3
    """
    from waferway.evidence.claims import read_evidence

    shared = read_evidence((), sorted(folder.glob("source*.csv"))).sources.values()
    inner = folder / "catalogue"
    files = [*folder.glob("claim*.csv"), *inner.glob("claim*.csv")]
    sources = sorted(inner.glob("source*.csv"))
    return _picked(read_evidence(sorted(files), sources, shared), count, seed)


def _picked(evidence: Evidence, count: int, seed: int) -> list[Claim]:
    names = sorted(
        name
        for name, claim in evidence.items()
        if not claim.method.startswith(_OURS)
        and (source := evidence.sources.get(claim.source_id or "")) is not None
        and source.publisher.casefold() != "waferway"
    )
    if not 0 < count <= len(names):
        raise RangeError(f"count is {count}; there are {len(names)} claims to draw from")
    picked = stream(seed, "atlas", "audit").choice(len(names), size=count, replace=False)
    return [evidence[names[i]] for i in sorted(picked)]


def _citations(network: Network) -> dict[tuple[str, str, str, str], list[str]]:
    out: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    frame = network.table("cite")
    columns = ("table", "key", "column", "period", "claim_id")
    for *cell, claim in zip(*(frame[name] for name in columns), strict=True):
        out[tuple(cell)].append(claim)
    return out


def _numbers(network: Network) -> Iterator[_Number]:
    """Every numeric cell that is no key and holds a value, then every row of `profile`."""
    for name, declared in TABLES.items():
        if name in _APART:
            continue
        frame = network.table(name)
        for a in declared.attributes:
            if not a.numeric or a.name in declared.key:
                continue
            for key, value in zip(frame.index, frame[a.name].to_numpy(dtype=float), strict=True):
                if not math.isnan(value):
                    yield _Number(name, str(key), a.name, "", math.nan, float(value), math.nan)
    profile = network.table("profile")
    for row in profile.to_dict("records"):
        label = str(row["period"])
        if not math.isnan(row["age_months"]):
            label = f"age {row['age_months']:g}"
        yield _Number(
            str(row["table"]), str(row["key"]), str(row["column"]), label,
            row["low"], row["value"], row["high"],
        )  # fmt: skip


def _disagrees(number: _Number, claim: Claim, expected: Expected | None) -> str:
    """Why a claim does not support a number; empty when it does."""
    if expected is None:
        return "is cited by a cell that does not exist"
    stated = {"low": claim.low, "value": claim.central, "high": claim.high}
    for bound, mine in (("value", number.value), ("low", number.low), ("high", number.high)):
        theirs = stated[bound]
        if math.isnan(mine):
            continue
        if theirs is None:
            return f"has no {bound}"
        try:
            theirs = _convert(float(theirs), str(claim.unit), expected)
        except UnitError as error:
            return error.faults[0].what
        if not math.isclose(theirs, mine, rel_tol=TOLERANCE, abs_tol=1e-12):
            return f"says {theirs:g} for the {bound}, the cell {mine:g}"
    return ""


def _convert(value: float, unit_text: str, expected: Expected) -> float:
    if unit_text == str(expected):  # degrees and the like, which no other unit measures
        return value
    read = expected.read(f"{np.format_float_positional(value, trim='-')} {unit_text}")
    return read.central


def lacks(claim: Claim) -> list[str]:
    """What a claim should carry and does not.

    A claim without a figure (a date, a word) needs no unit.

    Examples
    --------
    >>> lacks(Claim(claim_id="c", subject="x", metric="m", kind="count", form="point", value=1,
    ...             unit="1", modality="assumed", grade="D", method="imputed:judgement",
    ...             valid_text="2024", rank_reason="none is published"))
    ['is imputed without an interval']
    """
    out = []
    if not dated(claim):
        out.append("has neither a validity nor a day of knowledge")
    if claim.central is not None and not claim.unit:
        out.append("has no unit")
    if claim.method.startswith("imputed:"):
        if claim.grade != "D":
            out.append(f"is imputed and graded {claim.grade}; imputations are D")
        if not claim.rank_reason:
            out.append(NO_REASON)
        bounds = (claim.low, claim.high) if claim.p50 is None else (claim.p05, claim.p95)
        if claim.form != "date" and None in bounds:
            out.append("is imputed without an interval")
    elif claim.method.startswith("assumed:"):
        pass
    elif claim.method.startswith("derived:"):
        if not claim.derived_from and not claim.source_id:
            out.append("is derived from nothing")
    else:
        if not claim.source_id:
            out.append("has no source")
        if not claim.known_from and claim.grade != "A" and claim.method != "definition":
            out.append("does not say since when it is known")
        if not claim.locator:
            out.append("does not say where in its source it stands")
    return out
