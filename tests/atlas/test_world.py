"""The shipped atlas: what it must hold, that every number is cited, and views of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from waferway.atlas import world
from waferway.atlas.audit import audit, draw
from waferway.atlas.release import describe
from waferway.atlas.world import data_folder
from waferway.errors import InputError, RangeError
from waferway.evidence.claims import Evidence
from waferway.network.network import Network
from waferway.planning import plan

DECIDERS = ("hbm-gb", "n3-open", "packages", "next-weight", "kw-per-h100e")


@pytest.fixture(scope="module")
def net() -> Network:
    return world()


def test_every_number_cites_a_claim_that_agrees(net: Network) -> None:
    found = audit(net)
    assert found.passed, str(found)
    assert found.numbers > 1500
    assert sum(found.grades.values()) == found.numbers


def _with_claim(net: Network, name: str, changed: Mapping[str, Any]) -> Network:
    claims = [
        claim.model_copy(update=dict(changed)) if claim.claim_id == name else claim
        for claim in net.evidence.values()
    ]
    return replace(net, evidence=Evidence(claims, net.evidence.sources.values()))


@pytest.mark.parametrize(
    ("name", "changed", "says"),
    [
        ("chip-005", {"value": 6}, "says 6 for the value"),
        ("chip-005", {"unit": "die/start"}, "does not mix"),
        ("chip-005", {"source_id": None}, "has no source"),
        ("chip-005", {"known_from": None}, "since when"),
        ("tech.hbm.gb-per-wafer", {}, ""),
        ("lane.die.days", {"rank_reason": None}, "without a reason"),
        ("lane.die.days", {"low": None}, "without an interval"),
        ("lane.die.days", {"grade": "C"}, "imputations are D"),
    ],
)
def test_the_audit_bites(net: Network, name: str, changed: dict[str, Any], says: str) -> None:
    text = str(audit(_with_claim(net, name, changed)))
    assert says in text
    assert ("all cited" in text) == (not changed)


def test_the_audit_sees_a_number_without_citation(net: Network) -> None:
    cite = net.table("cite")
    bare = net.with_tables({"cite": cite[cite["claim_id"] != "chip-005"]})
    wheres = [finding.where for finding in audit(bare).findings]
    assert wheres == ["recipe_item/pack:h100/in/hbm3-16gb.quantity_per_start"]


def test_a_draw_is_repeatable_and_draws_what_people_can_check(net: Network) -> None:
    picked = draw(net, 50, seed=7)
    assert [c.claim_id for c in picked] == [c.claim_id for c in draw(net, 50, seed=7)]
    assert all(claim.source_id for claim in picked)
    with pytest.raises(RangeError):
        draw(net, 10**6)


def test_it_holds_what_the_first_atlas_must(net: Network) -> None:
    packages = {key for key in net.table("item").index if key.startswith("package:")}
    named = {"h100", "h200", "b200", "b300", "mi300x", "v6e", "trainium2", "openai-titan"}
    assert {f"package:{name}" for name in named} <= packages
    designers = {"nvidia", "amd", "google", "amazon", "openai"}
    recipe = net.table("recipe")
    open_ended = recipe[recipe["to_date"].isna() & (recipe["technology"] == "cowos")]
    assert designers <= set(open_ended["party"])  # a product of each to the end of the horizon
    lines, sites = net.table("line"), net.table("site")
    assert len(lines) >= 25
    placed = sites.drop(index="openai-plants")  # a what-if; where it would stand is not said
    assert placed[["lat", "lon"]].notna().all().all()
    pools = lines[lines["site"] == ""]
    assert {"tsmc-n5", "tsmc-n3", "tsmc-cowos", "skhynix-tsv", "samsung-tsv"} <= set(pools.index)
    exchanged = set(net.table("module")["exchange_line"]) - {""}
    assert {"tsmc-n5", "samsung-ddr", "skhynix-ddr", "micron-ddr"} == exchanged
    demand = net.table("demand")
    assert {"hbm-other", "cowos-other", "n3-other", "ddr-other"} <= set(demand.index)
    for name in DECIDERS:
        assert {f"decider:{name}-low", f"decider:{name}-high"} <= set(net.table("scenario").index)


def test_size_stays_moderate(net: Network) -> None:
    assert len(net.table("line_recipe")) <= 250
    assert len(net.table("module")) <= 45
    assert sum(path.stat().st_size for path in data_folder().rglob("*.csv")) < 2e6


def test_frozen_starts_stay_within_capacity(net: Network) -> None:
    from waferway.calendar import Calendar

    quarters = Calendar.build("2023Q1", "quarter", "2024Q4")
    capacity = net.values("line", "capacity", quarters) * quarters.months
    use = net.table("recipe")["capacity_per_start"]
    history = net.table("outturn")
    starts = history[history["measure"] == "starts"].copy()
    starts["used"] = starts["quantity"] * starts["subject"].map(use)
    for (line, period), used in starts.groupby(["of", "period"])["used"].sum().items():
        assert used <= capacity.loc[line, period] * 1.02, (line, period)


@pytest.mark.parametrize("name", sorted(world().table("scenario").index))
def test_each_scenario_applies_and_stays_cited(net: Network, name: str) -> None:
    changed = net.with_scenario(name)
    assert changed.sha256 != net.sha256
    assert not [f for f in audit(changed).findings if "cites no claim" in f.what]


def _good_per_start(net: Network, key: str) -> float:
    from waferway.calendar import Calendar

    quarter = Calendar.build("2025Q1", "quarter", "2025Q1")
    columns = ("quantity_per_start", "good_fraction")
    gross, good = (net.values("recipe_item", c, quarter).loc[key].iloc[0] for c in columns)
    return float(gross * good)


def test_deciders_set_the_ends_of_the_intervals_they_name(net: Network) -> None:
    key = "stack:hbm3e-24gb/out/hbm3e-24gb"
    assert _good_per_start(net, key) == pytest.approx(800 / 24)
    low = net.with_scenario("decider:hbm-gb-low")
    assert _good_per_start(low, key) == pytest.approx(480 / 24)
    weights = net.with_scenario("decider:next-weight-high").table("weight")["weight"]
    claim = net.evidence["package.rubin.weight"]
    assert weights["h100e-8bit-dense/package:rubin"] == pytest.approx(float(claim.high), rel=1e-3)


@pytest.mark.parametrize("known", ["2024-01-31", "2024-12-31", "2025-12-31"])
def test_a_view_reads_no_later_claim(known: str) -> None:
    view = world(known=known)
    last = dt.date.fromisoformat(known)
    assert all(not c.known_from or c.known_from <= last for c in view.evidence.values())
    found = audit(view)
    assert found.passed, str(found)[:2000]
    assert view.setting("now") <= last
    assert {"compute-market", "n3-other"} <= set(view.table("demand").index)
    assert set(view.table("cite")["claim_id"]) <= set(view.evidence)


def test_january_2024_knew_no_2024_outcome() -> None:
    view = world(known="2024-01-31")
    assert view.table("outturn").empty
    assert not [name for name in view.evidence if name.startswith("epoch.")]
    assert "pack:b200" not in view.table("recipe").index  # announced in March 2024
    assert "pack:h200" in view.table("recipe").index
    first = view.table("profile").query("key == 'tsmc-cowos' and period == '2023Q1'")
    assert first["value"].item() == 8500  # pack-001, May 2023


def test_without_imputations_a_skeleton_is_left(net: Network) -> None:
    bare = world(imputed=False)
    assert 0 < len(bare.table("line")) <= len(net.table("line"))
    assert not [
        claim
        for claim in bare.table("cite")["claim_id"]
        if net.evidence[claim].imputed and claim.startswith("lane.")
    ]


def test_the_description_is_current() -> None:
    stored = json.loads((data_folder() / "datapackage.json").read_text(encoding="utf-8"))
    assert stored == describe(data_folder()), "run write_description(data_folder())"


def test_an_unknown_scenario_names_the_nearest() -> None:
    with pytest.raises(InputError, match="decider:hbm-gb-low"):
        world(scenario="decider:hbm-gb-lo")


def test_what_ifs_apply_to_early_views() -> None:
    early = world(known="2024-01-31")
    for name in ("taiwan-closure", "hbm-slip", "openai-2024", "no-chips-act", "korea-2047"):
        assert name in early.with_scenario(name).applied


@pytest.mark.parametrize("known", ["2024-01-31", "2024-12-31"])
def test_early_views_make_up_the_past_that_no_one_had_counted(known: str) -> None:
    """Chips of 2023 and 2024 were counted in 2026; what lines had under way was sold in 2024.

    Epoch AI counted 4.9 M H100 equivalents sold in 2024. A view without work in process came to
    1.4 M; a view of the end of the year, to nothing.
    """
    view = world(known=known)
    found = plan(view, until="2025Q4")
    assert len(view.table("outturn")) == 0
    assert set(found.network.table("outturn")["measure"]) <= {"starts", "deliveries"}
    compute = found.summary().compute.set_index("year")
    assert 4.0e6 < compute.loc[2024, "delivered"] < 6.0e6
    assert compute.loc[2024, "needed"] >= compute.loc[2024, "delivered"] * (1 - 1e-9)
    assert found.verify().ok
