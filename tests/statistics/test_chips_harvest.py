"""Harvesting against Monte Carlo: within 0.3 points at 400,000 dies (standard error < 0.1)."""

import numpy as np
import pytest

from tests.reference import chips_yields as slow
from waferway.chips.yields import RepairableBlocks, harvest_yield
from waferway.streams import stream


@pytest.mark.parametrize("clustering", [np.inf, 3.0, 0.8])
@pytest.mark.parametrize("classes", [[(18, 16, 0.5)], [(8, 7, 0.3), (6, 5, 0.4)], [(40, 40, 0.9)]])
def test_within_three_tenths_of_a_point(clustering, classes):
    rng = stream(4, "harvest", str(classes))
    blocks = [RepairableBlocks(*c) for c in classes]
    got = float(harvest_yield(7.5, 0.12, blocks, clustering=clustering))
    thrown = slow.harvest(7.5, 0.12, classes, clustering, 400_000, rng)
    assert abs(got - thrown) <= 0.003
