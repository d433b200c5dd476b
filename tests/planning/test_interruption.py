"""Ctrl-C keeps the best plan so far and says its gap."""

import os
import signal

import pytest

import waferway
from waferway.planning import plan


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise on Windows")
def test_ctrl_c_keeps_the_incumbent():
    seen = []
    before = signal.getsignal(signal.SIGINT)

    def tell(progress):
        seen.append(progress)
        if progress.gap == progress.gap:  # there is an incumbent
            os.kill(os.getpid(), signal.SIGINT)

    # No gap at all: this would run for minutes.
    result = plan(waferway.world(), gap=0.0, progress=tell, time_limit=120)
    assert seen and seen[-1].bound <= seen[-1].incumbent
    assert result.manifest["status"] == "interrupted"
    assert 0 < result.manifest["gap"] < 0.5
    assert result.manifest["reproducible"] is False
    assert result.verify().ok
    assert signal.getsignal(signal.SIGINT) is before
