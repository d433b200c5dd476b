"""Every generated infeasible network gets a minimal conflict that names the planted places.

The normal run takes one network of each of a dozen kinds; ``WAFERWAY_THOROUGH=1`` takes all
hundred.
"""

import itertools
import os
from dataclasses import replace

import pytest
from ruamel.yaml import YAML

import waferway as ww
from tests.planning.conflict.infeasible_networks import Case, cases
from waferway.errors import Infeasible

SLICE = (
    "capacity", "closed_lane", "share_cap", "floor_and_cap", "fund", "stock", "unqualified",
    "no_right", "late_module", "one_branch", "whole_capacity", "whole_openings", "whole_right",
    "whole_conversion",
)  # fmt: skip


def chosen() -> list[Case]:
    everything = cases()
    if os.environ.get("WAFERWAY_THOROUGH"):
        return everything
    return [next(c for c in everything if c.kind == kind) for kind in SLICE]


def written(case: Case, folder) -> tuple[object, list[str]]:
    """The network as read from a file, and the lines of the file."""
    path = folder / "net.yaml"
    tables = {name: rows for name, rows in case.tables.items() if rows}
    with path.open("w", encoding="utf-8") as file:
        YAML().dump({"waferway": 1, "setting": case.setting, **tables}, file)
    return ww.read(path), path.read_text(encoding="utf-8").splitlines()


def refused(network, arguments) -> Infeasible:
    with pytest.raises(Infeasible) as caught:
        ww.plan(network, **arguments)
    return caught.value


@pytest.mark.parametrize("case", chosen(), ids=lambda case: f"{case.kind}-{case.seed}")
def test_a_conflict_is_minimal_and_names_the_planted_places(case, tmp_path):
    network, lines = written(case, tmp_path)
    conflict = refused(network, case.arguments).conflict
    members = conflict.members
    assert not conflict.feasible(members)
    for left_out in members:
        assert conflict.feasible([m for m in members if m != left_out]), left_out
    assert {(c.table, c.key, c.column) for c in conflict.clashes} == case.planted
    assert conflict.whole == case.integer
    for clash in conflict.clashes:
        check_place(clash, case, lines)


def check_place(clash, case, lines):
    """The place is the row, and where the cell is in the file, the cell."""
    if clash.table == "argument":
        return
    place = clash.place
    if (clash.table, clash.column) == ("lane", "") or (
        clash.table == "setting" and clash.key not in case.setting
    ):
        return  # nothing in the file says it
    assert place.file.endswith("net.yaml"), place
    assert place.line >= 1, place
    text = lines[place.line - 1][place.column - 1 :]
    if clash.table == "setting":
        assert text.strip() == str(case.setting[clash.key])
        return
    row = next(r for r in case.tables[clash.table] if named(clash.table, r, clash.key))
    if clash.members[0].branch and not within(place.line, lines, row):
        row = next(r for r in case.tables["profile"] if r["key"] == clash.key)
        clash = replace(clash, members=(replace(clash.members[0], column="value"),))
    assert within(place.line, lines, row), (place, row)
    value = row.get(clash.column)
    if isinstance(value, dict) or value is None:
        return
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    assert text.strip("'\" ").startswith(shown), (place, text)


def named(table, row, key):
    """Whether a row of the file is the one with this key, or the nearest to a missing one."""
    if "name" in row:
        return row["name"] == key
    parts = key.split("/")
    mine = [str(v) for v in row.values()]
    if table == "qualification":
        return parts[1] in mine
    return all(part in mine for part in parts)


def within(line, lines, row):
    """Whether a line lies in the block of a row: between its dash and the next."""
    first = line - 1
    while first >= 0 and not lines[first].startswith("- "):
        first -= 1
    block = list(itertools.takewhile(lambda x: not x.startswith("- "), lines[first + 1 :]))
    text = "\n".join([lines[first], *block])
    return all(str(v) in text for v in row.values() if isinstance(v, str) and len(v) < 12)


def test_the_hundred_are_a_hundred():
    everything = cases()
    assert len(everything) == 100
    assert sum(case.integer for case in everything) == 40
    assert len({case.kind for case in everything}) >= 45


@pytest.mark.parametrize("case", chosen()[::3], ids=lambda case: f"{case.kind}-{case.seed}")
def test_the_least_change_makes_the_network_feasible(case, tmp_path):
    """Numbers changed as the remedy says, a little beyond for rounding: a plan exists."""
    network, _ = written(case, tmp_path)
    least = refused(network, case.arguments).conflict.least
    assert least is not None
    tables = {}
    for change in least.changes:
        m = change.member
        if m.table == "argument" or change.after != change.after:
            pytest.skip("said in words only")
        frame = tables.get("profile", network.table("profile"))
        beyond = 1e-6 * max(1.0, abs(change.before)) * (1 if change.after > change.before else -1)
        if m.column in ("total", "amount_usd"):
            table = tables.setdefault(m.table, network.table(m.table).copy())
            table.loc[m.key, m.column] = change.after + beyond
            continue
        for branch in [m.branch] if m.branch else network.table("branch").index.tolist() or [""]:
            row = dict.fromkeys(frame.columns, float("nan")) | {
                "table": m.table, "key": m.key, "column": m.column, "period": m.period,
                "branch": branch, "value": max(0.0, change.after + beyond),
            }  # fmt: skip
            key = f"{m.table}/{m.key}/{m.column}/{m.period}//{branch}"
            frame = frame.copy()
            frame.loc[key] = row
        tables["profile"] = frame
    ww.plan(network.with_tables(tables), **case.arguments)


def planted(kind):
    return next(case for case in cases() if case.kind == kind)


@pytest.mark.parametrize("kind", ["capacity", "whole_capacity"])
def test_a_search_cut_off_at_once_says_so(kind, tmp_path):
    case = planted(kind)
    network, _ = written(case, tmp_path)
    conflict = refused(network, case.arguments | {"conflict_time": 1e-9}).conflict
    assert {"search", "least"} <= set(conflict.cut_off) and not conflict.clashes
    assert "what clashes was not found: the search was cut off after 1e-09 s" in str(conflict)
    assert conflict.to_json()["cut_off"] == list(conflict.cut_off)
    assert conflict.feasible([])  # asked afterwards, it answers all the same


@pytest.mark.parametrize("kind", ["capacity", "whole_capacity", "floor_and_cap"])
@pytest.mark.parametrize("questions", [2, 4, 6])
def test_what_is_known_when_the_search_is_cut_off_clashes(kind, questions, tmp_path, monkeypatch):
    from waferway.planning.conflict import oracle as room

    asked = room.Oracle.feasible

    def impatient(self, standing):
        key = frozenset(standing)
        if self.asked >= questions and key not in self._known:
            raise room.CutOff
        return asked(self, key)

    case = planted(kind)
    network, _ = written(case, tmp_path)
    monkeypatch.setattr(room.Oracle, "feasible", impatient)
    conflict = refused(network, case.arguments).conflict
    monkeypatch.undo()
    if "search" not in conflict.cut_off:
        pytest.skip("it took fewer questions")
    assert not conflict.feasible(conflict.members)
    assert case.planted <= {(c.table, c.key, c.column) for c in conflict.clashes}
    text = str(conflict)
    assert "some of these may not matter" in text and "Lifting any one" not in text
    assert len([line for line in text.splitlines() if line.startswith("  ")]) < 30


def test_a_least_change_that_is_not_proven_is_not_called_the_least(tmp_path, monkeypatch):
    from waferway.planning.conflict import conflict as room

    case = planted("capacity")
    network, _ = written(case, tmp_path)
    found = room.least_change
    monkeypatch.setattr(room, "least_change", lambda *a, **k: (found(*a, **k)[0], False))
    conflict = refused(network, case.arguments).conflict
    assert set(conflict.cut_off) == {"least", "alone"} and not conflict.alone
    assert "the least that was found in time" in str(conflict)
    assert "The least change that makes" not in str(conflict)
    monkeypatch.setattr(room, "least_change", lambda *a, **k: (None, False))
    text = str(refused(network, case.arguments).conflict)
    assert "was not found in time" in text and "No change of numbers" not in text


def test_time_for_the_conflict_is_above_nothing(tmp_path):
    from waferway.errors import RangeError

    case = planted("capacity")
    network, _ = written(case, tmp_path)
    with pytest.raises(RangeError, match="conflict_time is 0"):
        ww.plan(network, **case.arguments, conflict_time=0)
