"""Plans among the roundings of the relaxed plan: as good as asked, never better than the best."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.planning.small_networks import SETTINGS, chip_tables
from waferway.errors import Infeasible
from waferway.network.network import Network
from waferway.planning import plan
from waferway.planning.rounding import rounded


@given(
    st.lists(st.floats(0, 5), min_size=1, max_size=12),
    st.floats(0, 0.99),
)
def test_running_sums_are_followed(fractions, carry):
    found = rounded(np.array(fractions), carry)
    assert (found >= 0).all() and (found == np.round(found)).all()
    apart = np.cumsum(found) - np.cumsum(fractions)
    assert (apart <= carry + 1e-5).all() and (apart > carry - 1 - 1e-5).all()


def network(quantity: float, capex_usd: float, sites: bool = False) -> Network:
    tables = chip_tables()
    tables["demand"][0]["quantity"] = quantity
    tables["module"][0] |= {"capex_usd": capex_usd, "total": 6}
    if sites:
        tables["site"] = [{"name": "plant", "party": "fab", "country": "TW", "opening_usd": 4e7,
                           "opening_days": 90}]  # fmt: skip
        tables["line"].append(
            {"name": "plant-cowos", "party": "fab", "site": "plant", "technology": "cowos",
             "capacity": 300}
        )  # fmt: skip
    return Network.build(tables, SETTINGS)


@pytest.mark.parametrize("sites", [False, True])
@pytest.mark.parametrize(("quantity", "capex_usd"), [(20000, 5e6), (31000, 9e8), (60000, 9e8)])
def test_a_rounding_is_as_good_as_asked(quantity, capex_usd, sites):
    net = network(quantity, capex_usd, sites)
    best = plan(net, gap=0.0)
    for gap in (0.0, 0.05):
        found = plan(net, gap=gap, by_rounding=True)
        m = found.manifest
        assert m["gap"] <= gap + 1e-9 and m["status"] in ("optimal", "gap")
        low = best.manifest["objective_value"]
        scale = max(1.0, abs(m["objective_value"]))
        assert m["bound"] <= low + 1e-6 * scale
        assert low - 1e-6 * scale <= m["objective_value"] <= low + (gap + 1e-6) * scale
        assert found.verify().ok
    assert plan(net, gap=0.05, by_rounding=True).manifest == found.manifest


def test_what_cannot_be_is_said_to_be_so():
    tables = chip_tables()
    tables["demand"][0] |= {"quantity": 10**9, "must_serve": True}
    with pytest.raises(Infeasible):
        plan(Network.build(tables, SETTINGS), by_rounding=True)
