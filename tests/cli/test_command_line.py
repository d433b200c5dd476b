"""The command line as people and machines call it."""

import json
import subprocess
import sys

import pytest

from tests.planning.small_networks import chip_network
from waferway.cli import run
from waferway.network.writing import write


@pytest.fixture
def small(tmp_path):
    write(chip_network(compute_basis="h100e"), tmp_path / "net")
    return tmp_path / "net"


def call(capsys, *arguments):
    code = run([str(a) for a in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_plan_leaves_a_folder_and_replaces_it_only_when_told(small, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, _ = call(capsys, "plan", small, "--quiet")
    assert code == 0 and "Compute on h100e" in out
    folder = tmp_path / "waferway-plan"
    assert {"manifest.json", "plan.html", "tables", "network"} <= {p.name for p in folder.iterdir()}
    code, _, err = call(capsys, "plan", small, "--quiet")
    assert code == 2 and "pass --force" in err
    code, _, _ = call(capsys, "plan", small, "--quiet", "--force")
    assert code == 0
    code, out, _ = call(capsys, "verify", folder)
    assert code == 0
    code, out, _ = call(capsys, "summary", folder, "--json")
    assert json.loads(out)["basis"] == "h100e"
    code, _, _ = call(capsys, "report", folder, "-o", tmp_path / "again.html")
    assert code == 0 and (tmp_path / "again.html").stat().st_size > 10_000


def test_json_is_one_object_on_standard_output(small, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "waferway", "plan", str(small), "--json", "-o",
         str(tmp_path / "p")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert {"folder", "manifest", "compute", "spending_usd", "cost_usd", "evidence"} <= set(found)


def test_a_corrupted_plan_is_told_by_the_exit_code(small, tmp_path, capsys):
    folder = tmp_path / "p"
    assert call(capsys, "plan", small, "--quiet", "-o", folder)[0] == 0
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["cost_usd"] *= 1.01
    (folder / "manifest.json").write_text(json.dumps(manifest))
    code, out, _ = call(capsys, "verify", folder, "--json")
    assert code == 1 and json.loads(out)["ok"] is False


def test_wrong_calls_name_the_nearest_and_exit_2(small, capsys, tmp_path):
    code, _, err = call(capsys, "plna")
    assert code == 2 and "plan" in err
    code, _, err = call(capsys, "plan", small, "--untill", "2030Q4")
    assert code == 2 and "--until" in err
    code, _, err = call(capsys, "plan", small, "--party", "labs", "-o", tmp_path / "x")
    assert code == 2 and "did you mean lab?" in err
    assert not (tmp_path / "x").exists()


def test_no_is_an_answer(tmp_path, capsys):
    net = chip_network()
    demand = net.table("demand").copy()
    demand["must_serve"] = True
    write(net.with_tables({"demand": demand}), tmp_path / "n")
    code, _, err = call(capsys, "plan", tmp_path / "n", "-o", tmp_path / "p", "--quiet")
    assert code == 1 and "infeasible" in err
    assert not (tmp_path / "p").exists()


def test_network_check_new_and_schema(tmp_path, capsys):
    target = tmp_path / "mine.yaml"
    assert call(capsys, "network", "new", target)[0] == 0
    assert call(capsys, "network", "check", target)[0] == 0
    code, _, err = call(capsys, "network", "new", target)
    assert code == 2 and "exists" in err
    broken = target.read_text(encoding="utf-8").replace("technology:", "tecnology:", 1)
    target.write_text(broken, encoding="utf-8")
    code, _, err = call(capsys, "network", "check", target)
    assert code == 1 and f"{target}:" in err and "technology" in err
    code, out, _ = call(capsys, "network", "schema")
    assert code == 0 and json.loads(out)["$schema"].startswith("https://json-schema.org/")


def test_the_example_network_can_be_planned(tmp_path, capsys):
    target = tmp_path / "mine.yaml"
    call(capsys, "network", "new", target)
    code, _, _ = call(capsys, "plan", target, "--quiet", "-o", tmp_path / "p")
    assert code == 0
    assert call(capsys, "verify", tmp_path / "p")[0] == 0


def test_atlas_verbs(capsys):
    code, out, _ = call(capsys, "atlas", "list", "--json")
    counts = json.loads(out)
    assert code == 0 and counts["line"] >= 25
    code, out, _ = call(capsys, "atlas", "show", "line", "tsmc-cowos")
    assert code == 0 and "capacity" in out and "[C]" in out
    code, _, err = call(capsys, "atlas", "show", "line", "tsmc-cows")
    assert code == 2 and "tsmc-cowos" in err


def test_doctor(capsys):
    code, out, _ = call(capsys, "doctor", "--json")
    assert code == 0 and json.loads(out)["ok"]


def test_help_loads_no_solver_and_no_chart_library():
    code = (
        "import sys, waferway.cli.commands\n"
        "heavy = {'linopy', 'highspy', 'altair', 'vl_convert', 'pandas', 'scipy', 'numba'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def modules_after(statement):
    code = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_importing_loads_less_than_a_tenth_of_what_pandas_loads():
    """How long it takes is measured in benchmarks; what is loaded is the same on every machine."""
    plain = modules_after("pass")
    ours, pandas = modules_after("import waferway") - plain, modules_after("import pandas") - plain
    assert "waferway" in ours and not ours & {"numpy", "pandas", "pydantic"}
    assert len(ours) < len(pandas) / 10


def test_a_network_that_is_not_there_is_a_wrong_call_and_a_faulty_one_an_answer(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    code, _, err = call(capsys, "network", "check", "nope.yaml")
    assert code == 2 and "there is no such file" in err
    (tmp_path / "bad.yaml").write_text("waferway: 1\nlines: {}\n")
    code, _, err = call(capsys, "network", "check", "bad.yaml")
    assert code == 1 and "did you mean line?" in err
    assert max(map(len, err.splitlines()[1:])) <= 80


def test_what_the_command_line_asked_is_not_said_to_be_in_memory(small, tmp_path, capsys):
    code, _, err = call(capsys, "plan", small, "--scenario", "nope", "-o", tmp_path / "p")
    assert code == 2 and err.startswith("what was asked  ") and "memory" not in err
    code, _, err = call(capsys, "plan", small, "--party", "nobody", "-o", tmp_path / "p")
    assert code == 2 and "parties are: " in err


def test_long_lists_of_names_stay_within_80_columns(capsys):
    code, _, err = call(capsys, "atlas", "list", "lines")
    assert code == 2 and "did you mean line?" in err
    assert max(map(len, err.splitlines())) <= 80


def test_a_design_that_is_not_there_is_said_to_be_missing(capsys):
    code, _, err = call(capsys, "chips", "cost", "h1000")
    assert code == 2 and "there is no such file" in err


def test_claims_drawn_to_check_by_hand_are_one_object(capsys):
    code, out, _ = call(capsys, "atlas", "audit", "--draw", "2", "--json")
    found = json.loads(out)
    assert code == 0 and isinstance(found, dict) and len(found["drawn"]) == 2


def test_what_cannot_be_planned_so_is_told_before_the_work(small, tmp_path, capsys):
    code, _, err = call(capsys, "plan", small, "--sensitivity", "-o", tmp_path / "p")
    assert code == 2 and "decider:NAME-low" in err
    code, _, err = call(capsys, "plan", small, "--time-limit", "-4", "-o", tmp_path / "p")
    assert code == 2 and "above 0 seconds" in err
    assert not (tmp_path / "p").exists()


def test_a_place_that_cannot_be_written_is_no_defect(small, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    code, _, err = call(capsys, "plan", small, "--quiet", "-o", tmp_path / "file" / "p")
    assert code == 2 and "internal fault" not in err and str(tmp_path / "file") in err
