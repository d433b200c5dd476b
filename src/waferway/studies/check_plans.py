"""A plan of a text as a scenario of the atlas, run through the planner.

Owns the translation of an announced sum into a fund of a party, the run, and what it says.
Refuses what the atlas cannot represent, and says so: a party it does not know, a sum without a
purpose that a plan of capacity serves.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import pandas as pd

from waferway.atlas.world import world
from waferway.errors import WaferwayError
from waferway.evidence.claims import Evidence
from waferway.evidence.reconcile.agreement import bounds_of
from waferway.network.network import Network
from waferway.planning.planner import plan
from waferway.studies.check_reading import Asked
from waferway.studies.check_units import money_in, number

__all__ = ["Planned", "plan_for"]

SCENARIO = "check:announced"
_PARTY = {"org:openai": "openai", "org:google": "google", "org:amazon": "amazon"}
FIRST_NOW, LAST_NOW = dt.date(2024, 1, 31), dt.date(2026, 6, 30)


@dataclass(frozen=True)
class Planned:
    """What the planner says of an announced sum.

    Parameters
    ----------
    says : str
    party : str or None
        Of the atlas; None where the atlas cannot represent the plan.
    fund_usd : float or None
    delivered : tuple of (year, million units of compute, share unmet)
    basis : str
    sha256 : str
        Hash of the network that was planned.
    """

    says: str
    party: str | None = None
    fund_usd: float | None = None
    delivered: tuple[tuple[int, float, float], ...] = ()
    basis: str = ""
    sha256: str = ""


def plan_for(asked: Asked, evidence: Evidence, day: dt.date | None) -> Planned:
    """Plan with the announced sum as the only fund of its party.

    Parameters
    ----------
    asked : Asked
        A claim in money, planned.
    evidence : Evidence
        Where rates of exchange stand.
    day : date or None
        Day of the text: history ends there, and the atlas is cut to what was known.

    Returns
    -------
    Planned
    """
    party = _PARTY.get(asked.subject or "")
    if party is None:
        return Planned(f"the atlas has no plan of {asked.subject or 'an unnamed party'} to run")
    _, high = bounds_of(asked.claim)
    currency = (asked.claim.unit or "USD").partition("/")[0]
    now = min(max(day or LAST_NOW, FIRST_NOW), LAST_NOW)
    rate = money_in(currency, "USD", evidence, now.year)
    if rate is None or not math.isfinite(high):
        return Planned("the sum has no upper bound in dollars, so no fund can be made of it")
    amount = high * rate[0]
    try:
        net = _with_fund(world(known=now), party, amount, now)
        made = plan(net, party=party, now=now.isoformat(), until="2030Q4", objective="compute")
    except WaferwayError as fault:
        return Planned(f"the atlas cannot plan it: {str(fault).splitlines()[0]}", party, amount)
    summary = made.summary().to_json()
    delivered = tuple(
        (int(row["year"]), row["delivered"] / 1e6, row["unmet_share"])
        for row in summary["compute"]
        if int(row["year"]) > now.year
    )
    best = max(delivered, key=lambda row: row[1]) if delivered else (now.year, 0.0, 1.0)
    says = (
        f"with {number(amount)} dollars alone, {party} reaches at most {best[1]:,.2f} million "
        f"units of {summary['basis']} a year ({best[0]}); {100 * delivered[-1][2]:.0f} % of its "
        f"need in {delivered[-1][0]} stays unmet"
        if delivered else "the plan delivers no compute"
    )  # fmt: skip
    return Planned(says, party, amount, delivered, str(summary["basis"]), net.sha256)


def _with_fund(net: Network, party: str, amount: float, now: dt.date) -> Network:
    """The network under a scenario in which the announced sum replaces the party's funds."""
    scenario, change = net.table("scenario"), net.table("change")
    row = {
        "name": SCENARIO,
        "probability": math.nan,
        "description": "the sum that a text announces",
        "parent": "",
    }
    text = f"party={party}; amount_usd={amount:.0f}; purpose=announced; from_date={now.isoformat()}"
    changes = [
        {
            "table": "fund",
            "key": name,
            "column": "",
            "period": "",
            "operation": "remove",
            "value": "",
        }
        for name, fund in net.table("fund").iterrows()
        if fund["party"] == party
    ]
    changes.append(
        {
            "table": "fund",
            "key": "announced",
            "column": "",
            "period": "",
            "operation": "row",
            "value": text,
        }
    )
    rows = [{"scenario": SCENARIO, "order": k, **c} for k, c in enumerate(changes, 1)]
    more = pd.DataFrame(rows, index=[f"{SCENARIO}/{r['order']}" for r in rows])
    return net.with_tables(
        {
            "scenario": pd.concat([scenario, pd.DataFrame([row], index=[SCENARIO])])[
                scenario.columns
            ],
            "change": pd.concat([change, more])[change.columns],
        }
    ).with_scenario(SCENARIO)
