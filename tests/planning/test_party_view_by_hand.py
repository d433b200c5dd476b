"""What a party decides, cell by cell, from the section "Party view" of docs/mathematics.md."""

import datetime as dt

import pytest

import waferway
from waferway.network.network import Network
from waferway.planning.view import cut_down


def shop(**tables) -> Network:
    """A foundry, a memory maker, a lab and its owner; more rows as given."""
    rows = {
        "party": [
            {"name": "fab", "kind": "foundry", "country": "TW"},
            {"name": "mem", "kind": "memory", "country": "KR"},
            {"name": "holdco", "kind": "investor", "country": "US"},
            {"name": "lab", "kind": "lab", "country": "US", "parent": "holdco"},
        ],
        "item": [
            {"name": "chip", "unit": "chips", "kind": "package"},
            {"name": "hbm", "unit": "stacks", "kind": "stack"},
        ],
        "technology": [
            {"name": "logic", "capacity_unit": "wafers/month"},
            {"name": "dram", "capacity_unit": "wafers/month"},
        ],
        "recipe": [
            {"name": "open", "technology": "logic"},
            {"name": "of-lab", "technology": "logic", "party": "lab"},
            {"name": "of-mem", "technology": "dram", "party": "mem"},
        ],
        "recipe_item": [
            {"recipe": "open", "item": "chip", "role": "out", "quantity_per_start": 1.0},
            {"recipe": "of-lab", "item": "chip", "role": "out", "quantity_per_start": 2.0},
            {"recipe": "of-mem", "item": "hbm", "role": "out", "quantity_per_start": 1.0},
        ],
        "line": [
            {"name": "l-fab", "party": "fab", "technology": "logic", "capacity": 10.0,
             "fixed_usd": 7.0},
            {"name": "l-mem", "party": "mem", "technology": "dram", "capacity": 10.0},
        ],
        "module": [
            {"name": "m", "line": "l-fab", "size": 4.0, "capex_usd": 100.0, "lead_days": 0.0,
             "total": 2}
        ],
        "demand": [
            {"name": "d-lab", "party": "lab", "item": "chip", "quantity": 12.0, "value_usd": 5.0},
            {"name": "d-mem", "party": "mem", "item": "hbm", "quantity": 12.0, "value_usd": 5.0},
            {"name": "d-any", "item": "chip", "quantity": 12.0, "value_usd": 5.0},
        ],
        "fund": [
            {"name": "f-lab", "party": "lab", "amount_usd": 100.0, "purpose": "all"},
            {"name": "f-mem", "party": "mem", "amount_usd": 100.0, "purpose": "all"},
            {"name": "f-any", "amount_usd": 100.0, "purpose": "all"},
        ],
    }  # fmt: skip
    for table, more in tables.items():
        rows[table] = [*rows.get(table, []), *more]
    return Network.build(rows, {"start": "2025Q1", "until": "2025Q4", "discount_rate": 0.0})


def keys(net, table):
    return sorted(net.table(table).index)


def test_recipes_and_demand_are_its_own_of_those_it_owns_or_of_nobody():
    for party in ("lab", "holdco"):
        view, own = cut_down(shop(), party)
        assert own == frozenset()
        assert keys(view, "recipe") == ["of-lab", "open"]
        assert keys(view, "demand") == ["d-lab"]
        assert keys(view, "module") == []
    view, own = cut_down(shop(), "mem")
    assert own == {"l-mem"}
    assert "of-lab" not in keys(view, "recipe")
    assert keys(view, "demand") == ["d-mem"]
    assert keys(cut_down(shop(), "lab")[0], "fund") == ["f-lab"]


def test_a_held_stake_is_a_share_of_capacity_and_of_modules_in_size_and_price():
    net = shop(stake=[{"owner": "lab", "owned": "l-fab", "share": 0.3}])
    view, own = cut_down(net, "lab")
    assert own == {"l-fab"}
    assert view.table("line").at["l-fab", "capacity"] == pytest.approx(3.0)
    assert view.table("module").at["m", "size"] == pytest.approx(1.2)
    assert view.table("module").at["m", "capex_usd"] == pytest.approx(30.0)
    # 3 wafers a month of 2 chips; 6 of 12 chips unserved at 5; 7 for each of 3 wafers a month.
    net = net.with_tables({"module": net.table("module").iloc[:0],
                           "fund": net.table("fund").iloc[:0]})  # fmt: skip
    plan = waferway.plan(net, party="lab", gap=1e-9)
    assert plan.manifest["objective_value"] == pytest.approx(12 * (6 * 5 + 3 * 7))


def test_a_stake_on_offer_gives_its_share_after_its_lead_and_pays_its_share_of_fixed_cost():
    net = shop(
        stake=[{"owner": "lab", "owned": "l-fab", "share": 0.5, "price_usd": 60.0,
                "lead_days": 90.0}]
    )  # fmt: skip
    net = net.with_tables({"fund": net.table("fund").iloc[:0]})
    plan = waferway.plan(net, party="lab", gap=1e-9)
    # Taken on 1 January: 5 wafers a month from 1 April on (90 days), 10 of 12 chips served.
    assert plan.tables["stakes"]["taken"].tolist() == pytest.approx([1.0])
    expected = 60 + 9 * 5 * 7 + 3 * 12 * 5 + 9 * 2 * 5
    assert plan.manifest["objective_value"] == pytest.approx(expected)


def test_offers_open_to_it_or_to_anyone_but_not_its_own():
    offers = [
        {"name": "o-any", "seller": "mem", "item": "hbm"},
        {"name": "o-lab", "seller": "mem", "item": "hbm", "open_to": "lab"},
        {"name": "o-fab", "seller": "mem", "item": "hbm", "open_to": "fab"},
    ]
    net = shop(
        offer=offers,
        offer_step=[{"offer": o["name"], "step": 1, "price_usd": 1.0} for o in offers],
    )
    assert keys(cut_down(net, "lab")[0], "offer") == ["o-any", "o-lab"]
    assert keys(cut_down(net, "fab")[0], "offer") == ["o-any", "o-fab"]
    assert keys(cut_down(net, "mem")[0], "offer") == []


def test_floors_are_left_out_and_caps_stay():
    limits = [
        {"name": "cap", "measure": "deliveries", "sense": "<=", "bound": 1.0},
        {"name": "least", "measure": "deliveries", "sense": ">=", "bound": 1.0},
    ]
    assert keys(cut_down(shop(limit=limits), "lab")[0], "limit") == ["cap"]


def test_an_offer_of_a_qualified_item_opens_when_a_line_of_its_seller_is_qualified():
    offers = [{"name": "o", "seller": "mem", "item": "hbm", "from_date": dt.date(2025, 2, 1)}]
    step = [{"offer": "o", "step": 1, "price_usd": 1.0}]
    qualified = {"line": "l-mem", "item": "hbm"}
    for customer, opens in (("lab", dt.date(2025, 7, 1)), ("fab", None)):
        rows = [qualified | {"customer": customer, "from_date": dt.date(2025, 7, 1)}]
        view, _ = cut_down(shop(offer=offers, offer_step=step, qualification=rows), "lab")
        assert keys(view, "qualification") == []
        if opens is None:  # qualified for somebody else only: never open
            assert "o" not in keys(view, "offer")
        else:
            assert view.table("offer").at["o", "from_date"] == opens
