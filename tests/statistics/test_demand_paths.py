"""Paths of growth against theory: autocorrelation, lognormal quantiles, shared variance.

Error rates: each bound is at least four standard errors wide, so that a right program fails
fewer than one seed in ten thousand.
"""

import numpy as np
import pytest

from waferway.demand.assumptions import read_assumptions
from waferway.demand.fan import COMPUTE_SEGMENTS, _shocks
from waferway.demand.growth import autoregressive
from waferway.demand.spread import Z95
from waferway.streams import stream

PATHS = 40_000


@pytest.mark.parametrize("persistence", [-0.5, 0.0, 0.6, 0.9])
def test_autocorrelation_is_persistence_to_the_lag(persistence):
    noise = stream(11, "ar").standard_normal((PATHS, 8))
    waves = autoregressive(noise, persistence)
    assert waves.std(axis=0) == pytest.approx(np.ones(8), abs=0.02)
    for lag in (1, 2, 3):
        found = np.mean(waves[:, :-lag] * waves[:, lag:])
        assert found == pytest.approx(persistence**lag, abs=0.02)


def test_shocks_of_segments_share_what_the_claim_says():
    known = read_assumptions()
    shocks = _shocks(known, PATHS, 5)
    assert shocks.shape == (PATHS, len(COMPUTE_SEGMENTS) + 1, len(known.years))
    across = np.mean(shocks[:, 0, 0] * shocks[:, 1, 0])
    along = np.mean(shocks[:, 0, 0] * shocks[:, 0, 1])
    assert across == pytest.approx(known.shared, abs=0.02)
    assert along == pytest.approx(known.persistence, abs=0.02)


def test_growth_factors_are_lognormal_with_the_claimed_quantiles():
    known = read_assumptions()
    mean, spread = known.net_growth("training")
    shocks = _shocks(known, PATHS, 5)[:, 0, 0]
    factor = np.exp(mean[0] + spread[0] * shocks)
    wanted = np.exp(mean[0] + spread[0] * np.array([-Z95, 0.0, Z95]))
    assert np.quantile(factor, [0.05, 0.5, 0.95]) == pytest.approx(wanted, rel=0.02)
