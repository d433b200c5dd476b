"""Deals in a route: every stake that its plan takes, under the merger rules of the day.

Owns the market definitions that a network supports: capacity of a family of technologies by who
runs it, on the day of the deal. They are a proxy with the claims of the capacities under it, and
are printed with each result; a market of one's own is screened with `waferway.market.screen`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from waferway.calendar import Calendar
from waferway.errors import InputError
from waferway.market.deals import Deal, Screen, screen
from waferway.market.shares import Market
from waferway.network.network import Network
from waferway.planning.plan import Plan

__all__ = ["Screened", "markets_of", "screened"]


@dataclass(frozen=True)
class Screened:
    """A deal with what the rules say of it.

    Attributes
    ----------
    stake : str
        Row of the network.
    acquirer, target : str
    share : float
    flag : str
        ``flagged``, ``depends on tail``, ``clear``, or ``not screened`` where the target runs no
        line, so that the network defines no market.
    screens : tuple of Screen
        One per market in which the target has a share.
    """

    stake: str
    acquirer: str
    target: str
    share: float
    flag: str
    screens: tuple[Screen, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "stake": self.stake, "acquirer": self.acquirer, "target": self.target,
            "share": self.share, "flag": self.flag,
            "markets": [
                {
                    "market": s.market.name, "date": s.market.date.isoformat(),
                    "unit": s.market.unit, "claims": list(s.market.claims),
                    "hhi_before": s.before.hhi_low, "hhi_after": s.hhi_after[0],
                    "hhi_change": s.hhi_change, "merged_share_percent": s.merged_share_percent,
                    "target_share_percent": s.parties_percent[1], "flag": s.flag,
                    "rules": [
                        {"rule": f.rule.rule_id, "answer": f.answer, "mood": f.mood,
                         "test": " and ".join(str(c) for c in f.rule.conditions),
                         "source": f"{f.rule.source}, {f.rule.locator}"} for f in s.findings
                    ],
                    "open_questions": list(s.open_questions),
                }
                for s in self.screens
            ],
        }  # fmt: skip


def markets_of(network: Network, when: dt.date, parties: Sequence[str]) -> dict[str, Market]:
    """Markets of a network: capacity by family of technologies and who runs it, on a day.

    Parameters
    ----------
    network : Network
    when : date
    parties : sequence of str
        Named in every market, with a share of 0 where they run nothing.

    Returns
    -------
    dict of str to Market
        By family; families without capacity on that day are left out. Capacities of one family
        are added only where they have one unit.
    """
    line, technology = network.filled("line"), network.filled("technology")
    year = Calendar.build(dt.date(when.year, 1, 1), "year", str(when.year))
    level = network.values("line", "capacity", year).iloc[:, 0].fillna(0.0)
    cite = network.table("cite")
    cite = cite[(cite["table"] == "line") & (cite["column"] == "capacity")]
    out = {}
    for name in sorted(set(technology["family"])):
        units = set(technology.loc[technology["family"] == name, "capacity_unit"])
        mine = line.index[line["technology"].map(technology["family"]) == name]
        by_party = level[mine].groupby(line.loc[mine, "party"]).sum()
        total = float(by_party.sum())
        if total <= 0 or len(units) != 1:
            continue
        shares = dict.fromkeys(parties, 0.0)
        shares |= {str(k): round(100.0 * float(v) / total, 9) for k, v in by_party.items()}
        claims = tuple(sorted(set(cite.loc[cite["key"].isin(mine), "claim_id"])))
        out[name] = Market(name, f"capacity of {name}", "world", units.pop(), when, shares,
                           claims=claims)  # fmt: skip
    return out


def screened(
    network: Network, party: str, used: Sequence[str], plan: Plan, when: dt.date
) -> list[Screened]:  # fmt: skip
    """Every stake that a plan takes, screened in the markets of its target.

    Parameters
    ----------
    network : Network
    party : str
        The acquirer.
    used : sequence of str
        Means that the plan used; those that are stakes on offer are deals.
    plan : Plan
    when : date
        Of notification.

    Returns
    -------
    list of Screened
    """
    stake = network.filled("stake")
    kind: Literal["acquisition", "minority_stake"]
    out = []
    for key in used:
        if key not in stake.index or key not in set(plan.tables["stakes"]["stake"]):
            continue
        owned, share = str(stake.at[key, "owned"]), float(stake.at[key, "share"])
        target = _controller(network, owned)
        kind = "acquisition" if share > 0.5 else "minority_stake"
        found = []
        for market in markets_of(network, when, [party]).values():
            if not market.shares_percent.get(target):
                continue
            deal = Deal(f"{party} takes {share:.0%} of {owned}", kind, party, target, when,
                        share=share)  # fmt: skip
            try:
                found.append(screen(deal, market))
            except InputError as fault:  # a day before any rule was in force
                if not any("rule" in str(f) for f in fault.faults):
                    raise
        out.append(Screened(key, party, target, share, _worst(found), tuple(found)))
    return out


def _controller(network: Network, owned: str) -> str:
    """The party behind a party, site or line, up to its parent."""
    line, site, party = (network.filled(t) for t in ("line", "site", "party"))
    if owned in line.index:
        owned = str(line.at[owned, "party"])
    elif owned in site.index:
        owned = str(site.at[owned, "party"])
    del party
    return owned


def _worst(found: Sequence[Screen]) -> str:
    flags = {one.flag for one in found}
    for flag in ("flagged", "depends on tail", "clear"):
        if flag in flags:
            return flag
    return "not screened"
