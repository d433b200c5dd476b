"""How much of a plan rests on what kind of evidence.

Owns the shares of a result by grade of the claims behind it: of the numbers, of the money
spent, and of the compute delivered. A chain is as good as its weakest link.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from waferway.network.network import Network

if TYPE_CHECKING:
    from waferway.planning.plan import Plan

__all__ = ["EvidenceShares", "evidence_shares", "weakest_grade"]

GRADES = ("A", "B", "C", "D")
UNCITED = "uncited"


@dataclass(frozen=True)
class EvidenceShares:
    """Shares by grade (A official, B several independent, C analyst or press, D own estimate).

    Attributes
    ----------
    numbers : dict
        Count of cited numbers by grade of their weakest claim; "uncited" where none is cited.
    imputed : int
        Numbers that fill a gap.
    compute : dict
        Share of the compute delivered by the weakest grade on the way from wafer to package.
    modules : dict
        Share of the money spent on modules by the grade of their price.
    """

    numbers: dict[str, int] = field(default_factory=dict)
    imputed: int = 0
    compute: dict[str, float] = field(default_factory=dict)
    modules: dict[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        total = sum(self.numbers.values())
        if not total:
            return "No number of this network cites a claim."
        parts = ", ".join(f"{count} {grade}" for grade, count in self.numbers.items() if count)
        lines = [f"Rests on {total} numbers by grade: {parts}; {self.imputed} of them imputed."]
        for what, shares in (("compute delivered", self.compute), ("module money", self.modules)):
            if shares:
                said = ", ".join(f"{share:.0%} {grade}" for grade, share in shares.items())
                lines.append(f"Weakest grade behind the {what}: {said}.")
        return "\n".join(lines)


def weakest_grade(network: Network, table: str, key: str, column: str = "") -> str:
    """Weakest grade of the claims that a row (or one of its cells) cites; "" without any."""
    cells = _grades(network)
    found = [
        grade
        for (of_table, of_key, of_column), grade in cells.get((table, key), {}).items()
        if not column or of_column == column
    ]
    return max(found, default="")


def _grades(network: Network) -> dict[tuple[str, str], dict[tuple[str, str, str], str]]:
    """Weakest grade of every cited cell, by row."""
    cite = network.table("cite")
    out: dict[tuple[str, str], dict[tuple[str, str, str], str]] = defaultdict(dict)
    for table, key, column, claim_id in zip(
        cite["table"], cite["key"], cite["column"], cite["claim_id"], strict=True
    ):
        claim = network.evidence.get(claim_id)
        grade = claim.grade if claim else UNCITED
        cell = (table, key, column)
        before = out[table, key].get(cell, "")
        out[table, key][cell] = max(before, grade)
    return out


def evidence_shares(plan: Plan) -> EvidenceShares:
    """Shares of a plan by the grade of its evidence."""
    network = plan.network
    cite = network.table("cite")
    by_number: dict[tuple[str, str, str, str], str] = {}
    imputed = set()
    for table, key, column, period, claim_id in zip(
        cite["table"], cite["key"], cite["column"], cite["period"], cite["claim_id"], strict=True
    ):
        claim = network.evidence.get(claim_id)
        cell = (table, key, column, period)
        by_number[cell] = max(by_number.get(cell, ""), claim.grade if claim else UNCITED)
        if claim is not None and claim.imputed:
            imputed.add(cell)
    numbers = {g: sum(v == g for v in by_number.values()) for g in (*GRADES, UNCITED)}
    numbers = {g: n for g, n in numbers.items() if n}
    grades = {row: max(cells.values()) for row, cells in _grades(network).items() if cells}
    return EvidenceShares(
        numbers, len(imputed), _compute_shares(plan, grades), _module_shares(plan, grades)
    )


def _shares(amounts: dict[str, float]) -> dict[str, float]:
    total = sum(amounts.values())
    order = (*GRADES, UNCITED)
    return {g: amounts[g] / total for g in order if amounts.get(g, 0.0) > 0} if total else {}


def _compute_shares(plan: Plan, grades: dict[tuple[str, str], str]) -> dict[str, float]:
    network, basis = plan.network, plan.manifest["basis"]
    if not basis:
        return {}
    parts = network.table("recipe_item")
    makers: dict[str, list[str]] = defaultdict(list)
    inputs: dict[str, list[str]] = defaultdict(list)
    rows: dict[str, list[str]] = defaultdict(list)
    for key, recipe, item, role in zip(
        parts.index, parts["recipe"], parts["item"], parts["role"], strict=True
    ):
        (makers[item] if role == "out" else inputs[recipe]).append(
            recipe if role == "out" else item
        )
        rows[recipe].append(key)
    known: dict[str, str] = {}

    def weakest(item: str) -> str:
        if item not in known:
            known[item] = ""
            found = [
                grades.get(("recipe_item", key), UNCITED)
                for recipe in makers[item]
                for key in rows[recipe]
            ]
            found += [weakest(part) for recipe in makers[item] for part in inputs[recipe]]
            known[item] = max(found, default="")
        return known[item]

    weight = {
        item: float(w)
        for b, item, w in zip(
            network.filled("weight")["basis"], network.filled("weight")["item"],
            network.filled("weight")["weight"], strict=True,
        )
        if b == basis
    }  # fmt: skip
    served = plan.tables["served"]
    served = served[served["period"].isin(plan.labels)]
    amounts: dict[str, float] = defaultdict(float)
    for item, amount in served.groupby("item")["served"].sum().items():
        if item in weight:
            amounts[weakest(str(item)) or UNCITED] += float(amount) * weight[str(item)]
    return _shares(amounts)


def _module_shares(plan: Plan, grades: dict[tuple[str, str], str]) -> dict[str, float]:
    orders = plan.tables["orders"]
    if orders.empty:
        return {}
    price = plan.network.values("module", "capex_usd", plan.calendar)
    amounts: dict[str, float] = defaultdict(float)
    for module, period, count in zip(
        orders["module"], orders["period"], orders["orders"], strict=True
    ):
        grade = grades.get(("module", module), UNCITED)
        amounts[grade] += float(count) * float(price.loc[module, period])
    return _shares(amounts)
