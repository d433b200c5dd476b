"""Which outcomes a set of predictions can use, and what the others may have meant.

Owns the keys of predictions, metric with subject and period, and the nearest right key to a
wrong one. Nothing is guessed: a key in another spelling (case, blanks, hyphens, ``Q1 2025``) is
read as what it says; a near key is told, not used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from waferway.errors import nearest

__all__ = ["Unused", "keys_text", "split_outcomes", "unit_slips"]

KEY = ["metric", "subject", "period"]
SLIP = 15.0
"""Times the prediction, or a part of it, beyond which another unit is likelier than an error.

Thousands and won are a thousand times, Taiwan dollars 32 times: half of that leaves room for an
error of the prediction beside the slip.
"""
SCALES = ("thousand", "million", "billion", "trillion", "mn", "bn", "k ", "m ")


@dataclass(frozen=True)
class Unused:
    """An outcome that no prediction has the key of.

    Attributes
    ----------
    metric, subject, period : str
        As the file gives them.
    nearest : str
        The nearest right key; empty where none is near.
    """

    metric: str
    subject: str
    period: str
    nearest: str

    def __str__(self) -> str:
        hint = f": did you mean {self.nearest}?" if self.nearest else ""
        return f"{self.metric} {self.subject} {self.period}{hint}"


def split_outcomes(
    outcomes: pd.DataFrame, predictions: pd.DataFrame
) -> tuple[pd.DataFrame, tuple[Unused, ...]]:
    """Outcomes that have a prediction, and the others with the nearest key.

    Parameters
    ----------
    outcomes, predictions : DataFrame
        With metric, subject, period.

    Returns
    -------
    used : DataFrame
        Under the keys of the predictions; of two spellings of one key, the first.
    unused : tuple of Unused

    Examples
    --------
    >>> said = pd.DataFrame([["revenue_usd", "tsmc", "2025"]], columns=KEY)
    >>> was = pd.DataFrame([["revenue_usd", "TSMC", "FY2025"]], columns=KEY)
    >>> print(split_outcomes(was, said)[1][0])
    revenue_usd TSMC FY2025: did you mean revenue_usd tsmc 2025?
    """
    keys = {tuple(row) for row in predictions[KEY].to_numpy()}
    spelled = {_spelled(key): key for key in keys}
    told = [(str(m), str(s), str(p)) for m, s, p in outcomes[KEY].to_numpy()]
    meant: list[tuple[str, ...] | None] = []
    for key in told:
        right = key if key in keys else spelled.get(_spelled(key))
        meant.append(None if right in meant else right)
    has = np.array([key is not None for key in meant], dtype=bool)
    lost = tuple(Unused(m, s, p, near_key((m, s, p), keys))
                 for (m, s, p), held in zip(told, has, strict=True) if not held)  # fmt: skip
    used = outcomes[has].copy()
    used[KEY] = [key for key in meant if key is not None] or np.zeros((0, len(KEY)), dtype=str)
    return used, lost


def _spelled(key: tuple[str, ...]) -> tuple[str, ...]:
    """A key without case, blanks, hyphens and underscores; its period as a label."""
    metric, subject, period = (re.sub(r"[\s_-]", "", part).casefold() for part in key)
    return metric, subject, _period(key[2]).casefold() or period


def near_key(key: tuple[str, ...], keys: set[tuple[str, ...]]) -> str:
    """The right key most like a wrong one, or an empty text."""
    metric = _near(key[0], {k[0] for k in keys}, 0.5)
    subject = _near(key[1], {k[1] for k in keys if k[0] == metric}, 0.6)
    if not metric or not subject:
        return ""
    periods = {k[2] for k in keys if k[:2] == (metric, subject)}
    period = _period(key[2])
    if period not in periods:
        # another year is no slip of the pen: only a year that is named is near
        same = [p for p in sorted(periods) if _year(p) == _year(period)]
        period = same[0] if len(same) == 1 else _near(period, set(same), 0.5)
    return f"{metric} {subject} {period}" if period else ""


def unit_slips(cells: pd.DataFrame) -> tuple[str, ...]:
    """Outcomes so far from their prediction, or so labelled, that their unit is in doubt.

    Parameters
    ----------
    cells : DataFrame
        metric, subject, period, unit (of the prediction), p50, value, and stated_unit where the
        outcomes give one.

    Examples
    --------
    >>> cell = {"metric": "revenue_usd", "subject": "tsmc", "period": "2025", "unit": "USD"}
    >>> print(unit_slips(pd.DataFrame([cell | {"p50": 1e11, "value": 1e5}]))[0])
    revenue_usd tsmc 2025: 100000 is 1,000,000 times smaller than predicted; the unit is USD
    """
    told = []
    for row in cells.to_dict("records"):
        name = f"{row['metric']} {row['subject']} {row['period']}"
        stated = row.get("stated_unit")
        times = float(row["value"]) / float(row["p50"])
        if isinstance(stated, str) and stated.strip() and _differs(stated, row["unit"]):
            told.append(f"{name}: the file says {stated.strip()}; the unit is {row['unit']}")
        elif times > SLIP or times < 1.0 / SLIP:
            far = f"{times:,.0f} times larger" if times > 1 else f"{1 / times:,.0f} times smaller"
            told.append(f"{name}: {row['value']:g} is {far} than predicted; "
                        f"the unit is {row['unit']}")  # fmt: skip
    return tuple(told)


def _differs(stated: str, unit: str) -> bool:
    """Whether a stated unit is another one: another currency, or a scale."""
    plain = f"{stated.strip().casefold()} "
    if any(scale in plain for scale in SCALES):
        return True
    return unit == "USD" and plain.strip() not in ("usd", "us$", "$", "dollar", "dollars")


def keys_text(predictions: pd.DataFrame) -> str:
    """All keys, a line for metrics that have the same: subjects of the same periods together."""
    keys: dict[str, list[str]] = {}
    for metric, rows in predictions.groupby("metric", sort=False):
        periods = rows.groupby("subject", sort=False)["period"].agg(", ".join)
        parts = []
        for span in dict.fromkeys(periods):
            names = ", ".join(s for s in periods.index if periods[s] == span)
            parts.append(f"{names} in {span}")
        keys.setdefault("; ".join(parts), []).append(str(metric))
    return "\n".join(f"{', '.join(metrics)}: {parts}" for parts, metrics in keys.items())


def _near(name: str, valid: set[str], cutoff: float) -> str:
    found = nearest(name, sorted(valid), cutoff=cutoff)
    return found[0] if found else ""


def _period(text: str) -> str:
    """A period as predictions write it: 2025Q1, 2025, FY2026."""
    plain = re.sub(r"[\s_\-./]", "", text.upper())
    for pattern in (r"(?P<y>\d{4}|\d\d)Q(?P<q>[1-4])", r"Q(?P<q>[1-4])(?P<y>\d{4}|\d\d)",
                    r"(?P<q>[1-4])Q(?P<y>\d{4}|\d\d)"):  # fmt: skip
        if found := re.fullmatch(pattern, plain):
            return f"{_four(found['y'])}Q{found['q']}"
    if found := re.fullmatch(r"(?P<kind>FY|CY|)(?P<y>\d{4}|\d\d)0?", plain):
        return ("FY" if found["kind"] == "FY" else "") + _four(found["y"])
    return text.strip()


def _four(year: str) -> str:
    return year if len(year) == 4 else f"20{year}"


def _year(period: str) -> str:
    found = re.search(r"\d{4}", period)
    return found[0] if found else ""
