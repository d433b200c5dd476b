"""Gross dies: proven optimum, bounds, closed forms."""

import csv
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference import chips_wafer as slow
from waferway.chips import wafer, wafer_formulas
from waferway.chips.wafer_map import wafer_map, wafer_states
from waferway.errors import RangeError


@pytest.fixture(scope="module")
def published(shared_data):
    path = shared_data / "chip-economics-checks" / "gdpw_reference_visible.csv"
    with path.open() as file:
        return list(csv.DictReader(file))


def lengths(row):
    return {
        "wafer_mm": float(row["wafer_mm"]),
        "edge_mm": float(row["edge_mm"]),
        "street_mm": float(row["scribe_mm"]),
    }


def test_at_least_the_best_known_count_and_never_above_the_bound(published):
    for row in published:
        w, h = float(row["w_mm"]), float(row["h_mm"])
        count = wafer.exact_gross_dies(w, h, **lengths(row))
        assert count >= int(row["grid_best_found"]), row
        assert count <= wafer.gross_dies_bound(w, h, **lengths(row)), row


def test_closed_forms_equal_the_table(published):
    forms = {
        "area_ratio": wafer_formulas.gross_dies_area_ratio,
        "f_patterson": wafer_formulas.gross_dies_patterson,
        "f_devries058": wafer_formulas.gross_dies_de_vries,
        "f_ferris_prabhu": wafer_formulas.gross_dies_ferris_prabhu,
    }
    for row in published:
        for column, form in forms.items():
            got = float(form(float(row["w_mm"]), float(row["h_mm"]), **lengths(row)))
            assert got == pytest.approx(float(row[column]), abs=0.00501), (row["die"], column)


def test_ferris_prabhu_is_within_five_percent(published):
    for row in published:
        w, h = float(row["w_mm"]), float(row["h_mm"])
        exact = wafer.exact_gross_dies(w, h, **lengths(row))
        for oblong in (False, True):
            form = float(
                wafer_formulas.gross_dies_ferris_prabhu(w, h, **lengths(row), oblong=oblong)
            )
            assert abs(form / exact - 1) <= 0.05, row


def test_worked_examples_of_the_reference_page():
    assert wafer.exact_gross_dies(26.0, 31.3) == 67 and wafer.gross_dies_bound(26.0, 31.3) == 69
    assert wafer.exact_gross_dies(26.0, 33.0) == 64 and wafer.gross_dies_bound(26.0, 33.0) == 66
    assert wafer.exact_gross_dies(8, 12, edge_mm=5, street_mm=0.2) == 611
    assert wafer.gross_dies_bound(8, 12, edge_mm=5, street_mm=0.2) == 620


SIDES = st.floats(1.0, 33.0).map(lambda value: round(value, 3))


@settings(max_examples=25, deadline=None)
@given(SIDES, SIDES, st.sampled_from([0.0, 0.08, 0.2]), st.floats(0, 5), st.floats(40, 110))
def test_equals_the_slow_search(w, h, street, edge, wafer_mm):
    if w * h < (wafer_mm / 8) ** 2:
        w, h = max(w, wafer_mm / 8), max(h, wafer_mm / 8)
    fast = wafer.exact_gross_dies(w, h, wafer_mm=wafer_mm, edge_mm=edge, street_mm=street)
    if math.hypot(w, h) > wafer_mm - 2 * edge:
        assert fast == 0
    else:
        assert fast == slow.exact(w, h, wafer_mm, edge, street)


@settings(max_examples=25, deadline=None)
@given(SIDES, SIDES, st.floats(0, 1), st.floats(0, 1), st.sampled_from([0.0, 1.0, 4.5, 9.0]))
def test_no_shift_beats_it(w, h, a, b, notch):
    px, py, radius = w + 0.1, h + 0.1, 75 - 3
    if min(w, h) < 4:
        w, h, px, py = w + 4, h + 4, px + 4, py + 4
    lowest = -(75 - notch) if notch > 3 else -math.inf
    best = wafer.exact_gross_dies(w, h, wafer_mm=150, notch_mm=notch)
    assert slow.count_at(a * px, b * py, w, h, px, py, radius, lowest) <= best
    assert best <= wafer.gross_dies_bound(w, h, wafer_mm=150)


@settings(max_examples=30, deadline=None)
@given(SIDES, SIDES, st.sampled_from([0.0, 6.0]))
def test_map_shows_the_dies_it_counts(w, h, notch):
    w, h = max(w, 5.0), max(h, 5.0)
    chart = wafer_map(w, h, notch_mm=notch)
    assert chart.count == wafer.exact_gross_dies(w, h, notch_mm=notch)
    for a in (0.0, w):
        for b in (0.0, h):
            assert (np.hypot(chart.x_mm + a, chart.y_mm + b) <= 147 + 1e-8).all()
    if notch:
        assert (chart.y_mm >= -(150 - notch) - 1e-8).all()
    corners = np.stack([chart.x_mm, chart.y_mm], axis=1)
    for other in (np.roll(corners, 1, axis=0),):
        apart = np.abs(corners - other)
        clear = (apart[:, 0] >= w + 0.1 - 1e-6) | (apart[:, 1] >= h + 0.1 - 1e-6)
        assert clear.all() or chart.count == 1


def test_turning_the_die_changes_nothing():
    assert wafer.exact_gross_dies(8, 12) == wafer.exact_gross_dies(12, 8)


def test_many_sizes_fall_back_and_say_so():
    w = np.linspace(5, 20, wafer.EXACT_SIZES + 1)
    many = wafer.gross_dies(w, 10.0)
    assert many.method == "ferris-prabhu" and "within 5 %" in many.note
    assert wafer.gross_dies([10.0, 20.0], [10.0, 20.0]).method == "exact"


def test_bad_lengths_are_refused():
    for call in (
        lambda: wafer.exact_gross_dies(-1, 10),
        lambda: wafer.exact_gross_dies(10, float("nan")),
        lambda: wafer.exact_gross_dies(10, 10, edge_mm=150),
        lambda: wafer.exact_gross_dies(10, 10, street_mm=-0.1),
        lambda: wafer.exact_gross_dies(10, 10, notch_mm=200),
        lambda: wafer.gross_dies(10, 10, method="guess"),
    ):
        with pytest.raises(RangeError):
            call()


def test_a_die_larger_than_the_wafer_gives_none():
    assert wafer.exact_gross_dies(200, 250) == 0
    assert wafer_map(200, 250).count == 0


@pytest.mark.parametrize(("w", "h"), [(26.0, 31.3), (10.7, 10.75), (33.0, 26.0)])
def test_states_of_a_wafer_are_the_expected_numbers_and_tile_it(w, h):
    chart = wafer_map(w, h)
    states = wafer_states(chart, plain_yield=0.5, sold_yield=0.7, name="gpu", seed=1)
    count = states["state"].value_counts()
    assert count["good"] == round(chart.count * 0.5)
    assert count["good"] + count["repaired"] == round(chart.count * 0.7)
    assert count["good"] + count["repaired"] + count["bad"] == chart.count
    corner = np.hypot(
        np.abs(states["x_mm"] + w / 2) + w / 2, np.abs(states["y_mm"] + h / 2) + h / 2
    )
    cut = states["state"] == "partial"
    assert (corner[~cut] <= 147 + 1e-6).all() and (corner[cut] > 147 - 1e-6).all()
    # the places lie on one grid, none twice
    assert not states.round(4).duplicated(["x_mm", "y_mm"]).any()
    pitch = np.diff(np.unique(states["x_mm"].round(4)))
    assert pitch == pytest.approx(w + 0.1, abs=1e-3)
