"""The data gate: every planted fault found where they are; clean data pass."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tests.atlas.planting import PLANTS, Copy, clean_variant
from waferway.atlas.gate import check_folder, judge
from waferway.atlas.gate.folder import AtlasFolder
from waferway.atlas.sheets import read_sheet
from waferway.atlas.world import data_folder
from waferway.errors import Fault, InputError

SEEDS = range(5) if os.environ.get("WAFERWAY_THOROUGH") else range(1)
VARIANTS = 200 if os.environ.get("WAFERWAY_THOROUGH") else 10


def test_the_shipped_atlas_passes() -> None:
    verdict = check_folder(data_folder())
    assert verdict.passed, str(verdict)
    assert verdict.numbers > 5000


def test_there_are_a_hundred_plants() -> None:
    assert len(PLANTS) >= 100


@pytest.mark.parametrize("seed", SEEDS)
def test_every_planted_fault_is_found_where_it_is(tmp_path: Path, seed: int) -> None:
    missed = []
    for number, (name, plant) in enumerate(PLANTS):
        copy = Copy.of(data_folder(), tmp_path / f"{number:03d}")
        plant(copy, np.random.default_rng([seed, number]))
        verdict = judge(AtlasFolder.read(copy.folder), network=name.startswith("network"))
        if not any(_points_at(fault, copy) for fault in verdict.faults):
            missed.append((name, sorted(copy.touched), [str(f) for f in verdict.faults][:3]))
    assert not missed


def _points_at(fault: Fault, copy: Copy) -> bool:
    """Whether a fault names the file and line of a row that was touched."""
    path = Path(fault.place.file)
    if (path.name, "*") in copy.touched:
        return True
    if not path.is_file() or not fault.place.line:
        return False
    sheet = read_sheet(path)
    lines = {line: at for at, line in enumerate(sheet.origin.first)}
    at = lines.get(fault.place.line)
    return at is not None and (path.name, next(iter(sheet.rows[at].values()))) in copy.touched


def test_clean_variants_raise_no_alarm(tmp_path: Path) -> None:
    alarms = []
    for number in range(VARIANTS):
        copy = Copy.of(data_folder(), tmp_path / f"{number:03d}")
        clean_variant(copy, np.random.default_rng([7, number]))
        verdict = judge(AtlasFolder.read(copy.folder), network=False)
        if not verdict.passed:
            alarms.append((number, [str(f) for f in verdict.faults][:3]))
    assert len(alarms) <= VARIANTS // 100, alarms


def test_a_fault_says_where_what_and_what_to_try(tmp_path: Path) -> None:
    copy = Copy.of(data_folder(), tmp_path / "atlas")
    rows = copy.read("facility")
    copy.set("facility", rows[0], "operator", "tsnc", rows)
    (fault,) = judge(AtlasFolder.read(copy.folder), network=False).faults
    assert fault.place.file.endswith("facility.csv")
    assert (fault.place.line, fault.place.column) == (2, 21)
    assert fault.suggestion == "did you mean tsmc?"


def test_a_folder_without_atlas_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no atlas here"):
        check_folder(tmp_path)
