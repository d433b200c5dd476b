"""Incentives: the cliff by date, versions, stacking, and credits without dates."""

import csv
import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from waferway.errors import InputError
from waferway.finance.incentives import Incentive, Lots, award, shipped_incentives

D = np.datetime64
US48D = [one for one in shipped_incentives() if one.name == "us-48d"]


def lots(cost, start, service, currency="USD", place=("US",)):
    dates = np.array([service] if isinstance(service, str) else service, dtype="datetime64[D]")
    return Lots(np.atleast_1d(np.asarray(cost, dtype=float)), currency, place,
                np.array(start, dtype="datetime64[D]"), {"placed_in_service": dates,
                "milestone": dates, "payment": dates})  # fmt: skip


@pytest.mark.parametrize(
    ("start", "service", "rate"),
    [
        ("2024-05-01", "2025-12-31", 0.25), ("2024-05-01", "2026-01-01", 0.35),
        ("2026-12-31", "2030-01-01", 0.35), ("2027-01-01", "2030-01-01", 0.0),
        ("2021-01-01", "2022-12-31", 0.0), ("2024-05-01", "NaT", 0.0), ("NaT", "2026-01-01", 0.0),
    ],
)  # fmt: skip
def test_the_credit_turns_on_two_dates(start, service, rate):
    [result] = award(US48D, lots(1000.0, start, service))
    assert result.amount.sum() == pytest.approx(1000 * rate)
    assert result.basis_reduction.sum() == pytest.approx(1000 * rate)
    assert bool(result.reasons) == (rate == 0)
    assert bool(result.claim_ids) == (rate > 0)


def test_scenarios_differ_by_their_dates():
    start = np.array([["2026-11-01"], ["2027-02-01"]], dtype="datetime64[D]")
    service = np.array([["2029-01-01"], ["2029-04-01"]], dtype="datetime64[D]")
    both = Lots(np.full((2, 1), 100.0), "USD", ("US",), start, {"placed_in_service": service})
    [result] = award(US48D, both)
    np.testing.assert_allclose(result.amount[:, 0], [35, 0])
    assert result.reasons == {"construction starts on or after 2027-01-01": 0.5}


def test_a_credit_elsewhere_is_not_earned_and_not_known_yet():
    [result] = award(US48D, lots(1000.0, "2024-01-01", "2027-01-01", place=("KR",)))
    assert result.amount.sum() == 0 and "not in US" in result.reasons
    early = award(US48D, lots(1000.0, "2024-01-01", "2026-06-01"), known=dt.date(2024, 6, 1))
    assert early[0].amount.sum() == 0  # only the 25 % to the end of 2025 was known then


def test_versions_of_a_grant_by_the_date_they_were_known():
    grants = [one for one in shipped_incentives() if one.name == "us-chips-samsung"]
    here = lots(40e9, "2022-06-01", "2026-06-01")
    assert award(grants, here)[0].amount.sum() == pytest.approx(4.745e9)
    past = award(grants, here, known=dt.date(2024, 6, 1))
    assert past[0].amount.sum() == pytest.approx(6.4e9)


def test_published_grant_shares(shared_data):
    """Grant over announced investment: 10.2, 8.5, 14.2, 12.2, 12.5 %."""
    path = shared_data / "chip-economics-checks" / "chips_act_preliminary_grants_apr2024.csv"
    ours = {one.name: one for one in shipped_incentives() if one.known_from == dt.date(2024, 4, 30)}
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
        one = ours[f"us-chips-{row['company'].lower()}"]
        assert one.amount == float(row["grant_usd"])
        if row["announced_investment_usd"]:
            cost = float(row["announced_investment_usd"])
            [result] = award([one], lots(cost, "2023-01-01", "2027-01-01"))
            expected = {"TSMC": 10.2, "Intel": 8.5, "Samsung": 14.2, "Micron": 12.2,
                        "GlobalFoundries": 12.5}[row["company"]]  # fmt: skip
            assert 100 * result.amount.sum() / cost == pytest.approx(expected, abs=0.05)


GRANT = Incentive("grant", "grant", "milestone", amount=200.0, currency="USD", basis_reduction=1.0)


def test_stacking_must_be_said_and_matters():
    here = lots(1000.0, "2024-01-01", "2027-01-01")
    with pytest.raises(InputError, match="nobody says whether grant lowers the base of us-48d"):
        award([*US48D, GRANT], here)
    for lowers, credit in [(True, 280.0), (False, 350.0)]:
        results = award([*US48D, GRANT], here, lowers_base={("grant", "us-48d"): lowers})
        assert {r.name: r.amount.sum() for r in results} == pytest.approx(
            {"us-48d": credit, "grant": 200.0}
        )


def test_bases_may_not_lower_one_another():
    other = replace(US48D[1], name="state")
    pairs = {("us-48d", "state"): True, ("state", "us-48d"): True}
    with pytest.raises(InputError, match="circle"):
        award([US48D[1], other], lots(10.0, "2024-01-01", "2027-01-01"), lowers_base=pairs)


def test_caps_lots_probability_and_never_more_than_the_cost():
    two = Lots(np.array([300.0, 100.0]), "USD", ("US",), D("2024-01-01"),
               {"milestone": np.array([D("2025-01-01"), D("NaT")]),
                "placed_in_service": np.array([D("2026-02-01"), D("2026-02-01")])})  # fmt: skip
    [result] = award([replace(GRANT, amount=400.0, probability=0.5)], two)
    np.testing.assert_allclose(result.amount, [300, 0])
    np.testing.assert_allclose(result.expected, [150, 0])
    capped = replace(US48D[1], cap=70.0, currency="USD")
    [result] = award([capped], two)
    np.testing.assert_allclose(result.amount, [52.5, 17.5])


def test_faults_are_complete_and_reported_at_once():
    bad = [
        Incentive("no-dates", "investment_credit", "placed_in_service", rate=0.35),
        Incentive("slip", "investment_credits", "service", rate=35, event_to=dt.date(2027, 1, 1)),
        Incentive("yen", "grant", "milestone", amount=1e9, currency="JPY"),
        Incentive("both", "grant", "milestone", rate=0.1, amount=1.0),
        Incentive("window", "grant", "milestone", rate=0.1, event_from=dt.date(2027, 1, 1),
                  event_to=dt.date(2026, 1, 1)),
    ]  # fmt: skip
    with pytest.raises(InputError) as caught:
        award(bad, lots(100.0, "2024-01-01", "2026-01-01"))
    text = str(caught.value)
    for words in [
        "the credit has no dates", "give construction_before", "did you mean investment_credit?",
        "0.35 means 35 %", "JPY, the project in USD", "give a rate or an amount",
        "an amount needs its currency", "before it begins", "no date of service",
    ]:  # fmt: skip
        assert words in text, words


def test_a_project_without_service_dates_is_an_error():
    nothing = Lots(np.array([1.0]), "USD", ("US",), D("2024-01-01"), {})
    with pytest.raises(InputError, match="gives no date of placed in service"):
        award(US48D, nothing)
