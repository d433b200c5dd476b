"""Two hundred kills with SIGKILL: no acknowledged entry lost, no file damaged."""

import os

import pytest

from tests.evidence.ledger.crashing import kill_once
from tests.evidence.ledger.worlds import World
from waferway.streams import stream

RUNS = int(os.environ.get("WAFERWAY_LEDGER_KILLS", "200"))


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_two_hundred_kills_lose_nothing(tmp_path):
    draw = stream(11, "kill -9")
    unacknowledged = 0
    for group in range(
        0, RUNS, 10
    ):  # a new log now and then, so that sizes vary and audits stay short
        folder = tmp_path / str(group)
        folder.mkdir()
        world = World(folder, seed=group, witnesses=0)
        for run in range(group, min(group + 10, RUNS)):
            acknowledged, found = kill_once(world, f"k{run}", draw)
            unacknowledged += found > acknowledged
        world.ledger.close()
    # Some kills must fall between commit and acknowledgement, or the test tests nothing.
    assert unacknowledged > 0 or RUNS < 50
