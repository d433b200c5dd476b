"""Text in CSV stays text: in a spreadsheet, and after reading it back."""

import csv

import hypothesis.strategies as st
import pytest
from hypothesis import example, given

import waferway
from tests.planning.small_networks import chip_tables
from waferway.evidence.formula_text import guarded, unguarded
from waferway.network.network import Network

FORMULAS = ("=cmd|'/c calc'!A1", "@SUM(1+1)*cmd", "+1+cmd", "-2+3+cmd", "\t=1+1", "'=1+1",
            "\u202e=1+1", " =1+1", "=HYPERLINK(\"http://x\")")  # fmt: skip
"""What a spreadsheet computes when it opens a CSV file."""


@given(st.text())
@example("'")
@example("''=")
@example("'-5")
@example("-5")
@example("+1.5e3 %")
def test_what_is_guarded_reads_back(text):
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_guarded(text):
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["-5", "+3", "-1.5e-3", "12 %", "a=b", "N4-N3", "", "it's", "-5 %"]
)
def test_numbers_and_other_text_are_left_alone(text):
    assert guarded(text) == text


def starts_a_formula(cell):
    bare = cell.lstrip()
    try:
        float(bare)
    except ValueError:
        return bare[:1] in ("=", "+", "-", "@")
    return False


def test_no_csv_of_a_plan_holds_a_formula_and_labels_survive(tmp_path):
    tables = chip_tables()
    for k, row in enumerate([*tables["party"], *tables["item"], *tables["line"]]):
        row["label"] = FORMULAS[k % len(FORMULAS)].replace("\t", "")
    net = Network.build(tables, {"start": "2026Q1", "until": "2026Q4", "currency": "USD",
                                 "price_year": 2026, "compute_basis": "h100e"})  # fmt: skip
    folder = waferway.plan(net).save(tmp_path / "plan")
    cells = 0
    for path in sorted(folder.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                cells += len(row)
                assert not [cell for cell in row if starts_a_formula(cell)], path
    assert cells > 100
    back = waferway.Plan.load(folder).network
    for table in ("party", "item", "line"):
        assert back.table(table)["label"].tolist() == net.table(table)["label"].tolist()
