"""The fan: paths of compute need by quarter, party class and segment.

Owns the recursion from stock wanted to sales wanted, under capital budgets. Every number comes
from claims; the only randomness is `waferway.streams` from a passed seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from waferway.calendar import Calendar, period
from waferway.demand.assumptions import Assumptions, read_assumptions
from waferway.demand.growth import autoregressive, between, shared_shocks
from waferway.demand.observed import BASIS_METRIC
from waferway.demand.retirement import survival
from waferway.demand.sites import draw_sites, kilowatt
from waferway.demand.spread import positive_quantile
from waferway.errors import RangeError, nearest
from waferway.evidence.claims import Evidence
from waferway.streams import stream

__all__ = ["BASES", "PARTIES", "SEGMENTS", "Fan", "fan"]

Floats = NDArray[np.float64]
BASES = tuple(BASIS_METRIC)
PARTIES = ("openai", "clouds", "others", "google", "amazon", "china")
SEGMENTS = ("training", "inference", "enterprise", "edge")
COMPUTE_SEGMENTS = SEGMENTS[:3]
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
FIRST = "2025Q1"
EDGE_UNIT = "wafer:logic/month"
LAST_PAST = 2024.875
"""Middle of the last quarter of observed sales."""


@dataclass(frozen=True)
class Fan:
    """Seeded paths of need.

    Attributes
    ----------
    basis : str
    quarters : tuple of str
    need : array, shape (paths, parties, segments, quarters)
        Compute that would be bought in the quarter, in units of the basis.
    stock : array, shape (paths, quarters)
        Compute in use at the end of the quarter if need is served, retirement taken off.
    affordable : array, shape (paths, quarters)
        Most that capital budgets buy, dense 8-bit.
    powered : array, shape (paths, quarters)
        Most that can be switched on beside what runs, dense 8-bit; infinite if power was left out.
    power_gw : array, shape (paths, quarters)
        Site power of what is in use at the end of the quarter.
    price_usd : array, shape (paths, quarters)
        Price of a dense 8-bit H100 equivalent.
    edge : array, shape (paths, quarters)
        N3-class wafers a month for edge devices and phones: another unit, never added.
    manifest : dict
        Seed, paths, hash of the claims, claims read.
    """

    basis: str
    quarters: tuple[str, ...]
    need: Floats
    stock: Floats
    affordable: Floats
    powered: Floats
    power_gw: Floats
    price_usd: Floats
    edge: Floats
    manifest: Mapping[str, Any]

    def paths(self, party: str | None = None, segment: str | None = None) -> Floats:
        """Need by quarter, summed over what is not named.

        Parameters
        ----------
        party : str, optional
            One of `PARTIES`, or ``market``: OpenAI, clouds and others together.
        segment : str, optional
            One of `SEGMENTS`; ``edge`` gives wafers a month and knows no party.

        Returns
        -------
        array, shape (paths, quarters)

        Raises
        ------
        RangeError
            If a name is unknown, or edge is asked by party.
        """
        if segment == "edge":
            if party is not None:
                raise RangeError("edge wafers are not known by party; leave the party out")
            return self.edge
        picked = self.need
        if party == "market":
            picked = picked[:, :3]
        elif party is not None:
            picked = picked[:, [_index(party, PARTIES, "party")]]
        if segment is not None:
            picked = picked[:, :, [_index(segment, SEGMENTS, "segment")]]
        return np.asarray(picked.sum(axis=(1, 2)))

    def quantiles(
        self, party: str | None = None, segment: str | None = None, step: str = "quarter"
    ) -> pd.DataFrame:
        """Fan of need.

        Parameters
        ----------
        party, segment : str, optional
            See `paths`.
        step : str
            ``quarter`` or ``year``: years sum the quarters of each path before quantiles are
            taken (wafers a month are averaged); percentiles are never added.

        Returns
        -------
        DataFrame
            Index the period; columns p05, p25, p50, p75, p95.
        """
        values = self.paths(party, segment)
        return self._fan(values, step, mean=segment == "edge")

    def stock_quantiles(self) -> pd.DataFrame:
        """Fan of the stock at the end of each quarter."""
        return self._fan(self.stock, "quarter", mean=False)

    def _fan(self, values: Floats, step: str, mean: bool) -> pd.DataFrame:
        labels: list[str] = list(self.quarters)
        if step == "year":
            years = np.array([label[:4] for label in labels])
            labels = list(dict.fromkeys(years.tolist()))
            grouped = [values[:, years == y] for y in labels]
            values = np.column_stack([g.mean(1) if mean else g.sum(1) for g in grouped])
        elif step != "quarter":
            raise RangeError(f'"{step}" is not a step; quarter or year')
        cut = np.quantile(values, QUANTILES, axis=0).T
        names = [f"p{round(q * 100):02d}" for q in QUANTILES]
        return pd.DataFrame(cut, index=pd.Index(labels, name="period"), columns=names)

    def to_frame(self) -> pd.DataFrame:
        """Tidy fan: party, segment, period, unit, p05 to p95; totals are rows ``all``."""
        parts = []
        for party in (None, *PARTIES):
            for segment in (None, *COMPUTE_SEGMENTS):
                parts.append(self._rows(party, segment, self.basis))
        parts.append(self._rows(None, "edge", EDGE_UNIT))
        return pd.concat(parts, ignore_index=True)

    def _rows(self, party: str | None, segment: str | None, unit: str) -> pd.DataFrame:
        table = self.quantiles(party, segment).reset_index()
        table.insert(0, "party", party or "all")
        table.insert(1, "segment", segment or "all")
        table.insert(3, "unit", unit)
        return table

    def to_json(self, party: str | None = None, segment: str | None = None) -> dict[str, Any]:
        """Plain data of one fan, by quarter and by year."""
        return {
            "basis": EDGE_UNIT if segment == "edge" else self.basis,
            "party": party,
            "segment": segment,
            "quarters": _records(self.quantiles(party, segment)),
            "years": _records(self.quantiles(party, segment, "year")),
            "stock": _records(self.stock_quantiles()),
            "manifest": dict(self.manifest),
        }

    def __str__(self) -> str:
        years = self.quantiles(step="year") / 1e6
        last = [q for q in self.quarters if q.endswith("Q4")]
        stock = self.stock_quantiles().loc[last] / 1e6
        lines = [
            f"Compute that would be bought, million {self.basis} a year",
            f"{'year':>6}{'p05':>9}{'p50':>9}{'p95':>9}   stock at the end of the year",
        ]
        for (year, row), (_, held) in zip(years.iterrows(), stock.iterrows(), strict=False):
            lines.append(
                f"{year!s:>6}{row['p05']:>9.1f}{row['p50']:>9.1f}{row['p95']:>9.1f}"
                f"   {held['p50']:,.0f} ({held['p05']:,.0f}-{held['p95']:,.0f})"
            )
        return "\n".join(lines)


def fan(
    until: str = "2032Q4",
    basis: str = "h100e-8bit-dense",
    paths: int = 2000,
    seed: int = 0,
    evidence: Evidence | None = None,
    power: bool = True,
) -> Fan:
    """Paths of compute need from 2025 on.

    Parameters
    ----------
    until : str
        Last quarter, 2025Q1 to 2032Q4.
    basis : str
        One of `BASES`.
    paths : int, at least 1
    seed : int, at least 0
    evidence : Evidence, optional
        Claims; the shipped ones when absent.
    power : bool
        Whether power limits what is bought. False for a network that has a limit of power of
        its own, as the atlas has: it would count twice.

    Returns
    -------
    Fan

    Raises
    ------
    RangeError
        If the horizon, the basis or the number of paths is out of range.

    Notes
    -----
    Stock wanted grows with work less efficiency, by segment, lognormal by year with a shared,
    autoregressive shock, from the growth fitted to the end of 2024 on. Sales wanted fill the gap
    between stock wanted and what survives, as far as capital budgets and power reach. On other
    bases than dense 8-bit each party's need is weighed by the ratio of bases in what it bought
    in 2024.

    Examples
    --------
    >>> small = fan(until="2025Q4", paths=50, seed=1)
    >>> small.need.shape
    (50, 6, 3, 4)
    """
    if basis not in BASES:
        near = nearest(basis, BASES)
        raise RangeError(f'"{basis}" is no basis; choose one of {", ".join(BASES)}'
                         + (f"; did you mean {near[0]}?" if near else ""))  # fmt: skip
    if paths < 1:
        raise RangeError(f"paths is {paths}; it must be at least 1")
    if not isinstance(until, str):
        raise RangeError(f"until is {until!r}, which is no quarter; write it as text: "
                         f'until="{until}Q4"')  # fmt: skip
    span = period(until)
    if not 2025 <= span.start.year <= 2032 or "Q" not in span.label:
        raise RangeError(f"until is {until}; give a quarter from 2025Q1 to 2032Q4")
    quarters = tuple(Calendar.build(FIRST, "quarter", until).labels)
    known = read_assumptions(evidence)
    middles = np.array([int(q[:4]) + (int(q[5]) - 0.5) / 4.0 for q in quarters])
    shocks = _shocks(known, paths, seed)
    start = _start(known, paths, seed)
    growth = _stock_growth(known, middles, shocks, start.growth)
    price = _price(known, middles, paths, seed)
    affordable = _spending(known, middles, shocks) / price
    need, held, powered, drawn = _recursion(known, growth, affordable, start, middles, seed, power)
    factor = known.basis_factor(basis)
    return Fan(
        basis, quarters, need * factor[None, :, None, None], held @ factor, affordable,
        powered, drawn, price, _edge(known, middles, paths, seed),
        {"basis": basis, "seed": seed, "paths": paths, "until": until,
         "power": power, "claims_sha256": known.evidence.sha256, "claims": list(known.used)},
    )  # fmt: skip


def _index(name: str, names: tuple[str, ...], what: str) -> int:
    if name not in names:
        near = nearest(name, names)
        raise RangeError(f'"{name}" is no {what}; choose one of {", ".join(names)}'
                         + (f"; did you mean {near[0]}?" if near else ""))  # fmt: skip
    return names.index(name)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = table.reset_index().to_dict(orient="records")
    return records


def _shocks(known: Assumptions, paths: int, seed: int) -> Floats:
    """Unit shocks by path, group (segments, then budgets) and year, (N, G + 1, Y)."""
    years = known.years
    groups = len(COMPUTE_SEGMENTS) + 1
    common = stream(seed, "demand", "common growth").standard_normal((paths, len(years)))
    own = stream(seed, "demand", "own growth").standard_normal((paths, groups, len(years)))
    kept = known.persistence
    return shared_shocks(autoregressive(common, kept), autoregressive(own, kept), known.shared)


@dataclass(frozen=True)
class _Start:
    """Where the fan starts: the past by path, and what the shortage left.

    Attributes
    ----------
    sold : array, shape (N, parties, segments, past quarters)
    unserved : array, shape (N, parties, segments)
    half_life, shape : array, shape (N,)
        Of retirement.
    growth : array, shape (N,)
        Log growth a year of stock wanted in the last quarter.
    """

    sold: Floats
    unserved: Floats
    half_life: Floats
    shape: Floats
    growth: Floats

    def alive(self, quarters: int) -> Floats:
        """Survival in the middle of each quarter of age, (N, quarters)."""
        ages = (np.arange(quarters) + 0.5) / 4.0
        return survival(ages[None, :], self.half_life[:, None], self.shape[:, None])


def _start(known: Assumptions, paths: int, seed: int) -> _Start:
    """Sales of the past, what went unserved, and the growth that the fit of need ends with."""
    normal = stream(seed, "demand", "level").standard_normal((paths, len(PARTIES)))
    scale = np.exp(known.level_spread[None, :] * normal)
    past = scale[:, :, None] * known.past[None]
    fitted = known.need_draws(paths, stream(seed, "demand", "shortage"))
    over = np.where(known.short[None, :], fitted.need / known.market[None, :] - 1.0, 0.0)
    wide = np.where(known.unbound[None, :, None], over[:, None, :], 0.0)
    missed = np.maximum(np.cumsum(wide * past, axis=2), 0.0)
    rng = stream(seed, "demand", "retirement")
    half = positive_quantile(*known.bounds("life.half"), rng.standard_normal(paths))
    shape = positive_quantile(*known.bounds("life.shape"), rng.standard_normal(paths))
    share = known.segment_share
    sold, unserved = past[:, :, None, :] * share[None, :, :, None], missed[:, :, None, -1] * share
    start = _Start(sold, unserved, half, shape, np.zeros(paths))
    alive, quarters = start.alive(past.shape[-1]), past.shape[-1]
    now = np.einsum("ncs,ns->n", past, alive[:, ::-1]) + missed[:, :, -1].sum(axis=1)
    before = np.einsum("ncs,ns->n", past[..., :-1], alive[:, quarters - 2 :: -1])
    before += missed[:, :, -2].sum(axis=1)
    return replace(start, growth=4.0 * np.log(now / before))


def _stock_growth(known: Assumptions, middles: Floats, shocks: Floats, first: Floats) -> Floats:
    """Log growth of stock wanted by path, segment and quarter, (N, G, T).

    From the growth fitted to the end of 2024 to the claimed growth of the middle of 2025, and
    on from year to year.
    """
    out = np.empty((len(first), len(COMPUTE_SEGMENTS), len(middles)))
    at = np.array([LAST_PAST, *(year + 0.5 for year in known.years)])
    for g, segment in enumerate(COMPUTE_SEGMENTS):
        mean, spread = known.net_growth(segment)
        yearly = mean[None, :] + spread[None, :] * shocks[:, g, :]
        out[:, g] = between(at, np.column_stack([first, yearly]), middles) / 4.0
    return out


def _spending(known: Assumptions, middles: Floats, shocks: Floats) -> Floats:
    """Capital budgets by quarter, USD, (N, T)."""
    mean, spread = known.budget_growth()
    yearly = mean[None, :] + spread[None, :] * shocks[:, -1, :]
    level = np.concatenate([np.zeros((len(yearly), 1)), np.cumsum(yearly, axis=1)], axis=1)
    at = np.array([2024, *known.years]) + 0.5
    return np.asarray(known.spending_usd / 4.0 * np.exp(between(at, level, middles)))


def _price(known: Assumptions, middles: Floats, paths: int, seed: int) -> Floats:
    """Price of an H100 equivalent by quarter, USD, (N, T)."""
    fall = positive_quantile(
        *known.bounds("price.fall"),
        stream(seed, "demand", "price fall").standard_normal(paths),
    )
    first = stream(seed, "demand", "price").standard_normal(paths)
    return np.stack([known.price(m, np.minimum(fall, 0.9), first) for m in middles - 0.5], axis=1)


def _recursion(
    known: Assumptions, growth: Floats, affordable: Floats, start: _Start, middles: Floats,
    seed: int, limited: bool,
) -> tuple[Floats, Floats, Floats, Floats]:  # fmt: skip
    """Sales wanted (N, C, G, T), stock by party (N, T, C), power left and used (N, T)."""
    past, backlog = start.sold, start.unserved
    paths, periods, before = growth.shape[0], growth.shape[-1], past.shape[-1]
    alive = start.alive(before + periods)
    delay = positive_quantile(
        *known.bounds("backlog.quarters"), stream(seed, "demand", "delay").standard_normal(paths)
    )
    each_kw = kilowatt(known, middles, before, paths, seed)
    sold = np.concatenate([past, np.zeros((*past.shape[:3], periods))], axis=-1)
    held = np.einsum("ncgs,ns->ncg", past, alive[:, before - 1 :: -1])
    running = np.einsum("ncgs,ns->n", past, alive[:, before - 1 :: -1] * each_kw[:, :before]) / 1e6
    sites = draw_sites(known, middles, paths, seed)
    level = np.zeros_like(growth[:, :, 0])
    stocks, powered = np.empty((paths, periods, past.shape[1])), np.empty((paths, periods))
    power = np.empty((paths, periods))
    vintages = np.concatenate([past.sum(axis=(1, 2)), np.zeros((paths, periods))], axis=1)
    for t in range(periods):
        level = level + growth[:, :, t]
        share = np.minimum(1.0, (t + 1) / delay)
        wanted = (held + backlog * share[:, None, None]) * np.exp(level)[:, None, :]
        now = before + t
        kept = np.einsum("ncgs,ns->ncg", sold[..., :now], alive[:, now:0:-1])
        drawn = (vintages[:, :now] * alive[:, now:0:-1] * each_kw[:, :now]).sum(axis=1) / 1e6
        gap = np.maximum(wanted - kept, 0.0) / alive[:, 0, None, None]
        total = np.maximum(gap.sum(axis=(1, 2)), 1e-12)
        each = each_kw[:, now] * alive[:, 0] / 1e6
        powered[:, t] = sites.room(t, running, drawn) / each if limited else np.inf
        scale = np.minimum(1.0, np.minimum(affordable[:, t], powered[:, t]) / total)
        sold[..., now] = gap * scale[:, None, None]
        vintages[:, now] = total * scale
        running = power[:, t] = drawn + vintages[:, now] * each
        stocks[:, t] = (kept + sold[..., now] * alive[:, 0, None, None]).sum(axis=2)
    return sold[..., before:], stocks, powered, power


def _edge(known: Assumptions, middles: Floats, paths: int, seed: int) -> Floats:
    """N3-class wafers a month, (N, T)."""
    rng = stream(seed, "demand", "edge")
    start = np.log(positive_quantile(*known.bounds("edge.2024"), rng.standard_normal(paths)))
    yearly = positive_quantile(*known.bounds("dem-045"), rng.standard_normal(paths))
    drift = (np.log(yearly / 12.0) - start) / (2030 - 2024)
    noise = stream(seed, "demand", "edge growth").standard_normal((paths, len(known.years)))
    waves = autoregressive(noise, known.bounds("edge.persistence")[1])
    bumps = known.bounds("edge.spread")[1] * waves
    steady = np.where(np.array(known.years) <= 2030, 1.0, 0.5)
    level = start[:, None] + np.cumsum(drift[:, None] * steady + bumps, axis=1)
    level = np.concatenate([start[:, None], level], axis=1)
    at = np.array([2024, *known.years]) + 0.5
    return np.asarray(np.exp(between(at, level, middles)))
