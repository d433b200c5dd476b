"""Where pages and drawings are written: to a new name, or over an old one only if asked.

Owns the refusal to write over. That files appear whole or not at all is
`waferway.network.replacing`.
"""

from __future__ import annotations

from pathlib import Path

from waferway.errors import OutputExists
from waferway.network.replacing import new_file

__all__ = ["check_target", "write_bytes"]


def check_target(path: str | Path, force: bool = False) -> Path:
    """Where a file may be written.

    Raises
    ------
    OutputExists
        If the file exists and `force` is false.
    """
    target = Path(path)
    if target.exists() and not force:
        raise OutputExists(f"{target} exists; pass --force to replace it, or name another file")
    return target


def write_bytes(target: Path, content: bytes) -> None:
    """Write a file atomically; folders above it are made."""
    with new_file(target, force=True) as draft:
        draft.write_bytes(content)
