"""The reference page of all tables, written from the declarations."""

from __future__ import annotations

from collections.abc import Iterable

from waferway.network.declaration import Attribute
from waferway.network.fault_kinds import FAULT_KINDS
from waferway.network.schema import SCHEMA_VERSION, SETTINGS, TABLES

__all__ = ["reference_page"]

_INTRODUCTION = f"""\
# The tables of a network

Every table and column that a network may have, written from the declarations that also feed
reading, checking and the JSON Schema (version {SCHEMA_VERSION} of the schema). How files are laid
out and how a cell is written is at the end of this page.

A row is named by its *key*; where the key has several columns, their values are joined by `/`
elsewhere (`change`, `profile`, `cite`). **Varies** says whether a number may change by period
or by age in months. An empty cell takes its default; without one it is unknown, which is never
zero. In units, `{{item}}` is the unit of the row's item, `{{capacity}}` the capacity unit of its
technology, `{{basis}}` its compute basis.
"""

_FILES = """\
## Files

- **A folder**: `network.yaml` with the schema version (`waferway: 1`) and the settings, one
  `<table>.csv` or `<table>.yaml` per table, evidence in `claim*.csv` and `source*.csv`.
- **One YAML file** with all tables, and `claims` and `sources` for evidence. A table whose key
  is one column is a mapping of name to row, or a list of rows; the others are lists of rows.

Names hold letters, digits and `. _ : + -`. Text is never read as anything else: `NO` is Norway.

## Cells

| form | example |
|---|---|
| a number in the unit of the column | `capacity: 20000` |
| a quantity with its unit | `20k wafer/month`, `$8bn`, `35 %`, `24 months` |
| a range: the middle counts, the bounds are kept | `120-150k`, `$8-10bn` |
| bounds and value | `{low: 8, value: 9, high: 12}` |
| by period, from its first day on | `{2024Q1: 20k, 2026-03: 45k}` |
| by age in months | `{age 0: 25 %, age 6: 100 %}` |
| in a branch | `{2026Q1: 40k, branch: {high: {2026Q1: 60k}}}` |
| with the claims it rests on | `{value: 20k, cite: c-17}` |

A unit that does not mix with that of the column is a fault: dies are not wafers, and one wafer
is not another.
"""


def reference_page() -> str:
    """Markdown of the reference page.

    Examples
    --------
    >>> page = reference_page()
    >>> page.splitlines()[0]
    '# The tables of a network'
    >>> all(f"## {name}" in page for name in TABLES)
    True
    """
    parts = [_INTRODUCTION, "## setting\n\nSettings of the network.\n", _rows(SETTINGS)]
    for table in TABLES.values():
        key = ", ".join(f"`{column}`" for column in table.key)
        parts.append(f"## {table.name}\n\n{_sentence(table.meaning)} Key: {key}.\n")
        parts.append(_rows(table.attributes))
    parts.append(_FILES)
    kinds = "\n".join(f"| `{kind}` | {meaning} |" for kind, meaning in FAULT_KINDS.items())
    parts.append(f"## Kinds of fault\n\n| kind | meaning |\n|---|---|\n{kinds}\n")
    return "\n".join(parts)


def _rows(attributes: Iterable[Attribute]) -> str:
    lines = ["| column | kind | unit | default | varies | meaning |", "|---|---|---|---|---|---|"]
    lines += [
        f"| `{a.name}` | {_kind(a)} | {_code(a.unit)} | {_default(a)} | {_varies(a)} "
        f"| {_meaning(a)} |"
        for a in attributes
    ]
    return "\n".join(lines) + "\n"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _kind(a: Attribute) -> str:
    if a.kind == "reference":
        return "name of a " + " or ".join(a.refers)
    return a.kind


def _default(a: Attribute) -> str:
    if a.required:
        return "required"
    if a.default is None or a.default == "":
        return ""
    if isinstance(a.default, bool):
        return str(a.default).lower()
    return f"{a.default:g}" if isinstance(a.default, int | float) else f"`{a.default}`"


def _varies(a: Attribute) -> str:
    return "by period" if a.dated else "by age" if a.aged else ""


def _meaning(a: Attribute) -> str:
    text = a.meaning
    if a.choices:
        text += f" (one of {', '.join(f'`{choice}`' for choice in a.choices)})"
    bounds = [f"at least {a.low:g}"] if a.low is not None else []
    bounds += [f"at most {a.high:g}"] if a.high is not None else []
    if bounds:
        text += f"; {', '.join(bounds)}" if text else ", ".join(bounds)
    if a.symbol:
        text += f" (${a.symbol}$)" if len(a.symbol) == 1 else f" (*{a.symbol}*)"
    return text.replace("|", "\\|")
