"""From fits to a verdict, with its reason: general rules, the same for every claim.

Owns the order of the rules. Refuses to guess: where the text leaves open whose figure it is or
of what, only agreement counts, and where the record is silent or its sources differ as much as
the text does from them, the claim is not checkable.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from waferway.evidence.claims import Claim
from waferway.evidence.reconcile.agreement import bounds_of
from waferway.studies.check_matching import Fit
from waferway.studies.check_reading import Asked
from waferway.studies.check_units import Step, amount, number

__all__ = ["VERDICTS", "Judgement", "Verdict", "judge"]

Verdict = Literal[
    "supported", "contradicted", "differs_in_scope", "differs_in_time", "infeasible",
    "not_checkable",
]  # fmt: skip
VERDICTS: tuple[Verdict, ...] = (
    "supported", "contradicted", "differs_in_scope", "differs_in_time", "infeasible",
    "not_checkable",
)  # fmt: skip
_TELLING = frozenset("counterparty scope".split())
# Left open, these make any figure of a firm meet any other: agreement is then by chance.
_LEADING = frozenset("place item node product".split())
_ONE_SITE = frozenset("org:jasm org:esmc org:rapidus org:stargate".split())
SEASON_DAYS = 90  # texts run ahead of the sources of the record by at most this
RECENT_DAYS = 550  # a text without a time speaks of about its own year and the one before


@dataclass(frozen=True)
class Judgement:
    """A verdict with what it rests on.

    Parameters
    ----------
    verdict : str
        One of `VERDICTS`.
    reason : str
        One sentence.
    facts : tuple of Claim
        Claims of the record it rests on.
    steps : tuple of Step
        Arithmetic.
    binds : str or None
        Where infeasible: what binds.
    """

    verdict: Verdict
    reason: str
    facts: tuple[Claim, ...] = ()
    steps: tuple[Step, ...] = field(default=())
    binds: str | None = None


def judge(asked: Asked, found: Sequence[Fit], day: dt.date | None) -> Judgement:
    """Verdict on one quantity.

    Parameters
    ----------
    asked : Asked
    found : sequence of Fit
        Against the record as known on the day of judgement.
    day : date or None
        Day of the text: what a claim without a time is about.

    Returns
    -------
    Judgement

    Examples
    --------
    >>> from waferway.atlas.record import record
    >>> from waferway.evidence.extract import claims_in
    >>> from waferway.evidence.extract.topics import Topics
    >>> from waferway.studies.check_matching import fits
    >>> from waferway.studies.check_reading import read_claims
    >>> text = "The H200 carries 96 GB of memory."
    >>> asked, = read_claims(claims_in(text), Topics(text, "en"), "a.txt")
    >>> judge(asked, fits(asked, record(), None), None).verdict
    'contradicted'
    """
    if asked.refused:
        return Judgement("not_checkable", asked.refused)
    strict = [fit for fit in found if fit.strict]
    made = _by_nature(asked, strict, day) if strict else None
    loose = _loose(asked, [fit for fit in found if not fit.strict], day)
    if made is not None and made.verdict == "contradicted" and loose is not None:
        return loose if loose.verdict != "supported" else _torn(loose)
    if made is not None and made.verdict != "not_checkable":
        return made
    if loose is not None:
        return loose
    return made or Judgement("not_checkable", _open(found) or _silent(asked), _facts(found[:3]))


def _torn(loose: Judgement) -> Judgement:
    """One claim of the record agrees where the text is open, another disagrees."""
    return Judgement(
        "not_checkable", f"{loose.reason}; another claim of the record disagrees", loose.facts
    )


def _by_nature(asked: Asked, found: Sequence[Fit], day: dt.date | None) -> Judgement:
    """Each metric of the record by itself; agreement with one weighs more than the rest."""
    made = []
    for metric in dict.fromkeys(fit.fact.metric for fit in found):
        same = [fit for fit in found if fit.fact.metric == metric]
        ware = same[0].fact.subject.startswith("product:")
        nature = "fixed" if ware and metric == "power" else same[0].family.nature
        made.append(
            _fixed(asked, same) if nature == "fixed"
            else _state(asked, same, day) if nature == "state" else _plan(asked, same, day)
        )  # fmt: skip
    order = ("supported", "differs_in_time", "differs_in_scope", "not_checkable", "contradicted")
    return min(made, key=lambda judgement: order.index(judgement.verdict))


def _fixed(asked: Asked, found: Sequence[Fit]) -> Judgement:
    equal = [fit for fit in found if fit.equal]
    if equal:
        return _supported(asked, equal)
    if all(fit.far for fit in found) and _beyond(found):
        return _contradicted(asked, found)
    return _too_near(found)


def _state(asked: Asked, found: Sequence[Fit], day: dt.date | None) -> Judgement:
    """A quantity that changes: the record's figures for the time that the text speaks of."""
    inside = [fit for fit in found if _in_time(asked.claim, fit.fact, day)]
    outside = [fit for fit in found if fit not in inside]
    equal = [fit for fit in inside if fit.equal]
    if equal:
        return _supported(asked, equal)
    elsewhere = [fit for fit in outside if fit.equal and _same_figure(fit)]
    if elsewhere and (asked.claim.valid_text or inside):
        return Judgement(
            "differs_in_time",
            f"the record has this figure for {_times(elsewhere)}"
            + (f"; for {_times(inside)} it has {_values(inside)}" if inside else ""),
            _facts([*elsewhere, *inside]), _steps(elsewhere),
        )  # fmt: skip
    if elsewhere:
        return _supported(asked, elsewhere, note="the text states no time")
    if not inside:
        return Judgement(
            "not_checkable", f"the record speaks of {_times(outside)}, not of the time of the text",
            _facts(outside),
        )  # fmt: skip
    if _both_ahead(asked.claim, inside):
        return Judgement(
            "not_checkable", f"forecasts differ: the record has {_values(inside)}", _facts(inside)
        )
    if all(fit.far for fit in inside) and _beyond(inside):
        if _part_of_state(asked, inside):
            return _part(inside)
        return _contradicted(asked, inside)
    return _too_near(inside)


def _plan(asked: Asked, found: Sequence[Fit], day: dt.date | None) -> Judgement:
    """A plan or an award: the newest announcement of its day counts; older ones differ in time."""
    every = found
    found = [fit for fit in every if _said_by(fit, day)] or every
    since = {_since(fit) for fit in found}
    past = {one for one in since if day is None or one <= day}
    newest = max(past or since)
    current = [fit for fit in found if _since(fit) == newest]
    equal = [fit for fit in found if fit.equal]
    now = [fit for fit in equal if fit in current]
    apart = [fit for fit in equal if _horizons_differ(asked.claim, fit.fact)]
    if equal and len(apart) == len(equal):
        return Judgement(
            "differs_in_time",
            f"the record has this figure {_horizon(apart[0].fact)}, "
            f"the text {_horizon(asked.claim)}",
            _facts(apart), _steps(apart),
        )  # fmt: skip
    if now or (equal and not _revised(equal, current)):
        later = [fit for fit in every if _since(fit) > newest and not fit.equal]
        note = f"since {_since(later[0])} it is {_values(later)}" if now and later else ""
        return _supported(asked, [f for f in now or equal if f not in apart], note=note)
    if equal:
        first = min(_since(fit) for fit in equal)
        said = f"announced on {first}; since {newest} it is {_values(current)}"
        if first > newest:
            said = f"announced only on {first}; at the time of the text it was {_values(current)}"
        return Judgement("differs_in_time", said, _facts([*equal, *current]), _steps(equal))
    if not past:
        return Judgement(
            "not_checkable", f"the record has {_values(current)}, announced only on {newest}",
            _facts(current),
        )  # fmt: skip
    if asked.claim.modality == "rumoured":
        return Judgement(
            "not_checkable", f"a rumour; the record has {_values(current)}", _facts(current)
        )
    if all(fit.far for fit in current) and _beyond(found):
        if not any(_named_plan(fit.fact) for fit in found):
            return Judgement(
                "not_checkable", f"the record has {_values(current)}; it may be another plan",
                _facts(current),
            )  # fmt: skip
        if _below(found) and not _whole(asked, found):
            return _part(current)
        return _contradicted(asked, current)
    return _too_near(found)


def _said_by(fit: Fit, day: dt.date | None) -> bool:
    """Whether a plan was announced by the day of the text, give or take a season."""
    return day is None or _since(fit) <= day + dt.timedelta(days=SEASON_DAYS)


def _since(fit: Fit) -> dt.date:
    return fit.fact.known_from or dt.date.min


def _named_plan(fact: Claim) -> bool:
    """Whether a plan of the record is one that a text can name: by site, partner or law."""
    if fact.metric == "funds_sought":
        return False
    partner = fact.qualifiers.get("counterparty", "none") not in {"none", "any", "sum"}
    return (
        (partner and fact.kind != "money")  # two firms may have several deals in money
        or bool({"place", "scope", "product"} & set(fact.qualifiers))
        or fact.subject.startswith(("act:", "org:stargate"))
    )


def _below(found: Sequence[Fit]) -> bool:
    return all(fit.high < bounds_of(fit.fact)[0] for fit in found)


def _whole(asked: Asked, found: Sequence[Fit]) -> bool:
    """Whether the text speaks of all of a plan: it says so, or gives the plan's own horizon."""
    if "total" in asked.here:
        return True
    ends = {fit.fact.valid_to for fit in found if fit.fact.valid_to}
    return asked.claim.valid_to in ends


def _part_of_state(asked: Asked, found: Sequence[Fit]) -> bool:
    """Whether a smaller figure may be that of one plant or one quarter."""
    if not _below(found) or found[0].family.absolute:
        return False
    if found[0].fact.metric in {"capacity", "output", "demand", "power"}:
        return bool({"fabs", "phase"} & asked.here) or bool(asked.places_here)
    if found[0].fact.metric in {"revenue", "shipments", "purchases"}:
        same = {fit.fact.valid_text for fit in found}
        return "quarterly" in asked.here or asked.claim.valid_text not in same
    return False


def _part(found: Sequence[Fit]) -> Judgement:
    return Judgement(
        "not_checkable", f"the record has {_values(found)}; this may be a part of it",
        _facts(found),
    )  # fmt: skip


def _loose(asked: Asked, found: Sequence[Fit], day: dt.date | None) -> Judgement | None:
    """Where the text leaves open whose or of what: agreement counts, disagreement does not."""
    equal = [fit for fit in found if fit.equal and _weighty(asked.claim)]
    equal = [fit for fit in equal if fit.family.nature != "plan" or _said_by(fit, day)]
    equal = [
        f
        for f in equal
        if f.family.nature != "state" or _in_time(asked.claim, f.fact, day, 2 * RECENT_DAYS)
    ]
    equal = [fit for fit in equal if not _LEADING & set(fit.open) or fit.fact.subject in _ONE_SITE]
    if not equal:
        return None
    apart = [fit for fit in equal if _TELLING & set(fit.open)]
    whole = [fit for fit in equal if not fit.open or not _TELLING & set(fit.open)]
    if whole:
        fewest = min(len(fit.open) for fit in whole)
        kept = [fit for fit in whole if len(fit.open) == fewest]
        note = f"the text leaves open {', '.join(kept[0].open)}" if kept[0].open else ""
        return _supported(asked, kept, note=note)
    fit = apart[0]
    what = ", ".join(
        f"{key} {_named(fit.fact.qualifiers[key])}" for key in fit.open if key in _TELLING
    )
    said = {"country": "the whole country"}.get(asked.scope or "", "a wider whole")
    return Judgement(
        "differs_in_scope",
        f"the record has this figure for {what}; the text gives it to {said}",
        _facts(apart), _steps(apart),
    )  # fmt: skip


def _supported(asked: Asked, found: Sequence[Fit], note: str = "") -> Judgement:
    found = sorted(found, key=lambda fit: len(fit.steps))
    narrower = _narrower(asked, found[0].fact)
    tail = "".join(f"; {part}" for part in (note, narrower) if part)
    return Judgement(
        "supported", f"the record has {_values(found)}{_when(found)}{tail}", _facts(found),
        _steps(found),
    )  # fmt: skip


def _narrower(asked: Asked, fact: Claim) -> str:
    """Places that the record names and the text does not."""
    theirs = fact.qualifiers.get("places", "").split()
    mine = {place for place in asked.places_here if place != _named(fact.subject)}
    rest = [place for place in theirs if place not in mine]
    if not mine or not rest:
        return ""
    return f"the record {'also names' if mine & set(theirs) else 'places it in'} {', '.join(rest)}"


def _contradicted(asked: Asked, found: Sequence[Fit]) -> Judgement:
    return Judgement(
        "contradicted",
        f"the record has {_values(found)}{_when(found)}, "
        f"the text {amount(*bounds_of(asked.claim), asked.claim.unit or '')}",
        _facts(found), (*_steps(found), *_gap(found[0])),
    )  # fmt: skip


def _gap(fit: Fit) -> tuple[Step, ...]:
    first, last = bounds_of(fit.fact)
    near, mine = (last, fit.low) if fit.low > last else (first, fit.high)
    if not (math.isfinite(near) and math.isfinite(mine)) or near == 0:
        return ()
    unit = fit.fact.unit or ""
    said = (
        f"{number(mine)} - {number(near)} = {amount(mine - near, mine - near, unit)} "
        f"({100 * (mine / near - 1):+.0f} %)"
    )
    return (Step(said, (fit.fact.claim_id,)),)


def _too_near(found: Sequence[Fit]) -> Judgement:
    return Judgement(
        "not_checkable",
        f"the record has {_values(found)}; the gap is no larger than between sources",
        _facts(found), _steps(found),
    )  # fmt: skip


def _open(found: Sequence[Fit]) -> str:
    """What the text leaves open, where the record has something near."""
    if not found:
        return ""
    names = list(dict.fromkeys(name for fit in found for name in fit.open)) or [
        "whose figure it is"
    ]
    return f"the text leaves open {', '.join(names[:3])}; the record has {_values(found)}"


def _silent(asked: Asked) -> str:
    whose = asked.subject or asked.product or "an unnamed subject"
    if whose.startswith("unresolved:"):
        whose = asked.claim.subject_text or whose.removeprefix("unresolved:")
    return f"the record has nothing on {asked.claim.metric.replace('_', ' ')} of {_named(whose)}"


def _named(name: str) -> str:
    return name.replace("org:", "").replace("place:", "").replace("+", " and ")


def _in_time(claim: Claim, fact: Claim, day: dt.date | None, recent: int = RECENT_DAYS) -> bool:
    if fact.valid_text and fact.valid_text.startswith("FY"):
        return claim.valid_text == fact.valid_text
    begin, end = claim.valid_from, claim.valid_to
    if claim.valid_text and claim.valid_text.startswith(("FY", "--")):
        begin = end = None
    if claim.metric.endswith("_existing") and end is not None and day is not None and end > day:
        begin = end = None  # what exists is not of the future: that time belongs elsewhere
    elif begin is None and end is not None:  # by 2030: the figure is of 2030
        begin = dt.date(max(1, (end - dt.timedelta(days=1)).year), 1, 1)
    if begin is None and end is None:
        if (claim.valid_text or "").startswith(("FY", "--")) or day is None:
            return False
        begin, end = day - dt.timedelta(days=recent), day + dt.timedelta(days=1)
    first, last = fact.valid_from or dt.date.min, fact.valid_to or dt.date.max
    return max(begin or dt.date.min, first) < min(end or dt.date.max, last)


def _same_figure(fit: Fit) -> bool:
    """Whether the text has the very figure of the record, not one inside a wide interval."""
    middle, other = (fit.low + fit.high) / 2, fit.fact.central
    if other is None or not math.isfinite(middle):
        return False
    return abs(middle - other) <= (0.5 if fit.family.absolute else 0.02 * abs(other))


def _horizons_differ(claim: Claim, fact: Claim) -> bool:
    if claim.valid_to is None or fact.valid_to is None or claim.valid_from is not None:
        return False
    return claim.valid_to.year != fact.valid_to.year


def _horizon(claim: Claim) -> str:
    last = (claim.valid_to or dt.date.max) - dt.timedelta(days=1)
    return f"until {last.year}"


def _revised(equal: Sequence[Fit], current: Sequence[Fit]) -> bool:
    """Whether a newer announcement of the same thing gives another figure."""
    scope = [fit.fact.qualifiers for fit in current]
    return any(fit.fact.qualifiers in scope for fit in equal) and not any(
        fit.equal for fit in current
    )


def _both_ahead(claim: Claim, found: Sequence[Fit]) -> bool:
    ahead = {"forecast", "rumoured", "planned"}
    return claim.modality in {"forecast", "rumoured"} and all(
        fit.fact.modality in ahead for fit in found
    )


def _beyond(found: Sequence[Fit]) -> bool:
    """Outside all that the record gives, not between its own figures."""
    for unit in {fit.fact.unit for fit in found}:
        same = [fit for fit in found if fit.fact.unit == unit]
        first = min(bounds_of(fit.fact)[0] for fit in same)
        last = max(bounds_of(fit.fact)[1] for fit in same)
        if not all(fit.low > last or fit.high < first for fit in same):
            return False
    return True


def _weighty(claim: Claim) -> bool:
    """A figure that two texts do not share by chance."""
    return claim.kind != "count" or (claim.central or 0) > 5


def _facts(found: Sequence[Fit]) -> tuple[Claim, ...]:
    return tuple({fit.fact.claim_id: fit.fact for fit in found}.values())


def _steps(found: Sequence[Fit]) -> tuple[Step, ...]:
    return tuple(dict.fromkeys(step for fit in found[:1] for step in fit.steps))


def _values(found: Sequence[Fit]) -> str:
    said = [amount(*bounds_of(fit.fact), fit.fact.unit or "") for fit in found]
    said = list(dict.fromkeys(said))
    return ", ".join(said[:4]) + (", ..." if len(said) > 4 else "")


def _times(found: Sequence[Fit]) -> str:
    times = [fit.fact.valid_text or "no stated time" for fit in found]
    return ", ".join(dict.fromkeys(times))


def _when(found: Sequence[Fit]) -> str:
    times = list(dict.fromkeys(f.fact.valid_text for f in found if f.fact.valid_text))
    return f" for {', '.join(times[:3])}" if times else ""
