"""Which claim holds on a day."""

import datetime as dt

import pytest

from waferway.errors import InputError
from waferway.evidence.claims import Claim, Evidence
from waferway.evidence.dated import claims_about, in_force, shipped


def claim(name, value, since="2020-01-01", until=None, known="2020-01-01", **more):
    return Claim(
        claim_id=name, subject="country:US", metric="rate", kind="share", form="point",
        value=value, unit="1", modality="planned", grade="C", method="hand",
        valid_from=since, valid_to=until, known_from=known, **more,
    )  # fmt: skip


def test_the_claim_whose_dates_contain_the_day_is_taken():
    evidence = Evidence(
        [claim("a", 0.25, until="2024-12-31"), claim("b", 0.35, since="2025-01-01")]
    )
    assert in_force(evidence, "country:US", "rate", dt.date(2024, 12, 31)).claim_id == "a"
    assert in_force(evidence, "country:US", "rate", dt.date(2025, 1, 1)).claim_id == "b"


def test_a_later_version_replaces_an_earlier_one_unless_it_was_not_known():
    evidence = Evidence([claim("a", 0.25), claim("b", 0.35, known="2022-01-01")])
    day = dt.date(2023, 1, 1)
    assert in_force(evidence, "country:US", "rate", day).claim_id == "b"
    known = dt.date(2021, 6, 1)
    assert in_force(evidence, "country:US", "rate", day, known).claim_id == "a"


def test_two_claims_that_differ_are_an_error_until_one_is_preferred():
    evidence = Evidence([claim("a", 0.25), claim("b", 0.35)])
    with pytest.raises(InputError, match="a and b differ"):
        in_force(evidence, "country:US", "rate", dt.date(2023, 1, 1))
    evidence = Evidence([claim("a", 0.25), claim("b", 0.35, rank="preferred")])
    assert in_force(evidence, "country:US", "rate", dt.date(2023, 1, 1)).claim_id == "b"


@pytest.mark.parametrize(
    ("subject", "metric", "match"),
    [
        ("country:UX", "rate", "did you mean country:US"),
        ("country:US", "ratio", "did you mean rate"),
        ("country:US", "rate", "a 2020-01-01 to 2021-01-01"),
    ],
)
def test_no_answer_says_what_there_is(subject, metric, match):
    evidence = Evidence([claim("a", 0.25, until="2021-01-01")])
    with pytest.raises(InputError, match=match):
        in_force(evidence, subject, metric, dt.date(2023, 1, 1))


def test_shipped_claims_are_dated_sourced_and_graded():
    for package in ("waferway.finance", "waferway.market"):
        evidence = shipped(package)
        for one in evidence.values():
            assert one.source_id and one.locator, one.claim_id
            assert one.known_from or one.source_id == "own-convention", one.claim_id
    assert claims_about(shipped("waferway.finance"), "rate", place="KR")
