"""What follows from a claim: money to wafers, fabs to money, DRAM to gigawatts, chips to packages.

Owns the declared steps of arithmetic of the record applied to a text, and the announcements of
the record that do not fit each other. Refuses a verdict of infeasible unless even the most
favourable end of every interval fails.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

from waferway.atlas.record import Implication, implications
from waferway.evidence.claims import Claim, Evidence
from waferway.evidence.reconcile.agreement import bounds_of
from waferway.studies.check_reading import Asked
from waferway.studies.check_units import Step, amount, money_in, number

__all__ = ["Implied", "Misfit", "implied", "misfits"]

_AHEAD = frozenset({"planned", "rumoured", "forecast"})
_WORLD_MULTIPLE = 3.0  # beyond this many times the world's capacity a plan is not possible


@dataclass(frozen=True)
class Implied:
    """What a claim implies: arithmetic, and what binds where it cannot be.

    Parameters
    ----------
    says : str
    steps : tuple of Step
    facts : tuple of Claim
        Of the record, on which the steps rest.
    binds : str or None
        Not None: even at its most favourable the plan cannot be, and this is why.
    rule : str
        Declared step, where announcements of the record start from it too.
    """

    says: str
    steps: tuple[Step, ...]
    facts: tuple[Claim, ...]
    binds: str | None = None
    rule: str = ""


@dataclass(frozen=True)
class Misfit:
    """Announcements of the record that do not fit each other.

    Parameters
    ----------
    name : str
    says : str
    steps : tuple of Step
    facts : tuple of Claim
    """

    name: str
    says: str
    steps: tuple[Step, ...]
    facts: tuple[Claim, ...]

    @property
    def known_from(self) -> dt.date:
        """Day from which the world could see it."""
        return max(fact.known_from or dt.date.min for fact in self.facts)


def _rule(name: str) -> Implication:
    return next(rule for rule in implications() if rule.name == name)


def _over(rule: Implication, low: float, high: float, evidence: Evidence) -> tuple[float, float]:
    factors = [bound for name in rule.by for bound in bounds_of(evidence[name])]
    if rule.operation == "divide":
        return low / max(factors), high / min(factors)
    return low * min(factors), high * max(factors)


def _known(rule: Implication, evidence: Evidence) -> bool:
    return all(name in evidence for name in rule.by)


def _step(rule: Implication, low: float, high: float, unit: str, evidence: Evidence,
          got: tuple[float, float], claim: str | None = None) -> Step:  # fmt: skip
    sign = "/" if rule.operation == "divide" else "x"
    factors = sorted({b for name in rule.by for b in bounds_of(evidence[name])})
    spoken = amount(factors[0], factors[-1])
    said = (
        f"{amount(low, high, unit)} {sign} {spoken} {evidence[rule.by[0]].unit} = "
        f"{amount(*got, rule.unit)}: {rule.says}"
    )
    return Step(said, (*((claim,) if claim else ()), *rule.by))


def _span(low: float, high: float) -> str:
    return amount(low, high)


def implied(asked: Asked, others: Sequence[Asked], evidence: Evidence) -> list[Implied]:
    """What one claim of a text implies.

    Parameters
    ----------
    asked : Asked
    others : sequence of Asked
        All claims of the same text.
    evidence : Evidence
        The record, as known on the day of judgement.

    Returns
    -------
    list of Implied
        Empty where no declared step starts from such a claim.
    """
    if asked.refused:
        return []
    claim = asked.claim
    made = []
    sought = _ahead(claim) or "seeks" in asked.here
    if claim.kind == "money" and "fabs" in asked.here and sought:
        made.append(_fabs_for_money(asked, others, evidence))
    if claim.unit == "fab" and claim.metric in {"fabs_new", "fabs"} and _ahead(claim):
        made.append(_money_for_fabs(asked, evidence))
    if claim.unit == "wafer/month" and asked.item == "dram":
        made.append(_power_of_dram(asked, evidence))
    if claim.kind == "count" and asked.product and (claim.unit or "").partition(":")[0] in {
        "GPU", "chip", "accelerator", "unit", "item"
    }:  # fmt: skip
        made.append(_packages(asked, evidence))
    return [one for one in made if one is not None]


def _ahead(claim: Claim) -> bool:
    return claim.modality in _AHEAD or claim.metric in {"funds_sought", "fabs_new"}


def _advanced(asked: Asked) -> bool:
    small = asked.node is not None and int(asked.node) <= 7
    mature = asked.node is not None and int(asked.node) > 7
    return not mature and (small or "leading-edge" in asked.here)


def _fabs_for_money(asked: Asked, others: Sequence[Asked], evidence: Evidence) -> Implied | None:
    rule = _rule("money-capacity")
    if not (_advanced(asked) and _known(rule, evidence)) or "packaging" in asked.here:
        return None
    low, high = bounds_of(asked.claim)
    currency = (asked.claim.unit or "USD").partition("/")[0]
    day = asked.claim.known_from
    rate = money_in(currency, "USD", evidence, day.year if day else 2024)
    if rate is None:
        return None
    factor, exchange = rate
    low, high = low * factor, high * factor
    low = high if math.isinf(low) else low
    high = low if math.isinf(high) else high
    capacity = _over(rule, low, high, evidence)
    typical = evidence["record.fab.size"].central or 50_000.0
    smallest = bounds_of(evidence["record.fab.size"])[0]
    fabs = (capacity[0] / typical, capacity[1] / typical)
    steps = [Step(f"at {exchange.says}", exchange.claims)] if exchange.says else []
    steps.append(_step(rule, low, high, "USD", evidence, capacity, asked.claim.claim_id))
    steps.append(
        Step(f"{_span(*capacity)} wafers a month / {typical:,.0f} = {_span(*fabs)} fabs",
             ("record.fab.size",))
    )  # fmt: skip
    says = f"buys {_span(*capacity)} leading-edge wafers a month, {_span(*fabs)} of a fab"
    facts = [evidence[name] for name in (*rule.by, "record.fab.size")]
    wanted, word = _wanted(asked, others)
    binds = None
    if not {"phase", "expand"} & asked.here and wanted and capacity[1] / wanted < smallest:
        binds = (
            f"money: {_span(*capacity)} wafers a month for {word} fabs are at most "
            f"{capacity[1] / wanted:,.0f} each; the smallest line announced has {smallest:,.0f}"
        )
    world = evidence.get(rule.against[0])
    if world is not None and world.central:
        times = (capacity[0] / world.central, capacity[1] / world.central)
        if times[1] > 1:
            steps.append(
                Step(f"{_span(*capacity)} / {world.central:,.0f} = {_span(*times)} times the "
                     f"world's capacity at 7 nm and below in {world.valid_text}",
                     (world.claim_id,))
            )  # fmt: skip
            facts.append(world)
            says += f", {_span(*times)} times the world's in {world.valid_text}"
        if times[0] > _WORLD_MULTIPLE:
            binds = (
                f"the world's leading edge: {_span(*times)} times its capacity of "
                f"{world.valid_text} would have to be built"
            )
    return Implied(says, tuple(steps), tuple(facts), binds)


def _wanted(asked: Asked, others: Sequence[Asked]) -> tuple[float, str]:
    """How many fabs the same sentence wants for the money: a figure, or at least two."""
    for other in others:
        if other.sentence == asked.sentence and other.claim.unit == "fab" and (
            other.claim.metric != "fabs_existing"
        ):  # fmt: skip
            count = float(other.claim.value or other.claim.low or 0)
            return count, f"{count:g}"
    return (2.0, "two or more") if asked.several else (0.0, "")


def _money_for_fabs(asked: Asked, evidence: Evidence) -> Implied | None:
    rule = _rule("fabs-money")
    if not _known(rule, evidence) or "packaging" in asked.here:
        return None
    if not (_advanced(asked) or asked.subject == "org:openai"):
        return None
    low, high = bounds_of(asked.claim)
    if math.isinf(low) or math.isinf(high):
        return None
    cost = _over(rule, low, high, evidence)
    step = _step(rule, low, high, "fab", evidence, cost, asked.claim.claim_id)
    return Implied(f"would cost {_span(*cost)} dollars at 50,000 wafers a month each", (step,),
                   tuple(evidence[name] for name in rule.by))  # fmt: skip


def _power_of_dram(asked: Asked, evidence: Evidence) -> Implied | None:
    rule = _rule("dram-power")
    deals = [evidence[name] for name in rule.against if name in evidence]
    owner = {"org:openai"} if "org:stargate" in asked.firms else set()
    deals = [deal for deal in deals if deal.subject in {asked.subject, *asked.firms, *owner}]
    low, high = bounds_of(asked.claim)
    low, high = high if math.isinf(low) else low, low if math.isinf(high) else high
    if not _known(rule, evidence) or not deals:
        return None
    power = _over(rule, low, high, evidence)
    step = _step(rule, low, high, "wafer/month", evidence, power, asked.claim.claim_id)
    total = sum(deal.central or 0.0 for deal in deals)
    parts = " + ".join(f"{deal.central:g}" for deal in deals)
    adds = Step(f"{parts} = {total:g} GW of chip deals", tuple(deal.claim_id for deal in deals))
    says = f"implies {_span(*power)} GW; the announced deals sum to {total:g}"
    facts = (*(evidence[name] for name in rule.by), *deals)
    return Implied(says, (step, adds), facts, rule=rule.name)


def _packages(asked: Asked, evidence: Evidence) -> Implied | None:
    rule = next((r for r in implications() if r.name == f"gpus-{asked.product}"), None)
    low, high = bounds_of(asked.claim)
    if rule is None or not _known(rule, evidence) or math.isinf(low) or math.isinf(high):
        return None
    wafers = _over(rule, low, high, evidence)
    step = _step(rule, low, high, "package", evidence, wafers, asked.claim.claim_id)
    end = asked.claim.valid_to
    year = str(end.year - 1 if end and (end.month, end.day) == (1, 1) else end.year) if end else ""
    supply = [
        (fact, scale) for fact in evidence.values() for scale in (_yearly(fact, year),) if scale
    ]
    if not supply:
        return Implied(f"takes {_span(*wafers)} CoWoS wafers", (step,),
                       tuple(evidence[name] for name in rule.by))  # fmt: skip
    fact, scale = max(supply, key=lambda pair: bounds_of(pair[0])[1] * pair[1])
    most = bounds_of(fact)[1] * scale
    share = (100 * wafers[0] / most, 100 * wafers[1] / most)
    part = Step(f"{_span(*wafers)} / {most:,.0f} = {_span(*share)} % of CoWoS wafers of {year}",
                (fact.claim_id,))  # fmt: skip
    binds = None
    if share[0] > 110:
        binds = f"packaging: {_span(*share)} % of all CoWoS wafers of {year} would be needed"
    return Implied(
        f"takes {_span(*wafers)} CoWoS wafers, {_span(*share)} % of those of {year}", (step, part),
        (*(evidence[name] for name in rule.by), fact), binds,
    )  # fmt: skip


def _yearly(fact: Claim, year: str) -> float:
    """Factor from a claim on CoWoS of a year to wafers in that year; 0 if it is none."""
    if fact.qualifiers.get("item") != "cowos" or not year or fact.subject != "org:tsmc":
        return 0.0
    if not (fact.valid_text or "").startswith(year):
        return 0.0
    return {"wafer/year": 1.0, "wafer/month": 12.0}.get(fact.unit or "", 0.0)


def misfits(evidence: Evidence) -> list[Misfit]:
    """Announcements of the record that do not fit each other, by the declared steps.

    Parameters
    ----------
    evidence : Evidence
        The record, all of it or as known on a day.

    Returns
    -------
    list of Misfit

    Examples
    --------
    >>> from waferway.atlas.record import record
    >>> [found.name for found in misfits(record())]
    ['dram-power', 'fabs-money', 'money-capacity', 'money-power']
    """
    made = []
    for rule in implications():
        if not rule.start or not _known(rule, evidence):
            continue
        starts = [evidence[name] for name in rule.start if name in evidence]
        if rule.operation == "ratio":
            made.append(_spread(rule, evidence))
        elif starts:
            made.append(_against(rule, starts[0], evidence))
    return [misfit for misfit in made if misfit is not None]


def _against(rule: Implication, start: Claim, evidence: Evidence) -> Misfit | None:
    others = [evidence[name] for name in rule.against if name in evidence]
    if not others:
        return None
    low, high = bounds_of(start)
    got = _over(rule, low, high, evidence)
    step = _step(rule, low, high, start.unit or "", evidence, got, start.claim_id)
    first = sum(bounds_of(other)[0] for other in others)
    last = sum(bounds_of(other)[1] for other in others)
    if got[0] <= 1.1 * last and got[1] >= 0.9 * first:
        return None
    parts = " + ".join(_span(*bounds_of(other)) for other in others)
    said = f"{parts} = {amount(first, last, rule.unit)}"
    if len(others) == 1:
        said = f"the record has {amount(first, last, rule.unit)}"
    total = Step(said, tuple(other.claim_id for other in others))
    says = (
        f"{amount(low, high, start.unit or '')} ({start.subject_text}) imply "
        f"{amount(*got, rule.unit)}, {amount(got[0] / last, got[1] / first)} times "
        f"{amount(first, last, rule.unit)} "
        f"({' + '.join(sorted({o.subject_text or o.subject for o in others}))})"
    )
    facts = (start, *(evidence[name] for name in rule.by), *others)
    return Misfit(rule.name, says, (step, total), facts)


def _spread(rule: Implication, evidence: Evidence) -> Misfit | None:
    steps, ratios, facts = [], [], []
    for money, power in zip(rule.start, rule.by, strict=True):
        if money not in evidence or power not in evidence:
            continue
        over, under = evidence[money], evidence[power]
        ratio = (over.central or 0.0) / (under.central or 1.0)
        ratios.append(ratio)
        facts += [over, under]
        steps.append(
            Step(f"{over.subject_text}: {number(over.central or 0)} {over.unit} / "
                 f"{under.central:g} {under.unit} = {number(ratio)} {rule.unit}", (money, power))
        )  # fmt: skip
    if len(ratios) < 2 or max(ratios) <= 1.1 * min(ratios):
        return None
    says = f"{rule.says}: from {number(min(ratios))} to {number(max(ratios))} {rule.unit}"
    return Misfit(rule.name, says, tuple(steps), tuple(facts))
