"""`waferway chips`: every verb once, and wrong calls with their whole error."""

from importlib.resources import files

import pytest

from tests.planning.small_networks import SETTINGS, chip_network, chip_tables
from waferway import chips as room
from waferway.network.network import Network
from waferway.network.reading import read
from waferway.network.writing import write

FOLDER = files("waferway.chips") / "designs"
H100, B200 = FOLDER / "h100-sxm.yaml", FOLDER / "b200.yaml"
FAST = ("--draws", "50")


def test_cost_prints_what_the_function_gives(waferway):
    found = waferway("chips", "cost", H100, "--year", "2025", *FAST, "--json")
    assert found.code == 0 and found.err == ""
    asked = room.cost(H100, 2025, draws=50)
    body = found.json()
    assert body["design"] == "h100-sxm" and body["when"] == "2025-07-01"
    assert body["rows"][-1]["usd"] == asked.total_usd
    assert body["tornado"][0]["parameter"] == asked.tornado_rows[0]["parameter"]


def test_cost_for_people_names_interval_and_claims(waferway):
    found = waferway("chips", "cost", H100, *FAST)
    assert found.code == 0
    for text in ("USD for one good package", "5 %", "95 %", "total", "carbon", "chips.hbm3.price"):
        assert text in found.out


def test_several_designs_are_one_object(waferway):
    found = waferway("chips", "cost", H100, B200, *FAST, "--no-tornado", "--json")
    assert [one["design"] for one in found.json()["designs"]] == ["h100-sxm", "b200"]


def test_a_node_and_a_day_reach_the_function(waferway):
    given = ("--node", "n3", "--year", "2026-03-01", "--draws", "0", "--no-tornado", "--json")
    body = waferway("chips", "cost", H100, *given).json()
    asked = room.cost(H100, "2026-03-01", node="n3", draws=0, tornado=False)
    assert (body["when"], body["rows"][-1]["usd"]) == ("2026-03-01", asked.total_usd)


def test_yield(waferway):
    body = waferway("chips", "yield", H100, *FAST, "--json").json()
    assert [row["part"] for row in body["rows"]] == ["gh100", "hbm3-16gb", "interposer"]
    found = waferway("chips", "yield", H100, *FAST)
    assert found.code == 0 and "good/wafer" in found.out and "package yield" in found.out


def test_compute(waferway):
    given = ("--fleet", "512", "--usd-per-hour", "2", "--json")
    body = waferway("chips", "compute", H100, *given).json()
    assert body["equivalents"]["h100e-16bit-dense"] == 1
    measures = [row["measure"] for row in body["rows"]]
    assert "training, 512 chips" in measures and "training, 256 chips" not in measures
    assert any(measure.startswith("cost of") for measure in measures)
    found = waferway("chips", "compute", H100)
    assert found.code == 0 and "token/s" in found.out


def test_compile(waferway):
    years = ("--year", "2026", "--year", "2027")
    body = waferway("chips", "compile", H100, *years, *FAST, "--json").json()
    assert body["years"] == [2026, 2027]
    assert "pack:h100-sxm" in [row["name"] for row in body["tables"]["recipe"]]
    found = waferway("chips", "compile", H100, *FAST)
    assert found.code == 0 and "die:gh100" in found.out and "claims stand under" in found.out


def test_compile_adds_recipes_to_a_network(waferway, tmp_path):
    tables = chip_tables()
    for name, kind in (("n5", "logic"), ("hbm-tsv", "hbm"), ("dram", "dram")):
        tables["technology"].append({"name": name, "capacity_unit": f"wafer:{kind}/month"})
        tables["line"].append({"name": f"line-{name}", "party": "fab", "technology": name})
    ready = Network.build(tables, SETTINGS)
    write(ready, tmp_path / "net")
    given = ("--draws", "0", "--add-to", tmp_path / "net", "--out", tmp_path / "more")
    found = waferway("chips", "compile", H100, *given)
    assert (found.code, found.err) == (0, f"wrote {tmp_path / 'more'}\n")
    assert "pack:h100-sxm" in read(tmp_path / "more").table("recipe").index
    found = waferway("chips", "compile", H100, *given)
    assert found.code == 2 and "exists" in found.err


def test_compile_writes_no_network_that_cannot_be_read(waferway, tmp_path):
    write(chip_network(), tmp_path / "net")
    given = ("--draws", "0", "--add-to", tmp_path / "net", "--out", tmp_path / "more")
    found = waferway("chips", "compile", H100, *given)
    assert found.code == 2 and found.out == ""
    assert 'recipe "die:gh100": no line can run it: none has n5' in found.err
    assert 'recipe "stack:hbm3-16gb": no line can run it: none has hbm-tsv' in found.err
    assert found.err.endswith("2 faults; nothing was written.\n")
    assert not (tmp_path / "more").exists()
    found = waferway("chips", "compile", H100, "--add-to", tmp_path / "net")
    assert (found.code, found.err) == (
        2, "--add-to NETWORK and --out PATH go together; give both or neither\n"
    )  # fmt: skip


def test_compare(waferway):
    body = waferway("chips", "compare", H100, B200, *FAST, "--json").json()
    assert [row["design"] for row in body["rows"]] == ["h100-sxm", "b200"]
    found = waferway("chips", "compare", H100, B200, *FAST)
    assert found.code == 0 and "usd_per_h100e-16bit-dense" in found.out


@pytest.mark.parametrize("verb", ["cost", "yield", "compute", "compile", "compare"])
def test_all_missing_files_are_named_at_once(waferway, tmp_path, verb):
    (tmp_path / "mine.yaml").write_text("name: mine\n", encoding="utf-8")
    first, second = tmp_path / "mime.yaml", tmp_path / "other.yaml"
    found = waferway("chips", verb, first, second)
    assert found.code == 2 and found.out == ""
    assert f"{first}  there is no such file" in found.err
    assert f"{second}  there is no such file" in found.err
    assert "did you mean mine.yaml?" in found.err
    closing = "no number was computed"
    assert found.err.endswith(f"2 faults; {closing}.\n")


def test_faults_of_a_design_have_line_and_column(waferway, tmp_path):
    broken = tmp_path / "broken.yaml"
    text = H100.read_text(encoding="utf-8").replace("node: n4", "noode: n4")
    broken.write_text(text, encoding="utf-8")
    found = waferway("chips", "cost", broken)
    assert found.code == 2
    line = text.splitlines().index("    noode: n4") + 1
    assert f"{broken}:{line}:5  dies[0].noode is not a key of a die" in found.err
    assert "did you mean node?" in found.err


def test_wrong_arguments(waferway):
    found = waferway("chips", "cost", H100, "--year", "20x5")
    assert (found.code, found.err) == (
        2, '"20x5" is not a period; write 2025, 2025H1, 2025Q1 or 2025-03\n'
    )  # fmt: skip
    found = waferway("chips", "cost", H100, "--year", "0000")
    assert found.code == 2 and "leaves the calendar" in found.err
    found = waferway("chips", "compile", H100, "--detail", "fulll")
    assert (found.code, found.err) == (2, "detail is 'fulll'; known: network, full\n")
    found = waferway("chips", "cost")
    assert found.code == 2 and "Missing argument" in found.err
    found = waferway("chips", "cots", H100)
    assert found.code == 2 and "cost" in found.err
    found = waferway("chips", "cost", H100, "--draws", "-1")
    assert found.code == 2 and "--draws" in found.err
