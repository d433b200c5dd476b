"""The summary of a plan: what it delivers, what it costs, what binds, what it rests on.

Owns the few figures that people read first. Everything here is arithmetic on the tables.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from waferway.planning.evidence_shares import EvidenceShares, evidence_shares
from waferway.planning.results import NOT_SPENT

if TYPE_CHECKING:
    from waferway.planning.plan import Plan

__all__ = ["Summary", "compute_by_year", "summarise"]


@dataclass(frozen=True)
class Summary:
    """The few figures of a plan.

    Attributes
    ----------
    party : str or None
        Whose plan; None is the system view.
    start, until, now : str
    basis : str
        Compute basis of `compute`.
    compute : DataFrame
        year, delivered, needed, unmet (units of the basis), unmet_share.
    items : DataFrame
        demand (those on an item), unmet share over the shown periods.
    spending_usd : dict
        Undiscounted, by kind, over the shown periods.
    emergency_usd : float
        Cash drawn beyond all funds over the shown periods, expected; undiscounted.
    cost_usd : float
        Expected discounted cost, unserved demand at its value included.
    orders : DataFrame
        module, orders, spending, over the shown periods.
    binding : DataFrame
        year, technology, line, worth_usd: the link worth most in each year; unit: of what.
    evidence : EvidenceShares
    gap : float or None
        Relative; None where the solver told none.
    status : str
    """

    party: str | None
    start: str
    until: str
    now: str
    basis: str
    objective: str
    compute: pd.DataFrame
    items: pd.DataFrame
    spending_usd: dict[str, float]
    emergency_usd: float
    cost_usd: float
    orders: pd.DataFrame
    binding: pd.DataFrame
    evidence: EvidenceShares
    gap: float | None
    status: str

    def to_json(self) -> dict[str, Any]:
        """Plain data, for ``--json``."""
        out = {}
        for name, value in self.__dict__.items():
            if isinstance(value, pd.DataFrame):
                out[name] = value.replace({np.nan: None}).to_dict(orient="records")
            elif isinstance(value, EvidenceShares):
                out[name] = asdict(value)
            else:
                out[name] = value
        return out

    def __str__(self) -> str:
        whose = self.party or "the whole system"
        lines = [
            f"Plan of {whose}, {self.start} to {self.until}; history to {self.now}; "
            f"objective {self.objective}.",
            f"Solved {said_gap(self.gap)} ({self.status}).",
            "",
        ]
        priced = self.objective != "compute"  # else worth is counted in compute
        if len(self.compute):
            lines.append(f"Compute on {self.basis}, million a year")
            lines.append(f"{'year':>6}{'delivered':>12}{'needed':>12}{'unmet':>9}   what binds")
            bind = {row.year: row for row in self.binding.itertuples()}
            for row in self.compute.itertuples():
                link = bind.get(row.year)
                says = ""
                if link is not None and link.worth_usd > (0.005 if priced else 0.0):
                    worth = money(link.worth_usd) if priced else f"{link.worth_usd:,.3g}"
                    says = f"{link.technology}: one more {link.unit} is worth {worth}"
                lines.append(
                    f"{row.year:>6}{row.delivered / 1e6:>12.2f}{row.needed / 1e6:>12.2f}"
                    f"{row.unmet_share:>9.0%}   {says}".rstrip()
                )
            lines.append("")
        short = self.items[self.items["unmet_share"] > 5e-4]
        if len(short):
            lines.append("Other demand left unserved, of the whole period")
            for row in short.itertuples():
                lines.append(f"  {row.demand}: {row.unmet_share:.1%}")
            lines.append("")
        lines.append("Spending, undiscounted")
        for kind, usd in sorted(self.spending_usd.items(), key=lambda pair: -pair[1]):
            if usd > 0:
                lines.append(f"  {kind:<12}{money(usd):>12}")
        if self.emergency_usd > 0.5:
            lines.append(f"  Emergency cash beyond all funds: {money(self.emergency_usd)}")
        if len(self.orders):
            lines.append("")
            lines.append("Largest builds")
            for row in self.orders.head(8).itertuples():
                lines.append(
                    f"  {row.orders:>4.0f} x {row.module:<34} {money(row.spending_usd):>10}"
                )
        lines += ["", str(self.evidence)]
        return "\n".join(lines)


def said_gap(gap: float | None) -> str:
    """A gap in words.

    Examples
    --------
    >>> said_gap(0.0003), said_gap(None)
    ('to a gap of 0.03%', 'to a gap that its solver did not tell')
    """
    return "to a gap that its solver did not tell" if gap is None else f"to a gap of {gap:.2%}"


def money(usd: float) -> str:
    """Money in three figures: $1.23 bn.

    Examples
    --------
    >>> money(1234567890), money(-52100), money(999.96e6)
    ('$1.23 bn', '-$52.1 k', '$1.00 bn')
    """
    sign, size = ("-", -usd) if usd < 0 else ("", usd)
    for scale, unit in (  # noqa: B007
        (1e12, " tn"),
        (1e9, " bn"),
        (1e6, " M"),
        (1e3, " k"),
    ):
        if size >= scale * 0.9995:
            break
    else:
        scale, unit = 1.0, ""
    figure = size / scale
    digits = 2 if figure < 9.995 else 1 if figure < 99.95 else 0
    return f"{sign}${figure:.{digits}f}{unit}"


def compute_by_year(plan: Plan) -> pd.DataFrame:
    """Compute delivered and needed by year, expected over branches; recorded years included."""
    basis = plan.manifest["basis"]
    demand = plan.network.table("demand")
    on_basis = demand.index[demand["basis"] == basis] if basis else []
    year = {p.label: p.start.year for p, s in zip(plan.calendar, plan.shown, strict=True) if s}
    weight_table = plan.network.filled("weight")
    weights = {
        item: float(w)
        for item, w, b in zip(
            weight_table["item"], weight_table["weight"], weight_table["basis"], strict=True
        )
        if b == basis
    }
    share = plan.branch_weights
    served = plan.tables["served"]
    served = served[served["demand"].isin(on_basis) & served["period"].isin(year)]
    amount = (
        served["served"].astype(float)
        * served["item"].map(weights).astype(float)
        * served["branch"].map(share).astype(float)
    )
    delivered = amount.groupby(served["period"].map(year)).sum()
    unserved = plan.tables["unserved"]
    unserved = unserved[unserved["demand"].isin(on_basis) & unserved["period"].isin(year)]
    chance = unserved["branch"].map(share).astype(float)
    years = unserved["period"].map(year)
    unmet = (unserved["unserved"].astype(float) * chance).groupby(years).sum()
    need = (unserved["need"].astype(float) * chance).groupby(years).sum()
    # What was needed before `now` is not asked again: what was delivered then stands for it.
    past = {p.label for p, d in zip(plan.calendar, plan.decided, strict=True) if not d}
    gone = amount.where(served["period"].isin(past), 0.0).groupby(served["period"].map(year)).sum()
    need = need.add(gone, fill_value=0.0)
    out = pd.DataFrame({"delivered": delivered, "needed": need, "unmet": unmet}).fillna(0.0)
    out.index.name = "year"
    out["unmet_share"] = (out["unmet"] / out["needed"].where(out["needed"] > 0)).fillna(0.0)
    return out.reset_index()


def summarise(plan: Plan, *, intervals: bool = True) -> Summary:
    """The few figures of a plan; `intervals` measures those of the prices too."""
    from waferway.planning.explanation.links import link_unit

    shown = set(plan.labels)
    basis = plan.manifest["basis"]
    share = plan.branch_weights
    money_table = plan.tables["money"]
    spent = money_table[money_table["period"].isin(shown) & ~money_table["kind"].isin(NOT_SPENT)]
    amount = spent["usd"].astype(float) * spent["branch"].map(share).astype(float)
    by_kind = {str(k): float(v) for k, v in amount.groupby(spent["kind"]).sum().items()}
    demand = plan.network.table("demand")
    others = plan.tables["unserved"]
    others = others[
        others["period"].isin(shown) & others["demand"].isin(demand.index[demand["basis"] != basis])
    ]
    chance = others["branch"].map(share).astype(float)
    unmet = (others["unserved"].astype(float) * chance).groupby(others["demand"]).sum()
    need = (others["need"].astype(float) * chance).groupby(others["demand"]).sum()
    items = pd.DataFrame({"unmet_share": (unmet / need.where(need > 0)).fillna(0.0)})
    items = items.sort_values("unmet_share", ascending=False).rename_axis("demand").reset_index()
    binding = plan.prices(intervals=intervals).binding()
    return Summary(
        plan.manifest["party"],
        plan.manifest["start"],
        plan.manifest["until"],
        plan.manifest["now"],
        basis,
        plan.manifest["objective"],
        compute_by_year(plan) if basis else pd.DataFrame(),
        items,
        by_kind,
        _emergency(plan, shown),
        float(plan.manifest["cost_usd"]),
        _orders(plan, shown),
        binding.assign(unit=[link_unit(plan.network, name) for name in binding["technology"]]),
        evidence_shares(plan),
        plan.manifest["gap"],
        str(plan.manifest["status"]),
    )


def _emergency(plan: Plan, shown: set[str]) -> float:
    """Expected emergency cash drawn in shown periods."""
    cash = plan.tables["cash"]
    cash = cash[cash["period"].isin(shown)]
    chance = cash["branch"].map(plan.branch_weights).astype(float)
    return float((cash["emergency"].astype(float) * chance).sum())


def _orders(plan: Plan, shown: set[str]) -> pd.DataFrame:
    """Modules ordered in shown periods, largest spending first."""
    orders = plan.tables["orders"]
    orders = orders[orders["period"].isin(shown)]
    price = plan.network.values("module", "capex_usd", plan.calendar)
    spending = [
        float(n) * float(price.loc[m, p])
        for m, p, n in zip(orders["module"], orders["period"], orders["orders"], strict=True)
    ]
    frame = pd.DataFrame(
        {"module": orders["module"], "orders": orders["orders"].astype(float),
         "spending_usd": spending}
    )  # fmt: skip
    frame = frame.groupby("module", as_index=False).sum()
    return frame.sort_values("spending_usd", ascending=False).reset_index(drop=True)
