"""The plan itself as a forecaster: what `waferway plan` delivers for the year after the cut.

Owns the view that the planner may see, and the reading of its plan in the keys of predictions.
Nothing is fitted, drawn or fed in: starts, mix and designers are the planner's own choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from waferway.atlas.knowledge import as_known
from waferway.atlas.release import DATA_VERSION
from waferway.errors import Infeasible
from waferway.evidence.claims import Claim, Evidence
from waferway.network.network import Network
from waferway.planning.plan import Plan
from waferway.planning.planner import plan as plan_network
from waferway.studies.hindcast.admission import CUT, admitted
from waferway.studies.hindcast.coefficients import BASIS, Chip, chips_of
from waferway.studies.hindcast.history import DESIGNERS
from waferway.studies.hindcast.outlook import AHEAD

__all__ = ["PLAN_COLUMNS", "PlanForecast", "plan_forecast", "view_at_the_cut"]

PLAN_COLUMNS = ("metric", "subject", "period", "unit", "value")
UNITS = {"logic_wafers": "wafer:logic", "packaging_wafers": "wafer:cowos", "hbm_usd": "USD",
         "units": "package", "compute_h100e": BASIS}  # fmt: skip
GAP = 5e-3
OTHERS = "non-ai"
"""Party that stands for buyers of wafers for phones, computers and cars."""


@dataclass(frozen=True)
class PlanForecast:
    """What a plan delivers, in the keys of predictions.

    Attributes
    ----------
    values : DataFrame
        metric, subject, period, unit, value. A designer of whom nothing is made has 0.
    manifest : dict
        Atlas version, cut, hash of the network planned, manifest of the plan.
    binding : DataFrame
        What the plan left unserved, and which technologies it used to the full:
        what, period, share.
    """

    values: pd.DataFrame
    manifest: Mapping[str, Any]
    binding: pd.DataFrame

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {"plan": self.values.to_dict(orient="records"), "manifest": dict(self.manifest),
                "binding": self.binding.to_dict(orient="records")}  # fmt: skip

    def text(self) -> str:
        """The values as CSV, the same bytes everywhere."""
        lines = [",".join(PLAN_COLUMNS)]
        for row in self.values[list(PLAN_COLUMNS)].to_dict("records"):
            lines.append(",".join([*(str(row[n]) for n in PLAN_COLUMNS[:4]),
                                   f"{float(row['value']):.4g}"]))  # fmt: skip
        return "\n".join(lines) + "\n"

    def __str__(self) -> str:
        from waferway.studies.hindcast.rows import short

        lines = ["What the plan delivers in 2025, from what was known at the cut",
                 f"{'':<29}" + "".join(f"{q:>10}" for q in (*AHEAD, "2025"))]  # fmt: skip
        table = self.values.set_index(["metric", "subject", "period"])["value"]
        for metric in UNITS:
            lines.append(f"{metric}, {UNITS[metric]}")
            for subject in (*DESIGNERS, "all"):
                cells = [short(float(table.loc[(metric, subject, p)])) for p in (*AHEAD, "2025")]
                lines.append(f"  {subject:<27}" + "".join(f"{cell:>10}" for cell in cells))
        lines += ["", "Used to the full, or left unserved"]
        lines += [f"  {row['what']:<38}{row['period']}  {row['share']:.1%}"
                  for row in self.binding.to_dict("records")]  # fmt: skip
        return "\n".join(lines)


def view_at_the_cut(network: Network) -> Network:
    """The network as the planner may see it at the cut of the hindcast.

    Parameters
    ----------
    network : Network
        The whole atlas.

    Returns
    -------
    Network
        `as_known` on the day of the cut, save that outcomes of periods that had ended by then
        count as known, as they do for the hindcast: without them the year would begin with an
        empty pipeline, since the tables of 2024 were published later.
    """
    claims = network.evidence
    opened = Evidence([_opened(claim) for claim in claims.values()], claims.sources.values())
    view = as_known(replace(network, evidence=opened), CUT)
    kept = Evidence(
        [view.evidence[name].model_copy(update={"known_from": claims[name].known_from})
         for name in view.evidence], view.evidence.sources.values(),
    )  # fmt: skip
    return replace(view, evidence=kept)


def _opened(claim: Claim) -> Claim:
    if claim.known_from is not None and claim.known_from > CUT and admitted(claim):
        return claim.model_copy(update={"known_from": CUT})
    return claim


def plan_forecast(network: Network | None = None, until: str = AHEAD[-1]) -> PlanForecast:
    """Plan the network as known at the cut, and read 2025 from the plan.

    Parameters
    ----------
    network : Network, optional
        The whole atlas; the shipped one when absent.
    until : str
        Last period shown; the planner looks a year beyond it.

    Returns
    -------
    PlanForecast
        Logic, packaging and HBM are those of the packages started in the quarter, as in the
        tables of outcomes; units and compute are those delivered in it. If the view has no plan
        because others booked more than they were then thought to need, their bookings are left
        out and named in the manifest; their need stays, at its worth.
    """
    from waferway.atlas.world import world

    whole = network or world()
    view, left_out = view_at_the_cut(whole), []
    try:
        result = _planned(view, until)
    except Infeasible:
        # what others booked was learnt later than what they were thought to need
        left_out = _bookings_of_others(view)
        view = _without_commitments(view, left_out)
        result = _planned(view, until)
    values = _values(result, whole)
    manifest = {
        "cut": str(CUT), "atlas": DATA_VERSION, "network_sha256": whole.sha256,
        "view_sha256": view.sha256, "commitments_left_out": left_out,
        "plan": dict(result.manifest),
    }  # fmt: skip
    return PlanForecast(values, manifest, _binding(result, view))


def _planned(view: Network, until: str) -> Plan:
    return plan_network(view, start=AHEAD[0], until=until, now=CUT, step="quarter", gap=GAP)


def _bookings_of_others(view: Network) -> list[str]:
    """Commitments of parties that design none of the chips that are scored."""
    table = view.table("commitment")
    return [str(key) for key in table.index[table["customer"] == OTHERS]]


def _without_commitments(view: Network, names: list[str]) -> Network:
    tables = {name: view.table(name) for name in ("commitment", "profile", "cite")}
    tables["commitment"] = tables["commitment"].drop(index=names)
    for name in ("profile", "cite"):
        frame = tables[name]
        tables[name] = frame[~((frame["table"] == "commitment") & frame["key"].isin(names))]
    return view.with_tables(tables)


def _values(result: Plan, whole: Network) -> pd.DataFrame:
    """Starts and deliveries in the units of predictions, with the recipes that they use too."""
    starts = _by_quarter(result.tables["starts"], "recipe", "starts")
    recipes = result.network.table("recipe").index
    chips = chips_of(whole, [str(r)[5:] for r in recipes if str(r).startswith("pack:")])
    served = _by_quarter(result.tables["served"], "item", "served")
    sums: dict[tuple[str, str, str], float] = {}
    for metric in UNITS:
        for subject in (*DESIGNERS, "all"):
            for period in (*AHEAD, "2025"):
                sums[metric, subject, period] = 0.0
    for name, chip in chips.items():
        if chip.designer not in DESIGNERS:
            continue
        for quarter in AHEAD:
            made = starts.get((f"pack:{name}", quarter), 0.0)
            sold = served.get((f"package:{name}", quarter), 0.0)
            for metric, amount in _amounts(chip, made, sold).items():
                for subject in (chip.designer, "all"):
                    sums[metric, subject, quarter] += amount
                    sums[metric, subject, "2025"] += amount
    rows = [{"metric": m, "subject": s, "period": p, "unit": UNITS[m], "value": v}
            for (m, s, p), v in sums.items()]  # fmt: skip
    return pd.DataFrame(rows, columns=list(PLAN_COLUMNS))


def _amounts(chip: Chip, started: float, delivered: float) -> dict[str, float]:
    return {
        "logic_wafers": started * chip.logic_per_package,
        "packaging_wafers": started / chip.packages_per_wafer,
        "hbm_usd": started * chip.hbm_per_package,
        "units": delivered, "compute_h100e": delivered * chip.weight,
    }  # fmt: skip


def _by_quarter(rows: pd.DataFrame, what: str, number: str) -> dict[tuple[str, str], float]:
    """Sums by name and quarter of the year ahead."""
    mine = rows[rows["period"].isin(AHEAD)]
    found = mine.groupby([what, "period"])[number].sum()
    return {(str(name), str(period)): float(v) for (name, period), v in found.items()}


def _binding(result: Plan, view: Network) -> pd.DataFrame:
    """Technologies used to the full, and demand left unserved, by quarter of the year ahead."""
    capacity = result.tables["capacity"]
    capacity = capacity[capacity["period"].isin(AHEAD)]
    technology = capacity["line"].map(view.table("line")["technology"])
    both = capacity.groupby([technology, "period"])[["used", "capacity"]].sum()
    rows = [{"what": f"used: {name}", "period": period, "share": used / made}
            for (name, period), used, made in zip(both.index, both["used"], both["capacity"],
                                                  strict=True)
            if made > 0 and used >= 0.99 * made]  # fmt: skip
    left = result.tables["unserved"]
    left = left[left["period"].isin(AHEAD) & (left["need"] > 0)]
    share = left["unserved"].astype(float) / left["need"].astype(float)
    rows += [{"what": f"unserved: {demand}", "period": period, "share": float(part)}
             for demand, period, part in zip(left["demand"], left["period"], share, strict=True)
             if np.isfinite(part) and part > 1e-3]  # fmt: skip
    return pd.DataFrame(rows, columns=["what", "period", "share"])
