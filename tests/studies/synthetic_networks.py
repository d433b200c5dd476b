"""Synthetic networks of which the truth is known, for the calibration of the hindcast.

A truth is drawn (content, targets, shocks), a history is generated from it, the forecaster fits
what it does not know to the history, and the outcome is one more draw of the truth.
"""

from dataclasses import replace

import numpy as np

from waferway.calendar import Calendar
from waferway.streams import stream
from waferway.studies.hindcast.calibration import innovation_spread, pooled_spread
from waferway.studies.hindcast.simulate import Recipe, Setting, draw_shares, draw_year

DESIGNERS, CHIPS, HISTORY, AHEAD = 4, 8, 8, 4
METRICS = ("packaging", "logic", "hbm", "units")


def one_network(seed: int, draws: int = 600, harsh: bool = False) -> np.ndarray:
    """Whether each outcome of one network lies inside the forecaster's 90 % band.

    A harsh truth has what the forecaster does not assume: shocks of shares with fat tails, a new
    regime of a designer in three networks of ten, and a supply that errs by 13 %, fat-tailed.
    """
    rng = stream(seed, "synthetic truth")
    owner = np.repeat(np.arange(DESIGNERS), CHIPS // DESIGNERS)
    packages = np.exp(rng.normal(3.0, 0.5, CHIPS))
    grow = np.cumprod(np.concatenate([[rng.uniform(5e4, 2e5)], rng.uniform(1.0, 1.25, 11)]))
    ahead = grow[HISTORY:]
    step = np.exp(rng.normal(np.log(0.2), 0.3, DESIGNERS))
    guess = np.log(np.array([0.45, 0.2, 0.12, 0.08]) / (1 - np.array([0.45, 0.2, 0.12, 0.08])))
    spread = np.full(DESIGNERS, 0.15)
    target = guess + spread * rng.standard_normal(DESIGNERS)
    mix = rng.dirichlet([4.0, 4.0], DESIGNERS).reshape(-1)
    recipe = Recipe(
        owner, packages, np.exp(rng.normal(0, 0.5, CHIPS)),
        np.repeat(np.exp(rng.normal(-0.7, 0.2, CHIPS))[:, None], AHEAD, axis=1),
        np.repeat(np.exp(rng.normal(10.5, 0.2, CHIPS))[:, None], AHEAD, axis=1),
        np.full(CHIPS, 0.07),
    )  # fmt: skip
    blank = _setting(target, step, guess, spread, mix, ahead, 1, rng)
    past = replace(blank, last=target, target_spread=np.zeros(DESIGNERS))
    shares = draw_shares(past, 1, HISTORY, seed)[0]
    odds = np.log(shares / (1 - shares))
    begun = shares[owner] * mix[:, None] * grow[:HISTORY] * packages[:, None]
    truth = replace(_common(blank, odds, begun), target=target, target_spread=np.zeros(DESIGNERS))
    happening = _supplied(truth, recipe, 1, seed + 10**6)
    if harsh:
        happening = _harsh(happening, seed)
    outcome = draw_year(happening, recipe, 1, seed + 10**6)
    fitted = innovation_spread(odds, pooled_spread(odds, 0.2))
    told = replace(_common(blank, odds, begun), step=fitted)
    drawn = draw_year(_supplied(told, recipe, draws, seed), recipe, draws, seed)
    inside = []
    for metric in METRICS:
        ours = drawn.by_designer(metric, owner, DESIGNERS)
        happened = outcome.by_designer(metric, owner, DESIGNERS)[0]
        low, high = np.quantile(ours, [0.05, 0.95], axis=0)
        inside.append((low <= happened) & (happened <= high))
    return np.array(inside)


def _harsh(truth: Setting, seed: int) -> Setting:
    """The truth of a year in which the world is less kind than the forecaster thinks."""
    rng = stream(seed, "synthetic harshness")
    # normal shocks of a scale drawn from an inverse chi-squared are Student's t of 3 degrees
    fat = truth.step * np.sqrt(3.0 / rng.chisquare(3.0, DESIGNERS))
    target = truth.target.copy()
    if rng.random() < 0.3:
        target[rng.integers(DESIGNERS)] += rng.choice([-0.8, 0.8])
    slip = 0.13 * rng.standard_t(3.0) * np.sqrt(np.arange(1, AHEAD + 1) / AHEAD)
    return replace(truth, step=fat, target=target, packaging=truth.packaging * np.exp(slip),
                   hbm=truth.hbm * np.exp(slip))  # fmt: skip


def coverage(networks: int, first: int = 0, harsh: bool = False) -> np.ndarray:
    """Share of outcomes inside the 90 % band, by metric."""
    return np.mean([one_network(first + k, harsh=harsh).mean(axis=(1, 2))
                    for k in range(networks)], axis=0)  # fmt: skip


def _setting(target, step, guess, spread, mix, ahead, draws, rng) -> Setting:
    kinds = len(mix)
    one = np.ones((draws, AHEAD))
    return Setting(
        target, guess, spread, step, 0.7, np.repeat(mix[:, None], AHEAD, axis=1),
        np.full((kinds, AHEAD), 0.15), np.full((DESIGNERS, AHEAD), 0.05), one * ahead, one, one,
        0.99, 0.0, 1.0, np.zeros(kinds, dtype=bool), np.full(draws, 80.0), np.full(draws, 0.95),
        np.full(draws, 0.1), np.zeros((kinds, HISTORY)),
        Calendar.build("2023Q1", "quarter", "2025Q4"), sale_spread=0.05,
    )  # fmt: skip


def _common(blank: Setting, odds: np.ndarray, begun: np.ndarray) -> Setting:
    return replace(blank, last=odds[:, -1], begun=begun)


def _supplied(setting: Setting, recipe: Recipe, draws: int, seed: int) -> Setting:
    """World supply by draw: packaging known to 4 %, HBM of named designers to 5 %."""
    rng = stream(seed, "synthetic supply")
    best = setting.packaging[0]
    share = 1.0 / (1.0 + np.exp(-setting.target))
    owner, rate = recipe.owner, recipe.hbm
    typical = (share[owner][:, None] * setting.mix * best * rate).sum(axis=0)
    packaging = best * np.exp(0.04 * rng.standard_normal((draws, AHEAD)))
    named = np.full((draws, AHEAD), 0.6)
    hbm = typical / 0.6 * np.exp(0.25 * rng.standard_normal((draws, AHEAD)))
    days = np.clip(80.0 + 4.0 * rng.standard_normal(draws), 40, 120)
    return replace(
        setting, packaging=packaging, hbm=hbm, named_hbm=named, lag_days=days,
        sold_share=rng.beta(38.0, 2.0, draws), writedown=np.full(draws, 0.1),
    )  # fmt: skip
