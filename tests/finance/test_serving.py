"""Serving profit and loss: the vendor's published day."""

import csv

import numpy as np
import pytest

from waferway.errors import InputError
from waferway.finance.serving import serving_result


def test_deepseek_v3_day(shared_data):
    """Published: cost $87,072 a day, theoretical income $562,027, margin 545 %."""
    path = shared_data / "chip-economics-checks" / "deepseek_v3_serving_visible.csv"
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    v = {row["quantity"]: float(row["value"]) for row in rows}
    hits, asked = v["of which cache hits"], v["input tokens per day"]
    day = serving_result(
        v["average nodes"], v["GPUs per node (H800)"], 24, v["lease price"],
        {"hit": hits, "miss": asked - hits, "output": v["output tokens per day"]},
        {"hit": v["price input cache hit"], "miss": v["price input miss"],
         "output": v["price output"]},
    )  # fmt: skip
    assert day.cost == pytest.approx(87_072, rel=5e-4)
    assert day.revenue == pytest.approx(562_027, rel=5e-4)
    assert day.margin == pytest.approx(5.45, rel=2e-3)
    assert sum(day.revenue_by_class.values()) == pytest.approx(day.revenue)


def test_scenarios_broadcast_and_no_cost_is_no_margin():
    result = serving_result([0.0, 1.0], 8, 24, 2.0, {"out": 1e9}, {"out": [1.0, 2.0]})
    assert np.isnan(result.margin[0]) and result.margin[1] == pytest.approx(2000 / 384 - 1)
    assert result.cost_per_million_tokens.tolist() == [0.0, 0.384]


def test_missing_prices_and_negative_numbers():
    with pytest.raises(InputError) as caught:
        serving_result(-1, 8, 24, 2.0, {"output": 1e9, "hits": 1.0}, {"outputs": 1.0})
    text = str(caught.value)
    for words in ["output tokens have no price", "did you mean outputs?", "nodes is -1",
                  "no count of outputs tokens"]:  # fmt: skip
        assert words in text
