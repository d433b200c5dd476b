"""Ten thousand random honest histories: no false alarm in any.

With none in 10,000 independent runs the rate of false alarms is below 0.03 % at 95 % confidence
(rule of three). `WAFERWAY_LEDGER_RUNS` sets another number.
"""

import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tests.evidence.ledger.honest import honest_run

RUNS = int(os.environ.get("WAFERWAY_LEDGER_RUNS", "10000"))
FIRST_SEED = 1_000
STEPS = 12
FAST = "/dev/shm" if Path("/dev/shm").is_dir() else None  # a file system in memory: no disk waits


def one(seed):
    with tempfile.TemporaryDirectory(dir=FAST) as folder:
        try:
            return seed, honest_run(folder, seed, STEPS), ""
        except Exception as alarm:
            return seed, 0, f"{type(alarm).__name__}: {alarm}"


@pytest.mark.slow
def test_ten_thousand_honest_histories_raise_no_alarm():
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        results = list(pool.map(one, range(FIRST_SEED, FIRST_SEED + RUNS), chunksize=20))
    alarms = [(seed, alarm) for seed, _, alarm in results if alarm]
    assert not alarms, alarms[:5]
    assert len(results) == RUNS
    assert sum(size for _, size, _ in results) > 5 * RUNS
