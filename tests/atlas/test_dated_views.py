"""No number of a dated view rests, at any remove, on a claim of a later day.

The rule is applied here a second time, from the files as text, without the code of the views.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from waferway.atlas import catalogue, world
from waferway.atlas.catalogue import claim_id
from waferway.atlas.catalogue_schema import CATALOGUE, quantities
from waferway.atlas.knowledge import rests_on
from waferway.atlas.world import data_folder
from waferway.network.network import Network
from waferway.network.schema import TABLES

DAYS = st.dates(dt.date(2022, 3, 1), dt.date(2026, 11, 1))
SLOW = settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@cache
def rows(folder: str) -> dict[str, dict[str, str]]:
    """All claims of a part of the atlas, by id, as text."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted((data_folder() / folder).glob("claim*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found |= {row["claim_id"]: row for row in csv.DictReader(file)}
    return found


def days_under(name: str, folder: str = "") -> Iterator[str]:
    """Every `known_from` of a claim and of what it rests on, however far down."""
    row = rows(folder)[name]
    if row["known_from"]:
        yield row["known_from"]
    for origin in (row.get("derived_from") or "").split():
        yield from days_under(origin, folder)


@SLOW
@given(DAYS)
def test_no_number_of_the_network_rests_on_a_later_claim(day: dt.date) -> None:
    view, last = world(known=day), day.isoformat()
    cited = view.table("cite")
    assert len(cited) > 300
    late = [name for name in set(cited["claim_id"]) if max(days_under(name), default="") > last]
    assert late == []
    assert _numbers(view) - _said(view) <= _uncited()


Cells = frozenset[tuple[str, str, str]]


def _said(net: Network) -> Cells:
    cited = net.table("cite")
    return frozenset(zip(cited["table"], cited["key"], cited["column"], strict=True))


def _numbers(net: Network) -> Cells:
    return frozenset(
        (table, str(key), a.name)
        for table, declared in TABLES.items()
        if table not in ("profile", "cite", "change")
        for a in declared.attributes
        if a.numeric
        for key, value in net.table(table)[a.name].items()
        if value == value and value is not None and a.default != value
    )


@cache
def _uncited() -> Cells:
    """Numbers that the whole atlas has without a claim: counters, such as the step of an offer."""
    whole = world()
    return _numbers(whole) - _said(whole)


@SLOW
@given(DAYS)
def test_no_number_of_the_catalogue_rests_on_a_later_claim(day: dt.date) -> None:
    view, last = catalogue(day), day.isoformat()
    numbers = 0
    for name, declared in CATALOGUE.items():
        frame = view.table(name)
        assert all(not since or since <= last for since in frame["known_from"])
        for quantity, columns in quantities(declared).items():
            for key in frame.index:
                values = {b: frame.loc[key, a.name] for b, a in columns.items()}
                if all(value != value for value in values.values()):
                    continue
                numbers += 1
                first = claim_id(name, str(key), quantity)
                views = view.claims(name, str(key), quantity)
                stated = [c for c in views if c.claim_id == first] or views
                assert stated, (name, key, quantity)
                assert all(
                    max(days_under(c.claim_id, "catalogue"), default="") <= last for c in stated
                )
                central = values.get("value", values.get("p50"))
                assert central != central or any(
                    c.central == pytest.approx(central, rel=1e-6) for c in stated
                )
    assert numbers > 200


@SLOW
@given(DAYS)
def test_what_came_about_later_is_not_told_in_words_either(day: dt.date) -> None:
    view = world(known=day)
    cited = view.table("cite")
    foreseen = set(zip(cited["table"], cited["key"], cited["column"], strict=True))
    for name in ("incentive", "qualification"):
        for key, since in view.table(name)["from_date"].items():
            assert not since or since <= day or (name, key, "from_date") in foreseen, (name, key)
    for text in catalogue(day).table("accelerator")["launched"]:
        assert not text or int(text[:4]) <= day.year
    assert view.setting("now") <= day


@pytest.mark.parametrize("day", ["2022-12-31", "2024-01-31"])
def test_what_only_a_retrospective_gives_is_out(day: str) -> None:
    """Quarters of 2022 were counted in 2026: early in what they say, late in who could know."""
    early = {
        name
        for name, row in rows("").items()
        if row.get("valid_text", "")[:4] in ("2022", "2023") and row["known_from"] >= "2024-02"
    }
    assert "hbm-009" in early  # wafers of the end of 2023, published in March 2024
    view = world(known=day)
    assert not early & set(view.evidence)
    assert view.table("outturn").empty
    assert len(catalogue(day).table("volume")) == len(catalogue(day).table("holding")) == 0


def test_a_dollar_amount_waits_for_the_rate_of_its_year() -> None:
    awards, rates = catalogue().table("award"), catalogue().table("rate")
    converted = {}
    for name, award in awards[awards["currency"] != "USD"].iterrows():
        rate = rates["per_usd"].get(f"{award['currency']}/{award['date'][:4]}", float("nan"))
        claim = rows("catalogue").get(f"award.{name}.amount_usd")
        ours = claim is not None and claim["method"].startswith("derived:")
        if ours and award["amount"] / award["amount_usd"] == pytest.approx(rate, rel=1e-4):
            converted[str(name)] = claim["known_from"]
    assert len(converted) >= 4
    for name, known in converted.items():
        assert known.endswith("-12-31"), name  # the mean of a year is known at its end
    name, known = min(converted.items(), key=lambda item: item[1])
    assert catalogue(known).missing("award", name, "amount_usd") == ""


def test_what_a_view_rests_on_is_counted_and_most_of_it_is_judgement() -> None:
    view = world(known="2024-01-31")
    counts = rests_on(view)
    cells: dict[tuple[str, ...], list[str]] = {}
    for row in view.table("cite").to_dict("records"):
        cell = (row["table"], row["key"], row["column"], row["period"])
        cells.setdefault(cell, []).append(row["claim_id"])
    assert sum(counts.values()) == len(cells)
    alone = sum(
        not any(list(days_under(name)) for name in names) and any(map(_judged, names))
        for names in cells.values()
    )
    assert counts["judgement alone"] == alone > counts["dated"]


def _judged(name: str) -> bool:
    row = rows("")[name]
    imputed = row["method"].startswith("imputed:") and not row["known_from"]
    return imputed or any(map(_judged, (row["derived_from"] or "").split()))
