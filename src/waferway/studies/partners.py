"""Partners: what each coalition of one party with others is worth, and how to share the gain.

Owns what joining means. Alone, the party buys from others at their price. In a coalition the
members decide together: what a member offers is used at its cost, the member's lines can grow
for the coalition, and the members' funds are one. What the party buys alone already earns the
member its margin, and that counts as what the member is worth alone: moving it from one pocket
to another is no gain. What others have booked stays booked. The network of a coalition is made
in `coalition_networks`, the money within it is counted in `coalition_money`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from textwrap import wrap
from typing import Any

from waferway.errors import Fault, InputError, Place, RangeError
from waferway.network.network import Network
from waferway.network.parties import family, unknown_party
from waferway.planning.planner import plan as plan_network
from waferway.studies.alliance_game import Group, Split, groups, split, superadditivity
from waferway.studies.coalition_money import margin, public_money
from waferway.studies.coalition_networks import joined

__all__ = ["Partners", "partners", "standard_partners"]

MOST_GAP = 0.01


@dataclass(frozen=True)
class Partners:
    """Coalitions of one party, and a stable split of their gain.

    Attributes
    ----------
    party : str
    members : tuple of str
        Whom it may join with; states among them.
    rows : tuple of dict
        One per coalition: ``members``, ``worth_usd``, ``gain_usd`` over its members apart,
        ``delivered`` (compute by the end), ``gap``, ``orders``.
    split : Split
        Of the coalition of all.
    violations : tuple of dict
        Pairs of coalitions that are worth more apart than together, beyond what planning to a
        gap explains.
    basis : str
    manifest : dict
    """

    party: str
    members: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]
    split: Split
    violations: tuple[dict[str, Any], ...]
    basis: str
    manifest: dict[str, Any]

    def row(self, *members: str) -> dict[str, Any]:
        """One coalition, by its members."""
        for row in self.rows:
            if set(row["members"]) == set(members):
                return row
        raise RangeError(f"{', '.join(members)} is no coalition of this study")

    @property
    def best_partner(self) -> str | None:
        """The one member that adds most to the party."""
        pairs = {
            name: self.row(self.party, name)["gain_usd"] for name in self.members
        }  # fmt: skip
        return max(pairs, key=pairs.__getitem__) if pairs else None

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "party": self.party, "members": list(self.members), "basis": self.basis,
            "coalitions": list(self.rows), "best_partner": self.best_partner,
            "split": self.split.to_json(), "superadditivity_violations": list(self.violations),
            "manifest": self.manifest,
        }  # fmt: skip

    def __str__(self) -> str:
        from waferway.planning.summary import money
        from waferway.studies.route_words import amount

        lines = [f"{'coalition':<46}{'worth':>11}{'gain':>11}{'compute':>10}"]
        for row in self.rows:
            if self.party in row["members"]:
                others = [m for m in row["members"] if m != self.party]
                name = " + ".join([self.party, *others])
                lines.append(
                    f"{name:<46}{money(row['worth_usd']):>11}"
                    f"{money(row['gain_usd']):>11}{amount(row['delivered']):>10}"
                )
        said = f"Split of the gain of {money(self.split.gain)}: {self.split.reason}."
        lines += ["", *wrap(said, 80)]
        for name, usd in self.split.gains.items():
            lines.append(f"  {name:<20}{money(usd):>11}")
        if self.violations:
            lines.append("")
        for pair in self.violations:
            lines.append(
                f"Worth more apart: {' + '.join(pair['first'])} and {' + '.join(pair['second'])}, "
                f"by {money(pair['shortfall'])}"
            )
        return "\n".join(lines)


def standard_partners(network: Network, party: str) -> tuple[str, ...]:
    """Whom a party may join with: sellers that run lines, and states that pay for building.

    Sellers with an offer open to the party, by the number of their lines, then states whose
    incentive lies where a line of such a seller or of the party stands; at most four in all.
    """
    mine = family(network, party)
    offer, line = network.filled("offer"), network.filled("line")
    open_to = offer[offer["open_to"].isin(mine | {""}) & ~offer["seller"].isin(mine)]
    lines = line["party"].value_counts()
    sellers = sorted({s for s in open_to["seller"] if s in lines.index},
                     key=lambda s: (-int(lines[s]), s))  # fmt: skip
    states = sorted({str(s) for s in network.filled("incentive")["state"] if s})
    return (*sellers[: 4 - bool(states)], *states[:1])


def partners(
    network: Network,
    party: str,
    members: Sequence[str] | None = None,
    now: str | dt.date | None = None,
    until: str | None = None,
    *,
    step: str | None = None,
    budget_usd: float | None = None,
    gap: float = 5e-3,
    seed: int = 0,
    workers: int = 2,
    say: Callable[[str], None] | None = None,
) -> Partners:
    """What each coalition of a party is worth, and a split of the gain that holds it together.

    Each coalition is a plan, objective ``value``: worth of the compute served less all costs,
    within the funds of its members (of unlimited money, where the party has none).

    Parameters
    ----------
    network : Network
        Never changed.
    party : str
        Who wants compute; coalitions without it are worth what its custom earns their members.
    members : sequence of str, optional
        At most five, states among them; default: `standard_partners`.
    now, until, step : str, optional
        As in `plan`.
    budget_usd : float, optional
        Most money of the whole coalition.
    gap : float
        Relative gap of each plan, at most 0.01.
    seed, workers : int
    say : callable, optional

    Returns
    -------
    Partners

    Raises
    ------
    InputError
        If a party is unknown, or named twice; all at once.
    """
    chosen = tuple(standard_partners(network, party) if members is None else members)
    _check(network, party, chosen, gap)
    last = until or network.setting("until")
    if not last:
        raise RangeError('until is not known; pass until= or set it, for example "2030Q4"')
    asked = {"party": party, "now": now, "until": str(last),
             "step": step, "objective": "value", "budget_usd": budget_usd, "gap": gap,
             "seed": seed}  # fmt: skip
    with_it = [g for g in groups((party, *chosen)) if party in g]
    jobs = [(network, party, tuple(sorted(g - {party})), chosen, asked) for g in with_it]
    answers = dict(zip(with_it, _run(jobs, workers, say), strict=True))
    margins: dict[str, float] = answers[frozenset({party})]["margins"]
    worth: dict[Group, float] = {}
    for group in groups((party, *chosen)):
        if party in group:
            worth[group] = answers[group]["worth_usd"]
        else:
            worth[group] = sum(margins[name] for name in group)
    tolerance = max(abs(a["worth_usd"]) * (a["gap"] or 0.0) for a in answers.values())
    tolerance += 1e-6 * max(1.0, max(abs(w) for w in worth.values()))
    rows = []
    for group in groups((party, *chosen)):
        apart = sum(worth[frozenset({name})] for name in group)
        extra = answers.get(group, {"delivered": 0.0, "gap": None, "orders": {}})
        rows.append(
            {"members": sorted(group, key=(party, *chosen).index), "worth_usd": worth[group],
             "gain_usd": worth[group] - apart, "delivered": extra["delivered"],
             "gap": extra["gap"], "orders": extra["orders"]}
        )  # fmt: skip
    done = split(worth, (party, *chosen), tolerance)
    first = answers[frozenset({party})]
    manifest = {
        "network_sha256": network.sha256, "scenarios": list(network.applied), "party": party,
        "now": first["now"], "until": first["until"], "gap_asked": gap, "seed": seed,
        "objective": "value", "step": step, "budget_usd": budget_usd, "waferway": first["waferway"],
        "tolerance_usd": tolerance,
    }  # fmt: skip
    broken = superadditivity(worth, (party, *chosen), tolerance)
    return Partners(party, chosen, tuple(rows), done, tuple(broken), first["basis"], manifest)


def _check(network: Network, party: str, members: Sequence[str], gap: float) -> None:
    faults = [fault for name in (party, *members) if (fault := unknown_party(network, name))]
    every = [party, *members]
    for name in sorted({n for n in every if every.count(n) > 1}):
        faults.append(Fault(Place("member"), f"{name} is named twice", kind="twice"))
    if len(members) > 5:
        what = f"{len(members)} members are {2 ** len(members)} coalitions"
        faults.append(
            Fault(Place("member"), what, "each is a plan", "name at most five", "too-many")
        )
    if faults:
        raise InputError(faults, "no coalition was planned")
    if not 0 <= gap <= MOST_GAP:
        raise RangeError(f"gap is {gap}; it must be at least 0 and at most {MOST_GAP}")


def _run(
    jobs: Sequence[tuple[Any, ...]], workers: int, say: Callable[[str], None] | None
) -> list[dict[str, Any]]:  # fmt: skip
    if workers <= 1:
        return [_worth(*job) for job in jobs]
    with ProcessPoolExecutor(min(workers, len(jobs)), get_context("spawn")) as pool:
        waiting = [pool.submit(_worth, *job) for job in jobs]
        out = []
        for job, answer in zip(jobs, waiting, strict=True):
            out.append(answer.result())
            if say is not None:
                say(f"planned {' + '.join([job[1], *job[2]])}")
        return out


def _worth(
    network: Network, party: str, members: Sequence[str], everyone: Sequence[str],
    asked: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """One coalition, planned."""
    from waferway.studies.route_measures import delivered_by_period

    done = plan_network(joined(network, party, members, everyone), **asked)
    m = done.manifest
    paid = public_money(done, set(members))
    return {
        "worth_usd": -float(m["objective_value"]) - paid, "gap": m["gap"],
        "delivered": float(delivered_by_period(done).sum()) if m["basis"] else 0.0,
        "orders": {str(k): float(v) for k, v in
                   done.tables["orders"].groupby("module")["orders"].sum().items()},
        "margins": {} if members else {n: margin(network, done, n) for n in everyone},
        "now": m["now"], "until": m["until"], "waferway": m["waferway"], "basis": str(m["basis"]),
    }  # fmt: skip
