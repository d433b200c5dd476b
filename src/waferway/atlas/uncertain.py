"""Which numbers of a network are uncertain, how far, and what moves them together.

Owns the choice of the claim that a number follows, and the factors that claims share: their
correlation group, what they are derived from, or their subject and metric.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from waferway.atlas.marginals import Marginal, from_bounds, from_claim
from waferway.evidence.claims import Claim, Evidence
from waferway.network.network import Network
from waferway.network.schema import TABLES

__all__ = ["Factors", "Uncertain", "uncertain_numbers"]

Cell = tuple[str, str, str, str]
CERTAIN = (("party", "lat"), ("party", "lon"), ("site", "lat"), ("site", "lon"))
"""Positions are drawn on maps, not planned with: their intervals are left alone."""
_APART = ("profile", "cite", "change", "scenario", "branch")
_NUMBER = re.compile(r"[\d,.]+( %)?$")


@dataclass(frozen=True)
class Uncertain:
    """A number with a spread; `source` is the claim it follows, or a name of its own."""

    table: str
    key: str
    column: str
    label: str
    stated: tuple[float, float, float]
    source: str
    cited: bool
    marginal: Marginal


def uncertain_numbers(network: Network) -> Iterator[Uncertain]:
    """Numbers of a network with a spread, cell by cell; positions on the map are left out."""
    cited: dict[Cell, list[str]] = {}
    cite = network.table("cite")
    columns = ("table", "key", "column", "period", "claim_id")
    for t, k, c, period, claim_id in zip(*(cite[name] for name in columns), strict=True):
        cited.setdefault((t, k, c, period), []).append(claim_id)
    for cell, numbers in _numbers(network):
        table, key, column, label = cell
        if (table, column) in CERTAIN:
            continue
        claim = _claim_of(network.evidence, cited.get(cell, []))
        marginal, stated = _spread(numbers, claim)
        if marginal is not None:
            own = "cell:" + "/".join(filter(None, cell))
            source = own if claim is None else claim.claim_id
            yield Uncertain(table, key, column, label, stated, source, claim is not None, marginal)


def _numbers(network: Network) -> Iterator[tuple[Cell, tuple[float, float, float]]]:
    """Cells and dated values, with what the network itself says of them: low, value, high."""
    profile = network.table("profile")
    always = set()
    for row in profile.to_dict("records"):
        if row["branch"]:
            continue
        label = str(row["period"])
        if not math.isnan(row["age_months"]):
            label = f"age {row['age_months']:g}"
        cell = (str(row["table"]), str(row["key"]), str(row["column"]))
        if not label:
            always.add(cell)
        yield (*cell, label), (row["low"], row["value"], row["high"])
    for name, declared in TABLES.items():
        if name in _APART:
            continue
        frame = network.table(name)
        for a in declared.attributes:
            if not a.numeric or a.name in declared.key:
                continue
            for key, value in zip(frame.index, frame[a.name].to_numpy(dtype=float), strict=True):
                if not math.isnan(value) and (name, key, a.name) not in always:
                    yield (name, str(key), a.name, ""), (math.nan, float(value), math.nan)


def _claim_of(evidence: Evidence, names: Iterable[str]) -> Claim | None:
    """The claim that says how far a number may be off: the first that states a spread."""
    claims = [evidence[name] for name in names if name in evidence]
    for claim in claims:
        if from_claim(claim) is not None:
            return claim
    return claims[0] if claims else None


def _spread(
    numbers: tuple[float, float, float], claim: Claim | None
) -> tuple[Marginal | None, tuple[float, float, float]]:
    low, value, high = numbers
    of_claim = None if claim is None else from_claim(claim)
    bounded = from_bounds(low, value, high)
    if of_claim is None or claim is None:
        return bounded, numbers
    if bounded is not None and of_claim.family in ("pert", "uniform"):
        return bounded, numbers
    middle = value if not math.isnan(value) else (low + high) / 2
    central = claim.central or 0.0
    if central == 0.0 or math.isnan(middle) or middle / central <= 0:
        return bounded, numbers
    factor = middle / central  # from the unit of the claim to that of the cell
    scaled = of_claim.scaled(factor)
    if scaled.family in ("pert", "uniform"):
        low, high = scaled.parameters[0], scaled.parameters[-1]
    return scaled, (low, middle, high)


# -- what moves together --------------------------------------------------------------------------


class Factors:
    """Loadings of claims on factors: name of factor to weight, of squares that sum to 1."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self._known: dict[str, tuple[tuple[str, float], ...]] = {}

    def of(self, name: str) -> tuple[tuple[str, float], ...]:
        """Factors of a claim, or of a cell that cites none."""
        if name not in self._known:
            self._known[name] = tuple(sorted(self._find(name).items()))
        return self._known[name]

    def _find(self, name: str) -> dict[str, float]:
        if name not in self.evidence:
            # The dated values of one cell are one path: its label is no part of the factor.
            return {"/".join(name.split("/")[:3]): 1.0}
        claim = self.evidence[name]
        if claim.correlation_group:
            return {f"group:{claim.correlation_group}": 1.0}
        origins = [o for o in claim.derived_from if self._moves(o)]
        signs = _signs(claim.method, claim.derived_from)
        total: dict[str, float] = {}
        for origin in origins:
            for factor, weight in self.of(origin):
                total[factor] = total.get(factor, 0.0) + signs[origin] * weight
        size = math.sqrt(sum(w * w for w in total.values()))
        if size > 1e-9:
            return {factor: w / size for factor, w in total.items() if w}
        return {f"{claim.subject}/{claim.metric}": 1.0}

    def _moves(self, name: str) -> bool:
        """Whether a claim is uncertain, or rests on one that is."""
        claim = self.evidence[name]
        return from_claim(claim) is not None or any(self._moves(o) for o in claim.derived_from)


def _signs(method: str, origins: Sequence[str]) -> dict[str, float]:
    """-1 for what a formula of products divides by, where its terms name the origins in order."""
    plus = dict.fromkeys(origins, 1.0)
    formula = method.removeprefix("derived:")
    parts = re.split(r" (x|/) ", formula)
    terms = [(t, op) for t, op in zip(parts[::2], ["x", *parts[1::2]], strict=True)]
    named = [(t, op) for t, op in terms if not _NUMBER.fullmatch(t.strip())]
    if len(named) != len(origins):
        return plus
    return {o: -1.0 if op == "/" else 1.0 for o, (_, op) in zip(origins, named, strict=True)}
