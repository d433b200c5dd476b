"""What can go wrong, and how it is said.

Owns the exception tree and the collected faults of an input. Refuses to decide anything:
readers and checkers collect faults, callers raise them once.

::

    WaferwayError
    ├── InputError          the input has faults; carries all of them
    │   └── UnitError       a unit is unknown, or two do not mix
    ├── RangeError          an argument of a function leaves its range
    ├── ShapeError          array arguments disagree about an axis
    ├── OutputExists        a folder or file would be written over
    ├── Infeasible          the answer is no: no plan satisfies the network
    ├── SolverFailed        the solver stopped without an answer
    └── MissingExtra        an optional dependency is not installed
"""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "Fault",
    "Faults",
    "Infeasible",
    "InputError",
    "MissingExtra",
    "OutputExists",
    "Place",
    "RangeError",
    "ShapeError",
    "SolverFailed",
    "UnitError",
    "WaferwayError",
    "nearest",
]

LONG_LIST = 8
"""Commas from which a text is a list of names that may be folded."""


class WaferwayError(Exception):
    """Root of every error waferway raises on purpose."""


class RangeError(WaferwayError, ValueError):
    """An argument leaves its range; the message names the argument, the value and the range."""


class ShapeError(WaferwayError, ValueError):
    """Array arguments disagree; the message names both arguments and both shapes."""


class OutputExists(WaferwayError, FileExistsError):
    """A folder or file exists and `force` was not given."""


class Infeasible(WaferwayError):
    """No plan satisfies the network.

    Attributes
    ----------
    conflict : object or None
        What clashes and the least change that ends it (`waferway.planning.conflict.Conflict`);
        None where it was not looked for.
    """

    def __init__(self, message: str, conflict: Any = None) -> None:
        self.conflict = conflict
        super().__init__(message)


class SolverFailed(WaferwayError):
    """The solver stopped without a usable answer; the message carries its own status."""


class MissingExtra(WaferwayError, ImportError):
    """An optional dependency is not installed; the message says how to install it."""


@dataclass(frozen=True, order=True)
class Place:
    """Where in the input a value stands.

    Parameters
    ----------
    file : str
        File name as the user gave it; empty when the value was built in code.
    line, column : int
        One-based; 0 where unknown.
    cell : str
        Sheet and cell of a workbook (``demand!C7``), else empty.
    """

    file: str = ""
    line: int = 0
    column: int = 0
    cell: str = ""

    def __str__(self) -> str:
        parts = [self.file or "<in memory>"]
        if self.cell:
            parts.append(self.cell)
        elif self.line:
            parts.append(str(self.line))
            if self.column:
                parts.append(str(self.column))
        return ":".join(parts)


@dataclass(frozen=True)
class Fault:
    """One fault of an input: where, what, why, and what to try.

    Examples
    --------
    >>> print(Fault(Place("net.yaml", 9, 22), "line.sites is not a column of line",
    ...             why="line has: site, technology, party", suggestion="did you mean site?"))
    net.yaml:9:22  line.sites is not a column of line
                   line has: site, technology, party
                   did you mean site?
    """

    place: Place
    what: str
    why: str = ""
    suggestion: str = ""
    kind: str = field(default="fault", compare=False)

    def __str__(self) -> str:
        where = str(self.place)
        indent = " " * (len(where) + 2)
        rest = [_folded(text, indent) for text in (self.why, self.suggestion) if text]
        return "\n".join([f"{where}  {self.what}", *rest])


def _folded(text: str, indent: str) -> str:
    """Text under an indent; a long list of names goes on over several lines of 80 columns."""
    if text.count(", ") < LONG_LIST:
        return indent + text
    return textwrap.fill(
        text, max(80, len(indent) + 40), initial_indent=indent, subsequent_indent=indent + "  ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


class InputError(WaferwayError, ValueError):
    """An input has faults; all of them are carried, in file order.

    Attributes
    ----------
    faults : tuple of Fault
    """

    def __init__(self, faults: Iterable[Fault], closing: str = "nothing was read") -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        self.closing = closing
        super().__init__(str(self))

    def __str__(self) -> str:
        count = len(self.faults)
        tail = f"{count} fault{'s' if count != 1 else ''}; {self.closing}."
        return "\n".join([*(str(fault) for fault in self.faults), tail])


class UnitError(InputError):
    """A unit is unknown, or two units do not mix."""


class Faults:
    """Collects faults; raises them all at once.

    Examples
    --------
    >>> faults = Faults()
    >>> faults.add(Place("a.csv", 3), "capacity is missing", suggestion="give a number")
    >>> len(faults)
    1
    >>> faults.raise_any()
    Traceback (most recent call last):
        ...
    waferway.errors.InputError: a.csv:3  capacity is missing
             give a number
    1 fault; nothing was read.
    """

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def __len__(self) -> int:
        return len(self._faults)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults)

    def add(
        self, place: Place, what: str, why: str = "", suggestion: str = "", kind: str = "fault"
    ) -> None:
        """Record one fault; `kind` is a short stable name that tests and ``--json`` use."""
        self._faults.append(Fault(place, what, why, suggestion, kind))

    def extend(self, faults: Iterable[Fault]) -> None:
        """Record faults found elsewhere."""
        self._faults.extend(faults)

    def raise_any(self, closing: str = "nothing was read") -> None:
        """Raise `InputError` with every fault in file order, or do nothing when there is none."""
        if self._faults:
            ordered = sorted(self._faults, key=lambda fault: fault.place)
            raise InputError(ordered, closing)


def nearest(name: str, valid: Iterable[str], count: int = 1, cutoff: float = 0.5) -> list[str]:
    """Valid names most like `name`, best first; empty when none is near.

    Case and the separators ``-``, ``_``, blank are ignored in the comparison, since these are
    what people mix up.

    Parameters
    ----------
    name : str
        As it was written.
    valid : iterable of str
    count : int
        How many at most.
    cutoff : float, 0 to 1
        Likeness below which a name is not near.

    Returns
    -------
    list of str

    Examples
    --------
    >>> nearest("tsmc_hsinchu", ["tsmc-hsinchu", "tsmc-tainan"])
    ['tsmc-hsinchu']
    >>> nearest("zzz", ["tsmc-hsinchu"])
    []
    """

    def plain(text: str) -> str:
        return text.casefold().replace("_", "-").replace(" ", "-")

    wanted = plain(name)
    scored = [
        (difflib.SequenceMatcher(None, wanted, plain(candidate)).ratio(), candidate)
        for candidate in dict.fromkeys(valid)
    ]
    scored = [pair for pair in scored if pair[0] >= cutoff]
    scored.sort(key=lambda pair: (-pair[0], pair[1]))
    return [candidate for _, candidate in scored[:count]]
