"""The one-file report: what it says, that it asks for nothing, and that text stays text."""

import re

import pytest

import waferway
from tests.planning.small_networks import chip_network, chip_tables
from waferway.errors import OutputExists
from waferway.network.network import Network
from waferway.planning import plan

HOSTILE = "</script><script>alert(1)</script>\"'>{{7*7}}<img src=x onerror=alert(2)>"


@pytest.fixture(scope="module")
def page():
    return waferway.render_report(plan(chip_network(compute_basis="h100e"), gap=0))


def test_it_answers_in_sentences(page):
    answer = re.search(r'<section id="answer".*?</section>', page, re.S).group(0)
    said = re.findall(r"<p>(.*?)</p>", answer)
    assert len(said) == 3
    assert "H100-equivalents" in said[0] and "cowos" in said[1] and "spends" in said[2]


def test_every_figure_has_a_drawing_and_a_table(page):
    sections = re.findall(r'<section id="(\w+)">\s*<h2>(.*?)</h2>\s*<figure(.*?)</section>', page,
                          re.S)  # fmt: skip
    names = [name for name, _, _ in sections]
    assert {"supply", "bottlenecks", "use", "money", "map"} <= set(names)
    for name, title, body in sections:
        assert "<svg" in body and "<table" in body and len(title) > 15, name


def test_it_runs_nothing_and_asks_for_nothing(page):
    assert "<script" not in page and "javascript:" not in page
    assert "default-src 'none'" in page
    loads = re.findall(r'(?:src|srcset|data|poster|action)\s*=\s*"(https?:[^"]*)"', page)
    assert not loads and "@import" not in page and "url(http" not in page


def test_the_style_is_the_one_the_policy_admits(page):
    import base64
    import hashlib

    style = re.search(r"<style>(.*?)</style>", page, re.S).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in page


def test_hostile_text_stays_text():
    tables = chip_tables()
    for row in tables["party"] + tables["technology"] + tables["line"]:
        row["label"] = HOSTILE
    net = Network.build(tables, {
        "start": "2026Q1", "until": "2026Q4", "currency": "USD", "price_year": 2026,
        "title": HOSTILE, "compute_basis": "h100e",
    })  # fmt: skip
    html = waferway.render_report(plan(net))
    assert "<script" not in html and "<img" not in html
    assert "&lt;script&gt;" in html and "{{7*7}}" in html  # shown as it was written


def test_writing_over_needs_force(tmp_path):
    result = plan(chip_network(compute_basis="h100e"))
    target = result.report(tmp_path / "a.html")
    before = target.read_bytes()
    with pytest.raises(OutputExists):
        result.report(target)
    result.report(target, force=True)
    assert target.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.html"]
