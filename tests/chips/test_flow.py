"""The package evaluator, stacks and tests, against slow twins and worked examples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waferway.chips import screening, stacks
from waferway.chips.flow import Step, evaluate_flow, sequence
from waferway.errors import RangeError

COSTS = st.floats(0, 500)
GOODS = st.floats(0.2, 1.0)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(COSTS, GOODS), min_size=1, max_size=7))
def test_a_sequence_costs_each_step_over_the_yields_that_follow(parts):
    steps = [Step(f"s{k}", c, y) for k, (c, y) in enumerate(parts)]
    slow = sum(c / np.prod([y for _, y in parts[k:]]) for k, (c, _) in enumerate(parts))
    cost = evaluate_flow(sequence(steps))
    assert float(cost.total_usd) == pytest.approx(slow, rel=1e-12)


@st.composite
def trees(draw, depth=3, name="root"):
    inputs = ()
    if depth:
        inputs = tuple(
            (draw(trees(depth=depth - 1, name=f"{name}.{k}")), float(draw(st.integers(1, 3))))
            for k in range(draw(st.integers(0, 2)))
        )
    return Step(name, draw(COSTS), draw(GOODS), inputs, draw(st.sampled_from("abc")))


@settings(max_examples=60, deadline=None)
@given(trees())
def test_what_is_spent_is_needed_plus_lost(tree):
    cost = evaluate_flow(tree)
    spent = sum(float(step.spent_usd) for step in cost.steps)
    needed = sum(float(step.needed_usd) for step in cost.steps)
    lost = sum(float(step.lost_usd) for step in cost.steps)
    assert float(cost.total_usd) == pytest.approx(spent, rel=1e-9, abs=1e-9)
    assert spent == pytest.approx(needed + lost, rel=1e-9, abs=1e-9)
    assert sum(float(v) for v in cost.by_group().values()) == pytest.approx(
        spent, rel=1e-9, abs=1e-9
    )


def test_a_factory_run_of_many_packages_agrees():
    """Slow twin: start a million packages and count what comes out."""
    rng = np.random.default_rng(3)
    die = Step("die", 40.0, 0.7, group="logic")
    stack = Step("stack", 90.0, 1.0, group="hbm")
    join = Step("join", 30.0, 0.85, ((die, 2), (stack, 4)))
    last = Step("final", 10.0, 0.95, ((join, 1),))
    starts = 400_000
    joined = rng.random(starts) < 0.85
    passed = rng.random(joined.sum()) < 0.95
    dies = rng.negative_binomial(2 * starts, 0.7) + 2 * starts
    spent = dies * 40.0 + starts * (4 * 90.0 + 30.0) + joined.sum() * 10.0
    assert float(evaluate_flow(last).total_usd) == pytest.approx(spent / passed.sum(), rel=5e-3)


def test_a_step_used_twice_is_counted_twice():
    die = Step("die", 10.0, 0.5)
    cost = evaluate_flow(Step("join", 0.0, 1.0, ((die, 1), (die, 2))))
    assert float(cost.total_usd) == 60.0 and float(cost.step("die").starts) == 6.0
    with pytest.raises(RangeError):
        evaluate_flow(Step("a", 1.0, 1.0, ((Step("a", 2.0), 1.0),)))
    with pytest.raises(RangeError):
        cost.step("nothing")


def test_arrays_of_designs():
    cost = evaluate_flow(Step("join", 5.0, 0.9, ((Step("die", np.array([10.0, 20.0]), 0.5), 1),)))
    np.testing.assert_allclose(cost.total_usd, [25 / 0.9, 45 / 0.9])


def test_bad_steps_are_refused():
    for bad in (
        lambda: Step("a", -1.0),
        lambda: Step("a", 1.0, 0.0),
        lambda: Step("a", 1.0, 1.2),
        lambda: Step("a", 1.0, 1.0, ((Step("b"), 0.0),)),
    ):
        with pytest.raises(RangeError):
            bad()


def test_stacks():
    # 0.90^8 = 43 %, 0.98^8 = 85 %, 0.99^12 = 89 %
    for dies, bond, wanted in ((8, 0.90, 0.43), (8, 0.98, 0.85), (12, 0.99, 0.89)):
        got = stacks.stack_yield(stacks.StackRecipe(dies), bond_yield=bond)
        assert float(got) == pytest.approx(wanted, abs=5e-3)
    fewer = stacks.StackRecipe(8, bonds=7)
    assert float(stacks.stack_yield(fewer, bond_yield=0.9)) == pytest.approx(0.9**7)
    repaired = stacks.stack_yield(stacks.StackRecipe(8), bond_yield=0.999, repair_gain=1.2)
    assert float(repaired) == 1.0
    for bad in (
        lambda: stacks.StackRecipe(0),
        lambda: stacks.StackRecipe(4, bonds=5),
        lambda: stacks.stack_yield(fewer, bond_yield=1.1),
        lambda: stacks.stack_yield(fewer, bond_yield=0.9, repair_gain=0.5),
    ):
        with pytest.raises(RangeError):
            bad()


@settings(max_examples=50, deadline=None)
@given(st.floats(0.01, 1.0), st.lists(st.floats(0, 1), min_size=1, max_size=4))
def test_tests_in_a_row_conserve_the_yield(good, coverages):
    passed, left = screening.screened(good, coverages)
    assert float(np.prod([float(p) for p in passed]) * float(left)) == pytest.approx(good)
    assert float(screening.escape_rate(good, coverages[0])) == pytest.approx(
        1 - good / float(passed[0])
    )


def test_escape_at_full_coverage_is_nothing():
    assert float(screening.escape_rate(0.4, 1.0)) == 0.0
    assert float(screening.pass_share(0.4, 1.0)) == pytest.approx(0.4)
    with pytest.raises(RangeError):
        screening.escape_rate(1.4, 0.9)
    with pytest.raises(RangeError):
        screening.test_cost_usd(screening.Insertion("probe", -1, 100))
