"""The answer in three sentences.

Owns wording. Every number in a sentence stands in a table of the same page.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from waferway.planning.plan import Plan
from waferway.planning.prices import Prices
from waferway.planning.summary import Summary, money, said_gap
from waferway.report.names import link_label, link_unit, spell_years

__all__ = ["answer", "asked", "imputed_lines"]


def answer(plan: Plan, summary: Summary, prices: Prices) -> list[str]:
    """What it delivers; what binds; what it costs and rests on."""
    sentences = [_delivers(plan, summary), _binds(plan, prices), _costs(summary)]
    return [sentence for sentence in sentences if sentence]


def _delivers(plan: Plan, summary: Summary) -> str:
    compute = summary.compute
    if not len(compute):
        whole = summary.items["unmet_share"]
        worst = summary.items.iloc[0] if len(whole) else None
        if worst is None or worst["unmet_share"] <= 5e-4:
            return "All demand is served."
        return f"{worst['unmet_share']:.0%} of the demand {worst['demand']} is left unserved."
    decided = {
        p.start.year
        for p, d, s in zip(plan.calendar, plan.decided, plan.shown, strict=True)
        if d and s
    }
    ahead = compute[compute["year"].isin(decided)]
    first, last = ahead.iloc[0], ahead.iloc[-1]
    share = ahead["delivered"].sum() / ahead["needed"].sum() if ahead["needed"].sum() else 1.0
    whole, begin, end = (
        _figures(amount / 1e6)
        for amount in (ahead["delivered"].sum(), first["delivered"], last["delivered"])
    )
    return (
        f"From {first['year']:.0f} to {last['year']:.0f} the network delivers {whole} million "
        f"{_unit(summary.basis)}, {share:.0%} of what is wanted: {begin} million in "
        f"{first['year']:.0f}, {end} million in {last['year']:.0f}."
    )


def _figures(number: float) -> str:
    """A number in three figures, never in powers of ten."""
    return f"{number:,.0f}" if number >= 99.95 else f"{number:.3g}"


def _unit(basis: str) -> str:
    if basis.lower().startswith("h100e"):
        return f"H100-equivalents ({basis})"
    return f"units of {basis}"


def _binds(plan: Plan, prices: Prices) -> str:
    best = prices.binding()
    best = best[best["worth_usd"] >= 1.0] if len(best) else best
    if best.empty or prices.unit != "USD":
        return "" if prices.unit != "USD" else "No link binds: one more unit is worth nothing."
    runs: dict[str, list[Any]] = defaultdict(list)
    for row in best.itertuples():
        runs[row.technology].append(row)
    parts = []
    for technology, rows in sorted(runs.items(), key=lambda pair: pair[1][0].year)[:3]:
        label, unit = link_label(plan, technology), link_unit(plan, technology)
        low = min(r.low_usd if r.low_usd == r.low_usd else r.worth_usd for r in rows)
        high = max(r.high_usd if r.high_usd == r.high_usd else r.worth_usd for r in rows)
        span = spell_years([int(r.year) for r in rows])
        worth = money(low) if low == high else f"{money(low)} to {money(high)}"
        parts.append(f"{label} in {span} (one more {unit}: {worth})")
    return (
        "What binds most, given these builds and on average over each year, is "
        + "; ".join(parts) + "."
    )  # fmt: skip


def _costs(summary: Summary) -> str:
    spent = sum(summary.spending_usd.values())
    modules = summary.spending_usd.get("modules", 0.0)
    numbers = summary.evidence.numbers
    total = sum(numbers.values())
    text = f"It spends {money(spent)}, of which {money(modules)} on new capacity"
    if not total:
        return text + "; no number of it cites a source."
    weak = summary.evidence.compute.get("D", numbers.get("D", 0) / total)
    return (
        f"{text}; {weak:.0%} of the compute rests on at least one estimate or imputation of ours "
        f"(grade D), and {summary.evidence.imputed} of its {total} numbers fill gaps, so read it "
        "as what these assumptions imply, not as a forecast."
    )


def asked(plan: Plan) -> str:
    """What was asked, in one line."""
    m = plan.manifest
    whose = f"as {m['party']} would plan it" if m["party"] else "as one mind would plan it"
    goals = {"cost": "least cost", "value": "most value", "compute": "most compute"}
    scenarios = f"; scenario {', '.join(m['scenarios'])}" if m["scenarios"] else ""
    return (
        f"{m['start']} to {m['until']}, {whose}; history to {m['now']} is fixed; "
        f"{goals[m['objective']]}; solved {said_gap(m['gap'])}{scenarios}."
    )


def imputed_lines(plan: Plan) -> list[str]:
    """Every imputation of the network in words: what, how much, why."""
    cite = plan.network.table("cite")
    out = []
    for claim_id in dict.fromkeys(cite["claim_id"]):
        claim = plan.network.evidence.get(claim_id)
        if claim is None or not claim.imputed:
            continue
        bounds = ""
        if claim.low is not None and claim.high is not None:
            bounds = f" ({claim.low:f} to {claim.high:f})"
        why = claim.rank_reason or claim.locator or claim.method.removeprefix("imputed:")
        when = f" {claim.valid_text}" if claim.valid_text else ""
        number = "" if claim.central is None else f": {claim.central:g} {claim.unit}{bounds}"
        out.append(f"{claim.subject} {claim.metric}{when}{number}. {why}")
    return out
