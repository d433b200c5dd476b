"""A short slice of the random honest histories; ten thousand run in tests/statistics."""

import pytest

from tests.evidence.ledger.honest import STEPS, honest_run


@pytest.mark.parametrize("seed", range(25))
def test_an_honest_history_raises_no_alarm(tmp_path, seed):
    assert honest_run(tmp_path, seed, 2 * len(STEPS)) > 5
