"""QuickXplain against trying every set; HiGHS's own irreducible set; the words of a shortage."""

import itertools

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import waferway as ww
from waferway.errors import Infeasible
from waferway.network.network import Network
from waferway.planning.conflict.members import Member, Members
from waferway.planning.conflict.oracle import Oracle
from waferway.planning.conflict.relaxable import Relaxable
from waferway.planning.conflict.search import minimal_conflict
from waferway.planning.conflict.wording import spell_periods
from waferway.planning.extensive import Program

clashes = st.lists(st.frozensets(st.integers(0, 6), min_size=1, max_size=4), min_size=1, max_size=4)


@settings(max_examples=200, deadline=None)
@given(clashes, st.permutations(range(7)))
def test_found_set_is_one_of_the_minimal_ones(planted, order):
    def feasible(some):
        return not any(clash <= some for clash in planted)

    found = frozenset(minimal_conflict(order, feasible, []))
    every = [frozenset(s) for n in range(8) for s in itertools.combinations(range(7), n)]
    bad = [s for s in every if not feasible(s)]
    minimal = [s for s in bad if not any(other < s for other in bad)]
    assert found in minimal


def test_nothing_clashes_and_background_clashes():
    with pytest.raises(ValueError, match="nothing clashes"):
        minimal_conflict([1, 2], lambda _: True, [])
    assert minimal_conflict([1, 2], lambda _: False, []) == []


def program(rows, low, high, column_high):
    matrix = sp.csr_array(np.array(rows, dtype=float))
    n = matrix.shape[1]
    return Program(
        matrix, np.zeros(n), np.zeros(n), np.full(n, np.inf), np.zeros(n, dtype=bool),
        np.array(low, dtype=float), np.array(high, dtype=float), 0.0, [], [np.arange(n)],
        np.zeros(n, dtype=bool),
    ), column_high  # fmt: skip


def test_highs_gives_rows_and_bounds_of_a_conflict():
    """Served from home and abroad: demand 100, home at most 60, a ban on what comes in."""
    inf = np.inf
    made, _ = program([[1, 1, 0], [1, 0, 0], [0, 0, 1]], [100, -inf, -inf], [inf, 60, 50], None)
    members = Members()
    demand, home = Member("demand", "d", "quantity"), Member("line", "l", "capacity")
    ban, idle = Member("lane", "x", "to_date"), Member("line", "other", "capacity")
    members.hold_row(0, demand)
    members.hold_row(1, home)
    members.hold_row(2, idle)
    members.hold_high(1, ban, 0.0)
    oracle = Oracle(Relaxable(made, members, None))
    found = {members.names[i] for i in oracle.irreducible()}
    assert found == {demand, home, ban}


def shortage():
    """Demand 100 in the third quarter, capacity 60, imports banned."""
    return Network.build(
        {
            "party": [{"name": "fab", "kind": "foundry", "country": "TW"},
                      {"name": "abroad", "kind": "foundry", "country": "KR"}],
            "item": [{"name": "chip", "unit": "chip", "kind": "package"}],
            "technology": [{"name": "pack", "capacity_unit": "start/month"}],
            "recipe": [{"name": "make", "technology": "pack"}],
            "recipe_item": [{"recipe": "make", "item": "chip", "role": "out",
                             "quantity_per_start": 1}],
            "line": [
                {"name": "home", "party": "fab", "technology": "pack", "capacity": 60},
                {"name": "far", "party": "abroad", "technology": "pack", "capacity": 90},
            ],
            "lane": [{"from_place": "KR", "to_place": "TW", "what": "chip",
                      "to_date": "2026-06-30"},
                     {"from_place": "fab", "to_place": "TW", "what": "chip"}],
            "demand": [{"name": "chips", "item": "chip", "region": "TW", "must_serve": True,
                        "quantity": 100, "value_usd": 10}],
        },
        {"start": "2026Q1", "until": "2026Q3", "currency": "USD", "price_year": 2026,
         "stock_cover_months": 0},
    )  # fmt: skip


def test_a_shortage_in_words():
    with pytest.raises(Infeasible) as caught:
        ww.plan(shortage())
    conflict = caught.value.conflict
    text = str(caught.value)
    assert 'demand "chips" must be served: 100 chip/month, in 2026Q3' in text
    assert 'line "home" has a capacity of 60 start/month, in 2026Q3' in text
    assert 'lane "KR/TW/chip" is closed after 2026-06-30, in 2026Q3' in text
    assert 'demand "chips" in 2026Q3: 100 -> 60 chip/month (missing 40)' in text
    assert 'line "home" in 2026Q3: 60 -> 100 start/month (more 40)' in text
    assert "stock may cover at most 0 months of use" in text
    assert len(conflict.members) == 4
    assert not conflict.whole


def test_json_of_a_conflict():
    with pytest.raises(Infeasible) as caught:
        ww.plan(shortage())
    told = caught.value.conflict.to_json()
    assert told["feasible"] is False
    assert {c["table"] for c in told["conflict"]} == {"demand", "line", "lane", "setting"}
    (change,) = told["least_change"]
    assert (change["table"], change["period"], change["before"]) == ("demand", "2026Q3", 100.0)
    assert change["after"] == pytest.approx(60.0)


def test_a_rule_that_nothing_contributes_to():
    net = shortage()
    limit = Network.build({"limit": [{"name": "floor", "measure": "orders",
                                      "sense": ">=", "bound": 5}]}).table("limit")  # fmt: skip
    demand = net.table("demand").assign(must_serve=False)
    with pytest.raises(Infeasible) as caught:
        ww.plan(net.with_tables({"limit": limit, "demand": demand}))
    (clash,) = caught.value.conflict.clashes
    assert (clash.table, clash.key) == ("limit", "floor")


def test_spans():
    assert spell_periods([], ["a"]) == ""
    assert spell_periods(["2026"], ["2026Q1"]) == "2026"
