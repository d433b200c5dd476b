"""Files appear whole or not at all.

Owns the writing of pages and drawings.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

__all__ = ["write_bytes"]


def write_bytes(target: Path, content: bytes) -> None:
    """Write a file atomically; folders above it are made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, building = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(building).chmod(0o644)
        Path(building).replace(target)
    except BaseException:
        Path(building).unlink(missing_ok=True)
        raise
