"""The verifier against plans computed by hand, and against a hundred corrupted plans."""

import ast
import datetime as dt
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tests.planning.corruptions import CORRUPTIONS, copied
from tests.planning.verification_networks import full_world, small_party
from tests.planning_networks import generate
from waferway.calendar import Calendar
from waferway.errors import Infeasible
from waferway.network.network import Network
from waferway.planning import plan
from waferway.planning.verification import verify
from waferway.planning.verification.decisions import COLUMNS
from waferway.planning.verification.money import end_value
from waferway.streams import stream


def table(columns, *rows):
    """A table of a plan from rows of values; columns in one string."""
    return pd.DataFrame(list(rows), columns=columns.split())


def by_hand(network, calendar, tables, now=None, **manifest):
    """A plan as the verifier sees it, made from tables written by hand."""
    last = dt.date.min if now is None else now
    decided = np.array([span.end > last + dt.timedelta(days=1) for span in calendar])
    if now is None:
        decided[:] = True
    manifest = {"objective": "cost", "party": None, "basis": None, **manifest}
    return SimpleNamespace(
        network=network, calendar=calendar, decided=decided, shown=decided, manifest=manifest,
        tables=tables,
    )  # fmt: skip


def chain(**line):
    """One party, one line, one recipe that makes `chip` at once."""
    return {
        "party": [{"name": "fab", "kind": "foundry", "country": "TW"}],
        "item": [{"name": "chip", "unit": "chip", "kind": "package"}],
        "technology": [{"name": "n5", "capacity_unit": "wafer/month"}],
        "line": [{"name": "pool", "technology": "n5", "party": "fab", "capacity": 100, **line}],
        "recipe": [{"name": "make", "technology": "n5"}],
        "recipe_item": [{"recipe": "make", "role": "out", "item": "chip", "quantity_per_start": 1}],
    }


def rows_of(verification):
    return {violation.row for violation in verification.violations}


# -- the worked example of the planning specification -----------------------------------------

MONTHS = ["2027-01", "2027-02", "2027-03", "2027-04", "2027-05", "2027-06"]
HIGH = [100, 120, 150, 180, 200, 200]


def worked_network():
    """Capacity 100; a module ordered in period 1 gives 25 in period 3 and 50 from 4."""
    first_age = 31 / 30.4375  # March has 31 days
    tables = chain() | {
        "module": [{
            "name": "grow", "line": "pool", "size": 50, "capex_usd": 310, "lead_days": 59,
            "life_years": 122 / 365.25, "latest": "2027-01-15",
        }],
        "demand": [{"name": "need", "item": "chip", "quantity": 100, "value_usd": 6}],
        "branch": [{"name": "low", "probability": 0.6}, {"name": "high", "probability": 0.4}],
        "profile": [
            {"table": "module", "key": "grow", "column": "ramp", "age_months": 0, "value": 0.5},
            {"table": "module", "key": "grow", "column": "ramp", "age_months": first_age,
             "value": 1.0},
            *({"table": "demand", "key": "need", "column": "quantity", "period": when,
               "branch": "high", "value": amount}
              for when, amount in zip(MONTHS, HIGH, strict=True)),
        ],
    }  # fmt: skip
    return Network.build(tables, {"discount_rate": 0.0, "stock_cover_months": 0})


def worked_plan(count=2):
    capacity = [100 + share * count for share in (0, 0, 25, 50, 50, 50)]
    starts, unserved, shown, money = [], [], [], []
    for branch, need in (("low", [100] * 6), ("high", HIGH)):
        money.append((branch, MONTHS[0], "modules", 310.0 * count))
        for when, room, wanted in zip(MONTHS, capacity, need, strict=True):
            made = min(room, wanted)
            starts.append((branch, "make", "pool", when, made))
            unserved.append((branch, "need", when, wanted - made, 0.0))
            shown.append((branch, "pool", when, room, 100.0, 0.0, room - 100, made))
            if wanted > made:
                money.append((branch, when, "unserved", 6.0 * (wanted - made)))
    tables = {
        "starts": table("branch recipe line period starts", *starts),
        "orders": table("module period orders", ("grow", MONTHS[0], count)),
        "capacity": table("branch line period capacity existing ordered added used", *shown),
        "served": table("branch demand item place period served",
                        *((b, "need", "chip", "fab", t, x) for b, _, _, t, x in starts)),
        "unserved": table("branch demand period unserved surplus", *unserved),
        "money": table("branch period kind usd", *money),
    }  # fmt: skip
    cost = 310 * count + 0.4 * 6 * sum(u for b, _, _, u, _ in unserved if b == "high")
    return by_hand(worked_network(), Calendar.build(MONTHS[0], "month", MONTHS[-1]), tables,
                   cost_usd=cost, objective_value=cost)  # fmt: skip


@pytest.mark.parametrize(("count", "cost"), [(0, 840), (1, 730), (2, 668)])
def test_worked_example_of_the_planning_specification(count, cost):
    plan = worked_plan(count)
    if count == 0:
        plan.tables["orders"] = plan.tables["orders"].iloc[:0]
    answer = verify(plan)
    assert answer.ok, str(answer)
    assert answer.cost_usd == pytest.approx(cost, abs=1e-9)
    assert max(answer.worst.values()) < 1e-9
    assert answer.cost_difference < 1e-12
    assert answer.objective_difference < 1e-12


def test_a_verification_prints_frames_and_dumps():
    plan = worked_plan()
    plan.tables["orders"]["orders"] = 1
    answer = verify(plan)
    assert not answer.ok
    frame = answer.to_frame()
    assert list(frame.columns) == [
        "row", "subject", "period", "branch", "left", "right", "excess", "words",
    ]  # fmt: skip
    use = frame[(frame["row"] == "use") & (frame["period"] == "2027-05")]
    assert use["subject"].tolist() == ["pool"]
    assert use["branch"].tolist() == ["high"]
    assert (use["left"].item(), use["right"].item()) == (200.0, 150.0)
    assert use["excess"].item() == pytest.approx(0.25)
    dumped = json.loads(answer.to_json())
    assert dumped["ok"] is False
    assert len(dumped["violations"]) == len(answer.violations)
    text = str(answer)
    assert text.startswith("the plan breaks")
    assert "use (pool, 2027-05, high)" in text
    assert str(verify(worked_plan())).startswith("the plan holds")


# -- lags, ends, conversions, contracts, qualification, cash ----------------------------------


def lag_plan():
    """84 days in 91-day quarters: 7 of 91 starts arrive at once, 84 in the next quarter."""
    tables = chain() | {
        "demand": [{"name": "need", "item": "chip", "quantity": 30, "value_usd": 10}],
    }  # fmt: skip
    tables["recipe"][0] |= {"cycle_days": 84, "variable_usd": 2}
    network = Network.build(tables, {"discount_rate": 0.0})
    plan = {
        "starts": table("branch recipe line period starts", ("", "make", "pool", "2024Q1", 91)),
        "capacity": table(
            "branch line period capacity existing ordered added used",
            ("", "pool", "2024Q1", 100, 100, 0, 0, 91 / 3),
            ("", "pool", "2024Q2", 100, 100, 0, 0, 0),
        ),
        "served": table("branch demand item place period served",
                        ("", "need", "chip", "fab", "2024Q1", 7.0),
                        ("", "need", "chip", "fab", "2024Q2", 84.0)),
        "unserved": table("branch demand period unserved surplus",
                          ("", "need", "2024Q1", 83.0, 0), ("", "need", "2024Q2", 6.0, 0)),
        "money": table("branch period kind usd", ("", "2024Q1", "variable", 182.0),
                       ("", "2024Q1", "unserved", 830.0), ("", "2024Q2", "unserved", 60.0)),
    }  # fmt: skip
    return by_hand(network, Calendar.build("2024Q1", "quarter", "2024Q2"), plan,
                   cost_usd=1072.0, objective_value=1072.0)  # fmt: skip


def test_a_lag_is_never_rounded():
    answer = verify(lag_plan())
    assert answer.ok, str(answer)
    early = lag_plan()
    early.tables["served"]["served"] = [8.0, 83.0]
    early.tables["unserved"]["unserved"] = [82.0, 7.0]
    assert "balance" in rows_of(verify(early))


def test_starts_before_now_arrive_after_it():
    """The same starts as history: the first quarter is data, its 84 late chips are not lost."""
    plan = lag_plan()
    built = chain() | {
        "demand": [{"name": "need", "item": "chip", "quantity": 30, "value_usd": 10}],
        "outturn": [
            {"measure": "starts", "subject": "make", "of": "pool", "period": "2024Q1",
             "quantity": 91},
            {"measure": "deliveries", "subject": "chip", "of": "need", "period": "2024H1",
             "quantity": 182},
        ],
    }  # fmt: skip
    built["recipe"][0] |= {"cycle_days": 84, "variable_usd": 2}
    plan.network = Network.build(built, {"discount_rate": 0.0})
    plan.decided = np.array([False, True])
    plan.tables["served"]["served"] = [91.0, 84.0]
    plan.tables["unserved"]["unserved"] = [0.0, 6.0]
    plan.tables["money"] = table("branch period kind usd", ("", "2024Q2", "unserved", 60.0))
    plan.manifest |= {"cost_usd": 60.0, "objective_value": 60.0}
    answer = verify(plan)
    assert answer.ok, str(answer)
    for name, column in (("starts", "starts"), ("served", "served")):
        changed = lag_plan()
        changed.network, changed.decided = plan.network, plan.decided
        changed.tables = {key: frame.copy() for key, frame in plan.tables.items()}
        changed.tables[name].loc[0, column] += 5
        assert "history" in rows_of(verify(changed))


def end_plan():
    """A 300 M module of 10 years in use for 4, at 8 %: 151.9 M of it are left today."""
    tables = chain(capacity=0) | {
        "module": [{"name": "grow", "line": "pool", "size": 1, "capex_usd": 300e6,
                    "lead_days": 0, "life_years": 10}],
    }  # fmt: skip
    network = Network.build(tables, {"discount_rate": 0.08})
    years = ("2025", "2026", "2027", "2028")
    plan = {
        "orders": table("module period orders", ("grow", "2025", 1)),
        "capacity": table("branch line period capacity existing ordered added used",
                          *(("", "pool", year, 1, 0, 0, 1, 0) for year in years)),
        "money": table("branch period kind usd", ("", "2025", "modules", 300e6)),
    }  # fmt: skip
    paid = 300e6 * 1.08 ** -(182 / 365.25)  # the middle day of 2025 is 2 July
    kept = 300e6 * 0.08 / (1 - 1.08**-10) * (1 - 1.08**-6) / 0.08 / 1.08**4
    return by_hand(network, Calendar.build("2025", "year", "2028"), plan, cost_usd=paid - kept,
                   objective_value=paid - kept)  # fmt: skip


def test_end_value_is_the_worth_of_unused_annuities():
    assert end_value(300.0, 0.08, 10.0, 0.0, 4.0) * 1.08**4 == pytest.approx(206.7, abs=0.05)
    assert end_value(300.0, 0.0, 10.0, 0.0, 4.0) == pytest.approx(180.0)
    assert end_value(300.0, 0.08, 10.0, 6.0, 4.0) == pytest.approx(300 / 1.08**6)
    assert end_value(300.0, 0.08, 3.0, 0.0, 4.0) == 0.0
    answer = verify(end_plan())
    assert answer.ok, str(answer)
    lines = answer.cost_lines.set_index("kind")["usd"]
    assert lines["end_value"] == pytest.approx(-151.9e6, abs=0.05e6)


def conversion_plan():
    """Ten of new capacity take twenty of old from the day they stand; the ramp is only theirs."""
    tables = {
        "party": [{"name": "mem", "kind": "memory", "country": "KR"}],
        "technology": [{"name": t, "capacity_unit": "wafer/month"} for t in ("hbm", "ddr")],
        "line": [
            {"name": "new", "technology": "hbm", "party": "mem", "capacity": 0},
            {"name": "old", "technology": "ddr", "party": "mem", "capacity": 50,
             "fixed_usd": 3, "may_retire": True},
        ],
        "module": [{"name": "convert", "line": "new", "size": 10, "capex_usd": 100,
                    "lead_days": 31, "life_years": 10, "exchange_line": "old",
                    "exchange_per_unit": 2, "orders_per_year": 2.7}],
        "profile": [
            {"table": "module", "key": "convert", "column": "ramp", "age_months": 0,
             "value": 0.0},
            {"table": "module", "key": "convert", "column": "ramp", "age_months": 28 / 30.4375,
             "value": 1.0},
            {"table": "module", "key": "convert", "column": "payments", "age_months": 0,
             "value": 0.25},
            {"table": "module", "key": "convert", "column": "payments", "age_months": 2,
             "value": 0.75},
        ],
    }  # fmt: skip
    network = Network.build(tables, {"discount_rate": 0.0, "base_date": "2027-01-01"})
    when = ("2027-01", "2027-02", "2027-03")
    new, old = (0, 0, 20), (50, 10, 5)
    plan = {
        "orders": table("module period orders", ("convert", "2027-01", 2)),
        "retirements": table("line period retired", ("old", "2027-03", 5)),
        "capacity": table(
            "branch line period capacity existing ordered added used",
            *(("", "new", t, c, 0, 0, c, 0) for t, c in zip(when, new, strict=True)),
            *(("", "old", t, c, 50, 0, c - 50, 0) for t, c in zip(when, old, strict=True)),
        ),
        "money": table("branch period kind usd", ("", "2027-01", "modules", 50.0),
                       ("", "2027-03", "modules", 150.0),
                       *(("", t, "fixed", 3.0 * c) for t, c in zip(when, old, strict=True))),
    }  # fmt: skip
    used = (90 - 31) / 365.25
    cost = 200.0 + 3 * 65 - 200 * (10 - used) / 10
    return by_hand(network, Calendar.build("2027-01", "month", "2027-03"), plan, cost_usd=cost,
                   objective_value=cost)  # fmt: skip


def test_conversion_takes_capacity_without_ramp():
    answer = verify(conversion_plan())
    assert answer.ok, str(answer)
    more = conversion_plan()
    more.tables["orders"]["orders"] = 3  # orders_per_year of 2.7 is rounded down to 2
    assert {"orders_per_year", "capacity"} <= rows_of(verify(more))
    back = conversion_plan()
    back.tables["retirements"] = table("line period retired", ("old", "2027-02", 5))
    assert "retirement" in rows_of(verify(back))


def offer_plan():
    """Reserved 100 a month at 10 each, half of it take-or-pay; a fee of 1, a fifth prepaid."""
    tables = {
        "party": [{"name": "mem", "kind": "memory", "country": "KR"},
                  {"name": "lab", "kind": "lab", "country": "US"}],
        "item": [{"name": "stack", "unit": "stack", "kind": "stack"}],
        "offer": [{"name": "deal", "seller": "mem", "item": "stack", "place": "lab",
                   "reserve": True, "premium_usd": 1, "prepayment": 0.2, "floor": 0.5,
                   "to_date": "2027-02-28"}],
        "offer_step": [{"offer": "deal", "step": 1, "price_usd": 10, "volume": 70},
                       {"offer": "deal", "step": 2, "price_usd": 12}],
        "demand": [{"name": "need", "item": "stack", "quantity": 80, "value_usd": 50,
                    "party": "lab"}],
        "profile": [
            {"table": "demand", "key": "need", "column": "quantity", "period": "2027-01",
             "value": 30},
            {"table": "demand", "key": "need", "column": "quantity", "period": "2027-02",
             "value": 80},
            {"table": "demand", "key": "need", "column": "quantity", "period": "2027-03",
             "value": 5},
        ],
    }  # fmt: skip
    network = Network.build(tables, {"discount_rate": 0.0, "stock_cover_months": 0})
    plan = {
        "reservations": table("offer volume", ("deal", 100)),
        "purchases": table("branch offer step period quantity", ("", "deal", 1, "2027-01", 30),
                           ("", "deal", 1, "2027-02", 70), ("", "deal", 2, "2027-02", 10)),
        "payments": table("branch offer period payment_usd", ("", "deal", "2027-01", 500.0),
                          ("", "deal", "2027-02", 820.0)),
        "served": table("branch demand item place period served",
                        ("", "need", "stack", "lab", "2027-01", 30),
                        ("", "need", "stack", "lab", "2027-02", 80)),
        "unserved": table("branch demand period unserved surplus", ("", "need", "2027-01", 0, 0),
                          ("", "need", "2027-02", 0, 0), ("", "need", "2027-03", 5, 0)),
        # January: 500 + fee 100 - credit 0.2 x 10 x 30 + prepaid 0.2 x 100 x 10 x 2 months
        "money": table("branch period kind usd", ("", "2027-01", "purchases", 940.0),
                       ("", "2027-02", "purchases", 820.0 + 100 - 160),
                       ("", "2027-03", "unserved", 250.0)),
    }  # fmt: skip
    return by_hand(network, Calendar.build("2027-01", "month", "2027-03"), plan,
                   cost_usd=1950.0, objective_value=1950.0)  # fmt: skip


def test_take_or_pay_is_paid_whether_drawn_or_not():
    answer = verify(offer_plan())
    assert answer.ok, str(answer)
    cheap = offer_plan()
    cheap.tables["payments"].loc[0, "payment_usd"] = 300.0  # what was drawn, below the floor
    broken = verify(cheap)
    assert any(v.row == "payment" and v.right == 500.0 for v in broken.violations)
    wide = offer_plan()
    wide.tables["reservations"]["volume"] = 60.0
    assert "reservation" in rows_of(verify(wide))
    late = offer_plan()
    late.tables["purchases"].loc[0, "period"] = "2027-03"
    assert "offer_window" in rows_of(verify(late))
    seller = offer_plan()
    line = {"line": [{"name": "own", "technology": "hbm", "party": "mem"}],
            "technology": [{"name": "hbm", "capacity_unit": "wafer/month"}]}  # fmt: skip
    built = Network.build({**line, "party": [{"name": "mem", "kind": "memory", "country": "KR"}]})
    seller.network = seller.network.with_tables(
        {name: built.table(name) for name in ("line", "technology")}
    )
    assert "offer_window" in rows_of(verify(seller)), "in the system view a maker sells at cost"


def qualification_plan():
    """Two makers of a stack; the packager's customer has qualified one, from the second month."""
    tables = {
        "party": [{"name": n, "kind": "memory", "country": "KR"} for n in ("m1", "m2")]
        + [{"name": "pack", "kind": "packager", "country": "TW"},
           {"name": "designer", "kind": "designer", "country": "US"}],
        "item": [
            {"name": "stack", "unit": "stack", "kind": "stack", "value_usd": 200},
            {"name": "package", "unit": "package", "kind": "package", "captive_to": "designer"},
        ],
        "technology": [{"name": t, "capacity_unit": "unit/month"} for t in ("hbm", "cowos")],
        "line": [
            {"name": "l1", "technology": "hbm", "party": "m1", "capacity": 10},
            {"name": "l2", "technology": "hbm", "party": "m2", "capacity": 10},
            {"name": "lp", "technology": "cowos", "party": "pack", "capacity": 10},
        ],
        "recipe": [
            {"name": "stacking", "technology": "hbm"},
            {"name": "packaging", "technology": "cowos", "party": "designer"},
        ],
        "recipe_item": [
            {"recipe": "stacking", "role": "out", "item": "stack", "quantity_per_start": 1},
            {"recipe": "packaging", "role": "in", "item": "stack", "quantity_per_start": 2},
            {"recipe": "packaging", "role": "out", "item": "package", "quantity_per_start": 1,
             "good_fraction": 0.5},
        ],
        "qualification": [{"line": "l1", "item": "stack", "customer": "designer",
                           "from_date": "2027-02-01"}],
        "lane": [{"from_place": "KR", "to_place": "TW", "what": "stack", "freight_usd": 3,
                  "tariff": 0.1}],
        "demand": [{"name": "need", "item": "package", "quantity": 2, "value_usd": 1000,
                    "party": "designer"}],
    }  # fmt: skip
    network = Network.build(tables, {"discount_rate": 0.0, "price_year": 2025})
    lane = network.table("lane").index[0]
    lines = [("l1", 10, (0, 8)), ("l2", 10, (0, 0)), ("lp", 10, (0, 4))]
    when = ("2027-01", "2027-02")
    plan = {
        "starts": table("branch recipe line period starts", ("", "stacking", "l1", "2027-02", 8),
                        ("", "packaging", "lp", "2027-02", 4)),
        "capacity": table("branch line period capacity existing ordered added used",
                          *(("", n, t, c, c, 0, 0, u) for n, c, us in lines
                            for t, u in zip(when, us, strict=True))),
        "flows": table("branch item from_place to_place owner lane period flow",
                       ("", "stack", "m1", "pack", "designer", lane, "2027-02", 8)),
        "served": table("branch demand item place period served",
                        ("", "need", "package", "pack", "2027-02", 2)),
        "unserved": table("branch demand period unserved surplus", ("", "need", "2027-01", 2, 0),
                          ("", "need", "2027-02", 0, 0)),
        "money": table("branch period kind usd", ("", "2027-02", "freight", 24.0),
                       ("", "2027-02", "tariffs", 160.0), ("", "2027-01", "unserved", 2000.0)),
    }  # fmt: skip
    return by_hand(network, Calendar.build("2027-01", "month", "2027-02"), plan,
                   cost_usd=2184.0, objective_value=2184.0)  # fmt: skip


def test_only_a_qualified_maker_reaches_a_customers_stock():
    answer = verify(qualification_plan())
    assert answer.ok, str(answer)
    other = qualification_plan()
    other.tables["flows"]["from_place"] = "m2"
    other.tables["starts"].loc[0, "line"] = "l2"
    broken = verify(other)
    assert any(v.row == "exists" and "qualified" in v.words for v in broken.violations)
    unowned = qualification_plan()
    unowned.tables["flows"]["owner"] = ""
    assert {"exists", "balance"} <= rows_of(verify(unowned))
    early = qualification_plan()
    for name in ("starts", "flows", "served"):
        early.tables[name]["period"] = "2027-01"
    assert "lane_window" in rows_of(verify(early))


def cash_plan():
    """Spending of 100 in January and 60 in March; a fund at 12 % and emergency cash at 60 %."""
    tables = chain(capacity=0) | {
        "module": [{"name": "grow", "line": "pool", "size": 1, "capex_usd": 80, "lead_days": 0,
                    "life_years": 90 / 365.25, "total": 2}],
        "incentive": [
            {"name": "tax", "place": "TW", "share_of_capex": 0.25},
            {"name": "grant", "place": "TW", "share_of_capex": 0.5, "amount_usd": 20},
        ],
        "fund": [{"name": "round", "amount_usd": 90, "purpose": "build",
                  "cost_of_capital": 0.12, "to_date": "2027-01-31"}],
    }  # fmt: skip
    network = Network.build(
        tables, {"discount_rate": 0.0, "emergency_cash_cost": 0.6, "cash_floor_usd": 5}
    )
    when = ("2027-01", "2027-02", "2027-03")
    # two modules at 80, a quarter off, one of them half off up to 20 in all: 120 - 20 = 100
    drawn, emergency = (90.0, 0.0, 0.0), (18.0, 2.0, 2.0)
    interest = (0.45 + 0.45, 0.9 + 0.95, 0.9 + 1.05)  # half of what is drawn in the month
    cash, left = [], 0.0
    for d, e, i, spent in zip(drawn, emergency, interest, (100.0, 0, 0), strict=True):
        left += d + e - i - spent
        cash.append(left)
    assert min(cash) >= 5
    plan = {
        "orders": table("module period orders", ("grow", "2027-01", 2)),
        "incentives": table("incentive module period orders", ("grant", "grow", "2027-01", 0.5)),
        "capacity": table("branch line period capacity existing ordered added used",
                          *(("", "pool", t, 2, 0, 0, 2, 0) for t in when)),
        "money": table("branch period kind usd", ("", "2027-01", "modules", 100.0),
                       *(("", t, "interest", i) for t, i in zip(when, interest, strict=True))),
        "cash": table("branch period drawn emergency cash",
                      *zip([""] * 3, when, drawn, emergency, cash, strict=True)),
        "draws": table("branch fund period usd", ("", "round", "2027-01", 90.0)),
    }  # fmt: skip
    cost = 100 + sum(interest)
    return by_hand(network, Calendar.build("2027-01", "month", "2027-03"), plan, cost_usd=cost,
                   objective_value=cost)  # fmt: skip


def test_cash_funds_and_incentives():
    answer = verify(cash_plan())
    assert answer.ok, str(answer)
    over = cash_plan()
    over.tables["draws"]["usd"] = 95.0
    assert "fund" in rows_of(verify(over))
    late = cash_plan()
    late.tables["draws"]["period"] = "2027-02"
    assert "fund" in rows_of(verify(late))
    greedy = cash_plan()
    greedy.tables["incentives"]["orders"] = 1.0
    assert {"incentive", "money"} <= rows_of(verify(greedy))
    poor = cash_plan()
    poor.tables["cash"].loc[0, "emergency"] = 10.0
    assert "cash" in rows_of(verify(poor))


# -- plans of the planner, and a hundred corruptions of them ----------------------------------

PLANS = {
    "branches, funds, history": lambda: plan(full_world(), gap=0.02),
    "history": lambda: plan(full_world(branches=False)),
    "value, budget": lambda: plan(
        full_world(history=False, branches=False), objective="value", budget_usd=150_000
    ),
    "compute": lambda: plan(
        full_world(funds=False), objective="compute", basis="h100e", budget_usd=900_000
    ),
    "party": lambda: plan(small_party(), party="lab"),
    "by hand, cash": cash_plan,
    "by hand, offer": offer_plan,
}


@pytest.fixture(scope="module")
def plans():
    """Plans of the planner, and two by hand; never changed by a test."""
    return {name: make() for name, make in PLANS.items()}


@pytest.mark.parametrize("name", list(PLANS))
def test_plans_of_the_planner_hold(plans, name):
    answer = verify(plans[name])
    assert answer.ok, str(answer)
    assert answer.cost_difference < 1e-9
    assert answer.money_difference < 1e-6
    assert answer.objective_difference < 1e-9


def test_the_set_of_plans_uses_every_table(plans):
    """A corruption can only be caught where there is something to corrupt."""
    filled = {n for p in plans.values() for n, frame in p.tables.items() if len(frame)}
    assert filled >= {
        "starts", "capacity", "orders", "openings", "activations", "retirements",
        "reservations", "rights", "stakes", "incentives", "flows", "purchases", "payments",
        "served", "unserved", "stock", "money", "cash", "draws",
    }  # fmt: skip


def test_a_hundred_corruptions_are_caught_by_name(plans):
    """Each corruption twice, on the first two plans in turn that have something to corrupt."""
    names = list(plans)
    missed, twice = [], (*CORRUPTIONS, *CORRUPTIONS)
    for seed, corrupt in enumerate(twice):
        for step in range(len(names)):
            chosen = names[(seed + seed // len(CORRUPTIONS) + step) % len(names)]
            changed = copied(plans[chosen])
            rows = corrupt(changed, stream(seed, "corruption of a plan"))
            if rows is not None:
                break
        assert rows is not None, f"no plan has anything for: {corrupt.__name__}"
        found = verify(changed)
        named = [v for v in found.violations if v.row in rows]
        if not named or not all(v.subject and v.words for v in named):
            missed.append((seed, corrupt.__name__, chosen, sorted(rows_of(found))))
    assert len(twice) >= 100
    assert not missed, f"{len(missed)} of {len(twice)} not caught: {missed}"


# -- every row bites: the same plan under a network that is a little different ------------------

BRANCHED = "branches, funds, history"
SYSTEM, PARTY, CASH = "history", "party", "by hand, cash"
FRESH = "value, budget"
CHANGES = [
    ("power", SYSTEM, "site", "tainan", "power_mw", 5.0),
    ("water", SYSTEM, "site", "tainan", "water_m3", 5.0),
    ("lane_capacity", SYSTEM, "lane", "KR/TW/stack", "capacity", 0.1),
    ("lane_window", SYSTEM, "lane", "KR/TW/stack", "to_date", dt.date(2027, 6, 30)),
    ("limit", SYSTEM, "limit", "power", "bound", 1e-5),
    ("limit", SYSTEM, "limit", "capex", "bound", 1.0),
    ("limit", SYSTEM, "limit", "share", "bound", 0.1),
    ("limit", SYSTEM, "limit", "hbmshare", "bound", 0.1),
    ("must_serve", SYSTEM, "demand", "olds", "must_serve", True),
    ("demand", SYSTEM, "demand", "olds", "quantity", 13.0),
    ("demand", SYSTEM, "weight", "h100e/package", "weight", 1.1),
    ("offer_volume", SYSTEM, "offer_step", "substrates/1", "volume", 0.1),
    ("offer_window", SYSTEM, "offer", "substrates", "to_date", dt.date(2027, 6, 30)),
    ("reservation", SYSTEM, "offer", "substrates", "reserve", True),
    ("payment", SYSTEM, "offer", "stacks-deal", "floor", 5.0),
    ("money", SYSTEM, "offer", "stacks-deal", "premium_usd", 4.0),
    ("money", SYSTEM, "offer", "stacks-deal", "prepayment", 0.2),
    ("shortfall", FRESH, "commitment", "stacks-for", "price_usd", np.nan),
    ("commitment", SYSTEM, "commitment", "paid", "quantity", 70.0),
    ("commitment", SYSTEM, "commitment", "stacks-for", "quantity", 900.0),
    ("commitment", SYSTEM, "commitment", "booked", "quantity", 17.5),
    ("use", SYSTEM, "recipe", "dies", "capacity_per_start", 3.0),
    ("shared_use", SYSTEM, "recipe_use", "packages/test", "capacity_per_start", 40.0),
    ("balance", SYSTEM, "recipe", "dies", "cycle_days", 100.0),
    ("balance", SYSTEM, "recipe_item", "dies/out/die", "good_fraction", 0.5),
    ("balance", SYSTEM, "line_recipe", "n4tw/dies", "good_fraction", 1.0),
    ("balance", SYSTEM, "lane", "KR/TW/stack", "days", 9.0),
    ("balance", SYSTEM, "offer", "substrates", "lead_days", 60.0),
    ("balance", SYSTEM, "stock", "tainan/die", "opening", 41.0),
    ("balance", SYSTEM, "stock", "hsinchu/substrate", "arrivals", 33.0),
    ("start_window", SYSTEM, "recipe", "packages", "to_date", dt.date(2027, 6, 30)),
    ("start_window", SYSTEM, "line_recipe", "n4tw/dies", "to_date", dt.date(2027, 6, 30)),
    ("lane_window", SYSTEM, "qualification", "hbm1/stack/chipco", "from_date",
     dt.date(2027, 9, 1)),
    ("exists", SYSTEM, "qualification", "hbm1/stack/chipco", "line", "hbm2"),
    ("exists", SYSTEM, "item", "package", "captive_to", "mem1"),
    ("exists", SYSTEM, "lane", "KR/TW/stack", "to_place", "JP"),
    ("orders_window", SYSTEM, "module", "pack+4", "latest", dt.date(2026, 12, 31)),
    ("orders_per_year", SYSTEM, "module", "pack+4", "orders_per_year", 0.9),
    ("orders_total", SYSTEM, "module", "pack+4", "total", 1.0),
    ("capacity", SYSTEM, "module", "pack+4", "lead_days", 200.0),
    ("capacity", SYSTEM, "module", "pack+4", "life_years", 0.5),
    ("cost", SYSTEM, "module", "pack+4", "life_years", 9.0),
    ("capacity", SYSTEM, "site", "arizona", "opening_days", 200.0),
    ("money", SYSTEM, "site", "arizona", "opening_usd", 4100.0),
    ("retirement", SYSTEM, "line", "ddr1", "may_retire", False),
    ("fund", SYSTEM, "fund", "debt", "amount_usd", 10.0),
    ("fund", SYSTEM, "fund", "debt", "to_date", dt.date(2027, 6, 30)),
    ("money", SYSTEM, "fund", "debt", "cost_of_capital", 0.07),
    ("money", SYSTEM, "line", "hbm2", "fixed_usd", 19.0),
    ("money", SYSTEM, "recipe", "stacks", "variable_usd", 41.0),
    ("money", SYSTEM, "line", "n4tw", "variable_usd", 11.0),
    ("money", SYSTEM, "lane", "KR/TW/stack", "freight_usd", 0.9),
    ("money", SYSTEM, "item", "package", "value_usd", 950.0),
    ("money", SYSTEM, "item", "stack", "holding_usd", 0.2),
    ("money", SYSTEM, "demand", "compute", "value_usd", 3100.0),
    ("money", SYSTEM, "commitment", "stacks-for", "price_usd", 95.0),
    ("money", SYSTEM, "recipe", "olds", "activation_usd", 160.0),
    ("activation", SYSTEM, "recipe", "packages", "activation_usd", 10.0),
    ("history", SYSTEM, "outturn", "starts/dies/n4tw/2026Q4", "quantity", 56.0),
    ("history", SYSTEM, "outturn", "deliveries/package/fleet/2026", "quantity", 45.0),
    ("capacity", SYSTEM, "outturn", "orders/pack+4//2026Q3", "quantity", 2.0),
    ("cost", BRANCHED, "branch", "boom", "probability", 0.5),
    ("right", PARTY, "right", "lab/own-dies", "lead_days", 300.0),
    ("right_window", PARTY, "right", "lab/own-dies", "from_date", dt.date(2028, 12, 1)),
    ("stake_window", PARTY, "stake", 0, "until_date", dt.date(2027, 1, 31)),
    ("use", PARTY, "stake", 0, "lead_days", 500.0),
    ("line_offer", PARTY, "offer", "wafers", "share", 0.01),
    ("line_offer", PARTY, "commitment", "rival-wafers", "quantity", 39.0),
    ("reservation", PARTY, "offer", "hbm", "sign_by", dt.date(2026, 12, 31)),
    ("money", PARTY, "right", "lab/own-dies", "cost_usd", 710.0),
    ("money", PARTY, "stake", 0, "price_usd", 2600.0),
    ("incentive", CASH, "incentive", "grant", "amount_usd", 15.0),
    ("incentive", CASH, "incentive", "grant", "to_date", dt.date(2026, 12, 31)),
    ("money", CASH, "incentive", "tax", "share_of_capex", 0.2),
]  # fmt: skip


def edited(plan, table, key, column, value):
    """The same plan of a network in which one cell, and what profile says of it, is another."""
    changed = copied(plan)
    frame = plan.network.table(table).copy()
    key = frame.index[key] if isinstance(key, int) else key
    assert key in frame.index, list(frame.index)
    frame[column] = frame[column].astype(
        object if isinstance(value, dt.date) else frame[column].dtype
    )
    frame.loc[key, column] = value
    rows = plan.network.table("profile")
    rows = rows[~((rows["table"] == table) & (rows["key"] == key) & (rows["column"] == column))]
    changed.network = plan.network.with_tables({table: frame, "profile": rows})
    return changed


@pytest.mark.parametrize("change", CHANGES, ids=lambda c: f"{c[0]}: {c[2]} {c[3]} {c[4]}")
def test_every_row_bites(plans, change):
    row, name, *cell = change
    answer = verify(edited(plans[name], *cell))
    assert row in rows_of(answer), str(answer)


@pytest.mark.parametrize(
    ("row", "setting", "value"),
    [
        ("cover", "stock_cover_months", 0.01),
        ("cash", "cash_floor_usd", 1e6),
        ("cost", "discount_rate", 0.081),
        ("cost", "base_date", dt.date(2026, 1, 1)),
    ],
)
def test_every_setting_bites(plans, row, setting, value):
    changed = copied(plans[SYSTEM])
    changed.network = changed.network.with_settings(**{setting: value})
    assert row in rows_of(verify(changed))


def test_a_changed_survival_or_ramp_bites(plans):
    for table, row in (("demand", "demand"), ("module", "capacity")):
        changed = copied(plans[SYSTEM])
        frame = changed.network.table("profile").copy()
        aged = (frame["table"] == table) & (frame["age_months"] > 0) & (
            frame["column"].isin(["survival", "ramp"])
        )  # fmt: skip
        frame.loc[aged, "value"] *= 0.9
        changed.network = changed.network.with_tables({"profile": frame})
        assert row in rows_of(verify(changed))


@pytest.mark.parametrize("name", [SYSTEM, PARTY, FRESH])
def test_no_number_of_a_plan_can_change_unseen(plans, name):
    """Any cell of any table, one per cent off; a reservation may only become less."""
    rng = stream(7, "cells of a plan", name)
    unseen = []
    for table_name, (_, columns) in COLUMNS.items():
        frame = plans[name].tables.get(table_name)
        if frame is None or frame.empty:
            continue
        for column in columns:
            rows = frame.index[frame[column].abs() > 0.1]
            for row in rng.permutation(rows)[:2]:
                changed = copied(plans[name])
                cells = changed.tables[table_name][column].astype(float)
                cells[row] *= 0.99
                changed.tables[table_name][column] = cells
                if verify(changed).ok:
                    unseen.append((table_name, column, dict(frame.loc[row])))
    assert not unseen


def test_a_partys_own_take_or_pay_is_owed_without_drawing():
    """Two wafers a month at 3, for a year, whether drawn or not: 72."""
    tables = chain() | {
        "commitment": [{"name": "k", "customer": "lab", "supplier": "fab", "line": "pool",
                        "quantity": 2, "force": "take_or_pay", "price_usd": 3}],
    }  # fmt: skip
    tables["party"].append({"name": "lab", "kind": "lab", "country": "US"})
    settings = {"start": "2027Q1", "until": "2027Q4", "discount_rate": 0.0}
    made = plan(Network.build(tables, settings), party="lab")
    answer = verify(made)
    assert answer.ok, str(answer)
    assert answer.cost_usd == pytest.approx(72)
    unpaid = copied(made)
    unpaid.tables["payments"] = unpaid.tables["payments"].iloc[1:]
    assert "payment" in rows_of(verify(unpaid))


# -- random networks ----------------------------------------------------------------------------


def test_plans_of_random_networks_hold():
    """Plans of a dozen random networks; some have no plan, and not many."""
    held = 0
    for seed in range(12):
        case = generate(seed)
        try:
            made = plan(case.network(), **case.arguments)
        except Infeasible:
            continue
        answer = verify(made)
        assert answer.ok, f"seed {seed}: {answer}"
        held += 1
    assert held >= 8


@pytest.mark.parametrize("seed", [0, 3, 12, 15, 21])
def test_corruptions_of_random_plans_are_caught(seed):
    case = generate(seed)
    made = plan(case.network(), **case.arguments)
    missed, done = [], 0
    for number, corrupt in enumerate(CORRUPTIONS):
        changed = copied(made)
        rows = corrupt(changed, stream(seed, "corruption of a random plan", number))
        if rows is None:
            continue
        done += 1
        found = rows_of(verify(changed))
        if not found & rows:
            missed.append((corrupt.__name__, sorted(found)))
    assert done >= 10
    assert not missed


# -- the verifier itself ------------------------------------------------------------------------


def test_the_verifier_shares_nothing_with_the_model():
    """Only its own rooms, the tables' declaration and the calendar's labels are imported."""
    import waferway.planning.verification as room

    allowed = {"waferway.calendar", "waferway.network.declaration", "waferway.network.schema"}
    for path in Path(room.__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("waferway"):
                own = node.module.startswith("waferway.planning.verification")
                assert own or node.module in allowed, f"{path.name} imports {node.module}"
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"aged", "leaves", "lag_shares"}, path.name
            if isinstance(node, ast.ImportFrom) and node.module == "waferway.calendar":
                assert {name.name for name in node.names} <= {"day", "period"}


@pytest.mark.parametrize("garbage", ["nowhere", None, float("nan")])
def test_garbage_in_a_table_is_reported_and_never_crashes(plans, garbage):
    rng = stream(3, "garbage", str(garbage))
    for name, frame in plans[PARTY].tables.items():
        for column in frame.columns if len(frame) else ():
            changed = copied(plans[PARTY])
            at = frame.index[rng.integers(len(frame))]
            if garbage is None and frame.loc[at, column] == "":
                continue
            if garbage != garbage and frame.loc[at, column] == "":
                continue
            changed.tables[name][column] = frame[column].astype(object)
            changed.tables[name].loc[at, column] = garbage
            assert not verify(changed).ok, (name, column)


def test_a_plan_without_a_table_or_column_is_reported(plans):
    for name, frame in plans[SYSTEM].tables.items():
        if name not in COLUMNS or frame.empty:
            continue
        changed = copied(plans[SYSTEM])
        del changed.tables[name]
        assert not verify(changed).ok, name
        changed = copied(plans[SYSTEM])
        changed.tables[name] = frame.drop(columns=[COLUMNS[name][1][0]])
        assert "table" in rows_of(verify(changed)), name


def test_wrong_claims_of_the_manifest_are_reported(plans):
    for key, value in (
        ("discount_rate", 0.2),
        ("base_date", "2020-01-01"),
        ("bound", plans[SYSTEM].manifest["objective_value"] * 1.1),
        ("now", "2028-01-01"),
        ("cost_usd", None),
    ):
        changed = copied(plans[SYSTEM])
        changed.manifest[key] = value
        assert not verify(changed).ok, key
