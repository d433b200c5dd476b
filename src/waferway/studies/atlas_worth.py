"""Worth of serving in the atlas, from the step curve of the demand engine.

Owns how a falling curve becomes one value for each demand and year: OpenAI pays the top step,
the others what the rest of the curve is worth on average, so that the need-weighted mean of the
plan is that of the curve. Users of HBM and packaging who are not named follow.
"""

from __future__ import annotations

from waferway.demand.worth import worth_of_serving

__all__ = ["YEARS", "worth_rows"]

YEARS = tuple(range(2024, 2032))
OTHERS = ("compute-market", "compute-google", "compute-amazon")
UNNAMED = {"hbm-other": ((5.0, 10.0, 15.0), 2030), "cowos-other": ((14.25, 28.5, 42.75), 2030)}
"""H100 equivalents a wafer carries (low, best, high), and the last year that has a row: 800 GB
of HBM over 80 GB a package, half to half as much again; 28.5 packages of a packaging wafer."""
Row = tuple[float, float, float]


def worth_rows(openai_share: dict[int, float]) -> dict[tuple[str, str], Row]:
    """Worth of serving by demand of the atlas and year.

    Parameters
    ----------
    openai_share : dict of int to float
        By year: OpenAI's part of the need of the four compute demands; a year that is missing
        takes the first there is.

    Returns
    -------
    dict of (demand, year) to (low, best, high)
        USD per H100 equivalent, or per wafer, four significant digits.

    Examples
    --------
    >>> rows = worth_rows({2025: 0.1})
    >>> low, best, high = rows["compute-market", "2025"]
    >>> low < best < high < rows["compute-openai", "2025"][2]
    True
    """
    out: dict[tuple[str, str], Row] = {}
    first = openai_share[min(openai_share)]
    for year in YEARS:
        frame = worth_of_serving(year).frame
        part = openai_share.get(year, first)
        ends = [("low_usd", "usd", "high_usd")[i] for i in range(3)]
        top = [float(frame[end].iloc[0]) for end in ends]
        whole = [float((frame["share"] * frame[end]).sum()) for end in ends]
        rest = [(w - part * t) / (1.0 - part) for w, t in zip(whole, top, strict=True)]
        out["compute-openai", str(year)] = _row(top)
        for name in OTHERS:
            out[name, str(year)] = _row(rest)
        for name, (carried, last) in UNNAMED.items():
            if year <= last:
                out[name, str(year)] = _row([c * r for c, r in zip(carried, rest, strict=True)])
    return out


def _row(values: list[float]) -> Row:
    low, best, high = (float(f"{value:.4g}") for value in values)
    return low, best, high
