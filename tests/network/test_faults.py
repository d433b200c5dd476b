"""Every kind of bad input, one at a time: the whole error, and nothing left behind."""

# ruff: noqa: E501

from pathlib import Path

import pytest
from inline_snapshot import snapshot

from tests.network.small import SMALL
from waferway.errors import InputError
from waferway.network.fault_kinds import FAULT_KINDS
from waferway.network.reading import read


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def error(*changes: tuple[str, str]) -> str:
    """The error of the small network with a place or two changed."""
    text = SMALL
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the network"
        text = text.replace(old, new)
    Path("net.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read("net.yaml")
    assert [path.name for path in Path().iterdir()] == ["net.yaml"]
    assert str(caught.value).startswith("net.yaml")
    assert {fault.kind for fault in caught.value.faults} <= FAULT_KINDS.keys()
    return str(caught.value) + "\n"


def test_the_small_network_is_sound():
    Path("net.yaml").write_text(SMALL, encoding="utf-8")
    read("net.yaml")


def test_unknown_table():
    assert error(("fund:\n", "funds:\n")) == snapshot("""\
net.yaml:44:1  "funds" is no part of a network
               parts are: waferway, setting, applied, claims, sources, party,
                 stake, item, weight, technology, recipe, recipe_item,
                 recipe_use, site, line, line_recipe, module, stock, lane,
                 offer, offer_step, commitment, qualification, right, demand,
                 fund, incentive, limit, scenario, change, branch, outturn,
                 profile, cite
               did you mean fund?
1 fault; nothing was read.
""")


def test_unknown_column():
    assert error(("cycle_days: 110", "cycle_dais: 110")) == snapshot("""\
net.yaml:25:33  recipe.cycle_dais is not a column of recipe
                recipe has: name, label, technology, party, capacity_per_start,
                  cycle_days, variable_usd, activation_usd, reuse_group,
                  needs_right, from_date, to_date
                did you mean cycle_days?
1 fault; nothing was read.
""")


def test_unknown_setting():
    assert error(("compute_basis: H100e}", "compute_base: H100e}")) == snapshot("""\
net.yaml:2:74  "compute_base" is no setting
               settings are: title, currency, price_year, base_date,
                 discount_rate, start, until, now, past, step, warmup_months,
                 tail_months, stock_cover_months, cash_floor_usd,
                 emergency_cash_cost, compute_basis
               did you mean compute_basis?
1 fault; nothing was read.
""")


def test_doubled_key_in_yaml():
    assert error(
        (
            "  memory: {kind: memory, country: KR}",
            "  memory: {kind: memory, country: KR, kind: lab}",
        )
    ) == snapshot("""\
net.yaml:5:39  "kind" is given twice
               first given on line 5
               keep one of the two
1 fault; nothing was read.
""")


def test_doubled_row():
    assert error(
        (
            "  memory: {kind: memory, country: KR}",
            "  memory: {kind: memory, country: KR}\n  foundry: {kind: memory, country: KR}",
        )
    ) == snapshot("""\
net.yaml:6:3  "foundry" is given twice
              first given on line 4
              keep one of the two
1 fault; nothing was read.
""")


def test_not_yaml():
    assert error(("  hsinchu: {party: foundry,", "  hsinchu: {party: foundry")) == snapshot("""\
net.yaml:18:35  not YAML: expected ',' or '}', but got ':'
                while parsing a flow mapping
1 fault; nothing was read.
""")


def test_version_missing():
    assert error(("waferway: 1\n", "")) == snapshot("""\
net.yaml:1:1  the schema version is missing
              begin the file with the line: waferway: 1
1 fault; nothing was read.
""")


def test_version_of_the_future():
    assert error(("waferway: 1\n", "waferway: 7\n")) == snapshot("""\
net.yaml:1:11  schema version 7 is not known
               this waferway reads versions 0, 1
               a newer waferway reads it
1 fault; nothing was read.
""")


def test_table_of_the_wrong_form():
    assert error(
        (
            "weight:\n- {basis: H100e, item: chip, weight: 2.5}",
            "weight: {chip: {basis: H100e, item: chip, weight: 2.5}}",
        )
    ) == snapshot("""\
net.yaml:11:9  weight is no list of rows
               its rows are named by basis and item
               write a list of rows, each `- {column: value, ...}`
1 fault; nothing was read.
""")


def test_row_of_the_wrong_form():
    assert error(
        ("  round: {party: foundry, amount_usd: $8-10bn, purpose: modules}", "  round: 8bn")
    ) == snapshot("""\
net.yaml:45:10  a row of fund is no mapping
                write its cells as `column: value`
1 fault; nothing was read.
""")


def test_name_that_is_none():
    assert error(
        (
            "  memory: {kind: memory, country: KR}",
            "  memory: {kind: memory, country: KR}\n  sk hynix: {kind: memory, country: KR}",
        )
    ) == snapshot("""\
net.yaml:6:3  party "sk hynix": name "sk hynix" cannot be a name
              names begin with a letter or digit and hold letters, digits and . _ : + -
              write sk-hynix, and keep this one as label
1 fault; nothing was read.
""")


def test_choice():
    assert error(("{kind: designer, country: US}", "{kind: desiner, country: US}")) == snapshot("""\
net.yaml:6:20  party "designer": kind is "desiner"
               choices: lab, designer, foundry, memory, packager, cloud,
                 investor, state, market, other
               did you mean designer?
1 fault; nothing was read.
""")


def test_country():
    assert error(
        ("{kind: memory, country: KR}", "{kind: memory, country: South Korea}")
    ) == snapshot("""\
net.yaml:5:35  party "memory": country is "South Korea", which is no country code
               did you mean KR (South Korea)?
1 fault; nothing was read.
""")


def test_missing_required_text():
    assert error(("amount_usd: $8-10bn, purpose: modules", "amount_usd: $8-10bn")) == snapshot("""\
net.yaml:45:3  fund "round": purpose is missing
               what for
               give purpose
1 fault; nothing was read.
""")


def test_missing_required_number():
    assert error(("capex_usd: $2bn, ", "")) == snapshot("""\
net.yaml:35:3  module "fab+2k": capex_usd is missing
               price of one module
               give a number of USD
1 fault; nothing was read.
""")


def test_not_a_number():
    assert error(("cycle_days: 60}", "cycle_days: sixty}")) == snapshot("""\
net.yaml:26:45  recipe "make-stack": cycle_days is "sixty", which is not a quantity
                a number, an optional scale and a unit
                write a number of day
1 fault; nothing was read.
""")


def test_not_finite():
    assert error(("value_usd: 15000", "value_usd: .inf")) == snapshot("""\
net.yaml:43:78  demand "compute": value_usd is ".inf", not a finite number
                leave the cell empty where nothing is known
1 fault; nothing was read.
""")


def test_negative():
    assert error(("cycle_days: 60}", "cycle_days: -60}")) == snapshot("""\
net.yaml:26:45  recipe "make-stack": cycle_days is -60
                it is never negative
1 fault; nothing was read.
""")


def test_percentage_written_as_number():
    assert error(("good_fraction: 95 %", "good_fraction: 95")) == snapshot("""\
net.yaml:30:86  recipe_item "make-stack/out/stack": good_fraction is 95
                it lies between 0 and 1
                for a percentage write 95 %
1 fault; nothing was read.
""")


def test_not_whole():
    assert error(("total: 2,", "total: 2.5,")) == snapshot("""\
net.yaml:35:40  module "fab+2k": total is 2.5
                it counts, so it is a whole number
                write 2
1 fault; nothing was read.
""")


def test_latitude():
    assert error(
        ("lat: 24.8, lon: 121.0}\n  icheon", "lat: 124.8, lon: 121.0}\n  icheon")
    ) == snapshot("""\
net.yaml:18:47  site "hsinchu": lat is 124.8
                it lies between -90 and 90
1 fault; nothing was read.
""")


def test_half_a_coordinate():
    assert error(("lat: 24.8, lon: 121.0}\n  icheon", "lat: 24.8}\n  icheon")) == snapshot("""\
net.yaml:18:47  site "hsinchu": lon is missing
                a place on the map needs both
                give lat and lon
1 fault; nothing was read.
""")


def test_unit_clash_with_the_technology():
    assert error(("size: 2k,", "size: 2k dies/month,")) == snapshot("""\
net.yaml:35:29  module "fab+2k": size is "2k dies/month": dies/month does not mix with wafer/month
                dies/month is die * time^-1; wafer/month is time^-1 * wafer
                write a number of wafer/month
1 fault; nothing was read.
""")


def test_unit_clash_with_the_item():
    assert error(("quantity_per_start: 60,", "quantity_per_start: 60 packages/start,")) == snapshot("""\
net.yaml:29:64  recipe_item "make-die/out/die": quantity_per_start is "60 packages/start": packages/start does not mix with die/start
                packages/start is package * start^-1; die/start is die * start^-1
                write a number of die/start
1 fault; nothing was read.
""")


def test_unit_that_is_none():
    assert error(("capacity_unit: wafer/month", "capacity_unit: waver/month")) == snapshot("""\
net.yaml:14:26  technology "logic": capacity_unit: "waver" is not a unit (in "waver/month")
                units are counted nouns, currencies and physical units, joined by * and /
                did you mean wafer?
1 fault; nothing was read.
""")


def test_capacity_that_is_no_rate_per_month():
    assert error(("capacity_unit: wafer/month", "capacity_unit: wafer/year")) == snapshot("""\
net.yaml:14:26  technology "logic": capacity_unit is "wafer/year"
                capacity is a rate per month
                write wafer/month
1 fault; nothing was read.
""")


def test_money_in_another_currency():
    assert error(("capex_usd: $2bn", "capex_usd: €2bn")) == snapshot("""\
net.yaml:35:54  module "fab+2k": capex_usd is "€2bn": EUR does not mix with USD
                currencies do not convert by themselves: an exchange rate is a claim
                write a number of USD
1 fault; nothing was read.
""")


def test_range_that_runs_backwards():
    assert error(("capacity: 80-100k", "capacity: 100-80k")) == snapshot("""\
net.yaml:23:70  line "pack": capacity is "100-80k", which is a range that runs backwards
                100000 is above 80000
                write a number of package/month
1 fault; nothing was read.
""")


def test_date_that_is_none():
    assert error(("earliest: 2025Q1", "earliest: 2025Q5")) == snapshot("""\
net.yaml:35:92  module "fab+2k": earliest is "2025Q5", which is no date
                a day or a period: 2024-03-31, 2024Q1, 2024-03, 2024
1 fault; nothing was read.
""")


def test_span_that_runs_backwards():
    assert error(("earliest: 2025Q1", "earliest: 2027Q1, latest: 2026Q4")) == snapshot("""\
net.yaml:35:108  module "fab+2k": latest 2026-12-31 lies before earliest 2027-01-01
                 exchange the two, or correct one
1 fault; nothing was read.
""")


def test_flag():
    assert error(("party: designer}", "party: designer, needs_right: maybe}")) == snapshot("""\
net.yaml:27:79  recipe "assemble": needs_right is "maybe"
                write true or false
1 fault; nothing was read.
""")


def test_dangling_reference():
    assert error(("line: fab, size", "line: fap, size")) == snapshot("""\
net.yaml:35:18  module "fab+2k": line is "fap", which is no line
                did you mean fab?
1 fault; nothing was read.
""")


def test_dangling_reference_to_one_of_several():
    assert error(("from_place: any", "from_place: hsinchoo")) == snapshot("""\
net.yaml:37:16  lane "hsinchoo/any/any": from_place is "hsinchoo", which is no site, party, country code or `any`
                did you mean hsinchu?
1 fault; nothing was read.
""")


def test_two_meanings():
    assert error(
        (
            "  designer: {kind: designer, country: US}",
            "  designer: {kind: designer, country: US}\n  hsinchu: {kind: cloud, country: TW}\nstake:\n- {owner: memory, owned: hsinchu, share: 10 %}",
        )
    ) == snapshot("""\
net.yaml:9:26  stake "memory/hsinchu/": owned is "hsinchu", which has two meanings
               it is a party and a site
               rename the party
1 fault; nothing was read.
""")


def test_period_in_a_cell():
    assert error(("{2025Q1: 3k, 2026Q1: 4k}", "{2025Q1: 3k, 26Q1: 4k}")) == snapshot("""\
net.yaml:21:69  line "fab": capacity has "26Q1", which is neither a period, an age, nor a bound
                periods: 2024, 2024H1, 2024Q1, 2024-03, 2024-03-31; ages: `age
                  6` (months); bounds: low, value, high; also: always, branch,
                  cite
1 fault; nothing was read.
""")


def test_period_in_profile():
    assert error(("period: 2027Q1, branch", "period: next year, branch")) == snapshot("""\
net.yaml:56:59  profile "demand/compute/quantity/next year//high": period: "next year" is not a period; write 2025, 2025H1, 2025Q1 or 2025-03
1 fault; nothing was read.
""")


def test_period_out_of_range():
    assert error(("period: 2027Q1, branch", "period: 2927Q1, branch")) == snapshot("""\
net.yaml:56:59  profile "demand/compute/quantity/2927Q1//high": period is "2927Q1"
                periods lie between 1950 and 2200
1 fault; nothing was read.
""")


def test_periods_that_overlap():
    assert error(("{2025Q1: 3k, 2026Q1: 4k}", "{2025-01: 3k, 2025Q1: 4k, 2026Q1: 4k}")) == snapshot("""\
net.yaml:21:69  profile "line/fab/capacity/2025Q1//": periods 2025-01 and 2025Q1 overlap
                both begin on 2025-01-01, and a value holds until the next one
                keep one of the two
1 fault; nothing was read.
""")


def test_profile_of_no_table():
    assert error(("- {table: demand, key: compute", "- {table: demands, key: compute")) == snapshot("""\
net.yaml:56:11  profile "demands/compute/quantity/2027Q1//high": table is "demands", which is no table of values
                did you mean demand?
1 fault; nothing was read.
""")


def test_profile_of_no_row():
    assert error(("- {table: demand, key: compute", "- {table: demand, key: computer")) == snapshot("""\
net.yaml:56:24  profile "demand/computer/quantity/2027Q1//high": key is "computer", which is no row of demand
                rows of demand are named by name
                did you mean compute?
1 fault; nothing was read.
""")


def test_profile_of_no_column():
    assert error(
        ("column: quantity, period: 2027Q1", "column: quantities, period: 2027Q1")
    ) == snapshot("""\
net.yaml:56:41  profile "demand/compute/quantities/2027Q1//high": column is "quantities", which is no column of demand
                demand has: name, label, party, segment, region, item, basis,
                  measure, quantity, value_usd, must_serve, survival
                did you mean quantity?
1 fault; nothing was read.
""")


def test_profile_of_a_column_that_is_not_dated():
    assert error(("cycle_days: 60}", "cycle_days: {2025Q1: 60, 2026Q1: 50}}")) == snapshot("""\
net.yaml:26:45  profile "recipe/make-stack/cycle_days/2025Q1//": recipe.cycle_days does not vary by period
                dated columns of recipe: variable_usd
                give one value
1 fault; nothing was read.
""")


def test_profile_by_age_of_a_column_without_ages():
    assert error(("capacity: 900k", "capacity: {age 0: 1k, age 6: 900k}")) == snapshot("""\
net.yaml:22:65  profile "line/tsv/capacity//0/": line.capacity does not vary by age
                columns of line that do: none
                give periods
1 fault; nothing was read.
""")


def test_interval_in_disorder():
    assert error(
        ("branch: high, value: 300k", "branch: high, low: 310k, value: 300k, high: 400k")
    ) == snapshot("""\
net.yaml:56:99  profile "demand/compute/quantity/2027Q1//high": value 300000 is below low 310000
                low <= value <= high
                exchange them, or correct one
1 fault; nothing was read.
""")


def test_profile_without_number():
    assert error(("branch: high, value: 300k", "branch: high")) == snapshot("""\
net.yaml:56:3  profile "demand/compute/quantity/2027Q1//high": has no number
               give value, or low and high
1 fault; nothing was read.
""")


def test_two_values_of_one_cell():
    assert error(
        (
            "branch: high, value: 300k}",
            "branch: high, value: 300k}\n- {table: line, key: tsv, column: capacity, value: 800k}",
        )
    ) == snapshot("""\
net.yaml:57:52  profile "line/tsv/capacity///": capacity is 800000 here and 900000 in the table
                a profile row without period holds always
                make them equal, or empty one
1 fault; nothing was read.
""")


def test_branch_that_is_none():
    assert error(("branch: high, value", "branch: hihg, value")) == snapshot("""\
net.yaml:56:75  profile "demand/compute/quantity/2027Q1//hihg": branch is "hihg", which is no branch
                did you mean high?
1 fault; nothing was read.
""")


def test_probabilities():
    assert error(("low: {probability: 0.6}", "low: {probability: 0.5}")) == snapshot("""\
net.yaml:53:23  branch "high": probabilities of the first branches sum to 0.9
                they are: high, low
                make them sum to 1
1 fault; nothing was read.
""")


def test_parents_in_a_circle():
    assert error(
        (
            "{kind: memory, country: KR}\n  designer: {",
            "{kind: memory, country: KR, parent: designer}\n  designer: {parent: memory, ",
        )
    ) == snapshot("""\
net.yaml:6:22  party "designer": parents run in a circle
               designer -> memory -> designer
               leave one of these parents empty
1 fault; nothing was read.
""")


def test_claim_that_is_none():
    assert error(("claim_id: c-1}\nclaims", "claim_id: c-2}\nclaims")) == snapshot("""\
net.yaml:58:71  cite "line/fab/capacity/2026Q1/c-2": claim_id is "c-2", which is no claim
                did you mean c-1?
1 fault; nothing was read.
""")


def test_cite_of_a_period_without_value():
    assert error(("period: 2026Q1, claim_id", "period: 2026Q2, claim_id")) == snapshot("""\
net.yaml:58:53  cite "line/fab/capacity/2026Q2/c-1": period is "2026Q2", for which the cell has no value
                it has values for: 2025Q1, 2026Q1
                did you mean 2026Q1?
1 fault; nothing was read.
""")


def test_claim_with_faults():
    assert error(("grade: C, method", "grade: E, method")) == snapshot("""\
net.yaml:60:143  claim grade: Input should be 'A', 'B', 'C' or 'D'
1 fault; nothing was read.
""")


def test_payments():
    assert error(
        ("earliest: 2025Q1}", "earliest: 2025Q1, payments: {age 0: 30 %, age 12: 50 %}}")
    ) == snapshot("""\
net.yaml:35:110  module "fab+2k": payments sum to 0.8
                 they are shares of the price and sum to 1
                 add 0.2
1 fault; nothing was read.
""")


def test_ramp():
    assert error(
        ("earliest: 2025Q1}", "earliest: 2025Q1, ramp: {age 0: 0.5, age 6: 1.2}}")
    ) == snapshot("""\
net.yaml:35:106  profile "module/fab+2k/ramp//6/": value of ramp is 1.2
                 it lies between 0 and 1
1 fault; nothing was read.
""")


def test_price_year():
    assert error(("price_year: 2025, ", "")) == snapshot("""\
net.yaml:2:1  setting price_year is missing
              module.capex_usd holds money
              for example: price_year: 2024, or nominal
1 fault; nothing was read.
""")


def test_currency():
    assert error(("currency: USD", "currency: USS")) == snapshot("""\
net.yaml:2:21  setting currency is "USS", which is no currency code
               did you mean USD?
1 fault; nothing was read.
""")


def test_settings_in_disorder():
    assert error(("start: 2025Q1, until: 2028Q4", "start: 2029Q1, until: 2028Q4")) == snapshot("""\
net.yaml:2:66  setting until is 2028-12-31, before start 2029-01-01
               exchange the two
1 fault; nothing was read.
""")


def test_recipe_without_line():
    assert error(
        ("technology: hbm, party: memory", "technology: logic, party: memory")
    ) == snapshot("""\
net.yaml:26:28  recipe "make-stack": no line can run it: none has hbm
                lines have: cowos, logic
                add a line with technology hbm
net.yaml:41:21  qualification "tsv/stack/designer": line tsv makes no stack
                lines that make it: none
                add a recipe that makes stack on tsv
2 faults; nothing was read.
""")


def test_recipe_without_output():
    assert error(
        (
            "- {recipe: make-stack, role: out, item: stack, quantity_per_start: 1, good_fraction: 95 %}\n",
            "",
        )
    ) == snapshot("""\
net.yaml:26:3  recipe "make-stack": makes nothing
               it has no row with role out in recipe_item
               add what it gives
net.yaml:31:38  recipe_item "assemble/in/stack": nobody makes, sells or holds stack
                recipe assemble takes it; no recipe gives it, no offer sells it, no stock holds it
                add a recipe that makes stack, an offer or a stock
net.yaml:40:21  qualification "tsv/stack/designer": line tsv makes no stack
                lines that make it: none
                add a recipe that makes stack on tsv
3 faults; nothing was read.
""")


def test_item_without_source():
    assert error(
        ("item: die, quantity_per_start: 2}", "item: interposer, quantity_per_start: 2}"),
        ("weight:\n", "  interposer: {kind: interposer, unit: interposer}\nweight:\n"),
    ) == snapshot("""\
net.yaml:32:38  recipe_item "assemble/in/interposer": nobody makes, sells or holds interposer
                recipe assemble takes it; no recipe gives it, no offer sells it, no stock holds it
                add a recipe that makes interposer, an offer or a stock
1 fault; nothing was read.
""")


def test_recipes_in_a_circle():
    assert error(
        (
            "- {recipe: assemble, role: in, item: die, quantity_per_start: 2}",
            "- {recipe: make-die, role: in, item: chip, quantity_per_start: 2}\n- {recipe: assemble, role: in, item: die, quantity_per_start: 2}",
        )
    ) == snapshot("""\
net.yaml:25:3  recipe "make-die": needs its own output
               items are made from one another in a circle: chip -> die -> chip
               give what comes back an item of its own
1 fault; nothing was read.
""")


def test_stakes_above_one():
    assert error(
        (
            "weight:\n",
            "stake:\n- {owner: memory, owned: fab, share: 60 %}\n- {owner: designer, owned: fab, share: 50 %, from_date: 2026Q1}\nweight:\n",
        )
    ) == snapshot("""\
net.yaml:13:40  stake "designer/fab/2026-01-01": shares of fab sum to 1.1 from 2026-01-01
                memory 0.6, designer 0.5
                shares sum to at most 1; date the stake that was sold
1 fault; nothing was read.
""")


def test_commitments_above_capacity():
    assert error(("quantity: 1k, force", "quantity: 9k, force")) == snapshot("""\
net.yaml:39:72  commitment "booked": commitments on line fab are 9000 from 2025-01-01, its capacity is 3000
                they are: booked
                lower a quantity, end one earlier, or add capacity or a module
1 fault; nothing was read.
""")


def test_commitment_on_nothing():
    assert error(("line: fab, quantity: 1k", "quantity: 1k")) == snapshot("""\
net.yaml:39:3  commitment "booked": names no line or item
               a commitment is on one of the two
               give line or item
1 fault; nothing was read.
""")


def test_qualification_of_what_the_line_does_not_make():
    assert error(
        ("- {line: tsv, item: stack, customer", "- {line: fab, item: stack, customer")
    ) == snapshot("""\
net.yaml:41:21  qualification "fab/stack/designer": line fab makes no stack
                lines that make it: tsv
                did you mean line tsv?
1 fault; nothing was read.
""")


def test_demand_on_both():
    assert error(("{basis: H100e, quantity", "{basis: H100e, item: chip, quantity")) == snapshot("""\
net.yaml:43:33  demand "compute": names both item and basis
                a demand is on one of the two
                keep item or basis
1 fault; nothing was read.
""")


def test_basis_without_weights():
    assert error(("{basis: H100e, quantity", "{basis: H200e, quantity")) == snapshot("""\
net.yaml:43:20  demand "compute": basis is "H200e", which has no weights
                did you mean H100e?
1 fault; nothing was read.
""")


def test_lane_for_what_is_nothing():
    assert error(("what: any,", "what: waffer,")) == snapshot("""\
net.yaml:37:42  lane "any/any/waffer": what is "waffer", no item, kind of item or `any`
                kinds: wafer, die, stack, interposer, substrate, package, rack,
                  power, compute, material, other
                did you mean wafer?
1 fault; nothing was read.
""")


def test_limit_that_selects_no_column():
    assert error(("select: country=TW;", "select: land=TW;")) == snapshot("""\
net.yaml:47:38  limit "power": select names "land", which nothing is selected by
                columns: line, technology, family, site, place, country, party,
                  recipe, designer, module, item, kind, owner, from_place,
                  to_place, from_country, to_country, lane, demand, segment,
                  region, basis, customer, offer
                did you mean lane?
1 fault; nothing was read.
""")


def test_limit_that_selects_nothing():
    assert error(("technology=logic, sense", "technology=logik, sense")) == snapshot("""\
net.yaml:47:38  limit "power": select has technology=logik, and there is no such technology
                did you mean logic?
1 fault; nothing was read.
""")


def test_offer_without_price():
    assert error(
        ("fund:\n", "offer:\n  hbm-sale: {seller: memory, item: stack}\nfund:\n")
    ) == snapshot("""\
net.yaml:45:3  offer "hbm-sale": has no price
               it has no row in offer_step
               add a step with price_usd
1 fault; nothing was read.
""")


def test_change_of_nothing():
    assert error(("table: line, key: tsv,", "table: line, key: tvs,")) == snapshot("""\
net.yaml:51:48  change "late/1": key is "tvs", which is no row of line
                rows of line are named by name
                did you mean tsv?
1 fault; nothing was read.
""")


def test_outturn():
    assert error(
        (
            "fund:\n",
            "outturn:\n- {measure: starts, subject: die, of: fab, period: 2024Q4, quantity: 5}\nfund:\n",
        )
    ) == snapshot("""\
net.yaml:45:30  outturn "starts/die/fab/2024Q4": subject is "die", which is no recipe
                starts name a recipe here
                did you mean make-die?
1 fault; nothing was read.
""")


def test_line_recipe_of_another_technology():
    assert error(("fund:\n", "line_recipe:\n- {line: fab, recipe: assemble}\nfund:\n")) == snapshot("""\
net.yaml:45:23  line_recipe "fab/assemble": line fab cannot run recipe assemble
                the line has technology logic, the recipe needs cowos
1 fault; nothing was read.
""")
