"""How numbers of a table are written.

Owns digits and the word for what is missing.
"""

from __future__ import annotations

import math
from typing import Any

__all__ = ["cell_text", "listed", "short_money"]


def cell_text(value: Any, column: str) -> str:
    """A value as people read it; what is missing is said, never 0.

    Examples
    --------
    >>> cell_text(0.256, "unmet share"), cell_text(2027.0, "year"), cell_text(None, "worth")
    ('25.6%', '2027', 'not known')
    >>> cell_text(1234567.0, "capex, USD")
    '1,234,567'
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "not known"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if column == "year":
        return f"{value:.0f}"
    if "share" in column:
        return f"{value:.1%}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:,.4g}"


def listed(words: list[str]) -> str:
    """Words as a list in a sentence.

    Examples
    --------
    >>> listed(["power", "HBM", "wafers"])
    'power, HBM and wafers'
    """
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def short_money(usd: float) -> str:
    """Money in a cell: three figures at most, no room lost.

    Examples
    --------
    >>> short_money(21_960_000), short_money(9_370), short_money(162e9), short_money(4.2)
    ('$22.0M', '$9.37k', '$162bn', '$4.2')
    """
    sign, size = ("-", -usd) if usd < 0 else ("", usd)
    for scale, unit in ((1e12, "tn"), (1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if size >= scale * 0.9995:
            figure = size / scale
            digits = 2 if figure < 9.995 else 1 if figure < 99.95 else 0
            return f"{sign}${figure:.{digits}f}{unit}"
    return f"{sign}${size:.3g}"
