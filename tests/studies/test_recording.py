"""Plans and networks in a ledger, with the claims they used."""

import json

import pytest

import waferway as ww
from tests.planning.small_networks import chip_network
from waferway.evidence import ledger
from waferway.evidence.ledger.log import Ledger
from waferway.studies.recording import claims_used, record_network, record_plan


@pytest.fixture
def made(tmp_path):
    return ledger.init(
        tmp_path / "a.ledger", origin="lab.example/runs", party="lab", keys=tmp_path / "keys"
    )


def test_a_build_of_the_atlas_names_every_claim_it_cites(made):
    net = ww.world()
    first = record_network(made["ledger"], net, key=made["owner_key"])
    assert first.logged == first.claims == len(claims_used(net)) > 1000
    again = record_network(made["ledger"], net, key=made["owner_key"])
    assert again.logged == 0 and again.result_sha256 == net.sha256
    with Ledger(made["ledger"]) as log:
        entry, payload = log.entry(again.entry)
        assert entry.type == "dataset-snapshot"
        named = [log.entry(index)[1]["claim_id"] for index in payload["inputs"][:50]]
        assert set(named) <= set(net.evidence)
        assert len(payload["inputs"]) == again.claims
    assert ledger.audit(made["ledger"], log=[made["log_key"]]).ok


def test_a_plan_names_the_claims_of_its_network(made):
    net = ww.world(known="2024-01-31").with_scenario("openai-2024")
    plan = ww.plan(net, party="openai", now="2024-01-31", until="2026Q4", objective="compute")
    done = record_plan(made["ledger"], plan, key=made["owner_key"])
    with Ledger(made["ledger"]) as log:
        entry, payload = log.entry(done.entry)
    assert entry.type == "model-run"
    assert payload["result_sha256"] == done.result_sha256
    assert payload["network_sha256"] == plan.manifest["network_sha256"]
    assert len(payload["inputs"]) == done.claims > 100


def test_the_command_records_a_plan_folder(made, tmp_path, capsys):
    from waferway.cli import run

    ww.plan(chip_network()).save(tmp_path / "plan")
    arguments = ["ledger", "record", str(made["ledger"]), str(tmp_path / "plan"), "--json"]
    assert run([*arguments, "--key", str(made["owner_key"])]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["claims"] == content["logged"] == 0 and content["entry"] == content["size"] - 1
    assert run(arguments) == 2  # no key
    assert run(["ledger", "record", str(made["ledger"])]) == 2  # nothing to record


def test_claims_come_after_what_they_rest_on():
    net = ww.world()
    order = {name: place for place, name in enumerate(claims_used(net))}
    pairs = [(origin, name) for name in order for origin in net.evidence[name].derived_from
             if origin in order]  # fmt: skip
    assert len(pairs) > 100
    for origin, name in pairs:
        assert order[origin] < order[name]
