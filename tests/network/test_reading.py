"""Every form in which a cell, a table and a file may be written; older versions; the schema."""

# ruff: noqa: E501

import datetime as dt
import json
import math
import sys
from functools import cache
from pathlib import Path

import jsonschema
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tests.network.small import SMALL
from waferway.calendar import Calendar
from waferway.errors import InputError, nearest
from waferway.evidence.claims import Evidence
from waferway.network.assembly import assemble
from waferway.network.checking import check, check_path
from waferway.network.countries import COUNTRIES
from waferway.network.editor import json_schema
from waferway.network.fault_kinds import FAULT_KINDS
from waferway.network.migrations import MIGRATIONS, Translation, translation
from waferway.network.network import Network
from waferway.network.reading import read
from waferway.network.reference import reference_page
from waferway.network.schema import SCHEMA_VERSION, SETTINGS, TABLES
from waferway.network.selection import matches

QUARTERS = Calendar.build("2025Q1", "quarter", "2026Q4")

CHAIN = {
    "party": [{"name": "acme", "kind": "foundry"}],
    "item": [{"name": "die:h", "unit": "die:h", "kind": "die"}],
    "technology": [{"name": "n5", "capacity_unit": "wafer:n5/month"}],
    "recipe": [{"name": "r", "technology": "n5"}],
    "recipe_item": [{"recipe": "r", "role": "out", "item": "die:h", "quantity_per_start": 60}],
    "weight": [{"basis": "h100e-8bit", "item": "die:h", "weight": 1}],
}


def line(**cells):
    return Network.build(
        CHAIN | {"line": [{"name": "fab", "technology": "n5", "party": "acme", **cells}]}
    )


def cell(column: str, written) -> float:
    return float(line(**{column: written}).table("line").at["fab", column])


@pytest.mark.parametrize(
    ("column", "written", "value"),
    [
        ("capacity", 20_000, 20_000),
        ("capacity", "20k", 20_000),
        ("capacity", "1e3", 1000),
        ("capacity", "1,200", 1200),
        ("capacity", "20k wafer:n5/month", 20_000),
        ("capacity", "240k wafers:n5/year", 20_000),
        ("capacity", "about 20k wafers:n5/month", 20_000),
        ("capacity", "120-150k", 135_000),
        ("capacity", "up to 36k wafers:n5/month", 36_000),
        ("capacity", {"low": "1k", "high": "3k"}, 2000),
        ("capacity", {"low": 1, "value": 2, "high": 9}, 2),
        ("capacity", {"always": 7, "2025Q1": 9}, 7),
        ("fixed_usd", "$2,000/wafer:n5", 2000),
        ("mw_per_unit", "5 kW*month/wafer:n5", 0.005),
        ("water_per_unit", "9 m3/wafer:n5", 9),
    ],
)
def test_number(column, written, value):
    assert cell(column, written) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("written", ["", None, " ", math.nan])
def test_missing_is_not_zero(written):
    assert math.isnan(cell("capacity", written))


@pytest.mark.parametrize(
    ("table", "row", "column", "value"),
    [
        ("weight", {"basis": "b", "item": "die:h", "weight": "2 H100e/die:h"}, "weight", 2),
        ("recipe", {"name": "q", "technology": "n5", "capacity_per_start": "2 wafer:n5/start"},
         "capacity_per_start", 2),
        ("item", {"name": "x", "unit": "rack", "kind": "rack", "power_kw": "0.1 MW/rack"},
         "power_kw", 100),
        ("demand", {"name": "d", "item": "die:h", "quantity": "12k dies:h/year", "value_usd": 1},
         "quantity", 1000),
        ("demand", {"name": "d", "basis": "h100e-8bit", "quantity": "12M H100e/year",
                    "value_usd": "$20k/H100e"}, "value_usd", 20_000),
        ("demand", {"name": "d", "item": "die:h", "quantity": "5M dies:h", "measure": "stock",
                    "value_usd": 1}, "quantity", 5e6),
        ("commitment", {"name": "c", "customer": "acme", "supplier": "acme", "line": "fab",
                        "quantity": "12k wafers:n5/year", "force": "letter_of_intent"},
         "quantity", 1000),
        ("module", {"name": "m", "line": "fab", "size": "10k wafer:n5/month", "lead_days": "2 years",
                    "capex_usd": "$8-10bn", "orders_per_year": "2 modules/year"},
         "lead_days", 730.5),
        ("fund", {"name": "f", "amount_usd": "$5T", "purpose": "x", "cost_of_capital": "9 %"},
         "cost_of_capital", 0.09),
        ("limit", {"name": "l", "measure": "capex_usd", "sense": "<=", "bound": "$12bn/year"},
         "bound", 1e9),
        ("limit", {"name": "l", "measure": "starts", "sense": "<=", "bound": "12k starts/year"},
         "bound", 1000),
        ("limit", {"name": "l", "measure": "site_power_mw", "sense": "<=", "bound": "2 GW"},
         "bound", 2000),
        ("limit", {"name": "l", "measure": "output", "sense": "<=", "bound": "35 %",
                   "share_of": "country=TW|acme*"}, "bound", 0.35),
        ("lane", {"from_place": "any", "to_place": "any", "capacity": "5k dies/week",
                  "freight_usd": "$2/die"}, "freight_usd", 2),
        ("outturn", {"measure": "starts", "subject": "r", "of": "fab", "period": "2024Q4",
                     "quantity": "5k starts"}, "quantity", 5000),
    ],
)  # fmt: skip
def test_unit_that_the_row_decides(table, row, column, value):
    fab = {"name": "fab", "technology": "n5", "party": "acme", "capacity": 20_000}
    if row.get("share_of"):
        row = row | {"share_of": "country=TW"}
    tables = CHAIN | {"line": [fab], table: [*CHAIN.get(table, []), row]}
    if table == "recipe":
        made = {"recipe": "q", "role": "out", "item": "die:h", "quantity_per_start": 1}
        tables |= {"recipe_item": [*CHAIN["recipe_item"], made]}
    net = Network.build(tables)
    assert net.table(table)[column].iloc[-1] == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("20k wafers/month", "wafers/month does not mix with wafer:n5/month"),
        ("20k", ""),
        ("20k dies:h/month", "does not mix"),
        ("20k wafer:n5", "does not mix"),
        (True, "is true, not a number"),
        ([1, 2], "is list [1, 2], not a number"),
        ({"2025Q1": {"2026Q1": 3}}, 'has "2026Q1" inside 2025Q1'),
        ({"2025Q1": ""}, "has no number for 2025Q1"),
        ({"always": 3, "low": 2}, "has both `always` and bounds"),
        ({"low": "2-3"}, "has a range as low"),
        ({"branch": 3}, "has a branch without names"),
        (math.inf, "is inf, not a finite number"),
        ("nan", 'is "nan", not a finite number'),
    ],
)
def test_cells_that_are_refused(written, words):
    if not words:
        line(capacity=written)
        return
    with pytest.raises(InputError) as caught:
        line(capacity=written)
    assert words in str(caught.value)


def test_cell_that_varies_in_every_way():
    net = Network.build(
        CHAIN
        | {
            "branch": {"high": {"probability": 0.5}, "low": {"probability": 0.5}},
            "line": {"fab": {
                "technology": "n5", "party": "acme",
                "capacity": {
                    "always": "1k", "2025-Q2": "2-4k", "2026": {"low": 5, "value": 6, "high": 7},
                    dt.date(2026, 7, 1): 9,
                    "branch": {"high": {"2026Q4": 10, "low": 3, "value": 8}, "low": 2},
                },
            }},
        }
    )  # fmt: skip
    values = net.values("line", "capacity", QUARTERS).loc["fab"].tolist()
    assert values == [1000, 3000, 3000, 3000, 6, 6, 9, 9]
    high = net.values("line", "capacity", QUARTERS, "high").loc["fab"].tolist()
    assert high == [8] * 7 + [10]
    assert net.values("line", "capacity", QUARTERS, "low").loc["fab"].tolist() == [2] * 8
    assert net.table("profile")["period"].tolist() == [
        "2025Q2", "2026", "2026-07-01", "", "2026Q4", "",
    ]  # fmt: skip


def test_evidence_in_place():
    text = SMALL.replace("tsv: {site: icheon, technology: hbm, party: memory, capacity: 900k}",
                         "tsv: {site: icheon, technology: hbm, party: memory, capacity: "
                         "{value: 900k, cite: c-1, 2026Q1: {value: 1M, cite: [c-1]}}}")  # fmt: skip
    Path("net.yaml").write_text(text)
    cites = read("net.yaml").table("cite")
    assert list(cites.index[1:]) == ["line/tsv/capacity//c-1", "line/tsv/capacity/2026Q1/c-1"]


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_dates_take_the_first_or_the_last_day_of_a_period():
    net = Network.build(
        {"party": {"a": {"kind": "lab"}}, "fund": [{"name": "f", "amount_usd": 1, "purpose": "x",
         "from_date": "2024Q1", "to_date": "2025-02"}]},
        {"start": "2025Q1", "until": "2030", "now": dt.date(2024, 12, 31)},
    )  # fmt: skip
    fund = net.table("fund").loc["f"]
    assert (fund["from_date"], fund["to_date"]) == (dt.date(2024, 1, 1), dt.date(2025, 2, 28))
    assert net.setting("start") == dt.date(2025, 1, 1)
    assert net.setting("until") == dt.date(2030, 12, 31)


def test_text_is_never_read_as_something_else():
    Path("net.yaml").write_text(
        "waferway: 1\nparty:\n  '123': {kind: lab, country: NO, label: 2024-01-31}\n"
        "  true: {kind: lab, label: 'null', country: ~}\n"
    )
    party = read("net.yaml").table("party")
    assert list(party.index) == ["123", "true"]
    assert party["country"].tolist() == ["NO", ""]
    assert party["label"].tolist() == ["2024-01-31", "null"]


def test_merge_keys_and_anchors():
    Path("net.yaml").write_text(
        "waferway: 1\nparty:\n  a: &base {kind: lab, country: NO}\n"
        "  b: {<<: *base, country: TW}\n  c: {<<: [*base], label: C}\n"
    )
    party = read("net.yaml").table("party")
    assert party["country"].tolist() == ["NO", "TW", "NO"]
    assert party["kind"].tolist() == ["lab"] * 3


def test_rows_in_code_as_mapping_list_or_frame():
    rows = [{"name": "a", "kind": "lab", "lat": 1.5, "lon": 2}, {"name": "b", "kind": "cloud"}]
    listed = Network.build({"party": rows})
    mapped = Network.build({"party": {row["name"]: row for row in rows}})
    framed = Network.build({"party": pd.DataFrame(rows)})
    again = Network.build({"party": listed.table("party")})
    assert listed == mapped == framed == again
    with pytest.raises(InputError, match="named by basis and item"):
        Network.build({"weight": {"x": {}}})


def test_ten_thousand_rows_are_read_column_by_column():
    """Not a timing: plain columns make no call per cell."""
    lanes = [
        {"from_place": f"s{n % 100}", "to_place": f"s{100 + n // 100}", "what": "any", "days": n}
        for n in range(10_000)
    ]
    sites = [{"name": f"s{n}", "party": "acme", "country": "TW"} for n in range(200)]
    calls = 0

    def count(frame, event, argument):
        nonlocal calls
        code = frame.f_code
        calls += event == "call" and "waferway" in code.co_filename and code.co_name[0] != "<"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        net = assemble({"party": CHAIN["party"], "site": sites, "lane": lanes}, {}, Evidence())
    finally:
        sys.setprofile(before)
    assert len(net.table("lane")) == 10_000
    assert calls < 5_000


def test_check_of_a_sound_network_and_of_a_damaged_one():
    Path("net.yaml").write_text(SMALL)
    net = read("net.yaml")
    assert check(net) == []
    assert check_path("net.yaml") == []
    damaged = net.with_tables({"party": net.table("party").iloc[1:]})
    kinds = {fault.kind for fault in check(damaged)}
    assert kinds == {"dangling"}
    assert {str(fault.place) for fault in check(damaged)} >= {"net.yaml:18:20"}


OLD = """\
waferway: 0
setting: {wacc: 12 %, currency: USD, price_year: nominal}
party: {acme: {kind: foundry, country: TW}}
site: {a: {party: acme, country: TW}, b: {party: acme, country: KR}}
item: {die: {kind: die, unit: die}}
technology: {n5: {capacity_unit: wafer/month}}
process: {make: {technology: n5}}
recipe_item: [{recipe: make, role: out, item: die, quantity_per_start: 60}]
line: {fab: {process: n5, party: acme, site: a, capacity: 5k}}
module: {m: {line: fab, size: 1k, capex_usd: $1bn, lead_time_days: 700}}
arc: [{from: a, to: b, freight_usd: 5}]
profile: [{table: arc, key: a/b/any, column: freight_usd, period: 2026Q1, value: 6}]
"""
FOLDER = {
    "network.yaml": "waferway: 0\nsetting: {wacc: 12 %, currency: USD, price_year: nominal}\n",
    "party.csv": "name,kind,country\nacme,foundry,TW\n",
    "site.csv": "name,party,country\na,acme,TW\nb,acme,KR\n",
    "item.csv": "name,kind,unit\ndie,die,die\n",
    "technology.csv": "name,capacity_unit\nn5,wafer/month\n",
    "process.csv": "name,technology\nmake,n5\n",
    "recipe_item.csv": "recipe,role,item,quantity_per_start\nmake,out,die,60\n",
    "line.csv": "name,process,party,site,capacity\nfab,n5,acme,a,5000\n",
    "module.yaml": "waferway: 1\nmodule: {m: {line: fab, size: 1k, capex_usd: $1bn, lead_days: 700}}\n",
    "arc.csv": "from,to,freight_usd\na,b,5\n",
    "profile.csv": "table,key,column,period,value\narc,a/b/any,freight_usd,2026Q1,6\n",
}


def test_version_0_is_read_as_the_present_one():
    Path("old.yaml").write_text(OLD)
    Path("old").mkdir()
    for name, text in FOLDER.items():
        Path("old", name).write_text(text)
    one, many = read("old.yaml"), read("old")
    assert one == many
    assert one.setting("discount_rate") == 0.12
    assert one.table("lane").loc["a/b/any", "freight_usd"] == 5
    assert one.values("lane", "freight_usd", QUARTERS).loc["a/b/any"].tolist() == [5] * 4 + [6] * 4
    assert one.table("module").at["m", "lead_days"] == 700
    assert str(one.place("lane", "a/b/any", "to_place")) == "old.yaml:11:21"
    assert str(many.place("lane", "a/b/any", "to_place")) == "old/arc.csv:2:3"


def test_old_names_are_faults_in_the_present_version():
    Path("old.yaml").write_text(OLD.replace("waferway: 0", "waferway: 1"))
    with pytest.raises(InputError) as caught:
        read("old.yaml")
    said = str(caught.value)
    assert '"arc" is no part of a network' in said
    assert '"wacc" is no setting' in said


def test_faults_of_an_old_file_stand_where_they_are():
    Path("old.yaml").write_text(OLD.replace("to: b", "to: c"))
    with pytest.raises(InputError, match=r"old\.yaml:11:21  lane .* to_place is .c."):
        read("old.yaml")


def test_migrations_lead_to_the_present_names():
    assert sorted(MIGRATIONS) == list(range(SCHEMA_VERSION))
    settings = {attribute.name for attribute in SETTINGS}
    for version in MIGRATIONS:
        way = translation(version)
        for old in MIGRATIONS[version].tables:
            assert old not in TABLES
            assert way.table(old) in TABLES
        for table, old in MIGRATIONS[version].columns:
            assert way.column(table, old) in TABLES[way.table(table)]
        for old in MIGRATIONS[version].settings:
            assert way.setting(old) in settings
    assert Translation().table("line") == "line"


@pytest.mark.parametrize("version", ["2", "one", "-1", "1.0", "[1]"])
def test_versions_that_are_not_known(version):
    Path("net.yaml").write_text(f"waferway: {version}\nfutures: {{}}\n")
    with pytest.raises(InputError, match=r"schema version .* is not known") as caught:
        read("net.yaml")
    assert len(caught.value.faults) == 1


def test_nearest_names_are_right():
    """A name with one slip of the finger is recognised in at least 95 of 100 cases."""
    Path("net.yaml").write_text(SMALL)
    net = read("net.yaml")
    right = total = 0
    for table, declared in TABLES.items():
        for name in [*net.table(table).index, *declared.columns]:
            if "/" in name or len(name) < 4:
                continue
            valid = declared.columns if name in declared.columns else net.table(table).index
            for at in range(len(name)):
                slips = {name[:at] + name[at + 1 :], name[:at] + "x" + name[at:]}
                slips.add(name[:at] + name[at : at + 2][::-1] + name[at + 2 :])
                for slip in slips - set(valid):
                    total += 1
                    right += nearest(slip, valid) == [name]
    assert total > 1000
    assert right >= 0.95 * total


@cache
def validator():
    jsonschema.Draft202012Validator.check_schema(json_schema())
    return jsonschema.Draft202012Validator(json_schema())


def schema_faults(text: str) -> list[str]:
    tree = json.loads(json.dumps(YAML(typ="safe").load(text), default=str))
    return [error.message for error in validator().iter_errors(tree)]


def test_json_schema_takes_what_reading_takes():
    assert schema_faults(SMALL) == []
    example = Path(Network.build.__func__.__globals__["__file__"]).parent / "example.yaml"
    assert schema_faults(example.read_text()) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("waferway: 1\n", ""),
        ("waferway: 1", "waferway: 7"),
        ("fund:\n", "funds:\n"),
        ("cycle_days: 110", "cycle_dais: 110"),
        ("kind: designer,", "kind: desiner,"),
        ("cycle_days: 60}", "cycle_days: -60}"),
        ("amount_usd: $8-10bn, purpose: modules", "amount_usd: $8-10bn"),
        ("2026Q1: 4k}", "26Q1: 4k}"),
        ("grade: C", "grade: E"),
    ],
)
def test_json_schema_refuses(old, new):
    assert SMALL.count(old) == 1
    assert schema_faults(SMALL.replace(old, new))


def test_reference_page_names_every_column_once():
    page = reference_page()
    for table in TABLES.values():
        section = page.split(f"## {table.name}\n")[1].split("\n## ")[0]
        for attribute in table.attributes:
            assert section.count(f"\n| `{attribute.name}` |") == 1
    for text in page.splitlines():
        if text.startswith("|"):
            assert text.replace("\\|", "").count("|") in (3, 7)


def test_countries():
    assert len(COUNTRIES) == 249
    assert all(len(code) == 2 and code.isupper() for code in COUNTRIES)
    assert COUNTRIES["KR"] == "South Korea"


@given(st.text("ab*[]?", max_size=6), st.text("ab[]?", max_size=6))
def test_patterns_match_as_the_slow_way(pattern, name):
    def slow(pattern: str, name: str) -> bool:
        if not pattern:
            return not name
        if pattern[0] == "*":
            return slow(pattern[1:], name) or bool(name and slow(pattern, name[1:]))
        return bool(name) and name[0] == pattern[0] and slow(pattern[1:], name[1:])

    assert matches(name, pattern) == slow(pattern, name)


def test_every_kind_of_fault_in_the_code_is_listed():
    """What is listed is used somewhere, so the list in the reference page is the whole truth."""
    folder = Path(Network.build.__func__.__globals__["__file__"]).parent
    code = "".join(path.read_text() for path in folder.glob("*.py") if path.stem != "fault_kinds")
    assert [kind for kind in FAULT_KINDS if f'"{kind}"' not in code] == []
