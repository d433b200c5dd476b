"""The kinds of fault: short stable names, for tests, editors and ``--json``."""

from __future__ import annotations

__all__ = ["FAULT_KINDS"]

FAULT_KINDS: dict[str, str] = {
    # files
    "no-file": "a file or folder is not there, or is of no known form",
    "encoding": "a file is not UTF-8",
    "yaml": "a file is not YAML",
    "yaml-form": "a part of a YAML file is not the mapping or list it has to be",
    "csv": "a file is not CSV, or its rows do not fit its heading",
    "workbook": "a file is no workbook, or one of its cells holds no value",
    "version": "the schema version is missing or not known",
    "table-form": "rows of a table are not written as rows",
    "duplicate-key": "a row, or a key of a mapping, is given twice",
    "duplicate-column": "a column of a CSV file is given twice",
    "duplicate-name": "a row is named in two ways",
    "unknown-table": "there is no such table",
    "unknown-column": "there is no such column",
    "unknown-setting": "there is no such setting",
    "evidence": "a claim or source does not fit its schema",
    # cells
    "cell": "a cell has a form that cannot be read",
    "text": "a cell is not text",
    "number": "a cell is not a number",
    "not-finite": "a number is infinite, or no number",
    "integer": "a count is not whole",
    "negative": "a number is below zero",
    "range": "a number leaves its range",
    "unit": "a unit is unknown, or does not mix with that of the cell",
    "date": "a cell is not a date",
    "flag": "a cell is neither true nor false",
    "choice": "a cell is none of its choices",
    "name": "a name holds what names cannot",
    "missing": "a required cell is empty",
    "coordinates": "half of a place on the map is missing",
    "backwards": "a span of dates ends before it begins",
    # names
    "dangling": "a name refers to nothing",
    "ambiguous": "a name refers to two things",
    "circle": "parents run in a circle",
    # time and evidence
    "period": "a period cannot be read",
    "period-range": "a period lies far outside any plan",
    "not-dated": "a value that does not vary by period or branch is given one",
    "not-aged": "a value that does not vary by age is given one",
    "interval": "low, value and high are not in order",
    "overlap": "two values of a cell begin on one day",
    "two-values": "a cell has two values",
    "unknown-claim": "there is no such claim",
    "payments": "payments do not sum to one",
    "probability": "probabilities of branches do not sum to one",
    # settings and money
    "setting": "a setting cannot be, or does not fit another",
    "money": "money without currency or price year",
    # what tables say together
    "either-or": "both or neither of two columns are given",
    "no-output": "a recipe makes nothing",
    "no-line": "a recipe has no line that can run it",
    "no-source": "nobody makes, sells or holds an item that is used",
    "no-weights": "a compute basis has no weights",
    "no-price": "an offer has no price",
    "circular": "an item is needed to make itself",
    "wrong-line": "a line cannot run a recipe, or make an item",
    "exchange": "a conversion does not say what is given up",
    "stake": "shares sum to more than one",
    "overbooked": "commitments exceed capacity",
    "lane": "a lane leads to where it starts",
    "selection": "a selection cannot be read",
    "outturn": "a row of history says too much",
    # what-ifs
    "unknown-scenario": "there is no such scenario",
    "applied-twice": "a scenario is applied already",
    "touches-nothing": "a change touches nothing",
    "change": "a change is of what cannot be changed",
}
