"""The page of a difference: what changed is in it, in the order of causes; data stay text."""

import pytest

import waferway as ww
from tests.planning.verification_networks import full_world
from waferway.network.network import Network
from waferway.report.difference_page import difference_page, write_difference
from waferway.report.figures.changes import capacity_moved, compute_changed, money_changed
from waferway.report.page import render_page


@pytest.fixture(scope="module")
def plans():
    return tuple(ww.plan(full_world(demand=d), basis="h100e", gap=1e-6) for d in (60.0, 90.0))


def test_sections_come_in_the_order_of_causes(plans):
    page = difference_page(ww.diff(*plans), plans[1])
    names = [section.name for section in page.sections]
    order = ["asked", "settings", "inputs", "rows", "claims", "decisions", "compute", "map",
             "money", "lines"]  # fmt: skip
    assert names == [n for n in order if n in names]
    assert {"inputs", "compute", "money"} <= set(names)


def test_figures_show_what_the_tables_say(plans):
    found = ww.diff(*plans)
    figure = compute_changed(found)
    assert list(figure.table["delivered, after"]) == list(found.supply["delivered_after"])
    assert figure.svg().startswith("<svg") and figure.svg(width=352).startswith("<svg")
    assert "discounted cost" in set(money_changed(found).table["kind"])


def test_the_map_marks_lines_that_gain_and_lose():
    net = full_world()
    site = net.table("site").copy()
    site["lat"], site["lon"] = 24.8, 121.0
    net = net.with_tables({"site": site})
    line = net.table("line").copy()
    first = line.index[0]
    line.loc[first, "capacity"] *= 0.9
    plans = [ww.plan(n, basis="h100e", gap=1e-6) for n in (net, net.with_tables({"line": line}))]
    found = ww.diff(*plans)
    figure = capacity_moved(found, plans[1])
    moved = set(found.capacity["line"])
    assert figure is not None and 0 < len(figure.table) <= len(moved)
    assert figure.svg().startswith("<svg")


def test_the_same_plans_and_two_networks_have_a_page_too(plans):
    same = difference_page(ww.diff(plans[0], plans[0]), plans[0])
    assert same.answer == ["The two plans are the same."] and not same.sections
    hostile = "</script><script>alert(1)</script>"
    rows = [{"name": "a", "kind": "lab", "country": "US", "label": text} for text in ("x", hostile)]
    nets = [Network.build({"party": [row]}) for row in rows]
    html = render_page(difference_page(ww.diff(*nets)))
    assert hostile not in html and "&lt;/script&gt;" in html


def test_the_page_is_written_once(plans, tmp_path):
    found = ww.diff(*plans)
    path = write_difference(found, tmp_path / "d.html", plans[1])
    first = path.read_bytes()
    with pytest.raises(ww.errors.OutputExists):
        write_difference(found, path, plans[1])
    assert write_difference(found, path, plans[1], force=True).read_bytes() == first
