"""Rows with names: beside the row on a desktop, above it on a phone.

Owns the layout of charts that have a name a row, so that long names never squeeze the chart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

__all__ = ["Lanes", "legend_columns", "shortened", "text_width", "wrapped"]

HEADER = 18
"""Height in px that a name takes above its row on a phone."""
LONGEST = 320
"""Longest name beside a row in px; longer ones end in an ellipsis."""


def text_width(text: str, size: float = 12.0) -> float:
    """Width of a text in px, roughly and rather too wide than too narrow.

    Examples
    --------
    >>> text_width("wafer") < text_width("wafer, stack")
    True
    """
    wide = sum(1.0 if ord(sign) > 0x2E80 else 0.34 if sign in "iljt.,:;'|!() " else 0.59
               for sign in text)  # fmt: skip
    return wide * size


def wrapped(text: str, width: float, size: float = 12.0) -> list[str]:
    """A text in lines no wider than `width` px; a word that is longer alone is cut.

    Examples
    --------
    >>> wrapped("Lost: defects on the wafer", 90, 11)
    ['Lost: defects', 'on the wafer']
    """
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(shortened(word, width, size))
    return lines


def shortened(text: str, width: float, size: float = 12.0) -> str:
    """A text no wider than `width` px; what is cut leaves an ellipsis.

    Examples
    --------
    >>> shortened("TSMC Fab 21, Phoenix", 80, 11)
    'TSMC Fab 21,…'
    """
    if text_width(text, size) <= width:
        return text
    while text and text_width(f"{text}…", size) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def legend_columns(names: Sequence[str], width: float) -> int:
    """Columns of a legend: as many as fit with the longest name.

    Examples
    --------
    >>> legend_columns(["NVIDIA", "Google", "AMD"], 700), legend_columns(["x" * 60] * 3, 352)
    (3, 1)
    """
    each = max((text_width(n) for n in names), default=0.0) + 48
    return max(1, min(len(names), int((width - 60) // each)))


@dataclass(frozen=True)
class Lanes:
    """Rows of a chart, from top to bottom.

    Attributes
    ----------
    order : sequence of str
        Names of the rows, each once.
    narrow : bool
        Names above the rows.
    step : float
        Height of a row in px, its name above it not counted.
    parts : mapping of str to int
        Rows within a row, one where none are given; each is `step` high.

    Examples
    --------
    >>> Lanes(["logic", "packaging"], narrow=False, step=24).height
    48.0
    """

    order: Sequence[str]
    narrow: bool
    step: float = 24
    parts: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def _top(self) -> dict[str, float]:
        out, at = {}, 0.0
        for name in self.order:
            out[name] = at
            at += self._inner(name) + (HEADER if self.narrow else 0)
        return out

    def _inner(self, name: str) -> float:
        return float(self.step * self.parts.get(name, 1) + (6 if self.parts else 0))

    @property
    def height(self) -> float:
        """Height of the chart in px."""
        return sum(self._inner(n) + (HEADER if self.narrow else 0) for n in self.order)

    @property
    def spare(self) -> float:
        """Room at the left edge for readers whose font is wider than the one measured, px."""
        if self.narrow:
            return 0.0
        return 0.14 * min(LONGEST, max((text_width(n) for n in self.order), default=0.0))

    def placed(self, frame: pd.DataFrame, column: str, part: str | None = None) -> pd.DataFrame:
        """Rows with where they stand: lane_top, lane_mid, lane_end; `part` counts from 0."""
        at = [0] * len(frame) if part is None else list(frame[part])
        tops = [
            self._top[name] + (HEADER if self.narrow else 0) + (3 if self.parts else 0)
            + self.step * k
            for name, k in zip(frame[column], at, strict=True)
        ]  # fmt: skip
        gap = 1.5
        return frame.assign(
            lane_top=[t + gap for t in tops],
            lane_mid=[t + self.step / 2 for t in tops],
            lane_end=[t + self.step - gap for t in tops],
        )

    def _axis(self, name: str) -> Any:
        import altair as alt

        scale = alt.Scale(domain=[0, self.height], reverse=True, nice=False, zero=False)
        return alt.Y(f"{name}:Q", scale=scale, axis=None)

    def span(self) -> dict[str, Any]:
        """Encoding of a mark that fills its row."""
        import altair as alt

        return {"y": self._axis("lane_top"), "y2": alt.Y2("lane_end")}

    def middle(self) -> dict[str, Any]:
        """Encoding of a mark in the middle of its row."""
        return {"y": self._axis("lane_mid")}

    def names(self, width: int, said: Mapping[str, str] | None = None) -> list[Any]:
        """Layers that write the names; `said` gives other words, which may be longer on a phone."""
        import altair as alt

        from waferway.report.figures.reading import inline

        frame = pd.DataFrame({"said": [(said or {}).get(n, n) for n in self.order]})
        if self.narrow:
            frame["at"] = [self._top[n] + HEADER / 2 + 2 for n in self.order]
            look = {"align": "left", "limit": width - 24, "clip": False}
        else:
            frame["at"] = [self._top[n] + self._inner(n) / 2 for n in self.order]
            look = {"align": "right", "limit": LONGEST, "clip": False}
        mark = alt.Chart(inline(frame)).mark_text(baseline="middle", fontSize=12, **look)
        return [
            mark.encode(x=alt.value(0 if self.narrow else -8), y=self._axis("at"), text="said:N")
        ]
