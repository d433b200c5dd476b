"""A real browser, and the pages that tests open in it."""

from pathlib import Path

import pytest

import waferway
from waferway.network.writing import write_example

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium, driven by playwright."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"there is no browser at {CHROMIUM}")
    with api.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--headless"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def example_plan(tmp_path_factory):
    """The plan of the small network that `waferway network new` writes."""
    path = write_example(tmp_path_factory.mktemp("network") / "network.yaml")
    return waferway.plan(waferway.read(path))


@pytest.fixture(scope="session")
def example_page(example_plan, tmp_path_factory):
    """Its report."""
    return example_plan.report(tmp_path_factory.mktemp("page") / "plan.html")
