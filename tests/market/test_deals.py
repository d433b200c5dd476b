"""The deal screen: worked cases, every boundary, dates, drafts, ownership, and a slow twin."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference import market_screen as slow
from waferway.errors import InputError
from waferway.evidence.claims import Evidence
from waferway.evidence.dated import shipped
from waferway.market.deals import Deal, screen, screen_deals, screen_pairs
from waferway.market.rules import read_rules, rules_on
from waferway.market.shares import Market, Stake

NOW = dt.date(2025, 3, 1)


def market(shares, **more):
    return Market("m", "wafers", "world", "revenue", dt.date(2024, 12, 31), shares, **more)


def deal(a="a", b="b", date=NOW, **more):
    return Deal("deal", more.pop("kind", "acquisition"), a, b, date, **more)


def yes(result):
    return {f.rule.rule_id for f in result.findings if f.answer == "yes"}


def names(values):
    return dict(zip("abcdefghijklmnopqrstuvwxyz", values, strict=False))


def test_worked_cases_of_the_spec():
    result = screen(deal("c", "d"), market(names([30, 30, 20, 20])))
    assert result.before.hhi_low == 2600
    assert (result.hhi_after, result.hhi_change) == ((3400, 3400), 800)
    assert result.presumption == {"us-2023": "yes"}
    assert {"us-2023-2.1-hhi", "us-2023-2.1-share"} <= yes(result)
    assert result.safe_range == {"eu-2004": "no"}
    result = screen(deal("c", "d"), market(names([40, 30, 20, 10])))
    assert (result.before.hhi_low, result.hhi_change, result.hhi_after[0]) == (3000, 400, 3400)
    assert "us-2023-2.1-hhi" in yes(result) and "us-2023-2.1-share" not in yes(result)


def fill(total, count):
    """`count` equal firms that add to `total` percent."""
    return [total / count] * count


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        # post exactly 1,800, change exactly 100 (5 x 10): 10+5 merged 225; the rest adds 1,575
        ([10, 5, 37.5, 5, 5, 5, 5, 5, 5] + [2.5] * 2, None),
        ([10, 5, 30, 20, 15, 5, 5, 5, 5], None),
    ],
)
def test_boundaries_against_the_slow_twin(shares, expected):
    _before, after, change, merged = slow.merge(shares, 0, 1)
    found = yes(screen(deal(), market(names(shares))))
    for rule, holds in {
        **slow.us_2023(after, change, merged),
        **slow.eu_2004(after, change),
    }.items():
        assert (rule in found) == holds, rule


@pytest.mark.parametrize("change", [100, 150, 200, 250])
def test_change_on_the_boundary_is_not_above_it(change):
    a, b = {100: (10, 5), 150: (15, 5), 250: (12.5, 10), 200: (10, 10)}[change]
    date = dt.date(2015, 1, 1) if change == 200 else NOW
    for nudge in (-0.001, 0, 0.001):
        shares = [a, b + nudge, 60, *fill(100 - a - b - 60, 2)]
        _, after, moved, merged = slow.merge(shares, 0, 1)
        found = yes(screen(deal(date=date), market(names(shares))))
        twin = slow.us_2010(after, moved) if change == 200 else slow.us_2023(after, moved, merged)
        for rule, holds in {**twin, **slow.eu_2004(after, moved)}.items():
            assert (rule in found) == holds, (rule, nudge)


@pytest.mark.parametrize(
    ("shares", "post"),
    [
        # squares chosen so that the HHI after is the boundary itself, to the last part
        ([10, 10, 20, 20, 20, *[5] * 4], 1700), ([10, 10, 30, 10, 10, 10, 10, 10], 1800),
        ([20, 10, 20, 10, 10, 10, 10, 10], 1800), ([10, 10, 20, 20, 20, 20], 2000),
        ([5, 5, *[10] * 9], 1000), ([25, 25], 2500), ([30, 20], 2500),
    ],
)  # fmt: skip
def test_index_on_the_boundary(shares, post):
    _, after, change, merged = slow.merge(shares, 0, 1)
    assert after == post
    place = market(names(shares), largest_unlisted_percent=1e-9 if sum(shares) < 100 else None)
    for date, twin in [
        (NOW, {**slow.us_2023(after, change, merged), **slow.eu_2004(after, change)}),
        (dt.date(2012, 1, 1), {**slow.us_2010(after, change), **slow.eu_2004(after, change)}),
    ]:
        answers = {f.rule.rule_id: f.answer for f in screen(deal(date=date), place).findings}
        for rule, holds in twin.items():
            if answers[rule] != "depends on tail":
                assert (answers[rule] == "yes") == holds, rule


SHARES = st.lists(st.integers(1, 600), min_size=2, max_size=9).filter(lambda v: sum(v) <= 1000)


@settings(max_examples=200, deadline=None)
@given(SHARES)
def test_pairs_and_single_screens_equal_the_slow_twin(tenths):
    shares = [v / 10 for v in tenths]
    place = names(shares)
    pairs = screen_pairs({"m": place}, NOW, elasticity=1.5)
    row = 0
    for i in range(len(shares)):
        for j in range(i + 1, len(shares)):
            before, after, change, merged = slow.merge(shares, i, j)
            assert pairs["hhi_before"][row] == pytest.approx(float(before), abs=1e-9)
            assert pairs["hhi_after"][row] == pytest.approx(float(after), abs=1e-9)
            twin = {**slow.us_2023(after, change, merged), **slow.eu_2004(after, change)}
            for rule, holds in twin.items():
                assert pairs[f"rule:{rule}"][row] == holds
            row += 1
    assert row == len(pairs["first"])


def test_rules_turn_on_the_date_of_notification():
    assert {r.regime for r in rules_on(dt.date(2010, 8, 19))} == {"us-2010", "eu-2004"}
    assert {r.regime for r in rules_on(dt.date(2023, 12, 17))} == {"us-2010", "eu-2004"}
    assert {r.regime for r in rules_on(dt.date(2023, 12, 18))} == {"us-2023", "eu-2004"}
    assert {r.regime for r in rules_on(dt.date(2026, 4, 29), ["EU"])} == {"eu-2004"}
    assert {r.regime for r in rules_on(dt.date(2026, 4, 30), ["EU"])} == {
        "eu-2004", "eu-2026-draft"
    }  # fmt: skip
    with pytest.raises(InputError, match="no rule of US was in force on 2005-01-01"):
        rules_on(dt.date(2005, 1, 1))
    with pytest.raises(InputError, match="no rules of JP"):
        rules_on(NOW, ["JP"])


def test_a_draft_only_would_be():
    result = screen(deal(date=dt.date(2026, 9, 1)), market(names([22, 20, 30, 28])))
    draft = [f for f in result.findings if f.rule.regime == "eu-2026-draft"]
    assert {f.mood for f in draft} == {"would be"}
    assert "eu-2026-draft" not in {**result.presumption, **result.safe_range}
    said = {f.rule.outcome for f in draft if f.answer == "yes"}
    assert said == {"share_high", "highly_concentrated"}
    assert "would be share high: yes" in str(result)


@pytest.mark.parametrize(
    ("share", "band"), [(9.9, "low"), (10, "moderate"), (25, "material"), (40, "high"),
                        (50, "high"), (50.1, "very_high")]
)  # fmt: skip
def test_share_bands_of_the_draft_cover_every_share_once(share, band):
    shares = names([share - 1, 1, 100 - share])
    found = yes(screen(deal(date=dt.date(2026, 9, 1)), market(shares)))
    assert [r for r in found if "share" in r and "draft" in r] == [
        f"eu-2026-draft-share-{band.replace('_', '-')}"
    ]


def test_an_unlisted_rest_makes_answers_depend_on_it():
    """HHI of the listed 1,790 after; the rest of 20 % may add up to 400."""
    place = market({"a": 30, "b": 5, "c": 20, "d": 12.845232578665128, "e": 12.154767421334872})
    result = screen(deal(), place)
    assert result.before.depends_on_tail
    assert result.hhi_after[1] - result.hhi_after[0] == pytest.approx(400)
    answers = {f.rule.rule_id: f.answer for f in result.findings}
    low, high = result.hhi_after
    if low <= 1800 < high:
        assert answers["us-2023-2.1-hhi"] == "depends on tail"
    assert answers["us-2023-2.1-share"] == "yes"
    # a bound on unlisted firms settles it
    small = market(place.shares_percent, largest_unlisted_percent=0.2)
    assert screen(deal(), small).hhi_after[1] - result.hhi_after[0] < 5


def test_answer_inside_the_interval_only_is_not_missed():
    """EU 20a holds only between 1,000 and 2,000: listed 900, up to 2,100 with the rest."""
    place = market({"a": 2, "b": 20, **{f"s{k}": 5 for k in range(8)}})
    result = screen(deal(), place)
    low, high = result.hhi_after
    assert low < 1000 and high > 2000
    answers = {f.rule.rule_id: f.answer for f in result.findings}
    assert answers["eu-2004-20a"] == "depends on tail"


def test_shares_are_grouped_by_control_on_the_date():
    shares = names([15, 10, 15, 60])
    stakes = [Stake("a", "b", 0.8, dt.date(2025, 1, 1))]
    late = screen(deal("a", "c"), market(shares), stakes=stakes)
    assert late.parties_percent == (25, 15) and late.hhi_change == 2 * 25 * 15
    early = screen(deal("a", "c", dt.date(2024, 6, 1)), market(shares), stakes=stakes)
    assert early.hhi_change == 2 * 15 * 15


def test_a_subsidiary_leaves_its_seller():
    """d sells its subsidiary b (10 %) to a: the seller keeps 30."""
    shares = {"a": 20, "b": 10, "c": 40, "d": 30}
    result = screen(deal("a", "b"), market(shares), stakes=[Stake("d", "b", 1.0)])
    assert result.before.hhi_low == 20**2 + 40**2 + 40**2
    assert result.hhi_after[0] == 30**2 + 40**2 + 30**2
    assert result.hhi_change == 900 - 400 + 900 - 1600
    assert result.merged_share_percent == 30


def test_parties_under_one_owner_change_nothing():
    result = screen(deal(), market(names([30, 20, 50])), stakes=[Stake("a", "b", 0.9)])
    assert result.hhi_change == 0
    assert any("controls both" in question for question in result.open_questions)


def test_joint_ventures_and_minority_stakes():
    shares = names([30, 20, 50])
    part = deal(kind="joint_venture", contributed_percent={("m", "a"): 10, ("m", "b"): 5})
    result = screen(part, market(shares))
    assert result.hhi_change == pytest.approx(20**2 + 15**2 + 15**2 - 30**2 - 20**2)
    assert result.merged_share_percent == 15
    whole = screen(deal(kind="joint_venture"), market(shares))
    assert whole.hhi_change == 2 * 30 * 20
    minority = screen(deal(kind="minority_stake", share=0.1), market(shares))
    assert (minority.hhi_change == 0 and minority.flag == "flagged") or minority.flag == "clear"
    assert any("modified_hhi" in q for q in minority.open_questions)


def test_deals_of_a_plan_in_every_market_they_meet():
    markets = [market(names([30, 20, 50])),
               Market("hbm", "HBM", "world", "bits", NOW, {"a": 50, "c": 50})]  # fmt: skip
    venture = Deal("jv", "joint_venture", "a", "b", NOW, {("m", "a"): 10})
    table = screen_deals([deal(), venture, Deal("bc", "acquisition", "b", "z", NOW)], markets)
    assert list(table["deal"]) == ["deal", "jv", "jv", "bc"]
    assert table["variant"].tolist()[:3] == ["", "", "parents count as one"]
    assert table["flag"].iloc[-1] == "no market in common"
    assert "Merger Guidelines, guideline 1, section 2.1" in table["sources"].iloc[0]
    assert table["definition"].iloc[0] == "wafers, world, 2024-12-31, revenue"


def test_bad_deals_get_the_full_error():
    bad = Deal("x", "purchase", "aa", "aa", NOW, share=51)
    with pytest.raises(InputError) as caught:
        screen(bad, Market("m", "", "w", "u", NOW, {"a": 60, "b": 70}))
    text = str(caught.value)
    for words in [
        "the acquirer aa has no share", "did you mean a?", "cannot buy itself",
        "known: acquisition",
        "0.49 means 49 %", "the product is not said", "add to 130",
    ]:  # fmt: skip
        assert words in text, words
    over = deal(kind="joint_venture", contributed_percent={("m", "a"): 80})
    with pytest.raises(InputError, match="puts in 80 % and has less"):
        screen(over, market(names([30, 20, 50])))


def test_rules_are_data():
    """A rule set of one's own needs claims only."""
    facts = shipped("waferway.market")
    [first, *_] = [c for c in facts.values() if c.subject == "rule:us-2023-2.1-hhi"]
    own = first.model_copy(
        update={"claim_id": "own-1", "subject": "rule:own", "value": 1000,
                "qualifiers": {**first.qualifiers, "regime": "own", "jurisdiction": "XX"}}
    )  # fmt: skip
    evidence = Evidence([*facts.values(), own], facts.sources.values())
    result = screen(deal(), market(names([20, 20, 20, 20, 20])), jurisdictions=["XX"],
                    evidence=evidence)  # fmt: skip
    assert yes(result) == {"own"}
    broken = own.model_copy(update={"metric": "threshold:hhi_aftr"})
    with pytest.raises(InputError, match="did you mean hhi_after"):
        read_rules(Evidence([broken], facts.sources.values()))


def test_shipped_rules_quote_the_shared_thresholds(shared_data):
    text = (shared_data / "chip-economics-checks" / "antitrust_thresholds.csv").read_text("utf-8")
    said = {r.rule_id: {c.threshold for c in r.conditions} for r in read_rules()}
    assert "1800 / 100" in text and said["us-2023-2.1-hhi"] == {1800, 100}
    assert "30% / 100" in text and said["us-2023-2.1-share"] == {30, 100}
    assert said["eu-2004-20a"] == {1000, 2000, 250} and said["eu-2004-20b"] == {2000, 150}
    for rule in read_rules():
        assert rule.source and rule.locator and rule.known_from


def test_pairs_rank_by_change_and_carry_savings():
    pairs = screen_pairs({"m": names([20, 30, 50])}, NOW, elasticity=1.5)
    assert pairs["compensating_saving"][0] == pytest.approx(0.19355, abs=5e-6)
    empty = screen_pairs({}, NOW)
    assert len(empty["market"]) == 0
    assert np.all(screen_pairs({"one": {"a": 100}}, NOW)["hhi_change"] == [])


def test_rules_on_a_subset_of_jurisdictions_and_minority_flag():
    result = screen(deal(kind="minority_stake", share=0.1), market(names([30, 20, 50])),
                    jurisdictions=["US"])  # fmt: skip
    assert result.flag == "clear" and result.safe_range == {}
