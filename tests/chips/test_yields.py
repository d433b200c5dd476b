"""Yield models, harvesting, bins, learning."""

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference import chips_yields as slow
from waferway.chips import learning, yields
from waferway.chips.harvest_table import _tail, clustered_harvest
from waferway.chips.yields import RepairableBlocks, binomial_tail, harvest_yield
from waferway.errors import RangeError


def rows(shared_data, name):
    with (shared_data / "chip-economics-checks" / name).open() as file:
        return list(csv.DictReader(file))


def test_closed_forms_equal_the_table(shared_data):
    for row in rows(shared_data, "yield_models_reference_visible.csv"):
        area, d0 = float(row["area_cm2"]), float(row["D0_per_cm2"])
        got = {
            "poisson": yields.poisson_yield(area, d0),
            "murphy": yields.murphy_yield(area, d0),
            "rectangular_murphy": yields.rectangular_yield(area, d0),
            "seeds_exponential": yields.seeds_yield(area, d0),
            "negbin_a2": yields.negative_binomial_yield(area, d0, 2),
            "negbin_a3": yields.negative_binomial_yield(area, d0, 3),
            "negbin_a10": yields.negative_binomial_yield(area, d0, 10),
            "bose_einstein_n1": yields.bose_einstein_yield(area, d0, 1),
            "bose_einstein_n10": yields.bose_einstein_yield(area, d0 / 10, 10),
        }
        for column, value in got.items():
            assert float(value) == pytest.approx(float(row[column]), abs=1e-6), (row, column)


def test_harvesting_equals_the_table(shared_data):
    for row in rows(shared_data, "harvest_reference_visible.csv"):
        area, d0 = float(row["area_cm2"]), float(row["D0_per_cm2"])
        blocks = RepairableBlocks(
            int(row["blocks"]), int(row["blocks_needed"]), float(row["repairable_area_fraction"])
        )
        for clustering, name in ((np.inf, "poisson"), (3.0, "nb3")):
            plain = yields.harvest_yield(area, d0, [], clustering=clustering)
            good = yields.harvest_yield(area, d0, [blocks], clustering=clustering)
            assert float(plain) == pytest.approx(float(row[f"yield_no_harvest_{name}"]), abs=1e-5)
            assert float(good) == pytest.approx(float(row[f"yield_harvest_{name}"]), abs=1e-5)
            assert abs(float(good) - float(row[f"mc_{name}"])) <= 0.003


def test_worked_example_at_d0_02():
    # 8.14 cm2 at 0.2: Poisson 19.6 %, Murphy 24.4, NB3 27.2, NB10 22.1, Seeds 38.1
    wanted = {"poisson": 0.196, "murphy": 0.244, "seeds": 0.381}
    for model, value in wanted.items():
        assert float(yields.die_yield(8.14, 0.2, model=model)) == pytest.approx(value, abs=6e-4)
    for clustering, value in ((3, 0.272), (10, 0.221)):
        got = yields.die_yield(8.14, 0.2, clustering=clustering)
        assert float(got) == pytest.approx(value, abs=6e-4)


@settings(max_examples=60, deadline=None)
@given(st.floats(0.0, 12.0), st.floats(0.0, 1.0), st.sampled_from([1.0, 2.5, 3.0, 10.0, 200.0]))
def test_models_are_ordered_and_meet_at_zero(area, d0, clustering):
    poisson = float(yields.poisson_yield(area, d0))
    clustered = float(yields.negative_binomial_yield(area, d0, clustering))
    seeds = float(yields.seeds_yield(area, d0))
    murphy = float(yields.murphy_yield(area, d0))
    assert 0 <= poisson <= murphy + 1e-12 and murphy <= seeds + 1e-12
    assert poisson <= clustered + 1e-12 and clustered <= seeds + 1e-12
    for model in yields.YIELD_MODELS:
        assert float(yields.die_yield(0.0, d0, model=model)) == 1.0


def test_clustering_to_infinity_is_poisson():
    got = yields.negative_binomial_yield(8.14, 0.2, [1e9, np.inf])
    np.testing.assert_allclose(got, yields.poisson_yield(8.14, 0.2), rtol=1e-8)
    blocks = [RepairableBlocks(16, 14, 0.6)]
    near = yields.harvest_yield(8.0, 0.1, blocks, clustering=1e7)
    np.testing.assert_allclose(near, yields.harvest_yield(8.0, 0.1, blocks), rtol=1e-6)


@settings(max_examples=30, deadline=None)
@given(
    st.floats(0.5, 8.0), st.floats(0.01, 0.4), st.sampled_from([0.7, 1.5, 3.0, 10.0]),
    st.integers(1, 60), st.floats(0.05, 0.5), st.floats(0.05, 0.5), st.data(),
)  # fmt: skip
def test_quadrature_equals_plain_integration(area, d0, clustering, n, f1, f2, data):
    k = data.draw(st.integers(0, n))
    classes = [(n, k, f1), (6, 5, f2)]
    blocks = [RepairableBlocks(*c) for c in classes]
    fast = float(yields.harvest_yield(area, d0, blocks, clustering=clustering))
    plain = slow.mean_over_gamma(
        lambda d: yields.harvest_yield(area, d, blocks), d0, clustering, points=20_000
    )
    assert fast == pytest.approx(plain, abs=2e-4)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.5, 8.0), st.floats(0.01, 0.4), st.integers(2, 40), st.floats(0.1, 0.9))
def test_harvesting_never_hurts_and_all_needed_is_plain(area, d0, n, f):
    plain = float(yields.negative_binomial_yield(area, d0, 3))
    every = yields.harvest_yield(area, d0, [RepairableBlocks(n, n, f)], clustering=3)
    some = yields.harvest_yield(area, d0, [RepairableBlocks(n, n - 1, f)], clustering=3)
    none = yields.harvest_yield(area, d0, [RepairableBlocks(n, 0, f)], clustering=3)
    assert float(every) == pytest.approx(plain, abs=1e-9)
    assert plain <= float(some) + 1e-12 <= float(none) + 2e-12
    limit = float(yields.negative_binomial_yield(area * (1 - f), d0, 3))
    assert float(none) == pytest.approx(limit, abs=1e-9)


def test_bins_sum_to_the_harvest_yield():
    shares = yields.bin_shares(
        8.14, [0.05, 0.2], [144, 132, 100], count=144, area_share=0.5, clustering=3
    )
    total = yields.harvest_yield(8.14, [0.05, 0.2], [RepairableBlocks(144, 100, 0.5)], clustering=3)
    np.testing.assert_allclose(shares.sum(axis=0), total, atol=1e-12)
    with pytest.raises(RangeError):
        yields.bin_shares(1, 0.1, [10, 12], count=20, area_share=0.5)


def test_parametric_bins():
    shares = yields.parametric_bin_shares([1.0], centre=1.0, spread=0.2, family="lognormal")
    assert float(shares[0]) == pytest.approx(0.5)
    with pytest.raises(RangeError):
        yields.parametric_bin_shares([1.0, 2.0], centre=1.0, spread=0.2)


def test_bad_values_are_refused():
    for call in (
        lambda: yields.poisson_yield(-1, 0.1),
        lambda: yields.poisson_yield(1, -0.1),
        lambda: yields.negative_binomial_yield(1, 0.1, 0),
        lambda: yields.die_yield(1, 0.1, model="moore"),
        lambda: yields.harvest_yield(1, 0.1, [RepairableBlocks(4, 5, 0.5)]),
        lambda: yields.harvest_yield(1, 0.1, [RepairableBlocks(4, 4, 0.7)] * 2),
        lambda: learning.defect_density_at(1, 0.1, 0.2, 1),
        lambda: learning.wright_exponent(1.2),
    ):
        with pytest.raises(RangeError):
            call()


def test_learning():
    half = learning.defect_density_at(0.0, 0.3, 0.1, 1.0, transferred=0.5)
    assert float(half) == pytest.approx(0.2)
    assert float(learning.wright_cost(10, 2, 0.85)) == pytest.approx(8.5)
    with pytest.raises(RangeError):
        learning.fit_defect_learning([0, 1], [0.1, 0.2], mature_per_cm2=0.05)


@pytest.mark.parametrize(("count", "needed"), [(144, 132), (64, 64), (8, 1), (1000, 980), (40, 0)])
def test_the_tail_by_horner_is_the_incomplete_beta(count, needed):
    load = np.concatenate([[0.0, 1e-9], np.linspace(0, 40, 801), [1e4]])
    by_beta = binomial_tail(count, needed, np.exp(-load / count))
    assert _tail(load, float(count), float(needed)) == pytest.approx(by_beta, abs=1e-13)


@given(
    shapes=st.lists(st.floats(0.3, 1e4), min_size=12, max_size=12, unique=True),
    blocks=st.sampled_from([(144, 132), (80, 74), (16, 16), (64, 20)]),
    load=st.floats(0.01, 6),
    share=st.floats(0, 1),
)
@settings(max_examples=25)
def test_many_shapes_at_once_are_each_integrated_alone(shapes, blocks, load, share):
    count, needed = blocks
    together = clustered_harvest(
        np.full(len(shapes), load), np.array(shapes), share, float(count), float(needed)
    )
    alone = [
        float(harvest_yield(load, 1.0, [RepairableBlocks(count, needed, share)], clustering=a))
        for a in shapes
    ]
    assert together == pytest.approx(alone, abs=2e-6)
