"""Seeded random streams: one independent stream per purpose.

Owns the only way randomness enters waferway. A stream is named by its purpose, so adding a
draw in one place never shifts the draws of another, and workers need no shared state.
"""

from __future__ import annotations

import hashlib

import numpy as np

from waferway.errors import RangeError

__all__ = ["stream"]


def stream(seed: int, *purpose: str | int) -> np.random.Generator:
    """Generator of the stream that `seed` and `purpose` name.

    Parameters
    ----------
    seed : int
        At least 0. The same seed and purpose give the same draws on every machine.
    *purpose : str or int
        Names the use, for example ``stream(7, "atlas", "draw", 12)``.

    Returns
    -------
    numpy.random.Generator
        PCG64 seeded through `numpy.random.SeedSequence`.

    Raises
    ------
    RangeError
        If `seed` is negative.

    Examples
    --------
    >>> float(stream(1, "demand").random()) == float(stream(1, "demand").random())
    True
    >>> float(stream(1, "demand").random()) == float(stream(1, "yield").random())
    False
    """
    if seed < 0:
        raise RangeError(f"seed is {seed}; it must be at least 0")
    name = "\x1f".join(f"{type(part).__name__}:{part}" for part in purpose)
    key = hashlib.sha256(name.encode()).digest()
    words = [int.from_bytes(key[i : i + 4], "big") for i in range(0, 16, 4)]
    return np.random.default_rng(np.random.SeedSequence(entropy=seed, spawn_key=words))
