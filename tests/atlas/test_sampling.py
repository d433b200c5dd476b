"""Sampling of a network: marginals and correlation against theory; what draws must keep."""

from __future__ import annotations

import math
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import waferway as ww
from waferway.atlas.marginals import (
    Marginal,
    from_bounds,
    from_claim,
    from_quantiles,
    scores_to_values,
)
from waferway.atlas.sampling import into_branches, sample
from waferway.errors import RangeError
from waferway.evidence.claims import Claim, Evidence
from waferway.network.checking import check
from waferway.network.network import Network

DRAWS = 4000


@pytest.fixture(scope="module")
def net() -> Network:
    return ww.world()


def at(marginal: Marginal | None, shares: list[float]) -> np.ndarray:
    assert marginal is not None
    return scores_to_values([marginal], stats.norm.ppf(shares)[:, None])[:, 0]


@given(st.floats(-1e6, 1e6), st.floats(0, 1), st.floats(1e-3, 1e6))
def test_a_pert_has_the_quantiles_of_its_beta(low: float, share: float, width: float) -> None:
    mode, high = low + share * width, low + width
    if not low < high:
        return
    mode = min(max(mode, low), high)
    a = 1 + 4 * (mode - low) / (high - low)
    shares = [0.01, 0.05, 0.5, 0.9, 0.999]
    expected = stats.beta(a, 6 - a, low, high - low).ppf(shares)
    assert np.allclose(at(from_bounds(low, mode, high), shares), expected, atol=1e-6 * width)


@given(st.floats(0.01, 1e6), st.floats(1.001, 20), st.floats(1.001, 20))
def test_stated_quantiles_are_met(p05: float, up: float, further: float) -> None:
    p50, p95 = p05 * up, p05 * up * further
    marginal = from_quantiles(p05, p50, p95)
    assert marginal is not None
    # A lognormal meets the median and the ratio of the outer two, the others all three.
    close = 0.011 if marginal.family == "lognormal" else 1e-9
    assert np.allclose(at(marginal, [0.05, 0.5, 0.95]), [p05, p50, p95], rtol=close)
    rising = at(marginal, list(np.linspace(0.001, 0.999, 200)))
    assert (np.diff(rising) > 0).all() and (rising > 0).all()


@given(st.floats(-100, 100), st.floats(0.01, 50), st.floats(0.01, 50))
def test_quantiles_below_zero_too(p05: float, up: float, further: float) -> None:
    p50, p95 = p05 + up, p05 + up + further
    marginal = from_quantiles(p05, p50, p95)
    assert np.allclose(at(marginal, [0.05, 0.95]), [p05, p95], rtol=0.011, atol=1e-9)


@given(
    st.sampled_from([
        from_bounds(1, 2, 4), from_bounds(1, math.nan, 4), from_quantiles(50, 100, 200),
        from_quantiles(50, 100, 150), from_quantiles(-1, 0, 1.2), from_quantiles(-1, 0, 30),
        from_quantiles(1, 1.01, 30), Marginal("normal", (3.0, 1.0)),
        Marginal("empirical", (1.0, 2.0, 5.0)),
    ]),
    st.floats(0.01, 100),
)  # fmt: skip
def test_a_scaled_distribution_is_that_of_the_scaled_number(
    marginal: Marginal, factor: float
) -> None:
    shares = [0.02, 0.3, 0.5, 0.77, 0.98]
    assert np.allclose(at(marginal.scaled(factor), shares), factor * at(marginal, shares))


def test_draws_follow_the_distribution_they_claim(net: Network) -> None:
    drawn = sample(net, 1000, seed=11)
    # Kolmogorov-Smirnov at 0.1 % for one cell of each table and column.
    first = drawn.cells.drop_duplicates(["table", "column"])
    first = first[~first["column"].isin(["payments", "total", "orders_per_year"])]
    assert len(first) > 15
    failed = []
    for k, row in zip(first.index, first.itertuples(), strict=True):
        a = 1 + 4 * (row.value - row.low) / (row.high - row.low)
        beta = stats.beta(a, 6 - a, row.low, row.high - row.low)
        if stats.kstest(drawn.values[:, k], beta.cdf).pvalue < 1e-3:
            failed.append((row.table, row.key, row.column))
    assert not failed


def grouped(first: str | None, second: str | None) -> Network:
    claims = [
        Claim(
            claim_id=name, subject=f"line.{name}", metric="capacity", kind="count",
            form="quantiles", p05=50, p50=100, p95=200, unit="wafer/month",
            modality="assumed", grade="D", method="imputed:test",
            rank_reason="test", correlation_group=group,
        )
        for name, group in (("a", first), ("b", second))
    ]  # fmt: skip
    return Network.build(
        {
            "party": [{"name": "fab", "kind": "foundry", "country": "TW"}],
            "technology": [{"name": "logic", "capacity_unit": "wafer/month"}],
            "item": [{"name": "w", "unit": "wafer", "kind": "wafer"}],
            "recipe": [{"name": "r", "technology": "logic"}],
            "recipe_item": [
                {"recipe": "r", "item": "w", "role": "out", "quantity_per_start": 1}
            ],
            "line": [
                {"name": n, "party": "fab", "technology": "logic", "capacity": 100}
                for n in ("a", "b")
            ],
            "cite": [
                {"table": "line", "key": n, "column": "capacity", "period": "", "claim_id": n}
                for n in ("a", "b")
            ],
        },
        {"currency": "USD", "price_year": 2025},
        Evidence(claims),
    )  # fmt: skip


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.7, 1.0])
def test_a_group_correlates_as_stated_and_sums_follow(rho: float) -> None:
    drawn = sample(grouped("g", "g"), DRAWS, seed=5, rho=rho)
    logs = np.log(drawn.values)
    # Standard error of a correlation is (1 - rho^2) / sqrt(n); four of them are allowed.
    found = np.corrcoef(logs.T)[0, 1]
    assert abs(found - rho) <= 4 * (1 - rho**2) / math.sqrt(DRAWS) + 1e-9
    # The logarithm of a product of two lognormals has variance 2 s^2 (1 + rho).
    sigma = math.log(4) / (2 * stats.norm.ppf(0.95))
    spread = logs.sum(axis=1).var(ddof=1) / (2 * sigma**2 * (1 + rho))
    assert abs(spread - 1) < 4 * math.sqrt(2 / DRAWS)


def test_percentiles_do_not_add_unless_all_moves_as_one() -> None:
    def p95(network: Network) -> float:
        return float(np.percentile(sample(network, DRAWS, seed=5).values.sum(axis=1), 95))

    assert p95(grouped("g", "g")) == pytest.approx(400, rel=0.05)
    assert p95(grouped(None, None)) < 360  # 200 + 200 would claim perfect correlation
    assert sample(grouped(None, None), DRAWS, 5).cells["factors"].nunique() == 2


def test_without_a_spread_nothing_is_drawn() -> None:
    base = {"claim_id": "c", "subject": "s", "metric": "m", "kind": "count", "unit": "1",
            "modality": "assumed", "grade": "D", "method": "hand"}  # fmt: skip
    assert from_claim(Claim(**base, form="at_least", low=1)) is None
    assert from_claim(Claim(**base, form="point", value=3)) is None
    assert from_claim(Claim(**base, form="interval", low=1, high=2)) == from_bounds(1, math.nan, 2)
    stated = Claim(**base, form="distribution", dist={"family": "pert", "low": 1, "mode": 2,
                                                      "high": 5})  # fmt: skip
    assert from_claim(stated) == from_bounds(1, 2, 5)
    with pytest.raises(RangeError, match="lacks sigma"):
        from_claim(Claim(**base, form="distribution", dist={"family": "normal", "mean": 1}))
    with pytest.raises(RangeError, match="families are"):
        from_claim(Claim(**base, form="distribution", dist={"family": "gauss"}))


def test_the_atlas_in_draws_stays_a_network(net: Network) -> None:
    drawn = sample(net, 5, seed=3)
    assert len(drawn.cells) > 700
    for draw, one in enumerate(drawn):
        assert check(one) == []
        assert one.applied == (f"draw:3/{draw}",)
        assert one.table("outturn").equals(net.table("outturn"))
        assert one.table("party") is net.table("party")
    assert net == ww.world()
    prices = drawn.cells.index[drawn.cells["table"] == "module"]
    assert len(np.unique(drawn.values[:, prices[0]])) == 5


def test_what_one_claim_feeds_moves_as_one_and_what_divides_moves_against(net: Network) -> None:
    drawn = sample(net, 500, seed=1)
    at = {(t, k, c): n for n, (t, k, c) in enumerate(
        zip(*(drawn.cells[x] for x in ("table", "key", "column")), strict=True))}  # fmt: skip
    gross = net.table("recipe_item")["quantity_per_start"]

    def stacks(kind: str) -> np.ndarray:
        key = f"stack:{kind}/out/{kind}"
        return drawn.values[:, at["recipe_item", key, "good_fraction"]] * gross[key]

    big, small = stacks("hbm4-48gb"), stacks("hbm3e-24gb")
    assert np.allclose(small, 2 * big, rtol=1e-6)  # 48 GB against 24 GB of the same wafer
    whole = sample(net, 500, seed=1, without=())
    rows = whole.cells
    starts = rows.index[(rows["column"] == "quantity") & rows["key"].str.contains(
        "starts/stack:hbm3e-24gb/skhynix-tsv")]  # fmt: skip
    against = stats.spearmanr(whole.values[:, starts[0]], small).statistic
    assert against < -0.2  # more GB per wafer: fewer wafers were started for the same stacks


def test_same_seed_same_bytes_whatever_the_workers(net: Network) -> None:
    first, more = sample(net, 4, seed=9), sample(net, 9, seed=9)
    assert (more.values[:4] == first.values).all()
    assert not (sample(net, 4, seed=10).values == first.values).all()
    here = [one.sha256 for one in first]
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        there = list(pool.map(_hash, [(net, k) for k in (3, 1, 0, 2)]))
    assert [there[k] for k in (2, 1, 3, 0)] == here
    assert len(set(here)) == 4


def _hash(task: tuple[Network, int]) -> str:
    network, draw = task
    return sample(network, draw + 1, seed=9)[draw].sha256


def test_branches_say_all_of_what_they_touch(net: Network) -> None:
    branched = into_branches(net, 3, seed=2, columns=[("line", "capacity")])
    assert check(branched) == []
    rows = branched.table("profile")
    drawn = rows[rows["branch"] != ""]
    assert set(drawn["branch"]) == {"draw-1", "draw-2", "draw-3"}
    assert set(zip(drawn["table"], drawn["column"], strict=True)) == {("line", "capacity")}
    quarters = ww.Calendar.build("2025Q1", "quarter", "2030Q4")
    frames = [branched.values("line", "capacity", quarters, b) for b, _ in branched.leaves]
    plain = branched.values("line", "capacity", quarters)
    assert plain.equals(net.values("line", "capacity", quarters))
    assert not frames[0].equals(frames[1])
    singles = sample(net, 3, seed=2)
    for frame, one in zip(frames, singles, strict=True):
        assert frame.equals(one.values("line", "capacity", quarters))


def test_wrong_arguments_say_what_they_are(net: Network) -> None:
    for call in (
        lambda: sample(net, 0), lambda: sample(net, 1, rho=1.2),
        lambda: sample(net, 1, without=["linne"]), lambda: sample(net, 1, seed=-1),
        lambda: into_branches(net, 1),
        lambda: into_branches(net, 2, columns=[("weight", "weight")]),
        lambda: into_branches(into_branches(net, 2), 2),
    ):  # fmt: skip
        with pytest.raises(RangeError):
            call()
    with pytest.raises(IndexError):
        sample(net, 1)[1]


def test_a_network_without_claims_is_drawn_from_its_own_intervals() -> None:
    plain = grouped(None, None)
    rows = plain.table("profile")
    bare = plain.with_tables({"cite": plain.table("cite").iloc[:0]})
    assert len(sample(bare, 2).cells) == 0
    row = {"table": "line", "key": "a", "column": "capacity", "period": "", "age_months": math.nan,
           "branch": "", "low": 80.0, "value": 100.0, "high": 150.0}  # fmt: skip
    profile = pd.DataFrame([row], index=["x"]).astype({c: rows[c].dtype for c in rows})
    drawn = sample(bare.with_tables({"profile": profile}), 50)
    assert drawn.cells["factors"].tolist() == ["cell:line/a/capacity"]
    one = drawn[0]
    assert one.table("line").loc["a", "capacity"] == one.table("profile")["value"].iloc[0]
    assert one.table("line").loc["b", "capacity"] == 100
