"""Design files: what is read, and every fault at its line and column, in one go."""

import re
from importlib.resources import files

import pytest

from waferway import chips
from waferway.chips.design import check_design
from waferway.chips.design_file import KEYS, design_schema, parse_design, read_design
from waferway.chips.state import tech_state
from waferway.errors import InputError, RangeError


def faults_of(text, file="chip.yaml"):
    with pytest.raises(InputError) as caught:
        parse_design(text, file)
    return caught.value


def test_units_are_read(small_text):
    design = parse_design(small_text.replace("width_mm: 10", "width_mm: 1 cm", 1))
    assert design.dies[0].width_mm == 10.0
    assert design.place("dies[0].width_mm").line == 4


def test_every_fault_in_one_go():
    text = """\
name: broken
dies:
  - {name: core, nod: n5, width_mm: -10, height_mm: 10 kg, count: two}
  - {name: core, node: n5, width_mm: 10, height_mm: 10, count: 0, yield_model: poison}
package: {kind: flip-chip, substrate: {width_mm: 20}, ordr: chip-last}
tests: [probe, finall]
compute: {dense_flops: {fp7: 1 Tflop/s}}
"""
    found = [(f.place.line, f.place.column, f.what) for f in faults_of(text).faults]
    assert found == [
        (3, 5, "dies[0].node is missing"),
        (3, 18, "dies[0].nod is not a key of a die"),
        (3, 37, "width_mm is -10"),
        (3, 53, "dies[0].height_mm: kg does not mix with mm"),
        (3, 67, 'dies[0].count: "two" is not a quantity'),
        (4, 12, 'two dies are called "core"'),
        (4, 64, "count is 0"),
        (4, 80, '"poison" is not a yield model'),
        (5, 39, "package.substrate.height_mm is missing"),
        (5, 55, "package.ordr is not a key of a package"),
        (6, 16, '"finall" is not a test'),
        (7, 30, '"fp7" is not a number format'),
    ]
    text = str(faults_of(text))
    for suggestion in ("node?", "poisson?", "order?", "final?", "write node: ..."):
        assert suggestion in text
    assert text.endswith("12 faults; no chip was read.")


def kinds(error):
    return {fault.kind for fault in error.faults}


def on_a_day(text, year=2024):
    with pytest.raises(InputError) as caught:
        chips.cost(parse_design(text, "chip.yaml"), year)
    return caught.value


def test_a_die_beyond_the_reticle(small_text):
    error = on_a_day(small_text.replace("width_mm: 10", "width_mm: 34", 1))
    assert kinds(error) == {"reticle"}
    fault = error.faults[0]
    assert (fault.place.file, fault.place.line) == ("chip.yaml", 4)
    assert "beyond the reticle" in fault.what and "26 x 33" in fault.why
    turned = small_text.replace("width_mm: 10", "width_mm: 33", 1)
    assert chips.cost(parse_design(turned), 2024, draws=0, tornado=False).total_usd > 0
    stitched = small_text.replace("width_mm: 10", "stitched: true, width_mm: 34", 1)
    assert chips.cost(parse_design(stitched), 2024, draws=0, tornado=False).total_usd > 0


def test_more_memory_than_the_edge_holds(shipped_design):
    from dataclasses import replace

    h100 = shipped_design("h100-sxm")
    crowded = replace(h100, memory=(replace(h100.memory[0], stacks=8, dummy_stacks=0),))
    with pytest.raises(InputError) as caught:
        chips.cost(crowded, 2024)
    assert "edge" in kinds(caught.value)
    assert "hold 6 stacks" in str(caught.value)


def test_a_node_without_a_price_in_that_year(small_text):
    error = on_a_day(small_text.replace("node: n5", "node: n2"), 2022)
    assert "node:n2 has no wafer_price on 2022-07-01" in str(error)
    assert "2025-07-01" in str(error)
    with pytest.raises(InputError):
        chips.yield_(parse_design(small_text.replace("node: n5", "node: n2")), 2022)
    with pytest.raises(InputError):
        chips.compute(parse_design(small_text.replace("node: n5", "node: n2")), 2022)
    with pytest.raises(InputError):
        chips.compile(parse_design(small_text.replace("node: n5", "node: n2")), year=2022)


def test_unknown_names_get_the_nearest(small_text):
    error = on_a_day(small_text.replace("node: n5", "node: N-5"))
    assert "did you mean n5?" in str(error)
    error = on_a_day(small_text.replace("flip-chip", "flipchip"))
    assert "did you mean flip-chip?" in str(error)
    with pytest.raises(InputError, match=r"did you mean n3\?"):
        chips.cost(parse_design(small_text), 2024, node="N3")


def test_faults_of_several_kinds_are_raised_together(small_text):
    text = small_text.replace("node: n5, width_mm: 10", "node: n55, width_mm: 40", 1)
    assert kinds(on_a_day(text)) >= {"reticle", "unknown-name"}


def test_negative_areas_and_other_values(small_text):
    for old, new in (
        ("height_mm: 10", "height_mm: -3"),
        ("height_mm: 10", "height_mm: 0"),
        ("height_mm: 10", "height_mm: nan"),
        ("height_mm: 10", "height_mm: 5-6 mm"),
        ("width_mm: 20", "width_mm: -20"),
        ("height_mm: 10", "height_mm: 10, modules_mm2: {a: 60, b: 60}"),
        ("height_mm: 10", "height_mm: 10, modules_mm2: {a: -1}"),
    ):
        assert len(faults_of(small_text.replace(old, new, 1)).faults) == 1
    shares = small_text.replace(
        "height_mm: 10}",
        "height_mm: 10, blocks: [{name: a, count: 4, needed: 5, area_share: 1.4}]}",
    )
    assert len(faults_of(shares).faults) == 3


def test_unknown_formats(small_text, tmp_path):
    error = faults_of(small_text.replace("waferway-chip/1", "waferway-chip/9"))
    assert kinds(error) == {"unknown-format"}
    other = tmp_path / "chip.toml"
    other.write_text(small_text)
    for path in (other, tmp_path / "absent.yaml"):
        with pytest.raises(InputError):
            read_design(path)
    (tmp_path / "latin.yaml").write_bytes(b"name: caf\xe9")
    with pytest.raises(InputError, match="not UTF-8"):
        read_design(tmp_path / "latin.yaml")
    assert "not YAML" in str(faults_of("name: [1, 2"))
    assert "empty" in str(faults_of(""))
    assert "must have keys" in str(faults_of("- a\n- b\n"))
    assert kinds(faults_of(small_text + "name: twice\n")) == {"duplicate-key"}


def test_sparse_rates_are_refused(small_text):
    text = small_text + "compute: {dense_flops: {bf16: 989 Tflop/s, fp8: 3958 Tflop/s}}\n"
    with pytest.raises(InputError, match="sparse"):
        chips.compute(parse_design(text), 2024)


SHIPPED = sorted(p.stem for p in (files("waferway.chips") / "designs").iterdir())


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_design_is_priced_computed_and_compiled(shipped_design, name):
    design = shipped_design(name)
    assert design.name == name
    year = 2026 if any(memory.kind == "hbm4" for memory in design.memory) else 2024
    assert not len(check_design(design, tech_state(year)))
    cost = chips.cost(design, year, draws=0, tornado=False)
    assert 500 < cost.total_usd < 20_000
    memory = cost.to_frame().set_index("component").loc["memory", "usd"]
    assert 5 < memory / design.memory_gb < 25
    worth = chips.compute(design, year).equivalents
    assert max(weight or 0 for weight in worth.values()) > 0.09
    compiled = chips.compile(design, year=year, draws=0)
    assert compiled.total_usd == pytest.approx(cost.total_usd, rel=1e-9)


def test_schema_and_reader_have_the_same_keys():
    schema = design_schema()
    assert set(schema["properties"]) == set(KEYS["design"])
    assert set(schema["properties"]["dies"]["items"]["properties"]) == set(KEYS["die"])


def test_no_number_is_returned_beside_a_fault(small_text):
    error = on_a_day(small_text.replace("node: n5", "node: n2"), 2022)
    assert re.search(r"\d+ faults?; no number was computed\.$", str(error))


def test_a_missing_key_has_a_reason_in_a_sentence():
    faults = {f.what: f.why for f in faults_of("name: x\ndies: [{name: a}]\n").faults}
    assert (
        faults["package is missing"] == "every design states its package: how the parts are joined"
    )
    assert faults["dies[0].node is missing"].startswith("every die states its node: ")
    wrong = {f.what: f.why for f in faults_of("name: x\ndies: 3\n").faults}
    assert wrong["dies must be a list"] == "it states: kinds of die"


def test_a_year_before_chips_is_one_error_and_one_between_claims_says_from_when(small_text):
    with pytest.raises(RangeError, match=r"1880-07-01 lies before .*ask for a later year"):
        chips.cost(parse_design(small_text), 1880)
    error = on_a_day(small_text, 2003)
    assert "claims give it from " in str(error) and " on" in str(error)
    assert "ask for a day from 20" in str(error) and "to now" not in str(error)
