"""Files and folders that appear whole or not at all.

Owns the way from a temporary neighbour to the final name. A run that is killed leaves at most a
hidden neighbour, never a half-written result; the next write of the same name clears it away.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from waferway.errors import OutputExists

__all__ = ["new_file", "new_folder"]

_MARK = ".writing-"
_AT_FDCWD, _EXCHANGE = -100, 2


@contextmanager
def new_file(path: Path, *, force: bool) -> Iterator[Path]:
    """A temporary file that takes the name `path` when the block ends well.

    Raises
    ------
    OutputExists
        If `path` exists and `force` is false, or is a folder.
    """
    if path.is_dir():
        raise OutputExists(f"{path} is a folder; nothing was written. Name a file, or form folder.")
    if path.exists() and not force:
        raise OutputExists(f"{path} exists; nothing was written. --force replaces it.")
    draft = _draft(path)
    try:
        yield draft
        _settle(draft)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


@contextmanager
def new_folder(path: Path, *, force: bool, ours: Callable[[Path], bool]) -> Iterator[Path]:
    """A temporary folder that takes the name `path` when the block ends well.

    Parameters
    ----------
    path : Path
    force : bool
        Whether a folder of ours may be replaced; files in it that are not ours are carried over.
    ours : callable (Path) -> bool
        Whether a file in the folder is one that this kind of write makes.

    Raises
    ------
    OutputExists
        If `path` exists and `force` is false, or holds files but none of ours.
    """
    if path.is_file():
        raise OutputExists(f"{path} is a file; nothing was written. Name a folder, or form yaml.")
    if path.is_dir() and any(path.iterdir()):
        if not force:
            raise OutputExists(f"{path} exists; nothing was written. --force replaces it.")
        if not any(ours(entry) for entry in path.iterdir()):
            raise OutputExists(f"{path} is not such a folder; nothing was written over it.")
    draft = _draft(path)
    draft.mkdir()
    try:
        yield draft
        if path.is_dir():
            _carry_over(path, draft, ours)
        for entry in draft.iterdir():
            if entry.is_file():
                _settle(entry)
        _swap(draft, path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _draft(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".{path.name}{_MARK}*"):
        if not _alive(left.name.rpartition("-")[2]):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    return path.parent / f".{path.name}{_MARK}{os.getpid()}"


def _alive(process: str) -> bool:
    """Whether a process of that number runs; unknown counts as yes."""
    if not process.isdigit() or sys.platform == "win32":
        return True
    if int(process) == os.getpid():
        return False  # our own leftover of an earlier attempt
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _settle(path: Path) -> None:
    """Have the system put a file on disk before its name is given."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _carry_over(old: Path, new: Path, ours: Callable[[Path], bool]) -> None:
    for entry in old.iterdir():
        if ours(entry):
            continue
        if entry.is_dir():
            shutil.copytree(entry, new / entry.name, symlinks=True)
        else:
            shutil.copy2(entry, new / entry.name, follow_symlinks=False)


def _swap(new: Path, old: Path) -> None:
    """Let `new` take the name `old`; what was there is left under the name `new`."""
    if not old.exists():
        new.rename(old)
        return
    if _exchange(new, old):
        return
    aside = new.with_name(new.name + ".old")
    old.rename(aside)
    try:
        new.rename(old)
    except BaseException:
        aside.rename(old)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step where the system can (Linux); False where it cannot."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    done: int = rename(
        _AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), ctypes.c_uint(_EXCHANGE)
    )
    return done == 0
