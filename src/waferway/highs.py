"""A HiGHS object that prints nothing.

Owns the one way to make one: what waferway prints on standard output is often one JSON object.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["quiet_highs"]


def quiet_highs() -> Any:
    """A new `highspy.Highs` without output.

    Examples
    --------
    >>> quiet_highs().getNumCol()
    0
    """
    import highspy

    with _standard_output_closed():
        h = highspy.Highs()
    h.setOptionValue("log_to_console", False)
    h.setOptionValue("output_flag", False)
    return h


@contextmanager
def _standard_output_closed() -> Iterator[None]:
    """HiGHS 1.16 prints a banner when it is made, before any option can be set."""
    sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:  # no standard output at all
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
