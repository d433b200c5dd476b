"""The page of routes: every section, curves with a legend, hostile names stay text."""

import pytest

import waferway as ww
from tests.studies.route_networks import lab
from waferway.errors import OutputExists
from waferway.report.routes_page import render_routes, routes_page
from waferway.studies.route_flips import Flip
from waferway.studies.routes import routes


@pytest.fixture(scope="module")
def found():
    made = routes(lab(), "lab", by="2027", draws=2, workers=1,
                  only_routes=["rent", "buy", "partner", "acquire"])  # fmt: skip
    flips = (
        Flip("buy", "partner", "price", 0.5, 0.49, 0.51, (1 / 16, 1.0), 7),
        Flip("rent", "partner", "date", None, None, None, (-1098.0, 0.0), 9),
    )
    return made.__class__(**{**made.__dict__, "flips": flips})


def test_sections_and_what_they_say(found):
    page = routes_page(found)
    names = [section.name for section in page.sections]
    assert names == ["table", "later", "means", "options", "compute", "spread", "cash", "flips",
                     "deals"]  # fmt: skip
    by_name = {section.name: section for section in page.sections}
    assert "1 of 2 levers" in by_name["flips"].title
    assert any("us-2023" in point for point in by_name["deals"].points)
    assert list(by_name["options"].table["option"]) == ["maker-line", "maker"]


def test_curves_have_a_line_and_a_name_for_every_route(found):
    page = routes_page(found)
    [figure] = [s.figure for s in page.sections if s.name == "compute"]
    drawing = figure.svg()
    for row in found.rows:
        if row["open"]:
            assert row["label"][:12] in drawing
    live = sum(row["open"] for row in found.rows)
    assert len(figure.table.columns) == live + 1


def test_hostile_names_stay_text(found):
    bad = "<script>alert(1)</script>"
    rows = tuple(row | {"label": bad} if row["route"] == "buy" else row for row in found.rows)
    html = render_routes(found.__class__(**{**found.__dict__, "rows": rows}))
    assert bad not in html
    assert "&lt;script&gt;" in html


def test_report_is_written_once(found, tmp_path):
    file = tmp_path / "r.html"
    assert found.report(file) == file
    with pytest.raises(OutputExists):
        found.report(file)
    assert ww.write_routes_report(found, file, force=True) == file
    assert found.report(file, force=True).read_bytes() == file.read_bytes()
