"""Three statements: identities, the slow twin, published layers, and every fault of the input."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference import finance_statements as slow
from waferway.calendar import Calendar
from waferway.errors import InputError, RangeError
from waferway.finance.accounts import BALANCE, CASH, INCOME, statements
from waferway.finance.depreciation import macrs
from waferway.finance.money import Money
from waferway.finance.project import Asset, Financing, Lease, Loan, Project, Shareholder

YEARS = Calendar.build("2025", "year", "2034")


def plant(scenarios=None, calendar=YEARS, operation=2, **more):
    """A fab of ordinary proportions; scenarios vary revenue, cost, capex and the start."""
    count = len(calendar)
    t = np.arange(count)
    rng = np.random.default_rng(3)
    size = () if scenarios is None else (scenarios,)
    column = (...,) if scenarios is None else (slice(None), None)
    start = operation if scenarios is None else rng.integers(1, operation + 2, scenarios)
    live = t >= (start if scenarios is None else start[:, None])
    revenue = live * np.asarray(rng.normal(520, 60, size))[column]
    cost = live * np.asarray(rng.normal(150, 10, size))[column]
    capex = np.where(live, 0.0, np.asarray(rng.normal(450, 30, size))[column])
    capex = capex + (t == count - 3) * 20.0
    award = 0.2 * capex.sum(axis=-1)
    asset = Asset(
        "tools", capex, start, 5, macrs(5, 2.0, "half-year"), award=award,
        tax_basis_reduction=award, award_lag_periods=1, salvage=25.0,
    )  # fmt: skip
    options = {"receivable_days": 45, "payable_days": 30, "inventory_days": 60, **more}
    return Project("fab", "USD", calendar, revenue, cost, (asset,), 0.25, start, **options)


STACK = Financing(
    (
        Loan("senior", 1, 0.06, 5, "sculpted", target_dscr=1.5, max_gearing=0.5, upfront_fee=0.015,
             commitment_fee=0.005, reserve_periods=1, lockup_dscr=1.2, default_dscr=1.05),
        Loan("sub", 2, 0.09, 6, "annuity", gearing=0.2, sweep=0.3),
    ),
    (Shareholder("intel", 0.51, 1e9), Shareholder("brookfield", 0.49, np.inf)),
    minimum_cash=10.0,
)  # fmt: skip


@pytest.mark.parametrize("rule", ["pro_rata", "equity_first", "debt_first"])
@pytest.mark.parametrize("winds_up", [True, False])
def test_every_identity_closes_in_every_period_of_every_scenario(rule, winds_up):
    calendar = Calendar.build("2025Q1", "quarter", "2034Q4")
    project = plant(50, calendar, operation=8, winds_up=winds_up)
    financing = Financing(STACK.loans, STACK.shareholders, rule, 10.0)
    result = statements(project, financing)
    for name, gap in result.residuals().items():
        assert gap < 1e-12, name
    assert result.residual < 1e-9
    assert (result.lines["cash"] > -1e-6).all()


def test_money_lost_nowhere():
    """All cash put in and earned comes out again when the project winds up."""
    result = statements(plant(20), STACK)
    lines = result.lines
    np.testing.assert_allclose(lines["total_assets"][:, -1], 0, atol=1e-9)
    np.testing.assert_allclose(
        result.equity_flows.sum(axis=1), lines["net_income"].sum(axis=1), rtol=1e-9
    )
    # deferred tax unwinds wholly where no loss is left unused
    used = lines["loss_carried_forward"][:, -1] == 0
    assert used.any()
    np.testing.assert_allclose(lines["deferred_tax"][used, -1], 0, atol=1e-6)


CASE = st.fixed_dictionaries(
    {
        "revenue": st.floats(300, 900), "cost": st.floats(20, 250), "tax": st.floats(0, 0.4),
        "award": st.floats(0, 300), "reduced": st.floats(0, 1), "rate": st.floats(0.0, 0.12),
        "fee": st.floats(0, 0.03), "dscr": st.floats(1.2, 4.0), "tenor": st.integers(1, 7),
        "book_life": st.integers(3, 7), "days": st.tuples(*[st.floats(0, 120)] * 3),
        "late": st.floats(0, 60), "salvage": st.floats(0, 80),
    }
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(CASE)
def test_every_cell_equals_the_slow_sheet(c):
    years, op = 10, 2
    capex = [400.0, 500.0, 80.0, 0, 0, c["late"], 0, 0, 0, 0]
    reduction = c["award"] * c["reduced"]
    shares = list(macrs(5, 2.0, "half-year"))
    case = {
        "years": years, "operation": op, "service": op, "days": [p.days for p in YEARS],
        "revenue": [0.0, 0.0] + [c["revenue"]] * 8, "cost": [0.0, 0.0] + [c["cost"]] * 8,
        "capex": capex, "award": c["award"], "reduction": reduction, "book_life": c["book_life"],
        "tax_shares": shares, "rate": c["rate"], "upfront_fee": c["fee"], "tax": c["tax"],
        "receivable_days": c["days"][0], "payable_days": c["days"][1],
        "inventory_days": c["days"][2], "salvage": c["salvage"], "financing_life": 6,
    }  # fmt: skip
    debt, uses, rows = slow.sculpted(case, c["dscr"], c["tenor"])
    if debt > uses:
        return  # the engine never lends more than the uses; the sheet has no such rule
    asset = Asset("a", capex, op, c["book_life"], shares, award=c["award"],
                  tax_basis_reduction=reduction, salvage=c["salvage"])  # fmt: skip
    project = Project(
        "p", "USD", YEARS, case["revenue"], case["cost"], (asset,), c["tax"], op,
        *c["days"],
    )  # fmt: skip
    loan = Loan("s", 1, c["rate"], c["tenor"], "sculpted", target_dscr=c["dscr"],
                upfront_fee=c["fee"])  # fmt: skip
    result = statements(project, Financing((loan,), financing_life_years=6), tolerance=1e-11)
    pairs = {
        "interest": "interest_paid", "balance": "debt", "distribution": "distributions",
        "tax": "tax_paid", "taxable": "taxable_income", "net_income": "net_income",
        "cash": "cash", "assets": "total_assets", "cfads": "cfads", "deferred": "deferred_tax",
    }  # fmt: skip
    assert result.facility["s"][0] == pytest.approx(debt, abs=1e-6)
    for sheet_name, line in pairs.items():
        np.testing.assert_allclose(rows[sheet_name], result.lines[line][0], atol=1e-6, err_msg=line)
    put_in = result.lines["equity_called"] + result.lines["support_equity"]
    np.testing.assert_allclose(rows["equity"], put_in[0], atol=1e-6)


def test_sculpted_case_of_the_spec_inside_the_statements():
    """CFADS 300 to 380, target 1.40, 7 %: debt 987.852 and LLCR equal to the target."""
    calendar = Calendar.build("2025", "year", "2030")
    project = Project(
        "p", "USD", calendar, [0, 300, 320, 340, 360, 380], 0.0,
        (Asset("a", [2000, 0, 0, 0, 0, 0], 1, 5, [0.2] * 5),), 0.0,
    )  # fmt: skip
    loan = Loan("s", 1, 0.07, 5, "sculpted", target_dscr=1.4)
    result = statements(project, Financing((loan,)))
    rows = result.loans["s"]
    assert rows["balance"][0, 0] == pytest.approx(987.852, abs=5e-4)
    np.testing.assert_allclose(
        rows["due"][0, 1:], [214.286, 228.571, 242.857, 257.143, 271.429], atol=6e-4
    )
    np.testing.assert_allclose(
        rows["balance"][0, 1:], [842.716, 673.134, 477.397, 253.672, 0], atol=6e-4
    )
    ratios = result.cover("s")
    np.testing.assert_allclose(ratios.llcr[0, 1:], 1.4)
    assert ratios.minimum == pytest.approx(1.4)


def test_a_batch_equals_its_scenarios_one_by_one():
    project = plant(12)
    batch = statements(project, STACK)
    for s in (0, 5, 11):
        asset = project.assets[0]
        one = Project(
            "fab", "USD", YEARS, project.revenue[s], project.operating_cost[s],
            (Asset("tools", asset.payments[s], int(asset.service[s]), 5, asset.tax_shares,
                   award=asset.award[s], tax_basis_reduction=asset.award[s],
                   award_lag_periods=1, salvage=25.0),),
            0.25, int(project.operation[s]), 45, 30, 60,
        )  # fmt: skip
        alone = statements(one, STACK)
        for name in (*INCOME, *CASH, *BALANCE):
            np.testing.assert_allclose(
                alone.lines[name][0], batch.lines[name][s], atol=2e-5, err_msg=name
            )


def test_layers_with_95_percent_debt_keep_control_share_and_recourse_apart():
    """Intel and Brookfield, 51/49 of 30 bn: 14.7 bn of which 0.5 to 0.75 bn is equity."""
    calendar = Calendar.build("2023", "year", "2034")
    capex = np.zeros(12)
    capex[:3] = 4.9e9
    revenue = np.r_[[0] * 3, np.full(9, 3.2e9)]
    project = Project("arizona-half", "USD", calendar, revenue, 2e8,
                      (Asset("fab", capex, 3, 8, [0.2] * 5),), 0.21)  # fmt: skip
    loan = Loan("non-recourse", 1, 0.06, 9, "annuity", gearing=0.96)
    owners = (Shareholder("brookfield", 0.49, 1e9, False), Shareholder("intel", 0.51, 1e9, True))
    result = statements(project, Financing((loan,), owners))
    drawn = result.loans["non-recourse"]["draw"].sum()
    assert drawn / result.uses[0] == pytest.approx(0.96, rel=1e-9)
    assert 0.5e9 < result.lines["equity_called"].sum() < 0.75e9
    assert result.called_by()["brookfield"].sum() == pytest.approx(
        0.49 * result.lines["equity_called"].sum() + 0.49 * result.lines["support_equity"].sum()
    )
    assert all((gap == 0).all() for gap in result.funding_gap().values())


def test_distress_is_said_with_period_and_shortfall():
    calendar = Calendar.build("2025", "year", "2030")
    project = Project("weak", "USD", calendar, [0, 300, 300, 40, 300, 300], [0, 60, 60, 60, 60, 60],
                      (Asset("a", [600, 0, 0, 0, 0, 0], 1, 5, [0.2] * 5),), 0.0)  # fmt: skip
    loan = Loan("bank", 1, 0.05, 5, "equal", facility=500.0, lockup_dscr=1.3, default_dscr=1.1)
    result = statements(project, Financing((loan,)))
    tests = {(test, label) for _, test, label, _ in result.breaches()}
    assert ("unpaid", "2028") in tests and ("default", "2028") in tests
    assert ("equity", "support", "2028", 20.0) in result.breaches()
    assert result.lines["distributions"][0, 3] == 0
    assert max(result.residuals().values()) < 1e-12
    assert result.cover("bank").minimum_period == 3
    # what was overdue is paid with the next cash, before anything is distributed
    assert result.loans["bank"]["overdue"][0, 4] == 0


def test_reserve_carries_a_weak_year():
    calendar = Calendar.build("2025", "year", "2030")
    project = Project("weak", "USD", calendar, [0, 400, 400, 60, 400, 400], [0, 60, 60, 60, 60, 60],
                      (Asset("a", [600, 0, 0, 0, 0, 0], 1, 5, [0.2] * 5),), 0.0)  # fmt: skip
    plain = Loan("bank", 1, 0.05, 5, "equal", facility=500.0)
    backed = Loan("bank", 1, 0.05, 5, "equal", facility=500.0, reserve_periods=1)
    assert statements(project, Financing((plain,))).loans["bank"]["overdue"].max() > 0
    result = statements(project, Financing((backed,)))
    assert result.loans["bank"]["overdue"].max() == 0
    assert result.lines["reserve"].max() > 0 and result.lines["reserve"][0, -1] == 0


def test_sweep_shortens_the_loan_and_grace_delays_it():
    base = statements(plant(), Financing((Loan("l", 1, 0.08, 6, "equal", gearing=0.5),)))
    swept = statements(
        plant(), Financing((Loan("l", 1, 0.08, 6, "equal", gearing=0.5, sweep=1.0),))
    )
    assert swept.lines["debt"].sum() < base.lines["debt"].sum()
    late = statements(
        plant(), Financing((Loan("l", 1, 0.08, 6, "annuity", gearing=0.5, grace_years=2.0),))
    )
    paid = late.loans["l"]["principal_paid"][0]
    np.testing.assert_allclose(paid[:4], 0, atol=1e-9)
    assert late.loans["l"]["balance"][0, 7] == pytest.approx(0, abs=1e-6)
    bullet = statements(plant(), Financing((Loan("l", 1, 0.08, 6, "bullet", gearing=0.3),)))
    assert np.count_nonzero(bullet.loans["l"]["principal_paid"][0] > 1e-9) == 1


def test_fixed_profile_sized_by_cover_is_met_in_its_weakest_period():
    loan = Loan("l", 1, 0.06, 5, "annuity", target_dscr=2.2)
    result = statements(plant(), Financing((loan,)))
    assert result.cover("l").minimum == pytest.approx(2.2, rel=1e-6)


def test_prepayments_are_a_liability_until_earned():
    calendar = Calendar.build("2025", "year", "2029")
    project = Project(
        "p", "USD", calendar, [0, 100, 100, 100, 100], 10.0,
        (Asset("a", [150, 0, 0, 0, 0], 1, 4, [0.25] * 4),), 0.2,
        prepayment_received=[120, 0, 0, 0, 0], prepayment_credited=[0, 40, 40, 40, 0],
    )  # fmt: skip
    result = statements(project)
    np.testing.assert_allclose(result.lines["unearned_prepayments"][0], [120, 80, 40, 0, 0])
    assert result.lines["equity_called"][0, 0] == pytest.approx(150 + 10 - 120)
    assert max(result.residuals().values()) < 1e-12


def test_lease_is_an_asset_and_a_liability():
    calendar = Calendar.build("2025", "year", "2029")
    lease = Lease("cleanroom", [0, 50, 50, 50, 0], 0.05, 1)
    project = Project("p", "USD", calendar, [0, 100, 100, 100, 100], 10.0, (), 0.2, 1,
                      leases=(lease,))  # fmt: skip
    result = statements(project)
    opening = 50 / 1.05 + 50 / 1.05**2 + 50 / 1.05**3
    assert result.lines["right_of_use"][0, 1] == pytest.approx(opening * 2 / 3)
    assert result.lines["lease_liability"][0, 1] == pytest.approx(opening * 1.05 - 50)
    assert result.lines["lease_interest"].sum() == pytest.approx(150 - opening)
    assert max(result.residuals().values()) < 1e-12


def test_credit_against_tax_waits_for_tax():
    calendar = Calendar.build("2025", "year", "2029")
    asset = Asset("a", [100, 0, 0, 0, 0], 1, 4, [0.25] * 4, award=20.0, award_refundable=False)
    project = Project("p", "USD", calendar, [0, 55, 55, 55, 55], 0.0, (asset,), 0.25)
    result = statements(project)
    np.testing.assert_allclose(result.lines["tax_due"][0], [0, 7.5, 7.5, 7.5, 7.5])
    np.testing.assert_allclose(result.lines["award_used"][0], [0, 7.5, 7.5, 5, 0])
    np.testing.assert_allclose(result.lines["award_receivable"][0], [0, 12.5, 5, 0, 0])
    assert max(result.residuals().values()) < 1e-12


def test_losses_wait_are_limited_or_are_refunded():
    calendar = Calendar.build("2025", "year", "2028")

    def taxes(**more):
        project = Project(
            "p", "USD", calendar, [0, 100, 100, 100], [60, 0, 0, 0], (), 0.2, 0, **more
        )
        return statements(project).lines["tax_due"][0]

    np.testing.assert_allclose(taxes(), [0, 8, 20, 20])
    np.testing.assert_allclose(taxes(loss_limit=0.5), [0, 10, 18, 20])
    np.testing.assert_allclose(taxes(refunds_losses=True), [-12, 20, 20, 20])


def test_quarters_pay_tax_once_a_year_and_mixed_steps_close():
    mixed = Calendar.build("2025Q1", [("quarter", "2027Q4"), ("year", "2033")])
    project = plant(calendar=mixed, operation=8)
    result = statements(project, STACK)
    assert max(result.residuals().values()) < 1e-12
    assert (result.lines["tax_paid"][0, [0, 1, 2, 8, 9, 10]] == 0).all()
    with pytest.raises(RangeError, match="mixes steps"):
        result.irr()


def test_frames_sum_flows_and_keep_balances():
    calendar = Calendar.build("2025Q1", "quarter", "2029Q4")
    result = statements(plant(calendar=calendar, operation=6), STACK)
    table = result.frame("all", yearly=True)
    quarters = result.frame("all")
    assert list(table.columns) == [2025, 2026, 2027, 2028, 2029]
    assert table.loc["revenue", 2028] == pytest.approx(
        quarters.loc["revenue", ["2028Q1", "2028Q2", "2028Q3", "2028Q4"]].sum()
    )
    assert table.loc["debt", 2028] == pytest.approx(quarters.loc["debt", "2028Q4"])
    np.testing.assert_allclose(table.loc["total_assets"], table.loc["total_claims"], atol=1e-9)


def test_returns_follow_from_the_lines():
    result = statements(plant(5), STACK)
    rate = result.irr("equity").rate
    np.testing.assert_allclose(result.npv(rate, timing="end", flows="equity"), 0, atol=1e-6)
    assert (result.npv(0.08, timing="mid") > result.npv(0.08, timing="end")).all()


def test_lines_lead_back_to_claims():
    claims = {"revenue": ("c-1",), "asset:tools": ("c-2",), "tax_rate": ("fin-tax-us",)}
    result = statements(plant(claims=claims))
    assert result.trace("capex") == ("c-2",)
    assert set(result.trace("tax_paid")) == {"c-1", "c-2", "fin-tax-us"}
    assert result.trace("revenue") == ("c-1",)
    with pytest.raises(RangeError, match="did you mean net_income"):
        result.trace("net_incom")


def test_every_fault_is_reported_at_once():
    project = Project(
        "p", "USD", YEARS, np.zeros(9), -1.0, (Asset("a", [1.0] * 10, 0, -5, [0.6, 0.6]),), 21,
    )  # fmt: skip
    financing = Financing(
        (
            Loan("l", 1, 0.05, -4, "anuity", currency="KRW"),
            Loan("m", 2, 0.05, 4, "sculpted", gearing=1.5),
        ),
        (Shareholder("g42", 0.7, None), Shareholder("softbank", 0.6, 1.0, currency="JPY")),
    )
    with pytest.raises(InputError) as caught:
        statements(project, financing)
    text = str(caught.value)
    for words in [
        "revenue has 9 periods", "operating_cost is -1", "book_life_years is -5", "tax_shares must",
        "0.21 means 21 %", "the tenor is -4 years", "did you mean annuity?", "KRW",
        "sized by nothing", "a sculpted loan needs target_dscr", "gearing is 1.5",
        "g42 has a stake and no funds", "stakes above one", "JPY", "no statement was computed",
    ]:  # fmt: skip
        assert words in text, words


def test_scenarios_must_agree_and_nothing_may_be_missing():
    with pytest.raises(InputError, match="scenarios disagree"):
        statements(Project("p", "USD", YEARS, np.ones((3, 10)), np.ones((4, 10)), (), 0.2, 0))
    with pytest.raises(InputError, match="missing is never zero"):
        statements(Project("p", "USD", YEARS, np.full(10, np.nan), 0.0, (), 0.2, 0))
    with pytest.raises(InputError, match="more prepayment is credited"):
        statements(Project("p", "USD", YEARS, 1.0, 0.0, (), 0.2, 0,
                           prepayment_credited=[1.0] * 10))  # fmt: skip


def test_calendar_starts_midyear():
    calendar = Calendar.build(dt.date(2025, 7, 1), "quarter", "2028Q2")
    result = statements(plant(calendar=calendar, operation=3))
    assert max(result.residuals().values()) < 1e-12
    assert result.lines["tax_due"][0, -1] != 0


def test_money_carries_its_currency_into_the_check():
    good = Money(np.full(10, 100.0), "USD")
    project = Project("p", "USD", YEARS, good, good * 0.3, (), 0.2, 0)
    assert statements(project).lines["revenue"].sum() == 1000
    real = Money(np.full(10, 1.0), "USD", "real", 2024, "us-cpi")
    won = Money(np.full(10, 1.0), "KRW")
    asset = Asset("a", won, 0, 5, [0.2] * 5)
    with pytest.raises(InputError) as caught:
        statements(Project("p", "USD", YEARS, real, good, (asset,), 0.2, 0))
    text = str(caught.value)
    assert "revenue is in USD (real 2024 by us-cpi)" in text
    assert "asset a payments is in KRW (nominal), the project in USD" in text
