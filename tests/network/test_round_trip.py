"""What is written reads back exactly, appears whole or not at all, and never depends on order."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.network.small import SMALL
from tests.strategies import networks
from waferway.errors import InputError, OutputExists
from waferway.evidence.claims import Evidence
from waferway.network import replacing
from waferway.network.network import Network
from waferway.network.reading import read
from waferway.network.schema import TABLES
from waferway.network.writing import write, write_example


def files(path: Path) -> dict[str, bytes]:
    found = sorted(path.iterdir()) if path.is_dir() else [path]
    return {entry.name: entry.read_bytes() for entry in found}


@pytest.fixture
def small(tmp_path) -> Network:
    (tmp_path / "small.yaml").write_text(SMALL)
    return read(tmp_path / "small.yaml")


@pytest.fixture(params=["folder", "yaml"])
def form(request) -> str:
    return request.param


@settings(
    max_examples=300 if "WAFERWAY_THOROUGH" in os.environ else 20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(network=networks())
def test_round_trip(network):
    assert_round_trip(network, ("folder", "yaml"))


@settings(
    max_examples=100 if "WAFERWAY_THOROUGH" in os.environ else 5,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(network=networks())
def test_round_trip_of_a_workbook(network):
    assert_round_trip(network, ("xlsx",))


def assert_round_trip(network, forms):
    with tempfile.TemporaryDirectory() as folder:
        for form in forms:
            first = write(network, Path(folder, f"net.{form}"), form)
            back = read(first)
            assert back == network
            assert back.sha256 == network.sha256
            assert dict(back.settings) == dict(network.settings)
            for name in TABLES:
                assert back.tables[name].equals(network.tables[name]), name
                assert list(back.tables[name].dtypes) == list(network.tables[name].dtypes)
            second = write(back, Path(folder, f"again.{form}"), form)
            assert list(files(first).values()) == list(files(second).values())


def test_round_trip_of_every_part(small, form, tmp_path):
    """The small network fills most tables; a scenario adds cites and says that it was applied."""
    late = small.with_scenario("late").with_settings(title='a "title": with # marks', now="2025Q2")
    back = read(write(late, tmp_path / "net", form))
    assert back == late
    assert back.applied == ("late",)
    assert back.evidence.sha256 == late.evidence.sha256
    assert back.evidence["c-1"] == late.evidence["c-1"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(network=networks(), seed=st.integers(0, 2**32 - 1))
def test_hash_ignores_the_order_of_rows(network, seed):
    random = np.random.default_rng(seed)
    shuffled = {
        name: frame.iloc[random.permutation(len(frame))] for name, frame in network.tables.items()
    }
    mixed = network.with_tables(shuffled)
    assert mixed.sha256 == network.sha256
    assert mixed == network
    assert hash(mixed) == hash(network)


def test_hash_sees_every_change(small):
    seen = {small.sha256, small.with_settings(discount_rate=0.09).sha256}
    for name, frame in small.tables.items():
        if len(frame):
            seen.add(small.with_tables({name: frame.iloc[1:]}).sha256)
    seen.add(Network(small.tables, small.settings, Evidence()).sha256)
    assert len(seen) == 3 + sum(len(frame) > 0 for frame in small.tables.values())


def test_nothing_is_written_over(small, form, tmp_path):
    path = write(small, tmp_path / "net", form)
    before = files(path)
    with pytest.raises(OutputExists, match="exists; nothing was written"):
        write(small.with_settings(title="other"), path, form)
    assert files(path) == before
    write(small.with_settings(title="other"), path, form, force=True)
    assert read(path).setting("title") == "other"


def test_force_replaces_only_a_network(small, tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters/dear.txt").write_text("keep me")
    with pytest.raises(OutputExists, match="nothing was written over"):
        write(small, tmp_path / "letters", force=True)
    with pytest.raises(OutputExists, match="is a folder"):
        write(small, tmp_path / "letters", "yaml", force=True)
    with pytest.raises(OutputExists, match="is a file"):
        write(small, tmp_path / "small.yaml", force=True)
    assert files(tmp_path / "letters") == {"dear.txt": b"keep me"}


def test_force_keeps_other_files_and_drops_old_tables(small, tmp_path):
    path = write(small, tmp_path / "net")
    (path / "README.md").write_text("notes")
    (path / "figures").mkdir()
    (path / "figures/map.svg").write_text("<svg/>")
    less = small.with_tables({"lane": small.tables["lane"].iloc[:0]})
    write(less, path, force=True)
    assert not (path / "lane.csv").exists()
    assert (path / "README.md").read_text() == "notes"
    assert (path / "figures/map.svg").read_text() == "<svg/>"
    assert read(path) == less


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("fault", [OSError("disk full"), KeyboardInterrupt()])
def test_a_failure_leaves_what_was_there(small, form, tmp_path, monkeypatch, there, fault):
    path = tmp_path / "net"
    if there:
        write(small, path, form)
    before = files(path) if there else None
    calls = []

    def broken(self, data):
        calls.append(self.name)
        if len(calls) > (2 if form == "folder" else 0):
            raise fault
        return real(self, data)

    real = Path.write_bytes
    monkeypatch.setattr(Path, "write_bytes", broken)
    with pytest.raises(type(fault)):
        write(small.with_settings(title="new"), path, form, force=True)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == sorted(
        ["small.yaml", *(["net"] if there else [])]
    )
    if there:
        assert files(path) == before


@pytest.mark.parametrize("exchange", [True, False])
def test_a_failure_of_the_last_step_leaves_what_was_there(small, tmp_path, monkeypatch, exchange):
    path = write(small, tmp_path / "net")
    before = files(path)
    if not exchange:
        monkeypatch.setattr(replacing, "_exchange", lambda one, other: False)
    real = Path.rename

    def broken(self, target):
        if Path(target) == path and ".old" not in self.name:
            raise OSError("no")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", broken)
    if not exchange:
        with pytest.raises(OSError, match="no"):
            write(small.with_settings(title="new"), path, force=True)
        assert files(path) == before
    else:
        write(small.with_settings(title="new"), path, force=True)
        assert read(path).setting("title") == "new"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["net", "small.yaml"]


KILLED = """
import os, sys
from pathlib import Path
from waferway.network.reading import read
from waferway.network.writing import write
network = read("small.yaml").with_settings(title="new")
real, calls = Path.write_bytes, []
def dying(self, data):
    calls.append(1)
    if len(calls) == int(sys.argv[1]):
        real(self, data[: len(data) // 2])
        os._exit(9)
    return real(self, data)
Path.write_bytes = dying
write(network, "net", sys.argv[2], force=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="leftovers are told apart by process on POSIX")
def test_a_kill_leaves_what_was_there_and_the_next_write_clears_up(small, form, tmp_path):
    path = write(small, tmp_path / "net", form)
    before = files(path)
    at = "5" if form == "folder" else "1"
    done = subprocess.run([sys.executable, "-c", KILLED, at, form], cwd=tmp_path, check=False)
    assert done.returncode == 9
    assert files(path) == before
    assert len(list(tmp_path.glob(".net.writing-*"))) == 1
    write(small.with_settings(title="new"), path, form, force=True)
    assert read(path).setting("title") == "new"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["net", "small.yaml"]


def test_the_draft_of_a_running_process_is_left_alone(small, tmp_path):
    other = tmp_path / f".net.writing-{os.getppid()}"
    other.mkdir()
    write(small, tmp_path / "net")
    assert other.is_dir()


def test_claims_that_csv_cannot_carry(small, tmp_path):
    claim = small.evidence["c-1"].model_copy(update={"qualifiers": {"of": "a; b=c"}})
    odd = Network(small.tables, small.settings, Evidence([claim], small.evidence.sources.values()))
    with pytest.raises(InputError, match="which CSV cannot carry"):
        write(odd, tmp_path / "net")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["small.yaml"]
    assert read(write(odd, tmp_path / "net.yaml", "yaml")) == odd


def test_distributions_keep_their_numbers(small, tmp_path, form):
    claim = small.evidence["c-1"].model_copy(
        update={"dist": {"name": "lognormal", "p": [0.05, 2], "note": "5"}}
    )
    odd = Network(small.tables, small.settings, Evidence([claim], small.evidence.sources.values()))
    assert read(write(odd, tmp_path / "net", form)).evidence["c-1"] == claim


def test_example(tmp_path):
    for path in (tmp_path / "net.yaml", tmp_path / "net"):
        network = read(write_example(path))
        assert len(network.tables["module"]) == 2
        with pytest.raises(OutputExists):
            write_example(path)
        write_example(path, force=True)
        assert network.with_scenario("hbm-late") != network
