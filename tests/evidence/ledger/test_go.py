"""Go's golang.org/x/mod/sumdb accepts our checkpoints, proofs and tiles, and no tampered ones.

Programs we did not write (note.Open, tlog.CheckRecord, tlog.CheckTree, tlog.TileHashReader) read
a log of 70,000 entries. Debian: ``golang-go golang-golang-x-mod-dev``; skipped where Go is absent.
"""

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.evidence.ledger.worlds import World, claim, flip, seeded
from waferway.evidence.ledger.bundles import export_bundle
from waferway.evidence.ledger.merkle import inclusion_proof, leaf_hash
from waferway.evidence.ledger.notes import Note
from waferway.evidence.ledger.tiles import tile_path

GOPATH = Path("/usr/share/gocode")
SIZE, OLD = 70_000, 40_000


@pytest.fixture(scope="module")
def accept(tmp_path_factory):
    """Run the Go program on cases; gives its answers."""
    if shutil.which("go") is None:
        pytest.skip("Go is not installed (Debian: golang-go)")
    if not (GOPATH / "src/golang.org/x/mod/sumdb").is_dir():
        pytest.skip("golang.org/x/mod is not installed (Debian: golang-golang-x-mod-dev)")
    folder = tmp_path_factory.mktemp("go")
    source = shutil.copy(Path(__file__).with_name("accept.go"), folder)
    cache = os.environ.get("GOCACHE", str(Path.home() / ".cache" / "go-build"))
    environment = {
        **os.environ, "GO111MODULE": "off", "GOPATH": str(GOPATH), "GOFLAGS": "",
        "CGO_ENABLED": "0", "GOCACHE": cache,
    }  # fmt: skip
    program = folder / "accept"
    subprocess.run(
        ["go", "build", "-o", str(program), str(source)], check=True, env=environment, cwd=folder
    )

    def run(cases):
        done = subprocess.run(
            [str(program)], input=json.dumps(cases).encode(), capture_output=True, check=True
        )
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="module")
def log(tmp_path_factory, accept):
    """A log of 70,000 entries with checkpoints at 40,000 and 70,000, exported as tiles."""
    folder = tmp_path_factory.mktemp("log")
    world = World(folder, witnesses=1)
    world.append("claim", *(claim(i) for i in range(997)))
    for size in (OLD, SIZE):  # the tree takes any bytes as entries; most of these are plain
        store = world.ledger.store
        with store.writing():
            start = store.size()
            plain = [b"entry %d" % i for i in range(start, size)]
            store.extend(start, [(entry, leaf_hash(entry)) for entry in plain])
        world.checkpoint()
    export_bundle(world.ledger, folder / "bundle")
    yield world
    world.ledger.close()


def text(data):
    return base64.b64encode(data).decode()


def texts(hashes):
    return [text(value) for value in hashes]


def record(log, index, **change):
    store = log.ledger.store
    if index < 1000:
        proof = log.ledger.prove(index)
        hashes, note = proof.hashes, proof.checkpoint
    else:  # a plain entry has no proof file of ours, only the path
        hashes, note = inclusion_proof(index, SIZE, store.read), bytes(log.ledger.latest()[2])
    case = {
        "Kind": "record", "Note": note.decode(), "VKey": str(log.log_key.verifier),
        "Index": index, "Leaf": text(store.entry(index)), "Proof": texts(hashes),
    }  # fmt: skip
    return {**case, **change}


def tree(log, **change):
    case = {
        "Kind": "tree", "VKey": str(log.log_key.verifier),
        "Note": bytes(log.ledger.latest(SIZE)[2]).decode(),
        "Old": bytes(log.ledger.latest(OLD)[2]).decode(),
        "Proof": texts(log.ledger.consistency(OLD, SIZE)),
    }  # fmt: skip
    return {**case, **change}


def tiles(log, folder, **change):
    indices = [0, 1, 255, 256, 999, 1000, 65_535, 65_536, SIZE - 1]
    case = {
        "Kind": "tiles", "VKey": str(log.log_key.verifier), "Folder": str(folder),
        "Note": (folder / "checkpoint").read_text(), "Indices": indices,
        "LeafHash": texts(log.ledger.store.read(0, index) for index in indices),
    }  # fmt: skip
    return {**case, **change}


def test_go_accepts_checkpoints_proofs_and_tiles(log, accept):
    indices = [0, 1, 2, 500, 999, 1000, 32_767, 32_768, 65_536, 69_999]
    cases = [record(log, index) for index in indices]
    assert len(cases[3]["Proof"]) == 17  # figures of the specification, measured there as here
    cases.append(tree(log))
    assert len(cases[-1]["Proof"]) == 12
    cases.append({**cases[0], "Kind": "checkpoint"})
    cases.append(tiles(log, log.folder / "bundle"))
    assert accept(cases) == ["ok"] * len(cases)


def test_go_rejects_what_was_tampered_with(log, accept, tmp_path):
    good = record(log, 500)
    proof = good["Proof"]
    note = good["Note"]
    parsed = Note.parse(note.encode())
    size_line = f"\n{SIZE}\n"
    other_key = str(seeded(log.origin, "log", 1).verifier)
    way = tree(log)["Proof"]
    bad = tmp_path / "bad"
    shutil.copytree(log.folder / "bundle", bad)
    place = bad / tile_path(0, 200)
    place.write_bytes(flip(place.read_bytes(), 77))
    short = tmp_path / "short"
    shutil.copytree(log.folder / "bundle", short)
    (short / tile_path(2, 0, 1)).unlink()
    # x/mod 0.7 leaves the first few tiles of a request unchecked (it starts at the number of
    # subtrees, not of their distinct tiles), so the changed tile stands behind ten others.
    indices = [*range(0, 2560, 256), 200 * 256 + 5]
    leaves = texts(log.ledger.store.read(0, index) for index in indices)
    probe = {"Indices": indices, "LeafHash": leaves}
    assert accept([tiles(log, log.folder / "bundle", **probe)]) == ["ok"]
    cases = [
        record(log, 500, Index=501),
        record(log, 500, Leaf=text(b"another entry")),
        record(log, 500, Proof=[text(flip(base64.b64decode(proof[0]))), *proof[1:]]),
        record(log, 500, Proof=proof[:-1]),
        record(log, 500, Proof=[*proof, proof[0]]),
        record(log, 500, Note=note.replace(size_line, f"\n{SIZE + 1}\n")),
        record(log, 500, Note=note.replace(note.split("\n")[2], text(bytes(32)))),
        record(log, 500, VKey=other_key),
        record(log, 500, Note=bytes(Note(parsed.text, parsed.signatures[1:])).decode()),
        tree(log, Proof=way[1:]),
        tree(log, Proof=[text(flip(base64.b64decode(way[3]), 5)), *way[1:]]),
        tree(log, Old=note),
        tiles(log, bad, **probe),
        tiles(log, short),
    ]
    answers = accept(cases)
    assert [number for number, answer in enumerate(answers) if answer == "ok"] == []
    assert len(answers) == len(cases)
