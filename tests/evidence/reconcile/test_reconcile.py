# ruff: noqa: E501 - tables of cases
"""Origin, relations, groups and the dossier."""

import datetime as dt
import json
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waferway.errors import RangeError
from waferway.evidence.claims import Claim, Source
from waferway.evidence.dossier import dossier
from waferway.evidence.extract import claims_in
from waferway.evidence.reconcile import (
    Policy,
    reconcile,
    reconcile_claims,
    relate,
    same_origin,
)
from waferway.evidence.reconcile.agreement import weighted_median

SAME = {
    frozenset(("pair-en-1-es.txt", "syn-en-1.txt")),
    frozenset(("pair-de-1-fr.txt", "syn-de-1.txt")),
}


@pytest.fixture(scope="module")
def documents(shared_data):
    return {
        path.name: claims_in(path.read_bytes().decode("utf-8"))
        for path in sorted((shared_data / "claims-gold").glob("*.txt"))
    }


def test_same_origin_is_right_on_every_pair(documents):
    assert len(documents) == 11
    for one, two in combinations(documents, 2):
        decision = same_origin(documents[one], documents[two])
        assert decision.same == (frozenset((one, two)) in SAME), (one, two, decision)
        assert decision == same_origin(documents[two], documents[one])


def test_translations_are_one_voice_and_the_near_miss_contradicts(documents):
    claims = [
        claim.model_copy(update={"source_id": name})
        for name in documents
        for claim in documents[name]
    ]
    made = reconcile_claims(claims)
    assert made.families["syn-en-1.txt"] == made.families["pair-en-1-es.txt"]
    assert made.families["near-en-1-it.txt"] == "near-en-1-it.txt"
    told = {(made.claims[r.first].metric, frozenset((made.claims[r.first].source_id, made.claims[r.second].source_id)))
            for r in made.conflicts}  # fmt: skip
    assert ("investment", frozenset(("near-en-1-it.txt", "syn-en-1.txt"))) in told
    assert ("lead_time", frozenset(("near-en-1-it.txt", "syn-en-1.txt"))) in told
    assert all(pair not in SAME for _, pair in told)


def row(name, value, **fields):
    base = {
        "claim_id": name, "subject": "org:x", "metric": "market_share", "kind": "share",
        "form": "point", "value": value, "unit": "%", "modality": "estimate", "grade": "C",
        "source_id": f"s-{name}", "locator": "row", "method": "hand", "valid_text": "2023",
        "valid_from": dt.date(2023, 1, 1), "valid_to": dt.date(2024, 1, 1), "resolution": 1,
    }  # fmt: skip
    return Claim.model_validate({**base, **fields})


def test_worked_example_of_two_shares():
    # specs/evidence.md section 2: 90 of an article and 91 of a page, equal weights: 90.5, no conflict;
    # the page's figure for 2022 is another validity group.
    claims = [
        row("a", 90), row("b", 91),
        row("c", 90, source_id="s-b", valid_text="2022", valid_from=dt.date(2022, 1, 1),
            valid_to=dt.date(2023, 1, 1)),
    ]  # fmt: skip
    made = reconcile_claims(claims)
    year_2023 = next(group for group in made.groups if group.valid_text == "2023")
    assert (year_2023.value, year_2023.low, year_2023.high) == (90.5, 90.0, 91.0)
    assert year_2023.sources == 2 and not year_2023.conflicts
    assert {r.kind for r in made.relations if "c" in (r.first, r.second)} == {"differ_time"}


def test_equal_numbers_of_different_scope_are_flagged_not_merged():
    # 21 fabs "in the country" against 21 in the cluster area (specs/evidence.md section 2).
    fields = {"metric": "fabs_existing", "kind": "count", "unit": "fab"}
    one = row("a", 21, qualifiers={"region": "kr"}, **fields)
    two = row("b", 21, qualifiers={"region": "kr-cluster"}, **fields)
    assert relate(one, two, Policy()).kind == "differ_scope"
    assert len(reconcile_claims([one, two]).groups) == 2


def test_one_family_has_one_vote():
    claims = [row("a", 90), row("b", 90), row("c", 60)]
    sources = [Source(source_id=f"s-{n}", publisher="p", title="t", family="f" if n != "c" else "g")
               for n in "abc"]  # fmt: skip
    (group,) = reconcile_claims(claims, sources=sources).groups
    assert group.sources == 2 and group.set_aside == ("b",)
    assert [(c.first, c.second) for c in group.conflicts] == [("a", "c")]


def test_preferred_deprecated_and_superseded():
    claims = [row("a", 90), row("b", 50, rank="deprecated"), row("c", 91, supersedes="a")]
    (group,) = reconcile_claims(claims).groups
    assert group.claims == ("c",)
    preferred = [row("a", 90), row("b", 50, rank="preferred")]
    assert reconcile_claims(preferred).groups[0].value == 50


def test_age_widens_and_weighs():
    old = row("a", None, form="interval", low=78, high=82, known_from=dt.date(2022, 1, 1),
              modality="forecast")  # fmt: skip
    new = row("b", 90, known_from=dt.date(2024, 1, 1))
    (group,) = reconcile_claims([old, new]).groups
    assert group.value == 90  # two years at a half-life of six months: a sixteenth of the weight
    # each half-width grows by sqrt(1 + age / half-life); 730 days are 23.98 months
    growth = (1 + (730 / (365.25 / 12)) / 6) ** 0.5
    assert group.low == pytest.approx(80 - 2 * growth)


def test_units_that_mix_are_compared_and_others_not():
    one = row("a", 300, metric="power_cap", kind="power", unit="MW")
    two = row("b", "0.3", metric="power_cap", kind="power", unit="GW")
    assert relate(one, two, Policy()).kind == "agree"
    money = row("c", 300, kind="money", unit="USD"), row("d", 300, kind="money", unit="EUR")
    assert relate(*money, Policy()).kind == "not_comparable"


def test_a_text_does_not_contradict_itself():
    one, two = row("a", 90, source_id="s"), row("b", 50, source_id="s")
    assert relate(one, two, Policy()).kind == "not_comparable"
    assert reconcile_claims([one, two]).relations == ()


def test_imputed_values_can_be_switched_off():
    claims = [row("a", 90), row("b", 50, method="imputed:mean")]
    assert reconcile_claims(claims, imputed=False).groups[0].claims == ("a",)


@given(st.permutations([("a", 90), ("b", 91), ("c", 60), ("d", 90)]))
@settings(max_examples=24, deadline=None)
def test_the_order_of_claims_does_not_matter(order):
    base = reconcile_claims([row(*pair) for pair in sorted(order)])
    made = reconcile_claims([row(*pair) for pair in order])
    assert made.to_json() == base.to_json()


def slow_median(values, weights):
    """Repeat each value by its whole weight and take the middle."""
    row_of = sorted(v for v, w in zip(values, weights, strict=True) for _ in range(int(w)))
    n = len(row_of)
    return row_of[n // 2] if n % 2 else (row_of[n // 2 - 1] + row_of[n // 2]) / 2


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 6)), min_size=1, max_size=8))
def test_weighted_median_against_the_slow_one(pairs):
    values, weights = [float(v) for v, _ in pairs], [float(w) for _, w in pairs]
    assert weighted_median(values, weights) == slow_median(values, weights)


def test_a_policy_out_of_range_is_refused():
    with pytest.raises(RangeError, match="half-life"):
        Policy(half_life_months=0)
    with pytest.raises(RangeError, match="grade"):
        Policy(grades={"A": 2.0})


def test_dossier_of_the_three_news_texts(shared_data):
    made = dossier(sorted((shared_data / "claims-gold").glob("0*.txt")), published="2024-01")
    both = [who for who, names in made.people.items() if len(names) > 1]
    assert {"person:sam-altman", "person:kyung-kye-hyun", "person:kwak-noh-jung"} <= set(both)
    assert [(c.quote, c.valid_text) for c in made.sums] == [
        ("470 mil millones de dólares", "/2047"), ("8 à 10 milliards de dollars", None)
    ]  # fmt: skip
    told = json.loads(json.dumps(made.to_json()))
    assert {"documents", "meetings", "people", "sums", "plans", "claims", "reconciliation"} == set(
        told
    )
    for meeting in told["meetings"]:
        text = next(d.text for d in made.documents if d.name == meeting["document"])
        assert text[meeting["start"] : meeting["end"]] == meeting["quote"]
    assert "WHO MET WHOM" in str(made) and "2024-01-26" in str(made)


def test_reconcile_reads_files(tmp_path):
    (tmp_path / "a.txt").write_text("Lead times at Hanbit are 36 weeks.", encoding="utf-8")
    (tmp_path / "b.txt").write_text("Lead times at Hanbit are 22 weeks.", encoding="utf-8")
    made = reconcile([tmp_path / "a.txt", tmp_path / "b.txt"])
    assert [r.kind for r in made.relations] == ["contradict"]
    assert "36 weeks" in str(made) and "22 weeks" in str(made)
