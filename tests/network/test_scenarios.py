"""What-ifs change what they name, cite their assumption, and share the rest."""

# ruff: noqa: E501

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from tests.planning.small_networks import SETTINGS, chip_tables
from tests.strategies import networks
from waferway.calendar import Calendar
from waferway.errors import InputError
from waferway.evidence.claims import Claim, Evidence
from waferway.network.checking import check
from waferway.network.network import Network
from waferway.network.schema import TABLES
from waferway.network.typed_rows import frame_of

QUARTERS = Calendar.build("2025Q1", "quarter", "2026Q4")


def network(*changes: dict[str, Any], **more: Any) -> Network:
    """Two lines with dated capacity and branches, and a scenario `x` with the given changes."""
    tables: dict[str, Any] = {
        "party": [{"name": "acme", "kind": "foundry"}],
        "technology": [{"name": "n5", "capacity_unit": "wafer/month"}],
        "line": [
            {"name": "taiwan-a", "technology": "n5", "party": "acme", "label": "old",
             "capacity": {"always": 10, "2025Q3": 20,
                          "2026Q2": {"low": 30, "value": 40, "high": 50},
                          "branch": {"high": {"2026Q1": 100}}}},
            {"name": "taiwan-b", "technology": "n5", "party": "acme", "capacity": 7},
            {"name": "korea", "technology": "n5", "party": "acme"},
        ],
        "module": {"m": {"line": "taiwan-a", "size": "5k", "capex_usd": "$1-2bn", "lead_days": 700,
                         "ramp": {"age 0": 0.5, "age 6": 1}}},
        "branch": [{"name": "high", "probability": 0.3}, {"name": "low", "probability": 0.7}],
        "scenario": [{"name": "x"}, {"name": "child", "parent": "x"}],
        "change": [{"scenario": "x", "order": n, **change} for n, change in enumerate(changes, 1)],
    }  # fmt: skip
    return Network.build(tables | more)


def change(key: str, operation: str, value: Any = "", **more: Any) -> dict[str, Any]:
    given = {"table": "line", "key": key, "column": "capacity"}
    return given | {"operation": operation, "value": str(value)} | more


def capacity(net: Network, line: str, branch: str = "", bound: str = "value") -> list[float]:
    return net.values("line", "capacity", QUARTERS, branch, bound).loc[line].tolist()


def test_before():
    net = network()
    assert capacity(net, "taiwan-a") == [10, 10, 20, 20, 20, 40, 40, 40]
    assert capacity(net, "taiwan-a", "high") == [10] * 4 + [100] * 4
    assert capacity(net, "taiwan-b") == [7] * 8
    assert capacity(net, "korea") == [0] * 8


def test_set_always_replaces_all_that_was_said():
    net = network(change("taiwan-a", "set", "12 wafers/month")).with_scenario("x")
    assert capacity(net, "taiwan-a") == [12] * 8 == capacity(net, "taiwan-a", "high")


def test_set_from_a_period_on_replaces_what_comes_later():
    net = network(change("taiwan-a", "set", "120-140", period="2025Q4")).with_scenario("x")
    assert capacity(net, "taiwan-a") == [10, 10, 20, *[130] * 5]
    assert capacity(net, "taiwan-a", bound="low") == [10, 10, 20, *[120] * 5]


def test_set_from_a_period_on_reaches_branches():
    """A branch with its own later values falls back on the plain ones."""
    net = network(change("taiwan-a", "set", 60, period="2025Q4")).with_scenario("x")
    assert capacity(net, "taiwan-a", "high") == capacity(net, "taiwan-a") == [10, 10, 20, *[60] * 5]


def test_multiply_always_scales_every_row_and_bound():
    net = network(change("taiwan-*", "multiply", "50 %")).with_scenario("x")
    assert capacity(net, "taiwan-a") == [5, 5, 10, 10, 10, 20, 20, 20]
    assert capacity(net, "taiwan-a", bound="high") == [5, 5, 10, 10, 10, 25, 25, 25]
    assert capacity(net, "taiwan-a", "high") == [5] * 4 + [50] * 4
    assert capacity(net, "taiwan-b") == [3.5] * 8


def test_multiply_from_a_period_on_puts_in_a_boundary():
    net = network(change("taiwan-*", "multiply", 2, period="2025Q4")).with_scenario("x")
    assert capacity(net, "taiwan-a") == [10, 10, 20, 40, 40, 80, 80, 80]
    assert capacity(net, "taiwan-a", "high") == [10, 10, 10, 20, *[200] * 4]
    assert capacity(net, "taiwan-b") == [7, 7, 7, *[14] * 5]


def test_multiply_at_a_period_that_has_a_row():
    net = network(change("taiwan-a", "multiply", 2, period="2025Q3")).with_scenario("x")
    assert capacity(net, "taiwan-a") == [10, 10, 40, 40, 40, 80, 80, 80]


def test_a_change_for_a_time_gives_back_what_held():
    for operation, value in (("multiply", 0), ("set", 0)):
        net = network(change("taiwan-*", operation, value, period="2025Q4/2026Q2"))
        net = net.with_scenario("x")
        assert capacity(net, "taiwan-a") == [10, 10, 20, 0, 0, 0, 40, 40]
        assert capacity(net, "taiwan-a", bound="high")[-1] == 50
        assert capacity(net, "taiwan-b") == [7, 7, 7, 0, 0, 0, 7, 7]
        assert check(net) == []
    net = network(change("korea", "add", 5, period="2026Q1/2026Q1")).with_scenario("x")
    assert capacity(net, "korea") == [0, 0, 0, 0, 5, 0, 0, 0]


def test_a_change_for_a_time_in_a_branch():
    net = network(change("taiwan-a", "multiply", 0, period="2026Q2/2026Q3")).with_scenario("x")
    assert capacity(net, "taiwan-a", "high") == [10, 10, 10, 10, 100, 0, 0, 100]
    assert capacity(net, "taiwan-a", "low") == [10, 10, 20, 20, 20, 0, 0, 40]


def test_what_holds_again_cites_what_it_cited():
    evidence = [
        Claim(claim_id=name, subject="line.taiwan-a", metric="capacity", kind="count",
              form="point", value=value, unit="wafer/month", modality="assumed", grade="D",
              method="hand", locator="here")
        for name, value in (("c-10", 10), ("change.x.1", 0))
    ]  # fmt: skip
    base = network(change("taiwan-b", "multiply", 0, period="2025Q4/2026Q2"))
    row = {"table": "line", "key": "taiwan-b", "column": "capacity", "period": "",
           "claim_id": "c-10"}  # fmt: skip
    cited = base.with_tables({"cite": frame_of("cite", [row])})
    cited = replace(cited, evidence=Evidence(evidence)).with_scenario("x")
    cites = cited.table("cite").set_index("period")["claim_id"].to_dict()
    assert cites == {"": "c-10", "2026-07-01": "c-10", "2025Q4": "scenario:x:1:capacity"}
    claim = cited.evidence["scenario:x:1:capacity"]
    assert claim.derived_from == ("change.x.1",)  # the claim that says why
    assert str(claim.valid_to) == "2026-07-01"


def test_set_at_an_age():
    changes = [{"table": "module", "key": "m", "column": "ramp", "operation": "set",
                "value": value, "period": f"age {age}"} for age, value in ((6, 0.7), (12, 1))]  # fmt: skip
    net = network(*changes).with_scenario("x")
    ages, shares = net.aged("module", "ramp", "m")
    assert (ages.tolist(), shares.tolist()) == ([0, 6, 12], [0.5, 0.7, 1])
    assert check(net) == []
    assert "does not vary by age" in error(change("taiwan-a", "set", 1, period="age 3"))
    assert "does not vary by period" in error(change("taiwan-a", "multiply", 1, period="age 3"))


def test_a_change_for_a_time_that_is_none():
    with pytest.raises(InputError, match="ends before it begins"):
        network(change("taiwan-a", "multiply", 0, period="2026Q4/2025Q4"))
    with pytest.raises(InputError, match="is not a period"):
        network(change("taiwan-a", "multiply", 0, period="2026Q4/then"))


def placed(*changes: dict[str, Any]) -> Network:
    """Lines at sites and in pools, modules on them."""
    return network(
        *changes,
        party=[{"name": "acme", "kind": "foundry", "country": "TW"},
               {"name": "other", "kind": "foundry", "country": "KR"}],
        site=[{"name": "phoenix", "party": "acme", "country": "US"}],
        line=[{"name": n, "technology": "n5", "party": p, "site": s, "capacity": 7}
              for n, p, s in (("taiwan-a", "acme", ""), ("taiwan-b", "acme", ""),
                              ("arizona", "acme", "phoenix"), ("korea", "other", ""))],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("key", "lines"),
    [
        ("country=TW", {"taiwan-a", "taiwan-b"}),
        ("country=TW|US", {"taiwan-a", "taiwan-b", "arizona"}),
        ("party=acme; country=US", {"arizona"}),
        ("party=other; technology=n*", {"korea"}),
        ("site=phoenix", {"arizona"}),
    ],
)
def test_a_selection_is_of_the_row_or_of_what_it_refers_to(key, lines):
    net = placed(change(key, "multiply", 0)).with_scenario("x")
    closed = {name for name in net.table("line").index if capacity(net, name)[0] == 0}
    assert closed == lines


def test_a_selection_of_modules_by_country():
    net = placed({"table": "module", "key": "country=TW", "column": "lead_days",
                  "operation": "add", "value": 100})  # fmt: skip
    assert net.with_scenario("x").table("module").loc["m", "lead_days"] == 800
    assert error(change("country=NO", "multiply", 0)).startswith(
        '<in memory>:change["x/1"].key  change x/1: no row of line fits country=NO'
    )
    found = error(change("contry=TW", "multiply", 0))
    assert 'selects by "contry"' in found and "did you mean country?" in found


def test_add():
    net = network(change("*", "add", "1 wafer/month", period="2026Q2")).with_scenario("x")
    assert capacity(net, "taiwan-a") == [10, 10, 20, 20, 20, 41, 41, 41]
    assert capacity(net, "korea") == [0] * 5 + [1] * 3
    assert capacity(network(change("korea", "add", 3)).with_scenario("x"), "korea") == [3] * 8


def test_multiply_by_age():
    scaled = network(change("m", "multiply", 0.5, table="module", column="ramp"))
    ages, values = scaled.with_scenario("x").aged("module", "ramp", "m")
    assert (ages.tolist(), values.tolist()) == ([0, 6], [0.25, 0.5])


def test_text_date_and_flag():
    net = network(
        change("taiwan-a", "set", "new", column="label"),
        change("m", "set", "2026Q1", table="module", column="latest"),
        change("korea", "set", "yes", column="may_retire"),
    ).with_scenario("x")
    assert net.table("line").at["taiwan-a", "label"] == "new"
    assert str(net.table("module").at["m", "latest"]) == "2026-03-31"
    assert bool(net.table("line").at["korea", "may_retire"])


def test_remove_a_row_with_all_that_is_said_of_it():
    net = network(
        change("m", "remove", table="module", column=""), change("taiwan-a", "remove", column="")
    ).with_scenario("x")
    assert "taiwan-a" not in net.table("line").index
    assert set(net.table("profile")["key"]) == set()


def test_remove_a_value():
    net = network(change("taiwan-a", "remove")).with_scenario("x")
    assert math.isnan(net.table("line").at["taiwan-a", "capacity"])
    assert "taiwan-a" not in set(net.table("profile")["key"])


def test_add_a_row():
    net = network(
        {"table": "site", "key": "yongin", "operation": "row",
         "value": "party=acme; country=KR; power_mw=2-3 GW; opening_usd=$5bn"},
        {"table": "line", "key": "yongin-n5", "operation": "row",
         "value": "site=yongin; technology=n5; party=acme; capacity=20k wafers/month"},
        {"table": "stake", "key": "acme/yongin-n5/2026-01-01", "operation": "row",
         "value": "share=40 %"},
    ).with_scenario("x")  # fmt: skip
    assert net.table("site").at["yongin", "power_mw"] == 2500
    assert net.values("site", "power_mw", QUARTERS, bound="high").loc["yongin"].iloc[0] == 3000
    assert capacity(net, "yongin-n5") == [20_000] * 8
    assert net.table("stake")["share"].tolist() == [0.4]
    assert str(net.table("stake")["from_date"].iloc[0]) == "2026-01-01"
    assert len(net.table("cite")) == 4


def test_settings():
    net = network(
        {"table": "setting", "key": "discount_rate", "operation": "multiply", "value": "150 %"},
        {"table": "setting", "key": "until", "operation": "set", "value": "2047Q4"},
    ).with_scenario("x")
    assert net.setting("discount_rate") == pytest.approx(0.12)
    assert str(net.setting("until")) == "2047-12-31"


def test_parents_come_first_and_changes_go_by_order():
    net = network(
        change("taiwan-b", "set", 100),
        change("taiwan-b", "multiply", 2),
        change=[
            {"scenario": "child", "order": 1, **change("taiwan-b", "multiply", 10)},
            {"scenario": "x", "order": 2, **change("taiwan-b", "add", 1)},
            {"scenario": "x", "order": 1, **change("taiwan-b", "set", 100)},
        ],
    )  # fmt: skip
    child = net.with_scenario("child")
    assert capacity(child, "taiwan-b") == [1010] * 8
    assert child.applied == ("x", "child")
    assert capacity(net.with_scenario("x").with_scenario("child"), "taiwan-b") == [1010] * 8
    assert net.with_scenario("x").with_scenario("child") == child


def test_only_what_changed_is_copied():
    net = network(change("taiwan-b", "set", 100))
    before = net.sha256
    changed = net.with_scenario("x")
    touched = {name for name in TABLES if changed.tables[name] is not net.tables[name]}
    assert touched == {"line", "cite"}
    assert changed.tables["line"]["label"] is not None
    assert Network(net.tables, net.settings, net.evidence).sha256 == before
    assert net.table("line").at["taiwan-b", "capacity"] == 7


def test_each_changed_number_rests_on_an_assumption():
    net = network(
        change("taiwan-*", "multiply", "50 %", period="2025Q4"), change("korea", "set", "1-2k")
    ).with_scenario("x")
    cites = net.table("cite")
    assert sorted(zip(cites["key"], cites["period"], cites["claim_id"], strict=True)) == [
        ("korea", "", "scenario:x:2:capacity"),
        ("taiwan-a", "2025Q4", "scenario:x:1:capacity"),
        ("taiwan-a", "2026Q1", "scenario:x:1:capacity"),
        ("taiwan-a", "2026Q2", "scenario:x:1:capacity"),
        ("taiwan-b", "2025Q4", "scenario:x:1:capacity"),
    ]
    claim = net.evidence["scenario:x:2:capacity"]
    assert (claim.method, claim.grade, claim.modality) == ("assumed:scenario/x", "D", "assumed")
    assert (float(claim.low), float(claim.high), claim.unit) == (1000, 2000, "wafer/month")
    assert net.evidence["scenario:x:1:capacity"].unit == "1"
    assert str(net.evidence["scenario:x:1:capacity"].valid_from) == "2025-10-01"


def error(*changes: dict[str, Any], name: str = "x") -> str:
    net = network(*changes)
    before = net.sha256
    with pytest.raises(InputError) as caught:
        net.with_scenario(name)
    assert Network(net.tables, net.settings, net.evidence).sha256 == before
    return str(caught.value) + "\n"


def test_unknown_scenario():
    assert error(name="chidl") == snapshot("""\
<in memory>  "chidl" is no scenario
             scenarios are: x, child
             did you mean child?
1 fault; nothing was changed.
""")


def test_changes_that_touch_nothing_all_at_once():
    assert error(
        change("taivan-*", "multiply", 2),
        change("m*", "set", 5, table="fund", column="amount_usd"),
        change("taiwan-a", "set", "12 dies"),
        change("korea", "set", 5, column="mw_per_unit", period="2026"),
        change("taiwan-a", "multiply", 2, column="label"),
        change("m", "add", 2, table="module", column="orders_per_year"),
    ) == snapshot("""\
<in memory>:change["x/1"].key  change x/1: no row of line is named taivan-*
                               a change that touches nothing is a mistake
                               did you mean taiwan-a?
<in memory>:change["x/2"].key  change x/2: no row of fund is named m*
                               a change that touches nothing is a mistake
<in memory>:change["x/3"].value  change x/3: value is "12 dies": dies does not mix with wafer/month
                                 dies is die; wafer/month is time^-1 * wafer
                                 write a number of wafer/month
<in memory>:change["x/4"].value  change x/4: line.mw_per_unit does not vary by period
                                 leave period empty
<in memory>:change["x/5"].value  change x/5: line.label is no number
                                 only numbers are scaled, shifted or dated
                                 operation set, without period
<in memory>:change["x/6"].value  change x/6: module m: orders_per_year is unknown
                                 there is nothing to change
                                 set a value instead
6 faults; nothing was changed.
""")


def test_a_scenario_that_breaks_the_network():
    assert error(change("taiwan-a", "remove", column="")) == snapshot("""\
<in memory>:module["m"].line  module "m": line is "taiwan-a", which is no line
                              did you mean taiwan-b?
1 fault; nothing was changed (scenario x).
""")


def test_rows_with_faults():
    assert error(
        {"table": "site", "key": "korea/2", "operation": "row", "value": "party=acme"},
        {"table": "site", "key": "korea", "operation": "row", "value": "partei=acme"},
        {"table": "line", "key": "korea", "operation": "row", "value": "party=acme"},
        {"table": "site", "key": "osan", "operation": "row", "value": "acme"},
    ) == snapshot("""\
<in memory>:change["x/1"].value  change x/1: key korea/2 does not name a row of site
                                 rows are named by name
<in memory>:change["x/2"].value  change x/2: partei is not a column of site
                                 site has: name, label, party, country, lat,
                                   lon, power_mw, water_m3, opening_usd,
                                   opening_days
                                 did you mean party?
<in memory>:change["x/3"].value  change x/3: line has a row korea already
                                 operation set changes it
<in memory>:change["x/4"].value  change x/4: value holds "acme", which is no pair
                                 write column=value; column=value
4 faults; nothing was changed.
""")


def test_applied_twice():
    once = network(change("taiwan-b", "set", 100)).with_scenario("x")
    with pytest.raises(InputError, match="scenario x is applied already"):
        once.with_scenario("x")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(network=networks(), when=st.sampled_from(["2025Q1", "2026Q3", "2030Q4"]))
def test_generated_networks(network, when):
    """Halving from a period on halves the averages of later periods and leaves earlier ones."""
    calendar = Calendar.build("2024Q1", "quarter", "2031Q4")
    changed = network.with_scenario("less")
    assert check(changed) == []
    since = network.table("change")["period"].iloc[0]
    for branch, _ in network.leaves:
        before = network.values("demand", "quantity", calendar, branch).loc["need"]
        after = changed.values("demand", "quantity", calendar, branch).loc["need"]
        for period in calendar:
            if math.isnan(before[period.label]):
                assert math.isnan(after[period.label])
            elif not since or period.start >= _first(since):
                assert after[period.label] == pytest.approx(before[period.label] / 2)
            elif period.end <= _first(since):
                assert after[period.label] == before[period.label]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(network=networks(), first=st.integers(0, 20), length=st.integers(1, 8))
def test_a_change_for_a_time_on_generated_networks(network, first, length):
    """Inside its quarters a change scales; outside them nothing is different."""
    calendar = Calendar.build("2024Q1", "quarter", "2031Q4")
    labels = calendar.labels[first : first + length]
    rows = network.table("change").copy()
    rows["period"] = f"{labels[0]}/{labels[-1]}"
    changed = network.with_tables({"change": rows}).with_scenario("less")
    assert check(changed) == []
    for branch, _ in network.leaves:
        before = network.values("demand", "quantity", calendar, branch).loc["need"]
        after = changed.values("demand", "quantity", calendar, branch).loc["need"]
        inside = [label in labels for label in calendar.labels]
        expected = before.where([not held for held in inside], before / 2)
        assert after.tolist() == pytest.approx(expected.tolist(), nan_ok=True)


def _first(label):
    from waferway.calendar import day

    return day(label)


def test_what_is_unknown_stays_unknown_when_several_rows_are_scaled():
    tables = chip_tables()
    tables["item"] += [{"name": "chip-next", "unit": "package", "kind": "package"}]
    tables["scenario"] = [{"name": "hotter"}]
    tables["change"] = [
        {"scenario": "hotter", "order": 1, "table": "item", "key": "chip*", "column": "power_kw",
         "operation": "multiply", "value": "2"}
    ]  # fmt: skip
    net = Network.build(tables, SETTINGS).with_scenario("hotter")
    power = net.table("item")["power_kw"]
    assert power["chip"] == 2.0 and math.isnan(power["chip-next"])
