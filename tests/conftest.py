"""Fixtures that every room's tests share."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of check tables beside the checkout; the test is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the check tables (../shared/data) are not beside this checkout")
    return SHARED
