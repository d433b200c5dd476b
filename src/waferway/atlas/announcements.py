"""What announcements say of one another: arithmetic on cited claims, nothing else.

Owns the sums that the pages of the scenarios print: gigawatts against wafers, dollars against
gigawatts, won against fabs. Each figure names the claims it is made of.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from waferway.evidence.claims import Evidence

__all__ = ["Sum", "announcements", "sums_of"]


@dataclass(frozen=True)
class Sum:
    """One figure of arithmetic on claims.

    Attributes
    ----------
    topic : str
        Scenario whose page prints it.
    says : str
        What it is, in words.
    value : float
    unit : str
    claims : tuple of str
        In the order of the formula.
    """

    topic: str
    says: str
    value: float
    unit: str
    claims: tuple[str, ...]


Formula = Callable[[Callable[[str], float]], float]
FAB = 50_000
"""Wafers a month of the fab whose cost IBS states; the announcement of 36 fabs names no size."""
_SUPPLY = tuple(f"epoch.cowos-supply.2024Q{q}" for q in range(1, 5))
_DEALS = ("oai-009", "oai-010", "oai-011")


def _deals(v: Callable[[str], float]) -> float:
    return v("oai-009") + v("oai-010") + v("oai-011")


def _fab(v: Callable[[str], float], won: str, fabs: int) -> float:
    return v(won) / fabs / v("fx.krw-usd.2024-01")


def _wafers(v: Callable[[str], float]) -> float:
    """Wafers a month of 36 fabs."""
    return v("oai-36.fabs") * FAB


_DIES = ("compiled.die-openai-next-own.gross", "compiled.die-openai-next-own.good")
_GOOD = "compiled.pack-openai-next.good"
_STACKS = "compiled.pack-openai-next.hbm4-48gb.count"


def _dies(v: Callable[[str], float]) -> float:
    """Good dies a month of 36 fabs, of OpenAI's own design on a process of its own."""
    return _wafers(v) * v(_DIES[0]) * v(_DIES[1])


ANNOUNCED: tuple[tuple[str, str, str, tuple[str, ...], Formula], ...] = (
    ("openai-2024", "wafers a month that 8 billion dollars buy at the cost of 2 nm", "wafer/month",
     ("oai-001", "logic-081"), lambda v: v("oai-001.low") / v("logic-081")),
    ("openai-2024", "wafers a month that 10 billion dollars buy at the cost of 3 nm",
     "wafer/month", ("oai-001", "logic-080"), lambda v: v("oai-001.high") / v("logic-080")),
    ("openai-2024", "fabs of 50,000 wafers a month at 2 nm for 9 billion dollars", "fab",
     ("fund.g42-round.amount", "logic-081"),
     lambda v: v("fund.g42-round.amount") / v("logic-081") / FAB),
    ("openai-36-fabs", "36 fabs of 50,000 wafers a month at the cost of 3 nm", "USD bn",
     ("oai-36.fabs", "logic-080"), lambda v: _wafers(v) * v("logic-080") / 1e9),
    ("openai-36-fabs", "36 fabs of 50,000 wafers a month at the cost of 2 nm", "USD bn",
     ("oai-36.fabs", "logic-081"), lambda v: _wafers(v) * v("logic-081") / 1e9),
    ("openai-36-fabs", "their wafers", "wafer/month", ("oai-36.fabs",), _wafers),
    ("openai-36-fabs", "the same, of all that SEMI forecast for the world at 7 nm and below in "
     "2028", "%", ("oai-36.fabs", "logic-005"), lambda v: 100 * _wafers(v) / v("logic-005")),
    ("openai-36-fabs", "EUV scanners for them", "tool", ("oai-36.fabs", "euv.per-kwpm"),
     lambda v: _wafers(v) / 1000 * v("euv.per-kwpm")),
    ("openai-36-fabs", "years of all EUV scanners delivered", "year",
     ("oai-36.fabs", "euv.per-kwpm", "euv.deliveries"),
     lambda v: _wafers(v) / 1000 * v("euv.per-kwpm") / v("euv.deliveries")),
    ("openai-36-fabs", "good dies from them (68 a wafer, own design on an own process)",
     "die/month", ("oai-36.fabs", *_DIES), _dies),
    ("openai-36-fabs", "HBM stacks to go with those dies, 8 each", "stack/month",
     ("oai-36.fabs", *_DIES, _STACKS), lambda v: _dies(v) * v(_STACKS)),
    ("openai-36-fabs", "site power of the packages of one month", "GW",
     ("oai-36.fabs", *_DIES, _GOOD, "package.openai-next.power"),
     lambda v: _dies(v) * v(_GOOD) * v("package.openai-next.power") / 1e6),
    ("openai-36-fabs", "site power that can be added in the world in a month of 2030", "GW",
     ("limit.power.2030",), lambda v: v("limit.power.2030") / 1e3),
    ("openai-7tn", "wafers a month that 7 trillion dollars buy at the cost of 2 nm", "wafer/month",
     ("oai-003", "logic-081"), lambda v: v("oai-003") / v("logic-081")),
    ("openai-7tn", "wafers a month that 7 trillion dollars buy at the cost of 3 nm", "wafer/month",
     ("oai-003", "logic-080"), lambda v: v("oai-003") / v("logic-080")),
    ("openai-7tn", "at 2 nm, times what SEMI forecast for the world at 7 nm and below in 2028",
     "times", ("oai-003", "logic-081", "logic-005"),
     lambda v: v("oai-003") / v("logic-081") / v("logic-005")),
    ("openai-7tn", "at 3 nm, times the same", "times", ("oai-003", "logic-080", "logic-005"),
     lambda v: v("oai-003") / v("logic-080") / v("logic-005")),
    ("openai-7tn", "at 2 nm, years of all EUV scanners delivered", "year",
     ("oai-003", "logic-081", "euv.per-kwpm", "euv.deliveries"),
     lambda v: v("oai-003") / v("logic-081") / 1000 * v("euv.per-kwpm") / v("euv.deliveries")),
    ("openai-7tn", "times the cost of 36 fabs at 2 nm", "times",
     ("oai-003", "oai-36.fabs", "logic-081"),
     lambda v: v("oai-003") / (_wafers(v) * v("logic-081"))),
    ("openai-7tn", "times all new AI compute to 2030 as Citi saw it in September 2025", "times",
     ("oai-003", "dem-050.usd"), lambda v: v("oai-003") / v("dem-050.usd")),
    ("openai-7tn", "gigawatts of AI data centres at that price", "GW",
     ("oai-003", "dem-050.usd", "dem-050"),
     lambda v: v("oai-003") / (v("dem-050.usd") / v("dem-050"))),
    ("openai-26gw", "gigawatts of the three deals", "GW", _DEALS, _deals),
    ("openai-26gw", "gigawatts that 900,000 DRAM wafers a month would serve", "GW",
     ("oai-017", "dem-051"), lambda v: v("oai-017") / v("dem-051")),
    ("openai-26gw", "DRAM wafers a month that the three deals need", "wafer/month",
     (*_DEALS, "dem-051"), lambda v: _deals(v) * v("dem-051")),
    ("openai-26gw", "packages of the three deals", "package", (*_DEALS, "dem-051.gpus"),
     lambda v: _deals(v) * v("dem-051.gpus")),
    ("openai-26gw", "CoWoS wafers for them at 16 a wafer (B200)", "wafer",
     (*_DEALS, "dem-051.gpus", "pack-025"),
     lambda v: _deals(v) * v("dem-051.gpus") / v("pack-025")),
    ("openai-26gw", "CoWoS wafers for them at 9 a wafer (Rubin)", "wafer",
     (*_DEALS, "dem-051.gpus", "pack-026"),
     lambda v: _deals(v) * v("dem-051.gpus") / v("pack-026")),
    ("openai-26gw", "CoWoS wafers supplied to all in 2024", "wafer", _SUPPLY,
     lambda v: sum(v(name) for name in _SUPPLY)),
    ("openai-26gw", "Stargate", "USD bn/GW", ("oai-022", "oai-022.gw"),
     lambda v: v("oai-022") / v("oai-022.gw") / 1e9),
    ("openai-26gw", "all commitments stated by OpenAI", "USD bn/GW", ("oai-029", "oai-029.gw"),
     lambda v: v("oai-029") / v("oai-029.gw") / 1e9),
    ("openai-26gw", "Citi, new compute to 2030", "USD bn/GW", ("dem-050.usd", "dem-050"),
     lambda v: v("dem-050.usd") / v("dem-050") / 1e9),
    ("openai-26gw", "contract with Oracle", "USD bn/GW", ("oai-014.usd", "oai-014"),
     lambda v: v("oai-014.usd") / v("oai-014") / 1e9),
    ("openai-26gw", "long-run goal of 250 GW", "USD bn/GW", ("oai-015.usd", "oai-015"),
     lambda v: v("oai-015.usd") / v("oai-015") / 1e9),
    ("korea-2047", "the four parts together", "trillion won",
     ("oai-038", "oai-039", "oai-040", "oai-041"),
     lambda v: (v("oai-038") + v("oai-039") + v("oai-040") + v("oai-041")) / 1e12),
    ("korea-2047", "622 trillion won at 1,325 won a dollar", "USD bn",
     ("oai-030", "fx.krw-usd.2024-01"), lambda v: v("oai-030") / v("fx.krw-usd.2024-01") / 1e9),
    ("korea-2047", "a fab at Samsung Yongin", "USD bn", ("oai-038", "fx.krw-usd.2024-01"),
     lambda v: _fab(v, "oai-038", 6) / 1e9),
    ("korea-2047", "a fab at Samsung Pyeongtaek", "USD bn", ("oai-039", "fx.krw-usd.2024-01"),
     lambda v: _fab(v, "oai-039", 3) / 1e9),
    ("korea-2047", "a fab at SK hynix Yongin", "USD bn", ("oai-041", "fx.krw-usd.2024-01"),
     lambda v: _fab(v, "oai-041", 4) / 1e9),
    ("korea-2047", "wafers a month that a Yongin fab buys at the cost of 2 nm", "wafer/month",
     ("oai-038", "fx.krw-usd.2024-01", "logic-081"),
     lambda v: _fab(v, "oai-038", 6) / v("logic-081")),
    ("korea-2047", "wafers a month that a Yongin fab buys at the cost of 3 nm", "wafer/month",
     ("oai-038", "fx.krw-usd.2024-01", "logic-080"),
     lambda v: _fab(v, "oai-038", 6) / v("logic-080")),
    ("korea-2047", "7.7 million wafers a month in 2030, as a share of SEMI's world of 2028 "
     "(300 mm; the plan names no size)", "%", ("oai-035", "logic-001"),
     lambda v: 100 * v("oai-035") / v("logic-001")),
    ("meta-350k-h100", "H100 that Meta had to buy in 2024", "package", ("dem-009", "dem-004"),
     lambda v: v("dem-009") - v("dem-004")),
    ("meta-350k-h100", "their share of all H100 and H200 sold in 2024 (Epoch AI)", "%",
     ("dem-009", "dem-004", *(f"epoch.units.h100x.2024Q{q}" for q in range(1, 5))),
     lambda v: 100 * (v("dem-009") - v("dem-004"))
     / sum(v(f"epoch.units.h100x.2024Q{q}") for q in range(1, 5))),
)  # fmt: skip


def announcements(evidence: Evidence) -> list[Sum]:
    """Every sum whose claims are there.

    Parameters
    ----------
    evidence : Evidence

    Returns
    -------
    list of Sum
        In the order of the pages; money and capex of claims are in their own units.

    Examples
    --------
    >>> from waferway.atlas import world
    >>> found = {s.says: s.value for s in announcements(world().evidence)}
    >>> found["gigawatts that 900,000 DRAM wafers a month would serve"]
    50.0
    """

    def value(name: str) -> float:
        stem, _, end = name.rpartition(".")
        if end in ("low", "high") and stem in evidence:
            return float(getattr(evidence[stem], end))
        return float(evidence[name].central or 0.0)

    return [
        Sum(topic, says, formula(value), unit, claims)
        for topic, says, unit, claims, formula in ANNOUNCED
        if all(name in evidence for name in claims)
    ]


def sums_of(evidence: Evidence, topic: str) -> str:
    """The sums of one scenario as a table of a page; empty where there is none."""
    rows = [s for s in announcements(evidence) if s.topic == topic]
    if not rows:
        return ""
    lines = ["| arithmetic on claims | | claims |", "|---|---:|---|"]
    for s in rows:
        digits = 0 if abs(s.value) >= 1000 else 1
        names = ", ".join(s.claims) if len(s.claims) < 5 else f"{', '.join(s.claims[:3])}, ..."
        lines.append(f"| {s.says} | {s.value:,.{digits}f} {s.unit} | {names} |")
    return "\n".join(lines)
