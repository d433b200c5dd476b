"""Routes: the table by hand and by brute force, flips, deals, errors."""

import datetime as dt
import json
import math

import pandas as pd
import pytest

import waferway as ww
from tests.reference import routes_brute
from tests.studies.route_networks import lab
from waferway.errors import InputError, RangeError
from waferway.planning.planner import plan
from waferway.studies.route_flips import PRICE_SCAN, delayed, flip_points, repriced
from waferway.studies.route_means import Route, only, standard_routes
from waferway.studies.routes import routes

SINGLE = ("rent", "buy", "reserve", "fabless", "partner", "own", "acquire")


def net(**changes):
    """The small world without prepayment, so that brute force stays simple."""
    made = lab(**changes)
    offer = made.table("offer").copy()
    offer["prepayment"] = float("nan")
    return made.with_tables({"offer": offer})


@pytest.fixture(scope="module")
def found():
    return routes(net(), "lab", draws=2, workers=1, gap=0.0)


def test_every_route_equals_brute_force(found):
    for row in found.rows:
        if row["route"] != "mix":
            _, compute = routes_brute.best(routes_brute.World(), row["route"])
            assert row["delivered"]["2028Q4"] == pytest.approx(compute, rel=1e-6), row["route"]


def test_ranking_equals_brute_force(found):
    by_hand = sorted(SINGLE, key=lambda r: -routes_brute.best(routes_brute.World(), r)[1])
    assert [row["route"] for row in found.rows if row["rank"]] == by_hand
    assert found.best["route"] == by_hand[0] == "own"


@pytest.mark.parametrize(
    ("name", "prices"),
    [("own", ("right", "module")), ("fabless", ("right", "wafer"))],
)
def test_price_flip_equals_brute_force(found, name, prices):
    """At each factor that the search tried, brute force ranks the same way."""
    network, world = net(), routes_brute.World()
    known = {r.name: r for r in standard_routes(network, "lab")}
    rows = [row for row in found.rows if row["route"] in {name, "own", "partner"}]
    rows = [r for r in rows if r["route"] in {name, "own" if name != "own" else "partner"}]
    asked = {"party": "lab", "now": None, "until": "2028", "objective": "compute",
             "budget_usd": None, "basis": None, "gap": 0.0, "seed": 0}  # fmt: skip
    flips = flip_points(network, known, rows, asked, "2028Q4", "compute", levers=("price",),
                        workers=1)  # fmt: skip
    flip = next(f for f in flips if f.route == name)
    rival = routes_brute.best(world, flip.against)[1]

    def ahead(factor):
        return routes_brute.ahead(world, name, prices, factor, rival, leads=name == "own")

    inner, outer = (flip.low, flip.high) if name == "own" else (flip.high, flip.low)
    assert ahead(1.0) == ahead(inner) != ahead(outer)
    tried = [f if name == "own" else 1 / f for f in PRICE_SCAN]
    before = [f for f in tried if abs(math.log(f)) < abs(math.log(inner))]
    assert all(ahead(f) == ahead(1.0) for f in before)


def test_date_flip_equals_brute_force():
    """The leader's plant a number of days later: the same day as by trying every week."""
    network, world = net(), routes_brute.World()
    own = next(r for r in standard_routes(network, "lab") if r.name == "own")
    rival = routes_brute.best(world, "partner")[1]

    def by_plan(days):
        done = plan(only(delayed(network, own, days), own, "lab"), party="lab",
                    objective="compute", gap=0.0)  # fmt: skip
        served = done.tables["served"]
        weights = {"own": 3, "chip": 2}
        return float((served["served"] * served["item"].map(weights)).sum())

    def by_hand(days):
        moved = routes_brute.World(module_days=365 + days, right_days=days)
        return routes_brute.best(moved, "own")[1]

    for days in (0, 180, 400):
        assert by_plan(days) == pytest.approx(by_hand(days), rel=1e-6)
    last = next(d for d in range(0, 1461, 7) if by_hand(d) < rival)
    assert by_plan(last) < rival <= by_plan(last - 7)


def test_every_row_has_the_same_columns(found):
    keys = {frozenset(row) for row in found.rows}
    assert len(keys) == 1
    shown = found.table()
    assert len(shown) == len(found.rows) == 8
    for column in ("cost per unit of compute", "cost per million tokens", "peak cash",
                   "total capital", "first wafer", "first delivery", "what binds",
                   "most dependent on country", "most dependent on supplier", "rights",
                   "qualifications", "antitrust", "ranking flips", "gap"):  # fmt: skip
        assert column in shown


def test_json_is_plain_and_one_object(found):
    content = json.loads(json.dumps(found.to_json()))
    assert content["best"] == "own"
    assert {row["route"] for row in content["routes"]} == {*SINGLE, "mix"}


def test_quantiles_of_certain_numbers_are_the_plan(found):
    row = found.row("buy")
    assert row["quantiles"]["2028Q4"] == pytest.approx(dict.fromkeys(("p10", "p50", "p90"), 50.0))
    assert row["cut_share"] == 0


def test_quantiles_follow_an_interval_of_the_price():
    made = net()
    changed = made.table("profile")
    row = dict.fromkeys(changed.columns, "") | {
        "table": "offer_step", "key": "rent/1", "column": "price_usd", "period": "2026",
        "low": 20.0, "value": 25.0, "high": 50.0, "age_months": float("nan"),
    }  # fmt: skip
    made = made.with_tables({"profile": pd.DataFrame([row], index=["rent"])})
    found = routes(made, "lab", draws=12, workers=1, only_routes=["rent", "buy"], seed=4)
    spread = found.row("rent")["quantiles"]["2028Q4"]
    assert 20 < spread["p10"] < spread["p50"] < spread["p90"] < 50
    again = routes(made, "lab", draws=12, workers=2, only_routes=["rent", "buy"], seed=4)
    assert again.row("rent")["quantiles"] == found.row("rent")["quantiles"]


def test_means_of_other_routes_are_closed():
    network = net()
    by_name = {r.name: r for r in standard_routes(network, "lab")}
    bare = only(network, by_name["rent"], "lab")
    assert list(bare.table("offer").index) == ["rent"]
    assert bare.table("right").empty and bare.table("stake").empty and bare.table("module").empty
    fabless = only(network, by_name["fabless"], "lab")
    assert "toll" not in fabless.table("recipe").index
    assert list(fabless.table("offer").index) == ["wafers"]
    own = only(network, by_name["own"], "lab")
    assert own.table("offer").empty, "who builds logic does not rent it"
    assert network.table("offer").index.tolist() == ["rent", "buy", "wafers"]


def test_ranking_by_cost():
    found = routes(net(), "lab", draws=0, workers=1, ranking="cost",
                   only_routes=["rent", "buy", "fabless"])  # fmt: skip
    ranked = [row for row in found.rows if row["rank"]]
    costs = [row["cost_per_compute_usd"] for row in ranked]
    assert costs == sorted(costs) and ranked[0]["route"] == "fabless"
    assert "costs lab least" in found.title()


def test_without_an_end_the_error_says_what_to_pass():
    with pytest.raises(RangeError, match="pass until="):
        routes(net().with_settings(until=None), "lab", draws=0)


def test_route_of_ones_own():
    pair = Route("rent-and-buy", "Rent and buy", offers=frozenset({"rent", "buy"}),
                 core=frozenset({"rent", "buy"}))  # fmt: skip
    found = routes(net(), "lab", draws=0, workers=1, own_routes=[pair],
                   only_routes=["rent", "rent-and-buy"])  # fmt: skip
    assert found.row("rent-and-buy")["delivered"]["2028Q4"] >= 40


def test_closed_routes_say_why():
    made = net()
    made = made.with_tables({"stake": made.table("stake").iloc[:0]})
    found = routes(made, "lab", draws=0, workers=1)
    row = found.row("acquire")
    assert not row["open"] and row["why_closed"].startswith("no stake of more than half")
    assert row["delivered"] == {"2028Q4": None} and row["peak_cash_usd"] is None


def test_deals_are_screened_with_rule_and_source(found):
    [deal] = found.row("acquire")["deals"]
    assert (deal.target, deal.flag) == ("maker", "clear")  # the lab runs nothing: no change
    content = deal.to_json()
    assert content["markets"][0]["unit"] == "wafer/month"
    assert all(rule["source"] for rule in content["markets"][0]["rules"])
    assert found.row("rent")["antitrust"] == "no deal"


def test_a_maker_that_buys_a_maker_is_flagged():
    made = net(money_usd=5000.0)
    line = made.table("line").copy()
    line.loc["plant", "capacity"] = 2.0
    found = routes(made.with_tables({"line": line}), "lab", draws=0, workers=1,
                   only_routes=["acquire"])  # fmt: skip
    [deal] = found.row("acquire")["deals"]
    assert deal.flag == "flagged"
    assert deal.screens[0].hhi_change == pytest.approx(2 * (100 * 2 / 9) * (100 * 3 / 9), rel=1e-6)


def test_dependence_follows_the_chain(found):
    buy = found.row("buy")["dependence"]
    assert buy["supplier"]["vendor"] == pytest.approx(1.0)
    assert buy["country"]["TW"] == pytest.approx(4 / 7)  # four of seven wafers that can make it
    assert found.row("own")["country"] == {"name": "US", "share": 1.0}


def test_levelised_cost_is_money_over_compute(found):
    assert found.row("rent")["cost_per_compute_usd"] == pytest.approx(25.0, rel=1e-6)
    assert found.row("buy")["cost_per_compute_usd"] == pytest.approx(20.0, rel=1e-6)
    per_token = found.row("rent")["cost_per_million_tokens_usd"]
    assert per_token == pytest.approx(25.0 / found.manifest["tokens_per_compute"] * 1e6)


def test_repriced_moves_only_its_own_means():
    network = net()
    own = next(r for r in standard_routes(network, "lab") if r.name == "own")
    moved = repriced(network, own, 2.0)
    assert moved.table("module").loc["plant+2", "capex_usd"] == 600
    assert moved.table("offer_step")["price_usd"].tolist() == [25, 40, 18]


def test_an_offer_that_opens_earlier_keeps_a_price():
    """Its first dated price holds before its day; without it the offer would have none."""
    made = net()
    steps, offer = made.table("offer_step").copy(), made.table("offer").copy()
    steps.loc["buy/1", "price_usd"] = float("nan")
    offer.loc["buy", "from_date"] = dt.date(2027, 1, 1)
    row = dict.fromkeys(made.table("profile").columns, "") | {
        "table": "offer_step", "key": "buy/1", "column": "price_usd", "period": "2027",
        "low": 40.0, "value": 40.0, "high": 40.0, "age_months": float("nan"),
    }  # fmt: skip
    made = made.with_tables(
        {"offer_step": steps, "offer": offer, "profile": pd.DataFrame([row], index=["buy"])}
    )
    buy = next(r for r in standard_routes(made, "lab") if r.name == "buy")
    moved = delayed(made, buy, -365)
    done = plan(only(moved, buy, "lab"), party="lab", objective="compute", gap=0.0)
    assert done.tables["purchases"]["period"].min() == "2026"


def test_a_party_without_funds_gets_the_full_error():
    made = lab()
    made = made.with_tables({"fund": made.table("fund").iloc[:0]})
    with pytest.raises(InputError) as error:
        routes(made, "lab", draws=0)
    text = str(error.value)
    assert "lab has no fund, and no budget was given" in text
    assert "it would take all there is" in text and "--budget" in text
    found = routes(made, "lab", draws=0, workers=1, budget_usd=1000.0, only_routes=["rent"])
    assert found.row("rent")["delivered"]["2028Q4"] == pytest.approx(40)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"party": "lap"}, "did you mean lab?"),
        ({"party": "lab", "ranking": "price"}, "compute or cost"),
        ({"party": "lab", "gap": 0.05}, "at most"),
        ({"party": "lab", "only_routes": ["bye"]}, "did you mean buy?"),
        ({"party": "lab", "by": "2031"}, "give a later until"),
        ({"party": "lab", "draws": -1}, "at least 0"),
    ],
)
def test_wrong_calls(arguments, says):
    with pytest.raises((InputError, RangeError)) as error:
        routes(net(), **({"draws": 0} | arguments))
    assert says in str(error.value)


def test_input_is_not_modified():
    network = net()
    before = network.sha256
    routes(network, "lab", draws=2, workers=1, only_routes=["buy", "own"])
    assert network.sha256 == before


def test_plans_of_routes_verify(found):
    for name, done in found.plans.items():
        verdict = done.verify()
        assert verdict.ok, name
        assert verdict.money_difference <= 1e-6, name  # money from decisions, without the model


def test_face():
    assert ww.routes is routes
    assert dt.date.fromisoformat(routes(net(), "lab", draws=0, workers=1, only_routes=["rent"])
                                 .manifest["now"])  # fmt: skip
