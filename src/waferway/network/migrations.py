"""From older versions of the schema to this one, by declared renamings.

Owns the history of the schema. A file says its version (``waferway: 1``); the CSV files of a
folder have that of its ``network.yaml``. Older names are translated while they are read, so
positions, and with them faults, stay those of the file; writing gives the present version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from waferway.network.schema import SCHEMA_VERSION

__all__ = ["MIGRATIONS", "Migration", "Translation", "translation"]


@dataclass(frozen=True)
class Migration:
    """What was renamed between a version and the next.

    Attributes
    ----------
    version : int
        Version whose names are translated; the names become those of `version` + 1.
    tables, settings : mapping of str to str
        Old name to new name.
    columns : mapping of (str, str) to str
        (New name of the table, old name of the column) to the new name of the column.
    """

    version: int
    tables: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[tuple[str, str], str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)


MIGRATIONS: dict[int, Migration] = {
    migration.version: migration
    for migration in (
        # Version 0 was the draft before the first release.
        Migration(
            0,
            tables={"arc": "lane", "process": "recipe"},
            columns={
                ("lane", "from"): "from_place",
                ("lane", "to"): "to_place",
                ("line", "process"): "technology",
                ("module", "lead_time_days"): "lead_days",
            },
            settings={"wacc": "discount_rate"},
        ),
    )
}


@dataclass(frozen=True)
class Translation:
    """Migrations from one version to the present one, in order."""

    steps: Sequence[Migration] = ()

    def table(self, name: str) -> str:
        """Present name of a table."""
        for step in self.steps:
            name = step.tables.get(name, name)
        return name

    def column(self, table: str, name: str) -> str:
        """Present name of a column of a table that is given by its present name."""
        for step in self.steps:
            name = step.columns.get((table, name), name)
        return name

    def setting(self, name: str) -> str:
        """Present name of a setting."""
        for step in self.steps:
            name = step.settings.get(name, name)
        return name


def translation(version: int) -> Translation | None:
    """Translation from a version to the present one; None where the version is not known.

    Examples
    --------
    >>> translation(0).column("lane", "from")
    'from_place'
    >>> translation(SCHEMA_VERSION).table("arc")
    'arc'
    >>> translation(SCHEMA_VERSION + 1) is None
    True
    """
    if version == SCHEMA_VERSION:
        return Translation()
    wanted = range(version, SCHEMA_VERSION)
    if not wanted or any(step not in MIGRATIONS for step in wanted):
        return None
    return Translation([MIGRATIONS[step] for step in wanted])
