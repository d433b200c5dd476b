"""The compiled recipes of the atlas as rows of its tables.

Owns which rows of the committed tables follow from the designs. Refuses to compute them
(`waferway.atlas.compiled`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

from waferway.atlas.compiled import CLAIMS, FROM, SOURCES, compile_atlas
from waferway.atlas.world import data_folder
from waferway.evidence.claims import Claim, Source
from waferway.network.replacing import new_file

__all__ = ["write_compiled"]

Row = dict[str, str]
_CLAIM_COLUMNS = (
    "claim_id", "subject", "metric", "kind", "form", "low", "value", "high", "unit", "price_year",
    "modality", "basis", "grade", "rank_reason", "valid_from", "valid_to", "known_from",
    "source_id", "locator", "method", "derived_from", "correlation_group",
)  # fmt: skip
_SOURCE_COLUMNS = (
    "source_id", "publisher", "title", "url", "published", "retrieved", "licence",
    "redistribution", "lang", "family",
)  # fmt: skip


def write_compiled(folder: Path | None = None) -> list[Path]:
    """Bring the tables of the atlas up to its designs; rows that agree stay as they are.

    Parameters
    ----------
    folder : Path, optional
        Tables of the atlas; those shipped when absent.

    Returns
    -------
    list of Path
        The files changed.
    """
    where = folder or data_folder()
    made = compile_atlas(where)
    cells = {(spot, column) for spot, column, _ in made.cites}
    items = [
        {"recipe": recipe, "role": role, "item": item, "quantity_per_start": _text(quantity)}
        for (recipe, role, item), quantity in made.items.items()
    ]
    profile = [
        {"table": "recipe_item", "key": spot, "column": "good_fraction", "period": FROM,
         "low": _text(low), "value": _text(value), "high": _text(high)}
        for spot, (low, value, high) in made.good.items()
    ]  # fmt: skip
    cite = [
        {"table": "recipe_item", "key": spot, "column": column, "period": period, "claim_id": name}
        for (spot, column, period), name in made.cites.items()
    ]

    def ours(row: Row) -> bool:
        return row["table"] == "recipe_item" and (row["key"], row["column"]) in cells

    dated = ("table", "key", "column", "period")
    changed = [
        _rewrite(where / "recipe_item.csv", items, ("recipe", "role", "item")),
        _rewrite(where / "profile.csv", profile, dated, ours),
        _rewrite(where / "cite.csv", cite, dated, ours),
        _replace(where / CLAIMS, _CLAIM_COLUMNS, [_cells(c) for c in made.claims.values()]),
        _replace(where / SOURCES, _SOURCE_COLUMNS, [_cells(s) for s in made.sources.values()]),
    ]
    return [path for path in changed if path is not None]


def _text(number: float) -> str:
    return f"{number:.9g}"


def _cells(record: Claim | Source) -> Row:
    """Text of the fields of a claim or source, as its file holds them."""
    out = {}
    for name, value in record.model_dump().items():
        text = " ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
        out[name] = text
    return out


def _rewrite(
    path: Path,
    made: list[Row],
    key: tuple[str, ...],
    ours: Callable[[Row], bool] | None = None,
) -> Path | None:
    """Put rows in the place of those with their key, new ones at the end; drop ours beyond them."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        columns, there = tuple(reader.fieldnames or ()), list(reader)
    new = {tuple(row[name] for name in key): row for row in made}
    rows = []
    for row in there:
        instead = new.pop(tuple(row[name] for name in key), None)
        if instead is not None:
            rows.append(row | instead)
        elif ours is None or not ours(row):
            rows.append(row)
    return _replace(path, columns, [*rows, *new.values()])


def _replace(path: Path, columns: tuple[str, ...], rows: list[Row]) -> Path | None:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    if path.is_file() and path.read_text(encoding="utf-8") == text.getvalue():
        return None
    with new_file(path, force=True) as file:
        file.write_text(text.getvalue(), encoding="utf-8")
    return path
