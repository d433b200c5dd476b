"""Strict units: what may be added, and how text becomes a number with its unit.

Owns the unit algebra and the reading of quantities such as ``20k wafers/month`` or
``$8-10bn``. Counted nouns (wafer, die, stack, package, fab ...) are dimensions of their own,
so a wafer is never a die; a qualifier after a colon (``wafer:hbm``, ``flop:dense-fp8``) makes a
noun of its own kind. Currencies never convert here: an exchange rate is a claim, not a unit.
Refuses calendars (a month is a twelfth of a year; dated arithmetic is `waferway.calendar`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from waferway.errors import Fault, Place, UnitError, nearest

__all__ = ["Quantity", "Unit", "convert", "parse_quantity", "unit"]

CURRENCIES = frozenset(
    "USD EUR KRW JPY TWD CNY GBP SGD INR MYR CHF AED SAR CAD AUD ILS SEK".split()
)
NOUNS = frozenset(
    "wafer die stack package chip rack server interposer substrate fab site line module tool "
    "layer mask job unit unit_of_count GPU TPU H100e flop op bit token share_of_stock start claim "
    "point equivalent".split()
)
PLURALS = {
    "wafers": "wafer", "dies": "die", "dice": "die", "stacks": "stack", "packages": "package",
    "chips": "chip", "racks": "rack", "servers": "server", "interposers": "interposer",
    "substrates": "substrate", "fabs": "fab", "sites": "site", "lines": "line",
    "modules": "module", "tools": "tool", "layers": "layer", "masks": "mask", "jobs": "job",
    "units": "unit", "GPUs": "GPU", "TPUs": "TPU", "FLOP": "flop", "FLOPs": "flop",
    "bits": "bit", "tokens": "token", "starts": "start", "points": "point", "count": "unit",
    "hours": "hour", "days": "day", "weeks": "week", "months": "month", "quarters": "quarter",
    "years": "year", "yr": "year", "mo": "month", "h": "hour", "second": "s", "seconds": "s",
    "minutes": "minute", "bytes": "B", "percent": "%", "pct": "%", "dollars": "USD",
    "dollar": "USD", "euro": "EUR", "euros": "EUR", "won": "KRW", "yen": "JPY", "ratio": "1",
}  # fmt: skip
# name -> (factor to the reference of its dimension, dimension)
FIXED = {
    "1": (1.0, ""), "%": (0.01, ""),
    "year": (1.0, "time"), "quarter": (0.25, "time"), "month": (1 / 12, "time"),
    "week": (7 / 365.25, "time"), "day": (1 / 365.25, "time"), "hour": (1 / 8766, "time"),
    "minute": (1 / 525960, "time"), "s": (1 / 31557600, "time"),
    "m": (1.0, "length"), "km": (1e3, "length"), "cm": (1e-2, "length"), "mm": (1e-3, "length"),
    "um": (1e-6, "length"), "nm": (1e-9, "length"), "inch": (0.0254, "length"),
    "m2": (1.0, "area"), "cm2": (1e-4, "area"), "mm2": (1e-6, "area"), "m3": (1.0, "volume"),
    "W": (1.0, "power"), "kW": (1e3, "power"), "MW": (1e6, "power"), "GW": (1e9, "power"),
    "Wh": (1.0, "energy"), "kWh": (1e3, "energy"), "MWh": (1e6, "energy"),
    "GWh": (1e9, "energy"), "TWh": (1e12, "energy"),
    "B": (1.0, "byte"), "kB": (1e3, "byte"), "MB": (1e6, "byte"), "GB": (1e9, "byte"),
    "TB": (1e12, "byte"), "PB": (1e15, "byte"), "GiB": (2.0**30, "byte"),
    "MiB": (2.0**20, "byte"), "TiB": (2.0**40, "byte"), "Gb": (1e9 / 8, "byte"),
    "g": (1e-3, "mass"), "kg": (1.0, "mass"), "t": (1e3, "mass"), "Mt": (1e9, "mass"),
    "Hz": (31557600.0, "1/time"),
}  # fmt: skip
PREFIXED_NOUNS = {"kflop": 1e3, "Mflop": 1e6, "Gflop": 1e9, "Tflop": 1e12, "Pflop": 1e15}
SCALES = {
    "k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "M": 1e6, "million": 1e6,
    "bn": 1e9, "b": 1e9, "B": 1e9, "billion": 1e9, "tn": 1e12, "trillion": 1e12, "T": 1e12,
}  # fmt: skip
SYMBOLS = {"$": "USD", "US$": "USD", "€": "EUR", "₩": "KRW", "¥": "JPY", "£": "GBP", "NT$": "TWD"}


@dataclass(frozen=True)
class Unit:
    """A unit: its text, its factor and its dimensions.

    Attributes
    ----------
    text : str
        As written.
    factor : float
        Size in the reference units of the dimensions; above 0.
    dimensions : tuple of (str, int)
        Dimension and exponent, sorted; empty for a pure number.
    """

    text: str
    factor: float
    dimensions: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        return self.text

    def mixes_with(self, other: Unit) -> bool:
        """Whether values in the two units may be added after conversion."""
        return self.dimensions == other.dimensions


@dataclass(frozen=True)
class Quantity:
    """A number with its unit and, where stated, its bounds.

    Attributes
    ----------
    low, value, high : float or None
        In `unit`. A range has no `value`; "up to" only a `high`; "at least" only a `low`.
    unit : Unit
    approximate : bool
        Whether the text said "about".
    """

    low: float | None
    value: float | None
    high: float | None
    unit: Unit
    approximate: bool = False

    @property
    def central(self) -> float:
        """The value, else the midpoint of the bounds, else the one bound there is."""
        if self.value is not None:
            return self.value
        bounds = [bound for bound in (self.low, self.high) if bound is not None]
        return sum(bounds) / len(bounds)

    def to(self, target: str | Unit) -> Quantity:
        """The same quantity in another unit.

        Raises
        ------
        UnitError
            If the dimensions differ.
        """
        goal = unit(target) if isinstance(target, str) else target
        factor = convert(1.0, self.unit, goal)
        low, value, high = (
            None if number is None else number * factor
            for number in (self.low, self.value, self.high)
        )
        return Quantity(low, value, high, goal, self.approximate)


def _fail(text: str, why: str, suggestion: str = "") -> UnitError:
    return UnitError([Fault(Place(), text, why, suggestion, kind="unit")], "nothing was computed")


@lru_cache(maxsize=4096)
def unit(text: str) -> Unit:
    """Read a unit such as ``wafer/month``, ``USD/wafer:hbm``, ``GB/s`` or ``1/cm2``.

    Parameters
    ----------
    text : str
        Factors joined by ``*`` and ``/``; singular or plural nouns.

    Returns
    -------
    Unit

    Raises
    ------
    UnitError
        If a factor is unknown; names the nearest known one.

    Examples
    --------
    >>> unit("wafers/month").dimensions
    (('time', -1), ('wafer', 1))
    >>> unit("wafer").mixes_with(unit("die"))
    False
    """
    dims: dict[str, int] = {}
    factor = 1.0
    sign = 1
    for token in re.split(r"([*/])", text.strip()):
        part = token.strip()
        if part == "*":
            continue
        if part == "/":
            sign = -1
            continue
        size, dimension = _factor(part, text)
        factor *= size**sign
        if dimension.startswith("1/"):
            dims[dimension[2:]] = dims.get(dimension[2:], 0) - sign
        elif dimension:
            dims[dimension] = dims.get(dimension, 0) + sign
    return Unit(text.strip(), factor, tuple(sorted((d, e) for d, e in dims.items() if e)))


def _factor(name: str, whole: str) -> tuple[float, str]:
    noun, colon, qualifier = name.partition(":")
    noun = PLURALS.get(noun, noun)
    if not colon and noun in FIXED:
        return FIXED[noun]
    if not colon and noun in CURRENCIES:
        return 1.0, noun
    if noun in NOUNS:
        return 1.0, f"{noun}:{qualifier}" if colon else noun
    if noun in PREFIXED_NOUNS:
        return PREFIXED_NOUNS[noun], f"flop:{qualifier}" if colon else "flop"
    known = [*FIXED, *CURRENCIES, *NOUNS, *PLURALS]
    guess = nearest(noun, known)
    raise _fail(
        f'"{name}" is not a unit (in "{whole}")',
        "units are counted nouns, currencies and physical units, joined by * and /",
        f"did you mean {guess[0]}?" if guess else "see docs/reference/units",
    )


def convert(value: float, source: str | Unit, target: str | Unit) -> float:
    """Convert a number between units of the same dimensions.

    Parameters
    ----------
    value : float
    source, target : str or Unit

    Returns
    -------
    float
        In `target`.

    Raises
    ------
    UnitError
        If the dimensions differ: wafers and dies, dense and sparse FLOP, power and energy.

    Examples
    --------
    >>> convert(20_000, "wafer/month", "wafer/year")
    240000.0
    >>> convert(1, "GW", "GWh")
    Traceback (most recent call last):
        ...
    waferway.errors.UnitError: <in memory>  GW does not mix with GWh
                 GW is power; GWh is energy
    1 fault; nothing was computed.
    """
    start = unit(source) if isinstance(source, str) else source
    goal = unit(target) if isinstance(target, str) else target
    if not start.mixes_with(goal):
        raise _fail(
            f"{start} does not mix with {goal}",
            f"{start} is {_spell(start)}; {goal} is {_spell(goal)}",
        )
    ratio = start.factor / goal.factor
    nearest_whole = round(ratio)
    if nearest_whole and abs(ratio - nearest_whole) < 1e-12 * nearest_whole:
        ratio = float(nearest_whole)
    return value * ratio


def _spell(which: Unit) -> str:
    if not which.dimensions:
        return "a pure number"
    return " * ".join(d if e == 1 else f"{d}^{e}" for d, e in which.dimensions)


_NUMBER = r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?|[-+]?\.\d+(?:[eE][-+]?\d+)?"
_SCALE = r"(?:thousand|million|billion|trillion|mn|bn|tn|k|m|M|b|B|T)(?![A-Za-z0-9])"
_QUANTITY = re.compile(
    rf"""^\s*
    (?P<about>about|around|approx\.?|~|≈)?\s*
    (?P<bound>up\ to|at\ most|at\ least|over|more\ than|below|under|<=|>=|<|>|≤|≥)?\s*
    (?P<symbol>US\$|NT\$|\$|€|₩|¥|£)?\s*
    (?P<first>{_NUMBER})\s*(?P<scale1>{_SCALE})?
    (?:\s*(?:-|–|to|\.\.)\s*(?:US\$|NT\$|\$|€|₩|¥|£)?\s*(?P<second>{_NUMBER})\s*(?P<scale2>{_SCALE})?)?
    \s*(?P<unit>.*?)\s*$""",
    re.VERBOSE,
)


def parse_quantity(text: str, expect: str | None = None) -> Quantity:
    """Read a quantity in text: number or range, scale word, unit.

    Parameters
    ----------
    text : str
        For example ``20k wafers/month``, ``$8-10bn``, ``up to 36 fabs``, ``about 35 %``.
    expect : str, optional
        Unit to convert to; a bare number is taken to be in it.

    Returns
    -------
    Quantity
        In `expect` when given, else in the unit as written.

    Raises
    ------
    UnitError
        If the text is no quantity, its unit is unknown, or it does not mix with `expect`.

    Examples
    --------
    >>> parse_quantity("20k wafers/month", "wafer/year").value
    240000.0
    >>> q = parse_quantity("$8-10bn"); (q.low, q.value, q.high, str(q.unit))
    (8000000000.0, None, 10000000000.0, 'USD')
    """
    found = _QUANTITY.match(text)
    if not found:
        raise _fail(f'"{text}" is not a quantity', "a number, an optional scale and a unit")
    rest = found["unit"]
    symbol = SYMBOLS.get(found["symbol"] or "", "")
    if symbol and rest.startswith("/"):
        rest = symbol + rest
    elif symbol and rest:
        rest = f"{symbol}*{rest}"
    elif symbol:
        rest = symbol
    scale2 = SCALES.get(found["scale2"] or "", 1.0)
    scale1 = SCALES[found["scale1"]] if found["scale1"] else (scale2 if found["second"] else 1.0)
    first = float(found["first"].replace(",", "")) * scale1
    second = float(found["second"].replace(",", "")) * scale2 if found["second"] else None
    stated = unit(rest) if rest else unit(expect or "1")
    bound = found["bound"] or ""
    if second is not None:
        low, value, high = first, None, second
        if low > high:
            raise _fail(f'"{text}" is a range that runs backwards', f"{low:g} is above {high:g}")
    elif bound in {"up to", "at most", "below", "under", "<", "<=", "≤"}:
        low, value, high = None, None, first
    elif bound:
        low, value, high = first, None, None
    else:
        low, value, high = None, first, None
    result = Quantity(low, value, high, stated, bool(found["about"]))
    return result.to(expect) if expect else result
