"""The tables of a plan as an Excel workbook, units in the headings.

Owns the order of the sheets. Nothing is computed here that the plan does not hold.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from waferway.network.sheets import add_sheet, new_workbook
from waferway.planning.results import COLUMNS, UNITS

if TYPE_CHECKING:
    from waferway.planning.plan import Plan

__all__ = ["write_results"]


def write_results(plan: Plan, path: str | Path, *, force: bool = False) -> Path:
    """Write summary, manifest and every table of a plan that has rows.

    Parameters
    ----------
    plan : Plan
    path : str or Path
        An ``.xlsx`` file.
    force : bool
        Whether a file that is there may be replaced.

    Returns
    -------
    Path

    Raises
    ------
    InputError
        If the name does not end in ``.xlsx``.
    OutputExists
        If the file exists and `force` is false.
    """
    with new_workbook(path, force=force) as book:
        summary = plan.summary()
        lines = [[line] for line in str(summary).splitlines()]
        add_sheet(book, "summary", ["summary"], lines, widths=[100])
        compute = summary.compute
        if len(compute):
            names = ["year", "delivered", "needed", "unmet", "unmet_share"]
            units = dict.fromkeys(names[1:4], summary.basis) | {"unmet_share": "1"}
            heading = [f"{n} [{units[n]}]" if n in units else n for n in names]
            add_sheet(book, "compute", heading, compute[names].itertuples(index=False, name=None))
        for name, columns in COLUMNS.items():
            frame, units = plan.tables[name], UNITS[name]
            if frame.empty:
                continue
            heading = [f"{c} [{units[c]}]" if c in units else c for c in columns.split()]
            add_sheet(book, name, heading, frame.itertuples(index=False, name=None))
        asked = [[key, _plain(value)] for key, value in sorted(plan.manifest.items())]
        add_sheet(book, "manifest", ["key", "value"], asked, widths=[24, 60])
    return Path(path)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
