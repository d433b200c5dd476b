"""Leave one quarter of 2024 out, and predict what its designers used.

Owns the test of the chain on known quarters. Known is the supply of the quarter and everything
about the others; unknown is all use of parts and all sales of the quarter. Both naive rivals
see the same. Beside the calibrated forecaster stands the network alone: the same chain with every
fitted factor at 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from waferway.evidence.dated import shipped
from waferway.network.network import Network
from waferway.studies.hindcast.admission import Reader
from waferway.studies.hindcast.calibration import (
    content_factors,
    innovation_spread,
    log_odds,
    pooled_spread,
    spread_between,
)
from waferway.studies.hindcast.factors import fitted_factors
from waferway.studies.hindcast.history import CHIPS, DESIGNERS, PARTS, History
from waferway.studies.hindcast.left_out import LeftOut
from waferway.studies.hindcast.network_content import Content, content_of

__all__ = ["Priors", "leave_one_quarter_out", "predict_quarter", "read_priors"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Priors:
    """Spreads before 2024 is seen, from claims.

    Attributes
    ----------
    share : float
        Of the log odds of a share in a quarter.
    named, named_hbm : float
        Of the log share of all named designers in packaging, and in HBM.
    mix : dict of str to float
        Of log content a wafer within a designer, from products that come and go, by metric.
    """

    share: float
    named: float
    named_hbm: float
    mix: dict[str, float]


def read_priors(reader: Reader) -> Priors:
    """Read the spreads through the gate."""
    mix = {"packaging": 0.0, "logic": reader.best("mix.spread.logic"),
           "hbm": reader.best("mix.spread.hbm")}  # fmt: skip
    return Priors(reader.best("share.prior"), reader.best("named.spread"),
                  reader.best("named.hbm.spread"), mix)  # fmt: skip


def leave_one_quarter_out(network: Network, history: History, past_only: bool = False) -> LeftOut:
    """Predict each quarter from the others and its supply.

    Parameters
    ----------
    network : Network
        Recipes give the content of a packaging wafer.
    history : History
    past_only : bool
        Only the quarters before count, the first is not predicted, and rivals see no more; the
        trend needs two quarters and is the last value before.

    Returns
    -------
    LeftOut
    """
    content = content_of(network)
    priors = read_priors(Reader(shipped("waferway.studies")))
    rows = []
    for out in range(int(past_only), len(history.quarters)):
        seen = _seen(len(history.quarters), out, past_only)
        predicted, spread = predict_quarter(history, content, priors, out, past_only)
        alone, _ = predict_quarter(history, content, priors, out, past_only, calibrated=False)
        for metric in PARTS:
            for d, designer in enumerate(DESIGNERS):
                series = history.designer_parts[metric][d]
                rows.append({
                    "metric": metric, "designer": designer, "quarter": history.quarters[out],
                    "outcome": series[out], "predicted": predicted[metric][d],
                    "network_alone": alone[metric][d],
                    "last_value": series[out - 1] if out else series[1],
                    "log_trend": _trend(series, out, seen), "spread": spread[metric][d],
                    "in_source_band": bool(
                        history.bands[metric][0][d, out] <= predicted[metric][d]
                        <= history.bands[metric][1][d, out]),
                })  # fmt: skip
    return LeftOut(pd.DataFrame(rows), past_only, fitted_factors(history, content))


def predict_quarter(
    history: History, content: Content, priors: Priors, out: int, past_only: bool = False,
    calibrated: bool = True,
) -> tuple[dict[str, Floats], dict[str, Floats]]:  # fmt: skip
    """Use by designer in one quarter, from the others (or those before) and its supply.

    Without calibration the content of a wafer is that of the network's recipes, every fitted
    factor 1; shares, mix and spreads are the same.

    Returns
    -------
    tuple of (best values by metric, spreads of their logs by metric), each shape (designers,)
    """
    seen = _seen(len(history.quarters), out, past_only)
    wafers = history.parts["packaging"]
    owner = np.array([DESIGNERS.index(d) for d in CHIPS.values()])
    whole = history.designer_parts["packaging"]
    shares = np.log(whole / history.supply["packaging"])
    share = np.exp(_between(shares, out, seen))
    mix = np.array([wafers[owner == d] / wafers[owner == d].sum(0) for d in range(len(DESIGNERS))],
                   dtype=object)  # fmt: skip
    parts_mix = np.zeros(len(owner))
    for d in range(len(DESIGNERS)):
        now = np.maximum(_between(np.asarray(mix[d], dtype=float), out, seen), 0.0)
        parts_mix[owner == d] = now / now.sum()
    made = share[owner] * parts_mix * history.supply["packaging"][out]
    if calibrated:
        logic_rate = content.logic * content_factors(
            history.parts["logic"], wafers, content.logic, seen
        )
        hbm_rate = _hbm_rate(history, content, out, seen)
    else:
        logic_rate, hbm_rate = content.logic, _recipe_hbm(content, out, seen)
    named_hbm = history.designer_parts["hbm"].sum(0) / history.supply["hbm"]
    named_pack = whole.sum(0) / history.supply["packaging"]
    hbm = float((made * hbm_rate).sum())
    told = float(np.exp(np.log(named_hbm[seen]).mean())) * history.supply["hbm"][out]
    of_pack = spread_between(named_pack[seen], priors.named)
    of_hbm = spread_between(named_hbm[seen], priors.named_hbm)
    pull = of_pack**2 / (of_pack**2 + of_hbm**2)
    scale = (told / hbm) ** pull
    made = np.minimum(made * scale, made * history.supply["packaging"][out] / made.sum())
    best = {
        "packaging": _by(owner, made), "logic": _by(owner, made * logic_rate),
        "hbm": _by(owner, made * hbm_rate),
    }  # fmt: skip
    odds = log_odds(np.exp(shares))
    odds[:, ~seen] = np.nan
    step = innovation_spread(odds, pooled_spread(odds, priors.share)) * (1.0 - share)
    bridge = np.sqrt(0.5) if _inside(out, seen) else 1.0
    total = np.sqrt(of_pack**2 * of_hbm**2 / (of_pack**2 + of_hbm**2))
    spread = {
        metric: np.sqrt((bridge * step) ** 2 + total**2 + priors.mix[metric] ** 2)
        for metric in best
    }
    return best, spread


def _seen(quarters: int, out: int, past_only: bool) -> NDArray[np.bool_]:
    return np.array([q < out if past_only else q != out for q in range(quarters)])


def _inside(out: int, seen: NDArray[np.bool_]) -> bool:
    """Whether a left-out quarter has a known neighbour on both sides."""
    return bool(0 < out < len(seen) - 1 and seen[out - 1] and seen[out + 1])


def _between(series: Floats, out: int, seen: NDArray[np.bool_]) -> Floats:
    """Value of a left-out quarter: the middle of its neighbours, or the nearest one."""
    if _inside(out, seen):
        return np.asarray((series[:, out - 1] + series[:, out + 1]) / 2.0)
    return np.asarray(series[:, out - 1] if out else series[:, 1])


def _hbm_rate(history: History, content: Content, out: int, seen: NDArray[np.bool_]) -> Floats:
    """HBM dollars a packaging wafer: content times factor; Hopper by the share of H200."""
    factor = content_factors(history.parts["hbm"], history.parts["packaging"], content.hbm, seen)
    rate = content.hbm * factor
    at = list(CHIPS).index("hopper")
    paid = history.parts["hbm"][at] / history.parts["packaging"][at]
    series = np.log(paid)[None, :]
    # the share of H200 only rises: beyond the last known quarter its rise goes on
    if _inside(out, seen):
        rate[at] = float(np.exp(_between(series, out, seen)[0]))
    else:
        near, far = (1, 2) if out == 0 else (out - 1, max(out - 2, 0))
        low, high = content.hbm[at], content.hopper_all_h200
        rate[at] = float(np.clip(paid[near] ** 2 / paid[far], low, high))
    return np.asarray(rate)


def _recipe_hbm(content: Content, out: int, seen: NDArray[np.bool_]) -> Floats:
    """HBM dollars a packaging wafer by the recipes; Hopper by the recorded share of H200."""
    rate = content.hbm.copy()
    at = list(CHIPS).index("hopper")
    share = float(_between(content.h200[None, :], out, seen)[0])
    rate[at] += share * (content.hopper_all_h200 - rate[at])
    return rate


def _by(owner: NDArray[np.int64], values: Floats) -> Floats:
    return np.array([values[owner == d].sum() for d in range(len(DESIGNERS))])


def _trend(series: Floats, out: int, seen: NDArray[np.bool_]) -> float:
    at = np.flatnonzero(seen)
    if len(at) < 2:
        return float(series[at[-1]])
    slope, level = np.polyfit(at.astype(float), np.log(series[at]), 1)
    return float(np.exp(level + slope * out))
