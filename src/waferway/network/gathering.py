"""What has been read of one network so far, from whatever files.

Owns what the parts of a network have in common: settings, tables, evidence and faults of all its
files, the translation from an older schema version, and the end, when all is assembled at once.
How a file is read is for `csv_reading`, `yaml_reading` and `workbook_reading`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from waferway.errors import Faults, InputError, Place, nearest
from waferway.evidence.claims import Claim, Evidence, Source
from waferway.network.assembly import from_raw
from waferway.network.intake import RawTable
from waferway.network.migrations import MIGRATIONS, Translation, translation
from waferway.network.network import Network
from waferway.network.schema import SCHEMA_VERSION, SETTINGS, TABLES
from waferway.network.settings import read_settings

__all__ = ["Reading", "file_text"]


class Reading:
    """What has been read of one network so far."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.raw: list[RawTable] = []
        self.settings: dict[str, tuple[Any, Place]] = {}
        self.settings_place = Place()
        self.applied: tuple[str, ...] = ()
        self.translate = Translation()
        self.unread: set[str] = set()
        self.part = False  # cut from a larger network: references may lead outside
        self.readable = True  # false once a file is of a version that is not known
        self.claims: list[Claim] = []
        self.sources: list[Source] = []

    def finish(self) -> Network:
        """Assemble and check what was read; raise every fault."""
        if not self.readable:
            self.faults.raise_any()
        self._translate_names()
        given = read_settings(
            {name: raw for name, (raw, _) in self.settings.items()},
            lambda name: self.settings[name][1],
            self.faults,
        )
        evidence = Evidence()
        try:
            evidence = Evidence(self.claims, self.sources)
        except InputError as error:
            self.evidence_faults(error)
        self._check_money()
        return from_raw(
            self.raw, given, evidence, self.faults, applied=self.applied,
            unread=self.unread, part=self.part,
            of_setting=lambda name: self.settings.get(name, ("", self.settings_place))[1],
        )  # fmt: skip

    def _translate_names(self) -> None:
        """Cells that name tables and columns follow their renaming."""
        if not self.translate.steps:
            return
        for raw in self.raw:
            if raw.name not in ("profile", "cite", "change") or "table" not in raw.columns:
                continue
            tables = [self.translate.table(str(name or "")) for name in raw.columns["table"]]
            raw.columns["table"] = tables
            if "column" in raw.columns:
                raw.columns["column"] = [
                    self.translate.column(table, str(column or ""))
                    for table, column in zip(tables, raw.columns["column"], strict=True)
                ]

    def _check_money(self) -> None:
        """Files pass from hand to hand: their money says its currency and its prices."""
        money = next(
            (
                f"{table.name}.{column}"
                for table in self.raw
                for column, cells in table.columns.items()
                if column.endswith("_usd") and any(cell not in (None, "") for cell in cells)
            ),
            None,
        )
        known = [attribute.name for attribute in SETTINGS]
        meant = {name if name in known else "".join(nearest(name, known)) for name in self.settings}
        for name, example in (("currency", "USD"), ("price_year", "2024, or nominal")):
            if money and name not in meant:
                self.faults.add(
                    self.settings_place,
                    f"setting {name} is missing",
                    f"{money} holds money",
                    f"for example: {name}: {example}",
                    "money",
                )

    def evidence_faults(self, error: InputError) -> None:
        """Record what is wrong with claims and sources."""
        self.unread.add("claims")
        self.faults.extend(error.faults)

    def not_whole(self, table: str) -> None:
        """Remember that a table, by its name or the nearest to it, could not be read whole."""
        self.unread |= {table} if table in TABLES else set(nearest(table, TABLES))

    def take_version(self, stated: Any, place: Place) -> bool:
        """Take up a stated version; False, and a fault, where it is not known."""
        number = int(stated) if isinstance(stated, str) and stated.isdigit() else -1
        found = translation(number) if number >= 0 else None
        if found is None:
            known = ", ".join(str(v) for v in sorted({*MIGRATIONS, SCHEMA_VERSION}))
            self.faults.add(
                place, f"schema version {stated} is not known",
                f"this waferway reads versions {known}",
                "a newer waferway reads it" if number > SCHEMA_VERSION else
                f"write waferway: {SCHEMA_VERSION}", "version",
            )  # fmt: skip
            return False
        self.translate = found
        return True


def file_text(path: Path, faults: Faults) -> str | None:
    """Text of a UTF-8 file; None, and a fault, where it is none."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].split(b"\n")
        faults.add(
            Place(str(path), len(before), len(before[-1]) + 1),
            f"byte {error.object[error.start]:#04x} is not UTF-8",
            suggestion="save the file as UTF-8", kind="encoding",
        )  # fmt: skip
        return None
