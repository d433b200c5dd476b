"""Revenue of makers: the second freeze, the rules, the gate, keys and units of outcomes."""

import datetime as dt
import hashlib
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from waferway.atlas.world import world
from waferway.calendar import Calendar
from waferway.errors import InputError, RangeError
from waferway.evidence.claims import Evidence
from waferway.evidence.dated import shipped
from waferway.studies import hindcast as room
from waferway.studies.hindcast.admission import Reader
from waferway.studies.hindcast.calibration import fit_lag
from waferway.studies.hindcast.growth import growth_of, memory_without_hbm, past_error
from waferway.studies.hindcast.history import CHIPS, read_history
from waferway.studies.hindcast.keys import keys_text
from waferway.studies.hindcast.makers import older_units
from waferway.studies.hindcast.network_content import content_of
from waferway.studies.hindcast.outlook import read_outlook
from waferway.studies.hindcast.revenue import revenue_rows
from waferway.studies.hindcast.revenue_series import revenue_series
from waferway.studies.hindcast.rivals import last_value, log_trend, rival_predictions
from waferway.studies.hindcast.run import recipe_of, setting_of
from waferway.studies.hindcast.simulate import draw_year

DOCS = Path(__file__).parents[2] / "docs" / "hindcast"
FROZEN = DOCS / "predictions-2025.csv"
FIRST = "9f8cfbeb6f4f31596472682d97c5a65dc581ba6378cb9a28a9af2929a004b03c"
SECOND = "4fe675dd3e96555b966a17f95a47eb8a6c9d75aa3e6cc3c86bf25a0cfdb218b3"
FIRST_LINES = 132
DRAWS, SEED = 400, 2024


@pytest.fixture(scope="module")
def facts():
    return shipped("waferway.studies")


@pytest.fixture(scope="module")
def drawn(facts):
    """Draws, setting and history of an unconditional run."""
    net, reader = world(), Reader(facts)
    history = read_history(reader)
    content = content_of(net, reader)
    outlook = read_outlook(net, history, reader)
    fit = fit_lag(history.parts["packaging"] * content.packages[:, None], history.units,
                  content.weight, Calendar.build("2024Q1", "quarter", "2024Q4"))  # fmt: skip
    recipe = recipe_of(history, content, outlook, fit)
    setting = setting_of(history, outlook, recipe, fit, None, DRAWS, SEED)
    return draw_year(setting, recipe, DRAWS, SEED), setting, history


def _rows(drawn, reader):
    return {(r["subject"], r["period"]): r for r in revenue_rows(*drawn, reader, DRAWS, SEED)}


@pytest.fixture(scope="module")
def rows(drawn, facts):
    return _rows(drawn, Reader(facts))


# -- the second freeze -----------------------------------------------------------------------
def test_lines_frozen_first_are_unchanged_and_both_hashes_are_in_the_docs():
    whole = FROZEN.read_bytes()
    first = b"".join(whole.splitlines(keepends=True)[:FIRST_LINES])
    assert hashlib.sha256(first).hexdigest() == FIRST
    assert hashlib.sha256(whole).hexdigest() == SECOND
    page = (DOCS / "freeze.md").read_text()
    assert FIRST in page and SECOND in page


def test_lines_are_added_to_a_freeze_without_touching_it(tmp_path):
    frozen = pd.read_csv(FROZEN, dtype={"period": str})
    path = room.frozen_predictions(tmp_path, frozen.iloc[: FIRST_LINES - 1])
    before = path.read_bytes()
    moved = frozen.copy()
    moved["p50"] *= 1.001  # a later run may differ: what was frozen stays
    room.frozen_predictions(tmp_path, moved, add=True)
    after = path.read_bytes()
    assert after.startswith(before) and len(after.splitlines()) == len(frozen) + 1
    stated = (tmp_path / f"{path.name}.sha256").read_text().split()[0]
    assert stated == hashlib.sha256(after).hexdigest()
    room.frozen_predictions(tmp_path, moved, add=True)
    assert path.read_bytes() == after


def test_frozen_revenue_is_what_the_claims_say_now(rows):
    frozen = pd.read_csv(FROZEN, dtype={"period": str})
    frozen = frozen[frozen["metric"] == "revenue_usd"].set_index(["subject", "period"])
    assert set(frozen.index) == set(rows)
    for key, row in rows.items():  # fewer draws than frozen: medians move by a few per cent
        assert row["p50"] == pytest.approx(frozen.loc[key, "p50"], rel=0.06), key


# -- parts and wholes ------------------------------------------------------------------------
def test_a_whole_is_more_than_its_part(rows):
    for part, whole in ((("tsmc AI accelerators", "2025"), ("tsmc", "2025")),
                        (("amd accelerators", "2025"), ("amd data centre", "2025")),
                        (("amd data centre", "2025"), ("amd", "2025")),
                        (("skhynix HBM", "2025"), ("skhynix memory", "2025")),
                        (("samsung HBM", "2025"), ("samsung memory", "2025")),
                        (("micron HBM", "2025"), ("micron memory", "2025")),
                        (("nvidia data centre", "FY2026"), ("nvidia", "FY2026"))):  # fmt: skip
        for q in ("p05", "p50", "p95"):
            assert rows[part][q] < rows[whole][q], (part, q)


def test_tsmc_is_the_sum_of_its_parts_at_best_values(drawn, rows, facts):
    reader = Reader(facts)
    best = reader.best
    sold, _, history = drawn
    price = {"logic": best("tsmc.logic.price.2024"), "packaging": best("tsmc.cowos.price.2024")}
    rise = {"logic": 1.10, "packaging": 1.15}
    before = sum(price[k] * history.designer_parts[k].sum() for k in price)
    after = sum(price[k] * rise[k] * np.median(getattr(sold, k).sum(axis=(1, 2))) for k in price)
    ai = 69.3e9 * 1.30 * 0.15
    made = before / ai
    expected = ai * (made * after / before + (1 - made) * 1.55)
    assert rows["tsmc AI accelerators", "2025"]["p50"] == pytest.approx(expected, rel=0.05)
    whole = expected + (69.3e9 * 1.30 - ai) * 1.11
    assert rows["tsmc", "2025"]["p50"] == pytest.approx(whole, rel=0.04)


def test_revenue_follows_the_draws_of_the_network(drawn, rows, facts):
    from dataclasses import replace

    sold, setting, history = drawn
    double = replace(sold, logic=sold.logic * 2, packaging=sold.packaging * 2, units=sold.units * 2)
    more = _rows((double, replace(setting, hbm=setting.hbm * 1.2), history), Reader(facts))
    accelerators = ("amd accelerators", "2025")
    assert more[accelerators]["p50"] == pytest.approx(2 * rows[accelerators]["p50"], rel=1e-3)
    assert more["tsmc", "2025"]["p50"] > rows["tsmc", "2025"]["p50"] * 1.08
    gain = more["skhynix HBM", "2025"]["p50"] - rows["skhynix HBM", "2025"]["p50"]
    assert gain > 0.15 * rows["skhynix HBM", "2025"]["p50"]
    # the rest of memory is what forecasts leave when HBM is taken out: the whole moves less
    whole = more["skhynix memory", "2025"]["p50"] - rows["skhynix memory", "2025"]["p50"]
    assert 0 < whole < gain


def test_revenue_is_also_predicted_given_the_supply(tmp_path):
    table = [{"quarter": f"Q{q} 2025", **{f"{name}_{p}": v for name, v in (
        ("logic_supply_wafers", 1e6), ("cowos_supply_wafers", 1.6e5), ("hbm_supply_usd", 9e9))
        for p in ("p5", "p50", "p95")}} for q in (1, 2, 3, 4)]  # fmt: skip
    path = tmp_path / "supply.csv"
    pd.DataFrame(table).to_csv(path, index=False)
    found = room.run(world(), room.read_supply(path), draws=100).predictions
    assert len(found[found["metric"] == "revenue_usd"]) == 16


# -- the rules -------------------------------------------------------------------------------
def test_growth_is_the_median_and_its_spread_the_larger_of_two():
    wide = growth_of([1.0, 1.5, 1.6], 0.01)
    assert wide.best == 1.5 and wide.width == pytest.approx(np.log(1.5))
    known = growth_of([1.1], 0.2)
    assert known.width == pytest.approx(0.2 * 1.6448536)
    assert known.draw([-1.6448536, 0, 1.6448536]) == pytest.approx(
        [1.1 * np.exp(-known.width), 1.1, 1.1 * np.exp(known.width)])  # fmt: skip
    with pytest.raises(RangeError):
        growth_of([], 0.1)


def test_past_errors_by_hand(facts):
    reader = Reader(facts)
    memory = [np.log(a / b) for a, b in
              ((1.0, 0.67), (1.133, 1.309), (1.011, 0.874), (0.838, 0.63))]  # fmt: skip
    assert past_error(reader, "memory") == pytest.approx(np.sqrt(np.mean(np.square(memory))))
    assert 0.05 < past_error(reader, "other") < past_error(reader, "memory")


def test_hbm_is_taken_out_of_forecasts_of_memory(facts):
    """Gartner: 196.3 bn with 21 of HBM, over 162.9 bn with 12.3."""
    found = memory_without_hbm(Reader(facts), (18.4e9, 38.5e9))
    gartner, wsts = (196.3 - 21.0) / (162.9 - 12.3), (200 - 38.5) / (160 - 18.4)
    assert found.best == pytest.approx((gartner + wsts) / 2, rel=1e-6)


# -- levels by a second route ----------------------------------------------------------------
def test_packaging_is_no_more_of_tsmc_than_it_said(facts, drawn):
    """Supply of 2024 at the assumed price stays below 7-9 % of revenue, which holds phones too."""
    best, history = Reader(facts).best, drawn[2]
    share = history.supply["packaging"].sum() * best("tsmc.cowos.price.2024") / (69.3e9 * 1.30)
    stated = Reader(facts).bounds("tsmc.packaging.share.2024")
    assert stated[0] / 2 < share < stated[2]


def test_results_and_guidance_of_quarters_agree_with_guidance_of_the_year(facts):
    """TSMC: 22.4-23.2 bn were guided in July, 26.1-26.9 bn in October."""
    best = Reader(facts).best
    quarters = best("tsmc.revenue.2024Q1") + best("tsmc.revenue.2024Q2") + 22.8e9 + 26.5e9
    year = sum(best(f"tsmc.revenue.2023Q{q}") for q in (1, 2, 3, 4)) * best("tsmc.growth.2024")
    assert quarters == pytest.approx(year, rel=0.02)


def test_units_times_price_of_amd_agree_with_its_guidance(facts, drawn):
    reader, history = Reader(facts), drawn[2]
    units = {c: history.units[list(CHIPS).index(c)].sum() for c in ("mi300x", "mi300a")}
    worth = units["mi300x"] + units["mi300a"] * reader.best("amd.price.mi300a")
    worth += older_units(reader).sum() * reader.best("amd.price.mi250x")
    worth *= reader.best("price.mi300x.2024")
    assert worth == pytest.approx(reader.best("amd.accelerators.2024"), rel=0.15)


@pytest.mark.parametrize(("maker", "key"), [("skhynix", "skhynix.revenue"),
                                            ("samsung", "samsung.memory")])  # fmt: skip
def test_results_in_won_agree_with_dollars_by_trendforce(facts, maker, key):
    best = Reader(facts).best
    for q in ("2024Q1", "2024Q2"):
        said = best(f"{key}.{q}") / best(f"won.{q}")
        table = best(f"{maker}.dram.{q}") + best(f"{maker}.nand.{q}")
        assert said == pytest.approx(table, rel=0.06), (maker, q)


# -- the gate --------------------------------------------------------------------------------
def _read(drawn, facts):
    reader = Reader(facts)
    revenue_rows(*drawn, reader, DRAWS, SEED)
    revenue_series(reader, drawn[2])
    return {name for name in reader.read if name in facts}


def test_every_claim_on_revenue_is_held_to_the_cut(drawn, facts):
    """Each in turn is planted late: known in mid-2025, or an outcome of 2025."""
    read = _read(drawn, facts)
    assert len(read) > 110
    late = dt.date(2025, 6, 30)
    for name in sorted(read):
        claim = facts[name]
        change = {"known_from": late}
        if claim.valid_to is not None:
            change |= {"valid_text": "2025Q1", "valid_from": dt.date(2025, 1, 1),
                       "valid_to": dt.date(2025, 3, 31)}  # fmt: skip
        elif claim.modality == "assumed" or claim.valid_text is None or claim.valid_text < "2025":
            change |= {"valid_text": "2025"}
        planted = Evidence([claim.model_copy(update=change) if c.claim_id == name else c
                            for c in facts.values()], facts.sources.values())  # fmt: skip
        reader = Reader(planted)
        with pytest.raises(InputError, match=rf"claim {re.escape(name)} may not be read"):
            revenue_rows(*drawn, reader, DRAWS, SEED)
            revenue_series(reader, drawn[2])


def test_company_results_end_with_june_2024(facts):
    """Beyond the tables of Epoch AI, no outcome of a later period is among the claims."""
    for claim in facts.values():
        if claim.modality in ("reported", "estimate") and claim.valid_to and claim.source_id and (
                not claim.source_id.startswith("epoch-") and claim.kind == "money"):  # fmt: skip
            assert claim.valid_to <= dt.date(2024, 6, 30), claim.claim_id


# -- rivals ----------------------------------------------------------------------------------
def test_rivals_of_revenue_add_the_quantiles_of_their_quarters(facts, drawn):
    reader, history = Reader(facts), drawn[2]
    table = rival_predictions(history, np.ones(len(CHIPS)), reader)
    table = table[table["metric"] == "revenue_usd"].set_index(["rival", "subject", "period"])
    assert len(table) == 2 * 16
    tsmc = [16.72e9, 15.68e9, 17.28e9, 19.62e9, 18.88e9, 20.82e9]
    for rival, rule in (("last_value", last_value), ("log_trend", log_trend)):
        expected = sum(rule(tsmc, steps) for steps in (3, 4, 5, 6))
        got = table.loc[rival, "tsmc", "2025"][["p05", "p25", "p50", "p75", "p95"]]
        assert got.to_numpy(dtype=float) == pytest.approx(expected, rel=1e-3)
    assert table.loc["last_value", "tsmc", "2025"]["p50"] == pytest.approx(4 * 20.82e9, rel=1e-3)


# -- keys and units of outcomes --------------------------------------------------------------
def _score(tmp_path, text):
    path = tmp_path / "outcomes.csv"
    path.write_text(text)
    return room.score_year(path, predictions=FROZEN, network=world())


@pytest.mark.parametrize(("spelled", "right"), [
    ("revenue_usd,TSMC,2025", "revenue_usd tsmc 2025"),
    ("revenue_usd,SK Hynix HBM,2025", "revenue_usd skhynix HBM 2025"),
    ("revenue_usd,micron memory,FY25", "revenue_usd micron memory FY2025"),
    ("units,NVIDIA,Q1 2025", "units nvidia 2025Q1"),
    ("packaging_wafers,google,3Q25", "packaging_wafers google 2025Q3"),
])  # fmt: skip
def test_another_spelling_of_a_key_is_read_as_what_it_says(tmp_path, spelled, right):
    metric, subject, period = spelled.split(",")
    found = _score(tmp_path, f"metric,subject,period,value\n{metric},{subject},{period},3e10\n")
    assert found.unused == ()
    cells = found.cells.drop_duplicates(["metric", "subject", "period"])
    assert " ".join(cells[["metric", "subject", "period"]].iloc[0]) == right
    # said twice, the first holds
    twice = f"metric,subject,period,value\n{spelled},2e10\n{spelled.lower()},3e10\n"
    if spelled.lower() != spelled:
        assert [one.nearest for one in _score(tmp_path, twice).unused] == [right]


@pytest.mark.parametrize(("wrong", "right"), [
    ("revenue_usd,tsmc,FY2025", "revenue_usd tsmc 2025"),
    ("revenue_usd,nvidia,2026", "revenue_usd nvidia FY2026"),
    ("revenue,amd,2025", "revenue_usd amd 2025"),
    ("units,intel,2025Q1", ""),
    ("revenue_usd,nvidia,FY2025", ""),
    ("zebra,amd,2025", ""),
])  # fmt: skip
def test_outcomes_that_are_not_used_are_told_with_the_nearest_key(tmp_path, wrong, right):
    found = _score(tmp_path, f"metric,subject,period,value\nunits,amd,2025,9e5\n{wrong},3e10\n")
    assert [one.nearest for one in found.unused] == [right]
    body = found.to_json()["unused"]
    assert body == [dict(zip(("metric", "subject", "period"), wrong.split(","), strict=True))
                    | {"nearest": right}]  # fmt: skip
    text = str(found)
    assert "1 of 2 outcomes were not used" in text and all(len(x) <= 80 for x in text.splitlines())
    assert (f"did you mean {right}?" in " ".join(text.split())) is bool(right)


def test_a_file_without_a_usable_row_is_an_error_that_names_the_keys(tmp_path):
    with pytest.raises(InputError) as told:
        _score(tmp_path, "metric,subject,period,value\nrevenue_usd,TSMC,FY2025,1e11\n")
    text = " ".join(str(told.value).split())
    assert "did you mean revenue_usd tsmc 2025" in text and "tsmc AI accelerators" in text


@pytest.mark.parametrize(("value", "unit", "warned"), [
    ("1.1e11", "USD", False), ("1.9e11", "USD", False), ("3.4e12", "", True),  # Taiwan dollars
    ("1.1e8", "", True), ("1.1e11", "TWD", True), ("110", "USD billion", True),
    ("1.1e11", "US$", False),
])  # fmt: skip
def test_a_slip_of_unit_is_told(tmp_path, value, unit, warned):
    found = _score(tmp_path, f"metric,subject,period,value,unit\nrevenue_usd,tsmc,2025,{value},"
                   f"{unit}\n")  # fmt: skip
    assert bool(found.unit_warnings) is warned
    assert found.to_json()["unit_warnings"] == list(found.unit_warnings)
    if warned:
        assert "the unit is USD" in found.unit_warnings[0] and "units in doubt" in str(found)


def test_the_page_lists_every_key():
    """Table of keys of the page: metric, subjects, periods, as the frozen file has them."""
    frozen = pd.read_csv(FROZEN, dtype={"period": str})
    page = (DOCS / "index.md").read_text()
    listed = set()
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[0].startswith("`") and cells[0].strip("`") in set(
                frozen["metric"]):  # fmt: skip
            for subject in re.findall(r"`([^`]+)`", cells[1]):
                for period in re.findall(r"`([^`]+)`", cells[2]):
                    listed.add((cells[0].strip("`"), subject, period, cells[3].strip("`")))
    assert listed == {tuple(row) for row in
                      frozen[["metric", "subject", "period", "unit"]].to_numpy()}  # fmt: skip
    assert keys_text(frozen).count("\n") == 1
