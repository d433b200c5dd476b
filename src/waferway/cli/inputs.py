"""What several doors ask of their input: files that can be read, places to write, passphrases.

Owns the words for files that are missing or unreadable, and the ways a passphrase comes in:
a file, the environment, a prompt. Never an argument, which other users of a machine can read.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from waferway.errors import Fault, Faults, InputError, OutputExists, Place, WaferwayError, nearest

__all__ = [
    "PASSPHRASE",
    "check_files",
    "check_new",
    "named_files",
    "new_passphrase",
    "passphrase_for",
    "read_text",
]

PASSPHRASE = "WAFERWAY_PASSPHRASE"  # noqa: S105 - the name of the variable
ENCRYPTED = "-----BEGIN ENCRYPTED PRIVATE KEY-----"


def check_files(paths: Iterable[Path | None], closing: str = "nothing was read") -> None:
    """Raise `InputError` with every path that is no file; names the nearest one beside it."""
    faults = Faults()
    for path in paths:
        if path is None or path.is_file():
            continue
        if path.is_dir():
            faults.add(Place(str(path)), "this is a folder; a file is needed", kind="no-file")
            continue
        near: list[str] = []
        if path.parent.is_dir():
            near = nearest(path.name, [p.name for p in path.parent.iterdir() if p.is_file()])
        faults.add(
            Place(str(path)),
            "there is no such file",
            suggestion=f"did you mean {near[0]}?" if near else "",
            kind="no-file",
        )
    faults.raise_any(closing)


def check_new(path: Path | None, force: bool, closing: str = "nothing was written") -> None:
    """Raise unless a file can be written there: its folder exists, and it is new or `force`."""
    if path is None:
        return
    if not path.parent.is_dir():
        fault = Fault(Place(str(path)), f"there is no folder {path.parent}", kind="no-folder")
        raise InputError([fault], closing)
    if path.is_dir():
        raise InputError([Fault(Place(str(path)), "this is a folder; name a file")], closing)
    if path.exists() and not force:
        raise OutputExists(f"{path} exists; pass --force to replace it")


def read_text(path: Path) -> str:
    """Text of a UTF-8 file; ``-`` is standard input."""
    if str(path) != "-":
        check_files([path])
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        return data.decode("utf-8")
    except UnicodeDecodeError as broken:
        fault = Fault(Place(str(path)), f"byte {broken.start} is not UTF-8")
        raise InputError([fault]) from None
    except OSError as broken:
        raise InputError([Fault(Place(str(path)), f"cannot be read: {broken.strerror}")]) from None


@contextlib.contextmanager
def named_files(closing: str = "nothing was done") -> Iterator[None]:
    """Say an error of the system about a file as a fault of the input, with the file's name."""
    try:
        yield
    except (WaferwayError, BrokenPipeError):
        raise
    except OSError as broken:
        where = str(broken.filename or "")
        what = broken.strerror or str(broken)
        raise InputError([Fault(Place(where or "system"), what)], closing) from broken


def passphrase_for(keys: Iterable[Path | None], file: Path | None) -> str | None:
    """Passphrase of key files; None where none of them is encrypted.

    Taken from `file`, else from the environment, else asked for where somebody is there.
    """
    named = [path for path in keys if path is not None]
    check_files(named, "no key was read")
    encrypted = [path for path in named if _is_encrypted(path)]
    if not encrypted:
        return None
    given = _given(file)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise InputError(
            [Fault(Place(str(path)), "the key is encrypted, and no passphrase was given",
                   suggestion=f"set {PASSPHRASE}, or name a file with --passphrase-file")
             for path in encrypted],
            "no key was read",
        )  # fmt: skip
    import typer

    return str(typer.prompt(f"Passphrase of {encrypted[0]}", hide_input=True, err=True))


def new_passphrase(file: Path | None) -> str | None:
    """Passphrase for keys that are about to be made; None: they stay unencrypted."""
    given = _given(file)
    if given is not None or not sys.stdin.isatty():
        return given or None
    import typer

    asked = typer.prompt(
        "Passphrase for the new keys (empty: none)", default="", show_default=False,
        hide_input=True, confirmation_prompt=True, err=True,
    )  # fmt: skip
    return str(asked) or None


def _given(file: Path | None) -> str | None:
    if file is None:
        return os.environ.get(PASSPHRASE)
    text = read_text(file).rstrip("\r\n")
    if sys.platform != "win32" and stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise InputError(
            [Fault(Place(str(file)), "others on this machine can read the passphrase",
                   suggestion=f"chmod 600 {file}")],
            "no key was read",
        )  # fmt: skip
    if not text:
        raise InputError([Fault(Place(str(file)), "the file is empty")], "no key was read")
    return text


def _is_encrypted(path: Path) -> bool:
    with path.open("rb") as file:
        return ENCRYPTED.encode() in file.read(65_536)
