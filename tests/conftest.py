"""Fixtures that every room's tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The gate draws the same examples every time; `make verify` draws new ones.
settings.register_profile("gate", derandomize=True, deadline=None)
settings.register_profile("thorough", deadline=None)
settings.load_profile("thorough" if os.environ.get("WAFERWAY_THOROUGH") else "gate")


@pytest.fixture(scope="session")
def atlas_plan():
    """The plan of the shipped atlas, made once for all tests of a process."""
    import waferway

    return waferway.plan(waferway.world())


SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of check tables beside the checkout; the test is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the check tables (../shared/data) are not beside this checkout")
    return SHARED
