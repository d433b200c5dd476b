"""A normalised copy of a text that knows where each of its characters came from.

Owns normalisation (NFKC, plain quotes, minus signs and blanks) and the way back to code points
of the text as stored. Refuses to recognise anything: scanners read the shadow, claims carry
offsets of the original only.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Shadow", "shadow"]

# A letter with its combining marks, or conjoining jamo that make one Hangul syllable.
_CLUSTER = re.compile(
    r"[\u1100-\u115f][\u1160-\u11a7][\u11a8-\u11ff]?|.[\u0300-\u036f\u3099\u309a]*", re.DOTALL
)
_PLAIN = {
    "’": "'", "‘": "'", "ʼ": "'", "`": "'", "−": "-", "‐": "-", "‑": "-", "﹣": "-",
    "—": "–", "⁄": "/", "―": "–", "〜": "~", "～": "~", "∼": "~", "⁓": "~",
    "，": "，", "。": "。", "：": ":", "；": ";", "、": "、", "　": " ",
    "㎿": "MW", "\u200b": " ", "\u00ad": "-", "\ufeff": " ", "·": "·",
}  # fmt: skip
_WIDE_SEPARATOR = re.compile(r"(?<=[０-９])[，．](?=[０-９])")


@dataclass(frozen=True, slots=True)
class Shadow:
    """Normalised text with an index map.

    Parameters
    ----------
    source : str
        The text exactly as stored.
    text : str
        Normalised, case kept.
    lower : str
        The same in lower case, equally long.
    origin : tuple of int, shape (len(text) + 1,)
        Code point of `source` where each character of `text` begins; None when both agree.
    """

    source: str
    text: str
    lower: str
    origin: tuple[int, ...] | None

    def back(self, start: int, end: int) -> tuple[int, int]:
        """Span of `source` behind a span of the shadow, whole characters only."""
        if self.origin is None:
            return start, end
        first, last = self.origin[start], self.origin[end]
        if end > 0 and last == self.origin[end - 1]:  # cut inside one original character
            while self.origin[end] == last:
                end += 1
            last = self.origin[end]
        return first, last


@lru_cache(maxsize=8192)
def _normal(cluster: str) -> str:
    if cluster in _PLAIN:
        return _PLAIN[cluster]
    return unicodedata.normalize("NFKC", cluster).replace("\u2044", "/")


def shadow(source: str) -> Shadow:
    """Normalise a text and keep the way back.

    Full-width digits, compatibility letters and decomposed accents become their usual forms;
    the Chinese comma stays itself unless it stands between full-width digits.

    Examples
    --------
    >>> made = shadow("約１２万枚 ㎞")
    >>> made.text
    '約12万枚 km'
    >>> made.back(6, 8)
    (6, 7)
    """
    if source.isascii():
        text, origin = source.replace("`", "'"), None
    else:
        prepared = _WIDE_SEPARATOR.sub(lambda m: "," if m[0] == "，" else ".", source)
        pieces: list[str] = []
        places: list[int] = []
        same = True
        for match in _CLUSTER.finditer(prepared):
            piece = _normal(match[0])
            pieces.append(piece)
            start = match.start()
            if len(piece) == 1 and match.end() - start == 1:
                places.append(start)
            else:
                same = False
                places.extend([start] * len(piece))
        text = "".join(pieces)
        origin = None if same else (*places, len(source))
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return Shadow(source, text, lower, origin)
