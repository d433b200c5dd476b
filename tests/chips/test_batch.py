"""Many designs at once: against one by one, and the tables against quadrature."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waferway.chips import harvest_table, roofline
from waferway.chips.batch import DEFAULT_COLUMNS, batch_cost, batch_performance
from waferway.chips.nre import chip_nre_usd
from waferway.chips.roofline import Accelerator, Roofline
from waferway.chips.yields import RepairableBlocks, harvest_yield
from waferway.errors import RangeError, ShapeError


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0.0, 3.0), st.sampled_from([1.0, 2.5, 3.0, 10.0, np.inf]), st.floats(0.0, 1.0),
    st.sampled_from([(144, 132), (8, 7), (40, 40), (16, 0), (18, 16)]),
)  # fmt: skip
def test_tables_equal_the_integral(faults, clustering, share, blocks):
    count, needed = blocks
    true = float(
        harvest_yield(faults, 1.0, [RepairableBlocks(count, needed, share)], clustering=clustering)
    )
    for method, near in (("table", 1e-5), ("quadrature", 1e-6)):
        got = harvest_table.clustered_harvest(
            np.array([faults]), clustering, share, float(count), float(needed), method=method
        )
        assert float(got[0]) == pytest.approx(true, abs=near), method


def test_kinds_are_grouped_and_many_are_integrated_one_by_one():
    rng = np.random.default_rng(5)
    n = 400
    faults, share = rng.uniform(0.1, 1.5, n), rng.uniform(0.2, 0.8, n)
    needed = rng.choice([10.0, 12.0, 16.0], n)
    few = harvest_table.clustered_harvest(faults, 3.0, share, 16.0, needed)
    alpha = rng.uniform(2, 8, n)
    many = harvest_table.clustered_harvest(faults, alpha, share, 16.0, needed)
    for i in range(0, n, 37):
        block = [RepairableBlocks(16, int(needed[i]), share[i])]
        assert few[i] == pytest.approx(
            float(harvest_yield(faults[i], 1.0, block, clustering=3.0)), abs=1e-5
        )
        assert many[i] == pytest.approx(
            float(harvest_yield(faults[i], 1.0, block, clustering=alpha[i])), abs=1e-4
        )
    with pytest.raises(RangeError):
        harvest_table.clustered_harvest(faults, 3.0, share, 16.0, 12.0, method="guess")


def columns(rows, rng):
    return {
        "die_width_mm": rng.uniform(5, 26, rows), "die_height_mm": rng.uniform(5, 33, rows),
        "d0_per_cm2": rng.uniform(0.05, 0.2, rows), "wafer_usd": rng.uniform(5e3, 2e4, rows),
        "clustering": 3.0, "dies": rng.integers(1, 5, rows), "stacks": rng.integers(0, 9, rows),
        "stack_places": rng.integers(0, 9, rows), "core_dies": rng.choice([4, 8, 12], rows),
        "core_die_usd": 9.0, "bond_usd": 1.0, "stack_bond_yield": 0.98, "base_die_usd": 12.0,
        "interposer_mm2": rng.uniform(800, 2800, rows), "interposer_wafer_usd": 12000.0,
        "interposer_gross": 20.0, "interposer_d0_per_cm2": 0.002,
        "die_attach_yield": rng.uniform(0.95, 1, rows), "stack_attach_yield": 0.985,
        "substrate_usd": 100.0, "mount_yield": 0.99, "final_yield": 0.98, "final_coverage": 0.95,
        "final_usd": 8.0, "node_nre_usd": 5e8, "probe_coverage": 0.97, "probe_usd": 1.0,
    }  # fmt: skip


def test_rows_are_independent_of_chunks_threads_and_company():
    given = columns(70_000, np.random.default_rng(1))
    together = batch_cost(given, count="ferris-prabhu", threads=2)
    alone = batch_cost(given, count="ferris-prabhu", threads=1)
    np.testing.assert_array_equal(together.total_usd, alone.total_usd)
    some = {name: value[[5, 69_999]] if np.ndim(value) else value for name, value in given.items()}
    few = batch_cost(some, count="ferris-prabhu")
    np.testing.assert_allclose(few.total_usd, together.total_usd[[5, 69_999]], rtol=1e-12)


def test_counting_follows_the_number_of_sizes():
    given = columns(20_000, np.random.default_rng(2))
    assert batch_cost(given).method == "ferris-prabhu"
    given["die_width_mm"], given["die_height_mm"] = 26.0, 31.3
    same = batch_cost(given)
    assert same.method == "exact" and (same.gross == 67).all()


def test_nre_is_that_of_one_chip():
    given = columns(10, np.random.default_rng(3))
    area = given["die_width_mm"] * given["die_height_mm"]
    np.testing.assert_allclose(batch_cost(given).nre_usd, chip_nre_usd(area, 5e8))


def test_bad_columns_are_refused():
    good = {"die_width_mm": [5.0, 6.0], "die_height_mm": 5.0, "d0_per_cm2": 0.1, "wafer_usd": 1e4}
    for change, error in (
        ({"colour": 1.0}, RangeError),
        ({"d0_per_cm2": [0.1, -0.1]}, RangeError),
        ({"d0_per_cm2": [0.1, np.nan]}, RangeError),
        ({"die_width_mm": [5.0, 0.0]}, RangeError),
        ({"d0_per_cm2": [0.1, 0.1, 0.1]}, ShapeError),
        ({"die_width_mm": [500.0, 5.0]}, RangeError),
    ):
        with pytest.raises(error):
            batch_cost(good | change)
    with pytest.raises(RangeError, match="missing columns"):
        batch_cost({"die_width_mm": 5.0})
    assert set(DEFAULT_COLUMNS).isdisjoint(good)


def test_performance_points_equal_single_kernels():
    rng = np.random.default_rng(4)
    peak, wide = rng.uniform(1e14, 5e15, 9), rng.uniform(1e12, 8e12, 9)
    work, moved = rng.uniform(1e9, 1e14, 9), rng.uniform(1e6, 1e10, 9)
    law = Roofline(0.7, 0.85, 7e-6, 1.4)
    got = batch_performance(
        peak, wide, work, moved, compute_efficiency=0.7, bandwidth_efficiency=0.85,
        launch_s=7e-6, sharpness=1.4,
    )  # fmt: skip
    for i in range(9):
        one = roofline.kernel_time_s(Accelerator("x", peak[i], wide[i]), law, work[i], moved[i])
        assert got[i] == pytest.approx(float(one), rel=1e-12)
