"""The state of technology on a day: every default number as a dated claim with its interval.

Owns the lookup of claims by subject, metric and date, their distributions and their draws.
Refuses numbers without a claim: what no claim says cannot be computed, and the error lists what
is missing. A claim's `low` and `high` are read as its 5 % and 95 % points.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waferway.errors import Fault, Faults, InputError, Place, RangeError, nearest
from waferway.evidence.claims import Claim, Evidence
from waferway.evidence.dated import shipped
from waferway.streams import stream

__all__ = ["Parameter", "TechState", "quantile", "tech_state"]

Array = NDArray[np.float64]
Z95 = 1.6448536269514722  # standard normal at 95 %
SHARES = ("_yield", "coverage")  # metrics bounded by 0 and 1


@dataclass(frozen=True)
class Parameter:
    """A number of the technology state and the claim it rests on."""

    subject: str
    metric: str
    low: float
    central: float
    high: float
    unit: str
    claim: Claim | None

    @property
    def key(self) -> str:
        """``subject metric``, as overrides and tornados name it."""
        return f"{self.subject} {self.metric}"

    @property
    def is_share(self) -> bool:
        """Whether the number stays between 0 and 1."""
        return self.metric.endswith(SHARES)


def quantile(parameter: Parameter, z: Array | float) -> Array:
    """Value of a parameter at a standard normal score.

    Two half-distributions meet at the central value: lognormal for positive numbers, normal in
    the logit for shares, so that the 5 % and 95 % points are the claim's bounds.

    Examples
    --------
    >>> p = Parameter("node:n5", "wafer_price", 16000, 17000, 18000, "USD/wafer", None)
    >>> quantile(p, np.array([-Z95, 0.0, Z95])).round(6)
    array([16000., 17000., 18000.])
    """
    z = np.asarray(z, float)
    low, central, high = parameter.low, parameter.central, parameter.high
    if low == high:
        return np.full(z.shape, central)
    share = parameter.is_share

    def scale(value: float) -> float:
        if share:
            inside = min(max(value, 1e-9), 1 - 1e-9)
            return float(np.log(inside / (1 - inside)))
        return float(np.log(value))

    if low <= 0 and not share:
        spread = np.where(z < 0, central - low, high - central) / Z95
        return np.maximum(central + spread * z, 0.0)
    middle = scale(central)
    spread = np.where(z < 0, middle - scale(low), scale(high) - middle) / Z95
    at = middle + spread * z
    return np.asarray(1 / (1 + np.exp(-at)) if share else np.exp(at))


@dataclass(frozen=True)
class TechState:
    """Claims in force on a day, central or drawn.

    Attributes
    ----------
    evidence : Evidence
    when : datetime.date
    known : datetime.date or None
        Only what the world could know on that day.
    overrides : mapping of str to float
        Values by ``subject metric``, in the claim's unit; they take the place of the claim and
        have no interval.
    draws, seed : int
        Number of joint draws and their seed; 0 draws: central values.
    pinned : mapping of str to float
        Standard normal scores by ``subject metric``, for tornados.
    """

    evidence: Evidence
    when: dt.date
    known: dt.date | None = None
    overrides: Mapping[str, float] = field(default_factory=dict)
    seed: int | None = None
    draws: int = 0
    pinned: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def _by_key(self) -> dict[tuple[str, str], list[Claim]]:
        out: dict[tuple[str, str], list[Claim]] = {}
        for claim in self.evidence.values():
            if claim.rank == "deprecated" or claim.missing or claim.central is None:
                continue
            if self.known and claim.known_from and claim.known_from > self.known:
                continue
            out.setdefault((claim.subject, claim.metric), []).append(claim)
        return out

    def subjects(self, prefix: str) -> list[str]:
        """Names after a prefix such as ``node:`` that any claim is about, in file order."""
        names = dict.fromkeys(
            subject.removeprefix(prefix)
            for subject, _ in self._by_key
            if subject.startswith(prefix)
        )
        return [name for name in names if name != "any"]

    def pairs(self) -> list[tuple[str, str]]:
        """Subject and metric of every claim known."""
        return list(self._by_key)

    def metrics(self) -> set[str]:
        """Metrics that any claim known is about."""
        return {metric for _, metric in self._by_key}

    def find(self, subject: str, metric: str) -> Parameter | None:
        """The parameter on this day, or None where no claim says anything."""
        given = self.overrides.get(f"{subject} {metric}")
        claims = self._by_key.get((subject, metric), [])
        if given is not None:
            unit = (claims[0].unit or "1") if claims else "1"
            return Parameter(subject, metric, given, given, given, unit, None)
        fit = [
            claim
            for claim in claims
            if (claim.valid_from is None or claim.valid_from <= self.when)
            and (claim.valid_to is None or self.when <= claim.valid_to)
        ]
        if not fit:
            return None
        rank = {"preferred": 1, "normal": 0}
        best = max(fit, key=lambda c: (rank[c.rank], c.valid_from or dt.date.min))
        central = float(best.central or 0.0)
        low = central if best.low is None else float(best.low)
        high = central if best.high is None else float(best.high)
        return Parameter(subject, metric, low, central, high, best.unit or "1", best)

    def missing(self, subject: str, metric: str, place: Place) -> Fault:
        """The fault to report where nothing is known."""
        claims = self._by_key.get((subject, metric), [])
        if claims:
            spans = sorted(
                {(c.valid_from or dt.date.min, c.valid_to or dt.date.max) for c in claims}
            )
            first = spans[0][0]
            when = "another day" if first <= self.when else f"a day from {first} on"
            return Fault(
                place,
                f"{subject} has no {metric} on {self.when}",
                why=f"claims give it {' and '.join(_span(*span) for span in spans)}",
                suggestion=f"ask for {when}, or give a value under assume",
                kind="no-claim",
            )
        prefix = subject.partition(":")[0] + ":"
        known = self.subjects(prefix)
        near = nearest(subject.removeprefix(prefix), known)
        if subject.removeprefix(prefix) in known:
            return Fault(
                place,
                f"no claim gives the {metric} of {subject}",
                suggestion="give a value under assume",
                kind="no-claim",
            )
        return Fault(
            place,
            f"{subject} is not known",
            why=f"known: {', '.join(known)}",
            suggestion=f"did you mean {near[0]}?" if near else "give its values under assume",
            kind="unknown-name",
        )

    def parameter(self, subject: str, metric: str) -> Parameter:
        """The parameter on this day.

        Raises
        ------
        InputError
            If no claim gives it; names the dates or the nearest subject.
        """
        found = self.find(subject, metric)
        if found is None:
            raise InputError(
                [self.missing(subject, metric, Place("claims"))], "nothing was computed"
            )
        return found

    def value(self, subject: str, metric: str) -> Any:
        """Central value (float), or draws (array)."""
        parameter = self.parameter(subject, metric)
        if parameter.key in self.pinned:
            return float(quantile(parameter, self.pinned[parameter.key]))
        if not self.draws or parameter.low == parameter.high:
            return parameter.central
        return quantile(parameter, self._scores(parameter))

    def _scores(self, parameter: Parameter) -> Array:
        claim = parameter.claim
        group = parameter.key if claim is None else claim.correlation_group or parameter.key
        if self.seed is None:
            raise RangeError("a state with draws needs a seed")
        return stream(self.seed, "chips", group).standard_normal(self.draws)

    def drawn(self, draws: int, seed: int) -> TechState:
        """The same day with `draws` joint draws of every parameter.

        Parameters of one correlation group move together; each group has its own stream, so a
        further parameter changes no other draw.
        """
        if draws < 1:
            raise RangeError(f"draws is {draws}; at least 1")
        return replace(self, draws=draws, seed=seed)

    def with_overrides(self, **values: float) -> TechState:
        """The same state with further values, by ``subject metric``."""
        return replace(self, overrides={**self.overrides, **values})

    def pin(self, key: str, score: float) -> TechState:
        """The same state with one parameter at a standard normal score, for a tornado."""
        return replace(self, pinned={**self.pinned, key: score})

    def check(self, wanted: Iterable[tuple[str, str, Place]], faults: Faults) -> None:
        """Record a fault for everything wanted that no claim gives."""
        said: set[tuple[str, str]] = set()
        for subject, metric, place in wanted:
            if self.find(subject, metric) is None:
                fault = self.missing(subject, metric, place)
                if (fault.what, str(fault.place)) not in said:
                    said.add((fault.what, str(fault.place)))
                    faults.extend([fault])


def _span(begin: dt.date, end: dt.date) -> str:
    """Days from the first to the last, in words."""
    if end == dt.date.max:
        return "for every day" if begin == dt.date.min else f"from {begin} on"
    return f"to {end}" if begin == dt.date.min else f"from {begin} to {end}"


def tech_state(
    when: int | str | dt.date,
    *,
    evidence: Evidence | None = None,
    known: str | dt.date | None = None,
    overrides: Mapping[str, float] | None = None,
) -> TechState:
    """The technology state on a day, from the claims that ship with waferway or from others.

    Parameters
    ----------
    when : int, str or date
        A year means its middle.
    evidence : Evidence, optional
    known : str or date, optional
    overrides : mapping, optional

    Raises
    ------
    RangeError
        If the day lies before the first that any claim is about.

    Examples
    --------
    >>> state = tech_state(2024)
    >>> state.value("node:n4", "wafer_price")
    17000.0
    """
    from waferway.calendar import day

    if isinstance(when, int):
        date = dt.date(when, 7, 1)
    else:
        date = day(when) if isinstance(when, str) else when
    known_day = day(known) if isinstance(known, str) else known
    claims = shipped("waferway.chips") if evidence is None else evidence
    first = min((c.valid_from or dt.date.min for c in claims.values()), default=dt.date.min)
    if date < first:
        raise RangeError(
            f"{date} lies before {first}, the first day that any claim about chips covers; "
            "ask for a later year"
        )
    return TechState(
        claims,
        date,
        known_day,
        dict(overrides or {}),
    )
