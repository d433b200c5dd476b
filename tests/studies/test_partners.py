"""Coalitions against brute force, and the game against known answers."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import waferway as ww
from tests.reference import partners_brute as brute
from waferway.errors import InputError, RangeError
from waferway.network.network import Network
from waferway.studies.alliance_game import groups, nucleolus, split, superadditivity
from waferway.studies.coalition_networks import joined
from waferway.studies.partners import partners, standard_partners

MEMBERS = ("foundry", "memory", "state")


def world(fund: float = 1e6) -> Network:
    """A lab, a foundry, a memory maker and a state; one year."""
    return Network.build(
        {
            "party": [{"name": "lab", "kind": "lab", "country": "US"},
                      {"name": "foundry", "kind": "foundry", "country": "US"},
                      {"name": "memory", "kind": "memory", "country": "KR"},
                      {"name": "state", "kind": "state", "country": "US"}],
            "site": [{"name": "fab", "party": "foundry", "country": "US"}],
            "item": [{"name": "chip", "unit": "chip", "kind": "package"},
                     {"name": "stack", "unit": "stack", "kind": "stack"}],
            "weight": [{"basis": "h", "item": "chip", "weight": 1}],
            "technology": [{"name": "logic", "capacity_unit": "wafer/month", "family": "logic"},
                           {"name": "stacking", "capacity_unit": "stack/month",
                            "family": "stacking"}],
            "recipe": [{"name": "chip", "technology": "logic"},
                       {"name": "stack", "technology": "stacking"}],
            "recipe_item": [
                {"recipe": "chip", "item": "stack", "role": "in", "quantity_per_start": 1},
                {"recipe": "chip", "item": "chip", "role": "out", "quantity_per_start": 1},
                {"recipe": "stack", "item": "stack", "role": "out", "quantity_per_start": 1}],
            "line": [
                {"name": "logic", "site": "fab", "party": "foundry", "technology": "logic",
                 "capacity": 4, "variable_usd": 5},
                {"name": "stacks", "party": "memory", "technology": "stacking", "capacity": 3,
                 "variable_usd": 2}],
            "module": [
                {"name": "logic+3", "line": "logic", "size": 3, "capex_usd": 200, "lead_days": 0,
                 "total": 2, "life_years": 1},
                {"name": "stacks+2", "line": "stacks", "size": 2, "capex_usd": 60,
                 "lead_days": 0, "total": 2, "life_years": 1}],
            "lane": [{"from_place": "any", "to_place": "any", "what": "stack"}],
            "offer": [{"name": "wafers", "seller": "foundry", "line": "logic", "open_to": "lab"},
                      {"name": "stacks", "seller": "memory", "item": "stack", "place": "fab",
                       "open_to": "lab"}],
            "offer_step": [{"offer": "wafers", "step": 1, "price_usd": 20},
                           {"offer": "stacks", "step": 1, "price_usd": 10, "volume": 3}],
            "incentive": [{"name": "act", "state": "state", "place": "US",
                           "share_of_capex": 0.25}],
            "demand": [{"name": "need", "party": "lab", "basis": "h", "quantity": 10,
                        "value_usd": 60}],
            "fund": [{"name": "f", "party": "lab", "amount_usd": fund, "purpose": "chips"}],
        },
        {"start": "2026", "until": "2026", "step": "year", "price_year": 2026,
         "discount_rate": 0.0, "compute_basis": "h", "stock_cover_months": 12},
    )  # fmt: skip


@pytest.mark.parametrize("fund", [1e6, 800.0])
def test_coalitions_of_four_equal_brute_force(fund):
    found = partners(world(fund), "lab", MEMBERS, gap=0.0, workers=1)
    margins = brute.margins(fund)
    for size in range(4):
        for chosen in itertools.combinations(MEMBERS, size):
            expected = brute.worth(frozenset(chosen), fund)
            assert found.row("lab", *chosen)["worth_usd"] == pytest.approx(
                expected,
                rel=1e-6,
                abs=0.6 * size,  # a module keeps a quarter of a day of its life
            ), chosen
            if chosen:
                apart = sum(margins[m] for m in chosen)
                assert found.row(*chosen)["worth_usd"] == pytest.approx(apart, rel=1e-6)
    whole = found.row("lab", *MEMBERS)
    assert sum(found.split.shares.values()) == pytest.approx(whole["worth_usd"], rel=1e-9)
    assert sum(found.split.gains.values()) == pytest.approx(found.split.gain, rel=1e-9)
    assert not found.violations


def test_a_transfer_is_no_gain():
    """With nothing to build, joining at cost moves the margin and creates nothing but volume."""
    net = world()
    bare = net.with_tables({"module": net.table("module").iloc[:0]})
    found = partners(bare, "lab", ("foundry",), gap=0.0, workers=1)
    assert found.row("lab", "foundry")["gain_usd"] == pytest.approx(0.0, abs=1e-6)


def test_joined_leaves_the_network_alone_and_copies_what_grows():
    net = world()
    before = net.sha256
    with_foundry = joined(net, "lab", ("foundry",), MEMBERS)
    assert net.sha256 == before
    assert with_foundry.table("line").at["lab@logic", "capacity"] == 0
    assert list(with_foundry.table("module").index)[-1] == "lab@logic+3"
    assert with_foundry.table("offer_step").at["wafers/1", "price_usd"] == 5
    assert with_foundry.table("incentive").empty  # the state has not joined


def test_standard_partners():
    assert standard_partners(world(), "lab") == ("foundry", "memory", "state")


def test_faults_are_told_at_once():
    with pytest.raises(InputError) as error:
        partners(world(), "lab", ("foundri", "memory", "memory"))
    assert "did you mean foundry?" in str(error.value)
    assert "memory is named twice" in str(error.value)
    with pytest.raises(RangeError):
        partners(world(), "lab", ("foundry",), gap=0.5)


def game(players, *values):
    return dict(zip(groups(players), map(float, values), strict=True))


def test_superadditivity_is_reported():
    worth = game("ab", 3, 4, 5)
    [pair] = superadditivity(worth, "ab", 0.0)
    assert (pair["apart"], pair["together"], pair["shortfall"]) == (7, 5, 2)
    assert superadditivity(worth, "ab", 2.0) == []


def test_an_empty_core_is_shared_by_shapley():
    """Three of whom any two earn all: no split satisfies every pair."""
    done = split(game("abc", 0, 0, 0, 9, 9, 9, 9), "abc")
    assert (done.method, done.core) == ("shapley", False)
    assert done.shares == pytest.approx(dict.fromkeys("abc", 3.0))
    assert "core is empty" in done.reason


def test_nucleolus_of_a_bankruptcy():
    """Aumann and Maschler (1985): estate 200, claims 100, 200, 300 gives 50, 75, 75."""
    claims = dict(zip("abc", (100, 200, 300), strict=True))
    worth = {
        g: max(0.0, 200.0 - sum(c for n, c in claims.items() if n not in g)) for g in groups("abc")
    }
    shares, slack = nucleolus(worth, "abc")
    assert shares == pytest.approx({"a": 50, "b": 75, "c": 75}, abs=1e-6)
    assert slack >= 0


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=7, max_size=7))
def test_split_adds_up_and_lies_in_the_core_where_there_is_one(values):
    """Against a grid: slack of the nucleolus is the best slack there is."""
    worth = game("abc", *values)
    done = split(worth, "abc")
    assert sum(done.shares.values()) == pytest.approx(worth[frozenset("abc")], abs=1e-6)
    assert sum(done.gains.values()) == pytest.approx(done.gain, abs=1e-6)
    _, slack = nucleolus(worth, "abc")
    total = worth[frozenset("abc")]
    best = -np.inf
    for a in np.arange(-15, 30, 0.5):
        for b in np.arange(-15, 30, 0.5):
            x = {"a": a, "b": b, "c": total - a - b}
            inside = min(sum(x[n] for n in g) - worth[g] for g in groups("abc") if len(g) < 3)
            best = max(best, inside)
    assert slack >= best - 1e-6
    assert slack <= best + 1.0
    if done.core:
        assert all(
            sum(done.shares[n] for n in g) >= worth[g] - 1e-6 for g in groups("abc")
        )  # fmt: skip


def test_face_and_json():
    import json

    found = ww.partners(world(), "lab", ("foundry",), gap=0.0, workers=1)
    content = json.loads(json.dumps(found.to_json()))
    assert content["best_partner"] == "foundry"
    assert "Split of the gain" in str(found)
