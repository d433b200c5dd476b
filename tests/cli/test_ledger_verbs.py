"""`waferway ledger`: a story from init to import, refusals, passphrases; no secret is printed."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

CLAIM = '{"claim_id": "c-1", "owner": "lab", "low": 8e9, "high": 10000000000.50}\n'


@pytest.fixture(autouse=True)
def no_passphrase(monkeypatch):
    monkeypatch.delenv("WAFERWAY_PASSPHRASE", raising=False)


@pytest.fixture
def made(waferway, tmp_path):
    """A ledger with one claim and a checkpoint; the paths and public keys of `init`."""
    given = ("--origin", "lab.example/claims", "--party", "lab", "--keys", tmp_path / "k")
    found = waferway("ledger", "init", tmp_path / "c.ledger", *given, "--json").json()
    (tmp_path / "claims.jsonl").write_text(CLAIM, encoding="utf-8")
    done = waferway("ledger", "append", found["ledger"], tmp_path / "claims.jsonl",
                    "--key", found["owner_key"])  # fmt: skip
    assert done.code == 0, done.err
    done = waferway("ledger", "checkpoint", found["ledger"], "--key", found["log_key_file"],
                    "--out", tmp_path / "kept")  # fmt: skip
    assert done.code == 0, done.err
    return found


@pytest.fixture
def proof(made, waferway, tmp_path):
    done = waferway("ledger", "prove", made["ledger"], "--claim", "c-1", "--show", "high",
                    "--out", tmp_path / "proof")  # fmt: skip
    assert (done.code, done.out, done.err) == (0, "", f"wrote {tmp_path / 'proof'}\n")
    return tmp_path / "proof"


def test_init_says_where_keys_are_and_prints_no_secret(waferway, tmp_path):
    given = ("--origin", "lab.example/claims", "--party", "lab", "--keys", tmp_path / "k")
    found = waferway("ledger", "init", tmp_path / "c.ledger", *given)
    assert found.code == 0 and found.err == "the keys are not encrypted: no passphrase was given\n"
    for name in ("log.key", "lab.root.key", "lab.owner.key"):
        assert str(tmp_path / "k" / name) in found.out
        text = (tmp_path / "k" / name).read_text(encoding="utf-8")
        secret = re.search("-----BEGIN PRIVATE KEY-----\n(.*)\n", text)[1]
        assert secret not in found.out + found.err
    again = waferway("ledger", "init", tmp_path / "c.ledger", *given)
    assert (again.code, again.out) == (2, "")
    assert again.err == f"{tmp_path / 'c.ledger'} exists; a ledger is never written over\n"


def test_append_takes_lines_lists_and_extracted_claims(made, waferway, tmp_path):
    claims = [{"claim_id": f"c-{k}", "owner": None, "value": k} for k in (2, 3)]
    (tmp_path / "list.json").write_text(json.dumps(claims[:1]), encoding="utf-8")
    (tmp_path / "claims.json").write_text(json.dumps({"claims": claims[1:]}), encoding="utf-8")
    for size, name in ((5, "list.json"), (6, "claims.json")):
        body = waferway("ledger", "append", made["ledger"], tmp_path / name, "--owner", "lab",
                        "--key", made["owner_key"], "--json").json()  # fmt: skip
        assert (body["first"], body["size"], len(body["leaf_hashes"])) == (size - 1, size, 1)


def test_append_names_every_line_that_is_no_record(made, waferway, tmp_path):
    path = tmp_path / "bad.jsonl"
    path.write_text('{"claim_id": "c-7"}\n{"a": 1,}\n[1]\n{"a": NaN}\n{"a": 1, "a": 2}\n')
    found = waferway("ledger", "append", made["ledger"], path, "--key", made["owner_key"])
    assert found.code == 2 and found.out == ""
    assert f"{path}:2:" in found.err and "no JSON" in found.err
    assert f"{path}:3  a record is an object, not [1]" in found.err
    assert f"{path}:4  NaN is no number; missing numbers are null" in found.err
    assert f'{path}:5  "a" stands twice in one object' in found.err
    assert found.err.endswith("4 faults; nothing was logged.\n")


def test_append_refuses_by_name(made, waferway, tmp_path):
    again = waferway("ledger", "append", made["ledger"], tmp_path / "claims.jsonl",
                     "--key", made["owner_key"])  # fmt: skip
    assert (again.code, again.err) == (2, (
        f"{made['ledger']}, record 1: claim c-1 is in the log already [claim-id-reused]\n"
        "  give the claim a new id; name the old one in supersedes if it replaces it\n"
    ))  # fmt: skip
    none = waferway("ledger", "append", made["ledger"], tmp_path / "claim.jsonl",
                    "--key", made["owner_key"])  # fmt: skip
    assert none.code == 2 and none.err == (
        f"{tmp_path / 'claim.jsonl'}  there is no such file\n"
        f"{' ' * len(str(tmp_path / 'claim.jsonl'))}  did you mean claims.jsonl?\n"
        "1 fault; nothing was read.\n"
    )
    none = waferway("ledger", "append", made["ledger"], tmp_path / "claims.jsonl",
                    "--key", tmp_path / "k" / "lab.key")  # fmt: skip
    assert none.code == 2 and "there is no such file" in none.err


def test_checkpoint_and_prove_do_not_write_over(made, proof, waferway, tmp_path):
    for verb, out, given in (
        ("checkpoint", "kept", ("--key", made["log_key_file"])),
        ("prove", "proof", ("--claim", "c-1")),
    ):
        found = waferway("ledger", verb, made["ledger"], *given, "--out", tmp_path / out)
        assert (found.code, found.out) == (2, "")
        assert found.err == f"{tmp_path / out} exists; pass --force to replace it\n"
        found = waferway("ledger", verb, made["ledger"], *given, "--out", tmp_path / out, "--force")
        assert found.code == 0
        found = waferway("ledger", verb, made["ledger"], *given, "--out", tmp_path / "no" / out)
        assert found.code == 2 and f"there is no folder {tmp_path / 'no'}" in found.err
    body = waferway("ledger", "prove", made["ledger"], "--index", "3", "--json").json()
    assert body["proof"].startswith("c2sp.org/tlog-proof@v1\n") and body["out"] is None
    found = waferway("ledger", "prove", made["ledger"], "--index", "99")
    assert found.code == 2
    assert found.err.endswith("the log has no entry 99 [index-out-of-range]\n")
    found = waferway("ledger", "prove", made["ledger"])
    assert found.code == 2 and "either the index of an entry or the id of a claim" in found.err


def test_verify(made, proof, waferway, tmp_path):
    given = ("--log", made["log_key"], "--kept", tmp_path / "kept")
    body = waferway("ledger", "verify", proof, *given, "--json").json()
    assert body["ok"] is body["verified"] is True
    assert body["fields"] == {"high": "10000000000.5"}
    found = waferway("ledger", "verify", proof, *given)
    assert found.code == 0 and "assurance" in found.out and found.err == ""


def test_verify_says_no_with_exit_code_1(made, proof, waferway, tmp_path):
    text = proof.read_text(encoding="utf-8").replace("index 3", "index 2")
    proof.write_text(text, encoding="utf-8")
    found = waferway("ledger", "verify", proof, "--log", made["log_key"], "--json")
    assert found.code == 1
    body = found.json()
    assert body["ok"] is False and body["failure"]["name"] == "inclusion-failed"
    assert "[inclusion-failed]" in found.err
    found = waferway("ledger", "verify", tmp_path / "claims.jsonl", "--log", made["log_key"])
    assert found.code == 1 and "[malformed-proof]" in found.err


def test_verify_names_wrong_calls(made, proof, waferway, tmp_path):
    for given, said in (
        ((), "no key of the log is given; name it with --log, or give --policy\n"),
        (("--log", "lab"), "log key 1: 'lab' is not name+id+key [malformed-key]\n"
         "  a public key is written name+id+base64, as waferway ledger init prints it\n"),
        (("--log", made["log_key"], "--quorum", "2"),
         "--quorum is 2, but 0 witnesses are named\n"),
        (("--log", made["log_key"], "--now", "yesterday"),
         '--now is "yesterday"; write a time like 2026-01-31T12:00:00Z\n'),
        (("--log", made["log_key"], "--policy", tmp_path / "claims.jsonl"),
         "--policy takes the place of --log, --witness and --quorum\n"),
    ):  # fmt: skip
        found = waferway("ledger", "verify", proof, *given)
        assert (found.code, found.out, found.err) == (2, "", said)
    found = waferway("ledger", "verify", tmp_path / "no", "--kept", tmp_path / "none",
                     "--log", made["log_key"])  # fmt: skip
    assert found.code == 2 and "2 faults; nothing was verified." in found.err
    (tmp_path / "policy").write_bytes(b"log \xff\n")
    found = waferway("ledger", "verify", proof, "--policy", tmp_path / "policy")
    assert found.code == 2 and "byte 4 is not UTF-8" in found.err


def test_audit_and_fsck(made, waferway, tmp_path):
    for verb in ("audit", "fsck"):
        body = waferway("ledger", verb, made["ledger"], "--log", made["log_key"], "--json").json()
        assert body["ok"] is True and body["size"] == 4
        found = waferway("ledger", verb, made["ledger"])
        assert found.code == 0 and "no finding" in found.out
        found = waferway("ledger", verb, tmp_path / "none.ledger")
        assert found.code == 2 and "[not-a-ledger]" in found.err
        found = waferway("ledger", verb, made["ledger"], "--log", "x")
        assert found.code == 2 and "[malformed-key]" in found.err
        other = tmp_path / f"{verb}.txt"
        other.write_text("no ledger", encoding="utf-8")
        for named, said in ((other, "the file is no ledger"), (tmp_path, "this is a folder")):
            found = waferway("ledger", verb, named)
            assert (found.code, found.err) == (2, (
                f"{named}: {said} [not-a-ledger]\n"
                "  name the file that waferway ledger init made\n"
            ))  # fmt: skip
        damaged = tmp_path / f"{verb}.ledger"
        damaged.write_bytes(b"no database here" + Path(made["ledger"]).read_bytes()[16:])
        found = waferway("ledger", verb, damaged, "--json")
        assert found.code == 1
        assert found.json()["findings"][0]["name"] == "database-corrupt"


def test_export_and_import(made, waferway, tmp_path):
    found = waferway("ledger", "export", made["ledger"], tmp_path / "b", "--json")
    assert found.code == 0 and found.json()["size"] == 4
    again = waferway("ledger", "export", made["ledger"], tmp_path / "b")
    assert again.code == 2 and "is not empty" in again.err
    trusted = ("--log", made["log_key"])
    body = waferway("ledger", "import", tmp_path / "b", tmp_path / "m", *trusted, "--json").json()
    assert (body["ok"], body["before"], body["size"]) == (True, 0, 4)
    found = waferway("ledger", "import", tmp_path / "nob", tmp_path / "m", *trusted)
    assert (found.code, found.err) == (
        2, f"{tmp_path / 'nob'}  there is no such folder\n1 fault; nothing was imported.\n"
    )  # fmt: skip
    (tmp_path / "b" / "checkpoint").unlink()
    found = waferway("ledger", "import", tmp_path / "b", tmp_path / "m2", *trusted, "--json")
    assert found.code == 1 and found.json()["failure"]["name"] == "missing-tile"
    assert not (tmp_path / "m2").exists()


def test_keys_rotate_end_and_entries_are_erased(made, waferway, tmp_path):
    new = tmp_path / "k" / "lab2.owner.key"
    given = ("--name", "lab", "--role", "owner")
    made_key = waferway("ledger", "new-key", new, *given, "--json").json()
    assert made_key["public"].startswith("lab+")
    assert waferway("ledger", "new-key", new, *given).code == 2
    found = waferway("ledger", "rotate-key", made["ledger"], "--new", new,
                     "--old", made["owner_key"], "--root", made["root_key"], "--json")  # fmt: skip
    assert found.code == 0 and found.json()["first"] == 4
    found = waferway("ledger", "append", made["ledger"], tmp_path / "claims.jsonl",
                     "--key", made["owner_key"])  # fmt: skip
    assert found.code == 2 and "[revoked-key]" in found.err
    found = waferway("ledger", "rotate-key", made["ledger"], "--new", new,
                     "--old", made["log_key_file"], "--root", made["root_key"])  # fmt: skip
    assert found.code == 2 and "[malformed-entry]" in found.err
    found = waferway("ledger", "erase", made["ledger"], "3", "--key", new, "--reason", "asked for")
    assert found.code == 0 and "entry 5" in found.out
    found = waferway("ledger", "revoke-key", made["ledger"], "00" * 16, "--reason", "lost",
                     "--root", made["root_key"])  # fmt: skip
    assert found.code == 2 and "[unknown-key]" in found.err
    fab = [tmp_path / "fab.root", tmp_path / "fab.owner"]
    for role, key in zip(("root", "owner"), fab, strict=True):
        waferway("ledger", "new-key", key, "--name", "fab", "--role", role)
    assert waferway("ledger", "add-key", made["ledger"], "--new", fab[0]).code == 0
    assert (
        waferway("ledger", "add-key", made["ledger"], "--new", fab[1], "--root", fab[0]).code == 0
    )
    found = waferway("ledger", "new-key", tmp_path / "x", "--name", "lab", "--role", "boss")
    said = "role is 'boss'; it is one of log, witness, root, owner\n"
    assert (found.code, found.err) == (2, said)


def test_passphrases_come_from_a_file_or_the_environment(waferway, tmp_path, monkeypatch):
    secret = tmp_path / "secret"
    secret.write_text("correct horse\n", encoding="utf-8")
    secret.chmod(0o600)
    path = tmp_path / "c.ledger"
    given = ("--origin", "lab.example/claims", "--party", "lab", "--keys", tmp_path / "k")
    found = waferway("ledger", "init", path, *given, "--passphrase-file", secret, "--json")
    assert found.code == 0 and found.err == "" and "correct horse" not in found.out
    key = found.json()["log_key_file"]
    found = waferway("ledger", "checkpoint", path, "--key", key)
    assert found.code == 2 and found.err == (
        f"{key}  the key is encrypted, and no passphrase was given\n"
        f"{' ' * len(key)}  set WAFERWAY_PASSPHRASE, or name a file with --passphrase-file\n"
        "1 fault; no key was read.\n"
    )
    assert (
        waferway("ledger", "checkpoint", path, "--key", key, "--passphrase-file", secret).code == 0
    )
    monkeypatch.setenv("WAFERWAY_PASSPHRASE", "wrong")
    found = waferway("ledger", "checkpoint", path, "--key", key)
    assert found.code == 2 and "wrong passphrase" in found.err
    monkeypatch.setenv("WAFERWAY_PASSPHRASE", "correct horse")
    assert waferway("ledger", "checkpoint", path, "--key", key).code == 0
    if sys.platform != "win32":
        secret.chmod(0o644)
        found = waferway("ledger", "checkpoint", path, "--key", key, "--passphrase-file", secret)
        assert found.code == 2 and f"chmod 600 {secret}" in found.err


def test_no_verb_takes_a_passphrase_as_argument():
    import typer

    from waferway.cli.ledger import ledger

    def options(command):
        for inner in getattr(command, "commands", {}).values():
            yield from options(inner)
        for one in command.params:
            yield from one.opts

    named = {name for name in options(typer.main.get_command(ledger)) if "pass" in name}
    assert named == {"--passphrase-file"}


def test_witness_signs_a_request(made, waferway, tmp_path):
    key = tmp_path / "w.key"
    waferway("ledger", "new-key", key, "--name", "w.example", "--role", "witness")
    request = tmp_path / "request"
    request.write_bytes(b"old 0\n\n" + (tmp_path / "kept").read_bytes())
    given = ("--state", tmp_path / "w.seen", "--key", key, "--log", made["log_key"])
    body = waferway("ledger", "witness", "sign", request, *given, "--json").json()
    assert body["ok"] is True and body["body"].startswith("— w.example ")
    again = waferway("ledger", "witness", "sign", request, *given)
    assert (again.code, again.out, again.err) == (1, "", "refused: 409 4\n")
    none = waferway("ledger", "witness", "sign", tmp_path / "none", *given)
    assert none.code == 2 and "there is no such file" in none.err


@pytest.mark.skipif(sys.platform == "win32", reason="interrupts a process")
def test_witness_serves_and_is_asked(made, waferway, tmp_path):
    key = tmp_path / "w.key"
    public = waferway(
        "ledger", "new-key", key, "--name", "w.example", "--role", "witness", "--json"
    ).json()["public"]
    command = [sys.executable, "-m", "waferway", "ledger", "witness", "serve", "--state",
               str(tmp_path / "w.seen"), "--key", str(key), "--log", made["log_key"]]  # fmt: skip
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ},
        # A test run in the background ignores SIGINT, and so would its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as site:
        try:
            address = site.stdout.readline().strip()
            asked = ("ledger", "witness", "ask", made["ledger"])
            found = waferway(*asked, address, "--witness", public, "--json")
            assert found.code == 0 and found.json() == {"ok": True, "size": 4}
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(address + "/other", b"")
            refused.value.close()
        finally:
            site.send_signal(signal.SIGINT)
            try:
                out, err = site.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                site.kill()
                raise
    assert (site.returncode, out) == (0, "")
    assert err == "serving; Ctrl-C ends it\nended\n"
    found = waferway(*asked, address, "--witness", public)
    assert found.code == 1 and "cannot be reached" in found.err
    found = waferway(*asked, "file:///etc/hosts", "--witness", public)
    assert found.code == 1 and "is no web address" in found.err
