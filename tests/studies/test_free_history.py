"""The planner's test of belief: 2024 left free, on the shipped atlas."""

import pytest

import waferway
from waferway.errors import RangeError
from waferway.studies.free_history import free_history


@pytest.mark.slow
def test_2024_left_free_hits_packaging_first_and_its_excess_is_explained():
    found = free_history(waferway.world(), 2024)
    assert found.bottleneck == "cowos"
    assert found.recorded == pytest.approx(4.9e6, rel=0.02)  # sum of published medians
    assert found.free > 2 * found.recorded
    parts = found.parts
    assert sum(parts.values()) == pytest.approx(found.free - found.recorded)
    assert all(amount > 0 for amount in parts.values()), parts
    # Own arithmetic on the published component table: packages of 2024 as made are worth 6.7 M.
    assert found.with_mix == pytest.approx(6.7e6, rel=0.05)
    assert "lag" in str(found)


def test_a_year_without_record_is_refused():
    with pytest.raises(RangeError, match="records no packaging starts in 2019"):
        free_history(waferway.world(), 2019)
