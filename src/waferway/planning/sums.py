"""Variables on (row, period), and sums of them: the words in which the model is written.

Owns the bridge between named pairs and sparse terms. A `Sum` holds its terms as flat arrays;
`linopy` receives it as a labelled expression, further branches as rows of a sparse matrix.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Rows", "Sum", "Variable"]

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Sum:
    """A table of linear expressions, one for each of (rows, T).

    Attributes
    ----------
    rows : int
    periods : int
    cell : array of int, shape (N,)
        Row times T plus period: the expression that a term belongs to.
    label : array of int, shape (N,)
        The variable of the term.
    value : array, shape (N,)
        Its coefficient.
    """

    rows: int
    periods: int
    cell: Ints
    label: Ints
    value: Array

    def __add__(self, other: Sum) -> Sum:
        return self._join(other, other.value)

    def __sub__(self, other: Sum) -> Sum:
        return self._join(other, -other.value)

    def __mul__(self, factor: ArrayLike) -> Sum:
        """Scale by a number, or by an array that broadcasts to (rows, T)."""
        table = np.broadcast_to(np.asarray(factor, dtype=float), (self.rows, self.periods))
        return Sum(
            self.rows, self.periods, self.cell, self.label, self.value * table.ravel()[self.cell]
        )

    __rmul__ = __mul__

    def _join(self, other: Sum, value: Array) -> Sum:
        if (self.rows, self.periods) != (other.rows, other.periods):
            raise ValueError(
                f"sums of shapes {self.rows} x {self.periods} and {other.rows} x {other.periods}"
            )
        return Sum(
            self.rows,
            self.periods,
            np.concatenate([self.cell, other.cell]),
            np.concatenate([self.label, other.label]),
            np.concatenate([self.value, value]),
        )

    def take(self, rows: ArrayLike, into: ArrayLike | None = None, count: int = 0) -> Sum:
        """Add up some rows, each as often as named, into the rows of a new table."""
        chosen = np.asarray(rows, dtype=np.int64)
        target = np.arange(len(chosen)) if into is None else np.asarray(into, dtype=np.int64)
        total = count or len(chosen)
        order = np.argsort(self.cell // self.periods, kind="stable")
        of_row = (self.cell // self.periods)[order]
        first = np.searchsorted(of_row, chosen, side="left")
        last = np.searchsorted(of_row, chosen, side="right")
        sizes = last - first
        picked = order[_ranges(first, sizes)]
        goal = np.repeat(target, sizes)
        cell = goal * self.periods + self.cell[picked] % self.periods
        return Sum(total, self.periods, cell, self.label[picked], self.value[picked])

    def collapse(self) -> Sum:
        """Add up all rows: one row of T expressions."""
        return Sum(1, self.periods, self.cell % self.periods, self.label, self.value)

    def dense(self, values: Array) -> Array:
        """Value of every expression at a point; shape (rows, T)."""
        out = np.zeros(self.rows * self.periods)
        np.add.at(out, self.cell, self.value * values[self.label])
        return out.reshape(self.rows, self.periods)


def _ranges(first: Ints, sizes: Ints) -> Ints:
    """Concatenation of ranges that start at `first` and have `sizes`."""
    if not len(sizes) or not sizes.sum():
        return np.array([], dtype=np.int64)
    offsets = np.repeat(first - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes)
    return np.asarray(offsets + np.arange(sizes.sum()), dtype=np.int64)


@dataclass(frozen=True)
class Variable:
    """A block of decisions on (rows, width), width being T or 1.

    Attributes
    ----------
    name : str
    offset : int
        Label of its first decision.
    rows, width, periods : int
    lower, upper : array, shape (rows, width)
    integer : bool
    common : bool
        Whether all branches share it.
    """

    name: str
    offset: int
    rows: int
    width: int
    periods: int
    lower: Array
    upper: Array
    integer: bool
    common: bool

    @property
    def size(self) -> int:
        """Number of decisions."""
        return self.rows * self.width

    def here(self) -> Sum:
        """Each decision in its own row and period."""
        return self.into(self.rows, np.arange(self.rows), np.arange(self.rows))

    def before(self, first: int) -> Sum:
        """Each decision one period earlier; nothing in the first decided period."""
        row, t = np.meshgrid(np.arange(self.rows), np.arange(first + 1, self.periods))
        cell = (row * self.periods + t).ravel()
        label = self.offset + (row * self.width + t - 1).ravel()
        return Sum(self.rows, self.periods, cell, label, np.ones(len(cell)))

    def into(
        self,
        rows: int,
        into: ArrayLike,
        of: ArrayLike,
        value: ArrayLike = 1.0,
        lags: list[Array] | None = None,
        lag: ArrayLike = 0,
    ) -> Sum:
        """Sum of decisions `of` into rows `into`.

        Parameters
        ----------
        rows : int
            Rows of the result.
        into, of : array of int, shape (N,)
            Target row and own row of each pair.
        value : array broadcasting to (N, T)
            Coefficient in the period of the decision.
        lags : list of array (T, T), optional
            Arrival shares: a decision of period s counts in t with ``lags[k][s, t]``.
        lag : array of int, shape (N,)
            Which of `lags`; 0 is none.
        """
        goal, own = np.asarray(into, dtype=np.int64), np.asarray(of, dtype=np.int64)
        n, t_count = len(goal), self.periods
        weight = np.broadcast_to(_column(value), (n, t_count))
        if self.width != t_count:  # one decision for all periods
            period = np.tile(np.arange(t_count), n)
            cell = np.repeat(goal, t_count) * t_count + period
            label = self.offset + np.repeat(own, t_count)
            return _kept(rows, t_count, cell, label, weight.ravel())
        if lags is None:
            period = np.tile(np.arange(t_count), n)
            cell = np.repeat(goal, t_count) * t_count + period
            label = self.offset + np.repeat(own, t_count) * t_count + period
            return _kept(rows, t_count, cell, label, weight.ravel())
        kind = np.broadcast_to(np.asarray(lag, dtype=np.int64), (n,))
        parts = []
        for k in np.unique(kind):
            members = np.flatnonzero(kind == k)
            source, arrive = np.nonzero(lags[k])
            share = lags[k][source, arrive]
            cell = (goal[members][:, None] * t_count + arrive).ravel()
            label = (self.offset + own[members][:, None] * t_count + source).ravel()
            parts.append(
                _kept(rows, t_count, cell, label, (weight[members][:, source] * share).ravel())
            )
        return total(rows, t_count, parts)


def _column(value: ArrayLike) -> Array:
    array = np.asarray(value, dtype=float)
    return array[:, None] if array.ndim == 1 else array


def _kept(rows: int, periods: int, cell: Ints, label: Ints, value: Array) -> Sum:
    """A sum without its zero terms."""
    keep = value != 0
    return Sum(rows, periods, cell[keep], label[keep], value[keep])


def total(rows: int, periods: int, parts: list[Sum]) -> Sum:
    """The sum of several sums of one shape; of none: a sum without terms."""
    if not parts:
        none = np.array([], dtype=np.int64)
        return Sum(rows, periods, none, none, np.array([]))
    return Sum(
        rows,
        periods,
        np.concatenate([p.cell for p in parts]),
        np.concatenate([p.label for p in parts]),
        np.concatenate([p.value for p in parts]),
    )


@dataclass(frozen=True)
class Rows:
    """Constraints of one name: ``left sense right``, where `where` holds.

    Attributes
    ----------
    name : str
        As on the mathematics page.
    left : Sum, (rows, T)
    sense : str
        ``<=``, ``>=`` or ``=``.
    right : array, shape (rows, T)
    where : array of bool, shape (rows, T)
    subject : list of str
        Name of each row, for people.
    common : bool
        Whether only decisions common to all branches enter.
    """

    name: str
    left: Sum
    sense: str
    right: Array
    where: NDArray[np.bool_]
    subject: list[str]
    common: bool = False
