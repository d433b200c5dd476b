"""Dies, stacks and packages of the atlas are what their designs compile to."""

from __future__ import annotations

import csv
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from waferway.atlas import world
from waferway.atlas.audit import audit
from waferway.atlas.compiled import FROM, Compiled, accelerators, compile_atlas, differences
from waferway.atlas.compiled_tables import write_compiled
from waferway.atlas.world import data_folder
from waferway.calendar import Calendar
from waferway.chips.design_file import read_design
from waferway.network.network import Network


@pytest.fixture(scope="module")
def net() -> Network:
    return world()


@pytest.fixture(scope="module")
def made() -> Compiled:
    return compile_atlas()


def test_the_committed_rows_are_a_rebuild(net: Network, made: Compiled) -> None:
    items, profile = net.table("recipe_item"), net.table("profile")
    for (recipe, role, item), quantity in made.items.items():
        stored = items.loc[f"{recipe}/{role}/{item}", "quantity_per_start"]
        assert stored == pytest.approx(quantity, rel=1e-5), (recipe, item)
    good = profile[profile["column"] == "good_fraction"].set_index("key")
    assert set(good.index) == set(made.good)
    for key, interval in made.good.items():
        assert good.loc[key, "period"] == FROM
        assert tuple(good.loc[key, ["low", "value", "high"]]) == pytest.approx(interval, rel=1e-5)
    cite = net.table("cite")
    cited = {(r.key, r.column, r.period): r.claim_id for r in cite.itertuples(index=False)}
    for cell, name in made.cites.items():
        assert cited[cell] == name, "run write_compiled()"
    for name, claim in made.claims.items():
        stored = net.evidence[name]
        assert stored.central == pytest.approx(claim.central, rel=1e-5), name
        assert stored.derived_from == claim.derived_from, name


def test_every_die_stack_and_package_is_compiled(net: Network, made: Compiled) -> None:
    recipes = {recipe for recipe, _, _ in made.items}
    ours = net.table("recipe").index[net.table("recipe").index.str.match("die:|stack:|pack:")]
    assert recipes == set(ours), "needs a line in designs/recipes.csv, then write_compiled()"
    rows = net.table("recipe_item")
    keys = {f"{r}/{role}/{item}" for r, role, item in made.items}
    assert keys == set(rows.index[rows["recipe"].isin(ours)])
    sold = rows[rows["recipe"].isin(ours) & rows["item"].str.startswith("package:")]
    assert set(accelerators()) == set(sold["item"].str.partition(":")[2])


def test_writing_again_changes_nothing_and_mends_what_was_changed(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(data_folder(), folder)
    assert write_compiled(folder) == []
    path = folder / "recipe_item.csv"
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace("die:gh100,die:gh100,out,67", "die:gh100,die:gh100,out,70"))
    assert write_compiled(folder) == [path]
    assert path.read_text(encoding="utf-8") == whole


def test_a_measured_figure_takes_the_place_of_the_model(net: Network) -> None:
    quarter = Calendar.build("2025Q1", "quarter", "2025Q1")
    gross = net.values("recipe_item", "quantity_per_start", quarter).iloc[:, 0]
    good = net.values("recipe_item", "good_fraction", quarter).iloc[:, 0]
    key = "die:gh100/out/die:gh100"
    assert gross[key] * good[key] == pytest.approx(45.5)  # packages sold per logic wafer
    roots = {claim.claim_id for claim in net.evidence.roots("compiled.die-gh100.good")}
    assert roots == {"package.h100x.per-logic-wafer"}
    roots = {claim.claim_id for claim in net.evidence.roots("compiled.die-gh100.gross")}
    assert {"chips.edge", "chips.street", "design.h100-sxm.gh100.width"} <= roots
    roots = {claim.claim_id for claim in net.evidence.roots("compiled.die-rubin.good")}
    assert {"chips.n3.defects.2", "chips.clustering"} <= roots


def test_the_page_shows_the_model_beside_what_was_measured() -> None:
    page = Path(__file__).parents[2] / "docs" / "chips" / "atlas.md"
    rows = [line.split(" | ") for line in page.read_text(encoding="utf-8").splitlines()]
    shown = {row[0].strip("| `"): row for row in rows if len(row) == 6 and ":" in row[0]}
    found = differences()
    assert set(shown) == set(found["recipe"])
    for row in found.itertuples():
        cells = shown[row.recipe]
        assert float(cells[2]) == pytest.approx(row.model, rel=6e-3), row.recipe
        assert float(cells[4]) == pytest.approx(row.measured, rel=6e-3), row.recipe
    # Dies whose outline does not come from sales: the model passes blind, within its interval.
    blind = found.set_index("recipe").loc[["die:gh100", "die:gb100", "die:mi300-xcd", "die:v5e"]]
    assert (blind["ratio"] - 1).abs().max() < 0.15
    assert ((blind["low"] < blind["measured"]) & (blind["measured"] < blind["high"])).all()


@pytest.mark.parametrize("known", ["2022-12-31", "2024-01-31", "2025-06-30"])
def test_on_an_earlier_day_the_figures_of_that_day_hold(known: str) -> None:
    then = world(known=known)
    assert audit(then).passed, str(audit(then))[:500]
    quarter = Calendar.build("2025Q1", "quarter", "2025Q1")
    gross = then.values("recipe_item", "quantity_per_start", quarter).iloc[:, 0]
    good = then.values("recipe_item", "good_fraction", quarter).iloc[:, 0]
    key = "die:gh100/out/die:gh100"
    assert gross[key] * good[key] == pytest.approx(50)  # early.die.gh100.per-wafer
    assert "die:rubin" not in then.table("recipe").index


# Designs whose chip has another name in the catalogue of accelerators.
CATALOGUED = {
    "nvidia-v100": "v100-sxm2", "nvidia-a100-40": "a100-40", "nvidia-a100-80": "a100-sxm",
    "nvidia-a800": "a800-sxm", "nvidia-h100-sxm": "h100-sxm", "nvidia-h100-pcie": "h100-pcie",
    "nvidia-h800": "h800-sxm", "nvidia-h200": "h200-sxm", "nvidia-h20": "h20",
    "nvidia-b200": "b200", "nvidia-gb200": "gb200", "amd-mi300x": "mi300x",
    "microsoft-maia100": "maia-100", "intel-gaudi2": "gaudi2", "google-tpu-v7": "tpu-v7",
    "amazon-trainium2": "trainium2", "amazon-trainium3": "trainium3", "nvidia-rubin": "rubin",
}  # fmt: skip

# Chips on which the catalogue and the designs differ, and why.
APART = {
    "google-tpu-v5e",  # one stack or two of half the size
    "amd-mi350x",  # no design: the dies of the MI355X
    "amd-mi355x",  # the design takes the compute die of the MI300X, a report says 110 mm2
}


def _stated(text: str) -> float | None:
    return float(text) if text not in ("", "unknown", "not_applicable") else None


def test_designs_say_what_the_catalogue_of_accelerators_says() -> None:
    path = data_folder() / "catalogue" / "accelerator.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    known = {
        name
        for name, row in rows.items()
        if _stated(row["die_mm2"])
        and _stated(row["memory_stacks"])
        and row["process"]
        and row["counted"] != "superchip"  # two packages that have a design of their own
        and name not in APART
    }
    assert known <= set(CATALOGUED), "a chip whose dies and memory are known has a design"
    for name, stem in CATALOGUED.items():
        design, row = read_design(files("waferway.chips") / "designs" / f"{stem}.yaml"), rows[name]
        die = next(d for d in design.dies if d.blocks or len(design.dies) == 1)
        base = next((d.count for d in design.dies if d.name == die.on), 1)
        for stated, ours, close in (
            (row["die_mm2"], die.area_mm2, 0.01),
            (row["compute_dies"], die.count * base, 0),
            (row["memory_stacks"], design.stacks, 0),
            (row["memory_gb"], design.compute.memory_gb, 0.01),
            # The design of Rubin stands at 1,800 W, the claim kept beside the maker's 2,300 W.
            ("" if name == "nvidia-rubin" else row["tdp_w"], design.power_w, 0),
            (row["bf16_tflops"], (design.compute.dense_flops.get("bf16") or 0) / 1e12, 1e-3),
        ):
            value = _stated(stated)
            if value is not None and ours:
                assert ours == pytest.approx(value, rel=close or 1e-9), (stem, stated)
