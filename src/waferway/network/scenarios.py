"""What-ifs: a scenario and its parents, applied without copying what they do not touch.

Owns the order in which changes are made, and that the changed network is checked like any
other. What a change does is for `waferway.network.changes`.
"""

from __future__ import annotations

from typing import Any

from waferway.errors import Faults, InputError, Place, nearest
from waferway.network.changes import Changes
from waferway.network.checking import check
from waferway.network.network import Network
from waferway.network.patch import Patch

__all__ = ["apply_scenario", "line_of"]

_CLOSING = "nothing was changed"


def apply_scenario(network: Network, name: str) -> Network:
    """A network with the changes of a scenario applied, those of its parents first.

    Parameters
    ----------
    network : Network
        Not changed; the result shares every table that no change touches.
    name : str
        Row of table `scenario`.

    Returns
    -------
    Network
        Checked like any other.

    Raises
    ------
    InputError
        If there is no such scenario, it was applied before, a change touches nothing, or the
        changed network has faults; all at once.

    Examples
    --------
    >>> net = Network.build({
    ...     "party": [{"name": "acme", "kind": "lab"}],
    ...     "fund": [{"name": "round", "party": "acme", "amount_usd": "$8bn", "purpose": "fabs"}],
    ...     "scenario": [{"name": "half"}],
    ...     "change": [{"scenario": "half", "order": 1, "table": "fund", "key": "*",
    ...                 "column": "amount_usd", "operation": "multiply", "value": "50 %"}]})
    >>> half = apply_scenario(net, "half")
    >>> float(half.table("fund").loc["round", "amount_usd"])
    4000000000.0
    >>> half.table("party") is net.table("party")
    True
    """
    scenarios = network.tables["scenario"]
    faults = Faults()
    if name not in scenarios.index:
        found = nearest(name, scenarios.index)
        faults.add(
            Place(), f'"{name}" is no scenario',
            f"scenarios are: {', '.join(scenarios.index) or 'none'}",
            f"did you mean {found[0]}?" if found else "", "unknown-scenario",
        )  # fmt: skip
        faults.raise_any(_CLOSING)
    if name in network.applied:
        faults.add(Place(), f"scenario {name} is applied already", kind="applied-twice")
        faults.raise_any(_CLOSING)
    patch = Patch(network)
    changes = Changes(patch, faults)
    for scenario in line_of(network, name):
        if scenario in network.applied:
            continue
        patch.applied.append(scenario)
        for row in _changes_of(network, scenario):
            changes.apply(row)
    faults.raise_any(_CLOSING)
    changed = patch.network()
    wrong = check(changed)
    if wrong:
        raise InputError(wrong, f"{_CLOSING} (scenario {name})")
    return changed


def line_of(network: Network, name: str) -> list[str]:
    """A scenario after its parents, the first ancestor first.

    Parameters
    ----------
    network : Network
    name : str
        Row of table `scenario`.

    Examples
    --------
    >>> net = Network.build({"scenario": [{"name": "a"}, {"name": "b", "parent": "a"}]})
    >>> line_of(net, "b")
    ['a', 'b']
    """
    chain: list[str] = []
    while name and name not in chain:
        chain.append(name)
        name = str(network.tables["scenario"].at[name, "parent"])
    return chain[::-1]


def _changes_of(network: Network, scenario: str) -> list[dict[str, Any]]:
    """Changes of one scenario, in order."""
    frame = network.tables["change"]
    frame = frame[frame["scenario"] == scenario].sort_values("order", kind="stable")
    rows: list[dict[str, Any]] = frame.to_dict("records")
    return rows
