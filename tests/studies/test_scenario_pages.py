"""Pages of the scenarios: each has its parts, and says what its results file says."""

from __future__ import annotations

import json

import pytest

import waferway as ww
from benchmarks.scenarios import BEGIN, END, PAGES, RESULTS, differs, figures, paged
from tests.studies.test_scenarios import SHIPPED
from waferway.atlas.announcements import sums_of
from waferway.studies.scenario_study import ScenarioStudy
from waferway.studies.scenarios import SERVED


@pytest.fixture(scope="module")
def evidence():
    return ww.world().evidence


def study(name: str) -> ScenarioStudy:
    return ScenarioStudy.from_json(json.loads((RESULTS / f"{name}.json").read_text("utf-8")))


def test_every_shipped_scenario_has_a_page():
    assert set(SHIPPED) <= set(paged())
    index = (PAGES / "index.md").read_text("utf-8")
    for name in SHIPPED:
        assert f"({name}.md)" in index


@pytest.mark.parametrize("name", SHIPPED)
def test_a_page_says_what_its_results_say(evidence, name):
    text = (PAGES / f"{name}.md").read_text("utf-8")
    block = BEGIN + text.split(BEGIN)[1].split(END)[0] + END
    assert block == figures(study(name), sums_of(evidence, name)), (
        "write the pages anew: python -m benchmarks.scenarios --write"
    )
    assert text.startswith(f"# {name}: ")
    for part in ("## What ", "## How it is made", "## What the model says"):
        assert part in text
    assert f"waferway scenario run {name}" in text


@pytest.mark.parametrize("name", SHIPPED)
def test_results_are_of_this_scenario_within_the_gap(name):
    found = study(name)
    assert found.name == name
    assert found.description == ww.world().table("scenario").at[name, "description"]
    assert all(p["gap"] is None or p["gap"] <= 0.01 for p in found.plans)
    for ask in found.asks:
        assert 0 <= ask["served"] <= ask["needed"] * (1 + 1e-6)
    served = all(a["share"] >= SERVED for a in found.asks)
    assert found.verdict == ("possible" if not found.asks else "feasible" if served else "partly")
    assert differs(found.to_json(), found.to_json()) == []


def test_what_the_pages_claim_in_words():
    """Sentences of the pages that figures must bear out."""
    taiwan = study("taiwan-closure").compute()
    shipped, foreseen, surprise = (taiwan[c] for c in taiwan.columns)
    assert shipped.sum() > foreseen.sum() > surprise.sum()
    assert surprise[2027] < 0.5 * shipped[2027] and surprise[2028] < shipped[2028]
    two = study("hbm-two-suppliers").compute()
    assert two.iloc[:, 1].sum() > 0.98 * two.iloc[:, 0].sum()  # the third maker costs little
    late = two.iloc[:, 3] - two.iloc[:, 1]
    assert late.idxmin() == 2028  # the hole comes late
    slip = study("hbm-slip").compute()
    lost = slip.iloc[:, 0] - slip.iloc[:, 1]
    assert set(lost.nlargest(3).index) == {2026, 2027, 2028}
    act = study("no-chips-act").compute()
    assert act.iloc[:, 1].sum() == pytest.approx(act.iloc[:, 0].sum(), rel=0.01)
    deals = study("openai-26gw")
    assert {a["demand"] for a in deals.asks} == {"openai-nvidia", "openai-amd", "openai-broadcom"}
    assert all(a["share"] > 0.8 for a in deals.asks)
    assert {r["technology"] for r in deals.plans[-1]["binds"]} == {"power"}
    assert study("meta-350k-h100").verdict == "feasible"
    korea = study("korea-2047")
    without, cluster = (korea.compute()[c].sum() for c in korea.compute().columns)
    assert cluster == pytest.approx(without, rel=0.01)  # less than the gap: undecided
    orders = korea.plans[-1]["orders"]
    fabs = ("samsung-yongin-sf2+fab", "p5-ddr+fab", "skhynix-yongin-dram+10k")
    assert [orders.get(name, 0) for name in fabs] == [1, 0, 0]
    assert korea.orders().loc["taylor-sf2+5k"].tolist() == [18, 2]


def test_a_change_of_the_figures_is_noticed():
    content = study("taiwan-closure").to_json()
    other = json.loads(json.dumps(content))
    other["plans"][0]["compute"][-1]["delivered"] *= 1.5
    assert differs(content, other) and differs(content, content) == []
