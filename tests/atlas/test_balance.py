"""Balancing: worked examples, a slow twin, smallest conflicts, and the atlas against its totals."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import waferway as ww
from tests.reference import balance_twin
from waferway.atlas.audit import audit
from waferway.atlas.balance import Balance, balance, cell_of, read_identities
from waferway.atlas.balancing import Balanced, Cell, Identity, Term, balance_cells
from waferway.cli.commands import app
from waferway.errors import InputError, RangeError
from waferway.evidence.claims import Claim
from waferway.network.checking import check
from waferway.network.network import Network


def linear(name: str, *terms: tuple[float, str], sense: str = "=", tolerance: float = 0.0,
           constant: float = 0.0) -> Identity:  # fmt: skip
    parts = [Term(c, ((n, 1.0),)) for c, n in terms]
    parts += [Term(constant, ())] if constant else []
    return Identity(name, "I1", name, tuple(parts), sense, tolerance)


Problem = tuple[list[Cell], list[Identity]]


def values(found: Balanced) -> dict[str, float]:
    return dict(zip(found.cells["name"], found.cells["balanced"], strict=True))


# -- worked examples of the specification ---------------------------------------------------------


def test_cowos_of_the_last_quarter_of_2024() -> None:
    """117k a quarter [105, 129] (Epoch AI) with 35-40k a month (TrendForce): 113.8k."""
    found = balance_cells(
        [Cell("quarter", 105, 117, 129), Cell("month", 35, 37.5, 40)],
        [linear("same", (1, "quarter"), (-3, "month"))],
    )
    at = values(found)
    assert at["quarter"] == pytest.approx(113.764, abs=1e-3)  # (117/144 + 112.5/56.25) / (...)
    assert at["quarter"] == pytest.approx(3 * at["month"])
    assert found.identities["before"].item() == pytest.approx(4.5)
    assert found.identities["after"].item() == pytest.approx(0, abs=1e-6)
    assert found.cells["move"].tolist() == pytest.approx([-0.2697, 0.1685], abs=1e-3)


def hbm() -> tuple[list[Cell], list[Identity]]:
    cells = [Cell("samsung", 120, 130, 130), Cell("sk hynix", 120, 122.5, 125),
             Cell("micron", 20, 22.5, 25), Cell("total", 245, 250, 255)]  # fmt: skip
    names = ("samsung", "sk hynix", "micron")
    return cells, [linear("hbm", *((1, n) for n in names), (-1, "total"))]


def test_hbm_at_the_end_of_2024_cannot_be_balanced() -> None:
    """120-130, 120-125, 20-25 against 250: all four clash, and the total may leave Micron out."""
    cells, identities = hbm()
    found = balance_cells(cells, identities)
    assert values(found) == {c.name: c.value for c in cells}  # nothing is repaired in silence
    assert found.identities["status"].item() == "conflict"
    (clash,) = found.conflicts
    assert set(clash.cells) == {c.name for c in cells}
    assert clash.shortfall == pytest.approx(5)
    assert clash.doubts[0]["leaves_out"] == "micron"
    assert [d["leaves_out"] for d in clash.doubts if "leaves_out" in d] == ["micron"]
    needed = {d["cell"]: d["needed"] for d in clash.doubts if "cell" in d}
    assert needed == pytest.approx(
        {"total": 260, "samsung": 115, "sk hynix": 115, "micron": 15}, abs=1e-3
    )


def test_money_of_the_third_fiscal_quarter() -> None:
    """27.66 bn x 88 % / 831,881 is $29.3k an H100, inside 23-30k."""
    cells = [
        Cell("revenue", 27.655e9, 27.66e9, 27.665e9),
        Cell("share", 0.875, 0.88, 0.885),
        Cell("units", 831_880.5, 831_881, 831_881.5),
        Cell("price", 23_000, 26_268, 30_000),
    ]
    money = Identity("money", "I6", "", (
        Term(1, (("revenue", 1.0), ("share", 1.0))), Term(-1, (("units", 1.0), ("price", 1.0))),
    ))  # fmt: skip
    at = values(balance_cells(cells, [money]))
    assert at["price"] == pytest.approx(29_260, rel=2e-3)
    assert at["revenue"] * at["share"] == pytest.approx(at["units"] * at["price"], rel=1e-9)
    assert pytest.approx(29_260, abs=1) == 27.66e9 * 0.88 / 831_881


def test_fiscal_quarters_make_the_calendar_quarter() -> None:
    """680,302 x 28/91 + 831,881 x 64/91 = 794,383 (the published calendar value)."""
    cells = [Cell("q2", 680_301.5, 680_302, 680_302.5), Cell("q3", 831_880.5, 831_881, 831_881.5),
             Cell("calendar", 665_518, 794_383, 934_698)]  # fmt: skip
    found = balance_cells(
        cells, [linear("days", (28 / 91, "q2"), (64 / 91, "q3"), (-1, "calendar"))]
    )
    assert values(found)["calendar"] == pytest.approx(794_383, abs=0.5)


# -- the slow twin --------------------------------------------------------------------------------

sizes = st.floats(0.5, 100)


@st.composite
def cell_lists(draw: st.DrawFn, least: int = 2, most: int = 5) -> list[Cell]:
    out = []
    for k in range(draw(st.integers(least, most))):
        value, below, above = draw(sizes), draw(st.floats(0.02, 0.4)), draw(st.floats(0.02, 0.4))
        group = draw(st.sampled_from(["", "g"]))
        out.append(Cell(f"c{k}", value * (1 - below), value, value * (1 + above), group))
    return out


@st.composite
def problems(draw: st.DrawFn, *, products: bool = False) -> tuple[list[Cell], list[Identity]]:
    cells = draw(cell_lists())
    identities = []
    for k in range(draw(st.integers(1, 2))):
        some = draw(
            st.lists(st.sampled_from(cells), min_size=2, max_size=4, unique_by=lambda c: c.name)
        )
        # Residual at the claimed values is taken away in part, so that most can be balanced.
        if products and len(some) > 2:
            a, b, *rest = some
            terms = [Term(1.0, ((a.name, 1.0), (b.name, draw(st.sampled_from([1.0, -1.0])))))]
            terms += [Term(draw(st.floats(0.2, 3)), ((c.name, 1.0),)) for c in rest]
        else:
            terms = [Term(draw(st.floats(0.2, 3)), ((c.name, 1.0),)) for c in some]
        at = {c.name: c.value * draw(st.floats(0.93, 1.07)) for c in cells}
        goal = Identity("", "", "", tuple(terms)).at(at)
        sense = draw(st.sampled_from(["=", "=", "<="]))
        identities.append(Identity(f"i{k}", "I1", "", (*terms, Term(-goal, ())), sense,
                                   draw(st.sampled_from([0.0, 0.01 * abs(goal)]))))  # fmt: skip
    return cells, identities


@settings(max_examples=60, deadline=None)
@given(problems())
def test_linear_identities_agree_with_the_twin(problem: tuple[list[Cell], list[Identity]]) -> None:
    cells, identities = problem
    found = balance_cells(cells, identities)
    assert bool(found.conflicts) != balance_twin.possible(cells, identities)
    slow = balance_twin.adjust(cells, identities, 0.5)
    if found.conflicts or slow is None:
        return
    at, objective = slow
    assert found.objective <= objective * (1 + 1e-5) + 1e-7
    for c in cells:
        assert values(found)[c.name] == pytest.approx(at[c.name], abs=2e-3 * c.half)
    for one in identities:
        size = sum(abs(t.coefficient) for t in one.terms)
        assert one.at(values(found)) <= one.tolerance + 1e-6 * size
        assert one.sense == "<=" or one.at(values(found)) >= -one.tolerance - 1e-6 * size


@settings(max_examples=40, deadline=None)
@given(problems(products=True))
def test_products_agree_with_the_twin(problem: tuple[list[Cell], list[Identity]]) -> None:
    cells, identities = problem
    found = balance_cells(cells, identities)
    slow = balance_twin.adjust(cells, identities, 0.5)
    assume(slow is not None and not found.conflicts)
    assert slow is not None
    assert found.objective <= slow[1] * (1 + 1e-4) + 1e-6
    for one in identities:
        assert one.sense == "<=" or abs(one.at(values(found))) <= one.tolerance + 1e-5 * 300


def test_a_product_that_bends_away_is_a_conflict_and_no_failure() -> None:
    """c0 x c1 + c2 = 31 with c2 at least 31: found by a draw of the test above."""
    cells = [Cell("c0", 0.75, 1.0, 1.25), Cell("c1", 0.75, 1.0, 1.25), Cell("c2", 31.0, 32.0, 40.0)]
    terms = (
        Term(1.0, (("c0", 1.0), ("c1", 1.0))), Term(1.0, (("c2", 1.0),)), Term(-31.0, ()),
    )  # fmt: skip
    found = balance_cells(cells, [Identity("i0", "I1", "", terms, "=", 0.0, "")])
    assert [one.cells for one in found.conflicts] == [("c0", "c1", "c2")]


def _far(claimed: list[Cell], coefficients: tuple[float, float], goal: float) -> Problem:
    rule = linear("i0", *zip(coefficients, ("c0", "c1"), strict=True), constant=-goal / 1.9)
    return claimed, [rule]


@settings(max_examples=40, deadline=None)
@given(problems())
# A cell must be able to leave its bounds by far: 513 of 0.5, and 842 of 0.4, were needed.
@example(_far([Cell("c0", 38.25, 51, 54.19), Cell("c1", 0.375, 0.5, 0.512)], (3, 0.25), 290.94))
@example(_far([Cell("c0", 0.375, 0.5, 0.515625), Cell("c1", 49.5, 66, 82.5)], (0.25, 3), 376.4375))
def test_a_conflict_is_the_smallest(problem: tuple[list[Cell], list[Identity]]) -> None:
    """It clashes by itself; without any one claim or rule of it, the rest does not."""
    cells, identities = problem
    far = [
        Identity(o.name, o.kind, "", (*o.terms[:-1], Term(o.terms[-1].coefficient * 1.9, ())), "=")
        for o in identities
    ]
    table = {c.name: c for c in cells}
    for clash in balance_cells(cells, far).conflicts:
        rules = [o for o in far if o.name in clash.identities]
        wide = {n: Cell(n, 0.0, c.value, 1e6) for n, c in table.items()}

        def mixed(bound: set[str], wide: dict[str, Cell] = wide) -> list[Cell]:
            return [c if c.name in bound else wide[c.name] for c in cells]

        assert not balance_twin.possible(mixed(set(clash.cells)), rules)
        for name in clash.cells:
            assert balance_twin.possible(mixed(set(clash.cells) - {name}), rules)
        for gone in rules:
            rest = [o for o in rules if o is not gone]
            assert not rest or balance_twin.possible(mixed(set(clash.cells)), rest)


@settings(max_examples=30, deadline=None)
@given(cell_lists(3, 5), st.floats(0.95, 1.05))
def test_multipliers_are_slopes_of_the_objective(cells: list[Cell], share: float) -> None:
    """One more on the right side changes the objective by the multiplier (finite differences)."""
    cells = [Cell(c.name, c.low, c.value, c.high) for c in cells]
    goal = sum(c.value for c in cells) * share

    def solved(total: float) -> Balanced:
        return balance_cells(cells, [linear("sum", *((1, c.name) for c in cells), constant=-total)])

    step = 1e-4 * goal
    here, more, less = solved(goal), solved(goal + step), solved(goal - step)
    assume(not here.conflicts and not more.conflicts and not less.conflicts)
    assume(not here.cells["at_bound"].any() and not more.cells["at_bound"].any())
    assume(not less.cells["at_bound"].any())
    slope = (more.objective - less.objective) / (2 * step)
    assert here.identities["multiplier"].item() == pytest.approx(slope, rel=1e-3, abs=1e-6)


def test_a_group_moves_together() -> None:
    """Correlated cells share a move that only one of them needs."""
    free = [Cell("a", 90, 100, 110), Cell("b", 90, 100, 110)]
    tied = [Cell("a", 90, 100, 110, "g"), Cell("b", 90, 100, 110, "g")]
    rule = [linear("a", (1, "a"), constant=-104)]
    assert values(balance_cells(free, rule)) == pytest.approx({"a": 104, "b": 100})
    pulled = [
        linear("a", (1, "a"), constant=-104),
        linear("b", (1, "b"), sense="<=", constant=-200),
    ]
    assert values(balance_cells(tied, pulled, correlation=0.8)) == pytest.approx(
        {"a": 104, "b": 103.2}  # the mean of b given a: correlation x move
    )


def test_what_is_wrong_is_said() -> None:
    good = Cell("a", 0, 1, 2)
    for cells, rules in (
        ([good, good], []), ([Cell("a", 2, 1, 0)], []), ([Cell("a", 0, 3, 2)], []),
        ([good], [linear("x", (1, "b"))]), ([good], [linear("x", (1, "a"), sense=">")]),
    ):  # fmt: skip
        with pytest.raises(RangeError):
            balance_cells(cells, rules)
    with pytest.raises(RangeError):
        balance_cells([good], [], correlation=1.0)


# -- the atlas ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def net() -> Network:
    return ww.world()


@pytest.fixture(scope="module")
def found(net: Network) -> Balance:
    return balance(net)


def test_every_kind_of_identity_is_stated(found: Balance) -> None:
    assert set(found.result.identities["kind"]) == {f"I{k}" for k in range(1, 9)}
    assert found.unstated == {}
    assert len(found.result.identities) == len(read_identities())


def test_the_atlas_is_balanced_but_for_three_known_conflicts(found: Balance) -> None:
    assert {c.identities for c in found.conflicts} == {
        ("hbm-2024",), ("hbm-2025",), ("hbm-dram-2024",),
    }  # fmt: skip
    frame = found.result.identities.set_index("name")
    cells = found.result.cells.set_index("name")
    claimed = cells["value"].to_dict()
    for one in read_identities():
        size = sum(abs(slope) * claimed[n] for n, slope in one.slope(claimed).items())
        if frame.at[one.name, "status"] == "balanced":
            assert abs(frame.at[one.name, "after"]) <= 1e-8 * size, one.name
    assert (cells["move"].abs() <= 1.0 + 1e-9).any()
    inside = (cells["balanced"] >= cells["low"] - 1e-6 * cells["high"].abs()) & (
        cells["balanced"] <= cells["high"] * (1 + 1e-6) + 1e-9
    )
    assert inside.all()


def test_the_worked_examples_hold_on_the_claims_of_the_atlas(found: Balance) -> None:
    cells = found.result.cells.set_index("name")
    assert cells.at["epoch.price.h100.2024", "balanced"] < 30_000
    clash = next(c for c in found.conflicts if c.identities == ("hbm-2024",))
    assert set(clash.cells) == {"hbm-012", "hbm-013", "hbm-014.range", "hbm-018.wafers"}
    says = found.says(clash)
    assert "may leave line.micron-tsv out" in says
    assert "hbm-018.wafers would have to be 260,000 (+4.0%)" in says
    share = next(c for c in found.conflicts if c.identities == ("hbm-dram-2024",))
    assert set(share.cells) == {"hbm-018", "hbm-031", "hbm-018.wafers"}  # 1.79 M against 2.07 M


def test_the_balanced_network_is_one_and_stays_cited(net: Network, found: Balance) -> None:
    balanced = found.balanced_network()
    assert check(balanced) == []
    report = audit(balanced)
    assert report.passed, str(report)[:500]
    assert balanced.applied == ("balanced",)
    rows = balanced.table("profile").set_index(["table", "key", "column", "period"])["value"]
    old = net.table("profile").set_index(["table", "key", "column", "period"])["value"]
    where = ("line", "tsmc-cowos", "capacity", "2024Q3")
    cells = found.result.cells.set_index("name")
    factor = cells.at["epoch.cowos-supply.2024Q3", "balanced"] / 99_000
    assert rows[where] / old[where] == pytest.approx(factor)
    name = "epoch.cowos-supply.2024Q3.balanced"
    assert "cowos-2024Q3" in balanced.evidence[name].method
    assert net == ww.world()


def test_a_view_of_an_earlier_day_says_what_it_cannot_state() -> None:
    early = balance(ww.world(known="2024-01-31"))
    assert "cowos-2024Q3" in early.unstated and early.unstated["cowos-2024Q3"].startswith("nothing")
    assert "korea-parts" in set(early.result.identities["name"])


def test_two_runs_are_the_same(net: Network, found: Balance) -> None:
    again = balance(net)
    assert json.dumps(again.to_json()) == json.dumps(found.to_json())


def test_the_verb(found: Balance) -> None:
    run = CliRunner().invoke(app, ["atlas", "balance", "--json"])
    assert run.exit_code == 1  # not everything can be had together
    assert json.loads(run.stdout) == json.loads(json.dumps(found.to_json()))
    text = CliRunner().invoke(app, ["atlas", "balance"]).stdout
    assert "These 4 claims cannot be had together" in text
    assert max(len(line) for line in text.splitlines() if "claims" not in line) < 250


def test_bounds_of_a_claim(net: Network) -> None:
    del net
    made = {"subject": "s", "metric": "m", "kind": "count", "unit": "1", "modality": "estimate",
            "grade": "C", "method": "hand", "form": "point"}  # fmt: skip
    for text, half in (("14", 0.35), ("250000", 5000), ("99", 0.5), ("0.25", 0.005), ("1e3", 25)):
        assert cell_of(Claim(claim_id="c", value=text, **made)).half == pytest.approx(half)
    quantiles = made | {"form": "quantiles", "p05": 1, "p50": 2, "p95": 4}
    cell = cell_of(Claim(claim_id="c", **quantiles))
    assert (cell.low, cell.value, cell.high) == (1, 2, 4)


def test_declared_identities_with_faults(tmp_path) -> None:
    (tmp_path / "identity.csv").write_text(
        "identity,kind,title,unit,sense,tolerance,constant\na,I1,A,w,=,0,\nb,I1,B,w,=,0,\n"
    )
    (tmp_path / "term.csv").write_text(
        "identity,term,coefficient,claim_id,power\na,1,1,x,1\na,1,2,y,1\naa,1,1,x,1\na,2,one,x,1\n"
    )
    with pytest.raises(InputError) as error:
        read_identities(tmp_path)
    text = str(error.value)
    for part in ("two coefficients", '"aa" is no identity', "did you mean a?", "are numbers",
                 "identity b has no terms"):  # fmt: skip
        assert part in text
