"""How a table of the network is declared: attributes, types, units, references.

Owns the two words of which `waferway.network.schema` is made. One declaration feeds reading,
checking, documentation and the JSON Schema for editors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["REQUIRED", "Attribute", "Kind", "Table"]

Kind = Literal[
    "name", "text", "number", "integer", "date", "period", "flag", "choice", "reference"
]  # fmt: skip


class _Required:
    """Mark of an attribute without default: the row is refused when it is missing."""

    def __repr__(self) -> str:
        return "required"


REQUIRED = _Required()


@dataclass(frozen=True)
class Attribute:
    """One column of a table.

    Attributes
    ----------
    name : str
        Column name; the canonical unit is part of it where it is fixed (``capex_usd``).
    kind : str
        `name` is a key of the row's own; `reference` names a row of one of `refers`; `period`
        is a date as precise as its source (only in the catalogue of the atlas).
    meaning : str
        One line of plain English, shown in the reference and by editors.
    unit : str
        Canonical unit; ``{item}`` stands for the unit of the row's item, ``{capacity}`` for the
        capacity unit of its technology. Empty for text.
    default : object
        `REQUIRED`, or the value of a missing cell; None means "unknown or not applicable".
    refers : tuple of str
        Tables whose names are valid here; ``country`` stands for ISO 3166 alpha-2 codes.
    choices : tuple of str
        Valid values of a `choice`.
    low, high : float or None
        Valid range of a number, bounds included.
    dated, aged : bool
        Whether the value may vary by period, or by age in months, through `profile`.
    symbol : str
        Its letter in the mathematics page.
    closes : bool
        Whether a date is the last day of something: a period label then means its last day,
        otherwise its first.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    default: Any = None
    refers: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    dated: bool = False
    aged: bool = False
    symbol: str = ""
    closes: bool = False

    @property
    def required(self) -> bool:
        """Whether a row without this value is refused."""
        return self.default is REQUIRED

    @property
    def numeric(self) -> bool:
        """Whether cells are numbers, and so carry evidence."""
        return self.kind in ("number", "integer")


@dataclass(frozen=True)
class Table:
    """One table of the network.

    Attributes
    ----------
    name : str
        Singular noun; also the file name.
    meaning : str
        What one row is.
    key : tuple of str
        Columns that name a row; their values joined by ``/`` are the row's key elsewhere.
    attributes : tuple of Attribute
        In the order of the file.
    """

    name: str
    meaning: str
    key: tuple[str, ...]
    attributes: tuple[Attribute, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names in the order of the file."""
        return tuple(attribute.name for attribute in self.attributes)

    def __getitem__(self, column: str) -> Attribute:
        for attribute in self.attributes:
            if attribute.name == column:
                return attribute
        raise KeyError(f"{self.name} has no column {column}")

    def __contains__(self, column: str) -> bool:
        return any(attribute.name == column for attribute in self.attributes)
