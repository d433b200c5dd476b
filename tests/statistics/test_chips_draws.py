"""Draws of the technology state: bounds are quantiles, shared factors move together."""

import numpy as np
import pytest

from waferway.chips.costing import build_tree
from waferway.chips.design_file import parse_design
from waferway.chips.state import tech_state

DRAWS = 40_000


@pytest.mark.parametrize(
    ("subject", "metric"),
    [
        ("node:n5", "wafer_price"),
        ("node:n5", "defect_density"),
        ("memory:hbm3e", "bond_yield"),
        ("test:probe", "coverage"),
        ("package:cowos-l", "interposer_defects"),
    ],
)
def test_a_tenth_of_the_draws_lies_outside_the_bounds(subject, metric):
    state = tech_state(2025).drawn(DRAWS, 3)
    claim = state.parameter(subject, metric)
    values = state.value(subject, metric)
    # Standard error of a share of 5 % in 40,000 draws is 0.0011; four of them are allowed.
    assert abs((values < claim.low).mean() - 0.05) < 0.0044
    assert abs((values > claim.high).mean() - 0.05) < 0.0044
    assert abs((values < claim.central).mean() - 0.5) < 0.011


def test_one_density_moves_every_die_of_its_node():
    text = """
name: pair
dies:
  - {name: a, node: n5, width_mm: 20, height_mm: 20}
  - {name: b, node: n5, width_mm: 12, height_mm: 25}
  - {name: c, node: n7, width_mm: 20, height_mm: 20}
package: {kind: mcm, substrate: {width_mm: 60, height_mm: 60}}
"""
    tree = build_tree(parse_design(text), tech_state(2024).drawn(4000, 5))
    same = np.corrcoef(tree.dies[0].d0_per_cm2, tree.dies[1].d0_per_cm2)[0, 1]
    other = np.corrcoef(tree.dies[0].d0_per_cm2, tree.dies[2].d0_per_cm2)[0, 1]
    assert same > 0.999999 and abs(other) < 0.07


def test_another_parameter_shifts_no_draw():
    one = tech_state(2025).drawn(10, 7)
    two = tech_state(2025, overrides={"node:n5 wafer_price": 1.0}).drawn(10, 7)
    np.testing.assert_array_equal(
        one.value("node:n5", "defect_density"), two.value("node:n5", "defect_density")
    )
