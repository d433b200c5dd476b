"""Shipped what-ifs: they read, every number has its claim, and a study says what they change."""

from __future__ import annotations

import datetime as dt
import json
import math
from importlib.resources import files

import pytest
from typer.testing import CliRunner

import waferway as ww
from waferway.cli.commands import app
from waferway.errors import InputError, RangeError
from waferway.network.change_terms import read_pairs
from waferway.network.checking import check
from waferway.network.network import Network
from waferway.network.schema import TABLES
from waferway.network.typed_rows import frame_of
from waferway.network.what_ifs import describe_scenario
from waferway.planning.history import as_history
from waferway.studies.scenario_study import ScenarioStudy
from waferway.studies.scenarios import begins, run_scenario

SHIPPED = (
    "openai-26gw", "korea-2047", "meta-350k-h100", "taiwan-closure", "hbm-two-suppliers",
    "hbm-slip", "no-chips-act",
)  # fmt: skip
OF_MONEY = ("openai-2024", "openai-36-fabs", "openai-7tn")
"""What-ifs of one party's money: asked by its routes."""
BESIDE = ("demand-to-2047", "year-2024-undecided", "hbm-third-unqualified")
ONLY_REMOVE = {"no-chips-act", "year-2024-undecided"}
"""What-ifs that take rows or values away and state no number."""


@pytest.fixture(scope="module")
def net() -> Network:
    return ww.world()


@pytest.fixture(scope="module")
def small() -> Network:
    return ww.read(files("waferway.network") / "example.yaml")


@pytest.mark.parametrize("name", (*SHIPPED, *OF_MONEY))
def test_each_reads_and_checks(net: Network, name: str) -> None:
    changed = net.with_scenario(name)
    assert check(changed) == []
    assert net.table("scenario").at[name, "description"]


def numbers(net: Network, name: str) -> list[tuple[str, float]]:
    """Claim and value of every number that a scenario states."""
    rows = net.table("change")
    out = []
    for row in rows[rows["scenario"] == name].to_dict("records"):
        stem = f"change.{name}.{row['order']:g}"
        declared = TABLES.get(row["table"])
        if declared is None or row["operation"] == "remove":
            continue
        if row["operation"] == "row":
            for column, value in read_pairs(row["value"]).items():
                if declared[column].numeric:
                    out.append((f"{stem}.{column}", float(value)))
        elif declared[row["column"]].numeric:
            out.append((stem, float(row["value"])))
    return out


@pytest.mark.parametrize("name", (*SHIPPED, *OF_MONEY, *BESIDE))
def test_every_number_has_a_claim_that_says_it(net: Network, name: str) -> None:
    assert bool(numbers(net, name)) == (name not in ONLY_REMOVE)
    for claim_id, value in numbers(net, name):
        claim = net.evidence[claim_id]
        assert claim.central is not None and math.isclose(claim.central, value, abs_tol=1e-9)
        assert claim.derived_from or claim.rank_reason, claim_id
        assert claim.method.startswith(("derived:", "imputed:")), claim_id
        if claim.method.startswith("imputed:"):
            assert claim.low is not None and claim.high is not None, claim_id


def test_an_applied_number_rests_on_the_claim_of_its_change(net: Network) -> None:
    claim = net.with_scenario("korea-2047").evidence
    won = claim.roots("scenario:korea-2047:3:capex_usd")
    assert {"oai-038", "oai-030"} <= {c.claim_id for c in won}


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("taiwan-closure", dt.date(2027, 1, 1)),
        ("hbm-two-suppliers", dt.date(2027, 1, 1)),
        ("hbm-third-unqualified", None),
        ("openai-26gw", None),
        ("hbm-slip", None),
    ],
)
def test_a_surprise_is_what_begins_later(net: Network, name: str, first: dt.date | None) -> None:
    if first is None and name == "hbm-third-unqualified":
        first = dt.date(2025, 1, 1)
    assert begins(net, name) == first


def test_a_plan_becomes_history(small: Network) -> None:
    """What was done before a day stays; planned again without a change, the rest is as good."""
    plan = ww.plan(small, gap=1e-4)
    first = plan.calendar.periods[6].start
    past = as_history(plan, small, first)
    again = ww.plan(past, gap=1e-4)
    assert again.manifest["now"] == (first - dt.timedelta(days=1)).isoformat()
    before = [p.label for p in plan.calendar if p.start < first]
    for table, columns in (("starts", ["recipe", "line", "period"]),
                           ("served", ["demand", "item", "period"])):  # fmt: skip
        old, new = (
            p.tables[table][p.tables[table]["period"].isin(before)].groupby(columns)[
                {"starts": "starts", "served": "served"}[table]
            ].sum()
            for p in (plan, again)
        )  # fmt: skip
        assert new.to_dict() == pytest.approx(old.to_dict(), rel=1e-6)
    # Decisions of the whole horizon were free before, so freezing them cannot do better by more
    # than the gap of the first plan.
    later = [
        p.tables["unserved"][~p.tables["unserved"]["period"].isin(before)] for p in (plan, again)
    ]
    unserved = [frame["unserved"].sum() for frame in later]
    assert abs(unserved[1] - unserved[0]) <= 0.001 * later[0]["need"].sum()
    ordered = [p.tables["orders"].set_index(["module", "period"])["orders"] for p in (plan, again)]
    assert ordered[1].to_dict() == {
        k: v for k, v in ordered[0].to_dict().items() if k[1] not in before
    }
    assert small == ww.read(files("waferway.network") / "example.yaml")
    with pytest.raises(RangeError, match="first day of a period"):
        as_history(plan, small, first + dt.timedelta(days=1))


def test_a_study_says_what_changes(small: Network) -> None:
    study = run_scenario(small, "hbm-late")
    assert study.verdict == "possible" and study.asks == []
    assert [p["name"] for p in study.plans][:2] == ["as shipped", "hbm-late"]
    assert study.compute().to_numpy().sum() > 0
    plain = json.loads(json.dumps(study.to_json()))
    assert ScenarioStudy.from_json(plain) == study
    assert study.markdown().startswith("Verdict of the model: **possible**")
    assert "Compute delivered to all" in str(study)


def asking(small: Network, quantity: str) -> Network:
    """The small network with a scenario that asks for more compute, first of all."""
    change = small.table("change")
    row = {"scenario": "more", "order": 1.0, "table": "demand", "key": "asked", "column": "",
           "period": "", "operation": "row",
           "value": f"segment=ai; basis={small.setting('compute_basis')}; quantity={quantity}; "
                    "value_usd=1000000; party="}  # fmt: skip
    party = small.table("demand")["party"].iloc[0]
    row["value"] = row["value"].replace("party=", f"party={party}")
    rows = [{str(c): v for c, v in r.items()} for r in change.to_dict("records")]
    named = [{str(c): v for c, v in r.items()} for r in small.table("scenario").to_dict("records")]
    named.append({"name": "more", "probability": math.nan, "description": "more", "parent": ""})
    return small.with_tables(
        {"change": frame_of("change", [*rows, row]), "scenario": frame_of("scenario", named)}
    )


def test_what_is_asked_for_is_counted(small: Network) -> None:
    little, far_too_much = (
        run_scenario(asking(small, quantity), "more") for quantity in ("1", "100000000")
    )
    assert little.verdict in ("feasible", "partly")
    assert far_too_much.verdict == "partly"
    assert far_too_much.asks[0]["share"] < 0.5 < little.asks[0]["share"] + 0.5
    assert far_too_much.asks[0]["demand"] == "asked"


def test_an_unknown_scenario_names_the_nearest(net: Network) -> None:
    with pytest.raises(InputError, match="taiwan-closure"):
        run_scenario(net, "taiwan-closur")


def test_the_verbs(net: Network) -> None:
    run = CliRunner().invoke
    assert "taiwan-closure" in run(app, ["scenario", "list"]).stdout
    shown = run(app, ["scenario", "show", "taiwan-closure", "--json"])
    assert json.loads(shown.stdout) == json.loads(
        json.dumps(describe_scenario(net, "taiwan-closure").to_json())
    )
    text = run(app, ["scenario", "show", "korea-2047"]).stdout
    assert "after: demand-to-2047" in text and "360 trillion won / 6 fabs" in text


def test_a_scenario_is_drawn_from_the_command_line(small: Network, tmp_path) -> None:
    from waferway.cli import run
    from waferway.network.writing import write

    write(small, tmp_path / "net")
    asked = ["scenario", "run", "hbm-late", "--network", str(tmp_path / "net"), "-q"]
    path = tmp_path / "late.svg"
    assert run([*asked, "--picture", str(path), "--theme", "dark"]) == 0
    drawn = path.read_text("utf-8")
    assert drawn.startswith("<svg") and "hbm-late" in drawn
    assert run([*asked, "--picture", str(path)]) == 2  # it exists, said before any plan
    assert run([*asked, "--picture", str(tmp_path / "late.gif")]) == 2


def test_plans_that_were_made_before_are_not_made_again(small: Network, monkeypatch) -> None:
    from waferway.studies import scenarios as room

    departed: dict = {}
    first = run_scenario(small, "hbm-late", departed=departed)
    assert list(departed) == ["as shipped"]
    made = []
    plan = room.plan_network
    monkeypatch.setattr(room, "plan_network", lambda *a, **k: made.append(1) or plan(*a, **k))
    assert run_scenario(small, "hbm-late", departed=departed) == first
    assert len(made) == len(first.plans) - 1
