"""Pictures of a chip: every mark is a row of a result; files and pages open alone."""

import re
from importlib.resources import files

import pytest

from waferway import chips
from waferway.cli import run
from waferway.errors import RangeError
from waferway.report.chip_figures import (
    chip_page,
    cost_figure,
    titled,
    tornado_figure,
    wafer_figure,
)
from waferway.report.drawing import NARROW, WIDE
from waferway.report.page import render_page

DESIGNS = files("waferway.chips") / "designs"


@pytest.fixture(scope="module")
def results():
    path = DESIGNS / "mi300x.yaml"
    return (
        chips.cost(path, 2025, draws=200),
        chips.yield_(path, 2025, draws=50),
        chips.compute(path, 2025),
    )


def rows(spec):
    """Rows of every layer of a specification."""
    given = [layer.get("data", spec.get("data")) for layer in spec["layer"]]
    return [d.get("values") or spec["datasets"][d["name"]] for d in given]


def test_the_wafer_shows_each_place_once(results):
    _, made, _ = results
    for die, states in made.wafers.items():
        figure = wafer_figure(made, die)
        cut, whole, crossed, *rings = rows(figure.spec())
        count = states["state"].value_counts()
        assert len(cut) == count["partial"] and len(crossed) == count["bad"]
        assert len(whole) == len(states) - count["partial"]
        assert figure.table["dies"].sum() == len(states)
        # the outer ring has a notch, and nothing of it lies outside the wafer
        assert max(p["x"] ** 2 + p["y"] ** 2 for ring in rings for p in ring) < 150.001**2
        assert rings[0][0]["x"] == 0 and rings[0][0]["y"] == pytest.approx(-149)
    with pytest.raises(RangeError, match="iod, mi300-xcd"):
        wafer_figure(made, "gpu")


def test_the_waterfall_ends_at_the_total(results):
    spent = results[0]
    bars = rows(cost_figure(spent).spec())[0]
    assert bars[-2]["end_usd"] == pytest.approx(spent.total_usd)
    assert [b["start_usd"] for b in bars[1:-1]] == pytest.approx([b["end_usd"] for b in bars[:-2]])
    assert f"{spent.total_usd:,.0f} USD" in cost_figure(spent).title
    assert bars[-1]["from_usd"] == pytest.approx(spent.total_low_usd)
    plain = chips.cost(DESIGNS / "h20.yaml", 2025, draws=0, tornado=False)
    assert "draws" not in cost_figure(plain).description
    assert list(cost_figure(plain).table.columns) == ["part", "USD", "share"]


def test_the_tornado_shows_the_widest_first_with_its_claims(results):
    spent = results[0]
    figure = tornado_figure(spent, most=5)
    ends = rows(figure.spec())[0]
    assert len(ends) == 10
    spread = [abs(ends[k]["usd"] - ends[k + 5]["usd"]) for k in range(5)]
    assert spread == sorted(spread, reverse=True)
    assert len(figure.table) == len(spent.tornado_rows)
    assert figure.notes[0, "low"].grade == figure.table["grade"].iloc[0]
    with pytest.raises(RangeError, match="no tornado"):
        tornado_figure(chips.cost(DESIGNS / "h20.yaml", 2025, draws=0, tornado=False))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_files_stand_alone(results, theme, tmp_path):
    for figure in (cost_figure(results[0]), tornado_figure(results[0]), wafer_figure(results[1])):
        for form in ("svg", "png", "pdf"):
            titled(figure).save(tmp_path / f"{figure.name}.{form}", theme)
        text = (tmp_path / f"{figure.name}.svg").read_text(encoding="utf-8")
        assert "currentColor" not in text and "http" not in text.replace("http://www.w3.org", "")
        assert figure.title.split(";")[0][:20] in re.sub(r"<[^>]+>", "", text)
    assert (tmp_path / "cost.png").read_bytes()[:4] == b"\x89PNG"
    assert (tmp_path / "cost.pdf").read_bytes()[:4] == b"%PDF"


def test_the_page_is_whole_and_narrow_figures_fit(results):
    page = render_page(chip_page(*results))
    for part in ("wafer-mi300-xcd", "wafer-iod", "tornado", "Parts of the package", "H100e"):
        assert part in page
    assert "Where these numbers come from" in page
    for figure in (cost_figure(results[0]), tornado_figure(results[0]), wafer_figure(results[1])):
        for width in (WIDE, NARROW):
            assert figure.spec(width)["width"] <= width


def test_on_the_command_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    h100, b200 = str(DESIGNS / "h100-sxm.yaml"), str(DESIGNS / "b200.yaml")
    few = ["--draws", "20"]
    assert run(["chips", "yield", h100, *few, "--picture", "wafer.svg"]) == 0
    asked = ["--picture", "cost.svg", "--tornado-picture", "t.svg", "--html", "chip.html"]
    assert run(["chips", "cost", h100, *few, *asked, "--theme", "dark"]) == 0
    made = {path.name for path in tmp_path.iterdir()}
    assert made == {"wafer.svg", "cost.svg", "t.svg", "chip.html"}
    for wrong in (
        ["chips", "yield", h100, *few, "--picture", "wafer.svg"],  # it exists
        ["chips", "yield", h100, *few, "--picture", "wafer.jpg"],
        ["chips", "yield", h100, *few, "--picture", "x.svg", "--theme", "neon"],
        ["chips", "yield", h100, *few, "--picture", "x.svg", "--die", "gpu"],
        ["chips", "cost", h100, b200, *few, "--picture", "x.svg"],
    ):
        assert run(wrong) == 2
    assert {path.name for path in tmp_path.iterdir()} == made
