"""A slice of the kills; two hundred run in tests/statistics."""

import os

import pytest

from tests.evidence.ledger.crashing import kill_once
from tests.evidence.ledger.worlds import World
from waferway.streams import stream

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_no_acknowledged_entry_is_lost_to_kill_9(tmp_path):
    world = World(tmp_path, witnesses=0)
    draw = stream(7, "kill -9")
    for run in range(5):
        kill_once(world, f"k{run}", draw)
    world.ledger.close()
