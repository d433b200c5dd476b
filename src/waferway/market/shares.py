"""How concentrated a market is: indices, their interval, and who controls whom.

Owns HHI, CR-k, effective number and the bounds that an unlisted rest leaves; grouping by
controlling owner at a date; the gate that shares pass before any measure. Shares are in percent
(0 to 100). Refuses to renormalise: a group that does not add to 100 is reported, its rest is an
interval. Firms and countries are two partitions of the same 100 % and are never added.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.errors import Faults, Place, RangeError, nearest

__all__ = [
    "Concentration",
    "Market",
    "Stake",
    "check_shares",
    "concentration",
    "concentration_ratio",
    "controllers",
    "effective_number",
    "hhi",
    "modified_hhi",
    "tail_bounds",
]

Floats = NDArray[np.float64]
SUM_TOLERANCE_PERCENT = 0.5  # published shares are rounded; a group may miss 100 by this much


def hhi(shares_percent: ArrayLike) -> Floats:
    """Herfindahl-Hirschman index: sum of squared percentage shares, along the last axis.

    Parameters
    ----------
    shares_percent : array, shape (..., N), percent, 0 to 100; NaN: no such firm

    Returns
    -------
    array, shape (...), 0 to 10,000

    Examples
    --------
    >>> hhi([30, 30, 20, 20]).item(), hhi([40, 30, 20, 10]).item()
    (2600.0, 3000.0)
    """
    shares = np.asarray(shares_percent, dtype=float)
    if (np.nan_to_num(shares) < 0).any() or (np.nan_to_num(shares) > 100).any():
        raise RangeError("shares are percent between 0 and 100 (30 means 30 %)")
    return np.asarray(np.nansum(shares**2, axis=-1))


def concentration_ratio(shares_percent: ArrayLike, k: int) -> Floats:
    """CR-k: sum of the k largest shares, percent.

    Examples
    --------
    >>> concentration_ratio([10, 40, 20, 30], 2).item()
    70.0
    """
    if k < 1:
        raise RangeError(f"k is {k}; it must be at least 1")
    shares = np.sort(np.nan_to_num(np.asarray(shares_percent, dtype=float)), axis=-1)
    return np.asarray(shares[..., ::-1][..., :k].sum(axis=-1))


def effective_number(index: ArrayLike) -> Floats:
    """Number of equal firms with the same HHI: 10,000 / HHI.

    Examples
    --------
    >>> effective_number(2500.0).item()
    4.0
    """
    with np.errstate(divide="ignore"):
        return np.asarray(1e4 / np.asarray(index, dtype=float))


def tail_bounds(rest_percent: float, largest_percent: float | None = None) -> tuple[float, float]:
    """What an unlisted rest adds to the HHI, at least and at most.

    Parameters
    ----------
    rest_percent : float, 0 to 100
        Share held by firms that are not listed.
    largest_percent : float, above 0, optional
        No unlisted firm is above it; absent, the rest may be one firm.

    Returns
    -------
    (float, float)
        0 (many firms of no weight), and floor(u/s) s^2 + rest^2.

    Examples
    --------
    >>> tail_bounds(10.0, 4.0)
    (0.0, 36.0)
    """
    if not 0 <= rest_percent <= 100:
        raise RangeError(f"rest_percent is {rest_percent}; it must lie between 0 and 100")
    size = rest_percent if largest_percent is None else min(largest_percent, rest_percent)
    if largest_percent is not None and not largest_percent > 0:
        raise RangeError(f"largest_percent is {largest_percent}; it must be above 0")
    if rest_percent == 0:
        return 0.0, 0.0
    whole = int(rest_percent / size + 1e-12)
    return 0.0, whole * size**2 + (rest_percent - whole * size) ** 2


@dataclass(frozen=True)
class Market:
    """A market as the user defines it: the definition is an input and stands by every result.

    Attributes
    ----------
    name : str
    product, area, unit : str
        What is counted where, in what: revenue, wafers, HBM bits.
    date : datetime.date
        To which the shares refer.
    shares_percent : mapping of str to float
        By firm (or by country: never both).
    largest_unlisted_percent : float, optional
        Upper bound on any firm that is not listed.
    claims : tuple of str
        Claim ids of the definition and of the shares.
    """

    name: str
    product: str
    area: str
    unit: str
    date: dt.date
    shares_percent: Mapping[str, float]
    largest_unlisted_percent: float | None = None
    claims: tuple[str, ...] = ()

    def check(self, faults: Faults) -> None:
        """Add every fault of the definition and the shares."""
        place = Place(f"market {self.name}")
        for what in ("product", "area", "unit"):
            if not getattr(self, what):
                faults.add(place, f"the {what} is not said", "a share without its market means "
                           "nothing", f"give {what}=", kind="definition")  # fmt: skip
        for firm, share in self.shares_percent.items():
            if not 0 <= share <= 100:
                faults.add(place, f"{firm} has a share of {share:g}",
                           "shares are percent between 0 and 100", kind="share")  # fmt: skip
        total = sum(self.shares_percent.values())
        if total > 100 + SUM_TOLERANCE_PERCENT:
            faults.add(place, f"the shares add to {total:g} %",
                       "more than the whole: a repeated firm, two years, or firms and countries "
                       "mixed", kind="sum")  # fmt: skip
        if not self.shares_percent:
            faults.add(place, "no shares are given", kind="missing")

    @property
    def rest_percent(self) -> float:
        """Share of firms that are not listed; 0 where rounding makes the sum pass 100."""
        rest = 100.0 - sum(self.shares_percent.values())
        return rest if rest > SUM_TOLERANCE_PERCENT else 0.0


@dataclass(frozen=True)
class Concentration:
    """Concentration of one market.

    Attributes
    ----------
    market : Market
    hhi_low, hhi_high : float
        The interval that the unlisted rest leaves; equal where there is none.
    cr1, cr4 : float, percent, of listed firms
    effective_number_low, effective_number_high : float
    count : int
        Listed firms with a share above 0.
    depends_on_tail : bool
    """

    market: Market
    hhi_low: float
    hhi_high: float
    cr1: float
    cr4: float
    effective_number_low: float
    effective_number_high: float
    count: int
    depends_on_tail: bool


def concentration(market: Market) -> Concentration:
    """Indices of a market, with the interval that an unlisted rest leaves.

    Raises
    ------
    InputError
        With every fault of the market.

    Examples
    --------
    >>> dram = Market("dram-1q23", "DRAM", "world", "revenue", dt.date(2023, 3, 31),
    ...               {"Samsung": 43.2, "Micron": 28.2, "SK hynix": 23.9, "Nanya": 2.2})
    >>> result = concentration(dram)
    >>> round(result.hhi_low, 2), round(result.hhi_high, 2), result.depends_on_tail
    (3237.53, 3243.78, True)
    """
    faults = Faults()
    market.check(faults)
    faults.raise_any("no concentration was computed")
    shares = np.array(list(market.shares_percent.values()))
    known = float(hhi(shares))
    low, high = tail_bounds(market.rest_percent, market.largest_unlisted_percent)
    return Concentration(
        market, known + low, known + high, float(concentration_ratio(shares, 1)),
        float(concentration_ratio(shares, 4)), float(effective_number(known + high)),
        float(effective_number(known + low)), int((shares > 0).sum()), high > low,
    )  # fmt: skip


def check_shares(
    rows: Iterable[Mapping[str, Any]],
    *,
    group: Sequence[str] = ("item", "kind", "year"),
    member: str = "provider",
    share: str = "share_percent",
    known_members: Iterable[str] | None = None,
    require_total: bool = True,
    file: str = "shares",
) -> Faults:
    """Every fault of a table of shares, with its row; nothing is repaired.

    Found: repeated keys, shares that are missing or outside 0 to 100, fractions taken for
    percent, groups whose sum leaves 100 by more than half a point, a group that mixes years,
    unknown names.

    Parameters
    ----------
    rows : iterable of mappings
        Row 1 of the file is the header, so the first is row 2.
    group : sequence of str
        Columns that define a group of 100 %; a column named ``year`` may not mix: groups that
        agree in all but the year and lie in one file are fine, rows without a year are not.
    member, share : str
        Columns of the firm or country, and of its share.
    known_members : iterable of str, optional
    require_total : bool
        Whether groups must add to 100.
    file : str

    Returns
    -------
    Faults

    Examples
    --------
    >>> rows = [{"item": "N1", "kind": "firm", "year": 2025, "provider": "A", "share_percent": 80},
    ...         {"item": "N1", "kind": "firm", "year": 2025, "provider": "A", "share_percent": 80}]
    >>> [fault.kind for fault in check_shares(rows)]
    ['repeated', 'sum']
    """
    faults = Faults()
    totals: dict[tuple[Any, ...], float] = {}
    first: dict[tuple[Any, ...], int] = {}
    seen: dict[tuple[Any, ...], int] = {}
    largest: dict[tuple[Any, ...], float] = {}
    known = list(known_members) if known_members is not None else None
    for number, row in enumerate(rows, start=2):
        place = Place(file, number)
        absent = [column for column in (*group, member, share) if row.get(column) in (None, "")]
        if absent:
            faults.add(place, f"{', '.join(absent)} missing", "missing is never zero",
                       kind="missing")  # fmt: skip
            continue
        key = tuple(row[column] for column in group)
        name = row[member]
        if (*key, name) in seen:
            faults.add(place, f"{name} stands twice in {_say(group, key)}",
                       f"first in row {seen[(*key, name)]}", "a join on a repeated id does this",
                       kind="repeated")  # fmt: skip
        seen.setdefault((*key, name), number)
        if known is not None and name not in known:
            near = nearest(str(name), known)
            faults.add(
                place,
                f"{name} is not a known name",
                suggestion=f"did you mean {near[0]}?" if near else "",
                kind="name",
            )
        try:
            value = float(row[share])
        except (TypeError, ValueError):
            faults.add(place, f'"{row[share]}" is not a share', kind="share")
            continue
        if not 0 <= value <= 100:
            faults.add(place, f"the share of {name} is {value:g}", "percent between 0 and 100",
                       kind="share")  # fmt: skip
            continue
        totals[key] = totals.get(key, 0.0) + value
        largest[key] = max(largest.get(key, 0.0), value)
        first.setdefault(key, number)
    for key, total in totals.items():
        if require_total and abs(total - 100) > SUM_TOLERANCE_PERCENT + 1e-9:
            fractions = largest[key] <= 1 and abs(total - 1) <= SUM_TOLERANCE_PERCENT / 100
            faults.add(
                Place(file, first[key]), f"{_say(group, key)} adds to {total:g} %",
                "fractions were given for percent" if fractions else
                f"a group adds to 100 within {SUM_TOLERANCE_PERCENT:g}",
                "multiply by 100" if fractions else "list what is missing or mark the rest",
                kind="fraction" if fractions else "sum",
            )  # fmt: skip
    return faults


def _say(columns: Sequence[str], values: Sequence[Any]) -> str:
    return ", ".join(f"{column} {value}" for column, value in zip(columns, values, strict=True))


@dataclass(frozen=True)
class Stake:
    """Who owns what share of a firm from when to when.

    Attributes
    ----------
    owner, owned : str
    share : float, 0 to 1
    from_date, to_date : datetime.date, optional
        Both included; open ends hold.
    controls : bool, optional
        Control by right whatever the share, or none in spite of it; None: more than half.
    """

    owner: str
    owned: str
    share: float
    from_date: dt.date | None = None
    to_date: dt.date | None = None
    controls: bool | None = None

    def held(self, when: dt.date) -> bool:
        """Whether it is held on a day."""
        return (self.from_date is None or self.from_date <= when) and (
            self.to_date is None or when <= self.to_date
        )


def controllers(firms: Iterable[str], stakes: Iterable[Stake], when: dt.date) -> dict[str, str]:
    """The last owner in the chain of control of each firm, on a day.

    Raises
    ------
    InputError
        If stakes in a firm add to more than one, two owners control it, or control runs in a
        circle; all at once.

    Examples
    --------
    >>> stakes = [Stake("softbank", "arm", 0.9), Stake("arm", "arm-china", 0.48)]
    >>> controllers(["arm", "arm-china", "tsmc"], stakes, dt.date(2024, 1, 1))
    {'arm': 'softbank', 'arm-china': 'arm-china', 'tsmc': 'tsmc'}
    """
    faults = Faults()
    held = [stake for stake in stakes if stake.held(when)]
    total: dict[str, float] = {}
    parent: dict[str, str] = {}
    for stake in held:
        place = Place(f"stake {stake.owner} in {stake.owned}")
        if not 0 <= stake.share <= 1:
            faults.add(place, f"the stake is {stake.share:g}; it must lie between 0 and 1",
                       suggestion="0.51 means 51 %", kind="stake")  # fmt: skip
        total[stake.owned] = total.get(stake.owned, 0.0) + stake.share
        in_control = stake.controls if stake.controls is not None else stake.share > 0.5
        if in_control:
            if stake.owned in parent:
                faults.add(place, f"{parent[stake.owned]} controls {stake.owned} already",
                           suggestion="mark joint control with controls=False on one",
                           kind="control")  # fmt: skip
            parent.setdefault(stake.owned, stake.owner)
    for owned, share in total.items():
        if share > 1 + 1e-9:
            faults.add(Place(f"stakes in {owned}"), f"they add to {share:g}: stakes above one",
                       "held on " + when.isoformat(), kind="stake")  # fmt: skip
    out = {}
    for firm in firms:
        trail, at = [firm], firm
        while at in parent:
            at = parent[at]
            if at in trail:
                faults.add(Place(f"control of {firm}"),
                           "control runs in a circle: " + " -> ".join([*trail, at]),
                           kind="circle")  # fmt: skip
                break
            trail.append(at)
        out[firm] = at
    faults.raise_any("no concentration was computed")
    return out


def modified_hhi(
    shares_percent: ArrayLike, interest: ArrayLike, control: ArrayLike | None = None
) -> tuple[float, float]:
    """HHI with minority links: the index and what common ownership adds to it.

    Parameters
    ----------
    shares_percent : array, shape (N,), percent
    interest : array, shape (owners, N), 0 to 1
        Share of each firm's profit that each owner holds.
    control : array, shape (owners, N), optional
        Weight of each owner in each firm's decisions; proportional to interest when absent.

    Returns
    -------
    (float, float)
        HHI, and the addition: the sum of both is the modified HHI.

    Source
    ------
    O'Brien and Salop, Antitrust Law Journal 67 (2000); an option beside the HHI by control,
    not used by any rule here.

    Examples
    --------
    >>> modified_hhi([50, 50], [[1.0, 0.0], [0.0, 1.0]])
    (5000.0, 0.0)
    """
    s = np.asarray(shares_percent, dtype=float)
    beta = np.asarray(interest, dtype=float)
    gamma = beta if control is None else np.asarray(control, dtype=float)
    if beta.ndim != 2 or beta.shape[1] != len(s) or gamma.shape != beta.shape:
        raise RangeError(f"interest has shape {beta.shape}; it must be (owners, {len(s)})")
    link = gamma.T @ beta  # firm j weighs the profit of firm k
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.nan_to_num(link / np.diag(link)[:, None])
    np.fill_diagonal(weight, 0.0)
    return float(hhi(s)), float(s @ weight @ s)
