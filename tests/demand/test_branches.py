"""The fan as branches of a user's network, planned."""

import numpy as np
import pytest

import waferway as ww
from tests.planning.small_networks import chip_network
from waferway.demand import fan, with_need_branches
from waferway.errors import RangeError


@pytest.fixture(scope="module")
def drawn():
    return fan(until="2026Q4", paths=200, seed=1, power=False)


def test_the_atlas_gets_three_futures_of_its_own_fan(drawn):
    net = with_need_branches(ww.world(), drawn)
    assert [name for name, _ in net.leaves] == ["need-low", "need-median", "need-high"]
    assert sum(share for _, share in net.leaves) == pytest.approx(1.0)
    rows = net.table("profile")
    mine = rows[(rows["key"] == "compute-market") & (rows["period"] == "2026Q2")
                & (rows["column"] == "quantity")]  # fmt: skip
    by_branch = mine.set_index("branch")["value"]
    monthly = (drawn.paths("clouds") + drawn.paths("others"))[:, drawn.quarters.index("2026Q2")] / 3
    for branch, level in (("need-low", 0.05), ("need-median", 0.5), ("need-high", 0.95)):
        assert by_branch[branch] == pytest.approx(np.quantile(monthly, level), rel=1e-3)
    before = rows[(rows["key"] == "compute-market") & (rows["period"] == "2024Q4")
                  & (rows["column"] == "quantity")]  # fmt: skip
    assert before["value"].nunique() == 1 and len(before) == 4  # as it was, in each branch


def test_wrong_demands_and_parties_are_told_the_right_ones(drawn):
    net = ww.world()
    with pytest.raises(RangeError, match="did you mean compute-market"):
        with_need_branches(net, drawn, {"compute-markt": ["clouds"]})
    with pytest.raises(RangeError, match="did you mean clouds"):
        with_need_branches(net, drawn, {"compute-market": ["cloud"]})
    with pytest.raises(RangeError, match="has branches"):
        with_need_branches(with_need_branches(net, drawn), drawn)


def test_a_network_of_ones_own_is_planned_under_the_fan():
    need = fan(until="2027Q4", paths=100, seed=1)
    net = with_need_branches(chip_network(), need, {"compute": ["openai"]})
    plan = ww.plan(net)
    left = plan.unserved.to_frame().groupby("branch")["unserved"].sum()
    assert left["need-low"] < left["need-median"] < left["need-high"]
