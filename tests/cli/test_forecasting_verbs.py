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


def test_forecasts_beside_the_fan_fit_the_screen(waferway):
    found = waferway("demand", "--paths", "40", "--compare")
    assert found.code == 0 and "ai-2027" in found.out
    assert all(len(line) <= 80 for line in found.out.splitlines())


def test_a_wrong_name_is_a_wrong_call(waferway):
    found = waferway("demand", *FEW, "--basis", "h100e-8bit")
    assert found.code == 2 and "did you mean h100e-8bit-dense" in found.err
    assert waferway("demand", *FEW, "--party", "gogle").code == 2
    assert waferway("demand", "--until", "2040Q1").code == 2
