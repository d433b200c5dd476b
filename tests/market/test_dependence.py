"""Dependence on one supplier or country."""

import pytest

from waferway.errors import InputError, RangeError
from waferway.market.dependence import exposure

SHARES = {"euv": {"ASML": 100.0}, "hbm": {"skh": 53.0, "sam": 38.0, "mu": 9.0},
          "mask": {"x": 90.0, "y": 10.0}}  # fmt: skip


def test_by_value_and_by_provider():
    result = exposure(SHARES, {"euv": 10.0, "hbm": 80.0, "mask": 10.0})
    assert result.single_source_share == pytest.approx(0.2)
    assert result.single_source_count_share == pytest.approx(2 / 3)
    assert result.by_provider["skh"] == pytest.approx(0.8 * 0.53)
    assert result.by_provider.sum() == pytest.approx(1)
    assert list(result.items.index) == ["hbm", "euv", "mask"]
    stricter = exposure(SHARES, dict.fromkeys(SHARES, 1.0), threshold_percent=95.0)
    assert stricter.items["single_source"].sum() == 1


def test_missing_value_is_never_zero():
    with pytest.raises(InputError) as caught:
        exposure(SHARES, {"euv": 1.0, "hbn": 1.0})
    text = str(caught.value)
    assert "hbm has no value" in text and "mask has no value" in text
    assert "did you mean hbm?" in text
    with pytest.raises(RangeError):
        exposure(SHARES, dict.fromkeys(SHARES, 0.0))
