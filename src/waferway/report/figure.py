"""A figure: a finding, a drawing, a table, and where its numbers come from.

Owns what every drawing shares: the two widths, light and dark, and the files it can be saved as.
Refuses to know what is drawn; `plan_figures` and others say that.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

import pandas as pd

from waferway.errors import Fault, InputError, OutputExists, Place
from waferway.report.drawing import THEMES, WIDE, Spec, Theme, draw_pdf, draw_png, draw_svg
from waferway.report.notes import Note
from waferway.report.writing import check_target, write_bytes

__all__ = ["FORMATS", "Figure", "check_form", "save_figures"]

Format = Literal["svg", "png", "pdf"]
FORMATS: tuple[Format, ...] = ("svg", "png", "pdf")


@dataclass(frozen=True)
class Figure:
    """One figure.

    Attributes
    ----------
    name : str
        Anchor in a page and stem of a file: letters, digits, hyphens.
    title : str
        The finding, in a sentence.
    description : str
        What is drawn and in which unit, for everybody and for those who do not see it.
    draw : callable
        From a width in px to a Vega-Lite or Vega specification of about that width.
    table : DataFrame
        The numbers of the drawing, with people's column names.
    notes : mapping of (int, str) to Note
        Where a number of the table comes from, by position of its row and name of its column.
    menu : str
        A word or two for the contents of a page.
    further : mapping of str to DataFrame
        More tables of what is drawn, by their titles.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"year": [2026, 2027], "built": [1.0, 3.0]})
    >>> def bars(width):
    ...     return {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "width": width,
    ...             "data": {"values": table.to_dict("records")}, "mark": "bar", "encoding": {
    ...             "x": {"field": "year", "type": "ordinal"},
    ...             "y": {"field": "built", "type": "quantitative"}}}
    >>> figure = Figure("builds", "Three times as much in 2027", "Bars: built.", bars, table)
    >>> figure.svg()[:4]
    '<svg'
    """

    name: str
    title: str
    description: str
    draw: Callable[[int], Spec]
    table: pd.DataFrame
    notes: Mapping[tuple[int, str], Note] = field(default_factory=dict)
    menu: str = ""
    further: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    _specs: dict[int, Spec] = field(default_factory=dict, init=False, repr=False, compare=False)

    def spec(self, width: int = WIDE) -> Spec:
        """Specification for a width in px; a copy, free to change."""
        return copy.deepcopy(self._drawn(width))

    def _drawn(self, width: int) -> Spec:
        if width not in self._specs:
            from altair.utils.schemapi import debug_mode

            # Checked against the schema by the tests: here it would take a fifth of the time.
            with debug_mode(False):
                self._specs[width] = self.draw(width)
        return self._specs[width]

    def svg(self, theme: Theme = "light", width: int = WIDE) -> str:
        """The drawing as SVG text; the theme ``page`` takes the colours of what is around it."""
        return draw_svg(self._drawn(width), self.name, theme, self.title, self.description)

    def png(self, theme: Theme = "light", width: int = WIDE, scale: float = 2.0) -> bytes:
        """The drawing as PNG; `scale` dots a px."""
        return draw_png(self.svg(theme, width), scale)

    def pdf(self, theme: Theme = "light", width: int = WIDE) -> bytes:
        """The drawing as PDF of one page."""
        return draw_pdf(self.svg(theme, width))

    def save(
        self, path: str | Path, theme: Theme = "light", width: int = WIDE, force: bool = False
    ) -> Path:
        """Write the drawing; the ending of the name chooses SVG, PNG or PDF.

        Raises
        ------
        InputError
            If the ending is another one.
        OutputExists
            If the file exists and `force` is false.
        """
        form = Path(path).suffix.removeprefix(".")
        check_form(form, theme, str(path))
        target = check_target(path, force)
        content = {
            "svg": lambda: self.svg(theme, width).encode(),
            "png": lambda: self.png(theme, width),
            "pdf": lambda: self.pdf(theme, width),
        }[form]()
        write_bytes(target, content)
        return target

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Shows itself in a notebook: drawing and table, without script and without network."""
        del include, exclude
        from waferway.report.notebook import figure_html

        return {"text/plain": repr(self), "text/html": figure_html(self)}

    def __repr__(self) -> str:
        return f"<Figure {self.name}: {self.title}>"


def check_form(form: str, theme: str = "light", where: str = "figure") -> None:
    """Refuse a form or a theme that figures cannot be saved in.

    Raises
    ------
    InputError
        Naming what there is.

    Examples
    --------
    >>> check_form("png", "dark")
    >>> check_form("gif")
    Traceback (most recent call last):
        ...
    waferway.errors.InputError: figure  "gif" is no form of a figure
            figures are saved as svg, png, pdf
    1 fault; nothing was drawn.
    """
    faults = []
    if form not in FORMATS:
        faults.append(
            Fault(
                Place(where),
                f'"{form}" is no form of a figure',
                why=f"figures are saved as {', '.join(FORMATS)}",
                kind="unknown form",
            )
        )
    if theme not in THEMES:
        faults.append(
            Fault(
                Place(where),
                f'"{theme}" is no theme',
                why=f"themes are {', '.join(THEMES)}",
                kind="unknown theme",
            )
        )
    if faults:
        raise InputError(faults, "nothing was drawn")


def save_figures(
    figures: list[Figure], folder: str | Path, form: str = "svg", theme: str = "light",
    force: bool = False,
) -> list[Path]:  # fmt: skip
    """Write every figure to a folder, as ``NAME.FORM``.

    Parameters
    ----------
    figures : list of Figure
    folder : path
        Made if absent.
    form : str
        One of `FORMATS`.
    theme : str
        light or dark.
    force : bool
        Whether files that are there may be replaced.

    Returns
    -------
    list of path

    Raises
    ------
    InputError
        If the form is none of `FORMATS`.
    OutputExists
        If one of the files exists and `force` is false; then none is written.
    """
    check_form(form, theme)
    where = Path(folder)
    targets = [where / f"{figure.name}.{form}" for figure in figures]
    there = [str(t) for t in targets if t.exists()]
    if there and not force:
        raise OutputExists(f"{there[0]} exists; pass --force to replace it or name another folder")
    where.mkdir(parents=True, exist_ok=True)
    chosen = cast(Theme, theme)
    return [f.save(t, chosen, force=force) for f, t in zip(figures, targets, strict=True)]
