"""The unit that a cell is counted in, where the row itself decides it.

Owns the resolution of ``{item}``, ``{capacity}``, ``{basis}`` and ``{limit}`` in the units of the
declarations. A noun that no row states yet (a kind of item, a compute basis) is free: any one
counted noun is taken, nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from waferway.errors import Fault, Place, UnitError
from waferway.network.schema import TABLES
from waferway.units import Quantity, parse_quantity, unit

if TYPE_CHECKING:
    from waferway.network.network import Network

__all__ = ["Expected", "RowUnits", "units_of"]

Factors = tuple[list[str], list[str]]
_FREE = "?"


@dataclass(frozen=True)
class Expected:
    """Unit that a cell is to be in: factors above and below the stroke, "?" for any noun."""

    above: tuple[str, ...]
    below: tuple[str, ...]

    def __str__(self) -> str:
        return _text(self.above, self.below).replace(_FREE, "item")

    @property
    def free(self) -> int:
        """Exponent of the noun left open: 1, -1, or 0 when there is none."""
        return self.above.count(_FREE) - self.below.count(_FREE)

    def read(self, text: str) -> Quantity:
        """Read a quantity and convert it to this unit.

        Raises
        ------
        UnitError
            If the text is no quantity or does not mix with the unit.
        """
        if not self.free:
            return self._strict(text)
        above = [factor for factor in self.above if factor != _FREE]
        below = [factor for factor in self.below if factor != _FREE]
        rest = unit(_text(above, below))
        stated = parse_quantity(text)
        if stated.unit.text == "1":
            return stated
        left = dict(stated.unit.dimensions)
        for dimension, exponent in rest.dimensions:
            left[dimension] = left.get(dimension, 0) - exponent
        if [e for e in left.values() if e] != [self.free]:
            raise UnitError([Fault(Place(), f"{stated.unit} is not a number of {self}")])
        factor = stated.unit.factor / rest.factor
        low, value, high = (
            None if bound is None else _round(bound * factor)
            for bound in (stated.low, stated.value, stated.high)
        )
        return Quantity(low, value, high, stated.unit, stated.approximate)

    def _strict(self, text: str) -> Quantity:
        goal = str(self)
        if goal == "1/year" and text.rstrip().endswith("%"):
            text = f"{text}/year"  # "8 %" of a yearly rate can only mean 8 % a year
        found = parse_quantity(text, goal)
        low, value, high = (
            None if bound is None else _round(bound)
            for bound in (found.low, found.value, found.high)
        )
        return Quantity(low, value, high, found.unit, found.approximate)


def _round(number: float) -> float:
    """Free a converted number of the last digit of rounding."""
    return float(f"{number:.15g}")


def _split(text: str) -> Factors:
    above, _, below = text.partition("/")
    return (
        [part.strip() for part in above.split("*") if part.strip() not in ("", "1")],
        [part.strip() for part in below.replace("*", "/").split("/") if part.strip()],
    )


def _text(above: Sequence[str], below: Sequence[str]) -> str:
    return "/".join(["*".join(above) or "1", *below])


class RowUnits:
    """Units of the rows of one network while it is read.

    Parameters
    ----------
    columns : mapping of str to mapping of str to sequence of str
        Text columns of each table.
    keys : mapping of str to sequence of str
        Row keys of each table.
    currency : str
        Currency of all money.
    """

    def __init__(
        self,
        columns: Mapping[str, Mapping[str, Sequence[str]]],
        keys: Mapping[str, Sequence[str]],
        currency: str = "USD",
    ) -> None:
        self._columns = columns
        self._keys = keys
        self._currency = currency

    @cached_property
    def _rows(self) -> dict[str, dict[str, int]]:
        return {t: {key: row for row, key in enumerate(keys)} for t, keys in self._keys.items()}

    def _cell(self, table: str, row: int, column: str) -> str:
        cells = self._columns.get(table, {}).get(column)
        return cells[row] if cells else ""

    def _look(self, table: str, key: str, column: str) -> str:
        row = self._rows.get(table, {}).get(key)
        return "" if row is None else self._cell(table, row, column)

    def of_cell(self, table: str, key: str, column: str) -> Expected | None:
        """Unit of a cell by its key; None where there is no such cell."""
        row = self._rows.get(table, {}).get(key)
        if row is None or column not in TABLES[table]:
            return None
        return self.of_row(table, row, column)

    def of_row(self, table: str, row: int, column: str) -> Expected:
        """Unit of a cell by the number of its row."""
        declared = TABLES[table][column].unit or "1"
        if (table, column) == ("demand", "quantity") and self._cell(
            table, row, "measure"
        ) == "stock":
            declared = "{item}"
        above, below = _split(declared)
        up: list[str] = []
        down: list[str] = []
        for parts, here, there in ((above, up, down), (below, down, up)):
            for part in parts:
                if part.startswith("{"):
                    more, less = self._noun(part, table, row)
                    here += more
                    there += less
                else:
                    here.append(self._currency if part == "USD" else part)
        for part in [part for part in up if part != _FREE]:
            if part in down:
                up.remove(part)
                down.remove(part)
        return Expected(tuple(up), tuple(down))

    def _noun(self, placeholder: str, table: str, row: int) -> Factors:
        if placeholder == "{capacity}":
            return self._capacity(table, row)
        if placeholder == "{basis}":
            return _stated(self._cell(table, row, "basis"))
        if placeholder == "{limit}":
            return self._limit(row)
        return self._item(table, row)

    def _capacity(self, table: str, row: int) -> Factors:
        technology = self._cell(table, row, "technology")
        if table == "module":
            technology = self._look("line", self._cell(table, row, "line"), "technology")
        return _stated(self._look("technology", technology, "capacity_unit"))

    def _item(self, table: str, row: int) -> Factors:
        if table == "item":
            return _stated(self._cell(table, row, "unit"))
        if table == "offer_step":
            parent = self._rows.get("offer", {}).get(self._cell(table, row, "offer"))
            return _stated("") if parent is None else self._item("offer", parent)
        if table == "outturn":
            measure = self._cell(table, row, "measure")
            if measure in ("starts", "orders"):
                return ["start" if measure == "starts" else "module"], []
            return _stated(self._look("item", self._cell(table, row, "subject"), "unit"))
        item = self._cell(table, row, "what" if table == "lane" else "item")
        line = self._cell(table, row, "line")
        if not item and line:
            technology = self._look("line", line, "technology")
            above, below = _stated(self._look("technology", technology, "capacity_unit"))
            if above == [_FREE]:
                return above, below
            if "month" in below:
                below.remove("month")
                return above, below
            return [*above, "month"], below
        if not item and table == "demand":
            return _stated(self._cell(table, row, "basis"))
        return _stated(self._look("item", item, "unit"))

    def _limit(self, row: int) -> Factors:
        measure = self._cell("limit", row, "measure")
        if self._cell("limit", row, "share_of"):
            return [], []
        if measure == "delivered_power_mw":
            return ["MW"], ["month"]
        if measure == "site_power_mw":
            return ["MW"], []
        if measure == "capex_usd":
            return [self._currency], ["month"]
        if measure == "orders":
            return ["module"], ["month"]
        return [_FREE], ["month"]


def units_of(network: Network) -> RowUnits:
    """Units of the cells of a network that stands already."""
    columns = {
        name: {a.name: frame[a.name].tolist() for a in TABLES[name].attributes if not a.numeric}
        for name, frame in network.tables.items()
    }
    keys = {name: list(frame.index) for name, frame in network.tables.items()}
    return RowUnits(columns, keys, str(network.setting("currency")))


def _stated(text: str) -> Factors:
    """Factors of a unit that a row states; a free noun where it states none that is known."""
    if not text:
        return [_FREE], []
    try:
        unit(text)
    except UnitError:
        return [_FREE], []
    return _split(text)
