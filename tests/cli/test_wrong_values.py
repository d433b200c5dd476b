"""Values of options that make no sense: a wrong call (2) or a no (1), never a defect (3)."""

from pathlib import Path

import pytest
import typer

from tests.planning.small_networks import chip_network
from waferway.cli import run
from waferway.cli.commands import app
from waferway.network.writing import write

DESIGN = Path("src/waferway/chips/designs/h100-sxm.yaml").resolve()
VALUES = ("", "foo", "-1", "nan", "1e400")
CALLS = {
    "plan": ["net", "-q", "--no-explain", "--force", "-o", "out"],
    "explain": ["plan"],
    "report": ["plan", "--force"],
    "excel": ["plan", "plan.xlsx", "--force"],
    "diff": ["plan", "plan", "--force"],
    "trace": ["plan", "capacity"],
    "routes": ["net", "--party", "lab", "--workers", "1", "--until", "0"],
    "partners": ["net", "--party", "lab", "--workers", "1", "--until", "0"],
    "network check": ["net"],
    "network excel": ["book.xlsx", "net", "--force"],
    "chips cost": [str(DESIGN), "--draws", "2"],
    "chips yield": [str(DESIGN), "--draws", "2"],
    "finance fabs": ["--draws", "2"],
    "finance subsidies": ["net", "--until", "0"],
    "scenario run": ["no-such", "--network", "net"],
    "atlas list": [],
    "ledger audit": ["none"],
}
"""Calls that a garbage value is put into; those that would plan for long are wrong anyway."""


def _options(name):
    command = typer.main.get_command(app)
    for part in name.split():
        command = command.commands[part]
    return [p.opts[-1] for p in command.params
            if p.param_type_name == "option" and not p.is_flag and p.name != "help"]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    at = tmp_path_factory.mktemp("wrong")
    write(chip_network(compute_basis="h100e"), at / "net")
    assert run(["plan", str(at / "net"), "-q", "-o", str(at / "plan")]) == 0
    return at


@pytest.mark.parametrize("name", CALLS)
def test_garbage_is_never_a_defect(name, folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    base = CALLS[name]
    calls = [[*base, option, value] for option in _options(name) for value in VALUES]
    named = range(len([b for b in base if not b.startswith("-")]))
    calls += [[*base[:k], value, *base[k + 1:]] for k in named for value in ("", ".", "foo")
              if k < len(base) and not base[k].startswith("-")]  # fmt: skip
    for call in calls:
        code = run([*name.split(), *call])
        told = capsys.readouterr().err
        assert code in (0, 1, 2) and "internal fault" not in told, (call, code, told)


def test_a_solver_that_is_not_there_names_those_that_are(folder, capsys):
    for name, says in (("", '"" is no solver'), ("higsh", "did you mean highs?"),
                       ("mindopt", '"mindopt" is not installed')):  # fmt: skip
        code = run(["plan", str(folder / "net"), "--solver", name, "-o", str(folder / "x")])
        told = capsys.readouterr().err
        assert code == 2 and says in told and "this machine has" in told and "highs" in told
    assert not (folder / "x").exists()


def test_a_network_of_ones_own_cannot_be_looked_back_on(folder, capsys):
    for verb in ("plan", "routes", "partners"):
        code = run([verb, str(folder / "net"), "--known", "2024-01-31", "--party", "lab"])
        assert code == 2 and "--known looks back on the atlas only" in capsys.readouterr().err


def test_money_below_nothing_is_a_wrong_call(folder, capsys):
    code = run(["plan", str(folder / "net"), "--budget", "-1", "-o", str(folder / "x")])
    assert code == 2 and "budget_usd is -1.0; it must be at least 0" in capsys.readouterr().err


def test_a_difference_is_folded_and_says_why_compute_is_left_out(tmp_path, capsys):
    from tests.planning.small_networks import SETTINGS, chip_tables
    from waferway.network.network import Network

    tables = chip_tables()
    tables["weight"].append({"basis": "a-basis-with-a-long-name-of-its-own", "item": "chip",
                             "weight": 2})  # fmt: skip
    tables["demand"].append({"name": "other", "party": "lab", "item": "die", "quantity": 10,
                             "basis": "", "value_usd": 1})  # fmt: skip
    write(Network.build(tables, SETTINGS), tmp_path / "net")
    for name, basis in (("one", "h100e"), ("two", "a-basis-with-a-long-name-of-its-own")):
        call = ["plan", tmp_path / "net", "-q", "--no-explain", "--basis", basis, "-o",
                tmp_path / name]  # fmt: skip
        assert run([str(part) for part in call]) == 0
    capsys.readouterr()
    assert run(["diff", str(tmp_path / "one"), str(tmp_path / "two")]) == 0
    told = capsys.readouterr().out
    said = " ".join(told.split())
    assert "not compared: the first plan counts it on h100e, the second on a-basis" in said
    assert max(map(len, told.splitlines())) <= 100
