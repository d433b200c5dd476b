"""The deal screen: what merger rules would say of a deal, with the figures and the source.

Owns acquisitions, joint ventures and minority stakes in named markets. The output is a screen
with its rule ids, never a legal conclusion: what the indices cannot see stands beside it as open
questions. Rules are chosen by the date of notification.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from waferway.errors import Faults, Place, nearest
from waferway.evidence.claims import Evidence
from waferway.market.rules import GRID, Rule, grid, rules_on
from waferway.market.shares import Concentration, Market, Stake, concentration, controllers

__all__ = ["Deal", "Finding", "Screen", "screen", "screen_deals", "screen_pairs"]

OPEN_QUESTIONS = (
    "market definition: other products or areas may be the right market",
    "foreign investment review of the target's country",
    "export control: licences that fall with a change of owner",
    "vertical effects: whether rivals of either party depend on the other",
    "turnover thresholds: whether the deal must be notified at all",
)


@dataclass(frozen=True)
class Deal:
    """A deal between parties.

    Attributes
    ----------
    name : str
    kind : {"acquisition", "joint_venture", "minority_stake"}
    acquirer, target : str
        For a joint venture the two parents.
    date : datetime.date
        Of notification.
    contributed_percent : mapping of (market, party) to float
        For a joint venture: market share that each parent puts in; absent, all of it.
    share : float, 0 to 1
        Stake bought, for a minority stake.
    """

    name: str
    kind: Literal["acquisition", "joint_venture", "minority_stake"]
    acquirer: str
    target: str
    date: dt.date
    contributed_percent: Mapping[tuple[str, str], float] = field(default_factory=dict)
    share: float = 1.0


@dataclass(frozen=True)
class Finding:
    """What one rule says.

    Attributes
    ----------
    rule : Rule
    answer : {"yes", "no", "depends on tail"}
        Whether all its conditions hold.
    mood : {"is", "would be"}
        A draft only would be.
    """

    rule: Rule
    answer: str
    mood: str

    def __str__(self) -> str:
        verb = "" if self.mood == "is" else f"{self.mood} "
        tests = " and ".join(str(condition) for condition in self.rule.conditions)
        return (
            f"{self.rule.rule_id}: {verb}{self.rule.outcome.replace('_', ' ')}: {self.answer} "
            f"({tests}; {self.rule.source}, {self.rule.locator})"
        )


@dataclass(frozen=True)
class Screen:
    """Figures of a deal in one market, and what each rule says.

    Attributes
    ----------
    deal : Deal
    market : Market
        By controlling owner at the date.
    before : Concentration
    hhi_after : (float, float)
        Interval by the unlisted rest.
    hhi_change : float
        2ab, percent squared.
    merged_share_percent : float
    parties_percent : (float, float)
    findings : tuple of Finding
    presumption : dict of str to str
        By regime with presumptions: ``yes``, ``no`` or ``depends on tail``.
    safe_range : dict of str to str
        By regime with ranges of no likely concern: whether the deal lies in one.
    open_questions : tuple of str
    variant : str
        Empty, or what the variant assumes (a joint venture that aligns its parents).
    """

    deal: Deal
    market: Market
    before: Concentration
    hhi_after: tuple[float, float]
    hhi_change: float
    merged_share_percent: float
    parties_percent: tuple[float, float]
    findings: tuple[Finding, ...]
    presumption: dict[str, str]
    safe_range: dict[str, str]
    open_questions: tuple[str, ...]
    variant: str = ""

    @property
    def flag(self) -> str:
        """``flagged``, ``clear`` or ``depends on tail`` over the regimes in force.

        Flagged: a presumption holds, or a regime with safe ranges has the deal in none.
        """
        answers = [*self.presumption.values(), *(_not(a) for a in self.safe_range.values())]
        if "yes" in answers:
            return "flagged"
        return "depends on tail" if "depends on tail" in answers else "clear"

    def __str__(self) -> str:
        low, high = self.hhi_after
        post = f"{low:,.0f}" if high == low else f"{low:,.0f} to {high:,.0f}"
        head = (
            f"{self.deal.name} in {self.market.name} ({self.market.product}, {self.market.area}, "
            f"{self.market.date}, {self.market.unit}): HHI after {post}, change "
            f"{self.hhi_change:,.1f}, share {self.merged_share_percent:g} %: {self.flag}"
        )
        return "\n".join([head, *(f"  {finding}" for finding in self.findings)])


def _not(answer: str) -> str:
    return {"yes": "no", "no": "yes"}.get(answer, answer)


def screen(
    deal: Deal,
    market: Market,
    *,
    stakes: Iterable[Stake] = (),
    jurisdictions: Sequence[str] = ("US", "EU"),
    evidence: Evidence | None = None,
) -> Screen:
    """Screen a deal in one market.

    Parameters
    ----------
    deal : Deal
    market : Market
        Shares by firm; grouped by controlling owner on the date of the deal.
    stakes : iterable of Stake, optional
    jurisdictions : sequence of str
    evidence : Evidence, optional
        Claims that hold the rules; the shipped ones when absent.

    Returns
    -------
    Screen

    Raises
    ------
    InputError
        Unknown parties (with the nearest name), a party that merges with itself, faults of the
        market, dates without rules.

    Examples
    --------
    >>> quarters = Market("example", "wafers", "world", "revenue", dt.date(2024, 12, 31),
    ...                   {"a": 30, "b": 30, "c": 20, "d": 20})
    >>> result = screen(Deal("c+d", "acquisition", "c", "d", dt.date(2025, 3, 1)), quarters)
    >>> result.hhi_after, result.hhi_change, result.merged_share_percent, result.flag
    ((3400.0, 3400.0), 800.0, 40.0, 'flagged')
    >>> [finding.rule.rule_id for finding in result.findings if finding.answer == "yes"]
    ['us-2023-2.1-hhi', 'us-2023-2.1-share', 'us-2023-highly']
    """
    faults = Faults()
    market.check(faults)
    _check_deal(deal, market, faults)
    faults.raise_any("no deal was screened")
    held = list(stakes)
    holder = controllers(market.shares_percent, held, deal.date)
    grouped = _group(market, holder)
    one, two = holder[deal.acquirer], holder[deal.target]
    questions = list(OPEN_QUESTIONS)
    parts = {name: int(grid(share)) for name, share in grouped.shares_percent.items()}
    if deal.kind == "minority_stake":
        after, merged = parts, parts[one]
        questions.append("a minority stake may give influence: see modified_hhi")
    elif deal.kind == "joint_venture":
        after, merged = _venture(deal, market, parts, one, two)
        questions.append("a venture may align its parents: see them screened as one firm")
    else:
        after, merged = _takeover(deal, market, held, one)
    if one == two:
        questions.append(f"{one} controls both parties already: no change by control")
    before = concentration(grouped)
    base, moved = _index(parts), _index(after) - _index(parts)
    findings = _find(
        rules_on(deal.date, jurisdictions, evidence), base, moved, merged,
        int(grid(before.hhi_high - before.hhi_low, 2)),
    )  # fmt: skip
    presumption, safe = _summarise(findings)
    change = moved / GRID**2
    mine = parts[one] / GRID
    return Screen(
        deal, grouped, before, (before.hhi_low + change, before.hhi_high + change), change,
        merged / GRID, (mine, merged / GRID - mine), findings, presumption, safe,
        tuple(questions),
    )  # fmt: skip


def _index(parts: Mapping[str, int]) -> int:
    """HHI in whole parts, exact."""
    return sum(part * part for part in parts.values())


def _group(market: Market, holder: Mapping[str, str]) -> Market:
    grouped: dict[str, float] = {}
    for firm, share in market.shares_percent.items():
        grouped[holder[firm]] = grouped.get(holder[firm], 0.0) + share
    return replace(market, shares_percent=grouped)


def _takeover(
    deal: Deal, market: Market, held: list[Stake], buyer: str
) -> tuple[dict[str, int], int]:
    """Shares by control once the target, with what it controls, belongs to the buyer."""
    freed = [
        replace(stake, controls=False) if stake.owned == deal.target else stake for stake in held
    ]
    bought = Stake(buyer, deal.target, 0.0, controls=True)
    if buyer == deal.target:  # the target controls its buyer: nothing changes hands
        freed, bought = held, Stake(buyer, deal.target, 0.0, controls=False)
    holder = controllers(market.shares_percent, [*freed, bought], deal.date)
    after = _group(market, holder).shares_percent
    parts = {name: int(grid(share)) for name, share in after.items()}
    return parts, parts[holder[deal.acquirer]]


def _venture(
    deal: Deal, market: Market, parts: Mapping[str, int], one: str, two: str
) -> tuple[dict[str, int], int]:
    """Shares once both parents have put theirs, or the part given, into a firm of its own."""
    given = deal.contributed_percent
    after = dict(parts)
    whole = 0
    for party, owner in ((deal.acquirer, one), (deal.target, two)):
        part = given.get((market.name, party))
        taken = int(grid(part)) if part is not None else after[owner]
        after[owner] -= taken
        whole += taken
    after[f"venture {deal.name}"] = whole
    return after, whole


def _check_deal(deal: Deal, market: Market, faults: Faults) -> None:
    place = Place(f"deal {deal.name}")
    for role in ("acquirer", "target"):
        party = getattr(deal, role)
        if party not in market.shares_percent:
            near = nearest(party, market.shares_percent)
            faults.add(place, f"the {role} {party} has no share in {market.name}",
                       "missing is never zero: a party without sales has share 0",
                       f"did you mean {near[0]}?" if near else f"give {party} a share",
                       kind="name")  # fmt: skip
    if deal.acquirer == deal.target:
        faults.add(place, f"{deal.acquirer} cannot buy itself", kind="deal")
    if deal.kind not in ("acquisition", "joint_venture", "minority_stake"):
        faults.add(place, f'"{deal.kind}" is not a kind of deal',
                   "known: acquisition, joint_venture, minority_stake", kind="name")  # fmt: skip
    if not 0 < deal.share <= 1:
        faults.add(place, f"the stake is {deal.share:g}; it must lie between 0 and 1",
                   suggestion="0.49 means 49 %", kind="stake")  # fmt: skip
    for (where, party), share in deal.contributed_percent.items():
        if where == market.name and share > market.shares_percent.get(party, 100.0) + 1e-9:
            faults.add(place, f"{party} puts in {share:g} % and has less", kind="stake")


def _find(
    rules: Sequence[Rule], base: int, moved: int, merged: int, tail: int
) -> tuple[Finding, ...]:
    """Answers at both ends of the interval that the unlisted rest leaves."""
    ends = [
        {
            "hhi_before": np.array(base + extra), "hhi_after": np.array(base + extra + moved),
            "hhi_change": np.array(moved), "merged_share_percent": np.array(merged),
        }
        for extra in (0, tail)
    ]  # fmt: skip
    out = []
    for rule in rules:
        low, high = (bool(rule.holds(measures)) for measures in ends)
        between = _crossed(rule, ends)
        answer = "depends on tail" if low != high or between else "yes" if low else "no"
        out.append(Finding(rule, answer, "is" if rule.status == "in_force" else "would be"))
    return tuple(out)


def _crossed(rule: Rule, ends: list[dict[str, NDArray[np.int64]]]) -> bool:
    """Whether a band lies wholly inside the interval, so that neither end shows it."""
    low, high = ends
    if (low["hhi_after"] == high["hhi_after"]).all() or any(
        bool(rule.holds(measures)) for measures in ends
    ):
        return False
    bounds = [c for c in rule.conditions if c.measure in ("hhi_after", "hhi_before")]
    for condition in bounds:
        for nudge in (-1, 0, 1):
            inside = grid(condition.threshold, 2) + nudge
            if low["hhi_after"] <= inside <= high["hhi_after"]:
                probe = {**low, "hhi_after": inside, "hhi_before": inside - low["hhi_change"]}
                if bool(rule.holds(probe)):
                    return True
    return False


def _summarise(findings: Sequence[Finding]) -> tuple[dict[str, str], dict[str, str]]:
    presumption: dict[str, list[str]] = {}
    safe: dict[str, list[str]] = {}
    for finding in findings:
        if finding.mood != "is":
            continue
        if finding.rule.outcome == "presumption":
            presumption.setdefault(finding.rule.regime, []).append(finding.answer)
        elif finding.rule.outcome == "no_concern_likely":
            safe.setdefault(finding.rule.regime, []).append(finding.answer)

    def best(answers: list[str]) -> str:
        return next((a for a in ("yes", "depends on tail") if a in answers), "no")

    return {r: best(a) for r, a in presumption.items()}, {r: best(a) for r, a in safe.items()}


def screen_deals(
    deals: Iterable[Deal],
    markets: Iterable[Market],
    *,
    stakes: Iterable[Stake] = (),
    jurisdictions: Sequence[str] = ("US", "EU"),
    evidence: Evidence | None = None,
) -> Any:
    """Screen every deal of a plan in every market where both parties sell.

    Parameters
    ----------
    deals : iterable of Deal
    markets : iterable of Market
    stakes : iterable of Stake
        Who controls whom before.
    jurisdictions : sequence of str
        US, EU.
    evidence : Evidence, optional
        Rules by date; default: what is shipped.

    Returns
    -------
    pandas.DataFrame
        A row for each deal and market: figures, flag, rules that hold, sources, market
        definition. Deals whose parties meet in no market have one row that says so. A joint
        venture with contributed shares has a second row in which its parents count as one.

    Raises
    ------
    InputError
    """
    import pandas as pd

    held = list(stakes)
    places = list(markets)
    rows = []
    for deal in deals:
        met = [
            m for m in places
            if deal.acquirer in m.shares_percent and deal.target in m.shares_percent
        ]  # fmt: skip
        if not met:
            rows.append({"deal": deal.name, "market": "", "flag": "no market in common"})
        for market in met:

            def run(one: Deal, place: Market = market) -> Screen:
                return screen(
                    one, place, stakes=held, jurisdictions=jurisdictions, evidence=evidence
                )

            results = [run(deal)]
            if deal.kind == "joint_venture" and deal.contributed_percent:
                merged = replace(deal, kind="acquisition", contributed_percent={})
                results.append(replace(run(merged), variant="parents count as one"))
            rows += [_row(result) for result in results]
    return pd.DataFrame(rows)


def _row(result: Screen) -> dict[str, Any]:
    yes = [f for f in result.findings if f.answer == "yes"]
    return {
        "deal": result.deal.name, "market": result.market.name, "variant": result.variant,
        "acquirer": result.deal.acquirer, "target": result.deal.target,
        "notified": result.deal.date, "flag": result.flag,
        "hhi_before_low": result.before.hhi_low, "hhi_before_high": result.before.hhi_high,
        "hhi_after_low": result.hhi_after[0], "hhi_after_high": result.hhi_after[1],
        "hhi_change": result.hhi_change, "merged_share_percent": result.merged_share_percent,
        "rules": "; ".join(f.rule.rule_id for f in yes if f.mood == "is"),
        "would_be": "; ".join(f.rule.rule_id for f in yes if f.mood != "is"),
        "depends_on_tail": "; ".join(
            f.rule.rule_id for f in result.findings if f.answer == "depends on tail"
        ),
        "sources": "; ".join(dict.fromkeys(f"{f.rule.source}, {f.rule.locator}" for f in yes)),
        "definition": f"{result.market.product}, {result.market.area}, {result.market.date}, "
        f"{result.market.unit}",
        "claims": " ".join(result.market.claims),
    }  # fmt: skip


def screen_pairs(
    markets: Mapping[str, Mapping[str, float]],
    when: dt.date,
    *,
    jurisdictions: Sequence[str] = ("US", "EU"),
    elasticity: float | None = None,
    evidence: Evidence | None = None,
) -> dict[str, NDArray[Any]]:
    """Every pair of firms in every market, all rules at once.

    Parameters
    ----------
    markets : mapping of market to (firm to share in percent)
        Listed firms only; no interval for the rest here (`screen` gives it).
    when : datetime.date
        Of notification.
    elasticity : float, above 0, optional
        Of market demand; adds the cost saving that would restore the price (Cournot).

    Returns
    -------
    dict of str to array, shape (pairs,)
        ``market``, ``first``, ``second``, ``hhi_before``, ``hhi_after``, ``hhi_change``,
        ``merged_share_percent``, one flag by rule id (``rule:...``), and
        ``compensating_saving`` with an elasticity. Ranked by nothing: rank by change and value
        at stake, since most chip markets are above any threshold.

    Examples
    --------
    >>> pairs = screen_pairs({"m": {"a": 40, "b": 30, "c": 20, "d": 10}}, dt.date(2025, 1, 1))
    >>> pairs["hhi_change"].tolist()
    [2400.0, 1600.0, 800.0, 1200.0, 600.0, 400.0]
    """
    from waferway.market.price_effects import cournot_saving

    names = np.array(list(markets), dtype=object)
    sizes = np.array([len(shares) for shares in markets.values()], dtype=np.int64)
    firms = np.array([firm for shares in markets.values() for firm in shares], dtype=object)
    shares = np.array([float(s) for shares in markets.values() for s in shares.values()])
    parts = grid(shares)
    market_of = np.repeat(np.arange(len(names)), sizes)
    base = np.zeros(len(names), dtype=np.int64)
    np.add.at(base, market_of, parts * parts)
    starts = np.cumsum(sizes) - sizes
    index = [
        start + np.stack(np.triu_indices(size, 1))
        for start, size in zip(starts, sizes, strict=True)
    ]
    one, two = np.concatenate(index, axis=1) if index else np.zeros((2, 0), dtype=np.int64)
    where = market_of[one]
    change = 2 * parts[one] * parts[two]
    measures = {
        "hhi_before": base[where], "hhi_change": change, "hhi_after": base[where] + change,
        "merged_share_percent": parts[one] + parts[two],
    }  # fmt: skip
    square = float(GRID) ** 2
    out: dict[str, NDArray[Any]] = {
        "market": names[where], "first": firms[one], "second": firms[two],
        "hhi_before": measures["hhi_before"] / square, "hhi_after": measures["hhi_after"] / square,
        "hhi_change": change / square,
        "merged_share_percent": measures["merged_share_percent"] / GRID,
    }  # fmt: skip
    for rule in rules_on(when, jurisdictions, evidence):
        out[f"rule:{rule.rule_id}"] = rule.holds(measures)
    if elasticity is not None:
        out["compensating_saving"] = cournot_saving(
            shares[one] / 100, shares[two] / 100, elasticity
        )
    return out
