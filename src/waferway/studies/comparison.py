"""Two plans or two networks side by side: what changed, first cause first.

Owns the order of causes: the question asked, the inputs, the decisions by the day on which they
part, the supply that follows, the money. Refuses to guess what a single input did: `alone` plans
again with one group of changes at a time, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from waferway.errors import Fault, InputError, Place
from waferway.network.difference import NetworkDifference, difference
from waferway.network.network import Network
from waferway.planning.plan import Plan
from waferway.planning.results import NOT_SPENT
from waferway.planning.summary import compute_by_year, money

__all__ = ["PlanDifference", "diff"]

QUESTION = (
    "party", "now", "start", "until", "objective", "basis", "budget_usd", "discount_rate",
    "scenarios", "gap_asked", "solver", "seed", "waferway",
)  # fmt: skip
"""Entries of a manifest that say what was asked."""
DECISIONS = {
    "orders": ("module", "orders"),
    "openings": ("site", "opened"),
    "activations": ("group", "activated"),
    "rights": ("right", "bought"),
    "stakes": ("stake", "taken"),
    "retirements": ("line", "retired"),
}
"""Tables of dated decisions: the column that names the thing, and the one that counts."""
SMALL = 1e-6
"""Relative difference below which two numbers of two solves count as the same."""
_MOST = 12


@dataclass(frozen=True)
class PlanDifference:
    """What changed from one plan to another.

    Attributes
    ----------
    question : DataFrame
        asked, before, after: entries of the manifest that differ.
    inputs : NetworkDifference
        Of the networks as planned.
    decisions : DataFrame
        kind, what, period, before, after: decisions that differ, the earliest first.
    supply : DataFrame
        year, delivered_before, delivered_after, unmet_before, unmet_after, in the units of
        `basis`, where both plans have the same basis.
    demands : DataFrame
        demand, unmet_before, unmet_after: shares of other demand over the shown periods.
    capacity : DataFrame
        line, period, before, after: the last shown period in which the capacity of a line
        differs, largest change first; NaN where a plan has no such line.
    money : DataFrame
        kind, before_usd, after_usd: undiscounted spending in shown periods, unserved demand
        at its value beside it, and the discounted cost.
    basis : str
        "" where compute is not compared.
    within_gap : bool
        Whether the two costs lie closer than the gaps of the two solves allow to tell apart.
    not_compared : str
        Why compute is not compared; "" where it is.
    """

    question: pd.DataFrame
    inputs: NetworkDifference
    decisions: pd.DataFrame
    supply: pd.DataFrame
    demands: pd.DataFrame
    capacity: pd.DataFrame
    money: pd.DataFrame
    basis: str
    within_gap: bool
    not_compared: str = ""

    def __bool__(self) -> bool:
        """Whether anything differs."""
        frames = (self.question, self.decisions, self.capacity)
        return bool(self.inputs) or any(len(f) for f in frames)

    def to_json(self) -> dict[str, Any]:
        """Plain data, for ``--json``; missing values are null."""
        out: dict[str, Any] = {}
        for name, value in self.__dict__.items():
            if isinstance(value, pd.DataFrame):
                plain = value.astype(object).where(value.notna(), None)
                out[name] = plain.to_dict(orient="records")
            elif isinstance(value, NetworkDifference):
                out[name] = value.to_json()
            else:
                out[name] = value
        return out

    def __str__(self) -> str:
        if not self:
            return "The two plans are the same."
        parts = [
            ("What was asked", _rows(self.question, "asked")),
            ("Inputs", str(self.inputs).splitlines() if self.inputs else []),
            ("Decisions, the earliest first", _decision_lines(self.decisions)),
            (f"Compute on {self.basis}, million a year" if self.basis else "Compute",
             _supply_lines(self.supply) or [self.not_compared] * bool(self.not_compared)),
            ("Other demand left unserved", [
                f"{r.demand}: {_share(r.unmet_before)} -> {_share(r.unmet_after)}"
                for r in self.demands.itertuples()]),
            ("Capacity at the end, largest change first", [
                f"{r.line} ({r.period}): {_number(r.before)} -> {_number(r.after)}"
                for r in self.capacity.head(_MOST).itertuples()]),
            ("Money", [
                f"{r.kind:<18}{money(r.before_usd):>12} -> {money(r.after_usd):>10}"
                f"   {_signed(r.after_usd - r.before_usd)}"
                for r in self.money.itertuples()]),
        ]  # fmt: skip
        lines = [line for title, body in parts if body for line in ("", title, *_indent(body))]
        if self.within_gap and bool(self):
            lines += ["", "The two costs lie within the gaps of the two solves: decisions that "
                      "differ may be equally good."]  # fmt: skip
        return "\n".join(lines[1:])


def diff(before: Plan | Network, after: Plan | Network) -> PlanDifference | NetworkDifference:
    """What changed from one plan, or network, to another, first cause first.

    Parameters
    ----------
    before, after : Plan or Network
        Both of one sort.

    Returns
    -------
    PlanDifference or NetworkDifference
        Prints as text; frames as attributes; `to_json` for programs.

    Raises
    ------
    InputError
        If one is a plan and the other a network.

    Examples
    --------
    >>> row = {"name": "round", "amount_usd": 1e9, "purpose": "fabs"}
    >>> before = Network.build({"fund": [row]})
    >>> after = Network.build({"fund": [{**row, "amount_usd": 2e9}]})
    >>> print(diff(before, after))
    fund[round].amount_usd: 1e+09 -> 2e+09 USD
    """
    if isinstance(before, Network) and isinstance(after, Network):
        return difference(before, after)
    if not (isinstance(before, Plan) and isinstance(after, Plan)):
        raise InputError(
            [Fault(Place(), "a plan and a network cannot be compared",
                   why="one says what is decided, the other what is given",
                   suggestion="compare the network of the plan: plan.network, or PLAN/network")],
            "nothing was compared",
        )  # fmt: skip
    basis = str(before.manifest["basis"] or "")
    same_basis = basis == str(after.manifest["basis"] or "")
    cost = [float(p.manifest["cost_usd"]) for p in (before, after)]
    slack = sum(abs(c) * (p.manifest["gap"] or 0.0)
                for c, p in zip(cost, (before, after), strict=True))  # fmt: skip
    return PlanDifference(
        _question(before, after),
        difference(before.network, after.network),
        _decisions(before, after),
        _supply(before, after) if basis and same_basis else _supply_frame([]),
        _demands(before, after),
        _capacity(before, after),
        _money(before, after),
        basis if same_basis else "",
        abs(cost[1] - cost[0]) <= slack,
        _why_not(basis, str(after.manifest["basis"] or "")),
    )


def _why_not(before: str, after: str) -> str:
    """Why the compute of two plans cannot be compared; "" where it can."""
    if before == after:
        return "" if before else "not compared: neither plan has a compute basis"
    if before and after:
        return (
            f"not compared: the first plan counts it on {before}, the second on {after}, and units "
            "of one are not units of the other; plan one of them again with the --basis of the "
            "other"
        )
    which = "first" if after else "second"
    return f"not compared: the {which} plan has no compute basis, the other {before or after}"


def _question(before: Plan, after: Plan) -> pd.DataFrame:
    rows = []
    for name in QUESTION:
        was, now = before.manifest.get(name), after.manifest.get(name)
        if was != now:
            rows.append({"asked": name, "before": _asked(was), "after": _asked(now)})
    return pd.DataFrame(rows, columns=["asked", "before", "after"])


def _asked(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None or value == "" else str(value)


def _decisions(before: Plan, after: Plan) -> pd.DataFrame:
    days = {p.label: p.start for plan in (before, after) for p in plan.calendar}
    rows = []
    for table, (name, count) in DECISIONS.items():
        pair = [
            plan.tables[table].groupby([name, "period"])[count].sum() for plan in (before, after)
        ]
        for what, period in sorted({*pair[0].index, *pair[1].index}):
            was, now = (float(p.get((what, period), 0.0)) for p in pair)
            if not _same(was, now):
                rows.append((table, what, period, was, now))
    kept = [plan.tables["reservations"].set_index("offer")["volume"] for plan in (before, after)]
    for offer in sorted({*kept[0].index, *kept[1].index}):
        was, now = (float(k.get(offer, 0.0)) for k in kept)
        if not _same(was, now):
            rows.append(("reservations", offer, before.manifest["periods"][0], was, now))
    rows.sort(key=lambda row: (days[row[2]], row[0], row[1]))
    return pd.DataFrame(rows, columns=["kind", "what", "period", "before", "after"])


def _supply_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    columns = ["year", "delivered_before", "delivered_after", "unmet_before", "unmet_after"]
    return pd.DataFrame(rows, columns=columns)


def _supply(before: Plan, after: Plan) -> pd.DataFrame:
    pair = [compute_by_year(plan).set_index("year") for plan in (before, after)]
    rows = []
    for year in sorted({*pair[0].index, *pair[1].index}):
        row: dict[str, Any] = {"year": int(year)}
        for name, frame in zip(("before", "after"), pair, strict=True):
            known = year in frame.index
            row[f"delivered_{name}"] = float(frame.at[year, "delivered"]) if known else float("nan")
            row[f"unmet_{name}"] = float(frame.at[year, "unmet"]) if known else float("nan")
        rows.append(row)
    return _supply_frame(rows)


def _demands(before: Plan, after: Plan) -> pd.DataFrame:
    """Shares unserved of demand that is not on the basis, where they differ by 0.05 points."""
    shares = []
    for plan in (before, after):
        demand = plan.network.table("demand")
        others = demand.index[demand["basis"] != (plan.manifest["basis"] or None)]
        frame = plan.tables["unserved"]
        frame = frame[frame["period"].isin(plan.labels) & frame["demand"].isin(others)]
        chance = frame["branch"].map(plan.branch_weights).astype(float)
        unmet = (frame["unserved"].astype(float) * chance).groupby(frame["demand"]).sum()
        need = (frame["need"].astype(float) * chance).groupby(frame["demand"]).sum()
        shares.append((unmet / need.where(need > 0)).dropna())
    rows = [
        {"demand": name, "unmet_before": shares[0].get(name, float("nan")),
         "unmet_after": shares[1].get(name, float("nan"))}
        for name in sorted({*shares[0].index, *shares[1].index})
    ]  # fmt: skip
    out = pd.DataFrame(rows, columns=["demand", "unmet_before", "unmet_after"])
    moved = (out["unmet_after"] - out["unmet_before"]).abs()
    return out[moved.isna() | (moved > 5e-4)].reset_index(drop=True)


def _capacity(before: Plan, after: Plan) -> pd.DataFrame:
    levels = []
    for plan in (before, after):
        frame = plan.tables["capacity"]
        frame = frame[frame["period"].isin(plan.labels)]
        chance = frame["branch"].map(plan.branch_weights).astype(float)
        weighted = (frame["capacity"].astype(float) * chance).groupby(
            [frame["line"], frame["period"]]
        )
        levels.append(weighted.sum())
    both = pd.concat(levels, axis=1, keys=["before", "after"])
    if both.empty:
        return pd.DataFrame(columns=["line", "period", "before", "after"])
    both.index.names = ["line", "period"]
    size = both.abs().max(axis=1).clip(lower=1.0)
    change = (both["after"].fillna(0.0) - both["before"].fillna(0.0)).abs()
    both = both[change > SMALL * size].reset_index()
    order = {label: n for n, label in enumerate(dict.fromkeys([*before.labels, *after.labels]))}
    last = both.assign(_at=both["period"].map(order)).sort_values("_at").groupby("line").tail(1)
    by = (last["after"].fillna(0.0) - last["before"].fillna(0.0)).abs()
    last = last.assign(_by=by).sort_values(["_by", "line"], ascending=[False, True])
    return last[["line", "period", "before", "after"]].reset_index(drop=True)


def _money(before: Plan, after: Plan) -> pd.DataFrame:
    totals = []
    for plan in (before, after):
        frame = plan.tables["money"]
        frame = frame[frame["period"].isin(plan.labels)]
        chance = frame["branch"].map(plan.branch_weights).astype(float)
        totals.append((frame["usd"].astype(float) * chance).groupby(frame["kind"]).sum())
    kinds = sorted({*totals[0].index, *totals[1].index}, key=lambda k: (k in NOT_SPENT, k))
    rows = []
    for kind in kinds:
        was, now = (float(t.get(kind, 0.0)) for t in totals)
        if not _same(was, now):
            rows.append({"kind": kind, "before_usd": was, "after_usd": now})
    was, now = (float(p.manifest["cost_usd"]) for p in (before, after))
    if not _same(was, now):
        rows.append({"kind": "discounted cost", "before_usd": was, "after_usd": now})
    return pd.DataFrame(rows, columns=["kind", "before_usd", "after_usd"])


def _same(was: float, now: float) -> bool:
    return abs(now - was) <= SMALL * max(1.0, abs(was), abs(now))


def _indent(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _rows(frame: pd.DataFrame, name: str) -> list[str]:
    return [f"{getattr(r, name)}: {r.before} -> {r.after}" for r in frame.itertuples()]


def _decision_lines(decisions: pd.DataFrame) -> list[str]:
    lines = [
        f"{r.period}  {r.kind} {r.what}: {_number(r.before)} -> {_number(r.after)}"
        for r in decisions.head(_MOST).itertuples()
    ]
    more = len(decisions) - _MOST
    return lines + ([f"and {more} more (--json lists all)"] if more > 0 else [])


def _supply_lines(supply: pd.DataFrame) -> list[str]:
    changed = [
        r for r in supply.itertuples() if not _same(r.delivered_before, r.delivered_after)
        or not _same(r.unmet_before, r.unmet_after)
    ]  # fmt: skip
    head = f"{'year':>6}{'delivered':>22}{'unmet':>22}"
    return [head] * bool(changed) + [
        f"{r.year:>6}{_million(r.delivered_before):>10} -> {_million(r.delivered_after):>8}"
        f"{_million(r.unmet_before):>10} -> {_million(r.unmet_after):>8}"
        for r in changed
    ]


def _million(value: float) -> str:
    return "-" if value != value else f"{value / 1e6:.2f}"


def _number(value: float) -> str:
    return "none" if value != value else f"{value:,.6g}"


def _share(value: float) -> str:
    return "no such demand" if value != value else f"{value:.1%}"


def _signed(usd: float) -> str:
    return ("+" if usd >= 0 else "") + money(usd)
