"""The catalogue: what it must hold, that each number has its claim, and its views by date."""

from __future__ import annotations

import datetime as dt

import pytest

from waferway.atlas import catalogue
from waferway.atlas.catalogue import Catalogue, claim_id
from waferway.atlas.catalogue_schema import CATALOGUE, quantities
from waferway.atlas.pages import reading_of
from waferway.errors import InputError


@pytest.fixture(scope="module")
def cat() -> Catalogue:
    return catalogue()


def test_it_holds_what_version_one_must(cat: Catalogue) -> None:
    assert len(cat.table("accelerator")) >= 40
    assert len(cat.table("facility")) >= 120
    kinds = set(cat.table("facility")["kind"])
    assert {"logic", "dram", "packaging", "test", "substrate", "mask"} <= kinds
    assert len(cat.table("process")) >= 15
    assert len(cat.table("country")) == 20
    chips = cat.table("award")
    chips = chips[(chips["payer"] == "us-state") & (chips["recipient"] != "")]
    assert chips["recipient"].nunique() >= 25
    periods = set(cat.table("volume")["period"])
    assert periods == {f"{y}Q{q}" for y in (2022, 2023, 2024) for q in (1, 2, 3, 4)}


def test_every_number_is_stated_by_its_claim(cat: Catalogue) -> None:
    checked = 0
    for name, frame in cat.tables.items():
        for quantity, columns in quantities(CATALOGUE[name]).items():
            for key, row in frame.iterrows():
                claim = cat.evidence.get(claim_id(name, str(key), quantity))
                for bound, attribute in columns.items():
                    number = row[attribute.name]
                    if number == number:
                        assert claim is not None, (name, key, quantity)
                        assert float(getattr(claim, bound)) == pytest.approx(number, rel=1e-8)
                        checked += 1
    assert checked > 2500


def test_missing_is_one_of_three_states(cat: Catalogue) -> None:
    assert cat.missing("accelerator", "nvidia-l4", "memory_stacks") == "not_applicable"
    assert cat.missing("accelerator", "openai-titan", "tdp_w") == "unknown"
    assert cat.missing("accelerator", "nvidia-h100-sxm", "tdp_w") == ""


def test_conflicting_claims_stay_side_by_side(cat: Catalogue) -> None:
    claims = cat.claims("accelerator", "nvidia-gb300", "fp8_tflops")
    assert [float(c.central or 0) for c in claims] == [5000.0, 5000.0]
    assert claims[1].high == 7000
    assert claims[0].rank == "preferred"


def test_a_view_of_january_2024_holds_no_retrospective(cat: Catalogue) -> None:
    past = cat.known("2024-01-31")
    assert past.table("volume").empty
    assert past.table("holding").empty
    assert "nvidia-b200" not in past.table("accelerator").index
    assert past.table("accelerator").loc["nvidia-h100-sxm", "price_usd"] == 33600
    last = dt.date(2024, 1, 31)
    assert all(not c.known_from or c.known_from <= last for c in past.evidence.values())
    cowos = past.table("capacity").query("of == 'tsmc' and unit == 'wafer:cowos'")
    assert list(cowos["wafers_per_month"]) == [8500, 15000, 17000]


def test_an_unknown_table_names_the_nearest(cat: Catalogue) -> None:
    with pytest.raises(InputError, match="did you mean accelerator"):
        cat.table("acelerator")


def test_each_claim_of_grade_a_or_b_was_read(cat: Catalogue) -> None:
    by_reading = {
        name: reading_of(claim)
        for name, claim in cat.evidence.items()
        if claim.grade in ("A", "B") and not claim.method.startswith("definition:")
    }
    assert set(by_reading.values()) <= {"read", "re-opened"}, by_reading
    assert len(by_reading) > 100


def test_grade_b_rests_on_two_sources(cat: Catalogue) -> None:
    """Parts of an accelerator repeat what its own row says, with the same claim."""
    for claim in cat.evidence.values():
        table, _, key = claim.subject.partition(":")
        if claim.grade == "B" and table != "accelerator_part":
            sources = {c.source_id for c in cat.claims(table, key, claim.metric)}
            assert len(sources) > 1, claim.claim_id
