"""The one-file report: what it says, that it asks for nothing, and that text stays text."""

import base64
import hashlib
import json
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
    sections = re.findall(
        r'<section id="(\w+)"[^>]*>\s*<h2[^>]*>(.*?)</h2>\s*<figure(.*?)</section>', page, re.S
    )
    names = [name for name, _, _ in sections]
    assert set(names) == {"supply", "map", "bottlenecks", "flow", "builds", "cost", "money", "use"}
    for name, title, body in sections:
        assert "<svg" in body and "<table" in body and len(title) > 15, name


def test_it_asks_for_nothing(page):
    page = re.sub(r"<script>.*?</script>", "", page, flags=re.S)  # foreign code is no address
    assert "javascript:" not in page
    assert "default-src 'none'" in page
    loads = re.findall(r'(?:src|srcset|data|poster|action)\s*=\s*"(https?:[^"]*)"', page)
    assert not loads and "@import" not in page and "url(http" not in page


def test_style_and_scripts_are_those_the_policy_admits(page):
    own = re.findall(r"<style>(.*?)</style>", page, re.S)
    own += re.findall(r"<script>(.*?)</script>", page, re.S)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
    hashes = {base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in own}
    assert len(own) == 3 and set(re.findall(r"sha256-([^']+)'", policy)) == hashes
    assert "unsafe" not in policy and policy.startswith("default-src 'none'")


def test_hostile_text_stays_text():
    tables = chip_tables()
    for row in tables["party"] + tables["technology"] + tables["line"]:
        row["label"] = HOSTILE
    net = Network.build(tables, {
        "start": "2026Q1", "until": "2026Q4", "currency": "USD", "price_year": 2026,
        "title": HOSTILE, "compute_basis": "h100e",
    })  # fmt: skip
    html = waferway.render_report(plan(net))
    tags = re.findall(r"<script[^>]*>", html)
    assert tags == ['<script type="application/json" id="specs">', "<script>", "<script>"]
    specs = re.search(r'id="specs">(.*?)</script>', html, re.S).group(1)
    assert "<" not in specs and HOSTILE[:20] in str(json.loads(specs))
    html = re.sub(r"<script.*?</script>", "", html, flags=re.S)
    assert "<img" not in html
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
