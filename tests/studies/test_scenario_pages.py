"""Pages of the scenarios: each has its parts, and says what its results file says."""

from __future__ import annotations

import json
import re

import pytest

import waferway as ww
from benchmarks.cases import CASES, command, spent
from benchmarks.scenario_pictures import FOLDER, THEMES, picture
from benchmarks.scenarios import BEGIN, END, PAGES, RESULTS, differs, figures, overview, paged
from tests.studies.test_scenarios import OF_MONEY, SHIPPED
from waferway.report.drawing import THEMES as COLOURS
from waferway.report.scenario_figures import scenario_figure
from waferway.studies.scenario_study import ScenarioStudy
from waferway.studies.scenarios import SERVED

PAGED = (*SHIPPED, *OF_MONEY)
CLAIM = r"\b(?:(?:oai|dem|hbm|logic|pol|pack)-[0-9]+(?:\.[a-z]+)?|halt-tw-[a-z]+)"


@pytest.fixture(scope="module")
def evidence():
    return ww.world().evidence


def results(name: str) -> dict:
    return json.loads((RESULTS / f"{name}.json").read_text("utf-8"))


def study(name: str) -> ScenarioStudy:
    return ScenarioStudy.from_json(results(name))


def test_every_shipped_scenario_has_a_page(evidence):
    assert set(PAGED) == set(paged())
    assert {p.stem for p in PAGES.glob("*.md")} == {*PAGED, "index"}
    assert overview(evidence) in (PAGES / "index.md").read_text("utf-8")


@pytest.mark.parametrize("name", PAGED)
def test_a_page_says_what_its_results_say(evidence, name):
    text = (PAGES / f"{name}.md").read_text("utf-8")
    block = BEGIN + text.split(BEGIN)[1].split(END)[0] + END
    assert block == figures(name, results(name), evidence), (
        "write the pages anew: python -m benchmarks.scenarios --draw"
    )
    assert text.startswith(f"# {name}: ")
    parts = ("## What ", "## How it is made", "## What the model says", "## Sensitivity",
             "## What is weak")  # fmt: skip
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert f"waferway scenario show {name}" in text
    asked = command(name) if name in CASES else f"waferway scenario run {name}"
    words = set(asked.split()) - {"--draws", str(CASES.get(name))}
    assert words <= set(re.sub(r"[`\\\\.;]", " ", text).split()) | set(text.split())


@pytest.mark.parametrize("name", PAGED)
def test_a_page_names_the_sources_of_its_claims(evidence, name):
    """Each claim named in the prose is there, and its source stands in the table with its day."""
    text = (PAGES / f"{name}.md").read_text("utf-8")
    prose = text.split(BEGIN)[0] + text.split(END)[1]
    inside = re.findall(CLAIM, prose)
    table = text.split("Sources of the claims named on this page")[1].split(END)[0]
    assert inside
    for claim in inside:
        assert claim in evidence, claim
        source = evidence[claim].source_id
        assert not source or evidence.sources[source].title in table, claim


@pytest.mark.parametrize("name", PAGED)
def test_a_page_has_its_picture_light_and_dark(evidence, name):
    """Words, title and number of marks are those of a drawing from the results."""
    figure = picture(name, evidence)
    text = (PAGES / f"{name}.md").read_text("utf-8")
    assert re.search(r"\d", figure.title) and len(figure.table)
    for theme in THEMES:
        drawn = (FOLDER / f"{name}-{theme}.svg").read_text("utf-8")
        fresh = figure.svg(theme)
        for tag in ("title", "desc", "text"):
            found = [re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", one) for one in (drawn, fresh)]
            assert found[0] == found[1], "draw anew: python -m benchmarks.scenarios --draw"
        assert drawn.count("<path") == fresh.count("<path")
        assert COLOURS[theme][0] in drawn and "currentColor" not in drawn
        assert "<script" not in drawn and "NaN" not in drawn
        assert f"figures/{name}-{theme}.svg" in text and f":class: only-{theme}" in text


@pytest.mark.parametrize("name", OF_MONEY)
def test_results_of_routes_are_of_this_scenario_within_the_gap(name):
    content = results(name)
    net = ww.world()
    assert content["scenario"] == name
    assert content["description"] == net.table("scenario").at[name, "description"]
    assert content["fund_usd"] == net.with_scenario(name).table("fund")["amount_usd"].sum()
    rows = [*content["routes"], *(r for one in content["varied"] for r in one["routes"])]
    assert all(row["gap"] is None or row["gap"] <= 0.01 for row in rows)
    assert 0 < spent(content) <= content["fund_usd"] * (1 + 1e-6)
    assert differs(content, content) == []
    moved = json.loads(json.dumps(content))
    moved["routes"][0]["delivered"]["2030Q4"] *= 1.5
    assert differs(content, moved)


def test_what_the_pages_of_money_claim_in_words():
    """Sentences of the three pages that figures must bear out."""
    small, fabs, most = (results(name) for name in OF_MONEY)
    assert spent(small) > 0.9 * small["fund_usd"]  # money binds
    assert spent(fabs) < 0.5 * fabs["fund_usd"]  # it cannot be spent
    assert spent(most) == pytest.approx(spent(fabs), rel=0.05)  # nothing more of seven times it
    assert fabs["own_modules"]["built"] < 0.05 * fabs["own_modules"]["paid_for"]
    own = next(r for r in fabs["routes"] if r["route"] == "own")
    assert any("hbm" in b["of"] for b in own["binds"])
    ten = next(one for one in fabs["varied"] if one["says"].startswith("ten times"))
    by = {r["route"]: r["delivered"]["2030Q4"] for r in ten["routes"]}
    assert by["own"] > 5 * own["delivered"]["2030Q4"]


@pytest.mark.parametrize("name", ["taiwan-closure", "korea-2047", "openai-26gw"])
def test_the_picture_of_a_scenario_shows_its_numbers(name):
    found = study(name)
    figure = scenario_figure(found)
    left = found.others()
    frame = left if len(left) else found.compute()
    if "year" in figure.table:
        assert figure.table.drop(columns="year").to_numpy() == pytest.approx(frame.to_numpy())
    else:
        orders = found.orders()
        for row in figure.table.itertuples(index=False):
            assert list(row[1:]) == orders.loc[row[0]].tolist()
    for width in (352, 736):
        drawn = float(re.search(r'<svg[^>]* width="([\d.]+)"', figure.svg(width=width))[1])
        assert drawn <= width + 4


@pytest.mark.parametrize("name", SHIPPED)
def test_results_are_of_this_scenario_within_the_gap(name):
    found = study(name)
    assert found.name == name
    assert found.description == ww.world().table("scenario").at[name, "description"]
    assert all(p["gap"] is None or p["gap"] <= 0.01 for p in found.plans)
    for one in results(name).get("varied", []):
        assert all(gap <= 0.01 for gap in one["gaps"])
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
    assert {r["technology"] for r in deals.plans[-1]["binds"] if r["year"] > 2025} == {"power"}
    varied = {one["says"]: one for one in results("openai-26gw")["varied"]}
    assert abs(varied["power never binds, in both"]["worst_share"]) < 0.01
    meta = study("meta-350k-h100")
    assert meta.asks[0]["share"] >= SERVED > meta.asks[1]["share"]
    for one in results("hbm-two-suppliers")["varied"]:
        assert one["after_million"] > 0.99 * one["before_million"]
    lines = [one for one in results("hbm-slip")["varied"] if one["says"].startswith("new lines")]
    lost = {round(one["after_million"] / one["before_million"], 3) for one in lines}
    assert len(lines) == 2 and len(lost) == 1  # the date of HBM4 makes the loss, not the lines
    korea = study("korea-2047")
    without, cluster = (korea.compute()[c].sum() for c in korea.compute().columns)
    assert cluster == pytest.approx(without, rel=0.01)  # less than the gap: undecided
    orders = korea.plans[-1]["orders"]
    fabs = ("samsung-yongin-sf2+fab", "p5-ddr+fab", "skhynix-yongin-dram+10k")
    assert [orders.get(name, 0) for name in fabs] == [1, 0, 0]
    assert korea.orders().loc["taylor-sf2+5k"].tolist() == [19, 1]


def test_a_change_of_the_figures_is_noticed():
    content = study("taiwan-closure").to_json()
    other = json.loads(json.dumps(content))
    other["plans"][0]["compute"][-1]["delivered"] *= 1.5
    assert differs(content, other) and differs(content, content) == []
