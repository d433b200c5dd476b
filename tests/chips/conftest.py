"""Designs that several tests use."""

from importlib.resources import files

import pytest

from waferway.chips.design_file import read_design


@pytest.fixture(scope="session")
def shipped_design():
    """Reads one of the designs that ship with the package."""
    folder = files("waferway.chips") / "designs"
    return lambda name: read_design(str(folder / f"{name}.yaml"))


SMALL = """\
format: waferway-chip/1
name: small
dies:
  - {name: core, node: n5, width_mm: 10, height_mm: 10}
package: {kind: flip-chip, substrate: {width_mm: 20, height_mm: 20}}
"""


@pytest.fixture
def small_text():
    return SMALL
