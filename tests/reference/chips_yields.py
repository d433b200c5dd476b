"""Yields the slow way: throw defects at dies and count the good ones."""

import numpy as np


def harvest(area_cm2, d0, classes, clustering, draws, rng):
    """Share of good dies; `classes` are (count, needed, area_share)."""
    density = d0 if np.isinf(clustering) else rng.gamma(clustering, d0 / clustering, draws)
    fixed = 1 - sum(share for _, _, share in classes)
    good = rng.poisson(density * area_cm2 * fixed, draws) == 0
    for count, needed, share in classes:
        hit = rng.poisson(
            np.broadcast_to(
                np.asarray(density)[..., None] * area_cm2 * share / count, (draws, count)
            )
        )
        good &= (hit == 0).sum(axis=1) >= needed
    return good.mean()


def mean_over_gamma(function, d0, clustering, points=400_000):
    """Mean of a function of density by plain quadrature over the quantiles of the gamma."""
    from scipy.stats import gamma

    u = (np.arange(points) + 0.5) / points
    return function(gamma.ppf(u, clustering, scale=d0 / clustering)).mean()
