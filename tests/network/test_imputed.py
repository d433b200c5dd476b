"""The layer of imputed numbers can be switched off."""

import math

from hypothesis import HealthCheck, given, settings

from tests.strategies import networks
from waferway.calendar import Calendar
from waferway.evidence.claims import Claim, Evidence
from waferway.network.network import Network


def claim(name: str, method: str = "hand", rests_on: tuple[str, ...] = ()) -> Claim:
    return Claim(
        claim_id=name, subject="x", metric="capacity", kind="count", form="point", value=1,
        unit="wafer", modality="estimate", grade="D", method=method, derived_from=rests_on,
    )  # fmt: skip


KNOWN = Evidence(
    [claim("known"), claim("gap", "imputed:peer"), claim("sum", "derived", ("known", "gap")),
     claim("gap2", "derived", ("gap",))]
)  # fmt: skip
QUARTERS = Calendar.build("2025Q1", "quarter", "2026Q4")


def network(*cites: tuple[str, str, str, str, str]) -> Network:
    names = ("table", "key", "column", "period", "claim_id")
    return Network.build(
        {
            "party": [{"name": "acme", "kind": "foundry"}],
            "item": {n: {"unit": "die", "kind": "die"} for n in ("a", "b")},
            "technology": {"n5": {"capacity_unit": "wafer/month"}},
            "line": {"fab": {"technology": "n5", "party": "acme",
                             "capacity": {"always": 5, "2025Q3": 10, "2026Q1": 20}}},
            "recipe": {"make-a": {"technology": "n5"}, "make-b": {"technology": "n5"}},
            "recipe_item": [
                {"recipe": "make-a", "role": "out", "item": "a", "quantity_per_start": 60},
                {"recipe": "make-b", "role": "out", "item": "b", "quantity_per_start": 60},
                {"recipe": "make-b", "role": "in", "item": "a", "quantity_per_start": 1},
            ],
            "line_recipe": [{"line": "fab", "recipe": "make-b"}],
            "module": {"m": {"line": "fab", "size": 5, "capex_usd": 1e9, "lead_days": 700,
                             "payments": {"age 0": 0.4, "age 6": 0.6}}},
            "outturn": [{"measure": "orders", "subject": "m", "period": "2024Q1", "quantity": 1}],
            "demand": {"d": {"item": "b", "quantity": 9, "value_usd": 1}},
            "limit": {"cap": {"measure": "orders", "select": "module=m", "sense": "<=",
                              "bound": 3}},
            "scenario": {"s": {}},
            "change": [{"scenario": "s", "order": 1, "table": "module", "key": "m",
                        "column": "size", "operation": "set", "value": 6}],
            "cite": [dict(zip(names, cite, strict=True)) for cite in cites],
        },
        {},
        KNOWN,
    )  # fmt: skip


def capacity(net: Network) -> list[float]:
    return net.values("line", "capacity", QUARTERS).loc["fab"].tolist()


def test_nothing_imputed_nothing_changed():
    net = network(("line", "fab", "capacity", "", "known"))
    assert net.without_imputed() is net


def test_a_plain_number_becomes_unknown():
    net = network(
        ("demand", "d", "value_usd", "", "known"), ("recipe", "make-a", "cycle_days", "", "gap")
    )
    assert math.isnan(net.without_imputed().table("recipe").at["make-a", "cycle_days"])
    assert net.without_imputed().table("cite")["claim_id"].tolist() == ["known"]


def test_one_reported_claim_is_enough():
    both = (("line", "fab", "capacity", "2025Q3", name) for name in ("gap", "known"))
    assert capacity(network(*both).without_imputed()) == capacity(network())
    partly = network(("line", "fab", "capacity", "2025Q3", "sum"))
    assert capacity(partly.without_imputed()) == capacity(network())


def test_what_is_derived_from_nothing_but_imputations_is_imputed():
    net = network(("line", "fab", "capacity", "2025Q3", "gap2")).without_imputed()
    assert capacity(net) == [5, 5, 5, 5, 20, 20, 20, 20]


def test_a_claim_for_the_cell_covers_periods_without_their_own():
    net = network(
        ("line", "fab", "capacity", "", "gap"), ("line", "fab", "capacity", "2026Q1", "known")
    ).without_imputed()
    assert capacity(net) == [0, 0, 0, 0, 20, 20, 20, 20]
    assert math.isnan(net.table("line").at["fab", "capacity"])


def test_ages_go_together():
    net = network(("module", "m", "payments", "age 6", "gap")).without_imputed()
    assert net.aged("module", "payments", "m")[1].tolist() == [1.0]


def test_a_row_that_loses_a_required_value_goes_with_all_that_names_it():
    net = network(("module", "m", "capex_usd", "", "gap")).without_imputed()
    for name in ("module", "outturn", "change", "limit", "profile"):
        rows = net.table(name)
        rows = rows[rows["table"] == "module"] if name == "profile" else rows
        assert rows.empty, name
    assert len(net.table("line")) == 1


def test_a_recipe_that_loses_an_input_goes():
    net = network(("recipe_item", "make-b/in/a", "quantity_per_start", "", "gap"))
    left = net.without_imputed()
    assert list(left.table("recipe").index) == ["make-a"]
    assert list(left.table("recipe_item").index) == ["make-a/out/a"]
    assert left.table("line_recipe").empty
    assert len(net.table("recipe")) == 2


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(network=networks())
def test_generated_networks(network):
    left = network.without_imputed()
    assert left.without_imputed() == left
    for name, frame in network.tables.items():
        if left.tables[name] is frame:
            continue
        assert set(left.tables[name].index) <= set(frame.index)
    imputed = {c.claim_id for c in network.evidence.values() if c.imputed}
    assert not imputed & set(left.table("cite")["claim_id"])
