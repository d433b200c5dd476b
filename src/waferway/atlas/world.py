"""The shipped atlas as a network: all of it, as known on a day, without imputations.

Owns the door to the data beside this file. What a day knew is for `waferway.atlas.knowledge`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from waferway.network.network import Network

__all__ = ["data_folder", "world"]


def data_folder() -> Path:
    """Folder with the tables, claims and sources of the shipped atlas."""
    return Path(__file__).parent / "data"


def world(
    known: str | dt.date | None = None,
    imputed: bool = True,
    scenario: str | Iterable[str] | None = None,
) -> Network:
    """The shipped atlas of the AI-chip network.

    Parameters
    ----------
    known : str or date, optional
        Only what the world could know on this day: claims made public later are out, and cells
        that rest on them fall back to the newest claim that was known, or go.
    imputed : bool
        Whether gaps filled by named imputations (grade D) stay; without them the network is a
        skeleton to look at, not one to plan.
    scenario : str or iterable of str, optional
        Shipped what-ifs to apply, in order.

    Returns
    -------
    Network
        Every number cites a claim in `Network.evidence`.

    Raises
    ------
    InputError
        If a scenario is unknown.
    RangeError
        If `known` is no date.

    Examples
    --------
    >>> net = world()
    >>> net.table("line").loc["tsmc-cowos", "technology"]
    'cowos'
    """
    from waferway.network.reading import read

    net = read(data_folder())
    if known is not None:
        from waferway.atlas.knowledge import as_known

        net = as_known(net, known)
    if not imputed:
        net = net.without_imputed()
    names = [scenario] if isinstance(scenario, str) else list(scenario or ())
    return net.with_scenario(*names) if names else net
