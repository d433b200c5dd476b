"""`waferway explain` on a plan folder: words, one build, one period, JSON, an old folder."""

import json
import shutil

import pytest

from waferway.cli import run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    at = tmp_path_factory.mktemp("explain")
    assert run(["network", "new", str(at / "mine.yaml")]) == 0
    assert run(["plan", str(at / "mine.yaml"), "-q", "-o", str(at / "plan")]) == 0
    return at / "plan"


def test_words(folder, capsys):
    assert run(["explain", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "given these builds" in told and "paid for by use of" in told
    assert "cheapest alternative" in told
    assert max(len(line) for line in told.splitlines()) <= 80


def test_json_and_parts(folder, capsys):
    assert run(["explain", str(folder), "--json", "--period", "2028Q1"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["feasible"] is True
    assert {row["period"] for row in told["bottlenecks"]} == {"2028Q1"}
    assert run(["explain", str(folder), "--build", "taichung-cowos+20k", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {row["name"] for row in told["builds"]} == {"taichung-cowos+20k"}
    assert run(["explain", str(folder), "--build", "taichung"]) == 2
    assert "did you mean taichung-cowos+20k" in capsys.readouterr().err


def test_a_folder_without_explanation_says_so_and_answers_the_same(folder, tmp_path, capsys):
    old = tmp_path / "old"
    shutil.copytree(folder, old)
    shutil.rmtree(old / "explanation")
    run(["explain", str(folder)])
    kept = capsys.readouterr().out
    assert run(["explain", str(old)]) == 0
    told = capsys.readouterr()
    assert "keeps no explanation" in told.err
    assert told.out.splitlines()[0] == kept.splitlines()[0]
    assert len(told.out.splitlines()) == len(kept.splitlines())


def test_a_network_that_can_be_planned(folder, capsys):
    assert run(["explain", str(folder.parent / "mine.yaml")]) == 0
    assert "some plan satisfies the network" in capsys.readouterr().out
