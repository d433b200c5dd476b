"""A past of which nothing is recorded: planned from what is known, without orders.

Owns the rule of the setting `past`. A network cut to an early day knows capacity of the year
before and no starts; with nothing started, its first quarters would deliver nothing.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waferway.calendar import Calendar
from waferway.network.network import Network

__all__ = ["lacks_a_past", "reconstructed"]


def lacks_a_past(network: Network, decided: NDArray[np.bool_]) -> bool:
    """Whether past periods are to be reconstructed: asked for, and no start is recorded.

    Parameters
    ----------
    network : Network
    decided : array of bool, shape (T,)
        False in past periods.

    Returns
    -------
    bool
    """
    if network.setting("past") != "reconstructed" or decided.all():
        return False
    return not (network.table("outturn")["measure"] == "starts").any()


def reconstructed(
    network: Network, calendar: Calendar, decided: NDArray[np.bool_], **asked: Any
) -> Network:
    """The network with a plan of its past as `outturn` and opening `stock`.

    The past is planned for the whole system at least cost, on existing capacity, with the year
    after it as a tail: what was begun for later deliveries is then under way.

    Parameters
    ----------
    network : Network
    calendar : Calendar
    decided : array of bool, shape (T,)
        False in past periods, of which there is at least one.
    **asked
        Arguments of the solver: ``gap``, ``seed``, ``threads``, ``time_limit``.

    Returns
    -------
    Network
        With the branches of `network`; deliveries and starts are those of its central values.

    Raises
    ------
    Infeasible
        If no plan of the past satisfies what is known of it.
    """
    from waferway.planning.history import as_history
    from waferway.planning.planner import plan

    until = calendar.periods[int(np.argmax(decided))].start
    past = [p for p in calendar if p.end <= until]
    bare = _without_orders(network).with_settings(
        past="recorded",
        start=past[0].start,
        now=None,
        until=until - dt.timedelta(days=1),
        warmup_months=0,
        tail_months=max(12, int(network.setting("tail_months") or 0)),
    )
    before = plan(bare, step=_steps(past), **asked)
    return as_history(before, network, until).with_settings(now=network.setting("now"))


def _without_orders(network: Network) -> Network:
    """No module may be ordered, and one future only."""
    module = network.table("module").copy()
    module["total"] = 0
    profile = network.table("profile")
    branch = network.table("branch")
    return network.with_tables(
        {
            "module": module,
            "branch": branch.iloc[:0],
            "profile": profile[profile["branch"] == ""],
        }
    )


def _steps(periods: list[Any]) -> list[tuple[str, str]]:
    """Steps of a calendar's past: one entry for each run of periods of one length."""
    steps: list[tuple[str, str]] = []
    for p in periods:
        name = {1: "month", 3: "quarter", 6: "half", 12: "year"}[round(p.months)]
        last = str(p.end - dt.timedelta(days=1))
        if steps and steps[-1][0] == name:
            steps[-1] = (name, last)
        else:
            steps.append((name, last))
    return steps
