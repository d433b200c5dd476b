"""The house: imports go downwards only, and no room has a name that says nothing."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "waferway"
FLOOR = {
    "units": 0, "calendar": 0, "errors": 0, "streams": 0, "highs": 0,
    "evidence": 1,
    "network": 2,
    "chips": 3, "fabs": 3,
    "atlas": 4,
    "planning": 5, "demand": 5, "simulation": 5, "finance": 5, "market": 5,
    "studies": 6,
    "report": 7,
    "cli": 8, "web": 8,
}  # fmt: skip
FORBIDDEN_NAMES = {"utils", "util", "common", "helpers", "helper", "manager", "base", "misc"}


def imported(path: Path) -> set[str]:
    """Rooms of waferway that a file imports, at the top or inside functions."""
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute, so that floors can be read"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "waferway" and len(parts) > 1:
                rooms.add(parts[1])
    return rooms & FLOOR.keys()


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


DOORS = {PACKAGE / "__init__.py", PACKAGE / "__main__.py"}
FILES = sorted(p for p in PACKAGE.rglob("*.py") if p not in DOORS)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_downwards(path):
    room = room_of(path)
    assert room in FLOOR, f"{room} has no floor: name it in this test and in docs/architecture"
    for other in imported(path) - {room}:
        assert FLOOR[other] < FLOOR[room] or (FLOOR[room] == 0 == FLOOR[other]), (
            f"{room} (floor {FLOOR[room]}) imports {other} (floor {FLOOR[other]})"
        )


def test_no_room_hides_behind_a_name_that_says_nothing():
    for path in FILES:
        assert path.stem not in FORBIDDEN_NAMES and path.parent.name not in FORBIDDEN_NAMES, path


def test_no_foreign_script_is_committed():
    root = PACKAGE.parents[1]
    for folder in ("src", "docs", "tests", "examples"):
        for path in (root / folder).rglob("*.js"):
            if "_build" not in path.parts:
                assert path.stat().st_size < 20_000, f"{path} looks like someone else's bundle"
