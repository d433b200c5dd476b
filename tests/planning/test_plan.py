"""Plans of a small network: tables, prices, saving, other solvers, same bytes."""

import hashlib
import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.planning.small_networks import SETTINGS, chip_network, chip_tables
from waferway.errors import Infeasible, InputError, OutputExists, RangeError
from waferway.network.network import Network
from waferway.network.reading import read
from waferway.planning import Plan, plan
from waferway.planning.extensive import to_linopy
from waferway.planning.instance import lay_out
from waferway.planning.planner import _calendar, formulate


@pytest.fixture(scope="module")
def chips():
    return plan(chip_network(), gap=0, basis="h100e")


def test_what_binds_is_worth_what_it_would_make(chips):
    # 800 wafers x 3 months x 30 x 0.95 = 68,400 chips a quarter of 120,000 wanted: packaging
    # binds; logic could make 1000 x 3 x 45 = 135,000 dies, memory 600,000 stacks for 120,000 x 5.
    first = chips.tables["unserved"].iloc[0]
    assert first["need"] == 120000
    binding = chips.prices(intervals=True).binding()
    assert list(binding["technology"]) == ["cowos", "cowos"]
    # One more wafer: 28.5 chips at 20,000, less 30/45 wafers of logic at 10,000, 150/40 of memory
    # at 5,000, 3,000 of packaging and 150 x 1 of freight for the stacks.
    worth = 28.5 * 20000 - 30 / 45 * 10000 - 150 / 40 * 5000 - 3000 - 150
    assert binding["worth_usd"].iloc[1] == pytest.approx(worth, rel=1e-3)
    assert (binding["low_usd"] <= binding["worth_usd"] * 1.001).all()
    assert (binding["worth_usd"] <= binding["high_usd"] * 1.001).all()


def test_builds_are_whole_and_within_the_yearly_limit(chips):
    orders = chips.orders.to_frame()
    assert orders["orders"].eq(orders["orders"].round()).all()
    assert orders.groupby(orders["period"].str[:4])["orders"].sum().max() <= 2
    assert chips.verify().ok


def test_tables_carry_units_and_named_axes(chips):
    frame = chips.capacity.to_frame()
    assert frame.attrs["units"]["capacity"] == "{capacity}"
    cube = chips.capacity.to_xarray()
    assert cube["capacity"].dims == ("line", "period")
    assert cube["capacity"].attrs["unit"] == "{capacity}"
    frame.loc[:, "capacity"] = 0.0
    assert chips.tables["capacity"]["capacity"].max() > 0  # a copy was handed out
    with pytest.raises(AttributeError, match="its tables are"):
        _ = chips.capacities


def test_save_and_load(chips, tmp_path):
    folder = chips.save(tmp_path / "p")
    again = Plan.load(folder)
    assert again.manifest == json.loads(json.dumps(chips.manifest))
    for name, frame in chips.tables.items():
        if len(frame):
            pd.testing.assert_frame_equal(again.tables[name], frame, check_dtype=False)
    assert again.verify().ok
    assert again.network.sha256 == chips.network.sha256
    assert str(again.summary()) == str(chips.summary())
    with pytest.raises(OutputExists):
        chips.save(folder)
    chips.save(folder, force=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["p"]  # nothing half-written beside it


def test_a_folder_that_is_no_plan_is_never_replaced(chips, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(OutputExists, match="no plan folder"):
        chips.save(tmp_path / "mine", force=True)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "x"


def test_nothing_is_left_when_writing_fails(chips, tmp_path, monkeypatch):
    def fail(*_args, **_kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(pd.DataFrame, "to_csv", fail)
    with pytest.raises(OSError, match="disk full"):
        chips.save(tmp_path / "p")
    assert list(tmp_path.iterdir()) == []


def test_same_inputs_same_bytes(chips, tmp_path):
    def digest(folder):
        parts = [
            hashlib.sha256(p.read_bytes()).hexdigest() + p.name
            for p in sorted(folder.rglob("*"))
            if p.is_file() and p.name != "volatile.json"
        ]
        return hashlib.sha256("".join(parts).encode()).hexdigest()  # fmt: skip

    again = plan(chip_network(), gap=0, basis="h100e")
    assert digest(chips.save(tmp_path / "a")) == digest(again.save(tmp_path / "b"))


def test_the_input_is_not_changed():
    net = chip_network()
    before = net.sha256
    plan(net)
    assert Network(dict(net.tables), net.settings, net.evidence).sha256 == before


@pytest.mark.parametrize("seed", range(6))
def test_linopy_states_the_same_program(seed):
    from tests.planning_networks import generate

    case = generate(seed)
    net = case.network()
    calendar, decided, _, _ = _calendar(
        net, case.arguments.get("start"), case.arguments.get("until"),
        case.arguments.get("step"), case.now,
    )  # fmt: skip
    leaf = net.leaves[0][0]
    d = lay_out(net, calendar, decided, base=calendar.start, rate=0.08, branch=leaf)
    branches, program = formulate([d], [1.0], "cost", "")
    model = to_linopy(branches[0][1], d, branches[0][2])
    theirs = model.matrices
    assert theirs.A.shape == program.matrix.shape
    assert abs(theirs.A - program.matrix).max() == 0
    assert np.array_equal(theirs.lb, program.low) and np.array_equal(theirs.ub, program.high)
    assert np.allclose(theirs.c, program.cost, rtol=1e-15, atol=0)
    equal = theirs.sense == "="
    assert np.array_equal(theirs.b[equal], program.row_low[equal])
    less = theirs.sense == "<"
    assert np.array_equal(theirs.b[less], program.row_high[less])


@pytest.mark.parametrize("seed", [1, 4, 9])
def test_branches_laid_out_alike_state_the_same_program(seed):
    """Sharing what branches do not change is only faster: the program is the same."""
    tables = chip_tables()
    tables["branch"] = [{"name": n, "probability": p} for n, p in (("low", 0.4), ("high", 0.6))]
    rng = np.random.default_rng(seed)
    tables["profile"] = [
        {"table": t, "key": k, "column": c, "period": "2026Q3", "branch": b,
         "value": float(rng.integers(100, 90000))}
        for t, k, c in (("demand", "compute", "quantity"), ("line", "fab-logic", "capacity"))
        for b in ("low", "high")
    ]  # fmt: skip
    net = Network.build(tables, SETTINGS)
    calendar, decided, _, _ = _calendar(net, None, None, None, None)
    kwargs = {"base": calendar.start, "rate": 0.08}
    plain = [lay_out(net, calendar, decided, branch=b, **kwargs) for b, _ in net.leaves]
    from waferway.planning.instance import lay_out_like

    alike = [plain[0], lay_out_like(plain[0], "high")]
    one = formulate(plain, [0.4, 0.6], "cost", "")[1]
    two = formulate(alike, [0.4, 0.6], "cost", "")[1]
    assert (one.matrix != two.matrix).nnz == 0
    for name in ("cost", "low", "high", "row_low", "row_high"):
        assert np.array_equal(getattr(one, name), getattr(two, name)), name
    assert alike[1].changed == {"need", "capacity"}


def test_worked_example_of_three_branches_of_demand():
    """Capacity 100, +25 after two periods and +50 after three for 310; V = 6 (planning spec 9)."""
    tables = {
        "party": [{"name": "f", "kind": "foundry", "country": "TW"}],
        "item": [{"name": "i", "unit": "unit", "kind": "other"}],
        "technology": [{"name": "t", "capacity_unit": "unit/month"}],
        "recipe": [{"name": "r", "technology": "t"}],
        "recipe_item": [{"recipe": "r", "item": "i", "role": "out", "quantity_per_start": 1}],
        "line": [{"name": "l", "party": "f", "technology": "t", "capacity": 100}],
        "module": [
            {"name": "m", "line": "l", "size": 50, "capex_usd": 310, "lead_days": 59,
             "latest": "2026-01-01", "total": 9, "life_years": 1e-6}
        ],
        "branch": [{"name": "low", "probability": 0.6}, {"name": "high", "probability": 0.4}],
        "demand": [{"name": "d", "item": "i", "quantity": 100, "value_usd": 6}],
        "profile": [
            {"table": "demand", "key": "d", "column": "quantity", "period": f"2026-0{k + 1}",
             "branch": "high", "value": v}
            for k, v in enumerate((100, 120, 150, 180, 200, 200))
        ],
    }  # fmt: skip
    tables["profile"] += [
        {"table": "module", "key": "m", "column": "ramp", "age_months": a, "value": v}
        for a, v in ((0, 0.5), (31 / 30.4375, 1.0))
    ]
    settings = {"start": "2026-01", "until": "2026-06", "step": "month", "discount_rate": 0.0,
                "currency": "USD", "price_year": 2026}  # fmt: skip
    # No end value in the example: a module that lives as long as the horizon keeps nothing.
    horizon_years = (181 - 59) / 365.25
    tables["module"][0]["life_years"] = horizon_years
    result = plan(Network.build(tables, settings), gap=0)
    assert result.manifest["cost_usd"] == pytest.approx(668.0, abs=1e-6)
    assert result.tables["orders"]["orders"].tolist() == [2.0]


def test_a_must_that_cannot_be_is_infeasible():
    tables = chip_tables()
    tables["demand"][0]["must_serve"] = True
    with pytest.raises(Infeasible):
        plan(Network.build(tables, SETTINGS))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"objective": "costs"}, "did you mean cost"),
        ({"gap": 1.5}, "at least 0 and below 1"),
        ({"basis": "h100"}, "did you mean h100e"),
        ({"objective": "compute"}, "needs a basis"),
        ({"now": "2031-01-01"}, "after the last period"),
        ({"step": "fortnight"}, "not a step"),
        ({"start": "2026-02"}, "does not begin a quarter"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(arguments, says):
    with pytest.raises(RangeError, match=says):
        plan(chip_network(), **arguments)


def test_a_wrong_party_names_the_nearest():
    with pytest.raises(InputError, match="did you mean lab"):
        plan(chip_network(), party="labs")


def test_a_missing_horizon_asks_for_it():
    net = chip_network().with_settings(start=None, until=None)
    with pytest.raises(InputError, match="start is not known") as caught:
        plan(net)
    assert len(caught.value.faults) == 2


def test_a_solver_that_is_not_there():
    with pytest.raises(InputError, match=r'"nonesuch" is no solver\n.*this machine has .*highs'):
        plan(chip_network(), solver="nonesuch")
    with pytest.raises(InputError, match=r'"mindopt" is not installed'):
        plan(chip_network(), solver="mindopt")


def test_through_linopy_the_same_optimum():
    with_highs = plan(chip_network(), gap=0)
    from waferway.planning.planner import _through_linopy

    net = chip_network()
    calendar, decided, _, _ = _calendar(net, None, None, None, None)
    d = lay_out(net, calendar, decided, base=calendar.start, rate=0.0)
    branches, program = formulate([d], [1.0], "cost", "")
    answer = _through_linopy(branches, program, "highs", 0.0, None, {"output_flag": False})
    assert answer.value == pytest.approx(with_highs.manifest["objective_value"], rel=1e-9)
    assert np.isnan(answer.gap) and np.isnan(answer.bound)  # none was told, so none is claimed


def test_a_gap_that_was_not_told_is_not_claimed(chips, tmp_path):
    import dataclasses

    told = {**chips.manifest, "gap": None, "bound": None}
    quiet = dataclasses.replace(chips, manifest=told)
    assert "its solver did not tell" in str(quiet.summary()) and "gap not told" in repr(quiet)
    assert quiet.verify().ok
    again = Plan.load(quiet.save(tmp_path / "p"))
    assert again.manifest["gap"] is None and again.summary().to_json()["gap"] is None


def test_the_cheaper_view_is_never_the_partys():
    """One mind can do at least as well as the lab that buys nothing."""
    system = plan(chip_network(), basis="h100e")
    own = plan(chip_network(), party="lab", basis="h100e")
    assert own.tables["served"].empty
    assert system.manifest["cost_usd"] < own.manifest["cost_usd"]
    assert own.verify().ok


def test_compute_within_a_budget():
    rich = plan(chip_network(), objective="compute", basis="h100e", gap=1e-6)
    poor = plan(chip_network(), objective="compute", basis="h100e", gap=1e-6, budget_usd=1e8)
    spent = poor.tables["money"]
    assert spent.loc[spent["kind"] != "unserved", "usd"].sum() <= 1e8 * (1 + 1e-9)
    made = [p.tables["served"]["served"].sum() for p in (rich, poor)]
    assert 0 < made[1] < made[0]
    assert poor.verify().ok


def test_the_plan_of_a_party_is_read_back_though_what_it_refers_to_is_cut_away(tmp_path):
    tables = chip_tables()
    tables["line"][0]["capacity"] = {"2026Q1": 1000, "2027Q1": 2000}  # of the fab, not the lab's
    tables["scenario"] = [{"name": "more"}]
    tables["change"] = [{"scenario": "more", "order": 1, "table": "line", "key": "fab-logic",
                         "column": "capacity", "operation": "set", "value": "3000"}]  # fmt: skip
    own = plan(Network.build(tables, SETTINGS), party="lab", basis="h100e")
    again = Plan.load(own.save(tmp_path / "p"))
    assert again.network.sha256 == own.network.sha256
    assert again.verify().ok
    with pytest.raises(InputError, match="fab-logic"):
        read(tmp_path / "p" / "network")


def test_cash_beyond_all_funds_is_named_in_the_summary():
    net = read(Path(str(files("waferway.network") / "example.yaml")))
    short = plan(net, budget_usd=3e8)
    cash = short.tables["cash"]
    drawn = cash.loc[cash["period"].isin(short.labels), "emergency"].sum()
    found = short.summary()
    assert found.emergency_usd == pytest.approx(float(drawn)) and drawn > 0
    assert "Emergency cash beyond all funds" in str(found)
    assert "Emergency cash" not in str(plan(net).summary())
