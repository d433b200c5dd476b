"""Checkpoints kept outside a ledger file, so that a restored backup cannot fork the log.

Owns where they lie: beside the file and beside the log's key. An older one never takes the place
of a newer one.
"""

from __future__ import annotations

import os
from pathlib import Path

from waferway.evidence.ledger.checkpoints import Checkpoint
from waferway.evidence.ledger.drafts import write_durably
from waferway.evidence.ledger.notes import Note

__all__ = ["keep", "kept_beside", "place_beside"]


def place_beside(path: str | os.PathLike[str]) -> Path:
    """File of the checkpoint kept beside a ledger or a key file."""
    return Path(path).with_name(Path(path).name + ".kept")


def kept_beside(path: str | os.PathLike[str]) -> bytes | None:
    """Signed checkpoint kept beside a ledger or a key file, if there is one."""
    if not Path(path).name:  # "." is a folder, and no file lies beside it
        return None
    place = place_beside(path)
    return place.read_bytes() if place.is_file() else None


def keep(note: bytes, *beside: Path | None) -> None:
    """Write a signed checkpoint beside files, where none of more entries is kept already."""
    for path in beside:
        if path is None:
            continue
        kept = kept_beside(path)
        if kept is None or _size(kept) <= _size(note):
            write_durably(place_beside(path), note)


def _size(note: bytes) -> int:
    return Checkpoint.parse(Note.parse(note).text).size
