"""The page builder: sections of prose, figure and table become one file that opens offline.

Owns the page: template, style, glue script, content security policy, notices. Everything that
comes from data is escaped; only our own drawings are inserted as they are. Refuses to know what
a page is about: plans, routes, scenarios and dossiers hand over plain data.

The page shows SVG first, so that it is whole without script and in print; where script runs, the
same specification is drawn again by Vega for tooltips. Nothing is fetched: the policy admits two
scripts and one style by their hash, and the loader of the charts refuses every address.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from waferway.report.drawing import NARROW, WIDE
from waferway.report.figure import Figure
from waferway.report.notes import Note
from waferway.report.notices import FONTS, NOTICES
from waferway.report.wording import cell_text
from waferway.report.writing import check_target, write_bytes

__all__ = ["Page", "Section", "render_page", "write_page"]

ROWS = 400
"""Rows of a table that a page shows; longer ones are cut and say so."""
TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Section:
    """One section of a page.

    Attributes
    ----------
    name : str
        Anchor: letters, digits, hyphens; unique in its page.
    title : str
        Heading; states the finding.
    menu : str
        A word or two for the contents; without it the section is not listed there.
    paragraphs : sequence of str
        Prose above the figure.
    figure : Figure, optional
        Brings its own table and notes.
    table : DataFrame, optional
        A table without a figure, always open.
    notes : mapping of (int, str) to Note
        Where numbers of `table` come from, by row position and column name.
    points : sequence of str
        A list, folded away under `points_title`.
    template : str
        File in `TEMPLATES` for what is neither prose, figure nor table; it sees `part`, plain
        data, and is escaped like the rest.
    """

    name: str
    title: str
    menu: str = ""
    paragraphs: Sequence[str] = ()
    figure: Figure | None = None
    table: pd.DataFrame | None = None
    notes: Mapping[tuple[int, str], Note] = field(default_factory=dict)
    points: Sequence[str] = ()
    points_title: str = ""
    template: str = ""
    part: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, figure: Figure) -> Section:
        """The section of a figure."""
        return cls(figure.name, figure.title, figure.menu or figure.name, figure=figure)


@dataclass(frozen=True)
class Page:
    """A page from plain data.

    Attributes
    ----------
    title : str
    kind : str
        What sort of page this is, above the title.
    asked : str
        What was asked, in one line.
    answer : sequence of str
        The headline answer, a sentence each.
    sections : sequence of Section
    manifest : mapping
        How to get this page again.
    style : str
        File in `TEMPLATES` with the style of this kind of page, after that of all pages.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"route": ["buy", "build"], "cost, USD bn": [2.0, 3.5]})
    >>> page = Page("Routes to compute", kind="waferway routes", answer=["Buying is cheapest."],
    ...             sections=[Section("routes", "Buying costs $1.5bn less", "Routes", table=table)])
    >>> html = render_page(page)
    >>> "Buying is cheapest." in html, "default-src &#39;none&#39;" in html or "'none'" in html
    (True, True)
    """

    title: str
    kind: str = "waferway"
    asked: str = ""
    answer: Sequence[str] = ()
    sections: Sequence[Section] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)
    style: str = ""


def write_page(page: Page, path: str | Path, force: bool = False) -> Path:
    """Write a page to a file, atomically.

    Raises
    ------
    OutputExists
        If the file exists and `force` is false.
    """
    target = check_target(path, force)
    write_bytes(target, render_page(page).encode())
    return target


def render_page(page: Page) -> str:
    """A page as HTML text; the same page gives the same text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    from waferway import __version__

    environment = Environment(
        loader=PackageLoader("waferway.report"), autoescape=True, trim_blocks=True,
        lstrip_blocks=True, undefined=StrictUndefined,
    )  # fmt: skip
    glue = _text("page.js")
    style = "\n".join(_text(name) for name in ("page.css", page.style) if name)
    figures = [s.figure for s in page.sections if s.figure is not None]
    bundle = vega_bundle() if figures else ""
    admitted = [_hash(script) for script in (bundle, glue) if script and figures]
    return environment.get_template("page.html").render(
        page=page,
        sections=[_shown(section, Markup) for section in page.sections],
        manifest=[(key, _said(value)) for key, value in sorted(page.manifest.items())],
        style=Markup(style),  # noqa: S704  our own file
        style_hash=_hash(style),
        script_hashes=admitted,
        bundle=Markup(bundle),  # noqa: S704  from the installed vl-convert
        glue=Markup(glue),  # noqa: S704  our own file
        specs=Markup(script_json(_specs(figures))),  # noqa: S704  escaped for a script block
        notices=NOTICES if figures else (),
        fonts=FONTS,
        version=__version__,
    )


@lru_cache(maxsize=1)
def vega_bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, from the installed `vl-convert-python`."""
    import vl_convert

    code: str = vl_convert.javascript_bundle("window.vegaEmbed=vegaEmbed;")
    # The text of a script block ends at the first closing tag, even inside a string.
    return code.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def script_json(content: Any) -> str:
    r"""JSON that no reader of HTML takes for anything else, for a script block.

    Examples
    --------
    >>> print(script_json({"a": "</script><!--"}))
    {"a":"\u003c/script\u003e\u003c!--"}
    """
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False, default=str)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _specs(figures: Sequence[Figure]) -> dict[str, Any]:
    return {f.name: {"wide": f.spec(WIDE), "narrow": f.spec(NARROW)} for f in figures}


def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8").strip()


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _shown(section: Section, markup: Any) -> dict[str, Any]:
    figure = section.figure
    frame = figure.table if figure is not None else section.table
    notes = figure.notes if figure is not None else section.notes
    listed = list({id(note): note for note in notes.values()}.values())
    number = {id(note): k for k, note in enumerate(listed, 1)}
    out: dict[str, Any] = {
        "name": section.name, "title": section.title, "menu": section.menu,
        "paragraphs": section.paragraphs, "points": section.points,
        "points_title": section.points_title or f"List ({len(section.points)})",
        "figure": None, "table": None, "further": [], "template": section.template,
        "part": section.part,
        "notes": [(k, note) for k, note in enumerate(listed, 1)],
    }  # fmt: skip
    if figure is not None:
        out["figure"] = {
            "description": figure.description,
            "wide": markup(figure.svg("page", WIDE)),
            "narrow": markup(figure.svg("page", NARROW).replace(
                f'id="{figure.name}-', f'id="{figure.name}-narrow-').replace(
                f"url(#{figure.name}-", f"url(#{figure.name}-narrow-")),
        }  # fmt: skip
        out["further"] = [(t, _table(more, {}, {})) for t, more in figure.further.items()]
    if frame is not None:
        out["table"] = _table(frame, notes, number)
    return out


def _table(
    frame: pd.DataFrame, notes: Mapping[tuple[int, str], Note], number: Mapping[int, int]
) -> dict[str, Any]:
    return {
        "columns": [str(c) for c in frame.columns],
        "rows": _rows(frame.head(ROWS), notes, number),
        "shown": min(ROWS, len(frame)),
        "total": len(frame),
        "sourced": bool(notes),
    }


def _rows(
    frame: pd.DataFrame, notes: Mapping[tuple[int, str], Note], number: Mapping[int, int]
) -> list[dict[str, Any]]:
    rows = []
    for at, values in enumerate(frame.astype(object).itertuples(index=False, name=None)):
        cells = []
        behind: dict[int, Note] = {}
        for column, value in zip(frame.columns, values, strict=True):
            note = notes.get((at, str(column)))
            if note is not None:
                behind[number[id(note)]] = note
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            unknown = value is None or (isinstance(value, float) and math.isnan(value))
            cells.append({"text": cell_text(value, str(column)), "number": is_number or unknown,
                          "why": note.hover if note else ""})  # fmt: skip
        rows.append({"cells": cells, "behind": sorted(behind.items())})
    return rows


def _said(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], str):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
