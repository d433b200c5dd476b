"""`waferway hindcast run`: predict the year after the cut.

Owns the wiring: claims through the gate, network to recipes, draws to quantiles. With a supply
file the year's supply is given; without one it is drawn from the plans known at the cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from waferway.calendar import Calendar
from waferway.errors import RangeError
from waferway.evidence.dated import shipped
from waferway.network.network import Network
from waferway.streams import stream
from waferway.studies.hindcast.admission import CUT, Reader
from waferway.studies.hindcast.calibration import (
    LagFit,
    content_factors,
    fit_lag,
    innovation_spread,
    log_odds,
    pooled_spread,
    spread_between,
)
from waferway.studies.hindcast.factors import fitted_factors
from waferway.studies.hindcast.history import CHIPS, DESIGNERS, History, read_history
from waferway.studies.hindcast.network_content import Content, content_of
from waferway.studies.hindcast.outlook import AHEAD, Outlook, read_outlook
from waferway.studies.hindcast.revenue import revenue_rows
from waferway.studies.hindcast.rows import COLUMNS, QUANTILES, quantile_row, short
from waferway.studies.hindcast.simulate import Drawn, Recipe, Setting, draw_year

__all__ = ["METRICS", "Hindcast", "recipe_of", "run", "setting_of"]

Floats = NDArray[np.float64]
METRICS = {
    "logic_wafers": ("logic", "wafer:logic"),
    "packaging_wafers": ("packaging", "wafer:cowos"),
    "hbm_usd": ("hbm", "USD"),
    "units": ("units", "package"),
    "compute_h100e": ("compute", "h100e-8bit-dense"),
}
"""Metric of a prediction, what it is drawn as, and its unit."""
EXPORT = ("h20", "mi308x")
MOST = 0.99
"""Largest share of a supply that the named designers together can have."""
LEAST_DRAWS = 40
Z = 1.6448536269514722


@dataclass(frozen=True)
class Hindcast:
    """Predictions with their distribution.

    Attributes
    ----------
    predictions : DataFrame
        metric, subject, period, unit, p05, p25, p50, p75, p95.
    conditional : bool
        Whether the supply of the year was given.
    manifest : dict
        Cut, seed, draws, hash of the network, fits, every claim read.
    network_alone : DataFrame
        The same with every fitted factor at 1: content of a wafer and lag as the planner's
        network has them.
    factors : DataFrame
        What was fitted, see `fitted_factors`.
    """

    predictions: pd.DataFrame
    conditional: bool
    manifest: Mapping[str, Any]
    network_alone: pd.DataFrame
    factors: pd.DataFrame

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "conditional": self.conditional,
            "predictions": self.predictions.to_dict(orient="records"),
            "network_alone": self.network_alone.to_dict(orient="records"),
            "factors": self.factors.to_dict(orient="records"),
            "manifest": dict(self.manifest),
        }

    def __str__(self) -> str:
        given = "given its supply" if self.conditional else "from what was known at the cut"
        lines = [f"2025 by designer and quarter, {given}",
                 f"{'':<29}{'p05':>9}{'p25':>9}{'p50':>9}{'p75':>9}{'p95':>9}"]  # fmt: skip
        metric = ""
        for row in self.predictions.to_dict("records"):
            if row["metric"] != metric:
                metric = row["metric"]
                lines.append(f"{metric}, {row['unit']}")
            cells = [short(row[f"p{q * 100:02.0f}"]) for q in QUANTILES]
            label = f"  {row['subject']} {row['period']}"
            lines.append(f"{label:<29}" + "".join(f"{cell:>9}" for cell in cells))
        lines += ["", "The network alone, fitted factors at 1: medians, and times the above"]
        whole = self.predictions.merge(self.network_alone, on=["metric", "subject", "period"])
        for row in whole[whole["period"] == "2025"].to_dict("records"):
            if row["metric"] in METRICS:
                label = f"  {row['metric']} {row['subject']}"
                lines.append(f"{label:<29}{short(row['p50_y']):>9}"
                             f"{row['p50_y'] / row['p50_x']:>9.3f}")  # fmt: skip
        return "\n".join(lines)


def run(
    network: Network | None = None,
    supply: pd.DataFrame | None = None,
    draws: int = 4000,
    seed: int = 2024,
) -> Hindcast:
    """Predict 2025 from what was known at the end of 2024.

    Parameters
    ----------
    network : Network, optional
        The planner's network; the shipped atlas when absent.
    supply : DataFrame, optional
        Supply of the year, as `read_supply` gives it. Without it the run is unconditional.
    draws : int, at least 40
    seed : int, at least 0

    Returns
    -------
    Hindcast

    Raises
    ------
    InputError
        If a claim beyond the cut would be read.
    RangeError
        If there are too few draws.

    Examples
    --------
    >>> found = run(draws=200)
    >>> sorted(found.predictions["metric"].unique())[:2]
    ['compute_h100e', 'hbm_usd']
    """
    from waferway.atlas.world import world

    if draws < LEAST_DRAWS:
        raise RangeError(f"draws is {draws}; quantiles need at least {LEAST_DRAWS}")
    net = network or world()
    reader = Reader(shipped("waferway.studies"))
    history = read_history(reader)
    content = content_of(net, reader)
    outlook = read_outlook(net, history, reader)
    fit = fit_lag(history.parts["packaging"] * content.packages[:, None], history.units,
                  content.weight, Calendar.build("2024Q1", "quarter", "2024Q4"))  # fmt: skip
    recipe = recipe_of(history, content, outlook, fit)
    setting = setting_of(history, outlook, recipe, fit, supply, draws, seed)
    drawn = draw_year(setting, recipe, draws, seed)
    rows = _rows(drawn, recipe)
    # the spread of the lag stays: it is how well one year can tell it
    own_lag = replace(fit, days=content.cycle_days, factor=np.ones_like(fit.factor))
    bare = recipe_of(history, content, outlook, own_lag, calibrated=False)
    bare_setting = setting_of(history, outlook, bare, own_lag, supply, draws, seed)
    bare_drawn = draw_year(bare_setting, bare, draws, seed)
    alone = _rows(bare_drawn, bare)
    rows += revenue_rows(drawn, setting, history, reader, draws, seed)
    alone += revenue_rows(bare_drawn, bare_setting, history, reader, draws, seed)
    manifest = {
        "cut": str(CUT), "seed": seed, "draws": draws, "network_sha256": net.sha256,
        "claims_sha256": reader.evidence.sha256, "lag_days": fit.days,
        "lag_spread_days": fit.spread_days, "units_spread": fit.spread,
        "share_step": dict(zip(DESIGNERS, setting.step.round(4).tolist(), strict=True)),
        "supply": "as known at the cut" if supply is None else "given for " + ", ".join(
            supply.index[supply["packaging_p50"].notna()]),
        "claims": reader.manifest(),
    }  # fmt: skip
    names = list(COLUMNS)
    return Hindcast(
        pd.DataFrame(rows, columns=names), supply is not None, manifest,
        pd.DataFrame(alone, columns=names), fitted_factors(history, content),
    )  # fmt: skip


def recipe_of(
    history: History, content: Content, outlook: Outlook, fit: LagFit, calibrated: bool = True
) -> Recipe:
    """Content of a packaging wafer in each quarter ahead: network times fitted factors.

    Without calibration the factors of logic and HBM are 1.
    """
    wafers = history.parts["packaging"]
    at = list(CHIPS).index("hopper")
    if calibrated:
        logic = content.logic * content_factors(history.parts["logic"], wafers, content.logic)
        factor = content_factors(history.parts["hbm"], wafers, content.hbm)
        # H100 alone was made in the first quarter: its factor there is the price, not the mix
        paid = history.parts["hbm"][at, 0] / wafers[at, 0] / content.hbm[at]
    else:
        logic, factor, paid = content.logic, np.ones_like(content.hbm), 1.0
    hbm = (content.hbm * factor)[:, None] * outlook.hbm_price[None, :]
    mixed = content.hbm[at] + outlook.h200 * (content.hopper_all_h200 - content.hbm[at])
    hbm[at] = mixed * outlook.hbm_price * min(paid, 1.0)
    hbm[list(CHIPS).index("b200")] *= 1.0 + outlook.ultra * (content.tall_over_short - 1.0)
    owner = np.array([DESIGNERS.index(d) for d in CHIPS.values()])
    return Recipe(
        owner, content.packages * fit.factor, content.weight,
        np.repeat(logic[:, None], len(AHEAD), axis=1), hbm,
        np.full(len(owner), max(fit.spread, 0.04)),
    )  # fmt: skip


def setting_of(
    history: History, outlook: Outlook, recipe: Recipe, fit: LagFit,
    supply: pd.DataFrame | None, draws: int, seed: int,
) -> Setting:  # fmt: skip
    """What the draws are about: shares, supply, stocks."""
    shares = history.designer_parts["packaging"] / history.supply["packaging"]
    odds = log_odds(shares)
    named = history.designer_parts["hbm"].sum(0) / history.supply["hbm"]
    drift = np.sqrt(np.arange(1, len(AHEAD) + 1))
    level = stream(seed, "hindcast", "named HBM").standard_normal((draws, len(AHEAD)))
    spread = spread_between(named, outlook.named_hbm_spread) * drift / np.sqrt(2.0)
    named_hbm = np.minimum(np.exp(np.log(named).mean() + spread[None] * level), MOST)
    packaging, hbm = _supply(outlook, supply, draws, seed)
    step = innovation_spread(odds, pooled_spread(odds, outlook.share_prior))
    begun = history.parts["packaging"] * recipe.packages[:, None]
    rng = stream(seed, "hindcast", "lag")
    days = np.clip(fit.days + fit.spread_days * rng.standard_normal(draws), 30, 150)
    low, best, high = outlook.sold_share
    mass = best * (1.0 - best) / ((high - low) / (2.0 * Z)) ** 2 - 1.0
    sold = stream(seed, "hindcast", "sold").beta(best * mass, (1.0 - best) * mass, draws)
    uneven = stream(seed, "hindcast", "written down").standard_normal(draws)
    gone = np.clip(outlook.writedown * np.exp(0.6 * uneven), 0.0, 1.0)
    return Setting(
        odds[:, -1], outlook.target, outlook.target_spread, step, outlook.reversion, outlook.mix,
        outlook.mix_spread, outlook.succession, packaging, hbm, named_hbm, MOST, outlook.hazard,
        outlook.reuse, np.array([c in EXPORT for c in CHIPS]), days, sold, gone, begun,
        Calendar.build("2024Q1", "quarter", AHEAD[-1]), sale_spread=fit.spread,
        logic=_given_logic(supply, draws, seed),
        hbm_caps=None if supply is None else supply["hbm_p50"].notna().to_numpy(),
    )  # fmt: skip


def _given_logic(given: pd.DataFrame | None, draws: int, seed: int) -> Floats | None:
    """Logic of the world by draw and quarter, (N, T), without end where no file gives it."""
    if given is None:
        return None
    told = given["logic_p50"].to_numpy(dtype=float)
    spread = np.log(given["logic_p95"] / given["logic_p5"]).to_numpy(dtype=float) / (2.0 * Z)
    bump = stream(seed, "hindcast", "supply logic").standard_normal((draws, len(AHEAD)))
    drawn = told[None, :] * np.exp(spread[None, :] * bump)
    return np.where(np.isnan(drawn), np.inf, drawn)


def _supply(
    outlook: Outlook, given: pd.DataFrame | None, draws: int, seed: int
) -> tuple[Floats, Floats]:
    """Packaging and HBM of the world by draw and quarter, (N, T) each."""
    out = []
    common = stream(seed, "hindcast", "supply of all").standard_normal((draws, 1))
    for kind, best, spread in (("packaging", outlook.packaging, outlook.packaging_spread),
                               ("hbm", outlook.hbm, outlook.hbm_spread)):  # fmt: skip
        slow = stream(seed, "hindcast", f"supply {kind}").standard_normal((draws, 1))
        fast = stream(seed, "hindcast", f"supply {kind} by quarter").standard_normal(
            (draws, len(AHEAD)))  # fmt: skip
        bump = np.sqrt(0.8) * slow + np.sqrt(0.2) * fast
        if given is None:
            # builders of both err together: half of the error is common
            bump = np.sqrt(0.5) * common + np.sqrt(0.5) * bump
        else:
            told = given[f"{kind}_p50"].to_numpy(dtype=float)
            wide = np.log(given[f"{kind}_p95"] / given[f"{kind}_p5"]).to_numpy(dtype=float)
            best = np.where(np.isnan(told), best, told)
            spread = np.where(np.isnan(told), spread, wide / (2.0 * Z))
        out.append(best[None, :] * np.exp(spread[None, :] * bump))
    return out[0], out[1]


def _rows(drawn: Drawn, recipe: Recipe) -> list[dict[str, Any]]:
    rows = []
    for metric, (kind, unit) in METRICS.items():
        values = drawn.by_designer(kind, recipe.owner, len(DESIGNERS))
        for d, subject in enumerate((*DESIGNERS, "all")):
            draws = values[:, d] if subject != "all" else values.sum(axis=1)
            for t, quarter in enumerate(AHEAD):
                rows.append(quantile_row(metric, subject, quarter, unit, draws[:, t]))
            rows.append(quantile_row(metric, subject, "2025", unit, draws.sum(axis=1)))
    return rows
