"""The hindcast given its supply: caps, monotony, units, and the network alone beside it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from waferway.atlas.world import world
from waferway.errors import InputError
from waferway.evidence.dated import shipped
from waferway.studies import hindcast as room
from waferway.studies.hindcast.admission import Reader
from waferway.studies.hindcast.files import lines_of
from waferway.studies.hindcast.history import DESIGNERS, PARTS, read_history
from waferway.studies.hindcast.leave_one_out import predict_quarter, read_priors
from waferway.studies.hindcast.network_content import content_of
from waferway.studies.hindcast.outlook import AHEAD
from waferway.studies.hindcast.supply import KINDS

USED = {"logic": "logic_wafers", "packaging": "packaging_wafers", "hbm": "hbm_usd"}
NUMBERS = ["p05", "p25", "p50", "p75", "p95"]
FACTOR = st.floats(0.02, 8.0)


@pytest.fixture(scope="module")
def net():
    return world()


@pytest.fixture(scope="module")
def history():
    return read_history(Reader(shipped("waferway.studies")))


def supply(grow=1.0, wide=0.1, **factors):
    """Supply of four quarters, 20 % more each than the last, times a factor by kind."""
    last = {"logic": 836571.0, "packaging": 117000.0, "hbm": 7.46e9}
    rows = {}
    for kind in KINDS:
        best = last[kind] * factors.get(kind, 1.0) * grow * 1.2 ** np.arange(4)
        for q, sign in (("p5", -1.0), ("p50", 0.0), ("p95", 1.0)):
            rows[f"{kind}_{q}"] = best * np.exp(sign * wide)
    return pd.DataFrame(rows, index=pd.Index(AHEAD, name="quarter"))


def of_all(table, metric):
    rows = table[(table["metric"] == metric) & (table["subject"] == "all")]
    return rows.set_index("period").loc[[*AHEAD, "2025"], NUMBERS].to_numpy()


@settings(max_examples=8, deadline=None, phases=[Phase.generate])
@given(FACTOR, FACTOR, FACTOR)
def test_nothing_is_used_beyond_a_supply_that_is_given(net, logic, packaging, hbm):
    told = supply(logic=logic, packaging=packaging, hbm=hbm)
    found = room.run(net, told, draws=400)
    for table in (found.predictions, found.network_alone):
        numbers = table[NUMBERS].to_numpy()
        assert np.all(np.diff(numbers, axis=1) >= 0) and np.all(numbers > 0)
        for kind, metric in USED.items():
            # the median of 400 draws of the supply lies within 4 standard errors of the stated
            most = told[f"{kind}_p50"].to_numpy() * np.exp(4 * 1.2533 * 0.1 / 1.645 / 20)
            assert np.all(of_all(table, metric)[:4, 2] <= most), metric


@settings(max_examples=8, deadline=None, phases=[Phase.generate])
@given(st.sampled_from(sorted(KINDS)), FACTOR, st.floats(1.05, 4.0), FACTOR)
def test_more_of_a_supply_never_gives_less(net, kind, factor, more, other):
    rest = dict.fromkeys(KINDS, other)
    low = room.run(net, supply(**(rest | {kind: factor})), draws=200)
    high = room.run(net, supply(**(rest | {kind: factor * more})), draws=200)
    for metric in (*USED.values(), "units", "compute_h100e"):
        ours = of_all(high.predictions, metric) / of_all(low.predictions, metric)
        # quantiles are rounded to four digits
        assert np.all(ours >= 1.0 - 1e-3), metric


def test_a_hundredth_of_the_logic_is_a_hundredth_of_the_chips(net):
    plenty, little = (room.run(net, supply(logic=x), draws=400).predictions for x in (1.0, 0.01))
    used = of_all(little, "logic_wafers")[:4, 2]
    assert used == pytest.approx(0.99 * supply(logic=0.01)["logic_p50"].to_numpy(), rel=0.03)
    assert np.all(of_all(little, "units")[3] < 0.25 * of_all(plenty, "units")[3])


def test_revenue_is_predicted_given_a_supply_too(net):
    found = room.run(net, supply(), draws=100)
    for table in (found.predictions, found.network_alone):
        assert "nvidia data centre" in set(table[table["metric"] == "revenue_usd"]["subject"])


def written(tmp_path, **scales):
    told = supply()
    rows = pd.DataFrame({"quarter": [f"Q{k} 2025" for k in range(1, 5)]})
    for kind, (name, _, _) in KINDS.items():
        for q in ("p5", "p50", "p95"):
            rows[f"{name}_{q}"] = told[f"{kind}_{q}"].to_numpy() * scales.get(kind, 1.0)
    path = tmp_path / "supply.csv"
    rows.to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    ("kind", "scale", "place", "says"),
    [("hbm", 1e-9, ":2:8 ", "US dollars a quarter"), ("hbm", 1e-6, ":2:8 ", "millions"),
     ("packaging", 1 / 3, ":2:6 ", "by month"), ("packaging", 6.0, ":2:6 ", "by year"),
     ("logic", 0.01, ":2:2 ", "836571")],
)  # fmt: skip
def test_a_supply_in_another_unit_is_refused_by_its_place(tmp_path, kind, scale, place, says):
    path = written(tmp_path, **{kind: scale})
    with pytest.raises(InputError) as told:
        room.read_supply(path)
    text = str(told.value)
    assert f"{path}{place}" in text and says in text and "--insist" in text
    taken = room.read_supply(path, insist=True)
    assert taken[f"{kind}_p50"].iloc[0] == pytest.approx(supply()[f"{kind}_p50"].iloc[0] * scale)


def test_the_right_supply_passes_and_lines_are_those_of_the_file(tmp_path):
    path = written(tmp_path)
    assert len(room.read_supply(path)) == 4
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], "", lines[1], "", *lines[2:]]) + "\n")
    assert lines_of(path) == [3, 5, 6, 7]
    path.write_text(path.read_text().replace("Q2 2025,", "Q2 2025,-"))
    with pytest.raises(InputError, match=r"supply\.csv:5:2 "):
        room.read_supply(path)


# -- the network alone -----------------------------------------------------------------------
def test_doubling_a_recipe_moves_the_network_alone_but_not_the_calibrated(net, history):
    """The fit takes a recipe back out again: only the network alone tests the recipes."""
    parts = net.table("recipe_item").copy()
    row = parts.index[(parts["recipe"] == "pack:b200") & (parts["role"] == "in")
                      & parts["item"].str.startswith("hbm")]  # fmt: skip
    parts.loc[row, "quantity_per_start"] *= 2.0
    doubled = net.with_tables({"recipe_item": parts})
    before, after = (room.leave_one_quarter_out(n, history) for n in (net, doubled))
    rows = ((before.frame["metric"] == "hbm") & (before.frame["designer"] == "nvidia")
            & (before.frame["quarter"] == "2024Q4"))  # fmt: skip

    def ratio(name):
        return float((after.frame[name] / before.frame[name])[rows].iloc[0])

    assert ratio("predicted") == pytest.approx(1.0, abs=1e-6)
    assert ratio("network_alone") > 1.1
    year = [room.run(n, draws=200) for n in (net, doubled)]
    moved = [of_all(y.network_alone, "hbm_usd")[4, 2] for y in year]
    same = [of_all(y.predictions, "hbm_usd")[4, 2] for y in year]
    assert moved[1] > 1.1 * moved[0] and same[1] == pytest.approx(same[0], rel=1e-3)


def test_factors_are_the_error_of_the_recipes_by_chip(net, history):
    """Each factor by hand: geometric mean of the outcome over wafers times content."""
    found = room.leave_one_quarter_out(net, history).factors
    content = content_of(net)
    assert set(found["component"]) == {"logic wafers", "HBM dollars", "packages sold", "lag"}
    used, wafers = history.parts["logic"][2], history.parts["packaging"][2]
    row = found[(found["component"] == "logic wafers") & (found["chip"] == "b200")].iloc[0]
    seen = used > 0
    assert row["factor"] == pytest.approx(
        np.exp(np.log(used[seen] / wafers[seen] / content.logic[2]).mean()))  # fmt: skip
    assert row["quarters"] == "2024Q3, 2024Q4"
    lag = found[found["component"] == "lag"].iloc[0]
    assert lag["factor"] == pytest.approx(82 / 91)


def test_the_network_alone_keeps_every_fitted_factor_at_one(net, history):
    """On a history that the recipes explain exactly the two forecasters agree."""
    content = replace(content_of(net), h200=np.zeros(4))
    wafers = history.parts["packaging"]
    exact = {"packaging": wafers, "logic": wafers * content.logic[:, None],
             "hbm": wafers * content.hbm[:, None]}  # fmt: skip
    priors = read_priors(Reader(shipped("waferway.studies")))
    for out in range(4):
        fitted, bare = (predict_quarter(replace(history, parts=exact), content, priors, out,
                                        calibrated=c)[0] for c in (True, False))  # fmt: skip
        for metric in PARTS:
            assert bare[metric] == pytest.approx(fitted[metric], rel=1e-9)


# -- what few cells can tell -----------------------------------------------------------------
def test_what_few_cells_cannot_tell_is_said(net, history):
    found = room.leave_one_quarter_out(net, history)
    rows = found.comparisons().set_index(["metric", "forecaster", "rival"])
    close = rows.loc[("packaging", "hindcast", "log trend")]
    assert close["won"] == 10 and close["cells"] == 16
    assert 0.5 < close["p_better"] < 0.75 and not close["distinguishable"]
    assert rows.loc[("all", "hindcast", "last value")]["distinguishable"]
    assert "not distinguishable" in str(found)
    by = found.designers("packaging")
    assert by.loc["google", "log trend"] < by.loc["google", "hindcast"]
    assert list(by.index) == list(DESIGNERS)


def test_the_chance_of_being_better_by_hand():
    from waferway.studies.hindcast.left_out import chance_better

    one, two = np.array([1.0, 1.0, 1.0]), np.array([2.0, 2.0, 2.0])
    assert chance_better(one, two, 1) == 1.0 and chance_better(two, one, 1) == 0.0
    # one cell of two is won: both drawn from it 1/4, from the other 1/4, medians 1.5 to 1.5 else
    assert chance_better(np.array([1.0, 2.0]), np.array([2.0, 1.0]), 1) == pytest.approx(
        0.5, abs=0.02)  # fmt: skip


def test_the_rows_of_the_check_agree_with_its_cells(net, history):
    found = room.leave_one_quarter_out(net, history)
    table = found.table()
    for metric in PARTS:
        part = found.frame[found.frame["metric"] == metric]
        off = np.abs(part["network_alone"] / part["outcome"] - 1.0)
        assert table.loc[(metric, "network alone"), "error"] == pytest.approx(np.median(off))
        assert table.loc[(metric, "hindcast"), "error"] == found.errors().loc[metric, "predicted"]
        assert 0 < table.loc[(metric, "network alone"), "score"] < 0.3
    assert found.to_json()["forecasters"][2]["score"] is None
