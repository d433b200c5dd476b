"""Qualifications, commitments, substrates and racks of the planned network."""

from __future__ import annotations

import pytest

import waferway as ww
from waferway.atlas import catalogue, world
from waferway.atlas.compiled import accelerators
from waferway.calendar import Calendar
from waferway.network.network import Network


@pytest.fixture(scope="module")
def net() -> Network:
    return world()


def test_every_stack_has_its_makers_and_customers(net: Network) -> None:
    """One row for each line that makes a stack and each designer whose package takes it.

    Of HBM4 with 48 GB no day is known, and a row without a day says no more than none.
    """
    lines, items, recipe = net.table("line_recipe"), net.table("recipe_item"), net.table("recipe")
    stacks = items["recipe"].str.startswith("stack:") & (items["role"] == "out")
    made_by = {
        item: set(lines["line"][lines["recipe"] == name])
        for name, item in zip(items["recipe"][stacks], items["item"][stacks], strict=True)
    }
    taken = items[items["item"].isin(list(made_by)) & (items["role"] == "in")]
    customers = {
        (item, recipe.loc[name, "party"])
        for name, item in zip(taken["recipe"], taken["item"], strict=True)
    }
    wanted = {
        (line, item, who)
        for item, who in customers
        for line in made_by[item]
        if item != "hbm4-48gb"
    }
    rows = net.table("qualification")
    assert set(zip(rows["line"], rows["item"], rows["customer"], strict=True)) == wanted


def test_a_dated_qualification_rests_on_a_claim_of_that_date(net: Network) -> None:
    rows, cite = net.table("qualification"), net.table("cite")
    dated = rows[[bool(day) for day in rows["from_date"]]]
    said = cite[(cite["table"] == "qualification") & (cite["column"] == "from_date")]
    assert set(said["key"]) == set(dated.index)
    for key, claim_id in zip(said["key"], said["claim_id"], strict=True):
        text = (net.evidence[claim_id].valid_text or "").removesuffix("/")
        assert text and str(dated.loc[key, "from_date"]).startswith(text), key


def test_a_day_forgets_qualifications_it_could_not_know() -> None:
    past = world(known="2024-01-31").table("qualification")
    assert "samsung-tsv/hbm3-16gb/nvidia" not in past.index
    assert "skhynix-tsv/hbm3-16gb/nvidia" in past.index


def test_every_deal_is_carried_or_says_why_not(net: Network) -> None:
    deals = catalogue().table("deal")
    for name, row in deals.iterrows():
        assert bool(row["network"]) != bool(row["outside"]), name
        if row["network"]:
            table, _, key = row["network"].partition("/")
            assert key in net.table(table).index, name


def test_a_commitment_ends_no_later_than_what_it_books(net: Network) -> None:
    """A floor on an item that can no longer be made starves the rest."""
    parts, recipe = net.table("recipe_item"), net.table("recipe")
    for name, row in net.table("commitment").iterrows():
        if not row["item"]:
            assert row["line"] in net.table("line").index, name
            continue
        made = parts["recipe"][(parts["item"] == row["item"]) & (parts["role"] == "out")]
        lasts = [recipe.loc[r, "to_date"] for r in made]
        assert None in lasts or max(lasts) >= row["to_date"], name


def _binding(scenario: str) -> set[str]:
    """Rows that bind in a plan to the end of 2026 under a what-if; none: the atlas as it is."""
    plan = ww.plan(world(scenario=scenario or None), until="2026Q4")
    rows = plan.bottlenecks()
    return set(rows["what"][rows["value_usd"] > 0])


def test_racks_bind_where_they_are_short_and_not_as_planned() -> None:
    assert "nvl72-racks" not in _binding("")
    assert "nvl72-racks" in _binding("racks-short")


def test_racks_hold_what_the_forecasts_say(net: Network) -> None:
    """Racks of the year times 72 over the share sold in racks, quarter by quarter."""
    rows = net.table("profile")
    rows = rows[(rows["table"] == "limit") & (rows["key"] == "nvl72-racks")].set_index("period")
    year = sum(rows.loc[f"2025Q{q}", "value"] * 3 for q in (1, 2, 3, 4))
    racks, share = net.evidence["racks.2025"], net.evidence["racks.share.2025.trendforce"]
    assert racks.central is not None and share.central is not None
    assert year == pytest.approx(racks.central * 72 / (share.central / 100), rel=1e-4)


def test_packages_take_the_substrate_of_their_design(net: Network) -> None:
    parts = net.table("recipe_item")
    for name, design in accelerators().items():
        outline = design.package.substrate
        area = outline.width_mm * outline.height_mm / 1e6
        taken = parts.loc[f"pack:{name}/in/substrate:build-up", "quantity_per_start"]
        assert taken == pytest.approx(area), name
    packed = set(parts["recipe"][parts["recipe"].str.startswith("pack:")])
    assert packed <= set(parts["recipe"][parts["item"] == "substrate:build-up"])


def test_substrates_of_2024_cover_the_packages_begun(net: Network) -> None:
    """The estimate of use is the starts of the last quarter; capacity is no less."""
    parts, outturn = net.table("recipe_item"), net.table("outturn")
    rows = parts[(parts["item"] == "substrate:build-up") & (parts["role"] == "in")]
    area = rows.set_index("recipe")["quantity_per_start"]
    begun = outturn[(outturn["measure"] == "starts") & outturn["subject"].isin(area.index)]
    begun = begun[begun["period"] == "2024Q4"]
    use = float((begun["quantity"] * begun["subject"].map(area)).sum()) / 3
    assert net.evidence["substrate.use.2024Q4"].central == pytest.approx(use, rel=0.01)
    there = net.values("line", "capacity", Calendar.build("2024Q4", "quarter", "2024Q4"))
    lines = net.table("line").index[net.table("line")["technology"] == "build-up"]
    assert float(there.loc[lines].sum().iloc[0]) > use


def test_substrates_bind_where_they_are_short_and_not_as_estimated() -> None:
    assert "build-up" not in _binding("")
    assert "build-up" in _binding("substrates-short")


@pytest.mark.parametrize("known", ["2024-01-31", "2024-12-31"])
def test_a_view_of_an_earlier_day_has_substrates_that_can_grow(known: str) -> None:
    past = world(known=known)
    lines = past.table("line").index[past.table("line")["technology"] == "build-up"]
    assert len(lines) == 2
    assert set(lines) <= set(past.table("module")["line"])
    assert "other:cowos" in past.table("recipe").index
    # Racks of 72 were announced in March 2024.
    assert ("nvl72-racks" in past.table("limit").index) == (known == "2024-12-31")
