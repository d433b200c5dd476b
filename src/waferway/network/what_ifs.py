"""A what-if in words: its changes, its parents, and the claims under its numbers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from waferway.network.network import Network
from waferway.network.scenarios import line_of
from waferway.network.typed_rows import number_key

__all__ = ["ScenarioText", "describe_scenario"]


@dataclass(frozen=True)
class ScenarioText:
    """What a scenario says.

    Attributes
    ----------
    name, description : str
    parents : list of str
        Applied before it, the first ancestor first.
    changes : list of dict
        order, table, key, column, period, operation, value, and `claims`: id, value, unit,
        grade, method, reason, and the ids and sources of what they rest on.
    """

    name: str
    description: str
    parents: list[str]
    changes: list[dict[str, Any]]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    def __str__(self) -> str:
        lines = [f"{self.name}: {self.description}"]
        if self.parents:
            lines.append(f"after: {', '.join(self.parents)}")
        for c in self.changes:
            cell = f"{c['table']} {c['key']}" + (f".{c['column']}" if c["column"] else "")
            when = f" in {c['period']}" if c["period"] else ""
            lines.append(f"{c['order']:>4}  {c['operation']} {cell}{when} {c['value']}".rstrip())
            for claim in c["claims"]:
                rest = f" <- {', '.join(claim['rests_on'])}" if claim["rests_on"] else ""
                why = f"; {claim['reason']}" if claim["reason"] else ""
                lines.append(f"          {claim['grade']}  {claim['method']}{rest}{why}")
        return "\n".join(lines)


def describe_scenario(network: Network, name: str) -> ScenarioText:
    """A scenario in words.

    Parameters
    ----------
    network : Network
    name : str
        Row of table `scenario`.

    Raises
    ------
    InputError
        If there is no such scenario; names the nearest.

    Examples
    --------
    >>> from waferway.network.network import Network
    >>> net = Network.build({
    ...     "party": [{"name": "acme", "kind": "lab"}],
    ...     "fund": [{"name": "round", "party": "acme", "amount_usd": "$8bn", "purpose": "fabs"}],
    ...     "scenario": [{"name": "half", "description": "half the money"}],
    ...     "change": [{"scenario": "half", "order": 1, "table": "fund", "key": "*",
    ...                 "column": "amount_usd", "operation": "multiply", "value": "50 %"}]})
    >>> print(describe_scenario(net, "half"))
    half: half the money
       1  multiply fund *.amount_usd 50 %
    """
    scenarios = network.table("scenario")
    if name not in scenarios.index:
        network.with_scenario(name)  # raises, and names the nearest
    parents = line_of(network, name)[:-1]
    rows = network.table("change")
    rows = rows[rows["scenario"] == name].sort_values("order", kind="stable")
    changes = []
    for row in rows.to_dict("records"):
        order = number_key(row["order"])
        stem = f"change.{name.replace(':', '-')}.{order}"
        claims = [c for c in network.evidence.values()
                  if c.claim_id == stem or c.claim_id.startswith(stem + ".")]  # fmt: skip
        changes.append(
            {"order": order}
            | {k: row[k] for k in ("table", "key", "column", "period", "operation", "value")}
            | {
                "claims": [
                    {"claim": c.claim_id, "value": c.central, "unit": c.unit, "grade": c.grade,
                     "method": c.method, "reason": c.rank_reason or "",
                     "rests_on": list(c.derived_from),
                     "sources": sorted({r.source_id for r in network.evidence.roots(c.claim_id)
                                        if r.source_id})}
                    for c in claims
                ]
            }
        )  # fmt: skip
    return ScenarioText(name, str(scenarios.at[name, "description"]), parents, changes)
