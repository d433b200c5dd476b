"""Cost of a fab by place: a numerical twin, exact splits, published metrics kept apart."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

from waferway.errors import InputError, RangeError
from waferway.evidence.dated import claims_about, shipped
from waferway.finance import places as p

TW = p.FabPlace("TW", 15e9, 5e9, 1.8, 1.5e9, 2500.0, 50_000, 50_000, ramp_years=1.5,
                good_fraction=0.9)  # fmt: skip
US = replace(
    TW, name="US", construction_factor=2.0, construction_years=2.0, fixed_per_year=1.65e9,
    variable_per_wafer=2600.0, wafers_per_month=30_000, scale_exponent=0.9, incentive_rate=0.35,
    incentive_amount=2e9, incentive_delay_years=1.0,
)  # fmt: skip


@pytest.mark.parametrize("place", [TW, US, replace(TW, ramp_years=0.0)])
@pytest.mark.parametrize("rate", [0.0, 0.08, 0.2])
def test_total_equals_numerical_integration(place, rate):
    def discount(t):
        return (1 + rate) ** -t

    size = (place.wafers_per_month / 50_000) ** place.scale_exponent
    start, years = place.construction_years, 10.0
    capex = (place.equipment + place.building * place.construction_factor) * size

    def output(t):
        ramp = place.ramp_years
        share = 1.0 if ramp == 0 else min(1.0, t / ramp)
        return 12 * place.wafers_per_month * share

    def running(t):
        return discount(start + t) * (
            place.fixed_per_year * size + place.variable_per_wafer * output(t)
        )

    spent = quad(lambda t: capex / start * discount(t), 0, start)[0]
    knots = [place.ramp_years] if place.ramp_years else None
    operated = quad(running, 0, years, points=knots)[0]
    wafers = quad(lambda t: output(t) * discount(start + t), 0, years, points=knots)[0]
    money = (place.incentive_rate * capex + place.incentive_amount) * discount(
        start + place.incentive_delay_years
    )
    result = p.fab_cost(place, rate)
    assert result.total == pytest.approx(spent + operated - money, rel=1e-9)
    assert result.wafers == pytest.approx(0.9 * wafers, rel=1e-9)
    assert result.tco_per_wafer == pytest.approx(
        (spent + operated - money) / (0.9 * wafers), rel=1e-9
    )


@pytest.mark.parametrize("metric", ["tco_per_wafer", "operating_cost_per_wafer", "wafer_cost"])
def test_the_parts_of_a_gap_add_up_exactly(metric):
    parts = p.explain_gap(TW, US, 0.08, metric=metric)
    gap = getattr(p.fab_cost(US, 0.08), metric) - getattr(p.fab_cost(TW, 0.08), metric)
    assert sum(parts.values()) == pytest.approx(gap, rel=1e-12)
    assert parts["equipment"] == pytest.approx(0, abs=1e-9)
    assert (parts["incentives"] < 0) == (metric == "tco_per_wafer")
    with pytest.raises(RangeError, match="not a metric"):
        p.explain_gap(TW, US, 0.08, metric="cost")


def test_metrics_differ_in_sign_for_one_pair_of_places():
    """With incentives the US may be cheaper while its wafer cost is above: both are right."""
    us, tw = p.fab_cost(US, 0.08), p.fab_cost(TW, 0.08)
    assert us.wafer_cost > tw.wafer_cost
    assert us.tco_per_wafer < us.wafer_cost


def test_draws_give_intervals():
    rng = np.random.default_rng(2)
    many = replace(US, building=rng.uniform(4e9, 6e9, 400))
    result = p.fab_cost(many, 0.08)
    low, mid, high = result.interval("tco_per_wafer")
    assert low < mid < high
    assert result.interval("equipment")[0] == pytest.approx(result.interval("equipment")[2])
    parts = p.explain_gap(TW, many, 0.08)
    gap = result.tco_per_wafer - p.fab_cost(TW, 0.08).tco_per_wafer
    np.testing.assert_allclose(sum(parts.values()), gap, rtol=1e-10)
    with pytest.raises(RangeError, match="is no part"):
        result.interval("labour")


def test_shapley_is_fair():
    """A factor that does nothing gets nothing; equals get equal parts; any order of names."""

    def value(on):
        return 10.0 * ("a" in on) * ("b" in on) + 3.0 * ("c" in on)

    parts = p.shapley_parts(value, ["a", "b", "c", "d"])
    assert parts == {"a": 5.0, "b": 5.0, "c": 3.0, "d": 0.0}


def test_published_ratios_keep_their_metric(shared_data):
    text = (shared_data / "chip-economics-checks" / "fab_cost_by_place_visible.csv").read_text(
        "utf-8"
    )
    claims = claims_about(shipped("waferway.finance"), "cost_ratio", "country:US")
    stored = {c.qualifiers["metric"]: c for c in claims}
    assert "+30%" in text and stored["tco_10_years"].central == 1.30
    assert "< +10%" in text and float(stored["wafer_cost"].high) == 1.10
    assert stored["wafer_cost"].value is None  # an upper bound is not a value


def test_subsidies():
    assert p.compute_per_subsidy({"KR": 10.0}, {"KR": 5.0}) == {"KR": 2.0}
    with pytest.raises(InputError) as caught:
        p.compute_per_subsidy({"KR": 10.0}, {"JP": 5.0})
    assert "KR has no subsidy" in str(caught.value) and "JP has no compute" in str(caught.value)
    with pytest.raises(RangeError):
        p.compute_per_subsidy({"KR": 10.0}, {"KR": -5.0})


def test_faults_are_reported_together():
    bad = replace(TW, equipment=-1.0, good_fraction=90, wafers_per_month=0)
    with pytest.raises(InputError) as caught:
        p.fab_cost(bad, 0.08, years=-10)
    text = str(caught.value)
    for words in ["equipment is -1", "0.35 means 35 %", "above 0", "years is -10"]:
        assert words in text
