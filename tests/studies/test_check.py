"""Check: verdicts on invented articles, on the visible ones, and on announcements of the record."""

import json
import pathlib
from collections import Counter

import pytest

from tests.studies.check_articles import ARTICLES
from tests.studies.check_truths import TRUE_OR_UNKNOWN
from waferway.atlas.record import implications, record
from waferway.evidence.claims import Claim
from waferway.evidence.extract.files import Document
from waferway.studies.check import Check, check, check_documents
from waferway.studies.check_families import FAMILIES
from waferway.studies.check_implications import misfits
from waferway.studies.check_verdicts import VERDICTS

GOLD = pathlib.Path(__file__).parents[3] / "shared" / "data" / "claims-gold"
SILENT = "not_checkable"


def of_text(text: str, lang: str = "en", published: str | None = "2025-12-01") -> Check:
    return check_documents([Document("a.txt", text, lang, published)], plans=False)


def verdicts_at(made: Check, text: str, words: str) -> list[str]:
    """Verdicts of the findings at the first place of some words, figures before sentences."""
    start = text.index(words)
    hits = [
        finding for finding in made.findings
        if (finding.claim.start or 0) < start + len(words) and start < (finding.claim.end or 0)
    ]  # fmt: skip
    figures = [finding for finding in hits if finding.claim.kind != "text"] or hits
    figures.sort(key=lambda f: (f.claim.end or 0) - (f.claim.start or 0))
    return [finding.verdict for finding in figures]


@pytest.mark.parametrize("article", ARTICLES, ids=[a[0] for a in ARTICLES])
def test_no_verdict_on_an_invented_article_is_wrong(article):
    lang, published, text, wanted = article
    made = of_text(text, lang, published)
    for words, right in wanted:
        got = [*verdicts_at(made, text, words), SILENT][0]
        assert got in {right, SILENT}, (words, got)


def test_most_claims_of_the_invented_articles_are_judged():
    right = total = 0
    for lang, published, text, wanted in ARTICLES:
        made = of_text(text, lang, published)
        for words, verdict in wanted:
            right += [*verdicts_at(made, text, words), "missing"][0] == verdict
            total += 1
    assert right / total >= 0.9, f"{right} of {total}"


# Verdicts on the three articles the project starts from; their text is not in the repository.
SEEDS = {
    "000_55168836866e2e4a.txt": [
        ("26 de enero", {"supported"}), ("60 kilómetros", {"supported"}),
        ("tres empresas", {"supported"}), ("470 mil millones", {"supported"}),
        ("trece nuevas", {"supported"}), ("tres centros", {"supported", "differs_in_scope"}),
        ("21 fábricas", {"differs_in_scope"}), ("dos mayores", set()),
    ],
    "001_2730880aec09d845.txt": [
        ("H200", {"contradicted"}), ("90%", {"supported"}), ("Kwak", {"supported"}),
        ("quasi esclusivamente", {"contradicted"}), ("All'inizio del mese", {"supported"}),
    ],
    "004_7656fdf8e60fc9fd.txt": [
        ("8 à 10 milliards", {"infeasible", "differs_in_scope"}), ("se classe", {"contradicted"}),
    ],
}  # fmt: skip


@pytest.mark.skipif(not GOLD.is_dir(), reason="shared articles are not beside this checkout")
@pytest.mark.parametrize("name", SEEDS)
def test_every_verdict_on_the_visible_articles_is_right_or_withheld(name):
    path = GOLD / name
    text = path.read_text(encoding="utf-8")
    made = check(path, published="2024-01-28", plans=False)
    named = set()
    for words, right in SEEDS[name]:
        got = verdicts_at(made, text, words)
        assert got and got[0] in right | {SILENT}, (words, got)
        start = text.index(words)
        named |= {
            f.claim.claim_id for f in made.findings
            if (f.claim.start or 0) <= start < (f.claim.end or 0)
        }  # fmt: skip
    judged = Counter(f.verdict for f in made.findings if f.claim.claim_id not in named)
    assert set(judged) <= {"supported", SILENT}


@pytest.mark.skipif(not GOLD.is_dir(), reason="shared articles are not beside this checkout")
@pytest.mark.parametrize("name", sorted(p.name for p in GOLD.glob("*-*.txt")))
def test_texts_on_firms_that_the_record_does_not_know_get_no_verdict(name):
    made = check(GOLD / name, published="2026-05-01", plans=False)
    assert {f.verdict for f in made.findings} == {SILENT}


SECTION_4 = [
    ("en", "OpenAI signed letters of intent with Samsung and SK hynix for 900,000 DRAM wafers per "
     "month by 2029.", "900,000", "supported"),
    ("en", "OpenAI's deals with Broadcom, NVIDIA and AMD sum to 26 GW together.", "26 GW",
     "supported"),
    ("en", "OpenAI wants to build 36 chip fabs.", "36", "supported"),
    ("en", "Sam Altman is seeking $7 trillion to build fabs for AI chips.", "$7", "infeasible"),
    ("en", "The Korean semiconductor cluster plan of South Korea is worth 470 trillion won until "
     "2047.", "470", "contradicted"),
    ("en", "South Korea's cluster plan will invest 470 billion dollars until 2047.", "470",
     "supported"),
    ("en", "Stargate will invest $500 billion in data centres.", "$500", "supported"),
    ("en", "Meta plans to own 350,000 H100 GPUs by the end of 2024.", "350,000", "supported"),
    ("en", "Almost all of the world's advanced chips are made in Taiwan.", "Almost",
     "contradicted"),
    ("en", "In chip manufacturing, South Korea ranks behind the United States, China and Japan.",
     "South Korea ranks", "contradicted"),
]  # fmt: skip


SECTION_4 += [
    ("zh", "星际之门项目每月需要90万片DRAM晶圆。", "90万", "supported"),
    ("en", "A 2nm fab with a capacity of 50,000 wafers a month costs $28 billion.", "$28",
     "supported"),
    ("en", "McKinsey expects generative AI worldwide to need 1.2 million to 3.6 million wafers a "
     "year at 3nm and below by 2030.", "1.2 million", "supported"),
    ("de", "Sam Altman will sieben Billionen Dollar für Fabriken für KI-Chips einsammeln.",
     "sieben", "infeasible"),
    ("fr", "OpenAI veut bâtir 36 usines de puces.", "36", "supported"),
    ("it", "Altman cerca tra 8 e 10 miliardi di dollari da G42 per una rete di fabbriche di chip "
     "AI.", "tra 8", "infeasible"),
    ("es", "El plan coreano prevé 470 billones de wones hasta 2047 para el clúster de "
     "semiconductores de Corea del Sur.", "470", "contradicted"),
    ("ja", "サム・アルトマン氏は、AI半導体の工場建設に最大7兆ドルを調達しようとしている。", "7兆",
     "infeasible"),
]  # fmt: skip


@pytest.mark.parametrize("case", SECTION_4, ids=[f"{c[0]} {c[2]}" for c in SECTION_4])
def test_claims_of_the_specification(case):
    lang, text, words, right = case
    assert verdicts_at(of_text(text, lang), text, words)[0] == right


def test_eight_to_ten_billion_buy_half_a_leading_edge_fab():
    text = "Altman seeks $8 billion to $10 billion for several fabs for AI chips."
    made = of_text(text, published="2024-01-28")
    found = next(f for f in made.findings if f.claim.kind == "money")
    assert found.verdict == "infeasible" and found.then.verdict == "infeasible"
    assert "0.286 to 0.5 of a fab" in found.judgement.reason
    assert found.judgement.binds.startswith("money")
    cited = {name for one in found.implied for step in one.steps for name in step.claims}
    assert {"record.logic-080", "record.logic-081", "record.fab.size"} <= cited


def test_the_same_money_for_one_fab_or_a_first_phase_is_not_called_infeasible():
    for text in (
        "TSMC plans to spend $40 billion on two fabs for advanced chips in Arizona.",
        "Rapidus plans to spend $30 billion on a fab for leading-edge chips.",
        "The firm will spend an initial $8 billion on two fabs for AI chips.",
        "Intel plans to spend $20 billion on two leading-edge fabs in Ohio.",
        "The firm will spend $8 billion on two packaging plants for AI chips.",
    ):
        assert "infeasible" not in {f.verdict for f in of_text(text).findings}, text


def test_announcements_that_do_not_fit_are_found():
    text = SECTION_4[0][1]
    made = of_text(text)
    found = {misfit.name: misfit for misfit in made.misfits}
    assert "50 GW" in found["dram-power"].says and "26 GW" in found["dram-power"].says
    stargate = of_text("The Stargate project needs up to 900,000 DRAM wafers a month.")
    assert [misfit.name for misfit in stargate.misfits] == ["dram-power"]
    implied = [one.says for f in made.findings for one in f.implied]
    assert "implies 50 GW; the announced deals sum to 26" in implied
    every = {misfit.name: misfit.says for misfit in misfits(record())}
    assert "720 billion to 1.008 trillion USD" in every["fabs-money"]
    assert "17.5 million wafers a month" in every["money-capacity"]
    assert "40 billion to 66.67 billion USD/GW" in every["money-power"]


def test_a_text_is_judged_on_what_was_known_then_and_on_what_is_known_now():
    text = "In chip manufacturing, South Korea ranks behind the United States, China and Japan."
    (found,) = of_text(text, published="2024-01-28").findings
    assert found.then.verdict == SILENT and found.verdict == "contradicted"
    assert of_text(text, published=None).findings[0].then is None


def test_an_award_that_was_revised_later_is_right_for_its_day():
    text = "Intel receives $8.5 billion under the CHIPS Act."
    (early,) = of_text(text, published="2024-04-01").findings
    assert early.verdict == "supported" and "since 2024-11-26" in early.judgement.reason
    (late,) = of_text(text, published="2025-04-01").findings
    (undated,) = of_text(text, published=None).findings
    assert late.verdict == undated.verdict == "differs_in_time"


def test_nothing_known_later_enters_the_verdict_of_then():
    made = [of_text(t, lang, "2024-01-28") for lang, _, t, _ in ARTICLES]
    facts = [fact for one in made for finding in one.findings for fact in finding.then.facts]
    assert len(facts) > 20
    for fact in facts:
        assert str(fact.known_from) <= "2024-01-28", fact.claim_id


@pytest.mark.parametrize("text", [
    "SK hynix did not hold 20% of the HBM market in 2023.",
    "If SK hynix held 20% of the HBM market in 2023, it would be small.",
    "SK hynix's share of the HBM market rose to 70%.",
    "Its share of the HBM market was 20% in 2023.",
    "SK hynix and a rival discussed that somebody held 20% in 2023.",
    "SK hynix held 20% of the NAND market in 2023.",
    "Analysts expect SK hynix to hold 20% of the HBM market in 2029.",
    "SK hynix held 50% of the HBM market in 2023.",
    "The H100 costs more than the H200, which has a price of 2 billion won per rack.",
    "The H200 is first with faster memory than HBM3.",
    "Sam Altman met Kwak Noh-jung of SK hynix in Seoul on 3 March 2025 on plans.",
])  # fmt: skip
def test_what_a_sentence_leaves_open_is_never_contradicted(text):
    verdicts = {f.verdict for f in of_text(text, published="2025-12-01").findings}
    assert not verdicts & {"contradicted", "infeasible", "supported"}, verdicts


def test_every_number_is_traced():
    for lang, published, text, _ in ARTICLES:
        made = of_text(text, lang, published)
        mine = {f.claim.claim_id for f in made.findings}
        content = made.to_json()
        facts = {fact["claim_id"] for fact in content["facts"]}
        sources = {source["source_id"] for source in content["sources"]}
        for claim in content["claims"]:
            assert claim["quote"] == text[claim["start"] : claim["end"]]
            assert set(claim["record"]) <= facts
            if claim["verdict"] != SILENT:
                assert claim["record"] or claim["implies"], claim["quote"]
            steps = [*claim["arithmetic"], *(s for i in claim["implies"] for s in i["arithmetic"])]
            for step in steps:
                assert step["says"] and set(step["claims"]) <= mine | set(record())
        assert {fact["source_id"] for fact in content["facts"]} <= sources
        json.dumps(content)


def test_the_same_text_gives_the_same_bytes():
    lang, published, text, _ = ARTICLES[0]
    one, two = (json.dumps(of_text(text, lang, published).to_json()) for _ in range(2))
    assert one == two


def test_record_claims_cite_sources_and_say_since_when_they_are_known():
    whole = record()
    for claim in whole.values():
        assert claim.source_id and claim.known_from and claim.locator, claim.claim_id
        assert claim.metric in FAMILIES or claim.kind == "text" or claim.metric in {
            "exchange_rate", "fab_size", "fab_cost", "capex_per_wafer_per_month",
            "packages_per_wafer", "dram_per_power", "all_in_cost", "compute_plan",
        }, claim.metric  # fmt: skip
        if claim.source_id == "waferway":
            assert claim.grade == "D"
    for rule in implications():
        assert all(name in whole for name in (*rule.start, *rule.by, *rule.against))


def test_korean_sites_sum_to_the_plan():
    whole = record()
    parts = [whole[f"record.oai-0{n}"].central for n in (38, 39, 40, 41)]
    assert sum(parts) == whole["record.oai-030"].central == 622e12


def test_an_announced_sum_of_a_party_of_the_atlas_is_planned():
    text = "OpenAI plans to raise $9 billion for fabs and AI chips."
    made = check_documents([Document("a.txt", text, "en", "2024-01-31")])
    planned = made.findings[0].planned
    assert planned.party == "openai" and planned.fund_usd == 9e9
    years = [year for year, _, _ in planned.delivered]
    assert years == sorted(years) and all(0 <= unmet <= 1 for _, _, unmet in planned.delivered)
    assert planned.delivered[-1][2] > 0.5
    assert made.to_json()["claims"][0]["plan"]["network_sha256"]


def test_a_plan_the_atlas_cannot_represent_is_said_to_be_so():
    text = "Stargate will invest $500 billion in AI data centres."
    made = check_documents([Document("a.txt", text, "en", "2025-02-01")])
    assert "the atlas has no plan" in made.findings[0].planned.says


def test_printed_verdicts_show_arithmetic_and_sources():
    shown = str(of_text("The H200 carries 96 GB of memory.", published=None))
    assert "CONTRADICTED" in shown and "96 - 141 = -45 GB (-32 %)" in shown
    assert "record.chip-021" in shown and "1 claims: 1 contradicted" in shown
    assert set(of_text("").count()) == set(VERDICTS)


def test_printed_verdicts_keep_within_eighty_columns():
    text = (
        "OpenAI seeks between $8bn and $10bn for chip factories with G42. The H200 carries 96 GB."
    )
    lines = str(of_text(text)).splitlines()
    assert len(lines) > 12 and max(map(len, lines)) <= 80


def test_claims_of_statements_keep_the_schema():
    text = "The H200 uses HBM3 memory."
    (found,) = of_text(text).findings
    assert isinstance(found.claim, Claim) and found.claim.kind == "text"
    assert found.claim.quote == text[found.claim.start : found.claim.end]


def test_the_page_shows_hostile_text_as_text_and_marks_claims():
    from waferway.report.check_page import render_check

    text = '<script>alert(1)</script> The H200 has 96 GB. {{ 7*7 }} "><img src=x onerror=a()>'
    html = render_check(of_text(text))
    assert "<script" not in html and "<img" not in html and "&lt;script&gt;" in html
    assert "{{ 7*7 }}" in html
    assert '<mark class="contradicted">96 GB</mark>' in html
    assert "96 - 141 = -45 GB" in html and "default-src &#39;none&#39;" not in html
    assert "src=" not in html.replace("src=x", "")


def test_the_verb_ends_with_one_where_a_claim_is_contradicted(tmp_path, capsys):
    from waferway.cli import run

    note, page = tmp_path / "note.txt", tmp_path / "note.html"
    note.write_text("The H200 has 96 GB of memory.", encoding="utf-8")
    assert run(["check", str(note), "--json", "--no-plan", "--html", str(page)]) == 1
    content = json.loads(capsys.readouterr().out)
    assert content["ok"] is False and content["counts"]["contradicted"] == 1
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert run(["check", str(note), "--no-plan", "--html", str(page)]) == 2  # never written over
    note.write_text("The H200 has 141 GB of memory.", encoding="utf-8")
    assert run(["check", str(note), "--no-plan"]) == 0
    assert run(["check", str(tmp_path / "none.txt")]) == 2


def test_news_on_firms_that_nobody_knows_gets_no_verdict_but_on_prices_of_known_products():
    from tests.evidence.extract.invented import SENTENCES
    from tests.evidence.extract.reports import REPORTS

    seen = Counter()
    for lang, text, *_ in [*REPORTS, *SENTENCES]:
        for finding in of_text(text, lang, "2026-01-15").findings:
            seen[finding.verdict] += 1
            priced = finding.claim.kind == "money" and "h200" in finding.about
            assert finding.verdict == SILENT or (priced and finding.verdict == "supported"), text
    assert seen[SILENT] > 700


def test_figures_that_are_right_are_never_called_wrong():
    seen = Counter()
    for lang, published, text in TRUE_OR_UNKNOWN:
        for finding in of_text(text, lang, published).findings:
            seen[finding.verdict] += 1
            assert finding.verdict in {"supported", SILENT}, (finding.claim.quote, text)
    assert seen["supported"] >= 10 and seen[SILENT] > 60
