"""Parties of a network: whose plan is asked for, and who belongs to whom.

Owns the fault of a party that does not exist, and the family of one that does.
"""

from __future__ import annotations

from waferway.errors import Fault, InputError, Place, nearest
from waferway.network.network import Network

__all__ = ["check_party", "family", "unknown_party"]


def unknown_party(network: Network, party: str) -> Fault | None:
    """The fault of naming a party that the network does not have; None where it does.

    Parameters
    ----------
    network : Network
    party : str

    Examples
    --------
    >>> net = Network.build({"party": [{"name": "acme", "kind": "lab"}]})
    >>> print(unknown_party(net, "amce"))
    party  "amce" is no party of this network
           parties are: acme
           did you mean acme?
    """
    parties = [str(name) for name in network.filled("party").index]
    if party in parties:
        return None
    close = nearest(party, parties)
    asking = dict.fromkeys(str(name) for name in network.filled("demand")["party"] if name)
    suggestion = ""
    if close:
        suggestion = f"did you mean {close[0]}?"
    elif asking:
        suggestion = f"name one with --party; these ask for something: {', '.join(asking)}"
    elif parties:
        suggestion = f"name one with --party, for example {parties[0]}"
    return Fault(
        Place("party"), f'"{party}" is no party of this network',
        f"parties are: {', '.join(parties)}" if parties else "it has none", suggestion,
        "unknown party",
    )  # fmt: skip


def check_party(network: Network, party: str, closing: str = "nothing was planned") -> None:
    """Raise `InputError` where the network has no such party; names the nearest."""
    fault = unknown_party(network, party)
    if fault is not None:
        raise InputError([fault], closing)


def family(network: Network, party: str) -> set[str]:
    """A party and all it owns through `parent`, at any depth.

    Examples
    --------
    >>> net = Network.build({"party": [{"name": "acme", "kind": "lab"},
    ...     {"name": "arm", "kind": "lab", "parent": "acme"}]})
    >>> sorted(family(net, "acme")), sorted(family(net, "arm"))
    (['acme', 'arm'], ['arm'])
    """
    parents = network.filled("party")["parent"]
    found = {party}
    while True:
        more = {name for name, parent in parents.items() if parent in found} - found
        if not more:
            return found
        found |= more
