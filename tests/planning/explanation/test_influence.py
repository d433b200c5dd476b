"""First-order effects of numbers against planning again with each number at its ends."""

import pytest

import waferway as ww
from tests.planning.small_networks import SETTINGS, chip_tables
from waferway.evidence.claims import Claim, Evidence, Source
from waferway.network.network import Network
from waferway.planning.explanation.builds import explain_builds
from waferway.planning.explanation.influence import Influence

SHARE = 2e-3
"""Half of the range of every number, relative: small enough for the first order."""

CELLS = [
    ("demand", "compute", "quantity"), ("demand", "compute", "value_usd"),
    ("demand", "wafers", "quantity"), ("demand", "wafers", "value_usd"),
    ("line", "fab-cowos", "capacity"), ("line", "fab-logic", "capacity"),
    ("line", "fab-cowos", "fixed_usd"),
    ("recipe", "pack", "variable_usd"), ("recipe", "make-die", "variable_usd"),
    ("recipe", "pack", "capacity_per_start"), ("recipe", "make-die", "capacity_per_start"),
    ("recipe_item", "make-die/out/die", "good_fraction"),
    ("recipe_item", "pack/in/die", "quantity_per_start"),
    ("recipe_item", "pack/out/chip", "quantity_per_start"),
    ("weight", "h100e/chip", "weight"), ("module", "cowos+100", "capex_usd"),
    ("module", "cowos+100", "size"), ("module", "cowos+100", "lead_days"),
    ("limit", "grid", "bound"), ("item", "chip", "power_kw"), ("lane", "any/any/any",
                                                             "freight_usd"),
]  # fmt: skip


def tables():
    """Packaging binds, then logic that another demand wants too, then power."""
    out = chip_tables()
    out["item"].append({"name": "other", "unit": "die", "kind": "die"})
    out["recipe"].append({"name": "make-other", "technology": "logic", "variable_usd": 1000})
    out["recipe_item"].append({"recipe": "make-other", "item": "other", "role": "out",
                               "quantity_per_start": 100})  # fmt: skip
    out["demand"].append({"name": "wafers", "item": "other", "quantity": 70000,
                          "value_usd": 120.5})  # fmt: skip
    out["demand"][0]["quantity"] = {"2026Q1": 40000, "2027Q1": 27000}
    out["line"][2] |= {"fixed_usd": 300.0}
    out["line"][0]["capacity"] = 1200
    out["limit"] = [{"name": "grid", "measure": "delivered_power_mw", "sense": "<=",
                     "select": "item=chip", "bound": 24.1}]  # fmt: skip
    out["module"][0] |= {"capex_usd": 6e8, "lead_days": 100}
    return out


def cost(cell, by):
    """Cost of the plan with one cell scaled."""
    base = Network.build(tables(), SETTINGS | {"discount_rate": 0.05})
    table, key, column = cell
    frame = base.table("profile")
    dated = (frame["table"] == table) & (frame["key"] == key) & (frame["column"] == column)
    changed = {}
    if dated.any():
        changed["profile"] = frame.copy()
        changed["profile"].loc[dated, "value"] *= by
    else:
        changed[table] = base.filled(table).copy()
        changed[table].loc[key, column] *= by
    return ww.plan(base.with_tables(changed), gap=1e-9).manifest["cost_usd"]


@pytest.fixture(scope="module")
def cited():
    """The network with a claim under every cell, each with a range."""
    base = Network.build(tables(), SETTINGS | {"discount_rate": 0.05})
    claims, rows = [], []
    for n, (table, key, column) in enumerate(CELLS):
        frame = base.table("profile")
        dated = frame[(frame["table"] == table) & (frame["key"] == key)
                      & (frame["column"] == column)]  # fmt: skip
        periods = dated["period"].tolist() or [""]
        for period in periods:
            claims.append(
                Claim(
                    claim_id=f"c{n}", subject=key, metric=column, kind="count", form="interval",
                    low=str(100 * (1 - SHARE)), value="100", high=str(100 * (1 + SHARE)),
                    unit="1", modality="estimate", grade="C", source_id="s", method="hand",
                )
            )  # fmt: skip
            rows.append({"table": table, "key": key, "column": column, "period": period,
                         "claim_id": f"c{n}"})  # fmt: skip
    raw = tables() | {"cite": rows}
    source = Source(source_id="s", title="by hand", publisher="nobody")
    evidence = Evidence({c.claim_id: c for c in claims}.values(), [source])
    return Network.build(raw, SETTINGS | {"discount_rate": 0.05}, evidence)


def test_effects_are_those_of_planning_again(cited):
    plan = ww.plan(cited, gap=1e-9)
    found = explain_builds(plan)
    told = Influence(plan).most(found.plain, count=100).set_index(["table", "key", "column"])
    large = 0.0
    for cell in CELLS:
        truth = (cost(cell, 1 + SHARE) - cost(cell, 1 - SHARE)) / 2.0
        said = float(told["effect_usd"].get(cell, 0.0))
        assert said == pytest.approx(truth, rel=0.005, abs=50.0), cell
        large = max(large, abs(truth))
    assert large > 1e6


def test_five_claims_of_the_plan_and_of_each_build(cited):
    plan = ww.plan(cited, gap=1e-9)
    claims = plan.explain().claims
    assert claims.groupby(["kind", "name", "period"]).size().max() == 5
    assert claims["claim"].str.startswith("c").all()
    of_plan = claims[claims["kind"] == "plan"]["effect_usd"].abs()
    assert of_plan.is_monotonic_decreasing
    assert set(claims.loc[claims["kind"] == "order", "name"]) == {"cowos+100"}
