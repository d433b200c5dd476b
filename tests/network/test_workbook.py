"""A network as a workbook: faults by sheet and cell, drop-downs, units, text that stays text."""

import datetime as dt
import os
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

import waferway as ww
from tests.network.small import SMALL
from waferway.errors import InputError, OutputExists
from waferway.network.fault_kinds import FAULT_KINDS
from waferway.network.network import Network
from waferway.network.schema import TABLES
from waferway.network.workbook import heading_of

HOSTILE = [
    "=1+1", "=HYPERLINK(\"http://x\",\"y\")", "+1", "-1", "@SUM(A1)", "\tx", "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>", "{{7*7}}", "${7*7}", "]]>", "&amp;", "_x0041_", "\x0b\x01",
    "a\rb\nc", "‮txt", "'quoted", "🜚",
]  # fmt: skip


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """The small network as a workbook."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "small.yaml").write_text(SMALL)
    return ww.write(ww.read(folder / "small.yaml"), folder / "small.xlsx", "xlsx")


def column_of(sheet, name: str) -> str:
    for cell in sheet[1]:
        if str(cell.value).split(" [")[0] == name:
            return cell.column_letter
    raise AssertionError(f"{sheet.title} has no column {name}")


def cell_of(book, table: str, row: int, column: str):
    """A cell by the number of its row in the table, from 0."""
    sheet = book[table]
    return sheet[f"{column_of(sheet, column)}{row + 2}"]


# table, row, column, what is planted, and what the fault must say
PLANTS = [
    ("party", 2, "kind", "desiner", "did you mean designer?"),
    ("party", 1, "country", "KX", "KX"),
    ("party", 0, "lat", 94.8, "94.8"),
    ("recipe", 1, "cycle_days", -60, "-60"),
    ("recipe", 0, "technology", "logik", "did you mean logic?"),
    ("recipe_item", 3, "item", "stuck", "did you mean stack?"),
    ("recipe_item", 0, "quantity_per_start", "60 racks/start", "rack"),
    ("module", 0, "total", 2.5, "2.5"),
    ("module", 0, "size", "2k dies/month", "die"),
    ("module", 0, "earliest", "2025Q9", "2025Q9"),
    ("lane", 0, "what", "waffer", "waffer"),
    ("limit", 0, "sense", "=<", "choices"),
    ("fund", 0, "purpose", None, "purpose is missing"),
    ("commitment", 0, "customer", "desinger", "did you mean designer?"),
    ("qualification", 0, "from_date", "soon", "soon"),
    ("demand", 0, "value_usd", "lots", "lots"),
    ("branch", 0, "probability", 0.9, "sum to 1.5"),
]


@settings(
    max_examples=60 if "WAFERWAY_THOROUGH" in os.environ else 6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(chosen=PLANTS)
@given(chosen=st.lists(st.sampled_from(PLANTS), min_size=1, unique=True))
def test_all_planted_faults_are_found_at_their_sheet_and_cell(chosen, small, tmp_path_factory):
    book = load_workbook(small)
    expected = {}
    for table, row, column, planted, says in chosen:
        cell = cell_of(book, table, row, column)
        cell.value = planted
        if isinstance(planted, str):
            cell.data_type = "s"
        expected[f"{table}!{cell.coordinate}"] = says
    path = tmp_path_factory.mktemp("planted") / "planted.xlsx"
    book.save(path)
    with pytest.raises(InputError) as caught:
        ww.read(path)
    found = {fault.place.cell: str(fault) for fault in caught.value.faults}
    assert found.keys() == expected.keys()
    for at, says in expected.items():
        assert says in found[at], found[at]
        assert found[at].startswith(f"{path}:{at}")
    for fault in caught.value.faults:
        assert fault.kind in FAULT_KINDS and (fault.why or fault.suggestion), fault


def test_headings_and_sheets_are_checked_all_at_once(small, tmp_path):
    book = load_workbook(small)
    book["line"].title = "lines"
    sheet = book["module"]
    letter = column_of(sheet, "capex_usd")
    sheet[f"{letter}1"].value = "capex_usd [EUR]"
    other = column_of(sheet, "lead_days")
    sheet[f"{other}1"].value = "led_days [day]"
    path = tmp_path / "wrong.xlsx"
    book.save(path)
    with pytest.raises(InputError) as caught:
        ww.read(path)
    text = str(caught.value)
    assert 'lines!A1  "lines" is no table' in text and "did you mean line?" in text
    assert f"module!{letter}1  module.capex_usd is headed [EUR]" in text
    assert f"module!{other}1  module.led_days is not a column" in text
    assert "did you mean lead_days?" in text


def test_version_and_settings_have_their_cells(small, tmp_path):
    book = load_workbook(small)
    sheet = book["network"]
    rows = {sheet.cell(r, 1).value: r for r in range(2, sheet.max_row + 1)}
    sheet.cell(rows["currency"], 2).value = "XYZ"
    sheet.cell(rows["start"], 2).value = "someday"
    path = tmp_path / "wrong.xlsx"
    book.save(path)
    with pytest.raises(InputError) as caught:
        ww.read(path)
    assert {f.place.cell for f in caught.value.faults} == {
        f"network!B{rows['currency']}", f"network!B{rows['start']}"
    }  # fmt: skip
    sheet.cell(rows["waferway"], 2).value = 99
    book.save(path)
    with pytest.raises(InputError, match="schema version 99 is not known"):
        ww.read(path)
    del book["network"]
    book.save(path)
    with pytest.raises(InputError, match="sheet network is missing"):
        ww.read(path)


def test_every_column_says_its_unit_and_choices_drop_down(small):
    book = load_workbook(small)
    for table in TABLES.values():
        sheet = book[table.name]
        written = [cell.value for cell in sheet[1]]
        assert written == [heading_of(a) for a in table.attributes]
        assert all(
            cell.comment for cell in sheet[1] if table[str(cell.value).split(" [")[0]].meaning
        )
        ruled = {
            re.match("[A-Z]+", str(rule.sqref))[0] for rule in sheet.data_validations.dataValidation
        }
        for a in table.attributes:
            if a.choices or a.kind == "flag":
                assert column_of(sheet, a.name) in ruled, (table.name, a.name)
    lists = book["_lists"]
    assert lists.sheet_state == "hidden"
    rule = next(r for r in book["line"].data_validations.dataValidation
                if column_of(book["line"], "technology") in str(r.sqref))  # fmt: skip
    letter = rule.formula1.split("!$")[1][0]
    assert [c.value for c in lists[letter] if c.value] == ["logic", "hbm", "cowos"]


def test_hostile_text_stays_text_and_comes_back(tmp_path):
    rows = [
        {"name": f"p{n}", "kind": "lab", "country": "US", "label": text}
        for n, text in enumerate(HOSTILE)
    ]
    net = Network.build({"party": rows})
    path = ww.write(net, tmp_path / "hostile.xlsx", "xlsx")
    assert list(ww.read(path).table("party")["label"]) == list(net.table("party")["label"])
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            content = book.read(name).decode()
            assert "<f>" not in content and "<f " not in content, name
            assert "<script" not in content, name
    sheet = load_workbook(path)["party"]
    letter = column_of(sheet, "label")
    for n, text in enumerate(net.table("party")["label"]):
        cell = sheet[f"{letter}{n + 2}"]
        assert cell.data_type == "s"
        if text[0] in "=+-@\t":
            assert cell.quotePrefix, "editing the cell must not make a formula of it"


def test_numbers_dates_and_text_as_spreadsheet_programs_keep_them(small, tmp_path):
    book = load_workbook(small)
    cell_of(book, "module", 0, "earliest").value = dt.datetime(2025, 1, 1)
    cell_of(book, "module", 0, "capex_usd").value = "$2.0bn"
    cell_of(book, "fund", 0, "purpose").value = 2026
    cell_of(book, "party", 1, "label").value = "  SK  "
    path = tmp_path / "kept.xlsx"
    book.save(path)
    net = ww.read(path)
    assert net.table("module").loc["fab+2k", "earliest"] == dt.date(2025, 1, 1)
    assert net.table("module").loc["fab+2k", "capex_usd"] == 2e9
    assert net.table("fund").loc["round", "purpose"] == "2026"


def test_formulas_are_read_by_the_value_kept_beside_them(small, tmp_path):
    book = load_workbook(small)
    cell = cell_of(book, "module", 0, "lead_days")
    cell.value = "=24*30.4375"
    path = tmp_path / "formula.xlsx"
    book.save(path)
    with pytest.raises(InputError, match="the formula has no value") as caught:
        ww.read(path)
    assert caught.value.faults[0].place.cell == f"module!{cell.coordinate}"
    computed = tmp_path / "computed.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(computed, "w") as new:
        for name in old.namelist():
            content = old.read(name).replace(
                b"<f>24*30.4375</f><v></v>", b"<f>24*30.4375</f><v>730.5</v>"
            ).replace(b"<f>24*30.4375</f><v />", b"<f>24*30.4375</f><v>730.5</v>")  # fmt: skip
            new.writestr(name, content)
    assert ww.read(computed).table("module").loc["fab+2k", "lead_days"] == 730.5


def test_the_same_network_gives_the_same_bytes(small, tmp_path):
    again = ww.write(ww.read(small), tmp_path / "again.xlsx", "xlsx")
    assert again.read_bytes() == small.read_bytes()
    with pytest.raises(OutputExists):
        ww.write(ww.read(small), again, "xlsx")


def test_what_is_no_workbook_is_said_to_be_none(tmp_path):
    path = tmp_path / "fake.xlsx"
    path.write_text("name,kind\n")
    with pytest.raises(InputError, match="this is no workbook"):
        ww.read(path)


def test_the_tables_of_a_plan_as_a_workbook(tmp_path):
    net = ww.read(Path(ww.__file__).parent / "network" / "example.yaml")
    plan = ww.plan(net)
    path = plan.to_excel(tmp_path / "plan.xlsx")
    book = load_workbook(path)
    assert book.sheetnames[0] == "summary" and book.sheetnames[-1] == "manifest"
    sheet = book["orders"]
    assert [c.value for c in sheet[1]] == ["module", "period", "orders [module]"]
    total = sum(sheet.cell(r, 3).value for r in range(2, sheet.max_row + 1))
    assert total == pytest.approx(float(plan.tables["orders"]["orders"].sum()))
    years = [c.value for c in book["compute"]["A"][1:]]
    assert years == list(plan.summary().compute["year"])
    with pytest.raises(OutputExists):
        plan.to_excel(path)
    with pytest.raises(InputError, match="a workbook ends in"):
        plan.to_excel(tmp_path / "plan.csv")
    assert not (tmp_path / "plan.csv").exists()
