"""`waferway demand`: the fan, its JSON, wrong calls."""

from waferway.demand import fan

FEW = ("--paths", "40", "--until", "2026Q4")


def test_demand_prints_the_fan(waferway):
    found = waferway("demand", *FEW)
    assert found.code == 0 and found.err == ""
    assert "2026Q4" in found.out and "p95" in found.out
    assert all(len(line) <= 80 for line in found.out.splitlines())


def test_demand_as_json_is_what_the_function_gives(waferway):
    body = waferway("demand", *FEW, "--party", "google", "--segment", "inference", "--json").json()
    asked = fan(until="2026Q4", paths=40).quantiles("google", "inference")
    assert body["quarters"][-1]["p50"] == asked["p50"].iloc[-1]
    assert body["party"] == "google" and body["segment"] == "inference"
    assert body["manifest"]["paths"] == 40
    assert {row["forecast"] for row in body["forecasts"]} >= {"ai-2027", "jpmorgan-2023-08"}


def test_demand_draws_its_fan_and_tells_what_serving_is_worth(waferway, tmp_path):
    picture = tmp_path / "fan.svg"
    found = waferway("demand", *FEW, "--party", "openai", "--picture", picture)
    assert found.code == 0 and "fan.svg" in found.err
    drawn = picture.read_text()
    assert "<svg" in drawn and "million a quarter" in drawn and "2026" in drawn
    assert "nine in ten paths" in drawn and "median" in drawn and "Openai would buy" in drawn
    whole = tmp_path / "whole.svg"
    assert waferway("demand", "--paths", "40", "--picture", whole).code == 0
    drawn = whole.read_text()
    for shown in ("sales, observed", "epoch-2024-08", "waferway-hindcast", "The world would buy"):
        assert drawn.count(shown) >= 1, shown
    assert drawn.index("The world would buy", drawn.index("</title>")) > 0  # seen, not only said
    assert waferway("demand", *FEW, "--picture", picture).code == 2  # it exists
    found = waferway("demand", "--worth", "2026")
    assert found.code == 0 and "rental" in found.out and "2026" in found.out
    assert waferway("demand", "--worth", "2020").code == 2
    body = waferway("demand", *FEW, "--json").json()
    assert {row["year"] for row in body["worth"]} == {2025, 2026}


def test_assumptions_of_a_file_move_the_fan(waferway, tmp_path):
    mine = tmp_path / "mine.csv"
    mine.write_text("claim_id,value\ntokens.inference.2025,9\n")
    plain = waferway("demand", *FEW, "--json").json()
    moved = waferway("demand", *FEW, "--assumptions", mine, "--no-power", "--json").json()
    assert moved["manifest"]["claims_sha256"] != plain["manifest"]["claims_sha256"]
    assert moved["manifest"]["power"] is False and plain["manifest"]["power"] is True
    assert moved["years"][-1]["p50"] > plain["years"][-1]["p50"]
    mine.write_text("claim_id,value\ntoken.inference.2025,9\n")
    found = waferway("demand", *FEW, "--assumptions", mine)
    assert found.code == 2 and "did you mean tokens.inference.2025" in found.err
    assert waferway("demand", "--worth", "2040").code == 2


def test_forecasts_beside_the_fan_fit_the_screen(waferway):
    found = waferway("demand", "--paths", "40", "--compare")
    assert found.code == 0 and "ai-2027" in found.out
    assert all(len(line) <= 80 for line in found.out.splitlines())


def test_a_wrong_name_is_a_wrong_call(waferway):
    found = waferway("demand", *FEW, "--basis", "h100e-8bit")
    assert found.code == 2 and "did you mean h100e-8bit-dense" in found.err
    assert waferway("demand", *FEW, "--party", "gogle").code == 2
    assert waferway("demand", "--until", "2040Q1").code == 2


def test_hindcast_check_passes_and_says_by_how_much(waferway):
    body = waferway("hindcast", "check", "--json").json()
    assert body["passed"] is True and len(body["cells"]) == 48
    found = waferway("hindcast", "check")
    assert found.code == 0 and "log trend" in found.out
    assert all(len(line) <= 80 for line in found.out.splitlines())


def test_hindcast_runs_freezes_and_scores(waferway, tmp_path):
    found = waferway("hindcast", "run", "--draws", "300", "--freeze", tmp_path)
    assert found.code == 0 and "nvidia 2025Q1" in found.out
    assert all(len(line) <= 80 for line in found.out.splitlines())
    frozen = tmp_path / "predictions-2025.csv"
    assert frozen.is_file() and (tmp_path / "predictions-2025.csv.sha256").is_file()
    happened = tmp_path / "outcomes.csv"
    lines = frozen.read_text().splitlines()[1:]
    cells = [line.split(",") for line in lines if ",nvidia,2025Q" in line]
    happened.write_text("metric,subject,period,value\n" + "\n".join(
        f"{c[0]},{c[1]},{c[2]},{c[6]}" for c in cells) + "\n")  # fmt: skip
    asked = ("hindcast", "score", "--outcomes", happened, "--predictions", frozen)
    assert waferway(*asked).code == 0
    body = waferway(*asked, "--json").json()
    assert body["better_than_rivals"] is True and body["unmatched"] == []


def test_a_freeze_is_kept_and_lines_are_added_to_it(waferway, tmp_path):
    asked = ("hindcast", "run", "--draws", "60", "--freeze", tmp_path)
    assert waferway(*asked).code == 0
    frozen = tmp_path / "predictions-2025.csv"
    whole = frozen.read_bytes()
    again = waferway(*asked)
    assert again.code == 2 and "--add" in again.err and frozen.read_bytes() == whole
    first = b"".join(whole.splitlines(keepends=True)[:100])
    frozen.write_bytes(first)
    assert waferway(*asked, "--seed", "7", "--add").code == 0
    added = frozen.read_bytes()
    assert added.startswith(first) and added != whole
    assert len(added.splitlines()) == len(whole.splitlines())


def test_outcomes_that_cannot_be_used_are_told(waferway, tmp_path):
    happened = tmp_path / "outcomes.csv"
    happened.write_text("metric,subject,period,value\nrevenue_usd,TSMC,FY2025,1e11\n"
                        "revenue_usd,amd,2025,3.2e13\n")  # fmt: skip
    asked = ("hindcast", "score", "--draws", "60", "--outcomes", happened)
    found = waferway(*asked)
    assert "1 of 2 outcomes were not used" in found.out
    assert "did you mean revenue_usd tsmc 2025?" in found.out and "units in doubt" in found.out
    body = waferway(*asked, "--json").json()
    assert body["unused"][0]["nearest"] == "revenue_usd tsmc 2025"
    assert len(body["unit_warnings"]) == 1
    happened.write_text("metric,subject,period,value\nrevenue_usd,TSMC,FY2025,1e11\n")
    found = waferway(*asked)
    assert found.code == 2 and "the keys are" in found.err


def test_hindcast_run_as_json_proves_its_cut(waferway):
    body = waferway("hindcast", "run", "--draws", "100", "--json").json()
    assert body["manifest"]["cut"] == "2024-12-31" and body["conditional"] is False
    assert {row["ground"] for row in body["manifest"]["claims"]} == {
        "known by the cut", "outcome of a period that had ended", "constant"}  # fmt: skip


def test_hindcast_refuses_a_file_that_is_no_supply(waferway, tmp_path):
    path = tmp_path / "supply.csv"
    path.write_text("quarter,price\nQ1 2025,3\n")
    found = waferway("hindcast", "run", "--supply", path)
    assert found.code == 2 and "no column cowos_supply_wafers_p50" in found.err
