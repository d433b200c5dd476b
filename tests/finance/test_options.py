"""Real options: printed values, limits, and a published case with two factors."""

import numpy as np
import pytest

from waferway.errors import RangeError
from waferway.finance import options as o


def call(v, t):
    return np.maximum(v - 1100, 0)


def test_printed_values():
    assert o.black_scholes(1000, 1100, 0.3, 0.05, 2) == pytest.approx(169.952, abs=5e-4)
    assert o.lattice(call, 1000, 0.3, 0.05, 2, 2) == pytest.approx(169.777, abs=5e-4)
    assert o.lattice(call, 1000, 0.3, 0.05, 2, 500) == pytest.approx(170.025, abs=5e-4)
    european = o.black_scholes(1000, 1100, 0.3, 0.05, 2, leakage=0.08)
    assert european == pytest.approx(93.699, abs=5e-4)
    american = o.lattice(call, 1000, 0.3, 0.05, 2, 2000, leakage=0.08)
    assert american == pytest.approx(101.16, abs=5e-3)


def test_put_call_parity_and_early_exercise_without_leakage():
    put = o.black_scholes(1000, 1100, 0.3, 0.05, 2, kind="put")
    call_ = o.black_scholes(1000, 1100, 0.3, 0.05, 2)
    assert call_ - put == pytest.approx(1000 - 1100 * np.exp(-0.1))
    early = o.lattice(call, 1000, 0.3, 0.05, 2, 300)
    late = o.lattice(call, 1000, 0.3, 0.05, 2, 300, early=False)
    assert early == pytest.approx(late)  # without leakage a call is never exercised early


def test_lattice_agrees_with_the_closed_form_in_the_limit():
    for kind, payoff in (("call", call), ("put", lambda v, t: np.maximum(1100 - v, 0))):
        tree = o.lattice(payoff, 1000, 0.3, 0.05, 2, 2001, leakage=0.03, early=False)
        closed = o.black_scholes(1000, 1100, 0.3, 0.05, 2, leakage=0.03, kind=kind)
        assert tree == pytest.approx(closed, abs=0.06)


def test_named_options_bracket():
    wait = o.defer(1000, 1100, 0.3, 0.05, 2)
    assert wait == pytest.approx(170.025, abs=5e-4)
    assert o.expand(1000, 1.5, 550, 0.3, 0.05, 2) == pytest.approx(wait / 2, rel=1e-9)
    assert o.abandon(1000, 1e-9, 0.3, 0.05, 2) < 1e-6
    assert o.abandon(500, 900, 0.3, 0.05, 2) == pytest.approx(400, abs=30)
    kept = o.lattice(lambda v, t: v * 0 + 700, 1000, 0.3, 0.05, 2, 200, keep=lambda v, t: v)
    # a project that may be sold for 700 is worth itself and the right
    assert kept == pytest.approx(1000 + o.abandon(1000, 700, 0.3, 0.05, 2, 200), rel=1e-9)


def test_two_factors_against_broadie_and_glasserman():
    """Maximum call on two assets at 100, nine dates, leakage 10 %: 13.90 (Math. Finance 1997)."""
    bounds = o.least_squares(
        lambda v, t: v.max(axis=-1) - 100, [100, 100], [0.2, 0.2], np.eye(2), 0.05, 3, 9,
        leakage=0.1, paths=12_000, outer=120, inner=80,
    )  # fmt: skip
    assert bounds.low - 3 * bounds.low_error < 13.90 < bounds.high + 3 * bounds.high_error
    assert bounds.low <= bounds.high
    assert bounds.high - bounds.low < 1.0


def test_same_seed_same_bounds():
    args = (lambda v, t: 1100 - v[..., 0], [1000], [0.3], [[1.0]], 0.05, 2, 4)
    options = {"paths": 500, "outer": 20, "inner": 10}
    assert o.least_squares(*args, **options, seed=3) == o.least_squares(*args, **options, seed=3)


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (lambda: o.black_scholes(1000, 1100, 0.3, 0.05, -2), "the tenor is -2 years"),
        (lambda: o.black_scholes(1000, 1100, 0.3, 0.05, 2, kind="swap"), "call or put"),
        (lambda: o.black_scholes(1000, 1100, 0.0, 0.05, 2), "above 0"),
        (lambda: o.lattice(call, 1000, 0.01, 0.3, 2, 1), "steps are too few"),
        (lambda: o.lattice(call, 1000, 0.3, 0.05, 2, 0), "steps is 0"),
        (lambda: o.expand(1000, 0.5, 10, 0.3, 0.05, 2), "factor is 0.5"),
        (lambda: o.defer(-1, 10, 0.3, 0.05, 2), "value is -1"),
    ],
)
def test_bad_input(run, words):
    with pytest.raises(RangeError, match=words):
        run()
