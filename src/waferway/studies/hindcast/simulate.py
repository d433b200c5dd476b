"""Draws of a year of the network: shares, products, parts, units.

Owns the random part. It takes arrays, not claims, so that it can be tested on synthetic
networks of which the truth is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waferway.calendar import Calendar
from waferway.streams import stream
from waferway.studies.hindcast.flow import flow

__all__ = ["Drawn", "Recipe", "Setting", "draw_shares", "draw_year"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Recipe:
    """Content of a packaging wafer by product; C products.

    Attributes
    ----------
    owner : array of int, shape (C,)
        Index of the designer.
    packages, weight : array, shape (C,)
    logic, hbm : array, shape (C, T)
        Wafers, USD; fitted factors and prices included.
    spread : array, shape (C,)
        Of log packages a wafer.
    """

    owner: NDArray[np.int64]
    packages: Floats
    weight: Floats
    logic: Floats
    hbm: Floats
    spread: Floats


@dataclass(frozen=True)
class Setting:
    """What the draws are about; D designers, T quarters ahead.

    Attributes
    ----------
    last : array, shape (D,)
        Log odds of the share of packaging in the last quarter known.
    target, target_spread, step : array, shape (D,)
        Where log odds tend to, how uncertain that is, and their quarterly shock.
    reversion : float
    mix, mix_spread : array, shape (C, T)
    succession : array, shape (D, T)
    packaging, hbm : array, shape (N, T)
        World supply by draw.
    named_hbm : array, shape (N, T)
        Share of HBM that named designers use.
    most : float
        Largest share of packaging that all designers together can have.
    named : array, shape (N, T), optional
        Share of packaging that all designers together have; None leaves it to their sum.
    hazard, reuse : float
    export : array of bool, shape (C,)
        Products that an export rule may end.
    lag_days, sold_share, writedown : array, shape (N,)
    begun : array, shape (C, H)
        Packages started in the quarters before.
    calendar : Calendar
        H + T quarters.
    content_spread : float
        Of log dies and HBM a wafer around what was fitted.
    sale_spread : float
        Of log sales of a product in a quarter around what the flow gives.
    logic : array, shape (N, T), optional
        World supply of logic wafers that caps use; without end where it is not given.
    hbm_caps : array of bool, shape (T,), optional
        Quarters in which HBM supply caps use.
    """

    last: Floats
    target: Floats
    target_spread: Floats
    step: Floats
    reversion: float
    mix: Floats
    mix_spread: Floats
    succession: Floats
    packaging: Floats
    hbm: Floats
    named_hbm: Floats
    most: float
    hazard: float
    reuse: float
    export: NDArray[np.bool_]
    lag_days: Floats
    sold_share: Floats
    writedown: Floats
    begun: Floats
    calendar: Calendar
    content_spread: float = 0.03
    sale_spread: float = 0.0
    logic: Floats | None = None
    hbm_caps: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class Drawn:
    """Draws by product: arrays of shape (N, C, T).

    Attributes
    ----------
    packaging, logic : wafers
    hbm : USD
    units : packages sold
    compute : H100 equivalents sold
    ended : array of bool, shape (N, T)
        Whether an export rule has ended the products for China.
    """

    packaging: Floats
    logic: Floats
    hbm: Floats
    units: Floats
    compute: Floats
    ended: NDArray[np.bool_]

    def by_designer(self, metric: str, owner: NDArray[np.int64], designers: int) -> Floats:
        """Draws of one metric summed over products, shape (N, D, T)."""
        values = getattr(self, metric)
        return np.stack([values[:, owner == d].sum(axis=1) for d in range(designers)], axis=1)


def draw_shares(setting: Setting, draws: int, quarters: int, seed: int) -> Floats:
    """Shares of packaging by draw, designer and quarter, (N, D, T), together at most `most`.

    Log odds return to a target that is itself uncertain, with a fresh shock each quarter.
    """
    designers = len(setting.last)
    aim = stream(seed, "hindcast", "target").standard_normal((draws, designers))
    shock = stream(seed, "hindcast", "share").standard_normal((draws, designers, quarters))
    target = setting.target + setting.target_spread * aim
    now = np.broadcast_to(setting.last, (draws, designers))
    out = np.empty((draws, designers, quarters))
    for t in range(quarters):
        now = target + setting.reversion * (now - target) + setting.step * shock[:, :, t]
        out[:, :, t] = 1.0 / (1.0 + np.exp(-now))
    total = out.sum(axis=1, keepdims=True)
    return np.asarray(out * np.minimum(1.0, setting.most / total))


def draw_year(setting: Setting, recipe: Recipe, draws: int, seed: int) -> Drawn:
    """Draw the quarters ahead.

    Parameters
    ----------
    setting : Setting
    recipe : Recipe
    draws, seed : int

    Returns
    -------
    Drawn

    Notes
    -----
    Packaging wafers of a designer are its share of supply. What they would take of HBM and what
    named designers are expected to take of its supply are two statements on one flow; they are
    pooled by the inverse of their variances. Use of packaging is at most `most` of its supply;
    so is that of logic and HBM in quarters whose supply is given. Where it is not, HBM only
    pulls, and logic follows from the packaging.
    """
    quarters = setting.mix.shape[1]
    owner = recipe.owner
    share = draw_shares(setting, draws, quarters, seed)
    mix, ended = _mix(setting, owner, draws, quarters, seed)
    wafers = share[:, owner] * mix * setting.packaging[:, None, :]
    content = _content(setting, recipe, owner, draws, seed)
    rate = recipe.hbm[None] * content["hbm"]
    taken = (wafers * rate).sum(axis=1)
    told = setting.named_hbm * setting.hbm
    of_pack, of_hbm = np.log(taken).var(axis=0), np.log(told).var(axis=0)
    pull = of_pack / np.maximum(of_pack + of_hbm, 1e-12)
    scale = (told / taken) ** pull
    used = wafers.sum(axis=1)
    scale = np.minimum(scale, setting.most * setting.packaging / used)
    dies = recipe.logic[None] * content["logic"]
    if setting.logic is not None:
        scale = np.minimum(scale, setting.most * setting.logic / (wafers * dies).sum(axis=1))
    if setting.hbm_caps is not None:
        most = np.where(setting.hbm_caps, setting.most * setting.hbm, np.inf)
        scale = np.minimum(scale, most / taken)
    wafers = wafers * scale[:, None, :]
    starts = wafers * recipe.packages[None, :, None] * content["units"]
    # packages of known wafers are as uncertain as those of wafers to come
    before = setting.begun[None] * content["known"]
    sold = _sales(setting, np.concatenate([before, starts], axis=2), ended)
    noise = stream(seed, "hindcast", "sales").standard_normal(sold.shape)
    sold = sold * np.exp(setting.sale_spread * noise)
    return Drawn(
        wafers, wafers * dies, wafers * rate, sold,
        sold * recipe.weight[None, :, None] * content["weight"], ended,
    )  # fmt: skip


def _sales(setting: Setting, starts: Floats, ended: NDArray[np.bool_]) -> Floats:
    """Sales of the quarters ahead; a product that a rule ends sells half in that quarter."""
    known = setting.begun.shape[1]
    draws, kinds, periods = starts.shape
    share = np.broadcast_to(setting.sold_share[:, None, None], starts.shape).copy()
    after = np.concatenate([np.zeros((draws, 1), dtype=bool), ended[:, :-1]], axis=1)
    first = ended & ~after
    share[:, :, known:] *= np.where(first[:, None, :] & setting.export[None, :, None], 0.5, 1.0)
    lost = np.zeros((draws, kinds, periods), dtype=bool)
    lost[:, :, known:] = after[:, None, :] & setting.export[None, :, None]
    found = flow(starts, setting.lag_days, share, setting.writedown, setting.calendar, lost)
    return found.sales[:, :, known:]


def _mix(
    setting: Setting, owner: NDArray[np.int64], draws: int, quarters: int, seed: int
) -> tuple[Floats, NDArray[np.bool_]]:
    """Share of each product in its designer's packaging (N, C, T); ended export products."""
    kinds = len(owner)
    slow = stream(seed, "hindcast", "mix").standard_normal((draws, kinds, 1))
    fast = stream(seed, "hindcast", "mix by quarter").standard_normal((draws, kinds, quarters))
    bump = np.sqrt(0.7) * slow + np.sqrt(0.3) * fast
    mix = setting.mix[None] * np.exp(setting.mix_spread[None] * bump)
    mix = _to_one(mix, owner)
    chance = stream(seed, "hindcast", "export rule").random((draws, quarters))
    ended = np.cumsum(chance < setting.hazard, axis=1) > 0
    stop = ended[:, None, :] & setting.export[None, :, None]
    freed = np.where(stop, mix, 0.0)
    kept = np.where(stop, 0.0, mix)
    for d in np.unique(owner):
        mine = owner == d
        again = setting.reuse * freed[:, mine].sum(axis=1, keepdims=True)
        total = kept[:, mine].sum(axis=1, keepdims=True)
        kept[:, mine] *= 1.0 + again / np.maximum(total, 1e-12)
    return kept, ended


def _to_one(mix: Floats, owner: NDArray[np.int64]) -> Floats:
    out = mix.copy()
    for d in np.unique(owner):
        mine = owner == d
        out[:, mine] /= out[:, mine].sum(axis=1, keepdims=True)
    return out


def _content(
    setting: Setting, recipe: Recipe, owner: NDArray[np.int64], draws: int, seed: int
) -> dict[str, Floats]:
    """Factors on content a wafer, (N, C, T): fitted rates, and products not yet known."""
    kinds, designers = len(owner), len(setting.last)
    out = {}
    for what in ("units", "logic", "hbm", "weight"):
        own = stream(seed, "hindcast", f"content {what}").standard_normal((draws, kinds, 1))
        later = stream(seed, "hindcast", f"succession {what}").standard_normal(
            (draws, designers, 1)
        )
        spread = np.full(kinds, 0.0 if what == "weight" else setting.content_spread)
        if what == "units":
            spread = recipe.spread
            out["known"] = np.exp(spread[None, :, None] * own)
        new = setting.succession[None, owner] * later[:, owner]
        out[what] = np.exp(spread[None, :, None] * own + new)
    return out
