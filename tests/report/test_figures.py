"""Figures of a plan: their numbers add up, their titles are what the tables say."""

import json
import re

import numpy as np
import pandas as pd
import pytest

import waferway
from tests.planning.small_networks import chip_network, chip_tables
from waferway.errors import InputError, OutputExists
from waferway.network.network import Network
from waferway.report.drawing import NARROW, SERIES, THEMES, WIDE
from waferway.report.figure import FORMATS, save_figures
from waferway.report.figures import NAMES, figures_of
from waferway.report.figures.builds import Build, builds_of, critical_path
from waferway.report.figures.compute_flow import account_of
from waferway.report.figures.lanes import Lanes, text_width
from waferway.report.figures.reading import FAMILY_COLOURS, PlanReading
from waferway.report.wording import short_money


@pytest.fixture(scope="module")
def figures(example_plan):
    return {figure.name: figure for figure in figures_of(example_plan)}


def test_every_figure_states_a_finding_and_shows_its_numbers(figures):
    assert set(figures) == set(NAMES) - {"evidence"}  # no number of the example cites a claim
    for figure in figures.values():
        assert re.search(r"\d", figure.title), figure.title  # a finding has a number
        assert len(figure.table) and len(figure.description) > 40
        assert figure.title.split()[0] != figure.name


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_drawings_are_no_wider_than_asked(figures, width):
    for figure in figures.values():
        drawn = float(re.search(r'<svg[^>]* width="([\d.]+)"', figure.svg(width=width))[1])
        assert width * 0.8 <= drawn <= width + 4, (figure.name, drawn)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_specifications_follow_the_schema_of_vega_lite(figures, width):
    import altair as alt
    from altair.utils.schemapi import validate_jsonschema

    specs = [figure.spec(width) for figure in figures.values()]
    checked = [spec for spec in specs if "/vega-lite/" in spec["$schema"]]
    assert len(checked) > 3
    for spec in checked:
        validate_jsonschema(spec, alt.Root._rootschema)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_no_text_of_a_drawing_is_tiny(figures, width):
    for figure in figures.values():
        sizes = [float(s) for s in re.findall(r'font-size="([\d.]+)px"', figure.svg(width=width))]
        assert sizes and min(sizes) >= 11, figure.name


def contrast(a, b):
    """WCAG 2.1 contrast ratio of two colours."""

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colour", sorted({*SERIES, *FAMILY_COLOURS.values()}))
def test_marks_keep_three_to_one_on_both_grounds(colour):
    for theme in ("light", "dark"):
        assert contrast(colour, THEMES[theme][0]) >= 3.0


def test_the_waterfall_ends_where_the_money_table_does(example_plan, figures):
    money = example_plan.tables["money"]
    shown = money["period"].isin(example_plan.labels)
    spent = money[shown & ~money["kind"].isin(("unserved", "shortfall"))]["usd"].sum()
    table = figures["cost"].table
    assert table["USD"].iloc[-1] == pytest.approx(spent)
    assert table["USD"].iloc[:-1].sum() == pytest.approx(spent)
    assert figures["money"].table.drop(columns="year").to_numpy().sum() == pytest.approx(spent)


def test_compute_is_neither_made_nor_lost_between_wafers_and_delivery(example_plan):
    reading = PlanReading.of(example_plan)
    account = account_of(reading, 2028)
    into, out = {}, {}
    for (source, target), amount in account.flows.items():
        out[source] = out.get(source, 0.0) + amount
        into[target] = into.get(target, 0.0) + amount
    for name in set(into) & set(out):  # what enters a node leaves it, losses included
        assert into[name] == pytest.approx(out[name])
    served = example_plan.tables["served"]
    year = served["period"].str.startswith("2028")
    delivered = served[year]["served"].sum() * 2.5
    assert sum(v for (_, t), v in account.flows.items() if account.kind[t] == "compute") == (
        pytest.approx(delivered)
    )


def test_losses_are_those_of_the_recipes():
    """60 gross dies a wafer of which 75 % are good; 30 chips of which 95 % are good."""
    plan = waferway.plan(chip_network(compute_basis="h100e"), gap=0)
    account = account_of(PlanReading.of(plan), 2027)
    pieces = account.pieces
    chips = sum(v for k, v in pieces.items() if k.startswith("compute:"))
    assert pieces["package@1"] == pytest.approx(chips)
    assert pieces["lost:package@1"] == pytest.approx(chips / 0.95 * 0.05)
    dies = chips / 0.95  # 30 dies in for 30 gross chips out
    assert pieces["die@2"] == pytest.approx(dies)
    assert pieces["lost:die@2"] == pytest.approx(dies / 0.75 * 0.25)
    assert pieces["from:logic"] == pytest.approx(dies / 0.75 / 60)
    assert pieces["stack@2"] == pytest.approx(dies * 5)
    half = sum(v for (s, t), v in account.flows.items() if t == "package@1" and s == "die@2")
    assert half == pytest.approx(chips / 0.95 / 2)  # the other half is carried by the stacks


def build(line, ordered, ready, needed, at_limit=True):
    day = pd.Timestamp
    return Build(
        "m", line, day(ordered).date(), day(ready).date(),
        None if needed is None else day(needed).date(), 1.0, 10.0, 1e6, at_limit,
    )  # fmt: skip


def test_the_critical_path_is_the_longest_chain_that_may_not_slip():
    a = [build("a", "2025-01-01", "2026-07-01", "2026-07-01"),
         build("a", "2026-01-01", "2027-07-01", "2027-07-01")]  # fmt: skip
    slack = build("b", "2025-01-01", "2026-01-01", "2027-01-01")
    late = build("b", "2027-01-01", "2027-06-01", "2027-06-01")
    assert critical_path([*a, slack, late]) == a
    # An order that did not take all it could is not what the next one waits for.
    free = [build("a", "2025-01-01", "2026-07-01", "2026-07-01", at_limit=False), a[1]]
    assert critical_path([*free, late]) == [free[0]] or critical_path([*free, late]) == [free[1]]
    assert critical_path([slack, build("c", "2025-01-01", "2026-01-01", None)]) == []


def test_an_order_is_needed_when_its_line_uses_more_than_without_it(example_plan):
    found = builds_of(PlanReading.of(example_plan))
    assert found
    capacity = example_plan.tables["capacity"].set_index(["line", "period"])
    for one in found:
        if one.needed is None:
            continue
        assert one.needed >= one.ready
        period = next(p.label for p in example_plan.calendar if p.start <= one.needed < p.end)
        row = capacity.loc[(one.line, period)]
        assert row["used"] > row["capacity"] - row["added"]
    orders = example_plan.tables["orders"]
    shown = orders["period"].isin(example_plan.labels)
    assert sum(one.count for one in found) == pytest.approx(orders[shown]["orders"].sum())


def test_names_stand_beside_rows_or_above_them():
    frame = pd.DataFrame({"name": ["x", "y"]})
    for narrow in (False, True):
        lanes = Lanes(["x", "y"], narrow, 20)
        placed = lanes.placed(frame, "name")
        assert (placed["lane_top"] < placed["lane_mid"]).all()
        assert placed["lane_end"].iloc[0] < placed["lane_top"].iloc[1] + 20
        assert placed["lane_end"].iloc[1] <= lanes.height
    assert text_width("台積電") > text_width("tsm")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figures_are_saved_in_every_form_and_theme(figures, tmp_path, form, theme):
    path = figures["supply"].save(tmp_path / f"supply.{form}", theme)
    start = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF"}[form]
    content = path.read_bytes()
    assert content.startswith(start) and len(content) > 2000
    if form == "svg":
        assert THEMES[theme][0] in content.decode() and "currentColor" not in content.decode()
        assert figures["supply"].title in content.decode()
    with pytest.raises(OutputExists):
        figures["supply"].save(path, theme)


def test_a_folder_of_figures_is_written_whole_or_not_at_all(figures, tmp_path):
    (tmp_path / "money.svg").write_text("mine")
    with pytest.raises(OutputExists):
        save_figures(list(figures.values()), tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["money.svg"]
    with pytest.raises(InputError, match="gif"):
        save_figures(list(figures.values()), tmp_path / "new", "gif")
    assert not (tmp_path / "new").exists()


def test_a_figure_is_asked_for_by_name(example_plan):
    assert example_plan.figure("cost").name == "cost"
    with pytest.raises(InputError, match="did you mean supply"):
        example_plan.figure("suply")
    with pytest.raises(InputError, match="nothing to show"):
        example_plan.figure("evidence")


def plan_of(**changes):
    tables = chip_tables() | changes
    settings = {"start": "2026Q1", "until": "2027Q4", "currency": "USD", "price_year": 2026,
                "compute_basis": "h100e"}  # fmt: skip
    return waferway.plan(Network.build(tables, settings))


def bare_tables():
    """No site, no point, no module, no design: what a first attempt looks like."""
    tables = chip_tables()
    for row in tables["party"]:
        row.pop("lat"), row.pop("lon")
    del tables["module"]
    return tables


@pytest.mark.parametrize(
    "make",
    [
        lambda: plan_of(),
        lambda: plan_of(module=[]),
        lambda: waferway.plan(Network.build(bare_tables(), {
            "start": "2026Q1", "until": "2026Q4", "currency": "USD"})),
        lambda: plan_of(demand=[{"name": "compute", "party": "lab", "basis": "h100e",
                                 "quantity": 0, "value_usd": 20000}]),
        lambda: plan_of(branch=[{"name": "low", "probability": 0.5},
                                {"name": "high", "probability": 0.5}]),
        lambda: waferway.plan(chip_network(compute_basis="h100e"), party="lab"),
        lambda: plan_of(demand=[{"name": "dies", "party": "lab", "item": "die",
                                 "quantity": 4000, "value_usd": 900}]),
    ],
    ids=["plain", "nothing built", "bare", "no demand", "branches", "a party", "no compute"],
)  # fmt: skip
def test_the_report_holds_for_odd_plans(make):
    plan = make()
    for figure in figures_of(plan):
        for width in (WIDE, NARROW):
            text = figure.svg(width=width)
            assert len(text) > 800 and "NaN" not in text and "undefined" not in text
            json.dumps(figure.spec(width), allow_nan=False)
        assert "nan" not in figure.title.lower().split() and "None" not in figure.title
        assert np.isfinite(len(figure.table)) and len(figure.table)
    html = waferway.render_report(plan)
    assert "<h1>" in html and "None" not in re.sub(r"<script.*?</script>", "", html, flags=re.S)


def test_the_timeline_of_an_explained_plan_is_the_table_of_its_explanation():
    """Which of the two is shown is said: averages of years, or the explanation by period."""
    plan = waferway.plan(chip_network(compute_basis="h100e"), gap=0)
    plain = next(f for f in figures_of(plan) if f.name == "bottlenecks")
    assert "year" in plain.table and "keeps no explanation" in plain.description
    told = plan.explain().bottlenecks
    figure = next(f for f in figures_of(plan) if f.name == "bottlenecks")
    assert "From the explanation of this plan" in figure.description
    shown = told[told[["value_usd", "high_usd"]].max(axis=1) >= 1.0]
    assert list(figure.table["period"]) == list(shown["period"])
    assert list(figure.table["worth of one more, USD"]) == list(shown["value_usd"])
    for width in (WIDE, NARROW):
        boxes = figure.svg(width=width)
        assert boxes.startswith("<svg") and "NaN" not in boxes
        best = shown.groupby(["link", "what"])["value_usd"].max().max()
        assert f"up to {short_money(best)}" in boxes


def test_the_timeline_holds_for_branches_and_sites():
    tables = chip_tables()
    tables["branch"] = [{"name": "low", "probability": 0.5}, {"name": "high", "probability": 0.5}]
    tables["profile"] = [{"table": "demand", "key": "compute", "column": "quantity",
                          "branch": "low", "value": 100.0}]  # fmt: skip
    tables["limit"] = [{"name": "grid", "measure": "delivered_power_mw", "sense": "<=",
                        "bound": "3 MW/month"}]  # fmt: skip
    plan = plan_of(**tables)
    plan.explain()
    figure = next(f for f in figures_of(plan) if f.name == "bottlenecks")
    assert set(figure.table["branch"]) == {"high"}
    assert "grid (limit)" in figure.title and "one more MW" in figure.svg()
