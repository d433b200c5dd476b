"""What decides the answer: the plan again at the low and high end of its weakest numbers.

Owns the sweep over scenarios named ``decider:NAME-low`` and ``decider:NAME-high``, which the
network itself declares, one number or rule each.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import pandas as pd

from waferway.errors import RangeError
from waferway.network.network import Network
from waferway.planning.plan import Plan
from waferway.planning.planner import plan as plan_network
from waferway.planning.summary import compute_by_year

__all__ = ["Deciders", "compare_deciders", "declared_deciders"]

PREFIX = "decider:"


@dataclass(frozen=True)
class Deciders:
    """A plan at both ends of what decides it.

    Attributes
    ----------
    frame : DataFrame
        decider, end, description, delivered (over decided, shown periods, in units of the
        basis), last_year, unmet_share, modules_usd, binds (technologies, by year), gap.
    basis : str
    """

    frame: pd.DataFrame
    basis: str

    def table(self) -> pd.DataFrame:
        """For people."""
        base = float(self.frame["delivered"].iloc[0])
        last = int(self.frame["year"].iloc[0])
        return pd.DataFrame(
            {
                "assumption": self.frame["description"],
                "delivered, million": self.frame["delivered"] / 1e6,
                "change, share of the central plan": self.frame["delivered"] / base - 1.0,
                f"in {last}, million": self.frame["last_year"] / 1e6,
                "unmet share": self.frame["unmet_share"],
                "modules, USD bn": self.frame["modules_usd"] / 1e9,
                "what binds most": self.frame["binds"],
            }
        )

    def title(self) -> str:
        """The finding."""
        spread = self.frame.iloc[1:].groupby("decider")["delivered"].agg(["min", "max"])
        widest = (spread["max"] - spread["min"]).sort_values(ascending=False)
        rows = self.frame[self.frame["decider"] == widest.index[0]].sort_values("delivered")
        return (
            f"What decides most: {rows['description'].iloc[0]} delivers "
            f"{rows['delivered'].iloc[0] / 1e6:,.0f} million, "
            f"{rows['description'].iloc[-1]} {rows['delivered'].iloc[-1] / 1e6:,.0f} million"
        )

    def note(self) -> str:
        """How to read the table."""
        return (
            "Each row is a plan of its own, with one assumption at the low or high end of what "
            f"is known and all others central; compute on {self.basis}, over the years decided."
        )

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {"basis": self.basis, "plans": self.frame.to_dict(orient="records")}

    def __str__(self) -> str:
        lines = [self.title() + ".", ""]
        last = int(self.frame["year"].iloc[0])
        lines.append(f"{'delivered':>10}{last:>9}{'unmet':>8}{'modules':>10}   assumption")
        for row in self.frame.itertuples():
            lines.append(
                f"{row.delivered / 1e6:>10,.0f}{row.last_year / 1e6:>9,.0f}{row.unmet_share:>8.0%}"
                f"{row.modules_usd / 1e9:>8,.0f}bn   {row.description}"
            )
        return "\n".join(lines)


def compare_deciders(
    network: Network,
    central: Plan,
    say: Callable[[str], None] | None = None,
    workers: int = 2,
) -> Deciders:
    """Plan again at both ends of every decider that the network declares.

    Parameters
    ----------
    network : Network
        As the central plan was made from, scenarios applied.
    central : Plan
        Its arguments (party, horizon, objective, gap) are used again.
    say : callable, optional
        Told the name of each plan, in order.
    workers : int
        Processes; the result is the same for any number.

    Returns
    -------
    Deciders
        First row: the central plan.

    Raises
    ------
    RangeError
        If the network declares none.
    """
    m = central.manifest
    scenarios = network.table("scenario")
    names = declared_deciders(network)
    rows = [_row(central, "", "", "as planned")]
    asked = {
        "party": m["party"], "now": m["now"], "start": m["start"], "until": m["until"],
        "objective": m["objective"], "basis": m["basis"] or None, "budget_usd": m["budget_usd"],
        "gap": max(m["gap_asked"], 0.01), "seed": m["seed"],
    }  # fmt: skip
    with ProcessPoolExecutor(min(workers, len(names) or 1), get_context("spawn")) as pool:
        waiting = {name: pool.submit(_plan_one, network, name, asked) for name in names}
        for name, answer in waiting.items():
            if say is not None:
                say(f"planning {name}")
            decider, _, end = name.removeprefix(PREFIX).rpartition("-")
            description = str(scenarios.loc[name, "description"])
            rows.append(answer.result() | {
                "decider": decider, "end": end, "description": description,
            })  # fmt: skip
    return Deciders(pd.DataFrame(rows), str(m["basis"]))


def declared_deciders(network: Network) -> list[str]:
    """Names of the scenarios that are an end of a decider; raises `RangeError` without any."""
    names = [n for n in network.table("scenario").index if n.startswith(PREFIX)]
    if not names:
        raise RangeError(
            "this network says of nothing that it decides: no scenario is named "
            f"{PREFIX}NAME-low or {PREFIX}NAME-high; add them, or leave --sensitivity out"
        )
    return names


def _plan_one(network: Network, scenario: str, asked: dict[str, Any]) -> dict[str, Any]:
    """One plan of the sweep, in a process of its own."""
    result = plan_network(network.with_scenario(scenario), **asked)
    return _row(result, "", "", "")


def _row(result: Plan, decider: str, end: str, description: str) -> dict[str, Any]:
    compute = compute_by_year(result)
    decided = {
        p.start.year
        for p, d, s in zip(result.calendar, result.decided, result.shown, strict=True)
        if d and s
    }
    ahead = compute[compute["year"].isin(decided)]
    money = result.tables["money"]
    shown = set(result.labels)
    modules = money[(money["kind"] == "modules") & money["period"].isin(shown)]["usd"].sum()
    best = result.prices().binding()
    best = best[best["worth_usd"] >= 1.0]
    binds = "; ".join(dict.fromkeys(best["technology"]))
    last = ahead.iloc[-1]
    needed = ahead["needed"].sum()
    return {
        "decider": decider,
        "end": end,
        "description": description,
        "delivered": float(ahead["delivered"].sum()),
        "year": int(last["year"]),
        "last_year": float(last["delivered"]),
        "unmet_share": float(ahead["unmet"].sum() / needed) if needed else 0.0,
        "modules_usd": float(modules),
        "binds": binds,
        "gap": result.manifest["gap"],
    }
