"""Slow, other way to need behind sales of a shortage: covariances, and draws that are weighed."""

import numpy as np
from scipy.optimize import minimize
from scipy.stats import multivariate_normal, norm

LEVEL, GROWTH = 5.0, 0.5  # spread of the first level and growth, as stated by the fit


def weighed_need(sales, error, short, statements, jolt, draws, seed):
    """Log need and weights: Gaussian conditioning by covariances, then weights for the bounds."""
    rng = np.random.default_rng(seed)
    y = np.log(np.asarray(sales, dtype=float))
    quarters = np.arange(len(y))
    taus = jolt[0] * np.exp(jolt[1] * np.linspace(-3, 3, 25))
    values, weights = [], []
    for tau in taus:
        # need of quarter t: first level + t x first growth + sum of jolts, each carried on
        cov = np.full((len(y), len(y)), LEVEL**2) + GROWTH**2 * np.outer(quarters, quarters)
        for when in range(2, len(y)):
            carried = np.maximum(quarters - when + 1, 0)
            cov = cov + tau**2 * np.outer(carried, carried)
        rows, seen, noise = [], [], []
        for t in quarters:
            if not short[t]:
                rows.append(np.eye(len(y))[t])
                seen.append(y[t])
                noise.append(error[t])
        for at, ratio, spread in statements:
            row = np.zeros(len(y))
            row[list(at)] = 1.0 / len(at)
            rows.append(row)
            seen.append(row @ y + np.log(ratio))
            noise.append(spread)
        rows, seen = np.array(rows), np.array(seen) - np.array(rows) @ np.full(len(y), y[0])
        both = rows @ cov @ rows.T + np.diag(np.square(noise))
        gain = cov @ rows.T @ np.linalg.inv(both)
        mean, left = y[0] + gain @ seen, cov - gain @ rows @ cov
        drawn = multivariate_normal(mean, (left + left.T) / 2, allow_singular=True).rvs(
            draws, random_state=rng
        )
        above = np.exp(sum(norm.logcdf(drawn[:, t], y[t], error[t]) for t in quarters if short[t]))
        like = multivariate_normal(np.zeros(len(seen)), both).pdf(seen)
        values.append(drawn)
        weights.append(above * like * norm.pdf(np.log(tau / jolt[0]) / jolt[1]))
    return np.concatenate(values), np.concatenate(weights)


def weighed_quantile(values, weights, levels):
    """Quantiles of weighed draws."""
    order = np.argsort(values)
    reached = np.cumsum(weights[order]) / weights.sum()
    return [float(values[order][np.searchsorted(reached, level)]) for level in levels]


def tobit_line(sales, supply):
    """Growth and spread of a line with censored values, by the likelihood itself."""
    y, cut = np.log(sales), np.asarray(sales) >= 0.98 * np.asarray(supply)
    x = np.arange(len(y))

    def loss(p):
        line, spread = p[0] + p[1] * x, np.exp(p[2])
        return -(norm.logpdf(y, line, spread)[~cut].sum() + norm.logsf(y, line, spread)[cut].sum())

    start = np.array([y[0], (y[-1] - y[0]) / len(y), np.log(0.2)])
    found = minimize(loss, start, method="Nelder-Mead",
                     options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 20_000})  # fmt: skip
    return float(found.x[1]), float(np.exp(found.x[2]))
