"""Announcements that do not fit each other: own arithmetic on cited rows (atlas.md section 4)."""

import pytest

import waferway as ww
from waferway.atlas.announcements import announcements, sums_of

EXPECTED = {
    "wafers a month that 8 billion dollars buy at the cost of 2 nm": 14_286,
    "wafers a month that 10 billion dollars buy at the cost of 3 nm": 25_000,
    "fabs of 50,000 wafers a month at 2 nm for 9 billion dollars": 0.321,
    "36 fabs of 50,000 wafers a month at the cost of 3 nm": 720,
    "36 fabs of 50,000 wafers a month at the cost of 2 nm": 1_008,
    "their wafers": 1.8e6,
    "the same, of all that SEMI forecast for the world at 7 nm and below in 2028": 128.6,
    "EUV scanners for them": 675,
    "years of all EUV scanners delivered": 13.5,
    "wafers a month that 7 trillion dollars buy at the cost of 2 nm": 12.5e6,
    "wafers a month that 7 trillion dollars buy at the cost of 3 nm": 17.5e6,
    "at 2 nm, times what SEMI forecast for the world at 7 nm and below in 2028": 8.93,
    "at 3 nm, times the same": 12.5,
    "times the cost of 36 fabs at 2 nm": 6.94,
    "gigawatts of AI data centres at that price": 137.5,
    "gigawatts of the three deals": 26,
    "gigawatts that 900,000 DRAM wafers a month would serve": 50,
    "DRAM wafers a month that the three deals need": 468_000,
    "packages of the three deals": 10.4e6,
    "CoWoS wafers for them at 16 a wafer (B200)": 650_000,
    "CoWoS wafers for them at 9 a wafer (Rubin)": 1.156e6,
    "CoWoS wafers supplied to all in 2024": 351_000,
    "Stargate": 50,
    "all commitments stated by OpenAI": 46.7,
    "Citi, new compute to 2030": 50.9,
    "contract with Oracle": 66.7,
    "long-run goal of 250 GW": 40,
    "the four parts together": 622,
    "622 trillion won at 1,325 won a dollar": 469.4,
    "a fab at Samsung Yongin": 45.3,
    "a fab at Samsung Pyeongtaek": 30.2,
    "a fab at SK hynix Yongin": 23.0,
    "wafers a month that a Yongin fab buys at the cost of 2 nm": 81_000,
    "wafers a month that a Yongin fab buys at the cost of 3 nm": 113_000,
    "H100 that Meta had to buy in 2024": 200_000,
}


@pytest.fixture(scope="module")
def evidence():
    return ww.world().evidence


@pytest.mark.parametrize("says", EXPECTED)
def test_announcements_do_not_fit_each_other(evidence, says):
    found = {s.says: s.value for s in announcements(evidence)}
    assert found[says] == pytest.approx(EXPECTED[says], rel=4e-3)


def test_korean_output_against_the_world(evidence):
    shares = [s.value for s in announcements(evidence) if "as a share of SEMI" in s.says]
    assert shares == [pytest.approx(69.4, abs=0.1)]


def test_every_sum_names_its_claims(evidence):
    for s in announcements(evidence):
        assert s.claims and all(evidence[c].central is not None for c in s.claims)
        assert s.says in sums_of(evidence, s.topic)
    assert sums_of(evidence, "no-chips-act") == ""
