"""What public money buys: compute gained per unit of it, state by state.

Owns the comparison of a plan with all incentives and the same plan without those of one state.
What a state pays is what its incentives give to the modules that the first plan orders.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from waferway.finance.places import compute_per_subsidy
from waferway.network.network import Network
from waferway.planning.planner import plan as plan_network
from waferway.planning.summary import money
from waferway.studies.coalition_money import public_money
from waferway.studies.route_measures import delivered_by_period

__all__ = ["Subsidies", "subsidies"]


@dataclass(frozen=True)
class Subsidies:
    """Compute per unit of public money, by state.

    Attributes
    ----------
    rows : tuple of dict
        ``state``, ``compute_gained`` (over the calendar), ``paid_usd`` (present value, net of
        what it is worth at the end), ``compute_per_usd`` (None where nothing was paid), ``gaps``
        of the two plans, ``certain`` (whether the gain exceeds what the gaps may hide).
    basis : str
    """

    rows: tuple[dict[str, Any], ...]
    basis: str

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {"basis": self.basis, "states": list(self.rows)}

    def __str__(self) -> str:
        lines = []
        for row in self.rows:
            each = row["compute_per_usd"]
            said = "nothing was paid" if each is None else f"{each * 1e6:,.3g} per million dollars"
            sure = "" if row["certain"] else "; less than the gaps of the plans may hide"
            lines.append(f"{row['state']}: {row['compute_gained']:,.0f} {self.basis} gained for "
                         f"{money(row['paid_usd'])}: {said}{sure}")  # fmt: skip
        return "\n".join(lines) or "no state pays for building in this network"


def subsidies(
    network: Network,
    party: str | None = None,
    now: str | dt.date | None = None,
    until: str | None = None,
    *,
    objective: str = "cost",
    gap: float = 1e-3,
    seed: int = 0,
) -> Subsidies:
    """Plan with all incentives, and again without those of each state.

    Parameters
    ----------
    network : Network
        Needs a compute basis.
    party, now, until, objective, gap, seed
        As in `plan`.

    Returns
    -------
    Subsidies
    """
    asked: dict[str, Any] = {"party": party, "now": now, "until": until, "objective": objective,
                             "gap": gap, "seed": seed}  # fmt: skip
    incentive = network.table("incentive")
    states = sorted({str(s) for s in incentive["state"] if s})
    if not states:
        return Subsidies((), str(network.setting("compute_basis") or ""))
    whole = plan_network(network, **asked)
    made = float(delivered_by_period(whole).sum())
    gained, paid, gaps = {}, {}, {}
    for state in states:
        bare = network.with_tables({"incentive": incentive[incentive["state"] != state]})
        without = plan_network(bare, **asked)
        gained[state] = made - float(delivered_by_period(without).sum())
        paid[state] = public_money(whole, {state})
        gaps[state] = [whole.manifest["gap"], without.manifest["gap"]]
    each = compute_per_subsidy(gained, paid)
    rows = tuple(
        {"state": state, "compute_gained": gained[state], "paid_usd": paid[state],
         "compute_per_usd": each[state], "gaps": gaps[state],
         "certain": abs(gained[state]) > made * sum(g or 0.0 for g in gaps[state])}
        for state in states
    )  # fmt: skip
    return Subsidies(rows, str(whole.manifest["basis"]))
