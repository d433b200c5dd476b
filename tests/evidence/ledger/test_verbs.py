"""The functions behind ``waferway ledger``: a story from init to audit, and a light `verify`."""

import subprocess
import sys
import threading

import pytest

from waferway.errors import OutputExists, RangeError
from waferway.evidence import ledger
from waferway.evidence.ledger.advice import ADVICE
from waferway.evidence.ledger.failures import NAMES, LedgerError

CLAIM = {"claim_id": "c-1", "owner": "lab", "subject": "org:tsmc", "low": 8e9, "high": 1e10,
         "unit": "USD", "missing": None}  # fmt: skip


@pytest.fixture
def made(tmp_path):
    path = tmp_path / "claims.ledger"
    return ledger.init(path, origin="lab.example/claims", party="lab", keys=tmp_path / "keys")


def test_from_init_to_audit(made, tmp_path):
    path, log = made["ledger"], made["log_key"]
    ledger.append(path, [{"document_sha256": 64 * "a"}], key=made["owner_key"], type="document")
    receipt = ledger.append(path, [CLAIM, {**CLAIM, "claim_id": "c-2"}], key=made["owner_key"])
    assert (receipt.first, receipt.size) == (4, 6)
    run = ledger.record_run(path, claims=["c-2", "c-1"], code_version="0.1", key=made["owner_key"],
                            result_sha256=64 * "b", scenario="base")  # fmt: skip
    assert run.first == 6
    head = ledger.checkpoint(path, key=made["log_key_file"], out=tmp_path / "kept")
    assert head["size"] == 7
    witness = ledger.new_key(tmp_path / "w.key", "w.example", "witness")
    site = ledger.witness_serve(state=tmp_path / "w.seen", key=tmp_path / "w.key", logs=[log])
    thread = threading.Thread(target=site.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{site.server_address[1]}"
        assert ledger.witness_ask(path, url, witness=witness) == 7
    finally:
        site.shutdown()
        site.server_close()
        thread.join()
    ledger.prove(path, claim="c-1", show=["low"], out=tmp_path / "p")
    policy = tmp_path / "policy"
    policy.write_text(f"log {log}\nwitness w {witness}\nquorum w\n")
    verdict = ledger.verify(tmp_path / "p", policy=policy, kept=tmp_path / "kept")
    assert (verdict.assurance, verdict.quorum) == ("witnesses", "1 of 1")
    assert verdict.fields == {"low": "8000000000"}
    assert verdict.to_dict()["logged_not_after"].endswith("Z")
    report = ledger.audit(path, log=[log], witnesses=[witness], kept=[tmp_path / "kept"])
    assert report.ok, report.findings
    assert report.to_dict()["assurance"] == "witnesses"
    assert ledger.fsck(path, log=[log]).ok
    ledger.export(path, tmp_path / "bundle")
    done = ledger.import_(tmp_path / "bundle", tmp_path / "mirror", log=[log])
    assert done.size == 7


def test_witness_sign_answers_one_request(made, tmp_path):
    ledger.checkpoint(made["ledger"], key=made["log_key_file"], out=tmp_path / "c")
    ledger.new_key(tmp_path / "w.key", "w.example", "witness", "pass")
    given = {"state": tmp_path / "w.seen", "key": tmp_path / "w.key", "logs": [made["log_key"]],
             "passphrase": "pass"}  # fmt: skip
    body = b"old 0\n\n" + (tmp_path / "c").read_bytes()
    status, answer = ledger.witness_sign(body, **given)
    assert status == 200
    assert answer.startswith("— w.example ".encode())
    assert ledger.witness_sign(body, **given) == (409, b"3\n")


def test_keys_join_rotate_and_end(made, tmp_path):
    path = made["ledger"]
    for role in ("root", "owner"):
        ledger.new_key(tmp_path / f"fab.{role}", "fab", role)
    ledger.add_key(path, new=tmp_path / "fab.root")
    ledger.add_key(path, new=tmp_path / "fab.owner", root=tmp_path / "fab.root")
    fab = {**CLAIM, "owner": "fab", "claim_id": "c-fab"}
    ledger.append(path, [fab], key=tmp_path / "fab.owner")
    ledger.new_key(tmp_path / "log2.key", "lab.example/claims", "log")
    ledger.rotate_key(path, new=tmp_path / "log2.key", old=made["log_key_file"],
                      root=made["root_key"])  # fmt: skip
    with pytest.raises(LedgerError, match="revoked-key"):
        ledger.checkpoint(path, key=made["log_key_file"])
    ledger.new_key(tmp_path / "fab2.owner", "fab", "owner")
    ledger.rotate_key(path, new=tmp_path / "fab2.owner", old=tmp_path / "fab.owner",
                      root=tmp_path / "fab.root")  # fmt: skip
    with pytest.raises(LedgerError, match="revoked-key"):
        ledger.append(path, [{**fab, "claim_id": "c-x"}], key=tmp_path / "fab.owner")
    with pytest.raises(LedgerError, match="malformed-entry"):
        ledger.rotate_key(path, new=tmp_path / "log2.key", old=made["owner_key"],
                          root=made["root_key"])  # fmt: skip
    from waferway.evidence.ledger.keys import PrivateKey

    key_id = PrivateKey.load(tmp_path / "fab2.owner").key_id
    ledger.revoke_key(path, key_id, root=tmp_path / "fab.root", reason="lost")
    with pytest.raises(LedgerError, match="revoked-key"):
        ledger.append(path, [{**fab, "claim_id": "c-x"}], key=tmp_path / "fab2.owner")
    assert ledger.audit(path, log=[made["log_key"]]).ok


def test_erase_drops_the_fields(made):
    path = made["ledger"]
    ledger.append(path, [CLAIM], key=made["owner_key"])
    ledger.erase(path, 3, key=made["owner_key"], reason="asked for")
    ledger.checkpoint(path, key=made["log_key_file"])
    with pytest.raises(LedgerError, match="payload-missing"):
        ledger.prove(path, 3, show=["low"])
    assert ledger.audit(path).ok


def test_wrong_calls_are_named(made, tmp_path):
    with pytest.raises(RangeError, match="log, witness, root, owner"):
        ledger.new_key(tmp_path / "k", "lab", "boss")
    with pytest.raises(RangeError, match="either"):
        ledger.prove(made["ledger"])
    with pytest.raises(LedgerError, match="not-a-ledger"):
        ledger.fsck(tmp_path / "none")
    with pytest.raises(LedgerError, match="index-out-of-range"):
        ledger.prove(made["ledger"], claim="c-none")
    with pytest.raises(OutputExists):
        ledger.init(made["ledger"], origin="x", party="lab", keys=tmp_path / "k2")
    assert not (tmp_path / "k2").exists()


def test_verify_imports_no_database_code(made, tmp_path):
    ledger.append(made["ledger"], [CLAIM], key=made["owner_key"])
    ledger.checkpoint(made["ledger"], key=made["log_key_file"])
    ledger.prove(made["ledger"], claim="c-1", out=tmp_path / "p")
    code = (
        "import sys\n"
        "from waferway.evidence.ledger import verify\n"
        f"assert verify({str(tmp_path / 'p')!r}, log=[{made['log_key']!r}]).index == 3\n"
        "wrong = [name for name in sys.modules if 'sqlite' in name or name.startswith("
        "('pandas', 'numpy', 'waferway.evidence.ledger.store', 'waferway.evidence.ledger.log'))]\n"
        "assert not wrong, wrong\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_package_itself_loads_nothing_heavy():
    code = (
        "import sys, waferway.evidence.ledger\n"
        "assert 'cryptography' not in sys.modules and 'sqlite3' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_cryptography_the_error_says_what_to_install(tmp_path):
    code = (
        "import sys\n"
        "sys.modules['cryptography'] = None\n"
        "from waferway.errors import MissingExtra\n"
        "from waferway.evidence import ledger\n"
        "try:\n"
        f"    ledger.new_key({str(tmp_path / 'k')!r}, 'lab', 'owner')\n"
        "except MissingExtra as missing:\n"
        "    assert 'waferway[ledger]' in str(missing)\n"
        "else:\n"
        "    raise SystemExit('no error')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_advice_is_of_a_failure_that_exists_and_is_shown():
    assert set(ADVICE) <= set(NAMES)
    for name, advice in ADVICE.items():
        assert str(NAMES[name]("what", "where")) == f"where: what [{name}]\n  {advice}"
        assert NAMES[name]("what", "where", "other").suggestion == "other"
