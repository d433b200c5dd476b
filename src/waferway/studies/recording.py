"""Plans and builds of the atlas in a ledger, with the claims they used.

Owns which claims a network rests on and the entry that names them. Refuses to log a claim in
another's name: claims not yet in the log enter under the party that records.
"""

from __future__ import annotations

import graphlib
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waferway.evidence import ledger
from waferway.evidence.claims import Evidence
from waferway.evidence.ledger.failures import IndexOutOfRange
from waferway.evidence.ledger.keys import PrivateKey
from waferway.evidence.ledger.log import Ledger
from waferway.network.network import Network
from waferway.planning.plan import Plan

__all__ = ["Recorded", "claims_used", "record_network", "record_plan"]

BATCH = 1000


@dataclass(frozen=True)
class Recorded:
    """What was logged.

    Attributes
    ----------
    entry : int
        Index of the entry of the plan or build.
    claims : int
        Claims that it names.
    logged : int
        Of these, how many were not in the log before.
    result_sha256 : str
        Hash that the entry states.
    size : int
        Entries of the log now.
    """

    entry: int
    claims: int
    logged: int
    result_sha256: str
    size: int

    def to_json(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "entry": self.entry, "claims": self.claims, "logged": self.logged,
            "result_sha256": self.result_sha256, "size": self.size,
        }  # fmt: skip


def claims_used(network: Network) -> list[str]:
    """Ids of the claims that a network cites and of those they rest on, each after its origins.

    Parameters
    ----------
    network : Network

    Returns
    -------
    list of str

    Examples
    --------
    >>> from waferway.network.network import Network
    >>> claims_used(Network.build({}))
    []
    """
    evidence = network.evidence
    waiting = [str(name) for name in network.table("cite")["claim_id"].unique()]
    graph: dict[str, set[str]] = {}
    while waiting:
        name = waiting.pop()
        if name in graph or name not in evidence:
            continue
        claim = evidence[name]
        origins = {*claim.derived_from, *([claim.supersedes] if claim.supersedes else [])}
        graph[name] = {origin for origin in origins if origin in evidence}
        waiting += graph[name]
    ordered = graphlib.TopologicalSorter({name: graph[name] for name in sorted(graph)})
    return list(ordered.static_order())


def record_plan(
    path: str | Path, plan: Plan, *, key: str | Path, passphrase: str | None = None
) -> Recorded:
    """Log a plan: its claims where they are not yet in the log, then a `model-run`.

    Parameters
    ----------
    path : path
        Ledger file.
    plan : Plan
    key : path
        Key file of role owner.
    passphrase : str, optional

    Returns
    -------
    Recorded
        `result_sha256` is the hash of the manifest as canonical JSON.
    """
    text = json.dumps(plan.manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return _record(
        path, plan.network, hashlib.sha256(text.encode()).hexdigest(), "model-run", key,
        passphrase, network_sha256=str(plan.manifest["network_sha256"]),
    )  # fmt: skip


def record_network(
    path: str | Path, network: Network, *, key: str | Path, passphrase: str | None = None
) -> Recorded:
    """Log a build of the atlas or any network: its claims, then a `dataset-snapshot`.

    Parameters
    ----------
    path : path
        Ledger file.
    network : Network
    key : path
        Key file of role owner.
    passphrase : str, optional

    Returns
    -------
    Recorded
        `result_sha256` is the hash of the network.
    """
    return _record(path, network, network.sha256, "dataset-snapshot", key, passphrase)


def _record(
    path: str | Path, network: Network, result: str, kind: str, key: str | Path,
    passphrase: str | None, **more: Any,
) -> Recorded:  # fmt: skip
    from waferway import __version__

    names = claims_used(network)
    owner = PrivateKey.load(key, passphrase).name
    new = _absent(path, names)
    records = _payloads(network.evidence, new, owner)
    for first in range(0, len(records), BATCH):
        ledger.append(path, records[first : first + BATCH], key=key, passphrase=passphrase)
    receipt = ledger.record_run(
        path, claims=names, code_version=f"waferway {__version__}", result_sha256=result, key=key,
        kind=kind, passphrase=passphrase, **more,
    )  # fmt: skip
    return Recorded(receipt.first, len(names), len(new), result, receipt.size)


def _absent(path: str | Path, names: Iterable[str]) -> list[str]:
    found = []
    with Ledger(path) as log:
        for name in names:
            try:
                log.index_of_claim(name)
            except IndexOutOfRange:
                found.append(name)
    return found


def _payloads(evidence: Evidence, names: Iterable[str], owner: str) -> list[dict[str, Any]]:
    """Claims as payloads; those of no party enter under the one that records."""
    made = []
    for name in names:
        record = evidence[name].model_dump(mode="json")
        record = {field: value for field, value in record.items() if value not in (None, {}, [])}
        made.append({**record, "owner": owner})
    return made
