"""An infeasible network at the command line: what clashes, where, exit code 1."""

import json

import pytest

from waferway.cli import run

NETWORK = """\
waferway: 1
setting: {currency: USD, price_year: 2026, start: 2026Q1, until: 2026Q2}
party:
  fab: {kind: foundry, country: TW}
item:
  chip: {kind: package, unit: chip}
technology:
  pack: {capacity_unit: start/month}
recipe:
  make: {technology: pack}
recipe_item:
  - {recipe: make, role: out, item: chip, quantity_per_start: 1}
line:
  home: {party: fab, technology: pack, capacity: 60 start/month}
demand:
  chips: {item: chip, quantity: 100 chip/month, value_usd: $10/chip, must_serve: true}
"""


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text(NETWORK, encoding="utf-8")
    return "net.yaml"


def test_in_words(path, capsys):
    assert run(["plan", path, "-q"]) == 1
    told = capsys.readouterr().err
    assert 'net.yaml:16:33  demand "chips" must be served: 100 chip/month, in 2026Q1' in told
    assert 'net.yaml:14:50  line "home" has a capacity of 60 start/month' in told
    assert "missing 40" in told


def test_as_json(path, capsys, tmp_path):
    assert run(["plan", path, "-q", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["feasible"] is False
    assert [c["key"] for c in told["conflict"]] == ["chips", "home"]
    assert not (tmp_path / "waferway-plan").exists()


@pytest.mark.parametrize("verb", [["plan", "-q"], ["explain"]])
def test_the_search_can_be_cut_off(verb, path, capsys):
    assert run([*verb, path, "--conflict-time", "1e-9"]) == 1
    assert "was cut off after 1e-09 s; give it more with --conflict-time" in capsys.readouterr().err
    assert run([*verb, path, "--conflict-time", "-3"]) == 2
    assert "above 0 seconds" in capsys.readouterr().err
