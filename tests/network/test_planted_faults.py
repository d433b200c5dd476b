"""Faults planted in any number at once are all found, each at its line and column, and no other."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.network.small import SMALL
from waferway.errors import InputError
from waferway.network.fault_kinds import FAULT_KINDS
from waferway.network.reading import read

# what stands there, what is planted, and the part of it that a fault must point at
PLANTS = [
    ("cycle_days: 110", "cycle_dais: 110", "cycle_dais"),
    ("kind: designer,", "kind: desiner,", "desiner"),
    ("{kind: memory, country: KR}", "{kind: memory, country: KX}", "KX"),
    ("cycle_days: 60}", "cycle_days: -60}", "-60"),
    ("size: 2k,", "size: 2k dies/month,", "2k dies"),
    ("earliest: 2025Q1", "earliest: 2025Q9", "2025Q9"),
    ("total: 2,", "total: 2.5,", "2.5,"),
    ("what: any,", "what: waffer,", "waffer"),
    ("role: in, item: stack", "role: in, item: stuck", "stuck"),
    ("value_usd: 15000", "value_usd: lots", "lots"),
    ("from_date: 2025Q2}", "from_date: soon}", "soon}"),
    ("branch: high, value", "branch: hihg, value", "hihg"),
    ("sense: <=,", "sense: =<,", "=<,"),
    ("purpose: modules", "porpose: modules", "porpose"),
    ("select: country=TW;", "select: land=TW;", "land=TW"),
    ("claim_id: c-1}\nclaims", "claim_id: c-9}\nclaims", "c-9"),
    ("price_year: 2025", "price_year: soonish", "soonish"),
    ("capacity: 900k", "capacity: nan", "nan}"),
    ("lat: 24.8, lon: 121.0}\n  icheon", "lat: 94.8, lon: 121.0}\n  icheon", "94.8"),
    ("quantity_per_start: 60,", "quantity_per_start: 60 racks/start,", "60 racks"),
]


@settings(max_examples=60, deadline=None)
@given(chosen=st.lists(st.sampled_from(PLANTS), min_size=1, unique=True))
def test_all_planted_faults_are_found_at_their_place(chosen):
    text = SMALL
    for old, new, _ in chosen:
        assert text.count(old) == 1
        text = text.replace(old, new)
    expected = set()
    for _, _, part in chosen:
        assert text.count(part) == 1, part
        before = text[: text.index(part)].split("\n")
        expected.add((len(before), len(before[-1]) + 1))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "net.yaml")
        path.write_text(text)
        with pytest.raises(InputError) as caught:
            read(path)
    found = [(fault.place.line, fault.place.column) for fault in caught.value.faults]
    assert set(found) == expected, str(caught.value)
    assert len(found) == len(chosen)
    assert found == sorted(found)
    for fault in caught.value.faults:
        assert fault.kind in FAULT_KINDS, fault
        assert fault.why or fault.suggestion, fault
