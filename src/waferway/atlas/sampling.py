"""Draws of a whole network: every number with an interval takes a value, related ones together.

Owns the scores of factors and how a draw is put into a network or a branch. Which numbers are
uncertain is for `waferway.atlas.uncertain`, their distributions are those of
`waferway.atlas.marginals`; randomness is one named
stream per factor, so a draw depends on the seed, its number and the names of its factors, not
on how many draws, workers or other claims there are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from waferway.atlas.marginals import scores_to_values
from waferway.atlas.uncertain import Factors, uncertain_numbers
from waferway.errors import RangeError
from waferway.network.network import Network
from waferway.network.schema import TABLES
from waferway.network.typed_rows import frame_of
from waferway.streams import stream

__all__ = ["Sample", "into_branches", "sample"]

Array = NDArray[np.float64]
Cell = tuple[str, str, str, str]


@dataclass(frozen=True)
class Sample:
    """Draws of the uncertain numbers of a network.

    ``sample[i]`` is the network of draw i, ``for net in sample`` gives all in turn; each shares
    with the original what is certain.

    Attributes
    ----------
    network : Network
        As given.
    cells : DataFrame
        One row per uncertain number: table, key, column, label (period, ``age N`` or empty),
        low, value, high (in the unit of the cell; NaN where not stated), claim, factors (the
        names of what moves it, joined by ``; ``), family.
    values : array, shape (draws, cells)
        In the unit of each cell.
    seed : int
    rho : float
        Share of the variance of a normal score that its factors explain.

    Notes
    -----
    Percentiles of these draws are percentiles; sums of percentiles are not. Add within each draw
    first, then take the percentile: ``np.percentile(sample.values[:, mine].sum(axis=1), 95)``.
    """

    network: Network
    cells: pd.DataFrame
    values: Array = field(repr=False)
    seed: int
    rho: float

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Network]:
        return (self[draw] for draw in range(len(self)))

    def __getitem__(self, draw: int) -> Network:
        """The network of one draw, counted from 0; its `applied` names seed and draw."""
        if not -len(self) <= draw < len(self):
            raise IndexError(f"draw {draw} of {len(self)}")
        draw %= len(self)
        tables = self.network.tables
        frames = {name: tables[name].copy(deep=False) for name in self._places.plain}
        for name, columns in self._places.plain.items():
            for column, (rows, mine) in columns.items():
                held = tables[name][column].to_numpy(dtype=float).copy()
                held[rows] = self.values[draw, mine]
                frames[name][column] = held
        rows, mine = self._places.dated
        if len(rows):
            profile = tables["profile"].copy(deep=False)
            for bound in ("low", "value", "high"):
                held = profile[bound].to_numpy(dtype=float).copy()
                held[rows] = self.values[draw, mine] if bound == "value" else math.nan
                profile[bound] = held
            frames["profile"] = profile
        name = f"draw:{self.seed}/{draw}" + ("" if self.rho == 1 else f"/{self.rho:g}")
        drawn = self.network.with_tables(frames)
        return replace(drawn, applied=(*self.network.applied, name))

    @cached_property
    def _places(self) -> _Places:
        return _places(self.network, self.cells)


@dataclass(frozen=True)
class _Places:
    """Where drawn values stand: positions of rows, and the columns of `Sample.values`."""

    plain: Mapping[str, Mapping[str, tuple[Any, Any]]]
    dated: tuple[Any, Any]


def sample(
    network: Network,
    draws: int = 1000,
    seed: int = 0,
    rho: float = 1.0,
    without: Iterable[str] = ("outturn",),
) -> Sample:
    """Draw every uncertain number of a network.

    Parameters
    ----------
    network : Network
        Never changed. Uncertain are the cells and dated values that carry an interval, in
        `profile` or in the claim that they cite; ``low, value, high`` become a PERT (uniform
        without value), ``p05, p50, p95`` a lognormal, metalog or two-piece normal, `dist` what
        it says. One-sided bounds and positions on the map are left as they are.
    draws : int
        At least 1. The first n of many draws are the draws of ``draws=n``.
    seed : int
        At least 0. Same network, same seed: same bytes, whatever the number of workers.
    rho : float
        0 to 1: the share of the variance of a claim's normal score that comes from its factors;
        the rest is its own. 1 (the default, and the wide case for sums): what shares a factor
        moves as one.
    without : iterable of str
        Tables (``outturn``) or columns (``module.capex_usd``) that stay at their central values.
        Default: history, which a plan freezes. Pass ``()`` to draw it too.

    Returns
    -------
    Sample
        Networks are made one at a time when asked for. They are not checked again: values stay
        in the declared range of their column, whole numbers whole, and payments of a module
        add up to 1.

    Raises
    ------
    RangeError
        If an argument is out of range or a table is unknown, or a claim states a distribution
        that is none.

    Notes
    -----
    What moves together. A claim has the factor of its `correlation_group`; without one, a claim
    derived from uncertain claims has theirs (the normalised sum of their scores, less those that
    its formula divides by: ``GB per HBM wafer / GB per stack``); any other has that of its
    subject and metric, so that the dated values of one cell move as one path. Cells that cite
    one claim have one draw.

    Examples
    --------
    >>> from waferway.atlas import world
    >>> drawn = sample(world(), draws=3, seed=7)
    >>> len(drawn), drawn[2].applied
    (3, ('draw:7/2',))
    >>> bool((drawn.values == sample(world(), draws=3, seed=7).values).all())
    True
    """
    if draws < 1:
        raise RangeError(f"draws is {draws}; it must be at least 1")
    if not 0 <= rho <= 1:
        raise RangeError(f"rho is {rho}; it must be between 0 and 1")
    kept = _kept(without)
    found = [cell for cell in uncertain_numbers(network) if kept(cell.table, cell.column)]
    names = list(dict.fromkeys(cell.source for cell in found))
    factors = Factors(network.evidence)
    scores = _scores([factors.of(name) for name in names], names, draws, seed, rho)
    number = {name: k for k, name in enumerate(names)}
    mine = [number[cell.source] for cell in found]
    values = scores_to_values([cell.marginal for cell in found], scores[:, mine])
    cells = pd.DataFrame(
        [
            (c.table, c.key, c.column, c.label, *c.stated, c.source if c.cited else "",
             "; ".join(dict(factors.of(c.source))), c.marginal.family)
            for c in found
        ],
        columns="table key column label low value high claim factors family".split(),
    )  # fmt: skip
    return Sample(network, cells, _within_range(cells, values), seed, rho)


BRANCHED = (
    ("demand", "quantity"), ("demand", "value_usd"), ("line", "capacity"), ("limit", "bound"),
    ("recipe_item", "quantity_per_start"), ("recipe_item", "good_fraction"),
    ("line_recipe", "good_fraction"), ("offer_step", "price_usd"), ("commitment", "quantity"),
)  # fmt: skip
"""What a branch may say of the future: what becomes known only after orders are placed."""


def into_branches(
    network: Network,
    k: int,
    seed: int = 0,
    rho: float = 1.0,
    columns: Sequence[tuple[str, str]] = BRANCHED,
) -> Network:
    """One network with k equally likely futures: `plan` decides orders before it knows which.

    Parameters
    ----------
    network : Network
        Without branches.
    k : int
        At least 2. Branches are called ``draw-1`` to ``draw-k``.
    seed, rho
        As for `sample`.
    columns : sequence of (table, column)
        What differs from branch to branch; dated columns alone can. Weights, cycle times, lead
        times and capacity per start are the same in all branches: for those, plan each network
        of a `sample`. Demand and capacity alone (``[("demand", "quantity"), ("line",
        "capacity")]``) make the smallest programs.

    Returns
    -------
    Network
        Each branch says all values of each cell it touches, since a branch that says anything
        about a cell says all of it.

    Raises
    ------
    RangeError
        If the network has branches, `k` is below 2, or a column does not vary by period.

    Examples
    --------
    >>> from waferway.atlas import world
    >>> net = into_branches(world(), 3, columns=[("demand", "quantity")])
    >>> [(name, round(share, 3)) for name, share in net.leaves]
    [('draw-1', 0.333), ('draw-2', 0.333), ('draw-3', 0.333)]
    """
    if len(network.table("branch")):
        raise RangeError("the network has branches; draw from one without")
    if k < 2:
        raise RangeError(f"k is {k}; there must be at least 2 branches")
    for table, column in columns:
        if table not in TABLES or column not in TABLES[table] or not TABLES[table][column].dated:
            raise RangeError(f"{table}.{column} does not vary by period, so not by branch")
    wanted = set(columns)
    everything = {(t, a.name) for t, d in TABLES.items() for a in d.attributes if a.numeric}
    drawn = sample(
        network, k, seed, rho, without=[f"{t}.{c}" for t, c in sorted(everything - wanted)]
    )
    touched = set(zip(*(drawn.cells[c] for c in ("table", "key", "column")), strict=True))
    rows = network.table("profile").to_dict("records")
    branches = []
    for draw in range(k):
        name = f"draw-{draw + 1}"
        branches.append({"name": name, "parent": "", "probability": 1.0 / k})
        own = drawn[draw]
        for table, key, column in touched:
            plain = float(own.table(table).at[key, column])
            if not math.isnan(plain):
                rows.append(_row(table, key, column, "", name, plain))
        for row in own.table("profile").to_dict("records"):
            cell = (row["table"], row["key"], row["column"])
            if cell in touched and math.isnan(row["age_months"]) and row["period"]:
                rows.append({str(c): v for c, v in row.items()} | {"branch": name})
    rows = [{str(c): v for c, v in row.items()} for row in rows]
    rows.sort(key=lambda r: (r["table"], r["key"], r["column"], r["branch"], r["period"]))
    return network.with_tables(
        {"profile": frame_of("profile", rows), "branch": frame_of("branch", branches)}
    )


def _row(table: str, key: str, column: str, period: str, branch: str, x: float) -> dict[str, Any]:
    return {
        "table": table, "key": key, "column": column, "period": period, "age_months": math.nan,
        "branch": branch, "low": math.nan, "value": x, "high": math.nan,
    }  # fmt: skip


# -- which numbers are uncertain ------------------------------------------------------------------


def _scores(
    loadings: Sequence[Sequence[tuple[str, float]]], names: Sequence[str], draws: int, seed: int,
    rho: float,
) -> Array:  # fmt: skip
    """Standard normal scores, shape (draws, len(names))."""
    shared = {
        factor: stream(seed, "atlas", "factor", factor).standard_normal(draws)
        for factor in dict.fromkeys(f for own in loadings for f, _ in own)
    }
    out = np.zeros((draws, len(names)))
    for column, (own, name) in enumerate(zip(loadings, names, strict=True)):
        for factor, weight in own:
            out[:, column] += weight * shared[factor]
        if rho < 1:
            alone = stream(seed, "atlas", "own", name).standard_normal(draws)
            out[:, column] = math.sqrt(rho) * out[:, column] + math.sqrt(1 - rho) * alone
    return out


# -- values back into tables ----------------------------------------------------------------------


def _within_range(cells: pd.DataFrame, values: Array) -> Array:
    """Values inside the declared range of their columns, whole where declared, payments to 1."""
    payments: dict[str, list[int]] = {}
    for at, (table, key, column) in enumerate(
        zip(*(cells[c] for c in ("table", "key", "column")), strict=True)
    ):
        a = TABLES[table][column]
        if a.low is not None or a.high is not None:
            values[:, at] = np.clip(values[:, at], a.low, a.high)
        if a.kind == "integer":
            values[:, at] = np.round(values[:, at])
        if column == "payments":
            payments.setdefault(key, []).append(at)
    for columns in payments.values():
        # Ages that are certain keep their share; those drawn keep, together, the rest.
        total = cells["value"].to_numpy(dtype=float)[columns].sum()
        drawn = values[:, columns]
        values[:, columns] = drawn * (total / drawn.sum(axis=1, keepdims=True))
    return values


def _kept(without: Iterable[str]) -> Any:
    tables, columns = set(), set()
    for name in without:
        table, _, column = name.partition(".")
        if table not in TABLES or (column and column not in TABLES[table]):
            raise RangeError(f'without names "{name}", which is no table and no column of one')
        if column:
            columns.add((table, column))
        else:
            tables.add(table)
    return lambda table, column: table not in tables and (table, column) not in columns


def _places(network: Network, cells: pd.DataFrame) -> _Places:
    """Positions of rows that draws write to."""
    profile = network.table("profile")
    at: dict[Cell, int] = {}
    columns = ("table", "key", "column", "period", "age_months", "branch")
    for row, (table, key, column, period, age, branch) in enumerate(
        zip(*(profile[c] for c in columns), strict=True)
    ):
        if not branch:
            at[table, key, column, period if math.isnan(age) else f"age {age:g}"] = row
    found: dict[str, dict[str, tuple[list[int], list[int]]]] = {}
    dated: tuple[list[int], list[int]] = ([], [])
    index = {name: {k: n for n, k in enumerate(network.table(name).index)} for name in TABLES}
    names = ("table", "key", "column", "label")
    for position, cell in enumerate(zip(*(cells[c] for c in names), strict=True)):
        table, key, column, label = cell
        if cell in at:
            dated[0].append(at[cell])
            dated[1].append(position)
        if not label and not math.isnan(network.table(table).at[key, column]):
            rows, mine = found.setdefault(table, {}).setdefault(column, ([], []))
            rows.append(index[table][key])
            mine.append(position)
    arrays = {
        table: {c: (np.array(r), np.array(m)) for c, (r, m) in columns.items()}
        for table, columns in found.items()
    }
    return _Places(arrays, (np.array(dated[0], dtype=int), np.array(dated[1], dtype=int)))
