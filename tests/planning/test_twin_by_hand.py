"""The slow twin against plans small enough to solve by hand."""

import datetime as dt

import pytest

from tests.reference.planning_twin import solve
from waferway.calendar import Calendar
from waferway.network.network import Network

HIGH = [100, 120, 150, 180, 200, 200]
FIRST_CAPACITY = 59  # 1 January to 1 March 2025


def worked_example(most):
    """One module type, two futures: capacity 100, +25 in the third period, +50 from then on."""
    branch = [
        {"name": "low", "probability": 0.6},
        {"name": "high", "probability": 0.4},
    ]
    wanted = {"table": "demand", "key": "need", "column": "quantity"}
    return Network.build(
        {
            "party": [{"name": "fab", "kind": "foundry", "country": "TW"}],
            "site": [{"name": "site", "party": "fab", "country": "TW"}],
            "technology": [{"name": "n5", "capacity_unit": "wafers/month"}],
            "item": [{"name": "wafer", "unit": "wafers", "kind": "wafer"}],
            "recipe": [{"name": "make", "technology": "n5"}],
            "recipe_item": [
                {"recipe": "make", "role": "out", "item": "wafer", "quantity_per_start": 1.0}
            ],
            "line": [
                {"name": "line", "site": "site", "technology": "n5", "party": "fab",
                 "capacity": 100.0}
            ],
            "module": [
                {"name": "more", "line": "line", "size": 50.0, "capex_usd": 310.0,
                 "lead_days": FIRST_CAPACITY, "life_years": 122 / 365.25, "total": most,
                 "latest": dt.date(2025, 1, 1)}
            ],
            "demand": [{"name": "need", "item": "wafer", "value_usd": 6.0, "quantity": 100.0}],
            "branch": branch,
            "profile": [
                {"table": "module", "key": "more", "column": "ramp", "age_months": age,
                 "value": share} for age, share in [(0.0, 0.5), (31 / 30.4375, 1.0)]
            ] + [
                wanted | {"period": f"2025-{month:02d}", "value": float(value), "branch": "high"}
                for month, value in enumerate(HIGH, 1)
            ],
        },
        {"discount_rate": 0.0, "stock_cover_months": 0.0},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("most", "cost", "modules", "unserved"), [(0, 840, 0, 350), (1, 730, 1, 175), (9, 668, 2, 20)]
)
def test_worked_example(most, cost, modules, unserved):
    # Unserved in the high future without modules: 0+20+50+80+100+100 = 350, times 6 x 0.4 = 840.
    # One module: 310 + 2.4 (20 + 25 + 30 + 50 + 50) = 730; two: 620 + 2.4 x 20 = 668.
    net = worked_example(most)
    twin = solve(net, Calendar.build("2025-01", "month", "2025-06"), None)
    assert twin.objective == pytest.approx(cost, rel=1e-9)
    assert twin.cost == pytest.approx(cost, rel=1e-9)
    assert twin.values["orders", "more", "2025-01"] == pytest.approx(modules)
    short = sum(v for name, v in twin.values.items() if name[:2] == ("unserved", "high"))
    assert short == pytest.approx(unserved)


def test_wait_and_see_of_the_worked_example():
    # Known to be high: 3 modules serve all but the 20 of period 2: 930 + 120 = 1050, or two
    # modules 620 + 6 x 20 = 740. Expected 0.6 x 0 + 0.4 x 740 = 296, the figure of the example.
    net = worked_example(9)
    profile = net.table("profile").assign(branch="")
    known = Network({**net.tables, "branch": net.table("branch").iloc[:0], "profile": profile},
                    net.settings)  # fmt: skip
    twin = solve(known, Calendar.build("2025-01", "month", "2025-06"), None)
    assert 0.4 * twin.objective == pytest.approx(296.0, rel=1e-9)


def test_lag_by_hand():
    # 84 days in quarters of 90 and 91 days: of the starts of the first quarter 6/90 arrive in
    # it and 84/90 in the second; of those of the second 7/91. Demand is averaged over days.
    net = worked_example(0)
    recipe = net.table("recipe").assign(cycle_days=84.0)
    lagged = Network({**net.tables, "recipe": recipe}, net.settings)
    twin = solve(lagged, Calendar.build("2025Q1", "quarter", "2025Q2"), None)
    first = 300 * 6 / 90
    second = 300 * 84 / 90 + 300 * 7 / 91
    low = (300 - first) + (300 - min(300, second))
    wanted = (100 * 31 + 120 * 28 + 150 * 31) / 90, (180 * 30 + 200 * 31 + 200 * 30) / 91
    high = (3 * wanted[0] - first) + (3 * wanted[1] - second)
    assert twin.objective == pytest.approx(6 * (0.6 * low + 0.4 * high), rel=1e-9)


def test_end_value_of_the_page():
    # 300 M, 10 years, used for 4: 206.7 M then, 151.9 M today at 8 %.
    from tests.reference.planning_twin import Model

    net = worked_example(9)
    module = net.table("module").assign(life_years=10.0, lead_days=0.0)
    net = Network({**net.tables, "module": module}, {"base_date": dt.date(2025, 1, 1)})
    model = Model(net, Calendar.build("2025", "year", "2028"), None)
    assert 300 * model.end_value("more", 0) == pytest.approx(151.9, abs=0.05)
