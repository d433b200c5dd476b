"""Compiled word lists: which unit, money or thing a piece of text names.

Owns the matching of many patterns at one place of a text. Refuses to hold any words itself:
they stand in `money`, `measures` and `nouns`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["Lexicon"]


class Lexicon:
    """Patterns with a meaning each; the first pattern that matches at a place wins.

    Parameters
    ----------
    entries : iterable of (meaning, pattern)
        Patterns are regular expressions without named groups, in order of preference.
    cjk : bool
        Whether words need no blank after them.
    """

    def __init__(
        self, entries: Iterable[tuple[str, str]], *, cjk: bool = False, flags: int = 0
    ) -> None:
        self._meanings: list[str] = []
        parts: list[str] = []
        for meaning, pattern in entries:
            self._meanings.append(meaning)
            parts.append(f"({pattern})")
        self.source = "|".join(parts)
        end = "" if cjk else r"(?![^\W_])"
        self._pattern = re.compile(f"(?:{self.source}){end}", flags)

    def at(self, text: str, place: int, limit: int | None = None) -> tuple[str, int] | None:
        """Meaning and end of what begins at a place, or None."""
        match = self._pattern.match(text, place, len(text) if limit is None else limit)
        if match is None:
            return None
        return self._meanings[(match.lastindex or 1) - 1], match.end()

    def all(self, text: str, start: int, end: int) -> list[tuple[str, int, int]]:
        """Every meaning within a span, with its own span."""
        return [
            (self._meanings[(match.lastindex or 1) - 1], match.start(), match.end())
            for match in self._pattern.finditer(text, start, end)
        ]
