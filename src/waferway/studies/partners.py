"""Partners: what each coalition of one party with others is worth, and how to share the gain.

Owns what joining means. Alone, the party buys from others at their price. In a coalition the
members decide together: what a member offers is used at its cost, the member's lines can grow
for the coalition, and the members' funds are one. What the party buys alone already earns the
member its margin, and that counts as what the member is worth alone: moving it from one pocket
to another is no gain. What others have booked stays booked.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd

from waferway.errors import Fault, InputError, Place, RangeError, nearest
from waferway.network.network import Network
from waferway.planning.lookups import family
from waferway.planning.plan import Plan
from waferway.planning.planner import plan as plan_network
from waferway.planning.prices import restored
from waferway.studies.alliance_game import Group, Split, groups, split, superadditivity

__all__ = ["Partners", "joined", "partners", "public_money", "standard_partners"]

MOST_GAP = 0.01
NO_EMERGENCY = 100.0


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
    names = network.filled("party").index
    faults = []
    for name in (party, *members):
        if name not in names:
            close = nearest(name, names)
            faults.append(Fault(Place("party"), f'"{name}" is no party of this network',
                                f"parties are: {', '.join(map(str, names))}" if len(names) else "",
                                suggestion=f"did you mean {close[0]}?" if close else "",
                                kind="unknown party"))  # fmt: skip
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
        "margins": {} if members else {n: _margin(network, done, n) for n in everyone},
        "now": m["now"], "until": m["until"], "waferway": m["waferway"], "basis": str(m["basis"]),
    }  # fmt: skip


def joined(
    network: Network, party: str, members: Sequence[str], everyone: Sequence[str] = ()
) -> Network:
    """The network as a coalition sees it.

    Parameters
    ----------
    network : Network
    party : str
    members : sequence of str
        Who has joined the party.
    everyone : sequence of str
        Who might have: incentives of states among them that have not joined are not given.

    Returns
    -------
    Network
        Offers of members to the party at cost, without prepayment, premium or floor; a copy of
        each line of a member that can grow, without capacity of its own, run by the party; the
        members' funds as the party's.
    """
    mine = family(network, party)
    inside = set(members)
    offer, steps = network.table("offer").copy(), network.table("offer_step").copy()
    profile = network.table("profile").copy()
    theirs = offer["seller"].isin(inside) & offer["open_to"].isin(mine | {""})
    for name in offer.index[theirs]:
        cost = _cost(network, offer.loc[name])
        for key in steps.index[steps["offer"] == name]:
            dated = (profile["table"] == "offer_step") & (profile["key"] == key)
            dated &= profile["column"] == "price_usd"
            price = steps.at[key, "price_usd"]
            if cost is None:
                continue
            profile = profile[~dated]
            steps.at[key, "price_usd"] = cost if math.isnan(price) else min(cost, price)
    for column in ("premium_usd", "prepayment", "floor"):
        offer[column] = offer[column].astype(float).where(~theirs, 0.0)
    changed = {"offer": offer, "offer_step": steps, "profile": profile}
    changed |= _grown(network, party, inside, profile)
    fund = network.table("fund").copy()
    fund["party"] = fund["party"].where(~fund["party"].isin(inside), party)
    changed["fund"] = fund
    incentive = network.table("incentive")
    away = set(everyone) - inside
    changed["incentive"] = incentive[~incentive["state"].isin(away)]
    # Funds bind: at this price a borrowed dollar costs more within the period than it brings.
    return network.with_tables(changed).with_settings(emergency_cash_cost=NO_EMERGENCY)


def _grown(
    network: Network, party: str, inside: set[str], profile: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Lines of members that can grow, again, as lines of the coalition without capacity."""
    line, module = network.table("line"), network.table("module")
    pairs = network.table("line_recipe")
    theirs = set(line.index[line["party"].isin(inside)])
    new = module["line"].isin(theirs) & (module["exchange_line"].fillna("") == "")
    grows = sorted(set(module.loc[new, "line"]))
    extra_lines, extra_pairs, extra_modules, extra_profile = [], [], [], []
    homes: dict[str, str] = {}

    def again(frame: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
        out = frame.copy()
        out.index = pd.Index([names[k] for k in frame.index], dtype="object", name="key")
        return out

    for name in grows:
        copy = f"{party}@{name}"
        row = again(line.loc[[name]], {name: copy})
        row["name"], row["party"], row["capacity"] = copy, party, 0.0
        if not row["site"].iloc[0]:  # a company pool stands at its owner's headquarters
            home = str(line.at[name, "party"])
            row["site"] = f"{party}@{home}"
            homes[home] = f"{party}@{home}"
        extra_lines.append(row)
        listed = pairs[pairs["line"] == name]
        keys = {k: f"{copy}/{r}" for k, r in zip(listed.index, listed["recipe"], strict=True)}
        if keys:
            rows = again(listed, keys)
            rows["line"] = copy
            extra_pairs.append(rows)
        growing = module[new & (module["line"] == name)]
        keys = {k: f"{party}@{k}" for k in growing.index}
        rows = again(growing, keys)
        rows["name"], rows["line"] = list(keys.values()), copy
        extra_modules.append(rows)
        of_module = (profile["table"] == "module") & profile["key"].isin(keys)
        of_line = (profile["table"] == "line") & (profile["key"] == name)
        of_line &= profile["column"] != "capacity"
        for hit, table in ((of_module, keys), (of_line, {name: copy})):
            said = profile[hit].copy()
            said["key"] = [table[k] for k in said["key"]]
            said.index = pd.Index([f"{party}@{i}" for i in said.index], name="key")
            extra_profile.append(said)
    site, owner = network.table("site"), network.table("party")
    rows = [
        {column: None if site[column].dtype == object else math.nan for column in site.columns}
        | {"name": name, "label": name, "party": party, "country": owner.at[home, "country"]}
        for home, name in sorted(homes.items())
    ]
    places = pd.DataFrame(rows, columns=site.columns, index=[r["name"] for r in rows])
    places = places.astype(site.dtypes.to_dict()) if len(site) else places
    return {
        "site": _with(site, [places]), "line": _with(line, extra_lines),
        "line_recipe": _with(pairs, extra_pairs),
        "module": _with(module, extra_modules), "profile": _with(profile, extra_profile),
    }  # fmt: skip


def _with(frame: pd.DataFrame, more: list[pd.DataFrame]) -> pd.DataFrame:
    live = [part for part in more if len(part)]
    return pd.concat([frame, *live]) if live else frame


def _cost(network: Network, offer: Any) -> float | None:
    """Cash cost of one unit of what is offered; None where the network does not tell.

    Of a line: its variable cost. Of an item: its cheapest known way over the seller's own lines,
    inputs at their customs value.
    """
    line = network.filled("line")
    if offer["line"]:
        return _variable(network, str(offer["line"]))
    recipe, parts = network.filled("recipe"), network.filled("recipe_item")
    use, item = network.filled("recipe_use"), network.filled("item")
    ways = []
    for name in parts.loc[(parts["role"] == "out") & (parts["item"] == offer["item"]), "recipe"]:
        technology = recipe.at[name, "technology"]
        own = line.index[(line["party"] == offer["seller"]) & (line["technology"] == technology)]
        if not len(own):
            continue
        spent = float(recipe.at[name, "variable_usd"])
        spent += float(recipe.at[name, "capacity_per_start"]) * _variable(network, str(own[0]))
        for other, amount in zip(
            use.loc[use["recipe"] == name, "technology"],
            use.loc[use["recipe"] == name, "capacity_per_start"], strict=True,
        ):  # fmt: skip
            also = line.index[(line["party"] == offer["seller"]) & (line["technology"] == other)]
            spent += float(amount) * (_variable(network, str(also[0])) if len(also) else 0.0)
        given = parts[(parts["recipe"] == name) & (parts["role"] == "in")]
        worth = given["item"].map(item["value_usd"]).fillna(0.0).astype(float)
        spent += float((given["quantity_per_start"].astype(float) * worth).sum())
        out = parts[(parts["recipe"] == name) & (parts["role"] == "out")
                    & (parts["item"] == offer["item"])].iloc[0]  # fmt: skip
        good = float(out["quantity_per_start"]) * float(out["good_fraction"])
        if good > 0:
            ways.append(spent / good)
    return min(ways) if ways else None


def _variable(network: Network, line: str) -> float:
    """Variable cost of a line: its cell, else the first of its dated values."""
    plain = float(network.table("line").at[line, "variable_usd"])
    if not math.isnan(plain):
        return plain
    rows = network.profile_rows.get(("line", "variable_usd"), [])
    dated = [row[5] for row in rows if row[0] == line]
    return float(dated[0]) if dated else 0.0


def _margin(network: Network, alone: Plan, member: str) -> float:
    """What a member earns on what the party, alone, buys from it: price less cash cost, today."""
    _, _, instances = restored(alone)
    d = next(iter(instances.values()))
    at = {label: t for t, label in enumerate(alone.calendar.labels)}
    offer = network.filled("offer")
    total = 0.0
    volume = dict(zip(alone.tables["reservations"]["offer"],
                      alone.tables["reservations"]["volume"], strict=True))  # fmt: skip
    for e, name in enumerate(d.offer["offer"]):
        if name not in offer.index or offer.at[name, "seller"] != member:
            continue
        cost = _cost(network, offer.loc[name])
        if cost is None:
            continue
        paid = np.zeros(len(alone.calendar))
        rows = alone.tables["payments"]
        rows = rows[rows["offer"] == name]
        for period, usd in zip(rows["period"], rows["payment_usd"], strict=True):
            paid[at[period]] += float(usd)
        drawn = np.zeros(len(alone.calendar))
        rows = alone.tables["purchases"]
        rows = rows[rows["offer"] == name]
        for period, count in zip(rows["period"], rows["quantity"], strict=True):
            drawn[at[period]] += float(count)
        months = d.a["offer_open"][e] * d.months
        kept = float(volume.get(name, 0.0))
        ahead = float(d.offer["prepayment"].iloc[e])
        paid += float(d.offer["premium"].iloc[e]) * kept * months
        paid[d.first] += ahead * kept * float((d.a["first_price"][e] * months).sum())
        paid -= ahead * d.a["first_price"][e] * drawn
        total += float(((paid - cost * drawn) * d.delta).sum())
    return total


def _first_day(done: Plan, t: int) -> dt.date:
    """First day of a period."""
    return done.calendar.periods[t].start


def _uncapped_share(incentive: Any, inside: set[str], module: Any, day: dt.date) -> float:
    """Share of a module's price that uncapped incentives of states in the coalition pay."""
    share = 0.0
    for row in incentive.itertuples():
        covers = row.place in (module["site"], module["country"])
        in_time = (not row.from_date or day >= row.from_date) and (
            not row.to_date or day <= row.to_date
        )
        if row.state in inside and math.isnan(row.amount_usd) and covers and in_time:
            share += float(row.share_of_capex)
    return share


def public_money(done: Plan, inside: set[str]) -> float:
    """What states in the coalition pay towards its modules, less what that is worth at the end.

    Within a coalition a subsidy only moves money, so it is taken off its worth.
    """
    incentive = done.network.filled("incentive")
    if not incentive["state"].isin(inside).any() or not len(done.tables["orders"]):
        return 0.0
    _, _, instances = restored(done)
    d = next(iter(instances.values()))
    at = {label: t for t, label in enumerate(done.calendar.labels)}
    row = {name: b for b, name in enumerate(d.module["module"])}
    total = 0.0
    for name, period, count in done.tables["orders"][["module", "period", "orders"]].to_numpy():
        b, t = row[name], at[period]
        given = _uncapped_share(incentive, inside, d.module.iloc[b], _first_day(done, t))
        total += float(count) * given * float(d.a["price"][b, t] * d.a["worth"][b, t])
    for name, module, period, count in done.tables["incentives"].to_numpy():
        if incentive.at[name, "state"] in inside:
            b, t = row[module], at[period]
            share = float(incentive.at[name, "share_of_capex"])
            total += float(count) * share * float(d.a["price"][b, t] * d.a["worth"][b, t])
    return total
