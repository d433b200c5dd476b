"""Merger rules told as the guidelines tell them, in decimal fractions; no data, no arrays."""

from decimal import Decimal


def index(shares):
    return sum(Decimal(str(s)) ** 2 for s in shares)


def merge(shares, i, j):
    """HHI before, after, change, merged share."""
    values = [Decimal(str(s)) for s in shares]
    merged = values[i] + values[j]
    rest = [v for k, v in enumerate(values) if k not in (i, j)]
    before, after = index(values), index([*rest, merged])
    return before, after, after - before, merged


def us_2023(after, change, merged):
    return {
        "us-2023-2.1-hhi": after > 1800 and change > 100,
        "us-2023-2.1-share": merged > 30 and change > 100,
    }


def us_2010(after, change):
    return {"us-2010-presumption": after > 2500 and change > 200}


def eu_2004(after, change):
    return {
        "eu-2004-19": after < 1000,
        "eu-2004-20a": 1000 <= after <= 2000 and change < 250,
        "eu-2004-20b": after > 2000 and change < 150,
    }
