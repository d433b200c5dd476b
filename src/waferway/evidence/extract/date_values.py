"""What a matched date says: an ISO day, month or year, a quarter, a half, a fiscal year.

Owns the calendar values and their first and last days. Refuses the machine's clock: without a
date of the document, a day without a year stays ``--04-17``.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re

from waferway.evidence.extract.date_patterns import months

__all__ = ["bounds", "date_value"]

_HANS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0}


def date_value(kind: str, got: dict[str, str], lang: str, published: str | None) -> str | None:
    """The value of a matched date; None where the parts make no date.

    Parameters
    ----------
    kind : str
        Kind of the pattern (`date_patterns`).
    got : dict of str to str
        Parts of the match by name.
    lang : str
    published : str, optional
        Date of the document, which resolves a day without a year.

    Examples
    --------
    >>> date_value("quarter", {"q": "3", "year": "2027"}, "en", None)
    '2027-Q3'
    """
    year = _year(got)
    if kind in {"quarter", "half"}:
        part = got.get("q") or got.get("q2") or got.get("qq")
        number = _small(part) if part else next(i for i in range(1, 5) if f"n{i}" in got)
        if kind == "half" and number > 2:
            return None
        mark = "FY" if got.get("fiscal") else ""
        return f"{mark}{year}-{'Q' if kind == 'quarter' else 'H'}{number}"
    if kind == "fiscal":
        return f"FY{year}"
    if kind == "span":
        first, last = int(got["m"]), int(got["to"])
        length = last - first + 1
        if length == 3 and last % 3 == 0:
            return f"{year}-Q{last // 3}"
        if length == 6 and last % 6 == 0:
            return f"{year}-H{last // 6}"
        return str(year)
    month = months(lang)[got["month"]] if "month" in got else None
    if "m" in got:
        month = _small(got["m"])
    day = _small(got["day"] if "day" in got else got["d"]) if "day" in got or "d" in got else None
    if kind == "dmy" and month is not None and day is not None:
        american = lang == "en" and got["sep"] == "/" and day <= 12
        if american or month > 12:
            month, day = day, month
    return _written(got, year, month, day, published)


def _written(
    got: dict[str, str], year: int | None, month: int | None, day: int | None,
    published: str | None,
) -> str | None:  # fmt: skip
    if month is not None and not 1 <= month <= 12:
        return None
    if year is None and month is not None and published:
        year = _nearest_year(month, published)
    if day is not None and month is not None:
        if not 1 <= day <= (calendar.monthrange(year, month)[1] if year else 31):
            return None
        return f"{year}-{month:02d}-{day:02d}" if year else f"--{month:02d}-{day:02d}"
    if month is not None:
        if year is None:
            return f"--{month:02d}"
        if got.get("end") or got.get("endm"):
            return f"{year}-{month:02d}-{calendar.monthrange(year, month)[1]:02d}"
        return f"{year}-{month:02d}"
    if year is None:
        return None
    return f"{year}-12-31" if got.get("end") or got.get("endy") else str(year)


def _nearest_year(month: int, published: str) -> int:
    """The year that puts a month nearest to the document's own month; a tie goes to the past."""
    year, context = int(published[:4]), int(published[5:7] or 6)
    gap = month - context
    return year - 1 if gap >= 6 else year + 1 if gap < -6 else year


def _year(got: dict[str, str]) -> int | None:
    if "era" in got:
        first = {"令和": 2018, "平成": 1988, "昭和": 1925}.get(got["era"], 1911)
        return first + (1 if got["ey"] == "元" else int(got["ey"]))
    text = got.get("year") or got.get("year2") or got.get("fy")
    if text is None:
        return None
    text = text.lstrip("'")
    if not text.isascii():
        text = "".join(str(_HANS.get(c, 0)) for c in text)
    year = int(text)
    return year + 2000 if year < 100 else year


def _small(text: str) -> int:
    if text.isascii():
        return int(text)
    total = 0
    for char in text:
        total = (total or 1) * 10 if char == "十" else total + _HANS[char]
    return total


def bounds(value: str) -> tuple[dt.date | None, dt.date | None]:
    """First day and the day after the last of a calendar value; None where it is open or fiscal.

    Examples
    --------
    >>> bounds("2027-Q3")
    (datetime.date(2027, 7, 1), datetime.date(2027, 10, 1))
    >>> bounds("/2030")
    (None, datetime.date(2031, 1, 1))
    """
    if value.startswith(("FY", "--")):
        return None, None
    if "/" in value:
        first, _, last = value.partition("/")
        return (bounds(first)[0] if first else None, bounds(last)[1] if last else None)
    match = re.fullmatch(r"(\d{4})(?:-(?:Q([1-4])|H([12])|(\d\d)(?:-(\d\d))?))?", value)
    if match is None:
        return None, None
    year = int(match[1])
    quarter, half, month, day = match[2], match[3], match[4], match[5]
    if day:
        begin = dt.date(year, int(month), int(day))
        return begin, begin + dt.timedelta(days=1)
    start, length = 1, 12
    if quarter:
        start, length = 3 * int(quarter) - 2, 3
    elif half:
        start, length = 6 * int(half) - 5, 6
    elif month:
        start, length = int(month), 1
    stop = start - 1 + length
    return dt.date(year, start, 1), dt.date(year + stop // 12, stop % 12 + 1, 1)
