"""The doors of routes, partners and fabs: text, one JSON object, exit codes."""

import json

import pytest

import waferway as ww
from tests.studies.route_networks import lab
from waferway.cli import run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return str(ww.write(lab(), tmp_path_factory.mktemp("net") / "lab"))


def call(capsys, *arguments):
    code = run(list(arguments))
    out = capsys.readouterr()
    return code, out.out, out.err


ASKED = ("--party", "lab", "--draws", "0", "--workers", "1", "--quiet", "--route", "rent",
         "--route", "buy")  # fmt: skip


def test_routes_as_text_within_eighty_columns(capsys, folder):
    code, out, _ = call(capsys, "routes", folder, *ASKED)
    assert code == 0
    assert out.startswith("Buy accelerators delivers lab most")
    assert max(len(line) for line in out.splitlines()) <= 80


def test_routes_as_one_object_with_report(capsys, folder, tmp_path):
    page = tmp_path / "routes.html"
    code, out, err = call(capsys, "routes", folder, *ASKED, "--json", "--report", str(page))
    assert code == 0
    assert json.loads(out)["best"] == "buy"
    html = page.read_text(encoding="utf-8")
    assert "Compute delivered over time" in html and "http-equiv" in html.lower()
    assert "wrote" in err
    code, _, err = call(capsys, "routes", folder, *ASKED, "--report", str(page))
    assert code == 2 and "--force" in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--party", "lap"), "did you mean lab?"),
        (("--party", "vendor"), "vendor has no fund"),
        (("--party", "lab", "--route", "rant"), "did you mean rent?"),
        (("--party", "lab", "--gap", "0.2"), "at most"),
        (("--party", "lab", "--budget", "9 apples"), "apples"),
    ],
)
def test_wrong_calls_end_with_two(capsys, folder, arguments, says):
    code, out, err = call(capsys, "routes", folder, "--draws", "0", *arguments)
    assert code == 2 and not out
    assert says in err


def test_partners(capsys, folder):
    asked = ("partners", folder, "--party", "lab", "--member", "foundry", "--workers", "1")
    code, out, _ = call(capsys, *asked, "--quiet", "--json")
    assert code == 0
    assert [c["members"] for c in json.loads(out)["coalitions"]] == [
        ["lab"], ["foundry"], ["lab", "foundry"]]  # fmt: skip
    code, _, err = call(capsys, *asked, "--member", "foundri")
    assert code == 2 and "did you mean foundry?" in err


def test_fabs(capsys):
    code, out, _ = call(capsys, "finance", "fabs", "--country", "TW", "--draws", "5", "--json")
    assert code == 0
    assert [row["country"] for row in json.loads(out)["countries"]] == ["TW"]
