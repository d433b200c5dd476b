"""Which claims of the record speak of the same thing as a claim of a text, and how far apart.

Owns the meeting of subjects, metrics, qualifiers and units, and conversion of money as a step of
arithmetic with a dated rate. Refuses verdicts. A fit is strict where every qualifier of the
record is named in the text, loose where some are left open; a qualifier that differs is no fit.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from waferway.evidence.claims import Claim, Evidence
from waferway.evidence.reconcile.agreement import bounds_of
from waferway.studies.check_families import FAMILIES, Family
from waferway.studies.check_reading import ANALYSTS, Asked

__all__ = ["Fit", "Step", "amount", "fits", "money_in", "number"]

ORDER = 20.0  # beyond this factor a text speaks of another quantity, whatever its words
_STATES_OF_US = frozenset("us arizona taylor texas ohio indiana idaho abilene new-york".split())
_COUNTRIES = frozenset("kr tw jp cn us de eu".split())
_JOINT_VENTURES = {("org:tsmc", "kumamoto"): "org:jasm", ("org:tsmc", "dresden"): "org:esmc"}
_EQUIVALENT = re.compile(r"equivalen|äquivalen|환산|換算|相当|等效|等价|等值|당량", re.IGNORECASE)
_SCALES: dict[str, dict[str, float]] = {
    "power": {"GW": 1e9, "MW": 1e6, "kW": 1e3, "W": 1.0},
    "memory": {"TB": 1e3, "GB": 1.0, "GiB": 1.0, "MB": 1e-3},  # makers write GB for both
    "speed": {"PB/s": 1e6, "TB/s": 1e3, "GB/s": 1.0},
    "flops": {"EFLOPS": 1e6, "PFLOPS": 1e3, "TFLOPS": 1.0},
    "time": {"year": 365.25, "month": 30.4375, "week": 7.0, "day": 1.0},
    "length": {"mi": 1.609344, "km": 1.0, "m": 1e-3},
    "area": {"km2": 1e6, "ha": 1e4, "m2": 1.0, "cm2": 1e-4, "mm2": 1e-6},
    "wafers": {
        "wafer/year": 1.0, "wafer/month": 12.0, "wafer/week": 365.25 / 7, "wafer/day": 365.25,
    },
}  # fmt: skip
_FACTORS = {
    unit: (what, factor) for what, scale in _SCALES.items() for unit, factor in scale.items()
}
_UNITS_OF_PRODUCT = frozenset("unit GPU chip accelerator item server".split())


@dataclass(frozen=True)
class Step:
    """One step of arithmetic: in words, its result, and the claims it rests on."""

    says: str
    claims: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """The step as plain data."""
        return {"says": self.says, "claims": list(self.claims)}


@dataclass(frozen=True)
class Fit:
    """A claim of the record that speaks of what a claim of a text speaks of.

    Parameters
    ----------
    fact : Claim
    family : Family
    strict : bool
        Whether subject and every qualifier are named in the text.
    open : tuple of str
        Qualifiers that the text does not name.
    low, high : float
        Bounds of the text's claim in the unit of the record.
    distance : float
        Gap between the two, relative or in points as the family says; 0 where they touch.
    steps : tuple of Step
        Conversions made.
    vague : bool
        Whether the text's bounds are so loose that they say little ("more than 10" of 65).
    """

    fact: Claim
    family: Family
    strict: bool
    open: tuple[str, ...]
    low: float
    high: float
    distance: float
    steps: tuple[Step, ...] = field(default=())
    vague: bool = False

    @property
    def equal(self) -> bool:
        """Whether the two figures are one, within what sources usually differ by."""
        return self.distance <= 1e-9 and not self.vague

    @property
    def far(self) -> bool:
        """Whether the gap is beyond what sources differ by, yet of the same order."""
        if self.distance <= self.family.far - self.family.near + 1e-9:
            return False
        mine = self.low if math.isfinite(self.low) else self.high
        theirs = self.fact.central or 0.0
        return theirs == 0 or mine == 0 or 1 / ORDER <= abs(mine / theirs) <= ORDER


def fits(asked: Asked, evidence: Evidence, day: dt.date | None) -> list[Fit]:
    """All fits of a claim, in the order of the record.

    Parameters
    ----------
    asked : Asked
    evidence : Evidence
        The record, as known on the day of judgement.
    day : date or None
        Day of the text; its year picks the rate of exchange.

    Returns
    -------
    list of Fit
    """
    made = []
    for fact in evidence.values():
        family = FAMILIES.get(fact.metric)
        if family is None or fact.kind == "text" or not _said(asked, family, fact):
            continue
        whose = _subject_fits(asked, fact)
        if not whose:
            continue
        state, missing = _qualifiers_fit(asked, fact, _area(fact, evidence))
        if not state:
            continue
        converted = _bounds_in(asked.claim, fact, evidence, day)
        if converted is None:
            continue
        low, high, steps = converted
        wide = 0.08 if steps else 0.0
        strict = whose == "sure" and not missing
        made.append(
            Fit(fact, family, strict, missing, low, high,
                _distance(asked.claim, low, high, fact, family, wide), steps,
                _vague(low, high, fact))
        )  # fmt: skip
    return made


def _said(asked: Asked, family: Family, fact: Claim) -> bool:
    claim = asked.claim
    if claim.unit is None or claim.central is None:
        return False
    if claim.kind == "count" and fact.unit == "unit":
        thing, _, _ = claim.unit.partition(":")
        return thing in _UNITS_OF_PRODUCT
    if fact.metric in {"market_share", "item_share", "revenue_share"}:
        return claim.kind == "share" and (
            claim.metric == "market_share"
            or (
                claim.metric == "share"
                and bool({"share", "market", "world"} & asked.here or asked.node)
            )
        )
    if fact.metric == "fab_cost" and (asked.count > 1 or "several" in asked.here):
        return False
    if fact.metric == "capex" and "capex" not in asked.here:
        return False
    if fact.metric == "price" and not (asked.product_here or "per-wafer" in asked.here):
        return False
    if fact.unit == "fab" and claim.metric == "fabs":
        return (fact.metric == "fabs_existing") == (claim.modality in {"reported", "estimate"})
    if fact.metric == "subsidy" and claim.metric not in {"subsidy"}:
        if claim.metric in {"investment", "loan", "revenue", "price"} or "loan" in asked.here:
            return False  # what an award supports, or lends, is not the award
        return claim.kind == "money" and bool({"chips-act", "eu-chips-act", "award"} & asked.here)
    if fact.metric == "build_time" and not {"fabs", "build"} <= asked.here:
        return False
    if fact.metric == "investment" and claim.metric == "funds_sought":
        return fact.subject.startswith(("place:", "org:stargate"))
    if claim.metric in family.said:
        return True
    return claim.kind == fact.kind and claim.kind in {
        "memory", "power", "area", "distance"} and fact.metric in FAMILIES  # fmt: skip


def _subject_fits(asked: Asked, fact: Claim) -> str:
    """``sure``, ``open``, or empty where the subjects differ."""
    kind, _, name = fact.subject.partition(":")
    if kind == "product":
        if fact.metric == "shipments" and asked.subject not in {None, "org:nvidia"}:
            return ""
        if asked.product != name or (asked.many and fact.metric != "shipments"):
            return ""
        return "sure" if asked.product_here else "open"
    if kind == "act":
        word = "chips-act" if name == "chips" else "eu-chips-act"
        return "sure" if word in asked.here and asked.subject is None else ""
    if kind == "tech":
        lone = asked.subject is None and "fabs" in asked.here and asked.node is not None
        return "sure" if lone and asked.product is None else ""
    if fact.subject == "world":
        named = asked.subject is not None and asked.named_here
        if named or asked.product is not None:
            return ""
        if fact.metric == "companies":
            return "sure"
        if "world" in asked.here or asked.claim.qualifiers.get("region") == "world":
            return "sure"
        told = fact.qualifiers.get("item") in {"hbm", "dram"} and asked.item is not None
        return "open" if asked.subject is None and told else ""
    if fact.metric == "distance":
        return "sure" if name in asked.places_here else ""
    if kind == "place":
        if asked.subject == fact.subject:
            return "sure" if asked.sure else "open"
        if asked.subject is None and asked.places and asked.places[0] == name:
            return "sure" if asked.places_here == (name,) else "open"
        return ""
    if fact.subject == "org:stargate" and "org:stargate" in asked.firms:
        return "sure"
    if "org:stargate" in asked.firms and kind == "org":
        return ""
    if fact.subject in asked.firms and _partners(fact) and _counterparty(asked, fact) == "same":
        return "sure"  # both sides of a deal are named; whichever the sentence begins with
    for subject in _readings(asked):
        if subject == fact.subject:
            return "sure" if asked.sure else "open"
    return ""


def _readings(asked: Asked) -> Iterable[str]:
    """The subject, also as the joint venture at a named place and as the memory arm of a group."""
    if asked.subject is None:
        return
    yield asked.subject
    for place in asked.places:
        venture = _JOINT_VENTURES.get((asked.subject, place))
        if venture:
            yield venture
    if asked.item and asked.item.startswith(("hbm", "dram")) and "org:sk-group" in asked.subject:
        yield "+".join(sorted(asked.subject.replace("org:sk-group", "org:sk-hynix").split("+")))


def _area(fact: Claim, evidence: Evidence) -> frozenset[str]:
    """All places that the record gives to the scope of a claim of it."""
    scope = fact.qualifiers.get("scope")
    if scope is None:
        return frozenset()
    return frozenset(
        place
        for other in evidence.values()
        if other.subject == fact.subject and other.qualifiers.get("scope") == scope
        for place in other.qualifiers.get("places", "").split()
    )


def _qualifiers_fit(
    asked: Asked, fact: Claim, area: frozenset[str]
) -> tuple[bool, tuple[str, ...]]:
    """Whether no qualifier differs, and those that the text leaves open."""
    missing = []
    for key, wanted in fact.qualifiers.items():
        found = (
            _scope(asked, fact, area) if key == "scope" else _qualifier(asked, fact, key, wanted)
        )
        if found == "other":
            return False, ()
        if found == "open":
            missing.append(key)
    if "place" not in fact.qualifiers and fact.subject.startswith("org:"):
        sites = [p for p in asked.places_here if p not in _COUNTRIES]
        if sites and fact.metric in {"investment", "capacity", "fabs_new", "subsidy", "capex"}:
            return False, ()  # the text speaks of one site, the record of the whole firm
    if "node" not in fact.qualifiers and asked.node and fact.metric == "capacity":
        return False, ()
    if (
        "item" not in fact.qualifiers
        and fact.metric in {"capacity", "market_share", "revenue"}
        and (asked.item in {"hbm", "hbm3", "hbm3e", "hbm4", "dram", "nand", "cowos"})
    ):
        return False, ()
    if "precision" not in fact.qualifiers and fact.metric == "compute":
        return False, ()
    return True, tuple(missing)


def _qualifier(asked: Asked, fact: Claim, key: str, wanted: str) -> str:
    """``same``, ``open`` or ``other``."""
    claim = asked.claim
    if key == "item":
        return _item(asked, wanted)
    if key == "node":
        if asked.node is None:
            return "open"
        below = fact.qualifiers.get("below") == "yes"
        return "same" if asked.node == wanted and asked.below == below else "other"
    if key == "place":
        return _place(asked, wanted)
    if key == "counterparty":
        return _counterparty(asked, fact)
    if key == "product":
        if _EQUIVALENT.search(asked.sentence):
            return "same" if wanted.endswith("-equivalent") else "other"
        if wanted.endswith("-equivalent"):
            return "other"
        return "open" if asked.product is None else "same" if asked.product == wanted else "other"
    if key == "precision":
        known = {w for w in asked.here if w.startswith("precision-")}
        return "open" if not known else "same" if known == {f"precision-{wanted}"} else "other"
    if key == "density":
        return "other" if "sparse" in asked.here else "open"
    if key == "segment":
        if wanted == "semiconductors" and fact.subject != "world":
            return "open"  # analysts count other sales than a firm's own accounts
        words = {"data-centre"} if wanted == "data-centre" else {"semiconductors", "chips"}
        other = "data-centre" in asked.here and wanted != "data-centre"
        return "other" if other else "same" if words & asked.here else "open"
    if key == "wafer_mm":
        size = claim.qualifiers.get("wafer_mm")
        return "open" if size is None else "same" if size == wanted else "other"
    if key == "use":
        return "same" if "gen-ai" in asked.here | asked.before else "open"
    if key == "of":
        return "same" if wanted in asked.here else "other"
    if key == "from":
        return "same" if fact.metric != "distance" or wanted in asked.places_here else "other"
    if key in {"fabs", "phase", "includes", "purpose"}:
        return "open"
    if key == "region" and wanted not in {"world"}:
        return "same" if wanted in asked.places else "open"
    return "same"


def _item(asked: Asked, wanted: str) -> str:
    if wanted == "hbm":
        return "open" if asked.item is None else "same" if asked.item.startswith("hbm") else "other"
    if wanted in {"hbm3", "dram", "nand", "cowos", "electricity"}:
        return "open" if asked.item is None else "same" if asked.item == wanted else "other"
    if wanted == "leading-edge":
        named = "leading-edge" in asked.here and "only" in asked.here
        return "same" if named and asked.carried else "other"
    if wanted == "all-chips":
        narrow = asked.node or (asked.item and asked.item not in {"all-chips", "semiconductors"})
        if narrow or "leading-edge" in asked.near:
            return "other"
        return "same" if "all-chips" in asked.here else "open"
    if wanted == "packaging":
        return "same" if "packaging" in asked.here else "other"
    if wanted == "wafer":
        named = (asked.claim.unit or "").endswith("/wafer") or "per-wafer" in asked.here
        return "same" if named else "other"
    if wanted == "logic":
        return "open"
    return "same"


def _place(asked: Asked, wanted: str) -> str:
    here = asked.places_here or asked.places
    if wanted in here:
        others = [p for p in here if p not in _COUNTRIES and p != wanted]
        return "open" if others else "same"
    if wanted == "us":
        if _STATES_OF_US & set(here) or "chips-act" in asked.here:
            return "same"
        return "open"
    return "other" if [p for p in here if p not in _COUNTRIES] else "open"


def _scope(asked: Asked, fact: Claim, area: frozenset[str]) -> str:
    """Whether the text too speaks of the cluster that the record speaks of."""
    if asked.scope == "country":
        return "open"
    if asked.scope == "cluster" or "cluster" in asked.before or area & set(asked.places_here):
        return "same"
    horizon = fact.valid_to is not None and asked.claim.valid_to == fact.valid_to
    return "same" if horizon else "open"


def _partners(fact: Claim) -> tuple[str, ...]:
    """Firms on the other side of a deal of the record."""
    names = fact.qualifiers.get("counterparty", "").split()
    return tuple(f"org:{name}" for name in names if name not in {"any", "none"})


def _counterparty(asked: Asked, fact: Claim) -> str:
    wanted = fact.qualifiers["counterparty"]
    firms = {f for f in asked.firms if f.startswith("org:")} - {fact.subject} - ANALYSTS
    if wanted in {"any", "none"}:
        return "same" if not firms else "open"
    if wanted == "sum":
        return "same" if len(firms) > 1 or "together" in asked.here else "open"
    named = set(_partners(fact))
    if firms == named:
        return "same"
    if firms & named or not firms or fact.metric == "funds_sought":
        return "open"
    return "other"


def money_in(
    currency: str, other: str, evidence: Mapping[str, Claim], year: int
) -> tuple[float, Step] | None:
    """Factor from one currency to another at the average rate of a year, as a step.

    Where the record has no rate of that year, that of the nearest year is taken and named.

    Examples
    --------
    >>> from waferway.atlas.record import record
    >>> factor, step = money_in("USD", "KRW", record(), 2023)
    >>> factor, step.claims
    (1306.0, ('record.fx.krw.2023',))
    """
    if currency == other:
        return 1.0, Step("")
    used, factor, parts = [], 1.0, []
    for code, power in ((currency, -1), (other, 1)):
        if code == "USD":
            continue
        rates = {
            int(claim.valid_text or 0): claim
            for claim in evidence.values()
            if claim.metric == "exchange_rate" and claim.unit == f"{code}/USD"
        }
        if not rates:
            return None
        nearest = min(rates, key=lambda y: (abs(y - year), y))
        rate = rates[nearest]
        factor *= (rate.central or math.nan) ** power
        used.append(rate.claim_id)
        parts.append(f"{rate.central:,g} {code}/USD ({nearest})")
    return factor, Step(f"{currency} to {other} at {', '.join(parts)}", tuple(used))


def _bounds_in(
    claim: Claim, fact: Claim, evidence: Evidence, day: dt.date | None
) -> tuple[float, float, tuple[Step, ...]] | None:
    low, high = bounds_of(claim)
    unit, other = claim.unit or "", fact.unit or ""
    if unit == other or (claim.kind == "count" and other == "unit"):
        return low, high, ()
    if {unit, other} <= {"1", "rank"}:
        return low, high, ()
    if claim.kind == "money" and fact.kind == "money":
        year = (day or fact.known_from or dt.date(2024, 1, 1)).year
        rate = money_in(unit.partition("/")[0], other.partition("/")[0], evidence, year)
        if rate is None or (
            unit.partition("/")[2] and unit.partition("/")[2] != other.partition("/")[2]
        ):
            return None
        factor, step = rate
        if not step.says:
            return low, high, ()
        said = f"{amount(low, high, unit)} = {amount(low * factor, high * factor, other)}"
        return low * factor, high * factor, (Step(f"{said}: {step.says}", step.claims),)
    mine, theirs = _FACTORS.get(unit), _FACTORS.get(other)
    if mine is None or theirs is None or mine[0] != theirs[0]:
        return None
    factor = mine[1] / theirs[1]
    step = Step(f"{amount(low, high, unit)} = {amount(low * factor, high * factor, other)}")
    return low * factor, high * factor, (step,) if factor != 1.0 and mine[0] == "wafers" else ()


def number(value: float) -> str:
    """A number for people: 470 billion, 16,667, 0.5.

    Examples
    --------
    >>> number(470e9), number(16666.7), number(0.5)
    ('470 billion', '16,667', '0.5')
    """
    for size, word in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")):
        if abs(value) >= size:
            return f"{value / size:.4g}{word}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def amount(low: float, high: float, unit: str = "") -> str:
    """An interval with its unit in words.

    Examples
    --------
    >>> amount(13, 13, "fab"), amount(-math.inf, 1.4, "GW"), amount(8e9, 10e9, "USD")
    ('13 fabs', 'at most 1.4 GW', '8 billion to 10 billion USD')
    """
    words = {"1": "", "wafer/month": "wafers a month", "wafer/year": "wafers a year"}.get(
        unit, unit
    )
    if re.fullmatch("[a-z_]{3,}", unit) and (low, high) != (1, 1):
        words = unit[:-1] + "ies" if unit.endswith("y") and unit != "day" else unit + "s"
    words = words.replace("_", " ")
    if math.isinf(low) or math.isinf(high):
        said = f"at most {number(high)}" if math.isinf(low) else f"at least {number(low)}"
    else:
        said = number(low) if math.isclose(low, high) else f"{number(low)} to {number(high)}"
    return f"{said} {words}".strip()


def _distance(
    claim: Claim, low: float, high: float, fact: Claim, family: Family, wide: float
) -> float:
    """Gap beyond what sources usually differ by; 0 where the two are one figure."""
    first, last = bounds_of(fact)
    # "under 200,000" of a source is near that figure; it does not support any figure below.
    first = 0.8 * last if math.isinf(first) else first
    last = 1.25 * first if math.isinf(last) else last
    reference = max(abs(b) for b in (first, last) if math.isfinite(b))
    scale = 1.0 if family.absolute else max(reference, 1e-12)
    gap = max(0.0, first - high, low - last) / scale
    near = family.near * (2 if claim.approx else 1) + wide
    return 0.0 if gap <= near + 1e-12 else gap - family.near


def _vague(low: float, high: float, fact: Claim) -> bool:
    first, last = bounds_of(fact)
    if math.isinf(high):
        return low < 0.8 * first
    if math.isinf(low):
        return high > 1.2 * last
    same = math.isclose(low, first, rel_tol=0.05) and math.isclose(high, last, rel_tol=0.05)
    return low > 0 and high > 2.5 * low and not same
