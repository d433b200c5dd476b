"""Every example runs, in an empty folder, and checks itself with its own asserts."""

import runpy
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_examples_run(path, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(path), run_name="__main__")
    assert capsys.readouterr().out, "an example shows something"
    assert not list(tmp_path.iterdir()), "an example leaves nothing where it was run"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_examples_are_notebooks_in_percent_format(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# %% [markdown]\n# # ")
    assert "assert " in text, "an example checks what it says"


def test_there_are_examples():
    assert len(EXAMPLES) >= 4
