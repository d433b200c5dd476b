"""Coverage of the hindcast on many synthetic networks, other seeds than the short test.

400 networks of 16 cells a metric; cells of a network are correlated, so that the standard error
of a coverage is about one per cent: the bounds are five of them away from 90 %.
"""

import numpy as np

from tests.studies.synthetic_networks import coverage


def test_bands_cover_on_many_synthetic_networks():
    found = coverage(400, first=10_000)
    assert np.all((found >= 0.85) & (found <= 0.95)), found
