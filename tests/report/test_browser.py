"""The report in a real browser: nothing is fetched, nothing runs that is not ours, all can read."""

import json
import re
from contextlib import contextmanager
from pathlib import Path

import pytest

import waferway
from tests.planning.small_networks import chip_tables
from waferway.network.network import Network
from waferway.report.figures import NAMES
from waferway.report.page import Page, Section, write_page

pytestmark = pytest.mark.browser

WIDTHS = {"desktop": 1280, "phone": 390}


@contextmanager
def opened(chromium, path, *, width=1280, scheme="light", script=True):
    """A page, what it asked for, and what it complained of."""
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script
    )
    page = context.new_page()
    page.asked, page.said = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda line: page.said.append(f"{line.type}: {line.text}"))
    page.on("pageerror", lambda fault: page.said.append(f"error: {fault}"))
    page.on("dialog", lambda dialog: (page.said.append("a dialog"), dialog.dismiss()))
    page.goto(Path(path).as_uri())
    if script:
        page.wait_for_selector("html[data-ready=all]", state="attached", timeout=60_000)
    yield page
    context.close()


def test_it_draws_every_figure_and_asks_for_nothing(chromium, example_page):
    with opened(chromium, example_page) as page:
        assert page.asked == [example_page.as_uri()]
        assert not page.said
        charts = page.locator("figure[data-chart]").count()
        assert page.locator("figure.live").count() == charts >= 8
        assert page.locator("figure.live .drawn svg").count() == charts


def test_a_chart_that_wants_an_address_gets_none(chromium, tmp_path):
    """The loader refuses and the policy refuses: an address in a specification stays unread."""
    from waferway.report.figure import Figure

    def draw(width):
        return {
            "$schema": "https://vega.github.io/schema/vega-lite/v6.json", "width": width,
            "layer": [
                {"data": {"values": [{"u": "http://127.0.0.1:9/a.png", "x": 1}]},
                 "mark": {"type": "image", "width": 9, "height": 9},
                 "encoding": {"url": {"field": "u", "type": "nominal"},
                              "x": {"field": "x", "type": "quantitative"}}},
            ],
        }  # fmt: skip

    import pandas as pd

    figure = Figure("greedy", "A chart that asks", "It asks.", draw, pd.DataFrame({"x": [1]}))
    path = write_page(Page("Greedy", sections=[Section.of(figure)]), tmp_path / "greedy.html")
    with opened(chromium, path) as page:
        assert page.asked == [path.as_uri()]


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
def test_without_script_it_can_be_read_whole(chromium, example_page, width):
    with opened(chromium, example_page, script=False, width=width) as page:
        shown = page.locator("figure[data-chart] .still svg:visible")
        assert shown.count() == page.locator("figure[data-chart]").count() >= 8
        assert page.locator("#answer p").count() == 3
        page.locator("#supply summary").first.click()
        assert page.locator("#supply table").first.is_visible()
        assert "2028" in page.locator("#supply table").first.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
def test_no_serious_finding_of_axe(chromium, example_page, scheme, width):
    found = axe_findings(chromium, example_page, scheme=scheme, width=width)
    assert not found, found


def axe_findings(chromium, path, **how):
    """Serious and critical findings, with everything that folds open."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is absent")
    with opened(chromium, path, **how) as page:
        page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
        result = axe.Axe().run(page)
        page.evaluate("for (const d of document.querySelectorAll('details')) d.open = false")
    return [
        (v["id"], v["impact"], v["nodes"][0]["html"][:200])
        for v in result.response["violations"]
        if v["impact"] in ("serious", "critical")
    ]


@pytest.mark.slow
def test_the_report_of_the_atlas_is_light_quiet_and_readable(chromium, atlas_plan, tmp_path):
    path = atlas_plan.report(tmp_path / "plan.html")
    assert path.stat().st_size <= 2.5e6
    with opened(chromium, path) as page:
        assert page.asked == [path.as_uri()] and not page.said
        assert page.locator("figure.live").count() == len(NAMES)
        # What the page itself computes until every figure is drawn, not how long it waited.
        spent = page.evaluate("performance.getEntriesByType('measure').at(-1).duration")
        assert spent < 20_000  # benchmarks/report.py measures it; this only notices a runaway
    with opened(chromium, path, script=False, width=390) as page:
        assert page.locator("figure .still svg:visible").count() == len(NAMES)
    for scheme, width in (("light", 1280), ("dark", 390)):
        found = axe_findings(chromium, path, scheme=scheme, width=width)
        assert not found, found


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
def test_nothing_leaves_the_screen_sideways(chromium, example_page, width):
    with opened(chromium, example_page, width=width) as page:
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_keyboard_reaches_every_control(chromium, example_page):
    with opened(chromium, example_page) as page:
        page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
        wanted = page.evaluate(
            "[...document.querySelectorAll('a[href],summary,button,input,select,[tabindex=\"0\"]')]"
            ".map((e, k) => (e.dataset.control = k, k)).length"
        )
        page.evaluate("document.body.focus()")
        reached = set()
        for _ in range(wanted + 5):
            page.keyboard.press("Tab")
            at = page.evaluate("document.activeElement.dataset.control ?? null")
            if at is not None:
                reached.add(at)
        assert len(reached) == wanted
        # And one of them does what it says.
        page.locator("#cost summary").first.focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.querySelector('#cost details').open") is False


def test_a_tooltip_says_where_a_number_comes_from(chromium, example_page):
    with opened(chromium, example_page) as page:
        bar = page.locator("#cost .drawn .mark-rect.role-mark path").first
        bar.scroll_into_view_if_needed()
        bar.hover()
        tip = page.locator("#vg-tooltip-element.visible")
        tip.wait_for()
        assert "part" in tip.inner_text() and "bn" in tip.inner_text()


def test_print_shows_the_still_drawing_on_paper(chromium, example_page):
    with opened(chromium, example_page, scheme="dark") as page:
        page.emulate_media(media="print", color_scheme="light")
        assert page.locator("figure .drawn:visible").count() == 0
        assert page.locator("figure .still.wide svg:visible").count() >= 8
        pdf = page.pdf(format="A4")
    assert pdf.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 12


HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "\"'><svg onload=alert(3)>",
    "{{7*7}}${7*7}<%= 7*7 %>#{7*7}",
    "=cmd|'/c calc'!A1",
    "@SUM(1+1)*cmd",
    "+1+cmd",
    "javascript:alert(4)",
    "\u202eright to left\u200b\u2066",
    "]]><!--",
    "datum.x + alert(5)",
)


def hostile_plan():
    """The small chip network with every free text replaced by hostile text."""
    tables = chip_tables()
    k = 0
    for name in ("party", "item", "technology", "recipe", "line", "module", "demand"):
        for row in tables[name]:
            row["label"] = HOSTILE[k % len(HOSTILE)]
            k += 1
    settings = {
        "start": "2026Q1", "until": "2026Q4", "currency": "USD", "price_year": 2026,
        "title": "".join(HOSTILE), "compute_basis": "h100e",
    }  # fmt: skip
    return waferway.plan(Network.build(tables, settings))


@pytest.fixture(scope="module")
def hostile():
    return hostile_plan()


def test_hostile_text_stays_text(chromium, hostile, tmp_path):
    path = hostile.report(tmp_path / "hostile.html")
    with opened(chromium, path) as page:
        assert not page.said  # no dialog, no error, no refused script
        assert page.asked == [path.as_uri()]
        text = page.locator("body").text_content()
        for told in ("</script><script>alert(1)</script>", "{{7*7}}${7*7}", "=cmd|'/c calc'!A1"):
            assert told in text
        assert page.locator("img, iframe, object, embed, [onload], [onerror]").count() == 0
        assert page.locator("script").count() == 3
        assert page.locator('a[href^="javascript"]').count() == 0
        for bar in page.locator("#bottlenecks .drawn .role-mark path").all()[:4]:
            bar.hover(force=True)
        assert page.locator("#vg-tooltip-element img, #vg-tooltip-element script").count() == 0
        assert not page.said


def test_hostile_text_stays_text_in_drawings(chromium, hostile, tmp_path):
    """A drawing opened by itself runs what it holds: it holds nothing that runs."""
    for figure in waferway.figures(hostile):
        path = figure.save(tmp_path / f"{figure.name}.svg")
        text = path.read_text(encoding="utf-8")
        tags = " ".join(re.findall(r"<[^>]+>", text))
        assert not re.search(r"<(script|image|foreignObject|a|use|iframe)\b|\son\w+=", tags)
        context = chromium.new_context()
        page = context.new_page()
        said = []
        page.on("dialog", lambda dialog, said=said: (said.append("dialog"), dialog.dismiss()))
        page.on("request", lambda request, said=said, path=path: request.url == path.as_uri()
                or said.append(request.url))  # fmt: skip
        page.goto(path.as_uri())
        assert not said
        assert page.evaluate("document.documentElement.localName") == "svg"  # well formed
        context.close()


def test_hostile_text_stays_text_in_a_page_of_plain_data(chromium, tmp_path):
    """The seam that others use: every text of a page is escaped."""
    import pandas as pd

    evil = "".join(HOSTILE)
    table = pd.DataFrame({evil: [evil, evil], "amount": [1.0, float("nan")]})
    section = Section("s", evil, evil, paragraphs=[evil], table=table, points=[evil])
    path = write_page(
        Page(evil, evil, evil, [evil], [section], {evil: evil}), tmp_path / "page.html"
    )
    with opened(chromium, path, script=False) as page:
        assert page.locator("script, img, [onload], [onerror]").count() == 0
        assert page.title() == evil.strip()
        assert page.locator("#s table td").first.text_content() == evil
        assert "not known" in page.locator("#s table").inner_text()


def test_the_specifications_are_plain_json(example_page):
    text = example_page.read_text(encoding="utf-8")
    block = re.search(r'<script type="application/json" id="specs">(.*?)</script>', text, re.S)
    specs = json.loads(block.group(1))
    assert all(set(both) == {"wide", "narrow"} for both in specs.values())
    assert "NaN" not in block.group(1)
